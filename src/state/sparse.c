/* The sparse Merkle trees over items.
 *
 * A tree is binary over keys of 256 bits, most significant first:
 *   key of an item     sha3-256(domain (1) ‖ item key)
 *   hash of a leaf     sha3-256(00 ‖ key ‖ sha3-256(value))
 *   hash of a subtree  without leaves: 32 zero bytes
 *                      with one leaf: the hash of that leaf, wherever it hangs
 *                      otherwise: sha3-256(01 ‖ hash of the left half ‖ hash of the right half)
 * A leaf's hash covers its whole key, so that hanging it higher loses nothing.
 *
 * The store keeps four levels together. Under tree ‖ path (nibbles, one a byte) lies the node of a
 * subtree with two leaves or more: which of its 16 children are leaves (mask, 2), which are larger
 * subtrees (mask, 2), then for each child in order a leaf's hash ‖ key ‖ hash of the value, or a
 * subtree's hash. Under tree ‖ ff lies the whole tree as a child of nothing: kind (1) ‖ hash ‖ key
 * ‖ hash of the value. */
#include "crypto/keccak.h"
#include "state/store_impl.h"

#include <stdlib.h>

enum child_kind { CHILD_NONE, CHILD_LEAF, CHILD_INNER };

struct child {
    uint8_t kind;
    struct b32 hash;
    struct b32 key, value_hash; /* of a leaf */
};

enum {
    DEPTH_MAX = 64,
    LEAF_BYTES = 96,
    RECORD_MAX_BYTES = 4 + 16 * LEAF_BYTES,
    ROOT_BYTES = 1 + LEAF_BYTES
};

struct tree {
    MDB_txn *txn;
    MDB_dbi dbi;
    uint8_t path[2 + DEPTH_MAX]; /* tree ‖ nibbles */
    int rc;                      /* of the first write that failed */
};

enum st_sparse_tree st_sparse_tree_of(enum st_domain domain) {
    if (domain < ST_CROSS_ALIAS) return ST_TREE_MOVE;
    return domain < ST_SVM_ACCOUNT ? ST_TREE_QUEUE : ST_TREE_SVM;
}

static struct b32 key_of(enum st_domain domain, struct bytes key) {
    struct keccak k;
    struct b32 out;
    uint8_t first = (uint8_t)domain;
    sha3_256_init(&k);
    keccak_update(&k, BYTES_OF(first));
    keccak_update(&k, key);
    keccak_final(&k, out.b);
    return out;
}

static struct b32 leaf_of(const struct b32 *key, const struct b32 *value_hash) {
    uint8_t in[65] = {0};
    struct b32 out;
    memcpy(in + 1, key, 32);
    memcpy(in + 33, value_hash, 32);
    sha3_256(&out, BYTES_OF(in));
    return out;
}

struct st_sparse_change st_sparse_change(enum st_domain domain, struct bytes key,
                                         const struct bytes *value) {
    struct st_sparse_change c = {.key = key_of(domain, key), .removed = !value};
    if (!value) return c;
    sha3_256(&c.value_hash, *value);
    c.leaf = leaf_of(&c.key, &c.value_hash);
    return c;
}

static struct b32 join(const struct b32 *left, const struct b32 *right) {
    uint8_t in[65] = {1};
    struct b32 out;
    memcpy(in + 1, left, 32);
    memcpy(in + 33, right, 32);
    sha3_256(&out, BYTES_OF(in));
    return out;
}

/* The subtree over `count` (a power of two) children. */
static struct b32 fold(const struct child *c, size_t count) {
    size_t some = 0, last = 0;
    for (size_t i = 0; i < count; i++)
        if (c[i].kind != CHILD_NONE) some++, last = i;
    if (!some) return (struct b32){{0}};
    if (count == 1 || (some == 1 && c[last].kind == CHILD_LEAF)) return c[last].hash;
    struct b32 left = fold(c, count / 2), right = fold(c + count / 2, count / 2);
    return join(&left, &right);
}

/* ---- Records */

static void load_leaf(struct child *c, const uint8_t *at) {
    memcpy(&c->hash, at, 32);
    memcpy(&c->key, at + 32, 32);
    memcpy(&c->value_hash, at + 64, 32);
}

static void save_leaf(uint8_t *at, const struct child *c) {
    memcpy(at, &c->hash, 32);
    memcpy(at + 32, &c->key, 32);
    memcpy(at + 64, &c->value_hash, 32);
}

static void load_children(struct tree *t, size_t depth, struct child out[16]) {
    struct bytes v;
    memset(out, 0, 16 * sizeof *out);
    if (!st_db_get(t->txn, t->dbi, bytes_make(t->path, 1 + depth), &v) || v.n < 4) {
        t->rc = t->rc ? t->rc : MDB_CORRUPTED;
        return;
    }
    unsigned leaves = load_le16(v.p), inner = load_le16(v.p + 2);
    const uint8_t *at = v.p + 4;
    for (unsigned i = 0; i < 16; i++) {
        if (leaves >> i & 1) {
            out[i].kind = CHILD_LEAF;
            load_leaf(&out[i], at);
            at += LEAF_BYTES;
        } else if (inner >> i & 1) {
            out[i].kind = CHILD_INNER;
            memcpy(&out[i].hash, at, 32);
            at += 32;
        }
    }
}

static void put(struct tree *t, struct bytes key, struct bytes value) {
    if (!t->rc) t->rc = st_db_put(t->txn, t->dbi, key, value);
}

static void save_children(struct tree *t, size_t depth, const struct child c[16]) {
    uint8_t out[RECORD_MAX_BYTES], *at = out + 4;
    unsigned leaves = 0, inner = 0;
    for (unsigned i = 0; i < 16; i++) {
        if (c[i].kind == CHILD_LEAF) {
            leaves |= 1u << i;
            save_leaf(at, &c[i]);
            at += LEAF_BYTES;
        } else if (c[i].kind == CHILD_INNER) {
            inner |= 1u << i;
            memcpy(at, &c[i].hash, 32);
            at += 32;
        }
    }
    store_le16(out, (uint16_t)leaves);
    store_le16(out + 2, (uint16_t)inner);
    put(t, bytes_make(t->path, 1 + depth), bytes_make(out, (size_t)(at - out)));
}

static void drop_children(struct tree *t, size_t depth) {
    if (!t->rc) t->rc = st_db_del(t->txn, t->dbi, bytes_make(t->path, 1 + depth));
}

/* ---- Updates */

/* Where a record turns into one leaf or none, or the reverse, the child above says so. */
static void settle(struct tree *t, struct child *c, const struct child children[16], size_t depth) {
    size_t some = 0, last = 0;
    for (size_t i = 0; i < 16; i++)
        if (children[i].kind != CHILD_NONE) some++, last = i;
    bool was_inner = c->kind == CHILD_INNER;
    if (some == 0 || (some == 1 && children[last].kind == CHILD_LEAF)) {
        *c = children[last]; /* children[0] is none if there is none */
        if (was_inner) drop_children(t, depth);
        return;
    }
    save_children(t, depth, children);
    c->kind = CHILD_INNER;
    c->hash = fold(children, 16);
}

/* Applies sorted, distinct changes whose keys agree in the first `depth` nibbles to the subtree
 * `c` at t->path. */
static void update(struct tree *t, struct child *c, const struct st_sparse_change *changes,
                   size_t count, size_t depth) {
    if (!count || t->rc) return;
    bool same = count == 1 && c->kind == CHILD_LEAF && b32_eq(&c->key, &changes->key);
    if (same || (count == 1 && c->kind == CHILD_NONE)) {
        *c = (struct child){0};
        if (!changes->removed)
            *c = (struct child){CHILD_LEAF, changes->leaf, changes->key, changes->value_hash};
        return;
    }
    if (c->kind == CHILD_LEAF && count == 1 && changes->removed) return; /* another key */
    struct child children[16];
    if (c->kind == CHILD_INNER)
        load_children(t, depth, children);
    else
        memset(children, 0, sizeof children);
    if (c->kind == CHILD_LEAF) children[st_nibble(c->key.b, depth)] = *c;
    for (size_t i = 0; i < count;) {
        uint8_t nibble = st_nibble(changes[i].key.b, depth);
        size_t first = i;
        while (i < count && st_nibble(changes[i].key.b, depth) == nibble) i++;
        t->path[1 + depth] = nibble;
        update(t, &children[nibble], changes + first, i - first, depth + 1);
    }
    settle(t, c, children, depth);
}

static int by_key(const void *x, const void *y) {
    const struct st_sparse_change *a = x, *b = y;
    return memcmp(&a->key, &b->key, 32);
}

static struct child load_root(MDB_txn *txn, MDB_dbi dbi, enum st_sparse_tree tree) {
    uint8_t key[2] = {(uint8_t)tree, 0xff};
    struct child c = {0};
    struct bytes v;
    if (!st_db_get(txn, dbi, BYTES_OF(key), &v) || v.n != ROOT_BYTES) return c;
    c.kind = v.p[0];
    load_leaf(&c, v.p + 1);
    return c;
}

int st_sparse_update(MDB_txn *txn, MDB_dbi dbi, enum st_sparse_tree tree,
                     struct st_sparse_change *changes, size_t count, struct b32 *root) {
    struct tree t = {.txn = txn, .dbi = dbi, .path = {(uint8_t)tree}};
    struct child top = load_root(txn, dbi, tree);
    if (count) {
        qsort(changes, count, sizeof *changes, by_key);
        update(&t, &top, changes, count, 0);
        uint8_t key[2] = {(uint8_t)tree, 0xff}, value[ROOT_BYTES] = {top.kind};
        save_leaf(value + 1, &top);
        put(&t, BYTES_OF(key), BYTES_OF(value));
    }
    *root = top.hash;
    return t.rc;
}

/* ---- From scratch */

static bool bit_at(const struct b32 *key, size_t bit) {
    return key->b[bit / 8] >> (7 - bit % 8) & 1;
}

static struct b32 root_of(const struct st_sparse_change *leaves, size_t count, size_t bit) {
    if (!count) return (struct b32){{0}};
    if (count == 1) return leaves->leaf;
    size_t left = 0;
    while (left < count && !bit_at(&leaves[left].key, bit)) left++;
    struct b32 l = root_of(leaves, left, bit + 1);
    struct b32 r = root_of(leaves + left, count - left, bit + 1);
    return join(&l, &r);
}

struct b32 st_sparse_root(struct st_sparse_change *leaves, size_t count) {
    if (count) qsort(leaves, count, sizeof *leaves, by_key);
    return root_of(leaves, count, 0);
}

/* ---- Proofs */

/* Collects the siblings inside one record on the way to `key`, nearest to the root first; returns
 * the child where it ends. */
static const struct child *descend(struct st_item_proof *p, const struct child *c, size_t depth) {
    uint8_t nibble = st_nibble(p->key.b, depth);
    const struct child *at = c;
    for (size_t count = 16; count > 1; count /= 2) {
        size_t some = 0, last = 0;
        for (size_t i = 0; i < count; i++)
            if (at[i].kind != CHILD_NONE) some++, last = i;
        if (!some) return at;
        if (some == 1 && at[last].kind == CHILD_LEAF) return at + last;
        bool right = nibble & (count / 2);
        p->siblings[p->count++] = fold(at + (right ? 0 : count / 2), count / 2);
        if (right) at += count / 2;
    }
    return at;
}

struct err st_item_proof(const struct st_snapshot *snap, enum st_domain domain, struct bytes key,
                         struct arena *arena, struct st_item_proof *out) {
    if (snap->height != snap->head)
        return err_at(ST_ERR_PRUNED, "proofs are given at the newest block only", snap->height);
    enum st_sparse_tree which = st_sparse_tree_of(domain);
    struct tree t = {
        .txn = snap->txn, .dbi = snap->store->dbi[ST_DB_SPARSE], .path = {(uint8_t)which}};
    *out = (struct st_item_proof){.key = key_of(domain, key)};
    out->siblings = ARENA_ARRAY(arena, struct b32, 4 * DEPTH_MAX);
    struct child at = load_root(t.txn, t.dbi, which), children[16];
    for (size_t depth = 0; at.kind == CHILD_INNER && depth < DEPTH_MAX && !t.rc; depth++) {
        load_children(&t, depth, children);
        t.path[1 + depth] = st_nibble(out->key.b, depth);
        at = *descend(out, children, depth);
    }
    if (t.rc) return st_lmdb_error(t.rc, ST_ERR_IO, "a node of the sparse Merkle tree is missing");
    out->has_leaf = at.kind == CHILD_LEAF;
    out->leaf_key = at.key;
    out->leaf_value_hash = at.value_hash;
    return ERR_NONE;
}

bool st_item_proof_check(const struct st_item_proof *p, const struct b32 *root,
                         enum st_domain domain, struct bytes key, const struct bytes *value) {
    struct st_sparse_change want = st_sparse_change(domain, key, value);
    if (p->count > 4 * DEPTH_MAX || !b32_eq(&want.key, &p->key)) return false;
    bool own_leaf = p->has_leaf && b32_eq(&p->leaf_key, &p->key);
    if (own_leaf != (value != NULL)) return false;
    if (value && !b32_eq(&want.value_hash, &p->leaf_value_hash)) return false;
    /* Where another leaf hangs instead, it must agree in the bits walked so far. */
    for (size_t i = 0; p->has_leaf && i < p->count; i++)
        if (bit_at(&p->leaf_key, i) != bit_at(&p->key, i)) return false;
    struct b32 hash = {{0}};
    if (p->has_leaf) hash = leaf_of(&p->leaf_key, &p->leaf_value_hash);
    for (size_t i = p->count; i-- > 0;)
        hash = bit_at(&p->key, i) ? join(&p->siblings[i], &hash) : join(&hash, &p->siblings[i]);
    return b32_eq(&hash, root);
}

void st_roots_close(struct st_roots *roots) {
    uint8_t in[128];
    memcpy(in, &roots->evm, 32);
    memcpy(in + 32, &roots->move, 32);
    memcpy(in + 64, &roots->svm, 32);
    memcpy(in + 96, &roots->queue, 32);
    sha3_256(&roots->world, BYTES_OF(in));
}
