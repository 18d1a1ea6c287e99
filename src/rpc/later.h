/* later: answers that come when the method has returned, so that no worker waits for a block.
 *
 * A method asks rpc_later_new for one; it gets none if the call is part of a batch or a
 * notification, and answers at once then. Otherwise it sets call->is_later when somebody else has
 * taken charge, who ends it with rpc_later_done, from any thread and also from under locks: the
 * answer is written and sent by a worker, many at a time. */
#ifndef TERN_RPC_LATER_H
#define TERN_RPC_LATER_H

#include "rpc/node.h"

/* Something to be done by a worker, many at a time: the first member of whatever it is. */
struct rpc_deferred {
    void (*run)(struct rpc_deferred *d); /* takes it */
    struct rpc_deferred *next;
};
/* Any thread, also under locks. */
void rpc_defer(struct rpc_node *node, struct rpc_deferred *d);

struct rpc_later;

void rpc_laters_init(struct rpc_node *node);
/* After the workers have ended, and nobody has one any more. */
void rpc_laters_free(struct rpc_node *node);

struct rpc_later *rpc_later_new(struct rpc_call *c);
/* The method answers at once after all. */
void rpc_later_free(struct rpc_later *l);
/* A hash as the result; or, with a text, a server error. Takes `l`. */
void rpc_later_done(struct rpc_later *l, const struct b32 *hash, const char *error);

/* For submissions: chain_submit_evm_later's `told`, whose `ctx` is the later … */
void rpc_later_told(void *ctx, const struct chain_submitted *done, struct err e);
/* … and what the method answers with what that returned; `l`, which may be NULL, is given back if
 * nobody has taken charge of it. */
bool rpc_later_submitted(struct rpc_call *c, struct rpc_later *l, struct err e,
                         const struct chain_submitted *done);

#endif
