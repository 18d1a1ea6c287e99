#include "state/store_impl.h"

#include <stdlib.h>

/* ---- Reading LMDB */

_Noreturn void st_read_failed(int rc) {
    log_line(LOG_ERROR, "store: cannot read: %s", mdb_strerror(rc));
    _Exit(74);
}

bool st_begins_with(struct bytes s, struct bytes prefix) {
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool st_db_get(MDB_txn *txn, MDB_dbi dbi, struct bytes key, struct bytes *value) {
    MDB_val k = st_val(key), v;
    int rc = mdb_get(txn, dbi, &k, &v);
    if (rc == MDB_NOTFOUND || rc == MDB_BAD_VALSIZE) return false;
    if (rc) st_read_failed(rc);
    *value = st_slice(v);
    return true;
}

static bool cursor_move(MDB_cursor *c, MDB_val *k, MDB_cursor_op op, struct bytes *found,
                        struct bytes *value) {
    MDB_val v;
    int rc = mdb_cursor_get(c, k, &v, op);
    if (rc == MDB_NOTFOUND) return false;
    if (rc) st_read_failed(rc);
    *found = st_slice(*k);
    *value = st_slice(v);
    return true;
}

bool st_cursor_seek(MDB_cursor *c, struct bytes key, struct bytes *found, struct bytes *value) {
    MDB_val k = st_val(key);
    return cursor_move(c, &k, key.n ? MDB_SET_RANGE : MDB_FIRST, found, value);
}

bool st_cursor_next(MDB_cursor *c, struct bytes *found, struct bytes *value) {
    MDB_val k;
    return cursor_move(c, &k, MDB_NEXT, found, value);
}

static MDB_cursor *open_cursor(const struct st_snapshot *snap, enum st_db db) {
    MDB_cursor *c;
    int rc = mdb_cursor_open(snap->txn, snap->store->dbi[db], &c);
    if (rc) st_read_failed(rc);
    return c;
}

/* ---- Opening and closing */

static uint64_t head_number(const struct st_snapshot *snap, struct bytes name) {
    struct bytes v;
    if (!st_db_get(snap->txn, snap->store->dbi[ST_DB_HEAD], name, &v)) return UINT64_MAX;
    return load_le64(v.p);
}

static void read_head(struct st_snapshot *snap) {
    snap->head = head_number(snap, BYTES_LIT("height"));
    snap->empty = snap->head == UINT64_MAX;
}

/* A snapshot with a fresh read transaction; NULL with LMDB's code in *rc. */
static struct st_snapshot *take(struct st_store *s, int *rc) {
    pthread_mutex_lock(&s->pool_mutex);
    struct st_snapshot *snap = s->pool;
    if (snap) s->pool = snap->next, s->pool_count--;
    pthread_mutex_unlock(&s->pool_mutex);
    if (snap) {
        *rc = mdb_txn_renew(snap->txn);
    } else {
        snap = xcalloc(1, sizeof *snap);
        snap->store = s;
        *rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &snap->txn);
        if (*rc) snap->txn = NULL;
    }
    if (*rc) {
        st_snapshot_destroy(snap);
        return NULL;
    }
    read_head(snap);
    return snap;
}

static void close_cursors(struct st_snapshot *snap) {
    if (snap->history) mdb_cursor_close(snap->history);
    snap->history = NULL;
}

void st_snapshot_destroy(struct st_snapshot *snap) {
    close_cursors(snap);
    if (snap->txn) mdb_txn_abort(snap->txn);
    free(snap);
}

void st_snapshot_close(struct st_snapshot *snap) {
    if (!snap) return;
    struct st_store *s = snap->store;
    close_cursors(snap);
    mdb_txn_reset(snap->txn);
    pthread_mutex_lock(&s->pool_mutex);
    bool keep = s->pool_count < ST_POOL_MAX;
    if (keep) {
        snap->next = s->pool;
        s->pool = snap;
        s->pool_count++;
    }
    pthread_mutex_unlock(&s->pool_mutex);
    if (!keep) st_snapshot_destroy(snap);
}

struct err st_snapshot_open(struct st_store *s, uint64_t height, struct st_snapshot **out) {
    *out = NULL;
    int rc;
    struct st_snapshot *snap = take(s, &rc);
    if (!snap) return st_lmdb_error(rc, ST_ERR_IO, "the store cannot be read");
    if (height == ST_LATEST) height = snap->head;
    struct err e = ERR_NONE;
    if (snap->empty || height > snap->head)
        e = err_at(ST_ERR_NO_BLOCK, "there is no block of that height yet", height);
    else if (height < head_number(snap, BYTES_LIT("oldest")))
        e = err_at(ST_ERR_PRUNED, "the state after that block is not kept any more", height);
    if (err_is(e)) {
        st_snapshot_close(snap);
        return e;
    }
    snap->height = height;
    *out = snap;
    return ERR_NONE;
}

uint64_t st_snapshot_height(const struct st_snapshot *snap) {
    return snap->height;
}

struct st_snapshot *st_snapshot_follow(struct st_store *s) {
    int rc;
    struct st_snapshot *snap = take(s, &rc);
    if (!snap) st_read_failed(rc);
    snap->height = snap->head;
    return snap;
}

void st_snapshot_renew(struct st_snapshot *snap) {
    close_cursors(snap);
    mdb_txn_reset(snap->txn);
    int rc = mdb_txn_renew(snap->txn);
    if (rc) st_read_failed(rc);
    read_head(snap);
    snap->height = snap->head;
}

/* ---- Values */

/* The stored value that block after the snapshot's height replaced first, if any did: true; then
 * *present and *value say what it was. */
static bool replaced_since(const struct st_snapshot *snap, uint8_t tag, struct bytes key,
                           bool *present, struct bytes *value) {
    if (snap->height == snap->head) return false;
    struct st_snapshot *own = (struct st_snapshot *)(uintptr_t)snap; /* the cursor is a cache */
    if (!own->history) own->history = open_cursor(snap, ST_DB_HISTORY);
    uint8_t from[ST_KEY_MAX_BYTES];
    size_t n = 1 + key.n;
    assert(n + 8 <= sizeof from);
    from[0] = tag;
    memcpy(from + 1, key.p, key.n);
    store_be64(from + n, snap->height + 1);
    struct bytes found, old;
    if (!st_cursor_seek(own->history, bytes_make(from, n + 8), &found, &old)) return false;
    if (found.n != n + 8 || memcmp(found.p, from, n) != 0) return false;
    *present = old.p[0] != 0;
    *value = bytes_sub(old, 1, old.n - 1);
    return true;
}

bool st_versioned_get(const struct st_snapshot *snap, enum st_db db, uint8_t tag, struct bytes key,
                      struct bytes *value) {
    bool present;
    if (replaced_since(snap, tag, key, &present, value)) return present;
    return st_db_get(snap->txn, snap->store->dbi[db], key, value);
}

enum { ACCOUNT_HAS_CODE = 1, ACCOUNT_HAS_STORAGE = 2 };

size_t st_account_encode(uint8_t out[ST_ACCOUNT_VALUE_MAX_BYTES],
                         const struct st_stored_account *a) {
    size_t n = 41;
    out[0] = 0;
    store_le64(out + 1, a->nonce);
    memcpy(out + 9, &a->balance, 32);
    if (!b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH)) {
        out[0] |= ACCOUNT_HAS_CODE;
        memcpy(out + n, &a->code_hash, 32);
        n += 32;
    }
    if (!b32_eq(&a->storage_root, &ST_EMPTY_TRIE_ROOT)) {
        out[0] |= ACCOUNT_HAS_STORAGE;
        memcpy(out + n, &a->storage_root, 32);
        n += 32;
    }
    return n;
}

void st_account_decode(struct st_stored_account *out, struct bytes stored) {
    size_t n = 41;
    uint8_t flags = stored.p[0];
    *out = (struct st_stored_account){.nonce = load_le64(stored.p + 1),
                                      .code_hash = ST_EMPTY_CODE_HASH,
                                      .storage_root = ST_EMPTY_TRIE_ROOT};
    memcpy(&out->balance, stored.p + 9, 32);
    if (flags & ACCOUNT_HAS_CODE) memcpy(&out->code_hash, stored.p + n, 32), n += 32;
    if (flags & ACCOUNT_HAS_STORAGE) memcpy(&out->storage_root, stored.p + n, 32);
}

bool st_snapshot_account(const struct st_snapshot *snap, const struct b20 *address,
                         struct st_stored_account *out) {
    struct bytes v;
    if (!st_versioned_get(snap, ST_DB_ACCOUNT, ST_HISTORY_ACCOUNT, BYTES_OF(*address), &v))
        return false;
    st_account_decode(out, v);
    return true;
}

void st_slot_key(uint8_t out[ST_SLOT_KEY_BYTES], const struct b20 *address,
                 const struct u256 *key) {
    memcpy(out, address, 20);
    u256_store_be(out + 20, key);
}

struct u256 st_snapshot_slot(const struct st_snapshot *snap, const struct b20 *address,
                             const struct u256 *key) {
    uint8_t k[ST_SLOT_KEY_BYTES];
    struct bytes v;
    struct u256 value = U256_ZERO;
    st_slot_key(k, address, key);
    if (st_versioned_get(snap, ST_DB_SLOT, ST_HISTORY_SLOT, BYTES_OF(k), &v))
        u256_from_be(&value, v);
    return value;
}

bool st_snapshot_get(const struct st_snapshot *snap, enum st_domain domain, struct bytes key,
                     struct bytes *value) {
    struct st_item_key k;
    st_item_key(&k, domain, key);
    if (!st_versioned_get(snap, ST_DB_ITEM, ST_HISTORY_ITEM, bytes_make(k.bytes, k.size), value))
        return false;
    *value = st_item_value(&k, *value);
    return true;
}

/* ---- Scans */

/* Walks the keys that `db` had after the snapshot's block and that begin with `prefix`: a merge of
 * what is there now with what has been replaced since. */
struct walk {
    const struct st_snapshot *snap;
    uint8_t tag;
    struct bytes prefix;
    MDB_cursor *now, *then; /* then: NULL in a snapshot of the newest block */
    bool has_now, has_then;
    struct bytes now_key, now_value, then_key; /* then_key without tag and height */
    uint8_t key[ST_KEY_MAX_BYTES];
};

static void settle_now(struct walk *w, bool found) {
    w->has_now = found && st_begins_with(w->now_key, w->prefix);
}

static void settle_then(struct walk *w, bool found) {
    w->has_then = found && w->then_key.n > 9 && w->then_key.p[0] == w->tag;
    if (!w->has_then) return;
    w->then_key = bytes_sub(w->then_key, 1, w->then_key.n - 9);
    w->has_then = st_begins_with(w->then_key, w->prefix);
}

/* Puts `then` on the first history of a key >= `key`, or behind all history of it. */
static void seek_then(struct walk *w, struct bytes key, bool behind) {
    if (!w->then) return;
    uint8_t from[ST_KEY_MAX_BYTES + 1];
    struct bytes ignored;
    size_t n = 0;
    from[n++] = w->tag;
    if (key.n) memcpy(from + n, key.p, key.n);
    n += key.n;
    if (behind) memset(from + n, 0xff, 8), n += 8;
    bool found = st_cursor_seek(w->then, bytes_make(from, n), &w->then_key, &ignored);
    settle_then(w, found);
}

static void walk_begin(struct walk *w, enum st_db db, struct bytes start) {
    w->now = open_cursor(w->snap, db);
    w->then = w->snap->height == w->snap->head ? NULL : open_cursor(w->snap, ST_DB_HISTORY);
    w->has_then = false;
    settle_now(w, st_cursor_seek(w->now, start, &w->now_key, &w->now_value));
    seek_then(w, start, false);
}

static void walk_end(struct walk *w) {
    mdb_cursor_close(w->now);
    if (w->then) mdb_cursor_close(w->then);
}

/* The next key and its value then; false at the end. The key is valid until the next call. */
static bool walk_next(struct walk *w, struct bytes *key, struct bytes *value) {
    while (w->has_now || w->has_then) {
        int order = !w->has_then ? -1 : !w->has_now ? 1 : bytes_cmp(w->now_key, w->then_key);
        struct bytes from = order <= 0 ? w->now_key : w->then_key;
        memcpy(w->key, from.p, from.n);
        *key = bytes_make(w->key, from.n);
        bool present = order <= 0;
        if (present) *value = w->now_value;
        if (order >= 0) {
            bool was;
            struct bytes old;
            if (replaced_since(w->snap, w->tag, *key, &was, &old)) present = was, *value = old;
            seek_then(w, *key, true);
        }
        if (order <= 0) settle_now(w, st_cursor_next(w->now, &w->now_key, &w->now_value));
        if (present) return true;
    }
    return false;
}

void st_snapshot_scan(const struct st_snapshot *snap, enum st_domain domain, struct bytes prefix,
                      struct bytes start,
                      bool (*visit)(void *ctx, struct bytes key, struct bytes value), void *ctx) {
    struct st_item_key from, first;
    st_item_prefix(&from, domain, prefix);
    first = from;
    if (start.n) st_item_key(&first, domain, start);
    /* A start before the prefix is the prefix's beginning. */
    struct bytes low = bytes_make(from.bytes, from.size), at = bytes_make(first.bytes, first.size);
    if (bytes_cmp(at, low) < 0) at = low;
    struct walk w = {.snap = snap, .tag = ST_HISTORY_ITEM, .prefix = low};
    walk_begin(&w, ST_DB_ITEM, at);
    uint8_t room[ST_ITEM_KEY_MAX_BYTES];
    struct bytes stored, value;
    while (walk_next(&w, &stored, &value)) {
        struct bytes key = st_item_unkey(stored, room, &value);
        if (st_begins_with(key, prefix) && !visit(ctx, key, value)) break;
    }
    walk_end(&w);
}

void st_snapshot_each_slot(const struct st_snapshot *snap, const struct b20 *address,
                           bool (*visit)(void *ctx, const struct u256 *key,
                                         const struct u256 *value),
                           void *ctx) {
    struct walk w = {.snap = snap, .tag = ST_HISTORY_SLOT, .prefix = BYTES_OF(*address)};
    walk_begin(&w, ST_DB_SLOT, w.prefix);
    struct bytes stored, value;
    while (walk_next(&w, &stored, &value)) {
        struct u256 k, v;
        u256_load_be(&k, stored.p + 20);
        u256_from_be(&v, value);
        if (!visit(ctx, &k, &v)) break;
    }
    walk_end(&w);
}

void st_snapshot_each_account(const struct st_snapshot *snap,
                              bool (*visit)(void *ctx, const struct b20 *address,
                                            const struct st_stored_account *a),
                              void *ctx) {
    struct walk w = {.snap = snap, .tag = ST_HISTORY_ACCOUNT};
    walk_begin(&w, ST_DB_ACCOUNT, (struct bytes){0});
    struct bytes stored, value;
    while (walk_next(&w, &stored, &value)) {
        struct b20 address;
        struct st_stored_account a;
        memcpy(&address, stored.p, 20);
        st_account_decode(&a, value);
        if (!visit(ctx, &address, &a)) break;
    }
    walk_end(&w);
}

/* ---- Records */

static enum st_db table_db(enum st_table table) {
    assert(table < ST_TABLE_COUNT);
    return (enum st_db)(ST_DB_TABLES + (int)table);
}

bool st_record_get(const struct st_snapshot *snap, enum st_table table, struct bytes key,
                   struct bytes *value) {
    return st_db_get(snap->txn, snap->store->dbi[table_db(table)], key, value);
}

/* The last key < `to` (to.n 0: the last of all). */
static bool seek_before(MDB_cursor *c, struct bytes to, struct bytes *key, struct bytes *value) {
    MDB_val k = st_val(to);
    if (to.n && cursor_move(c, &k, MDB_SET_RANGE, key, value))
        return cursor_move(c, &k, MDB_PREV, key, value);
    return cursor_move(c, &k, MDB_LAST, key, value);
}

void st_record_scan(const struct st_snapshot *snap, enum st_table table, struct bytes from,
                    struct bytes to, bool reverse,
                    bool (*visit)(void *ctx, struct bytes key, struct bytes value), void *ctx) {
    MDB_cursor *c = open_cursor(snap, table_db(table));
    struct bytes key, value;
    bool found = reverse ? seek_before(c, to, &key, &value) : st_cursor_seek(c, from, &key, &value);
    while (found) {
        bool inside = reverse ? bytes_cmp(key, from) >= 0 : !to.n || bytes_cmp(key, to) < 0;
        if (!inside || !visit(ctx, key, value)) break;
        MDB_val k;
        found =
            reverse ? cursor_move(c, &k, MDB_PREV, &key, &value) : st_cursor_next(c, &key, &value);
    }
    mdb_cursor_close(c);
}
