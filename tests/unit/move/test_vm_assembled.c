/* Modules in assembly, published and run: what versions 8 to 10 add, and what metering must bound.
 */
#include "move/assembly.h"
#include "vm_world.h"

enum { AT = 0x77 };

static void publish_text(struct world *w, struct bytes text, bool expected) {
    struct buf code = {0};
    struct mv_asm_error e = mv_assemble(&code, text);
    if (e.text)
        fail_msg("line %u: %s: %.*s", e.line, e.text, (int)e.near.n, (const char *)e.near.p);
    struct bytes codes[1] = {buf_bytes(&code)};
    bool ok = world_publish(w, world_address(AT), codes, 1, 0);
    if (ok != expected) world_show(w);
    assert_int_equal(ok, expected);
    buf_free(&code);
}

static void open_world(struct world *w) {
    world_open(w);
    mv_session_free(w->s);
    w->s = NULL;
    mv_vm_free(w->vm);
    w->vm = mv_vm_new(&(struct mv_vm_options){.max_version = MV_VERSION_MAX});
}

static void open_values(struct world *w) {
    open_world(w);
    struct bytes text = world_read(TERN_SOURCE_DIR "/tests/unit/move/assembly/values.masm");
    publish_text(w, text, true);
    free((void *)(uintptr_t)text.p);
}

static uint64_t call2(struct world *w, const char *name, uint64_t a, uint64_t b) {
    struct bytes args[2] = {BYTES_OF(a), BYTES_OF(b)};
    if (!world_run(w, WORLD_FUNCTION, 0, AT, name, args, 2)) world_show(w);
    return world_u64(w);
}

static void test_function_values_capture_and_apply(void **state) {
    (void)state;
    struct world w;
    open_values(&w);
    assert_int_equal(call2(&w, "values::twice", 5, 100), 110);
    assert_int_equal(call2(&w, "values::middle", 7, 4), 25);
    uint64_t a = 3, b = 4;
    struct bytes same[2] = {BYTES_OF(a), BYTES_OF(a)}, other[2] = {BYTES_OF(a), BYTES_OF(b)};
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::same", same, 2));
    assert_int_equal(w.out.results[0].p[0], 1);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::same", other, 2));
    assert_int_equal(w.out.results[0].p[0], 0);
    struct bytes text = BYTES_LIT("\x05hello");
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::generic", &text, 1));
    assert_true(bytes_eq(w.out.results[0], text));
    world_close(&w);
}

static void test_function_value_comes_back_from_storage(void **state) {
    (void)state;
    struct world w;
    open_values(&w);
    uint64_t n = 40, x = 2;
    struct bytes store = BYTES_OF(n), apply = BYTES_OF(x);
    assert_false(world_run(&w, WORLD_FUNCTION, 0, AT, "values::stored", &apply, 1));
    assert_int_equal(w.out.code, MV_MISSING_DATA);
    assert_true(world_run(&w, WORLD_ENTRY, AT, AT, "values::store", &store, 1));
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::stored", &apply, 1));
    assert_int_equal(world_u64(&w), 42);
    assert_false(world_run(&w, WORLD_ENTRY, AT, AT, "values::store", &store, 1));
    assert_int_equal(w.out.code, MV_RESOURCE_ALREADY_EXISTS);
    world_close(&w);
}

static void test_signed_integers_round_towards_zero_and_keep_their_range(void **state) {
    (void)state;
    struct world w;
    open_values(&w);
    /* -(a * b - a / b) */
    assert_int_equal((int64_t)call2(&w, "values::signed", (uint64_t)-7, 2), -(-14 - -3));
    assert_int_equal((int64_t)call2(&w, "values::signed", 7, (uint64_t)-2), -(-14 - -3));
    uint64_t min[2] = {(uint64_t)INT64_MIN, (uint64_t)-1};
    struct bytes args[2] = {BYTES_OF(min[0]), BYTES_OF(min[1])};
    assert_false(world_run(&w, WORLD_FUNCTION, 0, AT, "values::signed", args, 2));
    assert_int_equal(w.out.code, MV_ARITHMETIC_ERROR);
    uint8_t wide[32];
    memset(wide, 0xff, sizeof wide);
    wide[0] = 0x80; /* -128 */
    struct bytes arg = BYTES_OF(wide);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::narrow", &arg, 1));
    assert_int_equal(w.out.results[0].p[0], 0x80);
    wide[0] = 0x7f; /* -129 */
    assert_false(world_run(&w, WORLD_FUNCTION, 0, AT, "values::narrow", &arg, 1));
    assert_int_equal(w.out.code, MV_ARITHMETIC_ERROR);
    uint8_t least[16] = {[15] = 0x80}, more[16] = {1, [15] = 0x80};
    struct bytes at_least = BYTES_OF(least), above = BYTES_OF(more);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::below", &at_least, 1));
    assert_int_equal(w.out.results[0].p[0], 0);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::below", &above, 1));
    assert_int_equal(w.out.results[0].p[0], 1);
    uint64_t all = UINT64_MAX;
    struct bytes largest = BYTES_OF(all);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::widen", &largest, 1));
    uint8_t negated[32];
    memset(negated, 0xff, sizeof negated);
    memset(negated, 0, 8);
    negated[0] = 1; /* -(2^64 - 1) */
    assert_true(bytes_eq(w.out.results[0], BYTES_OF(negated)));
    world_close(&w);
}

static void test_enum_of_another_variant_is_a_mismatch(void **state) {
    (void)state;
    struct world w;
    open_values(&w);
    uint64_t n = 5;
    uint8_t kind = 0;
    struct bytes args[2] = {BYTES_OF(kind), BYTES_OF(n)};
    assert_false(world_run(&w, WORLD_FUNCTION, 0, AT, "values::shape", args, 2));
    assert_int_equal(w.out.code, MV_STRUCT_VARIANT_MISMATCH);
    kind = 1;
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::shape", args, 2));
    assert_int_equal(world_u64(&w), 9);
    kind = 2;
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "values::shape", args, 2));
    assert_int_equal(world_u64(&w), 11);
    world_close(&w);
}

static void test_abort_message_reaches_the_status(void **state) {
    (void)state;
    struct world w;
    open_values(&w);
    struct bytes text = BYTES_LIT("\x0cno such luck");
    assert_false(world_run(&w, WORLD_FUNCTION, 0, AT, "values::stop", &text, 1));
    assert_int_equal(w.out.code, MV_ABORTED);
    assert_int_equal(w.out.abort_code, 77);
    assert_status_text(&w, "Move abort in 0x77::values: 0x4d: no such luck");
    world_close(&w);
}

static void test_recursion_through_function_values_ends(void **state) {
    (void)state;
    struct world w;
    open_values(&w);
    uint64_t n = 0;
    struct bytes arg = BYTES_OF(n);
    assert_false(world_run(&w, WORLD_FUNCTION, 0, AT, "values::deep", &arg, 1));
    assert_int_equal(w.out.code, MV_CALL_STACK_OVERFLOW);
    world_close(&w);
}

/* ---- What must cost something, or have an end */

/* Runs 0x77::m::f of the given items with a million external units of gas and little memory. */
static enum mv_status_code run_text(struct world *w, const char *items) {
    struct buf text = {0};
    buf_printf(&text, "module 0x77::m\nversion 8\n%s", items);
    publish_text(w, buf_bytes(&text), true);
    buf_free(&text);
    w->gas_limit = 1000000ull * MV_GAS_SCALING / 1000;
    bool ok = world_run(w, WORLD_FUNCTION, 0, AT, "m::f", NULL, 0);
    return ok ? MV_EXECUTED : w->out.code;
}

static void test_growth_is_bounded(void **state) {
    (void)state;
    static const struct {
        const char *name, *items;
        enum mv_status_code expected;
    } attacks[] = {
        {"a vector that doubles for ever",
         "public fun f() {\n locals (vector<vector<u8>>, vector<u8>)\n"
         " LdConst vector<u8> 0x0100\n StLoc 1\n VecPack <vector<u8>> 0\n StLoc 0\n"
         "next:\n MutBorrowLoc 0\n CopyLoc 1\n VecPushBack <vector<u8>>\n"
         " MutBorrowLoc 0\n CopyLoc 1\n VecPushBack <vector<u8>>\n Branch next\n}\n",
         MV_OUT_OF_GAS},
        {"a value copied while it grows",
         "public fun f() {\n locals (vector<vector<u64>>, vector<u64>, u64)\n"
         " VecPack <vector<u64>> 0\n StLoc 0\n LdU64 1\n LdU64 2\n VecPack <u64> 2\n StLoc 1\n"
         "next:\n MutBorrowLoc 1\n LdU64 1\n VecPushBack <u64>\n"
         " MutBorrowLoc 0\n CopyLoc 1\n VecPushBack <vector<u64>>\n Branch next\n}\n",
         MV_MEMORY_LIMIT_EXCEEDED},
        {"a loop that does nothing", "public fun f() {\nnext:\n Branch next\n}\n", MV_OUT_OF_GAS},
        {"comparing long things over and over",
         "public fun f() {\n locals (vector<u64>, u64)\n VecPack <u64> 0\n StLoc 0\n LdU64 5000\n"
         " StLoc 1\n"
         "fill:\n MutBorrowLoc 0\n LdU64 1\n VecPushBack <u64>\n MoveLoc 1\n LdU64 1\n Sub\n StLoc "
         "1\n"
         " CopyLoc 1\n LdU64 0\n Gt\n BrTrue fill\n"
         "next:\n ImmBorrowLoc 0\n ImmBorrowLoc 0\n Eq\n BrTrue next\n Ret\n}\n",
         MV_OUT_OF_GAS},
        {"calls without end", "public fun f() {\n Call g\n Ret\n}\nfun g() {\n Call f\n Ret\n}\n",
         MV_CALL_STACK_OVERFLOW},
        {"a function value that holds a function value, and so on",
         "fun hold(|u64|(u64) has copy + drop, u64): (u64) {\n MoveLoc 1\n Ret\n}\n"
         "fun one(u64): (u64) {\n MoveLoc 0\n Ret\n}\n"
         "public fun f() {\n locals (|u64|(u64) has copy + drop)\n PackClosure one 0x0\n StLoc 0\n"
         "next:\n CopyLoc 0\n PackClosure hold 0x1\n StLoc 0\n Branch next\n}\n",
         MV_VM_MAX_VALUE_DEPTH_REACHED},
        {"a function value that holds another twice, and so on",
         "fun hold(|u64|(u64) has copy + drop, |u64|(u64) has copy + drop, u64): (u64) {\n"
         " MoveLoc 2\n Ret\n}\nfun one(u64): (u64) {\n MoveLoc 0\n Ret\n}\n"
         "public fun f() {\n locals (|u64|(u64) has copy + drop)\n PackClosure one 0x0\n StLoc 0\n"
         "next:\n CopyLoc 0\n MoveLoc 0\n PackClosure hold 0x3\n StLoc 0\n Branch next\n}\n",
         MV_MEMORY_LIMIT_EXCEEDED},
    };
    for (unsigned i = 0; i < COUNT_OF(attacks); i++) {
        struct world w;
        open_world(&w);
        enum mv_status_code code = run_text(&w, attacks[i].items);
        if (code != attacks[i].expected)
            print_error("%s: %s\n", attacks[i].name, mv_status_name(code));
        assert_int_equal(code, attacks[i].expected);
        world_close(&w);
    }
}

/* init_module: run when the module is new; refused if it is not the kind that can be run. */
static void test_init_module_must_be_one(void **state) {
    (void)state;
    static const char *const wrong[] = {"public fun init_module(&signer) {\n Ret\n}\n",
                                        "fun init_module() {\n Ret\n}\n",
                                        "fun init_module(&signer, u64) {\n Ret\n}\n",
                                        "fun init_module(address) {\n Ret\n}\n",
                                        "fun init_module<T0>(&signer) {\n Ret\n}\n",
                                        "fun init_module(&signer): (u64) {\n LdU64 1\n Ret\n}\n"};
    static const char good[] =
        "module 0x77::m\nversion 8\nstruct R has key {\n v: u64\n}\n"
        "fun init_module(&signer) {\n MoveLoc 0\n LdU64 1\n Pack R\n MoveTo R\n Ret\n}\n"
        "public fun f(): (bool) {\n LdConst address "
        "0x0000000000000000000000000000000000000000000000000000000000000077\n"
        " Exists R\n Ret\n}\n";
    struct world w;
    open_world(&w);
    for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
        struct buf text = {0};
        buf_printf(&text, "module 0x77::w%u\nversion 8\n%s", i, wrong[i]);
        publish_text(&w, buf_bytes(&text), false);
        assert_int_equal(w.out.code, MV_INVALID_INIT_MODULE);
        buf_free(&text);
    }
    publish_text(&w, bytes_cstr(good), true);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "m::f", NULL, 0));
    assert_int_equal(w.out.results[0].p[0], 1);
    publish_text(&w, bytes_cstr(good), true); /* an upgrade does not run it */
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_function_values_capture_and_apply),
        cmocka_unit_test(test_function_value_comes_back_from_storage),
        cmocka_unit_test(test_signed_integers_round_towards_zero_and_keep_their_range),
        cmocka_unit_test(test_enum_of_another_variant_is_a_mismatch),
        cmocka_unit_test(test_abort_message_reaches_the_status),
        cmocka_unit_test(test_recursion_through_function_values_ends),
        cmocka_unit_test(test_growth_is_bounded),
        cmocka_unit_test(test_init_module_must_be_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
