/* Messages that are made, not decoded: the rules of Agave's CompiledKeys and SanitizedMessage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "solana/invoke.h"
#include "solana/solana.h"

static struct arena arena;
static const struct sol_bank bank; /* no features */

static struct b32 key(uint8_t n) {
    struct b32 k = {{[0] = 0x40, [31] = n}};
    return k;
}

static struct sol_key meta(uint8_t n, bool signer, bool writable) {
    return (struct sol_key){key(n), signer, writable};
}

static struct sol_message compiled(uint8_t program, const struct sol_key *metas, size_t count) {
    struct sol_message m;
    struct b32 id = key(program);
    struct sol_error e =
        sol_message_compile(&m, &id, metas, count, BYTES_LIT("data"), &bank, &arena);
    assert_int_equal(e.code, SOL_TX_OK);
    assert_int_equal(m.instruction_count, 1);
    assert_true(bytes_eq(m.instructions[0].data, BYTES_LIT("data")));
    return m;
}

static void assert_key(const struct sol_message *m, size_t i, uint8_t n, bool signer,
                       bool writable) {
    struct b32 want = key(n);
    assert_true(i < m->key_count);
    assert_memory_equal(&m->keys[i].key, &want, sizeof want);
    assert_int_equal(m->keys[i].signer, signer);
    assert_int_equal(m->keys[i].writable, writable);
}

static void test_compile_orders_keys_by_rights_then_by_bytes(void **state) {
    (void)state;
    const struct sol_key metas[] = {meta(9, false, false), meta(7, false, true),
                                    meta(5, true, false),  meta(8, true, true),
                                    meta(3, false, false), meta(4, false, true)};
    struct sol_message m = compiled(6, metas, COUNT_OF(metas));
    assert_int_equal(m.key_count, 7);
    assert_int_equal(m.static_count, 7);
    assert_key(&m, 0, 8, true, true);
    assert_key(&m, 1, 5, true, false);
    assert_key(&m, 2, 4, false, true);
    assert_key(&m, 3, 7, false, true);
    assert_key(&m, 4, 3, false, false);
    assert_key(&m, 5, 6, false, false);
    assert_key(&m, 6, 9, false, false);
    static const uint8_t places[] = {6, 3, 1, 0, 4, 2};
    assert_true(bytes_eq(m.instructions[0].accounts, BYTES_OF(places)));
    assert_int_equal(m.instructions[0].program, 5);
}

static void test_compile_gives_a_key_all_rights_of_its_places(void **state) {
    (void)state;
    const struct sol_key metas[] = {meta(1, false, false), meta(2, false, false),
                                    meta(1, false, true), meta(1, true, false)};
    struct sol_message m = compiled(3, metas, COUNT_OF(metas));
    assert_int_equal(m.key_count, 3);
    assert_key(&m, 0, 1, true, true);
    static const uint8_t places[] = {0, 1, 0, 0};
    assert_true(bytes_eq(m.instructions[0].accounts, BYTES_OF(places)));
}

static void test_compile_keeps_programs_and_reserved_keys_from_being_written(void **state) {
    (void)state;
    struct sol_key metas[] = {meta(1, false, true), meta(2, false, true), meta(3, false, true)};
    metas[1].key = *sol_id(SOL_ID_SYSVAR_CLOCK);
    struct sol_message m = compiled(1, metas, 3);
    struct b32 program = key(1), other = key(3);
    assert_false(m.keys[sol_message_find(&m, &program)].writable);
    assert_false(m.keys[sol_message_find(&m, &metas[1].key)].writable);
    assert_true(m.keys[sol_message_find(&m, &other)].writable);
    /* A program may be written if its loader is there. */
    metas[2] = (struct sol_key){.key = *sol_id(SOL_ID_BPF_LOADER_UPGRADEABLE)};
    m = compiled(1, metas, 3);
    assert_true(m.keys[sol_message_find(&m, &program)].writable);
}

static void test_compile_has_the_lock_limit_of_keys(void **state) {
    (void)state;
    enum { LOCKS = 64 };
    struct sol_key metas[SOL_IX_ACCOUNTS_MAX];
    struct sol_message m;
    struct b32 program = key(255);
    for (size_t i = 0; i < COUNT_OF(metas); i++) metas[i] = meta((uint8_t)(i % (LOCKS - 1)), 0, 0);
    m = compiled(255, metas, COUNT_OF(metas));
    assert_int_equal(m.key_count, LOCKS);
    metas[70] = meta(200, false, false);
    struct sol_error e =
        sol_message_compile(&m, &program, metas, COUNT_OF(metas), BYTES_LIT(""), &bank, &arena);
    assert_int_equal(e.code, SOL_TX_TOO_MANY_ACCOUNT_LOCKS);
    m = compiled(255, NULL, 0);
    assert_int_equal(m.key_count, 1);
    assert_int_equal(m.instructions[0].accounts.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_orders_keys_by_rights_then_by_bytes),
        cmocka_unit_test(test_compile_gives_a_key_all_rights_of_its_places),
        cmocka_unit_test(test_compile_keeps_programs_and_reserved_keys_from_being_written),
        cmocka_unit_test(test_compile_has_the_lock_limit_of_keys),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
