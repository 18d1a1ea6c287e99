#include "crypto/blake3.h"

enum {
    BLOCK_BYTES = 64,
    CHUNK_BYTES = 1024,
    DEPTH_MAX = 54, /* of a tree over 2^64 bytes */
    CHUNK_START = 1 << 0,
    CHUNK_END = 1 << 1,
    PARENT = 1 << 2,
    ROOT = 1 << 3,
};

static const uint32_t iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate(uint32_t x, unsigned n) {
    return x >> n | x << (32 - n);
}

static void mix(uint32_t s[16], unsigned a, unsigned b, unsigned c, unsigned d, uint32_t x,
                uint32_t y) {
    s[a] += s[b] + x;
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b] + y;
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

static void permute(uint32_t m[16]) {
    static const uint8_t from[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
    uint32_t old[16];
    memcpy(old, m, sizeof old);
    for (int i = 0; i < 16; i++) m[i] = old[from[i]];
}

/* The chaining value of one block. */
static void compress(uint32_t cv[8], const uint8_t block[BLOCK_BYTES], size_t bytes,
                     uint64_t counter, uint32_t flags) {
    uint32_t m[16],
        s[16] = {[8] = iv[0],     iv[1], iv[2], iv[3], (uint32_t)counter, (uint32_t)(counter >> 32),
                 (uint32_t)bytes, flags};
    memcpy(s, cv, 32);
    memcpy(m, block, sizeof m);
    for (int round = 0; round < 7; round++) {
        for (unsigned i = 0; i < 4; i++) mix(s, i, i + 4, i + 8, i + 12, m[2 * i], m[2 * i + 1]);
        for (unsigned i = 0; i < 4; i++)
            mix(s, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[8 + 2 * i],
                m[9 + 2 * i]);
        permute(m);
    }
    for (int i = 0; i < 8; i++) cv[i] = s[i] ^ s[i + 8];
}

static void chunk(uint32_t cv[8], const uint8_t *p, size_t n, uint64_t counter, uint32_t flags) {
    uint8_t block[BLOCK_BYTES];
    size_t at = 0;
    memcpy(cv, iv, sizeof iv);
    do {
        size_t take = n - at < BLOCK_BYTES ? n - at : BLOCK_BYTES;
        bool last = at + take == n;
        memset(block, 0, sizeof block);
        if (take) memcpy(block, p + at, take);
        compress(cv, block, take, counter,
                 (at == 0 ? CHUNK_START : 0) | (last ? CHUNK_END | flags : 0));
        at += take;
    } while (at < n);
}

static void parent(uint32_t left[8], const uint32_t right[8], uint32_t flags) {
    uint8_t block[BLOCK_BYTES];
    memcpy(block, left, 32);
    memcpy(block + 32, right, 32);
    memcpy(left, iv, sizeof iv);
    compress(left, block, BLOCK_BYTES, 0, PARENT | flags);
}

/* Complete subtrees wait on a stack; chunk number i closes as many as it has trailing zero bits.
 * The last one joins them from the right, the root at the end. */
void blake3(struct b32 *out, struct bytes in) {
    uint32_t stack[DEPTH_MAX][8], cv[8];
    size_t depth = 0, chunks = in.n ? (in.n + CHUNK_BYTES - 1) / CHUNK_BYTES : 1;
    for (size_t i = 0; i < chunks; i++) {
        size_t at = i * CHUNK_BYTES, n = in.n - at < CHUNK_BYTES ? in.n - at : CHUNK_BYTES;
        bool last = i + 1 == chunks;
        chunk(cv, in.p + at, n, i, chunks == 1 ? ROOT : 0);
        for (size_t total = i + 1; !last && total % 2 == 0; total /= 2) {
            uint32_t right[8];
            memcpy(right, cv, sizeof cv);
            memcpy(cv, stack[--depth], sizeof cv);
            parent(cv, right, 0);
        }
        if (!last) memcpy(stack[depth++], cv, sizeof cv);
    }
    while (depth) {
        uint32_t right[8];
        memcpy(right, cv, sizeof cv);
        memcpy(cv, stack[--depth], sizeof cv);
        parent(cv, right, depth == 0 ? ROOT : 0);
    }
    memcpy(out, cv, sizeof *out);
}
