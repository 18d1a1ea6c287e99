/* secp256k1 ECDSA as Ethereum uses it: signatures that the public key can be recovered from. A face
 * over libsecp256k1; its static context is immutable, so there is no object to make or share.
 *
 * Words. A public key is an uncompressed point without its 0x04 prefix: x, then y, 32 big-endian
 * bytes each. An address is the last 20 bytes of keccak-256 of that. `recid` is 0 … 3: bit 0 is the
 * parity of R's y, bit 1 says that R's x was r + n. n is the order of the group. */
#ifndef TERN_CRYPTO_SECP_H
#define TERN_CRYPTO_SECP_H

#include "base/bytes.h"

struct secp_public {
    uint8_t xy[64];
};

struct secp_signature {
    struct b32 r, s; /* big-endian, 0 < r, s < n in a valid signature */
    uint8_t recid;   /* 0 … 3; Ethereum's transactions allow only 0 and 1 */
};

/* Recovers the key that signed `hash`. False if r or s is 0 or ≥ n, if recid > 3, if r is no
 * point's x, or if the result is the point at infinity. Accepts high s: Homestead's rule for
 * transactions (EIP-2) is the caller's, with secp_s_is_low; the ecrecover precompile does not have
 * it. */
bool secp_recover(struct secp_public *out, const struct b32 *hash,
                  const struct secp_signature *sig);

/* As secp_recover, giving the address. */
bool secp_recover_address(struct b20 *out, const struct b32 *hash,
                          const struct secp_signature *sig);

/* Signs `hash` with the nonce of RFC 6979; s is always low. False if `secret` is 0 or ≥ n. Constant
 * time in `secret`. For development accounts, the faucet and tests: it builds libsecp256k1's
 * signing context anew each time. */
bool secp_sign(struct secp_signature *out, const struct b32 *hash, const struct b32 *secret);

/* Verifies the 64-byte signature r ‖ s of `hash`. High s is refused, as Aptos' secp256k1 keys
 * demand. */
bool secp_verify(const struct b32 *hash, const uint8_t rs[64], const struct secp_public *key);

/* The public key of `secret`; false if `secret` is 0 or ≥ n. Constant time. */
bool secp_public_from_secret(struct secp_public *out, const struct b32 *secret);

/* Reads a public key in either standard form, 33 bytes (02/03) or 65 bytes (04); false if it is no
 * point. */
bool secp_public_parse(struct secp_public *out, struct bytes in);

/* The address of a public key. Does not check that it is a point. */
void secp_address(struct b20 *out, const struct secp_public *key);

/* 0 < s ≤ n/2 (EIP-2). Reads only s. */
bool secp_s_is_low(const struct b32 *s);

#endif
