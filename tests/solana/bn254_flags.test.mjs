// Flags in the top bits of a point of bn254, which the peer's library takes for "infinite" and "negative": every flag on the
// point of zeros and on the generator, in every operation and both byte orders.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as t from './lib.mjs';
import * as b from './sbpf.mjs';
import { openWorld, Rand } from './random.mjs';

const LITTLE = 0x80n, IN = b.HEAP + 1024n, OUT = b.HEAP + 2048n;
const hex = (...words) => Buffer.from(words.join(''), 'hex');
const one = hex('01'.padStart(64, '0'), '02'.padStart(64, '0'));
/** EIP-197's generator of G2, imaginary parts first. */
const two = hex('198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2', '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed',
    '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b', '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa');
const turned = (bytes, chunk) => t.cat(...Array.from({ length: bytes.length / chunk }, (_, i) => Buffer.from(bytes.subarray(i * chunk, (i + 1) * chunk)).reverse()));
const flagged = (point, flag) => { const p = Buffer.from(point); p[p.length / 2] |= flag; return p; };

for (const little of [false, true])
    test(`flags of points, ${little ? 'little' : 'big'}-endian`, async () => {
        const w = await openWorld(new Rand(1)), order = little ? LITTLE : 0n;
        const g1 = (p) => little ? turned(p, 32) : p, g2 = (p) => little ? turned(p, 64) : p;
        try {
            const results = new Set();
            for (const flag of [0, 0x40, 0x80, 0xc0])
                for (const zeros of [true, false]) {
                    const p = g1(flagged(zeros ? Buffer.alloc(64) : one, flag)), q = g2(flagged(zeros ? Buffer.alloc(128) : two, flag));
                    const cases = [
                        ['sol_alt_bn128_group_op', 0n, t.cat(g1(one), p)], ['sol_alt_bn128_group_op', 2n, t.cat(p, Buffer.alloc(32, 1))],
                        ['sol_alt_bn128_group_op', 3n, t.cat(p, g2(two))], ['sol_alt_bn128_group_op', 3n, t.cat(g1(one), q)],
                        ['sol_alt_bn128_compression', 0n, p], ['sol_alt_bn128_compression', 2n, q],
                    ];
                    for (const [name, op, input] of cases) {
                        const data = t.cat(b.put(IN, input), b.call(name, op | order, IN, BigInt(input.length), OUT), ...[0, 8, 24, 32, 56].map((at) => b.load(OUT + BigInt(at))));
                        const { tern, differences } = await w.pair.run(w.payer, [{ program: w.deployed[0].program, accounts: [], data }]);
                        assert.deepEqual(differences, [], `${name} ${op}, flag ${flag}, ${zeros ? 'zeros' : 'generator'}`);
                        results.add(tern.logs.find((line) => line.includes(', 0x21,') || line.includes(', 0x22,')));
                    }
                }
            assert.ok(results.size >= 3, [...results].join(' ')); // both calls, some of them failing
        } finally { w.pair.end(); }
    });
