/* Accounts, resources, modules, balances, tables. */
#include "rpc/aptos.h"

#include <stdio.h>

#include "codec/codec.h"
#include "move/account.h"
#include "move/type_tag.h"

enum { PAGE_RESOURCES = 999, PAGE_RESOURCES_MAX = 9999, PAGE_EVENTS = 25, PAGE_EVENTS_MAX = 100 };

/* ---- Accounts */

bool aptos_account(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address, auth_key;
    uint64_t sequence = 0;
    uint8_t key[MV_ACCOUNT_KEY_BYTES];
    struct bytes value;
    if (!aptos_path_address(c, p->part[1], &address)) return false;
    auth_key = address; /* an address without an account: the stateless default of current nodes */
    mv_account_key(key, &address);
    if (st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_RESOURCE, BYTES_OF(key), &value))
        mv_account_parse(value, &auth_key, &sequence);
    jo_object(c->out);
    jo_key(c->out, "sequence_number");
    jo_decimal(c->out, sequence);
    JO_KEY_HEX(c->out, "authentication_key", auth_key);
    jo_end_object(c->out);
    return true;
}

/* ---- Resources */

/* Writes {"type", "data"} of a stored resource; `type_tag` is the BCS of its type. */
static bool put_resource(struct aptos_call *c, struct bytes type_tag, struct bytes value) {
    struct mv_outcome out;
    const struct mv_layout *layout = mv_layout(aptos_session(c), type_tag, &out);
    struct json_out before = *c->out;
    size_t start = c->out->buf->n;
    jo_object(c->out);
    jo_key(c->out, "type");
    jo_string(c->out, aptos_tag_text(c->arena, type_tag));
    jo_key(c->out, "data");
    if (!layout || !aptos_put_value(c->out, layout, value)) {
        c->out->buf->n = start;
        *c->out = before;
        return false;
    }
    jo_end_object(c->out);
    return true;
}

struct page {
    struct aptos_call *c;
    uint64_t limit;
    size_t prefix; /* bytes of the key before what the cursor names */
};

static void set_cursor(struct aptos_call *c, struct bytes key) {
    char *text = arena_alloc(c->arena, 2 * key.n + 3, 1);
    memcpy(text, "0x", 2);
    hex_encode(text + 2, key);
    text[2 + 2 * key.n] = 0;
    c->cursor = text;
}

static bool visit_resource(void *ctx, struct bytes key, struct bytes value) {
    struct page *page = ctx;
    if (page->limit == 0) {
        set_cursor(page->c, bytes_sub(key, 32, key.n - 32));
        return false;
    }
    page->limit--;
    put_resource(page->c, bytes_sub(key, 32, key.n - 32), value);
    return true;
}

/* The key that a cursor in the query names, behind the address; the address alone if there is none.
 */
static struct bytes start_key(struct aptos_call *c, const struct b32 *address) {
    struct buf text = {0};
    struct bytes out = arena_copy(c->arena, BYTES_OF(*address));
    if (http_query(c->req, "start", &text) && text.n > 2 && text.n % 2 == 0) {
        size_t n = (text.n - 2) / 2;
        uint8_t *key = arena_alloc(c->arena, 32 + n, 1);
        memcpy(key, address->b, 32);
        if (hex_decode_digits(key + 32, bytes_make(text.p + 2, 2 * n)))
            out = bytes_make(key, 32 + n);
    }
    buf_free(&text);
    return out;
}

bool aptos_resources(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct page page = {.c = c};
    if (!aptos_path_address(c, p->part[1], &address) ||
        !aptos_query_u64(c, "limit", PAGE_RESOURCES, &page.limit))
        return false;
    page.limit = min_u64(page.limit, PAGE_RESOURCES_MAX);
    jo_array(c->out);
    st_snapshot_scan(chain_reader_snapshot(c->reader), ST_MOVE_RESOURCE, BYTES_OF(address),
                     start_key(c, &address), visit_resource, &page);
    jo_end_array(c->out);
    return true;
}

/* Parses the text of a struct type into the BCS of its tag. */
static bool parse_struct_tag(struct aptos_call *c, struct bytes text, struct bytes *struct_tag) {
    struct bytes tag;
    struct err e = mv_type_tag_parse(text, c->arena, &tag);
    if (err_is(e) || tag.n < 2 || tag.p[0] != 7)
        return aptos_fail(c, 400, "invalid_input", 0,
                          "parse path parameter resource_type: %.*s is no struct type: %s",
                          (int)min_u64(text.n, 100), (const char *)text.p,
                          err_is(e) ? e.text : "a primitive type");
    *struct_tag = tag;
    return true;
}

static bool find_resource(struct aptos_call *c, const struct b32 *address, struct bytes struct_tag,
                          struct bytes *value) {
    uint8_t *key = arena_alloc(c->arena, 32 + struct_tag.n, 1);
    memcpy(key, address->b, 32);
    memcpy(key + 32, struct_tag.p, struct_tag.n);
    return st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_RESOURCE,
                           bytes_make(key, 32 + struct_tag.n), value);
}

bool aptos_resource(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct bytes tag, value;
    if (!aptos_path_address(c, p->part[1], &address) || !parse_struct_tag(c, p->part[3], &tag))
        return false;
    if (!find_resource(c, &address, tag, &value))
        return aptos_fail(
            c, 404, "resource_not_found", 0,
            "Resource not found by Address(%.*s), Struct tag(%.*s) and Ledger version(%llu)",
            (int)p->part[1].n, (const char *)p->part[1].p, (int)p->part[3].n,
            (const char *)p->part[3].p, (unsigned long long)c->newest.last_version);
    if (put_resource(c, tag, value)) return true;
    return aptos_fail(c, 500, "internal_error", 0, "the resource's type cannot be read");
}

/* ---- Modules */

static bool visit_module(void *ctx, struct bytes key, struct bytes value) {
    struct page *page = ctx;
    if (page->limit == 0) {
        set_cursor(page->c, bytes_sub(key, 32, key.n - 32));
        return false;
    }
    page->limit--;
    aptos_put_module(page->c->out, value);
    return true;
}

bool aptos_modules(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct page page = {.c = c};
    if (!aptos_path_address(c, p->part[1], &address) ||
        !aptos_query_u64(c, "limit", PAGE_RESOURCES, &page.limit))
        return false;
    page.limit = min_u64(page.limit, PAGE_RESOURCES_MAX);
    jo_array(c->out);
    st_snapshot_scan(chain_reader_snapshot(c->reader), ST_MOVE_MODULE, BYTES_OF(address),
                     start_key(c, &address), visit_module, &page);
    jo_end_array(c->out);
    return true;
}

bool aptos_module(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    uint8_t key[32 + 256];
    struct bytes value;
    if (!aptos_path_address(c, p->part[1], &address)) return false;
    size_t n = min_u64(p->part[3].n, 256);
    memcpy(key, address.b, 32);
    memcpy(key + 32, p->part[3].p, n);
    if (!st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_MODULE, bytes_make(key, 32 + n),
                         &value))
        return aptos_fail(
            c, 404, "module_not_found", 0,
            "Module not found by Address(%.*s), Module name(%.*s) and Ledger version(%llu)",
            (int)p->part[1].n, (const char *)p->part[1].p, (int)p->part[3].n,
            (const char *)p->part[3].p, (unsigned long long)c->newest.last_version);
    aptos_put_module(c->out, value);
    return true;
}

/* ---- Balances */

/* The value in 0x1::coin::CoinStore<T>: its first field. */
bool aptos_balance(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct bytes tag, value;
    struct buf store = {0};
    if (!aptos_path_address(c, p->part[1], &address)) return false;
    buf_puts(&store, "0x1::coin::CoinStore<");
    buf_put_bytes(&store, p->part[3]);
    buf_puts(&store, ">");
    bool ok = parse_struct_tag(c, arena_copy(c->arena, buf_bytes(&store)), &tag);
    buf_free(&store);
    if (!ok) return false;
    jo_number(c->out,
              find_resource(c, &address, tag, &value) && value.n >= 8 ? load_le64(value.p) : 0);
    return true;
}

/* ---- Tables */

static bool table_value(struct aptos_call *c, const struct b32 *handle, struct bytes key,
                        struct bytes *value) {
    uint8_t *full = arena_alloc(c->arena, 32 + key.n, 1);
    memcpy(full, handle->b, 32);
    if (key.n) memcpy(full + 32, key.p, key.n);
    if (st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_TABLE_ITEM,
                        bytes_make(full, 32 + key.n), value))
        return true;
    return aptos_fail(c, 404, "table_item_not_found", 0,
                      "Table Item not found by Table handle and key");
}

static const struct mv_layout *layout_of(struct aptos_call *c, json_t *text, const char *what) {
    struct bytes tag;
    struct mv_outcome out;
    if (!json_is_string(text)) {
        aptos_fail(c, 400, "invalid_input", 0, "%s is missing", what);
        return NULL;
    }
    struct err e = mv_type_tag_parse(bytes_make(json_string_value(text), json_string_length(text)),
                                     c->arena, &tag);
    const struct mv_layout *layout = err_is(e) ? NULL : mv_layout(aptos_session(c), tag, &out);
    if (!layout) aptos_fail(c, 400, "invalid_input", 0, "%s is no type of this chain", what);
    return layout;
}

bool aptos_table_item(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 handle;
    json_t *body = NULL;
    char why[160];
    struct buf key = {0};
    struct bytes value;
    if (!aptos_path_address(c, p->part[1], &handle)) return false;
    struct err e = rpc_parse_json(c->arena, c->req->body, &body);
    if (err_is(e)) return aptos_fail(c, 400, "invalid_input", 0, "%s", e.text);
    const struct mv_layout *key_layout =
        layout_of(c, json_object_get(body, "key_type"), "key_type");
    const struct mv_layout *value_layout =
        key_layout ? layout_of(c, json_object_get(body, "value_type"), "value_type") : NULL;
    bool ok = value_layout != NULL;
    if (ok && !aptos_read_value(json_object_get(body, "key"), key_layout, &key, why))
        ok = aptos_fail(c, 400, "invalid_input", 0, "key: %s", why);
    ok = ok && table_value(c, &handle, buf_bytes(&key), &value);
    if (ok && !aptos_put_value(c->out, value_layout, value))
        ok = aptos_fail(c, 400, "invalid_input", 0, "the stored value is not of value_type");
    buf_free(&key);
    json_decref(body);
    return ok;
}

/* ---- Events */

static void put_event(struct aptos_call *c, const struct chain_tx *tx, const struct st_log *log) {
    jo_object(c->out);
    jo_key(c->out, "version");
    jo_decimal(c->out, tx->version);
    jo_key(c->out, "guid");
    jo_object(c->out);
    jo_key(c->out, "creation_number");
    jo_decimal(c->out, log->guid_creation_number);
    jo_key(c->out, "account_address");
    aptos_put_address(c->out, &log->guid_address);
    jo_end_object(c->out);
    jo_key(c->out, "sequence_number");
    jo_decimal(c->out, log->sequence_number);
    jo_key(c->out, "type");
    jo_string(c->out, aptos_tag_text(c->arena, log->type_tag));
    jo_key(c->out, "data");
    aptos_put_typed(c, log->type_tag, log->data);
    jo_end_object(c->out);
}

struct event_page {
    struct aptos_call *c;
    struct b32 address;
    uint64_t creation_number, limit;
};

static bool visit_event(void *ctx, struct bytes key, struct bytes place) {
    struct event_page *page = ctx;
    struct chain_tx tx;
    if (page->limit-- == 0 || place.n != 12) return false;
    if (!chain_tx_at(page->c->reader, load_be64(place.p), load_be32(place.p + 8), &tx)) return true;
    uint64_t sequence = load_be64(key.p + 40);
    for (uint32_t i = 0; i < tx.log_count; i++) {
        const struct st_log *log = &tx.logs[i];
        if (log->vm == ST_VM_MOVE && log->sequence_number == sequence &&
            log->guid_creation_number == page->creation_number &&
            b32_eq(&log->guid_address, &page->address))
            put_event(page->c, &tx, log);
    }
    return true;
}

/* The creation number in the GUID of an event handle, a field of a resource. */
static bool handle_number(struct aptos_call *c, const struct aptos_path *p,
                          const struct b32 *address, uint64_t *creation_number, struct b32 *owner) {
    struct bytes tag, value;
    struct buf text = {0};
    json_t *root = NULL;
    if (!parse_struct_tag(c, p->part[3], &tag)) return false;
    if (!find_resource(c, address, tag, &value))
        return aptos_fail(c, 404, "resource_not_found", 0,
                          "the resource that holds the event handle is not there");
    struct json_out o = {.buf = &text}, *keep = c->out;
    c->out = &o;
    bool ok = put_resource(c, tag, value);
    c->out = keep;
    char field[256];
    snprintf(field, sizeof field, "%.*s", (int)min_u64(p->part[4].n, 255),
             (const char *)p->part[4].p);
    if (ok) ok = !err_is(rpc_parse_json(c->arena, buf_bytes(&text), &root));
    json_t *handle = json_object_get(json_object_get(root, "data"), field);
    json_t *id = json_object_get(json_object_get(handle, "guid"), "id");
    const char *number = json_string_value(json_object_get(id, "creation_num"));
    const char *addr = json_string_value(json_object_get(id, "addr"));
    struct u256 n;
    ok = ok && number && addr && u256_from_dec(&n, bytes_cstr(number)) &&
         aptos_read_address(bytes_cstr(addr), owner);
    if (ok) *creation_number = n.w[0];
    json_decref(root);
    buf_free(&text);
    return ok || aptos_fail(c, 404, "struct_field_not_found", 0,
                            "the resource has no event handle of this name");
}

bool aptos_account_events(struct aptos_call *c, const struct aptos_path *p) {
    struct event_page page = {.c = c};
    uint64_t start;
    uint8_t from[48], to[40];
    if (!aptos_path_address(c, p->part[1], &page.address) ||
        !aptos_query_u64(c, "start", 0, &start) ||
        !aptos_query_u64(c, "limit", PAGE_EVENTS, &page.limit))
        return false;
    page.limit = min_u64(page.limit, PAGE_EVENTS_MAX);
    if (p->count == 5) {
        if (!handle_number(c, p, &page.address, &page.creation_number, &page.address)) return false;
    } else if (!aptos_path_u64(c, p->part[3], "creation_number", &page.creation_number)) {
        return false;
    }
    memcpy(from, page.address.b, 32);
    store_be64(from + 32, page.creation_number);
    store_be64(from + 40, start);
    memcpy(to, page.address.b, 32);
    store_be64(to + 32, page.creation_number + 1);
    jo_array(c->out);
    st_record_scan(chain_reader_snapshot(c->reader), ST_TABLE_EVENT, BYTES_OF(from), BYTES_OF(to),
                   false, visit_event, &page);
    jo_end_array(c->out);
    return true;
}
