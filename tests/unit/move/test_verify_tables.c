/* The passes over tables: bounds, limits, duplication, signatures, constants, friends, recursion.
 * Expected statuses are those of the reference's rules (move-binary-format check_bounds.rs,
 * check_complexity.rs; move-bytecode-verifier limits.rs, check_duplication.rs, signature_v2.rs,
 * constants.rs, friends.rs, struct_defs.rs, instantiation_loops.rs). */
#include "verdict.h"

static struct builder *b;

static int setup(void **state) {
    (void)state;
    b = malloc(sizeof *b);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    free(b);
    return 0;
}
static void restart(void) {
    build_begin(b, 7, "m");
}

/* A module with one entry in every table, accepted as it is. */
static void build_full(void) {
    static const char *const variants[] = {"A{x: u64}", NULL};
    static const char *const generic[] = {"A{x: T0}", NULL};
    restart();
    unsigned other = build_module_handle(b, 1, "other");
    build_struct(b, "S", "copy+drop+key", "T0", "x: T0");
    build_enum(b, "E", "copy+drop", "", variants);
    build_enum(b, "G", "copy+drop", "T0", generic);
    build_field(b, 0, 0);
    build_variant(b, 1, 0);
    build_variant(b, 2, 0);
    build_variant_field(b, 1, 0, 1);
    build_variant_field(b, 2, 0, 1);
    build_inst(b, struct_def_insts, 0, "u64");
    build_inst(b, field_insts, 0, "u64");
    build_inst(b, variant_insts, 1, "u64");
    build_inst(b, variant_field_insts, 1, "u64");
    build_constant(b, "u64", bytes_make("\1\0\0\0\0\0\0\0", 8));
    build_friend(b, BUILD_ADDRESS, "friend");
    BUILD_FUNCTION(b, "f", "T0", "T0", "T0", "bool", IX(LD_CONST, 0), I(POP), IX(MOVE_LOC, 0),
                   I(RET));
    build_function_handle(b, other, "g", "T0", "", "");
    build_inst(b, function_insts, 1, "u64");
    build_struct_handle(b, other, "Other", "drop", "");
}

static void test_full_module_is_accepted(void **state) {
    (void)state;
    build_full();
    assert_verdict(b, MV_OK);
}

#define FAULT(change, expected)                                                                    \
    do {                                                                                           \
        build_full();                                                                              \
        change;                                                                                    \
        assert_verdict(b, expected);                                                               \
    } while (0)

static void test_every_index_is_bounded(void **state) {
    (void)state;
    FAULT(b->m.self = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->module_handles[1].address = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->module_handles[1].name = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->friends[0].name = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->struct_handles[0].module = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->struct_handles[0].name = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->function_handles[0].module = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->function_handles[0].name = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->function_handles[0].params = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->function_handles[0].returns = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->field_handles[0].owner = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->field_handles[0].owner = 1, MV_INDEX_OUT_OF_BOUNDS); /* an enum has no fields */
    FAULT(b->field_handles[0].field = 1, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->struct_def_insts[0].of = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->struct_def_insts[0].types = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->field_insts[0].of = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->function_insts[0].of = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->variant_handles[0].owner = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->variant_handles[0].owner = 0, MV_INDEX_OUT_OF_BOUNDS); /* a struct has no variants */
    FAULT(b->variant_handles[0].variant = 1, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->variant_insts[0].of = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->variant_field_handles[0].owner = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->variant_field_handles[0].field = 1, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->variant_field_insts[0].of = 9, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->struct_defs[0].handle = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(((struct mv_field_def *)b->struct_defs[0].fields)->name = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(((struct mv_variant_def *)b->struct_defs[1].variants)->name = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(build_enum(b, "Z", "", "", (const char *const[]){NULL}), MV_ZERO_VARIANTS_ERROR);
    FAULT(b->function_defs[0].handle = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->function_defs[0].code.locals = 99, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(build_acquires(b, 0, 99), MV_INDEX_OUT_OF_BOUNDS);
    FAULT(((struct mv_instr *)b->function_defs[0].code.instrs)[0].index = 9,
          MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->struct_handles[0].type_param_count = 0, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->function_handles[0].type_param_count = 0, MV_INDEX_OUT_OF_BOUNDS);
    FAULT(b->m.module_handles_count = 0, MV_NO_MODULE_HANDLES);
}

static void test_types_name_structs_with_all_their_arguments(void **state) {
    (void)state;
    build_full();
    struct mv_token plain = {.kind = MV_TOKEN_STRUCT, .size = 1}; /* S without its argument */
    struct mv_field_def *f = (struct mv_field_def *)b->struct_defs[1].variants[0].fields;
    f->type = &plain;
    assert_verdict(b, MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH);
    FAULT(build_signature(b, "S<u64, u64>"), MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH);
    FAULT(build_signature(b, "E<u64>"), MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH);
}

static void test_too_many_locals_are_refused(void **state) {
    (void)state;
    for (unsigned n = 255; n <= 256; n++) {
        char params[1024] = "", locals[4096] = "";
        for (unsigned i = 0; i < 100; i++) strcat(params, i ? ",u8" : "u8");
        for (unsigned i = 100; i < n; i++) strcat(locals, i > 100 ? ",u8" : "u8");
        restart();
        BUILD_FUNCTION(b, "f", "", params, "", locals, I(RET));
        assert_verdict(b, n > 255 ? MV_TOO_MANY_LOCALS : MV_OK);
    }
}

static void nested_vector(char *out, unsigned depth) {
    *out = 0;
    for (unsigned i = 1; i < depth; i++) strcat(out, "vector<");
    strcat(out, "u8");
    for (unsigned i = 1; i < depth; i++) strcat(out, ">");
}

static void test_limits_of_signatures_hold(void **state) {
    (void)state;
    char text[4096];
    for (unsigned over = 0; over < 2; over++) {
        restart();
        text[0] = 0;
        for (unsigned i = 0; i < MV_PARAMS_MAX + over; i++) strcat(text, i ? ",u8" : "u8");
        BUILD_FUNCTION(b, "f", "", text, "", "", I(RET));
        assert_verdict(b, over ? MV_TOO_MANY_PARAMETERS : MV_OK);
        restart();
        unsigned other = build_module_handle(b, 1, "other");
        build_function_handle(b, other, "g", "", "", text);
        assert_verdict(b, over ? MV_TOO_MANY_PARAMETERS : MV_OK);
        restart();
        text[0] = 0;
        for (unsigned i = 0; i < MV_GENERIC_PARAMS_MAX + over; i++) strcat(text, i ? ",T" : "T");
        BUILD_FUNCTION(b, "f", text, "", "", "", I(RET));
        assert_verdict(b, over ? MV_TOO_MANY_TYPE_PARAMETERS : MV_OK);
        restart();
        build_struct(b, "S", "", text, "x: u64");
        assert_verdict(b, over ? MV_TOO_MANY_TYPE_PARAMETERS : MV_OK);
        restart();
        nested_vector(text, MV_SIGNATURE_DEPTH_MAX + over);
        build_signature(b, text);
        assert_verdict(b, over ? MV_TOO_MANY_TYPE_NODES : MV_OK);
        restart(); /* 4 + 4·31 = 128 */
        build_struct(b, "P", "copy", "", "x: u8");
        strcpy(text, "A,B,C,D,E,F,G,H,I,J,K,L,M,N,O,Q,R,S,T,U,V,W,X,Y,Z,a,b,c,d,e,f");
        build_struct(b, "W", "", text, "x: u8");
        strcpy(text, "W<");
        for (unsigned i = 0; i < 31; i++) strcat(text, i ? ",P" : over ? "vector<P>" : "P");
        strcat(text, ">");
        build_signature(b, text);
        assert_verdict(b, over ? MV_TOO_MANY_TYPE_NODES : MV_OK);
    }
}

/* Many instructions that name a long type, in a short module. */
static void test_module_too_complex_for_its_length_is_refused(void **state) {
    (void)state;
    for (unsigned uses = 10; uses <= 2000; uses += 1990) {
        restart();
        struct mv_instr *code = calloc(3 * uses + 1, sizeof *code);
        char text[1024] = "W<";
        build_struct(b, "P", "copy+drop", "", "x: u8");
        build_struct(b, "W", "copy+drop",
                     "A,B,C,D,E,F,G,H,I,J,K,L,M,N,O,Q,R,S,T,U,V,W,X,Y,Z,a,b,c,d,e", "x: u8");
        for (unsigned i = 0; i < 30; i++) strcat(text, i ? ",P" : "P");
        strcat(text, ">");
        unsigned s = build_signature(b, text);
        for (unsigned i = 0; i < uses; i++) {
            code[2 * i] = (struct mv_instr)IXV(VEC_PACK, s, 0);
            code[2 * i + 1] = (struct mv_instr)I(POP);
        }
        code[2 * uses] = (struct mv_instr)I(RET);
        build_function(b, "f", "", "", "", "", code, 2 * uses + 1);
        assert_verdict(b, uses > 100 ? MV_PROGRAM_TOO_COMPLEX : MV_OK);
        free(code);
    }
}

static void test_duplicates_are_refused(void **state) {
    (void)state;
    FAULT((b->identifiers[b->m.identifiers_count] = b->identifiers[0], b->m.identifiers_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->addresses[b->m.addresses_count] = b->addresses[0], b->m.addresses_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->constants[1] = b->constants[0], b->m.constants_count++), MV_DUPLICATE_ELEMENT);
    FAULT((b->signatures[b->m.signatures_count] = b->signatures[1], b->m.signatures_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->module_handles[2] = b->module_handles[1], b->m.module_handles_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->friends[1] = b->friends[0], b->m.friends_count++), MV_DUPLICATE_ELEMENT);
    FAULT((b->struct_handles[4] = b->struct_handles[3], b->m.struct_handles_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->function_handles[2] = b->function_handles[1], b->m.function_handles_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->function_insts[1] = b->function_insts[0], b->m.function_insts_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->field_handles[1] = b->field_handles[0], b->m.field_handles_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->field_insts[1] = b->field_insts[0], b->m.field_insts_count++), MV_DUPLICATE_ELEMENT);
    FAULT((b->struct_def_insts[1] = b->struct_def_insts[0], b->m.struct_def_insts_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->variant_handles[2] = b->variant_handles[0], b->m.variant_handles_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->variant_insts[1] = b->variant_insts[0], b->m.variant_insts_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->variant_field_handles[2] = b->variant_field_handles[0],
           b->m.variant_field_handles_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->variant_field_insts[1] = b->variant_field_insts[0], b->m.variant_field_insts_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((b->struct_defs[3] = b->struct_defs[0], b->m.struct_defs_count++), MV_DUPLICATE_ELEMENT);
    FAULT((b->function_defs[1] = b->function_defs[0], b->m.function_defs_count++),
          MV_DUPLICATE_ELEMENT);
    FAULT((build_acquires(b, 0, 0), build_acquires(b, 0, 0)), MV_DUPLICATE_ACQUIRES_ANNOTATION);
}

static void test_definitions_are_of_this_module_and_complete(void **state) {
    (void)state;
    static const char *const twice[] = {"A{x: u8}", "A{y: u8}", NULL};
    static const char *const fields_twice[] = {"A{x: u8, x: u8}", NULL};
    static const char *const empty_variant[] = {"A{}", NULL};
    FAULT(build_struct_handle(b, b->m.self, "Undefined", "", ""), MV_UNIMPLEMENTED_HANDLE);
    FAULT(build_function_handle(b, b->m.self, "undefined", "", "", ""), MV_UNIMPLEMENTED_HANDLE);
    FAULT(b->struct_handles[1].module = 1, MV_INVALID_MODULE_HANDLE);
    FAULT(b->function_handles[0].module = 1, MV_INVALID_MODULE_HANDLE);
    FAULT(build_struct(b, "Empty", "", "", ""), MV_ZERO_SIZED_STRUCT);
    FAULT(build_struct(b, "Twice", "", "", "x: u8, x: u8"), MV_DUPLICATE_ELEMENT);
    FAULT(build_enum(b, "Twice", "", "", twice), MV_DUPLICATE_ELEMENT);
    FAULT(build_enum(b, "Twice", "", "", fields_twice), MV_DUPLICATE_ELEMENT);
    FAULT(build_enum(b, "Empty", "", "", empty_variant), MV_OK);
}

static void test_references_stand_only_on_the_outside(void **state) {
    (void)state;
    FAULT(build_signature(b, "&u64, &mut vector<u8>"), MV_OK);
    FAULT(build_signature(b, "vector<&u64>"), MV_INVALID_SIGNATURE_TOKEN);
    FAULT(build_signature(b, "&&u64"), MV_INVALID_SIGNATURE_TOKEN);
    FAULT(build_signature(b, "S<&u64>"), MV_INVALID_SIGNATURE_TOKEN);
    FAULT(build_struct(b, "R", "", "", "x: &u64"), MV_INVALID_SIGNATURE_TOKEN);
    FAULT(build_inst(b, function_insts, 1, "&u64"), MV_INVALID_SIGNATURE_TOKEN);
    FAULT(
        (b->m.version = 8, b->m.stored_version = 0x0a000008, build_signature(b, "|&u64|&u64|drop")),
        MV_OK);
    FAULT(
        (b->m.version = 8, b->m.stored_version = 0x0a000008, build_signature(b, "|vector<&u64>||")),
        MV_INVALID_SIGNATURE_TOKEN);
}

static void test_abilities_are_as_declared(void **state) {
    (void)state;
    /* N has none, C copy, and B<T0: copy>. */
#define PREPARE                                                                                    \
    (build_struct(b, "N", "", "", "x: u8"), build_struct(b, "C", "copy+drop", "", "x: u8"),        \
     build_struct(b, "B", "copy+drop", "T0: copy", "x: T0"))
    FAULT((PREPARE, build_signature(b, "B<C>")), MV_OK);
    FAULT((PREPARE, build_signature(b, "B<N>")), MV_CONSTRAINT_NOT_SATISFIED);
    FAULT((PREPARE, build_signature(b, "B<signer>")), MV_CONSTRAINT_NOT_SATISFIED);
    FAULT((PREPARE, build_struct(b, "D", "copy", "", "x: C")), MV_OK);
    FAULT((PREPARE, build_struct(b, "D", "copy", "", "x: N")), MV_FIELD_MISSING_TYPE_ABILITY);
    FAULT((PREPARE, build_struct(b, "D", "key", "", "x: C")), MV_FIELD_MISSING_TYPE_ABILITY);
    FAULT((PREPARE, build_struct(b, "D", "drop", "", "x: vector<N>")),
          MV_FIELD_MISSING_TYPE_ABILITY);
    FAULT((PREPARE, build_struct(b, "D", "copy", "T0", "x: T0")), MV_OK);
    FAULT((PREPARE, build_struct(b, "D", "", "T0", "x: B<T0>")), MV_CONSTRAINT_NOT_SATISFIED);
    FAULT((PREPARE, build_struct(b, "D", "", "T0: copy", "x: B<T0>")), MV_OK);
    FAULT((PREPARE, BUILD_FUNCTION(b, "g", "T0", "B<T0>", "", "", IV(LD_U64, 1), I(ABORT))),
          MV_CONSTRAINT_NOT_SATISFIED);
    FAULT((PREPARE, BUILD_FUNCTION(b, "g", "T0: copy", "B<T0>", "", "", IV(LD_U64, 1), I(ABORT))),
          MV_OK);
    FAULT((PREPARE, build_inst(b, function_insts, 1, "u64, u64")),
          MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH);
    FAULT((PREPARE, build_inst(b, struct_def_insts, 0, "u64, u64")),
          MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH);
#undef PREPARE
}

static void test_phantom_parameters_stay_in_phantom_places(void **state) {
    (void)state;
#define PREPARE                                                                                    \
    (build_struct(b, "Ph", "drop", "phantom T0", "x: u8"),                                         \
     build_struct(b, "Pl", "drop", "T0", "x: T0"))
    FAULT((PREPARE, build_struct(b, "D", "", "phantom T0", "x: Ph<T0>")), MV_OK);
    FAULT((PREPARE, build_struct(b, "D", "", "phantom T0", "x: T0")),
          MV_INVALID_PHANTOM_TYPE_PARAM_POSITION);
    FAULT((PREPARE, build_struct(b, "D", "", "phantom T0", "x: Pl<T0>")),
          MV_INVALID_PHANTOM_TYPE_PARAM_POSITION);
    FAULT((PREPARE, build_struct(b, "D", "", "phantom T0", "x: vector<T0>")),
          MV_INVALID_PHANTOM_TYPE_PARAM_POSITION);
    /* What stands in a phantom place does not take abilities away. */
    FAULT((PREPARE, build_struct(b, "N", "", "", "x: u8"),
           build_struct(b, "D", "drop", "", "x: Ph<N>")),
          MV_OK);
    FAULT((PREPARE, build_struct(b, "N", "", "", "x: u8"),
           build_struct(b, "D", "drop", "", "x: Pl<N>")),
          MV_FIELD_MISSING_TYPE_ABILITY);
#undef PREPARE
}

static void test_constants_decode_to_their_type(void **state) {
    (void)state;
    FAULT(build_constant(b, "bool", BYTES_LIT("\1")), MV_OK);
    FAULT(build_constant(b, "bool", BYTES_LIT("\2")), MV_MALFORMED_CONSTANT_DATA);
    FAULT(build_constant(b, "u8", BYTES_LIT("\2\2")), MV_MALFORMED_CONSTANT_DATA);
    FAULT(build_constant(b, "u8", BYTES_LIT("")), MV_MALFORMED_CONSTANT_DATA);
    FAULT(build_constant(b, "address", bytes_make(b->addresses[0].b, 32)), MV_OK);
    FAULT(build_constant(b, "u256", bytes_make(b->addresses[0].b, 31)), MV_MALFORMED_CONSTANT_DATA);
    FAULT(build_constant(b, "vector<vector<u16>>", BYTES_LIT("\2\1ab\0")), MV_OK);
    FAULT(build_constant(b, "vector<u8>", BYTES_LIT("\3ab")), MV_MALFORMED_CONSTANT_DATA);
    FAULT(build_constant(b, "vector<u8>", BYTES_LIT("\x80\0")), MV_MALFORMED_CONSTANT_DATA);
    FAULT(build_constant(b, "vector<bool>", BYTES_LIT("\xff\xff\xff\xff\x0f")),
          MV_MALFORMED_CONSTANT_DATA);
    FAULT(build_constant(b, "signer", bytes_make(b->addresses[0].b, 32)), MV_INVALID_CONSTANT_TYPE);
    FAULT(build_constant(b, "E", BYTES_LIT("\0")), MV_INVALID_CONSTANT_TYPE);
    FAULT(build_constant(b, "vector<signer>", BYTES_LIT("\0")), MV_INVALID_CONSTANT_TYPE);
    FAULT(build_constant(b, "T0", BYTES_LIT("\0")), MV_INVALID_CONSTANT_TYPE);
    FAULT(build_constant(b, "&u8", BYTES_LIT("\0")), MV_INVALID_CONSTANT_TYPE);
}

static void test_friends_are_near_and_independent(void **state) {
    (void)state;
    FAULT(build_friend(b, BUILD_ADDRESS, "m"), MV_INVALID_FRIEND_DECL_WITH_SELF);
    FAULT(build_friend(b, 0xbeef, "n"),
          MV_INVALID_FRIEND_DECL_WITH_MODULES_OUTSIDE_ACCOUNT_ADDRESS);
    FAULT((build_module_handle(b, BUILD_ADDRESS, "n"), build_friend(b, BUILD_ADDRESS, "n")),
          MV_INVALID_FRIEND_DECL_WITH_MODULES_IN_DEPENDENCIES);
}

static void test_structs_do_not_contain_themselves(void **state) {
    (void)state;
    static const char *const recursive[] = {"A{x: u8}", "B{x: vector<R>}", NULL};
    FAULT(build_struct(b, "R", "", "", "x: R"), MV_RECURSIVE_STRUCT_DEFINITION);
    FAULT(build_struct(b, "R", "", "", "x: vector<R>"), MV_RECURSIVE_STRUCT_DEFINITION);
    FAULT(build_struct(b, "R", "", "", "x: S<R>"), MV_RECURSIVE_STRUCT_DEFINITION);
    FAULT(build_enum(b, "R", "", "", recursive), MV_RECURSIVE_STRUCT_DEFINITION);
    build_full();
    build_struct(b, "A", "", "", "x: u8");
    build_struct(b, "B", "", "", "x: A");
    b->struct_defs[b->m.struct_defs_count - 2].fields = build_fields(b, "x: B", &(uint16_t){0});
    assert_verdict(b, MV_RECURSIVE_STRUCT_DEFINITION);
    /* A closure holds nothing of its argument types. */
    FAULT((b->m.version = 8, b->m.stored_version = 0x0a000008,
           build_struct(b, "R", "", "", "x: |R|R|")),
          MV_OK);
}

static void test_generic_recursion_does_not_grow_types(void **state) {
    (void)state;
    /* f<T0> calls itself with T0, with vector<T0>, with u64. */
    static const char *const args[] = {"T0", "vector<T0>", "u64"};
    for (unsigned i = 0; i < 3; i++) {
        restart();
        BUILD_FUNCTION(b, "f", "T0", "", "", "", IX(CALL_GENERIC, 0), I(RET));
        build_inst(b, function_insts, 0, args[i]);
        assert_verdict(b, i == 1 ? MV_LOOP_IN_INSTANTIATION_GRAPH : MV_OK);
    }
    /* f<T0> → g<T0, u8>, g<T0, T1> → h<vector<T1>>, h<T0> → f<T0>: the loop through T0 of all three
     * exists only if g hands on its first parameter. */
    for (unsigned i = 0; i < 2; i++) {
        restart();
        BUILD_FUNCTION(b, "f", "T0", "", "", "", IX(CALL_GENERIC, 0), I(RET));
        BUILD_FUNCTION(b, "g", "T0, T1", "", "", "", IX(CALL_GENERIC, 1), I(RET));
        BUILD_FUNCTION(b, "h", "T0", "", "", "", IX(CALL_GENERIC, 2), I(RET));
        build_inst(b, function_insts, 1, "T0, u8");
        build_inst(b, function_insts, 2, i ? "vector<T0>" : "vector<T1>");
        build_inst(b, function_insts, 0, "T0");
        assert_verdict(b, i ? MV_LOOP_IN_INSTANTIATION_GRAPH : MV_OK);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_full_module_is_accepted),
        TEST(test_every_index_is_bounded),
        TEST(test_types_name_structs_with_all_their_arguments),
        TEST(test_too_many_locals_are_refused),
        TEST(test_limits_of_signatures_hold),
        TEST(test_module_too_complex_for_its_length_is_refused),
        TEST(test_duplicates_are_refused),
        TEST(test_definitions_are_of_this_module_and_complete),
        TEST(test_references_stand_only_on_the_outside),
        TEST(test_abilities_are_as_declared),
        TEST(test_phantom_parameters_stay_in_phantom_places),
        TEST(test_constants_decode_to_their_type),
        TEST(test_friends_are_near_and_independent),
        TEST(test_structs_do_not_contain_themselves),
        TEST(test_generic_recursion_does_not_grow_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
