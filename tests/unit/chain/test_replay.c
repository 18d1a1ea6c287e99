/* Running sealed blocks again: what a replay does must be what the receipts say, whatever machines
 * the block used, and what is shown to an observer must be the execution. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chain/internal.h"
#include "codec/codec.h"

/* The first key of the development mnemonic. */
static const struct b32 SECRET = {{0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3, 0x6b, 0xa4, 0xa6,
                                   0xb4, 0xd2, 0x38, 0xff, 0x94, 0x4b, 0xac, 0xb4, 0x78, 0xcb, 0xed,
                                   0x5e, 0xfc, 0xae, 0x78, 0x4d, 0x7b, 0xf4, 0xf2, 0xff, 0x80}};

/* A contract that counts its calls in slot 0, logs the count, and reverts when it is called with
 * data. Init code: 12 bytes that copy the 27 bytes behind them. */
static const uint8_t COUNTER[] = {
    0x60, 0x1b, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3, 0x00,       /* codecopy, return */
    0x5f, 0x54, 0x60, 0x01, 0x01, 0x80, 0x5f, 0x55,                   /* slot 0 += 1 */
    0x5f, 0x52, 0x60, 0x20, 0x5f, 0xa0,                               /* log0(the count) */
    0x36, 0x60, 0x13, 0x57, 0x00, 0x5b, 0x5f, 0x5f, 0xfd, 0x00, 0x00, /* revert if data */
    0x00, 0x00};

struct world {
    struct chain *chain;
    uint64_t nonce;
    struct b20 counter;
};

static int open_chain(void **state) {
    struct world *w = xcalloc(1, sizeof *w);
    if (err_is(chain_open(&w->chain, &(struct chain_options){.block_time_ms = 0}))) return -1;
    *state = w;
    return 0;
}

static int close_chain(void **state) {
    struct world *w = *state;
    chain_close(w->chain);
    free(w);
    return 0;
}

/* Sends and waits; returns the height of the block. */
static uint64_t send(struct world *w, const struct b20 *to, struct bytes data, uint64_t value) {
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = w->nonce++,
                        .max_fee = u256_from_u64(100000000000),
                        .max_priority_fee = U256_ONE,
                        .gas_limit = 200000,
                        .is_create = !to,
                        .value = u256_from_u64(value),
                        .data = data};
    struct chain_submitted done;
    struct buf raw = {0};
    if (to) tx.to = *to;
    assert_true(evm_tx_sign(&tx, &SECRET));
    if (!to) w->counter = evm_create_address(&tx.sender, tx.nonce);
    evm_tx_encode(&tx, &raw);
    assert_int_equal(chain_submit_evm(w->chain, buf_bytes(&raw), 10000, &done).code, 0);
    assert_true(done.sealed);
    buf_free(&raw);
    uint64_t height;
    assert_true(st_store_height(chain_store(w->chain), &height));
    return height;
}

struct seen {
    uint32_t begins, ends, steps, enters, exits;
    uint64_t gas_used;
    bool ok;
};

static void on_step(void *ctx, struct evm_env *env, const struct evm_step *step) {
    (void)env;
    (void)step;
    ((struct seen *)ctx)->steps++;
}
static void on_enter(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas) {
    (void)env;
    (void)params;
    (void)caller_gas;
    ((struct seen *)ctx)->enters++;
}
static void on_leave(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     const struct evm_result *result) {
    (void)env;
    (void)params;
    (void)result;
    ((struct seen *)ctx)->exits++;
}
static void on_begin(void *ctx, struct evm_env *env, const struct evm_tx *tx) {
    (void)env;
    (void)tx;
    ((struct seen *)ctx)->begins++;
}
static void on_end(void *ctx, struct evm_env *env, uint64_t gas_used, bool ok) {
    (void)env;
    struct seen *s = ctx;
    s->ends++;
    s->gas_used = gas_used;
    s->ok = ok;
}

/* Replays a whole block with an observer on its last root. */
static struct seen replay(struct world *w, uint64_t height, struct chain_tx *last) {
    struct chain_reader *r;
    struct seen seen = {0};
    struct evm_tracer tracer = {.ctx = &seen, .step = on_step, .enter = on_enter, .exit = on_leave};
    struct chain_observer o = {.ctx = &seen, .evm = &tracer, .begin = on_begin, .end = on_end};
    assert_int_equal(chain_replay_open(w->chain, height, &r).code, 0);
    struct chain_tx tx;
    uint32_t n = 0;
    while (chain_replay_peek(r, &tx)) {
        if (last) *last = tx;
        seen = (struct seen){0};
        chain_observe(r, &o);
        struct err e = chain_replay_next(r);
        if (err_is(e)) fail_msg("block %u: %s", (unsigned)height, e.text);
        assert_int_equal(chain_replay_done(r), ++n);
    }
    assert_true(err_is(chain_replay_next(r)));
    chain_reader_close(r);
    return seen;
}

static void test_replay_of_transfer_shows_one_call(void **state) {
    struct world *w = *state;
    static const struct b20 to = {{0x11, [19] = 0x22}};
    struct seen s = replay(w, send(w, &to, (struct bytes){NULL, 0}, 7), NULL);
    assert_int_equal(s.begins, 1);
    assert_int_equal(s.ends, 1);
    assert_int_equal(s.enters, 1);
    assert_int_equal(s.exits, 1);
    assert_int_equal(s.steps, 0);
    assert_int_equal(s.gas_used, 21000);
    assert_true(s.ok);
}

static void test_replay_starts_from_the_state_before_the_block(void **state) {
    struct world *w = *state;
    uint64_t created = send(w, NULL, BYTES_OF(COUNTER), 0);
    uint64_t first = send(w, &w->counter, (struct bytes){NULL, 0}, 0);
    uint64_t second = send(w, &w->counter, (struct bytes){NULL, 0}, 0);
    /* The counter's log holds the count: a replay on any other state would give another log, which
     * the replay itself would refuse. */
    assert_true(replay(w, created, NULL).ok);
    struct seen a = replay(w, first, NULL), b = replay(w, second, NULL);
    assert_true(a.ok && b.ok);
    /* The first call makes a slot, the second changes it: 17,100 gas less. */
    assert_int_equal(a.gas_used - b.gas_used, 17100);
    assert_int_equal(a.steps, b.steps);
}

static void test_replay_of_failed_transaction_ends_failed(void **state) {
    struct world *w = *state;
    send(w, NULL, BYTES_OF(COUNTER), 0);
    struct chain_tx tx;
    struct seen s = replay(w, send(w, &w->counter, BYTES_LIT("x"), 0), &tx);
    assert_false(s.ok);
    assert_false(tx.ok);
    assert_int_equal(s.gas_used, tx.gas_used);
}

static void test_replay_of_move_root_runs_it(void **state) {
    struct world *w = *state;
    struct chain_submitted done;
    static const struct b32 to = {{0x33, [31] = 0x44}};
    assert_int_equal(chain_faucet_move(w->chain, &to, 1000, 10000, &done).code, 0);
    uint64_t height;
    assert_true(st_store_height(chain_store(w->chain), &height));
    struct chain_tx tx;
    struct seen s = replay(w, height, &tx);
    assert_int_equal(tx.vm, ST_VM_MOVE);
    assert_int_equal(s.begins, 1);
    assert_int_equal(s.ends, 1);
    assert_int_equal(s.enters, 0); /* it had no leg in the EVM */
    assert_int_equal(s.gas_used, tx.common_gas_used);
}

static void test_replay_of_every_block_gives_its_receipts(void **state) {
    struct world *w = *state;
    uint64_t height;
    assert_true(st_store_height(chain_store(w->chain), &height));
    assert_true(height >= 6);
    for (uint64_t h = 1; h <= height; h++) replay(w, h, NULL);
}

static void test_replay_of_other_outcome_is_refused(void **state) {
    struct world *w = *state;
    send(w, NULL, BYTES_OF(COUNTER), 0);
    uint64_t height = send(w, &w->counter, (struct bytes){NULL, 0}, 0);
    struct chain_reader *r;
    assert_int_equal(chain_replay_open(w->chain, height, &r).code, 0);
    /* As if the state before the block were another one. */
    struct st_journal *j = chain_reader_journal(r);
    struct u256 zero = U256_ZERO, five = u256_from_u64(5);
    st_begin_tx(j);
    st_set_slot(j, st_slot(j, st_account(j, &w->counter), &zero), &five);
    st_end_tx(j, true);
    struct err e = chain_replay_next(r);
    assert_int_equal(e.code, CHAIN_ERR_REPLAY);
    assert_non_null(strstr(e.text, "gas"));
    chain_reader_close(r);
}

static void test_replay_of_block_that_cannot_be_is_refused(void **state) {
    struct world *w = *state;
    struct chain_reader *r;
    assert_string_equal(chain_replay_open(w->chain, 0, &r).text, "genesis is not traceable");
    assert_int_equal(chain_replay_open(w->chain, 100000, &r).code, ST_ERR_NO_BLOCK);
    uint64_t height;
    assert_true(st_store_height(chain_store(w->chain), &height));
    assert_int_equal(chain_replay_open(w->chain, height + 1, &r).code, ST_ERR_NO_BLOCK);
}

static void test_call_on_replay_sees_the_block(void **state) {
    struct world *w = *state;
    send(w, NULL, BYTES_OF(COUNTER), 0);
    uint64_t height = send(w, &w->counter, (struct bytes){NULL, 0}, 0);
    struct chain_reader *r;
    struct chain_evm_result before, after;
    struct chain_evm_call call = {.has_to = true, .to = w->counter, .gas = 100000};
    assert_int_equal(chain_replay_open(w->chain, height, &r).code, 0);
    assert_int_equal(chain_simulate_evm(r, &call, &before).code, 0);
    assert_int_equal(chain_replay_next(r).code, 0);
    assert_int_equal(chain_simulate_evm(r, &call, &after).code, 0);
    assert_int_equal(before.logs[0].data.p[31], 1);
    assert_int_equal(after.logs[0].data.p[31], 2);
    struct evm_env env;
    chain_evm_env(r, &env);
    assert_int_equal(env.block.number, height);
    chain_reader_close(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_of_transfer_shows_one_call),
        cmocka_unit_test(test_replay_starts_from_the_state_before_the_block),
        cmocka_unit_test(test_replay_of_failed_transaction_ends_failed),
        cmocka_unit_test(test_replay_of_move_root_runs_it),
        cmocka_unit_test(test_replay_of_every_block_gives_its_receipts),
        cmocka_unit_test(test_replay_of_other_outcome_is_refused),
        cmocka_unit_test(test_replay_of_block_that_cannot_be_is_refused),
        cmocka_unit_test(test_call_on_replay_sees_the_block),
    };
    return cmocka_run_group_tests(tests, open_chain, close_chain);
}
