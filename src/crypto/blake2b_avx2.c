/* The rounds of BLAKE2b with the four columns of the work vector in the lanes of AVX2 registers.
 *
 * The dependent chain of a half round is 13 operations. Turning columns into diagonals must not
 * lengthen it: b, the row that is ready last, stays where it is, and a, c and d, which are ready
 * earlier, turn around it (d, the next that is needed, by two lanes, which is the cheapest turn).
 * So lane j of the diagonal step works on a[j-1], b[j], c[j+1], d[j+2]. */
#include "crypto/blake2b.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { SIGMA_ROWS = 10, VECTORS = 4 * SIGMA_ROWS };

/* RFC 7693 §2.7 */
static const uint8_t sigma[SIGMA_ROWS][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

/* The words that each half round adds, lane by lane: four vectors a round. */
static void schedule(uint64_t w[VECTORS][4], const uint64_t m[16]) {
    for (int row = 0; row < SIGMA_ROWS; row++) {
        for (int lane = 0; lane < 4; lane++) {
            const uint8_t *s = sigma[row];
            int diagonal = (lane + 3) % 4;
            w[4 * row][lane] = m[s[2 * lane]];
            w[4 * row + 1][lane] = m[s[2 * lane + 1]];
            w[4 * row + 2][lane] = m[s[8 + 2 * diagonal]];
            w[4 * row + 3][lane] = m[s[8 + 2 * diagonal + 1]];
        }
    }
}

#define ADD(x, y) _mm256_add_epi64(x, y)
#define XOR(x, y) _mm256_xor_si256(x, y)

/* a + word, computed before b is there: the barrier keeps the compiler from adding word and b
 * first, which would put a second addition behind b. */
#define ADD_EARLY(x)                                                                               \
    a = ADD(a, _mm256_load_si256(x));                                                              \
    __asm__("" : "+x"(a));

/* G of RFC 7693 §3.1 in all lanes. */
#define MIX(x, y)                                                                                  \
    ADD_EARLY(x)                                                                                   \
    a = ADD(a, b);                                                                                 \
    d = _mm256_shuffle_epi32(XOR(d, a), 0xb1);                                                     \
    c = ADD(c, d);                                                                                 \
    b = _mm256_shuffle_epi8(XOR(b, c), ror24);                                                     \
    ADD_EARLY(y)                                                                                   \
    a = ADD(a, b);                                                                                 \
    d = _mm256_shuffle_epi8(XOR(d, a), ror16);                                                     \
    c = ADD(c, d);                                                                                 \
    b = XOR(b, c);                                                                                 \
    b = _mm256_or_si256(ADD(b, b), _mm256_srli_epi64(b, 63));

#define UP_ONE(x)   _mm256_permute4x64_epi64(x, 0x93) /* lane j gets lane j - 1 */
#define DOWN_ONE(x) _mm256_permute4x64_epi64(x, 0x39)
#define HALVES(x)   _mm256_permute2x128_si256(x, x, 0x01)

__attribute__((target("avx2"))) void blake2b_rounds_avx2(uint64_t v[16], const uint64_t m[16],
                                                         uint32_t rounds) {
    _Alignas(32) uint64_t words[VECTORS][4];
    schedule(words, m);
    const __m256i *w = (const __m256i *)words, *end = w + VECTORS;
    const __m256i ror24 = _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3,
                                           4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
    const __m256i ror16 = _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2,
                                           3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
    __m256i *rows = (__m256i *)v;
    __m256i a = _mm256_loadu_si256(rows), b = _mm256_loadu_si256(rows + 1),
            c = _mm256_loadu_si256(rows + 2), d = _mm256_loadu_si256(rows + 3);
    while (rounds-- > 0) {
        MIX(w, w + 1)
        a = UP_ONE(a), c = DOWN_ONE(c), d = HALVES(d);
        MIX(w + 2, w + 3)
        a = DOWN_ONE(a), c = UP_ONE(c), d = HALVES(d);
        w += 4;
        if (w == end) w = (const __m256i *)words;
    }
    _mm256_storeu_si256(rows, a);
    _mm256_storeu_si256(rows + 1, b);
    _mm256_storeu_si256(rows + 2, c);
    _mm256_storeu_si256(rows + 3, d);
}

#endif
