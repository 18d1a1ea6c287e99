/* The interpreter: one loop of computed gotos, made twice from interpret_loop.inc. The fast one
 * charges a basic block when it enters it; the exact one charges each instruction before it runs.
 * When the meter cannot pay for a whole block, the fast loop hands over to the exact one, which
 * then stops at the very instruction that cannot be paid. */
#include "svm/program.h"

static inline uint64_t sign_extend32(uint64_t v) {
    return (uint64_t)(int64_t)(int32_t)(uint32_t)v;
}

/* The host memory behind a small access: in the window's one run of memory, or found slowly. */
static inline uint8_t *access_memory(struct svm_vm *vm, uint64_t address, uint64_t bytes,
                                     bool store) {
    uint64_t window = address >> 32, offset = (uint32_t)address;
    if (__builtin_expect(window < SVM_WINDOWS, 1)) {
        uint64_t room = store ? vm->window[window].writable : vm->window[window].readable;
        if (__builtin_expect(offset + bytes <= room, 1)) return vm->window[window].host + offset;
        if (window == 2 && vm->stack_gaps && !(offset & SVM_FRAME_BYTES)) {
            uint64_t at =
                (offset >> 1 & ~(uint64_t)(SVM_FRAME_BYTES - 1)) | (offset & (SVM_FRAME_BYTES - 1));
            if (at + bytes <= vm->stack_clear) return vm->stack + at;
        }
    }
    return svm_access_memory(vm, address, bytes, store);
}

/* Enters a function: false if the frames are used up. */
static bool push_frame(struct svm_vm *vm, uint64_t *r, uint32_t return_to) {
    struct svm_frame *f = &vm->frames[vm->depth];
    memcpy(f->saved, r + 6, sizeof f->saved);
    f->frame_pointer = r[10];
    f->return_to = return_to;
    if (++vm->depth == SVM_CALL_DEPTH_MAX) {
        vm->fault = SVM_FAULT_CALL_DEPTH_EXCEEDED;
        return false;
    }
    enum svm_version version = vm->program->version;
    if (version == SVM_V0) r[10] += 2 * SVM_FRAME_BYTES;
    if (version == SVM_V3) r[10] += SVM_FRAME_BYTES;
    return true;
}

static uint32_t pop_frame(struct svm_vm *vm, uint64_t *r) {
    struct svm_frame *f = &vm->frames[--vm->depth];
    memcpy(r + 6, f->saved, sizeof f->saved);
    r[10] = f->frame_pointer;
    return f->return_to;
}

static bool run_exact(struct svm_vm *vm, uint32_t pc);

#define LOOP  run_fast
#define EXACT 0
#include "svm/interpret_loop.inc"
#undef LOOP
#undef EXACT

#define LOOP  run_exact
#define EXACT 1
#include "svm/interpret_loop.inc"
#undef LOOP
#undef EXACT

bool svm_interpret_from(struct svm_vm *vm, uint32_t pc) {
    return run_fast(vm, pc);
}

bool svm_interpret_exact_from(struct svm_vm *vm, uint32_t pc) {
    return run_exact(vm, pc);
}

bool svm_vm_run(struct svm_vm *vm) {
    return run_fast(vm, vm->program->entry);
}

bool svm_vm_run_exact(struct svm_vm *vm) {
    return run_exact(vm, vm->program->entry);
}
