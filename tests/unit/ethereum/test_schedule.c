/* Schedules: names of block tests, what is in force where, and what is no schedule. */
#include "../codec/helpers.h"
#include "ethereum/ethereum.h"

static struct eth_rules at(const char *network, uint64_t number, uint64_t time) {
    struct eth_schedule s;
    if (!eth_schedule_network(&s, bytes_cstr(network))) fail_msg("no network %s", network);
    return eth_rules_at(&s, number, time, &U256_ZERO);
}

static void test_names_of_networks_give_their_forks(void **state) {
    (void)state;
    static const struct {
        const char *network;
        uint64_t number, time;
        enum evm_fork fork;
        uint32_t blobs;
    } cases[] = {
        {"Frontier", 5, 1000, EVM_FRONTIER, 0},
        {"Homestead", 0, 0, EVM_HOMESTEAD, 0},
        {"EIP150", 1, 0, EVM_EIP150, 0},
        {"TangerineWhistle", 1, 0, EVM_EIP150, 0},
        {"EIP158", 1, 0, EVM_EIP158, 0},
        {"Byzantium", 1, 0, EVM_BYZANTIUM, 0},
        {"Constantinople", 1, 0, EVM_CONSTANTINOPLE, 0},
        {"ConstantinopleFix", 1, 0, EVM_PETERSBURG, 0},
        {"Istanbul", 1, 0, EVM_ISTANBUL, 0},
        {"MuirGlacier", 1, 0, EVM_ISTANBUL, 0},
        {"Berlin", 1, 0, EVM_BERLIN, 0},
        {"London", 1, 0, EVM_LONDON, 0},
        {"GrayGlacier", 1, 0, EVM_LONDON, 0},
        {"Merge", 0, 0, EVM_PARIS, 0},
        {"Paris", 1, 1, EVM_PARIS, 0},
        {"Shanghai", 1, 1, EVM_SHANGHAI, 0},
        {"Cancun", 1, 1, EVM_CANCUN, 6},
        {"Prague", 1, 1, EVM_PRAGUE, 9},
        {"Osaka", 1, 1, EVM_OSAKA, 9},
        {"BPO1", 1, 1, EVM_OSAKA, 15},
        {"BPO2", 1, 1, EVM_OSAKA, 21},
        {"FrontierToHomesteadAt5", 4, 100, EVM_FRONTIER, 0},
        {"FrontierToHomesteadAt5", 5, 100, EVM_HOMESTEAD, 0},
        {"ByzantiumToConstantinopleFixAt5", 4, 0, EVM_BYZANTIUM, 0},
        {"ByzantiumToConstantinopleFixAt5", 5, 0, EVM_PETERSBURG, 0},
        {"BerlinToLondonAt5", 5, 0, EVM_LONDON, 0},
        {"ParisToShanghaiAtTime15k", 9, 14999, EVM_PARIS, 0},
        {"ParisToShanghaiAtTime15k", 9, 15000, EVM_SHANGHAI, 0},
        {"CancunToPragueAtTime15k", 9, 14999, EVM_CANCUN, 6},
        {"CancunToPragueAtTime15k", 9, 15000, EVM_PRAGUE, 9},
        {"OsakaToBPO1AtTime15k", 9, 14999, EVM_OSAKA, 9},
        {"OsakaToBPO1AtTime15k", 9, 15000, EVM_OSAKA, 15},
        {"BPO1ToBPO2AtTime15k", 9, 15000, EVM_OSAKA, 21},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct eth_rules r = at(cases[i].network, cases[i].number, cases[i].time);
        if (r.fork != cases[i].fork || r.blobs.max != cases[i].blobs)
            fail_msg("%s at %llu: %s, %u blobs", cases[i].network,
                     (unsigned long long)cases[i].number, evm_fork_name(r.fork), r.blobs.max);
        assert_int_equal(r.merged, r.fork >= EVM_PARIS);
    }
}

static void test_other_names_are_no_networks(void **state) {
    (void)state;
    static const char *const names[] = {"",
                                        "Nowhere",
                                        "ToAt5",
                                        "FrontierToNowhereAt5",
                                        "CancunTo",
                                        "BerlinToLondonAt",
                                        "BerlinToLondonAt5x",
                                        "BerlinToLondonAtDiff5"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct eth_schedule s;
        assert_false(eth_schedule_network(&s, bytes_cstr(names[i])));
    }
}

static void test_merge_comes_with_the_total_difficulty(void **state) {
    (void)state;
    struct eth_schedule s;
    struct u256 below = u256_from_u64(0xbffff), reached = u256_from_u64(0xc0000);
    assert_true(eth_schedule_network(&s, BYTES_LIT("ArrowGlacierToParisAtDiffC0000")));
    struct eth_rules before = eth_rules_at(&s, 3, 0, &below),
                     after = eth_rules_at(&s, 3, 0, &reached);
    assert_false(before.merged);
    assert_int_equal(before.fork, EVM_LONDON);
    assert_int_equal(before.bomb_delay, 10700000);
    assert_true(after.merged);
    assert_int_equal(after.fork, EVM_PARIS);
}

static void test_dao_fork_binds_ten_blocks(void **state) {
    (void)state;
    struct eth_schedule s;
    assert_true(eth_schedule_network(&s, BYTES_LIT("HomesteadToDaoAt5")));
    for (uint64_t n = 0; n < 20; n++) {
        struct eth_rules r = eth_rules_at(&s, n, 0, &U256_ZERO);
        assert_int_equal(r.dao_fork, n == 5);
        assert_int_equal(r.dao_extra, n >= 5 && n < 15);
    }
}

static void check_refused(const char *config, const char *word) {
    struct eth_schedule s;
    struct err e = eth_schedule_read(bytes_cstr(config), &arena, &s);
    assert_true(err_is(e));
    if (!strstr(e.text, word)) fail_msg("'%s' does not say %s", e.text, word);
}

static void test_configs_out_of_order_are_refused(void **state) {
    (void)state;
    check_refused("{\"homesteadBlock\":5,\"eip150Block\":3}", "eip150Block comes before");
    check_refused("{\"homesteadBlock\":0,\"eip158Block\":3}", "not eip150Block");
    check_refused("{\"cancunTime\":1}", "cancunTime");
    check_refused("{\"homesteadBlock\":-1}", "homesteadBlock");
    check_refused("{\"homesteadBlock\":\"x\"}", "homesteadBlock");
    check_refused("{\"chainId\":0}", "chainId");
    check_refused("{\"amsterdamTime\":0}", "amsterdamTime");
    check_refused("{\"clique\":{\"period\":1}}", "clique");
    check_refused("{\"blobSchedule\":{\"cancun\":{\"target\":1,\"max\":0}}}", "blobSchedule");
    check_refused("{\"blobSchedule\":{\"berlin\":{\"target\":1,\"max\":2}}}", "blobSchedule");
    check_refused("[]", "config");
    check_refused("{", "JSON");
}

/* Mainnet's config as geth prints it, and the blocks at which mainnet changed its rules. */
static void test_mainnet_changes_where_it_did(void **state) {
    (void)state;
    static const char config[] =
        "{\"chainId\":1,\"homesteadBlock\":1150000,\"daoForkBlock\":1920000,\"daoForkSupport\":"
        "true,"
        "\"eip150Block\":2463000,\"eip155Block\":2675000,\"eip158Block\":2675000,"
        "\"byzantiumBlock\":4370000,\"constantinopleBlock\":7280000,\"petersburgBlock\":7280000,"
        "\"istanbulBlock\":9069000,\"muirGlacierBlock\":9200000,\"berlinBlock\":12244000,"
        "\"londonBlock\":12965000,\"arrowGlacierBlock\":13773000,\"grayGlacierBlock\":15050000,"
        "\"terminalTotalDifficulty\":58750000000000000000000,\"shanghaiTime\":1681338455,"
        "\"cancunTime\":1710338135,\"pragueTime\":1746612311,\"osakaTime\":1764798551,"
        "\"bpo1Time\":1765290071,\"bpo2Time\":1767747671,\"ethash\":{}}";
    static const struct {
        uint64_t number, time;
        bool merged;
        enum evm_fork fork;
        uint64_t bomb_delay;
        uint32_t blobs;
    } cases[] = {
        {1149999, 1457981342, false, EVM_FRONTIER, 0, 0},
        {1150000, 1457981393, false, EVM_HOMESTEAD, 0, 0},
        {2674999, 1479831337, false, EVM_EIP150, 0, 0},
        {4370000, 1508131331, false, EVM_BYZANTIUM, 3000000, 0},
        {7280000, 1551383524, false, EVM_PETERSBURG, 5000000, 0},
        {9200000, 1577953849, false, EVM_ISTANBUL, 9000000, 0},
        {12965000, 1628166822, false, EVM_LONDON, 9700000, 0},
        {15537393, 1663224162, false, EVM_LONDON, 11400000, 0},
        {15537394, 1663224179, true, EVM_PARIS, 11400000, 0},
        {17034870, 1681338479, true, EVM_SHANGHAI, 11400000, 0},
        {19426587, 1710338135, true, EVM_CANCUN, 11400000, 6},
        {22431084, 1746612311, true, EVM_PRAGUE, 11400000, 9},
        {23935694, 1764798551, true, EVM_OSAKA, 11400000, 9},
        {23975778, 1765290071, true, EVM_OSAKA, 11400000, 15},
        {24179383, 1767747671, true, EVM_OSAKA, 11400000, 21},
    };
    struct eth_schedule s;
    assert_ok(eth_schedule_read(BYTES_LIT(config), &arena, &s));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct u256 td = cases[i].merged ? s.terminal_total_difficulty : U256_ONE;
        struct eth_rules r = eth_rules_at(&s, cases[i].number, cases[i].time, &td);
        assert_int_equal(r.merged, cases[i].merged);
        if (r.fork != cases[i].fork)
            fail_msg("block %llu: %s", (unsigned long long)cases[i].number, evm_fork_name(r.fork));
        assert_int_equal(r.bomb_delay, cases[i].bomb_delay);
        assert_int_equal(r.blobs.max, cases[i].blobs);
        assert_int_equal(r.dao_fork, cases[i].number == 1920000);
    }
}

/* Mainnet's terminal total difficulty is no 64-bit number. */
static void test_large_total_difficulty_is_read(void **state) {
    (void)state;
    struct eth_schedule s;
    struct u256 want;
    assert_ok(eth_schedule_read(
        BYTES_LIT("{\"chainId\":1,\"terminalTotalDifficulty\": 58750000000000000000000}"), &arena,
        &s));
    assert_true(u256_from_dec(&want, BYTES_LIT("58750000000000000000000")));
    assert_true(s.merges && u256_eq(&s.terminal_total_difficulty, &want));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_networks_give_their_forks),
        cmocka_unit_test(test_other_names_are_no_networks),
        cmocka_unit_test(test_merge_comes_with_the_total_difficulty),
        cmocka_unit_test(test_dao_fork_binds_ten_blocks),
        cmocka_unit_test(test_configs_out_of_order_are_refused),
        cmocka_unit_test(test_mainnet_changes_where_it_did),
        cmocka_unit_test(test_large_total_difficulty_is_read),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
