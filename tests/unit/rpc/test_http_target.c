#include "rpc/http_target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void check_path(const char *target, const char *path, const char *query) {
    struct buf out = {0};
    struct bytes q;
    assert_true(http_target_split(bytes_cstr(target), &out, &q));
    assert_string_equal(buf_cstr(&out), path);
    assert_true(bytes_eq(q, bytes_cstr(query)));
    buf_free(&out);
}

static void check_refused(const char *target) {
    struct buf out = {0};
    struct bytes q;
    assert_false(http_target_split(bytes_cstr(target), &out, &q));
    buf_free(&out);
}

static void test_split_origin_form_gives_path_and_query(void **state) {
    (void)state;
    check_path("/", "/", "");
    check_path("/v1/accounts/0x1?limit=3", "/v1/accounts/0x1", "limit=3");
    check_path("/a??b", "/a", "?b");
    check_path("/a?", "/a", "");
}

static void test_split_percent_encoding_is_undone_once(void **state) {
    (void)state;
    check_path("/v1/0x1%3A%3Acoin%3a%3aCoin%3CT%3e", "/v1/0x1::coin::Coin<T>", "");
    check_path("/%2541", "/%41", "");
    check_path("/a+b", "/a+b", "");
    check_path("/x?a=%zz", "/x", "a=%zz");
}

static void test_split_absolute_form_drops_the_authority(void **state) {
    (void)state;
    check_path("http://127.0.0.1:8545/x?y", "/x", "y");
    check_path("HTTPS://host/x", "/x", "");
}

static void test_split_bad_target_is_refused(void **state) {
    (void)state;
    const char *bad[] = {"",     "*",    "x",    "?a",      "/%",          "/%4",
                         "/%4g", "/%g4", "/%00", "http://", "http://host", "ftp://h/x"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) check_refused(bad[i]);
}

static void check_value(const char *query, const char *name, const char *value) {
    struct buf out = {0};
    buf_puts(&out, ">");
    bool found = http_query_value(bytes_cstr(query), name, &out);
    assert_int_equal(found, value != NULL);
    assert_string_equal(buf_cstr(&out) + 1, value ? value : "");
    buf_free(&out);
}

static void test_split_empty_slice_is_refused(void **state) {
    (void)state;
    struct buf out = {0};
    struct bytes q;
    assert_false(http_target_split((struct bytes){0}, &out, &q)); /* found by fuzzing: p is NULL */
    assert_int_equal(q.n, 0);
}

static void test_query_value_is_found_and_decoded(void **state) {
    (void)state;
    check_value("a=1&b=2", "b", "2");
    check_value("a=1&a=2", "a", "1");
    check_value("start=0%780&limit=25", "start", "0x0");
    check_value("k%65y=a+b%2B", "key", "a b+");
    check_value("flag&x=1", "flag", "");
    check_value("a==b", "a", "=b");
    check_value("&&a=1&", "a", "1");
}

static void test_query_value_absent_or_broken_is_false(void **state) {
    (void)state;
    check_value("", "a", NULL);
    check_value("ab=1", "a", NULL);
    check_value("a=%", "a", NULL);
    check_value("a=ok%2", "a", NULL);
    check_value("%=1", "a", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_origin_form_gives_path_and_query),
        cmocka_unit_test(test_split_percent_encoding_is_undone_once),
        cmocka_unit_test(test_split_absolute_form_drops_the_authority),
        cmocka_unit_test(test_split_bad_target_is_refused),
        cmocka_unit_test(test_split_empty_slice_is_refused),
        cmocka_unit_test(test_query_value_is_found_and_decoded),
        cmocka_unit_test(test_query_value_absent_or_broken_is_false),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
