/* map: an open-addressing index from a key to a 32-bit number, usually the place of an entry in an
 * array of the caller's. The map stores only hash tags and numbers; the caller compares keys.
 * Linear probing, power-of-two sizes, at most 7/8 full; deletion shifts back, so there are no
 * tombstones.
 *
 * The hash is keyed: whoever picks the keys (addresses, slots) cannot pick the collisions. The key
 * differs in every process; nothing observable may depend on the order of a map, and none of its
 * calls walks it.
 *
 *     struct map_probe it = map_begin(&m, hash);
 *     for (uint32_t i; map_next(&m, &it, &i);)
 *         if (key_equal(&entries[i].key, key)) return &entries[i];
 *     map_insert(&m, hash, new_index);      // after a loop that found nothing
 */
#ifndef TERN_BASE_MAP_H
#define TERN_BASE_MAP_H

#include "base/bytes.h"

struct map_cell {
    uint32_t tag;  /* upper half of the hash */
    uint32_t item; /* index + 1; 0 is an empty cell */
};

struct map {
    struct map_cell *cells; /* owned; NULL until the first insertion */
    uint32_t mask;          /* cells - 1 */
    uint32_t count;
    uint64_t (*rehash)(const void *ctx,
                       uint32_t index); /* the full hash of an entry, needed when the map grows */
    const void *ctx;
};

struct map_probe {
    uint32_t at, tag;
};

/* The process's hash key: drawn from the system once, before main. */
extern uint64_t map_key[2];

/* Keyed hash of a byte string (a wyhash-like multiply-fold, keyed; not a cryptographic hash). */
uint64_t map_hash(const void *p, size_t n);

static inline uint64_t map_fold(uint64_t a, uint64_t b) {
    __uint128_t m = (__uint128_t)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* map_hash for the two sizes of hot paths, inlined. */
static inline uint64_t map_hash20(const uint8_t p[20]) {
    uint64_t a = load_le64(p) ^ map_key[0], b = load_le64(p + 8) ^ map_key[1];
    return map_fold(map_fold(a, b) ^ load_le32(p + 16) ^ map_key[0],
                    0x9e3779b97f4a7c15u ^ map_key[1]);
}
static inline uint64_t map_hash32(const uint8_t p[32], uint64_t salt) {
    uint64_t a = load_le64(p) ^ map_key[0], b = load_le64(p + 8) ^ map_key[1];
    uint64_t c = load_le64(p + 16) ^ map_key[1], d = load_le64(p + 24) ^ map_key[0] ^ salt;
    return map_fold(map_fold(a, b) ^ map_fold(c, d) ^ salt, 0x9e3779b97f4a7c15u ^ map_key[0]);
}

void map_init(struct map *m, uint64_t (*rehash)(const void *ctx, uint32_t index), const void *ctx);
void map_free(struct map *m);
void map_clear(struct map *m); /* keeps the memory */

/* Adds `index` under `hash`. The caller has made sure that the key is not there. index <
 * UINT32_MAX. */
void map_insert(struct map *m, uint64_t hash, uint32_t index);

/* Takes `index` out; it must be in the map under `hash`. */
void map_remove(struct map *m, uint64_t hash, uint32_t index);

static inline struct map_probe map_begin(const struct map *m, uint64_t hash) {
    return (struct map_probe){(uint32_t)hash & m->mask, (uint32_t)(hash >> 32)};
}

/* The next candidate whose tag matches; false when the key cannot be further on. */
static inline bool map_next(const struct map *m, struct map_probe *it, uint32_t *index) {
    if (!m->cells) return false;
    for (;;) {
        const struct map_cell *c = &m->cells[it->at];
        if (!c->item) return false;
        it->at = (it->at + 1) & m->mask;
        if (c->tag == it->tag) {
            *index = c->item - 1;
            return true;
        }
    }
}

#endif
