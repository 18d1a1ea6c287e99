/* bn254's structures. Scalars are kept in Montgomery form, a 2^256 mod r; the rest is bn254_*.h's.
 */
#include <gmp.h>

#include "base/u256.h"
#include "crypto/algebra_impl.h"
#include "crypto/bn254.h"
#include "crypto/bn254_pairing.h"

enum { NUMBER = 32, NEGATIVE = 0x80, INFINITE = 0x40, FLAGS = 0xc0 };

static const struct u256 group_order = {
    {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};

/* ---- Fr */

/* 2^256, its square and its cube mod r; -1/r mod 2^64. */
static const struct u256 fr_unit = {
    {0xac96341c4ffffffb, 0x36fc76959f60cd29, 0x666ea36f7879462e, 0x0e0a77c19a07df2f}};
static const struct u256 fr_unit_2 = {
    {0x1bb8e645ae216da7, 0x53fe3ab1e35c59e3, 0x8c49833d53bb8085, 0x0216d0b17f4e44a5}};
static const struct u256 fr_unit_3 = {
    {0x5e94d8e1b4bf0040, 0x2a489cbe1cfbb6b8, 0x893cc664a19fcfed, 0x0cf8594b7fcc657c}};
static const uint64_t fr_minus_inverse = 0xc2e1f593efffffff;

/* r = a b / 2^256: a row of the product and a multiple of the order that clears its lowest limb, in
 * turns. Both below the order, 2^254; so is what is left, but for one subtraction. */
static void fr_mul(void *r, const void *a, const void *b) {
    const struct u256 *x = a, *y = b;
    struct u256 out;
    uint64_t t[5] = {0};
    for (int i = 0; i < 4; i++) {
        unsigned __int128 c = 0;
        for (int k = 0; k < 4; k++) {
            c += (unsigned __int128)x->w[k] * y->w[i] + t[k];
            t[k] = (uint64_t)c;
            c >>= 64;
        }
        t[4] = (uint64_t)c;
        uint64_t m = t[0] * fr_minus_inverse;
        c = ((unsigned __int128)m * group_order.w[0] + t[0]) >> 64;
        for (int k = 1; k < 4; k++) {
            c += (unsigned __int128)m * group_order.w[k] + t[k];
            t[k - 1] = (uint64_t)c;
            c >>= 64;
        }
        t[3] = t[4] + (uint64_t)c;
    }
    memcpy(out.w, t, sizeof out.w);
    if (!u256_lt(&out, &group_order)) u256_sub(&out, &out, &group_order);
    *(struct u256 *)r = out;
}

static void fr_zero(void *r) {
    *(struct u256 *)r = U256_ZERO;
}

static void fr_from_u64(void *r, uint64_t value) {
    struct u256 number = {{value}};
    fr_mul(r, &number, &fr_unit_2);
}

static void fr_one(void *r) {
    *(struct u256 *)r = fr_unit;
}

static bool fr_eq(const void *a, const void *b) {
    return u256_eq(a, b);
}

static void fr_add(void *r, const void *a, const void *b) {
    struct u256 sum; /* below 2^255 */
    u256_add(&sum, a, b);
    if (!u256_lt(&sum, &group_order)) u256_sub(&sum, &sum, &group_order);
    *(struct u256 *)r = sum;
}

static void fr_neg(void *r, const void *a) {
    if (u256_is_zero(a))
        fr_zero(r);
    else
        u256_sub(r, &group_order, a);
}

static void fr_sub(void *r, const void *a, const void *b) {
    struct u256 minus;
    fr_neg(&minus, b);
    fr_add(r, a, &minus);
}

_Static_assert(sizeof(mp_limb_t) == 8, "GMP's limbs are ours");

static void fr_inv(void *r, const void *a) {
    /* GMP wants the first operand no shorter than the second: a + r is as long as r, with the same
     * inverse. */
    struct u256 u, v = group_order, inverse = U256_ZERO;
    mp_limb_t gcd[5], s[6];
    mp_size_t s_n;
    u256_add(&u, a, &group_order);
    mpn_gcdext(gcd, s, &s_n, (mp_limb_t *)u.w, 4, (mp_limb_t *)v.w, 4);
    memcpy(inverse.w, s, (size_t)(s_n < 0 ? -s_n : s_n) * sizeof *s);
    if (s_n < 0) fr_neg(&inverse, &inverse);
    fr_mul(r, &inverse, &fr_unit_3); /* of a 2^256: two factors are missing */
}

static void put_le(uint8_t *out, const struct u256 *a) {
    for (int i = 0; i < 4; i++) store_le64(out + 8 * i, a->w[i]);
}

static void take_le(struct u256 *r, const uint8_t *in) {
    for (int i = 0; i < 4; i++) r->w[i] = load_le64(in + 8 * i);
}

static bool fr_read(void *r, enum algebra_format f, const uint8_t *in) {
    if (f == ALGEBRA_FIRST)
        take_le(r, in);
    else
        u256_load_be(r, in);
    if (!u256_lt(r, &group_order)) return false;
    fr_mul(r, r, &fr_unit_2);
    return true;
}

static void fr_write(uint8_t *out, enum algebra_format f, const void *a) {
    static const struct u256 one = {{1}};
    struct u256 number;
    fr_mul(&number, a, &one);
    if (f == ALGEBRA_FIRST)
        put_le(out, &number);
    else
        u256_store_be(out, &number);
}

/* ---- Fq */

static bool fp_read(struct fp *r, const uint8_t *le) {
    uint8_t be[NUMBER];
    algebra_reverse(be, le, NUMBER);
    return fp_from_be(r, be);
}

static void fp_write(uint8_t *le, const struct fp *a) {
    uint8_t be[NUMBER];
    fp_to_be(be, a);
    algebra_reverse(le, be, NUMBER);
}

static void fq_zero(void *r) {
    *(struct fp *)r = FP_ZERO;
}

static void fq_one(void *r) {
    *(struct fp *)r = FP_ONE;
}

static void fq_from_u64(void *r, uint64_t value) {
    uint8_t le[NUMBER] = {0};
    store_le64(le, value);
    fp_read(r, le);
}

static bool fq_eq(const void *a, const void *b) {
    return fp_eq(a, b);
}

static void fq_add(void *r, const void *a, const void *b) {
    fp_add(r, a, b);
}

static void fq_sub(void *r, const void *a, const void *b) {
    fp_sub(r, a, b);
}

static void fq_neg(void *r, const void *a) {
    fp_neg(r, a);
}

static void fq_mul(void *r, const void *a, const void *b) {
    fp_mul(r, a, b);
}

static void fq_inv(void *r, const void *a) {
    fp_inv(r, a);
}

static bool fq_read(void *r, enum algebra_format f, const uint8_t *in) {
    return f == ALGEBRA_FIRST ? fp_read(r, in) : fp_from_be(r, in);
}

static void fq_write(uint8_t *out, enum algebra_format f, const void *a) {
    if (f == ALGEBRA_FIRST)
        fp_write(out, a);
    else
        fp_to_be(out, a);
}

/* ---- Fq12, twelve numbers in a row */

_Static_assert(sizeof(struct fp12) == 12 * sizeof(struct fp), "coefficients in a row");

static void fq12_zero(void *r) {
    memset(r, 0, sizeof(struct fp12));
}

static void fq12_one(void *r) {
    fp12_one(r);
}

static void fq12_from_u64(void *r, uint64_t value) {
    fq12_zero(r);
    fq_from_u64(r, value);
}

static bool fq12_eq(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct fp12)) == 0;
}

static void fq12_add(void *r, const void *a, const void *b) {
    struct fp *out = r;
    const struct fp *left = a, *right = b;
    for (int i = 0; i < 12; i++) fp_add(&out[i], &left[i], &right[i]);
}

static void fq12_sub(void *r, const void *a, const void *b) {
    struct fp *out = r;
    const struct fp *left = a, *right = b;
    for (int i = 0; i < 12; i++) fp_sub(&out[i], &left[i], &right[i]);
}

static void fq12_neg(void *r, const void *a) {
    struct fp *out = r;
    const struct fp *from = a;
    for (int i = 0; i < 12; i++) fp_neg(&out[i], &from[i]);
}

static void fq12_mul(void *r, const void *a, const void *b) {
    fp12_mul(r, a, b);
}

static void fq12_inv(void *r, const void *a) {
    fp12_inv(r, a);
}

static bool fq12_read(void *r, enum algebra_format f, const uint8_t *in) {
    struct fp *out = r;
    (void)f;
    for (int i = 0; i < 12; i++)
        if (!fp_read(&out[i], in + (size_t)i * NUMBER)) return false;
    return true;
}

static void fq12_write(uint8_t *out, enum algebra_format f, const void *a) {
    const struct fp *from = a;
    (void)f;
    for (int i = 0; i < 12; i++) fp_write(out + (size_t)i * NUMBER, &from[i]);
}

/* ---- Gt */

static void gt_one(void *r) {
    fq12_read(r, ALGEBRA_FIRST, algebra_bn254_gt_generator);
}

static void gt_sub(void *r, const void *a, const void *b) {
    struct fp12 t;
    fp12_inv(&t, b);
    fp12_mul(r, a, &t);
}

static void gt_twice(void *r, const void *a) {
    fp12_sqr(r, a);
}

static void power(struct fp12 *r, const struct fp12 *a, const struct u256 *k) {
    struct fp12 t;
    fp12_one(&t);
    for (int i = 253; i >= 0; i--) { /* k is at most r */
        fp12_sqr(&t, &t);
        if (k->w[i / 64] >> (i % 64) & 1) fp12_mul(&t, &t, a);
    }
    *r = t;
}

static void gt_scale(void *r, const void *a, const uint8_t k[ALGEBRA_SCALAR_BYTES]) {
    struct u256 n;
    take_le(&n, k);
    power(r, a, &n);
}

bool algebra_bn254_in_gt(const void *a) {
    struct fp12 t;
    power(&t, a, &group_order);
    return fp12_is_one(&t);
}

static bool gt_read(void *r, enum algebra_format f, const uint8_t *in) {
    return fq12_read(r, f, in) && algebra_bn254_in_gt(r);
}

/* ---- Points. arkworks' encoding, turned round, is that of the EIPs, but that infinity has a flag
 * and zeros are no point; without compression the sign's flag means nothing. */

/* Uncompressed: x ‖ y, in as many bytes each. False if it cannot be a point. */
static bool turn_point(uint8_t *be, const uint8_t *in, size_t half) {
    bool infinite = (in[2 * half - 1] & FLAGS) == INFINITE;
    algebra_reverse(be, in, half);
    algebra_reverse(be + half, in + half, half);
    if (half == NUMBER ? !bn254_g1_take_flags(be) : !bn254_g2_take_flags(be)) return false;
    static const uint8_t zeros[4 * NUMBER];
    return infinite || memcmp(be, zeros, 2 * half) != 0;
}

/* ---- G1 */

static void g1_zero(void *r) {
    *(struct g1 *)r = (struct g1){.infinity = true};
}

static void g1_one(void *r) {
    static const uint8_t generator[64] = {[31] = 1, [63] = 2};
    g1_load(r, generator);
}

static bool g1_eq(const void *a, const void *b) {
    const struct g1 *p = a, *q = b;
    if (p->infinity || q->infinity) return p->infinity == q->infinity;
    return fp_eq(&p->x, &q->x) && fp_eq(&p->y, &q->y);
}

static void g1_sum(void *r, const void *a, const void *b) {
    g1_add(r, a, b);
}

static void g1_neg(void *r, const void *a) {
    struct g1 *out = r;
    *out = *(const struct g1 *)a;
    fp_neg(&out->y, &out->y);
}

static void g1_sub(void *r, const void *a, const void *b) {
    struct g1 minus;
    g1_neg(&minus, b);
    g1_add(r, a, &minus);
}

static void g1_twice(void *r, const void *a) {
    g1_add(r, a, a);
}

static void g1_scale(void *r, const void *a, const uint8_t k[ALGEBRA_SCALAR_BYTES]) {
    struct u256 n;
    take_le(&n, k);
    g1_mul(r, a, &n);
}

static bool g1_read(void *r, enum algebra_format f, const uint8_t *in) {
    uint8_t x[NUMBER], point[2 * NUMBER];
    if (f == ALGEBRA_FIRST) return turn_point(point, in, NUMBER) && g1_load(r, point);
    algebra_reverse(x, in, NUMBER);
    return bn254_g1_decompress(point, x) && g1_load(r, point);
}

static void g1_write(uint8_t *out, enum algebra_format f, const void *a) {
    const struct g1 *p = a;
    uint8_t be[2 * NUMBER], x[NUMBER];
    size_t n = f == ALGEBRA_FIRST ? sizeof be : sizeof x;
    memset(out, 0, n);
    if (p->infinity) {
        out[n - 1] = INFINITE;
        return;
    }
    g1_store(be, p);
    bn254_g1_compress(x, be);
    algebra_reverse(out, be, NUMBER);
    if (f == ALGEBRA_FIRST) algebra_reverse(out + NUMBER, be + NUMBER, NUMBER);
    out[n - 1] |= x[0] & NEGATIVE;
}

/* ---- G2 */

static void g2_zero(void *r) {
    memset(r, 0, sizeof(struct g2_point));
    ((struct g2_point *)r)->infinity = true;
}

static void g2_one(void *r) {
    /* EIP-197's P2 */
    static const uint8_t generator[128] = {
        0x19, 0x8e, 0x93, 0x93, 0x92, 0x0d, 0x48, 0x3a, 0x72, 0x60, 0xbf, 0xb7, 0x31, 0xfb, 0x5d,
        0x25, 0xf1, 0xaa, 0x49, 0x33, 0x35, 0xa9, 0xe7, 0x12, 0x97, 0xe4, 0x85, 0xb7, 0xae, 0xf3,
        0x12, 0xc2, 0x18, 0x00, 0xde, 0xef, 0x12, 0x1f, 0x1e, 0x76, 0x42, 0x6a, 0x00, 0x66, 0x5e,
        0x5c, 0x44, 0x79, 0x67, 0x43, 0x22, 0xd4, 0xf7, 0x5e, 0xda, 0xdd, 0x46, 0xde, 0xbd, 0x5c,
        0xd9, 0x92, 0xf6, 0xed, 0x09, 0x06, 0x89, 0xd0, 0x58, 0x5f, 0xf0, 0x75, 0xec, 0x9e, 0x99,
        0xad, 0x69, 0x0c, 0x33, 0x95, 0xbc, 0x4b, 0x31, 0x33, 0x70, 0xb3, 0x8e, 0xf3, 0x55, 0xac,
        0xda, 0xdc, 0xd1, 0x22, 0x97, 0x5b, 0x12, 0xc8, 0x5e, 0xa5, 0xdb, 0x8c, 0x6d, 0xeb, 0x4a,
        0xab, 0x71, 0x80, 0x8d, 0xcb, 0x40, 0x8f, 0xe3, 0xd1, 0xe7, 0x69, 0x0c, 0x43, 0xd3, 0x7b,
        0x4c, 0xe6, 0xcc, 0x01, 0x66, 0xfa, 0x7d, 0xaa};
    struct g2_point *p = r;
    g2_load(&p->p, &p->infinity, generator);
}

static bool g2_eq(const void *a, const void *b) {
    const struct g2_point *p = a, *q = b;
    if (p->infinity || q->infinity) return p->infinity == q->infinity;
    return fp2_eq(&p->p.x, &q->p.x) && fp2_eq(&p->p.y, &q->p.y);
}

static void g2_sum(void *r, const void *a, const void *b) {
    g2_add(r, a, b);
}

static void g2_neg(void *r, const void *a) {
    struct g2_point *out = r;
    *out = *(const struct g2_point *)a;
    fp2_neg(&out->p.y, &out->p.y);
}

static void g2_sub(void *r, const void *a, const void *b) {
    struct g2_point minus;
    g2_neg(&minus, b);
    g2_add(r, a, &minus);
}

static void g2_twice(void *r, const void *a) {
    g2_add(r, a, a);
}

static void g2_scale(void *r, const void *a, const uint8_t k[ALGEBRA_SCALAR_BYTES]) {
    struct u256 n;
    take_le(&n, k);
    g2_mul(r, a, &n);
}

static bool g2_read(void *r, enum algebra_format f, const uint8_t *in) {
    struct g2_point *p = r;
    uint8_t x[2 * NUMBER], point[4 * NUMBER];
    algebra_reverse(x, in, sizeof x);
    bool ok =
        f == ALGEBRA_FIRST ? turn_point(point, in, 2 * NUMBER) : bn254_g2_decompress(point, x);
    return ok && g2_load(&p->p, &p->infinity, point) && g2_has_order(p);
}

static void g2_write(uint8_t *out, enum algebra_format f, const void *a) {
    const struct g2_point *p = a;
    uint8_t be[4 * NUMBER], x[2 * NUMBER];
    size_t n = f == ALGEBRA_FIRST ? sizeof be : sizeof x;
    memset(out, 0, n);
    if (p->infinity) {
        out[n - 1] = INFINITE;
        return;
    }
    g2_store(be, &p->p, false);
    bn254_g2_compress(x, be);
    algebra_reverse(out, be, 2 * NUMBER);
    if (f == ALGEBRA_FIRST) algebra_reverse(out + 2 * NUMBER, be + 2 * NUMBER, 2 * NUMBER);
    out[n - 1] |= x[0] & NEGATIVE;
}

void algebra_bn254_pairing(void *r, const void *const *g1, const void *const *g2, size_t count,
                           struct arena *scratch) {
    struct arena_mark mark = arena_mark(scratch);
    const struct g1 **p = ARENA_ARRAY(scratch, const struct g1 *, count + 1);
    const struct g2_point **q = ARENA_ARRAY(scratch, const struct g2_point *, count + 1);
    for (size_t i = 0; i < count; i++) {
        p[i] = g1[i];
        q[i] = g2[i];
    }
    bn254_pairing_value(r, p, q, count);
    arena_release(scratch, mark);
}

#define AT(structure) [structure - ALGEBRA_BN254_FR]

const struct algebra_ops algebra_bn254_ops[] = {
    AT(ALGEBRA_BN254_FR) = {.size = sizeof(struct u256),
                            .bytes = {NUMBER, NUMBER},
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
    AT(ALGEBRA_BN254_FQ) = {.size = sizeof(struct fp),
                            .bytes = {NUMBER, NUMBER},
                            .zero = fq_zero,
                            .one = fq_one,
                            .eq = fq_eq,
                            .add = fq_add,
                            .sub = fq_sub,
                            .neg = fq_neg,
                            .read = fq_read,
                            .write = fq_write,
                            .from_u64 = fq_from_u64,
                            .mul = fq_mul,
                            .inv = fq_inv},
    AT(ALGEBRA_BN254_FQ12) = {.size = sizeof(struct fp12),
                              .bytes = {12 * NUMBER, 0},
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
    AT(ALGEBRA_BN254_G1) = {.size = sizeof(struct g1),
                            .bytes = {2 * NUMBER, NUMBER},
                            .zero = g1_zero,
                            .one = g1_one,
                            .eq = g1_eq,
                            .add = g1_sum,
                            .sub = g1_sub,
                            .neg = g1_neg,
                            .read = g1_read,
                            .write = g1_write,
                            .twice = g1_twice,
                            .scale = g1_scale},
    AT(ALGEBRA_BN254_G2) = {.size = sizeof(struct g2_point),
                            .bytes = {4 * NUMBER, 2 * NUMBER},
                            .zero = g2_zero,
                            .one = g2_one,
                            .eq = g2_eq,
                            .add = g2_sum,
                            .sub = g2_sub,
                            .neg = g2_neg,
                            .read = g2_read,
                            .write = g2_write,
                            .twice = g2_twice,
                            .scale = g2_scale},
    AT(ALGEBRA_BN254_GT) = {.size = sizeof(struct fp12),
                            .bytes = {12 * NUMBER, 0},
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
