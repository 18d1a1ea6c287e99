/* Sessions and runs: gas, statuses and their texts, what may be called with what. */
#include "move/gas.h"
#include "vm_world.h"

enum { PACKAGE = 0x5e };

static void open_package(struct world *w) {
    world_open(w);
    world_publish_dir(w, PACKAGE_DIR "semantics/compiled", PACKAGE, 0);
}

/* ---- Gas */

static void test_gas_endless_loop_uses_all(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    w.gas_limit = 12345678;
    assert_false(world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "control::fail_endless", NULL, 0));
    assert_int_equal(w.out.code, MV_OUT_OF_GAS);
    assert_int_equal(w.out.gas_used, 12345678);
    assert_status_text(&w, "Out of gas");
    world_close(&w);
}

/* What a second call in the same session costs: modules are paid for already. */
static uint64_t gas_of_second_call(struct world *w, const char *name, const struct bytes *args,
                                   uint32_t count) {
    struct mv_call call = world_call(PACKAGE, name);
    call.args = args;
    call.arg_count = count;
    world_session(w, world_one);
    mv_run_function(w->s, &call, &w->out);
    uint64_t first = mv_session_gas_used(w->s);
    mv_run_function(w->s, &call, &w->out);
    return mv_session_gas_used(w->s) - first;
}

static void test_gas_abort_costs_what_ran(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    uint64_t code = 5;
    struct bytes arg = BYTES_OF(code);
    /* MoveLoc, Abort. */
    assert_int_equal(gas_of_second_call(&w, "control::abort_with", &arg, 1),
                     MV_GAS_MOVE_LOC + MV_GAS_ABORT);
    assert_int_equal(w.out.code, MV_ABORTED);
    /* The sum of the schedule over a loop: 23 instructions an iteration, one of them conditional.
     */
    uint64_t n = 10, m = 11;
    struct bytes ten = BYTES_OF(n), eleven = BYTES_OF(m);
    uint64_t copy = MV_GAS_COPY_LOC + 40 * MV_GAS_COPY_PER_UNIT;
    uint64_t one = gas_of_second_call(&w, "speed::sum", &eleven, 1) -
                   gas_of_second_call(&w, "speed::sum", &ten, 1);
    assert_int_equal(one, 4 * copy + 3 * MV_GAS_MOVE_LOC + 3 * MV_GAS_ST_LOC + 2 * MV_GAS_LD_SMALL +
                              5 * MV_GAS_ARITHMETIC + MV_GAS_BR_COND + MV_GAS_BRANCH);
    world_close(&w);
}

static void test_gas_every_limit_ends_the_same_way(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    uint64_t n = 1000;
    struct bytes arg = BYTES_OF(n);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "speed::elements", &arg, 1));
    uint64_t enough = w.out.gas_used;
    for (uint64_t limit = 0; limit < enough; limit += enough / 97) {
        w.gas_limit = limit;
        assert_false(world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "speed::elements", &arg, 1));
        assert_int_equal(w.out.code, MV_OUT_OF_GAS);
        assert_int_equal(w.out.gas_used, limit);
    }
    w.gas_limit = enough;
    assert_true(world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "speed::elements", &arg, 1));
    world_close(&w);
}

static void test_memory_growing_vector_is_limited(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    w.gas_limit = UINT64_MAX / 4;
    assert_false(
        world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "control::fail_endless_growing", NULL, 0));
    assert_int_equal(w.out.code, MV_MEMORY_LIMIT_EXCEEDED);
    world_close(&w);
}

/* ---- Statuses */

static void test_status_abort_is_named_from_error_map(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    assert_false(world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "control::fail_abort", NULL, 0));
    assert_status_text(
        &w, "Move abort in 0x5e::control: EASKED_FOR(0x2a): Raised where a test asks for it.");
    uint64_t code = 0x99;
    struct bytes arg = BYTES_OF(code);
    assert_false(world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "control::abort_with", &arg, 1));
    assert_status_text(&w, "Move abort in 0x5e::control: 0x99");
    world_close(&w);
}

static void test_status_execution_failure_has_place(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    uint8_t a = 255, b = 1;
    struct bytes args[2] = {BYTES_OF(a), BYTES_OF(b)};
    assert_false(world_run(&w, WORLD_FUNCTION, 0, PACKAGE, "integers::add_u8", args, 2));
    assert_int_equal(w.out.code, MV_ARITHMETIC_ERROR);
    assert_status_text(&w, "Execution failed in 0x5e::integers::add_u8 at code offset 2");
    world_close(&w);
}

static void test_status_unknown_names_are_errors(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "nothing::here", NULL, 0));
    assert_int_equal(w.out.code, MV_LINKER_ERROR);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "control::nothing", NULL, 0));
    assert_int_equal(w.out.code, MV_FUNCTION_RESOLUTION_FAILURE);
    world_close(&w);
}

/* ---- What may be called */

static void test_entry_rules_refuse_wrong_calls(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    uint64_t v = 9;
    struct bytes args[2] = {BYTES_OF(v), BYTES_OF(v)};
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "control::fib", args, 1));
    assert_int_equal(w.out.code, MV_EXECUTE_ENTRY_FUNCTION_CALLED_ON_NON_ENTRY_FUNCTION);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::publish", args, 0));
    assert_int_equal(w.out.code, MV_NUMBER_OF_ARGUMENTS_MISMATCH);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::publish", args, 2));
    assert_int_equal(w.out.code, MV_NUMBER_OF_ARGUMENTS_MISMATCH);
    struct bytes cut = bytes_make(&v, 7), tail = bytes_make(args, 9);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::publish", &cut, 1));
    assert_int_equal(w.out.code, MV_FAILED_TO_DESERIALIZE_ARGUMENT);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::publish", &tail, 1));
    assert_int_equal(w.out.code, MV_FAILED_TO_DESERIALIZE_ARGUMENT);
    struct mv_call call = world_call(PACKAGE, "globals::publish");
    struct b32 two[2] = {world_address(7), world_address(8)};
    call.args = args;
    call.arg_count = 1;
    call.signers = two;
    call.signer_count = 2;
    world_session(&w, two[0]);
    assert_false(mv_run_entry(w.s, &call, &w.out));
    assert_int_equal(w.out.code, MV_NUMBER_OF_SIGNER_ARGUMENTS_MISMATCH);
    call.type_args = args;
    call.type_arg_count = 1;
    assert_false(mv_run_entry(w.s, &call, &w.out));
    assert_int_equal(w.out.code, MV_TYPE_RESOLUTION_FAILURE);
    world_close(&w);
}

static void test_view_only_marked_functions_run(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    assert_true(world_run(&w, WORLD_VIEW, 0, PACKAGE, "control::test_while", NULL, 0));
    uint64_t v = 1;
    struct bytes arg = BYTES_OF(v);
    assert_false(world_run(&w, WORLD_VIEW, 7, PACKAGE, "globals::publish", &arg, 1));
    assert_int_equal(w.out.code, MV_INVALID_MAIN_FUNCTION_SIGNATURE);
    world_close(&w);
}

static void test_function_private_is_refused(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    uint64_t v = 1;
    struct bytes arg = BYTES_OF(v);
    assert_false(world_run(&w, WORLD_FUNCTION, 7, PACKAGE, "control::is_even", &arg, 1));
    assert_int_equal(w.out.code, MV_FUNCTION_RESOLUTION_FAILURE);
    world_close(&w);
}

/* ---- Globals */

static struct bytes resource(struct world *w, uint8_t at, const char *tag_hex, size_t n) {
    uint8_t key[256];
    struct b32 a = world_address(at);
    struct bytes value = {0};
    memcpy(key, &a, 32);
    memcpy(key + 32, tag_hex, n);
    st_get(w->journal, ST_MOVE_RESOURCE, bytes_make(key, 32 + n), &value);
    return value;
}

/* BCS of the struct tag 0x5e::globals::Counter. */
static const char COUNTER_TAG[] =
    "\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x5e\x07globals\x07"
    "Counter\0";

static void test_globals_are_written_as_bcs(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    uint64_t v = 5, by = 3;
    struct b32 at = world_address(7);
    struct bytes args[2] = {BYTES_OF(v), {0}};
    assert_true(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::publish", args, 1));
    args[0] = BYTES_OF(at);
    args[1] = BYTES_OF(by);
    assert_true(world_run(&w, WORLD_ENTRY, 8, PACKAGE, "globals::increase", args, 2));
    struct bytes got = resource(&w, 7, COUNTER_TAG, sizeof COUNTER_TAG - 1);
    static const uint8_t expected[17] = {8, [8] = 1, [9] = 5};
    assert_int_equal(got.n, sizeof expected);
    assert_memory_equal(got.p, expected, sizeof expected);
    /* A second one at the same place, and none at another. */
    args[0] = BYTES_OF(v);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::publish", args, 1));
    assert_int_equal(w.out.code, MV_RESOURCE_ALREADY_EXISTS);
    at = world_address(9);
    args[0] = BYTES_OF(at);
    assert_false(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::remove", args, 1));
    assert_int_equal(w.out.code, MV_MISSING_DATA);
    at = world_address(7);
    assert_true(world_run(&w, WORLD_ENTRY, 7, PACKAGE, "globals::remove", args, 1));
    assert_int_equal(resource(&w, 7, COUNTER_TAG, sizeof COUNTER_TAG - 1).n, 0);
    world_close(&w);
}

static void test_globals_read_only_session_refuses_writes(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    uint64_t v = 5;
    struct bytes arg = BYTES_OF(v);
    struct b32 who = world_address(7);
    struct mv_session *s = mv_session_new(&(struct mv_session_params){.vm = w.vm,
                                                                      .journal = w.journal,
                                                                      .gas_limit = 1000000000,
                                                                      .read_only = true,
                                                                      .tx = {.sender = who}});
    struct mv_call call = world_call(PACKAGE, "globals::publish");
    call.args = &arg;
    call.arg_count = call.signer_count = 1;
    call.signers = &who;
    assert_false(mv_run_entry(s, &call, &w.out));
    assert_int_equal(w.out.code, MV_ACCESS_DENIED);
    mv_session_free(s);
    world_close(&w);
}

/* ---- Asking about code */

static void test_layout_names_fields_and_arguments(void **state) {
    (void)state;
    struct world w;
    open_package(&w);
    world_session(&w, world_one);
    const struct mv_layout *l =
        mv_layout(w.s, bytes_make(COUNTER_TAG, sizeof COUNTER_TAG - 1), &w.out);
    assert_non_null(l);
    assert_int_equal(l->kind, MV_LAYOUT_STRUCT);
    assert_int_equal(l->abilities, MV_KEY);
    assert_true(bytes_eq(l->name, BYTES_LIT("Counter")));
    assert_int_equal(l->field_count, 2);
    assert_true(bytes_eq(l->fields[1].name, BYTES_LIT("history")));
    assert_int_equal(l->fields[1].layout->element->kind, MV_LAYOUT_U64);
    assert_true(bytes_eq(l->tag, bytes_make(COUNTER_TAG, sizeof COUNTER_TAG - 1)));
    assert_null(mv_layout(w.s, BYTES_LIT("\x06\x06"), &w.out));
    assert_int_equal(w.out.code, MV_TYPE_RESOLUTION_FAILURE);
    struct mv_function_info info;
    struct mv_call call = world_call(PACKAGE, "globals::publish");
    assert_true(mv_function_info(w.s, &call, &info, &w.out));
    assert_true(info.is_entry && info.signer_count == 1 && info.param_count == 2 &&
                info.params[1].layout->kind == MV_LAYOUT_U64 && info.visibility == MV_PUBLIC);
    world_close(&w);
}

static void test_values_are_checked_against_types(void **state) {
    (void)state;
    struct world w;
    world_open(&w);
    world_session(&w, world_one);
    assert_true(mv_value_is_valid(w.s, BYTES_LIT("\x00"), BYTES_LIT("\x01")));
    assert_false(mv_value_is_valid(w.s, BYTES_LIT("\x00"), BYTES_LIT("\x02")));
    assert_false(mv_value_is_valid(w.s, BYTES_LIT("\x00"), BYTES_LIT("")));
    assert_false(mv_value_is_valid(w.s, BYTES_LIT("\x00"), BYTES_LIT("\x01\x01")));
    assert_true(mv_value_is_valid(w.s, BYTES_LIT("\x06\x01"), BYTES_LIT("\x02\x01\x02")));
    assert_false(mv_value_is_valid(w.s, BYTES_LIT("\x06\x01"), BYTES_LIT("\x82\x00\x01\x02")));
    assert_false(mv_value_is_valid(w.s, BYTES_LIT("\x06\x06\x02"), BYTES_LIT("\xff\xff\xff\x7f")));
    assert_false(mv_value_is_valid(w.s, BYTES_LIT("\x05"), BYTES_LIT("")));
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gas_endless_loop_uses_all),
        cmocka_unit_test(test_gas_abort_costs_what_ran),
        cmocka_unit_test(test_gas_every_limit_ends_the_same_way),
        cmocka_unit_test(test_memory_growing_vector_is_limited),
        cmocka_unit_test(test_status_abort_is_named_from_error_map),
        cmocka_unit_test(test_status_execution_failure_has_place),
        cmocka_unit_test(test_status_unknown_names_are_errors),
        cmocka_unit_test(test_entry_rules_refuse_wrong_calls),
        cmocka_unit_test(test_view_only_marked_functions_run),
        cmocka_unit_test(test_function_private_is_refused),
        cmocka_unit_test(test_globals_are_written_as_bcs),
        cmocka_unit_test(test_globals_read_only_session_refuses_writes),
        cmocka_unit_test(test_layout_names_fields_and_arguments),
        cmocka_unit_test(test_values_are_checked_against_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
