/* 4byteTracer: how often which selector is called with how much data; noopTracer: nothing;
 * muxTracer: several tracers at once. */
#include "rpc/trace.h"

#include <stdlib.h>

/* ---- 4byteTracer */

struct selector {
    uint8_t id[4];
    uint64_t size; /* of the data behind it */
    uint64_t count;
};

struct four_byte {
    struct tracer base;
    struct selector *selectors;
    uint32_t count, capacity;
    struct map map;
};

static uint64_t selector_hash(const uint8_t id[4], uint64_t size) {
    uint8_t key[12];
    memcpy(key, id, 4);
    store_le64(key + 4, size);
    return map_hash(key, sizeof key);
}

static uint64_t hash_selector(const void *ctx, uint32_t i) {
    const struct selector *s = &((const struct four_byte *)ctx)->selectors[i];
    return selector_hash(s->id, s->size);
}

static struct tracer *make_4byte(struct rpc_call *c, struct trace *t, json_t *config) {
    (void)c;
    (void)config;
    struct four_byte *f = ARENA_NEW(&t->arena, struct four_byte);
    f->base = (struct tracer){&trace_4byte_tracer, t};
    map_init(&f->map, hash_selector, f);
    return &f->base;
}

static void enter_4byte(struct tracer *self, struct evm_env *env,
                        const struct evm_call_params *params) {
    struct four_byte *f = (struct four_byte *)self;
    bool creates = params->kind == EVM_CREATE || params->kind == EVM_CREATE2;
    if (params->input.n < 4 || creates || evm_is_precompile(env->fork, &params->code)) return;
    const uint8_t *id = params->input.p;
    uint64_t size = params->input.n - 4, hash = selector_hash(id, size);
    struct map_probe it = map_begin(&f->map, hash);
    for (uint32_t i; map_next(&f->map, &it, &i);)
        if (memcmp(f->selectors[i].id, id, 4) == 0 && f->selectors[i].size == size) {
            f->selectors[i].count++;
            return;
        }
    if (!trace_room(self->trace, 64)) return;
    if (f->count == f->capacity) {
        f->capacity = f->capacity ? 2 * f->capacity : 16;
        f->selectors = xrealloc(f->selectors, f->capacity * sizeof *f->selectors);
    }
    f->selectors[f->count] = (struct selector){.size = size, .count = 1};
    memcpy(f->selectors[f->count].id, id, 4);
    map_insert(&f->map, hash, f->count++);
}

static void put_4byte(struct tracer *self, struct json_out *o) {
    struct four_byte *f = (struct four_byte *)self;
    jo_object(o);
    for (uint32_t i = 0; i < f->count; i++) {
        const struct selector *s = &f->selectors[i];
        jo_key(o, arena_printf(&self->trace->arena, "0x%02x%02x%02x%02x-%llu", s->id[0], s->id[1],
                               s->id[2], s->id[3], (unsigned long long)s->size));
        jo_number(o, s->count);
    }
    jo_end_object(o);
}

static void free_4byte(struct tracer *self) {
    struct four_byte *f = (struct four_byte *)self;
    free(f->selectors);
    map_free(&f->map);
}

const struct tracer_type trace_4byte_tracer = {.name = "4byteTracer",
                                               .make = make_4byte,
                                               .enter = enter_4byte,
                                               .put = put_4byte,
                                               .free = free_4byte};

/* ---- noopTracer */

static struct tracer *make_noop(struct rpc_call *c, struct trace *t, json_t *config) {
    (void)c;
    (void)config;
    struct tracer *self = ARENA_NEW(&t->arena, struct tracer);
    *self = (struct tracer){&trace_noop_tracer, t};
    return self;
}

static void put_noop(struct tracer *self, struct json_out *o) {
    (void)self;
    jo_object(o);
    jo_end_object(o);
}

const struct tracer_type trace_noop_tracer = {
    .name = "noopTracer", .make = make_noop, .put = put_noop};

/* ---- muxTracer */

struct mux {
    struct tracer base;
    struct tracer **children;
    const char **names;
    size_t count;
};

static void free_mux(struct tracer *self);

static struct tracer *make_mux(struct rpc_call *c, struct trace *t, json_t *config) {
    struct mux *m = ARENA_NEW(&t->arena, struct mux);
    size_t n = json_object_size(config);
    m->base = (struct tracer){&trace_mux_tracer, t};
    m->children = ARENA_ARRAY(&t->arena, struct tracer *, n);
    m->names = ARENA_ARRAY(&t->arena, const char *, n);
    const char *name;
    json_t *own;
    json_object_foreach(config, name, own) {
        const struct tracer_type *type = trace_find(c, name);
        if (type && !json_is_object(own) && !json_is_null(own)) {
            rpc_fail(c, RPC_INVALID_PARAMS,
                     "invalid trace option tracerConfig: the configuration of '%.64s' is no object",
                     name);
            type = NULL;
        }
        if (type && ++t->tracers > TRACE_TRACERS_MAX) {
            rpc_fail(c, RPC_INVALID_PARAMS,
                     "invalid trace option tracerConfig: more than %d tracers in one",
                     TRACE_TRACERS_MAX);
            type = NULL;
        }
        struct tracer *child = type ? type->make(c, t, json_is_null(own) ? NULL : own) : NULL;
        if (!child) {
            free_mux(&m->base);
            return NULL;
        }
        m->names[m->count] = type->name;
        m->children[m->count++] = child;
    }
    return &m->base;
}

#define FOR_EACH_CHILD(self, hook, ...)                                                            \
    do {                                                                                           \
        struct mux *m = (struct mux *)(self);                                                      \
        for (size_t i = 0; i < m->count; i++)                                                      \
            if (m->children[i]->type->hook)                                                        \
                m->children[i]->type->hook(m->children[i], __VA_ARGS__);                           \
    } while (0)

static void begin_mux(struct tracer *self, struct evm_env *env, const struct evm_tx *tx) {
    FOR_EACH_CHILD(self, begin, env, tx);
}
static void before_mux(struct tracer *self, struct evm_env *env, const struct evm_step *step) {
    FOR_EACH_CHILD(self, before, env, step);
}
static void after_mux(struct tracer *self, struct evm_env *env, const struct evm_step *step,
                      const struct evm_step_end *end) {
    FOR_EACH_CHILD(self, after, env, step, end);
}
static void enter_mux(struct tracer *self, struct evm_env *env,
                      const struct evm_call_params *params) {
    FOR_EACH_CHILD(self, enter, env, params);
}
static void exit_mux(struct tracer *self, struct evm_env *env, const struct evm_call_params *params,
                     const struct evm_result *result) {
    FOR_EACH_CHILD(self, exit, env, params, result);
}
static void destruct_mux(struct tracer *self, struct evm_env *env, const struct b20 *from,
                         const struct b20 *to, const struct u256 *value) {
    FOR_EACH_CHILD(self, destruct, env, from, to, value);
}
static void end_mux(struct tracer *self, struct evm_env *env) {
    FOR_EACH_CHILD(self, end, env);
}

static void put_mux(struct tracer *self, struct json_out *o) {
    struct mux *m = (struct mux *)self;
    jo_object(o);
    for (size_t i = 0; i < m->count; i++) {
        jo_key(o, m->names[i]);
        m->children[i]->type->put(m->children[i], o);
    }
    jo_end_object(o);
}

static void free_mux(struct tracer *self) {
    struct mux *m = (struct mux *)self;
    for (size_t i = 0; i < m->count; i++)
        if (m->children[i]->type->free) m->children[i]->type->free(m->children[i]);
}

const struct tracer_type trace_mux_tracer = {.name = "muxTracer",
                                             .steps = true,
                                             .make = make_mux,
                                             .begin = begin_mux,
                                             .before = before_mux,
                                             .after = after_mux,
                                             .enter = enter_mux,
                                             .exit = exit_mux,
                                             .destruct = destruct_mux,
                                             .end = end_mux,
                                             .put = put_mux,
                                             .free = free_mux};
