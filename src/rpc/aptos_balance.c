/* What accounts have: a coin in its CoinStore, a fungible asset in the owner's primary store, and a
 * coin that is paired with an asset in both. */
#include "rpc/aptos.h"

#include "crypto/crypto.h"
#include "move/type_tag.h"

static const struct b32 APT_METADATA = {{[31] = 0xa}};

/* sha3-256 of the parts and the scheme behind them (0x1::object). */
static struct b32 derive(const struct b32 *from, struct bytes with, uint8_t scheme) {
    struct keccak k;
    struct b32 out;
    sha3_256_init(&k);
    keccak_update(&k, BYTES_OF(*from));
    keccak_update(&k, with);
    keccak_update(&k, BYTES_OF(scheme));
    keccak_final(&k, out.b);
    return out;
}

enum { SCHEME_FROM_OBJECT = 0xfc, SCHEME_NAMED = 0xfe };

/* The asset that a coin type is paired with: 0xA for the native coin, else an object of 0xA named
 * by the type. */
static struct b32 paired_asset(struct bytes coin_type) {
    if (bytes_eq(coin_type, BYTES_LIT("0x1::aptos_coin::AptosCoin"))) return APT_METADATA;
    return derive(&APT_METADATA, coin_type, SCHEME_NAMED);
}

/* A resource of 0x1 without type arguments. */
static bool find_framework(struct aptos_call *c, const struct b32 *address, const char *type,
                           struct bytes *value) {
    struct bytes tag;
    return !err_is(mv_type_tag_parse(bytes_cstr(type), c->arena, &tag)) &&
           aptos_find_resource(c, address, tag, value);
}

struct b32 aptos_primary_store(const struct b32 *owner, const struct b32 *asset) {
    return derive(owner, BYTES_OF(*asset), SCHEME_FROM_OBJECT);
}

/* FungibleStore is { metadata, balance, frozen }; a store of a concurrent asset keeps 0 there and
 * has its balance at the front of ConcurrentFungibleBalance. */
uint64_t aptos_asset_balance(struct aptos_call *c, const struct b32 *owner,
                             const struct b32 *asset) {
    struct b32 store = aptos_primary_store(owner, asset);
    struct bytes value;
    uint64_t plain = 0, concurrent = 0, sum;
    if (find_framework(c, &store, "0x1::fungible_asset::FungibleStore", &value) && value.n >= 40)
        plain = load_le64(value.p + 32);
    if (find_framework(c, &store, "0x1::fungible_asset::ConcurrentFungibleBalance", &value) &&
        value.n >= 8)
        concurrent = load_le64(value.p);
    return add_u64(plain, concurrent, &sum) ? sum : UINT64_MAX;
}

bool aptos_coin_balance(struct aptos_call *c, const struct b32 *owner, struct bytes coin_type,
                        uint64_t *amount) {
    struct bytes tag, coin_tag, value;
    if (!aptos_parse_struct_tag(c, coin_type, &coin_tag)) return false;
    struct bytes plain = aptos_tag_text(c->arena, coin_tag);
    const char *store =
        arena_printf(c->arena, "0x1::coin::CoinStore<%.*s>", (int)plain.n, (const char *)plain.p);
    if (!aptos_parse_struct_tag(c, bytes_cstr(store), &tag)) return false;
    /* CoinStore begins with the coin, which is its value. */
    uint64_t coins =
        aptos_find_resource(c, owner, tag, &value) && value.n >= 8 ? load_le64(value.p) : 0;
    struct b32 asset = paired_asset(plain);
    if (!add_u64(coins, aptos_asset_balance(c, owner, &asset), amount)) *amount = UINT64_MAX;
    return true;
}

bool aptos_balance(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 owner, asset;
    uint64_t amount;
    if (!aptos_path_address(c, p->part[1], &owner)) return false;
    if (aptos_read_address(p->part[3], &asset))
        amount = aptos_asset_balance(c, &owner, &asset);
    else if (!aptos_coin_balance(c, &owner, p->part[3], &amount))
        return false;
    if (c->wants_bcs)
        aptos_bcs(c, BYTES_OF(amount));
    else
        jo_number(c->out, amount);
    return true;
}
