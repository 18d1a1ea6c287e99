/* Syscalls on bn254 (SIMD-0284 for little-endian, SIMD-0302 for G2; crate solana-bn254). Numbers
 * are turned into the big-endian form of EIP-197, which crypto/bn254.h has, and back. */
#include "crypto/bn254.h"
#include "solana/syscalls.h"

enum { LITTLE_ENDIAN_FLAG = 0x80 };

/* An element of Fp has 32 bytes and is turned as a whole, one of Fp2, 64 bytes, too. */
enum { G1_CHUNK = 32, G2_CHUNK = 64, G1_BYTES = 64, G2_BYTES = 128, SCALAR_BYTES = 32 };

enum group_op { G1_ADD = 0, G1_MUL = 2, PAIRING = 3, G2_ADD = 4, G2_MUL = 6, GROUP_OPS };

enum {
    PAIR_BYTES = 192,
    PAIRING_UNITS_FIRST = 36364,
    PAIRING_UNITS_MORE = 12121,
    PAIRING_UNITS_BASE = 85 + 32,
};

static void reverse(uint8_t *p, size_t chunk) {
    for (size_t i = 0; i < chunk / 2; i++) {
        uint8_t t = p[i];
        p[i] = p[chunk - 1 - i];
        p[chunk - 1 - i] = t;
    }
}

/* From one byte order to the other. */
static void turn(uint8_t *p, size_t bytes, size_t chunk, bool little) {
    for (size_t i = 0; little && i + chunk <= bytes; i += chunk) reverse(p + i, chunk);
}

/* ---- Points */

static bool is_zero(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i]) return false;
    return true;
}

enum { INFINITE = 0x40 };

/* Takes the flags off a point. Infinite is one that is all zeros or that its flag calls so. */
static bool take_flags(uint8_t *point, bool g2, bool *infinite) {
    size_t bytes = g2 ? G2_BYTES : G1_BYTES;
    *infinite = is_zero(point, bytes) || point[bytes / 2] & INFINITE;
    return (g2 ? bn254_g2_take_flags : bn254_g1_take_flags)(point);
}

/* The same for a point to calculate with: zeros under another flag are not the point at infinity
 * but (0, 0), which is off the curve. */
static bool take_point(uint8_t *point, bool g2) {
    bool infinite;
    return take_flags(point, g2, &infinite) &&
           (infinite || !is_zero(point, g2 ? G2_BYTES : G1_BYTES));
}

/* ---- Group operations */

static bool sum(uint8_t *in, bool g2, bool little, uint8_t *out) {
    size_t chunk = g2 ? G2_CHUNK : G1_CHUNK, bytes = 2 * chunk;
    turn(in, 2 * bytes, chunk, little);
    for (size_t i = 0; i < 2; i++)
        if (!take_point(in + i * bytes, g2)) return false;
    return (g2 ? bn254_g2_add : bn254_add)(out, bytes_make(in, 2 * bytes));
}

static bool product(uint8_t *in, bool g2, bool little, uint8_t *out) {
    size_t chunk = g2 ? G2_CHUNK : G1_CHUNK, bytes = 2 * chunk;
    turn(in, bytes, chunk, little);
    turn(in + bytes, SCALAR_BYTES, SCALAR_BYTES, little);
    if (!take_point(in, g2)) return false;
    return (g2 ? bn254_g2_mul : bn254_mul)(out, bytes_make(in, bytes + SCALAR_BYTES));
}

static bool pairing(uint8_t *in, size_t bytes, bool little, uint8_t *out) {
    bool one;
    for (size_t i = 0; i < bytes; i += PAIR_BYTES) {
        turn(in + i, G1_BYTES, G1_CHUNK, little);
        turn(in + i + G1_BYTES, G2_BYTES, G2_CHUNK, little);
        if (!take_point(in + i, false) || !take_point(in + i + G1_BYTES, true)) return false;
    }
    if (!bn254_pairing(bytes_make(in, bytes), &one)) return false;
    memset(out, 0, 32);
    out[little ? 0 : 31] = one;
    return true;
}

static const struct {
    uint32_t units, in_bytes, out_bytes;
} ops[GROUP_OPS] = {
    [G1_ADD] = {334, 2 * G1_BYTES, G1_BYTES},
    [G1_MUL] = {3840, G1_BYTES + SCALAR_BYTES, G1_BYTES},
    [PAIRING] = {0, 0, 32},
    [G2_ADD] = {535, 2 * G2_BYTES, G2_BYTES},
    [G2_MUL] = {15670, G2_BYTES + SCALAR_BYTES, G2_BYTES},
};

static bool is_op(const struct sol_features *f, uint64_t op) {
    uint64_t base = op & ~(uint64_t)LITTLE_ENDIAN_FLAG;
    if (base >= GROUP_OPS || !ops[base].out_bytes) return false;
    if (base == G2_ADD || base == G2_MUL) return f->alt_bn128_g2_syscalls;
    return base == op || f->alt_bn128_little_endian;
}

/* May the input have this length? Big-endian operands of G1 may leave out what is zero at the end.
 */
static bool length_fits(enum group_op op, uint64_t bytes, bool little) {
    if (op == PAIRING) return bytes % PAIR_BYTES == 0;
    bool exact = little || op == G2_ADD || op == G2_MUL;
    return exact ? bytes == ops[op].in_bytes : bytes <= ops[op].in_bytes;
}

static uint64_t op_units(enum group_op op, uint64_t bytes) {
    uint64_t more = bytes / PAIR_BYTES;
    if (op != PAIRING) return ops[op].units;
    return PAIRING_UNITS_FIRST + PAIRING_UNITS_BASE + bytes +
           (more ? more - 1 : 0) * PAIRING_UNITS_MORE;
}

static bool run_op(struct sol_context *ctx, enum group_op op, const uint8_t *in, uint64_t bytes,
                   bool little, uint8_t *out) {
    if (!length_fits(op, bytes, little)) return false;
    struct arena_mark mark = arena_mark(ctx->arena);
    uint8_t *copy = arena_zalloc(ctx->arena, max_u64(bytes, ops[op].in_bytes) + 1, 1);
    uint8_t result[G2_BYTES];
    size_t chunk = op == G2_ADD || op == G2_MUL ? G2_CHUNK : G1_CHUNK;
    if (bytes) memcpy(copy, in, bytes);
    bool ok = op == PAIRING                  ? pairing(copy, bytes, little, result)
              : op == G1_ADD || op == G2_ADD ? sum(copy, op == G2_ADD, little, result)
                                             : product(copy, op == G2_MUL, little, result);
    if (ok && op != PAIRING) turn(result, ops[op].out_bytes, chunk, little);
    if (ok) memcpy(out, result, ops[op].out_bytes);
    arena_release(ctx->arena, mark);
    return ok;
}

bool sol_sys_alt_bn128_group_op(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct sol_context *ctx = sol_context_of(vm);
    if (!is_op(&ctx->bank->features, args[0])) return sol_syscall_fail_text(vm, "InvalidAttribute");
    enum group_op op = (enum group_op)(args[0] & ~(uint64_t)LITTLE_ENDIAN_FLAG);
    if (!sol_syscall_charge(vm, op_units(op, args[2]))) return false;
    uint8_t *out = sol_store(vm, args[3], ops[op].out_bytes, 1);
    const uint8_t *in = out ? sol_load_array(vm, args[1], args[2], 1, 1) : NULL;
    if (!in) return false;
    *result = !run_op(ctx, op, in, args[2], args[0] & LITTLE_ENDIAN_FLAG, out);
    return true;
}

/* ---- Compression */

enum compression { G1_COMPRESS, G1_DECOMPRESS, G2_COMPRESS, G2_DECOMPRESS, COMPRESSIONS };

static const struct {
    uint32_t units, in_bytes, out_bytes;
} compressions[COMPRESSIONS] = {
    [G1_COMPRESS] = {130, G1_BYTES, G1_BYTES / 2},
    [G1_DECOMPRESS] = {498, G1_BYTES / 2, G1_BYTES},
    [G2_COMPRESS] = {186, G2_BYTES, G2_BYTES / 2},
    [G2_DECOMPRESS] = {13710, G2_BYTES / 2, G2_BYTES},
};

/* A point whose flags call it infinite keeps that flag when it is compressed. */
static bool compress(uint8_t *in, bool g2, uint8_t *out) {
    bool infinite;
    if (!take_flags(in, g2, &infinite)) return false;
    if (!(g2 ? bn254_g2_compress : bn254_g1_compress)(out, in)) return false;
    if (infinite) out[0] = INFINITE;
    return true;
}

static bool run_compression(enum compression op, const uint8_t *in, bool little, uint8_t *out) {
    uint8_t copy[G2_BYTES], result[G2_BYTES] = {0};
    size_t in_bytes = compressions[op].in_bytes, out_bytes = compressions[op].out_bytes;
    bool g2 = op >= G2_COMPRESS, decompress = op == G1_DECOMPRESS || op == G2_DECOMPRESS;
    size_t chunk = g2 ? G2_CHUNK : G1_CHUNK;
    memcpy(copy, in, in_bytes);
    if (!is_zero(copy, in_bytes)) {
        turn(copy, in_bytes, chunk, little);
        if (decompress && !(g2 ? bn254_g2_decompress : bn254_g1_decompress)(result, copy))
            return false;
        if (!decompress && !compress(copy, g2, result)) return false;
        turn(result, out_bytes, chunk, little);
    }
    memcpy(out, result, out_bytes);
    return true;
}

bool sol_sys_alt_bn128_compression(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t op = args[0] & ~(uint64_t)LITTLE_ENDIAN_FLAG;
    bool little = args[0] & LITTLE_ENDIAN_FLAG;
    if (op >= COMPRESSIONS ||
        (little && !sol_context_of(vm)->bank->features.alt_bn128_little_endian))
        return sol_syscall_fail_text(vm, "InvalidAttribute");
    if (!sol_syscall_charge(vm, compressions[op].units)) return false;
    uint8_t *out = sol_store(vm, args[3], compressions[op].out_bytes, 1);
    const uint8_t *in = out ? sol_load_array(vm, args[1], args[2], 1, 1) : NULL;
    if (!in) return false;
    *result = args[2] != compressions[op].in_bytes ||
              !run_compression((enum compression)op, in, little, out);
    return true;
}
