/* BLS12-381's structures, over blst. */
#include <blst.h>

#include "crypto/algebra_impl.h"

enum { FP_BYTES = 48, SCALAR_BITS = 255 };

static const uint64_t group_order[4] = {0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805,
                                        0x73eda753299d7d48};

/* ---- Fr */

static void fr_zero(void *r) {
    memset(r, 0, sizeof(blst_fr));
}

static void fr_from_u64(void *r, uint64_t value) {
    uint64_t limbs[4] = {value};
    blst_fr_from_uint64(r, limbs);
}

static void fr_one(void *r) {
    fr_from_u64(r, 1);
}

static bool fr_eq(const void *a, const void *b) {
    return memcmp(a, b, sizeof(blst_fr)) == 0;
}

static void fr_add(void *r, const void *a, const void *b) {
    blst_fr_add(r, a, b);
}

static void fr_sub(void *r, const void *a, const void *b) {
    blst_fr_sub(r, a, b);
}

static void fr_neg(void *r, const void *a) {
    blst_fr_cneg(r, a, true);
}

static void fr_mul(void *r, const void *a, const void *b) {
    blst_fr_mul(r, a, b);
}

static void fr_inv(void *r, const void *a) {
    blst_fr_eucl_inverse(r, a);
}

static bool fr_read(void *r, enum algebra_format f, const uint8_t *in) {
    blst_scalar k;
    if (f == ALGEBRA_FIRST)
        blst_scalar_from_lendian(&k, in);
    else
        blst_scalar_from_bendian(&k, in);
    if (!blst_scalar_fr_check(&k)) return false;
    blst_fr_from_scalar(r, &k);
    return true;
}

static void fr_write(uint8_t *out, enum algebra_format f, const void *a) {
    blst_scalar k;
    blst_scalar_from_fr(&k, a);
    if (f == ALGEBRA_FIRST)
        blst_lendian_from_scalar(out, &k);
    else
        blst_bendian_from_scalar(out, &k);
}

/* ---- Fq12, twelve numbers in a row */

static blst_fp *coefficient(void *a, size_t i) {
    blst_fp12 *f = a;
    return &f->fp6[i / 6].fp2[i % 6 / 2].fp[i % 2];
}

static const blst_fp *coefficient_of(const void *a, size_t i) {
    const blst_fp12 *f = a;
    return &f->fp6[i / 6].fp2[i % 6 / 2].fp[i % 2];
}

static void fq12_zero(void *r) {
    memset(r, 0, sizeof(blst_fp12));
}

static void fq12_one(void *r) {
    memcpy(r, blst_fp12_one(), sizeof(blst_fp12));
}

static void fq12_from_u64(void *r, uint64_t value) {
    uint64_t limbs[6] = {value};
    fq12_zero(r);
    blst_fp_from_uint64(coefficient(r, 0), limbs);
}

static bool fq12_eq(const void *a, const void *b) {
    return blst_fp12_is_equal(a, b);
}

static void fq12_add(void *r, const void *a, const void *b) {
    for (size_t i = 0; i < 12; i++)
        blst_fp_add(coefficient(r, i), coefficient_of(a, i), coefficient_of(b, i));
}

static void fq12_sub(void *r, const void *a, const void *b) {
    for (size_t i = 0; i < 12; i++)
        blst_fp_sub(coefficient(r, i), coefficient_of(a, i), coefficient_of(b, i));
}

static void fq12_neg(void *r, const void *a) {
    for (size_t i = 0; i < 12; i++) blst_fp_cneg(coefficient(r, i), coefficient_of(a, i), true);
}

static void fq12_mul(void *r, const void *a, const void *b) {
    blst_fp12_mul(r, a, b);
}

static void fq12_inv(void *r, const void *a) {
    blst_fp12_inverse(r, a);
}

static bool fp_read(blst_fp *r, const uint8_t in[FP_BYTES]) {
    uint8_t back[FP_BYTES];
    blst_fp_from_lendian(r, in);
    blst_lendian_from_fp(back, r);
    return memcmp(back, in, FP_BYTES) == 0; /* a number from q on comes back smaller */
}

static bool fq12_read(void *r, enum algebra_format f, const uint8_t *in) {
    (void)f;
    for (size_t i = 0; i < 12; i++)
        if (!fp_read(coefficient(r, i), in + i * FP_BYTES)) return false;
    return true;
}

static void fq12_write(uint8_t *out, enum algebra_format f, const void *a) {
    (void)f;
    for (size_t i = 0; i < 12; i++) blst_lendian_from_fp(out + i * FP_BYTES, coefficient_of(a, i));
}

/* ---- Gt */

static void gt_one(void *r) {
    fq12_read(r, ALGEBRA_FIRST, algebra_bls12_gt_generator);
}

static void gt_sub(void *r, const void *a, const void *b) {
    blst_fp12 t;
    blst_fp12_inverse(&t, b);
    blst_fp12_mul(r, a, &t);
}

static void gt_twice(void *r, const void *a) {
    blst_fp12_sqr(r, a);
}

static void power(blst_fp12 *r, const blst_fp12 *a, const uint64_t k[4]) {
    blst_fp12 t = *blst_fp12_one();
    for (int i = SCALAR_BITS - 1; i >= 0; i--) {
        blst_fp12_sqr(&t, &t);
        if (k[i / 64] >> (i % 64) & 1) blst_fp12_mul(&t, &t, a);
    }
    *r = t;
}

static void gt_scale(void *r, const void *a, const uint8_t k[ALGEBRA_SCALAR_BYTES]) {
    uint64_t limbs[4];
    for (int i = 0; i < 4; i++) limbs[i] = load_le64(k + 8 * i);
    power(r, a, limbs);
}

bool algebra_bls12_in_gt(const void *a) {
    blst_fp12 t;
    power(&t, a, group_order);
    return blst_fp12_is_one(&t);
}

static bool gt_read(void *r, enum algebra_format f, const uint8_t *in) {
    return fq12_read(r, f, in) && algebra_bls12_in_gt(r);
}

/* ---- G1 */

static void g1_zero(void *r) {
    memset(r, 0, sizeof(blst_p1));
}

static void g1_one(void *r) {
    memcpy(r, blst_p1_generator(), sizeof(blst_p1));
}

static bool g1_eq(const void *a, const void *b) {
    return blst_p1_is_equal(a, b);
}

static void g1_add(void *r, const void *a, const void *b) {
    blst_p1_add_or_double(r, a, b);
}

static void g1_neg(void *r, const void *a) {
    if (r != a) memcpy(r, a, sizeof(blst_p1));
    blst_p1_cneg(r, true);
}

static void g1_sub(void *r, const void *a, const void *b) {
    blst_p1 minus;
    g1_neg(&minus, b);
    blst_p1_add_or_double(r, a, &minus);
}

static void g1_twice(void *r, const void *a) {
    blst_p1_double(r, a);
}

static void g1_scale(void *r, const void *a, const uint8_t k[ALGEBRA_SCALAR_BYTES]) {
    blst_p1_mult(r, a, k, SCALAR_BITS);
}

static bool g1_read(void *r, enum algebra_format f, const uint8_t *in) {
    blst_p1_affine p;
    bool compressed = (in[0] & 0x80) != 0;
    if (compressed != (f == ALGEBRA_SECOND)) return false;
    BLST_ERROR e = compressed ? blst_p1_uncompress(&p, in) : blst_p1_deserialize(&p, in);
    if (e != BLST_SUCCESS || !blst_p1_affine_in_g1(&p)) return false;
    blst_p1_from_affine(r, &p);
    return true;
}

static void g1_write(uint8_t *out, enum algebra_format f, const void *a) {
    if (f == ALGEBRA_FIRST)
        blst_p1_serialize(out, a);
    else
        blst_p1_compress(out, a);
}

/* ---- G2 */

static void g2_zero(void *r) {
    memset(r, 0, sizeof(blst_p2));
}

static void g2_one(void *r) {
    memcpy(r, blst_p2_generator(), sizeof(blst_p2));
}

static bool g2_eq(const void *a, const void *b) {
    return blst_p2_is_equal(a, b);
}

static void g2_add(void *r, const void *a, const void *b) {
    blst_p2_add_or_double(r, a, b);
}

static void g2_neg(void *r, const void *a) {
    if (r != a) memcpy(r, a, sizeof(blst_p2));
    blst_p2_cneg(r, true);
}

static void g2_sub(void *r, const void *a, const void *b) {
    blst_p2 minus;
    g2_neg(&minus, b);
    blst_p2_add_or_double(r, a, &minus);
}

static void g2_twice(void *r, const void *a) {
    blst_p2_double(r, a);
}

static void g2_scale(void *r, const void *a, const uint8_t k[ALGEBRA_SCALAR_BYTES]) {
    blst_p2_mult(r, a, k, SCALAR_BITS);
}

static bool g2_read(void *r, enum algebra_format f, const uint8_t *in) {
    blst_p2_affine p;
    bool compressed = (in[0] & 0x80) != 0;
    if (compressed != (f == ALGEBRA_SECOND)) return false;
    BLST_ERROR e = compressed ? blst_p2_uncompress(&p, in) : blst_p2_deserialize(&p, in);
    if (e != BLST_SUCCESS || !blst_p2_affine_in_g2(&p)) return false;
    blst_p2_from_affine(r, &p);
    return true;
}

static void g2_write(uint8_t *out, enum algebra_format f, const void *a) {
    if (f == ALGEBRA_FIRST)
        blst_p2_serialize(out, a);
    else
        blst_p2_compress(out, a);
}

/* ---- Sums, pairings, hashes */

static bool is_zero_scalar(const uint8_t k[ALGEBRA_SCALAR_BYTES]) {
    return b32_is_zero((const struct b32 *)k);
}

static void g1_sum(void *r, const void *const *points, const uint8_t (*k)[ALGEBRA_SCALAR_BYTES],
                   size_t count, struct arena *scratch) {
    blst_p1_affine *affine = ARENA_ARRAY(scratch, blst_p1_affine, count + 1);
    blst_scalar *scalars = ARENA_ARRAY(scratch, blst_scalar, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (blst_p1_is_inf(points[i]) || is_zero_scalar(k[i])) continue;
        blst_p1_to_affine(&affine[n], points[i]);
        memcpy(scalars[n++].b, k[i], ALGEBRA_SCALAR_BYTES);
    }
    g1_zero(r);
    if (!n) return;
    const blst_p1_affine *const list[2] = {affine, NULL};
    const uint8_t *const scalar_list[2] = {scalars[0].b, NULL};
    limb_t *buckets = arena_alloc(scratch, blst_p1s_mult_pippenger_scratch_sizeof(n), 64);
    blst_p1s_mult_pippenger(r, list, n, scalar_list, SCALAR_BITS, buckets);
}

static void g2_sum(void *r, const void *const *points, const uint8_t (*k)[ALGEBRA_SCALAR_BYTES],
                   size_t count, struct arena *scratch) {
    blst_p2_affine *affine = ARENA_ARRAY(scratch, blst_p2_affine, count + 1);
    blst_scalar *scalars = ARENA_ARRAY(scratch, blst_scalar, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (blst_p2_is_inf(points[i]) || is_zero_scalar(k[i])) continue;
        blst_p2_to_affine(&affine[n], points[i]);
        memcpy(scalars[n++].b, k[i], ALGEBRA_SCALAR_BYTES);
    }
    g2_zero(r);
    if (!n) return;
    const blst_p2_affine *const list[2] = {affine, NULL};
    const uint8_t *const scalar_list[2] = {scalars[0].b, NULL};
    limb_t *buckets = arena_alloc(scratch, blst_p2s_mult_pippenger_scratch_sizeof(n), 64);
    blst_p2s_mult_pippenger(r, list, n, scalar_list, SCALAR_BITS, buckets);
}

void algebra_bls12_sum(enum algebra_structure s, void *r, const void *const *points,
                       const uint8_t (*k)[ALGEBRA_SCALAR_BYTES], size_t count,
                       struct arena *scratch) {
    struct arena_mark mark = arena_mark(scratch);
    if (s == ALGEBRA_BLS12_G1)
        g1_sum(r, points, k, count, scratch);
    else
        g2_sum(r, points, k, count, scratch);
    arena_release(scratch, mark);
}

void algebra_bls12_pairing(void *r, const void *const *g1, const void *const *g2, size_t count,
                           struct arena *scratch) {
    struct arena_mark mark = arena_mark(scratch);
    blst_p1_affine *p = ARENA_ARRAY(scratch, blst_p1_affine, count + 1);
    blst_p2_affine *q = ARENA_ARRAY(scratch, blst_p2_affine, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (blst_p1_is_inf(g1[i]) || blst_p2_is_inf(g2[i])) continue; /* contributes 1 */
        blst_p1_to_affine(&p[n], g1[i]);
        blst_p2_to_affine(&q[n++], g2[i]);
    }
    fq12_one(r);
    if (n) {
        const blst_p1_affine *const p_list[2] = {p, NULL};
        const blst_p2_affine *const q_list[2] = {q, NULL};
        blst_miller_loop_n(r, q_list, p_list, n);
        blst_final_exp(r, r);
    }
    arena_release(scratch, mark);
}

void algebra_hash_to_bls12(enum algebra_structure s, void *r, struct bytes tag,
                           struct bytes message) {
    if (s == ALGEBRA_BLS12_G1)
        blst_hash_to_g1(r, message.p, message.n, tag.p, tag.n, NULL, 0);
    else
        blst_hash_to_g2(r, message.p, message.n, tag.p, tag.n, NULL, 0);
}

const struct algebra_ops algebra_bls12_ops[] = {
    [ALGEBRA_BLS12_FR] = {.size = sizeof(blst_fr),
                          .bytes = {32, 32},
                          .zero = fr_zero,
                          .one = fr_one,
                          .eq = fr_eq,
                          .add = fr_add,
                          .sub = fr_sub,
                          .neg = fr_neg,
                          .read = fr_read,
                          .write = fr_write,
                          .from_u64 = fr_from_u64,
                          .mul = fr_mul,
                          .inv = fr_inv},
    [ALGEBRA_BLS12_FQ12] = {.size = sizeof(blst_fp12),
                            .bytes = {12 * FP_BYTES, 0},
                            .zero = fq12_zero,
                            .one = fq12_one,
                            .eq = fq12_eq,
                            .add = fq12_add,
                            .sub = fq12_sub,
                            .neg = fq12_neg,
                            .read = fq12_read,
                            .write = fq12_write,
                            .from_u64 = fq12_from_u64,
                            .mul = fq12_mul,
                            .inv = fq12_inv},
    [ALGEBRA_BLS12_G1] = {.size = sizeof(blst_p1),
                          .bytes = {2 * FP_BYTES, FP_BYTES},
                          .zero = g1_zero,
                          .one = g1_one,
                          .eq = g1_eq,
                          .add = g1_add,
                          .sub = g1_sub,
                          .neg = g1_neg,
                          .read = g1_read,
                          .write = g1_write,
                          .twice = g1_twice,
                          .scale = g1_scale},
    [ALGEBRA_BLS12_G2] = {.size = sizeof(blst_p2),
                          .bytes = {4 * FP_BYTES, 2 * FP_BYTES},
                          .zero = g2_zero,
                          .one = g2_one,
                          .eq = g2_eq,
                          .add = g2_add,
                          .sub = g2_sub,
                          .neg = g2_neg,
                          .read = g2_read,
                          .write = g2_write,
                          .twice = g2_twice,
                          .scale = g2_scale},
    [ALGEBRA_BLS12_GT] = {.size = sizeof(blst_fp12),
                          .bytes = {12 * FP_BYTES, 0},
                          .zero = fq12_one,
                          .one = gt_one,
                          .eq = fq12_eq,
                          .add = fq12_mul,
                          .sub = gt_sub,
                          .neg = fq12_inv,
                          .read = gt_read,
                          .write = fq12_write,
                          .twice = gt_twice,
                          .scale = gt_scale},
};
