// A sample of the random transactions that ./x fuzz svm-diff runs without end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSED_GATES, openWorld, Rand, runCase } from './random.mjs';

const runs = [[1], [2], [3], [4], [5, { features: CLOSED_GATES }], [6, { features: CLOSED_GATES }]];
for (const [seed, options] of runs)
    test(`random transactions, seed ${seed}${options ? ', with gates open that mainnet has closed' : ''}`, async () => {
        const world = await openWorld(new Rand(seed), options);
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
