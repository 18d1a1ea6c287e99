/* What feed.c hands to feed_send.c: subscriptions that are behind. */
#ifndef TERN_RPC_FEED_SEND_H
#define TERN_RPC_FEED_SEND_H

#include "rpc/feed.h"

struct feed_target {
    struct feed_interest in; /* `next` moves as news are sent */
    uint64_t ws, sequence;
    char id[FEED_ID_TEXT];
};

/* Sends to each what it has not been told yet, up to block `newest`. */
void feed_send(struct rpc_feed *f, struct rpc_node *node, struct feed_target *targets, size_t count,
               uint64_t newest);

#endif
