/* What only a development chain does: it changes the newest state without a block, goes back to
 * snapshots, makes blocks on demand, bends time, and takes transactions that nobody signed. The RPC
 * gives these verbs to Foundry's and Hardhat's users; they are off with chain_options.no_dev.
 *
 * Whatever touches the world runs on the sequencer's thread, in order with the blocks; the calls
 * here wait for it.
 */
#ifndef TERN_CHAIN_DEV_H
#define TERN_CHAIN_DEV_H

#include "chain/chain.h"
#include "chain/mempool.h"

/* ---- The newest state */

enum chain_amend_kind {
    CHAIN_AMEND_BALANCE,     /* value */
    CHAIN_AMEND_ADD_BALANCE, /* value; stops at the largest number */
    CHAIN_AMEND_NONCE,       /* nonce */
    CHAIN_AMEND_CODE,        /* data */
    CHAIN_AMEND_SLOT,        /* key, value */
    CHAIN_AMEND_ITEM, /* an item of another machine: domain, item_key, data; data.p NULL: delete */
};

struct chain_amendment {
    enum chain_amend_kind kind;
    struct b20 address;
    uint64_t nonce;
    struct u256 key, value;
    enum st_domain domain;
    struct bytes item_key, data;
};

/* Applies all of them at once to the newest state: visible to readers of the newest block when it
 * returns. An account that is left with neither nonce, balance nor code is removed, unless a slot
 * was set in it. */
struct err chain_amend(struct chain *c, const struct chain_amendment *list, size_t count);

/* ---- Snapshots */

/* Remembers the world of all machines with its history, the mempool and the clock. Ids are 0, 1, …
 */
struct err chain_snapshot(struct chain *c, uint32_t *id);
/* Goes back; the snapshot and all after it are used up. *found false: there is no such snapshot. */
struct err chain_revert(struct chain *c, uint32_t id, bool *found);
/* The snapshots that can be gone back to, oldest first; in `arena`. */
struct chain_snapshot_info {
    uint32_t id;
    uint64_t height;
    struct b32 hash;
};
struct chain_snapshot_info *chain_snapshots(struct chain *c, struct arena *arena, size_t *count);
/* A number of this run, another one after each reset. */
struct b32 chain_instance(struct chain *c);
/* Back to a new genesis; forgets snapshots, mempool and everything set here but impersonation. */
struct err chain_reset(struct chain *c);

/* ---- Making blocks */

struct chain_mine {
    uint64_t count;
    bool has_timestamp; /* of the first */
    uint64_t timestamp_s;
    uint64_t interval_s; /* added to the clock before each */
};
enum { CHAIN_MINE_MAX = 1000000 };
/* The blocks made are up to the newest height, returned in *height. */
struct err chain_mine(struct chain *c, const struct chain_mine *how, uint64_t *height);

/* When blocks are made: as soon as there is a transaction, every so often, or neither. */
struct chain_mining {
    bool automine;
    uint64_t interval_ms; /* 0: none */
};
struct chain_mining chain_get_mining(struct chain *c);
void chain_set_mining(struct chain *c, const struct chain_mining *m);

/* ---- Time */

/* The clock's offset from the wall clock after it, in seconds. */
struct err chain_increase_time(struct chain *c, uint64_t seconds, int64_t *offset_s);
/* Time goes on from there; *ahead_s says by how much that is in the future. */
struct err chain_set_time(struct chain *c, uint64_t timestamp_s, uint64_t *ahead_s);
/* CHAIN_ERR_INVALID: it is before the newest block's. */
struct err chain_set_next_timestamp(struct chain *c, uint64_t timestamp_s);
void chain_set_timestamp_step(struct chain *c, uint64_t seconds);
/* False if there was none. */
bool chain_clear_timestamp_step(struct chain *c);
/* The next block's second if it were made now. */
uint64_t chain_next_timestamp(struct chain *c);

/* ---- The next blocks' headers */

/* Only the next block. */
void chain_set_next_base_fee(struct chain *c, const struct u256 *fee);
void chain_set_next_randao(struct chain *c, const struct b32 *randao);
/* From the next block on. */
void chain_set_coinbase(struct chain *c, const struct b20 *coinbase);
void chain_set_gas_limit(struct chain *c, uint64_t gas_limit);

/* ---- Senders without keys */

void chain_impersonate(struct chain *c, const struct b20 *address, bool on);
void chain_impersonate_all(struct chain *c, bool on);
bool chain_is_impersonated(struct chain *c, const struct b20 *address);

/* As chain_submit_evm, of a transaction whose `sender` is set and that nobody signed: it gets a
 * mark in place of a signature (r is the sender, s is 1). */
struct err chain_submit_unsigned(struct chain *c, const struct evm_tx *tx, uint64_t wait_ms,
                                 struct chain_submitted *out);
/* The same as chain_submit_evm_later. */
struct err chain_submit_unsigned_later(struct chain *c, const struct evm_tx *tx, uint64_t wait_ms,
                                       void (*told)(void *ctx, const struct chain_submitted *done,
                                                    struct err e),
                                       void *ctx, struct chain_submitted *out, bool *later);

/* ---- The mempool */

struct mempool_view *chain_pool_list(struct chain *c, struct arena *arena, size_t *count);
void chain_pool_counts(struct chain *c, uint8_t vm, size_t *pending, size_t *queued);
bool chain_pool_drop(struct chain *c, const struct b32 *hash);
void chain_pool_drop_sender(struct chain *c, const struct b20 *sender);
void chain_pool_clear(struct chain *c);

#endif
