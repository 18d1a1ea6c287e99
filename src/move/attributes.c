#include "move/attributes.h"

#include "move/session.h"

bool mv_function_has(const struct mv_module *m, struct bytes function,
                     enum mv_attribute_meaning kind) {
    struct arena a;
    struct mv_module_info info;
    arena_init(&a, 0);
    bool has =
        !err_is(mv_metadata_read(m, &a, &info)) &&
        mv_find_attribute(info.function_attributes, info.function_attribute_count, function, kind);
    arena_free(&a);
    return has;
}

bool mv_is_view(const struct mv_module *m, struct bytes function) {
    return mv_function_has(m, function, MV_MEANS_VIEW) ||
           mv_function_has(m, function, MV_MEANS_VIEW_LEGACY);
}

static const struct mv_error_name *find(const struct mv_module_info *info, uint64_t code) {
    for (uint32_t i = 0; i < info->error_count; i++)
        if (info->errors[i].code == code) return &info->errors[i];
    return NULL;
}

/* The map has the constant's value, which is the whole code or, under a category of 0x1::error, the
 * reason in its low half. */
bool mv_abort_info(struct mv_session *s, const struct mv_outcome *o, struct bytes *name,
                   struct bytes *description) {
    struct mv_err err;
    struct arena a;
    struct mv_module_info info;
    struct mv_loaded *m = mv_session_module(s, &o->module_address, o->module_name, &err);
    if (!m) return false;
    arena_init(&a, 0);
    const struct mv_error_name *e = NULL;
    if (!err_is(mv_metadata_read(m->m, &a, &info))) {
        e = find(&info, o->abort_code);
        if (!e && o->abort_code >> 24 == 0) e = find(&info, o->abort_code & 0xffff);
    }
    if (e) {
        *name = arena_copy(&s->arena, e->name);
        *description = arena_copy(&s->arena, e->description);
    }
    arena_free(&a);
    return e;
}
