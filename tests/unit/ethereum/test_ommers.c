/* Ommers: who may be one (Yellow Paper, 11.1) and what they earn (11.3). */
#include "../codec/helpers.h"
#include "ethereum/ethereum.h"

enum { CHAIN = 9, BLOCK = CHAIN }; /* blocks 0 … 8 are there; the block in question is number 9 */

static struct eth_schedule schedule;
static struct eth_rules rules;
static struct eth_header chain[CHAIN];
static struct eth_ancestor ancestors[ETH_ANCESTORS];

/* A valid child; `salt` makes it differ from its siblings. */
static struct eth_header child_of(const struct eth_header *parent, const char *salt) {
    struct eth_header h = {.fields = ETH_FIELDS_FRONTIER,
                           .parent_hash = eth_header_hash(parent),
                           .ommers_hash = ETH_EMPTY_OMMERS,
                           .number = parent->number + 1,
                           .timestamp = parent->timestamp + 13,
                           .gas_limit = parent->gas_limit,
                           .extra = bytes_cstr(salt)};
    h.difficulty = eth_difficulty(&rules, parent, h.number, h.timestamp);
    return h;
}

static int build_chain(void **state) {
    assert_true(eth_schedule_network(&schedule, BYTES_LIT("Byzantium")));
    rules = eth_rules_at(&schedule, 1, 1, &U256_ZERO);
    chain[0] = (struct eth_header){.fields = ETH_FIELDS_FRONTIER,
                                   .ommers_hash = ETH_EMPTY_OMMERS,
                                   .gas_limit = 5000000,
                                   .difficulty = u256_from_u64(1000000)};
    for (size_t i = 1; i < CHAIN; i++) chain[i] = child_of(&chain[i - 1], "main");
    for (size_t i = 0; i < ETH_ANCESTORS; i++) {
        ancestors[i] = (struct eth_ancestor){.header = chain[CHAIN - 1 - i]};
        ancestors[i].hash = eth_header_hash(&ancestors[i].header);
    }
    return setup_arena(state);
}

static enum eth_err verdict(const struct eth_header *ommers, size_t count) {
    struct eth_block b = {
        .header = child_of(&chain[CHAIN - 1], "block"), .ommers = ommers, .ommer_count = count};
    struct eth_refusal why = {0};
    b.hash = eth_header_hash(&b.header);
    return eth_check_ommers(&schedule, &rules, &b, ancestors, ETH_ANCESTORS, &why) ? ETH_OK
                                                                                   : why.code;
}

static void test_children_of_the_last_six_grandparents_may_be_ommers(void **state) {
    (void)state;
    for (size_t parent = 0; parent < CHAIN; parent++) {
        struct eth_header ommer = child_of(&chain[parent], "ommer");
        enum eth_err want = parent >= 2 && parent <= 7 ? ETH_OK : ETH_UNCLE_UNKNOWN_PARENT;
        assert_int_equal(verdict(&ommer, 1), want);
    }
}

static void test_each_ommer_counts_once(void **state) {
    (void)state;
    struct eth_header two[3] = {child_of(&chain[7], "a"), child_of(&chain[6], "b"),
                                child_of(&chain[5], "c")};
    assert_int_equal(verdict(two, 0), ETH_OK);
    assert_int_equal(verdict(two, 2), ETH_OK);
    assert_int_equal(verdict(two, 3), ETH_TOO_MANY_UNCLES);
    struct eth_header same[2] = {two[0], two[0]};
    assert_int_equal(verdict(same, 2), ETH_UNCLE_IN_CHAIN);
    ancestors[1].ommers = &two[1];
    ancestors[1].ommer_count = 1;
    assert_int_equal(verdict(two, 2), ETH_UNCLE_IN_CHAIN);
    assert_int_equal(verdict(two, 1), ETH_OK);
    ancestors[1].ommer_count = 0;
}

static void test_ancestors_and_wrong_headers_are_no_ommers(void **state) {
    (void)state;
    assert_int_equal(verdict(&chain[8], 1), ETH_UNCLE_IS_ANCESTOR);
    assert_int_equal(verdict(&chain[4], 1), ETH_UNCLE_IS_ANCESTOR);
    struct eth_header bad = child_of(&chain[7], "bad");
    bad.difficulty.w[0]++;
    assert_int_equal(verdict(&bad, 1), ETH_UNCLE_INVALID);
    bad = child_of(&chain[7], "bad");
    bad.gas_limit *= 2;
    assert_int_equal(verdict(&bad, 1), ETH_UNCLE_INVALID);
    bad = child_of(&chain[7], "bad");
    bad.timestamp = chain[7].timestamp;
    assert_int_equal(verdict(&bad, 1), ETH_UNCLE_INVALID);
    bad = child_of(&chain[7], "bad");
    bad.fields = ETH_FIELDS_LONDON;
    assert_int_equal(verdict(&bad, 1), ETH_UNCLE_INVALID);
    struct eth_header good = child_of(&chain[7], "good");
    rules.merged = true;
    assert_int_equal(verdict(&good, 1), ETH_IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS);
    rules.merged = false;
}

static uint64_t balance_of(struct st_journal *j, uint8_t last) {
    struct b20 address = {{[19] = last}};
    struct u256 b = st_account(j, &address)->balance;
    assert_true(u256_fits_u64(&b));
    return b.w[0];
}

/* With R the fork's reward: an ommer at distance d earns R * (8 - d) / 8, the block R and R / 32
 * for each. In wei, by hand. */
static void test_rewards_are_those_of_the_fork(void **state) {
    (void)state;
    static const struct {
        const char *network;
        uint64_t block, near_ommer, far_ommer; /* distances 1 and 6 */
    } cases[] = {
        {"Frontier", 5312500000000000000u, 4375000000000000000u, 1250000000000000000u},
        {"EIP158", 5312500000000000000u, 4375000000000000000u, 1250000000000000000u},
        {"Byzantium", 3187500000000000000u, 2625000000000000000u, 750000000000000000u},
        {"Istanbul", 2125000000000000000u, 1750000000000000000u, 500000000000000000u},
        {"Paris", 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct eth_schedule s;
        struct st_journal *j = st_journal_new(NULL);
        struct eth_header ommers[2] = {{.number = BLOCK - 1, .coinbase = {{[19] = 2}}},
                                       {.number = BLOCK - 6, .coinbase = {{[19] = 3}}}};
        struct eth_block b = {.header = {.number = BLOCK, .coinbase = {{[19] = 1}}},
                              .ommers = ommers,
                              .ommer_count = 2};
        struct eth_context context = {.chain_id = 1, .journal = j, .arena = &arena};
        struct eth_refusal why;
        struct eth_run run;
        assert_true(eth_schedule_network(&s, bytes_cstr(cases[i].network)));
        struct eth_rules r = eth_rules_at(&s, BLOCK, 1, &U256_ZERO);
        if (r.merged) b.ommer_count = 0;
        eth_run_begin(&run, &context, &r, &b.header);
        assert_true(eth_run_end(&run, &b, &why));
        assert_int_equal(balance_of(j, 1), cases[i].block);
        assert_int_equal(balance_of(j, 2), cases[i].near_ommer);
        assert_int_equal(balance_of(j, 3), cases[i].far_ommer);
        st_journal_free(j);
    }
}

/* EIP-779: the DAO's first block moves the balances, whole, and only with support. */
static void test_dao_fork_moves_the_balances(void **state) {
    (void)state;
    struct b20 drained, refund;
    memcpy(drained.b, unhex("bb9bc244d798123fde783fcc1c72d3bb8c189413").p, 20);
    memcpy(refund.b, unhex("bf4ed7b27f1d666546e30d74d50d173d20bca754").p, 20);
    for (int support = 0; support < 2; support++) {
        struct eth_schedule s;
        struct eth_run run;
        struct st_journal *j = st_journal_new(NULL);
        struct u256 sum = u256_from_u64(12345);
        st_begin_tx(j);
        st_set_balance(j, st_account(j, &drained), &sum);
        st_end_tx(j, false);
        assert_true(eth_schedule_network(&s, BYTES_LIT("HomesteadToDaoAt5")));
        s.dao_support = support;
        struct eth_rules r = eth_rules_at(&s, 5, 1, &U256_ZERO);
        struct eth_header h = {.number = 5};
        struct eth_context context = {.chain_id = 1, .journal = j, .arena = &arena};
        eth_run_begin(&run, &context, &r, &h);
        assert_int_equal(st_account(j, &drained)->balance.w[0], support ? 0 : 12345);
        assert_int_equal(st_account(j, &refund)->balance.w[0], support ? 12345 : 0);
        st_journal_free(j);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_children_of_the_last_six_grandparents_may_be_ommers),
        cmocka_unit_test(test_each_ommer_counts_once),
        cmocka_unit_test(test_ancestors_and_wrong_headers_are_no_ommers),
        cmocka_unit_test(test_rewards_are_those_of_the_fork),
        cmocka_unit_test(test_dao_fork_moves_the_balances),
    };
    return cmocka_run_group_tests(tests, build_chain, teardown_arena);
}
