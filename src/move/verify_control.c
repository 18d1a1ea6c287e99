/* Control flow: code ends, and loops have one entry and are not nested too deeply, so that the
 * passes that iterate over them end soon (control_flow.rs; Tarjan, "Testing flow graph
 * reducibility", 1974). Modules of format version 5 follow older rules instead, which look at code
 * order (control_flow_v5.rs, in verify_control_v5.c). Builds the graph of basic blocks that later
 * passes use (control_flow_graph.rs). */
#include "move/verify_control.h"

/* ---- Basic blocks */

static bool ends_block(unsigned op) {
    return mv_op_is_branch(op) || mv_op_is_end(op);
}

static void add_successor(struct mv_block *b, uint32_t block) {
    if (b->successor_count == 1 && b->successors[0] == block) return;
    b->successors[b->successor_count++] = block;
    if (b->successor_count == 2 && b->successors[0] > block) {
        b->successors[1] = b->successors[0];
        b->successors[0] = block;
    }
}

static void build_blocks(struct mv_view *f) {
    const struct mv_code *c = f->code;
    struct arena *a = &f->v->arena;
    bool *starts = ARENA_ARRAY(a, bool, c->count + 1u);
    uint32_t *block_of = ARENA_ARRAY(a, uint32_t, c->count + 1u);
    starts[0] = true;
    for (uint32_t i = 0; i < c->count; i++) {
        if (mv_op_is_branch(c->instrs[i].op)) starts[c->instrs[i].index] = true;
        if (ends_block(c->instrs[i].op)) starts[i + 1] = true;
    }
    for (uint32_t i = 0; i < c->count; i++) f->cfg.count += starts[i];
    f->cfg.blocks = ARENA_ARRAY(a, struct mv_block, f->cfg.count);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        if (starts[i]) f->cfg.blocks[n++].start = i;
        f->cfg.blocks[n - 1].end = i;
        block_of[i] = n - 1;
    }
    for (uint32_t b = 0; b < f->cfg.count; b++) {
        struct mv_block *block = &f->cfg.blocks[b];
        const struct mv_instr *last = &c->instrs[block->end];
        block->place = MV_NOWHERE;
        if (mv_op_is_branch(last->op)) add_successor(block, block_of[last->index]);
        if (!mv_op_is_end(last->op) && b + 1 < f->cfg.count) add_successor(block, b + 1);
    }
}

/* Reverse post-order of what can be reached, later successors first. */
static void order_blocks(struct mv_view *f) {
    struct arena *a = &f->v->arena;
    struct mv_cfg *g = &f->cfg;
    uint32_t *stack = ARENA_ARRAY(a, uint32_t, g->count);
    uint8_t *left = ARENA_ARRAY(a, uint8_t, g->count); /* successors still to visit, + 1 */
    uint32_t *post = ARENA_ARRAY(a, uint32_t, g->count);
    uint32_t depth = 0, done = 0;
    stack[depth++] = 0;
    left[0] = g->blocks[0].successor_count + 1u;
    while (depth) {
        uint32_t b = stack[depth - 1];
        if (--left[b] == 0) {
            left[b] = 1; /* stays visited */
            post[done++] = b;
            depth--;
            continue;
        }
        uint32_t next = g->blocks[b].successors[left[b] - 1];
        if (left[next]) continue;
        left[next] = g->blocks[next].successor_count + 1u;
        stack[depth++] = next;
    }
    g->order = ARENA_ARRAY(a, uint32_t, done);
    g->order_count = done;
    for (uint32_t i = 0; i < done; i++) {
        g->order[i] = post[done - 1 - i];
        g->blocks[g->order[i]].place = i;
    }
}

/* ---- Reducibility */

/* Nodes are reachable blocks, numbered in the order of a depth-first walk (loop_summary.rs). */
struct loops {
    const struct mv_view *f;
    uint32_t count;
    uint32_t *node_of;     /* by block; MV_NOWHERE: not yet seen */
    uint32_t *block_of;    /* by node */
    uint32_t *descendants; /* by node: below it in the walk's tree */
    bool *finished;        /* by node: its descendants have all been visited */
    uint32_t *parent;      /* by node: the loop head that it has been collapsed into, or itself */
    uint32_t *depth;       /* by node: loops nested in what has been collapsed into it */
    /* Edges by target, as lists: edge e comes from source[e], next in its list is next[e] - 1. */
    uint32_t *source, *next, edge_count;
    uint32_t *back, *forward; /* by node: first edge + 1 */
    uint32_t *body;           /* the loop being collected */
    uint32_t *in_body;        /* by node: head + 1 of the loop that it was put in last */
};

static void add_edge(struct loops *l, uint32_t *list, uint32_t from) {
    l->source[l->edge_count] = from;
    l->next[l->edge_count] = *list;
    *list = ++l->edge_count;
}

static uint32_t new_node(struct loops *l, uint32_t block) {
    uint32_t n = l->count++;
    l->node_of[block] = n;
    l->block_of[n] = block;
    l->parent[n] = n;
    return n;
}

/* Walks the graph and sorts its edges into back edges, which go to a node whose walk is not
 * finished, and the others. */
static void walk(struct loops *l) {
    const struct mv_cfg *g = &l->f->cfg;
    struct arena *a = &l->f->v->arena;
    uint32_t *path = ARENA_ARRAY(a, uint32_t, g->count);
    uint8_t *left = ARENA_ARRAY(a, uint8_t, g->count); /* by node */
    uint32_t depth = 0;
    path[depth++] = new_node(l, 0);
    left[0] = g->blocks[0].successor_count;
    while (depth) {
        uint32_t n = path[depth - 1];
        const struct mv_block *b = &g->blocks[l->block_of[n]];
        if (!left[n]) {
            l->finished[n] = true;
            if (--depth) l->descendants[path[depth - 1]] += 1 + l->descendants[n];
            continue;
        }
        uint32_t target = b->successors[--left[n]];
        uint32_t to = l->node_of[target];
        if (to != MV_NOWHERE) {
            add_edge(l, l->finished[to] ? &l->forward[to] : &l->back[to], n);
            continue;
        }
        to = new_node(l, target);
        add_edge(l, &l->forward[to], n);
        left[to] = g->blocks[target].successor_count;
        path[depth++] = to;
    }
}

static uint32_t loop_of(struct loops *l, uint32_t n) {
    uint32_t top = n;
    while (l->parent[top] != top) top = l->parent[top];
    while (l->parent[n] != top) { /* shorten the way for the next time */
        uint32_t up = l->parent[n];
        l->parent[n] = top;
        n = up;
    }
    return top;
}

static void collapse(struct loops *l, uint32_t head, uint32_t body_count) {
    uint32_t depth = l->depth[head];
    for (uint32_t i = 0; i < body_count; i++) {
        l->parent[l->body[i]] = head;
        if (l->depth[l->body[i]] > depth) depth = l->depth[l->body[i]];
    }
    l->depth[head] = depth + 1;
}

static bool put_in_body(struct loops *l, uint32_t n, uint32_t head, uint32_t *body_count) {
    if (n == head || l->in_body[n] == head + 1) return false;
    l->in_body[n] = head + 1;
    l->body[(*body_count)++] = n;
    return true;
}

static struct mv_err check_loop(struct loops *l, uint32_t head) {
    const struct mv_view *f = l->f;
    uint32_t body_count = 0;
    for (uint32_t e = l->back[head]; e; e = l->next[e - 1])
        put_in_body(l, loop_of(l, l->source[e - 1]), head, &body_count);
    for (uint32_t i = 0; i < body_count; i++)
        for (uint32_t e = l->forward[l->body[i]]; e; e = l->next[e - 1]) {
            uint32_t from = loop_of(l, l->source[e - 1]);
            if (from < head || from > head + l->descendants[head])
                return mv_view_err(f, MV_INVALID_LOOP_SPLIT, f->cfg.blocks[l->block_of[from]].start,
                                   "jump into the middle of a loop");
            put_in_body(l, from, head, &body_count);
        }
    collapse(l, head, body_count);
    if (l->depth[head] > MV_LOOP_DEPTH_MAX)
        return mv_view_err(f, MV_LOOP_MAX_DEPTH_REACHED, f->cfg.blocks[l->block_of[head]].start,
                           "loops are nested too deeply");
    return MV_ERR_NONE;
}

static struct mv_err check_reducible(const struct mv_view *f) {
    struct arena *a = &f->v->arena;
    uint32_t n = f->cfg.count;
    struct loops l = {.f = f};
    l.node_of = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) l.node_of[i] = MV_NOWHERE;
    l.block_of = ARENA_ARRAY(a, uint32_t, n);
    l.descendants = ARENA_ARRAY(a, uint32_t, n);
    l.finished = ARENA_ARRAY(a, bool, n);
    l.parent = ARENA_ARRAY(a, uint32_t, n);
    l.depth = ARENA_ARRAY(a, uint32_t, n);
    l.source = ARENA_ARRAY(a, uint32_t, 2 * (size_t)n);
    l.next = ARENA_ARRAY(a, uint32_t, 2 * (size_t)n);
    l.back = ARENA_ARRAY(a, uint32_t, n);
    l.forward = ARENA_ARRAY(a, uint32_t, n);
    l.body = ARENA_ARRAY(a, uint32_t, n);
    l.in_body = ARENA_ARRAY(a, uint32_t, n);
    walk(&l);
    /* Inner loops come later in the walk, and are collapsed first. */
    struct mv_err e = MV_ERR_NONE;
    for (uint32_t head = l.count; head-- > 0 && !mv_failed(e);)
        if (l.back[head]) e = check_loop(&l, head);
    return e;
}

/* ---- The pass */

struct mv_err mv_verify_control(struct mv_view *f) {
    const struct mv_code *c = f->code;
    if (!c->count)
        return mv_err_code(MV_EMPTY_CODE_UNIT, f->index, MV_NOWHERE, "function without code");
    if (!mv_op_is_end(c->instrs[c->count - 1].op))
        return mv_view_err(f, MV_INVALID_FALL_THROUGH, c->count - 1,
                           "control can run over the end of the code");
    struct mv_err e = MV_ERR_NONE;
    if (f->m->version <= 5) e = mv_verify_control_v5(f);
    if (mv_failed(e)) return e;
    build_blocks(f);
    order_blocks(f);
    if (f->m->version > 5) e = check_reducible(f);
    if (mv_failed(e)) return e;
    if (f->cfg.count > MV_BASIC_BLOCKS_MAX)
        return mv_err_code(MV_TOO_MANY_BASIC_BLOCKS, f->index, MV_NOWHERE, "too many basic blocks");
    return MV_ERR_NONE;
}
