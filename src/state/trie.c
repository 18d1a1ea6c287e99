/* The Merkle-Patricia trie built in memory from sorted pairs, bottom up, in one pass and without
 * nodes: each node is encoded once its children are known only by their references. */
#include "crypto/keccak.h"
#include "state/journal_impl.h"
#include "state/trie_impl.h"

#include <stdlib.h>

/* How a node appears in its parent: its RLP if shorter than 32 bytes, else the hash of it as an RLP
 * string (Yellow Paper, appendix D). An absent child is the empty string. */
struct ref {
    uint8_t bytes[33];
    uint8_t n;
};

/* `scratch` holds the encoding of the node that was finished last. */
struct builder {
    struct buf scratch;
};

static void encode_node(struct builder *b, const struct st_trie_pair *pairs, size_t count,
                        size_t depth);

static struct ref node_ref(struct builder *b, const struct st_trie_pair *pairs, size_t count,
                           size_t depth) {
    encode_node(b, pairs, count, depth);
    struct ref r;
    if (b->scratch.n < 32) {
        r.n = (uint8_t)b->scratch.n;
        memcpy(r.bytes, b->scratch.p, r.n);
    } else {
        struct b32 hash;
        keccak256(&hash, buf_bytes(&b->scratch));
        r.n = 33;
        r.bytes[0] = 0xa0;
        memcpy(r.bytes + 1, &hash, 32);
    }
    return r;
}

/* Hex-prefix of the nibbles [from, to) of `key`. Returns its size. */
static size_t key_part(uint8_t *out, struct bytes key, size_t from, size_t to, bool leaf) {
    size_t n = 0;
    out[n++] = (uint8_t)(leaf ? 0x20 : 0);
    if ((to - from) & 1) out[0] |= (uint8_t)(0x10 | st_nibble(key.p, from++));
    for (; from < to; from += 2)
        out[n++] = (uint8_t)(st_nibble(key.p, from) << 4 | st_nibble(key.p, from + 1));
    return n;
}

/* [hex-prefix, second], where second is a value (encoded as a string) or a reference (as it is). */
static void encode_pair(struct builder *b, struct bytes key, size_t from, size_t to, bool leaf,
                        struct bytes second) {
    uint8_t small[64], *path = small;
    if ((to - from) / 2 + 1 > sizeof small) path = xmalloc((to - from) / 2 + 1);
    struct bytes hp = {path, key_part(path, key, from, to, leaf)};
    size_t payload = st_rlp_string_size(hp) + (leaf ? st_rlp_string_size(second) : second.n);
    buf_clear(&b->scratch);
    uint8_t *start = buf_room(&b->scratch, payload + ST_HEADER_MAX_BYTES);
    uint8_t *at = st_rlp_put_string(st_rlp_put_list_header(start, payload), hp);
    if (leaf) {
        at = st_rlp_put_string(at, second);
    } else {
        memcpy(at, second.p, second.n);
        at += second.n;
    }
    b->scratch.n = (size_t)(at - start);
    if (path != small) free(path);
}

static void encode_branch(struct builder *b, const struct st_trie_pair *pairs, size_t count,
                          size_t depth) {
    struct ref child[16];
    struct bytes value = {0};
    size_t i = 0;
    /* Sorted: a key that ends here comes first. */
    if (pairs[0].key.n * 2 == depth) value = pairs[i++].value;
    size_t payload = st_rlp_string_size(value);
    for (uint8_t nibble = 0; nibble < 16; nibble++) {
        size_t first = i;
        while (i < count && st_nibble(pairs[i].key.p, depth) == nibble) i++;
        if (i == first)
            child[nibble] = (struct ref){{0x80}, 1};
        else
            child[nibble] = node_ref(b, pairs + first, i - first, depth + 1);
        payload += child[nibble].n;
    }
    assert(i == count);
    buf_clear(&b->scratch);
    uint8_t *start = buf_room(&b->scratch, payload + ST_HEADER_MAX_BYTES);
    uint8_t *at = st_rlp_put_list_header(start, payload);
    for (int k = 0; k < 16; k++) {
        memcpy(at, child[k].bytes, child[k].n);
        at += child[k].n;
    }
    at = st_rlp_put_string(at, value);
    b->scratch.n = (size_t)(at - start);
}

/* Encodes the node over `count` >= 1 sorted pairs that agree in their first `depth` nibbles. */
static void encode_node(struct builder *b, const struct st_trie_pair *pairs, size_t count,
                        size_t depth) {
    struct bytes first = pairs[0].key, last = pairs[count - 1].key;
    if (count == 1) {
        encode_pair(b, first, depth, first.n * 2, true, pairs[0].value);
        return;
    }
    size_t same = depth, end = (first.n < last.n ? first.n : last.n) * 2;
    while (same < end && st_nibble(first.p, same) == st_nibble(last.p, same)) same++;
    if (same == depth) {
        encode_branch(b, pairs, count, depth);
        return;
    }
    struct ref child = node_ref(b, pairs, count, same);
    encode_pair(b, first, depth, same, false, bytes_make(child.bytes, child.n));
}

static int by_key(const void *x, const void *y) {
    const struct st_trie_pair *a = x, *b = y;
    if (a->key.n >= 8 && b->key.n >= 8) {
        uint64_t p = load_be64(a->key.p), q = load_be64(b->key.p);
        if (p != q) return p < q ? -1 : 1;
    }
    return bytes_cmp(a->key, b->key);
}

struct b32 st_trie_root(struct st_trie_pair *pairs, size_t count) {
    if (!count) return ST_EMPTY_TRIE_ROOT;
    qsort(pairs, count, sizeof *pairs, by_key);
    struct builder b = {0};
    encode_node(&b, pairs, count, 0);
    struct b32 root;
    keccak256(&root, buf_bytes(&b.scratch));
    buf_free(&b.scratch);
    return root;
}

/* ---- The state of a journal */

struct b32 st_slots_root(struct arena *arena, const struct st_slot_value *slots, size_t count) {
    struct st_trie_pair *pairs = ARENA_ARRAY(arena, struct st_trie_pair, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t be[32];
        struct b32 *hash = ARENA_NEW(arena, struct b32);
        u256_store_be(be, &slots[i].key);
        keccak256(hash, BYTES_OF(be));
        struct bytes value = st_trimmed_be(be, &slots[i].value);
        uint8_t *rlp = arena_alloc(arena, st_rlp_string_size(value), 1);
        size_t n = (size_t)(st_rlp_put_string(rlp, value) - rlp);
        pairs[i] = (struct st_trie_pair){BYTES_OF(*hash), {rlp, n}};
    }
    return st_trie_root(pairs, count);
}

size_t st_account_rlp(uint8_t out[ST_ACCOUNT_RLP_MAX_BYTES], uint64_t nonce,
                      const struct u256 *balance, const struct b32 *storage_root,
                      const struct b32 *code_hash) {
    uint8_t nonce_be[32], balance_be[32];
    struct u256 wide = u256_from_u64(nonce);
    struct bytes parts[] = {st_trimmed_be(nonce_be, &wide), st_trimmed_be(balance_be, balance),
                            BYTES_OF(*storage_root), BYTES_OF(*code_hash)};
    size_t payload = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) payload += st_rlp_string_size(parts[i]);
    uint8_t *at = st_rlp_put_list_header(out, payload);
    for (size_t i = 0; i < COUNT_OF(parts); i++) at = st_rlp_put_string(at, parts[i]);
    return (size_t)(at - out);
}

struct collect {
    struct st_journal *j;
    struct arena *arena; /* keeps the pairs */
    struct arena slots;  /* one account's at a time */
    struct st_trie_pair *pairs;
    size_t count;
    struct st_slot_value *values;
    size_t value_count, value_cap;
};

static void collect_slot(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct collect *c = ctx;
    st_grow_array(&c->values, c->value_count, &c->value_cap, sizeof *c->values);
    c->values[c->value_count++] = (struct st_slot_value){*key, *value};
}

static void collect_account(void *ctx, struct st_account *a) {
    struct collect *c = ctx;
    c->value_count = 0;
    st_each_slot(c->j, a, collect_slot, c);
    struct b32 root = st_slots_root(&c->slots, c->values, c->value_count);
    arena_reset(&c->slots);
    uint8_t rlp[ST_ACCOUNT_RLP_MAX_BYTES];
    size_t n = st_account_rlp(rlp, a->nonce, &a->balance, &root, &a->code_hash);
    struct b32 *hash = ARENA_NEW(c->arena, struct b32);
    keccak256(hash, BYTES_OF(a->address));
    c->pairs[c->count++] =
        (struct st_trie_pair){BYTES_OF(*hash), arena_copy(c->arena, bytes_make(rlp, n))};
}

struct b32 st_storage_root(struct st_journal *j, const struct st_account *a) {
    struct collect c = {.j = j};
    arena_init(&c.slots, 0);
    st_each_slot(j, a, collect_slot, &c);
    struct b32 root = st_slots_root(&c.slots, c.values, c.value_count);
    free(c.values);
    arena_free(&c.slots);
    return root;
}

struct b32 st_evm_root(struct st_journal *j) {
    struct arena arena;
    arena_init(&arena, 0);
    struct collect c = {.j = j, .arena = &arena};
    arena_init(&c.slots, 0);
    c.pairs = ARENA_ARRAY(&arena, struct st_trie_pair, j->accounts.count);
    st_each_account(j, collect_account, &c);
    struct b32 root = st_trie_root(c.pairs, c.count);
    free(c.values);
    arena_free(&c.slots);
    arena_free(&arena);
    return root;
}
