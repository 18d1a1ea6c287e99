/* 0x1::vector's functions. Compilers emit opcodes for most of them; bytecode of before version 4,
 * and calls through function values, come here. */
#include "move/natives.h"
#include "move/session.h"

enum { POSITION_OUTSIDE = 0x30001 };

enum mv_status_code mv_native_vector_empty(struct mv_native_call *n) {
    memset(n->slots, 0, sizeof(struct mv_vec));
    return MV_OK;
}

enum mv_status_code mv_native_vector_length(struct mv_native_call *n) {
    n->slots[0] = ((struct mv_vec *)mv_native_ref(n, 0))->len;
    return MV_OK;
}

static enum mv_status_code bad_operation(struct mv_native_call *n, uint64_t sub_status) {
    n->sub_status = sub_status;
    return MV_VECTOR_OPERATION_ERROR;
}

enum mv_status_code mv_native_vector_borrow(struct mv_native_call *n) {
    const struct mv_vec *v = mv_native_ref(n, 0);
    uint64_t i = n->slots[1];
    if (i >= v->len) return bad_operation(n, 1);
    n->slots[0] = (uint64_t)(uintptr_t)(v->p + i * mv_native_type(n, 0)->size);
    return MV_OK;
}

enum mv_status_code mv_native_vector_push_back(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    struct mv_vec *v = mv_native_ref(n, 0);
    if (!mv_vec_reserve(&n->s->heap, v, (uint64_t)v->len + 1, t->size, mv_kind_of(t)))
        return MV_MEMORY_LIMIT_EXCEEDED;
    memcpy(v->p + (size_t)v->len * t->size, &n->slots[1], t->size);
    v->len++;
    return MV_OK;
}

enum mv_status_code mv_native_vector_pop_back(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    struct mv_vec *v = mv_native_ref(n, 0);
    if (v->len == 0) return bad_operation(n, 2);
    v->len--;
    n->slots[0] = 0;
    memcpy(n->slots, v->p + (size_t)v->len * t->size, t->size);
    return MV_OK;
}

enum mv_status_code mv_native_vector_destroy_empty(struct mv_native_call *n) {
    struct mv_vec v = mv_native_vec(n, 0);
    return v.len ? bad_operation(n, 3) : MV_OK;
}

enum mv_status_code mv_native_vector_swap(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    struct mv_vec *v = mv_native_ref(n, 0);
    uint64_t i = n->slots[1], k = n->slots[2];
    if (i >= v->len || k >= v->len) return bad_operation(n, 1);
    for (uint32_t b = 0; b < t->size; b++) {
        uint8_t *x = v->p + i * t->size + b, *y = v->p + k * t->size + b, c = *x;
        *x = *y;
        *y = c;
    }
    return MV_OK;
}

/* from, removal position, length, to, insert position. */
enum mv_status_code mv_native_vector_move_range(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    struct mv_vec *from = mv_native_ref(n, 0), *to = mv_native_ref(n, 3);
    uint64_t at = n->slots[1], count = n->slots[2], insert = n->slots[4];
    if (from == to || at > from->len || count > from->len - at || insert > to->len)
        return mv_native_abort(n, POSITION_OUTSIDE);
    size_t size = t->size;
    uint64_t moved = count + (from->len - at - count) + (to->len - insert);
    if (!mv_charge(n->s, 30 * moved)) return MV_OUT_OF_GAS;
    if (!mv_vec_reserve(&n->s->heap, to, (uint64_t)to->len + count, t->size, mv_kind_of(t)))
        return MV_MEMORY_LIMIT_EXCEEDED;
    if (count == 0) return MV_OK;
    memmove(to->p + (insert + count) * size, to->p + insert * size, (to->len - insert) * size);
    memcpy(to->p + insert * size, from->p + at * size, count * size);
    memmove(from->p + at * size, from->p + (at + count) * size, (from->len - at - count) * size);
    to->len += (uint32_t)count;
    from->len -= (uint32_t)count;
    return MV_OK;
}
