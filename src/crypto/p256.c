/* ECDSA over P-256 from libcrypto's group operations. The EVP interface would do the same, but
 * builds a key object and fetches an algorithm for each call, which costs about as much as the
 * arithmetic; the group with its tables is made once and only read after that. */
#include "crypto/p256.h"

#include <gmp.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <pthread.h>

static EC_GROUP *group; /* written once, by prepare(); kept for the life of the process */
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void prepare(void) {
    group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
}

static BIGNUM *take(BN_CTX *ctx, const struct b32 *be) {
    BIGNUM *n = BN_CTX_get(ctx);
    return n ? BN_bin2bn(be->b, sizeof be->b, n) : NULL;
}

static bool in_range(const BIGNUM *v, const BIGNUM *order) {
    return !BN_is_zero(v) && BN_cmp(v, order) < 0;
}

/* 1 / s mod n for 0 < s < n. libcrypto's own inversion is fit for secrets and would take a seventh
 * of the verification; GMP's takes a fifteenth of that. */
static BIGNUM *inverse(BN_CTX *ctx, const struct b32 *s, const BIGNUM *n) {
    struct b32 be;
    mpz_t v, order;
    mpz_init2(v, 320);
    mpz_init2(order, 320);
    BN_bn2binpad(n, be.b, sizeof be);
    mpz_import(order, sizeof be, 1, 1, 1, 0, be.b);
    mpz_import(v, sizeof s->b, 1, 1, 1, 0, s->b);
    mpz_invert(v, v, order);
    size_t size = (mpz_sizeinbase(v, 2) + 7) / 8;
    memset(be.b, 0, sizeof be);
    mpz_export(be.b + sizeof be - size, NULL, 1, 1, 1, 0, v);
    mpz_clears(v, order, NULL);
    return take(ctx, &be);
}

/* r = the x of [hash / s]G + [r / s]Q, reduced mod n? */
static bool verify(BN_CTX *ctx, EC_POINT *point, const struct b32 *in[5]) {
    const BIGNUM *n = EC_GROUP_get0_order(group);
    BIGNUM *hash = take(ctx, in[0]), *r = take(ctx, in[1]), *s = take(ctx, in[2]);
    BIGNUM *x = take(ctx, in[3]), *y = take(ctx, in[4]);
    BIGNUM *u1 = BN_CTX_get(ctx), *u2 = BN_CTX_get(ctx), *w;
    if (!hash || !r || !s || !x || !y || !u2) return false;
    if (!in_range(r, n) || !in_range(s, n)) return false;
    /* Checks that the coordinates are reduced and the point is on the curve; (0, 0) is not. */
    if (BN_cmp(x, EC_GROUP_get0_field(group)) >= 0 || BN_cmp(y, EC_GROUP_get0_field(group)) >= 0 ||
        !EC_POINT_set_affine_coordinates(group, point, x, y, ctx))
        return false;
    return (w = inverse(ctx, in[2], n)) && BN_mod_mul(u1, hash, w, n, ctx) &&
           BN_mod_mul(u2, r, w, n, ctx) && EC_POINT_mul(group, point, u1, point, u2, ctx) &&
           !EC_POINT_is_at_infinity(group, point) &&
           EC_POINT_get_affine_coordinates(group, point, x, NULL, ctx) && BN_nnmod(x, x, n, ctx) &&
           BN_cmp(x, r) == 0;
}

bool p256_verify(const struct b32 *hash, const struct b32 *r, const struct b32 *s,
                 const struct b32 *x, const struct b32 *y) {
    pthread_once(&prepared, prepare);
    BN_CTX *ctx = BN_CTX_new();
    EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    bool ok = false;
    if (ctx && point) {
        BN_CTX_start(ctx);
        ok = verify(ctx, point, (const struct b32 *[5]){hash, r, s, x, y});
        BN_CTX_end(ctx);
    }
    EC_POINT_free(point);
    BN_CTX_free(ctx);
    return ok;
}

static bool decompress(BN_CTX *ctx, EC_POINT *point, struct b32 *x, struct b32 *y,
                       struct bytes in) {
    BIGNUM *px = BN_CTX_get(ctx), *py = BN_CTX_get(ctx);
    return py && EC_POINT_oct2point(group, point, in.p, in.n, ctx) &&
           EC_POINT_get_affine_coordinates(group, point, px, py, ctx) &&
           BN_bn2binpad(px, x->b, sizeof x->b) == sizeof x->b &&
           BN_bn2binpad(py, y->b, sizeof y->b) == sizeof y->b;
}

bool p256_decompress(struct b32 *x, struct b32 *y, struct bytes in) {
    if (in.n != 33) return false;
    pthread_once(&prepared, prepare);
    BN_CTX *ctx = BN_CTX_new();
    EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    bool ok = false;
    if (ctx && point) {
        BN_CTX_start(ctx);
        ok = decompress(ctx, point, x, y, in);
        BN_CTX_end(ctx);
    }
    EC_POINT_free(point);
    BN_CTX_free(ctx);
    return ok;
}
