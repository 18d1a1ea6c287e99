/* murmur3-32 (Austin Appleby, public domain), seed 0. */
#include "svm/svm.h"

static uint32_t rotate(uint32_t x, int r) {
    return x << r | x >> (32 - r);
}

static uint32_t scramble(uint32_t k) {
    return rotate(k * 0xcc9e2d51u, 15) * 0x1b873593u;
}

uint32_t svm_hash(struct bytes name) {
    uint32_t h = 0;
    size_t i = 0;
    for (; i + 4 <= name.n; i += 4)
        h = rotate(h ^ scramble(load_le32(name.p + i)), 13) * 5 + 0xe6546b64u;
    uint32_t tail = 0;
    for (size_t k = name.n; k > i; k--) tail = tail << 8 | name.p[k - 1];
    h ^= scramble(tail) ^ (uint32_t)name.n;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}
