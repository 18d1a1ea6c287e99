/* rpc's own: what its files share. */
#ifndef TERN_RPC_NODE_H
#define TERN_RPC_NODE_H

#include <pthread.h>

#include "chain/chain.h"
#include "rpc/http.h"
#include "rpc/jsonrpc.h"
#include "rpc/pool.h"
#include "rpc/rpc.h"

struct rpc_node {
    struct chain *chain;
    struct rpc_server *server;
    struct rpc_pool *pool;
    struct rpc_feed *feed;
    struct solana_feed *solana_feed;
    pthread_mutex_t later_lock; /* later.h: what is to be answered now */
    struct rpc_deferred *later_first, **later_end;
    /* From reading the nonce that an unlocked account sends with to handing the transaction over:
     * two wishes never get the same one. */
    pthread_mutex_t unlocked_lock;
    _Atomic size_t ws_bytes; /* of messages of WebSockets that workers have or have yet to take */
    _Atomic bool is_loading, is_dumping; /* a state (dev_state.c) */
    _Atomic size_t trace_bytes;          /* that traces in the making have (trace.h) */
};

/* Ethereum. */
extern const struct rpc_method_row eth_chain_methods[], eth_state_methods[], eth_send_methods[],
    eth_call_methods[], eth_fee_methods[], eth_proof_methods[], eth_simulate_methods[],
    eth_log_methods[], eth_subscribe_methods[], tern_methods[], supply_methods[],
    debug_trace_methods[], debug_raw_methods[], txpool_methods[], dev_methods[], dev_sign_methods[],
    dev_send_methods[], dev_state_methods[], dev_erc20_methods[];

/* How long a submission waits for its block before it answers. */
enum { RPC_SEAL_WAIT_MS = 4000 };

/* aptos.c: answers one REST request on a worker. */
void aptos_handle(struct rpc_node *node, struct http_request *req);
void aptos_error_body(void *ctx, int status, const char *text, struct buf *out);
extern const char *const APTOS_EXPOSED_HEADERS;
/* faucet.c */
void faucet_handle(struct rpc_node *node, struct http_request *req);

#endif
