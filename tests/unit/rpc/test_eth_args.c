/* Ethereum's parameters. The expected words are go-ethereum's (common/hexutil, internal/ethapi,
 * rpc/types.go), whose clients and tests compare them. */
#include "rpc/eth_args.h"

#include "../codec/helpers.h"

#include <jansson.h>

static struct rpc_call call_of(json_t *params) {
    return (struct rpc_call){.params = params, .arena = &arena};
}

typedef bool reader(struct rpc_call *c, json_t *v);

static bool address(struct rpc_call *c, json_t *v) {
    struct b20 out;
    return eth_arg_address(c, ETH_ARG(0), v, &out);
}
static bool hash(struct rpc_call *c, json_t *v) {
    struct b32 out;
    return eth_arg_hash(c, ETH_ARG(0), v, &out);
}
static bool u64(struct rpc_call *c, json_t *v) {
    uint64_t out;
    return eth_arg_u64(c, ETH_ARG(0), v, &out);
}
static bool u256(struct rpc_call *c, json_t *v) {
    struct u256 out;
    return eth_arg_u256(c, ETH_ARG(0), v, &out);
}
static bool data(struct rpc_call *c, json_t *v) {
    struct bytes out;
    return eth_arg_bytes(c, ETH_ARG(0), v, &out);
}
static bool boolean(struct rpc_call *c, json_t *v) {
    bool out;
    return eth_arg_bool(c, ETH_ARG(0), v, &out);
}
static bool number(struct rpc_call *c, json_t *v) {
    uint64_t out;
    return eth_arg_block_number(c, 0, v, &out);
}
static bool slot(struct rpc_call *c, json_t *v) {
    struct u256 out;
    size_t size;
    return eth_arg_slot(c, ETH_ARG(0), v, &out, &size);
}
static bool tx(struct rpc_call *c, json_t *v) {
    struct eth_call_args out;
    return eth_parse_call(c, ETH_ARG(0), v, &out);
}
static bool accounts(struct rpc_call *c, json_t *v) {
    struct chain_overrides out;
    return eth_parse_state_overrides(c, ETH_ARG(0), v, &out);
}
static bool block(struct rpc_call *c, json_t *v) {
    struct chain_block_overrides out;
    return eth_parse_block_overrides(c, ETH_ARG(0), v, &out);
}

#define TYPE(what, type)         "invalid argument 0: json: cannot unmarshal " what " into Go " type
#define VALUE(what, type)        TYPE(what, "value of type " type)
#define FIELD(what, field, type) TYPE(what, "struct field " field " of type " type)

static void test_each_defect_gets_its_words(void **state) {
    (void)state;
    static const struct {
        reader *read;
        const char *json, *message; /* NULL: good */
    } cases[] = {
        {address, "\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\"", NULL},
        {address, "\"0XF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266\"", NULL},
        {address, "5", VALUE("non-string", "common.Address")},
        {address, "\"f39f\"", VALUE("hex string without 0x prefix", "common.Address")},
        {address, "\"0x123\"", VALUE("hex string of odd length", "common.Address")},
        {address, "\"0x12\"",
         "invalid argument 0: hex string has length 2, want 40 for common.Address"},
        {address, "\"\"",
         "invalid argument 0: hex string has length 0, want 40 for common.Address"},
        {address, "\"0xz39fd6e51aad88f6f4ce6ab8827279cfffb92266\"",
         VALUE("invalid hex string", "common.Address")},
        {hash, "\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\"",
         "invalid argument 0: hex string has length 40, want 64 for common.Hash"},
        {u64, "\"0x0\"", NULL},
        {u64, "\"0xffffffffffffffff\"", NULL},
        {u64, "1", VALUE("non-string", "hexutil.Uint64")},
        {u64, "\"1\"", VALUE("hex string without 0x prefix", "hexutil.Uint64")},
        {u64, "\"\"", VALUE("empty hex string", "hexutil.Uint64")},
        {u64, "\"0x\"", VALUE("hex string \"0x\"", "hexutil.Uint64")},
        {u64, "\"0x01\"", VALUE("hex number with leading zero digits", "hexutil.Uint64")},
        {u64, "\"0x1g\"", VALUE("invalid hex string", "hexutil.Uint64")},
        {u64, "\"0x10000000000000000\"", VALUE("hex number > 64 bits", "hexutil.Uint64")},
        {u256, "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"", NULL},
        {u256, "\"0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"",
         VALUE("hex number > 256 bits", "*hexutil.Big")},
        {data, "\"0x\"", NULL},
        {data, "\"\"", NULL},
        {data, "\"0x123\"", VALUE("hex string of odd length", "hexutil.Bytes")},
        {data, "\"zz\"", VALUE("hex string without 0x prefix", "hexutil.Bytes")},
        {data, "{}", VALUE("non-string", "hexutil.Bytes")},
        {boolean, "true", NULL},
        {boolean, "\"true\"", VALUE("string", "bool")},
        {number, "\"0x10\"", NULL},
        {number, "\"0x8000000000000000\"", "invalid argument 0: block number larger than int64"},
        {number, "\"soon\"", "invalid argument 0: hex string without 0x prefix"},
        {number, "7", VALUE("number", "string")},
        {slot, "\"0x0\"", NULL},
        {slot, "\"1f\"", NULL},
        {slot, "\"\"", NULL},
        {slot, "\"0xasdf\"", "invalid hex in storage key: \"0xasdf\""},
        {slot, "\"0x00000000000000000000000000000000000000000000000000000000000000000\"",
         "storage key too long (want at most 32 bytes): "
         "\"0x00000000000000000000000000000000000000000000000000000000000000000\""},
        {tx, "{}", NULL},
        {tx, "{\"from\":null,\"gas\":null}", NULL},
        {tx, "\"0x\"", VALUE("string", "ethapi.TransactionArgs")},
        {tx, "{\"to\":\"zz\"}",
         FIELD("hex string without 0x prefix", "TransactionArgs.to", "common.Address")},
        {tx, "{\"value\":1}", FIELD("non-string", "TransactionArgs.value", "*hexutil.Big")},
        {tx, "{\"accessList\":{}}",
         FIELD("object", "TransactionArgs.accessList", "types.AccessList")},
        {tx, "{\"accessList\":[{\"storageKeys\":[]}]}",
         "invalid argument 0: missing required field 'address' for AccessTuple"},
        {tx, "{\"authorizationList\":[{\"chainId\":\"0x1\"}]}",
         "invalid argument 0: missing required field 'address' for SetCodeAuthorization"},
        {accounts, "{\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\":{\"balance\":\"0x1\"}}", NULL},
        {accounts, "{\"0x1\":{}}", VALUE("hex string of odd length", "common.Address")},
        {accounts, "[]", VALUE("array", "override.StateOverride")},
        {accounts, "{\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\":{\"nonce\":1}}",
         FIELD("non-string", "OverrideAccount.nonce", "hexutil.Uint64")},
        {accounts, "{\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\":{\"stateDiff\":[]}}",
         FIELD("array", "OverrideAccount.stateDiff", "map[common.Hash]common.Hash")},
        {block, "{\"number\":\"0x1\",\"time\":\"0x2\",\"withdrawals\":[]}", NULL},
        {block, "{\"time\":\"0x02\"}",
         FIELD("hex number with leading zero digits", "BlockOverrides.time", "hexutil.Uint64")},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        json_t *v = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        struct rpc_call c = call_of(NULL);
        bool ok = cases[i].read(&c, v);
        if (ok != (cases[i].message == NULL)) fail_msg("%s: %s", cases[i].json, c.message);
        if (!ok) {
            assert_string_equal(c.message, cases[i].message);
            assert_int_equal(c.error, RPC_INVALID_PARAMS);
        }
        json_decref(v);
    }
}

static void test_counts_of_arguments(void **state) {
    (void)state;
    json_t *params = json_loads("[1,null,3]", 0, NULL);
    struct rpc_call c = call_of(params);
    assert_true(eth_count_args(&c, 1, 3));
    assert_false(eth_count_args(&c, 0, 2));
    assert_string_equal(c.message, "too many arguments, want at most 2");
    assert_false(eth_count_args(&c, 2, 3));
    assert_string_equal(c.message, "missing value for required argument 1");
    json_decref(params);
}

static void test_a_call_takes_every_field(void **state) {
    (void)state;
    json_t *v = json_loads(
        "{\"from\":\"0x0000000000000000000000000000000000000001\","
        "\"to\":\"0x0000000000000000000000000000000000000002\",\"gas\":\"0x5208\","
        "\"nonce\":\"0x7\",\"value\":\"0x3\",\"data\":\"0x01\",\"input\":\"0x0203\","
        "\"maxFeePerGas\":\"0x9\",\"maxPriorityFeePerGas\":\"0x4\",\"chainId\":\"0x7a69\","
        "\"accessList\":[{\"address\":\"0x0000000000000000000000000000000000000005\","
        "\"storageKeys\":[\"0x0000000000000000000000000000000000000000000000000000000000000006\"]}]"
        ","
        "\"authorizationList\":[{\"chainId\":\"0x1\",\"address\":"
        "\"0x0000000000000000000000000000000000000008\",\"nonce\":\"0x2\",\"yParity\":\"0x1\","
        "\"r\":\"0x0001\",\"s\":\"0x2\"}]}",
        0, NULL);
    struct rpc_call c = call_of(NULL);
    struct eth_call_args a;
    assert_true(tx(&c, v));
    assert_true(eth_parse_call(&c, ETH_ARG(0), v, &a));
    assert_int_equal(a.call.from.b[19], 1);
    assert_int_equal(a.call.to.b[19], 2);
    assert_true(a.call.has_to && a.call.has_nonce && a.call.fee_market && a.has_chain_id);
    assert_int_equal(a.call.gas, 21000);
    assert_int_equal(a.call.nonce, 7);
    assert_int_equal(a.call.value.w[0], 3);
    assert_int_equal(a.call.gas_price.w[0], 9);
    assert_int_equal(a.call.max_priority_fee.w[0], 4);
    assert_true(bytes_eq(a.call.data, BYTES_LIT("\x02\x03"))); /* input goes before data */
    assert_int_equal(a.call.access_count, 1);
    assert_int_equal(a.call.access[0].keys[0].b[31], 6);
    assert_int_equal(a.call.authorization_count, 1);
    assert_int_equal(a.call.authorizations[0].address.b[19], 8);
    assert_int_equal(a.call.authorizations[0].r.w[0], 1);
    json_decref(v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_defect_gets_its_words, setup_arena,
                                        teardown_arena),
        cmocka_unit_test_setup_teardown(test_counts_of_arguments, setup_arena, teardown_arena),
        cmocka_unit_test_setup_teardown(test_a_call_takes_every_field, setup_arena, teardown_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
