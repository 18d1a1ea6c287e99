// Random transactions over a world that both runtimes share. A case is drawn from a seed; what it leaves behind is the
// world of the next one.
import * as t from './lib.mjs';
import * as b from './sbpf.mjs';
import { createHash } from 'node:crypto';

/** splitmix64. */
export class Rand {
    constructor(seed) { this.state = BigInt(seed); }
    next() {
        this.state = BigInt.asUintN(64, this.state + 0x9e3779b97f4a7c15n);
        let z = this.state;
        z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
        z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
        return z ^ (z >> 31n);
    }
    below(n) { return Number(this.next() % BigInt(n)); }
    one(list) { return list[this.below(list.length)]; }
    chance(n) { return this.below(n) === 0; }
    bytes(n) { return Buffer.from(Array.from({ length: n }, () => this.below(256))); }
    /** A number near a border, mostly small. */
    u64() {
        const k = this.below(6);
        if (k < 2) return BigInt(this.below(200));
        if (k < 4) return BigInt(this.below(3_000_000));
        if (k === 4) return 1n << BigInt(this.below(64));
        return this.next();
    }
}

const PROGRAMS = { v2: t.randomKey('driver 2'), v1: t.randomKey('driver 1'), v3: t.randomKey('driver 3') };
const DRIVERS = Object.values(PROGRAMS);
const GATED = ['sol_blake3', 'sol_sha512', 'sol_remaining_compute_units', 'sol_big_mod_exp'];

/** Gates that are closed on mainnet and open syscalls or change limits. */
export const CLOSED_GATES = {
    blake3_syscall: 'HTW2pSyErTj4BV6KBM9NZ9VBUJVxt7sacNWcf76wtzb3', sha512_syscall: 's512oDwgx8hjMnaQjXfqqrZroVj4HvC6TkN3iSSWXCh',
    big_mod_exp_syscall: 'expH2ppKPW2ANEdEmAjfhSEcnBQJfmoX4FjuNpe9ttg', remaining_compute_units_syscall: '5TuppMutoyzhUSfuYdhgzD47F92GL1g89KpCZQKqedxP',
    raise_cpi_nesting_limit_to_8: '6TkHkRmP7JZy1fdM6fg5uXn76wChQBWGokHBJzrLB3mj', increase_tx_account_lock_limit: '9LZdXeKGeBV6hRLdxS1rHbHoEUsKqesCC2ZAPTPKJAbK',
};

export async function openWorld(rand, options = {}) {
    const pair = await t.Pair.open(options);
    const world = { pair, rand, payer: t.keypair('payer').address, wallets: [], owned: [], mints: [], tokens: [], tables: [], nonces: [], buffers: [], deployed: [], fresh: 0, native: options.native ?? [] };
    // Tern's own programs, or litesvm's bytecode over them.
    for (const p of [t.TOKEN, t.TOKEN_2022, t.ATA, t.MEMO, t.MEMO_V1]) if (!world.native.includes(p)) await pair.copyProgram(p);
    if (!options.nativeTables) await pair.copyProgram(t.LOOKUP_TABLE);
    const elf = b.driver(b.SYSCALLS.filter((s) => options.features || !GATED.includes(s)));
    world.elf = elf;
    world.gated = !!options.features;
    await pair.setAccount(PROGRAMS.v2, { lamports: 10n ** 10n, owner: t.LOADER_V2, executable: true, data: elf });
    await pair.setAccount(PROGRAMS.v1, { lamports: 10n ** 10n, owner: t.LOADER_V1, executable: true, data: elf });
    const programData = pda([t.key(PROGRAMS.v3)], t.LOADER_V3);
    await pair.setAccount(programData, { lamports: 10n ** 10n, owner: t.LOADER_V3, data: t.cat(t.u32(3), t.u64(1), t.u8(1), t.key(world.payer), elf) });
    await pair.setAccount(PROGRAMS.v3, { lamports: 10n ** 9n, owner: t.LOADER_V3, executable: true, data: t.cat(t.u32(2), t.key(programData)) });
    world.deployed.push({ program: PROGRAMS.v3, programData });
    for (let i = 0; i < 4; i++) world.wallets.push(t.keypair(`wallet ${i}`).address);
    for (let i = 0; i < 5; i++) world.owned.push(t.randomKey(`owned ${i}`));
    await refill(world);
    return world;
}

/** Gives everybody lamports again, and the drivers accounts of their own. */
export async function refill(world) {
    const { pair, rand } = world;
    await pair.setAccount(world.payer, { lamports: 10n ** 12n });
    for (const k of world.wallets) await pair.setAccount(k, { lamports: 10n ** 9n + BigInt(rand.below(1000)) });
    for (const [i, k] of world.owned.entries()) {
        const bytes = [0, 8, 100, 1003, 5000][i];
        await pair.setAccount(k, { lamports: 10n ** 9n, owner: DRIVERS[i % 3], data: rand.bytes(bytes) });
    }
}

export function pda(seeds, program) {
    for (let bump = 255; bump > 0; bump--) {
        const h = createHash('sha256');
        for (const s of [...seeds, t.u8(bump), t.key(program), Buffer.from('ProgramDerivedAddress')]) h.update(s);
        const digest = h.digest();
        if (!onCurve(digest)) return t.base58(digest);
    }
    throw new Error('no program address');
}

const P = (1n << 255n) - 19n;
const power = (x, e) => { let r = 1n; for (x %= P; e > 0n; e >>= 1n, x = (x * x) % P) if (e & 1n) r = (r * x) % P; return r; };
const D = (P - 121665n) * power(121666n, P - 2n) % P;
function onCurve(bytes) {
    const y = BigInt('0x' + Buffer.from(bytes).reverse().toString('hex')) & ((1n << 255n) - 1n), yy = (y * y) % P;
    const square = ((yy + P - 1n) * power(D * yy + 1n, P - 2n)) % P;
    return square === 0n || power(square, (P - 1n) / 2n) === 1n;
}

// ---- Instructions

const someKey = (w) => w.rand.one([...w.wallets, ...w.owned, w.payer, ...w.mints, ...w.tokens, ...w.nonces, ...w.tables.map((x) => x.table), w.wallets[0]]);
function freshKey(w) { return t.keypair(`fresh ${w.seed} ${w.fresh++}`).address; }

const system = (accounts, tag, ...fields) => ({ program: t.SYSTEM, accounts, data: t.cat(t.u32(tag), ...fields) });

function createWithSeed(base, seed, owner) { return t.base58(createHash('sha256').update(t.key(base)).update(seed).update(t.key(owner)).digest()); }

const kinds = {
    transfer(w) { return [system([t.ws(w.rand.one([w.payer, ...w.wallets])), t.w(someKey(w))], 2, t.u64(w.rand.u64()))]; },
    createAccount(w) {
        const k = w.rand.chance(4) ? someKey(w) : freshKey(w), space = w.rand.one([0, 10, 100, 3000, 11000]);
        const rent = BigInt(128 + space) * 6960n, lamports = w.rand.chance(4) ? w.rand.u64() : rent;
        const owner = w.rand.one([t.SYSTEM, ...DRIVERS, t.TOKEN]);
        return [system([t.ws(w.payer), t.ws(k)], 0, t.u64(lamports), t.u64(space), t.key(owner))];
    },
    assign(w) { return [system([t.ws(w.rand.one(w.wallets))], 1, t.key(w.rand.one([t.SYSTEM, DRIVERS[0]])))]; },
    allocate(w) { return [system([t.ws(w.rand.chance(2) ? freshKey(w) : someKey(w))], 8, t.u64(w.rand.u64()))]; },
    prefund(w) {
        const k = freshKey(w), pay = w.rand.chance(2);
        return [system(pay ? [t.ws(k), t.ws(w.payer)] : [t.ws(k)], 13, t.u64(pay ? 10_000_000 : 0), t.u64(w.rand.below(100)), t.key(DRIVERS[0]))];
    },
    seeded(w) {
        const base = w.rand.one(w.wallets), seed = 's'.repeat(w.rand.one([0, 1, 7, 32, 33])), owner = w.rand.one([t.SYSTEM, DRIVERS[0]]);
        const k = createWithSeed(base, seed, owner), fields = [t.key(base), t.string(seed)];
        switch (w.rand.below(4)) {
            case 0: return [system([t.ws(w.payer), t.w(k), t.s(base)], 3, ...fields, t.u64(2_000_000), t.u64(20), t.key(owner))];
            case 1: return [system([t.w(k), t.s(base)], 9, ...fields, t.u64(w.rand.below(300)), t.key(owner))];
            case 2: return [system([t.w(k), t.s(base)], 10, ...fields, t.key(owner))];
            default: return [system([t.w(k), t.s(base), t.w(someKey(w))], 11, t.u64(w.rand.below(3_000_000)), t.string(seed), t.key(owner))];
        }
    },
    nonce(w) {
        if (w.nonces.length < 3 || w.rand.chance(8)) {
            const k = freshKey(w);
            w.nonces.push(k);
            return [system([t.ws(w.payer), t.ws(k)], 0, t.u64(w.rand.one([1_447_680, 1_500_000, 1_447_679])), t.u64(80), t.key(t.SYSTEM)),
                system([t.w(k), t.r(t.RECENT_BLOCKHASHES), t.r(t.RENT)], 6, t.key(w.rand.one(w.wallets)))];
        }
        const k = w.rand.one(w.nonces), who = w.rand.one(w.wallets);
        switch (w.rand.below(4)) {
            case 0: return [system([t.w(k), t.r(t.RECENT_BLOCKHASHES), t.s(who)], 4)];
            case 1: return [system([t.w(k), t.w(someKey(w)), t.r(t.RECENT_BLOCKHASHES), t.r(t.RENT), t.s(who)], 5, t.u64(w.rand.one([1, 52320, 1_447_680, 1_500_000])))];
            case 2: return [system([t.w(k), t.s(who)], 7, t.key(w.rand.one(w.wallets)))];
            default: return [system([t.w(k)], 12)];
        }
    },
    memo(w) {
        const text = w.rand.chance(4) ? w.rand.bytes(w.rand.below(20)) : Buffer.from('memo '.repeat(w.rand.below(40)));
        return [{ program: w.rand.one([t.MEMO, t.MEMO_V1]), accounts: w.rand.chance(2) ? [t.s(w.payer)] : [], data: text }];
    },
    newMint(w) {
        const k = freshKey(w), program = w.rand.one([t.TOKEN, t.TOKEN_2022]);
        w.mints.push(k);
        (w.programOf ??= new Map()).set(k, program);
        return [system([t.ws(w.payer), t.ws(k)], 0, t.u64(1461600), t.u64(82), t.key(program)),
            { program, accounts: [t.w(k)], data: t.cat(t.u8(20), t.u8(w.rand.below(10)), t.key(w.payer), t.u8(0)) }];
    },
    associated(w) {
        if (!w.mints.length) return kinds.newMint(w);
        const mint = w.rand.one(w.mints), program = w.programOf.get(mint), wallet = w.rand.one([w.payer, ...w.wallets]);
        const k = pda([t.key(wallet), t.key(program), t.key(mint)], t.ATA);
        if (!w.tokens.includes(k)) w.tokens.push(k);
        w.programOf.set(k, program);
        return [{ program: t.ATA, accounts: [t.ws(w.payer), t.w(k), t.r(wallet), t.r(mint), t.r(t.SYSTEM), t.r(program)], data: w.rand.one([t.u8(1), t.u8(0), Buffer.alloc(0)]) }];
    },
    token(w) {
        if (w.tokens.length < 2) return kinds.associated(w);
        const from = w.rand.one(w.tokens), to = w.rand.one(w.tokens), mint = w.rand.one(w.mints), who = w.rand.one([w.payer, ...w.wallets]);
        const program = w.programOf.get(from), amount = t.u64(w.rand.u64());
        const make = (accounts, ...data) => [{ program, accounts, data: t.cat(...data) }];
        switch (w.rand.below(11)) {
            case 0: return make([t.w(mint), t.w(from), t.s(w.payer)], t.u8(7), amount);
            case 1: return make([t.w(from), t.w(to), t.s(who)], t.u8(3), amount);
            case 2: return make([t.w(from), t.r(mint), t.w(to), t.s(who)], t.u8(12), amount, t.u8(w.rand.below(10)));
            case 3: return make([t.w(from), t.w(mint), t.s(who)], t.u8(8), amount);
            case 4: return make([t.w(from), t.r(w.rand.one(w.wallets)), t.s(who)], t.u8(4), amount);
            case 5: return make([t.w(from), t.s(who)], t.u8(5));
            case 6: return make([t.w(from), t.w(who), t.s(who)], t.u8(9));
            case 7: return make([t.w(from), t.s(who)], t.u8(6), t.u8(w.rand.below(4)), t.u8(1), t.key(w.rand.one(w.wallets)));
            case 8: return make([t.r(mint)], t.u8(w.rand.one([21, 23])), amount);
            case 9: return make([t.r(mint)], t.u8(24), Buffer.from(String(w.rand.below(100000) / 100)));
            default: return make([t.w(from)], t.u8(17));
        }
    },
    budget(w) {
        const make = (...data) => ({ program: t.COMPUTE_BUDGET, accounts: [], data: t.cat(...data) });
        switch (w.rand.below(5)) {
            case 0: return [make(t.u8(1), t.u32(1024 * (w.rand.chance(8) ? w.rand.below(300) : 32 + w.rand.below(225))))];
            case 1: return [make(t.u8(2), t.u32(w.rand.one([0, 150, 1000, 20_000, 300_000, 1_400_000, 2_000_000])))];
            case 2: return [make(t.u8(3), t.u64(w.rand.below(2_000_000)))];
            case 3: return [make(t.u8(2), t.u32(w.rand.below(30_000)))];
            default: return w.rand.chance(6) ? [make(w.rand.bytes(w.rand.below(6)))] : [make(t.u8(3), t.u64(1))];
        }
    },
    buffer(w) {
        if (w.buffers.length < 2 || w.rand.chance(10)) {
            const k = freshKey(w), size = 37 + w.elf.length;
            w.buffers.push(k);
            return [system([t.ws(w.payer), t.ws(k)], 0, t.u64(BigInt(128 + size) * 6960n), t.u64(size), t.key(t.LOADER_V3)),
                { program: t.LOADER_V3, accounts: [t.w(k), t.r(w.payer)], data: t.u32(0) }];
        }
        const k = w.rand.one(w.buffers), make = (accounts, ...data) => [{ program: t.LOADER_V3, accounts, data: t.cat(...data) }];
        switch (w.rand.below(6)) {
            case 0: case 1: { const at = w.rand.below(w.elf.length), n = w.rand.below(400); return make([t.w(k), t.s(w.payer)], t.u32(1), t.u32(at), t.u64(Math.min(n, w.elf.length - at)), w.elf.subarray(at, at + n)); }
            case 2: return make([t.w(k), t.s(w.payer), t.r(w.rand.one([w.payer, ...w.wallets]))], t.u32(4));
            case 3: return make([t.w(k), t.s(w.payer), t.s(w.rand.one(w.wallets))], t.u32(7));
            case 4: return make([t.w(k), t.w(w.rand.one(w.wallets)), t.s(w.payer)], t.u32(5));
            default: return deploy(w, k);
        }
    },
    program(w) {
        const { program, programData } = w.rand.one(w.deployed), make = (accounts, ...data) => [{ program: t.LOADER_V3, accounts, data: t.cat(...data) }];
        switch (w.rand.below(6)) {
            case 0: return make([t.w(programData), t.w(program), t.r(t.SYSTEM), t.ws(w.payer)], t.u32(6), t.u32(w.rand.one([0, 10, 10240, 11000])));
            case 1: return make([t.w(programData), t.w(program), t.w(w.buffers[0] ?? w.payer), t.w(w.payer), t.r(t.RENT), t.r(t.CLOCK), t.s(w.payer)], t.u32(3));
            case 2: return w.deployed.length > 1 ? make([t.w(w.deployed.at(-1).programData), t.w(w.payer), t.s(w.payer), t.w(w.deployed.at(-1).program)], t.u32(5)) : kinds.buffer(w);
            case 3: return make([t.w(programData), t.s(w.payer), t.s(w.payer)], t.u32(7));
            default: return [{ program, accounts: [], data: b.call('sol_get_stack_height') }];
        }
    },
    table(w) {
        const clock = w.pair.lite.getClock().slot, slot = w.rand.chance(5) ? clock : w.slotHash;
        const make = (accounts, ...data) => [{ program: t.LOOKUP_TABLE, accounts, data: t.cat(...data) }];
        if (!w.tables.length || w.rand.chance(6)) {
            const authority = w.rand.one(w.wallets), seeds = [t.key(authority), t.u64(slot)];
            let bump = 255, table;
            for (; bump > 0; bump--) { const d = createHash('sha256').update(t.cat(...seeds, t.u8(bump), t.key(t.LOOKUP_TABLE), Buffer.from('ProgramDerivedAddress'))).digest(); if (!onCurve(d)) { table = t.base58(d); break; } }
            if (!w.tables.some((x) => x.table === table)) w.tables.push({ table, authority });
            return make([t.w(table), t.r(authority), t.ws(w.payer), t.r(t.SYSTEM)], t.u32(0), t.u64(slot), t.u8(bump));
        }
        const { table, authority } = w.rand.one(w.tables);
        switch (w.rand.below(6)) {
            case 0: return make([t.w(table), t.s(authority)], t.u32(w.rand.chance(8) ? 1 : 3));
            case 1: return make([t.w(table), t.s(authority), t.w(w.rand.one(w.wallets))], t.u32(4));
            default: { const n = w.rand.below(5); return make([t.w(table), t.s(authority), t.ws(w.payer), t.r(t.SYSTEM)], t.u32(2), t.u64(n), ...Array.from({ length: n }, () => t.key(someKey(w)))); }
        }
    },
    syscalls(w) { return [syscallInstruction(w)]; },
    cpi(w) { return [cpiInstruction(w, 0)]; },
};

function deploy(w, buffer) {
    const k = freshKey(w), programData = pda([t.key(k)], t.LOADER_V3), max = w.elf.length + w.rand.one([0, 0, 100, 1]) - w.rand.one([0, 0, 0, 1]);
    w.deployed.push({ program: k, programData });
    return [system([t.ws(w.payer), t.ws(k)], 0, t.u64(1_141_440), t.u64(36), t.key(t.LOADER_V3)),
        { program: t.LOADER_V3, accounts: [t.ws(w.payer), t.w(programData), t.w(k), t.w(buffer), t.r(t.RENT), t.r(t.CLOCK), t.r(t.SYSTEM), t.s(w.payer)], data: t.cat(t.u32(2), t.u64(max)) }];
}

// ---- Syscalls

const H = b.HEAP;

/** An address: mostly one that works. */
function address(w, bytes = 64) {
    switch (w.rand.below(12)) {
        case 0: return b.INPUT + BigInt(w.rand.below(400));
        case 1: return b.STACK + BigInt(w.rand.below(4096));
        case 2: return w.rand.one([0n, 0x1_0000_0000n, H + 32768n - 8n, H + 32768n, 0x5_0000_0000n, b.STACK + 4096n, b.STACK + 8192n, 0xffff_ffff_ffff_fff8n]);
        case 3: return H + BigInt(w.rand.below(2048));
        default: return H + BigInt(8 * w.rand.below(Math.floor((4096 - bytes) / 8)));
    }
}
const size = (w) => BigInt(w.rand.one([0, 1, 8, 31, 32, 33, 64, 100, 128, 192, 200, 1000, 3000, w.rand.below(300), w.rand.below(300)]));

function slices(w, at, max) {
    const n = w.rand.below(max), parts = [];
    for (let i = 0; i < n; i++) parts.push(t.u64(address(w)), t.u64(w.rand.chance(12) ? w.rand.u64() : BigInt(w.rand.below(w.rand.chance(4) ? 300 : 33))));
    return [n ? b.put(at, t.cat(...parts)) : Buffer.alloc(0), BigInt(n)];
}

const CURVE_POINT = Buffer.from('5866666666666666666666666666666666666666666666666666666666666666', 'hex');

function steps(w) {
    const r = w.rand, c = b.call;
    if (w.gated && r.chance(4)) return gated(w);
    switch (r.below(30)) {
        case 0: return t.cat(b.put(H + 256n, Buffer.from('some text, ü and more of it '.repeat(3)).subarray(0, 64)), c('sol_log_', r.chance(4) ? address(w) : H + 256n, BigInt(r.below(64))));
        case 1: return c('sol_log_64_', r.u64(), r.u64(), r.u64(), r.u64(), r.u64());
        case 2: return c('sol_log_pubkey', address(w));
        case 3: return c('sol_log_compute_units_');
        case 4: { const [p, n] = slices(w, H + 512n, 4); return t.cat(p, c('sol_log_data', H + 512n, n)); }
        case 5: { const [p, n] = slices(w, H + 512n, r.chance(10) ? 20 : 4); return t.cat(p, c('sol_create_program_address', H + 512n, n, address(w), address(w)), b.load(H)); }
        case 6: { const [p, n] = slices(w, H + 512n, 3); return t.cat(p, c('sol_try_find_program_address', H + 512n, n, address(w), H + 64n, address(w)), b.load(H + 64n)); }
        case 7: { const [p, n] = slices(w, H + 512n, 4); return t.cat(p, c(r.one(['sol_sha256', 'sol_keccak256']), H + 512n, n, address(w)), b.load(H)); }
        case 8: return c('sol_secp256k1_recover', address(w), BigInt(r.below(5)), address(w), address(w));
        case 9: return t.cat(b.put(H + 256n, CURVE_POINT), c('sol_curve_validate_point', BigInt(r.below(3)), r.one([H + 256n, address(w)])));
        case 10: return t.cat(b.put(H + 256n, CURVE_POINT), b.put(H + 320n, r.bytes(32)), b.storeByte(H + 351n, BigInt(r.below(16))), c('sol_curve_group_op', BigInt(r.below(3)), BigInt(r.below(4)), r.one([H + 256n, H + 320n]), r.one([H + 256n, H + 320n]), address(w)), b.load(H));
        case 11: return t.cat(b.put(H + 256n, t.cat(CURVE_POINT, CURVE_POINT)), b.storeByte(H + 351n, 1n), c('sol_curve_multiscalar_mul', BigInt(r.below(3)), r.one([H, H + 320n]), H + 256n, BigInt(r.one([0, 1, 2, 513])), H + 128n), b.load(H + 128n));
        case 12: return c(r.one(['sol_get_clock_sysvar', 'sol_get_rent_sysvar', 'sol_get_epoch_schedule_sysvar', 'sol_get_epoch_rewards_sysvar', 'sol_get_last_restart_slot']), address(w));
        case 13: return t.cat(b.put(H + 256n, t.key(r.one([t.CLOCK, t.RENT, t.SLOT_HASHES, t.SYSTEM, t.RECENT_BLOCKHASHES]))), c('sol_get_sysvar', H + 256n, address(w), BigInt(r.below(60)), size(w)), b.load(H));
        case 14: return c('sol_get_epoch_stake', r.one([0n, address(w)]));
        case 15: return c(r.one(['sol_memcpy_', 'sol_memmove_']), address(w), address(w), size(w));
        case 16: return c('sol_memset_', address(w), r.u64(), size(w));
        case 17: return t.cat(c('sol_memcmp_', address(w), address(w), size(w), address(w)), b.load(H));
        case 18: return c('sol_set_return_data', address(w), r.one([size(w), 1024n, 1025n]));
        case 19: return t.cat(c('sol_get_return_data', address(w), size(w), address(w)), b.load(H));
        case 20: return t.cat(b.put(H + 256n, t.cat(t.u64(r.below(200)), t.u64(r.below(5)))), c('sol_get_processed_sibling_instruction', BigInt(r.below(3)), H + 256n, H + 288n, address(w), address(w)), b.load(H + 256n));
        case 21: return c('sol_get_stack_height');
        case 22: return c('sol_alloc_free_', size(w), r.chance(5) ? 1n : 0n);
        case 23: return r.chance(2) ? b.store(address(w), r.u64()) : b.load(address(w));
        case 24: return r.chance(3) ? b.ret(r.u64()) : b.loadByte(address(w));
        case 25: return bn254(w);
        case 26: return t.cat(b.put(H + 256n, bn254Point(r)), c('sol_alt_bn128_compression', BigInt(r.below(5) + (r.chance(3) ? 128 : 0)), H + 256n, r.one([32n, 64n, 64n, 128n, 128n, 65n]), H + 512n), b.load(H + 512n), b.load(H + 568n));
        case 27: return poseidon(w);
        case 28: return bls12(w);
        default: return r.chance(4) ? b.recurse(BigInt(r.below(70))) : c('sol_get_stack_height');
    }
}

const G1 = t.cat(Buffer.alloc(31), t.u8(1), Buffer.alloc(31), t.u8(2));
const G2 = Buffer.from('198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed' +
    '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa', 'hex');
const turned = (bytes, chunk) => t.cat(...Array.from({ length: bytes.length / chunk }, (_, i) => Buffer.from(bytes.subarray(i * chunk, (i + 1) * chunk)).reverse()));

/** 128 bytes that are a point of one of the groups, or nearly. */
function bn254Point(r) {
    let p = Buffer.from(r.one([t.cat(G1, Buffer.alloc(64)), t.cat(G1, G1), G2, G2, t.cat(turned(G1, 32), turned(G1, 32)), turned(G2, 64), Buffer.alloc(128)]));
    if (r.chance(3)) p[r.below(128)] ^= 1 << r.below(8);
    if (r.chance(4)) p[r.one([0, 31, 63])] ^= r.one([0x80, 0x40, 0xc0]);
    if (r.chance(6)) p = t.cat(r.bytes(32), p.subarray(32));
    return p;
}

function bn254(w) {
    const r = w.rand, op = r.one([0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7]), little = r.chance(3);
    const order = (p, chunk) => little && !r.chance(8) ? turned(p, chunk) : p;
    const scalar = r.one([Buffer.alloc(32), t.cat(Buffer.alloc(31), t.u8(r.below(256))), r.bytes(32), Buffer.alloc(32, 255)]);
    let p;
    switch (op) {
        case 0: case 1: p = order(r.one([t.cat(G1, G1), t.cat(G1, Buffer.alloc(64))]), 32); break;
        case 2: p = order(t.cat(G1, scalar), 32); break;
        case 3: p = t.cat(order(G1, 32), order(G2, 64)); break;
        case 6: p = t.cat(order(G2, 64), order(scalar, 32)); break;
        default: p = order(t.cat(G2, G2), 64);
    }
    if (r.chance(4)) { p = Buffer.from(p); p[r.below(p.length)] ^= 1 << r.below(8); }
    const bytes = r.chance(5) ? r.one([0, 64, p.length + 32, p.length - 1, 192]) : p.length;
    return t.cat(b.put(H + 256n, p), b.call('sol_alt_bn128_group_op', BigInt(op + (little ? 128 : 0)), H + 256n, BigInt(bytes), H + 1024n), b.load(H + 1024n), b.load(H + 1080n), b.load(H + 1048n));
}

/** Syscalls that mainnet does not have yet. */
function gated(w) {
    const r = w.rand, name = r.one(GATED);
    if (name === 'sol_remaining_compute_units') return b.call(name);
    if (name !== 'sol_big_mod_exp') { const [p, n] = slices(w, H + 512n, 4); return t.cat(p, b.call(name, H + 512n, n, address(w)), b.load(H)); }
    const operand = () => [H + BigInt(8 * r.below(300)), BigInt(r.one([0, 1, 1, 8, 31, 32, 33, 64, 65, 200, 512, r.below(100), r.chance(8) ? 513 : 40]))];
    const [base, exponent, modulus] = [operand(), operand(), operand()];
    const fill = t.cat(b.put(base[0], r.bytes(24)), b.put(exponent[0], r.one([t.u64(1), r.bytes(16), t.u64(0)])), b.put(modulus[0], r.bytes(24)), r.chance(5) ? Buffer.alloc(0) : b.storeByte(modulus[0], BigInt(1 + 2 * r.below(128))));
    const at = H + 3072n, out = r.chance(6) ? address(w) : H + 1600n;
    return t.cat(fill, b.put(at, t.cat(...[...base, ...exponent, ...modulus].map(t.u64))), b.call(name, at, out), b.load(out), b.load(out + 24n));
}

const BLS_G1 = Buffer.from('17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb' +
    '08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1', 'hex');
const BLS_G2 = Buffer.from('13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
    '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8' +
    '0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be' +
    '0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801', 'hex');

function bls12(w) {
    const r = w.rand, g2 = r.chance(2), big = r.chance(2), one = g2 ? BLS_G2 : BLS_G1, c = b.call;
    const swap = (p, fp2) => big ? p : turned(p, fp2 ? 96 : 48);
    const curve = BigInt((r.chance(15) ? r.below(9) : g2 ? 6 : 5) + (big ? 128 : 0));
    const infinity = Buffer.alloc(one.length); infinity[0] = 0x40;
    const scalar = r.one([Buffer.alloc(32), t.cat(Buffer.alloc(31), t.u8(r.below(256))), t.cat(t.u8(r.below(0x73)), r.bytes(31)), r.bytes(32)]);
    const spoiled = (p) => { if (r.chance(5)) { p = Buffer.from(p); p[r.one([0, p.length - 1, 47, r.below(p.length)])] ^= 1 << r.below(8); } return p; };
    const point = () => spoiled(swap(r.chance(5) ? infinity : one, g2));
    const A = H + 256n, B = H + 512n, out = H + 1024n;
    const look = (n) => t.cat(...Array.from({ length: 3 }, () => b.load(out + BigInt(8 * r.below(n / 8)))));
    switch (r.below(6)) {
        case 0: return t.cat(b.put(A, point()), c('sol_curve_validate_point', curve, A));
        case 1: { const x = Buffer.from(one.subarray(0, one.length / 2)); x[0] |= r.chance(6) ? r.one([0, 0x40, 0x20]) : r.one([0x80, 0xa0]); return t.cat(b.put(A, spoiled(swap(x, g2))), c('sol_curve_decompress', curve, A, out), look(one.length)); }
        case 2: case 3: return t.cat(b.put(A, point()), b.put(B, point()), c('sol_curve_group_op', curve, BigInt(r.below(2)), A, B, out), look(one.length));
        case 4: return t.cat(b.put(A, big ? scalar : Buffer.from(scalar).reverse()), b.put(B, point()), c('sol_curve_group_op', curve, r.chance(10) ? 3n : 2n, A, B, out), look(one.length));
        default: { const n = BigInt(r.one([0, 1, 1, 1, 1, 2, 9])); return t.cat(b.put(A, spoiled(swap(BLS_G1, false))), b.put(B, spoiled(swap(BLS_G2, true))), c('sol_curve_pairing_map', BigInt((r.chance(9) ? 5 : 4) + (big ? 128 : 0)), n, A, B, out), look(576)); }
    }
}

function poseidon(w) {
    const r = w.rand, n = r.one([0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]), cells = [];
    for (let i = 0; i < n; i++) cells.push(t.u64(H + BigInt(8 * r.below(200))), t.u64(r.chance(20) ? r.below(40) : 32));
    return t.cat(b.put(H + BigInt(8 * r.below(100)), r.bytes(32)), n ? b.put(H + 2048n, t.cat(...cells)) : Buffer.alloc(0), b.call('sol_poseidon', BigInt(r.chance(30) ? 1 : 0), BigInt(r.below(r.chance(20) ? 3 : 2)), H + 2048n, BigInt(n), H + 1024n), b.load(H + 1024n), b.load(H + 1040n));
}

function accountsOf(w) { return Array.from({ length: w.rand.below(5) }, () => ({ key: someKey(w), signer: w.rand.chance(3), writable: w.rand.chance(2) })); }

function syscallInstruction(w) {
    const parts = Array.from({ length: 1 + w.rand.below(5) }, () => steps(w));
    return { program: w.rand.one(DRIVERS), accounts: accountsOf(w), data: trimSteps(t.cat(...parts)) };
}
const trimSteps = (data) => data.subarray(0, Math.min(data.length, 48 * 130));

// ---- CPI

/** Where the aligned layout puts each account's fields, for accounts with data of these sizes. */
function layout(w, metas) {
    const places = [], seen = new Map();
    let at = b.INPUT + 8n;
    metas.forEach((m, i) => {
        if (seen.has(m.key)) { places.push(places[seen.get(m.key)]); at += 8n; return; }
        seen.set(m.key, i);
        const bytes = BigInt(w.pair.liteAccount(m.key)?.data.length ?? 0);
        places.push({ meta: m, ...m, at, key: at + 8n, owner: at + 40n, lamports: at + 72n, bytes, data: at + 88n });
        at += 88n + bytes + 10240n + ((8n - (bytes % 8n)) % 8n) + 8n;
    });
    return places;
}

/** A driver that starts another instruction in C's or in Rust's layout, after it may have changed its accounts. */
export function cpiInstruction(w, depth, inner = innermost(w, depth)) {
    const r = w.rand, self = r.chance(8) && !w.native.length ? PROGRAMS.v1 : r.one([PROGRAMS.v2, PROGRAMS.v3]);
    const first = r.one(w.owned.filter((_, i) => DRIVERS[i % 3] === self));
    const signerPda = pda([Buffer.from('seed')], self);
    let metas = [t.w(first), ...inner.accounts.map((a) => ({ ...a, signer: a.key === signerPda ? false : a.signer })), t.r(inner.program)];
    if (r.chance(6)) metas.push({ key: someKey(w), signer: false, writable: r.chance(2) });
    if (r.chance(20)) metas.pop();
    // Tern's own programs have other data than litesvm's: they come last, where that moves nothing.
    const own = (a) => w.native.includes(a.key);
    metas = [...metas.filter((a) => !own(a)), ...metas.filter(own)];
    // The compiler of messages gives an account the same rights in every instruction.
    const places = layout(w, metas), parts = [], touched = places.filter((p) => !own(p.meta));
    for (let i = r.below(3); i > 0; i--) parts.push(touch(w, r.one(touched)));
    const rust = r.chance(2), area = H + 2048n;
    const data = inner.data.subarray(0, 400);
    const meta = (a) => rust ? t.cat(t.key(a.key), t.u8(a.signer ? 1 : 0), t.u8(a.writable ? 1 : 0)) : t.cat(t.u64(places[metas.findIndex((m) => m.key === a.key)]?.key ?? H), t.u8(a.writable ? 1 : 0), t.u8(a.signer ? 1 : 0), Buffer.alloc(6));
    const at = { ix: area, metas: area + 128n, data: area + 1024n, infos: area + 1536n, cells: area + 2560n, seeds: area + 3400n };
    const program = metas.findIndex((m) => m.key === inner.program);
    const listed = inner.accounts;
    parts.push(b.put(at.metas, t.cat(...listed.map(meta))), b.put(at.data, data));
    if (rust) parts.push(b.put(at.ix, t.cat(t.u64(at.metas), t.u64(listed.length), t.u64(listed.length), t.u64(at.data), t.u64(data.length), t.u64(data.length), t.key(inner.program))));
    else parts.push(b.put(at.ix, t.cat(t.u64(program < 0 ? H : places[program].key), t.u64(at.metas), t.u64(listed.length), t.u64(at.data), t.u64(data.length))));
    const unique = places.filter((p, i) => places.indexOf(p) === i && i < metas.length).slice(0, 12);
    const infos = unique.map((p, i) => {
        if (!rust) return t.cat(t.u64(p.key), t.u64(p.lamports), t.u64(p.bytes), t.u64(r.chance(40) ? p.data + 8n : p.data), t.u64(p.owner), t.u64(0), Buffer.alloc(8));
        const cell = at.cells + BigInt(i) * 72n;
        parts.push(b.put(cell, t.cat(Buffer.alloc(24), t.u64(r.chance(40) ? H : p.lamports), Buffer.alloc(24), t.u64(p.data), t.u64(p.bytes))));
        return t.cat(t.u64(p.key), t.u64(cell), t.u64(cell + 32n), t.u64(p.owner), t.u64(0), Buffer.alloc(8));
    });
    parts.push(b.put(at.infos, t.cat(...infos)));
    parts.push(b.put(at.seeds, t.cat(t.u64(at.seeds + 16n), t.u64(2), t.u64(at.seeds + 64n), t.u64(4), t.u64(at.seeds + 72n), t.u64(1), Buffer.alloc(16), Buffer.from('seed\0\0\0\0'), bumpOf(self))));
    parts.push(b.call(rust ? 'sol_invoke_signed_rust' : 'sol_invoke_signed_c', at.ix, at.infos, BigInt(infos.length), at.seeds, r.chance(4) ? 1n : 0n));
    if (r.chance(3)) parts.push(b.call('sol_get_return_data', H, 100n, H + 1024n));
    if (r.chance(3)) parts.push(touch(w, r.one(touched)));
    return { program: self, accounts: metas, data: t.cat(...parts) };
}

const bumps = new Map();
function bumpOf(program) {
    if (!bumps.has(program))
        for (let bump = 255; ; bump--) {
            const d = createHash('sha256').update(t.cat(Buffer.from('seed'), t.u8(bump), t.key(program), Buffer.from('ProgramDerivedAddress'))).digest();
            if (!onCurve(d)) { bumps.set(program, t.u8(bump)); break; }
        }
    return bumps.get(program);
}

function innermost(w, depth) {
    const r = w.rand;
    const pick = r.below(8);
    if (pick === 0 && depth < 2) { const i = cpiInstruction(w, depth + 1); if (i.data.length <= 400) return i; }
    if (pick < 3) return { program: r.one(DRIVERS), accounts: accountsOf(w), data: t.cat(...Array.from({ length: 1 + r.below(3) }, () => steps(w))).subarray(0, 48 * 8) };
    const list = r.one([kinds.transfer, kinds.transfer, kinds.createAccount, kinds.assign, kinds.token, kinds.memo, kinds.table, kinds.nonce, kinds.buffer, kinds.program, kinds.associated])(w);
    return list.at(-1);
}

/** Changes an account in the program's input. */
function touch(w, p) {
    const r = w.rand;
    switch (r.below(6)) {
        case 0: return b.store(p.lamports, r.chance(2) ? 10n ** 9n : r.u64());
        case 1: return b.store(p.data - 8n, r.one([p.bytes, p.bytes + 8n, p.bytes > 8n ? p.bytes - 8n : 0n, p.bytes + 10240n, p.bytes + 10241n, BigInt(r.below(2000))]));
        case 2: return b.put(p.owner, t.key(r.one([t.SYSTEM, ...DRIVERS])));
        case 3: return b.storeByte(p.data + BigInt(r.below(Number(p.bytes) + 4)), r.u64());
        case 4: return b.store(p.data, r.chance(2) ? 0n : r.u64());
        default: return b.load(p.data - 8n);
    }
}

// ---- Cases

const weights = [['transfer', 4], ['createAccount', 3], ['assign', 1], ['allocate', 1], ['prefund', 1], ['seeded', 3], ['nonce', 4], ['memo', 2], ['newMint', 1],
    ['associated', 2], ['token', 8], ['budget', 2], ['buffer', 4], ['program', 4], ['table', 4], ['syscalls', 14], ['cpi', 14]];
const drawn = weights.flatMap(([k, n]) => Array(n).fill(k));

/** Changes something about an instruction that its program will not like. */
function spoil(w, i) {
    const r = w.rand, accounts = i.accounts.map((a) => ({ ...a })), data = Buffer.from(i.data);
    switch (r.below(6)) {
        case 0: if (accounts.length) accounts.splice(r.below(accounts.length), 1); break;
        case 1: if (accounts.length) { const a = r.one(accounts); a.signer = !a.signer && a.key !== t.SYSTEM; } break;
        case 2: if (accounts.length) { const a = r.one(accounts); a.writable = !a.writable; } break;
        case 3: if (accounts.length) r.one(accounts).key = someKey(w); break;
        case 4: if (data.length) data[r.below(data.length)] ^= 1 << r.below(8); break;
        default: return { ...i, accounts, data: r.chance(2) ? data.subarray(0, r.below(data.length + 1)) : t.cat(data, r.bytes(r.below(8))) };
    }
    return { ...i, accounts, data };
}

/** Instructions for lookup tables alone. */
export function drawTables(w) {
    const list = kinds.table(w);
    return w.rand.chance(4) ? [spoil(w, list[0])] : list;
}

/** The instructions of one case. */
export function drawCase(w) {
    const r = w.rand;
    let list = [];
    for (let i = 1 + (r.chance(3) ? r.below(3) : 0); i > 0; i--) list.push(...kinds[r.one(drawn)](w));
    if (r.chance(5)) list.unshift(...kinds.budget(w));
    if (r.chance(5)) { const i = r.below(list.length); list[i] = spoil(w, list[i]); }
    return list;
}

// Where litesvm is not Agave: transactions that fail before they run pay nothing there.
export const LOAD_ERRORS = ['ProgramAccountNotFound', 'InvalidProgramForExecution', 'MaxLoadedAccountsDataSizeExceeded'];

/** Runs one case; its differences, or null if the message cannot be made. */
export async function runCase(w) {
    const { pair, rand } = w;
    if (rand.chance(30)) { await pair.setSlot(pair.lite.getClock().slot + 1n + BigInt(rand.below(2))); }
    if (rand.chance(40)) await refill(w);
    w.slotHash ??= w.pair.lite.getSlotHashes()[0].slot;
    const instructions = drawCase(w), payer = w.payer;
    const lookups = rand.chance(6) && w.tables.length ? w.tables.slice(0, 2).map(({ table }) => ({ table, addresses: addressesOf(pair.liteAccount(table)) })) : undefined;
    const message = t.compile(payer, instructions, pair.blockhash, lookups);
    if (message.keys.length > 60 || message.keys.some((k) => k === undefined) || message.keys.length !== new Set(message.keys).size) return null;
    const result = await pair.send(message);
    // litesvm lets a program be called in the slot of its deployment; mainnet from the next one on.
    if (w.deployed.some((d) => message.keys.includes(d.programData))) await pair.setSlot(pair.lite.getClock().slot + 1n);
    if (LOAD_ERRORS.includes(result.tern.error) || LOAD_ERRORS.includes(result.lite.error)) {
        for (const k of message.keys) if (!message.skip) await resync(pair, k);
        return { instructions, message, ...result, differences: typeof result.lite.error === 'string' ? [] : result.differences };
    }
    return { instructions, message, ...result };
}

export async function resync(pair, k, native = []) {
    const a = pair.liteAccount(k);
    if (a && a.owner !== t.NATIVE_LOADER && a.data.length < 3000 && !native.includes(k)) await pair.tern.setAccount(k, a);
}

function addressesOf(a) {
    if (!a || a.data.length < 56) return [];
    const out = [];
    for (let i = 56; i + 32 <= a.data.length; i += 32) out.push(t.base58(a.data.subarray(i, i + 32)));
    return out;
}
