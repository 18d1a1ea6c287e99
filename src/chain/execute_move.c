/* A Move root transaction: prologue, its own leg in the Move VM, its cross-VM tail, epilogue. The
 * framework's Move code keeps the accounts and burns the fee; this file decides when. */
#include "chain/internal.h"

#include "crypto/crypto.h"
#include "move/account.h"
#include "move/type_tag.h"

#include <stdio.h>

/* Intrinsic gas of a transaction in internal units: a base, and a price per byte above 600 (gas
 * schedule of the transaction, move-facts §4). */
enum {
    INTRINSIC_GAS = 2760000,
    INTRINSIC_FREE_BYTES = 600,
    INTRINSIC_PER_BYTE = 1158,
    MAX_GAS_UNITS = 2000000
};

static const struct b32 FRAMEWORK = {{[31] = 1}};

struct b32 chain_ed25519_address(const struct b32 *seed) {
    struct b32 public_key;
    ed25519_public_from_seed(&public_key, seed);
    return mv_ed25519_auth_key(&public_key);
}

uint64_t chain_move_sequence_number(struct st_journal *j, const struct b32 *address) {
    struct b32 auth_key;
    uint64_t sequence;
    mv_account_read(j, address, &auth_key, &sequence);
    return sequence;
}

/* ---- Prologue */

static bool refuse(struct chain_refusal *r, enum mv_status_code code) {
    r->vm_code = (uint32_t)code;
    snprintf(r->text, sizeof r->text, "Invalid transaction: Type: Validation Code: %s",
             mv_status_name(code));
    return false;
}

bool chain_move_check(const struct chain_options *options, struct st_journal *j,
                      const struct chain_block *head, const struct mv_signed_tx *tx, bool signature,
                      struct chain_refusal *refusal) {
    *refusal = (struct chain_refusal){0};
    if (signature && !mv_signed_tx_verify(tx)) return refuse(refusal, MV_INVALID_SIGNATURE);
    if (tx->max_gas_amount > MAX_GAS_UNITS)
        return refuse(refusal, MV_MAX_GAS_UNITS_EXCEEDS_MAX_GAS_UNITS_BOUND);
    uint64_t intrinsic = INTRINSIC_GAS / MOVE_GAS_SCALING + 1;
    if (tx->max_gas_amount < intrinsic)
        return refuse(refusal, MV_MAX_GAS_UNITS_BELOW_MIN_TRANSACTION_GAS_UNITS);
    if (tx->gas_unit_price < 1) return refuse(refusal, MV_GAS_UNIT_PRICE_BELOW_MIN_BOUND);
    if (tx->expiration_timestamp_secs <= head->timestamp_us / 1000000)
        return refuse(refusal, MV_TRANSACTION_EXPIRED);
    if (tx->chain_id != options->move_chain_id) return refuse(refusal, MV_BAD_CHAIN_ID);
    struct b32 auth_key, given = mv_signed_tx_auth_key(tx);
    uint64_t sequence;
    mv_account_read(j, &tx->sender, &auth_key, &sequence);
    if (signature && !b32_eq(&auth_key, &given)) return refuse(refusal, MV_INVALID_AUTH_KEY);
    if (tx->sequence_number < sequence) return refuse(refusal, MV_SEQUENCE_NUMBER_TOO_OLD);
    if (tx->sequence_number == UINT64_MAX) return refuse(refusal, MV_SEQUENCE_NUMBER_TOO_BIG);
    if (tx->sequence_number > sequence) {
        refusal->nonce_too_high = true;
        return refuse(refusal, MV_SEQUENCE_NUMBER_TOO_NEW);
    }
    return true;
}

/* ---- One leg */

struct root {
    struct chain_exec *x;
    const struct mv_signed_tx *tx;
    struct xvm_tx xt;
    struct mv_session_params params;
    uint64_t gas_limit; /* internal units: what was signed, at most what a block may use */
};

static void fill_params(struct root *r, const struct b32 *hash) {
    const struct mv_signed_tx *tx = r->tx;
    r->params = (struct mv_session_params){
        .vm = r->x->move_vm,
        .journal = r->x->journal,
        .block = chain_move_block(r->x),
        .tx = {.is_user = true,
               .sender = tx->sender,
               .hash = *hash,
               .session_hash = *hash,
               .gas_payer = tx->sender,
               .max_gas_amount = tx->max_gas_amount,
               .gas_unit_price = tx->gas_unit_price,
               .payload = {.present = tx->payload == MV_PAYLOAD_ENTRY_FUNCTION,
                           .module_address = tx->module_address,
                           .module_name = tx->module_name,
                           .function_name = tx->function_name,
                           .type_args = tx->type_args,
                           .args = tx->args,
                           .type_arg_count = tx->type_arg_count,
                           .arg_count = tx->arg_count}},
        .host = xvm_move_host(&r->xt),
        .unsafe_publish = r->x->options->unsafe_publish,
    };
}

/* A call of the chain's own into the framework, without a gas limit that matters: the user cannot
 * choose the work. */
static bool system_call(struct root *r, const char *module, const char *function,
                        const struct b32 *signers, uint32_t signer_count, const struct bytes *args,
                        uint32_t arg_count, struct bytes *why, uint64_t *abort_code) {
    struct mv_session_params params = r->params;
    params.gas_limit = UINT64_MAX / 2;
    struct mv_session *s = mv_session_new(&params);
    struct mv_outcome out;
    struct mv_call call = {.module_address = FRAMEWORK,
                           .module_name = bytes_cstr(module),
                           .function_name = bytes_cstr(function),
                           .signers = signers,
                           .signer_count = signer_count,
                           .args = args,
                           .arg_count = arg_count};
    bool ok = mv_run_system(s, &call, &out);
    if (!ok) {
        if (why) *why = arena_copy(r->x->arena, mv_status_text(s, &out));
        if (abort_code) *abort_code = out.code == MV_ABORTED ? out.abort_code : 0;
    }
    mv_session_free(s);
    return ok;
}

/* Makes the sender's account if it is missing and asks for the balance that the fee may need. */
static bool prologue(struct root *r, struct chain_refusal *refusal) {
    const struct mv_signed_tx *tx = r->tx;
    uint64_t price = tx->gas_unit_price, max = tx->max_gas_amount, need;
    if (!mul_u64(price, max, &need))
        return refuse(refusal, MV_INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE);
    struct bytes args[2] = {BYTES_OF(tx->sender), BYTES_OF(need)};
    if (system_call(r, "transaction_validation", "prologue", NULL, 0, args, 2, NULL, NULL))
        return true;
    return refuse(refusal, MV_INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE);
}

/* Burns the fee and bumps the sequence number. Cannot fail: the prologue saw the balance, and a
 * balance that the transaction itself spent is caught before (see run_leg). */
static bool epilogue(struct root *r, uint64_t gas_units) {
    uint64_t fee = gas_units * r->tx->gas_unit_price;
    st_set_leg(r->x->journal, 0); /* the fee is the root's affair */
    struct bytes args[2] = {BYTES_OF(r->tx->sender), BYTES_OF(fee)};
    return system_call(r, "transaction_validation", "epilogue", NULL, 0, args, 2, NULL, NULL);
}

static bool run_payload(struct root *r, struct mv_session *s, struct mv_outcome *out) {
    const struct mv_signed_tx *tx = r->tx;
    uint64_t over = tx->raw.n > INTRINSIC_FREE_BYTES ? tx->raw.n - INTRINSIC_FREE_BYTES : 0;
    if (!mv_session_charge(s, INTRINSIC_GAS + over * INTRINSIC_PER_BYTE)) {
        *out = (struct mv_outcome){.code = MV_OUT_OF_GAS};
        return false;
    }
    struct mv_call call = {.module_address = tx->module_address,
                           .module_name = tx->module_name,
                           .function_name = tx->function_name,
                           .type_args = tx->type_args,
                           .type_arg_count = tx->type_arg_count,
                           .args = tx->args,
                           .arg_count = tx->arg_count,
                           .signers = &tx->sender,
                           .signer_count = 1};
    if (tx->payload == MV_PAYLOAD_SCRIPT) return mv_run_script(s, tx->code, &call, out);
    return mv_run_entry(s, &call, out);
}

/* The root leg. Returns internal gas used; the status text is kept. */
static uint64_t run_leg(struct root *r, struct xvm_leg *leg, struct bytes *status) {
    const struct mv_signed_tx *tx = r->tx;
    struct arena *arena = r->xt.arena;
    r->params.gas_limit = r->gas_limit;
    st_mark mark = st_savepoint(r->x->journal);
    struct mv_session *s = mv_session_new(&r->params);
    struct mv_outcome out;
    bool ok = run_payload(r, s, &out);
    if (!ok) st_revert(r->x->journal, mark);
    *status = arena_copy(r->x->arena, mv_status_text(s, &out));
    uint64_t used = min_u64(mv_session_gas_used(s), r->gas_limit);
    char address[67];
    size_t n = mv_address_print(address, &tx->module_address);
    *leg = (struct xvm_leg){
        .kind = XVM_LEG_ROOT,
        .vm = ST_VM_MOVE,
        .ok = ok,
        .failure = ok                          ? XVM_OK
                   : out.code == MV_OUT_OF_GAS ? XVM_FAIL_GAS
                                               : XVM_FAIL_REVERTED,
        .vm_gas_used = used,
        .gas_used = div_ceil_u64(used, r->xt.params.move_gas_per_evm_gas),
        .from = arena_copy(arena, BYTES_OF(tx->sender)),
        .to = arena_copy(arena, BYTES_OF(tx->module_address)),
        .error = ok ? (struct bytes){NULL, 0} : *status,
    };
    if (tx->payload == MV_PAYLOAD_ENTRY_FUNCTION)
        leg->function =
            bytes_cstr(arena_printf(arena, "%.*s::%.*s::%.*s", (int)n, address,
                                    (int)tx->module_name.n, (const char *)tx->module_name.p,
                                    (int)tx->function_name.n, (const char *)tx->function_name.p));
    else
        leg->function = BYTES_LIT("script");
    mv_session_free(s);
    size_t logs;
    st_logs(r->x->journal, &logs);
    leg->log_count = (uint32_t)logs;
    return used;
}

/* Runs the tail on what is left; returns internal gas used in all. */
static uint64_t run_tail(struct root *r, uint64_t used) {
    uint64_t rate = r->xt.params.move_gas_per_evm_gas;
    uint64_t before = (r->gas_limit - used) / rate, left = before;
    xvm_drain(&r->xt, &left);
    return used + (before - left) * rate;
}

static bool execute(struct root *r, const struct b32 *hash, struct chain_tx *out,
                    struct chain_refusal *refusal) {
    struct chain_exec *x = r->x;
    if (!prologue(r, refusal)) return false;
    st_mark start = st_savepoint(x->journal);
    struct xvm_leg leg;
    struct bytes status;
    uint64_t used = run_leg(r, &leg, &status);
    xvm_root_done(&r->xt, &leg);
    if (leg.ok) used = run_tail(r, used);
    uint64_t units = min_u64(div_ceil_u64(used, MOVE_GAS_SCALING), r->tx->max_gas_amount);
    bool paid = epilogue(r, units);
    if (!paid && leg.ok) {
        /* The transaction spent what its fee needed: everything it did is undone, and the fee is
         * paid after all. */
        st_revert(x->journal, start);
        r->xt.leg_count = r->xt.message_count = 0;
        leg.ok = false;
        leg.failure = XVM_FAIL_REVERTED;
        leg.log_count = 0;
        leg.error = status = BYTES_LIT("INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE");
        xvm_root_done(&r->xt, &leg);
        paid = epilogue(r, units);
    }
    if (!paid) return refuse(refusal, MV_INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE);
    *out = (struct chain_tx){
        .vm = ST_VM_MOVE,
        .hash = *hash,
        .height = x->head->height,
        .ok = leg.ok,
        .gas_used = units,
        .common_gas_used = div_ceil_u64(used, r->xt.params.move_gas_per_evm_gas),
        .move_sender = r->tx->sender,
        .move_sequence_number = r->tx->sequence_number,
        .move_status = status,
        .move_hash = *hash,
    };
    return true;
}

bool chain_execute_move(struct chain_exec *x, const struct mv_signed_tx *tx, struct bytes raw,
                        const struct b32 *hash, bool simulate, struct chain_tx *out,
                        struct chain_refusal *refusal) {
    st_begin_tx(x->journal);
    struct evm_env env;
    struct root r = {.x = x, .tx = tx};
    chain_exec_env(x, &env);
    bool ok = chain_move_check(x->options, x->journal, x->head, tx, !simulate, refusal);
    if (ok) {
        st_mark mark = st_savepoint(x->journal);
        chain_begin_xvm(x, &r.xt, &env, ST_VM_MOVE, hash);
        r.xt.root_move = tx->sender;
        xvm_begin(&r.xt);
        fill_params(&r, hash);
        uint64_t block_gas;
        if (!mul_u64(x->head->gas_limit - x->head->gas_used, x->cross->move_gas_per_evm_gas,
                     &block_gas))
            block_gas = UINT64_MAX;
        /* chain_move_check has bounded max_gas_amount. */
        r.gas_limit = min_u64(tx->max_gas_amount * (uint64_t)MOVE_GAS_SCALING, block_gas);
        chain_observe_begin(x, &env, NULL);
        ok = execute(&r, hash, out, refusal);
        if (ok) {
            out->raw = raw.n ? arena_copy(x->arena, raw) : raw;
            chain_keep_outcome(x, &r.xt, out);
            chain_keep_changes(x, out);
            chain_observe_end(x, &env, out->common_gas_used, chain_evm_ok(out));
        } else {
            st_revert(x->journal, mark);
        }
    }
    st_end_tx(x->journal, true);
    return ok;
}
