/* The queue of a transaction: order, failure, limits, retry and cancel. */
#include "aliases.h"
#include "played.h"

/* ---- Order */

static void test_messages_run_first_in_first_out_over_machines(void **state) {
    (void)state;
    begin(1);
    start_move(A, "two");
    start_evm(0x22, "second()");
    start_move(A, "third");
    uint64_t left = finish_root(true);
    static const char *const order[] = {"two", "second()", "third", "child", "child()"};
    static const uint32_t parents[] = {0, 0, 0, 1, 1}, generations[] = {1, 1, 1, 2, 2};
    assert_int_equal(run_count, COUNT_OF(order));
    assert_int_equal(tx.leg_count, 1 + COUNT_OF(order));
    assert_int_equal(tx.message_count, COUNT_OF(order));
    for (uint32_t i = 0; i < COUNT_OF(order); i++) {
        assert_ran(i, order[i]);
        assert_int_equal(tx.legs[i + 1].parent, parents[i]);
        assert_int_equal(tx.legs[i + 1].kind, XVM_LEG_MESSAGE);
        assert_true(tx.legs[i + 1].ok);
        assert_true(b32_eq(&tx.legs[i + 1].message, &tx.messages[i]));
        struct b32 id = xvm_message_id(31337, &tx.root_hash, i);
        assert_true(b32_eq(&id, &tx.messages[i]));
        struct xvm_message m = message(&id);
        assert_int_equal(m.status, XVM_EXECUTED);
        assert_int_equal(m.generation, generations[i]);
        assert_int_equal(m.index, i);
        assert_int_equal(m.attempts, 1);
        assert_int_equal(m.created_height, 1);
        assert_int_equal(m.gas_used, GAS_OF_A_RUN + tx.params.message_base_gas);
    }
    assert_int_equal(left, 10000000 - 5 * (GAS_OF_A_RUN + 10000));
    assert_int_equal(runs[0].gas, 10000000 - 10000);
    assert_int_equal(runs[1].gas, 10000000 - GAS_OF_A_RUN - 2 * 10000);
    end();
}

static void test_fields_of_the_events_reach_the_message(void **state) {
    (void)state;
    begin(1);
    put_log(&XVM_MOVEVM_ADDRESS, CALL, A, NULL, call_data("f(uint8)", 5));
    start_evm(0x22, "g()");
    finish_root(true);
    struct xvm_message m = message(&tx.messages[0]);
    struct b20 a;
    memcpy(a.b, unhex(A).p, 20);
    struct b32 alias = xvm_alias_evm_in_move(&a);
    assert_int_equal(m.from_vm, ST_VM_EVM);
    assert_int_equal(m.to_vm, ST_VM_MOVE);
    assert_bytes_equal(m.sender, unhex(A));
    assert_bytes_equal(m.sender_alias, BYTES_OF(alias));
    assert_bytes_equal(m.module_address, BYTES_LIT("0x1"));
    assert_bytes_equal(m.module_name, BYTES_LIT("m"));
    assert_bytes_equal(m.function_name, BYTES_LIT("f(uint8)"));
    assert_bytes_equal(m.call_data, unhex("0000000000"));
    assert_int_equal(m.generics.n, 0);
    m = message(&tx.messages[1]);
    assert_int_equal(m.from_vm, ST_VM_MOVE);
    assert_int_equal(m.to_vm, ST_VM_EVM);
    assert_int_equal(m.sender.n, 32);
    assert_int_equal(m.sender.p[0], 0x22);
    assert_bytes_equal(m.to, unhex("0000000000000000000000000000000000000077"));
    assert_bytes_equal(m.fn_abi, BYTES_LIT("g()"));
    end();
}

static void test_failed_root_starts_nothing(void **state) {
    (void)state;
    begin(1);
    start_move(A, "f");
    finish_root(false);
    assert_int_equal(run_count, 0);
    assert_int_equal(tx.leg_count, 1);
    end();
}

static void test_reverted_frame_starts_nothing(void **state) {
    (void)state;
    begin(1);
    st_mark mark = st_savepoint(journal);
    start_move(A, "f");
    start_evm(1, "g()");
    st_revert(journal, mark);
    start_move(A, "kept");
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_ran(0, "kept");
    end();
}

/* ---- Failure */

static void test_failed_message_undoes_itself_only(void **state) {
    (void)state;
    struct bytes value;
    begin(1);
    start_move(A, "revert");
    start_move(A, "after");
    uint64_t left = finish_root(true);
    assert_int_equal(run_count, 2); /* the child that it started is gone with it */
    assert_ran(1, "after");
    assert_int_equal(tx.message_count, 2);
    struct xvm_message m = message(&tx.messages[0]);
    assert_int_equal(m.status, XVM_PENDING);
    assert_int_equal(m.failure, XVM_FAIL_REVERTED);
    assert_int_equal(m.attempts, 1);
    assert_bytes_equal(m.error, BYTES_LIT("it says no"));
    assert_false(st_get(journal, ST_CHAIN_PARAM, BYTES_OF(tx.messages[0]), &value));
    assert_true(st_get(journal, ST_CHAIN_PARAM, BYTES_OF(tx.messages[1]), &value));
    assert_false(tx.legs[1].ok);
    assert_bytes_equal(tx.legs[1].error, BYTES_LIT("it says no"));
    assert_int_equal(tx.legs[1].log_count, 0);
    assert_int_equal(left, 10000000 - 2 * (GAS_OF_A_RUN + 10000)); /* gas is not given back */
    end();
}

static void test_message_without_gas_stays_pending(void **state) {
    (void)state;
    begin(1);
    start_move(A, "f");
    start_move(A, "f");
    uint64_t gas = 10000 + 9999;
    xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
    xvm_drain(&tx, &gas);
    assert_int_equal(run_count, 1);
    assert_int_equal(runs[0].gas, 9999);
    struct xvm_message m = message(&tx.messages[1]);
    assert_int_equal(m.status, XVM_PENDING);
    assert_int_equal(m.failure, XVM_FAIL_GAS);
    assert_int_equal(m.attempts, 1);
    assert_int_equal(m.gas_used, 8999);
    assert_int_equal(gas, 0);
    end();
}

static void test_long_result_is_cut_and_paid_for(void **state) {
    (void)state;
    begin(1);
    start_move(A, "long");
    uint64_t left = finish_root(true);
    struct xvm_message m = message(&tx.messages[0]);
    assert_int_equal(m.result.n, 16 << 10);
    assert_int_equal(left, 10000000 - 10000 - GAS_OF_A_RUN - 16 * ((16 << 10) - 1024));
    end();
}

/* With too little gas for its result a message fails, so that nobody is told a part of it. */
static void test_result_that_is_not_paid_for_fails_the_message(void **state) {
    (void)state;
    for (uint64_t missing = 0; missing < 2; missing++) {
        begin((uint8_t)(1 + missing));
        start_move(A, "long");
        uint64_t gas = 10000 + GAS_OF_A_RUN + 16 * ((16 << 10) - 1024) - missing;
        xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
        assert_true(xvm_drain(&tx, &gas));
        struct xvm_message m = message(&tx.messages[0]);
        assert_int_equal(m.failure, missing ? XVM_FAIL_GAS : XVM_OK);
        assert_int_equal(m.status, missing ? XVM_PENDING : XVM_EXECUTED);
        assert_int_equal(m.result.n, missing ? 0 : 16 << 10);
        assert_int_equal(gas, 0);
        end();
    }
}

/* Of an error that is not paid for the text's beginning is kept. */
static void test_long_error_is_paid_for_or_cut(void **state) {
    (void)state;
    enum { TEXT = 2000, DATA = 3000 };
    for (uint64_t missing = 0; missing < 2; missing++) {
        begin((uint8_t)(1 + missing));
        start_move(A, "wordy");
        uint64_t gas = 10000 + GAS_OF_A_RUN + 16 * (TEXT + DATA - 1024) - missing, paid = gas;
        xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
        assert_true(xvm_drain(&tx, &gas));
        struct xvm_message m = message(&tx.messages[0]);
        assert_int_equal(m.failure, XVM_FAIL_REVERTED);
        assert_int_equal(m.error.n, missing ? 1024 : TEXT);
        assert_int_equal(m.error_data.n, missing ? 0 : DATA);
        assert_int_equal(paid - gas, missing ? 10000 + GAS_OF_A_RUN : paid);
        end();
    }
}

/* ---- Limits */

static void test_more_messages_than_the_limit_stay_pending(void **state) {
    (void)state;
    begin(1);
    for (int i = 0; i < 70; i++) start_move(A, "f");
    finish_root(true);
    assert_int_equal(run_count, 64);
    assert_int_equal(tx.message_count, 70);
    assert_int_equal(message(&tx.messages[63]).status, XVM_EXECUTED);
    for (uint32_t i = 64; i < 70; i++) {
        struct xvm_message m = message(&tx.messages[i]);
        assert_int_equal(m.status, XVM_PENDING);
        assert_int_equal(m.failure, XVM_FAIL_LIMIT);
        assert_int_equal(m.attempts, 0);
    }
    end();
}

static void test_more_generations_than_the_limit_stay_pending(void **state) {
    (void)state;
    begin(1);
    start_move(A, "again");
    finish_root(true);
    assert_int_equal(run_count, 8);
    assert_int_equal(tx.message_count, 9);
    struct xvm_message m = message(&tx.messages[8]);
    assert_int_equal(m.generation, 9);
    assert_int_equal(m.failure, XVM_FAIL_LIMIT);
    end();
}

static void test_payload_is_limited_for_retries_too(void **state) {
    (void)state;
    size_t names = strlen("0x1") + strlen("m") + strlen("f");
    begin(1);
    put_log(&XVM_MOVEVM_ADDRESS, CALL, A, NULL, call_data("f", (64 << 10) - names));
    put_log(&XVM_MOVEVM_ADDRESS, CALL, A, NULL, call_data("f", (64 << 10) - names + 1));
    finish_root(true);
    assert_int_equal(run_count, 1);
    struct b32 id = tx.messages[1];
    assert_int_equal(message(&id).failure, XVM_FAIL_LIMIT);
    end();
    begin(2);
    request(RETRY, A, &id);
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_false(tx.legs[1].ok);
    assert_non_null(strstr((const char *)tx.legs[1].error.p, "payload"));
    assert_int_equal(message(&id).failure, XVM_FAIL_LIMIT);
    assert_int_equal(message(&id).status, XVM_PENDING);
    end();
}

/* A message that broke a limit of its transaction only may run in a later one. */
static void test_message_beyond_the_count_runs_when_retried(void **state) {
    (void)state;
    begin(1);
    for (int i = 0; i < 65; i++) start_move(A, "f");
    finish_root(true);
    struct b32 id = tx.messages[64];
    end();
    begin(2);
    request(RETRY, A, &id);
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_int_equal(message(&id).status, XVM_EXECUTED);
    end();
}

/* ---- Retry and cancel */

/* A message of A that has failed so, in a transaction of its own. */
static struct b32 pending(const char *function) {
    begin(1);
    start_move(A, function);
    finish_root(true);
    struct b32 id = tx.messages[0];
    assert_int_equal(message(&id).status, XVM_PENDING);
    end();
    return id;
}

static void test_retry_by_sender_runs_at_the_end_of_the_queue(void **state) {
    (void)state;
    struct b32 id = pending("gas");
    begin(2);
    request(RETRY, A, &id);
    start_move(A, "other");
    finish_root(true);
    assert_int_equal(run_count, 2);
    assert_ran(0, "gas");
    assert_true(b32_eq(&runs[0].id, &id));
    struct xvm_message m = message(&id);
    assert_int_equal(m.attempts, 2);
    assert_int_equal(m.created_height, 1);
    assert_int_equal(m.done_height, 2);
    assert_true(b32_eq(&m.done_root_hash, &tx.root_hash));
    assert_false(b32_eq(&m.root_hash, &tx.root_hash));
    assert_int_equal(tx.legs[1].kind, XVM_LEG_RETRY);
    assert_int_equal(tx.message_count, 1); /* a retry is no new message */
    end();
}

static void test_retry_by_a_stranger_depends_on_the_reason(void **state) {
    (void)state;
    struct b32 gas = pending("gas"), reverted;
    begin(2);
    start_move(A, "revert");
    finish_root(true);
    reverted = tx.messages[0];
    end();
    begin(3);
    request(RETRY, B, &gas);
    request(RETRY, B, &reverted);
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_ran(0, "gas");
    assert_int_equal(tx.legs[2].failure, XVM_FAIL_AUTHORITY);
    assert_non_null(strstr((const char *)tx.legs[2].error.p, "only the message's sender"));
    assert_int_equal(message(&reverted).attempts, 1);
    end();
}

static void test_cancel_belongs_to_the_sender(void **state) {
    (void)state;
    struct b32 id = pending("gas");
    begin(2);
    request(CANCEL, B, &id);
    finish_root(true);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(message(&id).status, XVM_PENDING);
    end();
    begin(3);
    request(CANCEL, A, &id);
    request(RETRY, A, &id);
    request(CANCEL, A, &id);
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_true(tx.legs[1].ok);
    assert_int_equal(tx.legs[1].kind, XVM_LEG_CANCEL);
    assert_bytes_equal(tx.legs[2].error, BYTES_LIT("the message has been cancelled"));
    assert_bytes_equal(tx.legs[3].error, BYTES_LIT("the message has been cancelled"));
    assert_int_equal(message(&id).status, XVM_CANCELLED);
    end();
}

static void test_message_runs_successfully_at_most_once(void **state) {
    (void)state;
    begin(1);
    start_move(A, "self"); /* asks for its own retry while it runs */
    finish_root(true);
    struct b32 id = tx.messages[0];
    assert_int_equal(run_count, 1);
    assert_bytes_equal(tx.legs[2].error, BYTES_LIT("the message has been executed"));
    end();
    begin(2);
    request(RETRY, A, &id);
    request(CANCEL, A, &id);
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_int_equal(message(&id).status, XVM_EXECUTED);
    end();
}

static void test_two_retries_of_one_message_run_it_once(void **state) {
    (void)state;
    begin(1);
    start_move(A, "f");
    all_fail = true;
    all_fail_with = XVM_FAIL_GAS;
    finish_root(true);
    struct b32 id = tx.messages[0];
    end();
    begin(2);
    request(RETRY, A, &id);
    request(RETRY, B, &id);
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_int_equal(message(&id).attempts, 2);
    end();
}

static void test_retry_of_unknown_id_is_a_failed_leg(void **state) {
    (void)state;
    struct b32 id = {{9}};
    begin(1);
    request(RETRY, A, &id);
    request(CANCEL, A, &id);
    finish_root(true);
    assert_int_equal(tx.leg_count, 3);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_bytes_equal(tx.legs[1].error, BYTES_LIT("there is no message with this id"));
    end();
}

/* Each request costs a base charge, whatever becomes of it, and there is a limit to them. */
static void test_requests_are_charged_and_limited(void **state) {
    (void)state;
    struct b32 id = {{9}};
    begin(1);
    for (int i = 0; i < 200; i++) request(RETRY, A, &id);
    uint64_t left = finish_root(true);
    assert_int_equal(tx.leg_count, 201);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(tx.legs[200].failure, XVM_FAIL_LIMIT);
    assert_int_equal(left, 10000000 - 200 * 10000);
    end();
    id = pending("gas");
    begin(2);
    request(CANCEL, A, &id);
    request(RETRY, A, &id);
    uint64_t gas = 15000;
    xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
    xvm_drain(&tx, &gas);
    assert_int_equal(message(&id).status, XVM_CANCELLED);
    assert_int_equal(tx.legs[1].gas_used, 10000);
    assert_int_equal(tx.legs[2].failure, XVM_FAIL_GAS);
    assert_int_equal(gas, 0);
    end();
}

/* A Move sender asks through its EVM alias. The alias of another one is a stranger. */
static void test_move_sender_acts_through_its_alias(void **state) {
    (void)state;
    struct b32 sender, stranger, id;
    struct b20 alias, other;
    memset(sender.b, 0x22, 32);
    memset(stranger.b, 0x23, 32);
    begin(1);
    start_evm(0x22, "revert");
    finish_root(true);
    id = tx.messages[0];
    assert_int_equal(message(&id).failure, XVM_FAIL_REVERTED);
    assert_ok(register_move_in_evm(journal, &sender, &alias));
    assert_ok(register_move_in_evm(journal, &stranger, &other));
    end();
    begin(2);
    struct buf b = {0};
    hex_put_digits(&b, BYTES_OF(other));
    request(RETRY, buf_cstr(&b), &id);
    buf_clear(&b);
    hex_put_digits(&b, BYTES_OF(alias));
    request(RETRY, buf_cstr(&b), &id);
    request(CANCEL, buf_cstr(&b), &id);
    buf_free(&b);
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(tx.legs[2].failure, XVM_FAIL_REVERTED);
    assert_int_equal(message(&id).status, XVM_CANCELLED);
    end();
}

/* ---- Forgeries */

static void test_logs_of_other_addresses_are_only_logs(void **state) {
    (void)state;
    struct b32 id = pending("gas");
    struct b20 other = XVM_MOVEVM_ADDRESS, zero = {{0}};
    other.b[19] = 2;
    begin(2);
    put_log(&other, CALL, A, NULL, call_data("f", 0));
    put_log(&XVM_QUEUE_ADDRESS, CALL, A, NULL, call_data("f", 0));
    put_log(&XVM_MOVEVM_ADDRESS, CALL, A, &id, call_data("f", 0)); /* a topic too many */
    put_log(&XVM_MOVEVM_ADDRESS, "Call(address,bytes)", A, NULL, call_data("f", 0));
    put_log(&other, RETRY, A, &id, (struct bytes){NULL, 0});
    put_log(&XVM_MOVEVM_ADDRESS, RETRY, A, &id, (struct bytes){NULL, 0});
    put_log(&XVM_QUEUE_ADDRESS, RETRY, A, NULL, (struct bytes){NULL, 0});
    put_log(&XVM_QUEUE_ADDRESS, "Retry(address,uint256)", A, &id, (struct bytes){NULL, 0});
    put_move_event(&zero, 0x22, "g()"); /* any Move module may emit an event of this shape */
    /* An EVM log from the address that is the Move messenger's mark. */
    put_log(&XVM_MOVE_MESSENGER, CALL, A, NULL, call_data("f", 0));
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_int_equal(tx.message_count, 0);
    assert_int_equal(tx.leg_count, 1);
    end();
}

static void test_malformed_event_data_is_kept_with_its_reason(void **state) {
    (void)state;
    begin(1);
    struct bytes data = call_data("f", 40);
    for (size_t n = 0; n < data.n - 32; n += 32)
        put_log(&XVM_MOVEVM_ADDRESS, CALL, A, NULL, bytes_sub(data, 0, n));
    st_add_log(journal, &(struct st_log){.vm = ST_VM_MOVE,
                                         .address = XVM_MOVE_MESSENGER,
                                         .data = BYTES_LIT("short")});
    finish_root(true);
    assert_int_equal(run_count, 0);
    for (uint32_t i = 0; i < tx.message_count; i++)
        assert_int_equal(message(&tx.messages[i]).failure, XVM_FAIL_MALFORMED);
    struct b32 id = tx.messages[tx.message_count - 1];
    end();
    /* It names no sender, so nobody is its sender. */
    begin(2);
    request(RETRY, A, &id);
    request(CANCEL, B, &id);
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(tx.legs[2].failure, XVM_FAIL_AUTHORITY);
    end();
}

/* ---- Surroundings */

static void test_origin_of_a_move_root_is_its_alias(void **state) {
    (void)state;
    struct b32 sender;
    memset(sender.b, 0xca, 32);
    begin(1);
    assert_true(b20_eq(&env.origin, &(struct b20){{0}}));
    tx.root_vm = ST_VM_MOVE;
    tx.root_sender = xvm_wide_actor(ST_VM_MOVE, &sender);
    env.block.base_fee = u256_from_u64(7);
    xvm_begin(&tx);
    assert_bytes_equal(BYTES_OF(env.origin), unhex("0e40120a2e3c33f0fd199955b601120d950e3440"));
    assert_int_equal(env.gas_price.w[0], 7);
    end();
}

static void test_origin_of_a_solana_root_is_its_fee_payers_alias(void **state) {
    (void)state;
    struct b32 payer;
    memset(payer.b, 0xca, 32);
    begin(1);
    tx.root_vm = ST_VM_SVM;
    tx.root_sender = xvm_wide_actor(ST_VM_SVM, &payer);
    xvm_begin(&tx);
    assert_bytes_equal(BYTES_OF(env.origin), unhex("a817b70a9f4eacb68944ac438e46fcd7f7e6284d"));
    end();
}

static void test_compute_units_convert_at_the_rate(void **state) {
    (void)state;
    struct xvm_params p = {.svm_rate_units = 7, .svm_rate_gas = 3};
    assert_int_equal(xvm_gas_of_units(&p, 0), 0);
    assert_int_equal(xvm_gas_of_units(&p, 7), 3);
    assert_int_equal(xvm_gas_of_units(&p, 8), 4); /* charged: rounded up */
    assert_int_equal(xvm_units_of_gas(&p, 3), 7);
    assert_int_equal(xvm_units_of_gas(&p, 4), 9); /* given: rounded down */
    assert_int_equal(xvm_units_of_gas(&p, 0), 0);
    assert_true(xvm_units_of_gas(&p, UINT64_MAX) == UINT64_MAX);
    p.svm_rate_gas = 100;
    assert_true(xvm_gas_of_units(&p, UINT64_MAX) == UINT64_MAX);
    for (uint64_t gas = 0; gas < 1000; gas++)
        assert_true(xvm_gas_of_units(&p, xvm_units_of_gas(&p, gas)) <= gas + 100 / 7);
}

static void test_logs_belong_to_their_legs(void **state) {
    (void)state;
    size_t count;
    begin(1);
    start_move(A, "two");
    finish_root(true);
    const struct st_log *logs = st_logs(journal, &count);
    assert_int_equal(count, 3);
    assert_int_equal(logs[0].leg, 0);
    assert_int_equal(logs[1].leg, 1);
    assert_int_equal(logs[2].leg, 1);
    assert_int_equal(tx.legs[1].log_first, 1);
    assert_int_equal(tx.legs[1].log_count, 2);
    end();
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_messages_run_first_in_first_out_over_machines),
        T(test_fields_of_the_events_reach_the_message),
        T(test_failed_root_starts_nothing),
        T(test_reverted_frame_starts_nothing),
        T(test_failed_message_undoes_itself_only),
        T(test_message_without_gas_stays_pending),
        T(test_long_result_is_cut_and_paid_for),
        T(test_result_that_is_not_paid_for_fails_the_message),
        T(test_long_error_is_paid_for_or_cut),
        T(test_more_messages_than_the_limit_stay_pending),
        T(test_more_generations_than_the_limit_stay_pending),
        T(test_payload_is_limited_for_retries_too),
        T(test_message_beyond_the_count_runs_when_retried),
        T(test_retry_by_sender_runs_at_the_end_of_the_queue),
        T(test_retry_by_a_stranger_depends_on_the_reason),
        T(test_cancel_belongs_to_the_sender),
        T(test_message_runs_successfully_at_most_once),
        T(test_two_retries_of_one_message_run_it_once),
        T(test_retry_of_unknown_id_is_a_failed_leg),
        T(test_requests_are_charged_and_limited),
        T(test_move_sender_acts_through_its_alias),
        T(test_logs_of_other_addresses_are_only_logs),
        T(test_malformed_event_data_is_kept_with_its_reason),
        T(test_origin_of_a_move_root_is_its_alias),
        T(test_logs_belong_to_their_legs),
        cmocka_unit_test_setup_teardown(test_origin_of_a_solana_root_is_its_fee_payers_alias, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_compute_units_convert_at_the_rate, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
