/* Messages that run in the middle of another one, which waits: what that one holds, what it reads
 * anew, how high the stack is, who cannot run. The programs are functions of each test. */
#include "../codec/helpers.h"
#include "solana/invoke.h"
#include "solana/solana.h"

enum { FIRST, SECOND, CROSSER, PROGRAMS };

/* Programs, and accounts of the first of them. */
static const struct b32 IDS[PROGRAMS] = {
    {{0x61, [31] = 1}}, {{0x62, [31] = 2}}, {{0x63, [31] = 3}}};
static const struct b32 X = {{0x78, [31] = 4}}, Y = {{0x79, [31] = 5}}, Z = {{0x7a, [31] = 6}};
enum { LAMPORTS = 10000000, DATA_BYTES = 16 };

static struct st_journal *journal;
static struct sol_bank bank;
static struct sol_fail (*play[PROGRAMS])(struct sol_context *ctx);

#define PROGRAM(i)                                                                                 \
    static struct sol_fail run_##i(struct sol_context *ctx) {                                      \
        struct sol_fail f = sol_charge(ctx, 100);                                                  \
        return f.code || !play[i] ? f : play[i](ctx);                                              \
    }
PROGRAM(FIRST)
PROGRAM(SECOND)
PROGRAM(CROSSER)
#undef PROGRAM

static struct sol_builtin programs[PROGRAMS] = {
    {.name = "first", .run = run_FIRST},
    {.name = "second", .run = run_SECOND},
    {.name = "crosser", .run = run_CROSSER},
};

static void put_account(const struct b32 *key, uint64_t lamports, size_t data_bytes) {
    struct st_svm_account a = {.lamports = lamports, .rent_epoch = UINT64_MAX, .owner = IDS[FIRST]};
    a.data = bytes_make(arena_zalloc(&arena, data_bytes + 1, 1), data_bytes);
    st_set_svm_account(journal, key, &a);
}

static struct st_svm_account account(const struct b32 *key) {
    struct st_svm_account a = {0};
    st_svm_account(journal, key, &a);
    return a;
}

static int setup(void **state) {
    setup_arena(state);
    journal = st_journal_new(NULL);
    memset(play, 0, sizeof play);
    for (size_t i = 0; i < PROGRAMS; i++) programs[i].id = IDS[i];
    bank = (struct sol_bank){.slot = 7,
                             .features = sol_mainnet_features,
                             .builtins = programs,
                             .builtin_count = PROGRAMS};
    st_begin_tx(journal);
    sol_genesis_accounts(journal, &bank);
    put_account(&X, LAMPORTS, DATA_BYTES);
    put_account(&Y, LAMPORTS, DATA_BYTES);
    sol_sysvars_load(&bank.sysvars, journal, &arena);
    return 0;
}

static int teardown(void **state) {
    st_end_tx(journal, true);
    st_journal_free(journal);
    return teardown_arena(state);
}

/* ---- Running */

/* A message of one instruction; the other programs are among its keys, and its accounts. */
static void run(int program, const struct sol_key *accounts, size_t count,
                const struct sol_context *waiting, struct sol_result *out) {
    struct sol_key keys[16];
    struct sol_message m;
    for (size_t i = 0; i < count; i++) keys[i] = accounts[i];
    for (size_t i = 0; i < PROGRAMS; i++) keys[count + i] = (struct sol_key){.key = IDS[i]};
    struct sol_error e = sol_message_compile(&m, &IDS[program], keys, count + PROGRAMS,
                                             (struct bytes){0}, &bank, st_tx_arena(journal));
    assert_int_equal(e.code, SOL_TX_OK);
    struct sol_budget budget = {
        .units = 100000, .heap_bytes = 32 << 10, .loaded_bytes_max = 64 << 20, .waiting = waiting};
    st_mark mark = st_savepoint(journal);
    sol_run_message(&bank, journal, &m, &budget, out);
    if (out->error.code) st_revert(journal, mark);
}

/* CPI with all accounts of the current instruction, as they are; `read_only` ones lose the right to
 * be written. */
static struct sol_fail call(struct sol_context *ctx, int program, bool read_only) {
    const struct sol_frame *f = sol_frame(ctx);
    struct sol_key keys[16];
    for (size_t i = 0; i < f->meta_count; i++)
        keys[i] = (struct sol_key){.key = sol_at(ctx, i)->key,
                                   .writable = f->metas[i].writable && !read_only};
    struct sol_invocation in = {.program = IDS[program], .accounts = keys};
    in.account_count = f->meta_count;
    return sol_invoke(ctx, &in, NULL, 0);
}

static struct sol_fail call_crosser(struct sol_context *ctx) {
    return call(ctx, CROSSER, false);
}

static struct sol_fail call_crosser_read_only(struct sol_context *ctx) {
    return call(ctx, CROSSER, true);
}

static const struct sol_key BOTH[] = {{X, false, true}, {Y, false, false}};

static void assert_log(const struct sol_result *r, const char *line) {
    for (size_t i = 0; i < r->log_count; i++)
        if (bytes_eq(r->logs[i], bytes_cstr(line))) return;
    fail_msg("no line of the log is: %s", line);
}

static void assert_succeeded(const struct sol_result *r) {
    if (r->error.code) fail_msg("%s", sol_ix_error_name(r->error.fail.code));
}

/* ---- The stack */

static size_t height_in_leg;
static struct sol_result inner;

static struct sol_fail note_height(struct sol_context *ctx) {
    height_in_leg = sol_height(ctx);
    return SOL_OK;
}

static struct sol_fail cross_to_second(struct sol_context *ctx) {
    sol_accounts_out(ctx);
    run(SECOND, NULL, 0, ctx, &inner);
    sol_accounts_in(ctx);
    return SOL_OK;
}

static void test_height_goes_on_in_a_message_above(void **state) {
    (void)state;
    struct sol_result r;
    play[FIRST] = call_crosser;
    play[CROSSER] = cross_to_second;
    play[SECOND] = note_height;
    run(FIRST, BOTH, 2, NULL, &r);
    assert_succeeded(&r);
    assert_succeeded(&inner);
    assert_int_equal(height_in_leg, 3);
    char line[100];
    snprintf(line, sizeof line, "Program %s invoke [3]", sol_text(&IDS[SECOND]).s);
    assert_log(&inner, line);
}

static int depth_reached;
static struct sol_fail deepest;

/* The crosser waits at every height, and runs itself above until that is refused. */
static struct sol_fail cross_to_self(struct sol_context *ctx) {
    struct sol_result r;
    depth_reached++;
    sol_accounts_out(ctx);
    run(CROSSER, NULL, 0, ctx, &r);
    sol_accounts_in(ctx);
    if (r.error.code) deepest = r.error.fail;
    return SOL_OK;
}

static void test_stack_limit_counts_through_crossings(void **state) {
    (void)state;
    struct sol_result r;
    depth_reached = 0;
    play[CROSSER] = cross_to_self;
    run(CROSSER, NULL, 0, NULL, &r);
    assert_succeeded(&r);
    assert_int_equal(depth_reached, 5);
    assert_int_equal(deepest.code, SOL_IX_CALL_DEPTH);
    play[FIRST] = call_crosser;
    depth_reached = 0;
    run(FIRST, NULL, 0, NULL, &r);
    assert_int_equal(depth_reached, 4);
}

static struct sol_fail cross_to_first(struct sol_context *ctx) {
    sol_accounts_out(ctx);
    run(FIRST, NULL, 0, ctx, &inner);
    sol_accounts_in(ctx);
    return SOL_OK;
}

static struct sol_fail call_first(struct sol_context *ctx) {
    return call(ctx, FIRST, false);
}

static void test_program_that_waits_cannot_be_run_above(void **state) {
    (void)state;
    struct sol_result r;
    play[FIRST] = call_crosser;
    play[CROSSER] = cross_to_first;
    run(FIRST, NULL, 0, NULL, &r);
    assert_succeeded(&r);
    assert_int_equal(inner.error.fail.code, SOL_IX_REENTRANCY_NOT_ALLOWED);
    play[CROSSER] = cross_to_second; /* nor by another program's CPI */
    play[SECOND] = call_first;
    run(FIRST, NULL, 0, NULL, &r);
    assert_succeeded(&r);
    assert_int_equal(inner.error.fail.code, SOL_IX_REENTRANCY_NOT_ALLOWED);
    run(CROSSER, NULL, 0, NULL, &r); /* where it does not wait, it runs */
    assert_succeeded(&r);
    play[FIRST] = NULL;
    run(CROSSER, NULL, 0, NULL, &r);
    assert_succeeded(&inner);
}

/* ---- What is held */

static bool held[3];

static struct sol_fail note_held(struct sol_context *ctx) {
    const struct b32 *keys[] = {&X, &Y, &Z};
    for (size_t i = 0; i < 3; i++) held[i] = sol_is_held(ctx, keys[i]);
    return SOL_OK;
}

static void test_accounts_of_the_stack_are_held_unless_the_crosser_may_write_them(void **state) {
    (void)state;
    struct sol_result r;
    assert_false(sol_is_held(NULL, &X));
    play[FIRST] = call_crosser;
    play[CROSSER] = note_held;
    run(FIRST, BOTH, 2, NULL, &r);
    assert_succeeded(&r);
    assert_false(held[0]); /* writable to the end */
    assert_true(held[1]);  /* what bytecode has of it cannot change */
    assert_false(held[2]); /* of nobody's concern */
    play[FIRST] = call_crosser_read_only;
    run(FIRST, BOTH, 2, NULL, &r);
    assert_succeeded(&r);
    assert_true(held[0]);
}

static struct sol_fail cross_with_y(struct sol_context *ctx) {
    static const struct sol_key y = {Y, false, true};
    play[CROSSER] = note_held;
    sol_accounts_out(ctx);
    run(CROSSER, &y, 1, ctx, &inner);
    sol_accounts_in(ctx);
    return SOL_OK;
}

static void test_every_message_that_waits_holds(void **state) {
    (void)state;
    struct sol_result r;
    play[FIRST] = call_crosser_read_only;
    play[CROSSER] = cross_with_y;
    run(FIRST, BOTH, 1, NULL, &r);
    assert_succeeded(&r);
    assert_succeeded(&inner);
    assert_true(held[0]);
    assert_false(held[1]);
}

/* ---- What is read anew */

static struct sol_fail write_first(struct sol_context *ctx, const char *text) {
    uint8_t *p;
    struct sol_fail f = sol_data_for_write(ctx, 0, &p);
    if (!f.code) memcpy(p, text, strlen(text));
    return f;
}

static struct sol_fail write_and_cross(struct sol_context *ctx) {
    struct sol_fail f = write_first(ctx, "before");
    if (!f.code) f = call(ctx, CROSSER, false);
    if (f.code) return f;
    assert_memory_equal(sol_at(ctx, 0)->data, "change", 6);
    return write_first(ctx, "after!");
}

/* Another machine has the account grow, takes lamports from it and gives it some. */
static struct sol_fail change_in_the_journal(struct sol_context *ctx) {
    assert_int_equal(sol_bytes_out(ctx), DATA_BYTES);
    sol_accounts_out(ctx);
    assert_int_equal(sol_bytes_out(ctx), 0);
    struct st_svm_account a = account(&X);
    assert_memory_equal(a.data.p, "before", 6);
    a.lamports -= 1000;
    a.data = BYTES_LIT("change, and more than it was");
    st_set_svm_account(journal, &X, &a);
    sol_accounts_in(ctx);
    assert_int_equal(ctx->lamports_delta, 0);
    assert_int_equal(ctx->growth, a.data.n - DATA_BYTES);
    return SOL_OK;
}

static void test_changes_go_both_ways_and_are_no_imbalance(void **state) {
    (void)state;
    struct sol_result r;
    play[FIRST] = write_and_cross;
    play[CROSSER] = change_in_the_journal;
    run(FIRST, BOTH, 1, NULL, &r);
    assert_succeeded(&r);
    assert_memory_equal(account(&X).data.p, "after!, and more than it was", 28);
    assert_int_equal(account(&X).lamports, LAMPORTS - 1000);
    assert_int_equal(r.lamports_before[0], LAMPORTS);
    assert_int_equal(r.lamports_after[0], LAMPORTS - 1000);
}

static struct sol_fail fail_after_change(struct sol_context *ctx) {
    sol_accounts_out(ctx);
    st_mark mark = st_savepoint(journal);
    struct st_svm_account a = account(&X);
    a.lamports += 5;
    a.data = BYTES_LIT("gone");
    st_set_svm_account(journal, &X, &a);
    st_revert(journal, mark);
    sol_accounts_in(ctx);
    assert_int_equal(sol_at(ctx, 0)->lamports, LAMPORTS);
    assert_memory_equal(sol_at(ctx, 0)->data, "before", 6);
    return SOL_OK;
}

static struct sol_fail write_and_cross_once(struct sol_context *ctx) {
    struct sol_fail f = write_first(ctx, "before");
    return f.code ? f : call(ctx, CROSSER, false);
}

static void test_failed_leg_changes_no_account(void **state) {
    (void)state;
    struct sol_result r;
    play[FIRST] = write_and_cross_once;
    play[CROSSER] = fail_after_change;
    run(FIRST, BOTH, 1, NULL, &r);
    assert_succeeded(&r);
    assert_memory_equal(account(&X).data.p, "before", 6);
    assert_int_equal(account(&X).lamports, LAMPORTS);
}

/* What is reverted with the message includes what it wrote before the crossing. */
static struct sol_fail cross_and_fail(struct sol_context *ctx) {
    struct sol_fail f = write_and_cross(ctx);
    return f.code ? f : sol_custom(3);
}

static void test_failing_message_takes_what_crossed_with_it(void **state) {
    (void)state;
    struct sol_result r;
    play[FIRST] = cross_and_fail;
    play[CROSSER] = change_in_the_journal;
    run(FIRST, BOTH, 1, NULL, &r);
    assert_int_equal(r.error.fail.custom, 3);
    assert_int_equal(account(&X).lamports, LAMPORTS);
    assert_int_equal(account(&X).data.p[0], 0);
    assert_int_equal(r.lamports_after[0], LAMPORTS);
}

/* An account may be without lamports for a while: nobody else sees it then, and it keeps its data.
 */
static struct sol_fail empty_and_refill(struct sol_context *ctx) {
    uint64_t all = sol_at(ctx, 0)->lamports;
    struct sol_fail f = write_first(ctx, "kept");
    if (!f.code) f = sol_sub_lamports(ctx, 0, all);
    if (!f.code) f = sol_add_lamports(ctx, 1, all);
    if (!f.code) f = call(ctx, CROSSER, false);
    assert_memory_equal(sol_at(ctx, 0)->data, "kept", 4);
    assert_true(b32_eq(&sol_at(ctx, 0)->owner, &IDS[FIRST]));
    if (!f.code) f = sol_sub_lamports(ctx, 1, all);
    return f.code ? f : sol_add_lamports(ctx, 0, all);
}

static struct sol_fail see_nothing(struct sol_context *ctx) {
    sol_accounts_out(ctx);
    struct st_svm_account a;
    assert_false(st_svm_account(journal, &X, &a));
    assert_int_equal(account(&Y).lamports, 2 * LAMPORTS);
    sol_accounts_in(ctx);
    return SOL_OK;
}

static void test_account_without_lamports_lasts_until_the_message_ends(void **state) {
    (void)state;
    static const struct sol_key keys[] = {{X, false, true}, {Y, false, true}};
    struct sol_result r;
    play[FIRST] = empty_and_refill;
    play[CROSSER] = see_nothing;
    run(FIRST, keys, 2, NULL, &r);
    assert_succeeded(&r);
    assert_memory_equal(account(&X).data.p, "kept", 4);
    assert_int_equal(account(&X).lamports, LAMPORTS);
    assert_int_equal(account(&Y).lamports, LAMPORTS);
}

static uint64_t left;

static struct sol_fail take_all_but_some(struct sol_context *ctx) {
    sol_accounts_out(ctx);
    struct st_svm_account a = account(&X);
    a.lamports = left;
    st_set_svm_account(journal, &X, &a);
    sol_accounts_in(ctx);
    return SOL_OK;
}

static void test_rent_rules_hold_for_what_leaves(void **state) {
    (void)state;
    struct sol_result r;
    play[CROSSER] = take_all_but_some;
    left = sol_rent_minimum(&bank.sysvars.rent, DATA_BYTES) - 1;
    run(CROSSER, BOTH, 1, NULL, &r);
    assert_int_equal(r.error.code, SOL_TX_INSUFFICIENT_FUNDS_FOR_RENT);
    left++;
    run(CROSSER, BOTH, 1, NULL, &r);
    assert_int_equal(r.error.code, SOL_TX_OK);
    left = 0;
    run(CROSSER, BOTH, 1, NULL, &r);
    assert_int_equal(r.error.code, SOL_TX_OK);
    assert_int_equal(account(&X).lamports, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_height_goes_on_in_a_message_above),
        TEST(test_stack_limit_counts_through_crossings),
        TEST(test_program_that_waits_cannot_be_run_above),
        TEST(test_accounts_of_the_stack_are_held_unless_the_crosser_may_write_them),
        TEST(test_every_message_that_waits_holds),
        TEST(test_changes_go_both_ways_and_are_no_imbalance),
        TEST(test_failed_leg_changes_no_account),
        TEST(test_failing_message_takes_what_crossed_with_it),
        TEST(test_account_without_lamports_lasts_until_the_message_ends),
        TEST(test_rent_rules_hold_for_what_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
