/* An arena: memory handed out by moving a pointer, freed all at once or back to a mark.
 * Life: arena_init → arena_alloc … → arena_reset (keeps the first chunk for reuse) … → arena_free.
 * One arena belongs to one thread at a time. Memory is not zeroed unless the call says so. */
#ifndef TERN_BASE_ARENA_H
#define TERN_BASE_ARENA_H

#include "base/bytes.h"

struct arena_chunk;

struct arena {
    uint8_t *at, *end;         /* free room in the current chunk */
    struct arena_chunk *chunk; /* newest first */
    size_t used_bytes;         /* handed out from older chunks, for the limit */
    size_t limit_bytes;        /* 0: none */
};

struct arena_mark {
    struct arena_chunk *chunk;
    uint8_t *at;
    size_t used_bytes;
};

/* An empty arena; allocates nothing yet. `limit_bytes` 0 means no limit. */
void arena_init(struct arena *a, size_t limit_bytes);

/* Gives everything back to the system. The arena may be used again afterwards. */
void arena_free(struct arena *a);

/* Forgets every allocation; keeps one chunk, so that a reset arena rarely asks the system again. */
void arena_reset(struct arena *a);

/* Forgets what was allocated since the mark was taken. Marks nest. */
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark m);

/* The slow path of arena_alloc: takes a new chunk. */
void *arena_alloc_slow(struct arena *a, size_t n, size_t align);

/* `n` bytes aligned to `align` (a power of two ≤ 64). Returns NULL only if the arena has a limit
 * and this would pass it; an arena without a limit ends the process cleanly when the system has no
 * memory left. */
static inline void *arena_alloc(struct arena *a, size_t n, size_t align) {
    uintptr_t p = ((uintptr_t)a->at + (align - 1)) & ~(uintptr_t)(align - 1);
    if (a->at && p <= (uintptr_t)a->end && n <= (uintptr_t)a->end - p) {
        a->at = (uint8_t *)p + n;
        return (void *)p;
    }
    return arena_alloc_slow(a, n, align);
}

/* As arena_alloc, zeroed. */
void *arena_zalloc(struct arena *a, size_t n, size_t align);

/* Copies `src` into the arena. The result's p is NULL with n 0 if a limit was passed. */
struct bytes arena_copy(struct arena *a, struct bytes src);

/* printf into the arena; never NULL in an arena without a limit. For error texts. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, T)          ((T *)arena_zalloc((a), sizeof(T), _Alignof(T)))
#define ARENA_ARRAY(a, T, count) ((T *)arena_array((a), sizeof(T), (count), _Alignof(T)))

/* A zeroed array; NULL if the size overflows or the limit is passed. */
void *arena_array(struct arena *a, size_t size, size_t count, size_t align);

/* malloc and realloc that end the process cleanly instead of returning NULL. For long-lived memory
 * with one owner. */
void *xmalloc(size_t n);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t n);

#endif
