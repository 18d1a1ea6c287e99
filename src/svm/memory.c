/* What a program's addresses mean. */
#include <assert.h>
#include <stdlib.h>

#include "svm/program.h"

enum { STACK_CLEAR_MIN = 4 * SVM_FRAME_BYTES };

/* A window of one run of memory from its start. */
static void set_window(struct svm_vm *vm, unsigned i, uint8_t *host, uint64_t bytes,
                       bool writable) {
    vm->window[i].host = host;
    vm->window[i].readable = bytes;
    vm->window[i].writable = writable ? bytes : 0;
}

void svm_clear_stack(struct svm_vm *vm, uint64_t bytes) {
    if (bytes <= vm->stack_clear) return;
    bytes = min_u64(max_u64(bytes, 2 * vm->stack_clear), SVM_STACK_BYTES);
    bytes = (bytes + SVM_FRAME_BYTES - 1) & ~(uint64_t)(SVM_FRAME_BYTES - 1);
    memset(vm->stack + vm->stack_clear, 0, bytes - vm->stack_clear);
    vm->stack_clear = bytes;
    vm->deep = (uint32_t)(bytes / SVM_FRAME_BYTES);
    if (!vm->stack_gaps) set_window(vm, 2, vm->stack, bytes, true);
}

void svm_vm_input_changed(struct svm_vm *vm) {
    const struct svm_region *r = vm->input;
    bool whole = vm->input_count == 1 && r->address == SVM_INPUT_START;
    set_window(vm, 4, whole ? r->host : NULL, whole ? r->bytes : 0, whole && r->writable);
    vm->input_last = 0;
}

void svm_vm_init(struct svm_vm *vm, const struct svm_program *program, uint64_t heap_bytes,
                 struct svm_region *input, size_t input_count, uint64_t meter) {
    *vm = (struct svm_vm){.program = program,
                          .meter = meter,
                          .input = input,
                          .input_count = input_count,
                          .stack_gaps = program->version == SVM_V0,
                          .stack = xmalloc(SVM_STACK_BYTES),
                          .heap = xcalloc(1, heap_bytes ? heap_bytes : 1)};
    bool strict = program->version == SVM_V3;
    set_window(vm, strict ? 0 : 1, program->rodata, program->rodata_bytes, false);
    svm_clear_stack(vm, STACK_CLEAR_MIN);
    set_window(vm, 3, vm->heap, heap_bytes, true);
    svm_vm_input_changed(vm);
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

static uint8_t *stack_memory(struct svm_vm *vm, uint64_t at, uint64_t bytes) {
    if (at > SVM_STACK_BYTES || bytes > SVM_STACK_BYTES - at) return NULL;
    svm_clear_stack(vm, at + bytes);
    return vm->stack + at;
}

/* Version 0 has a gap as large as a frame behind every frame. Only the start of an access is held
 * against the gaps: the frames are contiguous in the host's memory, and what runs past the end of
 * one reaches the next, as in the reference. */
static uint8_t *gapped_stack(struct svm_vm *vm, uint64_t offset, uint64_t bytes) {
    uint64_t at =
        (offset >> 1 & ~(uint64_t)(SVM_FRAME_BYTES - 1)) | (offset & (SVM_FRAME_BYTES - 1));
    bool in_gap = offset & SVM_FRAME_BYTES;
    return in_gap ? NULL : stack_memory(vm, at, bytes);
}

/* The last region that begins at or before the address; input_count if none does. */
static size_t find_region(const struct svm_vm *vm, uint64_t address) {
    size_t low = 0, high = vm->input_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (vm->input[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : vm->input_count;
}

static uint8_t *in_region(const struct svm_region *r, const struct svm_access *a) {
    uint64_t offset = a->address - r->address;
    if (a->address < r->address || offset > r->bytes || a->bytes > r->bytes - offset ||
        (a->store && !r->writable))
        return NULL;
    return r->host + offset;
}

/* Lets the handler change the region, and looks again. */
static uint8_t *changed_region(struct svm_vm *vm, size_t index, const struct svm_access *a) {
    uint64_t end = index + 1 < vm->input_count ? vm->input[index + 1].address : UINT64_MAX;
    struct svm_region r = vm->input[index];
    vm->on_violation(vm, index, &r, end - r.address, a);
    assert(r.address == vm->input[index].address && r.bytes <= end - r.address);
    uint8_t *host = in_region(&r, a);
    if (!host) return NULL;
    vm->input[index] = r;
    svm_vm_input_changed(vm);
    return host;
}

static uint8_t *input_memory(struct svm_vm *vm, const struct svm_access *a, bool may_change) {
    if (vm->input_count == 0) return NULL;
    uint8_t *host = in_region(&vm->input[vm->input_last], a);
    if (host && a->bytes) return host; /* no bytes at an end may be the next region's */
    size_t i = find_region(vm, a->address);
    if (i == vm->input_count) return NULL;
    vm->input_last = i;
    host = in_region(&vm->input[i], a);
    return host || !may_change || !vm->on_violation ? host : changed_region(vm, i, a);
}

static uint8_t *translate(struct svm_vm *vm, const struct svm_access *a, bool may_change) {
    uint64_t window = a->address >> 32, offset = (uint32_t)a->address;
    uint8_t *host = NULL;
    if (window < SVM_WINDOWS) {
        uint64_t room = a->store ? vm->window[window].writable : vm->window[window].readable;
        if (offset <= room && a->bytes <= room - offset && vm->window[window].host)
            return vm->window[window].host + offset;
        if (window == 2)
            host = vm->stack_gaps ? gapped_stack(vm, offset, a->bytes)
                                  : stack_memory(vm, offset, a->bytes);
        if (window == 4) host = input_memory(vm, a, may_change);
    }
    if (!host) {
        vm->fault = SVM_FAULT_ACCESS_VIOLATION;
        vm->violation = *a;
    }
    return host;
}

uint8_t *svm_translate(struct svm_vm *vm, uint64_t address, uint64_t bytes, bool store) {
    return translate(vm, &(struct svm_access){store, address, bytes}, store);
}

uint8_t *svm_access_memory(struct svm_vm *vm, uint64_t address, uint64_t bytes, bool store) {
    return translate(vm, &(struct svm_access){store, address, bytes}, true);
}

static bool in_input(const struct svm_vm *vm, uint64_t address) {
    size_t i = find_region(vm, address);
    return i < vm->input_count && address - vm->input[i].address < vm->input[i].bytes;
}

/* The name of the region that an address lies in. */
static const char *region_name(const struct svm_vm *vm, uint64_t address) {
    static const char *const names[] = {"allocated", "program", "stack", "heap", "input"};
    uint64_t window = address >> 32;
    if (window >= SVM_WINDOWS) return "unallocated";
    bool inside = (uint32_t)address < vm->window[window].readable;
    if (window == 2) inside = (uint32_t)address < (uint32_t)SVM_STACK_BYTES << vm->stack_gaps;
    if (window == 4) inside = in_input(vm, address);
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
