/* The journal over an empty world: against the naive model, and rule by rule. */
#include "model.h"

static struct b20 address_of(uint8_t last) {
    struct b20 a = {{0}};
    a.b[19] = last;
    return a;
}

static void test_journal_random_operations_equal_model(void **state) {
    (void)state;
    uint64_t operations = 0, reverts = 0, transactions = 0;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct drive *d = calloc(1, sizeof *d);
        d->r.state = seed * 7919;
        d->j = st_journal_new(NULL);
        d->with_fingerprints = seed % 2;
        for (int i = 0; i < 3000; i++) drive_step(d);
        m_check_world(d);
        operations += d->operations, reverts += d->reverts, transactions += d->transactions;
        st_journal_free(d->j);
        free(d);
    }
    printf("journal: %llu operations, %llu reverts, %llu transactions equal to the model\n",
           (unsigned long long)operations, (unsigned long long)reverts,
           (unsigned long long)transactions);
}

static void test_slot_second_transaction_original_is_first_ones_result(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct b20 address = address_of(9);
    struct u256 key = u256_from_u64(5), two = u256_from_u64(2);
    st_begin_tx(j);
    struct st_account *a = st_account(j, &address);
    st_set_nonce(j, a, 1);
    struct st_slot *s = st_slot(j, a, &key);
    st_set_slot(j, s, &two);
    assert_true(u256_is_zero(&s->original));
    st_end_tx(j, true);
    st_begin_tx(j);
    s = st_slot(j, a, &key);
    assert_true(u256_eq(&s->original, &two) && u256_eq(&s->current, &two));
    st_set_slot(j, s, &U256_ONE);
    s = st_slot(j, a, &key);
    assert_true(u256_eq(&s->original, &two) && u256_eq(&s->current, &U256_ONE));
    st_journal_free(j);
}

/* Destructed with storage, made again in the next transaction of the same block. */
static void test_account_created_again_after_destruction_has_empty_storage(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct b20 address = address_of(9);
    struct u256 key = u256_from_u64(5);
    st_begin_tx(j);
    struct st_account *a = st_account(j, &address);
    st_set_nonce(j, a, 1);
    st_set_slot(j, st_slot(j, a, &key), &U256_ONE);
    st_end_tx(j, true);
    st_begin_tx(j);
    st_mark_destructed(j, a);
    assert_true(a->exists && st_account_has_storage(j, a)); /* until the transaction ends */
    st_end_tx(j, true);
    assert_false(a->exists);
    assert_false(st_account_has_storage(j, a));
    st_begin_tx(j);
    st_mark_created(j, a);
    st_set_nonce(j, a, 1);
    const struct st_slot *s = st_slot(j, a, &key);
    assert_true(u256_is_zero(&s->current) && u256_is_zero(&s->original));
    st_end_tx(j, true);
    assert_true(a->exists);
    st_journal_free(j);
}

/* EIP-161's exception of block 2,675,119: the touch of 0x03 outlives a revert, because the caller
 * touches it again. */
static void test_touch_again_after_revert_clears_empty_account(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct b20 ripemd = address_of(3);
    st_begin_tx(j);
    struct st_account *a = st_account(j, &ripemd);
    st_touch(j, a, true);
    st_end_tx(j, false); /* an empty account as before EIP-161 */
    assert_true(a->exists);
    st_begin_tx(j);
    st_mark m = st_savepoint(j);
    st_touch(j, a, false);
    st_revert(j, m);
    assert_false(a->touched);
    st_end_tx(j, true);
    assert_true(a->exists); /* a reverted touch clears nothing */
    st_begin_tx(j);
    m = st_savepoint(j);
    st_touch(j, a, false);
    st_revert(j, m);
    st_touch(j, a, false);
    st_end_tx(j, true);
    assert_false(a->exists);
    st_journal_free(j);
}

static void test_code_replaced_and_reverted_stays_readable_in_transaction(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct b20 address = address_of(9);
    st_begin_tx(j);
    struct st_account *a = st_account(j, &address);
    st_set_code(j, a, st_code_new(BYTES_LIT("first")));
    const struct st_code *first = st_account_code(j, a);
    st_mark m = st_savepoint(j);
    st_set_code(j, a, st_code_new(BYTES_LIT("second")));
    const struct st_code *second = st_account_code(j, a);
    st_revert(j, m);
    assert_ptr_equal(st_account_code(j, a), first);
    assert_memory_equal(second->bytes, "second", 6);
    assert_memory_equal(first->bytes, "first", 5);
    for (int i = 0; i < 33; i++) assert_int_equal(first->bytes[first->size + (uint32_t)i], 0);
    st_end_tx(j, true);
    assert_ptr_equal(st_account_code(j, a), first);
    st_journal_free(j);
}

static void test_item_value_borrowed_survives_put_delete_and_revert(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct bytes key = BYTES_LIT("key"), first, second, now;
    st_begin_tx(j);
    st_put(j, ST_MOVE_RESOURCE, key, BYTES_LIT("one"));
    assert_true(st_get(j, ST_MOVE_RESOURCE, key, &first));
    st_mark m = st_savepoint(j);
    st_put(j, ST_MOVE_RESOURCE, key, BYTES_LIT("two"));
    assert_true(st_get(j, ST_MOVE_RESOURCE, key, &second));
    st_delete(j, ST_MOVE_RESOURCE, key);
    assert_false(st_get(j, ST_MOVE_RESOURCE, key, &now));
    st_revert(j, m);
    assert_true(bytes_eq(first, BYTES_LIT("one")) && bytes_eq(second, BYTES_LIT("two")));
    assert_true(st_get(j, ST_MOVE_RESOURCE, key, &now));
    assert_true(bytes_eq(now, BYTES_LIT("one")));
    assert_false(st_get(j, ST_MOVE_MODULE, key, &now)); /* domains are apart */
    st_end_tx(j, true);
    assert_true(st_get(j, ST_MOVE_RESOURCE, key, &now));
    assert_true(bytes_eq(now, BYTES_LIT("one")));
    st_journal_free(j);
}

/* What a failed transaction keeps is done before the first savepoint. */
static void test_revert_to_first_savepoint_keeps_fee_and_nonce(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct b20 address = address_of(9);
    struct u256 ninety = u256_from_u64(90);
    st_begin_tx(j);
    struct st_account *a = st_account(j, &address);
    st_set_balance(j, a, &ninety);
    st_set_nonce(j, a, 1);
    st_mark m = st_savepoint(j);
    st_set_balance(j, a, &U256_ZERO);
    st_add_log(j, &(struct st_log){.data = BYTES_LIT("x")});
    st_revert(j, m);
    st_end_tx(j, true);
    assert_true(u256_eq(&a->balance, &ninety) && a->nonce == 1 && a->exists);
    st_journal_free(j);
}

static void test_pointers_many_entries_stay_valid(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct st_account *first = NULL;
    struct st_slot *first_slot = NULL;
    st_begin_tx(j);
    for (uint32_t i = 0; i < 20000; i++) {
        struct b20 address = address_of(0);
        store_be32(address.b, i);
        struct st_account *a = st_account(j, &address);
        struct u256 key = u256_from_u64(i);
        st_set_nonce(j, a, i + 1);
        struct st_slot *s = st_slot(j, first ? first : a, &key);
        st_set_slot(j, s, &U256_ONE);
        if (!first) first = a, first_slot = s;
    }
    assert_int_equal(first->nonce, 1);
    assert_true(u256_eq(&first_slot->current, &U256_ONE));
    for (uint32_t i = 0; i < 20000; i++) {
        struct b20 address = address_of(0);
        store_be32(address.b, i);
        assert_int_equal(st_account(j, &address)->nonce, i + 1);
        struct u256 key = u256_from_u64(i);
        assert_true(u256_eq(&st_slot(j, first, &key)->current, &U256_ONE));
    }
    st_journal_free(j);
}

static void assert_sums(const struct st_journal *j, uint64_t issued, uint64_t burnt) {
    struct u256 i = st_issued(j), b = st_burnt(j), want_i = u256_from_u64(issued),
                want_b = u256_from_u64(burnt);
    assert_true(u256_eq(&i, &want_i) && u256_eq(&b, &want_b));
}

static void test_money_issued_and_burnt_is_undone_with_its_savepoint(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct u256 five = u256_from_u64(5), seven = u256_from_u64(7);
    st_begin_tx(j);
    st_issue(j, &five);
    st_mark mark = st_savepoint(j);
    uint64_t before = st_fingerprint(j);
    st_burn(j, &seven);
    st_issue(j, &seven);
    st_burn(j, &five);
    assert_sums(j, 12, 12);
    assert_true(st_fingerprint(j) != before);
    st_revert(j, mark);
    assert_sums(j, 5, 0);
    assert_true(st_fingerprint(j) == before);
    st_end_tx(j, true);
    assert_sums(j, 5, 0); /* the block's, not the transaction's */
    st_journal_free(j);
}

static void test_balance_of_a_destructed_account_is_burnt(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct b20 address = address_of(1);
    struct u256 seven = u256_from_u64(7);
    st_begin_tx(j);
    struct st_account *a = st_account(j, &address);
    st_mark_created(j, a);
    st_mark_destructed(j, a);
    st_set_balance(j, a, &seven); /* somebody sends it something afterwards */
    assert_sums(j, 0, 0);
    st_end_tx(j, true);
    assert_sums(j, 0, 7);
    assert_false(st_account(j, &address)->exists);
    st_journal_free(j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal_random_operations_equal_model),
        cmocka_unit_test(test_slot_second_transaction_original_is_first_ones_result),
        cmocka_unit_test(test_account_created_again_after_destruction_has_empty_storage),
        cmocka_unit_test(test_touch_again_after_revert_clears_empty_account),
        cmocka_unit_test(test_code_replaced_and_reverted_stays_readable_in_transaction),
        cmocka_unit_test(test_item_value_borrowed_survives_put_delete_and_revert),
        cmocka_unit_test(test_revert_to_first_savepoint_keeps_fee_and_nonce),
        cmocka_unit_test(test_pointers_many_entries_stay_valid),
        cmocka_unit_test(test_money_issued_and_burnt_is_undone_with_its_savepoint),
        cmocka_unit_test(test_balance_of_a_destructed_account_is_burnt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
