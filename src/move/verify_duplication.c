/* No table holds an entry twice, so that an index names a thing uniquely; definitions are of this
 * module, and what this module is said to have it defines (check_duplication.rs). */
#include "move/verify_internal.h"

#include <stdlib.h>

/* A table seen as a list of keys. */
struct keys {
    const struct mv_module *m;
    const void *table; /* where the entries are */
    uint32_t count;
    uint64_t (*hash)(const void *keys, uint32_t i);
    bool (*equal)(const struct keys *k, uint32_t a, uint32_t b);
};

/* The first entry that an earlier one equals, or MV_NOWHERE. */
static uint32_t first_duplicate(const struct keys *k) {
    struct map index;
    uint32_t found = MV_NOWHERE;
    if (k->count < 2) return found;
    map_init(&index, k->hash, k);
    for (uint32_t i = 0; i < k->count && found == MV_NOWHERE; i++) {
        uint64_t h = k->hash(k, i);
        struct map_probe it = map_begin(&index, h);
        for (uint32_t other; map_next(&index, &it, &other);)
            if (k->equal(k, other, i)) found = i;
        if (found == MV_NOWHERE) map_insert(&index, h, i);
    }
    map_free(&index);
    return found;
}

static struct mv_err duplicate(uint32_t i, enum mv_index_kind kind) {
    if (i == MV_NOWHERE) return MV_ERR_NONE;
    return mv_err_index(MV_DUPLICATE_ELEMENT, kind, i, "the table has this entry before");
}

/* ---- Keys of fixed size without padding */

#define PLAIN_KEYS(T)                                                                              \
    static uint64_t hash_##T(const void *keys, uint32_t i) {                                       \
        const struct keys *k = keys;                                                               \
        return map_hash((const struct T *)k->table + i, sizeof(struct T));                         \
    }                                                                                              \
    static bool equal_##T(const struct keys *k, uint32_t a, uint32_t b) {                          \
        const struct T *t = k->table;                                                              \
        return memcmp(t + a, t + b, sizeof *t) == 0;                                               \
    }

PLAIN_KEYS(b32)
PLAIN_KEYS(mv_module_handle)
PLAIN_KEYS(mv_field_handle)
PLAIN_KEYS(mv_variant_handle)
PLAIN_KEYS(mv_inst)

/* ---- Keys that are found in the entry */

static uint64_t hash_u32(uint32_t v) {
    return map_hash(&v, sizeof v);
}

static uint64_t hash_identifier(const void *keys, uint32_t i) {
    const struct bytes *s = (const struct bytes *)((const struct keys *)keys)->table + i;
    return map_hash(s->p, s->n);
}
static bool equal_identifier(const struct keys *k, uint32_t a, uint32_t b) {
    const struct bytes *s = k->table;
    return bytes_eq(s[a], s[b]);
}

static uint64_t hash_tokens(const struct mv_token *t, uint32_t count) {
    return map_hash(t, count * sizeof *t);
}
static bool equal_tokens(const struct mv_token *a, uint32_t a_count, const struct mv_token *b,
                         uint32_t b_count) {
    return a_count == b_count && (!a_count || memcmp(a, b, a_count * sizeof *a) == 0);
}

static uint64_t hash_signature(const void *keys, uint32_t i) {
    const struct mv_signature *s = (const struct mv_signature *)((const struct keys *)keys)->table;
    return hash_tokens(s[i].tokens, s[i].token_count);
}
static bool equal_signature(const struct keys *k, uint32_t a, uint32_t b) {
    const struct mv_signature *s = k->table;
    return equal_tokens(s[a].tokens, s[a].token_count, s[b].tokens, s[b].token_count);
}

static uint64_t hash_constant(const void *keys, uint32_t i) {
    const struct mv_constant *c = (const struct mv_constant *)((const struct keys *)keys)->table;
    return map_hash(c[i].data.p, c[i].data.n) ^ hash_tokens(c[i].type, c[i].type->size);
}
static bool equal_constant(const struct keys *k, uint32_t a, uint32_t b) {
    const struct mv_constant *c = k->table;
    return mv_type_eq(c[a].type, c[b].type) && bytes_eq(c[a].data, c[b].data);
}

static uint32_t struct_handle_key(const struct keys *k, uint32_t i) {
    const struct mv_struct_handle *h = (const struct mv_struct_handle *)k->table + i;
    return (uint32_t)h->module << 16 | h->name;
}
static uint64_t hash_struct_handle(const void *keys, uint32_t i) {
    return hash_u32(struct_handle_key(keys, i));
}
static bool equal_struct_handle(const struct keys *k, uint32_t a, uint32_t b) {
    return struct_handle_key(k, a) == struct_handle_key(k, b);
}

static uint32_t function_handle_key(const struct keys *k, uint32_t i) {
    const struct mv_function_handle *h = (const struct mv_function_handle *)k->table + i;
    return (uint32_t)h->module << 16 | h->name;
}
static uint64_t hash_function_handle(const void *keys, uint32_t i) {
    return hash_u32(function_handle_key(keys, i));
}
static bool equal_function_handle(const struct keys *k, uint32_t a, uint32_t b) {
    return function_handle_key(k, a) == function_handle_key(k, b);
}

static uint64_t hash_variant_field(const void *keys, uint32_t i) {
    const struct mv_variant_field_handle *h = ((const struct keys *)keys)->table;
    return map_hash(h[i].variants, h[i].variant_count * sizeof *h->variants) ^
           hash_u32((uint32_t)h[i].owner << 16 | h[i].field);
}
static bool equal_variant_field(const struct keys *k, uint32_t a, uint32_t b) {
    const struct mv_variant_field_handle *h = k->table;
    struct bytes x = {(const uint8_t *)h[a].variants, h[a].variant_count * sizeof *h->variants};
    struct bytes y = {(const uint8_t *)h[b].variants, h[b].variant_count * sizeof *h->variants};
    return h[a].owner == h[b].owner && h[a].field == h[b].field && bytes_eq(x, y);
}

static uint64_t hash_function_def(const void *keys, uint32_t i) {
    const struct mv_function_def *d = ((const struct keys *)keys)->table;
    return hash_u32(d[i].handle);
}
static bool equal_function_def(const struct keys *k, uint32_t a, uint32_t b) {
    const struct mv_function_def *d = k->table;
    return d[a].handle == d[b].handle;
}

static uint64_t hash_struct_def(const void *keys, uint32_t i) {
    const struct mv_struct_def *d = ((const struct keys *)keys)->table;
    return hash_u32(d[i].handle);
}
static bool equal_struct_def(const struct keys *k, uint32_t a, uint32_t b) {
    const struct mv_struct_def *d = k->table;
    return d[a].handle == d[b].handle;
}

static uint64_t hash_field(const void *keys, uint32_t i) {
    const struct mv_field_def *f = ((const struct keys *)keys)->table;
    return hash_u32(f[i].name);
}
static bool equal_field(const struct keys *k, uint32_t a, uint32_t b) {
    const struct mv_field_def *f = k->table;
    return f[a].name == f[b].name;
}

static uint64_t hash_variant(const void *keys, uint32_t i) {
    const struct mv_variant_def *v = ((const struct keys *)keys)->table;
    return hash_u32(v[i].name);
}
static bool equal_variant(const struct keys *k, uint32_t a, uint32_t b) {
    const struct mv_variant_def *v = k->table;
    return v[a].name == v[b].name;
}

static uint64_t hash_acquire(const void *keys, uint32_t i) {
    const uint16_t *a = ((const struct keys *)keys)->table;
    return hash_u32(a[i]);
}
static bool equal_acquire(const struct keys *k, uint32_t a, uint32_t b) {
    const uint16_t *s = k->table;
    return s[a] == s[b];
}

/* ---- Definitions */

static struct mv_err check_fields(const struct mv_module *m, const struct mv_field_def *f,
                                  unsigned count) {
    struct keys k = {m, f, count, hash_field, equal_field};
    return duplicate(first_duplicate(&k), MV_KIND_FIELD_DEF);
}

static struct mv_err check_struct_def(const struct mv_module *m, uint32_t i) {
    const struct mv_struct_def *d = &m->struct_defs[i];
    if (d->kind == MV_STRUCT_DECLARED && !d->field_count)
        return mv_err_index(MV_ZERO_SIZED_STRUCT, MV_KIND_STRUCT_DEF, i, "struct without fields");
    struct mv_err e = check_fields(m, d->fields, d->field_count);
    struct keys variants = {m, d->variants, d->variant_count, hash_variant, equal_variant};
    if (!mv_failed(e)) e = duplicate(first_duplicate(&variants), MV_KIND_VARIANT);
    for (unsigned v = 0; v < d->variant_count && !mv_failed(e); v++)
        e = check_fields(m, d->variants[v].fields, d->variants[v].field_count);
    return e;
}

/* Every definition is of this module, and every handle of this module has a definition. */
static struct mv_err check_struct_defs(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    struct arena_mark mark = arena_mark(&v->arena);
    bool *defined = ARENA_ARRAY(&v->arena, bool, m->struct_handles_count + 1u);
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t i = 0; i < m->struct_defs_count && !mv_failed(e); i++) {
        e = check_struct_def(m, i);
        defined[m->struct_defs[i].handle] = true;
    }
    for (uint32_t i = 0; i < m->struct_defs_count && !mv_failed(e); i++)
        if (m->struct_handles[m->struct_defs[i].handle].module != m->self)
            e = mv_err_index(MV_INVALID_MODULE_HANDLE, MV_KIND_STRUCT_DEF, i,
                             "defines a struct of another module");
    for (uint32_t i = 0; i < m->struct_handles_count && !mv_failed(e); i++)
        if (m->struct_handles[i].module == m->self && !defined[i])
            e = mv_err_index(MV_UNIMPLEMENTED_HANDLE, MV_KIND_STRUCT_HANDLE, i,
                             "own struct is not defined");
    arena_release(&v->arena, mark);
    return e;
}

static struct mv_err check_function_defs(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    for (uint32_t i = 0; i < m->function_defs_count; i++) {
        const struct mv_function_def *d = &m->function_defs[i];
        struct keys acquires = {m, d->acquires, d->acquire_count, hash_acquire, equal_acquire};
        if (first_duplicate(&acquires) != MV_NOWHERE)
            return mv_err_index(MV_DUPLICATE_ACQUIRES_ANNOTATION, MV_KIND_FUNCTION_DEF, i,
                                "acquires a struct twice");
    }
    for (uint32_t i = 0; i < m->function_defs_count; i++)
        if (m->function_handles[m->function_defs[i].handle].module != m->self)
            return mv_err_index(MV_INVALID_MODULE_HANDLE, MV_KIND_FUNCTION_DEF, i,
                                "defines a function of another module");
    for (uint32_t i = 0; i < m->function_handles_count; i++)
        if (m->function_handles[i].module == m->self && v->def_of_handle[i] == MV_NOWHERE)
            return mv_err_index(MV_UNIMPLEMENTED_HANDLE, MV_KIND_FUNCTION_HANDLE, i,
                                "own function is not defined");
    return MV_ERR_NONE;
}

struct mv_err mv_verify_duplication(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    const struct {
        struct keys keys;
        enum mv_index_kind kind;
    } tables[] = {
        {{m, m->identifiers, m->identifiers_count, hash_identifier, equal_identifier},
         MV_KIND_IDENTIFIER},
        {{m, m->addresses, m->addresses_count, hash_b32, equal_b32}, MV_KIND_ADDRESS},
        {{m, m->constants, m->constants_count, hash_constant, equal_constant}, MV_KIND_CONSTANT},
        {{m, m->signatures, m->signatures_count, hash_signature, equal_signature},
         MV_KIND_SIGNATURE},
        {{m, m->module_handles, m->module_handles_count, hash_mv_module_handle,
          equal_mv_module_handle},
         MV_KIND_MODULE_HANDLE},
        {{m, m->friends, m->friends_count, hash_mv_module_handle, equal_mv_module_handle},
         MV_KIND_FRIEND_DECL},
        {{m, m->struct_handles, m->struct_handles_count, hash_struct_handle, equal_struct_handle},
         MV_KIND_STRUCT_HANDLE},
        {{m, m->function_handles, m->function_handles_count, hash_function_handle,
          equal_function_handle},
         MV_KIND_FUNCTION_HANDLE},
        {{m, m->function_insts, m->function_insts_count, hash_mv_inst, equal_mv_inst},
         MV_KIND_FUNCTION_INST},
        {{m, m->field_handles, m->field_handles_count, hash_mv_field_handle, equal_mv_field_handle},
         MV_KIND_FIELD_HANDLE},
        {{m, m->field_insts, m->field_insts_count, hash_mv_inst, equal_mv_inst},
         MV_KIND_FIELD_INST},
        {{m, m->function_defs, m->function_defs_count, hash_function_def, equal_function_def},
         MV_KIND_FUNCTION_DEF},
        {{m, m->struct_defs, m->struct_defs_count, hash_struct_def, equal_struct_def},
         MV_KIND_STRUCT_DEF},
        {{m, m->struct_def_insts, m->struct_def_insts_count, hash_mv_inst, equal_mv_inst},
         MV_KIND_STRUCT_DEF_INST},
        {{m, m->variant_field_handles, m->variant_field_handles_count, hash_variant_field,
          equal_variant_field},
         MV_KIND_VARIANT_FIELD_HANDLE},
        {{m, m->variant_handles, m->variant_handles_count, hash_mv_variant_handle,
          equal_mv_variant_handle},
         MV_KIND_VARIANT_HANDLE},
        {{m, m->variant_field_insts, m->variant_field_insts_count, hash_mv_inst, equal_mv_inst},
         MV_KIND_VARIANT_FIELD_INST},
        {{m, m->variant_insts, m->variant_insts_count, hash_mv_inst, equal_mv_inst},
         MV_KIND_VARIANT_INST},
    };
    struct mv_err e = MV_ERR_NONE;
    for (unsigned t = 0; t < COUNT_OF(tables) && !mv_failed(e); t++)
        e = duplicate(first_duplicate(&tables[t].keys), tables[t].kind);
    if (m->is_script) return e;
    if (!mv_failed(e)) e = check_function_defs(v);
    if (!mv_failed(e)) e = check_struct_defs(v);
    return e;
}
