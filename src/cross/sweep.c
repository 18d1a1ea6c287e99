/* What an actor's alias holds in another machine comes home to the actor. */
#include "cross/internal.h"
#include "cross/messenger.h"
#include "cross/sync.h"

#include "move/native_asset.h"
#include "solana/ids.h"

enum { WEI_PER_UNIT = 1000000000 };

static const char NO_GAS[] = "there is not enough gas to sweep";

static struct u256 in_wei(uint64_t units) {
    struct u256 wei = u256_from_u64(units), unit = u256_from_u64(WEI_PER_UNIT);
    u256_mul(&wei, &wei, &unit);
    return wei;
}

/* Down to the unit of the machines outside the EVM: what is below stays. */
static struct u256 whole_units(const struct u256 *wei) {
    struct u256 unit = u256_from_u64(WEI_PER_UNIT), rest, out;
    u256_divmod(NULL, &rest, wei, &unit);
    u256_sub(&out, wei, &rest);
    return out;
}

static struct u256 held(struct xvm_tx *tx, const struct xvm_actor *alias) {
    struct st_svm_account a;
    if (alias->vm == ST_VM_EVM) {
        struct b20 address = xvm_actor_b20(alias);
        return whole_units(&st_account(tx->journal, &address)->balance);
    }
    struct b32 address = xvm_actor_b32(alias);
    if (alias->vm == ST_VM_MOVE) return in_wei(mv_native_balance(tx->journal, &address, NULL));
    st_svm_account(tx->journal, &address, &a);
    return in_wei(a.lamports);
}

/* ---- The leg */

/* No program runs for it; Solana's receipts show it as an instruction of the messenger's. */
static const struct xvm_svm_leg *svm_leg(struct xvm_tx *tx, const struct xvm_actor *alias,
                                         uint64_t lamports) {
    static const uint8_t tag[] = {XVM_SWEEP, ST_VM_SVM};
    struct sol_key key = {.key = xvm_actor_b32(alias), .signer = true, .writable = true};
    struct xvm_svm_leg *s = ARENA_NEW(tx->arena, struct xvm_svm_leg);
    struct sol_result *r = &s->result;
    struct sol_error e = sol_message_compile(&s->message, &XVM_MESSENGER_ID, &key, 1, BYTES_OF(tag),
                                             xvm_svm_bank(tx), tx->arena);
    if (e.code) return NULL;
    r->included = true;
    r->logs = ARENA_ARRAY(tx->arena, struct bytes, 3);
    const char *id = arena_printf(tx->arena, "Program %s", sol_text(&XVM_MESSENGER_ID).s);
    r->logs[r->log_count++] = bytes_cstr(arena_printf(tx->arena, "%s invoke [1]", id));
    r->logs[r->log_count++] = bytes_cstr(arena_printf(
        tx->arena, "Messenger: swept %llu lamports home", (unsigned long long)lamports));
    r->logs[r->log_count++] = bytes_cstr(arena_printf(tx->arena, "%s success", id));
    size_t n = s->message.key_count;
    r->lamports_before = ARENA_ARRAY(tx->arena, uint64_t, n);
    r->lamports_after = ARENA_ARRAY(tx->arena, uint64_t, n);
    for (size_t i = 0; i < n; i++) {
        struct st_svm_account a;
        st_svm_account(tx->journal, &s->message.keys[i].key, &a);
        r->lamports_before[i] = r->lamports_after[i] = a.lamports;
        if (b32_eq(&s->message.keys[i].key, &key.key)) r->lamports_before[i] += lamports;
    }
    return s;
}

static void record(struct xvm_tx *tx, uint32_t leg, uint32_t parent, size_t log_first,
                   enum st_vm in, const struct u256 *wei, const struct xvm_run *run) {
    size_t logs;
    st_logs(tx->journal, &logs);
    tx->legs[leg] = (struct xvm_leg){
        .kind = XVM_LEG_CALL,
        .vm = (uint8_t)in,
        .ok = run->failure == XVM_OK,
        .read_only = tx->frame && tx->frame->read_only,
        .failure = (uint8_t)run->failure,
        .parent = parent,
        .value = *wei,
        .gas_used = run->gas_used,
        .from = run->from,
        .to = run->from,
        .function = BYTES_LIT("sweep"),
        .error = run->error,
        .log_first = (uint32_t)log_first,
        .log_count = (uint32_t)(logs - log_first),
        .svm = run->svm,
    };
}

/* ---- Sweeping */

static bool may_sweep(const struct xvm_tx *tx, const struct xvm_actor *who, enum st_vm in,
                      struct xvm_run *run) {
    if (in > ST_VM_SVM || in == who->vm)
        xvm_fail(run, XVM_FAIL_MALFORMED,
                 "sweep: only another machine can hold what is to come home");
    else if (in == ST_VM_SVM && !tx->open_bank)
        xvm_fail(run, XVM_FAIL_TARGET, "there is no Solana VM on this chain");
    else if (tx->frame && tx->frame->read_only)
        xvm_fail(run, XVM_FAIL_READ_ONLY, "a read-only call moves no value");
    return run->failure == XVM_OK;
}

/* Pays, then moves; under the caller's savepoint. */
static void bring_home(struct xvm_tx *tx, const struct xvm_actor *who, enum st_vm in, uint64_t gas,
                       struct u256 *wei, struct xvm_run *run) {
    struct xvm_actor alias = xvm_alias_known(tx->journal, who, in), owner;
    bool known = xvm_alias_owner(tx->journal, in, xvm_actor_bytes(&alias), &owner);
    struct u256 amount = held(tx, &alias);
    run->from = arena_copy(tx->arena, xvm_actor_bytes(&alias));
    run->gas_used = tx->params.call_base_gas + (known ? 0 : tx->params.alias_gas) +
                    xvm_value_gas(tx, who, &amount);
    if (run->gas_used > gas) {
        run->gas_used = gas;
        xvm_fail(run, XVM_FAIL_GAS, NO_GAS);
        return;
    }
    struct err e = xvm_alias_register(tx->journal, who, in, &alias);
    if (err_is(e)) {
        xvm_fail(run, XVM_FAIL_ALIAS, e.text);
        return;
    }
    if (!xvm_value_move(tx, &alias, who, &amount, run)) return;
    *wei = amount;
    if (in != ST_VM_SVM || u256_is_zero(&amount)) return;
    struct u256 unit = u256_from_u64(WEI_PER_UNIT), lamports;
    u256_divmod(&lamports, NULL, &amount, &unit);
    run->svm = svm_leg(tx, &alias, lamports.w[0]);
}

/* One that has been paid for, as every call. */
static void run_sweep(struct xvm_tx *tx, const struct xvm_actor *who, enum st_vm in, uint64_t gas,
                      struct u256 *wei, struct xvm_run *run) {
    uint32_t parent = tx->current_leg, leg = xvm_leg_open(tx);
    size_t log_first;
    st_logs(tx->journal, &log_first);
    if (in == ST_VM_SVM) xvm_svm_bank(tx); /* before the savepoint */
    st_mark mark = st_savepoint(tx->journal);
    bring_home(tx, who, in, gas, wei, run);
    if (run->failure != XVM_OK) st_revert(tx->journal, mark);
    if (run->failure == XVM_OK) xvm_leg_stand(tx, leg);
    record(tx, leg, parent, log_first, in, wei, run);
    xvm_leg_set_current(tx, parent);
}

void xvm_sweep(struct xvm_tx *tx, const struct xvm_actor *who, enum st_vm in, uint64_t gas,
               struct u256 *wei, struct xvm_run *run) {
    *run = (struct xvm_run){.gas_used = min_u64(gas, tx->params.call_base_gas)};
    *wei = U256_ZERO;
    if (!may_sweep(tx, who, in, run)) return;
    if (gas < tx->params.call_base_gas)
        xvm_fail(run, XVM_FAIL_GAS, NO_GAS);
    else
        run_sweep(tx, who, in, gas, wei, run);
}
