/* Instructions fit what they name (instruction_consistency.rs): the generic form for generic things
 * and only for them, closure masks within the parameters, vector counts in 16 bits. */
#include "move/verify_internal.h"

static struct mv_err generic_mismatch(void) {
    return mv_err_plain(MV_GENERIC_MEMBER_OPCODE_MISMATCH,
                        "generic and plain form of the opcode are confused");
}

static struct mv_err check_struct(const struct mv_module *m, unsigned def, bool generic) {
    const struct mv_struct_handle *h = &m->struct_handles[m->struct_defs[def].handle];
    return (h->type_param_count != 0) == generic ? MV_ERR_NONE : generic_mismatch();
}

static struct mv_err check_mask(const struct mv_module *m, const struct mv_function_handle *h,
                                uint64_t mask) {
    unsigned bits = mask ? 64 - (unsigned)__builtin_clzll(mask) : 0;
    if (bits <= m->signatures[h->params].count) return MV_ERR_NONE;
    return mv_err_plain(MV_INVALID_CLOSURE_MASK, "closure captures more than there are parameters");
}

static struct mv_err check_instr(const struct mv_module *m, const struct mv_instr *in) {
    const struct mv_signature *types = NULL;
    switch ((enum mv_operand)mv_op_info[in->op].operand) {
    case MV_OPERAND_FIELD:
    case MV_OPERAND_FIELD_INST: {
        unsigned owner = mv_operand_field(m, in, &types)->owner;
        return check_struct(m, owner, types != NULL);
    }
    case MV_OPERAND_VARIANT_FIELD:
    case MV_OPERAND_VARIANT_FIELD_INST: {
        unsigned owner = mv_operand_variant_field(m, in, &types)->owner;
        return check_struct(m, owner, types != NULL);
    }
    case MV_OPERAND_STRUCT:
    case MV_OPERAND_STRUCT_INST: {
        unsigned def = mv_operand_struct(m, in, &types);
        return check_struct(m, def, types != NULL);
    }
    case MV_OPERAND_VARIANT:
    case MV_OPERAND_VARIANT_INST: {
        unsigned owner = mv_operand_variant(m, in, &types)->owner;
        return check_struct(m, owner, types != NULL);
    }
    case MV_OPERAND_FUNCTION:
    case MV_OPERAND_FUNCTION_INST:
    case MV_OPERAND_FUNCTION_MASK:
    case MV_OPERAND_FUNCTION_INST_MASK: {
        const struct mv_function_handle *h =
            &m->function_handles[mv_operand_function(m, in, &types)];
        if ((h->type_param_count != 0) != (types != NULL)) return generic_mismatch();
        bool closure = in->op == MV_OP_PACK_CLOSURE || in->op == MV_OP_PACK_CLOSURE_GENERIC;
        return closure ? check_mask(m, h, in->imm) : MV_ERR_NONE;
    }
    case MV_OPERAND_SIGNATURE_COUNT:
        if (in->imm <= UINT16_MAX) return MV_ERR_NONE;
        return mv_err_plain(MV_CONSTRAINT_NOT_SATISFIED, "vector of too many elements");
    default: return MV_ERR_NONE;
    }
}

struct mv_err mv_verify_instructions(const struct mv_view *f) {
    for (uint32_t i = 0; i < f->code->count; i++) {
        struct mv_err e = check_instr(f->m, &f->code->instrs[i]);
        if (mv_failed(e)) {
            e.function = f->index;
            e.offset = i;
            return e;
        }
    }
    return MV_ERR_NONE;
}
