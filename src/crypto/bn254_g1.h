/* Private to bn254: points of G1 in affine coordinates. */
#ifndef TERN_CRYPTO_BN254_G1_H
#define TERN_CRYPTO_BN254_G1_H

#include "base/u256.h"
#include "crypto/bn254_fp.h"

struct g1 {
    struct fp x, y;
    bool infinity; /* x and y mean nothing then */
};

/* Reads x ‖ y; false if a coordinate is ≥ p or the point is off the curve. All zeros is the point
 * at infinity. */
bool g1_load(struct g1 *r, const uint8_t in[64]);
void g1_store(uint8_t out[64], const struct g1 *a);

/* r = a + b; r = k a for any 256-bit k. r may alias a and b. */
void g1_add(struct g1 *r, const struct g1 *a, const struct g1 *b);
void g1_mul(struct g1 *r, const struct g1 *a, const struct u256 *k);

#endif
