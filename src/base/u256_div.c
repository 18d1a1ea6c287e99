/* Division of 256- and 512-bit integers: schoolbook (Knuth, TAOCP 4.3.1, algorithm D) with the
 * quotient digits estimated by reciprocals instead of divisions (Möller and Granlund, "Improved
 * division by invariant integers", 2011; its section numbers below).
 *
 * A divisor d is normalised first: shifted left until its top bit is set; d1:d0 are its two top
 * limbs. */
#include "base/base.h"

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

/* One quotient digit of u1:u0 by d, u1 < d (algorithm 4). */
static inline uint64_t digit_2by1(uint64_t u1, uint64_t u0, uint64_t d, uint64_t v,
                                  uint64_t *rest) {
    const u128 q = (u128)v * u1 + join(u1, u0);
    uint64_t q1 = hi(q) + 1;
    uint64_t r = u0 - q1 * d;
    if (r > (uint64_t)q) q1--, r += d;
    if (__builtin_expect(r >= d, 0)) q1++, r -= d;
    *rest = r;
    return q1;
}

/* One quotient digit of u2:u1:u0 by d1:d0, u2:u1 < d1:d0 (algorithm 5). */
static inline uint64_t digit_3by2(uint64_t u2, uint64_t u1, uint64_t u0, uint64_t d1, uint64_t d0,
                                  uint64_t v, u128 *rest) {
    const u128 d = join(d1, d0);
    const u128 q = (u128)v * u2 + join(u2, u1);
    uint64_t q1 = hi(q);
    u128 r = join(u1 - q1 * d1, u0) - (u128)d0 * q1 - d;
    q1++;
    if (hi(r) >= (uint64_t)q) q1--, r += d;
    if (__builtin_expect(r >= d, 0)) q1++, r -= d;
    *rest = r;
    return q1;
}

/* out = in << s for n limbs, s < 64; returns what is shifted out. */
static inline uint64_t shift_left(uint64_t *out, const uint64_t *in, int n, unsigned s) {
    uint64_t below = 0;
    for (int i = 0; i < n; i++) {
        const uint64_t v = in[i];
        out[i] = v << s | below >> 1 >> (63 - s);
        below = v;
    }
    return below >> 1 >> (63 - s);
}

/* u[0..n) -= d * q; returns the borrow out of limb n - 1. */
static inline uint64_t sub_mul(uint64_t *u, const uint64_t *d, int n, uint64_t q) {
    uint64_t borrow = 0;
    for (int i = 0; i < n; i++) {
        const u128 t = (u128)d[i] * q + borrow;
        borrow = hi(t) + (u[i] < (uint64_t)t);
        u[i] -= (uint64_t)t;
    }
    return borrow;
}

/* u[0..n) += d; returns the carry. */
static inline uint64_t add_back(uint64_t *u, const uint64_t *d, int n) {
    uint64_t carry = 0;
    for (int i = 0; i < n; i++) {
        const u128 t = (u128)u[i] + d[i] + carry;
        u[i] = (uint64_t)t;
        carry = hi(t);
    }
    return carry;
}

/* The step below when the top two limbs of both are equal: the digit is 2^64 - 1 or little less. */
static __attribute__((noinline, cold)) uint64_t step_largest(uint64_t *u, const uint64_t *d,
                                                             int n) {
    uint64_t q = UINT64_MAX;
    uint64_t top = u[n] - sub_mul(u, d, n, q);
    while (top) { /* negative: all ones */
        q--;
        top += add_back(u, d, n);
    }
    return q;
}

/* One quotient digit: u[0..n] is what is left of the dividend, u[1..n] < d, and becomes the
 * remainder in u[0..n-1]. n is 2 to 4; v is reciprocal_2 of d. */
static inline __attribute__((always_inline)) uint64_t step(uint64_t *u, const uint64_t *d, int n,
                                                           uint64_t v) {
    const uint64_t d1 = d[n - 1], d0 = d[n - 2];
    if (__builtin_expect(u[n] == d1 && u[n - 1] == d0, 0)) return step_largest(u, d, n);
    u128 top;
    uint64_t q = digit_3by2(u[n], u[n - 1], u[n - 2], d1, d0, v, &top);
    const uint64_t borrow = sub_mul(u, d, n - 2, q);
    const bool negative = top < borrow;
    top -= borrow;
    u[n - 2] = (uint64_t)top;
    u[n - 1] = hi(top);
    if (__builtin_expect(negative, 0)) {
        q--;
        add_back(u, d, n);
    }
    return q;
}

static inline int limb_count(const uint64_t *p, int n) {
    while (n > 0 && p[n - 1] == 0) n--;
    return n;
}

/* The quotient digits of the m + 1 limbs in u by d of n limbs (u's top limb is below d's) go to
 * q[0..m-n]; the remainder stays in u[0..n-1]. */
static inline __attribute__((always_inline)) void steps(uint64_t *q, uint64_t *u, int m,
                                                        const uint64_t *d, int n) {
    const uint64_t v = reciprocal_2(d[n - 1], d[n - 2]);
    for (int j = m - n; j >= 0; j--) q[j] = step(u + j, d, n, v);
}

static inline uint64_t steps_1(uint64_t *q, uint64_t *u, int m, uint64_t d) {
    const uint64_t v = reciprocal_1(d);
    uint64_t rest = u[m];
    for (int j = m - 1; j >= 0; j--) q[j] = digit_2by1(rest, u[j], d, v, &rest);
    return rest;
}

/* q (room for m limbs, zeroed) and r from the m limbs a, 1 <= m <= 8, by b, which has n = 1 to 4
 * limbs and n <= m. */
static inline __attribute__((always_inline)) void
divide(uint64_t *q, uint64_t r[4], const uint64_t *a, int m, const uint64_t *b, int n) {
    uint64_t u[9], d[4];
    const unsigned s = (unsigned)__builtin_clzll(b[n - 1]);
    u[m] = shift_left(u, a, m, s);
    shift_left(d, b, n, s);
    r[0] = r[1] = r[2] = r[3] = 0;
    switch (n) {
    case 1: r[0] = steps_1(q, u, m, d[0]) >> s; return;
    case 2: steps(q, u, m, d, 2); break;
    case 3: steps(q, u, m, d, 3); break;
    default: steps(q, u, m, d, 4); break;
    }
    for (int i = 0; i < n - 1; i++) r[i] = u[i] >> s | u[i + 1] << 1 << (63 - s);
    r[n - 1] = u[n - 1] >> s;
}

void u256_divmod(struct u256 *quotient, struct u256 *remainder, const struct u256 *a,
                 const struct u256 *b) {
    struct u256 q = U256_ZERO, r = U256_ZERO;
    const int n = limb_count(b->w, 4);
    if (n == 0) {
        /* Yellow Paper, DIV and MOD: by zero both are zero. */
    } else if (u256_lt(a, b)) {
        r = *a;
    } else if (u256_fits_u64(a)) {
        q.w[0] = a->w[0] / b->w[0];
        r.w[0] = a->w[0] % b->w[0];
    } else {
        divide(q.w, r.w, a->w, limb_count(a->w, 4), b->w, n);
    }
    if (quotient) *quotient = q;
    if (remainder) *remainder = r;
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

/* out = a[0..m) mod b, for any m <= 8 and b > 0. */
static inline void reduce(struct u256 *out, const uint64_t *a, int m, const struct u256 *b) {
    const int n = limb_count(b->w, 4);
    m = limb_count(a, m);
    if (m < n) {
        *out = U256_ZERO;
        memcpy(out->w, a, (size_t)m * sizeof *a);
        return;
    }
    uint64_t q[8];
    struct u256 r;
    divide(q, r.w, a, m, b->w, n);
    *out = r;
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
        *out = carry || !below ? less : sum;
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
