/* No struct contains itself (struct_defs.rs): the graph "a field of this struct holds that struct",
 * through vectors, type arguments and all variants, has no cycle. Structs of other modules cannot
 * lead back, because dependencies have no cycle. Function types hold nothing of their arguments. */
#include "move/verify_internal.h"

enum { NEW, OPEN, DONE };

struct graph {
    const struct mv_module *m;
    uint32_t *def_of; /* struct definition by handle, or MV_NOWHERE */
    uint32_t *edges;  /* those of definition i are edges[first[i]] … edges[first[i + 1] - 1] */
    uint32_t *first;
};

static uint32_t type_edges(const struct graph *g, const struct mv_token *type, uint32_t *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < type->size; i++) {
        const struct mv_token *t = &type[i];
        if (t->kind == MV_TOKEN_FUNCTION) i += t->size - 1;
        if (t->kind != MV_TOKEN_STRUCT && t->kind != MV_TOKEN_STRUCT_INST) continue;
        if (g->def_of[t->index] == MV_NOWHERE) continue;
        if (out) out[n] = g->def_of[t->index];
        n++;
    }
    return n;
}

/* Writes the edges of a definition to `out`, or counts them if it is NULL. */
static uint32_t def_edges(const struct graph *g, uint32_t def, uint32_t *out) {
    const struct mv_struct_def *d = &g->m->struct_defs[def];
    uint32_t n = 0;
    for (unsigned i = 0; i < d->field_count; i++)
        n += type_edges(g, d->fields[i].type, out ? out + n : NULL);
    for (unsigned v = 0; v < d->variant_count; v++)
        for (unsigned i = 0; i < d->variants[v].field_count; i++)
            n += type_edges(g, d->variants[v].fields[i].type, out ? out + n : NULL);
    return n;
}

static void build(struct graph *g, struct arena *a) {
    const struct mv_module *m = g->m;
    g->def_of = ARENA_ARRAY(a, uint32_t, m->struct_handles_count + 1u);
    for (uint32_t i = 0; i < m->struct_handles_count; i++) g->def_of[i] = MV_NOWHERE;
    for (uint32_t i = 0; i < m->struct_defs_count; i++) g->def_of[m->struct_defs[i].handle] = i;
    g->first = ARENA_ARRAY(a, uint32_t, m->struct_defs_count + 1u);
    for (uint32_t i = 0; i < m->struct_defs_count; i++)
        g->first[i + 1] = g->first[i] + def_edges(g, i, NULL);
    g->edges = ARENA_ARRAY(a, uint32_t, g->first[m->struct_defs_count] + 1u);
    for (uint32_t i = 0; i < m->struct_defs_count; i++) def_edges(g, i, g->edges + g->first[i]);
}

/* Depth first from `root`; the definition at which a cycle closes, or MV_NOWHERE. */
static uint32_t find_cycle(const struct graph *g, uint32_t root, uint8_t *state, uint32_t *stack,
                           uint32_t *at) {
    uint32_t depth = 0;
    if (state[root] != NEW) return MV_NOWHERE;
    stack[depth++] = root;
    state[root] = OPEN;
    at[root] = g->first[root];
    while (depth) {
        uint32_t def = stack[depth - 1];
        if (at[def] == g->first[def + 1]) {
            state[def] = DONE;
            depth--;
            continue;
        }
        uint32_t next = g->edges[at[def]++];
        if (state[next] == OPEN) return next;
        if (state[next] == DONE) continue;
        state[next] = OPEN;
        at[next] = g->first[next];
        stack[depth++] = next;
    }
    return MV_NOWHERE;
}

struct mv_err mv_verify_structs(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    struct arena_mark mark = arena_mark(&v->arena);
    struct graph g = {.m = m};
    build(&g, &v->arena);
    uint8_t *state = ARENA_ARRAY(&v->arena, uint8_t, m->struct_defs_count + 1u);
    uint32_t *stack = ARENA_ARRAY(&v->arena, uint32_t, m->struct_defs_count + 1u);
    uint32_t *at = ARENA_ARRAY(&v->arena, uint32_t, m->struct_defs_count + 1u);
    uint32_t cycle = MV_NOWHERE;
    for (uint32_t i = 0; i < m->struct_defs_count && cycle == MV_NOWHERE; i++)
        cycle = find_cycle(&g, i, state, stack, at);
    arena_release(&v->arena, mark);
    if (cycle == MV_NOWHERE) return MV_ERR_NONE;
    return mv_err_index(MV_RECURSIVE_STRUCT_DEFINITION, MV_KIND_STRUCT_DEF, cycle,
                        "struct contains itself");
}
