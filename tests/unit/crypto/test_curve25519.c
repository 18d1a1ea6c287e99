/* The groups of Curve25519 against libsodium, which has ristretto255 whole and of the Edwards curve
 * what concerns its prime-order subgroup; and the laws of the group for points with torsion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sodium.h>

#include "crypto/blake3.h"
#include "crypto/curve25519.h"

enum { ROUNDS = 64 };

static struct b32 random_scalar(void) {
    struct b32 k;
    crypto_core_ed25519_scalar_random(k.b);
    return k;
}

static struct b32 multiply(enum curve25519_form form, const struct b32 *k, const struct b32 *p) {
    struct arena arena;
    struct b32 out;
    arena_init(&arena, 0);
    assert_true(curve25519_msm(form, &out, k, p, 1, &arena));
    arena_free(&arena);
    return out;
}

static void test_edwards_agrees_with_libsodium(void **state) {
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct b32 p, q, ours, theirs, k = random_scalar();
        crypto_core_ed25519_random(p.b);
        crypto_core_ed25519_random(q.b);
        assert_true(curve25519_valid(CURVE25519_EDWARDS, &p));
        assert_true(curve25519_add(CURVE25519_EDWARDS, &ours, &p, &q));
        assert_int_equal(crypto_core_ed25519_add(theirs.b, p.b, q.b), 0);
        assert_memory_equal(&ours, &theirs, 32);
        assert_true(curve25519_sub(CURVE25519_EDWARDS, &ours, &p, &q));
        assert_int_equal(crypto_core_ed25519_sub(theirs.b, p.b, q.b), 0);
        assert_memory_equal(&ours, &theirs, 32);
        ours = multiply(CURVE25519_EDWARDS, &k, &p);
        assert_int_equal(crypto_scalarmult_ed25519_noclamp(theirs.b, k.b, p.b), 0);
        assert_memory_equal(&ours, &theirs, 32);
    }
}

static void test_ristretto_agrees_with_libsodium(void **state) {
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct b32 p, q, ours, theirs, k = random_scalar();
        crypto_core_ristretto255_random(p.b);
        crypto_core_ristretto255_random(q.b);
        assert_true(curve25519_add(CURVE25519_RISTRETTO, &ours, &p, &q));
        assert_int_equal(crypto_core_ristretto255_add(theirs.b, p.b, q.b), 0);
        assert_memory_equal(&ours, &theirs, 32);
        assert_true(curve25519_sub(CURVE25519_RISTRETTO, &ours, &p, &q));
        assert_int_equal(crypto_core_ristretto255_sub(theirs.b, p.b, q.b), 0);
        assert_memory_equal(&ours, &theirs, 32);
        ours = multiply(CURVE25519_RISTRETTO, &k, &p);
        assert_int_equal(crypto_scalarmult_ristretto255(theirs.b, k.b, p.b), 0);
        assert_memory_equal(&ours, &theirs, 32);
    }
}

/* Random strings: ristretto's rules must be libsodium's exactly; about half decode as Edwards
 * points, and those add up in libsodium to the same. */
static void test_validity_agrees_with_libsodium_on_random_strings(void **state) {
    (void)state;
    unsigned valid = 0;
    for (int i = 0; i < 4000; i++) {
        struct b32 p, ours, theirs;
        randombytes_buf(p.b, sizeof p);
        if (i % 2) p.b[31] &= 0x7f, p.b[0] &= 0xfe;
        /* libsodium 1.0.18 does not look at the top bit, which RFC 9496 wants to be 0. */
        bool ristretto = !(p.b[31] & 0x80) && crypto_core_ristretto255_is_valid_point(p.b);
        assert_int_equal(curve25519_valid(CURVE25519_RISTRETTO, &p), ristretto);
        bool edwards = crypto_core_ed25519_add(theirs.b, p.b, p.b) == 0;
        assert_int_equal(curve25519_add(CURVE25519_EDWARDS, &ours, &p, &p), edwards);
        if (edwards) assert_memory_equal(&ours, &theirs, 32);
        valid += edwards;
    }
    assert_true(valid > 1500 && valid < 2500);
}

static void test_msm_is_the_sum_of_products(void **state) {
    (void)state;
    for (int form = CURVE25519_EDWARDS; form <= CURVE25519_RISTRETTO; form++)
        for (size_t count = 0; count < 9; count++) {
            struct b32 k[9], p[9], sum = {{form == CURVE25519_EDWARDS}}, out;
            struct arena arena;
            arena_init(&arena, 0);
            for (size_t i = 0; i < count; i++) {
                k[i] = random_scalar();
                if (form == CURVE25519_EDWARDS)
                    crypto_core_ed25519_random(p[i].b);
                else
                    crypto_core_ristretto255_random(p[i].b);
                struct b32 product = multiply((enum curve25519_form)form, &k[i], &p[i]);
                assert_true(curve25519_add((enum curve25519_form)form, &sum, &sum, &product));
            }
            assert_true(curve25519_msm((enum curve25519_form)form, &out, k, p, count, &arena));
            assert_memory_equal(&out, &sum, 32);
            arena_free(&arena);
        }
}

/* A point of order 8 (libsodium's list of small orders): eight times it is the neutral element. */
static void test_edwards_torsion_is_kept(void **state) {
    (void)state;
    static const struct b32 order8 = {{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0,
                                       0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
                                       0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
                                       0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05}};
    static const struct b32 neutral = {{1}};
    for (uint8_t n = 1; n <= 8; n++) {
        struct b32 k = {{n}}, p = multiply(CURVE25519_EDWARDS, &k, &order8);
        assert_int_equal(b32_eq(&p, &neutral), n == 8);
    }
}

static void test_scalar_beyond_the_order_is_refused(void **state) {
    (void)state;
    struct arena arena;
    struct b32 p, out,
        k = {{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
              0xde, 0x14, [31] = 0x10}};
    arena_init(&arena, 0);
    crypto_core_ed25519_random(p.b);
    assert_false(curve25519_msm(CURVE25519_EDWARDS, &out, &k, &p, 1, &arena));
    k.b[0]--;
    assert_true(curve25519_msm(CURVE25519_EDWARDS, &out, &k, &p, 1, &arena));
    arena_free(&arena);
}

/* From the BLAKE3 team's test_vectors.json: inputs are 0, 1, …, 250, 0, …; first 32 bytes of the
 * hash. */
static void test_blake3_published_vectors(void **state) {
    (void)state;
    static const struct {
        size_t bytes;
        const char *hex;
    } cases[] = {
        {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
        {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
        {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
        {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
        {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
        {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"},
        {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"},
        {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"},
    };
    static uint8_t in[31744];
    for (size_t i = 0; i < sizeof in; i++) in[i] = (uint8_t)(i % 251);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct b32 out;
        char hex[65];
        blake3(&out, bytes_make(in, cases[i].bytes));
        sodium_bin2hex(hex, sizeof hex, out.b, sizeof out);
        assert_string_equal(hex, cases[i].hex);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edwards_agrees_with_libsodium),
        cmocka_unit_test(test_ristretto_agrees_with_libsodium),
        cmocka_unit_test(test_validity_agrees_with_libsodium_on_random_strings),
        cmocka_unit_test(test_msm_is_the_sum_of_products),
        cmocka_unit_test(test_edwards_torsion_is_kept),
        cmocka_unit_test(test_scalar_beyond_the_order_is_refused),
        cmocka_unit_test(test_blake3_published_vectors),
    };
    if (sodium_init() < 0) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
