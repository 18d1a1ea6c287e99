// The tree over all machines: arguments, results and sources beside what each machine's own SDK says of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Keypair, SystemProgram } from '@solana/web3.js';
import { AbiCoder, Contract, Interface } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import * as m from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const artifact = (name) => new Interface(JSON.parse(readFileSync(path.join(ROOT, `contracts/artifacts/${name}.json`), 'utf8')).abi);
const coder = AbiCoder.defaultAbiCoder();
const QUEUE = '0x7e00000000000000000000000000000000000004', MOVEVM = '0x7e00000000000000000000000000000000000001';
const gas = { gasLimit: 4_000_000 };

let node, solana, wallet, account, owner, demo, demoAddress, caller, payer;

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    // The compilers take their time: no connection shall wait for them.
    const ledger = compileMove('tests/e2e/demo/move', { demo: owner }), vault = compileMove('tests/e2e/sync', { sync: owner });
    const { Demo } = compileSolidity('tests/e2e/demo/contracts/Demo.sol'), { SyncCaller } = compileSolidity('tests/e2e/contracts/SyncCaller.sol');
    node = await startNode(['--quiet']);
    solana = new m.Solana(node);
    payer = await solana.funded(10);
    wallet = node.wallet(0);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Demo', ['ledger'], ledger);
    await publish(node.aptos, account, 'Sync', ['vault'], vault);
    const at = Buffer.from(owner.slice(2).padStart(64, '0'), 'hex');
    demo = await deploy(wallet, Demo, at);
    demoAddress = (await demo.getAddress()).toLowerCase();
    caller = await deploy(wallet, SyncCaller, at);
});
after(async () => {
    solana?.close();
    await node?.stop();
});

const mined = async (tx) => (await tx).wait();
const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const values = (list) => list.map((x) => x.value);
const types = (list) => list.map((x) => x.type);
// As ethers decodes, in the words of JSON.
const plain = (v) => (typeof v === 'bigint' ? v.toString() : Array.isArray(v) ? [...v].map(plain) : v);
const lower = (v) => (Array.isArray(v) ? v.map(lower) : typeof v === 'string' && v.startsWith('0x') ? v.toLowerCase() : v);

test('a call of a genesis contract has the arguments that ethers decodes, and the value', async () => {
    const face = artifact('MoveVM'), messenger = new Contract(MOVEVM, face, wallet);
    const args = ['0x', 'aptos_account', 'create_account'].map((s) => Buffer.from(s));
    const { hash } = await mined(messenger.call(...args, coder.encode(['bytes32'], [`0x${'ab'.repeat(32)}`]), '0x', gas));
    const { trace: root } = await trace(hash);
    const parsed = face.parseTransaction(await node.provider.getTransaction(hash));
    assert.equal(root.function, parsed.signature);
    assert.deepEqual(values(root.arguments), plain([...parsed.args]));
    assert.deepEqual(types(root.arguments), Array(5).fill('bytes'));
    assert.deepEqual(root.returned, []);
    const paid = await mined(wallet.sendTransaction({ to: payerlessAddress(), value: 12345n }));
    const { trace: transfer } = await trace(paid.hash);
    assert.equal(BigInt(transfer.value), 12345n);
    assert.deepEqual([transfer.function, transfer.arguments, transfer.returned], [null, null, null]);
});
const payerlessAddress = () => `0x${'66'.repeat(20)}`;

test('a message to Move has what the function was called with, and who sent it', async () => {
    const { hash } = await mined(demo.write(77, 'grüße', gas));
    const [leg] = (await trace(hash)).trace.calls;
    assert.deepEqual(leg.arguments, [{ type: 'u64', value: '77' }, { type: '0x1::string::String', value: 'grüße' }]);
    assert.deepEqual(leg.source, { vm: 'evm', address: demoAddress });
    assert.equal(leg.from, await node.rpc('tern_alias', demoAddress));
    const [entry] = (await node.aptos.viewJson({ payload: { function: `${owner}::ledger::entries` } }))[0];
    assert.deepEqual([entry.amount, entry.text], values(leg.arguments));
    assert.deepEqual(leg.returned, []);
});

test('a transaction of Move has the arguments that the Aptos API shows, and its message those of the ABI', async () => {
    const { hash } = await callEntry(node.aptos, account, `${owner}::ledger::send_note`, [demoAddress.padEnd(42), 9, 'title', [1, 2, 3]].map((x, i) => (i ? x : `0x${'0'.repeat(24)}${demoAddress.slice(2)}`)));
    const { payload } = await node.aptos.getTransactionByHash({ transactionHash: hash });
    const { trace: root } = await trace(hash);
    assert.deepEqual(values(root.arguments), payload.arguments);
    assert.equal(root.function, payload.function);
    const [leg] = root.calls;
    assert.equal(leg.vm, 'evm');
    const parsed = new Interface([`function ${leg.function}`]).parseTransaction({ data: leg.input });
    assert.deepEqual(lower(values(leg.arguments)), lower(plain([...parsed.args])));
    assert.deepEqual(leg.source, { vm: 'move', address: `0x${owner.slice(2).padStart(64, '0')}` });
});

test('a transaction of Solana has its instructions as web3.js gets them', async () => {
    const to = Keypair.generate().publicKey;
    const signature = await solana.send([payer], SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 1_000_000_000 }),
        m.instruction(payer.publicKey, m.callEvm(demoAddress, demo.interface.encodeFunctionData('lastCount'))));
    const { trace: root } = await trace(signature);
    const { result } = await solana.connection._rpcRequest('getTransaction', [signature, { encoding: 'jsonParsed', commitment: 'confirmed', maxSupportedTransactionVersion: 0 }]);
    assert.deepEqual(root.instructions, result.transaction.message.instructions);
    assert.deepEqual(root.programLogs, result.meta.logMessages);
    assert.deepEqual(root.calls[0].source, { vm: 'svm', address: payer.publicKey.toBase58() });
    assert.equal(root.calls[0].source.address, root.from);
});

test('a failed transaction says why, in every machine', async () => {
    const failed = await wallet.sendTransaction({ to: QUEUE, data: '0xdeadbeef', gasLimit: 100_000 });
    await assert.rejects(failed.wait());
    const evm = await trace(failed.hash);
    assert.equal(evm.ok, false);
    assert.match(evm.trace.error, /^execution reverted/);
    const reverted = await caller.putAndRevert(5, gas);
    await assert.rejects(reverted.wait());
    assert.match((await trace(reverted.hash)).trace.error, /^execution reverted: custom error/);
    const short = await solana.connection.sendTransaction(await transfer(10n ** 15n), [payer], { skipPreflight: true });
    // web3.js answers with the transaction's error, or throws it if the status came before its subscription.
    await solana.connection.confirmTransaction({ signature: short, ...await solana.connection.getLatestBlockhash() })
        .catch((e) => assert.deepEqual(e, { InstructionError: [0, { Custom: 1 }] }));
    const svm = await trace(short);
    assert.match(svm.trace.error, /^Error processing Instruction 0: custom program error: 0x1/);
});
async function transfer(lamports) {
    const { Transaction } = await import('@solana/web3.js');
    return new Transaction().add(SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: Keypair.generate().publicKey, lamports }));
}

test('synchronous calls stand in the order in which they were made, with arguments and results', async () => {
    const { hash } = await mined(caller.putAndTry(30, 1_000_000, gas));
    const { trace: root } = await trace(hash);
    assert.deepEqual(root.calls.map((l) => [l.kind, l.vm, l.function.split('::')[2], l.ok, l.undone]),
        [['call', 'move', 'put', true, false], ['call', 'move', 'take', false, false], ['call', 'move', 'put', true, false]]);
    const [put, take, again] = root.calls;
    assert.deepEqual(put.arguments, [{ type: 'u64', value: '30' }]);
    assert.deepEqual(put.returned, [{ type: 'uint64', value: '30' }]);
    assert.deepEqual(take.arguments, [{ type: 'u64', value: '1000000' }]);
    assert.equal(take.returned, null);
    assert.match(take.error, /E_TOO_MUCH/);
    assert.deepEqual(again.returned, [{ type: 'uint64', value: '31' }]);
    const source = { vm: 'evm', address: (await caller.getAddress()).toLowerCase() };
    for (const l of root.calls) assert.deepEqual(l.source, source);
});

test('a message shows its retries, and a retry where the message came from', async () => {
    const { hash } = await mined(demo.writeGuarded(5, gas));
    const [leg] = (await trace(hash)).trace.calls;
    assert.deepEqual([leg.ok, leg.status, leg.retries], [false, 'pending', []]);
    assert.deepEqual(leg.source, { vm: 'evm', address: demoAddress }); // although nothing of it has lasted
    const first = await mined(demo.retry(leg.messageId, gas));
    await callEntry(node.aptos, account, `${owner}::ledger::open`, []);
    const second = await mined(demo.retry(leg.messageId, gas));
    const [now] = (await trace(hash)).trace.calls;
    assert.deepEqual(now.retries.map((r) => [r.kind, r.rootHash, Number(r.block), r.ok, r.failure]),
        [['retry', first.hash, first.blockNumber, false, 'reverted'], ['retry', second.hash, second.blockNumber, true, null]]);
    assert.match(now.retries[0].error, /E_CLOSED/);
    const [again] = (await trace(second.hash)).trace.calls;
    assert.deepEqual([again.kind, again.startedBy, again.status], ['retry', hash, 'executed']);
    assert.deepEqual(again.arguments, [{ type: 'u64', value: '5' }]);
});
