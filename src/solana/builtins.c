#include "solana/builtins.h"

#include "solana/loader.h"

enum { COMPUTE_BUDGET_UNITS = 150, LOADER_UNITS = 570, DEPRECATED_LOADER_UNITS = 1140 };

/* ComputeBudget's instructions are read before the message runs (message.c). */
static struct sol_fail run_compute_budget(struct sol_context *ctx) {
    return sol_charge(ctx, COMPUTE_BUDGET_UNITS);
}

/* The older loaders only run what they have: they accept no instructions any more. */
static struct sol_fail run_loader(struct sol_context *ctx) {
    struct sol_fail f = sol_charge(ctx, LOADER_UNITS);
    if (f.code) return f;
    sol_log(ctx, "BPF loader management instructions are no longer supported");
    return sol_fail(SOL_IX_UNSUPPORTED_PROGRAM_ID);
}

static struct sol_fail run_loader_deprecated(struct sol_context *ctx) {
    struct sol_fail f = sol_charge(ctx, DEPRECATED_LOADER_UNITS);
    if (f.code) return f;
    sol_log(ctx, "Deprecated loader is no longer supported");
    return sol_fail(SOL_IX_UNSUPPORTED_PROGRAM_ID);
}

static const struct sol_own_builtin table[] = {
    {SOL_ID_SYSTEM_PROGRAM, "system_program", sol_run_system},
    {SOL_ID_BPF_LOADER_UPGRADEABLE, "solana_bpf_loader_upgradeable_program",
     sol_run_loader_upgradeable},
    {SOL_ID_BPF_LOADER, "solana_bpf_loader_program", run_loader},
    {SOL_ID_BPF_LOADER_DEPRECATED, "solana_bpf_loader_deprecated_program", run_loader_deprecated},
    {SOL_ID_COMPUTE_BUDGET, "compute_budget_program", run_compute_budget},
    {SOL_ID_ADDRESS_LOOKUP_TABLE, "address_lookup_table_program", sol_run_lookup_table},
};

const struct sol_own_builtin *sol_own_builtins(size_t *count) {
    *count = COUNT_OF(table);
    return table;
}

static sol_builtin_fn *find_own(const struct b32 *id) {
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (sol_is(id, table[i].id)) return table[i].run;
    return NULL;
}

sol_builtin_fn *sol_builtin_find(const struct sol_bank *bank, const struct b32 *id) {
    for (size_t i = 0; i < bank->builtin_count; i++)
        if (b32_eq(&bank->builtins[i].id, id)) return bank->builtins[i].run;
    return find_own(id);
}

bool sol_builtin_leaves(const struct sol_bank *bank, const struct b32 *id, struct bytes data) {
    for (size_t i = 0; i < bank->builtin_count; i++)
        if (b32_eq(&bank->builtins[i].id, id))
            return bank->builtins[i].leaves && bank->builtins[i].leaves(data);
    return false;
}

void *sol_builtin_ctx(const struct sol_context *ctx) {
    const struct sol_bank *bank = ctx->bank;
    for (size_t i = 0; i < bank->builtin_count; i++)
        if (b32_eq(&bank->builtins[i].id, sol_program_id(ctx))) return bank->builtins[i].ctx;
    return NULL;
}

/* ---- Stand-ins */

static const struct sol_stand_in stand_ins[] = {
    {SOL_ID_TOKEN, SOL_ID_BPF_LOADER_UPGRADEABLE, "spl_token", sol_run_token},
    {SOL_ID_ASSOCIATED_TOKEN, SOL_ID_BPF_LOADER, "spl_associated_token_account",
     sol_run_associated_token},
    {SOL_ID_MEMO, SOL_ID_BPF_LOADER, "spl_memo", sol_run_memo},
    {SOL_ID_MEMO_V1, SOL_ID_BPF_LOADER_DEPRECATED, "spl_memo_v1", sol_run_memo_v1},
    {SOL_ID_CONFIG, SOL_ID_BPF_LOADER_UPGRADEABLE, "solana_config_program", sol_run_config},
};

const struct sol_stand_in *sol_stand_ins(size_t *count) {
    *count = COUNT_OF(stand_ins);
    return stand_ins;
}

struct sol_fail sol_charge_stand_in(struct sol_context *ctx, uint64_t units) {
    if (!sol_charge(ctx, units).code) return SOL_OK;
    buf_puts(ctx->why, svm_fault_text(SVM_FAULT_EXCEEDED_METER));
    return sol_fail(SOL_IX_PROGRAM_FAILED_TO_COMPLETE);
}

static struct bytes without_state(const struct sol_account *program, enum sol_id loader) {
    struct bytes data = sol_account_data(program);
    if (loader != SOL_ID_BPF_LOADER_UPGRADEABLE) return data;
    if (data.n <= SOL_LOADER_PROGRAM_BYTES) return (struct bytes){0};
    return bytes_sub(data, SOL_LOADER_PROGRAM_BYTES, data.n - SOL_LOADER_PROGRAM_BYTES);
}

sol_builtin_fn *sol_stand_in_for(const struct sol_account *program) {
    for (size_t i = 0; i < COUNT_OF(stand_ins); i++) {
        const struct sol_stand_in *s = &stand_ins[i];
        if (!sol_is(&program->key, s->id)) continue;
        bool named = sol_is(&program->owner, s->loader) &&
                     bytes_eq(without_state(program, s->loader), bytes_cstr(s->name));
        return named ? s->run : NULL;
    }
    return NULL;
}

struct sol_fail sol_need_sysvar(const struct sol_context *ctx, size_t place, enum sol_id sysvar,
                                struct bytes data) {
    const struct sol_account *a = sol_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sol_is(&a->key, sysvar)) return sol_fail(SOL_IX_INVALID_ARGUMENT);
    return sol_fail(data.p ? SOL_IX_OK : SOL_IX_UNSUPPORTED_SYSVAR);
}
