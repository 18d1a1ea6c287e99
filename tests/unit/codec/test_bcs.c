#include "helpers.h"

/* Values written by the Aptos TypeScript SDK (data/peers.mjs). */
static void test_peer_encodings_match(void **state) {
    (void)state;
    json_t *peers = load_json("tests/unit/codec/data/peers.json");
    size_t i;
    json_t *v;
    assert_non_null(peers);
    json_array_foreach(json_object_get(peers, "bcs"), i, v) {
        const char *type = json_string_value(json_object_get(v, "type"));
        const char *value = json_string_value(json_object_get(v, "value"));
        const struct bytes want = unhex(json_string_value(json_object_get(v, "data")));
        struct bcs_reader r = bcs_reader(want, &arena);
        struct buf b = {0};
        struct u256 n = U256_ZERO, got = U256_ZERO;
        if (!strcmp(type, "bytes")) {
            const struct bytes raw = unhex(value);
            bcs_put_bytes(&b, raw);
            assert_bytes_equal(bcs_bytes(&r, "v"), raw);
        } else {
            assert_true(u256_from_dec(&n, bytes_cstr(value)));
            if (!strcmp(type, "u8")) {
                bcs_put_u8(&b, (uint8_t)n.w[0]);
                got = u256_from_u64(bcs_u8(&r, "v"));
            } else if (!strcmp(type, "u16")) {
                bcs_put_u16(&b, (uint16_t)n.w[0]);
                got = u256_from_u64(bcs_u16(&r, "v"));
            } else if (!strcmp(type, "u32")) {
                bcs_put_u32(&b, (uint32_t)n.w[0]);
                got = u256_from_u64(bcs_u32(&r, "v"));
            } else if (!strcmp(type, "u64")) {
                bcs_put_u64(&b, n.w[0]);
                got = u256_from_u64(bcs_u64(&r, "v"));
            } else if (!strcmp(type, "u128")) {
                bcs_put_u128(&b, &n);
                got = bcs_u128(&r, "v");
            } else if (!strcmp(type, "u256")) {
                bcs_put_u256(&b, &n);
                got = bcs_u256(&r, "v");
            } else {
                assert_string_equal(type, "uleb");
                uint64_t word;
                uleb_put(&b, n.w[0]);
                assert_int_equal(uleb_get(want, UINT32_MAX, &word), want.n);
                assert_int_equal(uleb_size(n.w[0]), want.n);
                got = u256_from_u64(word);
                r.at = want.n;
            }
            assert_true(u256_eq(&n, &got));
        }
        assert_ok(bcs_finish(&r));
        assert_bytes_equal(buf_bytes(&b), want);
        buf_free(&b);
    }
    print_message("%u values compared\n", (unsigned)i);
    json_decref(peers);
}

static void test_uleb_strict_forms(void **state) {
    (void)state;
    static const struct {
        const char *in;
        uint64_t max;
        size_t used;
        uint64_t value;
    } cases[] = {
        {"00", UINT64_MAX, 1, 0},
        {"7f", UINT64_MAX, 1, 127},
        {"8001", UINT64_MAX, 2, 128},
        {"ff7f", UINT64_MAX, 2, 16383},
        {"ffffffff0f", UINT32_MAX, 5, UINT32_MAX},
        {"ffffffffffffffffff01", UINT64_MAX, 10, UINT64_MAX},
        {"80808080808080808001", UINT64_MAX, 10, (uint64_t)1 << 63},
        {"2aff", 42, 1, 42},
        {"", UINT64_MAX, 0, 0},                     /* nothing there */
        {"80", UINT64_MAX, 0, 0},                   /* cut short */
        {"8000", UINT64_MAX, 0, 0},                 /* 0 in two bytes */
        {"ff00", UINT64_MAX, 0, 0},                 /* 127 in two bytes */
        {"ffffffff1f", UINT32_MAX, 0, 0},           /* above 32 bits */
        {"8080808010", UINT32_MAX, 0, 0},           /* 2^32 */
        {"ffffffffffffffffff02", UINT64_MAX, 0, 0}, /* above 64 bits */
        {"ffffffffffffffffff8001", UINT64_MAX, 0, 0},
        {"2b", 42, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t v = 0;
        const struct bytes in = exact_copy(unhex(cases[i].in));
        assert_int_equal(uleb_get(in, cases[i].max, &v), cases[i].used);
        assert_true(v == cases[i].value);
        free((void *)in.p);
    }
}

static void test_uleb_random_round_trip(void **state) {
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 200000; i++) {
        const uint64_t v = rnd() >> rnd() % 64;
        uint64_t back;
        buf_clear(&b);
        uleb_put(&b, v);
        assert_int_equal(b.n, uleb_size(v));
        assert_int_equal(uleb_get(buf_bytes(&b), UINT64_MAX, &back), b.n);
        assert_true(v == back);
    }
    buf_free(&b);
}

typedef void read_fn(struct bcs_reader *r);

static void as_bool(struct bcs_reader *r) {
    bcs_bool(r, "flag");
}
static void as_u64(struct bcs_reader *r) {
    bcs_u64(r, "amount");
}
static void as_pair(struct bcs_reader *r) {
    uint8_t out[2];
    bcs_fixed(r, "pair", out, 2);
    if (!err_is(r->err)) assert_int_equal(out[0] << 8 | out[1], 0x0102);
}
static void as_string(struct bcs_reader *r) {
    bcs_string(r, "name");
}
static void as_variant(struct bcs_reader *r) {
    bcs_variant(r, "kind", 3);
}
static void as_words(struct bcs_reader *r) {
    for (uint64_t n = bcs_count(r, "words", 8); n > 0; n--) bcs_u64(r, "word");
}

static void test_defect_is_named(void **state) {
    (void)state;
    static const struct {
        read_fn *read;
        const char *in;
        int code;
        uint64_t at;
        const char *text;
    } cases[] = {
        {as_bool, "01", BCS_OK, 0, NULL},
        {as_bool, "02", BCS_BAD_BOOL, 0, "flag: a bool is 0 or 1"},
        {as_bool, "", BCS_TRUNCATED, 0, "flag: the input ends inside it"},
        {as_bool, "0100", BCS_TRAILING, 1, "input: bytes are left behind the last field"},
        {as_u64, "01000000000000", BCS_TRUNCATED, 0, "amount: the input ends inside it"},
        {as_pair, "0102", BCS_OK, 0, NULL},
        {as_pair, "01", BCS_TRUNCATED, 0, "pair: the input ends inside it"},
        {as_string, "02c3a4", BCS_OK, 0, NULL},
        {as_string, "0361c3a4", BCS_OK, 0, NULL},
        {as_string, "0261c3", BCS_BAD_UTF8, 2, "name: not UTF-8"},
        {as_string, "0361", BCS_TOO_LONG, 0,
         "name: longer than the input or than a sequence may be"},
        {as_string, "8100", BCS_BAD_ULEB, 0, "name: not a canonical 32-bit ULEB128 number"},
        {as_string, "ffffffff0f", BCS_TOO_LONG, 0,
         "name: longer than the input or than a sequence may be"},
        {as_string, "ffffffff1f", BCS_BAD_ULEB, 0, "name: not a canonical 32-bit ULEB128 number"},
        {as_variant, "02", BCS_OK, 0, NULL},
        {as_variant, "03", BCS_BAD_VARIANT, 0, "kind: no such variant"},
        {as_words, "00", BCS_OK, 0, NULL},
        {as_words, "010000000000000000", BCS_OK, 0, NULL},
        {as_words, "020000000000000000", BCS_TOO_LONG, 0,
         "words: longer than the input or than a sequence may be"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bytes in = exact_copy(unhex(cases[i].in));
        struct bcs_reader r = bcs_reader(in, &arena);
        cases[i].read(&r);
        const struct err e = bcs_finish(&r);
        if (e.code != cases[i].code || e.at != cases[i].at)
            fail_msg("%s: %d at %d: %s", cases[i].in, e.code, (int)e.at, e.text);
        if (e.code) assert_string_equal(e.text, cases[i].text);
        as_u64(&r); /* stays at the first defect */
        assert_true(!e.code || r.err.code == e.code);
        free((void *)in.p);
    }
}

static void test_containers_beyond_depth_refused(void **state) {
    (void)state;
    struct bcs_reader r = bcs_reader(BYTES_LIT(""), NULL);
    for (int i = 0; i < BCS_DEPTH_MAX; i++) assert_true(bcs_enter(&r, "list"));
    bcs_leave(&r);
    assert_true(bcs_enter(&r, "list"));
    assert_false(bcs_enter(&r, "list"));
    assert_int_equal(r.err.code, BCS_TOO_DEEP);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer_encodings_match),
        cmocka_unit_test(test_uleb_strict_forms),
        cmocka_unit_test(test_uleb_random_round_trip),
        cmocka_unit_test(test_defect_is_named),
        cmocka_unit_test(test_containers_beyond_depth_refused),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
