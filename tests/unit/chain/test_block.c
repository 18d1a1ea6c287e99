/* What Ethereum clients see of a block: header, base fee, bloom, receipts; and the shadows' hashes.
 */
#include "../codec/helpers.h"
#include "chain/internal.h"
#include "crypto/crypto.h"

/* ---- Headers of execution-spec-tests */

static const char *const vector_files[] = {
    "london/validation/test_invalid_header.json",
    "prague/eip7702_set_code_tx/test_set_code_to_system_contract.json",
};

static json_t *load_blocks(const char *file) {
    if (system("bash " TERN_SOURCE_DIR
               "/tests/conformance/unpack.sh eest-blocks-visible >/dev/null")) {
        print_message("skipped: ../shared/vectors has no eest-blocks-visible\n");
        skip();
    }
    json_t *v = load_json(
        arena_printf(&arena, "build/vectors/eest-blocks-visible/blockchain_tests/%s", file));
    if (!v) fail_msg("cannot read %s", file);
    return v;
}

static struct bytes field(const json_t *header, const char *name) {
    const char *text = json_string_value(json_object_get(header, name));
    assert_non_null(text);
    return unhex(text);
}

static uint64_t number(const json_t *header, const char *name) {
    return strtoull(json_string_value(json_object_get(header, name)), NULL, 16);
}

static void copy_field(void *out, size_t n, const json_t *header, const char *name) {
    struct bytes b = field(header, name);
    assert_int_equal(b.n, n);
    memcpy(out, b.p, n);
}

#define COPY(member, name) copy_field(&b->member, sizeof b->member, header, name)

/* Every fork's fields are there in the vector if they are in the header. */
static void fill_newer_fields(struct chain_block *b, const json_t *header) {
    if (json_object_get(header, "baseFeePerGas")) {
        b->header_fields = ETH_FIELDS_LONDON;
        u256_from_be(&b->base_fee, field(header, "baseFeePerGas"));
    }
    if (json_object_get(header, "withdrawalsRoot")) {
        b->header_fields = ETH_FIELDS_SHANGHAI;
        COPY(withdrawals_root, "withdrawalsRoot");
    }
    if (json_object_get(header, "blobGasUsed")) {
        b->header_fields = ETH_FIELDS_CANCUN;
        b->blob_gas_used = number(header, "blobGasUsed");
        b->excess_blob_gas = number(header, "excessBlobGas");
        COPY(parent_beacon_root, "parentBeaconBlockRoot");
    }
    if (json_object_get(header, "requestsHash")) {
        b->header_fields = ETH_FIELDS_PRAGUE;
        COPY(requests_hash, "requestsHash");
    }
}

static void fill_block(struct chain_block *b, const json_t *header) {
    struct bytes extra = field(header, "extraData");
    *b = (struct chain_block){.height = number(header, "number"),
                              .gas_limit = number(header, "gasLimit"),
                              .gas_used = number(header, "gasUsed"),
                              .timestamp_us = number(header, "timestamp") * 1000000,
                              .header_fields = ETH_FIELDS_FRONTIER};
    assert_true(extra.n <= sizeof b->extra);
    b->extra_bytes = (uint8_t)extra.n;
    if (extra.n) memcpy(b->extra, extra.p, extra.n);
    u256_from_be(&b->difficulty, field(header, "difficulty"));
    COPY(hash, "hash");
    COPY(parent_hash, "parentHash");
    COPY(ommers_hash, "uncleHash");
    COPY(coinbase, "coinbase");
    COPY(roots.evm, "stateRoot");
    COPY(transactions_root, "transactionsTrie");
    COPY(receipts_root, "receiptTrie");
    COPY(logs_bloom, "bloom");
    COPY(prev_randao, "mixHash");
    COPY(nonce, "nonce");
    fill_newer_fields(b, header);
}

static bool check_header(const json_t *header) {
    struct chain_block b;
    struct buf rlp = {0};
    struct b32 hash;
    if (!header) return false;
    fill_block(&b, header);
    chain_header_rlp(&rlp, &b);
    keccak256(&hash, buf_bytes(&rlp));
    buf_free(&rlp);
    assert_bytes_equal(BYTES_OF(hash), BYTES_OF(b.hash));
    return true;
}

static void test_header_hash_of_vectors_matches(void **state) {
    (void)state;
    unsigned checked = 0;
    for (size_t f = 0; f < COUNT_OF(vector_files); f++) {
        json_t *file = load_blocks(vector_files[f]), *test, *block;
        const char *name;
        size_t i;
        json_object_foreach(file, name, test) {
            checked += check_header(json_object_get(test, "genesisBlockHeader"));
            json_array_foreach(json_object_get(test, "blocks"), i,
                               block) if (!json_object_get(block, "expectException")) checked +=
                check_header(json_object_get(block, "blockHeader"));
        }
        json_decref(file);
    }
    print_message("%u headers\n", checked);
    assert_true(checked > 10);
}

/* ---- Base fee */

static void test_base_fee_of_vectors_follows_from_the_parent(void **state) {
    (void)state;
    unsigned checked = 0;
    for (size_t f = 0; f < COUNT_OF(vector_files); f++) {
        json_t *file = load_blocks(vector_files[f]), *test, *block;
        const char *name;
        json_object_foreach(file, name, test) {
            block = json_array_get(json_object_get(test, "blocks"), 0);
            json_t *child = json_object_get(block, "blockHeader");
            if (!child || json_object_get(block, "expectException")) continue;
            struct chain_block b;
            struct u256 want;
            fill_block(&b, json_object_get(test, "genesisBlockHeader"));
            struct u256 fee = chain_next_base_fee(&b);
            u256_from_be(&want, field(child, "baseFeePerGas"));
            assert_true(u256_eq(&fee, &want));
            checked++;
        }
        json_decref(file);
    }
    assert_true(checked > 0);
}

/* EIP-1559's Python, in 128 bits. */
static unsigned __int128 expected_base_fee(uint64_t fee, uint64_t limit, uint64_t used) {
    uint64_t target = limit / 2;
    if (used == target) return fee;
    if (used > target) {
        unsigned __int128 delta = (unsigned __int128)fee * (used - target) / target / 8;
        return fee + (delta > 1 ? delta : 1);
    }
    return fee - (unsigned __int128)fee * (target - used) / target / 8;
}

static void test_base_fee_matches_the_formula(void **state) {
    (void)state;
    static const struct {
        uint64_t fee, limit, used;
    } edges[] = {{1000000000, 60000000, 30000000}, {1000000000, 60000000, 60000000},
                 {1000000000, 60000000, 0},        {7, 60000000, 0},
                 {7, 60000000, 60000000},          {1, 60000000, 30000001},
                 {0, 60000000, 60000000},          {0, 60000000, 0},
                 {UINT64_MAX, 60000001, 60000001}};
    for (size_t i = 0; i < COUNT_OF(edges) + 5000; i++) {
        struct chain_block b = {.header_fields = ETH_FIELDS_LONDON,
                                .gas_limit = 5000 + rnd() % 100000000};
        uint64_t fee = rnd() >> rnd() % 64;
        b.gas_used = rnd() % (b.gas_limit + 1);
        if (i < COUNT_OF(edges)) {
            b.gas_limit = edges[i].limit;
            b.gas_used = edges[i].used;
            fee = edges[i].fee;
        }
        b.base_fee = u256_from_u64(fee);
        unsigned __int128 want = expected_base_fee(fee, b.gas_limit, b.gas_used);
        struct u256 got = chain_next_base_fee(&b);
        assert_true(got.w[0] == (uint64_t)want && got.w[1] == (uint64_t)(want >> 64));
    }
}

/* ---- Bloom, receipts, shadows */

/* The block of this vector has one log: DepositEvent, of the account whose code is the deposit
 * contract's. */
static void test_bloom_of_vector_block_matches(void **state) {
    (void)state;
    json_t *file = load_blocks(vector_files[1]), *test;
    const char *name;
    unsigned checked = 0;
    json_object_foreach(file, name, test) {
        if (!strstr(name, "system_contract_0x00000000219ab540356cbb839cbe05303d7705fa")) continue;
        struct st_log log = {.vm = ST_VM_EVM, .topic_count = 1};
        uint8_t bloom[256] = {0};
        json_t *block = json_array_get(json_object_get(test, "blocks"), 0);
        json_t *tx = json_array_get(json_object_get(block, "transactions"), 0);
        json_t *authorization = json_array_get(json_object_get(tx, "authorizationList"), 0);
        copy_field(log.address.b, 20, authorization, "signer");
        keccak256(&log.topics[0], BYTES_LIT("DepositEvent(bytes,bytes,bytes,bytes,bytes)"));
        chain_bloom_add(bloom, &log);
        assert_bytes_equal(BYTES_OF(bloom), field(json_object_get(block, "blockHeader"), "bloom"));
        checked++;
    }
    json_decref(file);
    assert_true(checked > 0);
}

/* Computed with ethers 6.17: keccak256 of type ‖ encodeRlp([status, gas, bloom, logs]), the bloom
 * from its keccak256 of addresses and topics. */
static void test_receipts_encode_as_ethers_does(void **state) {
    (void)state;
    struct st_log logs[] = {{.vm = ST_VM_EVM, .topic_count = 2, .data = BYTES_LIT("\x01\x02")},
                            {.vm = ST_VM_MOVE, .data = BYTES_LIT("no part of it")},
                            {.vm = ST_VM_EVM}};
    memset(logs[0].address.b, 0x11, 20);
    memset(logs[0].topics[0].b, 0x22, 32);
    memset(logs[0].topics[1].b, 0x33, 32);
    memset(logs[2].address.b, 0x44, 20);
    const struct {
        uint8_t vm;
        bool ok;
        uint64_t gas;
        struct bytes raw;
        const char *hash;
    } cases[] = {
        {ST_VM_EVM, true, 123456, BYTES_LIT("\x02\xc0"),
         "0x4ccd666f23edbdd61c9ddc89f8bc02df65b494cf6a0938b9797f134ed598113e"},
        {ST_VM_EVM, false, 21000, BYTES_LIT("\xc0"),
         "0xa07e63e0271ed56babf2ea3eb35254befb0564f4d17e807b0801a77d49cc542f"},
        {ST_VM_MOVE, true, 123456, BYTES_LIT("bcs"),
         "0xfaf2be9042ee12a44fb713d8e6c5bcfcafa44d3de421d7f4245f0df4471c0387"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct chain_tx tx = {.vm = cases[i].vm,
                              .ok = cases[i].ok,
                              .raw = cases[i].raw,
                              .evm_cumulative_gas = cases[i].gas,
                              .logs = logs,
                              .log_count = COUNT_OF(logs)};
        struct buf out = {0};
        struct b32 hash;
        chain_receipt_rlp(&out, &tx);
        keccak256(&hash, buf_bytes(&out));
        assert_bytes_equal(BYTES_OF(hash), unhex(cases[i].hash));
        buf_free(&out);
    }
}

/* concat(["0x7e", encodeRlp(["0x55…", "0x01", toBeHex(77777)])]) */
static void test_entry_of_a_shadow_names_its_root(void **state) {
    (void)state;
    struct chain_tx tx = {.vm = ST_VM_MOVE, .common_gas_used = 77777};
    struct buf out = {0};
    memset(tx.hash.b, 0x55, 32);
    chain_evm_entry(&out, &tx);
    assert_bytes_equal(
        buf_bytes(&out),
        unhex(
            "0x7ee6a055555555555555555555555555555555555555555555555555555555555555550183012fd1"));
    buf_clear(&out);
    tx.vm = ST_VM_EVM;
    tx.raw = BYTES_LIT("signed");
    chain_evm_entry(&out, &tx);
    assert_bytes_equal(buf_bytes(&out), BYTES_LIT("signed"));
    buf_free(&out);
}

/* Python: pycryptodome's keccak-256 of b"TERN::shadow::evm" + bytes(range(32)), and
 * hashlib.sha3_256 of b"TERN::shadow::move" + the same. */
static void test_hashes_of_shadows_follow_their_formulas(void **state) {
    (void)state;
    struct b32 root, hash;
    for (size_t i = 0; i < 32; i++) root.b[i] = (uint8_t)i;
    hash = chain_shadow_hash(ST_VM_EVM, &root);
    assert_bytes_equal(BYTES_OF(hash),
                       unhex("5249397493387fc44d89dda83108ebcd7da429080a9b3a78a47c978d4158774d"));
    hash = chain_shadow_hash(ST_VM_MOVE, &root);
    assert_bytes_equal(BYTES_OF(hash),
                       unhex("92ed0a66b4b64edc210bcda4c1e04d20c068647c66b1236933aaa7946f244bc6"));
}

static void test_status_of_a_shadow_is_that_of_its_own_legs(void **state) {
    (void)state;
    struct xvm_leg legs[] = {{.vm = ST_VM_MOVE, .ok = true},
                             {.vm = ST_VM_EVM, .ok = true},
                             {.vm = ST_VM_MOVE, .ok = false}};
    struct chain_tx tx = {.vm = ST_VM_MOVE, .ok = true, .legs = legs, .leg_count = 3};
    assert_true(chain_evm_ok(&tx));
    legs[1].ok = false;
    assert_false(chain_evm_ok(&tx));
    tx.vm = ST_VM_EVM; /* a root's status is its own: failed messages do not fail it */
    assert_true(chain_evm_ok(&tx));
}

static void test_log_filter_matches_as_eth_get_logs_says(void **state) {
    (void)state;
    struct st_log log = {.vm = ST_VM_EVM, .topic_count = 2};
    memset(log.address.b, 1, 20);
    memset(log.topics[0].b, 2, 32);
    memset(log.topics[1].b, 3, 32);
    struct b20 addresses[2] = {{{9}}, log.address};
    struct b32 first[2] = {{{9}}, log.topics[0]}, second[1] = {{{9}}};
    struct chain_log_filter f = {0};
    assert_true(chain_log_matches(&f, &log));
    f.addresses = addresses;
    f.address_count = 1;
    assert_false(chain_log_matches(&f, &log));
    f.address_count = 2;
    assert_true(chain_log_matches(&f, &log));
    f.topics[0] = first;
    f.topic_counts[0] = 2;
    assert_true(chain_log_matches(&f, &log));
    f.topics[1] = second;
    f.topic_counts[1] = 1;
    assert_false(chain_log_matches(&f, &log));
    second[0] = log.topics[1];
    assert_true(chain_log_matches(&f, &log));
    f.topics[2] = second; /* a position that the log does not have */
    f.topic_counts[2] = 1;
    assert_false(chain_log_matches(&f, &log));
    f.topic_counts[2] = 0;
    log.vm = ST_VM_MOVE;
    assert_false(chain_log_matches(&f, &log));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_hash_of_vectors_matches),
        cmocka_unit_test(test_base_fee_of_vectors_follows_from_the_parent),
        cmocka_unit_test(test_base_fee_matches_the_formula),
        cmocka_unit_test(test_bloom_of_vector_block_matches),
        cmocka_unit_test(test_receipts_encode_as_ethers_does),
        cmocka_unit_test(test_entry_of_a_shadow_names_its_root),
        cmocka_unit_test(test_hashes_of_shadows_follow_their_formulas),
        cmocka_unit_test(test_status_of_a_shadow_is_that_of_its_own_legs),
        cmocka_unit_test(test_log_filter_matches_as_eth_get_logs_says),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
