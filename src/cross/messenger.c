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

static struct sol_fail not_supported(struct sol_context *ctx, const char *option) {
    sol_log(ctx, "Messenger: the option %s is not supported", option);
    return sol_custom(XVM_MESSENGER_OPTION_NOT_SUPPORTED);
}

static struct sol_fail check_options(struct sol_context *ctx, const struct xvm_tx *tx,
                                     const struct xvm_instruction *in) {
    uint64_t now = tx->evm->block.timestamp, latest = now + tx->params.lifetime_max_secs;
    if (in->on_fail > XVM_DROP) return not_supported(ctx, "on_fail");
    if (in->gas) return not_supported(ctx, "gas");
    if (in->value) return not_supported(ctx, "value");
    if (in->has_refund_to) return not_supported(ctx, "refund_to");
    if (!in->deadline || (in->deadline >= now && in->deadline <= latest)) return SOL_OK;
    sol_log(ctx, "Messenger: the deadline %llu is not between %llu and %llu",
            (unsigned long long)in->deadline, (unsigned long long)now, (unsigned long long)latest);
    return sol_custom(XVM_MESSENGER_DEADLINE_OUT_OF_RANGE);
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
    if (!f.code && in->has_options) f = check_options(ctx, tx, in);
    if (f.code) return f;
    if (sol_data(ctx).n > tx->params.payload_max_bytes)
        return xvm_messenger_refuse(ctx, sol_custom(XVM_MESSENGER_PAYLOAD_TOO_LONG),
                                    "the message's payload is longer than one may be");
    return start(ctx, tx, in);
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
    return in.tag == XVM_HOME_OF ? home_of(ctx, tx, &in) : send(ctx, tx, &in);
}

struct sol_builtin xvm_messenger(struct xvm_tx *tx) {
    return (struct sol_builtin){
        .id = XVM_MESSENGER_ID, .name = "tern_messenger_program", .run = run, .ctx = tx};
}
