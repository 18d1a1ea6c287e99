/* eth_sendRawTransaction. */
#include "rpc/eth.h"
#include "rpc/later.h"

bool eth_submit(struct rpc_call *c, struct bytes raw) {
    struct chain_submitted done;
    struct rpc_later *l = rpc_later_new(c);
    struct err e = l ? chain_submit_evm_later(c->node->chain, raw, RPC_SEAL_WAIT_MS, rpc_later_told,
                                              l, &done, &c->is_later)
                     : chain_submit_evm(c->node->chain, raw, RPC_SEAL_WAIT_MS, &done);
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
