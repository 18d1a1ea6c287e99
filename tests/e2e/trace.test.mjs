// debug_ and trace_: what happened inside, in the forms that go-ethereum and Parity gave them; beside anvil, which has its
// traces from another implementation (revm-inspectors).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Account } from '@aptos-labs/ts-sdk';
import { AbiCoder, Interface, Wallet, getCreateAddress, id as keccakText, keccak256, toQuantity, zeroPadValue } from 'ethers';
import { createPublicClient, http } from 'viem';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const contracts = compileSolidity('tests/e2e/contracts/Trace.sol');
const trace = new Interface(contracts.Trace.abi);
const child = new Interface(contracts.TraceChild.abi);
const coder = AbiCoder.defaultAbiCoder();
const word = (v) => zeroPadValue(toQuantity(v).length % 2 ? toQuantity(v).replace('0x', '0x0') : toQuantity(v), 32);

let node;

before(async () => { node = await startNode(['--quiet']); });
after(() => node?.stop());

// The transactions of the comparison, by name; `at` is where the contract will be.
function plan(at) {
    const call = (f, args = [], more = {}) => ({ to: at, data: trace.encodeFunctionData(f, args), ...more });
    const poor = { gasLimit: 200_000n };
    return {
        deploy: { data: contracts.Trace.bytecode },
        transfer: { to: `0x${'12'.repeat(20)}`, value: 1000n },
        receive: { to: at, value: 5n },
        make: call('make', [41n], { value: 9n }),
        make2: call('make2', [4n, word(1)]),
        store: call('store', [1n, 2n]),
        overwrite: call('store', [1n, 3n]),
        clear: call('store', [1n, 0n]),
        nested: call('nested', [3n]),
        precompiles: call('precompiles', ['0x1234']),
        ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((n) => [`fail${n}`, call('fail', [BigInt(n)], poor)])),
        kill: call('kill', [`0x${'34'.repeat(20)}`]),
        legacy: call('store', [9n, 2n], { type: 0 }),
        accessList: call('store', [9n, 4n], { type: 1, accessList: [{ address: at, storageKeys: [word(1)] }] }),
        badJump: { data: '0x600356', ...poor },
        underflow: { data: '0x01', ...poor },
        undefined: { data: '0x600c0c', ...poor },
        badCode: { data: '0x60ef60005360016000f3', ...poor },
        revertingCode: { data: '0x60aa60005260206000fd', ...poor },
        selfDestructingCode: { data: `0x73${'56'.repeat(20)}ff`, value: 3n, ...poor },
    };
}

// Sends the plan with the same key, and so from and to the same addresses, on whatever chain it is.
async function play(send, wallet) {
    const at = getCreateAddress({ from: wallet.address, nonce: 0 });
    const hashes = {};
    let nonce = 0;
    for (const [name, tx] of Object.entries(plan(at))) {
        const type = tx.type ?? 2;
        const fees = type === 2 ? { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1n } : { gasPrice: 100_000_000_000n };
        const raw = await wallet.signTransaction({ chainId: 31337n, nonce: nonce++, gasLimit: 3_000_000n, value: 0n, ...tx, type, ...fees });
        hashes[name] = await send('eth_sendRawTransaction', raw);
        while (!await send('eth_getTransactionReceipt', hashes[name])); // one in each block
    }
    return { at, hashes };
}

describe('one after another', () => {
    let wallet, at, hashes;
    const traced = (name, options) => node.rpc('debug_traceTransaction', hashes[name], options);
    const calls = (name, config) => traced(name, { tracer: 'callTracer', tracerConfig: config });

    before(async () => {
        wallet = new Wallet(keccakText('trace tests'));
        await (await node.wallet(0).sendTransaction({ to: wallet.address, value: 10n ** 18n })).wait();
        ({ at, hashes } = await play(node.rpc.bind(node), wallet));
    });

    test('the struct logger says what the receipt says', async () => {
        for (const name of Object.keys(hashes)) {
            const receipt = await node.rpc('eth_getTransactionReceipt', hashes[name]);
            const t = await traced(name);
            assert.equal(t.gas, Number(receipt.gasUsed), name);
            assert.equal(t.failed, receipt.status === '0x0', name);
            assert.equal((await calls(name)).gasUsed, receipt.gasUsed, name);
        }
        assert.deepEqual(await traced('transfer'), { gas: 21000, failed: false, returnValue: '0x', structLogs: [] });
    });

    test('an instruction has its stack, memory, storage and cost', async () => {
        const { structLogs: logs, returnValue } = await traced('deploy');
        assert.equal(returnValue, await node.provider.getCode(at));
        // Solidity begins with mstore(0x40, 0x80).
        assert.deepEqual(logs.slice(0, 3), [
            { pc: 0, op: 'PUSH1', gas: logs[0].gas, gasCost: 3, depth: 1, stack: [] },
            { pc: 2, op: 'PUSH1', gas: logs[0].gas - 3, gasCost: 3, depth: 1, stack: ['0x80'] },
            { pc: 4, op: 'MSTORE', gas: logs[0].gas - 6, gasCost: 12, depth: 1, stack: ['0x80', '0x40'] }]);
        const all = await traced('store', { enableMemory: true, enableReturnData: true });
        const sstore = all.structLogs.filter((l) => l.op === 'SSTORE');
        const slot = keccak256(coder.encode(['uint256', 'uint256'], [1, 0]));
        assert.equal(sstore[0].gasCost, 22100);
        assert.deepEqual(sstore[0].storage, { [slot]: word(2) });
        assert.equal(sstore.at(-1).storage[slot], word(2)); // what was seen before stays
        assert.equal(sstore.at(-1).storage[word(1)], word(6));
        assert.match(all.structLogs.at(-1).memory[2], /^0x[0-9a-f]{64}$/);
        // What SLOAD shows is what it pushes, after undone writes as well.
        const nested = (await traced('nested')).structLogs;
        nested.forEach((l, i) => {
            if (l.op === 'SLOAD') assert.equal(l.storage[word(l.stack.at(-1))], word(nested[i + 1].stack.at(-1)));
        });
        const none = await traced('store', { disableStack: true, disableStorage: true });
        assert.ok(none.structLogs.every((l) => !('stack' in l) && !('storage' in l) && !('memory' in l)));
        assert.equal(none.structLogs.length, all.structLogs.length);
        const cleared = (await traced('clear')).structLogs;
        assert.equal(cleared.find((l) => l.op === 'SSTORE').refund, 4800);
    });

    test('`limit` stops the recording, not the execution', async () => {
        const whole = await traced('nested'), some = await traced('nested', { limit: 1000 });
        assert.equal(some.gas, whole.gas);
        assert.ok(some.structLogs.length > 0 && some.structLogs.length < 20);
        assert.deepEqual(some.structLogs, whole.structLogs.slice(0, some.structLogs.length));
    });

    test('a failing instruction names its reason', async () => {
        const last = async (name) => (await traced(name)).structLogs.at(-1);
        assert.equal((await last('underflow')).error, 'stack underflow (0 <=> 2)');
        assert.equal((await last('fail4')).error, 'out of gas: not enough gas for reentrancy sentry');
        assert.equal((await last('badJump')).error, undefined); // it had been paid and ran
        const inStatic = (await traced('fail6')).structLogs.find((l) => l.error);
        assert.deepEqual([inStatic.op, inStatic.error], ['SSTORE', 'out of gas: write protection']);
    });

    test('callTracer nests calls with their logs, reasons and errors', async () => {
        const t = await calls('nested', { withLog: true });
        assert.equal(t.type, 'CALL');
        assert.equal(t.from, wallet.address.toLowerCase());
        assert.equal(t.to, at.toLowerCase());
        assert.deepEqual(t.calls.map((c) => c.type), ['CALL', 'CALL', 'CALL', 'DELEGATECALL', 'STATICCALL']);
        assert.deepEqual(t.logs.map((l) => l.position), ['0x0', '0x1']);
        const [inner, failed, bumped] = t.calls;
        assert.equal(failed.error, 'execution reverted');
        assert.equal(failed.revertReason, 'no way');
        assert.equal(failed.logs, undefined); // undone
        assert.equal(bumped.logs[0].topics[0], child.getEvent('Made').topicHash);
        assert.equal(t.calls[4].value, undefined);
        assert.equal(inner.calls[0].calls[0].calls, undefined);
        // The indexes are those of the receipt.
        const receipt = await node.rpc('eth_getTransactionReceipt', hashes.nested);
        const flat = (f) => [...(f.logs ?? []), ...(f.calls ?? []).flatMap(flat)];
        assert.deepEqual(flat(t).map((l) => Number(l.index)).sort((a, b) => a - b), receipt.logs.map((l) => Number(l.logIndex)));
        assert.equal((await calls('fail0')).revertReason, 'some reason');
        assert.equal((await calls('fail2')).revertReason, 'division or modulo by zero');
        assert.deepEqual((await calls('fail1')).output.slice(0, 10), trace.getError('Custom').selector);
        assert.equal((await calls('fail3')).error, 'invalid opcode: INVALID');
        assert.equal((await calls('undefined')).error, 'invalid opcode: opcode 0xc not defined');
        assert.equal((await calls('badCode')).error, 'invalid code: must not begin with 0xef');
        assert.equal((await calls('badCode')).to, undefined);
        const made = (await calls('make')).calls[0];
        assert.deepEqual([made.type, made.value, made.to], ['CREATE', '0x9', getCreateAddress({ from: at, nonce: 1 }).toLowerCase()]);
        assert.deepEqual((await calls('make2')).calls[0].type, 'CREATE2');
        const dead = (await calls('kill')).calls[1].calls[0];
        assert.deepEqual(dead, { from: dead.from, gas: '0x0', gasUsed: '0x0', to: `0x${'34'.repeat(20)}`, input: '0x', value: '0x0', type: 'SELFDESTRUCT' });
        const top = await calls('nested', { onlyTopCall: true, withLog: true });
        assert.equal(top.calls, undefined);
        assert.deepEqual(top.logs.map((l) => l.data), t.logs.map((l) => l.data));
    });

    test('prestateTracer has what the execution needed, and in diffMode what it changed', async () => {
        const me = wallet.address.toLowerCase(), it = at.toLowerCase();
        const pre = await traced('overwrite', { tracer: 'prestateTracer' });
        const slot = keccak256(coder.encode(['uint256', 'uint256'], [1, 0]));
        assert.deepEqual(pre[it].storage, { [slot]: word(2), [word(1)]: word(6) });
        assert.equal(pre[it].code, await node.provider.getCode(at));
        assert.equal(pre[it].codeHash, keccak256(pre[it].code));
        const { pre: was, post } = await traced('overwrite', { tracer: 'prestateTracer', tracerConfig: { diffMode: true } });
        assert.deepEqual(post[it], { storage: { [slot]: word(3), [word(1)]: word(7) } });
        assert.deepEqual(was[it].storage, { [slot]: word(2), [word(1)]: word(6) });
        assert.equal(post[me].nonce, was[me].nonce + 1);
        const receipt = await node.rpc('eth_getTransactionReceipt', hashes.overwrite);
        assert.equal(BigInt(was[me].balance) - BigInt(post[me].balance), BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice));
        const zeroed = await traced('clear', { tracer: 'prestateTracer', tracerConfig: { diffMode: true } });
        assert.equal(zeroed.post[it].storage[slot], undefined); // zeros are not shown
        assert.equal(zeroed.pre[it].storage[slot], word(3));
        const bare = await traced('overwrite', { tracer: 'prestateTracer', tracerConfig: { disableCode: true, disableStorage: true } });
        assert.deepEqual(Object.keys(bare[it]).sort(), ['balance', 'codeHash', 'nonce']);
        const made = await traced('make', { tracer: 'prestateTracer', tracerConfig: { diffMode: true } });
        const kid = getCreateAddress({ from: at, nonce: 1 }).toLowerCase();
        assert.equal(made.pre[kid], undefined);
        assert.equal(made.post[kid].nonce, 1);
        assert.deepEqual(made.post[kid].storage, { [word(0)]: word(41) });
        const { error } = await node.raw('debug_traceTransaction', hashes.make, { tracer: 'prestateTracer', tracerConfig: { diffMode: true, includeEmpty: true } });
        assert.equal(error.message, 'cannot use diffMode with includeEmpty');
    });

    test('4byteTracer, flatCallTracer, noopTracer and muxTracer', async () => {
        const selectors = await traced('nested', { tracer: '4byteTracer' });
        assert.equal(selectors[`${trace.getFunction('nested').selector}-32`], 4);
        assert.equal(selectors[`${child.getFunction('bump').selector}-0`], 6);
        const flat = await traced('nested', { tracer: 'flatCallTracer' });
        assert.deepEqual(flat.map((f) => f.traceAddress.join('.')).slice(0, 5), ['', '0', '0.0', '0.0.0', '0.0.1']);
        assert.equal(flat[0].subtraces, 5);
        assert.ok(flat.every((f) => f.transactionHash === hashes.nested && f.type === 'call'));
        const dead = (await traced('kill', { tracer: 'flatCallTracer' })).filter((f) => f.type === 'suicide');
        assert.deepEqual(dead.map((f) => f.action.refundAddress), [`0x${'34'.repeat(20)}`, `0x${'34'.repeat(20)}`]);
        assert.equal((await traced('precompiles', { tracer: 'flatCallTracer' })).length, 1);
        assert.ok((await traced('precompiles', { tracer: 'flatCallTracer', tracerConfig: { includePrecompiles: true } })).length > 1);
        assert.deepEqual(await traced('nested', { tracer: 'noopTracer' }), {});
        const both = await traced('nested', { tracer: 'muxTracer', tracerConfig: { callTracer: { withLog: true }, '4byteTracer': null } });
        assert.deepEqual(both, { callTracer: await calls('nested', { withLog: true }), '4byteTracer': selectors });
    });

    test('erc7562Tracer tells what a frame touched', async () => {
        const t = await traced('overwrite', { tracer: 'erc7562Tracer' });
        const slot = keccak256(coder.encode(['uint256', 'uint256'], [1, 0]));
        assert.equal(t.accessedSlots.writes[slot], 1);
        assert.deepEqual(t.accessedSlots.reads[word(1)], [word(6)]);
        assert.ok(t.keccak.includes(coder.encode(['uint256', 'uint256'], [1, 0])));
        assert.ok(t.usedOpcodes['0x55'] === 2 && t.outOfGas === false);
        const made = await traced('nested', { tracer: 'erc7562Tracer' });
        const kid = getCreateAddress({ from: at, nonce: 1 }).toLowerCase();
        assert.equal(made.contractSize[kid].contractSize, ((await node.provider.getCode(kid)).length - 2) / 2);
    });

    test('debug_storageRangeAt pages through a contract as it was inside a block', async () => {
        const receipt = await node.rpc('eth_getTransactionReceipt', hashes.overwrite);
        const range = (index, start, n) => node.rpc('debug_storageRangeAt', receipt.blockHash, index, at, start, n);
        const slot = keccak256(coder.encode(['uint256', 'uint256'], [1, 0]));
        const all = await range(0, '0x', 100);
        assert.equal(all.nextKey, null);
        assert.deepEqual(all.storage[keccak256(slot)], { key: slot, value: word(2) }); // before the transaction
        const keys = Object.keys(all.storage);
        assert.deepEqual(keys, [...keys].sort());
        const first = await range(0, '0x', 1), second = await range(0, first.nextKey, 100);
        assert.deepEqual({ ...first.storage, ...second.storage }, all.storage);
        const later = await node.rpc('eth_getTransactionReceipt', hashes.clear);
        const then = await node.rpc('debug_storageRangeAt', later.blockHash, 0, at, '0x', 100);
        assert.equal(then.storage[keccak256(slot)].value, word(3));
    });

    test('trace_transaction, trace_get and trace_block', async () => {
        const list = await node.rpc('trace_transaction', hashes.nested);
        assert.deepEqual(list.map((t) => t.traceAddress.join('.')).slice(0, 5), ['', '0', '0.0', '0.0.0', '0.0.1']);
        assert.equal(list.find((t) => t.error).error, 'Reverted');
        for (const i of [0, 3, list.length - 1]) {
            const path = list[i].traceAddress.map((n) => toQuantity(n));
            assert.deepEqual(await node.rpc('trace_get', hashes.nested, path), list[i]);
        }
        assert.equal(await node.rpc('trace_get', hashes.nested, ['0x9']), null);
        assert.deepEqual(await node.rpc('trace_block', toQuantity(list[0].blockNumber)), list);
        assert.deepEqual(await node.rpc('trace_transaction', word(1)), []);
        const [bad] = await node.rpc('trace_transaction', hashes.badJump);
        assert.deepEqual([bad.error, bad.result], ['Bad jump destination', null]);
        // What the transaction cost before its first instruction is not the frame's.
        const receipt = await node.rpc('eth_getTransactionReceipt', hashes.transfer);
        const [transfer] = await node.rpc('trace_transaction', hashes.transfer);
        assert.deepEqual([receipt.gasUsed, transfer.result.gasUsed, transfer.action.gas], ['0x5208', '0x0', toQuantity(3_000_000 - 21000)]);
    });

    test('trace_filter finds by sender and target, with after and count', async () => {
        const kid = getCreateAddress({ from: at, nonce: 1 }).toLowerCase();
        const find = (filter) => node.rpc('trace_filter', { fromBlock: '0x1', ...filter });
        const toKid = await find({ toAddress: [kid] });
        assert.ok(toKid.length > 4 && toKid.every((t) => (t.action.to ?? t.result?.address ?? t.action.refundAddress) === kid));
        assert.deepEqual(await find({ toAddress: [kid], after: 2, count: 2 }), toKid.slice(2, 4));
        assert.deepEqual(await find({ toAddress: [kid], fromAddress: [wallet.address] }), []);
        const either = await find({ toAddress: [kid], fromAddress: [wallet.address], mode: 'union' });
        assert.ok(either.length > toKid.length);
        const { error } = await node.raw('trace_filter', { toAddress: ['0x12'] });
        assert.equal(error.code, -32602);
    });

    test('trace_replayTransaction, trace_replayBlockTransactions and trace_call', async () => {
        const slot = keccak256(coder.encode(['uint256', 'uint256'], [1, 0]));
        const replay = await node.rpc('trace_replayTransaction', hashes.overwrite, ['trace', 'stateDiff']);
        assert.deepEqual(replay.stateDiff[at.toLowerCase()], {
            balance: '=', code: '=', nonce: '=',
            storage: { [slot]: { '*': { from: word(2), to: word(3) } }, [word(1)]: { '*': { from: word(6), to: word(7) } } },
        });
        const listed = await node.rpc('trace_transaction', hashes.overwrite);
        assert.deepEqual(replay.trace.map((t) => t.action), listed.map((t) => t.action));
        const block = await node.rpc('trace_replayBlockTransactions', toQuantity(listed[0].blockNumber), ['trace', 'stateDiff']);
        assert.deepEqual(block, [{ ...replay, transactionHash: hashes.overwrite }]);
        const call = await node.rpc('trace_call', { from: wallet.address, to: at, data: trace.encodeFunctionData('store', [77n, 5n]) }, ['stateDiff'], 'latest');
        const fresh = keccak256(coder.encode(['uint256', 'uint256'], [77, 0]));
        assert.deepEqual(call.stateDiff[at.toLowerCase()].storage[fresh], { '*': { from: word(0), to: word(5) } });
        assert.deepEqual(call.trace, []);
        const raw = await wallet.signTransaction({ chainId: 31337n, type: 2, nonce: 99, to: at, gasLimit: 100_000n, maxFeePerGas: 100_000_000_000n, data: trace.encodeFunctionData('store', [77n, 5n]) });
        const signed = await node.rpc('trace_rawTransaction', raw, ['trace', 'stateDiff']);
        assert.deepEqual(signed.stateDiff[at.toLowerCase()], call.stateDiff[at.toLowerCase()]);
        assert.equal(signed.trace[0].action.from, wallet.address.toLowerCase());
        const { error } = await node.raw('trace_replayTransaction', hashes.overwrite, ['vmTrace']);
        assert.match(error.message, /"trace" and "stateDiff"; for single instructions/);
    });

    test('a block has the traces of its transactions', async () => {
        const receipt = await node.rpc('eth_getTransactionReceipt', hashes.nested);
        const options = { tracer: 'callTracer' };
        const one = [{ txHash: hashes.nested, result: await calls('nested') }];
        const block = await node.rpc('eth_getBlockByNumber', receipt.blockNumber, false);
        assert.deepEqual(block.transactions, [hashes.nested]);
        assert.deepEqual(await node.rpc('debug_traceBlockByNumber', receipt.blockNumber, options), one);
        assert.deepEqual(await node.rpc('debug_traceBlockByHash', block.hash, options), one);
        const raw = await node.rpc('debug_getRawBlock', receipt.blockNumber);
        assert.deepEqual(await node.rpc('debug_traceBlock', raw, options), one);
    });

    test('debug_traceCall traces a call, with overrides and inside a block', async () => {
        const call = { from: wallet.address, to: at, data: trace.encodeFunctionData('store', [5n, 6n]) };
        const t = await node.rpc('debug_traceCall', call, 'latest', { tracer: 'callTracer', tracerConfig: { withLog: true } });
        assert.equal(t.logs.length, 1);
        const code = '0x4360005260206000f3'; // the block's number
        const it = `0x${'77'.repeat(20)}`;
        const { returnValue } = await node.rpc('debug_traceCall', { to: it }, 'latest', {
            stateOverrides: { [it]: { code } }, blockOverrides: { number: '0x1234' }, disableStack: true,
        });
        assert.equal(returnValue, word(0x1234));
        // `count` before the block's only transaction and after it.
        const receipt = await node.rpc('eth_getTransactionReceipt', hashes.nested);
        const count = { to: at, data: trace.encodeFunctionData('count') };
        const before = await node.rpc('debug_traceCall', count, receipt.blockNumber, { txIndex: '0x0' });
        const behind = await node.rpc('debug_traceCall', count, receipt.blockNumber);
        assert.equal(BigInt(behind.returnValue) - BigInt(before.returnValue), 4n);
    });

    test('viem reads what it asks for', async () => {
        const client = createPublicClient({ transport: http(node.urls.eth) });
        const t = await client.request({ method: 'debug_traceTransaction', params: [hashes.nested, { tracer: 'callTracer' }] });
        assert.equal(t.calls.length, 5);
    });
});

describe('beside anvil', () => {
    let node, anvil, url, here, there, sender;
    const ask = async (method, ...params) => {
        const r = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
        const { result, error } = await r.json();
        if (error) throw new Error(`${method}: ${error.message}`);
        return result;
    };

    before(async () => {
        const program = path.join(ROOT, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil');
        anvil = spawn(program, ['--port', '0', '--steps-tracing', '--hardfork', 'osaka'], { stdio: ['ignore', 'pipe', 'ignore'] });
        url = await new Promise((resolve, reject) => {
            let out = '';
            anvil.once('exit', (code) => reject(new Error(`anvil ended with ${code}`)));
            anvil.stdout.on('data', (d) => {
                out += d;
                const m = out.match(/Listening on ([0-9.:]+)/);
                if (m) resolve(`http://${m[1]}`);
            });
        });
        node = await startNode(['--quiet']);
        const wallet = new Wallet(keccakText('trace tests beside anvil'));
        await (await node.wallet(0).sendTransaction({ to: wallet.address, value: 10n ** 18n })).wait();
        await ask('anvil_setBalance', wallet.address, '0xde0b6b3a7640000');
        sender = wallet.address.toLowerCase();
        here = await play(node.rpc.bind(node), wallet);
        there = await play(ask, wallet);
        assert.deepEqual(here.hashes, there.hashes);
    });
    after(async () => {
        anvil?.kill();
        await node?.stop();
    });

    // What anvil tells otherwise than go-ethereum, which is followed here: no code hashes (and accounts that have nothing
    // else to show), zeros and empty lists, logs of frames that failed and indexes that count them, words of its own for
    // some failures and one at every instruction that ends a frame; selfdestructs among the calls that were not wanted; the gas that a creation forwards as part of its cost, a refund one instruction later; slots that were undone; the root's gas without the intrinsic part, its
    // gasUsed with the refund. Who pays and is paid differs with the base fee.
    const words = { StateChangeDuringStaticCall: 'out of gas: write protection', StackUnderflow: 'stack underflow (0 <=> 2)', 'invalid opcode': 'invalid opcode: opcode 0xc not defined', Unknown: 'opcode 0xc not defined', CreateContractStartingWithEF: 'invalid code: must not begin with 0xef' };
    const isEmpty = (x) => x === 0 || isDeepStrictEqual(x, { balance: '0x0' }) || (x && typeof x === 'object' && Object.keys(x).length === 0);
    const plain = (v, payers = []) => {
        if (Array.isArray(v)) return v.map((x) => plain(x, payers));
        if (!v || typeof v !== 'object') return words[v] ?? v;
        const out = {}, skipped = ['codeHash', 'index', 'refund', ...payers];
        if (v.error) skipped.push('logs');
        if ('pc' in v) skipped.push('error');
        if (/^CREATE/.test(v.op)) skipped.push('gasCost');
        if (v.op === 'SLOAD' || (v.op === 'SSTORE' && v.error)) skipped.push('storage');
        for (const [k, x] of Object.entries(v)) {
            const y = plain(x, payers);
            if (!skipped.includes(k) && !isEmpty(y)) out[k] = y;
        }
        return out;
    };

    for (const config of [{}, { withLog: true }, { onlyTopCall: true }])
        test(`callTracer ${JSON.stringify(config)}`, async () => {
            const options = { tracer: 'callTracer', tracerConfig: config };
            for (const [name, hash] of Object.entries(here.hashes)) {
                const ours = plain(await node.rpc('debug_traceTransaction', hash, options));
                const theirs = plain(await ask('debug_traceTransaction', hash, options));
                for (const t of [ours, theirs]) delete t.gas, delete t.gasUsed;
                if (config.onlyTopCall) delete theirs.calls;
                assert.deepEqual(differences(ours, theirs, name), []);
            }
        });

    test('struct logger', async () => {
        for (const [name, hash] of Object.entries(here.hashes)) {
            const options = { enableMemory: true };
            const ours = plain(await node.rpc('debug_traceTransaction', hash, options));
            const theirs = plain(await ask('debug_traceTransaction', hash, options));
            assert.deepEqual(differences(ours, theirs, name), []);
        }
    });

    test('trace_transaction', async () => {
        const parity = { ...words, StackUnderflow: 'Stack underflow', StateChangeDuringStaticCall: 'Out of gas', OutOfOffset: 'Out of bounds' };
        for (const [name, hash] of Object.entries(here.hashes)) {
            if (name === 'precompiles') continue; // Parity's traces leave them out, anvil does not
            const [ours, theirs] = [await node.rpc('trace_transaction', hash), await ask('trace_transaction', hash)];
            for (const t of [...ours, ...theirs]) {
                delete t.blockHash, delete t.blockNumber;
                if (t.error && t.type === 'create') delete t.result; // anvil shows the address of what was not created
                t.error &&= parity[t.error] ?? t.error;
            }
            assert.deepEqual(differences(ours, theirs, name), []);
        }
    });

    test('stateDiff', async () => {
        for (const hash of Object.values(here.hashes)) {
            const at = async (send) => {
                const { blockNumber } = await send('eth_getTransactionReceipt', hash);
                const { miner } = await send('eth_getBlockByNumber', blockNumber, false);
                const { stateDiff } = (await send('trace_replayBlockTransactions', blockNumber, ['stateDiff'])).find((t) => t.transactionHash === hash);
                for (const payer of [sender, miner]) delete stateDiff[payer]; // the base fee differs
                return stateDiff;
            };
            assert.deepEqual(await at(node.rpc.bind(node)), await at(ask));
        }
    });

    test('prestateTracer in diffMode', async () => {
        const options = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } };
        const payers = [sender, (await node.rpc('eth_getBlockByNumber', 'latest', false)).miner, (await ask('eth_getBlockByNumber', 'latest', false)).miner];
        for (const [name, hash] of Object.entries(here.hashes)) {
            const ours = plain(await node.rpc('debug_traceTransaction', hash, options), payers);
            const theirs = plain(await ask('debug_traceTransaction', hash, options), payers);
            assert.deepEqual(differences(ours, theirs, name), []);
        }
    });

    // The paths at which two values differ.
    function differences(a, b, at) {
        if (a === b) return [];
        if (a && b && typeof a === 'object' && typeof b === 'object')
            return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) => differences(a[k], b[k], `${at}.${k}`));
        return [`${at}: ${JSON.stringify(a)?.slice(0, 90)} here, ${JSON.stringify(b)?.slice(0, 90)} there`];
    }
});

describe('over the machines', () => {
    let account, owner, demo;

    before(async () => {
        account = Account.generate();
        owner = account.accountAddress.toString();
        await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
        await publish(node.aptos, account, 'Demo', ['ledger'], compileMove('tests/e2e/demo/move', { demo: owner }));
        demo = await deploy(node.wallet(1), compileSolidity('tests/e2e/demo/contracts/Demo.sol').Demo, Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'));
    });

    test('legs of the tail are further calls of the root', async () => {
        const alias = await node.rpc('tern_alias', await node.rpc('tern_alias', await demo.getAddress()));
        await (await demo.setReplier(alias)).wait();
        const receipt = await (await demo.askSquare(12, { gasLimit: 2_000_000 })).wait();
        const t = await node.rpc('debug_traceTransaction', receipt.hash, { tracer: 'callTracer', tracerConfig: { withLog: true } });
        assert.equal(Number(t.gasUsed), Number(receipt.gasUsed));
        const reply = t.calls.at(-1);
        assert.deepEqual([reply.type, reply.from, reply.to], ['CALL', alias, (await demo.getAddress()).toLowerCase()]);
        assert.equal(reply.input.slice(0, 10), demo.interface.getFunction('onSquare').selector);
        assert.equal(reply.error, undefined);
        const squared = reply.logs.map((l) => demo.interface.parseLog(l)).find((l) => l?.name === 'Squared');
        assert.equal(squared.args.square, 144n);
        assert.equal(Number(reply.logs[0].index), receipt.logs.find((l) => l.topics[0] === reply.logs[0].topics[0]).index);
        const diff = await node.rpc('debug_traceTransaction', receipt.hash, { tracer: 'prestateTracer', tracerConfig: { diffMode: true } });
        assert.ok(Object.values(diff.post[(await demo.getAddress()).toLowerCase()].storage).some((v) => BigInt(v) === 144n));
    });

    test('a shadow is traced as its legs in the EVM', async () => {
        const done = await callEntry(node.aptos, account, `${owner}::ledger::send_note`, [await demo.getAddress(), 3, 'a title', [1, 2]].map((v, i) => (i === 0 ? zeroPadValue(v, 32) : v)));
        const { evmHash } = await node.rpc('tern_traceTransaction', done.hash);
        const t = await node.rpc('debug_traceTransaction', evmHash, { tracer: 'callTracer' });
        assert.equal(t.from, await node.rpc('tern_alias', owner));
        assert.equal(t.to, (await demo.getAddress()).toLowerCase());
        const receipt = await node.rpc('eth_getTransactionReceipt', evmHash);
        assert.equal(t.gasUsed, receipt.gasUsed);
        const logs = await node.rpc('debug_traceTransaction', evmHash);
        assert.equal(logs.failed, false);
        assert.ok(logs.structLogs.length > 100);
        const block = await node.rpc('debug_traceBlockByNumber', receipt.blockNumber, { tracer: 'callTracer' });
        assert.deepEqual(block, [{ txHash: evmHash, result: t }]);
        const { error } = await node.raw('debug_traceTransaction', done.hash);
        assert.equal(error.message, 'transaction not found');
    });
});

describe('what cannot be', () => {
    const failing = async (method, ...params) => {
        const { error } = await node.raw(method, ...params);
        return [error?.code, error?.message];
    };
    const some = async () => (await (await node.wallet(2).sendTransaction({ to: node.wallet(3).address, value: 1n })).wait()).hash;

    test('unknown and untraceable', async () => {
        const none = word(1);
        assert.deepEqual(await failing('debug_traceTransaction', none), [-32000, 'transaction not found']);
        assert.deepEqual(await failing('debug_traceBlockByHash', none), [-32000, `block ${none} not found`]);
        assert.deepEqual(await failing('debug_traceBlockByNumber', '0xffffff'), [-32000, 'block #16777215 not found']);
        assert.deepEqual(await failing('debug_traceBlockByNumber', '0x0'), [-32000, 'genesis is not traceable']);
        assert.deepEqual(await failing('debug_traceBlockByNumber', '3'), [-32602, 'invalid argument 0: hex string without 0x prefix']);
        assert.match((await failing('debug_traceBlock', '0xc0'))[1], /could not decode block/);
    });

    test('tracers and options', async () => {
        const hash = await some();
        const [code, text] = await failing('debug_traceTransaction', hash, { tracer: '{step: function() {}, fault: function() {}, result: function() { return 1 }}' });
        assert.equal(code, -32000);
        assert.match(text, /JavaScript are not supported.*callTracer.*prestateTracer/);
        assert.match((await failing('debug_traceTransaction', hash, { tracer: 'callTrace' }))[1], /no tracer 'callTrace'/);
        assert.deepEqual(await failing('debug_traceTransaction', hash, { disableStack: 'yes' }), [-32602, 'invalid trace option disableStack: a boolean is expected']);
        assert.match((await failing('debug_traceTransaction', hash, { timeout: '5 apples' }))[1], /timeout/);
        assert.match((await failing('debug_traceTransaction', hash, 'callTracer'))[1], /an object is expected/);
        for (const timeout of ['10s', '1m30s', '1.5h', '300ms'])
            assert.ok((await node.rpc('debug_traceTransaction', hash, { timeout, reexec: 128 })).gas);
    });

    test('a trace that is too large is refused, and the node goes on', async () => {
        const t = await deploy(node.wallet(2), contracts.Trace);
        const call = { to: await t.getAddress(), data: trace.encodeFunctionData('spin', [30000n, 200n]) };
        const [code, text] = await failing('debug_traceCall', call, 'latest', { enableMemory: true });
        assert.equal(code, -32003);
        assert.match(text, /larger than 128 MiB/);
        const small = await node.rpc('debug_traceCall', call, 'latest', { tracer: 'callTracer' });
        assert.equal(small.error, undefined);
        assert.match((await failing('debug_traceCall', call, 'latest', { enableMemory: true, timeout: '1ms' }))[1], /execution timeout|larger than/);
    });
});
