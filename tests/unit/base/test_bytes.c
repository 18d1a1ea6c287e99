/* Slices, checked arithmetic, the growable byte string and the log. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void test_slices_order_and_equality(void **state) {
    (void)state;
    static const char *const sorted[] = {"", "a", "a\x01", "aa", "b", "\xff"};
    for (size_t i = 0; i < COUNT_OF(sorted); i++)
        for (size_t k = 0; k < COUNT_OF(sorted); k++) {
            const struct bytes a = bytes_cstr(sorted[i]), b = bytes_cstr(sorted[k]);
            assert_int_equal(bytes_cmp(a, b) < 0, i < k);
            assert_int_equal(bytes_cmp(a, b) > 0, i > k);
            assert_int_equal(bytes_eq(a, b), i == k);
        }
    const struct bytes none = {0};
    assert_true(bytes_eq(none, BYTES_LIT("")));
    assert_int_equal(bytes_sub(none, 0, 0).n, 0);
    assert_true(bytes_eq(bytes_sub(BYTES_LIT("hello"), 1, 3), BYTES_LIT("ell")));
    const struct b32 zero = {{0}}, one = {{[31] = 1}};
    assert_true(b32_is_zero(&zero) && !b32_is_zero(&one) && !b32_eq(&zero, &one));
}

static void test_loads_and_stores(void **state) {
    (void)state;
    const uint8_t raw[] = {0xee, 1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t out[9] = {0};
    assert_int_equal(load_le16(raw + 1), 0x0201);
    assert_int_equal(load_le32(raw + 1), 0x04030201);
    assert_true(load_le64(raw + 1) == 0x0807060504030201);
    assert_int_equal(load_be32(raw + 1), 0x01020304);
    assert_true(load_be64(raw + 1) == 0x0102030405060708);
    store_le64(out + 1, 0x0807060504030201);
    assert_memory_equal(out + 1, raw + 1, 8);
    memset(out, 0, sizeof out);
    store_be64(out + 1, 0x0102030405060708);
    assert_memory_equal(out + 1, raw + 1, 8);
    store_be32(out + 1, 0x01020304);
    assert_memory_equal(out + 1, raw + 1, 4);
    store_le32(out + 1, 0x04030201);
    store_le16(out + 5, 0x0605);
    assert_memory_equal(out + 1, raw + 1, 6);
}

static void test_checked_arithmetic_at_the_edges(void **state) {
    (void)state;
    uint64_t r = 99;
    assert_true(add_u64(UINT64_MAX, 0, &r) && r == UINT64_MAX);
    r = 99;
    assert_false(add_u64(UINT64_MAX, 1, &r));
    assert_false(sub_u64(1, 2, &r));
    assert_false(mul_u64((uint64_t)1 << 32, (uint64_t)1 << 32, &r));
    assert_int_equal(r, 99); /* untouched */
    assert_true(sub_u64(2, 2, &r) && r == 0);
    assert_true(mul_u64((uint64_t)1 << 32, ((uint64_t)1 << 32) - 1, &r));
    assert_true(r == 0xffffffff00000000);
    assert_int_equal(div_ceil_u64(0, 5), 0);
    assert_int_equal(div_ceil_u64(10, 5), 2);
    assert_int_equal(div_ceil_u64(11, 5), 3);
    assert_true(div_ceil_u64(UINT64_MAX, 1) == UINT64_MAX);
    assert_int_equal(min_u64(3, 4), 3);
    assert_int_equal(max_u64(3, 4), 4);
}

static void test_buf_random_appends_match_model(void **state) {
    (void)state;
    enum { MODEL_MAX = 200000 };
    uint8_t *model = malloc(MODEL_MAX);
    size_t n = 0;
    struct buf b = {0};
    uint32_t x = 1;
    while (n < MODEL_MAX - 100) {
        uint8_t raw[64];
        x = x * 1664525 + 1013904223;
        const size_t more = x >> 8 & 63;
        for (size_t i = 0; i < more; i++) raw[i] = (uint8_t)(x >> 16 ^ i);
        buf_put(&b, raw, more);
        memcpy(model + n, raw, more);
        n += more;
        buf_put_u8(&b, (uint8_t)more);
        model[n++] = (uint8_t)more;
        assert_int_equal(b.n, n);
    }
    assert_true(bytes_eq(buf_bytes(&b), bytes_make(model, n)));
    free(model);
    buf_free(&b);
    assert_null(b.p);
}

static void test_buf_text(void **state) {
    (void)state;
    struct buf b = {0};
    assert_string_equal(buf_cstr(&b), "");
    assert_int_equal(b.n, 0);
    buf_puts(&b, "a");
    buf_printf(&b, "%05d|%s", 42,
               "a text that is longer than the first capacity of sixty-four bytes");
    buf_put_bytes(&b, BYTES_LIT("!"));
    assert_string_equal(
        buf_cstr(&b), "a00042|a text that is longer than the first capacity of sixty-four bytes!");
    buf_clear(&b);
    assert_int_equal(b.n, 0);
    buf_free(&b);
    assert_non_null(buf_room(&b, 0)); /* also of an empty string */
    buf_free(&b);
}

static void test_log_drops_lines_above_level(void **state) {
    (void)state;
    char text[4096] = {0}, long_text[4000];
    FILE *file = tmpfile();
    fflush(stderr);
    const int saved = dup(2);
    dup2(fileno(file), 2);
    log_line(LOG_DEBUG, "not at first");
    log_line(LOG_ERROR, "block %d", 7);
    log_set_level(LOG_ERROR);
    log_line(LOG_WARN, "not now");
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    log_line(LOG_ERROR, "%s", long_text);
    log_set_level(LOG_INFO);
    fflush(stderr);
    dup2(saved, 2);
    close(saved);
    rewind(file);
    const size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_null(strstr(text, "not "));
    assert_non_null(strstr(text, " error block 7\n"));
    assert_true(n < 2200); /* the long line was cut */
    assert_int_equal(text[n - 1], '\n');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices_order_and_equality),
        cmocka_unit_test(test_loads_and_stores),
        cmocka_unit_test(test_checked_arithmetic_at_the_edges),
        cmocka_unit_test(test_buf_random_appends_match_model),
        cmocka_unit_test(test_buf_text),
        cmocka_unit_test(test_log_drops_lines_above_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
