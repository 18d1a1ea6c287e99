/* eth_getLogs, and the filters that are polled. */
#include "rpc/eth.h"
#include "rpc/feed.h"

/* More logs than this in one answer are refused with the range that would fit. */
enum { LOGS_MAX = 10000, ANSWER_MAX_BYTES = 32 << 20, HASHES_MAX = 10000 };

struct log_output {
    struct json_out *out;
    uint32_t count;
    uint64_t height; /* of the last log */
    bool by_block;   /* stop between blocks instead of failing */
    bool too_many, stopped;
};

static bool put_one(void *ctx, const struct chain_log *log) {
    struct log_output *o = ctx;
    bool full = o->count >= LOGS_MAX || o->out->buf->n > ANSWER_MAX_BYTES;
    if (full && o->by_block && log->block->height != o->height && o->count) {
        o->stopped = true;
        return false;
    }
    if (full && (!o->by_block || o->out->buf->n > 2 * ANSWER_MAX_BYTES)) {
        o->too_many = true;
        return false;
    }
    o->count++;
    o->height = log->block->height;
    eth_put_log(o->out, log->log, log->tx, log->block, log->log_index);
    return true;
}

static bool too_many(struct rpc_call *c) {
    return rpc_fail(c, RPC_LIMIT_EXCEEDED,
                    "query returned more than %d results: ask for a shorter block range", LOGS_MAX);
}

/* The logs of a range that must be there. */
static bool put_range(struct rpc_call *c, struct chain_reader *r, struct chain_log_filter *f) {
    struct log_output o = {.out = c->out};
    if (f->from > f->to) return rpc_fail(c, RPC_INVALID_PARAMS, "invalid block range params");
    if (f->to > chain_reader_height(r))
        return rpc_fail(c, RPC_INVALID_PARAMS, "block range extends beyond current head block");
    jo_array(c->out);
    bool complete = chain_scan_logs(r, f, put_one, &o);
    jo_end_array(c->out);
    return (complete && !o.too_many) || too_many(c);
}

static bool put_block_logs(struct rpc_call *c, struct chain_reader *r, const struct b32 *hash,
                           struct chain_log_filter *f) {
    struct chain_block b;
    if (!chain_block_by_hash(r, hash, &b)) return rpc_fail(c, RPC_SERVER_ERROR, "unknown block");
    f->from = f->to = b.height;
    return put_range(c, r, f);
}

static bool get_logs(struct rpc_call *c) {
    struct chain_reader *r;
    struct eth_log_filter filter;
    if (!eth_count_args(c, 1, 1) || !eth_reader(c, &r)) return false;
    bool ok = eth_parse_filter(c, json_array_get(c->params, 0), chain_reader_height(r), &filter);
    if (ok && filter.has_block_hash)
        ok = put_block_logs(c, r, &filter.block_hash, &filter.f);
    else if (ok)
        ok = put_range(c, r, &filter.f);
    chain_reader_close(r);
    return ok;
}

/* ---- Filters */

bool eth_log_interest(struct rpc_call *c, json_t *v, struct feed_interest *out) {
    struct eth_log_filter filter;
    uint64_t newest = 0;
    st_store_height(chain_store(c->node->chain), &newest);
    if (!eth_parse_filter(c, v, newest, &filter)) return false;
    bool ranged = filter.from_named || filter.to_named;
    if (!filter.from_named) filter.f.from = 0;
    if (!filter.to_named) filter.f.to = UINT64_MAX;
    if (filter.f.from > filter.f.to)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid block range params");
    *out = (struct feed_interest){.kind = FEED_LOGS, .criteria = feed_criteria_new(&filter.f)};
    out->criteria->ranged = ranged;
    out->criteria->from_named = filter.from_named;
    out->criteria->has_block_hash = filter.has_block_hash;
    out->criteria->block_hash = filter.block_hash;
    return true;
}

bool eth_add_interest(struct rpc_call *c, const struct feed_interest *in, uint64_t ws) {
    char id[FEED_ID_TEXT];
    if (feed_add(c->node->feed, in, ws, id) != FEED_OK)
        return rpc_fail(c, RPC_LIMIT_EXCEEDED, "too many %s: the node has no room for more",
                        ws ? "subscriptions" : "filters");
    jo_cstring(c->out, id);
    return true;
}

static bool new_filter(struct rpc_call *c) {
    struct feed_interest in;
    return eth_count_args(c, 1, 1) && eth_log_interest(c, json_array_get(c->params, 0), &in) &&
           eth_add_interest(c, &in, RPC_NO_SOCKET);
}

static bool new_block_filter(struct rpc_call *c) {
    return eth_count_args(c, 0, 0) &&
           eth_add_interest(c, &(struct feed_interest){.kind = FEED_BLOCKS}, RPC_NO_SOCKET);
}

static bool new_pending_filter(struct rpc_call *c) {
    struct feed_interest in = {.kind = FEED_ARRIVALS};
    json_t *full = rpc_param(c, 0);
    return eth_count_args(c, 0, 1) && (!full || eth_arg_bool(c, ETH_ARG(0), full, &in.full)) &&
           eth_add_interest(c, &in, RPC_NO_SOCKET);
}

static bool filter_id(struct rpc_call *c, const char **id) {
    json_t *v = json_array_get(c->params, 0);
    if (!eth_count_args(c, 1, 1) || !eth_arg_string(c, ETH_ARG(0), v, "rpc.ID")) return false;
    *id = json_string_value(v);
    return true;
}

static bool uninstall(struct rpc_call *c) {
    const char *id;
    if (!filter_id(c, &id)) return false;
    jo_bool(c->out, feed_remove(c->node->feed, id, RPC_NO_SOCKET) == FEED_OK);
    return true;
}

/* Each writes what is new and returns the cursor behind it; false after rpc_fail. */

static bool put_new_logs(struct rpc_call *c, struct chain_reader *r, const struct feed_interest *in,
                         uint64_t *next) {
    struct chain_log_filter f = in->criteria->filter;
    struct log_output o = {.out = c->out, .by_block = true};
    uint64_t newest = chain_reader_height(r);
    f.from = max_u64(in->next, in->criteria->ranged ? f.from : 0);
    f.to = in->criteria->ranged ? min_u64(newest, f.to) : newest;
    *next = newest + 1;
    jo_array(c->out);
    bool complete = f.from > f.to || chain_scan_logs(r, &f, put_one, &o);
    jo_end_array(c->out);
    if (o.stopped) *next = o.height + 1;
    return (complete && !o.too_many) || too_many(c);
}

static void put_new_blocks(struct rpc_call *c, struct chain_reader *r,
                           const struct feed_interest *in, uint64_t *next) {
    uint64_t end = chain_reader_height(r) + 1;
    if (end > in->next + HASHES_MAX) end = in->next + HASHES_MAX;
    *next = max_u64(in->next, end);
    jo_array(c->out);
    for (uint64_t h = in->next; h < end; h++) {
        struct chain_block b;
        if (chain_block_at(r, h, &b)) jo_hex(c->out, BYTES_OF(b.hash));
    }
    jo_end_array(c->out);
}

static void put_arrivals(struct rpc_call *c, struct chain_reader *r, const struct feed_interest *in,
                         uint64_t *next) {
    struct b32 *hashes = ARENA_ARRAY(c->arena, struct b32, HASHES_MAX);
    *next = in->next;
    size_t n = feed_arrivals(c->node->feed, next, hashes, HASHES_MAX);
    size_t told = 0;
    jo_array(c->out);
    for (; told < n && c->out->buf->n < ANSWER_MAX_BYTES; told++)
        if (in->full)
            eth_put_arrival(c->out, c->node->chain, r, &hashes[told]);
        else
            jo_hex(c->out, BYTES_OF(hashes[told]));
    jo_end_array(c->out);
    *next -= n - told; /* the rest is for the next answer */
}

static bool filter_changes(struct rpc_call *c) {
    const char *id;
    struct feed_interest in;
    struct chain_reader *r;
    uint64_t next = 0;
    if (!filter_id(c, &id)) return false;
    if (feed_look(c->node->feed, id, &in) != FEED_OK)
        return rpc_fail(c, RPC_SERVER_ERROR, "filter not found");
    bool ok = eth_reader(c, &r);
    if (ok) {
        if (in.kind == FEED_LOGS)
            ok = put_new_logs(c, r, &in, &next);
        else if (in.kind == FEED_BLOCKS)
            put_new_blocks(c, r, &in, &next);
        else
            put_arrivals(c, r, &in, &next);
        chain_reader_close(r);
    }
    if (ok) feed_told(c->node->feed, id, &in, next);
    feed_criteria_unref(c->node->feed, in.criteria);
    return ok;
}

static bool filter_logs(struct rpc_call *c) {
    const char *id;
    struct feed_interest in;
    struct chain_reader *r;
    if (!filter_id(c, &id)) return false;
    if (feed_look(c->node->feed, id, &in) != FEED_OK)
        return rpc_fail(c, RPC_SERVER_ERROR, "filter not found");
    bool ok = in.kind == FEED_LOGS ? eth_reader(c, &r)
                                   : rpc_fail(c, RPC_SERVER_ERROR, "filter not found");
    if (ok) {
        struct chain_log_filter f = in.criteria->filter;
        uint64_t newest = chain_reader_height(r);
        if (!in.criteria->from_named) f.from = newest;
        if (f.to == UINT64_MAX) f.to = newest;
        ok = in.criteria->has_block_hash ? put_block_logs(c, r, &in.criteria->block_hash, &f)
                                         : put_range(c, r, &f);
        chain_reader_close(r);
    }
    feed_criteria_unref(c->node->feed, in.criteria);
    return ok;
}

const struct rpc_method_row eth_log_methods[] = {
    {"eth_getLogs", get_logs},
    {"eth_newFilter", new_filter},
    {"eth_newBlockFilter", new_block_filter},
    {"eth_newPendingTransactionFilter", new_pending_filter},
    {"eth_getFilterChanges", filter_changes},
    {"eth_getFilterLogs", filter_logs},
    {"eth_uninstallFilter", uninstall},
    {NULL, NULL},
};
