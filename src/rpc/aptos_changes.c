/* What a transaction wrote, as the API's write-set changes. */
#include "rpc/aptos.h"

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/resource_group.h"
#include "move/type_tag.h"

/* ---- The hash of a state key: sha3-256(sha3-256("APTOS::StateKey") ‖ kind ‖ key) */

enum {
    STATE_ACCESS_PATH = 0,
    STATE_TABLE_ITEM = 1,
    PATH_CODE = 0,
    PATH_RESOURCE = 1,
    PATH_RESOURCE_GROUP = 2
};

/* AccessPath { address, path }; the path is the BCS of a module id or of a StructTag behind their
 * variant. */
static void put_access_path(struct buf *out, enum st_domain domain, struct bytes key) {
    struct buf path = {0};
    struct bytes name = bytes_sub(key, 32, key.n - 32);
    buf_put_u8(out, STATE_ACCESS_PATH);
    buf_put(out, key.p, 32);
    if (domain == ST_MOVE_MODULE) {
        uleb_put(&path, PATH_CODE);
        buf_put(&path, key.p, 32);
        bcs_put_bytes(&path, name);
    } else {
        uleb_put(&path, domain == ST_MOVE_GROUP ? PATH_RESOURCE_GROUP : PATH_RESOURCE);
        buf_put_bytes(&path, bytes_sub(name, 1, name.n - 1)); /* without the tag's variant */
    }
    bcs_put_bytes(out, buf_bytes(&path));
    buf_free(&path);
}

void aptos_put_state_key(struct buf *out, const struct chain_change *change) {
    if (change->domain == ST_MOVE_TABLE_ITEM) {
        buf_put_u8(out, STATE_TABLE_ITEM);
        buf_put(out, change->key.p, 32);
        bcs_put_bytes(out, bytes_sub(change->key, 32, change->key.n - 32));
    } else {
        put_access_path(out, change->domain, change->key);
    }
}

struct b32 aptos_state_key_hash(const struct chain_change *change) {
    struct b32 hash;
    struct buf in = {0};
    sha3_256(&hash, BYTES_LIT("APTOS::StateKey"));
    buf_put(&in, hash.b, 32);
    if (change->domain == ST_MOVE_TABLE_ITEM) {
        buf_put_u8(&in, STATE_TABLE_ITEM);
        buf_put_bytes(&in, change->key);
    } else {
        put_access_path(&in, change->domain, change->key);
    }
    sha3_256(&hash, buf_bytes(&in));
    buf_free(&in);
    return hash;
}

/* ---- Kinds of changes */

static void put_type(struct json_out *o, const char *type) {
    jo_key(o, "type");
    jo_cstring(o, type);
}

static void put_address(struct json_out *o, const struct chain_change *change) {
    struct b32 address;
    memcpy(address.b, change->key.p, 32);
    jo_key(o, "address");
    aptos_put_address(o, &address);
}

static void put_resource(struct aptos_call *c, const struct chain_change *change) {
    struct json_out *o = c->out;
    struct bytes tag = bytes_sub(change->key, 32, change->key.n - 32);
    put_address(o, change);
    if (!change->value.p) {
        jo_key(o, "resource");
        jo_string(o, aptos_tag_text(c->arena, tag));
        put_type(o, "delete_resource");
        return;
    }
    jo_key(o, "data");
    jo_object(o);
    jo_key(o, "type");
    jo_string(o, aptos_tag_text(c->arena, tag));
    jo_key(o, "data");
    aptos_put_typed(c, tag, change->value);
    jo_end_object(o);
    put_type(o, "write_resource");
}

static void put_module(struct aptos_call *c, const struct chain_change *change) {
    struct json_out *o = c->out;
    struct bytes name = bytes_sub(change->key, 32, change->key.n - 32);
    struct b32 address;
    char text[67];
    put_address(o, change);
    if (change->value.p) {
        jo_key(o, "data");
        aptos_put_module(o, change->value);
    } else {
        memcpy(address.b, change->key.p, 32);
        size_t n = mv_address_print(text, &address);
        jo_key(o, "module");
        jo_cstring(o, arena_printf(c->arena, "%.*s::%.*s", (int)n, text, (int)name.n,
                                   (const char *)name.p));
    }
    put_type(o, change->value.p ? "write_module" : "delete_module");
}

/* The types of a table's keys and values, as they were when it was made. */
static bool table_types(struct aptos_call *c, struct bytes handle, struct bytes *key_type,
                        struct bytes *value_type) {
    struct bytes info;
    if (!st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_TABLE_INFO, handle, &info))
        return false;
    size_t n = mv_type_tag_length(info);
    if (!n) return false;
    *key_type = bytes_sub(info, 0, n);
    *value_type = bytes_sub(info, n, info.n - n);
    return mv_type_tag_length(*value_type) == value_type->n;
}

static void put_table_data(struct aptos_call *c, const struct chain_change *change) {
    struct json_out *o = c->out;
    struct bytes key_type, value_type;
    jo_key(o, "data");
    if (!table_types(c, bytes_sub(change->key, 0, 32), &key_type, &value_type)) {
        jo_null(o);
        return;
    }
    jo_object(o);
    jo_key(o, "key");
    aptos_put_typed(c, key_type, bytes_sub(change->key, 32, change->key.n - 32));
    jo_key(o, "key_type");
    jo_string(o, aptos_tag_text(c->arena, key_type));
    if (change->value.p) {
        jo_key(o, "value");
        aptos_put_typed(c, value_type, change->value);
        jo_key(o, "value_type");
        jo_string(o, aptos_tag_text(c->arena, value_type));
    }
    jo_end_object(o);
}

static void put_table_item(struct aptos_call *c, const struct chain_change *change) {
    struct json_out *o = c->out;
    jo_key(o, "handle");
    jo_hex(o, bytes_sub(change->key, 0, 32));
    jo_key(o, "key");
    jo_hex(o, bytes_sub(change->key, 32, change->key.n - 32));
    if (change->value.p) {
        jo_key(o, "value");
        jo_hex(o, change->value);
    }
    put_table_data(c, change);
    put_type(o, change->value.p ? "write_table_item" : "delete_table_item");
}

/* One change; `hash` is that of the key under which it is stored. */
static void put_change(struct aptos_call *c, const struct chain_change *change,
                       const struct b32 *hash) {
    jo_object(c->out);
    JO_KEY_HEX(c->out, "state_key_hash", *hash);
    switch (change->domain) {
    case ST_MOVE_RESOURCE:
    case ST_MOVE_GROUP: put_resource(c, change); break;
    case ST_MOVE_MODULE: put_module(c, change); break;
    default: put_table_item(c, change);
    }
    jo_end_object(c->out);
}

/* A group that is written: each of its members as a resource, all with the group's key. */
static void put_group(struct aptos_call *c, const struct chain_change *change,
                      const struct b32 *hash) {
    struct mv_group_member m;
    for (struct mv_group_reader r = mv_group_read(change->value); mv_group_next(&r, &m);) {
        struct chain_change resource = {.domain = ST_MOVE_RESOURCE, .value = m.value};
        resource.key = aptos_resource_key(c, change->key.p, m.struct_tag);
        put_change(c, &resource, hash);
    }
}

void aptos_put_changes(struct aptos_call *c, const struct chain_tx *tx) {
    jo_key(c->out, "changes");
    jo_array(c->out);
    for (uint32_t i = 0; i < tx->change_count; i++) {
        const struct chain_change *change = &tx->changes[i];
        struct b32 hash = aptos_state_key_hash(change);
        if (change->domain == ST_MOVE_GROUP && change->value.p)
            put_group(c, change, &hash);
        else
            put_change(c, change, &hash);
    }
    jo_end_array(c->out);
}
