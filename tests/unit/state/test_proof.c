/* Proofs, checked by verifiers that know only the root (proof_check.h). */
#include "crypto/keccak.h"
#include "state/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proof_check.h"
#include "rand.h"

enum { ACCOUNTS = 700, SLOTS = 900, ITEMS = 500 };

struct world {
    struct st_store *store;
    struct st_journal *j;
    struct st_roots roots;
    struct b20 contract;
};

static struct b20 address_of(uint32_t i) {
    struct b20 a = {{7}};
    store_be32(a.b + 16, i);
    return a;
}

static void item_key(uint32_t i, uint8_t out[4]) {
    store_be32(out, i * 2654435761u);
}

/* Even accounts, slots and items are there, odd ones are not. */
static void make_world(struct world *w) {
    assert_false(err_is(st_store_open(&w->store, &(struct st_store_options){0})));
    w->j = st_sequencer_journal(w->store);
    w->contract = address_of(4);
    st_begin_tx(w->j);
    for (uint32_t i = 0; i < ACCOUNTS; i += 2) {
        struct b20 address = address_of(i);
        st_set_nonce(w->j, st_account(w->j, &address), i + 1);
    }
    struct st_account *contract = st_account(w->j, &w->contract);
    for (uint32_t i = 0; i < SLOTS; i += 2) {
        struct u256 key = u256_from_u64(i), value = u256_from_u64(i * 1000003u + 1);
        st_set_slot(w->j, st_slot(w->j, contract, &key), &value);
    }
    for (uint32_t i = 0; i < ITEMS; i += 2) {
        uint8_t key[4];
        item_key(i, key);
        st_put(w->j, ST_MOVE_RESOURCE, BYTES_OF(key), BYTES_OF(i));
    }
    st_put(w->j, ST_CROSS_ALIAS, BYTES_LIT("only one"), BYTES_LIT("leaf"));
    st_end_tx(w->j, true);
    assert_false(err_is(st_seal_begin(w->store, w->j, 0, &w->roots)));
    assert_false(err_is(st_seal_end(w->store, w->j)));
}

static void free_world(struct world *w) {
    st_journal_free(w->j);
    st_store_close(w->store);
}

static void test_account_and_slot_proofs_verify_against_root(void **state) {
    (void)state;
    struct world w;
    make_world(&w);
    struct st_snapshot *snap;
    assert_false(err_is(st_snapshot_open(w.store, ST_LATEST, &snap)));
    struct arena arena;
    arena_init(&arena, 0);
    struct b32 storage_root, path;
    struct st_proof proof;
    struct st_trie_view *view;
    assert_false(err_is(st_trie_view_open(snap, &view)));
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        struct b20 address = address_of(i);
        keccak256(&path, BYTES_OF(address));
        assert_false(err_is(st_trie_view_account(view, &address, &proof, &storage_root)));
        struct bytes leaf = verify(&proof, &w.roots.evm, &path), fields;
        assert_int_equal(leaf.n != 0, i % 2 == 0);
        struct rlp_item item;
        if (!leaf.n) continue;
        assert_false(err_is(rlp_next(&leaf, &item)));
        fields = item.payload;
        assert_int_equal(item_count(fields), 4);
        assert_int_equal(item_at(fields, 0).payload.p[0], i + 1 < 256 ? i + 1 : (i + 1) >> 8);
        assert_true(bytes_eq(item_at(fields, 2).payload, BYTES_OF(storage_root)));
        assert_int_equal(b32_eq(&storage_root, &ST_EMPTY_TRIE_ROOT), i != 4);
        arena_reset(&arena);
    }
    assert_false(err_is(st_trie_view_account(view, &w.contract, &proof, &storage_root)));
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct u256 key = u256_from_u64(i), value;
        uint8_t be[32];
        u256_store_be(be, &key);
        keccak256(&path, BYTES_OF(be));
        assert_false(err_is(st_trie_view_slot(view, &w.contract, &key, &proof)));
        struct bytes leaf = verify(&proof, &storage_root, &path);
        assert_int_equal(leaf.n != 0, i % 2 == 0);
        struct rlp_item item;
        if (!leaf.n) continue;
        assert_false(err_is(rlp_next(&leaf, &item)));
        u256_from_be(&value, item.payload);
        assert_true(u256_fits_u64(&value) && value.w[0] == i * 1000003u + 1);
        arena_reset(&arena);
    }
    struct b20 plain = address_of(2);
    assert_false(err_is(st_trie_view_slot(view, &plain, &U256_ONE, &proof)));
    assert_int_equal(proof.count, 0);
    st_trie_view_close(view);
    arena_free(&arena);
    st_snapshot_close(snap);
    free_world(&w);
}

static void test_item_proof_of_earlier_block_is_refused(void **state) {
    (void)state;
    struct world w;
    make_world(&w);
    struct st_snapshot *snap;
    struct arena arena;
    struct st_item_proof item;
    arena_init(&arena, 0);
    st_begin_tx(w.j);
    st_set_nonce(w.j, st_account(w.j, &w.contract), 9);
    st_end_tx(w.j, true);
    assert_false(err_is(st_seal_begin(w.store, w.j, 1, &w.roots)));
    assert_false(err_is(st_seal_end(w.store, w.j)));
    assert_false(err_is(st_snapshot_open(w.store, 0, &snap)));
    assert_int_equal(st_item_proof(snap, ST_MOVE_RESOURCE, BYTES_LIT("x"), &arena, &item).code,
                     ST_ERR_PRUNED);
    st_snapshot_close(snap);
    arena_free(&arena);
    free_world(&w);
}

static void test_item_proofs_hold_for_their_own_value_only(void **state) {
    (void)state;
    struct world w;
    make_world(&w);
    struct st_snapshot *snap;
    struct arena arena;
    struct rand_source r = {.state = 3};
    arena_init(&arena, 0);
    assert_false(err_is(st_snapshot_open(w.store, ST_LATEST, &snap)));
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint8_t name[4];
        item_key(i, name);
        struct bytes key = BYTES_OF(name), value = BYTES_OF(i), wrong = BYTES_LIT("wrong");
        struct st_item_proof p;
        enum st_domain d = ST_MOVE_RESOURCE;
        assert_false(err_is(st_item_proof(snap, d, key, &arena, &p)));
        bool present = i % 2 == 0;
        assert_int_equal(st_item_proof_check(&p, &w.roots.move, d, key, &value), present);
        assert_int_equal(st_item_proof_check(&p, &w.roots.move, d, key, NULL), !present);
        assert_false(st_item_proof_check(&p, &w.roots.move, d, key, &wrong));
        assert_false(st_item_proof_check(&p, &w.roots.queue, d, key, present ? &value : NULL));
        assert_false(st_item_proof_check(&p, &w.roots.move, d, wrong, present ? &value : NULL));
        p.siblings[rand_below(&r, (uint32_t)p.count)].b[rand_below(&r, 32)] ^= 1;
        assert_false(st_item_proof_check(&p, &w.roots.move, d, key, present ? &value : NULL));
        arena_reset(&arena);
    }
    struct st_item_proof p;
    struct bytes key = BYTES_LIT("only one"), leaf = BYTES_LIT("leaf"), other = BYTES_LIT("other");
    assert_false(err_is(st_item_proof(snap, ST_CROSS_ALIAS, key, &arena, &p)));
    assert_true(st_item_proof_check(&p, &w.roots.queue, ST_CROSS_ALIAS, key, &leaf));
    assert_int_equal(p.count, 0);
    assert_false(err_is(st_item_proof(snap, ST_CROSS_ALIAS, other, &arena, &p)));
    assert_true(st_item_proof_check(&p, &w.roots.queue, ST_CROSS_ALIAS, other, NULL));
    st_snapshot_close(snap);
    arena_free(&arena);
    free_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_account_and_slot_proofs_verify_against_root),
        cmocka_unit_test(test_item_proof_of_earlier_block_is_refused),
        cmocka_unit_test(test_item_proofs_hold_for_their_own_value_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
