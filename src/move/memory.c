#include "move/memory.h"

#include <assert.h>
#include <stdlib.h>

/* Lengths are 32 bits; a block never holds more than this. */
#define BLOCK_MAX (1ull << 31)

void mv_heap_init(struct mv_heap *h, uint64_t limit_bytes) {
    memset(h, 0, sizeof *h);
    arena_init(&h->arena, 0);
    h->limit_bytes = limit_bytes;
}

void mv_heap_free(struct mv_heap *h) {
    for (uint32_t k = 0; k < h->set_count; k++) {
        if (!h->sets[k]) continue;
        for (unsigned i = 0; i < MV_HEAP_CLASSES; i++) free(h->sets[k]->by_size[i].blocks);
        free(h->sets[k]);
    }
    free(h->sets);
    arena_free(&h->arena);
    memset(h, 0, sizeof *h);
}

/* log2 of the block size for `bytes` > 0. */
static unsigned size_class(uint64_t bytes) {
    return bytes <= 16 ? 4 : 64 - (unsigned)__builtin_clzll(bytes - 1);
}

void *mv_heap_take(struct mv_heap *h, uint64_t bytes, uint32_t kind, uint64_t *got) {
    if (bytes == 0 || bytes > BLOCK_MAX) return NULL;
    unsigned c = size_class(bytes);
    uint64_t size = 1ull << c;
    if (size > h->limit_bytes - h->used_bytes) return NULL;
    struct mv_free_set *set = kind < h->set_count ? h->sets[kind] : NULL;
    struct mv_free_list *list = set ? &set->by_size[c] : NULL;
    bool reuse = list && list->count;
    if (!reuse && size > 2 * h->limit_bytes - h->fresh_bytes) return NULL;
    h->used_bytes += size;
    *got = size;
    if (reuse) return list->blocks[--list->count];
    h->fresh_bytes += size;
    return arena_alloc(&h->arena, size, 16);
}

/* The free lists of a kind, made on demand. */
static struct mv_free_set *free_set(struct mv_heap *h, uint32_t kind) {
    if (kind >= h->set_count) {
        uint32_t n = kind + kind / 2 + 16;
        h->sets = xrealloc(h->sets, n * sizeof *h->sets);
        memset(h->sets + h->set_count, 0, (n - h->set_count) * sizeof *h->sets);
        h->set_count = n;
    }
    if (!h->sets[kind]) h->sets[kind] = xcalloc(1, sizeof **h->sets);
    return h->sets[kind];
}

void mv_heap_give(struct mv_heap *h, void *block, uint64_t bytes, uint32_t kind) {
    if (!block) return;
    assert(kind != MV_KIND_ONCE);
    unsigned c = size_class(bytes);
    struct mv_free_list *list = &free_set(h, kind)->by_size[c];
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 16;
        list->blocks = xrealloc(list->blocks, list->capacity * sizeof *list->blocks);
    }
    list->blocks[list->count++] = block;
    /* Bytecode that duplicates an owner gives a block back twice: the books must not go negative.
     */
    uint64_t size = 1ull << c;
    h->used_bytes -= size < h->used_bytes ? size : h->used_bytes;
}

bool mv_vec_make(struct mv_heap *h, struct mv_vec *v, uint64_t len, uint32_t stride,
                 uint32_t kind) {
    *v = (struct mv_vec){0};
    if (len == 0) return true;
    uint64_t bytes, got;
    if (!mul_u64(len, stride, &bytes)) return false;
    void *p = mv_heap_take(h, bytes, kind, &got);
    if (!p) return false;
    *v = (struct mv_vec){p, (uint32_t)len, (uint32_t)(got / stride)};
    return true;
}

bool mv_vec_reserve(struct mv_heap *h, struct mv_vec *v, uint64_t len, uint32_t stride,
                    uint32_t kind) {
    if (len <= v->cap) return true;
    struct mv_vec bigger;
    uint64_t want = len > 2ull * v->cap ? len : 2ull * v->cap;
    if (!mv_vec_make(h, &bigger, want, stride, kind)) return false;
    bigger.len = v->len;
    if (v->len) memcpy(bigger.p, v->p, (size_t)v->len * stride);
    if (v->p) mv_heap_give(h, v->p, (uint64_t)v->cap * stride, kind);
    *v = bigger;
    return true;
}

bool mv_vec_from_bytes(struct mv_heap *h, struct mv_vec *v, struct bytes b) {
    if (!mv_vec_make(h, v, b.n, 1, MV_KIND_PLAIN)) return false;
    if (b.n) memcpy(v->p, b.p, b.n);
    return true;
}
