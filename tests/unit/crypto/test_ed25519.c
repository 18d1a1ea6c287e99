/* Ed25519: RFC 8032's vectors, the Aptos SDK's signatures, and the corners that make verification
 * strict. */
#include "crypto/ed25519.h"

#include <openssl/evp.h>
#include <sodium.h>

#include "crypto/hash.h"
#include "vectors.h"

struct rfc_case {
    const char *seed, *public_key, *message, *signature;
};

/* RFC 8032 §7.1, TEST 1 to 3. */
static const struct rfc_case rfc_cases[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655"
     "141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c387b2eaeb4302aeeb00"
     "d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6594a7c15e9716ed28dc02"
     "7beceea1ec40a"},
};

static void test_sign_and_verify_rfc8032_vectors_match(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rfc_cases); i++) {
        struct b32 seed, public_key;
        uint8_t signature[64];
        struct bytes message = unhex(rfc_cases[i].message);
        unhex_into(&seed, 32, rfc_cases[i].seed);
        ed25519_public_from_seed(&public_key, &seed);
        assert_hex(&public_key, 32, rfc_cases[i].public_key);
        ed25519_sign(signature, message, &seed);
        assert_hex(signature, 64, rfc_cases[i].signature);
        assert_true(ed25519_verify_strict(message, signature, &public_key));
        assert_true(ed25519_public_key_valid(&public_key));
        for (unsigned bit = 0; bit < 512; bit += 7) {
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(ed25519_verify_strict(message, signature, &public_key));
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        free((void *)message.p);
    }
}

static void test_sign_random_messages_equals_libcrypto(void **state) {
    (void)state;
    struct random rng = {7};
    for (int i = 0; i < 100; i++) {
        uint8_t message[200], expected[64], signature[64];
        struct b32 seed, public_key;
        size_t n = random_u64(&rng) % sizeof message, key_n = 32, signature_n = 64;
        random_bytes(&rng, message, n);
        random_bytes(&rng, &seed, 32);
        EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed.b, 32);
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
        assert_int_equal(EVP_DigestSign(ctx, expected, &signature_n, message, n), 1);
        ed25519_sign(signature, bytes_make(message, n), &seed);
        assert_memory_equal(signature, expected, 64);
        assert_int_equal(EVP_PKEY_get_raw_public_key(key, expected, &key_n), 1);
        ed25519_public_from_seed(&public_key, &seed);
        assert_memory_equal(&public_key, expected, 32);
        assert_true(ed25519_verify_strict(bytes_make(message, n), signature, &public_key));
        EVP_MD_CTX_free(ctx);
        EVP_PKEY_free(key);
    }
}

static void test_verify_s_plus_order_is_refused(void **state) {
    (void)state;
    /* ℓ = 2^252 + 27742317777372353535851937790883648493, little-endian */
    uint8_t order[32], signature[64];
    unhex_into(order, 32, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    struct b32 seed = {{9}}, public_key;
    ed25519_public_from_seed(&public_key, &seed);
    ed25519_sign(signature, BYTES_LIT("m"), &seed);
    unsigned carry = 0;
    for (int i = 0; i < 32; i++) {
        carry += signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_false(ed25519_verify_strict(BYTES_LIT("m"), signature, &public_key));
}

/* All encodings of points of small order: eight points, and the encodings with y + p or the sign of
 * x = 0 set. */
static const char *const small_order[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void test_small_order_keys_and_r_are_refused(void **state) {
    (void)state;
    uint8_t zero_s[64] = {0};
    for (size_t i = 0; i < COUNT_OF(small_order); i++) {
        struct b32 key;
        unhex_into(&key, 32, small_order[i]);
        assert_false(ed25519_public_key_valid(&key));
        /* s = 0 with R = the point itself satisfies the lax equation for some messages: never here.
         */
        memcpy(zero_s, &key, 32);
        for (uint8_t m = 0; m < 32; m++)
            assert_false(ed25519_verify_strict(bytes_make(&m, 1), zero_s, &key));
    }
}

static void test_public_key_off_the_curve_is_invalid(void **state) {
    (void)state;
    struct b32 key = {{2}}; /* y = 2 has no x */
    assert_false(ed25519_public_key_valid(&key));
}

/* A key outside the prime-order subgroup, A = [a]B + T with T of order 8: the equation without
 * cofactor holds exactly when 8 divides k. verify_strict (no cofactor) therefore accepts some
 * messages and refuses the rest. */
static void test_mixed_order_key_follows_the_equation_without_cofactor(void **state) {
    (void)state;
    struct random rng = {5};
    uint8_t a[32], r[32], wide[64], torsion[32], signature[64], k[32], ka[32];
    struct b32 key;
    random_bytes(&rng, wide, 64);
    crypto_core_ed25519_scalar_reduce(a, wide);
    random_bytes(&rng, wide, 64);
    crypto_core_ed25519_scalar_reduce(r, wide);
    unhex_into(torsion, 32, small_order[4]);
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(key.b, a), 0);
    assert_int_equal(crypto_core_ed25519_add(key.b, key.b, torsion), 0);
    assert_true(ed25519_public_key_valid(&key));
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature, r), 0);
    int accepted = 0;
    for (int i = 0; i < 64; i++) {
        uint8_t hashed[65];
        memcpy(hashed, signature, 32);
        memcpy(hashed + 32, &key, 32);
        hashed[64] = (uint8_t)i;
        sha2_512(wide, BYTES_OF(hashed));
        crypto_core_ed25519_scalar_reduce(k, wide);
        crypto_core_ed25519_scalar_mul(ka, k, a);
        crypto_core_ed25519_scalar_add(signature + 32, ka, r);
        bool holds = k[0] % 8 == 0;
        assert_int_equal(ed25519_verify_strict(bytes_make(hashed + 64, 1), signature, &key), holds);
        accepted += holds;
    }
    assert_in_range(accepted, 1, 63);
}

/* One AccountAuthenticator::Ed25519 (00 ‖ 20 ‖ key ‖ 40 ‖ signature) or SingleKey (02 ‖ 00 ‖ 20 ‖
 * key ‖ 00 ‖ 40 ‖ sig). */
static bool split_authenticator(struct bytes auth, struct b32 *key, const uint8_t **signature) {
    size_t key_at, signature_at;
    if (auth.n == 99 && auth.p[0] == 0)
        key_at = 2, signature_at = 35;
    else if (auth.n == 101 && auth.p[0] == 2 && auth.p[1] == 0)
        key_at = 3, signature_at = 37;
    else
        return false;
    memcpy(key, auth.p + key_at, 32);
    *signature = auth.p + signature_at;
    return true;
}

static void test_verify_aptos_sdk_transactions_pass(void **state) {
    (void)state;
    json_t *root = shared_json("aptos-ts-sdk/transactions.json");
    size_t i, count = 0;
    json_t *item;
    json_array_foreach(json_object_get(root, "transactions"), i, item) {
        const char *text = json_string_value(json_object_get(item, "authenticator_bcs"));
        if (!text) continue;
        struct bytes auth = unhex(text), message = unhex(json_text(item, "signing_message"));
        struct b32 key;
        const uint8_t *signature;
        if (split_authenticator(auth, &key, &signature)) {
            assert_true(ed25519_verify_strict(message, signature, &key));
            count++;
        }
        free((void *)auth.p);
        free((void *)message.p);
    }
    assert_true(count > 0);
    print_message("%zu signatures\n", count);
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_and_verify_rfc8032_vectors_match),
        cmocka_unit_test(test_sign_random_messages_equals_libcrypto),
        cmocka_unit_test(test_verify_s_plus_order_is_refused),
        cmocka_unit_test(test_small_order_keys_and_r_are_refused),
        cmocka_unit_test(test_public_key_off_the_curve_is_invalid),
        cmocka_unit_test(test_mixed_order_key_follows_the_equation_without_cofactor),
        cmocka_unit_test(test_verify_aptos_sdk_transactions_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
