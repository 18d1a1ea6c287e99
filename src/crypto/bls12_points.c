/* BLS12-381 for Solana's programs, over blst. */
#include "crypto/bls12_points.h"

#include <blst.h>

enum { FP_BYTES = 48, FP2_BYTES = 96, NOT_HERE = 0xa0, SCALAR_BITS = 255 };

/* A point of either group. */
struct point {
    union {
        blst_p1_affine p1;
        blst_p2_affine p2;
    };
};

static void reverse(uint8_t *p, size_t n) {
    for (size_t i = 0; i < n / 2; i++) {
        uint8_t t = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = t;
    }
}

/* From one order to the other: an element of Fp2 is turned as a whole, which exchanges its parts.
 */
static void turn(uint8_t *p, size_t bytes, enum bls12_group g, enum bls12_order o) {
    size_t step = g == BLS12_G1 ? FP_BYTES : FP2_BYTES;
    for (size_t i = 0; o == BLS12_LITTLE && i < bytes; i += step) reverse(p + i, step);
}

/* Reads a point of the curve. */
static bool load(struct point *r, enum bls12_group g, enum bls12_order o, const uint8_t *in) {
    uint8_t p[BLS12_POINT_MAX_BYTES];
    size_t bytes = bls12_point_bytes(g);
    memcpy(p, in, bytes);
    turn(p, bytes, g, o);
    if (p[0] & NOT_HERE) return false;
    return (g == BLS12_G1 ? blst_p1_deserialize(&r->p1, p) : blst_p2_deserialize(&r->p2, p)) ==
           BLST_SUCCESS;
}

static bool in_subgroup(const struct point *p, enum bls12_group g) {
    return g == BLS12_G1 ? blst_p1_affine_in_g1(&p->p1) : blst_p2_affine_in_g2(&p->p2);
}

static bool load_checked(struct point *r, enum bls12_group g, enum bls12_order o,
                         const uint8_t *in) {
    return load(r, g, o, in) && in_subgroup(r, g);
}

static void store1(uint8_t *out, enum bls12_order o, const blst_p1 *p) {
    blst_p1_serialize(out, p);
    turn(out, bls12_point_bytes(BLS12_G1), BLS12_G1, o);
}

static void store2(uint8_t *out, enum bls12_order o, const blst_p2 *p) {
    blst_p2_serialize(out, p);
    turn(out, bls12_point_bytes(BLS12_G2), BLS12_G2, o);
}

bool bls12_point_valid(enum bls12_group g, enum bls12_order o, const uint8_t *point) {
    struct point p;
    return load_checked(&p, g, o, point);
}

bool bls12_point_add(enum bls12_group g, enum bls12_order o, uint8_t *out, const uint8_t *a,
                     const uint8_t *b, bool subtract) {
    struct point p, q;
    if (!load(&p, g, o, a) || !load(&q, g, o, b)) return false;
    if (g == BLS12_G1) {
        blst_p1 left, right;
        blst_p1_from_affine(&left, &p.p1);
        blst_p1_from_affine(&right, &q.p1);
        blst_p1_cneg(&right, subtract);
        blst_p1_add_or_double(&left, &left, &right);
        store1(out, o, &left);
    } else {
        blst_p2 left, right;
        blst_p2_from_affine(&left, &p.p2);
        blst_p2_from_affine(&right, &q.p2);
        blst_p2_cneg(&right, subtract);
        blst_p2_add_or_double(&left, &left, &right);
        store2(out, o, &left);
    }
    return true;
}

bool bls12_point_mul(enum bls12_group g, enum bls12_order o, uint8_t *out,
                     const uint8_t k[BLS12_SCALAR_BYTES], const uint8_t *point) {
    struct point p;
    blst_scalar scalar;
    uint8_t little[BLS12_SCALAR_BYTES];
    memcpy(little, k, sizeof little);
    if (o == BLS12_BIG) reverse(little, sizeof little);
    blst_scalar_from_lendian(&scalar, little);
    if (!load_checked(&p, g, o, point) || !blst_scalar_fr_check(&scalar)) return false;
    if (g == BLS12_G1) {
        blst_p1 r;
        blst_p1_from_affine(&r, &p.p1);
        blst_p1_mult(&r, &r, little, SCALAR_BITS);
        store1(out, o, &r);
    } else {
        blst_p2 r;
        blst_p2_from_affine(&r, &p.p2);
        blst_p2_mult(&r, &r, little, SCALAR_BITS);
        store2(out, o, &r);
    }
    return true;
}

bool bls12_point_decompress(enum bls12_group g, enum bls12_order o, uint8_t *out,
                            const uint8_t *in) {
    struct point p;
    uint8_t x[BLS12_POINT_MAX_BYTES / 2];
    size_t bytes = bls12_point_bytes(g);
    memcpy(x, in, bytes / 2);
    turn(x, bytes / 2, g, o);
    BLST_ERROR e = g == BLS12_G1 ? blst_p1_uncompress(&p.p1, x) : blst_p2_uncompress(&p.p2, x);
    if (e != BLST_SUCCESS || !in_subgroup(&p, g)) return false;
    if (g == BLS12_G1)
        blst_p1_affine_serialize(out, &p.p1);
    else
        blst_p2_affine_serialize(out, &p.p2);
    turn(out, bytes, g, o);
    return true;
}

static void store_gt(uint8_t out[BLS12_GT_BYTES], const blst_fp12 *f, enum bls12_order o) {
    for (size_t i = 0; i < 12; i++)
        blst_lendian_from_fp(out + i * FP_BYTES, &f->fp6[i / 6].fp2[i % 6 / 2].fp[i % 2]);
    if (o == BLS12_BIG) reverse(out, BLS12_GT_BYTES);
}

bool bls12_point_pairing(enum bls12_order o, uint8_t out[BLS12_GT_BYTES], const uint8_t *g1,
                         const uint8_t *g2, size_t count) {
    blst_fp12 product = *blst_fp12_one();
    if (count > BLS12_PAIRS_MAX) return false;
    for (size_t i = 0; i < count; i++) {
        struct point p, q;
        blst_fp12 f;
        if (!load_checked(&p, BLS12_G1, o, g1 + i * bls12_point_bytes(BLS12_G1)) ||
            !load_checked(&q, BLS12_G2, o, g2 + i * bls12_point_bytes(BLS12_G2)))
            return false;
        if (blst_p1_affine_is_inf(&p.p1) || blst_p2_affine_is_inf(&q.p2)) continue;
        blst_miller_loop(&f, &q.p2, &p.p1);
        blst_fp12_mul(&product, &product, &f);
    }
    if (count) blst_final_exp(&product, &product);
    store_gt(out, &product, o);
    return true;
}
