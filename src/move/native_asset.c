#include "move/native_asset.h"

#include <assert.h>

#include "codec/bcs.h"
#include "crypto/keccak.h"
#include "move/account.h"
#include "move/resource_group.h"

static const struct b32 ASSET = {{[31] = 0xa}};

/* ---- Names: BCS type tags of the framework's structs, with their first byte, 7 */

/* clang-format off */
#define AT_0X1 "\7" "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\1"
#define ASSET_STRUCT(length, name) AT_0X1 "\16fungible_asset" length name
static const uint8_t GROUP_TAG[] = AT_0X1 "\6object" "\13ObjectGroup",
                     STORE_TAG[] = ASSET_STRUCT("\15", "FungibleStore"),
                     CONCURRENT_TAG[] = ASSET_STRUCT("\31", "ConcurrentFungibleBalance"),
                     SUPPLY_TAG[] = ASSET_STRUCT("\20", "ConcurrentSupply"),
                     WITHDRAW_TAG[] = ASSET_STRUCT("\10", "Withdraw"),
                     DEPOSIT_TAG[] = ASSET_STRUCT("\7", "Deposit"),
                     COIN_INFO_TAG[] = AT_0X1 "\4coin" "\10CoinInfo" "\1"
                                       AT_0X1 "\12aptos_coin" "\11AptosCoin";
/* clang-format on */

enum { KEY_MAX_BYTES = 32 + sizeof COIN_INFO_TAG };

/* The key of a resource or group: the address and the tag. The literals' last zeros are the counts
 * of type arguments. */
static struct bytes item_key(uint8_t key[KEY_MAX_BYTES], const struct b32 *address,
                             struct bytes tag) {
    memcpy(key, address->b, 32);
    memcpy(key + 32, tag.p, tag.n);
    return bytes_make(key, 32 + tag.n);
}

struct b32 mv_native_store(const struct b32 *account) {
    enum { SCHEME_FROM_OBJECT = 0xfc }; /* 0x1::object */
    uint8_t in[65];
    struct b32 out;
    memcpy(in, account->b, 32);
    memcpy(in + 32, ASSET.b, 32);
    in[64] = SCHEME_FROM_OBJECT;
    sha3_256(&out, BYTES_OF(in));
    return out;
}

/* ---- A group of which one member's number changes */

enum { GROUP_MAX_BYTES = 4096 }; /* larger ones are left to the framework */

struct group {
    uint8_t key[KEY_MAX_BYTES];
    struct bytes name, stored;
};

static bool read_group(struct st_journal *j, const struct b32 *address, struct group *g) {
    g->name = item_key(g->key, address, BYTES_OF(GROUP_TAG));
    return st_get(j, ST_MOVE_GROUP, g->name, &g->stored);
}

static bool find(const struct group *g, struct bytes tag, size_t size, struct bytes *value) {
    return mv_group_find(g->stored, tag, value) && value->n == size;
}

/* Puts the group with `number` over the bytes at `at`, which is inside of it. */
static void put_group(struct st_journal *j, const struct group *g, const uint8_t *at,
                      struct bytes number) {
    uint8_t copy[GROUP_MAX_BYTES];
    memcpy(copy, g->stored.p, g->stored.n);
    memcpy(copy + (at - g->stored.p), number.p, number.n);
    st_put(j, ST_MOVE_GROUP, g->name, bytes_make(copy, g->stored.n));
}

/* ---- Stores: FungibleStore is { metadata: address, balance: u64, frozen: bool } */

enum { STORE_BYTES = 41, BALANCE_AT = 32, FROZEN_AT = 40 };

static uint64_t balance_of(const struct group *g, struct bytes store) {
    struct bytes concurrent;
    uint64_t plain = load_le64(store.p + BALANCE_AT);
    /* An aggregator is { value, max_value }. */
    if (plain || !find(g, BYTES_OF(CONCURRENT_TAG), 16, &concurrent)) return plain;
    return load_le64(concurrent.p);
}

uint64_t mv_native_in_group(struct bytes key, struct bytes group) {
    struct group g = {.stored = group};
    struct bytes store;
    if (key.n != 32 + sizeof GROUP_TAG || memcmp(key.p + 32, GROUP_TAG, sizeof GROUP_TAG) != 0 ||
        !find(&g, BYTES_OF(STORE_TAG), STORE_BYTES, &store) || memcmp(store.p, ASSET.b, 32) != 0)
        return 0;
    return balance_of(&g, store);
}

uint64_t mv_native_balance(struct st_journal *j, const struct b32 *account, bool *frozen) {
    struct b32 at = mv_native_store(account);
    struct group g;
    struct bytes store;
    if (frozen) *frozen = false;
    if (!read_group(j, &at, &g) || !find(&g, BYTES_OF(STORE_TAG), STORE_BYTES, &store)) return 0;
    if (frozen) *frozen = store.p[FROZEN_AT] != 0;
    return balance_of(&g, store);
}

struct store {
    struct b32 address;
    struct group group;
    const uint8_t *balance;
};

/* A store in the common form that is not frozen. */
static bool open_store(struct st_journal *j, const struct b32 *account, struct store *s) {
    struct bytes value, other;
    s->address = mv_native_store(account);
    if (!read_group(j, &s->address, &s->group) || s->group.stored.n > GROUP_MAX_BYTES ||
        !find(&s->group, BYTES_OF(STORE_TAG), STORE_BYTES, &value) ||
        memcmp(value.p, ASSET.b, 32) != 0 || value.p[FROZEN_AT] ||
        mv_group_find(s->group.stored, BYTES_OF(CONCURRENT_TAG), &other))
        return false;
    s->balance = value.p + BALANCE_AT;
    return true;
}

/* ---- Supply: ConcurrentSupply is { current: Aggregator<u128> }, that { value, max_value } */

enum { SUPPLY_BYTES = 32 };

static struct u256 load_u128(const uint8_t *p) {
    return (struct u256){{load_le64(p), load_le64(p + 8), 0, 0}};
}

static bool open_supply(struct st_journal *j, struct group *g, struct bytes *supply) {
    return read_group(j, &ASSET, g) && find(g, BYTES_OF(SUPPLY_TAG), SUPPLY_BYTES, supply);
}

/* CoinInfo is { name, symbol: String, decimals: u8, supply: Option<OptionalAggregator> }, the last
 * { aggregator: Option<Aggregator>, integer: Option<{ value, limit: u128 }> }; the native coin's is
 * an integer. */
static bool coin_supply(struct bytes info, struct u256 *out) {
    struct bcs_reader r = bcs_reader(info, NULL);
    bcs_bytes(&r, "name");
    bcs_bytes(&r, "symbol");
    bcs_u8(&r, "decimals");
    bool counted =
        bcs_u8(&r, "supply") == 1 && bcs_u8(&r, "aggregator") == 0 && bcs_u8(&r, "integer") == 1;
    *out = bcs_u128(&r, "value");
    bcs_u128(&r, "limit");
    return counted && !err_is(bcs_finish(&r));
}

bool mv_native_coins(struct st_journal *j, struct u256 *octas) {
    static const struct b32 framework = {{[31] = 1}};
    uint8_t key[KEY_MAX_BYTES];
    struct bytes info;
    *octas = U256_ZERO;
    return st_get(j, ST_MOVE_RESOURCE, item_key(key, &framework, BYTES_OF(COIN_INFO_TAG)), &info) &&
           coin_supply(info, octas);
}

bool mv_native_supply(struct st_journal *j, struct u256 *octas) {
    struct group g;
    struct bytes in_stores;
    struct u256 coins;
    *octas = U256_ZERO;
    if (!mv_native_coins(j, &coins) || !open_supply(j, &g, &in_stores)) return false;
    *octas = load_u128(in_stores.p);
    u256_add(octas, octas, &coins);
    return true;
}

bool mv_coin_supply(struct st_journal *j, const struct b32 *asset, const struct b32 *issuer,
                    struct bytes coin, struct u256 *units) {
    static const uint8_t info_of[] = AT_0X1 "\4coin"
                                            "\10CoinInfo"
                                            "\1";
    enum { INFO_BYTES = sizeof info_of - 1, COIN_MAX_BYTES = 128 };
    uint8_t key[32 + INFO_BYTES + COIN_MAX_BYTES];
    struct bytes info, in_stores;
    struct group g;
    struct u256 coins;
    *units = U256_ZERO;
    assert(coin.n <= COIN_MAX_BYTES);
    memcpy(key, issuer, 32);
    memcpy(key + 32, info_of, INFO_BYTES);
    memcpy(key + 32 + INFO_BYTES, coin.p, coin.n);
    if (!st_get(j, ST_MOVE_RESOURCE, bytes_make(key, 32 + INFO_BYTES + coin.n), &info) ||
        !coin_supply(info, &coins) || !read_group(j, asset, &g) ||
        !find(&g, BYTES_OF(SUPPLY_TAG), SUPPLY_BYTES, &in_stores))
        return false;
    *units = load_u128(in_stores.p);
    u256_add(units, units, &coins);
    return true;
}

/* ---- Leaving and arriving */

static void emit(struct st_journal *j, const struct b32 *store, uint64_t octas, struct bytes tag) {
    uint8_t data[40];
    memcpy(data, store->b, 32);
    store_le64(data + 32, octas);
    st_add_log(j, &(struct st_log){.vm = ST_VM_MOVE, .data = BYTES_OF(data), .type_tag = tag});
}

static void put_both(struct st_journal *j, const struct store *s, uint64_t balance,
                     const struct group *asset, const uint8_t *supply_at,
                     const struct u256 *supply) {
    uint8_t le[16];
    store_le64(le, balance);
    put_group(j, &s->group, s->balance, bytes_make(le, 8));
    store_le64(le, supply->w[0]);
    store_le64(le + 8, supply->w[1]);
    put_group(j, asset, supply_at, BYTES_OF(le));
}

bool mv_native_leave(struct st_journal *j, const struct b32 *account, uint64_t octas) {
    struct store s;
    struct group asset;
    struct bytes supply;
    if (!open_store(j, account, &s) || !open_supply(j, &asset, &supply) ||
        asset.stored.n > GROUP_MAX_BYTES)
        return false;
    uint64_t balance = load_le64(s.balance);
    struct u256 all = load_u128(supply.p), amount = u256_from_u64(octas);
    if (balance < octas || u256_sub(&all, &all, &amount)) return false;
    put_both(j, &s, balance - octas, &asset, supply.p, &all);
    emit(j, &s.address, octas, BYTES_OF(WITHDRAW_TAG));
    return true;
}

bool mv_native_arrive(struct st_journal *j, const struct b32 *account, uint64_t octas) {
    struct store s;
    struct group asset;
    struct bytes supply;
    struct b32 key;
    uint64_t sequence, balance;
    if (!mv_account_read(j, account, &key, &sequence) || !open_store(j, account, &s) ||
        !open_supply(j, &asset, &supply) || asset.stored.n > GROUP_MAX_BYTES ||
        !add_u64(load_le64(s.balance), octas, &balance))
        return false;
    struct u256 all = load_u128(supply.p), max = load_u128(supply.p + 16),
                amount = u256_from_u64(octas);
    u256_add(&all, &all, &amount); /* both are far below 2^256 */
    if (u256_lt(&max, &all)) return false;
    put_both(j, &s, balance, &asset, supply.p, &all);
    emit(j, &s.address, octas, BYTES_OF(DEPOSIT_TAG));
    return true;
}
