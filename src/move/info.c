/* Layouts and function descriptions for those who convert and show values. */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "move/attributes.h"
#include "move/publish.h"
#include "move/session.h"

/* mv_type_kind → mv_layout_kind */
static const uint8_t kinds[MV_T_COUNT] = {
    [MV_T_BOOL] = MV_LAYOUT_BOOL,         [MV_T_U8] = MV_LAYOUT_U8,
    [MV_T_U16] = MV_LAYOUT_U16,           [MV_T_U32] = MV_LAYOUT_U32,
    [MV_T_U64] = MV_LAYOUT_U64,           [MV_T_U128] = MV_LAYOUT_U128,
    [MV_T_U256] = MV_LAYOUT_U256,         [MV_T_I8] = MV_LAYOUT_I8,
    [MV_T_I16] = MV_LAYOUT_I16,           [MV_T_I32] = MV_LAYOUT_I32,
    [MV_T_I64] = MV_LAYOUT_I64,           [MV_T_I128] = MV_LAYOUT_I128,
    [MV_T_I256] = MV_LAYOUT_I256,         [MV_T_ADDRESS] = MV_LAYOUT_ADDRESS,
    [MV_T_SIGNER] = MV_LAYOUT_SIGNER,     [MV_T_VECTOR] = MV_LAYOUT_VECTOR,
    [MV_T_STRUCT] = MV_LAYOUT_STRUCT,     [MV_T_ENUM] = MV_LAYOUT_ENUM,
    [MV_T_FUNCTION] = MV_LAYOUT_FUNCTION,
};

static const struct mv_layout_field *fields_of(struct mv_session *s,
                                               const struct mv_type_field *from, uint32_t count) {
    struct mv_layout_field *f = ARENA_ARRAY(&s->arena, struct mv_layout_field, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        f[i].name = arena_copy(&s->arena, from[i].name);
        f[i].layout = mv_layout_of(s, from[i].type);
    }
    return f;
}

static void describe_struct(struct mv_session *s, struct mv_layout *l, const struct mv_type *t) {
    const struct mv_module *m = t->module->m;
    l->address = t->module->address;
    l->module = arena_copy(&s->arena, t->module->name);
    l->name = arena_copy(&s->arena,
                         mv_identifier(m, m->struct_handles[m->struct_defs[t->def].handle].name));
    const struct mv_layout **args =
        ARENA_ARRAY(&s->arena, const struct mv_layout *, t->arg_count + 1);
    for (unsigned i = 0; i < t->arg_count; i++) args[i] = mv_layout_of(s, t->args[i]);
    l->type_args = args;
    l->type_arg_count = t->arg_count;
    l->fields = fields_of(s, t->fields, t->field_count);
    l->field_count = t->field_count;
    struct mv_layout_variant *v =
        ARENA_ARRAY(&s->arena, struct mv_layout_variant, t->variant_count + 1);
    for (uint32_t i = 0; i < t->variant_count; i++) {
        v[i].name = arena_copy(&s->arena, t->variants[i].name);
        v[i].field_count = t->variants[i].field_count;
        v[i].fields = fields_of(s, t->variants[i].fields, t->variants[i].field_count);
    }
    l->variants = v;
    l->variant_count = t->variant_count;
}

const struct mv_layout *mv_layout_of(struct mv_session *s, const struct mv_type *t) {
    if (t->id >= s->layout_count) {
        uint32_t n = t->id + t->id / 2 + 64;
        s->layouts = xrealloc(s->layouts, n * sizeof *s->layouts);
        memset(s->layouts + s->layout_count, 0, (n - s->layout_count) * sizeof *s->layouts);
        s->layout_count = n;
    }
    if (s->layouts[t->id]) return s->layouts[t->id];
    struct mv_layout *l = ARENA_NEW(&s->arena, struct mv_layout);
    s->layouts[t->id] = l;
    l->kind = kinds[t->kind];
    l->abilities = t->abilities;
    l->tag = arena_copy(&s->arena, t->tag);
    if (t->kind == MV_T_VECTOR) l->element = mv_layout_of(s, t->elem);
    /* A type argument that no value of the type contains may have no layout of its own. */
    if ((t->kind == MV_T_STRUCT || t->kind == MV_T_ENUM) && t->laid) describe_struct(s, l, t);
    return l;
}

const struct mv_layout *mv_layout(struct mv_session *s, struct bytes tag, struct mv_outcome *out) {
    enum mv_status_code why = MV_TYPE_RESOLUTION_FAILURE;
    const struct mv_type *t = mv_session_type(s, tag, &why);
    if (t) return mv_layout_of(s, t);
    struct mv_outcome ignored;
    mv_outcome_take(s, mv_fault(s, why, "a type that cannot be resolved"), out ? out : &ignored);
    return NULL;
}

struct bytes mv_group_tag(struct mv_session *s, struct bytes tag) {
    enum mv_status_code why = MV_TYPE_RESOLUTION_FAILURE;
    const struct mv_type *t = mv_session_type(s, tag, &why);
    return t && (t->kind == MV_T_STRUCT || t->kind == MV_T_ENUM) ? t->group
                                                                 : (struct bytes){NULL, 0};
}

static const struct mv_param *params_of(struct mv_session *s, const struct mv_type *const *types,
                                        uint32_t count) {
    struct mv_param *p = ARENA_ARRAY(&s->arena, struct mv_param, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct mv_type *t = types[i], *value = mv_is_ref(t) ? t->elem : t;
        p[i].layout = mv_layout_of(s, value);
        p[i].kind = value->kind == MV_T_SIGNER && t->kind != MV_T_MUT_REF ? MV_PARAM_SIGNER
                    : t->kind == MV_T_REF                                 ? MV_PARAM_REFERENCE
                    : t->kind == MV_T_MUT_REF                             ? MV_PARAM_MUT_REFERENCE
                                                                          : MV_PARAM_VALUE;
    }
    return p;
}

/* Reading metadata costs more than many a function: whoever asks first leaves the answer. */
static unsigned meanings_of(struct mv_fn *f) {
    unsigned means = atomic_load_explicit(&f->means, memory_order_relaxed);
    if (means) return means;
    means = MV_FN_ASKED;
    if (mv_is_view(f->module->m, f->name)) means |= MV_FN_VIEW;
    if (mv_function_has(f->module->m, f->name, MV_MEANS_RANDOMNESS)) means |= MV_FN_RANDOMNESS;
    atomic_store_explicit(&f->means, (uint8_t)means, memory_order_relaxed);
    return means;
}

bool mv_function_info(struct mv_session *s, const struct mv_call *call,
                      struct mv_function_info *info, struct mv_outcome *out) {
    struct mv_fn *f = mv_find_fn(s, call);
    if (!f) return mv_outcome_take(s, s->fault.code, out);
    unsigned means = meanings_of(f);
    const struct mv_function_def *d = &f->module->m->function_defs[f->def];
    *info = (struct mv_function_info){
        .visibility = d->visibility,
        .is_entry = d->is_entry,
        .is_native = d->is_native,
        .is_view = (means & MV_FN_VIEW) != 0,
        .has_randomness = (means & MV_FN_RANDOMNESS) != 0,
        .type_param_count = f->type_args.count,
        .param_count = f->param_count,
        .return_count = f->return_count,
        .params = params_of(s, f->params, f->param_count),
        .returns = params_of(s, f->returns, f->return_count),
    };
    while (info->signer_count < info->param_count &&
           info->params[info->signer_count].kind == MV_PARAM_SIGNER)
        info->signer_count++;
    return true;
}

bool mv_value_is_valid(struct mv_session *s, struct bytes tag, struct bytes value) {
    enum mv_status_code why;
    const struct mv_type *t = mv_session_type(s, tag, &why);
    if (!t) return false;
    struct mv_decoder d = {.heap = &s->heap, .session = s};
    uint64_t *room = ARENA_ARRAY(&s->arena, uint64_t, mv_slots(t) + 1);
    bool ok = mv_value_decode(&d, t, value, room) == MV_OK;
    if (ok) mv_value_drop(&s->heap, t, room);
    return ok;
}

bool mv_resource_exists(struct mv_session *s, const struct b32 *address, struct bytes tag) {
    enum mv_status_code why;
    const struct mv_type *t = mv_session_type(s, tag, &why);
    bool there = false;
    return t && mv_global_exists(s, address, t, &there) == MV_OK && there;
}

bool mv_session_flush(struct mv_session *s, struct mv_outcome *out) {
    enum mv_status_code e = mv_items_flush(s);
    return mv_outcome_take(s, e ? mv_fault(s, e, "the changes cannot be written") : MV_EXECUTED,
                           out);
}
