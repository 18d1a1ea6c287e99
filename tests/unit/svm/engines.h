/* Runs a program in every engine and compares everything that can be seen. */
#ifndef TERN_TESTS_SVM_ENGINES_H
#define TERN_TESTS_SVM_ENGINES_H

#include <assert.h>
#include <stdlib.h>

#include "svm/program.h"

/* A syscall that costs what r1 says, at most 50, and returns the sum of its arguments. */
static inline bool engines_add(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    if (!svm_charge(vm, args[0] % 51)) return false;
    for (int i = 0; i < 5; i++) *result += args[i];
    return true;
}

/* One that touches memory: reads r2 bytes at r1. */
static inline bool engines_read(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    const uint8_t *p = svm_translate(vm, args[0], args[1] & 63, false);
    if (!svm_charge(vm, 10) || !p) return false;
    for (uint64_t i = 0; i < (args[1] & 63); i++) *result += p[i];
    return true;
}

static inline int engines_order(const void *a, const void *b) {
    uint32_t x = ((const struct svm_syscall *)a)->hash, y = ((const struct svm_syscall *)b)->hash;
    return (x > y) - (x < y);
}

static inline struct svm_syscalls engines_syscalls(void) {
    static struct svm_syscall list[3];
    if (!list[0].run) {
        list[0] = (struct svm_syscall){svm_hash(BYTES_LIT("sol_log_")), "sol_log_", engines_read};
        list[1] = (struct svm_syscall){svm_hash(BYTES_LIT("add")), "add", engines_add};
        list[2] = (struct svm_syscall){0, "zero", engines_add};
        qsort(list, 3, sizeof *list, engines_order);
    }
    return (struct svm_syscalls){list, 3};
}

enum { ENGINES_INPUT = 64, ENGINES_HEAP = 1024 };

struct engines_run {
    struct svm_vm vm;
    struct svm_region input;
    uint8_t memory[ENGINES_INPUT];
    bool ok;
};

static inline struct engines_run *engines_start(const struct svm_program *p, uint64_t meter,
                                                bool pointers, bool (*engine)(struct svm_vm *vm)) {
    struct engines_run *r = calloc(1, sizeof *r);
    for (unsigned i = 0; i < ENGINES_INPUT; i++) r->memory[i] = (uint8_t)(i * 7);
    r->input = (struct svm_region){r->memory, SVM_INPUT_START, ENGINES_INPUT, true};
    svm_vm_init(&r->vm, p, ENGINES_HEAP, &r->input, 1, meter);
    if (pointers) {
        r->vm.r[2] = SVM_STACK_START + 64;
        r->vm.r[3] = SVM_HEAP_START + 8;
        r->vm.r[4] = SVM_INPUT_START + 16;
        r->vm.r[5] = SVM_PROGRAM_START;
        r->vm.r[6] = 0x8000000000000003u;
        r->vm.r[7] = 40;
    }
    r->ok = engine(&r->vm);
    svm_clear_stack(&r->vm, SVM_STACK_BYTES); /* to be compared */
    assert(r->ok == (r->vm.fault == SVM_FAULT_NONE));
    return r;
}

static inline void engines_free(struct engines_run *r) {
    svm_vm_free(&r->vm);
    free(r);
}

static inline void engines_same(const struct engines_run *a, const struct engines_run *b) {
    assert(a->ok == b->ok && a->vm.fault == b->vm.fault && a->vm.meter == b->vm.meter);
    assert(a->vm.depth == b->vm.depth);
    if (a->vm.fault == SVM_FAULT_ACCESS_VIOLATION)
        assert(a->vm.violation.address == b->vm.violation.address &&
               a->vm.violation.bytes == b->vm.violation.bytes &&
               a->vm.violation.store == b->vm.violation.store);
    assert(!memcmp(a->vm.r, b->vm.r, sizeof a->vm.r));
    assert(!memcmp(a->memory, b->memory, sizeof a->memory));
    assert(!memcmp(a->vm.stack, b->vm.stack, SVM_STACK_BYTES));
    assert(!memcmp(a->vm.heap, b->vm.heap, ENGINES_HEAP));
}

/* Asserts that all engines end alike; returns the interpreter's run, to be freed with
 * engines_free. With `pointers`, registers begin with addresses, so that short programs reach
 * memory. */
static inline struct engines_run *engines_run_all(struct svm_program *p, uint64_t meter,
                                                  bool pointers) {
    struct engines_run *a = engines_start(p, meter, pointers, svm_vm_run);
    struct engines_run *b = engines_start(p, meter, pointers, svm_vm_run_exact);
    engines_same(a, b);
    engines_free(b);
    if (svm_program_compile(p)) {
        b = engines_start(p, meter, pointers, svm_vm_run_compiled);
        engines_same(a, b);
        engines_free(b);
    }
    return a;
}

static inline struct engines_run *engines_compare(struct svm_program *p, uint64_t meter) {
    return engines_run_all(p, meter, false);
}

static inline void engines_agree(struct svm_program *p, uint64_t meter) {
    engines_free(engines_run_all(p, meter, true));
}

#endif
