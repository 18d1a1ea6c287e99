// `tern move` from sources to a running chain: packages that name Aptos' framework are tested, built, verified and
// published as they stand, and driven through the SDK. What pools give is held against the curves in JavaScript.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Account, Ed25519PrivateKey } from '@aptos-labs/ts-sdk';
import { ROOT, program, startNode } from './lib/node.mjs';
import { callEntry, submit } from './lib/publish.mjs';

const MARKETS = path.join(ROOT, 'tests/move-packages/markets');
let node, owner, markets, work;

// Not the synchronous forms: a blocked event loop would not see the node close idle connections.
const execute = promisify(execFile);
const move = async (...args) => (await execute(program(), ['move', ...args])).stdout;
const fails = (...args) => execute(program(), ['move', ...args]).then(({ stdout, stderr }) => ({ status: 0, stdout, stderr }), (e) => ({ status: e.code, stdout: e.stdout, stderr: e.stderr }));

before(async () => {
    work = mkdtempSync(path.join(tmpdir(), 'tern-e2e-'));
    node = await startNode(['--quiet']);
    owner = Account.generate();
    markets = owner.accountAddress.toString();
    await node.aptos.fundAccount({ accountAddress: markets, amount: 1_000_000_000 });
});

after(async () => {
    await node?.stop();
    if (work) rmSync(work, { recursive: true, force: true });
});

const run = (fn, args = [], types = [], by = owner) => callEntry(node.aptos, by, `${markets}::${fn}`, args, types);
const coin = (name) => `${markets}::tokens::${name}`;
const pair = (curve) => [coin('Gold'), coin('Silver'), `${markets}::curves::${curve}`];
const view = async (fn, args = [], types = []) =>
    node.aptos.view({ payload: { function: `${markets}::${fn}`, functionArguments: args, typeArguments: types } });
const reserves = async (curve) => (await view('amm::reserves', [], pair(curve))).map(BigInt);
async function balance(of, name) {
    const [v] = await node.aptos.view({ payload: { function: '0x1::coin::balance', typeArguments: [coin(name)], functionArguments: [of.accountAddress] } });
    return BigInt(v);
}
async function aborts(promise, pattern) {
    await assert.rejects(promise, (e) => { assert.match(e.transaction?.vm_status ?? e.message, pattern); return true; });
}

test('unit tests run, and say how many passed', async () => {
    const result = JSON.parse(await move('test', '--json', MARKETS));
    assert.ok(result.total >= 18, `${result.total} tests`);
    assert.deepEqual([result.passed, result.failed], [result.total, 0]);
    assert.deepEqual(JSON.parse(await move('test', '--json', '--filter', 'curves::stable', MARKETS)).tests.map((t) => t.test.split('::')[2]),
        ['stable_never_loses_value', 'stable_stays_near_one_for_one']);
});

test('a package that does not compile, or a dependency that is nowhere, is said so', async () => {
    const broken = path.join(work, 'broken');
    cpSync(MARKETS, broken, { recursive: true });
    writeFileSync(path.join(broken, 'sources/broken.move'), 'module markets::broken { fun f(): u64 { true } }');
    const compiled = await fails('build', '--dev', broken);
    assert.equal(compiled.status, 1);
    assert.match(compiled.stderr, /sources\/broken\.move:1:/);
    rmSync(path.join(broken, 'sources/broken.move'));
    const manifest = readFileSync(path.join(MARKETS, 'Move.toml'), 'utf8');
    writeFileSync(path.join(broken, 'Move.toml'), `${manifest}\n[tern]\nreentrant = ["amm", "nowhere"]\n`);
    const unknown = await fails('build', '--dev', broken);
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /\[tern\] reentrant names nowhere, which is no module here/);
    writeFileSync(path.join(broken, 'Move.toml'), manifest +
        '\n[dependencies.Other]\ngit = "https://example.com/other.git"\nrev = "a/b"\n');
    const missing = await fails('build', '--dev', broken);
    assert.equal(missing.status, 2);
    assert.match(missing.stderr, /Other is in git .*--dependency Other=DIR.*\.move\/https___example_com_other_git_a__b/);
    writeFileSync(path.join(broken, 'Move.toml'), '[package]\nname = "X\n');
    assert.match((await fails('build', broken)).stderr, /Move\.toml:2: a string without end/);
    const verified = await fails('verify', path.join(MARKETS, 'Move.toml'));
    assert.equal(verified.status, 1);
    assert.match(verified.stdout, /BAD_MAGIC/);
    const noCompiler = await fails('build', '--compiler', '/nowhere.so', MARKETS);
    assert.equal(noCompiler.status, 2);
    assert.match(noCompiler.stderr, /compiler is not installed/);
});

test('a built package is verified, and published by the SDK from its own metadata', async () => {
    const out = path.join(work, 'out');
    await move('build', '--named-addresses', `markets=${markets}`, '--output', out, MARKETS);
    const modules = readdirSync(path.join(out, 'bytecode_modules')).filter((f) => f.endsWith('.mv')).map((f) => path.join(out, 'bytecode_modules', f));
    assert.equal(modules.length, 5);
    assert.equal((await move('verify', ...modules)).trim().split('\n').filter((l) => l.endsWith(': OK')).length, 5);
    const metadataBytes = readFileSync(path.join(out, 'package-metadata.bcs'));
    const transaction = await node.aptos.publishPackageTransaction({
        account: markets, metadataBytes: new Uint8Array(metadataBytes), moduleBytecode: modules.map((f) => new Uint8Array(readFileSync(f))),
    });
    await submit(node.aptos, owner, transaction);
    const { packages } = await node.aptos.getAccountResource({ accountAddress: markets, resourceType: '0x1::code::PackageRegistry' });
    assert.equal(packages[0].name, 'Markets');
    assert.equal(packages[0].upgrade_policy.policy, 1);
    assert.match(packages[0].source_digest, /^[0-9A-F]{64}$/);
    assert.deepEqual(packages[0].modules.map((m) => m.name).sort(), ['amm', 'curves', 'lending', 'order_book', 'tokens']);
    const { gunzipSync } = await import('node:zlib');
    const bytes = (hex) => gunzipSync(Buffer.from(hex.slice(2), 'hex')).toString();
    assert.equal(bytes(packages[0].manifest), readFileSync(path.join(MARKETS, 'Move.toml'), 'utf8'));
    const amm = packages[0].modules.find((m) => m.name === 'amm');
    assert.equal(bytes(amm.source), readFileSync(path.join(MARKETS, 'sources/amm.move'), 'utf8'));
});

test('tern move publish builds, signs, submits and reports; a second time is an upgrade', async () => {
    const key = '0x' + '42'.repeat(32);
    const account = Account.fromPrivateKey({ privateKey: new Ed25519PrivateKey(key) });
    const args = ['publish', '--url', node.urls.aptos, '--faucet-url', node.urls.faucet, '--fund', '--private-key', key, '--address-name', 'markets', MARKETS];
    assert.match(await move(...args), /Executed successfully\n5 modules at 0x/);
    await move(...args);
    const { packages } = await node.aptos.getAccountResource({ accountAddress: account.accountAddress, resourceType: '0x1::code::PackageRegistry' });
    assert.equal(packages[0].upgrade_number, '1');
    const elsewhere = await fails('publish', '--url', node.urls.aptos, '--private-key', key, '--named-addresses', 'markets=0x5', MARKETS);
    assert.equal(elsewhere.status, 1);
    assert.match(elsewhere.stderr, /is at 0x0+5, but/);
    assert.equal((await fails('publish', '--url', 'http://127.0.0.1:1', '--private-key', key, MARKETS)).status, 2);
});

test('pools on both curves: liquidity in and out, swaps, loans', async () => {
    await run('tokens::mint', [100_000_000], [coin('Gold')]);
    await run('tokens::mint', [100_000_000], [coin('Silver')]);
    await run('amm::create', [], pair('Uncorrelated'));
    await run('amm::create', [], pair('Stable'));
    await run('amm::add_liquidity', [1_000_000, 4_000_000], pair('Uncorrelated'));
    await run('amm::add_liquidity', [2_000_000, 2_000_000], pair('Stable'));

    const paid = (n) => n * 9970n / 10000n;
    let [x, y] = await reserves('Uncorrelated');
    for (const amount of [1000n, 77_777n, 500_000n]) {
        const before = await balance(owner, 'Silver');
        await run('amm::swap_x', [amount, 0], pair('Uncorrelated'));
        const out = paid(amount) * y / (x + paid(amount));
        assert.equal(await balance(owner, 'Silver') - before, out);
        [x, y] = [x + amount, y - out];
        assert.deepEqual(await reserves('Uncorrelated'), [x, y]);
    }
    // On the stable curve what comes out is the most that leaves the value at least as it was.
    const value = (a, b) => a * b * (a * a + b * b);
    [x, y] = await reserves('Stable');
    for (const amount of [1000n, 300_000n, 900_000n]) {
        const done = await run('amm::swap_y', [amount, 0], pair('Stable'));
        const out = BigInt(done.events.find((e) => e.type === `${markets}::amm::Swapped`).data.x_out);
        assert.ok(value(x - out, y + paid(amount)) >= value(x, y));
        assert.ok(value(x - out - 2n, y + paid(amount)) < value(x, y), 'not two more');
        [x, y] = [x - out, y + amount];
        assert.deepEqual(await reserves('Stable'), [x, y]);
    }
    await aborts(run('amm::swap_x', [1000, 10_000], pair('Uncorrelated')), /ETOO_LITTLE/);
    await run('amm::borrow_and_pay_back', [100_000, 300], pair('Uncorrelated'));
    await aborts(run('amm::borrow_and_pay_back', [100_000, 299], pair('Uncorrelated')), /ENOT_PAID_BACK/);

    [x, y] = await reserves('Uncorrelated');
    const gold = await balance(owner, 'Gold');
    await run('amm::remove_liquidity', [500_000], pair('Uncorrelated'));
    assert.equal(await balance(owner, 'Gold') - gold, x * 500_000n / 2_000_000n);
});

test('an order book fills the best and oldest first', async () => {
    const taker = Account.generate();
    await node.aptos.fundAccount({ accountAddress: taker.accountAddress, amount: 100_000_000 });
    await run('tokens::mint', [100_000], [coin('Silver')], taker);
    for (const [amount, price] of [[100, 12], [50, 10], [50, 11], [50, 10]]) await run('order_book::offer', [amount, price]);
    assert.deepEqual((await view('order_book::depth'))[0], ['12', '11', '10']);
    const done = await run('order_book::buy', [120, 11], [], taker);
    assert.deepEqual(done.events.filter((e) => e.type.endsWith('::order_book::Filled')).map((e) => [e.data.price, e.data.amount]),
        [['10', '50'], ['10', '50'], ['11', '20']]);
    assert.equal(await balance(taker, 'Gold'), 120n);
    assert.equal(await balance(taker, 'Silver'), 100_000n - 1220n);
    await aborts(run('order_book::cancel', [12, 1], [], taker), /ENO_ORDER/);
    await run('order_book::cancel', [12, 1]);
    assert.deepEqual((await view('order_book::depth'))[0], ['11']);
});

test('lending: cover, interest, loss when the price falls', async () => {
    const debtor = Account.generate();
    await node.aptos.fundAccount({ accountAddress: debtor.accountAddress, amount: 100_000_000 });
    await run('tokens::mint', [1000], [coin('Gold')], debtor);
    await run('lending::supply', [50_000]);
    await aborts(run('lending::borrow', [1000, 7100], [], debtor), /ENOT_COVERED/);
    await run('lending::borrow', [1000, 6900], [], debtor);
    await aborts(run('lending::liquidate', [debtor.accountAddress]), /ESTILL_COVERED/);
    await aborts(run('lending::set_price', [8], [], debtor), /ENOT_PUBLISHER/);
    await run('lending::set_price', [8]);
    const before = await balance(owner, 'Gold');
    await run('lending::liquidate', [debtor.accountAddress]);
    assert.equal(await balance(owner, 'Gold') - before, 1000n);
    assert.deepEqual(await view('lending::loans'), ['0']);
});
