/* Private to node/: a state transition as geth's `evm t8n` makes it: a world, the surroundings of a
 * block and transactions in, the world after it and the block's results out, all as JSON. */
#ifndef TERN_NODE_T8N_H
#define TERN_NODE_T8N_H

#include <stdio.h>

#include "ethereum/ethereum.h"

/* Exit codes, as geth's. */
enum t8n_err {
    T8N_OK = 0,
    T8N_ERR_EVM = 2,
    T8N_ERR_CONFIG = 3,
    T8N_ERR_BLOCK_HASH = 4,
    T8N_ERR_JSON = 10,
    T8N_ERR_IO = 11,
    T8N_ERR_RLP = 12,
};

struct t8n_hash {
    uint64_t number;
    struct b32 hash;
};

struct t8n_ommer {
    uint64_t delta;
    struct b20 address;
};

/* What may be absent has a flag. */
struct t8n_env {
    struct b20 coinbase;
    uint64_t gas_limit, number, timestamp;
    bool has_difficulty, has_random, has_base_fee, has_excess, has_beacon_root;
    struct u256 difficulty, base_fee;
    struct b32 random, beacon_root;
    uint64_t excess;
    bool has_parent_difficulty, has_parent_base_fee, has_parent_excess, has_parent_blob_gas;
    struct u256 parent_difficulty, parent_base_fee;
    uint64_t parent_gas_used, parent_gas_limit, parent_timestamp, parent_excess, parent_blob_gas;
    struct b32 parent_ommers_hash;
    bool has_hashes, has_withdrawals;
    const struct t8n_hash *hashes;
    size_t hash_count;
    const struct t8n_ommer *ommers;
    size_t ommer_count;
    const struct eth_withdrawal *withdrawals;
    size_t withdrawal_count;
};

/* A transaction, or why it is none. */
struct t8n_tx {
    struct eth_tx tx;
    const char *defect; /* NULL: it can be tried */
};

struct t8n_rejected {
    size_t index;
    const char *text;
};

struct t8n_input {
    struct eth_schedule schedule;
    int64_t reward; /* -1: none */
    const struct eth_account *accounts;
    size_t account_count;
    struct t8n_env env;
    struct t8n_tx *txs;
    size_t tx_count;
};

struct t8n_output {
    struct st_journal *journal; /* the world after it; the caller frees it */
    struct eth_context context; /* of the run; journal and arena are still good */
    struct eth_run run;
    struct b32 state_root, logs_hash;
    const struct eth_tx **included;
    const struct b20 *created; /* per receipt; zeros: none */
    struct t8n_rejected *rejected;
    size_t rejected_count;
    bool has_blob_fee;
    uint64_t excess_blob_gas;
};

/* ---- t8n_input.c: all texts and lists live in the arena */

struct err t8n_read_env(const json_t *o, struct arena *arena, struct t8n_env *env);
/* An array of transactions, signed or with a secretKey. */
struct err t8n_read_txs(const json_t *array, const struct eth_schedule *s, struct arena *arena,
                        struct t8n_tx **txs, size_t *count);
/* The RLP of a list of transactions. */
struct err t8n_read_rlp(struct bytes rlp, struct arena *arena, struct t8n_tx **txs, size_t *count);

/* ---- t8n_apply.c */

/* Where traces go: called with each transaction before it runs and with NULL after it. NULL: no
 * traces. */
struct t8n_tracing {
    void *ctx;
    const struct evm_tracer *(*begin)(void *ctx, size_t index, const struct b32 *hash);
    void (*end)(void *ctx);
};

struct err t8n_apply(struct t8n_input *in, const struct t8n_tracing *tracing, struct arena *arena,
                     struct t8n_output *out);

/* ---- t8n_output.c: new references */

json_t *t8n_result_json(const struct t8n_input *in, const struct t8n_output *out);
json_t *t8n_alloc_json(struct st_journal *j);
/* RLP of the included transactions. */
void t8n_body(struct buf *out, const struct t8n_output *o);

#endif
