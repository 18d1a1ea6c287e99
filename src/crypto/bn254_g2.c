/* The group of the twist: additions and multiplications for programs that ask for them. The pairing
 * has steps of its own, which give lines on the way. */
#include "crypto/bn254_g2.h"

#include "crypto/bn254.h"

/* x = X / Z², y = Y / Z³; infinity has Z = 0. */
struct jacobian {
    struct fp2 x, y, z;
};

const struct fp2 g2_twist_b = {
    {{0x3bf938e377b802a8, 0x020b1b273633535d, 0x26b7edf049755260, 0x2514c6324384a86d}},
    {{0x38e7ecccd1dcff67, 0x65f0b37d93ce0d3e, 0xd749d0dd22ac00aa, 0x0141b9ce4a688d4d}}};

static const struct u256 group_order = {
    {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};

bool fp2_from_be(struct fp2 *r, const uint8_t in[64]) {
    return fp_from_be(&r->c1, in) && fp_from_be(&r->c0, in + 32);
}

void fp2_to_be(uint8_t out[64], const struct fp2 *a) {
    fp_to_be(out, &a->c1);
    fp_to_be(out + 32, &a->c0);
}

void g2_equation(struct fp2 *r, const struct fp2 *x) {
    struct fp2 t;
    fp2_sqr(&t, x);
    fp2_mul(&t, &t, x);
    fp2_add(r, &t, &g2_twist_b);
}

bool g2_load(struct g2 *r, bool *infinity, const uint8_t in[128]) {
    if (!fp2_from_be(&r->x, in) || !fp2_from_be(&r->y, in + 64)) return false;
    *infinity = fp2_is_zero(&r->x) && fp2_is_zero(&r->y);
    if (*infinity) return true;
    struct fp2 left, right;
    fp2_sqr(&left, &r->y);
    g2_equation(&right, &r->x);
    return fp2_eq(&left, &right);
}

void g2_store(uint8_t out[128], const struct g2 *a, bool infinity) {
    memset(out, 0, 128);
    if (infinity) return;
    fp2_to_be(out, &a->x);
    fp2_to_be(out + 64, &a->y);
}

/* dbl-2009-l */
static void jacobian_double(struct jacobian *r, const struct jacobian *p) {
    struct fp2 a, b, c, d, e, f, t;
    fp2_sqr(&a, &p->x);
    fp2_sqr(&b, &p->y);
    fp2_sqr(&c, &b);
    fp2_add(&d, &p->x, &b);
    fp2_sqr(&d, &d);
    fp2_sub(&d, &d, &a);
    fp2_sub(&d, &d, &c);
    fp2_double(&d, &d);
    fp2_double(&e, &a);
    fp2_add(&e, &e, &a);
    fp2_sqr(&f, &e);
    fp2_mul(&t, &p->y, &p->z);
    fp2_double(&r->z, &t);
    fp2_double(&t, &d);
    fp2_sub(&r->x, &f, &t);
    fp2_sub(&t, &d, &r->x);
    fp2_mul(&t, &t, &e);
    fp2_double(&c, &c);
    fp2_double(&c, &c);
    fp2_double(&c, &c);
    fp2_sub(&r->y, &t, &c);
}

/* madd-2007-bl without its doublings of z: q is affine. */
static void jacobian_add(struct jacobian *r, const struct jacobian *p, const struct g2 *q) {
    struct fp2 zz, u, s, h, hh, hhh, v, t, w;
    if (fp2_is_zero(&p->z)) {
        *r = (struct jacobian){q->x, q->y, FP2_ONE};
        return;
    }
    fp2_sqr(&zz, &p->z);
    fp2_mul(&u, &q->x, &zz);
    fp2_mul(&s, &q->y, &zz);
    fp2_mul(&s, &s, &p->z);
    fp2_sub(&h, &u, &p->x);
    fp2_sub(&w, &s, &p->y);
    if (fp2_is_zero(&h)) {
        if (fp2_is_zero(&w))
            jacobian_double(r, p);
        else
            *r = (struct jacobian){FP2_ONE, FP2_ONE, FP2_ZERO};
        return;
    }
    fp2_sqr(&hh, &h);
    fp2_mul(&hhh, &hh, &h);
    fp2_mul(&v, &p->x, &hh);
    fp2_mul(&r->z, &p->z, &h);
    fp2_mul(&hh, &p->y, &hhh); /* Y h³ */
    fp2_sqr(&t, &w);
    fp2_sub(&t, &t, &hhh);
    fp2_sub(&t, &t, &v);
    fp2_sub(&r->x, &t, &v);
    fp2_sub(&t, &v, &r->x);
    fp2_mul(&t, &t, &w);
    fp2_sub(&r->y, &t, &hh);
}

static void to_affine(struct g2_point *r, const struct jacobian *p) {
    r->infinity = fp2_is_zero(&p->z);
    struct fp2 inverse, square;
    fp2_inv(&inverse, &p->z);
    fp2_sqr(&square, &inverse);
    fp2_mul(&r->p.x, &p->x, &square);
    fp2_mul(&square, &square, &inverse);
    fp2_mul(&r->p.y, &p->y, &square);
}

static void multiply(struct jacobian *r, const struct g2 *p, const struct u256 *k) {
    *r = (struct jacobian){FP2_ONE, FP2_ONE, FP2_ZERO};
    for (int i = 255; i >= 0; i--) {
        jacobian_double(r, r);
        if (k->w[i / 64] >> (i % 64) & 1) jacobian_add(r, r, p);
    }
}

void g2_add(struct g2_point *r, const struct g2_point *a, const struct g2_point *b) {
    struct jacobian sum = {FP2_ONE, FP2_ONE, FP2_ZERO};
    if (!a->infinity) jacobian_add(&sum, &sum, &a->p);
    if (!b->infinity) jacobian_add(&sum, &sum, &b->p);
    to_affine(r, &sum);
}

void g2_mul(struct g2_point *r, const struct g2_point *a, const struct u256 *k) {
    struct jacobian product = {FP2_ONE, FP2_ONE, FP2_ZERO};
    if (!a->infinity) multiply(&product, &a->p, k);
    to_affine(r, &product);
}

bool g2_has_order(const struct g2_point *a) {
    struct jacobian product = {FP2_ONE, FP2_ONE, FP2_ZERO};
    if (!a->infinity) multiply(&product, &a->p, &group_order);
    return fp2_is_zero(&product.z);
}

bool bn254_g2_add(uint8_t out[128], struct bytes in) {
    struct g2_point a, b;
    if (in.n != 256 || !g2_load(&a.p, &a.infinity, in.p) || !g2_load(&b.p, &b.infinity, in.p + 128))
        return false;
    g2_add(&a, &a, &b);
    g2_store(out, &a.p, a.infinity);
    return true;
}

bool bn254_g2_mul(uint8_t out[128], struct bytes in) {
    struct u256 k;
    struct g2_point a;
    if (in.n != 160 || !g2_load(&a.p, &a.infinity, in.p) || !g2_has_order(&a)) return false;
    u256_load_be(&k, in.p + 128);
    g2_mul(&a, &a, &k);
    g2_store(out, &a.p, a.infinity);
    return true;
}
