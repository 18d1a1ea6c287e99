/* Private to bn254: the field Fp and its quadratic extension Fp2 = Fp[i]/(i²+1).
 *
 * An element of Fp is kept in Montgomery form, a 2^256 mod p, as four 64-bit limbs, least
 * significant first. Every function takes and gives elements < p unless it says otherwise, so that
 * equality is equality of limbs. A result may alias any operand. Since 4p < 2^256, sums of two
 * elements fit four limbs; the multiplications accept such sums, as stated, and so save reductions.
 */
#ifndef TERN_CRYPTO_BN254_FP_H
#define TERN_CRYPTO_BN254_FP_H

#include "base/bytes.h"

struct fp {
    uint64_t w[4];
};

struct fp2 {
    struct fp c0, c1; /* c0 + c1 i */
};

#define FP_MODULUS                                                                                 \
    ((struct fp){{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029}})
extern const struct fp fp_modulus; /* FP_MODULUS in memory */
#define FP_ZERO ((struct fp){{0, 0, 0, 0}})
/* 2^256 mod p: one in Montgomery form. */
#define FP_ONE                                                                                     \
    ((struct fp){{0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c, 0x0e0a77c19a07df2f}})
#define FP2_ZERO ((struct fp2){FP_ZERO, FP_ZERO})
#define FP2_ONE  ((struct fp2){FP_ONE, FP_ZERO})

/* Reads 32 big-endian bytes; false if the number is ≥ p. */
bool fp_from_be(struct fp *r, const uint8_t be[32]);
void fp_to_be(uint8_t be[32], const struct fp *a);

/* r = 1 / a; 0 if a is 0. About as long as 60 multiplications. */
void fp_inv(struct fp *r, const struct fp *a);

/* The two implementations behind fp_mul and fp2_mul, visible for the test that compares them. */
void fp_mul_portable(struct fp *r, const struct fp *a, const struct fp *b);
void fp2_mul_portable(struct fp2 *r, const struct fp2 *a, const struct fp2 *b);
void fp_mul_bmi2(struct fp *r, const struct fp *a, const struct fp *b);
void fp2_mul_bmi2(struct fp2 *r, const struct fp2 *a, const struct fp2 *b);

/* r = a b. a and b may be any numbers < 2p. */
static inline void fp_mul(struct fp *r, const struct fp *a, const struct fp *b) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2")) {
        fp_mul_bmi2(r, a, b);
        return;
    }
#endif
    fp_mul_portable(r, a, b);
}

static inline void fp_sqr(struct fp *r, const struct fp *a) {
    fp_mul(r, a, a);
}

/* r = a + b without reduction; a and b < p, r < 2p. */
static inline void fp_add_lazy(struct fp *r, const struct fp *a, const struct fp *b) {
    unsigned __int128 t = 0;
    for (int i = 0; i < 4; i++) {
        t += (unsigned __int128)a->w[i] + b->w[i];
        r->w[i] = (uint64_t)t;
        t >>= 64;
    }
}

/* r = a - b mod 2^256; returns the borrow as a mask, 0 or all ones. */
static inline uint64_t fp_sub_raw(struct fp *r, const struct fp *a, const struct fp *b) {
    __int128 t = 0;
    for (int i = 0; i < 4; i++) {
        t += (__int128)a->w[i] - b->w[i];
        r->w[i] = (uint64_t)t;
        t >>= 64;
    }
    return (uint64_t)t;
}

/* r = a mod p for a < 2p. */
static inline void fp_reduce_once(struct fp *r, const struct fp *a) {
    const struct fp p = FP_MODULUS;
    struct fp t;
    uint64_t keep = fp_sub_raw(&t, a, &p);
    for (int i = 0; i < 4; i++) r->w[i] = (a->w[i] & keep) | (t.w[i] & ~keep);
}

/* Addition and subtraction are most of what a tower does besides multiplying, and compilers turn
 * their carries into three times as many instructions: hence the assembly. Both orders of the same
 * steps as in the portable branch. */
#if defined(__x86_64__)
static inline void fp_add(struct fp *r, const struct fp *a, const struct fp *b) {
    uint64_t t0 = a->w[0], t1 = a->w[1], t2 = a->w[2], t3 = a->w[3], s0, s1, s2, s3;
    __asm__(
        "addq %[b0], %[t0]\n\tadcq %[b1], %[t1]\n\tadcq %[b2], %[t2]\n\tadcq %[b3], %[t3]\n\t"
        "movq %[t0], %[s0]\n\tmovq %[t1], %[s1]\n\tmovq %[t2], %[s2]\n\tmovq %[t3], %[s3]\n\t"
        "subq %[p0], %[s0]\n\tsbbq %[p1], %[s1]\n\tsbbq %[p2], %[s2]\n\tsbbq %[p3], %[s3]\n\t"
        "cmovcq %[t0], %[s0]\n\tcmovcq %[t1], %[s1]\n\tcmovcq %[t2], %[s2]\n\tcmovcq %[t3], %[s3]"
        : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [s0] "=&r"(s0),
          [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3)
        : [b0] "m"(b->w[0]), [b1] "m"(b->w[1]), [b2] "m"(b->w[2]), [b3] "m"(b->w[3]),
          [p0] "m"(fp_modulus.w[0]), [p1] "m"(fp_modulus.w[1]), [p2] "m"(fp_modulus.w[2]),
          [p3] "m"(fp_modulus.w[3])
        : "cc");
    *r = (struct fp){{s0, s1, s2, s3}};
}

static inline void fp_sub(struct fp *r, const struct fp *a, const struct fp *b) {
    const struct fp p = FP_MODULUS;
    uint64_t t0 = a->w[0], t1 = a->w[1], t2 = a->w[2], t3 = a->w[3];
    uint64_t p0 = p.w[0], p1 = p.w[1], p2 = p.w[2], p3 = p.w[3], zero = 0;
    __asm__("subq %[b0], %[t0]\n\tsbbq %[b1], %[t1]\n\tsbbq %[b2], %[t2]\n\tsbbq %[b3], %[t3]\n\t"
            "cmovncq %[zero], %[p0]\n\tcmovncq %[zero], %[p1]\n\tcmovncq %[zero], %[p2]\n\tcmovncq "
            "%[zero], %[p3]\n\t"
            "addq %[p0], %[t0]\n\tadcq %[p1], %[t1]\n\tadcq %[p2], %[t2]\n\tadcq %[p3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [p0] "+&r"(p0),
              [p1] "+&r"(p1), [p2] "+&r"(p2), [p3] "+&r"(p3)
            : [b0] "m"(b->w[0]), [b1] "m"(b->w[1]), [b2] "m"(b->w[2]), [b3] "m"(b->w[3]),
              [zero] "r"(zero)
            : "cc");
    *r = (struct fp){{t0, t1, t2, t3}};
}
#else
static inline void fp_add(struct fp *r, const struct fp *a, const struct fp *b) {
    struct fp t;
    fp_add_lazy(&t, a, b);
    fp_reduce_once(r, &t);
}

static inline void fp_sub(struct fp *r, const struct fp *a, const struct fp *b) {
    const struct fp p = FP_MODULUS;
    struct fp t, correction;
    uint64_t borrow = fp_sub_raw(&t, a, b);
    for (int i = 0; i < 4; i++) correction.w[i] = p.w[i] & borrow;
    fp_add_lazy(r, &t, &correction);
}
#endif

static inline void fp_neg(struct fp *r, const struct fp *a) {
    const struct fp zero = FP_ZERO;
    fp_sub(r, &zero, a);
}

static inline void fp_double(struct fp *r, const struct fp *a) {
    fp_add(r, a, a);
}

static inline bool fp_is_zero(const struct fp *a) {
    return (a->w[0] | a->w[1] | a->w[2] | a->w[3]) == 0;
}

static inline bool fp_eq(const struct fp *a, const struct fp *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* r = a b. The parts of a and b are < p. */
static inline void fp2_mul(struct fp2 *r, const struct fp2 *a, const struct fp2 *b) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2")) {
        fp2_mul_bmi2(r, a, b);
        return;
    }
#endif
    fp2_mul_portable(r, a, b);
}

/* (a0 + a1 i)² = (a0 + a1)(a0 - a1) + 2 a0 a1 i */
static inline void fp2_sqr(struct fp2 *r, const struct fp2 *a) {
    struct fp sum, difference, twice;
    fp_add_lazy(&sum, &a->c0, &a->c1);
    fp_sub(&difference, &a->c0, &a->c1);
    fp_add_lazy(&twice, &a->c0, &a->c0);
    fp_mul(&r->c1, &twice, &a->c1);
    fp_mul(&r->c0, &sum, &difference);
}

static inline void fp2_add(struct fp2 *r, const struct fp2 *a, const struct fp2 *b) {
    fp_add(&r->c0, &a->c0, &b->c0);
    fp_add(&r->c1, &a->c1, &b->c1);
}

static inline void fp2_sub(struct fp2 *r, const struct fp2 *a, const struct fp2 *b) {
    fp_sub(&r->c0, &a->c0, &b->c0);
    fp_sub(&r->c1, &a->c1, &b->c1);
}

static inline void fp2_double(struct fp2 *r, const struct fp2 *a) {
    fp2_add(r, a, a);
}

static inline void fp2_neg(struct fp2 *r, const struct fp2 *a) {
    fp_neg(&r->c0, &a->c0);
    fp_neg(&r->c1, &a->c1);
}

/* The conjugate, which is a^p. */
static inline void fp2_conj(struct fp2 *r, const struct fp2 *a) {
    r->c0 = a->c0;
    fp_neg(&r->c1, &a->c1);
}

static inline void fp2_mul_fp(struct fp2 *r, const struct fp2 *a, const struct fp *b) {
    fp_mul(&r->c0, &a->c0, b);
    fp_mul(&r->c1, &a->c1, b);
}

/* r = (9 + i) a: multiplication by the non-residue that the tower and the twist are made of. */
static inline void fp2_mul_xi(struct fp2 *r, const struct fp2 *a) {
    struct fp2 t;
    fp2_double(&t, a);
    fp2_double(&t, &t);
    fp2_double(&t, &t);
    fp2_add(&t, &t, a); /* 9 a */
    struct fp c0;
    fp_sub(&c0, &t.c0, &a->c1);
    fp_add(&r->c1, &t.c1, &a->c0);
    r->c0 = c0;
}

/* r = 1 / a; 0 if a is 0. */
void fp2_inv(struct fp2 *r, const struct fp2 *a);

static inline bool fp2_is_zero(const struct fp2 *a) {
    return fp_is_zero(&a->c0) && fp_is_zero(&a->c1);
}

static inline bool fp2_eq(const struct fp2 *a, const struct fp2 *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

#endif
