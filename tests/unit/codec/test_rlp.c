#include "helpers.h"

/* Encodes a value of the vectors: a string, a number, "#…" for a big number, or a list. Returns
 * false for the one integer that does not fit 256 bits. */
static bool put_json(struct buf *b, json_t *v) {
    struct u256 n;
    if (json_is_array(v)) {
        const size_t list = rlp_list_begin(b);
        size_t i;
        json_t *item;
        json_array_foreach(v, i, item) if (!put_json(b, item)) return false;
        rlp_list_end(b, list);
    } else if (json_is_integer(v)) {
        rlp_put_u64(b, (uint64_t)json_integer_value(v));
    } else if (json_string_value(v)[0] == '#') {
        if (!u256_from_dec(&n, bytes_cstr(json_string_value(v) + 1))) return false;
        rlp_put_u256(b, &n);
    } else {
        rlp_put_bytes(b, bytes_make(json_string_value(v), json_string_length(v)));
    }
    return true;
}

static void test_encoding_vectors_match(void **state) {
    (void)state;
    json_t *all = load_vectors("RLPTests/rlptest.json");
    const char *name;
    json_t *v;
    unsigned encoded = 0, decoded = 0;
    json_object_foreach(all, name, v) {
        struct buf b = {0};
        const struct bytes want = unhex(json_string_value(json_object_get(v, "out")));
        if (put_json(&b, json_object_get(v, "in"))) {
            assert_bytes_equal(buf_bytes(&b), want);
            encoded++;
        }
        assert_ok(rlp_check(want));
        decoded++;
        buf_free(&b);
    }
    print_message("%u of %u vectors encoded (one is above 256 bits), %u decoded\n", encoded,
                  (unsigned)json_object_size(all), decoded);
    assert_int_equal(encoded + 1, json_object_size(all));
    json_decref(all);
}

static void test_invalid_vectors_refused(void **state) {
    (void)state;
    json_t *all = load_vectors("RLPTests/invalidRLPTest.json");
    const char *name;
    json_t *v;
    json_object_foreach(all, name, v) {
        const struct bytes in = exact_copy(unhex(json_string_value(json_object_get(v, "out"))));
        const struct err e = rlp_check(in);
        if (!err_is(e)) fail_msg("%s accepted", name);
        free((void *)in.p);
    }
    print_message("%u invalid vectors refused\n", (unsigned)json_object_size(all));
    json_decref(all);
    all = load_vectors("RLPTests/RandomRLPTests/example.json");
    json_object_foreach(all, name, v)
        assert_ok(rlp_check(unhex(json_string_value(json_object_get(v, "out")))));
    json_decref(all);
}

static void test_defect_is_named(void **state) {
    (void)state;
    static const struct {
        const char *in;
        int code;
        uint64_t at;
    } cases[] = {
        {"", RLP_MISSING, 0},
        {"8101", RLP_LONG_FORM, 0},
        {"b800", RLP_LENGTH_ZEROS, 0},
        {"b801ff", RLP_LONG_FORM, 0},
        {"bfffffffffffffffff", RLP_TRUNCATED, 0},
        {"c28101", RLP_LONG_FORM, 1},
        {"c3c28101", RLP_LONG_FORM, 2},
        {"c281", RLP_TRUNCATED, 0},
        {"c181", RLP_TRUNCATED, 1},
        {"c3c180c0", RLP_OK, 0},
        {"c000", RLP_TRAILING, 1},
        {"c482ffffc0", RLP_OK, 0},
        {"c483ffffc0", RLP_OK, 0},
        {"c482ff", RLP_TRUNCATED, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct err e = rlp_check(unhex(cases[i].in));
        if (e.code != cases[i].code || e.at != cases[i].at)
            fail_msg("%s: %d at %d", cases[i].in, e.code, (int)e.at);
    }
}

static void test_depth_beyond_limit_refused(void **state) {
    (void)state;
    struct buf b = {0};
    size_t marks[RLP_DEPTH_MAX + 1];
    for (unsigned depth = RLP_DEPTH_MAX; depth <= RLP_DEPTH_MAX + 1; depth++) {
        buf_clear(&b);
        for (unsigned i = 0; i < depth; i++) marks[i] = rlp_list_begin(&b);
        for (unsigned i = depth; i-- > 0;) rlp_list_end(&b, marks[i]);
        assert_int_equal(rlp_check(buf_bytes(&b)).code,
                         depth > RLP_DEPTH_MAX ? RLP_TOO_DEEP : RLP_OK);
    }
    /* A million open lists: neither slow nor deep. */
    buf_clear(&b);
    memset(buf_room(&b, 1000000), 0xc1, 1000000);
    b.n = 1000000;
    assert_true(err_is(rlp_check(buf_bytes(&b))));
    buf_free(&b);
}

/* [nonce, to, [value, data]] */
static struct err read_example(struct bytes in, uint64_t *nonce, bool *has_to, struct u256 *value) {
    struct rlp_reader r = rlp_reader(in, &arena);
    struct b20 to;
    rlp_open(&r, "tx");
    *nonce = rlp_u64(&r, "nonce");
    *has_to = rlp_fixed_or_empty(&r, "to", to.b, 20);
    rlp_open(&r, "body");
    *value = rlp_u256(&r, "value");
    rlp_bytes(&r, "data");
    rlp_close(&r);
    rlp_close(&r);
    return rlp_finish(&r);
}

static void test_reader_fields_named_in_errors(void **state) {
    (void)state;
    static const struct {
        const char *in;
        int code;
        uint64_t at;
        const char *text;
    } cases[] = {
        {"c50580c2077f", RLP_OK, 0, NULL},
        {"c60580c2077f00", RLP_TRAILING, 6, "tx: more items than there are fields"},
        {"c50580c2077f00", RLP_TRAILING, 6, "input: more items than there are fields"},
        {"c50080c2077f", RLP_LEADING_ZEROS, 1, "tx.nonce: integer with leading zeros"},
        {"ce89ffffffffffffffffff80c2077f", RLP_INT_TOO_LARGE, 1, "tx.nonce: integer too large"},
        {"c505c0c2077f", RLP_NOT_A_STRING, 2, "tx.to: list where a byte string is due"},
        {"c50505c2077f", RLP_WRONG_LENGTH, 2, "tx.to: wrong length"},
        {"c3058080", RLP_NOT_A_LIST, 3, "tx.body: byte string where a list is due"},
        {"c40580c107", RLP_MISSING, 5, "body.data: missing: the list ends before it"},
        {"c60580c3077f7f", RLP_TRAILING, 6, "tx.body: more items than there are fields"},
        {"c50580c2810f", RLP_LONG_FORM, 4, "body.value: length not in its shortest form"},
        {"80", RLP_NOT_A_LIST, 0, "tx: byte string where a list is due"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t nonce;
        bool has_to;
        struct u256 value;
        const struct err e = read_example(unhex(cases[i].in), &nonce, &has_to, &value);
        if (e.code != cases[i].code || e.at != cases[i].at)
            fail_msg("%s: %d at %d: %s", cases[i].in, e.code, (int)e.at, e.text);
        if (cases[i].text) {
            assert_string_equal(e.text, cases[i].text);
        } else {
            assert_true(nonce == 5 && !has_to && value.w[0] == 7);
        }
    }
}

static void test_fixed_fields_other_length_refused(void **state) {
    (void)state;
    static const struct {
        const char *in;
        int code;
    } cases[] = {{"820102", RLP_OK},
                 {"05", RLP_WRONG_LENGTH},
                 {"80", RLP_WRONG_LENGTH},
                 {"83010203", RLP_WRONG_LENGTH},
                 {"c20102", RLP_NOT_A_STRING}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t out[2] = {9, 9};
        struct rlp_reader r = rlp_reader(unhex(cases[i].in), NULL);
        rlp_fixed(&r, "field", out, 2);
        const struct err e = rlp_finish(&r);
        assert_int_equal(e.code, cases[i].code);
        assert_int_equal(e.at, 0);
        assert_int_equal(out[0] << 8 | out[1], e.code ? 0 : 0x0102);
    }
    uint8_t out[2];
    struct rlp_reader r = rlp_reader(unhex("820102"), NULL);
    assert_true(rlp_fixed_or_empty(&r, "field", out, 2));
    struct buf b = {0};
    buf_put_u8(&b, 0xa1);
    memset(buf_room(&b, 33), 1, 33);
    b.n += 33; /* an integer of 33 bytes */
    r = rlp_reader(buf_bytes(&b), NULL);
    rlp_u256(&r, "value");
    assert_int_equal(rlp_finish(&r).code, RLP_INT_TOO_LARGE);
    buf_free(&b);
}

static void put_random(struct buf *b, unsigned depth) {
    if (depth > 0 && rnd() % 3 == 0) {
        const size_t list = rlp_list_begin(b);
        for (uint64_t n = rnd() % 6; n > 0; n--) put_random(b, depth - 1);
        rlp_list_end(b, list);
        return;
    }
    uint8_t raw[300];
    const size_t n = rnd() % 8 ? rnd() % 4 : rnd() % 3 ? 54 + rnd() % 4 : rnd() % sizeof raw;
    for (size_t i = 0; i < n; i++) raw[i] = (uint8_t)(rnd() >> rnd() % 8);
    rlp_put_bytes(b, bytes_make(raw, n));
}

static void copy_item(struct buf *b, struct bytes *in) {
    struct rlp_item item;
    assert_ok(rlp_next(in, &item));
    if (!item.is_list) {
        const size_t before = b->n;
        rlp_put_bytes(b, item.payload);
        assert_int_equal(b->n - before, rlp_bytes_size(item.payload));
        return;
    }
    rlp_put_list_header(b, item.payload.n);
    while (item.payload.n) copy_item(b, &item.payload);
}

static void test_random_trees_round_trip(void **state) {
    (void)state;
    struct buf b = {0}, again = {0};
    for (int i = 0; i < 20000; i++) {
        buf_clear(&b), buf_clear(&again);
        put_random(&b, 5);
        assert_ok(rlp_check(buf_bytes(&b)));
        struct bytes left = buf_bytes(&b);
        copy_item(&again, &left);
        assert_int_equal(left.n, 0);
        assert_bytes_equal(buf_bytes(&again), buf_bytes(&b));
    }
    buf_free(&b);
    buf_free(&again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding_vectors_match),
        cmocka_unit_test(test_invalid_vectors_refused),
        cmocka_unit_test(test_defect_is_named),
        cmocka_unit_test(test_depth_beyond_limit_refused),
        cmocka_unit_test(test_reader_fields_named_in_errors),
        cmocka_unit_test(test_fixed_fields_other_length_refused),
        cmocka_unit_test(test_random_trees_round_trip),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
