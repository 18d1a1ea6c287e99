/* Executing on a reader's state without keeping anything: calls, estimates, simulations. */
#include "chain/internal.h"

#include "crypto/crypto.h"

/* A gas limit that every call of a client stays below (EIP-7825 binds transactions, not calls). */
static uint64_t call_gas(const struct chain_evm_call *call, const struct chain_block *head) {
    return call->gas ? min_u64(call->gas, head->gas_limit) : head->gas_limit;
}

static struct evm_tx call_as_tx(struct st_journal *j, const struct chain_exec *x,
                                const struct chain_evm_call *call, uint64_t gas) {
    struct evm_tx tx = {
        .type = call->access_count ? EVM_TX_ACCESS_LIST : EVM_TX_LEGACY,
        .has_chain_id = true,
        .chain_id = x->options->chain_id,
        .max_fee = call->gas_price,
        .max_priority_fee = call->gas_price,
        .gas_limit = gas,
        .is_create = !call->has_to,
        .to = call->to,
        .value = call->value,
        .data = call->data,
        .access = call->access,
        .access_count = call->access_count,
        .sender = call->from,
    };
    tx.nonce = st_account(j, &call->from)->nonce;
    return tx;
}

/* A hash for the message ids of a call that is no transaction. */
static struct b32 call_hash(const struct chain_evm_call *call) {
    struct keccak k;
    struct b32 hash;
    keccak256_init(&k);
    keccak_update(&k, BYTES_LIT("TERN::call"));
    keccak_update(&k, BYTES_OF(call->from));
    keccak_update(&k, BYTES_OF(call->to));
    keccak_update(&k, call->data);
    keccak_final(&k, hash.b);
    return hash;
}

static bool lacks_gas(const struct xvm_leg *legs, uint32_t count) {
    for (uint32_t i = 1; i < count; i++)
        if (legs[i].failure == XVM_FAIL_GAS) return true;
    return false;
}

/* One try with a given gas limit; everything is undone at its end. */
static struct err try_call(struct chain_reader *r, const struct chain_evm_call *call, uint64_t gas,
                           struct chain_evm_result *out) {
    struct chain_block head;
    struct chain_exec x;
    chain_reader_exec(r, &head, &x);
    struct evm_env env;
    struct evm_tx_plan plan;
    chain_exec_env(&x, &env);
    *out = (struct chain_evm_result){0};
    st_begin_tx(x.journal);
    st_mark start = st_savepoint(x.journal);
    struct evm_tx tx = call_as_tx(x.journal, &x, call, gas);
    unsigned skip = EVM_SKIP_NONCE | EVM_SKIP_SENDER_CODE | EVM_SKIP_GAS_CAP;
    if (u256_is_zero(&call->gas_price)) skip |= EVM_SKIP_BALANCE | EVM_SKIP_BASE_FEE;
    enum evm_tx_err te = evm_tx_check(&env, &tx, skip, &plan);
    struct err e = ERR_NONE;
    if (te) {
        struct chain_refusal why;
        chain_evm_refusal(&env, &tx, te, &why);
        e = err_at(CHAIN_ERR_INVALID, arena_printf(x.arena, "%s", why.text), (uint64_t)te);
    } else {
        struct b32 hash = call_hash(call);
        struct xvm_tx xt;
        struct evm_result result;
        struct evm_receipt receipt;
        struct chain_tx kept = {0};
        chain_observe_begin(&x, &env, &tx);
        evm_tx_begin(&env, &tx, &plan);
        chain_begin_xvm(&x, &xt, &env, ST_VM_EVM, &hash);
        xt.root_evm = call->from;
        xvm_begin(&xt);
        evm_tx_run(&env, &tx, &plan, &result);
        uint64_t gas_left = result.gas_left;
        struct xvm_leg leg;
        chain_evm_root_leg(&xt, &tx, &plan, &result, &leg);
        xvm_root_done(&xt, &leg);
        if (leg.ok) xvm_drain(&xt, &gas_left);
        evm_tx_end(&env, &tx, &plan, gas_left, &receipt);
        chain_keep_outcome(&x, &xt, &kept);
        chain_observe_end(&x, &env, receipt.gas_used, leg.ok);
        *out = (struct chain_evm_result){
            .ok = leg.ok,
            .reverted = result.status == EVM_REVERT,
            .error = leg.ok ? NULL : evm_status_text(result.status),
            .output = result.output.n ? arena_copy(x.arena, result.output) : result.output,
            .gas_used = receipt.gas_used,
            .created = result.created,
            .legs = kept.legs,
            .leg_count = kept.leg_count,
            .tail_lacks_gas = lacks_gas(kept.legs, kept.leg_count),
            .logs = kept.logs,
            .log_count = kept.log_count,
        };
    }
    st_revert(x.journal, start);
    st_end_tx(x.journal, false);
    return e;
}

struct err chain_simulate_evm(struct chain_reader *r, const struct chain_evm_call *call,
                              struct chain_evm_result *out) {
    struct chain_block head;
    struct chain_exec x;
    chain_reader_exec(r, &head, &x);
    return try_call(r, call, call_gas(call, &head), out);
}

/* Does a try with less gas end as the one with the most? Gas is all that may differ. */
static bool same_end(const struct chain_evm_result *a, const struct chain_evm_result *b) {
    if (a->ok != b->ok || a->leg_count != b->leg_count) return false;
    for (uint32_t i = 1; i < a->leg_count; i++)
        if (a->legs[i].ok != b->legs[i].ok || a->legs[i].failure != b->legs[i].failure)
            return false;
    return true;
}

struct err chain_estimate_evm(struct chain_reader *r, const struct chain_evm_call *call,
                              uint64_t *gas, struct chain_evm_result *out) {
    struct chain_block head;
    chain_block_at(r, chain_reader_height(r), &head);
    enum { TX_GAS_CAP = 1 << 24 }; /* EIP-7825: more cannot be sent */
    uint64_t high = min_u64(call_gas(call, &head), TX_GAS_CAP), low = 20999;
    if (!u256_is_zero(&call->gas_price)) { /* no more gas than the balance pays for */
        struct u256 left = st_account(chain_reader_journal(r), &call->from)->balance, gas_paid;
        if (u256_lt(&left, &call->value))
            return err_at(CHAIN_ERR_INVALID, "insufficient funds for transfer", 0);
        u256_sub(&left, &left, &call->value);
        u256_divmod(&gas_paid, NULL, &left, &call->gas_price);
        high = min_u64(high, u256_sat_u64(&gas_paid));
    }
    struct err e = try_call(r, call, high, out);
    if (err_is(e) || !out->ok) return e;
    /* What was used is a good first guess; 63/64 rules and refunds may ask for more. */
    uint64_t guess = out->gas_used;
    while (low + 1 < high) {
        struct chain_evm_result tried;
        uint64_t mid = guess ? guess : low + (high - low) / 2;
        guess = 0;
        if (mid <= low || mid >= high) continue;
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        struct err te = try_call(r, call, mid, &tried);
        if (!err_is(te) && same_end(&tried, out))
            high = mid;
        else
            low = mid;
        arena_release(chain_reader_arena(r), mark);
        /* Within 1.5 % is near enough, as for geth; the answer is always one that was tried. */
        if (high - low < high / 64 && low > 20999) break;
    }
    *gas = high;
    return ERR_NONE;
}

struct err chain_simulate_move(struct chain_reader *r, const struct mv_signed_tx *tx,
                               struct chain_tx *out, struct chain_submitted *refusal) {
    struct chain_block head;
    struct chain_exec x;
    struct chain_refusal why = {0};
    struct b32 hash = mv_signed_tx_hash(tx->raw);
    chain_reader_exec(r, &head, &x);
    *refusal = (struct chain_submitted){.hash = hash};
    if (chain_execute_move(&x, tx, (struct bytes){NULL, 0}, &hash, true, out, &why))
        return ERR_NONE;
    refusal->vm_code = why.vm_code;
    memcpy(refusal->text, why.text, sizeof refusal->text);
    return err_at(CHAIN_ERR_INVALID, refusal->text, 0);
}
