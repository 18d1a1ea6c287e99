/* Function bodies as Move assembly. */
#include <stdlib.h>

#include "move/disasm.h"

static void put_wide(struct buf *b, const struct u256 *v, bool is_signed) {
    char text[80];
    struct u256 zero = U256_ZERO, positive = *v;
    if (is_signed && v->w[3] >> 63) {
        buf_puts(b, "-");
        u256_sub(&positive, &zero, v);
    }
    buf_put(b, text, u256_to_dec(text, &positive));
}

static void put_operand(struct buf *b, const struct mv_module *m, const struct mv_code *c,
                        const struct mv_instr *in) {
    enum mv_operand operand = mv_op_info[in->op].operand;
    if (operand != MV_OPERAND_NONE) buf_puts(b, " ");
    switch (operand) {
    case MV_OPERAND_NONE: break;
    case MV_OPERAND_LOCAL: buf_printf(b, "%u", in->index); break;
    case MV_OPERAND_OFFSET: buf_printf(b, in->index < c->count ? "L%u" : "#%u", in->index); break;
    case MV_OPERAND_CONSTANT: dis_constant(b, m, in->index); break;
    case MV_OPERAND_SIGNATURE: dis_signature(b, m, in->index, "<>", true); break;
    case MV_OPERAND_SIGNATURE_COUNT:
        dis_signature(b, m, in->index, "<>", true);
        buf_printf(b, " %llu", (unsigned long long)in->imm);
        break;
    case MV_OPERAND_FUNCTION: dis_function(b, m, in->index); break;
    case MV_OPERAND_FUNCTION_INST: dis_inst(b, m, ASM_FUNCTION_INSTS, in->index); break;
    case MV_OPERAND_FUNCTION_MASK:
        dis_function(b, m, in->index);
        buf_printf(b, " 0x%llx", (unsigned long long)in->imm);
        break;
    case MV_OPERAND_FUNCTION_INST_MASK:
        dis_inst(b, m, ASM_FUNCTION_INSTS, in->index);
        buf_printf(b, " 0x%llx", (unsigned long long)in->imm);
        break;
    case MV_OPERAND_STRUCT: dis_def(b, m, in->index); break;
    case MV_OPERAND_STRUCT_INST: dis_inst(b, m, ASM_STRUCT_INSTS, in->index); break;
    case MV_OPERAND_FIELD: dis_member(b, m, ASM_FIELDS, in->index); break;
    case MV_OPERAND_FIELD_INST: dis_inst(b, m, ASM_FIELD_INSTS, in->index); break;
    case MV_OPERAND_VARIANT_FIELD: dis_member(b, m, ASM_VARIANT_FIELDS, in->index); break;
    case MV_OPERAND_VARIANT_FIELD_INST: dis_inst(b, m, ASM_VARIANT_FIELD_INSTS, in->index); break;
    case MV_OPERAND_VARIANT: dis_member(b, m, ASM_VARIANTS, in->index); break;
    case MV_OPERAND_VARIANT_INST: dis_inst(b, m, ASM_VARIANT_INSTS, in->index); break;
    case MV_OPERAND_U8:
    case MV_OPERAND_U16:
    case MV_OPERAND_U32:
    case MV_OPERAND_U64: buf_printf(b, "%llu", (unsigned long long)in->imm); break;
    case MV_OPERAND_I8:
    case MV_OPERAND_I16:
    case MV_OPERAND_I32:
    case MV_OPERAND_I64: buf_printf(b, "%lld", (long long)in->imm); break;
    case MV_OPERAND_U128:
    case MV_OPERAND_U256: put_wide(b, &m->wide[in->imm], false); break;
    case MV_OPERAND_I128:
    case MV_OPERAND_I256: put_wide(b, &m->wide[in->imm], true); break;
    }
}

void dis_code(struct buf *b, const struct mv_module *m, const struct mv_code *c) {
    bool *target = xcalloc(c->count + 1, sizeof *target);
    for (uint32_t i = 0; i < c->count; i++)
        if (mv_op_info[c->instrs[i].op].operand == MV_OPERAND_OFFSET &&
            c->instrs[i].index < c->count)
            target[c->instrs[i].index] = true;
    buf_puts(b, " {\n");
    bool empty = c->locals < m->signatures_count && m->signatures[c->locals].count == 0 &&
                 asm_find_signature(m, &m->signatures[c->locals]) == c->locals;
    if (!empty) {
        buf_puts(b, "    locals ");
        dis_signature(b, m, c->locals, "()", false);
        buf_puts(b, "\n");
    }
    for (uint32_t i = 0; i < c->count; i++) {
        if (target[i]) buf_printf(b, "L%u:\n", i);
        buf_printf(b, "    %s", mv_op_info[c->instrs[i].op].text);
        put_operand(b, m, c, &c->instrs[i]);
        buf_puts(b, "\n");
    }
    buf_puts(b, "}\n");
    free(target);
}
