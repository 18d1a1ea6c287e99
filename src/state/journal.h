/* The journal: reads, writes and undo. See state.h for the words. */
#ifndef TERN_STATE_JOURNAL_H
#define TERN_STATE_JOURNAL_H

#include "base/base.h"

struct st_journal;
struct st_snapshot;

/* The machine that a log or a leg belongs to. The numbers are stored; never renumber. */
enum st_vm { ST_VM_EVM = 0, ST_VM_MOVE = 1, ST_VM_SVM = 2 };

/* Domains of items. The number is the first byte of the stored key; never renumber. */
enum st_domain {
    ST_MOVE_RESOURCE = 0x10,   /* address (32) ‖ BCS type tag → BCS value */
    ST_MOVE_MODULE = 0x11,     /* address (32) ‖ name → bytecode */
    ST_MOVE_TABLE_ITEM = 0x12, /* handle (32) ‖ BCS key → BCS value */
    ST_MOVE_TABLE_INFO = 0x13, /* handle (32) → BCS key type tag ‖ BCS value type tag */
    ST_MOVE_GROUP = 0x14,    /* address (32) ‖ BCS type tag of a resource group → its members */
    ST_CROSS_ALIAS = 0x20,   /* alias registry, both ways; layout in cross/ */
    ST_CROSS_MESSAGE = 0x21, /* message id (32) → message with its status */
    ST_CROSS_TOKEN = 0x22,   /* the token gateway's books; layout in cross/tokens.h */
    ST_CHAIN_PARAM = 0x30,   /* name → value */
    ST_SVM_ACCOUNT = 0x40,   /* key (32) → an account without its data; layout in journal_svm.c */
    ST_SVM_DATA = 0x41,      /* key (32) → the account's data, if it has any */
};

/* ---- Code */

/* Immutable contract code, shared between journals and threads, reference-counted. `bytes` is
 * followed by at least 33 zero bytes, so that an interpreter may read a PUSH32 at the end without a
 * check. */
struct st_code {
    struct b32 hash; /* keccak-256 of the bytes */
    uint32_t size;
    const uint8_t *bytes;
    /* What an interpreter derived from the bytes. Set once, by compare-and-swap; freed with the
     * code. */
    void *_Atomic analysis;
    void (*_Atomic analysis_free)(void *);
    size_t _Atomic analysis_bytes; /* that it takes; st_code_grew() */
    uint32_t _Atomic references;
};

/* A new code object with one reference, copying `bytes`. The hash is computed. */
struct st_code *st_code_new(struct bytes bytes);
void st_code_ref(struct st_code *c);
void st_code_unref(struct st_code *c);
/* The analysis of a code of `j` takes `bytes` more from now on. The cache of the store below, which
 * may hold the code, counts them; the caller's reference stays good whatever it then lets go. */
void st_code_grew(struct st_journal *j, struct st_code *c, size_t bytes);

/* keccak-256 of the empty string, and of the RLP of the empty string (an empty trie's root). */
extern const struct b32 ST_EMPTY_CODE_HASH, ST_EMPTY_TRIE_ROOT;

/* ---- EVM accounts */

/* One EVM account, current values. The pointer stays valid until the next st_seal_end (in a journal
 * that is never sealed: as long as the journal). Read the public fields freely; change them only
 * through the calls below, which log the undo. */
struct st_account {
    struct b20 address;
    bool exists; /* has an entry in the state trie (an account of zeros may exist before EIP-161) */
    bool touched;    /* in this transaction, for EIP-161 */
    bool created;    /* by CREATE in this transaction, for EIP-6780 */
    bool destructed; /* SELFDESTRUCT took effect in this transaction; gone at st_end_tx */
    uint64_t nonce;
    struct u256 balance;
    struct b32 code_hash; /* ST_EMPTY_CODE_HASH without code */

    /* private to state/ */
    bool code_dirty;      /* code is new since the last seal */
    bool store_wiped;     /* the storage below, in the snapshot, does not count any more */
    struct st_code *code; /* owned reference; NULL until st_account_code loads it */
    uint64_t warm_epoch;  /* transaction epoch in which it became warm */
    uint32_t
        storage_wipes; /* incarnation of its storage: a slot of another one must be loaded anew */
    uint32_t index;    /* own place in the journal */
    uint32_t block_change; /* place in the list of what the open block changed, + 1 */
    uint32_t first_slot;   /* head of the list of its slots, + 1 */
};

/* The account at `address`, loaded on first use. Never NULL; `exists` tells whether it is there. */
struct st_account *st_account(struct st_journal *j, const struct b20 *address);

/* EIP-161: no code, nonce 0, balance 0. */
static inline bool st_account_is_empty(const struct st_account *a) {
    return a->nonce == 0 && u256_is_zero(&a->balance) && b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH);
}

/* Its code, never NULL (empty code is an object of size 0). Borrowed; valid as long as the account
 * keeps that code and, whatever happens, until the transaction ends. */
const struct st_code *st_account_code(struct st_journal *j, struct st_account *a);

/* True if any storage slot is non-zero now (EIP-7610). */
bool st_account_has_storage(struct st_journal *j, struct st_account *a);

/* Setters. Each makes the account exist and marks it touched. */
void st_set_balance(struct st_journal *j, struct st_account *a, const struct u256 *balance);
void st_set_nonce(struct st_journal *j, struct st_account *a, uint64_t nonce);
/* Takes one reference of `code` (as made by st_code_new). */
void st_set_code(struct st_journal *j, struct st_account *a, struct st_code *code);

/* Marks touched without changing anything else; with `make_exist`, also creates the (empty) entry,
 * as before EIP-161. */
void st_touch(struct st_journal *j, struct st_account *a, bool make_exist);

/* Begins a contract's life (CREATE): exists, created, its storage empty, code empty; the balance
 * stays. */
void st_mark_created(struct st_journal *j, struct st_account *a);

/* Makes all its slots zero. */
void st_clear_storage(struct st_journal *j, struct st_account *a);

/* SELFDESTRUCT took effect: the account is removed, with code and storage, by st_end_tx. The
 * balance is the caller's business. */
void st_mark_destructed(struct st_journal *j, struct st_account *a);

/* EIP-2929. Marks warm until the transaction ends or the mark is reverted; returns true if it was
 * cold. */
bool st_warm_account(struct st_journal *j, struct st_account *a);
bool st_account_is_warm(const struct st_journal *j, const struct st_account *a);

/* ---- EVM storage */

/* One storage slot. Pointers stay valid until the transaction ends. */
struct st_slot {
    struct u256 key;
    struct u256 current;
    struct u256 original; /* at the start of this transaction (EIP-2200); valid after st_slot() */

    /* private to state/ */
    uint64_t epoch; /* the transaction that `original` and `warm` speak of */
    bool warm;
    uint32_t index;        /* own place in the journal */
    uint32_t account;      /* the account's place */
    uint32_t wipes;        /* the account's storage_wipes that it belongs to */
    uint32_t block_change; /* as in the account */
    uint32_t next;         /* the next slot of the same account, + 1 */
};

struct st_slot *st_slot(struct st_journal *j, struct st_account *a, const struct u256 *key);
/* Storage belongs to accounts that exist: a seal leaves out the slots of one that does not. */
void st_set_slot(struct st_journal *j, struct st_slot *s, const struct u256 *value);
/* Returns true if it was cold. */
bool st_warm_slot(struct st_journal *j, struct st_slot *s);
/* Valid after st_slot(). */
static inline bool st_slot_is_warm(const struct st_slot *s) {
    return s->warm;
}

/* Visits every slot of an account that is not zero now, of the snapshot and of the journal, until
 * `visit` returns false. In no particular order. Not for the sequencer's journal. */
void st_visit_slots(struct st_journal *j, struct st_account *a,
                    bool (*visit)(void *ctx, const struct u256 *key, const struct u256 *value),
                    void *ctx);

/* EIP-1153. Zero unless set in this transaction. */
struct u256 st_transient(struct st_journal *j, const struct st_account *a, const struct u256 *key);
void st_set_transient(struct st_journal *j, const struct st_account *a, const struct u256 *key,
                      const struct u256 *value);

/* ---- Items */

/* The value under a key; false if there is none. `value` is borrowed until the transaction ends. */
bool st_get(struct st_journal *j, enum st_domain domain, struct bytes key, struct bytes *value);
/* Copies the value. */
void st_put(struct st_journal *j, enum st_domain domain, struct bytes key, struct bytes value);
/* No effect if there is none. */
void st_delete(struct st_journal *j, enum st_domain domain, struct bytes key);

/* ---- Solana accounts */

/* One Solana account: two items below one key, so that a change of lamports does not copy data. */
struct st_svm_account {
    uint64_t lamports;
    uint64_t rent_epoch;
    struct b32 owner;
    bool executable;
    struct bytes data; /* at most 10 MiB */
};

/* The account under `key`; false if there is none (*out is zeroed then). The data is borrowed until
 * the transaction ends, whatever is written in between. */
bool st_svm_account(struct st_journal *j, const struct b32 *key, struct st_svm_account *out);
/* Writes the account, copying its data if it differs from what is there. An account without
 * lamports is none: it is removed. */
void st_set_svm_account(struct st_journal *j, const struct b32 *key,
                        const struct st_svm_account *a);

/* ---- Logs, queue, counters */

enum { ST_TOPICS_MAX = 4 };

/* An EVM log or a Move event. */
struct st_log {
    uint8_t vm;           /* enum st_vm */
    uint32_t leg;         /* which leg of the root transaction it belongs to, st_set_leg() */
    struct b20 address;   /* EVM */
    uint32_t topic_count; /* EVM */
    struct b32 topics[ST_TOPICS_MAX];
    struct bytes data;     /* EVM data, or BCS of the Move event */
    struct bytes type_tag; /* Move: BCS of the event's type tag */
    struct b32 guid_address;
    uint64_t guid_creation_number, sequence_number; /* Move v1 events; zeros for module events */
    uint32_t counted; /* filled in: how many logs up to this one st_count_logs() asked to count */
};

/* Adds a log, copying data and type tag; `leg` is filled in. */
void st_add_log(struct st_journal *j, const struct st_log *log);
/* From here on, until the transaction ends, counts the logs for which `counts` says yes. Because
 * the count stands in the logs it is undone with them. */
void st_count_logs(struct st_journal *j, bool (*counts)(const struct st_log *log));
/* How many of the transaction's logs are counted now. */
uint32_t st_logs_counted(const struct st_journal *j);
/* All logs of the transaction so far, in order. Borrowed until st_end_tx. */
const struct st_log *st_logs(const struct st_journal *j, size_t *count);

/* The leg that logs are attributed to from now on. Not undone: the caller sets it at each leg's
 * start. */
void st_set_leg(struct st_journal *j, uint32_t leg);

/* The transaction's queue of messages, opaque here. A push is undone with its savepoint. */
void st_queue_push(struct st_journal *j, void *message);
size_t st_queue_count(const struct st_journal *j);
void *st_queue_at(const struct st_journal *j, size_t index);

/* The EVM's refund counter; may become negative in between, never at the end of a frame. */
void st_add_refund(struct st_journal *j, int64_t delta);
int64_t st_refund(const struct st_journal *j);

/* Money that comes into being (in a genesis, with a sysvar account) or ceases to be (fees, the
 * ether of a contract that destroys itself), in wei. The sums are the open block's, and undone with
 * their savepoint; what all accounts hold changes by just them, and by nothing else. Sums are
 * modulo 2^256, as balances are. */
void st_issue(struct st_journal *j, const struct u256 *wei);
void st_burn(struct st_journal *j, const struct u256 *wei);
struct u256 st_issued(const struct st_journal *j);
struct u256 st_burnt(const struct st_journal *j);

/* Memory that lives until st_end_tx. */
struct arena *st_tx_arena(struct st_journal *j);

/* ---- Transactions and savepoints */

/* A journal over `snapshot` (borrowed; NULL: an empty world). */
struct st_journal *st_journal_new(const struct st_snapshot *snapshot);
void st_journal_free(struct st_journal *j);

/* Starts a transaction: nothing is warm, transient slots are zero, originals are the current
 * values, no logs. */
void st_begin_tx(struct st_journal *j);

/* Ends it: destructed accounts are removed, and with `clear_empty` (EIP-161) touched empty ones;
 * the undo log, logs, queue and transaction arena are forgotten. Current values stay. */
void st_end_tx(struct st_journal *j, bool clear_empty);

typedef uint64_t st_mark;

st_mark st_savepoint(struct st_journal *j);
/* Undoes everything since `mark`. Savepoints taken after it are void. */
void st_revert(struct st_journal *j, st_mark mark);

/* An item that the open transaction has put or deleted since a savepoint, as it is now. */
struct st_change {
    uint8_t domain; /* enum st_domain */
    bool present;
    struct bytes key, value;
};

/* Visits each such item once, by domain and key; since 0 is since the transaction's start. Slices
 * are borrowed until the transaction ends. */
void st_each_change(struct st_journal *j, st_mark since,
                    void (*visit)(void *ctx, const struct st_change *change), void *ctx);

/* Visits each account that has changed since the last seal. */
void st_each_changed_account(struct st_journal *j,
                             void (*visit)(void *ctx, const struct st_account *a), void *ctx);

/* A hash over all current values, flags, logs and counters: equal before a savepoint and after its
 * revert. Slow; for tests and the paranoid build. */
uint64_t st_fingerprint(const struct st_journal *j);

/* Calls `visit` for every existing account, and for every non-zero slot, known to a journal over a
 * NULL snapshot. In no particular order. For dumps and roots of conformance runners. */
void st_each_account(struct st_journal *j, void (*visit)(void *ctx, struct st_account *a),
                     void *ctx);
void st_each_slot(struct st_journal *j, const struct st_account *a,
                  void (*visit)(void *ctx, const struct u256 *key, const struct u256 *value),
                  void *ctx);

#endif
