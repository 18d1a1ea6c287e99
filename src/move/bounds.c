/* Bounds (move-binary-format, check_bounds.rs): every index of every table points into its table,
 * every struct in a type has as many type arguments as its handle has parameters, every type
 * parameter belongs to what it is used in. */
#include "move/bounds.h"

#include <stdlib.h>

static struct mv_err check_type(const struct mv_module *m, const struct mv_token *type,
                                uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const struct mv_token *t = &type[i];
        if (t->kind != MV_TOKEN_STRUCT && t->kind != MV_TOKEN_STRUCT_INST) continue;
        struct mv_err e = mv_bound(t->index, m->struct_handles_count, MV_KIND_STRUCT_HANDLE);
        if (mv_failed(e)) return e;
        if (m->struct_handles[t->index].type_param_count != t->arity)
            return mv_err_index(MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH, MV_KIND_STRUCT_HANDLE,
                                t->index, "struct with the wrong number of type arguments");
    }
    return MV_ERR_NONE;
}

static uint32_t type_params_used(const struct mv_token *type, uint32_t count) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++)
        if (type[i].kind == MV_TOKEN_TYPE_PARAM && type[i].index >= used) used = type[i].index + 1u;
    return used;
}

static struct mv_err check_type_params(uint32_t used, uint32_t count) {
    if (used <= count) return MV_ERR_NONE;
    return mv_err_index(MV_INDEX_OUT_OF_BOUNDS, MV_KIND_TYPE_PARAM, used - 1,
                        "type parameter does not exist here");
}

struct mv_err mv_bound_signature(const struct mv_bounds *b, uint32_t i, uint32_t count) {
    struct mv_err e = mv_bound(i, b->m->signatures_count, MV_KIND_SIGNATURE);
    if (mv_failed(e)) return e;
    return check_type_params(b->type_params_used[i], count);
}

static struct mv_err check_signature(const struct mv_bounds *b, uint32_t i) {
    const struct mv_signature *s = &b->m->signatures[i];
    b->type_params_used[i] = type_params_used(s->tokens, s->token_count);
    return check_type(b->m, s->tokens, s->token_count);
}

static struct mv_err check_constant(const struct mv_bounds *b, uint32_t i) {
    const struct mv_token *t = b->m->constants[i].type;
    return check_type(b->m, t, t->size);
}

static struct mv_err check_names(const struct mv_module *m, const struct mv_module_handle *h) {
    struct mv_err e = mv_bound(h->address, m->addresses_count, MV_KIND_ADDRESS);
    if (mv_failed(e)) return e;
    return mv_bound(h->name, m->identifiers_count, MV_KIND_IDENTIFIER);
}

static struct mv_err check_module_handle(const struct mv_bounds *b, uint32_t i) {
    return check_names(b->m, &b->m->module_handles[i]);
}

static struct mv_err check_friend(const struct mv_bounds *b, uint32_t i) {
    return check_names(b->m, &b->m->friends[i]);
}

static struct mv_err check_struct_handle(const struct mv_bounds *b, uint32_t i) {
    const struct mv_struct_handle *h = &b->m->struct_handles[i];
    struct mv_err e = mv_bound(h->module, b->m->module_handles_count, MV_KIND_MODULE_HANDLE);
    if (mv_failed(e)) return e;
    return mv_bound(h->name, b->m->identifiers_count, MV_KIND_IDENTIFIER);
}

static struct mv_err check_specifier(const struct mv_bounds *b, const struct mv_access_specifier *s,
                                     uint32_t params, uint32_t type_param_count) {
    const struct mv_module *m = b->m;
    struct mv_err e = MV_ERR_NONE;
    if (s->resource == MV_RESOURCE_AT_ADDRESS)
        e = mv_bound(s->index, m->addresses_count, MV_KIND_ADDRESS);
    if (s->resource == MV_RESOURCE_IN_MODULE)
        e = mv_bound(s->index, m->module_handles_count, MV_KIND_MODULE_HANDLE);
    if (s->resource == MV_RESOURCE_STRUCT || s->resource == MV_RESOURCE_STRUCT_INST)
        e = mv_bound(s->index, m->struct_handles_count, MV_KIND_STRUCT_HANDLE);
    if (!mv_failed(e) && s->resource == MV_RESOURCE_STRUCT_INST)
        e = mv_bound_signature(b, s->signature, type_param_count);
    if (mv_failed(e)) return e;
    if (s->address == MV_ADDRESS_LITERAL)
        return mv_bound(s->address_index, m->addresses_count, MV_KIND_ADDRESS);
    if (s->address != MV_ADDRESS_PARAMETER) return e;
    e = mv_bound(s->address_index, m->signatures[params].count, MV_KIND_LOCAL);
    if (!mv_failed(e) && s->has_function)
        e = mv_bound(s->function, m->function_insts_count, MV_KIND_FUNCTION_INST);
    return e;
}

static struct mv_err check_specifiers(const struct mv_bounds *b,
                                      const struct mv_access_specifier *s, unsigned count,
                                      uint32_t params, uint32_t type_param_count) {
    struct mv_err e = MV_ERR_NONE;
    for (unsigned i = 0; i < count && !mv_failed(e); i++)
        e = check_specifier(b, &s[i], params, type_param_count);
    return e;
}

static struct mv_err check_function_handle(const struct mv_bounds *b, uint32_t i) {
    const struct mv_function_handle *h = &b->m->function_handles[i];
    struct mv_err e = mv_bound(h->module, b->m->module_handles_count, MV_KIND_MODULE_HANDLE);
    if (!mv_failed(e)) e = mv_bound(h->name, b->m->identifiers_count, MV_KIND_IDENTIFIER);
    if (!mv_failed(e)) e = mv_bound_signature(b, h->params, h->type_param_count);
    if (!mv_failed(e)) e = mv_bound_signature(b, h->returns, h->type_param_count);
    if (mv_failed(e)) return e;
    return check_specifiers(b, h->access_specifiers, h->access_specifier_count, h->params,
                            h->type_param_count);
}

static struct mv_err check_field_handle(const struct mv_bounds *b, uint32_t i) {
    const struct mv_field_handle *h = &b->m->field_handles[i];
    struct mv_err e = mv_bound(h->owner, b->m->struct_defs_count, MV_KIND_STRUCT_DEF);
    if (mv_failed(e)) return e;
    const struct mv_struct_def *d = &b->m->struct_defs[h->owner];
    return mv_bound(h->field, d->kind == MV_STRUCT_DECLARED ? d->field_count : 0,
                    MV_KIND_FIELD_DEF);
}

static struct mv_err check_variant_of(const struct mv_module *m, uint16_t owner, uint16_t variant) {
    struct mv_err e = mv_bound(owner, m->struct_defs_count, MV_KIND_STRUCT_DEF);
    if (mv_failed(e)) return e;
    return mv_bound(variant, m->struct_defs[owner].variant_count, MV_KIND_VARIANT);
}

static struct mv_err check_variant_field_handle(const struct mv_bounds *b, uint32_t i) {
    const struct mv_variant_field_handle *h = &b->m->variant_field_handles[i];
    struct mv_err e = mv_bound(h->owner, b->m->struct_defs_count, MV_KIND_STRUCT_DEF);
    for (unsigned v = 0; v < h->variant_count && !mv_failed(e); v++) {
        e = check_variant_of(b->m, h->owner, h->variants[v]);
        if (mv_failed(e)) return e;
        e = mv_bound(h->field, b->m->struct_defs[h->owner].variants[h->variants[v]].field_count,
                     MV_KIND_FIELD_DEF);
    }
    return e;
}

static struct mv_err check_variant_handle(const struct mv_bounds *b, uint32_t i) {
    return check_variant_of(b->m, b->m->variant_handles[i].owner, b->m->variant_handles[i].variant);
}

static struct mv_err check_inst(const struct mv_bounds *b, const struct mv_inst *inst,
                                uint32_t count, enum mv_index_kind kind) {
    struct mv_err e = mv_bound(inst->of, count, kind);
    if (mv_failed(e)) return e;
    return mv_bound(inst->types, b->m->signatures_count, MV_KIND_SIGNATURE);
}

static struct mv_err check_function_inst(const struct mv_bounds *b, uint32_t i) {
    return check_inst(b, &b->m->function_insts[i], b->m->function_handles_count,
                      MV_KIND_FUNCTION_HANDLE);
}
static struct mv_err check_struct_def_inst(const struct mv_bounds *b, uint32_t i) {
    return check_inst(b, &b->m->struct_def_insts[i], b->m->struct_defs_count, MV_KIND_STRUCT_DEF);
}
static struct mv_err check_field_inst(const struct mv_bounds *b, uint32_t i) {
    return check_inst(b, &b->m->field_insts[i], b->m->field_handles_count, MV_KIND_FIELD_HANDLE);
}
static struct mv_err check_variant_field_inst(const struct mv_bounds *b, uint32_t i) {
    return check_inst(b, &b->m->variant_field_insts[i], b->m->variant_field_handles_count,
                      MV_KIND_VARIANT_FIELD_HANDLE);
}
static struct mv_err check_variant_inst(const struct mv_bounds *b, uint32_t i) {
    return check_inst(b, &b->m->variant_insts[i], b->m->variant_handles_count,
                      MV_KIND_VARIANT_HANDLE);
}

static struct mv_err check_fields(const struct mv_module *m, const struct mv_field_def *f,
                                  unsigned count, uint32_t type_param_count) {
    for (; count; count--, f++) {
        struct mv_err e = mv_bound(f->name, m->identifiers_count, MV_KIND_IDENTIFIER);
        if (!mv_failed(e)) e = check_type(m, f->type, f->type->size);
        if (!mv_failed(e))
            e = check_type_params(type_params_used(f->type, f->type->size), type_param_count);
        if (mv_failed(e)) return e;
    }
    return MV_ERR_NONE;
}

static struct mv_err check_struct_def(const struct mv_bounds *b, uint32_t i) {
    const struct mv_struct_def *d = &b->m->struct_defs[i];
    struct mv_err e = mv_bound(d->handle, b->m->struct_handles_count, MV_KIND_STRUCT_HANDLE);
    if (mv_failed(e)) return e;
    uint32_t type_params = b->m->struct_handles[d->handle].type_param_count;
    if (d->kind == MV_STRUCT_DECLARED)
        return check_fields(b->m, d->fields, d->field_count, type_params);
    if (d->kind == MV_STRUCT_VARIANTS && !d->variant_count)
        return mv_err_index(MV_ZERO_VARIANTS_ERROR, MV_KIND_STRUCT_DEF, i, "enum without variants");
    for (unsigned v = 0; v < d->variant_count && !mv_failed(e); v++) {
        e = mv_bound(d->variants[v].name, b->m->identifiers_count, MV_KIND_IDENTIFIER);
        if (!mv_failed(e))
            e = check_fields(b->m, d->variants[v].fields, d->variants[v].field_count, type_params);
    }
    return e;
}

static struct mv_err check_function_def(const struct mv_bounds *b, uint32_t i) {
    const struct mv_function_def *d = &b->m->function_defs[i];
    struct mv_err e = mv_bound(d->handle, b->m->function_handles_count, MV_KIND_FUNCTION_HANDLE);
    for (unsigned a = 0; a < d->acquire_count && !mv_failed(e); a++)
        e = mv_bound(d->acquires[a], b->m->struct_defs_count, MV_KIND_STRUCT_DEF);
    if (mv_failed(e) || d->is_native) return e;
    const struct mv_function_handle *h = &b->m->function_handles[d->handle];
    return mv_bound_code(b, &d->code, i, h->type_param_count, h->params);
}

static struct mv_err check_script_main(const struct mv_bounds *b) {
    const struct mv_script_main *s = &b->m->main;
    struct mv_err e = mv_bound_signature(b, s->params, s->type_param_count);
    if (!mv_failed(e))
        e = check_specifiers(b, s->access_specifiers, s->access_specifier_count, s->params,
                             s->type_param_count);
    if (mv_failed(e)) return e;
    return mv_bound_code(b, &s->code, MV_NOWHERE, s->type_param_count, s->params);
}

static struct mv_err check_tables(const struct mv_bounds *b) {
    const struct mv_module *m = b->m;
    const struct {
        uint32_t count;
        struct mv_err (*check)(const struct mv_bounds *b, uint32_t i);
    } tables[] = {
        {m->signatures_count, check_signature},
        {m->constants_count, check_constant},
        {m->module_handles_count, check_module_handle},
        {m->struct_handles_count, check_struct_handle},
        {m->function_handles_count, check_function_handle},
        {m->field_handles_count, check_field_handle},
        {m->friends_count, check_friend},
        {m->struct_def_insts_count, check_struct_def_inst},
        {m->function_insts_count, check_function_inst},
        {m->field_insts_count, check_field_inst},
        /* Before the code that refers to them; the reference checks these four last. */
        {m->variant_field_handles_count, check_variant_field_handle},
        {m->variant_handles_count, check_variant_handle},
        {m->variant_field_insts_count, check_variant_field_inst},
        {m->variant_insts_count, check_variant_inst},
        {m->struct_defs_count, check_struct_def},
        {m->function_defs_count, check_function_def},
    };
    struct mv_err e = MV_ERR_NONE;
    for (unsigned t = 0; t < COUNT_OF(tables); t++)
        for (uint32_t i = 0; i < tables[t].count; i++) {
            e = tables[t].check(b, i);
            if (mv_failed(e)) return e;
        }
    return e;
}

struct mv_err mv_check_bounds(const struct mv_module *m) {
    if (!m->is_script) {
        if (!m->module_handles_count)
            return mv_err_index(MV_NO_MODULE_HANDLES, MV_KIND_MODULE_HANDLE, 0,
                                "module without module handles");
        struct mv_err e = mv_bound(m->self, m->module_handles_count, MV_KIND_MODULE_HANDLE);
        if (mv_failed(e)) return e;
    }
    struct mv_bounds b = {.m = m};
    b.type_params_used = xcalloc(m->signatures_count + 1u, sizeof *b.type_params_used);
    struct mv_err e = check_tables(&b);
    if (!mv_failed(e) && m->is_script) e = check_script_main(&b);
    free(b.type_params_used);
    return e;
}
