/* Headers: encoding, and what the next one must say. */
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "ethereum/internal.h"

const struct b32 ETH_EMPTY_OMMERS = {{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a,
                                      0xab, 0x85, 0xb5, 0x67, 0xb6, 0xcc, 0xd4, 0x1a,
                                      0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a, 0x74, 0x13,
                                      0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47}};
const struct b32 ETH_EMPTY_REQUESTS = {{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
                                        0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
                                        0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

enum {
    DIFFICULTY_MIN = 131072,
    DIFFICULTY_BOUND_DIVISOR = 2048,
    FRONTIER_DURATION_S = 13,
    BOMB_PERIOD_BLOCKS = 100000,
    ADJUSTMENT_MIN = -99,
    GAS_LIMIT_MIN = 5000,
    GAS_LIMIT_BOUND_DIVISOR = 1024,
    BASE_FEE_INITIAL = 1000000000, /* EIP-1559 */
    BASE_FEE_CHANGE_DENOMINATOR = 8,
    ELASTICITY = 2,
    BLOB_BASE_COST = 1 << 13, /* EIP-7918 */
};
static const uint64_t GAS_LIMIT_MAX = INT64_MAX; /* EIP-1985 */

/* ---- Encoding */

uint8_t eth_header_fields(enum evm_fork fork) {
    return fork >= EVM_PRAGUE     ? ETH_FIELDS_PRAGUE
           : fork >= EVM_CANCUN   ? ETH_FIELDS_CANCUN
           : fork >= EVM_SHANGHAI ? ETH_FIELDS_SHANGHAI
           : fork >= EVM_LONDON   ? ETH_FIELDS_LONDON
                                  : ETH_FIELDS_FRONTIER;
}

void eth_header_encode(struct buf *out, const struct eth_header *h) {
    size_t list = rlp_list_begin(out);
    rlp_put_bytes(out, BYTES_OF(h->parent_hash));
    rlp_put_bytes(out, BYTES_OF(h->ommers_hash));
    rlp_put_bytes(out, BYTES_OF(h->coinbase));
    rlp_put_bytes(out, BYTES_OF(h->state_root));
    rlp_put_bytes(out, BYTES_OF(h->transactions_root));
    rlp_put_bytes(out, BYTES_OF(h->receipts_root));
    rlp_put_bytes(out, BYTES_OF(h->logs_bloom));
    rlp_put_u256(out, &h->difficulty);
    rlp_put_u64(out, h->number);
    rlp_put_u64(out, h->gas_limit);
    rlp_put_u64(out, h->gas_used);
    rlp_put_u64(out, h->timestamp);
    rlp_put_bytes(out, h->extra);
    rlp_put_bytes(out, BYTES_OF(h->mix_hash));
    rlp_put_bytes(out, BYTES_OF(h->nonce));
    if (h->fields >= ETH_FIELDS_LONDON) rlp_put_u256(out, &h->base_fee);
    if (h->fields >= ETH_FIELDS_SHANGHAI) rlp_put_bytes(out, BYTES_OF(h->withdrawals_root));
    if (h->fields >= ETH_FIELDS_CANCUN) {
        rlp_put_u64(out, h->blob_gas_used);
        rlp_put_u64(out, h->excess_blob_gas);
        rlp_put_bytes(out, BYTES_OF(h->parent_beacon_root));
    }
    if (h->fields >= ETH_FIELDS_PRAGUE) rlp_put_bytes(out, BYTES_OF(h->requests_hash));
    rlp_list_end(out, list);
}

struct b32 eth_header_hash(const struct eth_header *h) {
    struct buf b = {0};
    struct b32 hash;
    eth_header_encode(&b, h);
    keccak256(&hash, buf_bytes(&b));
    buf_free(&b);
    return hash;
}

#define FIXED(r, name, field) rlp_fixed(r, name, (uint8_t *)&(field), sizeof(field))

size_t eth_count_items(const struct rlp_reader *r) {
    struct bytes rest = bytes_sub(r->in, r->at, r->end[r->depth] - r->at);
    struct rlp_item item;
    size_t n = 0;
    while (rest.n && !err_is(rlp_next(&rest, &item))) n++;
    return n + (rest.n != 0); /* whoever reads the list meets the malformed item too */
}

bool eth_header_has_form(const struct eth_header *h) {
    return h->fields == ETH_FIELDS_FRONTIER || h->fields == ETH_FIELDS_LONDON ||
           h->fields == ETH_FIELDS_SHANGHAI || h->fields == ETH_FIELDS_CANCUN ||
           h->fields == ETH_FIELDS_PRAGUE;
}

void eth_header_read(struct rlp_reader *r, struct eth_header *h) {
    rlp_open(r, "header");
    *h = (struct eth_header){.fields = (uint8_t)min_u64(eth_count_items(r), UINT8_MAX)};
    if (!eth_header_has_form(h))
        rlp_refuse(r, RLP_MISSING, "header", "a number of fields that no fork has");
    FIXED(r, "parentHash", h->parent_hash);
    FIXED(r, "sha3Uncles", h->ommers_hash);
    FIXED(r, "miner", h->coinbase);
    FIXED(r, "stateRoot", h->state_root);
    FIXED(r, "transactionsRoot", h->transactions_root);
    FIXED(r, "receiptsRoot", h->receipts_root);
    FIXED(r, "logsBloom", h->logs_bloom);
    h->difficulty = rlp_u256(r, "difficulty");
    h->number = rlp_u64(r, "number");
    h->gas_limit = rlp_u64(r, "gasLimit");
    h->gas_used = rlp_u64(r, "gasUsed");
    h->timestamp = rlp_u64(r, "timestamp");
    h->extra = rlp_bytes(r, "extraData");
    FIXED(r, "mixHash", h->mix_hash);
    FIXED(r, "nonce", h->nonce);
    if (h->fields >= ETH_FIELDS_LONDON) h->base_fee = rlp_u256(r, "baseFeePerGas");
    if (h->fields >= ETH_FIELDS_SHANGHAI) FIXED(r, "withdrawalsRoot", h->withdrawals_root);
    if (h->fields >= ETH_FIELDS_CANCUN) {
        h->blob_gas_used = rlp_u64(r, "blobGasUsed");
        h->excess_blob_gas = rlp_u64(r, "excessBlobGas");
        FIXED(r, "parentBeaconBlockRoot", h->parent_beacon_root);
    }
    if (h->fields >= ETH_FIELDS_PRAGUE) FIXED(r, "requestsHash", h->requests_hash);
    rlp_close(r);
}

struct err eth_header_decode(struct bytes in, struct arena *arena, struct eth_header *h) {
    struct rlp_reader r = rlp_reader(in, arena);
    eth_header_read(&r, h);
    return rlp_finish(&r);
}

/* ---- Difficulty */

/* 2^(period - 2) on top of it, from the second period on: the bomb. */
static void add_bomb(struct u256 *difficulty, uint64_t number) {
    uint64_t period = number / BOMB_PERIOD_BLOCKS;
    if (period < 2) return;
    struct u256 bomb = U256_ONE;
    u256_shl(&bomb, &bomb, period - 2);
    u256_add(difficulty, difficulty, &bomb);
}

static void at_least_min(struct u256 *difficulty) {
    struct u256 least = u256_from_u64(DIFFICULTY_MIN);
    if (u256_lt(difficulty, &least)) *difficulty = least;
}

/* parent + parent / 2048 * factor. */
static struct u256 adjusted(const struct u256 *parent, int64_t factor) {
    struct u256 step, out, divisor = u256_from_u64(DIFFICULTY_BOUND_DIVISOR),
                           n = u256_from_u64((uint64_t)(factor < 0 ? -factor : factor));
    u256_divmod(&step, NULL, parent, &divisor);
    u256_mul(&step, &step, &n);
    if (factor >= 0)
        u256_add(&out, parent, &step);
    else if (u256_sub(&out, parent, &step))
        out = U256_ZERO;
    return out;
}

/* Homestead (EIP-2) counts 10 seconds from 1 down; Byzantium (EIP-100) 9 seconds, from 2 if the
 * parent has ommers. */
static int64_t adjustment(const struct eth_rules *rules, const struct eth_header *parent,
                          uint64_t elapsed) {
    bool byzantium = rules->fork >= EVM_BYZANTIUM;
    uint64_t late = elapsed / (byzantium ? 9 : 10);
    int64_t from = byzantium && !b32_eq(&parent->ommers_hash, &ETH_EMPTY_OMMERS) ? 2 : 1;
    if (late > (uint64_t)(from - ADJUSTMENT_MIN)) return ADJUSTMENT_MIN;
    return from - (int64_t)late;
}

/* Yellow Paper, 4.3.4: the minimum holds for the sum with the bomb. (go-ethereum applies it before
 * the bomb too; ethereum/tests and execution-specs do not.) */
struct u256 eth_difficulty(const struct eth_rules *rules, const struct eth_header *parent,
                           uint64_t number, uint64_t timestamp) {
    if (rules->merged) return U256_ZERO;
    uint64_t elapsed = timestamp > parent->timestamp ? timestamp - parent->timestamp : 0;
    int64_t factor = rules->fork >= EVM_HOMESTEAD    ? adjustment(rules, parent, elapsed)
                     : elapsed < FRONTIER_DURATION_S ? 1
                                                     : -1;
    struct u256 out = adjusted(&parent->difficulty, factor);
    add_bomb(&out, number > rules->bomb_delay ? number - rules->bomb_delay : 0);
    at_least_min(&out);
    return out;
}

/* ---- Fees */

struct u256 eth_next_base_fee(const struct eth_header *parent) {
    if (parent->fields < ETH_FIELDS_LONDON) return u256_from_u64(BASE_FEE_INITIAL);
    uint64_t target = parent->gas_limit / ELASTICITY;
    struct u256 fee = parent->base_fee, delta, t = u256_from_u64(target),
                eight = u256_from_u64(BASE_FEE_CHANGE_DENOMINATOR);
    if (parent->gas_used == target) return fee;
    bool up = parent->gas_used > target;
    struct u256 gap = u256_from_u64(up ? parent->gas_used - target : target - parent->gas_used);
    u256_mul(&delta, &fee, &gap);
    u256_divmod(&delta, NULL, &delta, &t);
    u256_divmod(&delta, NULL, &delta, &eight);
    if (up) {
        if (u256_is_zero(&delta)) delta = U256_ONE;
        u256_add(&fee, &fee, &delta);
    } else {
        u256_sub(&fee, &fee, &delta);
    }
    return fee;
}

struct u256 eth_blob_base_fee(const struct eth_rules *rules, const struct eth_header *h) {
    if (rules->fork < EVM_CANCUN) return U256_ZERO;
    return evm_blob_base_fee(h->excess_blob_gas, rules->blobs.update_fraction);
}

/* EIP-7918: a blob costs at least what its share of execution gas would. */
static bool below_reserve(const struct eth_rules *rules, const struct eth_header *parent) {
    struct u256 reserve, price, cost = u256_from_u64(BLOB_BASE_COST),
                                blob = u256_from_u64(EVM_GAS_PER_BLOB);
    struct u256 fee = evm_blob_base_fee(parent->excess_blob_gas, rules->blobs.update_fraction);
    u256_mul(&reserve, &cost, &parent->base_fee);
    u256_mul(&price, &blob, &fee);
    return u256_lt(&price, &reserve);
}

uint64_t eth_next_excess_blob_gas(const struct eth_rules *rules, const struct eth_header *parent) {
    if (rules->fork < EVM_CANCUN) return 0;
    uint64_t excess = 0, used = 0, sum;
    if (parent->fields >= ETH_FIELDS_CANCUN) {
        excess = parent->excess_blob_gas;
        used = parent->blob_gas_used;
    }
    uint64_t target = (uint64_t)rules->blobs.target * EVM_GAS_PER_BLOB;
    if (!add_u64(excess, used, &sum)) sum = UINT64_MAX;
    if (sum < target) return 0;
    if (rules->fork >= EVM_OSAKA && below_reserve(rules, parent)) {
        __uint128_t scaled = (__uint128_t)used * (rules->blobs.max - rules->blobs.target);
        if (!add_u64(excess, (uint64_t)(scaled / rules->blobs.max), &sum)) sum = UINT64_MAX;
        return sum;
    }
    return sum - target;
}

/* ---- Gas limit */

/* EIP-1559: the first block of London counts with twice its parent's limit. */
static uint64_t parent_gas_limit(const struct eth_rules *rules, const struct eth_header *parent) {
    bool doubles = rules->fork >= EVM_LONDON && parent->fields < ETH_FIELDS_LONDON;
    uint64_t limit = parent->gas_limit;
    if (doubles && !mul_u64(limit, ELASTICITY, &limit)) limit = UINT64_MAX;
    return limit;
}

uint64_t eth_next_gas_limit(const struct eth_rules *rules, const struct eth_header *parent,
                            uint64_t desired) {
    uint64_t from = parent_gas_limit(rules, parent), bound = from / GAS_LIMIT_BOUND_DIVISOR;
    uint64_t step = bound ? bound - 1 : 0;
    if (desired < GAS_LIMIT_MIN) desired = GAS_LIMIT_MIN;
    if (desired > GAS_LIMIT_MAX) desired = GAS_LIMIT_MAX;
    if (desired >= from) return min_u64(desired, from + step);
    return max_u64(desired, from - step);
}

static bool check_gas_limit(const struct eth_rules *rules, const struct eth_header *h,
                            const struct eth_header *parent, struct eth_refusal *why) {
    uint64_t from = parent_gas_limit(rules, parent), bound = from / GAS_LIMIT_BOUND_DIVISOR;
    uint64_t gap = h->gas_limit > from ? h->gas_limit - from : from - h->gas_limit;
    if (h->gas_limit > GAS_LIMIT_MAX)
        return eth_refuse(why, ETH_INVALID_GASLIMIT, "have %llu, max 2^63-1", ULL(h->gas_limit));
    if (h->gas_limit < GAS_LIMIT_MIN)
        return eth_refuse(why, ETH_INVALID_GASLIMIT, "have %llu, minimum 5000", ULL(h->gas_limit));
    if (gap >= bound)
        return eth_refuse(why, ETH_INVALID_GASLIMIT, "have %llu, want %llu +-= %llu",
                          ULL(h->gas_limit), ULL(from), ULL(bound ? bound - 1 : 0));
    return true;
}

/* ---- Checks */

static bool check_difficulty(const struct eth_rules *rules, const struct eth_header *h,
                             const struct eth_header *parent, struct eth_refusal *why) {
    struct u256 want = eth_difficulty(rules, parent, h->number, h->timestamp);
    char have_text[80], want_text[80];
    if (u256_eq(&h->difficulty, &want)) return true;
    have_text[u256_to_dec(have_text, &h->difficulty)] = 0;
    want_text[u256_to_dec(want_text, &want)] = 0;
    return eth_refuse(
        why, rules->merged ? ETH_IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS : ETH_INVALID_DIFFICULTY,
        "have %s, want %s", have_text, want_text);
}

static bool check_base_fee(const struct eth_rules *rules, const struct eth_header *h,
                           const struct eth_header *parent, struct eth_refusal *why) {
    if (rules->fork < EVM_LONDON) return true;
    struct u256 want = eth_next_base_fee(parent);
    char have_text[80], want_text[80];
    if (u256_eq(&h->base_fee, &want)) return true;
    have_text[u256_to_dec(have_text, &h->base_fee)] = 0;
    want_text[u256_to_dec(want_text, &want)] = 0;
    return eth_refuse(why, ETH_INVALID_BASEFEE_PER_GAS, "have %s, want %s", have_text, want_text);
}

static bool check_blob_gas(const struct eth_rules *rules, const struct eth_header *h,
                           const struct eth_header *parent, struct eth_refusal *why) {
    if (rules->fork < EVM_CANCUN) return true;
    uint64_t most = (uint64_t)rules->blobs.max * EVM_GAS_PER_BLOB;
    uint64_t want = eth_next_excess_blob_gas(rules, parent);
    if (h->blob_gas_used > most)
        return eth_refuse(why, ETH_BLOB_GAS_USED_ABOVE_LIMIT, "have %llu, max %llu",
                          ULL(h->blob_gas_used), ULL(most));
    if (h->blob_gas_used % EVM_GAS_PER_BLOB)
        return eth_refuse(why, ETH_INCORRECT_BLOB_GAS_USED, "%llu is no multiple of %d",
                          ULL(h->blob_gas_used), EVM_GAS_PER_BLOB);
    if (h->excess_blob_gas != want)
        return eth_refuse(why, ETH_INCORRECT_EXCESS_BLOB_GAS, "have %llu, want %llu",
                          ULL(h->excess_blob_gas), ULL(want));
    return true;
}

/* What the merge (EIP-3675) and the DAO fork (EIP-779) say of fields that have no other meaning. */
static bool check_seal(const struct eth_rules *rules, const struct eth_header *h,
                       struct eth_refusal *why) {
    static const uint8_t no_nonce[8];
    if (rules->dao_extra && !bytes_eq(h->extra, BYTES_LIT("dao-hard-fork")))
        return eth_refuse(why, ETH_EXTRA_DATA_INVALID_DAO, "block %llu", ULL(h->number));
    if (!rules->merged) return true;
    if (memcmp(h->nonce, no_nonce, sizeof no_nonce) != 0)
        return eth_refuse(why, ETH_INVALID_NONCE, NULL);
    if (!b32_eq(&h->ommers_hash, &ETH_EMPTY_OMMERS))
        return eth_refuse(why, ETH_IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS, NULL);
    return true;
}

bool eth_check_header(const struct eth_rules *rules, const struct eth_header *h,
                      const struct eth_header *parent, struct eth_refusal *why) {
    if (h->number == 0 || h->number - 1 != parent->number)
        return eth_refuse(why, ETH_INVALID_BLOCK_NUMBER, "have %llu on top of %llu", ULL(h->number),
                          ULL(parent->number));
    if (h->fields != eth_header_fields(rules->fork))
        return eth_refuse(why, ETH_INCORRECT_BLOCK_FORMAT, "%u fields, %s has %u", h->fields,
                          evm_fork_name(rules->fork), eth_header_fields(rules->fork));
    if (h->extra.n > ETH_EXTRA_MAX_BYTES)
        return eth_refuse(why, ETH_EXTRA_DATA_TOO_BIG, "%zu bytes", h->extra.n);
    if (h->timestamp <= parent->timestamp)
        return eth_refuse(why, ETH_INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT,
                          "have %llu, parent %llu", ULL(h->timestamp), ULL(parent->timestamp));
    if (!check_difficulty(rules, h, parent, why) || !check_gas_limit(rules, h, parent, why))
        return false;
    if (h->gas_used > h->gas_limit)
        return eth_refuse(why, ETH_GAS_USED_OVERFLOW, "have %llu, gasLimit %llu", ULL(h->gas_used),
                          ULL(h->gas_limit));
    return check_base_fee(rules, h, parent, why) && check_blob_gas(rules, h, parent, why) &&
           check_seal(rules, h, why);
}
