/* The mempool: transactions of all machines that wait for the sequencer. Per sender in nonce order;
 * among senders the best tip first, and first come, first served at equal tips. Thread-safe:
 * submitters insert, the sequencer takes.
 *
 * A sender's transactions run from the nonce that its account has; one with a gap before it is
 * *queued* until the gap is filled or it expires, the others are *pending*. A transaction with the
 * nonce of a waiting one replaces it if both its fees are at least 10 % higher. An Ethereum
 * transaction that does not pay the next block's base fee stays where it is until the fee falls.
 * When the pool is full the queued ones go first, then the cheapest, to let a better one in.
 *
 * Tips of different machines are compared by what their APIs suggest: one octa a unit of Move gas
 * ranks as one gwei a unit of EVM gas, so that whoever pays the usual price waits his turn whatever
 * he calls.
 */
#ifndef TERN_CHAIN_MEMPOOL_H
#define TERN_CHAIN_MEMPOOL_H

#include "base/base.h"

struct mempool;

enum {
    MEMPOOL_MAX = 16384, /* transactions in all */
    MEMPOOL_MAX_BYTES = 256 << 20,
    MEMPOOL_SENDER_MAX = 1024, /* of one sender */
    MEMPOOL_BUMP_PERCENT = 10,
    MEMPOOL_EXPIRY_S = 3 * 3600,
};

enum mempool_err {
    MEMPOOL_ERR_NONE = 0,
    MEMPOOL_ERR_KNOWN,
    MEMPOOL_ERR_FULL,
    MEMPOOL_ERR_CHEAP, /* full, and nothing that waits pays less */
    MEMPOOL_ERR_SENDER_FULL,
    MEMPOOL_ERR_UNDERPRICED, /* as a replacement */
    MEMPOOL_ERR_STOPPED,
};

/* A waiting transaction. Owned by the pool until taken, then by the taker, who ends it with
 * mempool_done. */
struct mempool_tx {
    struct b32 hash;
    struct b32 sender; /* an EVM address in the first 20 bytes, or a Move address */
    uint8_t vm;
    uint64_t nonce;
    struct u256 price;  /* what it offers per unit at most */
    struct u256 tip;    /* what it offers per unit above the base fee */
    struct arena arena; /* holds raw and decoded */
    struct bytes raw;
    void *decoded; /* struct evm_tx or struct mv_signed_tx */

    /* private */
    struct mempool_tx *next; /* of the same sender, ascending nonce */
    struct mempool_sender *owner;
    struct mempool_waiter *waiter;
    bool taken; /* the sequencer has it: it is in no list */
    uint64_t arrived_s;
    uint32_t slot;
};

/* What a submitter learns about its transaction. */
struct mempool_outcome {
    bool sealed;
    bool refused;
    uint32_t vm_code;
    char text[256];
};

/* Somebody who wants to be told what becomes of a transaction, and does not block a thread for it.
 * Belongs to the pool from the insertion until it is told. */
struct mempool_waiter {
    struct mempool_outcome outcome;
    /* Called once, with the pool locked: must be quick and call nothing of the pool. If neither
     * sealed nor refused, the time was over before anything was known, or waiting makes no sense
     * any more. */
    void (*told)(struct mempool_waiter *w);

    /* private */
    struct mempool_tx *tx; /* NULL when it ran: the waiter is among the unsealed then */
    uint64_t until_ms;     /* on the steady clock */
    bool timed;            /* in the list of those whose time runs */
    struct mempool_waiter *next_unsealed, *earlier, *later;
};

struct mempool *mempool_new(void);
void mempool_free(struct mempool *p);

/* An empty transaction to be filled in by the submitter; mempool_tx_free if it is not inserted
 * after all. */
struct mempool_tx *mempool_tx_new(void);
void mempool_tx_free(struct mempool_tx *tx);

/* Takes `tx` (also on an error: then it is freed). `account_nonce` is the sender's nonce in the
 * newest state known to the caller. Then, if `wait_ms` is not 0 and the transaction can run without
 * waiting for others, waits until it is sealed or refused. */
enum mempool_err mempool_insert(struct mempool *p, struct mempool_tx *tx, uint64_t account_nonce,
                                uint64_t wait_ms, struct mempool_outcome *outcome);

/* The same, but does not block: if the transaction can run without waiting for others, `*waits` is
 * true and the waiter is told within `wait_ms`; its time is looked at by mempool_wait. If it has to
 * wait for others later (the one before it is gone, the base fee has risen above it), the waiter is
 * told then. */
enum mempool_err mempool_insert_waiting(struct mempool *p, struct mempool_tx *tx,
                                        uint64_t account_nonce, uint64_t wait_ms,
                                        struct mempool_waiter *waiter, bool *waits);
/* Tells all those waiters now that nothing is known yet; from here on none waits. */
void mempool_release_waiters(struct mempool *p);

/* ---- The sequencer */

/* The next transaction that can run, or NULL. */
struct mempool_tx *mempool_take(struct mempool *p);

/* Blocks until mempool_wake was called since the last time, `timeout_ms` is over (UINT64_MAX:
 * never), with `for_ready` something can run, or the pool is stopped. False when stopped. */
bool mempool_wait(struct mempool *p, uint64_t timeout_ms, bool for_ready);
bool mempool_has_ready(struct mempool *p);
/* Waits for something that can run; false if nothing came in that time, or other work did. */
bool mempool_wait_ready(struct mempool *p, uint64_t timeout_us);
/* Any thread. */
void mempool_wake(struct mempool *p);

/* A taken transaction ran or was refused; `next_nonce` is its sender's nonce in the state now. The
 * submitter learns a refusal at once, but success only with mempool_sealed; until then
 * mempool_find finds what ran. Takes `tx`. */
void mempool_done(struct mempool *p, struct mempool_tx *tx, uint64_t next_nonce,
                  const struct mempool_outcome *refusal);

/* The taken transaction cannot run yet, because its nonce is above `next_nonce` or the block has no
 * room: it goes back to wait. */
void mempool_put_back(struct mempool *p, struct mempool_tx *tx, uint64_t next_nonce);

/* The block with everything done since the last call is sealed (or failed to be, with `error`). */
void mempool_sealed(struct mempool *p, const char *error);

/* The base fee of the next block: whoever does not pay it waits, and tips are what is left above
 * it. */
void mempool_set_base_fee(struct mempool *p, const struct u256 *fee);

/* A sealed block left these accounts with these nonces. One of them may have got it from another's
 * transaction: by an authorization (EIP-7702), or by creating as a delegated account. What is below
 * it goes, what it lets run can run. */
struct mempool_nonce {
    struct b32 sender;
    uint64_t nonce;
};
void mempool_catch_up(struct mempool *p, uint8_t vm, const struct mempool_nonce *list,
                      size_t count);

/* The state has changed otherwise than by transactions: asks for every sender's nonce. What is
 * below it goes. */
void mempool_refresh(struct mempool *p,
                     uint64_t (*nonce)(void *ctx, uint8_t vm, const struct b32 *sender), void *ctx);

void mempool_stop(struct mempool *p);

/* Calls `arrived` for each transaction that comes in, under the pool's lock: it must be quick and
 * must not call the pool. One watcher; NULL ends it. */
void mempool_watch(struct mempool *p,
                   void (*arrived)(void *ctx, uint8_t vm, const struct b32 *hash), void *ctx);

/* ---- Any thread */

/* Removes a waiting transaction, all of a sender, or all; those that the sequencer has taken stay.
 * Their submitters are told `reason`. */
bool mempool_remove(struct mempool *p, const struct b32 *hash, const char *reason);
void mempool_remove_sender(struct mempool *p, uint8_t vm, const struct b32 *sender,
                           const char *reason);
void mempool_clear(struct mempool *p, const char *reason);

/* One that waits, is being executed, or ran in a block that is not sealed yet. */
bool mempool_find(struct mempool *p, const struct b32 *hash, struct arena *arena, uint8_t *vm,
                  struct bytes *raw);
/* The nonce after the sender's last transaction without a gap; `account_nonce` if there is none. */
uint64_t mempool_next_nonce(struct mempool *p, uint8_t vm, const struct b32 *sender,
                            uint64_t account_nonce);
size_t mempool_count(struct mempool *p);

/* What waits, as others see it. */
struct mempool_view {
    struct b32 hash, sender;
    uint8_t vm;
    bool pending; /* no gap before it */
    uint64_t nonce;
    struct bytes raw;
};
/* All that waits, by machine, sender and nonce, in `arena`. */
struct mempool_view *mempool_list(struct mempool *p, struct arena *arena, size_t *count);
/* How many are pending, and how many queued. */
void mempool_counts(struct mempool *p, uint8_t vm, size_t *pending, size_t *queued);

#endif
