// Synchronous calls from Move: 0x1::evm and 0x1::svm, on a real node with real compilers' output. Results are held against
// what ethers encodes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Account, Hex } from '@aptos-labs/ts-sdk';
import { Connection, Keypair, PublicKey } from '@solana/web3.js';
import { AbiCoder, Interface } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { MESSENGER, outcome, syncMove } from './lib/messenger.mjs';
import { ROOT, program, startNode } from './lib/node.mjs';
import { callEntry, publish, submit } from './lib/publish.mjs';

const coder = AbiCoder.defaultAbiCoder();
const itern = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/Tern.json'), 'utf8')).abi);
const MODULES = ['book', 'teller', 'window'];
const PACKAGE = path.join(ROOT, 'tests/e2e/sync_move');
let node, account, owner, target, to, alias;

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    const work = mkdtempSync(path.join(tmpdir(), 'tern-e2e-'));
    try {
        await promisify(execFile)(program(), ['move', 'build', '--named-addresses', `teller=${owner}`, '--output', work, PACKAGE]);
        node = await startNode(['--quiet']);
        await node.aptos.fundAccount({ accountAddress: owner, amount: 10_000_000_000 });
        await publish(node.aptos, account, 'SyncMove', MODULES, MODULES.map((m) => readFileSync(path.join(work, 'bytecode_modules', `${m}.mv`))));
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
    const { MoveTarget } = compileSolidity('tests/e2e/contracts/MoveTarget.sol');
    target = await deploy(node.wallet(0), MoveTarget);
    to = `0x${(await target.getAddress()).slice(2).toLowerCase().padStart(64, '0')}`;
    alias = await node.rpc('tern_alias', owner, 'evm').catch(() => node.rpc('tern_alias', owner));
});
after(() => node?.stop());

const bytes = (hex) => Hex.fromHexString(hex).toUint8Array();
const run = (fn, ...args) => callEntry(node.aptos, account, `${owner}::${fn}`, args);
// The same with gas of the caller's choice: what a failed call may use up.
async function runWith(maxGasAmount, fn, ...args) {
    const transaction = await node.aptos.transaction.build.simple({
        sender: owner, data: { function: `${owner}::${fn}`, functionArguments: args }, options: { maxGasAmount },
    });
    return submit(node.aptos, account, transaction);
}
const view = (fn, ...args) => node.aptos.view({ payload: { function: `${owner}::${fn}`, functionArguments: args } });
const sum = async () => BigInt((await view('book::sum'))[0]);
async function seen() {
    const [numbers, status, data, text, who, list, maybe, big, yes] = await view('teller::seen');
    return { numbers: numbers.map(Number), status, data, text, who, list, maybe: maybe.vec, big: BigInt(big), yes };
}
const place = (module) => bytes(`0x${owner.slice(2).padStart(64, '0')}${Buffer.from(module).toString('hex')}`);
const back = (name) => [place(name.split('::')[0]), bytes(`0x${Buffer.from(name.split('::')[1]).toString('hex')}`)];
const u64 = (n) => bytes(coder.encode(['uint64'], [n]));
const answered = (data) => coder.decode(['bool', 'bytes'], data);
const failed = (data) => itern.parseError(data).args;
async function aborts(promise, pattern) {
    await assert.rejects(promise, (e) => { assert.match(e.transaction?.vm_status ?? e.message, pattern); return true; });
}
const balance = async () => Number(await node.aptos.getAccountAPTAmount({ accountAddress: owner }));

test('a call gives its result in the same function, and the callee sees the alias', async () => {
    const before = await target.writes();
    await run('teller::add', to, 40, 2);
    assert.deepEqual((await seen()).numbers, [42]);
    assert.equal(await target.writes(), before + 1n);
    assert.equal((await target.last()).toLowerCase(), alias.toLowerCase());
});

test('results of every kind are decoded by the type mapping', async () => {
    await run('teller::results', to);
    const s = await seen();
    const contract = await node.rpc('tern_alias', await target.getAddress());
    assert.equal(s.who, contract); // an ABI address becomes that address's alias
    assert.equal(s.text, 'grüß');
    assert.deepEqual(s.list, [500, 600]);
    assert.equal(Buffer.from(s.maybe.slice?.(2) ?? '', 'hex')[0] ?? s.maybe[0], 7);
    assert.equal(s.big, 2n ** 256n - 6n);
    assert.equal(s.yes, true);
});

test('a result that is no value of the type is refused', async () => {
    await aborts(run('teller::narrow', to), /0x1::evm: EOTHER_RESULT\(0x30009\): the returned data: .*outside its type's range/);
    await aborts(run('teller::negative', to), /EOTHER_RESULT\(0x30009\): .*negative/);
});

test('call aborts with the callee\'s reason, and nothing lasts', async () => {
    const before = [await sum(), await target.writes()];
    await aborts(run('teller::must_fail', to, 0), /^Move abort in 0x1::evm: ECALL_FAILED\(0x70008\): .*no code/);
    await aborts(run('teller::must_fail', to, 9), /ECALL_FAILED\(0x70008\): .*fail\(uint64\)/);
    assert.deepEqual([await sum(), await target.writes()], before);
});

test('try_call answers what the contract reverted with; what was done before and after stays', async () => {
    const before = [await sum(), await target.writes()];
    await run('teller::try_fail', to, 9);
    const { status, data } = await seen();
    assert.equal(status, 2);
    const { name, args } = target.interface.parseError(data);
    assert.deepEqual([name, args.code, args.why], ['Refused', 9n, 'not today']);
    assert.deepEqual([await sum(), await target.writes()], [before[0] + 18n, before[1]]);
});

test('value arrives as msg.value, and stays if the call fails', async () => {
    const held = await node.provider.getBalance(target);
    await run('teller::pay', to, 250, false);
    assert.equal((await seen()).status, 0);
    assert.equal(await target.paid(), 250n);
    assert.equal(await node.provider.getBalance(target), held + 250n * 10n ** 9n);
    const before = await balance();
    const { gas_used, gas_unit_price } = await run('teller::pay', to, 1_000_000, true);
    assert.equal((await seen()).status, 2);
    assert.equal(before - await balance(), Number(gas_used) * Number(gas_unit_price));
    await run('teller::pay', to, 10 ** 15, false);
    const { status, data } = await seen();
    assert.equal(status, 9);
    assert.match(Buffer.from(data.slice(2), 'hex').toString(), /balance is too small/);
    assert.equal(await target.paid(), 250n);
});

test('a module that waits is locked, however it is reached; another is called, and its changes are seen', async () => {
    const before = await sum();
    const first = (await seen()).numbers.length;
    await run('teller::back', to, ...back('book::write'), u64(7), false);
    let s = await seen();
    assert.equal(s.status, 0);
    assert.deepEqual(answered(s.data)[0], true);
    assert.equal(BigInt(answered(s.data)[1]), before + 1007n);
    assert.deepEqual(s.numbers.slice(first).map(BigInt), [before + 1000n, before + 1007n, before + 1008n]);
    await run('teller::back', to, ...back('teller::touch'), u64(7), false);
    s = await seen();
    const [ok, error] = answered(s.data);
    assert.equal(ok, false);
    assert.deepEqual([failed(error).vm, failed(error).reason], [1n, 11n]);
    assert.match(failed(error).message, /waits for a call to another machine/);
    assert.equal(s.numbers.length, first + 6);
});

test('a frame of the EVM that calls back into Move and reverts takes that with it', async () => {
    const before = await sum();
    const receipt = await run('teller::back', to, ...back('book::write'), u64(7), true);
    const s = await seen();
    assert.equal(s.status, 2);
    assert.deepEqual(s.numbers.slice(-3).map(BigInt), [before + 1000n, before + 1000n, before + 1001n]);
    assert.equal(await sum(), before + 1001n);
    const lines = receipt.events.filter((e) => e.type.endsWith('::book::Line')).map((e) => Number(e.data.amount));
    assert.deepEqual(lines, [1000, 1]);
    // A failed function inside is caught by the contract; its own writes are undone.
    await run('teller::back', to, ...back('book::write'), u64(0), false);
    const [ok, error] = answered((await seen()).data);
    assert.equal(ok, false);
    assert.equal(failed(error).code, 3n);
    assert.match(failed(error).message, /E_NOTHING\(0x3\): The amount is zero/);
});

test('a reentrant module is entered where it holds no reference', async () => {
    await run('window::enter', to, ...back('window::count_up'), u64(5));
    assert.equal(Number((await view('window::count'))[0]), 606);
    await run('window::enter_holding', to, ...back('window::count_up'), u64(5));
    assert.equal(Number((await view('window::count'))[0]), 606);
});

test('views read the EVM, and the EVM Move, and none can write', async () => {
    await run('teller::look', to);
    const s = await seen();
    assert.equal(s.numbers.at(-1), 250);
    assert.notEqual(s.status, 0);
    assert.deepEqual(await view('teller::paid', to), ['250']);
    const [status, data] = await view('teller::look_back', to, ...back('book::sum'), new Uint8Array());
    assert.equal(status, 0);
    assert.equal(BigInt(answered(data)[1]), await sum());
    const before = await sum();
    const [refused, why] = await view('teller::look_back', to, ...back('book::write'), u64(1));
    assert.equal(refused, 0);
    assert.deepEqual([answered(why)[0], failed(answered(why)[1]).reason], [false, 10n]);
    assert.equal(await sum(), before);
});

test('eight calls inside one another, and no ninth', async () => {
    await run('teller::deep', to, place('window'), 4);
    let s = await seen();
    assert.equal(s.status, 0);
    assert.equal(BigInt(s.data), 7n);
    await run('teller::deep', to, place('window'), 5);
    s = await seen();
    assert.equal(s.status, 2);
});

test('a call that uses up its gas leaves its caller a 64th', async () => {
    const before = await sum();
    const { gas_used } = await runWith(5_000, 'teller::spin', to);
    assert.equal((await seen()).status, 1);
    assert.equal(await sum(), before + 1n);
    assert.ok(Number(gas_used) > 4_920 && Number(gas_used) < 5_000, gas_used);
});

test('home authority: a program of Solana calls back as the account itself, by a flag only', async () => {
    const wide = owner.slice(2).padStart(64, '0');
    const [key] = PublicKey.findProgramAddressSync([Buffer.from('move'), Buffer.from(wide, 'hex')], MESSENGER);
    const data = syncMove({ module: wide, name: 'book', fn: 'who' });
    const hex = (k) => `0x${Buffer.from(k.toBytes()).toString('hex')}`;
    const called = async (flags) => {
        await run('teller::through_solana', hex(MESSENGER), hex(key), data, flags);
        const { status, data: returned } = await seen();
        assert.equal(status, 0, returned);
        assert.equal(outcome(bytes(returned)).status, 0);
        return `0x${outcome(bytes(returned)).data.toString('hex')}`;
    };
    assert.equal(await called(1), `0x${wide}`);
    assert.equal(await called(0), await node.rpc('tern_alias', key.toBase58(), 'move'));
    await aborts(run('teller::through_solana', hex(MESSENGER), hex(key), data, 4), /ENO_SUCH_FLAG\(0x1000a\)/);
});

test('Solana programs run with the alias as a signer and the value that came along', async () => {
    const connection = new Connection(node.urls.solana, 'confirmed');
    const [key] = PublicKey.findProgramAddressSync([Buffer.from('move'), bytes(owner.length === 66 ? owner : `0x${owner.slice(2).padStart(64, '0')}`)], MESSENGER);
    const receiver = Keypair.generate().publicKey;
    const hex = (k) => `0x${Buffer.from(k.toBytes()).toString('hex')}`;
    await run('teller::transfer', hex(key), hex(receiver), 2_000_000, 5_000_000);
    const s = await seen();
    assert.equal(s.status, 0, Buffer.from(s.data.slice(2), 'hex').toString());
    assert.equal(await connection.getBalance(receiver), 2_000_000);
    assert.equal(await connection.getBalance(key), 3_000_000);
    await run('teller::transfer', hex(key), hex(receiver), 90_000_000, 1_000_000);
    const failure = await seen();
    assert.equal(failure.status, 2);
    assert.match(Buffer.from(failure.data.slice(2), 'hex').toString(), /custom program error: 0x1[^]*insufficient lamports 4000000/);
    assert.equal(await connection.getBalance(key), 3_000_000);
    await aborts(run('teller::must_transfer', hex(key), hex(receiver), 90_000_000), /0x1::svm: ECALL_FAILED\(0x70008\): .*custom program error: 0x1/);
});

test('one trace shows the calls of all machines', async () => {
    const { hash } = await run('teller::back', to, ...back('book::write'), u64(2), false);
    const { trace } = await node.rpc('tern_traceTransaction', hash);
    assert.equal(trace.calls.length, 1);
    assert.equal(trace.calls[0].calls.length, 1);
    assert.match(trace.calls[0].calls[0].function, /book::write$/);
});

test('the example of docs/cross-vm.md compiles and runs', async () => {
    const docs = readFileSync(path.join(ROOT, 'docs/cross-vm.md'), 'utf8');
    const modules = [...docs.matchAll(/```move\n([^]*?)```/g)].map((m) => m[1]).filter((m) => m.startsWith('module cashier::'));
    assert.equal(modules.length, 1);
    const dir = mkdtempSync(path.join(tmpdir(), 'tern-docs-'));
    try {
        mkdirSync(path.join(dir, 'sources'));
        writeFileSync(path.join(dir, 'sources/cashier.move'), modules[0]);
        writeFileSync(path.join(dir, 'Move.toml'), '[package]\nname = "Cashier"\nversion = "1.0.0"\n[addresses]\ncashier = "_"\n'
            + '[dependencies]\nTernFramework = { local = "../framework" }\n');
        await publish(node.aptos, account, 'Cashier', ['cashier'], compileMove(dir, { cashier: owner }));
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
    const [wallet, other] = [node.wallet(0), node.wallet(1)];
    const wide = (address) => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
    const token = await deploy(wallet, compileSolidity('tests/e2e/contracts/MoveTarget.sol').Money);
    const at = wide(await token.getAddress());
    await (await token.transfer(alias, 500)).wait();
    assert.deepEqual(await view('cashier::balance_of', at, owner), ['500']);
    await run('cashier::pay', at, wide(other.address), 120);
    assert.equal(await token.balanceOf(other.address), 120n);
    await aborts(run('cashier::pay', at, wide(other.address), 1000), /ECALL_FAILED\(0x70008\)/);
    assert.deepEqual(await view('cashier::balance_of', at, owner), ['380']);
    const before = await node.provider.getBalance(other.address);
    await run('cashier::tip', wide(other.address), 77);
    assert.deepEqual(await view('cashier::last'), [0, '0x']);
    assert.equal(await node.provider.getBalance(other.address), before + 77n * 10n ** 9n);
    const receiver = Keypair.generate().publicKey;
    await run('cashier::fund', `0x${Buffer.from(receiver.toBytes()).toString('hex')}`, 1_000_000);
    assert.equal(await new Connection(node.urls.solana, 'confirmed').getBalance(receiver), 1_000_000);
});

test('every block runs again as it did', async () => {
    assert.ok(await node.replay() > 10);
});
