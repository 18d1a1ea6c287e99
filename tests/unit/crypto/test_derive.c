/* Keys from mnemonics: test vectors of BIP-39, BIP-32 and SLIP-0010, and the mnemonic of every
 * development chain. */
#include "crypto/derive.h"

#include "crypto/secp.h"
#include "vectors.h"

static void assert_bytes(const void *got, size_t n, const char *want) {
    uint8_t expected[64];
    unhex_into(expected, n, want);
    assert_memory_equal(got, expected, n);
}

static void assert_key(const struct b32 *got, const char *want) {
    assert_bytes(got->b, sizeof got->b, want);
}

/* bips/bip-0039, trezor/python-mnemonic vectors.json: entropy 00…00 (128 bits), passphrase TREZOR.
 */
static void test_seed_of_vector_matches(void **state) {
    uint8_t seed[DERIVE_SEED_BYTES];
    (void)state;
    derive_seed(seed,
                BYTES_LIT("abandon abandon abandon abandon abandon abandon abandon abandon abandon "
                          "abandon abandon about"),
                BYTES_LIT("TREZOR"));
    assert_bytes(seed, sizeof seed,
                 "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6"
                 "987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04");
}

/* bips/bip-0032, test vector 1. */
static void test_secp_children_of_vector_match(void **state) {
    uint8_t seed[16];
    struct b32 key;
    (void)state;
    unhex_into(seed, sizeof seed, "000102030405060708090a0b0c0d0e0f");
    assert_true(derive_secp(&key, seed, sizeof seed, "m"));
    assert_key(&key, "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35");
    assert_true(derive_secp(&key, seed, sizeof seed, "m/0'"));
    assert_key(&key, "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea");
    assert_true(derive_secp(&key, seed, sizeof seed, "m/0'/1"));
    assert_key(&key, "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368");
    assert_true(derive_secp(&key, seed, sizeof seed, "m/0'/1/2'/2/1000000000"));
    assert_key(&key, "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8");
}

/* SLIP-0010, test vector 1 for ed25519. */
static void test_ed25519_children_of_vector_match(void **state) {
    uint8_t seed[16];
    struct b32 key;
    (void)state;
    unhex_into(seed, sizeof seed, "000102030405060708090a0b0c0d0e0f");
    assert_true(derive_ed25519(&key, seed, sizeof seed, "m"));
    assert_key(&key, "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7");
    assert_true(derive_ed25519(&key, seed, sizeof seed, "m/0'"));
    assert_key(&key, "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3");
    assert_true(derive_ed25519(&key, seed, sizeof seed, "m/0'/1'/2'/2'/1000000000'"));
    assert_key(&key, "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793");
}

/* The accounts that anvil and Hardhat print. */
static void test_development_mnemonic_gives_its_accounts(void **state) {
    uint8_t seed[DERIVE_SEED_BYTES];
    struct secp_public public;
    struct b32 key;
    struct b20 address;
    (void)state;
    derive_seed(seed, BYTES_LIT("test test test test test test test test test test test junk"),
                BYTES_LIT(""));
    assert_true(derive_secp(&key, seed, sizeof seed, "m/44'/60'/0'/0/1"));
    assert_key(&key, "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
    assert_true(secp_public_from_secret(&public, &key));
    secp_address(&address, &public);
    assert_bytes(address.b, sizeof address.b, "70997970c51812dc3a010c7d01b50e0d17dc79c8");
}

static void test_bad_paths_are_refused(void **state) {
    static const char *const bad[] = {"",     "44",    "m/",       "m/x",          "m/1/",
                                      "m//1", "m/-1",  "m/1''",    "m/2147483648", "n/1",
                                      "m/1 ", "m/0'a", "m/0'/1/2h"};
    const uint8_t seed[16] = {1};
    struct b32 key;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(derive_secp(&key, seed, sizeof seed, bad[i]));
        assert_false(derive_ed25519(&key, seed, sizeof seed, bad[i]));
    }
    assert_false(derive_ed25519(&key, seed, sizeof seed, "m/1"));
    assert_false(derive_secp(&key, seed, sizeof seed, "m/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_of_vector_matches),
        cmocka_unit_test(test_secp_children_of_vector_match),
        cmocka_unit_test(test_ed25519_children_of_vector_match),
        cmocka_unit_test(test_development_mnemonic_gives_its_accounts),
        cmocka_unit_test(test_bad_paths_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
