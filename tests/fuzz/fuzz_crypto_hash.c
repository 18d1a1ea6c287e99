/* The sponge in pieces against the sponge in one call, and BLAKE2b against libsodium. The first
 * byte sets the cuts. */
#include "crypto/hash.h"
#include "crypto/keccak.h"

#include <sodium.h>
#include <stdlib.h>

static void check(bool holds) {
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    struct bytes in = bytes_make(data + 1, size - 1);
    struct keccak k, wide;
    struct b32 one, model;
    uint8_t pieces[64], long_one[64];
    keccak256_init(&k);
    sha3_512_init(&wide);
    for (size_t at = 0, step = data[0] + 1u; at < in.n; step = step * 5 % 251 + 1) {
        size_t n = step < in.n - at ? step : in.n - at;
        keccak_update(&k, bytes_sub(in, at, n));
        keccak_update(&wide, bytes_sub(in, at, n));
        at += n;
    }
    keccak_final(&k, pieces);
    keccak256(&one, in);
    check(memcmp(&one, pieces, 32) == 0);
    keccak_final(&wide, pieces);
    sha3_512(long_one, in);
    check(memcmp(long_one, pieces, 64) == 0);
    blake2b_256(&one, in);
    crypto_generichash_blake2b(model.b, 32, in.p, in.n, NULL, 0);
    check(b32_eq(&one, &model));
    return 0;
}
