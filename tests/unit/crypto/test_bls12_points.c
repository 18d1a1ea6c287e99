/* BLS12-381 in Zcash's encoding: generators in both orders, and the laws of the groups and the
 * pairing. */
#include "crypto/bls12_points.h"

#include "vectors.h"

static const char *const generators[] = {"17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f1"
                                         "71bac586c55e83ff97a1aeffb3af00adb22c6bb"
                                         "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2"
                                         "c04b3edd03cc744a2888ae40caa232946c5e7e1",
                                         "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbd"
                                         "c7f5049334cf11213945d57e5ac7d055d042b7e"
                                         "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647"
                                         "ae3d1770bac0326a805bbefd48056c8c121bdb8"
                                         "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab5"
                                         "72e99ab3f370d275cec1da1aaa9075ff05f79be"
                                         "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695"
                                         "160d12c923ac9cc3baca289e193548608b82801"};

/* The generator in an order. */
static void generator(enum bls12_group g, enum bls12_order o, uint8_t *out) {
    size_t bytes = bls12_point_bytes(g), step = bytes / 2;
    uint8_t big[BLS12_POINT_MAX_BYTES];
    unhex_into(big, bytes, generators[g]);
    for (size_t i = 0; i < bytes; i++)
        out[i] = o == BLS12_BIG ? big[i] : big[i / step * step + step - 1 - i % step];
}

static void multiple(enum bls12_group g, enum bls12_order o, uint8_t k, uint8_t *out) {
    uint8_t point[BLS12_POINT_MAX_BYTES], scalar[BLS12_SCALAR_BYTES] = {0};
    generator(g, o, point);
    scalar[o == BLS12_BIG ? BLS12_SCALAR_BYTES - 1 : 0] = k;
    assert_true(bls12_point_mul(g, o, out, scalar, point));
}

static void each(void (*check)(enum bls12_group g, enum bls12_order o, size_t bytes)) {
    for (int g = BLS12_G1; g <= BLS12_G2; g++)
        for (int o = BLS12_LITTLE; o <= BLS12_BIG; o++)
            check((enum bls12_group)g, (enum bls12_order)o, bls12_point_bytes((enum bls12_group)g));
}

static void check_group(enum bls12_group g, enum bls12_order o, size_t bytes) {
    uint8_t one[BLS12_POINT_MAX_BYTES], two[BLS12_POINT_MAX_BYTES], three[BLS12_POINT_MAX_BYTES],
        out[BLS12_POINT_MAX_BYTES], zero[BLS12_POINT_MAX_BYTES];
    generator(g, o, one);
    multiple(g, o, 2, two);
    multiple(g, o, 3, three);
    multiple(g, o, 0, zero);
    assert_true(bls12_point_valid(g, o, one) && bls12_point_valid(g, o, zero));
    assert_true(bls12_point_add(g, o, out, one, one, false));
    assert_memory_equal(out, two, bytes);
    assert_true(bls12_point_add(g, o, out, three, two, true));
    assert_memory_equal(out, one, bytes);
    assert_true(bls12_point_add(g, o, out, one, one, true));
    assert_memory_equal(out, zero, bytes);
    one[5] ^= 1;
    assert_false(bls12_point_valid(g, o, one));
    assert_false(bls12_point_add(g, o, out, one, two, false));
}

static void test_group_laws_hold_in_both_orders(void **state) {
    (void)state;
    each(check_group);
}

static void check_decompress(enum bls12_group g, enum bls12_order o, size_t bytes) {
    uint8_t one[BLS12_POINT_MAX_BYTES], x[BLS12_POINT_MAX_BYTES / 2], out[BLS12_POINT_MAX_BYTES];
    size_t flags = o == BLS12_BIG ? 0 : bytes / 2 - 1;
    generator(g, o, one);
    memcpy(x, one, bytes / 2);
    assert_false(bls12_point_decompress(g, o, out, x));
    x[flags] |= 0x80;
    assert_true(bls12_point_decompress(g, o, out, x));
    assert_memory_equal(out, one, bytes);
    x[flags] |= 0x20;
    assert_true(bls12_point_decompress(g, o, out, x));
    assert_memory_equal(out, one, bytes / 2);
    assert_memory_not_equal(out + bytes / 2, one + bytes / 2, bytes / 2);
}

static void test_decompressing_gives_the_generator(void **state) {
    (void)state;
    each(check_decompress);
}

static void test_scalar_beyond_the_order_is_refused(void **state) {
    (void)state;
    uint8_t point[BLS12_POINT_MAX_BYTES], out[BLS12_POINT_MAX_BYTES], k[BLS12_SCALAR_BYTES];
    generator(BLS12_G1, BLS12_BIG, point);
    unhex_into(k, sizeof k, "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
    assert_false(bls12_point_mul(BLS12_G1, BLS12_BIG, out, k, point));
    k[31] = 0;
    assert_true(bls12_point_mul(BLS12_G1, BLS12_BIG, out, k, point));
}

static void test_pairing_is_bilinear(void **state) {
    (void)state;
    for (int i = BLS12_LITTLE; i <= BLS12_BIG; i++) {
        enum bls12_order o = (enum bls12_order)i;
        uint8_t g1[2 * 96], g2[2 * 192], left[BLS12_GT_BYTES], right[BLS12_GT_BYTES];
        multiple(BLS12_G1, o, 6, g1);
        multiple(BLS12_G2, o, 1, g2);
        assert_true(bls12_point_pairing(o, left, g1, g2, 1));
        multiple(BLS12_G1, o, 2, g1);
        multiple(BLS12_G2, o, 3, g2);
        assert_true(bls12_point_pairing(o, right, g1, g2, 1));
        assert_memory_equal(left, right, sizeof left);
        multiple(BLS12_G1, o, 5, g1);
        multiple(BLS12_G2, o, 1, g2);
        multiple(BLS12_G1, o, 1, g1 + 96);
        multiple(BLS12_G2, o, 1, g2 + 192);
        assert_true(bls12_point_pairing(o, right, g1, g2, 2));
        assert_memory_equal(left, right, sizeof left);
    }
}

static void test_pairing_of_nothing_is_one(void **state) {
    (void)state;
    uint8_t out[BLS12_GT_BYTES], one[BLS12_GT_BYTES] = {1};
    assert_true(bls12_point_pairing(BLS12_LITTLE, out, NULL, NULL, 0));
    assert_memory_equal(out, one, sizeof one);
    assert_false(bls12_point_pairing(BLS12_LITTLE, out, NULL, NULL, BLS12_PAIRS_MAX + 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group_laws_hold_in_both_orders),
        cmocka_unit_test(test_decompressing_gives_the_generator),
        cmocka_unit_test(test_scalar_beyond_the_order_is_refused),
        cmocka_unit_test(test_pairing_is_bilinear),
        cmocka_unit_test(test_pairing_of_nothing_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
