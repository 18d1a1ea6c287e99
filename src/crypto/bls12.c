/* BLS12-381 over blst: the EIP's encodings, its checks, and what blst leaves to its caller
 * (infinity among the terms of a sum or of a pairing). */
#include "crypto/bls12.h"

#include <blst.h>

enum { FP_BYTES = 64, FP_PADDING = 16 };

/* ---- Field elements and points in the EIP's encoding */

static bool fp_load(blst_fp *r, const uint8_t in[FP_BYTES]) {
    static const uint8_t p[48] = {0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b,
                                  0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7, 0x64, 0x77, 0x4b, 0x84,
                                  0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0,
                                  0xf6, 0x24, 0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff,
                                  0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab};
    static const uint8_t zeros[FP_PADDING];
    if (memcmp(in, zeros, FP_PADDING) != 0 || memcmp(in + FP_PADDING, p, sizeof p) >= 0)
        return false;
    blst_fp_from_bendian(r, in + FP_PADDING);
    return true;
}

static void fp_store(uint8_t out[FP_BYTES], const blst_fp *a) {
    memset(out, 0, FP_PADDING);
    blst_bendian_from_fp(out + FP_PADDING, a);
}

static bool fp2_load(blst_fp2 *r, const uint8_t in[2 * FP_BYTES]) {
    return fp_load(&r->fp[0], in) && fp_load(&r->fp[1], in + FP_BYTES);
}

static void fp2_store(uint8_t out[2 * FP_BYTES], const blst_fp2 *a) {
    fp_store(out, &a->fp[0]);
    fp_store(out + FP_BYTES, &a->fp[1]);
}

/* All zeros are infinity in the EIP's encoding and in blst's affine points alike. */
static bool g1_load(blst_p1_affine *r, const uint8_t in[BLS12_G1_BYTES]) {
    return fp_load(&r->x, in) && fp_load(&r->y, in + FP_BYTES) && blst_p1_affine_on_curve(r);
}

static bool g2_load(blst_p2_affine *r, const uint8_t in[BLS12_G2_BYTES]) {
    return fp2_load(&r->x, in) && fp2_load(&r->y, in + 2 * FP_BYTES) && blst_p2_affine_on_curve(r);
}

static void g1_store(uint8_t out[BLS12_G1_BYTES], const blst_p1 *a) {
    blst_p1_affine affine;
    blst_p1_to_affine(&affine, a);
    fp_store(out, &affine.x);
    fp_store(out + FP_BYTES, &affine.y);
}

static void g2_store(uint8_t out[BLS12_G2_BYTES], const blst_p2 *a) {
    blst_p2_affine affine;
    blst_p2_to_affine(&affine, a);
    fp2_store(out, &affine.x);
    fp2_store(out + 2 * FP_BYTES, &affine.y);
}

/* ---- Addition */

bool bls12_g1_add(uint8_t out[BLS12_G1_BYTES], struct bytes in) {
    blst_p1_affine a, b;
    if (in.n != 2 * BLS12_G1_BYTES || !g1_load(&a, in.p) || !g1_load(&b, in.p + BLS12_G1_BYTES))
        return false;
    blst_p1 sum;
    blst_p1_from_affine(&sum, &a);
    blst_p1_add_or_double_affine(&sum, &sum, &b);
    g1_store(out, &sum);
    return true;
}

bool bls12_g2_add(uint8_t out[BLS12_G2_BYTES], struct bytes in) {
    blst_p2_affine a, b;
    if (in.n != 2 * BLS12_G2_BYTES || !g2_load(&a, in.p) || !g2_load(&b, in.p + BLS12_G2_BYTES))
        return false;
    blst_p2 sum;
    blst_p2_from_affine(&sum, &a);
    blst_p2_add_or_double_affine(&sum, &sum, &b);
    g2_store(out, &sum);
    return true;
}

/* ---- Multi-scalar multiplication. Points of order r, so that scalars may be reduced mod r. */

enum { SCALAR_BITS = 255 };

/* False for a scalar that is 0 mod r: its term is infinity. */
static bool scalar_load(blst_scalar *r, const uint8_t in[32]) {
    return blst_scalar_from_be_bytes(r, in, 32);
}

bool bls12_g1_msm(uint8_t out[BLS12_G1_BYTES], struct bytes in, struct arena *scratch) {
    size_t n = in.n / BLS12_G1_TERM_BYTES, count = 0;
    if (n == 0 || in.n % BLS12_G1_TERM_BYTES != 0) return false;
    blst_p1_affine *points = ARENA_ARRAY(scratch, blst_p1_affine, n);
    blst_scalar *scalars = ARENA_ARRAY(scratch, blst_scalar, n);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *term = in.p + i * BLS12_G1_TERM_BYTES;
        if (!g1_load(&points[count], term) || !blst_p1_affine_in_g1(&points[count])) return false;
        if (scalar_load(&scalars[count], term + BLS12_G1_BYTES) &&
            !blst_p1_affine_is_inf(&points[count]))
            count++;
    }
    blst_p1 sum = {0};
    if (count) {
        const blst_p1_affine *const point_list[2] = {points, NULL};
        const uint8_t *const scalar_list[2] = {scalars[0].b, NULL};
        limb_t *buckets = arena_alloc(scratch, blst_p1s_mult_pippenger_scratch_sizeof(count), 64);
        blst_p1s_mult_pippenger(&sum, point_list, count, scalar_list, SCALAR_BITS, buckets);
    }
    g1_store(out, &sum);
    return true;
}

bool bls12_g2_msm(uint8_t out[BLS12_G2_BYTES], struct bytes in, struct arena *scratch) {
    size_t n = in.n / BLS12_G2_TERM_BYTES, count = 0;
    if (n == 0 || in.n % BLS12_G2_TERM_BYTES != 0) return false;
    blst_p2_affine *points = ARENA_ARRAY(scratch, blst_p2_affine, n);
    blst_scalar *scalars = ARENA_ARRAY(scratch, blst_scalar, n);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *term = in.p + i * BLS12_G2_TERM_BYTES;
        if (!g2_load(&points[count], term) || !blst_p2_affine_in_g2(&points[count])) return false;
        if (scalar_load(&scalars[count], term + BLS12_G2_BYTES) &&
            !blst_p2_affine_is_inf(&points[count]))
            count++;
    }
    blst_p2 sum = {0};
    if (count) {
        const blst_p2_affine *const point_list[2] = {points, NULL};
        const uint8_t *const scalar_list[2] = {scalars[0].b, NULL};
        limb_t *buckets = arena_alloc(scratch, blst_p2s_mult_pippenger_scratch_sizeof(count), 64);
        blst_p2s_mult_pippenger(&sum, point_list, count, scalar_list, SCALAR_BITS, buckets);
    }
    g2_store(out, &sum);
    return true;
}

/* ---- Pairing */

bool bls12_pairing(struct bytes in, bool *result, struct arena *scratch) {
    size_t n = in.n / BLS12_PAIR_BYTES, count = 0;
    if (n == 0 || in.n % BLS12_PAIR_BYTES != 0) return false;
    blst_p1_affine *p = ARENA_ARRAY(scratch, blst_p1_affine, n);
    blst_p2_affine *q = ARENA_ARRAY(scratch, blst_p2_affine, n);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *pair = in.p + i * BLS12_PAIR_BYTES;
        if (!g1_load(&p[count], pair) || !g2_load(&q[count], pair + BLS12_G1_BYTES) ||
            !blst_p1_affine_in_g1(&p[count]) || !blst_p2_affine_in_g2(&q[count]))
            return false;
        /* A pair with infinity contributes 1. */
        if (!blst_p1_affine_is_inf(&p[count]) && !blst_p2_affine_is_inf(&q[count])) count++;
    }
    *result = true;
    if (count) {
        const blst_p1_affine *const p_list[2] = {p, NULL};
        const blst_p2_affine *const q_list[2] = {q, NULL};
        blst_fp12 product;
        blst_miller_loop_n(&product, q_list, p_list, count);
        blst_final_exp(&product, &product);
        *result = blst_fp12_is_one(&product);
    }
    return true;
}

/* ---- Maps */

bool bls12_map_to_g1(uint8_t out[BLS12_G1_BYTES], struct bytes in) {
    blst_fp u;
    if (in.n != FP_BYTES || !fp_load(&u, in.p)) return false;
    blst_p1 point;
    blst_map_to_g1(&point, &u, NULL);
    g1_store(out, &point);
    return true;
}

bool bls12_map_to_g2(uint8_t out[BLS12_G2_BYTES], struct bytes in) {
    blst_fp2 u;
    if (in.n != 2 * FP_BYTES || !fp2_load(&u, in.p)) return false;
    blst_p2 point;
    blst_map_to_g2(&point, &u, NULL);
    g2_store(out, &point);
    return true;
}
