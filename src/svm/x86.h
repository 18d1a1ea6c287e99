/* Private to svm/: writing x86-64 instructions (Intel SDM volume 2). Operands are in the order of
 * Intel's syntax, destination first. `w` chooses 64-bit operands, otherwise 32-bit ones, whose
 * results are extended with zeros. */
#ifndef TERN_SVM_X86_H
#define TERN_SVM_X86_H

#include "base/base.h"

enum x86_reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

/* Condition codes of Jcc. */
enum x86_cc {
    CC_B = 2,
    CC_AE = 3,
    CC_E = 4,
    CC_NE = 5,
    CC_BE = 6,
    CC_A = 7,
    CC_L = 12,
    CC_GE = 13,
    CC_LE = 14,
    CC_G = 15,
};

/* The /n of 81 /n and the base opcode n * 8 + 1 of the register form. */
enum x86_alu {
    ALU_ADD = 0,
    ALU_OR = 1,
    ALU_AND = 4,
    ALU_SUB = 5,
    ALU_XOR = 6,
    ALU_CMP = 7,
};
enum x86_shift { SHIFT_ROR = 1, SHIFT_SHL = 4, SHIFT_SHR = 5, SHIFT_SAR = 7 };

static inline void x86_u8(struct buf *b, unsigned v) {
    buf_put_u8(b, (uint8_t)v);
}
static inline void x86_u32(struct buf *b, uint32_t v) {
    buf_put(b, &v, 4);
}

/* REX; left out when it says nothing, unless `force` (byte registers above BL). */
static inline void x86_rex(struct buf *b, bool w, unsigned reg, unsigned index, unsigned base,
                           bool force) {
    unsigned rex = 0x40u | (unsigned)w << 3 | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
    if (rex != 0x40 || force) x86_u8(b, rex);
}

static inline void x86_modrm_rr(struct buf *b, unsigned reg, unsigned rm) {
    x86_u8(b, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

/* [base + disp], with the shorter form of a displacement that fits 8 bits */
static inline void x86_modrm_mem(struct buf *b, unsigned reg, unsigned base, int32_t disp) {
    bool is_short = disp == (int8_t)disp;
    x86_u8(b, (is_short ? 0x40u : 0x80u) | (reg & 7) << 3 | (base & 7));
    if ((base & 7) == RSP) x86_u8(b, 0x24);
    if (is_short)
        x86_u8(b, (uint8_t)disp);
    else
        x86_u32(b, (uint32_t)disp);
}

/* [base + index * 8 + disp32] */
static inline void x86_modrm_sib8(struct buf *b, unsigned reg, unsigned base, unsigned index,
                                  int32_t disp) {
    x86_u8(b, 0x84 | (reg & 7) << 3);
    x86_u8(b, 3 << 6 | (index & 7) << 3 | (base & 7));
    x86_u32(b, (uint32_t)disp);
}

static inline void x86_op_rr(struct buf *b, bool w, unsigned opcode, unsigned reg, unsigned rm) {
    x86_rex(b, w, reg, 0, rm, false);
    x86_u8(b, opcode);
    x86_modrm_rr(b, reg, rm);
}

/* Two-byte opcodes 0F xx. */
static inline void x86_op2_rr(struct buf *b, bool w, unsigned opcode, unsigned reg, unsigned rm) {
    x86_rex(b, w, reg, 0, rm, false);
    x86_u8(b, 0x0f);
    x86_u8(b, opcode);
    x86_modrm_rr(b, reg, rm);
}

static inline void x86_mov(struct buf *b, bool w, unsigned to, unsigned from) {
    x86_op_rr(b, w, 0x89, from, to);
}
static inline void x86_movsxd(struct buf *b, unsigned to, unsigned from) {
    x86_op_rr(b, true, 0x63, to, from);
}
static inline void x86_alu(struct buf *b, bool w, enum x86_alu op, unsigned to, unsigned from) {
    x86_op_rr(b, w, op * 8u + 1, from, to);
}
static inline void x86_alu_imm(struct buf *b, bool w, enum x86_alu op, unsigned to, int32_t imm) {
    bool is_short = imm == (int8_t)imm;
    x86_op_rr(b, w, is_short ? 0x83 : 0x81, op, to);
    if (is_short)
        x86_u8(b, (uint8_t)imm);
    else
        x86_u32(b, (uint32_t)imm);
}
static inline void x86_shift_imm(struct buf *b, bool w, enum x86_shift op, unsigned r, unsigned n) {
    x86_op_rr(b, w, 0xc1, op, r);
    x86_u8(b, n);
}
static inline void x86_shift_cl(struct buf *b, bool w, enum x86_shift op, unsigned r) {
    x86_op_rr(b, w, 0xd3, op, r);
}
static inline void x86_test(struct buf *b, bool w, unsigned x, unsigned y) {
    x86_op_rr(b, w, 0x85, y, x);
}
static inline void x86_neg(struct buf *b, bool w, unsigned r) {
    x86_op_rr(b, w, 0xf7, 3, r);
}

/* The shortest MOV of a constant. */
static inline void x86_mov_imm(struct buf *b, unsigned to, uint64_t imm) {
    if (imm == (uint64_t)(int64_t)(int32_t)imm && imm >> 31) {
        x86_op_rr(b, true, 0xc7, 0, to);
        x86_u32(b, (uint32_t)imm);
    } else if (imm >> 32 == 0) {
        x86_rex(b, false, 0, 0, to, false);
        x86_u8(b, 0xb8 | (to & 7));
        x86_u32(b, (uint32_t)imm);
    } else {
        x86_rex(b, true, 0, 0, to, false);
        x86_u8(b, 0xb8 | (to & 7));
        buf_put(b, &imm, 8);
    }
}

static inline void x86_push(struct buf *b, unsigned r) {
    x86_rex(b, false, 0, 0, r, false);
    x86_u8(b, 0x50 | (r & 7));
}
static inline void x86_pop(struct buf *b, unsigned r) {
    x86_rex(b, false, 0, 0, r, false);
    x86_u8(b, 0x58 | (r & 7));
}

/* MOV r64, [base + disp] and back; with `w` false 32 bits. */
static inline void x86_load(struct buf *b, bool w, unsigned to, unsigned base, int32_t disp) {
    x86_rex(b, w, to, 0, base, false);
    x86_u8(b, 0x8b);
    x86_modrm_mem(b, to, base, disp);
}
static inline void x86_store(struct buf *b, bool w, unsigned base, int32_t disp, unsigned from) {
    x86_rex(b, w, from, 0, base, false);
    x86_u8(b, 0x89);
    x86_modrm_mem(b, from, base, disp);
}
static inline void x86_store_imm32(struct buf *b, bool w, unsigned base, int32_t disp,
                                   uint32_t imm) {
    x86_rex(b, w, 0, 0, base, false);
    x86_u8(b, 0xc7);
    x86_modrm_mem(b, 0, base, disp);
    x86_u32(b, imm);
}
static inline void x86_alu_mem(struct buf *b, bool w, enum x86_alu op, unsigned base, int32_t disp,
                               int32_t imm) {
    x86_rex(b, w, 0, 0, base, false);
    x86_u8(b, 0x81);
    x86_modrm_mem(b, op, base, disp);
    x86_u32(b, (uint32_t)imm);
}
static inline void x86_lea(struct buf *b, unsigned to, unsigned base, int32_t disp) {
    x86_rex(b, true, to, 0, base, false);
    x86_u8(b, 0x8d);
    x86_modrm_mem(b, to, base, disp);
}

/* Memory of 1, 2, 4 or 8 bytes at [base + disp], read with zeros in front. */
static inline void x86_load_sized(struct buf *b, unsigned bytes, unsigned to, unsigned base,
                                  int32_t disp) {
    x86_rex(b, bytes == 8, to, 0, base, false);
    if (bytes < 4) {
        x86_u8(b, 0x0f);
        x86_u8(b, bytes == 1 ? 0xb6 : 0xb7);
    } else {
        x86_u8(b, 0x8b);
    }
    x86_modrm_mem(b, to, base, disp);
}
static inline void x86_store_sized(struct buf *b, unsigned bytes, unsigned base, int32_t disp,
                                   unsigned from) {
    if (bytes == 2) x86_u8(b, 0x66);
    x86_rex(b, bytes == 8, from, 0, base, bytes == 1);
    x86_u8(b, bytes == 1 ? 0x88 : 0x89);
    x86_modrm_mem(b, from, base, disp);
}
static inline void x86_store_sized_imm(struct buf *b, unsigned bytes, unsigned base, int32_t disp,
                                       int32_t imm) {
    if (bytes == 2) x86_u8(b, 0x66);
    x86_rex(b, bytes == 8, 0, 0, base, false);
    x86_u8(b, bytes == 1 ? 0xc6 : 0xc7);
    x86_modrm_mem(b, 0, base, disp);
    buf_put(b, &imm, bytes > 4 ? 4 : bytes);
}

/* Jumps and calls: each returns where its 32-bit distance is, for x86_patch. */
static inline size_t x86_jcc(struct buf *b, enum x86_cc cc) {
    x86_u8(b, 0x0f);
    x86_u8(b, 0x80u | cc);
    x86_u32(b, 0);
    return b->n - 4;
}
static inline size_t x86_jmp(struct buf *b) {
    x86_u8(b, 0xe9);
    x86_u32(b, 0);
    return b->n - 4;
}
static inline size_t x86_call(struct buf *b) {
    x86_u8(b, 0xe8);
    x86_u32(b, 0);
    return b->n - 4;
}
static inline void x86_patch(struct buf *b, size_t at, size_t target) {
    store_le32(b->p + at, (uint32_t)(target - (at + 4)));
}
static inline void x86_ret(struct buf *b) {
    x86_u8(b, 0xc3);
}

#endif
