/* What several passes ask about types and operands. */
#include "move/verify_internal.h"

/* Depth: types are nested at most MV_TOKEN_DEPTH_MAX deep when read, and instantiating one adds at
 * most as much again. */
unsigned mv_type_abilities(const struct mv_module *m, const struct mv_token *t,
                           const uint8_t *type_params) {
    switch (t->kind) {
    case MV_TOKEN_SIGNER: return MV_ABILITIES_SIGNER;
    case MV_TOKEN_REFERENCE:
    case MV_TOKEN_MUTABLE_REFERENCE: return MV_ABILITIES_REFERENCE;
    case MV_TOKEN_TYPE_PARAM: return type_params[t->index];
    case MV_TOKEN_FUNCTION: return t->abilities;
    case MV_TOKEN_VECTOR: return MV_ABILITIES_PRIMITIVE & mv_type_abilities(m, t + 1, type_params);
    case MV_TOKEN_STRUCT: return m->struct_handles[t->index].abilities;
    case MV_TOKEN_STRUCT_INST: {
        const struct mv_struct_handle *h = &m->struct_handles[t->index];
        unsigned set = h->abilities;
        const struct mv_token *arg = t + 1;
        for (unsigned i = 0; i < t->arity; i++, arg += arg->size) {
            if (h->type_params[i].phantom) continue;
            unsigned has = mv_type_abilities(m, arg, type_params);
            for (unsigned a = MV_COPY; a <= MV_KEY; a <<= 1)
                if (mv_abilities_required(a) & ~has) set &= ~a;
        }
        return set;
    }
    default: return MV_ABILITIES_PRIMITIVE;
    }
}

static unsigned inst_of(const struct mv_module *m, const struct mv_inst *insts, unsigned index,
                        const struct mv_signature **types) {
    *types = &m->signatures[insts[index].types];
    return insts[index].of;
}

unsigned mv_operand_function(const struct mv_module *m, const struct mv_instr *in,
                             const struct mv_signature **types) {
    enum mv_operand operand = mv_op_info[in->op].operand;
    if (operand == MV_OPERAND_FUNCTION_INST || operand == MV_OPERAND_FUNCTION_INST_MASK)
        return inst_of(m, m->function_insts, in->index, types);
    *types = NULL;
    return in->index;
}

unsigned mv_operand_struct(const struct mv_module *m, const struct mv_instr *in,
                           const struct mv_signature **types) {
    if (mv_op_info[in->op].operand == MV_OPERAND_STRUCT_INST)
        return inst_of(m, m->struct_def_insts, in->index, types);
    *types = NULL;
    return in->index;
}

const struct mv_variant_handle *mv_operand_variant(const struct mv_module *m,
                                                   const struct mv_instr *in,
                                                   const struct mv_signature **types) {
    if (mv_op_info[in->op].operand == MV_OPERAND_VARIANT_INST)
        return &m->variant_handles[inst_of(m, m->variant_insts, in->index, types)];
    *types = NULL;
    return &m->variant_handles[in->index];
}

const struct mv_field_handle *mv_operand_field(const struct mv_module *m, const struct mv_instr *in,
                                               const struct mv_signature **types) {
    if (mv_op_info[in->op].operand == MV_OPERAND_FIELD_INST)
        return &m->field_handles[inst_of(m, m->field_insts, in->index, types)];
    *types = NULL;
    return &m->field_handles[in->index];
}

const struct mv_variant_field_handle *mv_operand_variant_field(const struct mv_module *m,
                                                               const struct mv_instr *in,
                                                               const struct mv_signature **types) {
    if (mv_op_info[in->op].operand == MV_OPERAND_VARIANT_FIELD_INST)
        return &m->variant_field_handles[inst_of(m, m->variant_field_insts, in->index, types)];
    *types = NULL;
    return &m->variant_field_handles[in->index];
}
