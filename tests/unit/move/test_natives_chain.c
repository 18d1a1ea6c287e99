/* Natives that know the chain: events, tables, the EVM, the transaction; through the framework and
 * through a module assembled here. */
#include "codec/bcs.h"
#include "crypto/keccak.h"
#include "vm_assemble.h"
#include "vm_world.h"

enum { AT = 0x70, FAUCET = 0xfa, ALICE = 0xa1 };

static void set_up(struct world *w) {
    world_open(w);
    uint8_t chain = 4;
    struct b32 faucet = world_address(FAUCET);
    uint64_t amount = 1000000;
    struct bytes args[3] = {BYTES_OF(chain), BYTES_OF(faucet), BYTES_OF(amount)};
    bool ok = world_run(w, WORLD_SYSTEM, 1, 1, "genesis::initialize", args, 3);
    if (!ok) world_show(w);
    assert_true(ok);
}

static const char COIN_TAG[] =
    "\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x0a"
    "aptos_coin\x09"
    "AptosCoin\0";

static uint64_t balance(struct world *w, uint8_t of) {
    struct b32 address = world_address(of);
    struct bytes arg = BYTES_OF(address), tag = bytes_make(COIN_TAG, sizeof COIN_TAG - 1);
    struct mv_call call = world_call(1, "coin::balance");
    call.args = &arg;
    call.type_args = &tag;
    call.arg_count = call.type_arg_count = 1;
    world_session(w, world_one);
    bool ok = mv_run_view(w->s, &call, &w->out);
    if (!ok) world_show(w);
    assert_true(ok);
    return world_u64(w);
}

static void test_coin_transfer_moves_and_emits(void **state) {
    (void)state;
    struct world w;
    set_up(&w);
    size_t before, after;
    st_logs(w.journal, &before);
    struct b32 to = world_address(ALICE);
    uint64_t amount = 1234;
    struct bytes args[2] = {BYTES_OF(to), BYTES_OF(amount)};
    bool ok = world_run(&w, WORLD_ENTRY, FAUCET, 1, "aptos_account::transfer", args, 2);
    if (!ok) world_show(&w);
    assert_true(ok);
    assert_int_equal(balance(&w, ALICE), 1234);
    assert_int_equal(balance(&w, FAUCET), 1000000 - 1234);
    const struct st_log *logs = st_logs(w.journal, &after);
    unsigned withdrawn = 0, deposited = 0;
    for (size_t i = before; i < after; i++) {
        const struct st_log *l = &logs[i];
        assert_int_equal(l->vm, ST_VM_MOVE);
        bool out = memmem(l->type_tag.p, l->type_tag.n, "\x08Withdraw\0", 10);
        bool in = memmem(l->type_tag.p, l->type_tag.n,
                         "\x07"
                         "Deposit\0",
                         9);
        if (!out && !in) continue;
        assert_true(b32_is_zero(&l->guid_address)); /* a module event: store, amount */
        assert_int_equal(l->data.n, 40);
        assert_int_equal(load_le64(l->data.p + 32), 1234);
        withdrawn += out;
        deposited += in;
    }
    assert_int_equal(withdrawn, 1);
    assert_int_equal(deposited, 1);
    /* More than there is: the abort is named, nothing moves. */
    amount = 2000000;
    assert_false(world_run(&w, WORLD_ENTRY, FAUCET, 1, "aptos_account::transfer", args, 2));
    assert_int_equal(w.out.abort_code, 0x10004);
    struct bytes text = mv_status_text(w.s, &w.out);
    assert_non_null(
        memmem(text.p, text.n, "in 0x1::fungible_asset: EINSUFFICIENT_BALANCE(0x10004): ", 56));
    assert_int_equal(balance(&w, FAUCET), 1000000 - 1234);
    world_close(&w);
}

/* ---- Tables */

/* module 0x70::m { struct R has key { v: Table<u64, u64> } } with create, put, get, has, take. */
static void put_table_module(struct world *w) {
    struct as a;
    as_begin(&a, 6, AT, "m");
    unsigned table = as_module(&a, 1, "table");
    /* Table<phantom K: copy + drop, phantom V> has store */
    as_struct_handle(&a, table, "Table", MV_STORE, "\x02\x03\x01\x00\x01", 5);
    unsigned r = as_struct(&a, "R", MV_KEY, "\x0b\x00\x02\x03\x03", 5), v = as_field(&a, r);
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03"),
             boolean = AS_SIG(&a, "\x01\x01");
    unsigned signer = AS_SIG(&a, "\x01\x06\x0c"), types = AS_SIG(&a, "\x02\x03\x03");
    unsigned at_key = AS_SIG(&a, "\x02\x05\x03"), at_key_value = AS_SIG(&a, "\x03\x05\x03\x03");
    static const char params[] = "\x02\x03\x00"; /* K: copy + drop, V */
#define TABLE "\x0b\x00\x02\x09\x00\x09\x01"
    unsigned t = AS_SIG(&a, "\x01" TABLE);
    unsigned mut_key_value = AS_SIG(&a, "\x03\x07" TABLE "\x09\x00\x09\x01");
    unsigned imm_key = AS_SIG(&a, "\x02\x06" TABLE "\x09\x00");
    unsigned mut_key = AS_SIG(&a, "\x02\x07" TABLE "\x09\x00");
    unsigned ref_v = AS_SIG(&a, "\x01\x06\x09\x01"), val_v = AS_SIG(&a, "\x01\x09\x01");
#define INST(name, in, out)                                                                        \
    as_inst(&a, as_handle(&a, table, name, in, out, params, sizeof params - 1, ""), types)
    unsigned new_table = INST("new", none, t), add = INST("add", mut_key_value, none);
    unsigned borrow = INST("borrow", imm_key, ref_v), remove = INST("remove", mut_key, val_v);
    unsigned contains = INST("contains", imm_key, boolean);
    unsigned create = as_own(&a, "create", signer, none, "");
    unsigned put = as_own(&a, "put", at_key_value, none, "");
    unsigned get = as_own(&a, "get", at_key, one, ""), take = as_own(&a, "take", at_key, one, "");
    unsigned has = as_own(&a, "has", at_key, boolean, "");
    as_op1(&a, MV_OP_MOVE_LOC, 0);
    as_op1(&a, MV_OP_CALL_GENERIC, new_table);
    as_op1(&a, MV_OP_PACK, r);
    as_op1(&a, MV_OP_MOVE_TO, r);
    as_op(&a, MV_OP_RET);
    as_define(&a, create, MV_PUBLIC, true, none, -1);
    struct {
        unsigned f, inst;
        bool mut, value, ref;
    } f[] = {{put, add, true, true, false},
             {get, borrow, false, false, true},
             {take, remove, true, false, false},
             {has, contains, false, false, false}};
    for (unsigned i = 0; i < COUNT_OF(f); i++) {
        as_op1(&a, MV_OP_MOVE_LOC, 0);
        as_op1(&a, f[i].mut ? MV_OP_MUT_BORROW_GLOBAL : MV_OP_IMM_BORROW_GLOBAL, r);
        as_op1(&a, f[i].mut ? MV_OP_MUT_BORROW_FIELD : MV_OP_IMM_BORROW_FIELD, v);
        as_op1(&a, MV_OP_MOVE_LOC, 1);
        if (f[i].value) as_op1(&a, MV_OP_MOVE_LOC, 2);
        as_op1(&a, MV_OP_CALL_GENERIC, f[i].inst);
        if (f[i].ref) as_op(&a, MV_OP_READ_REF);
        as_op(&a, MV_OP_RET);
        as_define(&a, f[i].f, MV_PUBLIC, f[i].f == put, none, (int)r);
    }
    struct bytes code = as_end(&a);
    world_put(w, world_address(AT), "m", code);
    free((void *)(uintptr_t)code.p);
}

static bool table_op(struct world *w, const char *name, uint64_t key, uint64_t value,
                     uint32_t count) {
    struct b32 at = world_address(ALICE);
    struct bytes args[3] = {BYTES_OF(at), BYTES_OF(key), BYTES_OF(value)};
    return world_run(w, count == 3 ? WORLD_ENTRY : WORLD_SYSTEM, 0, AT, name, args, count);
}

static void test_table_items_live_under_handle_and_key(void **state) {
    (void)state;
    struct world w;
    set_up(&w);
    put_table_module(&w);
    struct b32 session_hash = {{0xbb}};
    bool ok = world_run(&w, WORLD_ENTRY, ALICE, AT, "m::create", NULL, 0);
    if (!ok) world_show(&w);
    assert_true(ok);
    assert_true(table_op(&w, "m::put", 5, 50, 3));
    assert_true(table_op(&w, "m::put", 6, 60, 3));
    assert_false(table_op(&w, "m::put", 5, 51, 3));
    assert_int_equal(w.out.abort_code, 25607);
    assert_true(bytes_eq(w.out.module_name, BYTES_LIT("table")));
    assert_true(table_op(&w, "m::get", 5, 0, 2));
    assert_int_equal(world_u64(&w), 50);
    assert_true(table_op(&w, "m::take", 5, 0, 2));
    assert_int_equal(world_u64(&w), 50);
    assert_false(table_op(&w, "m::get", 5, 0, 2));
    assert_int_equal(w.out.abort_code, 25863);
    assert_true(table_op(&w, "m::has", 5, 0, 2));
    assert_int_equal(w.out.results[0].p[0], 0);
    assert_true(table_op(&w, "m::has", 6, 0, 2));
    assert_int_equal(w.out.results[0].p[0], 1);
    /* handle = sha3-256(session hash ‖ 0 as u32) of the session that made it; the value is 60. */
    bool found = false;
    for (unsigned n = 0; n < 256 && !found; n++) {
        uint8_t in[36] = {0}, key[40] = {0};
        session_hash.b[1] = (uint8_t)n;
        memcpy(in, &session_hash, 32);
        struct b32 handle;
        struct bytes value;
        sha3_256(&handle, BYTES_OF(in));
        memcpy(key, &handle, 32);
        key[32] = 6;
        found = st_get(w.journal, ST_MOVE_TABLE_ITEM, BYTES_OF(key), &value);
        if (!found) continue;
        assert_int_equal(value.n, 8);
        assert_int_equal(load_le64(value.p), 60);
        struct bytes info;
        assert_true(st_get(w.journal, ST_MOVE_TABLE_INFO, BYTES_OF(handle), &info));
        assert_true(bytes_eq(info, BYTES_LIT("\x02\x02")));
    }
    assert_true(found);
    world_close(&w);
}

/* ---- The EVM */

struct evm_seen {
    unsigned calls;
    struct b32 sender, to;
    char abi[64];
    uint8_t value[64];
    size_t value_size;
    uint8_t kind;
    bool refuse, has_options;
};

static struct err see_call(void *ctx, const struct mv_evm_call *call,
                           struct mv_message_start *start) {
    struct evm_seen *seen = ctx;
    memset(start->id.b, 0x1d, sizeof start->id.b);
    seen->has_options = start->options.n;
    if (seen->refuse) return err_at(1, "the argument does not fit", 0);
    seen->calls++;
    seen->sender = call->sender;
    seen->to = call->to;
    memcpy(seen->abi, call->fn_abi.p, call->fn_abi.n);
    memcpy(seen->value, call->value.p, call->value.n);
    seen->value_size = call->value.n;
    seen->kind = call->layout->kind;
    return ERR_NONE;
}

/* entry send(s: &signer, to: address, abi: vector<u8>, v: u64) { evm::evm<u64>(s, to, abi, &v) } */
static void put_evm_module(struct world *w) {
    struct as a;
    as_begin(&a, 6, AT, "e");
    unsigned evm = as_module(&a, 1, "evm");
    unsigned none = AS_SIG(&a, "\0"), one = AS_SIG(&a, "\x01\x03");
    unsigned params = AS_SIG(&a, "\x04\x06\x0c\x05\x0a\x02\x03");
    unsigned native_params = AS_SIG(&a, "\x04\x06\x0c\x05\x0a\x02\x06\x09\x00");
    unsigned call =
        as_inst(&a, as_handle(&a, evm, "evm", native_params, none, "\x01\x00", 2, ""), one);
    unsigned send = as_own(&a, "send", params, none, "");
    for (unsigned i = 0; i < 3; i++) as_op1(&a, MV_OP_MOVE_LOC, i);
    as_op1(&a, MV_OP_IMM_BORROW_LOC, 3);
    as_op1(&a, MV_OP_CALL_GENERIC, call);
    as_op(&a, MV_OP_RET);
    as_define(&a, send, MV_PUBLIC, true, none, -1);
    struct bytes code = as_end(&a);
    world_put(w, world_address(AT), "e", code);
    free((void *)(uintptr_t)code.p);
}

static void test_evm_native_hands_the_message_to_the_host(void **state) {
    (void)state;
    struct world w;
    struct evm_seen seen = {0};
    set_up(&w);
    put_evm_module(&w);
    struct b32 to = world_address(0x99);
    uint64_t v = 77;
    struct bytes args[3] = {BYTES_OF(to), BYTES_LIT("\x0ctouch(uint64"), BYTES_OF(v)};
    /* Without a host the machine has no EVM. */
    assert_false(world_run(&w, WORLD_ENTRY, ALICE, AT, "e::send", args, 3));
    assert_int_equal(w.out.abort_code, 0xc0000);
    w.host = (struct mv_host){.ctx = &seen, .evm_call = see_call};
    w.trusting = true;
    bool ok = world_run(&w, WORLD_ENTRY, ALICE, AT, "e::send", args, 3);
    if (!ok) world_show(&w);
    assert_true(ok);
    assert_int_equal(seen.calls, 1);
    assert_false(seen.has_options);
    assert_int_equal(seen.sender.b[31], ALICE);
    assert_int_equal(seen.to.b[31], 0x99);
    assert_string_equal(seen.abi, "touch(uint64");
    assert_int_equal(seen.value_size, 8);
    assert_int_equal(load_le64(seen.value), 77);
    assert_int_equal(seen.kind, MV_LAYOUT_U64);
    seen.refuse = true;
    assert_false(world_run(&w, WORLD_ENTRY, ALICE, AT, "e::send", args, 3));
    assert_int_equal(w.out.abort_code, 0x10001);
    assert_status_text(
        &w, "Move abort in 0x1::evm: EINVALID_CALL_DATA(0x10001): the argument does not fit");
    world_close(&w);
}

static bool count_atomic(void *ctx) {
    ++*(unsigned *)ctx;
    return true;
}

/* entry root() { evm::make_atomic() }; entry inside() { root() } */
static void put_atomic_module(struct world *w) {
    struct as a;
    as_begin(&a, 6, AT, "t");
    unsigned evm = as_module(&a, 1, "evm"), none = AS_SIG(&a, "\0");
    unsigned native = as_handle(&a, evm, "make_atomic", none, none, "\0", 1, "");
    unsigned root = as_own(&a, "root", none, none, "");
    as_op1(&a, MV_OP_CALL, native);
    as_op(&a, MV_OP_RET);
    as_define(&a, root, MV_PUBLIC, true, none, -1);
    unsigned inside = as_own(&a, "inside", none, none, "");
    as_op1(&a, MV_OP_CALL, root);
    as_op(&a, MV_OP_RET);
    as_define(&a, inside, MV_PUBLIC, true, none, -1);
    struct bytes code = as_end(&a);
    world_put(w, world_address(AT), "t", code);
    free((void *)(uintptr_t)code.p);
}

static void test_only_the_transactions_own_function_makes_its_tail_atomic(void **state) {
    (void)state;
    struct world w;
    unsigned asked = 0;
    set_up(&w);
    put_atomic_module(&w);
    assert_false(world_run(&w, WORLD_ENTRY, ALICE, AT, "t::root", NULL, 0));
    assert_int_equal(w.out.abort_code, 0xc0000);
    w.host = (struct mv_host){.ctx = &asked, .make_atomic = count_atomic};
    w.trusting = true;
    assert_true(world_run(&w, WORLD_ENTRY, ALICE, AT, "t::root", NULL, 0));
    assert_int_equal(asked, 1);
    assert_false(world_run(&w, WORLD_ENTRY, ALICE, AT, "t::inside", NULL, 0));
    assert_int_equal(w.out.abort_code, 0x50005);
    assert_int_equal(asked, 1);
    world_close(&w);
}

/* An address whose last byte is n, of any machine, is the alias of n - 1 in the next one. */
static bool play_owner(void *ctx, uint8_t *vm, uint8_t address[32]) {
    unsigned *asked = ctx;
    uint8_t *n = &address[*vm == ST_VM_EVM ? 19 : 31], left = *n;
    ++*asked;
    if (!left) return false;
    memset(address, 0, 32);
    *vm = (uint8_t)((*vm + 1) % 3);
    address[*vm == ST_VM_EVM ? 19 : 31] = (uint8_t)(left - 1);
    return true;
}

static void test_each_alias_that_home_of_follows_is_paid_for(void **state) {
    (void)state;
    struct world w;
    unsigned asked = 0;
    uint64_t none = 0;
    set_up(&w);
    w.trusting = true;
    w.host = (struct mv_host){.ctx = &asked, .owner_of = play_owner};
    for (uint8_t n = 0; n < 4; n++) {
        struct b32 address = world_address(n);
        struct bytes arg = BYTES_OF(address);
        assert_true(world_run(&w, WORLD_SYSTEM, 0, 1, "evm::home_of", &arg, 1));
        assert_int_equal(w.out.result_count, 2);
        assert_int_equal(w.out.results[0].p[0], (1 + n) % 3);
        for (unsigned i = 0; i < 32; i++) assert_int_equal(w.out.results[1].p[i], 0);
        if (!n) none = w.out.gas_used;
        assert_int_equal(w.out.gas_used, none + 100000ull * n);
    }
    assert_int_equal(asked, 1 + 2 + 3 + 4);
    /* Who cannot pay for the next is not told. */
    struct b32 address = world_address(200);
    struct bytes arg = BYTES_OF(address);
    w.gas_limit = none + 250000;
    asked = 0;
    assert_false(world_run(&w, WORLD_SYSTEM, 0, 1, "evm::home_of", &arg, 1));
    assert_int_equal(w.out.code, MV_OUT_OF_GAS);
    assert_int_equal(asked, 3);
    world_close(&w);
}

/* ---- The block and the transaction */

static void test_context_is_that_of_the_session(void **state) {
    (void)state;
    struct world w;
    set_up(&w);
    assert_true(world_run(&w, WORLD_VIEW, 0, 1, "timestamp::now_seconds", NULL, 0));
    assert_int_equal(world_u64(&w), 1700000000);
    assert_true(world_run(&w, WORLD_VIEW, 0, 1, "block::get_current_block_height", NULL, 0));
    assert_int_equal(world_u64(&w), 7);
    assert_true(world_run(&w, WORLD_SYSTEM, 0, 1, "transaction_context::get_txn_hash", NULL, 0));
    assert_int_equal(w.out.results[0].n, 33);
    assert_int_equal(w.out.results[0].p[1], 0xaa);
    assert_true(
        world_run(&w, WORLD_SYSTEM, 0, 1, "transaction_context::generate_unique_address", NULL, 0));
    assert_int_equal(w.out.results[0].n, 32);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coin_transfer_moves_and_emits),
        cmocka_unit_test(test_table_items_live_under_handle_and_key),
        cmocka_unit_test(test_evm_native_hands_the_message_to_the_host),
        cmocka_unit_test(test_only_the_transactions_own_function_makes_its_tail_atomic),
        cmocka_unit_test(test_each_alias_that_home_of_follows_is_paid_for),
        cmocka_unit_test(test_context_is_that_of_the_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
