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
    const uint64_t over = -(uint64_t)(r > (uint64_t)q); /* as likely as not: no branch */
    q1 += over;
    r += d & over;
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
    const uint64_t over = -(uint64_t)(hi(r) >= (uint64_t)q); /* as likely as not: no branch */
    q1 += over;
    r += d & join(over, over);
    if (__builtin_expect(r >= d, 0)) q1++, r -= d;
    *rest = r;
    return q1;
}

/* The functions below run with n, the number of the divisor's limbs, known to the compiler, so that
 * loops unroll and the remainder lives in registers. */
#define INLINE static inline __attribute__((always_inline))

/* out = u - d * q over n limbs; returns the borrow. */
INLINE uint64_t sub_mul(uint64_t *out, const uint64_t *u, const uint64_t *d, int n, uint64_t q) {
    uint64_t borrow = 0;
    for (int i = 0; i < n; i++) {
        const u128 t = (u128)d[i] * q + borrow;
        borrow = hi(t) + (u[i] < (uint64_t)t);
        out[i] = u[i] - (uint64_t)t;
    }
    return borrow;
}

/* r += d over n limbs; returns the carry. */
INLINE uint64_t add_back(uint64_t *r, const uint64_t *d, int n) {
    uint64_t carry = 0;
    for (int i = 0; i < n; i++) {
        const u128 t = (u128)r[i] + d[i] + carry;
        r[i] = (uint64_t)t;
        carry = hi(t);
    }
    return carry;
}

/* A quotient digit and what remains. */
struct digit {
    uint64_t q, rest[4];
};

/* The digit of u when its top limbs equal d1:d0: it is 2^64 - 1 or little less. */
static __attribute__((noinline, cold)) struct digit largest_digit(struct digit u, uint64_t low,
                                                                  const uint64_t *d, int n) {
    const uint64_t all[5] = {low, u.rest[0], u.rest[1], u.rest[2], u.rest[3]};
    u.q = UINT64_MAX;
    uint64_t top = all[n] - sub_mul(u.rest, all, d, n, u.q);
    while (top) { /* negative: all ones */
        u.q--;
        top += add_back(u.rest, d, n);
    }
    return u;
}

/* Takes the next digit: of r->rest with `low` behind it. r->rest < d; v is reciprocal_2 of d; n is
 * 2 to 4. */
INLINE void next_digit(struct digit *r, uint64_t low, const uint64_t *d, int n, uint64_t v) {
    const uint64_t d1 = d[n - 1], d0 = d[n - 2];
    uint64_t u[5] = {low, 0, 0, 0, 0};
    for (int i = 0; i < n; i++) u[i + 1] = r->rest[i];
    if (__builtin_expect(u[n] == d1 && u[n - 1] == d0, 0)) {
        *r = largest_digit(*r, low, d, n);
        return;
    }
    u128 top;
    r->q = digit_3by2(u[n], u[n - 1], u[n - 2], d1, d0, v, &top);
    const uint64_t borrow = sub_mul(r->rest, u, d, n - 2, r->q);
    r->rest[n - 2] = (uint64_t)(top - borrow);
    r->rest[n - 1] = hi(top - borrow);
    if (__builtin_expect(top < borrow, 0)) {
        r->q--;
        add_back(r->rest, d, n);
    }
}

/* a[i]:a[i-1] << s, the upper limb. */
INLINE uint64_t shifted(const uint64_t *a, int i, unsigned s) {
    return a[i] << s | a[i - 1] >> 1 >> (63 - s);
}

/* Divides the m limbs a by the n limbs b, 2 <= n <= 4, n <= m <= 8: the m - n + 1 quotient digits
 * go to q unless it is NULL, the remainder to r. */
INLINE void divide_n(uint64_t *q, uint64_t r[4], const uint64_t *a, int m, const uint64_t *b,
                     int n) {
    const unsigned s = (unsigned)__builtin_clzll(b[n - 1]);
    uint64_t d[4];
    struct digit at = {0};
    for (int i = n - 1; i > 0; i--) d[i] = shifted(b, i, s);
    d[0] = b[0] << s;
    at.rest[n - 1] = a[m - 1] >> 1 >> (63 - s);
    for (int i = n - 2; i >= 0; i--) at.rest[i] = shifted(a, m - n + 1 + i, s);
    const uint64_t v = reciprocal_2(d[n - 1], d[n - 2]);
    for (int j = m - n; j >= 0; j--) {
        next_digit(&at, j ? shifted(a, j, s) : a[0] << s, d, n, v);
        if (q) q[j] = at.q;
    }
    for (int i = 0; i < n - 1; i++) r[i] = at.rest[i] >> s | at.rest[i + 1] << 1 << (63 - s);
    r[n - 1] = at.rest[n - 1] >> s;
}

INLINE void divide_1(uint64_t *q, uint64_t r[4], const uint64_t *a, int m, uint64_t b) {
    const unsigned s = (unsigned)__builtin_clzll(b);
    const uint64_t d = b << s, v = reciprocal_1(d);
    uint64_t rest = a[m - 1] >> 1 >> (63 - s);
    for (int j = m - 1; j >= 0; j--) {
        const uint64_t digit = digit_2by1(rest, j ? shifted(a, j, s) : a[0] << s, d, v, &rest);
        if (q) q[j] = digit;
    }
    r[0] = rest >> s;
}

/* The same for any n from 1; r's upper limbs are zero already. */
INLINE void divide(uint64_t *q, uint64_t r[4], const uint64_t *a, int m, const uint64_t *b, int n) {
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
    struct u256 r = U256_ZERO;
    divide(NULL, r.w, a, m, b->w, n);
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
