/* Tries of other blocks than the newest, in memory: see trie.h. */
#include "crypto/keccak.h"
#include "state/store_impl.h"

#include <stdlib.h>

/* A view of a block after which more than MANY entries have changed costs up to some 300 MB: only
 * so many at once. */
enum { CHANGES_MAX = 1 << 18, MANY = 1 << 12, LARGE_VIEWS_MAX = 4 };

/* The storage of one account that somebody asked for. */
struct storage {
    struct b20 address;
    struct st_trie_draft *draft;
    uint32_t wipes; /* the journal's count of its wipes that the draft has followed */
};

struct st_trie_view {
    const struct st_snapshot *snap;
    struct arena arena;
    struct st_trie_draft *accounts;
    struct storage *storages;
    uint32_t storage_count;
    size_t storage_cap;
    struct map storage_map;
    /* What blocks after the snapshot's have changed: addresses, and slot keys (address ‖ key), each
     * sorted and distinct. */
    struct buf changed_accounts, changed_slots;
    bool broken;
    bool large; /* counts in the store's large_views */
};

static struct err broken(struct st_trie_view *v) {
    v->broken = true;
    return err_at(ST_ERR_IO, "the stored trie is broken", v->snap->height);
}

/* ---- What has changed since */

static int compare_addresses(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct b20));
}

static int compare_slots(const void *a, const void *b) {
    return memcmp(a, b, ST_SLOT_KEY_BYTES);
}

static void sort_distinct(struct buf *keys, size_t size,
                          int (*compare)(const void *, const void *)) {
    size_t n = 0;
    if (keys->n) qsort(keys->p, keys->n / size, size, compare);
    for (size_t at = 0; at < keys->n; at += size) {
        if (n && !memcmp(keys->p + n - size, keys->p + at, size)) continue;
        memmove(keys->p + n, keys->p + at, size);
        n += size;
    }
    keys->n = n;
}

/* Adds the account and slot keys of one block's record of changes (history.c). */
static void note_block(struct st_trie_view *v, uint64_t height) {
    uint8_t be[8];
    struct bytes list;
    store_be64(be, height);
    if (!st_db_get(v->snap->txn, v->snap->store->dbi[ST_DB_CHANGE], BYTES_OF(be), &list)) return;
    for (size_t at = 0; at + 2 <= list.n;) {
        size_t n = load_le16(list.p + at);
        const uint8_t *key = list.p + at + 2;
        if (key[0] == ST_HISTORY_ACCOUNT) buf_put(&v->changed_accounts, key + 1, n - 1);
        if (key[0] == ST_HISTORY_SLOT) buf_put(&v->changed_slots, key + 1, n - 1);
        at += 2 + n;
    }
}

static struct err note_changes(struct st_trie_view *v) {
    for (uint64_t h = v->snap->height + 1; h <= v->snap->head; h++) {
        note_block(v, h);
        if (v->changed_accounts.n / sizeof(struct b20) + v->changed_slots.n / ST_SLOT_KEY_BYTES >
            CHANGES_MAX)
            return err_at(ST_ERR_PRUNED, "too much has changed since that block", h);
    }
    size_t count =
        v->changed_accounts.n / sizeof(struct b20) + v->changed_slots.n / ST_SLOT_KEY_BYTES;
    if (count > MANY) {
        v->large = true;
        if (atomic_fetch_add(&v->snap->store->large_views, 1) >= LARGE_VIEWS_MAX)
            return err_at(ST_ERR_BUSY,
                          "too many proofs of earlier blocks are asked for at once; try again", 0);
    }
    sort_distinct(&v->changed_accounts, sizeof(struct b20), compare_addresses);
    sort_distinct(&v->changed_slots, ST_SLOT_KEY_BYTES, compare_slots);
    return ERR_NONE;
}

/* ---- Leaves */

static void set_account(struct st_trie_view *v, const struct b20 *address,
                        const struct st_stored_account *a) {
    struct st_trie_change c = {0};
    keccak256(&c.key, BYTES_OF(*address));
    if (a) {
        uint8_t *rlp = arena_alloc(&v->arena, ST_ACCOUNT_RLP_MAX_BYTES, 1);
        c.value = bytes_make(
            rlp, st_account_rlp(rlp, a->nonce, &a->balance, &a->storage_root, &a->code_hash));
    }
    st_trie_draft_set(v->accounts, &c);
}

static void set_slot(struct st_trie_view *v, struct st_trie_draft *d, const struct u256 *key,
                     const struct u256 *value) {
    struct st_trie_change c = {0};
    uint8_t be[32], trimmed[32];
    u256_store_be(be, key);
    keccak256(&c.key, BYTES_OF(be));
    struct bytes content = st_trimmed_be(trimmed, value);
    if (content.n) {
        uint8_t *rlp = arena_alloc(&v->arena, st_rlp_string_size(content), 1);
        c.value = bytes_make(rlp, (size_t)(st_rlp_put_string(rlp, content) - rlp));
    }
    st_trie_draft_set(d, &c);
}

/* ---- Storage */

static uint64_t storage_rehash(const void *ctx, uint32_t index) {
    return map_hash20(((const struct st_trie_view *)ctx)->storages[index].address.b);
}

static struct storage *find_storage(struct st_trie_view *v, const struct b20 *address) {
    struct map_probe it = map_begin(&v->storage_map, map_hash20(address->b));
    for (uint32_t i; map_next(&v->storage_map, &it, &i);)
        if (b20_eq(&v->storages[i].address, address)) return &v->storages[i];
    return NULL;
}

/* Takes back what later blocks wrote. */
static void take_back_slots(struct st_trie_view *v, const struct storage *s) {
    const uint8_t *keys = v->changed_slots.p;
    size_t low = 0, high = v->changed_slots.n / ST_SLOT_KEY_BYTES, count = high;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (memcmp(keys + mid * ST_SLOT_KEY_BYTES, &s->address, 20) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < count && !memcmp(keys + low * ST_SLOT_KEY_BYTES, &s->address, 20); low++) {
        struct u256 key, value;
        u256_load_be(&key, keys + low * ST_SLOT_KEY_BYTES + 20);
        value = st_snapshot_slot(v->snap, &s->address, &key);
        set_slot(v, s->draft, &key, &value);
    }
}

static struct storage *storage_of(struct st_trie_view *v, const struct b20 *address) {
    struct storage *s = find_storage(v, address);
    if (s) return s;
    st_grow_array(&v->storages, v->storage_count, &v->storage_cap, sizeof *v->storages);
    s = &v->storages[v->storage_count++];
    *s = (struct storage){.address = *address};
    s->draft = st_trie_draft(v->snap->txn, v->snap->store->dbi[ST_DB_NODE], st_trie_owner(address),
                             false, &v->arena);
    map_insert(&v->storage_map, map_hash20(address->b), v->storage_count - 1);
    take_back_slots(v, s);
    return s;
}

/* ---- The view */

static struct err take_back_accounts(struct st_trie_view *v) {
    struct b32 root;
    struct st_roots roots;
    for (size_t at = 0; at < v->changed_accounts.n; at += sizeof(struct b20)) {
        struct b20 address;
        struct st_stored_account a;
        memcpy(&address, v->changed_accounts.p + at, sizeof address);
        bool present = st_snapshot_account(v->snap, &address, &a);
        set_account(v, &address, present ? &a : NULL);
    }
    if (!st_trie_draft_root(v->accounts, &root) || !st_snapshot_roots(v->snap, &roots) ||
        !b32_eq(&root, &roots.evm))
        return broken(v);
    return ERR_NONE;
}

struct err st_trie_view_open(const struct st_snapshot *snap, struct st_trie_view **out) {
    struct st_trie_view *v = xcalloc(1, sizeof *v);
    v->snap = snap;
    arena_init(&v->arena, 0);
    map_init(&v->storage_map, storage_rehash, v);
    v->accounts = st_trie_draft(snap->txn, snap->store->dbi[ST_DB_NODE], st_trie_owner(NULL), false,
                                &v->arena);
    struct err e = note_changes(v);
    if (!err_is(e)) e = take_back_accounts(v);
    *out = v;
    if (!err_is(e)) return e;
    st_trie_view_close(v);
    *out = NULL;
    return e;
}

void st_trie_view_close(struct st_trie_view *v) {
    if (!v) return;
    if (v->large) atomic_fetch_sub(&v->snap->store->large_views, 1);
    map_free(&v->storage_map);
    free(v->storages);
    buf_free(&v->changed_accounts);
    buf_free(&v->changed_slots);
    arena_free(&v->arena);
    free(v);
}

/* ---- A journal's changes */

/* The draft of an account's storage, emptied if the journal has wiped it since. */
static struct storage *follow_storage(struct st_trie_view *v, const struct st_account *a) {
    struct storage *s = storage_of(v, &a->address);
    if (s->wipes == a->storage_wipes) return s;
    s->wipes = a->storage_wipes;
    s->draft = st_trie_draft(v->snap->txn, v->snap->store->dbi[ST_DB_NODE],
                             st_trie_owner(&a->address), true, &v->arena);
    return s;
}

static bool update_account(struct st_trie_view *v, const struct st_account *a) {
    struct st_stored_account now = {a->nonce, a->balance, a->code_hash, ST_EMPTY_TRIE_ROOT};
    if (!a->exists) {
        set_account(v, &a->address, NULL);
        return true;
    }
    struct storage *s = a->store_wiped ? follow_storage(v, a) : find_storage(v, &a->address);
    if (s) {
        if (!st_trie_draft_root(s->draft, &now.storage_root)) return false;
    } else {
        struct st_stored_account below;
        if (st_snapshot_account(v->snap, &a->address, &below))
            now.storage_root = below.storage_root;
    }
    set_account(v, &a->address, &now);
    return true;
}

struct err st_trie_view_update(struct st_trie_view *v, struct st_journal *j, struct b32 *root) {
    assert(j->snapshot == v->snap && !j->store);
    if (v->broken) return broken(v);
    for (uint32_t i = 0; i < j->slots.changed.count; i++) {
        const struct st_slot *s = st_slot_at(j, j->slots.changed.at[i]);
        const struct st_account *a = st_account_at(j, s->account);
        if (a->exists && s->wipes == a->storage_wipes)
            set_slot(v, follow_storage(v, a)->draft, &s->key, &s->current);
    }
    bool ok = true;
    for (uint32_t i = 0; i < j->slots.changed.count && ok; i++) {
        const struct st_slot *s = st_slot_at(j, j->slots.changed.at[i]);
        const struct st_account *a = st_account_at(j, s->account);
        bool again = i && st_slot_at(j, j->slots.changed.at[i - 1])->account == s->account;
        if (!a->block_change && !again) ok = update_account(v, a);
    }
    for (uint32_t i = 0; i < j->accounts.changed.count && ok; i++)
        ok = update_account(v, st_account_at(j, j->accounts.changed.at[i]));
    if (!ok || !st_trie_draft_root(v->accounts, root)) return broken(v);
    st_journal_forget_changes(j);
    return ERR_NONE;
}

/* ---- Proofs */

struct err st_trie_view_account(struct st_trie_view *v, const struct b20 *address,
                                struct st_proof *proof, struct b32 *storage_root) {
    struct b32 key;
    struct st_stored_account a;
    struct storage *s = find_storage(v, address);
    keccak256(&key, BYTES_OF(*address));
    *storage_root = ST_EMPTY_TRIE_ROOT;
    if (s) {
        if (!st_trie_draft_root(s->draft, storage_root)) return broken(v);
    } else if (st_snapshot_account(v->snap, address, &a)) {
        *storage_root = a.storage_root;
    }
    return st_trie_draft_prove(v->accounts, &key, proof) ? ERR_NONE : broken(v);
}

struct err st_trie_view_slot(struct st_trie_view *v, const struct b20 *address,
                             const struct u256 *key, struct st_proof *proof) {
    uint8_t be[32];
    struct b32 path;
    u256_store_be(be, key);
    keccak256(&path, BYTES_OF(be));
    struct storage *s = storage_of(v, address);
    return st_trie_draft_prove(s->draft, &path, proof) ? ERR_NONE : broken(v);
}
