// Whole Solana transactions, in turns in Tern's runtime (`tern svm exec`) and in npm's litesvm, which is Agave's own crates
// in a small shell: the same wire bytes over the same accounts. Processor times of decoding, checking and running; a ratio
// is the median of the turns' ratios.
//     node bench/solana.mjs [TURNS] [TRANSACTIONS]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import * as t from '../tests/solana/lib.mjs';
import { median } from './measure.mjs';

const TURNS = Number(process.argv[2] ?? 7), COUNT = Number(process.argv[3] ?? 2000);
const PAYERS = 100, UNITS = t.u32(1_400_000), INVOKE = t.randomKey('invoke'), PATIENT = 40;
const payers = Array.from({ length: PAYERS }, (_, i) => t.keypair(`payer ${i}`));
const mint = t.randomKey('mint'), tokens = payers.map((_, i) => t.randomKey(`token ${i}`));

const limit = { program: t.COMPUTE_BUDGET, accounts: [], data: t.cat(t.u8(2), UNITS) };
/** One instruction of each kind, by the i-th transaction; the amounts tell transactions apart. */
const kinds = {
    system: (i) => [{ program: t.SYSTEM, accounts: [t.ws(payers[i % PAYERS].address), t.w(payers[(i + 1) % PAYERS].address)], data: t.cat(t.u32(2), t.u64(1 + i)) }],
    token: (i) => [{ program: t.TOKEN, accounts: [t.w(tokens[i % PAYERS]), t.r(mint), t.w(tokens[(i + 1) % PAYERS]), t.s(payers[i % PAYERS].address)], data: t.cat(t.u8(12), t.u64(1 + i), t.u8(6)) }],
    invoke: (i, times) => [limit, { program: INVOKE, accounts: [t.ws(payers[i % PAYERS].address), t.w(payers[(i + 1) % PAYERS].address), t.r(t.SYSTEM)], data: t.u8(times) },
        { program: t.SYSTEM, accounts: [t.ws(payers[i % PAYERS].address), t.w(payers[(i + 1) % PAYERS].address)], data: t.cat(t.u32(2), t.u64(1 + i)) }],
};

async function open(verify, native) {
    const pair = await t.Pair.open({ verify });
    if (!native) await pair.copyProgram(t.TOKEN);
    for (const p of payers) await pair.setAccount(p.address, { lamports: 10n ** 12n });
    await pair.setAccount(mint, { lamports: 10n ** 9n, owner: t.TOKEN, data: t.cat(Buffer.alloc(36), t.u64(10n ** 15n), t.u8(6), t.u8(1), Buffer.alloc(36)) });
    for (const [i, k] of tokens.entries())
        await pair.setAccount(k, { lamports: 10n ** 9n, owner: t.TOKEN, data: t.cat(t.key(mint), t.key(payers[i].address), t.u64(10n ** 13n), Buffer.alloc(36), t.u8(1), Buffer.alloc(56)) });
    return pair;
}

/** The program that invokes, at version 0 as most that run today; null without clang. */
function invokeProgram() {
    const dir = 'build/bench/solana', linker = ['build/release/sbpf-link', 'build/debug/sbpf-link'].find(existsSync);
    mkdirSync(dir, { recursive: true });
    try {
        execFileSync('clang', ['-target', 'bpf', '-O2', '-fno-builtin', '-I', 'sdk/c', '-c', 'bench/solana/invoke.c', '-o', `${dir}/invoke.o`]);
        execFileSync(linker, ['--version', '0', `${dir}/invoke.o`, `${dir}/invoke.so`]);
        return readFileSync(`${dir}/invoke.so`);
    } catch { return null; }
}

function signed(pair, instructions) {
    const m = t.compile(instructions.flatMap((x) => x.accounts).find((a) => a.signer).key, instructions, pair.blockhash);
    return t.transaction(m, m.signers.map((k) => payers.find((p) => p.address === k).sign(m.bytes)));
}

/** Processor microseconds a transaction: [tern, litesvm], each turn. */
async function measure(pair, wires) {
    const turns = [];
    for (let turn = 0; turn < TURNS; turn++) {
        const some = wires.slice(turn * COUNT, (turn + 1) * COUNT);
        const { failed, ns } = await pair.tern.ask({ transactions: some.map((w) => w.toString('base64')), verify: pair.verify, anyBlockhash: true });
        const before = process.cpuUsage();
        let refused = 0;
        for (const w of some) refused += typeof pair.lite.inner.sendLegacyTransaction(w).err === 'function' ? 1 : 0;
        const { user, system } = process.cpuUsage(before);
        if (failed || refused) throw new Error(`tern refused ${failed}, litesvm ${refused} of ${some.length}`);
        turns.push([ns / 1000 / some.length, (user + system) / some.length]);
    }
    return turns.slice(1); // the first one warms up
}

function say(what, turns) {
    const [a, b] = [0, 1].map((k) => median(turns.map((x) => x[k])));
    console.log(`${what.padEnd(52)} tern ${a.toFixed(2).padStart(8)} µs ${(1e6 / a).toFixed(0).padStart(8)} /s   litesvm ${b.toFixed(2).padStart(8)} µs ${(1e6 / b).toFixed(0).padStart(8)} /s   ratio ${median(turns.map((x) => x[1] / x[0])).toFixed(2)}`);
}

async function run(what, kind, verify, native) {
    const pair = await open(verify, native), wires = [];
    for (let i = 0; i < COUNT * TURNS; i++) wires.push(signed(pair, kind(i)));
    say(`${what}, signatures ${verify ? 'checked' : 'not checked'}`, await measure(pair, wires));
    pair.end();
}

for (const verify of [true, false]) {
    await run('system transfer', kinds.system, verify, true);
    await run('token transfer, our program', kinds.token, verify, true);
    await run('token transfer, the same bytecode', kinds.token, verify, false);
}

const elf = invokeProgram();
if (elf) {
    const pair = await open(false, true), few = 2, all = { [few]: [], [PATIENT]: [] };
    await pair.setAccount(INVOKE, { lamports: 10n ** 10n, owner: t.LOADER_V2, executable: true, data: elf });
    let i = 0;
    for (const times of Object.keys(all).map(Number)) {
        const wires = Array.from({ length: COUNT * TURNS }, () => signed(pair, kinds.invoke(i++, times)));
        all[times] = await measure(pair, wires);
    }
    say('one CPI, a transfer by the System program', all[few].map((x, n) => x.map((v, k) => (all[PATIENT][n][k] - v) / (PATIENT - few))));
    pair.end();
} else console.log('no clang: what a CPI costs is left out');
process.exit(0);
