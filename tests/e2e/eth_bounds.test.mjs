// What one answer may hold: large results are refused with a clear error or come in parts, and the node goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startNode } from './lib/node.mjs';

let node, wallet, noisy;

before(async () => {
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    // The contract emits 12,000 empty logs: a loop over PUSH0 PUSH0 LOG0.
    const receipt = await (await wallet.sendTransaction({ data: '0x6010600c60003960106000f3612ee05b5f5fa06001900380600357' + '00' })).wait();
    noisy = receipt.contractAddress;
});
after(() => node?.stop());

test('more than 10,000 logs are refused with what to do, and a filter tells them all the same', async () => {
    const filter = await node.rpc('eth_newFilter', { address: noisy });
    const sent = [];
    for (let i = 0; i < 3; i++) sent.push(await (await wallet.sendTransaction({ to: noisy, gasLimit: 8_000_000 })).wait());
    assert.deepEqual(sent.map((r) => r.logs.length), [12_000, 12_000, 12_000]);
    const { error } = await node.raw('eth_getLogs', { address: noisy, fromBlock: '0x0' });
    assert.equal(error.code, -32005);
    assert.match(error.message, /more than 10000 results: ask for a shorter block range/);
    // Block by block: no log is lost, none comes twice.
    const seen = [];
    for (let i = 0; i < 3; i++) {
        const logs = await node.rpc('eth_getFilterChanges', filter);
        assert.equal(logs.length, 12_000);
        seen.push(...logs.map((l) => `${l.blockNumber} ${l.logIndex}`));
    }
    assert.equal(new Set(seen).size, 36_000);
    assert.deepEqual(await node.rpc('eth_getFilterChanges', filter), []);
});

test('bodies that are too deep, too large or too many are refused as JSON', async () => {
    const post = async (body) => {
        const r = await fetch(node.urls.eth, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        return [r.status, JSON.parse(await r.text())];
    };
    assert.equal((await post(`{"id":1,"method":"eth_call","params":${'['.repeat(5000)}${']'.repeat(5000)}}`))[1].error.code, -32700);
    assert.equal((await post(`"${'a'.repeat(9 << 20)}"`))[0], 413);
    assert.equal((await post(JSON.stringify(Array(1001).fill({ id: 1, method: 'eth_chainId' }))))[1].error.code, -32600);
    // A batch whose answers are large together: those that do not fit say so.
    const [, answers] = await post(JSON.stringify(Array(40).fill({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ to: noisy }, 'latest', { [noisy]: { code: '0x620f42405ff3' } }] })));
    assert.equal(answers.length, 40);
    assert.ok(answers[0].result.length === 2 + 2 * 1_000_000);
    assert.equal(answers.at(-1).error.code, -32003);
    assert.equal(await node.rpc('eth_chainId'), '0x7a69');
});

test('a call gets the gas that it names, up to the cap', async () => {
    // Returns what GAS, its first instruction, sees.
    const gasOf = async (of, gas) => {
        const at = '0x' + '77'.repeat(20);
        return Number(await of.rpc('eth_call', { to: at, ...(gas && { gas }) }, 'latest', { [at]: { code: '0x5a5f5260205ff3' } })) + 21_002;
    };
    assert.equal(await gasOf(node, '0x1000000'), 0x1000000);
    assert.equal(await gasOf(node, '0x35a4e900'), 50_000_000);
    assert.equal(await gasOf(node), 50_000_000);
    for (const [options, cap] of [[['--gas-limit', '1000000000'], 1_000_000_000], [['--gas-limit', '1000000000', '--rpc-gas-cap', '7000000'], 7_000_000]]) {
        const other = await startNode(['--quiet', ...options]);
        try {
            assert.equal(await gasOf(other, '0xffffffffff'), cap);
            assert.equal(await gasOf(other), cap);
        } finally {
            await other.stop();
        }
    }
});
