/* debug_getRaw…: blocks, headers, receipts and transactions as they are encoded. */
#include "rpc/debug.h"

#include "codec/codec.h"

/* The block that the first parameter names. False after rpc_fail; the reader is open then no more.
 */
static bool open_block(struct rpc_call *c, struct chain_reader **r, struct chain_block *b) {
    uint64_t height;
    if (!eth_count_args(c, 1, 1) || !eth_reader(c, r)) return false;
    bool ok = eth_height_at(c, rpc_param(c, 0), chain_reader_height(*r), &height);
    if (ok && !chain_block_at(*r, height, b))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "block #%llu not found", (unsigned long long)height);
    if (!ok) chain_reader_close(*r);
    return ok;
}

static void put_buffer(struct json_out *o, struct buf *b) {
    jo_hex(o, buf_bytes(b));
    buf_clear(b);
}

static bool raw_header(struct rpc_call *c) {
    struct chain_reader *r;
    struct chain_block b;
    struct buf rlp = {0};
    if (!open_block(c, &r, &b)) return false;
    chain_header_rlp(&rlp, &b);
    put_buffer(c->out, &rlp);
    buf_free(&rlp);
    chain_reader_close(r);
    return true;
}

static bool raw_block(struct rpc_call *c) {
    struct chain_reader *r;
    struct chain_block b;
    struct buf rlp = {0};
    if (!open_block(c, &r, &b)) return false;
    bool ok = chain_block_rlp(r, b.height, &rlp);
    if (ok) put_buffer(c->out, &rlp);
    buf_free(&rlp);
    chain_reader_close(r);
    return ok ? true : rpc_fail(c, RPC_INTERNAL_ERROR, "the block's record cannot be read");
}

static bool raw_receipts(struct rpc_call *c) {
    struct chain_reader *r;
    struct chain_block b;
    struct chain_tx tx;
    struct buf rlp = {0};
    if (!open_block(c, &r, &b)) return false;
    jo_array(c->out);
    for (uint32_t i = 0; i < b.root_count; i++) {
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        if (chain_tx_at(r, b.height, i, &tx) && tx.evm_index != UINT32_MAX) {
            chain_receipt_rlp(&rlp, &tx);
            put_buffer(c->out, &rlp);
        }
        arena_release(chain_reader_arena(r), mark);
    }
    jo_end_array(c->out);
    buf_free(&rlp);
    chain_reader_close(r);
    return true;
}

/* Sealed or waiting; empty if there is none. */
static bool raw_transaction(struct rpc_call *c) {
    struct eth_lookup l;
    struct chain_tx tx;
    struct buf entry = {0};
    uint8_t vm;
    if (!eth_look_up(c, &l)) return false;
    if (chain_tx_by_hash(l.reader, &l.hash, &vm, &tx) && vm == ST_VM_EVM)
        chain_evm_entry(&entry, &tx);
    else
        buf_put_bytes(&entry, l.waiting);
    put_buffer(c->out, &entry);
    buf_free(&entry);
    chain_reader_close(l.reader);
    return true;
}

/* What the sequencer makes is valid, and what is imported is checked before: there are none. */
static bool bad_blocks(struct rpc_call *c) {
    if (!eth_count_args(c, 0, 1)) return false;
    jo_array(c->out);
    jo_end_array(c->out);
    return true;
}

/* What the namespaces debug_ and trace_ have beside debug_trace…. */
const struct rpc_method_row debug_raw_methods[] = {
    {"debug_getRawHeader", raw_header},
    {"debug_getRawBlock", raw_block},
    {"debug_getRawReceipts", raw_receipts},
    {"debug_getRawTransaction", raw_transaction},
    {"debug_getBadBlocks", bad_blocks},
    {"debug_storageRangeAt", debug_storage_range_at},
    {"trace_transaction", parity_transaction},
    {"trace_block", parity_block},
    {"trace_get", parity_get},
    {"trace_filter", parity_filter},
    {"trace_call", parity_call},
    {"trace_rawTransaction", parity_raw_transaction},
    {"trace_replayTransaction", parity_replay_transaction},
    {"trace_replayBlockTransactions", parity_replay_block},
    {NULL, NULL},
};
