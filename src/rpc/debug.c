/* debug_trace…: sealed transactions run again, and calls, under a tracer. */
#include "rpc/debug.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

/* ---- Running */

bool debug_replay_open(struct rpc_call *c, uint64_t height, struct chain_reader **out) {
    if (height == 0) return rpc_fail(c, RPC_SERVER_ERROR, "genesis is not traceable");
    struct err e = chain_replay_open(c->node->chain, height, out);
    if (!err_is(e)) return true;
    if (e.code == ST_ERR_PRUNED)
        return rpc_fail(c, RPC_SERVER_ERROR,
                        "historical state %llu is not available: it has been pruned",
                        (unsigned long long)height - 1);
    return rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
}

bool debug_replay_next(struct rpc_call *c, struct chain_reader *r) {
    struct err e = chain_replay_next(r);
    return err_is(e) ? rpc_fail(c, RPC_INTERNAL_ERROR, "%s", e.text) : true;
}

bool debug_replay_until(struct rpc_call *c, struct chain_reader *r, uint32_t index) {
    while (chain_replay_done(r) < index)
        if (!debug_replay_next(c, r)) return false;
    return true;
}

struct trace_place debug_place(const struct chain_reader *r, const struct chain_tx *tx) {
    const struct chain_block *b = chain_replay_block(r);
    return (struct trace_place){.known = true,
                                .block_hash = b->hash,
                                .tx_hash = tx->evm_hash,
                                .height = b->height,
                                .index = tx->evm_index,
                                .log_first = tx->evm_log_first};
}

/* Runs the next root under a tracer and writes what it says. */
static bool trace_next(struct rpc_call *c, struct chain_reader *r, const struct chain_tx *tx,
                       const struct trace_options *options, struct trace_budget *budget) {
    struct trace t;
    struct trace_place place = debug_place(r, tx);
    if (!trace_begin(&t, c, options, budget, &place)) return false;
    chain_observe(r, &t.observer);
    bool ok = debug_replay_next(c, r) && trace_put(&t, c);
    chain_observe(r, NULL);
    trace_end(&t);
    return ok;
}

/* ---- Transactions */

bool debug_find_tx(struct rpc_call *c, const struct b32 *hash, struct chain_tx *tx, bool *found) {
    struct chain_reader *r;
    uint8_t vm;
    if (!eth_reader(c, &r)) return false;
    *found = chain_tx_by_hash(r, hash, &vm, tx) && vm == ST_VM_EVM;
    chain_reader_close(r);
    return true;
}

static bool trace_transaction(struct rpc_call *c) {
    struct trace_options options;
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    struct chain_reader *r;
    struct chain_tx tx;
    struct b32 hash;
    bool found;
    if (!eth_count_args(c, 1, 2) || !eth_arg_hash(c, ETH_ARG(0), rpc_param(c, 0), &hash) ||
        !trace_options_parse(c, rpc_param(c, 1), &options) || !debug_find_tx(c, &hash, &tx, &found))
        return false;
    if (!found) return rpc_fail(c, RPC_SERVER_ERROR, "transaction not found");
    if (!debug_replay_open(c, tx.height, &r)) return false;
    bool ok = debug_replay_until(c, r, tx.index);
    if (ok && !chain_replay_peek(r, &tx))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "transaction not found");
    ok = ok && trace_next(c, r, &tx, &options, &budget);
    chain_reader_close(r);
    trace_budget_end(&budget);
    return ok;
}

/* ---- Blocks */

static bool put_traces(struct rpc_call *c, struct chain_reader *r,
                       const struct trace_options *options, struct trace_budget *budget) {
    struct chain_tx tx;
    jo_array(c->out);
    while (chain_replay_peek(r, &tx)) {
        if (tx.evm_index == UINT32_MAX) { /* it did nothing in the EVM */
            if (!debug_replay_next(c, r)) return false;
            continue;
        }
        jo_object(c->out);
        JO_KEY_HEX(c->out, "txHash", tx.evm_hash);
        jo_key(c->out, "result");
        if (!trace_next(c, r, &tx, options, budget)) return false;
        jo_end_object(c->out);
        budget->used = c->out->buf->n;
    }
    jo_end_array(c->out);
    return true;
}

static bool trace_block_at(struct rpc_call *c, uint64_t height) {
    struct trace_options options;
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    struct chain_reader *r;
    if (!trace_options_parse(c, rpc_param(c, 1), &options) || !debug_replay_open(c, height, &r))
        return false;
    bool ok = put_traces(c, r, &options, &budget);
    chain_reader_close(r);
    trace_budget_end(&budget);
    return ok;
}

static bool trace_block_by_number(struct rpc_call *c) {
    uint64_t height, newest = 0;
    st_store_height(chain_store(c->node->chain), &newest);
    if (!eth_count_args(c, 1, 2) || !eth_height(c, rpc_param(c, 0), newest, &height)) return false;
    if (height > newest)
        return rpc_fail(c, RPC_SERVER_ERROR, "block #%llu not found", (unsigned long long)height);
    return trace_block_at(c, height);
}

static bool height_by_hash(struct rpc_call *c, const struct b32 *hash, uint64_t *height) {
    struct chain_reader *r;
    struct chain_block b;
    char text[65];
    if (!eth_reader(c, &r)) return false;
    bool found = chain_block_by_hash(r, hash, &b);
    chain_reader_close(r);
    *height = found ? b.height : 0;
    if (found) return true;
    hex_encode(text, BYTES_OF(*hash));
    text[64] = 0;
    return rpc_fail(c, RPC_SERVER_ERROR, "block 0x%s not found", text);
}

static bool trace_block_by_hash(struct rpc_call *c) {
    struct b32 hash;
    uint64_t height;
    return eth_count_args(c, 1, 2) && eth_arg_hash(c, ETH_ARG(0), rpc_param(c, 0), &hash) &&
           height_by_hash(c, &hash, &height) && trace_block_at(c, height);
}

/* debug_traceBlock takes a block as RLP. Only sealed blocks have a state to run on: it must be one
 * of the chain's. */
static bool trace_block(struct rpc_call *c) {
    struct bytes raw;
    struct rlp_item block, header;
    struct b32 hash;
    uint64_t height;
    if (!eth_count_args(c, 1, 2) || !eth_arg_bytes(c, ETH_ARG(0), rpc_param(c, 0), &raw))
        return false;
    struct err e = rlp_check(raw);
    if (err_is(e)) return rpc_fail(c, RPC_SERVER_ERROR, "could not decode block: %s", e.text);
    rlp_next(&raw, &block);
    if (!block.is_list || err_is(rlp_next(&block.payload, &header)) || !header.is_list)
        return rpc_fail(c, RPC_SERVER_ERROR, "could not decode block: it has no header");
    keccak256(&hash, header.whole);
    return height_by_hash(c, &hash, &height) && trace_block_at(c, height);
}

/* ---- Calls */

/* A reader for a call: after the block, or with txIndex in it, before that transaction. */
static bool open_for_call(struct rpc_call *c, json_t *options, struct chain_reader **out) {
    json_t *index = json_object_get(options, "txIndex");
    struct chain_tx tx;
    uint64_t height, newest = 0, place;
    if (!eth_given(index)) return eth_reader_at(c, rpc_param(c, 1), out);
    st_store_height(chain_store(c->node->chain), &newest);
    if (!eth_arg_u64(c, (struct eth_at){2, "TraceCallConfig.TxIndex"}, index, &place) ||
        !eth_height_at(c, rpc_param(c, 1), newest, &height) || !debug_replay_open(c, height, out))
        return false;
    bool found = false, ok = true;
    while (ok && !found && chain_replay_peek(*out, &tx)) {
        found = tx.evm_index == place;
        ok = found || debug_replay_next(c, *out);
    }
    if (ok && !found)
        ok = rpc_fail(c, RPC_SERVER_ERROR, "transaction index %llu out of range for block #%llu",
                      (unsigned long long)place, (unsigned long long)height);
    if (!ok) chain_reader_close(*out);
    return ok;
}

/* The reason alone: eth_call's words put it between "err: " and the gas. */
static const char *reason_alone(struct rpc_call *c, const char *text) {
    const char *end = strstr(text, " (supplied gas ");
    if (strncmp(text, "err: ", 5) != 0 || !end) return text;
    return arena_printf(c->arena, "%.*s", (int)(end - text - 5), text + 5);
}

static bool trace_on(struct rpc_call *c, struct chain_reader *r, const struct chain_evm_call *call,
                     const struct trace_options *options) {
    struct trace t;
    struct chain_evm_result result;
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    if (!trace_begin(&t, c, options, &budget, NULL)) return false;
    chain_observe(r, &t.observer);
    struct err e = chain_simulate_evm(r, call, &result);
    chain_observe(r, NULL);
    bool ok = err_is(e)
                  ? rpc_fail(c, RPC_SERVER_ERROR, "tracing failed: %s", reason_alone(c, e.text))
                  : trace_put(&t, c);
    trace_end(&t);
    trace_budget_end(&budget);
    return ok;
}

static bool trace_call(struct rpc_call *c) {
    struct trace_options options;
    struct eth_call_args args;
    struct chain_overrides overrides = {0};
    struct chain_reader *r;
    json_t *o = rpc_param(c, 2);
    if (!eth_count_args(c, 1, 3) ||
        !eth_parse_call(c, ETH_ARG(0), json_array_get(c->params, 0), &args) ||
        !trace_options_parse(c, o, &options) ||
        !eth_parse_state_overrides(c, (struct eth_at){2, "TraceCallConfig.StateOverrides"},
                                   json_object_get(o, "stateOverrides"), &overrides) ||
        !eth_parse_block_overrides(c, (struct eth_at){2, "TraceCallConfig.BlockOverrides"},
                                   json_object_get(o, "blockOverrides"), &overrides.block) ||
        !open_for_call(c, o, &r))
        return false;
    struct err e = chain_reader_override(r, &overrides);
    bool ok = err_is(e) ? rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text) : eth_check_call(c, &args);
    ok = ok && trace_on(c, r, &args.call, &options);
    chain_reader_close(r);
    return ok;
}

const struct rpc_method_row debug_trace_methods[] = {
    {"debug_traceTransaction", trace_transaction},
    {"debug_traceBlockByNumber", trace_block_by_number},
    {"debug_traceBlockByHash", trace_block_by_hash},
    {"debug_traceBlock", trace_block},
    {"debug_traceCall", trace_call},
    {NULL, NULL},
};
