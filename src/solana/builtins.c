#include "solana/builtins.h"

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

static const struct {
    enum sol_id id;
    const char *name;
    struct sol_fail (*run)(struct sol_context *ctx);
} table[] = {
    {SOL_ID_SYSTEM_PROGRAM, "system_program", sol_run_system},
    {SOL_ID_BPF_LOADER_UPGRADEABLE, "solana_bpf_loader_upgradeable_program",
     sol_run_loader_upgradeable},
    {SOL_ID_BPF_LOADER, "solana_bpf_loader_program", run_loader},
    {SOL_ID_BPF_LOADER_DEPRECATED, "solana_bpf_loader_deprecated_program", run_loader_deprecated},
    {SOL_ID_COMPUTE_BUDGET, "compute_budget_program", run_compute_budget},
    {SOL_ID_ADDRESS_LOOKUP_TABLE, "address_lookup_table_program", sol_run_lookup_table},
};

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

void *sol_builtin_ctx(const struct sol_context *ctx) {
    const struct sol_bank *bank = ctx->bank;
    for (size_t i = 0; i < bank->builtin_count; i++)
        if (b32_eq(&bank->builtins[i].id, sol_program_id(ctx))) return bank->builtins[i].ctx;
    return NULL;
}

static void announce(struct st_journal *j, const struct b32 *id, const char *name) {
    struct st_svm_account a = {.lamports = 1,
                               .rent_epoch = 0,
                               .owner = *sol_id(SOL_ID_NATIVE_LOADER),
                               .executable = true,
                               .data = bytes_cstr(name)};
    st_set_svm_account(j, id, &a);
}

void sol_genesis_accounts(struct st_journal *j, const struct sol_bank *bank) {
    static const uint8_t precompiles[] = {SOL_ID_ED25519_PROGRAM, SOL_ID_SECP256K1_PROGRAM,
                                          SOL_ID_SECP256R1_PROGRAM};
    for (size_t i = 0; i < COUNT_OF(table); i++) announce(j, sol_id(table[i].id), table[i].name);
    for (size_t i = 0; i < COUNT_OF(precompiles); i++) announce(j, sol_id(precompiles[i]), "");
    for (size_t i = 0; i < bank->builtin_count; i++)
        announce(j, &bank->builtins[i].id, bank->builtins[i].name);
}

struct sol_fail sol_need_sysvar(const struct sol_context *ctx, size_t place, enum sol_id sysvar,
                                struct bytes data) {
    const struct sol_account *a = sol_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sol_is(&a->key, sysvar)) return sol_fail(SOL_IX_INVALID_ARGUMENT);
    return sol_fail(data.p ? SOL_IX_OK : SOL_IX_UNSUPPORTED_SYSVAR);
}
