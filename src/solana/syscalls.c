/* The table of syscalls, and what all of them use: failing, charging, the program's memory. */
#include "solana/syscalls.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int by_hash(const void *x, const void *y) {
    const struct svm_syscall *a = x, *b = y;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

size_t sol_syscalls(struct svm_syscall out[SOL_SYSCALLS_MAX], const struct sol_features *features,
                    bool deploying) {
    const struct sol_features *f = features;
    const struct {
        const char *name;
        svm_syscall_fn *run;
        bool enabled;
    } all[] = {
#define SYSCALL(name, function, enabled) {name, function, enabled},
#include "solana/syscalls.def"
#undef SYSCALL
    };
    _Static_assert(COUNT_OF(all) <= SOL_SYSCALLS_MAX, "more syscalls than the table has room for");
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i].enabled)
            out[n++] =
                (struct svm_syscall){svm_hash(bytes_cstr(all[i].name)), all[i].name, all[i].run};
    qsort(out, n, sizeof *out, by_hash);
    return n;
}

/* ---- Failing and charging */

bool sol_syscall_fail(struct svm_vm *vm, struct sol_fail f) {
    sol_context_of(vm)->bpf->failed = f;
    vm->fault = SVM_FAULT_SYSCALL;
    return false;
}

bool sol_syscall_fail_text(struct svm_vm *vm, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct sol_bpf *b = sol_context_of(vm)->bpf;
    buf_clear(b->text);
    buf_puts(b->text, text);
    return sol_syscall_fail(vm, SOL_OK);
}

bool sol_syscall_charge(struct svm_vm *vm, uint64_t units) {
    bool enough = vm->meter >= units;
    vm->meter -= min_u64(units, vm->meter);
    sol_context_of(vm)->lacked_units |= !enough;
    return enough || sol_syscall_fail(vm, sol_fail(SOL_IX_COMPUTATIONAL_BUDGET_EXCEEDED));
}

/* ---- The program's memory */

static uint8_t *translate(struct svm_vm *vm, uint64_t address, uint64_t bytes, size_t align,
                          bool store) {
    struct sol_bpf *b = sol_context_of(vm)->bpf;
    uint8_t *p = svm_translate(vm, address, bytes, store);
    if (!p) { /* a syscall's own fault leaves the meter alone, unlike an instruction's */
        buf_clear(b->text);
        svm_violation_text(vm, b->text);
        sol_syscall_fail(vm, SOL_OK);
        return NULL;
    }
    if (b->aligned && address % align) {
        sol_syscall_fail_text(vm, "Unaligned pointer");
        return NULL;
    }
    return p;
}

const void *sol_load(struct svm_vm *vm, uint64_t address, uint64_t bytes, size_t align) {
    return translate(vm, address, bytes, align, false);
}

void *sol_store(struct svm_vm *vm, uint64_t address, uint64_t bytes, size_t align) {
    return translate(vm, address, bytes, align, true);
}

/* An empty array lies nowhere; one of more than INT64_MAX bytes cannot be. */
static uint8_t *array(struct svm_vm *vm, uint64_t address, uint64_t count, size_t size,
                      size_t align, bool store) {
    static uint8_t nothing[16];
    uint64_t bytes;
    if (count == 0) return nothing;
    if (!mul_u64(count, size, &bytes) || bytes > INT64_MAX) {
        sol_syscall_fail_text(vm, "InvalidLength");
        return NULL;
    }
    return translate(vm, address, bytes, align, store);
}

const void *sol_load_array(struct svm_vm *vm, uint64_t address, uint64_t count, size_t size,
                           size_t align) {
    return array(vm, address, count, size, align, false);
}

void *sol_store_array(struct svm_vm *vm, uint64_t address, uint64_t count, size_t size,
                      size_t align) {
    return array(vm, address, count, size, align, true);
}
