/* The verification equation of EIP-4844, e(C - [y]G1, G2) = e(W, [tau - z]G2), in the form
 *
 *     e(C - [y]G1 + [z]W, G2) = e(W, [tau]G2)
 *
 * whose points of G2 are constants: their line functions are computed once, and nothing is
 * multiplied in G2. Of the trusted setup that needs [tau]G2 alone, which the build takes out of the
 * published file (cmake/npm_sources.cmake). */
#include "crypto/kzg.h"

#include <assert.h>
#include <blst.h>
#include <pthread.h>

enum { LINES = 68 };

static struct { blst_fp6 g2[LINES], tau_g2[LINES]; } lines; /* written once, by prepare() */
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static unsigned nibble(char c) {
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void prepare(void) {
    static const char hex[] = TERN_KZG_TAU_G2;
    uint8_t compressed[96];
    _Static_assert(sizeof hex == 2 * sizeof compressed + 1, "a compressed point of G2");
    for (size_t i = 0; i < sizeof compressed; i++)
        compressed[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    blst_p2_affine tau;
    BLST_ERROR bad = blst_p2_uncompress(&tau, compressed);
    assert(bad == BLST_SUCCESS && blst_p2_affine_in_g2(&tau));
    (void)bad;
    blst_precompute_lines(lines.g2, blst_p2_affine_generator());
    blst_precompute_lines(lines.tau_g2, &tau);
}

static bool point_load(blst_p1_affine *r, const uint8_t in[48]) {
    return blst_p1_uncompress(r, in) == BLST_SUCCESS && blst_p1_affine_in_g1(r);
}

static bool scalar_load(blst_scalar *r, const struct b32 *in) {
    blst_scalar_from_bendian(r, in->b);
    return blst_scalar_fr_check(r);
}

static void mul(blst_p1 *r, const blst_p1_affine *point, const blst_scalar *k) {
    blst_p1 p;
    blst_p1_from_affine(&p, point);
    blst_p1_mult(r, &p, k->b, 255);
}

/* ---- The product of pairings with constant points, blst's Miller loop with one chain of squarings
 * for all */

struct factor {
    const blst_fp6 *lines; /* of the point of G2 */
    blst_fp x, y;          /* -2x and 2y of the point of G1, what the lines are evaluated at */
};

/* Adds e(p, q) to the product, or e(-p, q); infinity contributes 1. */
static void add_factor(struct factor *factors, size_t *n, const blst_p1_affine *p, bool negative,
                       const blst_fp6 q[LINES]) {
    if (blst_p1_affine_is_inf(p)) return;
    struct factor *f = &factors[(*n)++];
    f->lines = q;
    blst_fp_add(&f->x, &p->x, &p->x);
    blst_fp_cneg(&f->x, &f->x, true);
    blst_fp_add(&f->y, &p->y, &p->y);
    blst_fp_cneg(&f->y, &f->y, negative);
}

static void multiply_lines(blst_fp12 *r, const struct factor *factors, size_t n, size_t at) {
    for (size_t i = 0; i < n; i++) {
        const struct factor *f = &factors[i];
        blst_fp6 line = f->lines[at];
        for (int k = 0; k < 2; k++) {
            blst_fp_mul(&line.fp2[1].fp[k], &line.fp2[1].fp[k], &f->x);
            blst_fp_mul(&line.fp2[2].fp[k], &line.fp2[2].fp[k], &f->y);
        }
        blst_fp12_mul_by_xy00z0(r, r, &line);
    }
}

/* The bits of the curve's parameter 0xd201000000010000: after the first doubling, each run is one
 * addition and so many doublings. Its sign only conjugates the result, which 1 does not notice. */
static bool product_is_one(const struct factor *factors, size_t n) {
    static const uint8_t doublings[] = {2, 3, 9, 32, 16};
    blst_fp12 f = *blst_fp12_one();
    size_t at = 0;
    multiply_lines(&f, factors, n, at++);
    for (size_t run = 0; run < sizeof doublings; run++) {
        multiply_lines(&f, factors, n, at++);
        for (unsigned i = 0; i < doublings[run]; i++) {
            blst_fp12_sqr(&f, &f);
            multiply_lines(&f, factors, n, at++);
        }
    }
    assert(at == LINES);
    blst_final_exp(&f, &f);
    return blst_fp12_is_one(&f);
}

bool kzg_verify(const uint8_t commitment[48], const struct b32 *z, const struct b32 *y,
                const uint8_t proof[48]) {
    blst_p1_affine c, w, left_affine;
    blst_scalar z_scalar, y_scalar;
    if (!point_load(&c, commitment) || !scalar_load(&z_scalar, z) || !scalar_load(&y_scalar, y) ||
        !point_load(&w, proof))
        return false;
    pthread_once(&prepared, prepare);
    blst_p1 left, zw;
    mul(&left, blst_p1_affine_generator(), &y_scalar);
    blst_p1_cneg(&left, true);
    mul(&zw, &w, &z_scalar);
    blst_p1_add_or_double(&left, &left, &zw);
    blst_p1_add_or_double_affine(&left, &left, &c);
    blst_p1_to_affine(&left_affine, &left);
    struct factor factors[2];
    size_t n = 0;
    add_factor(factors, &n, &left_affine, false, lines.g2);
    add_factor(factors, &n, &w, true, lines.tau_g2);
    return product_is_one(factors, n);
}
