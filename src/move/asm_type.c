/* Types, signatures and references to entries in Move assembly. */
#include <stdlib.h>

#include "move/asm.h"
#include "move/deserialize.h"

/* ---- References */

bool asm_raw(struct asm_state *a, uint32_t *index) {
    if (!asm_take(a, "#")) return false;
    *index = (uint32_t)asm_number(a, MV_INDEX_MAX);
    return true;
}

uint32_t asm_identifier_ref(struct asm_state *a) {
    uint32_t i;
    return asm_raw(a, &i) ? i : asm_intern_identifier(a, asm_word(a));
}

uint32_t asm_address_ref(struct asm_state *a) {
    uint32_t i;
    if (asm_raw(a, &i)) return i;
    struct b32 address = asm_address(a);
    return asm_intern_address(a, &address);
}

struct mv_module_handle asm_module_path(struct asm_state *a) {
    uint32_t address = asm_address_ref(a);
    asm_expect(a, "::");
    return (struct mv_module_handle){(uint16_t)address, (uint16_t)asm_identifier_ref(a)};
}

uint32_t asm_module_ref(struct asm_state *a) {
    uint32_t index = 0;
    bool raw = asm_raw(a, &index);
    if (raw && !asm_take(a, "::")) return index;
    if (!raw) {
        index = asm_address_ref(a);
        asm_expect(a, "::");
    }
    return asm_intern_module(a, index, asm_identifier_ref(a));
}

bool asm_path(struct asm_state *a, uint32_t *module, uint32_t *name, uint32_t *index) {
    bool raw = asm_raw(a, index);
    if (!raw && asm_peek(a) != '0') { /* a name of this module */
        if (a->m->is_script) asm_fail(a, "expected the address of a module");
        *module = a->m->self;
        *name = asm_identifier_ref(a);
        return false;
    }
    if (raw && !asm_take(a, "::")) return true;
    uint32_t first = raw ? *index : asm_address_ref(a);
    if (!raw) asm_expect(a, "::");
    uint32_t second = asm_identifier_ref(a);
    if (asm_take(a, "::")) { /* address::module::name */
        *module = asm_intern_module(a, first, second);
        *name = asm_identifier_ref(a);
    } else { /* #module::name */
        if (!raw) asm_fail(a, "expected :: and a name");
        *module = first;
        *name = second;
    }
    return false;
}

uint32_t asm_struct_ref(struct asm_state *a) {
    uint32_t module = 0, name = 0, index;
    return asm_path(a, &module, &name, &index) ? index : asm_intern_struct(a, module, name);
}

uint32_t asm_function_ref(struct asm_state *a) {
    uint32_t module = 0, name = 0, index;
    return asm_path(a, &module, &name, &index) ? index : asm_intern_function(a, module, name);
}

/* `name`, `name<…>`, `#inst` or `#thing<…>`. */
uint32_t asm_function_inst_ref(struct asm_state *a) {
    uint32_t module = 0, name = 0, index;
    bool raw = asm_path(a, &module, &name, &index);
    if (raw && asm_peek(a) != '<') return index;
    if (!raw) index = asm_intern_function(a, module, name);
    uint32_t types = asm_type_args(a);
    return asm_intern_inst(a, ASM_FUNCTION_INSTS, index, types);
}

uint32_t asm_def_ref(struct asm_state *a) {
    uint32_t i;
    if (asm_raw(a, &i)) return i;
    asm_skip(a);
    i = asm_find_def(a->m, asm_intern_identifier(a, asm_word(a)));
    if (i == MV_NOWHERE) asm_fail(a, "no struct of that name is defined here");
    return i;
}

uint32_t asm_def_inst_ref(struct asm_state *a) {
    bool raw = asm_peek(a) == '#';
    uint32_t def = asm_def_ref(a);
    if (raw && asm_peek(a) != '<') return def;
    uint32_t types = asm_type_args(a);
    return asm_intern_inst(a, ASM_STRUCT_INSTS, def, types);
}

uint32_t asm_constant_ref(struct asm_state *a) {
    uint32_t i;
    if (asm_raw(a, &i)) return i;
    struct mv_constant c = {.type = asm_type(a)};
    c.data = asm_hex(a);
    if (!asm_ok(a)) return 0;
    i = asm_find_constant(a->m, &c);
    return i != MV_NOWHERE ? i : asm_add(a, ASM_CONSTANTS, &c);
}

static uint32_t field_of(struct asm_state *a, uint32_t def, uint32_t variant) {
    uint32_t i;
    asm_expect(a, ".");
    if (asm_raw(a, &i)) return i;
    i = asm_find_member(a->m, def, variant, asm_intern_identifier(a, asm_word(a)));
    if (i == MV_NOWHERE) asm_fail(a, "no field of that name");
    return i;
}

static uint32_t variant_of(struct asm_state *a, uint32_t def) {
    uint32_t i;
    if (asm_raw(a, &i)) return i;
    i = asm_find_case(a->m, def, asm_intern_identifier(a, asm_word(a)));
    if (i == MV_NOWHERE) asm_fail(a, "no variant of that name");
    return i;
}

/* {A, B}.x of an enum; the cursor is behind `::`. */
static uint32_t variant_field(struct asm_state *a, uint32_t def) {
    struct mv_variant_field_handle h = {.owner = (uint16_t)def};
    struct buf list = {0};
    asm_expect(a, "{");
    for (bool more = !asm_take(a, "}"); more && asm_ok(a);) {
        uint16_t v = (uint16_t)variant_of(a, def);
        buf_put(&list, &v, sizeof v);
        more = asm_take(a, ",");
        if (!more) asm_expect(a, "}");
    }
    if (list.n / 2 > MV_VARIANTS_MAX) asm_fail(a, "too many variants");
    h.variant_count = (uint16_t)(list.n / 2);
    h.variants = asm_keep(a, &list);
    h.field = (uint16_t)field_of(a, def, h.variant_count ? h.variants[0] : MV_NOWHERE);
    if (!asm_ok(a)) return 0;
    uint32_t i = asm_find_variant_field(a->m, &h);
    return i != MV_NOWHERE ? i : asm_add(a, ASM_VARIANT_FIELDS, &h);
}

/* What follows the definition's name: .x, ::A or ::{A, B}.x; an entry of `plain`. */
static uint32_t member_of(struct asm_state *a, uint32_t def, enum asm_table plain) {
    if (plain == ASM_FIELDS) {
        struct mv_field_handle h = {(uint16_t)def, (uint16_t)field_of(a, def, 0)};
        uint32_t i = asm_ok(a) ? asm_find_field(a->m, h.owner, h.field) : 0;
        return i != MV_NOWHERE ? i : asm_add(a, plain, &h);
    }
    asm_expect(a, "::");
    if (plain == ASM_VARIANT_FIELDS) return variant_field(a, def);
    struct mv_variant_handle h = {(uint16_t)def, (uint16_t)variant_of(a, def)};
    uint32_t i = asm_ok(a) ? asm_find_variant(a->m, h.owner, h.variant) : 0;
    return i != MV_NOWHERE ? i : asm_add(a, plain, &h);
}

static bool member_follows(struct asm_state *a, enum asm_table plain) {
    return asm_peek(a) == (plain == ASM_FIELDS ? '.' : ':');
}

uint32_t asm_member_ref(struct asm_state *a, enum asm_table plain) {
    bool raw = asm_peek(a) == '#';
    uint32_t def = asm_def_ref(a);
    return raw && !member_follows(a, plain) ? def : member_of(a, def, plain);
}

uint32_t asm_member_inst_ref(struct asm_state *a, enum asm_table plain, enum asm_table inst) {
    bool raw = asm_peek(a) == '#';
    uint32_t i = asm_def_ref(a);
    if (!raw || member_follows(a, plain))
        i = member_of(a, i, plain);
    else if (asm_peek(a) != '<')
        return i;
    uint32_t types = asm_type_args(a);
    return asm_intern_inst(a, inst, i, types);
}

/* ---- Types: tokens in pre-order, appended to a buffer */

static void put_type(struct asm_state *a, struct buf *out);

/* Types up to `close`; how many. */
static uint32_t put_types(struct asm_state *a, struct buf *out, const char *close) {
    uint32_t n = 0;
    for (bool more = !asm_take(a, close); more && asm_ok(a); n++) {
        put_type(a, out);
        more = asm_take(a, ",");
        if (!more) asm_expect(a, close);
    }
    return n;
}

static bool is_type_param(struct bytes word) {
    return word.n > 1 && word.p[0] == 'T' && asm_is_type_word(word);
}

/* `t` is as put_type has begun it; children go to `out` behind it. */
static void put_named(struct asm_state *a, struct buf *out, struct mv_token *t) {
    if (asm_peek(a) != '#' && asm_peek(a) != '0') {
        size_t before = a->at;
        struct bytes word = asm_word(a);
        for (size_t i = 0; i < asm_scalar_count; i++)
            if (bytes_eq(word, bytes_cstr(asm_scalars[i].name))) {
                t->kind = asm_scalars[i].kind;
                return;
            }
        if (is_type_param(word)) {
            a->at = before + 1;
            t->kind = MV_TOKEN_TYPE_PARAM;
            t->index = (uint16_t)asm_number(a, MV_INDEX_MAX);
            return;
        }
        if (bytes_eq(word, BYTES_LIT("vector"))) {
            t->kind = MV_TOKEN_VECTOR;
            t->arity = 1;
            asm_expect(a, "<");
            put_type(a, out);
            asm_expect(a, ">");
            return;
        }
        a->at = before;
    }
    t->kind = MV_TOKEN_STRUCT;
    t->index = (uint16_t)asm_struct_ref(a);
    if (!asm_take(a, "<")) return;
    uint32_t n = put_types(a, out, ">");
    if (n == 0 || n > MV_TYPE_PARAMS_MAX) asm_fail(a, "wrong number of type arguments");
    t->kind = MV_TOKEN_STRUCT_INST;
    t->arity = (uint16_t)n;
}

/* |arguments|(results) has abilities; the first bar has been taken. */
static void put_function(struct asm_state *a, struct buf *out, struct mv_token *t) {
    uint32_t args = put_types(a, out, "|");
    asm_expect(a, "(");
    uint32_t results = put_types(a, out, ")");
    if (args > MV_SIGNATURE_COUNT_MAX || results > MV_SIGNATURE_COUNT_MAX)
        asm_fail(a, "too many types");
    t->kind = MV_TOKEN_FUNCTION;
    t->arity = (uint16_t)(args + results);
    t->results = (uint16_t)results;
    if (asm_take_word(a, "has")) t->abilities = asm_abilities(a, "+");
}

static void put_type(struct asm_state *a, struct buf *out) {
    if (a->depth == MV_TOKEN_DEPTH_MAX) asm_fail(a, "type nested too deeply");
    if (!asm_ok(a)) return;
    a->depth++;
    size_t place = out->n;
    struct mv_token t;
    memset(&t, 0, sizeof t);
    buf_put(out, &t, sizeof t);
    if (asm_take(a, "&")) {
        t.kind = asm_take_word(a, "mut") ? MV_TOKEN_MUTABLE_REFERENCE : MV_TOKEN_REFERENCE;
        t.arity = 1;
        put_type(a, out);
    } else if (asm_take(a, "|")) {
        put_function(a, out, &t);
    } else {
        put_named(a, out, &t);
    }
    t.size = (uint32_t)((out->n - place) / sizeof t);
    memcpy(out->p + place, &t, sizeof t);
    a->depth--;
}

const struct mv_token *asm_type(struct asm_state *a) {
    struct buf tokens = {0};
    put_type(a, &tokens);
    return asm_keep(a, &tokens);
}

uint32_t asm_types(struct asm_state *a, const char *close) {
    struct buf tokens = {0}, starts = {0};
    for (bool more = !asm_take(a, close); more && asm_ok(a);) {
        uint32_t start = (uint32_t)(tokens.n / sizeof(struct mv_token));
        buf_put(&starts, &start, sizeof start);
        put_type(a, &tokens);
        more = asm_take(a, ",");
        if (!more) asm_expect(a, close);
    }
    if (starts.n / 4 > MV_SIGNATURE_COUNT_MAX) asm_fail(a, "too many types");
    struct mv_signature s = {.count = (uint16_t)(starts.n / 4)};
    s.token_count = (uint32_t)(tokens.n / sizeof(struct mv_token));
    s.tokens = asm_keep(a, &tokens);
    s.starts = asm_keep(a, &starts);
    if (!asm_ok(a)) return 0;
    uint32_t i = asm_find_signature(a->m, &s);
    return i != MV_NOWHERE ? i : asm_add(a, ASM_SIGNATURES, &s);
}

uint32_t asm_signature(struct asm_state *a) {
    if (asm_take(a, "$")) return (uint32_t)asm_number(a, MV_INDEX_MAX);
    asm_expect(a, "(");
    return asm_types(a, ")");
}

uint32_t asm_type_args(struct asm_state *a) {
    asm_expect(a, "<");
    if (!asm_take(a, "$")) return asm_types(a, ">");
    uint32_t i = (uint32_t)asm_number(a, MV_INDEX_MAX);
    asm_expect(a, ">");
    return i;
}
