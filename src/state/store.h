/* The store: sealed blocks on LMDB, snapshots of them, and sealing. See state.h for the words.
 *
 * One environment, one named database per kind of data; one write transaction per block, opened by
 * st_seal_begin and committed by st_seal_end, so that a block is there whole or not at all. Each
 * block also writes the values that it replaced (a reverse difference), from which snapshots of
 * earlier blocks read.
 *
 * Records are what the chain keeps beside the world (blocks, receipts, indexes): byte strings in
 * tables of their own.
 */
#ifndef TERN_STATE_STORE_H
#define TERN_STATE_STORE_H

#include "base/base.h"
#include "state/journal.h"

struct st_store;

enum st_err {
    ST_ERR_NONE = 0,
    ST_ERR_OPEN,     /* the folder or its files cannot be opened, or are no store of this version */
    ST_ERR_IO,       /* the disk failed or is full; nothing of the block was written */
    ST_ERR_PRUNED,   /* that block's history is not kept any more */
    ST_ERR_NO_BLOCK, /* no such block yet */
    ST_ERR_BUSY,     /* too much of it at once: try again */
    ST_ERR_NO_POINT, /* no such point to go back to */
};

/* The chain's tables. Keys are big-endian where they carry numbers, so that they sort. */
enum st_table {
    ST_TABLE_META,       /* name → value */
    ST_TABLE_BLOCK,      /* height (8) → block */
    ST_TABLE_BLOCK_HASH, /* block hash → height */
    ST_TABLE_TX,      /* transaction hash of any machine → height (8) ‖ index (4) ‖ vm (1) */
    ST_TABLE_RECEIPT, /* height (8) ‖ index (4) → receipt with its legs */
    ST_TABLE_LOG_ADDRESS, /* address (20) ‖ height (8) → indexes (4 each) */
    ST_TABLE_LOG_TOPIC,   /* position (1) ‖ topic (32) ‖ height (8) → indexes (4 each) */
    ST_TABLE_MOVE_VERSION, /* Move transaction version (8) → height (8) ‖ index (4) ‖ kind (1) */
    ST_TABLE_ACCOUNT_TX, /* Move address (32) ‖ sequence number (8) → version (8); not of orderless
                            ones */
    ST_TABLE_EVENT, /* Move guid address (32) ‖ creation number (8) ‖ sequence number (8) → version
                       (8) … */
    ST_TABLE_MESSAGE, /* height (8) ‖ index (4) of the root ‖ index (4) of the message → its id */
    ST_TABLE_BODY,            /* height (8) → RLP of what a block holds beside its transactions */
    ST_TABLE_ACCOUNT_VERSION, /* Move address (32) ‖ version (8) of one that changed it → 1 if it
                                 sent it, else 0 */
    ST_TABLE_SOLANA_KEY, /* key (32) ‖ height (8) ‖ index (4) of a transaction that names it →
                            nothing */
    ST_TABLE_MESSAGE_BY, /* messages by sender, route and status, and attempts at them: see
                            chain/messages.c */
    ST_TABLE_SUPPLY,     /* height (8) → how much money there is then */
    ST_TABLE_COUNT
};

struct st_store_options {
    const char *dir;         /* NULL: an unlinked temporary folder without fsync */
    uint64_t map_bytes;      /* address space reserved for the file; 0: 256 GiB */
    uint64_t history_blocks; /* how many blocks back can be read; UINT64_MAX: all; 0: 256 */
};

struct err st_store_open(struct st_store **out, const struct st_store_options *options);
/* All snapshots and journals over the store have been closed and freed before. */
void st_store_close(struct st_store *s);

/* Height of the last sealed block, and whether there is one. Safe from any thread. */
bool st_store_height(const struct st_store *s, uint64_t *height);

/* A snapshot after block `height`, or after the last one with ST_LATEST. Any thread; close it on
 * the same thread. */
#define ST_LATEST UINT64_MAX
struct err st_snapshot_open(struct st_store *s, uint64_t height, struct st_snapshot **out);
void st_snapshot_close(struct st_snapshot *snap);
uint64_t st_snapshot_height(const struct st_snapshot *snap);

/* Reads outside a journal; slices are borrowed until the snapshot is closed. */
bool st_snapshot_get(const struct st_snapshot *snap, enum st_domain domain, struct bytes key,
                     struct bytes *value);

/* Visits items whose key begins with `prefix`, from `start` on (start.n 0: the first), in key
 * order, until `visit` returns false. The key is borrowed for the visit, the value until the
 * snapshot is closed. Keys of more than some 460 bytes that differ only behind that come in the
 * order of their hashes. */
void st_snapshot_scan(const struct st_snapshot *snap, enum st_domain domain, struct bytes prefix,
                      struct bytes start,
                      bool (*visit)(void *ctx, struct bytes key, struct bytes value), void *ctx);

/* A Solana account of the snapshot; data is borrowed until the snapshot is closed. False, and *out
 * zeroed, if there is none. */
bool st_snapshot_svm_account(const struct st_snapshot *snap, const struct b32 *key,
                             struct st_svm_account *out);
/* Visits every Solana account, by key, until `visit` returns false. Its data is not read: ask for
 * it with st_snapshot_svm_account. */
void st_snapshot_each_svm_account(const struct st_snapshot *snap,
                                  bool (*visit)(void *ctx, const struct b32 *key,
                                                const struct st_svm_account *a),
                                  void *ctx);

/* An account as the store holds it. */
struct st_stored_account {
    uint64_t nonce;
    struct u256 balance;
    struct b32 code_hash, storage_root;
};

/* False if there is none. For a look at one account; a journal is for more. */
bool st_snapshot_account(const struct st_snapshot *snap, const struct b20 *address,
                         struct st_stored_account *out);

/* Visits the stored slots of an account until `visit` returns false. */
void st_snapshot_each_slot(const struct st_snapshot *snap, const struct b20 *address,
                           bool (*visit)(void *ctx, const struct u256 *key,
                                         const struct u256 *value),
                           void *ctx);
void st_snapshot_each_account(const struct st_snapshot *snap,
                              bool (*visit)(void *ctx, const struct b20 *address,
                                            const struct st_stored_account *a),
                              void *ctx);

/* Records are not versioned: a snapshot of an earlier block sees all records of the newest. */
bool st_record_get(const struct st_snapshot *snap, enum st_table table, struct bytes key,
                   struct bytes *value);

/* Visits records with from <= key < to (to.n 0: to the end), in key order, or backwards from the
 * last with `reverse`, until `visit` returns false. */
void st_record_scan(const struct st_snapshot *snap, enum st_table table, struct bytes from,
                    struct bytes to, bool reverse,
                    bool (*visit)(void *ctx, struct bytes key, struct bytes value), void *ctx);

struct st_roots {
    struct b32 evm;   /* Merkle-Patricia, as in an Ethereum header */
    struct b32 move;  /* sparse Merkle over the domains 0x10 … 0x1f: resources, modules, tables */
    struct b32 svm;   /* sparse Merkle over the domains 0x40 …: Solana accounts */
    struct b32 queue; /* sparse Merkle over the other domains: aliases, messages, parameters */
    struct b32 world; /* sha3-256 of the four */
};

/* The roots of the snapshot's block. */
bool st_snapshot_roots(const struct st_snapshot *snap, struct st_roots *roots);

/* The same computed anew from every account, slot and item of the snapshot, without using a stored
 * node. Time and memory grow with the world: for audits and tests. */
void st_snapshot_audit_roots(const struct st_snapshot *snap, struct st_roots *roots);

/* ---- Sealing (the sequencer's thread only) */

/* Opens the block's write transaction, writes everything that changed since the last seal with its
 * reverse difference, and computes the roots from those changes. The journal must be between
 * transactions and over the latest snapshot of this store (or the first journal of an empty one).
 */
struct err st_seal_begin(struct st_store *s, struct st_journal *j, uint64_t height,
                         struct st_roots *roots);
/* By how much the seal changes what all accounts hold, modulo 2^256. */
struct st_money {
    struct u256 wei;      /* of the EVM's accounts */
    struct u256 lamports; /* of Solana's */
};
/* Of the block being sealed, after st_seal_begin or st_amend_begin. */
struct st_money st_seal_money(const struct st_store *s);
/* From now on each item that a seal changes is shown, as it was and as it is then (n 0: absent), in
 * st_seal_begin and st_amend_begin. Slices are borrowed for the call. */
typedef void st_watch(void *ctx, enum st_domain domain, struct bytes key, struct bytes old,
                      struct bytes now);
void st_seal_watch(struct st_store *s, st_watch *watch, void *ctx);
/* Adds a record to the block being sealed, in place of one with the same key (1 … 511 bytes). */
struct err st_seal_put(struct st_store *s, enum st_table table, struct bytes key,
                       struct bytes value);
/* Takes a record away, if there is one with that key. */
struct err st_seal_delete(struct st_store *s, enum st_table table, struct bytes key);
/* A record as it is with the block being sealed; borrowed until the next call of these. */
bool st_seal_get(struct st_store *s, enum st_table table, struct bytes key, struct bytes *value);
/* Commits. On an error nothing of the block is in the store, and the journal still holds the
 * block's changes. */
struct err st_seal_end(struct st_store *s, struct st_journal *j);
/* Gives the block up after st_seal_begin; as after a failed st_seal_end. */
void st_seal_abort(struct st_store *s, struct st_journal *j);

/* ---- Development chains only (the sequencer's thread) */

/* Brings the newest state to what the journal says, without a block: readers at that block see it
 * from now on, the next block begins with it, the header keeps the roots that it was made with.
 * *roots are the new ones. Errors as st_seal_end. */
struct err st_amend(struct st_store *s, struct st_journal *j, struct st_roots *roots);
/* The same for who has records to put along: st_seal_put and st_seal_end follow. */
struct err st_amend_begin(struct st_store *s, struct st_journal *j, struct st_roots *roots);

/* Sets a point to go back to and returns its number: 0, 1, … From now on writes keep what they
 * replace. Points end with the process. */
uint32_t st_point_set(struct st_store *s);
/* Brings everything in the store, records and history included, to where it was when the point was
 * set, in one write transaction, and forgets this point and those after it. The journal must be
 * between transactions, without changes. */
struct err st_point_restore(struct st_store *s, struct st_journal *j, uint32_t point);

/* The next st_seal_begin is of block 0, from a journal over an empty world, and replaces the whole
 * store with it, points included. `false` takes that back. */
void st_seal_anew(struct st_store *s, bool anew);

/* A journal for the sequencer over the newest state of the store: it reads through to the store for
 * as long as it lives, also after seals. */
struct st_journal *st_sequencer_journal(struct st_store *s);

#endif
