// Compiles the interpreters with the pinned npm solc, the Move compiler (movec), and clang with sbpf-link, and keeps what
// they make under built/, so that tests load them without a compiler. With --check it compares instead. A compiler that is
// not there is passed over with a word. TERN_BUILD names the build folder with movec and sbpf-link.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../../..');
const check = process.argv.includes('--check');
const work = mkdtempSync(path.join(tmpdir(), 'interpreters-'));
const tool = (name) => [process.env.TERN_BUILD, 'build/debug', 'build/release'].filter(Boolean).map((b) => path.resolve(root, b, name)).find(existsSync);
let different = 0, count = 0;

function keep(name, content) {
    const at = path.join(here, 'built', name);
    count++;
    if (!check) { mkdirSync(path.dirname(at), { recursive: true }); writeFileSync(at, content); return; }
    if (existsSync(at) && readFileSync(at).equals(content)) return;
    console.error(`built/${name} is not what the compiler makes of the source: node tests/differential/chain/interpreters/build.mjs`);
    different++;
}

function evm() {
    const solc = createRequire(import.meta.url)('solc');
    const input = {
        language: 'Solidity',
        sources: { 'Interpreter.sol': { content: readFileSync(path.join(here, 'Interpreter.sol'), 'utf8') } },
        settings: {
            optimizer: { enabled: true, runs: 10000 }, viaIR: true,
            metadata: { bytecodeHash: 'none', appendCBOR: false },
            outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
        },
    };
    const out = JSON.parse(solc.compile(JSON.stringify(input), { import: (name) => ({ contents: readFileSync(path.join(root, name), 'utf8') }) }));
    for (const e of out.errors ?? []) if (e.severity === 'error') throw new Error(e.formattedMessage);
    keep('interpreter.bin', Buffer.from(out.contracts['Interpreter.sol'].Interpreter.evm.deployedBytecode.object, 'hex'));
}

/** Three modules of one source, each of which can call those behind it. */
function move() {
    const movec = tool('movec'), pkg = path.join(work, 'move');
    if (!movec || !existsSync(path.join(root, 'node_modules/@initia/builder.js'))) { console.log('no Move compiler: passed over'); return; }
    cpSync(path.join(root, 'framework'), path.join(work, 'framework'), { recursive: true });
    rmSync(path.join(work, 'framework/build'), { recursive: true, force: true });
    mkdirSync(path.join(pkg, 'sources'), { recursive: true });
    cpSync(path.join(here, 'move/Move.toml'), path.join(pkg, 'Move.toml'));
    const template = readFileSync(path.join(here, 'move/interpreter.move.in'), 'utf8');
    for (let n = 0; n < 3; n++) {
        const source = template.split('\n').filter((l) => !/^\/\/ {2}\d/.test(l) || Number(l[4]) <= 2 - n).map((l) => l.replace(/^\/\/ {2}\d/, '   '))
            .join('\n').replaceAll('NUMBER_OF_MODULE', n).replaceAll('NEXT_BUT_ONE', `m${n + 2}`).replaceAll('NEXT', `m${n + 1}`).replaceAll('MODULE', `m${n}`);
        writeFileSync(path.join(pkg, `sources/m${n}.move`), source);
    }
    try { execFileSync(movec, [pkg], { cwd: root, stdio: 'pipe' }); } catch (e) { throw new Error(`${e.stdout}${e.stderr}`); }
    for (let n = 0; n < 3; n++) keep(`m${n}.mv`, readFileSync(path.join(pkg, `build/Interpreter/bytecode_modules/m${n}.mv`)));
}

function svm() {
    const linker = tool('sbpf-link'), object = path.join(work, 'i.o'), program = path.join(work, 'i.so');
    try {
        if (!linker) throw new Error();
        execFileSync('clang', ['-target', 'bpf', '-O2', '-fno-builtin', '-I', path.join(root, 'sdk/c'), '-c', path.join(here, 'interpreter.c'), '-o', object], { stdio: 'pipe' });
    } catch (e) { if (e.stderr?.length) throw new Error(String(e.stderr)); console.log('no clang or sbpf-link: passed over'); return; }
    execFileSync(linker, [object, program]);
    keep('interpreter.so', readFileSync(program));
}

try { evm(); move(); svm(); } finally { rmSync(work, { recursive: true }); }
if (different) process.exit(1);
console.log(`${count} interpreters ${check ? 'reproduced' : 'built'}`);
