/* bn254's three precompile functions: geth's vectors, the group laws, bilinearity, and input that
 * must be refused. */
#include "crypto/bn254.h"

#include <gmp.h>

#include "crypto/bn254_fp.h"
#include "vectors.h"

static const char p_hex[] = "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47";
static const char r_hex[] = "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";

/* The generator of G2 (EIP-197), imaginary parts first. */
static const char g2_hex[] = "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
                             "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
                             "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
                             "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";

struct point1 {
    uint8_t b[64];
};

static struct point1 generator(void) {
    struct point1 g = {{0}};
    g.b[31] = 1;
    g.b[63] = 2;
    return g;
}

static struct point1 add(struct point1 a, struct point1 b) {
    uint8_t in[128];
    struct point1 r;
    memcpy(in, &a, 64);
    memcpy(in + 64, &b, 64);
    assert_true(bn254_add(r.b, BYTES_OF(in)));
    return r;
}

static struct point1 mul(struct point1 a, const struct b32 *k) {
    uint8_t in[96];
    struct point1 r;
    memcpy(in, &a, 64);
    memcpy(in + 64, k, 32);
    assert_true(bn254_mul(r.b, BYTES_OF(in)));
    return r;
}

static struct b32 scalar(uint64_t v) {
    struct b32 k = {{0}};
    store_be64(k.b + 24, v);
    return k;
}

static struct b32 scalar_hex(const char *hex) {
    struct b32 k;
    unhex_into(&k, 32, hex);
    return k;
}

/* -P: y becomes p - y. */
static struct point1 negate(struct point1 a) {
    struct fp y;
    assert_true(fp_from_be(&y, a.b + 32));
    fp_neg(&y, &y);
    fp_to_be(a.b + 32, &y);
    return a;
}

static struct point1 random_point(struct random *rng) {
    struct b32 k;
    random_bytes(rng, &k, 32);
    return mul(generator(), &k);
}

#define assert_point_equal(a, b)                                                                   \
    do {                                                                                           \
        struct point1 left_ = (a), right_ = (b);                                                   \
        assert_memory_equal(&left_, &right_, sizeof left_);                                        \
    } while (0)

static void test_add_group_laws_hold(void **state) {
    (void)state;
    struct random rng = {9};
    const struct point1 zero = {{0}};
    for (int i = 0; i < 100; i++) {
        struct point1 a = random_point(&rng), b = random_point(&rng), c = random_point(&rng);
        assert_point_equal(add(add(a, b), c), add(a, add(b, c)));
        assert_point_equal(add(a, b), add(b, a));
        assert_point_equal(add(a, zero), a);
        assert_point_equal(add(zero, a), a);
        assert_point_equal(add(a, negate(a)), zero);
        struct b32 two = scalar(2);
        assert_point_equal(add(a, a), mul(a, &two));
    }
    assert_point_equal(add(zero, zero), zero);
}

static void test_mul_equals_repeated_addition(void **state) {
    (void)state;
    struct point1 g = generator(), sum = {{0}};
    for (uint64_t k = 0; k < 200; k++) {
        struct b32 s = scalar(k);
        assert_point_equal(mul(g, &s), sum);
        sum = add(sum, g);
    }
}

/* Double and add on bn254_add: independent of windows and of the endomorphism. */
static struct point1 mul_naive(struct point1 a, const struct b32 *k) {
    struct point1 r = {{0}};
    for (int bit = 0; bit < 256; bit++) {
        r = add(r, r);
        if (k->b[bit / 8] >> (7 - bit % 8) & 1) r = add(r, a);
    }
    return r;
}

static void test_mul_any_scalar_equals_double_and_add(void **state) {
    (void)state;
    struct random rng = {10};
    struct point1 a = random_point(&rng);
    for (int i = 0; i < 150; i++) {
        struct b32 k;
        random_bytes(&rng, &k, 32);
        /* runs of ones and zeros reach the carries of the digits and the borders of the split */
        if (i % 3 == 1)
            memset(k.b + random_u64(&rng) % 16, i % 2 ? 0xff : 0, 1 + random_u64(&rng) % 16);
        if (i % 3 == 2) memset(&k, 0, random_u64(&rng) % 32);
        if (i == 0) memset(&k, 0xff, 32);
        assert_point_equal(mul(a, &k), mul_naive(a, &k));
    }
    static const char *const borders[] = {
        "000000000000000000000000000000006f4d8248eeb859fd0be4e1541221250b", /* the lattice's basis
                                                                             */
        "000000000000000000000000000000006f4d8248eeb859fc8211bbeb7d4f1128",
        "00000000000000000000000000000000000000000000000089d3256894d213e3",
        "0000000000000000b3c4d79d41a917585bfc41088d8daaa78b17ea66b99c90dd", /* lambda, lambda ± 1,
                                                                               -lambda - 1 */
        "0000000000000000b3c4d79d41a917585bfc41088d8daaa78b17ea66b99c90de",
        "0000000000000000b3c4d79d41a917585bfc41088d8daaa78b17ea66b99c90dc",
        "30644e72e131a029048b6e193fd84104cc37a73fec2bc5e9b8ca0b2d36636f23",
        "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000000", /* r - 1, r + 1, 2 r, 5
                                                                               r + 1 */
        "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000002",
        "60c89ce5c263405370a08b6d0302b0ba5067d090f372e12287c3eb27e0000002",
        "f1f5883e65f820d099915c908786b9d1c903896a609f32d65369cbe3b0000006",
    };
    for (size_t i = 0; i < COUNT_OF(borders); i++) {
        struct b32 k = scalar_hex(borders[i]);
        assert_point_equal(mul(a, &k), mul_naive(a, &k));
    }
}

static void test_mul_by_the_order_is_infinity(void **state) {
    (void)state;
    struct random rng = {11};
    const struct point1 zero = {{0}};
    struct b32 r = scalar_hex(r_hex);
    for (int i = 0; i < 20; i++) assert_point_equal(mul(random_point(&rng), &r), zero);
    struct b32 any = scalar(77);
    assert_point_equal(mul(zero, &any), zero);
}

static void test_add_and_mul_invalid_points_are_refused(void **state) {
    (void)state;
    uint8_t in[128] = {0}, out[64];
    memset(out, 0xee, sizeof out);
    in[31] = 1;
    in[63] = 3; /* (1, 3) */
    assert_false(bn254_add(out, BYTES_OF(in)));
    assert_false(bn254_mul(out, bytes_make(in, 96)));
    memset(in, 0, sizeof in);
    in[64 + 31] = 1; /* (1, 0) as the second point */
    assert_false(bn254_add(out, BYTES_OF(in)));
    memset(in, 0, sizeof in);
    unhex_into(in, 32, p_hex); /* x = p, y = 0: not the zero that it is mod p */
    assert_false(bn254_add(out, BYTES_OF(in)));
    assert_false(bn254_mul(out, bytes_make(in, 96)));
    memset(in, 0, sizeof in);
    in[63] = 2;
    unhex_into(in, 32, p_hex);
    in[31] += 1; /* x = p + 1, y = 2: the generator with an unreduced x */
    assert_false(bn254_mul(out, bytes_make(in, 96)));
    memset(in, 0, sizeof in);
    assert_false(bn254_add(out, bytes_make(in, 127)));
    assert_false(bn254_add(out, bytes_make(in, 0)));
    assert_false(bn254_mul(out, bytes_make(in, 95)));
    assert_false(bn254_mul(out, bytes_make(in, 128)));
    for (size_t i = 0; i < sizeof out; i++) assert_int_equal(out[i], 0xee);
}

/* G2 in affine coordinates, by the schoolbook: the model for the pairing's own arithmetic. */
struct point2 {
    struct fp2 x, y;
    bool infinity;
};

static struct point2 add2(const struct point2 *a, const struct point2 *b) {
    if (a->infinity) return *b;
    if (b->infinity) return *a;
    struct fp2 top, bottom, t;
    struct point2 r = {.infinity = false};
    if (fp2_eq(&a->x, &b->x)) {
        fp2_add(&t, &a->y, &b->y);
        if (fp2_is_zero(&t)) return (struct point2){.infinity = true};
        fp2_sqr(&t, &a->x);
        fp2_double(&top, &t);
        fp2_add(&top, &top, &t);
        fp2_double(&bottom, &a->y);
    } else {
        fp2_sub(&top, &b->y, &a->y);
        fp2_sub(&bottom, &b->x, &a->x);
    }
    fp2_inv(&bottom, &bottom);
    fp2_mul(&top, &top, &bottom);
    fp2_sqr(&r.x, &top);
    fp2_sub(&r.x, &r.x, &a->x);
    fp2_sub(&r.x, &r.x, &b->x);
    fp2_sub(&t, &a->x, &r.x);
    fp2_mul(&t, &t, &top);
    fp2_sub(&r.y, &t, &a->y);
    return r;
}

static struct point2 mul2(const struct point2 *a, const mpz_t k) {
    struct point2 r = {.infinity = true};
    for (size_t bit = mpz_sizeinbase(k, 2); bit-- > 0;) {
        r = add2(&r, &r);
        if (mpz_tstbit(k, bit)) r = add2(&r, a);
    }
    return r;
}

static void store2(uint8_t out[128], const struct point2 *a) {
    memset(out, 0, 128);
    if (a->infinity) return;
    fp_to_be(out, &a->x.c1);
    fp_to_be(out + 32, &a->x.c0);
    fp_to_be(out + 64, &a->y.c1);
    fp_to_be(out + 96, &a->y.c0);
}

static struct point2 generator2(void) {
    uint8_t in[128];
    struct point2 g = {.infinity = false};
    unhex_into(in, 128, g2_hex);
    assert_true(fp_from_be(&g.x.c1, in) && fp_from_be(&g.x.c0, in + 32));
    assert_true(fp_from_be(&g.y.c1, in + 64) && fp_from_be(&g.y.c0, in + 96));
    return g;
}

static void put_pair(uint8_t out[192], struct point1 a, const struct point2 *b) {
    memcpy(out, &a, 64);
    store2(out + 64, b);
}

static bool pairing_is_one(const uint8_t *in, size_t pairs) {
    bool result = false;
    assert_true(bn254_pairing(bytes_make(in, pairs * 192), &result));
    return result;
}

/* e(aP, bQ) = e(abP, Q) = e(P, abQ), and not e((ab + 1)P, Q): each as a product with a negated
 * side. */
static void test_pairing_is_bilinear(void **state) {
    (void)state;
    struct random rng = {12};
    struct point1 g = generator();
    struct point2 g2 = generator2();
    mpz_t a, b, ab, r;
    mpz_inits(a, b, ab, NULL);
    mpz_init_set_str(r, r_hex, 16);
    for (int i = 0; i < 8; i++) {
        struct b32 sa, sb, sab = {{0}};
        random_bytes(&rng, &sa, 32);
        random_bytes(&rng, &sb, 32);
        mpz_import(a, 32, 1, 1, 1, 0, &sa);
        mpz_import(b, 32, 1, 1, 1, 0, &sb);
        mpz_mul(ab, a, b);
        mpz_mod(ab, ab, r);
        size_t n = (mpz_sizeinbase(ab, 256));
        mpz_export(sab.b + 32 - n, NULL, 1, 1, 1, 0, ab);
        struct point2 b_q = mul2(&g2, b), ab_q = mul2(&g2, ab);
        uint8_t in[384];
        put_pair(in, mul(g, &sa), &b_q);
        put_pair(in + 192, negate(mul(g, &sab)), &g2);
        assert_true(pairing_is_one(in, 2));
        put_pair(in + 192, negate(g), &ab_q);
        assert_true(pairing_is_one(in, 2));
        put_pair(in + 192, negate(add(mul(g, &sab), g)), &g2);
        assert_false(pairing_is_one(in, 2));
        put_pair(in + 192, mul(g, &sab), &g2);
        assert_false(pairing_is_one(in, 2));
    }
    mpz_clears(a, b, ab, r, NULL);
}

static void test_pairing_of_generators_is_not_one(void **state) {
    (void)state;
    struct point2 g2 = generator2();
    uint8_t in[192];
    put_pair(in, generator(), &g2);
    assert_false(pairing_is_one(in, 1));
}

/* More pairs than one batch holds, trivial ones between: the product telescopes to 1 only at the
 * end. */
static void test_pairing_many_pairs_crosses_batches(void **state) {
    (void)state;
    enum { PAIRS = 41 };
    static uint8_t in[PAIRS * 192];
    struct random rng = {13};
    struct point2 g2 = generator2(), none = {.infinity = true};
    struct point1 sum = {{0}}, zero = {{0}};
    for (int i = 0; i < PAIRS - 1; i++) {
        struct point1 a = random_point(&rng);
        if (i % 7 == 3) {
            put_pair(in + 192 * i, a, &none);
        } else if (i % 7 == 5) {
            put_pair(in + 192 * i, zero, &g2);
        } else {
            put_pair(in + 192 * i, a, &g2);
            sum = add(sum, a);
        }
    }
    put_pair(in + 192 * (PAIRS - 1), negate(sum), &g2);
    assert_false(pairing_is_one(in, PAIRS - 1));
    assert_true(pairing_is_one(in, PAIRS));
    for (size_t n = 14; n < 18; n++) assert_false(pairing_is_one(in, n));
}

static void test_pairing_with_infinity_is_one(void **state) {
    (void)state;
    struct point2 g2 = generator2(), none = {.infinity = true};
    struct point1 zero = {{0}};
    uint8_t in[192];
    bool result = false;
    assert_true(bn254_pairing((struct bytes){NULL, 0}, &result));
    assert_true(result);
    put_pair(in, zero, &g2);
    assert_true(pairing_is_one(in, 1));
    put_pair(in, generator(), &none);
    assert_true(pairing_is_one(in, 1));
    put_pair(in, zero, &none);
    assert_true(pairing_is_one(in, 1));
}

static void assert_pairing_refused(const uint8_t *in, size_t n) {
    bool result = true;
    assert_false(bn254_pairing(bytes_make(in, n), &result));
    assert_true(result);
}

static void test_pairing_malformed_input_is_refused(void **state) {
    (void)state;
    struct point2 g2 = generator2();
    uint8_t good[192], in[193] = {0};
    put_pair(good, generator(), &g2);
    assert_pairing_refused(good, 191);
    assert_pairing_refused(in, 193);
    assert_pairing_refused(in, 1);
    uint8_t p[32];
    unhex_into(p, 32, p_hex);
    for (int element = 0; element < 6; element++) {
        memcpy(in, good, 192);
        memcpy(in + 32 * element, p, 32); /* not below p */
        assert_pairing_refused(in, 192);
        memcpy(in, good, 192);
        in[32 * element + 31] ^= 1; /* off the curve */
        assert_pairing_refused(in, 192);
    }
    for (int pair = 0; pair < 3;
         pair++) { /* one bad pair among good ones, also beside a trivial one */
        uint8_t three[576] = {0};
        memcpy(three, good, 192);
        memcpy(three + 384, good, 192);
        three[192 * pair + 63] ^= 1;
        assert_pairing_refused(three, 576);
    }
}

/* y with y² = a, by a = b² ⇔ norm and half-trace are squares (p = 3 mod 4). False if there is none.
 */
static bool fp_sqrt(struct fp *r, const struct fp *a) {
    mpz_t e;
    mpz_init_set_str(e, p_hex, 16);
    mpz_add_ui(e, e, 1);
    mpz_fdiv_q_2exp(e, e, 2);
    struct fp t = FP_ONE, check;
    for (size_t bit = mpz_sizeinbase(e, 2); bit-- > 0;) {
        fp_sqr(&t, &t);
        if (mpz_tstbit(e, bit)) fp_mul(&t, &t, a);
    }
    mpz_clear(e);
    fp_sqr(&check, &t);
    bool square = fp_eq(&check, a);
    *r = t;
    return square;
}

static bool fp2_sqrt(struct fp2 *r, const struct fp2 *a) {
    struct fp norm, t, half, two;
    const struct fp one = FP_ONE;
    fp_double(&two, &one);
    fp_inv(&half, &two);
    fp_sqr(&norm, &a->c0);
    fp_sqr(&t, &a->c1);
    fp_add(&norm, &norm, &t);
    if (!fp_sqrt(&norm, &norm)) return false;
    for (int sign = 0; sign < 2; sign++) {
        fp_add(&t, &a->c0, &norm);
        fp_mul(&t, &t, &half);
        fp_neg(&norm, &norm);
        if (!fp_sqrt(&r->c0, &t) || fp_is_zero(&r->c0)) continue;
        fp_double(&t, &r->c0);
        fp_inv(&t, &t);
        fp_mul(&r->c1, &a->c1, &t);
        struct fp2 check;
        fp2_sqr(&check, r);
        if (fp2_eq(&check, a)) return true;
    }
    return false;
}

/* A point of the twist chosen at random, nearly never in G2. */
static struct point2 random_twist_point(struct random *rng) {
    struct point2 g = generator2(), a = {.infinity = false};
    struct fp2 b, t;
    fp2_sqr(&b, &g.y); /* the curve's b from its generator: y² - x³ */
    fp2_sqr(&t, &g.x);
    fp2_mul(&t, &t, &g.x);
    fp2_sub(&b, &b, &t);
    do {
        uint8_t be[64];
        random_bytes(rng, be, 64);
        be[0] &= 0x1f;
        be[32] &= 0x1f;
        assert_true(fp_from_be(&a.x.c0, be) && fp_from_be(&a.x.c1, be + 32));
        fp2_sqr(&t, &a.x);
        fp2_mul(&t, &t, &a.x);
        fp2_add(&t, &t, &b);
    } while (!fp2_sqrt(&a.y, &t));
    return a;
}

static void assert_membership(const struct point2 *q, bool member) {
    uint8_t in[192];
    bool result;
    put_pair(in, generator(), q);
    assert_int_equal(bn254_pairing(BYTES_OF(in), &result), member);
    memset(in, 0, 64); /* also when P is the point at infinity */
    assert_int_equal(bn254_pairing(BYTES_OF(in), &result), member);
}

/* The twist has r (2p - r) points; 10069 is the smallest prime factor of 2p - r. */
static void test_pairing_points_outside_g2_are_refused(void **state) {
    (void)state;
    struct random rng = {14};
    mpz_t p, r, cofactor, small, k;
    mpz_init_set_str(p, p_hex, 16);
    mpz_init_set_str(r, r_hex, 16);
    mpz_inits(cofactor, small, k, NULL);
    mpz_mul_ui(cofactor, p, 2);
    mpz_sub(cofactor, cofactor, r);
    assert_true(mpz_divisible_ui_p(cofactor, 10069));
    struct point2 g2 = generator2();
    for (int i = 0; i < 12; i++) {
        struct point2 q = random_twist_point(&rng), check = mul2(&q, r);
        assert_false(check.infinity);
        assert_membership(&q, false);
        assert_membership(&check, false); /* of an order that divides the cofactor */
        struct point2 sum = add2(&check, &g2);
        assert_membership(&sum, false);
        struct point2 cleared = mul2(&q, cofactor); /* in G2 */
        assert_membership(&cleared, true);
        mpz_divexact_ui(small, cofactor, 10069);
        struct point2 tiny = mul2(&check, small); /* of order 10069, or nothing */
        if (tiny.infinity) continue;
        assert_membership(&tiny, false);
        sum = add2(&tiny, &cleared);
        assert_membership(&sum, false);
    }
    mpz_clears(p, r, cofactor, small, k, NULL);
}

static struct bytes padded(struct bytes in, size_t n) {
    uint8_t *p = calloc(1, n);
    if (in.n) memcpy(p, in.p, in.n < n ? in.n : n);
    return bytes_make(p, n);
}

static size_t run_g1_vectors(const char *path, size_t n, bool (*call)(uint8_t[64], struct bytes)) {
    json_t *root = shared_json(path);
    size_t i, count = json_array_size(root);
    json_t *item;
    json_array_foreach(root, i, item) {
        struct bytes raw = unhex(json_text(item, "Input")), in = padded(raw, n);
        uint8_t out[64];
        assert_true(call(out, in));
        assert_hex(out, 64, json_text(item, "Expected"));
        free((void *)raw.p);
        free((void *)in.p);
    }
    json_decref(root);
    return count;
}

static void test_geth_vectors_match(void **state) {
    (void)state;
    size_t count = run_g1_vectors("ethereum/precompiles/geth/bn256Add.json", 128, bn254_add);
    count += run_g1_vectors("ethereum/precompiles/geth/bn256ScalarMul.json", 96, bn254_mul);
    json_t *root = shared_json("ethereum/precompiles/geth/bn256Pairing.json");
    size_t i;
    json_t *item;
    json_array_foreach(root, i, item) {
        struct bytes in = unhex(json_text(item, "Input"));
        uint8_t word[32] = {0};
        bool result;
        assert_true(bn254_pairing(in, &result));
        word[31] = result;
        assert_hex(word, 32, json_text(item, "Expected"));
        free((void *)in.p);
        count++;
    }
    json_decref(root);
    print_message("%zu vectors\n", count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_group_laws_hold),
        cmocka_unit_test(test_mul_equals_repeated_addition),
        cmocka_unit_test(test_mul_any_scalar_equals_double_and_add),
        cmocka_unit_test(test_mul_by_the_order_is_infinity),
        cmocka_unit_test(test_add_and_mul_invalid_points_are_refused),
        cmocka_unit_test(test_pairing_is_bilinear),
        cmocka_unit_test(test_pairing_of_generators_is_not_one),
        cmocka_unit_test(test_pairing_many_pairs_crosses_batches),
        cmocka_unit_test(test_pairing_with_infinity_is_one),
        cmocka_unit_test(test_pairing_malformed_input_is_refused),
        cmocka_unit_test(test_pairing_points_outside_g2_are_refused),
        cmocka_unit_test(test_geth_vectors_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
