#include "move/natives.h"

#include "move/session.h"

static const struct mv_native natives[] = {
#define NATIVE(module, function, c_name, gas) {#module, #function, gas, mv_native_##c_name},
#include "move/natives.def"
#undef NATIVE
};

const struct mv_native *mv_native_find(const struct b32 *address, struct bytes module,
                                       struct bytes name) {
    static const struct b32 one = {{[31] = 1}};
    if (!b32_eq(address, &one)) return NULL;
    for (size_t i = 0; i < COUNT_OF(natives); i++)
        if (bytes_eq(bytes_cstr(natives[i].module), module) &&
            bytes_eq(bytes_cstr(natives[i].name), name))
            return &natives[i];
    return NULL;
}

enum mv_status_code mv_native_return_bytes(struct mv_native_call *n, struct bytes b) {
    struct mv_vec v;
    if (!mv_vec_from_bytes(&n->s->heap, &v, b)) return MV_MEMORY_LIMIT_EXCEEDED;
    memcpy(n->slots, &v, sizeof v);
    return MV_OK;
}

void mv_native_drop_bytes(struct mv_native_call *n, struct mv_vec *v) {
    if (v->p) mv_heap_give(&n->s->heap, v->p, v->cap, MV_KIND_PLAIN);
    *v = (struct mv_vec){0};
}

void mv_native_drop_arguments(struct mv_native_call *n) {
    uint64_t *slot = n->slots;
    for (unsigned i = 0; i < n->fn->param_count; i++) {
        const struct mv_type *t = n->fn->params[i];
        if (!mv_is_ref(t)) mv_value_drop(&n->s->heap, t, slot);
        slot += mv_slots(t);
    }
}
