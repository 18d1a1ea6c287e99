/* Syscalls on the groups of Curve25519, and the way to those of BLS12-381. */
#include "solana/syscalls_curve.h"

#include "crypto/curve25519.h"
#include "solana/syscalls.h"

enum group_op { GROUP_ADD, GROUP_SUB, GROUP_MUL, GROUP_OPS };

enum { POINTS_MAX = 512 };

static const struct {
    uint64_t validate, op[GROUP_OPS], msm_first, msm_more;
} units[] = {
    [CURVE25519_EDWARDS] = {159, {473, 475, 2177}, 2273, 758},
    [CURVE25519_RISTRETTO] = {169, {521, 519, 2208}, 2303, 788},
};

bool sol_sys_curve_validate_point(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    if (sol_curve_is_bls12(vm, args[0])) return sol_bls12_validate(vm, args, result);
    if (args[0] > CURVE25519_RISTRETTO) return sol_syscall_fail_text(vm, "InvalidAttribute");
    if (!sol_syscall_charge(vm, units[args[0]].validate)) return false;
    const struct b32 *point = sol_load(vm, args[1], sizeof *point, 1);
    if (!point) return false;
    *result = !curve25519_valid((enum curve25519_form)args[0], point);
    return true;
}

static bool group_op(struct sol_context *ctx, enum curve25519_form form, enum group_op op,
                     const struct b32 *left, const struct b32 *right, struct b32 *out) {
    switch (op) {
    case GROUP_ADD: return curve25519_add(form, out, left, right);
    case GROUP_SUB: return curve25519_sub(form, out, left, right);
    default: return curve25519_msm(form, out, left, right, 1, ctx->arena);
    }
}

/* Writes a point where the program wants it. */
static bool store_point(struct svm_vm *vm, uint64_t address, const struct b32 *point) {
    uint8_t *out = sol_store(vm, address, sizeof *point, 1);
    if (out) memcpy(out, point, sizeof *point);
    return out != NULL;
}

bool sol_sys_curve_group_op(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct b32 point;
    if (sol_curve_is_bls12(vm, args[0])) return sol_bls12_group_op(vm, args, result);
    if (args[0] > CURVE25519_RISTRETTO || args[1] >= GROUP_OPS)
        return sol_syscall_fail_text(vm, "InvalidAttribute");
    if (!sol_syscall_charge(vm, units[args[0]].op[args[1]])) return false;
    const struct b32 *left = sol_load(vm, args[2], sizeof *left, 1);
    const struct b32 *right = left ? sol_load(vm, args[3], sizeof *right, 1) : NULL;
    if (!right) return false;
    *result = !group_op(sol_context_of(vm), (enum curve25519_form)args[0], (enum group_op)args[1],
                        left, right, &point);
    return *result || store_point(vm, args[4], &point);
}

bool sol_sys_curve_multiscalar_mul(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t count = args[3];
    struct b32 point;
    if (count > POINTS_MAX) return sol_syscall_fail_text(vm, "InvalidLength");
    if (args[0] > CURVE25519_RISTRETTO) return sol_syscall_fail_text(vm, "InvalidAttribute");
    uint64_t more = count ? count - 1 : 0;
    if (!sol_syscall_charge(vm, units[args[0]].msm_first + more * units[args[0]].msm_more))
        return false;
    const struct b32 *scalars = sol_load_array(vm, args[1], count, sizeof *scalars, 1);
    const struct b32 *points =
        scalars ? sol_load_array(vm, args[2], count, sizeof *points, 1) : NULL;
    if (!points) return false;
    *result = !curve25519_msm((enum curve25519_form)args[0], &point, scalars, points, count,
                              sol_context_of(vm)->arena);
    return *result || store_point(vm, args[4], &point);
}
