/* Elements of the field are five limbs of 51 bits. Additions leave limbs up to a few bits above 51;
 * multiplications take limbs below 2^54 and reduce. Points are extended coordinates (X : Y : Z :
 * T), T = XY/Z, with the complete formulas of Hisil, Wong, Carter, Dawson 2008 for a = -1. */
#include "crypto/curve25519.h"

struct fe {
    uint64_t v[5];
};

typedef unsigned __int128 u128;

#define LIMB (((uint64_t)1 << 51) - 1)

static const struct fe fe_zero = {{0}}, fe_one = {{1}};
static const struct fe fe_d = {
    {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
static const struct fe fe_2d = {
    {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};
static const struct fe fe_sqrt_minus_one = {
    {0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}};
/* 1/√(a - d), for ristretto255 */
static const struct fe fe_invsqrt_a_minus_d = {
    {0x0fdaa805d40ea, 0x2eb482e57d339, 0x007610274bc58, 0x6510b613dc8ff, 0x786c8905cfaff}};

/* ---- Field */

static struct fe fe_carry(struct fe a) {
    uint64_t c = a.v[4] >> 51;
    a.v[4] &= LIMB;
    a.v[0] += 19 * c;
    for (int i = 0; i < 4; i++) {
        a.v[i + 1] += a.v[i] >> 51;
        a.v[i] &= LIMB;
    }
    return a;
}

static struct fe fe_add(struct fe a, struct fe b) {
    for (int i = 0; i < 5; i++) a.v[i] += b.v[i];
    return fe_carry(a);
}

static struct fe fe_sub(struct fe a, struct fe b) {
    /* plus 4p, so that no limb goes below zero */
    a.v[0] += 4 * (LIMB - 18);
    for (int i = 1; i < 5; i++) a.v[i] += 4 * LIMB;
    for (int i = 0; i < 5; i++) a.v[i] -= b.v[i];
    return fe_carry(a);
}

static struct fe fe_neg(struct fe a) {
    return fe_sub(fe_zero, a);
}

/* Carries the sums of products to limbs of 51 bits, and a little more in the second. */
static inline struct fe fe_reduce(u128 r0, u128 r1, u128 r2, u128 r3, u128 r4) {
    r1 += (uint64_t)(r0 >> 51);
    r2 += (uint64_t)(r1 >> 51);
    r3 += (uint64_t)(r2 >> 51);
    r4 += (uint64_t)(r3 >> 51);
    struct fe out = {{(uint64_t)r0 & LIMB, (uint64_t)r1 & LIMB, (uint64_t)r2 & LIMB,
                      (uint64_t)r3 & LIMB, (uint64_t)r4 & LIMB}};
    out.v[0] += 19 * (uint64_t)(r4 >> 51);
    out.v[1] += out.v[0] >> 51;
    out.v[0] &= LIMB;
    return out;
}

static struct fe fe_mul(struct fe a, struct fe b) {
    const uint64_t *x = a.v, *y = b.v;
    uint64_t y1 = 19 * y[1], y2 = 19 * y[2], y3 = 19 * y[3], y4 = 19 * y[4];
    u128 r0 =
        (u128)x[0] * y[0] + (u128)x[1] * y4 + (u128)x[2] * y3 + (u128)x[3] * y2 + (u128)x[4] * y1;
    u128 r1 =
        (u128)x[0] * y[1] + (u128)x[1] * y[0] + (u128)x[2] * y4 + (u128)x[3] * y3 + (u128)x[4] * y2;
    u128 r2 = (u128)x[0] * y[2] + (u128)x[1] * y[1] + (u128)x[2] * y[0] + (u128)x[3] * y4 +
              (u128)x[4] * y3;
    u128 r3 = (u128)x[0] * y[3] + (u128)x[1] * y[2] + (u128)x[2] * y[1] + (u128)x[3] * y[0] +
              (u128)x[4] * y4;
    u128 r4 = (u128)x[0] * y[4] + (u128)x[1] * y[3] + (u128)x[2] * y[2] + (u128)x[3] * y[1] +
              (u128)x[4] * y[0];
    return fe_reduce(r0, r1, r2, r3, r4);
}

/* Ten of the 25 products of a multiplication are there twice. */
static inline struct fe fe_sqr(struct fe a) {
    const uint64_t *x = a.v;
    uint64_t x0 = 2 * x[0], x1 = 2 * x[1], y2 = 38 * x[2], y4 = 19 * x[4], z4 = 2 * y4;
    u128 r0 = (u128)x[0] * x[0] + (u128)z4 * x[1] + (u128)y2 * x[3];
    u128 r1 = (u128)x0 * x[1] + (u128)z4 * x[2] + (u128)(19 * x[3]) * x[3];
    u128 r2 = (u128)x0 * x[2] + (u128)x[1] * x[1] + (u128)z4 * x[3];
    u128 r3 = (u128)x0 * x[3] + (u128)x1 * x[2] + (u128)x[4] * y4;
    u128 r4 = (u128)x0 * x[4] + (u128)x1 * x[3] + (u128)x[2] * x[2];
    return fe_reduce(r0, r1, r2, r3, r4);
}

static struct fe fe_sqr_times(struct fe a, unsigned n) {
    while (n--) a = fe_sqr(a);
    return a;
}

/* a^(2^250 - 1), and a^11 on the way. */
static struct fe fe_pow_250(struct fe a, struct fe *a11) {
    struct fe a2 = fe_sqr(a), a9 = fe_mul(fe_sqr_times(a2, 2), a);
    *a11 = fe_mul(a9, a2);
    struct fe p5 = fe_mul(fe_sqr(*a11), a9); /* 2^5 - 1 */
    struct fe p10 = fe_mul(fe_sqr_times(p5, 5), p5);
    struct fe p20 = fe_mul(fe_sqr_times(p10, 10), p10);
    struct fe p40 = fe_mul(fe_sqr_times(p20, 20), p20);
    struct fe p50 = fe_mul(fe_sqr_times(p40, 10), p10);
    struct fe p100 = fe_mul(fe_sqr_times(p50, 50), p50);
    struct fe p200 = fe_mul(fe_sqr_times(p100, 100), p100);
    return fe_mul(fe_sqr_times(p200, 50), p50);
}

static struct fe fe_invert(struct fe a) { /* a^(p - 2) */
    struct fe a11, p250 = fe_pow_250(a, &a11);
    return fe_mul(fe_sqr_times(p250, 5), a11);
}

static struct fe fe_pow_p58(struct fe a) { /* a^((p - 5)/8) */
    struct fe a11, p250 = fe_pow_250(a, &a11);
    return fe_mul(fe_sqr_times(p250, 2), a);
}

static struct fe fe_load(const struct b32 *in) { /* 255 bits */
    uint64_t w[4];
    for (int i = 0; i < 4; i++) w[i] = load_le64(in->b + 8 * i);
    return (struct fe){{w[0] & LIMB, (w[0] >> 51 | w[1] << 13) & LIMB,
                        (w[1] >> 38 | w[2] << 26) & LIMB, (w[2] >> 25 | w[3] << 39) & LIMB,
                        w[3] >> 12 & LIMB}};
}

static struct b32 fe_store(struct fe a) { /* the one encoding less than p */
    struct b32 out;
    a = fe_carry(fe_carry(a));
    uint64_t q = (a.v[0] + 19) >> 51; /* 1 if a >= p */
    for (int i = 1; i < 5; i++) q = (a.v[i] + q) >> 51;
    a.v[0] += 19 * q;
    for (int i = 0; i < 4; i++) {
        a.v[i + 1] += a.v[i] >> 51;
        a.v[i] &= LIMB;
    }
    a.v[4] &= LIMB;
    store_le64(out.b, a.v[0] | a.v[1] << 51);
    store_le64(out.b + 8, a.v[1] >> 13 | a.v[2] << 38);
    store_le64(out.b + 16, a.v[2] >> 26 | a.v[3] << 25);
    store_le64(out.b + 24, a.v[3] >> 39 | a.v[4] << 12);
    return out;
}

static bool fe_eq(struct fe a, struct fe b) {
    struct b32 x = fe_store(a), y = fe_store(b);
    return b32_eq(&x, &y);
}

static bool fe_is_zero(struct fe a) {
    struct b32 x = fe_store(a);
    return b32_is_zero(&x);
}

static bool fe_is_negative(struct fe a) {
    return fe_store(a).b[0] & 1;
}

static struct fe fe_abs(struct fe a) {
    return fe_is_negative(a) ? fe_neg(a) : a;
}

/* *r = |√(u/v)| and true if u/v is a square, else |√(iu/v)| and false (RFC 9496, section 4.2). */
static bool fe_sqrt_ratio(struct fe *r, struct fe u, struct fe v) {
    struct fe v3 = fe_mul(fe_sqr(v), v), v7 = fe_mul(fe_sqr(v3), v);
    struct fe root = fe_mul(fe_mul(u, v3), fe_pow_p58(fe_mul(u, v7)));
    struct fe check = fe_mul(v, fe_sqr(root)), minus_u = fe_neg(u);
    bool correct = fe_eq(check, u), flipped = fe_eq(check, minus_u);
    if (flipped || fe_eq(check, fe_mul(minus_u, fe_sqrt_minus_one)))
        root = fe_mul(root, fe_sqrt_minus_one);
    *r = fe_abs(root);
    return correct || flipped;
}

/* ---- Points */

struct point {
    struct fe x, y, z, t;
};

static const struct point neutral = {{{0}}, {{1}}, {{1}}, {{0}}};

static struct point point_add(const struct point *p, const struct point *q) {
    struct fe a = fe_mul(fe_sub(p->y, p->x), fe_sub(q->y, q->x));
    struct fe b = fe_mul(fe_add(p->y, p->x), fe_add(q->y, q->x));
    struct fe c = fe_mul(fe_mul(p->t, fe_2d), q->t);
    struct fe zz = fe_mul(p->z, q->z), d = fe_add(zz, zz);
    struct fe e = fe_sub(b, a), f = fe_sub(d, c), g = fe_add(d, c), h = fe_add(b, a);
    return (struct point){fe_mul(e, f), fe_mul(g, h), fe_mul(f, g), fe_mul(e, h)};
}

static struct point point_double(const struct point *p) {
    struct fe a = fe_sqr(p->x), b = fe_sqr(p->y), zz = fe_sqr(p->z), c = fe_add(zz, zz);
    struct fe h = fe_add(a, b), e = fe_sub(h, fe_sqr(fe_add(p->x, p->y))), g = fe_sub(a, b);
    struct fe f = fe_add(c, g);
    return (struct point){fe_mul(e, f), fe_mul(g, h), fe_mul(f, g), fe_mul(e, h)};
}

static struct point point_negate(const struct point *p) {
    return (struct point){fe_neg(p->x), p->y, p->z, fe_neg(p->t)};
}

static bool edwards_decode(struct point *out, const struct b32 *in) {
    struct fe y = fe_load(in), yy = fe_sqr(y), x;
    if (!fe_sqrt_ratio(&x, fe_sub(yy, fe_one), fe_add(fe_mul(fe_d, yy), fe_one))) return false;
    if (in->b[31] >> 7) x = fe_neg(x);
    *out = (struct point){x, y, fe_one, fe_mul(x, y)};
    return true;
}

static struct b32 edwards_encode(const struct point *p) {
    struct fe z = fe_invert(p->z), x = fe_mul(p->x, z);
    struct b32 out = fe_store(fe_mul(p->y, z));
    out.b[31] |= (uint8_t)(fe_is_negative(x) << 7);
    return out;
}

/* RFC 9496, section 4.3.1 */
static bool ristretto_decode(struct point *out, const struct b32 *in) {
    struct fe s = fe_load(in), i;
    struct b32 canonical = fe_store(s);
    if (!b32_eq(&canonical, in) || fe_is_negative(s)) return false;
    struct fe ss = fe_sqr(s), u1 = fe_sub(fe_one, ss), u2 = fe_add(fe_one, ss), u2u2 = fe_sqr(u2);
    struct fe v = fe_sub(fe_neg(fe_mul(fe_d, fe_sqr(u1))), u2u2);
    bool square = fe_sqrt_ratio(&i, fe_one, fe_mul(v, u2u2));
    struct fe dx = fe_mul(i, u2), dy = fe_mul(fe_mul(i, dx), v);
    struct fe x = fe_abs(fe_mul(fe_add(s, s), dx)), y = fe_mul(u1, dy), t = fe_mul(x, y);
    if (!square || fe_is_negative(t) || fe_is_zero(y)) return false;
    *out = (struct point){x, y, fe_one, t};
    return true;
}

/* RFC 9496, section 4.3.2 */
static struct b32 ristretto_encode(const struct point *p) {
    struct fe u1 = fe_mul(fe_add(p->z, p->y), fe_sub(p->z, p->y)), u2 = fe_mul(p->x, p->y), i;
    fe_sqrt_ratio(&i, fe_one, fe_mul(u1, fe_sqr(u2)));
    struct fe d1 = fe_mul(i, u1), d2 = fe_mul(i, u2), z = fe_mul(d1, fe_mul(d2, p->t));
    bool rotate = fe_is_negative(fe_mul(p->t, z));
    struct fe x = rotate ? fe_mul(p->y, fe_sqrt_minus_one) : p->x;
    struct fe y = rotate ? fe_mul(p->x, fe_sqrt_minus_one) : p->y;
    struct fe d = rotate ? fe_mul(d1, fe_invsqrt_a_minus_d) : d2;
    if (fe_is_negative(fe_mul(x, z))) y = fe_neg(y);
    return fe_store(fe_abs(fe_mul(d, fe_sub(p->z, y))));
}

static bool decode(enum curve25519_form form, struct point *out, const struct b32 *in) {
    return form == CURVE25519_EDWARDS ? edwards_decode(out, in) : ristretto_decode(out, in);
}

static struct b32 encode(enum curve25519_form form, const struct point *p) {
    return form == CURVE25519_EDWARDS ? edwards_encode(p) : ristretto_encode(p);
}

bool curve25519_valid(enum curve25519_form form, const struct b32 *point) {
    struct point p;
    return decode(form, &p, point);
}

bool curve25519_add(enum curve25519_form form, struct b32 *out, const struct b32 *p,
                    const struct b32 *q) {
    struct point a, b;
    if (!decode(form, &a, p) || !decode(form, &b, q)) return false;
    a = point_add(&a, &b);
    *out = encode(form, &a);
    return true;
}

bool curve25519_sub(enum curve25519_form form, struct b32 *out, const struct b32 *p,
                    const struct b32 *q) {
    struct point a, b;
    if (!decode(form, &a, p) || !decode(form, &b, q)) return false;
    b = point_negate(&b);
    a = point_add(&a, &b);
    *out = encode(form, &a);
    return true;
}

/* ---- Multiplication */

static bool scalar_valid(const struct b32 *k) {
    static const struct b32 order = {{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c,
                                      0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10}};
    for (int i = 31; i >= 0; i--)
        if (k->b[i] != order.b[i]) return k->b[i] < order.b[i];
    return false;
}

/* The multiples 1 … 8 of one point, and its scalar's digits of -8 … 7, four bits each. */
struct term {
    struct point multiple[8];
    int8_t digit[64];
};

static void signed_digits(int8_t digit[64], const struct b32 *k) {
    int carry = 0; /* the scalar is below 2^253: none is left at the end */
    for (int i = 0; i < 64; i++) {
        int d = (k->b[i / 2] >> (i % 2 * 4) & 15) + carry;
        carry = d >= 8;
        digit[i] = (int8_t)(d - 16 * carry);
    }
}

static struct point sum(const struct term *terms, size_t count) {
    struct point at = neutral;
    for (int i = 63; i >= 0; i--) {
        for (int k = 0; k < 4; k++) at = point_double(&at);
        for (size_t n = 0; n < count; n++) {
            int d = terms[n].digit[i];
            if (d > 0) at = point_add(&at, &terms[n].multiple[d - 1]);
            if (d < 0) {
                struct point minus = point_negate(&terms[n].multiple[-d - 1]);
                at = point_add(&at, &minus);
            }
        }
    }
    return at;
}

bool curve25519_msm(enum curve25519_form form, struct b32 *out, const struct b32 *scalars,
                    const struct b32 *points, size_t count, struct arena *scratch) {
    struct arena_mark mark = arena_mark(scratch);
    struct term *terms = ARENA_ARRAY(scratch, struct term, count ? count : 1);
    bool ok = terms != NULL;
    for (size_t n = 0; n < count && ok; n++) {
        struct point *m = terms[n].multiple;
        ok = scalar_valid(&scalars[n]) && decode(form, &m[0], &points[n]);
        for (int i = 1; i < 8 && ok; i++) m[i] = point_add(&m[i - 1], &m[0]);
        if (ok) signed_digits(terms[n].digit, &scalars[n]);
    }
    if (ok) {
        struct point p = sum(terms, count);
        *out = encode(form, &p);
    }
    arena_release(scratch, mark);
    return ok;
}
