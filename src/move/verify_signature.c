/* Types are well formed where they stand (signature_v2.rs): references only on the outside, type
 * arguments have the abilities that are asked of them, fields have those of their struct, phantom
 * parameters stay in phantom places. */
#include "move/verify_internal.h"

enum { PARAMS_MAX = 256 };

/* What a type asks of the type parameters that occur in it. */
struct demands {
    uint8_t of[PARAMS_MAX];
};

struct checker {
    struct mv_verifier *v;
    const struct mv_module *m;
    /* By entry of these tables: the last function in which it was checked, so that code that uses
     * one often is not slow. */
    uint32_t *seen_function_insts, *seen_struct_insts, *seen_struct_insts_key, *seen_field_insts;
    uint32_t *seen_variant_field_insts, *seen_variant_insts, *seen_vectors;
};

static struct mv_err unsatisfied(void) {
    return mv_err_plain(MV_CONSTRAINT_NOT_SATISFIED, "type lacks an ability that is required here");
}

static struct mv_err check_type(const struct mv_module *m, const struct mv_token *t, bool allow_ref,
                                unsigned required, struct demands *d);

static struct mv_err check_struct_args(const struct mv_module *m, const struct mv_struct_handle *h,
                                       const struct mv_token *arg, unsigned count,
                                       unsigned required, struct demands *d) {
    struct mv_err e = MV_ERR_NONE;
    for (unsigned i = 0; i < count && !mv_failed(e); i++, arg += arg->size) {
        unsigned wanted = h->type_params[i].constraints;
        if (!h->type_params[i].phantom) wanted |= mv_abilities_required(required);
        e = check_type(m, arg, false, wanted, d);
    }
    return e;
}

/* A function type's own abilities are what counts; its parameters and results must only be well
 * formed, and may be references. */
static struct mv_err check_function_type(const struct mv_module *m, const struct mv_token *t,
                                         unsigned required, struct demands *d) {
    if (required & ~(unsigned)t->abilities) return unsatisfied();
    struct mv_err e = MV_ERR_NONE;
    const struct mv_token *child = t + 1;
    for (unsigned i = 0; i < t->arity && !mv_failed(e); i++, child += child->size)
        e = check_type(m, child, true, 0, d);
    return e;
}

/* Depth is bounded by that of the type, at most MV_TOKEN_DEPTH_MAX. */
static struct mv_err check_type(const struct mv_module *m, const struct mv_token *t, bool allow_ref,
                                unsigned required, struct demands *d) {
    unsigned has = MV_ABILITIES_PRIMITIVE;
    switch (t->kind) {
    case MV_TOKEN_TYPE_PARAM:
        if (t->index >= PARAMS_MAX)
            return mv_err_plain(MV_INVALID_SIGNATURE_TOKEN, "no type parameter has this number");
        d->of[t->index] |= (uint8_t)required;
        return MV_ERR_NONE;
    case MV_TOKEN_REFERENCE:
    case MV_TOKEN_MUTABLE_REFERENCE:
        if (!allow_ref)
            return mv_err_plain(MV_INVALID_SIGNATURE_TOKEN, "reference is not allowed here");
        if (required & ~(unsigned)MV_ABILITIES_REFERENCE) return unsatisfied();
        return check_type(m, t + 1, false, 0, d);
    case MV_TOKEN_VECTOR:
        if (required & ~(unsigned)MV_ABILITIES_PRIMITIVE) return unsatisfied();
        return check_type(m, t + 1, false, mv_abilities_required(required), d);
    case MV_TOKEN_FUNCTION: return check_function_type(m, t, required, d);
    case MV_TOKEN_STRUCT_INST: {
        const struct mv_struct_handle *h = &m->struct_handles[t->index];
        if (required & ~(unsigned)h->abilities) return unsatisfied();
        return check_struct_args(m, h, t + 1, t->arity, required, d);
    }
    case MV_TOKEN_STRUCT: has = m->struct_handles[t->index].abilities; break;
    case MV_TOKEN_SIGNER: has = MV_ABILITIES_SIGNER; break;
    default: break;
    }
    return required & ~has ? unsatisfied() : MV_ERR_NONE;
}

static struct mv_err check_demands(const struct demands *d, const uint8_t *type_params,
                                   unsigned count) {
    for (unsigned i = 0; i < PARAMS_MAX; i++)
        if (d->of[i] & ~(i < count ? type_params[i] : 0u)) return unsatisfied();
    return MV_ERR_NONE;
}

static struct mv_err check_signature(const struct mv_module *m, unsigned index, bool allow_ref,
                                     struct demands *d) {
    const struct mv_signature *s = &m->signatures[index];
    for (unsigned i = 0; i < s->count; i++) {
        struct mv_err e = check_type(m, mv_sig_type(s, i), allow_ref, 0, d);
        if (mv_failed(e)) {
            e.kind = MV_KIND_SIGNATURE;
            e.index = index;
            return e;
        }
    }
    return MV_ERR_NONE;
}

static struct mv_err check_signature_in(const struct mv_module *m, unsigned index, bool allow_ref,
                                        const uint8_t *type_params, unsigned count) {
    struct demands d = {{0}};
    struct mv_err e = check_signature(m, index, allow_ref, &d);
    return mv_failed(e) ? e : check_demands(&d, type_params, count);
}

/* ---- Instantiations */

static struct mv_err check_function_inst(const struct mv_module *m, const struct mv_inst *inst,
                                         struct demands *d) {
    const struct mv_function_handle *h = &m->function_handles[inst->of];
    const struct mv_signature *types = &m->signatures[inst->types];
    if (h->type_param_count != types->count)
        return mv_err_plain(MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH,
                            "wrong number of type arguments for a function");
    struct mv_err e = MV_ERR_NONE;
    for (unsigned i = 0; i < types->count && !mv_failed(e); i++)
        e = check_type(m, mv_sig_type(types, i), false, h->type_params[i], d);
    return e;
}

static struct mv_err check_struct_inst(const struct mv_module *m, unsigned def, unsigned types,
                                       unsigned required, struct demands *d) {
    const struct mv_struct_handle *h = &m->struct_handles[m->struct_defs[def].handle];
    const struct mv_signature *s = &m->signatures[types];
    if (h->type_param_count != s->count)
        return mv_err_plain(MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH,
                            "wrong number of type arguments for a struct");
    if (required & ~(unsigned)h->abilities) return unsatisfied();
    return check_struct_args(m, h, s->tokens, s->count, required, d);
}

static unsigned def_of_inst(const struct mv_module *m, enum mv_operand operand, unsigned of) {
    switch (operand) {
    case MV_OPERAND_FIELD_INST: return m->field_handles[of].owner;
    case MV_OPERAND_VARIANT_FIELD_INST: return m->variant_field_handles[of].owner;
    case MV_OPERAND_VARIANT_INST: return m->variant_handles[of].owner;
    default: return of;
    }
}

/* A whole table of instantiations, whether used or not. */
static struct mv_err check_inst_table(const struct mv_module *m, const struct mv_inst *insts,
                                      uint32_t count, enum mv_operand operand,
                                      enum mv_index_kind kind) {
    for (uint32_t i = 0; i < count; i++) {
        struct demands d = {{0}};
        struct mv_err e =
            operand == MV_OPERAND_FUNCTION_INST
                ? check_function_inst(m, &insts[i], &d)
                : check_struct_inst(m, def_of_inst(m, operand, insts[i].of), insts[i].types, 0, &d);
        if (mv_failed(e)) {
            e.kind = kind;
            e.index = i;
            return e;
        }
    }
    return MV_ERR_NONE;
}

/* ---- Code */

static bool uses_key(unsigned op) {
    switch (op) {
    case MV_OP_EXISTS_GENERIC:
    case MV_OP_MOVE_FROM_GENERIC:
    case MV_OP_MOVE_TO_GENERIC:
    case MV_OP_IMM_BORROW_GLOBAL_GENERIC:
    case MV_OP_MUT_BORROW_GLOBAL_GENERIC: return true;
    default: return false;
    }
}

static struct mv_err check_vector(const struct mv_view *f, unsigned index) {
    const struct mv_signature *s = &f->m->signatures[index];
    if (s->count != 1)
        return mv_err_plain(MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH,
                            "vector operation needs one element type");
    return check_signature_in(f->m, index, false, f->type_params, f->type_param_count);
}

static struct mv_err check_closure_call(const struct mv_view *f, unsigned index) {
    const struct mv_signature *s = &f->m->signatures[index];
    if (s->count != 1 || s->tokens[0].kind != MV_TOKEN_FUNCTION)
        return mv_err_plain(MV_CLOSURE_CALL_REQUIRES_FUNCTION,
                            "closure call needs one function type");
    return check_signature_in(f->m, index, true, f->type_params, f->type_param_count);
}

/* Whether `seen` says that this function has checked entry `i`; says so from now on. */
static bool already(uint32_t *seen, unsigned i, const struct mv_view *f) {
    if (seen[i] == f->index + 2) return true;
    seen[i] = f->index + 2; /* never 0; MV_NOWHERE becomes 1 */
    return false;
}

static struct mv_err check_instr(struct checker *c, const struct mv_view *f,
                                 const struct mv_instr *in) {
    const struct mv_module *m = c->m;
    enum mv_operand operand = mv_op_info[in->op].operand;
    const struct mv_inst *insts = NULL;
    uint32_t *seen = NULL;
    switch (operand) {
    case MV_OPERAND_FUNCTION_INST:
    case MV_OPERAND_FUNCTION_INST_MASK:
        insts = m->function_insts;
        seen = c->seen_function_insts;
        break;
    case MV_OPERAND_STRUCT_INST:
        insts = m->struct_def_insts;
        seen = uses_key(in->op) ? c->seen_struct_insts_key : c->seen_struct_insts;
        break;
    case MV_OPERAND_FIELD_INST:
        insts = m->field_insts;
        seen = c->seen_field_insts;
        break;
    case MV_OPERAND_VARIANT_FIELD_INST:
        insts = m->variant_field_insts;
        seen = c->seen_variant_field_insts;
        break;
    case MV_OPERAND_VARIANT_INST:
        insts = m->variant_insts;
        seen = c->seen_variant_insts;
        break;
    case MV_OPERAND_SIGNATURE:
    case MV_OPERAND_SIGNATURE_COUNT:
        if (in->op == MV_OP_CALL_CLOSURE) return check_closure_call(f, in->index);
        return already(c->seen_vectors, in->index, f) ? MV_ERR_NONE : check_vector(f, in->index);
    default: return MV_ERR_NONE;
    }
    if (already(seen, in->index, f)) return MV_ERR_NONE;
    const struct mv_inst *inst = &insts[in->index];
    struct demands d = {{0}};
    struct mv_err e = insts == m->function_insts
                          ? check_function_inst(m, inst, &d)
                          : check_struct_inst(m, def_of_inst(m, operand, inst->of), inst->types,
                                              uses_key(in->op) ? MV_KEY : 0, &d);
    return mv_failed(e) ? e : check_demands(&d, f->type_params, f->type_param_count);
}

static struct mv_err check_code(struct mv_view *f, void *ctx) {
    struct mv_err e =
        check_signature_in(f->m, f->code->locals, true, f->type_params, f->type_param_count);
    if (mv_failed(e)) e.function = f->index;
    for (uint32_t i = 0; i < f->code->count && !mv_failed(e); i++) {
        e = check_instr(ctx, f, &f->code->instrs[i]);
        if (mv_failed(e)) {
            e.function = f->index;
            e.offset = i;
        }
    }
    return e;
}

/* ---- Structs */

static struct mv_err check_phantom(const struct mv_module *m, const struct mv_struct_handle *of,
                                   bool phantom_place, const struct mv_token *t) {
    if (t->kind == MV_TOKEN_TYPE_PARAM) {
        if (phantom_place || !of->type_params[t->index].phantom) return MV_ERR_NONE;
        return mv_err_plain(MV_INVALID_PHANTOM_TYPE_PARAM_POSITION,
                            "phantom type parameter in a place that is not phantom");
    }
    struct mv_err e = MV_ERR_NONE;
    const struct mv_token *child = t + 1;
    for (unsigned i = 0; i < t->arity && !mv_failed(e); i++, child += child->size) {
        bool phantom =
            t->kind == MV_TOKEN_STRUCT_INST && m->struct_handles[t->index].type_params[i].phantom;
        e = check_phantom(m, of, phantom, child);
    }
    return e;
}

static struct mv_err check_fields(const struct mv_module *m, const struct mv_struct_handle *h,
                                  const struct mv_field_def *f, unsigned count) {
    uint8_t constraints[PARAMS_MAX];
    for (unsigned i = 0; i < h->type_param_count; i++)
        constraints[i] = h->type_params[i].constraints;
    for (unsigned i = 0; i < count; i++) {
        struct demands d = {{0}}, ignored = {{0}};
        struct mv_err e = check_type(m, f[i].type, false, 0, &d);
        if (!mv_failed(e)) e = check_demands(&d, constraints, h->type_param_count);
        if (mv_failed(e)) return e;
        /* Were every type argument to have all abilities, the field would have what the struct's
         * abilities need: so the demands on the parameters do not matter here. */
        if (mv_failed(
                check_type(m, f[i].type, false, mv_abilities_required(h->abilities), &ignored)))
            return mv_err_plain(MV_FIELD_MISSING_TYPE_ABILITY,
                                "field lacks an ability that its struct declares");
        e = check_phantom(m, h, false, f[i].type);
        if (mv_failed(e)) return e;
    }
    return MV_ERR_NONE;
}

static struct mv_err check_struct_def(const struct mv_module *m, uint32_t i) {
    const struct mv_struct_def *d = &m->struct_defs[i];
    const struct mv_struct_handle *h = &m->struct_handles[d->handle];
    struct mv_err e = check_fields(m, h, d->fields, d->field_count);
    for (unsigned v = 0; v < d->variant_count && !mv_failed(e); v++)
        e = check_fields(m, h, d->variants[v].fields, d->variants[v].field_count);
    if (mv_failed(e)) {
        e.kind = MV_KIND_STRUCT_DEF;
        e.index = i;
    }
    return e;
}

/* ---- The pass */

static struct mv_err check_tables(const struct mv_module *m) {
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t i = 0; i < m->signatures_count && !mv_failed(e); i++) {
        struct demands ignored = {{0}};
        e = check_signature(m, i, true, &ignored);
    }
    if (!mv_failed(e))
        e = check_inst_table(m, m->function_insts, m->function_insts_count,
                             MV_OPERAND_FUNCTION_INST, MV_KIND_FUNCTION_INST);
    if (!mv_failed(e))
        e = check_inst_table(m, m->struct_def_insts, m->struct_def_insts_count,
                             MV_OPERAND_STRUCT_INST, MV_KIND_STRUCT_DEF_INST);
    if (!mv_failed(e))
        e = check_inst_table(m, m->field_insts, m->field_insts_count, MV_OPERAND_FIELD_INST,
                             MV_KIND_FIELD_INST);
    if (!mv_failed(e))
        e = check_inst_table(m, m->variant_field_insts, m->variant_field_insts_count,
                             MV_OPERAND_VARIANT_FIELD_INST, MV_KIND_VARIANT_FIELD_INST);
    if (!mv_failed(e))
        e = check_inst_table(m, m->variant_insts, m->variant_insts_count, MV_OPERAND_VARIANT_INST,
                             MV_KIND_VARIANT_INST);
    return e;
}

static struct mv_err check_function_handles(const struct mv_module *m) {
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t i = 0; i < m->function_handles_count && !mv_failed(e); i++) {
        const struct mv_function_handle *h = &m->function_handles[i];
        e = check_signature_in(m, h->params, true, h->type_params, h->type_param_count);
        if (!mv_failed(e))
            e = check_signature_in(m, h->returns, true, h->type_params, h->type_param_count);
        if (mv_failed(e)) {
            e.kind = MV_KIND_FUNCTION_HANDLE;
            e.index = i;
        }
    }
    return e;
}

struct mv_err mv_verify_signatures(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    struct arena_mark mark = arena_mark(&v->arena);
    struct checker c = {.v = v, .m = m};
    c.seen_function_insts = ARENA_ARRAY(&v->arena, uint32_t, m->function_insts_count + 1u);
    c.seen_struct_insts = ARENA_ARRAY(&v->arena, uint32_t, m->struct_def_insts_count + 1u);
    c.seen_struct_insts_key = ARENA_ARRAY(&v->arena, uint32_t, m->struct_def_insts_count + 1u);
    c.seen_field_insts = ARENA_ARRAY(&v->arena, uint32_t, m->field_insts_count + 1u);
    c.seen_variant_field_insts =
        ARENA_ARRAY(&v->arena, uint32_t, m->variant_field_insts_count + 1u);
    c.seen_variant_insts = ARENA_ARRAY(&v->arena, uint32_t, m->variant_insts_count + 1u);
    c.seen_vectors = ARENA_ARRAY(&v->arena, uint32_t, m->signatures_count + 1u);
    struct mv_err e = check_tables(m);
    if (!mv_failed(e)) e = check_function_handles(m);
    if (!mv_failed(e) && m->is_script)
        e = check_signature_in(m, m->main.params, true, m->main.type_params,
                               m->main.type_param_count);
    if (!mv_failed(e)) e = mv_each_function(v, check_code, &c);
    for (uint32_t i = 0; i < m->struct_defs_count && !mv_failed(e); i++) e = check_struct_def(m, i);
    arena_release(&v->arena, mark);
    return e;
}
