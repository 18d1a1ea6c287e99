/* Keys by name, derived addresses, and the wire format of transactions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "codec/base58.h"
#include "solana/solana.h"

static void test_ids_bytes_are_those_of_their_text(void **state) {
    (void)state;
    for (size_t i = 0; i < SOL_ID_COUNT; i++) {
        struct b32 key;
        assert_false(err_is(base58_read_fixed(key.b, sizeof key, bytes_cstr(sol_ids[i].base58))));
        assert_memory_equal(&key, &sol_ids[i].key, sizeof key);
        assert_string_equal(sol_text(&key).s, sol_ids[i].base58);
    }
}

static void test_compact_u16_every_value_round_trips(void **state) {
    (void)state;
    for (uint32_t v = 0; v <= UINT16_MAX; v++) {
        struct buf b = {0};
        uint16_t back;
        sol_compact_u16_put(&b, (uint16_t)v);
        assert_int_equal(sol_compact_u16_get(buf_bytes(&b), &back), b.n);
        assert_int_equal(back, v);
        for (size_t n = 0; n < b.n; n++)
            assert_int_equal(sol_compact_u16_get(bytes_make(b.p, n), &back), 0);
        buf_free(&b);
    }
}

static void test_compact_u16_other_forms_are_refused(void **state) {
    (void)state;
    static const uint8_t bad[][3] = {
        {0x80, 0x00, 0}, {0xff, 0x80, 0x00}, {0x80, 0x80, 0x80}, {0xff, 0xff, 0x04}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint16_t v;
        assert_int_equal(sol_compact_u16_get(BYTES_OF(bad[i]), &v), 0);
    }
}

static void test_find_program_address_ends_off_the_curve(void **state) {
    (void)state;
    const struct b32 *program = sol_id(SOL_ID_BPF_LOADER_UPGRADEABLE);
    for (uint32_t i = 0; i < 200; i++) {
        uint8_t le[4], bump;
        struct b32 found, again;
        store_le32(le, i);
        struct bytes seeds[2] = {BYTES_OF(le)};
        assert_true(sol_find_program_address(&found, &bump, seeds, 1, program));
        seeds[1] = bytes_make(&bump, 1);
        assert_int_equal(sol_create_program_address(&again, seeds, 2, program), SOL_ADDRESS_OK);
        assert_memory_equal(&found, &again, sizeof found);
        for (unsigned higher = bump + 1u; higher < 256; higher++) {
            uint8_t b = (uint8_t)higher;
            seeds[1] = bytes_make(&b, 1);
            assert_int_equal(sol_create_program_address(&again, seeds, 2, program),
                             SOL_ADDRESS_INVALID_SEEDS);
        }
    }
}

/* A transfer: one signature, three keys, one instruction. */
static size_t make_transfer(uint8_t out[256]) {
    size_t n = 0;
    out[n++] = 1;
    memset(out + n, 7, 64), n += 64;
    memcpy(out + n, "\x01\x00\x01\x03", 4), n += 4;
    memset(out + n, 1, 32), memset(out + n + 32, 2, 32), memset(out + n + 64, 0, 32), n += 96;
    memset(out + n, 9, 32), n += 32;
    memcpy(out + n, "\x01\x02\x02\x00\x01\x0c\x02\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00", 18);
    return n + 18;
}

static void test_tx_decode_reads_every_field(void **state) {
    (void)state;
    uint8_t wire[256];
    struct arena arena;
    struct sol_tx t;
    arena_init(&arena, 0);
    size_t n = make_transfer(wire);
    assert_false(err_is(sol_tx_decode(&t, bytes_make(wire, n), &arena)));
    assert_int_equal(t.version, -1);
    assert_int_equal(t.signature_count, 1);
    assert_int_equal(t.key_count, 3);
    assert_int_equal(t.instruction_count, 1);
    assert_int_equal(t.instructions[0].program, 2);
    assert_int_equal(t.instructions[0].accounts.n, 2);
    assert_int_equal(t.instructions[0].data.n, 12);
    assert_int_equal(t.message.n, n - 65);
    arena_free(&arena);
}

static void test_tx_decode_refuses_every_cut_and_addition(void **state) {
    (void)state;
    uint8_t wire[256] = {0};
    struct arena arena;
    struct sol_tx t;
    arena_init(&arena, 0);
    size_t n = make_transfer(wire);
    for (size_t cut = 0; cut < n; cut++)
        assert_int_equal(sol_tx_decode(&t, bytes_make(wire, cut), &arena).code,
                         SOL_TX_SANITIZE_FAILURE);
    assert_int_equal(sol_tx_decode(&t, bytes_make(wire, n + 1), &arena).code,
                     SOL_TX_SANITIZE_FAILURE);
    arena_free(&arena);
}

static void test_tx_decode_refuses_bad_headers_and_indexes(void **state) {
    (void)state;
    enum { HEADER = 65, PROGRAM = 65 + 4 + 96 + 32 + 1, ACCOUNT = PROGRAM + 2 };
    static const struct {
        size_t at;
        uint8_t value;
        enum sol_tx_error error;
    } cases[] = {
        {HEADER, 0, SOL_TX_SANITIZE_FAILURE},       /* nobody signs */
        {HEADER, 2, SOL_TX_SANITIZE_FAILURE},       /* more signers than signatures */
        {HEADER + 1, 1, SOL_TX_SANITIZE_FAILURE},   /* the payer is read-only */
        {HEADER + 2, 3, SOL_TX_SANITIZE_FAILURE},   /* more read-only keys than keys */
        {HEADER, 0x81, SOL_TX_UNSUPPORTED_VERSION}, /* version 1 */
        {PROGRAM, 0, SOL_TX_SANITIZE_FAILURE},      /* the payer is no program */
        {PROGRAM, 3, SOL_TX_SANITIZE_FAILURE},      /* beyond the keys */
        {ACCOUNT, 3, SOL_TX_SANITIZE_FAILURE},
    };
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t wire[256];
        struct sol_tx t;
        size_t n = make_transfer(wire);
        wire[cases[i].at] = cases[i].value;
        assert_int_equal(sol_tx_decode(&t, bytes_make(wire, n), &arena).code, cases[i].error);
    }
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_bytes_are_those_of_their_text),
        cmocka_unit_test(test_compact_u16_every_value_round_trips),
        cmocka_unit_test(test_compact_u16_other_forms_are_refused),
        cmocka_unit_test(test_find_program_address_ends_off_the_curve),
        cmocka_unit_test(test_tx_decode_reads_every_field),
        cmocka_unit_test(test_tx_decode_refuses_every_cut_and_addition),
        cmocka_unit_test(test_tx_decode_refuses_bad_headers_and_indexes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
