/* Table items, and whatever is stored under a state key. */
#include "rpc/aptos.h"

#include "codec/codec.h"
#include "move/type_tag.h"

static bool table_value(struct aptos_call *c, const struct b32 *handle, struct bytes key,
                        struct bytes *value) {
    uint8_t *full = arena_alloc(c->arena, 32 + key.n, 1);
    memcpy(full, handle->b, 32);
    if (key.n) memcpy(full + 32, key.p, key.n);
    if (st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_TABLE_ITEM,
                        bytes_make(full, 32 + key.n), value))
        return true;
    struct buf shown = {0};
    hex_encode((char *)buf_room(&shown, 2 * min_u64(key.n, 64) + 1),
               bytes_sub(key, 0, min_u64(key.n, 64)));
    aptos_fail(c, 404, "table_item_not_found", 0,
               "Table Item not found by Table handle and Table key(0x%.*s) at Ledger version(%llu)",
               (int)(2 * min_u64(key.n, 64)), (const char *)shown.p,
               (unsigned long long)c->newest.last_version);
    buf_free(&shown);
    return false;
}

static const struct mv_layout *layout_of(struct aptos_call *c, json_t *text, const char *what) {
    struct bytes tag;
    struct mv_outcome out;
    if (!json_is_string(text)) {
        aptos_fail(c, 400, "invalid_input", 0, "%s: the text of a type is expected", what);
        return NULL;
    }
    struct bytes t = bytes_make(json_string_value(text), json_string_length(text));
    struct err e = mv_type_tag_parse(t, c->arena, &tag);
    const struct mv_layout *layout = err_is(e) ? NULL : mv_layout(aptos_session(c), tag, &out);
    if (!layout)
        aptos_fail(c, 400, "invalid_input", 0, "%s: %.*s is no type of this chain", what,
                   (int)min_u64(t.n, 100), (const char *)t.p);
    return layout;
}

static bool read_key(struct aptos_call *c, json_t *body, struct bytes *key) {
    char why[160];
    struct buf bcs = {0};
    const struct mv_layout *layout = layout_of(c, json_object_get(body, "key_type"), "key_type");
    json_t *v = json_object_get(body, "key");
    bool ok = layout != NULL;
    if (ok && !v) ok = aptos_fail(c, 400, "invalid_input", 0, "key: it is missing");
    if (ok && !aptos_read_value(v, layout, &bcs, why))
        ok = aptos_fail(c, 400, "invalid_input", 0, "key: %s", why);
    *key = arena_copy(c->arena, buf_bytes(&bcs));
    buf_free(&bcs);
    return ok;
}

static bool put_item(struct aptos_call *c, const struct b32 *handle, json_t *body) {
    struct bytes key, value;
    if (!read_key(c, body, &key)) return false;
    const struct mv_layout *layout =
        layout_of(c, json_object_get(body, "value_type"), "value_type");
    if (!layout || !table_value(c, handle, key, &value)) return false;
    if (c->wants_bcs) {
        aptos_bcs(c, value);
        return true;
    }
    return aptos_put_value(c->out, layout, value) ||
           aptos_fail(c, 400, "invalid_input", 0, "the stored value is not of value_type");
}

bool aptos_table_item(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 handle;
    json_t *body = NULL;
    if (!aptos_path_address(c, p->part[1], &handle) || !aptos_body_json(c, &body)) return false;
    bool ok = put_item(c, &handle, body);
    json_decref(body);
    return ok;
}

/* The "key" of the body, bytes in hexadecimal. */
static bool raw_key(struct aptos_call *c, struct bytes *key) {
    json_t *body = NULL;
    if (!c->wants_bcs)
        return aptos_fail(c, 403, "api_disabled", 0,
                          "the answer is bytes: only Accept: application/x-bcs is served");
    if (!aptos_body_json(c, &body)) return false;
    bool ok = aptos_read_hex(json_object_get(body, "key"), c->arena, key) ||
              aptos_fail(c, 400, "invalid_input", 0, "key: bytes in hexadecimal are expected");
    json_decref(body);
    return ok;
}

bool aptos_table_raw_item(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 handle;
    struct bytes key, value;
    if (!aptos_path_address(c, p->part[1], &handle) || !raw_key(c, &key) ||
        !table_value(c, &handle, key, &value))
        return false;
    aptos_bcs(c, value);
    return true;
}

/* StateKey: AccessPath { address, path }, whose path is the BCS of a module's id, of a resource's
 * StructTag or of a resource group's behind their variant; or TableItem { handle, key }. */
enum { STATE_ACCESS_PATH };
enum { PATH_CODE, PATH_RESOURCE, PATH_RESOURCE_GROUP, PATH_COUNT };

/* The key under which the store has what the path names. */
static bool read_path(struct bcs_reader *r, enum st_domain *domain, struct buf *key) {
    struct b32 address;
    bcs_fixed(r, "address", address.b, 32);
    struct bcs_reader path = bcs_reader(bcs_bytes(r, "path"), r->arena);
    static const enum st_domain domains[] = {
        [PATH_CODE] = ST_MOVE_MODULE,
        [PATH_RESOURCE] = ST_MOVE_RESOURCE,
        [PATH_RESOURCE_GROUP] = ST_MOVE_GROUP,
    };
    uint32_t kind = bcs_variant(&path, "path", PATH_COUNT);
    buf_put(key, address.b, 32);
    *domain = domains[kind];
    if (kind == PATH_CODE) {
        bcs_take(&path, "module address", 32);
        buf_put_bytes(key, bcs_bytes(&path, "module name"));
    } else {
        buf_put_u8(key, MV_TAG_STRUCT);
        buf_put_bytes(key, bcs_take(&path, "type", path.in.n - path.at));
    }
    return !err_is(bcs_finish(&path));
}

static void read_item(struct bcs_reader *r, struct buf *key) {
    buf_put_bytes(key, bcs_take(r, "handle", 32));
    buf_put_bytes(key, bcs_take(r, "table key", r->in.n - r->at));
}

bool aptos_raw_state_value(struct aptos_call *c, const struct aptos_path *p) {
    struct bytes text, value;
    struct buf key = {0};
    enum st_domain domain = ST_MOVE_TABLE_ITEM;
    (void)p;
    if (!raw_key(c, &text)) return false;
    struct bcs_reader r = bcs_reader(text, c->arena);
    bool ok = true;
    if (bcs_variant(&r, "state key", 2) == STATE_ACCESS_PATH)
        ok = read_path(&r, &domain, &key);
    else
        read_item(&r, &key);
    struct err e = bcs_finish(&r);
    if (!ok || err_is(e))
        ok = aptos_fail(c, 400, "invalid_input", 0,
                        "key: no state key of a module, a resource or a table item");
    else if (!st_snapshot_get(chain_reader_snapshot(c->reader), domain, buf_bytes(&key), &value))
        ok = aptos_fail(c, 404, "state_value_not_found", 0, "there is no value under this key");
    else
        aptos_bcs(c, value);
    buf_free(&key);
    return ok;
}
