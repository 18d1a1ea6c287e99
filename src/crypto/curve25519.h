/* The group of Curve25519 in the two forms that Solana's programs compute with: points of the
 * twisted Edwards curve as Ed25519 encodes them (RFC 8032), torsion included, and ristretto255 (RFC
 * 9496), the group of prime order. libsodium has no multiplication of points outside the
 * prime-order subgroup and none that takes many points at once.
 *
 * An encoding is 32 bytes. Edwards: y in 255 bits, which need not be less than p, and the sign of
 * x. ristretto255: the one canonical encoding of an element. A scalar is 32 little-endian bytes,
 * less than ℓ = 2^252 + 27742317777372353535851937790883648493.
 *
 * Invalid input makes a call return false and leaves its output untouched. Variable time: for
 * public data only. */
#ifndef TERN_CRYPTO_CURVE25519_H
#define TERN_CRYPTO_CURVE25519_H

#include "base/arena.h"

enum curve25519_form { CURVE25519_EDWARDS, CURVE25519_RISTRETTO };

/* Does `point` decode? */
bool curve25519_valid(enum curve25519_form form, const struct b32 *point);

/* out = P + Q, out = P - Q. */
bool curve25519_add(enum curve25519_form form, struct b32 *out, const struct b32 *p,
                    const struct b32 *q);
bool curve25519_sub(enum curve25519_form form, struct b32 *out, const struct b32 *p,
                    const struct b32 *q);

/* out = the sum of [k_i]P_i; of none, the neutral element. Works in `scratch`: 1.5 KiB a point. */
bool curve25519_msm(enum curve25519_form form, struct b32 *out, const struct b32 *scalars,
                    const struct b32 *points, size_t count, struct arena *scratch);

#endif
