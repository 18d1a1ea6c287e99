/* sol_big_mod_exp (SIMD-0529; crate solana-big-mod-exp). Not active on mainnet. */
#include "crypto/modexp.h"
#include "solana/syscalls.h"

enum {
    OPERAND_MAX_BYTES = 512,
    BASE_UNITS = 422,
    UNITS_DIVISOR = 189,
    EXPONENT_MIN_BITS = 75,
    REDUCTION_FACTOR = 15, /* for the exponent 1 */
};

/* What the program hands over. */
struct operands {
    struct sol_slice base, exponent, modulus;
};

/* The place of the highest bit that is set, of the 32 most significant bytes; the bytes below count
 * whole. */
static uint64_t exponent_bits(struct bytes exponent) {
    size_t below = exponent.n > 32 ? exponent.n - 32 : 0, i = exponent.n;
    while (i > below && exponent.p[i - 1] == 0) i--;
    if (i == below) return below * 8;
    return (i - 1) * 8 + (uint64_t)(31 - __builtin_clz(exponent.p[i - 1]));
}

static bool is_one(struct bytes little) {
    if (little.n == 0 || little.p[0] != 1) return false;
    for (size_t i = 1; i < little.n; i++)
        if (little.p[i]) return false;
    return true;
}

static uint64_t cost(uint64_t bytes, struct bytes exponent) {
    uint64_t complexity = bytes <= 64 ? bytes * bytes : bytes * bytes / 4 + 96 * bytes - 3072;
    uint64_t factor =
        is_one(exponent) ? REDUCTION_FACTOR : max_u64(exponent_bits(exponent), EXPONENT_MIN_BITS);
    return (complexity * factor + UNITS_DIVISOR - 1) / UNITS_DIVISOR;
}

static struct bytes reversed(struct bytes in, uint8_t out[OPERAND_MAX_BYTES]) {
    for (size_t i = 0; i < in.n; i++) out[i] = in.p[in.n - 1 - i];
    return bytes_make(out, in.n);
}

static bool load(struct svm_vm *vm, struct sol_slice s, struct bytes *out) {
    const uint8_t *p = sol_load_array(vm, s.address, s.bytes, 1, 1);
    if (p) *out = bytes_make(p, s.bytes);
    return p != NULL;
}

static bool compute(struct svm_vm *vm, struct bytes base, struct bytes exponent,
                    struct bytes modulus, uint64_t result) {
    uint8_t b[OPERAND_MAX_BYTES], e[OPERAND_MAX_BYTES], m[OPERAND_MAX_BYTES],
        r[OPERAND_MAX_BYTES] = {0};
    if (modulus.n == 0 || modulus.p[0] % 2 == 0 || is_one(modulus))
        return sol_syscall_fail_text(vm, "InvalidAttribute");
    modexp(r, reversed(base, b), reversed(exponent, e), reversed(modulus, m));
    uint8_t *out = sol_store(vm, result, modulus.n, 1);
    if (out) reversed(bytes_make(r, modulus.n), out);
    return out != NULL;
}

bool sol_sys_big_mod_exp(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    *result = 0;
    struct bytes base, exponent, modulus;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const uint8_t *p = sol_load_array(vm, args[0], 1, sizeof(struct operands), 8);
    if (!p) return false;
    struct operands o = {sol_slice_at(p, 0), sol_slice_at(p, 1), sol_slice_at(p, 2)};
    if (o.base.bytes > OPERAND_MAX_BYTES || o.exponent.bytes > OPERAND_MAX_BYTES ||
        o.modulus.bytes > OPERAND_MAX_BYTES)
        return sol_syscall_fail_text(vm, "InvalidLength");
    if (!load(vm, o.exponent, &exponent) ||
        !sol_syscall_charge(vm, cost(max_u64(o.base.bytes, o.modulus.bytes), exponent)) ||
        !load(vm, o.base, &base) || !load(vm, o.modulus, &modulus))
        return false;
    return compute(vm, base, exponent, modulus, args[1]);
}
