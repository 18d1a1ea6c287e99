// Random instructions for SPL's programs: Tern's own beside the bytecode that mainnet has. A world holds mints, token
// accounts, multisigs and damaged copies of them; what a transaction leaves behind is the world of the next one.
// Compute units are Tern's own for these programs, so units and the lines that say them are not compared.
import * as t from './lib.mjs';
import { cpiInstruction, LOAD_ERRORS, openWorld, pda, refill, resync } from './random.mjs';

/** Those that Tern has itself. */
export const OWN = [t.TOKEN, t.ATA, t.MEMO, t.MEMO_V1];

const MINT = 82, ACCOUNT = 165, MULTISIG = 355;
const U64_MAX = (1n << 64n) - 1n, RENT_OF = (bytes) => BigInt(128 + bytes) * 6960n;

export async function openSpl(rand, native) {
    const w = await openWorld(rand, { native });
    // Tern's genesis has the mint of wrapped SOL, as mainnet; litesvm has it on request.
    await w.pair.setAccount(t.NATIVE_MINT, { lamports: RENT_OF(MINT), owner: t.TOKEN, data: t.cat(Buffer.alloc(44), t.u8(9), t.u8(1), Buffer.alloc(36)) });
    Object.assign(w, { mints: [], accounts: [], multisigs: [], damaged: [], associated: [] });
    await found(w);
    return w;
}

/** What a world begins with: multisigs, mints that wallets and a multisig govern, and accounts with tokens. */
async function found(w) {
    const make = async (k, bytes, instructions, extra = 0n) => {
        const create = system([t.ws(w.payer), t.ws(k)], 0, t.u64(RENT_OF(bytes) + extra), t.u64(bytes), t.key(t.TOKEN));
        const result = await w.pair.run(w.payer, [create, ...instructions]);
        const list = differing(w, result);
        if (result.tern.error || list.length) throw new Error(`a world cannot be made: ${JSON.stringify(result.tern.error)} ${list.join(' ')}`);
        return k;
    };
    for (const [m, n] of [[1, 1], [2, 3]]) {
        const k = fresh(w);
        w.multisigs.push(await make(k, MULTISIG, [token([t.w(k), ...w.wallets.slice(0, n).map(t.r)], t.u8(19), t.u8(m))]));
    }
    const who = [...w.wallets.slice(0, 2), w.multisigs[1]];
    for (const [i, authority] of who.entries()) {
        const mint = fresh(w);
        w.mints.push(await make(mint, MINT, [token([t.w(mint)], t.u8(20), t.u8(3 * i), t.key(authority), optional(w, authority))]));
        const signers = i === 2 ? [t.r(authority), ...w.wallets.slice(0, 3).map(t.s)] : [t.s(authority)];
        for (const owner of [...who, w.wallets[2]]) {
            const k = fresh(w);
            w.accounts.push(await make(k, ACCOUNT, [token([t.w(k), t.r(mint)], t.u8(18), t.key(owner)), token([t.w(mint), t.w(k), ...signers], t.u8(7), t.u64(1_000_000))]));
        }
    }
    for (const owner of who) {
        const k = fresh(w);
        w.accounts.push(await make(k, ACCOUNT, [token([t.w(k), t.r(t.NATIVE_MINT)], t.u8(18), t.key(owner))], 3_000_000n));
    }
}

// ---- Reading the world

const dataOf = (w, k) => w.pair.liteAccount(k)?.data ?? Buffer.alloc(0);
const keyAt = (data, at) => data.length >= at + 32 ? t.base58(data.subarray(at, at + 32)) : t.SYSTEM;
const u64At = (data, at) => data.length >= at + 8 ? data.readBigUInt64LE(at) : 0n;
const isSet = (data, at) => data.length > at && data[at] === 1;

const fresh = (w) => t.keypair(`spl ${w.seed} ${w.fresh++}`).address;
const wallet = (w) => w.rand.one([w.payer, ...w.wallets]);
const anything = (w) => w.rand.one([...w.wallets, w.payer, t.SYSTEM, t.TOKEN, t.RENT, t.NATIVE_MINT, ...w.mints, ...w.accounts, ...w.multisigs, ...w.damaged, ...w.associated]);
/** One of the list, mostly one that is what it was made to be. */
function living(w, list, bytes) {
    let k = anything(w);
    for (let i = 0; i < 12 && list.length; i++) {
        k = w.rand.one(list);
        const data = dataOf(w, k);
        if (data.length >= bytes && data[bytes === MINT ? 45 : 108] > 0) break;
    }
    return k;
}
const someMint = (w) => w.rand.chance(12) ? t.NATIVE_MINT : w.rand.chance(20) ? anything(w) : living(w, w.mints, MINT);
const someAccount = (w) => w.rand.chance(20) ? anything(w) : living(w, w.accounts.slice(-40), ACCOUNT);
/** Of the mint, if there is one. */
function accountOf(w, mint) {
    const list = w.accounts.filter((k) => keyAt(dataOf(w, k), 0) === mint).slice(-8);
    return list.length && !w.rand.chance(12) ? w.rand.one(list) : someAccount(w);
}
/** Who may be given power: wallets, multisigs, now and then anything. */
const someone = (w) => w.rand.chance(6) && w.multisigs.length ? w.rand.one(w.multisigs) : w.rand.chance(20) ? anything(w) : wallet(w);

/** The accounts with which `k` signs. */
function signing(w, k) {
    const r = w.rand, data = dataOf(w, k);
    if (r.chance(20)) return [t.r(k)];
    if (data.length !== MULTISIG || !w.multisigs.includes(k)) return r.chance(20) ? [t.s(anything(w))] : [t.s(k)];
    const list = Array.from({ length: Math.min(data[1], 11) }, (_, i) => keyAt(data, 3 + 32 * i));
    const count = r.chance(6) ? r.below(list.length + 1) : Math.min(data[0], list.length);
    const from = r.below(list.length || 1);
    const signers = Array.from({ length: count }, (_, i) => list[(from + i) % list.length]);
    if (r.chance(15) && signers.length) signers.push(signers[0]);
    return [r.chance(10) ? t.s(k) : t.r(k), ...signers.map((x) => r.chance(25) ? t.r(x) : t.s(x))];
}

/** An amount that means something beside `have`. */
function amount(w, have) {
    const r = w.rand;
    switch (r.below(9)) {
        case 0: return 0n;
        case 1: return have;
        case 2: return have + 1n;
        case 3: return r.one([U64_MAX, r.u64(), U64_MAX - have]);
        default: return have / BigInt(1 + r.below(9)) + BigInt(r.below(2));
    }
}
const decimalsOf = (w, mint) => w.rand.chance(10) ? w.rand.below(256) : (dataOf(w, mint)[44] ?? 0);
const optional = (w, k) => k === null ? t.u8(0) : t.cat(t.u8(1), t.key(k));

// ---- SPL Token

const token = (accounts, ...data) => ({ program: t.TOKEN, accounts, data: t.cat(...data) });
const system = (accounts, tag, ...fields) => ({ program: t.SYSTEM, accounts, data: t.cat(t.u32(tag), ...fields) });
const rent = (w) => t.r(w.rand.chance(15) ? anything(w) : t.RENT);

function creation(w, k, bytes, program = t.TOKEN, extra = 0n) {
    const r = w.rand;
    if (r.chance(15)) bytes += r.one([-1, 1, 83]);
    const lamports = RENT_OF(bytes) - (r.chance(15) ? 1n : 0n) + extra;
    return system([t.ws(w.payer), t.ws(k)], 0, t.u64(lamports), t.u64(bytes), t.key(r.chance(30) ? t.SYSTEM : program));
}

const kinds = {
    newMint(w) {
        const r = w.rand, k = fresh(w), old = r.chance(2), program = r.chance(5) ? t.TOKEN_2022 : t.TOKEN;
        const freeze = r.chance(2) ? someone(w) : null;
        w.mints.push(k);
        const data = t.cat(t.u8(r.one([0, 0, 6, 9, 9, 18, 19, 20, 21, 255])), t.key(someone(w)), r.chance(30) ? t.u8(2) : optional(w, freeze));
        return [creation(w, k, MINT, program), { program, accounts: old ? [t.w(k), rent(w)] : [t.w(k)], data: t.cat(t.u8(old ? 0 : 20), data) }];
    },
    newAccount(w) {
        const r = w.rand, k = fresh(w), mint = someMint(w), owner = someone(w), tag = r.one([1, 16, 18]);
        const extra = r.chance(3) ? BigInt(r.below(5_000_000)) : 0n;
        w.accounts.push(k);
        const metas = [t.w(k), t.r(mint), ...(tag === 1 ? [t.r(owner)] : []), ...(tag === 18 ? [] : [rent(w)])];
        const list = [creation(w, k, ACCOUNT, t.TOKEN, extra), token(metas, t.u8(tag), ...(tag === 1 ? [] : [t.key(owner)]))];
        if (r.chance(12)) list.splice(1, 0, token([t.w(k)], t.u8(22)));
        return list;
    },
    newMultisig(w) {
        const r = w.rand, k = fresh(w), n = r.chance(8) ? r.below(14) : 1 + r.below(4), old = r.chance(2);
        const m = r.chance(8) ? r.below(14) : 1 + r.below(n || 1);
        w.multisigs.push(k);
        const members = Array.from({ length: n }, () => t.r(wallet(w)));
        return [creation(w, k, MULTISIG), token([t.w(k), ...(old ? [rent(w)] : []), ...members], t.u8(old ? 2 : 19), t.u8(m))];
    },
    again(w) { // what is initialised already
        const r = w.rand, k = anything(w);
        return [r.one([
            token([t.w(k)], t.u8(20), t.u8(2), t.key(wallet(w)), t.u8(0)), token([t.w(k), t.r(someMint(w))], t.u8(18), t.key(wallet(w))),
            token([t.w(k), t.r(wallet(w))], t.u8(19), t.u8(1)), token([t.w(k)], t.u8(22))])];
    },
    transfer(w) {
        const r = w.rand, from = someAccount(w), data = dataOf(w, from), mint = keyAt(data, 0), to = r.chance(10) ? from : accountOf(w, mint);
        const who = isSet(data, 72) && r.chance(2) ? keyAt(data, 76) : keyAt(data, 32);
        const have = who === keyAt(data, 76) && isSet(data, 72) ? u64At(data, 121) : u64At(data, 64);
        if (r.chance(2)) return [token([t.w(from), t.w(to), ...signing(w, who)], t.u8(3), t.u64(amount(w, have)))];
        return [token([t.w(from), t.r(r.chance(20) ? someMint(w) : mint), t.w(to), ...signing(w, who)], t.u8(12), t.u64(amount(w, have)), t.u8(decimalsOf(w, mint)))];
    },
    approve(w) {
        const r = w.rand, k = someAccount(w), data = dataOf(w, k), mint = keyAt(data, 0), who = signing(w, keyAt(data, 32)), delegate = t.r(someone(w));
        if (r.chance(2)) return [token([t.w(k), delegate, ...who], t.u8(4), t.u64(amount(w, u64At(data, 64))))];
        return [token([t.w(k), t.r(mint), delegate, ...who], t.u8(13), t.u64(amount(w, u64At(data, 64))), t.u8(decimalsOf(w, mint)))];
    },
    revoke(w) {
        const k = someAccount(w), data = dataOf(w, k);
        return [token([t.w(k), ...signing(w, isSet(data, 72) && w.rand.chance(2) ? keyAt(data, 76) : keyAt(data, 32))], t.u8(5))];
    },
    setAuthority(w) {
        const r = w.rand, ofMint = r.chance(2), k = ofMint ? someMint(w) : someAccount(w), data = dataOf(w, k);
        const kind = r.chance(10) ? r.below(6) : ofMint ? r.below(2) : 2 + r.below(2);
        const who = [keyAt(data, 4), keyAt(data, 50), keyAt(data, 32), isSet(data, 129) ? keyAt(data, 133) : keyAt(data, 32)][kind] ?? wallet(w);
        const gone = kind === 2 ? r.chance(20) : r.chance(4);
        const next = gone ? null : r.chance(12) ? r.one([t.SYSTEM, '1nc1nerator11111111111111111111111111111111']) : someone(w);
        return [token([t.w(k), ...signing(w, who)], t.u8(6), t.u8(kind), r.chance(30) ? t.u8(r.below(4)) : optional(w, next))];
    },
    mintTo(w) {
        const r = w.rand, mint = someMint(w), data = dataOf(w, mint), to = accountOf(w, mint), checked = r.chance(2);
        const much = r.chance(8) ? amount(w, u64At(data, 36)) : BigInt(r.below(1_000_000_000));
        return [token([t.w(mint), t.w(to), ...signing(w, keyAt(data, 4))], t.u8(checked ? 14 : 7), t.u64(much), ...(checked ? [t.u8(decimalsOf(w, mint))] : []))];
    },
    burn(w) {
        const r = w.rand, k = someAccount(w), data = dataOf(w, k), mint = r.chance(20) ? someMint(w) : keyAt(data, 0), checked = r.chance(2);
        const who = isSet(data, 72) && r.chance(2) ? keyAt(data, 76) : keyAt(data, 32);
        return [token([t.w(k), t.w(mint), ...signing(w, who)], t.u8(checked ? 15 : 8), t.u64(amount(w, u64At(data, 64))), ...(checked ? [t.u8(decimalsOf(w, mint))] : []))];
    },
    close(w) {
        const r = w.rand, k = someAccount(w), data = dataOf(w, k);
        const to = r.chance(12) ? k : r.chance(6) ? '1nc1nerator11111111111111111111111111111111' : wallet(w);
        const list = [token([t.w(k), t.w(to), ...signing(w, isSet(data, 129) ? keyAt(data, 133) : keyAt(data, 32))], t.u8(9))];
        if (u64At(data, 64) && r.chance(2) && !isSet(data, 109)) list.unshift(token([t.w(k), t.w(keyAt(data, 0)), t.s(keyAt(data, 32))], t.u8(8), t.u64(u64At(data, 64))));
        return list;
    },
    freeze(w) {
        const r = w.rand, k = someAccount(w), data = dataOf(w, k), mint = r.chance(20) ? someMint(w) : keyAt(data, 0), frozen = data[108] === 2;
        return [token([t.w(k), t.r(mint), ...signing(w, keyAt(dataOf(w, mint), 50))], t.u8(frozen !== r.chance(8) ? 11 : 10))];
    },
    native(w) { // wrapped SOL
        const r = w.rand, k = accountOf(w, t.NATIVE_MINT), list = [];
        if (r.chance(2)) list.push(system([t.ws(w.payer), t.w(k)], 2, t.u64(r.below(3_000_000))));
        list.push(token([t.w(k), ...(r.chance(4) ? [rent(w)] : [])], t.u8(17)));
        return list;
    },
    unwrap(w) {
        const r = w.rand, k = r.chance(8) ? someAccount(w) : accountOf(w, t.NATIVE_MINT), data = dataOf(w, k);
        const who = isSet(data, 72) && r.chance(2) ? keyAt(data, 76) : keyAt(data, 32);
        return [token([t.w(k), t.w(r.chance(8) ? k : wallet(w)), ...signing(w, who)], t.u8(45), r.chance(3) ? t.u8(r.chance(8) ? 2 : 0) : t.cat(t.u8(1), t.u64(amount(w, u64At(data, 64)))))];
    },
    withdraw(w) {
        const r = w.rand, k = r.one([someAccount(w), someMint(w), w.multisigs.length ? r.one(w.multisigs) : someMint(w)]), data = dataOf(w, k), list = [];
        if (r.chance(2)) list.push(system([t.ws(w.payer), t.w(k)], 2, t.u64(r.below(3_000_000))));
        const who = data.length === MINT ? (isSet(data, 0) ? keyAt(data, 4) : k) : data.length === MULTISIG ? k : keyAt(data, 32);
        list.push(token([t.w(k), t.w(r.chance(12) ? k : wallet(w)), ...signing(w, who)], t.u8(38)));
        return list;
    },
    views(w) {
        const r = w.rand, mint = t.r(someMint(w));
        switch (r.below(3)) {
            case 0: return [token([mint], t.u8(21), ...(r.chance(2) ? [r.bytes(r.below(4))] : []))];
            case 1: return [token([mint], t.u8(23), t.u64(amount(w, r.u64())))];
            default: return [token([mint], t.u8(24), uiAmount(r))];
        }
    },
    unknown(w) { return [token([t.w(someAccount(w)), t.w(someMint(w)), t.s(wallet(w))], r8(w, [25, 26, 36, 37, 39, 44, 46, 254, 30, 60]), w.rand.bytes(w.rand.below(12)))]; },
    batch(w) {
        const r = w.rand, parts = [];
        for (let i = 1 + r.below(4); i > 0; i--) parts.push(r.one(BATCHED)(w).filter((x) => x.program === t.TOKEN).at(-1));
        if (r.chance(4)) parts.push(parts[0]);
        const list = parts.filter((p) => p && p.data.length < 256).map((p) => r.chance(12) ? spoil(w, p) : p);
        if (r.chance(30)) list.push(token([], t.u8(255), r.bytes(r.below(5))));
        const data = list.map((p) => t.cat(t.u8(p.accounts.length), t.u8(p.data.length), p.data));
        if (r.chance(20)) data.push(r.bytes(r.below(4)));
        return [token(list.flatMap((p) => p.accounts), t.u8(255), ...data)];
    },

    // ---- Associated accounts and memos

    associated(w) {
        const r = w.rand, mint = someMint(w), program = r.chance(20) ? anything(w) : ownerOf(w, mint);
        const nested = r.chance(4) && w.associated.length, who = nested ? r.one(w.associated) : someone(w);
        const k = r.chance(20) ? anything(w) : pda([t.key(who), t.key(program), t.key(mint)], t.ATA), list = [];
        if (program === t.TOKEN || program === t.TOKEN_2022) w.associated.push(k);
        if (program === t.TOKEN && !w.accounts.includes(k)) w.accounts.push(k);
        if (r.chance(6)) list.push(system([t.ws(w.payer), t.w(k)], 2, t.u64(r.one([1, 890_880, 2_039_280, 5_000_000]))));
        const payer = r.chance(12) ? t.r(wallet(w)) : t.ws(wallet(w));
        list.push({ program: t.ATA, data: r.one([Buffer.alloc(0), t.u8(0), t.u8(1), t.u8(1)]),
            accounts: [payer, t.w(k), t.r(who), t.r(mint), t.r(r.chance(25) ? anything(w) : t.SYSTEM), t.r(program)] });
        return list;
    },
    recover(w) {
        const r = w.rand, mint = someMint(w), outer = someMint(w), program = r.chance(20) ? anything(w) : ownerOf(w, mint), who = wallet(w);
        const of = (a, m) => pda([t.key(a), t.key(program), t.key(m)], t.ATA);
        const owner = of(who, outer), nested = of(owner, mint), to = of(who, mint), list = [];
        for (const [a, m] of [[who, outer], [owner, mint], [who, mint]])
            if (!r.chance(8)) list.push({ program: t.ATA, data: t.u8(1), accounts: [t.ws(w.payer), t.w(of(a, m)), t.r(a), t.r(m), t.r(t.SYSTEM), t.r(program)] });
        if (r.chance(2)) list.push({ program, accounts: [t.w(mint), t.w(nested), t.s(keyAt(dataOf(w, mint), 4))], data: t.cat(t.u8(7), t.u64(r.below(1000))) });
        if (r.chance(12) && !w.accounts.includes(owner)) w.accounts.push(owner, nested);
        list.push({ program: t.ATA, data: t.u8(2), accounts: [t.w(nested), t.r(mint), t.w(to), t.r(owner), t.r(outer), r.chance(12) ? t.w(who) : t.ws(who), t.r(program)] });
        return list;
    },
    memo(w) {
        const r = w.rand, text = r.one([r.bytes(r.below(8)), Buffer.from('memo, ü and 漢字 '.repeat(r.below(12))), Buffer.from('x'.repeat(r.below(300))), Buffer.from([0xe2, 0x82]), Buffer.from('a\0b"\n')]);
        const accounts = Array.from({ length: r.below(4) }, () => r.chance(6) ? t.r(anything(w)) : r.chance(2) ? t.s(wallet(w)) : t.ws(wallet(w)));
        return [{ program: r.one([t.MEMO, t.MEMO, t.MEMO_V1]), accounts, data: text }];
    },
};
const r8 = (w, list) => t.u8(w.rand.one(list));
const ownerOf = (w, k) => w.pair.liteAccount(k)?.owner ?? t.TOKEN;
const BATCHED = [kinds.transfer, kinds.transfer, kinds.approve, kinds.revoke, kinds.setAuthority, kinds.mintTo, kinds.burn, kinds.close, kinds.freeze, kinds.native,
    kinds.unwrap, kinds.withdraw, kinds.views, kinds.again, kinds.newAccount, kinds.newMint, kinds.unknown];

function uiAmount(r) {
    const digits = () => Array.from({ length: r.below(r.chance(6) ? 24 : 7) }, () => r.one('0123456789')).join('');
    switch (r.below(8)) {
        case 0: return Buffer.from(r.one(['', '.', '1.', '.5', '1.2.3', '+1', '-1', ' 1', '1e3', '0', '00', '18446744073709551615', '18446744073709551616', '1'.repeat(257), '0.' + '0'.repeat(40), '٣', '1.٣', '+', '+.5', '1.+5', '1.-0']));
        case 1: return r.bytes(r.below(6));
        default: return Buffer.from(digits() + (r.chance(2) ? '.' + digits() : ''));
    }
}

const weights = { newMint: 1, newAccount: 5, newMultisig: 2, again: 2, transfer: 9, approve: 4, revoke: 2, setAuthority: 5, mintTo: 7, burn: 4, close: 3, freeze: 3, native: 3, unwrap: 3, withdraw: 3, views: 3,
    unknown: 1, batch: 8, associated: 5, recover: 2, memo: 3 };
const drawn = Object.entries(weights).flatMap(([k, n]) => Array(n).fill(k));

/** Changes something about an instruction that its program will not like. */
function spoil(w, i) {
    const r = w.rand, accounts = i.accounts.map((a) => ({ ...a })), data = Buffer.from(i.data);
    switch (r.below(7)) {
        case 0: if (accounts.length) accounts.splice(r.below(accounts.length), 1); break;
        case 1: if (accounts.length) { const a = r.one(accounts); a.signer = !a.signer && a.key !== t.SYSTEM; } break;
        case 2: if (accounts.length) { const a = r.one(accounts); a.writable = !a.writable; } break;
        case 3: if (accounts.length) r.one(accounts).key = anything(w); break;
        case 4: if (data.length) data[r.below(data.length)] ^= 1 << r.below(8); break;
        case 5: if (accounts.length > 1) accounts[r.below(accounts.length)] = { ...r.one(accounts) }; break;
        default: return { ...i, accounts, data: r.chance(2) ? data.subarray(0, r.below(data.length + 1)) : t.cat(data, r.bytes(r.below(8))) };
    }
    return { ...i, accounts, data };
}

/** A copy of an account of the world with something wrong about it. */
async function damage(w) {
    const r = w.rand, list = [...w.mints, ...w.accounts, ...w.multisigs], k = list.length ? r.one(list) : null, a = k && w.pair.liteAccount(k);
    if (!a || a.data.length === 0) return;
    let data = Buffer.from(a.data), owner = a.owner, lamports = a.lamports;
    // Amounts are left alone: what is not possible does not happen.
    const places = data.length === MINT ? [0, 1, 4, 44, 45, 46, 47, 60] : data.length === ACCOUNT ? [0, 40, 72, 73, 80, 108, 109, 110, 129, 130, 140] : [0, 2, 5, 40];
    switch (r.below(5)) {
        case 0: data[r.one(places) % data.length] = r.one([0, 1, 2, 3, 255]); break;
        case 1: data = r.chance(2) ? data.subarray(0, data.length - 1) : t.cat(data, r.bytes(1 + r.below(90))); break;
        case 2: owner = r.one([t.SYSTEM, t.TOKEN_2022, t.TOKEN, t.ATA]); break;
        case 3: data = Buffer.alloc(data.length); break;
        default: lamports = r.one([1n, lamports - 1n, lamports + 1n, 890_880n]);
    }
    const copy = fresh(w);
    w.damaged.push(copy);
    if (data.length === MINT) w.mints.push(copy);
    if (data.length === ACCOUNT && !isSet(data, 109)) w.accounts.push(copy);
    if (data.length === MULTISIG) w.multisigs.push(copy);
    await w.pair.setAccount(copy, { lamports: lamports > 0n ? lamports : 1n, owner, data });
}

/** The instructions of one transaction. */
export function drawSpl(w) {
    const r = w.rand;
    let list = [];
    for (let i = 1 + (r.chance(4) ? r.below(3) : 0); i > 0; i--) list.push(...kinds[r.one(drawn)](w));
    if (r.chance(6)) { const i = r.below(list.length); list[i] = spoil(w, list[i]); }
    if (r.chance(10)) {
        const i = r.below(list.length), programs = new Set([list[i].program, ...list[i].accounts.map((a) => a.key)].filter((k) => w.native.includes(k)));
        const via = programs.size > 1 ? null : cpiInstruction(w, 0, list[i]);
        if (via && via.data.length < 6000) list[i] = via;
    }
    return list;
}

const plain = (logs) => logs.filter((line) => !/^Program \w+ consumed /.test(line));

/** What differs but for compute units and the data of Tern's own programs' accounts. */
export function differing(w, { tern, lite, differences }) {
    const list = differences.filter((d) => !/^(units|logs)/.test(d) && !w.native.some((k) => d.startsWith(`account ${k}`)));
    const [a, b] = [plain(tern.logs), plain(lite.logs)], whole = ![...a, ...b].includes('Log truncated');
    if (whole && JSON.stringify(a) !== JSON.stringify(b)) list.push(`logs: tern ${JSON.stringify(a)}, litesvm ${JSON.stringify(b)}`);
    return list;
}

/** Runs one transaction; what differs, or null if the message cannot be made. */
export async function runSpl(w) {
    const { pair, rand } = w;
    if (rand.chance(40)) await refill(w);
    if (rand.chance(15)) await damage(w);
    const instructions = drawSpl(w), message = t.compile(w.payer, instructions, pair.blockhash);
    if (message.keys.length > 60 || message.keys.some((k) => k === undefined)) return null;
    const { tern, lite, differences } = await pair.send(message);
    if (LOAD_ERRORS.includes(tern.error)) {
        for (const k of message.keys) await resync(pair, k, w.native);
        return { instructions, message, tern, lite, differences: typeof lite.error === 'string' ? [] : differences };
    }
    return { instructions, message, tern, lite, differences: differing(w, { tern, lite, differences }) };
}
