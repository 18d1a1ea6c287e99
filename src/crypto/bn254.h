/* bn254 (alt_bn128, BN_P254): the curve of the EVM's precompiles 6, 7 and 8 (EIP-196, EIP-197).
 *
 *   p = 21888242871839275222246405745257275088696311157297823662689037894645226208583   the field
 *   r = 21888242871839275222246405745257275088548364400416034343698204186575808495617   the order
 * of G1 and G2 G1: y² = x³ + 3 over Fp. Every point of it has order r. G2: the points of order r of
 * y² = x³ + 3/(9+i) over Fp2 = Fp[i]/(i²+1).
 *
 * Encoding, as the EIPs have it. An element of Fp is 32 big-endian bytes, less than p. A point of
 * G1 is x ‖ y; an element of Fp2 is the imaginary part, then the real part; a point of G2 is x ‖ y,
 * 128 bytes. The point at infinity is all zeros. A scalar is any 256-bit number.
 *
 * Invalid input (an element ≥ p, a point off the curve or, in G2, outside the subgroup, a length
 * that is not the one stated) makes a call return false and leaves its output untouched. Variable
 * time: for public data only. */
#ifndef TERN_CRYPTO_BN254_H
#define TERN_CRYPTO_BN254_H

#include "base/bytes.h"

/* out = P + Q. `in` is P ‖ Q, exactly 128 bytes: the caller pads short input with zeros and cuts
 * long input. */
bool bn254_add(uint8_t out[64], struct bytes in);

/* out = [k]P. `in` is P ‖ k, exactly 96 bytes. */
bool bn254_mul(uint8_t out[64], struct bytes in);

/* *result = (the product of e(P_i, Q_i) is 1). `in` is k pairs P_i ‖ Q_i of 192 bytes each; k may
 * be 0 (true). Takes time proportional to k and constant memory. */
bool bn254_pairing(struct bytes in, bool *result);

/* ---- Beyond the EIPs: what Solana's programs compute */

/* out = P + Q for points of the twist, in G2 or not. `in` is P ‖ Q, exactly 256 bytes. */
bool bn254_g2_add(uint8_t out[128], struct bytes in);

/* out = [k]P for P in G2. `in` is P ‖ k, exactly 160 bytes. */
bool bn254_g2_mul(uint8_t out[128], struct bytes in);

/* A point by x alone, with arkworks' flags in the top bits of its first byte: 0x80 for the larger y
 * (in Fp2 by the imaginary part first), 0x40 for infinity. Compressing does not look whether the
 * point is on the curve; decompressing fails if no point has that x. */
bool bn254_g1_compress(uint8_t out[32], const uint8_t in[64]);
bool bn254_g1_decompress(uint8_t out[64], const uint8_t in[32]);
bool bn254_g2_compress(uint8_t out[64], const uint8_t in[128]);
bool bn254_g2_decompress(uint8_t out[128], const uint8_t in[64]);

/* arkworks reads flags in the first byte of an uncompressed point's y, too: 0x40 makes the point
 * infinite, 0x80 means nothing, both are an error. Takes them off, in place. False also if a
 * coordinate is ≥ p. */
bool bn254_g1_take_flags(uint8_t point[64]);
bool bn254_g2_take_flags(uint8_t point[128]);

#endif
