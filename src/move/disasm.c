/* A module or script as Move assembly: see assembly.h. */
#include <stdlib.h>

#include "codec/codec.h"
#include "move/disasm.h"

static const uint32_t stamp = 0x0a000000;

/* ---- Parts of handles */

static void put_type_params(struct buf *b, const struct mv_struct_type_param *p, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        buf_printf(b, "%s%sT%u", i ? ", " : "<", p[i].phantom ? "phantom " : "", i);
        if (p[i].constraints) buf_puts(b, ": ");
        dis_abilities(b, p[i].constraints, " + ");
    }
    if (count) buf_puts(b, ">");
}

static void put_constraints(struct buf *b, const uint8_t *sets, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        struct mv_struct_type_param p = {.constraints = sets[i]};
        buf_printf(b, "%sT%u%s", i ? ", " : "<", i, p.constraints ? ": " : "");
        dis_abilities(b, p.constraints, " + ");
    }
    if (count) buf_puts(b, ">");
}

static void put_access(struct buf *b, const struct mv_module *m, bool present,
                       const struct mv_access_specifier *s, unsigned count) {
    static const char *const kinds[] = {"", "reads ", "writes ", "acquires "};
    if (!present) return;
    buf_puts(b, " access [");
    for (unsigned i = 0; i < count; i++, s++) {
        buf_printf(b, "%s%s%s", i ? ", " : "", s->negated ? "!" : "", kinds[s->kind]);
        switch (s->resource) {
        case MV_RESOURCE_ANY: buf_puts(b, "*"); break;
        case MV_RESOURCE_AT_ADDRESS:
            buf_puts(b, "address ");
            dis_address(b, m, s->index);
            break;
        case MV_RESOURCE_IN_MODULE:
            buf_puts(b, "module ");
            dis_module(b, m, s->index);
            break;
        default: dis_struct(b, m, s->index); break;
        }
        if (s->resource == MV_RESOURCE_STRUCT_INST) dis_signature(b, m, s->signature, "<>", true);
        if (s->address == MV_ADDRESS_LITERAL) {
            buf_puts(b, " at ");
            dis_address(b, m, s->address_index);
        } else if (s->address == MV_ADDRESS_PARAMETER) {
            buf_printf(b, " at local %u%s", s->address_index, s->has_function ? " via " : "");
            if (s->has_function) dis_inst(b, m, ASM_FUNCTION_INSTS, s->function);
        }
    }
    buf_puts(b, "]");
}

static void put_struct_head(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_struct_handle *h = &m->struct_handles[i];
    dis_path(b, m, h->module, h->name);
    put_type_params(b, h->type_params, h->type_param_count);
    if (h->abilities) buf_puts(b, " has ");
    dis_abilities(b, h->abilities, ", ");
}

static void put_function_head(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_function_handle *h = &m->function_handles[i];
    dis_path(b, m, h->module, h->name);
    put_constraints(b, h->type_params, h->type_param_count);
    dis_signature(b, m, h->params, "()", false);
    buf_puts(b, ": ");
    dis_signature(b, m, h->returns, "()", false);
    for (unsigned k = 0; k < h->attribute_count; k++) {
        buf_printf(b, "%s%s", k ? ", " : " with ", asm_attributes[h->attributes[k].kind]);
        if (mv_attribute_has_operand(h->attributes[k].kind))
            buf_printf(b, " %u", h->attributes[k].operand);
    }
    put_access(b, m, h->has_access_specifiers, h->access_specifiers, h->access_specifier_count);
}

/* ---- Which handles their definitions describe: this module's, of an own name, defined once. The
 * others are described by `extern` items. */

struct described {
    bool *structs, *functions;
};

static void find_described(struct described *d, const struct mv_module *m) {
    uint8_t *times = xcalloc((size_t)m->struct_handles_count + m->function_handles_count + 1, 1);
    uint8_t *function_times = times + m->struct_handles_count;
    d->structs = xcalloc(m->struct_handles_count + 1u, sizeof *d->structs);
    d->functions = xcalloc(m->function_handles_count + 1u, sizeof *d->functions);
    for (uint32_t i = 0; i < m->struct_defs_count; i++) {
        unsigned h = m->struct_defs[i].handle;
        if (h < m->struct_handles_count && times[h] < 2) times[h]++;
    }
    for (uint32_t i = 0; i < m->function_defs_count; i++) {
        unsigned h = m->function_defs[i].handle;
        if (h < m->function_handles_count && function_times[h] < 2) function_times[h]++;
    }
    /* Twins in a table are all described by extern items, in the table's order. */
    for (uint32_t i = 0; i < m->struct_handles_count; i++) {
        const struct mv_struct_handle *h = &m->struct_handles[i];
        uint32_t first = asm_find_struct(m, h->module, h->name);
        d->structs[i] = first == i && times[i] == 1 && h->module == m->self;
        if (first != i) d->structs[first] = false;
    }
    for (uint32_t i = 0; i < m->function_handles_count; i++) {
        const struct mv_function_handle *h = &m->function_handles[i];
        uint32_t first = asm_find_function(m, h->module, h->name);
        d->functions[i] = first == i && function_times[i] == 1 && h->module == m->self;
        if (first != i) d->functions[first] = false;
    }
    free(times);
}

/* ---- Items */

static void put_header(struct buf *b, const struct mv_module *m) {
    if (m->is_script) {
        buf_puts(b, "script");
    } else {
        buf_puts(b, "module ");
        dis_module(b, m, m->self);
    }
    buf_printf(b, "\nversion %u", m->version);
    if (m->stored_version != (m->version | (m->version >= 7 ? stamp : 0)))
        buf_printf(b, " stamp 0x%08x", m->stored_version);
    buf_puts(b, "\n\n");
}

static bool prints(struct bytes s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~' || s.p[i] == '"') return false;
    return true;
}

static void put_small_items(struct buf *b, const struct mv_module *m) {
    for (uint32_t i = 0; i < m->friends_count; i++) {
        buf_puts(b, "friend ");
        dis_module_entry(b, m, &m->friends[i]);
        buf_puts(b, "\n");
    }
    for (uint32_t i = 0; i < m->metadata_count; i++) {
        struct bytes key = m->metadata[i].key;
        buf_puts(b, "metadata ");
        if (prints(key))
            buf_printf(b, "\"%.*s\"", (int)key.n, (const char *)key.p);
        else
            hex_put(b, key);
        buf_puts(b, " ");
        hex_put(b, m->metadata[i].value);
        buf_puts(b, "\n");
    }
}

static void put_externs(struct buf *b, const struct mv_module *m, const struct described *d) {
    for (uint32_t i = 0; i < m->struct_handles_count; i++) {
        if (d->structs[i]) continue;
        buf_puts(b, "extern struct ");
        put_struct_head(b, m, i);
        buf_puts(b, "\n");
    }
    for (uint32_t i = 0; i < m->function_handles_count; i++) {
        if (d->functions[i]) continue;
        buf_puts(b, "extern fun ");
        put_function_head(b, m, i);
        buf_puts(b, "\n");
    }
}

static void put_fields(struct buf *b, const struct mv_module *m, const struct mv_field_def *f,
                       unsigned count, const char *before, const char *after) {
    for (unsigned i = 0; i < count; i++) {
        buf_puts(b, before);
        dis_identifier(b, m, f[i].name);
        buf_puts(b, ": ");
        dis_type(b, m, f[i].type);
        buf_puts(b, i + 1 < count ? "," : "");
        buf_puts(b, after);
    }
}

static void put_struct(struct buf *b, const struct mv_module *m, const struct described *d,
                       const struct mv_struct_def *s) {
    static const char *const words[] = {"", "native struct ", "struct ", "enum "};
    buf_puts(b, words[s->kind]);
    if (s->handle < m->struct_handles_count && d->structs[s->handle])
        put_struct_head(b, m, s->handle);
    else
        buf_printf(b, "#%u", s->handle);
    if (s->kind != MV_STRUCT_NATIVE) buf_puts(b, " {\n");
    if (s->kind == MV_STRUCT_DECLARED) put_fields(b, m, s->fields, s->field_count, "    ", "\n");
    for (unsigned v = 0; s->kind == MV_STRUCT_VARIANTS && v < s->variant_count; v++) {
        buf_puts(b, "    ");
        dis_identifier(b, m, s->variants[v].name);
        buf_puts(b, " {");
        put_fields(b, m, s->variants[v].fields, s->variants[v].field_count, " ", "");
        buf_puts(b, s->variants[v].field_count ? " }\n" : "}\n");
    }
    buf_puts(b, s->kind != MV_STRUCT_NATIVE ? "}\n\n" : "\n\n");
}

static void put_function(struct buf *b, const struct mv_module *m, const struct described *d,
                         const struct mv_function_def *f) {
    static const char *const words[] = {"", "public ", "", "friend "};
    buf_printf(b, "%s%s%sfun ", words[f->visibility], f->is_entry ? "entry " : "",
               f->is_native ? "native " : "");
    if (f->handle < m->function_handles_count && d->functions[f->handle])
        put_function_head(b, m, f->handle);
    else
        buf_printf(b, "#%u", f->handle);
    for (unsigned i = 0; i < f->acquire_count; i++) {
        buf_puts(b, i ? ", " : " acquires ");
        dis_def(b, m, f->acquires[i]);
    }
    if (f->is_native)
        buf_puts(b, "\n");
    else
        dis_code(b, m, &f->code);
    buf_puts(b, "\n");
}

static void put_main(struct buf *b, const struct mv_module *m) {
    buf_puts(b, "main");
    put_constraints(b, m->main.type_params, m->main.type_param_count);
    dis_signature(b, m, m->main.params, "()", false);
    put_access(b, m, m->main.has_access_specifiers, m->main.access_specifiers,
               m->main.access_specifier_count);
    dis_code(b, m, &m->main.code);
    buf_puts(b, "\n");
}

/* ---- Tables */

static uint32_t table_count(const struct mv_module *m, enum asm_table t) {
    const uint32_t counts[ASM_NAMED_TABLES] = {
        [ASM_IDENTIFIERS] = m->identifiers_count,
        [ASM_ADDRESSES] = m->addresses_count,
        [ASM_MODULES] = m->module_handles_count,
        [ASM_STRUCTS] = m->struct_handles_count,
        [ASM_SIGNATURES] = m->signatures_count,
        [ASM_FUNCTIONS] = m->function_handles_count,
        [ASM_CONSTANTS] = m->constants_count,
        [ASM_FUNCTION_INSTS] = m->function_insts_count,
        [ASM_STRUCT_INSTS] = m->struct_def_insts_count,
        [ASM_FIELDS] = m->field_handles_count,
        [ASM_FIELD_INSTS] = m->field_insts_count,
        [ASM_VARIANTS] = m->variant_handles_count,
        [ASM_VARIANT_INSTS] = m->variant_insts_count,
        [ASM_VARIANT_FIELDS] = m->variant_field_handles_count,
        [ASM_VARIANT_FIELD_INSTS] = m->variant_field_insts_count,
    };
    return counts[t];
}

static void put_entry(struct buf *b, const struct mv_module *m, enum asm_table t, uint32_t i) {
    switch (t) {
    case ASM_IDENTIFIERS: buf_put_bytes(b, m->identifiers[i]); break;
    case ASM_ADDRESSES: hex_put(b, BYTES_OF(m->addresses[i])); break;
    case ASM_MODULES: dis_module_entry(b, m, &m->module_handles[i]); break;
    case ASM_STRUCTS: dis_path(b, m, m->struct_handles[i].module, m->struct_handles[i].name); break;
    case ASM_FUNCTIONS:
        dis_path(b, m, m->function_handles[i].module, m->function_handles[i].name);
        break;
    case ASM_SIGNATURES: dis_signature_entry(b, m, i); break;
    case ASM_CONSTANTS: dis_constant_entry(b, m, i); break;
    case ASM_FIELDS:
    case ASM_VARIANTS:
    case ASM_VARIANT_FIELDS: dis_member_entry(b, m, t, i); break;
    default: dis_inst_entry(b, m, t, i); break;
    }
}

static void put_tables(struct buf *b, const struct mv_module *m) {
    for (enum asm_table t = 0; t < ASM_NAMED_TABLES; t++) {
        uint32_t count = table_count(m, t);
        if (!count) continue;
        buf_printf(b, "table %s {\n", asm_table_names[t]);
        for (uint32_t i = 0; i < count; i++) {
            buf_puts(b, "    ");
            put_entry(b, m, t, i);
            buf_puts(b, "\n");
        }
        buf_puts(b, "}\n");
    }
}

void mv_disassemble(struct buf *out, const struct mv_module *m, bool tables) {
    struct described d;
    find_described(&d, m);
    put_header(out, m);
    put_small_items(out, m);
    put_externs(out, m, &d);
    buf_puts(out, "\n");
    for (uint32_t i = 0; i < m->struct_defs_count; i++) put_struct(out, m, &d, &m->struct_defs[i]);
    for (uint32_t i = 0; i < m->function_defs_count; i++)
        put_function(out, m, &d, &m->function_defs[i]);
    if (m->is_script) put_main(out, m);
    if (tables) put_tables(out, m);
    free(d.structs);
    free(d.functions);
}
