/* Running bytecode: finding the program, its input, its machine, its end (crates
 * solana-bpf-loader-program and solana-program-runtime, vm.rs). */
#include "solana/bpf.h"

#include <stdlib.h>

#include "solana/loader.h"
#include "solana/syscalls.h"

enum { HEAP_PAGE_BYTES = 32 << 10, HEAP_PAGE_UNITS = 8 };

/* ---- Finding the program */

/* The account as this message has it, or as the journal has it; false if there is none. */
static bool account_now(const struct sol_context *ctx, const struct b32 *key,
                        struct st_svm_account *out) {
    for (size_t i = 0; i < ctx->account_count; i++) {
        const struct sol_account *a = &ctx->accounts[i];
        if (!b32_eq(&a->key, key)) continue;
        *out = (struct st_svm_account){.owner = a->owner, .data = sol_account_data(a)};
        return a->lamports > 0;
    }
    return st_svm_account(ctx->journal, key, out);
}

/* The bytes of a program that may run in this slot. One that was deployed, upgraded or extended in
 * it may run from the next on. */
static bool find_elf(const struct sol_context *ctx, const struct b32 *loader, struct bytes *elf) {
    const struct sol_account *program = &ctx->accounts[sol_frame(ctx)->program];
    struct sol_loader_state state, data;
    struct st_svm_account a;
    *elf = sol_account_data(program);
    if (!sol_is(loader, SOL_ID_BPF_LOADER_UPGRADEABLE)) return ctx->bank->slot > 0;
    if (!sol_loader_state(&state, *elf) || state.kind != SOL_LOADER_PROGRAM) return false;
    if (!account_now(ctx, &state.address, &a)) return false;
    if (!sol_is(&a.owner, SOL_ID_BPF_LOADER_UPGRADEABLE)) return false;
    if (!sol_loader_state(&data, a.data) || data.kind != SOL_LOADER_PROGRAM_DATA) return false;
    if (data.slot == ctx->bank->slot || a.data.n < SOL_LOADER_PROGRAM_DATA_BYTES) return false;
    *elf =
        bytes_sub(a.data, SOL_LOADER_PROGRAM_DATA_BYTES, a.data.n - SOL_LOADER_PROGRAM_DATA_BYTES);
    return true;
}

static bool was_program(const struct sol_account *a) {
    return sol_is(&a->owner_before, SOL_ID_BPF_LOADER) ||
           sol_is(&a->owner_before, SOL_ID_BPF_LOADER_DEPRECATED) ||
           sol_is(&a->owner_before, SOL_ID_BPF_LOADER_UPGRADEABLE);
}

/* A program that this message has run before: the cache knows programs by all of their bytes, up to
 * ten megabytes, and a message may start 64 instructions. What may run in a slot is not changed in
 * it, so the same place in memory holds the same bytes. */
struct sol_found {
    struct sol_found *next;
    uint16_t account; /* of the message */
    struct bytes elf;
    struct svm_program *program; /* one reference */
};

static struct svm_program *find_again(struct sol_context *ctx, struct bytes elf) {
    uint16_t account = sol_frame(ctx)->program;
    for (struct sol_found *f = ctx->found; f; f = f->next)
        if (f->account == account && f->elf.p == elf.p && f->elf.n == elf.n) return f->program;
    struct svm_program *p = sol_programs_get(ctx->bank->programs, &ctx->accounts[account].key, elf);
    if (!p) return NULL;
    struct sol_found *f = ARENA_NEW(ctx->arena, struct sol_found);
    *f = (struct sol_found){ctx->found, account, elf, p};
    ctx->found = f;
    return p;
}

void sol_forget_found(struct sol_context *ctx) {
    for (; ctx->found; ctx->found = ctx->found->next) svm_program_unref(ctx->found->program);
}

static struct svm_program *find_program(struct sol_context *ctx, const struct b32 *loader) {
    const struct sol_account *a = &ctx->accounts[sol_frame(ctx)->program];
    struct svm_program *p = NULL;
    struct bytes elf;
    if (!was_program(a)) {
        sol_log(ctx, "Program is not cached");
        return NULL;
    }
    if (find_elf(ctx, loader, &elf)) p = find_again(ctx, elf);
    if (!p) sol_log(ctx, "Program is not deployed");
    return p;
}

/* ---- Running it */

static struct sol_fail charge_heap(struct sol_context *ctx) {
    uint64_t pages = (ctx->heap_bytes + HEAP_PAGE_BYTES - 1) / HEAP_PAGE_BYTES;
    struct sol_fail f = sol_charge(ctx, (pages ? pages - 1 : 0) * HEAP_PAGE_UNITS);
    if (!f.code) return f;
    sol_log(ctx, "Failed to create SBF VM: Computational budget exceeded");
    return sol_fail(SOL_IX_PROGRAM_ENVIRONMENT_SETUP_FAILURE);
}

/* The end of a program by itself or by a fault. Faults other than a syscall's take what is left of
 * the meter. */
static struct sol_fail end_of(struct sol_context *ctx, const struct sol_bpf *b, bool exited) {
    const struct svm_vm *vm = b->vm;
    if (exited && vm->r[0] == 0) return SOL_OK;
    if (exited) return sol_fail_of_status(vm->r[0]);
    if (vm->fault == SVM_FAULT_SYSCALL)
        return b->failed.code ? b->failed : sol_fail(SOL_IX_PROGRAM_FAILED_TO_COMPLETE);
    ctx->meter = 0;
    ctx->lacked_units |= vm->fault == SVM_FAULT_EXCEEDED_METER;
    if (vm->fault == SVM_FAULT_ACCESS_VIOLATION)
        svm_violation_text(vm, b->text);
    else
        buf_puts(b->text, svm_fault_text(vm->fault));
    return sol_fail(SOL_IX_PROGRAM_FAILED_TO_COMPLETE);
}

/* `had`: the meter before the heap was paid for, as the log has it. */
static struct sol_fail execute(struct sol_context *ctx, struct sol_bpf *b,
                               const struct svm_program *program, uint64_t had) {
    struct svm_region region = {b->input, SVM_INPUT_START, b->input_bytes, true};
    struct svm_vm *vm = b->vm = xmalloc(sizeof *vm);
    uint64_t before = ctx->meter;
    svm_vm_init(vm, program, ctx->heap_bytes, &region, 1, ctx->meter);
    vm->r[2] = b->data_address; /* SIMD-0321 */
    vm->host = ctx;
    b->outer = ctx->bpf;
    b->height = ctx->height;
    ctx->bpf = b;
    bool exited = svm_vm_run_compiled(vm);
    ctx->bpf = b->outer;
    ctx->meter = vm->meter;
    sol_log_consumed(ctx, before - ctx->meter, had);
    struct sol_fail f = end_of(ctx, b, exited);
    svm_vm_free(vm);
    free(vm);
    return f;
}

struct sol_fail sol_run_bpf(struct sol_context *ctx, const struct b32 *loader) {
    struct sol_bpf b = {.aligned = !sol_is(loader, SOL_ID_BPF_LOADER_DEPRECATED), .text = ctx->why};
    struct svm_program *program = find_program(ctx, loader);
    if (!program) return sol_fail(SOL_IX_UNSUPPORTED_PROGRAM_ID);
    struct sol_fail f = sol_serialize(ctx, &b);
    if (!f.code) {
        uint64_t had = ctx->meter;
        f = charge_heap(ctx);
        if (!f.code) f = execute(ctx, &b, program, had);
        if (!f.code) f = sol_deserialize(ctx, &b);
    }
    free(b.input);
    return f;
}
