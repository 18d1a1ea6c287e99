/* The passes that follow control flow: locals, references, acquires; and closures. Expected
 * statuses are those of the reference's rules (move-bytecode-verifier: locals_safety,
 * reference_safety, acquires_list_verifier.rs, type_safety.rs). */
#include "verdict.h"

enum { S, K, K2, P };           /* structs: S none, K and K2 key, P copy+drop with fields x and y */
enum { F_X, F_Y };              /* fields of P */
enum { TAKE, PICK, BOTH, TWO }; /* function handles */

static void prepare(struct builder *b) {
    build_struct(b, "S", "", "", "x: u64");
    build_struct(b, "K", "key", "", "x: u64");
    build_struct(b, "K2", "key", "", "x: u64");
    build_struct(b, "P", "copy+drop", "", "x: u64, y: vector<u64>");
    build_field(b, P, 0);
    build_field(b, P, 1);
    BUILD_FUNCTION(b, "take", "", "&mut u64", "", "", I(RET));
    BUILD_FUNCTION(b, "pick", "", "&mut u64, &u64", "&u64", "", IX(MOVE_LOC, 1), I(RET));
    BUILD_FUNCTION(b, "both", "", "&mut u64, &mut u64", "&mut u64", "", IX(MOVE_LOC, 0), I(RET));
    BUILD_FUNCTION(b, "two", "", "&mut u64, &mut u64", "", "", I(RET));
    build_signature(b, "u64");
}

static unsigned signature_of(const char *types) {
    struct builder *b = malloc(sizeof *b);
    build_begin(b, 7, "m");
    prepare(b);
    unsigned s = build_signature(b, types);
    arena_free(&b->arena);
    free(b);
    return s;
}

#define RUN(cases) assert_cases(cases, COUNT_OF(cases), prepare)

static void test_locals_are_used_only_with_a_value(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "copy before a value",
         .expected = MV_COPYLOC_UNAVAILABLE_ERROR,
         .locals = "u64",
         .code = {IX(COPY_LOC, 0), I(POP), I(RET)}},
        {.name = "move before a value",
         .expected = MV_MOVELOC_UNAVAILABLE_ERROR,
         .locals = "u64",
         .code = {IX(MOVE_LOC, 0), I(POP), I(RET)}},
        {.name = "borrow before a value",
         .expected = MV_BORROWLOC_UNAVAILABLE_ERROR,
         .locals = "u64",
         .code = {IX(IMM_BORROW_LOC, 0), I(POP), I(RET)}},
        {.name = "moved twice",
         .expected = MV_MOVELOC_UNAVAILABLE_ERROR,
         .params = "u64",
         .code = {IX(MOVE_LOC, 0), IX(MOVE_LOC, 0), I(POP), I(POP), I(RET)}},
        {.name = "a value on one way only",
         .expected = MV_COPYLOC_UNAVAILABLE_ERROR,
         .params = "bool",
         .locals = "u64",
         .code = {IX(COPY_LOC, 0), IX(BR_TRUE, 4), IV(LD_U64, 1), IX(ST_LOC, 1), IX(COPY_LOC, 1),
                  I(POP), I(RET)}},
        {.name = "a value on both ways",
         .params = "bool",
         .locals = "u64",
         .code = {IX(COPY_LOC, 0), IX(BR_TRUE, 5), IV(LD_U64, 1), IX(ST_LOC, 1), IX(BRANCH, 7),
                  IV(LD_U64, 2), IX(ST_LOC, 1), IX(COPY_LOC, 1), I(POP), I(RET)}},
        {.name = "moved in a loop",
         .expected = MV_MOVELOC_UNAVAILABLE_ERROR,
         .params = "u64",
         .code = {IX(MOVE_LOC, 0), I(POP), I(LD_TRUE), IX(BR_TRUE, 0), I(RET)}},
        {.name = "value without drop forgotten",
         .expected = MV_UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP,
         .params = "S",
         .code = {I(RET)}},
        {.name = "value without drop overwritten",
         .expected = MV_STLOC_UNSAFE_TO_DESTROY_ERROR,
         .params = "S, S",
         .returns = "S",
         .code = {IX(MOVE_LOC, 0), IX(ST_LOC, 1), IX(MOVE_LOC, 1), I(RET)}},
        {.name = "value without drop perhaps overwritten",
         .expected = MV_STLOC_UNSAFE_TO_DESTROY_ERROR,
         .params = "bool, S",
         .locals = "S",
         .returns = "S",
         .code = {IX(COPY_LOC, 0), IX(BR_TRUE, 5), IV(LD_U64, 1), IX(PACK, S), IX(ST_LOC, 2),
                  IX(MOVE_LOC, 1), IX(ST_LOC, 2), IX(MOVE_LOC, 2), I(RET)}},
        {.name = "value without drop behind an abort",
         .params = "S",
         .code = {IV(LD_U64, 1), I(ABORT)}},
        {.name = "value handed on",
         .params = "S",
         .returns = "S",
         .code = {IX(MOVE_LOC, 0), I(RET)}},
    };
    RUN(cases);
}

static void test_borrowed_locals_are_kept(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "moved while borrowed",
         .expected = MV_MOVELOC_EXISTS_BORROW_ERROR,
         .params = "u64",
         .locals = "&u64",
         .code = {IX(IMM_BORROW_LOC, 0), IX(ST_LOC, 1), IX(MOVE_LOC, 0), I(POP), IX(MOVE_LOC, 1),
                  I(POP), I(RET)}},
        {.name = "moved behind the borrow",
         .params = "u64",
         .locals = "&u64",
         .code = {IX(IMM_BORROW_LOC, 0), IX(ST_LOC, 1), IX(MOVE_LOC, 1), I(POP), IX(MOVE_LOC, 0),
                  I(POP), I(RET)}},
        {.name = "copied while borrowed",
         .params = "u64",
         .locals = "&u64",
         .code = {IX(IMM_BORROW_LOC, 0), IX(ST_LOC, 1), IX(COPY_LOC, 0), I(POP), IX(MOVE_LOC, 1),
                  I(POP), I(RET)}},
        {.name = "copied while mutably borrowed",
         .expected = MV_COPYLOC_EXISTS_BORROW_ERROR,
         .params = "u64",
         .locals = "&mut u64",
         .code = {IX(MUT_BORROW_LOC, 0), IX(ST_LOC, 1), IX(COPY_LOC, 0), I(POP), IX(MOVE_LOC, 1),
                  I(POP), I(RET)}},
        {.name = "overwritten while borrowed",
         .expected = MV_STLOC_UNSAFE_TO_DESTROY_ERROR,
         .params = "u64",
         .locals = "&u64",
         .code = {IX(IMM_BORROW_LOC, 0), IX(ST_LOC, 1), IV(LD_U64, 1), IX(ST_LOC, 0),
                  IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "borrowed while mutably borrowed",
         .expected = MV_BORROWLOC_EXISTS_BORROW_ERROR,
         .params = "u64",
         .locals = "&mut u64",
         .code = {IX(MUT_BORROW_LOC, 0), IX(ST_LOC, 1), IX(IMM_BORROW_LOC, 0), I(POP),
                  IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "borrowed mutably twice, unused",
         .params = "u64",
         .locals = "&mut u64",
         .code = {IX(MUT_BORROW_LOC, 0), IX(ST_LOC, 1), IX(MUT_BORROW_LOC, 0), I(POP),
                  IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "returned reference to a local",
         .expected = MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED,
         .params = "u64",
         .returns = "&u64",
         .code = {IX(IMM_BORROW_LOC, 0), I(RET)}},
        {.name = "returned reference to a field of a local",
         .expected = MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED,
         .params = "P",
         .returns = "&u64",
         .code = {IX(IMM_BORROW_LOC, 0), IX(IMM_BORROW_FIELD, F_X), I(RET)}},
        {.name = "returned reference of a parameter",
         .params = "&P",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_FIELD, F_X), I(RET)}},
        {.name = "borrowed around a loop: gone at its head",
         .params = "u64",
         .locals = "&u64",
         .code = {IV(LD_U64, 1), IX(ST_LOC, 0), IX(IMM_BORROW_LOC, 0), IX(ST_LOC, 1), I(LD_TRUE),
                  IX(BR_TRUE, 0), I(RET)}},
        {.name = "borrowed on one way only",
         .expected = MV_MOVELOC_EXISTS_BORROW_ERROR,
         .params = "bool, u64, u64",
         .locals = "&u64",
         .code = {IX(COPY_LOC, 0), IX(BR_TRUE, 5), IX(IMM_BORROW_LOC, 1), IX(ST_LOC, 3),
                  IX(BRANCH, 7), IX(IMM_BORROW_LOC, 2), IX(ST_LOC, 3), IX(MOVE_LOC, 1), I(POP),
                  IX(COPY_LOC, 3), I(POP), I(RET)}},
        {.name = "a reference on one way only is gone behind",
         .params = "bool, u64",
         .locals = "&u64",
         .code = {IX(COPY_LOC, 0), IX(BR_TRUE, 4), IX(IMM_BORROW_LOC, 1), IX(ST_LOC, 2),
                  IX(MOVE_LOC, 1), I(POP), I(RET)}},
    };
    RUN(cases);
}

static void test_mutable_references_are_exclusive_when_used(void **state) {
    (void)state;
    unsigned u = signature_of("u64");
    const struct verdict_case cases[] = {
        {.name = "write while copied",
         .expected = MV_WRITEREF_EXISTS_BORROW_ERROR,
         .params = "&mut u64",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(ST_LOC, 1), IV(LD_U64, 1), IX(MOVE_LOC, 0), I(WRITE_REF),
                  IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "write through the copy",
         .params = "&mut u64",
         .code = {IV(LD_U64, 1), IX(COPY_LOC, 0), I(WRITE_REF), I(RET)}},
        {.name = "write while a field is borrowed",
         .expected = MV_WRITEREF_EXISTS_BORROW_ERROR,
         .params = "&mut P, P",
         .locals = "&u64",
         .code = {IX(COPY_LOC, 0), IX(IMM_BORROW_FIELD, F_X), IX(ST_LOC, 2), IX(MOVE_LOC, 1),
                  IX(MOVE_LOC, 0), I(WRITE_REF), IX(MOVE_LOC, 2), I(POP), I(RET)}},
        {.name = "read while a field is mutably borrowed",
         .expected = MV_READREF_EXISTS_MUTABLE_BORROW_ERROR,
         .params = "&mut P",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(MUT_BORROW_FIELD, F_X), IX(ST_LOC, 1), IX(MOVE_LOC, 0),
                  I(READ_REF), I(POP), IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "comparison while mutably borrowed",
         .expected = MV_READREF_EXISTS_MUTABLE_BORROW_ERROR,
         .params = "&mut P",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(MUT_BORROW_FIELD, F_X), IX(ST_LOC, 1), IX(COPY_LOC, 0),
                  IX(COPY_LOC, 0), I(EQ), I(POP), IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "freeze while a field is mutably borrowed",
         .expected = MV_FREEZEREF_EXISTS_MUTABLE_BORROW_ERROR,
         .params = "&mut P",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(MUT_BORROW_FIELD, F_X), IX(ST_LOC, 1), IX(MOVE_LOC, 0),
                  I(FREEZE_REF), I(POP), IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "two fields mutably",
         .params = "&mut P",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(MUT_BORROW_FIELD, F_X), IX(ST_LOC, 1), IX(MOVE_LOC, 0),
                  IX(MUT_BORROW_FIELD, F_Y), I(POP), IV(LD_U64, 1), IX(MOVE_LOC, 1), I(WRITE_REF),
                  I(RET)}},
        {.name = "one field mutably and immutably",
         .expected = MV_BORROWFIELD_EXISTS_MUTABLE_BORROW_ERROR,
         .params = "&mut P",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(MUT_BORROW_FIELD, F_X), IX(ST_LOC, 1), IX(MOVE_LOC, 0),
                  IX(IMM_BORROW_FIELD, F_X), I(POP), IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "field while all is borrowed",
         .expected = MV_BORROWFIELD_EXISTS_MUTABLE_BORROW_ERROR,
         .params = "&mut P",
         .locals = "&mut P",
         .code = {IX(COPY_LOC, 0), IX(ST_LOC, 1), IX(MOVE_LOC, 0), IX(MUT_BORROW_FIELD, F_X),
                  I(POP), IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "element, then push",
         .expected = MV_VEC_UPDATE_EXISTS_MUTABLE_BORROW_ERROR,
         .params = "&mut vector<u64>",
         .locals = "&u64",
         .code = {IX(COPY_LOC, 0), IV(LD_U64, 0), IX(VEC_IMM_BORROW, u), IX(ST_LOC, 1),
                  IX(MOVE_LOC, 0), IV(LD_U64, 1), IX(VEC_PUSH_BACK, u), IX(MOVE_LOC, 1), I(POP),
                  I(RET)}},
        {.name = "two elements mutably",
         .expected = MV_VEC_BORROW_ELEMENT_EXISTS_MUTABLE_BORROW_ERROR,
         .params = "&mut vector<u64>",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IV(LD_U64, 0), IX(VEC_MUT_BORROW, u), IX(ST_LOC, 1),
                  IX(MOVE_LOC, 0), IV(LD_U64, 1), IX(VEC_MUT_BORROW, u), I(POP), IX(MOVE_LOC, 1),
                  I(POP), I(RET)}},
        {.name = "element and length",
         .params = "&vector<u64>",
         .locals = "&u64",
         .code = {IX(COPY_LOC, 0), IV(LD_U64, 0), IX(VEC_IMM_BORROW, u), IX(ST_LOC, 1),
                  IX(MOVE_LOC, 0), IX(VEC_LEN, u), I(POP), IX(MOVE_LOC, 1), I(POP), I(RET)}},
        {.name = "returned while borrowed",
         .expected = MV_RET_BORROWED_MUTABLE_REFERENCE_ERROR,
         .params = "&mut u64",
         .returns = "&mut u64, &mut u64",
         .code = {IX(COPY_LOC, 0), IX(COPY_LOC, 0), I(RET)}},
    };
    RUN(cases);
}

static void test_calls_pass_references_safely(void **state) {
    (void)state;
    const struct verdict_case cases[] = {
        {.name = "borrowed argument",
         .expected = MV_CALL_BORROWED_MUTABLE_REFERENCE_ERROR,
         .params = "&mut u64",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(ST_LOC, 1), IX(MOVE_LOC, 0), IX(CALL, TAKE), IX(MOVE_LOC, 1),
                  I(POP), I(RET)}},
        {.name = "one reference twice",
         .expected = MV_CALL_BORROWED_MUTABLE_REFERENCE_ERROR,
         .params = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(COPY_LOC, 0), IX(CALL, TWO), I(RET)}},
        {.name = "two references",
         .params = "&mut u64, &mut u64",
         .code = {IX(COPY_LOC, 0), IX(COPY_LOC, 1), IX(CALL, TWO), I(RET)}},
        {.name = "result holds its arguments",
         .expected = MV_WRITEREF_EXISTS_BORROW_ERROR,
         .params = "&mut u64, &u64",
         .locals = "&u64",
         .code = {IX(COPY_LOC, 0), IX(COPY_LOC, 1), IX(CALL, PICK), IX(ST_LOC, 2), IV(LD_U64, 1),
                  IX(MOVE_LOC, 0), I(WRITE_REF), IX(MOVE_LOC, 2), I(POP), I(RET)}},
        {.name = "result holds the other argument too",
         .expected = MV_WRITEREF_EXISTS_BORROW_ERROR,
         .params = "&mut u64, &mut u64",
         .locals = "&mut u64",
         .code = {IX(COPY_LOC, 0), IX(COPY_LOC, 1), IX(CALL, BOTH), IX(ST_LOC, 2), IV(LD_U64, 1),
                  IX(MOVE_LOC, 1), I(WRITE_REF), IX(MOVE_LOC, 2), I(POP), I(RET)}},
        {.name = "result gone",
         .params = "&mut u64, &mut u64",
         .code = {IX(COPY_LOC, 0), IX(COPY_LOC, 1), IX(CALL, BOTH), I(POP), IV(LD_U64, 1),
                  IX(MOVE_LOC, 1), I(WRITE_REF), I(RET)}},
        {.name = "result into a local returned",
         .expected = MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED,
         .params = "&mut u64, u64",
         .returns = "&u64",
         .code = {IX(MOVE_LOC, 0), IX(IMM_BORROW_LOC, 1), IX(CALL, PICK), I(RET)}},
    };
    RUN(cases);
}

/* A module with functions that use global storage, by code. */
static enum mv_status_code global_verdict(const char *locals, const struct mv_instr *code,
                                          uint32_t count, bool acquires_k, bool acquires_k2) {
    struct builder *b = malloc(sizeof *b);
    build_begin(b, 7, "m");
    prepare(b);
    unsigned callee = BUILD_FUNCTION(b, "callee", "", "address", "K", "", IX(MOVE_LOC, 0),
                                     IX(MOVE_FROM, K), I(RET));
    build_acquires(b, callee, K);
    unsigned f = build_function(b, "f", "", "address", "", locals, code, count);
    if (acquires_k) build_acquires(b, f, K);
    if (acquires_k2) build_acquires(b, f, K2);
    struct mv_err e = verdict(b);
    free(b);
    return e.code;
}

#define GLOBAL(locals, k, k2, ...)                                                                 \
    global_verdict(locals, (const struct mv_instr[]){__VA_ARGS__},                                 \
                   COUNT_OF(((const struct mv_instr[]){__VA_ARGS__})), k, k2)
enum { CALLEE = 4 }; /* its handle */

static void test_borrowed_globals_are_kept(void **state) {
    (void)state;
    assert_int_equal(GLOBAL("", true, false, IX(COPY_LOC, 0), IX(MUT_BORROW_GLOBAL, K), I(POP),
                            IX(COPY_LOC, 0), IX(MUT_BORROW_GLOBAL, K), I(POP), I(RET)),
                     MV_OK);
    assert_int_equal(GLOBAL("&mut K", true, false, IX(COPY_LOC, 0), IX(MUT_BORROW_GLOBAL, K),
                            IX(ST_LOC, 1), IX(COPY_LOC, 0), IX(MUT_BORROW_GLOBAL, K), I(POP),
                            IX(MOVE_LOC, 1), I(POP), I(RET)),
                     MV_GLOBAL_REFERENCE_ERROR);
    assert_int_equal(GLOBAL("&K", true, false, IX(COPY_LOC, 0), IX(IMM_BORROW_GLOBAL, K),
                            IX(ST_LOC, 1), IX(COPY_LOC, 0), IX(IMM_BORROW_GLOBAL, K), I(POP),
                            IX(MOVE_LOC, 1), I(POP), I(RET)),
                     MV_OK);
    assert_int_equal(GLOBAL("&K", true, false, IX(COPY_LOC, 0), IX(IMM_BORROW_GLOBAL, K),
                            IX(ST_LOC, 1), IX(COPY_LOC, 0), IX(CALL, CALLEE), IX(UNPACK, K), I(POP),
                            IX(MOVE_LOC, 1), I(POP), I(RET)),
                     MV_GLOBAL_REFERENCE_ERROR);
    assert_int_equal(GLOBAL("&K2", true, true, IX(COPY_LOC, 0), IX(IMM_BORROW_GLOBAL, K2),
                            IX(ST_LOC, 1), IX(COPY_LOC, 0), IX(CALL, CALLEE), IX(UNPACK, K), I(POP),
                            IX(MOVE_LOC, 1), I(POP), I(RET)),
                     MV_OK);
    assert_int_equal(GLOBAL("&K", true, false, IX(COPY_LOC, 0), IX(IMM_BORROW_GLOBAL, K),
                            IX(ST_LOC, 1), IX(COPY_LOC, 0), IX(MOVE_FROM, K), IX(UNPACK, K), I(POP),
                            IX(MOVE_LOC, 1), I(POP), I(RET)),
                     MV_GLOBAL_REFERENCE_ERROR);
}

static void test_acquires_lists_are_exact(void **state) {
    (void)state;
    assert_int_equal(
        GLOBAL("", false, false, IX(COPY_LOC, 0), IX(IMM_BORROW_GLOBAL, K), I(POP), I(RET)),
        MV_MISSING_ACQUIRES_ANNOTATION);
    assert_int_equal(
        GLOBAL("", false, false, IX(COPY_LOC, 0), IX(CALL, CALLEE), IX(UNPACK, K), I(POP), I(RET)),
        MV_MISSING_ACQUIRES_ANNOTATION);
    assert_int_equal(
        GLOBAL("", true, false, IX(COPY_LOC, 0), IX(CALL, CALLEE), IX(UNPACK, K), I(POP), I(RET)),
        MV_OK);
    assert_int_equal(
        GLOBAL("", true, true, IX(COPY_LOC, 0), IX(CALL, CALLEE), IX(UNPACK, K), I(POP), I(RET)),
        MV_EXTRANEOUS_ACQUIRES_ANNOTATION);
    assert_int_equal(GLOBAL("", true, false, IX(COPY_LOC, 0), IX(EXISTS, K), I(POP), I(RET)),
                     MV_EXTRANEOUS_ACQUIRES_ANNOTATION);
}

/* A native's list is taken as it is; what its callers take over from it must have key. */
static void test_acquired_structs_have_key(void **state) {
    (void)state;
    for (unsigned def = S; def <= K; def++) {
        struct builder *b = malloc(sizeof *b);
        build_begin(b, 7, "m");
        prepare(b);
        unsigned native = build_function(b, "native", "", "", "", "", NULL, 0);
        b->function_defs[native].is_native = true;
        build_acquires(b, native, def);
        unsigned f = BUILD_FUNCTION(b, "f", "", "", "", "", IX(CALL, CALLEE), I(RET));
        build_acquires(b, f, def);
        struct mv_err e = verdict_with(b, NULL, MV_PASS_ALL & ~MV_PASS_EXTRAS);
        assert_int_equal(e.code, def == S ? MV_INVALID_ACQUIRES_ANNOTATION : MV_OK);
        free(b);
    }
}

/* Field borrows go as deep as structs do; a chain of them is followed and released. */
static void test_nested_field_borrows_are_followed(void **state) {
    (void)state;
    for (int wrong = 0; wrong < 2; wrong++) {
        struct builder *b = malloc(sizeof *b);
        struct mv_instr code[64];
        char fields[32], name[8];
        unsigned n = 0, depth = 20;
        build_begin(b, 7, "m");
        build_struct(b, "S0", "copy+drop", "", "x: u64");
        build_field(b, 0, 0);
        for (unsigned i = 1; i < depth; i++) {
            snprintf(name, sizeof name, "S%u", i);
            snprintf(fields, sizeof fields, "x: S%u", i - 1);
            build_struct(b, name, "copy+drop", "", fields);
            build_field(b, i, 0);
        }
        code[n++] = (struct mv_instr)IX(COPY_LOC, 0);
        for (unsigned i = depth; i-- > 0;) code[n++] = (struct mv_instr)IX(MUT_BORROW_FIELD, i);
        code[n++] = (struct mv_instr)IX(ST_LOC, 1);
        if (!wrong) {
            code[n++] = (struct mv_instr)IX(MOVE_LOC, 1);
            code[n++] = (struct mv_instr)I(POP);
        }
        code[n++] = (struct mv_instr)IX(MOVE_LOC, 0);
        code[n++] = (struct mv_instr)I(READ_REF);
        code[n++] = (struct mv_instr)I(POP);
        if (wrong) {
            code[n++] = (struct mv_instr)IX(MOVE_LOC, 1);
            code[n++] = (struct mv_instr)I(POP);
        }
        code[n++] = (struct mv_instr)I(RET);
        build_function(b, "f", "", "&mut S19", "", "&mut u64", code, n);
        assert_verdict(b, wrong ? MV_READREF_EXISTS_MUTABLE_BORROW_ERROR : MV_OK);
        free(b);
    }
}

static void prepare_closures(struct builder *b) {
    build_struct(b, "S", "", "", "x: u64");
    BUILD_FUNCTION(b, "add", "", "u64, u64", "u64", "", IX(MOVE_LOC, 0), IX(MOVE_LOC, 1), I(ADD),
                   I(RET));
    BUILD_FUNCTION(b, "peek", "", "&u64, u64", "u64", "", IX(MOVE_LOC, 1), I(RET));
    BUILD_FUNCTION(b, "keep", "", "S", "S", "", IX(MOVE_LOC, 0), I(RET));
    BUILD_FUNCTION(b, "id", "T0: drop", "T0, u64", "T0", "", IX(MOVE_LOC, 0), I(RET));
    build_inst(b, function_insts, 3, "u64");
    build_attribute(b, 0, MV_ATTRIBUTE_PERSISTENT);
}

static unsigned closure_signature(const char *types) {
    struct builder *b = malloc(sizeof *b);
    build_begin(b, 8, "m");
    prepare_closures(b);
    /* As assert_cases builds it: the case's parameters and results come before. */
    unsigned s = build_signature(b, types);
    arena_free(&b->arena);
    free(b);
    return s;
}

static void test_closures_are_typed(void **state) {
    (void)state;
    /* The case's first signature is that of its parameters: the type that CallClosure names. */
    unsigned called = closure_signature("|u64|u64|drop");
    const struct verdict_case cases[] = {
        {.name = "pack",
         .version = 8,
         .params = "u64",
         .returns = "|u64|u64|copy+drop+store",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 0, 1), I(RET)}},
        {.name = "to fewer abilities",
         .version = 8,
         .params = "u64",
         .returns = "|u64|u64|drop",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 0, 1), I(RET)}},
        {.name = "only persistent ones can be stored",
         .version = 8,
         .expected = MV_RET_TYPE_MISMATCH_ERROR,
         .returns = "|&u64, u64|u64|copy+drop+store",
         .code = {IXV(PACK_CLOSURE, 1, 0), I(RET)}},
        {.name = "another type",
         .version = 8,
         .expected = MV_RET_TYPE_MISMATCH_ERROR,
         .params = "u64",
         .returns = "|u8|u64|drop",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 0, 1), I(RET)}},
        {.name = "captured type",
         .version = 8,
         .expected = MV_PACK_TYPE_MISMATCH_ERROR,
         .params = "u8",
         .returns = "|u64|u64|drop",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 0, 1), I(RET)}},
        {.name = "captured reference",
         .version = 8,
         .expected = MV_PACK_TYPE_MISMATCH_ERROR,
         .params = "&u64",
         .returns = "|u64|u64|drop",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 1, 1), I(RET)}},
        {.name = "captured without abilities",
         .version = 8,
         .expected = MV_RET_TYPE_MISMATCH_ERROR,
         .params = "S",
         .returns = "||S|drop",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 2, 1), I(RET)}},
        {.name = "mask beyond the parameters",
         .version = 8,
         .expected = MV_INVALID_CLOSURE_MASK,
         .params = "u64",
         .returns = "|u64|u64|drop",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 0, 4), I(RET)}},
        {.name = "generic",
         .version = 8,
         .params = "u64",
         .returns = "|u64|u64|drop",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE_GENERIC, 0, 1), I(RET)}},
        {.name = "call",
         .version = 8,
         .params = "|u64|u64|drop",
         .returns = "u64",
         .code = {IV(LD_U64, 1), IX(MOVE_LOC, 0), IX(CALL_CLOSURE, called), I(RET)}},
        {.name = "call with a wrong argument",
         .version = 8,
         .expected = MV_CALL_TYPE_MISMATCH_ERROR,
         .params = "|u64|u64|drop",
         .returns = "u64",
         .code = {IV(LD_U8, 1), IX(MOVE_LOC, 0), IX(CALL_CLOSURE, called), I(RET)}},
        {.name = "call of no closure",
         .version = 8,
         .expected = MV_CALL_TYPE_MISMATCH_ERROR,
         .params = "|u64|u64|drop",
         .returns = "u64",
         .code = {IV(LD_U64, 1), IV(LD_U64, 1), IX(CALL_CLOSURE, called), I(RET)}},
        {.name = "call of no function type",
         .version = 8,
         .expected = MV_CLOSURE_CALL_REQUIRES_FUNCTION,
         .params = "|u64|u64|drop",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IX(CALL_CLOSURE, 0), I(RET)}},
        {.name = "before version 8",
         .version = 7,
         .expected = MV_MALFORMED,
         .params = "u64",
         .returns = "u64",
         .code = {IX(MOVE_LOC, 0), IXV(PACK_CLOSURE, 0, 1), I(POP), IV(LD_U64, 1), I(RET)}},
    };
    assert_cases(cases, COUNT_OF(cases), prepare_closures);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locals_are_used_only_with_a_value),
        cmocka_unit_test(test_borrowed_locals_are_kept),
        cmocka_unit_test(test_mutable_references_are_exclusive_when_used),
        cmocka_unit_test(test_calls_pass_references_safely),
        cmocka_unit_test(test_borrowed_globals_are_kept),
        cmocka_unit_test(test_acquires_lists_are_exact),
        cmocka_unit_test(test_acquired_structs_have_key),
        cmocka_unit_test(test_nested_field_borrows_are_followed),
        cmocka_unit_test(test_closures_are_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
