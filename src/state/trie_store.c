/* The Merkle-Patricia trie on the store, brought up to date along changed keys only.
 *
 * A node is stored under owner ‖ path, where owner is 00 for the accounts' trie and 01 ‖ address
 * for a storage trie, and path is the nibbles from the root, one a byte; the value is the node's
 * RLP. A node whose RLP is shorter than 32 bytes lies inside its parent and is not stored; a root
 * always is. Keys are hashes of 32 bytes, so that a branch never has a value of its own.
 *
 * An update loads the nodes that it passes, changes them in memory, then encodes the changed ones
 * bottom up and writes them; nodes that are gone are deleted. `stored` belongs to the place, not to
 * the node: whatever comes to stand there inherits it. */
#include "crypto/keccak.h"
#include "state/store_impl.h"

#include <stdlib.h>

enum { KEY_NIBBLES = 64 };

enum node_kind { NODE_LEAF, NODE_EXTENSION, NODE_BRANCH };

struct node;

/* A child: absent (both NULL), not loaded (only ref), or loaded. `ref` is the reference as it
 * stands in the parent's RLP, and out of date once the node is dirty. */
struct link {
    struct node *node;
    const uint8_t *ref;
};

struct node {
    uint8_t kind;
    bool dirty;
    bool stored;        /* the database has a record for this place */
    uint8_t path_count; /* leaf, extension */
    const uint8_t *path;
    struct bytes value; /* leaf */
    struct link *child; /* extension: 1; branch: 16 */
};

struct write {
    struct bytes path, rlp; /* rlp.n 0: delete */
};

struct update {
    MDB_txn *txn;
    MDB_dbi dbi;
    struct st_trie_owner owner;
    struct arena *arena;
    struct write *writes, *deletes;
    size_t write_count, write_cap, delete_count, delete_cap;
    bool corrupt;  /* a node that must be there is not, or is no node */
    bool is_draft; /* nothing will be written, so nothing is noted */
};

struct st_trie_owner st_trie_owner(const struct b20 *address) {
    struct st_trie_owner o = {{0}, 1};
    if (!address) return o;
    o.bytes[0] = 1;
    memcpy(o.bytes + 1, address, 20);
    o.size = 21;
    return o;
}

size_t st_trie_node_key(uint8_t out[ST_TRIE_KEY_MAX_BYTES], const struct st_trie_owner *owner,
                        const uint8_t *path, size_t depth) {
    memcpy(out, owner->bytes, owner->size);
    if (depth) memcpy(out + owner->size, path, depth);
    return owner->size + depth;
}

/* ---- Reading nodes */

static size_t ref_size(const uint8_t *ref) {
    return ref[0] >= 0xc0 ? (size_t)ref[0] - 0xc0 + 1 : (size_t)ref[0] - 0x80 + 1;
}

static bool is_present(const struct link *l) {
    return l->node || l->ref;
}

static struct node *new_node(struct update *u, enum node_kind kind) {
    struct node *n = ARENA_NEW(u->arena, struct node);
    n->kind = (uint8_t)kind;
    n->dirty = true;
    if (kind != NODE_LEAF)
        n->child = ARENA_ARRAY(u->arena, struct link, kind == NODE_BRANCH ? 16 : 1);
    return n;
}

/* A child's reference out of the list `in`: a hash, an inline node, or (branch) nothing. */
static bool take_ref(struct bytes *in, struct link *out) {
    if (!in->n) return false;
    const uint8_t *ref = in->p;
    bool good = ref[0] == 0x80 || ref[0] == 0xa0 || (ref[0] >= 0xc0 && ref[0] < 0xc0 + 31);
    if (!good || ref_size(ref) > in->n) return false;
    if (ref[0] != 0x80) out->ref = ref;
    *in = bytes_sub(*in, ref_size(ref), in->n - ref_size(ref));
    return true;
}

static bool decode_branch(struct update *u, struct bytes items, struct node **out) {
    struct node *n = new_node(u, NODE_BRANCH);
    for (int i = 0; i < 16; i++)
        if (!take_ref(&items, &n->child[i])) return false;
    *out = n;
    return items.n == 1 && items.p[0] == 0x80;
}

/* [hex-prefix, value or reference] */
static bool decode_short(struct update *u, struct bytes items, struct node **out) {
    struct bytes hp;
    if (!st_rlp_take(&items, false, &hp) || !hp.n || hp.n > KEY_NIBBLES / 2 + 1) return false;
    bool leaf = hp.p[0] & 0x20, odd = hp.p[0] & 0x10;
    struct node *n = new_node(u, leaf ? NODE_LEAF : NODE_EXTENSION);
    uint8_t *path = arena_alloc(u->arena, hp.n * 2, 1);
    for (size_t i = odd ? 1 : 2; i < hp.n * 2; i++) path[n->path_count++] = st_nibble(hp.p, i);
    n->path = path;
    *out = n;
    if (leaf) return st_rlp_take(&items, false, &n->value) && !items.n;
    return take_ref(&items, n->child) && is_present(n->child) && !items.n;
}

/* Keys have KEY_NIBBLES nibbles: leaves end there, and every other node leads further down. */
static bool fits_depth(const struct node *n, size_t depth) {
    size_t end = depth + n->path_count;
    switch (n->kind) {
    case NODE_LEAF: return end == KEY_NIBBLES;
    case NODE_EXTENSION: return n->path_count && end < KEY_NIBBLES;
    default: return depth < KEY_NIBBLES;
    }
}

/* The node at `depth` of which this is the encoding, or NULL. `rlp` stays valid as long as the
 * update. */
static struct node *decode(struct update *u, struct bytes rlp, size_t depth) {
    struct bytes items, rest;
    struct rlp_item item;
    struct node *n = NULL;
    int count = 0;
    if (!st_rlp_take(&rlp, true, &items) || rlp.n) return NULL;
    for (rest = items; rest.n && count < 18; count++)
        if (err_is(rlp_next(&rest, &item))) return NULL;
    bool good =
        count == 17 ? decode_branch(u, items, &n) : count == 2 && decode_short(u, items, &n);
    if (!good || !fits_depth(n, depth)) return NULL;
    n->dirty = false;
    return n;
}

/* Makes l->node the node at `path`; false (and the update corrupt) if there is none. */
static bool load(struct update *u, struct link *l, const uint8_t *path, size_t depth) {
    if (l->node) return true;
    if (l->ref[0] >= 0xc0) {
        l->node = decode(u, bytes_make(l->ref, ref_size(l->ref)), depth);
    } else {
        uint8_t key[ST_TRIE_KEY_MAX_BYTES];
        size_t n = st_trie_node_key(key, &u->owner, path, depth);
        struct bytes rlp;
        if (st_db_get(u->txn, u->dbi, bytes_make(key, n), &rlp))
            l->node = decode(u, arena_copy(u->arena, rlp), depth);
        if (l->node) l->node->stored = true;
    }
    if (!l->node) u->corrupt = true;
    return l->node != NULL;
}

/* ---- Changing nodes */

/* The place at path[0..depth) has no node any more. */
static void leave_place(struct update *u, const struct node *n, const uint8_t *path, size_t depth) {
    if (!n->stored || u->is_draft) return;
    st_grow_array(&u->deletes, u->delete_count, &u->delete_cap, sizeof *u->deletes);
    u->deletes[u->delete_count++] =
        (struct write){.path = arena_copy(u->arena, bytes_make(path, depth))};
}

static void note_write(struct update *u, const uint8_t *path, size_t depth, struct bytes rlp) {
    if (u->is_draft) return;
    st_grow_array(&u->writes, u->write_count, &u->write_cap, sizeof *u->writes);
    u->writes[u->write_count++] =
        (struct write){arena_copy(u->arena, bytes_make(path, depth)), rlp};
}

static size_t same_nibbles(const struct node *n, const uint8_t *key) {
    size_t i = 0;
    while (i < n->path_count && n->path[i] == key[i]) i++;
    return i;
}

static struct node *new_leaf(struct update *u, const uint8_t *path, size_t count,
                             struct bytes value) {
    struct node *n = new_node(u, NODE_LEAF);
    n->path = path;
    n->path_count = (uint8_t)count;
    n->value = value;
    return n;
}

/* Splits the leaf or extension at `l` after `same` nibbles of its path: a branch there, below an
 * extension if same > 0. Returns the branch. */
static struct node *split(struct update *u, struct link *l, size_t same) {
    struct node *old = l->node, *branch = new_node(u, NODE_BRANCH), *top = branch;
    if (same) {
        top = new_node(u, NODE_EXTENSION);
        top->path = old->path;
        top->path_count = (uint8_t)same;
        top->child->node = branch;
    }
    top->stored = old->stored;
    l->node = top;
    struct link *down = &branch->child[old->path[same]];
    if (old->kind == NODE_EXTENSION && same + 1 == old->path_count) {
        *down = *old->child;
        return branch;
    }
    old->path += same + 1;
    old->path_count = (uint8_t)(old->path_count - same - 1);
    old->stored = false;
    old->dirty = true;
    down->node = old;
    return branch;
}

/* Returns whether anything changed. `key` has KEY_NIBBLES nibbles and outlives the update. */
static bool insert(struct update *u, struct link *l, const uint8_t *key, size_t depth,
                   struct bytes value) {
    if (!is_present(l)) {
        l->node = new_leaf(u, key + depth, KEY_NIBBLES - depth, value);
        return true;
    }
    if (!load(u, l, key, depth)) return false;
    struct node *n = l->node;
    if (n->kind == NODE_BRANCH) {
        if (!insert(u, &n->child[key[depth]], key, depth + 1, value)) return false;
        return n->dirty = true;
    }
    size_t same = same_nibbles(n, key + depth);
    if (same < n->path_count) {
        struct node *branch = split(u, l, same);
        size_t at = depth + same;
        branch->child[key[at]].node = new_leaf(u, key + at + 1, KEY_NIBBLES - at - 1, value);
        return true;
    }
    if (n->kind == NODE_EXTENSION) {
        if (!insert(u, n->child, key, depth + same, value)) return false;
        return n->dirty = true;
    }
    if (bytes_eq(n->value, value)) return false;
    n->value = value;
    return n->dirty = true;
}

/* The node at `l` (an extension, or a branch with one child) becomes one with its only child
 * `below`, which stands at path[0..depth): `prefix` are the nibbles between them. */
static void join(struct update *u, struct link *l, const uint8_t *prefix, size_t count,
                 struct link *below, const uint8_t *path, size_t depth) {
    if (!load(u, below, path, depth)) return;
    struct node *child = below->node, *joined;
    if (child->kind == NODE_BRANCH) {
        joined = new_node(u, NODE_EXTENSION);
        *joined->child = *below;
    } else {
        leave_place(u, child, path, depth);
        joined = new_node(u, child->kind);
        joined->value = child->value;
        if (child->kind == NODE_EXTENSION) *joined->child = *child->child;
    }
    size_t more = child->kind == NODE_BRANCH ? 0 : child->path_count;
    uint8_t *whole = arena_alloc(u->arena, count + more + 1, 1);
    memcpy(whole, prefix, count);
    if (more) memcpy(whole + count, child->path, more);
    joined->path = whole;
    joined->path_count = (uint8_t)(count + more);
    joined->stored = l->node->stored;
    l->node = joined;
}

static bool take_out(struct update *u, struct link *l, const uint8_t *key, size_t depth);

static bool take_out_of_branch(struct update *u, struct link *l, const uint8_t *key, size_t depth) {
    struct node *n = l->node;
    if (!take_out(u, &n->child[key[depth]], key, depth + 1)) return false;
    n->dirty = true;
    uint8_t only = 0;
    int children = 0;
    for (uint8_t i = 0; i < 16; i++)
        if (is_present(&n->child[i])) only = i, children++;
    if (children != 1) return true;
    uint8_t path[KEY_NIBBLES];
    memcpy(path, key, depth);
    path[depth] = only;
    join(u, l, &only, 1, &n->child[only], path, depth + 1);
    return true;
}

static bool take_out(struct update *u, struct link *l, const uint8_t *key, size_t depth) {
    if (!is_present(l) || !load(u, l, key, depth)) return false;
    struct node *n = l->node;
    if (n->kind == NODE_BRANCH) return take_out_of_branch(u, l, key, depth);
    if (same_nibbles(n, key + depth) < n->path_count) return false;
    if (n->kind == NODE_LEAF) {
        leave_place(u, n, key, depth);
        *l = (struct link){0};
        return true;
    }
    size_t below = depth + n->path_count;
    if (!take_out(u, n->child, key, below)) return false;
    n->dirty = true;
    /* A branch below that has become a leaf or an extension is joined to this one. */
    if (n->child->node->kind != NODE_BRANCH)
        join(u, l, n->path, n->path_count, n->child, key, below);
    return true;
}

/* ---- Writing nodes */

static struct bytes encode(struct update *u, const struct node *n) {
    struct bytes hp = {0};
    uint8_t prefix[KEY_NIBBLES / 2 + 1];
    size_t payload = 0;
    if (n->kind == NODE_BRANCH) {
        payload = 1;
        for (int i = 0; i < 16; i++) payload += n->child[i].ref ? ref_size(n->child[i].ref) : 1;
    } else {
        hp =
            bytes_make(prefix, st_hex_prefix(prefix, n->path, n->path_count, n->kind == NODE_LEAF));
        payload = st_rlp_string_size(hp) +
                  (n->kind == NODE_LEAF ? st_rlp_string_size(n->value) : ref_size(n->child->ref));
    }
    uint8_t *out = arena_alloc(u->arena, payload + ST_HEADER_MAX_BYTES, 1);
    uint8_t *at = st_rlp_put_list_header(out, payload);
    if (n->kind != NODE_BRANCH) at = st_rlp_put_string(at, hp);
    if (n->kind == NODE_LEAF) at = st_rlp_put_string(at, n->value);
    for (int i = 0; n->kind != NODE_LEAF && i < (n->kind == NODE_BRANCH ? 16 : 1); i++) {
        static const uint8_t absent = 0x80;
        const uint8_t *ref = n->child[i].ref ? n->child[i].ref : &absent;
        memcpy(at, ref, ref_size(ref));
        at += ref_size(ref);
    }
    if (n->kind == NODE_BRANCH) *at++ = 0x80;
    return bytes_make(out, (size_t)(at - out));
}

/* Encodes a dirty node with everything dirty below, notes what to write, and makes l->ref true
 * again. `path` has room for KEY_NIBBLES. */
static void finish(struct update *u, struct link *l, uint8_t *path, size_t depth) {
    struct node *n = l->node;
    if (!n || !n->dirty) return;
    if (n->kind == NODE_EXTENSION) {
        memcpy(path + depth, n->path, n->path_count);
        finish(u, n->child, path, depth + n->path_count);
    } else if (n->kind == NODE_BRANCH) {
        for (uint8_t i = 0; i < 16; i++) {
            path[depth] = i;
            finish(u, &n->child[i], path, depth + 1);
        }
    }
    struct bytes rlp = encode(u, n);
    n->dirty = false;
    if (rlp.n < 32 && depth) {
        leave_place(u, n, path, depth);
        n->stored = false;
        l->ref = rlp.p;
        return;
    }
    n->stored = true;
    note_write(u, path, depth, rlp);
    uint8_t *ref = arena_alloc(u->arena, 33, 1);
    struct b32 hash;
    keccak256(&hash, rlp);
    ref[0] = 0xa0;
    memcpy(ref + 1, &hash, 32);
    l->ref = ref;
}

/* Deletions first: a place that was left may have been taken again. */
static int write_all(struct update *u) {
    uint8_t key[ST_TRIE_KEY_MAX_BYTES];
    int rc = 0;
    for (size_t i = 0; i < u->delete_count && !rc; i++) {
        struct bytes path = u->deletes[i].path;
        size_t n = st_trie_node_key(key, &u->owner, path.p, path.n);
        rc = st_db_del(u->txn, u->dbi, bytes_make(key, n));
        if (rc == MDB_NOTFOUND) rc = 0; /* left twice */
    }
    for (size_t i = 0; i < u->write_count && !rc; i++) {
        struct bytes path = u->writes[i].path;
        size_t n = st_trie_node_key(key, &u->owner, path.p, path.n);
        rc = st_db_put(u->txn, u->dbi, bytes_make(key, n), u->writes[i].rlp);
    }
    return rc;
}

/* The root's link: its node is loaded, or it is absent. */
static struct link load_root(struct update *u) {
    struct link root = {0};
    struct bytes rlp;
    if (!st_db_get(u->txn, u->dbi, bytes_make(u->owner.bytes, u->owner.size), &rlp)) return root;
    struct bytes copy = arena_copy(u->arena, rlp);
    root.node = decode(u, copy, 0);
    if (!root.node) {
        u->corrupt = true;
        return root;
    }
    root.node->stored = true;
    uint8_t *ref = arena_alloc(u->arena, 33, 1);
    struct b32 hash;
    keccak256(&hash, copy);
    ref[0] = 0xa0;
    memcpy(ref + 1, &hash, 32);
    root.ref = ref;
    return root;
}

static void apply(struct update *u, struct link *top, const struct st_trie_change *change) {
    uint8_t *key = arena_alloc(u->arena, KEY_NIBBLES, 1);
    for (size_t k = 0; k < KEY_NIBBLES; k++) key[k] = st_nibble(change->key.b, k);
    if (change->value.n)
        insert(u, top, key, 0, change->value);
    else
        take_out(u, top, key, 0);
}

/* Encodes what is dirty; the root. */
static struct b32 settle(struct update *u, struct link *top) {
    uint8_t path[KEY_NIBBLES];
    struct b32 root = ST_EMPTY_TRIE_ROOT;
    finish(u, top, path, 0);
    if (top->ref) memcpy(&root, top->ref + 1, 32);
    return root;
}

int st_trie_update(MDB_txn *txn, MDB_dbi dbi, struct st_trie_owner owner,
                   const struct st_trie_change *changes, size_t count, struct arena *arena,
                   struct b32 *root) {
    struct update u = {.txn = txn, .dbi = dbi, .owner = owner, .arena = arena};
    struct link top = load_root(&u);
    for (size_t i = 0; i < count && !u.corrupt; i++) apply(&u, &top, &changes[i]);
    int rc = MDB_CORRUPTED;
    if (!u.corrupt) {
        *root = settle(&u, &top);
        rc = write_all(&u);
    }
    free(u.writes);
    free(u.deletes);
    return rc;
}

/* ---- In memory only */

struct st_trie_draft {
    struct update update;
    struct link top;
};

struct st_trie_draft *st_trie_draft(MDB_txn *txn, MDB_dbi dbi, struct st_trie_owner owner,
                                    bool empty, struct arena *arena) {
    struct st_trie_draft *d = ARENA_NEW(arena, struct st_trie_draft);
    d->update =
        (struct update){.txn = txn, .dbi = dbi, .owner = owner, .arena = arena, .is_draft = true};
    d->top = empty ? (struct link){0} : load_root(&d->update);
    return d;
}

void st_trie_draft_set(struct st_trie_draft *d, const struct st_trie_change *change) {
    if (!d->update.corrupt) apply(&d->update, &d->top, change);
}

bool st_trie_draft_root(struct st_trie_draft *d, struct b32 *root) {
    if (!d->update.corrupt) *root = settle(&d->update, &d->top);
    return !d->update.corrupt;
}

bool st_trie_draft_prove(struct st_trie_draft *d, const struct b32 *key, struct st_proof *proof) {
    struct update *u = &d->update;
    struct b32 root;
    uint8_t path[KEY_NIBBLES];
    struct link *l = &d->top;
    *proof = (struct st_proof){ARENA_ARRAY(u->arena, struct bytes, KEY_NIBBLES + 1), 0};
    if (!st_trie_draft_root(d, &root)) return false;
    for (size_t k = 0; k < KEY_NIBBLES; k++) path[k] = st_nibble(key->b, k);
    for (size_t depth = 0; is_present(l);) {
        if (!load(u, l, path, depth)) return false;
        const struct node *n = l->node;
        struct bytes rlp = encode(u, n);
        if (rlp.n >= 32 || !depth) proof->nodes[proof->count++] = rlp;
        if (n->kind == NODE_LEAF || same_nibbles(n, path + depth) < n->path_count) break;
        l = n->kind == NODE_BRANCH ? &n->child[path[depth]] : n->child;
        depth += n->kind == NODE_BRANCH ? 1 : n->path_count;
    }
    return true;
}

int st_trie_wipe(MDB_txn *txn, MDB_dbi dbi, struct st_trie_owner owner) {
    return st_db_delete_prefix(txn, dbi, bytes_make(owner.bytes, owner.size));
}
