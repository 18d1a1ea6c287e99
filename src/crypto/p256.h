/* NIST P-256 (secp256r1) over libcrypto. */
#ifndef TERN_CRYPTO_P256_H
#define TERN_CRYPTO_P256_H

#include "base/bytes.h"

/* ECDSA verification, as EIP-7951 has it: true if (r, s) signs `hash` under the public key (x, y).
 * False for r or s that is 0 or ≥ n, for a coordinate ≥ p, for a key that is no point of the curve.
 * A high s is accepted. Any thread. Variable time. */
bool p256_verify(const struct b32 *hash, const struct b32 *r, const struct b32 *s,
                 const struct b32 *x, const struct b32 *y);

/* Reads a public key in its compressed form, 33 bytes (02/03 and x). False if it is no point of the
 * curve. */
bool p256_decompress(struct b32 *x, struct b32 *y, struct bytes in);

#endif
