/* The group of bn254's twist, and compressed points, as Solana's programs use them. */
#include "crypto/bn254.h"

#include "vectors.h"

static void generator1(uint8_t out[64]) {
    memset(out, 0, 64);
    out[31] = 1;
    out[63] = 2;
}

static void generator2(uint8_t out[128]) {
    unhex_into(out, 128,
               "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
               "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
               "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
               "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa");
}

static void multiple2(uint8_t out[128], uint8_t k) {
    uint8_t in[160] = {0};
    generator2(in);
    in[159] = k;
    assert_true(bn254_g2_mul(out, BYTES_OF(in)));
}

static void test_g2_sums_are_multiples(void **state) {
    (void)state;
    for (uint8_t k = 0; k < 20; k++) {
        uint8_t in[256], sum[128], next[128];
        multiple2(in, k);
        generator2(in + 128);
        multiple2(next, (uint8_t)(k + 1));
        assert_true(bn254_g2_add(sum, BYTES_OF(in)));
        assert_memory_equal(sum, next, sizeof sum);
    }
}

static void test_g2_the_order_times_a_point_is_infinity(void **state) {
    (void)state;
    uint8_t in[160], out[128];
    static const uint8_t zero[128];
    generator2(in);
    unhex_into(in + 128, 32, "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001");
    assert_true(bn254_g2_mul(out, BYTES_OF(in)));
    assert_memory_equal(out, zero, sizeof zero);
}

static void test_g2_points_off_the_twist_are_refused(void **state) {
    (void)state;
    uint8_t in[256], out[128];
    generator2(in);
    generator2(in + 128);
    in[127] ^= 1;
    assert_false(bn254_g2_add(out, BYTES_OF(in)));
    assert_false(bn254_g2_mul(out, bytes_make(in, 160)));
}

static void test_compressed_points_come_back(void **state) {
    (void)state;
    for (uint8_t k = 1; k < 20; k++) {
        uint8_t p1[64], p2[128], in[96] = {0}, x1[32], x2[64], back1[64], back2[128];
        generator1(in);
        in[95] = k;
        assert_true(bn254_mul(p1, BYTES_OF(in)));
        multiple2(p2, k);
        assert_true(bn254_g1_compress(x1, p1) && bn254_g2_compress(x2, p2));
        assert_true(bn254_g1_decompress(back1, x1) && bn254_g2_decompress(back2, x2));
        assert_memory_equal(back1, p1, sizeof p1);
        assert_memory_equal(back2, p2, sizeof p2);
    }
}

static void test_an_x_of_no_point_does_not_decompress(void **state) {
    (void)state;
    uint8_t x1[32] = {[31] = 4}, x2[64] = {[63] = 3},
            out[128]; /* 4³ + 3 and 3³ + 3/ξ are no squares */
    assert_false(bn254_g1_decompress(out, x1));
    assert_false(bn254_g2_decompress(out, x2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_g2_sums_are_multiples),
        cmocka_unit_test(test_g2_the_order_times_a_point_is_infinity),
        cmocka_unit_test(test_g2_points_off_the_twist_are_refused),
        cmocka_unit_test(test_compressed_points_come_back),
        cmocka_unit_test(test_an_x_of_no_point_does_not_decompress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
