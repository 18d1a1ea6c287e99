/* The mempool's own: what its files share. All but the life is done under `lock`. */
#ifndef TERN_CHAIN_MEMPOOL_IMPL_H
#define TERN_CHAIN_MEMPOOL_IMPL_H

#include <pthread.h>

#include "chain/mempool.h"
#include "state/state.h"

/* One sender with waiting transactions, or with one that the sequencer has taken. */
struct mempool_sender {
    struct b32 address;
    uint8_t vm;
    bool held;      /* kept until the block is sealed: readers do not see its nonce before */
    bool unsure;    /* the nonce was read from a sealed block, which may be behind: the sequencer
                       knows better */
    uint64_t nonce; /* the account's, as far as the pool knows */
    uint32_t count;
    uint32_t taken; /* of this sender, with the sequencer */
    struct mempool_tx *first;
    struct mempool_sender *next_held;
    uint32_t slot;
    uint32_t place; /* in the ready heap, + 1; 0: not ready */
    uint64_t tip;   /* of its first transaction, above the base fee */
    uint64_t turn;  /* when it became ready */
};

struct mempool {
    pthread_mutex_t lock;
    pthread_cond_t work; /* for the sequencer */
    pthread_cond_t news; /* for submitters that block */
    bool stopped, woken, none_waits;
    void (*arrived)(void *ctx, uint8_t vm, const struct b32 *hash); /* or NULL */
    void *arrived_ctx;
    struct map by_hash, by_sender;
    struct mempool_tx *txs[MEMPOOL_MAX];
    uint32_t free_tx[MEMPOOL_MAX], free_tx_count;
    size_t bytes; /* of their raw forms, at most MEMPOOL_MAX_BYTES */
    struct mempool_sender *senders[MEMPOOL_MAX];
    uint32_t free_sender[MEMPOOL_MAX], free_sender_count;
    uint32_t senders_end;                      /* no sender's slot is above */
    struct mempool_sender *ready[MEMPOOL_MAX]; /* a heap, the best first */
    uint32_t ready_count;
    uint64_t turns;
    struct u256 base_fee;
    /* Transactions that ran in the open block: found by their hashes, and nothing else, until the
     * block is sealed. They take no place of those that wait. */
    struct mempool_tx **executed;
    size_t executed_count, executed_cap;
    struct map executed_by_hash;
    struct mempool_waiter *unsealed;                 /* their transactions ran in the open block */
    struct mempool_waiter *first_timed, *last_timed; /* in the order in which they came */
    struct mempool_sender *held;
    uint64_t swept_s; /* when expired transactions were last looked for */
};

uint64_t mempool_now_s(void);

/* What the transaction leaves above the base fee, comparable between machines; false if it does not
 * pay the base fee. */
bool mempool_tip(const struct mempool *p, const struct mempool_tx *tx, uint64_t *tip);

/* The nonce that follows everything of this sender that can run now … */
uint64_t mempool_gapless_end(const struct mempool_sender *s);
/* … given that its nonce is at least this one: the pool may have an older one. */
uint64_t mempool_gapless_from(const struct mempool_sender *s, uint64_t account_nonce);

/* One that waits or is being executed. */
struct mempool_tx *mempool_find_tx(const struct mempool *p, const struct b32 *hash);
/* One that has run in the open block. */
struct mempool_tx *mempool_find_executed(const struct mempool *p, const struct b32 *hash);
struct mempool_sender *mempool_find_sender(const struct mempool *p, uint8_t vm,
                                           const struct b32 *address);

/* Puts the sender where it belongs in the ready heap, or takes it out. */
void mempool_update_ready(struct mempool *p, struct mempool_sender *s);
/* Removes a waiting transaction with a reason. Its sender stays, if only for the caller to drop. */
void mempool_evict(struct mempool *p, struct mempool_tx *tx, const char *reason);
void mempool_drop_sender_if_idle(struct mempool *p, struct mempool_sender *s);

/* ---- mempool_room.c */

/* Evicts what has waited too long. */
void mempool_expire(struct mempool *p);
/* The pool is full: makes room for a better transaction, which may be a queued one. */
enum mempool_err mempool_make_room(struct mempool *p, const struct mempool_tx *better,
                                   bool has_gap);

#endif
