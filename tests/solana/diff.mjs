// Random transactions in Tern and in litesvm until they differ: node tests/solana/diff.mjs [--cases N] [--seed N]
// [--per-world N] [--all] [--gates] [--spl]. With --gates features are on that mainnet has off; with --spl all transactions
// are for SPL's programs, Tern's own beside mainnet's bytecode; with --all it goes on with a new world after a difference.
import { CLOSED_GATES, openWorld, Rand, runCase } from './random.mjs';
import { openSpl, OWN, runSpl } from './spl.mjs';

const option = (name, otherwise) => { const i = process.argv.indexOf(name); return i < 0 ? otherwise : Number(process.argv[i + 1]); };
const cases = option('--cases', 1000), first = option('--seed', 1), perWorld = option('--per-world', 2000), all = process.argv.includes('--all');

const spl = process.argv.includes('--spl'), gates = process.argv.includes('--gates');
const open = (rand) => spl ? openSpl(rand, OWN) : openWorld(rand, gates ? { features: CLOSED_GATES } : {});

let run = 0, failed = 0, succeeded = 0, instructions = 0;
const errors = new Map();
for (let seed = first; run < cases; seed++) {
    const world = await open(new Rand(seed));
    world.seed = seed;
    for (let i = 0; i < perWorld && run < cases; i++) {
        const c = await (spl ? runSpl : runCase)(world);
        if (!c) continue;
        run++;
        instructions += c.instructions.length;
        const name = JSON.stringify(c.lite.error).replace(/\[\d+,/, '[');
        errors.set(name, (errors.get(name) ?? 0) + 1);
        if (c.lite.error === null) succeeded++;
        if (!c.differences.length) continue;
        failed++;
        console.log(`seed ${seed}, case ${i}:`);
        for (const n of c.instructions) console.log('  ', n.program, n.accounts.map((a) => a.key.slice(0, 6) + (a.signer ? 's' : '') + (a.writable ? 'w' : '')).join(' '), n.data.toString('hex').slice(0, 200));
        for (const d of c.differences) console.log('     ', d.slice(0, 1200));
        if (!all) { world.pair.end(); console.log(`${run - 1} passed, 1 failed`); process.exit(1); }
        break; // the worlds are no longer the same
    }
    world.pair.end();
}
console.log([...errors].sort((a, b) => b[1] - a[1]).slice(0, 40).map(([k, v]) => `${v} ${k}`).join('\n'));
console.log(`${instructions} instructions; ${succeeded} transactions succeeded`);
console.log(`${run - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
