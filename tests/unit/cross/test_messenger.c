/* The messenger program: what it starts, refuses, asks for and answers. */
#include "messenger_world.h"

/* ---- The account */

static void test_account_is_a_program_of_the_native_loader(void **state) {
    (void)state;
    struct st_svm_account a;
    st_begin_tx(journal);
    assert_true(st_svm_account(journal, &XVM_MESSENGER_ID, &a));
    assert_true(a.executable);
    assert_true(sol_is(&a.owner, SOL_ID_NATIVE_LOADER));
    assert_string_equal(sol_text(&XVM_MESSENGER_ID).s,
                        "TernMessenger111111111111111111111111111111");
    st_end_tx(journal, true);
}

/* ---- Messages */

static void test_call_to_the_evm_becomes_a_message(void **state) {
    (void)state;
    begin_svm(1);
    assert_invoked(P, call_evm("hello"));
    struct b32 id = xvm_message_id(31337, &tx.root_hash, 0);
    assert_bytes_equal(result.return_data, BYTES_OF(id));
    assert_true(b32_eq(&result.return_program, &XVM_MESSENGER_ID));
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_int_equal(runs[0].vm, ST_VM_EVM);
    assert_ran(0, "hello");
    struct xvm_message m = message(&id);
    assert_int_equal(m.status, XVM_EXECUTED);
    assert_int_equal(m.from_vm, ST_VM_SVM);
    assert_int_equal(m.to_vm, ST_VM_EVM);
    assert_bytes_equal(m.sender, unhex(P));
    assert_bytes_equal(m.sender_alias, unhex("a817b70a9f4eacb68944ac438e46fcd7f7e6284d"));
    assert_bytes_equal(m.to, unhex("0000000000000000000000000000000000000077"));
    assert_bytes_equal(m.call_data, BYTES_LIT("hello"));
    assert_int_equal(m.on_fail, XVM_KEEP);
    assert_int_equal(m.open_retry, 0);
    assert_int_equal(m.deadline, 1000000 + 7 * 24 * 3600);
    end();
}

static void test_call_to_move_becomes_a_message(void **state) {
    (void)state;
    begin_svm(1);
    assert_invoked(P, call_move("write", false));
    assert_invoked(Q, call_move("write", true));
    finish_root(true);
    assert_int_equal(run_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct xvm_message m = message(&tx.messages[i]);
        assert_int_equal(m.to_vm, ST_VM_MOVE);
        assert_bytes_equal(m.sender, unhex(i ? Q : P));
        assert_bytes_equal(
            m.module_address,
            BYTES_LIT("0x00000000000000000000000000000000000000000000000000000000000000c1"));
        assert_bytes_equal(m.module_name, BYTES_LIT("ledger"));
        assert_bytes_equal(m.function_name, BYTES_LIT("write"));
        assert_bytes_equal(m.generics, BYTES_LIT("u8"));
        assert_int_equal(m.bcs, i);
    }
    struct bytes parts[2];
    struct xvm_message m = message(&tx.messages[0]);
    assert_bytes_equal(m.sender_alias,
                       unhex("5d2ed12de41c22e55bcca1ea2b2e28568ad3da5c18a3f0b0034cc470418530a9"));
    assert_bytes_equal(m.call_data, BYTES_LIT("abi"));
    m = message(&tx.messages[1]);
    assert_true(xvm_split_vectors(m.call_data, parts, 2));
    assert_bytes_equal(parts[0], BYTES_LIT("\x07"));
    assert_bytes_equal(parts[1], BYTES_LIT("xyz"));
    assert_false(xvm_split_vectors(m.call_data, parts, 1));
    end();
}

static void test_options_reach_the_message(void **state) {
    (void)state;
    begin_svm(1);
    assert_invoked(P, send_evm("revert", (struct options){.on_fail = 1, .deadline = 1000001}));
    assert_invoked(P, send_move("revert", (struct options){.open_retry = 1}));
    finish_root(true);
    struct xvm_message m = message(&tx.messages[0]);
    assert_int_equal(m.status, XVM_DROPPED);
    assert_int_equal(m.deadline, 1000001);
    m = message(&tx.messages[1]);
    assert_int_equal(m.status, XVM_PENDING);
    assert_int_equal(m.open_retry, 1);
    assert_int_equal(m.deadline, 1000000 + 7 * 24 * 3600);
    end();
}

static void test_messages_of_three_machines_run_in_the_order_of_their_start(void **state) {
    (void)state;
    begin_svm(1);
    assert_invoked(P, call_evm("two"));
    start_move(A, "second");
    assert_invoked(P, call_move("third", false));
    start_evm(0x22, "fourth()");
    finish_root(true);
    static const char *const order[] = {"two", "second", "third", "fourth()", "child", "child()"};
    assert_int_equal(run_count, COUNT_OF(order));
    for (uint32_t i = 0; i < COUNT_OF(order); i++) assert_ran(i, order[i]);
    end();
}

/* ---- What is refused */

static void test_malformed_instructions_are_refused(void **state) {
    (void)state;
    struct b32 id = {{7}};
    begin_svm(1);
    struct bytes good[] = {
        call_evm("hello"),
        call_move("write", false),
        call_move("write", true),
        send_evm("x", (struct options){.open_retry = 1}),
        send_move("x", (struct options){.deadline = 1000000}),
        send_evm("x", (struct options){.on_success = 1, .callback = 1, .refund_to = 1}),
        ask(true, &id),
        ask(false, &id),
        BYTES_LIT("\x0c\1")};
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
    assert_refused(invoke(P, send_evm("x", (struct options){.open_retry = 2})),
                   SOL_IX_INVALID_INSTRUCTION_DATA, 0, "boolean");
    assert_refused(invoke(P, send_evm("x", (struct options){.refund_to = 2})),
                   SOL_IX_INVALID_INSTRUCTION_DATA, 0, "option");
    assert_refused(invoke(P, BYTES_LIT("\x80")), SOL_IX_INVALID_INSTRUCTION_DATA, 0,
                   "no such instruction");
    assert_refused(invoke(P, call_move("wr\xffite", false)), SOL_IX_INVALID_INSTRUCTION_DATA, 0,
                   "UTF-8");
    finish_root(true);
    assert_int_equal(tx.message_count, 0);
    end();
}

static void test_sender_must_sign(void **state) {
    (void)state;
    struct b32 id = {{7}};
    begin_svm(1);
    struct bytes all[] = {call_evm("x"), send_move("x", (struct options){0}), ask(true, &id)};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        assert_refused(invoke_with(P, false, all[i], 100000), SOL_IX_MISSING_REQUIRED_SIGNATURE, 0,
                       "has not signed");
        assert_refused(invoke_with(NULL, true, all[i], 100000), SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS, 0,
                       "account 0 is the sender");
    }
    finish_root(true);
    assert_int_equal(tx.leg_count, 1);
    end();
}

static void test_message_to_the_same_machine_is_refused_by_name(void **state) {
    (void)state;
    begin_svm(1);
    assert_refused(invoke(P, BYTES_LIT("\x02")), SOL_IX_CUSTOM, 0, "invoke the program itself");
    assert_refused(invoke(P, BYTES_LIT("\x05 anything")), SOL_IX_CUSTOM, 0, "itself");
    end();
}

static void test_options_that_do_not_fit_are_refused_with_the_reason(void **state) {
    (void)state;
    static const struct {
        struct options o;
        uint32_t code;
        const char *why;
    } cases[] = {{{.on_fail = 5}, 1, "no such policy"},
                 {{.on_fail = 255}, 1, "no such policy"},
                 {{.on_fail = 3}, 1, "callback"},
                 {{.on_success = 1}, 1, "callback"},
                 {{.callback = 1}, 1, "callback"},
                 {{.callback_gas = 10000}, 1, "callback"},
                 {{.gas = 9999}, 1, "base charge"},
                 {{.on_fail = 3, .callback = 1, .callback_gas = 1}, 1, "base charge"},
                 {{.gas = 50000000}, 6, "more than there is"},
                 {{.gas = UINT64_MAX}, 6, "more than there is"},
                 {{.on_fail = 4}, 1, "atomic"}};
    begin_svm(1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_refused(invoke(P, send_evm("x", cases[i].o)), SOL_IX_CUSTOM, cases[i].code,
                       cases[i].why);
        assert_refused(invoke(P, send_move("x", cases[i].o)), SOL_IX_CUSTOM, cases[i].code,
                       cases[i].why);
    }
    assert_refused(invoke(P, send_evm("x", (struct options){.value = 1})),
                   SOL_IX_READONLY_LAMPORT_CHANGE, 0, "not writable");
    assert_refused(invoke(P, send_evm("x", (struct options){.callback = 1, .callback_flags = 1})),
                   SOL_IX_INVALID_INSTRUCTION_DATA, 0, "cannot sign");
    assert_int_equal(tx.reserved, 0);
    static const uint64_t deadlines[] = {1, 999999, 1000000 + 7 * 24 * 3600 + 1, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(deadlines); i++)
        assert_refused(invoke(P, send_evm("x", (struct options){.deadline = deadlines[i]})),
                       SOL_IX_CUSTOM, 2, "deadline");
    finish_root(true);
    assert_int_equal(tx.message_count, 0);
    end();
}

static void test_payload_that_is_too_long_is_refused(void **state) {
    (void)state;
    begin_svm(1);
    tx.params.payload_max_bytes = 40;
    assert_invoked(P, call_evm("123456789012345"));
    assert_refused(invoke(P, call_evm("1234567890123456")), SOL_IX_CUSTOM, 3, "payload");
    end();
}

static void test_without_a_transaction_only_questions_are_answered(void **state) {
    (void)state;
    begin_svm(1);
    struct sol_builtin messenger = xvm_messenger(NULL);
    bank.builtins = &messenger;
    bank.builtin_count = 1; /* found before that of the transaction */
    assert_refused(invoke(P, call_evm("x")), SOL_IX_CUSTOM, 4, "nothing can be queued");
    bank.builtins = NULL;
    bank.builtin_count = 0;
    end();
}

/* ---- Costs */

static void test_units_are_charged_before_anything_is_done(void **state) {
    (void)state;
    begin_svm(1);
    struct bytes data = call_evm("hello");
    uint32_t cost = 2000 + 8 * (uint32_t)data.n;
    assert_refused(invoke_with(P, true, data, cost - 1), SOL_IX_COMPUTATIONAL_BUDGET_EXCEEDED, 0,
                   "failed");
    assert_int_equal(st_logs_counted(journal), 0);
    assert_int_equal(invoke_with(P, true, data, cost).code, SOL_IX_OK);
    assert_int_equal(result.units, cost);
    assert_int_equal(st_logs_counted(journal), 1);
    end();
}

/* ---- Undoing */

static void test_message_of_a_failed_instruction_is_gone(void **state) {
    (void)state;
    static const uint8_t place0 = 0;
    begin_svm(1);
    struct sol_key keys[] = {{.key = key(P), .signer = true}, {.key = XVM_MESSENGER_ID}};
    struct sol_instruction in[] = {
        {.program = 1, .accounts = {&place0, 1}, .data = call_evm("first")},
        {.program = 1, .accounts = {&place0, 1}, .data = BYTES_LIT("\x02")}};
    struct sol_message m = {.keys = keys,
                            .key_count = 2,
                            .instructions = in,
                            .instruction_count = 2,
                            .static_count = 2};
    struct sol_budget budget = {
        .units = 100000, .heap_bytes = 32 << 10, .loaded_bytes_max = 64 << 20};
    st_mark mark = st_savepoint(journal);
    sol_run_message(xvm_svm_bank(&tx), journal, &m, &budget, &result);
    assert_int_equal(result.error.index, 1);
    st_revert(journal, mark);
    assert_invoked(P, call_evm("kept"));
    struct b32 id = xvm_message_id(31337, &tx.root_hash, 0);
    assert_bytes_equal(result.return_data, BYTES_OF(id)); /* the first id is given again */
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_ran(0, "kept");
    end();
}

static void test_failed_root_starts_nothing(void **state) {
    (void)state;
    begin_svm(1);
    assert_invoked(P, call_evm("x"));
    finish_root(false);
    assert_int_equal(run_count, 0);
    end();
}

static void test_fan_out_has_a_limit(void **state) {
    (void)state;
    begin_svm(1);
    for (int i = 0; i < 70; i++) assert_invoked(P, call_evm("x"));
    finish_root(true);
    assert_int_equal(run_count, 64);
    assert_int_equal(tx.message_count, 70);
    assert_int_equal(message(&tx.messages[64]).failure, XVM_FAIL_LIMIT);
    end();
}

/* Nothing but the messenger's own code can mark a log. */
static void test_forged_logs_are_only_logs(void **state) {
    (void)state;
    begin_svm(1);
    buf_put_bytes(&ix, unhex(P));
    buf_put_bytes(&ix, unhex(P));
    buf_put_bytes(&ix, call_evm("forged"));
    struct bytes data = taken();
    struct b20 other = XVM_SVM_MESSENGER;
    other.b[19]++;
    st_add_log(journal, &(struct st_log){.vm = ST_VM_SVM, .address = other, .data = data});
    st_add_log(journal, &(struct st_log){.vm = ST_VM_SVM, .data = data});
    for (uint8_t vm = ST_VM_EVM; vm <= ST_VM_MOVE; vm++)
        st_add_log(journal, &(struct st_log){.vm = vm, .address = XVM_SVM_MESSENGER, .data = data});
    finish_root(true);
    assert_int_equal(run_count, 0);
    assert_int_equal(tx.message_count, 0);
    end();
}

/* ---- Retry and cancel */

static struct b32 failed(const char *data) {
    begin_svm(1);
    assert_invoked(P, send_evm(data, (struct options){0}));
    finish_root(true);
    struct b32 id = tx.messages[0];
    assert_int_equal(message(&id).status, XVM_PENDING);
    end();
    return id;
}

static void test_sender_retries_and_cancels(void **state) {
    (void)state;
    struct b32 id = failed("revert");
    begin_svm(2);
    assert_invoked(Q, ask(true, &id)); /* a stranger */
    assert_invoked(Q, ask(false, &id));
    assert_invoked(P, ask(true, &id));
    assert_bytes_equal(result.return_data, BYTES_OF(id));
    assert_invoked(P, ask(false, &id));
    assert_invoked(P, ask(false, &id)); /* it is cancelled already */
    finish_root(true);
    static const uint8_t failures[] = {XVM_FAIL_AUTHORITY, XVM_FAIL_AUTHORITY, XVM_FAIL_REVERTED,
                                       XVM_OK, XVM_FAIL_AUTHORITY};
    assert_int_equal(tx.leg_count, 1 + COUNT_OF(failures));
    assert_int_equal(tx.message_count, 0); /* a request is no message */
    for (size_t i = 0; i < COUNT_OF(failures); i++)
        assert_int_equal(tx.legs[1 + i].failure, failures[i]);
    assert_int_equal(run_count, 1);
    assert_int_equal(message(&id).status, XVM_CANCELLED);
    end();
}

/* The EVM alias of the sender asks as the sender; that of another key does not. */
static void test_svm_sender_acts_through_its_alias(void **state) {
    (void)state;
    struct b32 id = failed("revert"), p = key(P), q = key(Q);
    struct xvm_actor sender = xvm_wide_actor(ST_VM_SVM, &p),
                     stranger = xvm_wide_actor(ST_VM_SVM, &q), alias, other;
    struct buf text[2] = {0};
    begin_svm(2);
    assert_ok(xvm_alias_register(journal, &sender, ST_VM_EVM, &alias));
    assert_ok(xvm_alias_register(journal, &stranger, ST_VM_EVM, &other));
    hex_put_digits(&text[0], xvm_actor_bytes(&other));
    hex_put_digits(&text[1], xvm_actor_bytes(&alias));
    for (int i = 0; i < 2; i++) {
        request(CANCEL, buf_cstr(&text[i]), &id);
        buf_free(&text[i]);
    }
    finish_root(true);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(tx.legs[2].failure, XVM_OK);
    assert_int_equal(message(&id).status, XVM_CANCELLED);
    end();
}

/* Whoever a contract calls in the SVM holds the signature of its alias, and may not act on the
 * messages of its home with it. */
static void test_alias_that_signed_in_the_svm_is_not_its_owner(void **state) {
    (void)state;
    begin(1);
    env.block.timestamp = 1000000;
    start_move(A, "revert");
    finish_root(true);
    struct b32 id = tx.messages[0];
    assert_int_equal(message(&id).status, XVM_PENDING);
    end();
    struct xvm_actor home = {.vm = ST_VM_EVM}, alias;
    memcpy(home.bytes, unhex(A).p, 20);
    begin_svm(2);
    assert_ok(xvm_alias_register(journal, &home, ST_VM_SVM, &alias));
    struct b32 signer = xvm_actor_b32(&alias);
    struct buf text = {0};
    hex_put_digits(&text, BYTES_OF(signer));
    st_set_svm_account(journal, &signer, &(struct st_svm_account){.lamports = 1000000000});
    assert_invoked(buf_cstr(&text), ask(true, &id));
    assert_invoked(buf_cstr(&text), ask(false, &id));
    buf_free(&text);
    finish_root(true);
    for (size_t i = 1; i < 3; i++) assert_int_equal(tx.legs[i].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(message(&id).status, XVM_PENDING);
    end();
}

static void test_svm_key_retries_a_message_of_the_evm_that_lacked_gas(void **state) {
    (void)state;
    begin(1);
    env.block.timestamp = 1000000;
    start_move(A, "gas");
    finish_root(true);
    struct b32 id = tx.messages[0];
    end();
    begin_svm(2);
    assert_invoked(Q, ask(true, &id));
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_ran(0, "gas");
    end();
}

/* ---- Questions */

static struct bytes question(uint8_t tag, uint8_t vm, const char *address, int machine) {
    buf_put_u8(&ix, tag);
    buf_put_u8(&ix, vm);
    buf_put_bytes(&ix, unhex(address));
    if (machine >= 0) buf_put_u8(&ix, (uint8_t)machine);
    return taken();
}

/* Values as in test_alias.c; bump 241 takes 15 tries. */
static void test_alias_of_is_answered_and_each_try_paid_for(void **state) {
    (void)state;
    static const struct {
        uint8_t vm, in;
        uint32_t units; /* beside base and bytes */
        const char *home, *answer;
    } cases[] = {
        {ST_VM_EVM, ST_VM_SVM, 15 * 1500, "0000000000000000000000000000000000000195",
         "02b082a0ef226c9c16fc99e73159278289bdcbc3726b03cef188fd8c054ca13525"},
        {ST_VM_SVM, ST_VM_EVM, 1500, P, "00a817b70a9f4eacb68944ac438e46fcd7f7e6284d"},
        {ST_VM_SVM, ST_VM_MOVE, 1500, P,
         "015d2ed12de41c22e55bcca1ea2b2e28568ad3da5c18a3f0b0034cc470418530a9"},
        {ST_VM_SVM, ST_VM_SVM, 1500, P,
         "02cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"},
    };
    begin_svm(1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes data = question(8, cases[i].vm, cases[i].home, cases[i].in);
        uint32_t units = 2000 + 8 * (uint32_t)data.n + cases[i].units;
        assert_int_equal(invoke_with(NULL, false, data, units).code, SOL_IX_OK);
        assert_bytes_equal(result.return_data, unhex(cases[i].answer));
        assert_int_equal(result.units, units);
        assert_int_equal(invoke_with(NULL, false, data, units - 1).code,
                         SOL_IX_COMPUTATIONAL_BUDGET_EXCEEDED);
    }
    assert_refused(invoke(P, question(8, ST_VM_SVM, P, 3)), SOL_IX_INVALID_INSTRUCTION_DATA, 0,
                   "machine is not known");
    assert_refused(invoke(P, question(8, 3, P, 0)), SOL_IX_INVALID_INSTRUCTION_DATA, 0,
                   "machine is not known");
    end();
}

static void test_home_of_follows_aliases_and_each_is_paid_for(void **state) {
    (void)state;
    begin_svm(1);
    struct xvm_actor e = {.vm = ST_VM_EVM}, first, second;
    memcpy(e.bytes, unhex(A).p, 20);
    assert_ok(xvm_alias_register(journal, &e, ST_VM_MOVE, &first));
    assert_ok(xvm_alias_register(journal, &first, ST_VM_SVM, &second));
    buf_put_u8(&ix, 9);
    buf_put_u8(&ix, ST_VM_SVM);
    buf_put_bytes(&ix, xvm_actor_bytes(&second));
    struct bytes data = taken();
    assert_int_equal(invoke_with(NULL, false, data, 100000).code, SOL_IX_OK);
    assert_int_equal(result.units, 2000 + 8 * data.n + 3 * 500);
    assert_int_equal(result.return_data.n, 21);
    assert_int_equal(result.return_data.p[0], ST_VM_EVM);
    assert_memory_equal(result.return_data.p + 1, unhex(A).p, 20);
    end();
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_world, teardown_world)
    const struct CMUnitTest tests[] = {
        TEST(test_account_is_a_program_of_the_native_loader),
        TEST(test_call_to_the_evm_becomes_a_message),
        TEST(test_call_to_move_becomes_a_message),
        TEST(test_options_reach_the_message),
        TEST(test_messages_of_three_machines_run_in_the_order_of_their_start),
        TEST(test_malformed_instructions_are_refused),
        TEST(test_sender_must_sign),
        TEST(test_message_to_the_same_machine_is_refused_by_name),
        TEST(test_options_that_do_not_fit_are_refused_with_the_reason),
        TEST(test_payload_that_is_too_long_is_refused),
        TEST(test_without_a_transaction_only_questions_are_answered),
        TEST(test_units_are_charged_before_anything_is_done),
        TEST(test_message_of_a_failed_instruction_is_gone),
        TEST(test_failed_root_starts_nothing),
        TEST(test_fan_out_has_a_limit),
        TEST(test_forged_logs_are_only_logs),
        TEST(test_sender_retries_and_cancels),
        TEST(test_svm_sender_acts_through_its_alias),
        TEST(test_alias_that_signed_in_the_svm_is_not_its_owner),
        TEST(test_svm_key_retries_a_message_of_the_evm_that_lacked_gas),
        TEST(test_alias_of_is_answered_and_each_try_paid_for),
        TEST(test_home_of_follows_aliases_and_each_is_paid_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
