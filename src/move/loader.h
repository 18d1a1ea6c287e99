/* The code cache: loaded modules, types and translated functions.
 *
 * A *loaded module* is one version of a module linked to one version of each of its dependencies;
 * it is found by its bytes, so that worlds with different versions share one cache. Everything in a
 * cache is immutable once another thread can see it and lives until the whole cache is dropped:
 * when a cache has grown past its bound the vm starts a new one, and the old one goes with the last
 * session that uses it. Building goes on under the cache's lock; running takes no lock.
 *
 * A *function* is an instance: a function definition with its type arguments. Its body is
 * translated when it is first called. */
#ifndef TERN_MOVE_LOADER_H
#define TERN_MOVE_LOADER_H

#include <pthread.h>
#include <stdatomic.h>

#include "move/move.h"
#include "move/types.h"

struct bulletproof_generators;
struct mv_fn;
struct mv_body;
struct mv_native;

/* Where a struct or function handle leads. */
struct mv_link {
    struct mv_loaded *owner; /* NULL: not there */
    uint32_t def;
};

struct mv_loaded {
    struct mv_module *m;
    struct b32 address; /* of a script: zero */
    struct bytes name;  /* of a script: empty */
    struct bytes code;
    uint32_t index;                      /* in the cache */
    struct mv_loaded **deps;             /* by module handle; itself at m->self */
    struct mv_link *structs, *functions; /* by handle */
    struct mv_loaded **closure;          /* itself and all it depends on */
    uint32_t closure_count;
    struct mv_fn **plain_fns; /* by definition, of functions without type parameters */
    bool reentrant;           /* its publisher says so (metadata.h) */
    struct mv_held *held;     /* under the lock: of a reentrant one, found on demand (crossing.c) */
};

enum { MV_FN_ASKED = 1, MV_FN_VIEW = 2, MV_FN_RANDOMNESS = 4 };

struct mv_fn {
    struct mv_loaded *module;
    uint32_t def; /* function definition; MV_NOWHERE: a script's main */
    uint32_t id;
    struct bytes name;          /* "main" of a script */
    const struct mv_code *code; /* empty if native */
    struct mv_type_list type_args;
    const struct mv_type *const *params;
    const struct mv_type *const *returns;
    uint16_t param_count, return_count;
    uint32_t param_slots, return_slots;
    uint32_t call_gas;              /* of the call instruction */
    uint8_t visibility;             /* enum mv_visibility */
    uint8_t attributes;             /* MV_ATTR_… */
    bool returns_ref;               /* some result is a reference */
    const struct mv_native *native; /* NULL: bytecode */
    const struct mv_body *_Atomic body;
    uint8_t _Atomic means;      /* of its attributes in the metadata, once asked for: MV_FN_… */
    enum mv_status_code broken; /* under the lock: why translation failed */
};

struct mv_cache {
    struct mv_vm *vm;
    uint32_t _Atomic references;
    pthread_mutex_t lock;
    struct arena arena;
    uint64_t module_bytes; /* outside the arena */
    struct mv_type_table types;
    struct mv_loaded **modules;
    uint32_t module_count, module_capacity;
    struct map module_index; /* by address and name */
    struct mv_fn **fns;
    uint32_t fn_count, fn_capacity;
    struct map fn_index;
    uint32_t translations; /* so far */
};

struct mv_vm {
    struct mv_vm_options options;
    pthread_mutex_t lock;
    struct mv_cache *cache;  /* the newest cache; one reference */
    struct mv_session *idle; /* ended sessions, kept for their memory */
    uint32_t idle_count;

    pthread_mutex_t generators_lock;
    struct bulletproof_generators *generators; /* of range proofs: BULLETPROOF_VALUES_MAX */
    uint32_t generator_count;                  /* made so far; those never change */
};

/* The generators of range proofs for `count` numbers, made when they are first asked for. */
const struct bulletproof_generators *mv_vm_generators(struct mv_vm *vm, uint32_t count);

struct mv_cache *mv_cache_get(struct mv_vm *vm); /* takes a reference */
void mv_cache_release(struct mv_cache *c);

static inline void mv_cache_lock(struct mv_cache *c) {
    pthread_mutex_lock(&c->lock);
}
static inline void mv_cache_unlock(struct mv_cache *c) {
    pthread_mutex_unlock(&c->lock);
}

/* Where loading finds modules. */
struct mv_module_source {
    void *ctx;
    /* The bytes of a module, borrowed until the session ends; false if there is none. */
    bool (*get)(void *ctx, const struct b32 *address, struct bytes name, struct bytes *code);
    /* The loaded module that this source has already resolved the name to; NULL if not yet. */
    struct mv_loaded *(*known)(void *ctx, const struct b32 *address, struct bytes name);
    /* Is it one of those? Quicker than to look for its name. */
    bool (*is_known)(void *ctx, const struct mv_loaded *m);
    void (*note)(void *ctx, struct mv_loaded *m);
};

/* Loads a module and all that it depends on, as `source` has them. Takes the lock. NULL with *why:
 * MISSING_DEPENDENCY for a dependency, LINKER_ERROR for the module itself, or what is wrong with
 * it. */
struct mv_loaded *mv_load(struct mv_cache *c, const struct mv_module_source *source,
                          const struct b32 *address, struct bytes name, struct mv_err *why);

/* Loads a script; each call makes a new one, found again by its bytes. */
struct mv_loaded *mv_load_script(struct mv_cache *c, const struct mv_module_source *source,
                                 struct bytes code, struct mv_err *why);

/* The instance of a function (def MV_NOWHERE: of a script's main). Needs the lock. NULL with *why
 * if the type arguments are too few, too many, or do not satisfy the constraints, or a type of the
 * signature fails. */
struct mv_fn *mv_fn_get(struct mv_cache *c, struct mv_loaded *m, uint32_t def,
                        struct mv_type_list args, enum mv_status_code *why);

/* Its translated body; translates on first use. Takes the lock. NULL with *why. */
const struct mv_body *mv_fn_body(struct mv_cache *c, struct mv_fn *f, struct mv_err *why);

/* The function of that name; MV_NOWHERE if there is none. */
uint32_t mv_loaded_function(const struct mv_loaded *m, struct bytes name);

#endif
