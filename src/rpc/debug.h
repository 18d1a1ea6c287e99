/* debug_ and trace_: what their files share. */
#ifndef TERN_RPC_DEBUG_H
#define TERN_RPC_DEBUG_H

#include "rpc/trace.h"

/* A reader that runs block `height` again. Here and below: false after rpc_fail. */
bool debug_replay_open(struct rpc_call *c, uint64_t height, struct chain_reader **out);
bool debug_replay_next(struct rpc_call *c, struct chain_reader *r);
/* Runs the roots before the `index`-th. */
bool debug_replay_until(struct rpc_call *c, struct chain_reader *r, uint32_t index);

/* The place of a transaction of the block that is run again. */
struct trace_place debug_place(const struct chain_reader *r, const struct chain_tx *tx);

/* A sealed transaction by its hash in the EVM list. Of *tx only what is no slice may be used. */
bool debug_find_tx(struct rpc_call *c, const struct b32 *hash, struct chain_tx *tx, bool *found);

/* debug_storage.c, parity.c */
rpc_method debug_storage_range_at;
rpc_method parity_transaction, parity_block, parity_get, parity_filter, parity_call,
    parity_raw_transaction, parity_replay_transaction, parity_replay_block;

#endif
