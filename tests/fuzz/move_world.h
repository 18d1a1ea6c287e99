/* A world for fuzz targets that run Move: a journal in memory with some of the framework's blobs,
 * and calls of every function of a module with made-up arguments. */
#ifndef TERN_FUZZ_MOVE_WORLD_H
#define TERN_FUZZ_MOVE_WORLD_H

#include <stdio.h>
#include <stdlib.h>

#include "move/move.h"
#include "move/verify.h"
#include "state/state.h"

enum { WORLD_GAS = 3000000, WORLD_ARGS_MAX = 16, WORLD_FUNCTIONS_MAX = 64 };

struct fuzz_world {
    struct mv_vm *vm;
    struct st_journal *journal;
};

static inline uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return z ^ (z >> 27);
}

static inline uint64_t hash_of(const uint8_t *data, size_t size) {
    uint64_t h = size;
    for (size_t i = 0; i < size; i++) h = h * 0x100000001b3u ^ data[i];
    return h;
}

static inline void put_module(struct fuzz_world *w, const struct b32 *address, struct bytes name,
                              struct bytes code) {
    uint8_t key[32 + 256];
    if (name.n > 255) return;
    memcpy(key, address, 32);
    memcpy(key + 32, name.p, name.n);
    st_put(w->journal, ST_MOVE_MODULE, bytes_make(key, 32 + name.n), code);
}

/* A file of the source tree, seen from tests/fuzz; false if it cannot be read. */
static inline bool read_source(const char *path, struct buf *out) {
    char full[1024];
    const char *slash = strrchr(__FILE__, '/');
    snprintf(full, sizeof full, "%.*s/../../%s", (int)(slash ? slash - __FILE__ : 0), __FILE__,
             path);
    FILE *f = fopen(full, "rb");
    if (!f) return false;
    out->n += fread(buf_room(out, 1 << 16), 1, 1 << 16, f);
    fclose(f);
    return true;
}

/* The blobs that modules of the corpus use. */
static inline void put_framework(struct fuzz_world *w) {
    static const char *const names[] = {"vector", "option", "error",        "signer",
                                        "string", "bcs",    "fixed_point32"};
    static const struct b32 one = {{[31] = 1}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[64];
        struct buf code = {0};
        snprintf(path, sizeof path, "framework/blobs/%s.mv", names[i]);
        if (read_source(path, &code)) put_module(w, &one, bytes_cstr(names[i]), buf_bytes(&code));
        buf_free(&code);
    }
}

static inline void new_world(struct fuzz_world *w) {
    if (w->journal) {
        st_end_tx(w->journal, false);
        st_journal_free(w->journal);
        mv_vm_free(w->vm);
    }
    w->journal = st_journal_new(NULL);
    st_begin_tx(w->journal);
    w->vm = mv_vm_new(&(struct mv_vm_options){.max_version = MV_VERSION_MAX});
    put_framework(w);
}

/* ---- Arguments */

/* Small numbers mostly, since most of what is interesting is an index or a count. */
static inline void put_number(struct buf *out, unsigned bytes, bool is_bool, uint64_t *random) {
    uint8_t v[32] = {0};
    uint64_t r = random ? next_random(random) : 0;
    if (r % 8 == 7 && !is_bool)
        memset(v, 0xff, bytes);
    else
        v[0] = (uint8_t)(r >> 8) % (is_bool ? 2 : 8);
    buf_put(out, v, bytes);
}

/* The BCS of a value: zeros and empty vectors without `random`. False if there is none. */
static inline bool put_value(const struct mv_layout *l, struct buf *out, unsigned depth,
                             uint64_t *random) {
    static const uint8_t sizes[] = {
        [MV_LAYOUT_BOOL] = 1,  [MV_LAYOUT_U8] = 1,      [MV_LAYOUT_U16] = 2,
        [MV_LAYOUT_U32] = 4,   [MV_LAYOUT_U64] = 8,     [MV_LAYOUT_U128] = 16,
        [MV_LAYOUT_U256] = 32, [MV_LAYOUT_I8] = 1,      [MV_LAYOUT_I16] = 2,
        [MV_LAYOUT_I32] = 4,   [MV_LAYOUT_I64] = 8,     [MV_LAYOUT_I128] = 16,
        [MV_LAYOUT_I256] = 32, [MV_LAYOUT_ADDRESS] = 32};
    if (depth > 64 || out->n > 4096 || l->kind == MV_LAYOUT_SIGNER || l->kind == MV_LAYOUT_FUNCTION)
        return false;
    if (l->kind == MV_LAYOUT_VECTOR) {
        unsigned n = random && depth < 4 ? (unsigned)next_random(random) % 4 : 0;
        buf_put_u8(out, (uint8_t)n);
        for (; n; n--)
            if (!put_value(l->element, out, depth + 1, random)) return false;
        return true;
    }
    if (l->kind < COUNT_OF(sizes) && sizes[l->kind]) {
        put_number(out, sizes[l->kind], l->kind == MV_LAYOUT_BOOL, random);
        return true;
    }
    const struct mv_layout_field *f = l->fields;
    uint32_t count = l->field_count;
    if (l->kind == MV_LAYOUT_ENUM) {
        if (!l->variant_count) return false;
        unsigned v = random ? (unsigned)next_random(random) % l->variant_count : 0;
        buf_put_u8(out, (uint8_t)v);
        f = l->variants[v].fields;
        count = l->variants[v].field_count;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!put_value(f[i].layout, out, depth + 1, random)) return false;
    return true;
}

/* ---- Calls */

static const uint8_t world_tag_u64 = 2;
static const struct b32 world_signers[WORLD_ARGS_MAX] = {{{[31] = 7}}};

struct fuzz_call {
    struct mv_call call;
    struct bytes types[256], args[WORLD_ARGS_MAX];
    struct buf bytes[WORLD_ARGS_MAX];
};

static inline struct mv_session *fuzz_session(const struct fuzz_world *w, bool paranoid) {
    return mv_session_new(&(struct mv_session_params){.vm = w->vm,
                                                      .journal = w->journal,
                                                      .gas_limit = WORLD_GAS,
                                                      .memory_limit_bytes = 1 << 20,
                                                      .paranoid = paranoid,
                                                      .tx = {.is_user = true}});
}

/* Makes up a call of a function with u64 for every type parameter. False if it takes what cannot be
 * passed. fuzz_call_free in any case. */
static inline bool make_call(const struct fuzz_world *w, const struct mv_module *m,
                             const struct mv_function_def *d, uint64_t *random,
                             struct fuzz_call *c) {
    const struct mv_function_handle *h = &m->function_handles[d->handle];
    struct mv_function_info info;
    struct mv_outcome out;
    memset(c, 0, sizeof *c);
    for (unsigned i = 0; i < h->type_param_count; i++) c->types[i] = BYTES_OF(world_tag_u64);
    c->call = (struct mv_call){.module_address = *mv_self_address(m),
                               .module_name = mv_self_name(m),
                               .function_name = mv_identifier(m, h->name),
                               .type_args = c->types,
                               .type_arg_count = h->type_param_count,
                               .signers = world_signers,
                               .args = c->args};
    struct mv_session *s = fuzz_session(w, false);
    bool ok = mv_function_info(s, &c->call, &info, &out) && info.param_count <= WORLD_ARGS_MAX;
    for (uint32_t i = 0; ok && i < info.param_count; i++) {
        if (info.params[i].kind == MV_PARAM_SIGNER) {
            c->call.signer_count++;
            continue;
        }
        ok = info.params[i].kind == MV_PARAM_VALUE &&
             put_value(info.params[i].layout, &c->bytes[c->call.arg_count], 0, random);
        c->args[c->call.arg_count] = buf_bytes(&c->bytes[c->call.arg_count]);
        c->call.arg_count++;
    }
    mv_session_free(s);
    return ok;
}

static inline void fuzz_call_free(struct fuzz_call *c) {
    for (unsigned i = 0; i < WORLD_ARGS_MAX; i++) buf_free(&c->bytes[i]);
}

#endif
