// What Solidity developers' tools do: ethers v6, viem and cast against a real node.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { parseEther, WebSocketProvider } from 'ethers';
import { createPublicClient, createWalletClient, defineChain, http } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { compileSolidity, deploy } from './lib/compile.mjs';
import { MNEMONIC, ROOT, startNode } from './lib/node.mjs';

let node, wallet, contracts;

before(async () => {
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    contracts = compileSolidity('tests/e2e/contracts/Tools.sol');
});
after(() => node?.stop());

test('the ten development accounts are funded', async () => {
    for (let i = 0; i < 10; i++)
        assert.equal(await node.provider.getBalance(node.wallet(i).address), parseEther('10000'));
    assert.equal((await node.provider.getNetwork()).chainId, 31337n);
});

test('ethers deploys, calls, sends, waits, reads logs and estimates', async () => {
    const box = await deploy(wallet, contracts.Box, 7);
    assert.equal(await box.value(), 7n);
    const gas = await box.set.estimateGas(8);
    const receipt = await (await box.set(8)).wait();
    assert.equal(receipt.status, 1);
    assert.ok(gas >= receipt.gasUsed);
    assert.equal(await box.value(), 8n);
    const logs = await box.queryFilter('Changed', receipt.blockNumber, receipt.blockNumber);
    assert.deepEqual(logs.map((l) => [l.args.who, l.args.from, l.args.to]), [[wallet.address, 7n, 8n]]);
    const block = await node.provider.getBlock(receipt.blockNumber, true);
    assert.equal(block.prefetchedTransactions.length, 1);
    assert.equal(block.hash, receipt.blockHash);
    assert.equal(await node.provider.getStorage(await box.getAddress(), 0), `0x${'8'.padStart(64, '0')}`);
});

test('reverts carry their reason, panic or custom error', async () => {
    const box = await deploy(wallet, contracts.Box, 1);
    await assert.rejects(box.fail.staticCall(0), (e) => e.reason === 'no reason enough');
    await assert.rejects(box.fail.staticCall(1), (e) => e.revert?.name === 'TooMuch' && e.revert.args[0] === 1n);
    await assert.rejects(box.fail.staticCall(2), (e) => /Panic due to OVERFLOW\(17\)/.test(e.reason));
    await assert.rejects(box.fail.estimateGas(0), (e) => e.reason === 'no reason enough');
    const tx = await box.fail(0, { gasLimit: 100_000 });
    await assert.rejects(tx.wait(), (e) => e.code === 'CALL_EXCEPTION' && e.receipt.status === 0);
});

test('transactions of types 0, 1 and 2', async () => {
    const to = node.wallet(1).address;
    for (const type of [0, 1, 2]) {
        const tx = await wallet.sendTransaction({ to, value: 5n, type });
        const receipt = await tx.wait();
        assert.equal(receipt.type, type);
        assert.equal((await node.provider.getTransaction(tx.hash)).type, type);
    }
});

test('state at earlier blocks', async () => {
    const box = await deploy(wallet, contracts.Box, 100);
    const at = await node.provider.getBlockNumber();
    await (await box.set(200)).wait();
    assert.equal(await box.value({ blockTag: at }), 100n);
    assert.equal(await box.value(), 200n);
});

test('refusals say what geth says', async () => {
    const [poor] = [node.wallet(1)];
    const nonce = await poor.getNonce();
    await (await poor.sendTransaction({ to: wallet.address, value: 1n })).wait();
    const stale = await poor.signTransaction({ to: wallet.address, nonce, gasLimit: 21000, gasPrice: 10n ** 10n, chainId: 31337 });
    const rich = await poor.signTransaction({ to: wallet.address, nonce: nonce + 1, value: parseEther('1000000'), gasLimit: 21000, gasPrice: 10n ** 10n, chainId: 31337 });
    const other = await poor.signTransaction({ to: wallet.address, nonce: nonce + 1, gasLimit: 21000, gasPrice: 10n ** 10n, chainId: 1 });
    const cheap = await poor.signTransaction({ to: wallet.address, nonce: nonce + 1, gasLimit: 20999, gasPrice: 10n ** 10n, chainId: 31337 });
    for (const [raw, message] of [[stale, /nonce too low/], [rich, /insufficient funds/], [other, /chain id/], [cheap, /intrinsic gas too low/], ['0x', /./], ['0x02c0', /./], ['0xzz', /invalid hex|hex/]]) {
        const { error } = await node.raw('eth_sendRawTransaction', raw);
        assert.ok(error, raw);
        assert.match(error.message, message);
        assert.ok([-32000, -32602].includes(error.code));
    }
    assert.equal((await node.raw('eth_noSuchMethod')).error.code, -32601);
});

test('nonce gaps wait, and are filled', async () => {
    const sender = node.wallet(3);
    const nonce = await sender.getNonce();
    const sign = (n) => sender.signTransaction({ to: wallet.address, value: 1n, nonce: n, gasLimit: 21000, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n, type: 2, chainId: 31337 });
    const later = await node.rpc('eth_sendRawTransaction', await sign(nonce + 1));
    assert.equal(await node.rpc('eth_getTransactionReceipt', later), null);
    assert.equal((await node.rpc('eth_getTransactionByHash', later)).blockNumber, null);
    await node.rpc('eth_sendRawTransaction', await sign(nonce));
    await node.provider.waitForTransaction(later, 1, 5000);
    assert.equal(await sender.getNonce(), nonce + 2);
});

test('viem', async () => {
    const chain = defineChain({ id: 31337, name: 'Tern', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [node.urls.eth] } } });
    const account = mnemonicToAccount(MNEMONIC, { addressIndex: 2 });
    const pub = createPublicClient({ chain, transport: http(), pollingInterval: 50 });
    const client = createWalletClient({ account, chain, transport: http() });
    const hash = await client.deployContract({ abi: contracts.Box.abi, bytecode: contracts.Box.bytecode, args: [3n] });
    const { contractAddress } = await pub.waitForTransactionReceipt({ hash });
    assert.equal(await pub.readContract({ address: contractAddress, abi: contracts.Box.abi, functionName: 'value' }), 3n);
    const set = await client.writeContract({ address: contractAddress, abi: contracts.Box.abi, functionName: 'set', args: [4n] });
    const receipt = await pub.waitForTransactionReceipt({ hash: set });
    assert.equal(receipt.logs.length, 1);
    assert.equal((await pub.getContractEvents({ address: contractAddress, abi: contracts.Box.abi, eventName: 'Changed', fromBlock: receipt.blockNumber })).length, 1);
});

test('cast', (t) => {
    const cast = path.join(ROOT, 'node_modules/@foundry-rs/cast-linux-amd64/bin/cast');
    if (!existsSync(cast)) return t.skip('npm @foundry-rs/cast is not installed');
    const run = (...args) => execFileSync(cast, [...args, '--rpc-url', node.urls.eth], { encoding: 'utf8' }).trim();
    assert.equal(run('chain-id'), '31337');
    assert.equal(run('balance', node.wallet(9).address), parseEther('10000').toString());
    const sent = run('send', wallet.address, '--value', '1gwei', '--private-key', node.wallet(5).privateKey, '--json');
    assert.equal(JSON.parse(sent).status, '0x1');
});

test('a WebSocket answers as HTTP does', async () => {
    const ws = new WebSocketProvider(node.urls.eth.replace('http', 'ws'));
    assert.equal(await ws.send('eth_chainId', []), '0x7a69');
    await ws.destroy();
});

test('batches, notifications and malformed bodies', async () => {
    const post = async (body) => (await fetch(node.urls.eth, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text();
    const answers = JSON.parse(await post(JSON.stringify([{ jsonrpc: '2.0', id: 'a', method: 'eth_chainId' }, { jsonrpc: '2.0', method: 'eth_chainId' }, { jsonrpc: '2.0', id: 2, method: 'nope' }])));
    assert.deepEqual(answers.map((a) => a.id), ['a', 2]);
    for (const body of ['', '{', '[]', '5', '"x"', '{"id":1}', '['.repeat(100_000), '{"a":1,"a":2}', '{"jsonrpc":"2.0","id":1,"method":"eth_call","params":{}}', '\xff'])
        assert.ok(JSON.parse(await post(body)).error, body.slice(0, 40));
    assert.equal(await node.rpc('eth_chainId'), '0x7a69');
});

test('intervals: blocks come by the clock', async () => {
    const timed = await startNode(['--quiet', '--block-time', '100ms']);
    try {
        const tx = await timed.wallet(0).sendTransaction({ to: timed.wallet(1).address, value: 1n });
        await tx.wait();
        const first = await timed.provider.getBlockNumber();
        await new Promise((r) => setTimeout(r, 1000));
        assert.ok(await timed.provider.getBlockNumber() > first);
    } finally {
        await timed.stop();
    }
});

test('tern_getMessages takes no nonsense', async () => {
    assert.deepEqual(await node.rpc('tern_getMessages', {}), { messages: [], cursor: null });
    for (const params of [[5], [{ limit: '0x0' }], [{ limit: 1001 }], [{ sender: 'x' }], [{ fromBlock: 'soon' }], [{ status: 'done' }], [{ target: 'btc' }],
        [{ rootHash: '0x12' }], [{ cursor: '0x12' }], [{ newestFirst: 'yes' }], [{ offset: 1 }]])
        assert.equal((await node.raw('tern_getMessages', ...params)).error.code, -32602);
    assert.equal(await node.rpc('tern_getMessage', `0x${'00'.repeat(32)}`), null);
});
