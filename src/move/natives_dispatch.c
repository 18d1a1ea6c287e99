/* Calling functions by name: 0x1::function_info, and the natives of
 * 0x1::dispatchable_fungible_asset, in whose place the machine runs the function that their last
 * argument names. */
#include "move/link.h"
#include "move/natives.h"
#include "move/session.h"
#include "move/type_tag.h"

enum { INVALID_FUNCTION = 2 }; /* function_info: EINVALID_FUNCTION */

/* FunctionInfo { module_address: address, module_name: String, function_name: String } */
struct function_name {
    struct b32 address;
    struct mv_vec module, function;
};
_Static_assert(sizeof(struct function_name) == 64, "as types.h lays the struct out");

/* The function; *def is MV_NOWHERE if there is none. MV_OK, or what stops the transaction. */
static enum mv_status_code find(struct mv_session *s, const struct function_name *name,
                                struct mv_loaded **m, uint32_t *def) {
    struct mv_err why = MV_ERR_NONE;
    *def = MV_NOWHERE;
    *m = mv_session_module(s, &name->address, mv_vec_bytes(&name->module), &why);
    if (*m) *def = mv_loaded_function(*m, mv_vec_bytes(&name->function));
    return !*m && why.code != MV_LINKER_ERROR ? why.code : MV_OK;
}

static enum mv_status_code find_at(struct mv_native_call *n, unsigned slot, struct mv_loaded **m,
                                   uint32_t *def) {
    struct function_name name;
    memcpy(&name, mv_native_ref(n, slot), sizeof name);
    return find(n->s, &name, m, def);
}

static const struct mv_function_handle *handle_of(const struct mv_loaded *m, uint32_t def) {
    return &m->m->function_handles[m->m->function_defs[def].handle];
}

enum mv_status_code mv_native_function_is_identifier(struct mv_native_call *n) {
    const struct mv_vec *v = mv_native_ref(n, 0);
    n->slots[0] = mv_is_identifier(mv_vec_bytes(v));
    return MV_OK;
}

enum mv_status_code mv_native_function_load(struct mv_native_call *n) {
    struct mv_loaded *m;
    uint32_t def;
    enum mv_status_code e = find_at(n, 0, &m, &def);
    if (e) return e;
    if (def == MV_NOWHERE || m->m->function_defs[def].visibility != MV_PUBLIC)
        return mv_native_abort(n, INVALID_FUNCTION);
    return MV_OK;
}

/* ---- Signatures */

static bool same_type_params(const struct mv_function_handle *a,
                             const struct mv_function_handle *b) {
    return a->type_param_count == b->type_param_count &&
           (!a->type_param_count || !memcmp(a->type_params, b->type_params, a->type_param_count));
}

/* Whether the parameters of `target` are those of `dispatcher` but for the last. */
static bool params_match(const struct mv_module *md, const struct mv_signature *dispatcher,
                         const struct mv_module *mt, const struct mv_signature *target) {
    if (dispatcher->count != target->count + 1) return false;
    for (unsigned i = 0; i < target->count; i++)
        if (!mv_types_match(md, mv_sig_type(dispatcher, i), mt, mv_sig_type(target, i)))
            return false;
    return true;
}

/* lhs: the framework's function; r: the one that may stand in its place. */
enum mv_status_code mv_native_function_check_dispatch(struct mv_native_call *n) {
    struct mv_loaded *dispatcher, *target;
    uint32_t d, t;
    enum mv_status_code e = find_at(n, 0, &dispatcher, &d);
    if (!e) e = find_at(n, 1, &target, &t);
    if (e) return e;
    if (d == MV_NOWHERE || t == MV_NOWHERE) return mv_native_abort(n, INVALID_FUNCTION);
    const struct mv_module *md = dispatcher->m, *mt = target->m;
    const struct mv_function_handle *hd = handle_of(dispatcher, d), *ht = handle_of(target, t);
    n->slots[0] =
        dispatcher != target && mt->function_defs[t].visibility == MV_PUBLIC &&
        same_type_params(hd, ht) &&
        params_match(md, &md->signatures[hd->params], mt, &mt->signatures[ht->params]) &&
        mv_signatures_match(md, &md->signatures[hd->returns], mt, &mt->signatures[ht->returns]);
    return MV_OK;
}

/* ---- Dispatch */

/* Types are interned: what the registration has checked by form is checked here by identity, so
 * that memory safety does not rest on it. */
static bool can_replace(const struct mv_fn *native, const struct mv_fn *f) {
    if (f->native || f->visibility != MV_PUBLIC || f->param_count + 1 != native->param_count ||
        f->return_count != native->return_count)
        return false;
    for (unsigned i = 0; i < f->param_count; i++)
        if (f->params[i] != native->params[i]) return false;
    for (unsigned i = 0; i < f->return_count; i++)
        if (f->returns[i] != native->returns[i]) return false;
    return true;
}

/* The other arguments stand where the function finds its parameters. */
enum mv_status_code mv_native_dispatch(struct mv_native_call *n) {
    struct mv_session *s = n->s;
    struct mv_loaded *m;
    uint32_t def;
    enum mv_status_code e = find_at(n, n->fn->param_slots - 1, &m, &def);
    if (e) return e;
    if (def == MV_NOWHERE) return MV_FUNCTION_RESOLUTION_FAILURE;
    mv_cache_lock(s->cache);
    const struct mv_fn *f = mv_fn_get(s->cache, m, def, n->fn->type_args, &e);
    mv_cache_unlock(s->cache);
    if (!f) return e;
    if (!can_replace(n->fn, f)) return MV_RUNTIME_DISPATCH_ERROR;
    n->dispatch = f;
    return MV_OK;
}
