/* Rows of tokens, collections, objects and fungible assets. */
#include "rpc/aptos_index.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "move/resource_group.h"
#include "move/type_tag.h"

/* How many objects are looked at, and how many rows an answer is chosen from. */
enum { LOOK_MAX = 1 << 16, ROWS_MAX = 10000, PAGE_MAX = 100 };

static const char NO_TIME[] = "1970-01-01T00:00:00";

/* ---- An object and what it holds */

struct object {
    struct aptos_call *c;
    struct b32 address;
    struct bytes group;
    json_t *core; /* its 0x1::object::ObjectCore */
};

/* The fields of a resource of the object, by the text of its type; NULL if it has none. The caller
 * gives it back. */
static json_t *take(const struct object *o, const char *type) {
    struct bytes tag, value;
    struct buf text = {0};
    json_t *root = NULL, *data = NULL;
    struct aptos_call *c = o->c;
    if (err_is(mv_type_tag_parse(bytes_cstr(type), c->arena, &tag)) ||
        !mv_group_find(o->group, tag, &value))
        return NULL;
    struct json_out out = {.buf = &text}, *keep = c->out;
    c->out = &out;
    bool ok = aptos_put_resource(c, tag, value);
    c->out = keep;
    if (ok && !err_is(rpc_parse_json(c->arena, buf_bytes(&text), &root)))
        data = json_incref(json_object_get(root, "data"));
    json_decref(root);
    buf_free(&text);
    return data;
}

/* Opens the object that is stored at `address`; false if there is none. */
static bool open_object(struct aptos_call *c, const struct b32 *address, struct bytes group,
                        struct object *o) {
    *o = (struct object){.c = c, .address = *address, .group = group};
    o->core = take(o, "0x1::object::ObjectCore");
    return o->core;
}

static bool find_object(struct aptos_call *c, const char *address, struct object *o) {
    struct b32 at;
    struct bytes tag, group;
    uint8_t key[128];
    if (!address || !aptos_read_address(bytes_cstr(address), &at) ||
        err_is(mv_type_tag_parse(BYTES_LIT("0x1::object::ObjectGroup"), c->arena, &tag)) ||
        32 + tag.n > sizeof key)
        return false;
    memcpy(key, at.b, 32);
    memcpy(key + 32, tag.p, tag.n);
    return st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_GROUP,
                           bytes_make(key, 32 + tag.n), &group) &&
           open_object(c, &at, group, o);
}

/* ---- Parts of rows */

static json_t *hex_of(const struct b32 *address) {
    char text[2 + 64 + 1] = "0x";
    hex_encode(text + 2, BYTES_OF(*address));
    return json_stringn(text, 66);
}

/* An address of the API's in its long form, as an indexer shows it. */
static json_t *long_address(json_t *address) {
    struct b32 a;
    const char *text = json_string_value(address);
    return text && aptos_read_address(bytes_cstr(text), &a) ? hex_of(&a) : json_null();
}

static json_t *field(json_t *data, const char *name) {
    json_t *v = json_object_get(data, name);
    return v ? json_incref(v) : json_null();
}

/* A number that the API writes as text, as a number. */
static json_t *number(json_t *v) {
    uint64_t n;
    return aptos_read_u64(v, &n) && n <= INT64_MAX ? json_integer((json_int_t)n)
                                                   : (v ? json_incref(v) : json_null());
}

static void set(json_t *row, const char *name, json_t *value) {
    json_object_set_new(row, name, value);
}

static void set_nulls(json_t *row, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) set(row, names[i], json_null());
}

static json_t *new_row(const struct object *o) {
    json_t *row = json_object();
    set(row, "token_standard", json_string("v2"));
    set(row, "last_transaction_version", json_integer((json_int_t)o->c->newest.last_version));
    set(row, "last_transaction_timestamp", json_string(NO_TIME));
    return row;
}

static bool has(const struct object *o, const char *type) {
    struct bytes tag, value;
    return !err_is(mv_type_tag_parse(bytes_cstr(type), o->c->arena, &tag)) &&
           mv_group_find(o->group, tag, &value);
}

/* ---- Collections */

/* How many tokens there are, were made, and may be. */
static void set_supply(json_t *row, const struct object *o) {
    json_t *fixed = take(o, "0x4::collection::FixedSupply"),
           *unlimited = take(o, "0x4::collection::UnlimitedSupply"),
           *concurrent = take(o, "0x4::collection::ConcurrentSupply");
    json_t *plain = fixed ? fixed : unlimited, *max = json_object_get(fixed, "max_supply");
    json_t *current = json_object_get(plain, "current_supply"),
           *minted = json_object_get(plain, "total_minted");
    uint64_t most;
    if (concurrent) {
        json_t *aggregator = json_object_get(concurrent, "current_supply");
        current = json_object_get(aggregator, "value");
        max = json_object_get(aggregator, "max_value");
        if (aptos_read_u64(max, &most) && most == UINT64_MAX) max = NULL; /* no limit */
        minted = json_object_get(json_object_get(concurrent, "total_minted"), "value");
    }
    set(row, "current_supply", current ? number(current) : json_integer(0));
    set(row, "max_supply", number(max));
    set(row, "total_minted_v2", number(minted));
    json_decref(fixed);
    json_decref(unlimited);
    json_decref(concurrent);
}

static json_t *collection_row(const struct object *o) {
    json_t *data = take(o, "0x4::collection::Collection");
    if (!data) return NULL;
    json_t *row = new_row(o), *aptos = take(o, "0x4::aptos_token::AptosCollection");
    set(row, "collection_id", hex_of(&o->address));
    set(row, "collection_name", field(data, "name"));
    set(row, "creator_address", long_address(json_object_get(data, "creator")));
    set(row, "description", field(data, "description"));
    set(row, "uri", field(data, "uri"));
    set(row, "mutable_description", field(aptos, "mutable_description"));
    set(row, "mutable_uri", field(aptos, "mutable_uri"));
    set(row, "table_handle_v1", json_null());
    set_supply(row, o);
    json_decref(data);
    json_decref(aptos);
    return row;
}

/* ---- Tokens */

/* A property's value as text: BCS by the type's number (0x4::property_map). */
static json_t *property_value(struct arena *arena, uint64_t type, struct bytes bcs) {
    enum { BOOL, U8, U16, U32, U64, U128, U256, ADDRESS, BYTE_VECTOR, STRING };
    struct buf text = {0};
    struct bcs_reader r = bcs_reader(bcs, arena);
    if (type == BOOL) {
        buf_puts(&text, bcs.n && bcs.p[0] ? "true" : "false");
    } else if (type >= U8 && type <= U256 && bcs.n <= 32) {
        struct u256 n = {{0}};
        char digits[80];
        for (size_t i = 0; i < bcs.n; i++) n.w[i / 8] |= (uint64_t)bcs.p[i] << 8 * (i % 8);
        buf_put(&text, digits, u256_to_dec(digits, &n));
    } else if (type == STRING) {
        buf_put_bytes(&text, bcs_bytes(&r, "string"));
    } else {
        hex_put(&text, type == BYTE_VECTOR ? bcs_bytes(&r, "bytes") : bcs);
    }
    json_t *value = json_stringn((const char *)text.p, text.n);
    buf_free(&text);
    return value ? value : json_null();
}

static json_t *properties(const struct object *o) {
    json_t *out = json_object(), *map = take(o, "0x4::property_map::PropertyMap");
    json_t *list = json_object_get(json_object_get(map, "inner"), "data");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i), *value = json_object_get(entry, "value");
        const char *key = json_string_value(json_object_get(entry, "key"));
        struct bytes bcs;
        uint64_t type;
        if (key && aptos_read_u64(json_object_get(value, "type"), &type) &&
            aptos_read_hex(json_object_get(value, "value"), o->c->arena, &bcs))
            set(out, key, property_value(o->c->arena, type, bcs));
    }
    json_decref(map);
    return out;
}

/* Tokens with numbers have their names beside. */
static json_t *token_name(const struct object *o, json_t *token) {
    const char *name = json_string_value(json_object_get(token, "name"));
    json_t *more = name && *name ? NULL : take(o, "0x4::token::TokenIdentifiers");
    json_t *beside = json_object_get(json_object_get(more, "name"), "value");
    json_t *out = beside ? json_incref(beside) : field(token, "name");
    json_decref(more);
    return out;
}

static json_t *token_row(const struct object *o) {
    struct object collection;
    json_t *data = take(o, "0x4::token::Token");
    if (!data) return NULL;
    json_t *row = new_row(o), *in = json_object_get(json_object_get(data, "collection"), "inner");
    set(row, "token_data_id", hex_of(&o->address));
    set(row, "collection_id", long_address(in));
    set(row, "description", field(data, "description"));
    set(row, "token_name", token_name(o, data));
    set(row, "token_properties", properties(o));
    set(row, "token_uri", field(data, "uri"));
    set(row, "is_fungible_v2", json_boolean(has(o, "0x1::fungible_asset::Metadata")));
    set(row, "decimals", json_integer(0));
    set(row, "supply", json_integer(0));
    static const char *const none[] = {"largest_property_version_v1", "maximum"};
    set_nulls(row, none, COUNT_OF(none));
    json_t *of = NULL;
    if (find_object(o->c, json_string_value(in), &collection)) {
        of = collection_row(&collection);
        json_decref(collection.core);
    }
    set(row, "current_collection", of ? of : json_null());
    json_decref(data);
    return row;
}

static json_t *ownership_row(const struct object *o) {
    json_t *token = token_row(o);
    if (!token) return NULL;
    json_t *row = new_row(o);
    bool soulbound = json_is_false(json_object_get(o->core, "allow_ungated_transfer"));
    set(row, "token_data_id", hex_of(&o->address));
    set(row, "storage_id", hex_of(&o->address));
    set(row, "owner_address", long_address(json_object_get(o->core, "owner")));
    set(row, "amount", json_integer(1));
    set(row, "property_version_v1", json_integer(0));
    set(row, "is_soulbound_v2", json_boolean(soulbound));
    set(row, "is_fungible_v2", field(token, "is_fungible_v2"));
    static const char *const none[] = {"token_properties_mutated_v1", "table_type_v1"};
    set_nulls(row, none, COUNT_OF(none));
    set(row, "current_token_data", token);
    return row;
}

/* ---- Objects, assets */

static json_t *object_row(const struct object *o) {
    json_t *row = new_row(o);
    json_object_del(row, "token_standard");
    set(row, "object_address", hex_of(&o->address));
    set(row, "owner_address", long_address(json_object_get(o->core, "owner")));
    set(row, "allow_ungated_transfer", field(o->core, "allow_ungated_transfer"));
    set(row, "last_guid_creation_num", number(json_object_get(o->core, "guid_creation_num")));
    set(row, "is_deleted", json_false());
    struct buf key = {0};
    struct bytes tag;
    if (!err_is(mv_type_tag_parse(BYTES_LIT("0x1::object::ObjectGroup"), o->c->arena, &tag))) {
        buf_put(&key, o->address.b, 32);
        buf_put_bytes(&key, tag);
    }
    struct chain_change change = {.domain = ST_MOVE_GROUP, .key = buf_bytes(&key)};
    struct b32 hash = aptos_state_key_hash(&change);
    set(row, "state_key_hash", hex_of(&hash));
    buf_free(&key);
    return row;
}

static json_t *asset_row(const struct object *o) {
    json_t *data = take(o, "0x1::fungible_asset::Metadata");
    if (!data) return NULL;
    json_t *row = new_row(o), *supply = take(o, "0x1::fungible_asset::Supply"),
           *concurrent = take(o, "0x1::fungible_asset::ConcurrentSupply");
    json_t *aggregator = json_object_get(concurrent, "current");
    json_t *max = json_array_get(json_object_get(json_object_get(supply, "maximum"), "vec"), 0);
    set(row, "asset_type", hex_of(&o->address));
    set(row, "creator_address", long_address(json_object_get(o->core, "owner")));
    set(row, "name", field(data, "name"));
    set(row, "symbol", field(data, "symbol"));
    set(row, "decimals", field(data, "decimals"));
    set(row, "icon_uri", field(data, "icon_uri"));
    set(row, "project_uri", field(data, "project_uri"));
    set(row, "supply_v2",
        number(concurrent ? json_object_get(aggregator, "value")
                          : json_object_get(supply, "current")));
    set(row, "maximum_v2", number(concurrent ? json_object_get(aggregator, "max_value") : max));
    static const char *const none[] = {"supply_aggregator_table_handle_v1",
                                       "supply_aggregator_table_key_v1"};
    set_nulls(row, none, COUNT_OF(none));
    json_decref(data);
    json_decref(supply);
    json_decref(concurrent);
    return row;
}

/* ---- Tables */

static const struct table {
    const char *name;
    const char *member; /* the resource of the objects that have a row */
    json_t *(*row)(const struct object *o);
} tables[] = {
    {"current_objects", "0x1::object::ObjectCore", object_row},
    {"current_token_ownerships_v2", "0x4::token::Token", ownership_row},
    {"current_token_datas_v2", "0x4::token::Token", token_row},
    {"current_collections_v2", "0x4::collection::Collection", collection_row},
    {"fungible_asset_metadata", "0x1::fungible_asset::Metadata", asset_row},
};

struct walk {
    struct aptos_call *c;
    const struct table *table;
    struct bytes member; /* its type's tag */
    json_t *where, *rows;
    const char *why;
    uint64_t looked;
};

static void look_at(struct walk *w, struct bytes key, struct bytes group) {
    struct object o;
    struct b32 address;
    struct bytes value;
    if (!mv_group_find(group, w->member, &value)) return;
    memcpy(address.b, key.p, 32);
    if (!open_object(w->c, &address, group, &o)) return;
    json_t *row = w->table->row(&o);
    if (row && aptos_where_holds(w->where, row, &w->why)) json_array_append(w->rows, row);
    json_decref(row);
    json_decref(o.core);
}

static bool visit(void *ctx, struct bytes key, struct bytes group) {
    struct walk *w = ctx;
    struct arena_mark mark = arena_mark(w->c->arena);
    if (w->looked++ == LOOK_MAX)
        w->why = "there are more than 65,536 objects, and this node has no index of them: the REST "
                 "API under /v1 reads each by its address";
    else if (json_array_size(w->rows) == ROWS_MAX)
        w->why = "there are more than 10,000 rows: a narrower where_condition is needed";
    else
        look_at(w, key, group);
    arena_release(w->c->arena, mark);
    return !w->why;
}

/* Who has how many tokens of which collection, from who has which. */
static json_t *by_collection(json_t *ownerships) {
    json_t *rows = json_array(), *known = json_object();
    for (size_t i = 0; i < json_array_size(ownerships); i++) {
        json_t *one = json_array_get(ownerships, i);
        json_t *token = json_object_get(one, "current_token_data");
        json_t *collection = json_object_get(token, "current_collection");
        char key[2 * 66 + 1];
        snprintf(key, sizeof key, "%s%s", json_string_value(json_object_get(one, "owner_address")),
                 json_string_value(json_object_get(token, "collection_id")));
        json_t *row = json_object_get(known, key);
        if (!row) {
            row = json_object();
            set(row, "current_collection", json_incref(collection));
            set(row, "collection_id", field(token, "collection_id"));
            set(row, "collection_name", field(collection, "collection_name"));
            set(row, "collection_uri", field(collection, "uri"));
            set(row, "creator_address", field(collection, "creator_address"));
            set(row, "owner_address", field(one, "owner_address"));
            set(row, "last_transaction_version", field(one, "last_transaction_version"));
            set(row, "single_token_uri", field(token, "token_uri"));
            set(row, "distinct_tokens", json_integer(0));
            json_array_append_new(rows, row);
            json_object_set(known, key, row);
        }
        json_t *count = json_object_get(row, "distinct_tokens");
        json_integer_set(count, json_integer_value(count) + 1);
    }
    json_decref(known);
    return rows;
}

/* The same rows, those that do not meet the condition taken away. */
static json_t *choose(json_t *rows, json_t *where, const char **why) {
    json_t *chosen = json_array();
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (aptos_where_holds(where, json_array_get(rows, i), why))
            json_array_append(chosen, json_array_get(rows, i));
    json_decref(rows);
    return chosen;
}

static uint64_t variable(json_t *variables, const char *name, uint64_t otherwise) {
    uint64_t n;
    return aptos_read_u64(json_object_get(variables, name), &n) ? n : otherwise;
}

/* The page of the rows that the question asks for. */
static void put_page(struct json_out *o, json_t *rows, json_t *variables) {
    uint64_t from = variable(variables, "offset", 0), n = json_array_size(rows);
    uint64_t limit = min_u64(variable(variables, "limit", PAGE_MAX), PAGE_MAX);
    jo_array(o);
    for (uint64_t i = from; i < n && i - from < limit; i++) {
        char *text = json_dumps(json_array_get(rows, (size_t)i), JSON_COMPACT);
        if (text) jo_raw(o, bytes_cstr(text));
        free(text);
    }
    jo_end_array(o);
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

bool aptos_index_table(struct aptos_call *c, struct bytes name, bool counts, json_t *variables,
                       const char **why) {
    json_t *where = json_object_get(variables, "where_condition");
    bool by = bytes_eq(name, BYTES_LIT("current_collection_ownership_v2_view"));
    struct walk w = {.c = c, .where = by ? NULL : where};
    struct bytes all = {NULL, 0};
    if (by) name = BYTES_LIT("current_token_ownerships_v2");
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        if (bytes_eq(name, bytes_cstr(tables[i].name))) w.table = &tables[i];
    if (!w.table || err_is(mv_type_tag_parse(bytes_cstr(w.table->member), c->arena, &w.member)))
        return false;
    w.rows = json_array();
    st_snapshot_scan(chain_reader_snapshot(c->reader), ST_MOVE_GROUP, all, all, visit, &w);
    if (by) {
        json_t *rows = by_collection(w.rows);
        json_decref(w.rows);
        w.rows = choose(rows, where, &w.why);
    }
    *why = w.why;
    if (!w.why) {
        aptos_where_sort(w.rows, json_object_get(variables, "order_by"));
        if (counts)
            put_count(c->out, json_array_size(w.rows));
        else
            put_page(c->out, w.rows, variables);
    }
    json_decref(w.rows);
    return !w.why;
}
