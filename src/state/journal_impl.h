/* The inside of a journal, shared by the files of state/.
 *
 * Entries (accounts, slots, items) live in chunks that never move, so that pointers to them stay
 * valid; maps lead from keys to their indexes. An entry is created by the first look at its key and
 * caches the value of the snapshot below. Loading is not a change: it is not undone.
 *
 * What belongs to one transaction is cleared without walking: warm marks and originals carry the
 * epoch of the transaction that set them.
 *
 * What the open block changed is in three lists; the undo of an entry's first change takes it off
 * again, which works because undo runs strictly backwards. */
#ifndef TERN_STATE_JOURNAL_IMPL_H
#define TERN_STATE_JOURNAL_IMPL_H

#include "state/state.h"

#include <assert.h>

enum { ST_RECENT_SLOTS = 256, ST_RECENT_ACCOUNTS = 64 };

enum { ST_CHUNK_SHIFT = 6, ST_CHUNK_ENTRIES = 1 << ST_CHUNK_SHIFT };

/* A growing list of 32-bit indexes. */
struct st_list {
    uint32_t *at;
    uint32_t count, cap;
};

void st_list_grow(struct st_list *l);

static inline void st_list_push(struct st_list *l, uint32_t v) {
    if (l->count == l->cap) st_list_grow(l);
    l->at[l->count++] = v;
}

/* Entries of one size in chunks of ST_CHUNK_ENTRIES, taken from the journal's entry arena. */
struct st_entries {
    uint8_t **chunk;
    uint32_t count, chunk_cap;
    uint32_t size; /* of one entry, in bytes */
    struct map map;
    struct st_list changed; /* by the open block */
};

static inline void *st_entry_at(const struct st_entries *e, uint32_t index) {
    return e->chunk[index >> ST_CHUNK_SHIFT] + (size_t)(index & (ST_CHUNK_ENTRIES - 1)) * e->size;
}

/* An item's value on the heap. The entry holds one reference, each place in the journal's list of
 * held blocks another. */
struct st_block {
    uint32_t references;
    size_t size;
    uint8_t bytes[];
};

struct st_item {
    struct bytes key;       /* in the entry arena */
    struct bytes value;     /* of `block`, or of the snapshot if block is NULL */
    struct st_block *block; /* owned reference or NULL */
    uint64_t hash;
    uint32_t block_change;
    uint8_t domain;
    bool present;
};

struct st_transient_slot {
    struct u256 key, value;
    uint32_t account;
};

enum st_undo_kind {
#define UNDO(name, words) UNDO_##name,
#include "state/undo.def"
#undef UNDO
    UNDO_COUNT
};

/* Bits of an undo header. */
enum {
    UB_EXISTS = 1 << 0,
    UB_TOUCHED = 1 << 1,
    UB_CREATED = 1 << 2,
    UB_DESTRUCTED = 1 << 3,
    UB_CODE_DIRTY = 1 << 4,
    UB_STORE_WIPED = 1 << 5,
    UB_FIRST_CHANGE = 1 << 6, /* this record put the entry on the block's list of changes */
    UB_PRESENT = 1 << 7,
};

/* A savepoint that the paranoid build proves. */
struct st_proved_mark {
    st_mark mark;
    uint64_t fingerprint;
};

/* What lies below the entries, kept by fingerprints, which would otherwise read the store for every
 * entry every time: of the first `…_count` entries each. Forgotten at a seal. */
struct st_base {
    uint64_t *accounts, *items; /* hashes */
    struct u256 *slots;         /* values, a wipe apart */
    uint32_t account_count, item_count, slot_count;
    size_t account_cap, item_cap, slot_cap;
};

struct st_journal {
    const struct st_snapshot *snapshot; /* NULL: an empty world below */
    struct st_store *store; /* of the sequencer's journal, else NULL; then snapshot is owned */
    bool values_move;       /* slices of the snapshot do not outlive a seal: items must be copied */

    uint64_t epoch; /* of the transaction; 0 is never used */
    struct arena entry_arena, tx_arena;
    struct st_entries accounts, slots, items;
    /* Where an account or slot was found last, by a few bits of its key: places + 1. May be out of
     * date, so what lies there is compared. */
    uint32_t recent_accounts[ST_RECENT_ACCOUNTS], recent_slots[ST_RECENT_SLOTS];
    struct st_list touched; /* accounts with any of the flags of this transaction */
    size_t value_bytes;     /* of the items' blocks */
    uint32_t wipe_counter;  /* the newest storage_wipes given to an account; never used twice */

    struct st_transient_slot *transient;
    uint32_t transient_count, transient_cap;
    struct map transient_map;

    uint64_t *undo;
    size_t undo_count, undo_cap;

    struct st_log *logs; /* in tx_arena, so that a borrowed array outlives its growth */
    size_t log_count, log_cap;
    bool (*log_counts)(const struct st_log *log); /* st_count_logs() */
    uint32_t leg;
    void **queue;
    size_t queue_count, queue_cap;
    int64_t refund;
    struct u256 issued, burnt; /* since the last seal */

    /* References that keep replaced values alive until the transaction ends. */
    struct st_code **held_codes;
    size_t held_code_count, held_code_cap;
    struct st_block **held_blocks;
    size_t held_block_count, held_block_cap;

    struct st_code *empty_code; /* made on first use */

    /* Paranoid build */
    struct st_proved_mark *proved;
    size_t proved_count, proved_cap;
    uint64_t prove_credit;
    struct st_base base;
};

/* ---- journal_svm.c */

/* What a stored ST_SVM_ACCOUNT says of its lamports; 0 if it is empty. */
struct u256 st_svm_lamports(struct bytes header);

/* ---- entries.c */

void st_entries_init(struct st_journal *j, struct st_entries *e, uint32_t size,
                     uint64_t (*rehash)(const void *ctx, uint32_t index));
void st_entries_free(struct st_entries *e);
/* A zeroed new entry; *index is its place. */
void *st_entries_add(struct st_journal *j, struct st_entries *e, uint32_t *index);

static inline struct st_account *st_account_at(const struct st_journal *j, uint32_t index) {
    return st_entry_at(&j->accounts, index);
}
static inline struct st_slot *st_slot_at(const struct st_journal *j, uint32_t index) {
    return st_entry_at(&j->slots, index);
}
static inline struct st_item *st_item_at(const struct st_journal *j, uint32_t index) {
    return st_entry_at(&j->items, index);
}

uint64_t st_account_rehash(const void *j, uint32_t index);
uint64_t st_slot_rehash(const void *j, uint32_t index);
uint64_t st_item_rehash(const void *j, uint32_t index);
uint64_t st_transient_rehash(const void *j, uint32_t index);

/* Makes room for one more element in an array of pointers. */
void st_grow_array(void *array, size_t count, size_t *cap, size_t size);

/* ---- undo.c */

void st_undo_grow(struct st_journal *j, size_t words);

/* Appends a record and returns its `words` payload words to fill. */
static inline uint64_t *st_undo(struct st_journal *j, enum st_undo_kind kind, size_t words,
                                uint32_t index, uint32_t bits) {
    if (j->undo_cap - j->undo_count < words + 1) st_undo_grow(j, words + 1);
    uint64_t *payload = j->undo + j->undo_count;
    payload[words] = index | (uint64_t)kind << 32 | (uint64_t)bits << 40;
    j->undo_count += words + 1;
    return payload;
}

/* Puts an entry on the block's list of changes unless it is there; returns UB_FIRST_CHANGE if it
 * was not. */
static inline uint32_t st_note_change(struct st_entries *e, uint32_t *block_change,
                                      uint32_t index) {
    if (*block_change) return 0;
    st_list_push(&e->changed, index);
    *block_change = e->changed.count;
    return UB_FIRST_CHANGE;
}

/* ---- journal_account.c, journal_slot.c, journal_item.c */

/* Ends the accounts' part of a transaction: removals, and no flags any more. */
void st_accounts_end_tx(struct st_journal *j, bool clear_empty);

/* Makes all slots of the account read as zero. Logged if `undoable`. */
void st_wipe_storage(struct st_journal *j, struct st_account *a, bool undoable);

/* Fills in what lies below: the account's public fields (flags of the transaction apart), an item's
 * value (false: none). */
void st_account_below(const struct st_journal *j, struct st_account *a);
bool st_item_below(const struct st_journal *j, const struct st_item *it, struct bytes *value);

/* The slot's value if it had to be loaded now: what lies below, unless that was wiped. */
struct u256 st_slot_below(const struct st_journal *j, const struct st_account *a,
                          const struct u256 *key);

/* Whether the journal has an entry for the slot. */
bool st_slot_is_known(const struct st_journal *j, const struct st_account *a,
                      const struct u256 *key);

/* The value that the slot reads as, without touching the entry. */
struct u256 st_slot_effective(const struct st_journal *j, const struct st_account *a,
                              const struct st_slot *s);

/* Keeps a reference until the transaction ends. */
void st_hold_code(struct st_journal *j, struct st_code *c);
void st_hold_block(struct st_journal *j, struct st_block *b);
void st_block_unref(struct st_journal *j, struct st_block *b);

/* ---- fingerprint.c */

void st_prove_savepoint(struct st_journal *j);
void st_prove_revert(struct st_journal *j, st_mark mark);

#endif
