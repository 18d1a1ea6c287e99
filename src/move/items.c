/* Resources and table items, decoded on first use and written back when the session is flushed. */
#include <assert.h>
#include <stdlib.h>

#include "move/resource_group.h"
#include "move/session.h"
#include "move/type_tag.h"

static uint64_t item_hash(enum st_domain domain, struct bytes key) {
    (void)domain;
    return map_hash(key.p, key.n);
}

/* The stored value, and whether there is one; charged. A group is charged as a whole, once. */
static enum mv_status_code read_stored(struct mv_session *s, struct mv_item *it,
                                       struct bytes *value) {
    struct mv_group *g = it->group;
    struct bytes stored = {0};
    it->stored =
        st_get(s->p.journal, g ? ST_MOVE_GROUP : it->domain, g ? g->key : it->key, &stored);
    if (!(g && g->paid) &&
        !mv_charge_io(s, MV_GAS_READ_ITEM + (uint64_t)MV_GAS_READ_ITEM_PER_BYTE * stored.n))
        return MV_OUT_OF_GAS;
    if (g) {
        g->paid = true;
        it->stored = it->stored && mv_group_find(stored, it->type->tag, &stored);
    }
    *value = stored;
    return MV_OK;
}

static enum mv_status_code load(struct mv_session *s, struct mv_item *it) {
    struct bytes stored;
    enum mv_status_code e = read_stored(s, it, &stored);
    if (e) return e;
    if (it->stale && it->present) mv_value_drop(&s->heap, it->type, it->value);
    it->present = false;
    uint64_t got = it->type->size;
    if (!it->value) it->value = mv_heap_take(&s->heap, it->type->size, MV_KIND_ONCE, &got);
    if (!it->value) return MV_MEMORY_LIMIT_EXCEEDED;
    memset(it->value, 0, got);
    if (!it->stored) return it->stale = false, MV_OK;
    struct mv_decoder d = {.heap = &s->heap, .session = s};
    e = mv_value_decode(&d, it->type, stored, it->value);
    if (e == MV_VALUE_DESERIALIZATION_ERROR) return MV_FAILED_TO_DESERIALIZE_RESOURCE;
    it->present = e == MV_OK;
    if (!e) it->stale = false;
    return e;
}

static struct mv_group *find_group(const struct mv_session *s, struct bytes key) {
    struct map_probe probe = map_begin(&s->group_index, map_hash(key.p, key.n));
    for (uint32_t i; map_next(&s->group_index, &probe, &i);)
        if (bytes_eq(s->groups[i]->key, key)) return s->groups[i];
    return NULL;
}

/* The group of `type` at the address; NULL if resources of the type are stored by themselves. */
static struct mv_group *group_at(struct mv_session *s, const struct b32 *address,
                                 const struct mv_type *type) {
    if (!type->group.n) return NULL;
    uint8_t *key = arena_alloc(&s->arena, 32 + type->group.n, 1);
    memcpy(key, address, 32);
    memcpy(key + 32, type->group.p, type->group.n);
    struct bytes k = bytes_make(key, 32 + type->group.n);
    struct mv_group *known = find_group(s, k);
    if (known) return known;
    if (s->group_count == s->group_capacity) {
        s->group_capacity = s->group_capacity ? 2 * s->group_capacity : 16;
        s->groups = xrealloc(s->groups, s->group_capacity * sizeof(struct mv_group *));
    }
    struct mv_group *g = ARENA_NEW(&s->arena, struct mv_group);
    g->key = k;
    s->groups[s->group_count] = g;
    map_insert(&s->group_index, map_hash(k.p, k.n), s->group_count++);
    return g;
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
        return it->stale ? load(s, it) : MV_OK;
    }
    struct mv_item *it = ARENA_NEW(&s->arena, struct mv_item);
    it->domain = domain;
    it->key = arena_copy(&s->arena, key);
    it->type = type;
    memcpy(&it->address, key.p, sizeof it->address);
    if (domain == ST_MOVE_RESOURCE) it->group = group_at(s, &it->address, type);
    enum mv_status_code e = load(s, it);
    if (e) return e;
    if (s->item_count == s->item_capacity) {
        s->item_capacity = s->item_capacity ? 2 * s->item_capacity : 64;
        s->items = xrealloc(s->items, s->item_capacity * sizeof(struct mv_item *));
    }
    if (it->group) {
        it->next_member = it->group->members;
        it->group->members = it;
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
    /* A group's members are told apart by reading their tags. */
    if (type->group.n && mv_type_tag_length(type->tag) != type->tag.n)
        return MV_TYPE_TAG_LIMIT_EXCEEDED;
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
        if (!mv_charge_io(s, MV_GAS_WRITE_ITEM)) return MV_OUT_OF_GAS;
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
    if (!mv_charge_io(s, MV_GAS_WRITE_ITEM + (uint64_t)MV_GAS_WRITE_ITEM_PER_BYTE * b->n))
        return MV_OUT_OF_GAS;
    st_put(j, it->domain, it->key, buf_bytes(b));
    it->stored = true;
    return MV_OK;
}

/* Adds a member to the changes of its group. */
static void note_member(struct mv_item *it) {
    if (!it->present && !it->stored) return;
    it->next_changed = it->group->changed;
    it->group->changed = it;
    it->group->changed_count++;
    it->stored = it->present;
}

/* Encodes the changed members of a group; false if one cannot be. They live in the arena. */
static bool encode_members(struct mv_session *s, const struct mv_group *g,
                           struct mv_group_member *out, struct buf *b) {
    uint32_t n = 0;
    for (const struct mv_item *it = g->changed; it; it = it->next_changed, n++) {
        struct bytes tag = it->type->tag, value = {0};
        if (it->present) {
            buf_clear(b);
            if (!mv_value_encode(it->type, it->value, b, MV_ITEM_BYTES_MAX)) return false;
            value = arena_copy(&s->arena, buf_bytes(b));
        }
        out[n] = (struct mv_group_member){bytes_sub(tag, 1, tag.n - 1), value};
    }
    return true;
}

static enum mv_status_code flush_group(struct mv_session *s, struct mv_group *g, struct buf *b) {
    struct st_journal *j = s->p.journal;
    struct mv_group_member *changes =
        ARENA_ARRAY(&s->arena, struct mv_group_member, g->changed_count + 1u);
    if (!encode_members(s, g, changes, b)) return MV_STORAGE_WRITE_LIMIT_REACHED;
    struct bytes old = {0};
    st_get(j, ST_MOVE_GROUP, g->key, &old);
    buf_clear(b);
    uint64_t members = mv_group_write(b, old, changes, g->changed_count);
    g->changed = NULL;
    g->changed_count = 0;
    if (b->n > MV_ITEM_BYTES_MAX) return MV_STORAGE_WRITE_LIMIT_REACHED;
    if (bytes_eq(old, buf_bytes(b))) return MV_OK;
    if (s->p.read_only) return MV_ACCESS_DENIED;
    if (!mv_charge_io(s, MV_GAS_WRITE_ITEM +
                             (uint64_t)MV_GAS_WRITE_ITEM_PER_BYTE * (members ? b->n : 0)))
        return MV_OUT_OF_GAS;
    if (members)
        st_put(j, ST_MOVE_GROUP, g->key, buf_bytes(b));
    else
        st_delete(j, ST_MOVE_GROUP, g->key);
    return MV_OK;
}

static enum mv_status_code pay_encoding(struct mv_session *s, const struct buf *b) {
    return mv_charge(s, MV_GAS_PUBLISH_ITEM_PER_BYTE * (uint64_t)b->n) ? MV_OK : MV_OUT_OF_GAS;
}

/* `held`: references to what is written live on, so that it may be changed again unseen. */
static enum mv_status_code flush_all(struct mv_session *s, bool held) {
    struct buf b = {0};
    enum mv_status_code e = MV_OK;
    for (uint32_t i = 0; i < s->item_count && !e; i++) {
        struct mv_item *it = s->items[i];
        if (!it->dirty) continue;
        buf_clear(&b);
        if (it->group)
            note_member(it);
        else
            e = flush(s, it, &b);
        if (!e && held) e = pay_encoding(s, &b);
        if (!e && !held) it->dirty = false;
    }
    for (uint32_t i = 0; i < s->group_count && !e; i++) {
        if (!s->groups[i]->changed) continue;
        e = flush_group(s, s->groups[i], &b);
        if (!e && held) e = pay_encoding(s, &b);
    }
    buf_free(&b);
    return e;
}

enum mv_status_code mv_items_flush(struct mv_session *s) {
    return flush_all(s, false);
}

void mv_items_forget(struct mv_session *s) {
    s->item_count = 0;
    map_clear(&s->item_index);
    s->group_count = 0;
    map_clear(&s->group_index);
}

/* ---- Around a call to another machine */

enum mv_status_code mv_items_publish(struct mv_session *s) {
    if (!mv_charge(s, MV_GAS_PUBLISH_ITEM * (uint64_t)s->item_count)) return MV_OUT_OF_GAS;
    return flush_all(s, true);
}

/* `stored`: the bytes that the journal has now. What is in memory is what it had before. */
static void compare_stored(struct mv_item *it, bool is_stored, struct bytes stored, struct buf *b) {
    it->stored = is_stored;
    if (it->stale) return;
    bool same = it->present == is_stored;
    if (same && is_stored) {
        buf_clear(b);
        same = mv_value_encode(it->type, it->value, b, MV_ITEM_BYTES_MAX) &&
               bytes_eq(stored, buf_bytes(b));
    }
    if (same) return;
    it->stale = true;
    it->dirty = false;
}

struct rereading {
    struct mv_session *s;
    struct buf encoded;
};

static void reread_group(struct rereading *r, const struct st_change *c) {
    struct mv_group *g = find_group(r->s, c->key);
    if (!g) return;
    g->paid = false;
    for (struct mv_item *it = g->members; it; it = it->next_member) {
        struct bytes stored = {0};
        bool is_stored = c->present && mv_group_find(c->value, it->type->tag, &stored);
        compare_stored(it, is_stored, stored, &r->encoded);
    }
}

static void reread(void *ctx, const struct st_change *c) {
    struct rereading *r = ctx;
    if (c->domain == ST_MOVE_GROUP) reread_group(r, c);
    if (c->domain != ST_MOVE_RESOURCE && c->domain != ST_MOVE_TABLE_ITEM) return;
    struct map_probe probe = map_begin(&r->s->item_index, item_hash(c->domain, c->key));
    for (uint32_t i; map_next(&r->s->item_index, &probe, &i);) {
        struct mv_item *it = r->s->items[i];
        if (it->domain == c->domain && !it->group && bytes_eq(it->key, c->key))
            compare_stored(it, c->present, c->value, &r->encoded);
    }
}

void mv_items_reread(struct mv_session *s, st_mark mark) {
    struct rereading r = {.s = s};
    st_each_change(s->p.journal, mark, reread, &r);
    buf_free(&r.encoded);
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
