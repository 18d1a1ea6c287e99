// Filters and subscriptions over a chain that goes back (evm_revert): what comes at a height again is new again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startNode } from './lib/node.mjs';

let node;
before(async () => { node = await startNode(['--quiet']); });
after(() => node?.stop());

test('blocks after going back are told, those that are gone are not', async () => {
    const socket = new WebSocket(node.urls.eth.replace('http', 'ws'));
    const heads = [];
    socket.addEventListener('message', (m) => { const d = JSON.parse(m.data); if (d.method) heads.push(d.params.result.hash); });
    await new Promise((r) => socket.addEventListener('open', r));
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }));
    await new Promise((r) => setTimeout(r, 200));
    const filter = await node.rpc('eth_newBlockFilter');
    const snapshot = await node.rpc('evm_snapshot');
    const newest = async () => (await node.rpc('eth_getBlockByNumber', 'latest', false)).hash;
    await node.rpc('evm_mine');
    const gone = await newest();
    await node.rpc('evm_mine');
    assert.equal(await node.rpc('evm_revert', snapshot), true);
    await node.wallet(0).sendTransaction({ to: node.wallet(1).address, value: 1n }).then((t) => t.wait());
    const made = await newest();
    assert.deepEqual(await node.rpc('eth_getFilterChanges', filter), [made]);
    for (const end = Date.now() + 5000; heads.at(-1) !== made && Date.now() < end;) await new Promise((r) => setTimeout(r, 20));
    assert.equal(heads.at(-1), made);
    assert.equal(heads[0], gone); // it was told before it went
    socket.close();
});
