#include "helpers.h"

/* ---- Types */

static void test_signature_canonical_text(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"transfer(address,uint256)", "transfer(address,uint256)"},
        {"transfer(address,u256)", "transfer(address,uint256)"},
        {"f()", "f()"},
        {" f ( ) ", "f()"},
        {"f(uint,int, u8)", "f(uint256,int256,uint8)"},
        {"transfer(address,(uint256,bytes)[],string)",
         "transfer(address,(uint256,bytes)[],string)"},
        {"$a_1((bool,(bytes1,bytes32[3][])[2]))", "$a_1((bool,(bytes1,bytes32[3][])[2]))"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct abi_function f;
        assert_ok(abi_parse_function(&arena, bytes_cstr(cases[i][0]), &f));
        assert_bytes_equal(f.signature, bytes_cstr(cases[i][1]));
        assert_int_equal(f.signature.p[f.name.n], '(');
    }
}

static void test_bad_text_refused_with_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int code;
        uint64_t at;
    } cases[] = {
        {"", ABI_BAD_TEXT, 0},
        {"f", ABI_BAD_TEXT, 1},
        {"(uint8)", ABI_BAD_TEXT, 0},
        {"1f()", ABI_BAD_TEXT, 0},
        {"f(", ABI_BAD_TEXT, 2},
        {"f(uint8", ABI_BAD_TEXT, 7},
        {"f(uint8,)", ABI_BAD_TEXT, 8},
        {"f(,uint8)", ABI_BAD_TEXT, 2},
        {"f(uint8))", ABI_BAD_TEXT, 8},
        {"f() returns (bool)", ABI_BAD_TEXT, 4},
        {"f(uint8 a)", ABI_BAD_TEXT, 8},
        {"f(uint7)", ABI_BAD_TYPE, 2},
        {"f(uint0)", ABI_BAD_TYPE, 2},
        {"f(uint08)", ABI_BAD_TYPE, 2},
        {"f(uint264)", ABI_BAD_TYPE, 2},
        {"f(bytes0)", ABI_BAD_TYPE, 2},
        {"f(bytes33)", ABI_BAD_TYPE, 2},
        {"f(u)", ABI_BAD_TYPE, 2},
        {"f(u7)", ABI_BAD_TYPE, 2},
        {"f(fixed128x18)", ABI_BAD_TYPE, 2},
        {"f(function)", ABI_BAD_TYPE, 2},
        {"f(Uint8)", ABI_BAD_TYPE, 2},
        {"f(())", ABI_BAD_TYPE, 2},
        {"f(uint8[0])", ABI_BAD_TEXT, 8},
        {"f(uint8[01])", ABI_BAD_TEXT, 8},
        {"f(uint8[-1])", ABI_BAD_TEXT, 8},
        {"f(uint8[99999999999])", ABI_BAD_TEXT, 8},
        {"f(uint8[)", ABI_BAD_TEXT, 8},
        {"f(uint8[1)", ABI_BAD_TEXT, 9},
        {"f(uint8[900000000])", ABI_LIMIT, 8},
        {"f(uint8[100000][100000])", ABI_LIMIT, 16},
        {"f\n()", ABI_BAD_TEXT, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct abi_function f;
        const struct err e = abi_parse_function(&arena, bytes_cstr(cases[i].text), &f);
        if (e.code != cases[i].code || e.at != cases[i].at)
            fail_msg("%s: %d at %d: %s", cases[i].text, e.code, (int)e.at, e.text);
    }
    const struct abi_type *t;
    assert_int_equal(abi_parse_type(&arena, BYTES_LIT("uint8\0"), &t).code, ABI_BAD_TEXT);
    assert_int_equal(abi_parse_type(&arena, BYTES_LIT("uint8,uint8"), &t).code, ABI_BAD_TEXT);
    assert_int_equal(abi_parse_types(&arena, BYTES_LIT("uint8"), &t).code, ABI_BAD_TEXT);
}

static struct err parse_nested(unsigned tuples, unsigned arrays) {
    struct buf b = {0};
    const struct abi_type *t;
    buf_puts(&b, "(");
    for (unsigned i = 0; i < tuples; i++) buf_puts(&b, "(");
    buf_puts(&b, "uint8");
    for (unsigned i = 0; i < arrays; i++) buf_puts(&b, "[]");
    for (unsigned i = 0; i < tuples; i++) buf_puts(&b, ")");
    buf_puts(&b, ")");
    const struct err e = abi_parse_types(&arena, buf_bytes(&b), &t);
    buf_free(&b);
    return e;
}

static void test_type_limits_hold(void **state) {
    (void)state;
    for (unsigned i = 0; i <= ABI_DEPTH_MAX; i++) assert_ok(parse_nested(i, ABI_DEPTH_MAX - i));
    for (unsigned i = 0; i <= ABI_DEPTH_MAX + 1; i++)
        assert_int_equal(parse_nested(i, ABI_DEPTH_MAX + 1 - i).code, ABI_LIMIT);
    assert_int_equal(parse_nested(5000, 0).code, ABI_LIMIT);
    struct buf b = {0};
    const struct abi_type *t;
    for (unsigned n = ABI_TYPES_MAX; n <= ABI_TYPES_MAX + 1; n++) {
        buf_clear(&b);
        buf_puts(&b, "(");
        for (unsigned i = 0; i < n; i++) buf_puts(&b, i ? ",bool" : "bool");
        buf_puts(&b, ")");
        assert_int_equal(abi_parse_types(&arena, buf_bytes(&b), &t).code,
                         n > ABI_TYPES_MAX ? ABI_LIMIT : ABI_OK);
    }
    memset(buf_room(&b, 20000), ' ', 20000);
    b.n = 20000;
    assert_int_equal(abi_parse_types(&arena, buf_bytes(&b), &t).code, ABI_LIMIT);
    buf_clear(&b);
    for (int i = 0; i <= ABI_NAME_MAX; i++) buf_puts(&b, "f");
    buf_puts(&b, "()");
    struct abi_function f;
    assert_int_equal(abi_parse_function(&arena, buf_bytes(&b), &f).code, ABI_LIMIT);
    buf_free(&b);
}

static void test_types_built_by_hand_equal_parsed(void **state) {
    (void)state;
    const struct abi_type *parsed;
    assert_ok(abi_parse_types(&arena, BYTES_LIT("(bytes20,int64[3],(string,bool)[])"), &parsed));
    struct abi_type inner[2] = {abi_plain(ABI_STRING, 0), abi_plain(ABI_BOOL, 0)}, tuple;
    struct abi_type i64 = abi_plain(ABI_INT, 64), fields[3], all;
    fields[0] = abi_plain(ABI_FIXED_BYTES, 20);
    assert_true(abi_fixed_array_of(&fields[1], &i64, 3));
    assert_true(abi_tuple_of(&tuple, inner, 2));
    assert_true(abi_array_of(&fields[2], &tuple));
    assert_true(abi_tuple_of(&all, fields, 3));
    assert_true(abi_type_eq(&all, parsed));
    assert_int_equal(all.head_size, 32);
    assert_int_equal(fields[1].head_size, 96);
    assert_false(abi_type_eq(&fields[0], &fields[1]));
    assert_false(abi_type_eq(&inner[0], &inner[1]));
}

/* ---- Values */

static void value_from_json(const struct abi_type *t, json_t *v, struct abi_value *out);

static void items_from_json(const struct abi_type *t, json_t *v, struct abi_value *out) {
    out->count = json_array_size(v);
    out->items = ARENA_ARRAY(&arena, struct abi_value, out->count);
    for (size_t i = 0; i < out->count; i++)
        value_from_json(t->kind == ABI_TUPLE ? &t->items[i] : t->items, json_array_get(v, i),
                        &out->items[i]);
}

static void value_from_json(const struct abi_type *t, json_t *v, struct abi_value *out) {
    const char *text = json_string_value(v);
    out->type = t;
    switch (t->kind) {
    case ABI_UINT:
    case ABI_INT:
        if (json_is_integer(v)) {
            out->word = u256_from_u64((uint64_t)json_integer_value(v));
            return;
        }
        assert_true(u256_from_dec(&out->word, bytes_cstr(text + (text[0] == '-'))));
        if (text[0] == '-') u256_sub(&out->word, &U256_ZERO, &out->word);
        return;
    case ABI_BOOL: out->word = u256_from_u64(json_is_true(v)); return;
    case ABI_ADDRESS: u256_from_be(&out->word, unhex(text)); return;
    case ABI_FIXED_BYTES:
    case ABI_BYTES:
        out->data = text[0] == '0' && text[1] == 'x' ? unhex(text) : bytes_cstr(text);
        return;
    case ABI_STRING: out->data = bytes_make(text, json_string_length(v)); return;
    default: items_from_json(t, v, out);
    }
}

/* `v` encodes to `data`, and `data` decodes to what encodes to it again. Every prefix of it, it
 * with a byte more, and it with any one word changed either are refused or have another meaning. */
static void check_both_ways(const struct abi_value *v, struct bytes data) {
    struct buf b = {0};
    struct abi_value back;
    assert_ok(abi_encode(&b, &arena, v));
    assert_bytes_equal(buf_bytes(&b), data);
    const struct bytes exact = exact_copy(data);
    assert_ok(abi_decode(&arena, v->type, exact, &back));
    buf_clear(&b);
    assert_ok(abi_encode(&b, &arena, &back));
    assert_bytes_equal(buf_bytes(&b), data);
    for (size_t n = 0; n<data.n; n += data.n> 640 ? 13 : 1)
        assert_true(err_is(abi_decode(&arena, v->type, bytes_make(exact.p, n), &back)));
    buf_put_u8(&b, 0);
    assert_int_equal(abi_decode(&arena, v->type, buf_bytes(&b), &back).code, ABI_TRAILING);
    uint8_t *p = (uint8_t *)exact.p;
    for (int i = 0; i < 40 && exact.n; i++) {
        const size_t at = rnd() % exact.n;
        const uint8_t before = p[at];
        p[at] ^= (uint8_t)(1u << rnd() % 8);
        buf_clear(&b);
        if (!err_is(abi_decode(&arena, v->type, exact, &back))) {
            assert_ok(abi_encode(&b, &arena, &back));
            assert_bytes_equal(buf_bytes(&b), exact);
        }
        p[at] = before;
    }
    free(p);
    buf_free(&b);
}

/* Written by ethers, with viem agreeing (data/peers.mjs). */
static void test_peer_encodings_match(void **state) {
    (void)state;
    json_t *peers = load_json("tests/unit/codec/data/peers.json");
    size_t i;
    json_t *c;
    assert_non_null(peers);
    json_array_foreach(json_object_get(peers, "abi"), i, c) {
        struct abi_function f;
        struct abi_value v;
        const char *signature = json_string_value(json_object_get(c, "signature"));
        assert_ok(abi_parse_function(&arena, bytes_cstr(signature), &f));
        assert_bytes_equal(f.signature, bytes_cstr(signature));
        value_from_json(f.inputs, json_object_get(c, "values"), &v);
        check_both_ways(&v, unhex(json_string_value(json_object_get(c, "data"))));
    }
    print_message("%u calls compared\n", (unsigned)i);
    json_decref(peers);
}

static void test_ethereum_vectors_match(void **state) {
    (void)state;
    json_t *all = load_vectors("ABITests/basic_abi_tests.json");
    const char *name;
    json_t *c, *type;
    size_t i;
    json_object_foreach(all, name, c) {
        struct buf text = {0};
        const struct abi_type *t;
        struct abi_value v;
        json_array_foreach(json_object_get(c, "types"), i, type)
            buf_printf(&text, "%s%s", i ? "," : "(", json_string_value(type));
        buf_puts(&text, ")");
        assert_ok(abi_parse_types(&arena, buf_bytes(&text), &t));
        value_from_json(t, json_object_get(c, "args"), &v);
        check_both_ways(&v, unhex(json_string_value(json_object_get(c, "result"))));
        buf_free(&text);
    }
    print_message("%u vectors\n", (unsigned)json_object_size(all));
    json_decref(all);
}

#define WORD(x) "00000000000000000000000000000000000000000000000000000000000000" x
#define ONES    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define HUGE    "8000000000000000000000000000000000000000000000000000000000000000"

/* The worked examples of the Contract ABI Specification, "Examples" and "Use of Dynamic Types". */
static void test_specification_examples_match(void **state) {
    (void)state;
    static const struct {
        const char *types, *values, *data;
    } cases[] = {
        {"(uint32,bool)", "[69,true]", WORD("45") WORD("01")},
        {"(bytes3[2])", "[[\"0x616263\",\"0x646566\"]]",
         "6162630000000000000000000000000000000000000000000000000000000000"
         "6465660000000000000000000000000000000000000000000000000000000000"},
        {"(bytes,bool,uint256[])", "[\"0x64617665\",true,[1,2,3]]",
         WORD("60") WORD("01") WORD("a0") WORD(
             "04") "6461766500000000000000000000000000000000000000000000000000000000" WORD("03")
             WORD("01") WORD("02") WORD("03")},
        {"(uint256[][],string[])", "[[[1,2],[3]],[\"one\",\"two\",\"three\"]]",
         "0000000000000000000000000000000000000000000000000000000000000040"
         "0000000000000000000000000000000000000000000000000000000000000140" WORD("02") WORD("40")
             WORD("a0") WORD("02") WORD("01") WORD("02") WORD("01") WORD("03") WORD("03") WORD("60")
                 WORD("a0") WORD("e0")
                     WORD("03") "6f6e65000000000000000000000000000000000000000000000000000000000"
                                "0" WORD("03") "74776f000000000000000000000000000000000000000000000"
                                               "0000000000000" WORD(
                                                   "05") "74687265650000000000000000000000000000000"
                                                         "00000000000000000000000"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct abi_type *t;
        struct abi_value v;
        json_t *values = json_loads(cases[i].values, 0, NULL);
        assert_ok(abi_parse_types(&arena, bytes_cstr(cases[i].types), &t));
        value_from_json(t, values, &v);
        check_both_ways(&v, unhex(cases[i].data));
        json_decref(values);
    }
}

static void test_non_canonical_data_refused_with_place(void **state) {
    (void)state;
    static const struct {
        const char *types, *data;
        int code;
        uint64_t at;
        const char *text; /* what it begins with */
    } cases[] = {
        {"(uint8)", WORD("ff"), ABI_OK, 0, NULL},
        {"(uint8)", "0000000000000000000000000000000000000000000000000000000000000100",
         ABI_DIRTY_PADDING, 0, "argument 0: "},
        {"(bool,uint8)", WORD("01") ONES, ABI_DIRTY_PADDING, 32, "argument 1: "},
        {"(int8)", ONES, ABI_OK, 0, NULL},
        {"(int8)", WORD("ff"), ABI_DIRTY_PADDING, 0, "argument 0: "},
        {"(int8)", WORD("80"), ABI_DIRTY_PADDING, 0, "argument 0: "},
        {"(int256)", HUGE, ABI_OK, 0, NULL},
        {"(bool)", WORD("02"), ABI_BAD_BOOL, 0, "argument 0: a bool is 0 or 1"},
        {"(address)", "0000000000000000000000010000000000000000000000000000000000000000",
         ABI_DIRTY_PADDING, 0, "argument 0: an address"},
        {"(bytes31)", ONES, ABI_DIRTY_PADDING, 31, "argument 0: the padding"},
        {"(bytes32)", ONES, ABI_OK, 0, NULL},
        {"(uint8)", "", ABI_TRUNCATED, 0, "the data ends before it"},
        {"(uint8)", WORD("01") "00", ABI_TRAILING, 32, "data is left"},
        {"()", "", ABI_OK, 0, NULL},
        {"()", "00", ABI_TRAILING, 0, "data is left"},
        {"(bytes)", WORD("20") WORD("00"), ABI_OK, 0, NULL},
        {"(bytes)", WORD("21") WORD("00") "00", ABI_BAD_OFFSET, 0, "argument 0: its offset"},
        {"(bytes)", WORD("40") WORD("00") WORD("00"), ABI_BAD_OFFSET, 0, "argument 0: its offset"},
        {"(bytes)", WORD("00"), ABI_BAD_OFFSET, 0, "argument 0: its offset"},
        {"(bytes)", HUGE, ABI_BAD_OFFSET, 0, "argument 0: its offset"},
        {"(bytes)", WORD("20") ONES, ABI_BAD_LENGTH, 32, "argument 0: longer than the data"},
        {"(bytes)", WORD("20") WORD("01"), ABI_BAD_LENGTH, 32, "argument 0: longer"},
        {"(bytes)", WORD("20") WORD("01") ONES, ABI_DIRTY_PADDING, 65, "argument 0: the padding"},
        {"(bytes)", WORD("20") WORD("01") "ff", ABI_BAD_LENGTH, 32, "argument 0: longer"},
        /* two fields that share a tail, and two tails in the wrong order */
        {"(bytes,bytes)", WORD("40") WORD("40") WORD("00"), ABI_BAD_OFFSET, 32, "argument 1: "},
        {"(bytes,bytes)", WORD("60") WORD("40") WORD("00") WORD("00"), ABI_BAD_OFFSET, 0,
         "argument 0: "},
        {"(uint8[])", WORD("20") ONES, ABI_BAD_LENGTH, 64, "argument 0: more elements"},
        {"(uint8[])", WORD("20") WORD("02") WORD("01"), ABI_BAD_LENGTH, 64,
         "argument 0: more elements"},
        {"(bytes[])", WORD("20") WORD("01") WORD("20") WORD("00"), ABI_OK, 0, NULL},
        {"(bytes[])", WORD("20") WORD("01") WORD("00") WORD("00"), ABI_BAD_OFFSET, 64,
         "argument 0, element 0: its offset"},
        {"(uint8,(bool,uint16[2])[])",
         WORD("01") WORD("40") WORD("02") WORD("01") WORD("01") WORD("01") WORD("00") WORD("01")
             HUGE,
         ABI_DIRTY_PADDING, 256, "argument 1, element 1, field 1, element 1: the integer"},
        {"(uint8[1000000])", WORD("01"), ABI_TRUNCATED, 0, "the data ends before it"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct abi_type *t;
        struct abi_value v;
        assert_ok(abi_parse_types(&arena, bytes_cstr(cases[i].types), &t));
        const struct bytes data = exact_copy(unhex(cases[i].data));
        const struct err e = abi_decode(&arena, t, data, &v);
        if (e.code != cases[i].code || e.at != cases[i].at ||
            (e.code && strncmp(e.text, cases[i].text, strlen(cases[i].text))))
            fail_msg("%u %s: %d at %d: %s", (unsigned)i, cases[i].types, e.code, (int)e.at, e.text);
        free((void *)data.p);
    }
}

static void test_encoding_unfit_values_refused(void **state) {
    (void)state;
    const struct abi_type *t;
    struct abi_value item, v;
    struct buf b = {0};
    buf_puts(&b, "before");
    assert_ok(abi_parse_types(&arena, BYTES_LIT("(uint8)"), &t));
    item = (struct abi_value){.type = &t->items[0], .word = {{256, 0, 0, 0}}};
    v = (struct abi_value){.type = t, .items = &item, .count = 1};
    struct err e = abi_encode(&b, &arena, &v);
    assert_int_equal(e.code, ABI_WRONG_VALUE);
    assert_string_equal(e.text, "argument 0: the value is outside its type's range");
    assert_int_equal(b.n, 6);
    v.count = 0;
    assert_int_equal(abi_encode(&b, &arena, &v).code, ABI_WRONG_VALUE);
    const struct abi_type other = abi_plain(ABI_UINT, 16);
    v.count = 1;
    item.type = &other;
    assert_int_equal(abi_encode(&b, &arena, &v).code, ABI_WRONG_VALUE);
    const struct abi_type b4 = abi_plain(ABI_FIXED_BYTES, 4);
    item = (struct abi_value){.type = &b4, .data = BYTES_LIT("abc")};
    assert_int_equal(abi_encode(&b, &arena, &item).code, ABI_WRONG_VALUE);
    item.data = BYTES_LIT("abcd");
    assert_ok(abi_encode(&b, &arena, &item));
    assert_int_equal(b.n, 6 + 32);
    buf_free(&b);
}

static void test_decoding_within_arena_limit(void **state) {
    (void)state;
    struct arena small;
    const struct abi_type *t;
    struct abi_value v;
    arena_init(&small, 4096);
    assert_ok(abi_parse_types(&arena, BYTES_LIT("(uint8[])"), &t));
    struct buf b = {0};
    memset(buf_room(&b, 32 * 10002), 0, 32 * 10002);
    b.n = 32 * 10002;
    b.p[31] = 32, b.p[62] = 10000 >> 8, b.p[63] = 10000 & 255;
    assert_ok(abi_decode(&arena, t, buf_bytes(&b), &v));
    assert_int_equal(v.items[0].count, 10000);
    assert_int_equal(abi_decode(&small, t, buf_bytes(&b), &v).code, ABI_LIMIT);
    arena_free(&small);
    buf_free(&b);
}

static void test_address_word_round_trip(void **state) {
    (void)state;
    struct b20 a;
    memcpy(a.b, unhex("0102030405060708090a0b0c0d0e0f1011121314").p, 20);
    const struct u256 word = abi_word_of_address(&a);
    const struct b20 back = abi_address_of_word(&word);
    assert_true(b20_eq(&a, &back));
    assert_int_equal(word.w[0], 0x0d0e0f1011121314);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature_canonical_text),
        cmocka_unit_test(test_bad_text_refused_with_place),
        cmocka_unit_test(test_type_limits_hold),
        cmocka_unit_test(test_types_built_by_hand_equal_parsed),
        cmocka_unit_test(test_peer_encodings_match),
        cmocka_unit_test(test_ethereum_vectors_match),
        cmocka_unit_test(test_specification_examples_match),
        cmocka_unit_test(test_non_canonical_data_refused_with_place),
        cmocka_unit_test(test_encoding_unfit_values_refused),
        cmocka_unit_test(test_decoding_within_arena_limit),
        cmocka_unit_test(test_address_word_round_trip),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
