/* One transaction: checks, fee, loading, running, the rules at the end (crate solana-svm). */
#include "solana/process.h"

#include <assert.h>

#include "solana/builtins.h"
#include "solana/loader.h"

enum { ACCOUNT_BASE_BYTES = 64, TABLE_BASE_BYTES = 8248, RENT_EXEMPT_EPOCH_BYTES = 0 };

/* ---- Durable nonces */

/* The nonce account that the message's first instruction advances; NULL if it does not begin so. */
static const struct sol_key *nonce_key(const struct sol_message *m) {
    enum { ADVANCE_NONCE = 4 };
    if (m->instruction_count == 0) return NULL;
    const struct sol_instruction *in = &m->instructions[0];
    if (!sol_is(&m->keys[in->program].key, SOL_ID_SYSTEM_PROGRAM)) return NULL;
    if (in->data.n < 4 || load_le32(in->data.p) != ADVANCE_NONCE || in->accounts.n == 0)
        return NULL;
    size_t i = in->accounts.p[0];
    return i < m->static_count && m->keys[i].writable ? &m->keys[i] : NULL;
}

static bool first_instruction_signed_by(const struct sol_message *m, const struct b32 *key) {
    struct bytes accounts = m->instructions[0].accounts;
    for (size_t i = 0; i < accounts.n; i++) {
        const struct sol_key *k = &m->keys[accounts.p[i]];
        if (k->signer && b32_eq(&k->key, key)) return true;
    }
    return false;
}

/* The nonce that the message names in place of a blockhash; false if it does not, or if it cannot
 * be advanced. */
static bool usable_nonce(const struct sol_bank *bank, struct st_journal *j,
                         const struct sol_message *m, struct sol_nonce *n) {
    const struct sol_key *key = nonce_key(m);
    struct st_svm_account a;
    struct b32 next = sol_durable_nonce(&bank->blockhash);
    if (!key || !st_svm_account(j, &key->key, &a) || !sol_is(&a.owner, SOL_ID_SYSTEM_PROGRAM) ||
        !sol_nonce_read(n, a.data))
        return false;
    return n->current && n->initialized && b32_eq(&n->nonce, &m->blockhash) &&
           !b32_eq(&n->nonce, &next) && first_instruction_signed_by(m, &n->authority);
}

static bool is_recent(const struct sol_bank *bank, const struct b32 *blockhash) {
    if (bank->is_recent) return bank->is_recent(bank->host, blockhash);
    for (size_t i = 0; i < bank->blockhash_count; i++)
        if (b32_eq(&bank->blockhashes[i], blockhash)) return true;
    return false;
}

/* ---- Rent */

enum rent_state { RENT_NONE, RENT_PAYING, RENT_EXEMPT };

static enum rent_state rent_state(const struct sol_rent *r, uint64_t lamports, size_t bytes) {
    if (lamports == 0) return RENT_NONE;
    return lamports >= sol_rent_minimum(r, bytes) ? RENT_EXEMPT : RENT_PAYING;
}

/* An account before and after. */
struct transition {
    uint64_t lamports[2];
    size_t bytes[2];
    bool same_owner;
};

/* May an account end as it does? With SIMD-0392 an account that neither grows, changes its owner
 * nor loses lamports may keep a balance below the minimum. */
static bool may_end(const struct sol_bank *bank, const struct b32 *key,
                    const struct transition *t) {
    const struct sol_rent *r = &bank->sysvars.rent;
    bool relaxed = bank->features.relax_post_exec_min_balance_check;
    enum rent_state before = rent_state(r, t->lamports[0], t->bytes[0]);
    enum rent_state after = rent_state(r, t->lamports[1], t->bytes[1]);
    if (after != RENT_PAYING || sol_is(key, SOL_ID_INCINERATOR)) return true;
    if (relaxed)
        return before != RENT_NONE && t->bytes[1] <= t->bytes[0] && t->same_owner &&
               t->lamports[1] >= t->lamports[0];
    return before == RENT_PAYING && t->bytes[0] == t->bytes[1] && t->lamports[1] <= t->lamports[0];
}

/* ---- Lamports across machines */

/* Brings the balance of an account, whose data and owner stay, to `lamports`. */
static const char *set_balance(const struct sol_bank *bank, struct st_journal *j,
                               const struct b32 *key, struct st_svm_account *a, uint64_t lamports) {
    struct transition t = {{a->lamports, lamports}, {a->data.n, a->data.n}, .same_owner = true};
    if (!may_end(bank, key, &t)) return "the account would hold less than its rent-exempt minimum";
    a->lamports = lamports;
    st_set_svm_account(j, key, a);
    return NULL;
}

const char *sol_lamports_leave(const struct sol_bank *bank, struct st_journal *j,
                               const struct b32 *key, uint64_t lamports) {
    struct st_svm_account a;
    if (!st_svm_account(j, key, &a) || a.lamports < lamports)
        return "the account has not enough lamports";
    if (!sol_is(&a.owner, SOL_ID_SYSTEM_PROGRAM)) return "the account belongs to a program";
    if (a.data.n) return "the account carries data";
    return set_balance(bank, j, key, &a, a.lamports - lamports);
}

const char *sol_lamports_arrive(const struct sol_bank *bank, struct st_journal *j,
                                const struct b32 *key, uint64_t lamports) {
    struct st_svm_account a;
    uint64_t sum;
    if (sol_id_is_reserved(key)) return "the account is the system's own";
    if (!st_svm_account(j, key, &a)) a.rent_epoch = UINT64_MAX; /* one of the System program's */
    if (!add_u64(a.lamports, lamports, &sum))
        return "the account would hold more than it can count";
    return set_balance(bank, j, key, &a, sum);
}

/* ---- The fee payer */

static struct sol_error check_payer(const struct sol_bank *bank, struct st_journal *j,
                                    const struct b32 *key, uint64_t fee, struct st_svm_account *a) {
    uint64_t keep = 0, need;
    struct sol_nonce n;
    if (!st_svm_account(j, key, a)) return sol_error(SOL_TX_ACCOUNT_NOT_FOUND);
    if (!sol_is(&a->owner, SOL_ID_SYSTEM_PROGRAM)) return sol_error(SOL_TX_INVALID_ACCOUNT_FOR_FEE);
    if (a->data.n) { /* only a nonce account may have data, and keeps what it must hold */
        if (a->data.n != SOL_NONCE_BYTES || !sol_nonce_read(&n, a->data) || !n.initialized)
            return sol_error(SOL_TX_INVALID_ACCOUNT_FOR_FEE);
        keep = sol_rent_minimum(&bank->sysvars.rent, SOL_NONCE_BYTES);
    }
    if (!add_u64(keep, fee, &need) || a->lamports < need)
        return sol_error(SOL_TX_INSUFFICIENT_FUNDS_FOR_FEE);
    struct transition t = {
        {a->lamports, a->lamports - fee}, {a->data.n, a->data.n}, .same_owner = true};
    return may_end(bank, key, &t) ? sol_error(SOL_TX_OK)
                                  : sol_error_at(SOL_TX_INSUFFICIENT_FUNDS_FOR_RENT, 0);
}

struct checked {
    struct sol_budget budget;
    uint64_t fee;
    bool by_nonce;
    struct st_svm_account payer;
    struct sol_nonce nonce;
};

static struct sol_error check(const struct sol_bank *bank, struct st_journal *j,
                              const struct sol_message *m, const struct sol_options *o,
                              struct checked *c) {
    *c = (struct checked){0};
    struct sol_error e = sol_error(SOL_TX_OK);
    if (!o->any_blockhash && !is_recent(bank, &m->blockhash)) {
        c->by_nonce = usable_nonce(bank, j, m, &c->nonce);
        if (!c->by_nonce) return sol_error(SOL_TX_BLOCKHASH_NOT_FOUND);
    }
    if (o->budget)
        c->budget = *o->budget;
    else
        e = sol_budget_of(&c->budget, m);
    if (e.code) return e;
    c->fee = sol_fee_of(m, &c->budget, bank);
    return check_payer(bank, j, &m->keys[0].key, c->fee, &c->payer);
}

struct sol_error sol_check(const struct sol_bank *bank, struct st_journal *j,
                           const struct sol_message *m) {
    struct sol_options none = {0};
    struct checked c;
    return check(bank, j, m, &none, &c);
}

/* ---- Loading */

/* The instructions sysvar: every instruction of the message, and which one runs. */
static void make_instructions_sysvar(struct sol_account *a, const struct sol_message *m,
                                     struct arena *arena) {
    struct buf out = {0};
    uint8_t le[2];
    size_t table = 2;
    buf_room(&out, 2 + 2 * m->instruction_count);
    store_le16(out.p, (uint16_t)m->instruction_count);
    out.n = 2 + 2 * m->instruction_count;
    for (size_t i = 0; i < m->instruction_count; i++) {
        const struct sol_instruction *in = &m->instructions[i];
        store_le16(out.p + table + 2 * i, (uint16_t)out.n);
        store_le16(le, (uint16_t)in->accounts.n);
        buf_put(&out, le, 2);
        for (size_t k = 0; k < in->accounts.n; k++) {
            const struct sol_key *key = &m->keys[in->accounts.p[k]];
            buf_put_u8(&out, (uint8_t)(key->signer | key->writable << 1));
            buf_put_bytes(&out, BYTES_OF(key->key));
        }
        buf_put_bytes(&out, BYTES_OF(m->keys[in->program].key));
        store_le16(le, (uint16_t)in->data.n);
        buf_put(&out, le, 2);
        buf_put_bytes(&out, in->data);
    }
    store_le16(le, 0);
    buf_put(&out, le, 2);
    struct bytes data = arena_copy(arena, buf_bytes(&out));
    buf_free(&out);
    a->data = data.p;
    a->data_bytes = a->room = data.n;
    a->owner = *sol_id(SOL_ID_SYSVAR);
}

struct loading {
    struct sol_context *ctx;
    uint64_t bytes, bytes_max;
    const struct b32 *
        *program_data; /* counted already, of programs that are not named themselves */
    size_t program_data_count;
};

static bool count_bytes(struct loading *l, uint64_t bytes) {
    l->bytes += bytes;
    return l->bytes <= l->bytes_max;
}

/* A program brings its data along, once. */
static bool count_program_data(struct loading *l, const struct sol_account *a) {
    struct sol_context *ctx = l->ctx;
    struct sol_loader_state s;
    struct st_svm_account data;
    if (!sol_is(&a->owner, SOL_ID_BPF_LOADER_UPGRADEABLE) ||
        !sol_loader_state(&s, sol_account_data(a)) || s.kind != SOL_LOADER_PROGRAM)
        return true;
    if (sol_message_find(ctx->message, &s.address) < ctx->message->key_count) return true;
    for (size_t i = 0; i < l->program_data_count; i++)
        if (b32_eq(l->program_data[i], &s.address)) return true;
    if (!st_svm_account(ctx->journal, &s.address, &data)) return true;
    /* The address lies in the program's data, which is borrowed until the transaction ends. */
    l->program_data[l->program_data_count++] = (const struct b32 *)(a->data + 4);
    return count_bytes(l, ACCOUNT_BASE_BYTES + data.data.n);
}

uint64_t sol_program_data_bytes(struct st_journal *j, const struct sol_message *m,
                                const struct st_svm_account *a) {
    struct sol_loader_state s;
    struct st_svm_account data;
    bool is_program = sol_is(&a->owner, SOL_ID_BPF_LOADER_UPGRADEABLE) &&
                      sol_loader_state(&s, a->data) && s.kind == SOL_LOADER_PROGRAM;
    if (!is_program || sol_message_find(m, &s.address) < m->key_count) return 0;
    return st_svm_account(j, &s.address, &data) ? data.data.n : 0;
}

static bool load_account(struct loading *l, size_t i) {
    struct sol_context *ctx = l->ctx;
    const struct sol_key *k = &ctx->message->keys[i];
    struct sol_account *a = &ctx->accounts[i];
    struct st_svm_account stored;
    *a = (struct sol_account){.key = k->key, .rent_epoch = UINT64_MAX};
    if (sol_is(&k->key, SOL_ID_SYSVAR_INSTRUCTIONS)) {
        make_instructions_sysvar(a, ctx->message, ctx->arena);
        return true;
    }
    if (!st_svm_account(ctx->journal, &k->key, &stored)) return true;
    a->owner = a->owner_before = stored.owner;
    a->lamports = a->lamports_before = stored.lamports;
    a->rent_epoch = stored.rent_epoch;
    a->executable = stored.executable;
    a->data = a->stored = stored.data.p;
    a->data_bytes = a->data_bytes_before = stored.data.n;
    if (k->writable && a->lamports >= sol_rent_minimum(&ctx->bank->sysvars.rent, a->data_bytes))
        a->rent_epoch = UINT64_MAX;
    return count_bytes(l, ACCOUNT_BASE_BYTES + stored.data.n) && count_program_data(l, a);
}

static bool is_program(const struct sol_account *a) {
    return sol_is(&a->owner, SOL_ID_NATIVE_LOADER) || sol_is(&a->owner, SOL_ID_BPF_LOADER) ||
           sol_is(&a->owner, SOL_ID_BPF_LOADER_DEPRECATED) ||
           sol_is(&a->owner, SOL_ID_BPF_LOADER_UPGRADEABLE) || sol_is(&a->owner, SOL_ID_LOADER_V4);
}

static struct sol_error load(struct loading *l) {
    struct sol_context *ctx = l->ctx;
    const struct sol_message *m = ctx->message;
    if (!count_bytes(l, TABLE_BASE_BYTES * m->lookup_count))
        return sol_error(SOL_TX_MAX_LOADED_ACCOUNTS_DATA_SIZE_EXCEEDED);
    for (size_t i = 0; i < m->key_count; i++)
        if (!load_account(l, i)) return sol_error(SOL_TX_MAX_LOADED_ACCOUNTS_DATA_SIZE_EXCEEDED);
    for (size_t i = 0; i < m->instruction_count; i++) {
        const struct sol_account *a = &ctx->accounts[m->instructions[i].program];
        if (sol_is(&a->key, SOL_ID_NATIVE_LOADER)) continue; /* it fails when it is its turn */
        if (a->lamports == 0) return sol_error(SOL_TX_PROGRAM_ACCOUNT_NOT_FOUND);
        if (!is_program(a)) return sol_error(SOL_TX_INVALID_PROGRAM_FOR_EXECUTION);
    }
    return sol_error(SOL_TX_OK);
}

/* ---- The end */

static struct sol_error check_rent(const struct sol_context *ctx) {
    for (size_t i = 0; i < ctx->account_count; i++) {
        const struct sol_account *a = &ctx->accounts[i];
        struct transition t = {{a->lamports_before, a->lamports},
                               {a->data_bytes_before, a->data_bytes},
                               b32_eq(&a->owner_before, &a->owner)};
        if (ctx->message->keys[i].writable && !may_end(ctx->bank, &a->key, &t))
            return sol_error_at(SOL_TX_INSUFFICIENT_FUNDS_FOR_RENT, i);
    }
    return sol_error(ctx->lamports_delta ? SOL_TX_UNBALANCED_TRANSACTION : SOL_TX_OK);
}

static void collect_inner(const struct sol_context *ctx, struct sol_result *out) {
    size_t count = ctx->trace_count - ctx->top_count;
    if (count && ctx->trace[ctx->trace_count - 1].height == 0)
        count--; /* it did not get to start */
    out->inner_count = count;
    out->inner = ARENA_ARRAY(ctx->arena, struct sol_inner, count);
    for (size_t i = 0; i < count; i++) {
        const struct sol_frame *f = &ctx->trace[ctx->top_count + i];
        uint8_t *accounts = arena_alloc(ctx->arena, f->meta_count ? f->meta_count : 1, 1);
        for (size_t k = 0; k < f->meta_count; k++) accounts[k] = (uint8_t)f->metas[k].account;
        out->inner[i] = (struct sol_inner){.outer = f->outer,
                                           .height = f->height,
                                           .program = (uint8_t)f->program,
                                           .accounts = bytes_make(accounts, f->meta_count),
                                           .data = f->data};
    }
}

static void collect_lamports(const struct sol_context *ctx, struct sol_result *out) {
    out->lamports_before = ARENA_ARRAY(ctx->arena, uint64_t, ctx->account_count);
    out->lamports_after = ARENA_ARRAY(ctx->arena, uint64_t, ctx->account_count);
    for (size_t i = 0; i < ctx->account_count; i++) {
        bool failed = out->error.code != SOL_TX_OK;
        out->lamports_before[i] = ctx->accounts[i].lamports_before;
        out->lamports_after[i] =
            failed ? ctx->accounts[i].lamports_before : ctx->accounts[i].lamports;
    }
}

static void load_and_run(const struct sol_bank *bank, struct st_journal *j,
                         const struct sol_message *m, const struct sol_budget *budget,
                         struct arena *written, struct sol_result *out) {
    struct arena *arena = st_tx_arena(j);
    struct sol_context ctx = {.bank = bank,
                              .journal = j,
                              .arena = arena,
                              .written = written,
                              .message = m,
                              .waiting = budget->waiting,
                              .read_only = budget->read_only,
                              .account_count = m->key_count,
                              .meter = budget->units,
                              .heap_bytes = budget->heap_bytes};
    if (ctx.waiting) {
        ctx.height_below = sol_height(ctx.waiting);
        ctx.growth = ctx.waiting->growth;
    }
    struct loading l = {.ctx = &ctx, .bytes_max = budget->loaded_bytes_max};
    ctx.accounts = arena_alloc(arena, m->key_count * sizeof *ctx.accounts, 16);
    ctx.trace =
        arena_alloc(arena, (m->instruction_count + SOL_INSTRUCTIONS_MAX) * sizeof *ctx.trace, 16);
    l.program_data = ARENA_ARRAY(arena, const struct b32 *, m->key_count);
    out->error = load(&l);
    out->loaded_bytes = (uint32_t)min_u64(l.bytes, l.bytes_max);
    if (out->error.code) return;
    out->error = sol_run_instructions(&ctx);
    sol_forget_found(&ctx);
    if (!out->error.code) out->error = check_rent(&ctx);
    out->units = budget->units - ctx.meter;
    out->lacked_units = out->error.code && ctx.lacked_units;
    out->logs = ctx.logs;
    out->log_count = ctx.log_count;
    out->return_program = ctx.return_program;
    out->return_data = ctx.return_data;
    collect_inner(&ctx, out);
    collect_lamports(&ctx, out);
    if (!out->error.code) sol_accounts_out(&ctx);
}

/* Loads and runs; the result's fee and inclusion are the caller's. What accounts hold lies in
 * memory that ends with the message: a transaction may have 64 of them, each with megabytes. */
static void run(const struct sol_bank *bank, struct st_journal *j, const struct sol_message *m,
                const struct sol_budget *budget, struct sol_result *out) {
    struct arena written;
    arena_init(&written, 0);
    load_and_run(bank, j, m, budget, &written, out);
    arena_free(&written);
}

void sol_run_message(const struct sol_bank *bank, struct st_journal *j, const struct sol_message *m,
                     const struct sol_budget *budget, struct sol_result *out) {
    *out = (struct sol_result){.included = true};
    run(bank, j, m, budget, out);
}

static void take_fee(struct st_journal *j, const struct sol_message *m, struct checked *c) {
    c->payer.lamports -= c->fee;
    st_set_svm_account(j, &m->keys[0].key, &c->payer);
}

/* A transaction that has failed has used its nonce up all the same. (One that succeeds has advanced
 * it in its first instruction.) */
static void advance_nonce(const struct sol_bank *bank, struct st_journal *j,
                          const struct sol_message *m, struct sol_nonce *n) {
    const struct b32 *key = &nonce_key(m)->key;
    struct st_svm_account a;
    if (!st_svm_account(j, key, &a)) return;
    n->nonce = sol_durable_nonce(&bank->blockhash);
    n->lamports_per_signature = bank->lamports_per_signature;
    uint8_t *data = arena_alloc(st_tx_arena(j), a.data.n, 1);
    memcpy(data, a.data.p, a.data.n);
    sol_nonce_encode(data, n);
    a.data = bytes_make(data, a.data.n);
    st_set_svm_account(j, key, &a);
}

void sol_process(const struct sol_bank *bank, struct st_journal *j, const struct sol_message *m,
                 const struct sol_options *options, struct sol_result *out) {
    static const struct sol_options none;
    struct checked c;
    *out = (struct sol_result){0};
    out->error = check(bank, j, m, options ? options : &none, &c);
    if (out->error.code) return;
    out->included = true;
    out->fee = c.fee;
    take_fee(j, m, &c);
    st_mark mark = st_savepoint(j);
    run(bank, j, m, &c.budget, out);
    if (out->lamports_before) out->lamports_before[0] += c.fee;
    if (!out->error.code) return;
    st_revert(j, mark);
    if (c.by_nonce) advance_nonce(bank, j, m, &c.nonce);
}

void sol_process_fee(const struct sol_bank *bank, struct st_journal *j, const struct sol_message *m,
                     const struct sol_options *options) {
    static const struct sol_options none;
    struct checked c;
    if (check(bank, j, m, options ? options : &none, &c).code) return;
    take_fee(j, m, &c);
    if (c.by_nonce) advance_nonce(bank, j, m, &c.nonce);
}
