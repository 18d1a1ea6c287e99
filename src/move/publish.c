#include "move/publish.h"

#include <assert.h>
#include <stdlib.h>

/* A bundle being published. Later modules may use earlier ones and the other way round. */
struct bundle {
    struct mv_session *s;
    struct b32 owner;
    const struct bytes *codes;
    struct mv_module **modules;
    bool *is_new;
    uint32_t count;
};

/* ---- Finding modules */

static const struct mv_module *find_in_world(void *ctx, const struct b32 *address,
                                             struct bytes name) {
    struct mv_err err;
    struct mv_loaded *m = mv_session_module(ctx, address, name, &err);
    return m ? m->m : NULL;
}

struct mv_resolver mv_session_resolver(struct mv_session *s) {
    return (struct mv_resolver){s, find_in_world};
}

static const struct mv_module *find_in_bundle(void *ctx, const struct b32 *address,
                                              struct bytes name) {
    const struct bundle *b = ctx;
    if (b32_eq(address, &b->owner))
        for (uint32_t i = 0; i < b->count; i++)
            if (bytes_eq(mv_self_name(b->modules[i]), name)) return b->modules[i];
    return find_in_world(b->s, address, name);
}

/* ---- Checks */

static enum mv_status_code fail(struct bundle *b, struct mv_err e) {
    return mv_fault(b->s, e.code, e.text);
}

static enum mv_status_code read_all(struct bundle *b) {
    for (uint32_t i = 0; i < b->count; i++) {
        struct mv_err e =
            mv_module_read(&b->modules[i], b->codes[i], b->s->vm->options.max_version);
        if (mv_failed(e)) return fail(b, e);
        if (mv_failed(e = mv_check_bounds(b->modules[i]))) return fail(b, e);
        if (!b32_eq(mv_self_address(b->modules[i]), &b->owner))
            return mv_fault(b->s, MV_MODULE_ADDRESS_DOES_NOT_MATCH_SENDER,
                            "a module names another address than its publisher's");
        for (uint32_t k = 0; k < i; k++)
            if (bytes_eq(mv_self_name(b->modules[i]), mv_self_name(b->modules[k])))
                return mv_fault(b->s, MV_DUPLICATE_MODULE_NAME, "two modules of one name");
    }
    return MV_OK;
}

static enum mv_status_code verify_all(struct bundle *b, unsigned flags) {
    struct mv_resolver r = {b, find_in_bundle};
    for (uint32_t i = 0; i < b->count; i++) {
        struct mv_err e = mv_verify_module(b->modules[i], &r, MV_PASS_ALL);
        if (mv_failed(e)) return fail(b, e);
        const struct mv_module *older = find_in_world(b->s, &b->owner, mv_self_name(b->modules[i]));
        b->is_new[i] = !older;
        if (!older || (flags & MV_PUBLISH_GENESIS)) continue;
        e = mv_check_compatible(older, b->modules[i]);
        if (mv_failed(e)) return fail(b, e);
    }
    return MV_OK;
}

static enum mv_status_code charge_all(struct bundle *b) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < b->count; i++) bytes += b->codes[i].n;
    if (bytes > MV_PUBLISH_BYTES_MAX)
        return mv_fault(b->s, MV_STORAGE_WRITE_LIMIT_REACHED, "a bundle of more than 1 MiB");
    if (!mv_charge(b->s, bytes * MV_GAS_PUBLISH_PER_BYTE) ||
        !mv_charge_io(b->s, (uint64_t)b->count * MV_GAS_WRITE_ITEM))
        return mv_fault(b->s, MV_OUT_OF_GAS, NULL);
    return MV_OK;
}

/* ---- Writing, and init_module */

/* Types of the older modules are not those of the newer ones: what is decoded goes first. */
static enum mv_status_code write_all(struct bundle *b) {
    struct mv_session *s = b->s;
    if (s->p.read_only) return mv_fault(s, MV_ACCESS_DENIED, "publishing in a read-only leg");
    enum mv_status_code e = mv_items_flush(s);
    if (e) return mv_fault(s, e, "the changes cannot be written");
    for (uint32_t i = 0; i < b->count; i++) {
        struct bytes name = mv_self_name(b->modules[i]);
        uint8_t key[32 + 256];
        assert(name.n <= 255);
        memcpy(key, &b->owner, 32);
        memcpy(key + 32, name.p, name.n);
        st_put(s->p.journal, ST_MOVE_MODULE, bytes_make(key, 32 + name.n), b->codes[i]);
    }
    mv_items_forget(s);
    mv_session_forget_modules(s);
    return MV_OK;
}

/* Whether publishing can run the function (aptos-vm module_init.rs): it is private, takes one
 * signer or &signer and nothing else, and returns nothing. */
static bool is_initialiser(const struct mv_loaded *m, uint32_t def) {
    const struct mv_function_def *d = &m->m->function_defs[def];
    const struct mv_function_handle *h = &m->m->function_handles[d->handle];
    const struct mv_signature *p = &m->m->signatures[h->params];
    if (d->visibility != MV_PRIVATE || d->is_native || h->type_param_count || p->count != 1 ||
        m->m->signatures[h->returns].count)
        return false;
    const struct mv_token *t = mv_sig_type(p, 0);
    return t->kind == MV_TOKEN_SIGNER ||
           (t->kind == MV_TOKEN_REFERENCE && t[1].kind == MV_TOKEN_SIGNER);
}

static enum mv_status_code initialise(struct mv_session *s, const struct b32 *owner,
                                      struct bytes name) {
    struct mv_err err = MV_ERR_NONE;
    struct mv_loaded *m = mv_session_module(s, owner, name, &err);
    if (!m) return mv_fault(s, err.code, err.text);
    uint32_t def = mv_loaded_function(m, BYTES_LIT("init_module"));
    if (def == MV_NOWHERE) return MV_OK;
    if (!is_initialiser(m, def))
        return mv_fault(s, MV_INVALID_INIT_MODULE,
                        "init_module must be private, take one signer or &signer, return nothing");
    enum mv_status_code why = MV_OK;
    mv_cache_lock(s->cache);
    struct mv_fn *f = mv_fn_get(s->cache, m, def, (struct mv_type_list){0}, &why);
    mv_cache_unlock(s->cache);
    if (!f) return mv_fault(s, why, "init_module cannot be run");
    s->top = s->slots;
    struct b32 *signer = ARENA_NEW(&s->arena, struct b32);
    *signer = *owner;
    if (f->param_count && f->params[0]->kind == MV_T_SIGNER)
        memcpy(s->top, signer, 32);
    else
        s->top[0] = (uint64_t)(uintptr_t)signer;
    enum mv_status_code e = mv_interpret(s, f);
    if (e != MV_EXECUTED) return e;
    if (s->publish.present)
        return mv_fault(s, MV_ACCESS_DENIED, "init_module asks for another publication");
    return MV_OK;
}

static enum mv_status_code publish(struct bundle *b, unsigned flags) {
    enum mv_status_code e = charge_all(b);
    if (!e) e = read_all(b);
    if (!e) e = verify_all(b, flags);
    if (!e) e = write_all(b);
    for (uint32_t i = 0; i < b->count && !e; i++)
        if (b->is_new[i]) e = initialise(b->s, &b->owner, mv_self_name(b->modules[i]));
    return e ? e : MV_EXECUTED;
}

static enum mv_status_code publish_bundle(struct mv_session *s, const struct b32 *owner,
                                          const struct bytes *codes, uint32_t count,
                                          unsigned flags) {
    struct bundle b = {.s = s, .owner = *owner, .codes = codes, .count = count};
    b.modules = ARENA_ARRAY(&s->arena, struct mv_module *, count + 1);
    b.is_new = ARENA_ARRAY(&s->arena, bool, count + 1);
    s->publish.present = false;
    enum mv_status_code e = publish(&b, flags);
    for (uint32_t i = 0; i < count; i++) mv_module_free(b.modules[i]);
    return e;
}

/* Whether a module may be used: it is the chain's own, of the bundle, or allowed. */
static bool may_use(const struct mv_publish_request *r, const struct b32 *address,
                    struct bytes name) {
    if (mv_is_special_address(address)) return true;
    for (uint32_t i = 0; i < r->name_count; i++)
        if (b32_eq(address, &r->owner) && bytes_eq(r->names[i], name)) return true;
    for (uint32_t i = 0; i < r->allowed_count; i++)
        if (b32_eq(address, &r->allowed[i].address) &&
            (!r->allowed[i].name.n || bytes_eq(r->allowed[i].name, name)))
            return true;
    return false;
}

static struct mv_err check_dependencies(const struct mv_publish_request *r,
                                        const struct mv_module *m) {
    for (uint32_t i = 0; i < m->module_handles_count; i++)
        if (!may_use(r, mv_handle_address(m, i), mv_handle_name(m, i)))
            return mv_err_index(MV_CONSTRAINT_NOT_SATISFIED, MV_KIND_MODULE_HANDLE, i,
                                "a module uses a package that its own does not name");
    return MV_ERR_NONE;
}

enum mv_status_code mv_publish_requested(struct mv_session *s) {
    struct mv_publish_request r = s->publish;
    s->publish.present = false;
    for (uint32_t i = 0; i < r.module_count; i++) {
        struct mv_module *m;
        struct mv_err e = mv_module_read(&m, r.modules[i], s->vm->options.max_version);
        if (!mv_failed(e)) e = mv_check_bounds(m);
        bool expected = false;
        for (uint32_t k = 0; k < r.name_count && !mv_failed(e); k++)
            expected |= bytes_eq(r.names[k], mv_self_name(m));
        if (!mv_failed(e)) e = check_dependencies(&r, m);
        mv_module_free(m);
        if (mv_failed(e)) return mv_fault(s, e.code, e.text);
        if (!expected)
            return mv_fault(s, MV_CONSTRAINT_NOT_SATISFIED,
                            "a module that the package's metadata does not name");
    }
    s->initializing = true;
    enum mv_status_code code = publish_bundle(s, &r.owner, r.modules, r.module_count, 0);
    s->initializing = false;
    return code;
}

bool mv_publish(struct mv_session *s, const struct b32 *owner, const struct bytes *modules,
                uint32_t count, unsigned flags, struct mv_outcome *out) {
    enum mv_status_code e = publish_bundle(s, owner, modules, count, flags);
    if (e == MV_EXECUTED) {
        enum mv_status_code flushed = mv_items_flush(s);
        if (flushed) e = mv_fault(s, flushed, "the changes cannot be written");
    }
    return mv_outcome_take(s, e, out);
}
