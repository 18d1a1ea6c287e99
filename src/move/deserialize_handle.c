/* Reading struct and function handles with what hangs on them: type parameters, access specifiers,
 * attributes. */
#include "move/deserialize.h"

/* Bool and option have the same form in the binary: 1 is false or none, 2 is true or some. */
static bool read_flag(struct mv_reader *r, const char *text) {
    uint8_t v = mv_read_u8(r);
    if (mv_read_ok(r) && v != 1 && v != 2) mv_read_fail(r, MV_MALFORMED, text);
    return v == 2;
}

const uint8_t *mv_read_ability_sets(struct mv_reader *r, uint8_t *count) {
    *count = (uint8_t)mv_read_uleb(r, MV_TYPE_PARAMS_MAX);
    buf_clear(&r->list);
    for (unsigned i = 0; i < *count && mv_read_ok(r); i++)
        buf_put_u8(&r->list, mv_read_abilities(r));
    return mv_read_ok(r) ? mv_read_keep(r, &r->list) : NULL;
}

struct mv_struct_handle mv_read_struct_handle(struct mv_reader *r) {
    struct mv_struct_handle h = {.module = mv_read_index(r)};
    h.name = mv_read_index(r);
    h.abilities = mv_read_abilities(r);
    h.type_param_count = (uint8_t)mv_read_uleb(r, MV_TYPE_PARAMS_MAX);
    buf_clear(&r->list);
    for (unsigned i = 0; i < h.type_param_count && mv_read_ok(r); i++) {
        struct mv_struct_type_param p = {.constraints = mv_read_abilities(r)};
        p.phantom = mv_read_uleb(r, 1) != 0;
        buf_put(&r->list, &p, sizeof p);
    }
    if (mv_read_ok(r)) h.type_params = mv_read_keep(r, &r->list);
    return h;
}

static void read_access_resource(struct mv_reader *r, struct mv_access_specifier *s) {
    s->resource = mv_read_u8(r);
    switch (s->resource) {
    case MV_RESOURCE_ANY: break;
    case MV_RESOURCE_AT_ADDRESS:
    case MV_RESOURCE_IN_MODULE:
    case MV_RESOURCE_STRUCT: s->index = mv_read_index(r); break;
    case MV_RESOURCE_STRUCT_INST:
        s->index = mv_read_index(r);
        s->signature = mv_read_index(r);
        break;
    default: mv_read_fail(r, MV_MALFORMED, "unknown resource in an access specifier");
    }
}

static void read_access_address(struct mv_reader *r, struct mv_access_specifier *s) {
    s->address = mv_read_u8(r);
    switch (s->address) {
    case MV_ADDRESS_ANY: break;
    case MV_ADDRESS_LITERAL: s->address_index = mv_read_index(r); break;
    case MV_ADDRESS_PARAMETER:
        s->address_index = (uint16_t)mv_read_uleb(r, MV_LOCAL_INDEX_MAX);
        s->has_function = read_flag(r, "option in an access specifier is neither 1 nor 2");
        if (s->has_function) s->function = mv_read_index(r);
        break;
    default: mv_read_fail(r, MV_MALFORMED, "unknown address in an access specifier");
    }
}

const struct mv_access_specifier *mv_read_access_specifiers(struct mv_reader *r, bool *present,
                                                            uint8_t *count) {
    *count = 0;
    *present = read_flag(r, "option of access specifiers is neither 1 nor 2");
    if (!mv_read_ok(r) || !*present) return NULL;
    *count = (uint8_t)mv_read_uleb(r, MV_ACCESS_SPECIFIERS_MAX);
    buf_clear(&r->list);
    for (unsigned i = 0; i < *count && mv_read_ok(r); i++) {
        struct mv_access_specifier s;
        memset(&s, 0, sizeof s);
        s.kind = mv_read_u8(r);
        if (mv_read_ok(r) && (s.kind < MV_ACCESS_READS || s.kind > MV_ACCESS_ACQUIRES))
            mv_read_fail(r, MV_MALFORMED, "unknown kind of access specifier");
        s.negated = read_flag(r, "boolean in an access specifier is neither 1 nor 2");
        if (mv_read_ok(r)) read_access_resource(r, &s);
        if (mv_read_ok(r)) read_access_address(r, &s);
        buf_put(&r->list, &s, sizeof s);
    }
    return mv_read_ok(r) ? mv_read_keep(r, &r->list) : NULL;
}

/* v8: persistent and module_lock; v10: those that make a function part of a public struct's
 * interface, some of them with the variant or field that they stand for. */
static void read_attributes(struct mv_reader *r, struct mv_function_handle *h) {
    h->attribute_count = (uint8_t)mv_read_uleb(r, MV_ATTRIBUTES_MAX);
    buf_clear(&r->list);
    for (unsigned i = 0; i < h->attribute_count && mv_read_ok(r); i++) {
        struct mv_attribute a = {.kind = mv_read_u8(r)};
        unsigned last = r->version >= 10 ? MV_ATTRIBUTE_BORROW_FIELD_MUT : MV_ATTRIBUTE_MODULE_LOCK;
        if (mv_read_ok(r) && (a.kind == 0 || a.kind > last))
            mv_read_fail(r, MV_MALFORMED, "unknown function attribute");
        if (mv_attribute_has_operand(a.kind)) a.operand = mv_read_index(r);
        if (a.kind == MV_ATTRIBUTE_PERSISTENT) h->attribute_set |= MV_ATTR_PERSISTENT;
        if (a.kind == MV_ATTRIBUTE_MODULE_LOCK) h->attribute_set |= MV_ATTR_MODULE_LOCK;
        buf_put(&r->list, &a, sizeof a);
    }
    if (mv_read_ok(r)) h->attributes = mv_read_keep(r, &r->list);
}

struct mv_function_handle mv_read_function_handle(struct mv_reader *r) {
    struct mv_function_handle h = {.module = mv_read_index(r)};
    h.name = mv_read_index(r);
    h.params = mv_read_index(r);
    h.returns = mv_read_index(r);
    h.type_params = mv_read_ability_sets(r, &h.type_param_count);
    if (r->version >= 7)
        h.access_specifiers =
            mv_read_access_specifiers(r, &h.has_access_specifiers, &h.access_specifier_count);
    if (r->version >= 8) read_attributes(r, &h);
    return h;
}
