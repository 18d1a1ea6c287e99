/* Private to algebra: the two curves' tables. */
#ifndef TERN_CRYPTO_ALGEBRA_IMPL_H
#define TERN_CRYPTO_ALGEBRA_IMPL_H

#include "crypto/algebra.h"

extern const struct algebra_ops algebra_bls12_ops[ALGEBRA_BLS12_GT + 1];
extern const struct algebra_ops algebra_bn254_ops[ALGEBRA_COUNT - ALGEBRA_BN254_FR];

/* e(G1's generator, G2's), coefficients little-endian, from the constant one up. */
extern const uint8_t algebra_bls12_gt_generator[576];
extern const uint8_t algebra_bn254_gt_generator[384];

bool algebra_bls12_in_gt(const void *a);
bool algebra_bn254_in_gt(const void *a);
void algebra_bls12_sum(enum algebra_structure s, void *r, const void *const *points,
                       const uint8_t (*k)[ALGEBRA_SCALAR_BYTES], size_t count,
                       struct arena *scratch);
void algebra_bls12_pairing(void *r, const void *const *g1, const void *const *g2, size_t count,
                           struct arena *scratch);
void algebra_bn254_pairing(void *r, const void *const *g1, const void *const *g2, size_t count,
                           struct arena *scratch);

static inline void algebra_reverse(uint8_t *out, const uint8_t *in, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = in[n - 1 - i];
}

#endif
