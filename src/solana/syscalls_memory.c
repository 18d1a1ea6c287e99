/* Syscalls on the program's memory. */
#include "solana/syscalls.h"

enum { BASE_UNITS = 10, BYTES_PER_UNIT = 250 };

static bool charge(struct svm_vm *vm, uint64_t n) {
    return sol_syscall_charge(vm, max_u64(BASE_UNITS, n / BYTES_PER_UNIT));
}

static bool move(struct svm_vm *vm, uint64_t to, uint64_t from, uint64_t n) {
    uint8_t *out = sol_store_array(vm, to, n, 1, 1);
    if (!out) return false;
    const uint8_t *in = sol_load_array(vm, from, n, 1, 1);
    if (!in) return false;
    if (n) memmove(out, in, n);
    return true;
}

bool sol_sys_memcpy(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t n = args[2];
    *result = 0;
    if (!charge(vm, n)) return false;
    if (!sol_apart(args[1], n, args[0], n)) return sol_syscall_fail_text(vm, "Overlapping copy");
    return move(vm, args[0], args[1], n);
}

bool sol_sys_memmove(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    *result = 0;
    return charge(vm, args[2]) && move(vm, args[0], args[1], args[2]);
}

bool sol_sys_memset(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    *result = 0;
    if (!charge(vm, args[2])) return false;
    uint8_t *out = sol_store_array(vm, args[0], args[2], 1, 1);
    if (!out) return false;
    if (args[2]) memset(out, (uint8_t)args[1], args[2]);
    return true;
}

/* The difference of the first bytes that differ. */
static int32_t compare(const uint8_t *a, const uint8_t *b, uint64_t n) {
    enum { STEP = 256 }; /* what is equal is stepped over fast */
    uint64_t at = 0;
    while (n - at >= STEP && memcmp(a + at, b + at, STEP) == 0) at += STEP;
    for (uint64_t i = at; i < n; i++)
        if (a[i] != b[i]) return (int32_t)a[i] - (int32_t)b[i];
    return 0;
}

bool sol_sys_memcmp(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t n = args[2];
    *result = 0;
    if (!charge(vm, n)) return false;
    const uint8_t *a = sol_load_array(vm, args[0], n, 1, 1);
    if (!a) return false;
    const uint8_t *b = sol_load_array(vm, args[1], n, 1, 1);
    if (!b) return false;
    int32_t difference = compare(a, b, n);
    uint8_t *out = sol_store(vm, args[3], sizeof difference, sizeof difference);
    if (!out) return false;
    memcpy(out, &difference, sizeof difference);
    return true;
}
