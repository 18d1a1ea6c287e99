/* Parameters of Ethereum's reading methods (rpc_methods.h). The chain, a temporary one, goes on. */
#include "rpc/feed.h"
#include "rpc/node.h"
#include "rpc_methods.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rpc_method_row *const tables[] = {eth_chain_methods, eth_state_methods,
                                                      eth_call_methods,  eth_fee_methods,
                                                      eth_proof_methods, eth_simulate_methods,
                                                      eth_log_methods,   eth_subscribe_methods,
                                                      tern_methods,      NULL};

static struct rpc_node node;

static void start(void) {
    struct chain_options options = {0};
    if (node.chain) return;
    if (err_is(chain_open(&node.chain, &options))) abort();
    node.feed = feed_start(&node);
    if (!node.feed) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    start();
    fuzz_method(&node, tables, size & 1 ? 7 : RPC_NO_SOCKET, bytes_make(data, size));
    feed_closed(node.feed, 7);
    return 0;
}
