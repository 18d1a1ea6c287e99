// What Solana's clients see of transactions that began in the EVM or in Move and had legs in the Solana VM; and of those that
// began in Solana and came back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { Account } from '@aptos-labs/ts-sdk';
import { Keypair, LAMPORTS_PER_SOL, Message, PublicKey, SystemInstruction, SystemProgram, Transaction } from '@solana/web3.js';
import { encodeBase58 } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import * as m from './lib/messenger.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

let node, solana, connection, payer, wallet, account, owner, courier;

const hex = (key) => `0x${Buffer.from(key.toBytes()).toString('hex')}`;
const bytesOf = (text) => Buffer.from(text.replace(/^0x/, ''), 'hex');
const alias = (tag, address) => PublicKey.findProgramAddressSync([Buffer.from(tag), bytesOf(address)], m.MESSENGER)[0];
const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const mined = async (tx) => (await tx).wait();
const meta = (pubkey, isSigner = false, isWritable = false) => ({ pubkey: hex(pubkey), isSigner, isWritable });
const shown = (signature) => connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });

// A transfer from an alias: what a leg in these tests does.
const transfer = (from, to, lamports) => SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports });
const evmCall = (from, to, lamports) => courier.call(hex(SystemProgram.programId), [meta(from, true, true), meta(to, false, true)],
    transfer(from, to, lamports).data, { gasLimit: 1_000_000 });

// The signature of a shadow, without the node.
function derived(root, number = 0) {
    const half = (i) => keccak_256(Buffer.concat([Buffer.from('TERN::shadow::svm'), bytesOf(root), Buffer.from([number, i])]));
    return encodeBase58(Buffer.concat([half(0), half(1)]));
}

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    const modules = compileMove('tests/e2e/svm', { courier: owner }); // takes long: no connection waits meanwhile
    node = await startNode(['--quiet']);
    solana = new m.Solana(node);
    connection = solana.connection;
    payer = await solana.funded(1000);
    wallet = node.wallet(0);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Courier', ['courier'], modules);
    courier = await deploy(wallet, compileSolidity('tests/e2e/contracts/SolanaCourier.sol').SolanaCourier);
    for (const who of [alias('evm', await courier.getAddress()), alias('move', owner.slice(2).padStart(64, '0'))])
        await solana.send([payer], transfer(payer.publicKey, who, 10 * LAMPORTS_PER_SOL));
});
after(async () => {
    solana?.close();
    await node?.stop();
});

test('an EVM transaction that ran in the SVM is one transaction there, with a derived signature', async () => {
    const from = alias('evm', await courier.getAddress()), to = Keypair.generate().publicKey;
    const receipt = await mined(evmCall(from, to, LAMPORTS_PER_SOL));
    const t = await trace(receipt.hash), signature = derived(receipt.hash);
    assert.equal(t.solanaSignature, signature);
    assert.deepEqual(await trace(signature), t);

    const tx = await shown(signature);
    assert.equal(tx.slot, receipt.blockNumber);
    assert.deepEqual(tx.transaction.signatures, [signature, derived(receipt.hash, 1)]);
    const message = tx.transaction.message, keys = message.accountKeys.map(String);
    assert.deepEqual(keys, [alias('evm', wallet.address), from, to, SystemProgram.programId].map(String));
    assert.deepEqual(message.header, { numRequiredSignatures: 2, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 });
    assert.equal(message.recentBlockhash, new PublicKey(bytesOf(receipt.hash)).toBase58());
    assert.deepEqual([tx.meta.err, tx.meta.fee], [null, 0]);
    assert.equal(tx.meta.computeUnitsConsumed, Number(t.trace.calls[0].vmGasUsed));
    assert.deepEqual(tx.meta.logMessages, [`Program ${SystemProgram.programId} invoke [1]`, `Program ${SystemProgram.programId} success`]);
    const change = tx.meta.postBalances.map((x, i) => x - tx.meta.preBalances[i]);
    assert.deepEqual(change, [0, -LAMPORTS_PER_SOL, LAMPORTS_PER_SOL, 0]);

    // Its wire form is read by web3.js, which finds the transfer in it.
    const raw = (await connection._rpcRequest('getTransaction', [signature, { encoding: 'base64' }])).result.transaction[0];
    const decoded = Transaction.populate(Message.from(Buffer.from(raw, 'base64').subarray(1 + 2 * 64)));
    const sent = SystemInstruction.decodeTransfer(decoded.instructions[0]);
    assert.deepEqual([sent.fromPubkey, sent.toPubkey, sent.lamports], [from, to, BigInt(LAMPORTS_PER_SOL)]);
});

test('it is found by address, in its block, and by its status', async () => {
    const from = alias('evm', await courier.getAddress()), to = Keypair.generate().publicKey;
    const count = await connection.getTransactionCount();
    const receipt = await mined(evmCall(from, to, LAMPORTS_PER_SOL)), signature = derived(receipt.hash);
    for (const key of [to, from, alias('evm', wallet.address)]) {
        const [row] = await connection.getSignaturesForAddress(key, { limit: 1 });
        assert.deepEqual([row.signature, row.slot, row.err], [signature, receipt.blockNumber, null]);
    }
    const block = await connection.getBlock(receipt.blockNumber, { maxSupportedTransactionVersion: 0 });
    assert.deepEqual(block.transactions.map((x) => x.transaction.signatures[0]), [signature]);
    assert.deepEqual((await connection.getBlockSignatures(receipt.blockNumber)).signatures, [signature]);
    const { value: [status] } = await connection.getSignatureStatuses([signature]);
    assert.deepEqual([status.slot, status.err, status.confirmationStatus], [receipt.blockNumber, null, 'finalized']);
    assert.equal(await connection.getTransactionCount(), count + 1);
});

test('subscriptions tell of it', async () => {
    const from = alias('evm', await courier.getAddress()), to = Keypair.generate().publicKey;
    const heard = {};
    let logs, changes, changed;
    const heardAll = new Promise((done) => {
        const note = (what) => (value) => { heard[what] = value; if (Object.keys(heard).length === 3) done(); };
        logs = connection.onLogs(to, note('logs'), 'confirmed');
        changes = connection.onAccountChange(to, note('account'), { commitment: 'confirmed' });
        changed = connection.onProgramAccountChange(SystemProgram.programId, (v) => { if (v.accountId.equals(to)) note('program')(v); }, { commitment: 'confirmed' });
    });
    await solana.send([payer], transfer(payer.publicKey, payer.publicKey, 1)); // the subscriptions are made by now
    const receipt = await mined(evmCall(from, to, LAMPORTS_PER_SOL));
    await heardAll;
    await Promise.all([connection.removeOnLogsListener(logs), connection.removeAccountChangeListener(changes),
        connection.removeProgramAccountChangeListener(changed)]);
    assert.equal(heard.logs.signature, derived(receipt.hash));
    assert.equal(heard.logs.err, null);
    assert.equal(heard.account.lamports, LAMPORTS_PER_SOL);
    assert.equal(heard.program.accountInfo.lamports, LAMPORTS_PER_SOL);
});

test('several legs are several instructions; a failed one is the transaction\'s error, and the others stay', async () => {
    const from = alias('evm', await courier.getAddress()), to = Keypair.generate().publicKey;
    const data = (lamports) => transfer(from, to, lamports).data;
    const receipt = await mined(courier.callTwice(hex(SystemProgram.programId), [meta(from, true, true), meta(to, false, true)],
        data(LAMPORTS_PER_SOL), data(10n ** 15n), { gasLimit: 1_000_000 }));
    const tx = await shown(derived(receipt.hash));
    assert.deepEqual(tx.meta.err, { InstructionError: [1, { Custom: 1 }] });
    assert.equal(tx.transaction.message.instructions.length, 2);
    assert.ok(tx.meta.logMessages.some((l) => l.startsWith('Transfer: insufficient lamports')));
    assert.equal(await connection.getBalance(to), LAMPORTS_PER_SOL);
    assert.equal(tx.meta.postBalances[2], LAMPORTS_PER_SOL);
});

test('a Move transaction that ran in the SVM is one transaction there', async () => {
    const from = alias('move', owner.slice(2).padStart(64, '0')), to = Keypair.generate().publicKey;
    const metas = [meta(from, true, true), meta(to, false, true)];
    const tx = await callEntry(node.aptos, account, `${owner}::courier::call`, [hex(SystemProgram.programId), metas.map((x) => x.pubkey),
        metas.map((x) => x.isSigner), metas.map((x) => x.isWritable), [...transfer(from, to, LAMPORTS_PER_SOL).data]]);
    const signature = derived(tx.hash);
    assert.equal((await trace(tx.hash)).solanaSignature, signature);
    const found = await shown(signature);
    assert.equal(found.meta.err, null);
    assert.equal(String(found.transaction.message.accountKeys[0]), String(from)); // the root's sender, and the message's
    assert.deepEqual((await connection.getSignaturesForAddress(to)).map((row) => row.signature), [signature]);
});

test('a transaction that did nothing in the SVM is none there', async () => {
    const receipt = await mined(wallet.sendTransaction({ to: wallet.address }));
    assert.equal((await trace(receipt.hash)).solanaSignature, null);
    assert.equal(await shown(derived(receipt.hash)), null);
    assert.deepEqual((await connection.getBlock(receipt.blockNumber, { maxSupportedTransactionVersion: 0 })).transactions, []);
    // Nor is one whose message found no program to run.
    const lost = await mined(courier.call(hex(Keypair.generate().publicKey), [], '0x', { gasLimit: 1_000_000 }));
    assert.equal((await trace(lost.hash)).solanaSignature, null);
});

test('the ring: what a Solana transaction does in the SVM by way of the EVM is in its own record', async () => {
    const from = alias('evm', await courier.getAddress()), to = Keypair.generate().publicKey;
    const data = courier.interface.encodeFunctionData('call', [hex(SystemProgram.programId), [meta(from, true, true), meta(to, false, true)],
        transfer(from, to, LAMPORTS_PER_SOL).data]);
    const signature = await solana.send([payer], m.instruction(payer.publicKey, m.callEvm(await courier.getAddress(), data)));
    const t = await trace(signature), tx = await shown(signature);
    assert.equal(t.solanaSignature, signature);
    assert.deepEqual(t.trace.calls.map((l) => [l.vm, l.ok, l.calls.map((k) => [k.vm, k.ok])]), [['evm', true, [['svm', true]]]]);
    assert.equal(await connection.getBalance(to), LAMPORTS_PER_SOL);
    assert.deepEqual(tx.meta.logMessages.slice(-2), [`Program ${SystemProgram.programId} invoke [1]`, `Program ${SystemProgram.programId} success`]);
    assert.deepEqual((await connection.getSignaturesForAddress(to)).map((row) => row.signature), [signature]);
    const block = await connection.getBlock(tx.slot, { maxSupportedTransactionVersion: 0 });
    assert.equal(block.transactions.length, 1);
});

test('every block runs again as it did', async () => {
    await node.replay();
});
