/* The verifier's driver: which passes run, in which order, on what. */
#include "move/verify_internal.h"

static const struct {
    enum mv_pass pass;
    const char *name;
    unsigned needs;
} pass_table[] = {
    {MV_PASS_LIMITS, "limits", 0},
    {MV_PASS_DUPLICATION, "duplication", 0},
    {MV_PASS_SIGNATURES, "signatures", 0},
    {MV_PASS_INSTRUCTIONS, "instructions", MV_PASS_DUPLICATION},
    {MV_PASS_CONSTANTS, "constants", 0},
    {MV_PASS_FRIENDS, "friends", 0},
    {MV_PASS_STRUCTS, "structs", 0},
    {MV_PASS_INSTANTIATIONS, "instantiations", MV_PASS_SIGNATURES},
    {MV_PASS_CONTROL_FLOW, "control flow", 0},
    {MV_PASS_STACK, "stack", MV_PASS_CONTROL_FLOW | MV_PASS_SIGNATURES | MV_PASS_INSTRUCTIONS},
    {MV_PASS_TYPES, "types", MV_PASS_STACK | MV_PASS_LIMITS},
    {MV_PASS_LOCALS, "locals", MV_PASS_CONTROL_FLOW},
    {MV_PASS_REFERENCES, "references", MV_PASS_TYPES | MV_PASS_LOCALS | MV_PASS_ACQUIRES},
    {MV_PASS_ACQUIRES, "acquires", MV_PASS_DUPLICATION},
    {MV_PASS_LINKS, "links", MV_PASS_DUPLICATION},
    {MV_PASS_EXTRAS, "extras", MV_PASS_DUPLICATION},
};

const char *mv_pass_name(enum mv_pass pass) {
    for (unsigned i = 0; i < COUNT_OF(pass_table); i++)
        if (pass_table[i].pass == pass) return pass_table[i].name;
    return NULL;
}

static unsigned with_needed(unsigned passes) {
    for (unsigned before = 0; before != passes;) {
        before = passes;
        for (unsigned i = 0; i < COUNT_OF(pass_table); i++)
            if (passes & pass_table[i].pass) passes |= pass_table[i].needs;
    }
    return passes;
}

/* ---- Views */

static struct mv_view view_of(struct mv_verifier *v, uint32_t def) {
    const struct mv_module *m = v->m;
    const struct mv_function_def *d = &m->function_defs[def];
    const struct mv_function_handle *h = &m->function_handles[d->handle];
    return (struct mv_view){
        .v = v,
        .m = m,
        .index = def,
        .code = &d->code,
        .params = &m->signatures[h->params],
        .locals = &m->signatures[d->code.locals],
        .returns = &m->signatures[h->returns],
        .type_params = h->type_params,
        .type_param_count = h->type_param_count,
        .acquires = d->acquires,
        .acquire_count = d->acquire_count,
    };
}

static struct mv_view view_of_script(struct mv_verifier *v) {
    static const struct mv_signature nothing;
    const struct mv_module *m = v->m;
    return (struct mv_view){
        .v = v,
        .m = m,
        .index = MV_NOWHERE,
        .code = &m->main.code,
        .params = &m->signatures[m->main.params],
        .locals = &m->signatures[m->main.code.locals],
        .returns = &nothing,
        .type_params = m->main.type_params,
        .type_param_count = m->main.type_param_count,
    };
}

struct mv_err mv_each_function(struct mv_verifier *v,
                               struct mv_err (*pass)(struct mv_view *f, void *ctx), void *ctx) {
    struct mv_err e = MV_ERR_NONE;
    if (v->m->is_script) {
        struct mv_view f = view_of_script(v);
        return pass(&f, ctx);
    }
    for (uint32_t i = 0; i < v->m->function_defs_count && !mv_failed(e); i++) {
        if (v->m->function_defs[i].is_native) continue;
        struct mv_view f = view_of(v, i);
        e = pass(&f, ctx);
    }
    return e;
}

/* ---- Running */

static struct mv_err run_instructions(struct mv_view *f, void *ctx) {
    (void)ctx;
    return mv_verify_instructions(f);
}

/* The passes over code, function by function (code_unit_verifier.rs). */
static struct mv_err run_code(struct mv_view *f, void *ctx) {
    unsigned passes = *(const unsigned *)ctx;
    struct arena_mark mark = arena_mark(&f->v->arena);
    struct mv_err e = MV_ERR_NONE;
    f->v->function_units = MV_METER_UNITS;
    if (passes & MV_PASS_CONTROL_FLOW) e = mv_verify_control(f);
    if (!mv_failed(e) && passes & MV_PASS_STACK) e = mv_verify_stack(f);
    if (!mv_failed(e) && passes & MV_PASS_TYPES) e = mv_verify_types(f);
    if (!mv_failed(e) && passes & MV_PASS_LOCALS) e = mv_verify_locals(f);
    if (!mv_failed(e) && passes & MV_PASS_REFERENCES) e = mv_verify_references(f);
    if (!mv_failed(e) && passes & MV_PASS_ACQUIRES) e = mv_verify_acquires(f);
    arena_release(&f->v->arena, mark);
    return e;
}

static void map_handles(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    v->def_of_handle = ARENA_ARRAY(&v->arena, uint32_t, m->function_handles_count + 1u);
    for (uint32_t i = 0; i < m->function_handles_count; i++) v->def_of_handle[i] = MV_NOWHERE;
    for (uint32_t i = 0; i < m->function_defs_count; i++)
        v->def_of_handle[m->function_defs[i].handle] = i;
}

static struct mv_err run_passes(struct mv_verifier *v, unsigned passes) {
    struct mv_err e = MV_ERR_NONE;
    bool module = !v->m->is_script;
    if (passes & MV_PASS_LIMITS) e = mv_verify_limits(v);
    if (!mv_failed(e) && passes & MV_PASS_DUPLICATION) e = mv_verify_duplication(v);
    if (!mv_failed(e) && passes & MV_PASS_SIGNATURES) e = mv_verify_signatures(v);
    if (!mv_failed(e) && passes & MV_PASS_INSTRUCTIONS)
        e = mv_each_function(v, run_instructions, NULL);
    if (!mv_failed(e) && passes & MV_PASS_CONSTANTS) e = mv_verify_constants(v);
    if (!mv_failed(e) && module && passes & MV_PASS_FRIENDS) e = mv_verify_friends(v);
    if (!mv_failed(e) && module && passes & MV_PASS_STRUCTS) e = mv_verify_structs(v);
    if (!mv_failed(e) && module && passes & MV_PASS_INSTANTIATIONS) e = mv_verify_instantiations(v);
    if (!mv_failed(e)) e = mv_each_function(v, run_code, &passes);
    if (!mv_failed(e) && passes & MV_PASS_LINKS && v->resolver) e = mv_link(v->m, v->resolver);
    if (!mv_failed(e) && module && passes & MV_PASS_EXTRAS) e = mv_verify_extras(v);
    return e;
}

static struct mv_err verify(const struct mv_module *m, unsigned passes, struct mv_verifier v) {
    struct mv_err e = mv_check_bounds(m);
    if (mv_failed(e)) return e;
    v.m = m;
    v.function_units = v.module_units = MV_METER_UNITS;
    arena_init(&v.arena, 0);
    map_handles(&v);
    e = run_passes(&v, with_needed(passes));
    arena_free(&v.arena);
    return e;
}

struct mv_err mv_verify_module(const struct mv_module *m, const struct mv_resolver *resolver,
                               unsigned passes) {
    return verify(m, passes, (struct mv_verifier){.resolver = resolver});
}

struct mv_err mv_verify_script(const struct mv_module *s, const struct mv_resolver *resolver,
                               unsigned passes) {
    return verify(s, passes, (struct mv_verifier){.resolver = resolver});
}

struct mv_err mv_find_held(const struct mv_module *m, mv_visit_call visit, void *ctx) {
    return verify(m, MV_PASS_REFERENCES,
                  (struct mv_verifier){.on_held = visit, .on_held_ctx = ctx});
}
