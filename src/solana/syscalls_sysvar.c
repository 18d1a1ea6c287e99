/* Syscalls that read sysvars. Each getter writes the sysvar as the C structure that programs have
 * it in. */
#include "solana/syscalls.h"

enum { BASE_UNITS = 100, BYTES_PER_UNIT = 250, MEMORY_UNITS_MIN = 10 };

/* Programs may not have sysvars written over their accounts. */
static bool check_target(struct svm_vm *vm, uint64_t address) {
    if (!sol_context_of(vm)->bpf->aligned) return sol_syscall_fail_text(vm, "Unaligned pointer");
    if (address >= SVM_INPUT_START) return sol_syscall_fail_text(vm, "Invalid pointer");
    return true;
}

/* Where a structure of `bytes` goes; NULL with the reason noted. */
static uint8_t *target(struct svm_vm *vm, uint64_t address, size_t bytes, size_t align,
                       struct bytes sysvar) {
    if (!sol_syscall_charge(vm, BASE_UNITS + bytes) || !check_target(vm, address)) return NULL;
    uint8_t *out = sol_store(vm, address, bytes, align);
    if (out && !sysvar.p) {
        sol_syscall_fail(vm, sol_fail(SOL_IX_UNSUPPORTED_SYSVAR));
        return NULL;
    }
    return out;
}

bool sol_sys_get_clock(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes data = sol_context_of(vm)->bank->sysvars.clock_data;
    uint8_t *out = target(vm, args[0], 40, 8, data);
    *result = 0;
    if (out) memcpy(out, data.p, 40); /* no padding: the same as in the account */
    return out != NULL;
}

bool sol_sys_get_rent(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes data = sol_context_of(vm)->bank->sysvars.rent_data;
    uint8_t *out = target(vm, args[0], 24, 8, data);
    *result = 0;
    if (!out) return false;
    memcpy(out, data.p, 17);
    memset(out + 17, 0, 7);
    return true;
}

bool sol_sys_get_epoch_schedule(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes data = sol_context_of(vm)->bank->sysvars.epoch_schedule_data;
    uint8_t *out = target(vm, args[0], 40, 8, data);
    *result = 0;
    if (!out) return false;
    memcpy(out, data.p, 17);
    memset(out + 17, 0, 7);
    memcpy(out + 24, data.p + 17, 16);
    return true;
}

bool sol_sys_get_epoch_rewards(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes data = sol_context_of(vm)->bank->sysvars.epoch_rewards_data;
    uint8_t *out = target(vm, args[0], 96, 16, data);
    *result = 0;
    if (!out) return false;
    memcpy(out, data.p, 81);
    memset(out + 81, 0, 15);
    return true;
}

bool sol_sys_get_last_restart_slot(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes data = sol_context_of(vm)->bank->sysvars.last_restart_slot_data;
    uint8_t *out = target(vm, args[0], 8, 8, data);
    *result = 0;
    if (out) memcpy(out, data.p, 8);
    return out != NULL;
}

/* The data of a sysvar that this syscall serves; p NULL if it is not one. */
static struct bytes sysvar_data(const struct sol_sysvars *s, const struct b32 *id) {
    const struct {
        enum sol_id id;
        struct bytes data;
    } served[] = {
        {SOL_ID_SYSVAR_CLOCK, s->clock_data},
        {SOL_ID_SYSVAR_EPOCH_SCHEDULE, s->epoch_schedule_data},
        {SOL_ID_SYSVAR_EPOCH_REWARDS, s->epoch_rewards_data},
        {SOL_ID_SYSVAR_RENT, s->rent_data},
        {SOL_ID_SYSVAR_SLOT_HASHES, s->slot_hashes_data},
        {SOL_ID_SYSVAR_STAKE_HISTORY, s->stake_history_data},
        {SOL_ID_SYSVAR_LAST_RESTART_SLOT, s->last_restart_slot_data},
    };
    for (size_t i = 0; i < COUNT_OF(served); i++)
        if (sol_is(id, served[i].id)) return served[i].data;
    return (struct bytes){0};
}

bool sol_sys_get_sysvar(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    enum { OUT_OF_RANGE = 1, NOT_FOUND = 2 };
    uint64_t offset = args[2], n = args[3], end, ignored;
    if (!sol_syscall_charge(vm, BASE_UNITS + max_u64(n / BYTES_PER_UNIT, MEMORY_UNITS_MIN)))
        return false;
    if (!check_target(vm, args[1])) return false;
    uint8_t *out = sol_store_array(vm, args[1], n, 1, 1);
    const struct b32 *id = out ? sol_load(vm, args[0], sizeof *id, 1) : NULL;
    if (!id) return false;
    if (!add_u64(offset, n, &end) || !add_u64(args[1], n, &ignored))
        return sol_syscall_fail(vm, sol_fail(SOL_IX_ARITHMETIC_OVERFLOW));
    struct bytes data = sysvar_data(&sol_context_of(vm)->bank->sysvars, id);
    *result = !data.p ? NOT_FOUND : end > data.n ? OUT_OF_RANGE : 0;
    if (*result == 0 && n) memcpy(out, data.p + offset, n);
    return true;
}
