/* Transactions: ethereum/tests' TransactionTests, the bytes of all types, and the rules of
 * validity.
 */
#include <dirent.h>

#include "crypto/crypto.h"
#include "world.h"

static const char transaction_tests[] =
    TERN_SOURCE_DIR "/build/vectors/ethereum-tests-visible/TransactionTests";

/* What a block of this fork says of the transaction: its intrinsic gas and sender, or refusal. */
static bool accept(struct bytes raw, enum evm_fork fork, struct arena *a, struct evm_tx *tx,
                   uint64_t *intrinsic) {
    struct evm_env env = {.fork = fork, .chain_id = 1, .block = {.gas_limit = UINT64_MAX}};
    uint64_t floor;
    return !err_is(evm_tx_decode(raw, a, tx)) && !evm_tx_check_static(&env, tx) &&
           !evm_tx_sender(tx, fork, &tx->sender) &&
           evm_tx_intrinsic_gas(tx, fork, intrinsic, &floor);
}

static void run_fork(const char *test, struct bytes raw, const char *fork_name,
                     const json_t *expected) {
    struct arena a;
    struct evm_tx tx;
    enum evm_fork fork;
    uint64_t gas = 0, want_gas;
    arena_init(&a, 0);
    assert_true(evm_fork_parse(bytes_cstr(fork_name), &fork));
    bool valid = accept(raw, fork, &a, &tx, &gas);
    bool want = !json_object_get(expected, "exception");
    if (valid != want)
        print_message("%s, %s: %s, expected %s\n", test, fork_name, valid ? "valid" : "refused",
                      want ? "valid" : text_of(expected, "exception"));
    assert_int_equal(valid, want);
    if (valid) {
        struct b32 hash = evm_tx_hash(&tx);
        assert_bytes(BYTES_OF(hash), unhex(&a, text_of(expected, "hash")));
        assert_bytes(BYTES_OF(tx.sender), unhex(&a, text_of(expected, "sender")));
        want_gas = strtoull(text_of(expected, "intrinsicGas"), NULL, 16);
        assert_int_equal(gas, want_gas);
        struct buf again = {0};
        evm_tx_encode(&tx, &again);
        assert_bytes(buf_bytes(&again), raw);
        buf_free(&again);
    }
    arena_free(&a);
}

static size_t run_file(const char *path) {
    json_error_t e;
    json_t *root = json_load_file(path, 0, &e), *test, *expected;
    const char *name, *fork;
    size_t count = 0;
    assert_non_null(root);
    json_object_foreach(root, name, test) {
        struct arena a;
        arena_init(&a, 0);
        struct bytes raw = unhex(&a, text_of(test, "txbytes"));
        json_object_foreach(json_object_get(test, "result"), fork, expected) {
            run_fork(name, raw, fork, expected);
            count++;
        }
        arena_free(&a);
    }
    json_decref(root);
    return count;
}

static size_t run_dir(const char *path) {
    DIR *d = opendir(path);
    size_t count = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        char full[4096];
        if (e->d_name[0] == '.') continue;
        snprintf(full, sizeof full, "%s/%s", path, e->d_name);
        count += e->d_type == DT_DIR ? run_dir(full) : run_file(full);
    }
    if (d) closedir(d);
    return count;
}

static void test_transactions_ethereum_tests_match(void **state) {
    (void)state;
    char command[512];
    snprintf(command, sizeof command, "bash %s/tests/conformance/unpack.sh %s > /dev/null 2>&1",
             TERN_SOURCE_DIR, "ethereum-tests-visible");
    if (system(command) != 0) {
        print_message("skipped: the vectors are not here\n");
        skip();
    }
    print_message("%zu cases\n", run_dir(transaction_tests));
}

/* ---- Types 3 and 4, which TransactionTests do not have ---- */

static const struct b32 secret = {.b = {[31] = 0x46, [0] = 0x45}};

static struct evm_tx sample(uint8_t type, struct arena *a) {
    struct evm_access *access = ARENA_ARRAY(a, struct evm_access, 2);
    struct b32 *keys = ARENA_ARRAY(a, struct b32, 2);
    keys[1].b[31] = 7;
    access[0] = (struct evm_access){.address = at(3), .keys = keys, .key_count = 2};
    access[1].address = at(4);
    struct b32 *blobs = ARENA_ARRAY(a, struct b32, 1);
    blobs[0].b[0] = 1;
    struct evm_authorization *auth = ARENA_ARRAY(a, struct evm_authorization, 1);
    auth[0] = (struct evm_authorization){.chain_id = U256_ONE,
                                         .address = at(5),
                                         .nonce = 9,
                                         .y_parity = 1,
                                         .r = u256_from_u64(77),
                                         .s = u256_from_u64(88)};
    struct evm_tx tx = {.type = type,
                        .has_chain_id = true,
                        .chain_id = 1,
                        .nonce = 3,
                        .max_fee = u256_from_u64(1000),
                        .max_priority_fee = u256_from_u64(type >= EVM_TX_FEE_MARKET ? 10 : 1000),
                        .gas_limit = 500000,
                        .to = at(2),
                        .value = u256_from_u64(5),
                        .data = BYTES_LIT("\x00\x01\x02")};
    if (type >= EVM_TX_ACCESS_LIST) tx.access = access, tx.access_count = 2;
    if (type == EVM_TX_BLOB) {
        tx.blob_hashes = blobs;
        tx.blob_hash_count = 1;
        tx.max_blob_fee = u256_from_u64(100);
    }
    if (type == EVM_TX_SET_CODE) tx.authorizations = auth, tx.authorization_count = 1;
    assert_true(evm_tx_sign(&tx, &secret));
    return tx;
}

static void test_every_type_decodes_what_it_encodes(void **state) {
    (void)state;
    for (uint8_t type = 0; type <= EVM_TX_SET_CODE; type++) {
        struct arena a;
        arena_init(&a, 0);
        struct evm_tx tx = sample(type, &a), back;
        struct buf raw = {0}, again = {0};
        evm_tx_encode(&tx, &raw);
        assert_false(err_is(evm_tx_decode(buf_bytes(&raw), &a, &back)));
        evm_tx_encode(&back, &again);
        assert_bytes(buf_bytes(&again), buf_bytes(&raw));
        struct b20 sender;
        assert_int_equal(evm_tx_sender(&back, EVM_OSAKA, &sender), EVM_TX_OK);
        assert_true(b20_eq(&sender, &tx.sender));
        /* Every cut, and every byte behind the end, is refused. */
        for (size_t n = 0; n < raw.n; n++)
            assert_true(err_is(evm_tx_decode(bytes_make(raw.p, n), &a, &back)));
        buf_put_u8(&raw, 0);
        assert_true(err_is(evm_tx_decode(buf_bytes(&raw), &a, &back)));
        buf_free(&raw);
        buf_free(&again);
        arena_free(&a);
    }
}

static void test_decode_errors_name_the_field(void **state) {
    (void)state;
    struct arena a;
    struct evm_tx tx;
    arena_init(&a, 0);
    static const struct {
        const char *raw, *field;
    } rows[] = {
        {"", "no bytes"},        {"05c0", "type"},
        {"00c0", "type"},        {"c0", "nonce"},
        {"c100", "nonce"},       {"c9808080808080808080", "v"},
        {"02c0", "chainId"},     {"02c101", "nonce"},
        {"03c401010101", "gas"}, {"02c70101010101808001", "input"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err e = evm_tx_decode(unhex(&a, rows[i].raw), &a, &tx);
        assert_true(err_is(e));
        assert_non_null(e.text);
        if (!strstr(e.text, rows[i].field)) print_message("%s: %s\n", rows[i].raw, e.text);
    }
    arena_free(&a);
}

/* ---- Validity ---- */

static enum evm_tx_err check(struct world *w, const struct evm_tx *tx, unsigned skip) {
    struct evm_tx_plan plan;
    st_begin_tx(w->j);
    enum evm_tx_err e = evm_tx_check(&w->env, tx, skip, &plan);
    st_end_tx(w->j, true);
    return e;
}

static void test_check_refuses_each_defect(void **state) {
    (void)state;
    struct world w;
    world_open(&w, EVM_OSAKA);
    w.env.block.base_fee = u256_from_u64(100);
    w.env.block.blob_base_fee = u256_from_u64(1);
    struct evm_tx good[5];
    for (uint8_t t = 0; t < 5; t++) good[t] = sample(t, &w.arena);
    struct st_account *sender = st_account(w.j, &good[0].sender);
    put_balance(&w, good[0].sender, UINT64_MAX);
    st_set_nonce(w.j, sender, 3);
    for (uint8_t t = 0; t < 5; t++) assert_int_equal(check(&w, &good[t], 0), EVM_TX_OK);
    struct evm_tx tx;
#define REFUSED(type, change, error)                                                               \
    do {                                                                                           \
        tx = good[type];                                                                           \
        change;                                                                                    \
        assert_int_equal(check(&w, &tx, 0), error);                                                \
    } while (0)
    REFUSED(0, tx.nonce = 2, EVM_TX_NONCE_TOO_LOW);
    REFUSED(0, tx.nonce = 4, EVM_TX_NONCE_TOO_HIGH);
    REFUSED(0, tx.nonce = UINT64_MAX, EVM_TX_NONCE_MAX);
    REFUSED(0, tx.chain_id = 2, EVM_TX_INVALID_CHAIN_ID);
    REFUSED(0, tx.gas_limit = 21000, EVM_TX_INTRINSIC_GAS);
    REFUSED(0, tx.gas_limit = 30000001, EVM_TX_GAS_LIMIT_TOO_HIGH);
    REFUSED(0, tx.gas_limit = (1 << 24) + 1, EVM_TX_GAS_LIMIT_TOO_HIGH);
    REFUSED(0, tx.max_fee = u256_from_u64(UINT64_MAX), EVM_TX_INSUFFICIENT_FUNDS);
    REFUSED(0, tx.value = u256_from_u64(UINT64_MAX), EVM_TX_INSUFFICIENT_FUNDS);
    REFUSED(2, tx.max_fee = u256_from_u64(9), EVM_TX_TIP_ABOVE_FEE_CAP);
    REFUSED(2, tx.max_fee = u256_from_u64(99), EVM_TX_FEE_CAP_TOO_LOW);
    REFUSED(3, tx.is_create = true, EVM_TX_BLOB_CREATE);
    REFUSED(3, tx.blob_hash_count = 0, EVM_TX_BLOB_MISSING);
    REFUSED(3, tx.blob_hash_count = 7, EVM_TX_BLOB_TOO_MANY);
    REFUSED(3, tx.max_blob_fee = U256_ZERO, EVM_TX_BLOB_FEE_CAP);
    REFUSED(3, tx.blob_hashes = (const struct b32[]){{{2}}}, EVM_TX_BLOB_HASH_VERSION);
    REFUSED(4, tx.is_create = true, EVM_TX_SET_CODE_CREATE);
    REFUSED(4, tx.authorization_count = 0, EVM_TX_EMPTY_AUTHORIZATION_LIST);
    static const uint8_t large[49153];
    REFUSED(0, (tx.is_create = true, tx.data = BYTES_OF(large), tx.gas_limit = 5000000),
            EVM_TX_INITCODE_SIZE);
    /* 1,000 zero bytes cost 4,000, but their floor is 10,000 (EIP-7623). */
    static const uint8_t zeros[1000];
    REFUSED(0, (tx.data = BYTES_OF(zeros), tx.gas_limit = 30999), EVM_TX_FLOOR_DATA_GAS);
    REFUSED(0, (tx.data = BYTES_OF(zeros), tx.gas_limit = 31000), EVM_TX_OK);
    w.env.fork = EVM_PARIS;
    REFUSED(3, (void)0, EVM_TX_TYPE_NOT_SUPPORTED);
    REFUSED(4, (void)0, EVM_TX_TYPE_NOT_SUPPORTED);
    w.env.fork = EVM_OSAKA;
    put_code(&w, good[0].sender, "00"); /* EIP-3607 */
    REFUSED(0, (void)0, EVM_TX_SENDER_NOT_EOA);
    assert_int_equal(check(&w, &good[0], EVM_SKIP_SENDER_CODE), EVM_TX_OK);
    put_code(&w, good[0].sender, "ef01001111111111111111111111111111111111111111"); /* EIP-7702 */
    REFUSED(0, (void)0, EVM_TX_OK);
    world_close(&w);
}

static void test_check_skips_what_a_simulation_does_not_have(void **state) {
    (void)state;
    struct world w;
    world_open(&w, EVM_OSAKA);
    w.env.block.base_fee = u256_from_u64(5000);
    struct evm_tx tx = sample(EVM_TX_FEE_MARKET, &w.arena);
    tx.value = U256_ZERO;
    assert_int_equal(check(&w, &tx, EVM_SKIP_NONCE), EVM_TX_FEE_CAP_TOO_LOW);
    assert_int_equal(check(&w, &tx, EVM_SKIP_NONCE | EVM_SKIP_BASE_FEE), EVM_TX_INSUFFICIENT_FUNDS);
    unsigned skip = EVM_SKIP_NONCE | EVM_SKIP_BASE_FEE | EVM_SKIP_BALANCE;
    struct evm_tx_plan plan;
    struct evm_result result;
    struct evm_receipt receipt;
    st_begin_tx(w.j);
    assert_int_equal(evm_tx_check(&w.env, &tx, skip, &plan), EVM_TX_OK);
    evm_tx_execute(&w.env, &tx, &plan, &result, &receipt);
    assert_int_equal(result.status, EVM_SUCCESS);
    assert_true(u256_is_zero(&st_account(w.j, &tx.sender)->balance));
    st_end_tx(w.j, true);
    world_close(&w);
}

/* EIP-4844: fake_exponential(1, n * 2^17, fraction), from the EIP's own definition computed with
 * unbounded integers. */
static void test_blob_base_fee_grows_exponentially(void **state) {
    (void)state;
    static const struct {
        uint64_t excess, fraction;
        const char *fee;
    } rows[] = {
        {0, 3338477, "1"},           {2314057, 3338477, "1"},
        {2314058, 3338477, "2"},     {10 * 1024 * 1024, 3338477, "23"},
        {10 * 131072, 5007716, "1"}, {100000000, 5007716, "470442149"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct u256 fee = evm_blob_base_fee(rows[i].excess, rows[i].fraction);
        char text[80] = {0};
        u256_to_dec(text, &fee);
        assert_string_equal(text, rows[i].fee);
    }
    /* No excess makes it loop for ever or wrap. */
    struct u256 top = evm_blob_base_fee(UINT64_MAX, 1);
    assert_true(u256_bit_length(&top) > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transactions_ethereum_tests_match),
        cmocka_unit_test(test_every_type_decodes_what_it_encodes),
        cmocka_unit_test(test_decode_errors_name_the_field),
        cmocka_unit_test(test_check_refuses_each_defect),
        cmocka_unit_test(test_check_skips_what_a_simulation_does_not_have),
        cmocka_unit_test(test_blob_base_fee_grows_exponentially),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
