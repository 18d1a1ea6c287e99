/* What a name in Move assembly means: the first entry that has it. Linear: for a tool. */
#include <stdlib.h>

#include "move/asm.h"

const struct asm_word asm_scalars[] = {
    {"bool", MV_TOKEN_BOOL}, {"u8", MV_TOKEN_U8},           {"u16", MV_TOKEN_U16},
    {"u32", MV_TOKEN_U32},   {"u64", MV_TOKEN_U64},         {"u128", MV_TOKEN_U128},
    {"u256", MV_TOKEN_U256}, {"address", MV_TOKEN_ADDRESS}, {"signer", MV_TOKEN_SIGNER},
    {"i8", MV_TOKEN_I8},     {"i16", MV_TOKEN_I16},         {"i32", MV_TOKEN_I32},
    {"i64", MV_TOKEN_I64},   {"i128", MV_TOKEN_I128},       {"i256", MV_TOKEN_I256},
};
const size_t asm_scalar_count = COUNT_OF(asm_scalars);

const char *const asm_attributes[10] = {
    NULL,     "persistent",     "module_lock",  "pack",         "pack_variant",
    "unpack", "unpack_variant", "test_variant", "borrow_field", "borrow_field_mut"};

const char *const asm_table_names[ASM_NAMED_TABLES] = {
    [ASM_IDENTIFIERS] = "identifiers",
    [ASM_ADDRESSES] = "addresses",
    [ASM_MODULES] = "modules",
    [ASM_STRUCTS] = "structs",
    [ASM_SIGNATURES] = "signatures",
    [ASM_FUNCTIONS] = "functions",
    [ASM_CONSTANTS] = "constants",
    [ASM_FUNCTION_INSTS] = "function_instances",
    [ASM_STRUCT_INSTS] = "struct_instances",
    [ASM_FIELDS] = "fields",
    [ASM_FIELD_INSTS] = "field_instances",
    [ASM_VARIANTS] = "variants",
    [ASM_VARIANT_INSTS] = "variant_instances",
    [ASM_VARIANT_FIELDS] = "variant_fields",
    [ASM_VARIANT_FIELD_INSTS] = "variant_field_instances",
};

#define FIRST(table, condition)                                                                    \
    for (uint32_t i = 0; i < m->table##_count; i++)                                                \
        if (condition) return i;                                                                   \
    return MV_NOWHERE

uint32_t asm_find_identifier(const struct mv_module *m, struct bytes name) {
    FIRST(identifiers, bytes_eq(m->identifiers[i], name));
}

uint32_t asm_find_address(const struct mv_module *m, const struct b32 *address) {
    FIRST(addresses, b32_eq(&m->addresses[i], address));
}

uint32_t asm_find_module(const struct mv_module *m, unsigned address, unsigned name) {
    FIRST(module_handles,
          m->module_handles[i].address == address && m->module_handles[i].name == name);
}

uint32_t asm_find_struct(const struct mv_module *m, unsigned module, unsigned name) {
    FIRST(struct_handles,
          m->struct_handles[i].module == module && m->struct_handles[i].name == name);
}

uint32_t asm_find_function(const struct mv_module *m, unsigned module, unsigned name) {
    FIRST(function_handles,
          m->function_handles[i].module == module && m->function_handles[i].name == name);
}

static bool tokens_equal(const struct mv_token *a, const struct mv_token *b, size_t count) {
    return !count || memcmp(a, b, count * sizeof *a) == 0;
}

uint32_t asm_find_signature(const struct mv_module *m, const struct mv_signature *s) {
    FIRST(signatures, m->signatures[i].count == s->count &&
                          m->signatures[i].token_count == s->token_count &&
                          tokens_equal(m->signatures[i].tokens, s->tokens, s->token_count));
}

uint32_t asm_find_constant(const struct mv_module *m, const struct mv_constant *c) {
    FIRST(constants, m->constants[i].type->size == c->type->size &&
                         tokens_equal(m->constants[i].type, c->type, c->type->size) &&
                         bytes_eq(m->constants[i].data, c->data));
}

uint32_t asm_find_def(const struct mv_module *m, unsigned name) {
    FIRST(struct_defs, m->struct_defs[i].handle < m->struct_handles_count &&
                           m->struct_handles[m->struct_defs[i].handle].module == m->self &&
                           m->struct_handles[m->struct_defs[i].handle].name == name);
}

uint32_t asm_find_field(const struct mv_module *m, unsigned owner, unsigned field) {
    FIRST(field_handles, m->field_handles[i].owner == owner && m->field_handles[i].field == field);
}

uint32_t asm_find_variant(const struct mv_module *m, unsigned owner, unsigned variant) {
    FIRST(variant_handles,
          m->variant_handles[i].owner == owner && m->variant_handles[i].variant == variant);
}

static bool same_variant_field(const struct mv_variant_field_handle *x,
                               const struct mv_variant_field_handle *y) {
    return x->owner == y->owner && x->field == y->field && x->variant_count == y->variant_count &&
           (!x->variant_count ||
            memcmp(x->variants, y->variants, x->variant_count * sizeof *x->variants) == 0);
}

uint32_t asm_find_variant_field(const struct mv_module *m,
                                const struct mv_variant_field_handle *h) {
    FIRST(variant_field_handles, same_variant_field(&m->variant_field_handles[i], h));
}

uint32_t asm_find_inst(const struct mv_inst *table, uint32_t count, unsigned of, unsigned types) {
    for (uint32_t i = 0; i < count; i++)
        if (table[i].of == of && table[i].types == types) return i;
    return MV_NOWHERE;
}

uint32_t asm_find_member(const struct mv_module *m, unsigned def, unsigned variant, unsigned name) {
    if (def >= m->struct_defs_count) return MV_NOWHERE;
    const struct mv_struct_def *d = &m->struct_defs[def];
    if (d->kind == MV_STRUCT_VARIANTS && variant >= d->variant_count) return MV_NOWHERE;
    unsigned count = 0;
    const struct mv_field_def *fields = mv_struct_fields(d, variant, &count);
    for (uint32_t i = 0; i < count; i++)
        if (fields[i].name == name) return i;
    return MV_NOWHERE;
}

uint32_t asm_find_case(const struct mv_module *m, unsigned def, unsigned name) {
    if (def >= m->struct_defs_count) return MV_NOWHERE;
    const struct mv_struct_def *d = &m->struct_defs[def];
    for (uint32_t i = 0; d->kind == MV_STRUCT_VARIANTS && i < d->variant_count; i++)
        if (d->variants[i].name == name) return i;
    return MV_NOWHERE;
}

bool asm_is_type_word(struct bytes name) {
    for (size_t i = 0; i < asm_scalar_count; i++)
        if (bytes_eq(name, bytes_cstr(asm_scalars[i].name))) return true;
    if (bytes_eq(name, BYTES_LIT("vector"))) return true;
    size_t i = 1;
    while (i < name.n && name.p[i] >= '0' && name.p[i] <= '9') i++;
    return name.n > 1 && name.p[0] == 'T' && i == name.n;
}
