/* The three bn254 calls on any bytes. First byte: which call, and whether scalars first turn the
 * input's points into valid ones, so that mutations get past the validation. What is accepted must
 * obey the group's laws. */
#include "crypto/bn254.h"

#include <stdlib.h>

static void check(bool holds) {
    if (!holds) abort();
}

/* The generator of G1 times the 32 bytes at k. */
static void point_from_scalar(uint8_t out[64], const uint8_t k[32]) {
    uint8_t in[96] = {0};
    in[31] = 1;
    in[63] = 2;
    memcpy(in + 64, k, 32);
    check(bn254_mul(out, BYTES_OF(in)));
}

static void fuzz_add(uint8_t in[128]) {
    uint8_t sum[64], swapped[128], other[64], again[128];
    if (!bn254_add(sum, bytes_make(in, 128))) return;
    memcpy(swapped, in + 64, 64);
    memcpy(swapped + 64, in, 64);
    check(bn254_add(other, BYTES_OF(swapped)) && memcmp(sum, other, 64) == 0);
    memcpy(again, sum, 64); /* a sum is a valid point again */
    memcpy(again + 64, in, 64);
    check(bn254_add(other, BYTES_OF(again)));
}

static void fuzz_mul(uint8_t in[96]) {
    uint8_t product[64], next[96], pair[128], sum[64];
    if (!bn254_mul(product, bytes_make(in, 96))) return;
    memcpy(next, in, 96); /* [k + 1]P = [k]P + P, unless k + 1 wraps */
    int i = 31;
    while (i >= 0 && ++next[64 + i] == 0) i--;
    if (i < 0) return;
    memcpy(pair, product, 64);
    memcpy(pair + 64, in, 64);
    check(bn254_add(sum, BYTES_OF(pair)));
    check(bn254_mul(product, BYTES_OF(next)) && memcmp(sum, product, 64) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t in[128] = {0}, out[64];
    bool result;
    if (size == 0) return 0;
    uint8_t kind = data[0];
    struct bytes rest = bytes_make(data + 1, size - 1);
    bn254_add(out, rest);
    bn254_mul(out, rest);
    if (kind % 4 == 3) {
        if (rest.n <= 192 * 20) bn254_pairing(rest, &result);
        return 0;
    }
    memcpy(in, rest.p, rest.n < 128 ? rest.n : 128);
    if (kind & 4) {
        uint8_t scalars[64];
        memcpy(scalars, in, 64);
        point_from_scalar(in, scalars);
        if (kind % 4 == 0) point_from_scalar(in + 64, scalars + 32);
    }
    if (kind % 4 == 0)
        fuzz_add(in);
    else
        fuzz_mul(in);
    return 0;
}
