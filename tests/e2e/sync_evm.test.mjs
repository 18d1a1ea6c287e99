// Synchronous calls from Solidity: ITern, on a real node with real compilers' output.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Keypair, PublicKey } from '@solana/web3.js';
import { AbiCoder, Interface } from 'ethers';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { publish } from './lib/publish.mjs';

const coder = AbiCoder.defaultAbiCoder();
const itern = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/Tern.json'), 'utf8')).abi);
const TERN = '0x7e00000000000000000000000000000000000003';
const gas = { gasLimit: 5_000_000 };

let node, wallet, owner, caller, callerAddress;

before(async () => {
    const account = Account.generate();
    owner = account.accountAddress.toString();
    const modules = compileMove('tests/e2e/sync', { sync: owner });
    const { SyncCaller } = compileSolidity('tests/e2e/contracts/SyncCaller.sol');
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Sync', ['vault'], modules);
    caller = await deploy(wallet, SyncCaller, Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'));
    callerAddress = await caller.getAddress();
});
after(() => node?.stop());

const mined = async (tx) => (await tx).wait();
const total = async () => BigInt((await node.aptos.viewJson({ payload: { function: `${owner}::vault::total` } }))[0]);
const vault = async () => node.aptos.getAccountResource({ accountAddress: owner, resourceType: `${owner}::vault::Vault` });
const failed = (data) => itern.parseError(data).args;
const legs = async (hash) => (await node.rpc('tern_traceTransaction', hash)).trace;

test('a call gives its result in the same frame, and writes last', async () => {
    const before = await total();
    const receipt = await mined(caller.put(40, gas));
    assert.equal(await caller.seen(), before + 40n);
    assert.equal(await total(), before + 40n);
    assert.equal(caller.interface.parseLog(receipt.logs[0]).args.total, before + 40n);
});

test('results of every kind are ABI-encoded by the type mapping', async () => {
    const who = `0x${'ab'.repeat(32)}`;
    await mined(caller.put((await total()) % 2n === 1n ? 2 : 1, gas)); // odd
    const [ok, data] = await caller.call.staticCall('report', coder.encode(['bytes32'], [who]));
    assert.equal(ok, true);
    const [report, list, address, flag] = coder.decode(['tuple(uint64,string,uint8[])', 'uint16[]', 'bytes32', 'bool'], data);
    assert.deepEqual([report[0], report[1], [...report[2]]], [await total(), 'fine', [1n]]);
    assert.deepEqual([...list], [1n, 2n, 3n]);
    assert.equal(address, who);
    assert.equal(flag, true);
    assert.equal((await caller.call.staticCall('nothing', '0x'))[1], '0x');
});

test('the callee sees the alias of msg.sender', async () => {
    const [, data] = await caller.call.staticCall('sender', '0x');
    assert.equal(data, await node.rpc('tern_alias', callerAddress));
    const asked = itern.decodeFunctionResult('moveAlias', await node.provider.call({ to: TERN, data: itern.encodeFunctionData('moveAlias', [callerAddress]) }));
    assert.equal(asked[0], data);
});

test('a failed call is caught: it names its reason, and nothing of it lasts', async () => {
    const before = await vault();
    const receipt = await mined(caller.putAndTry(5, 1_000_000, gas));
    const reason = receipt.logs.map((l) => caller.interface.parseLog(l)).find((l) => l.name === 'Failed').args.reason;
    const { vm, reason: why, code, message } = failed(reason);
    assert.deepEqual([vm, why, code], [1n, 2n, 7n]);
    assert.match(message, /vault::take: .*E_TOO_MUCH\(0x7\): The amount is more than the vault holds/);
    const after = await vault();
    assert.equal(BigInt(after.total), BigInt(before.total) + 6n);
    assert.equal(BigInt(after.writes), BigInt(before.writes) + 2n); // the third write was undone
});

test('what a reverted frame has called is undone, its events too', async () => {
    const before = await vault();
    const receipt = await mined(caller.putAndCatch(100, gas));
    const after = await vault();
    assert.equal(BigInt(after.total), BigInt(before.total) + 3n);
    assert.equal(BigInt(after.writes), BigInt(before.writes) + 2n);
    const tree = await node.rpc('tern_traceTransaction', receipt.hash);
    const events = JSON.stringify(tree).match(/Stored/g) ?? [];
    assert.ok(events.length <= 2);
    const reason = receipt.logs.map((l) => caller.interface.parseLog(l)).find((l) => l?.name === 'Failed').args.reason;
    assert.equal(caller.interface.parseError(reason).args.total, BigInt(before.total) + 101n);
});

test('a failed root leaves nothing in Move', async () => {
    const before = await vault();
    await assert.rejects(mined(caller.putAndRevert(9, gas)));
    assert.deepEqual(await vault(), before);
});

test('must reverts with the reason', async () => {
    await assert.rejects(caller.must.staticCall('take', coder.encode(['uint64'], [1n << 60n])), (e) => {
        const { code, message } = failed(e.data ?? e.info?.error?.data);
        assert.equal(code, 7n);
        assert.match(message, /E_TOO_MUCH/);
        return true;
    });
});

test('in a static call Move is read, and cannot write', async () => {
    assert.equal(await caller.look(), await total());
    const [ok, data] = await caller.lookAndPut();
    assert.equal(ok, false);
    assert.notEqual(failed(data).reason, 0n);
    const before = await total();
    assert.equal(await total(), before);
});

test('delegatecall is refused', async () => {
    const [ok, data] = await caller.delegate.staticCall();
    assert.equal(ok, false);
    assert.equal(itern.parseError(data).name, 'DelegateCallRefused');
});

test('arguments must be as Solidity encodes them', async () => {
    const good = itern.encodeFunctionData('callMove(bytes,bytes,bytes,bytes,bytes)', [Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'), Buffer.from('vault'), Buffer.from('nothing'), '0x', '0x']);
    assert.equal((await caller.raw.staticCall(good))[0], true);
    const cases = [good.slice(0, -64), `${good}${'00'.repeat(32)}`, `${good.slice(0, 10)}${'00'.repeat(31)}c0${good.slice(74)}`, good.slice(0, 10), good.slice(0, 8),
        good.replace(/(7661756c74)00/, '$101'), itern.encodeFunctionData('callMove(uint256,bytes,bytes,bytes,bytes,bytes)', [4, '0x', '0x', '0x', '0x', '0x'])];
    for (const data of cases) {
        const [ok, result] = await caller.raw.staticCall(data);
        assert.equal(ok, false, data);
        assert.ok(['CallFailed', 'UnknownFunction'].includes(itern.parseError(result).name));
    }
});

test('the node knows every function of the interface, and no other', async () => {
    const known = async (data) => {
        const [, result] = await caller.raw.staticCall(data);
        return result.slice(0, 10) !== itern.getError('UnknownFunction').selector;
    };
    for (const f of itern.fragments.filter((x) => x.type === 'function')) assert.equal(await known(f.selector), true, f.format());
    assert.equal(await known('0x12345678'), false);
});

test('BCS goes in and comes out as it is', async () => {
    const args = coder.encode(['bytes[]'], [[`0x${'ab'.repeat(32)}`]]);
    const [ok, data] = await caller.withFlags.staticCall(2, 'report', args);
    assert.equal(ok, true);
    assert.ok(data.includes('0466696e65')); // "fine"
    assert.ok(data.endsWith(`03010002000300${'ab'.repeat(32)}01`));
});

test('a call that uses up its gas leaves its caller a 64th', async () => {
    const receipt = await mined(caller.call('spin', '0x', { gasLimit: 2_000_000 }));
    assert.equal(receipt.status, 1);
    assert.ok(receipt.gasUsed > 1_900_000n);
    const [call] = (await legs(receipt.hash)).calls;
    assert.equal(call.ok, false);
    assert.equal(call.failure, 'out_of_gas');
});

test('a result costs what memory of its size does, in the ABI 32 times as long as in Move', async () => {
    // As the yellow paper has it for memory.
    const memory = (bytes) => { const words = Math.ceil(bytes / 32); return 3 * words + Math.floor((words * words) / 512); };
    const many = 4096, address = Buffer.from(owner.slice(2).padStart(64, '0'), 'hex');
    const leg = async (flags, argument, gasLimit) => {
        const data = itern.encodeFunctionData('callMove(uint256,bytes,bytes,bytes,bytes,bytes)', [flags, address, Buffer.from('vault'), Buffer.from('flags'), argument, '0x']);
        return (await legs((await mined(wallet.sendTransaction({ to: TERN, data, gasLimit }))).hash)).calls[0];
    };
    const bcs = coder.encode(['bytes[]'], [[`0x0c${'00'.repeat(7)}`]]);
    await leg(2, bcs, 5_000_000); // the first one registers the wallet's alias
    const inMove = await leg(2, bcs, 5_000_000), inAbi = await leg(0, coder.encode(['uint64'], [12]), 5_000_000);
    assert.deepEqual([inMove.ok, inAbi.ok], [true, true]);
    const more = Number(inAbi.gasUsed) - Number(inMove.gasUsed), price = memory(32 * (many + 2)) - memory(many + 2);
    assert.ok(Math.abs(more - price) < 200, `${more}, not ${price}`); // the arguments differ by some words
    const poor = await leg(0, coder.encode(['uint64'], [12]), 30_000 + Number(inAbi.gasUsed) - 10_000);
    assert.equal(poor.ok, false);
});

test('arguments are paid for before they are read, and have a limit', async () => {
    const data = (callData) => itern.encodeFunctionData('callMove(bytes,bytes,bytes,bytes,bytes)', [Buffer.from('0x1'), Buffer.from('m'), Buffer.from('f'), callData, '0x']);
    const words = (hex) => Math.ceil(((hex.length - 2) / 2 - 4) / 32);
    const gasOf = async (input) => {
        const { trace } = await node.rpc('debug_traceCall', { from: wallet.address, to: callerAddress, gas: '0x1000000', data: caller.interface.encodeFunctionData('raw', [input]) }, 'latest', { tracer: 'callTracer' }).then((trace) => ({ trace }));
        return Number(trace.calls.find((c) => c.to.toLowerCase() === TERN).gasUsed);
    };
    const malformed = `${data(`0x${'11'.repeat(60_000)}`)}${'00'.repeat(32)}`; // something behind the last argument
    assert.ok((await gasOf(malformed)) >= 3000 + 3 * words(malformed));
    const [ok, result] = await caller.raw.staticCall(data(`0x${'11'.repeat(300_000)}`), { gasLimit: 16_000_000 });
    assert.equal(ok, false);
    assert.match(failed(result).message, /payload is longer than one may be/);
});

test('what a call queues runs after the transaction\'s own work', async () => {
    const inside = await caller.noteThen.staticCall(77);
    await mined(caller.noteThen(77, gas));
    assert.equal(inside, 0n);
    assert.equal(await caller.noted(), 77n);
});

test('Solana programs are called with their return data', async () => {
    const memo = `0x${Buffer.from(new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr').toBytes()).toString('hex')}`;
    const [ok] = await caller.solana.staticCall(memo, [], Buffer.from('hello'));
    assert.equal(ok, true);
    const nobody = `0x${Buffer.from(Keypair.generate().publicKey.toBytes()).toString('hex')}`;
    const [none, data] = await caller.solana.staticCall(nobody, [], '0x');
    assert.equal(none, false);
    assert.equal(failed(data).vm, 2n);
    await mined(caller.solana(memo, [], Buffer.from('hello'), gas));
});

test('the example of docs/cross-vm.md compiles and runs', async () => {
    const docs = readFileSync(path.join(ROOT, 'docs/cross-vm.md'), 'utf8');
    const [, source] = docs.match(/```solidity\n((?:(?!```)[\s\S])*contract Teller [\s\S]*?)```/);
    const teller = await deploy(wallet, compileSolidity('docs/Teller.sol', source).Teller);
    const balance = await node.aptos.getAccountAPTAmount({ accountAddress: owner });
    assert.equal(await teller.coins.staticCall(`0x${owner.slice(2).padStart(64, '0')}`), BigInt(balance));
    const module = Buffer.from(owner.slice(2).padStart(64, '0'), 'hex');
    const [ok, why] = await teller.tryTell.staticCall(module, 1, 'no ledger is there');
    assert.equal(ok, false);
    assert.deepEqual([...failed(why)].slice(0, 2), [1n, 4n]); // Move: no such target
});

test('every block runs again as it did', async () => {
    assert.ok(await node.replay() > 5);
});
