/* Ethereum's methods: what their files share. */
#ifndef TERN_RPC_ETH_H
#define TERN_RPC_ETH_H

#include "rpc/eth_args.h"
#include "rpc/eth_json.h"
#include "rpc/node.h"

/* The answer of web3_clientVersion. On a development chain it begins with "anvil", because
 * Hardhat's helpers look for a name that they know before they use the verbs that anvil has. */
const char *eth_client_version(const struct rpc_call *c);

/* Opens a reader at the block that a parameter names: a tag, a number, or {blockHash|blockNumber}.
 * A missing parameter is "latest". False after rpc_fail. */
bool eth_reader_at(struct rpc_call *c, json_t *block, struct chain_reader **out);
/* Fails the call with the outcome of an execution that did not end well, in the form that clients
 * decode: code 3 with the revert data, or -32000. */
const char *eth_revert_message(struct arena *arena, struct bytes output);
bool eth_fail_execution(struct rpc_call *c, const struct chain_evm_result *result);

/* Methods with a file of their own. */
rpc_method eth_build_block, eth_config, eth_capabilities;

/* The newest block's reader. */
bool eth_reader(struct rpc_call *c, struct chain_reader **out);

/* The only parameter of a method about one transaction, wherever it is. */
struct eth_lookup {
    struct b32 hash;
    struct bytes waiting; /* its raw bytes, if it may not be in a block yet; p NULL: it is none */
    struct chain_reader *reader; /* the newest block's; shows it if it is in one */
};
bool eth_look_up(struct rpc_call *c, struct eth_lookup *out);

/* The height that such a parameter names, given the newest. */
bool eth_height_at(struct rpc_call *c, json_t *block, uint64_t newest, uint64_t *height);

/* The height that a tag or number names, given the newest. */
bool eth_height(struct rpc_call *c, json_t *block, uint64_t newest, uint64_t *out);

/* Submits signed bytes and answers with their hash: if blocks come at once, when the transaction is
 * in one (a node with its chain on disk), or at once, and who reads then waits for the block (a
 * node in memory). False after rpc_fail. */
bool eth_submit(struct rpc_call *c, struct bytes raw);

/* A filter object of eth_getLogs and eth_newFilter, its lists in the call's arena. */
struct eth_log_filter {
    struct chain_log_filter f;
    bool has_block_hash;
    struct b32 block_hash;
    bool from_named, to_named; /* by a number: that end does not move with the chain */
};
bool eth_parse_filter(struct rpc_call *c, json_t *v, uint64_t newest, struct eth_log_filter *out);

/* The interest that such an object describes; *out owns its criteria. */
struct feed_interest;
bool eth_log_interest(struct rpc_call *c, json_t *v, struct feed_interest *out);
/* Adds it (feed.h) and answers with its id. */
bool eth_add_interest(struct rpc_call *c, const struct feed_interest *in, uint64_t ws);

#endif
