/* Messages to Solana on a chain: the sysvar accounts that their block's first leg brings up to
 * date, what simulations leave, and running blocks again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chain/internal.h"
#include "codec/codec.h"
#include "crypto/crypto.h"

/* The first key of the development mnemonic. */
static const struct b32 SECRET = {{0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3, 0x6b, 0xa4, 0xa6,
                                   0xb4, 0xd2, 0x38, 0xff, 0x94, 0x4b, 0xac, 0xb4, 0x78, 0xcb, 0xed,
                                   0x5e, 0xfc, 0xae, 0x78, 0x4d, 0x7b, 0xf4, 0xf2, 0xff, 0x80}};
static const struct b20 SENDER = {{0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce,
                                   0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66}};
static const struct b32 TARGET = {{0x7a, [31] = 1}};

enum { LAMPORTS = 1000000000 };

static struct chain *chain;
static struct arena arena;
static uint64_t nonce;

static struct b32 sender_alias(void) {
    struct xvm_actor home = xvm_evm_actor(&SENDER), alias = xvm_alias_of(&home, ST_VM_SVM, NULL);
    return xvm_actor_b32(&alias);
}

static int setup(void **state) {
    struct chain_solana_submitted done;
    struct b32 alias = sender_alias();
    (void)state;
    nonce = 0;
    arena_init(&arena, 0);
    if (err_is(chain_open(&chain, &(struct chain_options){.block_time_ms = 0}))) return -1;
    return chain_faucet_solana(chain, &alias, 10ull * LAMPORTS, 10000, &done).code ? -1 : 0;
}

static int teardown(void **state) {
    (void)state;
    chain_close(chain);
    arena_free(&arena);
    return 0;
}

/* ---- SolanaVM.call of a transfer from the alias */

static struct abi_value meta_value(const struct abi_type *t, const struct b32 *key, bool signer) {
    struct abi_value *fields = ARENA_ARRAY(&arena, struct abi_value, 3);
    fields[0] =
        (struct abi_value){.type = &t->items[0], .data = arena_copy(&arena, BYTES_OF(*key))};
    fields[1] = (struct abi_value){.type = &t->items[1], .word = u256_from_u64(signer)};
    fields[2] = (struct abi_value){.type = &t->items[2], .word = U256_ONE};
    return (struct abi_value){.type = t, .items = fields, .count = 3};
}

static struct bytes transfer_call(uint64_t lamports) {
    struct abi_function f;
    struct b32 alias = sender_alias(), hash, system = {{0}};
    uint8_t data[12] = {2};
    struct abi_value items[3], metas[2];
    struct buf out = {0};
    store_le64(data + 4, lamports);
    assert_int_equal(
        abi_parse_function(&arena, BYTES_LIT("call(bytes32,(bytes32,bool,bool)[],bytes)"), &f).code,
        0);
    const struct abi_type *t = f.inputs->items;
    metas[0] = meta_value(t[1].items, &alias, true);
    metas[1] = meta_value(t[1].items, &TARGET, false);
    items[0] = (struct abi_value){.type = &t[0], .data = BYTES_OF(system)};
    items[1] = (struct abi_value){.type = &t[1], .items = metas, .count = 2};
    items[2] = (struct abi_value){.type = &t[2], .data = BYTES_OF(data)};
    keccak256(&hash, f.signature);
    buf_put(&out, hash.b, 4);
    struct abi_value all = {.type = f.inputs, .items = items, .count = 3};
    assert_int_equal(abi_encode(&out, &arena, &all).code, 0);
    struct bytes copy = arena_copy(&arena, buf_bytes(&out));
    buf_free(&out);
    return copy;
}

static uint64_t height_now(void) {
    uint64_t height;
    assert_true(st_store_height(chain_store(chain), &height));
    return height;
}

/* Sends and waits; returns the height of the block. */
static uint64_t transfer(uint64_t lamports) {
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = nonce++,
                        .max_fee = u256_from_u64(100000000000),
                        .max_priority_fee = U256_ONE,
                        .gas_limit = 200000,
                        .to = XVM_SOLANAVM_ADDRESS,
                        .data = transfer_call(lamports)};
    struct chain_submitted done;
    struct buf raw = {0};
    assert_true(evm_tx_sign(&tx, &SECRET));
    evm_tx_encode(&tx, &raw);
    assert_int_equal(chain_submit_evm(chain, buf_bytes(&raw), 10000, &done).code, 0);
    assert_true(done.sealed);
    buf_free(&raw);
    return height_now();
}

/* ---- Reading */

static struct chain_reader *reader(uint64_t height) {
    struct chain_reader *r;
    assert_int_equal(chain_reader_open(chain, height, &r).code, 0);
    return r;
}

static uint64_t clock_slot(struct chain_reader *r) {
    struct st_svm_account a;
    assert_true(st_svm_account(chain_reader_journal(r), sol_id(SOL_ID_SYSVAR_CLOCK), &a));
    return load_le64(a.data.p);
}

static uint64_t lamports_of(struct chain_reader *r, const struct b32 *key) {
    struct st_svm_account a = {0};
    st_svm_account(chain_reader_journal(r), key, &a);
    return a.lamports;
}

static struct chain_block block(uint64_t height) {
    struct chain_block b;
    struct chain_reader *r = reader(height);
    assert_true(chain_block_at(r, height, &b));
    chain_reader_close(r);
    return b;
}

static struct chain_tx only_tx(uint64_t height) {
    struct chain_tx tx;
    struct chain_reader *r = reader(height);
    assert_true(chain_load_tx(r->snapshot, height, 0, &arena, &tx));
    chain_reader_close(r);
    return tx;
}

/* ---- Tests */

static void test_first_leg_of_a_block_brings_the_sysvars_up_to_it(void **state) {
    (void)state;
    uint64_t before = height_now(), height = transfer(LAMPORTS);
    struct chain_reader *r = reader(height), *old = reader(before);
    assert_int_equal(clock_slot(r), height);
    assert_int_equal(clock_slot(old), before); /* the airdrop's */
    assert_int_equal(lamports_of(r, &TARGET), LAMPORTS);
    assert_int_equal(lamports_of(old, &TARGET), 0);
    struct st_svm_account hashes;
    assert_true(
        st_svm_account(chain_reader_journal(r), sol_id(SOL_ID_SYSVAR_SLOT_HASHES), &hashes));
    struct chain_block parent = block(height - 1);
    assert_int_equal(load_le64(hashes.data.p + 8), height - 1);
    assert_memory_equal(hashes.data.p + 16, &parent.hash, 32);
    chain_reader_close(r);
    chain_reader_close(old);
}

static void test_sysvars_stay_when_the_first_leg_fails(void **state) {
    (void)state;
    uint64_t height = transfer(100ull * LAMPORTS);
    struct chain_tx tx = only_tx(height);
    assert_true(tx.ok);
    assert_int_equal(tx.leg_count, 2);
    assert_false(tx.legs[1].ok);
    assert_non_null(tx.legs[1].svm);
    struct chain_reader *r = reader(height);
    assert_int_equal(clock_slot(r), height);
    assert_int_equal(lamports_of(r, &TARGET), 0);
    chain_reader_close(r);
}

static void test_block_without_a_leg_leaves_the_solana_root(void **state) {
    (void)state;
    uint64_t with = transfer(LAMPORTS);
    struct chain_block a = block(with - 1), b = block(with);
    assert_memory_not_equal(&a.roots.svm, &b.roots.svm, 32);
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = nonce++,
                        .max_fee = u256_from_u64(100000000000),
                        .gas_limit = 21000,
                        .to = SENDER};
    struct chain_submitted done;
    struct buf raw = {0};
    assert_true(evm_tx_sign(&tx, &SECRET));
    evm_tx_encode(&tx, &raw);
    assert_int_equal(chain_submit_evm(chain, buf_bytes(&raw), 10000, &done).code, 0);
    buf_free(&raw);
    struct chain_block c = block(height_now());
    assert_int_equal(c.height, with + 1);
    assert_memory_equal(&b.roots.svm, &c.roots.svm, 32);
}

static void test_simulations_leave_nothing_and_give_the_same(void **state) {
    (void)state;
    uint64_t height = transfer(LAMPORTS);
    struct chain_reader *r = reader(height);
    struct chain_evm_call call = {.from = SENDER,
                                  .has_to = true,
                                  .to = XVM_SOLANAVM_ADDRESS,
                                  .data = transfer_call(LAMPORTS),
                                  .gas = 200000};
    uint64_t first = 0, estimate;
    for (int i = 0; i < 3; i++) {
        struct chain_evm_result out;
        assert_int_equal(chain_simulate_evm(r, &call, &out).code, 0);
        assert_true(out.ok);
        assert_int_equal(out.leg_count, 2);
        assert_true(out.legs[1].ok);
        if (i == 0) first = out.gas_used;
        assert_int_equal(out.gas_used, first);
        assert_int_equal(clock_slot(r), height);
        assert_int_equal(lamports_of(r, &TARGET), LAMPORTS);
    }
    struct chain_evm_result out;
    assert_int_equal(chain_estimate_evm(r, &call, &estimate, &out).code, 0);
    assert_true(out.ok);
    assert_in_range(estimate, first, 2 * first);
    chain_reader_close(r);
    struct chain_tx tx = only_tx(transfer(LAMPORTS));
    assert_int_equal(tx.gas_used, first);
}

static void test_blocks_run_again_to_the_same_end(void **state) {
    (void)state;
    uint64_t last = 0;
    transfer(LAMPORTS);
    transfer(100ull * LAMPORTS);
    last = transfer(LAMPORTS);
    for (uint64_t height = last - 2; height <= last; height++) {
        struct chain_reader *r;
        assert_int_equal(chain_replay_open(chain, height, &r).code, 0);
        struct err e = chain_replay_next(r);
        if (err_is(e)) fail_msg("%s", e.text);
        assert_int_equal(clock_slot(r), height);
        chain_reader_close(r);
    }
}

static void test_another_end_of_a_leg_is_noticed(void **state) {
    (void)state;
    struct b32 alias = sender_alias();
    uint64_t height = transfer(LAMPORTS);
    struct chain_reader *r;
    assert_int_equal(chain_replay_open(chain, height, &r).code, 0);
    struct st_journal *j = chain_reader_journal(r);
    st_begin_tx(j); /* as if the alias had had another balance */
    st_set_svm_account(
        j, &alias, &(struct st_svm_account){.lamports = 9ull * LAMPORTS, .rent_epoch = UINT64_MAX});
    st_end_tx(j, true);
    struct err e = chain_replay_next(r);
    assert_int_equal(e.code, CHAIN_ERR_REPLAY);
    assert_non_null(strstr(e.text, "Solana leg"));
    chain_reader_close(r);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_first_leg_of_a_block_brings_the_sysvars_up_to_it),
        T(test_sysvars_stay_when_the_first_leg_fails),
        T(test_block_without_a_leg_leaves_the_solana_root),
        T(test_simulations_leave_nothing_and_give_the_same),
        T(test_blocks_run_again_to_the_same_end),
        T(test_another_end_of_a_leg_is_noticed),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
