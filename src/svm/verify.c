/* The verifier: one pass over the text, each instruction by its form. What it lets through may
 * still fault, but never leaves the registers, the text or the regions of memory. */
#include "svm/program.h"

static struct err check_jump(struct bytes text, size_t at, const struct svm_slot *s) {
    int64_t target = (int64_t)at + 1 + s->off;
    if (target < 0 || (uint64_t)target >= text.n / SVM_INSTRUCTION_BYTES)
        return svm_load_error(SVM_LOAD_JUMP_OUT_OF_CODE, at);
    if (svm_slot_at(text, (size_t)target).opcode == 0)
        return svm_load_error(SVM_LOAD_JUMP_TO_MIDDLE_OF_LDDW, at);
    return ERR_NONE;
}

static struct err check_wide(struct bytes text, size_t at) {
    if (at + 1 >= text.n / SVM_INSTRUCTION_BYTES)
        return svm_load_error(SVM_LOAD_LDDW_CANNOT_BE_LAST, at);
    if (svm_slot_at(text, at + 1).opcode != 0) return svm_load_error(SVM_LOAD_INCOMPLETE_LDDW, at);
    return ERR_NONE;
}

static struct err check_callx(enum svm_version version, size_t at, const struct svm_slot *s) {
    int64_t reg = version == SVM_V2 ? s->src : version == SVM_V3 ? s->dst : s->imm;
    return reg < 0 || reg >= 10 ? svm_load_error(SVM_LOAD_INVALID_REGISTER, at) : ERR_NONE;
}

static struct err check_form(struct bytes text, enum svm_version version, size_t at,
                             const struct svm_slot *s, enum svm_form form) {
    switch (form) {
    case FORM_IMM_DIVISOR:
    case FORM_IMM_DIVISOR_ZERO_EXTENDED:
        return s->imm ? ERR_NONE : svm_load_error(SVM_LOAD_DIVISION_BY_ZERO, at);
    case FORM_IMM_SHIFT32:
        return s->imm >= 0 && s->imm < 32 ? ERR_NONE
                                          : svm_load_error(SVM_LOAD_SHIFT_WITH_OVERFLOW, at);
    case FORM_IMM_SHIFT64:
        return s->imm >= 0 && s->imm < 64 ? ERR_NONE
                                          : svm_load_error(SVM_LOAD_SHIFT_WITH_OVERFLOW, at);
    case FORM_IMM_ENDIAN:
        return s->imm == 16 || s->imm == 32 || s->imm == 64
                   ? ERR_NONE
                   : svm_load_error(SVM_LOAD_UNSUPPORTED_ENDIAN, at);
    case FORM_WIDE: return check_wide(text, at);
    case FORM_JUMP: return check_jump(text, at, s);
    case FORM_CALLX: return check_callx(version, at, s);
    default: return ERR_NONE;
    }
}

/* ADD64 moves the frame pointer in versions 1 and 2 (SIMD-0166), by multiples of 64. */
static struct err check_registers(enum svm_version version, size_t at, const struct svm_slot *s,
                                  const struct svm_row *row) {
    bool bumps = row->op == OP_ADD64_I && (version == SVM_V1 || version == SVM_V2) && s->dst == 10;
    if (bumps && s->imm % 64) return svm_load_error(SVM_LOAD_UNALIGNED_IMMEDIATE, at);
    if (s->src > 10) return svm_load_error(SVM_LOAD_INVALID_SOURCE_REGISTER, at);
    if (s->dst > 10) return svm_load_error(SVM_LOAD_INVALID_DESTINATION_REGISTER, at);
    if (s->dst == 10 && row->form != FORM_STORE && !bumps)
        return svm_load_error(SVM_LOAD_CANNOT_WRITE_R10, at);
    return ERR_NONE;
}

struct err svm_verify(struct bytes text, enum svm_version version) {
    if (text.n % SVM_INSTRUCTION_BYTES) return svm_load_error(SVM_LOAD_LENGTH_NOT_MULTIPLE, 0);
    if (text.n == 0) return svm_load_error(SVM_LOAD_NO_PROGRAM, 0);
    for (size_t i = 0; i < text.n / SVM_INSTRUCTION_BYTES; i++) {
        struct svm_slot s = svm_slot_at(text, i);
        const struct svm_row *row = svm_isa(version, s.opcode);
        if (!row) return svm_load_error(SVM_LOAD_UNKNOWN_OPCODE, i);
        struct err e = check_form(text, version, i, &s, (enum svm_form)row->form);
        if (!err_is(e)) e = check_registers(version, i, &s, row);
        if (err_is(e)) return e;
        i += row->form == FORM_WIDE;
    }
    return ERR_NONE;
}
