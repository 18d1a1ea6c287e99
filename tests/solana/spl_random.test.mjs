// A sample of the random transactions that ./x fuzz svm-diff --spl runs without end: Tern's own SPL programs beside
// mainnet's bytecode in litesvm, and the bytecode in both.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rand } from './random.mjs';
import { openSpl, OWN, runSpl } from './spl.mjs';

async function sample(seed, native, cases) {
    const w = await openSpl(new Rand(seed), native);
    w.seed = seed;
    let succeeded = 0;
    try {
        for (let i = 0; i < cases; i++) {
            const c = await runSpl(w);
            assert.deepEqual(c?.differences ?? [], [], `case ${i}`);
            if (c?.lite.error === null) succeeded++;
        }
    } finally {
        w.pair.end();
    }
    assert.ok(succeeded > cases / 20, `${succeeded} of ${cases} succeeded`);
}

for (let seed = 1; seed <= 8; seed++) test(`Tern's SPL programs, seed ${seed}`, () => sample(seed, OWN, 400));
test('mainnet\'s bytecode in both', () => sample(9, [], 200));
