/* Messages as they are stored: round trips, damage, and the formula of their ids. */
#include "../codec/helpers.h"
#include "cross/internal.h"

static struct bytes random_bytes(void) {
    size_t n = rnd() % 5 ? rnd() % 100 : 0;
    uint8_t *p = arena_alloc(&arena, n + 1, 1);
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)rnd();
    return bytes_make(p, n);
}

static struct b32 random_b32(void) {
    struct b32 out;
    for (size_t i = 0; i < 32; i++) out.b[i] = (uint8_t)rnd();
    return out;
}

static struct xvm_message random_message(void) {
    return (struct xvm_message){
        .id = random_b32(),
        .root_hash = random_b32(),
        .index = (uint32_t)rnd(),
        .generation = (uint32_t)rnd(),
        .from_vm = rnd() % 3,
        .to_vm = rnd() % 3,
        .status = 1 + rnd() % 7,
        .failure = rnd() % 12,
        .on_fail = rnd() % 5,
        .on_success = rnd() % 2,
        .gas = rnd(),
        .callback_gas = rnd(),
        .value = {{rnd(), rnd(), rnd(), rnd()}},
        .callback_of = random_b32(),
        .refund_to = random_bytes(),
        .callback = random_bytes(),
        .open_retry = rnd() % 2,
        .bcs = rnd() % 2,
        .deadline = rnd(),
        .attempts = (uint32_t)rnd(),
        .created_height = rnd(),
        .done_height = rnd(),
        .done_root_hash = random_b32(),
        .gas_used = rnd(),
        .sender = random_bytes(),
        .sender_alias = random_bytes(),
        .module_address = random_bytes(),
        .module_name = random_bytes(),
        .function_name = random_bytes(),
        .generics = random_bytes(),
        .to = random_bytes(),
        .fn_abi = random_bytes(),
        .program = random_bytes(),
        .metas = random_bytes(),
        .call_data = random_bytes(),
        .result = random_bytes(),
        .error = random_bytes(),
        .error_data = random_bytes(),
    };
}

#define ASSERT_SAME_STRING(field) assert_bytes_equal(got->field, want->field)

static void assert_same(const struct xvm_message *got, const struct xvm_message *want) {
    assert_true(b32_eq(&got->id, &want->id));
    assert_true(b32_eq(&got->root_hash, &want->root_hash));
    assert_int_equal(got->index, want->index);
    assert_int_equal(got->generation, want->generation);
    assert_int_equal(got->from_vm, want->from_vm);
    assert_int_equal(got->to_vm, want->to_vm);
    assert_int_equal(got->status, want->status);
    assert_int_equal(got->failure, want->failure);
    assert_int_equal(got->on_fail, want->on_fail);
    assert_int_equal(got->open_retry, want->open_retry);
    assert_int_equal(got->bcs, want->bcs);
    assert_int_equal(got->deadline, want->deadline);
    assert_int_equal(got->attempts, want->attempts);
    assert_int_equal(got->created_height, want->created_height);
    assert_int_equal(got->done_height, want->done_height);
    assert_true(b32_eq(&got->done_root_hash, &want->done_root_hash));
    assert_int_equal(got->gas_used, want->gas_used);
    assert_int_equal(got->on_success, want->on_success);
    assert_int_equal(got->gas, want->gas);
    assert_int_equal(got->callback_gas, want->callback_gas);
    assert_true(u256_eq(&got->value, &want->value));
    assert_true(b32_eq(&got->callback_of, &want->callback_of));
    ASSERT_SAME_STRING(refund_to);
    ASSERT_SAME_STRING(callback);
    ASSERT_SAME_STRING(sender);
    ASSERT_SAME_STRING(sender_alias);
    ASSERT_SAME_STRING(module_address);
    ASSERT_SAME_STRING(module_name);
    ASSERT_SAME_STRING(function_name);
    ASSERT_SAME_STRING(generics);
    ASSERT_SAME_STRING(to);
    ASSERT_SAME_STRING(fn_abi);
    ASSERT_SAME_STRING(program);
    ASSERT_SAME_STRING(metas);
    ASSERT_SAME_STRING(call_data);
    ASSERT_SAME_STRING(result);
    ASSERT_SAME_STRING(error);
    ASSERT_SAME_STRING(error_data);
}

static void test_encode_then_decode_gives_the_same_message(void **state) {
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct xvm_message want = random_message(), got;
        struct buf b = {0};
        xvm_message_encode(&b, &want);
        assert_ok(xvm_message_decode(buf_bytes(&b), &arena, &got));
        buf_free(&b); /* the decoded message has copies */
        assert_same(&got, &want);
        arena_release(&arena, mark);
    }
}

static void test_cut_or_longer_message_is_damaged(void **state) {
    (void)state;
    struct xvm_message m = random_message(), got;
    struct buf b = {0};
    xvm_message_encode(&b, &m);
    for (size_t n = 0; n < b.n; n++) {
        struct bytes cut = exact_copy(bytes_make(b.p, n));
        assert_true(err_is(xvm_message_decode(cut, &arena, &got)));
        free((void *)cut.p);
    }
    buf_put_u8(&b, 0);
    assert_true(err_is(xvm_message_decode(buf_bytes(&b), &arena, &got)));
    b.p[0]++; /* a version that is not known */
    assert_true(err_is(xvm_message_decode(bytes_make(b.p, b.n - 1), &arena, &got)));
    buf_free(&b);
}

static void test_message_put_is_got_by_its_id(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct xvm_message m = random_message(), got;
    struct b32 other = random_b32();
    st_begin_tx(j);
    xvm_message_put(j, &m);
    assert_true(xvm_message_get(j, &m.id, &arena, &got));
    assert_same(&got, &m);
    assert_false(xvm_message_get(j, &other, &arena, &got));
    st_put(j, ST_CROSS_MESSAGE, BYTES_OF(other), BYTES_LIT("\x01 damaged"));
    assert_false(xvm_message_get(j, &other, &arena, &got));
    st_end_tx(j, true);
    st_journal_free(j);
}

/* Python, pycryptodome: keccak-256 of b"TERN::msg" + chain_id.to_bytes(8, "big") + bytes(range(32))
 * + index.to_bytes(4, "big"). */
static void test_id_follows_its_formula(void **state) {
    (void)state;
    struct b32 root, id;
    for (size_t i = 0; i < 32; i++) root.b[i] = (uint8_t)i;
    id = xvm_message_id(31337, &root, 0);
    assert_bytes_equal(BYTES_OF(id),
                       unhex("5aaf2ebb68f0cb20aab5b4d34d05f29234257f545d7008ba67c1bc374267d77e"));
    id = xvm_message_id(1, &root, 63);
    assert_bytes_equal(BYTES_OF(id),
                       unhex("00d08916636d9ceedac9105f5485a65b378a55feba35779b80b6006f9d2bab76"));
}

static void test_names_of_status_and_failure_are_known(void **state) {
    (void)state;
    assert_string_equal(xvm_status_name(XVM_PENDING), "pending");
    assert_string_equal(xvm_status_name(XVM_EXECUTED), "executed");
    assert_string_equal(xvm_status_name(XVM_CANCELLED), "cancelled");
    assert_string_equal(xvm_status_name((enum xvm_status)9), "unknown");
    assert_string_equal(xvm_failure_name(XVM_FAIL_GAS), "out_of_gas");
    assert_string_equal(xvm_failure_name(XVM_FAIL_LIMIT), "limit");
    assert_string_equal(xvm_failure_name(XVM_FAIL_AUTHORITY), "authority");
    assert_string_equal(xvm_failure_name((enum xvm_failure)99), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_then_decode_gives_the_same_message),
        cmocka_unit_test(test_cut_or_longer_message_is_damaged),
        cmocka_unit_test(test_message_put_is_got_by_its_id),
        cmocka_unit_test(test_id_follows_its_formula),
        cmocka_unit_test(test_names_of_status_and_failure_are_known),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
