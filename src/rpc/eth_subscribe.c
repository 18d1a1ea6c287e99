/* eth_subscribe and eth_unsubscribe, over a WebSocket. */
#include "rpc/eth.h"
#include "rpc/feed.h"
#include "rpc/tern.h"

static bool needs_socket(struct rpc_call *c) {
    return c->ws != RPC_NO_SOCKET ||
           rpc_fail(c, RPC_METHOD_NOT_FOUND, "notifications not supported");
}

static bool subscribe(struct rpc_call *c) {
    struct feed_interest in = {0};
    json_t *v = json_array_get(c->params, 0), *more = rpc_param(c, 1);
    const char *name = json_string_value(v);
    if (!needs_socket(c)) return false;
    if (c->is_notification) /* nobody would know its id */
        return rpc_fail(c, RPC_INVALID_REQUEST, "a subscription needs a request with an id");
    if (!name)
        return rpc_fail(c, RPC_INVALID_PARAMS, "expected subscription name as first argument");
    if (!strcmp(name, "newHeads") || !strcmp(name, "syncing")) {
        in.kind = *name == 'n' ? FEED_BLOCKS : FEED_SYNCING;
        return eth_count_args(c, 1, 1) && eth_add_interest(c, &in, c->ws);
    }
    if (!strcmp(name, "newPendingTransactions")) {
        in.kind = FEED_ARRIVALS;
        return eth_count_args(c, 1, 2) && (!more || eth_arg_bool(c, ETH_ARG(1), more, &in.full)) &&
               eth_add_interest(c, &in, c->ws);
    }
    if (!strcmp(name, "logs")) {
        json_t *none = more ? NULL : json_object();
        bool ok = eth_count_args(c, 1, 2) && eth_log_interest(c, more ? more : none, &in);
        json_decref(none);
        return ok && eth_add_interest(c, &in, c->ws);
    }
    if (!strcmp(name, "ternMessages"))
        return eth_count_args(c, 1, 2) && tern_message_interest(c, more, &in) &&
               eth_add_interest(c, &in, c->ws);
    return rpc_fail(c, RPC_METHOD_NOT_FOUND, "no \"%.100s\" subscription in eth namespace", name);
}

static bool unsubscribe(struct rpc_call *c) {
    json_t *v = json_array_get(c->params, 0);
    if (!needs_socket(c) || !eth_count_args(c, 1, 1) || !eth_arg_string(c, ETH_ARG(0), v, "rpc.ID"))
        return false;
    if (feed_remove(c->node->feed, json_string_value(v), c->ws) != FEED_OK)
        return rpc_fail(c, RPC_SERVER_ERROR, "subscription not found");
    jo_bool(c->out, true);
    return true;
}

const struct rpc_method_row eth_subscribe_methods[] = {
    {"eth_subscribe", subscribe},
    {"eth_unsubscribe", unsubscribe},
    {NULL, NULL},
};
