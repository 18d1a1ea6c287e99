#include "helpers.h"

static struct err read_text(const char *text, json_t **out) {
    return json_read(&arena, bytes_cstr(text), 1 << 20, 32, out);
}

static void test_text_strict_forms(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int code;
        const char *message; /* what it begins with */
    } cases[] = {
        {"{}", JSON_ERR_OK, NULL},
        {" [1, 2.5, \"a\\u00e4\", null, true] \n", JSON_ERR_OK, NULL},
        {"", JSON_ERR_SYNTAX, "line 1"},
        {"1", JSON_ERR_SYNTAX, "line 1"},
        {"{\"a\":1,\"a\":2}", JSON_ERR_SYNTAX, "line 1, column 10: duplicate object key"},
        {"{\n \"a\": 01}", JSON_ERR_SYNTAX, "line 2"},
        {"{\"a\":1,}", JSON_ERR_SYNTAX, "line 1"},
        {"{} {}", JSON_ERR_SYNTAX, "line 1"},
        {"[1] // no", JSON_ERR_SYNTAX, "line 1"},
        {"['a']", JSON_ERR_SYNTAX, "line 1"},
        {"[\"a\\u0000b\"]", JSON_ERR_SYNTAX, "line 1"},
        {"[\"\xff\"]", JSON_ERR_SYNTAX, "line 1"},
        {"[\"\\ud800\"]", JSON_ERR_SYNTAX, "line 1"},
        {"[NaN]", JSON_ERR_SYNTAX, "line 1"},
        {"[1e999]", JSON_ERR_SYNTAX, "line 1"},
        {"[9223372036854775808]", JSON_ERR_SYNTAX, "line 1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        json_t *v = NULL;
        const struct err e = read_text(cases[i].text, &v);
        if (e.code != cases[i].code) fail_msg("%s: %d %s", cases[i].text, e.code, e.text);
        if (e.code && strncmp(e.text, cases[i].message, strlen(cases[i].message)))
            fail_msg("%s: %s", cases[i].text, e.text);
        json_decref(v);
    }
}

static void test_size_and_depth_limited(void **state) {
    (void)state;
    json_t *v;
    char text[2 * 40 + 1] = {0};
    memset(text, '[', 32), memset(text + 32, ']', 32);
    assert_ok(read_text(text, &v));
    json_decref(v);
    memset(text, '[', 33), memset(text + 33, ']', 33);
    struct err e = read_text(text, &v);
    assert_int_equal(e.code, JSON_ERR_TOO_DEEP);
    assert_int_equal(e.at, 32);
    /* Brackets in strings do not count, nor do escaped quotes end them. */
    assert_ok(read_text("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[\"]", &v));
    json_decref(v);
    e = json_read(&arena, BYTES_LIT("[1,2,3]"), 6, 32, &v);
    assert_int_equal(e.code, JSON_ERR_TOO_LARGE);
    /* A megabyte of open brackets. */
    struct buf b = {0};
    memset(buf_room(&b, 1 << 20), '[', 1 << 20);
    b.n = 1 << 20;
    assert_int_equal(json_read(&arena, buf_bytes(&b), 1 << 20, JSON_DEPTH_MAX, &v).code,
                     JSON_ERR_TOO_DEEP);
    buf_free(&b);
}

static void test_fields_read_and_errors_name_them(void **state) {
    (void)state;
    json_t *v;
    assert_ok(
        read_text("{\"nonce\":\"0x10\",\"value\":\"0xffffffffffffffffff\","
                  "\"to\":\"0x00000000000000000000000000000000000000AA\","
                  "\"hash\":\"0x0000000000000000000000000000000000000000000000000000000000000b"
                  "0c\",\"data\":\"0x0102\",\"name\":\"x\",\"seq\":\"18446744073709551615\","
                  "\"n\":7,\"neg\":-1,\"ok\":true,\"none\":null}",
                  &v));
    uint64_t n;
    struct u256 wide;
    struct b20 address;
    struct b32 hash;
    struct bytes data;
    bool ok = false;
    assert_ok(json_read_quantity(&arena, v, "nonce", &n));
    assert_int_equal(n, 16);
    assert_ok(json_read_quantity_u256(&arena, v, "value", &wide));
    assert_int_equal(u256_bit_length(&wide), 72);
    assert_ok(json_read_address(&arena, v, "to", &address));
    assert_int_equal(address.b[19], 0xaa);
    assert_ok(json_read_hash(&arena, v, "hash", &hash));
    assert_int_equal(hash.b[30], 0x0b);
    assert_ok(json_read_data(&arena, v, "data", &data));
    assert_bytes_equal(data, BYTES_LIT("\1\2"));
    assert_ok(json_read_text(&arena, v, "name", &data));
    assert_bytes_equal(data, BYTES_LIT("x"));
    assert_ok(json_read_u64(&arena, v, "seq", &n));
    assert_true(n == UINT64_MAX);
    assert_ok(json_read_u64(&arena, v, "n", &n));
    assert_int_equal(n, 7);
    assert_ok(json_read_bool(&arena, v, "ok", &ok));
    assert_true(ok);

    struct err e = json_read_quantity(&arena, v, "value", &n);
    assert_int_equal(e.code, JSON_ERR_VALUE);
    assert_string_equal(e.text, "value: quantity above 64 bits");
    e = json_read_address(&arena, v, "data", &address);
    assert_string_equal(e.text, "data: hex text has the wrong number of digits");
    e = json_read_data(&arena, v, "name", &data);
    assert_string_equal(e.text, "name: hex text must begin with 0x");
    e = json_read_text(&arena, v, "n", &data);
    assert_int_equal(e.code, JSON_ERR_TYPE);
    e = json_read_u64(&arena, v, "neg", &n);
    assert_string_equal(e.text, "neg: must not be negative");
    e = json_read_u64(&arena, v, "nonce", &n);
    assert_int_equal(e.code, JSON_ERR_VALUE);
    e = json_read_bool(&arena, v, "n", &ok);
    assert_int_equal(e.code, JSON_ERR_TYPE);
    e = json_read_bool(&arena, v, "none", &ok);
    assert_int_equal(e.code, JSON_ERR_MISSING);
    assert_string_equal(e.text, "none: missing");
    assert_int_equal(json_read_bool(&arena, v, "absent", &ok).code, JSON_ERR_MISSING);
    json_t *array = json_array();
    assert_int_equal(json_read_bool(&arena, array, "x", &ok).code, JSON_ERR_TYPE);
    json_decref(array);
    json_decref(v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_strict_forms),
        cmocka_unit_test(test_size_and_depth_limited),
        cmocka_unit_test(test_fields_read_and_errors_name_them),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
