/* Ways around bytecode verifiers that have been found in public (advisories and write-ups on Move
 * verifiers of several chains), each tried on ours, with the harmless neighbour that must pass. */
#include "verify_text.h"

/* References that live on through a join of two paths, around a loop, or beside a new one. */
static void test_references_cannot_slip_through_joins(void **state) {
    (void)state;
    static const struct text_case cases[] = {
        {"moved in one branch while the other has borrowed it", MV_MOVELOC_EXISTS_BORROW_ERROR,
         "struct C {\n v: u64\n}\n"
         "fun f(C, bool): (C, u64) {\n locals (&u64, u64)\n LdU64 1\n StLoc 3\n"
         " MoveLoc 1\n BrTrue other\n ImmBorrowLoc 0\n ImmBorrowField C.v\n StLoc 2\n Branch join\n"
         "other:\n ImmBorrowLoc 3\n StLoc 2\n"
         "join:\n MoveLoc 0\n MoveLoc 2\n ReadRef\n Ret\n}\n"},
        {"borrowed by the last round of a loop", MV_STLOC_UNSAFE_TO_DESTROY_ERROR,
         "fun f(bool) {\n locals (vector<u64>, &u64, u64)\n LdU64 0\n StLoc 3\n VecPack <u64> 0\n"
         " StLoc 1\n ImmBorrowLoc 3\n StLoc 2\n"
         "head:\n CopyLoc 0\n BrFalse end\n VecPack <u64> 0\n StLoc 1\n"
         " ImmBorrowLoc 1\n LdU64 0\n VecImmBorrow <u64>\n StLoc 2\n Branch head\n"
         "end:\n Ret\n}\n"},
        {"set on one path only, read on both", MV_MOVELOC_UNAVAILABLE_ERROR,
         "fun f(bool, &mut u64): (u64) {\n locals (&mut u64)\n MoveLoc 0\n BrFalse join\n"
         " MoveLoc 1\n StLoc 2\n"
         "join:\n MoveLoc 2\n ReadRef\n Ret\n}\n"},
        {"an element kept while the vector grows", MV_VEC_UPDATE_EXISTS_MUTABLE_BORROW_ERROR,
         "fun f(&mut vector<u64>): (u64) {\n locals (&u64)\n CopyLoc 0\n FreezeRef\n LdU64 0\n"
         " VecImmBorrow <u64>\n StLoc 1\n MoveLoc 0\n LdU64 7\n VecPushBack <u64>\n"
         " MoveLoc 1\n ReadRef\n Ret\n}\n"},
        {"two elements to write at once", MV_VEC_BORROW_ELEMENT_EXISTS_MUTABLE_BORROW_ERROR,
         "fun f(&mut vector<u64>) {\n locals (&mut u64)\n CopyLoc 0\n LdU64 0\n"
         " VecMutBorrow <u64>\n StLoc 1\n MoveLoc 0\n LdU64 0\n VecMutBorrow <u64>\n Pop\n"
         " MoveLoc 1\n Pop\n Ret\n}\n"},
        {"a copy of a mutable reference writes first", MV_WRITEREF_EXISTS_BORROW_ERROR,
         "fun f(&mut u64): (u64) {\n locals (&mut u64)\n CopyLoc 0\n StLoc 1\n LdU64 1\n MoveLoc "
         "0\n"
         " WriteRef\n MoveLoc 1\n ReadRef\n Ret\n}\n"},
        {"a mutable reference and what it was frozen to", MV_WRITEREF_EXISTS_BORROW_ERROR,
         "fun f(&mut u64): (u64) {\n locals (&u64)\n CopyLoc 0\n FreezeRef\n StLoc 1\n LdU64 1\n"
         " MoveLoc 0\n WriteRef\n MoveLoc 1\n ReadRef\n Ret\n}\n"},
        {"the same argument twice, mutable", MV_CALL_BORROWED_MUTABLE_REFERENCE_ERROR,
         "fun two(&mut u64, &mut u64) {\n Ret\n}\n"
         "fun f(&mut u64) {\n CopyLoc 0\n MoveLoc 0\n Call two\n Ret\n}\n"},
        {"a local's reference returned", MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED,
         "fun f(u64): (&u64) {\n ImmBorrowLoc 0\n Ret\n}\n"},
        {"a local's reference returned through a call",
         MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED,
         "fun id(&u64): (&u64) {\n MoveLoc 0\n Ret\n}\n"
         "fun f(u64): (&u64) {\n ImmBorrowLoc 0\n Call id\n Ret\n}\n"},
        {"a parameter's reference returned", MV_OK,
         "fun id(&u64): (&u64) {\n MoveLoc 0\n Ret\n}\n"
         "fun f(&u64): (&u64) {\n MoveLoc 0\n Call id\n Ret\n}\n"},
    };
    assert_texts(cases, COUNT_OF(cases), 8);
}

/* Abilities gained by the way of a phantom parameter, an instance, a container or a join. */
static void test_abilities_cannot_be_forged(void **state) {
    (void)state;
    static const struct text_case cases[] = {
        {"a phantom parameter in a field", MV_INVALID_PHANTOM_TYPE_PARAM_POSITION,
         "struct S<phantom T0> has drop {\n v: T0\n}\n"},
        {"a phantom parameter passed on to one that is none",
         MV_INVALID_PHANTOM_TYPE_PARAM_POSITION,
         "struct In<T0> has drop {\n v: T0\n}\n"
         "struct S<phantom T0> has drop {\n v: In<T0>\n}\n"},
        {"a phantom parameter in a vector", MV_INVALID_PHANTOM_TYPE_PARAM_POSITION,
         "struct S<phantom T0> has drop {\n v: vector<T0>\n}\n"},
        {"a phantom parameter passed on to a phantom one", MV_OK,
         "struct In<phantom T0> has drop {\n v: u64\n}\n"
         "struct S<phantom T0> has drop {\n v: In<T0>\n}\n"},
        {"a coin copied inside a generic struct", MV_COPYLOC_WITHOUT_COPY_ABILITY,
         "struct Coin has store {\n v: u64\n}\nstruct Box<T0> has copy, drop, store {\n v: T0\n}\n"
         "fun f(Box<Coin>): (Box<Coin>, Box<Coin>) {\n CopyLoc 0\n MoveLoc 0\n Ret\n}\n"},
        {"a coin dropped inside a vector", MV_POP_WITHOUT_DROP_ABILITY,
         "struct Coin has store {\n v: u64\n}\n"
         "fun f(vector<Coin>) {\n MoveLoc 0\n Pop\n Ret\n}\n"},
        {"a coin left in a local at return", MV_UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP,
         "struct Coin has store {\n v: u64\n}\nfun f(Coin) {\n Ret\n}\n"},
        {"a coin left in a local on one path", MV_UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP,
         "struct Coin has store {\n v: u64\n}\n"
         "fun f(Coin, bool) {\n MoveLoc 1\n BrTrue end\n MoveLoc 0\n Unpack Coin\n Pop\n"
         "end:\n Ret\n}\n"},
        {"a coin overwritten through a reference", MV_WRITEREF_WITHOUT_DROP_ABILITY,
         "struct Coin has store {\n v: u64\n}\n"
         "fun f(&mut Coin, Coin) {\n MoveLoc 1\n MoveLoc 0\n WriteRef\n Ret\n}\n"},
        {"a coin read through a reference", MV_READREF_WITHOUT_COPY_ABILITY,
         "struct Coin has store {\n v: u64\n}\n"
         "fun f(&Coin): (Coin) {\n MoveLoc 0\n ReadRef\n Ret\n}\n"},
        {"a type argument without the ability that is asked for", MV_CONSTRAINT_NOT_SATISFIED,
         "struct Coin has store {\n v: u64\n}\n"
         "fun twice<T0: copy + drop>(&T0): (T0, T0) {\n CopyLoc 0\n ReadRef\n MoveLoc 0\n ReadRef\n"
         " Ret\n}\nfun f(&Coin): (Coin, Coin) {\n MoveLoc 0\n CallGeneric twice<Coin>\n Ret\n}\n"},
        {"a struct stored without key", MV_MOVETO_WITHOUT_KEY_ABILITY,
         "struct S has store {\n v: u64\n}\n"
         "fun f(&signer, S) {\n MoveLoc 0\n MoveLoc 1\n MoveTo S\n Ret\n}\n"},
        {"a field without store in a struct with key", MV_FIELD_MISSING_TYPE_ABILITY,
         "struct In has drop {\n v: u64\n}\nstruct S has key {\n v: In\n}\n"},
        {"a variant's field without drop in an enum with drop", MV_FIELD_MISSING_TYPE_ABILITY,
         "struct Coin has store {\n v: u64\n}\nenum E has drop {\n A { v: u64 }\n B { c: Coin "
         "}\n}\n"},
        {"a signer in a struct with store", MV_FIELD_MISSING_TYPE_ABILITY,
         "struct S has store {\n s: signer\n}\n"},
        {"a closure over a coin is not copied", MV_COPYLOC_WITHOUT_COPY_ABILITY,
         "struct Coin has store {\n v: u64\n}\nfun g(Coin): (u64) {\n MoveLoc 0\n Unpack Coin\n "
         "Ret\n}\n"
         "fun f(||(u64)): (u64) {\n CopyLoc 0\n Pop\n MoveLoc 0\n CallClosure <||(u64)>\n "
         "Ret\n}\n"},
        {"a closure over a coin does not become a copyable one", MV_STLOC_TYPE_MISMATCH_ERROR,
         "struct Coin has store {\n v: u64\n}\nfun g(Coin): (u64) {\n MoveLoc 0\n Unpack Coin\n "
         "Ret\n}\n"
         "fun f(Coin) {\n locals (||(u64) has copy + drop)\n MoveLoc 0\n PackClosure g 0x1\n StLoc "
         "1\n"
         " Ret\n}\n"},
    };
    assert_texts(cases, COUNT_OF(cases), 8);
}

/* Types that grow for ever, structs that contain themselves: by way of generics too. */
static void test_types_cannot_grow_without_end(void **state) {
    (void)state;
    static const struct text_case cases[] = {
        {"a generic function calls itself with more", MV_LOOP_IN_INSTANTIATION_GRAPH,
         "struct S<T0> {\n v: T0\n}\nfun f<T0>() {\n CallGeneric f<S<T0>>\n Ret\n}\n"},
        {"by way of another", MV_LOOP_IN_INSTANTIATION_GRAPH,
         "struct S<T0> {\n v: T0\n}\nfun f<T0>() {\n CallGeneric g<T0>\n Ret\n}\n"
         "fun g<T0>() {\n CallGeneric f<vector<T0>>\n Ret\n}\n"},
        {"by exchanging two", MV_LOOP_IN_INSTANTIATION_GRAPH,
         "fun f<T0, T1>() {\n CallGeneric f<T1, vector<T0>>\n Ret\n}\n"},
        {"by a function value", MV_LOOP_IN_INSTANTIATION_GRAPH,
         "fun f<T0>() {\n PackClosureGeneric f<vector<T0>> 0x0\n Pop\n Ret\n}\n"},
        {"with the same", MV_OK, "fun f<T0, T1>() {\n CallGeneric f<T1, T0>\n Ret\n}\n"},
        {"a struct in itself", MV_RECURSIVE_STRUCT_DEFINITION, "struct S {\n v: S\n}\n"},
        {"a struct in itself by a vector", MV_RECURSIVE_STRUCT_DEFINITION,
         "struct S {\n v: vector<S>\n}\n"},
        {"a struct in itself by a generic", MV_RECURSIVE_STRUCT_DEFINITION,
         "struct Box<T0> {\n v: T0\n}\nstruct S {\n v: Box<S>\n}\n"},
        {"an enum in itself by another", MV_RECURSIVE_STRUCT_DEFINITION,
         "enum E {\n A {}\n B { s: S }\n}\nstruct S {\n e: vector<E>\n}\n"},
        {"a type of too many nodes", MV_TOO_MANY_TYPE_NODES,
         "struct B<T0, T1> {\n a: T0\n b: T1\n}\n"
         "fun f(B<B<B<B<B<u64, u64>, B<u64, u64>>, B<B<u64, u64>, B<u64, u64>>>, "
         "B<B<B<u64, u64>, B<u64, u64>>, B<B<u64, u64>, B<u64, u64>>>>, "
         "B<B<B<B<u64, u64>, B<u64, u64>>, B<B<u64, u64>, B<u64, u64>>>, "
         "B<B<B<u64, u64>, B<u64, u64>>, B<B<u64, u64>, B<u64, u64>>>>>) {\n Abort\n}\n"},
    };
    assert_texts(cases, COUNT_OF(cases), 8);
}

/* Fields of one variant by a reference to another's, and what matches names only. */
static void test_variants_are_kept_apart(void **state) {
    (void)state;
#define SHAPES "enum E has drop {\n A { x: u64 }\n B { x: bool }\n C { x: u64 }\n}\n"
    static const struct text_case cases[] = {
        {"one field of two types", MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
         SHAPES "fun f(&E): (u64) {\n MoveLoc 0\n ImmBorrowVariantField E::{A, B}.x\n ReadRef\n"
                " Ret\n}\n"},
        {"one field of one type", MV_OK,
         SHAPES "fun f(&E): (u64) {\n MoveLoc 0\n ImmBorrowVariantField E::{A, C}.x\n ReadRef\n"
                " Ret\n}\n"},
        {"no variant at all", MV_ZERO_VARIANTS_ERROR,
         SHAPES "fun f(&E) {\n MoveLoc 0\n ImmBorrowVariantField E::{}.#0\n Pop\n Ret\n}\n"},
        {"a struct's field of an enum", MV_INDEX_OUT_OF_BOUNDS,
         SHAPES "fun f(&E): (u64) {\n MoveLoc 0\n ImmBorrowField E.#0\n ReadRef\n Ret\n}\n"},
        {"written while its field is borrowed", MV_WRITEREF_EXISTS_BORROW_ERROR,
         SHAPES
         "fun f(&mut E): (u64) {\n locals (&mut u64)\n CopyLoc 0\n"
         " MutBorrowVariantField E::{A}.x\n StLoc 1\n LdTrue\n PackVariant E::B\n MoveLoc 0\n"
         " WriteRef\n MoveLoc 1\n ReadRef\n Ret\n}\n"},
    };
    assert_texts(cases, COUNT_OF(cases), 8);
}

/* Resources under a reference while they are moved: here, and in what is called. */
static void test_borrowed_resources_stay_where_they_are(void **state) {
    (void)state;
#define STORED "struct R has key, drop {\n v: u64\n}\n"
    static const struct text_case cases[] = {
        {"moved while borrowed", MV_GLOBAL_REFERENCE_ERROR,
         STORED
         "fun f(address): (u64) acquires R {\n locals (&R)\n CopyLoc 0\n ImmBorrowGlobal R\n"
         " StLoc 1\n MoveLoc 0\n MoveFrom R\n Pop\n MoveLoc 1\n ImmBorrowField R.v\n ReadRef\n"
         " Ret\n}\n"},
        {"moved by a callee", MV_GLOBAL_REFERENCE_ERROR,
         STORED
         "fun g(address) acquires R {\n MoveLoc 0\n MoveFrom R\n Pop\n Ret\n}\n"
         "fun f(address): (u64) acquires R {\n locals (&R)\n CopyLoc 0\n ImmBorrowGlobal R\n"
         " StLoc 1\n MoveLoc 0\n Call g\n MoveLoc 1\n ImmBorrowField R.v\n ReadRef\n Ret\n}\n"},
        {"moved by a callee that does not say so", MV_MISSING_ACQUIRES_ANNOTATION,
         STORED "fun g(address) {\n MoveLoc 0\n MoveFrom R\n Pop\n Ret\n}\n"},
        {"returned", MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED,
         STORED "fun f(address): (&R) acquires R {\n MoveLoc 0\n ImmBorrowGlobal R\n Ret\n}\n"},
        {"borrowed twice to write", MV_GLOBAL_REFERENCE_ERROR,
         STORED "fun f(address) acquires R {\n locals (&mut R)\n CopyLoc 0\n MutBorrowGlobal R\n"
                " StLoc 1\n MoveLoc 0\n MutBorrowGlobal R\n MoveLoc 1\n Pop\n Pop\n Ret\n}\n"},
    };
    assert_texts(cases, COUNT_OF(cases), 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references_cannot_slip_through_joins),
        cmocka_unit_test(test_abilities_cannot_be_forged),
        cmocka_unit_test(test_types_cannot_grow_without_end),
        cmocka_unit_test(test_variants_are_kept_apart),
        cmocka_unit_test(test_borrowed_resources_stay_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
