/* Ed25519 over libsodium. Its verification (without ED25519_COMPAT) refuses s ≥ ℓ, small-order R
 * and keys, and keys whose y is not reduced. verify_strict decodes the last kind; but a signature
 * under such a key cannot be made (there are few of them, and nobody knows their logarithms), so
 * the two accept the same signatures. */
#include "crypto/ed25519.h"

#include <sodium.h>

void ed25519_public_from_seed(struct b32 *public_key, const struct b32 *seed) {
    uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];
    crypto_sign_ed25519_seed_keypair(public_key->b, secret, seed->b);
    sodium_memzero(secret, sizeof secret);
}

void ed25519_sign(uint8_t signature[64], struct bytes message, const struct b32 *seed) {
    uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES],
        public_key[crypto_sign_ed25519_PUBLICKEYBYTES];
    crypto_sign_ed25519_seed_keypair(public_key, secret, seed->b);
    crypto_sign_ed25519_detached(signature, NULL, message.p, message.n, secret);
    sodium_memzero(secret, sizeof secret);
}

bool ed25519_verify_strict(struct bytes message, const uint8_t signature[64],
                           const struct b32 *public_key) {
    return crypto_sign_ed25519_verify_detached(signature, message.p, message.n, public_key->b) == 0;
}

/* y of the points of small order, without the sign of x: order 1, 2, 4 and the two of order 8. */
static const struct b32 small_order_y[5] = {
    {{0x01}},
    {{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
    {{0x00}},
    {{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
      0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
      0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05}},
    {{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
      0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
      0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}},
};

/* Adding the identity decodes the key, which fails off the curve, and encodes it canonically. */
static bool decode(struct b32 *canonical, const struct b32 *public_key) {
    static const struct b32 identity = {{0x01}};
    return crypto_core_ed25519_add(canonical->b, public_key->b, identity.b) == 0;
}

bool ed25519_public_key_decodes(const struct b32 *public_key) {
    struct b32 canonical;
    return decode(&canonical, public_key);
}

bool ed25519_public_key_valid(const struct b32 *public_key) {
    struct b32 canonical;
    if (!decode(&canonical, public_key)) return false;
    canonical.b[31] &= 0x7f;
    for (size_t i = 0; i < COUNT_OF(small_order_y); i++)
        if (b32_eq(&canonical, &small_order_y[i])) return false;
    return true;
}
