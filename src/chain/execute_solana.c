/* A Solana root transaction: one leg in the Solana runtime, all or nothing but its fee. */
#include "chain/internal.h"

#include <stdio.h>

/* Checking a signature costs what the EVM's ecrecover does. */
enum { GAS_PER_SIGNATURE = 3000 };

uint64_t chain_solana_gas(const struct xvm_params *p, uint64_t units, size_t signatures) {
    return xvm_gas_of_units(p, units) + signatures * GAS_PER_SIGNATURE;
}

/* ---- Running */

static void fill_record(struct chain_solana *s, const struct sol_message *m,
                        const struct sol_result *r, struct arena *arena) {
    struct b32 *loaded = ARENA_ARRAY(arena, struct b32, m->key_count - m->static_count);
    for (size_t i = m->static_count; i < m->key_count; i++)
        loaded[i - m->static_count] = m->keys[i].key;
    s->error = r->error;
    s->fee = r->fee;
    s->units = r->units;
    s->loaded = loaded;
    s->loaded_count = (uint32_t)(m->key_count - m->static_count);
    s->loaded_writable_count = (uint32_t)m->loaded_writable_count;
    s->lamports_before = r->lamports_before;
    s->lamports_after = r->lamports_after;
    s->key_count = r->lamports_before ? (uint32_t)m->key_count : 0;
    s->logs = r->logs;
    s->log_count = (uint32_t)r->log_count;
    s->inner = r->inner;
    s->inner_count = (uint32_t)r->inner_count;
    s->return_program = r->return_program;
    s->return_data = r->return_data;
}

/* Resolves and runs; false if the transaction is not included. */
static bool run(struct chain_exec *x, const struct sol_tx *tx, const struct sol_options *options,
                struct sol_message *m, struct sol_result *r, struct chain_solana *record) {
    struct arena *arena = st_tx_arena(x->journal);
    *r = (struct sol_result){.error = sol_tx_resolve(m, tx, x->bank, x->journal, arena)};
    if (r->error.code) {
        record->error = r->error;
        return false;
    }
    record->tokens_before_count =
        sol_token_balances(x->journal, m->keys, m->key_count, arena, &record->tokens_before);
    sol_process(x->bank, x->journal, m, options, r);
    record->tokens_after_count =
        sol_token_balances(x->journal, m->keys, m->key_count, arena, &record->tokens_after);
    fill_record(record, m, r, arena);
    return r->included;
}

static bool refuse(struct chain_refusal *refusal, const struct sol_error *e) {
    struct buf text = {0};
    sol_error_text(&text, e);
    *refusal = (struct chain_refusal){.vm_code = (uint32_t)e->code};
    snprintf(refusal->text, sizeof refusal->text, "%s", buf_cstr(&text));
    buf_free(&text);
    return false;
}

static void fill_leg(struct xvm_leg *leg, const struct sol_tx *tx, const struct chain_solana *s,
                     uint64_t gas, struct arena *arena) {
    *leg = (struct xvm_leg){.kind = XVM_LEG_ROOT,
                            .vm = ST_VM_SVM,
                            .ok = !s->error.code,
                            .failure = s->error.code ? XVM_FAIL_REVERTED : XVM_OK,
                            .gas_used = gas,
                            .vm_gas_used = s->units,
                            .from = BYTES_OF(tx->keys[0]),
                            .output = s->return_data};
    if (tx->instruction_count) {
        leg->to = BYTES_OF(tx->keys[tx->instructions[0].program]);
        leg->input = tx->instructions[0].data;
    }
    if (s->error.code) {
        struct buf text = {0};
        sol_error_text(&text, &s->error);
        leg->error = arena_copy(arena, buf_bytes(&text));
        buf_free(&text);
    }
}

static void fill_tx(struct chain_exec *x, const struct sol_tx *tx, const struct chain_solana *s,
                    struct chain_tx *out) {
    struct arena *arena = st_tx_arena(x->journal);
    uint64_t room = x->head->gas_limit - x->head->gas_used;
    struct buf record = {0};
    struct xvm_leg leg;
    out->ok = !s->error.code;
    out->gas_used = s->units;
    /* A block that is smaller than the smallest transaction is full with it. */
    out->common_gas_used = min_u64(room, chain_solana_gas(x->cross, s->units, tx->signature_count));
    chain_solana_encode(&record, s);
    out->solana = arena_copy(x->arena, buf_bytes(&record));
    buf_free(&record);
    fill_leg(&leg, tx, s, out->common_gas_used, arena);
    struct xvm_tx xt = {.legs = &leg, .leg_count = 1};
    chain_keep_outcome(x, &xt, out);
}

bool chain_execute_solana(struct chain_exec *x, const struct sol_tx *tx, struct bytes raw,
                          const struct b32 *hash, struct chain_tx *out,
                          struct chain_refusal *refusal) {
    struct sol_message m;
    struct sol_result r;
    struct chain_solana record = {0};
    bool opened = !x->bank;
    st_begin_tx(x->journal);
    st_mark mark = st_savepoint(x->journal);
    if (opened) x->bank = chain_solana_open_bank(x);
    bool ok = run(x, tx, NULL, &m, &r, &record);
    if (ok) {
        *out = (struct chain_tx){.vm = ST_VM_SVM,
                                 .hash = *hash,
                                 .raw = arena_copy(x->arena, raw),
                                 .height = x->head->height};
        fill_tx(x, tx, &record, out);
    } else {
        refuse(refusal, &record.error);
        st_revert(x->journal, mark);
        if (opened) x->bank = NULL; /* its sysvars are undone */
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
    chain_block_at(r, r->height, head);
    *r->solana = (struct chain_exec){.options = &r->chain->options,
                                     .journal = chain_reader_journal(r),
                                     .head = head,
                                     .arena = arena,
                                     .solana_programs = r->chain->solana_programs,
                                     .block_by_hash = chain_reader_block_by_hash,
                                     .block_ctx = r};
    head->parent_hash = head->hash; /* the next slot: what was deployed in the newest can run */
    head->height++;
    head->gas_used = 0;
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
    *out = (struct chain_solana_simulated){0};
    st_begin_tx(x->journal);
    run(x, tx, &options, &out->message, &out->result, &out->record);
    r->in_solana = true; /* chain_reader_close ends it: the results lie in its arena */
}
