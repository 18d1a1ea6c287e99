/* The tower over Fp2. Karatsuba at each step; the formulas' sources are named beside them. */
#include "crypto/bn254_tower.h"

const struct fp2 fp12_gamma[5] = {
    {{{0xaf9ba69633144907, 0xca6b1d7387afb78a, 0x11bded5ef08a2087, 0x02f34d751a1f3a7c}},
     {{0xa222ae234c492d72, 0xd00f02a4565de15b, 0xdc2ff3a253dfc926, 0x10a75716b3899551}}},
    {{{0xb5773b104563ab30, 0x347f91c8a9aa6454, 0x7a007127242e0991, 0x1956bcd8118214ec}},
     {{0x6e849f1ea0aa4757, 0xaa1c7b6d89f89141, 0xb6e713cdfae0ca3a, 0x26694fbb4e82ebc3}}},
    {{{0xe4bbdd0c2936b629, 0xbb30f162e133bacb, 0x31a9d1b6f9645366, 0x253570bea500f8dd}},
     {{0xa1d77ce45ffe77c7, 0x07affd117826d1db, 0x6d16bd27bb7edc6b, 0x2c87200285defecc}}},
    {{{0x7361d77f843abe92, 0xa5bb2bd3273411fb, 0x9c941f314b3e2399, 0x15df9cddbb9fd3ec}},
     {{0x5dddfd154bd8c949, 0x62cb29a5a4445b60, 0x37bc870a0c7dd2b9, 0x24830a9d3171f0fd}}},
    {{{0xc970692f41690fe7, 0xe240342127694b0b, 0x32bee66b83c459e8, 0x12aabced0ab08841}},
     {{0x0d485d2340aebfa9, 0x05193418ab2fcc57, 0xd3b0a40b8a4910f5, 0x2f21ebb535d2925a}}},
};

/* ξ^(k (p² - 1) / 6), which lies in Fp. */
static const struct fp gamma2[5] = {
    {{0xca8d800500fa1bf2, 0xf0c5d61468b39769, 0x0e201271ad0d4418, 0x04290f65bad856e6}},
    {{0x3350c88e13e80b9c, 0x7dce557cdb5e56b9, 0x6001b4b8b615564a, 0x2682e617020217e0}},
    {{0x68c3488912edefaa, 0x8d087f6872aabf4f, 0x51e1a24709081231, 0x2259d6b14729c0fa}},
    {{0x71930c11d782e155, 0xa6bb947cffbe3323, 0xaa303344d4741444, 0x2c3b3f0d26594943}},
    {{0x08cfc388c494f1ab, 0x19b315148d1373d4, 0x584e90fdcb6c0213, 0x09e1685bdf2f8849}},
};

static const struct fp6 fp6_zero;

static inline void fp6_add(struct fp6 *r, const struct fp6 *a, const struct fp6 *b) {
    fp2_add(&r->c0, &a->c0, &b->c0);
    fp2_add(&r->c1, &a->c1, &b->c1);
    fp2_add(&r->c2, &a->c2, &b->c2);
}

static inline void fp6_sub(struct fp6 *r, const struct fp6 *a, const struct fp6 *b) {
    fp2_sub(&r->c0, &a->c0, &b->c0);
    fp2_sub(&r->c1, &a->c1, &b->c1);
    fp2_sub(&r->c2, &a->c2, &b->c2);
}

static inline void fp6_neg(struct fp6 *r, const struct fp6 *a) {
    fp6_sub(r, &fp6_zero, a);
}

/* r = v a */
static inline void fp6_mul_v(struct fp6 *r, const struct fp6 *a) {
    struct fp2 t;
    fp2_mul_xi(&t, &a->c2);
    r->c2 = a->c1;
    r->c1 = a->c0;
    r->c0 = t;
}

/* r = (a + b)(c + d) - e - f, the cross term of Karatsuba. */
static inline void cross(struct fp2 *r, const struct fp2 *a, const struct fp2 *b,
                         const struct fp2 *c, const struct fp2 *d, const struct fp2 *e,
                         const struct fp2 *f) {
    struct fp2 s, t;
    fp2_add(&s, a, b);
    fp2_add(&t, c, d);
    fp2_mul(&s, &s, &t);
    fp2_sub(&s, &s, e);
    fp2_sub(r, &s, f);
}

/* Devegili, Ó hÉigeartaigh, Scott, Dahab 2006, §4: six multiplications. */
static void fp6_mul(struct fp6 *r, const struct fp6 *a, const struct fp6 *b) {
    struct fp2 v0, v1, v2, t0, t1, t2;
    fp2_mul(&v0, &a->c0, &b->c0);
    fp2_mul(&v1, &a->c1, &b->c1);
    fp2_mul(&v2, &a->c2, &b->c2);
    cross(&t0, &a->c1, &a->c2, &b->c1, &b->c2, &v1, &v2);
    cross(&t1, &a->c0, &a->c1, &b->c0, &b->c1, &v0, &v1);
    cross(&t2, &a->c0, &a->c2, &b->c0, &b->c2, &v0, &v2);
    fp2_mul_xi(&t0, &t0);
    fp2_add(&r->c0, &v0, &t0);
    fp2_mul_xi(&t0, &v2);
    fp2_add(&r->c1, &t1, &t0);
    fp2_add(&r->c2, &t2, &v1);
}

/* r = a (b0 + b1 v): five multiplications. */
static void fp6_mul_sparse(struct fp6 *r, const struct fp6 *a, const struct fp2 *b0,
                           const struct fp2 *b1) {
    struct fp2 v0, v1, t0, t1, t2;
    fp2_mul(&v0, &a->c0, b0);
    fp2_mul(&v1, &a->c1, b1);
    fp2_mul(&t0, &a->c2, b1); /* v³ = ξ */
    fp2_mul_xi(&t0, &t0);
    cross(&t1, &a->c0, &a->c1, b0, b1, &v0, &v1);
    fp2_mul(&t2, &a->c2, b0);
    fp2_add(&r->c0, &v0, &t0);
    r->c1 = t1;
    fp2_add(&r->c2, &t2, &v1);
}

/* The norm to Fp2 and the adjugate: 1 / a = (A + B v + C v²) / F. */
static void fp6_inv(struct fp6 *r, const struct fp6 *a) {
    struct fp2 A, B, C, F, t;
    fp2_sqr(&A, &a->c0);
    fp2_mul(&t, &a->c1, &a->c2);
    fp2_mul_xi(&t, &t);
    fp2_sub(&A, &A, &t); /* a0² - ξ a1 a2 */
    fp2_sqr(&B, &a->c2);
    fp2_mul_xi(&B, &B);
    fp2_mul(&t, &a->c0, &a->c1);
    fp2_sub(&B, &B, &t); /* ξ a2² - a0 a1 */
    fp2_sqr(&C, &a->c1);
    fp2_mul(&t, &a->c0, &a->c2);
    fp2_sub(&C, &C, &t); /* a1² - a0 a2 */
    fp2_mul(&F, &a->c2, &B);
    fp2_mul(&t, &a->c1, &C);
    fp2_add(&F, &F, &t);
    fp2_mul_xi(&F, &F);
    fp2_mul(&t, &a->c0, &A);
    fp2_add(&F, &F, &t); /* a0 A + ξ (a2 B + a1 C) */
    fp2_inv(&F, &F);
    fp2_mul(&r->c0, &A, &F);
    fp2_mul(&r->c1, &B, &F);
    fp2_mul(&r->c2, &C, &F);
}

void fp12_one(struct fp12 *r) {
    *r = (struct fp12){{FP2_ONE, FP2_ZERO, FP2_ZERO}, {FP2_ZERO, FP2_ZERO, FP2_ZERO}};
}

bool fp12_is_one(const struct fp12 *a) {
    struct fp12 one;
    fp12_one(&one);
    return memcmp(a, &one, sizeof one) == 0;
}

void fp12_mul(struct fp12 *r, const struct fp12 *a, const struct fp12 *b) {
    struct fp6 t0, t1, s, t;
    fp6_mul(&t0, &a->c0, &b->c0);
    fp6_mul(&t1, &a->c1, &b->c1);
    fp6_add(&s, &a->c0, &a->c1);
    fp6_add(&t, &b->c0, &b->c1);
    fp6_mul(&s, &s, &t);
    fp6_sub(&s, &s, &t0);
    fp6_sub(&r->c1, &s, &t1);
    fp6_mul_v(&t1, &t1);
    fp6_add(&r->c0, &t0, &t1);
}

/* (a + b w)² = (a + b)(a + v b) - ab - v ab + 2 ab w: two multiplications in Fp6. */
void fp12_sqr(struct fp12 *r, const struct fp12 *a) {
    struct fp6 ab, s, t;
    fp6_mul(&ab, &a->c0, &a->c1);
    fp6_add(&s, &a->c0, &a->c1);
    fp6_mul_v(&t, &a->c1);
    fp6_add(&t, &t, &a->c0);
    fp6_mul(&s, &s, &t);
    fp6_sub(&s, &s, &ab);
    fp6_mul_v(&t, &ab);
    fp6_sub(&r->c0, &s, &t);
    fp6_add(&r->c1, &ab, &ab);
}

void fp12_inv(struct fp12 *r, const struct fp12 *a) {
    struct fp6 t0, t1;
    fp6_mul(&t0, &a->c0, &a->c0);
    fp6_mul(&t1, &a->c1, &a->c1);
    fp6_mul_v(&t1, &t1);
    fp6_sub(&t0, &t0, &t1);
    fp6_inv(&t0, &t0);
    fp6_mul(&r->c0, &a->c0, &t0);
    fp6_mul(&t1, &a->c1, &t0);
    fp6_neg(&r->c1, &t1);
}

void fp12_mul_line(struct fp12 *r, const struct fp12 *a, const struct fp12_line *line) {
    struct fp6 t0, t1, s;
    struct fp2 sum;
    fp2_mul(&t0.c0, &a->c0.c0, &line->a);
    fp2_mul(&t0.c1, &a->c0.c1, &line->a);
    fp2_mul(&t0.c2, &a->c0.c2, &line->a);
    fp6_mul_sparse(&t1, &a->c1, &line->b, &line->c);
    fp2_add(&sum, &line->a, &line->b);
    fp6_add(&s, &a->c0, &a->c1);
    fp6_mul_sparse(&s, &s, &sum, &line->c);
    fp6_sub(&s, &s, &t0);
    fp6_sub(&r->c1, &s, &t1);
    fp6_mul_v(&t1, &t1);
    fp6_add(&r->c0, &t0, &t1);
}

void fp12_conj(struct fp12 *r, const struct fp12 *a) {
    r->c0 = a->c0;
    fp6_neg(&r->c1, &a->c1);
}

/* With w^2 = v, the coordinates in the order of powers of w are c0.c0, c1.c0, c0.c1, c1.c1, c0.c2,
 * c1.c2. */
void fp12_frobenius(struct fp12 *r, const struct fp12 *a) {
    struct fp2 t;
    fp2_conj(&r->c0.c0, &a->c0.c0);
    fp2_conj(&t, &a->c1.c0);
    fp2_mul(&r->c1.c0, &t, &fp12_gamma[0]);
    fp2_conj(&t, &a->c0.c1);
    fp2_mul(&r->c0.c1, &t, &fp12_gamma[1]);
    fp2_conj(&t, &a->c1.c1);
    fp2_mul(&r->c1.c1, &t, &fp12_gamma[2]);
    fp2_conj(&t, &a->c0.c2);
    fp2_mul(&r->c0.c2, &t, &fp12_gamma[3]);
    fp2_conj(&t, &a->c1.c2);
    fp2_mul(&r->c1.c2, &t, &fp12_gamma[4]);
}

void fp12_frobenius2(struct fp12 *r, const struct fp12 *a) {
    r->c0.c0 = a->c0.c0;
    fp2_mul_fp(&r->c1.c0, &a->c1.c0, &gamma2[0]);
    fp2_mul_fp(&r->c0.c1, &a->c0.c1, &gamma2[1]);
    fp2_mul_fp(&r->c1.c1, &a->c1.c1, &gamma2[2]);
    fp2_mul_fp(&r->c0.c2, &a->c0.c2, &gamma2[3]);
    fp2_mul_fp(&r->c1.c2, &a->c1.c2, &gamma2[4]);
}

/* (x + y s)² in Fp4 = Fp2[s]/(s² - ξ): r0 = x² + ξ y², r1 = 2 x y = (x + y)² - x² - y². */
static inline void fp4_sqr(struct fp2 *r0, struct fp2 *r1, const struct fp2 *x,
                           const struct fp2 *y) {
    struct fp2 xx, yy, t;
    fp2_sqr(&xx, x);
    fp2_sqr(&yy, y);
    fp2_add(&t, x, y);
    fp2_sqr(&t, &t);
    fp2_sub(&t, &t, &xx);
    fp2_sub(r1, &t, &yy);
    fp2_mul_xi(&yy, &yy);
    fp2_add(r0, &xx, &yy);
}

/* r = 3 t - 2 a and r = 3 t + 2 a. */
static inline void three_minus_two(struct fp2 *r, const struct fp2 *t, const struct fp2 *a) {
    struct fp2 s;
    fp2_sub(&s, t, a);
    fp2_double(&s, &s);
    fp2_add(r, &s, t);
}

static inline void three_plus_two(struct fp2 *r, const struct fp2 *t, const struct fp2 *a) {
    struct fp2 s;
    fp2_add(&s, t, a);
    fp2_double(&s, &s);
    fp2_add(r, &s, t);
}

/* Granger, Scott 2010, §3.2: three squarings in Fp4, whose pairs are (1, w³), (w, w⁴) and (w², w⁵).
 */
void fp12_sqr_cyclotomic(struct fp12 *r, const struct fp12 *a) {
    struct fp2 a0, a1, b0, b1, c0, c1;
    fp4_sqr(&a0, &a1, &a->c0.c0, &a->c1.c1);
    fp4_sqr(&b0, &b1, &a->c1.c0, &a->c0.c2);
    fp4_sqr(&c0, &c1, &a->c0.c1, &a->c1.c2);
    fp2_mul_xi(&c1, &c1);
    three_minus_two(&r->c0.c0, &a0, &a->c0.c0);
    three_minus_two(&r->c0.c1, &b0, &a->c0.c1);
    three_minus_two(&r->c0.c2, &c0, &a->c0.c2);
    three_plus_two(&r->c1.c0, &c1, &a->c1.c0);
    three_plus_two(&r->c1.c1, &a1, &a->c1.c1);
    three_plus_two(&r->c1.c2, &b1, &a->c1.c2);
}
