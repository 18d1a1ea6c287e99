/* Publishing: through 0x1::code as a user does, upgrades, init_module, and worlds that hold
 * different versions of a module over one machine. */
#include "codec/bcs.h"
#include "vm_assemble.h"
#include "vm_world.h"

enum { AT = 0x70 };

/* module 0x70::m: struct R has key { v: u64 }, init_module moves R { v: value } to its address, get
 * reads it. Version 1 has `more`, which returns 1, version 2 adds `added`, version 3 lacks get. */
static struct bytes module_m(unsigned version, uint64_t value, const char *name) {
    struct as a;
    as_begin(&a, 6, AT, name);
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03");
    unsigned signer = AS_SIG(&a, "\x01\x06\x0c"), address = AS_SIG(&a, "\x01\x05");
    unsigned r = as_struct(&a, "R", MV_KEY, "\x03", 1), v = as_field(&a, r);
    unsigned init = as_own(&a, "init_module", signer, none, "");
    unsigned more = as_own(&a, "more", none, one, "");
    unsigned get = version < 3 ? as_own(&a, "get", address, one, "") : 0;
    unsigned added = version == 2 ? as_own(&a, "added", none, one, "") : 0;
    as_op1(&a, MV_OP_MOVE_LOC, 0);
    as_u64(&a, value);
    as_op1(&a, MV_OP_PACK, r);
    as_op1(&a, MV_OP_MOVE_TO, r);
    as_op(&a, MV_OP_RET);
    as_define(&a, init, MV_PRIVATE, false, none, -1);
    as_u64(&a, version);
    as_op(&a, MV_OP_RET);
    as_define(&a, more, MV_PUBLIC, false, none, -1);
    if (version < 3) {
        as_op1(&a, MV_OP_MOVE_LOC, 0);
        as_op1(&a, MV_OP_IMM_BORROW_GLOBAL, r);
        as_op1(&a, MV_OP_IMM_BORROW_FIELD, v);
        as_op(&a, MV_OP_READ_REF);
        as_op(&a, MV_OP_RET);
        as_define(&a, get, MV_PUBLIC, false, none, (int)r);
    }
    if (version == 2) {
        as_op1(&a, MV_OP_CALL, more);
        as_op(&a, MV_OP_RET);
        as_define(&a, added, MV_PUBLIC, false, none, -1);
    }
    return as_end(&a);
}

static void put_string(struct buf *b, const char *s) {
    bcs_put_bytes(b, bytes_cstr(s));
}

/* BCS of PackageMetadata with one module. */
static void put_metadata(struct buf *b, const char *package, uint8_t policy, const char *module) {
    put_string(b, package);
    bcs_put_u8(b, policy);
    bcs_put_u64(b, 0);
    put_string(b, "");
    uleb_put(b, 0); /* manifest */
    uleb_put(b, 1);
    put_string(b, module);
    uleb_put(b, 0); /* source */
    uleb_put(b, 0); /* source map */
    uleb_put(b, 0); /* extension */
    uleb_put(b, 0); /* deps */
    uleb_put(b, 0); /* extension */
}

/* Publishes as the user 0x70 by 0x1::code::publish_package_txn. */
static bool publish(struct world *w, struct bytes code, const char *expected, uint8_t policy) {
    struct buf metadata = {0}, arg = {0}, list = {0};
    put_metadata(&metadata, "p", policy, expected);
    bcs_put_bytes(&arg, buf_bytes(&metadata));
    uleb_put(&list, 1);
    bcs_put_bytes(&list, code);
    struct bytes args[2] = {buf_bytes(&arg), buf_bytes(&list)};
    bool ok = world_run(w, WORLD_ENTRY, AT, 1, "code::publish_package_txn", args, 2);
    buf_free(&metadata);
    buf_free(&arg);
    buf_free(&list);
    free((void *)(uintptr_t)code.p);
    return ok;
}

static uint64_t call_u64(struct world *w, const char *name, bool with_address) {
    struct b32 at = world_address(AT);
    struct bytes arg = BYTES_OF(at);
    bool ok = world_run(w, WORLD_FUNCTION, 0, AT, name, &arg, with_address);
    if (!ok) world_show(w);
    assert_true(ok);
    return world_u64(w);
}

static void test_publish_runs_init_module_once(void **state) {
    (void)state;
    struct world w;
    world_open(&w);
    bool ok = publish(&w, module_m(1, 7, "m"), "m", 1);
    if (!ok) world_show(&w);
    assert_true(ok);
    assert_int_equal(call_u64(&w, "m::get", true), 7);
    assert_int_equal(call_u64(&w, "m::more", false), 1);
    /* An upgrade does not run it again: it would fail. */
    assert_true(publish(&w, module_m(2, 8, "m"), "m", 1));
    assert_int_equal(call_u64(&w, "m::get", true), 7);
    assert_int_equal(call_u64(&w, "m::added", false), 2);
    world_close(&w);
}

static void test_publish_incompatible_upgrade_is_refused(void **state) {
    (void)state;
    struct world w;
    world_open(&w);
    assert_true(publish(&w, module_m(2, 7, "m"), "m", 1));
    assert_false(publish(&w, module_m(3, 7, "m"), "m", 1));
    assert_int_equal(w.out.code, MV_BACKWARD_INCOMPATIBLE_MODULE_UPDATE);
    assert_int_equal(call_u64(&w, "m::more", false), 2);
    /* To immutable, and then never again. */
    assert_true(publish(&w, module_m(2, 7, "m"), "m", 2));
    assert_false(publish(&w, module_m(2, 7, "m"), "m", 2));
    assert_int_equal(w.out.code, MV_ABORTED);
    assert_int_equal(w.out.abort_code, 0x10002);
    world_close(&w);
}

static void test_publish_of_unnamed_or_broken_modules_is_refused(void **state) {
    (void)state;
    struct world w;
    world_open(&w);
    assert_false(publish(&w, module_m(1, 7, "m"), "other", 1));
    assert_int_equal(w.out.code, MV_CONSTRAINT_NOT_SATISFIED);
    struct bytes code = module_m(1, 7, "m");
    code.n -= 3;
    assert_false(publish(&w, code, "m", 1));
    assert_true(w.out.code >= 3000 && w.out.code < 4000);
    /* At another address than the publisher's. */
    code = module_m(1, 7, "m");
    assert_false(world_publish(&w, world_address(0x71), &code, 1, 0));
    assert_int_equal(w.out.code, MV_MODULE_ADDRESS_DOES_NOT_MATCH_SENDER);
    struct bytes twice[2] = {code, code};
    assert_false(world_publish(&w, world_address(AT), twice, 2, 0));
    assert_int_equal(w.out.code, MV_DUPLICATE_MODULE_NAME);
    free((void *)(uintptr_t)code.p);
    world_close(&w);
}

/* Two worlds over one machine, with different modules of one name, and a third one that is upgraded
 * while the machine has the old version. */
static void test_worlds_with_other_versions_share_a_machine(void **state) {
    (void)state;
    struct world a, b;
    world_open(&a);
    world_open(&b);
    mv_session_free(b.s);
    b.s = NULL;
    mv_vm_free(b.vm);
    b.vm = a.vm;
    assert_true(publish(&a, module_m(1, 7, "m"), "m", 1));
    assert_true(publish(&b, module_m(2, 9, "m"), "m", 1));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(call_u64(&a, "m::more", false), 1);
        assert_int_equal(call_u64(&b, "m::more", false), 2);
        assert_int_equal(call_u64(&a, "m::get", true), 7);
        assert_int_equal(call_u64(&b, "m::get", true), 9);
    }
    assert_true(publish(&a, module_m(2, 7, "m"), "m", 1));
    assert_int_equal(call_u64(&a, "m::more", false), 2);
    assert_int_equal(call_u64(&a, "m::get", true), 7);
    mv_session_free(b.s);
    st_end_tx(b.journal, false);
    st_journal_free(b.journal);
    world_close(&a);
}

/* A cache past its bound is replaced; sessions of the old one go on. */
static void test_cache_past_its_bound_is_replaced(void **state) {
    (void)state;
    struct world w = {.gas_limit = 1000000000000};
    w.vm = mv_vm_new(&(struct mv_vm_options){.cache_bytes = 1});
    w.journal = st_journal_new(NULL);
    st_begin_tx(w.journal);
    world_publish_dir(&w, FRAMEWORK_DIR, 1, MV_PUBLISH_GENESIS);
    assert_true(publish(&w, module_m(1, 7, "m"), "m", 1));
    struct mv_session *old = w.s;
    w.s = NULL;
    for (int i = 0; i < 5; i++) assert_int_equal(call_u64(&w, "m::get", true), 7);
    struct mv_call call = world_call(AT, "m::more");
    assert_true(mv_run_function(old, &call, &w.out));
    mv_session_free(old);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish_runs_init_module_once),
        cmocka_unit_test(test_publish_incompatible_upgrade_is_refused),
        cmocka_unit_test(test_publish_of_unnamed_or_broken_modules_is_refused),
        cmocka_unit_test(test_worlds_with_other_versions_share_a_machine),
        cmocka_unit_test(test_cache_past_its_bound_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
