/* Aliases: their derivation against other implementations of the hashes, registration, authority.
 * The answers were computed with Python: hashlib.sha3_256(b"TERN::alias::evm" + E + b"\xe1") and
 * the last 20 bytes of keccak.new(digest_bits=256, data=b"TERN::alias::move" + M) of pycryptodome.
 * Those in and from the SVM with PublicKey.findProgramAddressSync of @solana/web3.js 1.98 and with
 * @noble/hashes. */
#include "../codec/helpers.h"
#include "aliases.h"
#include "cross/internal.h"
#include "crypto/crypto.h"

static struct st_journal *journal;

static int setup(void **state) {
    setup_arena(state);
    journal = st_journal_new(NULL);
    st_begin_tx(journal);
    return 0;
}

static int teardown(void **state) {
    st_end_tx(journal, true);
    st_journal_free(journal);
    return teardown_arena(state);
}

static struct b20 evm(const char *hex) {
    struct b20 out;
    memcpy(out.b, unhex(hex).p, 20);
    return out;
}

static struct b32 move(const char *hex) {
    struct b32 out;
    memcpy(out.b, unhex(hex).p, 32);
    return out;
}

#define VITALIK              "d8da6bf26964af9d7eed9e03e53415d37aa96045"
#define VITALIK_ALIAS        "2679df7a00f350a60d9b34fab029deb4412530aae20f1da20b7872a6296932ce"
#define ONE                  "0000000000000000000000000000000000000000000000000000000000000001"
#define ONE_ALIAS            "ac0839e45d9f2360d50fb3c7ba59211483bd7fb8"
#define CACA                 "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"
#define CACA_ALIAS           "0e40120a2e3c33f0fd199955b601120d950e3440"

#define CACA_FROM_SVM_IN_EVM "a817b70a9f4eacb68944ac438e46fcd7f7e6284d"
#define TOKEN_PROGRAM        "06ddf6e1d765a193d9cbe146ceeb79ac1cb485ed5f5b37913a8cf5857eff00a9"

static void test_alias_of_evm_address_matches(void **state) {
    (void)state;
    static const char *const known[][2] = {
        {"0000000000000000000000000000000000000000",
         "fc784e75d696098dcdbe95eeabce21f436b8f8bb5ace0f586e7caeb7c3173499"},
        {VITALIK, VITALIK_ALIAS},
        {"7e00000000000000000000000000000000000001",
         "098ecd98b82af748276330b68fc943e06725511ae01f5c61c2683be543832288"},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct b20 e = evm(known[i][0]);
        struct b32 a = xvm_alias_evm_in_move(&e);
        assert_bytes_equal(BYTES_OF(a), unhex(known[i][1]));
        a = xvm_address_to_move(&e);
        assert_bytes_equal(BYTES_OF(a), unhex(known[i][1]));
    }
}

static void test_alias_of_move_address_matches(void **state) {
    (void)state;
    static const char *const known[][2] = {{ONE, ONE_ALIAS}, {CACA, CACA_ALIAS}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct b32 m = move(known[i][0]);
        struct b20 a = xvm_alias_move_in_evm(&m);
        assert_bytes_equal(BYTES_OF(a), unhex(known[i][1]));
    }
}

static void test_registration_is_found_and_repeats(void **state) {
    (void)state;
    struct b20 e = evm(VITALIK), a20;
    struct b32 m = move(CACA), a32;
    struct xvm_actor owner;
    assert_false(xvm_alias_owner(journal, ST_VM_MOVE, unhex(VITALIK_ALIAS), &owner));
    for (int i = 0; i < 2; i++) {
        assert_ok(register_evm_in_move(journal, &e, &a32));
        assert_bytes_equal(BYTES_OF(a32), unhex(VITALIK_ALIAS));
        assert_ok(register_move_in_evm(journal, &m, &a20));
        assert_bytes_equal(BYTES_OF(a20), unhex(CACA_ALIAS));
    }
    assert_true(xvm_alias_owner(journal, ST_VM_MOVE, BYTES_OF(a32), &owner));
    assert_int_equal(owner.vm, ST_VM_EVM);
    assert_memory_equal(owner.bytes, e.b, 20);
    assert_true(xvm_alias_owner(journal, ST_VM_EVM, BYTES_OF(a20), &owner));
    assert_int_equal(owner.vm, ST_VM_MOVE);
    assert_memory_equal(owner.bytes, m.b, 32);
    /* The same bytes in the other machine are nobody's alias. */
    assert_false(xvm_alias_owner(journal, ST_VM_EVM, BYTES_OF(e), &owner));
    assert_false(xvm_alias_owner(journal, ST_VM_MOVE, BYTES_OF(m), &owner));
}

static void test_registration_is_undone_with_its_savepoint(void **state) {
    (void)state;
    struct b20 e = evm(VITALIK);
    struct b32 alias;
    struct xvm_actor owner;
    st_mark mark = st_savepoint(journal);
    assert_ok(register_evm_in_move(journal, &e, &alias));
    st_revert(journal, mark);
    assert_false(xvm_alias_owner(journal, ST_VM_MOVE, BYTES_OF(alias), &owner));
}

static void test_evm_alias_with_code_is_occupied(void **state) {
    (void)state;
    struct b32 m = move(CACA);
    struct b20 alias = evm(CACA_ALIAS);
    st_set_code(journal, st_account(journal, &alias), st_code_new(BYTES_LIT("\x60")));
    struct err e = register_move_in_evm(journal, &m, &alias);
    assert_non_null(strstr(e.text, "occupied by a contract"));
}

static void test_evm_alias_with_nonce_is_occupied_and_with_balance_is_not(void **state) {
    (void)state;
    struct b32 m = move(CACA);
    struct b20 alias = evm(CACA_ALIAS);
    struct u256 rich = u256_from_u64(1000);
    struct st_account *a = st_account(journal, &alias);
    st_mark mark = st_savepoint(journal);
    /* Anybody can send it ether: that must not lock the alias. */
    st_set_balance(journal, a, &rich);
    assert_ok(register_move_in_evm(journal, &m, &alias));
    st_revert(journal, mark);
    st_set_nonce(journal, a, 1);
    struct err e = register_move_in_evm(journal, &m, &alias);
    assert_non_null(strstr(e.text, "sent transactions"));
}

/* Puts a 0x1::account::Account: authentication key, sequence number, and what follows. */
static void put_move_account(const char *address, const char *key, uint64_t sequence_number) {
    struct buf k = {0}, v = {0};
    buf_put_bytes(&k, unhex(address));
    buf_put_bytes(&k, unhex("07" ONE)); /* the tag of 0x1::account::Account */
    buf_put_bytes(&k, BYTES_LIT("\x07"
                                "account"
                                "\x07"
                                "Account"
                                "\x00"));
    buf_put_u8(&v, 32);
    buf_put_bytes(&v, unhex(key));
    buf_put(&v, &sequence_number, 8);
    for (int i = 0; i < 64; i++) buf_put_u8(&v, 0);
    st_put(journal, ST_MOVE_RESOURCE, buf_bytes(&k), buf_bytes(&v));
    buf_free(&k);
    buf_free(&v);
}

static void test_move_alias_with_an_account_in_use_is_occupied(void **state) {
    (void)state;
    static const struct {
        const char *key;
        uint64_t sequence_number;
        bool occupied;
    } cases[] = {
        {VITALIK_ALIAS, 0, false}, /* made by a transfer to it, say */
        {VITALIK_ALIAS, 1, true},
        {CACA, 0, true}, /* its key was rotated: somebody has one */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct b20 e = evm(VITALIK);
        struct b32 alias;
        st_mark mark = st_savepoint(journal);
        put_move_account(VITALIK_ALIAS, cases[i].key, cases[i].sequence_number);
        struct err err = register_evm_in_move(journal, &e, &alias);
        assert_int_equal(err_is(err), cases[i].occupied);
        if (cases[i].occupied) assert_non_null(strstr(err.text, "occupied"));
        st_revert(journal, mark);
    }
}

/* Once registered, an alias may be used as an account: its own transactions do not lock it. */
static void test_registered_alias_stays_usable(void **state) {
    (void)state;
    struct b32 m = move(CACA);
    struct b20 alias;
    assert_ok(register_move_in_evm(journal, &m, &alias));
    st_set_nonce(journal, st_account(journal, &alias), 5);
    assert_ok(register_move_in_evm(journal, &m, &alias));
}

static void test_alias_registered_for_another_actor_is_refused(void **state) {
    (void)state;
    struct b20 e = evm(VITALIK);
    struct b32 m = move(CACA), a32;
    struct b20 a20;
    uint8_t key[33] = {ST_VM_MOVE}, value[33] = {ST_VM_EVM};
    memcpy(key + 1, unhex(VITALIK_ALIAS).p, 32);
    value[20] = 7; /* another address */
    st_put(journal, ST_CROSS_ALIAS, bytes_make(key, 33), bytes_make(value, 21));
    assert_non_null(strstr(register_evm_in_move(journal, &e, &a32).text, "another actor"));
    key[0] = ST_VM_EVM;
    memcpy(key + 1, unhex(CACA_ALIAS).p, 20);
    value[0] = ST_VM_MOVE;
    st_put(journal, ST_CROSS_ALIAS, bytes_make(key, 21), bytes_make(value, 33));
    assert_non_null(strstr(register_move_in_evm(journal, &m, &a20).text, "another actor"));
}

/* Authority never collapses, data does: the alias of an alias is a third address, and home_of goes
 * back over both. Python: keccak(b"TERN::alias::move" + sha3_256(…))[12:]. */
static void test_home_of_alias_of_alias_is_the_first_actor(void **state) {
    (void)state;
    struct b20 e = evm(VITALIK), second;
    struct b32 first;
    assert_ok(register_evm_in_move(journal, &e, &first));
    assert_ok(register_move_in_evm(journal, &first, &second));
    assert_bytes_equal(BYTES_OF(second), unhex("923d36f796b568d075e27286a78fb6e210ab582c"));
    assert_false(b20_eq(&second, &e));
    struct xvm_actor home = xvm_home_of(journal, ST_VM_EVM, BYTES_OF(second)), owner;
    assert_int_equal(home.vm, ST_VM_EVM);
    assert_memory_equal(home.bytes, e.b, 20);
    home = xvm_home_of(journal, ST_VM_MOVE, BYTES_OF(first));
    assert_int_equal(home.vm, ST_VM_EVM);
    assert_true(xvm_alias_owner(journal, ST_VM_EVM, BYTES_OF(second), &owner));
    assert_int_equal(owner.vm, ST_VM_MOVE);
    assert_memory_equal(owner.bytes, first.b, 32);
}

static void test_home_of_no_alias_is_itself(void **state) {
    (void)state;
    struct b20 e = evm(VITALIK);
    struct xvm_actor home = xvm_home_of(journal, ST_VM_EVM, BYTES_OF(e));
    assert_int_equal(home.vm, ST_VM_EVM);
    assert_memory_equal(home.bytes, e.b, 20);
    home = xvm_home_of(journal, ST_VM_MOVE, unhex(CACA));
    assert_int_equal(home.vm, ST_VM_MOVE);
    assert_memory_equal(home.bytes, unhex(CACA).p, 32);
}

static struct b20 to_evm(enum st_vm vm, const struct b32 *address) {
    struct xvm_actor given = xvm_wide_actor(vm, address);
    return xvm_address_to_evm(journal, &given);
}

static void test_move_address_as_evm_argument_follows_the_rules(void **state) {
    (void)state;
    struct b32 m = move("000000000000000000000000" VITALIK), alias;
    struct b20 out = to_evm(ST_VM_MOVE, &m), e = evm(VITALIK);
    assert_bytes_equal(BYTES_OF(out), unhex(VITALIK)); /* 12 zero bytes: an EVM address */
    m = move(ONE);
    out = to_evm(ST_VM_MOVE, &m);
    assert_bytes_equal(BYTES_OF(out), unhex("0000000000000000000000000000000000000001"));
    m = move("000000000000000000000001" VITALIK); /* only 11: a Move address */
    out = to_evm(ST_VM_MOVE, &m);
    struct b20 derived = xvm_alias_move_in_evm(&m);
    assert_true(b20_eq(&out, &derived));
    m = move(VITALIK_ALIAS); /* before its registration a Move address like any other … */
    out = to_evm(ST_VM_MOVE, &m);
    assert_bytes_equal(BYTES_OF(out), unhex("923d36f796b568d075e27286a78fb6e210ab582c"));
    assert_ok(register_evm_in_move(journal, &e, &alias));
    out = to_evm(ST_VM_MOVE, &m); /* … and then its owner */
    assert_bytes_equal(BYTES_OF(out), unhex(VITALIK));
}

/* The alias of an SVM actor stands for that actor: who has no address in the EVM is named by its
 * alias there. */
static void test_svm_actor_as_evm_argument_is_its_alias(void **state) {
    (void)state;
    struct b32 p = move(CACA), in_move;
    struct xvm_actor key = xvm_wide_actor(ST_VM_SVM, &p), alias;
    struct b20 out = to_evm(ST_VM_SVM, &p);
    assert_bytes_equal(BYTES_OF(out), unhex(CACA_FROM_SVM_IN_EVM));
    assert_ok(xvm_alias_register(journal, &key, ST_VM_MOVE, &alias));
    in_move = xvm_actor_b32(&alias);
    out = to_evm(ST_VM_MOVE, &in_move);
    assert_bytes_equal(BYTES_OF(out), unhex(CACA_FROM_SVM_IN_EVM));
    p = move("000000000000000000000000" VITALIK);
    out = to_evm(ST_VM_SVM, &p);
    assert_bytes_equal(BYTES_OF(out), unhex(VITALIK));
    struct b20 e = evm(VITALIK);
    struct xvm_actor v = xvm_evm_actor(&e);
    assert_ok(xvm_alias_register(journal, &v, ST_VM_SVM, &alias));
    p = xvm_actor_b32(&alias);
    out = to_evm(ST_VM_SVM, &p);
    assert_bytes_equal(BYTES_OF(out), unhex(VITALIK));
}

/* ---- The SVM */

static struct xvm_actor actor(uint8_t vm, const char *hex) {
    struct xvm_actor a = {.vm = vm};
    memcpy(a.bytes, unhex(hex).p, xvm_address_bytes(vm));
    return a;
}

static const struct {
    uint8_t home_vm, in;
    const char *home, *alias;
    uint8_t bump;
} known_svm[] = {
    {ST_VM_EVM, ST_VM_SVM, VITALIK,
     "81b5e7b2e1b1677434c934d72d035cb0b0959157e355ec7652626fe1951d2d8c", 253},
    {ST_VM_EVM, ST_VM_SVM, "0000000000000000000000000000000000000000",
     "e8fcf26a759c7b216a3d43e69d1e482617f0b48c3d2ccddc0e13a199afab2860", 255},
    {ST_VM_EVM, ST_VM_SVM, "0000000000000000000000000000000000000195",
     "b082a0ef226c9c16fc99e73159278289bdcbc3726b03cef188fd8c054ca13525", 241},
    {ST_VM_EVM, ST_VM_SVM, "000000000000000000000000000000000000034e",
     "eee1dce73b64a50873268f5d0a9b4658a60cdddd1c2d6cf11417fb981fc384cb", 244},
    {ST_VM_MOVE, ST_VM_SVM, CACA,
     "cba78b26849f12f0bc49830fbc273597a98c1688a7aae20ad3396bce89c154ca", 253},
    {ST_VM_MOVE, ST_VM_SVM, ONE, "97f6bdf64b55fdd6e9abcc8f69f1839a3e15b5abf551d512d35ac06c6feab0ab",
     254},
    {ST_VM_SVM, ST_VM_EVM, CACA, CACA_FROM_SVM_IN_EVM, 0},
    {ST_VM_SVM, ST_VM_EVM, TOKEN_PROGRAM, "8c17f462b3af470ec4f2e85e5fff34d9a605bb4b", 0},
    {ST_VM_SVM, ST_VM_MOVE, CACA,
     "5d2ed12de41c22e55bcca1ea2b2e28568ad3da5c18a3f0b0034cc470418530a9", 0},
    {ST_VM_SVM, ST_VM_MOVE, TOKEN_PROGRAM,
     "d77adcdd6a4cc3f17098e0588798d1a3ddf197723e0278460a4211271a49e3f1", 0},
};

static void test_aliases_in_and_from_the_svm_match(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known_svm); i++) {
        struct xvm_actor home = actor(known_svm[i].home_vm, known_svm[i].home), registered, owner;
        uint8_t bump;
        struct xvm_actor alias = xvm_alias_of(&home, known_svm[i].in, &bump);
        assert_int_equal(alias.vm, known_svm[i].in);
        assert_bytes_equal(xvm_actor_bytes(&alias), unhex(known_svm[i].alias));
        assert_int_equal(bump, known_svm[i].bump);
        /* Twice: the second time with the registered bump. */
        for (int k = 0; k < 2; k++) {
            assert_ok(xvm_alias_register(journal, &home, known_svm[i].in, &registered));
            assert_true(xvm_actor_eq(&registered, &alias));
            registered = xvm_alias_known(journal, &home, known_svm[i].in);
            assert_true(xvm_actor_eq(&registered, &alias));
        }
        assert_true(xvm_alias_owner(journal, alias.vm, xvm_actor_bytes(&alias), &owner));
        assert_true(xvm_actor_eq(&owner, &home));
        home = xvm_home_of(journal, alias.vm, xvm_actor_bytes(&alias));
        assert_true(xvm_actor_eq(&owner, &home));
    }
}

static void test_alias_at_home_is_itself(void **state) {
    (void)state;
    for (uint8_t vm = ST_VM_EVM; vm <= ST_VM_SVM; vm++) {
        struct xvm_actor home = actor(vm, CACA), same = xvm_alias_of(&home, vm, NULL);
        assert_true(xvm_actor_eq(&home, &same));
    }
}

/* What is found of an account at the alias's address, and whether it keeps the alias out. */
static void test_svm_alias_is_occupied_by_data_or_an_owner_and_not_by_lamports(void **state) {
    (void)state;
    struct b20 e = evm(VITALIK);
    struct xvm_actor home = xvm_evm_actor(&e), alias = xvm_alias_of(&home, ST_VM_SVM, NULL), out;
    struct b32 key = xvm_actor_b32(&alias), program = move(CACA);
    const struct {
        struct st_svm_account account;
        const char *why;
    } cases[] = {
        {{.lamports = 1}, NULL},
        {{.lamports = 5000000000}, NULL},
        {{.lamports = 1, .owner = program}, "account of a program"},
        {{.lamports = 1, .owner = program, .data = BYTES_LIT("x")}, "account of a program"},
        {{.lamports = 1, .data = BYTES_LIT("x")}, "account with data"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        st_mark mark = st_savepoint(journal);
        st_set_svm_account(journal, &key, &cases[i].account);
        struct err err = xvm_alias_register(journal, &home, ST_VM_SVM, &out);
        assert_int_equal(err_is(err), cases[i].why != NULL);
        if (cases[i].why) assert_non_null(strstr(err.text, cases[i].why));
        st_revert(journal, mark);
    }
    /* Once registered it may have whatever it is given. */
    assert_ok(xvm_alias_register(journal, &home, ST_VM_SVM, &out));
    st_set_svm_account(journal, &key, &cases[3].account);
    assert_ok(xvm_alias_register(journal, &home, ST_VM_SVM, &out));
}

/* The occupants of the other machines keep SVM actors out as well. */
static void test_svm_actor_meets_occupied_aliases(void **state) {
    (void)state;
    struct xvm_actor p = actor(ST_VM_SVM, CACA), alias;
    struct b20 in_evm = evm(CACA_FROM_SVM_IN_EVM);
    st_set_nonce(journal, st_account(journal, &in_evm), 1);
    struct err err = xvm_alias_register(journal, &p, ST_VM_EVM, &alias);
    assert_non_null(strstr(err.text, "EVM alias address is occupied"));
    put_move_account("5d2ed12de41c22e55bcca1ea2b2e28568ad3da5c18a3f0b0034cc470418530a9", CACA, 0);
    err = xvm_alias_register(journal, &p, ST_VM_MOVE, &alias);
    assert_non_null(strstr(err.text, "Move alias address is occupied"));
}

/* The same 32 bytes are three actors in three machines: none has another's alias. */
static void test_actors_of_equal_bytes_have_different_aliases(void **state) {
    (void)state;
    struct xvm_actor m = actor(ST_VM_MOVE, CACA), p = actor(ST_VM_SVM, CACA);
    struct xvm_actor a = xvm_alias_of(&m, ST_VM_EVM, NULL), b = xvm_alias_of(&p, ST_VM_EVM, NULL);
    assert_false(xvm_actor_eq(&a, &b));
    a = xvm_alias_of(&m, ST_VM_SVM, NULL);
    b = xvm_alias_of(&p, ST_VM_MOVE, NULL);
    assert_false(memcmp(a.bytes, b.bytes, 32) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_alias_of_evm_address_matches, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alias_of_move_address_matches, setup, teardown),
        cmocka_unit_test_setup_teardown(test_registration_is_found_and_repeats, setup, teardown),
        cmocka_unit_test_setup_teardown(test_registration_is_undone_with_its_savepoint, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_evm_alias_with_code_is_occupied, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_evm_alias_with_nonce_is_occupied_and_with_balance_is_not, setup, teardown),
        cmocka_unit_test_setup_teardown(test_move_alias_with_an_account_in_use_is_occupied, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_registered_alias_stays_usable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alias_registered_for_another_actor_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_home_of_alias_of_alias_is_the_first_actor, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_home_of_no_alias_is_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(test_move_address_as_evm_argument_follows_the_rules, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_svm_actor_as_evm_argument_is_its_alias, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_aliases_in_and_from_the_svm_match, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alias_at_home_is_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_svm_alias_is_occupied_by_data_or_an_owner_and_not_by_lamports, setup, teardown),
        cmocka_unit_test_setup_teardown(test_svm_actor_meets_occupied_aliases, setup, teardown),
        cmocka_unit_test_setup_teardown(test_actors_of_equal_bytes_have_different_aliases, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
