/* What Aptos asks of modules that are published, beside being safe (aptos-vm, verifier/): metadata
 * that means something and fits the module, events of the module's own types, natives only where
 * the chain has them. */
#include "move/metadata.h"
#include "move/verify_internal.h"

static struct mv_err metadata_err(enum mv_index_kind kind, uint32_t index, const char *text) {
    return mv_err_index(MV_EVENT_METADATA_VALIDATION_ERROR, kind, index, text);
}

/* ---- Attributes */

static struct mv_err check_struct_attribute(const struct mv_module *m,
                                            const struct mv_known_attribute *a, uint32_t i) {
    uint32_t def = mv_find_struct(m, a->of);
    if (def == MV_NOWHERE) return metadata_err(MV_KIND_METADATA, i, "attribute of no struct");
    const struct mv_struct_def *d = &m->struct_defs[def];
    const struct mv_struct_handle *h = &m->struct_handles[d->handle];
    switch (a->kind) {
    case MV_MEANS_EVENT: return MV_ERR_NONE;
    case MV_MEANS_RESOURCE_GROUP:
        if (a->arg_count == 1 && !h->abilities && !h->type_param_count &&
            d->kind == MV_STRUCT_DECLARED && d->field_count == 1)
            return MV_ERR_NONE;
        return metadata_err(MV_KIND_STRUCT_DEF, def, "struct cannot be a resource group");
    case MV_MEANS_RESOURCE_GROUP_MEMBER:
        if (a->arg_count == 1 && h->abilities & MV_KEY) return MV_ERR_NONE;
        return metadata_err(MV_KIND_STRUCT_DEF, def, "struct cannot be in a resource group");
    default: return metadata_err(MV_KIND_STRUCT_DEF, def, "unknown attribute of a struct");
    }
}

static struct mv_err check_function_attribute(const struct mv_module *m,
                                              const struct mv_known_attribute *a, uint32_t i) {
    uint32_t def = mv_find_function(m, a->of);
    if (def == MV_NOWHERE) return metadata_err(MV_KIND_METADATA, i, "attribute of no function");
    const struct mv_function_def *d = &m->function_defs[def];
    const struct mv_function_handle *h = &m->function_handles[d->handle];
    switch (a->kind) {
    case MV_MEANS_VIEW_LEGACY:
    case MV_MEANS_VIEW:
        if (m->signatures[h->returns].count) return MV_ERR_NONE;
        return metadata_err(MV_KIND_FUNCTION_DEF, def, "view function returns nothing");
    case MV_MEANS_RANDOMNESS:
        if (d->is_entry && d->visibility != MV_PUBLIC) return MV_ERR_NONE;
        return metadata_err(MV_KIND_FUNCTION_DEF, def,
                            "randomness outside a private entry function");
    default: return metadata_err(MV_KIND_FUNCTION_DEF, def, "unknown attribute of a function");
    }
}

static struct mv_err check_attributes(const struct mv_verifier *v,
                                      const struct mv_module_info *info) {
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t i = 0; i < info->struct_attribute_count && !mv_failed(e); i++)
        e = check_struct_attribute(v->m, &info->struct_attributes[i], i);
    for (uint32_t i = 0; i < info->function_attribute_count && !mv_failed(e); i++)
        e = check_function_attribute(v->m, &info->function_attributes[i], i);
    return e;
}

/* ---- Events */

static bool is_framework(const struct b32 *a) {
    static const struct b32 one = {.b = {[31] = 1}};
    return b32_eq(a, &one);
}

static bool is_event_emit(const struct mv_module *m, const struct mv_function_handle *h) {
    return is_framework(mv_handle_address(m, h->module)) &&
           bytes_eq(mv_handle_name(m, h->module), BYTES_LIT("event")) &&
           bytes_eq(m->identifiers[h->name], BYTES_LIT("emit"));
}

/* The type of an emitted event is a struct of this module with #[event]: events are authentic. */
static struct mv_err check_event(const struct mv_view *f, const struct mv_module_info *info,
                                 const struct mv_signature *types, uint32_t at) {
    const struct mv_module *m = f->m;
    const struct mv_token *t = types->count ? mv_sig_type(types, 0) : NULL;
    if (!t || (t->kind != MV_TOKEN_STRUCT && t->kind != MV_TOKEN_STRUCT_INST) ||
        m->struct_handles[t->index].module != m->self)
        return mv_view_err(f, MV_EVENT_METADATA_VALIDATION_ERROR, at,
                           "emitted event is no struct of this module");
    struct bytes name = m->identifiers[m->struct_handles[t->index].name];
    if (!mv_find_attribute(info->struct_attributes, info->struct_attribute_count, name,
                           MV_MEANS_EVENT))
        return mv_view_err(f, MV_EVENT_METADATA_VALIDATION_ERROR, at,
                           "emitted struct has no event attribute");
    return MV_ERR_NONE;
}

static struct mv_err check_emits(struct mv_view *f, void *ctx) {
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t i = 0; i < f->code->count && !mv_failed(e); i++) {
        const struct mv_instr *in = &f->code->instrs[i];
        if (in->op != MV_OP_CALL_GENERIC && in->op != MV_OP_PACK_CLOSURE_GENERIC) continue;
        const struct mv_signature *types;
        unsigned handle = mv_operand_function(f->m, in, &types);
        if (is_event_emit(f->m, &f->m->function_handles[handle])) e = check_event(f, ctx, types, i);
    }
    return e;
}

/* ---- The pass */

static struct mv_err check_natives(const struct mv_module *m) {
    if (mv_is_special_address(mv_self_address(m))) return MV_ERR_NONE;
    for (uint32_t i = 0; i < m->function_defs_count; i++)
        if (m->function_defs[i].is_native)
            return mv_err_index(MV_USER_DEFINED_NATIVE_NOT_ALLOWED, MV_KIND_FUNCTION_DEF, i,
                                "native function outside the chain's own modules");
    for (uint32_t i = 0; i < m->struct_defs_count; i++)
        if (m->struct_defs[i].kind == MV_STRUCT_NATIVE)
            return mv_err_index(MV_USER_DEFINED_NATIVE_NOT_ALLOWED, MV_KIND_STRUCT_DEF, i,
                                "native struct outside the chain's own modules");
    return MV_ERR_NONE;
}

struct mv_err mv_verify_extras(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    for (uint32_t i = 0; i < m->metadata_count; i++)
        if (!mv_metadata_key_is_known(m->metadata[i].key))
            return metadata_err(MV_KIND_METADATA, i, "metadata with an unknown key");
    struct arena_mark mark = arena_mark(&v->arena);
    struct mv_module_info info;
    struct err read = mv_metadata_read(m, &v->arena, &info);
    struct mv_err e = err_is(read) ? metadata_err(MV_KIND_METADATA, 0, "metadata cannot be read")
                                   : check_attributes(v, &info);
    if (!mv_failed(e)) e = mv_each_function(v, check_emits, &info);
    if (!mv_failed(e)) e = check_natives(m);
    arena_release(&v->arena, mark);
    return e;
}

/* ---- Upgrades */

/* What a struct has been for its users, it stays: an event, a resource group, or a member of one.
 */
struct mv_err mv_check_attributes_kept(const struct mv_module *older,
                                       const struct mv_module *newer) {
    struct arena a;
    struct mv_module_info o, n;
    struct mv_err e = MV_ERR_NONE;
    arena_init(&a, 0);
    if (err_is(mv_metadata_read(older, &a, &o))) o = (struct mv_module_info){0};
    if (err_is(mv_metadata_read(newer, &a, &n))) n = (struct mv_module_info){0};
    for (uint32_t i = 0; i < o.struct_attribute_count && !mv_failed(e); i++) {
        const struct mv_known_attribute *x = &o.struct_attributes[i];
        const struct mv_known_attribute *y =
            mv_find_attribute(n.struct_attributes, n.struct_attribute_count, x->of, x->kind);
        bool same = y && y->arg_count == x->arg_count;
        for (uint32_t k = 0; same && k < x->arg_count; k++) same = bytes_eq(x->args[k], y->args[k]);
        if (!same)
            e = metadata_err(MV_KIND_METADATA, i, "upgrade takes an attribute from a struct");
    }
    /* A resource that is stored by itself cannot move into a group. */
    for (uint32_t i = 0; i < n.struct_attribute_count && !mv_failed(e); i++) {
        const struct mv_known_attribute *y = &n.struct_attributes[i];
        if (y->kind == MV_MEANS_RESOURCE_GROUP_MEMBER &&
            mv_find_struct(older, y->of) != MV_NOWHERE &&
            !mv_find_attribute(o.struct_attributes, o.struct_attribute_count, y->of, y->kind))
            e = metadata_err(MV_KIND_METADATA, i, "upgrade puts a struct into a resource group");
    }
    arena_free(&a);
    return e;
}
