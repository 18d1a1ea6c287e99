/* Keys derived from a mnemonic: the seed (BIP-39), then children of secp256k1 keys (BIP-32) and of
 * ed25519 keys (SLIP-10).
 *
 * A path is "m/44'/60'/0'/0/0": indexes, hardened with an apostrophe. For commands that sign:
 * nothing here is made for speed. */
#ifndef TERN_CRYPTO_DERIVE_H
#define TERN_CRYPTO_DERIVE_H

#include "base/bytes.h"

enum { DERIVE_SEED_BYTES = 64, DERIVE_PATH_MAX = 16 };

/* The seed of a mnemonic and a passphrase ("": none). The words are not looked up in a list, and
 * both are taken to be in Unicode's form NFKD, as ASCII is. */
void derive_seed(uint8_t out[DERIVE_SEED_BYTES], struct bytes mnemonic, struct bytes passphrase);

/* False if the path is malformed, or if there is no such key (which nobody has ever met). */
bool derive_secp(struct b32 *out, const uint8_t *seed, size_t seed_bytes, const char *path);
/* The same; every index of the path must be hardened. */
bool derive_ed25519(struct b32 *out, const uint8_t *seed, size_t seed_bytes, const char *path);

#endif
