#include "helpers.h"

static void test_data_strict_forms(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int code;
        uint64_t at;
    } cases[] = {
        {"0x", HEX_OK, 0},          {"0x00", HEX_OK, 0},          {"0xDeadBeef", HEX_OK, 0},
        {"", HEX_NO_PREFIX, 0},     {"00", HEX_NO_PREFIX, 0},     {"0X00", HEX_NO_PREFIX, 0},
        {"x00", HEX_NO_PREFIX, 0},  {"0x0", HEX_ODD_LENGTH, 3},   {"0x0g", HEX_BAD_DIGIT, 3},
        {"0x 0", HEX_BAD_DIGIT, 2}, {"0x00\n0", HEX_BAD_DIGIT, 4}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes out;
        const struct err e = hex_read_data(&arena, bytes_cstr(cases[i].text), &out);
        assert_int_equal(e.code, cases[i].code);
        assert_int_equal(e.at, cases[i].at);
        assert_true(!e.code == !e.text);
    }
}

/* The examples of the JSON-RPC specification, "Hex value encoding". */
static void test_quantity_strict_forms(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int code;
        uint64_t value;
    } cases[] = {{"0x41", HEX_OK, 65},
                 {"0x400", HEX_OK, 1024},
                 {"0x0", HEX_OK, 0},
                 {"0xffffffffffffffff", HEX_OK, UINT64_MAX},
                 {"0x", HEX_NO_DIGITS, 0},
                 {"0x0400", HEX_LEADING_ZERO, 0},
                 {"0x00", HEX_LEADING_ZERO, 0},
                 {"ff", HEX_NO_PREFIX, 0},
                 {"0x1g", HEX_BAD_DIGIT, 0},
                 {"0x-1", HEX_BAD_DIGIT, 0},
                 {"0x10000000000000000", HEX_TOO_LARGE, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t v = 0;
        const struct err e = hex_read_u64(bytes_cstr(cases[i].text), &v);
        assert_int_equal(e.code, cases[i].code);
        assert_int_equal(v, cases[i].value);
    }
    struct u256 wide;
    const char *most = "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    assert_ok(hex_read_u256(bytes_cstr(most), &wide));
    assert_int_equal(u256_bit_length(&wide), 256);
    const char *more = "0x10000000000000000000000000000000000000000000000000000000000000000";
    assert_int_equal(hex_read_u256(bytes_cstr(more), &wide).code, HEX_TOO_LARGE);
}

static void test_fixed_other_length_refused(void **state) {
    (void)state;
    uint8_t out[2];
    assert_ok(hex_read_fixed(out, 2, BYTES_LIT("0xAb0c")));
    assert_int_equal(out[0] << 8 | out[1], 0xab0c);
    assert_int_equal(hex_read_fixed(out, 2, BYTES_LIT("0xab0")).code, HEX_WRONG_LENGTH);
    assert_int_equal(hex_read_fixed(out, 2, BYTES_LIT("0xab0c0")).code, HEX_WRONG_LENGTH);
    assert_int_equal(hex_read_fixed(out, 2, BYTES_LIT("0xab0c00")).code, HEX_WRONG_LENGTH);
    assert_int_equal(hex_read_fixed(out, 2, BYTES_LIT("0xabxx")).code, HEX_BAD_DIGIT);
}

static void test_random_round_trip(void **state) {
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 20000; i++) {
        uint8_t raw[40];
        const size_t n = rnd() % sizeof raw;
        for (size_t k = 0; k < n; k++) raw[k] = (uint8_t)rnd();
        struct bytes back;
        buf_clear(&b);
        hex_put(&b, bytes_make(raw, n));
        assert_ok(hex_read_data(&arena, buf_bytes(&b), &back));
        assert_bytes_equal(back, bytes_make(raw, n));
        const uint64_t v = rnd() >> rnd() % 64;
        uint64_t w;
        buf_clear(&b);
        hex_put_u64(&b, v);
        assert_ok(hex_read_u64(buf_bytes(&b), &w));
        assert_true(v == w);
        arena_reset(&arena);
    }
    buf_free(&b);
}

static void test_data_beyond_arena_limit_refused(void **state) {
    (void)state;
    struct arena small;
    struct bytes out;
    arena_init(&small, 64);
    char text[202] = "0x";
    memset(text + 2, 'a', 200);
    assert_int_equal(hex_read_data(&small, bytes_make(text, 202), &out).code, HEX_NO_MEMORY);
    arena_free(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data_strict_forms),
        cmocka_unit_test(test_quantity_strict_forms),
        cmocka_unit_test(test_fixed_other_length_refused),
        cmocka_unit_test(test_random_round_trip),
        cmocka_unit_test(test_data_beyond_arena_limit_refused),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
