#include "state/store_impl.h"

/* Blocks pruned at one seal at most: a store that is reopened with a shorter history catches up
 * over some blocks rather than in one. */
enum { PRUNE_BLOCKS_PER_SEAL = 8 };

int st_diff_note(struct st_diff *d, uint8_t tag, struct bytes key, const struct bytes *old) {
    if (d->first) return 0;
    uint8_t k[ST_KEY_MAX_BYTES];
    size_t n = 1 + key.n;
    assert(n + 8 <= sizeof k);
    k[0] = tag;
    memcpy(k + 1, key.p, key.n);
    store_be64(k + n, d->height);
    uint8_t *p;
    int rc = st_db_reserve(d->txn, d->store->dbi[ST_DB_HISTORY], bytes_make(k, n + 8),
                           1 + (old ? old->n : 0), &p);
    /* Wiped and written again in one block: what was there before the block is noted already. */
    if (rc) return rc == MDB_KEYEXIST ? 0 : rc;
    store_le16(buf_room(&d->changes, 2), (uint16_t)n);
    d->changes.n += 2;
    buf_put(&d->changes, k, n);
    p[0] = old != NULL;
    if (old && old->n) memcpy(p + 1, old->p, old->n);
    return 0;
}

int st_diff_end(struct st_diff *d) {
    if (!d->changes.n) return 0;
    uint8_t height[8];
    struct bytes before;
    MDB_dbi dbi = d->store->dbi[ST_DB_CHANGE];
    store_be64(height, d->height);
    /* An amended block has a list already. */
    if (st_db_get(d->txn, dbi, BYTES_OF(height), &before)) buf_put_bytes(&d->changes, before);
    return st_db_put(d->txn, dbi, BYTES_OF(height), buf_bytes(&d->changes));
}

/* Deletes the history of one block: without it, the state before that block cannot be read. */
static int forget_block(struct st_store *s, MDB_txn *txn, uint64_t height) {
    uint8_t be[8];
    store_be64(be, height);
    MDB_val hk = {8, be}, v;
    int rc = mdb_get(txn, s->dbi[ST_DB_CHANGE], &hk, &v);
    if (rc == MDB_NOTFOUND) return 0;
    if (rc) return rc;
    /* The deletions below may move what v points to. */
    struct buf list = {0};
    buf_put(&list, v.mv_data, v.mv_size);
    for (size_t at = 0; at + 2 <= list.n && rc == 0;) {
        uint8_t k[ST_KEY_MAX_BYTES];
        size_t n = load_le16(list.p + at);
        memcpy(k, list.p + at + 2, n);
        memcpy(k + n, be, 8);
        rc = st_db_del(txn, s->dbi[ST_DB_HISTORY], bytes_make(k, n + 8));
        if (rc == MDB_NOTFOUND) rc = 0;
        at += 2 + n;
    }
    buf_free(&list);
    return rc ? rc : st_db_del(txn, s->dbi[ST_DB_CHANGE], BYTES_OF(be));
}

int st_history_prune(struct st_store *s, MDB_txn *txn, uint64_t height) {
    struct bytes v;
    if (height <= s->history_blocks) return 0;
    if (!st_db_get(txn, s->dbi[ST_DB_HEAD], BYTES_LIT("oldest"), &v)) return 0;
    uint64_t oldest = load_le64(v.p), want = height - s->history_blocks;
    if (oldest >= want) return 0;
    want = min_u64(want, oldest + PRUNE_BLOCKS_PER_SEAL);
    int rc = 0;
    for (uint64_t h = oldest + 1; h <= want && !rc; h++) rc = forget_block(s, txn, h);
    if (rc) return rc;
    uint8_t le[8];
    store_le64(le, want);
    return st_db_put(txn, s->dbi[ST_DB_HEAD], BYTES_LIT("oldest"), BYTES_OF(le));
}
