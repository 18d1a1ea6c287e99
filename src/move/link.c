/* Linking (dependencies.rs): what a module or script imports is there, visible to it, and as it
 * says. A local view may promise less than the definition: fewer abilities, stronger constraints.
 */
#include "move/link.h"

#include <stdlib.h>

/* ---- Names */

static struct bytes function_name(const struct mv_module *m, uint32_t def) {
    return m->identifiers[m->function_handles[m->function_defs[def].handle].name];
}
static struct bytes struct_name(const struct mv_module *m, uint32_t def) {
    return m->identifiers[m->struct_handles[m->struct_defs[def].handle].name];
}
static uint64_t hash_name(struct bytes name) {
    return map_hash(name.p, name.n);
}
static uint64_t hash_function(const void *m, uint32_t def) {
    return hash_name(function_name(m, def));
}
static uint64_t hash_struct(const void *m, uint32_t def) {
    return hash_name(struct_name(m, def));
}

void mv_names_init(struct mv_names *n, const struct mv_module *m) {
    n->m = m;
    map_init(&n->functions, hash_function, m);
    map_init(&n->structs, hash_struct, m);
    for (uint32_t i = 0; i < m->function_defs_count; i++)
        map_insert(&n->functions, hash_function(m, i), i);
    for (uint32_t i = 0; i < m->struct_defs_count; i++)
        map_insert(&n->structs, hash_struct(m, i), i);
}

void mv_names_free(struct mv_names *n) {
    map_free(&n->functions);
    map_free(&n->structs);
}

uint32_t mv_names_function(const struct mv_names *n, struct bytes name) {
    struct map_probe it = map_begin(&n->functions, hash_name(name));
    for (uint32_t def; map_next(&n->functions, &it, &def);)
        if (bytes_eq(function_name(n->m, def), name)) return def;
    return MV_NOWHERE;
}

uint32_t mv_names_struct(const struct mv_names *n, struct bytes name) {
    struct map_probe it = map_begin(&n->structs, hash_name(name));
    for (uint32_t def; map_next(&n->structs, &it, &def);)
        if (bytes_eq(struct_name(n->m, def), name)) return def;
    return MV_NOWHERE;
}

/* ---- Types */

static bool structs_match(const struct mv_module *ma, unsigned a, const struct mv_module *mb,
                          unsigned b) {
    const struct mv_struct_handle *x = &ma->struct_handles[a], *y = &mb->struct_handles[b];
    return bytes_eq(ma->identifiers[x->name], mb->identifiers[y->name]) &&
           bytes_eq(mv_handle_name(ma, x->module), mv_handle_name(mb, y->module)) &&
           b32_eq(mv_handle_address(ma, x->module), mv_handle_address(mb, y->module));
}

static bool tokens_match(const struct mv_module *ma, const struct mv_token *a, uint32_t a_count,
                         const struct mv_module *mb, const struct mv_token *b, uint32_t b_count) {
    if (a_count != b_count) return false;
    for (uint32_t i = 0; i < a_count; i++) {
        if (a[i].kind != b[i].kind || a[i].abilities != b[i].abilities ||
            a[i].arity != b[i].arity || a[i].results != b[i].results)
            return false;
        bool is_struct = a[i].kind == MV_TOKEN_STRUCT || a[i].kind == MV_TOKEN_STRUCT_INST;
        if (is_struct ? !structs_match(ma, a[i].index, mb, b[i].index) : a[i].index != b[i].index)
            return false;
    }
    return true;
}

bool mv_types_match(const struct mv_module *ma, const struct mv_token *a,
                    const struct mv_module *mb, const struct mv_token *b) {
    return tokens_match(ma, a, a->size, mb, b, b->size);
}

bool mv_signatures_match(const struct mv_module *ma, const struct mv_signature *a,
                         const struct mv_module *mb, const struct mv_signature *b) {
    return a->count == b->count &&
           tokens_match(ma, a->tokens, a->token_count, mb, b->tokens, b->token_count);
}

/* ---- Imports */

struct linker {
    const struct mv_module *m;
    struct mv_names *deps; /* by module handle; ->m is NULL for this module itself */
};

static bool is_self(const struct mv_module *m, unsigned module_handle) {
    return !m->is_script && module_handle == m->self;
}

static struct mv_err find_modules(struct linker *l, const struct mv_resolver *resolver) {
    for (uint32_t i = 0; i < l->m->module_handles_count; i++) {
        if (is_self(l->m, i)) continue;
        const struct mv_module *dep =
            resolver->find(resolver->ctx, mv_handle_address(l->m, i), mv_handle_name(l->m, i));
        if (!dep)
            return mv_err_index(MV_MISSING_DEPENDENCY, MV_KIND_MODULE_HANDLE, i,
                                "imported module does not exist");
        mv_names_init(&l->deps[i], dep);
    }
    return MV_ERR_NONE;
}

static bool struct_params_match(const struct mv_struct_handle *local,
                                const struct mv_struct_handle *defined) {
    if (local->type_param_count != defined->type_param_count) return false;
    for (unsigned i = 0; i < local->type_param_count; i++) {
        const struct mv_struct_type_param *l = &local->type_params[i];
        const struct mv_struct_type_param *d = &defined->type_params[i];
        if ((l->phantom && !d->phantom) || d->constraints & ~(unsigned)l->constraints) return false;
    }
    return true;
}

static struct mv_err link_struct(const struct linker *l, uint32_t i) {
    const struct mv_struct_handle *local = &l->m->struct_handles[i];
    const struct mv_names *dep = &l->deps[local->module];
    uint32_t def = mv_names_struct(dep, l->m->identifiers[local->name]);
    if (def == MV_NOWHERE)
        return mv_err_index(MV_LOOKUP_FAILED, MV_KIND_STRUCT_HANDLE, i,
                            "imported struct does not exist");
    const struct mv_struct_handle *d = &dep->m->struct_handles[dep->m->struct_defs[def].handle];
    if (local->abilities & ~(unsigned)d->abilities || !struct_params_match(local, d))
        return mv_err_index(MV_TYPE_MISMATCH, MV_KIND_STRUCT_HANDLE, i,
                            "imported struct is not as it is defined");
    return MV_ERR_NONE;
}

static bool is_friend_of(const struct mv_module *m, const struct mv_module *dep) {
    if (m->is_script) return false;
    for (uint32_t i = 0; i < dep->friends_count; i++)
        if (b32_eq(&dep->addresses[dep->friends[i].address], mv_self_address(m)) &&
            bytes_eq(dep->identifiers[dep->friends[i].name], mv_self_name(m)))
            return true;
    return false;
}

static bool is_visible(const struct mv_module *m, const struct mv_module *dep, uint32_t def) {
    switch (dep->function_defs[def].visibility) {
    case MV_PUBLIC: return true;
    case MV_FRIEND: return is_friend_of(m, dep);
    default: return false;
    }
}

static bool function_params_match(const struct mv_function_handle *local,
                                  const struct mv_function_handle *defined) {
    if (local->type_param_count != defined->type_param_count) return false;
    for (unsigned i = 0; i < local->type_param_count; i++)
        if (defined->type_params[i] & ~(unsigned)local->type_params[i]) return false;
    return true;
}

static struct mv_err link_function(const struct linker *l, uint32_t i) {
    const struct mv_module *m = l->m;
    const struct mv_function_handle *local = &m->function_handles[i];
    const struct mv_names *dep = &l->deps[local->module];
    uint32_t def = mv_names_function(dep, m->identifiers[local->name]);
    if (def == MV_NOWHERE || !is_visible(m, dep->m, def))
        return mv_err_index(MV_LOOKUP_FAILED, MV_KIND_FUNCTION_HANDLE, i,
                            "imported function does not exist or is not visible");
    const struct mv_function_handle *d =
        &dep->m->function_handles[dep->m->function_defs[def].handle];
    if (local->attribute_set & ~(unsigned)d->attribute_set)
        return mv_err_index(MV_LINKER_ERROR, MV_KIND_FUNCTION_HANDLE, i,
                            "imported function lacks an attribute that it is said to have");
    if (!function_params_match(local, d) ||
        !mv_signatures_match(m, &m->signatures[local->params], dep->m,
                             &dep->m->signatures[d->params]) ||
        !mv_signatures_match(m, &m->signatures[local->returns], dep->m,
                             &dep->m->signatures[d->returns]))
        return mv_err_index(MV_TYPE_MISMATCH, MV_KIND_FUNCTION_HANDLE, i,
                            "imported function is not as it is defined");
    return MV_ERR_NONE;
}

static struct mv_err link_all(struct linker *l, const struct mv_resolver *resolver) {
    const struct mv_module *m = l->m;
    struct mv_err e = find_modules(l, resolver);
    for (uint32_t i = 0; i < m->struct_handles_count && !mv_failed(e); i++)
        if (!is_self(m, m->struct_handles[i].module)) e = link_struct(l, i);
    for (uint32_t i = 0; i < m->function_handles_count && !mv_failed(e); i++)
        if (!is_self(m, m->function_handles[i].module)) e = link_function(l, i);
    return e;
}

struct mv_err mv_link(const struct mv_module *m, const struct mv_resolver *resolver) {
    struct linker l = {.m = m};
    l.deps = xcalloc(m->module_handles_count + 1u, sizeof *l.deps);
    struct mv_err e = link_all(&l, resolver);
    for (uint32_t i = 0; i < m->module_handles_count; i++)
        if (l.deps[i].m) mv_names_free(&l.deps[i]);
    free(l.deps);
    if (!mv_failed(e) && !m->is_script) e = mv_check_cycles(m, resolver);
    return e;
}

struct mv_err mv_link_module(const struct mv_module *m, const struct mv_resolver *resolver) {
    return mv_link(m, resolver);
}
