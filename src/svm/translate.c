/* From verified text to instructions that an engine runs. */
#include "svm/program.h"

static void resolve_call(struct svm_program *p, uint32_t at, const struct svm_slot *s,
                         const struct svm_functions *functions, struct svm_ins *out) {
    uint32_t key = (uint32_t)s->imm;
    const struct svm_function *function;
    bool is_static = p->version == SVM_V3;
    const struct svm_syscall *syscall =
        is_static && s->src != 0 ? NULL : svm_syscall_find(&p->syscalls, key);
    int64_t target = (int64_t)at + 1 + s->imm;
    out->imm = 0;
    out->op = OP_UNSUPPORTED;
    if (syscall) {
        out->op = OP_SYSCALL;
        out->imm = syscall - p->syscalls.list;
    } else if (is_static) {
        if (s->src != 1 || target < 0 || target >= p->count) return;
        out->op = OP_CALL;
        out->target = (uint32_t)target;
    } else if ((function = svm_functions_find(functions, key)) != NULL) {
        out->op = OP_CALL;
        out->target = function->pc;
    }
}

static uint8_t endian_op(uint8_t op, int32_t bits) {
    if (op == OP_LE) return bits == 16 ? OP_LE16 : bits == 32 ? OP_LE32 : OP_LE64;
    return bits == 16 ? OP_BE16 : bits == 32 ? OP_BE32 : OP_BE64;
}

static struct svm_ins translate_slot(struct svm_program *p, struct bytes text, uint32_t at,
                                     const struct svm_functions *functions) {
    struct svm_slot s = svm_slot_at(text, at);
    const struct svm_row *row = svm_isa(p->version, s.opcode);
    struct svm_ins out = {.op = row->op, .dst = s.dst, .src = s.src, .off = s.off, .imm = s.imm};
    switch (row->form) {
    case FORM_IMM_ZERO_EXTENDED:
    case FORM_IMM_DIVISOR_ZERO_EXTENDED: out.imm = (uint32_t)s.imm; break;
    case FORM_IMM_ENDIAN: out.op = endian_op(row->op, s.imm); break;
    case FORM_WIDE:
        out.imm =
            (int64_t)((uint32_t)s.imm | (uint64_t)(uint32_t)svm_slot_at(text, at + 1).imm << 32);
        break;
    case FORM_JUMP: out.target = (uint32_t)((int64_t)at + 1 + s.off); break;
    case FORM_CALL: resolve_call(p, at, &s, functions, &out); break;
    case FORM_CALLX:
        out.src = (uint8_t)(p->version == SVM_V2   ? s.src
                            : p->version == SVM_V3 ? s.dst
                                                   : s.imm) &
                  15;
        break;
    default: break;
    }
    return out;
}

bool svm_ends_block(const struct svm_ins *i) {
    return i->op >= OP_JEQ64_I && i->op != OP_LE && i->op != OP_BE && i->op != OP_LDDW;
}

/* Joins pairs: the first instruction gets an op that does both in an engine that charges by block;
 * the second stays for who jumps to it. */
static void join_pairs(struct svm_program *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        struct svm_ins *first = &p->code[i];
        const struct svm_ins *second = first + 1;
        if (first->op != OP_LSH64_I || first->imm != 32 || second->imm != 32 ||
            first->dst != second->dst)
            continue;
        if (second->op == OP_RSH64_I) first->op = OP_ZERO_EXTEND32;
        if (second->op == OP_ARSH64_I) first->op = OP_SIGN_EXTEND32;
    }
}

void svm_program_translate(struct svm_program *p, struct bytes text,
                           const struct svm_functions *functions) {
    p->count = (uint32_t)(text.n / SVM_INSTRUCTION_BYTES);
    p->code = xcalloc((size_t)p->count + 1, sizeof *p->code);
    p->cost = xcalloc((size_t)p->count + 1, sizeof *p->cost);
    for (uint32_t i = 0; i < p->count; i++) {
        p->code[i] = translate_slot(p, text, i, functions);
        if (p->code[i].op == OP_LDDW && i + 1 < p->count)
            p->code[++i] = (struct svm_ins){.op = OP_UNSUPPORTED};
    }
    p->code[p->count].op = OP_OVERRUN;
    p->cost[p->count] = 1;
    for (uint32_t i = p->count; i-- > 0;) {
        uint32_t next = i + (p->code[i].op == OP_LDDW ? 2 : 1);
        p->cost[i] = 1 + (svm_ends_block(&p->code[i]) ? 0 : p->cost[next]);
    }
    join_pairs(p);
}
