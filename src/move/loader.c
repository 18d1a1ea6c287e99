#include "move/loader.h"

#include <assert.h>
#include <stdlib.h>

#include "move/gas.h"
#include "move/metadata.h"
#include "move/natives.h"
#include "move/translate.h"
#include "move/verify.h"

enum { DEPENDENCY_DEPTH_MAX = 128 };

/* ---- The cache's life */

static uint64_t name_hash(const struct b32 *address, struct bytes name) {
    return map_hash32(address->b, map_hash(name.p, name.n));
}

static uint64_t rehash_module(const void *ctx, uint32_t index) {
    const struct mv_cache *c = ctx;
    return name_hash(&c->modules[index]->address, c->modules[index]->name);
}

static uint64_t fn_hash(const struct mv_loaded *m, uint32_t def, struct mv_type_list args) {
    uint64_t h = map_fold(map_key[0] ^ (uint64_t)(uintptr_t)m, map_key[1] ^ def);
    for (unsigned i = 0; i < args.count; i++)
        h = map_fold(h ^ (uint64_t)(uintptr_t)args.at[i], map_key[0]);
    return h;
}

static uint64_t rehash_fn(const void *ctx, uint32_t index) {
    const struct mv_cache *c = ctx;
    const struct mv_fn *f = c->fns[index];
    return fn_hash(f->module, f->def, f->type_args);
}

static struct mv_cache *cache_new(struct mv_vm *vm) {
    struct mv_cache *c = xcalloc(1, sizeof *c);
    c->vm = vm;
    atomic_init(&c->references, 1);
    pthread_mutex_init(&c->lock, NULL);
    arena_init(&c->arena, 0);
    map_init(&c->module_index, rehash_module, c);
    map_init(&c->fn_index, rehash_fn, c);
    mv_type_table_init(c);
    return c;
}

static void cache_free(struct mv_cache *c) {
    for (uint32_t i = 0; i < c->module_count; i++) mv_module_free(c->modules[i]->m);
    free(c->modules);
    free(c->fns);
    map_free(&c->module_index);
    map_free(&c->fn_index);
    mv_type_table_free(c);
    arena_free(&c->arena);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

void mv_cache_release(struct mv_cache *c) {
    if (atomic_fetch_sub(&c->references, 1) == 1) cache_free(c);
}

/* How much the cache holds; arena chunks that are full count in used_bytes. */
static uint64_t cache_size(struct mv_cache *c) {
    mv_cache_lock(c);
    uint64_t n = c->arena.used_bytes + c->module_bytes;
    mv_cache_unlock(c);
    return n;
}

struct mv_cache *mv_cache_get(struct mv_vm *vm) {
    pthread_mutex_lock(&vm->lock);
    struct mv_cache *old = NULL;
    if (!vm->cache || cache_size(vm->cache) > vm->options.cache_bytes) {
        old = vm->cache;
        vm->cache = cache_new(vm);
    }
    struct mv_cache *c = vm->cache;
    atomic_fetch_add(&c->references, 1);
    pthread_mutex_unlock(&vm->lock);
    if (old) mv_cache_release(old);
    return c;
}

/* ---- Loading */

struct loading {
    struct mv_cache *c;
    const struct mv_module_source *source;
    struct mv_err *why;
};

/* The modules being loaded, innermost first. */
struct chain {
    const struct chain *outer;
    const struct b32 *address;
    struct bytes name;
    unsigned depth;
};

static struct mv_loaded *load(struct loading *l, const struct b32 *address, struct bytes name,
                              const struct chain *outer);

/* Loads what `m` depends on into deps. */
static bool load_deps(struct loading *l, const struct mv_module *m, const struct chain *chain,
                      struct mv_loaded **deps) {
    for (uint32_t i = 0; i < m->module_handles_count; i++) {
        if (!m->is_script && i == m->self) continue;
        deps[i] = load(l, mv_handle_address(m, i), mv_handle_name(m, i), chain);
        if (!deps[i]) return false;
    }
    return true;
}

static bool may_call(const struct mv_loaded *caller, const struct mv_loaded *owner,
                     const struct mv_function_def *d) {
    if (caller == owner || d->visibility == MV_PUBLIC) return true;
    if (d->visibility != MV_FRIEND || caller->m->is_script) return false;
    for (uint32_t i = 0; i < owner->m->friends_count; i++) {
        const struct mv_module_handle *h = &owner->m->friends[i];
        if (b32_eq(&owner->m->addresses[h->address], &caller->address) &&
            bytes_eq(owner->m->identifiers[h->name], caller->name))
            return true;
    }
    return false;
}

/* Resolves the handles. One that leads nowhere fails when it is used: publishing checks them all.
 */
static void link_handles(struct mv_cache *c, struct mv_loaded *n) {
    const struct mv_module *m = n->m;
    n->structs = ARENA_ARRAY(&c->arena, struct mv_link, m->struct_handles_count + 1);
    n->functions = ARENA_ARRAY(&c->arena, struct mv_link, m->function_handles_count + 1);
    for (uint32_t i = 0; i < m->struct_handles_count; i++) {
        const struct mv_struct_handle *h = &m->struct_handles[i];
        struct mv_loaded *owner = n->deps[h->module];
        uint32_t def = mv_find_struct(owner->m, mv_identifier(m, h->name));
        if (def != MV_NOWHERE) n->structs[i] = (struct mv_link){owner, def};
    }
    for (uint32_t i = 0; i < m->function_handles_count; i++) {
        const struct mv_function_handle *h = &m->function_handles[i];
        struct mv_loaded *owner = n->deps[h->module];
        uint32_t def = mv_find_function(owner->m, mv_identifier(m, h->name));
        if (def != MV_NOWHERE && may_call(n, owner, &owner->m->function_defs[def]))
            n->functions[i] = (struct mv_link){owner, def};
    }
}

static void collect_closure(struct mv_cache *c, struct mv_loaded *n) {
    uint32_t most = 1;
    for (uint32_t i = 0; i < n->m->module_handles_count; i++)
        if (n->deps[i] != n) most += n->deps[i]->closure_count;
    n->closure = ARENA_ARRAY(&c->arena, struct mv_loaded *, most);
    n->closure[n->closure_count++] = n;
    for (uint32_t i = 0; i < n->m->module_handles_count; i++) {
        if (n->deps[i] == n) continue;
        for (uint32_t k = 0; k < n->deps[i]->closure_count; k++) {
            struct mv_loaded *d = n->deps[i]->closure[k];
            uint32_t at = 0;
            while (at < n->closure_count && n->closure[at] != d) at++;
            if (at == n->closure_count) n->closure[n->closure_count++] = d;
        }
    }
}

/* Definitions must be of handles of the module itself: what follows relies on it. */
static bool owns_definitions(const struct mv_module *m) {
    for (uint32_t i = 0; i < m->struct_defs_count; i++)
        if (m->struct_handles[m->struct_defs[i].handle].module != m->self) return false;
    for (uint32_t i = 0; i < m->function_defs_count; i++)
        if (m->function_handles[m->function_defs[i].handle].module != m->self) return false;
    return true;
}

static struct mv_loaded *add_module(struct mv_cache *c, struct mv_module *m, struct bytes code,
                                    struct mv_loaded **deps) {
    struct mv_loaded *n = ARENA_NEW(&c->arena, struct mv_loaded);
    n->m = m;
    n->code = arena_copy(&c->arena, code);
    n->deps = deps;
    if (!m->is_script) {
        n->address = *mv_self_address(m);
        n->name = mv_self_name(m);
        deps[m->self] = n;
        n->reentrant = mv_module_flags(m) & MV_MODULE_REENTRANT;
    }
    n->plain_fns = ARENA_ARRAY(&c->arena, struct mv_fn *, m->function_defs_count + 1);
    link_handles(c, n);
    collect_closure(c, n);
    if (c->module_count == c->module_capacity) {
        c->module_capacity = c->module_capacity ? 2 * c->module_capacity : 64;
        c->modules = xrealloc(c->modules, c->module_capacity * sizeof(struct mv_loaded *));
    }
    n->index = c->module_count;
    c->modules[c->module_count] = n;
    map_insert(&c->module_index, name_hash(&n->address, n->name), c->module_count++);
    c->module_bytes += 8 * code.n; /* about what the tables take */
    return n;
}

/* The cached version with these bytes and these dependencies. */
static struct mv_loaded *find_version(struct loading *l, const struct b32 *address,
                                      struct bytes name, struct bytes code,
                                      const struct chain *chain, bool *failed) {
    struct mv_cache *c = l->c;
    struct map_probe it = map_begin(&c->module_index, name_hash(address, name));
    for (uint32_t i; map_next(&c->module_index, &it, &i);) {
        struct mv_loaded *n = c->modules[i];
        if (!b32_eq(&n->address, address) || !bytes_eq(n->name, name) || !bytes_eq(n->code, code))
            continue;
        bool same = true;
        for (uint32_t k = 0; k < n->m->module_handles_count && same; k++) {
            if (n->deps[k] == n || l->source->is_known(l->source->ctx, n->deps[k])) continue;
            struct mv_loaded *d =
                load(l, mv_handle_address(n->m, k), mv_handle_name(n->m, k), chain);
            *failed = !d;
            if (!d) return NULL;
            same = d == n->deps[k];
        }
        if (same) return n;
    }
    return NULL;
}

static bool fail(struct loading *l, enum mv_status_code code, const char *text) {
    *l->why = mv_err_plain(code, text);
    return false;
}

static struct mv_loaded *read_module(struct loading *l, const struct b32 *address,
                                     struct bytes name, struct bytes code,
                                     const struct chain *chain) {
    struct mv_module *m;
    *l->why = mv_module_read(&m, code, l->c->vm->options.max_version);
    if (mv_failed(*l->why)) return NULL;
    *l->why = mv_check_bounds(m);
    bool ok = !mv_failed(*l->why);
    if (ok && (!b32_eq(mv_self_address(m), address) || !bytes_eq(mv_self_name(m), name)))
        ok = fail(l, MV_LINKER_ERROR, "a module is stored under another name than its own");
    if (ok && !owns_definitions(m))
        ok = fail(l, MV_INVALID_MODULE_HANDLE, "a definition of another module's handle");
    struct mv_loaded **deps = NULL;
    if (ok) {
        deps = ARENA_ARRAY(&l->c->arena, struct mv_loaded *, m->module_handles_count + 1);
        ok = load_deps(l, m, chain, deps);
    }
    if (!ok) {
        mv_module_free(m);
        return NULL;
    }
    return add_module(l->c, m, code, deps);
}

static struct mv_loaded *load(struct loading *l, const struct b32 *address, struct bytes name,
                              const struct chain *outer) {
    struct mv_loaded *n = l->source->known(l->source->ctx, address, name);
    if (n) return n;
    struct chain here = {outer, address, name, outer ? outer->depth + 1 : 1};
    for (const struct chain *at = outer; at; at = at->outer)
        if (b32_eq(at->address, address) && bytes_eq(at->name, name))
            return fail(l, MV_CYCLIC_MODULE_DEPENDENCY, "modules depend on each other"), NULL;
    if (here.depth > DEPENDENCY_DEPTH_MAX)
        return fail(l, MV_MAX_DEPENDENCY_DEPTH_REACHED, "dependencies are nested too deep"), NULL;
    struct bytes code;
    if (!l->source->get(l->source->ctx, address, name, &code))
        return fail(l, MV_LINKER_ERROR, outer ? "a dependency is missing" : "no such module"), NULL;
    bool failed = false;
    n = find_version(l, address, name, code, &here, &failed);
    if (!n && !failed) n = read_module(l, address, name, code, &here);
    if (n) l->source->note(l->source->ctx, n);
    return n;
}

struct mv_loaded *mv_load(struct mv_cache *c, const struct mv_module_source *source,
                          const struct b32 *address, struct bytes name, struct mv_err *why) {
    struct loading l = {c, source, why};
    *why = MV_ERR_NONE;
    mv_cache_lock(c);
    struct mv_loaded *n = load(&l, address, name, NULL);
    mv_cache_unlock(c);
    return n;
}

/* Scripts are kept under the zero address without a name, found by their bytes. */
struct mv_loaded *mv_load_script(struct mv_cache *c, const struct mv_module_source *source,
                                 struct bytes code, struct mv_err *why) {
    static const struct b32 zero;
    struct loading l = {c, source, why};
    struct bytes none = {0};
    *why = MV_ERR_NONE;
    mv_cache_lock(c);
    bool failed = false;
    struct mv_loaded *n = find_version(&l, &zero, none, code, NULL, &failed);
    if (!n && !failed) {
        struct mv_module *m;
        *why = mv_script_read(&m, code, c->vm->options.max_version);
        if (!mv_failed(*why)) {
            *why = mv_check_bounds(m);
            struct mv_loaded **deps =
                ARENA_ARRAY(&c->arena, struct mv_loaded *, m->module_handles_count + 1);
            if (!mv_failed(*why) && load_deps(&l, m, NULL, deps))
                n = add_module(c, m, code, deps);
            else
                mv_module_free(m);
        }
    }
    mv_cache_unlock(c);
    return n;
}

/* ---- Functions */

uint32_t mv_loaded_function(const struct mv_loaded *m, struct bytes name) {
    return mv_find_function(m->m, name);
}

static const struct mv_type *const *signature_types(struct mv_cache *c, const struct mv_loaded *m,
                                                    const struct mv_signature *sig,
                                                    struct mv_type_list args, uint32_t *slots,
                                                    enum mv_status_code *why) {
    const struct mv_type **types = ARENA_ARRAY(&c->arena, const struct mv_type *, sig->count + 1);
    uint64_t sum = 0;
    for (unsigned i = 0; i < sig->count; i++) {
        types[i] = mv_type_of_token(c, m, mv_sig_type(sig, i), args, why);
        if (!types[i]) return NULL;
        sum += mv_slots(types[i]);
    }
    if (sum > UINT16_MAX) {
        *why = MV_VM_MAX_TYPE_NODES_REACHED;
        return NULL;
    }
    *slots = (uint32_t)sum;
    return types;
}

static bool args_fit(struct mv_cache *c, const uint8_t *constraints, unsigned count,
                     struct mv_type_list args, enum mv_status_code *why) {
    if (args.count != count) {
        *why = MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH;
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (mv_is_ref(args.at[i]) || (constraints[i] & ~args.at[i]->abilities)) {
            *why = MV_CONSTRAINT_NOT_SATISFIED;
            return false;
        }
        if (!mv_type_lay(c, args.at[i], why)) return false;
    }
    return true;
}

static void add_fn(struct mv_cache *c, struct mv_fn *f, uint64_t hash) {
    if (c->fn_count == c->fn_capacity) {
        c->fn_capacity = c->fn_capacity ? 2 * c->fn_capacity : 256;
        c->fns = xrealloc(c->fns, c->fn_capacity * sizeof(struct mv_fn *));
    }
    f->id = c->fn_count;
    c->fns[c->fn_count] = f;
    map_insert(&c->fn_index, hash, c->fn_count++);
}

/* Fills in what a definition says. */
static bool describe(struct mv_cache *c, struct mv_fn *f, enum mv_status_code *why) {
    const struct mv_module *m = f->module->m;
    static const struct mv_signature nothing;
    const struct mv_signature *params, *returns = &nothing;
    if (f->def == MV_NOWHERE) {
        if (!args_fit(c, m->main.type_params, m->main.type_param_count, f->type_args, why))
            return false;
        params = &m->signatures[m->main.params];
        f->code = &m->main.code;
        f->name = BYTES_LIT("main");
        f->visibility = MV_PUBLIC;
    } else {
        const struct mv_function_def *d = &m->function_defs[f->def];
        const struct mv_function_handle *h = &m->function_handles[d->handle];
        if (!args_fit(c, h->type_params, h->type_param_count, f->type_args, why)) return false;
        params = &m->signatures[h->params];
        returns = &m->signatures[h->returns];
        f->code = &d->code;
        f->name = mv_identifier(m, h->name);
        f->visibility = d->visibility;
        f->attributes = h->attribute_set;
        if (d->is_native) {
            f->native = mv_native_find(&f->module->address, f->module->name, f->name);
            if (!f->native) f->broken = MV_MISSING_DEPENDENCY;
        }
    }
    f->param_count = params->count;
    f->return_count = returns->count;
    f->params = signature_types(c, f->module, params, f->type_args, &f->param_slots, why);
    if (!f->params) return false;
    f->returns = signature_types(c, f->module, returns, f->type_args, &f->return_slots, why);
    if (!f->returns) return false;
    for (unsigned i = 0; i < f->return_count; i++) f->returns_ref |= mv_is_ref(f->returns[i]);
    unsigned locals = f->native || !f->code->count ? 0 : m->signatures[f->code->locals].count;
    f->call_gas = MV_GAS_CALL + MV_GAS_CALL_PER_ARG * f->param_count +
                  MV_GAS_CALL_PER_LOCAL * (f->native ? 0 : locals + f->param_count);
    return true;
}

struct mv_fn *mv_fn_get(struct mv_cache *c, struct mv_loaded *m, uint32_t def,
                        struct mv_type_list args, enum mv_status_code *why) {
    bool plain = args.count == 0 && def != MV_NOWHERE;
    if (plain && m->plain_fns[def]) return m->plain_fns[def];
    uint64_t hash = fn_hash(m, def, args);
    struct map_probe it = map_begin(&c->fn_index, hash);
    for (uint32_t i; map_next(&c->fn_index, &it, &i);) {
        struct mv_fn *f = c->fns[i];
        if (f->module == m && f->def == def && f->type_args.count == args.count &&
            (args.count == 0 ||
             memcmp(f->type_args.at, args.at, args.count * sizeof *args.at) == 0))
            return f;
    }
    struct mv_fn *f = ARENA_NEW(&c->arena, struct mv_fn);
    const struct mv_type **own = ARENA_ARRAY(&c->arena, const struct mv_type *, args.count + 1);
    if (args.count) memcpy(own, args.at, args.count * sizeof *own);
    f->module = m;
    f->def = def;
    f->type_args = (struct mv_type_list){own, args.count};
    if (!describe(c, f, why)) return NULL;
    add_fn(c, f, hash);
    if (plain) m->plain_fns[def] = f;
    return f;
}

const struct mv_body *mv_fn_body(struct mv_cache *c, struct mv_fn *f, struct mv_err *why) {
    const struct mv_body *body = atomic_load_explicit(&f->body, memory_order_acquire);
    if (body) return body;
    mv_cache_lock(c);
    body = atomic_load_explicit(&f->body, memory_order_relaxed);
    if (!body && f->broken) {
        *why = mv_err_code(f->broken, f->def, 0, "the function cannot be run");
    } else if (!body) {
        body = mv_translate(c, f, why);
        if (body)
            atomic_store_explicit(&f->body, body, memory_order_release);
        else
            f->broken = why->code;
    }
    mv_cache_unlock(c);
    return body;
}
