/* BLS signatures over BLS12-381 as Aptos has them: keys in G1, signatures in G2, the ciphersuite
 * with proofs of possession (draft-irtf-cfrg-bls-signature,
 * BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_). A face over blst.
 *
 * Encoding (that of ZCash): a key is 48 bytes compressed or 96 not, a signature 96 or 192; the top
 * bit of the first byte says which. Decoding checks the curve, not the subgroup.
 *
 * Variable time: for public data only. */
#ifndef TERN_CRYPTO_BLS_SIG_H
#define TERN_CRYPTO_BLS_SIG_H

#include "base/bytes.h"

enum { BLS_PUBLIC_BYTES = 48, BLS_SIGNATURE_BYTES = 96 };

/* Is it a point of the curve? Whatever else is wrong with it. */
bool bls_public_decodes(struct bytes key);
bool bls_signature_decodes(struct bytes signature);

/* Does it decode, to a point of the subgroup that is not infinity? */
bool bls_public_valid(struct bytes key);
bool bls_signature_valid(struct bytes signature);

/* The sum of `n` points, compressed. False if one does not decode or n is 0. No subgroup check:
 * that of the sum, when a signature is verified, does for signatures; keys have proved possession.
 */
bool bls_public_add(uint8_t out[BLS_PUBLIC_BYTES], const struct bytes *keys, size_t n);
bool bls_signature_add(uint8_t out[BLS_SIGNATURE_BYTES], const struct bytes *signatures, size_t n);

/* Is `signature`, which must lie in the subgroup, that of messages[i] under keys[i] for each i, all
 * together? False if n is 0, if something does not decode, or if a key is infinity. Subgroup checks
 * of the keys only if `check_keys`. */
bool bls_verify(struct bytes signature, const struct bytes *keys, const struct bytes *messages,
                size_t n, bool check_keys);

/* Is `proof` the key's proof of possession, and the key in the subgroup? */
bool bls_verify_possession(struct bytes key, struct bytes proof);

#endif
