#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum { MAP_MIN_CELLS = 16 };

uint64_t map_key[2];

__attribute__((constructor)) static void draw_key(void) {
    if (getrandom(map_key, sizeof map_key, 0) != (ssize_t)sizeof map_key) {
        fputs("tern: the system gives no random bytes\n", stderr);
        exit(71);
    }
}

uint64_t map_hash(const void *p, size_t n) {
    const uint8_t *at = p;
    uint64_t h = map_key[0] ^ (n * 0x9e3779b97f4a7c15u);
    for (; n >= 16; n -= 16, at += 16)
        h = map_fold(load_le64(at) ^ h, load_le64(at + 8) ^ map_key[1]);
    uint8_t tail[16] = {0};
    if (n) memcpy(tail, at, n);
    h = map_fold(load_le64(tail) ^ h, load_le64(tail + 8) ^ map_key[1]);
    return map_fold(h ^ map_key[1], 0x9e3779b97f4a7c15u ^ map_key[0]);
}

void map_init(struct map *m, uint64_t (*rehash)(const void *ctx, uint32_t index), const void *ctx) {
    *m = (struct map){.rehash = rehash, .ctx = ctx};
}

void map_free(struct map *m) {
    free(m->cells);
    m->cells = NULL;
    m->mask = m->count = 0;
}

void map_clear(struct map *m) {
    if (m->cells) memset(m->cells, 0, ((size_t)m->mask + 1) * sizeof *m->cells);
    m->count = 0;
}

static void place(struct map *m, uint64_t hash, uint32_t item) {
    uint32_t at = (uint32_t)hash & m->mask;
    while (m->cells[at].item) at = (at + 1) & m->mask;
    m->cells[at] = (struct map_cell){(uint32_t)(hash >> 32), item};
}

static void grow(struct map *m) {
    struct map_cell *old = m->cells;
    size_t old_cells = old ? (size_t)m->mask + 1 : 0;
    size_t cells = old ? old_cells * 2 : MAP_MIN_CELLS;
    m->cells = xcalloc(cells, sizeof *m->cells);
    m->mask = (uint32_t)(cells - 1);
    for (size_t i = 0; i < old_cells; i++)
        if (old[i].item) place(m, m->rehash(m->ctx, old[i].item - 1), old[i].item);
    free(old);
}

void map_insert(struct map *m, uint64_t hash, uint32_t index) {
    if (!m->cells || (uint64_t)(m->count + 1) * 8 > ((uint64_t)m->mask + 1) * 7) grow(m);
    place(m, hash, index + 1);
    m->count++;
}

void map_remove(struct map *m, uint64_t hash, uint32_t index) {
    uint32_t at = (uint32_t)hash & m->mask;
    while (m->cells[at].item != index + 1) at = (at + 1) & m->mask;
    /* Shift back whatever the hole would hide: an entry may move into it unless its home lies
     * behind the hole. */
    for (uint32_t next = (at + 1) & m->mask; m->cells[next].item; next = (next + 1) & m->mask) {
        uint32_t home = (uint32_t)m->rehash(m->ctx, m->cells[next].item - 1) & m->mask;
        if (((next - home) & m->mask) >= ((next - at) & m->mask)) {
            m->cells[at] = m->cells[next];
            at = next;
        }
    }
    m->cells[at] = (struct map_cell){0, 0};
    m->count--;
}
