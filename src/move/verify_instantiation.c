/* Generic functions of a module do not call each other with ever larger types
 * (instantiation_loops.rs). The graph has a node for each type parameter of each function, and an
 * edge from a caller's to a callee's where the first occurs in what instantiates the second:
 * unchanged (identity) or inside a larger type (construction). A strongly connected component with
 * a construction edge is refused. */
#include "move/verify_internal.h"

struct edge {
    uint32_t from, to;
    bool constructs;
};

struct graph {
    struct mv_verifier *v;
    uint32_t *node_of; /* of a function's first type parameter, by definition */
    uint32_t node_count;
    struct buf edges;
    uint32_t *seen; /* by function instantiation: the last caller */
};

static bool add_edge(struct graph *g, uint32_t from, uint32_t to, bool constructs) {
    struct edge e;
    memset(&e, 0, sizeof e);
    e.from = from;
    e.to = to;
    e.constructs = constructs;
    if (!mv_meter(g->v, 100)) return false;
    buf_put(&g->edges, &e, sizeof e);
    return true;
}

static bool add_call(struct graph *g, uint32_t caller, uint32_t callee,
                     const struct mv_signature *types) {
    for (unsigned i = 0; i < types->count; i++) {
        const struct mv_token *type = mv_sig_type(types, i);
        for (uint32_t k = 0; k < type->size; k++)
            if (type[k].kind == MV_TOKEN_TYPE_PARAM &&
                !add_edge(g, g->node_of[caller] + type[k].index, g->node_of[callee] + i,
                          type->size > 1))
                return false;
    }
    return true;
}

static struct mv_err add_function(struct mv_view *f, void *ctx) {
    struct graph *g = ctx;
    for (uint32_t i = 0; i < f->code->count; i++) {
        const struct mv_instr *in = &f->code->instrs[i];
        if (in->op != MV_OP_CALL_GENERIC && in->op != MV_OP_PACK_CLOSURE_GENERIC) continue;
        if (g->seen[in->index] == f->index + 1) continue;
        g->seen[in->index] = f->index + 1;
        const struct mv_inst *inst = &f->m->function_insts[in->index];
        uint32_t callee = f->v->def_of_handle[inst->of];
        if (callee == MV_NOWHERE) continue;
        if (!add_call(g, f->index, callee, &f->m->signatures[inst->types]))
            return mv_too_complex(f->index);
    }
    return MV_ERR_NONE;
}

/* ---- Strongly connected components (Tarjan), without recursion */

struct components {
    uint32_t *first, *targets; /* edges by node */
    uint32_t *number, *low, *component, *at;
    uint32_t *path, *open; /* the depth-first path, and the nodes not yet in a component */
    uint32_t path_count, open_count, next_number, next_component;
};

static void enter(struct components *c, uint32_t n) {
    c->number[n] = c->low[n] = ++c->next_number;
    c->at[n] = c->first[n];
    c->path[c->path_count++] = n;
    c->open[c->open_count++] = n;
}

static void leave(struct components *c, uint32_t n) {
    c->path_count--;
    if (c->path_count && c->low[n] < c->low[c->path[c->path_count - 1]])
        c->low[c->path[c->path_count - 1]] = c->low[n];
    if (c->low[n] != c->number[n]) return;
    uint32_t member;
    c->next_component++;
    do {
        member = c->open[--c->open_count];
        c->component[member] = c->next_component;
    } while (member != n);
}

static void explore(struct components *c, uint32_t root) {
    enter(c, root);
    while (c->path_count) {
        uint32_t n = c->path[c->path_count - 1];
        if (c->at[n] == c->first[n + 1]) {
            leave(c, n);
            continue;
        }
        uint32_t next = c->targets[c->at[n]++];
        if (!c->number[next])
            enter(c, next);
        else if (!c->component[next] && c->number[next] < c->low[n])
            c->low[n] = c->number[next];
    }
}

static void sort_edges(struct components *c, const struct edge *edges, uint32_t edge_count,
                       uint32_t node_count, struct arena *a) {
    c->first = ARENA_ARRAY(a, uint32_t, node_count + 2u);
    c->targets = ARENA_ARRAY(a, uint32_t, edge_count + 1u);
    for (uint32_t i = 0; i < edge_count; i++) c->first[edges[i].from + 2]++;
    for (uint32_t i = 2; i < node_count + 2u; i++) c->first[i] += c->first[i - 1];
    for (uint32_t i = 0; i < edge_count; i++)
        c->targets[c->first[edges[i].from + 1]++] = edges[i].to;
}

/* Whether a construction edge lies inside a component. */
static bool has_loop(struct graph *g) {
    struct arena *a = &g->v->arena;
    const struct edge *edges = (const struct edge *)(const void *)g->edges.p;
    uint32_t edge_count = (uint32_t)(g->edges.n / sizeof *edges);
    struct components c = {0};
    if (!edge_count) return false;
    sort_edges(&c, edges, edge_count, g->node_count, a);
    c.number = ARENA_ARRAY(a, uint32_t, g->node_count);
    c.low = ARENA_ARRAY(a, uint32_t, g->node_count);
    c.component = ARENA_ARRAY(a, uint32_t, g->node_count);
    c.at = ARENA_ARRAY(a, uint32_t, g->node_count);
    c.path = ARENA_ARRAY(a, uint32_t, g->node_count);
    c.open = ARENA_ARRAY(a, uint32_t, g->node_count);
    for (uint32_t n = 0; n < g->node_count; n++)
        if (!c.number[n]) explore(&c, n);
    for (uint32_t i = 0; i < edge_count; i++)
        if (edges[i].constructs && c.component[edges[i].from] == c.component[edges[i].to])
            return true;
    return false;
}

struct mv_err mv_verify_instantiations(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    struct arena_mark mark = arena_mark(&v->arena);
    struct graph g = {.v = v};
    g.node_of = ARENA_ARRAY(&v->arena, uint32_t, m->function_defs_count + 1u);
    g.seen = ARENA_ARRAY(&v->arena, uint32_t, m->function_insts_count + 1u);
    for (uint32_t i = 0; i < m->function_defs_count; i++) {
        g.node_of[i] = g.node_count;
        g.node_count += m->function_handles[m->function_defs[i].handle].type_param_count;
    }
    struct mv_err e = mv_each_function(v, add_function, &g);
    if (!mv_failed(e) && has_loop(&g))
        e = mv_err_plain(MV_LOOP_IN_INSTANTIATION_GRAPH,
                         "generic functions call each other with ever larger types");
    buf_free(&g.edges);
    arena_release(&v->arena, mark);
    return e;
}
