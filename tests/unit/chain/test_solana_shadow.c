/* Shadows in Solana's list: the transaction that is made of the legs which a root of another
 * machine had in the SVM. Its wire form is read again by the decoder of wallets' transactions. */
#include "../codec/helpers.h"
#include "chain/internal.h"

/* ---- Legs, made by hand */

static struct b32 key(uint8_t b) {
    struct b32 k;
    memset(k.b, b, sizeof k.b);
    return k;
}

enum { W = 1, S = 2 };

struct meta {
    uint8_t key, flags;
};

/* An instruction of the program `program` with these accounts; balances are 100 times the key, and
 * 7 more for each that is written to. */
static struct xvm_svm_leg *leg(uint8_t program, const struct meta *metas, size_t count) {
    struct xvm_svm_leg *l = ARENA_NEW(&arena, struct xvm_svm_leg);
    struct sol_instruction *in = ARENA_NEW(&arena, struct sol_instruction);
    uint8_t *accounts = arena_alloc(&arena, count + 1, 1);
    l->message.key_count = l->message.static_count = count + 1;
    l->message.keys = ARENA_ARRAY(&arena, struct sol_key, count + 1);
    l->result.lamports_before = ARENA_ARRAY(&arena, uint64_t, count + 1);
    l->result.lamports_after = ARENA_ARRAY(&arena, uint64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        l->message.keys[i] = (struct sol_key){
            .key = key(metas[i].key), .signer = metas[i].flags & S, .writable = metas[i].flags & W};
        accounts[i] = (uint8_t)i;
        l->result.lamports_before[i] = 100u * metas[i].key;
        l->result.lamports_after[i] = 100u * metas[i].key + (metas[i].flags & W ? 7 : 0);
    }
    l->message.keys[count] = (struct sol_key){.key = key(program)};
    l->result.lamports_before[count] = l->result.lamports_after[count] = 1;
    *in = (struct sol_instruction){.program = (uint8_t)count,
                                   .accounts = bytes_make(accounts, count),
                                   .data = arena_copy(&arena, BYTES_OF(program))};
    l->message.instructions = in;
    l->message.instruction_count = 1;
    l->result.units = 10;
    return l;
}

static void log_line_of(struct xvm_svm_leg *l, const char *text) {
    l->result.logs = ARENA_NEW(&arena, struct bytes);
    l->result.logs[0] = bytes_cstr(text);
    l->result.log_count = 1;
}

static struct xvm_leg legs[70];

static struct chain_tx root(uint32_t count) {
    struct chain_tx tx = {
        .vm = ST_VM_EVM, .ok = true, .legs = legs, .leg_count = count, .height = 5};
    memset(tx.hash.b, 0xab, 32);
    memcpy(tx.evm_sender.b, unhex("d8da6bf26964af9d7eed9e03e53415d37aa96045").p, 20);
    legs[0] = (struct xvm_leg){.kind = XVM_LEG_ROOT, .vm = ST_VM_EVM, .ok = true};
    return tx;
}

static void set_leg(uint32_t i, const struct xvm_svm_leg *l) {
    legs[i] = (struct xvm_leg){.kind = XVM_LEG_MESSAGE, .vm = ST_VM_SVM, .ok = true, .svm = l};
}

/* What test_alias.c has for that sender. */
static const char PAYER[] = "81b5e7b2e1b1677434c934d72d035cb0b0959157e355ec7652626fe1951d2d8c";

static bool has_key(const struct chain_solana_view *v, uint8_t b, bool writable) {
    struct b32 k = key(b);
    for (size_t i = 0; i < v->key_count; i++)
        if (b32_eq(&v->keys[i].key, &k)) return v->keys[i].writable == writable;
    return false;
}

static size_t place(const struct sol_tx *tx, uint8_t b) {
    struct b32 k = key(b);
    size_t i = 0;
    while (i < tx->key_count && !b32_eq(&tx->keys[i], &k)) i++;
    if (i == tx->key_count) fail_msg("the key %02x is not there", b);
    return i;
}

/* ---- Tests */

static void test_root_without_legs_in_the_svm_is_not_in_the_list(void **state) {
    (void)state;
    struct chain_solana_view v;
    struct chain_tx tx = root(2);
    legs[1] =
        (struct xvm_leg){.kind = XVM_LEG_MESSAGE, .vm = ST_VM_SVM}; /* its program never ran */
    assert_false(chain_in_solana(&tx));
    assert_false(chain_solana_view(&tx, &arena, &v));
}

static void test_shadow_has_every_leg_as_an_instruction(void **state) {
    (void)state;
    struct chain_tx tx = root(3);
    struct chain_solana_view v;
    struct sol_tx again;
    const struct meta first[] = {{0x11, S}, {0x22, W}, {0x33, 0}};
    const struct meta second[] = {{0x22, 0}, {0x44, S | W}, {0x33, W}};
    struct xvm_svm_leg *a = leg(0xf1, first, 3), *b = leg(0xf2, second, 3);
    log_line_of(a, "first");
    log_line_of(b, "second");
    set_leg(1, a);
    set_leg(2, b);
    assert_true(chain_in_solana(&tx));
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_true(v.is_shadow);
    assert_ok(sol_tx_decode(&again, v.raw, &arena));
    /* Payer, 44 written to by signers; 11 signs; 22, 33 are written to; the programs. */
    assert_int_equal(again.key_count, 7);
    assert_int_equal(again.required_signatures, 3);
    assert_int_equal(again.signature_count, 3);
    assert_int_equal(again.readonly_signed, 1);
    assert_int_equal(again.readonly_unsigned, 2);
    assert_bytes_equal(BYTES_OF(again.keys[0]), unhex(PAYER));
    assert_int_equal(place(&again, 0x44), 1);
    assert_int_equal(place(&again, 0x11), 2);
    assert_int_equal(again.instruction_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct meta *metas = i ? second : first;
        const struct sol_instruction *in = &again.instructions[i];
        assert_int_equal(in->program, place(&again, i ? 0xf2 : 0xf1));
        assert_int_equal(in->accounts.n, 3);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(in->accounts.p[k], place(&again, metas[k].key));
        assert_int_equal(in->data.p[0], i ? 0xf2 : 0xf1);
    }
    assert_bytes_equal(bytes_make(again.blockhash, 32), BYTES_OF(tx.hash));
    assert_int_equal(v.record.error.code, SOL_TX_OK);
    assert_int_equal(v.record.fee, 0);
    assert_int_equal(v.record.units, 20);
    assert_int_equal(v.record.log_count, 2);
    assert_bytes_equal(v.record.logs[1], BYTES_LIT("second"));
    /* 22 and 33: what the first leg found, what the second left. */
    size_t at = place(&again, 0x33);
    assert_int_equal(v.record.key_count, 7);
    assert_int_equal(v.record.lamports_before[at], 0x33 * 100);
    assert_int_equal(v.record.lamports_after[at], 0x33 * 100 + 7);
    assert_int_equal(v.record.lamports_before[0], 0);
    assert_true(has_key(&v, 0x22, true));
    assert_true(has_key(&v, 0xf1, false));
    assert_int_equal(v.key_count, 7);
}

static void test_signatures_are_derived_and_differ(void **state) {
    (void)state;
    struct chain_tx tx = root(2), other = root(2);
    struct chain_solana_view v, w;
    uint8_t first[SOL_SIGNATURE_BYTES];
    const struct meta metas[] = {{0x11, S}};
    set_leg(1, leg(0xf1, metas, 1));
    other.hash.b[0] ^= 1;
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_true(chain_solana_view(&other, &arena, &w));
    chain_solana_signature(&tx, first);
    assert_memory_equal(v.tx.signatures[0], first, sizeof first);
    assert_int_not_equal(memcmp(v.tx.signatures[0], v.tx.signatures[1], sizeof first), 0);
    assert_int_not_equal(memcmp(v.tx.signatures[0], w.tx.signatures[0], sizeof first), 0);
    assert_int_not_equal(memcmp(first, first + 32, 32), 0);
}

static void test_failed_leg_is_the_shadows_error_at_its_instruction(void **state) {
    (void)state;
    struct chain_tx tx = root(4);
    struct chain_solana_view v;
    const struct meta metas[] = {{0x11, W}};
    for (uint32_t i = 1; i < 4; i++) {
        struct xvm_svm_leg *l = leg(0xf1, metas, 1);
        if (i > 1) l->result.error = (struct sol_error){SOL_TX_INSTRUCTION_ERROR, 0, sol_custom(i)};
        set_leg(i, l);
    }
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_int_equal(v.record.error.code, SOL_TX_INSTRUCTION_ERROR);
    assert_int_equal(v.record.error.index, 1);
    assert_int_equal(v.record.error.fail.custom, 2);
    assert_true(has_key(&v, 0x11, true)); /* the first leg's writes stay */
    struct xvm_svm_leg *poor = leg(0xf1, metas, 1);
    poor->result.error = sol_error_at(SOL_TX_INSUFFICIENT_FUNDS_FOR_RENT, 0);
    set_leg(1, poor);
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_int_equal(v.record.error.code, SOL_TX_INSUFFICIENT_FUNDS_FOR_RENT);
    assert_int_equal(v.record.error.index, place(&v.tx, 0x11));
}

static void test_inner_instructions_belong_to_their_legs(void **state) {
    (void)state;
    struct chain_tx tx = root(3);
    struct chain_solana_view v;
    static const uint8_t accounts[] = {1, 0};
    const struct meta metas[] = {{0x11, W}, {0x22, 0}};
    for (uint32_t i = 1; i < 3; i++) {
        struct xvm_svm_leg *l = leg((uint8_t)(0xf0 + i), metas, 2);
        l->result.inner = ARENA_NEW(&arena, struct sol_inner);
        l->result.inner[0] = (struct sol_inner){
            .height = 2, .program = 2, .accounts = {accounts, 2}, .data = BYTES_LIT("x")};
        l->result.inner_count = 1;
        set_leg(i, l);
    }
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_int_equal(v.record.inner_count, 2);
    for (uint8_t i = 0; i < 2; i++) {
        const struct sol_inner *in = &v.record.inner[i];
        assert_int_equal(in->outer, i);
        assert_int_equal(in->program, place(&v.tx, (uint8_t)(0xf1 + i)));
        assert_int_equal(in->accounts.p[0], place(&v.tx, 0x22));
        assert_int_equal(in->accounts.p[1], place(&v.tx, 0x11));
    }
}

static void test_token_balances_are_the_first_before_and_the_last_after(void **state) {
    (void)state;
    struct chain_tx tx = root(3);
    struct chain_solana_view v;
    const struct meta metas[] = {{0x11, W}, {0x22, W}};
    const struct meta reversed[] = {{0x22, W}, {0x11, W}};
    struct xvm_svm_leg *a = leg(0xf1, metas, 2), *b = leg(0xf1, reversed, 2);
    const struct sol_token_balance before[] = {{.key = 0, .amount = 5}, {.key = 1, .amount = 6}},
                                   between[] = {{.key = 0, .amount = 7}, {.key = 1, .amount = 4}},
                                   after[] = {{.key = 1, .amount = 1}}; /* 22 was closed */
    a->tokens_before = before;
    a->tokens_before_count = 2;
    a->tokens_after = b->tokens_before = between;
    a->tokens_after_count = b->tokens_before_count = 2;
    b->tokens_after = after;
    b->tokens_after_count = 1;
    set_leg(1, a);
    set_leg(2, b);
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_int_equal(v.record.tokens_before_count, 2);
    assert_int_equal(v.record.tokens_before[0].key, place(&v.tx, 0x11));
    assert_int_equal(v.record.tokens_before[0].amount, 5);
    assert_int_equal(v.record.tokens_before[1].amount, 6);
    assert_int_equal(v.record.tokens_after_count, 1);
    assert_int_equal(v.record.tokens_after[0].key, place(&v.tx, 0x11));
    assert_int_equal(v.record.tokens_after[0].amount, 1);
}

/* An index of a transaction's keys has a byte: what does not find room is left out, leg by leg. */
static void test_legs_beyond_256_keys_are_left_out(void **state) {
    (void)state;
    struct chain_tx tx = root(4);
    struct chain_solana_view v;
    struct meta many[200], few[] = {{1, 0}};
    for (size_t i = 0; i < COUNT_OF(many); i++) many[i] = (struct meta){(uint8_t)i, 0};
    struct xvm_svm_leg *second = leg(0xf2, many, 200);
    for (size_t i = 0; i < 200; i++) second->message.keys[i].key.b[0] ^= 0xff;
    set_leg(1, leg(0xf1, many, 200));
    set_leg(2, second);
    set_leg(3, leg(0xf1, few, 1));
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_int_equal(v.tx.instruction_count, 1);
    assert_int_equal(v.tx.key_count, 202);
    assert_int_equal(v.key_count, 202);
}

/* A root of the SVM is found by the accounts of its tail's legs as well. */
static void test_root_of_the_svm_has_the_keys_of_its_tail(void **state) {
    (void)state;
    struct chain_tx tx = root(2);
    struct chain_solana_view v;
    struct chain_solana record = {.error = {.code = SOL_TX_OK}};
    struct buf encoded = {0};
    static uint8_t raw[1 + 64 + 3 + 1 + 2 * 32 + 32 + 1 + 3] = {1, [65] = 1, 0, 1, 2, [165] = 1, 1};
    const struct meta metas[] = {{0x11, W}, {0x22, 0}};
    memset(raw + 69, 0x33, 32);
    memset(raw + 101, 0x44, 32);
    chain_solana_encode(&encoded, &record);
    set_leg(1, leg(0x44, metas, 2));
    tx.vm = ST_VM_SVM;
    tx.raw = BYTES_OF(raw);
    tx.solana = buf_bytes(&encoded);
    assert_true(chain_solana_view(&tx, &arena, &v));
    assert_false(v.is_shadow);
    assert_int_equal(v.tx.instruction_count, 1);
    assert_int_equal(v.key_count, 4);
    assert_true(has_key(&v, 0x11, true));
    assert_true(has_key(&v, 0x22, false));
    assert_true(has_key(&v, 0x33, true));
    assert_true(has_key(&v, 0x44, false));
    tx.raw.n--;
    assert_false(chain_solana_view(&tx, &arena, &v));
    buf_free(&encoded);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_arena, teardown_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_root_without_legs_in_the_svm_is_not_in_the_list),
        TEST(test_shadow_has_every_leg_as_an_instruction),
        TEST(test_signatures_are_derived_and_differ),
        TEST(test_failed_leg_is_the_shadows_error_at_its_instruction),
        TEST(test_inner_instructions_belong_to_their_legs),
        TEST(test_token_balances_are_the_first_before_and_the_last_after),
        TEST(test_legs_beyond_256_keys_are_left_out),
        TEST(test_root_of_the_svm_has_the_keys_of_its_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
