// Packages of others, unmodified, in the folder that TERN_PACKAGES names (./x test --packages DIR): each builds, its own
// unit tests pass in Tern's machine, and Liquidswap runs on a node. They are not part of Tern; nothing fetches them.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Account, Ed25519PrivateKey, MoveVector, createResourceAddress } from '@aptos-labs/ts-sdk';
import { ROOT, program, startNode } from '../e2e/lib/node.mjs';
import { compileSolidity } from '../e2e/lib/compile.mjs';
import { callEntry } from '../e2e/lib/publish.mjs';
import { ETHER, dollarsInMove, setTheStage } from '../e2e/loan/play.mjs';

const DIR = process.env.TERN_PACKAGES;
const { packages, dependencies } = JSON.parse(readFileSync(path.join(ROOT, 'tests/packages/packages.json'), 'utf8'));
const dependencyList = Object.entries(dependencies).map(([name, dir]) => `${name}=${path.join(DIR ?? '', dir)}`).join(',');

const options = (addresses = {}) => {
    const named = Object.entries(addresses).map(([k, v]) => `${k}=${v}`).join(',');
    return ['--dependency', dependencyList, ...(named ? ['--named-addresses', named] : [])];
};

if (!DIR) test('packages of others', { skip: 'no folder that has them was given: ./x test --packages DIR' }, () => {});

describe('unit tests of packages', { skip: !DIR }, () => {
    for (const p of packages) {
        const dir = path.join(DIR ?? '', p.dir);
        test(p.dir, { skip: DIR && !existsSync(path.join(dir, 'Move.toml')) ? `${dir} is not there (${p.from})` : false }, (t) => {
            const args = p.no_tests ? ['build', ...(p.no_dev ? [] : ['--dev']), '--output', mkdtempSync(path.join(tmpdir(), 'tern-built-'))] : ['test', '--json'];
            const run = spawnSync(program(), ['move', ...args, ...options(p.addresses), dir], { encoding: 'utf8', maxBuffer: 1 << 26 });
            if (p.no_tests) {
                rmSync(args.at(-1), { recursive: true, force: true });
                assert.equal(run.status, 0, run.stderr.slice(-2000));
                t.diagnostic(`${p.dir}: built; ${p.no_tests}`);
                return;
            }
            assert.match(run.stdout, /^{/, run.stderr.slice(-2000));
            const result = JSON.parse(run.stdout);
            t.diagnostic(`${p.dir}: ${result.passed} of its own tests passed, ${result.failed} failed`);
            // What fails on Aptos, too, must fail here.
            const known = p.fails?.tests ?? [], name = (x) => x.test.split('::').slice(1).join('::');
            if (known.length) t.diagnostic(`${p.dir}: ${known.length} that fail: ${p.fails.reason}`);
            assert.deepEqual(result.tests.filter((x) => x.result !== 'pass' && !known.includes(name(x))), []);
            assert.deepEqual(result.tests.filter((x) => x.result !== 'pass').map(name).sort(), [...known].sort());
        });
    }
});

const hasLiquidswap = DIR && ['U256', 'UQ64x64', 'test-coins', 'liquidswap'].every((d) => existsSync(path.join(DIR, d, 'Move.toml')));

describe('Liquidswap on a node', { skip: hasLiquidswap ? false : 'Liquidswap and its libraries are not there' }, () => {
    let node, work;
    const actors = {}, keys = {};
    const loanContracts = { ...compileSolidity('tests/e2e/loan/contracts/Loan.sol'), ...compileSolidity('tests/e2e/loan/contracts/Exchange.sol') };
    const at = (name) => actors[name].accountAddress.toString();

    before(async () => {
        work = mkdtempSync(path.join(tmpdir(), 'tern-liquidswap-'));
        node = await startNode(['--quiet']);
        for (const [i, name] of ['libraries', 'swap', 'coins', 'user'].entries()) {
            keys[name] = '0x' + `${i + 1}0`.repeat(32);
            actors[name] = Account.fromPrivateKey({ privateKey: new Ed25519PrivateKey(keys[name]) });
            await node.aptos.fundAccount({ accountAddress: at(name), amount: 1_000_000_000 });
        }
    });
    after(async () => {
        await node?.stop();
        if (work) rmSync(work, { recursive: true, force: true });
    });

    const addresses = () => {
        const pool = createResourceAddress(actors.swap.accountAddress, 'liquidswap_account_seed').toString();
        const emergency = createResourceAddress(actors.swap.accountAddress, 'emergency_account_seed').toString();
        return {
            liquidswap: at('swap'), liquidswap_lp: pool, liquidswap_pool_account: pool, liquidswap_emergency_account: emergency,
            dao_admin: at('swap'), emergency_admin: at('swap'), fee_admin: at('swap'), u256: at('libraries'), uq64x64: at('libraries'),
            test_coins: at('coins'), flash: at('user'),
        };
    };
    // An immutable package wants immutable dependencies, and the libraries' manifests say nothing.
    const policy = (dir) => /U256|UQ64x64/.test(path.basename(dir)) ? ['--upgrade-policy', 'immutable'] : [];
    // Not the synchronous form: a blocked event loop would not see the node close idle connections.
    const move = promisify(execFile);
    const publish = (who, dir) => move(program(), ['move', 'publish', '--url', node.urls.aptos, '--private-key', keys[who],
        '--included-artifacts', 'none', ...policy(dir), ...options(addresses()), dir]);
    const coin = (name) => `${at('coins')}::coins::${name}`;
    const curve = (name) => `${at('swap')}::curves::${name}`;
    const run = (who, fn, args = [], types = []) => callEntry(node.aptos, actors[who], fn, args, types);
    const swap = (fn, args, types) => run('user', `${at('swap')}::scripts_v2::${fn}`, args, types);
    const balance = async (type, who = 'user') => BigInt((await node.aptos.view({
        payload: { function: '0x1::coin::balance', typeArguments: [type], functionArguments: [at(who)] } }))[0]);
    const aborts = (promise, pattern) => assert.rejects(promise, (e) => { assert.match(e.transaction?.vm_status ?? e.message, pattern); return true; });
    const pool = async (types) => {
        const r = await node.aptos.getAccountResource({ accountAddress: addresses().liquidswap_pool_account,
            resourceType: `${at('swap')}::liquidity_pool::LiquidityPool<${types.join(', ')}>` });
        return [BigInt(r.coin_x_reserve.value), BigInt(r.coin_y_reserve.value)];
    };

    test('its six packages are published, the LP coin by its own resource account', async () => {
        await publish('libraries', path.join(DIR, 'U256'));
        await publish('libraries', path.join(DIR, 'UQ64x64'));
        await publish('swap', path.join(DIR, 'liquidswap/liquidswap_init'));
        const out = path.join(work, 'lp');
        await move(program(), ['move', 'build', '--included-artifacts', 'none', '--output', out, ...options(addresses()), path.join(DIR, 'liquidswap/liquidswap_lp')]);
        const bytes = (file) => MoveVector.U8(new Uint8Array(readFileSync(path.join(out, file))));
        await run('swap', `${at('swap')}::lp_account::initialize_lp_account`, [bytes('package-metadata.bcs'), bytes('bytecode_modules/lp_coin.mv')]);
        await publish('swap', path.join(DIR, 'liquidswap'));
        await run('swap', `${at('swap')}::liquidity_pool::initialize`);
        await publish('swap', path.join(DIR, 'liquidswap/liquidswap_router_v2'));
        await publish('coins', path.join(DIR, 'test-coins'));
        await run('coins', `${at('coins')}::coins::register_coins`);
        for (const name of ['BTC', 'USDT', 'USDC', 'DAI'])
            await run('coins', `${at('coins')}::coins::mint_coin`, [at('user'), 1_000_000_000_000], [coin(name)]);
        await publish('user', path.join(ROOT, 'tests/packages/flash'));
    });

    test('an uncorrelated pool: what its own tests expect of 101 BTC and 10,100 USDT', async () => {
        const types = [coin('BTC'), coin('USDT'), curve('Uncorrelated')];
        const lp = `${addresses().liquidswap_lp}::lp_coin::LP<${types.join(', ')}>`;
        await swap('register_pool_and_add_liquidity', [101, 101, 10100, 10100], types);
        assert.equal(await balance(lp), 10n); // scripts_tests: test_register_and_add_liquidity_in_one_script
        const before = await balance(coin('USDT'));
        await swap('swap', [10, 900], types);
        assert.equal(await balance(coin('USDT')) - before, 907n); // test_swap_exact_btc_for_usdt
        await aborts(swap('swap', [10, 100_000], types), /ERR_COIN_OUT_NUM_LESS_THAN_EXPECTED_MINIMUM|router/);
    });

    test('more liquidity, exact swaps both ways, liquidity out', async () => {
        const types = [coin('BTC'), coin('USDT'), curve('Uncorrelated')];
        const lp = `${addresses().liquidswap_lp}::lp_coin::LP<${types.join(', ')}>`;
        await swap('add_liquidity', [11_100_000, 1, 1_000_000_000, 1], types);
        let [x, y] = await pool(types);
        const fee = (n) => n * 9970n; // 0.3 %
        const out = (n, rin, rout) => fee(n) * rout / (rin * 10000n + fee(n));
        for (const [n, flip] of [[12345n, false], [777_777n, true], [1_000_000n, false]]) {
            const t = flip ? [types[1], types[0], types[2]] : types;
            const before = await balance(t[1]);
            await swap('swap', [n, 1], t);
            assert.equal(await balance(t[1]) - before, flip ? out(n, y, x) : out(n, x, y));
            [x, y] = await pool(types); // a part of the fee goes to the DAO's storage
        }
        const share = await balance(lp);
        const [btc, usdt] = [await balance(types[0]), await balance(types[1])];
        const supply = BigInt((await node.aptos.view({ payload: { function: '0x1::coin::supply', typeArguments: [lp], functionArguments: [] } }))[0].vec[0]);
        await swap('remove_liquidity', [share / 2n, 1, 1], types);
        assert.equal(await balance(types[0]) - btc, x * (share / 2n) / supply);
        assert.equal(await balance(types[1]) - usdt, y * (share / 2n) / supply);
    });

    test('a stable pool gives the most that its curve allows', async () => {
        const order = [coin('DAI'), coin('USDC')];
        const types = [...order, curve('Stable')];
        await swap('register_pool_and_add_liquidity', [5_000_000_000, 1, 5_000_000_000, 1], types);
        let [x, y] = await pool(types);
        const value = (a, b) => a * b * (a * a + b * b);
        for (const n of [1_000_000n, 900_000_000n]) {
            const before = await balance(order[1]);
            await swap('swap', [n, 1], types);
            const out = await balance(order[1]) - before;
            const paid = n - n * 4n / 10000n; // 0.04 %
            assert.ok(value(x + paid, y - out) >= value(x, y), 'the curve is kept');
            assert.ok(out >= paid * 90n / 100n, `${out} for ${paid}`);
            const next = await pool(types);
            assert.equal(next[1], y - out);
            [x, y] = next;
        }
    });

    test('flash loans: paid back with the fee, without it, and as a swap', async () => {
        const types = [coin('BTC'), coin('USDT'), curve('Uncorrelated')];
        await run('user', `${at('user')}::flash::borrow`, [1_000_000, 3010]);
        await aborts(run('user', `${at('user')}::flash::borrow`, [1_000_000, 2900]), /liquidity_pool/);
        const [x, y] = await pool(types);
        const wanted = 1_000_000n;
        const least = x * wanted * 10000n / ((y - wanted) * 9970n) + 2n;
        await run('user', `${at('user')}::flash::swap`, [least, wanted]);
        await aborts(run('user', `${at('user')}::flash::swap`, [least / 2n, wanted]), /liquidity_pool/);
    });

    // Liquidswap's pool of the gateway's dollar and ether: the type arguments in the one order that it takes.
    async function dollarPool(stage) {
        const address = at('swap'), uncorrelated = curve('Uncorrelated');
        await node.aptos.fundAccount({ accountAddress: address, amount: 1_001_000_000_000 });
        await dollarsInMove(stage, address, 3_000_000_000_000n);
        const [dollars, ether] = [[stage.dollarType, 3_000_000_000_000n], [ETHER, 1_000_000_000_000n]];
        const make = ([x, nx], [y, ny]) => run('swap', `${address}::scripts_v2::register_pool_and_add_liquidity`, [nx, 1, ny, 1], [x, y, uncorrelated]);
        await make(dollars, ether).catch(() => make(ether, dollars));
        return { address, module: 'scripts_v2', curve: uncorrelated };
    }

    test('the loan of the source document is sold in its pool: queued, at once, and undone when the price has moved', async () => {
        const stage = await setTheStage(node, loanContracts, dollarPool), { loan } = stage, gas = { gasLimit: 15_000_000 };
        const mined = async (tx) => (await tx).wait();
        const kept = (receipt) => receipt.logs.map((l) => { try { return loan.interface.parseLog(l); } catch { return null; } }).find((l) => l?.name === 'Closed').args.profit;
        assert.ok(kept(await mined(loan.open(10_000_000_000n, 3_000_000_000n, { value: 10n ** 19n, ...gas }))) > 100_000_000n);
        assert.equal((await stage.aave.pool.getUserAccountData(await loan.getAddress()))[1], 0n);
        assert.ok(kept(await mined(loan.arbitrage(10_000_000_000n, 3_000_000_000n, new Uint8Array(32), 0, gas))) > 0n);
        const before = await stage.usdc.balanceOf(await loan.getAddress());
        await assert.rejects(mined(loan.arbitrage(10_000_000_000n, 4_000_000_000n, new Uint8Array(32), 0, gas)));
        assert.equal(await stage.usdc.balanceOf(await loan.getAddress()), before);
    });
});
