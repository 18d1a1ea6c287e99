/* 256-bit unsigned integers with the EVM's semantics: arithmetic is modulo 2^256, division by zero
 * gives zero. Limbs are 64-bit, least significant first. Results may alias operands unless a
 * comment says otherwise. */
#ifndef TERN_BASE_U256_H
#define TERN_BASE_U256_H

#include "base/bytes.h"

struct u256 {
    uint64_t w[4];
};

#define U256_ZERO ((struct u256){{0, 0, 0, 0}})
#define U256_ONE  ((struct u256){{1, 0, 0, 0}})

static inline struct u256 u256_from_u64(uint64_t v) {
    return (struct u256){{v, 0, 0, 0}};
}

static inline bool u256_is_zero(const struct u256 *a) {
    return (a->w[0] | a->w[1] | a->w[2] | a->w[3]) == 0;
}

static inline bool u256_eq(const struct u256 *a, const struct u256 *b) {
    return ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]) |
            (a->w[3] ^ b->w[3])) == 0;
}

static inline bool u256_fits_u64(const struct u256 *a) {
    return (a->w[1] | a->w[2] | a->w[3]) == 0;
}

/* The value, or UINT64_MAX if it does not fit. For sizes and offsets, where "too large" is all that
 * matters. */
static inline uint64_t u256_sat_u64(const struct u256 *a) {
    return u256_fits_u64(a) ? a->w[0] : UINT64_MAX;
}

/* out = a + b mod 2^256; returns the carry. */
static inline bool u256_add(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    unsigned char c = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t s;
        unsigned char c1 = __builtin_add_overflow(a->w[i], b->w[i], &s);
        unsigned char c2 = __builtin_add_overflow(s, (uint64_t)c, &out->w[i]);
        c = c1 | c2;
    }
    return c;
}

/* out = a - b mod 2^256; returns the borrow (that is, a < b). */
static inline bool u256_sub(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    unsigned char c = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t s;
        unsigned char c1 = __builtin_sub_overflow(a->w[i], b->w[i], &s);
        unsigned char c2 = __builtin_sub_overflow(s, (uint64_t)c, &out->w[i]);
        c = c1 | c2;
    }
    return c;
}

/* a < b, unsigned. */
static inline bool u256_lt(const struct u256 *a, const struct u256 *b) {
    struct u256 t;
    return u256_sub(&t, a, b);
}

/* a < b as two's complement. */
static inline bool u256_slt(const struct u256 *a, const struct u256 *b) {
    int64_t x = (int64_t)a->w[3], y = (int64_t)b->w[3];
    return x != y ? x < y : u256_lt(a, b);
}

/* <0, 0, >0. */
static inline int u256_cmp(const struct u256 *a, const struct u256 *b) {
    return u256_lt(a, b) ? -1 : !u256_eq(a, b);
}

/* The low limb of a * b + c + *carry; the high limb becomes the new carry. Cannot overflow 128
 * bits. Carries written as comparisons become add-with-carry, sums of 128 bits much longer code. */
static inline uint64_t u256_mac(uint64_t a, uint64_t b, uint64_t c, uint64_t *carry) {
    const __uint128_t product = (__uint128_t)a * b;
    uint64_t low = (uint64_t)product, high = (uint64_t)(product >> 64);
    low += c;
    high += low < c;
    low += *carry;
    high += low < *carry;
    *carry = high;
    return low;
}

/* out = a * b mod 2^256: the ten limb products that matter, row by row. */
static inline void u256_mul(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    const uint64_t a0 = a->w[0], a1 = a->w[1], a2 = a->w[2], a3 = a->w[3];
    const uint64_t b0 = b->w[0], b1 = b->w[1], b2 = b->w[2], b3 = b->w[3];
    uint64_t c = 0, r1, r2, r3;
    const uint64_t r0 = u256_mac(a0, b0, 0, &c);
    r1 = u256_mac(a0, b1, 0, &c);
    r2 = u256_mac(a0, b2, 0, &c);
    r3 = a0 * b3 + c;
    c = 0;
    r1 = u256_mac(a1, b0, r1, &c);
    r2 = u256_mac(a1, b1, r2, &c);
    r3 += a1 * b2 + c;
    c = 0;
    r2 = u256_mac(a2, b0, r2, &c);
    r3 += a2 * b1 + c + a3 * b0;
    *out = (struct u256){{r0, r1, r2, r3}};
}

/* The 512-bit product, 8 limbs; not over an operand. */
void u256_mul_wide(uint64_t out[8], const struct u256 *a, const struct u256 *b);

/* Quotient and remainder; both zero if b is zero (Yellow Paper, DIV and MOD). Either out may be
 * NULL. */
void u256_divmod(struct u256 *quotient, struct u256 *remainder, const struct u256 *a,
                 const struct u256 *b);
void u256_sdiv(struct u256 *out, const struct u256 *a, const struct u256 *b);
void u256_smod(struct u256 *out, const struct u256 *a, const struct u256 *b);

/* (a + b) mod m and (a * b) mod m over the unbounded integers; zero if m is zero. */
void u256_addmod(struct u256 *out, const struct u256 *a, const struct u256 *b,
                 const struct u256 *m);
void u256_mulmod(struct u256 *out, const struct u256 *a, const struct u256 *b,
                 const struct u256 *m);

/* What u256_mulmod_by() remembers of the modulus that it saw last. Starts as zeros. */
struct u256_modulus {
    struct u256 m, d; /* d is m << shift, with its top bit set */
    uint64_t reciprocal;
    uint32_t shift;
};

/* u256_mulmod, faster if the modulus is the one of the last call. */
void u256_mulmod_by(struct u256_modulus *known, struct u256 *out, const struct u256 *a,
                    const struct u256 *b, const struct u256 *m);

/* out = a ^ e mod 2^256; 0 ^ 0 is 1. */
void u256_exp(struct u256 *out, const struct u256 *a, const struct u256 *e);

/* Shifts by n bits; n of 256 and more gives zero (or the sign, for sar). A window slides over the
 * limbs padded with zeros, so nothing branches on the amount. */
static inline void u256_shl(struct u256 *out, const struct u256 *a, uint64_t n) {
    if (n >= 256) {
        *out = U256_ZERO;
        return;
    }
    const uint64_t t[8] = {0, 0, 0, 0, a->w[0], a->w[1], a->w[2], a->w[3]};
    const uint64_t *at = t + 4 - n / 64;
    const unsigned s = n % 64;
    for (int i = 0; i < 4; i++) out->w[i] = at[i] << s | at[i - 1] >> 1 >> (63 - s);
}
static inline void u256_shr(struct u256 *out, const struct u256 *a, uint64_t n) {
    if (n >= 256) {
        *out = U256_ZERO;
        return;
    }
    const uint64_t t[8] = {a->w[0], a->w[1], a->w[2], a->w[3], 0, 0, 0, 0};
    const uint64_t *at = t + n / 64;
    const unsigned s = n % 64;
    for (int i = 0; i < 4; i++) out->w[i] = at[i] >> s | at[i + 1] << 1 << (63 - s);
}
void u256_sar(struct u256 *out, const struct u256 *a, uint64_t n);

/* SIGNEXTEND: extends the sign of byte `k` (0 is the least significant); k of 31 and more changes
 * nothing. */
void u256_signextend(struct u256 *out, const struct u256 *k, const struct u256 *a);

/* Significant bits, 0 for zero; and the same in bytes. */
static inline unsigned u256_bit_length(const struct u256 *a) {
    for (int i = 3; i >= 0; i--)
        if (a->w[i]) return 64u * (unsigned)i + 64u - (unsigned)__builtin_clzll(a->w[i]);
    return 0;
}
static inline unsigned u256_byte_length(const struct u256 *a) {
    return (u256_bit_length(a) + 7) / 8;
}

/* Big-endian bytes, the form of the EVM's memory, stack words and RLP. */
static inline void u256_load_be(struct u256 *out, const uint8_t p[32]) {
    for (int i = 0; i < 4; i++) out->w[3 - i] = load_be64(p + 8 * i);
}
static inline void u256_store_be(uint8_t p[32], const struct u256 *a) {
    uint64_t t[4] = {a->w[3], a->w[2], a->w[1], a->w[0]};
    for (int i = 0; i < 4; i++) store_be64(p + 8 * i, t[i]);
}

/* Up to 32 big-endian bytes, any length; the caller has checked n <= 32. */
void u256_from_be(struct u256 *out, struct bytes be);

/* "0x…" without leading zeros, at least one digit. `out` has room for 67 bytes. Returns the length.
 */
size_t u256_to_hex(char *out, const struct u256 *a);

/* Decimal. `out` has room for 79 bytes. Returns the length. */
size_t u256_to_dec(char *out, const struct u256 *a);

/* Decimal digits only, at least one; false on anything else or on overflow. */
bool u256_from_dec(struct u256 *out, struct bytes text);

#endif
