/* The memory that Move values live in: type-stable, so that no order of borrows can harm it.
 *
 *   frames   one run of 8-byte slots. A local keeps its type as long as its frame lives; a
 *            reference to it cannot outlive the frame (the interpreter checks returned ones).
 *   heap     vector contents and boxed values. A block that is given back is only taken again for
 *            the same kind of thing: contents without pointers are one kind, whatever their type;
 *            contents with pointers are a kind for each element type.
 *
 * Hence a reference that dangles, because bytecode broke the borrow rules, still points at a value
 * of its type. The bytecode verifier makes that impossible; nothing here depends on it.
 *
 * Blocks have power-of-two sizes from 16 bytes. Everything is freed with the session. */
#ifndef TERN_MOVE_MEMORY_H
#define TERN_MOVE_MEMORY_H

#include "base/base.h"

/* A vector value: 16 bytes, in slots or inside other values. */
struct mv_vec {
    uint8_t *p; /* NULL while capacity is 0 */
    uint32_t len, cap;
};
_Static_assert(sizeof(struct mv_vec) == 16, "two slots");

enum {
    MV_HEAP_CLASSES = 32,
    MV_KIND_PLAIN = 0, /* contents without pointers; a kind k > 0 is the type with the id k - 1 */
};
#define MV_KIND_ONCE UINT32_MAX /* a block that is never given back */

struct mv_free_list {
    void **blocks;
    uint32_t count, capacity;
};

struct mv_free_set {
    struct mv_free_list by_size[MV_HEAP_CLASSES];
};

struct mv_heap {
    struct arena arena;
    uint64_t used_bytes, limit_bytes; /* blocks handed out and not given back */
    uint64_t fresh_bytes;             /* taken from the arena so far; at most twice the limit */
    struct mv_free_set **sets;        /* by kind; each NULL until something of it is given back */
    uint32_t set_count;
};

void mv_heap_init(struct mv_heap *h, uint64_t limit_bytes);
void mv_heap_free(struct mv_heap *h);

/* A block of at least `bytes` for a kind of contents; *got is its size. NULL if the limit would be
 * passed. Not zeroed. */
void *mv_heap_take(struct mv_heap *h, uint64_t bytes, uint32_t kind, uint64_t *got);
/* Gives back a block that held `bytes` (any number that rounds up to its size). */
void mv_heap_give(struct mv_heap *h, void *block, uint64_t bytes, uint32_t kind);

/* Makes room for `len` elements of `stride` bytes (> 0), keeping the first v->len. The old contents
 * go back to the heap. False if the limit would be passed. */
bool mv_vec_reserve(struct mv_heap *h, struct mv_vec *v, uint64_t len, uint32_t stride,
                    uint32_t kind);

/* A new vector with room for exactly `len` elements, v->len = len, contents not set. */
bool mv_vec_make(struct mv_heap *h, struct mv_vec *v, uint64_t len, uint32_t stride, uint32_t kind);

/* A new vector<u8> holding a copy. */
bool mv_vec_from_bytes(struct mv_heap *h, struct mv_vec *v, struct bytes b);

static inline struct bytes mv_vec_bytes(const struct mv_vec *v) {
    return (struct bytes){v->p, v->len};
}

#endif
