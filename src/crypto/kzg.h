/* KZG commitments over BLS12-381 with Ethereum's trusted setup (EIP-4844). */
#ifndef TERN_CRYPTO_KZG_H
#define TERN_CRYPTO_KZG_H

#include "base/bytes.h"

/* True if `proof` shows that the polynomial behind `commitment` has the value y at z. Commitment
 * and proof are compressed points of G1, z and y big-endian numbers < r; anything else is false.
 * Any thread; the first call prepares 40 KB of constants. Variable time. */
bool kzg_verify(const uint8_t commitment[48], const struct b32 *z, const struct b32 *y,
                const uint8_t proof[48]);

#endif
