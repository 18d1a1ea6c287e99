/* Syscalls about the program's place in the transaction: derived addresses, return data, siblings,
 * depth, meter, stake. */
#include "solana/address.h"
#include "solana/syscalls.h"

enum {
    BASE_UNITS = 100,
    BYTES_PER_UNIT = 250,
    ADDRESS_UNITS = 1500,
    STAKE_LOOKUP_UNITS = 110,
    META_BYTES = 34, /* key, signer, writable */
};

/* ---- Derived addresses */

static bool load_seeds(struct svm_vm *vm, const uint64_t args[5], struct bytes seeds[SOL_SEEDS_MAX],
                       const struct b32 **program) {
    const uint8_t *slices = sol_load_array(vm, args[0], args[1], sizeof(struct sol_slice), 8);
    if (!slices) return false;
    bool ok = args[1] <= SOL_SEEDS_MAX;
    for (uint64_t i = 0; i < args[1] && ok; i++) {
        struct sol_slice s = sol_slice_at(slices, i);
        ok = s.bytes <= SOL_SEED_MAX_BYTES;
        if (!ok) break;
        const void *p = sol_load_array(vm, s.address, s.bytes, 1, 1);
        if (!p) return false;
        seeds[i] = bytes_make(p, s.bytes);
    }
    if (!ok)
        return sol_syscall_fail_text(vm, "Could not create program address with signer seeds: %s",
                                     sol_address_error_text(SOL_ADDRESS_MAX_SEED_LENGTH_EXCEEDED));
    *program = sol_load(vm, args[2], sizeof **program, 1);
    return *program != NULL;
}

bool sol_sys_create_program_address(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes seeds[SOL_SEEDS_MAX];
    const struct b32 *program;
    struct b32 address;
    if (!sol_syscall_charge(vm, ADDRESS_UNITS)) return false;
    if (!load_seeds(vm, args, seeds, &program)) return false;
    *result = 1;
    if (sol_create_program_address(&address, seeds, args[1], program)) return true;
    uint8_t *out = sol_store(vm, args[3], sizeof address, 1);
    if (!out) return false;
    memcpy(out, &address, sizeof address);
    *result = 0;
    return true;
}

static bool store_address(struct svm_vm *vm, const uint64_t args[5], const struct b32 *address,
                          uint8_t bump) {
    uint8_t *bump_out = sol_store(vm, args[4], 1, 1);
    uint8_t *out = bump_out ? sol_store(vm, args[3], sizeof *address, 1) : NULL;
    if (!out) return false;
    if (!sol_apart((uintptr_t)bump_out, 1, (uintptr_t)out, sizeof *address))
        return sol_syscall_fail_text(vm, "Overlapping copy");
    *bump_out = bump;
    memcpy(out, address, sizeof *address);
    return true;
}

bool sol_sys_try_find_program_address(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes seeds[SOL_SEEDS_MAX + 1];
    const struct b32 *program;
    struct b32 address;
    uint8_t bump = 255;
    if (!sol_syscall_charge(vm, ADDRESS_UNITS)) return false;
    if (!load_seeds(vm, args, seeds, &program)) return false;
    seeds[args[1]] = bytes_make(&bump, 1);
    for (*result = 0; bump; bump--) {
        if (!sol_create_program_address(&address, seeds, args[1] + 1, program))
            return store_address(vm, args, &address, bump);
        if (!sol_syscall_charge(vm, ADDRESS_UNITS)) return false;
    }
    *result = 1;
    return true;
}

/* ---- Return data */

bool sol_sys_set_return_data(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct sol_context *ctx = sol_context_of(vm);
    uint64_t n = args[1];
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS + n / BYTES_PER_UNIT)) return false;
    if (n > SOL_RETURN_DATA_MAX_BYTES)
        return sol_syscall_fail_text(vm, "Return data too large (%llu > %u)", (unsigned long long)n,
                                     SOL_RETURN_DATA_MAX_BYTES);
    const void *p = sol_load_array(vm, args[0], n, 1, 1);
    if (!p) return false;
    sol_set_return_data(ctx, sol_program_id(ctx), bytes_make(p, n));
    return true;
}

bool sol_sys_get_return_data(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    const struct sol_context *ctx = sol_context_of(vm);
    uint64_t n = min_u64(args[1], ctx->return_data.n);
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    *result = ctx->return_data.n;
    if (n == 0) return true;
    if (!sol_syscall_charge(vm, (n + 32) / BYTES_PER_UNIT)) return false;
    uint8_t *data = sol_store(vm, args[0], n, 1);
    uint8_t *program = data ? sol_store(vm, args[2], 32, 1) : NULL;
    if (!program) return false;
    if (!sol_apart((uintptr_t)data, n, (uintptr_t)program, 32))
        return sol_syscall_fail_text(vm, "Overlapping copy");
    memcpy(data, ctx->return_data.p, n);
    memcpy(program, &ctx->return_program, 32);
    return true;
}

/* ---- Siblings */

/* The instruction `index` places before the current one among those of the same caller. */
static const struct sol_frame *sibling(const struct sol_context *ctx, uint64_t index) {
    const struct sol_frame *own = sol_frame(ctx);
    bool top = ctx->height == 1;
    size_t begin = top ? 0 : ctx->top_count, end = top ? ctx->top_started : ctx->trace_count;
    uint64_t passed = 0;
    for (size_t i = end; i-- > begin;) {
        const struct sol_frame *f = &ctx->trace[i];
        if (f->caller != own->caller) continue;
        if (f->height < ctx->height) return NULL;
        if (f->height != ctx->height) continue;
        if (index < UINT64_MAX && index + 1 == passed) return f;
        passed++;
    }
    return NULL;
}

struct place {
    uint8_t *p;
    uint64_t bytes;
};

static bool all_apart(const struct place *places, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (!sol_apart((uintptr_t)places[i].p, places[i].bytes, (uintptr_t)places[k].p,
                           places[k].bytes))
                return false;
    return true;
}

static bool store_sibling(struct svm_vm *vm, const uint64_t args[5], const struct sol_frame *f) {
    const struct sol_context *ctx = sol_context_of(vm);
    struct place out[4] = {
        {.bytes = 32}, {.bytes = f->data.n}, {.bytes = META_BYTES * f->meta_count}, {.bytes = 16}};
    const uint64_t address[4] = {args[2], args[3], args[4], args[1]};
    for (size_t i = 0; i < 4; i++) {
        out[i].p = sol_store_array(vm, address[i], out[i].bytes, 1, i == 3 ? 8 : 1);
        if (!out[i].p) return false;
    }
    if (!all_apart(out, COUNT_OF(out))) return sol_syscall_fail_text(vm, "Overlapping copy");
    memcpy(out[0].p, &ctx->accounts[f->program].key, 32);
    if (f->data.n) memcpy(out[1].p, f->data.p, f->data.n);
    for (size_t i = 0; i < f->meta_count; i++) {
        uint8_t *meta = out[2].p + META_BYTES * i;
        memcpy(meta, &ctx->accounts[f->metas[i].account].key, 32);
        meta[32] = f->metas[i].signer;
        meta[33] = f->metas[i].writable;
    }
    return true;
}

bool sol_sys_get_sibling(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const struct sol_frame *f = sibling(sol_context_of(vm), args[0]);
    *result = f != NULL;
    if (!f) return true;
    uint8_t *header = sol_store(vm, args[1], 16, 8);
    if (!header) return false;
    if (load_le64(header) == f->data.n && load_le64(header + 8) == f->meta_count)
        return store_sibling(vm, args, f);
    store_le64(header, f->data.n);
    store_le64(header + 8, f->meta_count);
    return true;
}

/* ---- Depth, meter, stake */

bool sol_sys_get_stack_height(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    (void)args;
    *result = sol_height(sol_context_of(vm));
    return sol_syscall_charge(vm, BASE_UNITS);
}

bool sol_sys_remaining_units(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    (void)args;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    *result = vm->meter;
    return true;
}

bool sol_sys_get_epoch_stake(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    const struct sol_bank *bank = sol_context_of(vm)->bank;
    const struct b32 *vote = NULL;
    *result = 0;
    if (!sol_syscall_charge(vm, args[0] ? STAKE_LOOKUP_UNITS : BASE_UNITS)) return false;
    if (args[0] && !(vote = sol_load(vm, args[0], sizeof *vote, 1))) return false;
    if (bank->epoch_stake) *result = bank->epoch_stake(bank->host, vote);
    return true;
}
