/* Synchronous calls that Move makes, by 0x1::evm and 0x1::svm, and what sessions above the one that
 * waits may enter. */
#include "cross/internal.h"

static const struct u256 WEI_OF_OCTA = {{1000000000}};

/* What a failure says to a program: what an EVM contract has reverted with, else a text. */
static void answer(const struct xvm_tx *tx, const struct mv_sync_call *call,
                   const struct xvm_run *run, struct mv_sync_result *result) {
    bool reverted = run->failure == XVM_FAIL_REVERTED && call->to_vm == ST_VM_EVM;
    result->status = (uint8_t)run->failure;
    result->gas_used = run->gas_used * tx->params.move_gas_per_evm_gas;
    result->data = run->failure == XVM_OK ? run->result : reverted ? run->error_data : run->error;
    result->text = run->error;
}

static void refuse(const struct err *e, struct mv_sync_result *result) {
    result->status = (uint8_t)e->code;
    result->text = result->data = bytes_cstr(e->text);
}

static struct err fill_evm(struct xvm_tx *tx, const struct mv_sync_call *call,
                           struct xvm_message *m) {
    struct xvm_actor given = xvm_wide_actor(ST_VM_MOVE, &call->target);
    struct b20 to = xvm_address_to_evm(tx->journal, &given);
    m->to = arena_copy(tx->arena, BYTES_OF(to));
    m->fn_abi = arena_copy(tx->arena, call->fn_abi);
    return xvm_call_data(tx, call->fn_abi, call->layout, call->value, &m->call_data);
}

static struct err fill_svm(struct xvm_tx *tx, const struct mv_sync_call *call,
                           struct xvm_message *m) {
    struct bytes metas = call->metas;
    m->program = arena_copy(tx->arena, BYTES_OF(call->target));
    m->call_data = arena_copy(tx->arena, call->data);
    return xvm_metas_from_bcs(&metas, tx->arena, &m->metas)
               ? ERR_NONE
               : err_at(XVM_FAIL_MALFORMED, "the accounts cannot be read", 0);
}

void xvm_move_calls(void *ctx, const struct mv_sync_call *call, struct mv_sync_result *result) {
    struct xvm_tx *tx = ctx;
    struct xvm_sync c = {
        .call = {.from_vm = ST_VM_MOVE, .to_vm = call->to_vm, .sender = BYTES_OF(call->sender)},
        .payer = xvm_wide_actor(ST_VM_MOVE, &call->sender),
        .gas = call->gas / tx->params.move_gas_per_evm_gas,
        .read_only = call->read_only,
        .home_authority = call->flags & MV_HOME_AUTHORITY,
        .depth = mv_session_depth(call->session),
        .move = call->session,
    };
    struct u256 octas = u256_from_u64(call->octas);
    u256_mul(&c.value, &octas, &WEI_OF_OCTA);
    struct err e =
        call->to_vm == ST_VM_EVM ? fill_evm(tx, call, &c.call) : fill_svm(tx, call, &c.call);
    if (err_is(e)) {
        refuse(&e, result);
        return;
    }
    struct xvm_run run;
    xvm_sync_call(tx, &c, &run);
    answer(tx, call, &run, result);
}

void xvm_move_sweeps(void *ctx, const struct b32 *account, uint8_t vm, uint64_t gas,
                     struct mv_sync_result *result) {
    struct xvm_tx *tx = ctx;
    struct xvm_actor who = xvm_wide_actor(ST_VM_MOVE, account);
    struct xvm_run run;
    struct u256 wei, octas;
    xvm_sweep(tx, &who, (enum st_vm)vm, gas / tx->params.move_gas_per_evm_gas, &wei, &run);
    u256_divmod(&octas, NULL, &wei, &WEI_OF_OCTA);
    *result = (struct mv_sync_result){
        .status = (uint8_t)run.failure,
        .gas_used = run.gas_used * tx->params.move_gas_per_evm_gas,
        .data = arena_copy(tx->arena, BYTES_OF(octas.w[0])),
        .text = run.error,
    };
}

/* ---- Results */

struct err xvm_move_results(void *ctx, struct bytes types, struct bytes data,
                            const struct mv_layout *const *layouts, uint32_t count,
                            struct arena *arena, struct bytes *bcs) {
    struct xvm_tx *tx = ctx;
    struct mv_param *params = ARENA_ARRAY(arena, struct mv_param, count);
    for (uint32_t i = 0; i < count; i++)
        params[i] = (struct mv_param){.kind = MV_PARAM_VALUE, .layout = layouts[i]};
    struct bytes function;
    struct bytes results = xvm_split_abi(types, &function);
    return xvm_results_to_move(results, data, params, count, tx->journal, arena, bcs);
}

/* ---- Locks */

bool xvm_move_locked(void *ctx, const struct b32 *address, struct bytes module) {
    static const struct b32 one = {{[31] = 1}};
    const struct xvm_tx *tx = ctx;
    if (!tx->frame) return false;
    if (b32_eq(address, &one) &&
        (bytes_eq(module, BYTES_LIT("evm")) || bytes_eq(module, BYTES_LIT("svm"))))
        return false;
    for (const struct xvm_frame *f = tx->frame; f; f = f->below)
        if (f->move && mv_session_locks(f->move, address, module)) return true;
    return false;
}
