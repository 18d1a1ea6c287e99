/* Methods that read blocks, transactions and receipts. */
#include "rpc/eth.h"

/* ---- Which block */

bool eth_height(struct rpc_call *c, json_t *block, uint64_t newest, uint64_t *out) {
    const char *tag = json_string_value(block);
    if (!block || (tag && (!strcmp(tag, "latest") || !strcmp(tag, "pending") ||
                           !strcmp(tag, "safe") || !strcmp(tag, "finalized")))) {
        *out = newest; /* one sequencer: what is sealed is final */
        return true;
    }
    if (tag && !strcmp(tag, "earliest")) {
        *out = 0;
        return true;
    }
    return rpc_quantity(c, block, "block number", out);
}

bool eth_reader(struct rpc_call *c, struct chain_reader **out) {
    struct err e = chain_reader_open(c->node->chain, ST_LATEST, out);
    return err_is(e) ? rpc_fail(c, RPC_INTERNAL_ERROR, "%s", e.text) : true;
}

/* The height of the block with this hash. */
static bool height_of_hash(struct rpc_call *c, json_t *hash, uint64_t *height) {
    struct b32 h;
    struct chain_reader *r;
    struct chain_block b = {0};
    if (!rpc_hash(c, hash, "blockHash", &h) || !eth_reader(c, &r)) return false;
    bool found = chain_block_by_hash(r, &h, &b);
    *height = b.height;
    chain_reader_close(r);
    return found ? true : rpc_fail(c, RPC_SERVER_ERROR, "header for hash not found");
}

bool eth_reader_at(struct rpc_call *c, json_t *block, struct chain_reader **out) {
    uint64_t height = ST_LATEST, newest;
    st_store_height(chain_store(c->node->chain), &newest);
    if (json_is_object(block)) {
        json_t *hash = json_object_get(block, "blockHash"),
               *number = json_object_get(block, "blockNumber");
        if (hash ? !height_of_hash(c, hash, &height) : !eth_height(c, number, newest, &height))
            return false;
    } else if (!eth_height(c, block, newest, &height)) {
        return false;
    }
    struct err e = chain_reader_open(c->node->chain, height == newest ? ST_LATEST : height, out);
    if (!err_is(e)) return true;
    if (e.code == ST_ERR_PRUNED)
        return rpc_fail(c, RPC_SERVER_ERROR,
                        "historical state %llu is not available: it has been pruned",
                        (unsigned long long)height);
    return rpc_fail(c, RPC_SERVER_ERROR, "header not found");
}

/* ---- Blocks */

static bool block_number(struct rpc_call *c) {
    uint64_t height = 0;
    st_store_height(chain_store(c->node->chain), &height);
    jo_quantity(c->out, height);
    return true;
}

static bool load_block(struct rpc_call *c, struct chain_reader *r, bool by_hash, bool *found,
                       struct chain_block *b) {
    if (by_hash) {
        struct b32 hash;
        if (!rpc_hash(c, rpc_param(c, 0), "block hash", &hash)) return false;
        *found = chain_block_by_hash(r, &hash, b);
        return true;
    }
    uint64_t height;
    if (!json_array_get(c->params, 0))
        return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument 0");
    if (!eth_height(c, rpc_param(c, 0), chain_reader_height(r), &height)) return false;
    *found = chain_block_at(r, height, b);
    return true;
}

static bool get_block(struct rpc_call *c, bool by_hash) {
    struct chain_reader *r;
    struct chain_block b;
    bool found;
    if (!eth_reader(c, &r)) return false;
    bool ok = load_block(c, r, by_hash, &found, &b);
    if (ok && found)
        eth_put_block(c->out, r, &b, json_is_true(rpc_param(c, 1)));
    else if (ok)
        jo_null(c->out);
    chain_reader_close(r);
    return ok;
}

static bool get_block_by_hash(struct rpc_call *c) {
    return get_block(c, true);
}
static bool get_block_by_number(struct rpc_call *c) {
    return get_block(c, false);
}

static bool count_txs(struct rpc_call *c, bool by_hash, bool uncles) {
    struct chain_reader *r;
    struct chain_block b;
    bool found;
    if (!eth_reader(c, &r)) return false;
    bool ok = load_block(c, r, by_hash, &found, &b);
    if (ok && found)
        jo_quantity(c->out, uncles ? 0 : b.evm_count);
    else if (ok)
        jo_null(c->out);
    chain_reader_close(r);
    return ok;
}

static bool tx_count_by_hash(struct rpc_call *c) {
    return count_txs(c, true, false);
}
static bool tx_count_by_number(struct rpc_call *c) {
    return count_txs(c, false, false);
}
static bool uncle_count_by_hash(struct rpc_call *c) {
    return count_txs(c, true, true);
}
static bool uncle_count_by_number(struct rpc_call *c) {
    return count_txs(c, false, true);
}

static bool block_receipts(struct rpc_call *c) {
    struct chain_reader *r;
    struct chain_block b;
    bool found;
    if (!eth_reader(c, &r)) return false;
    json_t *which = rpc_param(c, 0);
    bool by_hash = json_is_string(which) && json_string_length(which) == 66;
    bool ok = load_block(c, r, by_hash, &found, &b);
    if (ok && !found) jo_null(c->out);
    if (ok && found) {
        jo_array(c->out);
        for (uint32_t i = 0; i < b.root_count; i++) {
            struct chain_tx tx;
            if (chain_tx_at(r, b.height, i, &tx) && tx.evm_index != UINT32_MAX)
                eth_put_receipt(c->out, &tx, &b, chain_reader_arena(r));
        }
        jo_end_array(c->out);
    }
    chain_reader_close(r);
    return ok;
}

/* ---- Transactions */

static bool get_transaction(struct rpc_call *c) {
    struct b32 hash;
    struct chain_reader *r;
    struct chain_tx tx;
    struct chain_block b;
    struct bytes raw;
    uint8_t vm;
    if (!rpc_hash(c, rpc_param(c, 0), "transaction hash", &hash)) return false;
    if (!eth_reader(c, &r)) return false;
    if (chain_tx_by_hash(r, &hash, &vm, &tx) && vm == ST_VM_EVM && chain_block_at(r, tx.height, &b))
        eth_put_transaction(c->out, &tx, &b, chain_reader_arena(r));
    else if (chain_pending(c->node->chain, &hash, c->arena, &vm, &raw) && vm == ST_VM_EVM)
        eth_put_pending(c->out, raw, c->arena);
    else
        jo_null(c->out);
    chain_reader_close(r);
    return true;
}

static bool get_receipt(struct rpc_call *c) {
    struct b32 hash;
    struct chain_reader *r;
    struct chain_tx tx;
    struct chain_block b;
    uint8_t vm;
    if (!rpc_hash(c, rpc_param(c, 0), "transaction hash", &hash)) return false;
    if (!eth_reader(c, &r)) return false;
    if (chain_tx_by_hash(r, &hash, &vm, &tx) && vm == ST_VM_EVM && chain_block_at(r, tx.height, &b))
        eth_put_receipt(c->out, &tx, &b, chain_reader_arena(r));
    else
        jo_null(c->out);
    chain_reader_close(r);
    return true;
}

static bool tx_by_place(struct rpc_call *c, bool by_hash) {
    struct chain_reader *r;
    struct chain_block b;
    struct chain_tx tx;
    bool found, done = false;
    uint64_t place;
    if (!rpc_quantity(c, rpc_param(c, 1), "transaction index", &place) || !eth_reader(c, &r))
        return false;
    bool ok = load_block(c, r, by_hash, &found, &b);
    for (uint32_t i = 0; ok && found && !done && i < b.root_count; i++)
        if (chain_tx_at(r, b.height, i, &tx) && tx.evm_index == place) {
            eth_put_transaction(c->out, &tx, &b, chain_reader_arena(r));
            done = true;
        }
    if (ok && !done) jo_null(c->out);
    chain_reader_close(r);
    return ok;
}

static bool tx_by_hash_and_index(struct rpc_call *c) {
    return tx_by_place(c, true);
}
static bool tx_by_number_and_index(struct rpc_call *c) {
    return tx_by_place(c, false);
}

static bool no_uncle(struct rpc_call *c) {
    jo_null(c->out);
    return true;
}

const struct rpc_method_row eth_chain_methods[] = {
    {"eth_blockNumber", block_number},
    {"eth_getBlockByHash", get_block_by_hash},
    {"eth_getBlockByNumber", get_block_by_number},
    {"eth_getBlockTransactionCountByHash", tx_count_by_hash},
    {"eth_getBlockTransactionCountByNumber", tx_count_by_number},
    {"eth_getUncleCountByBlockHash", uncle_count_by_hash},
    {"eth_getUncleCountByBlockNumber", uncle_count_by_number},
    {"eth_getUncleByBlockHashAndIndex", no_uncle},
    {"eth_getUncleByBlockNumberAndIndex", no_uncle},
    {"eth_getBlockReceipts", block_receipts},
    {"eth_getTransactionByHash", get_transaction},
    {"eth_getTransactionByBlockHashAndIndex", tx_by_hash_and_index},
    {"eth_getTransactionByBlockNumberAndIndex", tx_by_number_and_index},
    {"eth_getTransactionReceipt", get_receipt},
    {NULL, NULL},
};
