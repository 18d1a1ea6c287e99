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

/* e(p, the point of G2 behind the lines), before the final exponentiation. */
static void miller_loop(blst_fp12 *r, const blst_fp6 q[LINES], const blst_p1_affine *p) {
    if (blst_p1_affine_is_inf(p))
        *r = *blst_fp12_one();
    else
        blst_miller_loop_lines(r, q, p);
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
    blst_fp12 a, b;
    miller_loop(&a, lines.g2, &left_affine);
    miller_loop(&b, lines.tau_g2, &w);
    return blst_fp12_finalverify(&a, &b);
}
