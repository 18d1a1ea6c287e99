// Writes semantics/expected.json: what every function of the package semantics returns, or how it fails, according to
// another implementation of the Move machine (tools/moveoracle). With --check it compares instead.
//
// One request an item, in order; writes of an "entry" stay for those after it:
//   { "run": "view" | "entry", "sender": "0x77", "function": "integers::add_u8", "args": ["ff", "01"],
//     and one of   "returns": ["…"]                               BCS of each result
//                  "status": "ARITHMETIC_ERROR"                   vm_status.rs
//                  "abort": { "module": "0x5e::control", "code": "42" } }
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const at = path.join(here, 'semantics/expected.json');
const sources = readdirSync(path.join(here, 'semantics/sources')).sort();
const framework = ['vector', 'option', 'string', 'bcs', 'hash', 'fixed_point32', 'error', 'signer', 'acl', 'simple_map', 'comparator', 'fixed_point64', 'math64', 'math128', 'string_utils'];

function oracle() {
    for (const dir of [process.env.TERN_BUILD, 'build/debug', 'build/release']) {
        const program = path.resolve(root, dir ?? '', 'moveoracle');
        if (dir && existsSync(program)) return program;
    }
    throw new Error('moveoracle is not built');
}

// ---- BCS ----

const width = { u8: 1, u16: 2, u32: 4, u64: 8, u128: 16, u256: 32 };
const number = (value, bytes) => {
    let v = BigInt(value), out = '';
    for (let i = 0; i < bytes; i++, v >>= 8n) out += (v & 255n).toString(16).padStart(2, '0');
    return out;
};
const uleb = (n) => {
    let out = '';
    for (; n > 127; n >>= 7) out += ((n & 127) | 128).toString(16).padStart(2, '0');
    return out + n.toString(16).padStart(2, '0');
};
// The oracle's JSON of a value as BCS: wide integers are strings, vector<u8> is hexadecimal text.
function bcs(type, value) {
    if (width[type]) return number(value, width[type]);
    if (type === 'bool') return value ? '01' : '00';
    if (type === 'address') return BigInt(value).toString(16).padStart(64, '0');
    if (type === 'vector<u8>') return uleb(value.length / 2) + value;
    if (type === 'String') {
        const bytes = Buffer.from(value);
        return uleb(bytes.length) + bytes.toString('hex');
    }
    const element = type.match(/^vector<(.*)>$/)?.[1];
    if (!element) throw new Error(`no encoding for ${type}`);
    return uleb(value.length) + value.map((e) => bcs(element, e)).join('');
}

// ---- Requests ----

const functions = {};
for (const file of sources) {
    let module = '';
    for (const line of readFileSync(path.join(here, 'semantics/sources', file), 'utf8').split('\n')) {
        module = line.match(/^module semantics::(\w+)/)?.[1] ?? module;
        const f = line.match(/^    public (?:entry )?fun (\w+)\(([^)]*)\)(?:: (\(.*?\)|\S+))?/);
        if (!f) continue;
        const returns = (f[3] ?? '').replace(/^\((.*)\)$/, '$1');
        functions[`${module}::${f[1]}`] = returns ? returns.split(', ') : [];
    }
}

const requests = [];
const view = (name, ...args) => requests.push({ run: 'view', function: name, args });
const entry = (sender, name, ...args) => requests.push({ run: 'entry', sender, function: name, args });

for (const name of Object.keys(functions)) if (/::(test|fail)_/.test(name)) view(name);

// Arithmetic at the edges and at random, the same numbers every time.
let seed = 0x2545f4914f6cdd1dn;
const random64 = () => {
    seed ^= (seed << 13n) & 0xffffffffffffffffn;
    seed ^= seed >> 7n;
    seed ^= (seed << 17n) & 0xffffffffffffffffn;
    return seed;
};
function randomNumber(bits) {
    let v = 0n;
    for (let i = 0; i < 4; i++) v = (v << 64n) | random64();
    const kind = random64() % 4n;
    const max = (1n << BigInt(bits)) - 1n;
    if (kind === 0n) return max - (v & 3n);
    if (kind === 1n) return v & 3n;
    return (v & max) >> (random64() % BigInt(bits));
}
const operations = {
    add_u8: ['u8', 'u8'], add_u64: ['u64', 'u64'], sub_u64: ['u64', 'u64'], mul_u128: ['u128', 'u128'],
    mul_u256: ['u256', 'u256'], div_u256: ['u256', 'u256'], mod_u256: ['u256', 'u256'],
    shl_u256: ['u256', 'u8'], shr_u256: ['u256', 'u8'], shl_u64: ['u64', 'u8'],
    cast_u8: ['u256'], cast_u16: ['u256'], cast_u32: ['u256'], cast_u64: ['u256'], cast_u128: ['u256'],
};
for (const [name, types] of Object.entries(operations))
    for (let i = 0; i < 24; i++)
        view(`integers::${name}`, ...types.map((t) => number(randomNumber(width[t] * 8), width[t])));

view('integers::echo_bool', '01');
view('integers::echo_address', 'ab'.repeat(32));
view('integers::echo_bytes', '03010203');
view('integers::echo_nested', '03000101000000000000000202000000000000000300000000000000');
view('strings::echo_string', '04f09f9aa9');
view('control::abort_with', number(0, 8));
view('control::abort_with', 'ff'.repeat(8));
view('speed::sum', number(1000, 8));
view('speed::fibonacci', number(1000, 8));
view('speed::recursive_fibonacci', number(12, 8));
view('speed::calls', number(1000, 8));
view('speed::fields', number(1000, 8));
view('speed::elements', number(3000, 8));
view('speed::wide', number(300, 8));

// Arguments that are not what the parameter asks for.
view('integers::echo_bool', '02');
view('integers::echo_u64', '01');
view('integers::echo_u8', '0101');
view('integers::echo_bytes', '0501');
view('strings::echo_string', '01ff');

const a = '0x77', b = '0x78', A = '77'.padStart(64, '0'), B = '78'.padStart(64, '0');
view('globals::has_counter', A);
entry(a, 'globals::publish', number(5, 8));
entry(a, 'globals::publish', number(6, 8));
view('globals::has_counter', A);
entry(b, 'globals::increase', A, number(10, 8));
entry(b, 'globals::increase_by_index', A, number(100, 8));
entry(b, 'globals::increase_and_abort', A);
entry(b, 'globals::increase', B, number(10, 8));
view('globals::value', A);
view('globals::history', A);
entry(b, 'globals::replace', A);
view('globals::has_counter', A);
view('globals::value', B);
view('globals::history', B);
entry(a, 'globals::remove', B);
view('globals::value', B);
entry(a, 'globals::store_both', number(7, 8), '020102');
entry(b, 'globals::change_both', A);
view('globals::stored', A);
view('globals::has_bool_store', A);
entry(a, 'globals::set_state');
view('globals::state', A);
entry(b, 'globals::busy', A, number(12, 8));
view('globals::state', A);

// ---- Answers ----

const lines = requests.map(({ run, sender, function: f, args }) =>
    [run, sender, `0x5e::${f}`, ...args].filter((w) => w !== undefined).join(' '));
const modules = [
    ...framework.map((m) => path.join(root, 'framework/blobs', `${m}.mv`)),
    ...readdirSync(path.join(here, 'semantics/compiled')).sort().map((f) => path.join(here, 'semantics/compiled', f)),
];
const run = spawnSync(oracle(), ['--gas', '3000000', ...modules], { cwd: root, input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 26 });
if (run.status !== 0) throw new Error(`moveoracle: ${run.stderr}`);
const answers = run.stdout.trim().split('\n').map((l) => JSON.parse(l));
if (answers.length !== requests.length) throw new Error('moveoracle lost an answer');

requests.forEach((request, i) => {
    const { ok, result, error } = answers[i];
    const abort = error?.match(/^VM aborted: location=0*([0-9a-f]+)::(\w+), code=(\d+)/);
    const status = error?.match(/status (\w+) of type/);
    if (ok) {
        const types = functions[request.function];
        const values = types.length === 1 ? [result] : result ?? [];
        request.returns = types.map((t, k) => bcs(t, values[k]));
    } else if (abort) {
        request.abort = { module: `0x${abort[1]}::${abort[2]}`, code: abort[3] };
    } else if (status) {
        request.status = status[1];
    } else {
        throw new Error(`${lines[i]}: ${error}`);
    }
    if (/::test_/.test(request.function) && !ok) throw new Error(`${lines[i]}: ${error}`);
});

const text = `[\n${requests.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`;
if (process.argv.includes('--check')) {
    if (!existsSync(at) || readFileSync(at, 'utf8') !== text) {
        console.error('tests/move-packages/semantics/expected.json is not what the oracle answers: node tests/move-packages/expect.mjs');
        process.exit(1);
    }
    console.log(`${requests.length} answers reproduced`);
} else {
    writeFileSync(at, text);
    console.log(`${requests.length} answers written`);
}
