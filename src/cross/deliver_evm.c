/* A message to the EVM: the sender's alias calls the target. */
#include "cross/internal.h"

static enum xvm_failure failure_of(enum evm_status s) {
    return s == EVM_SUCCESS ? XVM_OK : s == EVM_OUT_OF_GAS ? XVM_FAIL_GAS : XVM_FAIL_REVERTED;
}

static struct bytes error_text(struct xvm_tx *tx, const struct xvm_message *m,
                               const struct evm_result *r) {
    char to[43] = "0x", selector[11] = "0x";
    hex_encode(to + 2, m->to);
    to[42] = 0;
    /* Who does not name the function by its ABI names it by its selector. */
    struct bytes function = m->fn_abi;
    if (!function.n && m->call_data.n >= 4) {
        hex_encode(selector + 2, bytes_sub(m->call_data, 0, 4));
        function = bytes_make(selector, 10);
    }
    const char *status = evm_status_text(r->status);
    struct bytes reason =
        r->status == EVM_REVERT ? xvm_revert_text(tx->arena, r->output) : (struct bytes){NULL, 0};
    return bytes_cstr(arena_printf(tx->arena, "EVM: %s%s%.*s: %s%s%.*s", to, function.n ? "." : "",
                                   (int)function.n, (const char *)function.p, status,
                                   reason.n ? ": " : "", (int)reason.n, (const char *)reason.p));
}

void xvm_deliver_evm(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                     uint64_t gas, struct xvm_run *run) {
    bool is_static = tx->frame && tx->frame->read_only;
    struct xvm_actor alias;
    struct b20 to;
    memcpy(to.b, m->to.p, 20);
    run->to = m->to;
    run->function = m->fn_abi;
    if (!xvm_enter(tx, m, funds, &alias, run)) return;
    evm_warm_start(tx->evm, &tx->queue->evm_origin, &to);
    struct evm_call_params params = {.kind = is_static ? EVM_STATICCALL : EVM_CALL,
                                     .is_static = is_static,
                                     .depth = tx->frame ? tx->frame->evm_depth : 0,
                                     .gas = gas,
                                     .sender = xvm_actor_b20(&alias),
                                     .to = to,
                                     .code = to,
                                     .value = funds->wei,
                                     .input = m->call_data};
    struct evm_result result;
    evm_call(tx->evm, &params, &result);
    run->failure = failure_of(result.status);
    run->gas_used = run->vm_gas_used = gas - result.gas_left;
    if (run->failure == XVM_OK) {
        run->result = result.output;
    } else {
        run->error = error_text(tx, m, &result);
        run->error_data = result.output;
    }
}
