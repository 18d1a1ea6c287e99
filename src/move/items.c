/* Resources and table items, decoded on first use and written back when the session is flushed. */
#include <assert.h>
#include <stdlib.h>

#include "move/session.h"

static uint64_t item_hash(enum st_domain domain, struct bytes key) {
    (void)domain;
    return map_hash(key.p, key.n);
}

static enum mv_status_code load(struct mv_session *s, struct mv_item *it) {
    struct bytes stored = {0};
    it->stored = st_get(s->p.journal, it->domain, it->key, &stored);
    if (!mv_charge(s, MV_GAS_READ_ITEM + (uint64_t)MV_GAS_READ_ITEM_PER_BYTE * stored.n))
        return MV_OUT_OF_GAS;
    uint64_t got;
    it->value = mv_heap_take(&s->heap, it->type->size, MV_KIND_ONCE, &got);
    if (!it->value) return MV_MEMORY_LIMIT_EXCEEDED;
    memset(it->value, 0, got);
    if (!it->stored) return MV_OK;
    struct mv_decoder d = {&s->heap, s};
    enum mv_status_code e = mv_value_decode(&d, it->type, stored, it->value);
    if (e == MV_VALUE_DESERIALIZATION_ERROR) return MV_FAILED_TO_DESERIALIZE_RESOURCE;
    it->present = e == MV_OK;
    return e;
}

static enum mv_status_code find(struct mv_session *s, enum st_domain domain, struct bytes key,
                                const struct mv_type *type, struct mv_item **out) {
    uint64_t hash = item_hash(domain, key);
    struct map_probe probe = map_begin(&s->item_index, hash);
    for (uint32_t i; map_next(&s->item_index, &probe, &i);) {
        struct mv_item *it = s->items[i];
        if (it->domain != domain || !bytes_eq(it->key, key)) continue;
        /* A table handle used with two value types: the first one stands. */
        if (it->type != type) return MV_INTERNAL_TYPE_ERROR;
        *out = it;
        return MV_OK;
    }
    struct mv_item *it = ARENA_NEW(&s->arena, struct mv_item);
    it->domain = domain;
    it->key = arena_copy(&s->arena, key);
    it->type = type;
    memcpy(&it->address, key.p, sizeof it->address);
    enum mv_status_code e = load(s, it);
    if (e) return e;
    if (s->item_count == s->item_capacity) {
        s->item_capacity = s->item_capacity ? 2 * s->item_capacity : 64;
        s->items = xrealloc(s->items, s->item_capacity * sizeof(struct mv_item *));
    }
    s->items[s->item_count] = it;
    map_insert(&s->item_index, hash, s->item_count++);
    *out = it;
    return MV_OK;
}

enum mv_status_code mv_item_resource(struct mv_session *s, const struct b32 *address,
                                     const struct mv_type *type, struct mv_item **out) {
    uint8_t small[512], *key = small;
    size_t n = 32 + type->tag.n;
    if (type->tag.n == 0) return MV_TYPE_TAG_LIMIT_EXCEEDED;
    if (n > sizeof small) key = arena_alloc(&s->arena, n, 1);
    memcpy(key, address, 32);
    memcpy(key + 32, type->tag.p, type->tag.n);
    return find(s, ST_MOVE_RESOURCE, bytes_make(key, n), type, out);
}

enum mv_status_code mv_item_table(struct mv_session *s, const struct b32 *handle, struct bytes key,
                                  const struct mv_type *type, struct mv_item **out) {
    uint8_t small[512], *k = small;
    size_t n = 32 + key.n;
    if (n > sizeof small) k = arena_alloc(&s->arena, n, 1);
    memcpy(k, handle, 32);
    if (key.n) memcpy(k + 32, key.p, key.n);
    return find(s, ST_MOVE_TABLE_ITEM, bytes_make(k, n), type, out);
}

static enum mv_status_code flush(struct mv_session *s, struct mv_item *it, struct buf *b) {
    struct bytes old;
    struct st_journal *j = s->p.journal;
    if (!it->present) {
        if (!it->stored) return MV_OK;
        if (s->p.read_only) return MV_ACCESS_DENIED;
        if (!mv_charge(s, MV_GAS_WRITE_ITEM)) return MV_OUT_OF_GAS;
        st_delete(j, it->domain, it->key);
        it->stored = false;
        return MV_OK;
    }
    buf_clear(b);
    if (!mv_value_encode(it->type, it->value, b, MV_ITEM_BYTES_MAX))
        return MV_STORAGE_WRITE_LIMIT_REACHED;
    if (it->stored && st_get(j, it->domain, it->key, &old) && bytes_eq(old, buf_bytes(b)))
        return MV_OK;
    if (s->p.read_only) return MV_ACCESS_DENIED;
    if (!mv_charge(s, MV_GAS_WRITE_ITEM + (uint64_t)MV_GAS_WRITE_ITEM_PER_BYTE * b->n))
        return MV_OUT_OF_GAS;
    st_put(j, it->domain, it->key, buf_bytes(b));
    it->stored = true;
    return MV_OK;
}

enum mv_status_code mv_items_flush(struct mv_session *s) {
    struct buf b = {0};
    enum mv_status_code e = MV_OK;
    for (uint32_t i = 0; i < s->item_count && !e; i++) {
        if (!s->items[i]->dirty) continue;
        e = flush(s, s->items[i], &b);
        if (!e) s->items[i]->dirty = false;
    }
    buf_free(&b);
    return e;
}

void mv_items_forget(struct mv_session *s) {
    s->item_count = 0;
    map_clear(&s->item_index);
}

/* ---- Resource instructions */

enum mv_status_code mv_global_exists(struct mv_session *s, const struct b32 *a,
                                     const struct mv_type *t, bool *out) {
    struct mv_item *it;
    enum mv_status_code e = mv_item_resource(s, a, t, &it);
    *out = !e && it->present;
    return e;
}

enum mv_status_code mv_global_borrow(struct mv_session *s, const struct b32 *a,
                                     const struct mv_type *t, bool mut, void **out) {
    struct mv_item *it;
    enum mv_status_code e = mv_item_resource(s, a, t, &it);
    if (e) return e;
    if (!it->present) return MV_MISSING_DATA;
    it->dirty |= mut;
    *out = it->value;
    return MV_OK;
}

enum mv_status_code mv_global_move_from(struct mv_session *s, const struct b32 *a,
                                        const struct mv_type *t, void *slot) {
    struct mv_item *it;
    enum mv_status_code e = mv_item_resource(s, a, t, &it);
    if (e) return e;
    if (!it->present) return MV_MISSING_DATA;
    it->present = false;
    it->dirty = true;
    memcpy(slot, it->value, t->size);
    return MV_OK;
}

enum mv_status_code mv_global_move_to(struct mv_session *s, const struct b32 *a,
                                      const struct mv_type *t, const void *slot) {
    struct mv_item *it;
    enum mv_status_code e = mv_item_resource(s, a, t, &it);
    if (e) return e;
    if (it->present) return MV_RESOURCE_ALREADY_EXISTS;
    it->present = it->dirty = true;
    memcpy(it->value, slot, t->size);
    return MV_OK;
}
