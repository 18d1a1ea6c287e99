/* Accounts, resources, modules. */
#include "rpc/aptos.h"

#include "codec/codec.h"
#include "move/account.h"
#include "move/resource_group.h"
#include "move/type_tag.h"

enum { PAGE_ITEMS = 999, PAGE_ITEMS_MAX = 9999 };

/* ---- Accounts */

bool aptos_account(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address, auth_key;
    uint64_t sequence = 0;
    uint8_t key[MV_ACCOUNT_KEY_BYTES];
    struct bytes value;
    if (!aptos_path_address(c, p->part[1], &address)) return false;
    auth_key = address; /* an address without an account: the stateless default of current nodes */
    mv_account_key(key, &address);
    bool there =
        st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_RESOURCE, BYTES_OF(key), &value);
    if (there) mv_account_parse(value, &auth_key, &sequence);
    if (c->wants_bcs) {
        if (!there)
            return aptos_fail(c, 404, "account_not_found", 0,
                              "Account not found by Address(%.*s): it has no account resource",
                              (int)p->part[1].n, (const char *)p->part[1].p);
        aptos_bcs(c, value);
        return true;
    }
    jo_object(c->out);
    jo_key(c->out, "sequence_number");
    jo_decimal(c->out, sequence);
    JO_KEY_HEX(c->out, "authentication_key", auth_key);
    jo_end_object(c->out);
    return true;
}

/* ---- Pages of what an account holds */

/* A page of items, as JSON or as a BCS map. */
struct page {
    struct aptos_call *c;
    uint64_t limit;
    void (*put)(struct aptos_call *c, struct bytes name, struct bytes value);
    /* What stands for the name in BCS; NULL: the name as it is stored. */
    void (*put_name)(struct buf *out, struct bytes key);
    struct buf bcs;
    uint64_t count;
};

static void set_cursor(struct aptos_call *c, struct bytes key) {
    char *text = arena_alloc(c->arena, 2 * key.n + 3, 1);
    memcpy(text, "0x", 2);
    hex_encode(text + 2, key);
    text[2 + 2 * key.n] = 0;
    c->cursor = text;
}

static bool visit_item(void *ctx, struct bytes key, struct bytes value) {
    struct page *page = ctx;
    struct bytes name = bytes_sub(key, 32, key.n - 32);
    if (page->count == page->limit) {
        set_cursor(page->c, name);
        return false;
    }
    page->count++;
    if (page->c->wants_bcs) {
        page->put_name(&page->bcs, key);
        bcs_put_bytes(&page->bcs, value);
    } else {
        page->put(page->c, name, value);
    }
    return true;
}

/* The key that "start", the cursor of the page before, names behind the address; the address alone
 * if there is none. */
static bool start_key(struct aptos_call *c, const struct b32 *address, struct bytes *out) {
    struct buf text = {0};
    bool ok = true;
    *out = arena_copy(c->arena, BYTES_OF(*address));
    if (aptos_query(c, "start", &text)) {
        size_t n = text.n >= 2 ? (text.n - 2) / 2 : 0;
        uint8_t *key = arena_alloc(c->arena, 32 + n, 1);
        memcpy(key, address->b, 32);
        ok = text.n >= 2 && text.n % 2 == 0 && text.p[0] == '0' && text.p[1] == 'x' &&
             hex_decode_digits(key + 32, bytes_make(text.p + 2, 2 * n));
        *out = bytes_make(key, 32 + n);
    }
    buf_free(&text);
    return ok || aptos_fail(c, 400, "invalid_input", 0,
                            "failed to parse query parameter `start`: the X-Aptos-Cursor of an "
                            "earlier answer is expected");
}

/* A cursor that goes on with the resource groups begins with this byte, which no type tag does. */
enum { CURSOR_GROUPS = 0xff };

static struct bytes concat(struct arena *arena, struct bytes a, struct bytes b) {
    uint8_t *p = arena_alloc(arena, a.n + b.n, 1);
    if (a.n) memcpy(p, a.p, a.n);
    if (b.n) memcpy(p + a.n, b.p, b.n);
    return bytes_make(p, a.n + b.n);
}

struct bytes aptos_resource_key(struct aptos_call *c, const uint8_t *address,
                                struct bytes struct_tag) {
    return concat(c->arena, bytes_make(address, 32), mv_struct_type_tag(c->arena, struct_tag));
}

/* The members of a group are one item: they come on one page. */
static bool visit_group(void *ctx, struct bytes key, struct bytes value) {
    struct page *page = ctx;
    struct mv_group_member m;
    if (page->count >= page->limit) {
        static const uint8_t mark = CURSOR_GROUPS;
        set_cursor(page->c, concat(page->c->arena, BYTES_OF(mark), bytes_sub(key, 32, key.n - 32)));
        return false;
    }
    uint64_t limit = page->limit;
    page->limit = UINT64_MAX;
    for (struct mv_group_reader r = mv_group_read(value); mv_group_next(&r, &m);)
        visit_item(page, aptos_resource_key(page->c, key.p, m.struct_tag), m.value);
    page->limit = limit;
    return true;
}

/* Resources: those that are stored by themselves, then the groups. */
static void scan(struct page *page, enum st_domain domain, const struct b32 *address,
                 struct bytes start) {
    const struct st_snapshot *snap = chain_reader_snapshot(page->c->reader);
    struct bytes prefix = BYTES_OF(*address), groups = prefix;
    bool at_groups = domain == ST_MOVE_RESOURCE && start.n > 32 && start.p[32] == CURSOR_GROUPS;
    if (at_groups)
        groups = concat(page->c->arena, prefix, bytes_sub(start, 33, start.n - 33));
    else
        st_snapshot_scan(snap, domain, prefix, start, visit_item, page);
    if (domain == ST_MOVE_RESOURCE && !page->c->cursor)
        st_snapshot_scan(snap, ST_MOVE_GROUP, prefix, groups, visit_group, page);
}

static bool put_page(struct aptos_call *c, const struct aptos_path *p, enum st_domain domain,
                     struct page *page) {
    struct b32 address;
    struct bytes start;
    if (!aptos_path_address(c, p->part[1], &address) ||
        !aptos_query_u64(c, "limit", PAGE_ITEMS, &page->limit))
        return false;
    if (page->limit == 0 || page->limit > UINT16_MAX)
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Given limit value (%llu) must be from 1 to "
                          "65535",
                          (unsigned long long)page->limit);
    page->limit = min_u64(page->limit, PAGE_ITEMS_MAX);
    if (!start_key(c, &address, &start)) return false;
    if (!c->wants_bcs) jo_array(c->out);
    scan(page, domain, &address, start);
    if (!c->wants_bcs) {
        jo_end_array(c->out);
        return true;
    }
    struct buf all = {0};
    uleb_put(&all, page->count);
    buf_put_bytes(&all, buf_bytes(&page->bcs));
    aptos_bcs(c, buf_bytes(&all));
    buf_free(&all);
    buf_free(&page->bcs);
    return true;
}

/* ---- Resources */

bool aptos_put_resource(struct aptos_call *c, struct bytes struct_tag, struct bytes value) {
    struct mv_outcome out;
    const struct mv_layout *layout = mv_layout(aptos_session(c), struct_tag, &out);
    struct json_out before = *c->out;
    size_t start = c->out->buf->n;
    jo_object(c->out);
    jo_key(c->out, "type");
    jo_string(c->out, aptos_tag_text(c->arena, struct_tag));
    jo_key(c->out, "data");
    if (!layout || !aptos_put_value(c->out, layout, value)) {
        c->out->buf->n = start;
        *c->out = before;
        return false;
    }
    jo_end_object(c->out);
    return true;
}

static void put_listed(struct aptos_call *c, struct bytes name, struct bytes value) {
    aptos_put_resource(c, name, value);
}

/* BCS names a resource by a StructTag: the type's tag without its variant. */
static void put_struct_tag(struct buf *out, struct bytes key) {
    buf_put_bytes(out, bytes_sub(key, 33, key.n - 33));
}

bool aptos_resources(struct aptos_call *c, const struct aptos_path *p) {
    struct page page = {.c = c, .put = put_listed, .put_name = put_struct_tag};
    return put_page(c, p, ST_MOVE_RESOURCE, &page);
}

bool aptos_parse_struct_tag(struct aptos_call *c, struct bytes text, struct bytes *struct_tag) {
    struct bytes tag;
    struct err e = mv_type_tag_parse(text, c->arena, &tag);
    if (err_is(e) || tag.n < 2 || tag.p[0] != MV_TAG_STRUCT)
        return aptos_fail(c, 400, "invalid_input", 0, "%.*s is no struct type: %s",
                          (int)min_u64(text.n, 100), (const char *)text.p,
                          err_is(e) ? e.text : "a primitive type");
    *struct_tag = tag;
    return true;
}

struct member_search {
    struct arena *arena;
    struct bytes tag, *value;
    bool found;
};

static bool search_group(void *ctx, struct bytes key, struct bytes group) {
    struct member_search *m = ctx;
    (void)key;
    m->found = mv_group_find(group, m->tag, m->value);
    if (m->found) *m->value = arena_copy(m->arena, *m->value);
    return !m->found;
}

bool aptos_find_resource(struct aptos_call *c, const struct b32 *address, struct bytes struct_tag,
                         struct bytes *value) {
    const struct st_snapshot *snap = chain_reader_snapshot(c->reader);
    struct bytes key = concat(c->arena, BYTES_OF(*address), struct_tag);
    if (st_snapshot_get(snap, ST_MOVE_RESOURCE, key, value)) return true;
    struct member_search m = {c->arena, struct_tag, value, false};
    st_snapshot_scan(snap, ST_MOVE_GROUP, BYTES_OF(*address), (struct bytes){0}, search_group, &m);
    return m.found;
}

bool aptos_resource(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct bytes tag, value;
    if (!aptos_path_address(c, p->part[1], &address) ||
        !aptos_parse_struct_tag(c, p->part[3], &tag))
        return false;
    if (!aptos_find_resource(c, &address, tag, &value))
        return aptos_fail(
            c, 404, "resource_not_found", 0,
            "Resource not found by Address(%.*s), Struct tag(%.*s) and Ledger version(%llu)",
            (int)p->part[1].n, (const char *)p->part[1].p, (int)p->part[3].n,
            (const char *)p->part[3].p, (unsigned long long)c->newest.last_version);
    if (c->wants_bcs) {
        aptos_bcs(c, value);
        return true;
    }
    if (aptos_put_resource(c, tag, value)) return true;
    return aptos_fail(c, 500, "internal_error", 0, "the resource's type cannot be read");
}

/* ---- Modules */

static void put_listed_module(struct aptos_call *c, struct bytes name, struct bytes value) {
    (void)name;
    aptos_put_module(c->out, value);
}

static void put_module_id(struct buf *out, struct bytes key) {
    buf_put(out, key.p, 32);
    bcs_put_bytes(out, bytes_sub(key, 32, key.n - 32));
}

bool aptos_modules(struct aptos_call *c, const struct aptos_path *p) {
    struct page page = {.c = c, .put = put_listed_module, .put_name = put_module_id};
    return put_page(c, p, ST_MOVE_MODULE, &page);
}

bool aptos_module(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    uint8_t key[32 + MV_IDENTIFIER_MAX];
    struct bytes value, name = p->part[3];
    if (!aptos_path_address(c, p->part[1], &address)) return false;
    if (!mv_is_identifier(name))
        return aptos_fail(c, 400, "invalid_input", 0,
                          "failed to parse path `module_name`: %.*s is no identifier",
                          (int)min_u64(name.n, 100), (const char *)name.p);
    memcpy(key, address.b, 32);
    memcpy(key + 32, name.p, name.n);
    if (!st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_MODULE,
                         bytes_make(key, 32 + name.n), &value))
        return aptos_fail(
            c, 404, "module_not_found", 0,
            "Module not found by Address(%.*s), Module name(%.*s) and Ledger version(%llu)",
            (int)p->part[1].n, (const char *)p->part[1].p, (int)name.n, (const char *)name.p,
            (unsigned long long)c->newest.last_version);
    if (c->wants_bcs)
        aptos_bcs(c, value);
    else
        aptos_put_module(c->out, value);
    return true;
}
