/* A transaction's queue for tests, with logs put straight into the journal and the two machines
 * played by this file: what a message does follows from its function's name. */
#ifndef TERN_TESTS_CROSS_PLAYED_H
#define TERN_TESTS_CROSS_PLAYED_H

#include "../codec/helpers.h"
#include "cross/internal.h"
#include "crypto/crypto.h"

/* ---- The machines, played */

enum { RUNS_MAX = 256, GAS_OF_A_RUN = 1000 };

/* What was delivered, in order. */
static struct {
    struct b32 id;
    uint64_t gas;
    uint8_t vm;
    char name[64];
} runs[RUNS_MAX];
static uint32_t run_count;
static struct b32 sent_by_play; /* the id that a played "send" was told */
static bool all_fail;           /* every delivery fails with `all_fail_with` */
static enum xvm_failure all_fail_with;

static struct st_journal *journal;
static struct xvm_tx tx;
static struct evm_env env;

static const char A[] = "00000000000000000000000000000000000000aa",
                  B[] = "00000000000000000000000000000000000000bb";

static void put_log(const struct b20 *address, const char *signature, const char *sender,
                    const struct b32 *third, struct bytes data) {
    struct st_log log = {.vm = ST_VM_EVM, .address = *address, .topic_count = 2, .data = data};
    keccak256(&log.topics[0], bytes_cstr(signature));
    memcpy(log.topics[1].b + 12, unhex(sender).p, 20);
    if (third) log.topics[log.topic_count++] = *third;
    st_add_log(journal, &log);
}

/* The data of MoveVM's event: module address, module, function, call data, generics. */
static struct bytes call_data(const char *function, size_t payload) {
    const struct abi_type *types;
    assert_ok(abi_parse_types(&arena, BYTES_LIT("(bytes,bytes,bytes,bytes,bytes)"), &types));
    uint8_t *zeros = arena_zalloc(&arena, payload + 1, 1);
    const struct bytes parts[] = {BYTES_LIT("0x1"), BYTES_LIT("m"), bytes_cstr(function),
                                  bytes_make(zeros, payload), BYTES_LIT("")};
    struct abi_value items[5], v = {.type = types, .items = items, .count = 5};
    struct buf out = {0};
    for (size_t i = 0; i < 5; i++) {
        items[i].type = &types->items[i];
        items[i].data = parts[i];
    }
    assert_ok(abi_encode(&out, &arena, &v));
    struct bytes copy = arena_copy(&arena, buf_bytes(&out));
    buf_free(&out);
    return copy;
}

static const char CALL[] = "Call(address,bytes,bytes,bytes,bytes,bytes)",
                  RETRY[] = "Retry(address,bytes32)", CANCEL[] = "Cancel(address,bytes32)";

/* What MoveVM.call writes. */
static void start_move(const char *sender, const char *function) {
    put_log(&XVM_MOVEVM_ADDRESS, CALL, sender, NULL, call_data(function, 0));
}

static void put_move_event(const struct b20 *mark, uint8_t sender_byte, const char *function) {
    struct buf b = {0};
    struct b32 sender;
    uint8_t to[32] = {[31] = 0x77};
    memset(sender.b, sender_byte, 32);
    buf_put(&b, sender.b, 32);
    buf_put(&b, to, 32);
    uleb_put(&b, strlen(function));
    buf_puts(&b, function);
    uleb_put(&b, 0);
    st_add_log(journal,
               &(struct st_log){.vm = ST_VM_MOVE, .address = *mark, .data = buf_bytes(&b)});
    buf_free(&b);
}

/* What 0x1::evm writes. */
static void start_evm(uint8_t sender_byte, const char *function) {
    put_move_event(&XVM_MOVE_MESSENGER, sender_byte, function);
}

static void request(const char *what, const char *sender, const struct b32 *id) {
    put_log(&XVM_QUEUE_ADDRESS, what, sender, id, (struct bytes){NULL, 0});
}

/* "two": starts two messages, the second to the other machine · "again": starts one like itself ·
 * "send": asks for the id of the one that it starts ·
 * "revert": starts one, writes, fails · "gas": fails for gas · "long": a long result · "wordy":
 * fails with a long error · "self": asks for its own retry. */
static void play(const struct xvm_message *m, uint8_t vm, uint64_t gas, struct bytes name,
                 struct xvm_run *run) {
    struct xvm_message stored;
    assert_true(run_count < RUNS_MAX);
    runs[run_count].id = m->id;
    runs[run_count].gas = gas;
    runs[run_count].vm = vm;
    snprintf(runs[run_count++].name, sizeof runs->name, "%.*s", (int)name.n, (const char *)name.p);
    /* Marked before it runs: nothing that it does can run it again. */
    assert_true(xvm_message_get(journal, &m->id, &arena, &stored));
    assert_int_equal(stored.status, XVM_EXECUTED);
    run->gas_used = run->vm_gas_used = GAS_OF_A_RUN;
    run->from = m->sender_alias;
    st_put(journal, ST_CHAIN_PARAM, BYTES_OF(m->id), BYTES_LIT("ran"));
    if (bytes_eq(name, BYTES_LIT("two"))) {
        start_move(B, "child");
        start_evm(0x33, "child()");
    }
    if (bytes_eq(name, BYTES_LIT("send"))) {
        sent_by_play = xvm_next_id(&tx);
        start_move(B, "child");
    }
    if (bytes_eq(name, BYTES_LIT("again"))) start_move(B, "again");
    if (bytes_eq(name, BYTES_LIT("self"))) request(RETRY, A, &m->id);
    if (bytes_eq(name, BYTES_LIT("long")))
        run->result = bytes_make(arena_zalloc(&arena, 20000, 1), 20000);
    if (bytes_eq(name, BYTES_LIT("wordy"))) {
        run->failure = XVM_FAIL_REVERTED;
        run->error = bytes_make(arena_zalloc(&arena, 2000, 1), 2000);
        run->error_data = bytes_make(arena_zalloc(&arena, 3000, 1), 3000);
    }
    if (bytes_eq(name, BYTES_LIT("revert"))) {
        start_move(B, "child");
        run->failure = XVM_FAIL_REVERTED;
        run->error = BYTES_LIT("it says no");
    }
    if (bytes_eq(name, BYTES_LIT("gas"))) run->failure = XVM_FAIL_GAS;
    if (all_fail) run->failure = all_fail_with;
}

void xvm_deliver_move(struct xvm_tx *t, struct xvm_message *m, const struct xvm_funds *funds,
                      uint64_t gas, struct xvm_run *run) {
    struct xvm_actor alias;
    assert_ptr_equal(t, &tx);
    if (!xvm_enter(t, m, funds, &alias, run)) return;
    assert_int_equal(m->to_vm, ST_VM_MOVE);
    play(m, ST_VM_MOVE, gas, m->function_name, run);
}

void xvm_deliver_evm(struct xvm_tx *t, struct xvm_message *m, const struct xvm_funds *funds,
                     uint64_t gas, struct xvm_run *run) {
    struct xvm_actor alias;
    assert_ptr_equal(t, &tx);
    if (!xvm_enter(t, m, funds, &alias, run)) return;
    assert_int_equal(m->to_vm, ST_VM_EVM);
    play(m, ST_VM_EVM, gas, m->fn_abi.n ? m->fn_abi : m->call_data, run);
}

/* Its name is its data. */
void xvm_deliver_svm(struct xvm_tx *t, struct xvm_message *m, const struct xvm_funds *funds,
                     uint64_t gas, struct xvm_run *run) {
    struct xvm_actor alias;
    assert_ptr_equal(t, &tx);
    if (!xvm_enter(t, m, funds, &alias, run)) return;
    assert_int_equal(m->to_vm, ST_VM_SVM);
    play(m, ST_VM_SVM, gas, m->call_data, run);
}

/* ---- One transaction after another */

static void begin(uint8_t root_byte) {
    st_begin_tx(journal);
    run_count = 0;
    all_fail = false;
    env = (struct evm_env){.chain_id = 31337, .journal = journal};
    tx = (struct xvm_tx){.params = xvm_params_default,
                         .journal = journal,
                         .evm = &env,
                         .height = root_byte,
                         .root_vm = ST_VM_EVM};
    memset(tx.root_hash.b, root_byte, 32);
    xvm_begin(&tx);
}

/* Ends the root leg and drains; returns the gas that is left of 10 million. */
static uint64_t finish_root(bool ok) {
    uint64_t gas = 10000000;
    size_t logs;
    st_logs(journal, &logs);
    xvm_root_done(&tx,
                  &(struct xvm_leg){.kind = XVM_LEG_ROOT, .ok = ok, .log_count = (uint32_t)logs});
    xvm_drain(&tx, &gas);
    return gas;
}

static void end(void) {
    st_end_tx(journal, true);
}

static struct xvm_message message(const struct b32 *id) {
    struct xvm_message m;
    if (!xvm_message_get(journal, id, &arena, &m)) fail_msg("no such message");
    return m;
}

__attribute__((unused)) static void assert_ran(uint32_t i, const char *name) {
    if (i >= run_count) fail_msg("only %u messages ran, not %s", run_count, name);
    assert_string_equal(runs[i].name, name);
}

static int setup(void **state) {
    setup_arena(state);
    journal = st_journal_new(NULL);
    return 0;
}

static int teardown(void **state) {
    st_journal_free(journal);
    return teardown_arena(state);
}

#endif
