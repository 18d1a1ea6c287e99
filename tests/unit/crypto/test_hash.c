/* SHA-2, RIPEMD-160, BLAKE2b and SipHash against published answers and other implementations. */
#include "crypto/hash.h"

#include <sodium.h>

#include "crypto/blake2b.h"
#include "vectors.h"

static void test_sha2_known_answers_match(void **state) {
    (void)state; /* FIPS 180-4's examples */
    struct b32 h;
    uint8_t wide[64];
    sha2_256(&h, BYTES_LIT("abc"));
    assert_hex(&h, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha2_256(&h, (struct bytes){NULL, 0});
    assert_hex(&h, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha2_512(wide, BYTES_LIT("abc"));
    assert_hex(wide, 64,
               "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

static void test_ripemd160_known_answers_match(void **state) {
    (void)state; /* the authors' test values */
    struct b20 h;
    ripemd160(&h, (struct bytes){NULL, 0});
    assert_hex(&h, 20, "9c1185a5c5e9fc54612808977ee8f548b2258d31");
    ripemd160(&h, BYTES_LIT("abc"));
    assert_hex(&h, 20, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
    ripemd160(
        &h,
        BYTES_LIT(
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890"));
    assert_hex(&h, 20, "9b752e45573d4b39f4dbd3323cab82bf63326bfb");
}

static void test_siphash_known_answer_matches(void **state) {
    (void)state; /* the paper's appendix A */
    uint8_t in[15];
    for (int i = 0; i < 15; i++) in[i] = (uint8_t)i;
    assert_int_equal(siphash_2_4(0x0706050403020100, 0x0f0e0d0c0b0a0908, BYTES_OF(in)),
                     0xa129ca6149be45e5);
}

static void test_blake2b_256_known_answers_match(void **state) {
    (void)state;
    struct b32 h;
    blake2b_256(&h, BYTES_LIT("abc"));
    assert_hex(&h, 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    blake2b_256(&h, (struct bytes){NULL, 0});
    assert_hex(&h, 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

static void test_blake2b_256_random_lengths_equal_libsodium(void **state) {
    (void)state;
    struct random rng = {3};
    uint8_t buf[700], expected[32];
    for (size_t n = 0; n <= sizeof buf; n++) {
        random_bytes(&rng, buf, n);
        struct b32 h;
        blake2b_256(&h, bytes_make(buf, n));
        crypto_generichash_blake2b(expected, 32, buf, n, NULL, 0);
        assert_memory_equal(&h, expected, 32);
    }
}

/* BLAKE2b-512("abc") by the bare compression function: RFC 7693, appendix A. */
static void test_blake2f_rfc7693_example_matches(void **state) {
    (void)state;
    uint64_t h[8] = {0x6a09e667f2bdc948, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                     0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                     0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    const uint64_t m[16] = {0x636261}, t[2] = {3, 0};
    blake2f(h, m, t, true, 12);
    assert_hex(h, 64,
               "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
               "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

/* EIP-152: rounds (4, big-endian) ‖ h ‖ m ‖ t (little-endian words) ‖ last, 213 bytes. */
/* Both forms of the rounds, from no round to several turns of the schedule. */
static void test_blake2b_rounds_forms_agree(void **state) {
    (void)state;
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2")) skip();
    struct random rng = {5};
    for (uint32_t rounds = 0; rounds < 100; rounds++) {
        uint64_t v[16], w[16], m[16];
        random_bytes(&rng, v, sizeof v);
        random_bytes(&rng, m, sizeof m);
        memcpy(w, v, sizeof v);
        blake2b_rounds_portable(v, m, rounds);
        blake2b_rounds_avx2(w, m, rounds);
        assert_memory_equal(v, w, sizeof v);
    }
#else
    skip();
#endif
}

static void test_blake2f_geth_vectors_match(void **state) {
    (void)state;
    json_t *root = shared_json("ethereum/precompiles/geth/blake2F.json");
    size_t i;
    json_t *item;
    json_array_foreach(root, i, item) {
        struct bytes in = unhex(json_text(item, "Input"));
        assert_int_equal(in.n, 213);
        uint64_t h[8], m[16], t[2];
        memcpy(h, in.p + 4, 64);
        memcpy(m, in.p + 68, 128);
        memcpy(t, in.p + 196, 16);
        blake2f(h, m, t, in.p[212] != 0, load_be32(in.p));
        assert_hex(h, 64, json_text(item, "Expected"));
        free((void *)in.p);
    }
    print_message("%zu vectors\n", json_array_size(root));
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha2_known_answers_match),
        cmocka_unit_test(test_ripemd160_known_answers_match),
        cmocka_unit_test(test_siphash_known_answer_matches),
        cmocka_unit_test(test_blake2b_256_known_answers_match),
        cmocka_unit_test(test_blake2b_256_random_lengths_equal_libsodium),
        cmocka_unit_test(test_blake2f_rfc7693_example_matches),
        cmocka_unit_test(test_blake2b_rounds_forms_agree),
        cmocka_unit_test(test_blake2f_geth_vectors_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
