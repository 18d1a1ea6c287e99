/* Methods that read blocks, transactions and receipts. */
#include "rpc/eth.h"

/* ---- Which block */

/* Which argument `v` is, for the words of an error: 0 if it lies deeper. */
static unsigned argument_of(const struct rpc_call *c, const json_t *v) {
    for (size_t i = 0; i < json_array_size(c->params); i++)
        if (json_array_get(c->params, i) == v) return (unsigned)i;
    return 0;
}

bool eth_height(struct rpc_call *c, json_t *block, uint64_t newest, uint64_t *out) {
    const char *tag = json_string_value(block);
    *out = newest;
    if (!eth_given(block)) return true;
    if (tag && (!strcmp(tag, "latest") || !strcmp(tag, "pending") || !strcmp(tag, "safe") ||
                !strcmp(tag, "finalized") || !*tag))
        return true; /* one sequencer: what is sealed is final */
    if (tag && !strcmp(tag, "earliest")) {
        *out = 0;
        return true;
    }
    return eth_arg_block_number(c, argument_of(c, block), block, out);
}

bool eth_reader(struct rpc_call *c, struct chain_reader **out) {
    struct err e = chain_reader_open(c->node->chain, ST_LATEST, out);
    return err_is(e) ? rpc_fail(c, RPC_INTERNAL_ERROR, "%s", e.text) : true;
}

/* The height of the block with this hash. */
static bool height_of_hash(struct rpc_call *c, const struct b32 *hash, uint64_t *height) {
    struct chain_reader *r;
    struct chain_block b = {0};
    if (!eth_reader(c, &r)) return false;
    bool found = chain_block_by_hash(r, hash, &b);
    *height = b.height;
    chain_reader_close(r);
    return found ? true : rpc_fail(c, RPC_SERVER_ERROR, "header for hash not found");
}

/* A block hash in place of a number: 32 bytes are too many for one. */
static bool is_hash(json_t *v) {
    return json_is_string(v) && json_string_length(v) == 66;
}

static bool height_of_object(struct rpc_call *c, json_t *o, uint64_t newest, uint64_t *height) {
    json_t *hash = json_object_get(o, "blockHash"), *number = json_object_get(o, "blockNumber");
    struct eth_at at = ETH_ARG(argument_of(c, o));
    struct b32 h;
    if (eth_given(hash) && eth_given(number))
        return rpc_fail(
            c, RPC_INVALID_PARAMS,
            "invalid argument %u: cannot specify both BlockHash and BlockNumber, choose "
            "one or the other",
            at.arg);
    if (!eth_given(hash)) return eth_height(c, number, newest, height);
    return eth_arg_hash(c, at, hash, &h) && height_of_hash(c, &h, height);
}

bool eth_height_at(struct rpc_call *c, json_t *block, uint64_t newest, uint64_t *height) {
    struct b32 h;
    if (json_is_object(block)) return height_of_object(c, block, newest, height);
    if (!is_hash(block)) return eth_height(c, block, newest, height);
    return eth_arg_hash(c, ETH_ARG(argument_of(c, block)), block, &h) &&
           height_of_hash(c, &h, height);
}

bool eth_reader_at(struct rpc_call *c, json_t *block, struct chain_reader **out) {
    uint64_t height = ST_LATEST, newest;
    st_store_height(chain_store(c->node->chain), &newest);
    if (!eth_height_at(c, block, newest, &height)) return false;
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
        if (!eth_arg_hash(c, ETH_ARG(0), rpc_param(c, 0), &hash)) return false;
        *found = chain_block_by_hash(r, &hash, b);
        return true;
    }
    uint64_t height;
    if (!eth_height(c, rpc_param(c, 0), chain_reader_height(r), &height)) return false;
    *found = chain_block_at(r, height, b);
    return true;
}

/* By number, tag, hash, or an object with one of them; an unknown hash is no error. */
static bool load_block_at(struct rpc_call *c, struct chain_reader *r, json_t *which, bool *found,
                          struct chain_block *b) {
    uint64_t height;
    bool ok = eth_height_at(c, which, chain_reader_height(r), &height);
    *found = ok && chain_block_at(r, height, b);
    return ok || c->error == RPC_SERVER_ERROR;
}

static bool get_block(struct rpc_call *c, bool by_hash) {
    struct chain_reader *r;
    struct chain_block b;
    bool found, full;
    if (!eth_count_args(c, 2, 2) ||
        !eth_arg_bool(c, ETH_ARG(1), json_array_get(c->params, 1), &full) || !eth_reader(c, &r))
        return false;
    bool ok = load_block(c, r, by_hash, &found, &b);
    if (ok && found)
        eth_put_block(c->out, r, &b, full);
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

static uint64_t count_ommers(struct chain_reader *r, const struct chain_block *b) {
    struct chain_body body;
    return chain_body_at(r, b->height, &body) ? body.ommer_count : 0;
}

static bool count_txs(struct rpc_call *c, bool by_hash, bool uncles) {
    struct chain_reader *r;
    struct chain_block b;
    bool found;
    if (!eth_count_args(c, 1, 1) || !eth_reader(c, &r)) return false;
    bool ok = load_block(c, r, by_hash, &found, &b);
    if (ok && found)
        jo_quantity(c->out, uncles ? count_ommers(r, &b) : b.evm_count);
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
    if (!eth_count_args(c, 1, 1) || !eth_reader(c, &r)) return false;
    bool ok = load_block_at(c, r, rpc_param(c, 0), &found, &b);
    if (ok && !found) jo_null(c->out);
    if (ok && found) {
        jo_array(c->out);
        for (uint32_t i = 0; i < b.root_count; i++) {
            struct chain_tx tx;
            if (chain_tx_at(r, b.height, i, &tx) && tx.evm_index != UINT32_MAX)
                eth_put_receipt(c->out, &tx, &b, r);
        }
        jo_end_array(c->out);
    }
    chain_reader_close(r);
    return ok;
}

/* ---- Transactions */

bool eth_look_up(struct rpc_call *c, struct eth_lookup *out) {
    uint8_t vm;
    *out = (struct eth_lookup){0};
    if (!eth_count_args(c, 1, 1) || !eth_arg_hash(c, ETH_ARG(0), rpc_param(c, 0), &out->hash))
        return false;
    if (!chain_pending(c->node->chain, &out->hash, c->arena, &vm, &out->waiting) || vm != ST_VM_EVM)
        out->waiting = (struct bytes){0};
    return eth_reader(c, &out->reader);
}

static bool get_transaction(struct rpc_call *c) {
    struct eth_lookup l;
    struct chain_tx tx;
    struct chain_block b;
    uint8_t vm;
    if (!eth_look_up(c, &l)) return false;
    if (chain_tx_by_hash(l.reader, &l.hash, &vm, &tx) && vm == ST_VM_EVM &&
        chain_block_at(l.reader, tx.height, &b))
        eth_put_transaction(c->out, &tx, &b, chain_reader_arena(l.reader));
    else if (l.waiting.p)
        eth_put_pending(c->out, l.waiting, c->arena);
    else
        jo_null(c->out);
    chain_reader_close(l.reader);
    return true;
}

static bool get_receipt(struct rpc_call *c) {
    struct b32 hash;
    struct chain_reader *r;
    struct chain_tx tx;
    struct chain_block b;
    uint8_t vm;
    if (!eth_count_args(c, 1, 1) || !eth_arg_hash(c, ETH_ARG(0), rpc_param(c, 0), &hash) ||
        !eth_reader(c, &r))
        return false;
    if (chain_tx_by_hash(r, &hash, &vm, &tx) && vm == ST_VM_EVM && chain_block_at(r, tx.height, &b))
        eth_put_receipt(c->out, &tx, &b, r);
    else
        jo_null(c->out);
    chain_reader_close(r);
    return true;
}

/* How a transaction is shown: as an object or as its bytes. */
typedef void put_tx(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                    struct arena *arena);

static void put_raw(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                    struct arena *arena) {
    struct buf raw = {0};
    (void)b, (void)arena;
    chain_evm_entry(&raw, tx);
    jo_hex(o, buf_bytes(&raw));
    buf_free(&raw);
}

static bool tx_by_place(struct rpc_call *c, bool by_hash, put_tx *show) {
    struct chain_reader *r;
    struct chain_block b;
    struct chain_tx tx;
    bool found, done = false;
    uint64_t place;
    if (!eth_count_args(c, 2, 2) || !eth_arg_u64(c, ETH_ARG(1), rpc_param(c, 1), &place) ||
        !eth_reader(c, &r))
        return false;
    bool ok = load_block(c, r, by_hash, &found, &b);
    for (uint32_t i = 0; ok && found && !done && i < b.root_count; i++) {
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        if (chain_tx_at(r, b.height, i, &tx) && tx.evm_index == place) {
            show(c->out, &tx, &b, chain_reader_arena(r));
            done = true;
        }
        arena_release(chain_reader_arena(r), mark);
    }
    if (ok && !done) jo_null(c->out);
    chain_reader_close(r);
    return ok;
}

static bool tx_by_hash_and_index(struct rpc_call *c) {
    return tx_by_place(c, true, eth_put_transaction);
}
static bool tx_by_number_and_index(struct rpc_call *c) {
    return tx_by_place(c, false, eth_put_transaction);
}
static bool raw_by_hash_and_index(struct rpc_call *c) {
    return tx_by_place(c, true, put_raw);
}
static bool raw_by_number_and_index(struct rpc_call *c) {
    return tx_by_place(c, false, put_raw);
}

static bool get_raw_transaction(struct rpc_call *c) {
    struct eth_lookup l;
    struct chain_tx tx;
    uint8_t vm;
    if (!eth_look_up(c, &l)) return false;
    if (chain_tx_by_hash(l.reader, &l.hash, &vm, &tx) && vm == ST_VM_EVM)
        put_raw(c->out, &tx, NULL, NULL);
    else if (l.waiting.p)
        jo_hex(c->out, l.waiting);
    else
        jo_null(c->out);
    chain_reader_close(l.reader);
    return true;
}

/* An ommer is shown as a block without transactions. */
static bool uncle_by_place(struct rpc_call *c, bool by_hash) {
    struct chain_reader *r;
    struct chain_block b, uncle = {0};
    struct chain_body body;
    bool found;
    uint64_t place;
    if (!eth_count_args(c, 2, 2) || !eth_arg_u64(c, ETH_ARG(1), rpc_param(c, 1), &place) ||
        !eth_reader(c, &r))
        return false;
    bool ok = load_block(c, r, by_hash, &found, &b);
    if (ok && found && chain_body_at(r, b.height, &body) && place < body.ommer_count) {
        const struct eth_header *h = &body.ommers[place];
        struct buf rlp = {0};
        chain_block_take_header(&uncle, h);
        uncle.gas_used = h->gas_used;
        uncle.hash = eth_header_hash(h);
        memcpy(uncle.logs_bloom, h->logs_bloom, sizeof uncle.logs_bloom);
        eth_block_encode(&rlp, &(struct eth_block){.header = *h});
        jo_object(c->out);
        eth_put_header(c->out, &uncle);
        jo_key(c->out, "size");
        jo_quantity(c->out, rlp.n);
        jo_key(c->out, "uncles");
        jo_array(c->out);
        jo_end_array(c->out);
        jo_end_object(c->out);
        buf_free(&rlp);
    } else if (ok) {
        jo_null(c->out);
    }
    chain_reader_close(r);
    return ok;
}

static bool uncle_by_hash_and_index(struct rpc_call *c) {
    return uncle_by_place(c, true);
}
static bool uncle_by_number_and_index(struct rpc_call *c) {
    return uncle_by_place(c, false);
}

const struct rpc_method_row eth_chain_methods[] = {
    {"eth_blockNumber", block_number},
    {"eth_getBlockByHash", get_block_by_hash},
    {"eth_getBlockByNumber", get_block_by_number},
    {"eth_getBlockTransactionCountByHash", tx_count_by_hash},
    {"eth_getBlockTransactionCountByNumber", tx_count_by_number},
    {"eth_getUncleCountByBlockHash", uncle_count_by_hash},
    {"eth_getUncleCountByBlockNumber", uncle_count_by_number},
    {"eth_getUncleByBlockHashAndIndex", uncle_by_hash_and_index},
    {"eth_getUncleByBlockNumberAndIndex", uncle_by_number_and_index},
    {"eth_getBlockReceipts", block_receipts},
    {"eth_getTransactionByHash", get_transaction},
    {"eth_getTransactionByBlockHashAndIndex", tx_by_hash_and_index},
    {"eth_getTransactionByBlockNumberAndIndex", tx_by_number_and_index},
    {"eth_getTransactionReceipt", get_receipt},
    {"eth_getRawTransactionByHash", get_raw_transaction},
    {"eth_getRawTransactionByBlockHashAndIndex", raw_by_hash_and_index},
    {"eth_getRawTransactionByBlockNumberAndIndex", raw_by_number_and_index},
    {NULL, NULL},
};
