/* Aptos transactions: against what the Aptos TypeScript SDK produced, and against damage. */
#include "move/transaction.h"

#include "../codec/helpers.h"
#include "crypto/crypto.h"
#include "move/type_tag.h"

static json_t *vectors;

static json_t *sdk(const char *part) {
    if (!vectors) vectors = load_json("../shared/vectors/aptos-ts-sdk/transactions.json");
    if (!vectors) {
        print_message("skipped: ../shared/vectors/aptos-ts-sdk/transactions.json is not here\n");
        skip();
    }
    return json_object_get(vectors, part);
}

static const char *text(const json_t *object, const char *name) {
    const char *s = json_string_value(json_object_get(object, name));
    assert_non_null(s);
    return s;
}

static struct bytes hex(const json_t *object, const char *name) {
    return unhex(text(object, name));
}

/* The SDK's transaction whose name begins so. */
static json_t *sdk_transaction(const char *name) {
    size_t i;
    json_t *t;
    json_array_foreach(sdk("transactions"), i,
                       t) if (!strncmp(text(t, "name"), name, strlen(name))) return t;
    fail_msg("no transaction named %s", name);
    return NULL;
}

static struct mv_signed_tx decode_sdk(const char *name) {
    struct mv_signed_tx tx;
    assert_ok(mv_signed_tx_decode(hex(sdk_transaction(name), "signed_txn_bcs"), &arena, &tx));
    return tx;
}

/* The SDK's transactions. */
static const char *const kinds[] = {
    "ed25519 transfer seq 7",
    "SingleKey ed25519 transfer",
    "SingleKey secp256k1",
    "MultiKey",
    "MultiEd25519",
    "orderless",
    "fee payer",
    "many argument kinds",
    "option some(5)",
    "script payload",
    "multisig payload",
    "publish package",
};

static void check_message(const struct mv_signed_tx *tx, const json_t *t) {
    struct buf message = {0};
    mv_signed_tx_message(tx, &tx->fee_payer, &message);
    assert_bytes_equal(buf_bytes(&message), hex(t, "signing_message"));
    buf_free(&message);
}

static void test_decode_of_sdk_transactions_reads_what_was_written(void **state) {
    (void)state;
    assert_int_equal(json_array_size(sdk("transactions")), COUNT_OF(kinds));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        json_t *t = sdk_transaction(kinds[i]);
        struct mv_signed_tx tx;
        struct bytes whole = exact_copy(hex(t, "signed_txn_bcs"));
        assert_ok(mv_signed_tx_decode(whole, &arena, &tx));
        assert_bytes_equal(tx.raw, hex(t, "raw_txn_bcs"));
        assert_bytes_equal(BYTES_OF(tx.sender), hex(t, "sender"));
        assert_int_equal(tx.max_gas_amount, 200000);
        assert_int_equal(tx.gas_unit_price, 100);
        assert_int_equal(tx.expiration_timestamp_secs, 1900000000);
        assert_int_equal(tx.chain_id, 4);
        assert_true(mv_signed_tx_verify(&tx));
        struct b32 key = mv_authenticator_key(&tx.authenticator);
        assert_true(b32_eq(&key, &tx.sender));
        struct buf again = {0};
        mv_raw_tx_encode(&again, &tx);
        mv_signers_encode(&again, &tx);
        assert_bytes_equal(buf_bytes(&again), whole);
        buf_free(&again);
        check_message(&tx, t);
        free((void *)whole.p);
    }
}

static void test_hash_of_sdk_transactions_matches(void **state) {
    (void)state;
    size_t i;
    json_t *t;
    json_array_foreach(sdk("transactions"), i, t) {
        struct b32 hash = mv_signed_tx_hash(hex(t, "signed_txn_bcs"));
        assert_bytes_equal(BYTES_OF(hash), hex(t, "hash"));
    }
}

static void test_auth_key_of_sdk_ed25519_account_matches(void **state) {
    (void)state;
    json_t *account = json_array_get(sdk("accounts"), 0);
    struct b32 seed, public_key;
    memset(seed.b, 1, 32); /* the account's private key is 01 × 32 */
    ed25519_public_from_seed(&public_key, &seed);
    struct bytes bcs = hex(account, "public_key_bcs");
    assert_bytes_equal(BYTES_OF(public_key), bytes_sub(bcs, 1, 32));
    struct b32 key = mv_ed25519_auth_key(&public_key);
    assert_bytes_equal(BYTES_OF(key), hex(account, "address"));
}

static void test_decode_of_orderless_transaction_has_its_nonce(void **state) {
    (void)state;
    struct mv_signed_tx tx = decode_sdk("orderless");
    assert_true(tx.orderless);
    assert_int_equal(tx.nonce, 12345);
    assert_int_equal(tx.sequence_number, UINT64_MAX);
    assert_int_equal(tx.payload, MV_PAYLOAD_ENTRY_FUNCTION);
    assert_false(decode_sdk("ed25519 transfer").orderless);
}

static void test_decode_of_fee_payer_transaction_names_the_payer(void **state) {
    (void)state;
    struct mv_signed_tx tx = decode_sdk("fee payer");
    json_t *payer = json_array_get(sdk("accounts"), 1);
    assert_int_equal(tx.signers, MV_SIGNERS_FEE_PAYER);
    assert_bytes_equal(BYTES_OF(*mv_signed_tx_payer(&tx)), hex(payer, "address"));
    struct b32 key = mv_authenticator_key(&tx.fee_payer_authenticator);
    assert_true(b32_eq(&key, &tx.fee_payer));
    /* Another payer than the one that was signed for. */
    tx.fee_payer.b[5] ^= 1;
    assert_false(mv_signed_tx_verify(&tx));
}

/* Fewer signatures than are required, or a bitmap that names other keys. */
static void test_verify_of_several_keys_wants_enough_and_the_right_ones(void **state) {
    (void)state;
    static const char *const names[] = {"MultiKey", "MultiEd25519"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct mv_signed_tx tx = decode_sdk(names[i]);
        struct mv_authenticator *a = &tx.authenticator;
        assert_int_equal(a->key_count, 3);
        assert_int_equal(a->required, 2);
        assert_int_equal(a->signature_count, 2);
        assert_true(mv_signed_tx_verify(&tx));
        a->required = 3;
        assert_false(mv_signed_tx_verify(&tx));
        a->required = 2;
        struct bytes whole = exact_copy(hex(sdk_transaction(names[i]), "signed_txn_bcs"));
        uint8_t *bitmap = (uint8_t *)whole.p + whole.n - 4;
        for (unsigned bits = 0; bits < 16; bits++) {
            uint8_t before = bitmap[0];
            struct mv_signed_tx other;
            bitmap[0] = (uint8_t)(bits << 4);
            assert_ok(mv_signed_tx_decode(whole, &arena, &other));
            assert_int_equal(mv_signed_tx_verify(&other), bitmap[0] == before);
            bitmap[0] = before;
        }
        free((void *)whole.p);
    }
}

static void test_decode_of_many_arguments_splits_them(void **state) {
    (void)state;
    struct mv_signed_tx tx = decode_sdk("many argument kinds");
    static const char *const args[] = {
        "0700000000000000",
        "026869",
        "020102",
        "00",
        "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca",
        "0201000000000000000200000000000000",
        "00000000000000000000000010000000",
        "0000000000000000000000000000000000000000000000000001000000000000",
        "01",
        "000000000000000000000000000000000000000000000000000000000000000a"};
    assert_int_equal(tx.payload, MV_PAYLOAD_ENTRY_FUNCTION);
    assert_bytes_equal(tx.module_name, BYTES_LIT("m"));
    assert_bytes_equal(tx.function_name, BYTES_LIT("f"));
    assert_int_equal(tx.module_address.b[31], 0xca);
    assert_int_equal(tx.sequence_number, 9);
    assert_int_equal(tx.type_arg_count, 1);
    struct buf tag = {0};
    assert_ok(mv_type_tag_print(tx.type_args[0], &tag));
    assert_string_equal(buf_cstr(&tag), "vector<0x1::aptos_coin::AptosCoin>");
    buf_free(&tag);
    assert_int_equal(tx.arg_count, COUNT_OF(args));
    for (size_t i = 0; i < COUNT_OF(args); i++) assert_bytes_equal(tx.args[i], unhex(args[i]));
    tx = decode_sdk("option some(5)");
    assert_bytes_equal(tx.args[3], unhex("010500000000000000"));
}

static void test_decode_of_script_takes_the_tags_off_its_arguments(void **state) {
    (void)state;
    struct mv_signed_tx tx = decode_sdk("script payload");
    assert_int_equal(tx.payload, MV_PAYLOAD_SCRIPT);
    assert_bytes_equal(tx.code, unhex("a11ceb0b0700000a"));
    assert_int_equal(tx.type_arg_count, 1);
    assert_bytes_equal(tx.type_args[0], unhex("02"));
    assert_int_equal(tx.arg_count, 3);
    assert_bytes_equal(tx.args[0], unhex("0900000000000000"));
    assert_int_equal(tx.args[1].p[31], 0x0a);
    assert_bytes_equal(tx.args[2], unhex("03010203"));
}

/* A multisig payload with the entry function, without it, and both in the newer form with a nonce:
 * each is read and written as it is. */
static void test_decode_of_multisig_payloads_takes_the_account_and_what_it_runs(void **state) {
    (void)state;
    struct mv_signed_tx tx = decode_sdk("multisig payload"), again;
    struct buf payload = {0}, raw = {0};
    assert_true(tx.is_multisig);
    assert_int_equal(tx.payload, MV_PAYLOAD_ENTRY_FUNCTION);
    mv_multisig_payload_encode(&payload, &tx);
    assert_ok(mv_multisig_payload_decode(buf_bytes(&payload), &arena, &again));
    assert_bytes_equal(again.function_name, tx.function_name);
    assert_int_equal(again.arg_count, tx.arg_count);
    /* The payload lies in the transaction as it lies on the chain. */
    assert_memory_equal(tx.raw.p + 32 + 8 + 1 + 32 + 1, payload.p, payload.n);
    buf_put_u8(&payload, 0);
    assert_true(err_is(mv_multisig_payload_decode(buf_bytes(&payload), &arena, &again)));
    for (unsigned form = 0; form < 4; form++) {
        tx.payload = form & 1 ? MV_PAYLOAD_EMPTY : MV_PAYLOAD_ENTRY_FUNCTION;
        tx.orderless = form & 2;
        tx.nonce = 77;
        buf_clear(&raw);
        mv_raw_tx_encode(&raw, &tx);
        mv_signers_encode(&raw, &tx);
        assert_ok(mv_signed_tx_decode(arena_copy(&arena, buf_bytes(&raw)), &arena, &again));
        assert_true(again.is_multisig && b32_eq(&again.multisig_address, &tx.multisig_address));
        assert_int_equal(again.payload, tx.payload);
        assert_int_equal(again.orderless, tx.orderless);
    }
    buf_free(&payload);
    buf_free(&raw);
}

static void test_single_key_and_simulation_authenticators_are_told_apart(void **state) {
    (void)state;
    struct mv_signed_tx tx = decode_sdk("SingleKey ed25519");
    const struct mv_authenticator *a = &tx.authenticator;
    assert_int_equal(tx.signers, MV_SIGNERS_SINGLE);
    assert_int_equal(a->kind, MV_AUTH_SINGLE_KEY);
    struct buf b = {0};
    struct mv_signed_tx bare;
    buf_put_bytes(&b, tx.raw);
    buf_put_bytes(&b, BYTES_LIT("\x04\x04")); /* SingleSender, NoAccountAuthenticator */
    assert_ok(mv_signed_tx_decode(buf_bytes(&b), &arena, &bare));
    assert_int_equal(bare.authenticator.kind, MV_AUTH_NONE);
    assert_false(mv_signed_tx_verify(&bare));
    b.n = tx.raw.n;
    buf_put_bytes(&b, BYTES_LIT("\x04\x00\x20")); /* SingleSender, Ed25519 */
    buf_put_bytes(&b, a->keys[0].bytes);
    buf_put_u8(&b, 64);
    buf_put_bytes(&b, a->signatures[0].raw);
    assert_ok(mv_signed_tx_decode(buf_bytes(&b), &arena, &bare));
    assert_int_equal(bare.signers, MV_SIGNERS_SINGLE);
    assert_int_equal(bare.authenticator.kind, MV_AUTH_ED25519);
    assert_true(mv_signed_tx_verify(&bare));
    buf_free(&b);
}

static void test_decode_of_unsupported_authenticators_names_them(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *what;
    } cases[] = {
        {"\x04\x05", 2, "abstracted accounts"},
        {"\x04\x02\x02", 3, "secp256r1"},
        {"\x04\x02\x03", 3, "keyless"},
        {"\x05", 1, "no such variant"},
    };
    struct mv_signed_tx tx = decode_sdk("ed25519 transfer"), bad;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf b = {0};
        buf_put_bytes(&b, tx.raw);
        buf_put(&b, cases[i].bytes, cases[i].n);
        struct err e = mv_signed_tx_decode(buf_bytes(&b), &arena, &bad);
        assert_true(err_is(e));
        if (!strstr(e.text, cases[i].what)) fail_msg("%s: %s", cases[i].what, e.text);
        buf_free(&b);
    }
}

static void test_verify_of_changed_transaction_fails(void **state) {
    (void)state;
    struct bytes whole = hex(sdk_transaction("ed25519 transfer"), "signed_txn_bcs");
    struct mv_signed_tx tx;
    uint8_t *p = (uint8_t *)exact_copy(whole).p;
    for (size_t at = 32; at < 40; at++) { /* the sequence number */
        p[at] ^= 1;
        assert_ok(mv_signed_tx_decode(bytes_make(p, whole.n), &arena, &tx));
        assert_false(mv_signed_tx_verify(&tx));
        p[at] ^= 1;
    }
    for (size_t at = whole.n - 64; at < whole.n; at++) { /* the signature */
        p[at] ^= 0x10;
        assert_ok(mv_signed_tx_decode(bytes_make(p, whole.n), &arena, &tx));
        assert_false(mv_signed_tx_verify(&tx));
        p[at] ^= 0x10;
    }
    free(p);
}

static void test_decode_of_cut_transaction_is_an_error_at_every_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct bytes whole = hex(sdk_transaction(kinds[i]), "signed_txn_bcs");
        for (size_t n = 0; n < whole.n; n++) {
            struct mv_signed_tx tx;
            struct bytes cut = exact_copy(bytes_sub(whole, 0, n));
            struct err e = mv_signed_tx_decode(cut, &arena, &tx);
            assert_true(err_is(e));
            assert_non_null(e.text);
            assert_true(e.at <= n);
            free((void *)cut.p);
        }
    }
}

static void test_decode_with_bytes_behind_is_refused(void **state) {
    (void)state;
    struct bytes whole = hex(sdk_transaction("ed25519 transfer"), "signed_txn_bcs");
    struct buf b = {0};
    struct mv_signed_tx tx;
    buf_put_bytes(&b, whole);
    buf_put_u8(&b, 0);
    struct err e = mv_signed_tx_decode(buf_bytes(&b), &arena, &tx);
    assert_non_null(strstr(e.text, "left behind"));
    assert_int_equal(e.at, whole.n);
    while (b.n <= MV_TX_MAX_BYTES) buf_put_u8(&b, 0);
    e = mv_signed_tx_decode(buf_bytes(&b), &arena, &tx);
    assert_non_null(strstr(e.text, "64 KiB"));
    buf_free(&b);
}

/* A length in more bytes than it needs is not BCS (bcs README, "ULEB128"). */
static void test_decode_of_long_length_is_refused(void **state) {
    (void)state;
    struct bytes whole = hex(sdk_transaction("ed25519 transfer"), "signed_txn_bcs");
    struct buf b = {0};
    struct mv_signed_tx tx;
    size_t name = 32 + 8 + 1 + 32; /* sender, sequence number, payload kind, module address */
    assert_int_equal(whole.p[name], 13);
    buf_put(&b, whole.p, name);
    buf_put_bytes(&b, BYTES_LIT("\x8d\x00"));
    buf_put(&b, whole.p + name + 1, whole.n - name - 1);
    struct err e = mv_signed_tx_decode(buf_bytes(&b), &arena, &tx);
    assert_non_null(strstr(e.text, "module name"));
    assert_int_equal(e.at, name);
    buf_free(&b);
}

static void test_build_makes_what_the_sdk_makes(void **state) {
    (void)state;
    struct b32 seed;
    static const char *const same[] = {"ed25519 transfer", "many argument kinds", "option some(5)",
                                       "publish package"};
    memset(seed.b, 1, 32);
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        struct mv_signed_tx tx = decode_sdk(same[i]);
        struct buf out = {0};
        mv_signed_tx_build(&out, &tx, &seed);
        assert_bytes_equal(buf_bytes(&out), hex(sdk_transaction(same[i]), "signed_txn_bcs"));
        buf_free(&out);
    }
}

static struct bytes random_bytes(size_t n) {
    uint8_t *p = arena_alloc(&arena, n + 1, 1);
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)rnd();
    return bytes_make(p, n);
}

static void test_build_then_decode_gives_the_same_transaction(void **state) {
    (void)state;
    static const uint8_t tag[] = {6, 6, 1};
    for (int round = 0; round < 60; round++) {
        struct arena_mark mark = arena_mark(&arena);
        struct bytes args[4], tags[2] = {BYTES_OF(tag), BYTES_OF(tag)};
        struct b32 seed;
        struct mv_signed_tx tx = {.payload = MV_PAYLOAD_ENTRY_FUNCTION,
                                  .module_name = BYTES_LIT("module"),
                                  .function_name = BYTES_LIT("function"),
                                  .type_args = tags,
                                  .type_arg_count = rnd() % 3,
                                  .args = args,
                                  .arg_count = rnd() % 5,
                                  .sequence_number = rnd(),
                                  .max_gas_amount = rnd(),
                                  .gas_unit_price = rnd(),
                                  .expiration_timestamp_secs = rnd(),
                                  .chain_id = (uint8_t)rnd()},
                            got;
        memcpy(seed.b, random_bytes(32).p, 32);
        memcpy(tx.sender.b, random_bytes(32).p, 32);
        for (size_t i = 0; i < COUNT_OF(args); i++) args[i] = random_bytes(rnd() % 300);
        struct buf out = {0};
        buf_puts(&out, "before"); /* what is in the buffer already is not signed */
        mv_signed_tx_build(&out, &tx, &seed);
        struct bytes whole = bytes_sub(buf_bytes(&out), 6, out.n - 6);
        assert_ok(mv_signed_tx_decode(whole, &arena, &got));
        assert_true(mv_signed_tx_verify(&got));
        assert_true(b32_eq(&got.sender, &tx.sender));
        assert_int_equal(got.sequence_number, tx.sequence_number);
        assert_int_equal(got.max_gas_amount, tx.max_gas_amount);
        assert_int_equal(got.gas_unit_price, tx.gas_unit_price);
        assert_int_equal(got.expiration_timestamp_secs, tx.expiration_timestamp_secs);
        assert_int_equal(got.chain_id, tx.chain_id);
        assert_int_equal(got.type_arg_count, tx.type_arg_count);
        assert_int_equal(got.arg_count, tx.arg_count);
        for (uint32_t i = 0; i < tx.arg_count; i++) assert_bytes_equal(got.args[i], args[i]);
        for (uint32_t i = 0; i < tx.type_arg_count; i++)
            assert_bytes_equal(got.type_args[i], BYTES_OF(tag));
        buf_free(&out);
        arena_release(&arena, mark);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_of_sdk_transactions_reads_what_was_written),
        cmocka_unit_test(test_hash_of_sdk_transactions_matches),
        cmocka_unit_test(test_auth_key_of_sdk_ed25519_account_matches),
        cmocka_unit_test(test_decode_of_orderless_transaction_has_its_nonce),
        cmocka_unit_test(test_decode_of_fee_payer_transaction_names_the_payer),
        cmocka_unit_test(test_verify_of_several_keys_wants_enough_and_the_right_ones),
        cmocka_unit_test(test_decode_of_unsupported_authenticators_names_them),
        cmocka_unit_test(test_decode_of_many_arguments_splits_them),
        cmocka_unit_test(test_decode_of_script_takes_the_tags_off_its_arguments),
        cmocka_unit_test(test_decode_of_multisig_payloads_takes_the_account_and_what_it_runs),
        cmocka_unit_test(test_single_key_and_simulation_authenticators_are_told_apart),
        cmocka_unit_test(test_verify_of_changed_transaction_fails),
        cmocka_unit_test(test_decode_of_cut_transaction_is_an_error_at_every_byte),
        cmocka_unit_test(test_decode_with_bytes_behind_is_refused),
        cmocka_unit_test(test_decode_of_long_length_is_refused),
        cmocka_unit_test(test_build_makes_what_the_sdk_makes),
        cmocka_unit_test(test_build_then_decode_gives_the_same_transaction),
    };
    int failed = cmocka_run_group_tests(tests, setup_arena, teardown_arena);
    json_decref(vectors);
    return failed;
}
