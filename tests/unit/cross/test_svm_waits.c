/* Legs in the SVM while a Solana message waits for them, and read-only ones; what is kept of the
 * instructions that programs start is paid for. */
#include "solana_legs.h"

/* ---- A program that has calls made while it waits */

static const struct b32 CALLER = {{0x75, [31] = 4}};
static struct call above;      /* what is called */
static struct xvm_run outcome; /* and what became of it */
static bool read_only;
static uint64_t lamports;     /* that come with it, from the sender's account in the EVM */
static struct xvm_frame seen; /* by the caller, when it is called itself */
static bool relays; /* above, it hands its instruction on to the probe, with data as it is */

static void ask(struct sol_context *ctx, uint8_t sender, bool as_read_only) {
    struct xvm_actor who = evm_sender(sender);
    struct buf metas = {0};
    for (size_t i = 0; i < above.meta_count; i++) {
        buf_put_bytes(&metas, BYTES_OF(above.metas[i].key));
        buf_put_u8(&metas, above.metas[i].writable ? XVM_META_WRITABLE : 0);
    }
    struct xvm_sync c = {.call = {.from_vm = ST_VM_EVM,
                                  .to_vm = ST_VM_SVM,
                                  .sender = arena_copy(&arena, xvm_actor_bytes(&who)),
                                  .program = BYTES_OF(*above.program),
                                  .metas = arena_copy(&arena, buf_bytes(&metas)),
                                  .call_data = above.data},
                         .gas = 1000000,
                         .read_only = as_read_only,
                         .payer = who,
                         .svm = ctx};
    struct u256 unit = u256_from_u64(1000000000), count = u256_from_u64(lamports);
    u256_mul(&c.value, &unit, &count);
    buf_free(&metas);
    xvm_sync_call(&tx, &c, &outcome);
}

static struct sol_fail relay(struct sol_context *ctx) {
    struct sol_key keys[4];
    size_t n = sol_frame(ctx)->meta_count;
    for (size_t i = 0; i < n; i++) keys[i] = (struct sol_key){.key = sol_at(ctx, i)->key};
    struct sol_invocation in = {
        .program = PROBE, .accounts = keys, .account_count = n, .data = sol_data(ctx)};
    return sol_invoke(ctx, &in, NULL, 0);
}

static struct sol_fail run_caller(struct sol_context *ctx) {
    struct sol_fail f = sol_charge(ctx, 50);
    if (f.code) return f;
    if (tx.frame) seen = *tx.frame;
    if (relays) return relay(ctx);
    sol_accounts_out(ctx);
    ask(ctx, 0xaa, read_only);
    sol_accounts_in(ctx);
    return SOL_OK;
}

static struct sol_builtin programs[2];

static int setup_caller(void **state) {
    int bad = setup(state);
    programs[0] = PROBE_BUILTIN;
    programs[1] = (struct sol_builtin){.id = CALLER, .name = "caller", .run = run_caller};
    bank.builtins = programs;
    bank.builtin_count = 2;
    read_only = relays = false;
    lamports = 0;
    st_begin_tx(journal);
    struct st_svm_account a = {.lamports = 1, .owner = *sol_id(SOL_ID_NATIVE_LOADER)};
    a.executable = true;
    st_set_svm_account(journal, &CALLER, &a);
    put_account(&OTHER, 10000000, &PROBE, 16);
    st_end_tx(journal, true);
    return bad;
}

/* Runs the caller's message with these accounts. */
static void run_waiting(const struct sol_key *keys, size_t count) {
    struct sol_message m;
    struct sol_result r;
    struct sol_budget budget = {
        .units = 100000, .heap_bytes = 32 << 10, .loaded_bytes_max = 64 << 20};
    const struct sol_bank *b = xvm_svm_bank(&tx);
    struct sol_error e =
        sol_message_compile(&m, &CALLER, keys, count, (struct bytes){0}, b, st_tx_arena(journal));
    assert_int_equal(e.code, SOL_TX_OK);
    sol_run_message(b, journal, &m, &budget, &r);
    assert_int_equal(r.error.code, SOL_TX_OK);
}

static void assert_contains(struct bytes text, const char *part) {
    if (!memmem(text.p, text.n, part, strlen(part)))
        fail_msg("%.*s\nshould contain\n%s", (int)text.n, (const char *)text.p, part);
}

static const struct sol_key PAGE_WRITABLE = {{{0x71, [31] = 2}}, false, true},
                            PAGE_READ = {{{0x71, [31] = 2}}, false, false};

/* ---- What waits */

static void test_account_that_the_caller_may_write_can_be_written(void **state) {
    (void)state;
    begin(1);
    above = (struct call){&PROBE, &PAGE_WRITABLE, 1, BYTES_LIT("writenew")};
    run_waiting(&PAGE_WRITABLE, 1);
    assert_int_equal(outcome.failure, XVM_OK);
    assert_memory_equal(account(&PAGE).data.p, "new", 3);
    finish();
    assert_true(tx.legs[1].ok);
    end();
}

static void test_account_that_is_held_cannot_be_written(void **state) {
    (void)state;
    begin(1);
    above = (struct call){&PROBE, &PAGE_WRITABLE, 1, BYTES_LIT("writenew")};
    run_waiting(&PAGE_READ, 1);
    assert_int_equal(outcome.failure, XVM_FAIL_REENTRY);
    assert_contains(outcome.error, sol_text(&PAGE).s);
    assert_contains(outcome.error, "a program that waits for this call has it");
    above = (struct call){&PROBE, &PAGE_READ, 1, BYTES_LIT("show")}; /* but it can be read */
    run_waiting(&PAGE_READ, 1);
    assert_int_equal(outcome.failure, XVM_OK);
    const struct sol_key other = {OTHER, false, true}; /* and others can be written */
    above = (struct call){&PROBE, &other, 1, BYTES_LIT("writenew")};
    run_waiting(&PAGE_READ, 1);
    assert_int_equal(outcome.failure, XVM_OK);
    assert_memory_equal(account(&PAGE).data.p, "\0\0\0", 3);
    assert_memory_equal(account(&OTHER).data.p, "new", 3);
    assert_false(xvm_svm_is_held(&tx, &PAGE)); /* when nothing waits */
    end();
}

/* The sender's alias, and what its account in the EVM holds. */
static struct b32 rich_alias(uint64_t ether) {
    struct xvm_actor who = evm_sender(0xaa), alias = xvm_alias_of(&who, ST_VM_SVM, NULL);
    struct b20 address = xvm_actor_b20(&who);
    struct u256 wei = u256_from_u64(1000000000000000000), n = u256_from_u64(ether);
    u256_mul(&wei, &wei, &n);
    st_set_balance(journal, st_account(journal, &address), &wei);
    return xvm_actor_b32(&alias);
}

static uint64_t gwei_of_sender(void) {
    struct xvm_actor who = evm_sender(0xaa);
    struct b20 address = xvm_actor_b20(&who);
    struct u256 gwei, unit = u256_from_u64(1000000000);
    u256_divmod(&gwei, NULL, &st_account(journal, &address)->balance, &unit);
    return gwei.w[0];
}

static void test_value_does_not_arrive_in_an_account_that_is_held(void **state) {
    (void)state;
    begin(1);
    const struct sol_key alias = {rich_alias(1), false, false};
    put_account(&alias.key, 5000000, sol_id(SOL_ID_SYSTEM_PROGRAM), 0);
    lamports = 3000000;
    above = (struct call){&PROBE, &PAGE_READ, 1, BYTES_LIT("show")};
    run_waiting(&alias, 1);
    assert_int_equal(outcome.failure, XVM_FAIL_REENTRY);
    assert_contains(outcome.error, "a program that waits for this call holds the account");
    assert_int_equal(account(&alias.key).lamports, 5000000);
    assert_int_equal(gwei_of_sender(), 1000000000);
    run_waiting(&PAGE_READ, 1); /* where nothing holds it, it does */
    assert_int_equal(outcome.failure, XVM_OK);
    assert_int_equal(account(&alias.key).lamports, 8000000);
    assert_int_equal(gwei_of_sender(), 1000000000 - 3000000);
    end();
}

static void test_balances_of_a_leg_begin_before_its_value_came(void **state) {
    (void)state;
    begin(1);
    const struct sol_key alias = {rich_alias(1), true, true};
    lamports = 3000000;
    above = (struct call){&PROBE, &alias, 1, BYTES_LIT("show")};
    run_waiting(&PAGE_READ, 1);
    assert_int_equal(outcome.failure, XVM_OK);
    assert_bytes_equal(outcome.result, unhex("03"));
    const struct sol_result *r = &outcome.svm->result;
    assert_memory_equal(&outcome.svm->message.keys[0].key, &alias.key, 32);
    assert_int_equal(r->lamports_before[0], 0);
    assert_int_equal(r->lamports_after[0], 3000000);
    above = (struct call){&PROBE, &alias, 1, BYTES_LIT("fail")};
    run_waiting(&PAGE_READ, 1);
    assert_int_equal(outcome.failure, XVM_FAIL_REVERTED);
    assert_int_equal(account(&alias.key).lamports, 3000000);
    assert_int_equal(outcome.svm->result.lamports_before[0], 3000000);
    assert_int_equal(outcome.svm->result.lamports_after[0], 3000000);
    above = (struct call){&PROBE, &PAGE_READ, 1, BYTES_LIT("show")}; /* which does not name it */
    run_waiting(&PAGE_READ, 1);
    assert_int_equal(outcome.failure, XVM_OK);
    assert_bytes_equal(outcome.result, unhex("00"));
    assert_memory_equal(&outcome.svm->message.keys[0].key, &alias.key, 32);
    assert_int_equal(outcome.svm->result.lamports_before[0], 3000000);
    assert_int_equal(outcome.svm->result.lamports_after[0], 6000000);
    assert_int_equal(gwei_of_sender(), 1000000000 - 2 * 3000000);
    end();
}

/* Whoever acts, what waits is the caller: its frames are in use. */
static void test_depth_of_a_machine_goes_on_with_home_authority_too(void **state) {
    (void)state;
    begin(1);
    struct b32 owner = {{0x11}}, alias = {{0x22}};
    const struct xvm_frame below = {.crossing = 1,
                                    .vm = ST_VM_SVM,
                                    .home_authority = true,
                                    .evm_depth = 5,
                                    .move_depth = 3,
                                    .svm_height = 2,
                                    .owner = xvm_wide_actor(ST_VM_SVM, &owner),
                                    .alias = xvm_wide_actor(ST_VM_MOVE, &alias)};
    struct xvm_sync c = {.call = {.from_vm = ST_VM_MOVE,
                                  .to_vm = ST_VM_SVM,
                                  .sender = BYTES_OF(alias),
                                  .program = BYTES_OF(CALLER)},
                         .payer = below.alias,
                         .gas = 1000000,
                         .depth = 900};
    tx.frame = &below;
    relays = true;
    xvm_sync_call(&tx, &c, &outcome);
    tx.frame = NULL;
    assert_bytes_equal(outcome.from, BYTES_OF(owner)); /* it acts as the owner */
    assert_int_equal(seen.crossing, 2);
    assert_int_equal(seen.vm, ST_VM_MOVE);
    assert_int_equal(seen.move_depth, 900);
    assert_int_equal(seen.svm_height, 2);
    assert_int_equal(seen.evm_depth, 5);
    end();
}

/* ---- Calls that are not paid for */

static void test_call_without_the_base_charge_has_no_record(void **state) {
    (void)state;
    begin(1);
    struct xvm_actor who = evm_sender(0xaa);
    uint64_t base = tx.params.call_base_gas;
    struct xvm_sync c = {.call = {.from_vm = ST_VM_EVM,
                                  .to_vm = ST_VM_SVM,
                                  .sender = xvm_actor_bytes(&who),
                                  .program = BYTES_OF(PROBE)},
                         .payer = who,
                         .gas = base - 1};
    uint32_t legs = tx.leg_count;
    xvm_sync_call(&tx, &c, &outcome);
    assert_int_equal(outcome.failure, XVM_FAIL_GAS);
    assert_int_equal(outcome.gas_used, base - 1);
    assert_int_equal(tx.leg_count, legs);
    c.gas = base; /* with it there is one, whatever becomes of the call */
    xvm_sync_call(&tx, &c, &outcome);
    assert_int_equal(outcome.failure, XVM_FAIL_GAS);
    assert_int_equal(outcome.gas_used, base);
    assert_int_equal(tx.leg_count, legs + 1);
    end();
}

static void test_sweep_that_cannot_be_is_paid_for_and_has_no_record(void **state) {
    (void)state;
    begin(1);
    struct xvm_actor who = evm_sender(0xaa);
    uint64_t base = tx.params.call_base_gas;
    struct u256 wei;
    uint32_t legs = tx.leg_count;
    static const uint8_t none[] = {ST_VM_EVM, ST_VM_SVM + 1, 255};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        xvm_sweep(&tx, &who, (enum st_vm)none[i], 1000000, &wei, &outcome);
        assert_int_equal(outcome.failure, XVM_FAIL_MALFORMED);
        assert_int_equal(outcome.gas_used, base);
    }
    xvm_sweep(&tx, &who, ST_VM_SVM, base - 1, &wei, &outcome);
    assert_int_equal(outcome.failure, XVM_FAIL_GAS);
    assert_int_equal(outcome.gas_used, base - 1);
    assert_int_equal(tx.leg_count, legs);
    end();
}

static struct sol_fail wait_again(struct sol_context *ctx) {
    above = (struct call){&CALLER, NULL, 0, BYTES_LIT("")};
    struct sol_fail f = sol_charge(ctx, 50);
    ask(ctx, 0xaa, false);
    return f;
}

/* The program that makes the call has left its machine; the one below it has not. */
static void test_program_that_waits_is_not_entered_again(void **state) {
    (void)state;
    begin(1);
    relays = true;
    programs[0].run = wait_again;
    run_waiting((const struct sol_key[]){{PROBE, false, false}}, 1);
    assert_int_equal(outcome.failure, XVM_FAIL_REENTRY);
    assert_contains(outcome.error, "reentrancy not allowed");
    end();
}

/* ---- Read-only calls */

static void test_read_only_call_refuses_writable_accounts(void **state) {
    (void)state;
    begin(1);
    read_only = true;
    above = (struct call){&PROBE, &PAGE_WRITABLE, 1, BYTES_LIT("show")};
    run_waiting(&PAGE_WRITABLE, 1);
    assert_int_equal(outcome.failure, XVM_FAIL_READ_ONLY);
    assert_contains(outcome.error, "the call is read-only");
    above = (struct call){&PROBE, &PAGE_READ, 1, BYTES_LIT("show")};
    run_waiting(&PAGE_WRITABLE, 1);
    assert_int_equal(outcome.failure, XVM_OK);
    assert_bytes_equal(outcome.result, unhex("00"));
    struct xvm_actor who = evm_sender(0xaa), alias = xvm_alias_of(&who, ST_VM_SVM, NULL), owner;
    assert_false(xvm_alias_owner(journal, ST_VM_SVM, xvm_actor_bytes(&alias), &owner));
    above = (struct call){&PROBE, &PAGE_READ, 1, BYTES_LIT("writeit")};
    run_waiting(&PAGE_WRITABLE, 1);
    assert_int_equal(outcome.failure, XVM_FAIL_REVERTED);
    end();
}

/* ---- Failed legs */

static void test_failed_leg_leaves_no_change_and_no_record_of_its_own(void **state) {
    (void)state;
    begin(1);
    above = (struct call){&PROBE, &PAGE_WRITABLE, 1, BYTES_LIT("fail")};
    run_waiting(&PAGE_WRITABLE, 1);
    assert_int_equal(outcome.failure, XVM_FAIL_REVERTED);
    assert_int_equal(outcome.code, 7);
    assert_int_equal(account(&PAGE).data.p[0], 0);
    finish();
    assert_false(tx.legs[1].ok);
    assert_null(tx.legs[1].svm);
    end();
}

/* ---- What is kept */

static uint64_t gas_of_relay(size_t data_bytes) {
    uint8_t *data = arena_zalloc(&arena, data_bytes, 1);
    memcpy(data, "show", 4);
    const struct sol_key keys[] = {{PAGE, false, false}, {PROBE, false, false}};
    struct call c = {&CALLER, keys, 2, bytes_make(data, data_bytes)};
    call_from_evm(0xaa, &c);
    finish();
    assert_true(tx.legs[tx.leg_count - 1].ok);
    return tx.legs[tx.leg_count - 1].gas_used;
}

static void test_bytes_that_programs_hand_on_are_paid_for(void **state) {
    (void)state;
    begin(1);
    relays = true;
    uint64_t few = gas_of_relay(4); /* less than what it costs by other counts */
    assert_int_equal(gas_of_relay(4 + 8) - few, 0);
    uint64_t many = gas_of_relay(4000);
    assert_int_equal(many, 10000 + 8 * (4000 + 2)); /* and two accounts */
    assert_int_equal(gas_of_relay(5000) - many, 8 * 1000);
    assert_int_equal(tx.legs[2].svm->result.inner_count, 1);
    end();
}

static void test_leg_that_cannot_pay_for_its_record_fails_without_it(void **state) {
    (void)state;
    uint8_t *data = arena_zalloc(&arena, 5000, 1);
    memcpy(data, "show", 4);
    const struct sol_key keys[] = {{PAGE, false, true}, {PROBE, false, false}};
    struct call c = {&CALLER, keys, 2, bytes_make(data, 5000)};
    begin(1);
    relays = true;
    call_from_evm(0xaa, &c);
    finish_with(10000 + 5000 * 8);
    assert_int_equal(message(0).failure, XVM_FAIL_GAS);
    assert_contains(message(0).error, "to keep the instructions that programs started");
    assert_int_equal(message(0).gas_used, 10000 + 5000 * 8);
    assert_int_equal(tx.legs[1].svm->result.inner_count, 0);
    end();
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_caller, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_depth_of_a_machine_goes_on_with_home_authority_too),
        TEST(test_call_without_the_base_charge_has_no_record),
        TEST(test_sweep_that_cannot_be_is_paid_for_and_has_no_record),
        TEST(test_account_that_the_caller_may_write_can_be_written),
        TEST(test_account_that_is_held_cannot_be_written),
        TEST(test_value_does_not_arrive_in_an_account_that_is_held),
        TEST(test_balances_of_a_leg_begin_before_its_value_came),
        TEST(test_program_that_waits_is_not_entered_again),
        TEST(test_read_only_call_refuses_writable_accounts),
        TEST(test_failed_leg_leaves_no_change_and_no_record_of_its_own),
        TEST(test_bytes_that_programs_hand_on_are_paid_for),
        TEST(test_leg_that_cannot_pay_for_its_record_fails_without_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
