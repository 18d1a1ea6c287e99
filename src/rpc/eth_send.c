/* Methods that execute: eth_sendRawTransaction, eth_call, eth_estimateGas. */
#include "rpc/eth.h"

/* ---- Sending */

static bool send_raw(struct rpc_call *c) {
    struct bytes raw;
    struct chain_submitted done;
    if (!rpc_data(c, rpc_param(c, 0), "raw transaction", &raw)) return false;
    struct err e = chain_submit_evm(c->node->chain, raw, RPC_SEAL_WAIT_MS, &done);
    if (err_is(e)) return rpc_fail(c, RPC_SERVER_ERROR, "%s", done.text);
    jo_hex(c->out, BYTES_OF(done.hash));
    return true;
}

/* ---- Calls */

static bool parse_access_list(struct rpc_call *c, json_t *list, struct chain_evm_call *call) {
    size_t n = json_array_size(list), i, k;
    json_t *entry, *key;
    if (!json_is_array(list))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 0: accessList is not an array");
    struct evm_access *access = ARENA_ARRAY(c->arena, struct evm_access, n);
    json_array_foreach(list, i, entry) {
        json_t *keys = json_object_get(entry, "storageKeys");
        struct b32 *out = ARENA_ARRAY(c->arena, struct b32, json_array_size(keys));
        if (!rpc_address(c, json_object_get(entry, "address"), "accessList address",
                         &access[i].address))
            return false;
        json_array_foreach(
            keys, k, key) if (!rpc_hash(c, key, "accessList storageKeys", &out[k])) return false;
        access[i].keys = out;
        access[i].key_count = json_array_size(keys);
    }
    call->access = access;
    call->access_count = n;
    return true;
}

static bool optional_quantity(struct rpc_call *c, json_t *o, const char *key, struct u256 *out) {
    json_t *v = json_object_get(o, key);
    return !v || json_is_null(v) || rpc_quantity_u256(c, v, key, out);
}

static bool parse_call(struct rpc_call *c, json_t *o, struct chain_evm_call *call) {
    struct u256 gas = U256_ZERO, max_fee = U256_ZERO;
    json_t *from = json_object_get(o, "from"), *to = json_object_get(o, "to");
    json_t *input = json_object_get(o, "input"), *data = json_object_get(o, "data");
    json_t *access = json_object_get(o, "accessList");
    *call = (struct chain_evm_call){0};
    if (!json_is_object(o))
        return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument 0");
    if (from && !json_is_null(from) && !rpc_address(c, from, "from", &call->from)) return false;
    call->has_to = to && !json_is_null(to);
    if (call->has_to && !rpc_address(c, to, "to", &call->to)) return false;
    if (!optional_quantity(c, o, "value", &call->value) || !optional_quantity(c, o, "gas", &gas) ||
        !optional_quantity(c, o, "gasPrice", &call->gas_price) ||
        !optional_quantity(c, o, "maxFeePerGas", &max_fee))
        return false;
    if (!u256_is_zero(&max_fee)) call->gas_price = max_fee;
    call->gas = u256_sat_u64(&gas);
    json_t *bytes = input && !json_is_null(input) ? input : data;
    if (bytes && !json_is_null(bytes) && !rpc_data(c, bytes, "data", &call->data)) return false;
    if (access && !json_is_null(access)) return parse_access_list(c, access, call);
    return true;
}

/* The failure of a call, in the form that clients decode: code 3 with the revert data, or -32000.
 */
static bool fail_execution(struct rpc_call *c, const struct chain_evm_result *result) {
    if (!result->reverted) return rpc_fail(c, RPC_SERVER_ERROR, "%s", result->error);
    struct bytes text = xvm_revert_text(c->arena, result->output);
    c->error_data = arena_copy(c->arena, result->output);
    if (!c->error_data.p) c->error_data.p = (const uint8_t *)"";
    bool solidity =
        result->output.n >= 4 && result->output.p[0] == 0x08 && result->output.p[1] == 0xc3;
    if (solidity && text.n)
        return rpc_fail(c, RPC_EXECUTION_REVERTED, "execution reverted: %.*s",
                        (int)min_u64(text.n, 400), (const char *)text.p);
    return rpc_fail(c, RPC_EXECUTION_REVERTED, "execution reverted");
}

static bool eth_call(struct rpc_call *c) {
    struct chain_evm_call call;
    struct chain_evm_result result;
    struct chain_reader *r;
    if (!parse_call(c, rpc_param(c, 0), &call)) return false;
    if (json_object_size(rpc_param(c, 2)))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "state overrides are not supported by this node yet");
    if (!eth_reader_at(c, rpc_param(c, 1), &r)) return false;
    struct err e = chain_simulate_evm(r, &call, &result);
    bool ok = true;
    if (err_is(e))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
    else if (!result.ok)
        ok = fail_execution(c, &result);
    else
        jo_hex(c->out, result.output);
    chain_reader_close(r);
    return ok;
}

static bool estimate_gas(struct rpc_call *c) {
    struct chain_evm_call call;
    struct chain_evm_result result;
    struct chain_reader *r;
    uint64_t gas;
    if (!parse_call(c, rpc_param(c, 0), &call)) return false;
    if (!eth_reader_at(c, rpc_param(c, 1), &r)) return false;
    struct err e = chain_estimate_evm(r, &call, &gas, &result);
    bool ok = true;
    if (err_is(e))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
    else if (!result.ok)
        ok = fail_execution(c, &result);
    else
        jo_quantity(c->out, gas);
    chain_reader_close(r);
    return ok;
}

const struct rpc_method_row eth_send_methods[] = {
    {"eth_sendRawTransaction", send_raw},
    {"eth_call", eth_call},
    {"eth_estimateGas", estimate_gas},
    {NULL, NULL},
};
