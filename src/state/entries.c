#include "state/journal_impl.h"

#include <stdlib.h>

void st_list_grow(struct st_list *l) {
    l->cap = l->cap ? l->cap * 2 : 64;
    l->at = xrealloc(l->at, (size_t)l->cap * sizeof *l->at);
}

void st_grow_array(void *array, size_t count, size_t *cap, size_t size) {
    if (count < *cap) return;
    *cap = *cap ? *cap * 2 : 16;
    void **p = array;
    *p = xrealloc(*p, *cap * size);
}

void st_entries_init(struct st_journal *j, struct st_entries *e, uint32_t size,
                     uint64_t (*rehash)(const void *ctx, uint32_t index)) {
    *e = (struct st_entries){.size = size};
    map_init(&e->map, rehash, j);
}

void st_entries_free(struct st_entries *e) {
    free(e->chunk);
    free(e->changed.at);
    map_free(&e->map);
}

void *st_entries_add(struct st_journal *j, struct st_entries *e, uint32_t *index) {
    assert(e->count < UINT32_MAX - 1);
    uint32_t chunk = e->count >> ST_CHUNK_SHIFT;
    if ((e->count & (ST_CHUNK_ENTRIES - 1)) == 0) {
        if (chunk == e->chunk_cap) {
            e->chunk_cap = e->chunk_cap ? e->chunk_cap * 2 : 16;
            e->chunk = xrealloc(e->chunk, e->chunk_cap * sizeof *e->chunk);
        }
        e->chunk[chunk] = arena_alloc(&j->entry_arena, (size_t)e->size * ST_CHUNK_ENTRIES, 64);
    }
    *index = e->count++;
    return memset(st_entry_at(e, *index), 0, e->size);
}
