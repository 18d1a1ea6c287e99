/* Which timestamps blocks get. The expected ones are those that anvil gives for the same verbs. */
#include "../codec/helpers.h"
#include "chain/clock.h"

enum { S = 1000000 };

/* One block: its timestamp, and the clock as it is after it. */
static uint64_t make_block(struct chain_clock *k, uint64_t parent_us, uint64_t now_us) {
    uint64_t us = chain_clock_next_us(k, parent_us, now_us);
    chain_clock_made(k, us, now_us);
    return us;
}

static void test_wall_clock_by_default_and_always_growing(void **state) {
    (void)state;
    struct chain_clock k = {0};
    assert_int_equal(make_block(&k, 5 * S, 100 * S + 7), 100 * S + 7);
    assert_int_equal(make_block(&k, 100 * S + 7, 100 * S + 7), 100 * S + 8);
    assert_int_equal(make_block(&k, 200 * S, 100 * S), 200 * S + 1); /* the clock was set back */
}

static void test_increase_adds_up_and_stays(void **state) {
    (void)state;
    struct chain_clock k = {0};
    assert_true(chain_clock_increase(&k, 60) && chain_clock_increase(&k, 40));
    assert_int_equal(make_block(&k, 0, 1000 * S), 1100 * S);
    assert_int_equal(make_block(&k, 1100 * S, 1005 * S), 1105 * S);
}

static void test_named_second_is_exact_and_time_goes_on_from_it(void **state) {
    (void)state;
    struct chain_clock k = {.has_next = true, .next_s = 5000};
    assert_int_equal(make_block(&k, 0, 1000 * S), 5000 * (uint64_t)S);
    assert_false(k.has_next);
    assert_int_equal(make_block(&k, 5000 * (uint64_t)S, 1002 * S), 5002 * (uint64_t)S);
    /* The parent's own second may be named again. */
    k.has_next = true;
    k.next_s = 5002;
    assert_int_equal(make_block(&k, 5002 * (uint64_t)S + 9, 1003 * S), 5002 * (uint64_t)S + 10);
}

static void test_step_counts_from_the_parent(void **state) {
    (void)state;
    struct chain_clock k = {.has_step = true, .step_s = 12};
    uint64_t us = 100 * S + 5;
    for (uint64_t i = 1; i <= 3; i++) {
        us = make_block(&k, us, 9999 * (uint64_t)S);
        assert_int_equal(us / S, 100 + 12 * i);
    }
    k.step_s = 0; /* stands still */
    assert_int_equal(make_block(&k, us, 9999 * (uint64_t)S) / S, us / S);
}

static void test_set_time_goes_on_from_there(void **state) {
    (void)state;
    struct chain_clock k = {.has_next = true, .next_s = 9};
    chain_clock_set(&k, 700 * S, 1000 * S);
    assert_int_equal(make_block(&k, 0, 1003 * S), 703 * S);
    assert_int_equal(chain_clock_now_us(&k, 1004 * S), 704 * S);
}

static void test_absurd_times_are_refused_or_bounded(void **state) {
    (void)state;
    struct chain_clock k = {0};
    assert_false(chain_clock_increase(&k, UINT64_MAX));
    assert_true(chain_clock_increase(&k, CHAIN_TIME_MAX_S));
    assert_false(chain_clock_increase(&k, 1));
    assert_true(make_block(&k, 0, 1000 * S) / S <= CHAIN_TIME_MAX_S + 1000);
    k = (struct chain_clock){.has_step = true, .step_s = UINT64_MAX / 4};
    assert_int_equal(make_block(&k, 5 * S, 0) / S, CHAIN_TIME_MAX_S);
    k = (struct chain_clock){.offset_us = INT64_MIN};
    assert_int_equal(make_block(&k, 5 * S, 7 * S), 5 * S + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wall_clock_by_default_and_always_growing),
        cmocka_unit_test(test_increase_adds_up_and_stays),
        cmocka_unit_test(test_named_second_is_exact_and_time_goes_on_from_it),
        cmocka_unit_test(test_step_counts_from_the_parent),
        cmocka_unit_test(test_set_time_goes_on_from_there),
        cmocka_unit_test(test_absurd_times_are_refused_or_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
