/* SHA-2, RIPEMD-160 and SipHash from the libraries. */
#define OPENSSL_SUPPRESS_DEPRECATED    /* the low-level calls: EVP looks an algorithm up by name at \
                                          every hash */
#include "crypto/hash.h"

#include <openssl/ripemd.h>
#include <openssl/sha.h>
#include <sodium.h>

void sha2_256(struct b32 *out, struct bytes in) {
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, in.p, in.n);
    SHA256_Final(out->b, &c);
}

void sha2_512(uint8_t out[64], struct bytes in) {
    SHA512_CTX c;
    SHA512_Init(&c);
    SHA512_Update(&c, in.p, in.n);
    SHA512_Final(out, &c);
}

/* The function itself is always in libcrypto; only EVP's way to it needs the legacy provider. */
void ripemd160(struct b20 *out, struct bytes in) {
    RIPEMD160_CTX c;
    RIPEMD160_Init(&c);
    RIPEMD160_Update(&c, in.p, in.n);
    RIPEMD160_Final(out->b, &c);
}

uint64_t siphash_2_4(uint64_t k0, uint64_t k1, struct bytes in) {
    uint8_t key[crypto_shorthash_siphash24_KEYBYTES], out[crypto_shorthash_siphash24_BYTES];
    store_le64(key, k0);
    store_le64(key + 8, k1);
    crypto_shorthash_siphash24(out, in.p, in.n, key);
    return load_le64(out);
}
