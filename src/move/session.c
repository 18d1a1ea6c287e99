#include "move/session.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "crypto/bulletproof.h"
#include "move/type_tag.h"

enum { IDLE_MAX = 16, CACHE_BYTES_DEFAULT = 256 << 20, MEMORY_LIMIT_DEFAULT = 64 << 20 };

/* ---- The vm */

struct mv_vm *mv_vm_new(const struct mv_vm_options *options) {
    struct mv_vm *vm = xcalloc(1, sizeof *vm);
    if (options) vm->options = *options;
    if (!vm->options.cache_bytes) vm->options.cache_bytes = CACHE_BYTES_DEFAULT;
    if (!vm->options.max_version) vm->options.max_version = MV_VERSION_DEFAULT_MAX;
    pthread_mutex_init(&vm->lock, NULL);
    pthread_mutex_init(&vm->generators_lock, NULL);
    return vm;
}

const struct bulletproof_generators *mv_vm_generators(struct mv_vm *vm, uint32_t count) {
    assert(count <= BULLETPROOF_VALUES_MAX);
    pthread_mutex_lock(&vm->generators_lock);
    if (!vm->generators) vm->generators = xcalloc(BULLETPROOF_VALUES_MAX, sizeof *vm->generators);
    for (; vm->generator_count < count; vm->generator_count++)
        bulletproof_generators_make(&vm->generators[vm->generator_count], vm->generator_count);
    pthread_mutex_unlock(&vm->generators_lock);
    return vm->generators;
}

static void destroy(struct mv_session *s) {
    munmap(s->slots, MV_STACK_SLOTS * sizeof *s->slots);
    free(s->frames);
    free(s->ready);
    free(s->modules);
    free(s->module_marks);
    free(s->items);
    free(s->groups);
    free(s->layouts);
    free(s->points.at);
    map_free(&s->module_index);
    map_free(&s->item_index);
    map_free(&s->group_index);
    arena_free(&s->arena);
    mv_heap_free(&s->heap);
    free(s);
}

void mv_vm_free(struct mv_vm *vm) {
    if (!vm) return;
    for (struct mv_session *s = vm->idle, *next; s; s = next) {
        next = s->next_idle;
        destroy(s);
    }
    if (vm->cache) mv_cache_release(vm->cache);
    pthread_mutex_destroy(&vm->lock);
    pthread_mutex_destroy(&vm->generators_lock);
    free(vm->generators);
    free(vm);
}

/* ---- A session's life */

static uint64_t module_hash(const struct b32 *address, struct bytes name) {
    return map_hash32(address->b, map_hash(name.p, name.n));
}

static uint64_t rehash_module(const void *ctx, uint32_t i) {
    const struct mv_session *s = ctx;
    return module_hash(&s->modules[i]->address, s->modules[i]->name);
}

static uint64_t item_hash(struct bytes key) {
    return map_hash(key.p, key.n);
}

static uint64_t rehash_item(const void *ctx, uint32_t i) {
    const struct mv_session *s = ctx;
    return item_hash(s->items[i]->key);
}

static uint64_t rehash_group(const void *ctx, uint32_t i) {
    const struct mv_session *s = ctx;
    return item_hash(s->groups[i]->key);
}

static struct mv_session *create(void) {
    struct mv_session *s = xcalloc(1, sizeof *s);
    s->slots = mmap(NULL, MV_STACK_SLOTS * sizeof *s->slots, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (s->slots == MAP_FAILED) {
        log_line(LOG_ERROR, "move: no address space for a stack");
        exit(70);
    }
    s->slots_end = s->slots + MV_STACK_SLOTS;
    s->frames = xcalloc(MV_CALL_DEPTH_MAX, sizeof *s->frames);
    arena_init(&s->arena, 0);
    map_init(&s->module_index, rehash_module, s);
    map_init(&s->item_index, rehash_item, s);
    map_init(&s->group_index, rehash_group, s);
    return s;
}

struct mv_session *mv_session_new(const struct mv_session_params *params) {
    struct mv_vm *vm = params->vm;
    pthread_mutex_lock(&vm->lock);
    struct mv_session *s = vm->idle;
    if (s) {
        vm->idle = s->next_idle;
        vm->idle_count--;
    }
    pthread_mutex_unlock(&vm->lock);
    if (!s) s = create();
    s->p = *params;
    s->vm = vm;
    s->cache = mv_cache_get(vm);
    uint64_t limit = params->memory_limit_bytes ? params->memory_limit_bytes : MEMORY_LIMIT_DEFAULT;
    mv_heap_init(&s->heap, limit);
    s->gas = (int64_t)min_u64(params->gas_limit, INT64_MAX);
    s->io_gas = 0;
    s->p.gas_limit = (uint64_t)s->gas;
    s->top = s->slots;
    s->depth = s->closure_depth = s->lock_depth = 0;
    s->depth_max = MV_CALL_DEPTH_MAX - (uint32_t)min_u64(s->p.depth_base, MV_CALL_DEPTH_MAX);
    s->type_work = 0;
    s->tables_made = 0;
    s->addresses_made = 0;
    s->counter = 0;
    s->numbers_drawn = 0;
    s->unbiasable = false;
    s->initializing = false;
    s->points.count = 0;
    s->publish = (struct mv_publish_request){0};
    s->fault = (struct mv_outcome){0};
    if (++s->own_epoch >= MV_EPOCH_LOCKED) {
        memset(s->ready, 0, s->ready_count * sizeof *s->ready);
        s->own_epoch = 1;
    }
    s->epoch = s->own_epoch;
    return s;
}

void mv_session_free(struct mv_session *s) {
    if (!s) return;
    struct mv_vm *vm = s->vm;
    mv_items_forget(s);
    mv_session_forget_modules(s);
    if (s->module_mark_count) memset(s->module_marks, 0, s->module_mark_count);
    if (s->layout_count) memset(s->layouts, 0, s->layout_count * sizeof *s->layouts);
    mv_elements_free(&s->elements);
    mv_heap_free(&s->heap);
    arena_reset(&s->arena);
    mv_cache_release(s->cache);
    pthread_mutex_lock(&vm->lock);
    bool keep = vm->idle_count < IDLE_MAX;
    if (keep) {
        s->next_idle = vm->idle;
        vm->idle = s;
        vm->idle_count++;
    }
    pthread_mutex_unlock(&vm->lock);
    if (!keep) destroy(s);
}

struct arena *mv_session_arena(struct mv_session *s) {
    return &s->arena;
}

uint64_t mv_session_gas_used(const struct mv_session *s) {
    return s->gas < 0 ? s->p.gas_limit : s->p.gas_limit - (uint64_t)s->gas;
}

uint64_t mv_session_io_gas(const struct mv_session *s) {
    return min_u64(s->io_gas, mv_session_gas_used(s));
}

bool mv_session_charge(struct mv_session *s, uint64_t amount) {
    return mv_charge(s, amount);
}

/* ---- Modules */

static struct mv_loaded *known(void *ctx, const struct b32 *address, struct bytes name) {
    struct mv_session *s = ctx;
    struct map_probe it = map_begin(&s->module_index, module_hash(address, name));
    for (uint32_t i; map_next(&s->module_index, &it, &i);)
        if (b32_eq(&s->modules[i]->address, address) && bytes_eq(s->modules[i]->name, name))
            return s->modules[i];
    return NULL;
}

static bool get_code(void *ctx, const struct b32 *address, struct bytes name, struct bytes *code) {
    struct mv_session *s = ctx;
    uint8_t key[32 + 256];
    if (name.n > sizeof key - 32) return false;
    memcpy(key, address, 32);
    memcpy(key + 32, name.p, name.n);
    return st_get(s->p.journal, ST_MOVE_MODULE, bytes_make(key, 32 + name.n), code);
}

/* The module's marks, which are zero at first. */
static uint8_t *marks_of(struct mv_session *s, const struct mv_loaded *m) {
    if (m->index >= s->module_mark_count) {
        uint32_t n = m->index + 64;
        s->module_marks = xrealloc(s->module_marks, n);
        memset(s->module_marks + s->module_mark_count, 0, n - s->module_mark_count);
        s->module_mark_count = n;
    }
    return &s->module_marks[m->index];
}

static bool is_known(void *ctx, const struct mv_loaded *m) {
    const struct mv_session *s = ctx;
    return m->index < s->module_mark_count && s->module_marks[m->index] & MV_MODULE_KNOWN;
}

static void note(void *ctx, struct mv_loaded *m) {
    struct mv_session *s = ctx;
    *marks_of(s, m) |= MV_MODULE_KNOWN;
    if (s->module_count == s->module_capacity) {
        s->module_capacity = s->module_capacity ? 2 * s->module_capacity : 64;
        s->modules = xrealloc(s->modules, s->module_capacity * sizeof(struct mv_loaded *));
    }
    s->modules[s->module_count] = m;
    map_insert(&s->module_index, module_hash(&m->address, m->name), s->module_count++);
}

static struct mv_module_source source(struct mv_session *s) {
    return (struct mv_module_source){s, get_code, known, is_known, note};
}

/* Charges for `m` and what it depends on, each once in a session; the chain's own are free. */
static bool pay_for(struct mv_session *s, const struct mv_loaded *m) {
    for (uint32_t i = 0; i < m->closure_count; i++) {
        const struct mv_loaded *d = m->closure[i];
        uint8_t *marks = marks_of(s, d);
        if (*marks & MV_MODULE_PAID) continue;
        *marks |= MV_MODULE_PAID;
        if (mv_is_special_address(&d->address)) continue;
        if (!mv_charge(s, MV_GAS_MODULE + (uint64_t)MV_GAS_MODULE_PER_BYTE * d->code.n))
            return false;
    }
    return true;
}

static struct mv_loaded *paid(struct mv_session *s, struct mv_loaded *m, struct mv_err *why) {
    if (!m || pay_for(s, m)) return m;
    *why = mv_err_plain(MV_OUT_OF_GAS, "out of gas while loading modules");
    return NULL;
}

struct mv_loaded *mv_session_module(struct mv_session *s, const struct b32 *address,
                                    struct bytes name, struct mv_err *why) {
    struct mv_module_source src = source(s);
    struct mv_loaded *m = known(s, address, name);
    if (!m) m = mv_load(s->cache, &src, address, name, why);
    return paid(s, m, why);
}

struct mv_loaded *mv_session_script(struct mv_session *s, struct bytes code, struct mv_err *why) {
    struct mv_module_source src = source(s);
    return paid(s, mv_load_script(s->cache, &src, code, why), why);
}

void mv_session_forget_modules(struct mv_session *s) {
    for (uint32_t i = 0; i < s->module_count; i++)
        *marks_of(s, s->modules[i]) &= (uint8_t)~MV_MODULE_KNOWN;
    s->module_count = 0;
    map_clear(&s->module_index);
}

/* ---- Types */

static bool take_uleb(struct bytes *in, uint64_t *v) {
    *v = 0;
    for (unsigned shift = 0; in->n && shift < 63; shift += 7) {
        uint8_t b = in->p[0];
        *in = bytes_sub(*in, 1, in->n - 1);
        *v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) return true;
    }
    return false;
}

static struct bytes take_text(struct bytes *in) {
    uint64_t n = 0;
    if (!take_uleb(in, &n) || n > in->n) n = 0;
    struct bytes t = bytes_sub(*in, 0, n);
    *in = bytes_sub(*in, n, in->n - n);
    return t;
}

static const struct mv_type *type_of(struct mv_session *s, struct bytes *tag,
                                     enum mv_status_code *why);

static const struct mv_type *struct_of(struct mv_session *s, struct bytes *tag,
                                       enum mv_status_code *why) {
    struct b32 address;
    memcpy(&address, tag->p, sizeof address);
    *tag = bytes_sub(*tag, 32, tag->n - 32);
    struct bytes module = take_text(tag), name = take_text(tag);
    const struct mv_type *args[MV_TAG_ARGS_MAX];
    uint64_t count = 0;
    take_uleb(tag, &count);
    for (uint64_t i = 0; i < count && i < MV_TAG_ARGS_MAX; i++)
        if (!(args[i] = type_of(s, tag, why))) return NULL;
    struct mv_err err;
    struct mv_loaded *m = mv_session_module(s, &address, module, &err);
    if (!m) {
        *why = err.code;
        return NULL;
    }
    uint32_t def = mv_find_struct(m->m, name);
    if (def == MV_NOWHERE) {
        *why = MV_TYPE_RESOLUTION_FAILURE;
        return NULL;
    }
    mv_cache_lock(s->cache);
    struct mv_type_list list = {args, (uint32_t)count};
    const struct mv_type *t = mv_type_struct(s->cache, m, def, list, why);
    mv_cache_unlock(s->cache);
    return t;
}

/* The tag has been checked as a whole: it is well formed and not too deep. */
static const struct mv_type *type_of(struct mv_session *s, struct bytes *tag,
                                     enum mv_status_code *why) {
    static const uint8_t kinds[] = {
        [MV_TAG_BOOL] = MV_T_BOOL, [MV_TAG_U8] = MV_T_U8,           [MV_TAG_U16] = MV_T_U16,
        [MV_TAG_U32] = MV_T_U32,   [MV_TAG_U64] = MV_T_U64,         [MV_TAG_U128] = MV_T_U128,
        [MV_TAG_U256] = MV_T_U256, [MV_TAG_ADDRESS] = MV_T_ADDRESS, [MV_TAG_SIGNER] = MV_T_SIGNER,
        [MV_TAG_I8] = MV_T_I8,     [MV_TAG_I16] = MV_T_I16,         [MV_TAG_I32] = MV_T_I32,
        [MV_TAG_I64] = MV_T_I64,   [MV_TAG_I128] = MV_T_I128,       [MV_TAG_I256] = MV_T_I256,
    };
    uint8_t kind = tag->p[0];
    *tag = bytes_sub(*tag, 1, tag->n - 1);
    if (kind == MV_TAG_STRUCT) return struct_of(s, tag, why);
    if (kind != MV_TAG_VECTOR) return mv_type_basic(s->cache, kinds[kind]);
    const struct mv_type *elem = type_of(s, tag, why);
    if (!elem) return NULL;
    mv_cache_lock(s->cache);
    const struct mv_type *t = mv_type_of_elem(s->cache, MV_T_VECTOR, elem, why);
    mv_cache_unlock(s->cache);
    return t;
}

const struct mv_type *mv_session_type(struct mv_session *s, struct bytes tag,
                                      enum mv_status_code *why) {
    if (tag.n == 0 || mv_type_tag_length(tag) != tag.n) {
        *why = MV_TYPE_RESOLUTION_FAILURE;
        return NULL;
    }
    return type_of(s, &tag, why);
}

const struct mv_type *mv_framework_type(struct mv_session *s, const char *module,
                                        const char *name) {
    static const struct b32 one = {{[31] = 1}};
    struct mv_err err;
    enum mv_status_code why;
    struct mv_loaded *m = mv_session_module(s, &one, bytes_cstr(module), &err);
    uint32_t def = m ? mv_find_struct(m->m, bytes_cstr(name)) : MV_NOWHERE;
    if (def == MV_NOWHERE) return NULL;
    mv_cache_lock(s->cache);
    const struct mv_type *t = mv_type_struct(s->cache, m, def, (struct mv_type_list){0}, &why);
    mv_cache_unlock(s->cache);
    return t;
}

/* ---- Functions */

static void mark_ready(struct mv_session *s, uint32_t id) {
    if (id >= s->ready_count) {
        uint32_t n = id + id / 2 + 64;
        s->ready = xrealloc(s->ready, n * sizeof *s->ready);
        memset(s->ready + s->ready_count, 0, (n - s->ready_count) * sizeof *s->ready);
        s->ready_count = n;
    }
    s->ready[id] = s->own_epoch;
}

const struct mv_body *mv_session_ready(struct mv_session *s, const struct mv_fn *f) {
    struct mv_err why = MV_ERR_NONE;
    bool first = f->id >= s->ready_count || s->ready[f->id] != s->own_epoch;
    if (first && !mv_module_open(s, f)) return NULL;
    if (first && f->type_args.count &&
        !mv_charge(s, (uint64_t)MV_GAS_INSTANCE_PER_INSTR * f->code->count)) {
        mv_fault_at(s, MV_OUT_OF_GAS, f, 0);
        return NULL;
    }
    const struct mv_body *body = mv_fn_body(s->cache, (struct mv_fn *)(uintptr_t)f, &why);
    if (!body) {
        mv_fault_at(s, why.code, f, why.offset == MV_NOWHERE ? 0 : why.offset);
        if (why.text) s->fault.message = bytes_cstr(why.text);
        return NULL;
    }
    if (first) s->type_work += body->type_work;
    if (s->type_work > MV_TYPE_WORK_MAX) {
        mv_fault_at(s, MV_VM_MAX_TYPE_NODES_REACHED, f, 0);
        return NULL;
    }
    /* A function that locks its module comes here at every call. */
    if (first && !(f->attributes & MV_ATTR_MODULE_LOCK)) mark_ready(s, f->id);
    return body;
}
