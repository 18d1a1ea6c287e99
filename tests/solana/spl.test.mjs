// Real programs on both sides: SPL Token, Token-2022, the associated token accounts and Memo, as litesvm brings them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { getAddressEncoder, getProgramDerivedAddress } from '@solana/kit';
import * as t from './lib.mjs';

let pair;
const owner = t.keypair('owner').address, other = t.keypair('other').address;

before(async () => {
    pair = await t.Pair.open();
    for (const program of [t.TOKEN, t.TOKEN_2022, t.ATA, t.MEMO, t.MEMO_V1]) await pair.copyProgram(program);
    await pair.setAccount(owner, { lamports: 10_000_000_000n });
});
after(() => pair.end());

/** Runs on both sides; the same must have happened. `error` is what both must say. */
async function same(instructions, error = null) {
    const { tern, differences } = await pair.run(owner, instructions);
    assert.deepEqual(differences, []);
    assert.deepEqual(tern.error, error);
}

async function associated(wallet, mint, program) {
    const e = getAddressEncoder();
    const seeds = [wallet, program, mint].map((k) => e.encode(k));
    return (await getProgramDerivedAddress({ programAddress: t.ATA, seeds }))[0];
}

for (const [name, program] of [['SPL Token', t.TOKEN], ['Token-2022', t.TOKEN_2022]]) {
    const mint = t.keypair(`mint ${name}`).address;
    let from, to;

    test(`${name}: a mint and accounts for it by CPI`, async () => {
        [from, to] = [await associated(owner, mint, program), await associated(other, mint, program)];
        const account = (wallet, address) => ({
            program: t.ATA, data: t.u8(1),
            accounts: [t.ws(owner), t.w(address), t.r(wallet), t.r(mint), t.r(t.SYSTEM), t.r(program)] });
        await same([
            { program: t.SYSTEM, accounts: [t.ws(owner), t.ws(mint)], data: t.cat(t.u32(0), t.u64(1461600), t.u64(82), t.key(program)) },
            { program, accounts: [t.w(mint)], data: t.cat(t.u8(20), t.u8(6), t.key(owner), t.u8(0)) },
        ]);
        await same([account(owner, from), account(other, to)]);
        await same([account(owner, from)]);
    });

    test(`${name}: minting, transfers, burning`, async () => {
        await same([{ program, accounts: [t.w(mint), t.w(from), t.s(owner)], data: t.cat(t.u8(7), t.u64(1_000_000)) }]);
        await same([{ program, accounts: [t.w(from), t.w(to), t.s(owner)], data: t.cat(t.u8(3), t.u64(1000)) }]);
        await same([{ program, accounts: [t.w(from), t.r(mint), t.w(to), t.s(owner)], data: t.cat(t.u8(12), t.u64(1000), t.u8(6)) }]);
        await same([{ program, accounts: [t.w(from), t.w(mint), t.s(owner)], data: t.cat(t.u8(8), t.u64(10)) }]);
    });

    test(`${name}: return data`, async () => {
        await same([{ program, accounts: [t.r(mint)], data: t.u8(21) }]);
        await same([{ program, accounts: [t.r(mint)], data: t.cat(t.u8(23), t.u64(123456789)) }]);
        await same([{ program, accounts: [t.r(mint)], data: t.cat(t.u8(24), Buffer.from('1.5')) }]);
    });

    test(`${name}: refusals`, async () => {
        const error = (n) => ({ InstructionError: [0, { Custom: n }] });
        await same([{ program, accounts: [t.w(from), t.w(to), t.s(owner)], data: t.cat(t.u8(3), t.u64(10n ** 12n)) }], error(1));
        await same([{ program, accounts: [t.w(from), t.w(owner), t.s(owner)], data: t.u8(9) }], error(11));
    });
}

test('Memo of both loaders: text, and what is none', async () => {
    await same([{ program: t.MEMO, accounts: [t.s(owner)], data: Buffer.from('hello') }]);
    await same([{ program: t.MEMO_V1, accounts: [], data: Buffer.from('hello') }]);
    const { tern, differences } = await pair.run(owner, [{ program: t.MEMO, accounts: [t.s(owner)], data: Buffer.from([0xff, 0xfe]) }]);
    assert.deepEqual(differences, []);
    assert.notEqual(tern.error, null);
});
