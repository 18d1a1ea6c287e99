/* Function bodies in Move assembly. */
#include <stdlib.h>

#include "move/asm.h"
#include "move/deserialize.h"

struct label {
    struct bytes name;
    uint32_t offset;
};

struct jump {
    struct bytes name;
    uint32_t instr, line;
};

struct body {
    struct asm_state *a;
    struct buf instrs, labels, jumps;
    struct map by_name; /* labels */
};

static uint64_t label_hash(const void *ctx, uint32_t index) {
    const struct body *b = ctx;
    const struct label *l = (const struct label *)(const void *)b->labels.p + index;
    return map_hash(l->name.p, l->name.n);
}

static const struct label *find_label(const struct body *b, struct bytes name) {
    struct map_probe it = map_begin(&b->by_name, map_hash(name.p, name.n));
    for (uint32_t i; map_next(&b->by_name, &it, &i);) {
        const struct label *l = (const struct label *)(const void *)b->labels.p + i;
        if (bytes_eq(l->name, name)) return l;
    }
    return NULL;
}

static uint32_t instr_count(const struct body *b) {
    return (uint32_t)(b->instrs.n / sizeof(struct mv_instr));
}

static void add_label(struct body *b, struct bytes name) {
    struct label l = {name, instr_count(b)};
    if (find_label(b, name)) asm_fail(b->a, "label is there twice");
    buf_put(&b->labels, &l, sizeof l);
    map_insert(&b->by_name, map_hash(name.p, name.n), (uint32_t)(b->labels.n / sizeof l - 1));
}

static int find_op(struct bytes name) {
    for (int op = 0; op < 256; op++)
        if (mv_op_info[op].text && bytes_eq(bytes_cstr(mv_op_info[op].text), name)) return op;
    return -1;
}

static void read_jump(struct body *b, struct mv_instr *in) {
    uint32_t index;
    if (asm_raw(b->a, &index)) {
        in->index = (uint16_t)index;
        return;
    }
    struct jump j = {.instr = instr_count(b), .line = b->a->line};
    j.name = asm_word(b->a);
    buf_put(&b->jumps, &j, sizeof j);
}

static uint64_t read_wide(struct asm_state *a, unsigned bits, bool is_signed) {
    struct u256 v = asm_big(a, bits, is_signed);
    return asm_add(a, ASM_WIDE, &v);
}

static void read_operand(struct body *b, struct mv_instr *in) {
    struct asm_state *a = b->a;
    uint32_t i = 0;
    switch ((enum mv_operand)mv_op_info[in->op].operand) {
    case MV_OPERAND_NONE: break;
    case MV_OPERAND_LOCAL: i = (uint32_t)asm_number(a, MV_LOCAL_INDEX_MAX); break;
    case MV_OPERAND_OFFSET: read_jump(b, in); return;
    case MV_OPERAND_CONSTANT: i = asm_constant_ref(a); break;
    case MV_OPERAND_SIGNATURE: i = asm_type_args(a); break;
    case MV_OPERAND_SIGNATURE_COUNT:
        i = asm_type_args(a);
        in->imm = asm_number(a, UINT64_MAX);
        break;
    case MV_OPERAND_FUNCTION: i = asm_function_ref(a); break;
    case MV_OPERAND_FUNCTION_INST: i = asm_function_inst_ref(a); break;
    case MV_OPERAND_FUNCTION_MASK:
        i = asm_function_ref(a);
        in->imm = asm_number(a, UINT64_MAX);
        break;
    case MV_OPERAND_FUNCTION_INST_MASK:
        i = asm_function_inst_ref(a);
        in->imm = asm_number(a, UINT64_MAX);
        break;
    case MV_OPERAND_STRUCT: i = asm_def_ref(a); break;
    case MV_OPERAND_STRUCT_INST: i = asm_def_inst_ref(a); break;
    case MV_OPERAND_FIELD: i = asm_member_ref(a, ASM_FIELDS); break;
    case MV_OPERAND_FIELD_INST: i = asm_member_inst_ref(a, ASM_FIELDS, ASM_FIELD_INSTS); break;
    case MV_OPERAND_VARIANT_FIELD: i = asm_member_ref(a, ASM_VARIANT_FIELDS); break;
    case MV_OPERAND_VARIANT_FIELD_INST:
        i = asm_member_inst_ref(a, ASM_VARIANT_FIELDS, ASM_VARIANT_FIELD_INSTS);
        break;
    case MV_OPERAND_VARIANT: i = asm_member_ref(a, ASM_VARIANTS); break;
    case MV_OPERAND_VARIANT_INST:
        i = asm_member_inst_ref(a, ASM_VARIANTS, ASM_VARIANT_INSTS);
        break;
    case MV_OPERAND_U8: in->imm = asm_number(a, UINT8_MAX); break;
    case MV_OPERAND_U16: in->imm = asm_number(a, UINT16_MAX); break;
    case MV_OPERAND_U32: in->imm = asm_number(a, UINT32_MAX); break;
    case MV_OPERAND_U64: in->imm = asm_number(a, UINT64_MAX); break;
    case MV_OPERAND_I8: in->imm = asm_big(a, 8, true).w[0]; break;
    case MV_OPERAND_I16: in->imm = asm_big(a, 16, true).w[0]; break;
    case MV_OPERAND_I32: in->imm = asm_big(a, 32, true).w[0]; break;
    case MV_OPERAND_I64: in->imm = asm_big(a, 64, true).w[0]; break;
    case MV_OPERAND_U128: in->imm = read_wide(a, 128, false); break;
    case MV_OPERAND_U256: in->imm = read_wide(a, 256, false); break;
    case MV_OPERAND_I128: in->imm = read_wide(a, 128, true); break;
    case MV_OPERAND_I256: in->imm = read_wide(a, 256, true); break;
    }
    in->index = (uint16_t)i;
}

/* A label or an instruction. */
static void read_line(struct body *b) {
    struct asm_state *a = b->a;
    asm_skip(a);
    size_t before = a->at;
    uint32_t line = a->line;
    struct bytes word = asm_word(a);
    if (!asm_ok(a)) return;
    if (asm_take(a, ":")) {
        add_label(b, word);
        return;
    }
    struct mv_instr in;
    memset(&in, 0, sizeof in);
    int op = find_op(word);
    if (op < 0 || mv_op_info[op].since > a->m->version) {
        a->at = before;
        a->line = line;
        asm_fail(a, op < 0 ? "no instruction of that name" : "instruction of a newer version");
        return;
    }
    in.op = (uint8_t)op;
    read_operand(b, &in);
    if (instr_count(b) == MV_BYTECODE_COUNT_MAX) asm_fail(a, "too many instructions");
    buf_put(&b->instrs, &in, sizeof in);
}

static void land_jumps(struct body *b) {
    const struct jump *jumps = (const struct jump *)(const void *)b->jumps.p;
    struct mv_instr *instrs = (struct mv_instr *)(void *)b->instrs.p;
    for (size_t i = 0; i < b->jumps.n / sizeof *jumps && asm_ok(b->a); i++) {
        const struct label *l = find_label(b, jumps[i].name);
        if (l)
            instrs[jumps[i].instr].index = (uint16_t)l->offset;
        else
            b->a->err = (struct mv_asm_error){jumps[i].line, "no such label", jumps[i].name};
    }
}

struct mv_code asm_code(struct asm_state *a) {
    struct body b = {.a = a};
    struct mv_code code = {0};
    map_init(&b.by_name, label_hash, &b);
    asm_expect(a, "{");
    code.locals = (uint16_t)(asm_take_word(a, "locals") ? asm_signature(a) : asm_types(a, ""));
    while (asm_ok(a) && !asm_take(a, "}")) read_line(&b);
    land_jumps(&b);
    code.count = instr_count(&b);
    code.instrs = asm_keep(a, &b.instrs);
    buf_free(&b.labels);
    buf_free(&b.jumps);
    map_free(&b.by_name);
    return code;
}
