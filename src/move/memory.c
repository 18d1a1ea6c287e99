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
    for (unsigned i = 0; i < MV_HEAP_CLASSES; i++) free(h->free[i].blocks);
    arena_free(&h->arena);
    memset(h, 0, sizeof *h);
}

/* log2 of the block size for `bytes` > 0. */
static unsigned size_class(uint64_t bytes) {
    return bytes <= 16 ? 4 : 64 - (unsigned)__builtin_clzll(bytes - 1);
}

void *mv_heap_take(struct mv_heap *h, uint64_t bytes, bool plain, uint64_t *got) {
    if (bytes == 0 || bytes > BLOCK_MAX) return NULL;
    unsigned c = size_class(bytes);
    uint64_t size = 1ull << c;
    if (size > h->limit_bytes - h->used_bytes) return NULL;
    struct mv_free_list *list = &h->free[c];
    bool reuse = plain && list->count;
    if (!reuse && size > 2 * h->limit_bytes - h->fresh_bytes) return NULL;
    h->used_bytes += size;
    *got = size;
    if (reuse) return list->blocks[--list->count];
    h->fresh_bytes += size;
    return arena_alloc(&h->arena, size, 16);
}

void mv_heap_give(struct mv_heap *h, void *block, uint64_t bytes, bool plain) {
    if (!block || !plain) return;
    unsigned c = size_class(bytes);
    struct mv_free_list *list = &h->free[c];
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

bool mv_vec_make(struct mv_heap *h, struct mv_vec *v, uint64_t len, uint32_t stride, bool plain) {
    *v = (struct mv_vec){0};
    if (len == 0) return true;
    uint64_t bytes, got;
    if (!mul_u64(len, stride, &bytes)) return false;
    void *p = mv_heap_take(h, bytes, plain, &got);
    if (!p) return false;
    *v = (struct mv_vec){p, (uint32_t)len, (uint32_t)(got / stride)};
    return true;
}

bool mv_vec_reserve(struct mv_heap *h, struct mv_vec *v, uint64_t len, uint32_t stride,
                    bool plain) {
    if (len <= v->cap) return true;
    struct mv_vec bigger;
    uint64_t want = len > 2ull * v->cap ? len : 2ull * v->cap;
    if (!mv_vec_make(h, &bigger, want, stride, plain)) return false;
    bigger.len = v->len;
    if (v->len) memcpy(bigger.p, v->p, (size_t)v->len * stride);
    if (v->p) mv_heap_give(h, v->p, (uint64_t)v->cap * stride, plain);
    *v = bigger;
    return true;
}

bool mv_vec_from_bytes(struct mv_heap *h, struct mv_vec *v, struct bytes b) {
    if (!mv_vec_make(h, v, b.n, 1, true)) return false;
    if (b.n) memcpy(v->p, b.p, b.n);
    return true;
}
