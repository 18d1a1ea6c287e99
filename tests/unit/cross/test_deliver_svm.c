/* Messages to the Solana VM: who signs, what they may name, what they cost, how they fail. */
#include "solana_senders.h"

enum { BASE_GAS = 10000 };

static const struct sol_key page = {{{0x71, [31] = 2}}, false, true};

static struct call on_page(const char *data) {
    return (struct call){&PROBE, &page, 1, bytes_cstr(data)};
}

static void assert_text(struct bytes got, const char *want) {
    if (!bytes_eq(got, bytes_cstr(want)))
        fail_msg("%.*s\nshould be\n%s", (int)got.n, (const char *)got.p, want);
}

static void assert_contains(struct bytes text, const char *part) {
    if (!memmem(text.p, text.n, part, strlen(part)))
        fail_msg("%.*s\nshould contain\n%s", (int)text.n, (const char *)text.p, part);
}

static void assert_page(const char *text) {
    struct st_svm_account a = account(&PAGE);
    assert_memory_equal(a.data.p, text, strlen(text));
}

/* ---- Who signs */

static void test_alias_signs_where_it_is_named_and_nobody_else(void **state) {
    (void)state;
    struct b32 evm = alias_of(evm_sender(0xaa)), move = alias_of(move_sender(0xbb));
    struct b32 root = alias_of(evm_sender(0xee));
    const struct sol_key metas[] = {
        {evm, true, true}, {move, false, false}, {root, false, false}, {PAGE, false, true}};
    struct call c = {&PROBE, metas, COUNT_OF(metas), BYTES_LIT("show")};
    begin(1);
    call_from_evm(0xaa, &c);
    const struct sol_key moves[] = {
        {evm, false, true}, {move, true, false}, {root, false, false}, {PAGE, false, true}};
    c.metas = moves;
    assert_ok(call_from_move(0xbb, &c, (struct bytes){NULL, 0}));
    finish();
    assert_bytes_equal(message(0).result, unhex("03000002"));
    assert_bytes_equal(message(1).result, unhex("02010002"));
    assert_bytes_equal(message(0).sender_alias, BYTES_OF(evm));
    assert_bytes_equal(tx.legs[2].from, BYTES_OF(move));
    struct xvm_actor owner;
    assert_true(xvm_alias_owner(journal, ST_VM_SVM, BYTES_OF(evm), &owner));
    assert_int_equal(owner.vm, ST_VM_EVM);
    assert_int_equal(owner.bytes[19], 0xaa);
    end();
}

static void test_alias_signs_whatever_its_flag_says_and_only_if_named(void **state) {
    (void)state;
    const struct sol_key named = {alias_of(evm_sender(0xaa)), false, false};
    struct call c = {&PROBE, &named, 1, BYTES_LIT("show")};
    begin(1);
    call_from_evm(0xaa, &c);
    c = on_page("show");
    call_from_evm(0xaa, &c);
    finish();
    assert_bytes_equal(message(0).result, unhex("01"));
    assert_bytes_equal(message(1).result, unhex("02"));
    for (size_t i = 0; i < tx.legs[2].svm->message.key_count; i++)
        assert_false(tx.legs[2].svm->message.keys[i].signer);
    end();
}

static void test_any_other_signer_refuses_the_message(void **state) {
    (void)state;
    const struct sol_key metas[] = {{alias_of(evm_sender(0xaa)), true, true},
                                    {alias_of(evm_sender(0xee)), true, false}};
    struct call c = {&PROBE, metas, COUNT_OF(metas), BYTES_LIT("show")};
    begin(1);
    call_from_evm(0xaa, &c);
    assert_ok(call_from_move(0xaa, &c, (struct bytes){NULL, 0}));
    finish();
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(message(i).failure, XVM_FAIL_MALFORMED);
        assert_contains(message(i).error, "cannot have signed: only the sender's alias, ");
        assert_null(tx.legs[1 + i].svm);
    }
    assert_contains(message(0).error, "account 1, ");
    assert_contains(message(1).error, "account 0, ");
    end();
}

/* ---- What a leg leaves */

/* Accounts of ten megabytes for a few compute units each, and gone for want of rent. */
static void test_memory_of_accounts_goes_with_the_leg(void **state) {
    (void)state;
    enum { MESSAGES = 3, BYTES = 10 << 20 };
    struct b32 evm = alias_of(evm_sender(0xaa));
    const struct sol_key signer = {evm, true, true};
    uint8_t data[12] = {8}; /* System: Allocate */
    store_le64(data + 4, BYTES);
    struct call allocate = {sol_id(SOL_ID_SYSTEM_PROGRAM), &signer, 1, BYTES_OF(data)};
    begin(1);
    put_account(&evm, 12000000, sol_id(SOL_ID_SYSTEM_PROGRAM), 0);
    for (int i = 0; i < MESSAGES; i++) call_from_evm(0xaa, &allocate);
    finish();
    for (uint32_t i = 0; i < MESSAGES; i++)
        assert_contains(message(i).error, "insufficient funds for rent");
    assert_true(st_tx_arena(journal)->used_bytes < BYTES / 10);
    end();
}

static void test_writes_of_one_leg_are_seen_by_the_next(void **state) {
    (void)state;
    struct b32 evm = alias_of(evm_sender(0xaa));
    const struct sol_key metas[] = {{evm, true, true}, {OTHER, false, true}};
    uint8_t data[12] = {2}; /* System: Transfer */
    store_le64(data + 4, 5000000);
    struct call pay = {sol_id(SOL_ID_SYSTEM_PROGRAM), metas, 2, BYTES_OF(data)},
                first = on_page("writeone"), second = on_page("writetwo");
    begin(1);
    put_account(&evm, 12000000, sol_id(SOL_ID_SYSTEM_PROGRAM), 0);
    call_from_evm(0xaa, &pay);
    call_from_evm(0xaa, &first);
    call_from_evm(0xaa, &pay); /* what is left of the alias's lamports keeps it above the minimum */
    assert_ok(call_from_move(0xbb, &second, (struct bytes){NULL, 0}));
    call_from_evm(0xaa, &pay); /* too much now */
    finish();
    assert_int_equal(account(&OTHER).lamports, 10000000);
    assert_int_equal(account(&evm).lamports, 2000000);
    assert_page("two");
    assert_int_equal(tx.legs[3].svm->result.lamports_before[0], 7000000);
    assert_int_equal(tx.legs[3].svm->result.lamports_after[0], 2000000);
    assert_false(tx.legs[5].ok);
    assert_contains(tx.legs[5].error, "custom program error: 0x1\n");
    assert_contains(tx.legs[5].error, "insufficient lamports 2000000, need 5000000");
    end();
}

static void test_failed_leg_is_undone_alone_and_says_why(void **state) {
    (void)state;
    struct call good = on_page("writekept"), bad = on_page("fail");
    begin(1);
    call_from_evm(0xaa, &good);
    call_from_evm(0xab, &bad);
    assert_ok(call_from_move(0xac, &bad, (struct bytes){NULL, 0}));
    finish();
    assert_page("kept");
    struct xvm_actor owner;
    struct b32 failed = alias_of(evm_sender(0xab));
    assert_false(xvm_alias_owner(journal, ST_VM_SVM, BYTES_OF(failed), &owner));
    char want[400];
    const char *id = sol_text(&PROBE).s;
    snprintf(want, sizeof want,
             "Solana: %s: custom program error: 0x7\nProgram %s invoke [1]\nProgram log: it says "
             "no\nProgram %s failed: custom program error: 0x7",
             id, id, id);
    for (uint32_t i = 1; i < 3; i++) { /* both directions alike */
        struct xvm_message m = message(i);
        assert_int_equal(m.status, XVM_PENDING);
        assert_int_equal(m.failure, XVM_FAIL_REVERTED);
        assert_text(m.error, want);
        assert_int_equal(m.gas_used, BASE_GAS + 2 * 100 + 3); /* a word of PAGE's data */
        assert_int_equal(tx.legs[1 + i].svm->result.log_count, 3);
    }
    end();
}

static void test_rent_rules_hold(void **state) {
    (void)state;
    struct b32 evm = alias_of(evm_sender(0xaa));
    const struct sol_key metas[] = {{evm, true, true}, {OTHER, false, true}};
    uint8_t data[12] = {2};
    store_le64(data + 4, 1000); /* too little to open an account with */
    struct call c = {sol_id(SOL_ID_SYSTEM_PROGRAM), metas, 2, BYTES_OF(data)};
    begin(1);
    put_account(&evm, 12000000, sol_id(SOL_ID_SYSTEM_PROGRAM), 0);
    call_from_evm(0xaa, &c);
    finish();
    assert_int_equal(account(&evm).lamports, 12000000);
    assert_contains(message(0).error, "insufficient funds for rent: ");
    assert_contains(message(0).error, sol_text(&OTHER).s);
    end();
}

static void test_logs_and_balances_of_a_leg_are_kept(void **state) {
    (void)state;
    struct call c = on_page("show");
    begin(1);
    call_from_evm(0xaa, &c);
    finish();
    const struct xvm_svm_leg *l = tx.legs[1].svm;
    assert_non_null(l);
    assert_int_equal(l->message.key_count, 2);
    assert_int_equal(l->result.units, 100);
    assert_int_equal(tx.legs[1].vm_gas_used, 100);
    assert_int_equal(l->result.log_count, 2);
    assert_int_equal(l->result.fee, 0);
    assert_int_equal(l->result.lamports_before[0], 10000000);
    assert_bytes_equal(l->result.return_data, unhex("02"));
    end();
}

/* ---- The bank */

static void test_sysvars_stay_if_the_first_leg_fails(void **state) {
    (void)state;
    struct call bad = on_page("fail");
    begin(1);
    assert_int_equal(account(sol_id(SOL_ID_SYSVAR_CLOCK)).lamports, 0);
    call_from_evm(0xaa, &bad);
    finish();
    assert_int_equal(message(0).status, XVM_PENDING);
    assert_int_equal(account(sol_id(SOL_ID_SYSVAR_CLOCK)).lamports, 1);
    end();
}

static void test_no_bank_is_opened_without_a_leg(void **state) {
    (void)state;
    begin(1);
    finish();
    end();
    assert_int_equal(banks_opened, 0);
    begin(2);
    struct call c = on_page("show");
    call_from_evm(0xaa, &c);
    finish_with(BASE_GAS - 1); /* no turn for it */
    assert_int_equal(message(0).failure, XVM_FAIL_GAS);
    assert_int_equal(banks_opened, 0);
    end();
}

static void test_chain_without_a_solana_machine_says_so(void **state) {
    (void)state;
    struct call c = on_page("show");
    begin(1);
    tx.open_bank = NULL;
    call_from_evm(0xaa, &c);
    finish();
    assert_int_equal(message(0).failure, XVM_FAIL_TARGET);
    assert_text(message(0).error, "there is no Solana VM on this chain");
    end();
}

/* ---- Gas */

static struct call burn(uint64_t units) {
    uint8_t *data = arena_alloc(&arena, 12, 1);
    memcpy(data, "burn", 4);
    store_le64(data + 4, units - 100); /* the probe takes 100 for itself */
    return (struct call){&PROBE, NULL, 0, bytes_make(data, 12)};
}

static uint64_t gas_of(uint64_t units, uint64_t rate_units, uint64_t rate_gas) {
    struct call c = burn(units);
    begin(1);
    tx.params.svm_rate_units = rate_units;
    tx.params.svm_rate_gas = rate_gas;
    call_from_evm(0xaa, &c);
    uint64_t left = finish_with(1000000);
    assert_true(tx.legs[1].ok);
    assert_int_equal(tx.legs[1].vm_gas_used, units);
    assert_int_equal(tx.legs[1].gas_used, 1000000 - left);
    end();
    return 1000000 - left;
}

static void test_units_are_charged_at_the_rate_and_rounded_up(void **state) {
    (void)state;
    assert_int_equal(gas_of(1000, 1, 1), BASE_GAS + 1000);
    assert_int_equal(gas_of(1000, 3, 1), BASE_GAS + 334);
    assert_int_equal(gas_of(1001, 7, 2), BASE_GAS + 286);
    assert_int_equal(gas_of(1000, 1, 5), BASE_GAS + 5000);
}

static void test_units_given_are_rounded_down(void **state) {
    (void)state;
    struct call c = burn(333);
    begin(1);
    tx.params.svm_rate_gas = 3; /* 1,000 gas are 333 units */
    call_from_evm(0xaa, &c);
    assert_int_equal(finish_with(BASE_GAS + 1000), 1);
    assert_true(tx.legs[1].ok);
    end();
    c = burn(334);
    begin(2);
    tx.params.svm_rate_gas = 3;
    call_from_evm(0xaa, &c);
    assert_int_equal(finish_with(BASE_GAS + 1000), 1);
    assert_int_equal(message(0).failure, XVM_FAIL_GAS);
    end();
}

static void test_lack_of_gas_lets_anybody_retry(void **state) {
    (void)state;
    struct call c = burn(50000);
    begin(1);
    call_from_evm(0xaa, &c);
    assert_int_equal(finish_with(BASE_GAS + 40000), 0);
    struct b32 id = tx.messages[0];
    assert_int_equal(message(0).failure, XVM_FAIL_GAS);
    assert_contains(message(0).error, "Computational budget exceeded");
    end();
    begin(2);
    put_log(&XVM_QUEUE_ADDRESS, RETRY, 0x99, &id, (struct bytes){NULL, 0});
    finish();
    assert_true(tx.legs[1].ok);
    assert_int_equal(tx.legs[1].kind, XVM_LEG_RETRY);
    end();
}

static void test_more_than_a_message_may_use_is_no_lack_of_gas(void **state) {
    (void)state;
    struct call enough = burn(SOL_UNITS_MAX), more = burn(SOL_UNITS_MAX + 1);
    begin(1);
    call_from_evm(0xaa, &enough);
    call_from_evm(0xaa, &more);
    assert_int_equal(finish(), 30000000 - 2 * (BASE_GAS + 2 * SOL_UNITS_MAX));
    assert_true(tx.legs[1].ok);
    assert_int_equal(message(1).failure, XVM_FAIL_REVERTED);
    end();
}

static void test_accounts_are_paid_for_by_the_word_before_they_are_loaded(void **state) {
    (void)state;
    enum { BYTES = 320000, LOAD_GAS = BYTES / 32 * 3 };
    const struct sol_key big = {OTHER, false, false};
    struct call c = {&PROBE, &big, 1, BYTES_LIT("show")};
    begin(1);
    put_account(&OTHER, 10000000000, &PROBE, BYTES);
    call_from_evm(0xaa, &c);
    assert_int_equal(finish_with(1000000), 1000000 - BASE_GAS - LOAD_GAS - 2 * 100);
    assert_true(tx.legs[1].ok);
    end();
    begin(2);
    call_from_evm(0xaa, &c);
    assert_int_equal(finish_with(BASE_GAS + LOAD_GAS - 1), 0);
    assert_int_equal(message(0).failure, XVM_FAIL_GAS);
    assert_text(message(0).error, "Solana: not enough gas was left to load the accounts");
    end();
}

/* It may have to be verified and compiled. */
static void test_bytecode_is_paid_for_by_the_word(void **state) {
    (void)state;
    enum { PROGRAM_BYTES = 36, BYTES = 320000, GAS = (BYTES / 32 + 2) * 3 };
    struct b32 program = {{0x73, [31] = 4}};
    struct st_svm_account a = {.lamports = 10000000000,
                               .owner = *sol_id(SOL_ID_BPF_LOADER_UPGRADEABLE),
                               .executable = true};
    uint8_t state_of_program[PROGRAM_BYTES] = {2}; /* Program ‖ where its data is */
    uint8_t *data = arena_zalloc(&arena, BYTES, 1);
    memcpy(state_of_program + 4, OTHER.b, 32);
    data[0] = 3; /* ProgramData ‖ slot: deployed in this one, it cannot run yet */
    store_le64(data + 4, bank.slot);
    const struct sol_key keys[] = {{OTHER, false, false}, {program, false, false}};
    for (uint8_t named = 0; named <= COUNT_OF(keys); named++) {
        struct call c = {&program, keys, named, BYTES_LIT("")};
        begin((uint8_t)(1 + named));
        a.data = BYTES_OF(state_of_program);
        st_set_svm_account(journal, &program, &a);
        a.data = bytes_make(data, BYTES);
        st_set_svm_account(journal, &OTHER, &a);
        call_from_evm(0xaa, &c);
        assert_int_equal(finish_with(1000000), 1000000 - BASE_GAS - GAS);
        assert_int_equal(message(0).failure, XVM_FAIL_TARGET);
        end();
    }
}

/* Precompiles take no compute units for what they verify. */
static void test_signatures_are_paid_for_before_they_are_verified(void **state) {
    (void)state;
    enum { SIGNATURES = 2, GAS = SIGNATURES * 3000 };
    const struct b32 *precompiles[] = {sol_id(SOL_ID_ED25519_PROGRAM),
                                       sol_id(SOL_ID_SECP256K1_PROGRAM),
                                       sol_id(SOL_ID_SECP256R1_PROGRAM)};
    uint8_t data[40] = {SIGNATURES}; /* the signatures themselves are not there */
    for (uint8_t i = 0; i < COUNT_OF(precompiles); i++) {
        struct call c = {precompiles[i], NULL, 0, BYTES_OF(data)};
        begin((uint8_t)(1 + i));
        call_from_evm(0xaa, &c);
        assert_int_equal(finish_with(1000000), 1000000 - BASE_GAS - GAS);
        assert_int_equal(message(0).failure, XVM_FAIL_REVERTED);
        end();
        begin((uint8_t)(11 + i));
        call_from_evm(0xaa, &c);
        assert_int_equal(finish_with(BASE_GAS + GAS - 1), 0);
        assert_int_equal(message(0).failure, XVM_FAIL_GAS);
        assert_text(message(0).error, "Solana: not enough gas was left to verify the signatures");
        end();
    }
}

/* ---- Limits */

static void test_limits_are_named(void **state) {
    (void)state;
    static const struct {
        size_t metas, keys, data;
        bool ok;
        const char *error;
    } cases[] = {
        {255, 1, 4, true, NULL},   {256, 1, 4, false, "more accounts than one may, 255"},
        {63, 63, 4, true, NULL},   {64, 64, 4, false, "Transaction locked too many accounts"},
        {0, 1, 10240, true, NULL}, {0, 1, 10241, false, "longer than it may be, 10,240 bytes"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sol_key *metas = ARENA_ARRAY(&arena, struct sol_key, cases[i].metas);
        uint8_t *data = arena_zalloc(&arena, cases[i].data, 1);
        memcpy(data, "show", 4);
        for (size_t k = 0; k < cases[i].metas; k++)
            metas[k].key.b[0] = (uint8_t)(1 + k % cases[i].keys);
        struct call c = {&PROBE, metas, cases[i].metas, bytes_make(data, cases[i].data)};
        begin((uint8_t)(1 + i));
        call_from_evm(0xaa, &c);
        assert_ok(call_from_move(0xbb, &c, (struct bytes){NULL, 0}));
        finish();
        for (uint32_t m = 0; m < 2; m++) {
            assert_int_equal(tx.legs[1 + m].ok, cases[i].ok);
            if (cases[i].ok) continue;
            assert_int_equal(message(m).failure, XVM_FAIL_LIMIT);
            assert_contains(message(m).error, cases[i].error);
        }
        end();
    }
}

static void test_payload_counts_program_accounts_and_data(void **state) {
    (void)state;
    enum { PAYLOAD = 64 << 10, METAS = 1500 };
    size_t rest = PAYLOAD - 32 - METAS * XVM_META_BYTES;
    struct sol_key *metas = ARENA_ARRAY(&arena, struct sol_key, METAS);
    uint8_t *zeros = arena_zalloc(&arena, PAYLOAD, 1);
    struct call fits = {&PROBE, metas, METAS, bytes_make(zeros, rest)},
                over = {&PROBE, metas, METAS, bytes_make(zeros, rest + 1)};
    begin(1);
    call_from_evm(0xaa, &fits);
    call_from_evm(0xaa, &over);
    assert_int_equal(call_from_move(0xbb, &over, (struct bytes){NULL, 0}).code,
                     XVM_FAIL_LIMIT); /* at once, in Move */
    finish();
    assert_int_equal(tx.message_count, 2);
    assert_contains(message(0).error, "more accounts than one may");
    assert_text(message(1).error, "the message's payload is longer than one may be");
    end();
}

static void test_results_are_at_most_what_programs_may_return(void **state) {
    (void)state;
    uint8_t data[8] = "return";
    store_le16(data + 6, SOL_RETURN_DATA_MAX_BYTES);
    struct call c = {&PROBE, NULL, 0, BYTES_OF(data)};
    begin(1);
    call_from_evm(0xaa, &c);
    finish();
    assert_int_equal(message(0).result.n, SOL_RETURN_DATA_MAX_BYTES);
    end();
}

/* ---- Targets */

static void test_what_is_no_program_is_named(void **state) {
    (void)state;
    struct call none = {&OTHER, NULL, 0, BYTES_LIT("")}, data = {&PAGE, NULL, 0, BYTES_LIT("")};
    begin(1);
    call_from_evm(0xaa, &none);
    call_from_evm(0xaa, &data);
    finish();
    static const char *const texts[] = {"Attempt to load a program that does not exist",
                                        "This program may not be used for executing instructions"};
    for (uint32_t i = 0; i < 2; i++) {
        char want[200];
        snprintf(want, sizeof want, "Solana: %s: %s", sol_text(i ? &PAGE : &OTHER).s, texts[i]);
        assert_int_equal(message(i).failure, XVM_FAIL_TARGET);
        assert_text(message(i).error, want);
    }
    end();
}

static void test_occupied_alias_refuses_the_crossing(void **state) {
    (void)state;
    struct b32 evm = alias_of(evm_sender(0xaa));
    struct call c = on_page("show");
    begin(1);
    put_account(&evm, 10000000, &PROBE, 0);
    call_from_evm(0xaa, &c);
    finish();
    assert_int_equal(message(0).failure, XVM_FAIL_ALIAS);
    assert_contains(message(0).error, "occupied");
    end();
}

/* ---- Policies */

static void test_drop_retry_and_cancel_work_as_for_other_machines(void **state) {
    (void)state;
    struct call bad = on_page("fail");
    /* BCS: on_fail, open_retry, and zeros */
    const uint8_t drop[1 + 1 + 8 + 8 + 8 + 32 + 1 + 8 + 1] = {XVM_DROP},
                                                        open[sizeof drop] = {XVM_KEEP, 1};
    begin(1);
    send_from_evm(0xaa, &bad, XVM_DROP, 0);
    send_from_evm(0xaa, &bad, XVM_KEEP, 0);
    send_from_evm(0xaa, &bad, XVM_KEEP, 1);
    assert_ok(call_from_move(0xbb, &bad, BYTES_OF(drop)));
    assert_ok(call_from_move(0xbb, &bad, BYTES_OF(open)));
    finish();
    struct b32 ids[5];
    memcpy(ids, tx.messages, sizeof ids);
    static const enum xvm_status want[] = {XVM_DROPPED, XVM_PENDING, XVM_PENDING, XVM_DROPPED,
                                           XVM_PENDING};
    for (uint32_t i = 0; i < 5; i++) assert_int_equal(message(i).status, want[i]);
    end();
    begin(2);
    for (uint32_t i = 0; i < 5; i++)
        put_log(&XVM_QUEUE_ADDRESS, RETRY, 0x99, &ids[i], (struct bytes){NULL, 0});
    put_log(&XVM_QUEUE_ADDRESS, CANCEL, 0xaa, &ids[1], (struct bytes){NULL, 0});
    finish();
    static const enum xvm_failure after[] = {XVM_FAIL_AUTHORITY, XVM_FAIL_AUTHORITY,
                                             XVM_FAIL_REVERTED, XVM_FAIL_AUTHORITY,
                                             XVM_FAIL_REVERTED};
    for (uint32_t i = 0; i < 5; i++) assert_int_equal(tx.legs[1 + i].failure, after[i]);
    assert_true(tx.legs[6].ok);
    end();
}

/* ---- What starts nothing */

static void test_reverted_frame_takes_its_message_with_it(void **state) {
    (void)state;
    struct call lost = on_page("writelost"), kept = on_page("writekept");
    begin(1);
    st_mark mark = st_savepoint(journal);
    call_from_evm(0xaa, &lost);
    assert_ok(call_from_move(0xbb, &lost, (struct bytes){NULL, 0}));
    st_revert(journal, mark);
    call_from_evm(0xaa, &kept);
    finish();
    assert_int_equal(tx.message_count, 1);
    assert_page("kept");
    end();
}

static void test_events_of_other_addresses_are_only_logs(void **state) {
    (void)state;
    struct call c = on_page("writeforged");
    const uint64_t options[3] = {0};
    struct b32 id = {{0}};
    begin(1);
    put_log(&XVM_MOVEVM_ADDRESS, CALL, 0xaa, NULL, event_data(&c, NULL));
    put_log(&XVM_MOVE_SVM_MESSENGER, CALL, 0xaa, NULL, event_data(&c, NULL));
    put_log(&XVM_SOLANAVM_ADDRESS, CALL, 0xaa, &id, event_data(&c, NULL)); /* a topic too many */
    put_log(&XVM_SOLANAVM_ADDRESS, SEND, 0xaa, &id, event_data(&c, options));
    put_log(&XVM_QUEUE_ADDRESS, SEND, 0xaa, NULL, event_data(&c, options));
    st_add_log(journal, &(struct st_log){.vm = ST_VM_MOVE, .data = event_data(&c, NULL)});
    assert_int_equal(st_logs_counted(journal), 0);
    finish();
    assert_int_equal(tx.message_count, 0);
    end();
}

/* Every cut, and every changed word, of a canonical event: a message that says what is wrong with
 * it, or one that is as harmless as any. */
static void test_malformed_events_fail_the_message_and_nothing_else(void **state) {
    (void)state;
    struct call c = on_page("show");
    const uint64_t options[3] = {0};
    struct bytes whole = event_data(&c, options);
    struct b32 id = {{1}};
    for (size_t n = 0; n < 6 * 32; n++) { /* up to the options that are read */
        begin(1);
        put_log(&XVM_QUEUE_ADDRESS, SEND, 0xaa, &id, bytes_sub(whole, 0, n));
        finish();
        assert_int_equal(message(0).failure, XVM_FAIL_MALFORMED);
        end();
    }
    static const uint8_t odd[] = {1, 2, 0x1f, 0x20, 0x40, 0x80, 0xff};
    for (size_t at = 0; at < whole.n; at++) {
        for (size_t i = 0; i < COUNT_OF(odd); i++) {
            uint8_t *p = arena_alloc(&arena, whole.n, 1);
            memcpy(p, whole.p, whole.n);
            p[at] ^= odd[i];
            begin(2);
            put_log(&XVM_QUEUE_ADDRESS, SEND, 0xaa, &id, bytes_make(p, whole.n));
            finish();
            assert_int_equal(tx.message_count, 1);
            end();
        }
    }
}

/* Its sender may still ask for it. */
static void test_malformed_message_cannot_be_retried_into_running(void **state) {
    (void)state;
    struct call c = on_page("show");
    struct bytes whole = event_data(&c, NULL);
    enum { PADDING = 28 }; /* behind the four bytes of data */
    for (size_t n = 0; n < whole.n - PADDING; n += 31) {
        begin(1);
        put_log(&XVM_SOLANAVM_ADDRESS, CALL, 0xaa, NULL, bytes_sub(whole, 0, n));
        finish();
        assert_int_equal(message(0).failure, XVM_FAIL_MALFORMED);
        struct b32 id = tx.messages[0];
        end();
        begin(2);
        put_log(&XVM_QUEUE_ADDRESS, RETRY, 0xaa, &id, (struct bytes){NULL, 0});
        finish();
        assert_int_equal(tx.legs[1].failure, XVM_FAIL_MALFORMED);
        assert_text(tx.legs[1].error, "the event's data was malformed");
        end();
    }
}

static void test_malformed_flags_are_refused(void **state) {
    (void)state;
    struct call c = on_page("show");
    struct bytes whole = event_data(&c, NULL);
    /* program, two offsets, count, key, isSigner, isWritable */
    for (size_t word = 5; word < 7; word++) {
        uint8_t *p = arena_alloc(&arena, whole.n, 1);
        memcpy(p, whole.p, whole.n);
        p[word * 32 + 31] = 2;
        begin((uint8_t)word);
        put_log(&XVM_SOLANAVM_ADDRESS, CALL, 0xaa, NULL, bytes_make(p, whole.n));
        finish();
        assert_int_equal(message(0).failure, XVM_FAIL_MALFORMED);
        end();
    }
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_alias_signs_where_it_is_named_and_nobody_else),
        T(test_alias_signs_whatever_its_flag_says_and_only_if_named),
        T(test_any_other_signer_refuses_the_message),
        T(test_memory_of_accounts_goes_with_the_leg),
        T(test_writes_of_one_leg_are_seen_by_the_next),
        T(test_failed_leg_is_undone_alone_and_says_why),
        T(test_rent_rules_hold),
        T(test_logs_and_balances_of_a_leg_are_kept),
        T(test_sysvars_stay_if_the_first_leg_fails),
        T(test_no_bank_is_opened_without_a_leg),
        T(test_chain_without_a_solana_machine_says_so),
        T(test_units_are_charged_at_the_rate_and_rounded_up),
        T(test_units_given_are_rounded_down),
        T(test_lack_of_gas_lets_anybody_retry),
        T(test_more_than_a_message_may_use_is_no_lack_of_gas),
        T(test_accounts_are_paid_for_by_the_word_before_they_are_loaded),
        T(test_bytecode_is_paid_for_by_the_word),
        T(test_signatures_are_paid_for_before_they_are_verified),
        T(test_limits_are_named),
        T(test_payload_counts_program_accounts_and_data),
        T(test_results_are_at_most_what_programs_may_return),
        T(test_what_is_no_program_is_named),
        T(test_occupied_alias_refuses_the_crossing),
        T(test_drop_retry_and_cancel_work_as_for_other_machines),
        T(test_reverted_frame_takes_its_message_with_it),
        T(test_events_of_other_addresses_are_only_logs),
        T(test_malformed_events_fail_the_message_and_nothing_else),
        T(test_malformed_message_cannot_be_retried_into_running),
        T(test_malformed_flags_are_refused),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
