/* Linking, cycles, upgrades, scripts, and what Aptos asks of published modules. Expected statuses
 * are those of the reference's rules (move-bytecode-verifier dependencies.rs,
 * cyclic_dependencies.rs; move-binary-format compatibility.rs; aptos-vm verifier/). */
#include "verdict.h"

#include "codec/bcs.h"
#include "codec/uleb.h"
#include "move/metadata.h"

/* ---- A world of a few modules */

struct world {
    const struct mv_module *modules[8];
    unsigned count;
};

static const struct mv_module *find(void *ctx, const struct b32 *address, struct bytes name) {
    const struct world *w = ctx;
    for (unsigned i = 0; i < w->count; i++)
        if (b32_eq(mv_self_address(w->modules[i]), address) &&
            bytes_eq(mv_self_name(w->modules[i]), name))
            return w->modules[i];
    return NULL;
}

static struct world world;
static struct builder *b;

static int setup(void **state) {
    (void)state;
    world.count = 0;
    b = malloc(sizeof *b);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    free(b);
    for (unsigned i = 0; i < world.count; i++) mv_module_free((struct mv_module *)world.modules[i]);
    return 0;
}

static void add(void) {
    world.modules[world.count++] = build_end(b);
}

static enum mv_status_code link(void) {
    struct mv_resolver r = {&world, find};
    return verdict_with(b, &r, MV_PASS_ALL).code;
}

/* A module `lib` with the imports of the tests. */
static void add_library(void) {
    build_begin(b, 8, "lib");
    build_struct(b, "Box", "copy+drop+store", "T0: drop", "x: T0");
    build_struct(b, "Tag", "drop", "phantom T0", "x: u8");
    BUILD_FUNCTION(b, "open", "T0: drop", "Box<T0>", "u64", "", IV(LD_U64, 1), I(RET));
    BUILD_FUNCTION(b, "hidden", "", "", "", "", I(RET));
    BUILD_FUNCTION(b, "amical", "", "", "", "", I(RET));
    b->function_defs[1].visibility = MV_PRIVATE;
    b->function_defs[2].visibility = MV_FRIEND;
    build_attribute(b, 0, MV_ATTRIBUTE_PERSISTENT);
    build_friend(b, BUILD_ADDRESS, "pal");
    add();
}

/* A module that imports lib; the test changes what it imports. */
static unsigned lib_handle;
static void begin(const char *name) {
    build_begin(b, 8, name);
    lib_handle = build_module_handle(b, BUILD_ADDRESS, "lib");
}
static void import_box(void) {
    build_struct_handle(b, lib_handle, "Box", "copy+drop+store", "T0: drop");
}
static unsigned import_open(const char *type_params, const char *params, const char *returns) {
    return build_function_handle(b, lib_handle, "open", type_params, params, returns);
}

static void test_imports_must_be_there_and_visible(void **state) {
    (void)state;
    add_library();
    begin("m"), import_box(), import_open("T0: drop", "Box<T0>", "u64");
    assert_int_equal(link(), MV_OK);
    begin("m"), build_module_handle(b, BUILD_ADDRESS, "nowhere");
    assert_int_equal(link(), MV_MISSING_DEPENDENCY);
    begin("m"), build_struct_handle(b, lib_handle, "Nothing", "", "");
    assert_int_equal(link(), MV_LOOKUP_FAILED);
    begin("m"), build_function_handle(b, lib_handle, "nothing", "", "", "");
    assert_int_equal(link(), MV_LOOKUP_FAILED);
    begin("m"), build_function_handle(b, lib_handle, "hidden", "", "", "");
    assert_int_equal(link(), MV_LOOKUP_FAILED);
    begin("m"), build_function_handle(b, lib_handle, "amical", "", "", "");
    assert_int_equal(link(), MV_LOOKUP_FAILED);
    begin("pal"), build_function_handle(b, lib_handle, "amical", "", "", "");
    assert_int_equal(link(), MV_OK);
}

static void test_imported_structs_must_be_as_defined(void **state) {
    (void)state;
    static const struct {
        const char *name, *abilities, *params;
        enum mv_status_code expected;
    } cases[] = {
        {"Box", "copy+drop+store", "T0: drop", MV_OK},
        {"Box", "drop", "T0: drop+copy", MV_OK}, /* less than it is */
        {"Box", "copy+drop+store+key", "T0: drop", MV_TYPE_MISMATCH},
        {"Box", "copy", "T0", MV_TYPE_MISMATCH},
        {"Box", "copy", "", MV_TYPE_MISMATCH},
        {"Box", "copy", "phantom T0: drop", MV_TYPE_MISMATCH},
        {"Tag", "drop", "phantom T0", MV_OK},
        {"Tag", "drop", "T0", MV_OK},
    };
    add_library();
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        begin("m");
        build_struct_handle(b, lib_handle, cases[i].name, cases[i].abilities, cases[i].params);
        assert_int_equal(link(), cases[i].expected);
    }
}

static void test_imported_functions_must_be_as_defined(void **state) {
    (void)state;
    add_library();
    begin("m"), import_box(), import_open("T0: drop+copy", "Box<T0>", "u64");
    assert_int_equal(link(), MV_OK);
    begin("m"), import_box(), import_open("T0: drop, T1", "Box<T0>", "u64");
    assert_int_equal(link(), MV_TYPE_MISMATCH);
    begin("m"), import_box(), import_open("T0: drop", "Box<u8>", "u64");
    assert_int_equal(link(), MV_TYPE_MISMATCH);
    begin("m"), import_box(), import_open("T0: drop", "Box<T0>, u8", "u64");
    assert_int_equal(link(), MV_TYPE_MISMATCH);
    begin("m"), import_box(), import_open("T0: drop", "Box<T0>", "u8");
    assert_int_equal(link(), MV_TYPE_MISMATCH);
    begin("m"), build_struct(b, "Box", "copy+drop+store", "T0: drop", "x: T0");
    import_open("T0: drop", "Box<T0>", "u64"); /* a struct of the same name, but ours */
    assert_int_equal(link(), MV_TYPE_MISMATCH);
    begin("m"), import_box();
    build_attribute(b, import_open("T0: drop", "Box<T0>", "u64"), MV_ATTRIBUTE_PERSISTENT);
    assert_int_equal(link(), MV_OK);
    begin("m"), import_box();
    build_attribute(b, import_open("T0: drop", "Box<T0>", "u64"), MV_ATTRIBUTE_MODULE_LOCK);
    assert_int_equal(link(), MV_LINKER_ERROR);
}

static void test_cycles_are_refused(void **state) {
    (void)state;
    build_begin(b, 7, "lib");
    build_module_handle(b, BUILD_ADDRESS, "m");
    add();
    begin("m");
    assert_int_equal(link(), MV_CYCLIC_MODULE_DEPENDENCY);
    build_begin(b, 7, "m");
    build_friend(b, BUILD_ADDRESS, "pal");
    assert_int_equal(link(), MV_OK);
    build_begin(b, 7, "pal");
    build_friend(b, BUILD_ADDRESS, "m");
    add();
    build_begin(b, 7, "m");
    build_friend(b, BUILD_ADDRESS, "pal");
    assert_int_equal(link(), MV_CYCLIC_MODULE_FRIENDSHIP);
}

/* ---- Scripts */

static void test_scripts_call_public_functions_only(void **state) {
    (void)state;
    static const struct mv_instr nothing[] = {I(RET)}, call[] = {IX(CALL, 0), I(RET)};
    static const struct mv_instr structs[] = {IX(EXISTS, 0), I(POP), I(RET)};
    static const struct {
        const char *name;
        enum mv_status_code expected;
    } callees[] = {{"hidden", MV_LOOKUP_FAILED}, {"amical", MV_LOOKUP_FAILED}};
    add_library();
    build_script(b, 8, "signer, u64", "", nothing, COUNT_OF(nothing));
    assert_int_equal(link(), MV_OK);
    build_script(b, 8, "address", "", structs, COUNT_OF(structs));
    assert_int_equal(link(), MV_INVALID_OPERATION_IN_SCRIPT);
    for (unsigned i = 0; i < COUNT_OF(callees); i++) {
        build_script(b, 8, "", "", call, COUNT_OF(call));
        build_function_handle(b, build_module_handle(b, BUILD_ADDRESS, "lib"), callees[i].name, "",
                              "", "");
        assert_int_equal(link(), callees[i].expected);
    }
    build_script(b, 8, "", "", call, COUNT_OF(call));
    build_function_handle(b, build_module_handle(b, BUILD_ADDRESS, "lib"), "open", "", "", "");
    assert_int_equal(link(), MV_TYPE_MISMATCH);
    build_script(b, 8, "", "", nothing, 0);
    assert_int_equal(link(), MV_EMPTY_CODE_UNIT);
}

/* ---- Upgrades */

/* A module of one struct, one enum and four functions; a test names the part that it changes. */
struct shape {
    const char *abilities, *type_params, *fields, *const *variants;
    const char *open_params, *open_returns, *open_type_params;
    uint8_t open, amical; /* visibility */
    bool open_entry, private_entry, without_private, without_struct;
};

static const char *const two[] = {"A{x: u8}", "B{}", NULL};
static const char *const three[] = {"A{x: u8}", "B{}", "C{}", NULL};
static const char *const swapped[] = {"B{}", "A{x: u8}", NULL};
static const char *const one[] = {"A{x: u8}", NULL};

static const struct shape base = {"drop",
                                  "T0: copy, phantom T1",
                                  "x: T0, y: vector<u8>",
                                  two,
                                  "u64",
                                  "u64",
                                  "T0: drop",
                                  MV_PUBLIC,
                                  MV_FRIEND,
                                  true,
                                  true,
                                  false,
                                  false};

static struct mv_module *shaped(struct shape s) {
    build_begin(b, 7, "m");
    if (!s.without_struct) build_struct(b, "S", s.abilities, s.type_params, s.fields);
    build_enum(b, "E", "drop", "", s.variants);
    BUILD_FUNCTION(b, "open", s.open_type_params, s.open_params, s.open_returns, "", IV(LD_U64, 1),
                   I(ABORT));
    b->function_defs[0].visibility = s.open;
    b->function_defs[0].is_entry = s.open_entry;
    BUILD_FUNCTION(b, "amical", "", "", "", "", I(RET));
    b->function_defs[1].visibility = s.amical;
    BUILD_FUNCTION(b, "start", "", "", "", "", I(RET));
    b->function_defs[2].visibility = MV_PRIVATE;
    b->function_defs[2].is_entry = s.private_entry;
    if (!s.without_private) {
        BUILD_FUNCTION(b, "inner", "", "", "", "", I(RET));
        b->function_defs[3].visibility = MV_PRIVATE;
    }
    return build_end(b);
}

static bool upgrade_is_refused(struct shape newer) {
    struct mv_module *o = shaped(base), *n = shaped(newer);
    struct mv_err e = mv_check_compatible(o, n);
    assert_true(e.code == MV_OK || e.code == MV_BACKWARD_INCOMPATIBLE_MODULE_UPDATE);
    mv_module_free(o);
    mv_module_free(n);
    return mv_failed(e);
}

#define UPGRADE(field, value) (shape = base, shape.field = (value), upgrade_is_refused(shape))

static void test_upgrades_keep_the_interface(void **state) {
    (void)state;
    struct shape shape;
    assert_false(upgrade_is_refused(base));
    assert_false(UPGRADE(abilities, "drop+store"));
    assert_true(UPGRADE(abilities, ""));
    assert_false(UPGRADE(type_params, "T0, phantom T1"));
    assert_true(UPGRADE(type_params, "T0: copy+drop, phantom T1"));
    assert_true(UPGRADE(type_params, "T0: copy, T1"));
    assert_true(UPGRADE(type_params, "T0: copy"));
    assert_true(UPGRADE(fields, "x: T0"));
    assert_true(UPGRADE(fields, "x: T0, z: vector<u8>"));
    assert_true(UPGRADE(fields, "y: vector<u8>, x: T0"));
    assert_true(UPGRADE(fields, "x: T0, y: vector<u16>"));
    assert_true(UPGRADE(without_struct, true));
    assert_false(UPGRADE(variants, three));
    assert_true(UPGRADE(variants, swapped));
    assert_true(UPGRADE(variants, one));
    assert_true(UPGRADE(open_params, "u8"));
    assert_true(UPGRADE(open_returns, ""));
    assert_false(UPGRADE(open_type_params, "T0"));
    assert_true(UPGRADE(open_type_params, "T0: drop+copy"));
    assert_true(UPGRADE(open_type_params, ""));
    assert_true(UPGRADE(open, MV_FRIEND));
    assert_true(UPGRADE(open, MV_PRIVATE));
    assert_true(UPGRADE(open_entry, false));
    assert_true(UPGRADE(private_entry, false));
    assert_false(UPGRADE(amical, MV_PRIVATE));
    assert_false(UPGRADE(amical, MV_PUBLIC));
    assert_false(UPGRADE(without_private, true));
}

/* ---- Metadata */

struct attribute {
    const char *of;
    uint8_t kind;
    const char *arg;
};

static void put_string(struct buf *out, const char *s) {
    bcs_put_bytes(out, bytes_cstr(s));
}

static void put_attributes(struct buf *out, const struct attribute *a) {
    uleb_put(out, a ? 1 : 0);
    if (!a) return;
    put_string(out, a->of);
    uleb_put(out, 1);
    buf_put_u8(out, a->kind);
    uleb_put(out, a->arg ? 1 : 0);
    if (a->arg) put_string(out, a->arg);
}

static void add_metadata(const char *key, const struct attribute *of_struct,
                         const struct attribute *of_function) {
    struct buf out = {0};
    uleb_put(&out, 1);
    bcs_put_u64(&out, 7);
    put_string(&out, "ESEVEN");
    put_string(&out, "what seven means");
    put_attributes(&out, of_struct);
    put_attributes(&out, of_function);
    build_metadata(b, key, buf_bytes(&out));
    buf_free(&out);
}

static void begin_described(void) {
    build_begin(b, 7, "m");
    build_struct(b, "S", "drop+store", "", "x: u64");
    build_struct(b, "K", "key", "", "x: u64");
    build_struct(b, "G", "", "", "dummy: bool");
    BUILD_FUNCTION(b, "look", "", "", "u64", "", IV(LD_U64, 1), I(RET));
    BUILD_FUNCTION(b, "act", "", "", "", "", I(RET));
    b->function_defs[1].visibility = MV_PRIVATE;
    b->function_defs[1].is_entry = true;
}

static void test_metadata_is_read(void **state) {
    (void)state;
    static const char *const keys[] = {"aptos::metadata_v1", "initia::metadata_v0"};
    for (unsigned i = 0; i < COUNT_OF(keys); i++) {
        struct attribute event = {"S", MV_MEANS_EVENT, NULL}, view = {"look", MV_MEANS_VIEW, NULL};
        struct arena arena;
        struct mv_module_info info;
        begin_described();
        add_metadata(keys[i], &event, &view);
        struct mv_module *m = build_end(b);
        arena_init(&arena, 0);
        assert_false(err_is(mv_metadata_read(m, &arena, &info)));
        assert_int_equal(info.error_count, 1);
        assert_int_equal(info.errors[0].code, 7);
        assert_true(bytes_eq(info.errors[0].name, BYTES_LIT("ESEVEN")));
        assert_true(bytes_eq(info.errors[0].description, BYTES_LIT("what seven means")));
        assert_non_null(mv_find_attribute(info.struct_attributes, info.struct_attribute_count,
                                          BYTES_LIT("S"), MV_MEANS_EVENT));
        assert_null(mv_find_attribute(info.struct_attributes, info.struct_attribute_count,
                                      BYTES_LIT("S"), MV_MEANS_RESOURCE_GROUP));
        assert_non_null(mv_find_attribute(info.function_attributes, info.function_attribute_count,
                                          BYTES_LIT("look"), MV_MEANS_VIEW));
        arena_free(&arena);
        mv_module_free(m);
    }
}

static void test_metadata_must_fit_the_module(void **state) {
    (void)state;
    static const struct {
        struct attribute a;
        bool function, accepted;
    } cases[] = {
        {{"S", MV_MEANS_EVENT, NULL}, false, true},
        {{"Nothing", MV_MEANS_EVENT, NULL}, false, false},
        {{"S", 9, NULL}, false, false},
        {{"S", MV_MEANS_VIEW, NULL}, false, false},
        {{"G", MV_MEANS_RESOURCE_GROUP, "global"}, false, true},
        {{"S", MV_MEANS_RESOURCE_GROUP, "global"}, false, false}, /* it has abilities */
        {{"K", MV_MEANS_RESOURCE_GROUP_MEMBER, "0x1::object::ObjectGroup"}, false, true},
        {{"S", MV_MEANS_RESOURCE_GROUP_MEMBER, "0x1::object::ObjectGroup"}, false, false},
        {{"look", MV_MEANS_VIEW, NULL}, true, true},
        {{"look", MV_MEANS_VIEW_LEGACY, NULL}, true, true},
        {{"act", MV_MEANS_VIEW, NULL}, true, false}, /* it returns nothing */
        {{"nothing", MV_MEANS_VIEW, NULL}, true, false},
        {{"act", MV_MEANS_RANDOMNESS, NULL}, true, true},
        {{"look", MV_MEANS_RANDOMNESS, NULL}, true, false},
    };
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        begin_described();
        add_metadata("aptos::metadata_v1", cases[i].function ? NULL : &cases[i].a,
                     cases[i].function ? &cases[i].a : NULL);
        assert_verdict(b, cases[i].accepted ? MV_OK : MV_EVENT_METADATA_VALIDATION_ERROR);
    }
    begin_described(), build_metadata(b, "something else", BYTES_LIT(""));
    assert_verdict(b, MV_EVENT_METADATA_VALIDATION_ERROR);
    begin_described(), build_metadata(b, "aptos::metadata_v1", BYTES_LIT("\1"));
    assert_verdict(b, MV_EVENT_METADATA_VALIDATION_ERROR);
}

static void test_upgrades_keep_attributes(void **state) {
    (void)state;
    struct attribute event = {"S", MV_MEANS_EVENT, NULL};
    struct attribute member = {"K", MV_MEANS_RESOURCE_GROUP_MEMBER, "0x1::object::ObjectGroup"};
    struct mv_module *m[3];
    begin_described(), m[0] = build_end(b);
    begin_described(), add_metadata("aptos::metadata_v1", &event, NULL), m[1] = build_end(b);
    begin_described(), add_metadata("aptos::metadata_v1", &member, NULL), m[2] = build_end(b);
    assert_int_equal(mv_check_compatible(m[0], m[1]).code, MV_OK);
    assert_int_equal(mv_check_compatible(m[1], m[1]).code, MV_OK);
    assert_int_equal(mv_check_compatible(m[1], m[0]).code, MV_EVENT_METADATA_VALIDATION_ERROR);
    assert_int_equal(mv_check_compatible(m[2], m[0]).code, MV_EVENT_METADATA_VALIDATION_ERROR);
    assert_int_equal(mv_check_compatible(m[0], m[2]).code, MV_EVENT_METADATA_VALIDATION_ERROR);
    for (unsigned i = 0; i < 3; i++) mv_module_free(m[i]);
}

static void test_events_are_of_the_module_itself(void **state) {
    (void)state;
    static const struct {
        const char *type;
        bool attribute, accepted;
    } cases[] = {{"S", true, true}, {"S", false, false}, {"u64", true, false}, {"T0", true, false}};
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        struct attribute event = {"S", MV_MEANS_EVENT, NULL};
        begin_described();
        if (cases[i].attribute) add_metadata("aptos::metadata_v1", &event, NULL);
        unsigned module = build_module_handle(b, 1, "event");
        build_function_handle(b, module, "emit", "T0: drop+store", "T0", "");
        build_inst(b, function_insts, b->m.function_handles_count - 1, cases[i].type);
        BUILD_FUNCTION(b, "tell", "T0: drop+store", cases[i].type, "", "", IX(MOVE_LOC, 0),
                       IX(CALL_GENERIC, 0), I(RET));
        assert_verdict(b, cases[i].accepted ? MV_OK : MV_EVENT_METADATA_VALIDATION_ERROR);
    }
}

static void test_natives_are_the_chains_own(void **state) {
    (void)state;
    for (uint16_t address = 0x0f; address <= 0x10; address++) {
        build_begin(b, 7, "m");
        b->addresses[0].b[30] = 0;
        b->addresses[0].b[31] = (uint8_t)address;
        build_function(b, "f", "", "", "", "", NULL, 0);
        b->function_defs[0].is_native = true;
        assert_verdict(b, address > 0x0f ? MV_USER_DEFINED_NATIVE_NOT_ALLOWED : MV_OK);
    }
}

static void test_only_chosen_passes_run(void **state) {
    (void)state;
    build_begin(b, 7, "m");
    build_friend(b, BUILD_ADDRESS, "m");
    BUILD_FUNCTION(b, "f", "", "", "", "", I(LD_TRUE), I(RET));
    struct buf bytes = build_bytes(b);
    struct mv_module *m;
    assert_false(mv_failed(mv_module_read(&m, buf_bytes(&bytes), 7)));
    assert_int_equal(mv_verify_module(m, NULL, 0).code, MV_OK);
    assert_int_equal(mv_verify_module(m, NULL, MV_PASS_FRIENDS).code,
                     MV_INVALID_FRIEND_DECL_WITH_SELF);
    assert_int_equal(mv_verify_module(m, NULL, MV_PASS_STACK).code,
                     MV_POSITIVE_STACK_SIZE_AT_BLOCK_END);
    /* What a pass relies on runs with it. */
    assert_int_equal(mv_verify_module(m, NULL, MV_PASS_REFERENCES).code,
                     MV_POSITIVE_STACK_SIZE_AT_BLOCK_END);
    assert_string_equal(mv_pass_name(MV_PASS_REFERENCES), "references");
    mv_module_free(m);
    buf_free(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_imports_must_be_there_and_visible),
        TEST(test_imported_structs_must_be_as_defined),
        TEST(test_imported_functions_must_be_as_defined),
        TEST(test_cycles_are_refused),
        TEST(test_scripts_call_public_functions_only),
        TEST(test_upgrades_keep_the_interface),
        TEST(test_metadata_is_read),
        TEST(test_metadata_must_fit_the_module),
        TEST(test_upgrades_keep_attributes),
        TEST(test_events_are_of_the_module_itself),
        TEST(test_natives_are_the_chains_own),
        TEST(test_only_chosen_passes_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
