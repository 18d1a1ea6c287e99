/* Acquires lists (acquires_list_verifier.rs): a function's list names exactly the structs of this
 * module that it borrows from or takes out of global storage, itself or through calls of this
 * module's functions. The reference pass relies on it. */
#include "move/verify_internal.h"

struct acquires {
    const struct mv_view *f;
    bool *declared, *used; /* by struct definition */
};

static struct mv_err use(struct acquires *a, unsigned def, uint32_t at) {
    if (!a->declared[def])
        return mv_view_err(a->f, MV_MISSING_ACQUIRES_ANNOTATION, at,
                           "acquired struct is not in the list");
    a->used[def] = true;
    return MV_ERR_NONE;
}

static struct mv_err use_callee(struct acquires *a, const struct mv_instr *in, uint32_t at) {
    const struct mv_signature *types;
    uint32_t def = a->f->v->def_of_handle[mv_operand_function(a->f->m, in, &types)];
    struct mv_err e = MV_ERR_NONE;
    if (def == MV_NOWHERE) return e;
    const struct mv_function_def *callee = &a->f->m->function_defs[def];
    for (unsigned i = 0; i < callee->acquire_count && !mv_failed(e); i++)
        e = use(a, callee->acquires[i], at);
    return e;
}

static struct mv_err check_instr(struct acquires *a, uint32_t at) {
    const struct mv_instr *in = &a->f->code->instrs[at];
    const struct mv_signature *types;
    switch (in->op) {
    case MV_OP_CALL:
    case MV_OP_CALL_GENERIC: return use_callee(a, in, at);
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC:
    case MV_OP_MUT_BORROW_GLOBAL:
    case MV_OP_MUT_BORROW_GLOBAL_GENERIC:
    case MV_OP_IMM_BORROW_GLOBAL:
    case MV_OP_IMM_BORROW_GLOBAL_GENERIC: return use(a, mv_operand_struct(a->f->m, in, &types), at);
    default: return MV_ERR_NONE;
    }
}

static struct mv_err check_list(const struct acquires *a) {
    const struct mv_module *m = a->f->m;
    for (unsigned i = 0; i < a->f->acquire_count; i++) {
        unsigned def = a->f->acquires[i];
        if (!a->used[def])
            return mv_err_code(MV_EXTRANEOUS_ACQUIRES_ANNOTATION, a->f->index, MV_NOWHERE,
                               "listed struct is not acquired");
        if (!(m->struct_handles[m->struct_defs[def].handle].abilities & MV_KEY))
            return mv_err_code(MV_INVALID_ACQUIRES_ANNOTATION, a->f->index, MV_NOWHERE,
                               "acquired struct has no key ability");
    }
    return MV_ERR_NONE;
}

struct mv_err mv_verify_acquires(const struct mv_view *f) {
    struct arena *arena = &f->v->arena;
    struct arena_mark mark = arena_mark(arena);
    struct acquires a = {.f = f};
    struct mv_err e = MV_ERR_NONE;
    if (f->m->is_script) return e;
    if (!mv_meter(f->v, f->m->struct_defs_count)) return mv_too_complex(f->index);
    a.declared = ARENA_ARRAY(arena, bool, f->m->struct_defs_count + 1u);
    a.used = ARENA_ARRAY(arena, bool, f->m->struct_defs_count + 1u);
    for (unsigned i = 0; i < f->acquire_count; i++) a.declared[f->acquires[i]] = true;
    for (uint32_t i = 0; i < f->code->count && !mv_failed(e); i++) e = check_instr(&a, i);
    if (!mv_failed(e)) e = check_list(&a);
    arena_release(arena, mark);
    return e;
}
