/* The filter objects of eth_getLogs, eth_newFilter and eth_subscribe, with go-ethereum's rules and
 * words (eth/filters). */
#include "rpc/eth.h"

#include "codec/codec.h"

/* Addresses, and alternatives at one position of the topics. */
enum { LIST_MAX = 1000 };

/* Exactly `size` bytes. NULL, or why not. */
static const char *decode(struct rpc_call *c, json_t *v, uint8_t *out, size_t size,
                          const char *what) {
    struct bytes s = bytes_make(json_string_value(v), json_string_length(v));
    if (!s.n) return "empty hex string";
    if (s.n < 2 || s.p[0] != '0' || (s.p[1] != 'x' && s.p[1] != 'X'))
        return "hex string without 0x prefix";
    struct bytes digits = bytes_sub(s, 2, s.n - 2);
    if (digits.n % 2) return "hex string of odd length";
    for (size_t i = 0; i < digits.n; i++)
        if (hex_digit(digits.p[i]) < 0) return "invalid hex string";
    if (digits.n != 2 * size)
        return arena_printf(c->arena,
                            "hex has invalid length %zu after decoding; expected %zu for %s",
                            digits.n / 2, size, what);
    hex_decode_digits(out, digits);
    return NULL;
}

static bool bad(struct rpc_call *c, const char *why) {
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 0: %s", why);
}

static bool too_many(struct rpc_call *c) {
    return rpc_fail(c, RPC_SERVER_ERROR, "exceed max addresses or topics per search position");
}

static bool parse_addresses(struct rpc_call *c, json_t *v, struct chain_log_filter *f) {
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    if (!json_is_array(v) && !json_is_string(v)) return bad(c, "invalid addresses in query");
    if (n > LIST_MAX) return too_many(c);
    struct b20 *out = ARENA_ARRAY(c->arena, struct b20, n);
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_is_string(one))
            return bad(c, arena_printf(c->arena, "non-string address at index %zu", i));
        const char *why = decode(c, one, out[i].b, sizeof out[i], "address");
        if (why && json_is_array(v))
            return bad(c, arena_printf(c->arena, "invalid address at index %zu: %s", i, why));
        if (why) return bad(c, arena_printf(c->arena, "invalid address: %s", why));
    }
    f->addresses = out;
    f->address_count = (uint32_t)n;
    return true;
}

/* A position: null is any, a hash is itself, a list is any of it. */
static bool parse_topic(struct rpc_call *c, json_t *v, struct chain_log_filter *f,
                        size_t position) {
    if (!eth_given(v)) return true;
    if (!json_is_array(v) && !json_is_string(v)) return bad(c, "invalid topic(s)");
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    if (n > LIST_MAX) return bad(c, "exceed max topics");
    struct b32 *out = ARENA_ARRAY(c->arena, struct b32, n);
    for (size_t i = 0; i < n; i++) {
        json_t *topic = json_is_array(v) ? json_array_get(v, i) : v;
        if (json_is_null(topic)) return true; /* a null among the alternatives takes any */
        if (!json_is_string(topic)) return bad(c, "invalid topic(s)");
        const char *why = decode(c, topic, out[i].b, sizeof out[i], "topic");
        if (why) return bad(c, why);
    }
    f->topics[position] = out;
    f->topic_counts[position] = (uint32_t)n;
    return true;
}

static bool parse_topics(struct rpc_call *c, json_t *list, struct chain_log_filter *f) {
    if (!eth_given(list)) return true;
    if (!eth_arg_array(c, (struct eth_at){0, "input.topics"}, list, "[]interface {}")) return false;
    if (json_array_size(list) > ST_TOPICS_MAX) return bad(c, "exceed max topics");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!parse_topic(c, json_array_get(list, i), f, i)) return false;
    return true;
}

static bool is_tag(json_t *v, const char *tag) {
    return json_is_string(v) && strcmp(json_string_value(v), tag) == 0;
}

/* One end of the range; *named if it is a number or "earliest": it does not move with the chain. */
static bool parse_end(struct rpc_call *c, json_t *v, uint64_t newest, uint64_t *height,
                      bool *named) {
    *named = eth_given(v) && !is_tag(v, "latest") && !is_tag(v, "safe") && !is_tag(v, "finalized");
    if (is_tag(v, "pending"))
        return rpc_fail(c, RPC_INVALID_PARAMS, "pending logs are not supported");
    return eth_height(c, v, newest, height);
}

bool eth_parse_filter(struct rpc_call *c, json_t *v, uint64_t newest, struct eth_log_filter *out) {
    *out = (struct eth_log_filter){.f = {.from = newest, .to = newest}};
    if (!eth_arg_object(c, ETH_ARG(0), v, "filters.input")) return false;
    json_t *hash = json_object_get(v, "blockHash"), *from = json_object_get(v, "fromBlock");
    json_t *to = json_object_get(v, "toBlock"), *address = json_object_get(v, "address");
    if (eth_given(hash)) {
        if (eth_given(from) || eth_given(to))
            return bad(
                c, "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other");
        if (!eth_arg_hash(c, (struct eth_at){0, "input.blockHash"}, hash, &out->block_hash))
            return false;
        out->has_block_hash = true;
    } else if (!parse_end(c, from, newest, &out->f.from, &out->from_named) ||
               !parse_end(c, to, newest, &out->f.to, &out->to_named)) {
        return false;
    }
    if (eth_given(address) && !parse_addresses(c, address, &out->f)) return false;
    return parse_topics(c, json_object_get(v, "topics"), &out->f);
}
