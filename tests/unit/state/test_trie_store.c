/* The stored tries, node by node: after every batch of changes the records are those that a trie
 * built from nothing has, and the root is that of the trie in memory. */
#include "state/store_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rand.h"

enum { KEYS_MAX = 400, ROUNDS = 60 };

struct world {
    struct b32 key[KEYS_MAX];
    uint8_t value[KEYS_MAX][48]; /* RLP as a leaf has it: a short string or one of 40 bytes */
    uint8_t size[KEYS_MAX];      /* 0: absent */
    size_t count;
};

static struct st_store *open_store(void) {
    struct st_store *s;
    assert_false(err_is(st_store_open(&s, &(struct st_store_options){0})));
    return s;
}

/* Keys that share long beginnings, so that there are extensions, splits, joins, and leaves so deep
 * that they lie inside their parents. */
static struct b32 key_like(struct rand_source *r, const struct world *w) {
    struct b32 key;
    for (int i = 0; i < 4; i++) store_le64(key.b + 8 * i, rand_next(r));
    if (!w->count || !rand_below(r, 4)) return key;
    const struct b32 *other = &w->key[rand_below(r, (uint32_t)w->count)];
    size_t nibbles = rand_below(r, 64);
    if (!rand_below(r, 3)) nibbles = 61 + rand_below(r, 3);
    memcpy(key.b, other->b, nibbles / 2);
    if (nibbles & 1)
        key.b[nibbles / 2] =
            (uint8_t)((other->b[nibbles / 2] & 0xf0) | (key.b[nibbles / 2] & 0x0f));
    if (nibbles >= 60) memset(key.b + 31, (int)rand_below(r, 256), 1);
    return key;
}

static size_t find_or_add(struct world *w, const struct b32 *key) {
    for (size_t i = 0; i < w->count; i++)
        if (b32_eq(&w->key[i], key)) return i;
    assert_true(w->count < KEYS_MAX);
    w->key[w->count] = *key;
    w->size[w->count] = 0;
    return w->count++;
}

static void random_value(struct rand_source *r, struct world *w, size_t i) {
    bool is_long = rand_below(r, 3) == 0;
    w->size[i] = is_long ? 41 : 1;
    memset(w->value[i], (int)(1 + rand_below(r, 120)), sizeof w->value[i]);
    if (is_long) w->value[i][0] = 0x80 + 40;
}

/* All records with that prefix, without it. */
static void dump(struct st_store *s, MDB_txn *txn, enum st_db db, struct bytes prefix,
                 struct buf *out) {
    MDB_cursor *c;
    struct bytes k, v;
    assert_int_equal(mdb_cursor_open(txn, s->dbi[db], &c), 0);
    bool found = st_cursor_seek(c, prefix, &k, &v);
    for (; found && st_begins_with(k, prefix); found = st_cursor_next(c, &k, &v)) {
        buf_printf(out, "%zu/", k.n - prefix.n);
        buf_put(out, k.p + prefix.n, k.n - prefix.n);
        buf_printf(out, "%zu/", v.n);
        buf_put_bytes(out, v);
    }
    mdb_cursor_close(c);
}

static void check_merkle_patricia(struct st_store *s, MDB_txn *txn, const struct world *w,
                                  const struct b32 *root) {
    struct arena arena;
    arena_init(&arena, 0);
    struct st_trie_pair pairs[KEYS_MAX];
    struct st_trie_change changes[KEYS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (!w->size[i]) continue;
        struct bytes value = bytes_make(w->value[i], w->size[i]);
        changes[n] = (struct st_trie_change){w->key[i], value};
        pairs[n++] = (struct st_trie_pair){BYTES_OF(w->key[i]), value};
    }
    struct b32 want = st_trie_root(pairs, n), again;
    assert_true(b32_eq(root, &want));
    struct b20 other = {{0xee}}, own = {{1}};
    struct st_trie_owner fresh = st_trie_owner(&other), kept = st_trie_owner(&own);
    MDB_dbi dbi = s->dbi[ST_DB_NODE];
    assert_int_equal(st_trie_update(txn, dbi, fresh, changes, n, &arena, &again), 0);
    assert_true(b32_eq(root, &again));
    struct buf a = {0}, b = {0};
    dump(s, txn, ST_DB_NODE, bytes_make(fresh.bytes, fresh.size), &a);
    dump(s, txn, ST_DB_NODE, bytes_make(kept.bytes, kept.size), &b);
    assert_true(bytes_eq(buf_bytes(&a), buf_bytes(&b)));
    if (!n) assert_int_equal(a.n, 0);
    assert_int_equal(st_trie_wipe(txn, dbi, fresh), 0);
    buf_free(&a);
    buf_free(&b);
    arena_free(&arena);
}

static void test_stored_trie_random_batches_equal_trie_in_memory(void **state) {
    (void)state;
    size_t changed = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct rand_source r = {.state = seed * 1000003};
        struct st_store *s = open_store();
        struct world *w = calloc(1, sizeof *w);
        struct b20 address = {{1}};
        MDB_txn *txn;
        assert_int_equal(mdb_txn_begin(s->env, NULL, 0, &txn), 0);
        for (int round = 0; round < ROUNDS; round++) {
            struct st_trie_change changes[32];
            size_t n = 0, deletes_of_100 = round < 10 ? 10 : round < 40 ? 50 : 95;
            struct arena arena;
            arena_init(&arena, 0);
            for (size_t k = rand_below(&r, 30); k > 0; k--) {
                bool new_key = !w->count || (w->count < KEYS_MAX - 40 && rand_below(&r, 2));
                struct b32 key =
                    new_key ? key_like(&r, w) : w->key[rand_below(&r, (uint32_t)w->count)];
                bool seen = false;
                for (size_t i = 0; i < n; i++) seen |= b32_eq(&changes[i].key, &key);
                if (seen) continue;
                size_t i = find_or_add(w, &key);
                w->size[i] = 0;
                if (rand_below(&r, 100) >= deletes_of_100) random_value(&r, w, i);
                changes[n++] = (struct st_trie_change){
                    key, arena_copy(&arena, bytes_make(w->value[i], w->size[i]))};
            }
            struct b32 root;
            assert_int_equal(st_trie_update(txn, s->dbi[ST_DB_NODE], st_trie_owner(&address),
                                            changes, n, &arena, &root),
                             0);
            check_merkle_patricia(s, txn, w, &root);
            changed += n;
            arena_free(&arena);
        }
        mdb_txn_abort(txn);
        st_store_close(s);
        free(w);
    }
    printf("stored trie: %zu changes in %d batches\n", changed, 6 * ROUNDS);
}

static void test_stored_trie_last_key_deleted_leaves_no_node(void **state) {
    (void)state;
    struct st_store *s = open_store();
    MDB_txn *txn;
    struct arena arena;
    arena_init(&arena, 0);
    assert_int_equal(mdb_txn_begin(s->env, NULL, 0, &txn), 0);
    struct st_trie_change c[2] = {{{{1}}, BYTES_LIT("\x07")}, {{{1, 2}}, BYTES_LIT("\x08")}};
    struct b32 root;
    MDB_dbi dbi = s->dbi[ST_DB_NODE];
    assert_int_equal(st_trie_update(txn, dbi, st_trie_owner(NULL), c, 2, &arena, &root), 0);
    assert_false(b32_eq(&root, &ST_EMPTY_TRIE_ROOT));
    c[0].value = c[1].value = (struct bytes){0};
    assert_int_equal(st_trie_update(txn, dbi, st_trie_owner(NULL), c, 2, &arena, &root), 0);
    assert_true(b32_eq(&root, &ST_EMPTY_TRIE_ROOT));
    MDB_stat stat;
    assert_int_equal(mdb_stat(txn, dbi, &stat), 0);
    assert_int_equal(stat.ms_entries, 0);
    mdb_txn_abort(txn);
    arena_free(&arena);
    st_store_close(s);
}

/* A missing node is an error of the seal, never a wrong root. */
static void test_stored_trie_node_lost_is_corrupted(void **state) {
    (void)state;
    struct st_store *s = open_store();
    MDB_txn *txn;
    struct arena arena;
    struct rand_source r = {.state = 5};
    arena_init(&arena, 0);
    assert_int_equal(mdb_txn_begin(s->env, NULL, 0, &txn), 0);
    struct st_trie_change c[64];
    for (size_t i = 0; i < 64; i++) {
        for (int k = 0; k < 4; k++) store_le64(c[i].key.b + 8 * k, rand_next(&r));
        c[i].value = BYTES_LIT("\xa0"
                               "01234567890123456789012345678901");
    }
    struct b32 root;
    MDB_dbi dbi = s->dbi[ST_DB_NODE];
    assert_int_equal(st_trie_update(txn, dbi, st_trie_owner(NULL), c, 64, &arena, &root), 0);
    uint8_t key[2] = {0, (uint8_t)(c[0].key.b[0] >> 4)};
    MDB_val k = {2, key};
    assert_int_equal(mdb_del(txn, dbi, &k, NULL), 0);
    c[0].value = (struct bytes){0};
    assert_int_equal(st_trie_update(txn, dbi, st_trie_owner(NULL), c, 1, &arena, &root),
                     MDB_CORRUPTED);
    mdb_txn_abort(txn);
    arena_free(&arena);
    st_store_close(s);
}

static void check_sparse(struct st_store *s, MDB_txn *txn, const struct world *w,
                         const struct b32 *root) {
    struct st_sparse_change leaves[KEYS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->size[i]) {
            leaves[n] = (struct st_sparse_change){.key = w->key[i]};
            memcpy(&leaves[n].leaf, w->value[i], 32);
            memcpy(&leaves[n].value_hash, w->value[i] + 8, 32);
            n++;
        }
    struct b32 want = st_sparse_root(leaves, n), again;
    assert_true(b32_eq(root, &want));
    enum st_sparse_tree fresh = (enum st_sparse_tree)'X';
    uint8_t first = 'X', kept = ST_TREE_MOVE;
    assert_int_equal(st_sparse_update(txn, s->dbi[ST_DB_SPARSE], fresh, leaves, n, &again), 0);
    assert_true(b32_eq(root, &again));
    struct buf a = {0}, b = {0};
    dump(s, txn, ST_DB_SPARSE, BYTES_OF(first), &a);
    dump(s, txn, ST_DB_SPARSE, BYTES_OF(kept), &b);
    if (n) assert_true(bytes_eq(buf_bytes(&a), buf_bytes(&b)));
    assert_int_equal(st_db_delete_prefix(txn, s->dbi[ST_DB_SPARSE], BYTES_OF(first)), 0);
    buf_free(&a);
    buf_free(&b);
}

static void test_sparse_tree_random_batches_equal_tree_from_scratch(void **state) {
    (void)state;
    size_t changed = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct rand_source r = {.state = seed * 777767777};
        struct st_store *s = open_store();
        struct world *w = calloc(1, sizeof *w);
        MDB_txn *txn;
        assert_int_equal(mdb_txn_begin(s->env, NULL, 0, &txn), 0);
        for (int round = 0; round < ROUNDS; round++) {
            struct st_sparse_change changes[32];
            size_t n = 0, deletes_of_100 = round < 10 ? 10 : round < 40 ? 50 : 95;
            for (size_t k = rand_below(&r, 30); k > 0; k--) {
                bool new_key = !w->count || (w->count < KEYS_MAX - 40 && rand_below(&r, 2));
                struct b32 key =
                    new_key ? key_like(&r, w) : w->key[rand_below(&r, (uint32_t)w->count)];
                bool seen = false;
                for (size_t i = 0; i < n; i++) seen |= b32_eq(&changes[i].key, &key);
                if (seen) continue;
                size_t i = find_or_add(w, &key);
                w->size[i] = rand_below(&r, 100) >= deletes_of_100;
                memset(w->value[i], (int)rand_next(&r), sizeof w->value[i]);
                w->value[i][3] = (uint8_t)i;
                changes[n] = (struct st_sparse_change){.key = key, .removed = !w->size[i]};
                memcpy(&changes[n].leaf, w->value[i], 32);
                memcpy(&changes[n].value_hash, w->value[i] + 8, 32);
                n++;
            }
            struct b32 root;
            assert_int_equal(
                st_sparse_update(txn, s->dbi[ST_DB_SPARSE], ST_TREE_MOVE, changes, n, &root), 0);
            check_sparse(s, txn, w, &root);
            changed += n;
        }
        mdb_txn_abort(txn);
        st_store_close(s);
        free(w);
    }
    printf("sparse tree: %zu changes in %d batches\n", changed, 6 * ROUNDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_trie_random_batches_equal_trie_in_memory),
        cmocka_unit_test(test_stored_trie_last_key_deleted_leaves_no_node),
        cmocka_unit_test(test_stored_trie_node_lost_is_corrupted),
        cmocka_unit_test(test_sparse_tree_random_batches_equal_tree_from_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
