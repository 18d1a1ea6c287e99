/* Writing the Move binary format (move-binary-format, serializer.rs): the inverse of reading, with
 * the tables in the order in which the Move compilers write them. */
#include "move/file_format.h"

static void put_uleb(struct buf *b, uint64_t v) {
    for (; v >= 0x80; v >>= 7) buf_put_u8(b, (uint8_t)(v | 0x80));
    buf_put_u8(b, (uint8_t)v);
}

static void put_blob(struct buf *b, struct bytes s) {
    put_uleb(b, s.n);
    buf_put_bytes(b, s);
}

static void put_type(struct buf *b, const struct mv_token *type) {
    for (uint32_t i = 0; i < type->size; i++) {
        const struct mv_token *t = &type[i];
        buf_put_u8(b, t->kind);
        switch (t->kind) {
        case MV_TOKEN_STRUCT:
        case MV_TOKEN_TYPE_PARAM: put_uleb(b, t->index); break;
        case MV_TOKEN_STRUCT_INST:
            put_uleb(b, t->index);
            put_uleb(b, t->arity);
            break;
        case MV_TOKEN_FUNCTION:
            put_uleb(b, t->abilities);
            put_uleb(b, (unsigned)t->arity - t->results);
            put_uleb(b, t->results);
            break;
        default: break;
        }
    }
}

static void put_specifiers(struct buf *b, bool present, const struct mv_access_specifier *s,
                           unsigned count) {
    buf_put_u8(b, present ? 2 : 1);
    if (!present) return;
    put_uleb(b, count);
    for (; count; count--, s++) {
        buf_put_u8(b, s->kind);
        buf_put_u8(b, s->negated ? 2 : 1);
        buf_put_u8(b, s->resource);
        if (s->resource != MV_RESOURCE_ANY) put_uleb(b, s->index);
        if (s->resource == MV_RESOURCE_STRUCT_INST) put_uleb(b, s->signature);
        buf_put_u8(b, s->address);
        if (s->address != MV_ADDRESS_ANY) put_uleb(b, s->address_index);
        if (s->address == MV_ADDRESS_PARAMETER) {
            buf_put_u8(b, s->has_function ? 2 : 1);
            if (s->has_function) put_uleb(b, s->function);
        }
    }
}

static void put_wide(struct buf *b, const struct u256 *v, unsigned bytes) {
    buf_put(b, v->w, bytes); /* limbs are little-endian, least significant first */
}

static void put_instr(struct buf *b, const struct mv_module *m, const struct mv_instr *in) {
    buf_put_u8(b, in->op);
    switch ((enum mv_operand)mv_op_info[in->op].operand) {
    case MV_OPERAND_NONE: break;
    case MV_OPERAND_SIGNATURE_COUNT:
        put_uleb(b, in->index);
        buf_put(b, &in->imm, 8);
        break;
    case MV_OPERAND_FUNCTION_MASK:
    case MV_OPERAND_FUNCTION_INST_MASK:
        put_uleb(b, in->index);
        put_uleb(b, in->imm);
        break;
    case MV_OPERAND_U8:
    case MV_OPERAND_I8: buf_put(b, &in->imm, 1); break;
    case MV_OPERAND_U16:
    case MV_OPERAND_I16: buf_put(b, &in->imm, 2); break;
    case MV_OPERAND_U32:
    case MV_OPERAND_I32: buf_put(b, &in->imm, 4); break;
    case MV_OPERAND_U64:
    case MV_OPERAND_I64: buf_put(b, &in->imm, 8); break;
    case MV_OPERAND_U128:
    case MV_OPERAND_I128: put_wide(b, &m->wide[in->imm], 16); break;
    case MV_OPERAND_U256:
    case MV_OPERAND_I256: put_wide(b, &m->wide[in->imm], 32); break;
    default: put_uleb(b, in->index);
    }
}

static void put_code(struct buf *b, const struct mv_module *m, const struct mv_code *c) {
    put_uleb(b, c->locals);
    put_uleb(b, c->count);
    for (uint32_t i = 0; i < c->count; i++) put_instr(b, m, &c->instrs[i]);
}

/* ---- Tables: each function appends entry i */

static void put_module_handle(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_uleb(b, m->module_handles[i].address);
    put_uleb(b, m->module_handles[i].name);
}

static void put_struct_handle(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_struct_handle *h = &m->struct_handles[i];
    put_uleb(b, h->module);
    put_uleb(b, h->name);
    put_uleb(b, h->abilities);
    put_uleb(b, h->type_param_count);
    for (unsigned p = 0; p < h->type_param_count; p++) {
        put_uleb(b, h->type_params[p].constraints);
        put_uleb(b, h->type_params[p].phantom);
    }
}

static void put_ability_sets(struct buf *b, const uint8_t *sets, unsigned count) {
    put_uleb(b, count);
    buf_put(b, sets, count);
}

static void put_function_handle(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_function_handle *h = &m->function_handles[i];
    put_uleb(b, h->module);
    put_uleb(b, h->name);
    put_uleb(b, h->params);
    put_uleb(b, h->returns);
    put_ability_sets(b, h->type_params, h->type_param_count);
    if (m->version >= 7)
        put_specifiers(b, h->has_access_specifiers, h->access_specifiers,
                       h->access_specifier_count);
    if (m->version < 8) return;
    put_uleb(b, h->attribute_count);
    for (unsigned a = 0; a < h->attribute_count; a++) {
        buf_put_u8(b, h->attributes[a].kind);
        if (mv_attribute_has_operand(h->attributes[a].kind)) put_uleb(b, h->attributes[a].operand);
    }
}

static void put_inst(struct buf *b, const struct mv_inst *i) {
    put_uleb(b, i->of);
    put_uleb(b, i->types);
}
static void put_function_inst(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_inst(b, &m->function_insts[i]);
}
static void put_struct_def_inst(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_inst(b, &m->struct_def_insts[i]);
}
static void put_field_inst(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_inst(b, &m->field_insts[i]);
}
static void put_variant_field_inst(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_inst(b, &m->variant_field_insts[i]);
}
static void put_variant_inst(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_inst(b, &m->variant_insts[i]);
}

static void put_signature(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_signature *s = &m->signatures[i];
    put_uleb(b, s->count);
    for (unsigned t = 0; t < s->count; t++) put_type(b, mv_sig_type(s, t));
}

static void put_identifier(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_blob(b, m->identifiers[i]);
}

static void put_address(struct buf *b, const struct mv_module *m, uint32_t i) {
    buf_put(b, &m->addresses[i], sizeof m->addresses[i]);
}

static void put_constant(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_type(b, m->constants[i].type);
    put_blob(b, m->constants[i].data);
}

static void put_metadata(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_blob(b, m->metadata[i].key);
    put_blob(b, m->metadata[i].value);
}

static void put_fields(struct buf *b, const struct mv_field_def *f, unsigned count) {
    put_uleb(b, count);
    for (; count; count--, f++) {
        put_uleb(b, f->name);
        put_type(b, f->type);
    }
}

static void put_struct_def(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_struct_def *d = &m->struct_defs[i];
    put_uleb(b, d->handle);
    buf_put_u8(b, d->kind);
    if (d->kind == MV_STRUCT_DECLARED) put_fields(b, d->fields, d->field_count);
    if (d->kind != MV_STRUCT_VARIANTS) return;
    put_uleb(b, d->variant_count);
    for (unsigned v = 0; v < d->variant_count; v++) {
        put_uleb(b, d->variants[v].name);
        put_fields(b, d->variants[v].fields, d->variants[v].field_count);
    }
}

static void put_function_def(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_function_def *d = &m->function_defs[i];
    put_uleb(b, d->handle);
    buf_put_u8(b, d->visibility);
    buf_put_u8(b, (uint8_t)((d->is_native ? 2 : 0) | (d->is_entry ? 4 : 0)));
    put_uleb(b, d->acquire_count);
    for (unsigned a = 0; a < d->acquire_count; a++) put_uleb(b, d->acquires[a]);
    if (!d->is_native) put_code(b, m, &d->code);
}

static void put_field_handle(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_uleb(b, m->field_handles[i].owner);
    put_uleb(b, m->field_handles[i].field);
}

static void put_friend(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_uleb(b, m->friends[i].address);
    put_uleb(b, m->friends[i].name);
}

static void put_variant_field_handle(struct buf *b, const struct mv_module *m, uint32_t i) {
    const struct mv_variant_field_handle *h = &m->variant_field_handles[i];
    put_uleb(b, h->owner);
    put_uleb(b, h->field);
    put_uleb(b, h->variant_count);
    for (unsigned v = 0; v < h->variant_count; v++) put_uleb(b, h->variants[v]);
}

static void put_variant_handle(struct buf *b, const struct mv_module *m, uint32_t i) {
    put_uleb(b, m->variant_handles[i].owner);
    put_uleb(b, m->variant_handles[i].variant);
}

struct table_writer {
    uint8_t kind;
    uint32_t count;
    void (*put)(struct buf *b, const struct mv_module *m, uint32_t i);
};

void mv_module_write(struct buf *out, const struct mv_module *m) {
    const struct table_writer tables[] = {
        {0x1, m->module_handles_count, put_module_handle},
        {0x2, m->struct_handles_count, put_struct_handle},
        {0x3, m->function_handles_count, put_function_handle},
        {0x4, m->function_insts_count, put_function_inst},
        {0x5, m->signatures_count, put_signature},
        {0x7, m->identifiers_count, put_identifier},
        {0x8, m->addresses_count, put_address},
        {0x6, m->constants_count, put_constant},
        {0x10, m->metadata_count, put_metadata},
        {0xa, m->struct_defs_count, put_struct_def},
        {0xb, m->struct_def_insts_count, put_struct_def_inst},
        {0xc, m->function_defs_count, put_function_def},
        {0xd, m->field_handles_count, put_field_handle},
        {0xe, m->field_insts_count, put_field_inst},
        {0xf, m->friends_count, put_friend},
        {0x11, m->variant_field_handles_count, put_variant_field_handle},
        {0x12, m->variant_field_insts_count, put_variant_field_inst},
        {0x13, m->variant_handles_count, put_variant_handle},
        {0x14, m->variant_insts_count, put_variant_inst},
    };
    struct buf contents = {0}, headers = {0};
    unsigned count = 0;
    for (unsigned t = 0; t < COUNT_OF(tables); t++) {
        if (!tables[t].count) continue;
        size_t start = contents.n;
        for (uint32_t i = 0; i < tables[t].count; i++) tables[t].put(&contents, m, i);
        buf_put_u8(&headers, tables[t].kind);
        put_uleb(&headers, start);
        put_uleb(&headers, contents.n - start);
        count++;
    }
    buf_put(out, "\xa1\x1c\xeb\x0b", 4);
    buf_put(out, &m->stored_version, 4);
    put_uleb(out, count);
    buf_put_bytes(out, buf_bytes(&headers));
    buf_put_bytes(out, buf_bytes(&contents));
    if (m->is_script) {
        put_ability_sets(out, m->main.type_params, m->main.type_param_count);
        put_uleb(out, m->main.params);
        if (m->version >= 8)
            put_specifiers(out, m->main.has_access_specifiers, m->main.access_specifiers,
                           m->main.access_specifier_count);
        put_code(out, m, &m->main.code);
    } else {
        put_uleb(out, m->self);
    }
    buf_free(&contents);
    buf_free(&headers);
}
