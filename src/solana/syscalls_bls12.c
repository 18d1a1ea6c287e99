/* Syscalls on BLS12-381 (SIMD-0388; crate solana-bls12-381-syscall). */
#include "crypto/bls12_points.h"
#include "solana/syscalls.h"
#include "solana/syscalls_curve.h"

enum { CURVE_PAIRING = 4, CURVE_G1 = 5, CURVE_G2 = 6, BIG_ENDIAN_FLAG = 0x80 };

enum group_op { GROUP_ADD, GROUP_SUB, GROUP_MUL, GROUP_OPS };

enum { FIRST_PAIR_UNITS = 25445, MORE_PAIR_UNITS = 13023 };

static const struct {
    uint64_t validate, decompress, op[GROUP_OPS];
} units[] = {
    [BLS12_G1] = {1565, 2100, {128, 129, 4627}},
    [BLS12_G2] = {1968, 3050, {203, 204, 8255}},
};

static enum bls12_group group_of(uint64_t curve) {
    return (curve & ~(uint64_t)BIG_ENDIAN_FLAG) == CURVE_G1 ? BLS12_G1 : BLS12_G2;
}

static enum bls12_order order_of(uint64_t curve) {
    return curve & BIG_ENDIAN_FLAG ? BLS12_BIG : BLS12_LITTLE;
}

bool sol_curve_is_bls12(const struct svm_vm *vm, uint64_t curve) {
    uint64_t base = curve & ~(uint64_t)BIG_ENDIAN_FLAG;
    return sol_context_of(vm)->bank->features.enable_bls12_381_syscall &&
           (base == CURVE_G1 || base == CURVE_G2);
}

/* Writes what was computed where the program wants it. */
static bool store(struct svm_vm *vm, uint64_t address, const uint8_t *from, size_t bytes) {
    uint8_t *out = sol_store(vm, address, bytes, 1);
    if (out) memcpy(out, from, bytes);
    return out != NULL;
}

bool sol_bls12_validate(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    enum bls12_group g = group_of(args[0]);
    if (!sol_syscall_charge(vm, units[g].validate)) return false;
    const uint8_t *point = sol_load(vm, args[1], bls12_point_bytes(g), 1);
    if (point) *result = !bls12_point_valid(g, order_of(args[0]), point);
    return point != NULL;
}

bool sol_bls12_group_op(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    enum bls12_group g = group_of(args[0]);
    enum bls12_order o = order_of(args[0]);
    uint64_t op = args[1];
    uint8_t out[BLS12_POINT_MAX_BYTES];
    if (op >= GROUP_OPS) return sol_syscall_fail_text(vm, "InvalidAttribute");
    if (!sol_syscall_charge(vm, units[g].op[op])) return false;
    size_t bytes = bls12_point_bytes(g);
    const uint8_t *left = sol_load(vm, args[2], op == GROUP_MUL ? BLS12_SCALAR_BYTES : bytes, 1);
    const uint8_t *right = left ? sol_load(vm, args[3], bytes, 1) : NULL;
    if (!right) return false;
    *result = !(op == GROUP_MUL ? bls12_point_mul(g, o, out, left, right)
                                : bls12_point_add(g, o, out, left, right, op == GROUP_SUB));
    return *result || store(vm, args[4], out, bytes);
}

bool sol_sys_curve_decompress(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint8_t out[BLS12_POINT_MAX_BYTES];
    if (!sol_curve_is_bls12(vm, args[0])) return sol_syscall_fail_text(vm, "InvalidAttribute");
    enum bls12_group g = group_of(args[0]);
    if (!sol_syscall_charge(vm, units[g].decompress)) return false;
    const uint8_t *in = sol_load(vm, args[1], bls12_point_bytes(g) / 2, 1);
    if (!in) return false;
    *result = !bls12_point_decompress(g, order_of(args[0]), out, in);
    return *result || store(vm, args[2], out, bls12_point_bytes(g));
}

bool sol_sys_curve_pairing_map(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t count = args[1], more = 0;
    uint8_t out[BLS12_GT_BYTES];
    if ((args[0] & ~(uint64_t)BIG_ENDIAN_FLAG) != CURVE_PAIRING)
        return sol_syscall_fail_text(vm, "InvalidAttribute");
    if (count && !mul_u64(count - 1, MORE_PAIR_UNITS, &more)) more = UINT64_MAX / 2;
    if (!sol_syscall_charge(vm, add_u64(more, FIRST_PAIR_UNITS, &more) ? more : UINT64_MAX))
        return false;
    const uint8_t *g1 = sol_load_array(vm, args[2], count, bls12_point_bytes(BLS12_G1), 1);
    const uint8_t *g2 =
        g1 ? sol_load_array(vm, args[3], count, bls12_point_bytes(BLS12_G2), 1) : NULL;
    if (!g2) return false;
    *result = !bls12_point_pairing(order_of(args[0]), out, g1, g2, count);
    return *result || store(vm, args[4], out, sizeof out);
}
