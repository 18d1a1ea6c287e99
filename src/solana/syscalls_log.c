/* Syscalls that end a program, write to the log, or allocate. */
#include "codec/base64.h"
#include "codec/utf8.h"
#include "solana/syscalls.h"

enum {
    BASE_UNITS = 100,
};

bool sol_sys_abort(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    (void)args, (void)result;
    return sol_syscall_fail_text(vm, "SBF program panicked");
}

/* Not UTF-8: says so. */
static bool fail_string(struct svm_vm *vm, struct bytes text) {
    struct sol_bpf *b = sol_context_of(vm)->bpf;
    buf_clear(b->text);
    sol_utf8_text(b->text, text);
    return sol_syscall_fail(vm, SOL_OK);
}

/* A string of the program's; false, with the reason noted, if it is not UTF-8. */
static bool load_string(struct svm_vm *vm, uint64_t address, uint64_t n, struct bytes *text) {
    const void *p = sol_load_array(vm, address, n, 1, 1);
    if (!p) return false;
    *text = bytes_make(p, n);
    return utf8_valid(*text) || fail_string(vm, *text);
}

bool sol_sys_panic(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct sol_bpf *b = sol_context_of(vm)->bpf;
    struct bytes file;
    (void)result;
    if (!sol_syscall_charge(vm, args[1]) || !load_string(vm, args[0], args[1], &file)) return false;
    buf_clear(b->text);
    buf_puts(b->text, "SBF program Panicked in ");
    buf_put_bytes(b->text, file);
    buf_printf(b->text, " at %llu:%llu", (unsigned long long)args[2], (unsigned long long)args[3]);
    return sol_syscall_fail(vm, SOL_OK);
}

bool sol_sys_log(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes text;
    *result = 0;
    if (!sol_syscall_charge(vm, max_u64(BASE_UNITS, args[1]))) return false;
    if (!load_string(vm, args[0], args[1], &text)) return false;
    sol_log_program(sol_context_of(vm), text);
    return true;
}

bool sol_sys_log_64(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const unsigned long long *a = (const unsigned long long *)args;
    sol_log(sol_context_of(vm), "Program log: 0x%llx, 0x%llx, 0x%llx, 0x%llx, 0x%llx", a[0], a[1],
            a[2], a[3], a[4]);
    return true;
}

bool sol_sys_log_compute_units(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    (void)args;
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    sol_log(sol_context_of(vm), "Program consumption: %llu units remaining",
            (unsigned long long)vm->meter);
    return true;
}

bool sol_sys_log_pubkey(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const struct b32 *key = sol_load(vm, args[0], sizeof *key, 1);
    if (!key) return false;
    sol_log(sol_context_of(vm), "Program log: %s", sol_text(key).s);
    return true;
}

/* Adds up the bytes of slices: what reading them costs. */
static uint64_t slices_bytes(const uint8_t *slices, uint64_t count) {
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < count; i++)
        if (!add_u64(bytes, sol_slice_at(slices, i).bytes, &bytes)) return UINT64_MAX;
    return bytes;
}

bool sol_sys_log_data(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t count = args[1];
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const uint8_t *slices = sol_load_array(vm, args[0], count, sizeof(struct sol_slice), 8);
    if (!slices || !sol_syscall_charge(vm, BASE_UNITS * count)) return false;
    if (!sol_syscall_charge(vm, slices_bytes(slices, count))) return false;
    struct buf line = {0};
    bool ok = true;
    buf_puts(&line, "Program data: ");
    for (uint64_t i = 0; i < count && ok; i++) {
        struct sol_slice s = sol_slice_at(slices, i);
        const void *p = sol_load_array(vm, s.address, s.bytes, 1, 1);
        ok = p != NULL;
        if (i) buf_put_u8(&line, ' ');
        if (ok) base64_put(&line, bytes_make(p, s.bytes));
    }
    if (ok) sol_log_bytes(sol_context_of(vm), buf_bytes(&line));
    buf_free(&line);
    return ok;
}

/* The allocator of old programs: it only ever gives. */
bool sol_sys_alloc_free(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct sol_context *ctx = sol_context_of(vm);
    struct sol_bpf *b = ctx->bpf;
    uint64_t size = args[0], align = b->aligned ? 8 : 1, end;
    uint64_t at = (b->heap_at + align - 1) & ~(align - 1);
    *result = 0;
    if (args[1] || !add_u64(at, size, &end) || end > ctx->heap_bytes) return true;
    b->heap_at = end;
    *result = SVM_HEAP_START + at;
    return true;
}
