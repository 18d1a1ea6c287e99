/* The comparison. The exact interpreter is the model: everything that can be seen of the others has
 * to be the same. */
#include "differential/svm/run.h"

#include <stdlib.h>

#include "svm/program.h"

/* ---- Mock syscalls (tools/sbpf-peer/src/syscalls.rs) */

static bool mock_add(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    if (!svm_charge(vm, args[0] % 51)) return false;
    for (int i = 0; i < 5; i++) *result += args[i];
    return true;
}

static bool mock_read(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t n = (args[1] & 63) + 1;
    if (!svm_charge(vm, 10)) return false;
    const uint8_t *p = svm_translate(vm, args[0], n, false);
    if (!p) return false;
    for (uint64_t i = 0; i < n; i++) *result += p[i];
    return true;
}

static bool mock_fill(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t n = (args[2] & 63) + 1;
    (void)result;
    if (!svm_charge(vm, 10)) return false;
    uint8_t *p = svm_translate(vm, args[0], n, true);
    if (!p) return false;
    memset(p, (uint8_t)args[1], n);
    return true;
}

static bool mock_fail(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    if (!svm_charge(vm, 1)) return false;
    *result = args[0];
    if (args[0] & 1) vm->fault = SVM_FAULT_SYSCALL;
    return !(args[0] & 1);
}

struct svm_syscalls sd_syscalls(void) {
    static const struct svm_syscall list[] = {
        /* sorted by svm_hash of the names */
        {0x207559bd, "sol_log_", mock_read},
        {0x31fb8952, "fail", mock_fail},
        {0xbd501461, "fill", mock_fill},
        {0xc72c9b19, "add", mock_add},
    };
    return (struct svm_syscalls){list, COUNT_OF(list)};
}

/* ---- Memory */

void sd_bench_init(struct sd_bench *b, const struct sd_peer *peer) {
    *b = (struct sd_bench){.peer = peer,
                           .stack = malloc(SVM_STACK_BYTES),
                           .heap = malloc(SD_HEAP_MAX),
                           .input = malloc(SD_INPUT_BYTES * SD_INPUT_MAX)};
}

void sd_bench_free(struct sd_bench *b) {
    free(b->stack);
    free(b->heap);
    free(b->input);
    buf_free(&b->why);
    buf_free(&b->out);
}

static bool differ(struct sd_bench *b, const char *engine, const char *what, uint64_t model,
                   uint64_t other) {
    buf_printf(&b->why, "%s: %s: 0x%llx, but 0x%llx there", engine, what, (unsigned long long)model,
               (unsigned long long)other);
    return false;
}

/* One of Tern's executions. */
struct execution {
    struct svm_vm vm;
    struct svm_region regions[SD_INPUT_MAX];
    uint8_t input[SD_INPUT_BYTES * SD_INPUT_MAX];
    size_t input_bytes;
    bool ok;
};

static void fill_input(uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(i * 7 + 1);
}

static void execute(struct execution *e, const struct svm_program *p, const struct sd_setting *s,
                    uint64_t meter, bool (*engine)(struct svm_vm *)) {
    e->input_bytes = 0;
    for (size_t i = 0; i < s->input_count; i++) {
        e->regions[i] = (struct svm_region){.host = e->input + e->input_bytes,
                                            .address = s->input[i].address,
                                            .bytes = s->input[i].bytes,
                                            .writable = s->input[i].writable};
        e->input_bytes += s->input[i].bytes;
    }
    fill_input(e->input, e->input_bytes);
    svm_vm_init(&e->vm, p, s->heap_bytes, e->regions, s->input_count, meter);
    memcpy(e->vm.r, s->r, sizeof s->r);
    e->ok = engine(&e->vm);
    svm_clear_stack(&e->vm, SVM_STACK_BYTES); /* to be compared */
}

/* ---- Tern's engines with each other */

static bool same_registers(struct sd_bench *b, const char *name, const uint64_t *model,
                           const uint64_t *other) {
    for (unsigned i = 0; i < SVM_REGISTERS; i++)
        if (model[i] != other[i]) {
            char what[8] = {'r', (char)('0' + i % 10), i == 10 ? '*' : 0, 0};
            return differ(b, name, what, model[i], other[i]);
        }
    return true;
}

static bool same_memory(struct sd_bench *b, const char *name, const struct execution *m,
                        const uint8_t *stack, const uint8_t *heap, size_t heap_bytes,
                        const uint8_t *input) {
    if (memcmp(m->vm.stack, stack, SVM_STACK_BYTES)) return differ(b, name, "stack", 0, 0);
    if (memcmp(m->vm.heap, heap, heap_bytes)) return differ(b, name, "heap", 0, 0);
    if (memcmp(m->input, input, m->input_bytes)) return differ(b, name, "input", 0, 0);
    return true;
}

static bool same(struct sd_bench *b, const char *name, const struct execution *m,
                 const struct execution *e, size_t heap_bytes) {
    const struct svm_vm *v = &m->vm, *w = &e->vm;
    if (m->ok != e->ok) return differ(b, name, "ended well", m->ok, e->ok);
    if (v->fault != w->fault) return differ(b, name, "fault", v->fault, w->fault);
    if (v->meter != w->meter) return differ(b, name, "meter", v->meter, w->meter);
    if (v->depth != w->depth) return differ(b, name, "depth", v->depth, w->depth);
    if (v->fault == SVM_FAULT_ACCESS_VIOLATION) {
        if (v->violation.address != w->violation.address)
            return differ(b, name, "address", v->violation.address, w->violation.address);
        if (v->violation.bytes != w->violation.bytes || v->violation.store != w->violation.store)
            return differ(b, name, "access", v->violation.bytes, w->violation.bytes);
    }
    return same_registers(b, name, v->r, w->r) &&
           same_memory(b, name, m, w->stack, w->heap, heap_bytes, e->input);
}

/* ---- The peer's */

static void execute_there(struct sd_bench *b, void *program, const struct sd_setting *s,
                          uint64_t meter, bool compiled, struct sd_ended *out) {
    struct sd_region regions[SD_INPUT_MAX];
    size_t at = 0;
    for (size_t i = 0; i < s->input_count; i++) {
        regions[i] = (struct sd_region){.host = b->input + at,
                                        .address = s->input[i].address,
                                        .bytes = s->input[i].bytes,
                                        .writable = s->input[i].writable};
        at += s->input[i].bytes;
    }
    memset(b->stack, 0, SVM_STACK_BYTES);
    memset(b->heap, 0, s->heap_bytes);
    fill_input(b->input, at);
    struct sd_run run = {.compiled = compiled,
                         .meter = meter,
                         .stack = b->stack,
                         .heap = b->heap,
                         .heap_bytes = s->heap_bytes,
                         .input = regions,
                         .input_count = s->input_count};
    memcpy(run.r, s->r, sizeof s->r);
    b->peer->run(program, &run, out);
}

static bool same_violation(struct sd_bench *b, const char *name, const struct svm_vm *v,
                           const struct sd_ended *t) {
    if (v->violation.address != t->address)
        return differ(b, name, "address", v->violation.address, t->address);
    if (v->violation.bytes != t->bytes)
        return differ(b, name, "size", v->violation.bytes, t->bytes);
    if (v->violation.store != t->store)
        return differ(b, name, "store", v->violation.store, t->store);
    buf_clear(&b->out);
    svm_violation_text(v, &b->out);
    if (!strcmp(buf_cstr(&b->out), t->text)) return true;
    buf_printf(&b->why, "%s: \"%s\", but \"%s\" there", name, buf_cstr(&b->out), t->text);
    return false;
}

/* The peer's compiled code looks at its meter only where it jumps, so that a program that runs out
 * of it may have done more there. */
static bool same_there(struct sd_bench *b, const struct execution *m, const struct sd_setting *s,
                       const struct sd_ended *t, bool compiled) {
    const char *name = compiled ? "peer's compiler" : "peer's interpreter";
    const struct svm_vm *v = &m->vm;
    if (v->fault != t->fault) return differ(b, name, "fault", v->fault, t->fault);
    if (v->meter != t->meter) return differ(b, name, "meter", v->meter, t->meter);
    if (v->fault == SVM_FAULT_ACCESS_VIOLATION && !same_violation(b, name, v, t)) return false;
    if (compiled && v->fault == SVM_FAULT_EXCEEDED_METER) return true;
    if (!compiled && !same_registers(b, name, v->r, t->r)) return false;
    if (m->ok && v->r[0] != t->r[0]) return differ(b, name, "r0", v->r[0], t->r[0]);
    return same_memory(b, name, m, b->stack, b->heap, s->heap_bytes, b->input);
}

/* ---- Running */

static bool compare_run(struct sd_bench *b, const struct svm_program *ours, void *theirs,
                        const struct sd_setting *s, uint64_t meter, uint64_t *used) {
    static const struct {
        const char *name;
        bool (*run)(struct svm_vm *);
    } engines[] = {{"interpreter", svm_vm_run}, {"compiler", svm_vm_run_compiled}};
    struct execution model, e;
    execute(&model, ours, s, meter, svm_vm_run_exact);
    bool equal = true;
    for (size_t i = 0; i < COUNT_OF(engines) && equal; i++) {
        execute(&e, ours, s, meter, engines[i].run);
        equal = same(b, engines[i].name, &model, &e, s->heap_bytes);
        svm_vm_free(&e.vm);
    }
    for (int compiled = 0; compiled < 2 && equal && theirs; compiled++) {
        struct sd_ended ended;
        execute_there(b, theirs, s, meter, compiled, &ended);
        equal = same_there(b, &model, s, &ended, compiled);
    }
    b->runs++;
    b->faults[model.vm.fault]++;
    *used = meter - model.vm.meter;
    svm_vm_free(&model.vm);
    return equal;
}

static bool run_all(struct sd_bench *b, const struct svm_program *ours, void *theirs,
                    const struct sd_setting *s, bool every_meter) {
    uint64_t used, ignored;
    if (!compare_run(b, ours, theirs, s, s->meter, &used)) return false;
    for (uint64_t m = 0; every_meter && m <= used && m < 200; m++)
        if (!compare_run(b, ours, theirs, s, m, &ignored)) return false;
    return true;
}

/* ---- Loading */

/* The verifier's errors by the names that the crate has for them. The loader's own may be told in
 * another order. */
static const char *peer_name(int32_t code) {
    switch (code) {
    case SVM_LOAD_LENGTH_NOT_MULTIPLE: return "ProgramLengthNotMultiple";
    case SVM_LOAD_NO_PROGRAM: return "NoProgram";
    case SVM_LOAD_UNKNOWN_OPCODE: return "UnknownOpCode";
    case SVM_LOAD_LDDW_CANNOT_BE_LAST: return "LDDWCannotBeLast";
    case SVM_LOAD_INCOMPLETE_LDDW: return "IncompleteLDDW";
    case SVM_LOAD_DIVISION_BY_ZERO: return "DivisionByZero";
    case SVM_LOAD_UNSUPPORTED_ENDIAN: return "UnsupportedLEBEArgument";
    case SVM_LOAD_SHIFT_WITH_OVERFLOW: return "ShiftWithOverflow";
    case SVM_LOAD_JUMP_OUT_OF_CODE: return "JumpOutOfCode";
    case SVM_LOAD_JUMP_TO_MIDDLE_OF_LDDW: return "JumpToMiddleOfLDDW";
    case SVM_LOAD_INVALID_REGISTER: return "InvalidRegister";
    case SVM_LOAD_INVALID_SOURCE_REGISTER: return "InvalidSourceRegister";
    case SVM_LOAD_INVALID_DESTINATION_REGISTER: return "InvalidDestinationRegister";
    case SVM_LOAD_CANNOT_WRITE_R10: return "CannotWriteR10";
    case SVM_LOAD_UNALIGNED_IMMEDIATE: return "UnalignedImmediate";
    default: return NULL;
    }
}

static bool same_refusal(struct sd_bench *b, struct err e, const struct sd_loaded *there) {
    const char *name = peer_name(e.code);
    if (!name || !strcmp(name, there->error)) return true;
    buf_printf(&b->why, "refused for \"%s\" at %llu, but for %s there", e.text,
               (unsigned long long)e.at, there->error);
    return false;
}

static bool same_program(struct sd_bench *b, const struct svm_program *p,
                         const struct sd_loaded *there) {
    const char *name = "loader";
    if (p->version != there->version) return differ(b, name, "version", p->version, there->version);
    if (p->entry != there->entry) return differ(b, name, "entry", p->entry, there->entry);
    if (p->count != there->text_bytes / SVM_INSTRUCTION_BYTES)
        return differ(b, name, "instructions", p->count, there->text_bytes / 8);
    if (p->text_address != there->text_address)
        return differ(b, name, "text address", p->text_address, there->text_address);
    if (p->rodata_bytes != there->rodata_bytes)
        return differ(b, name, "read-only bytes", p->rodata_bytes, there->rodata_bytes);
    if (p->rodata_bytes && memcmp(p->rodata, there->rodata, p->rodata_bytes))
        return differ(b, name, "read-only memory", 0, 0);
    return true;
}

bool sd_compare(struct sd_bench *b, struct bytes elf, const struct sd_setting *s, size_t flags,
                bool every_meter) {
    struct svm_load_options options = {.lowest = SVM_V0,
                                       .highest = SVM_V3,
                                       .deploying = flags & SD_DEPLOYING,
                                       .syscalls = sd_syscalls()};
    struct svm_program *ours = NULL;
    struct sd_loaded loaded;
    buf_clear(&b->why);
    struct err e = svm_program_load(&ours, elf, &options);
    void *theirs = b->peer ? b->peer->load(elf.p, elf.n, flags, &loaded) : NULL;
    bool equal = true;
    if (b->peer && !err_is(e) != (theirs != NULL)) {
        buf_printf(&b->why, "%s (%s), but %s there", err_is(e) ? "refused" : "accepted",
                   err_is(e) ? e.text : "", theirs ? "accepted" : loaded.error);
        equal = false;
    } else if (err_is(e)) {
        b->refused++;
        equal = !b->peer || same_refusal(b, e, &loaded);
    } else {
        b->ran++;
        equal = !b->peer || same_program(b, ours, &loaded);
        if (equal && s) {
            svm_program_compile(ours);
            if (theirs) b->peer->compile(theirs);
            equal = run_all(b, ours, theirs, s, every_meter);
        }
    }
    if (!err_is(e)) svm_program_unref(ours);
    if (theirs) b->peer->free(theirs);
    return equal;
}
