/* The passes over single blocks: control flow, the operand stack, types. Expected statuses are
 * those of the reference's rules (move-bytecode-verifier: control_flow.rs, stack_usage_verifier.rs,
 * type_safety.rs). */
#include "verdict.h"

enum { P, S, K, G, E, EG };   /* struct definitions */
enum { F_S_X, F_P_X, F_G_X }; /* field handles */

/* Structs S (no abilities), P (copy+drop+store), K (key), G<T0> (as T0 allows), enums E and EG<T0>;
 * handles and instantiations of all of them; functions leaf(u64): u64 and id<T0>(T0): T0. */
static void prepare(struct builder *b) {
    static const char *const variants[] = {"A{x: u64, y: bool}", "B{x: u64}", "C{x: u8}", NULL};
    static const char *const generic[] = {"A{x: T0}", "B{x: T0}", NULL};
    build_struct(b, "P", "copy+drop+store", "", "x: u64");
    build_struct(b, "S", "", "", "x: u64, y: P");
    build_struct(b, "K", "key", "", "x: u64");
    build_struct(b, "G", "copy+drop+store+key", "T0", "x: T0");
    build_enum(b, "E", "copy+drop", "", variants);
    build_enum(b, "EG", "copy+drop", "T0", generic);
    build_field(b, S, 0);
    build_field(b, P, 0);
    build_field(b, G, 0);
    build_inst(b, struct_def_insts, G, "u64");               /* 0 */
    build_inst(b, struct_def_insts, G, "S");                 /* 1: without abilities */
    build_inst(b, field_insts, F_G_X, "u64");                /* 0 */
    for (unsigned v = 0; v < 3; v++) build_variant(b, E, v); /* 0 1 2 */
    build_variant(b, EG, 0);                                 /* 3 */
    build_inst(b, variant_insts, 3, "u64");                  /* 0 */
    build_variant_field(b, E, 0, 3);                         /* 0: x of A and B */
    build_variant_field(b, E, 0, 7);                         /* 1: x of all, of two types */
    build_variant_field(b, E, 0, 0);                         /* 2: of no variant */
    build_variant_field(b, EG, 0, 3);                        /* 3 */
    build_inst(b, variant_field_insts, 3, "u64");            /* 0 */
    build_constant(b, "vector<u8>", BYTES_LIT("\2ab"));      /* 0 */
    BUILD_FUNCTION(b, "leaf", "", "u64", "u64", "", IX(MOVE_LOC, 0), I(RET)); /* handle 0 */
    BUILD_FUNCTION(b, "id", "T0", "T0", "T0", "", IX(MOVE_LOC, 0), I(RET));   /* handle 1 */
    build_inst(b, function_insts, 1, "u64");                                  /* 0 */
    build_signature(b, "u64");
}

static unsigned sig_u64(void) {
    struct builder *b = malloc(sizeof *b);
    build_begin(b, 7, "m");
    prepare(b);
    unsigned s = build_signature(b, "u64");
    arena_free(&b->arena);
    free(b);
    return s;
}

#define RUN(cases) assert_cases(cases, COUNT_OF(cases), prepare)

static void test_control_flow_of_each_kind_is_judged(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "plain", .code = {I(RET)}},
        {.name = "fall through", .expected = MV_INVALID_FALL_THROUGH, .code = {I(NOP)}},
        {.name = "fall through behind a condition",
         .expected = MV_INVALID_FALL_THROUGH,
         .code = {I(LD_TRUE), IX(BR_TRUE, 0)}},
        {.name = "loop", .code = {I(LD_TRUE), IX(BR_TRUE, 0), I(RET)}},
        {.name = "endless loop", .code = {IX(BRANCH, 0)}},
        {.name = "ends in abort", .code = {IV(LD_U64, 1), I(ABORT)}},
        {.name = "branch beyond the code",
         .expected = MV_INDEX_OUT_OF_BOUNDS,
         .code = {IX(BRANCH, 1)}},
        /* 0 may enter the loop 3-5 at 3 or at 4. */
        {.name = "two entries to a loop",
         .expected = MV_INVALID_LOOP_SPLIT,
         .code = {I(LD_TRUE), IX(BR_TRUE, 4), I(NOP), I(NOP), I(LD_TRUE), IX(BR_TRUE, 3), I(RET)}},
        /* Version 5 looks at code order, in which the loop is 3-5 too. */
        {.name = "two entries to a loop, version 5",
         .expected = MV_INVALID_LOOP_SPLIT,
         .version = 5,
         .code = {I(LD_TRUE), IX(BR_TRUE, 4), I(NOP), I(NOP), I(LD_TRUE), IX(BR_TRUE, 3), I(RET)}},
        {.name = "break not to the end, version 5",
         .expected = MV_INVALID_LOOP_BREAK,
         .version = 5,
         .code = {I(LD_TRUE), IX(BR_TRUE, 5), I(LD_TRUE), IX(BR_TRUE, 0), I(NOP), I(RET)}},
        {.name = "break not to the end, version 6",
         .version = 6,
         .code = {I(LD_TRUE), IX(BR_TRUE, 5), I(LD_TRUE), IX(BR_TRUE, 0), I(NOP), I(RET)}},
        {.name = "continue of an outer loop, version 5",
         .expected = MV_INVALID_LOOP_CONTINUE,
         .version = 5,
         .code = {I(NOP), I(LD_TRUE), IX(BR_TRUE, 0), I(LD_TRUE), IX(BR_TRUE, 1), I(RET)}},
    };
    assert_cases(cases, COUNT_OF(cases), NULL);
}

static void test_loops_nested_too_deeply_are_refused(void **state) {
    (void)state;
    for (unsigned version = 5; version <= 7; version++)
        for (unsigned depth = MV_LOOP_DEPTH_MAX; depth <= MV_LOOP_DEPTH_MAX + 1; depth++) {
            struct builder *b = malloc(sizeof *b);
            struct mv_instr code[64];
            unsigned n = 0;
            build_begin(b, version, "m");
            for (unsigned i = 0; i < depth; i++) code[n++] = (struct mv_instr)I(NOP);
            for (unsigned i = depth; i-- > 0;) {
                code[n++] = (struct mv_instr)I(LD_TRUE);
                code[n++] = (struct mv_instr)IX(BR_TRUE, i);
            }
            code[n++] = (struct mv_instr)I(RET);
            build_function(b, "f", "", "", "", "", code, n);
            assert_verdict(b, depth > MV_LOOP_DEPTH_MAX ? MV_LOOP_MAX_DEPTH_REACHED : MV_OK);
            free(b);
        }
}

static void test_function_without_code_is_refused(void **state) {
    (void)state;
    struct builder *b = malloc(sizeof *b);
    build_begin(b, 7, "m");
    build_function(b, "f", "", "", "", "", NULL, 0);
    assert_verdict(b, MV_EMPTY_CODE_UNIT);
    free(b);
}

static void test_too_many_basic_blocks_are_refused(void **state) {
    (void)state;
    for (unsigned blocks = MV_BASIC_BLOCKS_MAX; blocks <= MV_BASIC_BLOCKS_MAX + 1; blocks++) {
        struct builder *b = malloc(sizeof *b);
        struct mv_instr *code = calloc(blocks, sizeof *code);
        build_begin(b, 7, "m");
        for (unsigned i = 0; i + 1 < blocks; i++) {
            code[i].op = MV_OP_BRANCH;
            code[i].index = (uint16_t)(i + 1);
        }
        code[blocks - 1].op = MV_OP_RET;
        build_function(b, "f", "", "", "", "", code, blocks);
        assert_verdict(b, blocks > MV_BASIC_BLOCKS_MAX ? MV_TOO_MANY_BASIC_BLOCKS : MV_OK);
        free(code);
        free(b);
    }
}

static void test_operand_stack_must_balance_in_each_block(void **state) {
    (void)state;
    unsigned u64s = sig_u64();
    const struct verdict_case cases[] = {
        {.name = "pop of nothing",
         .expected = MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK,
         .code = {I(POP), I(RET)}},
        {.name = "left over",
         .expected = MV_POSITIVE_STACK_SIZE_AT_BLOCK_END,
         .code = {I(LD_TRUE), I(RET)}},
        {.name = "over a block",
         .expected = MV_POSITIVE_STACK_SIZE_AT_BLOCK_END,
         .code = {I(LD_TRUE), IX(BRANCH, 2), I(POP), I(RET)}},
        {.name = "too few results",
         .expected = MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK,
         .returns = "u64",
         .code = {I(RET)}},
        {.name = "too many results",
         .expected = MV_POSITIVE_STACK_SIZE_AT_BLOCK_END,
         .returns = "u64",
         .code = {IV(LD_U64, 1), IV(LD_U64, 1), I(RET)}},
        {.name = "in unreachable code too",
         .expected = MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK,
         .code = {I(RET), I(POP), I(RET)}},
        {.name = "too deep",
         .expected = MV_VALUE_STACK_OVERFLOW,
         .params = "vector<u64>",
         .code = {IX(MOVE_LOC, 0), IXV(VEC_UNPACK, u64s, 1025), IXV(VEC_PACK, u64s, 1025), I(POP),
                  I(RET)}},
        {.name = "deep enough",
         .params = "vector<u64>",
         .code = {IX(MOVE_LOC, 0), IXV(VEC_UNPACK, u64s, 1024), IXV(VEC_PACK, u64s, 1024), I(POP),
                  I(RET)}},
        {.name = "too many pushes",
         .expected = MV_VALUE_STACK_PUSH_OVERFLOW,
         .params = "vector<u64>",
         .code = {IX(MOVE_LOC, 0), IXV(VEC_UNPACK, u64s, 10000), IXV(VEC_PACK, u64s, 10000), I(POP),
                  I(RET)}},
    };
    RUN(cases);
}

static void test_types_of_arithmetic_are_checked(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "add", .code = {IV(LD_U8, 1), IV(LD_U8, 1), I(ADD), I(POP), I(RET)}},
        {.name = "add of two types",
         .expected = MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U8, 1), IV(LD_U64, 1), I(ADD), I(POP), I(RET)}},
        {.name = "add of bools",
         .expected = MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         .code = {I(LD_TRUE), I(LD_TRUE), I(ADD), I(POP), I(RET)}},
        {.name = "less", .returns = "bool", .code = {IV(LD_U8, 1), IV(LD_U8, 1), I(LT), I(RET)}},
        {.name = "less of two types",
         .expected = MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U8, 1), IV(LD_U64, 1), I(LE), I(POP), I(RET)}},
        {.name = "shift", .returns = "u64", .code = {IV(LD_U64, 1), IV(LD_U8, 1), I(SHL), I(RET)}},
        {.name = "shift by u64",
         .expected = MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U64, 1), IV(LD_U64, 1), I(SHR), I(POP), I(RET)}},
        {.name = "and", .returns = "bool", .code = {I(LD_TRUE), I(LD_TRUE), I(AND), I(RET)}},
        {.name = "and of integers",
         .expected = MV_BOOLEAN_OP_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U8, 1), IV(LD_U8, 1), I(OR), I(POP), I(RET)}},
        {.name = "not of an integer",
         .expected = MV_BOOLEAN_OP_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U8, 1), I(NOT), I(POP), I(RET)}},
        {.name = "cast", .returns = "u8", .code = {IV(LD_U64, 1), I(CAST_U8), I(RET)}},
        {.name = "cast of a bool",
         .expected = MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         .code = {I(LD_TRUE), I(CAST_U256), I(POP), I(RET)}},
        {.name = "negate",
         .returns = "i64",
         .version = 9,
         .code = {IV(LD_I64, 1), I(NEGATE), I(RET)}},
        {.name = "negate unsigned",
         .expected = MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         .version = 9,
         .code = {IV(LD_U64, 1), I(NEGATE), I(POP), I(RET)}},
        {.name = "bits of signed",
         .expected = MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         .version = 9,
         .code = {IV(LD_I8, 1), IV(LD_I8, 1), I(XOR), I(POP), I(RET)}},
        {.name = "equality",
         .params = "P",
         .returns = "bool",
         .code = {IX(COPY_LOC, 0), IX(MOVE_LOC, 0), I(EQ), I(RET)}},
        {.name = "equality of two types",
         .expected = MV_EQUALITY_OP_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U8, 1), IV(LD_U64, 1), I(EQ), I(POP), I(RET)}},
        {.name = "equality without drop",
         .expected = MV_EQUALITY_OP_TYPE_MISMATCH_ERROR,
         .params = "S, S",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), I(NEQ), I(POP), I(RET)}},
        {.name = "condition",
         .expected = MV_BR_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U8, 1), IX(BR_TRUE, 2), I(RET)}},
        {.name = "abort code",
         .expected = MV_ABORT_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U8, 1), I(ABORT)}},
        {.name = "abort message",
         .version = 10,
         .code = {IV(LD_U64, 1), IX(LD_CONST, 0), I(ABORT_MSG)}},
        {.name = "abort message of a wrong type",
         .expected = MV_ABORT_TYPE_MISMATCH_ERROR,
         .version = 10,
         .code = {IX(LD_CONST, 0), IV(LD_U64, 1), I(ABORT_MSG)}},
        {.name = "result",
         .expected = MV_RET_TYPE_MISMATCH_ERROR,
         .returns = "u8",
         .code = {IV(LD_U64, 1), I(RET)}},
        {.name = "pop without drop",
         .expected = MV_POP_WITHOUT_DROP_ABILITY,
         .params = "S",
         .code = {IX(MOVE_LOC, 0), I(POP), I(RET)}},
        {.name = "pop of a type parameter",
         .expected = MV_POP_WITHOUT_DROP_ABILITY,
         .type_params = "T0: copy",
         .params = "T0",
         .code = {IX(MOVE_LOC, 0), I(POP), I(RET)}},
        {.name = "pop of a type parameter with drop",
         .type_params = "T0: drop",
         .params = "T0",
         .code = {IX(MOVE_LOC, 0), I(POP), I(RET)}},
    };
    RUN(cases);
}

static void test_types_of_locals_and_references_are_checked(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "store", .locals = "u64", .code = {IV(LD_U64, 1), IX(ST_LOC, 0), I(RET)}},
        {.name = "store of a wrong type",
         .expected = MV_STLOC_TYPE_MISMATCH_ERROR,
         .locals = "u8",
         .code = {IV(LD_U64, 1), IX(ST_LOC, 0), I(RET)}},
        {.name = "copy without copy",
         .expected = MV_COPYLOC_WITHOUT_COPY_ABILITY,
         .params = "S",
         .returns = "S",
         .code = {IX(COPY_LOC, 0), I(RET)}},
        {.name = "no such local",
         .expected = MV_INDEX_OUT_OF_BOUNDS,
         .params = "u64",
         .code = {IX(COPY_LOC, 1), I(POP), I(RET)}},
        {.name = "borrow of a reference",
         .expected = MV_BORROWLOC_REFERENCE_ERROR,
         .params = "&u64",
         .code = {IX(IMM_BORROW_LOC, 0), I(POP), I(RET)}},
        {.name = "read",
         .params = "&u64",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), I(READ_REF), I(RET)}},
        {.name = "read of a value",
         .expected = MV_READREF_TYPE_MISMATCH_ERROR,
         .code = {IV(LD_U64, 1), I(READ_REF), I(POP), I(RET)}},
        {.name = "read without copy",
         .expected = MV_READREF_WITHOUT_COPY_ABILITY,
         .params = "&S",
         .returns = "S",
         .code = {IX(MOVE_LOC, 0), I(READ_REF), I(RET)}},
        {.name = "write",
         .params = "&mut u64",
         .code = {IV(LD_U64, 1), IX(MOVE_LOC, 0), I(WRITE_REF), I(RET)}},
        {.name = "write through &",
         .expected = MV_WRITEREF_NO_MUTABLE_REFERENCE_ERROR,
         .params = "&u64",
         .code = {IV(LD_U64, 1), IX(MOVE_LOC, 0), I(WRITE_REF), I(RET)}},
        {.name = "write without drop",
         .expected = MV_WRITEREF_WITHOUT_DROP_ABILITY,
         .params = "S, &mut S",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), I(WRITE_REF), I(RET)}},
        {.name = "write of a wrong type",
         .expected = MV_WRITEREF_TYPE_MISMATCH_ERROR,
         .params = "&mut u64",
         .code = {IV(LD_U8, 1), IX(MOVE_LOC, 0), I(WRITE_REF), I(RET)}},
        {.name = "freeze",
         .params = "&mut u64",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), I(FREEZE_REF), I(RET)}},
        {.name = "freeze of &",
         .expected = MV_FREEZEREF_TYPE_MISMATCH_ERROR,
         .params = "&u64",
         .code = {IX(MOVE_LOC, 0), I(FREEZE_REF), I(POP), I(RET)}},
        {.name = "no implicit freeze",
         .expected = MV_RET_TYPE_MISMATCH_ERROR,
         .params = "&mut u64",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), I(RET)}},
    };
    RUN(cases);
}

static void test_types_of_structs_are_checked(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "pack", .returns = "P", .code = {IV(LD_U64, 1), IX(PACK, P), I(RET)}},
        {.name = "pack of a wrong type",
         .expected = MV_PACK_TYPE_MISMATCH_ERROR,
         .returns = "P",
         .code = {IV(LD_U8, 1), IX(PACK, P), I(RET)}},
        {.name = "pack an enum as a struct",
         .expected = MV_PACK_TYPE_MISMATCH_ERROR,
         .returns = "E",
         .code = {IX(PACK, E), I(RET)}},
        {.name = "generic pack",
         .returns = "G<u64>",
         .code = {IV(LD_U64, 1), IX(PACK_GENERIC, 0), I(RET)}},
        {.name = "plain pack of a generic",
         .expected = MV_GENERIC_MEMBER_OPCODE_MISMATCH,
         .returns = "G<u64>",
         .code = {IV(LD_U64, 1), IX(PACK, G), I(RET)}},
        {.name = "unpack",
         .params = "S",
         .returns = "u64, P",
         .code = {IX(MOVE_LOC, 0), IX(UNPACK, S), I(RET)}},
        {.name = "unpack of another",
         .expected = MV_UNPACK_TYPE_MISMATCH_ERROR,
         .params = "P",
         .returns = "u64, P",
         .code = {IX(MOVE_LOC, 0), IX(UNPACK, S), I(RET)}},
        {.name = "generic unpack",
         .params = "G<u64>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(UNPACK_GENERIC, 0), I(RET)}},
        {.name = "generic unpack of another",
         .expected = MV_UNPACK_TYPE_MISMATCH_ERROR,
         .params = "G<u8>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(UNPACK_GENERIC, 0), I(RET)}},
        {.name = "field",
         .params = "&P",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_FIELD, F_P_X), I(RET)}},
        {.name = "& field of &mut",
         .params = "&mut P",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_FIELD, F_P_X), I(RET)}},
        {.name = "&mut field of &",
         .expected = MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
         .params = "&P",
         .returns = "&mut u64",
         .code = {IX(MOVE_LOC, 0), IX(MUT_BORROW_FIELD, F_P_X), I(RET)}},
        {.name = "field of another",
         .expected = MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
         .params = "&S",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_FIELD, F_P_X), I(RET)}},
        {.name = "field of a value",
         .expected = MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
         .params = "P",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_FIELD, F_P_X), I(RET)}},
        {.name = "generic field",
         .params = "&mut G<u64>",
         .returns = "&mut u64",
         .code = {IX(MOVE_LOC, 0), IX(MUT_BORROW_FIELD_GENERIC, 0), I(RET)}},
        {.name = "plain field of a generic",
         .expected = MV_GENERIC_MEMBER_OPCODE_MISMATCH,
         .params = "&G<u64>",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_FIELD, F_G_X), I(RET)}},
    };
    RUN(cases);
}

static void test_types_of_enums_are_checked(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "pack",
         .returns = "E",
         .code = {IV(LD_U64, 1), I(LD_TRUE), IX(PACK_VARIANT, 0), I(RET)}},
        {.name = "pack another variant",
         .returns = "E",
         .code = {IV(LD_U8, 1), IX(PACK_VARIANT, 2), I(RET)}},
        {.name = "pack of a wrong type",
         .expected = MV_PACK_TYPE_MISMATCH_ERROR,
         .returns = "E",
         .code = {IV(LD_U8, 1), IX(PACK_VARIANT, 1), I(RET)}},
        {.name = "unpack",
         .params = "E",
         .returns = "u64, bool",
         .code = {IX(MOVE_LOC, 0), IX(UNPACK_VARIANT, 0), I(RET)}},
        {.name = "unpack of another",
         .expected = MV_UNPACK_TYPE_MISMATCH_ERROR,
         .params = "P",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(UNPACK_VARIANT, 1), I(RET)}},
        {.name = "test",
         .params = "&E",
         .returns = "bool",
         .code = {IX(MOVE_LOC, 0), IX(TEST_VARIANT, 1), I(RET)}},
        {.name = "test of a value",
         .expected = MV_TEST_VARIANT_TYPE_MISMATCH_ERROR,
         .params = "E",
         .returns = "bool",
         .code = {IX(MOVE_LOC, 0), IX(TEST_VARIANT, 1), I(RET)}},
        {.name = "generic",
         .params = "u64",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(PACK_VARIANT_GENERIC, 0), IX(UNPACK_VARIANT_GENERIC, 0),
                  I(RET)}},
        {.name = "plain on a generic",
         .expected = MV_GENERIC_MEMBER_OPCODE_MISMATCH,
         .params = "u64",
         .returns = "EG<u64>",
         .code = {IX(MOVE_LOC, 0), IX(PACK_VARIANT, 3), I(RET)}},
        {.name = "field of two variants",
         .params = "&E",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_VARIANT_FIELD, 0), I(RET)}},
        {.name = "field of different types",
         .expected = MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
         .params = "&E",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_VARIANT_FIELD, 1), I(RET)}},
        {.name = "field of no variant",
         .expected = MV_ZERO_VARIANTS_ERROR,
         .params = "&E",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_VARIANT_FIELD, 2), I(RET)}},
        {.name = "&mut field of &",
         .expected = MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
         .params = "&E",
         .returns = "&mut u64",
         .code = {IX(MOVE_LOC, 0), IX(MUT_BORROW_VARIANT_FIELD, 0), I(RET)}},
        {.name = "generic field",
         .params = "&mut EG<u64>",
         .returns = "&mut u64",
         .code = {IX(MOVE_LOC, 0), IX(MUT_BORROW_VARIANT_FIELD_GENERIC, 0), I(RET)}},
    };
    RUN(cases);
}

static void test_types_of_calls_and_vectors_are_checked(void **state) {
    (void)state;
    unsigned u = sig_u64();
    const struct verdict_case cases[] = {
        {.name = "call", .returns = "u64", .code = {IV(LD_U64, 1), IX(CALL, 0), I(RET)}},
        {.name = "argument",
         .expected = MV_CALL_TYPE_MISMATCH_ERROR,
         .returns = "u64",
         .code = {IV(LD_U8, 1), IX(CALL, 0), I(RET)}},
        {.name = "generic call",
         .returns = "u64",
         .code = {IV(LD_U64, 1), IX(CALL_GENERIC, 0), I(RET)}},
        {.name = "generic argument",
         .expected = MV_CALL_TYPE_MISMATCH_ERROR,
         .returns = "u64",
         .code = {IV(LD_U8, 1), IX(CALL_GENERIC, 0), I(RET)}},
        {.name = "plain call of a generic",
         .expected = MV_GENERIC_MEMBER_OPCODE_MISMATCH,
         .returns = "u64",
         .code = {IV(LD_U8, 1), IX(CALL, 1), I(RET)}},
        {.name = "vector",
         .returns = "vector<u64>",
         .code = {IV(LD_U64, 1), IXV(VEC_PACK, u, 1), I(RET)}},
        {.name = "vector of wrong elements",
         .expected = MV_TYPE_MISMATCH,
         .returns = "vector<u64>",
         .code = {IV(LD_U8, 1), IXV(VEC_PACK, u, 1), I(RET)}},
        {.name = "vector of too many",
         .expected = MV_CONSTRAINT_NOT_SATISFIED,
         .returns = "vector<u64>",
         .code = {IXV(VEC_PACK, u, 65536), I(RET)}},
        {.name = "length",
         .params = "&vector<u64>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(VEC_LEN, u), I(RET)}},
        {.name = "length of a value",
         .expected = MV_TYPE_MISMATCH,
         .params = "vector<u64>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(VEC_LEN, u), I(RET)}},
        {.name = "element",
         .params = "&mut vector<u64>",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IV(LD_U64, 0), IX(VEC_IMM_BORROW, u), I(RET)}},
        {.name = "element at u8",
         .expected = MV_TYPE_MISMATCH,
         .params = "&vector<u64>",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IV(LD_U8, 0), IX(VEC_IMM_BORROW, u), I(RET)}},
        {.name = "mutable element of &",
         .expected = MV_TYPE_MISMATCH,
         .params = "&vector<u64>",
         .returns = "&mut u64",
         .code = {IX(MOVE_LOC, 0), IV(LD_U64, 0), IX(VEC_MUT_BORROW, u), I(RET)}},
        {.name = "push",
         .params = "&mut vector<u64>",
         .code = {IX(MOVE_LOC, 0), IV(LD_U64, 0), IX(VEC_PUSH_BACK, u), I(RET)}},
        {.name = "push to &",
         .expected = MV_TYPE_MISMATCH,
         .params = "&vector<u64>",
         .code = {IX(MOVE_LOC, 0), IV(LD_U64, 0), IX(VEC_PUSH_BACK, u), I(RET)}},
        {.name = "push of a wrong type",
         .expected = MV_TYPE_MISMATCH,
         .params = "&mut vector<u64>",
         .code = {IX(MOVE_LOC, 0), IV(LD_U8, 0), IX(VEC_PUSH_BACK, u), I(RET)}},
        {.name = "pop",
         .params = "&mut vector<u64>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(VEC_POP_BACK, u), I(RET)}},
        {.name = "pop of another",
         .expected = MV_TYPE_MISMATCH,
         .params = "&mut vector<u8>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(VEC_POP_BACK, u), I(RET)}},
        {.name = "unpack",
         .params = "vector<u64>",
         .returns = "u64, u64",
         .code = {IX(MOVE_LOC, 0), IXV(VEC_UNPACK, u, 2), I(RET)}},
        {.name = "unpack of another",
         .expected = MV_TYPE_MISMATCH,
         .params = "vector<u8>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IXV(VEC_UNPACK, u, 1), I(RET)}},
        {.name = "swap",
         .params = "&mut vector<u64>",
         .code = {IX(MOVE_LOC, 0), IV(LD_U64, 0), IV(LD_U64, 1), IX(VEC_SWAP, u), I(RET)}},
        {.name = "swap at u8",
         .expected = MV_TYPE_MISMATCH,
         .params = "&mut vector<u64>",
         .code = {IX(MOVE_LOC, 0), IV(LD_U8, 0), IV(LD_U64, 1), IX(VEC_SWAP, u), I(RET)}},
        {.name = "operation without element type",
         .expected = MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH,
         .params = "&vector<u64>",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(VEC_LEN, 0), I(RET)}},
    };
    RUN(cases);
}

static void test_types_of_global_storage_are_checked(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "exists",
         .params = "address",
         .returns = "bool",
         .code = {IX(MOVE_LOC, 0), IX(EXISTS, K), I(RET)}},
        {.name = "exists without key",
         .expected = MV_EXISTS_WITHOUT_KEY_ABILITY_OR_BAD_ARGUMENT,
         .params = "address",
         .returns = "bool",
         .code = {IX(MOVE_LOC, 0), IX(EXISTS, P), I(RET)}},
        {.name = "exists at u64",
         .expected = MV_EXISTS_WITHOUT_KEY_ABILITY_OR_BAD_ARGUMENT,
         .params = "u64",
         .returns = "bool",
         .code = {IX(MOVE_LOC, 0), IX(EXISTS, K), I(RET)}},
        {.name = "generic exists",
         .params = "address",
         .returns = "bool",
         .code = {IX(MOVE_LOC, 0), IX(EXISTS_GENERIC, 0), I(RET)}},
        {.name = "generic exists without key",
         .expected = MV_CONSTRAINT_NOT_SATISFIED,
         .params = "address",
         .returns = "bool",
         .code = {IX(MOVE_LOC, 0), IX(EXISTS_GENERIC, 1), I(RET)}},
        {.name = "borrow without key",
         .expected = MV_BORROWGLOBAL_WITHOUT_KEY_ABILITY,
         .params = "address",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_GLOBAL, P), I(POP), I(RET)}},
        {.name = "borrow at u64",
         .expected = MV_BORROWGLOBAL_TYPE_MISMATCH_ERROR,
         .params = "u64",
         .code = {IX(MOVE_LOC, 0), IX(MUT_BORROW_GLOBAL, K), I(POP), I(RET)}},
        {.name = "move from without key",
         .expected = MV_MOVEFROM_WITHOUT_KEY_ABILITY,
         .params = "address",
         .returns = "P",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_FROM, P), I(RET)}},
        {.name = "move from u64",
         .expected = MV_MOVEFROM_TYPE_MISMATCH_ERROR,
         .params = "u64",
         .returns = "K",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_FROM, K), I(RET)}},
        {.name = "move to",
         .params = "&signer, K",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), IX(MOVE_TO, K), I(RET)}},
        {.name = "move to without key",
         .expected = MV_MOVETO_WITHOUT_KEY_ABILITY,
         .params = "&signer, P",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), IX(MOVE_TO, P), I(RET)}},
        {.name = "move to a mutable signer",
         .expected = MV_MOVETO_TYPE_MISMATCH_ERROR,
         .params = "&mut signer, K",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), IX(MOVE_TO, K), I(RET)}},
        {.name = "move to an address",
         .expected = MV_MOVETO_TYPE_MISMATCH_ERROR,
         .params = "address, K",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), IX(MOVE_TO, K), I(RET)}},
        {.name = "move of another to",
         .expected = MV_MOVETO_TYPE_MISMATCH_ERROR,
         .params = "&signer, P",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), IX(MOVE_TO, K), I(RET)}},
    };
    RUN(cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_flow_of_each_kind_is_judged),
        cmocka_unit_test(test_loops_nested_too_deeply_are_refused),
        cmocka_unit_test(test_function_without_code_is_refused),
        cmocka_unit_test(test_too_many_basic_blocks_are_refused),
        cmocka_unit_test(test_operand_stack_must_balance_in_each_block),
        cmocka_unit_test(test_types_of_arithmetic_are_checked),
        cmocka_unit_test(test_types_of_locals_and_references_are_checked),
        cmocka_unit_test(test_types_of_structs_are_checked),
        cmocka_unit_test(test_types_of_enums_are_checked),
        cmocka_unit_test(test_types_of_calls_and_vectors_are_checked),
        cmocka_unit_test(test_types_of_global_storage_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
