#include "crypto/keccak.h"
#include "state/store_impl.h"

#include <stdlib.h>

bool st_snapshot_roots(const struct st_snapshot *snap, struct st_roots *roots) {
    uint8_t height[8];
    struct bytes v;
    store_be64(height, snap->height);
    if (snap->empty || !st_db_get(snap->txn, snap->store->dbi[ST_DB_ROOT], BYTES_OF(height), &v) ||
        v.n != sizeof *roots)
        return false;
    memcpy(roots, v.p, sizeof *roots);
    return true;
}

struct audit {
    const struct st_snapshot *snap;
    struct arena arena, scratch;
    struct st_trie_pair *accounts;
    size_t account_count, account_cap;
    struct st_slot_value *slots;
    size_t slot_count, slot_cap;
    struct st_sparse_change *leaves;
    size_t leaf_count, leaf_cap;
    enum st_domain domain;
};

static bool audit_slot(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct audit *a = ctx;
    st_grow_array(&a->slots, a->slot_count, &a->slot_cap, sizeof *a->slots);
    a->slots[a->slot_count++] = (struct st_slot_value){*key, *value};
    return true;
}

static bool audit_account(void *ctx, const struct b20 *address,
                          const struct st_stored_account *stored) {
    struct audit *a = ctx;
    a->slot_count = 0;
    st_snapshot_each_slot(a->snap, address, audit_slot, a);
    arena_reset(&a->scratch);
    struct b32 root = st_slots_root(&a->scratch, a->slots, a->slot_count);
    uint8_t rlp[ST_ACCOUNT_RLP_MAX_BYTES];
    size_t n = st_account_rlp(rlp, stored->nonce, &stored->balance, &root, &stored->code_hash);
    struct b32 *key = ARENA_NEW(&a->arena, struct b32);
    keccak256(key, BYTES_OF(*address));
    st_grow_array(&a->accounts, a->account_count, &a->account_cap, sizeof *a->accounts);
    a->accounts[a->account_count++] =
        (struct st_trie_pair){BYTES_OF(*key), arena_copy(&a->arena, bytes_make(rlp, n))};
    return true;
}

static bool audit_item(void *ctx, struct bytes key, struct bytes value) {
    struct audit *a = ctx;
    st_grow_array(&a->leaves, a->leaf_count, &a->leaf_cap, sizeof *a->leaves);
    a->leaves[a->leaf_count++] = st_sparse_change(a->domain, key, &value);
    return true;
}

static struct b32 audit_tree(struct audit *a, enum st_sparse_tree tree) {
    a->leaf_count = 0;
    for (int domain = 0; domain < 256; domain++) {
        a->domain = (enum st_domain)domain;
        if (st_sparse_tree_of(a->domain) != tree) continue;
        st_snapshot_scan(a->snap, a->domain, (struct bytes){0}, (struct bytes){0}, audit_item, a);
    }
    return st_sparse_root(a->leaves, a->leaf_count);
}

void st_snapshot_audit_roots(const struct st_snapshot *snap, struct st_roots *roots) {
    struct audit a = {.snap = snap};
    arena_init(&a.arena, 0);
    arena_init(&a.scratch, 0);
    st_snapshot_each_account(snap, audit_account, &a);
    *roots = (struct st_roots){.evm = st_trie_root(a.accounts, a.account_count)};
    roots->move = audit_tree(&a, ST_TREE_MOVE);
    roots->svm = audit_tree(&a, ST_TREE_SVM);
    roots->queue = audit_tree(&a, ST_TREE_QUEUE);
    st_roots_close(roots);
    free(a.accounts);
    free(a.slots);
    free(a.leaves);
    arena_free(&a.arena);
    arena_free(&a.scratch);
}
