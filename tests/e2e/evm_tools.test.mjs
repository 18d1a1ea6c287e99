// The command-line faces that EVM test frameworks drive: t8n against the headers of public block tests, and, where
// go-ethereum's own `evm` can be had, every output beside its.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { decodeRlp, encodeRlp } from 'ethers';
import { ROOT, program } from './lib/node.mjs';

const TERN = program();

let work;
before(() => { work = mkdtempSync(path.join(tmpdir(), 'tern-evm-')); });
after(() => rmSync(work, { recursive: true, force: true }));

function run(program, args, input) {
    const r = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 28, cwd: work });
    return { code: r.status, out: r.stdout, err: r.stderr };
}

// One transition with everything on standard input and output.
function t8n(program, { alloc, env, txs, txsRlp }, fork, ...more) {
    const args = ['t8n', '--input.alloc', 'stdin', '--input.env', 'stdin', '--input.txs', 'stdin', '--state.fork', fork,
        '--output.alloc', 'stdout', '--output.result', 'stdout', '--output.body', 'stdout', ...more];
    const r = run(program, args, JSON.stringify({ alloc, env, txs, txsRlp }));
    return { ...r, json: r.code === 0 && r.out ? JSON.parse(r.out) : undefined };
}

// ---- Public block tests as transitions

function unpacked(name, folder) {
    const r = spawnSync('bash', [path.join(ROOT, 'tests/conformance/unpack.sh'), name], { encoding: 'utf8', cwd: ROOT });
    return r.status === 0 ? path.join(ROOT, r.stdout.trim(), folder) : undefined;
}

const vectors = () => unpacked('eest-blocks-visible', 'blockchain_tests');

function* files(dir) {
    for (const e of readdirSync(dir, { withFileTypes: true })) {
        const at = path.join(dir, e.name);
        if (e.isDirectory()) yield* files(at);
        else if (e.name.endsWith('.json')) yield at;
    }
}

// The environment that a block's header and its parent's describe.
function envOf(block, parent) {
    const h = block.blockHeader;
    const env = {
        currentCoinbase: h.coinbase, currentGasLimit: h.gasLimit, currentNumber: h.number, currentTimestamp: h.timestamp,
        blockHashes: { [BigInt(parent.number)]: parent.hash },
    };
    if (BigInt(h.difficulty) === 0n) env.currentRandom = h.mixHash;
    else Object.assign(env, { parentDifficulty: parent.difficulty, parentTimestamp: parent.timestamp, parentUncleHash: parent.uncleHash });
    if (h.baseFeePerGas) Object.assign(env, { parentBaseFee: parent.baseFeePerGas, parentGasUsed: parent.gasUsed, parentGasLimit: parent.gasLimit });
    if (h.excessBlobGas) Object.assign(env, { parentExcessBlobGas: parent.excessBlobGas, parentBlobGasUsed: parent.blobGasUsed });
    if (h.parentBeaconBlockRoot) env.parentBeaconBlockRoot = h.parentBeaconBlockRoot;
    if (block.withdrawals) env.withdrawals = block.withdrawals;
    return env;
}

const REWARD = { Frontier: 5n, Homestead: 5n, Byzantium: 3n, ConstantinopleFix: 2n, Istanbul: 2n, Berlin: 2n, London: 2n };

test('t8n gives the roots of public blocks', (t) => {
    const dir = vectors();
    if (!dir) return t.skip('../shared/vectors has no eest-blocks-visible');
    let checked = 0;
    const forks = new Set();
    for (const file of files(dir)) {
        const seen = new Map(); // a few of each file and fork: each is a process
        for (const [name, c] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) {
            const block = c.blocks[0];
            const before = seen.get(c.network) ?? 0;
            if (before === 2 || block.expectException || c.network.includes('AtTime')) continue;
            seen.set(c.network, before + 1);
            const txsRlp = encodeRlp(decodeRlp(block.rlp)[1]);
            const reward = String((REWARD[c.network] ?? 0n) * 10n ** 18n);
            const { json, err } = t8n(TERN, { alloc: c.pre, env: envOf(block, c.genesisBlockHeader), txsRlp }, c.network,
                '--state.reward', REWARD[c.network] ? reward : '-1');
            assert.ok(json, `${name}: ${err}`);
            const h = block.blockHeader;
            assert.equal(json.result.stateRoot, h.stateRoot, name);
            assert.equal(json.result.txRoot, h.transactionsTrie, name);
            assert.equal(json.result.receiptsRoot, h.receiptTrie, name);
            assert.equal(json.result.logsBloom, h.bloom, name);
            assert.equal(BigInt(json.result.gasUsed), BigInt(h.gasUsed), name);
            assert.equal(json.body, txsRlp, name);
            if (h.withdrawalsRoot) assert.equal(json.result.withdrawalsRoot, h.withdrawalsRoot, name);
            if (h.requestsHash) assert.equal(json.result.requestsHash, h.requestsHash, name);
            if (h.excessBlobGas) assert.equal(BigInt(json.result.currentExcessBlobGas), BigInt(h.excessBlobGas), name);
            if (BigInt(h.difficulty)) assert.equal(BigInt(json.result.currentDifficulty), BigInt(h.difficulty), name);
            forks.add(c.network);
            checked++;
        }
    }
    t.diagnostic(`${checked} blocks, ${forks.size} forks`);
    assert.ok(checked > 60 && forks.size >= 10);
});

test('t8n says what is wrong with its input', () => {
    const env = { currentCoinbase: '0x' + '00'.repeat(20), currentGasLimit: '0x100000', currentNumber: '1', currentTimestamp: '1' };
    const cases = [
        [{ alloc: {}, env, txs: [] }, 'Nowhere', 3, 'unsupported fork'],
        [{ alloc: {}, env, txs: [] }, 'London', 3, 'parentBaseFee'],
        [{ alloc: {}, env: { ...env, currentBaseFee: '7' }, txs: [] }, 'Paris', 3, 'currentRandom'],
        [{ alloc: {}, env: { ...env, currentNumber: 'x' }, txs: [] }, 'Berlin', 10, 'currentNumber'],
        [{ alloc: {}, env: { ...env, currentGasLimit: undefined }, txs: [] }, 'Berlin', 10, 'currentGasLimit'],
        [{ alloc: { zz: {} }, env, txs: [] }, 'Berlin', 10, 'alloc'],
        [{ alloc: {}, env: { ...env, currentDifficulty: '1' }, txs: [{ type: '0x9' }] }, 'Berlin', 10, 'type'],
        [{ alloc: {}, env: { ...env, currentDifficulty: '1' }, txsRlp: '0x01' }, 'Berlin', 12, 'list'],
    ];
    for (const [input, fork, code, word] of cases) {
        const r = t8n(TERN, input, fork);
        assert.equal(r.code, code, r.err);
        assert.match(r.err, new RegExp(`ERROR\\(${code}\\).*${word}`));
    }
    assert.equal(run(TERN, ['t8n', '--input.alloc', 'absent.json']).code, 11);
});

test('evm run gives the output of code', () => {
    const cases = [
        [['run', '6005600301', '--fork', 'Frontier'], ''], // nothing is returned
        [['run', '--code', '0x60056003015f5260205ff3'], '0x' + '8'.padStart(64, '0')],
        [['run', '--input', '0x2a', '5f355f5260205ff3'], '0x2a' + '0'.repeat(62)],
        [['run', '--value', '5', '6040'], '\n error: insufficient balance for transfer'],
        [['run', '--fork', 'London', '5f'], '\n error: invalid opcode: PUSH0'],
        [['run', '--create', '600160005360016000f3'], '0x01'],
    ];
    for (const [args, want] of cases) assert.equal(run(TERN, ['evm', ...args]).out, want + '\n', args.join(' '));
    const json = run(TERN, ['evm', 'run', '--json', '--gas', '100', '6001']);
    assert.equal(json.out, '');
    assert.deepEqual(json.err.trim().split('\n').map((l) => JSON.parse(l).opName), ['PUSH1', 'STOP', undefined]);
    for (const bad of [['run', '600'], ['run', 'zz'], ['run', '--fork', 'Nowhere', '00'], ['run', '--codefile', 'absent']])
        assert.equal(run(TERN, ['evm', ...bad]).code, 1, bad.join(' '));
    assert.match(run(TERN, ['evm', '--version']).out, /^evm version /);
});

// ---- Beside go-ethereum's evm

const VERSION = 'v1.17.10';

// Its program, if `./x setup peers` has built it.
function geth() {
    const at = path.join(ROOT, 'build/geth-evm/evm');
    return existsSync(at) ? at : undefined;
}

const ABSENT = "no go-ethereum to compare with: ./x setup peers builds its evm where Go is installed";

// The inputs that go-ethereum tests its own t8n with: folder, transactions, environment, fork, reward.
const INPUTS = [
    ['1', 'txs.json', 'env.json', 'Byzantium'], ['3', 'txs.json', 'env.json', 'Berlin'], ['4', 'txs.json', 'env.json', 'Berlin'],
    ['5', 'txs.json', 'env.json', 'Byzantium', '0x80'], ['13', 'txs.json', 'env.json', 'London'], ['13', 'signed_txs.rlp', 'env.json', 'London'],
    ['14', 'txs.json', 'env.json', 'London'], ['14', 'txs.json', 'env.uncles.json', 'London'], ['14', 'txs.json', 'env.uncles.json', 'Berlin'],
    ['19', 'txs.json', 'env.json', 'London'], ['19', 'txs.json', 'env.json', 'ArrowGlacier'], ['19', 'txs.json', 'env.json', 'GrayGlacier'],
    ['23', 'txs.json', 'env.json', 'Berlin'], ['24', 'txs.json', 'env.json', 'Paris'], ['24', 'txs.json', 'env-missingrandom.json', 'Paris'],
    ['25', 'txs.json', 'env.json', 'Paris'], ['26', 'txs.json', 'env.json', 'Shanghai'], ['28', 'txs.rlp', 'env.json', 'Cancun'],
    ['29', 'txs.json', 'env.json', 'Cancun'], ['30', 'txs_more.rlp', 'env.json', 'Cancun'], ['33', 'txs.json', 'env.json', 'Prague'],
    ['34', 'txs.json', 'env.json', 'Osaka'], ['35', 'txs.json', 'env.json', 'Osaka'],
];

describe('beside go-ethereum', () => {
    let evm, testdata;
    before(() => {
        evm = geth();
        if (!evm) return;
        const cache = spawnSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).stdout?.trim();
        testdata = cache && path.join(cache, `github.com/ethereum/go-ethereum@${VERSION}/cmd/evm/testdata`);
    });

    test('t8n of its own inputs', (t) => {
        if (!evm || !testdata || !existsSync(testdata)) return t.skip(ABSENT);
        for (const [dir, txs, env, fork, reward] of INPUTS) {
            const args = ['t8n', '--input.alloc', `${testdata}/${dir}/alloc.json`, '--input.txs', `${testdata}/${dir}/${txs}`,
                '--input.env', `${testdata}/${dir}/${env}`, '--state.fork', fork, ...(reward ? ['--state.reward', reward] : []),
                '--output.alloc', 'stdout', '--output.result', 'stdout', '--output.body', 'stdout'];
            const ours = run(TERN, args), theirs = run(evm, args);
            assert.equal(ours.code, theirs.code, `${dir} ${fork}: ${ours.err}\n${theirs.err}`);
            if (theirs.out) assert.deepEqual(JSON.parse(ours.out), JSON.parse(theirs.out), `${dir} ${fork}`);
        }
    });

    test('run', (t) => {
        if (!evm) return t.skip(ABSENT);
        const init = '6c6001600055600060005360106000f35f52600d6013f0';
        const cases = [
            ['6040'], ['0x60005ff3'], ['60005ffd'], ['60ff600052602060005260206000f3'], ['fe'], ['1e5f5260205ff3'], ['60ff1e5f5260205ff3'],
            ['--value', '5', '6040'], ['--create', '6001600155600160005360016000f3'], ['--dump', '6001600155600160005360016000f3'],
            ['--dump', '--create', '6001600155600160005360016000f3'], ['--json', '6040'], ['--json', '--input', '0x1234', '36600052602060006000376020600020'],
            ['--trace', '--nomemory=false', '--noreturndata=false', '60ff600052602060005260206000f3'], ['--gas', '21000', '5b600056'],
            ['--json', '--sender', '0x1111', '--receiver', '0x2222', '3330'], ['--price', '7', '3a5f5260205ff3'], ['--json', '5f5f5f5f5f5af1'],
            ['--json', '600160025d60025c5f5260205ff3'], ['--json', init],
            ...['46', '48', '41', '43', '44', '45', '4a', '600040', '47', '3d', '5a'].map((op) => [`${op}5f5260205ff3`]),
        ];
        for (const args of cases) {
            const ours = run(TERN, ['evm', 'run', ...args]), theirs = run(evm, ['run', ...args]);
            assert.equal(ours.out, theirs.out, args.join(' '));
            const lines = (s) => s.split('\n').filter((l) => l.startsWith('{'));
            assert.deepEqual(lines(ours.err), lines(theirs.err), args.join(' '));
        }
        t.diagnostic(`${cases.length} runs`);
    });

    test('blocktest', (t) => {
        const dir = vectors();
        if (!evm || !dir) return t.skip(ABSENT);
        for (const file of ['frontier/validation/test_tx_nonce.json', 'london/validation/test_invalid_header.json',
            'shanghai/eip4895_withdrawals/test_many_withdrawals.json', 'prague/eip6110_deposits/test_deposit_negative.json']) {
            const at = path.join(dir, file);
            const ours = JSON.parse(run(TERN, ['blocktest', at]).out), theirs = JSON.parse(run(evm, ['blocktest', at]).out);
            const sorted = (list) => list.sort((a, b) => (a.name < b.name ? -1 : 1));
            assert.deepEqual(sorted(ours), sorted(theirs), file);
        }
    });

    test('statetest, with files named on standard input', (t) => {
        const dir = unpacked('ethereum-tests-visible', 'GeneralStateTests');
        if (!evm || !dir) return t.skip(ABSENT);
        const list = ['stExample', 'stTransitionTest', 'stCallCodes', 'stCodeCopyTest', 'stLogTests', 'stShift', 'stSLoadTest', 'stZeroCallsTest'].flatMap((d) => existsSync(path.join(dir, d))
            ? readdirSync(path.join(dir, d)).filter((f) => f.endsWith('.json')).sort().slice(0, 4).map((f) => path.join(dir, d, f)) : []);
        const args = ['statetest', '--trace', '--trace.nomemory=false', '--trace.noreturndata=false'];
        const ours = run(TERN, args, list.join('\n') + '\n'), theirs = run(evm, args, list.join('\n') + '\n');
        const arrays = (s) => s.trim().split(/^\]$/m).filter(Boolean).map((a) => JSON.parse(a + ']'));
        assert.deepEqual(arrays(ours.out), arrays(theirs.out));
        // Of an instruction that failed, neither cost, memory nor the words are compared: theirs say at which stage it was.
        const lines = [ours.err, theirs.err].map((s) => s.trim().split('\n')
            .map((l) => (l.includes('"error"') ? l.replace(/"(gasCost|memory)":"[^"]*",|"memSize":\d+,/g, '').replace(/"error":"[^"]*"/, '"error"') : l)));
        assert.equal(lines[0].length, lines[1].length);
        for (let i = 0; i < lines[0].length; i++) if (lines[0][i] !== lines[1][i]) assert.equal(lines[0][i], lines[1][i], `line ${i}`);
        t.diagnostic(`${list.length} files, ${lines[0].length} lines`);
    });

    test('t8n traces', (t) => {
        if (!evm || !testdata || !existsSync(testdata)) return t.skip(ABSENT);
        let lines = 0;
        for (const [dir, txs, env, fork] of INPUTS.filter((i) => ['3', '25', '28', '29', '33'].includes(i[0]))) {
            const outputs = [TERN, evm].map((program, i) => {
                const base = path.join(work, `trace-${dir}-${i}`);
                const r = run(program, ['t8n', '--trace', '--trace.memory', '--trace.returndata', '--output.basedir', base, '--input.alloc',
                    `${testdata}/${dir}/alloc.json`, '--input.txs', `${testdata}/${dir}/${txs}`, '--input.env', `${testdata}/${dir}/${env}`,
                    '--state.fork', fork]);
                assert.equal(r.code, 0, r.err);
                return Object.fromEntries(readdirSync(base).filter((f) => f.startsWith('trace-'))
                    .map((f) => [f, readFileSync(path.join(base, f), 'utf8').split('\n')]));
            });
            assert.deepEqual(outputs[0], outputs[1], `${dir} ${fork}`);
            lines += Object.values(outputs[0]).flat().length;
        }
        t.diagnostic(`${lines} lines`);
        assert.ok(lines > 20);
    });
});
