// News of messages over a WebSocket, through viem's transport.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Contract, Interface, toBeHex, toUtf8Bytes } from 'ethers';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createPublicClient, webSocket } from 'viem';
import { ROOT, startNode } from './lib/node.mjs';

const QUEUE = '0x7e00000000000000000000000000000000000004';
const NONE = { onFail: 0, openRetry: false, deadline: 0, gasLimit: 0, refundTo: `0x${'0'.repeat(40)}`, callback: '0x00000000', callbackGas: 0, onSuccess: false };
const gas = { gasLimit: 2_000_000 };

let node, client, wallet, other, queue;
const stops = [];

before(async () => {
    node = await startNode(['--quiet']);
    client = createPublicClient({ transport: webSocket(node.urls.eth.replace('http', 'ws')) });
    wallet = node.wallet(0);
    other = node.wallet(1);
    queue = new Contract(QUEUE, new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/TernQueue.json'), 'utf8')).abi), wallet);
});
after(async () => {
    for (const stop of stops) await stop();
    (await client?.transport.getRpcClient())?.close();
    await node?.stop();
});

// What comes from now on; `until(n)` waits for n of them.
async function news(filter) {
    const got = [], waiting = [];
    const { unsubscribe } = await client.transport.subscribe({
        params: filter ? ['ternMessages', filter] : ['ternMessages'],
        onData: ({ result }) => {
            got.push(result);
            for (const w of waiting) if (got.length >= w.n) w.done();
        },
        onError: (e) => { throw e; },
    });
    stops.push(unsubscribe);
    return { got, until: (n) => (got.length >= n ? null : new Promise((done) => waiting.push({ n, done }))) };
}
const mined = async (tx) => (await tx).wait();
const send = (by, fn, options = NONE) => mined(queue.connect(by).sendMove(toUtf8Bytes('0x1'), toUtf8Bytes('aptos_account'), toUtf8Bytes('create_account'), fn, '0x', options, gas));
const GOOD = `0x${'61'.repeat(32)}`, BAD = toBeHex(5, 32);

test('what becomes of messages is told as it happens, to each what it asked for', async () => {
    const all = await news(), pending = await news({ status: 'pending' }), mine = await news({ sender: other.address }), toSolana = await news({ target: 'svm' });
    const kept = await send(wallet, BAD);
    await send(other, GOOD);
    await send(wallet, BAD, { ...NONE, onFail: 1 });
    await all.until(3);
    const id = all.got[0].message.id;
    await mined(queue.retry(id, gas));
    await mined(queue.cancel(id, gas));
    await mined(queue.cancel(id, gas)); // refused: changes nothing
    const last = await send(other, `0x${'62'.repeat(32)}`);
    await all.until(6);
    await pending.until(2);
    await mine.until(2);
    assert.deepEqual(all.got.map((n) => [n.kind, n.status]),
        [['message', 'pending'], ['message', 'executed'], ['message', 'dropped'], ['retry', 'pending'], ['cancel', 'cancelled'], ['message', 'executed']]);
    assert.deepEqual(pending.got, [all.got[0], all.got[3]].map((n, i) => ({ ...n, message: pending.got[i].message })));
    assert.deepEqual(mine.got.map((n) => n.message.sender), Array(2).fill(other.address.toLowerCase()));
    assert.deepEqual(toSolana.got, []);
    assert.deepEqual([all.got[0].rootHash, Number(all.got[0].block)], [kept.hash, kept.blockNumber]);
    assert.equal(all.got[5].rootHash, last.hash);
    assert.deepEqual(all.got[4].message, await node.rpc('tern_getMessage', id));
});

test('after going back what comes again is told again', async () => {
    const snapshot = await node.rpc('evm_snapshot');
    const all = await news();
    await send(wallet, `0x${'63'.repeat(32)}`);
    await all.until(1);
    assert.equal(await node.rpc('evm_revert', snapshot), true);
    await send(wallet, `0x${'64'.repeat(32)}`);
    await all.until(2);
    assert.deepEqual(all.got.map((n) => n.message.callData.slice(-2)), ['63', '64']);
});

test('a filter that news do not have is refused; so is a subscription without a socket', async () => {
    const over = (...params) => client.transport.subscribe({ params, onData: () => {} });
    for (const [filter, words] of [[{ rootHash: GOOD }, /not filtered by 'rootHash'/], [{ status: 'done' }, /pending, executed/], [5, /an object/]])
        await assert.rejects(over('ternMessages', filter), (e) => e.code === -32602 && words.test(e.message));
    const { error } = await node.raw('eth_subscribe', 'ternMessages');
    assert.match(error.message, /notifications not supported/);
});
