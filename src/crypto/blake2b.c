/* BLAKE2b (RFC 7693). The ten rows of the message schedule are written out, so that the words of a
 * round are picked at compile time; a call with a free number of rounds cycles through them.
 *
 * A long call is one chain of dependent operations, 24 cycles a round at best. In general registers
 * the 112 operations of a round take longer than that; with AVX2, where the processor has it, they
 * do not (blake2b_avx2.c). */
#include "crypto/hash.h"

#include "crypto/blake2b.h"

static const uint64_t iv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                               0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                               0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

#define ROR(v, n) (((v) >> (n)) | ((v) << (64 - (n))))

/* The mixing function G, RFC 7693 §3.1. */
#define MIX(a, b, c, d, x, y)                                                                      \
    a += b + (x);                                                                                  \
    d = ROR(d ^ a, 32);                                                                            \
    c += d;                                                                                        \
    b = ROR(b ^ c, 24);                                                                            \
    a += b + (y);                                                                                  \
    d = ROR(d ^ a, 16);                                                                            \
    c += d;                                                                                        \
    b = ROR(b ^ c, 63);

/* One round: columns, then diagonals. The arguments are a row of sigma, RFC 7693 §2.7. */
#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15)                \
    MIX(v0, v4, v8, v12, m[s0], m[s1])                                                             \
    MIX(v1, v5, v9, v13, m[s2], m[s3])                                                             \
    MIX(v2, v6, v10, v14, m[s4], m[s5])                                                            \
    MIX(v3, v7, v11, v15, m[s6], m[s7])                                                            \
    MIX(v0, v5, v10, v15, m[s8], m[s9])                                                            \
    MIX(v1, v6, v11, v12, m[s10], m[s11])                                                          \
    MIX(v2, v7, v8, v13, m[s12], m[s13])                                                           \
    MIX(v3, v4, v9, v14, m[s14], m[s15])                                                           \
    if (--rounds == 0) break;

void blake2b_rounds_portable(uint64_t v[16], const uint64_t m[16], uint32_t rounds) {
    uint64_t v0 = v[0], v1 = v[1], v2 = v[2], v3 = v[3], v4 = v[4], v5 = v[5], v6 = v[6], v7 = v[7];
    uint64_t v8 = v[8], v9 = v[9], v10 = v[10], v11 = v[11], v12 = v[12], v13 = v[13], v14 = v[14],
             v15 = v[15];
    while (rounds != 0) {
        ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
        ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
        ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
        ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
        ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
        ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
        ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
        ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
        ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
    }
    const uint64_t end[16] = {v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15};
    memcpy(v, end, sizeof end);
}

/* Below this number the schedule of the AVX2 form costs more than it saves. */
enum { AVX2_ROUNDS_MIN = 64 };

void blake2f(uint64_t h[8], const uint64_t m[16], const uint64_t t[2], bool last, uint32_t rounds) {
    uint64_t v[16];
    memcpy(v, h, 64);
    memcpy(v + 8, iv, 64);
    v[12] ^= t[0];
    v[13] ^= t[1];
    if (last) v[14] = ~v[14];
#if defined(__x86_64__)
    if (rounds >= AVX2_ROUNDS_MIN && __builtin_cpu_supports("avx2"))
        blake2b_rounds_avx2(v, m, rounds);
    else
#endif
        blake2b_rounds_portable(v, m, rounds);
    for (int i = 0; i < 8; i++) h[i] ^= v[i] ^ v[i + 8];
}

enum { BLOCK_BYTES = 128, ROUNDS = 12 };

static void compress(uint64_t h[8], const uint8_t *block, uint64_t offset, bool last) {
    uint64_t m[16];
    memcpy(m, block, sizeof m);
    blake2f(h, m, (uint64_t[2]){offset, 0}, last, ROUNDS);
}

void blake2b_256(struct b32 *out, struct bytes in) {
    uint64_t h[8];
    memcpy(h, iv, sizeof h);
    h[0] ^= 0x01010000 ^
            sizeof *out; /* the parameter block: fanout 1, depth 1, no key, digest length */
    uint64_t offset = 0;
    while (in.n > BLOCK_BYTES) { /* the last block, even a full one, is the one with the flag */
        offset += BLOCK_BYTES;
        compress(h, in.p, offset, false);
        in.p += BLOCK_BYTES;
        in.n -= BLOCK_BYTES;
    }
    uint8_t block[BLOCK_BYTES] = {0};
    if (in.n) memcpy(block, in.p, in.n);
    compress(h, block, offset + in.n, true);
    memcpy(out->b, h, sizeof *out);
}
