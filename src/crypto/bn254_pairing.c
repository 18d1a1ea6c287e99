/* The pairing of bn254 (EIP-197): the optimal ate pairing (Vercauteren 2010) for Barreto-Naehrig
 * curves.
 *
 *   e(P, Q) = (f_{6x+2,Q}(P) · l_{[6x+2]Q, ψ(Q)}(P) · l_{[6x+2]Q+ψ(Q), -ψ²(Q)}(P)) ^ ((p^12 - 1) /
 * r)
 *
 * with the curve's parameter x = 4965661367192848881 and ψ the Frobenius map carried over to the
 * twist. Points of G2 are kept on the twist, y² = x³ + 3/ξ; its map to the curve over Fp12, (x, y)
 * -> (x w², y w³), gives the lines their shape.
 *
 * Membership in G2 comes almost free with the Miller loop: on the twist, Q has order r exactly if
 *   [6x+2]Q + ψ(Q) - ψ²(Q) + ψ³(Q) = 0,
 * and the loop ends at the first three terms. (As an element of Z[ψ], ψ² - 6x²ψ - ψ + p = 0, the
 * left side has a norm whose greatest common divisor with the twist's order r (2p - r) is r; so
 * nothing outside G2 satisfies it.) */
#include <assert.h>

#include "crypto/bn254.h"
#include "crypto/bn254_pairing.h"

/* One pair on its way through the Miller loop. */
struct pair {
    struct fp y, minus_x;  /* of P */
    struct g2 q;           /* Q */
    struct fp2 tx, ty, tz; /* T, a multiple of Q in homogeneous coordinates: x = tx/tz, y = ty/tz */
    bool silent; /* P is the point at infinity: the pair's value is 1, but Q must still be in G2 */
};

enum { BATCH = 16 }; /* pairs that share the squarings of one Miller loop */

/* 6x + 2 in non-adjacent form, most significant digit first. */
static const int8_t ate_digits[66] = {1, 0,  -1, 0, 1,  0, 0,  0,  -1, 0, -1, 0, 0,  0,  -1, 0, 1,
                                      0, -1, 0,  0, -1, 0, 0,  0,  0,  0, 1,  0, 0,  -1, 0,  1, 0,
                                      0, -1, 0,  0, 0,  0, -1, 0,  1,  0, 0,  0, -1, 0,  -1, 0, 0,
                                      1, 0,  0,  0, -1, 0, 0,  -1, 0,  1, 0,  1, 0,  0,  0};

/* x with digits 0, ±1, ±3, ±5, ±7, most significant first. */
static const int8_t x_digits[63] = {1, 0, 0, 0, 0, 0, 5, 0, 0,  0, 0,  -3, 0,  0, 0,  3,
                                    0, 0, 0, 0, 5, 0, 0, 0, -5, 0, 0,  0,  -3, 0, 0,  0,
                                    1, 0, 0, 0, 0, 5, 0, 0, 0,  0, 7,  0,  0,  0, -7, 0,
                                    0, 0, 0, 0, 0, 5, 0, 0, 0,  0, -1, 0,  0,  0, 1};

/* ψ(x, y) = (x̄ ξ^((p-1)/3), ȳ ξ^((p-1)/2)) */
static void g2_psi(struct g2 *r, const struct g2 *a) {
    struct fp2 t;
    fp2_conj(&t, &a->x);
    fp2_mul(&r->x, &t, &fp12_gamma[1]);
    fp2_conj(&t, &a->y);
    fp2_mul(&r->y, &t, &fp12_gamma[2]);
}

/* T = 2 T, and the tangent at T evaluated at P, times an element of Fp2 (which the final
 * exponentiation makes 1). Costello, Lange, Naehrig 2010, §5, with the coordinates scaled by 4 to
 * save the halvings. With B = Y², C = Z², E = 3 b C and F = 3 E: X' = 2XY (B - F), Y' = (B + F)² -
 * 12 E², Z' = 8 Y³ Z, line = 2YZ y_P - 3X² x_P w + (B - E) w³. */
static void double_step(struct fp12_line *line, struct pair *s) {
    struct fp2 b, c, e, f, h, xy, t;
    fp2_sqr(&b, &s->ty);
    fp2_sqr(&c, &s->tz);
    fp2_double(&t, &c);
    fp2_add(&c, &c, &t);
    fp2_mul(&e, &c, &g2_twist_b);
    fp2_double(&f, &e);
    fp2_add(&f, &f, &e);
    fp2_mul(&h, &s->ty, &s->tz);
    fp2_double(&h, &h);
    fp2_mul(&xy, &s->tx, &s->ty);
    fp2_double(&xy, &xy);
    fp2_sqr(&t, &s->tx);
    fp2_double(&line->b, &t);
    fp2_add(&line->b, &line->b, &t);
    fp2_mul_fp(&line->b, &line->b, &s->minus_x);
    fp2_mul_fp(&line->a, &h, &s->y);
    fp2_sub(&line->c, &b, &e);
    fp2_sub(&t, &b, &f);
    fp2_mul(&s->tx, &xy, &t);
    fp2_mul(&s->tz, &b, &h);
    fp2_double(&s->tz, &s->tz);
    fp2_double(&s->tz, &s->tz);
    fp2_add(&b, &b, &f);
    fp2_sqr(&b, &b);
    fp2_sqr(&e, &e);
    fp2_double(&e, &e);
    fp2_double(&e, &e); /* 4 E² */
    fp2_sub(&b, &b, &e);
    fp2_double(&e, &e);
    fp2_sub(&s->ty, &b, &e);
}

/* T = T + Q, and the line through both evaluated at P, likewise. With theta = Y - y_Q Z and delta =
 * X - x_Q Z: line = delta y_P - theta x_P w + (theta x_Q - delta y_Q) w³. If T = ±Q then delta = 0
 * and Z becomes 0 for good: for Q in G2 that cannot happen, for others the membership test sees it.
 */
static void add_step(struct fp12_line *line, struct pair *s, const struct g2 *q) {
    struct fp2 theta, delta, c, d, e, f, g, h, t;
    fp2_mul(&t, &q->y, &s->tz);
    fp2_sub(&theta, &s->ty, &t);
    fp2_mul(&t, &q->x, &s->tz);
    fp2_sub(&delta, &s->tx, &t);
    fp2_sqr(&c, &theta);
    fp2_sqr(&d, &delta);
    fp2_mul(&e, &delta, &d);
    fp2_mul(&f, &s->tz, &c);
    fp2_mul(&g, &s->tx, &d);
    fp2_add(&h, &e, &f);
    fp2_sub(&h, &h, &g);
    fp2_sub(&h, &h, &g);
    fp2_mul(&s->tx, &delta, &h);
    fp2_sub(&g, &g, &h);
    fp2_mul(&g, &g, &theta);
    fp2_mul(&t, &e, &s->ty);
    fp2_sub(&s->ty, &g, &t);
    fp2_mul(&s->tz, &s->tz, &e);
    fp2_mul_fp(&line->a, &delta, &s->y);
    fp2_mul_fp(&line->b, &theta, &s->minus_x);
    fp2_mul(&line->c, &theta, &q->x);
    fp2_mul(&t, &delta, &q->y);
    fp2_sub(&line->c, &line->c, &t);
}

static void add_and_multiply(struct fp12 *f, struct pair *s, const struct g2 *q) {
    struct fp12_line line;
    add_step(&line, s, q);
    if (!s->silent) fp12_mul_line(f, f, &line);
}

/* The two steps after the loop and the membership test: T + ψ(Q) - ψ²(Q) must be -ψ³(Q). */
static bool finish_pair(struct fp12 *f, struct pair *s) {
    struct g2 q1, q2, q3;
    g2_psi(&q1, &s->q);
    g2_psi(&q2, &q1);
    g2_psi(&q3, &q2);
    fp2_neg(&q2.y, &q2.y);
    fp2_neg(&q3.y, &q3.y);
    add_and_multiply(f, s, &q1);
    add_and_multiply(f, s, &q2);
    fp2_mul(&q3.x, &q3.x, &s->tz);
    fp2_mul(&q3.y, &q3.y, &s->tz);
    return !fp2_is_zero(&s->tz) && fp2_eq(&q3.x, &s->tx) && fp2_eq(&q3.y, &s->ty);
}

/* f = the product of the Miller values of n ≥ 1 pairs; false if a Q is not in G2. */
static bool miller_loop(struct fp12 *f, struct pair *pairs, size_t n) {
    struct fp12_line line;
    fp12_one(f);
    for (size_t k = 0; k < n; k++) {
        pairs[k].tx = pairs[k].q.x;
        pairs[k].ty = pairs[k].q.y;
        pairs[k].tz = FP2_ONE;
    }
    for (size_t i = 1; i < COUNT_OF(ate_digits); i++) {
        if (i > 1) fp12_sqr(f, f);
        for (size_t k = 0; k < n; k++) {
            double_step(&line, &pairs[k]);
            if (!pairs[k].silent) fp12_mul_line(f, f, &line);
            if (ate_digits[i] == 0) continue;
            struct g2 q = pairs[k].q;
            if (ate_digits[i] < 0) fp2_neg(&q.y, &q.y);
            add_and_multiply(f, &pairs[k], &q);
        }
    }
    for (size_t k = 0; k < n; k++)
        if (!finish_pair(f, &pairs[k])) return false;
    return true;
}

/* r = a^x for a in the cyclotomic subgroup, where the inverse is the conjugate. */
static void pow_x(struct fp12 *r, const struct fp12 *a) {
    struct fp12 table[4], t; /* a, a³, a⁵, a⁷ */
    table[0] = *a;
    fp12_sqr_cyclotomic(&t, a);
    for (int i = 1; i < 4; i++) fp12_mul(&table[i], &table[i - 1], &t);
    struct fp12 acc = *a; /* the first digit is 1 */
    for (size_t i = 1; i < COUNT_OF(x_digits); i++) {
        fp12_sqr_cyclotomic(&acc, &acc);
        int d = x_digits[i];
        if (d == 0) continue;
        t = table[(d < 0 ? -d : d) / 2];
        if (d < 0) fp12_conj(&t, &t);
        fp12_mul(&acc, &acc, &t);
    }
    *r = acc;
}

/* f^((p^6 - 1)(p² + 1)): into the cyclotomic subgroup. f is not 0. */
static void easy_part(struct fp12 *f) {
    struct fp12 t, u;
    fp12_inv(&t, f);
    fp12_conj(&u, f);
    fp12_mul(&t, &t, &u);
    fp12_frobenius2(&u, &t);
    fp12_mul(f, &t, &u);
}

/* f^(h (p⁴ - p² + 1) / r) with h = 2x (6x² + 3x + 1), which is prime to r. Fuentes-Castañeda,
 * Knapp, Rodríguez-Henríquez 2011: the exponent is l0 + l1 p + l2 p² + l3 p³ where l2 = 12x³ + 6x²
 * + 6x,  l0 = l2 + 6x² + 1,  l1 = l2 - 2x,  l3 = l1 - 1. */
static void hard_part(struct fp12 *f) {
    struct fp12 f2x, f6x, f6xx, a, b, t;
    pow_x(&t, f);
    fp12_sqr_cyclotomic(&f2x, &t);
    fp12_sqr_cyclotomic(&t, &f2x);
    fp12_mul(&f6x, &t, &f2x);
    pow_x(&f6xx, &f6x);
    fp12_sqr_cyclotomic(&t, &f6xx);
    pow_x(&a, &t); /* f^(12x³) */
    fp12_mul(&a, &a, &f6xx);
    fp12_mul(&a, &a, &f6x); /* f^l2 */
    fp12_conj(&b, &f2x);
    fp12_mul(&b, &b, &a); /* f^l1 */
    fp12_conj(&t, f);
    fp12_mul(&t, &t, &b); /* f^l3 */
    fp12_mul(f, f, &a);
    fp12_mul(f, f, &f6xx); /* f^l0 */
    fp12_frobenius2(&t, &t);
    fp12_frobenius(&t, &t);
    fp12_mul(f, f, &t);
    fp12_frobenius2(&t, &a);
    fp12_mul(f, f, &t);
    fp12_frobenius(&t, &b);
    fp12_mul(f, f, &t);
}

/* The pair's value, before the exponentiation, goes into a product of up to BATCH. */
struct product {
    struct fp12 value;
    struct pair pairs[BATCH];
    size_t count;
};

static void product_start(struct product *m) {
    fp12_one(&m->value);
    m->count = 0;
}

/* Takes the pairs that wait into the value; false if a Q is not in G2. */
static bool product_flush(struct product *m) {
    struct fp12 f;
    if (m->count == 0) return true;
    if (!miller_loop(&f, m->pairs, m->count)) return false;
    fp12_mul(&m->value, &m->value, &f);
    m->count = 0;
    return true;
}

static bool product_put(struct product *m, const struct g1 *p, const struct g2 *q) {
    struct pair *s = &m->pairs[m->count++];
    s->q = *q;
    s->y = p->y;
    fp_neg(&s->minus_x, &p->x);
    s->silent = p->infinity;
    return m->count < BATCH || product_flush(m);
}

static bool product_end(struct product *m) {
    if (!product_flush(m)) return false;
    if (!fp12_is_one(&m->value)) {
        easy_part(&m->value);
        hard_part(&m->value);
    }
    return true;
}

bool bn254_pairing(struct bytes in, bool *result) {
    if (in.n % 192 != 0) return false;
    struct product m;
    product_start(&m);
    for (size_t at = 0; at < in.n; at += 192) {
        struct g1 p;
        struct g2 q;
        bool infinity; /* then the pair's value is 1 */
        if (!g1_load(&p, in.p + at) || !g2_load(&q, &infinity, in.p + at + 64)) return false;
        if (!infinity && !product_put(&m, &p, &q)) return false;
    }
    if (!product_end(&m)) return false;
    *result = fp12_is_one(&m.value);
    return true;
}

void bn254_pairing_value(struct fp12 *r, const struct g1 *const *p, const struct g2_point *const *q,
                         size_t count) {
    struct product m;
    product_start(&m);
    bool in_group = true;
    for (size_t i = 0; i < count; i++)
        if (!q[i]->infinity) in_group = product_put(&m, p[i], &q[i]->p) && in_group;
    in_group = product_end(&m) && in_group;
    assert(in_group);
    (void)in_group;
    *r = m.value;
}
