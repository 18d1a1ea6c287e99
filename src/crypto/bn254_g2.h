/* Private to bn254: points of the twist, y² = x³ + 3/ξ over Fp2, in affine coordinates. G2 is its
 * subgroup of order r. */
#ifndef TERN_CRYPTO_BN254_G2_H
#define TERN_CRYPTO_BN254_G2_H

#include "base/u256.h"
#include "crypto/bn254_fp.h"

struct g2 {
    struct fp2 x, y;
};

extern const struct fp2 g2_twist_b; /* 3 / ξ */

/* The right side of the twist's equation: x³ + 3/ξ. */
void g2_equation(struct fp2 *r, const struct fp2 *x);

/* Reads x ‖ y, the imaginary parts first (EIP-197); false if a coordinate is ≥ p or the point is
 * not on the twist. All zeros is the point at infinity: *infinity is set, and *r means nothing. */
bool g2_load(struct g2 *r, bool *infinity, const uint8_t in[128]);
void g2_store(uint8_t out[128], const struct g2 *a, bool infinity);

/* Reads 64 bytes, the imaginary part first; false if a part is ≥ p. */
bool fp2_from_be(struct fp2 *r, const uint8_t in[64]);
void fp2_to_be(uint8_t out[64], const struct fp2 *a);

#endif
