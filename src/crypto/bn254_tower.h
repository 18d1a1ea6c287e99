/* Private to bn254: the tower Fp2 → Fp6 = Fp2[v]/(v³ - ξ) → Fp12 = Fp6[w]/(w² - v), ξ = 9 + i. The
 * pairing's values live in Fp12. A result may alias any operand. */
#ifndef TERN_CRYPTO_BN254_TOWER_H
#define TERN_CRYPTO_BN254_TOWER_H

#include "crypto/bn254_fp.h"

struct fp6 {
    struct fp2 c0, c1, c2; /* c0 + c1 v + c2 v² */
};

struct fp12 {
    struct fp6 c0, c1; /* c0 + c1 w */
};

/* The value of a line at a point of G1: a + b w + c v w, the other nine coordinates being zero. */
struct fp12_line {
    struct fp2 a, b, c;
};

void fp12_one(struct fp12 *r);
bool fp12_is_one(const struct fp12 *a);

void fp12_mul(struct fp12 *r, const struct fp12 *a, const struct fp12 *b);
void fp12_sqr(struct fp12 *r, const struct fp12 *a);
void fp12_inv(struct fp12 *r, const struct fp12 *a); /* 0 if a is 0 */

/* r = a × line, at 13 multiplications in Fp2 instead of 18. */
void fp12_mul_line(struct fp12 *r, const struct fp12 *a, const struct fp12_line *line);

/* The conjugate over Fp6, which is a^(p^6). For an element of the cyclotomic subgroup it is the
 * inverse. */
void fp12_conj(struct fp12 *r, const struct fp12 *a);

/* a^p and a^(p²). */
void fp12_frobenius(struct fp12 *r, const struct fp12 *a);
void fp12_frobenius2(struct fp12 *r, const struct fp12 *a);

/* a² for a in the cyclotomic subgroup (a^(p^4 - p² + 1) = 1), where it costs half. Anything else
 * gives nonsense. */
void fp12_sqr_cyclotomic(struct fp12 *r, const struct fp12 *a);

/* ξ^(k (p - 1) / 6) for k = 1 … 5, at index k - 1: what the Frobenius map multiplies w^k by. */
extern const struct fp2 fp12_gamma[5];

#endif
