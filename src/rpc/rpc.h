/* rpc: what clients see of the chain. Ethereum JSON-RPC with the tern_ methods beside it, the Aptos
 * REST API, the faucet: each on a port of its own, all in one process on one server (http.h) and
 * one pool of workers.
 *
 *   jsonrpc.h     JSON-RPC 2.0
 *   eth.h         eth_, net_, web3_: what ethers, viem and cast call
 *   tern.h        tern_: messages and the trace over all machines
 *   aptos.h       /v1 and the faucet: what the Aptos TypeScript SDK calls
 *   solana.h      Solana JSON-RPC: what web3.js and kit call
 */
#ifndef TERN_RPC_RPC_H
#define TERN_RPC_RPC_H

#include "base/base.h"
#include "chain/chain.h"

struct rpc_node;

struct rpc_options {
    const char *host;   /* NULL: 127.0.0.1 */
    int eth_port;       /* -1: the default 8545; 0: any free one; likewise below */
    int aptos_port;     /* 8080 */
    int faucet_port;    /* 8081 */
    int solana_port;    /* 8899 */
    int solana_ws_port; /* 8900 */
    unsigned threads;   /* workers; 0: as many as processors, at least 2 */
};

/* Opens the ports and answers until rpc_stop. The chain must outlive it. An error names the port.
 */
struct err rpc_start(struct rpc_node **out, struct chain *chain, const struct rpc_options *options);
void rpc_stop(struct rpc_node *node);

enum rpc_port {
    RPC_PORT_ETH,
    RPC_PORT_APTOS,
    RPC_PORT_FAUCET,
    RPC_PORT_SOLANA,
    RPC_PORT_SOLANA_WS,
    RPC_PORT_COUNT
};
uint16_t rpc_port(const struct rpc_node *node, enum rpc_port which);

#endif
