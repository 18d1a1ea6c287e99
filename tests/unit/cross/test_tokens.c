/* The token gateway's books against a naive model, and what they refuse. The gateways' aliases were
 * computed with ethers 6 and @solana/web3.js 1.98 from the tables of docs/cross-vm.md. */
#include "../codec/helpers.h"
#include "cross/internal.h"
#include "cross/tokens.h"
#include "solana/address.h"

static struct st_journal *journal;
static struct xvm_tx tx;

static int setup(void **state) {
    setup_arena(state);
    journal = st_journal_new(NULL);
    st_begin_tx(journal);
    tx = (struct xvm_tx){.journal = journal};
    return 0;
}

static int teardown(void **state) {
    st_end_tx(journal, true);
    st_journal_free(journal);
    return teardown_arena(state);
}

static void test_gateways_are_the_actors_that_the_contracts_name(void **state) {
    (void)state;
    struct b32 authority;
    uint8_t bump;
    struct bytes seed = BYTES_LIT("authority");
    assert_true(sol_find_program_address(&authority, &bump, &seed, 1, &XVM_GATEWAY_ID));
    assert_memory_equal(authority.b, XVM_GATEWAY[ST_VM_SVM].bytes, 32);
    struct xvm_actor alias = xvm_alias_of(&XVM_GATEWAY[ST_VM_MOVE], ST_VM_EVM, NULL);
    assert_bytes_equal(xvm_actor_bytes(&alias), unhex("4803d2e2178ce84064de18f414ff4c6df23bca8a"));
    alias = xvm_alias_of(&XVM_GATEWAY[ST_VM_SVM], ST_VM_EVM, NULL);
    assert_bytes_equal(xvm_actor_bytes(&alias), unhex("4a184ae1abe751dff3ed12f3c25c8efb760ecca0"));
    assert_memory_equal(&XVM_GATEWAY_ADDRESS, XVM_GATEWAY[ST_VM_EVM].bytes, 20);
}

static struct b32 enter(enum st_vm home, uint8_t number) {
    struct b32 address = {{[31] = number}}, id;
    const char *bad =
        xvm_token_register(journal, home, &address, 6, BYTES_LIT("Name"), BYTES_LIT("SYM"), &id);
    assert_null(bad);
    return id;
}

/* ---- The model: amounts in places, the last place is on the way */

enum { TOKENS = 3, STEPS = 20000, ON_THE_WAY = 3 };

struct model {
    struct b32 id;
    uint8_t home;
    unsigned __int128 at[4]; /* at home: less than nothing is not counted, so it stays 0 */
};

static void compare(const struct model *m) {
    struct xvm_token t;
    assert_true(xvm_token_get(journal, &m->id, &t));
    for (int vm = 0; vm < 3; vm++) assert_true(t.held[vm] == m->at[vm]);
    assert_true(t.moving == m->at[ON_THE_WAY]);
}

static uint64_t seed = 88172645463325252u;

static uint64_t draw(uint64_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

/* Small, or so large that sums pass 64 bits. */
static uint64_t draw_amount(void) {
    return draw(4) ? draw(1000) : UINT64_MAX - draw(1000);
}

static void step(struct model *m) {
    uint8_t vm = (uint8_t)draw(3);
    uint64_t units = draw_amount();
    if (draw(2)) {
        struct xvm_departure d = {.from = vm, .to = (uint8_t)draw(4), .units = units};
        unsigned __int128 out = m->at[0] + m->at[1] + m->at[2] + m->at[3] + units;
        bool may = d.from != d.to && d.to < 3 && units &&
                   (m->home == vm ? out <= UINT64_MAX : m->at[vm] >= units);
        assert_true(!xvm_token_depart(journal, &m->id, &d) == may);
        if (!may) return;
        if (m->home != vm) m->at[vm] -= units;
        m->at[ON_THE_WAY] += units;
    } else {
        bool may = m->at[ON_THE_WAY] >= units;
        assert_true(!xvm_token_arrive(journal, &m->id, vm, units) == may);
        if (!may) return;
        m->at[ON_THE_WAY] -= units;
        if (m->home != vm) m->at[vm] += units;
    }
}

static void test_books_agree_with_model_and_undo(void **state) {
    (void)state;
    struct model m[TOKENS];
    for (uint8_t i = 0; i < TOKENS; i++) m[i] = (struct model){.id = enter(i, i), .home = i};
    for (int i = 0; i < STEPS; i++) {
        struct model *one = &m[draw(TOKENS)], before = *one;
        st_mark mark = st_savepoint(journal);
        step(one);
        if (!draw(5)) {
            st_revert(journal, mark);
            *one = before;
        }
        compare(one);
    }
}

/* ---- Registering */

static void test_register_twice_is_refused(void **state) {
    (void)state;
    struct b32 address = {{[31] = 1}}, id, first = enter(ST_VM_EVM, 1);
    assert_non_null(xvm_token_register(journal, ST_VM_EVM, &address, 6, BYTES_LIT("Other"),
                                       BYTES_LIT("O"), &id));
    assert_true(b32_eq(&first, &id));
    struct b32 elsewhere = enter(ST_VM_MOVE, 1);
    assert_false(b32_eq(&first, &elsewhere));
}

static void test_register_decimals_and_text(void **state) {
    (void)state;
    static const struct {
        const char *given, *kept;
    } names[] = {
        {"Dollar", "Dollar"},
        {"", "Unnamed token"},
        {"two\nlines", "Unnamed token"},
        {"\xff\xfe", "Unnamed token"},
        {"cut \xc3", "Unnamed token"},
        {"12345678901234567890123456789012345", "12345678901234567890123456789012"},
        {"1234567890123456789012345678901\xc3\xa9!", "1234567890123456789012345678901"},
    };
    for (uint8_t i = 0; i < COUNT_OF(names); i++) {
        struct b32 address = {{[31] = i}}, id;
        struct xvm_token t;
        assert_null(xvm_token_register(journal, ST_VM_EVM, &address, (uint8_t)(3 * i),
                                       bytes_cstr(names[i].given), BYTES_LIT("S"), &id));
        assert_true(xvm_token_get(journal, &id, &t));
        assert_bytes_equal(bytes_make(t.name, t.name_bytes), bytes_cstr(names[i].kept));
        assert_int_equal(t.decimals, min_u64(3 * i, 9));
        assert_int_equal(t.decimals + t.shift, 3 * i);
    }
    struct b32 address = {{[31] = 99}}, id;
    assert_non_null(
        xvm_token_register(journal, ST_VM_EVM, &address, 33, BYTES_LIT("N"), BYTES_LIT("S"), &id));
    assert_null(
        xvm_token_register(journal, ST_VM_MOVE, &address, 18, BYTES_LIT("N"), BYTES_LIT("S"), &id));
    struct xvm_token t;
    assert_true(xvm_token_get(journal, &id, &t));
    assert_int_equal(t.decimals, 18);
    assert_int_equal(t.shift, 0);
}

/* ---- Requests */

static void test_malformed_requests_are_refused(void **state) {
    (void)state;
    uint8_t words[32 * 16] = {0};
    struct bytes answer;
    enter(ST_VM_EVM, 1);
    for (size_t n = 0; n < sizeof words; n++)
        for (int op = 0; op < 9; op++) {
            words[31] = (uint8_t)op;
            const char *bad = xvm_books(&tx, ST_VM_EVM, bytes_make(words, n), &answer);
            /* Only that for a token, which does not exist, has an answer for zeros; and one that
             * registers the address 0. */
            bool answered =
                (op == XVM_BOOKS_TOKEN && n == 64) || (op == XVM_BOOKS_REGISTER && n == 7 * 32);
            assert_true(!bad == answered);
        }
    memset(words, 0xff, sizeof words);
    memset(words, 0, 31);
    for (int op = 0; op < 9; op++)
        for (size_t n = 0; n < sizeof words; n += 32) {
            words[31] = (uint8_t)op;
            const char *bad = xvm_books(&tx, ST_VM_EVM, bytes_make(words, n), &answer);
            assert_true(!bad == (op == XVM_BOOKS_TOKEN && n == 64));
        }
}

static void test_reclaim_needs_a_departure_from_that_machine(void **state) {
    (void)state;
    struct b32 id = enter(ST_VM_EVM, 1), message = {{7}};
    struct xvm_departure d = {
        .from = ST_VM_EVM, .to = ST_VM_MOVE, .units = 5, .sender = {{1}}, .message = message};
    struct xvm_transfer t;
    assert_non_null(xvm_token_reclaim(&tx, &message, ST_VM_EVM, &t));
    assert_null(xvm_token_depart(journal, &id, &d));
    assert_true(xvm_transfer_get(journal, &message, &t));
    assert_true(t.units == 5 && b32_eq(&t.token, &id) && b32_eq(&t.sender, &d.sender));
    assert_non_null(xvm_token_reclaim(&tx, &message, ST_VM_MOVE, &t));
    assert_non_null(xvm_token_reclaim(&tx, &message, ST_VM_EVM, &t)); /* no such message yet */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_gateways_are_the_actors_that_the_contracts_name, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_books_agree_with_model_and_undo, setup, teardown),
        cmocka_unit_test_setup_teardown(test_register_twice_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_register_decimals_and_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_malformed_requests_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reclaim_needs_a_departure_from_that_machine, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
