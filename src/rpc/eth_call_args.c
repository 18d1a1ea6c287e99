/* The objects of eth_call and its like: the transaction, and what is overridden. */
#include "rpc/eth_args.h"
#include "rpc/node.h"

/* The field `name` of `o`, which stands at Go's `path`; false if it is not there or null. */
static bool field(json_t *o, const char *name, json_t **v) {
    *v = json_object_get(o, name);
    return eth_given(*v);
}

static struct eth_at in(struct eth_at at, const char *field) {
    return (struct eth_at){at.arg, field};
}

static bool parse_keys(struct rpc_call *c, struct eth_at at, json_t *list,
                       struct evm_access *access) {
    size_t i;
    json_t *key;
    struct b32 *keys = ARENA_ARRAY(c->arena, struct b32, json_array_size(list));
    if (!eth_arg_array(c, in(at, "AccessTuple.storageKeys"), list, "[]common.Hash")) return false;
    json_array_foreach(list, i, key) if (!eth_arg_hash(c, in(at, "AccessTuple.storageKeys"), key,
                                                       &keys[i])) return false;
    access->keys = keys;
    access->key_count = json_array_size(list);
    return true;
}

static bool parse_access_list(struct rpc_call *c, struct eth_at at, json_t *list,
                              struct chain_evm_call *call) {
    size_t i;
    json_t *entry, *v;
    if (!eth_arg_array(c, in(at, "TransactionArgs.accessList"), list, "types.AccessList"))
        return false;
    struct evm_access *access = ARENA_ARRAY(c->arena, struct evm_access, json_array_size(list));
    json_array_foreach(list, i, entry) {
        if (!eth_arg_object(c, in(at, "TransactionArgs.accessList"), entry, "types.AccessTuple"))
            return false;
        if (!field(entry, "address", &v))
            return rpc_fail(c, RPC_INVALID_PARAMS,
                            "invalid argument %u: missing required field 'address' for AccessTuple",
                            at.arg);
        if (!eth_arg_address(c, in(at, "AccessTuple.address"), v, &access[i].address)) return false;
        if (field(entry, "storageKeys", &v) && !parse_keys(c, at, v, &access[i])) return false;
    }
    call->access = access;
    call->access_count = json_array_size(list);
    return true;
}

static bool required(struct rpc_call *c, struct eth_at at, json_t *o, const char *name,
                     json_t **v) {
    return field(o, name, v) ||
           rpc_fail(c, RPC_INVALID_PARAMS,
                    "invalid argument %u: missing required field '%s' for SetCodeAuthorization",
                    at.arg, name);
}

static bool parse_authorization(struct rpc_call *c, struct eth_at at, json_t *o,
                                struct evm_authorization *out) {
    json_t *v;
    uint64_t y;
    if (!eth_arg_object(c, in(at, "TransactionArgs.authorizationList"), o,
                        "types.SetCodeAuthorization"))
        return false;
    bool ok = required(c, at, o, "chainId", &v) &&
              eth_arg_u256(c, in(at, "SetCodeAuthorization.chainId"), v, &out->chain_id) &&
              required(c, at, o, "address", &v) &&
              eth_arg_address(c, in(at, "SetCodeAuthorization.address"), v, &out->address) &&
              required(c, at, o, "nonce", &v) &&
              eth_arg_u64(c, in(at, "SetCodeAuthorization.nonce"), v, &out->nonce) &&
              required(c, at, o, "yParity", &v) &&
              eth_arg_u64(c, in(at, "SetCodeAuthorization.yParity"), v, &y) &&
              required(c, at, o, "r", &v) &&
              eth_arg_padded_u256(c, in(at, "SetCodeAuthorization.r"), v, &out->r) &&
              required(c, at, o, "s", &v) &&
              eth_arg_padded_u256(c, in(at, "SetCodeAuthorization.s"), v, &out->s);
    if (ok && y > UINT8_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %u: yParity does not fit 8 bits",
                        at.arg);
    if (ok) out->y_parity = (uint8_t)y;
    return ok;
}

static bool parse_authorizations(struct rpc_call *c, struct eth_at at, json_t *list,
                                 struct chain_evm_call *call) {
    size_t i;
    json_t *entry;
    if (!eth_arg_array(c, in(at, "TransactionArgs.authorizationList"), list,
                       "[]types.SetCodeAuthorization"))
        return false;
    struct evm_authorization *out =
        ARENA_ARRAY(c->arena, struct evm_authorization, json_array_size(list));
    json_array_foreach(list, i,
                       entry) if (!parse_authorization(c, at, entry, &out[i])) return false;
    call->authorizations = out;
    call->authorization_count = json_array_size(list);
    return true;
}

static bool parse_blob_hashes(struct rpc_call *c, struct eth_at at, json_t *list,
                              struct chain_evm_call *call) {
    size_t i;
    json_t *entry;
    struct eth_at here = in(at, "TransactionArgs.blobVersionedHashes");
    if (!eth_arg_array(c, here, list, "[]common.Hash")) return false;
    struct b32 *out = ARENA_ARRAY(c->arena, struct b32, json_array_size(list));
    json_array_foreach(list, i, entry) if (!eth_arg_hash(c, here, entry, &out[i])) return false;
    call->blob_hashes = out;
    call->blob_hash_count = json_array_size(list);
    return true;
}

/* "input" counts if both are there. */
static bool parse_data(struct rpc_call *c, struct eth_at at, json_t *o,
                       struct chain_evm_call *call) {
    json_t *v;
    if (field(o, "data", &v) && !eth_arg_bytes(c, in(at, "TransactionArgs.data"), v, &call->data))
        return false;
    return !field(o, "input", &v) ||
           eth_arg_bytes(c, in(at, "TransactionArgs.input"), v, &call->data);
}

static bool parse_fees(struct rpc_call *c, struct eth_at at, json_t *o, struct eth_call_args *a) {
    json_t *v;
    struct u256 max_fee = U256_ZERO;
    a->has_gas_price = field(o, "gasPrice", &v);
    if (a->has_gas_price &&
        !eth_arg_u256(c, in(at, "TransactionArgs.gasPrice"), v, &a->call.gas_price))
        return false;
    a->has_max_fee = field(o, "maxFeePerGas", &v);
    if (a->has_max_fee && !eth_arg_u256(c, in(at, "TransactionArgs.maxFeePerGas"), v, &max_fee))
        return false;
    a->has_tip = field(o, "maxPriorityFeePerGas", &v);
    if (a->has_tip && !eth_arg_u256(c, in(at, "TransactionArgs.maxPriorityFeePerGas"), v,
                                    &a->call.max_priority_fee))
        return false;
    a->has_max_blob_fee = field(o, "maxFeePerBlobGas", &v);
    if (a->has_max_blob_fee &&
        !eth_arg_u256(c, in(at, "TransactionArgs.maxFeePerBlobGas"), v, &a->call.max_blob_fee))
        return false;
    if (!a->has_gas_price) a->call.gas_price = max_fee;
    a->call.fee_market = !a->has_gas_price;
    return true;
}

static bool parse_lists(struct rpc_call *c, struct eth_at at, json_t *o, struct eth_call_args *a) {
    json_t *v;
    a->has_access = field(o, "accessList", &v);
    if (a->has_access && !parse_access_list(c, at, v, &a->call)) return false;
    a->has_authorizations = field(o, "authorizationList", &v);
    if (a->has_authorizations && !parse_authorizations(c, at, v, &a->call)) return false;
    a->has_blobs = field(o, "blobVersionedHashes", &v);
    return !a->has_blobs || parse_blob_hashes(c, at, v, &a->call);
}

bool eth_parse_call(struct rpc_call *c, struct eth_at at, json_t *o, struct eth_call_args *a) {
    json_t *v;
    struct chain_evm_call *call = &a->call;
    struct u256 chain_id;
    *a = (struct eth_call_args){0};
    if (!eth_arg_object(c, at, o, "ethapi.TransactionArgs")) return false;
    if (field(o, "from", &v) && !eth_arg_address(c, in(at, "TransactionArgs.from"), v, &call->from))
        return false;
    call->has_to = field(o, "to", &v);
    if (call->has_to && !eth_arg_address(c, in(at, "TransactionArgs.to"), v, &call->to))
        return false;
    call->has_gas = field(o, "gas", &v);
    if (call->has_gas && !eth_arg_u64(c, in(at, "TransactionArgs.gas"), v, &call->gas))
        return false;
    call->has_nonce = field(o, "nonce", &v);
    if (call->has_nonce && !eth_arg_u64(c, in(at, "TransactionArgs.nonce"), v, &call->nonce))
        return false;
    if (field(o, "value", &v) && !eth_arg_u256(c, in(at, "TransactionArgs.value"), v, &call->value))
        return false;
    a->has_chain_id = field(o, "chainId", &v);
    if (a->has_chain_id) {
        if (!eth_arg_u256(c, in(at, "TransactionArgs.chainId"), v, &chain_id)) return false;
        a->chain_id = chain_id;
    }
    return parse_fees(c, at, o, a) && parse_data(c, at, o, call) && parse_lists(c, at, o, a);
}

bool eth_check_call(struct rpc_call *c, struct eth_call_args *a) {
    uint64_t own = chain_get_options(c->node->chain)->chain_id;
    if (a->has_gas_price && (a->has_max_fee || a->has_tip))
        return rpc_fail(c, RPC_SERVER_ERROR,
                        "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
    if (a->has_chain_id && !(u256_fits_u64(&a->chain_id) && a->chain_id.w[0] == own)) {
        char have[80];
        have[u256_to_dec(have, &a->chain_id)] = 0;
        return rpc_fail(c, RPC_SERVER_ERROR, "chainId does not match node's (have=%s, want=%llu)",
                        have, (unsigned long long)own);
    }
    return true;
}

/* ---- Overrides */

static bool parse_slots(struct rpc_call *c, struct eth_at at, json_t *o,
                        struct chain_account_override *out) {
    const char *key;
    json_t *value;
    size_t n = 0;
    if (!eth_arg_object(c, at, o, "map[common.Hash]common.Hash")) return false;
    struct chain_slot_override *slots =
        ARENA_ARRAY(c->arena, struct chain_slot_override, json_object_size(o));
    json_object_foreach(o, key, value) {
        if (!eth_key_bytes(c, at, key, slots[n].key.b, 32, "common.Hash") ||
            !eth_arg_hash(c, at, value, &slots[n].value))
            return false;
        n++;
    }
    out->slots = slots;
    out->slot_count = n;
    return true;
}

static bool parse_account(struct rpc_call *c, struct eth_at at, json_t *o,
                          struct chain_account_override *out) {
    json_t *v;
    if (!eth_arg_object(c, at, o, "override.OverrideAccount")) return false;
    out->has_nonce = field(o, "nonce", &v);
    if (out->has_nonce && !eth_arg_u64(c, in(at, "OverrideAccount.nonce"), v, &out->nonce))
        return false;
    out->has_code = field(o, "code", &v);
    if (out->has_code && !eth_arg_bytes(c, in(at, "OverrideAccount.code"), v, &out->code))
        return false;
    out->has_balance = field(o, "balance", &v);
    if (out->has_balance && !eth_arg_u256(c, in(at, "OverrideAccount.balance"), v, &out->balance))
        return false;
    out->has_move = field(o, "movePrecompileToAddress", &v);
    if (out->has_move &&
        !eth_arg_address(c, in(at, "OverrideAccount.movePrecompileToAddress"), v, &out->move_to))
        return false;
    out->has_diff = field(o, "stateDiff", &v);
    if (out->has_diff && !parse_slots(c, in(at, "OverrideAccount.stateDiff"), v, out)) return false;
    out->has_state = field(o, "state", &v);
    return !out->has_state || parse_slots(c, in(at, "OverrideAccount.state"), v, out);
}

bool eth_parse_state_overrides(struct rpc_call *c, struct eth_at at, json_t *o,
                               struct chain_overrides *out) {
    const char *key;
    json_t *value;
    size_t n = 0;
    if (!eth_given(o)) return true;
    if (!eth_arg_object(c, at, o, "override.StateOverride")) return false;
    struct chain_account_override *accounts =
        ARENA_ARRAY(c->arena, struct chain_account_override, json_object_size(o));
    json_object_foreach(o, key, value) {
        struct chain_account_override *a = &accounts[n++];
        if (!eth_key_bytes(c, at, key, a->address.b, 20, "common.Address") ||
            !parse_account(c, at, value, a))
            return false;
    }
    out->accounts = accounts;
    out->account_count = n;
    return true;
}

bool eth_parse_withdrawals(struct rpc_call *c, struct eth_at at, json_t *list,
                           struct chain_block_overrides *out) {
    size_t i;
    json_t *o, *v;
    if (!eth_arg_array(c, at, list, "types.Withdrawals")) return false;
    struct eth_withdrawal *w = ARENA_ARRAY(c->arena, struct eth_withdrawal, json_array_size(list));
    json_array_foreach(list, i, o) {
        if (!eth_arg_object(c, at, o, "types.Withdrawal")) return false;
        if ((field(o, "index", &v) &&
             !eth_arg_u64(c, in(at, "Withdrawal.index"), v, &w[i].index)) ||
            (field(o, "validatorIndex", &v) &&
             !eth_arg_u64(c, in(at, "Withdrawal.validatorIndex"), v, &w[i].validator)) ||
            (field(o, "address", &v) &&
             !eth_arg_address(c, in(at, "Withdrawal.address"), v, &w[i].address)) ||
            (field(o, "amount", &v) &&
             !eth_arg_u64(c, in(at, "Withdrawal.amount"), v, &w[i].amount)))
            return false;
    }
    out->withdrawals = w;
    out->withdrawal_count = json_array_size(list);
    return true;
}

static bool parse_block_numbers(struct rpc_call *c, struct eth_at at, json_t *o,
                                struct chain_block_overrides *out) {
    json_t *v;
    struct u256 number = U256_ZERO;
    out->has_number = field(o, "number", &v);
    if (out->has_number && !eth_arg_u256(c, in(at, "BlockOverrides.number"), v, &number))
        return false;
    if (!u256_fits_u64(&number))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %u: block number > 64 bits",
                        at.arg);
    out->number = number.w[0];
    out->has_time = field(o, "time", &v);
    if (out->has_time && !eth_arg_u64(c, in(at, "BlockOverrides.time"), v, &out->time))
        return false;
    out->has_gas_limit = field(o, "gasLimit", &v);
    return !out->has_gas_limit ||
           eth_arg_u64(c, in(at, "BlockOverrides.gasLimit"), v, &out->gas_limit);
}

bool eth_parse_block_overrides(struct rpc_call *c, struct eth_at at, json_t *o,
                               struct chain_block_overrides *out) {
    json_t *v;
    *out = (struct chain_block_overrides){0};
    if (!eth_given(o)) return true;
    if (!eth_arg_object(c, at, o, "override.BlockOverrides") || !parse_block_numbers(c, at, o, out))
        return false;
    out->has_difficulty = field(o, "difficulty", &v);
    if (out->has_difficulty &&
        !eth_arg_u256(c, in(at, "BlockOverrides.difficulty"), v, &out->difficulty))
        return false;
    out->has_coinbase = field(o, "feeRecipient", &v);
    if (out->has_coinbase &&
        !eth_arg_address(c, in(at, "BlockOverrides.feeRecipient"), v, &out->coinbase))
        return false;
    out->has_prev_randao = field(o, "prevRandao", &v);
    if (out->has_prev_randao &&
        !eth_arg_hash(c, in(at, "BlockOverrides.prevRandao"), v, &out->prev_randao))
        return false;
    out->has_base_fee = field(o, "baseFeePerGas", &v);
    if (out->has_base_fee &&
        !eth_arg_u256(c, in(at, "BlockOverrides.baseFeePerGas"), v, &out->base_fee))
        return false;
    out->has_blob_base_fee = field(o, "blobBaseFee", &v);
    if (out->has_blob_base_fee &&
        !eth_arg_u256(c, in(at, "BlockOverrides.blobBaseFee"), v, &out->blob_base_fee))
        return false;
    out->has_beacon_root = field(o, "beaconRoot", &v);
    if (out->has_beacon_root &&
        !eth_arg_hash(c, in(at, "BlockOverrides.beaconRoot"), v, &out->beacon_root))
        return false;
    out->has_withdrawals = field(o, "withdrawals", &v);
    return !out->has_withdrawals ||
           eth_parse_withdrawals(c, in(at, "BlockOverrides.withdrawals"), v, out);
}
