/* What filters have been told, when the chain goes back between the look and the answer. */
#include "../codec/helpers.h"
#include "chain/dev.h"
#include "rpc/feed.h"
#include "rpc/node.h"

static struct rpc_node node;

static int setup(void **state) {
    setup_arena(state);
    node = (struct rpc_node){0};
    assert_ok(chain_open(&node.chain, &(struct chain_options){0}));
    node.feed = feed_start(&node);
    assert_non_null(node.feed);
    return 0;
}

static int teardown(void **state) {
    feed_stop(node.feed);
    chain_close(node.chain);
    return teardown_arena(state);
}

static void mine(uint64_t count) {
    uint64_t height;
    assert_ok(chain_mine(node.chain, &(struct chain_mine){.count = count}, &height));
}

static uint64_t next_of(const char *id) {
    struct feed_interest in;
    assert_int_equal(feed_look(node.feed, id, &in), FEED_OK);
    return in.next;
}

static void test_blocks_after_going_back_are_told(void **state) {
    (void)state;
    char id[FEED_ID_TEXT];
    struct feed_interest seen;
    uint32_t snapshot;
    bool found;
    struct feed_interest blocks = {.kind = FEED_BLOCKS};
    assert_int_equal(feed_add(node.feed, &blocks, 0, id), FEED_OK);
    mine(2);
    assert_ok(chain_snapshot(node.chain, &snapshot));
    mine(3);
    /* Blocks 1 to 5 are read; meanwhile the chain goes back to block 2, which leaves the cursor
     * where it was; block 3 is another one then. */
    assert_int_equal(feed_look(node.feed, id, &seen), FEED_OK);
    assert_int_equal(seen.next, 1);
    assert_ok(chain_revert(node.chain, snapshot, &found));
    assert_true(found);
    feed_told(node.feed, id, &seen, 6);
    mine(1);
    assert_true(next_of(id) <= 3);
    /* Undisturbed, it moves on. */
    assert_int_equal(feed_look(node.feed, id, &seen), FEED_OK);
    feed_told(node.feed, id, &seen, 4);
    assert_int_equal(next_of(id), 4);
}

/* Arrivals are counted on whatever the chain does. */
static void test_arrivals_are_not_told_twice(void **state) {
    (void)state;
    char id[FEED_ID_TEXT];
    struct feed_interest seen;
    uint32_t snapshot;
    bool found;
    struct feed_interest arrivals = {.kind = FEED_ARRIVALS};
    assert_int_equal(feed_add(node.feed, &arrivals, 0, id), FEED_OK);
    assert_ok(chain_snapshot(node.chain, &snapshot));
    mine(1);
    assert_int_equal(feed_look(node.feed, id, &seen), FEED_OK);
    assert_ok(chain_revert(node.chain, snapshot, &found));
    feed_told(node.feed, id, &seen, seen.next + 7);
    assert_int_equal(next_of(id), seen.next + 7);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_blocks_after_going_back_are_told),
        T(test_arrivals_are_not_told_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
