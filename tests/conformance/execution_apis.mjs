// Replays ethereum/execution-apis' cases against a node on their chain and compares the answers:
//   node tests/conformance/execution_apis.mjs FOLDER [--only TEXT] [--verbose]
// FOLDER holds genesis.json, chain.rlp and METHOD/NAME.io. A result must be equal as JSON, an error in code and data
// (its text is each client's own); where the case says "speconly" only the form of the answer is compared. The last line
// is "N passed, N failed, N skipped".
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

// Cases that a node without a consensus client cannot answer, each with the reason.
const SKIPPED = {};

const [folder, ...options] = process.argv.slice(2);
const only = options.includes('--only') ? options[options.indexOf('--only') + 1] : '';
const verbose = options.includes('--verbose');

// ---- The node

// A block a day: what the cases send waits in the mempool, as it does where no consensus client asks for blocks.
function startNode() {
    const program = process.env.TERN_PROGRAM ?? 'build/release/tern';
    const child = spawn(program, ['node', '--quiet', '--eth-port', '0', '--aptos-port', '0', '--faucet-port', '0', '--block-time', '86400s',
        '--genesis', path.join(folder, 'genesis.json'), '--import', path.join(folder, 'chain.rlp')], { stdio: ['ignore', 'pipe', 'pipe'] });
    return new Promise((resolve, reject) => {
        let out = '', log = '';
        child.stderr.on('data', (d) => { log += d; });
        child.on('exit', (code) => reject(new Error(`the node ended with ${code}: ${log}`)));
        child.stdout.on('data', (d) => {
            out += d;
            const m = out.match(/ethereum (\S+)/);
            if (m) resolve({ url: m[1], stop: () => { child.removeAllListeners('exit'); child.kill('SIGTERM'); } });
        });
    });
}

// ---- Comparing

// Fields that the specification does not ask for: a node that keeps everything has no strategy for deleting.
const OPTIONAL = ['deleteStrategy'];

const kindOf = (v) => (v === null ? 'null' : Array.isArray(v) ? 'array' : typeof v);
const isHex = (s) => /^0x[0-9a-f]*$/i.test(s);

// The form: kinds of values, names of fields, hexadecimal or other text. NULL if it is the same, else where it is not.
function otherForm(want, have, at = '') {
    if (kindOf(want) !== kindOf(have)) return `${at}: ${kindOf(want)} expected, not ${kindOf(have)}`;
    if (typeof want === 'string') return isHex(want) === isHex(have) ? null : `${at}: ${want} or the like expected, not ${have}`;
    if (Array.isArray(want)) {
        if (want.length && !have.length) return `${at}: something in the list expected`;
        for (const [i, v] of have.entries()) {
            const other = want.length ? otherForm(want[Math.min(i, want.length - 1)], v, `${at}[${i}]`) : null;
            if (other) return other;
        }
        return null;
    }
    if (kindOf(want) !== 'object') return null;
    // Where the names are addresses, nonces or hashes they are data.
    const names = (o) => Object.keys(o).filter((k) => !isHex(k) && !/^\d+$/.test(k) && !OPTIONAL.includes(k)).sort();
    if (!isDeepStrictEqual(names(want), names(have))) return `${at}: fields ${names(want)} expected, not ${names(have)}`;
    for (const k of names(want)) {
        const other = otherForm(want[k], have[k], `${at}.${k}`);
        if (other) return other;
    }
    return null;
}

function difference(want, have, specOnly) {
    if (want.error || have.error) {
        if (!want.error || !have.error) return have.error ? `a result expected, not ${JSON.stringify(have.error)}` : 'an error expected';
        if (want.error.code !== have.error.code) return `error ${want.error.code} expected, not ${have.error.code} ${have.error.message}`;
        return isDeepStrictEqual(want.error.data, have.error.data) ? null : `error data ${want.error.data} expected, not ${have.error.data}`;
    }
    if (specOnly) return otherForm(want.result, have.result, 'result');
    return isDeepStrictEqual(want.result, have.result) ? null : firstDifference(want.result, have.result, 'result');
}

function firstDifference(want, have, at) {
    if (kindOf(want) === kindOf(have) && kindOf(want) === 'object') {
        for (const k of new Set([...Object.keys(want), ...Object.keys(have)]))
            if (!isDeepStrictEqual(want[k], have[k])) return firstDifference(want[k], have[k], `${at}.${k}`);
    }
    if (Array.isArray(want) && Array.isArray(have) && want.length === have.length) {
        const i = want.findIndex((v, k) => !isDeepStrictEqual(v, have[k]));
        return firstDifference(want[i], have[i], `${at}[${i}]`);
    }
    const short = (v) => JSON.stringify(v)?.slice(0, 160);
    return `${at}: ${short(want)} expected, not ${short(have)}`;
}

// ---- The cases

function readCase(file) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const pairs = [];
    for (const line of lines) {
        if (line.startsWith('>>')) pairs.push({ ask: JSON.parse(line.slice(2)) });
        if (line.startsWith('<<')) pairs.at(-1).want = JSON.parse(line.slice(2));
    }
    return { pairs, specOnly: lines.some((l) => l.startsWith('// speconly')) };
}

async function runCase(url, file) {
    const { pairs, specOnly } = readCase(file);
    for (const { ask, want } of pairs) {
        const r = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ask) });
        const other = difference(want, await r.json(), specOnly);
        if (other) return other;
    }
    return null;
}

const cases = readdirSync(folder).filter((d) => statSync(path.join(folder, d)).isDirectory()).sort()
    .flatMap((d) => readdirSync(path.join(folder, d)).filter((f) => f.endsWith('.io')).sort().map((f) => `${d}/${f.slice(0, -3)}`))
    .filter((name) => name.includes(only));
const counts = { passed: 0, failed: 0, skipped: 0 };
const node = await startNode();
for (const name of cases) {
    if (SKIPPED[name]) {
        console.log(`skipped ${name}: ${SKIPPED[name]}`);
        counts.skipped++;
        continue;
    }
    const other = await runCase(node.url, path.join(folder, `${name}.io`)).catch((e) => `the node does not answer: ${e.message}`);
    counts[other ? 'failed' : 'passed']++;
    if (other) console.log(`FAILED ${name}: ${other}`);
    else if (verbose) console.log(`passed ${name}`);
}
node.stop();
console.log(`execution-apis: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed || !cases.length ? 1 : 0;
