/* The inside of the store, shared by the files of state/.
 *
 * Databases of the environment, their keys and values (numbers little-endian unless said):
 *
 *   head     "format", "height" (8), "oldest" (8: the earliest height that can be read)
 *   account  address (20) → struct st_stored_account, see st_account_decode
 *   slot     address (20) ‖ key (32, big-endian) → value, big-endian without leading zeros
 *   code     hash (32) → bytes; never deleted, since it is named by its content
 *   item     stored key (st_item_key) → value
 *   node     owner ‖ path → RLP of a node of a Merkle-Patricia trie; see trie_store.c
 *   sparse   tree (1) ‖ path → node of a sparse Merkle tree; see sparse.c
 *   history  tag (1) ‖ stored key ‖ height (8, big-endian) → 0, or 1 ‖ value: what was there before
 *            that block
 *   change   height (8, big-endian) → the history keys of that block, each with its size (2)
 *            before it
 *   rewind   what the points to go back to need; see rewind.c
 *   root     height (8, big-endian) → struct st_roots
 *   t0 …     the chain's tables */
#ifndef TERN_STATE_STORE_IMPL_H
#define TERN_STATE_STORE_IMPL_H

#include "state/journal_impl.h"
#include "state/trie_impl.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

enum st_db {
    ST_DB_HEAD,
    ST_DB_ACCOUNT,
    ST_DB_SLOT,
    ST_DB_CODE,
    ST_DB_ITEM,
    ST_DB_NODE,
    ST_DB_SPARSE,
    ST_DB_HISTORY,
    ST_DB_CHANGE,
    ST_DB_ROOT,
    ST_DB_REWIND,
    ST_DB_TABLES,
    ST_DB_COUNT = ST_DB_TABLES + ST_TABLE_COUNT
};

/* Tags of history keys. */
enum { ST_HISTORY_ACCOUNT = 'a', ST_HISTORY_SLOT = 's', ST_HISTORY_ITEM = 'i' };

enum {
    ST_KEY_MAX_BYTES = 511, /* LMDB's default limit */
    ST_ITEM_KEY_MAX_BYTES =
        ST_KEY_MAX_BYTES - 1 - 8, /* leaves room for a history key's tag and height */
    ST_SLOT_KEY_BYTES = 52,
    ST_ACCOUNT_VALUE_MAX_BYTES = 1 + 8 + 32 + 32 + 32,
    ST_POOL_MAX = 64, /* snapshots kept for reuse */
};

struct st_snapshot {
    struct st_store *store;
    MDB_txn *txn;
    MDB_cursor *history;      /* opened on first use */
    uint64_t height, head;    /* head: the newest block in this transaction */
    bool empty;               /* no block yet: only the sequencer's own snapshot */
    struct st_snapshot *next; /* in the pool */
};

struct st_code_cache;

struct st_store {
    MDB_env *env;
    MDB_dbi dbi[ST_DB_COUNT];
    int lock_fd; /* keeps other processes out of a durable folder; -1 if temporary */
    uint64_t history_blocks;
    _Atomic uint64_t blocks; /* height of the last sealed block + 1; 0: none */

    pthread_mutex_t pool_mutex;
    struct st_snapshot *pool;
    uint32_t pool_count;
    struct st_code_cache *codes;
    _Atomic uint32_t large_views; /* trie_view.c */

    /* The block being sealed */
    MDB_txn *write;
    struct st_journal *sealing;
    uint64_t sealing_height;
    struct st_money sealing_money;
    st_watch *watch;
    void *watch_ctx;
    bool anew; /* it replaces everything */

    /* Points to go back to, ascending; the sequencer's. */
    uint32_t *points, next_point;
    size_t point_count, point_cap;
    size_t points_before;    /* the block being sealed: a reset forgets them, if it succeeds */
    struct buf rewind_entry; /* scratch */
};

static inline MDB_val st_val(struct bytes b) {
    return (MDB_val){b.n, (void *)(uintptr_t)b.p};
}
static inline struct bytes st_slice(MDB_val v) {
    return (struct bytes){v.mv_data, v.mv_size};
}

/* LMDB's code as an error; logs what it was. */
struct err st_lmdb_error(int rc, enum st_err code, const char *text);

/* A read that failed for another reason than absence: the mapped file cannot be trusted any more.
 * Ends the process. */
_Noreturn void st_read_failed(int rc);

/* True if found; ends the process on anything but presence and absence. */
bool st_db_get(MDB_txn *txn, MDB_dbi dbi, struct bytes key, struct bytes *value);

/* Positions on the first key >= `key` (key.n 0: the first). */
bool st_cursor_seek(MDB_cursor *c, struct bytes key, struct bytes *found, struct bytes *value);
bool st_cursor_next(MDB_cursor *c, struct bytes *found, struct bytes *value);

bool st_begins_with(struct bytes s, struct bytes prefix);

/* ---- rewind.c: every write that a point may have to undo goes through these (the environment's
 * user context is the store). They return LMDB codes. */

int st_db_put(MDB_txn *txn, MDB_dbi dbi, struct bytes key, struct bytes value);
/* Room for a new value; MDB_KEYEXIST if there is one. */
int st_db_reserve(MDB_txn *txn, MDB_dbi dbi, struct bytes key, size_t size, uint8_t **room);
int st_db_del(MDB_txn *txn, MDB_dbi dbi, struct bytes key);
/* Deletes every key with that prefix. */
int st_db_delete_prefix(MDB_txn *txn, MDB_dbi dbi, struct bytes prefix);
/* Forgets all points. */
int st_points_forget(struct st_store *s, MDB_txn *txn);

/* ---- item_key.c */

/* A key that sorts as domain ‖ key does, and is no prefix of another: zero bytes are escaped as
 * 00 ff and 00 01 ends the key. Keys that would be too long are cut and end with 00 02 and a hash
 * of the whole key; then the value begins with the key (size (4) ‖ key). */
struct st_item_key {
    uint8_t bytes[ST_ITEM_KEY_MAX_BYTES];
    uint32_t size;
    bool is_long;
};
void st_item_key(struct st_item_key *out, enum st_domain domain, struct bytes key);

/* The escaped form of the beginning of a key, cut where a long key would be. */
void st_item_prefix(struct st_item_key *out, enum st_domain domain, struct bytes prefix);

/* The inverse, given the value. The key lies in `room` (ST_ITEM_KEY_MAX_BYTES bytes) or in the
 * value; *value becomes the item's own. */
struct bytes st_item_unkey(struct bytes stored, uint8_t *room, struct bytes *value);

/* The item's own value out of a stored one. */
struct bytes st_item_value(const struct st_item_key *k, struct bytes stored);

/* ---- snapshot.c */

/* What `dbi` held under `key` after the snapshot's block. */
bool st_versioned_get(const struct st_snapshot *snap, enum st_db db, uint8_t tag, struct bytes key,
                      struct bytes *value);
struct u256 st_snapshot_slot(const struct st_snapshot *snap, const struct b20 *address,
                             const struct u256 *key);
void st_slot_key(uint8_t out[ST_SLOT_KEY_BYTES], const struct b20 *address, const struct u256 *key);
size_t st_account_encode(uint8_t out[ST_ACCOUNT_VALUE_MAX_BYTES],
                         const struct st_stored_account *a);
void st_account_decode(struct st_stored_account *out, struct bytes stored);

/* A snapshot of the newest state that follows the seals; closed with its journal. */
struct st_snapshot *st_snapshot_follow(struct st_store *s);
void st_snapshot_renew(struct st_snapshot *snap);
void st_snapshot_destroy(struct st_snapshot *snap);

/* ---- code_cache.c */

/* Some 250 of the largest contracts in one form each, thousands of common ones. */
enum { ST_CODE_CACHE_BYTES_MAX = 256 << 20 };

struct st_code_cache *st_code_cache_new(void);
void st_code_cache_free(struct st_code_cache *c);
/* The code of that hash with a reference for the caller. */
struct st_code *st_code_load(const struct st_snapshot *snap, const struct b32 *hash);
/* Keeps a reference of its own. */
void st_code_cache_add(struct st_code_cache *c, struct st_code *code);
/* Of all that it holds, with what was derived from it; never more than the bound. */
size_t st_code_cache_bytes(struct st_code_cache *c);

/* ---- history.c */

/* The reverse difference of the block being sealed. */
struct st_diff {
    MDB_txn *txn;
    struct st_store *store;
    uint64_t height;
    bool first;         /* the first block of a store replaces nothing that anybody could read */
    struct buf changes; /* the record of the database `change` */
};

/* Notes that the stored value was `old` (NULL: absent). Returns an LMDB code, as all below. */
int st_diff_note(struct st_diff *d, uint8_t tag, struct bytes key, const struct bytes *old);
int st_diff_end(struct st_diff *d);
/* Deletes the history that no snapshot from now on may read. */
int st_history_prune(struct st_store *s, MDB_txn *txn, uint64_t height);

/* ---- trie_store.c */

struct st_trie_change {
    struct b32 key;     /* keccak-256 of the address or slot key; distinct */
    struct bytes value; /* RLP; n 0: delete */
};

enum { ST_TRIE_KEY_MAX_BYTES = 21 + 64 };

/* Which trie: the accounts' (address NULL) or the storage of one account. */
struct st_trie_owner {
    uint8_t bytes[21];
    uint8_t size;
};
struct st_trie_owner st_trie_owner(const struct b20 *address);

/* The database key of the node at path[0..depth), one nibble a byte. Returns its size. */
size_t st_trie_node_key(uint8_t out[ST_TRIE_KEY_MAX_BYTES], const struct st_trie_owner *owner,
                        const uint8_t *path, size_t depth);

/* Applies the changes to the stored trie and returns its new root. Scratch in `arena`. */
int st_trie_update(MDB_txn *txn, MDB_dbi dbi, struct st_trie_owner owner,
                   const struct st_trie_change *changes, size_t count, struct arena *arena,
                   struct b32 *root);
/* Deletes the whole trie. */
int st_trie_wipe(MDB_txn *txn, MDB_dbi dbi, struct st_trie_owner owner);

/* A trie that begins as the stored one (or empty) and changes in memory only. It lives in `arena`,
 * values that are set must too. */
struct st_trie_draft;
struct st_trie_draft *st_trie_draft(MDB_txn *txn, MDB_dbi dbi, struct st_trie_owner owner,
                                    bool empty, struct arena *arena);
void st_trie_draft_set(struct st_trie_draft *d, const struct st_trie_change *change);
/* False if the stored trie is broken, as below. */
bool st_trie_draft_root(struct st_trie_draft *d, struct b32 *root);
bool st_trie_draft_prove(struct st_trie_draft *d, const struct b32 *key, struct st_proof *proof);

/* ---- sparse.c */

struct st_sparse_change {
    struct b32 key, value_hash, leaf; /* see sparse.c; the last two are not read if removed */
    bool removed;
};

/* The change of an item to `value` (NULL: removed). */
struct st_sparse_change st_sparse_change(enum st_domain domain, struct bytes key,
                                         const struct bytes *value);

enum st_sparse_tree { ST_TREE_MOVE = 'M', ST_TREE_QUEUE = 'Q', ST_TREE_SVM = 'S' };

enum st_sparse_tree st_sparse_tree_of(enum st_domain domain);

/* Applies changes (sorted here by key, distinct) and returns the new root. */
int st_sparse_update(MDB_txn *txn, MDB_dbi dbi, enum st_sparse_tree tree,
                     struct st_sparse_change *changes, size_t count, struct b32 *root);

/* The root from scratch; sorts the leaves. */
struct b32 st_sparse_root(struct st_sparse_change *leaves, size_t count);

/* sha3-256 of evm ‖ move ‖ svm ‖ queue. */
void st_roots_close(struct st_roots *roots);

/* ---- journal.c */

/* The block is in the store: nothing is changed any more. Drops the cache when it is large. */
void st_journal_sealed(struct st_journal *j);
/* As if the changes so far were below the journal: they are in none of its lists any more. For
 * journals that are never sealed. */
void st_journal_forget_changes(struct st_journal *j);
/* Forgets all entries; nothing may be changed or open. */
void st_journal_drop_cache(struct st_journal *j);

#endif
