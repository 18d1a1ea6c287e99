/* Which rules hold when. */
#include <strings.h>

#include "ethereum/ethereum.h"

/* One row for each step: its field in a geth genesis, whether a schedule may leave it out, the EVM
 * fork that it brings (EVM_FORK_COUNT: none), and its name in block tests and blob schedules. */
static const struct {
    const char *field;
    bool optional;
    enum evm_fork fork;
    const char *name;
} steps[ETH_STEP_COUNT] = {
    [ETH_HOMESTEAD] = {"homesteadBlock", false, EVM_HOMESTEAD, "Homestead"},
    [ETH_DAO] = {"daoForkBlock", true, EVM_FORK_COUNT, "Dao"},
    [ETH_EIP150] = {"eip150Block", false, EVM_EIP150, "EIP150"},
    [ETH_EIP155] = {"eip155Block", false, EVM_FORK_COUNT, "EIP155"},
    [ETH_EIP158] = {"eip158Block", false, EVM_EIP158, "EIP158"},
    [ETH_BYZANTIUM] = {"byzantiumBlock", false, EVM_BYZANTIUM, "Byzantium"},
    [ETH_CONSTANTINOPLE] = {"constantinopleBlock", false, EVM_CONSTANTINOPLE, "Constantinople"},
    [ETH_PETERSBURG] = {"petersburgBlock", false, EVM_PETERSBURG, "ConstantinopleFix"},
    [ETH_ISTANBUL] = {"istanbulBlock", false, EVM_ISTANBUL, "Istanbul"},
    [ETH_MUIR_GLACIER] = {"muirGlacierBlock", true, EVM_FORK_COUNT, "MuirGlacier"},
    [ETH_BERLIN] = {"berlinBlock", false, EVM_BERLIN, "Berlin"},
    [ETH_LONDON] = {"londonBlock", false, EVM_LONDON, "London"},
    [ETH_ARROW_GLACIER] = {"arrowGlacierBlock", true, EVM_FORK_COUNT, "ArrowGlacier"},
    [ETH_GRAY_GLACIER] = {"grayGlacierBlock", true, EVM_FORK_COUNT, "GrayGlacier"},
    [ETH_NETSPLIT] = {"mergeNetsplitBlock", true, EVM_FORK_COUNT, "MergeNetsplit"},
    [ETH_SHANGHAI] = {"shanghaiTime", false, EVM_SHANGHAI, "Shanghai"},
    [ETH_CANCUN] = {"cancunTime", false, EVM_CANCUN, "Cancun"},
    [ETH_PRAGUE] = {"pragueTime", false, EVM_PRAGUE, "Prague"},
    [ETH_OSAKA] = {"osakaTime", false, EVM_OSAKA, "Osaka"},
    [ETH_BPO1] = {"bpo1Time", true, EVM_FORK_COUNT, "BPO1"},
    [ETH_BPO2] = {"bpo2Time", true, EVM_FORK_COUNT, "BPO2"},
    [ETH_BPO3] = {"bpo3Time", true, EVM_FORK_COUNT, "BPO3"},
    [ETH_BPO4] = {"bpo4Time", true, EVM_FORK_COUNT, "BPO4"},
    [ETH_BPO5] = {"bpo5Time", true, EVM_FORK_COUNT, "BPO5"},
};

/* EIP-4844, EIP-7691 and EIP-7892 with mainnet's parameters; a step without any keeps those before
 * it. */
static const struct eth_blobs mainnet_blobs[ETH_STEP_COUNT] = {
    [ETH_CANCUN] = {3, 6, 3338477},
    [ETH_PRAGUE] = {6, 9, 5007716},
    [ETH_BPO1] = {10, 15, 8346193},
    [ETH_BPO2] = {14, 21, 11684671},
};

/* The deposit contract of mainnet (EIP-6110). */
static const struct b20 mainnet_deposits = {{0x00, 0x00, 0x00, 0x00, 0x21, 0x9a, 0xb5,
                                             0x40, 0x35, 0x6c, 0xbb, 0x83, 0x9c, 0xbe,
                                             0x05, 0x30, 0x3d, 0x77, 0x05, 0xfa}};

enum { DAO_EXTRA_BLOCKS = 10 };

const char *eth_step_name(enum eth_step step) {
    return steps[step].field;
}

bool eth_step_parse(struct bytes name, enum eth_step *out) {
    for (int i = 0; i < ETH_STEP_COUNT; i++) {
        size_t n = strlen(steps[i].name);
        if (name.n != n || strncasecmp((const char *)name.p, steps[i].name, n) != 0) continue;
        *out = (enum eth_step)i;
        return true;
    }
    return false;
}

void eth_schedule_frontier(struct eth_schedule *s) {
    *s = (struct eth_schedule){.chain_id = 1, .deposit_contract = mainnet_deposits};
    for (int i = 0; i < ETH_STEP_COUNT; i++) s->at[i] = ETH_NEVER;
    memcpy(s->blobs, mainnet_blobs, sizeof s->blobs);
}

/* ---- Schedules by name */

/* Everything up to and with that step from the start on; the DAO's fork only if it is the step. */
static void all_until(struct eth_schedule *s, enum eth_step last) {
    for (int i = 0; i <= (int)last; i++)
        if (i != ETH_DAO || i == (int)last) s->at[i] = 0;
    if (last >= ETH_NETSPLIT) s->merges = true;
}

static enum eth_step step_of(enum evm_fork fork) {
    for (int i = 0; i < ETH_STEP_COUNT; i++)
        if (steps[i].fork == fork) return (enum eth_step)i;
    return fork == EVM_PARIS ? ETH_NETSPLIT : ETH_STEP_COUNT;
}

void eth_schedule_fork(struct eth_schedule *s, enum evm_fork fork) {
    eth_schedule_frontier(s);
    enum eth_step step = step_of(fork);
    if (step != ETH_STEP_COUNT) all_until(s, step);
}

/* The step that a fork's name in a block test means. ETH_STEP_COUNT for Frontier. */
static bool parse_step(struct bytes name, enum eth_step *out) {
    enum evm_fork fork;
    if (eth_step_parse(name, out)) return true;
    if (!evm_fork_parse(name, &fork)) return false;
    *out = step_of(fork);
    return true;
}

static bool find_last(struct bytes in, const char *what, size_t *at) {
    size_t n = strlen(what);
    for (size_t i = in.n >= n ? in.n - n + 1 : 0; i-- > 0;) {
        if (memcmp(in.p + i, what, n) != 0) continue;
        *at = i;
        return true;
    }
    return false;
}

/* "5", "15k", and for difficulties hexadecimal. */
static bool parse_count(struct bytes text, unsigned base, uint64_t *out) {
    uint64_t n = 0;
    bool thousands = base == 10 && text.n > 1 && text.p[text.n - 1] == 'k';
    if (thousands) text.n--;
    if (!text.n || text.n > 15) return false;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        unsigned digit = c >= '0' && c <= '9'   ? c - 48u
                         : c >= 'A' && c <= 'F' ? c - 'A' + 10u
                         : c >= 'a' && c <= 'f' ? c - 'a' + 10u
                                                : 99;
        if (digit >= base) return false;
        n = n * base + digit;
    }
    *out = thousands ? n * 1000 : n;
    return true;
}

/* "FromToTo" with what the second fork waits for. */
static bool transition(struct eth_schedule *s, struct bytes name, uint64_t at, bool at_difficulty) {
    enum eth_step from, to;
    for (size_t i = 1; i + 2 < name.n; i++) {
        if (name.p[i] != 'T' || name.p[i + 1] != 'o') continue;
        if (!parse_step(bytes_sub(name, 0, i), &from) ||
            !parse_step(bytes_sub(name, i + 2, name.n - i - 2), &to) || to == ETH_STEP_COUNT)
            continue;
        if (from != ETH_STEP_COUNT) all_until(s, from);
        /* What lies between the two comes with the second. */
        for (int k = from == ETH_STEP_COUNT ? 0 : (int)from + 1; k <= (int)to; k++)
            if (!steps[k].optional || k == (int)to) s->at[k] = at;
        if (to == ETH_DAO) s->dao_support = true;
        if (at_difficulty) {
            s->at[to] = ETH_NEVER;
            s->merges = true;
            s->terminal_total_difficulty = u256_from_u64(at);
        } else if (to >= ETH_SHANGHAI) {
            s->merges = true;
        }
        return !at_difficulty || to == ETH_NETSPLIT;
    }
    return false;
}

bool eth_schedule_network(struct eth_schedule *s, struct bytes name) {
    size_t at;
    uint64_t n;
    enum eth_step step;
    eth_schedule_frontier(s);
    if (parse_step(name, &step)) {
        if (step != ETH_STEP_COUNT) all_until(s, step);
        return true;
    }
    static const struct {
        const char *mark;
        unsigned base;
    } marks[] = {{"AtTime", 10}, {"AtDiff", 16}, {"At", 10}};
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t length = strlen(marks[i].mark);
        if (find_last(name, marks[i].mark, &at) &&
            parse_count(bytes_sub(name, at + length, name.n - at - length), marks[i].base, &n))
            return transition(s, bytes_sub(name, 0, at), n, marks[i].base == 16);
    }
    return false;
}

/* ---- Checking a schedule */

struct err eth_schedule_check(const struct eth_schedule *s, struct arena *arena) {
    int last = -1;
    for (int i = 0; i < ETH_STEP_COUNT; i++) {
        if (s->at[i] == ETH_NEVER && steps[i].optional) continue;
        bool same_kind = last >= 0 && (last >= ETH_SHANGHAI) == (i >= ETH_SHANGHAI);
        const char *bad = NULL;
        if (last >= 0 && s->at[last] == ETH_NEVER && s->at[i] != ETH_NEVER)
            bad = "is scheduled, but not";
        else if (same_kind && s->at[i] < s->at[last])
            bad = "comes before";
        if (bad)
            return err_at(
                ETH_INCORRECT_BLOCK_FORMAT,
                arena_printf(arena, "config: %s %s %s", steps[i].field, bad, steps[last].field), 0);
        last = i;
    }
    if (s->at[ETH_EIP155] != s->at[ETH_EIP158])
        return err_at(ETH_INCORRECT_BLOCK_FORMAT,
                      "config: eip155Block and eip158Block must be the same block", 0);
    for (int i = ETH_CANCUN; i < ETH_STEP_COUNT; i++) {
        if (s->at[i] == ETH_NEVER || !s->blobs[i].max) continue;
        if (!s->blobs[i].update_fraction || s->blobs[i].target > s->blobs[i].max)
            return err_at(ETH_INCORRECT_BLOCK_FORMAT,
                          arena_printf(arena,
                                       "config: blobSchedule of %s: baseFeeUpdateFraction is 0, or "
                                       "target is above max",
                                       steps[i].field),
                          0);
    }
    return ERR_NONE;
}

/* ---- The rules of one block */

/* How far the difficulty bomb is put off: EIP-649, 1234, 2384, 3554, 4345, 5133. */
static uint64_t bomb_delay(const struct eth_schedule *s, uint64_t number) {
    static const struct {
        enum eth_step step;
        uint64_t delay;
    } delays[] = {{ETH_GRAY_GLACIER, 11400000},  {ETH_ARROW_GLACIER, 10700000},
                  {ETH_LONDON, 9700000},         {ETH_MUIR_GLACIER, 9000000},
                  {ETH_CONSTANTINOPLE, 5000000}, {ETH_BYZANTIUM, 3000000}};
    for (size_t i = 0; i < COUNT_OF(delays); i++)
        if (number >= s->at[delays[i].step]) return delays[i].delay;
    return 0;
}

struct eth_rules eth_rules_at(const struct eth_schedule *s, uint64_t number, uint64_t timestamp,
                              const struct u256 *parent_td) {
    struct eth_rules r = {
        .fork = EVM_FRONTIER, .step = ETH_STEP_COUNT, .deposit_contract = s->deposit_contract};
    r.merged = s->merges && !u256_lt(parent_td, &s->terminal_total_difficulty);
    for (int i = 0; i < ETH_STEP_COUNT; i++) {
        bool by_time = i >= ETH_SHANGHAI;
        if (s->at[i] == ETH_NEVER ||
            (by_time ? !r.merged || timestamp < s->at[i] : number < s->at[i]))
            continue;
        r.step = (enum eth_step)i;
        if (steps[i].fork != EVM_FORK_COUNT) r.fork = steps[i].fork;
        if (s->blobs[i].max) r.blobs = s->blobs[i];
    }
    if (r.merged && r.fork < EVM_PARIS) r.fork = EVM_PARIS;
    if (s->dao_support && s->at[ETH_DAO] != ETH_NEVER && number >= s->at[ETH_DAO]) {
        r.dao_fork = number == s->at[ETH_DAO];
        r.dao_extra = number - s->at[ETH_DAO] < DAO_EXTRA_BLOCKS;
    }
    r.bomb_delay = bomb_delay(s, number);
    return r;
}
