/* A Solana root transaction: one leg in the Solana runtime, all or nothing but its fee. */
#include "chain/internal.h"

#include "cross/messenger.h"

#include <stdio.h>

uint64_t chain_solana_gas(const struct xvm_params *p, uint64_t units, size_t signatures) {
    return xvm_gas_of_units(p, units) + signatures * (uint64_t)XVM_SIGNATURE_GAS;
}

/* ---- Running */

/* A root transaction being executed. */
struct root {
    struct chain_exec *x;
    const struct sol_tx *tx;
    struct evm_env env;
    struct xvm_tx xt;
    struct sol_message message;
    struct sol_budget budget;
    struct sol_result result;
    struct chain_solana record;
    uint64_t gas;          /* of the block: root leg and tail */
    uint64_t units_peak;   /* the most that it had taken at any time, what was reserved included */
    uint32_t atomic_place; /* the instruction that made the tail atomic */
    struct sol_bank *bank; /* the block's when it began; NULL: not opened yet */
};

static void begin(struct root *r, struct chain_exec *x, const struct sol_tx *tx,
                  const struct b32 *hash) {
    *r = (struct root){.x = x, .tx = tx};
    chain_exec_env(x, &r->env);
    chain_begin_xvm(x, &r->xt, &r->env, ST_VM_SVM, hash);
    r->xt.root_sender = xvm_wide_actor(ST_VM_SVM, &tx->keys[0]);
    xvm_begin(&r->xt);
}

static uint32_t read_tokens(struct root *r, const struct sol_token_balance **out) {
    struct st_journal *j = r->x->journal;
    return sol_token_balances(j, r->message.keys, r->message.key_count, st_tx_arena(j), out);
}

/* What the accounts have in the end, the tail's legs included. */
static void read_ends(struct root *r) {
    struct st_journal *j = r->x->journal;
    struct st_svm_account a;
    for (size_t i = 0; r->result.lamports_after && i < r->message.key_count; i++) {
        st_svm_account(j, &r->message.keys[i].key, &a);
        r->result.lamports_after[i] = a.lamports;
    }
    r->record.tokens_after_count = read_tokens(r, &r->record.tokens_after);
}

/* The lines of the root leg's log, and those of the tail's legs in the SVM: they are in the root's
 * own record, as an EVM root's logs are. */
static void take_logs(struct root *r) {
    struct chain_solana *s = &r->record;
    size_t count = r->result.log_count, n = 0;
    for (uint32_t i = 1; i < r->xt.leg_count; i++)
        if (r->xt.legs[i].svm) count += r->xt.legs[i].svm->result.log_count;
    struct bytes *lines = ARENA_ARRAY(st_tx_arena(r->x->journal), struct bytes, count);
    for (size_t k = 0; k < r->result.log_count; k++) lines[n++] = r->result.logs[k];
    for (uint32_t i = 1; i < r->xt.leg_count; i++) {
        const struct xvm_svm_leg *l = r->xt.legs[i].svm;
        for (size_t k = 0; l && k < l->result.log_count; k++) lines[n++] = l->result.logs[k];
    }
    s->logs = lines;
    s->log_count = (uint32_t)n;
}

static void fill_record(struct root *r) {
    struct chain_solana *s = &r->record;
    const struct sol_message *m = &r->message;
    const struct sol_result *done = &r->result;
    size_t count = m->key_count - m->static_count;
    struct b32 *loaded = ARENA_ARRAY(st_tx_arena(r->x->journal), struct b32, count);
    for (size_t i = 0; i < count; i++) loaded[i] = m->keys[m->static_count + i].key;
    s->error = done->error;
    s->fee = done->fee;
    s->units = done->units;
    s->loaded = loaded;
    s->loaded_count = (uint32_t)count;
    s->loaded_writable_count = (uint32_t)m->loaded_writable_count;
    s->lamports_before = done->lamports_before;
    s->lamports_after = done->lamports_after;
    s->key_count = done->lamports_before ? (uint32_t)m->key_count : 0;
    take_logs(r);
    s->inner = done->inner;
    s->inner_count = (uint32_t)done->inner_count;
    s->return_program = done->return_program;
    s->return_data = done->return_data;
}

/* Resolves and runs the root leg; false if the transaction is not included. */
static bool run_leg(struct root *r, const struct sol_options *options) {
    struct st_journal *j = r->x->journal;
    const struct sol_bank *bank = xvm_svm_bank(&r->xt);
    struct sol_message *m = &r->message;
    r->result.error = sol_tx_resolve(m, r->tx, bank, j, st_tx_arena(j));
    r->record.error = r->result.error;
    if (r->result.error.code) return false;
    r->record.tokens_before_count = read_tokens(r, &r->record.tokens_before);
    sol_process(bank, j, m, options, &r->result);
    if (!r->result.included) fill_record(r);
    chain_burn_units(j, r->result.fee);
    return r->result.included && !sol_budget_of(&r->budget, m).code;
}

static bool refuse(struct chain_refusal *refusal, const struct sol_error *e) {
    struct buf text = {0};
    sol_error_text(&text, e);
    *refusal = (struct chain_refusal){.vm_code = (uint32_t)e->code};
    snprintf(refusal->text, sizeof refusal->text, "%s", buf_cstr(&text));
    buf_free(&text);
    return false;
}

static void add_root_leg(struct root *r) {
    const struct sol_tx *tx = r->tx;
    const struct sol_error *e = &r->result.error;
    size_t logs;
    st_logs(r->x->journal, &logs);
    struct xvm_leg leg = {.kind = XVM_LEG_ROOT,
                          .vm = ST_VM_SVM,
                          .ok = !e->code,
                          .failure = e->code ? XVM_FAIL_REVERTED : XVM_OK,
                          .gas_used = r->gas,
                          .vm_gas_used = r->result.units,
                          .from = BYTES_OF(tx->keys[0]),
                          .output = r->result.return_data,
                          .log_count = (uint32_t)logs};
    if (tx->instruction_count) {
        leg.to = BYTES_OF(tx->keys[tx->instructions[0].program]);
        leg.input = tx->instructions[0].data;
    }
    if (e->code) {
        struct buf text = {0};
        sol_error_text(&text, e);
        leg.error = arena_copy(st_tx_arena(r->x->journal), buf_bytes(&text));
        buf_free(&text);
    }
    xvm_root_done(&r->xt, &leg);
}

/* The tail has undone everything: only the fee is paid. The error is that of the instruction that
 * made the tail atomic. */
static void pay_for_undone(struct root *r, const struct sol_options *options) {
    struct sol_result *done = &r->result;
    sol_process_fee(xvm_svm_bank(&r->xt), r->x->journal, &r->message, options);
    chain_burn_units(r->x->journal, done->fee);
    done->error = (struct sol_error){.code = SOL_TX_INSTRUCTION_ERROR,
                                     .index = r->atomic_place,
                                     .fail = sol_custom(XVM_MESSENGER_TAIL_FAILED)};
    done->return_data = (struct bytes){NULL, 0};
}

/* Runs the tail on the compute units that are left of the budget, or gives back what a failed root
 * leg had reserved for one; its gas counts as units too. */
static void run_tail(struct root *r, const struct sol_options *options) {
    const struct xvm_params *p = r->x->cross;
    uint64_t room = r->x->head->gas_limit - r->x->head->gas_used - r->gas;
    uint64_t before = min_u64(room, xvm_gas_left_of_units(p, r->budget.units - r->result.units));
    uint64_t left = before;
    struct sol_bank *bank = r->bank;
    r->atomic_place = xvm_is_atomic(&r->xt) ? xvm_atomic_place(&r->xt) : 0;
    bool stands = xvm_drain(&r->xt, &left);
    r->units_peak = r->result.units + xvm_units_used_of_gas(p, r->xt.tail_gas_peak);
    if (left > before) {
        r->gas -= min_u64(r->gas, left - before);
        r->result.units -= min_u64(r->result.units, xvm_units_of_gas(p, left - before));
    } else {
        r->gas += before - left;
        r->result.units += xvm_units_used_of_gas(p, before - left);
    }
    if (stands) return;
    r->x->bank = bank; /* one that was opened here is undone with its sysvars */
    pay_for_undone(r, options);
}

/* The whole transaction; false if it is not included: result.error says why. */
static bool run(struct root *r, const struct sol_options *options) {
    struct chain_exec *x = r->x;
    chain_observe_begin(x, &r->env, NULL);
    r->bank = x->bank;
    xvm_start(&r->xt);
    if (!run_leg(r, options)) return false;
    uint64_t room = x->head->gas_limit - x->head->gas_used;
    /* A block that is smaller than the smallest transaction is full with it. */
    size_t signatures = sol_message_signatures(&r->message);
    r->gas = min_u64(room, max_u64(chain_solana_gas(x->cross, r->result.units, signatures),
                                   xvm_svm_record_gas(&r->result)));
    add_root_leg(r);
    run_tail(r, options);
    read_ends(r);
    fill_record(r);
    return true;
}

static void fill_tx(struct root *r, struct chain_tx *out) {
    struct chain_exec *x = r->x;
    struct buf record = {0};
    out->ok = !r->result.error.code;
    out->gas_used = r->result.units;
    out->common_gas_used = r->gas;
    chain_solana_encode(&record, &r->record);
    out->solana = arena_copy(x->arena, buf_bytes(&record));
    buf_free(&record);
    chain_keep_outcome(x, &r->xt, out);
    chain_keep_changes(x, out);
    chain_observe_end(x, &r->env, r->gas, chain_evm_ok(out));
}

bool chain_execute_solana(struct chain_exec *x, const struct sol_tx *tx, struct bytes raw,
                          const struct b32 *hash, struct chain_tx *out,
                          struct chain_refusal *refusal) {
    struct root r;
    struct sol_bank *bank = x->bank;
    st_begin_tx(x->journal);
    st_mark mark = st_savepoint(x->journal);
    begin(&r, x, tx, hash);
    bool ok = run(&r, NULL);
    if (ok) {
        *out = (struct chain_tx){.vm = ST_VM_SVM,
                                 .hash = *hash,
                                 .raw = arena_copy(x->arena, raw),
                                 .height = x->head->height};
        fill_tx(&r, out);
    } else {
        refuse(refusal, &r.result.error);
        st_revert(x->journal, mark);
        x->bank = bank; /* one that was opened here is undone with its sysvars */
    }
    st_end_tx(x->journal, true);
    return ok;
}

/* ---- On a reader */

static struct chain_exec *reader_exec(struct chain_reader *r) {
    struct arena *arena = chain_reader_arena(r);
    if (r->solana) return r->solana;
    struct chain_block *head = ARENA_NEW(arena, struct chain_block);
    r->solana = ARENA_NEW(arena, struct chain_exec);
    chain_reader_exec(r, head, r->solana);
    head->parent_hash = head->hash; /* the next slot: what was deployed in the newest can run */
    head->height++;
    head->gas_used = 0;
    r->solana->is_sealed = false;
    st_begin_tx(r->journal);
    r->solana->bank = chain_solana_open_bank(r->solana);
    st_end_tx(r->journal, true);
    return r->solana;
}

const struct sol_bank *chain_solana_bank(struct chain_reader *r) {
    return reader_exec(r)->bank;
}

void chain_simulate_solana(struct chain_reader *r, const struct sol_tx *tx, bool any_blockhash,
                           struct chain_solana_simulated *out) {
    struct chain_exec *x = reader_exec(r);
    struct sol_options options = {.any_blockhash = any_blockhash};
    struct b32 hash = chain_solana_hash(tx->message);
    struct root *root = ARENA_NEW(chain_reader_arena(r), struct root);
    st_begin_tx(x->journal);
    begin(root, x, tx, &hash);
    bool ok = run(root, &options);
    /* Who sets his limit by a simulation needs what was reserved, used or not. */
    if (ok) root->record.units = max_u64(root->record.units, root->units_peak);
    *out = (struct chain_solana_simulated){.message = root->message,
                                           .result = root->result,
                                           .record = root->record,
                                           .is_run = ok,
                                           .tx = {.vm = ST_VM_SVM,
                                                  .hash = hash,
                                                  .height = x->head->height,
                                                  .evm_index = UINT32_MAX,
                                                  .version = UINT64_MAX}};
    if (ok) fill_tx(root, &out->tx);
    r->in_solana = true; /* chain_reader_close ends it: the results lie in its arena */
}
