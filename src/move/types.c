#include "move/types.h"

#include <assert.h>
#include <stdlib.h>

#include "move/loader.h"
#include "move/memory.h"
#include "move/resource_group.h"

/* Gas schedule: every node of a value counts this much (aptos-gas-schedule misc.rs). */
enum { ABS_NODE = 40, LAY_DEPTH_MAX = MV_VALUE_DEPTH_MAX + 8 };

static const struct {
    uint8_t size, align, bits, token, tag;
    bool is_signed;
} basics[] = {
    [MV_T_BOOL] = {1, 1, 0, MV_TOKEN_BOOL, 0, false},
    [MV_T_U8] = {1, 1, 8, MV_TOKEN_U8, 1, false},
    [MV_T_U16] = {2, 2, 16, MV_TOKEN_U16, 8, false},
    [MV_T_U32] = {4, 4, 32, MV_TOKEN_U32, 9, false},
    [MV_T_U64] = {8, 8, 64, MV_TOKEN_U64, 2, false},
    [MV_T_U128] = {16, 8, 128, MV_TOKEN_U128, 3, false},
    [MV_T_U256] = {32, 8, 0, MV_TOKEN_U256, 10, false},
    [MV_T_I8] = {1, 1, 8, MV_TOKEN_I8, 11, true},
    [MV_T_I16] = {2, 2, 16, MV_TOKEN_I16, 12, true},
    [MV_T_I32] = {4, 4, 32, MV_TOKEN_I32, 13, true},
    [MV_T_I64] = {8, 8, 64, MV_TOKEN_I64, 14, true},
    [MV_T_I128] = {16, 8, 128, MV_TOKEN_I128, 15, true},
    [MV_T_I256] = {32, 8, 0, MV_TOKEN_I256, 16, true},
    [MV_T_ADDRESS] = {32, 8, 0, MV_TOKEN_ADDRESS, 4, false},
    [MV_T_SIGNER] = {32, 8, 0, MV_TOKEN_SIGNER, 5, false},
};
enum { TAG_VECTOR = 6, TAG_STRUCT = 7, BASIC_COUNT = MV_T_SIGNER + 1 };

/* ---- The table */

static uint64_t type_hash(const struct mv_type *t) {
    uint64_t h = map_fold(map_key[0] ^ t->kind, (uint64_t)(uintptr_t)t->elem ^ map_key[1]);
    h = map_fold(h ^ (uint64_t)(uintptr_t)t->module, map_key[0] ^ t->def);
    h = map_fold(h ^ t->abilities ^ ((uint64_t)t->param_count << 8), map_key[1] ^ t->arg_count);
    for (unsigned i = 0; i < t->arg_count; i++)
        h = map_fold(h ^ (uint64_t)(uintptr_t)t->args[i], map_key[0]);
    return h;
}

static bool type_same(const struct mv_type *a, const struct mv_type *b) {
    return a->kind == b->kind && a->elem == b->elem && a->module == b->module && a->def == b->def &&
           a->abilities == b->abilities && a->param_count == b->param_count &&
           a->arg_count == b->arg_count &&
           (a->arg_count == 0 || memcmp(a->args, b->args, a->arg_count * sizeof *a->args) == 0);
}

static uint64_t rehash_type(const void *ctx, uint32_t index) {
    const struct mv_cache *c = ctx;
    return type_hash(c->types.all[index]);
}

static struct mv_type *intern(struct mv_cache *c, const struct mv_type *key) {
    struct mv_type_table *tt = &c->types;
    uint64_t hash = type_hash(key);
    struct map_probe it = map_begin(&tt->index, hash);
    for (uint32_t i; map_next(&tt->index, &it, &i);)
        if (type_same(tt->all[i], key)) return tt->all[i];
    struct mv_type *t = ARENA_NEW(&c->arena, struct mv_type);
    *t = *key;
    if (key->arg_count) {
        const struct mv_type **args =
            ARENA_ARRAY(&c->arena, const struct mv_type *, key->arg_count);
        memcpy(args, key->args, key->arg_count * sizeof *args);
        t->args = args;
    }
    if (tt->count == tt->capacity) {
        tt->capacity = tt->capacity ? 2 * tt->capacity : 256;
        tt->all = xrealloc(tt->all, tt->capacity * sizeof(struct mv_type *));
    }
    t->id = tt->count;
    tt->all[tt->count] = t;
    map_insert(&tt->index, hash, tt->count++);
    return t;
}

static void set_tag(struct mv_cache *c, struct mv_type *t);

void mv_type_table_init(struct mv_cache *c) {
    memset(&c->types, 0, sizeof c->types);
    map_init(&c->types.index, rehash_type, c);
    for (unsigned k = 0; k < BASIC_COUNT; k++) {
        struct mv_type key = {
            .kind = (uint8_t)k,
            .abilities = k == MV_T_SIGNER ? MV_ABILITIES_SIGNER : MV_ABILITIES_PRIMITIVE,
            .align = basics[k].align,
            .bits = basics[k].bits,
            .is_signed = basics[k].is_signed,
            .plain = true,
            .flat_eq = k != MV_T_BOOL,
            .fixed_abs = true,
            .depth = 1,
            .type_depth = 1,
            .type_nodes = 1,
            .layout_nodes = 1,
            .size = basics[k].size,
            .abs_units = ABS_NODE,
            .laid = true,
        };
        struct mv_type *t = intern(c, &key);
        set_tag(c, t);
        c->types.basic[k] = t;
    }
}

void mv_type_table_free(struct mv_cache *c) {
    free(c->types.all);
    map_free(&c->types.index);
}

/* ---- Tags */

static void put_uleb(struct buf *b, uint64_t v) {
    do {
        uint8_t low = v & 0x7f;
        v >>= 7;
        buf_put_u8(b, low | (v ? 0x80 : 0));
    } while (v);
}

static void put_text(struct buf *b, struct bytes s) {
    put_uleb(b, s.n);
    buf_put_bytes(b, s);
}

/* BCS TypeTag. References and function types have none, nor has what names one. */
static void set_tag(struct mv_cache *c, struct mv_type *t) {
    struct buf b = {0};
    if (t->kind < BASIC_COUNT) {
        buf_put_u8(&b, basics[t->kind].tag);
    } else if (t->kind == MV_T_VECTOR && t->elem->tag.n) {
        buf_put_u8(&b, TAG_VECTOR);
        buf_put_bytes(&b, t->elem->tag);
    } else if (t->kind == MV_T_STRUCT || t->kind == MV_T_ENUM) {
        const struct mv_module *m = t->module->m;
        buf_put_u8(&b, TAG_STRUCT);
        buf_put(&b, &t->module->address, sizeof t->module->address);
        put_text(&b, t->module->name);
        put_text(&b, mv_identifier(m, m->struct_handles[m->struct_defs[t->def].handle].name));
        put_uleb(&b, t->arg_count);
        for (unsigned i = 0; i < t->arg_count; i++) {
            if (!t->args[i]->tag.n) goto none;
            buf_put_bytes(&b, t->args[i]->tag);
        }
    }
    t->tag = arena_copy(&c->arena, buf_bytes(&b));
none:
    buf_free(&b);
}

static void print_address(struct buf *out, const struct b32 *a) {
    unsigned i = 0;
    while (i < 63 && ((i & 1 ? a->b[i / 2] & 15 : a->b[i / 2] >> 4) == 0)) i++;
    buf_puts(out, "0x");
    for (; i < 64; i++)
        buf_put_u8(out, (uint8_t) "0123456789abcdef"[i & 1 ? a->b[i / 2] & 15 : a->b[i / 2] >> 4]);
}

void mv_type_print(struct buf *out, const struct mv_type *t) {
    static const char *const names[] = {
        [MV_T_BOOL] = "bool", [MV_T_U8] = "u8",           [MV_T_U16] = "u16",
        [MV_T_U32] = "u32",   [MV_T_U64] = "u64",         [MV_T_U128] = "u128",
        [MV_T_U256] = "u256", [MV_T_I8] = "i8",           [MV_T_I16] = "i16",
        [MV_T_I32] = "i32",   [MV_T_I64] = "i64",         [MV_T_I128] = "i128",
        [MV_T_I256] = "i256", [MV_T_ADDRESS] = "address", [MV_T_SIGNER] = "signer",
    };
    switch (t->kind) {
    case MV_T_VECTOR:
        buf_puts(out, "vector<");
        mv_type_print(out, t->elem);
        buf_puts(out, ">");
        return;
    case MV_T_REF:
    case MV_T_MUT_REF:
        buf_puts(out, t->kind == MV_T_REF ? "&" : "&mut ");
        mv_type_print(out, t->elem);
        return;
    case MV_T_FUNCTION:
        buf_puts(out, "|");
        for (unsigned i = 0; i < t->arg_count; i++) {
            if (i == t->param_count) buf_puts(out, "|");
            if (i && i != t->param_count) buf_puts(out, ", ");
            mv_type_print(out, t->args[i]);
        }
        if (t->param_count == t->arg_count) buf_puts(out, "|");
        return;
    case MV_T_STRUCT:
    case MV_T_ENUM: {
        const struct mv_module *m = t->module->m;
        print_address(out, &t->module->address);
        buf_puts(out, "::");
        buf_put_bytes(out, t->module->name);
        buf_puts(out, "::");
        buf_put_bytes(out, mv_identifier(m, m->struct_handles[m->struct_defs[t->def].handle].name));
        for (unsigned i = 0; i < t->arg_count; i++) {
            buf_puts(out, i ? ", " : "<");
            mv_type_print(out, t->args[i]);
        }
        if (t->arg_count) buf_puts(out, ">");
        return;
    }
    default: buf_puts(out, names[t->kind]);
    }
}

/* ---- Layout */

static const struct mv_type *resolve(struct mv_cache *c, const struct mv_loaded *m,
                                     const struct mv_token *token, struct mv_type_list args,
                                     unsigned depth, enum mv_status_code *why);

static uint64_t align_up(uint64_t n, uint64_t a) {
    return (n + a - 1) & ~(a - 1);
}

/* Resolves and lays out the types of `count` fields; offsets are not set. */
static struct mv_type_field *field_types(struct mv_cache *c, struct mv_type *t,
                                         const struct mv_field_def *defs, unsigned count,
                                         enum mv_status_code *why) {
    struct mv_type_field *fields = ARENA_ARRAY(&c->arena, struct mv_type_field, count ? count : 1);
    struct mv_type_list args = {t->args, t->arg_count};
    for (unsigned i = 0; i < count; i++) {
        const struct mv_type *f = resolve(c, t->module, defs[i].type, args, 0, why);
        if (!f || !mv_type_lay(c, f, why)) return NULL;
        if (mv_is_ref(f)) {
            *why = MV_INVALID_SIGNATURE_TOKEN;
            return NULL;
        }
        fields[i] = (struct mv_type_field){f, 0, mv_identifier(t->module->m, defs[i].name)};
        if (f->depth + 1 > t->depth) t->depth = f->depth + 1;
        if (f->align > t->align) t->align = f->align;
        t->plain &= f->plain;
        t->fixed_abs &= f->fixed_abs;
        t->abs_units += f->abs_units;
        t->layout_nodes += f->layout_nodes;
        if (t->layout_nodes > MV_LAYOUT_NODES_MAX) {
            *why = MV_VM_MAX_TYPE_NODES_REACHED;
            return NULL;
        }
    }
    return fields;
}

/* Puts fields one after another from `at`; returns where they end. */
static uint64_t place(struct mv_type_field *fields, unsigned count, uint64_t at) {
    for (unsigned i = 0; i < count; i++) {
        at = align_up(at, fields[i].type->align);
        fields[i].offset = (uint32_t)at;
        at += fields[i].type->size;
    }
    return at;
}

static bool lay_struct(struct mv_cache *c, struct mv_type *t, const struct mv_struct_def *d,
                       enum mv_status_code *why) {
    struct mv_type_field *fields = field_types(c, t, d->fields, d->field_count, why);
    if (!fields) return false;
    uint64_t size = place(fields, d->field_count, 0), sum = 0;
    t->flat_eq = true;
    for (unsigned i = 0; i < d->field_count; i++) {
        sum += fields[i].type->size;
        t->flat_eq &= fields[i].type->flat_eq;
    }
    size = align_up(size ? size : 1, t->align);
    t->flat_eq &= sum == size;
    t->fields = fields;
    t->field_count = d->field_count;
    if (size > MV_FLAT_BYTES_MAX) {
        *why = MV_VM_MAX_TYPE_NODES_REACHED;
        return false;
    }
    t->size = (uint32_t)size;
    return true;
}

static bool lay_enum(struct mv_cache *c, struct mv_type *t, const struct mv_struct_def *d,
                     enum mv_status_code *why) {
    struct mv_type_variant *variants =
        ARENA_ARRAY(&c->arena, struct mv_type_variant, d->variant_count ? d->variant_count : 1);
    t->align = 4;
    uint64_t shared_end = 4, end;
    bool *plain = ARENA_ARRAY(&c->arena, bool, d->variant_count ? d->variant_count : 1);
    for (unsigned v = 0; v < d->variant_count; v++) {
        const struct mv_variant_def *vd = &d->variants[v];
        bool before = t->plain;
        t->plain = true;
        struct mv_type_field *fields = field_types(c, t, vd->fields, vd->field_count, why);
        if (!fields) return false;
        plain[v] = t->plain;
        t->plain &= before;
        variants[v] = (struct mv_type_variant){mv_identifier(t->module->m, vd->name),
                                               vd->field_count, fields};
        if (plain[v]) {
            uint64_t e = place(fields, vd->field_count, 4);
            if (e > shared_end) shared_end = e;
        }
    }
    end = shared_end;
    for (unsigned v = 0; v < d->variant_count && end <= MV_FLAT_BYTES_MAX; v++)
        if (!plain[v])
            end = place((struct mv_type_field *)(uintptr_t)variants[v].fields,
                        variants[v].field_count, end);
    end = align_up(end, t->align);
    if (end > MV_FLAT_BYTES_MAX) {
        *why = MV_VM_MAX_TYPE_NODES_REACHED;
        return false;
    }
    t->size = (uint32_t)end;
    t->flat_eq = false;
    t->fixed_abs = false;
    t->variants = variants;
    t->variant_count = d->variant_count;
    return true;
}

static bool lay_composite(struct mv_cache *c, struct mv_type *t, enum mv_status_code *why) {
    const struct mv_struct_def *d = &t->module->m->struct_defs[t->def];
    t->plain = true;
    t->fixed_abs = true;
    t->align = 1;
    t->depth = 1;
    t->abs_units = ABS_NODE;
    t->layout_nodes = 1;
    if (d->kind == MV_STRUCT_NATIVE) {
        *why = MV_TYPE_RESOLUTION_FAILURE;
        return false;
    }
    t->group = mv_group_of(t->module, t->def, &c->arena);
    bool ok = t->kind == MV_T_ENUM ? lay_enum(c, t, d, why) : lay_struct(c, t, d, why);
    if (ok && t->depth > MV_VALUE_DEPTH_MAX) {
        *why = MV_VM_MAX_VALUE_DEPTH_REACHED;
        return false;
    }
    return ok;
}

bool mv_type_lay(struct mv_cache *c, const struct mv_type *ct, enum mv_status_code *why) {
    struct mv_type *t = (struct mv_type *)(uintptr_t)ct;
    if (t->laid || t->broken) {
        *why = t->broken;
        return t->laid;
    }
    if (t->laying) {
        *why = MV_RECURSIVE_STRUCT_DEFINITION;
        return false;
    }
    /* Only what is laid out from here is known to be too deep, so that nothing is marked broken. */
    if (c->types.lay_depth > LAY_DEPTH_MAX) {
        c->types.too_deep = true;
        *why = MV_VM_MAX_VALUE_DEPTH_REACHED;
        return false;
    }
    c->types.lay_depth++;
    t->laying = true;
    bool ok = true;
    switch (t->kind) {
    case MV_T_VECTOR:
        ok = mv_type_lay(c, t->elem, why);
        if (ok && t->elem->depth + 1 > MV_VALUE_DEPTH_MAX) {
            *why = MV_VM_MAX_VALUE_DEPTH_REACHED;
            ok = false;
        }
        t->depth = t->elem->depth + 1;
        t->layout_nodes = t->elem->layout_nodes + 1;
        t->size = sizeof(struct mv_vec);
        break;
    case MV_T_REF:
    case MV_T_MUT_REF:
        ok = mv_type_lay(c, t->elem, why);
        t->depth = t->elem->depth;
        t->layout_nodes = t->elem->layout_nodes + 1;
        t->size = 8;
        t->plain = true;
        t->fixed_abs = true;
        break;
    case MV_T_FUNCTION:
        t->depth = 1;
        t->layout_nodes = 1;
        t->size = 8;
        break;
    default: ok = lay_composite(c, t, why);
    }
    if (t->kind != MV_T_STRUCT && t->kind != MV_T_ENUM) {
        t->align = 8;
        t->abs_units = ABS_NODE;
    }
    t->laying = false;
    t->laid = ok;
    if (!ok && !c->types.too_deep) t->broken = *why;
    if (--c->types.lay_depth == 0) c->types.too_deep = false;
    return ok;
}

/* ---- Making */

static bool add_node(struct mv_type *t, const struct mv_type *child, enum mv_status_code *why) {
    if (child->type_depth + 1 > t->type_depth) t->type_depth = child->type_depth + 1;
    t->type_nodes += child->type_nodes;
    if (t->type_depth > MV_TYPE_DEPTH_MAX)
        *why = MV_VM_MAX_TYPE_DEPTH_REACHED;
    else if (t->type_nodes > MV_TYPE_NODES_MAX)
        *why = MV_VM_MAX_TYPE_NODES_REACHED;
    else
        return true;
    return false;
}

static uint8_t requires(uint8_t ability) {
    return ability == MV_KEY ? MV_STORE : ability;
}

static const struct mv_type *make_elem(struct mv_cache *c, enum mv_type_kind kind,
                                       const struct mv_type *elem, enum mv_status_code *why) {
    if (mv_is_ref(elem)) {
        *why = MV_INVALID_SIGNATURE_TOKEN;
        return NULL;
    }
    struct mv_type key = {.kind = kind, .elem = elem, .type_depth = 1, .type_nodes = 1};
    key.abilities =
        kind == MV_T_VECTOR ? MV_ABILITIES_PRIMITIVE & elem->abilities : MV_ABILITIES_REFERENCE;
    if (!add_node(&key, elem, why)) return NULL;
    struct mv_type *t = intern(c, &key);
    if (!t->tag.n && kind == MV_T_VECTOR) set_tag(c, t);
    return t;
}

static const struct mv_type *make_struct(struct mv_cache *c, struct mv_loaded *module, uint32_t def,
                                         struct mv_type_list args, enum mv_status_code *why) {
    const struct mv_module *m = module->m;
    const struct mv_struct_def *d = &m->struct_defs[def];
    const struct mv_struct_handle *h = &m->struct_handles[d->handle];
    if (h->type_param_count != args.count) {
        *why = MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH;
        return NULL;
    }
    struct mv_type key = {
        .kind = d->kind == MV_STRUCT_VARIANTS ? MV_T_ENUM : MV_T_STRUCT,
        .abilities = h->abilities,
        .module = module,
        .def = def,
        .args = args.at,
        .arg_count = (uint16_t)args.count,
        .type_depth = 1,
        .type_nodes = 1,
    };
    for (unsigned i = 0; i < args.count; i++) {
        const struct mv_type *a = args.at[i];
        if (mv_is_ref(a) || (h->type_params[i].constraints & ~a->abilities)) {
            *why = MV_CONSTRAINT_NOT_SATISFIED;
            return NULL;
        }
        if (!add_node(&key, a, why)) return NULL;
        for (unsigned b = 1; b <= MV_KEY; b <<= 1)
            if (!h->type_params[i].phantom && (requires((uint8_t)b) & ~a->abilities))
                key.abilities &= (uint8_t)~b;
    }
    struct mv_type *t = intern(c, &key);
    if (!t->tag.n) set_tag(c, t);
    return t;
}

static const struct mv_type *make_function(struct mv_cache *c, struct mv_type_list all,
                                           uint32_t param_count, uint8_t abilities,
                                           enum mv_status_code *why) {
    struct mv_type key = {
        .kind = MV_T_FUNCTION,
        .abilities = abilities,
        .args = all.at,
        .arg_count = (uint16_t)all.count,
        .param_count = (uint16_t)param_count,
        .type_depth = 1,
        .type_nodes = 1,
    };
    for (unsigned i = 0; i < all.count; i++)
        if (!add_node(&key, all.at[i], why)) return NULL;
    return intern(c, &key);
}

static const struct mv_type *resolve_many(struct mv_cache *c, const struct mv_loaded *m,
                                          const struct mv_token *token, struct mv_type_list args,
                                          struct mv_loaded *owner, uint32_t def, unsigned depth,
                                          enum mv_status_code *why) {
    const struct mv_type *kids[256];
    const struct mv_token *at = token + 1;
    if (token->arity > COUNT_OF(kids)) {
        *why = MV_VM_MAX_TYPE_NODES_REACHED;
        return NULL;
    }
    for (unsigned i = 0; i < token->arity; i++, at += at->size)
        if (!(kids[i] = resolve(c, m, at, args, depth + 1, why))) return NULL;
    struct mv_type_list list = {kids, token->arity};
    if (token->kind == MV_TOKEN_FUNCTION)
        return make_function(c, list, token->arity - token->results, token->abilities, why);
    return make_struct(c, owner, def, list, why);
}

static const struct mv_type *resolve(struct mv_cache *c, const struct mv_loaded *m,
                                     const struct mv_token *token, struct mv_type_list args,
                                     unsigned depth, enum mv_status_code *why) {
    if (depth > MV_TYPE_DEPTH_MAX) {
        *why = MV_VM_MAX_TYPE_DEPTH_REACHED;
        return NULL;
    }
    switch (token->kind) {
    case MV_TOKEN_VECTOR:
    case MV_TOKEN_REFERENCE:
    case MV_TOKEN_MUTABLE_REFERENCE: {
        const struct mv_type *elem = resolve(c, m, token + 1, args, depth + 1, why);
        if (!elem) return NULL;
        return make_elem(c,
                         token->kind == MV_TOKEN_VECTOR      ? MV_T_VECTOR
                         : token->kind == MV_TOKEN_REFERENCE ? MV_T_REF
                                                             : MV_T_MUT_REF,
                         elem, why);
    }
    case MV_TOKEN_TYPE_PARAM:
        if (token->index < args.count) return args.at[token->index];
        *why = MV_INDEX_OUT_OF_BOUNDS;
        return NULL;
    case MV_TOKEN_STRUCT:
    case MV_TOKEN_STRUCT_INST: {
        struct mv_link l = m->structs[token->index];
        if (!l.owner) {
            *why = MV_LOOKUP_FAILED;
            return NULL;
        }
        return resolve_many(c, m, token, args, l.owner, l.def, depth, why);
    }
    case MV_TOKEN_FUNCTION: return resolve_many(c, m, token, args, NULL, 0, depth, why);
    default:
        for (unsigned k = 0; k < BASIC_COUNT; k++)
            if (basics[k].token == token->kind) return c->types.basic[k];
        *why = MV_INVALID_SIGNATURE_TOKEN;
        return NULL;
    }
}

static const struct mv_type *laid(struct mv_cache *c, const struct mv_type *t,
                                  enum mv_status_code *why) {
    return t && mv_type_lay(c, t, why) ? t : NULL;
}

const struct mv_type *mv_type_basic(struct mv_cache *c, enum mv_type_kind kind) {
    assert((int)kind < BASIC_COUNT);
    return c->types.basic[kind];
}

const struct mv_type *mv_type_of_elem(struct mv_cache *c, enum mv_type_kind kind,
                                      const struct mv_type *elem, enum mv_status_code *why) {
    return laid(c, make_elem(c, kind, elem, why), why);
}

const struct mv_type *mv_type_struct(struct mv_cache *c, struct mv_loaded *module, uint32_t def,
                                     struct mv_type_list args, enum mv_status_code *why) {
    return laid(c, make_struct(c, module, def, args, why), why);
}

const struct mv_type *mv_type_function(struct mv_cache *c, struct mv_type_list all,
                                       uint32_t param_count, uint8_t abilities,
                                       enum mv_status_code *why) {
    return laid(c, make_function(c, all, param_count, abilities, why), why);
}

const struct mv_type *mv_type_of_token(struct mv_cache *c, const struct mv_loaded *m,
                                       const struct mv_token *token, struct mv_type_list args,
                                       enum mv_status_code *why) {
    return laid(c, resolve(c, m, token, args, 0, why), why);
}

bool mv_assignable(const struct mv_type *to, const struct mv_type *from) {
    if (to == from) return true;
    return to->kind == MV_T_FUNCTION && from->kind == MV_T_FUNCTION &&
           to->arg_count == from->arg_count && to->param_count == from->param_count &&
           (to->abilities & ~from->abilities) == 0 &&
           (to->arg_count == 0 ||
            memcmp(to->args, from->args, to->arg_count * sizeof *to->args) == 0);
}
