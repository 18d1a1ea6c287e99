/* The messenger program's side of its instructions: what it charges, refuses, writes and returns.
 */
#include "cross/messenger.h"

#include "cross/internal.h"
#include "solana/invoke.h"

/* Compute units. A message's bytes cost what an EVM log's do, those of a call what is copied; a
 * search for a derived address costs for each bump what Agave's syscall costs; HomeOf pays for each
 * alias that it follows. */
enum {
    BASE_UNITS = 2000,
    UNITS_PER_BYTE = 8,
    CALL_BASE_UNITS = 1000,
    CALL_UNITS_PER_WORD = 3,
    BUMP_UNITS = 1500,
    LOOKUP_UNITS = 500
};

struct sol_fail xvm_messenger_refuse(struct sol_context *ctx, struct sol_fail f, const char *why) {
    sol_log(ctx, "Messenger: %s", why);
    return f;
}

/* ---- Starting messages */

struct sol_fail xvm_messenger_check_sender(struct sol_context *ctx) {
    if (!sol_at(ctx, 0))
        return xvm_messenger_refuse(ctx, sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS),
                                    "account 0 is the sender");
    if (!sol_is_signer(ctx, 0))
        return xvm_messenger_refuse(ctx, sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE),
                                    "account 0, the sender, has not signed");
    return SOL_OK;
}

static struct sol_fail check_deadline(struct sol_context *ctx, const struct xvm_tx *tx,
                                      const struct xvm_instruction *in) {
    uint64_t now = tx->evm->block.timestamp, latest = now + tx->params.lifetime_max_secs;
    if (!in->deadline || (in->deadline >= now && in->deadline <= latest)) return SOL_OK;
    sol_log(ctx, "Messenger: the deadline %llu is not between %llu and %llu",
            (unsigned long long)in->deadline, (unsigned long long)now, (unsigned long long)latest);
    return sol_custom(XVM_MESSENGER_DEADLINE_OUT_OF_RANGE);
}

/* The value goes from the sender into the queue's account, as by a transfer: that happens outside
 * of the message, as what a call at once does. */
static struct sol_fail take_value(struct sol_context *ctx, struct xvm_tx *tx,
                                  const struct xvm_instruction *in, const struct u256 *wei) {
    if (!in->value) return SOL_OK;
    struct xvm_actor sender = xvm_wide_actor(ST_VM_SVM, &sol_at(ctx, 0)->key),
                     escrow = xvm_escrow(ST_VM_SVM);
    struct xvm_run run = {0};
    struct sol_fail f = xvm_messenger_check_value(ctx, in);
    if (!f.code) f = xvm_messenger_charge_accounts(ctx);
    if (!f.code)
        f = sol_charge(ctx, xvm_units_used_of_gas(&tx->params, xvm_value_gas(tx, &escrow, wei)));
    if (f.code) return f;
    sol_accounts_out(ctx);
    bool ok = xvm_value_move(tx, &sender, &escrow, wei, &run);
    sol_accounts_in(ctx);
    if (ok) return SOL_OK;
    sol_log(ctx, "Messenger: %.*s", (int)run.error.n, (const char *)run.error.p);
    return sol_fail(SOL_IX_INSUFFICIENT_FUNDS);
}

/* Takes compute units for the gas that the message reserves, rounded up. */
static struct sol_fail take_gas(struct sol_context *ctx, struct xvm_tx *tx,
                                const struct xvm_message *m) {
    uint64_t gas;
    if (!xvm_reserve_of(m, &gas) || xvm_units_used_of_gas(&tx->params, gas) > ctx->meter)
        return xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_NO_GAS),
                                    xvm_option_text(XVM_OPTION_GAS_NOT_AVAILABLE));
    struct sol_fail f = sol_charge(ctx, xvm_units_used_of_gas(&tx->params, gas));
    if (!f.code) xvm_reserve(tx, m);
    return f;
}

/* What the options ask for is taken; false if they may not be. */
static struct sol_fail take_options(struct sol_context *ctx, struct xvm_tx *tx,
                                    const struct xvm_instruction *in) {
    struct xvm_message m = {.from_vm = ST_VM_SVM};
    struct sol_fail f = check_deadline(ctx, tx, in);
    if (f.code) return f;
    xvm_options_from_instruction(in, &m);
    enum xvm_option_fault fault = xvm_options_check(tx, &m);
    if (fault)
        return xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_OPTION), xvm_option_text(fault));
    f = take_value(ctx, tx, in, &m.value);
    return f.code ? f : take_gas(ctx, tx, &m);
}

/* Writes the log that is the message or the request, and returns its id. */
static struct sol_fail start(struct sol_context *ctx, struct xvm_tx *tx,
                             const struct xvm_instruction *in) {
    bool is_request = in->tag == XVM_RETRY || in->tag == XVM_CANCEL;
    struct b32 id = is_request ? in->id : xvm_next_id(tx);
    struct buf data = {0}, text = {0};
    buf_put_bytes(&data, BYTES_OF(sol_at(ctx, 0)->key));
    buf_put_bytes(&data, BYTES_OF(id));
    buf_put_bytes(&data, sol_data(ctx));
    st_add_log(
        tx->journal,
        &(struct st_log){.vm = ST_VM_SVM, .address = XVM_SVM_MESSENGER, .data = buf_bytes(&data)});
    hex_put_digits(&text, BYTES_OF(id));
    sol_log(ctx, "Messenger: %s 0x%s",
            in->tag == XVM_RETRY    ? "retry of"
            : in->tag == XVM_CANCEL ? "cancel of"
                                    : "message",
            buf_cstr(&text));
    buf_free(&data);
    buf_free(&text);
    sol_set_return_data(ctx, &XVM_MESSENGER_ID, BYTES_OF(id));
    return SOL_OK;
}

static struct sol_fail send(struct sol_context *ctx, struct xvm_tx *tx,
                            const struct xvm_instruction *in) {
    struct sol_fail f = xvm_messenger_check_sender(ctx);
    if (!f.code && ctx->read_only)
        f = xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_READ_ONLY),
                                 "nothing can be started in a read-only call");
    if (!f.code && sol_data(ctx).n > tx->params.payload_max_bytes)
        f = xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_PAYLOAD_TOO_LONG),
                                 "the message's payload is longer than one may be");
    if (!f.code && in->has_options) f = take_options(ctx, tx, in);
    return f.code ? f : start(ctx, tx, in);
}

/* The root frame of a Solana transaction is an instruction of its own, not one by CPI. */
static struct sol_fail make_atomic(struct sol_context *ctx, struct xvm_tx *tx) {
    const struct sol_frame *f = sol_frame(ctx);
    if (tx->root_vm != ST_VM_SVM || f->height != 1 || !xvm_make_atomic(tx, f->outer))
        return xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_NOT_ROOT),
                                    "only an instruction of the transaction's own makes its tail "
                                    "atomic");
    return SOL_OK;
}

/* ---- Questions */

static struct sol_fail answer(struct sol_context *ctx, const struct xvm_actor *a) {
    uint8_t out[33] = {a->vm};
    struct bytes name = xvm_actor_bytes(a);
    memcpy(out + 1, name.p, name.n);
    sol_set_return_data(ctx, &XVM_MESSENGER_ID, bytes_make(out, 1 + name.n));
    return SOL_OK;
}

/* The first bump is paid for before the search; what the search took more is bounded, and rare. */
static struct sol_fail alias_of(struct sol_context *ctx, const struct xvm_instruction *in) {
    uint8_t bump;
    struct sol_fail f = sol_charge(ctx, BUMP_UNITS);
    if (f.code) return f;
    struct xvm_actor alias = xvm_alias_of(&in->actor, in->machine, &bump);
    if (bump) f = sol_charge(ctx, (uint64_t)(UINT8_MAX - bump) * BUMP_UNITS);
    return f.code ? f : answer(ctx, &alias);
}

static struct sol_fail home_of(struct sol_context *ctx, const struct xvm_tx *tx,
                               const struct xvm_instruction *in) {
    struct xvm_actor at = in->actor;
    do {
        struct sol_fail f = sol_charge(ctx, LOOKUP_UNITS);
        if (f.code) return f;
    } while (xvm_alias_owner(tx->journal, at.vm, xvm_actor_bytes(&at), &at));
    return answer(ctx, &at);
}

/* ---- The program */

static bool is_call(uint8_t tag) {
    return tag == XVM_SYNC_EVM || tag == XVM_SYNC_MOVE || tag == XVM_SWEEP;
}

static uint64_t units_of(struct bytes data) {
    if (data.n && is_call(data.p[0]))
        return CALL_BASE_UNITS + div_ceil_u64(data.n, 32) * CALL_UNITS_PER_WORD;
    return BASE_UNITS + (uint64_t)data.n * UNITS_PER_BYTE;
}

static struct sol_fail run(struct sol_context *ctx) {
    struct xvm_tx *tx = sol_builtin_ctx(ctx);
    struct xvm_instruction in;
    struct bytes data = sol_data(ctx);
    struct sol_fail f = sol_charge(ctx, units_of(data));
    if (f.code) return f;
    const char *bad = xvm_instruction_decode(data, &in);
    if (bad) {
        sol_log(ctx, "Messenger: the instruction cannot be read: %s", bad);
        return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    }
    if (in.tag == XVM_CALL_SVM || in.tag == XVM_SEND_SVM)
        return xvm_messenger_refuse(
            ctx, sol_custom(XVM_MESSENGER_SAME_MACHINE),
            "a message to the SVM cannot start in the SVM: invoke the program itself");
    if (in.tag == XVM_ALIAS_OF) return alias_of(ctx, &in);
    if (!tx)
        return xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_NOT_HERE),
                                    "nothing can be queued or called from here");
    if (in.tag == XVM_SWEEP) return xvm_messenger_sweep(ctx, tx, &in);
    if (is_call(in.tag)) return xvm_messenger_call(ctx, tx, &in);
    if (in.tag == XVM_MAKE_ATOMIC) return make_atomic(ctx, tx);
    return in.tag == XVM_HOME_OF ? home_of(ctx, tx, &in) : send(ctx, tx, &in);
}

static bool leaves(struct bytes data) {
    return data.n && (data.p[0] == XVM_SYNC_EVM || data.p[0] == XVM_SYNC_MOVE);
}

struct sol_builtin xvm_messenger(struct xvm_tx *tx) {
    return (struct sol_builtin){.id = XVM_MESSENGER_ID,
                                .name = "tern_messenger_program",
                                .run = run,
                                .ctx = tx,
                                .leaves = leaves};
}
