/* Points to go back to: while one is set, every write keeps what it replaces.
 *
 * The database `rewind` holds, for each key of any database that was written since a point, what
 * was there when the point was set:
 *   point (4, big-endian) ‖ database (1) ‖ key → database (1) ‖ was there (1) ‖ size of key (2) ‖
 *   key ‖ value
 * A key that would be too long is cut and ends with its hash. Only the newest point is written
 * for: an older one needs of a key only what the first write after it replaced, which belongs to
 * it or to the points between. Going back to a point applies all points from the newest down to it.
 *
 * Points live in memory and end with the process: entries of an earlier one are deleted when the
 * store is opened. */
#include "crypto/keccak.h"
#include "state/store_impl.h"

#include <stdlib.h>

enum { ENTRY_HEAD_BYTES = 4, POINT_BYTES = 4 };

static struct st_store *store_of(MDB_txn *txn) {
    return mdb_env_get_userctx(mdb_txn_env(txn));
}

static size_t entry_key(uint8_t out[ST_KEY_MAX_BYTES], uint32_t point, MDB_dbi dbi,
                        struct bytes key) {
    enum { ROOM = ST_KEY_MAX_BYTES - POINT_BYTES - 1 };
    store_be32(out, point);
    out[POINT_BYTES] = (uint8_t)dbi;
    if (key.n <= ROOM) {
        memcpy(out + POINT_BYTES + 1, key.p, key.n);
        return POINT_BYTES + 1 + key.n;
    }
    struct b32 hash;
    keccak256(&hash, key);
    memcpy(out + POINT_BYTES + 1, key.p, ROOM - 32);
    memcpy(out + ST_KEY_MAX_BYTES - 32, &hash, 32);
    return ST_KEY_MAX_BYTES;
}

/* Keeps what is under `key` now, for the newest point. */
static int note(MDB_txn *txn, MDB_dbi dbi, struct bytes key) {
    struct st_store *s = store_of(txn);
    if (!s->point_count) return 0;
    uint8_t k[ST_KEY_MAX_BYTES], head[ENTRY_HEAD_BYTES];
    size_t n = entry_key(k, s->points[s->point_count - 1], dbi, key);
    struct bytes old;
    bool present = st_db_get(txn, dbi, key, &old);
    head[0] = (uint8_t)dbi;
    head[1] = present;
    store_le16(head + 2, (uint16_t)key.n);
    /* The old value is borrowed from a page that the write may move. */
    buf_clear(&s->rewind_entry);
    buf_put(&s->rewind_entry, head, sizeof head);
    buf_put_bytes(&s->rewind_entry, key);
    if (present) buf_put_bytes(&s->rewind_entry, old);
    MDB_val mk = {n, k}, mv = st_val(buf_bytes(&s->rewind_entry));
    int rc = mdb_put(txn, s->dbi[ST_DB_REWIND], &mk, &mv, MDB_NOOVERWRITE);
    return rc == MDB_KEYEXIST ? 0 : rc;
}

int st_db_put(MDB_txn *txn, MDB_dbi dbi, struct bytes key, struct bytes value) {
    MDB_val k = st_val(key), v = st_val(value);
    int rc = note(txn, dbi, key);
    return rc ? rc : mdb_put(txn, dbi, &k, &v, 0);
}

int st_db_reserve(MDB_txn *txn, MDB_dbi dbi, struct bytes key, size_t size, uint8_t **room) {
    MDB_val k = st_val(key), v = {size, NULL};
    int rc = note(txn, dbi, key);
    if (!rc) rc = mdb_put(txn, dbi, &k, &v, MDB_RESERVE | MDB_NOOVERWRITE);
    *room = v.mv_data;
    return rc;
}

int st_db_del(MDB_txn *txn, MDB_dbi dbi, struct bytes key) {
    MDB_val k = st_val(key);
    int rc = note(txn, dbi, key);
    return rc ? rc : mdb_del(txn, dbi, &k, NULL);
}

int st_db_delete_prefix(MDB_txn *txn, MDB_dbi dbi, struct bytes prefix) {
    MDB_cursor *c;
    int rc = mdb_cursor_open(txn, dbi, &c);
    if (rc) return rc;
    for (;;) {
        uint8_t key[ST_KEY_MAX_BYTES];
        MDB_val k = st_val(prefix), v;
        rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
        if (rc || !st_begins_with(st_slice(k), prefix)) break;
        memcpy(key, k.mv_data, k.mv_size);
        if ((rc = st_db_del(txn, dbi, bytes_make(key, k.mv_size)))) break;
    }
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* ---- Points */

uint32_t st_point_set(struct st_store *s) {
    st_grow_array(&s->points, s->point_count, &s->point_cap, sizeof *s->points);
    s->points[s->point_count++] = s->next_point;
    return s->next_point++;
}

static bool find_point(const struct st_store *s, uint32_t point, size_t *place) {
    for (size_t i = 0; i < s->point_count; i++)
        if (s->points[i] == point) {
            *place = i;
            return true;
        }
    return false;
}

/* Puts back what one entry kept, past `note`: for older points the key is again what it was. */
static int apply(MDB_txn *txn, struct bytes entry) {
    MDB_dbi dbi = entry.p[0];
    bool present = entry.p[1] != 0;
    size_t n = load_le16(entry.p + 2), head = ENTRY_HEAD_BYTES;
    MDB_val k = {n, (void *)(uintptr_t)(entry.p + head)};
    MDB_val v = st_val(bytes_sub(entry, head + n, entry.n - head - n));
    if (present) return mdb_put(txn, dbi, &k, &v, 0);
    int rc = mdb_del(txn, dbi, &k, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Applies and deletes the entries of one point. */
static int apply_point(struct st_store *s, MDB_txn *txn, uint32_t point) {
    MDB_cursor *c;
    uint8_t prefix[POINT_BYTES];
    store_be32(prefix, point);
    int rc = mdb_cursor_open(txn, s->dbi[ST_DB_REWIND], &c);
    while (!rc) {
        MDB_val k = st_val(BYTES_OF(prefix)), v;
        rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
        if (rc || !st_begins_with(st_slice(k), BYTES_OF(prefix))) break;
        buf_clear(&s->rewind_entry);
        buf_put(&s->rewind_entry, v.mv_data, v.mv_size);
        rc = mdb_cursor_del(c, 0);
        if (!rc) rc = apply(txn, buf_bytes(&s->rewind_entry));
    }
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* The store is where the transaction left it: everything that was cached from it goes. */
static void restart(struct st_store *s, struct st_journal *j) {
    st_snapshot_renew((struct st_snapshot *)(uintptr_t)j->snapshot);
    st_journal_drop_cache(j);
    atomic_store(&s->blocks, j->snapshot->empty ? 0 : j->snapshot->head + 1);
}

struct err st_point_restore(struct st_store *s, struct st_journal *j, uint32_t point) {
    size_t place;
    MDB_txn *txn;
    assert(!s->write && j->store == s);
    assert(!j->undo_count && !j->accounts.changed.count && !j->slots.changed.count &&
           !j->items.changed.count);
    if (!find_point(s, point, &place))
        return err_at(ST_ERR_NO_POINT, "there is no such point to go back to", point);
    int rc = mdb_txn_begin(s->env, NULL, 0, &txn);
    if (rc) return st_lmdb_error(rc, ST_ERR_IO, "the store cannot be written");
    for (size_t i = s->point_count; i-- > place && !rc;) rc = apply_point(s, txn, s->points[i]);
    if (rc)
        mdb_txn_abort(txn);
    else
        rc = mdb_txn_commit(txn);
    if (rc) return st_lmdb_error(rc, ST_ERR_IO, "the store cannot go back");
    s->point_count = place;
    restart(s, j);
    return ERR_NONE;
}

int st_points_forget(struct st_store *s, MDB_txn *txn) {
    s->point_count = 0;
    return mdb_drop(txn, s->dbi[ST_DB_REWIND], 0);
}
