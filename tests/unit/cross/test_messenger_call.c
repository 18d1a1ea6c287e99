/* The messenger's calls at once: what is asked of the crossing, which this file plays, what is
 * charged, and what comes back. */
#include "messenger_world.h"

/* ---- The crossing, played */

static struct xvm_sync asked;
static struct xvm_run answer;
static int calls;
/* What the call does in the middle; NULL: nothing. */
static void (*in_the_middle)(struct sol_context *ctx);

void xvm_sync_call(struct xvm_tx *t, struct xvm_sync *c, struct xvm_run *run) {
    assert_ptr_equal(t, &tx);
    calls++;
    asked = *c;
    *run = answer;
    run->gas_used = min_u64(answer.gas_used, c->gas);
    if (in_the_middle) in_the_middle(c->svm);
}

static void begin_calls(uint8_t root_byte) {
    begin_svm(root_byte);
    calls = 0;
    in_the_middle = NULL;
    answer = (struct xvm_run){.gas_used = 5000, .result = BYTES_LIT("result")};
}

/* ---- Instructions */

struct how {
    uint8_t flags;
    uint64_t units, value;
};

static void put_how(struct how h) {
    buf_put_u8(&ix, h.flags);
    put_u64(h.units);
    put_u64(h.value);
}

static struct bytes sync_evm(const char *data, struct how h) {
    buf_put_u8(&ix, 10);
    put_evm_fields(data);
    put_how(h);
    return taken();
}

static struct bytes sync_move(const char *function, bool bcs, struct how h) {
    buf_put_u8(&ix, 11);
    put_move_fields(function, bcs);
    put_how(h);
    return taken();
}

enum { HOME_AUTHORITY = 1, RAW = 2, MUST = 4, READ_ONLY = 8 };

/* Base, words of data, two keys of the message. */
static uint64_t cost(struct bytes data) {
    return 1000 + (data.n + 31) / 32 * 3 + 2 * 8;
}

static void assert_logged(const char *text) {
    for (size_t i = 0; i < result.log_count; i++)
        if (memmem(result.logs[i].p, result.logs[i].n, text, strlen(text))) return;
    fail_msg("no line of the log says: %s", text);
}

/* ---- What is asked */

static void test_call_to_the_evm_is_asked_of_the_crossing(void **state) {
    (void)state;
    begin_calls(1);
    assert_invoked(P, sync_evm("hello", (struct how){0}));
    assert_int_equal(calls, 1);
    assert_int_equal(asked.call.from_vm, ST_VM_SVM);
    assert_int_equal(asked.call.to_vm, ST_VM_EVM);
    assert_bytes_equal(asked.call.sender, unhex(P));
    assert_bytes_equal(asked.call.to, unhex("0000000000000000000000000000000000000077"));
    assert_bytes_equal(asked.call.call_data, BYTES_LIT("hello"));
    assert_true(u256_is_zero(&asked.value));
    assert_int_equal(asked.payer.vm, ST_VM_SVM);
    assert_memory_equal(asked.payer.bytes, unhex(P).p, 32);
    assert_false(asked.read_only);
    assert_false(asked.home_authority);
    assert_int_equal(asked.depth, 1);
    assert_non_null(asked.svm);
    assert_bytes_equal(result.return_data, BYTES_LIT("\0result"));
    assert_true(b32_eq(&result.return_program, &XVM_MESSENGER_ID));
    assert_logged("Messenger: call to the EVM returned 6 bytes");
    assert_int_equal(st_logs_counted(journal), 0); /* no message */
    finish_root(true);
    assert_int_equal(tx.message_count, 0);
    end();
}

static void test_call_to_move_is_asked_of_the_crossing(void **state) {
    (void)state;
    begin_calls(1);
    assert_invoked(P, sync_move("write", false, (struct how){0}));
    assert_int_equal(asked.call.to_vm, ST_VM_MOVE);
    assert_bytes_equal(
        asked.call.module_address,
        BYTES_LIT("0x00000000000000000000000000000000000000000000000000000000000000c1"));
    assert_bytes_equal(asked.call.module_name, BYTES_LIT("ledger"));
    assert_bytes_equal(asked.call.function_name, BYTES_LIT("write"));
    assert_bytes_equal(asked.call.generics, BYTES_LIT("u8"));
    assert_bytes_equal(asked.call.call_data, BYTES_LIT("abi"));
    assert_int_equal(asked.call.bcs, 0);
    assert_int_equal(asked.call.abi_result, 1);
    assert_invoked(P, sync_move("write", true, (struct how){.flags = RAW}));
    assert_int_equal(asked.call.bcs, 1);
    assert_int_equal(asked.call.abi_result, 0);
    assert_invoked(P, sync_move("write", true, (struct how){0}));
    assert_int_equal(asked.call.abi_result, 1);
    end();
}

static void test_flags_reach_the_crossing(void **state) {
    (void)state;
    begin_calls(1);
    assert_invoked(P, sync_evm("x", (struct how){.flags = HOME_AUTHORITY}));
    assert_true(asked.home_authority);
    assert_false(asked.read_only);
    assert_invoked(P, sync_evm("x", (struct how){.flags = READ_ONLY | MUST}));
    assert_false(asked.home_authority);
    assert_true(asked.read_only);
    end();
}

static void test_call_is_made_before_messages_that_were_started_earlier(void **state) {
    (void)state;
    begin_calls(1);
    assert_invoked(P, call_evm("queued"));
    assert_invoked(P, sync_evm("at once", (struct how){0}));
    assert_int_equal(calls, 1);
    assert_int_equal(run_count, 0);
    finish_root(true);
    assert_ran(0, "queued");
    assert_int_equal(tx.message_count, 1);
    assert_int_equal(message(&tx.messages[0]).status, XVM_EXECUTED);
    end();
}

/* ---- What comes back */

static void test_failure_is_a_status_and_its_reason(void **state) {
    (void)state;
    begin_calls(1);
    answer = (struct xvm_run){.failure = XVM_FAIL_REVERTED,
                              .gas_used = 10,
                              .error = BYTES_LIT("EVM: it says no"),
                              .error_data = BYTES_LIT("\xde\xad\xbe\xef")};
    assert_invoked(P, sync_evm("x", (struct how){0}));
    assert_bytes_equal(result.return_data, BYTES_LIT("\2\0\0\0\0\0\0\0\0\xde\xad\xbe\xef"));
    assert_logged("Messenger: call failed: reverted: EVM: it says no");
    answer.failure = XVM_FAIL_TARGET; /* not what a contract said */
    assert_invoked(P, sync_evm("x", (struct how){0}));
    assert_bytes_equal(result.return_data, BYTES_LIT("\4\0\0\0\0\0\0\0\0EVM: it says no"));
    answer = (struct xvm_run){.failure = XVM_FAIL_REVERTED,
                              .code = 0x0102030405060708,
                              .error = BYTES_LIT("Move: aborted")};
    assert_invoked(P, sync_move("x", false, (struct how){0}));
    assert_bytes_equal(result.return_data, BYTES_LIT("\2\x08\7\6\5\4\3\2\1Move: aborted"));
    end();
}

static void test_must_fails_with_the_reason(void **state) {
    (void)state;
    begin_calls(1);
    assert_invoked(P, sync_evm("x", (struct how){.flags = MUST}));
    answer = (struct xvm_run){.failure = XVM_FAIL_REVERTED, .error = BYTES_LIT("it says no")};
    assert_refused(invoke(P, sync_evm("x", (struct how){.flags = MUST})), SOL_IX_CUSTOM, 258,
                   "it says no");
    assert_false(result.lacked_units);
    answer.failure = XVM_FAIL_GAS;
    assert_refused(invoke(P, sync_evm("x", (struct how){.flags = MUST})), SOL_IX_CUSTOM, 257,
                   "call failed: out_of_gas");
    assert_true(result.lacked_units);
    end();
}

static void test_long_results_are_cut_and_say_so(void **state) {
    (void)state;
    uint8_t *long_one = arena_alloc(&arena, 2000, 1);
    memset(long_one, 'r', 2000);
    begin_calls(1);
    answer.result = bytes_make(long_one, 1023);
    assert_invoked(P, sync_evm("x", (struct how){0}));
    assert_int_equal(result.return_data.n, 1024);
    assert_int_equal(result.return_data.p[0], 0);
    answer.result.n = 1024;
    assert_invoked(P, sync_evm("x", (struct how){0}));
    assert_int_equal(result.return_data.n, 1024);
    assert_int_equal(result.return_data.p[0], 0x80);
    answer.failure = XVM_FAIL_LIMIT;
    answer.error = bytes_make(long_one, 2000);
    assert_invoked(P, sync_evm("x", (struct how){0}));
    assert_int_equal(result.return_data.n, 1024);
    assert_int_equal(result.return_data.p[0], 0x80 | XVM_FAIL_LIMIT);
    end();
}

/* What a callee says is one line, and text. */
static void test_log_shows_a_callee_s_text_in_one_line(void **state) {
    (void)state;
    static const struct {
        const char *said, *shown;
    } cases[] = {{"no\nProgram 11111111111111111111111111111111 success", "reverted: no"},
                 {"caf\xc3\xa9", "reverted: caf\xc3\xa9"},
                 {"a\xff", "reverted: a"},
                 {"\xff\xff\xff\xff\xff\xff", "reverted: (a text that is not UTF-8)"},
                 {"", "reverted: "}};
    begin_calls(1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        answer = (struct xvm_run){.failure = XVM_FAIL_REVERTED, .error = bytes_cstr(cases[i].said)};
        assert_invoked(P, sync_evm("x", (struct how){0}));
        struct bytes line = result.logs[1], want = bytes_cstr(cases[i].shown);
        if (!bytes_eq(bytes_sub(line, line.n - want.n, want.n), want))
            fail_msg("%.*s", (int)line.n, (const char *)line.p);
    }
    /* Cut between characters. */
    char *said = (char *)arena_alloc(&arena, 1000, 1);
    for (int i = 0; i < 999; i++) said[i] = i % 2 ? '\xa9' : '\xc3';
    answer.error = bytes_make(said + 1, 0);
    for (size_t skip = 0; skip < 2; skip++) {
        said[0] = skip ? 'x' : '\xc3';
        if (skip) memmove(said + 1, said + 2, 998), said[998] = 0;
        answer.error = bytes_make(said, 900);
        assert_invoked(P, sync_evm("x", (struct how){0}));
        assert_false(memmem(result.logs[1].p, result.logs[1].n, "not UTF-8", 9));
        assert_int_equal(result.logs[1].p[result.logs[1].n - 1], 0xa9);
    }
    end();
}

/* ---- Compute units */

static void test_units_of_the_call_are_charged_and_a_64th_is_kept(void **state) {
    (void)state;
    begin_calls(1);
    struct bytes data = sync_evm("hello", (struct how){0});
    assert_int_equal(invoke_with(P, true, data, 100000).code, SOL_IX_OK);
    uint64_t left = 100000 - cost(data);
    assert_int_equal(asked.gas, 2 * (left - left / 64));
    assert_int_equal(result.units, cost(data) + 2500);
    answer.gas_used = UINT64_MAX; /* all that it is given */
    answer.failure = XVM_FAIL_GAS;
    assert_int_equal(invoke_with(P, true, data, 100000).code, SOL_IX_OK);
    assert_int_equal(result.units, cost(data) + left - left / 64);
    end();
}

static void test_rates_round_down_what_is_given_and_up_what_is_charged(void **state) {
    (void)state;
    begin_calls(1);
    tx.params.svm_rate_units = 7; /* seven units are three of gas */
    tx.params.svm_rate_gas = 3;
    struct bytes data = sync_evm("hello", (struct how){.units = 100});
    answer.gas_used = UINT64_MAX;
    assert_int_equal(invoke_with(P, true, data, 100000).code, SOL_IX_OK);
    assert_int_equal(asked.gas, 42);                 /* 100 * 3 / 7 = 42.86 */
    assert_int_equal(result.units, cost(data) + 98); /* 42 * 7 / 3 */
    answer.gas_used = 10;
    assert_int_equal(invoke_with(P, true, data, 100000).code, SOL_IX_OK);
    assert_int_equal(result.units, cost(data) + 24); /* 23.33 */
    end();
}

static void test_units_can_be_limited(void **state) {
    (void)state;
    begin_calls(1);
    assert_invoked(P, sync_evm("x", (struct how){.units = 777}));
    assert_int_equal(asked.gas, 2 * 777);
    struct bytes data = sync_evm("x", (struct how){.units = UINT64_MAX});
    assert_int_equal(invoke_with(P, true, data, 10000).code, SOL_IX_OK);
    assert_true(asked.gas < 2 * 10000);
    end();
}

static void test_call_is_paid_for_before_it_is_made(void **state) {
    (void)state;
    begin_calls(1);
    struct bytes data = sync_evm("hello", (struct how){0});
    assert_refused(invoke_with(P, true, data, (uint32_t)cost(data) - 1),
                   SOL_IX_COMPUTATIONAL_BUDGET_EXCEEDED, 0, "failed");
    assert_int_equal(calls, 0);
    assert_int_equal(invoke_with(P, true, data, (uint32_t)cost(data)).code, SOL_IX_OK);
    assert_int_equal(calls, 1);
    assert_int_equal(asked.gas, 0);
    end();
}

/* ---- What is refused */

static void test_malformed_calls_are_refused(void **state) {
    (void)state;
    begin_calls(1);
    struct bytes good[] = {sync_evm("hello", (struct how){.flags = 13}),
                           sync_move("write", false, (struct how){.flags = 15}),
                           sync_move("write", true, (struct how){.units = 1, .value = 0})};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        for (size_t n = 0; n < good[i].n; n++) {
            struct bytes cut = exact_copy(bytes_make(good[i].p, n));
            assert_refused(invoke(P, cut), SOL_IX_INVALID_INSTRUCTION_DATA, 0, "cannot be read");
            free((void *)cut.p);
        }
        buf_put_bytes(&ix, good[i]);
        buf_put_u8(&ix, 0);
        assert_refused(invoke(P, taken()), SOL_IX_INVALID_INSTRUCTION_DATA, 0,
                       "something follows its last field");
    }
    assert_refused(invoke(P, sync_evm("x", (struct how){.flags = RAW})),
                   SOL_IX_INVALID_INSTRUCTION_DATA, 0, "a flag is not known");
    for (int bit = 4; bit < 8; bit++)
        assert_refused(invoke(P, sync_move("x", false, (struct how){.flags = (uint8_t)(1 << bit)})),
                       SOL_IX_INVALID_INSTRUCTION_DATA, 0, "a flag is not known");
    assert_int_equal(calls, 0);
    end();
}

static void test_caller_must_sign(void **state) {
    (void)state;
    begin_calls(1);
    struct bytes data = sync_evm("x", (struct how){0});
    assert_refused(invoke_with(P, false, data, 100000), SOL_IX_MISSING_REQUIRED_SIGNATURE, 0,
                   "has not signed");
    assert_refused(invoke_with(NULL, true, data, 100000), SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS, 0,
                   "account 0 is the sender");
    assert_int_equal(calls, 0);
    end();
}

static void test_without_a_transaction_nothing_is_called(void **state) {
    (void)state;
    begin_calls(1);
    struct sol_builtin messenger = xvm_messenger(NULL);
    bank.builtins = &messenger;
    bank.builtin_count = 1;
    assert_refused(invoke(P, sync_evm("x", (struct how){0})), SOL_IX_CUSTOM, 4, "called from here");
    bank.builtins = NULL;
    bank.builtin_count = 0;
    end();
}

/* ---- Value, and accounts */

static bool payer_writable;

static struct sol_fail pay(struct bytes data) {
    static const uint8_t place0 = 0;
    struct sol_key keys[] = {{.key = key(P), .signer = true, .writable = payer_writable},
                             {.key = XVM_MESSENGER_ID}};
    struct sol_instruction in = {.program = 1, .accounts = {&place0, 1}, .data = data};
    struct sol_message m = {.keys = keys,
                            .key_count = 2,
                            .instructions = &in,
                            .instruction_count = 1,
                            .static_count = 2};
    struct sol_budget budget = {
        .units = 1000000, .heap_bytes = 32 << 10, .loaded_bytes_max = 64 << 20};
    st_mark mark = st_savepoint(journal);
    sol_run_message(xvm_svm_bank(&tx), journal, &m, &budget, &result);
    if (result.error.code) st_revert(journal, mark);
    return result.error.fail;
}

static void take_value(struct sol_context *ctx) {
    struct b32 payer = key(P);
    struct st_svm_account a;
    assert_true(st_svm_account(ctx->journal, &payer, &a));
    a.lamports -= 5;
    st_set_svm_account(ctx->journal, &payer, &a);
    assert_false(sol_is_held(ctx, &payer));
}

static void test_value_leaves_the_sender_who_is_writable(void **state) {
    (void)state;
    begin_calls(1);
    in_the_middle = take_value;
    payer_writable = true;
    assert_int_equal(pay(sync_evm("x", (struct how){.value = 5})).code, SOL_IX_OK);
    struct u256 wei = u256_from_u64(5000000000);
    assert_true(u256_eq(&asked.value, &wei));
    assert_int_equal(result.lamports_before[0], 1000000000);
    assert_int_equal(result.lamports_after[0], 999999995);
    payer_writable = false;
    assert_refused(pay(sync_evm("x", (struct how){.value = 5})), SOL_IX_READONLY_LAMPORT_CHANGE, 0,
                   "account 0 pays the value, and is not writable");
    assert_int_equal(calls, 1);
    payer_writable = true;
    in_the_middle = NULL;
    assert_int_equal(pay(sync_evm("x", (struct how){.value = UINT64_MAX})).code, SOL_IX_OK);
    struct u256 unit = u256_from_u64(1000000000), most = u256_from_u64(UINT64_MAX), all;
    u256_mul(&all, &most, &unit);
    assert_true(u256_eq(&asked.value, &all)); /* the crossing knows whether it is there */
    end();
}

static void test_value_of_a_read_only_call_is_refused(void **state) {
    (void)state;
    begin_calls(1);
    payer_writable = true;
    assert_refused(pay(sync_evm("x", (struct how){.flags = READ_ONLY, .value = 5})), SOL_IX_CUSTOM,
                   5, "nothing can be paid in a read-only call");
    assert_int_equal(calls, 0);
    end();
}

/* ---- Read-only legs */

static struct sol_fail invoke_read_only(struct bytes data) {
    static const uint8_t place0 = 0;
    struct sol_key keys[] = {{.key = key(P), .signer = true}, {.key = XVM_MESSENGER_ID}};
    struct sol_instruction in = {.program = 1, .accounts = {&place0, 1}, .data = data};
    struct sol_message m = {.keys = keys,
                            .key_count = 2,
                            .instructions = &in,
                            .instruction_count = 1,
                            .static_count = 2};
    struct sol_budget budget = {
        .units = 1000000, .heap_bytes = 32 << 10, .loaded_bytes_max = 64 << 20, .read_only = true};
    sol_run_message(xvm_svm_bank(&tx), journal, &m, &budget, &result);
    return result.error.fail;
}

static void test_read_only_leg_starts_nothing_and_hands_it_on(void **state) {
    (void)state;
    struct b32 id = {{7}};
    begin_calls(1);
    struct bytes starts[] = {call_evm("x"),
                             call_move("x", false),
                             send_evm("x", (struct options){0}),
                             send_move("x", (struct options){0}),
                             ask(true, &id),
                             ask(false, &id)};
    for (size_t i = 0; i < COUNT_OF(starts); i++)
        assert_refused(invoke_read_only(starts[i]), SOL_IX_CUSTOM, 5, "read-only");
    assert_int_equal(invoke_read_only(sync_evm("x", (struct how){0})).code, SOL_IX_OK);
    assert_true(asked.read_only);
    size_t logs;
    st_logs(journal, &logs);
    assert_int_equal(logs, 0);
    end();
}

/* ---- What the alias holds elsewhere */

static struct bytes sweep(uint8_t machine) {
    buf_put_u8(&ix, 12);
    buf_put_u8(&ix, machine);
    return taken();
}

static void test_sweep_brings_home_what_the_alias_holds(void **state) {
    (void)state;
    struct b32 p = key(P);
    struct xvm_actor who = xvm_wide_actor(ST_VM_SVM, &p),
                     alias = xvm_alias_of(&who, ST_VM_EVM, NULL);
    struct b20 at = xvm_actor_b20(&alias);
    struct u256 wei = u256_from_u64(3000000007);
    struct st_svm_account a;
    begin_calls(1);
    payer_writable = true;
    st_set_balance(journal, st_account(journal, &at), &wei);
    assert_int_equal(pay(sweep(0)).code, SOL_IX_OK);
    assert_bytes_equal(result.return_data, unhex("000300000000000000"));
    assert_int_equal(result.lamports_after[0], 1000000003);
    assert_true(st_svm_account(journal, &p, &a));
    assert_int_equal(a.lamports, 1000000003);
    assert_int_equal(st_account(journal, &at)->balance.w[0], 7); /* below the unit */
    assert_int_equal(pay(sweep(0)).code, SOL_IX_OK);
    assert_bytes_equal(result.return_data, unhex("000000000000000000"));
    end();
}

static void test_sweep_that_cannot_be_is_an_outcome_or_an_error(void **state) {
    (void)state;
    begin_calls(1);
    payer_writable = true;
    assert_int_equal(pay(sweep(2)).code, SOL_IX_OK);
    assert_int_equal(result.return_data.p[0], 3); /* malformed: one's own machine */
    assert_logged("only another machine can hold what is to come home");
    assert_int_equal(pay(sweep(3)).code, SOL_IX_INVALID_INSTRUCTION_DATA);
    assert_refused(invoke(P, sweep(0)), SOL_IX_READONLY_LAMPORT_CHANGE, 0,
                   "account 0 receives the value, and is not writable");
    assert_refused(invoke_with(P, false, sweep(0), 100000), SOL_IX_MISSING_REQUIRED_SIGNATURE, 0,
                   "has not signed");
    end();
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_world, teardown_world)
    const struct CMUnitTest tests[] = {
        TEST(test_call_to_the_evm_is_asked_of_the_crossing),
        TEST(test_call_to_move_is_asked_of_the_crossing),
        TEST(test_flags_reach_the_crossing),
        TEST(test_call_is_made_before_messages_that_were_started_earlier),
        TEST(test_failure_is_a_status_and_its_reason),
        TEST(test_must_fails_with_the_reason),
        TEST(test_long_results_are_cut_and_say_so),
        TEST(test_log_shows_a_callee_s_text_in_one_line),
        TEST(test_units_of_the_call_are_charged_and_a_64th_is_kept),
        TEST(test_rates_round_down_what_is_given_and_up_what_is_charged),
        TEST(test_units_can_be_limited),
        TEST(test_call_is_paid_for_before_it_is_made),
        TEST(test_malformed_calls_are_refused),
        TEST(test_caller_must_sign),
        TEST(test_without_a_transaction_nothing_is_called),
        TEST(test_value_leaves_the_sender_who_is_writable),
        TEST(test_value_of_a_read_only_call_is_refused),
        TEST(test_sweep_brings_home_what_the_alias_holds),
        TEST(test_sweep_that_cannot_be_is_an_outcome_or_an_error),
        TEST(test_read_only_leg_starts_nothing_and_hands_it_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
