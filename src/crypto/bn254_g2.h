/* Private to bn254: points of the twist, y² = x³ + 3/ξ over Fp2, in affine coordinates. G2 is its
 * subgroup of order r. */
#ifndef TERN_CRYPTO_BN254_G2_H
#define TERN_CRYPTO_BN254_G2_H

#include "base/u256.h"
#include "crypto/bn254_fp.h"

struct g2 {
    struct fp2 x, y;
};

/* The same or infinity; p means nothing then. */
struct g2_point {
    struct g2 p;
    bool infinity;
};

extern const struct fp2 g2_twist_b; /* 3 / ξ */

/* r = a + b; r = k a for any 256-bit k. r may alias a and b. */
void g2_add(struct g2_point *r, const struct g2_point *a, const struct g2_point *b);
void g2_mul(struct g2_point *r, const struct g2_point *a, const struct u256 *k);
/* Has it order r, as the points of G2 have? */
bool g2_has_order(const struct g2_point *a);

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
