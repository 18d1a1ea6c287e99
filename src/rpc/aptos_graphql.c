/* What can be answered in place of an indexer: the questions that the SDK asks, each by the one
 * field at its root. A question is known by that field; its fields below are all given, whichever
 * were asked for. */
#include "rpc/aptos_index.h"

#include "codec/codec.h"
#include "move/account.h"
#include "move/resource_group.h"
#include "move/type_tag.h"

/* How much is looked at for one answer: entries of an index, versions or resources. */
enum { INDEX_MAX = 1 << 20, LOOK_MAX = 1 << 16, PAGE_MAX = 100 };

static const char NO_TIME[] = "1970-01-01T00:00:00";

/* ---- Variables */

/* variables.where_condition.<name>.<operator>, as a text. */
static const char *condition(json_t *variables, const char *name, const char *operator) {
    json_t *where = json_object_get(variables, "where_condition");
    return json_string_value(json_object_get(json_object_get(where, name), operator));
}

/* The account that the question is about. */
static bool read_account(const char *text, struct b32 *out) {
    return text && aptos_read_address(bytes_cstr(text), out);
}

/* The page that the question asks for. */
struct page {
    uint64_t offset, limit, seen;
};

static struct page read_page(json_t *variables) {
    struct page p = {0, PAGE_MAX, 0};
    uint64_t n;
    if (aptos_read_u64(json_object_get(variables, "offset"), &n)) p.offset = n;
    if (aptos_read_u64(json_object_get(variables, "limit"), &n)) p.limit = min_u64(n, PAGE_MAX);
    return p;
}

/* Counts one more; is it on the page? */
static bool on_page(struct page *p) {
    uint64_t at = p->seen++;
    return at >= p->offset && at - p->offset < p->limit;
}

/* ---- Small answers */

/* How far the indexer is: what the SDK asks after funding an account. There is none; the chain
 * itself is up to date. */
static bool processor_status(struct aptos_call *c, json_t *variables) {
    struct json_out *o = c->out;
    const char *processor = condition(variables, "processor", "_eq");
    jo_array(o);
    jo_object(o);
    jo_key(o, "last_success_version");
    jo_number(o, c->newest.last_version);
    jo_key(o, "processor");
    jo_cstring(o, processor ? processor : "default_processor");
    jo_key(o, "last_updated");
    jo_cstring(o, NO_TIME);
    jo_end_object(o);
    jo_end_array(o);
    return true;
}

static void put_count(struct json_out *o, uint64_t n) {
    jo_object(o);
    jo_key(o, "aggregate");
    jo_object(o);
    jo_key(o, "count");
    jo_number(o, n);
    jo_end_object(o);
    jo_end_object(o);
}

static bool count_version(void *ctx, struct bytes key, struct bytes value) {
    uint64_t *n = ctx;
    (void)key;
    (void)value;
    return ++*n < INDEX_MAX;
}

/* The transactions that the account sent or that changed its resources. */
static bool account_transactions(struct aptos_call *c, json_t *variables) {
    struct b32 account;
    uint8_t from[40], to[40];
    uint64_t n = 0;
    if (!read_account(json_string_value(json_object_get(variables, "address")), &account))
        return false;
    memcpy(from, account.b, 32);
    memcpy(to, account.b, 32);
    store_be64(from + 32, 0);
    store_be64(to + 32, UINT64_MAX);
    st_record_scan(chain_reader_snapshot(c->reader), ST_TABLE_ACCOUNT_VERSION, BYTES_OF(from),
                   BYTES_OF(to), false, count_version, &n);
    put_count(c->out, n);
    return true;
}

/* The newest versions of user transactions. */
static bool user_transactions(struct aptos_call *c, json_t *variables) {
    struct page page = read_page(variables);
    struct chain_version v;
    jo_array(c->out);
    uint64_t floor = c->newest.last_version > LOOK_MAX ? c->newest.last_version - LOOK_MAX : 0;
    for (uint64_t at = c->newest.last_version; at > floor && page.seen < page.limit; at--) {
        if (!chain_version_at(c->reader, at, &v) || v.kind != CHAIN_VERSION_USER) continue;
        page.seen++;
        jo_object(c->out);
        jo_key(c->out, "version");
        jo_number(c->out, at);
        jo_end_object(c->out);
    }
    jo_end_array(c->out);
    return true;
}

/* ---- Authentication keys */

/* Accounts that have a key: of those asked for, the ones whose account is where it was made. An
 * account that took the key later is found by 0x1::account::OriginatingAddress. */
static bool auth_key_accounts(struct aptos_call *c, json_t *variables) {
    json_t *where = json_object_get(variables, "where_condition");
    json_t *keys = json_object_get(json_object_get(where, "auth_key"), "_in");
    struct json_out *o = c->out;
    jo_array(o);
    for (size_t i = 0; i < json_array_size(keys) && i < PAGE_MAX; i++) {
        struct b32 address, key;
        uint64_t sequence;
        struct bytes value;
        uint8_t at[MV_ACCOUNT_KEY_BYTES];
        if (!read_account(json_string_value(json_array_get(keys, i)), &address)) continue;
        mv_account_key(at, &address);
        if (!st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_RESOURCE, BYTES_OF(at),
                             &value) ||
            !mv_account_parse(value, &key, &sequence) || !b32_eq(&key, &address))
            continue;
        jo_object(o);
        JO_KEY_HEX(o, "auth_key", key);
        JO_KEY_HEX(o, "account_address", address);
        jo_key(o, "last_transaction_version");
        jo_number(o, 0);
        jo_key(o, "is_auth_key_used");
        jo_bool(o, sequence > 0);
        jo_end_object(o);
    }
    jo_end_array(o);
    return true;
}

/* Which keys a public key is a part of is known to nobody here: none are named. */
static bool public_key_keys(struct aptos_call *c, json_t *variables) {
    (void)variables;
    jo_array(c->out);
    jo_end_array(c->out);
    return true;
}

/* ---- Balances */

struct balances {
    struct aptos_call *c;
    struct b32 owner;
    const char *asset; /* only this one; NULL: all */
    struct page page;
    bool counts; /* only how many there are */
    uint64_t looked;
    struct bytes core_tag, store_tag, concurrent_tag;
};

static bool same_asset(const char *asked, struct bytes type) {
    return !asked || bytes_eq(bytes_cstr(asked), type);
}

/* One balance: where it lies, and what its asset is called. */
struct holding {
    const struct b32 *storage;
    struct bytes asset;   /* a coin's type or an asset's address */
    const char *standard; /* "v1": a coin, "v2": a fungible asset */
    struct b32 issuer;    /* who has the coin's information; the asset itself */
    struct bytes info;    /* begins with name, symbol and decimals; empty: unknown */
    uint64_t amount;
    bool frozen, primary;
};

static void put_versions(struct aptos_call *c) {
    jo_key(c->out, "last_transaction_version");
    jo_number(c->out, c->newest.last_version);
    jo_key(c->out, "last_transaction_timestamp");
    jo_cstring(c->out, NO_TIME);
}

static void put_metadata(struct aptos_call *c, const struct holding *h) {
    struct json_out *o = c->out;
    if (!h->info.n) {
        jo_null(o);
        return;
    }
    struct bcs_reader r = bcs_reader(h->info, c->arena);
    struct bytes name = bcs_bytes(&r, "name"), symbol = bcs_bytes(&r, "symbol");
    jo_object(o);
    jo_key(o, "name");
    jo_string(o, name);
    jo_key(o, "symbol");
    jo_string(o, symbol);
    jo_key(o, "decimals");
    jo_number(o, bcs_u8(&r, "decimals"));
    jo_key(o, "asset_type");
    jo_string(o, h->asset);
    JO_KEY_HEX(o, "creator_address", h->issuer);
    jo_key(o, "token_standard");
    jo_cstring(o, h->standard);
    jo_key(o, "icon_uri");
    jo_null(o);
    jo_key(o, "project_uri");
    jo_null(o);
    put_versions(c);
    jo_end_object(o);
}

static void put_holding(struct balances *b, const struct holding *h) {
    struct json_out *o = b->c->out;
    jo_object(o);
    jo_key(o, "amount");
    jo_number(o, h->amount);
    jo_key(o, "asset_type");
    jo_string(o, h->asset);
    jo_key(o, "is_frozen");
    jo_bool(o, h->frozen);
    jo_key(o, "is_primary");
    jo_bool(o, h->primary);
    JO_KEY_HEX(o, "owner_address", b->owner);
    JO_KEY_HEX(o, "storage_id", *h->storage);
    jo_key(o, "token_standard");
    jo_cstring(o, h->standard);
    put_versions(b->c);
    jo_key(o, "metadata");
    put_metadata(b->c, h);
    jo_end_object(o);
}

/* A resource by the text of its type; empty if it is not there. */
static struct bytes find_by_text(struct aptos_call *c, const struct b32 *address,
                                 const char *type) {
    struct bytes tag, value = {NULL, 0};
    if (err_is(mv_type_tag_parse(bytes_cstr(type), c->arena, &tag)) ||
        !aptos_find_resource(c, address, tag, &value))
        return (struct bytes){NULL, 0};
    return value;
}

/* CoinStore begins with the coin, which is its value, and whether it is frozen. */
static void put_coin(struct balances *b, struct bytes coin_tag, struct bytes type,
                     struct bytes store) {
    struct holding h = {.storage = &b->owner,
                        .asset = type,
                        .standard = "v1",
                        .amount = load_le64(store.p),
                        .frozen = store.p[8],
                        .primary = true};
    memcpy(h.issuer.b, coin_tag.p + 1, 32); /* behind the tag's kind */
    h.info = find_by_text(
        b->c, &h.issuer,
        arena_printf(b->c->arena, "0x1::coin::CoinInfo<%.*s>", (int)type.n, (const char *)type.p));
    put_holding(b, &h);
}

/* The long form of an address, as an indexer has it. */
static struct bytes address_text(struct arena *arena, const struct b32 *address) {
    enum { DIGITS = 64 };
    char *text = arena_alloc(arena, 2 + DIGITS, 1);
    memcpy(text, "0x", 2);
    hex_encode(text + 2, BYTES_OF(*address));
    return bytes_make(text, 2 + DIGITS);
}

/* ObjectCore is { GUID counter, owner, … }, FungibleStore { metadata, balance, frozen }. */
static void look_at_object(struct balances *b, struct bytes key, struct bytes group) {
    struct aptos_call *c = b->c;
    struct b32 at;
    struct holding h = {.storage = &at, .standard = "v2"};
    struct bytes core, store, more;
    if (!mv_group_find(group, b->core_tag, &core) || core.n < 40 ||
        memcmp(core.p + 8, b->owner.b, 32) != 0 || !mv_group_find(group, b->store_tag, &store) ||
        store.n < 41)
        return;
    memcpy(at.b, key.p, 32);
    memcpy(h.issuer.b, store.p, 32);
    h.asset = address_text(c->arena, &h.issuer);
    struct b32 primary = aptos_primary_store(&b->owner, &h.issuer);
    if (!same_asset(b->asset, h.asset) || !on_page(&b->page) || b->counts) return;
    h.amount = load_le64(store.p + 32);
    if (mv_group_find(group, b->concurrent_tag, &more) && more.n >= 8 &&
        !add_u64(h.amount, load_le64(more.p), &h.amount))
        h.amount = UINT64_MAX;
    h.frozen = store.p[40];
    h.primary = b32_eq(&primary, &at);
    h.info = find_by_text(c, &h.issuer, "0x1::fungible_asset::Metadata");
    put_holding(b, &h);
}

static bool visit_object(void *ctx, struct bytes key, struct bytes group) {
    struct balances *b = ctx;
    struct arena_mark mark = arena_mark(b->c->arena);
    look_at_object(b, key, group);
    arena_release(b->c->arena, mark);
    return ++b->looked < LOOK_MAX;
}

static void look_at(struct balances *b, struct bytes key, struct bytes value) {
    static const char before[] = "0x1::coin::CoinStore<";
    struct bytes tag = bytes_sub(key, 32, key.n - 32), text = aptos_tag_text(b->c->arena, tag);
    size_t n = sizeof before - 1;
    if (text.n < n + 2 || memcmp(text.p, before, n) != 0 || value.n < 9) return;
    struct bytes type = bytes_sub(text, n, text.n - n - 1), coin_tag;
    if (!same_asset(b->asset, type) || err_is(mv_type_tag_parse(type, b->c->arena, &coin_tag)) ||
        coin_tag.n < 33)
        return;
    if (on_page(&b->page) && !b->counts) put_coin(b, coin_tag, type, value);
}

static bool visit_resource(void *ctx, struct bytes key, struct bytes value) {
    struct balances *b = ctx;
    struct arena_mark mark = arena_mark(b->c->arena);
    look_at(b, key, value);
    arena_release(b->c->arena, mark);
    return ++b->looked < LOOK_MAX;
}

/* Coins lie under their owner. Which objects somebody owns no index says: all are looked at. */
static void each_balance(struct balances *b) {
    const struct st_snapshot *snap = chain_reader_snapshot(b->c->reader);
    struct bytes everything = {NULL, 0};
    struct arena *arena = b->c->arena;
    st_snapshot_scan(snap, ST_MOVE_RESOURCE, BYTES_OF(b->owner), everything, visit_resource, b);
    if (err_is(mv_type_tag_parse(BYTES_LIT("0x1::object::ObjectCore"), arena, &b->core_tag)) ||
        err_is(mv_type_tag_parse(BYTES_LIT("0x1::fungible_asset::FungibleStore"), arena,
                                 &b->store_tag)) ||
        err_is(mv_type_tag_parse(BYTES_LIT("0x1::fungible_asset::ConcurrentFungibleBalance"), arena,
                                 &b->concurrent_tag)))
        return;
    b->looked = 0;
    st_snapshot_scan(snap, ST_MOVE_GROUP, everything, everything, visit_object, b);
}

static bool balances(struct aptos_call *c, json_t *variables) {
    struct balances b = {
        .c = c, .asset = condition(variables, "asset_type", "_eq"), .page = read_page(variables)};
    if (!read_account(condition(variables, "owner_address", "_eq"), &b.owner)) return false;
    jo_array(c->out);
    each_balance(&b);
    jo_end_array(c->out);
    return true;
}

static bool balance_count(struct aptos_call *c, json_t *variables) {
    struct balances b = {.c = c, .counts = true};
    if (!read_account(json_string_value(json_object_get(variables, "address")), &b.owner))
        return false;
    each_balance(&b);
    put_count(c->out, b.page.seen);
    return true;
}

/* ---- Questions */

static const struct {
    const char *root;
    bool (*put)(struct aptos_call *c, json_t *variables); /* false: a variable is missing */
    const char *needs;
} questions[] = {
    {"processor_status", processor_status, ""},
    {"account_transactions_aggregate", account_transactions, "the variable address"},
    {"user_transactions", user_transactions, ""},
    {"auth_key_account_addresses", auth_key_accounts, ""},
    {"public_key_auth_keys", public_key_keys, ""},
    {"current_fungible_asset_balances", balances, "where_condition.owner_address._eq"},
    {"current_fungible_asset_balances_aggregate", balance_count, "the variable address"},
};

/* The first name inside the first braces. */
static struct bytes root_of(const char *query) {
    const char *at = strchr(query, '{');
    if (!at) return (struct bytes){NULL, 0};
    at += 1 + strspn(at + 1, " \t\r\n,");
    return bytes_make(at, strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_"));
}

static void put_errors(struct aptos_call *c, const char *text) {
    buf_clear(c->out->buf);
    c->out->comma = false;
    jo_object(c->out);
    jo_key(c->out, "errors");
    jo_array(c->out);
    jo_object(c->out);
    jo_key(c->out, "message");
    jo_cstring(c->out, text);
    jo_end_object(c->out);
    jo_end_array(c->out);
    jo_end_object(c->out);
}

/* A table that an indexer has, or how many rows of it there are; false if there is no such one. */
static bool run_table(struct aptos_call *c, struct bytes root, json_t *variables) {
    static const char suffix[] = "_aggregate";
    size_t n = sizeof suffix - 1;
    bool counts = root.n > n && memcmp(root.p + root.n - n, suffix, n) == 0;
    struct bytes name = bytes_sub(root, 0, root.n - (counts ? n : 0));
    const char *why = NULL;
    jo_object(c->out);
    jo_key(c->out, "data");
    jo_object(c->out);
    jo_key(c->out, arena_printf(c->arena, "%.*s", (int)min_u64(root.n, 80), (const char *)root.p));
    if (aptos_index_table(c, name, counts, variables, &why)) {
        jo_end_object(c->out);
        jo_end_object(c->out);
        return true;
    }
    if (why) put_errors(c, why);
    return why;
}

static bool run(struct aptos_call *c, json_t *body) {
    const char *query = json_string_value(json_object_get(body, "query"));
    if (!query) return aptos_fail(c, 400, "invalid_input", 0, "query: a text is expected");
    struct bytes root = root_of(query);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        if (!bytes_eq(root, bytes_cstr(questions[i].root))) continue;
        jo_object(c->out);
        jo_key(c->out, "data");
        jo_object(c->out);
        jo_key(c->out, questions[i].root);
        if (questions[i].put(c, json_object_get(body, "variables"))) {
            jo_end_object(c->out);
            jo_end_object(c->out);
        } else {
            put_errors(c, arena_printf(c->arena, "%s: %s is expected", questions[i].root,
                                       questions[i].needs));
        }
        return true;
    }
    if (run_table(c, root, json_object_get(body, "variables"))) return true;
    put_errors(c, arena_printf(c->arena,
                               "%.*s is not answered: this node has no indexer. The REST API under "
                               "/v1 has accounts, resources, balances, tables, transactions and "
                               "events; /v1/spec lists it",
                               (int)min_u64(root.n, 80), (const char *)root.p));
    return true;
}

bool aptos_graphql(struct aptos_call *c, const struct aptos_path *p) {
    json_t *body = NULL;
    (void)p;
    bool ok = aptos_body_json(c, &body) && run(c, body);
    json_decref(body);
    return ok;
}
