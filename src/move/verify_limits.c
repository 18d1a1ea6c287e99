/* Sizes (limits.rs, prod_configs.rs) and the complexity of the whole (check_complexity.rs). */
#include "move/verify_internal.h"

static struct mv_err too_many(enum mv_status_code code, enum mv_index_kind kind, uint32_t index,
                              const char *text) {
    return mv_err_index(code, kind, index, text);
}

static struct mv_err check_handles(const struct mv_module *m) {
    for (uint32_t i = 0; i < m->function_handles_count; i++) {
        const struct mv_function_handle *h = &m->function_handles[i];
        if (h->type_param_count > MV_GENERIC_PARAMS_MAX)
            return too_many(MV_TOO_MANY_TYPE_PARAMETERS, MV_KIND_FUNCTION_HANDLE, i,
                            "too many type parameters");
        if (m->signatures[h->params].count > MV_PARAMS_MAX)
            return too_many(MV_TOO_MANY_PARAMETERS, MV_KIND_FUNCTION_HANDLE, i,
                            "too many parameters");
        if (m->signatures[h->returns].count > MV_RETURNS_MAX)
            return too_many(MV_TOO_MANY_PARAMETERS, MV_KIND_FUNCTION_HANDLE, i, "too many results");
    }
    for (uint32_t i = 0; i < m->struct_handles_count; i++)
        if (m->struct_handles[i].type_param_count > MV_GENERIC_PARAMS_MAX)
            return too_many(MV_TOO_MANY_TYPE_PARAMETERS, MV_KIND_STRUCT_HANDLE, i,
                            "too many type parameters");
    return MV_ERR_NONE;
}

/* Structs and type parameters can stand for much, and count more. */
static unsigned weight_of(const struct mv_token *t) {
    return t->kind == MV_TOKEN_STRUCT || t->kind == MV_TOKEN_STRUCT_INST ||
                   t->kind == MV_TOKEN_TYPE_PARAM
               ? 4
               : 1;
}

static struct mv_err check_type(const struct mv_token *type, enum mv_index_kind kind,
                                uint32_t index) {
    uint32_t ends[MV_SIGNATURE_DEPTH_MAX]; /* of the subtrees that contain token i */
    unsigned depth = 0;
    uint64_t weight = 0;
    for (uint32_t i = 0; i < type->size; i++) {
        const struct mv_token *t = &type[i];
        while (depth && i >= ends[depth - 1]) depth--;
        if (depth + 1 > MV_SIGNATURE_DEPTH_MAX)
            return too_many(MV_TOO_MANY_TYPE_NODES, kind, index, "type is nested too deeply");
        if (t->arity) ends[depth++] = i + t->size;
        if (t->kind == MV_TOKEN_FUNCTION &&
            (t->arity - t->results > MV_PARAMS_MAX || t->results > MV_RETURNS_MAX))
            return too_many(MV_TOO_MANY_PARAMETERS, kind, index,
                            "function type with too many parameters or results");
        weight += weight_of(t);
    }
    if (weight > MV_TYPE_WEIGHT_MAX)
        return too_many(MV_TOO_MANY_TYPE_NODES, kind, index, "type is too large");
    return MV_ERR_NONE;
}

static struct mv_err check_fields(const struct mv_field_def *f, unsigned count, uint32_t def) {
    struct mv_err e = MV_ERR_NONE;
    for (unsigned i = 0; i < count && !mv_failed(e); i++)
        e = check_type(f[i].type, MV_KIND_STRUCT_DEF, def);
    return e;
}

static struct mv_err check_types(const struct mv_module *m) {
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t i = 0; i < m->signatures_count; i++)
        for (unsigned t = 0; t < m->signatures[i].count && !mv_failed(e); t++)
            e = check_type(mv_sig_type(&m->signatures[i], t), MV_KIND_SIGNATURE, i);
    for (uint32_t i = 0; i < m->constants_count && !mv_failed(e); i++)
        e = check_type(m->constants[i].type, MV_KIND_CONSTANT, i);
    for (uint32_t i = 0; i < m->struct_defs_count && !mv_failed(e); i++) {
        const struct mv_struct_def *d = &m->struct_defs[i];
        e = check_fields(d->fields, d->field_count, i);
        for (unsigned v = 0; v < d->variant_count && !mv_failed(e); v++)
            e = check_fields(d->variants[v].fields, d->variants[v].field_count, i);
    }
    return e;
}

/* ---- Complexity */

enum { COST_PER_TYPE_NODE = 8 };

/* A budget that grows with the module's length pays for every use of a type, so that a short module
 * cannot name a long type many times. */
struct complexity {
    const struct mv_module *m;
    uint64_t *signature_costs;
    uint64_t budget;
};

static bool pay(struct complexity *c, uint64_t cost) {
    if (cost > c->budget) return false;
    c->budget -= cost;
    return true;
}

static uint64_t signature_cost(const struct mv_module *m, const struct mv_signature *s) {
    uint64_t cost = (uint64_t)s->token_count * COST_PER_TYPE_NODE;
    for (uint32_t i = 0; i < s->token_count; i++) {
        const struct mv_token *t = &s->tokens[i];
        if (t->kind != MV_TOKEN_STRUCT && t->kind != MV_TOKEN_STRUCT_INST) continue;
        const struct mv_struct_handle *h = &m->struct_handles[t->index];
        cost += m->identifiers[h->name].n + mv_handle_name(m, h->module).n;
    }
    return cost;
}

static bool pay_signature(struct complexity *c, unsigned i) {
    return pay(c, c->signature_costs[i]);
}

static bool pay_insts(struct complexity *c, const struct mv_inst *insts, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!pay_signature(c, insts[i].types)) return false;
    return true;
}

static bool pay_code(struct complexity *c, const struct mv_code *code) {
    const struct mv_module *m = c->m;
    bool ok = pay_signature(c, code->locals);
    for (uint32_t i = 0; i < code->count && ok; i++) {
        const struct mv_instr *in = &code->instrs[i];
        switch ((enum mv_operand)mv_op_info[in->op].operand) {
        case MV_OPERAND_FUNCTION_INST:
        case MV_OPERAND_FUNCTION_INST_MASK:
            ok = pay_signature(c, m->function_insts[in->index].types);
            break;
        case MV_OPERAND_STRUCT_INST:
            ok = pay_signature(c, m->struct_def_insts[in->index].types);
            break;
        case MV_OPERAND_FIELD_INST: ok = pay_signature(c, m->field_insts[in->index].types); break;
        case MV_OPERAND_VARIANT_FIELD_INST:
            ok = pay_signature(c, m->variant_field_insts[in->index].types);
            break;
        case MV_OPERAND_VARIANT_INST:
            ok = pay_signature(c, m->variant_insts[in->index].types);
            break;
        case MV_OPERAND_SIGNATURE:
        case MV_OPERAND_SIGNATURE_COUNT: ok = pay_signature(c, in->index); break;
        default: break;
        }
    }
    return ok;
}

static bool pay_fields(struct complexity *c, const struct mv_field_def *f, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (!pay(c, f[i].type->size)) return false;
    return true;
}

static bool pay_struct_defs(struct complexity *c) {
    for (uint32_t i = 0; i < c->m->struct_defs_count; i++) {
        const struct mv_struct_def *d = &c->m->struct_defs[i];
        if (!pay_fields(c, d->fields, d->field_count)) return false;
        for (unsigned v = 0; v < d->variant_count; v++)
            if (!pay(c, c->m->identifiers[d->variants[v].name].n) ||
                !pay_fields(c, d->variants[v].fields, d->variants[v].field_count))
                return false;
    }
    return true;
}

static bool pay_handles(struct complexity *c) {
    const struct mv_module *m = c->m;
    for (uint32_t i = 0; i < m->function_handles_count; i++) {
        const struct mv_function_handle *h = &m->function_handles[i];
        if (!pay(c, mv_handle_name(m, h->module).n + m->identifiers[h->name].n) ||
            !pay_signature(c, h->params) || !pay_signature(c, h->returns))
            return false;
    }
    for (uint32_t i = 0; i < m->struct_handles_count; i++) {
        const struct mv_struct_handle *h = &m->struct_handles[i];
        if (!pay(c, mv_handle_name(m, h->module).n + m->identifiers[h->name].n)) return false;
    }
    return true;
}

static bool pay_all(struct complexity *c) {
    const struct mv_module *m = c->m;
    for (uint32_t i = 0; i < m->signatures_count; i++)
        if (!pay_signature(c, i)) return false;
    if (!pay_insts(c, m->function_insts, m->function_insts_count) ||
        !pay_insts(c, m->struct_def_insts, m->struct_def_insts_count) ||
        !pay_insts(c, m->field_insts, m->field_insts_count) || !pay_handles(c))
        return false;
    if (m->is_script) return pay_code(c, &m->main.code);
    for (uint32_t i = 0; i < m->function_defs_count; i++)
        if (!m->function_defs[i].is_native && !pay_code(c, &m->function_defs[i].code)) return false;
    return pay_struct_defs(c);
}

static struct mv_err check_complexity(struct mv_verifier *v) {
    struct arena_mark mark = arena_mark(&v->arena);
    struct complexity c = {.m = v->m, .budget = 2048 + 20 * (uint64_t)v->m->binary_bytes};
    c.signature_costs = ARENA_ARRAY(&v->arena, uint64_t, v->m->signatures_count + 1u);
    for (uint32_t i = 0; i < v->m->signatures_count; i++)
        c.signature_costs[i] = signature_cost(v->m, &v->m->signatures[i]);
    bool ok = pay_all(&c);
    arena_release(&v->arena, mark);
    return ok ? MV_ERR_NONE
              : mv_err_plain(MV_PROGRAM_TOO_COMPLEX, "types are used too often for its length");
}

struct mv_err mv_verify_limits(struct mv_verifier *v) {
    struct mv_err e = check_handles(v->m);
    if (!mv_failed(e)) e = check_types(v->m);
    if (!mv_failed(e)) e = check_complexity(v);
    return e;
}
