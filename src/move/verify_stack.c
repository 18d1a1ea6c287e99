/* The operand stack (stack_usage_verifier.rs): within each basic block it starts and ends empty and
 * is never popped when it is empty, and neither its depth nor the pushes pass their limits. So no
 * value crosses from block to block on the stack. */
#include "move/verify_internal.h"

static void fields_of(const struct mv_view *f, const struct mv_instr *in, uint64_t *count) {
    const struct mv_signature *types;
    unsigned n = 0;
    if (in->op == MV_OP_PACK || in->op == MV_OP_UNPACK || in->op == MV_OP_PACK_GENERIC ||
        in->op == MV_OP_UNPACK_GENERIC) {
        /* An enum has no fields of its own; the type pass refuses it. */
        const struct mv_struct_def *d = &f->m->struct_defs[mv_operand_struct(f->m, in, &types)];
        n = d->kind == MV_STRUCT_DECLARED ? d->field_count : 0;
    } else {
        const struct mv_variant_handle *h = mv_operand_variant(f->m, in, &types);
        mv_struct_fields(&f->m->struct_defs[h->owner], h->variant, &n);
    }
    *count = n;
}

static void call_effect(const struct mv_view *f, const struct mv_instr *in, uint64_t *pops,
                        uint64_t *pushes) {
    const struct mv_signature *types;
    const struct mv_function_handle *h =
        &f->m->function_handles[mv_operand_function(f->m, in, &types)];
    *pops = f->m->signatures[h->params].count;
    *pushes = f->m->signatures[h->returns].count;
}

void mv_stack_effect(const struct mv_view *f, const struct mv_instr *in, uint64_t *pops,
                     uint64_t *pushes) {
    *pops = *pushes = 0;
    switch ((enum mv_opcode)in->op) {
    case MV_OP_POP:
    case MV_OP_BR_TRUE:
    case MV_OP_BR_FALSE:
    case MV_OP_ST_LOC:
    case MV_OP_ABORT: *pops = 1; break;
    case MV_OP_LD_U8:
    case MV_OP_LD_U16:
    case MV_OP_LD_U32:
    case MV_OP_LD_U64:
    case MV_OP_LD_U128:
    case MV_OP_LD_U256:
    case MV_OP_LD_I8:
    case MV_OP_LD_I16:
    case MV_OP_LD_I32:
    case MV_OP_LD_I64:
    case MV_OP_LD_I128:
    case MV_OP_LD_I256:
    case MV_OP_LD_TRUE:
    case MV_OP_LD_FALSE:
    case MV_OP_LD_CONST:
    case MV_OP_COPY_LOC:
    case MV_OP_MOVE_LOC:
    case MV_OP_MUT_BORROW_LOC:
    case MV_OP_IMM_BORROW_LOC: *pushes = 1; break;
    case MV_OP_NOT:
    case MV_OP_NEGATE:
    case MV_OP_FREEZE_REF:
    case MV_OP_READ_REF:
    case MV_OP_EXISTS:
    case MV_OP_EXISTS_GENERIC:
    case MV_OP_MUT_BORROW_GLOBAL:
    case MV_OP_MUT_BORROW_GLOBAL_GENERIC:
    case MV_OP_IMM_BORROW_GLOBAL:
    case MV_OP_IMM_BORROW_GLOBAL_GENERIC:
    case MV_OP_MUT_BORROW_FIELD:
    case MV_OP_MUT_BORROW_FIELD_GENERIC:
    case MV_OP_IMM_BORROW_FIELD:
    case MV_OP_IMM_BORROW_FIELD_GENERIC:
    case MV_OP_MUT_BORROW_VARIANT_FIELD:
    case MV_OP_MUT_BORROW_VARIANT_FIELD_GENERIC:
    case MV_OP_IMM_BORROW_VARIANT_FIELD:
    case MV_OP_IMM_BORROW_VARIANT_FIELD_GENERIC:
    case MV_OP_TEST_VARIANT:
    case MV_OP_TEST_VARIANT_GENERIC:
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC:
    case MV_OP_CAST_U8:
    case MV_OP_CAST_U16:
    case MV_OP_CAST_U32:
    case MV_OP_CAST_U64:
    case MV_OP_CAST_U128:
    case MV_OP_CAST_U256:
    case MV_OP_CAST_I8:
    case MV_OP_CAST_I16:
    case MV_OP_CAST_I32:
    case MV_OP_CAST_I64:
    case MV_OP_CAST_I128:
    case MV_OP_CAST_I256:
    case MV_OP_VEC_LEN:
    case MV_OP_VEC_POP_BACK: *pops = *pushes = 1; break;
    case MV_OP_ADD:
    case MV_OP_SUB:
    case MV_OP_MUL:
    case MV_OP_MOD:
    case MV_OP_DIV:
    case MV_OP_BIT_OR:
    case MV_OP_BIT_AND:
    case MV_OP_XOR:
    case MV_OP_SHL:
    case MV_OP_SHR:
    case MV_OP_OR:
    case MV_OP_AND:
    case MV_OP_EQ:
    case MV_OP_NEQ:
    case MV_OP_LT:
    case MV_OP_GT:
    case MV_OP_LE:
    case MV_OP_GE:
    case MV_OP_VEC_IMM_BORROW:
    case MV_OP_VEC_MUT_BORROW: *pops = 2, *pushes = 1; break;
    case MV_OP_MOVE_TO:
    case MV_OP_MOVE_TO_GENERIC:
    case MV_OP_WRITE_REF:
    case MV_OP_VEC_PUSH_BACK:
    case MV_OP_ABORT_MSG: *pops = 2; break;
    case MV_OP_VEC_SWAP: *pops = 3; break;
    case MV_OP_VEC_PACK: *pops = in->imm, *pushes = 1; break;
    case MV_OP_VEC_UNPACK: *pops = 1, *pushes = in->imm; break;
    case MV_OP_RET: *pops = f->returns->count; break;
    case MV_OP_CALL:
    case MV_OP_CALL_GENERIC: call_effect(f, in, pops, pushes); break;
    case MV_OP_PACK:
    case MV_OP_PACK_GENERIC:
    case MV_OP_PACK_VARIANT:
    case MV_OP_PACK_VARIANT_GENERIC: fields_of(f, in, pops), *pushes = 1; break;
    case MV_OP_UNPACK:
    case MV_OP_UNPACK_GENERIC:
    case MV_OP_UNPACK_VARIANT:
    case MV_OP_UNPACK_VARIANT_GENERIC: fields_of(f, in, pushes), *pops = 1; break;
    case MV_OP_PACK_CLOSURE:
    case MV_OP_PACK_CLOSURE_GENERIC:
        *pops = (unsigned)__builtin_popcountll(in->imm), *pushes = 1;
        break;
    case MV_OP_CALL_CLOSURE: {
        const struct mv_token *t = f->m->signatures[in->index].tokens;
        *pops = 1u + t->arity - t->results, *pushes = t->results;
        break;
    }
    case MV_OP_BRANCH:
    case MV_OP_NOP:
    case MV_OP_LIMIT: break;
    }
}

static struct mv_err check_block(const struct mv_view *f, const struct mv_block *b) {
    uint64_t depth = 0, pushed = 0;
    for (uint32_t i = b->start; i <= b->end; i++) {
        uint64_t pops, pushes;
        mv_stack_effect(f, &f->code->instrs[i], &pops, &pushes);
        pushed += pushes; /* at most 65535 each, so that this cannot wrap */
        if (pushed > MV_PUSHES_MAX)
            return mv_view_err(f, MV_VALUE_STACK_PUSH_OVERFLOW, b->start,
                               "too many pushes in a block");
        if (pops > depth)
            return mv_view_err(f, MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK, b->start,
                               "operand stack is popped when it is empty");
        depth += pushes - pops;
        if (depth > MV_STACK_MAX)
            return mv_view_err(f, MV_VALUE_STACK_OVERFLOW, b->start, "operand stack is too deep");
    }
    if (depth)
        return mv_view_err(f, MV_POSITIVE_STACK_SIZE_AT_BLOCK_END, b->start,
                           "operands are left at the end of a block");
    return MV_ERR_NONE;
}

struct mv_err mv_verify_stack(const struct mv_view *f) {
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t b = 0; b < f->cfg.count && !mv_failed(e); b++)
        e = check_block(f, &f->cfg.blocks[b]);
    return e;
}
