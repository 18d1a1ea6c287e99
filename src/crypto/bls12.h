/* BLS12-381: the curve of the EVM's precompiles 0x0b to 0x11 (EIP-2537). A face over blst.
 *
 *   p  the field, 381 bits; r the order of G1 and G2, 255 bits
 *   G1: the points of order r of y² = x³ + 4 over Fp
 *   G2: the points of order r of y² = x³ + 4(1 + i) over Fp2 = Fp[i]/(i² + 1)
 *
 * Encoding, as the EIP has it. An element of Fp is 64 big-endian bytes, less than p; an element of
 * Fp2 is the real part, then the imaginary part; a point is x ‖ y: 128 bytes in G1, 256 in G2. The
 * point at infinity is all zeros. A scalar is any 256-bit number.
 *
 * Invalid input (an element ≥ p, a point off the curve or, where stated, outside the subgroup, a
 * length that is not the one stated) makes a call return false and leaves its output untouched.
 * Variable time: for public data only. Up to 200 KiB of stack. */
#ifndef TERN_CRYPTO_BLS12_H
#define TERN_CRYPTO_BLS12_H

#include "base/arena.h"

enum {
    BLS12_G1_BYTES = 128,
    BLS12_G2_BYTES = 256,
    BLS12_G1_TERM_BYTES = 160, /* a point and a scalar */
    BLS12_G2_TERM_BYTES = 288,
    BLS12_PAIR_BYTES = 384, /* a point of G1 and one of G2 */
};

/* out = P + Q. `in` is P ‖ Q, exactly. The points may lie outside the subgroup. */
bool bls12_g1_add(uint8_t out[BLS12_G1_BYTES], struct bytes in);
bool bls12_g2_add(uint8_t out[BLS12_G2_BYTES], struct bytes in);

/* out = the sum of [k_i]P_i. `in` is one or more terms P_i ‖ k_i; the points lie in the subgroup.
 * Works in `scratch`, about as much memory as the input. */
bool bls12_g1_msm(uint8_t out[BLS12_G1_BYTES], struct bytes in, struct arena *scratch);
bool bls12_g2_msm(uint8_t out[BLS12_G2_BYTES], struct bytes in, struct arena *scratch);

/* *result = (the product of e(P_i, Q_i) is 1). `in` is one or more pairs P_i ‖ Q_i of points in the
 * subgroups. */
bool bls12_pairing(struct bytes in, bool *result, struct arena *scratch);

/* The SWU map of RFC 9380 with the cofactor cleared. `in` is an element of Fp or of Fp2. */
bool bls12_map_to_g1(uint8_t out[BLS12_G1_BYTES], struct bytes in);
bool bls12_map_to_g2(uint8_t out[BLS12_G2_BYTES], struct bytes in);

#endif
