/* BLS12-381 in Zcash's encoding, which Solana's programs use, in two byte orders. A face over blst,
 * as is crypto/bls12.h, which has the EVM's encoding of the same groups.
 *
 * Big-endian: an element of Fp is 48 bytes, one of Fp2 the imaginary part, then the real part; a
 * point is x ‖ y, and the top bits of its first byte are flags: 0x40 for infinity; in a compressed
 * point, which is x alone, 0x80, too, and 0x20 for the larger y. Little-endian: each element turned
 * round, the real part of one of Fp2 first. A scalar is 32 bytes and less than the groups' order.
 *
 * Every call returns false if the input is invalid, and leaves its output untouched. Variable time.
 */
#ifndef TERN_CRYPTO_BLS12_POINTS_H
#define TERN_CRYPTO_BLS12_POINTS_H

#include "base/bytes.h"

enum bls12_group { BLS12_G1, BLS12_G2 };
enum bls12_order { BLS12_LITTLE, BLS12_BIG };

enum {
    BLS12_POINT_MAX_BYTES = 192,
    BLS12_SCALAR_BYTES = 32,
    BLS12_GT_BYTES = 576,
    BLS12_PAIRS_MAX = 8,
};

/* Of a point; of a compressed one, half as many. */
static inline size_t bls12_point_bytes(enum bls12_group g) {
    return g == BLS12_G1 ? 96 : 192;
}

/* Is it a point of the subgroup? */
bool bls12_point_valid(enum bls12_group g, enum bls12_order o, const uint8_t *point);

/* out = a + b, or a - b. The points may lie outside the subgroup. */
bool bls12_point_add(enum bls12_group g, enum bls12_order o, uint8_t *out, const uint8_t *a,
                     const uint8_t *b, bool subtract);

/* out = [k]P for P in the subgroup. */
bool bls12_point_mul(enum bls12_group g, enum bls12_order o, uint8_t *out,
                     const uint8_t k[BLS12_SCALAR_BYTES], const uint8_t *point);

/* The point of the subgroup that a compressed one stands for. */
bool bls12_point_decompress(enum bls12_group g, enum bls12_order o, uint8_t *out,
                            const uint8_t *in);

/* The product of e(P_i, Q_i), an element of Fp12: twelve of Fp, from the constant coefficient up,
 * or for BLS12_BIG all bytes the other way round. At most BLS12_PAIRS_MAX pairs; none have the
 * product 1. */
bool bls12_point_pairing(enum bls12_order o, uint8_t out[BLS12_GT_BYTES], const uint8_t *g1,
                         const uint8_t *g2, size_t count);

#endif
