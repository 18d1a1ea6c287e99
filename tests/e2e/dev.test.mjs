// The development verbs beside anvil: the same calls to both, the same answers from both. Nothing here is expected
// from Tern's own output.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Interface, TypedDataEncoder, getCreate2Address, hexlify, keccak256, parseEther, randomBytes, verifyTypedData, JsonRpcProvider } from 'ethers';
import { createTestClient, createWalletClient, defineChain, hashTypedData, http, publicActions, walletActions } from 'viem';
import { ask, hasAnvil, startAnvil } from './lib/anvil.mjs';
import { compileSolidity, deploy } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';

const TIMESTAMP = 1_700_000_000;
const X = '0x00000000000000000000000000000000deadbeef';
const Y = '0x1111111111111111111111111111111111111111';
const FEES = { gas: '0x186a0', maxFeePerGas: '0x174876e800', maxPriorityFeePerGas: '0x3b9aca00' };

let tern, anvil, accounts, contracts;

before(async () => {
    if (!hasAnvil()) return;
    [tern, anvil] = await Promise.all([startNode(['--quiet', '--timestamp', `${TIMESTAMP}`]), startAnvil(['--timestamp', `${TIMESTAMP}`])]);
    accounts = await tern.rpc('eth_accounts');
    contracts = compileSolidity('tests/e2e/contracts/Tools.sol');
});
after(() => Promise.all([tern?.stop(), anvil?.stop()]));

const beside = (name, run) => test(name, { skip: !hasAnvil() && 'npm anvil is not installed' }, async (t) => {
    await both('anvil_reset');
    await both('evm_setAutomine', true);
    // A reset does not take anvil's clock, coinbase and gas limit back.
    await both('evm_setBlockGasLimit', 60_000_000);
    await both('anvil_setCoinbase', `0x${'00'.repeat(20)}`);
    await each('evm_setTime', [[TIMESTAMP], [TIMESTAMP]]);
    // anvil gives block 1 the base fee of block 0; EIP-1559 lets it fall.
    await both('anvil_setNextBlockBaseFeePerGas', '0x3b9aca00');
    await run(t);
});

// What may differ: hashes and roots (Tern's blocks commit to every machine), wording of refusals (geth's here), Tern's
// own fields, the gas that the base fee is reckoned from.
function plain(value, drop) {
    if (Array.isArray(value)) return value.map((v) => plain(v, drop));
    if (value && typeof value === 'object')
        return Object.fromEntries(Object.entries(value).filter(([k]) => !drop.includes(k)).sort().map(([k, v]) => [k, plain(v, drop)]));
    return value;
}
const BLOCK = ['hash', 'parentHash', 'stateRoot', 'extraData', 'mixHash', 'size', 'totalDifficulty', 'blockHash', 'difficulty', 'blockTimestamp', 'ternRootHash', 'ternMessages', 'blobGasPrice', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot', 'requestsHash', 'blockAccessListHash'];
// A mark stands in for the signature of a transaction that nobody signed: another one here and there.
const UNSIGNED = [...BLOCK, 'transactionHash', 'r', 's', 'v', 'yParity', 'transactionsRoot', 'transactions'];

// anvil answers before it has made the block, Tern behind it.
async function settle(method, hash) {
    if (!/^eth_send.*Transaction$/.test(method) || !hash) return;
    if (!(await ask(anvil.url, 'anvil_getAutomine', [])).result) return;
    for (let i = 0; i < 300 && !(await ask(anvil.url, 'eth_getTransactionReceipt', [hash])).result; i++) await new Promise((r) => setTimeout(r, 10));
}

// Asks both; the answers must be equal, errors in their code or with `code` in both.
async function both(method, ...params) {
    const [t, a] = await Promise.all([ask(tern.urls.eth, method, params), ask(anvil.url, method, params)]);
    if (t.error || a.error) {
        assert.ok(t.error && a.error, `${method} ${JSON.stringify(params)}: ${JSON.stringify(t)}, anvil ${JSON.stringify(a)}`);
        return { error: t.error, peer: a.error };
    }
    await settle(method, a.result);
    assert.deepEqual(t.result, a.result, `${method} ${JSON.stringify(params)}`);
    return t.result;
}
async function bothPlain(drop, method, ...params) {
    const [t, a] = await Promise.all([ask(tern.urls.eth, method, params), ask(anvil.url, method, params)]);
    assert.deepEqual(plain(t, drop), plain(a, drop), `${method} ${JSON.stringify(params)}`);
    await settle(method, a.result);
    return t.result;
}
// Each node's own answer, where they cannot be equal.
async function each(method, params) {
    const [t, a] = await Promise.all([ask(tern.urls.eth, method, params[0]), ask(anvil.url, method, params[1])]);
    assert.ok(!t.error && !a.error, `${method}: ${JSON.stringify(t)} ${JSON.stringify(a)}`);
    await settle(method, a.result);
    return [t.result, a.result];
}
// The wall clock is read by one node after the other: timestamps are compared apart.
const newest = () => bothPlain([...BLOCK, 'timestamp'], 'eth_getBlockByNumber', 'latest', false);

beside('the newest state is amended at once, without a block', async () => {
    assert.equal(await both('anvil_setBalance', X, '0x3e8'), null);
    assert.equal(await both('eth_getBalance', X, 'latest'), '0x3e8');
    await both('hardhat_setBalance', X, '1000000000000000000');
    assert.equal(await both('eth_getBalance', X, 'latest'), '0xde0b6b3a7640000');
    await both('anvil_addBalance', X, '0x1');
    await both('anvil_addBalance', Y, 5);
    await both('eth_getBalance', X, 'latest');
    await both('eth_getBalance', Y, 'latest');
    for (const verb of ['anvil_setNonce', 'hardhat_setNonce', 'evm_setAccountNonce']) {
        await both(verb, X, '0x7');
        assert.equal(await both('eth_getTransactionCount', X, 'latest'), '0x7');
    }
    await both('anvil_setCode', X, '0x60016000526020 6000f3'.replace(' ', ''));
    assert.equal(await both('eth_call', { to: X }, 'latest'), `0x${'1'.padStart(64, '0')}`);
    await both('hardhat_setCode', X, '0x');
    assert.equal(await both('eth_getCode', X, 'latest'), '0x');
    assert.equal(await both('anvil_setStorageAt', Y, '0x5', `0x${'ab'.repeat(32)}`), true);
    assert.equal(await both('eth_getStorageAt', Y, '0x5', 'latest'), `0x${'ab'.repeat(32)}`);
    assert.equal(await both('eth_blockNumber'), '0x0');
    await both('evm_mine');
    await both('anvil_setBalance', X, '0x1');
    assert.equal(await both('eth_getBalance', X, '0x0'), '0xde0b6b3a7640001'); // what was there before the block
    assert.equal(await both('eth_getBalance', X, '0x1'), '0x1');
});

beside('a code that is set runs as if it had been deployed', async () => {
    const { abi } = contracts.Box;
    const box = await deploy(tern.wallet(0), contracts.Box, 41n);
    const code = await tern.provider.getCode(await box.getAddress());
    await both('anvil_setCode', X, code);
    await both('anvil_setStorageAt', X, '0x0', `0x${'2a'.padStart(64, '0')}`);
    const face = new Interface(abi);
    assert.equal(BigInt(await both('eth_call', { to: X, data: face.encodeFunctionData('value') }, 'latest')), 42n);
});

beside('snapshots are gone back to, once', async () => {
    assert.match(await tern.rpc('evm_snapshot'), /^0x/);
    const ids = await each('evm_snapshot', [[], []]);
    await both('anvil_setBalance', X, '0x1');
    const inner = await each('evm_snapshot', [[], []]);
    await both('anvil_setBalance', X, '0x2');
    await both('eth_sendTransaction', { from: accounts[0], to: Y, value: '0x9', nonce: '0x0', ...FEES });
    await both('anvil_mine', '0x3');
    assert.equal(await both('eth_blockNumber'), '0x4');
    assert.deepEqual(await each('evm_revert', [[inner[0]], [inner[1]]]), [true, true]);
    assert.equal(await both('eth_blockNumber'), '0x0');
    assert.equal(await both('eth_getBalance', X, 'latest'), '0x1');
    assert.equal(await both('eth_getBalance', Y, 'latest'), '0x0');
    assert.equal(await both('eth_getTransactionCount', accounts[0], 'latest'), '0x0');
    assert.equal(await both('eth_getBlockByNumber', '0x1', false), null);
    assert.deepEqual(await each('evm_revert', [[inner[0]], [inner[1]]]), [false, false]);
    // The same transaction may be sent again.
    await both('eth_sendTransaction', { from: accounts[0], to: Y, value: '0x9', nonce: '0x0', ...FEES });
    assert.deepEqual(await each('evm_revert', [[ids[0]], [ids[1]]]), [true, true]);
    assert.equal(await both('eth_getBalance', X, 'latest'), '0x0');
    assert.equal(await both('evm_revert', '0xffff'), false);
    const later = await each('evm_snapshot', [[], []]);
    assert.ok(BigInt(later[0]) > BigInt(inner[0])); // a number is never given twice
});

beside('time', async () => {
    const stamps = async () => (await each('eth_getBlockByNumber', [['latest', false], ['latest', false]])).map((b) => Number(b.timestamp));
    const exactly = async (want) => assert.deepEqual(await stamps(), [want, want]);
    const near = async () => {
        const [t, a] = await stamps();
        assert.ok(Math.abs(t - a) <= 1, `${t}, anvil ${a}`);
        return t;
    };
    await both('evm_setNextBlockTimestamp', TIMESTAMP + 1000);
    await both('evm_mine');
    await exactly(TIMESTAMP + 1000);
    await newest();
    await both('evm_mine');
    assert.ok(await near() - (TIMESTAMP + 1000) <= 2); // time goes on from there
    await each('evm_increaseTime', [[3600], [3600]]);
    await each('evm_increaseTime', [['0x3c'], ['0x3c']]);
    await both('evm_mine');
    assert.ok(await near() >= TIMESTAMP + 1000 + 3660);
    await both('evm_mine', TIMESTAMP + 90_000);
    await exactly(TIMESTAMP + 90_000);
    await both('evm_mine', { timestamp: TIMESTAMP + 100_000, blocks: 2 });
    assert.equal(Number((await tern.rpc('eth_getBlockByNumber', '0x5', false)).timestamp), TIMESTAMP + 100_000);
    await near();
    const late = await both('evm_setNextBlockTimestamp', 5);
    assert.deepEqual(late.error, late.peer);
    const past = await both('evm_mine', TIMESTAMP);
    assert.deepEqual(past.error, past.peer);
    await both('anvil_setBlockTimestampInterval', 12);
    const from = await stamps();
    await both('anvil_mine', 3);
    assert.deepEqual(await stamps(), from.map((s) => s + 36));
    assert.equal(await both('anvil_removeBlockTimestampInterval'), true);
    assert.equal(await both('anvil_removeBlockTimestampInterval'), false);
    await both('hardhat_mine', '0x5', '0x3c'); // 60 seconds before each
    await near();
    const ahead = await each('evm_setTime', [[TIMESTAMP + 200_000], [TIMESTAMP + 200_000]]);
    assert.ok(Math.abs(ahead[0] - ahead[1]) <= 1);
    await both('evm_mine');
    await near();
    await each('anvil_setTime', Array(2).fill([(TIMESTAMP + 300_000) * 1000])); // milliseconds
    await both('evm_mine');
    await near();
    assert.ok(await near() - (TIMESTAMP + 300_000) <= 2);
});

beside('headers', async () => {
    await both('anvil_setNextBlockBaseFeePerGas', '0x12345678');
    await both('anvil_setCoinbase', X);
    await both('evm_setBlockGasLimit', 30_000_000);
    await both('evm_mine');
    const block = await newest();
    assert.equal(block.baseFeePerGas, '0x12345678');
    assert.equal(block.miner, X);
    assert.equal(block.gasLimit, '0x1c9c380');
    await both('evm_mine');
    await newest(); // the next base fee follows from it
    await both('evm_setBlockGasLimit', 60_000_000);
    const randao = `0x${'5a'.repeat(32)}`;
    await tern.rpc('hardhat_setPrevRandao', randao);
    await tern.rpc('evm_mine');
    assert.equal((await tern.rpc('eth_getBlockByNumber', 'latest', false)).mixHash, randao);
    await tern.rpc('evm_mine');
    assert.notEqual((await tern.rpc('eth_getBlockByNumber', 'latest', false)).mixHash, randao);
    assert.deepEqual((await both('anvil_setMinGasPrice', '0x1')).error, { code: -32602, message: 'anvil_setMinGasPrice is not supported when EIP-1559 is active' });
});

beside('a free block: base fee zero, gas price zero', async () => {
    await both('hardhat_setNextBlockBaseFeePerGas', '0x0');
    await both('eth_sendTransaction', { from: accounts[0], to: Y, gasPrice: '0x0', value: '0x1', gas: '0x5208', nonce: '0x0' });
    assert.equal(await both('eth_getBalance', accounts[0], 'latest'), `0x${(parseEther('10000') - 1n).toString(16)}`);
    await newest();
});

beside('unlocked accounts send, deploy and fail', async () => {
    await bothPlain(BLOCK, 'eth_sendTransaction', { from: accounts[0], to: Y, value: '0x5', nonce: '0x0', ...FEES });
    const create = await both('eth_sendTransaction', { from: accounts[0], data: `${contracts.Box.bytecode}${'1'.padStart(64, '0')}`, nonce: '0x1', gas: '0x7a120', gasPrice: '0x174876e800' });
    const { contractAddress } = await bothPlain(BLOCK, 'eth_getTransactionReceipt', create);
    await bothPlain(BLOCK, 'eth_getTransactionByHash', create);
    const face = new Interface(contracts.Box.abi);
    // Given gas, a failing transaction is in a block, with status 0; without, the same.
    const bad = { from: accounts[0], to: contractAddress, data: face.encodeFunctionData('fail', [1]) };
    const failed = await both('eth_sendTransaction', { ...bad, nonce: '0x2', ...FEES });
    assert.equal((await bothPlain(BLOCK, 'eth_getTransactionReceipt', failed)).status, '0x0');
    const blind = await each('eth_sendTransaction', [[bad], [bad]]);
    const receipts = await each('eth_getTransactionReceipt', [[blind[0]], [blind[1]]]);
    assert.deepEqual(receipts.map((r) => [r.status, r.gasUsed]), [['0x0', receipts[1].gasUsed], ['0x0', receipts[1].gasUsed]]);
    // Calls and estimates carry the data that clients decode.
    for (const [which, name] of [[0, 'Error'], [1, 'TooMuch'], [2, 'Panic']]) {
        const call = { ...bad, data: face.encodeFunctionData('fail', [which]) };
        for (const method of ['eth_call', 'eth_estimateGas']) {
            const { error, peer } = await both(method, call);
            assert.equal(error.code, 3);
            assert.deepEqual([error.code, error.data], [peer.code, peer.data]);
            assert.equal(face.parseError(error.data).name, name);
        }
    }
    const list = [{ address: contractAddress, storageKeys: [`0x${'00'.repeat(32)}`] }];
    const set = face.encodeFunctionData('set', [9]);
    for (const fields of [{ type: '0x0', gasPrice: '0x174876e800' }, { type: '0x1', gasPrice: '0x174876e800', accessList: list }, { type: '0x2', ...FEES, accessList: list }]) {
        const nonce = await both('eth_getTransactionCount', accounts[0], 'pending');
        const hash = await both('eth_sendTransaction', { from: accounts[0], to: contractAddress, data: set, gas: '0x186a0', nonce, ...fields });
        assert.equal((await bothPlain(BLOCK, 'eth_getTransactionByHash', hash)).type, fields.type);
        await bothPlain(BLOCK, 'eth_getTransactionReceipt', hash);
    }
});

beside('refusals', async () => {
    const from = accounts[0];
    const refused = async (tx, text) => {
        const { error } = await both('eth_sendTransaction', tx);
        assert.match(error.message, text);
    };
    await both('eth_sendTransaction', { from, to: Y, nonce: '0x0', ...FEES });
    await refused({ from, to: Y, nonce: '0x0', ...FEES, value: '0x1' }, /^nonce too low: next nonce 1, tx nonce 0$/);
    await refused({ from, to: Y, value: `0x${'f'.repeat(24)}`, ...FEES }, /^insufficient funds for gas \* price \+ value: balance \d+, tx cost \d+, overshot \d+$/);
    await refused({ from, to: Y, ...FEES, gas: '0x1' }, /^intrinsic gas too low/);
    await refused({ from, to: Y, ...FEES, maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x1' }, /^max fee per gas less than block base fee/);
    await refused({ from, to: Y, ...FEES, maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' }, /max priority fee per gas higher than max fee per gas/);
    await refused({ from: X, to: Y, ...FEES }, /^No Signer available$/);
    for (const tx of [{ from, to: Y, blobVersionedHashes: [`0x01${'00'.repeat(31)}`], maxFeePerBlobGas: '0x1', blobs: [] }, { from, to: Y, type: '0x3' }])
        assert.match((await tern.raw('eth_sendTransaction', tx)).error.message, /this chain has no blobs/);
    for (const params of [[], [5], [{ from: '0x12' }], [{ from, to: Y, value: 'x' }], [{ from, to: Y, type: '0x9' }], [{ from, to: Y, gasPrice: '0x1', maxFeePerGas: '0x1' }], [{ from, to: Y, chainId: '0x1' }]])
        assert.ok((await tern.raw('eth_sendTransaction', ...params)).error, JSON.stringify(params));
    for (const [method, ...params] of [['anvil_setBalance', X], ['anvil_setBalance', '0x12', '0x1'], ['anvil_setBalance', X, 'much'], ['anvil_setNonce', X, `0x1${'0'.repeat(20)}`], ['anvil_setCode', X, '0x1'], ['anvil_setStorageAt', X, '0x0'], ['evm_revert'], ['evm_setAutomine', 1], ['anvil_setNextBlockBaseFeePerGas', '-1'], ['hardhat_setNextBlockBaseFeePerGas', `0x${'f'.repeat(64)}`], ['evm_mine', 'soon'], ['anvil_mine', '0xfffffffff'], ['evm_increaseTime', `0x${'f'.repeat(16)}`], ['evm_setTime', `0x${'f'.repeat(16)}`], ['evm_setBlockGasLimit', '0x1'], ['anvil_setIntervalMining', '0xffffffffffff'], ['anvil_setRpcUrl', 'http://example.org'], ['anvil_reset', { forking: { jsonRpcUrl: 'http://example.org' } }], ['anvil_dropTransaction', '0x1'], ['anvil_impersonateAccount', 5]]) {
        const { error } = await tern.raw(method, ...params);
        assert.ok(error && [-32602, -32000].includes(error.code), `${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`);
    }
});

beside('impersonated accounts send without a key, contracts too', async () => {
    const transfer = { from: X, to: Y, value: '0x7', ...FEES };
    await both('anvil_setBalance', X, '0x56bc75e2d63100000');
    await both('anvil_setCode', X, '0x00'); // a contract may send while it is impersonated (EIP-3607 is for keys)
    assert.equal((await both('eth_sendTransaction', transfer)).error.code, -32602);
    for (const [on, off] of [['anvil_impersonateAccount', 'anvil_stopImpersonatingAccount'], ['hardhat_impersonateAccount', 'hardhat_stopImpersonatingAccount']]) {
        await both(on, X);
        const hashes = await each('eth_sendTransaction', [[transfer], [transfer]]);
        const seen = await each('eth_getTransactionByHash', [[hashes[0]], [hashes[1]]]);
        assert.deepEqual(plain(seen[0], [...UNSIGNED, 'gasPrice']), plain(seen[1], [...UNSIGNED, 'gasPrice']));
        assert.equal(seen[0].from, X);
        assert.equal(seen[0].hash, hashes[0]);
        await both(off, X);
        assert.equal((await both('eth_sendTransaction', transfer)).error.code, -32602);
    }
    await both('anvil_autoImpersonateAccount', true);
    await both('anvil_setBalance', Y, '0x56bc75e2d63100000');
    await each('eth_sendTransaction', [[{ ...transfer, from: Y, to: X }], [{ ...transfer, from: Y, to: X }]]);
    await both('anvil_autoImpersonateAccount', false);
    assert.equal((await both('eth_sendTransaction', { ...transfer, from: Y })).error.code, -32602);
    await each('eth_sendUnsignedTransaction', [[{ ...transfer, from: accounts[5] }], [{ ...transfer, from: accounts[5] }]]);
    assert.equal(await both('eth_getTransactionCount', accounts[5], 'latest'), '0x1');
    assert.equal(await both('eth_getTransactionCount', X, 'latest'), '0x2');
});

beside('with automine off transactions wait, are shown, replaced, dropped and mined', async () => {
    const [from, other] = [accounts[2], accounts[3]];
    assert.equal(await both('hardhat_getAutomine'), true);
    await both('evm_setAutomine', false);
    assert.equal(await both('anvil_getAutomine'), false);
    const send = (tx) => both('eth_sendTransaction', { to: Y, value: '0x1', ...FEES, ...tx });
    const first = await send({ from, nonce: '0x0' });
    await send({ from, nonce: '0x1' });
    const gap = await send({ from, nonce: '0x4' });
    await send({ from: other, nonce: '0x0' });
    assert.deepEqual(await both('txpool_status'), { pending: '0x3', queued: '0x1' });
    assert.equal(await both('eth_getTransactionCount', from, 'pending'), '0x2');
    assert.equal(await both('eth_getTransactionCount', from, 'latest'), '0x0');
    assert.equal(await both('eth_getTransactionReceipt', first), null);
    const drop = [...BLOCK, 'gasPrice'];
    await bothPlain(drop, 'eth_getTransactionByHash', first);
    const lower = (content) => JSON.parse(JSON.stringify(content).toLowerCase());
    const pools = await each('txpool_content', [[], []]);
    const nulls = (tx) => plain(tx, [...drop, 'blockhash', 'gasprice', 'blocktimestamp', 'blocknumber', 'transactionindex']);
    assert.deepEqual(nulls(lower(pools[0])), nulls(lower(pools[1])));
    const summaries = await each('txpool_inspect', [[], []]);
    assert.deepEqual(lower(summaries[0]), lower(summaries[1]));
    const mine = await tern.rpc('txpool_contentFrom', from);
    assert.deepEqual([Object.keys(mine.pending), Object.keys(mine.queued)], [['0', '1'], ['4']]);
    assert.equal((await tern.rpc('eth_pendingTransactions')).length, 3);
    // Replacement: both fees at least 10 % higher (geth's words and code).
    const dear = { maxFeePerGas: '0x199c82cc00', maxPriorityFeePerGas: '0x4190ab00' };
    assert.deepEqual((await send({ from, nonce: '0x0' })).error, { code: -32000, message: 'already known' });
    assert.deepEqual((await send({ from, nonce: '0x0', value: '0x2' })).error, { code: -32000, message: 'replacement transaction underpriced' });
    assert.deepEqual((await tern.raw('eth_sendTransaction', { from, to: Y, nonce: '0x0', value: '0x2', ...FEES, maxFeePerGas: dear.maxFeePerGas })).error, { code: -32000, message: 'replacement transaction underpriced' });
    const replaced = await send({ from, nonce: '0x0', value: '0x2', ...dear });
    assert.equal(await both('eth_getTransactionByHash', first), null);
    assert.equal(await tern.rpc('anvil_dropTransaction', gap), gap);
    assert.equal(await tern.rpc('anvil_dropTransaction', gap), null);
    assert.deepEqual(await tern.rpc('txpool_status'), { pending: '0x3', queued: '0x0' });
    await both('anvil_dropTransaction', `0x${'00'.repeat(32)}`);
    await both('evm_mine');
    assert.equal((await bothPlain([...BLOCK, 'effectiveGasPrice', 'transactionIndex', 'cumulativeGasUsed'], 'eth_getTransactionReceipt', replaced)).status, '0x1');
    assert.equal(await both('eth_getTransactionCount', from, 'latest'), '0x2');
    await send({ from: other, nonce: '0x1' });
    await send({ from, nonce: '0x2' });
    await both('anvil_removePoolTransactions', other);
    await both('anvil_dropAllTransactions');
    assert.deepEqual(await both('txpool_status'), { pending: '0x0', queued: '0x0' });
    await both('evm_mine');
    assert.equal(await both('eth_getTransactionCount', from, 'latest'), '0x2');
    // Turned on again, what waits is mined.
    await send({ from, nonce: '0x2' });
    await both('evm_setAutomine', true);
    for (let i = 0; i < 50 && await tern.rpc('eth_getTransactionCount', from, 'latest') !== '0x3'; i++) await new Promise((r) => setTimeout(r, 20));
    assert.equal(await tern.rpc('eth_getTransactionCount', from, 'latest'), '0x3');
});

beside('a block takes the best tips first, and one sender in the order of its nonces', async () => {
    await both('evm_setAutomine', false);
    const send = (i, nonce, tip) => both('eth_sendTransaction', { from: accounts[i], to: Y, value: '0x1', gas: '0x5208', nonce, maxFeePerGas: '0x174876e800', maxPriorityFeePerGas: tip });
    const hashes = [];
    for (const [i, nonce, tip] of [[1, '0x0', '0x1'], [1, '0x1', '0x77359400'], [2, '0x0', '0x3b9aca00'], [3, '0x0', '0x77359400']])
        hashes.push(await send(i, nonce, tip));
    await both('evm_mine');
    const [t, a] = await each('eth_getBlockByNumber', [['latest', false], ['latest', false]]);
    const order = [3, 2, 0, 1].map((i) => hashes[i]);
    assert.deepEqual(t.transactions, order);
    assert.deepEqual([...t.transactions].sort(), [...a.transactions].sort());
});

beside('intervals', async () => {
    await both('anvil_setIntervalMining', 1);
    assert.equal(await both('anvil_getIntervalMining'), 1);
    assert.equal(await both('anvil_getAutomine'), false);
    const hash = await both('eth_sendTransaction', { from: accounts[0], to: Y, nonce: '0x0', ...FEES });
    assert.equal(await tern.rpc('eth_getTransactionReceipt', hash), null);
    await tern.provider.waitForTransaction(hash, 1, 5000);
    await both('evm_setIntervalMining', 0);
    assert.equal(await both('anvil_getIntervalMining'), null);
    const [t] = await each('eth_blockNumber', [[], []]);
    await new Promise((r) => setTimeout(r, 1300));
    assert.equal(await tern.rpc('eth_blockNumber'), t);
});

beside('signatures are those of the same keys', async () => {
    for (const message of ['0x', '0x68656c6c6f', hexlify(randomBytes(200))]) {
        const signature = await both('eth_sign', accounts[0], message);
        assert.equal(await both('personal_sign', message, accounts[0]), signature);
        assert.equal(signature, await tern.wallet(0).signMessage(Buffer.from(message.slice(2), 'hex')));
    }
    assert.equal((await both('eth_sign', X, '0x00')).error.code, -32602);
    const signed = await both('eth_signTransaction', { from: accounts[4], to: Y, value: '0x1', nonce: '0x0', ...FEES });
    const hash = await both('eth_sendRawTransaction', signed);
    assert.equal((await tern.rpc('eth_getTransactionReceipt', hash)).from, accounts[4]);
    assert.equal((await both('eth_signTransaction', { from: X, to: Y, nonce: '0x0', ...FEES })).error.code, -32602);
});

// ---- EIP-712

const MAIL = {
    domain: { name: 'Ether Mail', version: '1', chainId: 1, verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC' },
    types: { Person: [{ name: 'name', type: 'string' }, { name: 'wallet', type: 'address' }], Mail: [{ name: 'from', type: 'Person' }, { name: 'to', type: 'Person' }, { name: 'contents', type: 'string' }] },
    primaryType: 'Mail',
    message: { from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' }, to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' }, contents: 'Hello, Bob!' },
};

// Random structured data: structs in structs, arrays of everything, numbers at their bounds.
function randomTypedData(random) {
    const pick = (list) => list[Math.floor(random() * list.length)];
    const bits = () => 8 * (1 + Math.floor(random() * 32));
    const hex = (n) => hexlify(Uint8Array.from({ length: n }, () => Math.floor(random() * 256)));
    const types = {};
    const atom = () => pick([() => 'address', () => 'bool', () => 'string', () => 'bytes', () => `bytes${1 + Math.floor(random() * 32)}`, () => `uint${bits()}`, () => `int${bits()}`])();
    const names = ['Alpha', 'Beta', 'Gamma', 'Delta'].slice(0, 1 + Math.floor(random() * 4));
    names.forEach((name, i) => {
        types[name] = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, k) => {
            const base = i && random() < 0.4 ? names[Math.floor(random() * i)] : atom();
            return { name: `${pick(['a', 'b_', 'field', '$x'])}${k}`, type: base + pick(['', '', '', '[]', `[${Math.floor(random() * 3)}]`, '[][2]']) };
        });
    });
    const number = (n, signed) => {
        const top = 1n << BigInt(signed ? n - 1 : n);
        return pick([() => 0n, () => top - 1n, () => (signed ? -top : 1n), () => BigInt(hex(n / 8)) % top])().toString();
    };
    const value = (type) => {
        const array = type.match(/^(.*)\[(\d*)\]$/);
        if (array) return Array.from({ length: array[2] === '' ? Math.floor(random() * 3) : Number(array[2]) }, () => value(array[1]));
        if (types[type]) return Object.fromEntries(types[type].map((f) => [f.name, value(f.type)]));
        if (type === 'address') return hex(20);
        if (type === 'bool') return random() < 0.5;
        if (type === 'string') return pick(['', 'plain', '\u00fcml\u00e4ut \ud83d\ude80', '"quoted"\n']);
        if (type === 'bytes') return hex(Math.floor(random() * 70));
        const m = type.match(/^(bytes|uint|int)(\d+)$/);
        return m[1] === 'bytes' ? hex(Number(m[2])) : number(Number(m[2]), m[1] === 'int');
    };
    const primaryType = names[names.length - 1];
    const used = new Set();
    const visit = (name) => { if (types[name] && !used.has(name)) { used.add(name); types[name].forEach((f) => visit(f.type.replace(/\[.*/, ''))); } };
    visit(primaryType);
    for (const name of names) if (!used.has(name)) delete types[name];
    const all = { name: 'N', version: '2', chainId: 31337, verifyingContract: hex(20), salt: hex(32) };
    const domain = Object.fromEntries(Object.entries(all).filter(() => random() < 0.6));
    return { domain, types, primaryType, message: value(primaryType) };
}

beside('typed data is signed as ethers, viem and anvil sign it', async () => {
    let seed = 20240712;
    const random = () => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed / 2 ** 32; };
    let beside = 0;
    for (let i = 0; i < 120; i++) {
        const data = i ? randomTypedData(random) : MAIL;
        const payload = TypedDataEncoder.getPayload(data.domain, data.types, data.message);
        const signature = await tern.rpc('eth_signTypedData_v4', accounts[0], payload);
        assert.equal(signature, await tern.wallet(0).signTypedData(data.domain, data.types, data.message), JSON.stringify(data));
        assert.equal(verifyTypedData(data.domain, data.types, data.message, signature).toLowerCase(), accounts[0]);
        assert.equal(hashTypedData({ ...data, types: payload.types }), TypedDataEncoder.hash(data.domain, data.types, data.message));
        assert.equal(await tern.rpc('eth_signTypedData_v4', accounts[0], JSON.stringify(payload)), signature); // as a string
        assert.equal(await tern.rpc('eth_signTypedData_v4', accounts[0], data), signature); // without EIP712Domain
        const peer = await ask(anvil.url, 'eth_signTypedData_v4', [accounts[0], payload]);
        if (!peer.error) { beside++; assert.equal(signature, peer.result); }
    }
    assert.ok(beside > 60, `anvil signed only ${beside}`);
});

beside('typed data that is not strictly of its types is refused, naming the field', async () => {
    const change = (path, value) => {
        const data = structuredClone({ ...MAIL, types: { ...MAIL.types, Mail: [...MAIL.types.Mail, { name: 'n', type: 'uint8' }, { name: 'ok', type: 'bool' }, { name: 'id', type: 'bytes4' }, { name: 'list', type: 'int16[2]' }] }, message: { ...MAIL.message, n: 1, ok: true, id: '0x01020304', list: [1, -1] } });
        let at = data;
        for (const key of path.slice(0, -1)) at = at[key];
        if (value === undefined) delete at[path.at(-1)];
        else at[path.at(-1)] = value;
        return data;
    };
    const m = (name, value) => change(['message', name], value);
    assert.match(await tern.rpc('eth_signTypedData_v4', accounts[0], m('n', 255)), /^0x/);
    for (const [data, text] of [
        [m('n', 256), /Mail\.n/], [m('n', -1), /Mail\.n/], [m('n', '0x100'), /Mail\.n/], [m('n', 'one'), /Mail\.n/], [m('n', 1.5), /Mail\.n/], [m('n', ''), /Mail\.n/], [m('n', undefined), /Mail\.n.*missing/],
        [m('ok', 1), /Mail\.ok/], [m('id', '0x010203'), /Mail\.id/], [m('id', '0x0102030405'), /Mail\.id/], [m('id', '01020304'), /Mail\.id/], [m('id', '0x0102030g'), /Mail\.id/],
        [m('list', [1]), /Mail\.list/], [m('list', [1, 32768]), /Mail\.list/], [m('list', 5), /Mail\.list/], [m('contents', 5), /Mail\.contents/], [m('from', 'Cow'), /Person/],
        [change(['message', 'from', 'wallet'], '0x12'), /Person\.wallet/], [change(['types', 'Mail', 0, 'type'], 'Persons'), /Persons/], [change(['types', 'Mail', 0, 'type'], 'uint7'), /uint7/], [change(['types', 'Mail', 0, 'type'], 'bytes33'), /bytes33/],
        [change(['types', 'Mail', 0, 'type'], 'Person[x]'), /Person/], [change(['types', 'Mail', 1, 'name'], 'from'), /twice/], [change(['types', 'uint8'], []), /uint8/], [change(['types', 'Mail'], 5), /types\.Mail/],
        [change(['primaryType'], 'Letter'), /primaryType/], [change(['primaryType'], undefined), /primaryType/], [change(['domain'], 5), /domain/], [change(['types'], undefined), /types/], [change(['message'], []), /Mail/], [5, /typed data|object/], [[], /./], ['{', /./],
    ]) {
        const { error } = await tern.raw('eth_signTypedData_v4', accounts[0], data);
        assert.equal(error?.code, -32602, JSON.stringify(data));
        assert.match(error.message, text, JSON.stringify(data));
    }
    // A type that holds itself ends with null (as MetaMask signs it).
    const list = { domain: {}, primaryType: 'Node', types: { EIP712Domain: [], Node: [{ name: 'value', type: 'uint256' }, { name: 'next', type: 'Node' }] } };
    let message = { value: 0, next: null };
    for (let i = 1; i < 20; i++) message = { value: i, next: message };
    assert.match(await tern.rpc('eth_signTypedData_v4', accounts[0], { ...list, message }), /^0x/);
    for (let i = 1; i < 60; i++) message = { value: i, next: message };
    assert.ok((await tern.raw('eth_signTypedData_v4', accounts[0], { ...list, message })).error);
});

// ---- The tools

beside('ethers: signers of the node', async () => {
    const provider = new JsonRpcProvider(tern.urls.eth, undefined, { cacheTimeout: -1, pollingInterval: 20 });
    const signer = await provider.getSigner(1);
    assert.equal(signer.address, (await provider.listAccounts())[1].address);
    const box = await deploy(signer, contracts.Box, 3n);
    await (await box.set(4n)).wait();
    assert.equal(await box.value(), 4n);
    await assert.rejects(box.fail(1), (e) => box.interface.parseError(e.data).name === 'TooMuch');
    await assert.rejects(box.fail.staticCall(1), (e) => e.revert?.name === 'TooMuch' && e.revert.args[0] === 1n);
    const tx = await box.fail(1, { gasLimit: 100_000 });
    await assert.rejects(tx.wait(), (e) => e.code === 'CALL_EXCEPTION' && e.receipt.status === 0);
    assert.equal(await signer.signTypedData(MAIL.domain, MAIL.types, MAIL.message), await tern.wallet(1).signTypedData(MAIL.domain, MAIL.types, MAIL.message));
    assert.equal(await signer.signMessage('hello'), await tern.wallet(1).signMessage('hello'));
    await provider.send('anvil_impersonateAccount', [X]);
    await provider.send('anvil_setBalance', [X, '0xde0b6b3a7640000']);
    const stranger = await provider.send('eth_sendTransaction', [{ from: X, to: Y, value: '0x1' }]);
    await provider.send('anvil_stopImpersonatingAccount', [X]);
    assert.equal((await provider.getTransaction(stranger)).from.toLowerCase(), X);
    provider.destroy();
});

// The same script for viem's test client against both nodes; what it saw is compared.
async function viemScript(url, mode) {
    const chain = defineChain({ id: 31337, name: 'dev', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [url] } } });
    const client = createTestClient({ chain, mode, transport: http(), cacheTime: 0, pollingInterval: 20 }).extend(publicActions).extend(walletActions);
    const seen = [];
    const look = async () => seen.push(await client.getBalance({ address: X }), await client.getTransactionCount({ address: X }), await client.getBlockNumber());
    await client.setBalance({ address: X, value: parseEther('2') });
    await client.setNonce({ address: X, nonce: 9 });
    await client.setCode({ address: Y, bytecode: '0x60016000526001601ff3' });
    await client.setStorageAt({ address: Y, index: 2, value: `0x${'9'.padStart(64, '0')}` });
    seen.push(await client.getCode({ address: Y }), await client.getStorageAt({ address: Y, slot: '0x2' }));
    await look();
    const id = await client.snapshot();
    await client.mine({ blocks: 2 });
    await client.impersonateAccount({ address: X });
    const hash = await client.sendTransaction({ account: X, to: accounts[0], value: 1n, gas: 30000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n });
    const receipt = await client.waitForTransactionReceipt({ hash });
    seen.push(receipt.status, receipt.from, receipt.gasUsed, receipt.effectiveGasPrice);
    await client.stopImpersonatingAccount({ address: X });
    await look();
    await client.setAutomine(false);
    seen.push(await client.getAutomine());
    const waiting = await client.sendUnsignedTransaction({ from: accounts[6], to: Y, value: 1n, gas: 50000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n });
    seen.push(await client.getTxpoolStatus());
    await client.dropTransaction({ hash: waiting });
    seen.push(await client.getTxpoolStatus());
    await client.setAutomine(true);
    await client.setNextBlockTimestamp({ timestamp: BigInt(TIMESTAMP + 500_000) });
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 7n });
    if (mode === 'anvil') await client.setBlockGasLimit({ gasLimit: 50_000_000n });
    await client.setCoinbase({ address: Y });
    await client.mine({ blocks: 1 });
    const block = await client.getBlock();
    seen.push(block.timestamp, block.baseFeePerGas, block.gasLimit, block.miner);
    if (mode === 'anvil') {
        await client.setBlockTimestampInterval({ interval: 5 });
        await client.mine({ blocks: 2 });
        seen.push((await client.getBlock()).timestamp);
        await client.removeBlockTimestampInterval();
    }
    await client.revert({ id });
    await look();
    return seen;
}

for (const mode of ['anvil', 'hardhat'])
    beside(`viem's test client in ${mode} mode sees the same from both`, async () => {
        const [t, a] = await Promise.all([viemScript(tern.urls.eth, mode), viemScript(anvil.url, mode)]);
        assert.deepEqual(t, a);
        await tern.rpc('hardhat_reset', { forking: { blockNumber: null } }); // as viem sends it without a fork
        assert.equal(await tern.rpc('eth_blockNumber'), '0x0');
    });

beside('viem: unlocked accounts, contracts and errors', async () => {
    const chain = defineChain({ id: 31337, name: 'dev', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [tern.urls.eth] } } });
    const wallet = createWalletClient({ chain, transport: http(), pollingInterval: 20 }).extend(publicActions);
    const [account] = await wallet.getAddresses();
    const hash = await wallet.deployContract({ account, abi: contracts.Box.abi, bytecode: contracts.Box.bytecode, args: [1n] });
    const { contractAddress } = await wallet.waitForTransactionReceipt({ hash });
    const box = { address: contractAddress, abi: contracts.Box.abi };
    const set = await wallet.writeContract({ account, ...box, functionName: 'set', args: [5n] });
    await wallet.waitForTransactionReceipt({ hash: set });
    assert.equal(await wallet.readContract({ ...box, functionName: 'value' }), 5n);
    await assert.rejects(wallet.simulateContract({ account, ...box, functionName: 'fail', args: [1] }), (e) => e.walk((x) => x.data?.errorName === 'TooMuch') !== null);
    const { domain, types, primaryType, message } = MAIL;
    assert.equal(await wallet.signTypedData({ account, domain, types, primaryType, message }), await tern.wallet(0).signTypedData(domain, types, message));
});

beside('token balances and allowances are dealt', async () => {
    const { Token } = compileSolidity('tests/e2e/contracts/Token.sol');
    const create = await both('eth_sendTransaction', { from: accounts[0], data: Token.bytecode, nonce: '0x0', gas: '0xf4240', gasPrice: '0x174876e800' });
    const { contractAddress } = await tern.rpc('eth_getTransactionReceipt', create);
    const face = new Interface(Token.abi);
    const read = async (...call) => BigInt(await both('eth_call', { to: contractAddress, data: face.encodeFunctionData(...call) }, 'latest'));
    assert.equal(await both('anvil_dealERC20', X, contractAddress, '0x3e8'), null);
    assert.equal(await read('balanceOf', [X]), 1000n);
    await both('anvil_setERC20Balance', Y, contractAddress, '7');
    assert.equal(await read('balanceOf', [Y]), 7n);
    await both('anvil_setERC20Allowance', X, Y, contractAddress, '0x9');
    assert.equal(await read('allowance', [X, Y]), 9n);
    assert.equal(await read('balanceOf', [X]), 1000n);
    await tern.rpc('anvil_dealERC20', X, contractAddress, '0x3e8'); // what it is already: nothing else is touched
    assert.equal(BigInt(await tern.rpc('eth_call', { to: contractAddress, data: face.encodeFunctionData('totalSupply') })), 0n);
    const { error } = await both('anvil_dealERC20', X, Y, '0x1');
    assert.match(error.message, /no slot found/);
});

beside('the state is dumped and loaded, between the two as well', async () => {
    await both('anvil_setBalance', X, '0x5');
    await both('anvil_setNonce', X, '0x6');
    await both('anvil_setCode', X, '0x6001');
    await both('anvil_setStorageAt', X, '0x7', `0x${'9'.padStart(64, '0')}`);
    const address = `0x${'7b'.repeat(32)}`;
    await tern.aptos.fundAccount({ accountAddress: address, amount: 777 });
    const [t, a] = await each('anvil_dumpState', [[], []]);
    const look = async () => {
        assert.equal(await both('eth_getBalance', X, 'latest'), '0x5');
        assert.equal(await both('eth_getTransactionCount', X, 'latest'), '0x6');
        assert.equal(await both('eth_getCode', X, 'latest'), '0x6001');
        assert.equal(await both('eth_getStorageAt', X, '0x7', 'latest'), `0x${'9'.padStart(64, '0')}`);
    };
    await both('anvil_reset');
    assert.equal(await both('eth_getBalance', X, 'latest'), '0x0');
    assert.deepEqual(await each('anvil_loadState', [[a], [t]]), [true, true]); // each the other's
    await look();
    assert.equal(await tern.rpc('hardhat_loadState', t), true);
    assert.equal(await tern.aptos.getAccountAPTAmount({ accountAddress: address }), 777); // Move's as well
    for (const bad of ['0x', '0x1f8b00', '0x7b7d', a.slice(0, -20), `0x${Buffer.from('{"accounts":{"0x12":{}}}').toString('hex')}`, `0x${Buffer.from('{"accounts":{},"ternItems":[[1,"0x","0x"]]}').toString('hex')}`])
        assert.equal((await tern.raw('anvil_loadState', bad)).error.code, -32602, bad.slice(0, 50));
    await look();
});

beside('EIP-7702: an unlocked account sends an authorization', async () => {
    const wallet = tern.wallet(7);
    const authorization = await wallet.authorize({ address: X, nonce: 0, chainId: 31337 });
    const { address, nonce, chainId, signature } = authorization;
    await both('anvil_setCode', X, '0x6001600055');
    const hex = (n) => `0x${BigInt(n).toString(16)}`;
    const list = [{ address, nonce: hex(nonce), chainId: hex(chainId), yParity: hex(signature.yParity), r: signature.r, s: signature.s }];
    const hash = await both('eth_sendTransaction', { from: accounts[0], to: wallet.address, nonce: '0x0', authorizationList: list, ...FEES });
    assert.equal((await bothPlain(BLOCK, 'eth_getTransactionByHash', hash)).type, '0x4');
    assert.equal((await bothPlain(BLOCK, 'eth_getTransactionReceipt', hash)).status, '0x1');
    assert.equal(await both('eth_getCode', wallet.address, 'latest'), `0xef0100${X.slice(2)}`);
    assert.equal(await both('eth_getStorageAt', wallet.address, '0x0', 'latest'), `0x${'1'.padStart(64, '0')}`);
});

// anvil has it too, but not after a reset.
beside("Foundry's deployer of CREATE2 is there from genesis", async () => {
    const deployer = '0x4e59b44847b379578588920ca78fbf26c0b4956c', salt = `0x${'5a'.repeat(32)}`;
    const code = `${contracts.Box.bytecode}${'7'.padStart(64, '0')}`;
    const at = getCreate2Address(deployer, salt, keccak256(code));
    await tern.rpc('eth_sendTransaction', { from: accounts[0], to: deployer, data: `${salt}${code.slice(2)}` });
    assert.equal(BigInt(await tern.rpc('eth_call', { to: at, data: new Interface(contracts.Box.abi).encodeFunctionData('value') })), 7n);
});

// ---- All machines at once

beside('Move and the messages between the machines go back as well', async () => {
    const address = `0x${'7a'.repeat(32)}`;
    const id = await tern.rpc('evm_snapshot');
    const [ledger, messages] = [await tern.aptos.getLedgerInfo(), await tern.rpc('tern_getMessages', {})];
    await tern.aptos.fundAccount({ accountAddress: address, amount: 12345 });
    assert.equal(await tern.aptos.getAccountAPTAmount({ accountAddress: address }), 12345);
    const MOVEVM = '0x7e00000000000000000000000000000000000001';
    const face = new Interface(['function call(bytes,bytes,bytes,bytes,bytes)']);
    const data = face.encodeFunctionData('call', [...['0x1', 'aptos_account', 'create_account'].map((s) => hexlify(Buffer.from(s))), `0x${'00'.repeat(12)}${Y.slice(2)}`, '0x']);
    const hash = await tern.rpc('eth_sendTransaction', { from: accounts[0], to: MOVEVM, data });
    assert.equal((await tern.rpc('eth_getTransactionReceipt', hash)).ternMessages.length, 1);
    assert.equal((await tern.rpc('tern_getMessages', {})).messages.length, messages.messages.length + 1);
    assert.equal(await tern.rpc('evm_revert', id), true);
    assert.equal(await tern.aptos.getAccountAPTAmount({ accountAddress: address }), 0);
    const after = await tern.aptos.getLedgerInfo();
    assert.deepEqual([after.ledger_version, after.block_height], [ledger.ledger_version, ledger.block_height]);
    assert.deepEqual(await tern.rpc('tern_getMessages', {}), messages);
    assert.equal(await tern.rpc('eth_getTransactionReceipt', hash), null);
    // And the chain goes on.
    await tern.aptos.fundAccount({ accountAddress: address, amount: 5 });
    assert.equal(await tern.aptos.getAccountAPTAmount({ accountAddress: address }), 5);
});

// Senders who know nothing of it, while the chain goes back and forth under them: whatever is refused or lost meanwhile,
// the chain that is left is one, and its accounts are what its blocks make them.
beside('going back beside traffic leaves a whole chain', async () => {
    let stop = false, sent = 0, reverted = 0;
    const traffic = accounts.slice(0, 5).map(async (from) => {
        while (!stop) {
            const { result } = await tern.raw('eth_sendTransaction', { from, to: Y, value: '0x1', gas: '0x5208' });
            if (result) sent++;
        }
    });
    const until = Date.now() + 1500;
    while (Date.now() < until) {
        const id = await tern.rpc('evm_snapshot');
        await tern.rpc('anvil_setBalance', X, `0x${(++reverted).toString(16)}`);
        await new Promise((r) => setTimeout(r, 20));
        if (reverted % 3) assert.equal(await tern.rpc('evm_revert', id), true);
    }
    stop = true;
    await Promise.all(traffic);
    await tern.rpc('anvil_dropAllTransactions');
    assert.ok(sent > 20 && reverted > 5, `${sent} sent, ${reverted} times`);
    const newest = Number(await tern.rpc('eth_blockNumber')), counts = {};
    let parent = (await tern.rpc('eth_getBlockByNumber', '0x0', false)).hash, paid = 0n;
    for (let n = 1; n <= newest; n++) {
        const block = await tern.rpc('eth_getBlockByNumber', `0x${n.toString(16)}`, true);
        assert.equal(block.parentHash, parent);
        parent = block.hash;
        for (const tx of block.transactions) {
            counts[tx.from] = (counts[tx.from] ?? 0) + 1;
            paid += BigInt(tx.value);
        }
    }
    for (const from of accounts.slice(0, 5))
        assert.equal(Number(await tern.rpc('eth_getTransactionCount', from, 'latest')), counts[from] ?? 0);
    assert.equal(BigInt(await tern.rpc('eth_getBalance', Y, 'latest')), paid);
});

test('--no-dev takes the verbs and the unlocked accounts away', async () => {
    const node = await startNode(['--quiet', '--no-dev']);
    try {
        assert.deepEqual(await node.rpc('eth_accounts'), []);
        for (const [method, ...params] of [['evm_snapshot'], ['anvil_setBalance', X, '0x1'], ['hardhat_mine'], ['eth_sendTransaction', {}], ['eth_sign', X, '0x'], ['anvil_nodeInfo'], ['anvil_impersonateAccount', X]])
            assert.equal((await node.raw(method, ...params)).error.code, -32601, method);
        assert.deepEqual(await node.rpc('txpool_status'), { pending: '0x0', queued: '0x0' });
    } finally {
        await node.stop();
    }
});

test('what was amended and gone back to is on disk when it is answered', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tern-data-'));
    const kill = (node) => new Promise((resolve) => { node.child.on('exit', resolve); node.child.kill('SIGKILL'); });
    try {
        let node = await startNode(['--quiet', '--data', dir]);
        await node.rpc('anvil_setBalance', X, '0x11');
        const id = await node.rpc('evm_snapshot');
        await node.rpc('anvil_setBalance', X, '0x22');
        await node.rpc('anvil_mine', 4);
        await node.rpc('evm_revert', id);
        await node.rpc('anvil_setNonce', X, '0x3');
        await kill(node);
        node = await startNode(['--quiet', '--data', dir]);
        assert.equal(await node.rpc('eth_getBalance', X, 'latest'), '0x11');
        assert.equal(await node.rpc('eth_getTransactionCount', X, 'latest'), '0x3');
        assert.equal(await node.rpc('eth_blockNumber'), '0x0');
        assert.equal(await node.rpc('evm_revert', id), false); // snapshots end with the process
        await node.rpc('evm_mine');
        await node.stop();
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
});
