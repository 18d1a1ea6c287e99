/* Division of 256- and 512-bit integers: schoolbook (Knuth, TAOCP 4.3.1, algorithm D) with the
 * quotient digits estimated by reciprocals instead of divisions (Möller and Granlund, "Improved
 * division by invariant integers", 2011; its section numbers below).
 *
 * A divisor d is normalised first: shifted left until its top bit is set; d1:d0 are its two top
 * limbs. */

/* Limbs are written one by one; a vector load of them soon after would wait for all of these stores
 * to leave the core (a failed store-to-load forwarding, some 15 cycles). */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-vectorize", "no-tree-slp-vectorize",                                 \
                     "no-tree-loop-distribute-patterns")
#endif
#include "base/base.h"

#include <assert.h>

typedef __uint128_t u128;

static inline uint64_t hi(u128 v) {
    return (uint64_t)(v >> 64);
}

static inline u128 join(uint64_t high, uint64_t low) {
    return (u128)high << 64 | low;
}

/* high:low / d for high < d: one instruction where the machine has it. */
static inline uint64_t div_128_by_64(uint64_t high, uint64_t low, uint64_t d, uint64_t *rest) {
#if defined(__x86_64__)
    uint64_t q;
    __asm__("divq %4" : "=a"(q), "=d"(*rest) : "a"(low), "d"(high), "r"(d) : "cc");
    return q;
#else
    const u128 n = join(high, low);
    *rest = (uint64_t)(n % d);
    return (uint64_t)(n / d);
#endif
}

/* floor((2^128 - 1) / d) - 2^64 for a normalised d (section 2). */
static inline uint64_t reciprocal_1(uint64_t d) {
    uint64_t rest;
    return div_128_by_64(~d, UINT64_MAX, d, &rest);
}

/* floor((2^192 - 1) / d1:d0) - 2^64 (section 4, algorithm 6). */
static inline uint64_t reciprocal_2(uint64_t d1, uint64_t d0) {
    uint64_t v = reciprocal_1(d1);
    uint64_t p = d1 * v + d0;
    if (p < d0) {
        v--;
        if (p >= d1) v--, p -= d1;
        p -= d1;
    }
    const u128 t = (u128)v * d0;
    p += hi(t);
    if (p < hi(t)) {
        v--;
        if (join(p, (uint64_t)t) >= join(d1, d0)) v--;
    }
    return v;
}

/* One quotient digit of u2:u1:u0 by d1:d0, u2:u1 < d1:d0 (algorithm 5). The remainder is r1:r0;
 * borrows are written out because sums of 128 bits become much longer code. */
static inline uint64_t digit_3by2(uint64_t u2, uint64_t u1, uint64_t u0, uint64_t d1, uint64_t d0,
                                  uint64_t v, uint64_t *rest1, uint64_t *rest0) {
    const u128 product = (u128)v * u2;
    const uint64_t q0 = (uint64_t)product + u1;
    uint64_t q1 = hi(product) + u2 + (q0 < u1);
    /* r = u1:u0 - q1 * d1:d0 - d1:d0, modulo 2^128 */
    const u128 t = (u128)d0 * q1;
    uint64_t r0 = u0 - (uint64_t)t;
    uint64_t r1 = u1 - q1 * d1 - hi(t) - (u0 < (uint64_t)t);
    r1 -= d1 + (r0 < d0);
    r0 -= d0;
    q1++;
    const uint64_t over = -(uint64_t)(r1 >= q0); /* as likely as not: no branch */
    q1 += over;
    r0 += d0 & over;
    r1 += (d1 & over) + (r0 < (d0 & over));
    if (__builtin_expect(r1 >= d1, 0) && (r1 > d1 || r0 >= d0)) {
        q1++;
        r1 -= d1 + (r0 < d0);
        r0 -= d0;
    }
    *rest1 = r1;
    *rest0 = r0;
    return q1;
}

/* The functions below run with n, the number of the divisor's limbs, known to the compiler, so that
 * loops unroll and the remainder lives in registers. */
#define INLINE static inline __attribute__((always_inline))

/* out = u - d * q over n limbs; returns the borrow. */
INLINE uint64_t sub_mul(uint64_t *out, const uint64_t *u, const uint64_t *d, int n, uint64_t q) {
    uint64_t borrow = 0;
    for (int i = 0; i < n; i++) {
        const uint64_t low = u256_mac(d[i], q, 0, &borrow);
        borrow += u[i] < low;
        out[i] = u[i] - low;
    }
    return borrow;
}

/* r += d over n limbs, modulo 2^(64 n). */
INLINE void add_back(uint64_t *r, const uint64_t *d, int n) {
    uint64_t carry = 0;
    for (int i = 0; i < n; i++) {
        const u128 t = (u128)r[i] + d[i] + carry;
        r[i] = (uint64_t)t;
        carry = hi(t);
    }
}

/* The digit of the n + 1 limbs u by d when the top two limbs of both are equal. It is 2^64 - 1:
 * with u = rest * 2^64 + low, u - (2^64 - 1) * d = d - (d - rest) * 2^64 + low, and d - rest has at
 * most n - 2 limbs. Leaves the remainder in the lower n limbs. */
static __attribute__((noinline, cold)) uint64_t largest_digit(uint64_t *u, const uint64_t *d,
                                                              int n) {
    const uint64_t borrow = sub_mul(u, u, d, n, UINT64_MAX);
    assert(borrow == u[n]);
    (void)borrow;
    return UINT64_MAX;
}

/* Takes and returns the next digit: of `rest` (n limbs, below d) with `low` behind it. v is
 * reciprocal_2 of d; n is 2 to 4. */
INLINE uint64_t next_digit(uint64_t *rest, uint64_t low, const uint64_t *d, int n, uint64_t v) {
    const uint64_t d1 = d[n - 1], d0 = d[n - 2];
    uint64_t u[5] = {low, 0, 0, 0, 0};
    for (int i = 0; i < n; i++) u[i + 1] = rest[i];
    if (__builtin_expect(u[n] == d1 && u[n - 1] == d0, 0)) {
        uint64_t copy[5]; /* so that the others may stay in registers */
        for (int i = 0; i <= n; i++) copy[i] = u[i];
        const uint64_t q = largest_digit(copy, d, n);
        for (int i = 0; i < n; i++) rest[i] = copy[i];
        return q;
    }
    uint64_t r1, r0;
    uint64_t q = digit_3by2(u[n], u[n - 1], u[n - 2], d1, d0, v, &r1, &r0);
    const uint64_t borrow = sub_mul(rest, u, d, n - 2, q);
    const uint64_t more = r0 < borrow;
    rest[n - 2] = r0 - borrow;
    rest[n - 1] = r1 - more;
    if (__builtin_expect(r1 < more, 0)) { /* negative */
        q--;
        add_back(rest, d, n);
    }
    return q;
}

/* The digit of a remainder whose top limb is zero: with `low` behind, it is below 2^(64 n), and d
 * is at least half of that. */
INLINE uint64_t first_bit(uint64_t *rest, uint64_t low, const uint64_t *d, int n) {
    uint64_t u[4] = {low, 0, 0, 0}, less[4], borrow = 0;
    for (int i = 0; i < n - 1; i++) u[i + 1] = rest[i];
    for (int i = 0; i < n; i++) {
        const u128 t = (u128)u[i] - d[i] - borrow;
        less[i] = (uint64_t)t;
        borrow = hi(t) & 1;
    }
    for (int i = 0; i < n; i++) rest[i] = borrow ? u[i] : less[i];
    return 1 - borrow;
}

/* a[i]:a[i-1] << s, the upper limb. */
INLINE uint64_t shifted(const uint64_t *a, int i, unsigned s) {
    return a[i] << s | a[i - 1] >> 1 >> (63 - s);
}

/* Divides the m limbs a by the n limbs b, 2 <= n <= 4, n <= m <= 8: the m - n + 1 quotient digits
 * go to q unless it is NULL, the remainder to r, which may be a or b. */
INLINE void divide_n(uint64_t *q, uint64_t *r, const uint64_t *a, int m, const uint64_t *b, int n) {
    const unsigned s = (unsigned)__builtin_clzll(b[n - 1]);
    uint64_t d[4], rest[4];
    for (int i = n - 1; i > 0; i--) d[i] = shifted(b, i, s);
    d[0] = b[0] << s;
    rest[n - 1] = a[m - 1] >> 1 >> (63 - s);
    for (int i = n - 2; i >= 0; i--) rest[i] = shifted(a, m - n + 1 + i, s);
    const uint64_t v = reciprocal_2(d[n - 1], d[n - 2]);
    int j = m - n;
    if (rest[n - 1] == 0) { /* a divisor of whole limbs, or a dividend with zeros before it */
        const uint64_t bit = first_bit(rest, j ? shifted(a, j, s) : a[0] << s, d, n);
        if (q) q[j] = bit;
        j--;
    }
    for (; j >= 0; j--) {
        const uint64_t digit = next_digit(rest, j ? shifted(a, j, s) : a[0] << s, d, n, v);
        if (q) q[j] = digit;
    }
    for (int i = 0; i < n - 1; i++) r[i] = rest[i] >> s | rest[i + 1] << 1 << (63 - s);
    r[n - 1] = rest[n - 1] >> s;
    for (int i = n; i < 4; i++) r[i] = 0;
}

/* The same for n = 1, with the machine's division. It takes some 12 cycles a limb (AMD since Zen 3,
 * Intel since Ice Lake), less than a reciprocal's digit; only older machines would like that
 * better.
 */
INLINE void divide_1(uint64_t *q, uint64_t *r, const uint64_t *a, int m, uint64_t b) {
    uint64_t rest = 0;
    for (int j = m - 1; j >= 0; j--) {
        const uint64_t digit = div_128_by_64(rest, a[j], b, &rest);
        if (q) q[j] = digit;
    }
    r[0] = rest;
    r[1] = r[2] = r[3] = 0;
}

INLINE void divide(uint64_t *q, uint64_t *r, const uint64_t *a, int m, const uint64_t *b, int n) {
    switch (n) {
    case 1: divide_1(q, r, a, m, b[0]); return;
    case 2: divide_n(q, r, a, m, b, 2); return;
    case 3: divide_n(q, r, a, m, b, 3); return;
    default: divide_n(q, r, a, m, b, 4); return;
    }
}

static inline int limb_count(const uint64_t *p, int n) {
    while (n > 0 && p[n - 1] == 0) n--;
    return n;
}

INLINE void put(struct u256 *out, const uint64_t w[4]) {
    for (int i = 0; i < 4; i++) out->w[i] = w[i];
}

void u256_divmod(struct u256 *quotient, struct u256 *remainder, const struct u256 *a,
                 const struct u256 *b) {
    uint64_t q[4] = {0}, r[4] = {0};
    const int n = limb_count(b->w, 4);
    if (n == 0) {
        /* Yellow Paper, DIV and MOD: by zero both are zero. */
    } else if (n == 1 && u256_fits_u64(a)) {
        q[0] = a->w[0] / b->w[0];
        r[0] = a->w[0] % b->w[0];
    } else if (u256_lt(a, b)) {
        for (int i = 0; i < 4; i++) r[i] = a->w[i];
    } else {
        divide(q, r, a->w, limb_count(a->w, 4), b->w, n);
    }
    if (quotient) put(quotient, q);
    if (remainder) put(remainder, r);
}

static inline bool is_negative(const struct u256 *a) {
    return a->w[3] >> 63;
}

static inline struct u256 magnitude(const struct u256 *a) {
    struct u256 r = *a;
    if (is_negative(a)) u256_sub(&r, &U256_ZERO, a);
    return r;
}

void u256_sdiv(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    /* -2^255 / -1 comes out as -2^255 by itself, as the Yellow Paper wants. */
    const bool negative = is_negative(a) != is_negative(b);
    const struct u256 x = magnitude(a), y = magnitude(b);
    u256_divmod(out, NULL, &x, &y);
    if (negative) u256_sub(out, &U256_ZERO, out);
}

void u256_smod(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    const bool negative = is_negative(a); /* the sign is the dividend's */
    const struct u256 x = magnitude(a), y = magnitude(b);
    u256_divmod(NULL, out, &x, &y);
    if (negative) u256_sub(out, &U256_ZERO, out);
}

/* m has four limbs. */
static void know(struct u256_modulus *k, const struct u256 *m) {
    k->m = *m;
    k->shift = (uint32_t)__builtin_clzll(m->w[3]);
    u256_shl(&k->d, m, k->shift);
    k->reciprocal = reciprocal_2(k->d.w[3], k->d.w[2]);
}

#if defined(__x86_64__)
/* In u256_mul.S: the product, and next_digit() for n = 4, again and again. */
void u256_mul_wide_bmi2(uint64_t out[8], const struct u256 *a, const struct u256 *b);
void u256_reduce_bmi2(uint64_t rest[4], const uint64_t *low, const uint64_t d[4], uint64_t v,
                      size_t digits);

static bool has_bmi(void) {
    return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

/* out = the n limbs u mod k->m, n >= 4: divide_n(NULL, out, u, n, k->m, 4). */
static void reduce_4(struct u256 *out, const uint64_t *u, int n, const struct u256_modulus *k) {
    const unsigned s = k->shift;
    uint64_t low[5], rest[4];
    for (int i = 0; i < 3; i++) rest[i] = shifted(u, n - 3 + i, s);
    rest[3] = u[n - 1] >> 1 >> (63 - s);
    for (int i = n - 4; i > 0; i--) low[i] = shifted(u, i, s);
    low[0] = u[0] << s;
    u256_reduce_bmi2(rest, low, k->d.w, k->reciprocal, (size_t)n - 3);
    for (int i = 0; i < 3; i++) out->w[i] = rest[i] >> s | rest[i + 1] << 1 << (63 - s);
    out->w[3] = rest[3] >> s;
}
#endif

/* out = a[0..m) mod b, for any m <= 8 and b > 0. */
static inline void reduce(struct u256 *out, const uint64_t *a, int m, const struct u256 *b) {
    const int n = limb_count(b->w, 4);
    m = limb_count(a, m);
    if (m < n) { /* then m < 4 and the limbs above are zero */
        put(out, a);
        return;
    }
#if defined(__x86_64__)
    if (n == 4 && has_bmi()) {
        struct u256_modulus k;
        know(&k, b);
        reduce_4(out, a, m, &k);
        return;
    }
#endif
    divide(NULL, out->w, a, m, b->w, n);
}

void u256_addmod(struct u256 *out, const struct u256 *a, const struct u256 *b,
                 const struct u256 *m) {
    if (u256_is_zero(m)) {
        *out = U256_ZERO;
        return;
    }
    struct u256 sum;
    const bool carry = u256_add(&sum, a, b);
    if (u256_lt(a, m) && u256_lt(b, m)) { /* then the sum is below 2m */
        struct u256 less;
        const bool below = u256_sub(&less, &sum, m);
        const uint64_t take = -(uint64_t)(carry || !below);
        for (int i = 0; i < 4; i++) out->w[i] = sum.w[i] ^ ((sum.w[i] ^ less.w[i]) & take);
        return;
    }
    const uint64_t wide[5] = {sum.w[0], sum.w[1], sum.w[2], sum.w[3], carry};
    reduce(out, wide, 5, m);
}

void u256_mulmod(struct u256 *out, const struct u256 *a, const struct u256 *b,
                 const struct u256 *m) {
    if (u256_is_zero(m)) {
        *out = U256_ZERO;
        return;
    }
    uint64_t wide[8];
    u256_mul_wide(wide, a, b);
    reduce(out, wide, 8, m);
}

void u256_mulmod_by(struct u256_modulus *known, struct u256 *out, const struct u256 *a,
                    const struct u256 *b, const struct u256 *m) {
#if defined(__x86_64__)
    if (m->w[3] && has_bmi()) {
        uint64_t wide[8];
        if (!u256_eq(m, &known->m)) know(known, m);
        u256_mul_wide_bmi2(wide, a, b);
        int n = limb_count(wide, 8);
        if (n < 4)
            put(out, wide);
        else
            reduce_4(out, wide, n, known);
        return;
    }
#endif
    (void)known;
    u256_mulmod(out, a, b, m);
}
