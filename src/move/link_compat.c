/* Upgrades (compatibility.rs), under the settings of Aptos: friends and functions for friends may
 * change; entry functions are part of the interface. */
#include "move/link.h"

struct upgrade {
    const struct mv_module *older, *newer;
    struct mv_names names; /* of the newer one */
};

static struct mv_err breach(enum mv_index_kind kind, uint32_t index, const char *text) {
    return mv_err_index(MV_BACKWARD_INCOMPATIBLE_MODULE_UPDATE, kind, index, text);
}

/* ---- Structs */

static bool struct_params_fit(const struct mv_struct_handle *o, const struct mv_struct_handle *n) {
    if (o->type_param_count != n->type_param_count) return false;
    for (unsigned i = 0; i < o->type_param_count; i++)
        if ((o->type_params[i].phantom && !n->type_params[i].phantom) ||
            n->type_params[i].constraints & ~(unsigned)o->type_params[i].constraints)
            return false;
    return true;
}

static bool fields_fit(const struct upgrade *u, const struct mv_field_def *o, unsigned o_count,
                       const struct mv_field_def *n, unsigned n_count) {
    if (o_count != n_count) return false;
    for (unsigned i = 0; i < o_count; i++)
        if (!bytes_eq(u->older->identifiers[o[i].name], u->newer->identifiers[n[i].name]) ||
            !mv_types_match(u->older, o[i].type, u->newer, n[i].type))
            return false;
    return true;
}

/* An enum may only get more variants at its end. */
static bool layout_fits(const struct upgrade *u, const struct mv_struct_def *o,
                        const struct mv_struct_def *n) {
    bool was_enum = o->kind == MV_STRUCT_VARIANTS, is_enum = n->kind == MV_STRUCT_VARIANTS;
    if (was_enum != is_enum) return false;
    if (!was_enum) return fields_fit(u, o->fields, o->field_count, n->fields, n->field_count);
    if (n->variant_count < o->variant_count) return false;
    for (unsigned i = 0; i < o->variant_count; i++) {
        const struct mv_variant_def *x = &o->variants[i], *y = &n->variants[i];
        if (!bytes_eq(u->older->identifiers[x->name], u->newer->identifiers[y->name]) ||
            !fields_fit(u, x->fields, x->field_count, y->fields, y->field_count))
            return false;
    }
    return true;
}

static struct mv_err check_struct(const struct upgrade *u, uint32_t i) {
    const struct mv_struct_def *od = &u->older->struct_defs[i];
    const struct mv_struct_handle *o = &u->older->struct_handles[od->handle];
    uint32_t found = mv_names_struct(&u->names, u->older->identifiers[o->name]);
    if (found == MV_NOWHERE) return breach(MV_KIND_STRUCT_DEF, i, "removed a struct");
    const struct mv_struct_def *nd = &u->newer->struct_defs[found];
    const struct mv_struct_handle *n = &u->newer->struct_handles[nd->handle];
    if (o->abilities & ~(unsigned)n->abilities)
        return breach(MV_KIND_STRUCT_DEF, i, "removed an ability of a struct");
    if (!struct_params_fit(o, n))
        return breach(MV_KIND_STRUCT_DEF, i, "changed the type parameters of a struct");
    if (!layout_fits(u, od, nd))
        return breach(MV_KIND_STRUCT_DEF, i, "changed the layout of a struct");
    return MV_ERR_NONE;
}

/* ---- Functions */

/* Private functions are free to change, and so are those for friends, unless they are entry
 * functions or closures of them may be stored. */
static bool is_interface(const struct mv_function_def *d, const struct mv_function_handle *h) {
    return d->visibility == MV_PUBLIC || d->is_entry || h->attribute_set & MV_ATTR_PERSISTENT;
}

static bool visibility_fits(uint8_t was, uint8_t is) {
    switch (was) {
    case MV_PUBLIC: return is == MV_PUBLIC;
    case MV_FRIEND: return is != MV_PRIVATE;
    default: return true;
    }
}

static bool function_params_fit(const struct mv_function_handle *o,
                                const struct mv_function_handle *n) {
    if (o->type_param_count != n->type_param_count) return false;
    for (unsigned i = 0; i < o->type_param_count; i++)
        if (n->type_params[i] & ~(unsigned)o->type_params[i]) return false;
    return true;
}

static struct mv_err check_function(const struct upgrade *u, uint32_t i) {
    const struct mv_function_def *od = &u->older->function_defs[i];
    const struct mv_function_handle *o = &u->older->function_handles[od->handle];
    if (!is_interface(od, o)) return MV_ERR_NONE;
    uint32_t found = mv_names_function(&u->names, u->older->identifiers[o->name]);
    if (found == MV_NOWHERE) return breach(MV_KIND_FUNCTION_DEF, i, "removed a function");
    const struct mv_function_def *nd = &u->newer->function_defs[found];
    const struct mv_function_handle *n = &u->newer->function_handles[nd->handle];
    const struct mv_signature *old_signatures = u->older->signatures;
    const struct mv_signature *new_signatures = u->newer->signatures;
    if (!visibility_fits(od->visibility, nd->visibility))
        return breach(MV_KIND_FUNCTION_DEF, i, "reduced the visibility of a function");
    if (od->is_entry && !nd->is_entry)
        return breach(MV_KIND_FUNCTION_DEF, i, "removed the entry modifier of a function");
    if (o->attribute_set & ~(unsigned)n->attribute_set & MV_ATTR_PERSISTENT)
        return breach(MV_KIND_FUNCTION_DEF, i, "removed an attribute of a function");
    if (!mv_signatures_match(u->older, &old_signatures[o->params], u->newer,
                             &new_signatures[n->params]))
        return breach(MV_KIND_FUNCTION_DEF, i, "changed the parameters of a function");
    if (!mv_signatures_match(u->older, &old_signatures[o->returns], u->newer,
                             &new_signatures[n->returns]))
        return breach(MV_KIND_FUNCTION_DEF, i, "changed the results of a function");
    if (!function_params_fit(o, n))
        return breach(MV_KIND_FUNCTION_DEF, i, "changed the type parameters of a function");
    return MV_ERR_NONE;
}

struct mv_err mv_check_compatible(const struct mv_module *older, const struct mv_module *newer) {
    struct upgrade u = {.older = older, .newer = newer};
    struct mv_err e = MV_ERR_NONE;
    if (!b32_eq(mv_self_address(older), mv_self_address(newer)) ||
        !bytes_eq(mv_self_name(older), mv_self_name(newer)))
        return breach(MV_KIND_NONE, MV_NOWHERE, "changed the module's address or name");
    mv_names_init(&u.names, newer);
    for (uint32_t i = 0; i < older->struct_defs_count && !mv_failed(e); i++)
        e = check_struct(&u, i);
    for (uint32_t i = 0; i < older->function_defs_count && !mv_failed(e); i++)
        e = check_function(&u, i);
    mv_names_free(&u.names);
    return mv_failed(e) ? e : mv_check_attributes_kept(older, newer);
}
