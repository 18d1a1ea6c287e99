// What random transactions seldom meet: SPL Token on accounts that cannot be, read-only accounts that a batch leaves as
// they were, numbers at their ends, texts of amounts. Tern's own programs beside mainnet's bytecode in litesvm.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as t from './lib.mjs';
import { pda, Rand } from './random.mjs';
import { differing, openSpl, OWN } from './spl.mjs';

const U64_MAX = (1n << 64n) - 1n;
let w, copies = 0, mint, account, other, multisig, wrapped, wrapped2;

before(async () => {
    w = await openSpl(new Rand(1), OWN);
    w.seed = 'edges';
    mint = w.mints[0];
    [account, other] = w.accounts; // of the first two wallets
    multisig = w.multisigs[1]; // two of three
    [wrapped, wrapped2] = w.accounts.slice(-3);
});
after(() => w.pair.end());

const token = (accounts, ...data) => ({ program: t.TOKEN, accounts, data: t.cat(...data) });
const owner = () => t.s(w.wallets[0]);
const transfer = (from, to, who, amount) => token([from, to, ...[who].flat()], t.u8(3), t.u64(amount));
const batch = (...list) => token(list.flatMap((i) => i.accounts), t.u8(255), ...list.map((i) => t.cat(t.u8(i.accounts.length), t.u8(i.data.length), i.data)));

/** Both do the same; `error` is what, if it is given. */
async function same(instruction, error) {
    const result = await w.pair.run(w.payer, [instruction].flat());
    assert.deepEqual(differing(w, result), []);
    if (error !== undefined) assert.deepEqual(result.tern.error?.InstructionError?.[1] ?? result.tern.error, error);
}

/** A copy of an account, changed. */
async function copy(k, change = () => {}, more = {}) {
    const a = w.pair.liteAccount(k), data = Buffer.from(a.data), to = t.randomKey(`copy ${copies++}`);
    change(data);
    await w.pair.setAccount(to, { lamports: a.lamports, owner: a.owner, data, ...more });
    return to;
}
const empty = (more) => copy(account, (d) => d.fill(0, 64, 72), more);

test('multisigs with more members than there is room for, or that nobody needs to sign for', async () => {
    for (const [m, n] of [[2, 11], [2, 12], [2, 255], [0, 3], [0, 12], [12, 11]]) {
        const k = await copy(multisig, (d) => { d[0] = m; d[1] = n; }), of = await copy(account, (d) => t.key(k).copy(d, 32));
        for (const signers of [[], w.wallets.slice(0, 2).map(t.s)]) {
            await same(transfer(t.w(of), t.w(other), [t.r(k), ...signers], 1));
            await same(token([t.w(of), t.r(w.wallets[1]), t.r(k), ...signers], t.u8(4), t.u64(1)));
            await same(token([t.w(k), t.w(w.wallets[1]), t.r(k), ...signers], t.u8(38)));
            await same(batch(transfer(t.w(of), t.w(other), [t.r(k), ...signers], 1)));
        }
    }
});

test('Token-2022\'s multisigs sign here as well', async () => {
    for (const program of [t.TOKEN_2022, t.SYSTEM]) {
        const k = await copy(multisig, () => {}, { owner: program }), of = await copy(account, (d) => t.key(k).copy(d, 32));
        await same(transfer(t.w(of), t.w(other), [t.r(k), ...w.wallets.slice(0, 2).map(t.s)], 1), program === t.TOKEN_2022 ? null : 'MissingRequiredSignature');
    }
});

test('sums that are no u64 any more wrap around', async () => {
    const full = await copy(account, (d) => d.writeBigUInt64LE(U64_MAX, 64));
    await same(transfer(t.w(account), t.w(full), owner(), 5), null);
    const few = await copy(mint, (d) => d.writeBigUInt64LE(3n, 36)), of = await copy(account, (d) => t.key(few).copy(d, 0));
    await same(token([t.w(of), t.w(few), owner()], t.u8(8), t.u64(5)), null);
    await same(token([t.w(few), t.w(of), owner()], t.u8(7), t.u64(5)));
    const poor = await copy(wrapped, (d) => d.writeBigUInt64LE(10n ** 15n, 64));
    await same(transfer(t.w(poor), t.w(wrapped), owner(), 10n ** 14n));
    await same(token([t.w(poor), t.w(w.wallets[1]), owner()], t.u8(45), t.u8(0)));
    const rich = t.randomKey('rich');
    await w.pair.setAccount(rich, { lamports: U64_MAX - 5n });
    await same(token([t.w(await empty()), t.w(rich), owner()], t.u8(9)));
});

test('what is written counts when the instruction has ended', async () => {
    const [a, b] = [await copy(account), await copy(account)], there = (from, to, n) => transfer(from, to, owner(), n);
    await same(batch(there(t.r(a), t.r(b), 5), there(t.r(b), t.r(a), 5)), null);
    await same(batch(there(t.r(a), t.r(b), 5), there(t.r(b), t.r(a), 4)), 'ReadonlyDataModified');
    await same(batch(there(t.w(a), t.r(b), 5), there(t.r(b), t.w(a), 4)), 'ReadonlyDataModified');
    const [x, y] = [await copy(wrapped), await copy(wrapped)];
    await same(batch(there(t.r(x), t.r(y), 5), there(t.r(y), t.r(x), 5)), null);
    await same(batch(there(t.r(x), t.r(y), 5), there(t.r(y), t.r(x), 3)), 'ReadonlyLamportChange');
    await same(batch(there(t.w(x), t.r(y), 5), there(t.r(y), t.w(x), 5)), null);
    await same(token([t.r(a), owner()], t.u8(5)), null); // revokes nothing
    await same(token([t.r(a), t.r(w.wallets[1]), owner()], t.u8(4), t.u64(0)), 'ReadonlyDataModified');
});

test('closing', async () => {
    const close = (k, to, who = owner()) => token([k, to, who], t.u8(9)), to = () => t.w(w.wallets[1]);
    const twice = async (make) => { const k = await empty(); return batch(close(make(k), to()), close(make(k), to())); };
    await same(await twice(t.w));
    await same(await twice(t.r));
    const k = await empty();
    await same(batch(close(t.w(k), to()), token([t.w(k), t.r(mint)], t.u8(18), t.key(w.wallets[0]))));
    await same(close(t.r(k), to()), 'ReadonlyLamportChange');
    await same(close(t.w(k), t.r(w.wallets[2])), 'ReadonlyLamportChange');
    await same(close(t.w(k), to()), null);
    await same(close(t.w(await empty({ owner: t.TOKEN_2022 })), to()), 'ExternalAccountLamportSpend');
    const burnt = '1nc1nerator11111111111111111111111111111111', none = await copy(account, (d) => { d.fill(0, 64, 72); t.key(burnt).copy(d, 32); });
    await same(close(t.w(none), to(), t.r(w.wallets[3])), 'InvalidAccountData');
    await same(close(t.w(none), t.w(burnt), t.r(w.wallets[3])), null);
});

test('accounts of other programs', async () => {
    const foreign = await copy(account, () => {}, { owner: t.SYSTEM });
    for (const n of [0, 1]) for (const make of [t.w, t.r]) {
        await same(transfer(make(foreign), make(account), owner(), n));
        await same(transfer(make(account), make(foreign), owner(), n));
        await same(transfer(make(foreign), make(foreign), owner(), n));
        await same(batch(transfer(make(foreign), make(account), owner(), n)));
        await same(token([make(foreign), t.w(mint), owner()], t.u8(8), t.u64(n)));
        await same(token([t.w(mint), make(foreign), owner()], t.u8(7), t.u64(n)));
    }
});

test('many accounts', async () => {
    const many = Array.from({ length: 50 }, (_, i) => t.r(t.randomKey(`many ${i}`))), blank = await copy(multisig, (d) => d.fill(0));
    await same(transfer(t.w(account), t.w(other), [owner(), ...many], 1), null);
    for (const n of [0, 11, 12, 50]) await same(token([t.w(blank), ...many.slice(0, n)], t.u8(19), t.u8(Math.min(n, 12))));
});

test('amounts as people write them', async () => {
    for (const decimals of [0, 1, 9, 19, 20, 21, 40, 254, 255]) {
        const k = await copy(mint, (d) => { d[44] = decimals; }), room = Math.max(1, 257 - decimals);
        for (const a of [0n, 1n, 10n, 123456789n, 10n ** 19n, U64_MAX]) await same(token([t.r(k)], t.u8(23), t.u64(a)), null);
        for (const text of ['', '1', '0', '+', '+1', '-1', '.', '1.', '.1', '.+1', '0.10', '1.2.3', '1.2.', '1 ', '٣', '1'.repeat(20), String(U64_MAX), String(U64_MAX + 1n),
            `1.${'0'.repeat(25)}`, '9'.repeat(room), '9'.repeat(room + 1), '0'.repeat(room), '0'.repeat(258)])
            await same(token([t.r(k)], t.u8(24), Buffer.from(text)));
    }
});

test('without enough compute units', async () => {
    const limit = (units) => ({ program: t.COMPUTE_BUDGET, accounts: [], data: t.cat(t.u8(2), t.u32(units)) });
    const text = { program: t.MEMO, accounts: [], data: Buffer.from('text') }, old = { ...text, program: t.MEMO_V1 };
    const k = pda([t.key(w.wallets[0]), t.key(t.TOKEN), t.key(mint)], t.ATA);
    const associated = { program: t.ATA, data: t.u8(1), accounts: [t.ws(w.payer), t.w(k), t.r(w.wallets[0]), t.r(mint), t.r(t.SYSTEM), t.r(t.TOKEN)] };
    for (const i of [transfer(t.w(account), t.w(other), owner(), 1), batch(transfer(t.w(account), t.w(other), owner(), 1)), text, old])
        await same([limit(160), i], 'ProgramFailedToComplete'); // 150 are the budget's own
    await same([limit(160), { ...associated, data: t.u8(9) }], 'ProgramFailedToComplete');
    assert.deepEqual((await w.pair.run(w.payer, [limit(5000), associated])).tern.error, { InstructionError: [1, 'ProgramFailedToComplete'] });
});
