/* Simulated blocks (eth_simulateV1): calls in a row of blocks on top of a reader's, each with
 * overrides of its own, none of it kept. The blocks are whole: header, roots and hash are what they
 * would be if the calls were transactions that nobody had to sign. */
#ifndef TERN_CHAIN_SIMULATION_H
#define TERN_CHAIN_SIMULATION_H

#include "chain/chain.h"

enum {
    CHAIN_SIM_BLOCKS_MAX = 256,       /* the gaps that are filled included */
    CHAIN_SIM_BLOCK_CALLS_MAX = 5000, /* in one block */
    CHAIN_SIM_CALLS_MAX = 10000,      /* in all */
    CHAIN_SIM_SECONDS = 12,           /* between blocks that name no time */
};

struct chain_sim_request {
    struct chain_overrides overrides;
    const struct chain_evm_call *calls;
    size_t call_count;
};

struct chain_sim_options {
    bool validate;        /* nonces and fees must be right; else free of charge unless priced */
    bool trace_transfers; /* moves of value show as logs of 0xee…ee (ERC-7528) */
};

struct chain_sim_log {
    struct st_log log;
    uint32_t index; /* counts what was undone, too */
};

struct chain_sim_call {
    struct eth_tx tx; /* unsigned */
    struct chain_evm_result result;
    bool gas_was_capped;
    const struct chain_sim_log *logs;
    size_t log_count;
};

struct chain_sim_block {
    struct chain_block block;
    const struct eth_withdrawal *withdrawals;
    size_t withdrawal_count;
    struct chain_sim_call *calls;
    size_t call_count;
};

enum chain_sim_err {
    CHAIN_SIM_OK,
    CHAIN_SIM_INVALID,         /* overrides that cannot be; no state to prove a root of */
    CHAIN_SIM_BLOCK_NUMBER,    /* not in order */
    CHAIN_SIM_BLOCK_TIMESTAMP, /* not in order */
    CHAIN_SIM_TOO_MANY_BLOCKS,
    CHAIN_SIM_GAS_LIMIT, /* the block has no room for the call */
    CHAIN_SIM_TX,        /* `tx` says why */
};

struct chain_sim_refusal {
    enum chain_sim_err code;
    enum evm_tx_err tx;
    const char *text; /* go-ethereum's words; in the reader's arena */
};

/* Results live in the reader's arena. False: nothing is simulated, *why says why. Once for a
 * reader, which is good for nothing but its arena afterwards. */
bool chain_simulate_blocks(struct chain_reader *r, const struct chain_sim_options *options,
                           const struct chain_sim_request *requests, size_t count,
                           struct chain_sim_block **out, size_t *out_count,
                           struct chain_sim_refusal *why);

/* ---- One block of real transactions (testing_buildBlockV1) */

struct chain_build_request {
    uint64_t time;
    struct b20 coinbase;
    struct b32 prev_randao, beacon_root;
    struct bytes extra;
    const struct eth_withdrawal *withdrawals;
    size_t withdrawal_count;
    bool from_mempool; /* the best of what waits; else exactly these: */
    const struct bytes *txs;
    size_t tx_count;
};

struct chain_built {
    struct chain_block block;
    struct eth_tx *txs;
    size_t tx_count;
    struct eth_requests requests;
    struct u256 value; /* what the coinbase earns in tips */
};

/* Builds the block after the reader's newest one by Ethereum's rules and keeps nothing of it. Only
 * on an Ethereum chain. A transaction that cannot be in it is an error in go-ethereum's words,
 * unless it comes from the mempool. Results live in the reader's arena. */
struct err chain_build_block(struct chain_reader *r, const struct chain_build_request *request,
                             struct chain_built *out);

#endif
