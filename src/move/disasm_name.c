/* Names of entries in Move assembly: a name where it finds the entry again, its index otherwise. */
#include "codec/codec.h"
#include "move/disasm.h"

static void raw(struct buf *b, uint32_t i) {
    buf_printf(b, "#%u", i);
}

static bool is_name(const struct mv_module *m, uint32_t i) {
    return i < m->identifiers_count && asm_find_identifier(m, m->identifiers[i]) == i;
}

void dis_identifier(struct buf *b, const struct mv_module *m, uint32_t i) {
    if (is_name(m, i))
        buf_put_bytes(b, m->identifiers[i]);
    else
        raw(b, i);
}

static void short_address(struct buf *b, const struct b32 *address) {
    struct buf hex = {0};
    hex_put_digits(&hex, BYTES_OF(*address));
    size_t zeros = 0;
    while (zeros < hex.n - 1 && hex.p[zeros] == '0') zeros++;
    buf_puts(b, "0x");
    buf_put_bytes(b, bytes_sub(buf_bytes(&hex), zeros, hex.n - zeros));
    buf_free(&hex);
}

void dis_address(struct buf *b, const struct mv_module *m, uint32_t i) {
    if (i < m->addresses_count && asm_find_address(m, &m->addresses[i]) == i)
        short_address(b, &m->addresses[i]);
    else
        raw(b, i);
}

void dis_module_entry(struct buf *b, const struct mv_module *m, const struct mv_module_handle *h) {
    dis_address(b, m, h->address);
    buf_puts(b, "::");
    dis_identifier(b, m, h->name);
}

static bool module_has_name(const struct mv_module *m, uint32_t i) {
    return i < m->module_handles_count &&
           asm_find_module(m, m->module_handles[i].address, m->module_handles[i].name) == i;
}

void dis_module(struct buf *b, const struct mv_module *m, uint32_t i) {
    if (module_has_name(m, i))
        dis_module_entry(b, m, &m->module_handles[i]);
    else
        raw(b, i);
}

/* A name of this module that is a word of its own; an index would read as the whole path. */
static bool stands_alone(const struct mv_module *m, unsigned module, unsigned name) {
    return !m->is_script && module == m->self && is_name(m, name);
}

void dis_path(struct buf *b, const struct mv_module *m, unsigned module, unsigned name) {
    if (!stands_alone(m, module, name)) {
        dis_module(b, m, module);
        buf_puts(b, "::");
    }
    dis_identifier(b, m, name);
}

void dis_struct(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_struct_handle *h = i < m->struct_handles_count ? &m->struct_handles[i] : NULL;
    bool named = h && asm_find_struct(m, h->module, h->name) == i;
    if (named && stands_alone(m, h->module, h->name))
        named = !asm_is_type_word(m->identifiers[h->name]);
    if (named)
        dis_path(b, m, h->module, h->name);
    else
        raw(b, i);
}

void dis_function(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_function_handle *h =
        i < m->function_handles_count ? &m->function_handles[i] : NULL;
    if (h && asm_find_function(m, h->module, h->name) == i)
        dis_path(b, m, h->module, h->name);
    else
        raw(b, i);
}

void dis_def(struct buf *b, const struct mv_module *m, uint32_t i) {
    if (i < m->struct_defs_count && m->struct_defs[i].handle < m->struct_handles_count) {
        uint32_t name = m->struct_handles[m->struct_defs[i].handle].name;
        if (asm_find_def(m, name) == i && is_name(m, name)) {
            dis_identifier(b, m, name);
            return;
        }
    }
    raw(b, i);
}

void dis_abilities(struct buf *b, uint8_t set, const char *between) {
    static const char *const names[] = {"copy", "drop", "store", "key"};
    const char *mark = "";
    for (unsigned i = 0; i < COUNT_OF(names); i++) {
        if (!(set >> i & 1)) continue;
        buf_puts(b, mark);
        buf_puts(b, names[i]);
        mark = between;
    }
}

/* ---- Types: at most 256 levels, as the reader sees to */

static const struct mv_token *put_types(struct buf *b, const struct mv_module *m,
                                        const struct mv_token *t, unsigned count) {
    for (unsigned i = 0; i < count; i++, t += t->size) {
        if (i) buf_puts(b, ", ");
        dis_type(b, m, t);
    }
    return t;
}

void dis_type(struct buf *b, const struct mv_module *m, const struct mv_token *t) {
    switch (t->kind) {
    case MV_TOKEN_REFERENCE:
    case MV_TOKEN_MUTABLE_REFERENCE:
        buf_puts(b, t->kind == MV_TOKEN_REFERENCE ? "&" : "&mut ");
        dis_type(b, m, t + 1);
        return;
    case MV_TOKEN_VECTOR:
        buf_puts(b, "vector<");
        dis_type(b, m, t + 1);
        buf_puts(b, ">");
        return;
    case MV_TOKEN_TYPE_PARAM: buf_printf(b, "T%u", t->index); return;
    case MV_TOKEN_STRUCT: dis_struct(b, m, t->index); return;
    case MV_TOKEN_STRUCT_INST:
        dis_struct(b, m, t->index);
        buf_puts(b, "<");
        put_types(b, m, t + 1, t->arity);
        buf_puts(b, ">");
        return;
    case MV_TOKEN_FUNCTION: {
        buf_puts(b, "|");
        const struct mv_token *results = put_types(b, m, t + 1, (unsigned)t->arity - t->results);
        buf_puts(b, "|(");
        put_types(b, m, results, t->results);
        buf_puts(b, t->abilities ? ") has " : ")");
        dis_abilities(b, t->abilities, " + ");
        return;
    }
    default: break;
    }
    for (size_t i = 0; i < asm_scalar_count; i++)
        if (asm_scalars[i].kind == t->kind) buf_puts(b, asm_scalars[i].name);
}

static void put_signature(struct buf *b, const struct mv_module *m, uint32_t i, const char *marks) {
    const struct mv_signature *s = &m->signatures[i];
    buf_put_u8(b, (uint8_t)marks[0]);
    for (unsigned k = 0; k < s->count; k++) {
        if (k) buf_puts(b, ", ");
        dis_type(b, m, mv_sig_type(s, k));
    }
    buf_put_u8(b, (uint8_t)marks[1]);
}

void dis_signature_entry(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_signature(b, m, i, "()");
}

void dis_signature(struct buf *b, const struct mv_module *m, uint32_t i, const char *marks,
                   bool within) {
    if (i < m->signatures_count && asm_find_signature(m, &m->signatures[i]) == i)
        put_signature(b, m, i, marks);
    else if (within)
        buf_printf(b, "%c$%u%c", marks[0], i, marks[1]);
    else
        buf_printf(b, " $%u", i); /* a $ may be part of a word before it */
}

void dis_constant_entry(struct buf *b, const struct mv_module *m, uint32_t i) {
    dis_type(b, m, m->constants[i].type);
    buf_puts(b, " ");
    hex_put(b, m->constants[i].data);
}

void dis_constant(struct buf *b, const struct mv_module *m, uint32_t i) {
    if (i < m->constants_count && asm_find_constant(m, &m->constants[i]) == i)
        dis_constant_entry(b, m, i);
    else
        raw(b, i);
}

/* ---- Members and instances */

static void put_field(struct buf *b, const struct mv_module *m, unsigned def, unsigned variant,
                      unsigned field) {
    unsigned count = 0;
    const struct mv_field_def *fields = NULL;
    const struct mv_struct_def *d = def < m->struct_defs_count ? &m->struct_defs[def] : NULL;
    if (d && (d->kind != MV_STRUCT_VARIANTS || variant < d->variant_count))
        fields = mv_struct_fields(d, variant, &count);
    buf_puts(b, ".");
    if (field < count && is_name(m, fields[field].name) &&
        asm_find_member(m, def, variant, fields[field].name) == field)
        dis_identifier(b, m, fields[field].name);
    else
        raw(b, field);
}

static void put_case(struct buf *b, const struct mv_module *m, unsigned def, unsigned variant) {
    const struct mv_struct_def *d = def < m->struct_defs_count ? &m->struct_defs[def] : NULL;
    if (d && d->kind == MV_STRUCT_VARIANTS && variant < d->variant_count &&
        is_name(m, d->variants[variant].name) &&
        asm_find_case(m, def, d->variants[variant].name) == variant)
        dis_identifier(b, m, d->variants[variant].name);
    else
        raw(b, variant);
}

void dis_member_entry(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i) {
    if (table == ASM_FIELDS) {
        dis_def(b, m, m->field_handles[i].owner);
        put_field(b, m, m->field_handles[i].owner, 0, m->field_handles[i].field);
    } else if (table == ASM_VARIANTS) {
        dis_def(b, m, m->variant_handles[i].owner);
        buf_puts(b, "::");
        put_case(b, m, m->variant_handles[i].owner, m->variant_handles[i].variant);
    } else {
        const struct mv_variant_field_handle *h = &m->variant_field_handles[i];
        dis_def(b, m, h->owner);
        buf_puts(b, "::{");
        for (unsigned v = 0; v < h->variant_count; v++) {
            if (v) buf_puts(b, ", ");
            put_case(b, m, h->owner, h->variants[v]);
        }
        buf_puts(b, "}");
        put_field(b, m, h->owner, h->variant_count ? h->variants[0] : MV_NOWHERE, h->field);
    }
}

static bool member_has_name(const struct mv_module *m, enum asm_table table, uint32_t i) {
    switch (table) {
    case ASM_FIELDS:
        return i < m->field_handles_count &&
               asm_find_field(m, m->field_handles[i].owner, m->field_handles[i].field) == i;
    case ASM_VARIANTS:
        return i < m->variant_handles_count &&
               asm_find_variant(m, m->variant_handles[i].owner, m->variant_handles[i].variant) == i;
    default:
        return i < m->variant_field_handles_count &&
               asm_find_variant_field(m, &m->variant_field_handles[i]) == i;
    }
}

void dis_member(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i) {
    if (member_has_name(m, table, i))
        dis_member_entry(b, m, table, i);
    else
        raw(b, i);
}

static const struct mv_inst *insts(const struct mv_module *m, enum asm_table table,
                                   uint32_t *count) {
    switch (table) {
    case ASM_FUNCTION_INSTS: *count = m->function_insts_count; return m->function_insts;
    case ASM_STRUCT_INSTS: *count = m->struct_def_insts_count; return m->struct_def_insts;
    case ASM_FIELD_INSTS: *count = m->field_insts_count; return m->field_insts;
    case ASM_VARIANT_INSTS: *count = m->variant_insts_count; return m->variant_insts;
    default: *count = m->variant_field_insts_count; return m->variant_field_insts;
    }
}

void dis_inst_entry(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i) {
    uint32_t count;
    const struct mv_inst *inst = insts(m, table, &count) + i;
    if (table == ASM_FUNCTION_INSTS)
        dis_function(b, m, inst->of);
    else if (table == ASM_STRUCT_INSTS)
        dis_def(b, m, inst->of);
    else
        dis_member(b, m, table - 1, inst->of);
    dis_signature(b, m, inst->types, "<>", true);
}

void dis_inst(struct buf *b, const struct mv_module *m, enum asm_table table, uint32_t i) {
    uint32_t count;
    const struct mv_inst *all = insts(m, table, &count);
    if (i < count && asm_find_inst(all, count, all[i].of, all[i].types) == i)
        dis_inst_entry(b, m, table, i);
    else
        raw(b, i);
}
