// A small assembler for SBPF version 3 (SIMD-0178, SIMD-0189) and one program made with it: a driver that runs whatever
// syscalls its instruction data lists, so that tests can reach every corner of them without a compiler.
import { cat, u16, u32, u64 } from './lib.mjs';

/** murmur3-32, seed 0: how SBPF names syscalls. */
export function murmur3(text) {
    const b = Buffer.from(text), n = b.length & ~3;
    let h = 0;
    const mix = (k) => { k = Math.imul(k, 0xcc9e2d51); k = (k << 15) | (k >>> 17); return Math.imul(k, 0x1b873593); };
    for (let i = 0; i < n; i += 4) {
        h ^= mix(b.readInt32LE(i));
        h = (h << 13) | (h >>> 19);
        h = (Math.imul(h, 5) + 0xe6546b64) | 0;
    }
    let tail = 0;
    for (let i = b.length - 1; i >= n; i--) tail = (tail << 8) | b[i];
    if (b.length > n) h ^= mix(tail);
    h ^= b.length;
    h ^= h >>> 16; h = Math.imul(h, 0x85ebca6b); h ^= h >>> 13; h = Math.imul(h, 0xc2b2ae35); h ^= h >>> 16;
    return h;
}

const slot = (op, dst = 0, src = 0, off = 0, imm = 0) => {
    const b = Buffer.alloc(8);
    b[0] = op; b[1] = dst | (src << 4); b.writeInt16LE(off, 2); b.writeInt32LE(imm | 0, 4);
    return b;
};

/** Assembles: strings are labels, {jump: label, code} is filled in with the distance. */
export function assemble(items) {
    const labels = new Map();
    let at = 0;
    for (const i of items) typeof i === 'string' ? labels.set(i, at) : at++;
    at = 0;
    return cat(...items.filter((i) => typeof i !== 'string').map((i) => {
        const here = at++;
        return Buffer.isBuffer(i) ? i : i.code(labels.get(i.jump) - here - 1);
    }));
}

export const op = {
    movReg: (d, r) => slot(0xbf, d, r), movImm: (d, v) => slot(0xb7, d, 0, 0, v), addImm: (d, v) => slot(0x07, d, 0, 0, v), addReg: (d, r) => slot(0x0f, d, r),
    ldx8: (d, r, off) => slot(0x79, d, r, off), ldx1: (d, r, off) => slot(0x71, d, r, off), stx8: (d, r, off) => slot(0x7b, d, r, off), stx1: (d, r, off) => slot(0x73, d, r, off),
    syscall: (name) => slot(0x85, 0, 0, 0, murmur3(name)), exit: () => slot(0x95),
    jump: (label) => ({ jump: label, code: (d) => slot(0x05, 0, 0, d) }),
    jeqImm: (r, v, label) => ({ jump: label, code: (d) => slot(0x15, r, 0, d, v) }),
    jgeReg: (r, q, label) => ({ jump: label, code: (d) => slot(0x3d, r, q, d) }),
    jneImm: (r, v, label) => ({ jump: label, code: (d) => slot(0x55, r, 0, d, v) }),
    call: (label) => ({ jump: label, code: (d) => slot(0x85, 0, 1, 0, d) }),
};

/** An ELF file of version 3: read-only data at 0, code at 2^32. */
export function elf(code, rodata = Buffer.alloc(8)) {
    const header = 64 + 2 * 56;
    const program = (flags, offset, address, size) => cat(u32(1), u32(flags), u64(offset), u64(address), u64(address), u64(size), u64(size), u64(0));
    return cat(
        Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), u16(3), u16(247), u32(1), u64(1n << 32n), u64(64), u64(0), u32(3),
        u16(64), u16(56), u16(2), u16(0), u16(0), u16(0),
        program(4, header, 0, rodata.length), program(1, header + rodata.length, 1n << 32n, code.length), rodata, code);
}

export const SYSCALLS = `abort sol_panic_ sol_log_ sol_log_64_ sol_log_pubkey sol_log_compute_units_ sol_log_data sol_create_program_address
sol_try_find_program_address sol_sha256 sol_keccak256 sol_secp256k1_recover sol_curve_validate_point sol_curve_group_op
sol_curve_multiscalar_mul sol_get_clock_sysvar sol_get_epoch_schedule_sysvar sol_get_rent_sysvar sol_get_last_restart_slot
sol_get_epoch_rewards_sysvar sol_get_sysvar sol_get_epoch_stake sol_memcpy_ sol_memmove_ sol_memset_ sol_memcmp_
sol_invoke_signed_c sol_invoke_signed_rust sol_set_return_data sol_get_return_data sol_get_processed_sibling_instruction
sol_get_stack_height sol_alloc_free_ sol_alt_bn128_group_op sol_alt_bn128_compression sol_poseidon sol_curve_decompress
sol_curve_pairing_map sol_blake3 sol_sha512 sol_remaining_compute_units sol_big_mod_exp`.split(/\s+/);

// Steps that are no syscalls.
const LOAD = 200, STORE = 201, STORE_BYTE = 202, RETURN = 203, RECURSE = 204, LOAD_BYTE = 205;
export const STEP_BYTES = 48;

/** The driver. Each step is 48 bytes: what (1), zeros (7), five arguments. After each it logs the result. */
export function driver(syscalls = SYSCALLS) {
    const body = [];
    syscalls.forEach((name, i) => body.push(`s${i}`, op.syscall(name), op.jump('after')));
    return elf(assemble([
        op.movReg(6, 2), op.ldx8(7, 2, -8), op.addReg(7, 6),
        'loop', op.jgeReg(6, 7, 'done'), op.ldx1(9, 6, 0),
        ...[1, 2, 3, 4, 5].map((r) => op.ldx8(r, 6, 8 * r)), op.addImm(6, STEP_BYTES), op.movImm(0, 0),
        ...syscalls.map((_, i) => op.jeqImm(9, i, `s${i}`)),
        op.jeqImm(9, LOAD, 'load'), op.jeqImm(9, STORE, 'store'), op.jeqImm(9, STORE_BYTE, 'storeByte'), op.jeqImm(9, RETURN, 'return'),
        op.jeqImm(9, RECURSE, 'recurse'), op.jeqImm(9, LOAD_BYTE, 'loadByte'),
        'after', op.movReg(1, 0), op.movReg(2, 9), op.movImm(3, 0), op.movImm(4, 0), op.movImm(5, 0), op.syscall('sol_log_64_'), op.jump('loop'),
        ...body,
        'load', op.ldx8(0, 1, 0), op.jump('after'),
        'loadByte', op.ldx1(0, 1, 0), op.jump('after'),
        'store', op.stx8(1, 2, 0), op.jump('after'),
        'storeByte', op.stx1(1, 2, 0), op.jump('after'),
        'return', op.movReg(0, 1), op.exit(),
        'recurse', op.call('deep'), op.jump('after'),
        'deep', op.stx8(10, 1, -8), op.jeqImm(1, 0, 'up'), op.addImm(1, -1), op.call('deep'), 'up', op.exit(),
        'done', op.movImm(0, 0), op.exit(),
    ]));
}

export const HEAP = 3n << 32n, INPUT = 4n << 32n, STACK = 2n << 32n;

/** Steps of the driver. */
export const step = (what, ...args) => cat(Buffer.from([what, 0, 0, 0, 0, 0, 0, 0]), ...[0, 1, 2, 3, 4].map((i) => u64(args[i] ?? 0n)));
export const call = (name, ...args) => step(SYSCALLS.indexOf(name), ...args);
export const load = (address) => step(LOAD, address);
export const loadByte = (address) => step(LOAD_BYTE, address);
export const store = (address, value) => step(STORE, address, value);
export const storeByte = (address, value) => step(STORE_BYTE, address, value);
export const ret = (value) => step(RETURN, value);
export const recurse = (depth) => step(RECURSE, depth);
/** Puts bytes into memory, eight at a time, and what is left one at a time. */
export function put(address, bytes) {
    const b = Buffer.from(bytes), out = [];
    let i = 0;
    for (; i + 8 <= b.length; i += 8) out.push(store(BigInt(address) + BigInt(i), b.readBigUInt64LE(i)));
    for (; i < b.length; i++) out.push(storeByte(BigInt(address) + BigInt(i), b[i]));
    return cat(...out);
}
