/* How much money there is: counted block by block it is what a count of every account gives, fees
 * and destroyed ether are the only ones that go, and a block that makes or loses any is not sealed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "chain/internal.h"
#include "move/native_asset.h"

/* The first key of the development mnemonic. */
static const struct b32 SECRET = {{0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3, 0x6b, 0xa4, 0xa6,
                                   0xb4, 0xd2, 0x38, 0xff, 0x94, 0x4b, 0xac, 0xb4, 0x78, 0xcb, 0xed,
                                   0x5e, 0xfc, 0xae, 0x78, 0x4d, 0x7b, 0xf4, 0xf2, 0xff, 0x80}};
static const struct b20 OTHER = {{0x0a, [19] = 1}};
static const struct b32 MOVE_ACCOUNT = {{0x5e, [31] = 1}}, SOLANA_ACCOUNT = {{0x50, [31] = 1}};

struct world {
    struct chain *chain;
    uint64_t nonce;
    _Atomic int told; /* by the chain, that it has stopped */
    char dir[64];
};

static void tell(void *ctx) {
    struct world *w = ctx;
    w->told++;
}

static struct err open_in(struct world *w) {
    return chain_open(&w->chain, &(struct chain_options){.data_dir = w->dir[0] ? w->dir : NULL,
                                                         .unbalanced = tell,
                                                         .unbalanced_ctx = w});
}

static int setup(void **state) {
    struct world *w = xcalloc(1, sizeof *w);
    *state = w;
    return err_is(open_in(w)) ? -1 : 0;
}

static int setup_durable(void **state) {
    struct world *w = xcalloc(1, sizeof *w);
    *state = w;
    snprintf(w->dir, sizeof w->dir, "/tmp/tern-supply-XXXXXX");
    return !mkdtemp(w->dir) || err_is(open_in(w)) ? -1 : 0;
}

static int teardown(void **state) {
    struct world *w = *state;
    static const char *const files[] = {"data.mdb", "lock.mdb", "tern.lock"};
    char path[128];
    chain_close(w->chain);
    for (size_t i = 0; w->dir[0] && i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", w->dir, files[i]);
        unlink(path);
    }
    if (w->dir[0]) rmdir(w->dir);
    free(w);
    return 0;
}

/* ---- Doing things */

static struct err try_send(struct world *w, const struct b20 *to, struct bytes data,
                           uint64_t value) {
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = w->nonce++,
                        .max_fee = u256_from_u64(100000000000),
                        .max_priority_fee = u256_from_u64(7),
                        .gas_limit = 200000,
                        .is_create = !to,
                        .value = u256_from_u64(value),
                        .data = data};
    struct chain_submitted done;
    struct buf raw = {0};
    if (to) tx.to = *to;
    assert_true(evm_tx_sign(&tx, &SECRET));
    evm_tx_encode(&tx, &raw);
    struct err e = chain_submit_evm(w->chain, buf_bytes(&raw), 10000, &done);
    buf_free(&raw);
    return e;
}

static void send(struct world *w, const struct b20 *to, struct bytes data, uint64_t value) {
    assert_int_equal(try_send(w, to, data, value).code, 0);
}

static void ask_faucets(struct world *w, uint64_t units) {
    struct chain_submitted move;
    struct chain_solana_submitted solana;
    assert_int_equal(chain_faucet_move(w->chain, &MOVE_ACCOUNT, units, 10000, &move).code, 0);
    assert_int_equal(chain_faucet_solana(w->chain, &SOLANA_ACCOUNT, units, 10000, &solana).code, 0);
}

static uint64_t mine(struct world *w) {
    uint64_t height;
    assert_int_equal(chain_mine(w->chain, &(struct chain_mine){.count = 1}, &height).code, 0);
    return height;
}

/* ---- What there is */

static struct chain_reader *reader(struct world *w, uint64_t height) {
    struct chain_reader *r;
    assert_int_equal(chain_reader_open(w->chain, height, &r).code, 0);
    return r;
}

static void assert_u256_equal(struct u256 a, struct u256 b) {
    char x[80], y[80];
    x[u256_to_dec(x, &a)] = y[u256_to_dec(y, &b)] = 0;
    assert_string_equal(x, y);
}

static struct u256 minus(struct u256 a, struct u256 b) {
    u256_sub(&a, &a, &b);
    return a;
}

/* The block's count, after it has been found to be what every account together gives, and what has
 * been issued less what has been burnt. */
static struct chain_supply supply(struct world *w) {
    struct chain_reader *r = reader(w, ST_LATEST);
    struct chain_supply counted, scanned;
    assert_true(chain_supply_at(r, chain_reader_height(r), &counted));
    chain_supply_scan(r, &scanned);
    chain_reader_close(r);
    assert_u256_equal(counted.wei, scanned.wei);
    assert_u256_equal(counted.octas, scanned.octas);
    assert_u256_equal(counted.octas, counted.move_supply);
    assert_u256_equal(counted.coins, scanned.coins);
    assert_u256_equal(counted.lamports, scanned.lamports);
    assert_u256_equal(chain_supply_total(&counted), minus(counted.issued, counted.burnt));
    return counted;
}

static struct u256 ether(uint64_t n) {
    struct u256 e = u256_from_u64(1000000000000000000), k = u256_from_u64(n);
    u256_mul(&e, &e, &k);
    return e;
}

/* ---- Blocks that are in order */

static void test_genesis_issues_what_its_accounts_hold(void **state) {
    struct chain_supply s = supply(*state);
    assert_u256_equal(s.wei, ether(100000)); /* ten accounts, 10,000 ether each */
    assert_u256_equal(s.octas, u256_from_u64(1000000000000000000)); /* the faucet's 10^9 ether */
    assert_true(u256_is_zero(&s.burnt));
    assert_u256_equal(s.issued, chain_supply_total(&s));
}

/* What a block's transactions have paid and nobody got, from its receipts and its header. */
static struct u256 burnt_by_receipts(struct world *w, uint64_t height) {
    struct chain_reader *r = reader(w, height);
    struct chain_block b;
    struct chain_tx tx;
    struct u256 sum = U256_ZERO, fee;
    assert_true(chain_block_at(r, height, &b));
    for (uint32_t i = 0; i < b.root_count; i++) {
        assert_true(chain_tx_at(r, height, i, &tx));
        assert_int_equal(tx.vm, ST_VM_EVM);
        fee = u256_from_u64(tx.gas_used);
        u256_mul(&fee, &fee, &b.base_fee);
        u256_add(&sum, &sum, &fee);
    }
    chain_reader_close(r);
    return sum;
}

static void test_base_fees_are_burnt_and_tips_are_not(void **state) {
    struct world *w = *state;
    struct chain_supply before = supply(w);
    for (int i = 0; i < 3; i++) {
        send(w, &OTHER, (struct bytes){NULL, 0}, 1000 + (uint64_t)i);
        struct chain_supply now = supply(w);
        uint64_t height;
        assert_true(st_store_height(chain_store(w->chain), &height));
        assert_u256_equal(minus(now.burnt, before.burnt), burnt_by_receipts(w, height));
        assert_u256_equal(now.issued, before.issued);
        assert_u256_equal(now.octas, before.octas);
        before = now;
    }
}

static void test_fees_of_move_and_solana_are_burnt(void **state) {
    struct world *w = *state;
    struct chain_supply before = supply(w);
    ask_faucets(w, 5000000);
    struct chain_supply now = supply(w);
    struct u256 octas = minus(before.octas, now.octas),
                lamports = minus(before.lamports, now.lamports);
    assert_false(u256_is_zero(&octas));
    assert_u256_equal(now.wei, before.wei);
    /* The sysvar accounts that the slot has grown were given what they must hold. */
    struct u256 units = u256_from_u64(CHAIN_WEI_PER_UNIT), fees,
                issued = minus(now.issued, before.issued);
    u256_add(&fees, &octas, &lamports);
    u256_mul(&fees, &fees, &units);
    u256_add(&fees, &fees, &issued);
    assert_u256_equal(minus(now.burnt, before.burnt), fees);
}

/* Init code that destroys the contract in favour of itself; and one that makes a child, which
 * destroys itself, and sends it 3 wei afterwards. */
static const uint8_t TO_ITSELF[] = {0x30, 0xff},
                     TO_THE_DEAD[] = {0x61, 0x33, 0xff, 0x5f, 0x52, 0x60, 0x02,
                                      0x60, 0x1e, 0x5f, 0xf0, 0x5f, 0x5f, 0x5f,
                                      0x5f, 0x60, 0x03, 0x85, 0x5a, 0xf1, 0x00};

static void test_ether_of_destroyed_contracts_is_burnt(void **state) {
    struct world *w = *state;
    const struct bytes codes[] = {BYTES_OF(TO_ITSELF), BYTES_OF(TO_THE_DEAD)};
    const uint64_t lost[] = {10, 3};
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct chain_supply before = supply(w);
        send(w, NULL, codes[i], 10);
        struct chain_supply now = supply(w);
        uint64_t height;
        assert_true(st_store_height(chain_store(w->chain), &height));
        struct u256 fees = burnt_by_receipts(w, height), more = minus(now.burnt, before.burnt);
        assert_u256_equal(minus(more, fees), u256_from_u64(lost[i]));
    }
}

static void test_earlier_blocks_keep_their_counts(void **state) {
    struct world *w = *state;
    struct chain_supply first = supply(w), again;
    send(w, &OTHER, (struct bytes){NULL, 0}, 1);
    ask_faucets(w, 3000000);
    struct chain_reader *r = reader(w, 0);
    assert_true(chain_supply_at(r, 0, &again));
    assert_memory_equal(&first, &again, sizeof first);
    chain_supply_scan(r, &again);
    assert_u256_equal(again.octas, first.octas);
    assert_u256_equal(again.lamports, first.lamports);
    assert_false(chain_supply_at(r, 1000, &again));
    chain_reader_close(r);
}

/* ---- What developers do */

static void set_balance(struct world *w, const struct b20 *address, struct u256 value) {
    struct chain_amendment a = {.kind = CHAIN_AMEND_BALANCE, .address = *address, .value = value};
    assert_int_equal(chain_amend(w->chain, &a, 1).code, 0);
}

static void test_amended_balances_are_issued_or_burnt(void **state) {
    struct world *w = *state;
    struct chain_supply before = supply(w), now;
    set_balance(w, &OTHER, ether(5));
    now = supply(w);
    assert_u256_equal(minus(now.issued, before.issued), ether(5));
    assert_true(u256_is_zero(&now.burnt));
    set_balance(w, &OTHER, ether(2));
    now = supply(w);
    assert_u256_equal(now.burnt, ether(3));
    struct chain_amendment item = {.kind = CHAIN_AMEND_ITEM,
                                   .domain = ST_SVM_ACCOUNT,
                                   .item_key = BYTES_OF(SOLANA_ACCOUNT),
                                   .data = {(const uint8_t[49]){7}, 49}};
    assert_int_equal(chain_amend(w->chain, &item, 1).code, 0);
    before = now;
    now = supply(w);
    assert_u256_equal(minus(now.lamports, before.lamports), u256_from_u64(7));
    mine(w);
    supply(w);
    /* As much as a number can be, twice: the sum is beyond it, and the blocks go on. */
    struct u256 most = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    static const struct b20 third = {{0x0a, [19] = 2}};
    set_balance(w, &OTHER, most);
    set_balance(w, &third, most);
    send(w, &OTHER, (struct bytes){NULL, 0}, 0);
    supply(w);
}

static void test_going_back_goes_back_in_the_count_too(void **state) {
    struct world *w = *state;
    struct chain_supply first = supply(w), now;
    uint32_t id;
    bool found;
    assert_int_equal(chain_snapshot(w->chain, &id).code, 0);
    send(w, &OTHER, (struct bytes){NULL, 0}, 12345);
    set_balance(w, &OTHER, ether(9));
    ask_faucets(w, 4000000);
    assert_int_equal(chain_revert(w->chain, id, &found).code, 0);
    assert_true(found);
    now = supply(w);
    assert_memory_equal(&first, &now, sizeof first);
    w->nonce = 0;
    send(w, &OTHER, (struct bytes){NULL, 0}, 12345);
    supply(w);
    assert_int_equal(chain_reset(w->chain).code, 0);
    now = supply(w);
    assert_memory_equal(&first, &now, sizeof first);
    w->nonce = 0;
    send(w, &OTHER, (struct bytes){NULL, 0}, 1);
    supply(w);
}

static void test_a_chain_that_is_opened_again_goes_on_counting(void **state) {
    struct world *w = *state;
    send(w, &OTHER, (struct bytes){NULL, 0}, 77);
    ask_faucets(w, 4000000);
    struct chain_supply before = supply(w), now;
    chain_close(w->chain);
    assert_int_equal(open_in(w).code, 0);
    now = supply(w);
    assert_memory_equal(&before, &now, sizeof before);
    send(w, &OTHER, (struct bytes){NULL, 0}, 77);
    supply(w);
}

/* ---- Faults */

/* The store's own record of the newest block is written over, by hand. */
static struct err run_damage(struct chain *c, void *arg) {
    const struct bytes *record = arg;
    struct st_roots roots;
    uint8_t key[8];
    uint64_t height = 0;
    st_store_height(c->store, &height);
    store_be64(key, height);
    struct err e = st_amend_begin(c->store, c->journal, &roots);
    if (!err_is(e)) e = st_seal_put(c->store, ST_TABLE_SUPPLY, BYTES_OF(key), *record);
    return err_is(e) ? e : st_seal_end(c->store, c->journal);
}

static void damage(struct world *w, struct bytes record) {
    assert_int_equal(chain_order(w->chain, run_damage, &record).code, 0);
    chain_close(w->chain);
    assert_int_equal(open_in(w).code, 0);
}

static void test_a_store_without_a_count_is_counted_when_it_is_opened(void **state) {
    struct world *w = *state;
    send(w, &OTHER, (struct bytes){NULL, 0}, 77);
    ask_faucets(w, 4000000);
    struct chain_supply before = supply(w), now;
    damage(w, BYTES_LIT("none"));
    send(w, &OTHER, (struct bytes){NULL, 0}, 77);
    now = supply(w);
    assert_u256_equal(now.issued, chain_supply_total(&before));
    assert_true(u256_lt(&now.burnt, &before.burnt)); /* of the last block only */
}

/* No block is sealed from here on, whoever asks is told so, and what was sealed can be read. */
static void assert_stopped(struct world *w) {
    uint64_t before, after, height;
    assert_true(st_store_height(chain_store(w->chain), &before));
    assert_true(err_is(try_send(w, &OTHER, (struct bytes){NULL, 0}, 1)));
    assert_true(err_is(chain_mine(w->chain, &(struct chain_mine){.count = 1}, &height)));
    assert_true(st_store_height(chain_store(w->chain), &after));
    assert_int_equal(after, before);
    pthread_join(w->chain->sequencer, NULL);
    w->chain->sequencer_runs = false;
    assert_int_equal(w->told, 1);
    struct chain_reader *r = reader(w, ST_LATEST);
    assert_int_equal(chain_reader_height(r), before);
    chain_reader_close(r);
}

static void test_a_record_that_is_wrong_stops_the_chain(void **state) {
    struct world *w = *state;
    uint8_t record[7 * 32];
    struct chain_reader *r = reader(w, 0);
    struct bytes stored;
    uint8_t key[8] = {0};
    assert_true(st_record_get(chain_reader_snapshot(r), ST_TABLE_SUPPLY, BYTES_OF(key), &stored));
    assert_int_equal(stored.n, sizeof record);
    memcpy(record, stored.p, sizeof record);
    chain_reader_close(r);
    record[31] ^= 1; /* one wei less */
    damage(w, BYTES_OF(record));
    assert_stopped(w);
}

enum fault {
    ETHER_MADE,
    ETHER_LOST,
    LAMPORTS_MADE,
    LAMPORTS_LOST,
    OCTAS_MADE,
    STORE_STALE,
    BURN_CLAIMED
};

/* What a Move session would do that wrote a balance from before a crossing: the store has one octa
 * more, the supply has not. */
static void write_store_alone(struct st_journal *j, const struct b32 *account) {
    static const uint8_t group[] =
        "\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
        "\6object\13ObjectGroup";
    uint8_t key[32 + sizeof group], copy[1024], le[8];
    struct b32 store = mv_native_store(account);
    struct bytes stored;
    memcpy(key, &store, 32);
    memcpy(key + 32, group, sizeof group);
    assert_true(st_get(j, ST_MOVE_GROUP, BYTES_OF(key), &stored) && stored.n <= sizeof copy);
    memcpy(copy, stored.p, stored.n);
    store_le64(le, mv_native_balance(j, account, NULL));
    uint8_t *at = memmem(copy, stored.n, le, sizeof le);
    assert_non_null(at);
    store_le64(at, load_le64(at) + 1);
    st_put(j, ST_MOVE_GROUP, BYTES_OF(key), bytes_make(copy, stored.n));
}

/* What a defect in a machine would do: the change is not said to be an issue or a burn. */
static struct err run_fault(struct chain *c, void *arg) {
    struct st_journal *j = c->journal;
    struct st_account *a = st_account(j, &OTHER);
    struct b32 faucet = chain_solana_faucet_key(c);
    struct st_svm_account s;
    struct u256 wei = a->balance;
    st_begin_tx(j);
    switch (*(enum fault *)arg) {
    case ETHER_MADE:
    case ETHER_LOST:
        if (*(enum fault *)arg == ETHER_MADE)
            u256_add(&wei, &wei, &U256_ONE);
        else
            u256_sub(&wei, &wei, &U256_ONE);
        st_set_balance(j, a, &wei);
        break;
    case LAMPORTS_MADE:
    case LAMPORTS_LOST:
        st_svm_account(j, &faucet, &s);
        s.lamports += *(enum fault *)arg == LAMPORTS_MADE ? 1 : (uint64_t)-1;
        st_set_svm_account(j, &faucet, &s);
        break;
    case OCTAS_MADE: mv_native_arrive(j, &c->faucet_address, 1); break;
    case STORE_STALE: write_store_alone(j, &c->faucet_address); break;
    case BURN_CLAIMED: st_burn(j, &U256_ONE); break;
    }
    st_end_tx(j, true);
    return ERR_NONE;
}

static void test_money_from_nowhere_or_gone_stops_the_chain(void **state) {
    static const enum fault faults[] = {ETHER_MADE, ETHER_LOST,  LAMPORTS_MADE, LAMPORTS_LOST,
                                        OCTAS_MADE, STORE_STALE, BURN_CLAIMED};
    struct world *w = *state;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        enum fault fault = faults[i];
        w->nonce = 0;
        w->told = 0;
        send(w, &OTHER, (struct bytes){NULL, 0}, 1000);
        assert_int_equal(chain_order(w->chain, run_fault, &fault).code, 0);
        assert_stopped(w);
        chain_close(w->chain);
        assert_int_equal(open_in(w).code, 0);
    }
}

/* Two wrongs of the same size in two machines are none: that is what a crossing is. */
static void test_what_leaves_one_machine_and_arrives_in_another_is_in_order(void **state) {
    struct world *w = *state;
    enum fault lost = LAMPORTS_LOST, made = OCTAS_MADE;
    assert_int_equal(chain_order(w->chain, run_fault, &lost).code, 0);
    assert_int_equal(chain_order(w->chain, run_fault, &made).code, 0);
    mine(w);
    supply(w);
}

static void test_simulations_and_replays_do_not_count(void **state) {
    struct world *w = *state;
    send(w, &OTHER, (struct bytes){NULL, 0}, 5);
    ask_faucets(w, 4000000);
    struct chain_supply before = supply(w), now;
    uint64_t height;
    assert_true(st_store_height(chain_store(w->chain), &height));
    for (uint64_t h = 1; h <= height; h++) {
        struct chain_reader *r;
        assert_int_equal(chain_replay_open(w->chain, h, &r).code, 0);
        struct chain_tx tx;
        while (chain_replay_peek(r, &tx)) assert_int_equal(chain_replay_next(r).code, 0);
        chain_reader_close(r);
    }
    now = supply(w);
    assert_memory_equal(&before, &now, sizeof before);
}

#define TEST(name)    cmocka_unit_test_setup_teardown(name, setup, teardown)
#define DURABLE(name) cmocka_unit_test_setup_teardown(name, setup_durable, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_genesis_issues_what_its_accounts_hold),
        TEST(test_base_fees_are_burnt_and_tips_are_not),
        TEST(test_fees_of_move_and_solana_are_burnt),
        TEST(test_ether_of_destroyed_contracts_is_burnt),
        TEST(test_earlier_blocks_keep_their_counts),
        TEST(test_amended_balances_are_issued_or_burnt),
        TEST(test_going_back_goes_back_in_the_count_too),
        DURABLE(test_a_chain_that_is_opened_again_goes_on_counting),
        DURABLE(test_a_store_without_a_count_is_counted_when_it_is_opened),
        DURABLE(test_a_record_that_is_wrong_stops_the_chain),
        TEST(test_money_from_nowhere_or_gone_stops_the_chain),
        TEST(test_what_leaves_one_machine_and_arrives_in_another_is_in_order),
        TEST(test_simulations_and_replays_do_not_count),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
