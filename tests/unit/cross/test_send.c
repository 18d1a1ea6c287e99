/* Messages with options: the id inside the frame, DROP, open retry, deadlines. */
#include "sends.h"

static void assert_id(const struct b32 *got, const struct b32 *want) {
    assert_bytes_equal(BYTES_OF(*got), BYTES_OF(*want));
}

/* ---- The id inside the frame */

static void test_id_is_known_when_a_message_is_sent(void **state) {
    (void)state;
    begin(1);
    struct b32 first = send_move(A, "f", (struct options){0});
    start_move(A, "f");
    put_log(&XVM_QUEUE_ADDRESS, RETRY, A, &first, (struct bytes){NULL, 0}); /* no message */
    put_log(&(struct b20){{1}}, "Other(address)", A, NULL, (struct bytes){NULL, 0});
    start_evm(0x22, "g()");
    struct b32 fourth = send_move(A, "f", (struct options){0});
    finish_root(true);
    assert_int_equal(tx.message_count, 4);
    assert_id(&first, &tx.messages[0]);
    assert_id(&fourth, &tx.messages[3]);
    assert_id(&fourth, &(struct b32[]){xvm_message_id(31337, &tx.root_hash, 3)}[0]);
    end();
}

static void test_id_of_a_reverted_frame_is_given_again(void **state) {
    (void)state;
    begin(1);
    start_move(A, "f");
    st_mark outer = st_savepoint(journal);
    struct b32 second = send_move(A, "lost", (struct options){0});
    st_mark inner = st_savepoint(journal);
    struct b32 third = send_move(A, "lost too", (struct options){0});
    assert_false(b32_eq(&second, &third));
    st_revert(journal, inner);
    assert_id(&(struct b32[]){xvm_next_id(&tx)}[0], &third);
    st_revert(journal, outer);
    struct b32 again = send_move(A, "kept", (struct options){0});
    assert_id(&again, &second);
    finish_root(true);
    assert_int_equal(tx.message_count, 2);
    assert_id(&tx.messages[1], &again);
    assert_ran(1, "kept");
    end();
}

static void test_id_is_exact_in_later_legs(void **state) {
    (void)state;
    begin(1);
    start_move(A, "two");    /* messages 0; starts 3 and 4 */
    start_move(A, "revert"); /* 1; what it starts is gone */
    start_move(A, "send");   /* 2; starts 5 */
    finish_root(true);
    assert_int_equal(tx.message_count, 6);
    assert_id(&sent_by_play, &tx.messages[5]);
    end();
}

static void test_native_answers_the_id_for_its_price(void **state) {
    (void)state;
    begin(1);
    start_move(A, "f");
    assert_int_equal(env.host->native_count, 3);
    const struct evm_native *native = &env.host->natives[0];
    assert_true(b20_eq(&native->address, &XVM_NEXT_ID_ADDRESS));
    struct evm_result r = {.gas_left = 1000};
    native->run(native->ctx, &env, &(struct evm_call_params){.gas = 1000}, &r);
    assert_int_equal(r.status, EVM_SUCCESS);
    assert_int_equal(r.gas_left, 900);
    struct b32 want = xvm_message_id(31337, &tx.root_hash, 1);
    assert_bytes_equal(r.output, BYTES_OF(want));
    native->run(native->ctx, &env, &(struct evm_call_params){.gas = 99}, &r);
    assert_int_equal(r.status, EVM_OUT_OF_GAS);
    assert_int_equal(r.gas_left, 0);
    end();
}

static void test_natives_of_the_caller_stay(void **state) {
    (void)state;
    static const struct evm_native own = {.address = {{9}}};
    static const struct evm_host host = {.natives = &own, .native_count = 1};
    begin(1);
    env.host = &host;
    xvm_begin(&tx);
    assert_int_equal(env.host->native_count, 4);
    assert_true(b20_eq(&env.host->natives[0].address, &own.address));
    end();
}

/* ---- DROP */

static struct b32 failed_send(const char *function, struct options o) {
    begin(1);
    struct b32 id = send_move(A, function, o);
    finish_root(true);
    assert_false(tx.legs[1].ok);
    end();
    return id;
}

static void test_dropped_message_is_final(void **state) {
    (void)state;
    struct b32 id = failed_send("revert", (struct options){.on_fail = 1});
    struct xvm_message m = message(&id);
    assert_int_equal(m.status, XVM_DROPPED);
    assert_int_equal(m.on_fail, XVM_DROP);
    assert_int_equal(m.failure, XVM_FAIL_REVERTED);
    assert_bytes_equal(m.error, BYTES_LIT("it says no"));
    begin(2);
    request(RETRY, A, &id);
    request(CANCEL, A, &id);
    finish_root(true);
    assert_int_equal(run_count, 0);
    for (uint32_t leg = 1; leg < 3; leg++) {
        assert_int_equal(tx.legs[leg].failure, XVM_FAIL_AUTHORITY);
        assert_bytes_equal(tx.legs[leg].error, BYTES_LIT("the message has been dropped"));
    }
    assert_int_equal(message(&id).status, XVM_DROPPED);
    end();
}

static void test_dropped_for_gas_is_final_too(void **state) {
    (void)state;
    begin(1);
    struct b32 id = send_move(A, "f", (struct options){.on_fail = 1});
    uint64_t gas = 9999;
    xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
    xvm_drain(&tx, &gas);
    assert_int_equal(run_count, 0);
    end();
    assert_int_equal(message(&id).status, XVM_DROPPED);
    id = failed_send("gas", (struct options){.on_fail = 1});
    assert_int_equal(message(&id).status, XVM_DROPPED);
}

static void test_dropped_beyond_a_limit_is_final_too(void **state) {
    (void)state;
    begin(1);
    for (uint32_t i = 0; i < tx.params.messages_max; i++) start_move(A, "f");
    struct b32 id = send_move(A, "f", (struct options){.on_fail = 1});
    finish_root(true);
    assert_int_equal(run_count, tx.params.messages_max);
    assert_int_equal(message(&id).status, XVM_DROPPED);
    assert_int_equal(message(&id).failure, XVM_FAIL_LIMIT);
    end();
}

static void test_successful_message_with_drop_is_executed(void **state) {
    (void)state;
    begin(1);
    struct b32 id = send_move(A, "f", (struct options){.on_fail = 1});
    put_move_send(&XVM_MOVE_SENDER, "g()", (struct options){.on_fail = 1}, 0);
    finish_root(true);
    assert_ran(1, "g()");
    assert_int_equal(message(&id).status, XVM_EXECUTED);
    assert_int_equal(message(&tx.messages[1]).status, XVM_EXECUTED);
    end();
}

static void test_both_machines_senders_can_drop(void **state) {
    (void)state;
    begin(1);
    send_move(A, "revert", (struct options){.on_fail = 1});
    put_move_send(&XVM_MOVE_SENDER, "revert", (struct options){.on_fail = 1}, 0);
    put_move_send(&XVM_MOVE_SENDER, "revert", (struct options){.on_fail = 0}, 0);
    finish_root(true);
    assert_int_equal(message(&tx.messages[0]).status, XVM_DROPPED);
    assert_int_equal(message(&tx.messages[1]).status, XVM_DROPPED);
    assert_int_equal(message(&tx.messages[2]).status, XVM_PENDING);
    end();
}

/* ---- Open retry */

static void test_anybody_may_retry_what_its_sender_opened(void **state) {
    (void)state;
    struct b32 closed = failed_send("revert", (struct options){0}), open;
    begin(2);
    open = send_move(A, "revert", (struct options){.open_retry = 1});
    finish_root(true);
    end();
    begin(3);
    request(RETRY, B, &closed);
    request(RETRY, B, &open);
    request(CANCEL, B, &open);
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(tx.legs[2].failure, XVM_FAIL_REVERTED);
    assert_int_equal(tx.legs[3].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(message(&open).attempts, 2);
    end();
}

/* ---- Deadlines */

enum { WEEK = 7 * 24 * 3600 };

static void test_deadline_is_a_week_unless_it_is_earlier(void **state) {
    (void)state;
    begin(1);
    env.block.timestamp = 1000;
    start_move(A, "f");
    send_move(A, "f", (struct options){0});
    send_move(A, "f", (struct options){.deadline = 1500});
    send_move(A, "f", (struct options){.deadline = 1000 + WEEK + 1}); /* no contract lets it by */
    start_evm(0x22, "g()");
    put_move_send(&XVM_MOVE_SENDER, "g()", (struct options){.deadline = 1600}, 0);
    finish_root(true);
    static const uint64_t want[] = {1000 + WEEK, 1000 + WEEK, 1500, 1000 + WEEK, 1000 + WEEK, 1600};
    assert_int_equal(tx.message_count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_int_equal(message(&tx.messages[i]).deadline, want[i]);
    end();
}

static void test_message_expires_after_its_deadline(void **state) {
    (void)state;
    struct b32 id = failed_send("gas", (struct options){.deadline = 1500});
    struct xvm_message m = message(&id);
    assert_int_equal(xvm_message_status(&m, 1500), XVM_PENDING);
    assert_int_equal(xvm_message_status(&m, 1501), XVM_EXPIRED);
    begin(2);
    env.block.timestamp = 1500;
    request(RETRY, B, &id);
    finish_root(true);
    assert_int_equal(run_count, 1);
    end();
    begin(3);
    env.block.timestamp = 1501;
    request(RETRY, B, &id);
    request(CANCEL, A, &id);
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_EXPIRED);
    assert_int_equal(tx.legs[2].failure, XVM_FAIL_AUTHORITY);
    assert_bytes_equal(tx.legs[2].error, BYTES_LIT("the message has expired"));
    assert_int_equal(message(&id).status, XVM_EXPIRED);
    end();
}

/* Whoever asks: expiry takes nothing from the sender, and gives the value back. */
static void test_strangers_request_expires_a_message(void **state) {
    (void)state;
    struct b32 id = failed_send("revert", (struct options){.deadline = 1500});
    begin(2);
    env.block.timestamp = 1501;
    request(CANCEL, B, &id);
    finish_root(true);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_EXPIRED);
    assert_int_equal(message(&id).status, XVM_EXPIRED);
    end();
}

static void test_deadline_does_not_touch_what_was_executed(void **state) {
    (void)state;
    begin(1);
    struct b32 id = send_move(A, "f", (struct options){.deadline = 1500});
    finish_root(true);
    struct xvm_message m = message(&id);
    assert_int_equal(xvm_message_status(&m, UINT64_MAX), XVM_EXECUTED);
    end();
}

/* ---- Forgeries */

static void test_send_of_other_addresses_is_only_a_log(void **state) {
    (void)state;
    static const struct options none;
    struct b32 id = {{0}};
    struct bytes data;
    begin(1);
    data = send_data("f", &(struct options){0});
    put_send_log(&XVM_MOVEVM_ADDRESS, SEND, A, &id, &none, data);
    put_send_log(&XVM_MOVE_SENDER, SEND, A, &id, &none, data); /* an EVM log with Move's mark */
    put_send_log(&XVM_NEXT_ID_ADDRESS, SEND, A, &id, &none, data);
    put_log(&XVM_QUEUE_ADDRESS, SEND, A, &id, data); /* a topic too few */
    put_move_send(&(struct b20){{0}}, "g()", (struct options){0}, 0);
    put_move_send(&XVM_QUEUE_ADDRESS, "g()", (struct options){0}, 0);
    assert_int_equal(st_logs_counted(journal), 0);
    finish_root(true);
    assert_int_equal(tx.message_count, 0);
    end();
}

static void test_malformed_options_are_kept_with_their_reason(void **state) {
    (void)state;
    enum { BCS_OPTIONS = 1 + 1 + 8 + 8 + 8 + 32 + 1 + 8 + 1 };
    static const struct options bad[] = {
        {.on_fail = 5}, {.open_retry = 2},         {.on_fail = 255},
        {.gas = 9999},  {.on_fail = XVM_CALLBACK}, {.on_fail = XVM_REVERT_TX},
        {.calls = true}};
    begin(1);
    for (size_t i = 0; i < COUNT_OF(bad); i++) send_move(A, "f", bad[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++) put_move_send(&XVM_MOVE_SENDER, "g()", bad[i], 0);
    for (size_t missing = 1; missing <= 33 + BCS_OPTIONS; missing++)
        put_move_send(&XVM_MOVE_SENDER, "g()", (struct options){0}, missing);
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_int_equal(tx.message_count, 2 * COUNT_OF(bad) + 33 + BCS_OPTIONS);
    for (uint32_t i = 0; i < 2 * COUNT_OF(bad); i++) {
        assert_int_equal(message(&tx.messages[i]).failure, XVM_FAIL_MALFORMED);
        assert_int_equal(message(&tx.messages[i]).status, XVM_PENDING);
    }
    end();
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_id_is_known_when_a_message_is_sent),
        T(test_id_of_a_reverted_frame_is_given_again),
        T(test_id_is_exact_in_later_legs),
        T(test_native_answers_the_id_for_its_price),
        T(test_natives_of_the_caller_stay),
        T(test_dropped_message_is_final),
        T(test_dropped_for_gas_is_final_too),
        T(test_dropped_beyond_a_limit_is_final_too),
        T(test_successful_message_with_drop_is_executed),
        T(test_both_machines_senders_can_drop),
        T(test_anybody_may_retry_what_its_sender_opened),
        T(test_deadline_is_a_week_unless_it_is_earlier),
        T(test_message_expires_after_its_deadline),
        T(test_strangers_request_expires_a_message),
        T(test_deadline_does_not_touch_what_was_executed),
        T(test_send_of_other_addresses_is_only_a_log),
        T(test_malformed_options_are_kept_with_their_reason),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
