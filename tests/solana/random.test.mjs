// A sample of the random transactions that ./x fuzz svm-diff runs without end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld, Rand, runCase } from './random.mjs';

for (let seed = 1; seed <= 4; seed++)
    test(`random transactions, seed ${seed}`, async () => {
        const world = await openWorld(new Rand(seed));
        world.seed = seed;
        try {
            for (let i = 0; i < 150; i++) {
                const c = await runCase(world);
                assert.deepEqual(c?.differences ?? [], [], `case ${i}`);
            }
        } finally {
            world.pair.end();
        }
    });
