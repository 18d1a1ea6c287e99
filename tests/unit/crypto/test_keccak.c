/* keccak-256, SHA3-256 and SHA3-512 against published answers and libcrypto. */
#include "crypto/keccak.h"

#include <openssl/evp.h>

#include "vectors.h"

static void assert_keccak256(const char *text, const char *expected) {
    struct b32 out;
    keccak256(&out, bytes_cstr(text));
    assert_hex(&out, 32, expected);
}

static void test_keccak256_known_answers_match(void **state) {
    (void)state;
    assert_keccak256("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assert_keccak256("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    /* Solidity's selectors and event topics: ERC-20's Transfer, and the storage slot base of
     * EIP-1967 plus one. */
    assert_keccak256("Transfer(address,address,uint256)",
                     "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    assert_keccak256("eip1967.proxy.implementation",
                     "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbd");
    struct b32 empty;
    keccak256(&empty, (struct bytes){NULL, 0});
    assert_true(b32_eq(&empty, &keccak256_empty));
}

static void test_sha3_known_answers_match(void **state) {
    (void)state;
    struct b32 h;
    uint8_t wide[64];
    sha3_256(&h, BYTES_LIT(""));
    assert_hex(&h, 32, "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
    sha3_256(&h, BYTES_LIT("abc"));
    assert_hex(&h, 32, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
    sha3_512(wide, BYTES_LIT("abc"));
    assert_hex(wide, 64,
               "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
               "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
}

static void test_permutation_of_zero_matches_keccak_team(void **state) {
    (void)state;
    /* KeccakF-1600-IntermediateValues.txt: the first lanes after one permutation of the zero state.
     */
    uint64_t lanes[25] = {0};
    keccak_f1600(lanes);
    assert_int_equal(lanes[0], 0xf1258f7940e1dde7);
    assert_int_equal(lanes[1], 0x84d5ccf933c0478a);
    assert_int_equal(lanes[24], 0xeaf1ff7b5ceca249);
}

static void libcrypto_hash(uint8_t *out, const char *name, struct bytes in) {
    unsigned n = 0;
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    assert_non_null(md);
    assert_int_equal(EVP_Digest(in.p, in.n, out, &n, md, NULL), 1);
    EVP_MD_free(md);
}

static void test_sha3_every_length_around_blocks_equals_libcrypto(void **state) {
    (void)state;
    struct random rng = {1};
    uint8_t buf[1100], expected[64], wide[64];
    struct b32 h;
    for (size_t n = 0; n <= sizeof buf; n += n < 560 ? 1 : 37) {
        random_bytes(&rng, buf, sizeof buf);
        struct bytes in = bytes_make(buf, n);
        libcrypto_hash(expected, "SHA3-256", in);
        sha3_256(&h, in);
        assert_memory_equal(&h, expected, 32);
        libcrypto_hash(expected, "SHA3-512", in);
        sha3_512(wide, in);
        assert_memory_equal(wide, expected, 64);
    }
}

static void test_incremental_random_cuts_equals_one_call(void **state) {
    (void)state;
    struct random rng = {2};
    uint8_t buf[900];
    for (int round = 0; round < 500; round++) {
        size_t n = random_u64(&rng) % sizeof buf;
        random_bytes(&rng, buf, n);
        struct keccak k[3];
        keccak256_init(&k[0]);
        sha3_256_init(&k[1]);
        sha3_512_init(&k[2]);
        for (size_t at = 0; at < n;) {
            size_t step = random_u64(&rng) % 300;
            if (step > n - at) step = n - at;
            for (int i = 0; i < 3; i++) keccak_update(&k[i], bytes_make(buf + at, step));
            at += step;
        }
        uint8_t got[64], wide[64];
        struct b32 h;
        keccak_final(&k[0], got);
        keccak256(&h, bytes_make(buf, n));
        assert_memory_equal(got, &h, 32);
        keccak_final(&k[1], got);
        sha3_256(&h, bytes_make(buf, n));
        assert_memory_equal(got, &h, 32);
        keccak_final(&k[2], got);
        sha3_512(wide, bytes_make(buf, n));
        assert_memory_equal(got, wide, 64);
    }
}

static void test_keccak256_output_inside_input_is_right(void **state) {
    (void)state;
    uint8_t buf[300];
    memset(buf, 7, sizeof buf);
    struct b32 expected;
    keccak256(&expected, BYTES_OF(buf));
    keccak256((struct b32 *)(buf + 100), BYTES_OF(buf));
    assert_memory_equal(buf + 100, &expected, 32);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keccak256_known_answers_match),
        cmocka_unit_test(test_sha3_known_answers_match),
        cmocka_unit_test(test_permutation_of_zero_matches_keccak_team),
        cmocka_unit_test(test_sha3_every_length_around_blocks_equals_libcrypto),
        cmocka_unit_test(test_incremental_random_cuts_equals_one_call),
        cmocka_unit_test(test_keccak256_output_inside_input_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
