/* The compiler from SBPF to x86-64: one pass (jit.h says where things live).
 *
 * A basic block pays at its first instruction. If the meter cannot, the interpreter goes on from
 * there, and stops where it has to; so it does at a call through a register into the middle of a
 * block. Frames are kept in the vm as the interpreter keeps them, besides the processor's own
 * return addresses, so that it can take over at any depth. */
#include "svm/jit.h"

#include <stdlib.h>
#include <sys/random.h>

/* A program may have 10 MiB; what would become longer than this is interpreted. Both together bound
 * the time: a few nanoseconds for each byte. */
enum { CODE_BYTES_MAX = 64 << 20, INSTRUCTIONS_MAX = 1 << 21 };

#if defined(__x86_64__)

#define REGISTER(i) (VM_OFFSET(r) + 8 * (int32_t)(i))

/* ---- What compiled code calls */

static uint8_t *jit_translate(struct svm_vm *vm, uint64_t address, uint32_t packed) {
    return svm_access_memory(vm, address, packed & 0xff, packed >> 8);
}

static bool jit_syscall(struct svm_vm *vm, uint64_t index) {
    uint64_t args[5], result = 0;
    memcpy(args, vm->r + 1, sizeof args);
    if (!vm->program->syscalls.list[index].run(vm, args, &result)) return false;
    vm->r[0] = result;
    return true;
}

/* Makes room for a frame; false at SVM_CALL_DEPTH_MAX. */
static bool jit_deeper(struct svm_vm *vm) {
    if (vm->depth < SVM_CALL_DEPTH_MAX) {
        svm_clear_stack(vm, ((uint64_t)vm->depth + 1) * SVM_FRAME_BYTES);
        return true;
    }
    vm->fault = SVM_FAULT_CALL_DEPTH_EXCEEDED;
    return false;
}

/* ---- Blocks */

static void find_leaders(struct compiler *c) {
    const struct svm_program *p = c->p;
    c->leader[p->entry] = true;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct svm_ins *in = &p->code[i];
        if (in->op == OP_LDDW) {
            i++;
            continue;
        }
        if (!svm_ends_block(in)) continue;
        c->leader[i + 1] = true;
        bool goes = in->op != OP_EXIT && in->op != OP_CALLX && in->op != OP_SYSCALL &&
                    in->op != OP_UNSUPPORTED;
        if (goes) c->leader[in->target] = true;
    }
}

static void count_rest(struct compiler *c) {
    const struct svm_program *p = c->p;
    uint32_t *rest = c->rest;
    rest[p->count] = 0;
    for (uint32_t i = p->count; i-- > 0;) {
        uint32_t next = i + (p->code[i].op == OP_LDDW ? 2 : 1);
        rest[i] = svm_ends_block(&p->code[i]) || c->leader[next] ? 0 : rest[next] + 1;
    }
}

/* ---- Rare things */

void jit_end_at(struct compiler *c, size_t from, uint32_t pc, enum svm_fault fault,
                enum jit_ending ending, uint32_t refund) {
    struct cold_end e = {from, pc, fault, refund, (uint8_t)ending};
    buf_put(&c->cold, &e, sizeof e);
}

static void put_cold_ends(struct compiler *c) {
    struct buf *b = &c->code;
    const struct cold_end *e = (const void *)c->cold.p;
    for (size_t i = 0; i < c->cold.n / sizeof *e; i++) {
        x86_patch(b, e[i].from, b->n);
        if (e[i].refund) x86_alu_imm(b, true, ALU_ADD, METER, (int32_t)e[i].refund);
        if (e[i].fault) x86_store_imm32(b, false, VM, VM_OFFSET(fault), e[i].fault);
        x86_store_imm32(b, false, VM, VM_OFFSET(pc), e[i].pc);
        x86_mov_imm(b, RCX, e[i].ending);
        x86_patch(b, x86_jmp(b), c->leave);
    }
}

static void put_deep_calls(struct compiler *c) {
    struct buf *b = &c->code;
    const struct deep_call *d = (const void *)c->deep.p;
    for (size_t i = 0; i < c->deep.n / sizeof *d; i++) {
        x86_patch(b, d[i].from, b->n);
        x86_patch(b, x86_call(b), c->deeper);
        x86_test(b, false, RCX, RCX);
        jit_end_at(c, x86_jcc(b, CC_E), d[i].pc, SVM_FAULT_NONE, FAULTED, 0);
        x86_patch(b, x86_jmp(b), d[i].back);
    }
}

static void put_slow_accesses(struct compiler *c) {
    struct buf *b = &c->code;
    const struct slow_access *s = (const void *)c->slow.p;
    for (size_t i = 0; i < c->slow.n / sizeof *s; i++) {
        for (int k = 0; k < 2; k++) x86_patch(b, s[i].from[k], b->n);
        x86_lea(b, SCRATCH, s[i].base, s[i].off);
        x86_mov_imm(b, RCX, s[i].bytes | (unsigned)s[i].store << 8);
        x86_patch(b, x86_call(b), c->translate);
        x86_test(b, true, SCRATCH, SCRATCH);
        jit_end_at(c, x86_jcc(b, CC_E), s[i].pc, SVM_FAULT_NONE, FAULTED, 0);
        x86_lea(b, RCX, SCRATCH, s[i].bytes);
        x86_patch(b, x86_jmp(b), s[i].back);
    }
}

/* ---- Chance */

static uint32_t draw(struct compiler *c) { /* splitmix64 */
    uint64_t z = (c->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

/* Where there is no randomness to be had, the address space's has to do. */
static void seed(struct compiler *c) {
    if (getrandom(&c->random, sizeof c->random, GRND_NONBLOCK) != sizeof c->random)
        c->random = (uintptr_t)c ^ (uintptr_t)c->rest;
    c->key[0] = (int32_t)draw(c);
    c->key[1] = (int32_t)draw(c);
}

enum { NO_OP = 0x90, NO_OP_DISTANCE = 128, PADDING_MAX = 256 };

/* On average one in NO_OP_DISTANCE instructions has one in front. */
static void put_no_op(struct compiler *c) {
    if (c->to_no_op-- > 0) return;
    x86_u8(&c->code, NO_OP);
    c->to_no_op = draw(c) % (2 * NO_OP_DISTANCE);
}

static void put_padding(struct compiler *c) {
    for (uint32_t n = draw(c) % PADDING_MAX; n > 0; n--) x86_u8(&c->code, 0xcc);
}

/* ---- The whole */

static uint32_t put_instruction(struct compiler *c, uint32_t pc) {
    put_no_op(c);
    c->position[pc] = (uint32_t)c->code.n;
    if (c->leader[pc]) {
        uint32_t cost = c->rest[pc] + 1;
        x86_alu_imm(&c->code, true, ALU_SUB, METER, (int32_t)cost);
        jit_end_at(c, x86_jcc(&c->code, CC_B), pc, SVM_FAULT_NONE, POOR, cost);
    }
    return jit_put_operation(c, pc);
}

static const uint8_t SAVED[] = {RBX, RBP, R12, R13, R14, R15};

static void put_registers(struct buf *b, bool load, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (load)
            x86_load(b, true, REG[i], VM, REGISTER(i));
        else
            x86_store(b, true, VM, REGISTER(i), REG[i]);
    }
}

/* int enter(vm, code) and the common end: rcx is how it ended. */
static void put_enter_and_leave(struct compiler *c) {
    struct buf *b = &c->code;
    c->enter = b->n;
    for (size_t i = 0; i < COUNT_OF(SAVED); i++) x86_push(b, SAVED[i]);
    x86_alu_imm(b, true, ALU_SUB, RSP, 8);
    x86_mov(b, true, VM, RDI);
    x86_mov(b, true, SCRATCH, RSI);
    x86_store(b, true, VM, VM_OFFSET(host_stack), RSP);
    x86_load(b, true, METER, VM, VM_OFFSET(meter));
    put_registers(b, true, SVM_REGISTERS);
    buf_put(b, "\x41\xff\xe3", 3); /* jmp r11 */

    c->leave = b->n;
    put_registers(b, false, SVM_REGISTERS);
    x86_store(b, true, VM, VM_OFFSET(meter), METER);
    x86_mov(b, false, RAX, RCX);
    x86_load(b, true, RSP, VM, VM_OFFSET(host_stack));
    x86_alu_imm(b, true, ALU_ADD, RSP, 8);
    for (size_t i = COUNT_OF(SAVED); i-- > 0;) x86_pop(b, SAVED[i]);
    x86_ret(b);
}

/* Calls a C function with an aligned stack; its address goes through rax. */
static void put_c_call(struct buf *b, uintptr_t function) {
    x86_mov(b, true, SCRATCH, RSP);
    x86_alu_imm(b, true, ALU_AND, RSP, -16);
    x86_push(b, SCRATCH);
    x86_push(b, SCRATCH);
    x86_mov_imm(b, RAX, function);
    buf_put(b, "\xff\xd0", 2); /* call rax */
    x86_pop(b, SCRATCH);
    x86_mov(b, true, RSP, SCRATCH);
}

/* The gaps of version 0's stack, without leaving the code: from the address in r11 and the packed
 * size in rcx to the host address in r11, if it is there. */
static void put_gapped_stack(struct compiler *c) {
    struct buf *b = &c->code;
    size_t miss[3];
    x86_push(b, RAX);
    x86_mov(b, true, RAX, SCRATCH);
    x86_shift_imm(b, true, SHIFT_SHR, RAX, 32);
    x86_alu_imm(b, false, ALU_CMP, RAX, 2);
    miss[0] = x86_jcc(b, CC_NE);
    x86_op_rr(b, false, 0xf7, 0, SCRATCH); /* test r11d, SVM_FRAME_BYTES */
    x86_u32(b, SVM_FRAME_BYTES);
    miss[1] = x86_jcc(b, CC_NE);
    x86_push(b, RDX);
    x86_mov(b, false, RAX, SCRATCH);
    x86_shift_imm(b, false, SHIFT_SHR, RAX, 1);
    x86_alu_imm(b, false, ALU_AND, RAX, -SVM_FRAME_BYTES);
    x86_mov(b, false, RDX, SCRATCH);
    x86_alu_imm(b, false, ALU_AND, RDX, SVM_FRAME_BYTES - 1);
    x86_alu(b, false, ALU_OR, RAX, RDX);
    x86_op2_rr(b, false, 0xb6, RDX, RCX); /* movzx edx, cl */
    x86_alu(b, false, ALU_ADD, RDX, RAX);
    x86_rex(b, false, RDX, 0, VM, false); /* cmp edx, [stack_clear] */
    x86_u8(b, 0x3b);
    x86_modrm_mem(b, RDX, VM, VM_OFFSET(stack_clear));
    x86_pop(b, RDX);
    miss[2] = x86_jcc(b, CC_A);
    x86_load(b, true, SCRATCH, VM, VM_OFFSET(stack));
    x86_alu(b, true, ALU_ADD, SCRATCH, RAX);
    x86_pop(b, RAX);
    x86_ret(b);
    for (size_t i = 0; i < COUNT_OF(miss); i++) x86_patch(b, miss[i], b->n);
    x86_pop(b, RAX);
}

/* What C functions do not keep. */
static const uint8_t KEPT[] = {RAX, RDI, RSI, RDX, R8, R9, R10};

/* From the address in r11 and the packed size in rcx to the host address in r11, 0 if none. */
static void put_translate(struct compiler *c) {
    struct buf *b = &c->code;
    c->translate = b->n;
    if (c->p->version == SVM_V0) put_gapped_stack(c);
    for (size_t i = 0; i < COUNT_OF(KEPT); i++) x86_push(b, KEPT[i]);
    x86_mov(b, true, RDI, VM);
    x86_mov(b, true, RSI, SCRATCH);
    x86_mov(b, false, RDX, RCX);
    put_c_call(b, (uintptr_t)jit_translate);
    x86_mov(b, true, SCRATCH, RAX);
    for (size_t i = COUNT_OF(KEPT); i-- > 0;) x86_pop(b, KEPT[i]);
    x86_ret(b);
}

/* rcx is 0 if the frame is one too many; r11 is kept. */
static void put_deeper(struct compiler *c) {
    struct buf *b = &c->code;
    c->deeper = b->n;
    for (size_t i = 0; i < COUNT_OF(KEPT); i++) x86_push(b, KEPT[i]);
    x86_push(b, SCRATCH);
    x86_mov(b, true, RDI, VM);
    put_c_call(b, (uintptr_t)jit_deeper);
    x86_op2_rr(b, false, 0xb6, RCX, RAX); /* movzx ecx, al */
    x86_pop(b, SCRATCH);
    for (size_t i = COUNT_OF(KEPT); i-- > 0;) x86_pop(b, KEPT[i]);
    x86_ret(b);
}

/* The syscall of the number in rcx; rcx is 0 if it failed. */
static void put_syscall_thunk(struct compiler *c) {
    struct buf *b = &c->code;
    c->syscall = b->n;
    put_registers(b, false, 6);
    x86_store(b, true, VM, VM_OFFSET(meter), METER);
    x86_mov(b, true, RDI, VM);
    x86_mov(b, true, RSI, RCX);
    put_c_call(b, (uintptr_t)jit_syscall);
    x86_op2_rr(b, false, 0xb6, RCX, RAX); /* movzx ecx, al */
    put_registers(b, true, 6);
    x86_load(b, true, METER, VM, VM_OFFSET(meter));
    x86_ret(b);
}

/* Where a call through a register ends that does not reach the beginning of a block. */
static void put_middle(struct compiler *c) {
    struct buf *b = &c->code;
    c->middle = b->n;
    x86_mov_imm(b, RCX, INTERPRET);
    x86_patch(b, x86_jmp(b), c->leave);
}

static void patch_jumps(struct compiler *c) {
    const struct fixup *f = (const void *)c->fixups.p;
    for (size_t i = 0; i < c->fixups.n / sizeof *f; i++)
        x86_patch(&c->code, f[i].at, c->position[f[i].target]);
}

/* The second slots of LDDW, which calls and the entry point may name: no instructions. */
static void put_second_slots(struct compiler *c) {
    for (uint32_t pc = 0; pc < c->p->count; pc++)
        if (c->p->code[pc].op == OP_LDDW && c->leader[++pc]) put_instruction(c, pc);
}

/* False: the code is longer than it may be. */
static bool put_all(struct compiler *c, size_t code_max) {
    put_padding(c);
    put_enter_and_leave(c);
    put_translate(c);
    put_syscall_thunk(c);
    put_deeper(c);
    put_middle(c);
    for (uint32_t pc = 0; pc <= c->p->count && c->code.n <= code_max;) pc += put_instruction(c, pc);
    if (c->code.n > code_max) return false;
    put_second_slots(c);
    put_slow_accesses(c);
    put_deep_calls(c);
    put_cold_ends(c);
    patch_jumps(c);
    return c->code.n <= code_max;
}

/* Where calls through registers go, by instruction, counted from the table on. */
static void put_table(struct compiler *c, struct buf *out) {
    for (uint32_t i = 0; i < c->p->count; i++) {
        size_t at = c->leader[i] ? c->position[i] : c->middle;
        x86_u32(out, (uint32_t)(c->table_room + at));
    }
}

static struct svm_jit *install(struct compiler *c) {
    struct buf table = {0};
    struct jit_pages pages;
    put_table(c, &table);
    bool ok = jit_pages_make(&pages, buf_bytes(&table), buf_bytes(&c->code));
    buf_free(&table);
    if (!ok) return NULL;
    struct svm_jit *j = xcalloc(1, sizeof *j);
    *j = (struct svm_jit){.pages = pages,
                          .code_bytes = c->code.n,
                          .enter = c->enter,
                          .entry = c->position[c->p->entry],
                          .count = c->p->count,
                          .rest = c->rest};
    c->rest = NULL;
    return j;
}

struct svm_jit *jit_compile(const struct svm_program *p, size_t code_max) {
    size_t slots = (size_t)p->count + 1;
    struct compiler c = {.p = p,
                         .leader = xcalloc(slots, sizeof(bool)),
                         .rest = xcalloc(slots, sizeof(uint32_t)),
                         .position = xcalloc(slots, sizeof(uint32_t)),
                         .table_room = jit_table_room(p->count * sizeof(uint32_t))};
    seed(&c);
    find_leaders(&c);
    count_rest(&c);
    struct svm_jit *j = put_all(&c, code_max) ? install(&c) : NULL;
    free(c.leader);
    free(c.rest);
    free(c.position);
    buf_free(&c.code);
    buf_free(&c.slow);
    buf_free(&c.deep);
    buf_free(&c.cold);
    buf_free(&c.fixups);
    return j;
}

bool svm_program_compile(struct svm_program *p) {
    if (!p->jit && p->count <= INSTRUCTIONS_MAX) p->jit = jit_compile(p, CODE_BYTES_MAX);
    return p->jit != NULL;
}

bool svm_vm_run_compiled(struct svm_vm *vm) {
    const struct svm_jit *j = vm->program->jit;
    if (!j) return svm_vm_run(vm);
    vm->frame_host = vm->stack + SVM_FRAME_BYTES;
    int (*enter)(struct svm_vm *, const void *);
    uint8_t *at = j->pages.code + j->enter;
    memcpy(&enter, &at, sizeof enter);
    switch ((enum jit_ending)enter(vm, j->pages.code + j->entry)) {
    case ENDED: return true;
    case FAULTED: vm->meter += j->rest[vm->pc]; return false;
    case POOR: return svm_interpret_exact_from(vm, vm->pc);
    case INTERPRET: return svm_interpret_from(vm, vm->pc);
    case FAILED_CALL: return false;
    }
    return false;
}

#else

bool svm_program_compile(struct svm_program *p) {
    (void)p;
    return false;
}

bool svm_vm_run_compiled(struct svm_vm *vm) {
    return svm_vm_run(vm);
}

#endif

void svm_jit_free(struct svm_jit *j) {
    if (!j) return;
    jit_pages_free(&j->pages);
    free(j->rest);
    free(j);
}

size_t svm_jit_bytes(const struct svm_jit *j) {
    return j ? sizeof *j + j->pages.map_bytes + ((size_t)j->count + 1) * sizeof *j->rest : 0;
}
