/* What each instruction becomes: a few of the processor's, in place; what happens rarely is left to
 * the code behind. */
#include "svm/jit.h"

enum { FRAME_BYTES = sizeof(struct svm_frame), WINDOW_BYTES = 24 };
_Static_assert(FRAME_BYTES == 48, "frames are found by 6 * 8 * depth");
_Static_assert(sizeof(((struct svm_vm *)0)->window[0]) == WINDOW_BYTES, "and windows by 3 * 8");

static void fault_if(struct compiler *c, enum x86_cc cc, uint32_t pc, enum svm_fault fault) {
    jit_end_at(c, x86_jcc(&c->code, cc), pc, fault, FAULTED, 0);
}

static void fault_always(struct compiler *c, uint32_t pc, enum svm_fault fault) {
    jit_end_at(c, x86_jmp(&c->code), pc, fault, FAULTED, 0);
}

static void go_to(struct compiler *c, size_t at, uint32_t target) {
    struct fixup f = {at, target};
    buf_put(&c->fixups, &f, sizeof f);
}

/* ---- Constants */

/* Would a program get bytes of its choice into the code? Numbers of 16 bits and masks of low bits
 * leave it too little to choose. */
static bool is_tame(uint64_t v) {
    return v + 0x10000 < 0x20000 || (v & (v + 1)) == 0;
}

/* A constant that the program chose, into a register. The flags are lost. */
static void put_constant(struct compiler *c, unsigned to, uint64_t v) {
    struct buf *b = &c->code;
    if (is_tame(v)) {
        x86_mov_imm(b, to, v);
    } else if (v == (uint64_t)(int64_t)(int32_t)v) {
        x86_mov_imm(b, to, v ^ (uint64_t)(int64_t)c->key[0]);
        x86_alu_imm(b, true, ALU_XOR, to, c->key[0]);
    } else if (v >> 32 == 0) {
        x86_mov_imm(b, to, (uint32_t)v ^ (uint32_t)c->key[0]);
        x86_alu_imm(b, false, ALU_XOR, to, c->key[0]);
    } else { /* each half with a key of its own */
        uint64_t hidden = v ^ (uint64_t)(int64_t)c->key[1];
        hidden = (hidden >> 32 | hidden << 32) ^ (uint64_t)(int64_t)c->key[0];
        x86_mov_imm(b, to, hidden);
        x86_alu_imm(b, true, ALU_XOR, to, c->key[0]);
        x86_shift_imm(b, true, SHIFT_ROR, to, 32);
        x86_alu_imm(b, true, ALU_XOR, to, c->key[1]);
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
    if (!immediate) {
        x86_store_sized(&c->code, bytes, host, disp, REG[i->src]);
    } else if (is_tame((uint64_t)i->imm)) {
        x86_store_sized_imm(&c->code, bytes, host, disp, (int32_t)i->imm);
    } else {
        unsigned value = host == RCX ? SCRATCH : RCX;
        put_constant(c, value, (uint64_t)i->imm);
        x86_store_sized(&c->code, bytes, host, disp, value);
    }
}

/* ---- Arithmetic */

/* The source operand in a register: the immediate goes to rcx. */
static unsigned put_source(struct compiler *c, const struct svm_ins *i, bool immediate) {
    if (!immediate) return REG[i->src];
    put_constant(c, RCX, (uint64_t)i->imm);
    return RCX;
}

static void put_alu(struct compiler *c, const struct svm_ins *i, bool w, enum x86_alu op,
                    bool immediate) {
    if (immediate && is_tame((uint64_t)i->imm) && i->imm == (int32_t)i->imm)
        x86_alu_imm(&c->code, w, op, REG[i->dst], (int32_t)i->imm);
    else
        x86_alu(&c->code, w, op, REG[i->dst], put_source(c, i, immediate));
}

static void put_sign_extension(struct compiler *c, const struct svm_ins *i) {
    x86_movsxd(&c->code, REG[i->dst], REG[i->dst]);
}

/* imm - dst */
static void put_reverse_sub(struct compiler *c, const struct svm_ins *i, bool w) {
    x86_neg(&c->code, w, REG[i->dst]);
    put_alu(c, i, w, ALU_ADD, true);
}

static void put_mul(struct compiler *c, const struct svm_ins *i, bool w, bool immediate) {
    if (immediate && is_tame((uint64_t)i->imm) && i->imm == (int32_t)i->imm) {
        x86_op_rr(&c->code, w, 0x69, REG[i->dst], REG[i->dst]); /* imul r, r, imm32 */
        x86_u32(&c->code, (uint32_t)i->imm);
        return;
    }
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

/* F7 /n on rax and rdx, which are saved around it where they are not the destination. The operand
 * is in rcx. */
static void put_wide(struct compiler *c, const struct svm_ins *i, bool w, unsigned n,
                     enum pick pick) {
    struct buf *b = &c->code;
    unsigned dst = REG[i->dst];
    if (dst != RAX) x86_push(b, RAX);
    if (dst != RDX) x86_push(b, RDX);
    if (dst != RAX) x86_mov(b, true, RAX, dst);
    if (n == 6) x86_alu(b, false, ALU_XOR, RDX, RDX);
    if (n == 7) {
        if (w) x86_u8(b, 0x48); /* cqo, cdq */
        x86_u8(b, 0x99);
    }
    x86_op_rr(b, w, 0xf7, n, RCX);
    if (dst != (unsigned)pick) x86_mov(b, w, dst, pick);
    if (dst != RDX) x86_pop(b, RDX);
    if (dst != RAX) x86_pop(b, RAX);
}

static void put_operand_in_rcx(struct compiler *c, const struct svm_ins *i, bool immediate) {
    unsigned s = put_source(c, i, immediate);
    if (s != RCX) x86_mov(&c->code, true, RCX, s);
}

/* Unsigned division by 2^n: a shift, or a mask for the remainder. */
static void put_power_of_two(struct compiler *c, const struct svm_ins *i, bool w, uint64_t divisor,
                             enum pick pick) {
    struct buf *b = &c->code;
    if (pick == LOW) {
        if (!w) x86_mov(b, false, REG[i->dst], REG[i->dst]);
        x86_shift_imm(b, w, SHIFT_SHR, REG[i->dst], (unsigned)__builtin_ctzll(divisor));
    } else {
        put_constant(c, RCX, divisor - 1);
        x86_alu(b, w, ALU_AND, REG[i->dst], RCX);
    }
}

/* The verifier has seen that an immediate is not 0. */
static void put_divide(struct compiler *c, uint32_t pc, const struct svm_ins *i, bool w,
                       bool is_signed, enum pick pick, bool immediate) {
    struct buf *b = &c->code;
    uint64_t divisor = w ? (uint64_t)i->imm : (uint32_t)i->imm;
    if (immediate && !is_signed && (divisor & (divisor - 1)) == 0) {
        put_power_of_two(c, i, w, divisor, pick);
        return;
    }
    put_operand_in_rcx(c, i, immediate);
    if (!immediate) {
        x86_test(b, w, RCX, RCX);
        fault_if(c, CC_E, pc, SVM_FAULT_DIVIDE_BY_ZERO);
    }
    if (is_signed && (!immediate || i->imm == -1)) {
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
    } else if (immediate && i->imm == 0) {
        x86_test(b, w, REG[i->dst], REG[i->dst]);
    } else {
        put_alu(c, i, w, ALU_CMP, immediate);
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
    x86_load(b, false, RCX, VM, VM_OFFSET(depth));
    x86_rex(b, false, RCX, 0, VM, false); /* cmp ecx, [deep] */
    x86_u8(b, 0x3b);
    x86_modrm_mem(b, RCX, VM, VM_OFFSET(deep));
    struct deep_call deep = {.from = x86_jcc(b, CC_AE), .pc = pc};
    deep.back = b->n;
    buf_put(&c->deep, &deep, sizeof deep);
    if (c->p->version == SVM_V0) x86_alu_imm(b, true, ALU_ADD, REG[10], 2 * SVM_FRAME_BYTES);
    if (c->p->version == SVM_V3) x86_alu_imm(b, true, ALU_ADD, REG[10], SVM_FRAME_BYTES);
    x86_alu_mem(b, true, ALU_ADD, VM, VM_OFFSET(frame_host), SVM_FRAME_BYTES);
}

/* The table says where in the code the target begins, counted from the table on. */
static void put_callx(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    struct buf *b = &c->code;
    x86_mov_imm(b, RCX, c->p->text_address);
    x86_mov(b, true, SCRATCH, REG[i->src]);
    x86_alu(b, true, ALU_SUB, SCRATCH, RCX);
    x86_shift_imm(b, true, SHIFT_SHR, SCRATCH, 3);
    put_push_frame(c, pc);
    x86_alu_imm(b, true, ALU_CMP, SCRATCH, (int32_t)c->p->count);
    fault_if(c, CC_AE, pc, SVM_FAULT_CALL_OUTSIDE_TEXT);
    x86_store(b, false, VM, VM_OFFSET(pc), SCRATCH); /* for a target in the middle of a block */
    buf_put(b, "\x48\x8d\x0d", 3);                   /* lea rcx, [rip + …] */
    x86_u32(b, (uint32_t)(0 - (c->table_room + b->n + 4)));
    buf_put(b, "\x46\x8b\x1c\x99", 4); /* mov r11d, [rcx + r11 * 4] */
    x86_alu(b, true, ALU_ADD, RCX, SCRATCH);
    buf_put(b, "\xff\xd1", 2); /* call rcx */
}

static void put_exit(struct compiler *c, uint32_t pc) {
    struct buf *b = &c->code;
    x86_alu_mem(b, false, ALU_CMP, VM, VM_OFFSET(depth), 0);
    jit_end_at(c, x86_jcc(b, CC_E), pc, SVM_FAULT_NONE, ENDED, 0);
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
    jit_end_at(c, x86_jcc(&c->code, CC_E), pc, SVM_FAULT_NONE, FAILED_CALL, 0);
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
    case OP_LDDW: put_constant(c, REG[i->dst], (uint64_t)i->imm); break;
    case OP_MOV64_R: x86_mov(b, true, REG[i->dst], REG[i->src]); break;
    case OP_HOR64_I:
        put_constant(c, RCX, (uint64_t)i->imm << 32);
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
    case OP_MOV32_I: put_constant(c, REG[i->dst], (uint32_t)i->imm); break;
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

_Static_assert(OP_JSLE32_R - OP_JEQ64_I == 2 * COUNT_OF(jumps) - 1, "every jump has its row");

static bool put_jump(struct compiler *c, const struct svm_ins *i) {
    if (i->op < OP_JEQ64_I || i->op > OP_JSLE32_R) return false;
    unsigned row = (i->op - OP_JEQ64_I) / 2u;
    put_compare(c, i, jumps[row].w, i->op == jumps[row].op, jumps[row].bits);
    go_to(c, x86_jcc(&c->code, (enum x86_cc)jumps[row].cc), i->target);
    return true;
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

/* A pair as one instruction, or only its first, where something jumps between the two. Returns how
 * many are done. */
static uint32_t put_pair(struct compiler *c, uint32_t pc, const struct svm_ins *i) {
    if (c->leader[pc + 1]) {
        x86_shift_imm(&c->code, true, SHIFT_SHL, REG[i->dst], 32);
        return 1;
    }
    if (i->op == OP_ZERO_EXTEND32)
        x86_mov(&c->code, false, REG[i->dst], REG[i->dst]);
    else
        put_sign_extension(c, i);
    return 2;
}

uint32_t jit_put_operation(struct compiler *c, uint32_t pc) {
    const struct svm_ins *i = &c->p->code[pc];
    if (i->op == OP_ZERO_EXTEND32 || i->op == OP_SIGN_EXTEND32) return put_pair(c, pc, i);
    if (!put_arithmetic64(c, pc, i) && !put_arithmetic32(c, pc, i) && !put_memory(c, pc, i) &&
        !put_jump(c, i))
        put_control(c, pc, i);
    return i->op == OP_LDDW ? 2 : 1;
}
