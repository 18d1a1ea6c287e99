/* ristretto255 (RFC 9496): a group of prime order ℓ = 2^252 + …, on Curve25519. A face over
 * libsodium, which keeps points in their encoding: an operation decodes and encodes again.
 *
 * A point here is a canonical encoding (32 bytes; infinity is all zeros); a scalar 32 bytes,
 * little-endian. Points that are passed must be valid, scalars may be any unless stated. */
#ifndef TERN_CRYPTO_RISTRETTO_H
#define TERN_CRYPTO_RISTRETTO_H

#include "base/bytes.h"

/* Is it the encoding of a point? */
bool ristretto_valid(const struct b32 *p);

/* `out` may be one of the inputs of any of these. */
void ristretto_add(struct b32 *out, const struct b32 *p, const struct b32 *q);
void ristretto_sub(struct b32 *out, const struct b32 *p, const struct b32 *q);
void ristretto_mul(struct b32 *out, const struct b32 *p, const struct b32 *k);
void ristretto_mul_base(struct b32 *out, const struct b32 *k);

/* The map of 64 uniform bytes (RFC 9496, 4.3.4). */
void ristretto_from_uniform(struct b32 *out, const uint8_t in[64]);

/* ---- Scalars; results are reduced */

bool ristretto_scalar_canonical(const struct b32 *k); /* < ℓ */
void ristretto_scalar_reduce(struct b32 *out, const uint8_t in[64]);
void ristretto_scalar_add(struct b32 *out, const struct b32 *a, const struct b32 *b);
void ristretto_scalar_sub(struct b32 *out, const struct b32 *a, const struct b32 *b);
void ristretto_scalar_mul(struct b32 *out, const struct b32 *a, const struct b32 *b);
void ristretto_scalar_neg(struct b32 *out, const struct b32 *a);
/* 0 for 0. */
void ristretto_scalar_invert(struct b32 *out, const struct b32 *a);

#endif
