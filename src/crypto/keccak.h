/* The keccak-f[1600] sponge (FIPS 202) in the three instances that the chains use:
 *
 *   name        rate    pad byte   output   used by
 *   keccak-256  136     0x01       32       EVM addresses, code hashes, tries, KECCAK256 (the
 * pre-FIPS padding) SHA3-256    136     0x06       32       Move hashes, Aptos addresses and
 * transaction hashes SHA3-512     72     0x06       64       Move natives
 *
 * All three share one permutation. On a processor with BMI it uses andn and rorx; the choice is
 * made by a predicted branch, so there is no pointer to set and nothing to initialise. */
#ifndef TERN_CRYPTO_KECCAK_H
#define TERN_CRYPTO_KECCAK_H

#include "base/bytes.h"

/* Hashes the whole of `in` (0 … SIZE_MAX bytes). `out` may lie inside `in`. */
void keccak256(struct b32 *out, struct bytes in);
void sha3_256(struct b32 *out, struct bytes in);
void sha3_512(uint8_t out[64], struct bytes in);

/* keccak-256 of nothing: the code hash of an account without code. */
extern const struct b32 keccak256_empty;

/* A hash in pieces. Life: keccak256_init or sha3_…_init → keccak_update… → keccak_final, once.
 * Plain data: copying the struct forks the hash. */
struct keccak {
    uint64_t lanes[25];
    uint8_t rate; /* bytes absorbed per permutation: 136 or 72 */
    uint8_t fill; /* bytes of the current block already absorbed, < rate */
    uint8_t pad;  /* the first padding byte */
    uint8_t out;  /* output bytes: 32 or 64 */
};

void keccak256_init(struct keccak *k);
void sha3_256_init(struct keccak *k);
void sha3_512_init(struct keccak *k);
void keccak_update(struct keccak *k, struct bytes in);

/* Writes 32 bytes (64 for SHA3-512) and leaves `k` unusable until the next init. */
void keccak_final(struct keccak *k, uint8_t *out);

/* The bare permutation over 25 lanes, lane (x, y) at index x + 5 y. */
void keccak_f1600(uint64_t lanes[25]);

#endif
