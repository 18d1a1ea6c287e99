/* What a program's addresses mean. */
#include <stdlib.h>

#include "svm/program.h"

/* A window of one run of memory from its start. */
static void set_window(struct svm_vm *vm, unsigned i, uint8_t *host, uint64_t bytes,
                       bool writable) {
    vm->window[i].host = host;
    vm->window[i].readable = bytes;
    vm->window[i].writable = writable ? bytes : 0;
}

void svm_vm_init(struct svm_vm *vm, const struct svm_program *program, uint64_t heap_bytes,
                 const struct svm_region *input, size_t input_count, uint64_t meter) {
    *vm = (struct svm_vm){.program = program,
                          .meter = meter,
                          .input = input,
                          .input_count = input_count,
                          .stack_gaps = program->version == SVM_V0,
                          .stack = xcalloc(1, SVM_STACK_BYTES),
                          .heap = xcalloc(1, heap_bytes ? heap_bytes : 1)};
    bool strict = program->version == SVM_V3;
    set_window(vm, strict ? 0 : 1, program->rodata, program->rodata_bytes, false);
    if (!vm->stack_gaps) set_window(vm, 2, vm->stack, SVM_STACK_BYTES, true);
    set_window(vm, 3, vm->heap, heap_bytes, true);
    if (input_count == 1 && input->address == SVM_INPUT_START)
        set_window(vm, 4, input->host, input->bytes, input->writable);
    vm->r[1] = SVM_INPUT_START;
    bool bumps = program->version == SVM_V1 || program->version == SVM_V2;
    vm->r[10] = SVM_STACK_START + (bumps ? SVM_STACK_BYTES : SVM_FRAME_BYTES);
}

void svm_vm_free(struct svm_vm *vm) {
    free(vm->stack);
    free(vm->heap);
    vm->stack = vm->heap = NULL;
}

bool svm_charge(struct svm_vm *vm, uint64_t units) {
    if (vm->meter >= units) {
        vm->meter -= units;
        return true;
    }
    vm->meter = 0;
    vm->fault = SVM_FAULT_EXCEEDED_METER;
    return false;
}

static uint8_t *violation(struct svm_vm *vm, uint64_t address, uint64_t bytes, bool store) {
    vm->fault = SVM_FAULT_ACCESS_VIOLATION;
    vm->violation = (struct svm_access){store, address, bytes};
    return NULL;
}

/* Version 0 has a gap as large as a frame behind every frame. Only the start of an access is held
 * against the gaps: the frames are contiguous in the host's memory, and what runs past the end of
 * one reaches the next, as in the reference. */
static uint8_t *gapped_stack(struct svm_vm *vm, uint64_t offset, uint64_t bytes) {
    uint64_t at =
        (offset >> 1 & ~(uint64_t)(SVM_FRAME_BYTES - 1)) | (offset & (SVM_FRAME_BYTES - 1));
    bool in_gap = offset & SVM_FRAME_BYTES;
    if (in_gap || at > SVM_STACK_BYTES || bytes > SVM_STACK_BYTES - at) return NULL;
    return vm->stack + at;
}

static uint8_t *input_region(const struct svm_vm *vm, uint64_t address, uint64_t bytes,
                             bool store) {
    size_t low = 0, high = vm->input_count;
    while (low < high) { /* the last region that begins at or before the address */
        size_t middle = (low + high) / 2;
        if (vm->input[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return NULL;
    const struct svm_region *r = &vm->input[low - 1];
    uint64_t offset = address - r->address;
    if (offset > r->bytes || bytes > r->bytes - offset || (store && !r->writable)) return NULL;
    return r->host + offset;
}

uint8_t *svm_translate(struct svm_vm *vm, uint64_t address, uint64_t bytes, bool store) {
    uint64_t window = address >> 32, offset = (uint32_t)address;
    uint8_t *host = NULL;
    if (window < SVM_WINDOWS) {
        uint64_t room = store ? vm->window[window].writable : vm->window[window].readable;
        if (offset <= room && bytes <= room - offset && vm->window[window].host)
            return vm->window[window].host + offset;
        if (window == 2 && vm->stack_gaps) host = gapped_stack(vm, offset, bytes);
        if (window == 4) host = input_region(vm, address, bytes, store);
    }
    return host ? host : violation(vm, address, bytes, store);
}

/* The name of the region that an address lies in. */
static const char *region_name(const struct svm_vm *vm, uint64_t address) {
    static const char *const names[] = {"allocated", "program", "stack", "heap", "input"};
    uint64_t window = address >> 32;
    if (window >= SVM_WINDOWS) return "unallocated";
    bool inside = (uint32_t)address < vm->window[window].readable;
    if (window == 2) inside = (uint32_t)address < (uint32_t)SVM_STACK_BYTES << vm->stack_gaps;
    if (window == 4) inside = input_region(vm, address, 1, false) != NULL;
    return inside ? names[window] : "unallocated";
}

void svm_violation_text(const struct svm_vm *vm, struct buf *out) {
    const struct svm_access *v = &vm->violation;
    int64_t frame;
    if (__builtin_sub_overflow((int64_t)v->address, (int64_t)SVM_STACK_START, &frame))
        frame = INT64_MIN;
    frame /= SVM_FRAME_BYTES;
    bool bumps = vm->program->version == SVM_V1 || vm->program->version == SVM_V2;
    if (!bumps && frame >= -1 && frame <= SVM_CALL_DEPTH_MAX)
        buf_printf(out, "Access violation in stack frame %lld at address 0x%llx of size %llu",
                   (long long)frame, (unsigned long long)v->address, (unsigned long long)v->bytes);
    else
        buf_printf(out, "Access violation %s %llu bytes at address 0x%llx (in %s region)",
                   v->store ? "writing" : "reading", (unsigned long long)v->bytes,
                   (unsigned long long)v->address, region_name(vm, v->address));
}

const char *svm_fault_text(enum svm_fault f) {
    static const char *const texts[] = {
        "",
#define FAULT(name, text) text,
#include "svm/faults.def"
#undef FAULT
    };
    return (size_t)f < COUNT_OF(texts) ? texts[f] : "";
}
