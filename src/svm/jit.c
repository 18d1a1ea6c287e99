/* The compiler from SBPF to x86-64.
 *
 * One pass: each instruction becomes a few of the processor's; what happens rarely (slow memory
 * accesses, faults, an empty meter) goes behind the code. The registers of SBPF live in registers:
 *
 *   r0  r1  r2  r3  r4 r5 | r6  r7  r8  r9  r10 | meter | vm  | scratch
 *   rax rdi rsi rdx r8 r9 | rbx r13 r14 r15 rbp | r10   | r12 | rcx r11
 *
 * A basic block pays at its first instruction. If the meter cannot, the interpreter goes on from
 * there, and stops where it has to; so it does at a call through a register into the middle of a
 * block. Frames are kept in the vm as the interpreter keeps them, besides the processor's own
 * return addresses, so that it can take over at any depth.
 *
 * The code is written into memory that is writable and not executable, then made executable and not
 * writable. */
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "svm/program.h"
#include "svm/x86.h"

struct svm_jit {
    uint8_t *code;
    size_t bytes;
    size_t enter;       /* the function that C calls */
    void **table;       /* where an instruction's code is, for calls through registers */
    uint32_t *rest;     /* how many instructions of its block follow an instruction */
    uint32_t *position; /* of an instruction in the code */
};

#if defined(__x86_64__)

/* How compiled code ends. */
enum ending {
    ENDED,       /* exit of the outermost frame */
    FAULTED,     /* vm->fault at vm->pc; what the block has paid for and not run is given back */
    POOR,        /* the block at vm->pc cannot be paid: exactly from there */
    INTERPRET,   /* from vm->pc */
    FAILED_CALL, /* a syscall ended it */
};

static const uint8_t REG[SVM_REGISTERS] = {RAX, RDI, RSI, RDX, R8, R9, RBX, R13, R14, R15, RBP};
enum { METER = R10, VM = R12, SCRATCH = R11 };

#define VM_OFFSET(member) ((int32_t)offsetof(struct svm_vm, member))
#define REGISTER(i)       (VM_OFFSET(r) + 8 * (int32_t)(i))

enum { FRAME_BYTES = sizeof(struct svm_frame), WINDOW_BYTES = 24 };
_Static_assert(FRAME_BYTES == 48, "frames are found by 6 * 8 * depth");
_Static_assert(sizeof(((struct svm_vm *)0)->window[0]) == WINDOW_BYTES, "and windows by 3 * 8");

/* A memory access behind the code. */
struct slow_access {
    size_t from[2], back; /* places to patch, where to go on */
    uint32_t pc;
    uint8_t base, bytes;
    bool store;
    int32_t off;
};

/* Something that ends the execution at an instruction. */
struct cold_end {
    size_t from;
    uint32_t pc;
    enum svm_fault fault; /* NONE: it is set already */
    uint32_t refund;      /* POOR: the block's cost */
    uint8_t ending;
};

struct fixup {
    size_t at;
    uint32_t target;
};

struct compiler {
    const struct svm_program *p;
    struct buf code;
    struct svm_jit *jit;
    bool *leader;
    struct buf slow, cold, fixups; /* arrays of the structs above */
    size_t leave, translate, syscall, middle;
};

/* ---- What compiled code calls */

static uint8_t *jit_translate(struct svm_vm *vm, uint64_t address, uint32_t packed) {
    return svm_translate(vm, address, packed & 0xff, packed >> 8);
}

static bool jit_syscall(struct svm_vm *vm, uint64_t index) {
    uint64_t args[5], result = 0;
    memcpy(args, vm->r + 1, sizeof args);
    if (!vm->program->syscalls.list[index].run(vm, args, &result)) return false;
    vm->r[0] = result;
    return true;
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
    uint32_t *rest = c->jit->rest;
    rest[p->count] = 0;
    for (uint32_t i = p->count; i-- > 0;) {
        uint32_t next = i + (p->code[i].op == OP_LDDW ? 2 : 1);
        rest[i] = svm_ends_block(&p->code[i]) || c->leader[next] ? 0 : rest[next] + 1;
    }
}

/* ---- Rare things */

static void end_at(struct compiler *c, size_t from, uint32_t pc, enum svm_fault fault,
                   enum ending ending, uint32_t refund) {
    struct cold_end e = {from, pc, fault, refund, (uint8_t)ending};
    buf_put(&c->cold, &e, sizeof e);
}

static void fault_if(struct compiler *c, enum x86_cc cc, uint32_t pc, enum svm_fault fault) {
    end_at(c, x86_jcc(&c->code, cc), pc, fault, FAULTED, 0);
}

static void fault_always(struct compiler *c, uint32_t pc, enum svm_fault fault) {
    end_at(c, x86_jmp(&c->code), pc, fault, FAULTED, 0);
}

static void go_to(struct compiler *c, size_t at, uint32_t target) {
    struct fixup f = {at, target};
    buf_put(&c->fixups, &f, sizeof f);
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

static void put_slow_accesses(struct compiler *c) {
    struct buf *b = &c->code;
    const struct slow_access *s = (const void *)c->slow.p;
    for (size_t i = 0; i < c->slow.n / sizeof *s; i++) {
        for (int k = 0; k < 2; k++) x86_patch(b, s[i].from[k], b->n);
        x86_lea(b, SCRATCH, s[i].base, s[i].off);
        x86_mov_imm(b, RCX, s[i].bytes | (unsigned)s[i].store << 8);
        x86_patch(b, x86_call(b), c->translate);
        x86_test(b, true, SCRATCH, SCRATCH);
        end_at(c, x86_jcc(b, CC_E), s[i].pc, SVM_FAULT_NONE, FAULTED, 0);
        x86_lea(b, RCX, SCRATCH, s[i].bytes);
        x86_patch(b, x86_jmp(b), s[i].back);
    }
}

/* ---- Memory */

/* Puts into rcx the host address of the access, plus `bytes`. */
static void put_address(struct compiler *c, uint32_t pc, unsigned base, int32_t off, unsigned bytes,
                        bool store) {
    struct buf *b = &c->code;
    struct slow_access s = {
        .pc = pc, .base = (uint8_t)base, .bytes = (uint8_t)bytes, .store = store, .off = off};
    x86_lea(b, SCRATCH, base, off);
    x86_mov(b, true, RCX, SCRATCH);
    x86_shift_imm(b, true, SHIFT_SHR, RCX, 32);
    x86_alu_imm(b, false, ALU_CMP, RCX, SVM_WINDOWS - 1);
    s.from[0] = x86_jcc(b, CC_A);
    buf_put(b, "\x48\x8d\x0c\x49", 4); /* lea rcx, [rcx + rcx * 2] */
    x86_mov(b, false, SCRATCH, SCRATCH);
    x86_alu_imm(b, true, ALU_ADD, SCRATCH, (int32_t)bytes);
    x86_rex(b, true, SCRATCH, RCX, VM, false); /* cmp r11, [r12 + rcx * 8 + …] */
    x86_u8(b, 0x3b);
    x86_modrm_sib8(b, SCRATCH, VM, RCX,
                   store ? VM_OFFSET(window[0].writable) : VM_OFFSET(window[0].readable));
    s.from[1] = x86_jcc(b, CC_A);
    x86_rex(b, true, RCX, RCX, VM, false); /* mov rcx, [r12 + rcx * 8 + …] */
    x86_u8(b, 0x8b);
    x86_modrm_sib8(b, RCX, VM, RCX, VM_OFFSET(window[0].host));
    x86_alu(b, true, ALU_ADD, RCX, SCRATCH);
    s.back = b->n;
    buf_put(&c->slow, &s, sizeof s);
}

/* Prepares an access; *host and *disp are where it is. The frame that r10 ends is always there. */
static void put_access(struct compiler *c, uint32_t pc, unsigned base, int32_t off, unsigned bytes,
                       bool store, unsigned *host, int32_t *disp) {
    bool fixed = c->p->version == SVM_V0 || c->p->version == SVM_V3;
    if (base == REG[10] && fixed && off >= -SVM_FRAME_BYTES && off <= -(int32_t)bytes) {
        x86_load(&c->code, true, SCRATCH, VM, VM_OFFSET(frame_host));
        *host = SCRATCH;
        *disp = off;
        return;
    }
    put_address(c, pc, base, off, bytes, store);
    *host = RCX;
    *disp = -(int32_t)bytes;
}

static void put_load(struct compiler *c, uint32_t pc, const struct svm_ins *i, unsigned bytes) {
    unsigned host;
    int32_t disp;
    put_access(c, pc, REG[i->src], i->off, bytes, false, &host, &disp);
    x86_load_sized(&c->code, bytes, REG[i->dst], host, disp);
}

static void put_store(struct compiler *c, uint32_t pc, const struct svm_ins *i, unsigned bytes,
                      bool immediate) {
    unsigned host;
    int32_t disp;
    put_access(c, pc, REG[i->dst], i->off, bytes, true, &host, &disp);
    if (immediate)
        x86_store_sized_imm(&c->code, bytes, host, disp, (int32_t)i->imm);
    else
        x86_store_sized(&c->code, bytes, host, disp, REG[i->src]);
}

/* ---- Arithmetic */

/* The source operand in a register: the immediate goes to rcx. */
static unsigned put_source(struct compiler *c, const struct svm_ins *i, bool immediate) {
    if (!immediate) return REG[i->src];
    x86_mov_imm(&c->code, RCX, (uint64_t)i->imm);
    return RCX;
}

static void put_alu(struct compiler *c, const struct svm_ins *i, bool w, enum x86_alu op,
                    bool immediate) {
    if (immediate)
        x86_alu_imm(&c->code, w, op, REG[i->dst], (int32_t)i->imm);
    else
        x86_alu(&c->code, w, op, REG[i->dst], REG[i->src]);
}

static void put_sign_extension(struct compiler *c, const struct svm_ins *i) {
    x86_movsxd(&c->code, REG[i->dst], REG[i->dst]);
}

/* imm - dst */
static void put_reverse_sub(struct compiler *c, const struct svm_ins *i, bool w) {
    x86_neg(&c->code, w, REG[i->dst]);
    x86_alu_imm(&c->code, w, ALU_ADD, REG[i->dst], (int32_t)i->imm);
}

static void put_mul(struct compiler *c, const struct svm_ins *i, bool w, bool immediate) {
    x86_op2_rr(&c->code, w, 0xaf, REG[i->dst], put_source(c, i, immediate));
}

static void put_shift(struct compiler *c, const struct svm_ins *i, bool w, enum x86_shift op,
                      bool immediate) {
    struct buf *b = &c->code;
    if (!w)
        x86_mov(b, false, REG[i->dst], REG[i->dst]); /* a count of 0 would leave the upper half */
    if (immediate) {
        x86_shift_imm(b, w, op, REG[i->dst], (unsigned)i->imm & (w ? 63 : 31));
        return;
    }
    x86_mov(b, false, RCX, REG[i->src]);
    x86_shift_cl(b, w, op, REG[i->dst]);
}

/* What a division or a long product is to give. */
enum pick { LOW = RAX, HIGH = RDX };

/* F7 /n on rax and rdx, which are saved around it. The operand is in rcx. */
static void put_wide(struct compiler *c, const struct svm_ins *i, bool w, unsigned n,
                     enum pick pick) {
    struct buf *b = &c->code;
    x86_push(b, RAX);
    x86_push(b, RDX);
    if (REG[i->dst] != RAX) x86_mov(b, true, RAX, REG[i->dst]);
    if (n == 6) x86_alu(b, false, ALU_XOR, RDX, RDX);
    if (n == 7) {
        if (w) x86_u8(b, 0x48); /* cqo, cdq */
        x86_u8(b, 0x99);
    }
    x86_op_rr(b, w, 0xf7, n, RCX);
    x86_mov(b, w, SCRATCH, pick);
    x86_pop(b, RDX);
    x86_pop(b, RAX);
    x86_mov(b, w, REG[i->dst], SCRATCH);
}

static void put_operand_in_rcx(struct compiler *c, const struct svm_ins *i, bool immediate) {
    unsigned s = put_source(c, i, immediate);
    if (s != RCX) x86_mov(&c->code, true, RCX, s);
}

static void put_divide(struct compiler *c, uint32_t pc, const struct svm_ins *i, bool w,
                       bool is_signed, enum pick pick, bool immediate) {
    struct buf *b = &c->code;
    put_operand_in_rcx(c, i, immediate);
    x86_test(b, w, RCX, RCX);
    fault_if(c, CC_E, pc, SVM_FAULT_DIVIDE_BY_ZERO);
    if (is_signed) {
        x86_alu_imm(b, w, ALU_CMP, RCX, -1);
        size_t fine = x86_jcc(b, CC_NE);
        x86_mov_imm(b, SCRATCH, w ? (uint64_t)1 << 63 : (uint64_t)1 << 31);
        x86_alu(b, w, ALU_CMP, REG[i->dst], SCRATCH);
        fault_if(c, CC_E, pc, SVM_FAULT_DIVIDE_OVERFLOW);
        x86_patch(b, fine, b->n);
    }
    put_wide(c, i, w, is_signed ? 7 : 6, pick);
}

static void put_high_product(struct compiler *c, const struct svm_ins *i, bool is_signed,
                             bool immediate) {
    put_operand_in_rcx(c, i, immediate);
    put_wide(c, i, true, is_signed ? 5 : 4, HIGH);
}

static void put_byte_swap(struct compiler *c, unsigned r, unsigned bits) {
    struct buf *b = &c->code;
    if (bits == 16) {
        x86_u8(b, 0x66); /* ror r16, 8 */
        x86_shift_imm(b, false, SHIFT_ROR, r, 8);
        x86_op2_rr(b, false, 0xb7, r, r); /* movzx */
        return;
    }
    x86_rex(b, bits == 64, 0, 0, r, false);
    x86_u8(b, 0x0f);
    x86_u8(b, 0xc8u | (r & 7));
}

/* ---- Control */

static void put_compare(struct compiler *c, const struct svm_ins *i, bool w, bool immediate,
                        bool test_bits) {
    struct buf *b = &c->code;
    if (test_bits) {
        x86_test(b, w, REG[i->dst], put_source(c, i, immediate));
    } else if (immediate) {
        x86_alu_imm(b, w, ALU_CMP, REG[i->dst], (int32_t)i->imm);
    } else {
        x86_alu(b, w, ALU_CMP, REG[i->dst], REG[i->src]);
    }
}

/* rcx = 6 * depth, so that [vm + rcx * 8 + …] is in the newest frame. */
static void put_frame_index(struct buf *b) {
    x86_load(b, false, RCX, VM, VM_OFFSET(depth));
    buf_put(b, "\x48\x8d\x0c\x49", 4); /* lea rcx, [rcx + rcx * 2] */
    x86_alu(b, true, ALU_ADD, RCX, RCX);
}

static void put_frame_register(struct buf *b, unsigned opcode, unsigned reg, size_t offset) {
    x86_rex(b, true, reg, RCX, VM, false);
    x86_u8(b, opcode);
    x86_modrm_sib8(b, reg, VM, RCX, VM_OFFSET(frames) + (int32_t)offset);
}

static void put_frame_registers(struct buf *b, unsigned opcode) {
    for (unsigned i = 0; i < 4; i++)
        put_frame_register(b, opcode, REG[6 + i], offsetof(struct svm_frame, saved) + 8 * i);
    put_frame_register(b, opcode, REG[10], offsetof(struct svm_frame, frame_pointer));
}

static void put_push_frame(struct compiler *c, uint32_t pc) {
    struct buf *b = &c->code;
    put_frame_index(b);
    put_frame_registers(b, 0x89);
    x86_rex(b, false, 0, RCX, VM, false); /* mov dword [return_to], pc + 1 */
    x86_u8(b, 0xc7);
    x86_modrm_sib8(b, 0, VM, RCX,
                   VM_OFFSET(frames) + (int32_t)offsetof(struct svm_frame, return_to));
    x86_u32(b, pc + 1);
    x86_alu_mem(b, false, ALU_ADD, VM, VM_OFFSET(depth), 1);
    x86_alu_mem(b, false, ALU_CMP, VM, VM_OFFSET(depth), SVM_CALL_DEPTH_MAX);
    fault_if(c, CC_E, pc, SVM_FAULT_CALL_DEPTH_EXCEEDED);
    if (c->p->version == SVM_V0) x86_alu_imm(b, true, ALU_ADD, REG[10], 2 * SVM_FRAME_BYTES);
    if (c->p->version == SVM_V3) x86_alu_imm(b, true, ALU_ADD, REG[10], SVM_FRAME_BYTES);
    x86_alu_mem(b, true, ALU_ADD, VM, VM_OFFSET(frame_host), SVM_FRAME_BYTES);
}

static void put_callx(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    struct buf *b = &c->code;
    x86_mov_imm(b, RCX, c->p->text_address);
    x86_mov(b, true, SCRATCH, REG[i->src]);
    x86_alu(b, true, ALU_SUB, SCRATCH, RCX);
    x86_shift_imm(b, true, SHIFT_SHR, SCRATCH, 3);
    put_push_frame(c, pc);
    x86_alu_imm(b, true, ALU_CMP, SCRATCH, (int32_t)c->p->count);
    fault_if(c, CC_AE, pc, SVM_FAULT_CALL_OUTSIDE_TEXT);
    x86_mov_imm(b, RCX, (uintptr_t)c->jit->table);
    x86_rex(b, false, 0, SCRATCH, RCX, false); /* call [rcx + r11 * 8] */
    x86_u8(b, 0xff);
    x86_modrm_sib8(b, 2, RCX, SCRATCH, 0);
}

static void put_exit(struct compiler *c, uint32_t pc) {
    struct buf *b = &c->code;
    x86_alu_mem(b, false, ALU_CMP, VM, VM_OFFSET(depth), 0);
    end_at(c, x86_jcc(b, CC_E), pc, SVM_FAULT_NONE, ENDED, 0);
    x86_alu_mem(b, false, ALU_SUB, VM, VM_OFFSET(depth), 1);
    put_frame_index(b);
    put_frame_registers(b, 0x8b);
    x86_alu_mem(b, true, ALU_SUB, VM, VM_OFFSET(frame_host), SVM_FRAME_BYTES);
    x86_ret(b);
}

static void put_syscall(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    x86_mov_imm(&c->code, RCX, (uint64_t)i->imm);
    x86_patch(&c->code, x86_call(&c->code), c->syscall);
    x86_test(&c->code, false, RCX, RCX);
    end_at(c, x86_jcc(&c->code, CC_E), pc, SVM_FAULT_NONE, FAILED_CALL, 0);
}

/* ---- Instructions: how each op of ops.def is written */

#define EMIT_ALU(op, w, alu)                                                                       \
    case OP_##op##_I: put_alu(c, i, w, alu, true); break;                                          \
    case OP_##op##_R:                                                                              \
        put_alu(c, i, w, alu, false);                                                              \
        break;
#define EMIT_SHIFT(op, w, shift)                                                                   \
    case OP_##op##_I: put_shift(c, i, w, shift, true); break;                                      \
    case OP_##op##_R:                                                                              \
        put_shift(c, i, w, shift, false);                                                          \
        break;
#define EMIT_DIVIDE(op, w, is_signed, pick)                                                        \
    case OP_##op##_I: put_divide(c, pc, i, w, is_signed, pick, true); break;                       \
    case OP_##op##_R: put_divide(c, pc, i, w, is_signed, pick, false); break;

static bool put_arithmetic64(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    struct buf *b = &c->code;
    switch (i->op) {
        EMIT_ALU(ADD64, true, ALU_ADD)
        EMIT_ALU(SUB64, true, ALU_SUB)
        EMIT_ALU(OR64, true, ALU_OR)
        EMIT_ALU(AND64, true, ALU_AND)
        EMIT_ALU(XOR64, true, ALU_XOR)
        EMIT_SHIFT(LSH64, true, SHIFT_SHL)
        EMIT_SHIFT(RSH64, true, SHIFT_SHR)
        EMIT_SHIFT(ARSH64, true, SHIFT_SAR)
        EMIT_DIVIDE(UDIV64, true, false, LOW)
        EMIT_DIVIDE(UREM64, true, false, HIGH)
        EMIT_DIVIDE(SDIV64, true, true, LOW)
        EMIT_DIVIDE(SREM64, true, true, HIGH)
    case OP_RSUB64_I: put_reverse_sub(c, i, true); break;
    case OP_MUL64_I: put_mul(c, i, true, true); break;
    case OP_MUL64_R: put_mul(c, i, true, false); break;
    case OP_UHMUL64_I: put_high_product(c, i, false, true); break;
    case OP_UHMUL64_R: put_high_product(c, i, false, false); break;
    case OP_SHMUL64_I: put_high_product(c, i, true, true); break;
    case OP_SHMUL64_R: put_high_product(c, i, true, false); break;
    case OP_MOV64_I:
    case OP_LDDW: x86_mov_imm(b, REG[i->dst], (uint64_t)i->imm); break;
    case OP_MOV64_R: x86_mov(b, true, REG[i->dst], REG[i->src]); break;
    case OP_HOR64_I:
        x86_mov_imm(b, RCX, (uint64_t)i->imm << 32);
        x86_alu(b, true, ALU_OR, REG[i->dst], RCX);
        break;
    case OP_NEG64: x86_neg(b, true, REG[i->dst]); break;
    case OP_LE16: x86_op2_rr(b, false, 0xb7, REG[i->dst], REG[i->dst]); break;
    case OP_LE32: x86_mov(b, false, REG[i->dst], REG[i->dst]); break;
    case OP_LE64: break;
    case OP_BE16: put_byte_swap(c, REG[i->dst], 16); break;
    case OP_BE32: put_byte_swap(c, REG[i->dst], 32); break;
    case OP_BE64: put_byte_swap(c, REG[i->dst], 64); break;
    default: return false;
    }
    return true;
}

#define EMIT_SIGNED(name, alu)                                                                     \
    case OP_##name##_I:                                                                            \
    case OP_##name##_R:                                                                            \
        put_alu(c, i, false, alu, i->op == OP_##name##_I);                                         \
        put_sign_extension(c, i);                                                                  \
        break;

static bool put_arithmetic32(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    struct buf *b = &c->code;
    switch (i->op) {
        EMIT_SIGNED(ADD32S, ALU_ADD)
        EMIT_SIGNED(SUB32S, ALU_SUB)
        EMIT_ALU(ADD32Z, false, ALU_ADD)
        EMIT_ALU(OR32, false, ALU_OR)
        EMIT_ALU(AND32, false, ALU_AND)
        EMIT_ALU(XOR32, false, ALU_XOR)
        EMIT_SHIFT(LSH32, false, SHIFT_SHL)
        EMIT_SHIFT(RSH32, false, SHIFT_SHR)
        EMIT_SHIFT(ARSH32, false, SHIFT_SAR)
        EMIT_DIVIDE(UDIV32, false, false, LOW)
        EMIT_DIVIDE(UREM32, false, false, HIGH)
        EMIT_DIVIDE(SDIV32, false, true, LOW)
        EMIT_DIVIDE(SREM32, false, true, HIGH)
    case OP_SUB32Z_R: put_alu(c, i, false, ALU_SUB, false); break;
    case OP_RSUB32Z_I: put_reverse_sub(c, i, false); break;
    case OP_MUL32S_I:
    case OP_MUL32S_R:
        put_mul(c, i, false, i->op == OP_MUL32S_I);
        put_sign_extension(c, i);
        break;
    case OP_MUL32Z_I: put_mul(c, i, false, true); break;
    case OP_MUL32Z_R: put_mul(c, i, false, false); break;
    case OP_MOV32_I: x86_mov_imm(b, REG[i->dst], (uint32_t)i->imm); break;
    case OP_MOV32Z_R: x86_mov(b, false, REG[i->dst], REG[i->src]); break;
    case OP_MOV32S_R: x86_movsxd(b, REG[i->dst], REG[i->src]); break;
    case OP_NEG32: x86_neg(b, false, REG[i->dst]); break;
    default: return false;
    }
    return true;
}

static bool put_memory(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    switch (i->op) {
    case OP_LD8: put_load(c, pc, i, 1); break;
    case OP_LD16: put_load(c, pc, i, 2); break;
    case OP_LD32: put_load(c, pc, i, 4); break;
    case OP_LD64: put_load(c, pc, i, 8); break;
    case OP_ST8_I: put_store(c, pc, i, 1, true); break;
    case OP_ST16_I: put_store(c, pc, i, 2, true); break;
    case OP_ST32_I: put_store(c, pc, i, 4, true); break;
    case OP_ST64_I: put_store(c, pc, i, 8, true); break;
    case OP_ST8_R: put_store(c, pc, i, 1, false); break;
    case OP_ST16_R: put_store(c, pc, i, 2, false); break;
    case OP_ST32_R: put_store(c, pc, i, 4, false); break;
    case OP_ST64_R: put_store(c, pc, i, 8, false); break;
    default: return false;
    }
    return true;
}

/* The jumps in the order of ops.def: their condition, the immediate form first. */
static const struct {
    uint8_t op, cc;
    bool w, bits;
} jumps[] = {
    {OP_JEQ64_I, CC_E, true, false},   {OP_JNE64_I, CC_NE, true, false},
    {OP_JGT64_I, CC_A, true, false},   {OP_JGE64_I, CC_AE, true, false},
    {OP_JLT64_I, CC_B, true, false},   {OP_JLE64_I, CC_BE, true, false},
    {OP_JSET64_I, CC_NE, true, true},  {OP_JSGT64_I, CC_G, true, false},
    {OP_JSGE64_I, CC_GE, true, false}, {OP_JSLT64_I, CC_L, true, false},
    {OP_JSLE64_I, CC_LE, true, false}, {OP_JEQ32_I, CC_E, false, false},
    {OP_JNE32_I, CC_NE, false, false}, {OP_JGT32_I, CC_A, false, false},
    {OP_JGE32_I, CC_AE, false, false}, {OP_JLT32_I, CC_B, false, false},
    {OP_JLE32_I, CC_BE, false, false}, {OP_JSET32_I, CC_NE, false, true},
    {OP_JSGT32_I, CC_G, false, false}, {OP_JSGE32_I, CC_GE, false, false},
    {OP_JSLT32_I, CC_L, false, false}, {OP_JSLE32_I, CC_LE, false, false},
};

static bool put_jump(struct compiler *c, const struct svm_ins *i) {
    for (size_t k = 0; k < COUNT_OF(jumps); k++) {
        if (i->op != jumps[k].op && i->op != jumps[k].op + 1) continue;
        put_compare(c, i, jumps[k].w, i->op == jumps[k].op, jumps[k].bits);
        go_to(c, x86_jcc(&c->code, (enum x86_cc)jumps[k].cc), i->target);
        return true;
    }
    return false;
}

static void put_control(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    switch (i->op) {
    case OP_JA: go_to(c, x86_jmp(&c->code), i->target); break;
    case OP_CALL:
        put_push_frame(c, pc);
        go_to(c, x86_call(&c->code), i->target);
        break;
    case OP_CALLX: put_callx(c, pc, i); break;
    case OP_SYSCALL: put_syscall(c, pc, i); break;
    case OP_EXIT: put_exit(c, pc); break;
    case OP_OVERRUN: fault_always(c, pc, SVM_FAULT_EXECUTION_OVERRUN); break;
    default: fault_always(c, pc, SVM_FAULT_UNSUPPORTED_INSTRUCTION); break;
    }
}

/* ---- The whole */

static void put_instruction(struct compiler *c, uint32_t pc) {
    const struct svm_ins *i = &c->p->code[pc];
    c->jit->position[pc] = (uint32_t)c->code.n;
    if (c->leader[pc]) {
        uint32_t cost = c->jit->rest[pc] + 1;
        x86_alu_imm(&c->code, true, ALU_SUB, METER, (int32_t)cost);
        end_at(c, x86_jcc(&c->code, CC_B), pc, SVM_FAULT_NONE, POOR, cost);
    }
    if (!put_arithmetic64(c, pc, i) && !put_arithmetic32(c, pc, i) && !put_memory(c, pc, i) &&
        !put_jump(c, i))
        put_control(c, pc, i);
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
    c->jit->enter = b->n;
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
    x86_alu_imm(b, false, ALU_CMP, RDX, SVM_STACK_BYTES);
    x86_pop(b, RDX);
    miss[2] = x86_jcc(b, CC_A);
    x86_load(b, true, SCRATCH, VM, VM_OFFSET(stack));
    x86_alu(b, true, ALU_ADD, SCRATCH, RAX);
    x86_pop(b, RAX);
    x86_ret(b);
    for (size_t i = 0; i < COUNT_OF(miss); i++) x86_patch(b, miss[i], b->n);
    x86_pop(b, RAX);
}

/* From the address in r11 and the packed size in rcx to the host address in r11, 0 if none. */
static void put_translate(struct compiler *c) {
    static const uint8_t kept[] = {RAX, RDI, RSI, RDX, R8, R9, R10};
    struct buf *b = &c->code;
    c->translate = b->n;
    if (c->p->version == SVM_V0) put_gapped_stack(c);
    for (size_t i = 0; i < COUNT_OF(kept); i++) x86_push(b, kept[i]);
    x86_mov(b, true, RDI, VM);
    x86_mov(b, true, RSI, SCRATCH);
    x86_mov(b, false, RDX, RCX);
    put_c_call(b, (uintptr_t)jit_translate);
    x86_mov(b, true, SCRATCH, RAX);
    for (size_t i = COUNT_OF(kept); i-- > 0;) x86_pop(b, kept[i]);
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

/* Where a call through a register ends that does not reach the beginning of a block: its target is
 * in r11. */
static void put_middle(struct compiler *c) {
    struct buf *b = &c->code;
    c->middle = b->n;
    x86_store(b, false, VM, VM_OFFSET(pc), SCRATCH);
    x86_mov_imm(b, RCX, INTERPRET);
    x86_patch(b, x86_jmp(b), c->leave);
}

static void patch_jumps(struct compiler *c) {
    const struct fixup *f = (const void *)c->fixups.p;
    for (size_t i = 0; i < c->fixups.n / sizeof *f; i++)
        x86_patch(&c->code, f[i].at, c->jit->position[f[i].target]);
}

/* The second slots of LDDW, which calls and the entry point may name: no instructions. */
static void put_second_slots(struct compiler *c) {
    for (uint32_t pc = 0; pc < c->p->count; pc++)
        if (c->p->code[pc].op == OP_LDDW && c->leader[++pc]) put_instruction(c, pc);
}

static void put_all(struct compiler *c) {
    put_enter_and_leave(c);
    put_translate(c);
    put_syscall_thunk(c);
    put_middle(c);
    for (uint32_t pc = 0; pc <= c->p->count; pc++) {
        put_instruction(c, pc);
        pc += c->p->code[pc].op == OP_LDDW;
    }
    put_second_slots(c);
    put_slow_accesses(c);
    put_cold_ends(c);
    patch_jumps(c);
}

/* Copies the code to memory of its own and makes that executable. */
static bool install(struct compiler *c) {
    struct svm_jit *j = c->jit;
    j->bytes = c->code.n;
    j->code = mmap(NULL, j->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (j->code == MAP_FAILED) {
        j->code = NULL;
        return false;
    }
    memcpy(j->code, c->code.p, j->bytes);
    for (uint32_t i = 0; i < c->p->count; i++)
        j->table[i] = j->code + (c->leader[i] ? j->position[i] : c->middle);
    return mprotect(j->code, j->bytes, PROT_READ | PROT_EXEC) == 0;
}

bool svm_program_compile(struct svm_program *p) {
    enum { INSTRUCTIONS_MAX = 1 << 21 }; /* so that every distance fits 32 bits */
    if (p->jit) return true;
    if (p->count > INSTRUCTIONS_MAX) return false;
    struct svm_jit *j = xcalloc(1, sizeof *j);
    j->table = xcalloc(p->count, sizeof *j->table);
    j->rest = xcalloc((size_t)p->count + 1, sizeof *j->rest);
    j->position = xcalloc((size_t)p->count + 1, sizeof *j->position);
    struct compiler c = {.p = p, .jit = j, .leader = xcalloc((size_t)p->count + 1, sizeof(bool))};
    find_leaders(&c);
    count_rest(&c);
    put_all(&c);
    bool ok = install(&c);
    free(c.leader);
    buf_free(&c.code);
    buf_free(&c.slow);
    buf_free(&c.cold);
    buf_free(&c.fixups);
    if (ok)
        p->jit = j;
    else
        svm_jit_free(j);
    return ok;
}

bool svm_vm_run_compiled(struct svm_vm *vm) {
    const struct svm_program *p = vm->program;
    const struct svm_jit *j = p->jit;
    if (!j) return svm_vm_run(vm);
    vm->frame_host = vm->stack + SVM_FRAME_BYTES;
    int (*enter)(struct svm_vm *, const void *);
    uint8_t *at = j->code + j->enter;
    memcpy(&enter, &at, sizeof enter);
    switch ((enum ending)enter(vm, j->code + j->position[p->entry])) {
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
    if (j->code) munmap(j->code, j->bytes);
    free(j->table);
    free(j->rest);
    free(j->position);
    free(j);
}
