// One native asset with three faces: value that crosses between the machines, seen with the SDK of each; what is refused;
// sweeping; and that nothing is made or lost, a crash included.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Keypair, LAMPORTS_PER_SOL, PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { AbiCoder, Contract, Interface, parseEther } from 'ethers';
import { compileMove } from './lib/compile.mjs';
import { MESSENGER, Solana, outcome, syncEvm, syncMove } from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const coder = AbiCoder.defaultAbiCoder();
const itern = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/Tern.json'), 'utf8')).abi);
const TERN = '0x7e00000000000000000000000000000000000003';
const GWEI = 1_000_000_000n, OCTAS = 100_000_000n; // 0.1 ether
const VALUE = 9n; // the reason
const gas = { gasLimit: 3_000_000 };
// Stores msg.value in slot 0 and msg.sender in slot 1; with call data it reverts.
const TAKER = `0x601080600a5f395ff300${'36600c57345f553360015500'}${'5b5f5ffd'}`;

let node, solana, connection, wallet, tern, takerAddress, owner, payer, data;

const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
const bytesOf = (text) => Buffer.from(text.replace(/^0x/, ''), 'hex');
const derived = (tag, bytes) => PublicKey.findProgramAddressSync([Buffer.from(tag), Buffer.from(bytes)], MESSENGER)[0];
const alias = (address, machine) => node.rpc('tern_alias', address, machine);
const wei = (address) => node.provider.getBalance(address);
const octas = async (address) => BigInt(await node.aptos.getAccountCoinAmount({ accountAddress: address, coinType: '0x1::aptos_coin::AptosCoin' }));
const lamports = async (key) => BigInt(await connection.getBalance(new PublicKey(key)));
const mined = async (tx) => (await tx).wait();
const paid = (receipt) => receipt.gasUsed * receipt.gasPrice;
const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const supply = async () => Object.fromEntries(Object.entries(await node.rpc('tern_supply')).map(([k, v]) => [k, BigInt(v)]));
const transferData = (amount) => { const b = Buffer.alloc(12); b.writeUInt32LE(2); b.writeBigUInt64LE(amount, 4); return b; };
const meta = (key, isSigner, isWritable) => ({ pubkey: hex(new PublicKey(key).toBytes()), isSigner, isWritable });
const pad = (address) => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
const fee = (tx) => BigInt(tx.gas_used) * BigInt(tx.gas_unit_price);
const rich = async () => {
    const account = Account.generate();
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 5_000_000_000 });
    return account;
};
// sha3-256(account ‖ 0xa ‖ 0xfc): the object that holds what the account has of the native asset.
const primaryStore = (address) => hex(sha3_256(Buffer.concat([bytesOf(pad(address)), bytesOf(pad('0xa')), Buffer.from([0xfc])])));
const failure = (bytes) => itern.parseError(bytes).args;

async function connect() {
    solana = new Solana(node);
    connection = solana.connection;
    wallet = node.wallet(0);
    tern = new Contract(TERN, itern, wallet);
}

// Every test's blocks are in order, whatever it did: the node is alive, and its sums are those of its receipts.
async function assertBalanced() {
    const s = await supply();
    assert.equal(s.total, s.wei + GWEI * (s.octas + s.lamports));
    assert.equal(s.total, s.issued - s.burnt);
}

before(async () => {
    const account = Account.generate();
    owner = account.accountAddress.toString();
    const modules = compileMove('tests/e2e/value', { till: owner });
    data = mkdtempSync(path.join(tmpdir(), 'tern-value-'));
    node = await startNode(['--quiet', '--data', data]);
    await connect();
    payer = await solana.funded(1000);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 10_000_000_000 });
    await publish(node.aptos, account, 'Till', ['till'], modules);
    const receipt = await mined(wallet.sendTransaction({ data: TAKER, ...gas }));
    takerAddress = receipt.contractAddress;
});
after(async () => {
    solana?.close();
    await node?.stop();
    if (data) rmSync(data, { recursive: true, force: true });
});

// ---- From the EVM

const toMove = (value, fn, types, values, must) => {
    const args = [hex(Buffer.from(fn.startsWith('till') ? owner : '0x1')), hex(Buffer.from(fn.split('::')[0])), hex(Buffer.from(fn.split('::')[1])), coder.encode(types, values), '0x'];
    const name = `${must ? 'mustCallMove' : 'callMove'}(bytes,bytes,bytes,bytes,bytes)`;
    return tern[name](...args, { value, ...gas });
};

test('from the EVM to Move value arrives in the alias before the function runs, which spends it', async () => {
    const me = await alias(wallet.address, 'move'), to = Account.generate().accountAddress.toString();
    const before = await wei(wallet.address);
    const receipt = await mined(toMove(5n * OCTAS * GWEI, 'aptos_account::transfer', ['bytes32', 'uint64'], [to, 2n * OCTAS]));
    assert.equal(await octas(to), 2n * OCTAS);
    assert.equal(await octas(me), 3n * OCTAS);
    assert.equal(await wei(wallet.address), before - 5n * OCTAS * GWEI - paid(receipt));
    assert.equal(await wei(TERN), 0n);
    // Move's own receipts show the coins coming in.
    const { moveHash } = await trace(receipt.hash);
    const shadow = await node.aptos.getTransactionByHash({ transactionHash: moveHash });
    const amounts = (type) => shadow.events.filter((e) => e.type === `0x1::fungible_asset::${type}`).map((e) => BigInt(e.data.amount));
    assert.deepEqual(amounts('Deposit'), [5n * OCTAS, 2n * OCTAS]);
    assert.deepEqual(amounts('Withdraw'), [2n * OCTAS]);
    await assertBalanced();
});

test('from the EVM to Solana value arrives in the alias, which the program spends; receipts show it', async () => {
    const me = derived('evm', bytesOf(wallet.address)), to = Keypair.generate().publicKey;
    const receipt = await mined(tern['callSvm(bytes32,(bytes32,bool,bool)[],bytes)'](hex(SystemProgram.programId.toBytes()),
        [meta(me, true, true), meta(to, false, true)], transferData(3n * OCTAS), { value: 5n * OCTAS * GWEI, ...gas }));
    assert.equal(await lamports(to), 3n * OCTAS);
    assert.equal(await lamports(me), 2n * OCTAS);
    const { solanaSignature } = await trace(receipt.hash);
    const { meta: shown, transaction } = await solana.transaction(solanaSignature);
    const at = (key) => transaction.message.staticAccountKeys.findIndex((k) => k.equals(key));
    assert.deepEqual([shown.preBalances[at(me)], shown.postBalances[at(me)]], [0, Number(2n * OCTAS)]);
    assert.deepEqual([shown.preBalances[at(to)], shown.postBalances[at(to)]], [0, Number(3n * OCTAS)]);
    await assertBalanced();
});

test('value below the smaller unit is refused, and comes back to the last wei', async () => {
    const me = await alias(wallet.address, 'move'), had = await octas(me);
    for (const odd of [1n, GWEI - 1n, 5n * GWEI + 1n]) {
        const before = await wei(wallet.address);
        const [ok, bytes] = await tern['callMove(bytes,bytes,bytes,bytes,bytes)'].staticCallResult(hex(Buffer.from('0x1')), hex(Buffer.from('chain_id')), hex(Buffer.from('get')), '0x', '0x', { value: odd, ...gas });
        assert.equal(ok, false);
        assert.equal(failure(bytes).reason, VALUE);
        assert.match(failure(bytes).message, /no multiple of 10\^9 wei/);
        const receipt = await mined(toMove(odd, 'chain_id::get', [], []));
        assert.equal(receipt.status, 1);
        assert.equal(await wei(wallet.address), before - paid(receipt));
        await assert.rejects(mined(toMove(odd, 'chain_id::get', [], [], true)));
    }
    assert.equal(await octas(me), had);
    assert.equal(await wei(TERN), 0n);
    await assertBalanced();
});

test('value of a call that fails is where it came from', async () => {
    const me = await alias(wallet.address, 'move'), had = await octas(me), before = await wei(wallet.address);
    const receipt = await mined(toMove(OCTAS * GWEI, 'till::keep_and_fail', ['uint64'], [OCTAS]));
    const [leg] = (await trace(receipt.hash)).trace.calls;
    assert.deepEqual([leg.failure, BigInt(leg.value)], ['reverted', OCTAS * GWEI]);
    assert.equal(await octas(me), had);
    assert.equal(await wei(wallet.address), before - paid(receipt));
    assert.equal(BigInt((await node.aptos.viewJson({ payload: { function: `${owner}::till::kept` } }))[0]), 0n);
    await assertBalanced();
});

test('an account in Solana that would hold less than its rent-exempt minimum receives nothing', async () => {
    const other = node.wallet(3), contract = new Contract(TERN, itern, other);
    const minimum = BigInt(await connection.getMinimumBalanceForRentExemption(0));
    const call = (value, name) => contract[name](hex(MESSENGER.toBytes()), [], Buffer.from([9, 0, ...bytesOf(other.address)]), { value, ...gas });
    const name = 'callSvm(bytes32,(bytes32,bool,bool)[],bytes)';
    const [ok, bytes] = await contract[name].staticCallResult(hex(MESSENGER.toBytes()), [], Buffer.from([9, 0, ...bytesOf(other.address)]), { value: (minimum - 1n) * GWEI, ...gas });
    assert.equal(ok, false);
    assert.match(failure(bytes).message, /rent-exempt minimum/);
    const receipt = await mined(call(minimum * GWEI, name)), key = derived('evm', bytesOf(other.address));
    assert.equal(await lamports(key), minimum);
    // The instruction does not name the alias; the transaction does, and shows what it holds now.
    const { meta: shown, transaction } = await solana.transaction((await trace(receipt.hash)).solanaSignature);
    const at = transaction.message.staticAccountKeys.findIndex((k) => k.equals(key));
    assert.deepEqual([shown.preBalances[at], shown.postBalances[at]], [0, Number(minimum)]);
    await assertBalanced();
});

test('coins that a module keeps count', async () => {
    const before = await supply();
    await mined(toMove(4n * OCTAS * GWEI, 'till::keep', ['uint64'], [4n * OCTAS]));
    assert.equal(BigInt((await node.aptos.viewJson({ payload: { function: `${owner}::till::kept` } }))[0]), 4n * OCTAS);
    assert.equal((await supply()).octas - before.octas, 4n * OCTAS);
    await assertBalanced();
});

test('sweep brings home what the aliases hold, to the last unit', async () => {
    for (const [vm, hold] of [[1, async () => octas(await alias(wallet.address, 'move'))], [2, () => lamports(derived('evm', bytesOf(wallet.address)))]]) {
        const had = await hold(), before = await wei(wallet.address);
        assert.ok(had > 0n);
        assert.equal(await tern.sweep.staticCall(vm, gas), had * GWEI);
        const receipt = await mined(tern.sweep(vm, gas));
        assert.equal(await hold(), 0n);
        assert.equal(await wei(wallet.address), before + had * GWEI - paid(receipt));
        const { moveHash, solanaSignature } = await trace(receipt.hash);
        if (vm === 1) {
            const shadow = await node.aptos.getTransactionByHash({ transactionHash: moveHash });
            assert.deepEqual(shadow.events.map((e) => [e.type, BigInt(e.data.amount)]), [['0x1::fungible_asset::Withdraw', had]]);
        } else {
            const { meta: shown } = await solana.transaction(solanaSignature);
            assert.deepEqual([shown.preBalances[0], shown.postBalances[0]], [Number(had), 0]);
            assert.ok(shown.logMessages.some((l) => l.includes(`swept ${had} lamports home`)));
        }
    }
    await assertBalanced();
});

// ---- From Move

test('from Move to the EVM value is msg.value; what was in hand meanwhile comes back', async () => {
    const account = await rich(), me = account.accountAddress.toString(), before = await octas(me), taken = await wei(takerAddress);
    const sent = await callEntry(node.aptos, account, `${owner}::till::pay_evm`, [pad(takerAddress), 2n * OCTAS, 3n * OCTAS]);
    assert.equal(await octas(me), before - 2n * OCTAS - fee(sent));
    assert.equal(await wei(takerAddress) - taken, 2n * OCTAS * GWEI);
    assert.equal(BigInt(await node.provider.getStorage(takerAddress, 0)), 2n * OCTAS * GWEI);
    assert.equal(await node.provider.getStorage(takerAddress, 1), pad(await alias(me, 'evm')));
    await assertBalanced();
});

test('from Move to Solana the alias spends what came; sweep brings home what is left', async () => {
    const account = await rich(), me = account.accountAddress.toString(), to = Keypair.generate().publicKey;
    const key = derived('move', bytesOf(me.slice(2).padStart(64, '0')));
    let before = await octas(me);
    const sent = await callEntry(node.aptos, account, `${owner}::till::pay_solana`, [hex(to.toBytes()), 5n * OCTAS, [...transferData(2n * OCTAS)]]);
    assert.equal(await octas(me), before - 5n * OCTAS - fee(sent));
    assert.deepEqual([await lamports(to), await lamports(key)], [2n * OCTAS, 3n * OCTAS]);
    before = await octas(me);
    const swept = await callEntry(node.aptos, account, `${owner}::till::sweep`, [true]);
    assert.equal(await octas(me), before + 3n * OCTAS - fee(swept));
    assert.equal(await lamports(key), 0n);
    await assertBalanced();
});

test('what a failed call of Move sent along is back in the store, and more than there is cannot be sent', async () => {
    const account = await rich(), me = account.accountAddress.toString();
    const reverts = await (await wallet.sendTransaction({ data: '0x600480600a5f395ff3005f5ffdfe', ...gas })).wait();
    const before = await octas(me);
    const sent = await callEntry(node.aptos, account, `${owner}::till::try_pay_evm`, [pad(reverts.contractAddress), 2n * OCTAS, 2]);
    assert.equal(await octas(me), before - fee(sent));
    assert.equal(await wei(reverts.contractAddress), 0n);
    const poor = await callEntry(node.aptos, account, `${owner}::till::try_pay_evm`, [pad(takerAddress), 2n ** 63n, Number(VALUE)]);
    assert.equal(await octas(me), before - fee(sent) - fee(poor));
    await assertBalanced();
});

test('sweep brings wei home to an account of Move', async () => {
    const account = await rich(), me = account.accountAddress.toString(), evm = await alias(me, 'evm');
    await mined(wallet.sendTransaction({ to: evm, value: 7n * OCTAS * GWEI + 9n }));
    const before = await octas(me);
    const swept = await callEntry(node.aptos, account, `${owner}::till::sweep`, [false]);
    assert.equal(await octas(me), before + 7n * OCTAS - fee(swept));
    assert.equal(await wei(evm), 9n);
    await assertBalanced();
});

test('a store whose balance is an aggregator pays and receives as any other', async () => {
    const account = await rich(), me = account.accountAddress.toString();
    await callEntry(node.aptos, account, '0x1::fungible_asset::upgrade_store_to_concurrent', [primaryStore(me)], ['0x1::fungible_asset::FungibleStore']);
    let before = await octas(me);
    const sent = await callEntry(node.aptos, account, `${owner}::till::pay_evm`, [pad(takerAddress), OCTAS, OCTAS]);
    assert.equal(await octas(me), before - OCTAS - fee(sent));
    before = await octas(me);
    await mined(wallet.sendTransaction({ to: await alias(me, 'evm'), value: OCTAS * GWEI }));
    const swept = await callEntry(node.aptos, account, `${owner}::till::sweep`, [false]);
    assert.equal(await octas(me), before + OCTAS - fee(swept));
    await assertBalanced();
});

// ---- From Solana

const pays = (who, bytes, ...more) => new TransactionInstruction({
    programId: MESSENGER, keys: [{ pubkey: who.publicKey, isSigner: true, isWritable: true }, ...more], data: bytes,
});

test('from Solana to the EVM value is msg.value, and the transaction shows what the wallet paid', async () => {
    const before = await lamports(payer.publicKey), taken = await wei(takerAddress), amount = 2n * OCTAS;
    const signature = await solana.send([payer], pays(payer, syncEvm(takerAddress, '0x', { value: amount, must: true })));
    const { meta: shown } = await solana.transaction(signature);
    assert.equal(await lamports(payer.publicKey), before - amount - BigInt(shown.fee));
    assert.equal(BigInt(shown.preBalances[0] - shown.postBalances[0]), amount + BigInt(shown.fee));
    assert.equal(BigInt(await node.provider.getStorage(takerAddress, 0)), amount * GWEI);
    assert.equal(await wei(takerAddress) - taken, amount * GWEI);
    await assertBalanced();
});

test('from Solana to Move value is spent by the function; what fails comes back', async () => {
    const me = await alias(payer.publicKey.toBase58(), 'move'), to = Account.generate().accountAddress.toString();
    const target = { module: '0x1', name: 'aptos_account', fn: 'transfer', abi: coder.encode(['bytes32', 'uint64'], [to, OCTAS]) };
    await solana.send([payer], pays(payer, syncMove(target, { value: 3n * OCTAS, must: true })));
    assert.equal(await octas(to), OCTAS);
    assert.equal(await octas(me), 2n * OCTAS);
    const before = await lamports(payer.publicKey);
    const failing = { module: owner, name: 'till', fn: 'keep_and_fail', abi: coder.encode(['uint64'], [OCTAS]) };
    const signature = await solana.send([payer], pays(payer, syncMove(failing, { value: 3n * OCTAS })));
    const { meta: shown } = await solana.transaction(signature);
    assert.equal(outcome(Buffer.from(shown.returnData.data[0], 'base64')).code, 77n);
    assert.equal(await lamports(payer.publicKey), before - BigInt(shown.fee));
    assert.equal(await octas(me), 2n * OCTAS);
    await assertBalanced();
});

test('sweep brings lamports home to a wallet of Solana', async () => {
    const evm = await alias(payer.publicKey.toBase58(), 'evm');
    await mined(wallet.sendTransaction({ to: evm, value: 5n * GWEI + 7n }));
    for (const [machine, came] of [[0, 5n], [1, 2n * OCTAS]]) {
        const before = await lamports(payer.publicKey);
        const signature = await solana.send([payer], pays(payer, Buffer.from([12, machine])));
        const { meta: shown } = await solana.transaction(signature);
        assert.equal(outcome(Buffer.from(shown.returnData.data[0], 'base64')).data.readBigUInt64LE(), came);
        assert.equal(await lamports(payer.publicKey), before + came - BigInt(shown.fee));
    }
    assert.equal(await wei(evm), 7n);
    await assertBalanced();
});

// ---- The sum

test('fees and nothing else are burnt', async () => {
    const before = await supply();
    const receipt = await mined(wallet.sendTransaction({ to: node.wallet(5).address, value: parseEther('1') }));
    const { baseFeePerGas } = await node.provider.getBlock(receipt.blockNumber);
    const now = await supply();
    assert.equal(now.burnt - before.burnt, receipt.gasUsed * baseFeePerGas);
    assert.equal(now.issued, before.issued);
});

test('development verbs issue and burn, going back takes that back', async () => {
    const before = await supply(), id = await node.rpc('evm_snapshot');
    await node.rpc('anvil_setBalance', node.wallet(7).address, '0x0');
    await node.rpc('anvil_setBalance', '0x00000000000000000000000000000000000000aa', '0x5');
    const now = await supply();
    assert.equal(now.issued - before.issued, 5n);
    assert.equal(now.burnt - before.burnt, parseEther('10000'));
    await mined(wallet.sendTransaction({ to: '0x00000000000000000000000000000000000000aa', value: 1n }));
    await assertBalanced();
    assert.equal(await node.rpc('evm_revert', id), true);
    assert.deepEqual(await supply(), before);
});

test('calls and simulations with other balances than there are do not count', async () => {
    const before = await supply(), rich = { [wallet.address]: { balance: '0xffffffffffffffffffffffffffffffff' } };
    const call = { from: wallet.address, to: takerAddress, value: '0xfffffffffffffffffffffffffffffff' };
    await node.rpc('eth_call', call, 'latest', rich);
    const [block] = await node.rpc('eth_simulateV1', { blockStateCalls: [{ stateOverrides: rich, calls: [call] }] }, 'latest');
    assert.equal(block.calls[0].status, '0x1');
    await mined(wallet.sendTransaction({ to: node.wallet(5).address, value: 1n }));
    assert.equal((await supply()).issued, before.issued);
    await assertBalanced();
});

test('after a crash the sums are those of the last block, and it goes on', async () => {
    const before = await supply();
    solana.close();
    node.provider.destroy();
    const ended = new Promise((resolve) => node.child.once('exit', resolve));
    node.child.kill('SIGKILL');
    await ended;
    node = await startNode(['--quiet', '--data', data]);
    await connect();
    assert.deepEqual(await supply(), before);
    await mined(toMove(OCTAS * GWEI, 'chain_id::get', [], []));
    await assertBalanced();
});

test('every block runs again as its receipts say', async () => {
    assert.ok(await node.replay() > 10);
});
