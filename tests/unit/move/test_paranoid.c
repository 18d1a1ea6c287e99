/* Paranoid mode finds what the verifier would have refused: modules are stored without being
 * verified, pass the translator, and break a rule on references when they run. */
#include "move/assembly.h"
#include "vm_world.h"

#ifdef TERN_MOVE_PARANOID

enum { AT = 0x77 };

static void put_text(struct world *w, const char *items) {
    struct buf text = {0}, code = {0};
    buf_printf(&text, "module 0x77::m\nversion 8\nstruct R has key, drop {\n v: u64\n}\n%s", items);
    struct mv_asm_error e = mv_assemble(&code, buf_bytes(&text));
    if (e.text) fail_msg("line %u: %s", e.line, e.text);
    world_put(w, world_address(AT), "m", buf_bytes(&code));
    buf_free(&text);
    buf_free(&code);
}

static void test_broken_borrow_rules_are_found(void **state) {
    (void)state;
    static const char *const cases[] = {
        "public fun f(): (u64) {\n locals (vector<u64>, &u64)\n LdU64 1\n VecPack <u64> 1\n StLoc "
        "0\n"
        " ImmBorrowLoc 0\n LdU64 0\n VecImmBorrow <u64>\n StLoc 1\n"
        " MutBorrowLoc 0\n LdU64 2\n VecPushBack <u64>\n MoveLoc 1\n ReadRef\n Ret\n}\n",
        "public fun f(): (u64) {\n locals (u64, &mut u64, &mut u64)\n LdU64 1\n StLoc 0\n"
        " MutBorrowLoc 0\n StLoc 1\n MutBorrowLoc 0\n StLoc 2\n LdU64 5\n CopyLoc 1\n WriteRef\n"
        " LdU64 6\n CopyLoc 2\n WriteRef\n CopyLoc 1\n ReadRef\n Ret\n}\n",
        "public fun f(): (u64) {\n locals (u64, &mut u64, &mut u64)\n LdU64 1\n StLoc 0\n"
        " MutBorrowLoc 0\n StLoc 1\n CopyLoc 1\n StLoc 2\n LdU64 5\n MoveLoc 1\n WriteRef\n"
        " MoveLoc 2\n ReadRef\n Ret\n}\n",
        "public fun f(): (u64) {\n locals (vector<u64>, &mut vector<u64>, vector<u64>)\n"
        " LdU64 1\n VecPack <u64> 1\n StLoc 0\n MutBorrowLoc 0\n StLoc 1\n MoveLoc 0\n StLoc 2\n"
        " MoveLoc 1\n VecPopBack <u64>\n Ret\n}\n",
        "public fun g(&u64): (&u64) {\n MoveLoc 0\n Ret\n}\n"
        "public fun f(): (u64) {\n locals (u64, &u64)\n LdU64 1\n StLoc 0\n ImmBorrowLoc 0\n Call "
        "g\n"
        " StLoc 1\n LdU64 3\n StLoc 0\n MoveLoc 1\n ReadRef\n Ret\n}\n",
        "public fun f(&signer): (u64) acquires R {\n locals (&R)\n MoveLoc 0\n LdU64 9\n Pack R\n"
        " MoveTo R\n LdConst address "
        "0x0000000000000000000000000000000000000000000000000000000000000077\n"
        " ImmBorrowGlobal R\n StLoc 1\n LdConst address "
        "0x0000000000000000000000000000000000000000000000000000000000000077\n"
        " MoveFrom R\n Pop\n MoveLoc 1\n ImmBorrowField R.v\n ReadRef\n Ret\n}\n",
    };
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        struct world w;
        world_open(&w);
        put_text(&w, cases[i]);
        w.paranoid = true;
        bool ok = world_run_once(&w, WORLD_SYSTEM, strstr(cases[i], "f(&signer)") ? AT : 0, AT,
                                 "m::f", NULL, 0);
        if (ok) fail_msg("case %u: nothing was found", i);
        assert_int_equal(w.out.code, MV_UNKNOWN_INVARIANT_VIOLATION_ERROR);
        assert_true(bytes_eq(w.out.message,
                             BYTES_LIT("a reference is used after what it leads to was changed")));
        world_close(&w);
    }
}

#else

static void test_broken_borrow_rules_are_found(void **state) {
    (void)state;
    skip();
}

#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_borrow_rules_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
