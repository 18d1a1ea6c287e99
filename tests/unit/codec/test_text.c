/* base58, base64, UTF-8. */
#include "helpers.h"

/* Written by @scure/base (data/peers.mjs). */
static void test_base58_peer_texts_match(void **state) {
    (void)state;
    json_t *peers = load_json("tests/unit/codec/data/peers.json");
    size_t i;
    json_t *v;
    assert_non_null(peers);
    json_array_foreach(json_object_get(peers, "base58"), i, v) {
        const struct bytes data = unhex(json_string_value(json_object_get(v, "data")));
        const char *text = json_string_value(json_object_get(v, "text"));
        struct buf b = {0};
        base58_put(&b, data);
        assert_string_equal(buf_cstr(&b), text);
        buf_clear(&b);
        assert_ok(base58_read(&b, bytes_cstr(text)));
        assert_bytes_equal(buf_bytes(&b), data);
        buf_free(&b);
    }
    print_message("%u texts compared\n", (unsigned)i);
    json_decref(peers);
}

/* Digit by digit, by long division: slow, and plainly right. */
static void naive_base58(struct buf *out, struct bytes in) {
    static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    uint8_t *number = malloc(in.n + 1);
    struct buf reversed = {0};
    size_t first = 0;
    if (in.n) memcpy(number, in.p, in.n);
    for (;;) {
        unsigned rest = 0;
        while (first < in.n && !number[first]) first++;
        if (first == in.n) break;
        for (size_t i = first; i < in.n; i++) {
            rest = rest << 8 | number[i];
            number[i] = (uint8_t)(rest / 58);
            rest %= 58;
        }
        buf_put_u8(&reversed, (uint8_t)digits[rest]);
    }
    for (size_t i = 0; i < in.n && !in.p[i]; i++) buf_put_u8(&reversed, '1');
    for (size_t i = reversed.n; i-- > 0;) buf_put_u8(out, reversed.p[i]);
    buf_free(&reversed);
    free(number);
}

static void test_base58_of_every_length_matches_long_division(void **state) {
    (void)state;
    static const size_t lengths[] = {0,  1,  2,  3,   4,   5,   7,   8,    31,   32,   33,
                                     63, 64, 65, 100, 255, 256, 500, 1232, 2047, 2048, 2049};
    for (size_t round = 0; round < 4; round++)
        for (size_t i = 0; i < COUNT_OF(lengths); i++) {
            struct buf in = {0}, got = {0}, want = {0};
            for (size_t k = 0; k < lengths[i]; k++)
                buf_put_u8(&in, round == 0 ? 0xff : k < round - 1 ? 0 : (uint8_t)rnd());
            base58_put(&got, buf_bytes(&in));
            naive_base58(&want, buf_bytes(&in));
            assert_bytes_equal(buf_bytes(&got), buf_bytes(&want));
            buf_free(&in);
            buf_free(&got);
            buf_free(&want);
        }
}

/* As long as the data of an instruction may be that a program starts. */
static void test_base58_of_the_longest_is_written(void **state) {
    (void)state;
    struct buf in = {0}, got = {0}, want = {0};
    for (size_t k = 0; k < BASE58_WRITTEN_MAX; k++) buf_put_u8(&in, 0xff);
    base58_put(&got, buf_bytes(&in));
    naive_base58(&want, buf_bytes(&in));
    assert_bytes_equal(buf_bytes(&got), buf_bytes(&want));
    buf_free(&in);
    buf_free(&got);
    buf_free(&want);
}

static void test_base58_bad_text_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"0", "O", "I", "l", "1 ", "2g\n", "a+b"};
    struct buf b = {0};
    uint8_t key[32];
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(base58_read(&b, bytes_cstr(bad[i])).code, BASE58_BAD_CHARACTER);
        assert_int_equal(b.n, 0);
    }
    /* The system program: 32 zero bytes. */
    assert_ok(base58_read_fixed(key, 32, BYTES_LIT("11111111111111111111111111111111")));
    assert_int_equal(base58_read_fixed(key, 32, BYTES_LIT("1111111111111111111111111111111")).code,
                     BASE58_WRONG_LENGTH);
    assert_int_equal(
        base58_read_fixed(key, 32, BYTES_LIT("111111111111111111111111111111111")).code,
        BASE58_WRONG_LENGTH);
    memset(buf_room(&b, 4000), 'z', 4000);
    const struct bytes longest = bytes_make(b.p, BASE58_TEXT_MAX);
    struct buf out = {0};
    assert_int_equal(base58_read(&out, longest).code, BASE58_TOO_LONG);
    assert_int_equal(base58_read(&out, bytes_make(b.p, 4000)).code, BASE58_TOO_LONG);
    memset(b.p, 0xff, BASE58_BYTES_MAX);
    base58_put(&out, bytes_make(b.p, BASE58_BYTES_MAX));
    assert_true(out.n <= BASE58_TEXT_MAX);
    buf_free(&b);
    buf_free(&out);
}

/* RFC 4648, section 10. */
static void test_base64_rfc_vectors_match(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf b = {0};
        base64_put(&b, bytes_cstr(cases[i][0]));
        assert_string_equal(buf_cstr(&b), cases[i][1]);
        buf_clear(&b);
        assert_ok(base64_read(&b, bytes_cstr(cases[i][1])));
        assert_string_equal(buf_cstr(&b), cases[i][0]);
        buf_free(&b);
    }
}

static void test_base64_bad_text_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int code;
        uint64_t at;
    } cases[] = {{"Zg", BASE64_BAD_LENGTH, 2},          {"Zg=", BASE64_BAD_LENGTH, 3},
                 {"Zm9v\n", BASE64_BAD_LENGTH, 5},      {"Zm-v", BASE64_BAD_CHARACTER, 2},
                 {"Zg==Zg==", BASE64_BAD_CHARACTER, 2}, {"Z===", BASE64_BAD_CHARACTER, 1},
                 {"====", BASE64_BAD_CHARACTER, 0},     {"Zh==", BASE64_DIRTY_END, 1},
                 {"Zm9=", BASE64_DIRTY_END, 2}};
    struct buf b = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct err e = base64_read(&b, bytes_cstr(cases[i].text));
        if (e.code != cases[i].code || e.at != cases[i].at)
            fail_msg("%s: %d at %d", cases[i].text, e.code, (int)e.at);
        assert_int_equal(b.n, 0);
    }
    buf_free(&b);
}

static void test_base64_random_round_trip(void **state) {
    (void)state;
    struct buf text = {0}, back = {0};
    for (int i = 0; i < 20000; i++) {
        uint8_t raw[50];
        const size_t n = rnd() % sizeof raw;
        for (size_t k = 0; k < n; k++) raw[k] = (uint8_t)rnd();
        buf_clear(&text), buf_clear(&back);
        base64_put(&text, bytes_make(raw, n));
        assert_ok(base64_read(&back, buf_bytes(&text)));
        assert_bytes_equal(buf_bytes(&back), bytes_make(raw, n));
    }
    buf_free(&text);
    buf_free(&back);
}

/* Against a decoder that builds the code point and looks at it. */
static size_t naive_sequence(const uint8_t *p, size_t left) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t n = p[0] < 0x80             ? 1
                     : (p[0] & 0xe0) == 0xc0 ? 2
                     : (p[0] & 0xf0) == 0xe0 ? 3
                     : (p[0] & 0xf8) == 0xf0 ? 4
                                             : 0;
    if (n == 1) return 1;
    if (n == 0 || left < n) return 0;
    uint32_t point = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        point = point << 6 | (p[i] & 0x3fu);
    }
    if (point < least[n] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return 0;
    return n;
}

static void test_utf8_all_short_strings_match_naive(void **state) {
    (void)state;
    for (uint32_t v = 0; v < 1u << 24; v += 1 + (v & 0x7f7f00 ? 3 : 0)) {
        const uint8_t raw[4] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v, 0x80};
        const size_t want = naive_sequence(raw, 4);
        size_t got = utf8_prefix(bytes_make(raw, 4));
        if (want == 0 ? got != 0 : got < want)
            fail_msg("%02x %02x %02x 80: %u", raw[0], raw[1], raw[2], (unsigned)got);
        got = utf8_prefix(bytes_make(raw, want ? want - 1 : 0));
        assert_true(want < 2 || got == 0);
    }
    assert_true(utf8_valid(BYTES_LIT("plain text that is longer than eight bytes, \xc3\xa4")));
    assert_int_equal(utf8_prefix(BYTES_LIT("0123456789\xff")), 10);
    assert_true(utf8_valid(BYTES_LIT("\xf4\x8f\xbf\xbf")));
    assert_false(utf8_valid(BYTES_LIT("\xf4\x90\x80\x80")));
    assert_false(utf8_valid(BYTES_LIT("\xed\xa0\x80")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base58_peer_texts_match),
        cmocka_unit_test(test_base58_bad_text_refused),
        cmocka_unit_test(test_base58_of_every_length_matches_long_division),
        cmocka_unit_test(test_base58_of_the_longest_is_written),
        cmocka_unit_test(test_base64_rfc_vectors_match),
        cmocka_unit_test(test_base64_bad_text_refused),
        cmocka_unit_test(test_base64_random_round_trip),
        cmocka_unit_test(test_utf8_all_short_strings_match_naive),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
