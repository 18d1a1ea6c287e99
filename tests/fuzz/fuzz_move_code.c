/* Any code in a module whose tables are sound, so that the passes over code are reached, and any
 * choice of passes. Three bytes of input are an instruction: opcode, index, immediate; the first
 * four choose the function's parameters, locals and results, and the passes. */
#include "../unit/move/builder.h"

#include "move/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const lists[] = {
    "",
    "u64",
    "u64, bool, address, P",
    "&u64, &mut u64, &P, &mut P, &mut vector<u64>",
    "E, &E, &mut E, S, K",
    "&signer, K, address, u8, vector<u64>, &mut K",
    "G<u64>, &mut G<P>, T0, &mut T0, vector<T0>, u64",
    "|u64|u64|copy+drop, |&u64, u64|u64|drop, u64, P, &mut u64, &mut u64, u64, bool",
};

static void prepare(struct builder *b) {
    static const char *const variants[] = {"A{x: u64, y: P}", "B{x: u64}", NULL};
    build_begin(b, 10, "m");
    build_struct(b, "P", "copy+drop+store", "", "x: u64, y: vector<u64>");
    build_struct(b, "S", "", "", "x: P");
    build_struct(b, "K", "key", "", "x: u64");
    build_struct(b, "G", "copy+drop+store+key", "T0", "x: T0, y: u64");
    build_enum(b, "E", "copy+drop", "", variants);
    for (unsigned def = 0; def < 4; def++) build_field(b, def, 0);
    build_field(b, 0, 1);
    build_variant(b, 4, 0);
    build_variant(b, 4, 1);
    build_variant_field(b, 4, 0, 3);
    build_variant_field(b, 4, 1, 1);
    build_inst(b, struct_def_insts, 3, "u64");
    build_inst(b, struct_def_insts, 3, "T0");
    build_inst(b, field_insts, 3, "u64");
    build_inst(b, field_insts, 3, "T0");
    build_constant(b, "vector<u8>", BYTES_LIT("\2ab"));
    build_constant(b, "bool", BYTES_LIT("\1"));
    BUILD_FUNCTION(b, "leaf", "", "u64", "u64", "", IX(MOVE_LOC, 0), I(RET));
    BUILD_FUNCTION(b, "id", "T0", "T0", "T0", "", IX(MOVE_LOC, 0), I(RET));
    BUILD_FUNCTION(b, "pick", "", "&mut u64, &u64", "&u64", "", IX(MOVE_LOC, 1), I(RET));
    BUILD_FUNCTION(b, "both", "", "&mut u64, &mut u64", "&mut u64", "", IX(MOVE_LOC, 0), I(RET));
    build_inst(b, function_insts, 1, "u64");
    build_inst(b, function_insts, 1, "T0");
    build_signature(b, "u64");
    build_signature(b, "T0");
    build_signature(b, "|u64|u64|drop");
    b->m.wide_count = 2;
}

static struct mv_instr instruction(const uint8_t *p, unsigned count) {
    struct mv_instr in = {.op = p[0] % MV_OP_LIMIT, .index = p[1], .imm = p[2]};
    if (!in.op) in.op = MV_OP_NOP;
    enum mv_operand operand = mv_op_info[in.op].operand;
    if (operand == MV_OPERAND_OFFSET) in.index = (uint16_t)(p[1] % count);
    if (operand == MV_OPERAND_U128 || operand == MV_OPERAND_U256 || operand == MV_OPERAND_I128 ||
        operand == MV_OPERAND_I256)
        in.imm %= 2;
    return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 7) return 0;
    unsigned count = (unsigned)(size - 4) / 3;
    if (count > 2000) return 0;
    struct builder *b = malloc(sizeof *b);
    struct mv_instr *code = calloc(count, sizeof *code);
    prepare(b);
    for (unsigned i = 0; i < count; i++) code[i] = instruction(data + 4 + 3 * (size_t)i, count);
    unsigned f = build_function(b, "f", "T0: drop", lists[data[0] % COUNT_OF(lists)],
                                lists[data[1] % COUNT_OF(lists)], lists[data[2] % COUNT_OF(lists)],
                                code, count);
    if (data[3] & 1) build_acquires(b, f, 2);
    struct mv_err e;
    struct mv_module *m = build_read(b, &e);
    assert(m);
    mv_verify_module(m, NULL, MV_PASS_ALL);
    mv_verify_module(m, NULL, 1u << (data[3] >> 1) % 16);
    mv_module_free(m);
    free(code);
    free(b);
    return 0;
}
