/* Parameters of Solana's methods, those of its WebSocket too (rpc_methods.h), on a temporary chain
 * in which airdrops have made some accounts. */
#include "rpc/node.h"
#include "rpc/solana.h"
#include "rpc/solana_feed.h"
#include "rpc_methods.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rpc_method_row *const tables[] = {
    solana_cluster_methods, solana_validator_methods, solana_recent_methods,
    solana_account_methods, solana_token_methods,     solana_tx_methods,
    solana_send_methods,    solana_feed_methods,      NULL};

static struct rpc_node node;

static void start(void) {
    struct chain_options options = {0};
    struct chain_solana_submitted done;
    struct b32 to = {{1}};
    if (node.chain) return;
    if (err_is(chain_open(&node.chain, &options))) abort();
    node.solana_feed = solana_feed_start(&node);
    if (!node.solana_feed) abort();
    if (err_is(chain_faucet_solana(node.chain, &to, 1000000000, 4000, &done))) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    start();
    fuzz_method(&node, tables, 7, bytes_make(data, size));
    solana_feed_closed(node.solana_feed, 7);
    return 0;
}
