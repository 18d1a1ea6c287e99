/* P-256 verification against libcrypto's EVP interface, which also makes the keys and signatures.
 * (The vectors of EIP-7951 run through the EVM's precompile.) */
#include "crypto/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "vectors.h"

static const char n_hex[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
static const char p_hex[] = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

struct signed_hash {
    struct b32 hash, r, s, x, y;
};

static bool verify(const struct signed_hash *c) {
    return p256_verify(&c->hash, &c->r, &c->s, &c->x, &c->y);
}

static void key_coordinate(EVP_PKEY *key, const char *name, struct b32 *out) {
    BIGNUM *n = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
    assert_int_equal(BN_bn2binpad(n, out->b, 32), 32);
    BN_free(n);
}

static EVP_PKEY *sign(struct random *rng, struct signed_hash *c) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    assert_non_null(key);
    key_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, &c->x);
    key_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, &c->y);
    random_bytes(rng, &c->hash, 32);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    uint8_t der[128];
    size_t n = sizeof der;
    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_sign(ctx, der, &n, c->hash.b, 32), 1);
    EVP_PKEY_CTX_free(ctx);
    const uint8_t *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
    assert_non_null(sig);
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), c->r.b, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), c->s.b, 32);
    ECDSA_SIG_free(sig);
    return key;
}

/* What EVP says of hash, r and s under the key. */
static bool verify_evp(EVP_PKEY *key, const struct signed_hash *c) {
    ECDSA_SIG *sig = ECDSA_SIG_new();
    ECDSA_SIG_set0(sig, BN_bin2bn(c->r.b, 32, NULL), BN_bin2bn(c->s.b, 32, NULL));
    uint8_t *der = NULL;
    int n = i2d_ECDSA_SIG(sig, &der);
    ECDSA_SIG_free(sig);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
    bool ok = EVP_PKEY_verify(ctx, der, (size_t)n, c->hash.b, 32) == 1;
    EVP_PKEY_CTX_free(ctx);
    OPENSSL_free(der);
    return ok;
}

static void test_verify_agrees_with_evp(void **state) {
    (void)state;
    struct random rng = {1};
    for (int i = 0; i < 20; i++) {
        struct signed_hash c, changed;
        EVP_PKEY *key = sign(&rng, &c);
        assert_true(verify(&c) && verify_evp(key, &c));
        for (size_t bit = 0; bit < 8 * offsetof(struct signed_hash, x); bit += 61) {
            changed = c;
            ((uint8_t *)&changed)[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_false(verify(&changed));
            assert_false(verify_evp(key, &changed));
        }
        EVP_PKEY_free(key);
    }
}

/* n - s is as good as s. */
static void test_verify_high_s_is_accepted(void **state) {
    (void)state;
    struct random rng = {2};
    struct signed_hash c;
    EVP_PKEY_free(sign(&rng, &c));
    struct b32 n;
    unhex_into(&n, 32, n_hex);
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        int d = n.b[i] - c.s.b[i] - borrow;
        borrow = d < 0;
        c.s.b[i] = (uint8_t)d;
    }
    assert_true(verify(&c));
}

static void test_verify_numbers_out_of_range_fail(void **state) {
    (void)state;
    struct random rng = {3};
    struct signed_hash right, c;
    EVP_PKEY_free(sign(&rng, &right));
    c = right, memset(&c.r, 0, 32);
    assert_false(verify(&c));
    c = right, memset(&c.s, 0, 32);
    assert_false(verify(&c));
    c = right, unhex_into(&c.r, 32, n_hex);
    assert_false(verify(&c));
    c = right, unhex_into(&c.s, 32, n_hex);
    assert_false(verify(&c));
    c = right, unhex_into(&c.x, 32, p_hex);
    assert_false(verify(&c));
    c = right, unhex_into(&c.y, 32, p_hex);
    assert_false(verify(&c));
    c = right, memset(&c.x, 0, 32), memset(&c.y, 0, 32); /* infinity */
    assert_false(verify(&c));
    c = right, c.y.b[31] ^= 1; /* off the curve */
    assert_false(verify(&c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify_agrees_with_evp),
        cmocka_unit_test(test_verify_high_s_is_accepted),
        cmocka_unit_test(test_verify_numbers_out_of_range_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
