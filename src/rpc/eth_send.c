/* eth_sendRawTransaction. What stands in this table reads nothing of the chain for its answer
 * (jsonrpc.c). */
#include "rpc/eth.h"
#include "rpc/later.h"

/* What a node that keeps its chain on disk has answered is there after any crash. */
bool eth_submit(struct rpc_call *c, struct bytes raw) {
    struct chain *chain = c->node->chain;
    struct chain_submitted done;
    bool is_kept = chain_get_options(chain)->data_dir != NULL;
    struct rpc_later *l = is_kept ? rpc_later_new(c) : NULL;
    struct err e = l ? chain_submit_evm_later(chain, raw, RPC_SEAL_WAIT_MS, rpc_later_told, l,
                                              &done, &c->is_later)
                   : is_kept ? chain_submit_evm(chain, raw, RPC_SEAL_WAIT_MS, &done)
                             : chain_submit_evm_at_once(chain, raw, RPC_SEAL_WAIT_MS, &done);
    return rpc_later_submitted(c, l, e, &done);
}

static bool send_raw(struct rpc_call *c) {
    struct bytes raw;
    return eth_count_args(c, 1, 1) &&
           eth_arg_bytes(c, ETH_ARG(0), json_array_get(c->params, 0), &raw) && eth_submit(c, raw);
}

const struct rpc_method_row eth_send_methods[] = {
    {"eth_sendRawTransaction", send_raw},
    {NULL, NULL},
};
