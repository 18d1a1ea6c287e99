/* Type tags: text and BCS both ways, limits, and what is wrong where. The BCS of the examples was
 * made with @aptos-labs/ts-sdk 7.3.0: parseTypeTag(text, {allowGenerics: false}).bcsToHex(). */
#include "move/type_tag.h"

#include "../codec/helpers.h"

static struct bytes parse(const char *text) {
    struct bytes tag;
    assert_ok(mv_type_tag_parse(bytes_cstr(text), &arena, &tag));
    return tag;
}

static const char *print(struct bytes tag) {
    struct buf out = {0};
    assert_ok(mv_type_tag_print(tag, &out));
    const char *text = arena_printf(&arena, "%s", buf_cstr(&out));
    buf_free(&out);
    return text;
}

static const struct {
    const char *text, *bcs;
} examples[] = {
    {"bool", "00"},
    {"u8", "01"},
    {"u16", "08"},
    {"u32", "09"},
    {"u64", "02"},
    {"u128", "03"},
    {"u256", "0a"},
    {"address", "04"},
    {"signer", "05"},
    {"vector<u8>", "0601"},
    {"vector<vector<address>>", "060604"},
    {"0x1::aptos_coin::AptosCoin", "070000000000000000000000000000000000000000000000000000000000000"
                                   "0010a6170746f735f636f696e094170746f73436f696e00"},
    {"0x1::coin::CoinStore<0x1::aptos_coin::AptosCoin>",
     "07000000000000000000000000000000000000000000000000000000000000000104636f696e09436f696e53746f7"
     "265010700000000000000000000000000000000000000000000000000000000000000010a6170746f735f636f696e"
     "094170746f73436f696e00"},
    {"0xcacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca::pair::Pair<u64, "
     "vector<0x1::string::String>>",
     "07cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca047061697204506169720202060"
     "7000000000000000000000000000000000000000000000000000000000000000106737472696e6706537472696e67"
     "00"},
    {"vector<0x1::option::Option<0x1::object::Object<0x4::token::Token>>>",
     "06070000000000000000000000000000000000000000000000000000000000000001066f7074696f6e064f7074696"
     "f6e01070000000000000000000000000000000000000000000000000000000000000001066f626a656374064f626a"
     "6563740107000000000000000000000000000000000000000000000000000000000000000405746f6b656e05546f6"
     "b656e00"},
};

static void test_examples_of_the_sdk_parse_and_print(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct bytes tag = unhex(examples[i].bcs);
        assert_bytes_equal(parse(examples[i].text), tag);
        assert_string_equal(print(tag), examples[i].text);
        assert_int_equal(mv_type_tag_length(tag), tag.n);
    }
}

/* Newer than the SDK: move-core-types language_storage.rs, TypeTag I8 to I256. */
static void test_signed_primitives_parse_and_print(void **state) {
    (void)state;
    static const char *const names[] = {"i8", "i16", "i32", "i64", "i128", "i256"};
    for (uint8_t i = 0; i < COUNT_OF(names); i++) {
        uint8_t tag = (uint8_t)(11 + i);
        assert_bytes_equal(parse(names[i]), BYTES_OF(tag));
        assert_string_equal(print(BYTES_OF(tag)), names[i]);
    }
}

static void test_length_of_tag_ends_where_the_tag_ends(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct bytes tag = unhex(examples[i].bcs);
        struct buf b = {0};
        buf_put_bytes(&b, tag);
        buf_puts(&b, "\x07more");
        assert_int_equal(mv_type_tag_length(buf_bytes(&b)), tag.n);
        buf_free(&b);
        for (size_t n = 0; n < tag.n; n++) {
            struct bytes cut = exact_copy(bytes_sub(tag, 0, n));
            assert_int_equal(mv_type_tag_length(cut), 0);
            free((void *)cut.p);
        }
    }
}

static void test_print_with_bytes_behind_is_refused(void **state) {
    (void)state;
    struct buf out = {0};
    struct err e = mv_type_tag_print(BYTES_LIT("\x06\x01\x01"), &out);
    assert_true(err_is(e));
    assert_int_equal(e.at, 2);
    e = mv_type_tag_print(BYTES_LIT("\x11"), &out); /* 17: no such kind */
    assert_true(err_is(e));
    e = mv_type_tag_print((struct bytes){NULL, 0}, &out);
    assert_true(err_is(e));
    buf_free(&out);
}

static void test_parse_allows_spaces_between_arguments(void **state) {
    (void)state;
    assert_bytes_equal(parse(" vector< u8 > "), parse("vector<u8>"));
    assert_bytes_equal(parse("0x1::a::B< u8 ,bool,  vector<u16>>"),
                       parse("0x1::a::B<u8, bool, vector<u16>>"));
    assert_bytes_equal(parse("0x0001::a::B"), parse("0x1::a::B"));
}

static void test_parse_of_malformed_text_says_where(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t at;
        const char *why;
    } bad[] = {
        {"", 0, "a type is expected"},
        {"   ", 3, "a type is expected"},
        {"u7", 0, "a type is expected"},
        {"U8", 0, "a type is expected"},
        {"vector", 0, "a type is expected"},
        {"vector<", 7, "a type is expected"},
        {"vector<u8", 9, "> is expected"},
        {"vector<u8,u8>", 9, "> is expected"},
        {"vector<>", 7, "a type is expected"},
        {"u8>", 2, "left behind"},
        {"u8 u8", 3, "left behind"},
        {"u8<u8>", 2, "left behind"},
        {"0x1", 3, ":: is expected behind the address"},
        {"0x1:coin::Coin", 3, ":: is expected behind the address"},
        {"0x1::", 5, "a module name"},
        {"0x1::coin", 9, ":: is expected behind the module"},
        {"0x1::coin::", 11, "a struct name"},
        {"0x1::9coin::Coin", 10, "a module name"},
        {"0x1::coin::Co in", 14, "left behind"},
        {"0x1::coin::Coin<", 16, "a type is expected"},
        {"0x1::coin::Coin<>", 16, "a type is expected"},
        {"0x1::coin::Coin<u8", 18, "comma or >"},
        {"0x1::coin::Coin<u8,>", 19, "a type is expected"},
        {"0x1::coin::Coin<u8;u8>", 18, "comma or >"},
        {"0xg::coin::Coin", 0, "a type is expected"},
        {"coin::Coin", 0, "a type is expected"},
        {"&u8", 0, "a type is expected"},
        {"0x10000000000000000000000000000000000000000000000000000000000000000::a::B", 0,
         "a type is expected"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct bytes tag;
        struct err e = mv_type_tag_parse(bytes_cstr(bad[i].text), &arena, &tag);
        if (!err_is(e) || e.at != bad[i].at || !strstr(e.text, bad[i].why))
            fail_msg("\"%s\": %s at %llu", bad[i].text, e.text ? e.text : "no error",
                     (unsigned long long)e.at);
    }
}

static void test_parse_of_no_bytes_is_refused(void **state) {
    (void)state;
    struct bytes tag;
    assert_true(err_is(mv_type_tag_parse((struct bytes){NULL, 0}, &arena, &tag)));
    assert_int_equal(mv_type_tag_length((struct bytes){NULL, 0}), 0);
}

static void test_parse_and_length_of_deep_types_stop_at_the_limit(void **state) {
    (void)state;
    for (unsigned depth = 1; depth <= MV_TAG_DEPTH_MAX + 2; depth++) {
        struct buf text = {0}, tag = {0};
        struct bytes got;
        for (unsigned i = 1; i < depth; i++) {
            buf_puts(&text, "vector<");
            buf_put_u8(&tag, MV_TAG_VECTOR);
        }
        buf_puts(&text, "u8");
        buf_put_u8(&tag, MV_TAG_U8);
        for (unsigned i = 1; i < depth; i++) buf_puts(&text, ">");
        struct err e = mv_type_tag_parse(buf_bytes(&text), &arena, &got);
        if (depth <= MV_TAG_DEPTH_MAX) {
            assert_ok(e);
            assert_bytes_equal(got, buf_bytes(&tag));
            assert_int_equal(mv_type_tag_length(got), depth);
        } else {
            assert_non_null(strstr(e.text, "nested too deeply"));
            assert_int_equal(mv_type_tag_length(buf_bytes(&tag)), 0);
        }
        buf_free(&text);
        buf_free(&tag);
    }
}

/* "0x1::a::B<…>" with `args` arguments, each a struct with `inner` arguments. */
static void put_wide(struct buf *text, unsigned args, unsigned inner) {
    buf_puts(text, "0x1::a::B<");
    for (unsigned i = 0; i < args; i++) {
        buf_puts(text, i ? ", 0x1::a::C" : "0x1::a::C");
        for (unsigned k = 0; k < inner; k++) buf_puts(text, k ? ", u8" : "<u8");
        if (inner) buf_puts(text, ">");
    }
    buf_puts(text, ">");
}

static void test_parse_of_wide_types_stops_at_the_limits(void **state) {
    (void)state;
    static const struct {
        unsigned args, inner;
        const char *why;
    } cases[] = {
        {MV_TAG_ARGS_MAX, 0, NULL},
        {MV_TAG_ARGS_MAX + 1, 0, "> is expected"},
        {1, MV_TAG_ARGS_MAX, NULL},
        {1, MV_TAG_ARGS_MAX + 1, "> is expected"},
        {31, 7, NULL}, /* 1 + 31 · 8 = 249 nodes */
        {32, 7, "too large"},
        {32, 6, NULL}, /* 225 */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf text = {0};
        struct bytes tag;
        put_wide(&text, cases[i].args, cases[i].inner);
        struct err e = mv_type_tag_parse(buf_bytes(&text), &arena, &tag);
        if (cases[i].why) {
            assert_true(err_is(e));
            assert_non_null(strstr(e.text, cases[i].why));
        } else {
            assert_ok(e);
            assert_int_equal(mv_type_tag_length(tag), tag.n);
            assert_string_equal(print(tag), buf_cstr(&text));
        }
        buf_free(&text);
    }
}

static void test_names_have_at_most_255_bytes(void **state) {
    (void)state;
    for (unsigned n = 254; n <= 256; n++) {
        struct buf text = {0};
        struct bytes tag;
        buf_puts(&text, "0x1::m::");
        for (unsigned i = 0; i < n; i++) buf_put_u8(&text, 'N');
        struct err e = mv_type_tag_parse(buf_bytes(&text), &arena, &tag);
        assert_int_equal(err_is(e), n > 255);
        if (n <= 255) assert_string_equal(print(tag), buf_cstr(&text));
        buf_free(&text);
    }
}

static void test_is_identifier_knows_the_rule(void **state) {
    (void)state;
    static const char *const good[] = {"a", "Z9", "_a", "__", "_1", "a_b"}, *const bad[] = {
                                                                                "",    "_",
                                                                                "1a",  "a-b",
                                                                                "a ",  "\xc3\xa9",
                                                                                "a::b"};
    for (size_t i = 0; i < COUNT_OF(good); i++) assert_true(mv_is_identifier(bytes_cstr(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(mv_is_identifier(bytes_cstr(bad[i])));
}

static void test_addresses_parse_and_print(void **state) {
    (void)state;
    static const char *const same[] = {
        "0x0",  "0x1",   "0xa",
        "0xff", "0x100", "0xcacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"};
    static const char *const bad[] = {
        "",     "0x",   "1",
        "x1",   "0xg",  "0x1 ",
        " 0x1", "@0x1", "0x00000000000000000000000000000000000000000000000000000000000000001"};
    char text[67];
    struct b32 a;
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        assert_true(mv_address_parse(bytes_cstr(same[i]), &a));
        assert_int_equal(mv_address_print(text, &a), strlen(same[i]));
        assert_string_equal(text, same[i]);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(mv_address_parse(bytes_cstr(bad[i]), &a));
    assert_true(mv_address_parse(bytes_cstr("0x000AB"), &a));
    assert_int_equal(a.b[31], 0xab);
    assert_int_equal(a.b[30], 0);
}

static void test_list_parse_splits_at_commas_outside_brackets(void **state) {
    (void)state;
    struct bytes *tags;
    uint32_t n;
    assert_ok(mv_type_tags_parse(BYTES_LIT(""), &arena, &tags, &n));
    assert_int_equal(n, 0);
    assert_ok(mv_type_tags_parse((struct bytes){NULL, 0}, &arena, &tags, &n));
    assert_int_equal(n, 0);
    assert_ok(mv_type_tags_parse(BYTES_LIT("  "), &arena, &tags, &n));
    assert_int_equal(n, 0);
    assert_ok(mv_type_tags_parse(BYTES_LIT("u8 , 0x1::a::B<u8, vector<bool>>,address"), &arena,
                                 &tags, &n));
    assert_int_equal(n, 3);
    assert_string_equal(print(tags[0]), "u8");
    assert_string_equal(print(tags[1]), "0x1::a::B<u8, vector<bool>>");
    assert_string_equal(print(tags[2]), "address");
}

static void test_list_parse_of_malformed_text_says_where(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t at;
    } bad[] = {{",", 0}, {"u8,", 3}, {"u8, ", 4}, {"u8,,u8", 3}, {"u8 u8", 3}, {"u8,u9", 3}};
    struct bytes *tags;
    uint32_t n;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct err e = mv_type_tags_parse(bytes_cstr(bad[i].text), &arena, &tags, &n);
        assert_true(err_is(e));
        assert_int_equal(e.at, bad[i].at);
    }
    struct buf text = {0};
    for (unsigned i = 0; i < MV_TAG_ARGS_MAX; i++) buf_puts(&text, i ? ",u8" : "u8");
    assert_ok(mv_type_tags_parse(buf_bytes(&text), &arena, &tags, &n));
    assert_int_equal(n, MV_TAG_ARGS_MAX);
    buf_puts(&text, ",u8");
    assert_non_null(
        strstr(mv_type_tags_parse(buf_bytes(&text), &arena, &tags, &n).text, "too many"));
    buf_free(&text);
}

/* A random type's text, at most `depth` deep. */
static void put_random(struct buf *text, unsigned depth) {
    static const char *const plain[] = {"bool", "u8",   "u16",     "u32",    "u64", "u128",
                                        "u256", "i256", "address", "signer", "i8"};
    unsigned kind = depth <= 1 ? 0 : rnd() % 3;
    if (kind == 0) {
        buf_puts(text, plain[rnd() % COUNT_OF(plain)]);
    } else if (kind == 1) {
        buf_puts(text, "vector<");
        put_random(text, depth - 1);
        buf_puts(text, ">");
    } else {
        buf_printf(text, "0x%llx::m%u::N_%u", (unsigned long long)rnd() >> rnd() % 64,
                   (unsigned)(rnd() % 100), (unsigned)(rnd() % 100));
        for (unsigned i = 0, n = rnd() % 4; i < n; i++) {
            buf_puts(text, i ? ", " : "<");
            put_random(text, depth - 1);
            if (i + 1 == n) buf_puts(text, ">");
        }
    }
}

static void test_random_types_survive_parse_and_print(void **state) {
    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct buf text = {0};
        put_random(&text, 1 + rnd() % 5);
        struct bytes tag = parse(buf_cstr(&text));
        assert_string_equal(print(tag), buf_cstr(&text));
        assert_int_equal(mv_type_tag_length(tag), tag.n);
        buf_free(&text);
        arena_release(&arena, mark);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_of_the_sdk_parse_and_print),
        cmocka_unit_test(test_signed_primitives_parse_and_print),
        cmocka_unit_test(test_length_of_tag_ends_where_the_tag_ends),
        cmocka_unit_test(test_print_with_bytes_behind_is_refused),
        cmocka_unit_test(test_parse_allows_spaces_between_arguments),
        cmocka_unit_test(test_parse_of_malformed_text_says_where),
        cmocka_unit_test(test_parse_of_no_bytes_is_refused),
        cmocka_unit_test(test_parse_and_length_of_deep_types_stop_at_the_limit),
        cmocka_unit_test(test_parse_of_wide_types_stops_at_the_limits),
        cmocka_unit_test(test_names_have_at_most_255_bytes),
        cmocka_unit_test(test_is_identifier_knows_the_rule),
        cmocka_unit_test(test_addresses_parse_and_print),
        cmocka_unit_test(test_list_parse_splits_at_commas_outside_brackets),
        cmocka_unit_test(test_list_parse_of_malformed_text_says_where),
        cmocka_unit_test(test_random_types_survive_parse_and_print),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
