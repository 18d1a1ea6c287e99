/* The mempool's waiters that do not block: each is told exactly once, whatever happens. */
#include "mempool_helpers.h"

/* A waiter that counts. */
struct listener {
    struct mempool_waiter waiter; /* first */
    unsigned told;
};

static void on_told(struct mempool_waiter *w) {
    ((struct listener *)w)->told++;
}

static struct listener listener(void) {
    return (struct listener){.waiter = {.told = on_told}};
}

/* Inserts with a waiter of `wait_ms`; true if it waits. */
static bool insert(struct listener *l, uint32_t who, uint64_t nonce, uint64_t wait_ms) {
    bool waits;
    assert_int_equal(
        mempool_insert_waiting(pool, make(who, nonce, 100), 0, wait_ms, &l->waiter, &waits), 0);
    return waits;
}

static void assert_told(const struct listener *l, bool sealed, bool refused) {
    assert_int_equal(l->told, 1);
    assert_int_equal(l->waiter.outcome.sealed, sealed);
    assert_int_equal(l->waiter.outcome.refused, refused);
}

static void test_told_when_the_block_is_sealed(void **state) {
    (void)state;
    struct listener a = listener(), b = listener();
    assert_true(insert(&a, 1, 0, 4000));
    assert_true(insert(&b, 2, 0, 4000));
    for (int i = 0; i < 2; i++) mempool_done(pool, mempool_take(pool), 1, NULL);
    assert_int_equal(a.told + b.told, 0);
    mempool_sealed(pool, NULL);
    assert_told(&a, true, false);
    assert_told(&b, true, false);
    mempool_sealed(pool, NULL);
    assert_int_equal(a.told, 1);
}

static void test_told_when_the_block_cannot_be_sealed(void **state) {
    (void)state;
    struct listener a = listener();
    assert_true(insert(&a, 1, 0, 4000));
    mempool_done(pool, mempool_take(pool), 1, NULL);
    mempool_sealed(pool, "the disk is full");
    assert_told(&a, false, true);
    assert_string_equal(a.waiter.outcome.text, "the disk is full");
}

static void test_told_of_a_refusal_at_once(void **state) {
    (void)state;
    struct listener a = listener();
    struct mempool_outcome why = {.refused = true, .vm_code = 7, .text = "no"};
    assert_true(insert(&a, 1, 0, 4000));
    mempool_done(pool, mempool_take(pool), 0, &why);
    assert_told(&a, false, true);
    assert_int_equal(a.waiter.outcome.vm_code, 7);
    assert_string_equal(a.waiter.outcome.text, "no");
}

static void test_told_when_it_is_replaced(void **state) {
    (void)state;
    struct listener a = listener(), b = listener();
    bool waits;
    assert_true(insert(&a, 1, 0, 4000));
    assert_int_equal(mempool_insert_waiting(pool, make(1, 0, 200), 0, 4000, &b.waiter, &waits), 0);
    assert_true(waits);
    assert_told(&a, false, true);
    assert_int_equal(b.told, 0);
    mempool_clear(pool, "cleared");
    assert_told(&b, false, true);
    assert_string_equal(b.waiter.outcome.text, "cleared");
}

static void test_what_cannot_run_does_not_wait(void **state) {
    (void)state;
    struct listener first = listener(), gap = listener(), none = listener(), known = listener();
    bool waits = true;
    /* Of a new sender the nonce is not sure: a block may have been sealed meanwhile. */
    assert_true(insert(&first, 1, 1, 4000));
    mempool_put_back(pool, mempool_take(pool), 0);
    assert_told(&first, false, false);
    assert_false(insert(&gap, 1, 2, 4000));
    assert_false(insert(&none, 2, 0, 0));
    assert_int_equal(mempool_insert_waiting(pool, make(2, 0, 100), 0, 4000, &known.waiter, &waits),
                     MEMPOOL_ERR_KNOWN);
    assert_false(waits);
    mempool_clear(pool, "cleared");
    assert_int_equal(first.told, 1);
    assert_int_equal(gap.told + none.told + known.told, 0);
}

/* The submitter's look at the state was older than a block that is sealed now. */
static void test_waits_behind_a_block_that_was_not_seen(void **state) {
    (void)state;
    struct listener a = listener();
    assert_true(insert(&a, 1, 1, 4000));
    mempool_done(pool, mempool_take(pool), 2, NULL);
    assert_int_equal(a.told, 0);
    mempool_sealed(pool, NULL);
    assert_told(&a, true, false);
}

static void test_told_when_its_time_is_over(void **state) {
    (void)state;
    struct listener soon = listener(), late = listener();
    assert_true(insert(&soon, 1, 0, 5));
    assert_true(insert(&late, 2, 0, 60000));
    assert_true(mempool_wait(pool, 50, false));
    assert_told(&soon, false, false);
    assert_int_equal(late.told, 0);
    /* Its transaction goes on without it. */
    assert_int_equal(mempool_count(pool), 2);
    for (int i = 0; i < 2; i++) mempool_done(pool, mempool_take(pool), 1, NULL);
    mempool_sealed(pool, NULL);
    assert_int_equal(soon.told, 1);
    assert_told(&late, true, false);
}

static void test_time_of_one_that_went_back_to_wait_goes_on(void **state) {
    (void)state;
    struct listener a = listener();
    assert_true(insert(&a, 1, 0, 5));
    mempool_put_back(pool, mempool_take(pool), 0);
    assert_true(mempool_wait(pool, 50, false));
    assert_told(&a, false, false);
}

/* Who has to wait for others after all is told so: nobody may wait for it. */

static void test_told_when_one_before_it_is_refused(void **state) {
    (void)state;
    struct listener first = listener(), second = listener(), third = listener();
    struct mempool_outcome why = {.refused = true, .text = "insufficient funds"};
    assert_true(insert(&first, 1, 0, 4000));
    assert_true(insert(&second, 1, 1, 4000));
    assert_true(insert(&third, 1, 2, 4000));
    mempool_done(pool, mempool_take(pool), 1, NULL);
    assert_int_equal(second.told + third.told, 0);
    mempool_done(pool, mempool_take(pool), 1, &why);
    assert_told(&second, false, true);
    assert_told(&third, false, false);
    mempool_sealed(pool, NULL);
    assert_told(&first, true, false);
    /* The gap is filled: it goes on without its waiter. */
    assert_int_equal(mempool_insert(pool, make(1, 1, 200), 1, 0, &why), 0);
    for (int i = 0; i < 2; i++) mempool_done(pool, mempool_take(pool), 2 + (uint64_t)i, NULL);
    mempool_sealed(pool, NULL);
    assert_told(&third, false, false);
}

static void test_told_when_one_before_it_is_removed(void **state) {
    (void)state;
    struct listener first = listener(), second = listener(), third = listener();
    assert_true(insert(&first, 1, 0, 4000));
    assert_true(insert(&second, 1, 1, 4000));
    assert_true(insert(&third, 1, 2, 4000));
    struct mempool_tx *second_tx = make(1, 1, 100);
    assert_true(mempool_remove(pool, &second_tx->hash, "dropped"));
    mempool_tx_free(second_tx);
    assert_told(&second, false, true);
    mempool_done(pool, mempool_take(pool), 1, NULL);
    assert_told(&third, false, false);
    mempool_sealed(pool, NULL);
    assert_told(&first, true, false);
}

static void test_told_when_the_base_fee_rises_above_it(void **state) {
    (void)state;
    struct listener low = listener(), behind = listener(), high = listener();
    struct u256 fee = u256_from_u64(150);
    bool waits;
    assert_true(insert(&low, 1, 0, 4000));
    assert_int_equal(mempool_insert_waiting(pool, make(1, 1, 300), 0, 4000, &behind.waiter, &waits),
                     0);
    assert_true(waits);
    assert_int_equal(mempool_insert_waiting(pool, make(2, 0, 300), 0, 4000, &high.waiter, &waits),
                     0);
    assert_true(waits);
    mempool_set_base_fee(pool, &fee);
    assert_told(&low, false, false);
    assert_told(&behind, false, false);
    assert_int_equal(high.told, 0);
    mempool_done(pool, mempool_take(pool), 1, NULL);
    mempool_sealed(pool, NULL);
    assert_told(&high, true, false);
}

static void test_told_when_it_goes_back_behind_a_gap(void **state) {
    (void)state;
    struct listener a = listener();
    assert_true(insert(&a, 1, 0, 4000));
    struct mempool_tx *tx = mempool_take(pool);
    mempool_put_back(pool, tx, 0); /* no room in the block: its turn comes */
    assert_int_equal(a.told, 0);
    struct listener b = listener();
    bool waits;
    assert_int_equal(mempool_insert_waiting(pool, make(2, 3, 100), 3, 4000, &b.waiter, &waits), 0);
    assert_true(waits);
    mempool_done(pool, mempool_take(pool), 1, NULL);
    mempool_put_back(pool, mempool_take(pool), 2); /* the block before was undone */
    assert_told(&b, false, false);
    mempool_sealed(pool, NULL);
}

static void test_reason_of_a_removal_is_told_to_all_of_a_sender(void **state) {
    (void)state;
    struct listener l[3] = {listener(), listener(), listener()};
    for (uint64_t i = 0; i < 3; i++) assert_true(insert(&l[i], 1, i, 4000));
    mempool_clear(pool, "cleared");
    for (int i = 0; i < 3; i++) {
        assert_told(&l[i], false, true);
        assert_string_equal(l[i].waiter.outcome.text, "cleared");
    }
}

static void test_release_tells_all_and_ends_waiting(void **state) {
    (void)state;
    struct listener waiting = listener(), taken = listener(), unsealed = listener(),
                    later = listener();
    assert_true(insert(&unsealed, 1, 0, 4000));
    mempool_done(pool, mempool_take(pool), 1, NULL);
    assert_true(insert(&taken, 2, 0, 4000));
    struct mempool_tx *tx = mempool_take(pool);
    assert_true(insert(&waiting, 3, 0, 4000));
    mempool_release_waiters(pool);
    assert_told(&waiting, false, false);
    assert_told(&taken, false, false);
    assert_told(&unsealed, false, false);
    assert_false(insert(&later, 4, 0, 4000));
    mempool_done(pool, tx, 1, NULL);
    mempool_sealed(pool, NULL);
    assert_int_equal(unsealed.told + taken.told + waiting.told, 3);
    assert_int_equal(later.told, 0);
}

static void test_end_of_the_pool_tells_all(void **state) {
    (void)state;
    struct listener a = listener(), b = listener();
    assert_true(insert(&a, 1, 0, 4000));
    mempool_stop(pool);
    assert_told(&a, false, true);
    mempool_free(pool);
    pool = mempool_new();
    assert_true(insert(&b, 1, 0, 4000));
    mempool_free(pool);
    assert_told(&b, false, false);
    pool = mempool_new();
}

static void test_wait_ready_sees_what_is_there(void **state) {
    (void)state;
    struct listener a = listener();
    assert_false(mempool_wait_ready(pool, 1000));
    assert_true(insert(&a, 1, 0, 4000));
    assert_true(mempool_wait_ready(pool, 60000000));
    mempool_wake(pool); /* other work: whoever fills a block is to end it */
    mempool_done(pool, mempool_take(pool), 1, NULL);
    assert_false(mempool_wait_ready(pool, 60000000));
    mempool_sealed(pool, NULL);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_told_when_the_block_is_sealed),
        T(test_told_when_the_block_cannot_be_sealed),
        T(test_told_of_a_refusal_at_once),
        T(test_told_when_it_is_replaced),
        T(test_what_cannot_run_does_not_wait),
        T(test_waits_behind_a_block_that_was_not_seen),
        T(test_told_when_its_time_is_over),
        T(test_time_of_one_that_went_back_to_wait_goes_on),
        T(test_told_when_one_before_it_is_refused),
        T(test_told_when_one_before_it_is_removed),
        T(test_told_when_the_base_fee_rises_above_it),
        T(test_told_when_it_goes_back_behind_a_gap),
        T(test_reason_of_a_removal_is_told_to_all_of_a_sender),
        T(test_release_tells_all_and_ends_waiting),
        T(test_end_of_the_pool_tells_all),
        T(test_wait_ready_sees_what_is_there),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
