// Submissions: whoever gets the answer finds the transaction in a block, in whatever way it came, alone or with many.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Transaction, Wallet } from 'ethers';
import { startNode } from './lib/node.mjs';

let node, chainId;
const to = '0x000000000000000000000000000000000000dEaD';
const nonces = new Map();

before(async () => {
    node = await startNode(['--quiet']);
    chainId = Number(await node.rpc('eth_chainId'));
});

after(() => node?.stop());

async function signed(wallet, more = {}) {
    const nonce = more.nonce ?? nonces.get(wallet.address) ?? 0;
    if (more.nonce === undefined) nonces.set(wallet.address, nonce + 1);
    return wallet.signTransaction({ to, value: 1n, nonce, gasLimit: 21000, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n, type: 2, chainId, ...more });
}
const hashOf = (raw) => Transaction.from(raw).hash;
const receipt = (raw) => node.rpc('eth_getTransactionReceipt', hashOf(raw));

test('many at once: each answer comes when its receipt can be read, and the receipts fit together', async () => {
    const raws = [];
    for (let k = 0; k < 8; k++) for (let i = 0; i < 10; i++) raws.push(await signed(node.wallet(i)));
    const receipts = await Promise.all(raws.map(async (raw) => {
        const { result, error } = await node.raw('eth_sendRawTransaction', raw);
        assert.equal(error, undefined, error?.message);
        assert.equal(result, hashOf(raw));
        return receipt(raw);
    }));
    assert.ok(receipts.every((r) => r?.status === '0x1'));
    const blocks = Map.groupBy(receipts, (r) => r.blockHash);
    for (const [hash, some] of blocks) {
        const block = await node.rpc('eth_getBlockByHash', hash, false);
        assert.equal(block.transactions.length, some.length);
        for (const r of some) {
            assert.equal(block.transactions[Number(r.transactionIndex)], r.transactionHash);
            assert.equal(Number(r.cumulativeGasUsed), 21000 * (Number(r.transactionIndex) + 1));
        }
    }
    assert.equal(await node.rpc('eth_getBalance', to, 'latest'), '0x50');
});

test('what was answered is in a block for whoever asks next, on every port', async () => {
    const post = async (url, method, ...params) => (await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) })).json()).result;
    const others = [
        async () => Number((await (await fetch(node.urls.aptos)).json()).block_height),
        () => post(node.urls.solana, 'getSlot'),
        async () => Number(await post(node.urls.eth, 'eth_blockNumber')),
    ];
    const endless = { to: null, data: '0x5b600056', gasLimit: 16_000_000, value: 0n }; // long enough to be overtaken
    for (let k = 0; k < 3; k++)
        for (const height of others) {
            const raw = await signed(node.wallet(9), endless);
            await node.rpc('eth_sendRawTransaction', raw);
            const seen = await height();
            assert.ok(Number((await receipt(raw)).blockNumber) <= seen);
        }
});

test('unlocked accounts that send many at once, without nonces, get one for each', async () => {
    const [from] = await node.rpc('eth_accounts'), target = '0x00000000000000000000000000000000000beef1';
    const stranger = '0x00000000000000000000000000000000000beef2';
    await node.rpc('anvil_setBalance', stranger, '0xde0b6b3a7640000');
    await node.rpc('anvil_impersonateAccount', stranger);
    const first = Number(await node.rpc('eth_getTransactionCount', from, 'latest'));
    const send = (_, i) => node.rpc('eth_sendTransaction', { from: i % 2 ? from : stranger, to: target, value: '0x1', gas: '0x5208' });
    await node.rpc('evm_setAutomine', false);
    const waiting = await Promise.all(Array.from({ length: 600 }, send));
    await node.rpc('evm_setAutomine', true);
    const hashes = [...waiting, ...await Promise.all(Array.from({ length: 40 }, send))];
    assert.equal(new Set(hashes).size, 640);
    const sent = await Promise.all(hashes.map((hash) => node.rpc('eth_getTransactionByHash', hash)));
    assert.ok(sent.every((tx) => tx.blockHash));
    for (const [who, start] of [[from, first], [stranger, 0]])
        assert.deepEqual(sent.filter((tx) => tx.from === who).map((tx) => Number(tx.nonce)).sort((a, b) => a - b), Array.from({ length: 320 }, (_, i) => start + i));
    assert.equal(await node.rpc('eth_getBalance', target, 'latest'), '0x280');
    nonces.set(node.wallet(0).address, first + 320);
});

test('a refusal is an error with its reason, before and after the mempool', async () => {
    const poor = Wallet.createRandom();
    const cases = [
        [await signed(poor, { nonce: 0 }), /insufficient funds/],
        [await signed(node.wallet(0), { nonce: 0, value: 2n }), /nonce too low/],
        ['0x02c0', /./],
    ];
    for (const [raw, reason] of cases) {
        const { error } = await node.raw('eth_sendRawTransaction', raw);
        assert.equal(error?.code, -32000);
        assert.match(error.message, reason);
    }
    const raw = await signed(node.wallet(0));
    await node.rpc('eth_sendRawTransaction', raw);
    const { error } = await node.raw('eth_sendRawTransaction', raw);
    assert.match(error.message, /already known|nonce too low/);
});

test('one that waits for an earlier nonce is answered at once', async () => {
    const wallet = node.wallet(1), nonce = nonces.get(wallet.address);
    const later = await signed(wallet, { nonce: nonce + 1 });
    const start = Date.now();
    assert.equal(await node.rpc('eth_sendRawTransaction', later), hashOf(later));
    assert.ok(Date.now() - start < 3000);
    assert.equal(await receipt(later), null);
    const first = await signed(wallet, { nonce });
    await node.rpc('eth_sendRawTransaction', first);
    for (let i = 0; i < 100 && !await receipt(later); i++) await new Promise((r) => setTimeout(r, 20));
    assert.equal((await receipt(later)).status, '0x1');
    nonces.set(wallet.address, nonce + 2);
});

test('over a WebSocket, in a batch, with any id, and as a notification', async () => {
    const ws = new WebSocket(node.urls.eth.replace('http', 'ws'));
    await new Promise((resolve, reject) => { ws.onopen = resolve; ws.onerror = reject; });
    const answers = [];
    let news = () => {};
    ws.onmessage = (m) => { answers.push(JSON.parse(m.data)); news(); };
    const raws = [];
    for (let i = 2; i < 6; i++) raws.push(await signed(node.wallet(i)));
    raws.forEach((raw, i) => ws.send(JSON.stringify({ jsonrpc: '2.0', id: `n${i}`, method: 'eth_sendRawTransaction', params: [raw] })));
    while (answers.length < raws.length) await new Promise((resolve) => { news = resolve; });
    assert.deepEqual(answers.map((a) => a.id).sort(), ['n0', 'n1', 'n2', 'n3']);
    for (const a of answers) assert.equal(a.result, hashOf(raws[Number(a.id[1])]));
    for (const raw of raws) assert.equal((await receipt(raw)).status, '0x1');
    ws.close();

    const post = async (body) => (await fetch(node.urls.eth, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).text();
    const batch = [await signed(node.wallet(6)), await signed(node.wallet(6))];
    const both = JSON.parse(await post(batch.map((raw, id) => ({ jsonrpc: '2.0', id, method: 'eth_sendRawTransaction', params: [raw] }))));
    assert.deepEqual(both.map((a) => [a.id, a.result]), batch.map((raw, i) => [i, hashOf(raw)]));
    for (const raw of batch) assert.equal((await receipt(raw)).status, '0x1');

    const quiet = await signed(node.wallet(7));
    assert.equal(await post({ jsonrpc: '2.0', method: 'eth_sendRawTransaction', params: [quiet] }), '');
    assert.equal((await receipt(quiet)).status, '0x1');
    const nothing = await signed(node.wallet(7));
    assert.deepEqual(JSON.parse(await post({ jsonrpc: '2.0', id: null, method: 'eth_sendRawTransaction', params: [nothing] })), { jsonrpc: '2.0', id: null, result: hashOf(nothing) });
});

test('BLOCKHASH in a transaction is the chain\'s, also after going back', async () => {
    const wallet = node.wallet(8);
    // Stores the hash of the block whose number is the call data.
    const create = await signed(wallet, { to: null, value: 0n, gasLimit: 100_000, data: '0x655f35405f55005f526006601af3' });
    const at = (await node.rpc('eth_sendRawTransaction', create)) && (await receipt(create)).contractAddress;
    const ask = async (number) => {
        await node.rpc('eth_sendRawTransaction', await signed(wallet, { to: at, value: 0n, gasLimit: 100_000, data: `0x${number.toString(16).padStart(64, '0')}` }));
        return node.rpc('eth_getStorageAt', at, '0x0', 'latest');
    };
    const newest = async () => Number(await node.rpc('eth_blockNumber'));
    const hash = async (number) => (await node.rpc('eth_getBlockByNumber', `0x${number.toString(16)}`, false)).hash;
    const check = async () => {
        for (const back of [0, 1, 3]) {
            const number = await newest() - back;
            for (let i = 0; i < 2; i++) assert.equal(await ask(number), await hash(number));
        }
        assert.equal(await ask(await newest() + 1), `0x${'0'.repeat(64)}`);
    };
    await check();
    const point = await node.rpc('evm_snapshot'), nonce = nonces.get(wallet.address), height = await newest();
    await check();
    const before = await hash(height + 2);
    await node.rpc('evm_revert', point);
    nonces.set(wallet.address, nonce);
    await node.rpc('evm_increaseTime', 100);
    await check();
    assert.notEqual(await hash(height + 2), before);
});

test('a node that is stopped under load ends, and answers or closes', async () => {
    const other = await startNode(['--quiet']);
    const raws = [];
    for (let k = 0; k < 15; k++) for (let i = 0; i < 10; i++) raws.push(await signed(node.wallet(i), { nonce: k }));
    const all = raws.map((raw) => other.raw('eth_sendRawTransaction', raw).then(() => 'answered', () => 'closed'));
    await new Promise((r) => setTimeout(r, 20));
    const start = Date.now();
    assert.equal((await other.stop()).code, 0);
    assert.ok(Date.now() - start < 20_000);
    await Promise.all(all);
});

test('what was answered is in the chain after kill -9', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tern-kill-'));
    const answered = [];
    try {
        for (let life = 0; life < 3; life++) {
            const mortal = await startNode(['--quiet', '--data', dir]);
            const gone = new Promise((resolve) => mortal.child.once('exit', resolve));
            for (const hash of answered) assert.equal((await mortal.rpc('eth_getTransactionReceipt', hash))?.status, '0x1');
            const enough = answered.length + 12;
            await Promise.all(Array.from({ length: 10 }, async (_, i) => {
                const wallet = node.wallet(i), start = Number(await mortal.rpc('eth_getTransactionCount', wallet.address, 'latest'));
                for (let nonce = start; nonce < start + 5; nonce++) {
                    const raw = await signed(wallet, { nonce });
                    const answer = await mortal.raw('eth_sendRawTransaction', raw).catch(() => null);
                    if (!answer) return;
                    answered.push(answer.result);
                    if (answered.length === enough) mortal.child.kill('SIGKILL');
                }
            }));
            mortal.child.kill('SIGKILL');
            await gone;
            mortal.provider.destroy();
        }
        const last = await startNode(['--quiet', '--data', dir]);
        for (const hash of answered) assert.equal((await last.rpc('eth_getTransactionReceipt', hash))?.status, '0x1');
        assert.ok(answered.length >= 36);
        await last.stop();
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
});

test('what no worker takes is bounded, and blocks that are being made do not keep a node from ending', { timeout: 120_000 }, async (t) => {
    const busy = await startNode(['--quiet']), WORKERS = 32, MIB = 1 << 20, MESSAGE = 7 * MIB, LIMIT = 64 * MIB, MESSAGES = 12;
    const ignore = () => {};
    t.after(() => busy.child.kill('SIGKILL')); // if it does not end by itself
    busy.raw('anvil_mine', '0xf4240').catch(ignore);
    for (let i = 0; i < WORKERS; i++) busy.raw('evm_snapshot').catch(ignore);
    await new Promise((resolve) => setTimeout(resolve, 2500)); // every worker has a snapshot to make by then
    const ws = new WebSocket(busy.urls.eth.replace('http', 'ws')), refusals = [];
    const expected = MESSAGES - Math.floor(LIMIT / MESSAGE);
    const enough = new Promise((resolve, reject) => {
        ws.onmessage = ({ data }) => refusals.push(JSON.parse(data)) === expected && resolve();
        ws.onclose = ws.onerror = () => reject(new Error('the socket was closed'));
        ws.onopen = () => {
            const head = '{"jsonrpc":"2.0","id":1,"method":"web3_sha3","params":["0x', tail = '"]}';
            const message = head + '0'.repeat(MESSAGE - head.length - tail.length) + tail;
            for (let i = 0; i < MESSAGES; i++) ws.send(message);
        };
    });
    await enough;
    assert.ok(refusals.every(({ error }) => error?.code === -32005 && error.message === 'the node is busy'));
    ws.onclose = ws.onerror = ignore;
    await busy.stop(); // or the test's own time is over
});
