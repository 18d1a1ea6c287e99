/* The native asset on its way between the machines: what moves, what each machine shows of it, what
 * is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chain/internal.h"
#include "cross/internal.h"
#include "cross/sync.h"
#include "move/account.h"
#include "move/native_asset.h"
#include "move/type_tag.h"

/* The first account of the development mnemonic. */
static const struct xvm_actor RICH_EVM = {
    .vm = ST_VM_EVM, .bytes = {0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce,
                               0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66}};
static const struct xvm_actor NEW[] = {
    {.vm = ST_VM_EVM, .bytes = {0x7e, [19] = 0xaa}},
    {.vm = ST_VM_MOVE, .bytes = {0x5e, [31] = 0xaa}},
    {.vm = ST_VM_SVM, .bytes = {0x50, [31] = 0xaa}},
};
enum { MACHINES = 3, GWEI = 1000000000 };
static const uint64_t ETHER_UNITS = 1000000000; /* octas, lamports */

static struct chain *chain;
static struct chain_reader *reader;
static struct chain_block head;
static struct chain_exec exec;
static struct evm_env env;
static struct xvm_tx tx;
static struct st_journal *j;

static int setup(void **state) {
    static const struct b32 root = {{0x12}};
    (void)state;
    if (err_is(chain_open(&chain, &(struct chain_options){.block_time_ms = 0}))) return -1;
    if (err_is(chain_reader_open(chain, ST_LATEST, &reader))) return -1;
    chain_reader_exec(reader, &head, &exec);
    j = exec.journal;
    st_begin_tx(j);
    chain_exec_env(&exec, &env);
    chain_begin_xvm(&exec, &tx, &env, ST_VM_EVM, &root);
    tx.root_sender = RICH_EVM;
    xvm_begin(&tx);
    xvm_svm_bank(&tx); /* before anything that is undone */
    return 0;
}

static int teardown(void **state) {
    (void)state;
    st_end_tx(j, true);
    chain_reader_close(reader);
    chain_close(chain);
    return 0;
}

/* An account with money, of each machine. */
static struct xvm_actor rich(int vm) {
    struct b32 lamports = chain_solana_faucet_key(chain);
    return vm == ST_VM_EVM    ? RICH_EVM
           : vm == ST_VM_MOVE ? xvm_wide_actor(ST_VM_MOVE, &chain->faucet_address)
                              : xvm_wide_actor(ST_VM_SVM, &lamports);
}

static struct u256 wei(uint64_t units) {
    struct u256 w = u256_from_u64(units), gwei = u256_from_u64(GWEI);
    u256_mul(&w, &w, &gwei);
    return w;
}

static struct u256 balance(const struct xvm_actor *at) {
    if (at->vm == ST_VM_EVM) {
        struct b20 address = xvm_actor_b20(at);
        return st_account(j, &address)->balance;
    }
    struct b32 address = xvm_actor_b32(at);
    struct st_svm_account a = {0};
    if (at->vm == ST_VM_MOVE) return wei(mv_native_balance(j, &address, NULL));
    st_svm_account(j, &address, &a);
    return wei(a.lamports);
}

static struct u256 move_supply(void) {
    struct u256 octas;
    assert_true(mv_native_supply(j, &octas));
    return octas;
}

static void assert_u256_equal(struct u256 a, struct u256 b) {
    char x[80], y[80];
    x[u256_to_dec(x, &a)] = y[u256_to_dec(y, &b)] = 0;
    assert_string_equal(x, y);
}

static struct u256 plus(struct u256 a, struct u256 b) {
    u256_add(&a, &a, &b);
    return a;
}

static struct u256 minus(struct u256 a, struct u256 b) {
    u256_sub(&a, &a, &b);
    return a;
}

static void assert_moves(struct xvm_actor from, struct xvm_actor to, struct u256 amount) {
    struct xvm_run run = {0};
    if (!xvm_value_move(&tx, &from, &to, &amount, &run))
        fail_msg("%.*s", (int)run.error.n, (const char *)run.error.p);
    assert_int_equal(run.failure, XVM_OK);
}

/* Nothing moves, nothing is left of the attempt, and the reason names the account's machine. */
static void assert_refused(struct xvm_actor from, struct xvm_actor to, struct u256 amount,
                           const char *why) {
    struct xvm_run run = {0};
    size_t logs, logs_after;
    struct u256 a = balance(&from), b = balance(&to), supply = move_supply();
    st_logs(j, &logs);
    assert_false(xvm_value_move(&tx, &from, &to, &amount, &run));
    assert_int_equal(run.failure, XVM_FAIL_VALUE);
    if (!memmem(run.error.p, run.error.n, why, strlen(why)))
        fail_msg("%.*s\nshould contain\n%s", (int)run.error.n, (const char *)run.error.p, why);
    st_logs(j, &logs_after);
    assert_int_equal(logs, logs_after);
    assert_u256_equal(balance(&from), a);
    assert_u256_equal(balance(&to), b);
    assert_u256_equal(move_supply(), supply);
}

/* ---- What moves */

static void test_value_moves_exactly_between_any_two_machines(void **state) {
    (void)state;
    for (int from = 0; from < MACHINES; from++)
        for (int to = 0; to < MACHINES; to++) {
            struct xvm_actor a = rich(from), b = NEW[to];
            struct u256 amount = wei(12345678901 + (uint64_t)(from * MACHINES + to));
            struct u256 had = balance(&a), has = balance(&b), supply = move_supply();
            assert_moves(a, b, amount);
            assert_u256_equal(balance(&a), minus(had, amount));
            assert_u256_equal(balance(&b), plus(has, amount));
            struct u256 octas = u256_from_u64(12345678901 + (uint64_t)(from * MACHINES + to));
            if (from == ST_VM_MOVE) supply = minus(supply, octas);
            if (to == ST_VM_MOVE) supply = plus(supply, octas);
            assert_u256_equal(move_supply(), supply);
        }
}

static void test_what_came_goes_back_to_the_last_unit(void **state) {
    (void)state;
    for (int to = 0; to < MACHINES; to++) {
        struct u256 amount = wei(7 * ETHER_UNITS + 1), none = U256_ZERO;
        struct u256 before = balance(&RICH_EVM);
        assert_moves(RICH_EVM, NEW[to], amount);
        assert_moves(NEW[to], RICH_EVM, amount);
        assert_u256_equal(balance(&RICH_EVM), before);
        assert_u256_equal(balance(&NEW[to]), none);
    }
}

static void test_wei_below_the_unit_moves_within_the_evm_only(void **state) {
    (void)state;
    struct u256 odd = plus(wei(ETHER_UNITS), U256_ONE);
    assert_moves(RICH_EVM, NEW[ST_VM_EVM], odd);
    assert_moves(RICH_EVM, NEW[ST_VM_EVM], U256_ONE);
    assert_u256_equal(balance(&NEW[ST_VM_EVM]), plus(odd, U256_ONE));
    for (int to = ST_VM_MOVE; to < MACHINES; to++) {
        assert_refused(RICH_EVM, NEW[to], odd, "no multiple of 10^9 wei");
        assert_refused(RICH_EVM, NEW[to], U256_ONE, "no multiple of 10^9 wei");
        assert_refused(rich(to), NEW[ST_VM_EVM], u256_from_u64(GWEI - 1), "no multiple");
    }
}

static void test_no_value_always_moves_and_touches_nothing(void **state) {
    (void)state;
    uint64_t before = st_fingerprint(j);
    for (int from = 0; from < MACHINES; from++)
        for (int to = 0; to < MACHINES; to++) assert_moves(NEW[from], NEW[to], U256_ZERO);
    assert_true(st_fingerprint(j) == before);
}

static void test_to_oneself_is_no_gain(void **state) {
    (void)state;
    for (int vm = 0; vm < MACHINES; vm++) {
        struct xvm_actor a = rich(vm);
        struct u256 before = balance(&a), supply = move_supply();
        assert_moves(a, a, wei(ETHER_UNITS));
        assert_moves(a, a, before);
        assert_u256_equal(balance(&a), before);
        assert_u256_equal(move_supply(), supply);
    }
}

/* ---- What Move shows */

static void run_framework(const char *function, const struct b32 *account, uint64_t octas) {
    struct bytes args[] = {BYTES_OF(*account), BYTES_OF(octas)};
    struct mv_call call = {.module_address = {{[31] = 1}},
                           .module_name = BYTES_LIT("aptos_account"),
                           .function_name = bytes_cstr(function),
                           .args = args,
                           .arg_count = 2};
    struct mv_outcome out;
    struct mv_session *s =
        mv_session_new(&(struct mv_session_params){.vm = chain->move_vm,
                                                   .journal = j,
                                                   .block = chain_move_block(&exec),
                                                   .gas_limit = UINT64_MAX / 2});
    assert_true(mv_run_system(s, &call, &out));
    mv_session_free(s);
}

/* The node's own way with stores is the framework's function, to the byte: items, events, order. */
static void test_stores_change_as_by_the_frameworks_functions(void **state) {
    (void)state;
    static const uint64_t amounts[] = {1, 255, 65536, 999999999999};
    struct b32 account = xvm_actor_b32(&NEW[ST_VM_MOVE]);
    assert_moves(RICH_EVM, NEW[ST_VM_MOVE], wei(2 * 999999999999));
    for (size_t i = 0; i < 2 * COUNT_OF(amounts); i++) {
        const char *function = i % 2 ? "leave" : "arrive";
        uint64_t octas = amounts[i / 2];
        st_mark mark = st_savepoint(j);
        assert_true(i % 2 ? mv_native_leave(j, &account, octas)
                          : mv_native_arrive(j, &account, octas));
        uint64_t ours = st_fingerprint(j);
        st_revert(j, mark);
        run_framework(function, &account, octas);
        assert_true(st_fingerprint(j) == ours);
    }
}

static const struct st_log *last_log(size_t back) {
    size_t n;
    const struct st_log *logs = st_logs(j, &n);
    assert_true(n > back);
    return &logs[n - 1 - back];
}

static void test_receiver_in_move_gets_an_account_and_an_event(void **state) {
    (void)state;
    struct b32 account = xvm_actor_b32(&NEW[ST_VM_MOVE]), store = mv_native_store(&account), key;
    uint64_t sequence;
    assert_false(mv_account_read(j, &account, &key, &sequence));
    assert_moves(RICH_EVM, NEW[ST_VM_MOVE], wei(5));
    assert_true(mv_account_read(j, &account, &key, &sequence));
    assert_memory_equal(&key, &account, 32);
    assert_int_equal(last_log(0)->vm, ST_VM_MOVE);
    assert_int_equal(last_log(0)->data.n, 40);
    assert_memory_equal(last_log(0)->data.p, &store, 32);
    assert_int_equal(load_le64(last_log(0)->data.p + 32), 5);
    struct buf name = {0};
    mv_type_tag_print(last_log(0)->type_tag, &name);
    assert_string_equal(buf_cstr(&name), "0x1::fungible_asset::Deposit");
    buf_clear(&name);
    assert_moves(NEW[ST_VM_MOVE], RICH_EVM, wei(4));
    mv_type_tag_print(last_log(0)->type_tag, &name);
    assert_string_equal(buf_cstr(&name), "0x1::fungible_asset::Withdraw");
    assert_int_equal(load_le64(last_log(0)->data.p + 32), 4);
    buf_free(&name);
}

/* The last bytes of the store's FungibleStore: its flag. */
static void freeze(const struct b32 *account) {
    static const char name[] = "\x0d"
                               "FungibleStore";
    static const uint8_t group[] =
        "\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
        "\6object\13ObjectGroup";
    uint8_t key[32 + sizeof group], copy[1024];
    struct b32 store = mv_native_store(account);
    struct bytes stored;
    memcpy(key, &store, 32);
    memcpy(key + 32, group, sizeof group);
    assert_true(st_get(j, ST_MOVE_GROUP, BYTES_OF(key), &stored) && stored.n <= sizeof copy);
    memcpy(copy, stored.p, stored.n);
    /* Behind the name: no type arguments, 41 bytes of value, the flag last. */
    uint8_t *at = memmem(copy, stored.n, name, sizeof name - 1);
    assert_non_null(at);
    at += sizeof name - 1;
    assert_int_equal(at[1], 41);
    at[2 + 40] = 1;
    st_put(j, ST_MOVE_GROUP, BYTES_OF(key), bytes_make(copy, stored.n));
}

static void test_frozen_store_neither_pays_nor_receives(void **state) {
    (void)state;
    struct b32 account = xvm_actor_b32(&NEW[ST_VM_MOVE]);
    assert_moves(RICH_EVM, NEW[ST_VM_MOVE], wei(10));
    freeze(&account);
    assert_refused(NEW[ST_VM_MOVE], RICH_EVM, wei(1), "ESTORE_IS_FROZEN");
    assert_refused(RICH_EVM, NEW[ST_VM_MOVE], wei(1), "ESTORE_IS_FROZEN");
}

/* ---- What is refused */

static void test_more_than_there_is_is_refused(void **state) {
    (void)state;
    for (int from = 0; from < MACHINES; from++)
        for (int to = 0; to < MACHINES; to++) {
            struct xvm_actor a = rich(from);
            struct u256 all = balance(&a);
            assert_refused(a, NEW[to], plus(all, wei(1)),
                           from == ST_VM_SVM ? "not enough lamports" : "too small");
            assert_refused(NEW[from], rich(to), wei(1),
                           from == ST_VM_SVM ? "not enough lamports" : "too small");
        }
}

static void test_more_than_a_machine_can_count_is_refused(void **state) {
    (void)state;
    struct b20 evm = xvm_actor_b20(&RICH_EVM);
    struct u256 most = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    struct u256 limit = wei(UINT64_MAX);
    st_set_balance(j, st_account(j, &evm), &most);
    for (int to = ST_VM_MOVE; to < MACHINES; to++) {
        assert_refused(RICH_EVM, NEW[to], plus(limit, wei(1)), "more than can be counted there");
        assert_refused(RICH_EVM, rich(to), limit, "more than it can count");
        assert_moves(RICH_EVM, NEW[to], limit);
        assert_refused(RICH_EVM, NEW[to], wei(1), "more than it can count");
    }
    st_set_balance(j, st_account(j, &evm), &most);
    assert_refused(rich(ST_VM_MOVE), RICH_EVM, wei(1), "more than it can count");
}

static void test_accounts_of_solana_keep_their_rules(void **state) {
    (void)state;
    const uint64_t minimum = sol_rent_minimum(&sol_default_rent, 0);
    struct xvm_actor fresh = NEW[ST_VM_SVM];
    struct b32 key = xvm_actor_b32(&fresh);
    assert_refused(RICH_EVM, fresh, wei(minimum - 1), "rent-exempt minimum");
    assert_moves(RICH_EVM, fresh, wei(minimum));
    assert_refused(fresh, RICH_EVM, wei(1), "rent-exempt minimum");
    assert_moves(fresh, RICH_EVM, wei(minimum));
    struct st_svm_account a;
    assert_false(st_svm_account(j, &key, &a));
    /* A program's account receives, and only the program spends of it. */
    a = (struct st_svm_account){
        .lamports = minimum, .rent_epoch = UINT64_MAX, .owner = XVM_MESSENGER_ID};
    st_set_svm_account(j, &key, &a);
    assert_moves(RICH_EVM, fresh, wei(3));
    assert_refused(fresh, RICH_EVM, wei(3), "belongs to a program");
    a = (struct st_svm_account){
        .lamports = 100 * minimum, .rent_epoch = UINT64_MAX, .data = BYTES_LIT("nonce")};
    st_set_svm_account(j, &key, &a);
    assert_refused(fresh, RICH_EVM, wei(3), "carries data");
    struct xvm_actor clock = xvm_wide_actor(ST_VM_SVM, sol_id(SOL_ID_SYSVAR_CLOCK));
    assert_refused(RICH_EVM, clock, wei(ETHER_UNITS), "the system's own");
}

static void test_a_new_receiver_costs_more_gas(void **state) {
    (void)state;
    struct u256 some = wei(ETHER_UNITS), none = U256_ZERO;
    for (int vm = 0; vm < MACHINES; vm++) {
        struct xvm_actor a = rich(vm);
        assert_int_equal(xvm_value_gas(&tx, &a, &none), 0);
        assert_int_equal(xvm_value_gas(&tx, &a, &some), 9000);
        assert_int_equal(xvm_value_gas(&tx, &NEW[vm], &some), 9000 + 25000);
    }
}

/* ---- What the alias holds comes home */

static struct xvm_actor alias_of(int who, int in) {
    return xvm_alias_of(&NEW[who], (enum st_vm)in, NULL);
}

static struct u256 swept(int who, int in, struct xvm_run *run) {
    struct u256 came;
    xvm_sweep(&tx, &NEW[who], (enum st_vm)in, 1000000, &came, run);
    return came;
}

static void test_what_an_alias_holds_comes_home_in_all_six_directions(void **state) {
    (void)state;
    xvm_root_done(&tx, &(struct xvm_leg){.kind = XVM_LEG_ROOT, .ok = true});
    for (int who = 0; who < MACHINES; who++)
        for (int in = 0; in < MACHINES; in++) {
            struct xvm_run run;
            if (who == in) continue;
            struct xvm_actor alias = alias_of(who, in);
            struct u256 amount = wei(987654321 + (uint64_t)(10 * who + in)), had;
            assert_moves(RICH_EVM, alias, amount);
            had = balance(&NEW[who]);
            assert_u256_equal(swept(who, in, &run), amount);
            assert_int_equal(run.failure, XVM_OK);
            assert_true(run.gas_used >= 9000 && run.gas_used < 100000);
            assert_u256_equal(minus(balance(&NEW[who]), had), amount);
            assert_u256_equal(balance(&alias), U256_ZERO);
            const struct xvm_leg *leg = &tx.legs[tx.leg_count - 1];
            assert_int_equal(leg->vm, in);
            assert_true(leg->ok);
            assert_u256_equal(leg->value, amount);
            assert_int_equal(leg->parent, 0);
            assert_int_equal(leg->svm != NULL, in == ST_VM_SVM);
            /* Again: there is nothing, and that is no failure. */
            assert_u256_equal(swept(who, in, &run), U256_ZERO);
            assert_int_equal(run.failure, XVM_OK);
        }
}

static void test_solana_shows_a_sweep_as_an_instruction(void **state) {
    (void)state;
    struct xvm_run run;
    struct xvm_actor alias = alias_of(ST_VM_EVM, ST_VM_SVM);
    assert_moves(RICH_EVM, alias, wei(5000000));
    swept(ST_VM_EVM, ST_VM_SVM, &run);
    const struct xvm_svm_leg *s = tx.legs[tx.leg_count - 1].svm;
    assert_memory_equal(&s->message.keys[0].key, alias.bytes, 32);
    assert_int_equal(s->result.lamports_before[0], 5000000);
    assert_int_equal(s->result.lamports_after[0], 0);
    assert_int_equal(s->message.instruction_count, 1);
    assert_memory_equal(&s->message.keys[s->message.instructions[0].program].key, &XVM_MESSENGER_ID,
                        32);
}

static void test_wei_below_the_unit_stay_with_the_alias(void **state) {
    (void)state;
    for (int who = ST_VM_MOVE; who < MACHINES; who++) {
        struct xvm_run run;
        struct xvm_actor alias = alias_of(who, ST_VM_EVM);
        assert_moves(RICH_EVM, alias, plus(wei(3000000), u256_from_u64(GWEI - 1)));
        assert_u256_equal(swept(who, ST_VM_EVM, &run), wei(3000000));
        assert_u256_equal(balance(&alias), u256_from_u64(GWEI - 1));
        assert_u256_equal(swept(who, ST_VM_EVM, &run), U256_ZERO);
    }
}

static void assert_not_swept(int who, int in, uint64_t gas, enum xvm_failure why) {
    struct xvm_run run;
    struct u256 came;
    uint64_t before = st_fingerprint(j);
    xvm_sweep(&tx, &NEW[who], (enum st_vm)in, gas, &came, &run);
    assert_int_equal(run.failure, why);
    assert_true(run.gas_used <= gas);
    assert_true(u256_is_zero(&came));
    assert_false(tx.legs[tx.leg_count - 1].ok);
    assert_true(st_fingerprint(j) == before);
}

static void test_what_cannot_be_swept_stays_and_says_why(void **state) {
    (void)state;
    struct xvm_actor move = alias_of(ST_VM_EVM, ST_VM_MOVE), svm = alias_of(ST_VM_EVM, ST_VM_SVM);
    struct b32 account = xvm_actor_b32(&move), key = xvm_actor_b32(&svm);
    assert_moves(RICH_EVM, move, wei(10));
    assert_moves(RICH_EVM, svm, wei(5000000));
    assert_not_swept(ST_VM_EVM, ST_VM_EVM, 1000000, XVM_FAIL_MALFORMED);
    assert_not_swept(ST_VM_EVM, 7, 1000000, XVM_FAIL_MALFORMED);
    assert_not_swept(ST_VM_EVM, ST_VM_MOVE, 100, XVM_FAIL_GAS);
    struct xvm_frame frame = {.read_only = true};
    tx.frame = &frame;
    assert_not_swept(ST_VM_EVM, ST_VM_MOVE, 1000000, XVM_FAIL_READ_ONLY);
    tx.frame = NULL;
    freeze(&account);
    assert_not_swept(ST_VM_EVM, ST_VM_MOVE, 1000000, XVM_FAIL_VALUE);
    struct st_svm_account a;
    assert_true(st_svm_account(j, &key, &a));
    a.owner = XVM_MESSENGER_ID;
    st_set_svm_account(j, &key, &a);
    assert_not_swept(ST_VM_EVM, ST_VM_SVM, 1000000, XVM_FAIL_ALIAS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_value_moves_exactly_between_any_two_machines),
        TEST(test_what_came_goes_back_to_the_last_unit),
        TEST(test_wei_below_the_unit_moves_within_the_evm_only),
        TEST(test_no_value_always_moves_and_touches_nothing),
        TEST(test_to_oneself_is_no_gain),
        TEST(test_stores_change_as_by_the_frameworks_functions),
        TEST(test_receiver_in_move_gets_an_account_and_an_event),
        TEST(test_frozen_store_neither_pays_nor_receives),
        TEST(test_more_than_there_is_is_refused),
        TEST(test_more_than_a_machine_can_count_is_refused),
        TEST(test_accounts_of_solana_keep_their_rules),
        TEST(test_a_new_receiver_costs_more_gas),
        TEST(test_what_an_alias_holds_comes_home_in_all_six_directions),
        TEST(test_solana_shows_a_sweep_as_an_instruction),
        TEST(test_wei_below_the_unit_stay_with_the_alias),
        TEST(test_what_cannot_be_swept_stays_and_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
