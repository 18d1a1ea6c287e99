/* Aliases: their derivation against other implementations of the hashes, registration, authority.
 * The answers were computed with Python: hashlib.sha3_256(b"TERN::alias::evm" + E + b"\xe1") and
 * the last 20 bytes of keccak.new(digest_bits=256, data=b"TERN::alias::move" + M) of pycryptodome.
 */
#include "../codec/helpers.h"
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

#define VITALIK       "d8da6bf26964af9d7eed9e03e53415d37aa96045"
#define VITALIK_ALIAS "2679df7a00f350a60d9b34fab029deb4412530aae20f1da20b7872a6296932ce"
#define ONE           "0000000000000000000000000000000000000000000000000000000000000001"
#define ONE_ALIAS     "ac0839e45d9f2360d50fb3c7ba59211483bd7fb8"
#define CACA          "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"
#define CACA_ALIAS    "0e40120a2e3c33f0fd199955b601120d950e3440"

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
        assert_ok(xvm_alias_register_evm_in_move(journal, &e, &a32));
        assert_bytes_equal(BYTES_OF(a32), unhex(VITALIK_ALIAS));
        assert_ok(xvm_alias_register_move_in_evm(journal, &m, &a20));
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
    assert_ok(xvm_alias_register_evm_in_move(journal, &e, &alias));
    st_revert(journal, mark);
    assert_false(xvm_alias_owner(journal, ST_VM_MOVE, BYTES_OF(alias), &owner));
}

static void test_evm_alias_with_code_is_occupied(void **state) {
    (void)state;
    struct b32 m = move(CACA);
    struct b20 alias = evm(CACA_ALIAS);
    st_set_code(journal, st_account(journal, &alias), st_code_new(BYTES_LIT("\x60")));
    struct err e = xvm_alias_register_move_in_evm(journal, &m, &alias);
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
    assert_ok(xvm_alias_register_move_in_evm(journal, &m, &alias));
    st_revert(journal, mark);
    st_set_nonce(journal, a, 1);
    struct err e = xvm_alias_register_move_in_evm(journal, &m, &alias);
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
        struct err err = xvm_alias_register_evm_in_move(journal, &e, &alias);
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
    assert_ok(xvm_alias_register_move_in_evm(journal, &m, &alias));
    st_set_nonce(journal, st_account(journal, &alias), 5);
    assert_ok(xvm_alias_register_move_in_evm(journal, &m, &alias));
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
    assert_non_null(
        strstr(xvm_alias_register_evm_in_move(journal, &e, &a32).text, "another actor"));
    key[0] = ST_VM_EVM;
    memcpy(key + 1, unhex(CACA_ALIAS).p, 20);
    value[0] = ST_VM_MOVE;
    st_put(journal, ST_CROSS_ALIAS, bytes_make(key, 21), bytes_make(value, 33));
    assert_non_null(
        strstr(xvm_alias_register_move_in_evm(journal, &m, &a20).text, "another actor"));
}

/* Authority never collapses, data does: the alias of an alias is a third address, and home_of goes
 * back over both. Python: keccak(b"TERN::alias::move" + sha3_256(…))[12:]. */
static void test_home_of_alias_of_alias_is_the_first_actor(void **state) {
    (void)state;
    struct b20 e = evm(VITALIK), second;
    struct b32 first;
    assert_ok(xvm_alias_register_evm_in_move(journal, &e, &first));
    assert_ok(xvm_alias_register_move_in_evm(journal, &first, &second));
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

static void test_move_address_as_evm_argument_follows_the_rules(void **state) {
    (void)state;
    struct b32 m = move("000000000000000000000000" VITALIK), alias;
    struct b20 out = xvm_address_to_evm(journal, &m), e = evm(VITALIK);
    assert_bytes_equal(BYTES_OF(out), unhex(VITALIK)); /* 12 zero bytes: an EVM address */
    m = move(ONE);
    out = xvm_address_to_evm(journal, &m);
    assert_bytes_equal(BYTES_OF(out), unhex("0000000000000000000000000000000000000001"));
    m = move("000000000000000000000001" VITALIK); /* only 11: a Move address */
    out = xvm_address_to_evm(journal, &m);
    struct b20 derived = xvm_alias_move_in_evm(&m);
    assert_true(b20_eq(&out, &derived));
    m = move(VITALIK_ALIAS); /* before its registration a Move address like any other … */
    out = xvm_address_to_evm(journal, &m);
    assert_bytes_equal(BYTES_OF(out), unhex("923d36f796b568d075e27286a78fb6e210ab582c"));
    assert_ok(xvm_alias_register_evm_in_move(journal, &e, &alias));
    out = xvm_address_to_evm(journal, &m); /* … and then its owner */
    assert_bytes_equal(BYTES_OF(out), unhex(VITALIK));
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
