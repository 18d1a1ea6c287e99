/* secp256k1: published keys and signatures, geth's ecRecover vectors, and the round trip. */
#include "crypto/secp.h"

#include "crypto/hash.h"
#include "crypto/keccak.h"
#include "vectors.h"

static const char order_hex[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

static void test_address_of_known_secrets_matches(void **state) {
    (void)state;
    static const char *const known[][2] = {
        {"0000000000000000000000000000000000000000000000000000000000000001",
         "7e5f4552091a69125d5dfcb7b8c2659029395bdf"},
        /* the first two accounts of the mnemonic "test test … junk", as Hardhat and Anvil print
           them */
        {"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
         "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"},
        {"59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
         "70997970c51812dc3a010c7d01b50e0d17dc79c8"},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct b32 secret;
        struct secp_public key;
        struct b20 address;
        unhex_into(&secret, 32, known[i][0]);
        assert_true(secp_public_from_secret(&key, &secret));
        secp_address(&address, &key);
        assert_hex(&address, 20, known[i][1]);
    }
}

static void test_sign_rfc6979_known_answer_matches(void **state) {
    (void)state; /* the well-known secp256k1 vector for RFC 6979: key 1, SHA-256 of the text */
    struct b32 secret = {{0}}, hash;
    secret.b[31] = 1;
    sha2_256(&hash, BYTES_LIT("Satoshi Nakamoto"));
    struct secp_signature sig;
    assert_true(secp_sign(&sig, &hash, &secret));
    assert_hex(&sig.r, 32, "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8");
    assert_hex(&sig.s, 32, "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
}

static void test_sign_secret_out_of_range_fails(void **state) {
    (void)state;
    struct b32 zero = {{0}}, order, hash = {{1}};
    struct secp_signature sig;
    struct secp_public key;
    unhex_into(&order, 32, order_hex);
    assert_false(secp_sign(&sig, &hash, &zero));
    assert_false(secp_sign(&sig, &hash, &order));
    assert_false(secp_public_from_secret(&key, &zero));
    assert_false(secp_public_from_secret(&key, &order));
}

/* out = n - s: turns a low s into the equivalent high one. */
static void negate(struct b32 *out, const struct b32 *s) {
    struct b32 n;
    unhex_into(&n, 32, order_hex);
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        int d = n.b[i] - s->b[i] - borrow;
        borrow = d < 0;
        out->b[i] = (uint8_t)d;
    }
}

static void test_recover_of_own_signature_gives_the_key(void **state) {
    (void)state;
    struct random rng = {4};
    for (int i = 0; i < 64; i++) {
        struct b32 secret, hash;
        random_bytes(&rng, &secret, 32);
        random_bytes(&rng, &hash, 32);
        struct secp_public key, got;
        struct secp_signature sig;
        assert_true(secp_public_from_secret(&key, &secret));
        assert_true(secp_sign(&sig, &hash, &secret));
        assert_true(secp_s_is_low(&sig.s));
        assert_true(secp_recover(&got, &hash, &sig));
        assert_memory_equal(&got, &key, sizeof key);
        /* The high twin with the other parity recovers too: the precompile allows it, EIP-2 is the
         * caller's. */
        struct secp_signature high = {.r = sig.r, .recid = sig.recid ^ 1};
        negate(&high.s, &sig.s);
        assert_false(secp_s_is_low(&high.s));
        assert_true(secp_recover(&got, &hash, &high));
        assert_memory_equal(&got, &key, sizeof key);
        uint8_t rs[64];
        memcpy(rs, &sig.r, 32);
        memcpy(rs + 32, &sig.s, 32);
        assert_true(secp_verify(&hash, rs, &key));
        memcpy(rs + 32, &high.s, 32);
        assert_false(secp_verify(&hash, rs, &key));
        rs[0] ^= 1;
        assert_false(secp_verify(&hash, rs, &key));
    }
}

static void test_recover_invalid_parts_fails(void **state) {
    (void)state;
    struct b32 hash = {{1}}, secret = {{2}}, order;
    struct secp_signature good, bad;
    struct secp_public key;
    unhex_into(&order, 32, order_hex);
    assert_true(secp_sign(&good, &hash, &secret));
    bad = good;
    memset(&bad.r, 0, 32);
    assert_false(secp_recover(&key, &hash, &bad));
    bad = good;
    memset(&bad.s, 0, 32);
    assert_false(secp_recover(&key, &hash, &bad));
    bad = good;
    bad.r = order;
    assert_false(secp_recover(&key, &hash, &bad));
    bad = good;
    bad.s = order;
    assert_false(secp_recover(&key, &hash, &bad));
    bad = good;
    bad.recid = 4;
    assert_false(secp_recover(&key, &hash, &bad));
    bad = good;
    bad.recid |= 2; /* r + n is no field element for nearly every r */
    assert_false(secp_recover(&key, &hash, &bad));
}

static void test_public_parse_forms(void **state) {
    (void)state;
    static const char g[] = "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    struct bytes full = unhex(g);
    uint8_t copy[65];
    memcpy(copy, full.p, 65);
    struct secp_public a, b;
    assert_true(secp_public_parse(&a, full));
    assert_memory_equal(&a, full.p + 1, 64);
    copy[0] = 0x02;
    assert_true(secp_public_parse(&b, bytes_make(copy, 33)));
    assert_memory_equal(&a, &b, 64);
    copy[0] = 0x06; /* hybrid, even y: the library would take it */
    assert_false(secp_public_parse(&b, bytes_make(copy, 65)));
    copy[0] = 0x04;
    copy[64] ^= 1;
    assert_false(secp_public_parse(&b, bytes_make(copy, 65)));
    assert_false(secp_public_parse(&b, bytes_make(copy, 64)));
    assert_false(secp_public_parse(&b, (struct bytes){NULL, 0}));
    free((void *)full.p);
}

static void test_s_is_low_at_the_borders(void **state) {
    (void)state;
    struct b32 s;
    unhex_into(&s, 32, "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
    assert_true(secp_s_is_low(&s));
    s.b[31]++;
    assert_false(secp_s_is_low(&s));
    memset(&s, 0, 32);
    assert_false(secp_s_is_low(&s));
    s.b[31] = 1;
    assert_true(secp_s_is_low(&s));
}

/* Input: hash, v as a word, r, s. The precompile takes v 27 or 28 only. */
static void test_recover_geth_vectors_match(void **state) {
    (void)state;
    json_t *root = shared_json("ethereum/precompiles/geth/ecRecover.json");
    size_t i;
    json_t *item;
    json_array_foreach(root, i, item) {
        struct bytes in = unhex(json_text(item, "Input"));
        assert_true(in.n >= 128); /* more is ignored */
        struct b32 hash, v, zero = {{0}};
        struct secp_signature sig;
        memcpy(&hash, in.p, 32);
        memcpy(&v, in.p + 32, 32);
        memcpy(&sig.r, in.p + 64, 32);
        memcpy(&sig.s, in.p + 96, 32);
        bool v_ok = memcmp(&v, &zero, 31) == 0 && (v.b[31] == 27 || v.b[31] == 28);
        sig.recid = (uint8_t)(v.b[31] - 27);
        uint8_t word[32] = {0};
        struct b20 address;
        bool ok = v_ok && secp_recover_address(&address, &hash, &sig);
        if (ok) memcpy(word + 12, &address, 20);
        assert_hex(word, ok ? 32 : 0, json_text(item, "Expected"));
        free((void *)in.p);
    }
    print_message("%zu vectors\n", json_array_size(root));
    json_decref(root);
}

/* The SDK's SingleKey secp256k1 transactions: authenticator 02, key 01 ‖ 41 ‖ 65 bytes, signature
 * 01 ‖ 40 ‖ 64. */
static void test_verify_aptos_sdk_transactions_pass(void **state) {
    (void)state;
    json_t *root = shared_json("aptos-ts-sdk/transactions.json");
    size_t i, count = 0;
    json_t *item;
    json_array_foreach(json_object_get(root, "transactions"), i, item) {
        const char *text = json_string_value(json_object_get(item, "authenticator_bcs"));
        if (!text || strncmp(text, "0x020141", 8) != 0) continue;
        struct bytes auth = unhex(text), message = unhex(json_text(item, "signing_message"));
        assert_int_equal(auth.n, 3 + 65 + 2 + 64);
        struct secp_public key;
        struct b32 hash;
        assert_true(secp_public_parse(&key, bytes_sub(auth, 3, 65)));
        sha3_256(&hash, message);
        assert_true(secp_verify(&hash, auth.p + 70, &key));
        free((void *)auth.p);
        free((void *)message.p);
        count++;
    }
    assert_true(count > 0);
    print_message("%zu signatures\n", count);
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_of_known_secrets_matches),
        cmocka_unit_test(test_sign_rfc6979_known_answer_matches),
        cmocka_unit_test(test_sign_secret_out_of_range_fails),
        cmocka_unit_test(test_recover_of_own_signature_gives_the_key),
        cmocka_unit_test(test_recover_invalid_parts_fails),
        cmocka_unit_test(test_public_parse_forms),
        cmocka_unit_test(test_s_is_low_at_the_borders),
        cmocka_unit_test(test_recover_geth_vectors_match),
        cmocka_unit_test(test_verify_aptos_sdk_transactions_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
