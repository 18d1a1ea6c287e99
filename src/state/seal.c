/* Sealing: what the block changed goes into one write transaction, in key order, with the values
 * that it replaces, and the tries follow. */
#include "crypto/keccak.h"
#include "state/store_impl.h"

#include <stdlib.h>

struct seal {
    struct st_store *store;
    struct st_journal *j;
    MDB_txn *txn;
    struct arena arena;   /* of the whole seal */
    struct arena scratch; /* of one account */
    struct st_diff diff;
    bool amends; /* the newest block's state changes, without a block of its own */
    struct st_trie_change *accounts; /* of the accounts' trie */
    size_t account_count;
    struct bytes old; /* what the last replace() wrote over, in `scratch`; empty: nothing */
    struct st_money money;
};

static int put(struct seal *w, enum st_db db, struct bytes key, struct bytes value) {
    return st_db_put(w->txn, w->store->dbi[db], key, value);
}

static int del(struct seal *w, enum st_db db, struct bytes key) {
    return st_db_del(w->txn, w->store->dbi[db], key);
}

/* Brings the value under `key` to `value` (NULL: absent) and notes what it replaces. Sets *changed.
 * An old value is borrowed from the database, so it is noted before it is written over. */
static int replace(struct seal *w, enum st_db db, uint8_t tag, struct bytes key,
                   const struct bytes *value, bool *changed) {
    struct bytes old;
    bool present = st_db_get(w->txn, w->store->dbi[db], key, &old);
    *changed = present ? !value || !bytes_eq(old, *value) : value != NULL;
    w->old = (struct bytes){NULL, 0};
    if (!*changed) return 0;
    if (present) w->old = old = arena_copy(&w->scratch, old);
    int rc = st_diff_note(&w->diff, tag, key, present ? &old : NULL);
    if (rc) return rc;
    return value ? put(w, db, key, *value) : del(w, db, key);
}

/* What accounts hold has changed from `before` to `now`. */
static void tally(struct u256 *sum, const struct u256 *before, const struct u256 *now) {
    u256_add(sum, sum, now);
    u256_sub(sum, sum, before);
}

/* ---- Accounts */

/* Deletes all stored slots of the account, with their trie. */
static int wipe_slots(struct seal *w, const struct st_account *a) {
    MDB_cursor *c;
    struct bytes prefix = BYTES_OF(a->address), key, value;
    struct buf keys = {0};
    int rc = mdb_cursor_open(w->txn, w->store->dbi[ST_DB_SLOT], &c);
    if (rc) return rc;
    bool found = st_cursor_seek(c, prefix, &key, &value);
    for (; found && st_begins_with(key, prefix); found = st_cursor_next(c, &key, &value))
        buf_put_bytes(&keys, key);
    mdb_cursor_close(c);
    for (size_t at = 0; at < keys.n && !rc; at += ST_SLOT_KEY_BYTES) {
        bool changed;
        rc = replace(w, ST_DB_SLOT, ST_HISTORY_SLOT, bytes_make(keys.p + at, ST_SLOT_KEY_BYTES),
                     NULL, &changed);
    }
    buf_free(&keys);
    return rc ? rc : st_trie_wipe(w->txn, w->store->dbi[ST_DB_NODE], st_trie_owner(&a->address));
}

/* Writes changed slots and brings the account's storage trie up to date. */
static int seal_slots(struct seal *w, const struct st_account *a, struct st_slot *const *slots,
                      size_t count, struct b32 *root) {
    struct st_trie_change *changes = ARENA_ARRAY(&w->scratch, struct st_trie_change, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct st_slot *s = slots[i];
        if (s->wipes != a->storage_wipes) continue; /* wiped after its change */
        uint8_t key[ST_SLOT_KEY_BYTES], be[32];
        st_slot_key(key, &a->address, &s->key);
        struct bytes value = st_trimmed_be(be, &s->current);
        bool changed;
        int rc = replace(w, ST_DB_SLOT, ST_HISTORY_SLOT, BYTES_OF(key), value.n ? &value : NULL,
                         &changed);
        if (rc) return rc;
        if (!changed) continue;
        struct st_trie_change *c = &changes[n++];
        keccak256(&c->key, bytes_make(key + 20, 32));
        if (!value.n) continue;
        uint8_t *rlp = arena_alloc(&w->scratch, st_rlp_string_size(value), 1);
        c->value = bytes_make(rlp, (size_t)(st_rlp_put_string(rlp, value) - rlp));
    }
    if (!n) return 0;
    return st_trie_update(w->txn, w->store->dbi[ST_DB_NODE], st_trie_owner(&a->address), changes, n,
                          &w->scratch, root);
}

static int seal_code(struct seal *w, struct st_account *a) {
    if (!a->exists || !a->code_dirty || !a->code) return 0;
    MDB_val k = st_val(BYTES_OF(a->code_hash));
    MDB_val v = st_val(bytes_make(a->code->bytes, a->code->size));
    int rc = mdb_put(w->txn, w->store->dbi[ST_DB_CODE], &k, &v, MDB_NOOVERWRITE);
    if (rc && rc != MDB_KEYEXIST) return rc;
    st_code_cache_add(w->store->codes, a->code);
    return 0;
}

static int seal_account(struct seal *w, struct st_account *a, struct st_slot *const *slots,
                        size_t count) {
    struct bytes stored;
    struct st_stored_account old = {.storage_root = ST_EMPTY_TRIE_ROOT};
    if (st_db_get(w->txn, w->store->dbi[ST_DB_ACCOUNT], BYTES_OF(a->address), &stored))
        st_account_decode(&old, stored);
    struct b32 root = old.storage_root;
    int rc = 0;
    if ((a->store_wiped || !a->exists) && !b32_eq(&root, &ST_EMPTY_TRIE_ROOT)) {
        rc = wipe_slots(w, a);
        root = ST_EMPTY_TRIE_ROOT;
    }
    /* An account that is not there has no storage, whatever was written to it. */
    if (!rc && a->exists) rc = seal_slots(w, a, slots, count, &root);
    if (!rc) rc = seal_code(w, a);
    if (rc) return rc;
    struct st_stored_account now = {a->nonce, a->balance, a->code_hash, root};
    uint8_t encoded[ST_ACCOUNT_VALUE_MAX_BYTES];
    struct bytes value = {encoded, st_account_encode(encoded, &now)};
    bool changed;
    rc = replace(w, ST_DB_ACCOUNT, ST_HISTORY_ACCOUNT, BYTES_OF(a->address),
                 a->exists ? &value : NULL, &changed);
    if (rc || !changed) return rc;
    tally(&w->money.wei, &old.balance, a->exists ? &a->balance : &U256_ZERO);
    struct st_trie_change *c = &w->accounts[w->account_count++];
    *c = (struct st_trie_change){0};
    keccak256(&c->key, BYTES_OF(a->address));
    if (!a->exists) return 0;
    uint8_t *rlp = arena_alloc(&w->arena, ST_ACCOUNT_RLP_MAX_BYTES, 1);
    c->value = bytes_make(rlp, st_account_rlp(rlp, a->nonce, &a->balance, &root, &a->code_hash));
    return 0;
}

struct slot_of {
    const struct st_account *account;
    struct st_slot *slot;
};

static int compare_accounts(const struct st_account *a, const struct st_account *b) {
    return memcmp(&a->address, &b->address, sizeof a->address);
}

static int by_address(const void *x, const void *y) {
    return compare_accounts(*(struct st_account *const *)x, *(struct st_account *const *)y);
}

static int by_slot(const void *x, const void *y) {
    const struct slot_of *a = x, *b = y;
    int c = a->account == b->account ? 0 : compare_accounts(a->account, b->account);
    return c ? c : u256_cmp(&a->slot->key, &b->slot->key);
}

static int seal_accounts(struct seal *w, struct b32 *root) {
    struct st_journal *j = w->j;
    uint32_t slot_count = j->slots.changed.count, count = 0;
    struct slot_of *pairs = ARENA_ARRAY(&w->arena, struct slot_of, slot_count);
    for (uint32_t i = 0; i < slot_count; i++) {
        struct st_slot *s = st_slot_at(j, j->slots.changed.at[i]);
        pairs[i] = (struct slot_of){st_account_at(j, s->account), s};
    }
    if (slot_count) qsort(pairs, slot_count, sizeof *pairs, by_slot);

    size_t room = (size_t)j->accounts.changed.count + slot_count;
    struct st_account **accounts = ARENA_ARRAY(&w->arena, struct st_account *, room);
    struct st_slot **slots = ARENA_ARRAY(&w->arena, struct st_slot *, slot_count);
    w->accounts = ARENA_ARRAY(&w->arena, struct st_trie_change, room);
    for (uint32_t i = 0; i < j->accounts.changed.count; i++)
        accounts[count++] = st_account_at(j, j->accounts.changed.at[i]);
    for (uint32_t i = 0; i < slot_count; i++) {
        slots[i] = pairs[i].slot;
        bool listed =
            pairs[i].account->block_change || (i && pairs[i].account == pairs[i - 1].account);
        if (!listed) accounts[count++] = st_account_at(j, pairs[i].slot->account);
    }
    if (count) qsort(accounts, count, sizeof *accounts, by_address);

    int rc = 0;
    for (uint32_t i = 0, at = 0; i < count && !rc; i++) {
        uint32_t first = at;
        while (at < slot_count && pairs[at].account == accounts[i]) at++;
        rc = seal_account(w, accounts[i], slots + first, at - first);
        arena_reset(&w->scratch);
    }
    if (rc) return rc;
    return st_trie_update(w->txn, w->store->dbi[ST_DB_NODE], st_trie_owner(NULL), w->accounts,
                          w->account_count, &w->arena, root);
}

/* ---- Items */

struct item_change {
    const struct st_item *item;
    struct st_item_key *key;
};

static int by_stored_key(const void *x, const void *y) {
    const struct item_change *a = x, *b = y;
    return bytes_cmp(bytes_make(a->key->bytes, a->key->size),
                     bytes_make(b->key->bytes, b->key->size));
}

/* The value as stored: behind the key itself where the stored key is only a hash of it. */
static struct bytes stored_value(struct seal *w, const struct item_change *c) {
    const struct st_item *it = c->item;
    if (!c->key->is_long) return it->value;
    uint8_t *p = arena_alloc(&w->scratch, 4 + it->key.n + it->value.n, 1);
    store_le32(p, (uint32_t)it->key.n);
    memcpy(p + 4, it->key.p, it->key.n);
    if (it->value.n) memcpy(p + 4 + it->key.n, it->value.p, it->value.n);
    return bytes_make(p, 4 + it->key.n + it->value.n);
}

static void show(struct seal *w, const struct item_change *c) {
    const struct st_item *it = c->item;
    struct bytes old = w->old.p ? st_item_value(c->key, w->old) : w->old;
    w->store->watch(w->store->watch_ctx, it->domain, it->key, old,
                    it->present ? it->value : (struct bytes){NULL, 0});
}

static int seal_items(struct seal *w, struct st_roots *roots) {
    struct st_journal *j = w->j;
    const struct {
        enum st_sparse_tree tree;
        struct b32 *root;
    } trees[] = {
        {ST_TREE_MOVE, &roots->move}, {ST_TREE_SVM, &roots->svm}, {ST_TREE_QUEUE, &roots->queue}};
    size_t count = j->items.changed.count, n[COUNT_OF(trees)] = {0};
    struct item_change *changes = ARENA_ARRAY(&w->arena, struct item_change, count);
    struct st_sparse_change *leaves[COUNT_OF(trees)];
    for (size_t t = 0; t < COUNT_OF(trees); t++)
        leaves[t] = ARENA_ARRAY(&w->arena, struct st_sparse_change, count);
    for (size_t i = 0; i < count; i++) {
        changes[i].item = st_item_at(j, j->items.changed.at[i]);
        changes[i].key = ARENA_NEW(&w->arena, struct st_item_key);
        st_item_key(changes[i].key, changes[i].item->domain, changes[i].item->key);
    }
    if (count) qsort(changes, count, sizeof *changes, by_stored_key);
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++) {
        const struct st_item *it = changes[i].item;
        struct bytes value = stored_value(w, &changes[i]);
        bool changed;
        rc = replace(w, ST_DB_ITEM, ST_HISTORY_ITEM,
                     bytes_make(changes[i].key->bytes, changes[i].key->size),
                     it->present ? &value : NULL, &changed);
        if (!rc && changed && it->domain == ST_SVM_ACCOUNT) {
            struct u256 before = st_svm_lamports(w->old), now = U256_ZERO;
            if (it->present) now = st_svm_lamports(value);
            tally(&w->money.lamports, &before, &now);
        }
        if (!rc && changed && w->store->watch) show(w, &changes[i]);
        arena_reset(&w->scratch);
        if (rc || !changed) continue;
        size_t t = 0;
        while (trees[t].tree != st_sparse_tree_of(it->domain)) t++;
        leaves[t][n[t]++] = st_sparse_change(it->domain, it->key, it->present ? &it->value : NULL);
    }
    MDB_dbi dbi = w->store->dbi[ST_DB_SPARSE];
    for (size_t t = 0; t < COUNT_OF(trees) && !rc; t++)
        rc = st_sparse_update(w->txn, dbi, trees[t].tree, leaves[t], n[t], trees[t].root);
    return rc;
}

/* ---- The block */

static int put_number(struct seal *w, struct bytes name, uint64_t v) {
    uint8_t le[8];
    store_le64(le, v);
    return put(w, ST_DB_HEAD, name, BYTES_OF(le));
}

static int seal_block(struct seal *w, struct st_roots *roots) {
    uint8_t be[8];
    uint64_t height = w->diff.height;
    *roots = (struct st_roots){0};
    int rc = seal_accounts(w, &roots->evm);
    if (!rc) rc = seal_items(w, roots);
    if (rc) return rc;
    st_roots_close(roots);
    store_be64(be, height);
    rc = put(w, ST_DB_ROOT, BYTES_OF(be), BYTES_OF(*roots));
    if (!rc) rc = st_diff_end(&w->diff);
    if (rc || w->amends) return rc;
    rc = put_number(w, BYTES_LIT("height"), height);
    if (!rc && w->diff.first) rc = put_number(w, BYTES_LIT("oldest"), height);
    return rc ? rc : st_history_prune(w->store, w->txn, height);
}

/* Deletes everything but the format's name. */
static int clear(struct st_store *s) {
    int rc = st_points_forget(s, s->write);
    for (int i = 0; i < ST_DB_COUNT && !rc; i++)
        if (i != ST_DB_HEAD) rc = mdb_drop(s->write, s->dbi[i], 0);
    static const char *const numbers[] = {"height", "oldest"};
    for (size_t i = 0; i < COUNT_OF(numbers) && !rc; i++) {
        rc = st_db_del(s->write, s->dbi[ST_DB_HEAD], bytes_cstr(numbers[i]));
        if (rc == MDB_NOTFOUND) rc = 0;
    }
    return rc;
}

void st_seal_anew(struct st_store *s, bool anew) {
    assert(!s->write);
    s->anew = anew;
}

/* The store is as before, points to go back to included. */
static void undo_seal(struct st_store *s) {
    s->write = NULL;
    s->sealing = NULL;
    s->point_count = s->points_before;
}

static void give_up(struct st_store *s) {
    mdb_txn_abort(s->write);
    undo_seal(s);
}

/* Opens the write transaction and brings the state to what the journal says. */
static struct err begin(struct seal *w, uint64_t height, bool first, struct st_roots *roots) {
    struct st_store *s = w->store;
    /* What was written outside a transaction is one. */
    if (w->j->undo_count) st_end_tx(w->j, false);
    int rc = mdb_txn_begin(s->env, NULL, 0, &s->write);
    s->points_before = s->point_count;
    if (rc) {
        s->write = NULL;
        return st_lmdb_error(rc, ST_ERR_IO, "the store cannot be written");
    }
    w->txn = s->write;
    w->diff = (struct st_diff){.txn = s->write, .store = s, .height = height, .first = first};
    arena_init(&w->arena, 0);
    arena_init(&w->scratch, 0);
    if (s->anew) rc = clear(s);
    if (!rc) rc = seal_block(w, roots);
    buf_free(&w->diff.changes);
    arena_free(&w->arena);
    arena_free(&w->scratch);
    if (rc) {
        give_up(s);
        return st_lmdb_error(rc, ST_ERR_IO, "the block cannot be written");
    }
    s->sealing = w->j;
    s->sealing_money = w->money;
    s->sealing_height = height;
    return ERR_NONE;
}

struct err st_seal_begin(struct st_store *s, struct st_journal *j, uint64_t height,
                         struct st_roots *roots) {
    struct seal w = {.store = s, .j = j};
    assert(!s->write);
    uint64_t last;
    bool any = st_store_height(s, &last) && !s->anew;
    assert(s->anew ? !j->store && !j->snapshot : j->store == s || (!any && !j->snapshot));
    if (any ? height != last + 1 : s->anew && height)
        return err_at(ST_ERR_NO_BLOCK, "the block does not follow the last one", height);
    return begin(&w, height, !any, roots);
}

void st_seal_watch(struct st_store *s, st_watch *watch, void *ctx) {
    s->watch = watch;
    s->watch_ctx = ctx;
}

struct st_money st_seal_money(const struct st_store *s) {
    assert(s->write);
    return s->sealing_money;
}

struct err st_amend_begin(struct st_store *s, struct st_journal *j, struct st_roots *roots) {
    struct seal w = {.store = s, .j = j, .amends = true};
    struct bytes oldest;
    uint64_t height = j->snapshot->head;
    assert(!s->write && !s->anew && j->store == s && !j->snapshot->empty);
    /* What the earliest state that can be read was before is nobody's business. */
    bool first = st_db_get(j->snapshot->txn, s->dbi[ST_DB_HEAD], BYTES_LIT("oldest"), &oldest) &&
                 load_le64(oldest.p) == height;
    return begin(&w, height, first, roots);
}

struct err st_amend(struct st_store *s, struct st_journal *j, struct st_roots *roots) {
    struct err e = st_amend_begin(s, j, roots);
    return err_is(e) ? e : st_seal_end(s, j);
}

struct err st_seal_put(struct st_store *s, enum st_table table, struct bytes key,
                       struct bytes value) {
    assert(s->write && table < ST_TABLE_COUNT);
    if (!key.n || key.n > ST_KEY_MAX_BYTES)
        return err_at(ST_ERR_IO, "a record's key is empty or longer than 511 bytes", key.n);
    int rc = st_db_put(s->write, s->dbi[ST_DB_TABLES + (int)table], key, value);
    return rc ? st_lmdb_error(rc, ST_ERR_IO, "a record cannot be written") : ERR_NONE;
}

struct err st_seal_delete(struct st_store *s, enum st_table table, struct bytes key) {
    assert(s->write && table < ST_TABLE_COUNT);
    int rc = st_db_del(s->write, s->dbi[ST_DB_TABLES + (int)table], key);
    return rc && rc != MDB_NOTFOUND ? st_lmdb_error(rc, ST_ERR_IO, "a record cannot be deleted")
                                    : ERR_NONE;
}

bool st_seal_get(struct st_store *s, enum st_table table, struct bytes key, struct bytes *value) {
    assert(s->write && table < ST_TABLE_COUNT);
    return st_db_get(s->write, s->dbi[ST_DB_TABLES + (int)table], key, value);
}

struct err st_seal_end(struct st_store *s, struct st_journal *j) {
    assert(s->write && s->sealing == j);
    (void)j;
    int rc = mdb_txn_commit(s->write);
    if (rc) {
        undo_seal(s);
        return st_lmdb_error(rc, ST_ERR_IO, "the block cannot be committed");
    }
    s->write = NULL;
    s->sealing = NULL;
    s->anew = false;
    atomic_store(&s->blocks, s->sealing_height + 1);
    if (!j->store) {
        j->store = s;
        j->snapshot = st_snapshot_follow(s);
        j->values_move = true;
    }
    st_journal_sealed(j);
    return ERR_NONE;
}

void st_seal_abort(struct st_store *s, struct st_journal *j) {
    assert(s->write && s->sealing == j);
    (void)j;
    give_up(s);
}

struct st_journal *st_sequencer_journal(struct st_store *s) {
    struct st_journal *j = st_journal_new(st_snapshot_follow(s));
    j->store = s;
    j->values_move = true;
    return j;
}
