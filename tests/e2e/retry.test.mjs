// tern_retry and tern_cancel: from unlocked accounts, and as transactions that ethers and web3.js sign.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { Contract, Interface, toBeHex, toUtf8Bytes } from 'ethers';
import * as m from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';

const QUEUE = '0x7e00000000000000000000000000000000000004';
const NONE = { onFail: 0, openRetry: false, deadline: 0, gasLimit: 0, refundTo: `0x${'0'.repeat(40)}`, callback: '0x00000000', callbackGas: 0, onSuccess: false };
const BAD = toBeHex(5, 32);

let node, solana, wallet, stranger, queue, payer;

before(async () => {
    node = await startNode(['--quiet']);
    solana = new m.Solana(node);
    payer = await solana.funded(10);
    wallet = node.wallet(0);
    stranger = node.wallet(1);
    queue = new Contract(QUEUE, new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/TernQueue.json'), 'utf8')).abi), wallet);
});
after(async () => {
    solana?.close();
    await node?.stop();
});

const trace = async (hash) => (await node.rpc('tern_traceTransaction', hash)).trace;
const message = (id) => node.rpc('tern_getMessage', id);
async function kept(options = {}) {
    const tx = await queue.sendMove(toUtf8Bytes('0x1'), toUtf8Bytes('aptos_account'), toUtf8Bytes('create_account'), BAD, '0x', { ...NONE, ...options }, { gasLimit: 2_000_000 });
    await tx.wait();
    return (await trace(tx.hash)).calls[0].messageId;
}
const refused = async (method, ...params) => {
    const { error, result } = await node.raw(method, ...params);
    assert.ok(error, JSON.stringify(result));
    return error.message;
};

test('the sender, if it is unlocked, need not be named', async () => {
    const id = await kept();
    const hash = await node.rpc('tern_retry', id);
    const root = await trace(hash);
    assert.deepEqual([root.from, root.function, root.calls[0].kind, root.calls[0].messageId, root.calls[0].failure], [wallet.address.toLowerCase(), 'retry(bytes32)', 'retry', id, 'reverted']);
    assert.equal((await message(id)).attempts, 2);
    const cancelled = await trace(await node.rpc('tern_cancel', id, { gas: '0x186a0' }));
    assert.deepEqual([cancelled.calls[0].kind, cancelled.calls[0].status], ['cancel', 'cancelled']);
    assert.equal((await message(id)).status, 'cancelled');
    assert.match(await refused('tern_retry', id), /not pending but cancelled/);
});

test('who may not is told so before anything is sent', async () => {
    const id = await kept(), block = await node.rpc('eth_blockNumber');
    assert.match(await refused('tern_retry', id, { from: stranger.address }), /only the message's sender may retry/);
    assert.match(await refused('tern_cancel', id, { from: stranger.address }), /only the message's sender may cancel/);
    assert.match(await refused('tern_retry', toBeHex(1, 32)), /no message with this id/);
    assert.match(await refused('tern_retry', id, { from: `0x${'12'.repeat(20)}` }), /only the message's sender|unlocked/);
    assert.match(await refused('tern_retry', id, { price: 1 }), /no option 'price'/);
    assert.match(await refused('tern_retry', 'x'), /message id/);
    assert.equal(await node.rpc('eth_blockNumber'), block);
    const open = await kept({ openRetry: true });
    assert.equal((await trace(await node.rpc('tern_retry', open, { from: stranger.address }))).from, stranger.address.toLowerCase());
});

test('ethers signs what it is given', async () => {
    const id = await kept();
    const { vm, transaction } = await node.rpc('tern_cancelTransaction', id);
    assert.equal(vm, 'evm');
    assert.equal(transaction.to, QUEUE);
    assert.equal(queue.interface.parseTransaction(transaction).args.id, id);
    const { gas, ...rest } = transaction;
    const receipt = await (await wallet.sendTransaction({ ...rest, gasLimit: gas })).wait();
    assert.equal((await trace(receipt.hash)).calls[0].status, 'cancelled');
});

test('web3.js signs what it is given', async () => {
    const signature = await solana.send([payer], m.instruction(payer.publicKey, m.callEvm(QUEUE, '0xdeadbeef')));
    const id = (await trace(signature)).calls[0].messageId;
    assert.equal((await message(id)).status, 'pending');
    assert.match(await refused('tern_retry', id), /no unlocked account/);
    const { vm, instruction } = await node.rpc('tern_cancelTransaction', id);
    assert.equal(vm, 'svm');
    const ix = new TransactionInstruction({
        programId: new PublicKey(instruction.programId),
        keys: instruction.keys.map((k) => ({ ...k, pubkey: new PublicKey(k.pubkey) })),
        data: Buffer.from(instruction.data, 'base64'),
    });
    assert.deepEqual(ix, m.instruction(payer.publicKey, m.cancel(id)));
    const done = await solana.send([payer], ix);
    assert.equal((await trace(done)).calls[0].status, 'cancelled');
});

test('without development verbs nothing is unlocked', async () => {
    const bare = await startNode(['--quiet', '--no-dev']);
    try {
        const q = queue.connect(node.wallet(0).connect(bare.provider));
        const tx = await q.sendMove(toUtf8Bytes('0x1'), toUtf8Bytes('aptos_account'), toUtf8Bytes('create_account'), BAD, '0x', NONE, { gasLimit: 2_000_000 });
        await tx.wait();
        const { trace: { calls: [{ messageId }] } } = await bare.rpc('tern_traceTransaction', tx.hash);
        assert.match((await bare.raw('tern_retry', messageId)).error.message, /no unlocked account.*tern_retryTransaction/);
        assert.equal((await bare.rpc('tern_retryTransaction', messageId)).transaction.from, wallet.address.toLowerCase());
    } finally {
        await bare.stop();
    }
});
