/* Modular exponentiation: geth's vectors and the corners of EIP-198. */
#include "crypto/modexp.h"

#include "vectors.h"

static struct bytes slice(struct bytes in, size_t from, size_t n, uint8_t *padded) {
    memset(padded, 0, n);
    if (from < in.n) memcpy(padded, in.p + from, n < in.n - from ? n : in.n - from);
    return bytes_make(padded, n);
}

/* Input: three 32-byte lengths, base, exponent, modulus; missing bytes are zeros. */
static size_t run_file(const char *path) {
    json_t *root = shared_json(path);
    size_t i, count = json_array_size(root);
    json_t *item;
    json_array_foreach(root, i, item) {
        struct bytes in = unhex(json_text(item, "Input"));
        uint8_t head[96], *parts[3];
        slice(in, 0, 96, head);
        size_t at = 96;
        struct bytes operand[3];
        for (int k = 0; k < 3; k++) {
            size_t n = load_be64(head + 32 * k + 24);
            assert_true(n < 1 << 16);
            parts[k] = malloc(n + 1);
            operand[k] = slice(in, at, n, parts[k]);
            at += n;
        }
        uint8_t *out = malloc(operand[2].n + 1);
        assert_true(modexp(out, operand[0], operand[1], operand[2]));
        assert_hex(out, operand[2].n, json_text(item, "Expected"));
        free(out);
        for (int k = 0; k < 3; k++) free(parts[k]);
        free((void *)in.p);
    }
    json_decref(root);
    return count;
}

static void test_modexp_geth_vectors_match(void **state) {
    (void)state;
    size_t count = run_file("ethereum/precompiles/geth/modexp.json");
    count += run_file("ethereum/precompiles/geth/modexp_eip2565.json");
    count += run_file("ethereum/precompiles/geth/modexp_eip7883.json");
    print_message("%zu vectors\n", count);
}

static void assert_modexp(const char *base, const char *exponent, const char *modulus,
                          const char *expected) {
    struct bytes b = unhex(base), e = unhex(exponent), m = unhex(modulus);
    uint8_t out[64];
    memset(out, 0xee, sizeof out);
    assert_true(modexp(out, b, e, m));
    assert_hex(out, m.n, expected);
    assert_int_equal(out[m.n], 0xee);
    free((void *)b.p);
    free((void *)e.p);
    free((void *)m.p);
}

static void test_modexp_corners_follow_eip198(void **state) {
    (void)state;
    assert_modexp("03", "05", "07", "05");     /* 243 mod 7 */
    assert_modexp("03", "05", "0007", "0005"); /* output as long as the modulus */
    assert_modexp("0003", "0005", "00000007", "00000005");
    assert_modexp("", "", "07", "01"); /* 0 ^ 0 */
    assert_modexp("", "05", "07", "00");
    assert_modexp("05", "", "07", "01");
    assert_modexp("05", "0000", "01", "00"); /* anything mod 1 */
    assert_modexp("", "", "0001", "0000");
    assert_modexp("05", "03", "00", "00"); /* modulus zero */
    assert_modexp("05", "03", "000000", "000000");
    assert_modexp("05", "03", "", "");         /* modulus empty */
    assert_modexp("03", "ff", "08", "03");     /* even modulus: 3 ^ odd mod 8 */
    assert_modexp("02", "08", "0100", "0000"); /* a power of two */
    assert_modexp("06", "02", "12", "00");     /* 36 mod 18: base shares a factor */
    assert_modexp("0a", "02", "0c", "04");
}

static void test_modexp_operand_too_long_fails_before_computing(void **state) {
    (void)state;
    /* The slice is never read: only its length is. */
    static const uint8_t one = 1;
    struct bytes huge = {&one, (size_t)MODEXP_OPERAND_MAX_BYTES + 1}, small = {&one, 1};
    uint8_t out[1] = {0xee};
    assert_false(modexp(out, huge, small, small));
    assert_false(modexp(out, small, huge, small));
    assert_false(modexp(out, small, small, huge));
    assert_int_equal(out[0], 0xee);
    assert_true(modexp(out, huge, huge, (struct bytes){NULL, 0}));
}

/* Square and multiply over 32-bit numbers as the independent model. */
static void test_modexp_small_random_equals_naive(void **state) {
    (void)state;
    struct random rng = {6};
    for (int i = 0; i < 20000; i++) {
        uint32_t b = (uint32_t)random_u64(&rng), e = (uint32_t)random_u64(&rng),
                 m = (uint32_t)random_u64(&rng);
        b >>= random_u64(&rng) % 32;
        e >>= random_u64(&rng) % 32;
        m >>= random_u64(&rng) % 32;
        uint64_t expected = 0;
        if (m != 0) {
            expected = 1 % m;
            for (int bit = 31; bit >= 0; bit--) {
                expected = expected * expected % m;
                if (e >> bit & 1) expected = expected * b % m;
            }
        }
        uint8_t in[12], out[4];
        store_be32(in, b);
        store_be32(in + 4, e);
        store_be32(in + 8, m);
        assert_true(modexp(out, bytes_make(in, 4), bytes_make(in + 4, 4), bytes_make(in + 8, 4)));
        assert_int_equal(load_be32(out), expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modexp_geth_vectors_match),
        cmocka_unit_test(test_modexp_corners_follow_eip198),
        cmocka_unit_test(test_modexp_operand_too_long_fails_before_computing),
        cmocka_unit_test(test_modexp_small_random_equals_naive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
