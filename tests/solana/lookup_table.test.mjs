// Tern's own Address Lookup Table program against mainnet's bytecode, which costs other compute units.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as t from './lib.mjs';
import { drawTables, openWorld, Rand } from './random.mjs';

const words = (logs) => logs.filter((line) => !/^Program \w+ consumed /.test(line));

for (let seed = 1; seed <= 3; seed++)
    test(`lookup tables, seed ${seed}`, async () => {
        const w = await openWorld(new Rand(seed), { nativeTables: true });
        const { pair } = w, outcomes = new Set();
        w.seed = seed;
        try {
            for (let i = 0; i < 200; i++) {
                if (w.rand.chance(10)) await pair.setSlot(pair.lite.getClock().slot + BigInt(w.rand.one([1, 2, 600])));
                w.slotHash = pair.lite.getSlotHashes()[0].slot;
                const { tern, lite, differences } = await pair.run(w.payer, drawTables(w));
                assert.deepEqual(differences.filter((d) => !/^(units|logs)/.test(d)), [], `case ${i}: ${tern.logs.join('\n')}\n${lite.logs.join('\n')}`);
                assert.deepEqual(words(tern.logs), words(lite.logs));
                outcomes.add(JSON.stringify(tern.error));
            }
            assert.ok(outcomes.has('null') && outcomes.size > 4, [...outcomes].join(' '));
        } finally {
            pair.end();
        }
    });
