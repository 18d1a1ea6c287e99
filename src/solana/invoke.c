/* The stack of instructions: how one starts and ends, and what it may hand on (crate
 * solana-program-runtime, InvokeContext; solana-transaction-context). */
#include "solana/builtins.h"

#include <assert.h>

enum { STACK_MAX_DEFAULT = 5 };

struct sol_fail sol_charge(struct sol_context *ctx, uint64_t units) {
    bool enough = ctx->meter >= units;
    ctx->meter -= min_u64(units, ctx->meter);
    ctx->lacked_units |= !enough;
    return sol_fail(enough ? SOL_IX_OK : SOL_IX_COMPUTATIONAL_BUDGET_EXCEEDED);
}

static size_t find_account(const struct sol_context *ctx, const struct b32 *key) {
    for (size_t i = 0; i < ctx->account_count; i++)
        if (b32_eq(&ctx->accounts[i].key, key)) return i;
    return ctx->account_count;
}

/* ---- Start and end */

static const struct b32 *program_of(const struct sol_context *ctx, size_t trace) {
    return &ctx->accounts[ctx->trace[trace].program].key;
}

static bool is_on_stack(const struct sol_context *ctx, size_t height, const struct b32 *program) {
    for (size_t i = 0; i < height; i++)
        if (b32_eq(program, program_of(ctx, ctx->stack[i]))) return true;
    return false;
}

/* A program on the stack can be entered again only by itself, directly; one that waits below,
 * never. The current program of a message that waits is the one that left the machine: it has
 * nothing half done. */
static bool is_reentrant(const struct sol_context *ctx, const struct b32 *program) {
    for (const struct sol_context *w = ctx->waiting; w; w = w->waiting)
        if (is_on_stack(w, w->height - 1, program)) return true;
    if (ctx->height == 0 || b32_eq(program, sol_program_id(ctx))) return false;
    return is_on_stack(ctx, ctx->height, program);
}

/* The last two bytes of the instructions sysvar name the message's instruction that runs. */
static struct sol_fail note_instruction(struct sol_context *ctx) {
    size_t i = find_account(ctx, sol_id(SOL_ID_SYSVAR_INSTRUCTIONS));
    if (i == ctx->account_count) return SOL_OK;
    struct sol_account *a = &ctx->accounts[i];
    if (!sol_is(&a->owner, SOL_ID_SYSVAR)) return sol_fail(SOL_IX_INVALID_ACCOUNT_OWNER);
    if (a->data_bytes < 2) return sol_fail(SOL_IX_ACCOUNT_DATA_TOO_SMALL);
    assert(a->room); /* made for this message */
    store_le16((uint8_t *)(uintptr_t)a->data + a->data_bytes - 2, (uint16_t)(ctx->top_started - 1));
    return SOL_OK;
}

static size_t started_count(const struct sol_context *ctx) {
    return ctx->top_started + (ctx->trace_count - ctx->top_count);
}

static size_t stack_max(const struct sol_context *ctx) {
    return ctx->bank->features.raise_cpi_nesting_limit_to_8 ? SOL_STACK_MAX : STACK_MAX_DEFAULT;
}

/* Starts the instruction at `trace`, which is the next of the message or the last of the trace. */
static struct sol_fail push(struct sol_context *ctx, size_t trace) {
    struct sol_frame *f = &ctx->trace[trace];
    if (is_reentrant(ctx, program_of(ctx, trace))) return sol_fail(SOL_IX_REENTRANCY_NOT_ALLOWED);
    if (ctx->height && ctx->lamports_delta) return sol_fail(SOL_IX_UNBALANCED_INSTRUCTION);
    if (ctx->height == 0) ctx->top_started++;
    if (started_count(ctx) > SOL_INSTRUCTIONS_MAX)
        return sol_fail(SOL_IX_MAX_INSTRUCTION_TRACE_LENGTH_EXCEEDED);
    if (sol_height(ctx) >= stack_max(ctx)) return sol_fail(SOL_IX_CALL_DEPTH);
    ctx->stack[ctx->height++] = (uint16_t)trace;
    f->height = (uint8_t)ctx->height;
    f->outer = (uint8_t)(ctx->top_started - 1);
    return note_instruction(ctx);
}

#ifdef TERN_PARANOID
/* Lamports are neither made nor lost: what accounts have gained is what they had less. */
static void prove_lamports(const struct sol_context *ctx) {
    __int128 sum = 0;
    for (size_t i = 0; i < ctx->account_count; i++) {
        const struct sol_account *a = &ctx->accounts[i];
        sum += (__int128)a->lamports - (__int128)a->lamports_before - a->crossed;
    }
    assert(sum == ctx->lamports_delta);
}
#endif

static struct sol_fail pop(struct sol_context *ctx) {
#ifdef TERN_PARANOID
    prove_lamports(ctx);
#endif
    ctx->height--;
    return sol_fail(ctx->lamports_delta ? SOL_IX_UNBALANCED_INSTRUCTION : SOL_IX_OK);
}

/* ---- Running */

/* What runs an instruction: a function of the node, or a loader with the program's bytecode. */
struct runner {
    sol_builtin_fn *builtin; /* NULL: the loader */
    struct b32 loader;
    bool stands_in; /* for bytecode: the log reads as that's */
};

static bool is_loader(const struct b32 *key) {
    return sol_is(key, SOL_ID_BPF_LOADER_DEPRECATED) || sol_is(key, SOL_ID_BPF_LOADER) ||
           sol_is(key, SOL_ID_BPF_LOADER_UPGRADEABLE);
}

static bool find_runner(const struct sol_context *ctx, const struct sol_account *program,
                        struct runner *out) {
    *out = (struct runner){.loader = program->owner};
    if (sol_is(&program->owner, SOL_ID_NATIVE_LOADER)) {
        out->builtin = sol_builtin_find(ctx->bank, &program->key);
        return out->builtin != NULL;
    }
    out->builtin = sol_stand_in_for(program);
    out->stands_in = out->builtin != NULL;
    return is_loader(&program->owner);
}

static void log_end(struct sol_context *ctx, const struct b32 *program, struct sol_fail f,
                    struct buf *text) {
    if (!f.code) {
        sol_log_success(ctx, program);
        return;
    }
    struct buf line = {0};
    buf_printf(&line, "Program %s failed: ", sol_text(program).s);
    if (text->n)
        buf_put_bytes(&line, buf_bytes(text));
    else
        sol_fail_text(&line, f);
    sol_log_bytes(ctx, buf_bytes(&line));
    buf_free(&line);
}

static struct sol_fail run_builtin(struct sol_context *ctx, const struct runner *r) {
    uint64_t before = ctx->meter;
    struct sol_fail f = r->builtin(ctx);
    if (r->stands_in) sol_log_consumed(ctx, before - ctx->meter, before);
    return f;
}

static struct sol_fail run_program(struct sol_context *ctx) {
    const struct sol_account *program = &ctx->accounts[sol_frame(ctx)->program];
    struct runner r;
    if (!find_runner(ctx, program, &r)) return sol_fail(SOL_IX_UNSUPPORTED_PROGRAM_ID);
    struct b32 id = program->key;
    struct buf why = {0}, *outer = ctx->why;
    ctx->why = &why;
    sol_set_return_data(ctx, &id, (struct bytes){0});
    sol_log_invoke(ctx, &id);
    uint64_t before = ctx->meter;
    struct sol_fail f = r.builtin ? run_builtin(ctx, &r) : sol_run_bpf(ctx, &r.loader);
    log_end(ctx, &id, f, &why);
    ctx->why = outer;
    buf_free(&why);
    if (r.builtin && !f.code && ctx->meter == before)
        return sol_fail(SOL_IX_BUILTIN_PROGRAMS_MUST_CONSUME_COMPUTE_UNITS);
    return f;
}

static struct sol_fail run_at(struct sol_context *ctx, size_t trace) {
    size_t height = ctx->height;
    struct sol_fail f = push(ctx, trace);
    if (f.code) {
        ctx->height = height;
        return f;
    }
    f = run_program(ctx);
    struct sol_fail end = pop(ctx);
    return f.code ? f : end;
}

struct sol_fail sol_run_prepared(struct sol_context *ctx) {
    return run_at(ctx, ctx->trace_count - 1);
}

static uint16_t *no_places(const struct sol_context *ctx) {
    size_t bytes = ctx->account_count * sizeof(uint16_t);
    uint16_t *place = arena_alloc(ctx->arena, bytes, _Alignof(uint16_t));
    memset(place, 0xff, bytes);
    return place;
}

static void prepare_top(struct sol_context *ctx, struct sol_frame *f,
                        const struct sol_instruction *in) {
    *f = (struct sol_frame){.program = in->program,
                            .caller = SOL_NO_PLACE,
                            .meta_count = in->accounts.n,
                            .metas = ARENA_ARRAY(ctx->arena, struct sol_meta, in->accounts.n),
                            .data = in->data};
    f->place = no_places(ctx);
    for (size_t i = 0; i < in->accounts.n; i++) {
        uint8_t a = in->accounts.p[i];
        const struct sol_key *k = &ctx->message->keys[a];
        f->metas[i] = (struct sol_meta){a, k->signer, k->writable};
        if (f->place[a] == SOL_NO_PLACE) f->place[a] = (uint16_t)i;
    }
}

static struct sol_fail run_top(struct sol_context *ctx, size_t i) {
    const struct b32 *id = program_of(ctx, i);
    if (!sol_is_precompile(id)) return run_at(ctx, i);
    struct sol_fail f = push(ctx, i);
    if (f.code) return f;
    f = sol_run_precompile(id, ctx->trace[i].data, ctx->message);
    struct sol_fail end = pop(ctx);
    return f.code ? f : end;
}

struct sol_error sol_run_instructions(struct sol_context *ctx) {
    const struct sol_message *m = ctx->message;
    ctx->top_count = ctx->trace_count = m->instruction_count;
    for (size_t i = 0; i < m->instruction_count; i++)
        prepare_top(ctx, &ctx->trace[i], &m->instructions[i]);
    for (size_t i = 0; i < m->instruction_count; i++) {
        struct sol_fail f = run_top(ctx, i);
        if (f.code) return (struct sol_error){SOL_TX_INSTRUCTION_ERROR, (uint8_t)i, f};
    }
    return sol_error(SOL_TX_OK);
}

/* ---- Cross-program invocation */

/* An account that is named more than once has all the rights of each of its places. */
static struct sol_fail merge_metas(struct sol_context *ctx, struct sol_frame *f,
                                   const struct sol_invocation *in) {
    f->metas = ARENA_ARRAY(ctx->arena, struct sol_meta, in->account_count);
    for (size_t i = 0; i < in->account_count; i++) {
        const struct sol_key *k = &in->accounts[i];
        size_t a = find_account(ctx, &k->key);
        if (a == ctx->account_count) {
            sol_log(ctx, "Instruction references an unknown account %s", sol_text(&k->key).s);
            return sol_fail(SOL_IX_MISSING_ACCOUNT);
        }
        if (f->place[a] == SOL_NO_PLACE) f->place[a] = (uint16_t)i;
        f->metas[i].account = (uint16_t)a;
        struct sol_meta *first = &f->metas[f->place[a]];
        first->signer |= k->signer;
        first->writable |= k->writable;
    }
    f->meta_count = in->account_count;
    for (size_t i = 0; i < f->meta_count; i++)
        f->metas[i] = f->metas[f->place[f->metas[i].account]];
    return SOL_OK;
}

static bool is_among(const struct b32 *key, const struct b32 *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (b32_eq(key, &list[i])) return true;
    return false;
}

/* Nothing may be handed on that the caller does not have. */
static struct sol_fail check_privileges(struct sol_context *ctx, const struct sol_frame *f,
                                        const struct b32 *signers, size_t signer_count) {
    const struct sol_frame *caller = sol_frame(ctx);
    for (size_t i = 0; i < f->meta_count; i++) {
        const struct sol_meta *m = &f->metas[i];
        if (f->place[m->account] != i) continue;
        uint16_t place = caller->place[m->account];
        if (place == SOL_NO_PLACE) return sol_fail(SOL_IX_MISSING_ACCOUNT);
        const struct b32 *key = &ctx->accounts[m->account].key;
        if (m->writable && !caller->metas[place].writable) {
            sol_log(ctx, "%s's writable privilege escalated", sol_text(key).s);
            return sol_fail(SOL_IX_PRIVILEGE_ESCALATION);
        }
        if (m->signer && !caller->metas[place].signer && !is_among(key, signers, signer_count)) {
            sol_log(ctx, "%s's signer privilege escalated", sol_text(key).s);
            return sol_fail(SOL_IX_PRIVILEGE_ESCALATION);
        }
    }
    return SOL_OK;
}

struct sol_fail sol_prepare_cpi(struct sol_context *ctx, const struct sol_invocation *in,
                                const struct b32 *signers, size_t signer_count) {
    struct sol_frame f = {
        .caller = ctx->stack[ctx->height - 1], .place = no_places(ctx), .data = in->data};
    struct sol_fail e = merge_metas(ctx, &f, in);
    if (!e.code) e = check_privileges(ctx, &f, signers, signer_count);
    if (e.code) return e;
    size_t program = find_account(ctx, &in->program);
    if (program == ctx->account_count || sol_frame(ctx)->place[program] == SOL_NO_PLACE) {
        sol_log(ctx, "Unknown program %s", sol_text(&in->program).s);
        return sol_fail(SOL_IX_MISSING_ACCOUNT);
    }
    f.program = (uint16_t)program;
    if (ctx->trace_count >= ctx->top_count + SOL_INSTRUCTIONS_MAX)
        return sol_fail(SOL_IX_MAX_INSTRUCTION_TRACE_LENGTH_EXCEEDED);
    ctx->trace[ctx->trace_count++] = f;
    return SOL_OK;
}

struct sol_fail sol_invoke(struct sol_context *ctx, const struct sol_invocation *i,
                           const struct b32 *signers, size_t signer_count) {
    struct sol_fail f = sol_prepare_cpi(ctx, i, signers, signer_count);
    return f.code ? f : sol_run_prepared(ctx);
}

/* ---- Leaving the machine */

static bool goes_out(const struct sol_account *a) {
    return a->touched && !sol_is(&a->key, SOL_ID_SYSVAR_INSTRUCTIONS);
}

uint64_t sol_bytes_out(const struct sol_context *ctx) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < ctx->account_count; i++)
        if (goes_out(&ctx->accounts[i])) bytes += ctx->accounts[i].data_bytes;
    return bytes;
}

/* An account without lamports is none for anybody else, and its data is gone when the message ends;
 * until then the message keeps it. */
static void put_account(struct sol_context *ctx, struct sol_account *a) {
    struct st_svm_account now = {.lamports = a->lamports,
                                 .rent_epoch = a->rent_epoch,
                                 .owner = a->owner,
                                 .executable = a->executable,
                                 .data = sol_account_data(a)};
    st_set_svm_account(ctx->journal, &a->key, &now);
    st_svm_account(ctx->journal, &a->key, &now);
    a->stored = now.data.p;
    a->touched = a->lamports == 0;
}

void sol_accounts_out(struct sol_context *ctx) {
    for (size_t i = 0; i < ctx->account_count; i++)
        if (goes_out(&ctx->accounts[i])) put_account(ctx, &ctx->accounts[i]);
}

static void take_data(struct sol_context *ctx, struct sol_account *a, struct bytes now) {
    if (now.p == a->stored) return; /* the journal never writes into values */
    a->stored = now.p;
    if (bytes_eq(sol_account_data(a), now)) return;
    ctx->growth += (int64_t)now.n - (int64_t)a->data_bytes;
    a->data = now.p;
    a->data_bytes = now.n;
    a->room = 0;
}

static void take_account(struct sol_context *ctx, struct sol_account *a) {
    struct st_svm_account now;
    bool present = st_svm_account(ctx->journal, &a->key, &now);
    if (!present && a->lamports == 0) return;
    a->crossed += (__int128)now.lamports - (__int128)a->lamports;
    a->lamports = now.lamports;
    a->rent_epoch = present ? now.rent_epoch : UINT64_MAX;
    a->owner = now.owner;
    a->executable = now.executable;
    a->touched = false;
    take_data(ctx, a, now.data);
}

void sol_accounts_in(struct sol_context *ctx) {
    for (size_t i = 0; i < ctx->account_count; i++)
        if (!sol_is(&ctx->accounts[i].key, SOL_ID_SYSVAR_INSTRUCTIONS))
            take_account(ctx, &ctx->accounts[i]);
}

static bool holds(const struct sol_context *ctx, const struct b32 *key) {
    size_t a = find_account(ctx, key);
    const struct sol_frame *top = sol_frame(ctx);
    if (a == ctx->account_count) return false;
    /* Whoever started the current instruction could write it, too, and so on down. */
    if (top->place[a] != SOL_NO_PLACE && top->metas[top->place[a]].writable) return false;
    for (size_t i = 0; i < ctx->height; i++)
        if (ctx->trace[ctx->stack[i]].place[a] != SOL_NO_PLACE) return true;
    return false;
}

bool sol_is_held(const struct sol_context *waiting, const struct b32 *key) {
    for (; waiting; waiting = waiting->waiting)
        if (holds(waiting, key)) return true;
    return false;
}
