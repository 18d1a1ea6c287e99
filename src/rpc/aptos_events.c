/* The events of a handle: its newest, or from a sequence number on. */
#include "rpc/aptos.h"

#include "codec/codec.h"

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

/* VersionedEvent { version, ContractEvent::V1 { EventKey, sequence number, type, data } }. */
static void put_bcs(struct buf *b, const struct st_log *log, uint64_t version) {
    bcs_put_u64(b, version);
    uleb_put(b, 0);
    bcs_put_u64(b, log->guid_creation_number);
    buf_put(b, log->guid_address.b, 32);
    bcs_put_u64(b, log->sequence_number);
    buf_put_bytes(b, log->type_tag);
    bcs_put_bytes(b, log->data);
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

bool aptos_account_events(struct aptos_call *c, const struct aptos_path *p) {
    struct event_page page = {.c = c};
    uint64_t start;
    bool has_start;
    uint8_t from[48], to[48];
    if (!aptos_path_address(c, p->part[1], &page.address) ||
        !aptos_query_page(c, APTOS_PAGE, APTOS_PAGE_MAX, &has_start, &start, &page.limit))
        return false;
    if (p->count == 5) {
        if (!find_handle(c, p, &page.address, &page.creation_number, &page.address)) return false;
    } else if (!aptos_path_u64(c, p->part[3], "creation_number", &page.creation_number)) {
        return false;
    }
    page.found = ARENA_ARRAY(c->arena, const struct st_log *, page.limit);
    page.versions = ARENA_ARRAY(c->arena, uint64_t, page.limit);
    memcpy(from, page.address.b, 32);
    store_be64(from + 32, page.creation_number);
    memcpy(to, from, 40);
    store_be64(from + 40, start);
    store_be64(to + 40, UINT64_MAX);
    st_record_scan(chain_reader_snapshot(c->reader), ST_TABLE_EVENT, BYTES_OF(from), BYTES_OF(to),
                   !has_start, visit_event, &page);
    put_page(&page, !has_start);
    return true;
}
