/* Bounds of code: what each operand refers to exists. */
#include "move/bounds.h"

struct operand_table {
    uint32_t count;
    enum mv_index_kind kind;
    const struct mv_inst *insts; /* whose type arguments must fit the function too */
};

static struct operand_table table_of(const struct mv_module *m, enum mv_operand operand) {
    switch (operand) {
    case MV_OPERAND_CONSTANT:
        return (struct operand_table){m->constants_count, MV_KIND_CONSTANT, NULL};
    case MV_OPERAND_SIGNATURE:
    case MV_OPERAND_SIGNATURE_COUNT:
        return (struct operand_table){m->signatures_count, MV_KIND_SIGNATURE, NULL};
    case MV_OPERAND_FUNCTION:
    case MV_OPERAND_FUNCTION_MASK:
        return (struct operand_table){m->function_handles_count, MV_KIND_FUNCTION_HANDLE, NULL};
    case MV_OPERAND_FUNCTION_INST:
    case MV_OPERAND_FUNCTION_INST_MASK:
        return (struct operand_table){m->function_insts_count, MV_KIND_FUNCTION_INST,
                                      m->function_insts};
    case MV_OPERAND_STRUCT:
        return (struct operand_table){m->struct_defs_count, MV_KIND_STRUCT_DEF, NULL};
    case MV_OPERAND_STRUCT_INST:
        return (struct operand_table){m->struct_def_insts_count, MV_KIND_STRUCT_DEF_INST,
                                      m->struct_def_insts};
    case MV_OPERAND_FIELD:
        return (struct operand_table){m->field_handles_count, MV_KIND_FIELD_HANDLE, NULL};
    case MV_OPERAND_FIELD_INST:
        return (struct operand_table){m->field_insts_count, MV_KIND_FIELD_INST, m->field_insts};
    case MV_OPERAND_VARIANT_FIELD:
        return (struct operand_table){m->variant_field_handles_count, MV_KIND_VARIANT_FIELD_HANDLE,
                                      NULL};
    case MV_OPERAND_VARIANT_FIELD_INST:
        return (struct operand_table){m->variant_field_insts_count, MV_KIND_VARIANT_FIELD_INST,
                                      m->variant_field_insts};
    case MV_OPERAND_VARIANT:
        return (struct operand_table){m->variant_handles_count, MV_KIND_VARIANT_HANDLE, NULL};
    case MV_OPERAND_VARIANT_INST:
        return (struct operand_table){m->variant_insts_count, MV_KIND_VARIANT_INST,
                                      m->variant_insts};
    default: return (struct operand_table){MV_NOWHERE, MV_KIND_NONE, NULL};
    }
}

/* Scripts have no definitions, so that no opcode may refer to one. */
static bool needs_definition(enum mv_operand operand) {
    return operand >= MV_OPERAND_STRUCT && operand <= MV_OPERAND_VARIANT_INST;
}

static struct mv_err check_operand(const struct mv_bounds *b, const struct mv_instr *in,
                                   uint32_t type_param_count) {
    enum mv_operand operand = mv_op_info[in->op].operand;
    if (b->m->is_script && needs_definition(operand))
        return mv_err_plain(MV_INVALID_OPERATION_IN_SCRIPT, "scripts define no structs");
    struct operand_table t = table_of(b->m, operand);
    struct mv_err e = mv_bound(in->index, t.count, t.kind);
    if (mv_failed(e)) return e;
    if (t.insts) return mv_bound_signature(b, t.insts[in->index].types, type_param_count);
    if (t.kind == MV_KIND_SIGNATURE) return mv_bound_signature(b, in->index, type_param_count);
    return MV_ERR_NONE;
}

struct mv_err mv_bound_code(const struct mv_bounds *b, const struct mv_code *c, uint32_t function,
                            uint32_t type_param_count, uint32_t params) {
    const struct mv_module *m = b->m;
    struct mv_err e = mv_bound_signature(b, c->locals, type_param_count);
    if (mv_failed(e)) return e;
    uint32_t locals = m->signatures[params].count + m->signatures[c->locals].count;
    if (locals > UINT8_MAX)
        return mv_err_index(MV_TOO_MANY_LOCALS, MV_KIND_FUNCTION_DEF, function,
                            "more than 255 parameters and locals");
    for (uint32_t i = 0; i < c->count; i++) {
        const struct mv_instr *in = &c->instrs[i];
        switch ((enum mv_operand)mv_op_info[in->op].operand) {
        case MV_OPERAND_LOCAL: e = mv_bound(in->index, locals, MV_KIND_LOCAL); break;
        case MV_OPERAND_OFFSET:
            e = mv_bound(in->index, c->count, MV_KIND_NONE);
            if (mv_failed(e)) e.text = "branch target is beyond the code";
            break;
        default: e = check_operand(b, in, type_param_count);
        }
        if (mv_failed(e)) {
            e.function = function;
            e.offset = i;
            return e;
        }
    }
    return MV_ERR_NONE;
}
