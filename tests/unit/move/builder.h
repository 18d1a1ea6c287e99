/* Builds Move modules by hand, for tests: names are interned, types are written as text, code as
 * arrays of instructions. What it builds is serialised and read back, so that every test passes
 * through the real reader.
 *
 *     struct builder b;
 *     build_begin(&b, 7, "m");                        module 0xcafe::m, format version 7
 *     unsigned s = build_struct(&b, "S", "key", "", "x: u64, y: vector<u8>");
 *     build_function(&b, "f", "", "&S", "u64", "", code, COUNT_OF(code));
 *     struct mv_module *m = build_end(&b);            owned by the caller
 *
 * Types: bool u8 … u256 i8 … i256 address signer, &T, &mut T, vector<T>, T0 T1 … (type
 * parameters), |u64, &T|u64, bool|key (a function type: parameters, results, abilities), and names
 * of structs, with type arguments in <>. Lists are separated by commas.
 * Anything in a builder may be changed before build_end: tests of faults do that. */
#ifndef TERN_TEST_MOVE_BUILDER_H
#define TERN_TEST_MOVE_BUILDER_H

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "move/file_format.h"

enum { BUILD_MAX = 256 };

struct builder {
    struct mv_module m; /* tables point to the arrays below */
    struct arena arena;
    struct mv_module_handle module_handles[BUILD_MAX], friends[BUILD_MAX];
    struct mv_struct_handle struct_handles[BUILD_MAX];
    struct mv_function_handle function_handles[BUILD_MAX];
    struct mv_field_handle field_handles[BUILD_MAX];
    struct mv_inst function_insts[BUILD_MAX], field_insts[BUILD_MAX], struct_def_insts[BUILD_MAX];
    struct mv_inst variant_field_insts[BUILD_MAX], variant_insts[BUILD_MAX];
    struct mv_signature signatures[BUILD_MAX];
    struct bytes identifiers[BUILD_MAX];
    struct b32 addresses[BUILD_MAX];
    struct mv_constant constants[BUILD_MAX];
    struct mv_metadata metadata[BUILD_MAX];
    struct mv_struct_def struct_defs[BUILD_MAX];
    struct mv_function_def function_defs[BUILD_MAX];
    struct mv_variant_field_handle variant_field_handles[BUILD_MAX];
    struct mv_variant_handle variant_handles[BUILD_MAX];
    struct u256 wide[BUILD_MAX];
};

/* Instructions: without operand, with an index, with an immediate, with both. */
#define I(op)                                                                                      \
    { MV_OP_##op, 0, 0 }
#define IX(op, x)                                                                                  \
    { MV_OP_##op, (uint16_t)(x), 0 }
#define IV(op, v)                                                                                  \
    { MV_OP_##op, 0, (uint64_t)(v) }
#define IXV(op, x, v)                                                                              \
    { MV_OP_##op, (uint16_t)(x), (uint64_t)(v) }

/* ---- Names */

static inline unsigned build_identifier(struct builder *b, const char *name) {
    struct bytes s = bytes_cstr(name);
    for (unsigned i = 0; i < b->m.identifiers_count; i++)
        if (bytes_eq(b->identifiers[i], s)) return i;
    b->identifiers[b->m.identifiers_count] = arena_copy(&b->arena, s);
    return b->m.identifiers_count++;
}

/* The address whose last two bytes are `n`. */
static inline unsigned build_address(struct builder *b, uint16_t n) {
    struct b32 a = {{0}};
    a.b[30] = (uint8_t)(n >> 8);
    a.b[31] = (uint8_t)n;
    for (unsigned i = 0; i < b->m.addresses_count; i++)
        if (b32_eq(&b->addresses[i], &a)) return i;
    b->addresses[b->m.addresses_count] = a;
    return b->m.addresses_count++;
}

static inline unsigned build_module_handle(struct builder *b, uint16_t address, const char *name) {
    struct mv_module_handle h;
    h.address = (uint16_t)build_address(b, address);
    h.name = (uint16_t)build_identifier(b, name);
    for (unsigned i = 0; i < b->m.module_handles_count; i++)
        if (memcmp(&b->module_handles[i], &h, sizeof h) == 0) return i;
    b->module_handles[b->m.module_handles_count] = h;
    return b->m.module_handles_count++;
}

/* ---- Types */

struct build_type {
    struct builder *b;
    const char *at;
    struct buf tokens;
};

static inline void build_skip(struct build_type *t) {
    while (*t->at == ' ') t->at++;
}
static inline bool build_take(struct build_type *t, const char *text) {
    build_skip(t);
    size_t n = strlen(text);
    if (strncmp(t->at, text, n) != 0) return false;
    if (isalpha((unsigned char)text[0]) && (isalnum((unsigned char)t->at[n]) || t->at[n] == '_'))
        return false;
    t->at += n;
    return true;
}

static inline uint8_t build_abilities(const char *text) {
    uint8_t set = 0;
    if (strstr(text, "copy")) set |= MV_COPY;
    if (strstr(text, "drop")) set |= MV_DROP;
    if (strstr(text, "store")) set |= MV_STORE;
    if (strstr(text, "key")) set |= MV_KEY;
    return set;
}

static inline void build_one_type(struct build_type *t);

/* A list up to one of the characters in `ends`; returns how many. */
static inline unsigned build_type_list(struct build_type *t, const char *ends) {
    unsigned n = 0;
    for (build_skip(t); *t->at && !strchr(ends, *t->at); build_skip(t)) {
        build_one_type(t);
        n++;
        build_skip(t);
        if (*t->at == ',') t->at++;
    }
    return n;
}

static inline struct mv_token *build_token(struct build_type *t, size_t place) {
    return (struct mv_token *)(void *)(t->tokens.p + place);
}

static inline void build_word_type(struct build_type *t, size_t place) {
    static const struct {
        const char *name;
        uint8_t kind;
    } words[] = {
        {"bool", MV_TOKEN_BOOL}, {"u8", MV_TOKEN_U8},           {"u16", MV_TOKEN_U16},
        {"u32", MV_TOKEN_U32},   {"u64", MV_TOKEN_U64},         {"u128", MV_TOKEN_U128},
        {"u256", MV_TOKEN_U256}, {"address", MV_TOKEN_ADDRESS}, {"signer", MV_TOKEN_SIGNER},
        {"i8", MV_TOKEN_I8},     {"i16", MV_TOKEN_I16},         {"i32", MV_TOKEN_I32},
        {"i64", MV_TOKEN_I64},   {"i128", MV_TOKEN_I128},       {"i256", MV_TOKEN_I256},
    };
    for (unsigned i = 0; i < COUNT_OF(words); i++)
        if (build_take(t, words[i].name)) {
            build_token(t, place)->kind = words[i].kind;
            return;
        }
    char name[64];
    unsigned n = 0, args = 0;
    while (isalnum((unsigned char)*t->at) || *t->at == '_') name[n++] = *t->at++;
    name[n] = 0;
    assert(n);
    if (name[0] == 'T' && isdigit((unsigned char)name[1])) {
        build_token(t, place)->kind = MV_TOKEN_TYPE_PARAM;
        build_token(t, place)->index = (uint16_t)atoi(name + 1);
        return;
    }
    unsigned handle = 0;
    while (handle < t->b->m.struct_handles_count &&
           !bytes_eq(t->b->identifiers[t->b->struct_handles[handle].name], bytes_cstr(name)))
        handle++;
    assert(handle < t->b->m.struct_handles_count);
    if (build_take(t, "<")) {
        args = build_type_list(t, ">");
        t->at++;
    }
    build_token(t, place)->kind = args ? MV_TOKEN_STRUCT_INST : MV_TOKEN_STRUCT;
    build_token(t, place)->index = (uint16_t)handle;
    build_token(t, place)->arity = (uint16_t)args;
}

static inline void build_one_type(struct build_type *t) {
    struct mv_token token = {.size = 1};
    size_t place = t->tokens.n;
    buf_put(&t->tokens, &token, sizeof token);
    if (build_take(t, "&")) {
        bool mutable = build_take(t, "mut");
        build_one_type(t);
        build_token(t, place)->kind = mutable ? MV_TOKEN_MUTABLE_REFERENCE : MV_TOKEN_REFERENCE;
        build_token(t, place)->arity = 1;
    } else if (build_take(t, "vector")) {
        build_take(t, "<");
        build_one_type(t);
        build_take(t, ">");
        build_token(t, place)->kind = MV_TOKEN_VECTOR;
        build_token(t, place)->arity = 1;
    } else if (build_take(t, "|")) {
        char set[64];
        unsigned params = build_type_list(t, "|"), n = 0;
        t->at++;
        unsigned results = build_type_list(t, "|");
        t->at++;
        while (isalpha((unsigned char)*t->at) || *t->at == '+') set[n++] = *t->at++;
        set[n] = 0;
        build_token(t, place)->kind = MV_TOKEN_FUNCTION;
        build_token(t, place)->arity = (uint16_t)(params + results);
        build_token(t, place)->results = (uint16_t)results;
        build_token(t, place)->abilities = build_abilities(set);
    } else {
        build_word_type(t, place);
    }
    build_token(t, place)->size = (uint32_t)((t->tokens.n - place) / sizeof token);
}

static inline const struct mv_token *build_type(struct builder *b, const char *text) {
    struct build_type t = {.b = b, .at = text};
    build_one_type(&t);
    const struct mv_token *out = arena_alloc(&b->arena, t.tokens.n, 16);
    memcpy((void *)out, t.tokens.p, t.tokens.n);
    buf_free(&t.tokens);
    return out;
}

/* The signature of that list of types; a new one only if there is none like it. */
static inline unsigned build_signature(struct builder *b, const char *types) {
    struct build_type t = {.b = b, .at = types};
    uint32_t *starts = ARENA_ARRAY(&b->arena, uint32_t, 300);
    struct mv_signature s = {.starts = starts};
    for (build_skip(&t); *t.at; build_skip(&t)) {
        starts[s.count++] = (uint32_t)(t.tokens.n / sizeof(struct mv_token));
        build_one_type(&t);
        build_skip(&t);
        if (*t.at == ',') t.at++;
    }
    s.token_count = (uint32_t)(t.tokens.n / sizeof(struct mv_token));
    s.tokens = ARENA_ARRAY(&b->arena, struct mv_token, s.token_count + 1u);
    if (t.tokens.n) memcpy((void *)s.tokens, t.tokens.p, t.tokens.n);
    buf_free(&t.tokens);
    for (unsigned i = 0; i < b->m.signatures_count; i++)
        if (b->signatures[i].token_count == s.token_count &&
            (!s.token_count ||
             memcmp(b->signatures[i].tokens, s.tokens, s.token_count * sizeof *s.tokens) == 0))
            return i;
    b->signatures[b->m.signatures_count] = s;
    return b->m.signatures_count++;
}

/* ---- Structs */

/* "T0: copy+drop, phantom T1, T2": constraints by parameter. */
static inline const struct mv_struct_type_param *build_params(struct builder *b, const char *text,
                                                              uint8_t *count) {
    struct mv_struct_type_param *p = ARENA_ARRAY(&b->arena, struct mv_struct_type_param, 300);
    char copy[4096], *rest = NULL;
    *count = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *w = strtok_r(copy, ",", &rest); w; w = strtok_r(NULL, ",", &rest)) {
        char *colon = strchr(w, ':');
        p[*count].phantom = strstr(w, "phantom") != NULL;
        p[*count].constraints = colon ? build_abilities(colon) : 0;
        (*count)++;
    }
    return p;
}

static inline unsigned build_struct_handle(struct builder *b, unsigned module, const char *name,
                                           const char *abilities, const char *type_params) {
    struct mv_struct_handle *h = &b->struct_handles[b->m.struct_handles_count];
    h->module = (uint16_t)module;
    h->name = (uint16_t)build_identifier(b, name);
    h->abilities = build_abilities(abilities);
    h->type_params = build_params(b, type_params, &h->type_param_count);
    return b->m.struct_handles_count++;
}

/* "x: u64, y: &T" */
static inline const struct mv_field_def *build_fields(struct builder *b, const char *text,
                                                      uint16_t *count) {
    struct mv_field_def *f = ARENA_ARRAY(&b->arena, struct mv_field_def, 64);
    struct build_type t = {.b = b, .at = text};
    *count = 0;
    for (build_skip(&t); *t.at && *t.at != '}'; build_skip(&t)) {
        char name[64];
        unsigned n = 0;
        while (*t.at != ':') name[n++] = *t.at++;
        name[n] = 0;
        t.at++;
        buf_clear(&t.tokens);
        build_one_type(&t);
        f[*count].name = (uint16_t)build_identifier(b, name);
        f[*count].type = arena_alloc(&b->arena, t.tokens.n, 16);
        memcpy((void *)f[*count].type, t.tokens.p, t.tokens.n);
        (*count)++;
        build_skip(&t);
        if (*t.at == ',') t.at++;
    }
    buf_free(&t.tokens);
    return f;
}

/* A struct of this module; returns its definition. The handle comes first, so that fields can name
 * the struct itself. */
static inline unsigned build_struct(struct builder *b, const char *name, const char *abilities,
                                    const char *type_params, const char *fields) {
    struct mv_struct_def *d = &b->struct_defs[b->m.struct_defs_count];
    d->handle = (uint16_t)build_struct_handle(b, b->m.self, name, abilities, type_params);
    d->kind = MV_STRUCT_DECLARED;
    d->fields = build_fields(b, fields, &d->field_count);
    return b->m.struct_defs_count++;
}

/* An enum: variants are "A{x: u64}", given one by one up to NULL. */
static inline unsigned build_enum(struct builder *b, const char *name, const char *abilities,
                                  const char *type_params, const char *const *variants) {
    struct mv_struct_def *d = &b->struct_defs[b->m.struct_defs_count];
    struct mv_variant_def *v = ARENA_ARRAY(&b->arena, struct mv_variant_def, 130);
    d->handle = (uint16_t)build_struct_handle(b, b->m.self, name, abilities, type_params);
    d->kind = MV_STRUCT_VARIANTS;
    d->variants = v;
    for (; variants[d->variant_count]; d->variant_count++) {
        const char *text = variants[d->variant_count], *brace = strchr(text, '{');
        char variant[64];
        snprintf(variant, sizeof variant, "%.*s", (int)(brace - text), text);
        v[d->variant_count].name = (uint16_t)build_identifier(b, variant);
        v[d->variant_count].fields = build_fields(b, brace + 1, &v[d->variant_count].field_count);
    }
    return b->m.struct_defs_count++;
}

static inline unsigned build_field(struct builder *b, unsigned def, unsigned field) {
    b->field_handles[b->m.field_handles_count] =
        (struct mv_field_handle){(uint16_t)def, (uint16_t)field};
    return b->m.field_handles_count++;
}

static inline unsigned build_variant(struct builder *b, unsigned def, unsigned variant) {
    b->variant_handles[b->m.variant_handles_count] =
        (struct mv_variant_handle){(uint16_t)def, (uint16_t)variant};
    return b->m.variant_handles_count++;
}

/* A field of the variants whose bits are set. */
static inline unsigned build_variant_field(struct builder *b, unsigned def, unsigned field,
                                           uint32_t variants) {
    struct mv_variant_field_handle *h = &b->variant_field_handles[b->m.variant_field_handles_count];
    uint16_t *list = ARENA_ARRAY(&b->arena, uint16_t, 32);
    h->owner = (uint16_t)def;
    h->field = (uint16_t)field;
    h->variants = list;
    for (unsigned i = 0; i < 32; i++)
        if (variants >> i & 1) list[h->variant_count++] = (uint16_t)i;
    return b->m.variant_field_handles_count++;
}

/* An instantiation in one of the tables of b: build_inst(b, function_insts, handle, "u64"). */
#define build_inst(b, table, of, types)                                                            \
    ((b)->table[(b)->m.table##_count] =                                                            \
         (struct mv_inst){(uint16_t)(of), (uint16_t)build_signature(b, types)},                    \
     (b)->m.table##_count++)

/* ---- Functions */

static inline unsigned build_function_handle(struct builder *b, unsigned module, const char *name,
                                             const char *type_params, const char *params,
                                             const char *returns) {
    struct mv_function_handle *h = &b->function_handles[b->m.function_handles_count];
    const struct mv_struct_type_param *p = build_params(b, type_params, &h->type_param_count);
    uint8_t *sets = ARENA_ARRAY(&b->arena, uint8_t, h->type_param_count + 1u);
    for (unsigned i = 0; i < h->type_param_count; i++) sets[i] = p[i].constraints;
    h->module = (uint16_t)module;
    h->name = (uint16_t)build_identifier(b, name);
    h->type_params = sets;
    h->params = (uint16_t)build_signature(b, params);
    h->returns = (uint16_t)build_signature(b, returns);
    return b->m.function_handles_count++;
}

/* A public function of this module; returns its definition. BUILD_FUNCTION takes the code as a
 * list: BUILD_FUNCTION(&b, "f", "", "u64", "u64", "", IX(COPY_LOC, 0), I(RET)). */
#define BUILD_FUNCTION(b, name, type_params, params, returns, locals, ...)                         \
    build_function(b, name, type_params, params, returns, locals,                                  \
                   (const struct mv_instr[]){__VA_ARGS__},                                         \
                   COUNT_OF(((const struct mv_instr[]){__VA_ARGS__})))
static inline unsigned build_function(struct builder *b, const char *name, const char *type_params,
                                      const char *params, const char *returns, const char *locals,
                                      const struct mv_instr *code, uint32_t count) {
    struct mv_function_def *d = &b->function_defs[b->m.function_defs_count];
    d->handle = (uint16_t)build_function_handle(b, b->m.self, name, type_params, params, returns);
    d->visibility = MV_PUBLIC;
    d->code.locals = (uint16_t)build_signature(b, locals);
    d->code.count = count;
    struct mv_instr *copy = ARENA_ARRAY(&b->arena, struct mv_instr, count + 1u);
    if (count) memcpy(copy, code, count * sizeof *code);
    d->code.instrs = copy;
    return b->m.function_defs_count++;
}

static inline void build_acquires(struct builder *b, unsigned function, unsigned def) {
    struct mv_function_def *d = &b->function_defs[function];
    uint16_t *list = ARENA_ARRAY(&b->arena, uint16_t, d->acquire_count + 1u);
    if (d->acquire_count) memcpy(list, d->acquires, d->acquire_count * sizeof *list);
    list[d->acquire_count++] = (uint16_t)def;
    d->acquires = list;
}

static inline void build_attribute(struct builder *b, unsigned function_handle, unsigned kind) {
    struct mv_function_handle *h = &b->function_handles[function_handle];
    struct mv_attribute *list = ARENA_ARRAY(&b->arena, struct mv_attribute, 2);
    list[0].kind = (uint8_t)kind;
    h->attributes = list;
    h->attribute_count = 1;
}

static inline unsigned build_constant(struct builder *b, const char *type, struct bytes data) {
    b->constants[b->m.constants_count] =
        (struct mv_constant){build_type(b, type), arena_copy(&b->arena, data)};
    return b->m.constants_count++;
}

static inline void build_friend(struct builder *b, uint16_t address, const char *name) {
    struct mv_module_handle *f = &b->friends[b->m.friends_count++];
    f->address = (uint16_t)build_address(b, address);
    f->name = (uint16_t)build_identifier(b, name);
}

static inline void build_metadata(struct builder *b, const char *key, struct bytes value) {
    b->metadata[b->m.metadata_count++] =
        (struct mv_metadata){bytes_cstr(key), arena_copy(&b->arena, value)};
}

/* ---- The module */

enum { BUILD_ADDRESS = 0xcafe };

static inline void build_begin(struct builder *b, unsigned version, const char *name) {
    memset(b, 0, sizeof *b);
    arena_init(&b->arena, 0);
    b->m.version = version;
    b->m.stored_version = version >= 7 ? 0x0a000000u | version : version;
    b->m.self = (uint16_t)build_module_handle(b, BUILD_ADDRESS, name);
    build_signature(b, "");
}

static inline void build_script(struct builder *b, unsigned version, const char *params,
                                const char *locals, const struct mv_instr *code, uint32_t count) {
    memset(b, 0, sizeof *b);
    arena_init(&b->arena, 0);
    b->m.version = b->m.stored_version = version;
    b->m.is_script = true;
    b->m.main.params = (uint16_t)build_signature(b, params);
    b->m.main.code = (struct mv_code){(uint16_t)build_signature(b, locals), count, code};
}

/* Writes the module's bytes; frees the builder. */
static inline struct buf build_bytes(struct builder *b) {
    struct buf out = {0};
#define TABLE(name) b->m.name = b->name
    TABLE(module_handles), TABLE(friends), TABLE(struct_handles), TABLE(function_handles);
    TABLE(field_handles), TABLE(function_insts), TABLE(field_insts), TABLE(struct_def_insts);
    TABLE(variant_field_insts), TABLE(variant_insts), TABLE(signatures), TABLE(identifiers);
    TABLE(addresses), TABLE(constants), TABLE(metadata), TABLE(struct_defs), TABLE(function_defs);
    TABLE(variant_field_handles), TABLE(variant_handles), TABLE(wide);
#undef TABLE
    mv_module_write(&out, &b->m);
    arena_free(&b->arena);
    return out;
}

/* Reads it back; NULL with *err if the reader refuses it. */
static inline struct mv_module *build_read(struct builder *b, struct mv_err *err) {
    struct mv_module *m = NULL;
    bool is_script = b->m.is_script;
    struct buf bytes = build_bytes(b);
    *err = is_script ? mv_script_read(&m, buf_bytes(&bytes), MV_VERSION_MAX)
                     : mv_module_read(&m, buf_bytes(&bytes), MV_VERSION_MAX);
    buf_free(&bytes);
    return m;
}

static inline struct mv_module *build_end(struct builder *b) {
    struct mv_err err;
    struct mv_module *m = build_read(b, &err);
    assert(m);
    return m;
}

#endif
