/* Whole values: size, copy, drop, equality, order; and their BCS. All walk a value by its type;
 * types nest at most MV_VALUE_DEPTH_MAX deep, so recursion is bounded. */
#ifndef TERN_MOVE_VALUE_H
#define TERN_MOVE_VALUE_H

#include "move/ins.h"
#include "move/memory.h"
#include "move/types.h"

/* A function value: what a slot of a function type points at. Never changes once made. */
struct mv_closure {
    const struct mv_closure_form *form;
    uint64_t units;      /* its size, with all that it captures, as if nothing were shared */
    uint32_t depth;      /* function values inside each other, itself included */
    uint64_t captured[]; /* the captured values one after another, each from a slot on */
};

/* Sets `units` and `depth` from what the closure captures. VM_MAX_VALUE_DEPTH_REACHED if function
 * values would nest deeper than MV_VALUE_DEPTH_MAX, because what walks them recurses;
 * MEMORY_LIMIT_EXCEEDED if it would be larger, with nothing shared, than the reference lets all
 * values be (memory_quota): what is shared can be reached in more ways than gas could pay for. */
enum { MV_CLOSURE_UNITS_MAX = 10000000 };
enum mv_status_code mv_closure_measure(struct mv_closure *c);

/* Size in the gas schedule's abstract units. */
uint64_t mv_value_units(const struct mv_type *t, const void *p);

/* Copies the value at `from` to `to` with all it owns. False if memory runs out. */
bool mv_value_copy(struct mv_heap *h, const struct mv_type *t, void *to, const void *from);

/* The value will not be used again: what it owns may be reused. */
void mv_value_drop(struct mv_heap *h, const struct mv_type *t, void *p);

bool mv_value_eq(const struct mv_type *t, const void *a, const void *b);

/* Order of 0x1::cmp: numbers by value, addresses and byte strings lexicographically, vectors
 * lexicographically, structs field by field, enums by variant first. <0, 0, >0. */
int mv_value_cmp(const struct mv_type *t, const void *a, const void *b);

/* ---- BCS */

/* Appends the value's BCS. False if it has a function value that cannot be stored, an invalid
 * variant number, or grows past `limit` bytes in all. */
bool mv_value_encode(const struct mv_type *t, const void *p, struct buf *out, size_t limit);

/* Decoding a function value finds its function through the session; without one it is refused. */
struct mv_decoder {
    struct mv_heap *heap;
    struct mv_session *session;
    unsigned depth; /* of the function value being decoded */
};

/* Decodes exactly `in` into `to`. MV_OK; MV_VALUE_DESERIALIZATION_ERROR if the bytes are not one
 * value of the type; MV_MEMORY_LIMIT_EXCEEDED. On failure nothing at `to` may be used. */
enum mv_status_code mv_value_decode(const struct mv_decoder *d, const struct mv_type *t,
                                    struct bytes in, void *to);

#endif
