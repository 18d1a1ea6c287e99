/* testing_buildBlockV1 (execution-apis): a block as the engine API shows it, built and not kept. */
#include "chain/simulation.h"
#include "rpc/eth.h"

static bool field(struct rpc_call *c, json_t *o, const char *name, json_t **v) {
    *v = json_object_get(o, name);
    return eth_given(*v) || rpc_fail(c, RPC_INVALID_PARAMS,
                                     "invalid argument 1: missing required field '%s' for "
                                     "PayloadAttributes",
                                     name);
}

static bool parse_attributes(struct rpc_call *c, json_t *o, struct chain_build_request *q) {
    json_t *v;
    struct eth_at at = {1, "PayloadAttributes"};
    if (!eth_arg_object(c, ETH_ARG(1), o, "engine.PayloadAttributes")) return false;
    if (!field(c, o, "timestamp", &v) || !eth_arg_u64(c, at, v, &q->time) ||
        !field(c, o, "prevRandao", &v) || !eth_arg_hash(c, at, v, &q->prev_randao) ||
        !field(c, o, "suggestedFeeRecipient", &v) || !eth_arg_address(c, at, v, &q->coinbase))
        return false;
    v = json_object_get(o, "parentBeaconBlockRoot");
    if (eth_given(v) && !eth_arg_hash(c, at, v, &q->beacon_root)) return false;
    v = json_object_get(o, "withdrawals");
    struct chain_block_overrides withdrawals = {0};
    if (eth_given(v) && !eth_parse_withdrawals(c, at, v, &withdrawals)) return false;
    q->withdrawals = withdrawals.withdrawals;
    q->withdrawal_count = withdrawals.withdrawal_count;
    return true;
}

static bool parse_transactions(struct rpc_call *c, json_t *list, struct chain_build_request *q) {
    size_t i;
    json_t *v;
    q->from_mempool = !eth_given(list);
    if (q->from_mempool) return true;
    if (!eth_arg_array(c, ETH_ARG(2), list, "[]hexutil.Bytes")) return false;
    struct bytes *txs = ARENA_ARRAY(c->arena, struct bytes, json_array_size(list));
    json_array_foreach(list, i, v) if (!eth_arg_bytes(c, ETH_ARG(2), v, &txs[i])) return false;
    q->txs = txs;
    q->tx_count = json_array_size(list);
    return true;
}

/* ExecutionPayloadV3. */
static void put_payload(struct json_out *o, const struct chain_built *b,
                        const struct chain_build_request *q) {
    const struct chain_block *h = &b->block;
    jo_key(o, "executionPayload");
    jo_object(o);
    JO_KEY_HEX(o, "parentHash", h->parent_hash);
    JO_KEY_HEX(o, "feeRecipient", h->coinbase);
    JO_KEY_HEX(o, "stateRoot", h->roots.evm);
    JO_KEY_HEX(o, "receiptsRoot", h->receipts_root);
    JO_KEY_HEX(o, "logsBloom", h->logs_bloom);
    JO_KEY_HEX(o, "prevRandao", h->prev_randao);
    jo_key(o, "blockNumber");
    jo_quantity(o, h->height);
    jo_key(o, "gasLimit");
    jo_quantity(o, h->gas_limit);
    jo_key(o, "gasUsed");
    jo_quantity(o, h->gas_used);
    jo_key(o, "timestamp");
    jo_quantity(o, h->timestamp_us / 1000000);
    jo_key(o, "extraData");
    jo_hex(o, bytes_make(h->extra, h->extra_bytes));
    jo_key(o, "baseFeePerGas");
    jo_quantity_u256(o, &h->base_fee);
    JO_KEY_HEX(o, "blockHash", h->hash);
    jo_key(o, "transactions");
    jo_array(o);
    for (size_t i = 0; i < b->tx_count; i++) jo_hex(o, b->txs[i].raw);
    jo_end_array(o);
    if (h->header_fields >= ETH_FIELDS_SHANGHAI)
        eth_put_withdrawals(o, q->withdrawals, q->withdrawal_count);
    if (h->header_fields >= ETH_FIELDS_CANCUN) {
        jo_key(o, "blobGasUsed");
        jo_quantity(o, h->blob_gas_used);
        jo_key(o, "excessBlobGas");
        jo_quantity(o, h->excess_blob_gas);
    }
    jo_end_object(o);
}

/* Sidecars are not kept here: transactions with blobs are refused at the door, and those given to
 * this call come without. */
static void put_built(struct json_out *o, const struct chain_built *b,
                      const struct chain_build_request *q) {
    jo_object(o);
    put_payload(o, b, q);
    jo_key(o, "blockValue");
    jo_quantity_u256(o, &b->value);
    jo_key(o, "blobsBundle");
    jo_raw(o, BYTES_LIT("{\"commitments\":[],\"proofs\":[],\"blobs\":[]}"));
    jo_key(o, "executionRequests");
    jo_array(o);
    for (size_t i = 0; i < b->requests.count; i++) jo_hex(o, b->requests.list[i]);
    jo_end_array(o);
    jo_key(o, "shouldOverrideBuilder");
    jo_bool(o, false);
    jo_end_object(o);
}

bool eth_build_block(struct rpc_call *c) {
    struct b32 parent;
    struct chain_build_request q = {0};
    struct chain_reader *r;
    struct chain_built built;
    struct chain_block newest;
    json_t *extra = rpc_param(c, 3);
    if (!eth_count_args(c, 2, 4) || !eth_arg_hash(c, ETH_ARG(0), rpc_param(c, 0), &parent) ||
        !parse_attributes(c, rpc_param(c, 1), &q) || !parse_transactions(c, rpc_param(c, 2), &q) ||
        (extra && !eth_arg_bytes(c, ETH_ARG(3), extra, &q.extra)) || !eth_reader(c, &r))
        return false;
    bool ok = chain_block_at(r, chain_reader_height(r), &newest) && b32_eq(&newest.hash, &parent);
    if (!ok) {
        rpc_fail(c, RPC_SERVER_ERROR, "parentHash is not current head");
    } else {
        struct err e = chain_build_block(r, &q, &built);
        if (err_is(e))
            ok = rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
        else
            put_built(c->out, &built, &q);
    }
    chain_reader_close(r);
    return ok;
}
