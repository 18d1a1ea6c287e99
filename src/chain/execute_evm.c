/* An EVM root transaction: its own leg in the EVM, then its cross-VM tail on the gas that is left.
 */
#include "chain/internal.h"

#include <stdio.h>

void chain_exec_env(const struct chain_exec *x, struct evm_env *env) {
    const struct chain_block *h = x->head;
    *env = (struct evm_env){
        .fork = h->fork,
        .chain_id = x->options->chain_id,
        .block = {.number = h->height,
                  .timestamp = h->timestamp_us / 1000000,
                  .gas_limit = h->gas_limit,
                  .coinbase = h->coinbase,
                  .base_fee = h->base_fee,
                  .difficulty = h->difficulty,
                  .prev_randao = h->prev_randao,
                  .blob_base_fee = h->blob_base_fee,
                  .blobs_max = h->blobs_max},
        .host = x->host,
        .journal = x->journal,
        .machine = x->machine,
    };
    if (x->overrides && x->overrides->has_blob_base_fee)
        env->block.blob_base_fee = x->overrides->blob_base_fee;
}

struct mv_block_info chain_move_block(const struct chain_exec *x) {
    return (struct mv_block_info){.height = x->head->height,
                                  .timestamp_us = x->head->timestamp_us,
                                  .tx_index = x->head->root_count,
                                  .chain_id = x->options->move_chain_id,
                                  .seed = x->head->prev_randao};
}

void chain_begin_xvm(struct chain_exec *x, struct xvm_tx *xt, struct evm_env *env, uint8_t root_vm,
                     const struct b32 *root_hash) {
    *xt = (struct xvm_tx){
        .params = *x->cross,
        .journal = x->journal,
        .evm = env,
        .move_vm = x->move_vm,
        .move_block = chain_move_block(x),
        .open_bank = x->solana_programs ? chain_solana_exec_bank : NULL,
        .open_bank_ctx = x,
        .root_hash = *root_hash,
        .height = x->head->height,
        .root_vm = root_vm,
        .keep_all = x->keeps_legs,
    };
}

static struct bytes keep(struct chain_exec *x, struct bytes b) {
    return b.n ? arena_copy(x->arena, b) : b;
}

static void keep_logs(struct chain_exec *x, struct chain_tx *out) {
    size_t n;
    const struct st_log *logs = st_logs(x->journal, &n);
    struct st_log *copy = ARENA_ARRAY(x->arena, struct st_log, n);
    for (size_t i = 0; i < n; i++) {
        copy[i] = logs[i];
        copy[i].data = keep(x, logs[i].data);
        copy[i].type_tag = keep(x, logs[i].type_tag);
    }
    out->logs = copy;
    out->log_count = (uint32_t)n;
}

struct kept_changes {
    struct chain_exec *x;
    struct chain_change *list; /* NULL: only count */
    uint32_t count;
};

static void keep_change(void *ctx, const struct st_change *change) {
    struct kept_changes *kept = ctx;
    bool shown = (change->domain >= ST_MOVE_RESOURCE && change->domain <= ST_MOVE_TABLE_ITEM) ||
                 change->domain == ST_MOVE_GROUP;
    if (!shown) return;
    if (kept->list) {
        struct chain_change *c = &kept->list[kept->count];
        *c = (struct chain_change){.domain = change->domain,
                                   .key = arena_copy(kept->x->arena, change->key)};
        if (change->present) c->value = arena_copy(kept->x->arena, change->value);
    }
    kept->count++;
}

void chain_keep_changes(struct chain_exec *x, struct chain_tx *out) {
    struct kept_changes kept = {.x = x};
    st_each_change(x->journal, 0, keep_change, &kept);
    kept.list = ARENA_ARRAY(x->arena, struct chain_change, kept.count);
    kept.count = 0;
    st_each_change(x->journal, 0, keep_change, &kept);
    out->changes = kept.list;
    out->change_count = kept.count;
}

/* A copy by way of what the store keeps of it. */
static const struct xvm_svm_leg *keep_svm(struct chain_exec *x, const struct xvm_svm_leg *l) {
    struct buf record = {0};
    if (!l) return NULL;
    chain_svm_leg_encode(&record, l);
    l = chain_svm_leg_decode(keep(x, buf_bytes(&record)), x->arena);
    buf_free(&record);
    return l;
}

void chain_keep_outcome(struct chain_exec *x, struct xvm_tx *xt, struct chain_tx *out) {
    struct xvm_leg *legs = ARENA_ARRAY(x->arena, struct xvm_leg, xt->leg_count);
    for (uint32_t i = 0; i < xt->leg_count; i++) {
        legs[i] = xt->legs[i];
        legs[i].from = keep(x, legs[i].from);
        legs[i].to = keep(x, legs[i].to);
        legs[i].source = keep(x, legs[i].source);
        legs[i].function = keep(x, legs[i].function);
        legs[i].input = keep(x, legs[i].input);
        legs[i].output = keep(x, legs[i].output);
        legs[i].error = keep(x, legs[i].error);
        legs[i].generics = keep(x, legs[i].generics);
        legs[i].types = keep(x, legs[i].types);
        legs[i].svm = keep_svm(x, legs[i].svm);
    }
    out->legs = legs;
    out->leg_count = xt->leg_count;
    struct b32 *messages = ARENA_ARRAY(x->arena, struct b32, xt->message_count);
    if (xt->message_count) memcpy(messages, xt->messages, xt->message_count * sizeof *messages);
    out->messages = messages;
    out->message_count = xt->message_count;
    keep_logs(x, out);
}

/* As go-ethereum's pool says it. */
static void insufficient_text(const struct evm_tx *tx, const struct u256 *balance,
                              struct chain_refusal *out) {
    char have[80], want[80], missing[80];
    struct u256 cost, gas = u256_from_u64(tx->gas_limit);
    const char *what = evm_tx_err_text(EVM_TX_INSUFFICIENT_FUNDS);
    have[u256_to_dec(have, balance)] = 0;
    u256_mul(&cost, &gas, &tx->max_fee);
    if (u256_bit_length(&tx->max_fee) + u256_bit_length(&gas) > 255 ||
        u256_add(&cost, &cost, &tx->value)) { /* no number for it */
        snprintf(out->text, sizeof out->text, "%s: balance %s", what, have);
        return;
    }
    struct u256 over;
    u256_sub(&over, &cost, balance);
    want[u256_to_dec(want, &cost)] = 0;
    missing[u256_to_dec(missing, &over)] = 0;
    struct buf text = {0};
    buf_printf(&text, "%s: balance %s, tx cost %s, overshot %s", what, have, want, missing);
    snprintf(out->text, sizeof out->text, "%s", buf_cstr(&text));
    buf_free(&text);
}

void chain_evm_refusal(const struct evm_env *env, const struct evm_tx *tx, enum evm_tx_err e,
                       struct chain_refusal *out) {
    const struct st_account *a = st_account(env->journal, &tx->sender);
    *out = (struct chain_refusal){.nonce_too_high = e == EVM_TX_NONCE_TOO_HIGH};
    char have[80], want[80];
    switch (e) {
    case EVM_TX_NONCE_TOO_HIGH:
    case EVM_TX_NONCE_TOO_LOW:
        snprintf(out->text, sizeof out->text, "%s: next nonce %llu, tx nonce %llu",
                 evm_tx_err_text(e), (unsigned long long)a->nonce, (unsigned long long)tx->nonce);
        break;
    case EVM_TX_INSUFFICIENT_FUNDS: insufficient_text(tx, &a->balance, out); break;
    case EVM_TX_FEE_CAP_TOO_LOW:
        have[u256_to_dec(have, &tx->max_fee)] = 0;
        want[u256_to_dec(want, &env->block.base_fee)] = 0;
        snprintf(out->text, sizeof out->text, "%s: maxFeePerGas: %s, baseFee: %s",
                 evm_tx_err_text(e), have, want);
        break;
    default: snprintf(out->text, sizeof out->text, "%s", evm_tx_err_text(e));
    }
}

void chain_evm_root_leg(struct xvm_tx *xt, const struct evm_tx *tx, const struct evm_tx_plan *plan,
                        const struct evm_result *result, struct xvm_leg *leg) {
    size_t logs;
    bool ok = result->status == EVM_SUCCESS;
    uint64_t gas_used = plan->intrinsic_gas + plan->gas - result->gas_left;
    st_logs(xt->journal, &logs);
    *leg = (struct xvm_leg){
        .kind = XVM_LEG_ROOT,
        .vm = ST_VM_EVM,
        .ok = ok,
        .failure = ok                                 ? XVM_OK
                   : result->status == EVM_OUT_OF_GAS ? XVM_FAIL_GAS
                                                      : XVM_FAIL_REVERTED,
        .gas_used = gas_used,
        .vm_gas_used = gas_used,
        .from = arena_copy(xt->arena, BYTES_OF(tx->sender)),
        .to = tx->is_create ? (struct bytes){NULL, 0} : arena_copy(xt->arena, BYTES_OF(tx->to)),
        .value = tx->value,
        .input = tx->data,
        .output = result->output,
        .error = ok ? (struct bytes){NULL, 0} : bytes_cstr(evm_status_text(result->status)),
        .log_count = (uint32_t)logs,
    };
}

struct chain_evm_ran chain_run_evm_root(struct chain_exec *x, struct xvm_tx *xt,
                                        const struct evm_tx *tx, const struct evm_tx_plan *plan,
                                        struct evm_result *result) {
    struct sol_bank *bank = x->bank;
    struct xvm_leg leg;
    xvm_start(xt);
    evm_tx_run(xt->evm, tx, plan, result);
    chain_evm_root_leg(xt, tx, plan, result, &leg);
    xvm_root_done(xt, &leg);
    struct chain_evm_ran ran = {.ok = leg.ok, .gas_left = result->gas_left};
    if (!x->crosses || xvm_drain(xt, &ran.gas_left)) return ran;
    x->bank = bank; /* one that was opened here is undone with its sysvars */
    ran.ok = false;
    ran.undone = true;
    return ran;
}

bool chain_execute_evm(struct chain_exec *x, const struct evm_tx *tx, struct bytes raw,
                       const struct b32 *hash, unsigned skip, struct chain_tx *out,
                       struct chain_refusal *refusal) {
    struct evm_env env;
    struct evm_tx_plan plan;
    chain_exec_env(x, &env);
    st_begin_tx(x->journal);
    enum evm_tx_err e = evm_tx_check(&env, tx, skip, &plan);
    if (e) {
        chain_evm_refusal(&env, tx, e, refusal);
        st_end_tx(x->journal, env.fork >= EVM_EIP158);
        return false;
    }
    chain_observe_begin(x, &env, tx);
    evm_tx_begin(&env, tx, &plan);
    struct xvm_tx xt;
    chain_begin_xvm(x, &xt, &env, ST_VM_EVM, hash);
    xt.root_sender = xvm_evm_actor(&tx->sender);
    xvm_begin(&xt);

    struct evm_result result;
    struct chain_evm_ran ran = chain_run_evm_root(x, &xt, tx, &plan, &result);

    struct evm_receipt receipt;
    evm_tx_end(&env, tx, &plan, ran.gas_left, &receipt);
    *out = (struct chain_tx){
        .vm = ST_VM_EVM,
        .hash = *hash,
        .raw = keep(x, raw),
        .height = x->head->height,
        .ok = ran.ok,
        .gas_used = receipt.gas_used,
        .common_gas_used = receipt.gas_used,
        .effective_gas_price = plan.gas_price,
        .evm_sender = tx->sender,
        .created = tx->is_create && ran.ok,
        .contract = result.created,
        .evm_hash = *hash,
    };
    chain_keep_outcome(x, &xt, out);
    chain_keep_changes(x, out);
    chain_observe_end(x, &env, receipt.gas_used, ran.ok);
    st_end_tx(x->journal, env.fork >= EVM_EIP158);
    return true;
}
