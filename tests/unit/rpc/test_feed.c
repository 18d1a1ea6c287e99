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

static struct b32 arrive(uint64_t nonce) {
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = nonce,
                        .gas_limit = 21000,
                        .sender = {{0xc0, 1, 2}}};
    struct chain_submitted done;
    assert_ok(chain_submit_unsigned(node.chain, &tx, 0, &done));
    return done.hash;
}

/* Asks for the filter's changes behind `filled` bytes of an answer; they are added to `out`. */
static void changes(const char *id, size_t filled, struct buf *out) {
    struct buf text = {0};
    struct json_out o = {.buf = &text};
    struct rpc_call c = {.node = &node, .out = &o, .arena = &arena};
    const struct rpc_method_row *row = eth_log_methods;
    while (strcmp(row->name, "eth_getFilterChanges") != 0) row++;
    memset(buf_room(&text, filled), ' ', filled);
    text.n = filled;
    c.params = json_pack("[s]", id);
    assert_true(row->run(&c));
    json_decref(c.params);
    buf_put_bytes(out, bytes_make(text.p + filled, text.n - filled));
    buf_free(&text);
}

/* What an answer has no room for is in the next one. */
static void test_arrivals_without_room_are_told_next(void **state) {
    (void)state;
    enum { COUNT = 5, ANSWER_MAX_BYTES = 32 << 20 };
    char id[FEED_ID_TEXT];
    struct buf got = {0}, want = {0};
    struct json_out o = {.buf = &want};
    struct feed_interest arrivals = {.kind = FEED_ARRIVALS};
    chain_set_mining(node.chain, &(struct chain_mining){0});
    chain_set_next_base_fee(node.chain, &U256_ZERO);
    assert_int_equal(feed_add(node.feed, &arrivals, 0, id), FEED_OK);
    uint64_t first = next_of(id);
    struct b32 hashes[COUNT];
    for (uint64_t i = 0; i < COUNT; i++) hashes[i] = arrive(i);
    changes(id, ANSWER_MAX_BYTES - 100, &got); /* room for the bracket and two, the second over */
    assert_int_equal(next_of(id), first + 2);
    changes(id, ANSWER_MAX_BYTES, &got); /* none */
    assert_int_equal(next_of(id), first + 2);
    changes(id, 0, &got);
    assert_int_equal(next_of(id), first + COUNT);
    static const size_t ends[] = {2, 2, COUNT};
    size_t i = 0;
    for (size_t k = 0; k < COUNT_OF(ends); k++) {
        o = (struct json_out){.buf = &want};
        jo_array(&o);
        for (; i < ends[k]; i++) jo_hex(&o, BYTES_OF(hashes[i]));
        jo_end_array(&o);
    }
    assert_bytes_equal(buf_bytes(&got), buf_bytes(&want));
    buf_free(&got);
    buf_free(&want);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_blocks_after_going_back_are_told),
        T(test_arrivals_are_not_told_twice),
        T(test_arrivals_without_room_are_told_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
