#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* bytes of room behind this header */
    _Alignas(64) uint8_t room[];
};

enum { CHUNK_MIN_BYTES = 1 << 10, CHUNK_MAX_BYTES = 4 << 20 };

static _Noreturn void out_of_memory(void) {
    fputs("tern: out of memory\n", stderr);
    exit(70);
}

void *xmalloc(size_t n) {
    void *p = malloc(n ? n : 1);
    if (!p) out_of_memory();
    return p;
}

void *xcalloc(size_t count, size_t size) {
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p) out_of_memory();
    return p;
}

void *xrealloc(void *p, size_t n) {
    p = realloc(p, n ? n : 1);
    if (!p) out_of_memory();
    return p;
}

void arena_init(struct arena *a, size_t limit_bytes) {
    *a = (struct arena){.limit_bytes = limit_bytes};
}

static void drop_until(struct arena *a, struct arena_chunk *stop) {
    while (a->chunk != stop) {
        struct arena_chunk *older = a->chunk->older;
        free(a->chunk);
        a->chunk = older;
    }
}

void arena_free(struct arena *a) {
    drop_until(a, NULL);
    arena_init(a, a->limit_bytes);
}

void arena_reset(struct arena *a) {
    struct arena_chunk *c = a->chunk;
    if (!c) return;
    /* The newest chunk is the largest of those that this use needed. */
    a->chunk = c->older;
    drop_until(a, NULL);
    c->older = NULL;
    a->chunk = c;
    a->at = c->room;
    a->end = c->room + c->size;
    a->used_bytes = 0;
}

struct arena_mark arena_mark(const struct arena *a) {
    return (struct arena_mark){a->chunk, a->at, a->used_bytes};
}

void arena_release(struct arena *a, struct arena_mark m) {
    if (!m.chunk) { /* taken before the first allocation */
        arena_reset(a);
        return;
    }
    drop_until(a, m.chunk);
    a->at = m.at;
    a->end = m.chunk->room + m.chunk->size;
    a->used_bytes = m.used_bytes;
}

void *arena_alloc_slow(struct arena *a, size_t n, size_t align) {
    size_t in_chunk = a->chunk ? (size_t)(a->at - a->chunk->room) : 0;
    uint64_t used, wanted;
    if (!add_u64(a->used_bytes, in_chunk, &used) || !add_u64(used, n, &wanted)) return NULL;
    if (a->limit_bytes && wanted > a->limit_bytes) return NULL;
    size_t size = a->chunk ? a->chunk->size * 2 : CHUNK_MIN_BYTES;
    if (size > CHUNK_MAX_BYTES) size = CHUNK_MAX_BYTES;
    if (size < n) size = n;
    /* Never more room than the limit leaves, so that the fast path cannot pass it. */
    if (a->limit_bytes && size > a->limit_bytes - used) size = a->limit_bytes - used;
    uint64_t total;
    if (!add_u64(size, sizeof(struct arena_chunk) + 64, &total)) return NULL;
    struct arena_chunk *c = aligned_alloc(64, (total + 63) & ~(size_t)63);
    if (!c) out_of_memory();
    *c = (struct arena_chunk){.older = a->chunk, .size = size};
    a->used_bytes = used;
    a->chunk = c;
    a->at = c->room + n; /* room is aligned to 64, the largest alignment allowed */
    a->end = c->room + size;
    (void)align;
    return c->room;
}

void *arena_zalloc(struct arena *a, size_t n, size_t align) {
    void *p = arena_alloc(a, n, align);
    if (p) memset(p, 0, n);
    return p;
}

void *arena_array(struct arena *a, size_t size, size_t count, size_t align) {
    uint64_t total;
    if (!mul_u64(size, count, &total)) return NULL;
    return arena_zalloc(a, total, align);
}

struct bytes arena_copy(struct arena *a, struct bytes src) {
    uint8_t *p = arena_alloc(a, src.n, 1);
    if (!p) return (struct bytes){NULL, 0};
    if (src.n) memcpy(p, src.p, src.n);
    return (struct bytes){p, src.n};
}

char *arena_printf(struct arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) return NULL;
    char *p = arena_alloc(a, (size_t)n + 1, 1);
    if (!p) return NULL;
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return p;
}
