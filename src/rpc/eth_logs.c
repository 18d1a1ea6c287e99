/* eth_getLogs and its filter objects. */
#include "rpc/eth.h"

/* More logs than this in one answer are refused with the range that would fit. */
enum { LOGS_MAX = 10000, LIST_MAX = 1000, ANSWER_MAX_BYTES = 32 << 20 };

static bool parse_addresses(struct rpc_call *c, json_t *v, struct chain_log_filter *f) {
    size_t n = json_is_array(v) ? json_array_size(v) : 1, i;
    if (n > LIST_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 0: more than %d addresses",
                        LIST_MAX);
    struct b20 *out = ARENA_ARRAY(c->arena, struct b20, n);
    for (i = 0; i < n; i++)
        if (!rpc_address(c, json_is_array(v) ? json_array_get(v, i) : v, "address", &out[i]))
            return false;
    f->addresses = out;
    f->address_count = (uint32_t)n;
    return true;
}

/* A position: null is any, a hash is itself, a list is any of it. */
static bool parse_topic(struct rpc_call *c, json_t *v, struct chain_log_filter *f,
                        size_t position) {
    if (!v || json_is_null(v)) return true;
    size_t n = json_is_array(v) ? json_array_size(v) : 1, i;
    if (n > LIST_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 0: more than %d topics", LIST_MAX);
    struct b32 *out = ARENA_ARRAY(c->arena, struct b32, n);
    for (i = 0; i < n; i++) {
        json_t *topic = json_is_array(v) ? json_array_get(v, i) : v;
        if (json_is_null(topic)) return true; /* a null among the alternatives takes any */
        if (!rpc_hash(c, topic, "topic", &out[i])) return false;
    }
    f->topics[position] = out;
    f->topic_counts[position] = (uint32_t)n;
    return true;
}

bool eth_parse_filter(struct rpc_call *c, json_t *v, uint64_t newest, struct eth_log_filter *out) {
    *out = (struct eth_log_filter){.f = {.from = newest, .to = newest}};
    if (!json_is_object(v))
        return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument 0");
    json_t *hash = json_object_get(v, "blockHash"), *from = json_object_get(v, "fromBlock");
    json_t *to = json_object_get(v, "toBlock"), *address = json_object_get(v, "address");
    json_t *topics = json_object_get(v, "topics");
    if (hash && !json_is_null(hash)) {
        if (from || to)
            return rpc_fail(
                c, RPC_INVALID_PARAMS,
                "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other");
        if (!rpc_hash(c, hash, "blockHash", &out->block_hash)) return false;
        out->has_block_hash = true;
    } else {
        out->open_ended = !to || json_is_null(to) ||
                          !strcmp(json_is_string(to) ? json_string_value(to) : "", "latest");
        if (from && !json_is_null(from) && !eth_height(c, from, newest, &out->f.from)) return false;
        if (to && !json_is_null(to) && !eth_height(c, to, newest, &out->f.to)) return false;
        if (out->f.from > out->f.to)
            return rpc_fail(c, RPC_INVALID_PARAMS, "invalid block range params");
    }
    if (address && !json_is_null(address) && !parse_addresses(c, address, &out->f)) return false;
    if (topics && !json_is_null(topics)) {
        if (!json_is_array(topics) || json_array_size(topics) > ST_TOPICS_MAX)
            return rpc_fail(c, RPC_INVALID_PARAMS, "exceed max topics");
        for (size_t i = 0; i < json_array_size(topics); i++)
            if (!parse_topic(c, json_array_get(topics, i), &out->f, i)) return false;
    }
    return true;
}

struct log_output {
    struct json_out *out;
    uint32_t count;
    bool too_many;
};

static bool put_one(void *ctx, const struct chain_log *log) {
    struct log_output *o = ctx;
    if (o->count == LOGS_MAX || o->out->buf->n > ANSWER_MAX_BYTES) {
        o->too_many = true;
        return false;
    }
    o->count++;
    eth_put_log(o->out, log->log, log->tx, log->block, log->log_index);
    return true;
}

static bool get_logs(struct rpc_call *c) {
    struct chain_reader *r;
    struct eth_log_filter filter;
    struct chain_block b = {0};
    if (!eth_reader(c, &r)) return false;
    bool ok = eth_parse_filter(c, rpc_param(c, 0), chain_reader_height(r), &filter);
    if (ok && filter.has_block_hash) {
        ok = chain_block_by_hash(r, &filter.block_hash, &b) ||
             rpc_fail(c, RPC_SERVER_ERROR, "unknown block");
        filter.f.from = filter.f.to = b.height;
    }
    if (ok) {
        struct log_output o = {.out = c->out};
        jo_array(c->out);
        bool complete = chain_scan_logs(r, &filter.f, put_one, &o);
        jo_end_array(c->out);
        if (o.too_many || !complete)
            ok = rpc_fail(c, RPC_LIMIT_EXCEEDED,
                          "query returned more than %d results: ask for a shorter block range",
                          LOGS_MAX);
    }
    chain_reader_close(r);
    return ok;
}

const struct rpc_method_row eth_log_methods[] = {
    {"eth_getLogs", get_logs},
    {NULL, NULL},
};
