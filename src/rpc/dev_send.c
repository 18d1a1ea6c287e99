/* Transactions of the unlocked accounts and of impersonated ones: what is missing is filled in, as
 * anvil does it, then it is signed or marked, and sent. */
#include "rpc/dev.h"

#include "rpc/eth_args.h"
#include "rpc/later.h"

enum { SUGGESTED_TIP = 1000000000, TX_GAS_CAP = 1 << 24 /* EIP-7825 */, TRANSFER_GAS = 21000 };

/* ---- Filling in */

/* The type that is asked for, or the plainest one that has room for the fields. */
static bool choose_type(struct rpc_call *c, json_t *o, const struct eth_call_args *a,
                        uint8_t *out) {
    json_t *v = json_object_get(o, "type");
    uint64_t type;
    if (a->has_blobs || a->has_max_blob_fee || json_object_get(o, "blobs"))
        type = EVM_TX_BLOB;
    else if (a->has_authorizations)
        type = EVM_TX_SET_CODE;
    else if (a->has_gas_price)
        type = a->has_access ? EVM_TX_ACCESS_LIST : EVM_TX_LEGACY;
    else
        type = EVM_TX_FEE_MARKET;
    if (eth_given(v) && !eth_arg_u64(c, (struct eth_at){0, "TransactionArgs.type"}, v, &type))
        return false;
    if (type == EVM_TX_BLOB)
        return rpc_fail(c, RPC_SERVER_ERROR,
                        "blob transactions are not accepted: this chain has no blobs");
    if (type > EVM_TX_SET_CODE)
        return rpc_fail(c, RPC_SERVER_ERROR, "transaction type not supported");
    bool market = type == EVM_TX_FEE_MARKET || type == EVM_TX_SET_CODE;
    if (market ? a->has_gas_price : a->has_max_fee || a->has_tip)
        return rpc_fail(c, RPC_INVALID_PARAMS, "type %llu takes %s, not %s",
                        (unsigned long long)type,
                        market ? "maxFeePerGas and maxPriorityFeePerGas" : "gasPrice",
                        market ? "gasPrice" : "maxFeePerGas or maxPriorityFeePerGas");
    if (type == EVM_TX_LEGACY && a->has_access)
        return rpc_fail(c, RPC_INVALID_PARAMS, "type 0 takes no accessList");
    if (type != EVM_TX_SET_CODE && a->has_authorizations)
        return rpc_fail(c, RPC_INVALID_PARAMS, "only type 4 takes an authorizationList");
    *out = (uint8_t)type;
    return true;
}

/* Fees that the next block takes, with room for two blocks' rise of the base fee. */
static void fill_fees(struct rpc_call *c, const struct eth_call_args *a, struct evm_tx *tx) {
    struct u256 fee = chain_pending_base_fee(c->node->chain), tip = u256_from_u64(SUGGESTED_TIP);
    if (tx->type < EVM_TX_FEE_MARKET) {
        u256_add(&tx->max_fee, &fee, &tip);
        if (a->has_gas_price) tx->max_fee = a->call.gas_price;
        tx->max_priority_fee = tx->max_fee;
        return;
    }
    if (a->has_tip) tip = a->call.max_priority_fee;
    u256_add(&fee, &fee, &fee);
    u256_add(&tx->max_fee, &fee, &tip);
    if (a->has_max_fee) tx->max_fee = a->call.gas_price;
    tx->max_priority_fee = tip;
    if (!a->has_tip && u256_lt(&tx->max_fee, &tip)) tx->max_priority_fee = tx->max_fee;
}

/* What an estimate says. A transaction that would fail is sent all the same, so that its failure
 * can be looked at: with as much as a transaction may have. */
static bool fill_gas(struct rpc_call *c, const struct eth_call_args *a, uint64_t *gas) {
    struct chain_evm_result result;
    struct chain_reader *r;
    struct chain_block head;
    if (a->call.has_gas) {
        *gas = a->call.gas;
        return true;
    }
    if (!eth_reader(c, &r)) return false;
    chain_block_at(r, chain_reader_height(r), &head);
    struct err e = chain_estimate_evm(r, &a->call, gas, &result);
    bool plain = a->call.has_to && !a->call.data.n && !a->has_access && !a->has_authorizations;
    if (err_is(e) || !result.ok)
        *gas = plain && err_is(e) ? TRANSFER_GAS : min_u64(head.gas_limit, TX_GAS_CAP);
    chain_reader_close(r);
    return true;
}

/* The transaction that a request object means, with its sender, unsigned; without `*has_nonce`
 * fill_nonce() is still to be called. */
static bool read_transaction(struct rpc_call *c, bool needs_from, struct evm_tx *tx,
                             bool *has_nonce) {
    struct eth_call_args a;
    json_t *o = json_array_get(c->params, 0);
    *tx = (struct evm_tx){0};
    if (!eth_count_args(c, 1, 1) || !eth_parse_call(c, ETH_ARG(0), o, &a) || !eth_check_call(c, &a))
        return false;
    bool has_from = eth_given(json_object_get(o, "from"));
    if (!has_from && needs_from) return rpc_fail(c, RPC_INVALID_PARAMS, "No Signer available");
    if (!has_from) a.call.from = dev_account(0);
    if (!choose_type(c, o, &a, &tx->type) || !fill_gas(c, &a, &tx->gas_limit)) return false;
    fill_fees(c, &a, tx);
    tx->has_chain_id = true;
    tx->chain_id = chain_get_options(c->node->chain)->chain_id;
    *has_nonce = a.call.has_nonce;
    tx->nonce = a.call.nonce;
    tx->is_create = !a.call.has_to;
    tx->to = a.call.to;
    tx->value = a.call.value;
    tx->data = a.call.data;
    tx->access = a.call.access;
    tx->access_count = a.call.access_count;
    tx->authorizations = a.call.authorizations;
    tx->authorization_count = a.call.authorization_count;
    tx->sender = a.call.from;
    return true;
}

static void fill_nonce(struct rpc_call *c, struct evm_tx *tx) {
    tx->nonce = chain_pending_nonce(c->node->chain, &tx->sender);
}

/* ---- Signing and sending */

static bool sign_transaction(struct rpc_call *c, struct evm_tx *tx, struct bytes *raw) {
    struct buf out = {0};
    const struct b32 *key = dev_key(&tx->sender);
    if (!key || !evm_tx_sign(tx, key))
        return rpc_fail(c, RPC_INVALID_PARAMS, "No Signer available");
    evm_tx_encode(tx, &out);
    *raw = arena_copy(c->arena, buf_bytes(&out));
    buf_free(&out);
    return true;
}

static bool send_unsigned(struct rpc_call *c, const struct evm_tx *tx) {
    struct chain *chain = c->node->chain;
    struct chain_submitted done;
    struct rpc_later *l = rpc_later_new(c);
    struct err e = l ? chain_submit_unsigned_later(chain, tx, RPC_SEAL_WAIT_MS, rpc_later_told, l,
                                                   &done, &c->is_later)
                     : chain_submit_unsigned(chain, tx, RPC_SEAL_WAIT_MS, &done);
    return rpc_later_submitted(c, l, e, &done);
}

static bool send_signed(struct rpc_call *c, struct evm_tx *tx) {
    struct bytes raw;
    return sign_transaction(c, tx, &raw) && eth_submit(c, raw);
}

static bool send(struct rpc_call *c, struct evm_tx *tx, bool has_nonce, bool is_unsigned) {
    pthread_mutex_t *lock = has_nonce ? NULL : &c->node->unlocked_lock;
    if (lock) {
        pthread_mutex_lock(lock);
        fill_nonce(c, tx);
    }
    bool ok = is_unsigned ? send_unsigned(c, tx) : send_signed(c, tx);
    if (lock) pthread_mutex_unlock(lock);
    return ok;
}

bool dev_send_transaction(struct rpc_call *c) {
    struct evm_tx tx;
    bool has_nonce;
    return read_transaction(c, false, &tx, &has_nonce) &&
           send(c, &tx, has_nonce, chain_is_impersonated(c->node->chain, &tx.sender));
}

static bool send_unsigned_transaction(struct rpc_call *c) {
    struct evm_tx tx;
    bool has_nonce;
    return read_transaction(c, true, &tx, &has_nonce) && send(c, &tx, has_nonce, true);
}

static bool eth_sign_transaction(struct rpc_call *c) {
    struct evm_tx tx;
    struct bytes raw;
    bool has_nonce;
    if (!read_transaction(c, false, &tx, &has_nonce)) return false;
    if (!has_nonce) fill_nonce(c, &tx);
    if (!sign_transaction(c, &tx, &raw)) return false;
    jo_hex(c->out, raw);
    return true;
}

const struct rpc_method_row dev_send_methods[] = {
    {"eth_sendTransaction", dev_send_transaction},
    {"eth_sendUnsignedTransaction", send_unsigned_transaction},
    {"eth_signTransaction", eth_sign_transaction},
    {NULL, NULL},
};
