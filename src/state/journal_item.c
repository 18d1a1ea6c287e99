#include "state/store_impl.h"

#include <stdlib.h>

static uint64_t item_hash(enum st_domain domain, struct bytes key) {
    return map_hash(key.p, key.n) ^ (uint64_t)domain * 0x9e3779b97f4a7c15u;
}

uint64_t st_item_rehash(const void *ctx, uint32_t index) {
    return st_item_at(ctx, index)->hash;
}

void st_block_unref(struct st_journal *j, struct st_block *b) {
    if (!b || --b->references) return;
    j->value_bytes -= b->size;
    free(b);
}

/* Puts a copy of `value` into the item; the reference to what it held is the caller's to keep. */
static void copy_value(struct st_journal *j, struct st_item *it, struct bytes value) {
    struct st_block *b = xmalloc(sizeof *b + value.n);
    b->references = 1;
    b->size = value.n;
    j->value_bytes += value.n;
    if (value.n) memcpy(b->bytes, value.p, value.n);
    it->block = b;
    it->value = (struct bytes){b->bytes, b->size};
    it->present = true;
}

bool st_item_below(const struct st_journal *j, const struct st_item *it, struct bytes *value) {
    return j->snapshot && st_snapshot_get(j->snapshot, it->domain, it->key, value);
}

static void load_item(struct st_journal *j, struct st_item *it) {
    struct bytes value;
    if (!st_item_below(j, it, &value)) return;
    if (j->values_move) {
        copy_value(j, it, value);
    } else {
        it->value = value;
        it->present = true;
    }
}

static struct st_item *find_item(struct st_journal *j, enum st_domain domain, struct bytes key,
                                 uint32_t *index) {
    uint64_t hash = item_hash(domain, key);
    struct map_probe probe = map_begin(&j->items.map, hash);
    while (map_next(&j->items.map, &probe, index)) {
        struct st_item *it = st_item_at(j, *index);
        if (it->hash == hash && it->domain == domain && bytes_eq(it->key, key)) return it;
    }
    struct st_item *it = st_entries_add(j, &j->items, index);
    it->key = arena_copy(&j->entry_arena, key);
    it->hash = hash;
    it->domain = (uint8_t)domain;
    load_item(j, it);
    map_insert(&j->items.map, hash, *index);
    return it;
}

/* Logs the item's value and gives it up: the caller puts another in its place. */
static void give_up_value(struct st_journal *j, struct st_item *it, uint32_t index) {
    uint32_t first = st_note_change(&j->items, &it->block_change, index);
    uint64_t *old = st_undo(j, UNDO_ITEM, 3, index, first | (it->present ? UB_PRESENT : 0));
    old[0] = (uintptr_t)it->value.p;
    old[1] = it->value.n;
    old[2] = (uintptr_t)it->block;
    st_hold_block(j, it->block);
    it->block = NULL;
    it->value = (struct bytes){0};
    it->present = false;
}

bool st_get(struct st_journal *j, enum st_domain domain, struct bytes key, struct bytes *value) {
    uint32_t index;
    const struct st_item *it = find_item(j, domain, key, &index);
    *value = it->value;
    return it->present;
}

void st_put(struct st_journal *j, enum st_domain domain, struct bytes key, struct bytes value) {
    uint32_t index;
    struct st_item *it = find_item(j, domain, key, &index);
    if (it->present && bytes_eq(it->value, value)) return;
    give_up_value(j, it, index);
    copy_value(j, it, value);
}

void st_delete(struct st_journal *j, enum st_domain domain, struct bytes key) {
    uint32_t index;
    struct st_item *it = find_item(j, domain, key, &index);
    if (it->present) give_up_value(j, it, index);
}
