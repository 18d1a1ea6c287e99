/* A module's bytecode and ABI as the API shows them; the SDK encodes arguments by this ABI. */
#include "rpc/aptos.h"

#include <stdio.h>

#include "move/attributes.h"
#include "move/file_format.h"
#include "move/type_tag.h"

static struct bytes identifier(const struct mv_module *m, uint16_t i) {
    return m->identifiers[i];
}

static void put_module_id(struct buf *b, const struct mv_module *m, uint16_t handle) {
    char address[67];
    size_t n = mv_address_print(address, &m->addresses[m->module_handles[handle].address]);
    buf_put(b, address, n);
    buf_puts(b, "::");
    buf_put_bytes(b, identifier(m, m->module_handles[handle].name));
}

static const char *primitive(uint8_t kind) {
    switch (kind) {
    case MV_TOKEN_BOOL: return "bool";
    case MV_TOKEN_U8: return "u8";
    case MV_TOKEN_U16: return "u16";
    case MV_TOKEN_U32: return "u32";
    case MV_TOKEN_U64: return "u64";
    case MV_TOKEN_U128: return "u128";
    case MV_TOKEN_U256: return "u256";
    case MV_TOKEN_I8: return "i8";
    case MV_TOKEN_I16: return "i16";
    case MV_TOKEN_I32: return "i32";
    case MV_TOKEN_I64: return "i64";
    case MV_TOKEN_I128: return "i128";
    case MV_TOKEN_I256: return "i256";
    case MV_TOKEN_ADDRESS: return "address";
    case MV_TOKEN_SIGNER: return "signer";
    default: return NULL;
    }
}

/* The nesting of a type is limited by the reader of the binary format. */
static void put_type(struct buf *b, const struct mv_module *m, const struct mv_token *t) {
    const char *name = primitive(t->kind);
    if (name) {
        buf_puts(b, name);
        return;
    }
    switch (t->kind) {
    case MV_TOKEN_REFERENCE:
        buf_puts(b, "&");
        put_type(b, m, t + 1);
        return;
    case MV_TOKEN_MUTABLE_REFERENCE:
        buf_puts(b, "&mut ");
        put_type(b, m, t + 1);
        return;
    case MV_TOKEN_TYPE_PARAM: buf_printf(b, "T%u", t->index); return;
    case MV_TOKEN_VECTOR:
        buf_puts(b, "vector<");
        put_type(b, m, t + 1);
        buf_puts(b, ">");
        return;
    case MV_TOKEN_STRUCT:
    case MV_TOKEN_STRUCT_INST: {
        const struct mv_struct_handle *h = &m->struct_handles[t->index];
        put_module_id(b, m, h->module);
        buf_puts(b, "::");
        buf_put_bytes(b, identifier(m, h->name));
        const struct mv_token *child = t + 1;
        for (uint16_t i = 0; t->kind == MV_TOKEN_STRUCT_INST && i < t->arity;
             i++, child += child->size) {
            buf_puts(b, i ? ", " : "<");
            put_type(b, m, child);
        }
        if (t->kind == MV_TOKEN_STRUCT_INST) buf_puts(b, ">");
        return;
    }
    default: buf_puts(b, "|…|"); return;
    }
}

static void put_type_string(struct json_out *o, const struct mv_module *m,
                            const struct mv_token *t) {
    struct buf b = {0};
    put_type(&b, m, t);
    jo_string(o, buf_bytes(&b));
    buf_free(&b);
}

static void put_abilities(struct json_out *o, uint8_t set) {
    jo_array(o);
    if (set & MV_COPY) jo_cstring(o, "copy");
    if (set & MV_DROP) jo_cstring(o, "drop");
    if (set & MV_STORE) jo_cstring(o, "store");
    if (set & MV_KEY) jo_cstring(o, "key");
    jo_end_array(o);
}

static void put_constraints(struct json_out *o, uint8_t set) {
    jo_object(o);
    jo_key(o, "constraints");
    put_abilities(o, set);
    jo_end_object(o);
}

static void put_signature(struct json_out *o, const struct mv_module *m, uint16_t index) {
    const struct mv_signature *s = &m->signatures[index];
    jo_array(o);
    for (unsigned i = 0; i < s->count; i++) put_type_string(o, m, mv_sig_type(s, i));
    jo_end_array(o);
}

static void put_function(struct json_out *o, const struct mv_module *m,
                         const struct mv_function_def *f) {
    static const char *const visibility[] = {"private", "public", "", "friend"};
    const struct mv_function_handle *h = &m->function_handles[f->handle];
    struct bytes name = identifier(m, h->name);
    jo_object(o);
    jo_key(o, "name");
    jo_string(o, name);
    jo_key(o, "visibility");
    jo_cstring(o, visibility[f->visibility & 3]);
    jo_key(o, "is_entry");
    jo_bool(o, f->is_entry);
    jo_key(o, "is_view");
    jo_bool(o, mv_is_view(m, name));
    jo_key(o, "generic_type_params");
    jo_array(o);
    for (unsigned i = 0; i < h->type_param_count; i++) put_constraints(o, h->type_params[i]);
    jo_end_array(o);
    jo_key(o, "params");
    put_signature(o, m, h->params);
    jo_key(o, "return");
    put_signature(o, m, h->returns);
    jo_end_object(o);
}

static void put_fields(struct json_out *o, const struct mv_module *m,
                       const struct mv_field_def *fields, unsigned n) {
    jo_array(o);
    for (unsigned i = 0; i < n; i++) {
        jo_object(o);
        jo_key(o, "name");
        jo_string(o, identifier(m, fields[i].name));
        jo_key(o, "type");
        put_type_string(o, m, fields[i].type);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_variants(struct json_out *o, const struct mv_module *m,
                         const struct mv_struct_def *s) {
    jo_key(o, "variants");
    jo_array(o);
    for (unsigned i = 0; i < s->variant_count; i++) {
        jo_object(o);
        jo_key(o, "name");
        jo_string(o, identifier(m, s->variants[i].name));
        jo_key(o, "fields");
        put_fields(o, m, s->variants[i].fields, s->variants[i].field_count);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static bool is_event(const struct mv_module *m, struct bytes name) {
    struct arena arena;
    struct mv_module_info info;
    arena_init(&arena, 0);
    bool found = !err_is(mv_metadata_read(m, &arena, &info)) &&
                 mv_find_attribute(info.struct_attributes, info.struct_attribute_count, name,
                                   MV_MEANS_EVENT);
    arena_free(&arena);
    return found;
}

static void put_struct(struct json_out *o, const struct mv_module *m,
                       const struct mv_struct_def *s) {
    const struct mv_struct_handle *h = &m->struct_handles[s->handle];
    struct bytes name = identifier(m, h->name);
    jo_object(o);
    jo_key(o, "name");
    jo_string(o, name);
    jo_key(o, "is_native");
    jo_bool(o, s->kind == MV_STRUCT_NATIVE);
    jo_key(o, "is_event");
    jo_bool(o, is_event(m, name));
    jo_key(o, "is_enum");
    jo_bool(o, s->kind == MV_STRUCT_VARIANTS);
    jo_key(o, "abilities");
    put_abilities(o, h->abilities);
    jo_key(o, "generic_type_params");
    jo_array(o);
    for (unsigned i = 0; i < h->type_param_count; i++)
        put_constraints(o, h->type_params[i].constraints);
    jo_end_array(o);
    jo_key(o, "fields");
    put_fields(o, m, s->fields, s->kind == MV_STRUCT_DECLARED ? s->field_count : 0);
    if (s->kind == MV_STRUCT_VARIANTS) put_variants(o, m, s);
    jo_end_object(o);
}

static void put_abi(struct json_out *o, const struct mv_module *m) {
    const struct mv_module_handle *self = &m->module_handles[m->self];
    jo_object(o);
    jo_key(o, "address");
    aptos_put_address(o, &m->addresses[self->address]);
    jo_key(o, "name");
    jo_string(o, identifier(m, self->name));
    jo_key(o, "friends");
    jo_array(o);
    for (uint32_t i = 0; i < m->friends_count; i++) {
        struct buf b = {0};
        char address[67];
        buf_put(&b, address, mv_address_print(address, &m->addresses[m->friends[i].address]));
        buf_puts(&b, "::");
        buf_put_bytes(&b, identifier(m, m->friends[i].name));
        jo_string(o, buf_bytes(&b));
        buf_free(&b);
    }
    jo_end_array(o);
    jo_key(o, "exposed_functions");
    jo_array(o);
    for (uint32_t i = 0; i < m->function_defs_count; i++) {
        const struct mv_function_def *f = &m->function_defs[i];
        if (f->visibility != MV_PRIVATE || f->is_entry) put_function(o, m, f);
    }
    jo_end_array(o);
    jo_key(o, "structs");
    jo_array(o);
    for (uint32_t i = 0; i < m->struct_defs_count; i++) put_struct(o, m, &m->struct_defs[i]);
    jo_end_array(o);
    jo_end_object(o);
}

void aptos_put_module(struct json_out *o, struct bytes bytecode) {
    struct mv_module *m;
    jo_object(o);
    jo_key(o, "bytecode");
    jo_hex(o, bytecode);
    if (!mv_failed(mv_module_read(&m, bytecode, MV_VERSION_MAX))) {
        jo_key(o, "abi");
        put_abi(o, m);
        mv_module_free(m);
    }
    jo_end_object(o);
}
