/* Views of tries: at every earlier block they have that block's root and prove its values, and with
 * a journal's changes they have the root that sealing the same changes gave. */
#include "state/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proof_check.h"
#include "rand.h"

enum { BLOCKS = 40, ACCOUNTS = 60, SLOTS = 24, CHANGES = 50 };

static struct b20 address_of(uint32_t i) {
    struct b20 a = {{9}};
    store_be32(a.b + 16, i);
    return a;
}

/* One random transaction: values, creations, removals and whole storages wiped. Equal seeds, equal
 * changes. */
static void change(struct st_journal *j, uint64_t seed) {
    struct rand_source r = {.state = seed};
    st_begin_tx(j);
    for (int i = 0; i < CHANGES; i++) {
        struct b20 address = address_of(rand_below(&r, ACCOUNTS));
        struct st_account *a = st_account(j, &address);
        struct u256 key = u256_from_u64(rand_below(&r, SLOTS)), value = U256_ZERO;
        uint32_t what = rand_below(&r, 100);
        if (rand_below(&r, 3)) value = u256_from_u64(rand_next(&r) >> rand_below(&r, 60));
        if (what < 20) {
            st_set_balance(j, a, &value);
        } else if (what < 30) {
            st_set_nonce(j, a, rand_below(&r, 1000));
        } else if (what < 33) {
            st_mark_destructed(j, a);
        } else if (what < 36) {
            st_touch(j, a, true);
            st_clear_storage(j, a);
        } else if (what < 38) {
            uint8_t code[3] = {(uint8_t)what, (uint8_t)i, 1};
            st_mark_created(j, a);
            st_set_code(j, a, st_code_new(BYTES_OF(code)));
        } else {
            st_set_nonce(j, a, a->nonce + 1);
            st_set_slot(j, st_slot(j, a, &key), &value);
        }
    }
    st_end_tx(j, true);
}

struct chain {
    struct st_store *store;
    struct st_journal *j;
    struct st_roots roots[BLOCKS];
};

static void make_chain(struct chain *c) {
    assert_false(err_is(st_store_open(&c->store, &(struct st_store_options){0})));
    c->j = st_sequencer_journal(c->store);
    for (uint32_t h = 0; h < BLOCKS; h++) {
        change(c->j, 1000 + h);
        assert_false(err_is(st_seal_begin(c->store, c->j, h, &c->roots[h])));
        assert_false(err_is(st_seal_end(c->store, c->j)));
    }
}

static void free_chain(struct chain *c) {
    st_journal_free(c->j);
    st_store_close(c->store);
}

/* Everything that the view proves is what a journal over the same snapshot reads. */
static void check_proofs(const struct st_snapshot *snap, struct st_trie_view *v,
                         const struct b32 *root) {
    struct st_journal *j = st_journal_new(snap);
    st_begin_tx(j);
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        struct b20 address = address_of(i);
        struct st_account *a = st_account(j, &address);
        struct st_proof proof;
        struct b32 path, storage_root;
        keccak256(&path, BYTES_OF(address));
        assert_false(err_is(st_trie_view_account(v, &address, &proof, &storage_root)));
        struct bytes leaf = verify(&proof, root, &path);
        assert_int_equal(leaf.n != 0, a->exists);
        if (!leaf.n) continue;
        struct rlp_item item;
        assert_false(err_is(rlp_next(&leaf, &item)));
        assert_true(bytes_eq(item_at(item.payload, 2).payload, BYTES_OF(storage_root)));
        assert_true(bytes_eq(item_at(item.payload, 3).payload, BYTES_OF(a->code_hash)));
        for (uint32_t k = 0; k < SLOTS; k++) {
            struct u256 key = u256_from_u64(k), value = U256_ZERO;
            uint8_t be[32];
            u256_store_be(be, &key);
            keccak256(&path, BYTES_OF(be));
            assert_false(err_is(st_trie_view_slot(v, &address, &key, &proof)));
            leaf = verify(&proof, &storage_root, &path);
            if (leaf.n) {
                assert_false(err_is(rlp_next(&leaf, &item)));
                u256_from_be(&value, item.payload);
            }
            assert_true(u256_eq(&value, &st_slot(j, a, &key)->current));
        }
    }
    st_end_tx(j, false);
    st_journal_free(j);
}

static void test_view_of_each_block_proves_what_was_there(void **state) {
    (void)state;
    struct chain c;
    make_chain(&c);
    for (uint32_t h = 0; h < BLOCKS; h += h + 8 < BLOCKS ? 7 : 1) {
        struct st_snapshot *snap;
        struct st_trie_view *v;
        assert_false(err_is(st_snapshot_open(c.store, h, &snap)));
        assert_false(err_is(st_trie_view_open(snap, &v)));
        check_proofs(snap, v, &c.roots[h].evm);
        st_trie_view_close(v);
        st_snapshot_close(snap);
    }
    free_chain(&c);
}

static void test_changes_on_a_view_give_the_roots_of_the_sealed_blocks(void **state) {
    (void)state;
    struct chain c;
    make_chain(&c);
    for (uint32_t from = 0; from < BLOCKS - 1; from += 6) {
        struct st_snapshot *snap;
        struct st_trie_view *v;
        struct b32 root;
        assert_false(err_is(st_snapshot_open(c.store, from, &snap)));
        assert_false(err_is(st_trie_view_open(snap, &v)));
        struct st_journal *j = st_journal_new(snap);
        for (uint32_t h = from + 1; h < BLOCKS; h++) {
            change(j, 1000 + h);
            assert_false(err_is(st_trie_view_update(v, j, &root)));
            assert_true(b32_eq(&root, &c.roots[h].evm));
        }
        st_journal_free(j);
        st_trie_view_close(v);
        st_snapshot_close(snap);
    }
    free_chain(&c);
}

static void test_view_of_an_empty_world(void **state) {
    (void)state;
    struct st_store *store;
    struct st_roots roots;
    struct st_snapshot *snap;
    struct st_trie_view *v;
    struct st_proof proof;
    struct b32 storage_root;
    struct b20 nobody = address_of(1);
    assert_false(err_is(st_store_open(&store, &(struct st_store_options){0})));
    struct st_journal *j = st_sequencer_journal(store);
    assert_false(err_is(st_seal_begin(store, j, 0, &roots)));
    assert_false(err_is(st_seal_end(store, j)));
    assert_false(err_is(st_snapshot_open(store, ST_LATEST, &snap)));
    assert_false(err_is(st_trie_view_open(snap, &v)));
    assert_false(err_is(st_trie_view_account(v, &nobody, &proof, &storage_root)));
    assert_int_equal(proof.count, 0);
    assert_true(b32_eq(&storage_root, &ST_EMPTY_TRIE_ROOT));
    st_trie_view_close(v);
    st_snapshot_close(snap);
    st_journal_free(j);
    st_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_view_of_each_block_proves_what_was_there),
        cmocka_unit_test(test_changes_on_a_view_give_the_roots_of_the_sealed_blocks),
        cmocka_unit_test(test_view_of_an_empty_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
