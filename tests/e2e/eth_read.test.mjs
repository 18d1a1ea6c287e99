// Reading through Ethereum JSON-RPC with real clients: overrides, access lists, fees, raw transactions.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Interface, Transaction, parseEther, zeroPadValue, toBeHex } from 'ethers';
import { createPublicClient, defineChain, http } from 'viem';
import { compileSolidity, deploy } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';

let node, wallet, box, Box, pub;

before(async () => {
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    ({ Box } = compileSolidity('tests/e2e/contracts/Tools.sol'));
    box = await deploy(wallet, Box, 7);
    const chain = defineChain({ id: 31337, name: 'Tern', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [node.urls.eth] } } });
    pub = createPublicClient({ chain, transport: http(), pollingInterval: 50 });
});
after(() => node?.stop());

const word = (n) => zeroPadValue(toBeHex(n), 32);

test('state overrides: balance, code, storage whole and in part', async () => {
    const nobody = '0x00000000000000000000000000000000000000aa';
    const read = { address: box.target, abi: Box.abi, functionName: 'value' };
    assert.equal(await pub.readContract(read), 7n);
    assert.equal(await pub.readContract({ ...read, stateOverride: [{ address: box.target, stateDiff: [{ slot: word(0), value: word(99) }] }] }), 99n);
    assert.equal(await pub.readContract({ ...read, stateOverride: [{ address: box.target, state: [{ slot: word(5), value: word(1) }] }] }), 0n);
    // CALLVALUE, SELFBALANCE, add, return: needs the balance that only the override gives.
    const data = await pub.call({ account: nobody, to: nobody, value: 5n, stateOverride: [{ address: nobody, balance: 12n, code: '0x3447015f5260205ff3' }] });
    assert.equal(BigInt(data.data), 17n);
    await assert.rejects(pub.call({ account: nobody, to: wallet.address, value: 5n }), /insufficient funds/i);
    assert.equal(await pub.readContract(read), 7n); // nothing is kept
});

test('block overrides are seen by the code', async () => {
    const code = { '0x00000000000000000000000000000000000000bb': { code: '0x435f5242602052486040524160605260805ff3' } }; // NUMBER, TIMESTAMP, BASEFEE, COINBASE
    const call = { to: '0x00000000000000000000000000000000000000bb', gasPrice: '0x4a817c800', from: wallet.address };
    const out = await node.rpc('eth_call', call, 'latest', code, { number: '0x3e8', time: '0xffffffff', baseFeePerGas: '0x2a', feeRecipient: '0x00000000000000000000000000000000000000cc' });
    assert.deepEqual(out.slice(2).match(/.{64}/g).map((w) => BigInt(`0x${w}`)), [1000n, 0xffffffffn, 42n, 0xccn]);
    const { error } = await node.raw('eth_call', call, 'latest', code, { beaconRoot: word(1) });
    assert.equal(error.code, -32000);
    assert.match(error.message, /beaconRoot.* is not supported/);
});

test('a precompile can be moved, and another put in its place', async () => {
    const sha256 = '0x0000000000000000000000000000000000000002', elsewhere = '0x0000000000000000000000000000000000123456';
    const empty = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const overrides = { [sha256]: { movePrecompileToAddress: elsewhere, code: '0x602a5f5260205ff3' } };
    assert.equal(await node.rpc('eth_call', { to: elsewhere }, 'latest', overrides), empty);
    assert.equal(BigInt(await node.rpc('eth_call', { to: sha256 }, 'latest', overrides)), 42n);
    assert.equal(await node.rpc('eth_call', { to: sha256 }, 'latest'), empty);
    for (const [o, message] of [[{ [wallet.address]: { movePrecompileToAddress: elsewhere } }, /is not a precompile/], [{ [sha256]: { movePrecompileToAddress: elsewhere }, [elsewhere]: {} }, /already/], [{ [elsewhere]: { state: {}, stateDiff: {} } }, /both 'state' and 'stateDiff'/]]) {
        const { error } = await node.raw('eth_call', { to: sha256 }, 'latest', o);
        assert.match(error.message, message);
    }
});

test('access lists name the slots and make the call cheaper when they are used', async () => {
    const data = box.interface.encodeFunctionData('set', [8]);
    const { accessList, gasUsed } = await pub.createAccessList({ account: wallet.address, to: box.target, data });
    assert.deepEqual(accessList.map((a) => [a.address.toLowerCase(), a.storageKeys]), [[box.target.toLowerCase(), [word(0)]]]);
    const receipt = await (await wallet.sendTransaction({ to: box.target, data, accessList, type: 2 })).wait();
    assert.equal(receipt.gasUsed, gasUsed);
    const failing = await node.rpc('eth_createAccessList', { from: wallet.address, to: box.target, data: '0x12345678' });
    assert.match(failing.error, /execution reverted/);
});

test('estimates are enough, and say why there is none', async () => {
    const data = box.interface.encodeFunctionData('set', [1000]);
    const gas = BigInt(await node.rpc('eth_estimateGas', { from: wallet.address, to: box.target, data }));
    const receipt = await (await wallet.sendTransaction({ to: box.target, data, gasLimit: gas })).wait();
    assert.equal(receipt.status, 1);
    assert.equal(await node.rpc('eth_estimateGas', { from: wallet.address, to: node.wallet(1).address, value: '0x1' }), '0x5208');
    const endless = { '0x00000000000000000000000000000000000000dd': { code: '0x5b5f56' } };
    const { error } = await node.raw('eth_estimateGas', { to: '0x00000000000000000000000000000000000000dd' }, 'latest', endless);
    assert.match(error.message, /gas required exceeds allowance \(\d+\)/);
});

test('calls pay as the client says', async () => {
    for (const [call, message] of [
        [{ gasPrice: '0x1', maxFeePerGas: '0x1' }, /both gasPrice and/],
        [{ chainId: '0x1' }, /chainId does not match/],
        [{ from: wallet.address, to: wallet.address, maxFeePerGas: '0x1', gas: '0x5208' }, /max fee per gas less than block base fee: address 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, maxFeePerGas: 1, baseFee: \d+ \(supplied gas 21000\)/],
        [{ from: '0x00000000000000000000000000000000000000ab', to: wallet.address, value: '0xa', gas: '0x5208' }, /insufficient funds for gas \* price \+ value: address 0x00000000000000000000000000000000000000AB have 0 want 10/],
        [{ from: wallet.address, to: wallet.address, gas: '0x5207' }, /intrinsic gas too low: have 20999, want 21000/],
    ]) {
        const { error } = await node.raw('eth_call', call);
        assert.equal(error.code, -32000);
        assert.match(error.message, message);
    }
});

test('eth_getStorageValues reads many slots at once', async () => {
    const values = await node.rpc('eth_getStorageValues', { [box.target]: [word(0), word(1)], [wallet.address]: [word(5)] }, 'latest');
    assert.deepEqual(values, { [box.target.toLowerCase()]: [word(1000), word(0)], [wallet.address.toLowerCase()]: [word(0)] });
    assert.equal((await node.raw('eth_getStorageValues', { [box.target]: Array(1025).fill(word(0)) })).error.code, -38026);
});

test('raw transactions come back as they were signed', async () => {
    const raw = await wallet.signTransaction(await wallet.populateTransaction({ to: wallet.address, value: 1n }));
    const hash = await node.rpc('eth_sendRawTransaction', raw);
    assert.equal(await node.rpc('eth_getRawTransactionByHash', hash), raw);
    const { blockHash, blockNumber } = await node.rpc('eth_getTransactionByHash', hash);
    assert.equal(await node.rpc('eth_getRawTransactionByBlockHashAndIndex', blockHash, '0x0'), raw);
    assert.equal(await node.rpc('eth_getRawTransactionByBlockNumberAndIndex', blockNumber, '0x0'), raw);
    assert.equal(await node.rpc('eth_getRawTransactionByBlockNumberAndIndex', blockNumber, '0x1'), null);
    assert.equal(Transaction.from(raw).hash, hash);
});

test('the fee history is sorted by tip and weighted by gas', async () => {
    const tips = [5n, 1n, 3n].map((g) => g * 10n ** 9n);
    for (const tip of tips) await (await wallet.sendTransaction({ to: wallet.address, maxPriorityFeePerGas: tip, maxFeePerGas: parseEther('0.000001') })).wait();
    const history = await node.rpc('eth_feeHistory', '0x3', 'latest', [0, 50, 100]);
    assert.deepEqual(history.reward.map((r) => r.map(BigInt)), tips.map((t) => [t, t, t]));
    assert.equal(history.baseFeePerGas.length, 4);
    assert.equal(history.baseFeePerGas[3], await node.rpc('eth_baseFee'));
    assert.equal(history.baseFeePerBlobGas.length, 4);
    const block = await node.rpc('eth_getBlockByNumber', 'latest', false);
    assert.equal(history.gasUsedRatio[2], Number(block.gasUsed) / Number(block.gasLimit));
    for (const params of [['0x1', 'latest', [50, 10]], ['0x1', 'latest', [101]], ['0x1', '0xffffff', []]])
        assert.equal((await node.raw('eth_feeHistory', ...params)).error.code, -32000);
});

test('wrong parameters get go-ethereum\'s words', async () => {
    const a = wallet.address;
    for (const [method, params, message] of [
        ['eth_getBalance', [], 'missing value for required argument 0'],
        ['eth_getBalance', ['0x12'], 'invalid argument 0: hex string has length 2, want 40 for common.Address'],
        ['eth_getBalance', [5], 'invalid argument 0: json: cannot unmarshal non-string into Go value of type common.Address'],
        ['eth_getBalance', [a, '0x01'], 'invalid argument 1: hex number with leading zero digits'],
        ['eth_getBalance', [a, 'latest', 1], 'too many arguments, want at most 2'],
        ['eth_getBlockByNumber', ['latest'], 'missing value for required argument 1'],
        ['eth_getBlockByNumber', ['latest', 'yes'], 'invalid argument 1: json: cannot unmarshal string into Go value of type bool'],
        ['eth_getTransactionByHash', ['0x00'], 'invalid argument 0: hex string has length 2, want 64 for common.Hash'],
        ['eth_getStorageAt', [a, '0xasdf'], 'invalid hex in storage key: "0xasdf"'],
        ['eth_sendRawTransaction', ['zz'], 'invalid argument 0: json: cannot unmarshal hex string without 0x prefix into Go value of type hexutil.Bytes'],
    ]) {
        const { error } = await node.raw(method, ...params);
        assert.deepEqual([error.code, error.message], [-32602, message], method);
    }
    assert.equal((await node.raw('eth_getBalance', a, '0xffff')).error.message, 'header not found');
    assert.equal((await node.raw('eth_getBalance', a, { blockHash: word(1) })).error.message, 'header for hash not found');
});

test('reverts keep their custom errors', async () => {
    const iface = new Interface(['error Weird(uint256 a)']);
    // PUSH the error's 36 bytes and REVERT.
    const code = `0x63${iface.getError('Weird').selector.slice(2)}60e01b5f52602a60045260245ffd`;
    const { error } = await node.raw('eth_call', { to: '0x00000000000000000000000000000000000000ee' }, 'latest', { '0x00000000000000000000000000000000000000ee': { code } });
    assert.equal(error.code, 3);
    assert.equal(iface.parseError(error.data).args[0], 42n);
});

test('viem simulates blocks on top of each other', async () => {
    const nobody = '0x00000000000000000000000000000000000000f1', other = '0x00000000000000000000000000000000000000f2';
    const head = await pub.getBlock();
    const [first, second] = await pub.simulateBlocks({
        blocks: [
            { blockOverrides: { number: head.number + 1n, baseFeePerGas: 7n }, stateOverrides: [{ address: nobody, balance: parseEther('3') }], calls: [{ account: nobody, to: other, value: parseEther('1') }, { account: wallet.address, to: box.target, abi: Box.abi, functionName: 'set', args: [31337n] }] },
            { calls: [{ account: other, to: nobody, value: parseEther('0.5') }, { account: nobody, to: box.target, abi: Box.abi, functionName: 'value' }, { account: nobody, to: box.target, abi: Box.abi, functionName: 'fail', args: [1n] }] },
        ],
        traceTransfers: true,
    });
    assert.deepEqual([first.number, second.number], [head.number + 1n, head.number + 2n]);
    assert.equal(second.parentHash, first.hash);
    assert.equal(first.parentHash, head.hash);
    assert.equal(first.baseFeePerGas, 7n);
    assert.equal(first.calls[0].logs[0].address, '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee');
    assert.equal(first.calls[1].logs.length, 1);
    assert.equal(first.gasUsed, first.calls[0].gasUsed + first.calls[1].gasUsed);
    assert.deepEqual(second.calls.map((c) => c.status), ['success', 'success', 'failure']);
    assert.equal(second.calls[1].result, 31337n);
    assert.match(second.calls[2].error.message, /TooMuch/);
    assert.notEqual(first.stateRoot, second.stateRoot);
    assert.equal((await pub.getBlock()).hash, head.hash); // nothing is kept
    assert.equal(await pub.readContract({ address: box.target, abi: Box.abi, functionName: 'value' }), 1000n);
});

test('a simulated block is the block that is made', async () => {
    // The same transfer, simulated with the next block's own fields and then sent: same state root, same gas.
    const fresh = await startNode(['--quiet']);
    try {
        const w = fresh.wallet(0), to = '0x00000000000000000000000000000000000000f3';
        const tx = await w.populateTransaction({ to, value: 5n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 3n, gasLimit: 21000 });
        const hex = (v) => `0x${BigInt(v).toString(16)}`;
        const call = { from: w.address, to, value: '0x5', gas: '0x5208', nonce: hex(tx.nonce), maxFeePerGas: hex(10n ** 11n), maxPriorityFeePerGas: '0x3' };
        const base = await fresh.rpc('eth_getBlockByNumber', 'latest', false);
        const receipt = await (await w.sendTransaction(tx)).wait();
        const made = await fresh.rpc('eth_getBlockByNumber', hex(receipt.blockNumber), false);
        const [simulated] = await fresh.rpc('eth_simulateV1', { validation: true, blockStateCalls: [{ blockOverrides: { time: hex(Math.max(Number(made.timestamp), Number(base.timestamp) + 1)) }, calls: [call] }] }, base.number);
        for (const key of ['number', 'parentHash', 'stateRoot', 'receiptsRoot', 'gasUsed', 'gasLimit', 'baseFeePerGas', 'logsBloom', 'miner']) assert.equal(simulated[key], made[key], key);
    } finally {
        await fresh.stop();
    }
});

test('simulations are refused with the codes of execution-apis, the first defect first', async () => {
    const rich = wallet.address, poor = '0x00000000000000000000000000000000000000f9';
    const tip = { maxFeePerGas: '0x174876e800', maxPriorityFeePerGas: '0x0' };
    const nonce = await wallet.getNonce();
    const big = { code: `0x${'00'.repeat(49153)}` };
    for (const [calls, code, more] of [
        [[{ from: rich, to: rich, nonce: '0x0' }], -38010], // the fee is too low as well
        [[{ from: rich, to: rich, nonce: '0xffff' }], -38011],
        [[{ from: rich, to: rich, nonce: `0x${nonce.toString(16)}`, maxFeePerGas: '0x0' }], -38012],
        [[{ from: rich, to: rich, ...tip, gas: '0x1' }], -38013],
        [[{ from: poor, to: rich, ...tip, gas: '0x1', value: '0x1' }], -38014], // gas is too low as well
        [[{ from: rich, to: rich, ...tip, gas: '0xffffffffffff' }], -38015],
        [[{ from: rich, ...tip, input: big.code }], -38025],
        [[{ from: rich, to: rich, maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' }], -32602],
        [[], -38026, { blockOverrides: { number: '0xffffff' } }],
        [[], -38020, { blockOverrides: { number: '0x0' } }],
        [[], -38021, { blockOverrides: { time: '0x0' } }],
        [Array(5001).fill({}), -38026],
    ]) {
        const { error } = await node.raw('eth_simulateV1', { validation: true, blockStateCalls: [{ calls, ...more }] });
        assert.equal(error?.code, code, JSON.stringify(calls).slice(0, 100));
    }
    for (const [params, message] of [[[{ blockStateCalls: [] }], 'empty input'], [[{}], 'empty input'], [[5], 'invalid argument 0: json: cannot unmarshal number into Go value of type ethapi.simOpts']])
        assert.deepEqual((await node.raw('eth_simulateV1', ...params)).error, { code: -32602, message });
});
