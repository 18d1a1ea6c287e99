// The loan of the source document, with Aave v3 itself: dollars borrowed in the EVM and sold in Move, each way of it one signed
// EVM transaction.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Keypair } from '@solana/web3.js';
import { Contract, parseEther } from 'ethers';
import { mintOf } from './lib/gateway.mjs';
import { Solana } from './lib/messenger.mjs';
import { startNode } from './lib/node.mjs';
import { compileLoan, reserves, setTheStage } from './loan/play.mjs';

const DOLLAR = 10n ** 6n, UNIT = 10n ** 9n;
const gas = { gasLimit: 15_000_000 };
let node, solana, stage, loan;

before(async () => {
    const compiled = compileLoan();
    node = await startNode(['--quiet']);
    solana = new Solana(node);
    stage = await setTheStage(node, compiled);
    loan = stage.loan;
});
after(async () => {
    solana?.close();
    await node?.stop();
});

const mined = async (tx) => (await tx).wait();
const named = (receipt, name) => receipt.logs.map((l) => { try { return loan.interface.parseLog(l); } catch { return null; } }).find((l) => l?.name === name)?.args;
const legs = async (hash) => (await node.rpc('tern_traceTransaction', hash)).trace;
const debtOf = async (who) => (await stage.aave.pool.getUserAccountData(who))[1];

test('queued: borrowed, sold in Move, and paid back when the sale calls back', async () => {
    const at = await loan.getAddress(), before = await reserves(stage);
    const receipt = await mined(loan.open(10_000n * DOLLAR, 3n * UNIT, { value: parseEther('10'), ...gas }));
    const opened = named(receipt, 'Opened'), closed = named(receipt, 'Closed');
    assert.equal(opened.debt, 10_000n * DOLLAR);
    assert.ok(closed.repaid >= 10_000n * DOLLAR);
    assert.ok(closed.profit > 100n * DOLLAR, `${closed.profit}`);
    assert.equal(await debtOf(at), 0n);
    assert.ok(await stage.weth.balanceOf(at) >= parseEther('10')); // the collateral is free
    assert.equal(await stage.usdc.balanceOf(at), closed.profit);
    const after = await reserves(stage);
    assert.equal(after.dollars, before.dollars + 10_000n * DOLLAR);
    assert.ok(after.ether < before.ether);
    const sale = await node.rpc('tern_getMessage', opened.sale);
    assert.equal(sale.status, 'executed');
});

test('queued: a sale that fails calls back too, and the loan stays open with its dollars', async () => {
    const other = await redeploy();
    const at = await other.getAddress(), before = await reserves(stage);
    const receipt = await mined(other.open(1_000n * DOLLAR, 1000n * UNIT, { value: parseEther('1'), ...gas }));
    const why = other.interface.parseLog(receipt.logs.find((l) => l.topics[0] === other.interface.getEvent('NotSold').topicHash)).args.reason;
    assert.match(Buffer.from(why.slice(2), 'hex').toString(), /ECOIN_OUT_NUM_LESS_THAN_EXPECTED_MINIMUM/);
    assert.ok(await debtOf(at) > 0n);
    assert.deepEqual(await reserves(stage), before);
});

test('synchronous: a flash loan is sold in Move within its callback, and a share goes to Solana as SPL tokens', async () => {
    const wallet = Keypair.generate(), share = 25n * DOLLAR, before = await reserves(stage);
    const profit = await stage.usdc.balanceOf(await loan.getAddress());
    const receipt = await mined(loan.arbitrage(10_000n * DOLLAR, 3n * UNIT, wallet.publicKey.toBytes(), share, { value: 10_000_000n * UNIT, ...gas }));
    const closed = named(receipt, 'Closed');
    assert.equal(closed.repaid, 10_000n * DOLLAR + 10_000n * DOLLAR * 9n / 10_000n); // the premium of 0.09 %
    assert.equal(await stage.usdc.balanceOf(await loan.getAddress()), profit + closed.profit - share);
    assert.equal((await reserves(stage)).dollars, before.dollars + 10_000n * DOLLAR);
    const account = getAssociatedTokenAddressSync(mintOf(stage.id), wallet.publicKey);
    assert.equal((await solana.connection.getTokenAccountBalance(account)).value.amount, String(share));
    const machines = new Set();
    (function walk(l) { machines.add(l.vm); l.calls.forEach(walk); })(await legs(receipt.hash));
    assert.deepEqual([...machines].sort(), ['evm', 'move', 'svm']);
});

test('synchronous: a price that has moved undoes everything but the fee', async () => {
    const at = await loan.getAddress(), { wallet } = stage;
    const state = async () => [await reserves(stage), await stage.usdc.balanceOf(at), await stage.weth.balanceOf(at), await stage.usdc.balanceOf(await stage.exchange.getAddress()), String((await stage.gateway.token(stage.id)).held)];
    const before = await state(), balance = await node.provider.getBalance(wallet.address), nonce = await wallet.getNonce();
    const tx = await loan.arbitrage(10_000n * DOLLAR, 4n * UNIT, `0x${'00'.repeat(32)}`, 0, gas);
    await assert.rejects(tx.wait());
    assert.deepEqual(await state(), before);
    const receipt = await node.provider.getTransactionReceipt(tx.hash);
    assert.equal(receipt.status, 0);
    assert.equal(receipt.logs.length, 0);
    assert.equal(await wallet.getNonce(), nonce + 1);
    assert.equal(balance - await node.provider.getBalance(wallet.address), receipt.gasUsed * receipt.gasPrice);
    const tree = JSON.stringify(await legs(tx.hash));
    assert.match(tree, /ECOIN_OUT_NUM_LESS_THAN_EXPECTED_MINIMUM/);
});

test('every block runs again as it did', async () => {
    assert.ok(await node.replay() > 20);
});

async function redeploy() {
    const { data } = loan.deploymentTransaction();
    const { contractAddress } = await mined(stage.wallet.sendTransaction({ data }));
    return new Contract(contractAddress, loan.interface, stage.wallet);
}
