/* The names of the format: status codes, index kinds, opcodes; and looking definitions up. */
#include "move/file_format.h"

#include <assert.h>

const char *mv_status_name(enum mv_status_code code) {
    switch (code) {
    case MV_OK: break;
#define STATUS(name, number)                                                                       \
    case MV_##name:                                                                                \
        return #name;
#include "move/status.def"
#undef STATUS
    }
    return NULL;
}

const char *mv_index_kind_name(enum mv_index_kind kind) {
    static const char *const names[] = {
        [MV_KIND_NONE] = "module",
        [MV_KIND_BYTE] = "byte offset",
        [MV_KIND_MODULE_HANDLE] = "module handle",
        [MV_KIND_STRUCT_HANDLE] = "struct handle",
        [MV_KIND_FUNCTION_HANDLE] = "function handle",
        [MV_KIND_FIELD_HANDLE] = "field handle",
        [MV_KIND_FRIEND_DECL] = "friend declaration",
        [MV_KIND_FUNCTION_INST] = "function instantiation",
        [MV_KIND_FIELD_INST] = "field instantiation",
        [MV_KIND_STRUCT_DEF] = "struct definition",
        [MV_KIND_STRUCT_DEF_INST] = "struct instantiation",
        [MV_KIND_FUNCTION_DEF] = "function definition",
        [MV_KIND_FIELD_DEF] = "field definition",
        [MV_KIND_SIGNATURE] = "signature",
        [MV_KIND_IDENTIFIER] = "identifier",
        [MV_KIND_ADDRESS] = "address",
        [MV_KIND_CONSTANT] = "constant",
        [MV_KIND_VARIANT_FIELD_HANDLE] = "variant field handle",
        [MV_KIND_VARIANT_FIELD_INST] = "variant field instantiation",
        [MV_KIND_VARIANT_HANDLE] = "variant handle",
        [MV_KIND_VARIANT_INST] = "variant instantiation",
        [MV_KIND_VARIANT] = "variant",
        [MV_KIND_TYPE_PARAM] = "type parameter",
        [MV_KIND_LOCAL] = "local",
        [MV_KIND_METADATA] = "metadata entry",
    };
    assert(kind < COUNT_OF(names));
    return names[kind];
}

const struct mv_op_info mv_op_info[256] = {
#define OP(name, text, byte, operand, since) [byte] = {text, MV_OPERAND_##operand, since},
#include "move/opcodes.def"
#undef OP
};

uint32_t mv_find_function(const struct mv_module *m, struct bytes name) {
    for (uint32_t i = 0; i < m->function_defs_count; i++) {
        const struct mv_function_handle *h = &m->function_handles[m->function_defs[i].handle];
        if (bytes_eq(m->identifiers[h->name], name)) return i;
    }
    return MV_NOWHERE;
}

uint32_t mv_find_struct(const struct mv_module *m, struct bytes name) {
    for (uint32_t i = 0; i < m->struct_defs_count; i++) {
        const struct mv_struct_handle *h = &m->struct_handles[m->struct_defs[i].handle];
        if (bytes_eq(m->identifiers[h->name], name)) return i;
    }
    return MV_NOWHERE;
}

const struct mv_field_def *mv_struct_fields(const struct mv_struct_def *d, unsigned variant,
                                            unsigned *count) {
    switch (d->kind) {
    case MV_STRUCT_DECLARED: *count = d->field_count; return d->fields;
    case MV_STRUCT_VARIANTS:
        assert(variant < d->variant_count);
        *count = d->variants[variant].field_count;
        return d->variants[variant].fields;
    default: *count = 0; return NULL;
    }
}
