/* The messenger's calls at once: another machine runs in the middle of the instruction, and what
 * comes of it is the return data. */
#include "codec/utf8.h"
#include "cross/internal.h"
#include "cross/messenger.h"

/* Compute units. Accounts that have changed are copied on the way out, as EVM copies; all of them
 * are looked at on the way in. */
enum { UNITS_PER_WORD_OUT = 3, UNITS_PER_ACCOUNT = 8, KEPT_PART = 64, LOG_TEXT_BYTES = 400 };

/* The value leaves account 0, as by a transfer; that is seen by its caller only if it is writable
 * here. */
static struct sol_fail check_paying(struct sol_context *ctx, bool read_only, const char *role) {
    if (ctx->read_only || read_only)
        return xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_READ_ONLY),
                                    "nothing can be paid in a read-only call");
    if (sol_is_writable(ctx, 0)) return SOL_OK;
    sol_log(ctx, "Messenger: account 0 %s the value, and is not writable", role);
    return sol_fail(SOL_IX_READONLY_LAMPORT_CHANGE);
}

struct sol_fail xvm_messenger_check_value(struct sol_context *ctx,
                                          const struct xvm_instruction *in) {
    return in->value ? check_paying(ctx, in->flags & XVM_SYNC_READ_ONLY, "pays") : SOL_OK;
}

struct sol_fail xvm_messenger_charge_accounts(struct sol_context *ctx) {
    return sol_charge(ctx, ctx->account_count * UNITS_PER_ACCOUNT +
                               div_ceil_u64(sol_bytes_out(ctx), 32) * UNITS_PER_WORD_OUT);
}

static void describe(struct sol_context *ctx, struct xvm_tx *tx, const struct xvm_instruction *in,
                     uint64_t gas, struct xvm_sync *c) {
    struct xvm_actor sender = xvm_wide_actor(ST_VM_SVM, &sol_at(ctx, 0)->key);
    struct u256 unit = u256_from_u64(1000000000), lamports = u256_from_u64(in->value);
    *c = (struct xvm_sync){
        .call = {.from_vm = ST_VM_SVM,
                 .to_vm = in->tag == XVM_SYNC_EVM ? ST_VM_EVM : ST_VM_MOVE,
                 .sender = arena_copy(tx->arena, xvm_actor_bytes(&sender)),
                 .abi_result = !(in->flags & XVM_SYNC_RAW)},
        .payer = sender,
        .gas = gas,
        .read_only = ctx->read_only || (in->flags & XVM_SYNC_READ_ONLY),
        .home_authority = in->flags & XVM_SYNC_HOME_AUTHORITY,
        .depth = (uint32_t)sol_height(ctx),
        .svm = ctx,
    };
    u256_mul(&c->value, &lamports, &unit);
    xvm_instruction_target(in, tx->arena, &c->call);
}

/* ---- What comes of it */

/* Of the text its first line, and whole characters; what a callee says is not to look like a line
 * of the runtime's. */
static struct bytes first_line(struct bytes text) {
    struct bytes line = bytes_sub(text, 0, min_u64(text.n, LOG_TEXT_BYTES));
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] < ' ') line.n = i;
    for (int i = 0; i < 3 && line.n && !utf8_valid(line); i++) line.n--;
    return utf8_valid(line) ? line : BYTES_LIT("(a text that is not UTF-8)");
}

static void log_outcome(struct sol_context *ctx, const struct xvm_sync *c,
                        const struct xvm_run *run) {
    if (run->failure == XVM_OK) {
        sol_log(ctx, "Messenger: call to %s returned %zu bytes",
                c->call.to_vm == ST_VM_EVM ? "the EVM" : "Move", run->result.n);
        return;
    }
    struct bytes text = first_line(run->error);
    sol_log(ctx, "Messenger: call failed: %s: %.*s", xvm_failure_name(run->failure), (int)text.n,
            (const char *)text.p);
}

static void put_error(struct buf *out, const struct xvm_sync *c, const struct xvm_run *run) {
    uint8_t code[XVM_STATUS_CODE_BYTES];
    store_le64(code, run->code);
    buf_put(out, code, sizeof code);
    bool is_data = c->call.to_vm == ST_VM_EVM && run->failure == XVM_FAIL_REVERTED;
    buf_put_bytes(out, is_data ? run->error_data : run->error);
}

static void return_outcome(struct sol_context *ctx, const struct xvm_sync *c,
                           const struct xvm_run *run) {
    struct buf out = {0};
    buf_put_u8(&out, (uint8_t)run->failure);
    if (run->failure == XVM_OK)
        buf_put_bytes(&out, run->result);
    else
        put_error(&out, c, run);
    if (out.n > SOL_RETURN_DATA_MAX_BYTES) {
        out.n = SOL_RETURN_DATA_MAX_BYTES;
        out.p[0] |= XVM_STATUS_CUT;
    }
    sol_set_return_data(ctx, &XVM_MESSENGER_ID, buf_bytes(&out));
    buf_free(&out);
}

static struct sol_fail end(struct sol_context *ctx, const struct xvm_instruction *in,
                           const struct xvm_sync *c, const struct xvm_run *run) {
    log_outcome(ctx, c, run);
    return_outcome(ctx, c, run);
    if (run->failure == XVM_OK || !(in->flags & XVM_SYNC_MUST)) return SOL_OK;
    ctx->lacked_units |= run->failure == XVM_FAIL_GAS;
    return sol_custom(XVM_MESSENGER_CALL_FAILED + (uint32_t)run->failure);
}

/* ---- The call */

struct sol_fail xvm_messenger_call(struct sol_context *ctx, struct xvm_tx *tx,
                                   const struct xvm_instruction *in) {
    struct sol_fail f = xvm_messenger_check_sender(ctx);
    if (!f.code) f = xvm_messenger_check_value(ctx, in);
    if (!f.code) f = xvm_messenger_charge_accounts(ctx);
    if (f.code) return f;
    /* What is left after the call is enough to go on with, whatever it does. */
    uint64_t units = ctx->meter - ctx->meter / KEPT_PART;
    if (in->units) units = min_u64(units, in->units);
    struct xvm_sync c;
    struct xvm_run run = {0};
    describe(ctx, tx, in, xvm_gas_left_of_units(&tx->params, units), &c);
    sol_accounts_out(ctx);
    xvm_sync_call(tx, &c, &run);
    sol_accounts_in(ctx);
    f = sol_charge(ctx, min_u64(units, xvm_units_used_of_gas(&tx->params, run.gas_used)));
    return f.code ? f : end(ctx, in, &c, &run);
}

/* ---- What the sender's alias holds elsewhere */

struct sol_fail xvm_messenger_sweep(struct sol_context *ctx, struct xvm_tx *tx,
                                    const struct xvm_instruction *in) {
    struct sol_fail f = xvm_messenger_check_sender(ctx);
    if (!f.code) f = check_paying(ctx, false, "receives");
    if (!f.code) f = xvm_messenger_charge_accounts(ctx);
    if (f.code) return f;
    uint64_t units = ctx->meter - ctx->meter / KEPT_PART;
    struct xvm_actor who = xvm_wide_actor(ST_VM_SVM, &sol_at(ctx, 0)->key);
    struct xvm_run run;
    struct u256 wei, unit = u256_from_u64(1000000000), lamports;
    sol_accounts_out(ctx);
    xvm_sweep(tx, &who, (enum st_vm)in->machine, xvm_gas_left_of_units(&tx->params, units), &wei,
              &run);
    sol_accounts_in(ctx);
    u256_divmod(&lamports, NULL, &wei, &unit);
    run.result = arena_copy(tx->arena, BYTES_OF(lamports.w[0]));
    f = sol_charge(ctx, min_u64(units, xvm_units_used_of_gas(&tx->params, run.gas_used)));
    struct xvm_sync from = {.call = {.to_vm = in->machine}};
    return f.code ? f : end(ctx, in, &from, &run);
}
