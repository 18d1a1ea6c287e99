/* The events of a handle: its newest, or from a sequence number on. */
#include "rpc/aptos.h"

#include "codec/codec.h"
#include "move/type_tag.h"

struct event_page {
    struct aptos_call *c;
    struct b32 address;
    uint64_t creation_number, limit, count;
    const struct st_log **found; /* room for `limit` */
    uint64_t *versions;
};

/* Keeps the event that the index's entry names. */
static bool visit_event(void *ctx, struct bytes key, struct bytes place) {
    struct event_page *page = ctx;
    struct chain_tx tx;
    if (page->count == page->limit || place.n != 12) return false;
    if (!chain_tx_at(page->c->reader, load_be64(place.p), load_be32(place.p + 8), &tx)) return true;
    uint64_t sequence = load_be64(key.p + 40);
    for (uint32_t i = 0; i < tx.log_count && page->count < page->limit; i++) {
        const struct st_log *log = &tx.logs[i];
        if (log->vm != ST_VM_MOVE || log->sequence_number != sequence ||
            log->guid_creation_number != page->creation_number ||
            !b32_eq(&log->guid_address, &page->address))
            continue;
        page->versions[page->count] = tx.version;
        page->found[page->count++] = log;
    }
    return true;
}

/* EventWithVersion { version, ContractEvent } */
static void put_bcs(struct buf *b, const struct st_log *log, uint64_t version) {
    bcs_put_u64(b, version);
    aptos_bcs_event(b, log);
}

/* In ascending order; `reverse`: they were found in the other one. */
static void put_page(struct event_page *page, bool reverse) {
    struct aptos_call *c = page->c;
    struct buf b = {0};
    if (c->wants_bcs)
        uleb_put(&b, page->count);
    else
        jo_array(c->out);
    for (uint64_t i = 0; i < page->count; i++) {
        uint64_t at = reverse ? page->count - 1 - i : i;
        if (c->wants_bcs)
            put_bcs(&b, page->found[at], page->versions[at]);
        else
            aptos_put_event(c, page->found[at], &page->versions[at]);
    }
    if (c->wants_bcs)
        aptos_bcs(c, buf_bytes(&b));
    else
        jo_end_array(c->out);
    buf_free(&b);
}

/* The creation number and address in the GUID of an event handle, as a resource shows it. */
static bool read_guid(json_t *handle, uint64_t *creation_number, struct b32 *owner) {
    json_t *id = json_object_get(json_object_get(handle, "guid"), "id");
    const char *address = json_string_value(json_object_get(id, "addr"));
    return address && aptos_read_u64(json_object_get(id, "creation_num"), creation_number) &&
           aptos_read_address(bytes_cstr(address), owner);
}

/* The handle in the field of a resource that the path names. */
static bool find_handle(struct aptos_call *c, const struct aptos_path *p, const struct b32 *address,
                        uint64_t *creation_number, struct b32 *owner) {
    struct bytes tag, value;
    struct buf text = {0};
    json_t *root = NULL;
    if (!aptos_parse_struct_tag(c, p->part[3], &tag)) return false;
    if (!aptos_find_resource(c, address, tag, &value))
        return aptos_fail(c, 404, "resource_not_found", 0,
                          "Resource not found by Address(%.*s), Struct tag(%.*s)",
                          (int)p->part[1].n, (const char *)p->part[1].p, (int)p->part[3].n,
                          (const char *)p->part[3].p);
    struct json_out o = {.buf = &text}, *keep = c->out;
    c->out = &o;
    bool ok = aptos_put_resource(c, tag, value);
    c->out = keep;
    if (ok) ok = !err_is(rpc_parse_json(c->arena, buf_bytes(&text), &root));
    const char *field =
        arena_printf(c->arena, "%.*s", (int)min_u64(p->part[4].n, 255), (const char *)p->part[4].p);
    ok = ok &&
         read_guid(json_object_get(json_object_get(root, "data"), field), creation_number, owner);
    json_decref(root);
    buf_free(&text);
    return ok || aptos_fail(c, 404, "struct_field_not_found", 0,
                            "Struct Field not found by Address(%.*s), Struct tag(%.*s), Field "
                            "name(%s)",
                            (int)p->part[1].n, (const char *)p->part[1].p, (int)p->part[3].n,
                            (const char *)p->part[3].p, field);
}

/* ---- New blocks: no state holds these events, they are made of the blocks */

static const struct b32 FRAMEWORK = {{[31] = 1}};
static const char BLOCK_RESOURCE[] = "0x1::block::BlockResource";

enum { BLOCK_EVENTS = 3 }; /* the creation number of the handle on Aptos */

bool aptos_block_event(struct aptos_call *c, const struct chain_block *b, struct st_log *out) {
    static const struct b32 nobody;
    struct buf data = {0};
    *out = (struct st_log){.vm = ST_VM_MOVE,
                           .guid_address = FRAMEWORK,
                           .guid_creation_number = BLOCK_EVENTS,
                           .sequence_number = b->height};
    if (chain_is_ethereum(c->node->chain) ||
        err_is(mv_type_tag_parse(BYTES_LIT("0x1::block::NewBlockEvent"), c->arena, &out->type_tag)))
        return false;
    buf_put(&data, b->hash.b, 32);
    bcs_put_u64(&data, b->height ? 1 : 0); /* the epoch: genesis is one of its own */
    bcs_put_u64(&data, b->height);         /* the round */
    bcs_put_u64(&data, b->height);
    uleb_put(&data, 0); /* no votes */
    buf_put(&data, nobody.b, 32);
    uleb_put(&data, 0); /* nobody failed */
    bcs_put_u64(&data, b->timestamp_us);
    out->data = arena_copy(c->arena, buf_bytes(&data));
    buf_free(&data);
    return true;
}

/* Is it the field of that resource that has no state either? */
static bool names_block_handle(struct aptos_call *c, const struct aptos_path *p) {
    struct bytes tag, own;
    return !chain_is_ethereum(c->node->chain) &&
           !err_is(mv_type_tag_parse(p->part[3], c->arena, &tag)) &&
           !err_is(mv_type_tag_parse(bytes_cstr(BLOCK_RESOURCE), c->arena, &own)) &&
           bytes_eq(tag, own) && bytes_eq(p->part[4], BYTES_LIT("new_block_events"));
}

static void find_blocks(struct event_page *page, bool has_start, uint64_t start) {
    struct aptos_call *c = page->c;
    uint64_t newest = c->newest.height;
    struct st_log *logs = ARENA_ARRAY(c->arena, struct st_log, page->limit);
    if (!has_start) start = newest + 1 > page->limit ? newest + 1 - page->limit : 0;
    for (uint64_t h = start; h <= newest && page->count < page->limit; h++) {
        struct chain_block b;
        struct st_log *log = &logs[page->count];
        if (!chain_block_at(c->reader, h, &b) || !aptos_block_event(c, &b, log)) continue;
        page->versions[page->count] = b.first_version;
        page->found[page->count++] = log;
    }
}

/* ---- Both */

static void find_events(struct event_page *page, bool has_start, uint64_t start) {
    uint8_t from[48], to[48];
    memcpy(from, page->address.b, 32);
    store_be64(from + 32, page->creation_number);
    memcpy(to, from, 40);
    store_be64(from + 40, start);
    store_be64(to + 40, UINT64_MAX);
    st_record_scan(chain_reader_snapshot(page->c->reader), ST_TABLE_EVENT, BYTES_OF(from),
                   BYTES_OF(to), !has_start, visit_event, page);
}

/* The handle that the path names. */
static bool read_handle(struct aptos_call *c, const struct aptos_path *p, struct event_page *page) {
    if (!aptos_path_address(c, p->part[1], &page->address)) return false;
    if (p->count == 4)
        return aptos_path_u64(c, p->part[3], "creation_number", &page->creation_number);
    if (!b32_eq(&page->address, &FRAMEWORK) || !names_block_handle(c, p))
        return find_handle(c, p, &page->address, &page->creation_number, &page->address);
    page->creation_number = BLOCK_EVENTS;
    return true;
}

bool aptos_account_events(struct aptos_call *c, const struct aptos_path *p) {
    struct event_page page = {.c = c};
    uint64_t start;
    bool has_start;
    if (!read_handle(c, p, &page) ||
        !aptos_query_page(c, APTOS_PAGE, APTOS_PAGE_MAX, &has_start, &start, &page.limit))
        return false;
    page.found = ARENA_ARRAY(c->arena, const struct st_log *, page.limit);
    page.versions = ARENA_ARRAY(c->arena, uint64_t, page.limit);
    bool blocks = page.creation_number == BLOCK_EVENTS && b32_eq(&page.address, &FRAMEWORK);
    if (blocks)
        find_blocks(&page, has_start, start);
    else
        find_events(&page, has_start, start);
    put_page(&page, !has_start && !blocks);
    return true;
}
