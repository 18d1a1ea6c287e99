/* Bytecode that no compiler at hand emits, assembled here: function values (version 8), signed
 * integers (version 9), and code that breaks rules which only the verifier or the machine enforces.
 * Nothing here passes the verifier first. */
#include "vm_assemble.h"
#include "vm_world.h"

enum { AT = 0x70 };

static void open_world(struct world *w) {
    *w = (struct world){.gas_limit = 1000000000};
    w->vm = mv_vm_new(&(struct mv_vm_options){.max_version = MV_VERSION_MAX});
    w->journal = st_journal_new(NULL);
    st_begin_tx(w->journal);
}

static void put(struct world *w, struct as *a) {
    struct bytes code = as_end(a);
    world_put(w, world_address(AT), "m", code);
    free((void *)(uintptr_t)code.p);
}

static uint64_t run_u64(struct world *w, const char *name, uint64_t arg, uint32_t count) {
    struct bytes b = BYTES_OF(arg);
    bool ok = world_run(w, WORLD_SYSTEM, 0, AT, name, &b, count);
    if (!ok) world_show(w);
    assert_true(ok);
    return world_u64(w);
}

static enum mv_status_code run_status(struct world *w, const char *name) {
    assert_false(world_run(w, WORLD_SYSTEM, 0, AT, name, NULL, 0));
    return w->out.code;
}

/* ---- Function values */

/* fun mix(a, b): u64 { a * 100 + b }
 * fun first(n): u64  { (|b| mix(n, b))(7) }       captures the first parameter
 * fun second(n): u64 { (|a| mix(a, n))(7) }       captures the second */
static void test_closure_captured_values_go_to_their_parameters(void **state) {
    (void)state;
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 8, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03"),
             two = AS_SIG(&a, "\x02\x03\x03");
    /* |u64| u64 has copy + drop */
    unsigned f = AS_SIG(&a, "\x01\x10\x03\x01\x01\x03\x03");
    unsigned mix = as_own(&a, "mix", two, one, "");
    unsigned first = as_own(&a, "first", one, one, "");
    unsigned second = as_own(&a, "second", one, one, "");
    as_op1(&a, MV_OP_MOVE_LOC, 0);
    as_u64(&a, 100);
    as_op(&a, MV_OP_MUL);
    as_op1(&a, MV_OP_MOVE_LOC, 1);
    as_op(&a, MV_OP_ADD);
    as_op(&a, MV_OP_RET);
    as_define(&a, mix, MV_PRIVATE, false, none, -1);
    for (unsigned k = 0; k < 2; k++) {
        as_u64(&a, 7);
        as_op1(&a, MV_OP_MOVE_LOC, 0);
        as_op_mask(&a, MV_OP_PACK_CLOSURE, mix, 1 + k);
        as_op1(&a, MV_OP_CALL_CLOSURE, f);
        as_op(&a, MV_OP_RET);
        as_define(&a, k ? second : first, MV_PRIVATE, false, none, -1);
    }
    put(&w, &a);
    assert_int_equal(run_u64(&w, "m::first", 3, 1), 307);
    assert_int_equal(run_u64(&w, "m::second", 3, 1), 703);
    world_close(&w);
}

/* struct R has key { v: |u64| u64 has copy + drop + store }
 * entry keep(s: &signer, n: u64) { move_to(s, R { v: |b| mix(n, b) }) }
 * fun use(at: address): u64 { (borrow_global<R>(at).v)(7) } */
static void test_closure_stored_is_found_again(void **state) {
    (void)state;
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 8, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03"),
             two = AS_SIG(&a, "\x02\x03\x03");
    unsigned keep_params = AS_SIG(&a, "\x02\x06\x0c\x03"), address = AS_SIG(&a, "\x01\x05");
    unsigned f = AS_SIG(&a, "\x01\x10\x07\x01\x01\x03\x03");
    unsigned r = as_struct(&a, "R", MV_KEY, "\x10\x07\x01\x01\x03\x03", 6);
    unsigned v = as_field(&a, r);
    unsigned mix = as_own(&a, "mix", two, one, "\x01"); /* persistent */
    unsigned keep = as_own(&a, "keep", keep_params, none, "");
    unsigned use = as_own(&a, "use", address, one, "");
    as_op1(&a, MV_OP_MOVE_LOC, 0);
    as_u64(&a, 100);
    as_op(&a, MV_OP_MUL);
    as_op1(&a, MV_OP_MOVE_LOC, 1);
    as_op(&a, MV_OP_ADD);
    as_op(&a, MV_OP_RET);
    as_define(&a, mix, MV_PUBLIC, false, none, -1);
    as_op1(&a, MV_OP_MOVE_LOC, 0);
    as_op1(&a, MV_OP_MOVE_LOC, 1);
    as_op_mask(&a, MV_OP_PACK_CLOSURE, mix, 1);
    as_op1(&a, MV_OP_PACK, r);
    as_op1(&a, MV_OP_MOVE_TO, r);
    as_op(&a, MV_OP_RET);
    as_define(&a, keep, MV_PUBLIC, true, none, -1);
    as_u64(&a, 7);
    as_op1(&a, MV_OP_MOVE_LOC, 0);
    as_op1(&a, MV_OP_IMM_BORROW_GLOBAL, r);
    as_op1(&a, MV_OP_IMM_BORROW_FIELD, v);
    as_op(&a, MV_OP_READ_REF);
    as_op1(&a, MV_OP_CALL_CLOSURE, f);
    as_op(&a, MV_OP_RET);
    as_define(&a, use, MV_PUBLIC, false, none, (int)r);
    put(&w, &a);
    uint64_t n = 9;
    struct bytes arg = BYTES_OF(n);
    assert_true(world_run(&w, WORLD_ENTRY, 5, AT, "m::keep", &arg, 1));
    struct b32 at = world_address(5);
    arg = BYTES_OF(at);
    assert_true(world_run(&w, WORLD_FUNCTION, 0, AT, "m::use", &arg, 1));
    assert_int_equal(world_u64(&w), 907);
    /* The stored form: 7 items; format 1; the function; no type arguments; the mask; layout u64 and
     * the captured value. */
    uint8_t key[128];
    static const char tag[] = "\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\x70\x01m\x01R\0";
    memcpy(key, &at, 32);
    memcpy(key + 32, tag, sizeof tag - 1);
    struct bytes stored;
    assert_true(st_get(w.journal, ST_MOVE_RESOURCE, bytes_make(key, 32 + sizeof tag - 1), &stored));
    static const char expected[] =
        "\x07\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x70\x01m\x03"
        "mix\0\x01\0\0\0\0\0\0\0\x02\x09\0\0\0\0\0\0\0";
    assert_int_equal(stored.n, sizeof expected - 1);
    assert_memory_equal(stored.p, expected, stored.n);
    world_close(&w);
}

/* fun touch(): bool { exists<R>(@0x5) }
 * fun direct(): u64  { touch(); 1 }
 * fun again(): u64   { (|| touch())(); 1 }   the module is entered twice: its resources are locked
 */
static void test_closure_reentered_module_cannot_touch_resources(void **state) {
    (void)state;
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 8, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03"),
             boolean = AS_SIG(&a, "\x01\x01");
    unsigned f = AS_SIG(&a, "\x01\x10\x03\x00\x01\x01");
    unsigned r = as_struct(&a, "R", MV_KEY, "\x03", 1);
    static const char address[] =
        "\x05\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\0\0\x05";
    unsigned five = as_entry(&a, AS_CONSTANTS, address, sizeof address - 1);
    unsigned touch = as_own(&a, "touch", none, boolean, "");
    unsigned direct = as_own(&a, "direct", none, one, "");
    unsigned again = as_own(&a, "again", none, one, "");
    as_op1(&a, MV_OP_LD_CONST, five);
    as_op1(&a, MV_OP_EXISTS, r);
    as_op(&a, MV_OP_RET);
    as_define(&a, touch, MV_PRIVATE, false, none, -1);
    as_op1(&a, MV_OP_CALL, touch);
    as_op(&a, MV_OP_POP);
    as_u64(&a, 1);
    as_op(&a, MV_OP_RET);
    as_define(&a, direct, MV_PRIVATE, false, none, -1);
    as_op_mask(&a, MV_OP_PACK_CLOSURE, touch, 0);
    as_op1(&a, MV_OP_CALL_CLOSURE, f);
    as_op(&a, MV_OP_POP);
    as_u64(&a, 1);
    as_op(&a, MV_OP_RET);
    as_define(&a, again, MV_PRIVATE, false, none, -1);
    put(&w, &a);
    assert_int_equal(run_u64(&w, "m::direct", 0, 0), 1);
    assert_int_equal(run_status(&w, "m::again"), MV_RUNTIME_DISPATCH_ERROR);
    /* The session is usable afterwards. */
    struct mv_call call = world_call(AT, "m::direct");
    assert_true(mv_run_system(w.s, &call, &w.out));
    world_close(&w);
}

/* ---- Signed integers */

struct signed_case {
    const char *name;
    uint8_t load;
    unsigned bytes;
    int64_t x, y;
    uint8_t op;
    int64_t result; /* as i64 */
    bool fails;
};

/* Each function computes x op y, casts to i64 and then compares with the result. */
static void test_signed_arithmetic_is_that_of_the_integers(void **state) {
    (void)state;
    static const struct signed_case cases[] = {
        {"a", MV_OP_LD_I8, 1, -100, -28, MV_OP_ADD, -128, false},
        {"b", MV_OP_LD_I8, 1, -100, -29, MV_OP_ADD, 0, true},
        {"c", MV_OP_LD_I8, 1, 127, 1, MV_OP_ADD, 0, true},
        {"d", MV_OP_LD_I16, 2, -300, 7, MV_OP_DIV, -42, false},
        {"e", MV_OP_LD_I16, 2, -300, 7, MV_OP_MOD, -6, false},
        {"f", MV_OP_LD_I32, 4, -65536, 32768, MV_OP_MUL, INT32_MIN, false},
        {"g", MV_OP_LD_I32, 4, -65536, -32768, MV_OP_MUL, 0, true},
        {"h", MV_OP_LD_I64, 8, INT64_MIN, 1, MV_OP_SUB, 0, true},
        {"i", MV_OP_LD_I64, 8, INT64_MIN, -1, MV_OP_DIV, 0, true},
        {"j", MV_OP_LD_I64, 8, INT64_MIN, -1, MV_OP_MOD, 0, true}, /* as Rust's checked_rem */
        {"k", MV_OP_LD_I64, 8, 5, 0, MV_OP_DIV, 0, true},
        {"l", MV_OP_LD_I64, 8, -5, 3, MV_OP_SUB, -8, false},
    };
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 9, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), boolean = AS_SIG(&a, "\x01\x01");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct signed_case *k = &cases[i];
        unsigned f = as_own(&a, k->name, none, boolean, "");
        as_imm(&a, k->load, (uint64_t)k->x, k->bytes);
        as_imm(&a, k->load, (uint64_t)k->y, k->bytes);
        as_op(&a, k->op);
        as_op(&a, MV_OP_CAST_I64);
        as_imm(&a, MV_OP_LD_I64, (uint64_t)k->result, 8);
        as_op(&a, MV_OP_EQ);
        as_op(&a, MV_OP_RET);
        as_define(&a, f, MV_PUBLIC, false, none, -1);
    }
    put(&w, &a);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char name[] = "m::a";
        name[3] = cases[i].name[0];
        bool ok = world_run(&w, WORLD_SYSTEM, 0, AT, name, NULL, 0);
        assert_int_equal(ok, !cases[i].fails);
        if (!ok)
            assert_int_equal(w.out.code, MV_ARITHMETIC_ERROR);
        else
            assert_int_equal(w.out.results[0].p[0], 1);
    }
    world_close(&w);
}

/* fun less(): bool { -1i128 < 1i128 }, fun wide(): bool { -(-3i256) as u8 == 3u8 }, and casts that
 * do not fit. */
static void test_signed_comparison_and_casts_mind_the_sign(void **state) {
    (void)state;
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 9, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), boolean = AS_SIG(&a, "\x01\x01");
    unsigned less = as_own(&a, "less", none, boolean, "");
    unsigned wide = as_own(&a, "wide", none, boolean, "");
    unsigned bad = as_own(&a, "bad", none, boolean, "");
    as_imm(&a, MV_OP_LD_I8, (uint64_t)-1, 1);
    as_op(&a, MV_OP_CAST_I128);
    as_imm(&a, MV_OP_LD_I8, 1, 1);
    as_op(&a, MV_OP_CAST_I128);
    as_op(&a, MV_OP_LT);
    as_op(&a, MV_OP_RET);
    as_define(&a, less, MV_PUBLIC, false, none, -1);
    as_imm(&a, MV_OP_LD_I64, (uint64_t)-3, 8);
    as_op(&a, MV_OP_CAST_I256);
    as_op(&a, MV_OP_NEGATE);
    as_op(&a, MV_OP_CAST_U8);
    as_imm(&a, MV_OP_LD_U8, 3, 1);
    as_op(&a, MV_OP_EQ);
    as_op(&a, MV_OP_RET);
    as_define(&a, wide, MV_PUBLIC, false, none, -1);
    as_imm(&a, MV_OP_LD_I64, (uint64_t)-3, 8);
    as_op(&a, MV_OP_CAST_U256);
    as_op(&a, MV_OP_CAST_U8);
    as_imm(&a, MV_OP_LD_U8, 3, 1);
    as_op(&a, MV_OP_EQ);
    as_op(&a, MV_OP_RET);
    as_define(&a, bad, MV_PUBLIC, false, none, -1);
    put(&w, &a);
    assert_true(world_run(&w, WORLD_SYSTEM, 0, AT, "m::less", NULL, 0));
    assert_int_equal(w.out.results[0].p[0], 1);
    assert_true(world_run(&w, WORLD_SYSTEM, 0, AT, "m::wide", NULL, 0));
    assert_int_equal(w.out.results[0].p[0], 1);
    assert_int_equal(run_status(&w, "m::bad"), MV_ARITHMETIC_ERROR);
    world_close(&w);
}

/* ---- What the verifier would refuse */

/* fun escape(): &u64 { &x }, called by fun read(): u64 { *escape() }. */
static void test_reference_to_own_local_cannot_be_returned(void **state) {
    (void)state;
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 6, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03"),
             ref = AS_SIG(&a, "\x01\x06\x03");
    unsigned escape = as_own(&a, "escape", none, ref, ""), read = as_own(&a, "read", none, one, "");
    as_u64(&a, 5);
    as_op1(&a, MV_OP_ST_LOC, 0);
    as_op1(&a, MV_OP_IMM_BORROW_LOC, 0);
    as_op(&a, MV_OP_RET);
    as_define(&a, escape, MV_PRIVATE, false, one, -1);
    as_op1(&a, MV_OP_CALL, escape);
    as_op(&a, MV_OP_READ_REF);
    as_op(&a, MV_OP_RET);
    as_define(&a, read, MV_PRIVATE, false, none, -1);
    put(&w, &a);
    assert_int_equal(run_status(&w, "m::read"), MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED);
    world_close(&w);
}

/* fun stale(): u64 { let v = vector[1, 2]; let r = &v[0]; while the vector grows a thousand times;
 * *r }: the reference dangles, and must read some u64, nothing worse. */
static void test_reference_that_dangles_reads_a_value_of_its_type(void **state) {
    (void)state;
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 6, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03");
    unsigned locals = AS_SIG(&a, "\x03\x0a\x03\x06\x03\x03");
    unsigned stale = as_own(&a, "stale", none, one, "");
    as_u64(&a, 1);
    as_op1(&a, MV_OP_VEC_PACK, one);
    uint64_t n = 1;
    buf_put(&a.code, &n, 8);
    as_op1(&a, MV_OP_ST_LOC, 0);
    as_op1(&a, MV_OP_IMM_BORROW_LOC, 0);
    as_u64(&a, 0);
    as_op1(&a, MV_OP_VEC_IMM_BORROW, one);
    as_op1(&a, MV_OP_ST_LOC, 1);
    as_u64(&a, 0);
    as_op1(&a, MV_OP_ST_LOC, 2); /* 8 */
    as_op1(&a, MV_OP_MUT_BORROW_LOC, 0);
    as_op1(&a, MV_OP_COPY_LOC, 2);
    as_op1(&a, MV_OP_VEC_PUSH_BACK, one);
    as_op1(&a, MV_OP_COPY_LOC, 2);
    as_u64(&a, 1);
    as_op(&a, MV_OP_ADD);
    as_op1(&a, MV_OP_ST_LOC, 2);
    as_op1(&a, MV_OP_COPY_LOC, 2);
    as_u64(&a, 1000);
    as_op(&a, MV_OP_LT);
    as_op1(&a, MV_OP_BR_TRUE, 9);
    as_op1(&a, MV_OP_MOVE_LOC, 1);
    as_op(&a, MV_OP_READ_REF);
    as_op(&a, MV_OP_RET);
    as_define(&a, stale, MV_PRIVATE, false, locals, -1);
    put(&w, &a);
    run_u64(&w, "m::stale", 0, 0);
    world_close(&w);
}

static void test_code_ill_typed_is_refused(void **state) {
    (void)state;
    struct world w;
    struct as a;
    open_world(&w);
    as_begin(&a, 6, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03"), u8 = AS_SIG(&a, "\x01\x02");
    unsigned signer = AS_SIG(&a, "\x01\x0c");
    static const char *const names[] = {"underflow", "mixed", "unset", "left", "twice", "through"};
    unsigned f[6];
    for (unsigned i = 0; i < 6; i++)
        f[i] = as_own(&a, names[i], i == 4 ? signer : none, i == 4 ? signer : one, "");
    as_op(&a, MV_OP_ADD);
    as_op(&a, MV_OP_RET);
    as_define(&a, f[0], MV_PRIVATE, false, none, -1);
    as_u64(&a, 1);
    as_imm(&a, MV_OP_LD_U8, 1, 1);
    as_op(&a, MV_OP_ADD);
    as_op(&a, MV_OP_RET);
    as_define(&a, f[1], MV_PRIVATE, false, none, -1);
    as_op1(&a, MV_OP_COPY_LOC, 0);
    as_op(&a, MV_OP_RET);
    as_define(&a, f[2], MV_PRIVATE, false, one, -1);
    as_u64(&a, 1);
    as_u64(&a, 1);
    as_op(&a, MV_OP_RET);
    as_define(&a, f[3], MV_PRIVATE, false, none, -1);
    as_op1(&a, MV_OP_COPY_LOC, 0); /* a signer cannot be copied */
    as_op(&a, MV_OP_RET);
    as_define(&a, f[4], MV_PRIVATE, false, none, -1);
    as_u64(&a, 1);
    as_op(&a, MV_OP_POP);
    as_define(&a, f[5], MV_PRIVATE, false, u8, -1);
    put(&w, &a);
    assert_int_equal(run_status(&w, "m::underflow"), MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK);
    assert_int_equal(run_status(&w, "m::mixed"), MV_INTEGER_OP_TYPE_MISMATCH_ERROR);
    assert_int_equal(run_status(&w, "m::unset"), MV_COPYLOC_UNAVAILABLE_ERROR);
    assert_int_equal(run_status(&w, "m::left"), MV_POSITIVE_STACK_SIZE_AT_BLOCK_END);
    assert_false(world_run(&w, WORLD_SYSTEM, 5, AT, "m::twice", NULL, 0));
    assert_int_equal(w.out.code, MV_COPYLOC_WITHOUT_COPY_ABILITY);
    assert_int_equal(run_status(&w, "m::through"), MV_INVALID_FALL_THROUGH);
    world_close(&w);
}

/* struct S0 { v: u64 }, S1 { v: S0 }, … S399; fun f<n>(): u64 has a local of type S<n>. */
static void put_nested_structs(struct world *w, const unsigned *used, unsigned count) {
    struct as a;
    as_begin(&a, 6, AT, "m");
    char name[32];
    for (unsigned i = 0; i < 400; i++) {
        struct buf type = {0};
        snprintf(name, sizeof name, "S%u", i);
        buf_put_u8(&type, i ? 8 : 3);
        if (i) uleb_put(&type, i - 1);
        as_struct(&a, name, MV_DROP, (const char *)type.p, type.n);
        buf_free(&type);
    }
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03");
    for (unsigned i = 0; i < count; i++) {
        struct buf sig = {0};
        buf_put(&sig, "\x01\x08", 2);
        uleb_put(&sig, used[i]);
        unsigned locals = as_entry(&a, AS_SIGNATURES, sig.p, sig.n);
        buf_free(&sig);
        snprintf(name, sizeof name, "f%u", used[i]);
        unsigned f = as_own(&a, name, none, one, "");
        as_u64(&a, used[i]);
        as_op(&a, MV_OP_RET);
        as_define(&a, f, MV_PUBLIC, false, locals, -1);
    }
    put(w, &a);
}

/* What is too deep does not depend on what was asked for before. */
static void test_types_nested_too_deep_are_refused(void **state) {
    (void)state;
    static const unsigned used[] = {399, 126, 127, 200, 50};
    struct world w;
    open_world(&w);
    put_nested_structs(&w, used, COUNT_OF(used));
    for (int round = 0; round < 2; round++) {
        assert_int_equal(run_status(&w, "m::f399"), MV_VM_MAX_VALUE_DEPTH_REACHED);
        assert_int_equal(run_u64(&w, "m::f126", 0, 0), 126);
        assert_int_equal(run_status(&w, "m::f127"), MV_VM_MAX_VALUE_DEPTH_REACHED);
        assert_int_equal(run_status(&w, "m::f200"), MV_VM_MAX_VALUE_DEPTH_REACHED);
        assert_int_equal(run_u64(&w, "m::f50", 0, 0), 50);
    }
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closure_captured_values_go_to_their_parameters),
        cmocka_unit_test(test_closure_stored_is_found_again),
        cmocka_unit_test(test_closure_reentered_module_cannot_touch_resources),
        cmocka_unit_test(test_signed_arithmetic_is_that_of_the_integers),
        cmocka_unit_test(test_signed_comparison_and_casts_mind_the_sign),
        cmocka_unit_test(test_reference_to_own_local_cannot_be_returned),
        cmocka_unit_test(test_reference_that_dangles_reads_a_value_of_its_type),
        cmocka_unit_test(test_code_ill_typed_is_refused),
        cmocka_unit_test(test_types_nested_too_deep_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
