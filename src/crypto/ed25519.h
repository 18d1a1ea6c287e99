/* Ed25519 (RFC 8032), verified the way Aptos and Solana do (ed25519-dalek's verify_strict):
 *   - s is canonical, 0 ≤ s < ℓ;
 *   - neither the public key nor R is a point of small order;
 *   - the equation without cofactor, [s]B = R + [k]A.
 * A face over libsodium, chosen by measurement (256-byte message, one core of a 2020s server, best
 * of 7 × 1,000): libsodium 1.0.18    56 µs a verification libcrypto 3.0.22   125 µs (122 µs with
 * the key object prepared), and it checks no small orders
 */
#ifndef TERN_CRYPTO_ED25519_H
#define TERN_CRYPTO_ED25519_H

#include "base/bytes.h"

/* The public key of a 32-byte seed (the "private key" of Aptos and Solana). Constant time. */
void ed25519_public_from_seed(struct b32 *public_key, const struct b32 *seed);

/* Signs `message` (any length). Constant time in `seed`. */
void ed25519_sign(uint8_t signature[64], struct bytes message, const struct b32 *seed);

/* True if `signature` of `message` under `public_key` passes all of the rules above. */
bool ed25519_verify_strict(struct bytes message, const uint8_t signature[64],
                           const struct b32 *public_key);

/* True if `public_key` decodes to a point of the curve that is not of small order: what Move's
 * ed25519::public_key_validate asks. Points outside the prime-order subgroup pass, as do encodings
 * of y in [p, 2^255). */
bool ed25519_public_key_valid(const struct b32 *public_key);

/* True if it decodes to a point of the curve, small order included. */
bool ed25519_public_key_decodes(const struct b32 *public_key);

#endif
