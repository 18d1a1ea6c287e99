/* Private to solana/: the curve syscalls' part on BLS12-381. */
#ifndef TERN_SOLANA_SYSCALLS_CURVE_H
#define TERN_SOLANA_SYSCALLS_CURVE_H

#include "svm/svm.h"

/* Is it the number of one of the curve's groups, and are they enabled? */
bool sol_curve_is_bls12(const struct svm_vm *vm, uint64_t curve);

/* The syscalls for such a number. */
bool sol_bls12_validate(struct svm_vm *vm, const uint64_t args[5], uint64_t *result);
bool sol_bls12_group_op(struct svm_vm *vm, const uint64_t args[5], uint64_t *result);

#endif
