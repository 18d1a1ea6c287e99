/* Headers and blocks against public vectors: difficulties, encodings, the rules' edges. */
#include "../codec/helpers.h"
#include "crypto/crypto.h"
#include "ethereum/ethereum.h"

/* ---- Difficulty: BasicTests of ethereum/tests */

static struct u256 number(const json_t *o, const char *name) {
    struct u256 n = U256_ZERO;
    const char *text = json_string_value(json_object_get(o, name));
    assert_non_null(text);
    if (strncmp(text, "0x", 2) != 0) {
        assert_true(u256_from_dec(&n, bytes_cstr(text)));
        return n;
    }
    for (text += 2; *text; text++) {
        u256_shl(&n, &n, 4);
        n.w[0] |= (uint64_t)hex_digit((uint8_t)*text);
    }
    return n;
}

/* The blocks of the networks that the files are named after. */
static struct eth_schedule schedule_of(const char *file) {
    struct eth_schedule s;
    eth_schedule_frontier(&s);
    if (strstr(file, "Homestead")) {
        s.at[ETH_HOMESTEAD] = 0;
    } else if (strstr(file, "Ropsten")) {
        s.at[ETH_HOMESTEAD] = s.at[ETH_EIP150] = 0;
        s.at[ETH_EIP155] = s.at[ETH_EIP158] = 10;
        s.at[ETH_BYZANTIUM] = 1700000;
        s.at[ETH_CONSTANTINOPLE] = 4230000;
    } else {
        s.at[ETH_HOMESTEAD] = 1150000;
        s.at[ETH_EIP150] = 2463000;
        s.at[ETH_EIP155] = s.at[ETH_EIP158] = 2675000;
        s.at[ETH_BYZANTIUM] = 4370000;
    }
    return s;
}

static void check_difficulty(const struct eth_schedule *s, const char *name, const json_t *o) {
    struct eth_header parent = {.ommers_hash = ETH_EMPTY_OMMERS};
    uint64_t block = number(o, "currentBlockNumber").w[0], now = number(o, "currentTimestamp").w[0];
    parent.difficulty = number(o, "parentDifficulty");
    parent.timestamp = number(o, "parentTimestamp").w[0];
    if (json_object_get(o, "parentUncles")) {
        struct u256 uncles = number(o, "parentUncles");
        u256_store_be(parent.ommers_hash.b, &uncles);
    }
    struct eth_rules rules = eth_rules_at(s, block, now, &U256_ZERO);
    struct u256 got = eth_difficulty(&rules, &parent, block, now),
                want = number(o, "currentDifficulty");
    char text[80];
    text[u256_to_dec(text, &got)] = 0;
    if (!u256_eq(&got, &want)) fail_msg("%s: %s", name, text);
}

static void test_difficulties_are_those_of_the_vectors(void **state) {
    (void)state;
    static const char *const files[] = {"difficulty", "difficultyCustomHomestead",
                                        "difficultyCustomMainNetwork", "difficultyMainNetwork",
                                        "difficultyRopsten"};
    unsigned count = 0;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        json_t *file = load_vectors(arena_printf(&arena, "BasicTests/%s.json", files[i])), *o;
        struct eth_schedule s = schedule_of(files[i]);
        const char *name;
        json_object_foreach(file, name, o) {
            check_difficulty(&s, name, o);
            count++;
        }
        json_decref(file);
    }
    print_message("%u difficulties\n", count);
    assert_true(count > 4000);
}

/* ---- Encodings */

/* Every block of these files that is not malformed is encoded again as it was. */
static void test_blocks_of_vectors_encode_again(void **state) {
    (void)state;
    static const char *const files[] = {
        "frontier/examples/test_block_intermediate_state",
        "london/validation/test_invalid_header",
        "shanghai/eip4895_withdrawals/test_many_withdrawals",
        "cancun/eip4844_blobs/test_blobhash_multiple_txs_in_block",
        "prague/eip7685_general_purpose_el_requests/test_valid_multi_type_requests",
        "osaka/eip7918_blob_reserve_price/test_reserve_price_boundary"};
    unsigned count = 0;
    if (system("bash " TERN_SOURCE_DIR
               "/tests/conformance/unpack.sh eest-blocks-visible >/dev/null")) {
        print_message("skipped: ../shared/vectors has no eest-blocks-visible\n");
        skip();
    }
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        json_t *file = load_json(arena_printf(
            &arena, "build/vectors/eest-blocks-visible/blockchain_tests/%s.json", files[i]));
        json_t *test, *block;
        const char *name;
        size_t k;
        assert_non_null(file);
        json_object_foreach(file, name, test) {
            json_array_foreach(json_object_get(test, "blocks"), k, block) {
                struct eth_block b;
                struct eth_refusal why;
                struct buf again = {0};
                struct bytes rlp = unhex(json_string_value(json_object_get(block, "rlp")));
                const json_t *header = json_object_get(block, "blockHeader");
                if (!eth_block_decode(rlp, &arena, &b, NULL, &why)) fail_msg("%s", why.text);
                eth_block_encode(&again, &b);
                assert_bytes_equal(buf_bytes(&again), rlp);
                assert_int_equal(b.size, rlp.n);
                if (header)
                    assert_bytes_equal(BYTES_OF(b.hash),
                                       unhex(json_string_value(json_object_get(header, "hash"))));
                buf_free(&again);
                count++;
            }
        }
        json_decref(file);
    }
    print_message("%u blocks\n", count);
    assert_true(count > 100);
}

static void test_truncated_or_extended_blocks_are_refused(void **state) {
    (void)state;
    struct eth_header h = {.fields = ETH_FIELDS_CANCUN, .ommers_hash = ETH_EMPTY_OMMERS};
    struct eth_block b = {.header = h, .has_withdrawals = true}, got;
    struct eth_refusal why;
    struct buf rlp = {0};
    eth_block_encode(&rlp, &b);
    assert_true(eth_block_decode(buf_bytes(&rlp), &arena, &got, NULL, &why));
    for (size_t n = 0; n < rlp.n; n++) {
        struct bytes cut = exact_copy(bytes_make(rlp.p, n));
        assert_false(eth_block_decode(cut, &arena, &got, NULL, &why));
        assert_int_equal(why.code, ETH_RLP_STRUCTURES_ENCODING);
        free((void *)(uintptr_t)cut.p);
    }
    size_t used = 0, whole = rlp.n;
    buf_put_u8(&rlp, 0x80);
    assert_false(eth_block_decode(buf_bytes(&rlp), &arena, &got, NULL, &why));
    assert_true(eth_block_decode(buf_bytes(&rlp), &arena, &got, &used, &why));
    assert_int_equal(used, whole);
    buf_free(&rlp);
}

/* A list whose first, or second, item is malformed: the list that is made of it has room for as
 * many as are begun. */
static void test_malformed_items_of_lists_are_refused(void **state) {
    (void)state;
    struct eth_header h = {.fields = ETH_FIELDS_CANCUN, .ommers_hash = ETH_EMPTY_OMMERS};
    static const char *const lists[] = {"\xc1\xf8", "\xc2\xc0\xf8", "\xc1\xb8", "\xc2\x80\xbf"};
    for (size_t place = 0; place < 3; place++) {
        for (size_t i = 0; i < COUNT_OF(lists); i++) {
            struct buf rlp = {0};
            struct eth_block got;
            struct eth_refusal why;
            size_t block = rlp_list_begin(&rlp);
            eth_header_encode(&rlp, &h);
            for (size_t k = 0; k < 3; k++) buf_puts(&rlp, k == place ? lists[i] : "\xc0");
            rlp_list_end(&rlp, block);
            assert_false(eth_block_decode(buf_bytes(&rlp), &arena, &got, NULL, &why));
            assert_int_equal(why.code, ETH_RLP_STRUCTURES_ENCODING);
            buf_free(&rlp);
        }
    }
}

static void test_header_between_two_forks_has_no_form(void **state) {
    (void)state;
    struct eth_header h = {.fields = ETH_FIELDS_SHANGHAI, .ommers_hash = ETH_EMPTY_OMMERS};
    struct eth_block got;
    struct eth_refusal why;
    struct buf header = {0}, block = {0};
    struct rlp_item item;
    eth_header_encode(&header, &h);
    struct bytes in = buf_bytes(&header);
    assert_ok(rlp_next(&in, &item));
    /* One field more: blobGasUsed without what belongs to it. */
    size_t list = rlp_list_begin(&block), inner = rlp_list_begin(&block);
    buf_put_bytes(&block, item.payload);
    rlp_put_u64(&block, 0);
    rlp_list_end(&block, inner);
    for (int i = 0; i < 3; i++) rlp_put_list_header(&block, 0);
    rlp_list_end(&block, list);
    assert_false(eth_block_decode(buf_bytes(&block), &arena, &got, NULL, &why));
    assert_int_equal(why.code, ETH_INCORRECT_BLOCK_FORMAT);
    buf_free(&header);
    buf_free(&block);
}

/* Mainnet's block 0, from ethereum/tests. */
static void test_mainnet_genesis_has_its_hash(void **state) {
    (void)state;
    json_t *file = load_vectors("BasicTests/genesishashestest.json");
    struct bytes rlp = unhex(json_string_value(json_object_get(file, "genesis_rlp_hex")));
    struct eth_block b;
    struct eth_refusal why;
    if (!eth_block_decode(rlp, &arena, &b, NULL, &why)) fail_msg("%s", why.text);
    assert_bytes_equal(BYTES_OF(b.hash),
                       unhex(json_string_value(json_object_get(file, "genesis_hash"))));
    assert_bytes_equal(BYTES_OF(b.header.state_root),
                       unhex(json_string_value(json_object_get(file, "genesis_state_root"))));
    json_decref(file);
}

/* ---- The gas limit's bounds: the nearest allowed limit is allowed, one step further is not. */

static void test_gas_limit_moves_within_its_bounds(void **state) {
    (void)state;
    struct eth_schedule s;
    assert_true(eth_schedule_network(&s, BYTES_LIT("Paris")));
    struct eth_rules rules = eth_rules_at(&s, 1, 1, &U256_ZERO);
    for (int i = 0; i < 2000; i++) {
        struct eth_header parent = {.fields = ETH_FIELDS_LONDON,
                                    .gas_limit = 5000 + (rnd() >> rnd() % 62) % (UINT64_MAX >> 2)};
        struct eth_header h = {.fields = ETH_FIELDS_LONDON,
                               .number = 1,
                               .timestamp = 1,
                               .ommers_hash = ETH_EMPTY_OMMERS};
        struct eth_refusal why;
        uint64_t desired = rnd() >> rnd() % 64;
        h.base_fee = eth_next_base_fee(&parent);
        h.gas_limit = eth_next_gas_limit(&rules, &parent, desired);
        if (!eth_check_header(&rules, &h, &parent, &why)) fail_msg("%s", why.text);
        if (h.gas_limit == desired) continue;
        h.gas_limit += h.gas_limit < desired ? 1 : UINT64_MAX;
        assert_false(eth_check_header(&rules, &h, &parent, &why));
        assert_int_equal(why.code, ETH_INVALID_GASLIMIT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_difficulties_are_those_of_the_vectors),
        cmocka_unit_test(test_blocks_of_vectors_encode_again),
        cmocka_unit_test(test_truncated_or_extended_blocks_are_refused),
        cmocka_unit_test(test_malformed_items_of_lists_are_refused),
        cmocka_unit_test(test_header_between_two_forks_has_no_form),
        cmocka_unit_test(test_mainnet_genesis_has_its_hash),
        cmocka_unit_test(test_gas_limit_moves_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
