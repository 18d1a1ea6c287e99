/* A world with the messenger program for tests: its instructions run in the Solana runtime, what
 * they start is delivered to machines that are played. Encodings are written out here, byte by
 * byte, from docs/cross-vm.md. */
#ifndef TERN_TESTS_CROSS_MESSENGER_WORLD_H
#define TERN_TESTS_CROSS_MESSENGER_WORLD_H

#include "cross/messenger.h"
#include "played.h"
#include "solana/solana.h"

static struct sol_bank bank;
static const char P[] = "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca",
                  Q[] = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0";

/* ---- The world */

static const struct sol_bank *open_bank(void *ctx) {
    (void)ctx;
    return &bank;
}

static struct b32 key(const char *hex) {
    struct b32 k;
    memcpy(k.b, unhex(hex).p, 32);
    return k;
}

static void begin_svm(uint8_t root_byte) {
    struct b32 payer = key(P);
    begin(root_byte);
    tx.root_vm = ST_VM_SVM;
    tx.root_sender = xvm_wide_actor(ST_VM_SVM, &payer);
    tx.open_bank = open_bank;
    env.block.timestamp = 1000000;
    xvm_begin(&tx);
}

static int setup_world(void **state) {
    setup(state);
    struct sol_builtin messenger = xvm_messenger(NULL);
    bank = (struct sol_bank){
        .slot = 9, .features = sol_mainnet_features, .builtins = &messenger, .builtin_count = 1};
    bank.programs = sol_programs_new(0, &bank.features);
    st_begin_tx(journal);
    sol_genesis_accounts(journal, &bank);
    for (int i = 0; i < 2; i++) {
        struct b32 k = key(i ? Q : P);
        st_set_svm_account(journal, &k, &(struct st_svm_account){.lamports = 1000000000});
    }
    sol_sysvars_load(&bank.sysvars, journal, &arena);
    st_end_tx(journal, true);
    bank.builtins = NULL;
    bank.builtin_count = 0;
    return 0;
}

static int teardown_world(void **state) {
    sol_programs_free(bank.programs);
    return teardown(state);
}

/* ---- Instructions */

static struct buf ix;

static void put_u32(uint32_t n) {
    buf_put(&ix, &n, 4);
}

static void put_u64(uint64_t n) {
    buf_put(&ix, &n, 8);
}

static void put_text(const char *text) {
    put_u32((uint32_t)strlen(text));
    buf_puts(&ix, text);
}

static struct bytes taken(void) {
    struct bytes out = arena_copy(&arena, buf_bytes(&ix));
    buf_free(&ix);
    ix = (struct buf){0};
    return out;
}

static void put_evm_fields(const char *data) {
    buf_put_bytes(&ix, unhex("0000000000000000000000000000000000000077"));
    put_text(data);
}

static struct bytes call_evm(const char *data) {
    buf_put_u8(&ix, 0);
    put_evm_fields(data);
    return taken();
}

static void put_move_fields(const char *function, bool bcs) {
    buf_put_bytes(&ix, unhex("00000000000000000000000000000000000000000000000000000000000000c1"));
    put_text("ledger");
    put_text(function);
    put_text("u8");
    buf_put_u8(&ix, bcs);
    if (bcs) {
        put_u32(2);
        put_text("\x07");
        put_text("xyz");
    } else {
        put_text("abi");
    }
}

static struct bytes call_move(const char *function, bool bcs) {
    buf_put_u8(&ix, 1);
    put_move_fields(function, bcs);
    return taken();
}

struct options {
    uint8_t on_fail, open_retry;
    uint64_t deadline, gas, value;
    uint8_t refund_to, callback, callback_flags, on_success;
    uint64_t callback_gas;
};

static void put_options(const struct options *o) {
    buf_put_u8(&ix, o->on_fail);
    buf_put_u8(&ix, o->open_retry);
    put_u64(o->deadline);
    put_u64(o->gas);
    put_u64(o->value);
    buf_put_u8(&ix, o->refund_to);
    if (o->refund_to == 1) buf_put_bytes(&ix, unhex(P));
    buf_put_u8(&ix, o->callback);
    for (int i = 0; o->callback == 1 && i < 32; i++) buf_put_u8(&ix, 0xca);
    if (o->callback == 1) { /* an account that may be written, and "hi" */
        put_u32(1);
        buf_put_bytes(&ix, unhex(Q));
        buf_put_u8(&ix, o->callback_flags);
        put_text("hi");
    }
    put_u64(o->callback_gas);
    buf_put_u8(&ix, o->on_success);
}

static struct bytes send_evm(const char *data, struct options o) {
    buf_put_u8(&ix, 3);
    put_evm_fields(data);
    put_options(&o);
    return taken();
}

static struct bytes send_move(const char *function, struct options o) {
    buf_put_u8(&ix, 4);
    put_move_fields(function, false);
    put_options(&o);
    return taken();
}

static struct bytes ask(bool retry, const struct b32 *id) {
    buf_put_u8(&ix, retry ? 6 : 7);
    buf_put_bytes(&ix, BYTES_OF(*id));
    return taken();
}

/* ---- Running */

static struct sol_result result;

/* Messages of one instruction for the messenger each; account 0 is `who`, unless NULL. */
static struct sol_fail invoke_with(const char *who, bool signs, struct bytes data, uint32_t units) {
    static const uint8_t place0 = 0;
    struct sol_key keys[2];
    struct sol_instruction in = {.data = data};
    size_t n = 0;
    if (who) {
        keys[n++] = (struct sol_key){.key = key(who), .signer = signs};
        in.accounts = bytes_make(&place0, 1);
    }
    in.program = (uint8_t)n;
    keys[n++] = (struct sol_key){.key = XVM_MESSENGER_ID};
    struct sol_message m = {.keys = keys,
                            .key_count = n,
                            .instructions = &in,
                            .instruction_count = 1,
                            .static_count = n};
    struct sol_budget budget = {
        .units = units, .heap_bytes = 32 << 10, .loaded_bytes_max = 64 << 20};
    st_mark mark = st_savepoint(journal);
    sol_run_message(xvm_svm_bank(&tx), journal, &m, &budget, &result);
    if (result.error.code) st_revert(journal, mark);
    return result.error.fail;
}

static struct sol_fail invoke(const char *who, struct bytes data) {
    return invoke_with(who, true, data, 1000000);
}

static void assert_invoked(const char *who, struct bytes data) {
    struct sol_fail f = invoke(who, data);
    if (result.error.code)
        fail_msg("%s: %.*s", sol_ix_error_name(f.code), (int)result.logs[1].n,
                 (const char *)result.logs[1].p);
}

static void assert_refused(struct sol_fail f, enum sol_ix_error code, uint32_t custom,
                           const char *log) {
    bool found = false;
    assert_int_equal(f.code, code);
    assert_int_equal(f.custom, custom);
    for (size_t i = 0; i < result.log_count; i++)
        found |= memmem(result.logs[i].p, result.logs[i].n, log, strlen(log)) != NULL;
    if (!found) fail_msg("no line of the log says: %s", log);
}

#endif
