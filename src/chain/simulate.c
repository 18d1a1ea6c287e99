/* Executing on a reader's state without keeping anything: calls, estimates, simulations. */
#include "chain/internal.h"

#include "crypto/crypto.h"

uint64_t chain_call_gas(const struct chain_reader *r, const struct chain_evm_call *call) {
    uint64_t max = r->chain->options.call_gas_max;
    return call->gas ? min_u64(call->gas, max) : max;
}

static uint8_t call_type(const struct chain_evm_call *call) {
    if (call->authorization_count) return EVM_TX_SET_CODE;
    if (call->blob_hash_count) return EVM_TX_BLOB;
    if (call->fee_market) return EVM_TX_FEE_MARKET;
    return call->access_count ? EVM_TX_ACCESS_LIST : EVM_TX_LEGACY;
}

struct evm_tx chain_call_tx(struct st_journal *j, const struct chain_exec *x,
                            const struct chain_evm_call *call, uint64_t gas) {
    return (struct evm_tx){
        .type = call_type(call),
        .has_chain_id = x->head->fork >= EVM_EIP158,
        .chain_id = x->options->chain_id,
        .nonce = call->has_nonce ? call->nonce : st_account(j, &call->from)->nonce,
        .max_fee = call->gas_price,
        .max_priority_fee = call->fee_market ? call->max_priority_fee : call->gas_price,
        .gas_limit = gas,
        .is_create = !call->has_to,
        .to = call->to,
        .value = call->value,
        .data = call->data,
        .access = call->access,
        .access_count = call->access_count,
        .max_blob_fee = call->max_blob_fee,
        .blob_hashes = call->blob_hashes,
        .blob_hash_count = call->blob_hash_count,
        .authorizations = call->authorizations,
        .authorization_count = call->authorization_count,
        .sender = call->from,
    };
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

/* A call that names no price pays none, and then the base fee is zero in its eyes too: gas price <
 * base fee cannot be. Likewise for blob gas. */
static unsigned make_free(struct evm_env *env, const struct evm_tx *tx) {
    unsigned skip = EVM_SKIP_NONCE | EVM_SKIP_SENDER_CODE | EVM_SKIP_GAS_CAP;
    if (u256_is_zero(&tx->max_blob_fee)) env->block.blob_base_fee = U256_ZERO;
    if (!u256_is_zero(&tx->max_fee) || !u256_is_zero(&tx->max_priority_fee)) return skip;
    env->block.base_fee = U256_ZERO;
    return skip | EVM_SKIP_BALANCE | EVM_SKIP_BASE_FEE;
}

void chain_run_call(struct chain_exec *x, struct evm_env *env, const struct chain_evm_call *call,
                    const struct evm_tx *tx, struct evm_tx_plan *plan,
                    struct chain_evm_result *out) {
    struct b32 hash = call_hash(call);
    struct xvm_tx xt;
    struct evm_result result;
    struct evm_receipt receipt;
    struct chain_tx kept = {0};
    const struct evm_host *host = env->host; /* xvm_begin puts one of its own there */
    chain_observe_begin(x, env, tx);
    evm_tx_begin(env, tx, plan);
    chain_begin_xvm(x, &xt, env, ST_VM_EVM, &hash);
    xt.root_sender = xvm_evm_actor(&call->from);
    xvm_begin(&xt);
    struct chain_evm_ran ran = chain_run_evm_root(x, &xt, tx, plan, &result);
    evm_tx_end(env, tx, plan, ran.gas_left, &receipt);
    chain_keep_outcome(x, &xt, &kept);
    chain_observe_end(x, env, receipt.gas_used, ran.ok);
    env->host = host;
    struct bytes output =
        ran.undone ? xvm_error_string(x->arena, kept.legs[0].error) : result.output;
    *out = (struct chain_evm_result){
        .ok = ran.ok,
        .reverted = result.status == EVM_REVERT || ran.undone,
        .out_of_gas = result.status == EVM_OUT_OF_GAS,
        .error = ran.ok ? NULL : evm_status_text(ran.undone ? EVM_REVERT : result.status),
        .output = output.n ? arena_copy(x->arena, output) : output,
        .gas_used = receipt.gas_used,
        .gas_refunded = receipt.gas_refunded,
        .gas_peak = max_u64(tx->gas_limit - result.gas_left + xt.tail_gas_peak, plan->floor_gas),
        .created = result.created,
        .legs = kept.legs,
        .leg_count = kept.leg_count,
        .tail_lacks_gas = lacks_gas(kept.legs, kept.leg_count),
        .logs = kept.logs,
        .log_count = kept.log_count,
    };
}

struct err chain_try_call(struct chain_reader *r, const struct chain_evm_call *call, uint64_t gas,
                          struct chain_evm_result *out) {
    struct chain_block head;
    struct chain_exec x;
    struct evm_env env;
    struct evm_tx_plan plan;
    struct err e = ERR_NONE;
    chain_reader_exec(r, &head, &x);
    chain_exec_env(&x, &env);
    *out = (struct chain_evm_result){0};
    st_begin_tx(x.journal);
    st_mark start = st_savepoint(x.journal);
    struct evm_tx tx = chain_call_tx(x.journal, &x, call, gas);
    tx.nonce = st_account(x.journal, &call->from)->nonce;
    if (tx.nonce == UINT64_MAX) tx.nonce = 0; /* EIP-2681 does not bind calls */
    unsigned skip = make_free(&env, &tx);
    enum evm_tx_err te = chain_check_call(&env, &tx, skip, &plan);
    if (te)
        e = err_at(CHAIN_ERR_INVALID, chain_evm_reason(&env, &tx, te, x.arena), (uint64_t)te);
    else
        chain_run_call(&x, &env, call, &tx, &plan, out);
    st_revert(x.journal, start);
    st_end_tx(x.journal, false);
    return e;
}

struct err chain_simulate_evm(struct chain_reader *r, const struct chain_evm_call *call,
                              struct chain_evm_result *out) {
    struct err e = chain_try_call(r, call, chain_call_gas(r, call), out);
    if (!err_is(e)) return e;
    return err_at(e.code,
                  arena_printf(chain_reader_arena(r), "err: %s (supplied gas %llu)", e.text,
                               (unsigned long long)chain_call_gas(r, call)),
                  e.at);
}

/* ---- Estimates */

enum { TX_GAS = 21000, TX_GAS_CAP = 1 << 24 /* EIP-7825: more cannot be sent */ };

/* Does a try with less gas end as the one with the most? Gas is all that may differ. */
static bool same_end(const struct chain_evm_result *a, const struct chain_evm_result *b) {
    if (a->ok != b->ok || a->leg_count != b->leg_count) return false;
    for (uint32_t i = 1; i < a->leg_count; i++)
        if (a->legs[i].ok != b->legs[i].ok || a->legs[i].failure != b->legs[i].failure)
            return false;
    return true;
}

/* Does the call end as `wanted` (NULL: well, and without a tail) with this much gas? */
static bool is_enough(struct chain_reader *r, const struct chain_evm_call *call, uint64_t gas,
                      const struct chain_evm_result *wanted) {
    struct chain_evm_result tried;
    struct arena_mark mark = arena_mark(chain_reader_arena(r));
    bool ok = !err_is(chain_try_call(r, call, gas, &tried)) &&
              (wanted ? same_end(&tried, wanted) : tried.ok && tried.leg_count == 1);
    arena_release(chain_reader_arena(r), mark);
    return ok;
}

/* The most gas that the call may use: the block's, or what it names, or what the balance pays for.
 */
static struct err highest_gas(struct chain_reader *r, const struct chain_evm_call *call,
                              uint64_t *high) {
    struct evm_env env;
    chain_evm_env(r, &env);
    *high = call->gas >= TX_GAS ? call->gas : env.block.gas_limit;
    *high = min_u64(*high, env.fork >= EVM_OSAKA ? TX_GAS_CAP : r->chain->options.call_gas_max);
    if (u256_is_zero(&call->gas_price)) return ERR_NONE;
    struct u256 left = st_account(env.journal, &call->from)->balance, paid, spent;
    spent = u256_from_u64(call->blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB);
    u256_mul(&spent, &spent, &call->max_blob_fee);
    if (u256_lt(&left, &call->value))
        return err_at(CHAIN_ERR_INVALID, "insufficient funds for transfer", 0);
    u256_sub(&left, &left, &call->value);
    if (u256_lt(&left, &spent))
        return err_at(CHAIN_ERR_INVALID, "insufficient funds for gas * price + value", 0);
    u256_sub(&left, &left, &spent);
    u256_divmod(&paid, NULL, &left, &call->gas_price);
    *high = min_u64(*high, u256_sat_u64(&paid));
    return ERR_NONE;
}

static bool is_plain_transfer(struct chain_reader *r, const struct chain_evm_call *call) {
    return call->has_to && !call->data.n &&
           b32_eq(&st_account(chain_reader_journal(r), &call->to)->code_hash, &ST_EMPTY_CODE_HASH);
}

struct err chain_estimate_evm(struct chain_reader *r, const struct chain_evm_call *call,
                              uint64_t *gas, struct chain_evm_result *out) {
    uint64_t high;
    struct err e = highest_gas(r, call, &high);
    if (err_is(e)) return e;
    if (is_plain_transfer(r, call) && is_enough(r, call, TX_GAS, NULL)) {
        *out = (struct chain_evm_result){.ok = true, .gas_used = TX_GAS};
        *gas = TX_GAS;
        return ERR_NONE;
    }
    e = chain_try_call(r, call, high, out);
    if (err_is(e) && (e.at == EVM_TX_INTRINSIC_GAS || e.at == EVM_TX_FLOOR_DATA_GAS)) {
        out->out_of_gas = true;
        e = ERR_NONE;
    }
    if (err_is(e))
        return err_at(e.code,
                      arena_printf(chain_reader_arena(r), "failed with %llu gas: %s",
                                   (unsigned long long)high, e.text),
                      e.at);
    *gas = high;
    if (!out->ok) return ERR_NONE;
    /* What was used is the least that can do; the rule of 63/64 and refunds may ask for more. */
    uint64_t low = out->gas_used - 1;
    uint64_t guess = (out->gas_used + out->gas_refunded + 2300) / 63 * 64 + 64;
    if (is_enough(r, call, out->gas_used, out)) {
        *gas = out->gas_used;
        return ERR_NONE;
    }
    if (guess < high) {
        if (is_enough(r, call, guess, out))
            high = guess;
        else
            low = guess;
    }
    while (low + 1 < high) {
        uint64_t mid = min_u64(low + (high - low) / 2, low * 2);
        if (is_enough(r, call, mid, out))
            high = mid;
        else
            low = mid;
        /* Within 1.5 % is near enough, as for geth; the answer is always one that was tried. */
        if (high - low < high / 64) break;
    }
    *gas = high;
    return ERR_NONE;
}

struct err chain_simulate_move(struct chain_reader *r, const struct mv_signed_tx *tx,
                               const struct b32 *hash, struct chain_tx *out,
                               struct chain_submitted *refusal) {
    struct chain_block head;
    struct chain_exec x;
    struct chain_refusal why = {0};
    chain_reader_exec(r, &head, &x);
    *refusal = (struct chain_submitted){.hash = *hash};
    if (chain_execute_move(&x, tx, (struct bytes){NULL, 0}, hash, true, out, &why)) return ERR_NONE;
    refusal->vm_code = why.vm_code;
    memcpy(refusal->text, why.text, sizeof refusal->text);
    return err_at(CHAIN_ERR_INVALID, refusal->text, 0);
}
