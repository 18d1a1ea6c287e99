// News of the chain by polling and by subscription, and proofs of its state, with real clients.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocketProvider, decodeRlp, keccak256, toBeHex, toQuantity, zeroPadValue } from 'ethers';
import { createPublicClient, defineChain, http, webSocket } from 'viem';
import { compileSolidity, deploy } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';

let node, wallet, box, Box, chain;

before(async () => {
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    ({ Box } = compileSolidity('tests/e2e/contracts/Tools.sol'));
    box = await deploy(wallet, Box, 1);
    chain = defineChain({ id: 31337, name: 'Tern', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [node.urls.eth], webSocket: [node.urls.eth.replace('http', 'ws')] } } });
});
after(() => node?.stop());

const word = (n) => zeroPadValue(toBeHex(n), 32);
const until = async (what, ms = 5000) => {
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 20)))
        if (await what()) return;
    assert.fail('it did not come');
};

test('log filters tell each log once, in order', async () => {
    const id = await node.rpc('eth_newFilter', { address: box.target });
    const other = await node.rpc('eth_newFilter', { address: wallet.address });
    assert.deepEqual(await node.rpc('eth_getFilterChanges', id), []);
    for (const v of [2, 3, 4]) await (await box.set(v)).wait();
    const logs = await node.rpc('eth_getFilterChanges', id);
    assert.deepEqual(logs.map((l) => BigInt(l.data) & 0xffn), [2n, 3n, 4n]);
    assert.deepEqual(await node.rpc('eth_getFilterChanges', id), []);
    assert.deepEqual(await node.rpc('eth_getFilterChanges', other), []);
    const all = await node.rpc('eth_newFilter', { address: box.target, fromBlock: '0x0', toBlock: 'latest' });
    assert.deepEqual(await node.rpc('eth_getFilterLogs', all), logs);
    assert.equal(await node.rpc('eth_uninstallFilter', id), true);
    assert.equal(await node.rpc('eth_uninstallFilter', id), false);
    for (const m of ['eth_getFilterChanges', 'eth_getFilterLogs']) assert.deepEqual((await node.raw(m, id)).error, { code: -32000, message: 'filter not found' });
});

test('block and transaction filters', async () => {
    const blocks = await node.rpc('eth_newBlockFilter'), arrivals = await node.rpc('eth_newPendingTransactionFilter'), full = await node.rpc('eth_newPendingTransactionFilter', true);
    const { hash, blockHash } = await (await wallet.sendTransaction({ to: wallet.address })).wait();
    assert.deepEqual(await node.rpc('eth_getFilterChanges', blocks), [blockHash]);
    assert.deepEqual(await node.rpc('eth_getFilterChanges', arrivals), [hash]);
    assert.deepEqual((await node.rpc('eth_getFilterChanges', full)).map((t) => t.hash), [hash]);
    assert.deepEqual(await node.rpc('eth_getFilterChanges', arrivals), []);
    assert.equal((await node.raw('eth_getFilterLogs', blocks)).error.message, 'filter not found');
});

test('filters are bounded', async () => {
    let failed;
    const ids = [];
    for (let i = 0; i < 45 && !failed; i++) {
        const answers = await (await fetch(node.urls.eth, { method: 'POST', body: JSON.stringify(Array.from({ length: 100 }, (_, k) => ({ jsonrpc: '2.0', id: k, method: 'eth_newBlockFilter' }))) })).json();
        failed = answers.find((a) => a.error)?.error;
        ids.push(...answers.filter((a) => a.result).map((a) => a.result));
    }
    assert.equal(failed.code, -32005);
    assert.ok(ids.length > 1000 && new Set(ids).size === ids.length);
    await Promise.all(ids.map((id) => node.rpc('eth_uninstallFilter', id)));
});

test('wrong filters get go-ethereum\'s words', async () => {
    for (const [filter, code, message] of [
        [{ address: '0x12' }, -32602, 'invalid argument 0: invalid address: hex has invalid length 1 after decoding; expected 20 for address'],
        [{ address: [5] }, -32602, 'invalid argument 0: non-string address at index 0'],
        [{ topics: ['0x1'] }, -32602, 'invalid argument 0: hex string of odd length'],
        [{ topics: [null, null, null, null, null] }, -32602, 'invalid argument 0: exceed max topics'],
        [{ topics: [5] }, -32602, 'invalid argument 0: invalid topic(s)'],
        [{ fromBlock: '0x2', toBlock: '0x1' }, -32602, 'invalid block range params'],
        [{ fromBlock: '0x0', toBlock: '0xffffff' }, -32602, 'block range extends beyond current head block'],
        [{ fromBlock: 'pending' }, -32602, 'pending logs are not supported'],
        [{ blockHash: word(1), fromBlock: '0x0' }, -32602, 'invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other'],
        [{ blockHash: word(1) }, -32000, 'unknown block'],
        [{ address: Array(1001).fill(wallet.address) }, -32000, 'exceed max addresses or topics per search position'],
    ])
        assert.deepEqual((await node.raw('eth_getLogs', filter)).error, { code, message });
});

test('ethers listens over a WebSocket', async () => {
    const ws = new WebSocketProvider(node.urls.eth.replace('http', 'ws'));
    const seen = { block: [], pending: [], log: [] };
    await ws.on('block', (n) => seen.block.push(n));
    await ws.on('pending', (h) => seen.pending.push(h));
    await ws.on({ address: box.target }, (l) => seen.log.push(l));
    await until(async () => (await ws.send('eth_chainId', [])) === '0x7a69');
    await new Promise((r) => setTimeout(r, 200));
    const receipt = await (await box.set(77)).wait();
    await until(() => seen.block.includes(receipt.blockNumber) && seen.pending.includes(receipt.hash) && seen.log.length === 1);
    assert.equal(seen.log[0].transactionHash, receipt.hash);
    await ws.destroy();
});

test('viem watches blocks, logs and transactions', async () => {
    const pub = createPublicClient({ chain, transport: webSocket() });
    const seen = { heads: [], values: [], pending: [] };
    const stop = [
        pub.watchBlockNumber({ onBlockNumber: (n) => seen.heads.push(n) }),
        pub.watchContractEvent({ address: box.target, abi: Box.abi, eventName: 'Changed', onLogs: (l) => seen.values.push(...l.map((x) => x.args.to)) }),
        pub.watchPendingTransactions({ onTransactions: (h) => seen.pending.push(...h) }),
    ];
    await new Promise((r) => setTimeout(r, 300));
    const { hash, blockNumber } = await (await box.set(88)).wait();
    await until(() => seen.heads.includes(BigInt(blockNumber)) && seen.values.includes(88n) && seen.pending.includes(hash));
    stop.forEach((f) => f());
    // By polling, viem uses the node's filters.
    const polled = createPublicClient({ chain, transport: http(), pollingInterval: 50 });
    const unwatch = polled.watchContractEvent({ address: box.target, abi: Box.abi, onLogs: (l) => seen.values.push(...l.map((x) => x.args.to)) });
    await new Promise((r) => setTimeout(r, 200));
    await (await box.set(99)).wait();
    await until(() => seen.values.includes(99n));
    unwatch();
    (await pub.transport.getRpcClient()).close();
});

test('subscriptions: heads are headers, the id comes first, ends and refusals', async () => {
    const socket = new WebSocket(node.urls.eth.replace('http', 'ws'));
    const messages = [];
    socket.addEventListener('message', (m) => messages.push(JSON.parse(m.data)));
    await new Promise((r) => socket.addEventListener('open', r));
    let next = 0;
    const ask = async (method, ...params) => {
        const id = ++next;
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
        await until(() => messages.some((m) => m.id === id));
        return messages.find((m) => m.id === id);
    };
    const { result: heads } = await ask('eth_subscribe', 'newHeads');
    const { result: full } = await ask('eth_subscribe', 'newPendingTransactions', true);
    const { result: syncing } = await ask('eth_subscribe', 'syncing');
    assert.ok(heads && full && syncing);
    const { hash, blockNumber } = await (await wallet.sendTransaction({ to: wallet.address })).wait();
    const note = (id) => messages.find((m) => m.method === 'eth_subscription' && m.params.subscription === id);
    await until(() => note(heads) && note(full));
    const block = await node.rpc('eth_getBlockByNumber', toQuantity(blockNumber), false);
    for (const [key, value] of Object.entries(note(heads).params.result)) assert.deepEqual(value, block[key], key);
    assert.equal(note(full).params.result.hash, hash);
    assert.equal((await ask('eth_unsubscribe', heads)).result, true);
    assert.deepEqual((await ask('eth_unsubscribe', heads)).error, { code: -32000, message: 'subscription not found' });
    const before = messages.length;
    await (await wallet.sendTransaction({ to: wallet.address })).wait();
    await until(() => messages.length > before);
    assert.ok(!messages.slice(before).some((m) => m.params?.subscription === heads));
    for (const [params, code, message] of [[['nonsense'], -32601, /no "nonsense" subscription/], [[], -32602, /expected subscription name/], [['logs', { address: 5 }], -32602, /invalid addresses/], [['newHeads', 1], -32602, /too many arguments/]]) {
        const { error } = await ask('eth_subscribe', ...params);
        assert.equal(error.code, code);
        assert.match(error.message, message);
    }
    // Without an id nobody would know the subscription: there is none, so they do not count.
    for (let i = 0; i < 300; i++) socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscribe', params: ['newHeads'] }));
    assert.ok((await ask('eth_subscribe', 'newHeads')).result);
    let refused;
    for (let i = 0; i < 300 && !refused; i++) refused = (await ask('eth_subscribe', 'newHeads')).error;
    assert.equal(refused.code, -32005);
    socket.close();
    assert.deepEqual((await node.raw('eth_subscribe', 'newHeads')).error, { code: -32601, message: 'notifications not supported' });
});

// EIP-1186 and the Yellow Paper's appendix D: what is proved under the hash of `key`, null if nothing.
function proved(root, key, nodes) {
    const path = keccak256(key).slice(2);
    let want = root, at = 0, inline = null;
    if (!nodes.length) { assert.equal(root, '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'); return null; }
    for (const queue = [...nodes]; ;) {
        let fields = inline;
        if (!inline) {
            const rlp = queue.shift();
            assert.ok(rlp, 'the proof ends too early');
            assert.equal(keccak256(rlp), want);
            fields = decodeRlp(rlp);
        }
        let child;
        if (fields.length === 17) {
            child = fields[parseInt(path[at++], 16)];
        } else {
            const hp = fields[0].slice(2), flag = parseInt(hp[0], 16), rest = hp.slice(flag & 1 ? 1 : 2);
            if (!path.startsWith(rest, at)) { assert.equal(queue.length, 0); return null; }
            at += rest.length;
            if (flag & 2) { assert.equal(queue.length, 0); return fields[1]; }
            child = fields[1];
        }
        if (child === '0x') { assert.equal(queue.length, 0); return null; }
        inline = Array.isArray(child) ? child : null;
        want = child;
    }
}

const number = (x) => (x === '0x' ? 0n : BigInt(x));

test('proofs of accounts and slots hold against the roots of their blocks', async () => {
    const pub = createPublicClient({ chain, transport: http() });
    const deployed = await deploy(wallet, Box, 5);
    const first = await node.provider.getBlockNumber();
    for (let i = 1; i <= 12; i++) await (await deployed.set(1000 + i)).wait();
    for (let back = 0; back <= 12; back++) {
        const blockNumber = BigInt(first + back);
        const { stateRoot } = await pub.getBlock({ blockNumber });
        for (const address of [deployed.target, wallet.address, '0x00000000000000000000000000000000000abcde']) {
            const p = await pub.getProof({ address, storageKeys: [word(0), word(1)], blockNumber });
            const leaf = proved(stateRoot, address, p.accountProof);
            if (!leaf) { assert.equal(p.balance, 0n); assert.ok(address.endsWith('abcde')); continue; }
            const [nonce, balance, storageHash, codeHash] = decodeRlp(leaf);
            assert.deepEqual([number(nonce), number(balance), storageHash, codeHash], [BigInt(p.nonce), p.balance, p.storageHash, p.codeHash]);
            for (const s of p.storageProof) {
                const slot = proved(p.storageHash, word(BigInt(s.key)), s.proof);
                assert.equal(slot ? number(decodeRlp(slot)) : 0n, s.value);
            }
            if (address === deployed.target) assert.equal(p.storageProof[0].value, back ? 1000n + BigInt(back) : 5n);
        }
    }
    const { storageProof } = await node.rpc('eth_getProof', deployed.target, ['0x0', word(0)], 'latest');
    assert.deepEqual(storageProof.map((s) => s.key), ['0x0', word(0)]);
    assert.equal((await node.raw('eth_getProof', deployed.target, Array(1025).fill('0x0'), 'latest')).error.code, -32602);
});

test('the state of earlier blocks', async () => {
    const short = await startNode(['--quiet', '--history', '4']);
    try {
        const w = short.wallet(0), b = await deploy(w, Box, 0);
        const first = await short.provider.getBlockNumber();
        for (let i = 1; i <= 10; i++) await (await b.set(i)).wait();
        const newest = await short.provider.getBlockNumber();
        for (let h = newest - 4; h <= newest; h++) {
            const at = toQuantity(h), i = h - first;
            assert.equal(BigInt(await short.rpc('eth_getStorageAt', b.target, '0x0', at)), BigInt(i));
            assert.equal(BigInt(await short.rpc('eth_call', { to: b.target, data: b.interface.encodeFunctionData('value') }, at)), BigInt(i));
            assert.equal(BigInt(await short.rpc('eth_getTransactionCount', w.address, at)), BigInt(i + 1));
            assert.notEqual(await short.rpc('eth_getCode', b.target, at), '0x');
            assert.ok(BigInt(await short.rpc('eth_getBalance', w.address, at)) > 0n);
            const { hash, stateRoot } = await short.rpc('eth_getBlockByNumber', at, false);
            const p = await short.rpc('eth_getProof', b.target, ['0x0'], { blockHash: hash });
            assert.equal(number(decodeRlp(proved(p.storageHash, word(0), p.storageProof[0].proof))), BigInt(i));
            assert.ok(proved(stateRoot, b.target, p.accountProof));
        }
        const old = toQuantity(newest - 5);
        for (const [m, ...params] of [['eth_getBalance', w.address], ['eth_getStorageAt', b.target, '0x0'], ['eth_getProof', b.target, []], ['eth_call', { to: b.target }]]) {
            const { error } = await short.raw(m, ...params, old);
            assert.equal(error.code, -32000);
            assert.match(error.message, /pruned/);
        }
        assert.equal((await short.rpc('eth_getBlockByNumber', old, false)).number, old); // blocks stay
    } finally {
        await short.stop();
    }
});
