/* Private to evm/: 256-bit arithmetic that the interpreter inlines. Works limb by limb in general
 * registers: a value written as four words and read back as two vectors would stall the processor's
 * store forwarding, and stack items are read right after they were written. */
#ifndef TERN_EVM_ARITH_H
#define TERN_EVM_ARITH_H

#include "base/u256.h"

static inline void set_limbs(struct u256 *out, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3) {
    out->w[0] = w0, out->w[1] = w1, out->w[2] = w2, out->w[3] = w3;
}

/* out = a + b, out = a - b; compilers turn portable carries into three times as many
 * instructions. */
static inline void add_to(struct u256 *out, const struct u256 *a, const struct u256 *b) {
#if defined(__x86_64__)
    uint64_t t0 = a->w[0], t1 = a->w[1], t2 = a->w[2], t3 = a->w[3];
    __asm__("addq %[b0], %[t0]\n\tadcq %[b1], %[t1]\n\tadcq %[b2], %[t2]\n\tadcq %[b3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3)
            : [b0] "m"(b->w[0]), [b1] "m"(b->w[1]), [b2] "m"(b->w[2]), [b3] "m"(b->w[3])
            : "cc");
    set_limbs(out, t0, t1, t2, t3);
#else
    u256_add(out, a, b);
#endif
}

static inline void sub_to(struct u256 *out, const struct u256 *a, const struct u256 *b) {
#if defined(__x86_64__)
    uint64_t t0 = a->w[0], t1 = a->w[1], t2 = a->w[2], t3 = a->w[3];
    __asm__("subq %[b0], %[t0]\n\tsbbq %[b1], %[t1]\n\tsbbq %[b2], %[t2]\n\tsbbq %[b3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3)
            : [b0] "m"(b->w[0]), [b1] "m"(b->w[1]), [b2] "m"(b->w[2]), [b3] "m"(b->w[3])
            : "cc");
    set_limbs(out, t0, t1, t2, t3);
#else
    u256_sub(out, a, b);
#endif
}

/* a < b. */
static inline bool less(const struct u256 *a, const struct u256 *b) {
#if defined(__x86_64__)
    uint64_t t0 = a->w[0], t1 = a->w[1], t2 = a->w[2], t3 = a->w[3];
    bool out;
    __asm__("subq %[b0], %[t0]\n\tsbbq %[b1], %[t1]\n\tsbbq %[b2], %[t2]\n\tsbbq %[b3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), "=@ccc"(out)
            : [b0] "m"(b->w[0]), [b1] "m"(b->w[1]), [b2] "m"(b->w[2]), [b3] "m"(b->w[3]));
    return out;
#else
    return u256_lt(a, b);
#endif
}

static inline bool less_signed(const struct u256 *a, const struct u256 *b) {
    int64_t x = (int64_t)a->w[3], y = (int64_t)b->w[3];
    return x != y ? x < y : less(a, b);
}

static inline void copy_item(struct u256 *to, const struct u256 *from) {
    uint64_t t0 = from->w[0], t1 = from->w[1], t2 = from->w[2], t3 = from->w[3];
    to->w[0] = t0, to->w[1] = t1, to->w[2] = t2, to->w[3] = t3;
}

static inline void swap_items(struct u256 *a, struct u256 *b) {
    for (int i = 0; i < 4; i++) {
        uint64_t x = a->w[i], y = b->w[i];
        a->w[i] = y;
        b->w[i] = x;
    }
}

static inline void set_u64(struct u256 *out, uint64_t v) {
    out->w[0] = v;
    out->w[1] = out->w[2] = out->w[3] = 0;
}

/* out = a << n and a >> n for n < 256, branching only on whole words. */
static inline void shift_left(struct u256 *out, const struct u256 *a, unsigned n) {
    unsigned words = n / 64, bits = n % 64;
    uint64_t v[8] = {0, 0, 0, 0, a->w[0], a->w[1], a->w[2], a->w[3]};
    const uint64_t *p = v + 4 - words;
    uint64_t r0 = p[0], r1 = p[1], r2 = p[2], r3 = p[3];
    if (bits) {
        r3 = r3 << bits | r2 >> (64 - bits);
        r2 = r2 << bits | r1 >> (64 - bits);
        r1 = r1 << bits | r0 >> (64 - bits);
        r0 <<= bits;
    }
    out->w[0] = r0, out->w[1] = r1, out->w[2] = r2, out->w[3] = r3;
}

static inline void shift_right(struct u256 *out, const struct u256 *a, unsigned n, uint64_t fill) {
    unsigned words = n / 64, bits = n % 64;
    uint64_t v[8] = {a->w[0], a->w[1], a->w[2], a->w[3], fill, fill, fill, fill};
    const uint64_t *p = v + words;
    uint64_t r0 = p[0], r1 = p[1], r2 = p[2], r3 = p[3];
    if (bits) {
        r0 = r0 >> bits | r1 << (64 - bits);
        r1 = r1 >> bits | r2 << (64 - bits);
        r2 = r2 >> bits | r3 << (64 - bits);
        r3 = r3 >> bits | fill << (64 - bits);
    }
    out->w[0] = r0, out->w[1] = r1, out->w[2] = r2, out->w[3] = r3;
}

/* SHL, SHR, SAR: b shifted by a bits. */
static inline void op_shl(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    if (u256_fits_u64(a) && a->w[0] < 256)
        shift_left(out, b, (unsigned)a->w[0]);
    else
        set_u64(out, 0);
}

static inline void op_shr(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    if (u256_fits_u64(a) && a->w[0] < 256)
        shift_right(out, b, (unsigned)a->w[0], 0);
    else
        set_u64(out, 0);
}

static inline void op_sar(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    uint64_t fill = (uint64_t)((int64_t)b->w[3] >> 63);
    if (u256_fits_u64(a) && a->w[0] < 256)
        shift_right(out, b, (unsigned)a->w[0], fill);
    else
        set_limbs(out, fill, fill, fill, fill);
}

/* SIGNEXTEND: extends the sign of byte `k`, 0 being the least significant; k < 32 here. */
static inline void signextend_at(struct u256 *out, unsigned k, const struct u256 *a) {
    const unsigned limb = k / 8, drop = 56 - k % 8 * 8;
    const int64_t top = (int64_t)(a->w[limb] << drop) >> drop;
    const uint64_t w0 = a->w[0], w1 = a->w[1], w2 = a->w[2], fill = (uint64_t)(top >> 63);
    out->w[0] = limb == 0 ? (uint64_t)top : w0;
    out->w[1] = limb == 1 ? (uint64_t)top : limb < 1 ? fill : w1;
    out->w[2] = limb == 2 ? (uint64_t)top : limb < 2 ? fill : w2;
    out->w[3] = limb == 3 ? (uint64_t)top : fill;
}

static inline void op_signextend(struct u256 *out, const struct u256 *k, const struct u256 *a) {
    if (u256_fits_u64(k) && k->w[0] < 31)
        signextend_at(out, (unsigned)k->w[0], a);
    else
        copy_item(out, a);
}

static inline void divide(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    if (u256_fits_u64(a) && u256_fits_u64(b))
        set_u64(out, b->w[0] ? a->w[0] / b->w[0] : 0);
    else
        u256_divmod(out, NULL, a, b);
}

static inline void modulo(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    if (u256_fits_u64(a) && u256_fits_u64(b))
        set_u64(out, b->w[0] ? a->w[0] % b->w[0] : 0);
    else
        u256_divmod(NULL, out, a, b);
}

/* Signed values that fit 64 bits, as nearly all do. */
static inline bool fits_i64(const struct u256 *a) {
    const uint64_t sign = (uint64_t)((int64_t)a->w[0] >> 63);
    return ((a->w[1] ^ sign) | (a->w[2] ^ sign) | (a->w[3] ^ sign)) == 0;
}

static inline void set_i64(struct u256 *out, int64_t v) {
    const uint64_t sign = (uint64_t)(v >> 63);
    set_limbs(out, (uint64_t)v, sign, sign, sign);
}

/* SDIV, SMOD. The one quotient of two such values that does not fit is -2^63 / -1. */
static inline void divide_signed(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    if (fits_i64(a) && fits_i64(b) && b->w[0] + 1 > 1)
        set_i64(out, (int64_t)a->w[0] / (int64_t)b->w[0]);
    else
        u256_sdiv(out, a, b);
}

static inline void modulo_signed(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    if (fits_i64(a) && fits_i64(b) && b->w[0] + 1 > 1)
        set_i64(out, (int64_t)a->w[0] % (int64_t)b->w[0]);
    else
        u256_smod(out, a, b);
}

/* BYTE: byte `index` of `of`, counted from the most significant. */
static inline void op_byte(struct u256 *out, const struct u256 *index, const struct u256 *of) {
    uint64_t i = u256_sat_u64(index);
    set_u64(out, i < 32 ? (uint8_t)(of->w[3 - i / 8] >> (56 - 8 * (i % 8))) : 0);
}

/* A word of memory. */
static inline void store_small(uint8_t p[32], uint64_t v) {
    static const uint64_t zero[3];
    memcpy(p, zero, sizeof zero);
    store_be64(p + 24, v);
}

/* ---- With one 64-bit constant, as most constants are. */

static inline void add_small(struct u256 *out, const struct u256 *a, uint64_t b) {
#if defined(__x86_64__)
    uint64_t t0 = a->w[0], t1 = a->w[1], t2 = a->w[2], t3 = a->w[3];
    __asm__("addq %[b], %[t0]\n\tadcq $0, %[t1]\n\tadcq $0, %[t2]\n\tadcq $0, %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3)
            : [b] "rm"(b)
            : "cc");
    set_limbs(out, t0, t1, t2, t3);
#else
    const struct u256 wide = u256_from_u64(b);
    u256_add(out, a, &wide);
#endif
}

static inline void sub_small(struct u256 *out, const struct u256 *a, uint64_t b) {
#if defined(__x86_64__)
    uint64_t t0 = a->w[0], t1 = a->w[1], t2 = a->w[2], t3 = a->w[3];
    __asm__("subq %[b], %[t0]\n\tsbbq $0, %[t1]\n\tsbbq $0, %[t2]\n\tsbbq $0, %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3)
            : [b] "rm"(b)
            : "cc");
    set_limbs(out, t0, t1, t2, t3);
#else
    const struct u256 wide = u256_from_u64(b);
    u256_sub(out, a, &wide);
#endif
}

static inline void mul_small(struct u256 *out, const struct u256 *a, uint64_t b) {
    uint64_t c = 0;
    const uint64_t r0 = u256_mac(a->w[0], b, 0, &c), r1 = u256_mac(a->w[1], b, 0, &c),
                   r2 = u256_mac(a->w[2], b, 0, &c);
    set_limbs(out, r0, r1, r2, a->w[3] * b + c);
}

/* b > 0 */
static inline void divide_small(struct u256 *out, const struct u256 *a, uint64_t b) {
    if (u256_fits_u64(a)) {
        set_u64(out, a->w[0] / b);
    } else {
        const struct u256 wide = u256_from_u64(b);
        u256_divmod(out, NULL, a, &wide);
    }
}

static inline void modulo_small(struct u256 *out, const struct u256 *a, uint64_t b) {
    if (u256_fits_u64(a)) {
        set_u64(out, a->w[0] % b);
    } else {
        const struct u256 wide = u256_from_u64(b);
        u256_divmod(NULL, out, a, &wide);
    }
}

static inline bool less_small(const struct u256 *a, uint64_t b) {
    return u256_fits_u64(a) && a->w[0] < b;
}

static inline bool greater_small(const struct u256 *a, uint64_t b) {
    return !u256_fits_u64(a) || a->w[0] > b;
}

static inline bool is_negative(const struct u256 *a) {
    return a->w[3] >> 63;
}

static inline bool equals_small(const struct u256 *a, uint64_t b) {
    return ((a->w[0] ^ b) | a->w[1] | a->w[2] | a->w[3]) == 0;
}

/* Shifts by n bits, `words` whole limbs and `bits` < 64 more; with `words` known to the compiler
 * there is no branch. */
static inline __attribute__((always_inline)) void shl_by(struct u256 *out, const struct u256 *a,
                                                         unsigned words, unsigned bits) {
    uint64_t v[4] = {a->w[0], a->w[1], a->w[2], a->w[3]}, r[4] = {0};
    for (unsigned i = words; i < 4; i++) {
        r[i] = v[i - words] << bits;
        if (i > words) r[i] |= v[i - words - 1] >> 1 >> (63 - bits);
    }
    set_limbs(out, r[0], r[1], r[2], r[3]);
}

static inline __attribute__((always_inline)) void
shr_by(struct u256 *out, const struct u256 *a, unsigned words, unsigned bits, uint64_t fill) {
    uint64_t v[4] = {a->w[0], a->w[1], a->w[2], a->w[3]}, r[4] = {fill, fill, fill, fill};
    for (unsigned i = 0; i + words < 4; i++) {
        const uint64_t above = i + words < 3 ? v[i + words + 1] : fill;
        r[i] = v[i + words] >> bits | above << 1 << (63 - bits);
    }
    set_limbs(out, r[0], r[1], r[2], r[3]);
}

#endif
