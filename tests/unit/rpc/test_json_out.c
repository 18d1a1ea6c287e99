/* Writing JSON: what is written is parsed again by jansson and compared. */
#include "rpc/json_out.h"

#include "../codec/helpers.h"

static struct buf buf;

static int setup(void **state) {
    buf = (struct buf){0};
    return setup_arena(state);
}

static int teardown(void **state) {
    buf_free(&buf);
    return teardown_arena(state);
}

static json_t *parse(void) {
    json_error_t e;
    json_t *v = json_loadb((const char *)buf.p, buf.n,
                           JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
    if (!v) fail_msg("%s: %s", buf_cstr(&buf), e.text);
    return v;
}

static void assert_text(const char *want) {
    assert_string_equal(buf_cstr(&buf), want);
}

static void test_values_are_separated_by_commas_on_every_level(void **state) {
    (void)state;
    struct json_out o = {.buf = &buf};
    jo_object(&o);
    jo_key(&o, "a");
    jo_array(&o);
    jo_end_array(&o);
    jo_key(&o, "b");
    jo_object(&o);
    jo_end_object(&o);
    jo_key(&o, "c");
    jo_array(&o);
    jo_number(&o, 1);
    jo_array(&o);
    jo_null(&o);
    jo_end_array(&o);
    jo_object(&o);
    jo_key(&o, "d");
    jo_bool(&o, true);
    jo_key(&o, "e");
    jo_bool(&o, false);
    jo_end_object(&o);
    jo_raw(&o, BYTES_LIT("[2]"));
    jo_end_array(&o);
    jo_key(&o, "f");
    jo_decimal(&o, UINT64_MAX);
    jo_end_object(&o);
    assert_text("{\"a\":[],\"b\":{},\"c\":[1,[null],{\"d\":true,\"e\":false},[2]],"
                "\"f\":\"18446744073709551615\"}");
}

static void test_numbers_and_hexadecimals_are_written_as_the_interfaces_want(void **state) {
    (void)state;
    struct json_out o = {.buf = &buf};
    struct u256 zero = U256_ZERO, big = {{1, 0, 0, 0x8000000000000000}};
    jo_array(&o);
    jo_number(&o, 0);
    jo_number(&o, UINT64_MAX);
    jo_quantity(&o, 0);
    jo_quantity(&o, 1024);
    jo_quantity(&o, UINT64_MAX);
    jo_quantity_u256(&o, &zero);
    jo_quantity_u256(&o, &big);
    jo_hex(&o, BYTES_LIT("\x00\xab\xFF"));
    jo_hex(&o, (struct bytes){NULL, 0});
    jo_end_array(&o);
    assert_text("[0,18446744073709551615,\"0x0\",\"0x400\",\"0xffffffffffffffff\",\"0x0\","
                "\"0x8000000000000000000000000000000000000000000000000000000000000001\","
                "\"0x00abff\",\"0x\"]");
}

static void assert_string_survives(struct bytes text) {
    struct json_out o = {.buf = &buf};
    buf_clear(&buf);
    jo_string(&o, text);
    json_t *v = parse();
    assert_bytes_equal(bytes_make(json_string_value(v), json_string_length(v)), text);
    json_decref(v);
}

static void test_every_ascii_character_survives(void **state) {
    (void)state;
    uint8_t all[128];
    for (unsigned i = 0; i < 128; i++) {
        all[i] = (uint8_t)i;
        assert_string_survives(bytes_make(all + i, 1));
    }
    assert_string_survives(BYTES_OF(all));
    assert_string_survives((struct bytes){NULL, 0});
    assert_string_survives(BYTES_LIT("\"quoted\" \\ / \b\f\n\r\t </script>"));
}

static size_t put_utf8(uint8_t *out, uint32_t c) {
    if (c < 0x80) return out[0] = (uint8_t)c, 1;
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)((0xf00u >> n) | c);
    return n;
}

static void test_code_points_survive(void **state) {
    (void)state;
    static const uint32_t edges[] = {0x7f,   0x80,   0x7ff,  0x800,   0xfff,    0x1000,
                                     0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff, 0x1f600};
    for (size_t i = 0; i < COUNT_OF(edges) + 3000; i++) {
        uint32_t c = i < COUNT_OF(edges) ? edges[i] : (uint32_t)(rnd() % 0x110000);
        uint8_t text[4];
        if (c >= 0xd800 && c < 0xe000) continue;
        assert_string_survives(bytes_make(text, put_utf8(text, c)));
    }
}

#define FFFD "\xef\xbf\xbd"

static void test_bytes_that_are_no_utf8_are_replaced(void **state) {
    (void)state;
    static const struct {
        struct bytes in;
        const char *out;
    } cases[] = {
        {BYTES_LIT("a\x80z"), "a" FFFD "z"},                   /* a lone continuation */
        {BYTES_LIT("\xff\xfe"), FFFD FFFD},                    /* never in UTF-8 */
        {BYTES_LIT("\xc0\xaf"), FFFD FFFD},                    /* '/' in too long a form */
        {BYTES_LIT("\xe0\x80\xaf"), FFFD FFFD FFFD},           /* the same in three */
        {BYTES_LIT("\xed\xa0\x80"), FFFD FFFD FFFD},           /* a surrogate */
        {BYTES_LIT("\xf4\x90\x80\x80"), FFFD FFFD FFFD FFFD},  /* above 10FFFF */
        {BYTES_LIT("\xf0\x80\x80\x80"), FFFD FFFD FFFD FFFD},  /* too long a form */
        {BYTES_LIT("ok\xe2\x82"), "ok" FFFD FFFD},             /* cut */
        {BYTES_LIT("\xc3"), FFFD},                             /* cut */
        {BYTES_LIT("\xe2\x82\xac\x80"), "\xe2\x82\xac" FFFD},  /* a euro and one more */
        {BYTES_LIT("\xe2\"\xac"), FFFD "\"" FFFD},             /* a quote is not swallowed */
        {BYTES_LIT("\xf0\x9f\x98\x80!"), "\xf0\x9f\x98\x80!"}, /* well-formed */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_out o = {.buf = &buf};
        struct bytes exact = exact_copy(cases[i].in);
        buf_clear(&buf);
        jo_string(&o, exact);
        free((void *)exact.p);
        json_t *v = parse();
        assert_bytes_equal(bytes_make(json_string_value(v), json_string_length(v)),
                           bytes_cstr(cases[i].out));
        json_decref(v);
    }
}

static void test_keys_are_escaped(void **state) {
    (void)state;
    struct json_out o = {.buf = &buf};
    jo_object(&o);
    jo_key(&o, "a\"b\n");
    jo_cstring(&o, "c");
    jo_end_object(&o);
    json_t *v = parse();
    assert_string_equal(json_string_value(json_object_get(v, "a\"b\n")), "c");
    json_decref(v);
}

/* Writes a random value and builds the same with jansson. */
static json_t *write_random(struct json_out *o, unsigned depth) {
    unsigned kind = rnd() % (depth ? 7 : 5);
    if (kind == 0) return jo_null(o), json_null();
    if (kind == 1) return jo_bool(o, depth & 1), json_boolean(depth & 1);
    if (kind == 2) {
        uint64_t n = rnd() >> (1 + rnd() % 63);
        return jo_number(o, n), json_integer((json_int_t)n);
    }
    if (kind <= 4) {
        uint8_t text[40];
        size_t n = rnd() % sizeof text;
        for (size_t i = 0; i < n; i++) text[i] = rnd() % 128;
        jo_string(o, bytes_make(text, n));
        return json_stringn((const char *)text, n);
    }
    json_t *all = kind == 5 ? json_array() : json_object();
    kind == 5 ? jo_array(o) : jo_object(o);
    for (unsigned i = 0, n = rnd() % 5; i < n; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%u", i);
        if (kind == 6) jo_key(o, key);
        json_t *v = write_random(o, depth - 1);
        assert_int_equal(
            kind == 5 ? json_array_append_new(all, v) : json_object_set_new(all, key, v), 0);
    }
    kind == 5 ? jo_end_array(o) : jo_end_object(o);
    return all;
}

static void test_random_values_parse_to_the_same(void **state) {
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct json_out o = {.buf = &buf};
        buf_clear(&buf);
        json_t *want = write_random(&o, 5), *got = parse();
        assert_true(json_equal(want, got));
        json_decref(want);
        json_decref(got);
    }
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_values_are_separated_by_commas_on_every_level),
        T(test_numbers_and_hexadecimals_are_written_as_the_interfaces_want),
        T(test_every_ascii_character_survives),
        T(test_code_points_survive),
        T(test_bytes_that_are_no_utf8_are_replaced),
        T(test_keys_are_escaped),
        T(test_random_values_parse_to_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
