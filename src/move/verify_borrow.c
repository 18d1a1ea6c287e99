#include "move/verify_borrow.h"

#include <stdlib.h>

/* More edges than this between two nodes become one weak edge, which covers them
 * (move-borrow-graph, references.rs). */
enum { EDGES_BETWEEN_MAX = 10, SPLICE_COST = 20 };

static int compare_paths(const struct mv_borrow *a, const struct mv_borrow *b) {
    uint32_t n = a->path_count < b->path_count ? a->path_count : b->path_count;
    for (uint32_t i = 0; i < n; i++)
        if (a->path[i] != b->path[i]) return a->path[i] < b->path[i] ? -1 : 1;
    return (a->path_count > b->path_count) - (a->path_count < b->path_count);
}

static int compare_nodes(const struct mv_borrow *a, uint32_t from, uint32_t to) {
    if (a->from != from) return a->from < from ? -1 : 1;
    return (a->to > to) - (a->to < to);
}

static int compare_edges(const void *x, const void *y) {
    const struct mv_borrow *a = x, *b = y;
    int c = compare_nodes(a, b->from, b->to);
    if (c) return c;
    if (a->strong != b->strong) return a->strong ? 1 : -1;
    return compare_paths(a, b);
}

static bool path_is_prefix(const struct mv_borrow *a, const struct mv_borrow *of) {
    return a->path_count <= of->path_count &&
           (!a->path_count || memcmp(a->path, of->path, a->path_count * sizeof *a->path) == 0);
}

/* The first edge at or behind (from, to). */
static uint32_t lower_bound(const struct mv_borrow_graph *g, uint32_t from, uint32_t to) {
    const struct mv_borrow *edges = mv_borrow_edges(g);
    uint32_t low = 0, high = mv_borrow_count(g);
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (compare_nodes(&edges[mid], from, to) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool charge(struct mv_borrow_graph *g, uint64_t units) {
    if (!mv_meter(g->v, units)) g->exhausted = true;
    return !g->exhausted;
}

static struct mv_borrow *edges_of(const struct buf *b) {
    return (struct mv_borrow *)(void *)b->p;
}

/* The edges between two nodes, if they are too many, become one. `first` is the first of them in
 * `out`, whose last edges they are. */
static void limit_group(struct buf *out, uint32_t first) {
    struct mv_borrow *e = edges_of(out) + first;
    if (out->n / sizeof *e - first <= EDGES_BETWEEN_MAX) return;
    *e = (struct mv_borrow){.from = e->from, .to = e->to};
    out->n = (first + 1) * sizeof *e;
}

/* Puts new edges into their places, all at once: both lists are sorted and run through together.
 * Empties `fresh`. */
static void add_edges(struct mv_borrow_graph *g, struct buf *fresh) {
    uint32_t count = mv_borrow_count(g), more = (uint32_t)(fresh->n / sizeof(struct mv_borrow));
    struct buf out = {0};
    uint32_t first = 0;
    if (!more || !charge(g, more + count / 2)) return;
    if (more > 1) qsort(fresh->p, more, sizeof(struct mv_borrow), compare_edges);
    buf_room(&out, g->edges.n + fresh->n);
    for (uint32_t i = 0, k = 0; i < count || k < more;) {
        const struct mv_borrow *a = i < count ? mv_borrow_edges(g) + i : NULL;
        const struct mv_borrow *b = k < more ? edges_of(fresh) + k : NULL, *next;
        int c = !a ? 1 : !b ? -1 : compare_edges(a, b);
        next = c <= 0 ? a : b;
        i += c <= 0;
        k += c >= 0;
        uint32_t n = (uint32_t)(out.n / sizeof *next);
        if (n && compare_edges(&edges_of(&out)[n - 1], next) == 0) continue;
        if (n && compare_nodes(&edges_of(&out)[n - 1], next->from, next->to) != 0) {
            limit_group(&out, first);
            first = (uint32_t)(out.n / sizeof *next);
        }
        buf_put(&out, next, sizeof *next);
    }
    limit_group(&out, first);
    buf_free(&g->edges);
    g->edges = out;
    buf_clear(fresh);
}

static void add_edge(struct mv_borrow_graph *g, const struct mv_borrow *e) {
    struct buf fresh = {0};
    buf_put(&fresh, e, sizeof *e);
    add_edges(g, &fresh);
    buf_free(&fresh);
}

static const uint32_t *new_path(struct mv_borrow_graph *g, const uint32_t *a, uint32_t a_count,
                                const uint32_t *b, uint32_t b_count) {
    uint32_t *path = ARENA_ARRAY(&g->v->arena, uint32_t, a_count + b_count);
    if (a_count) memcpy(path, a, a_count * sizeof *a);
    if (b_count) memcpy(path + a_count, b, b_count * sizeof *b);
    return path;
}

static struct mv_borrow new_edge(struct mv_borrow_graph *g, uint32_t from, uint32_t label,
                                 uint32_t to, bool strong) {
    struct mv_borrow e = {.from = from, .to = to, .strong = strong};
    if (label) {
        e.path = new_path(g, &label, 1, NULL, 0);
        e.path_count = 1;
    }
    return e;
}

void mv_borrow_copy(struct mv_borrow_graph *to, const struct mv_borrow_graph *from) {
    buf_clear(&to->edges);
    buf_put_bytes(&to->edges, buf_bytes(&from->edges));
}

void mv_borrow_weak(struct mv_borrow_graph *g, uint32_t parent, uint32_t label, uint32_t child) {
    struct mv_borrow e = new_edge(g, parent, label, child, false);
    add_edge(g, &e);
}

void mv_borrow_strong(struct mv_borrow_graph *g, uint32_t parent, uint32_t label, uint32_t child) {
    struct mv_borrow e = new_edge(g, parent, label, child, true);
    struct mv_borrow *edges = mv_borrow_edges(g);
    uint32_t count = mv_borrow_count(g), first = lower_bound(g, parent, 0), at = first,
             kept = first;
    struct buf fresh = {0};
    buf_put(&fresh, &e, sizeof e);
    for (; at < count && edges[at].from == parent; at++) {
        struct mv_borrow old = edges[at];
        if (!path_is_prefix(&e, &old)) {
            edges[kept++] = old;
            continue;
        }
        old.from = child;
        if (e.path_count) old.path += e.path_count;
        old.path_count -= e.path_count;
        buf_put(&fresh, &old, sizeof old);
    }
    if (kept < at) memmove(edges + kept, edges + at, (count - at) * sizeof *edges);
    g->edges.n = (count - (at - kept)) * sizeof *edges;
    add_edges(g, &fresh);
    buf_free(&fresh);
}

/* From the parent of a released node past it to its child. */
static void splice(struct mv_borrow_graph *g, const struct mv_borrow *in,
                   const struct mv_borrow *out, struct buf *fresh) {
    if (in->from == out->to) return; /* from a cycle */
    struct mv_borrow e = {.from = in->from, .to = out->to, .strong = in->strong && out->strong};
    if (!charge(g, SPLICE_COST + in->path_count + out->path_count)) return;
    e.path = in->path;
    e.path_count = in->path_count;
    if (in->strong && out->path_count) {
        e.path = new_path(g, in->path, in->path_count, out->path, out->path_count);
        e.path_count += out->path_count;
    }
    buf_put(fresh, &e, sizeof e);
}

void mv_borrow_release(struct mv_borrow_graph *g, uint32_t node) {
    struct buf in = {0}, out = {0}, fresh = {0};
    struct mv_borrow *edges = mv_borrow_edges(g);
    uint32_t count = mv_borrow_count(g), kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (edges[i].from == node)
            buf_put(&out, &edges[i], sizeof *edges);
        else if (edges[i].to == node)
            buf_put(&in, &edges[i], sizeof *edges);
        else
            edges[kept++] = edges[i];
    }
    g->edges.n = kept * sizeof *edges;
    for (uint32_t p = 0; p < in.n / sizeof *edges && !g->exhausted; p++)
        for (uint32_t c = 0; c < out.n / sizeof *edges && !g->exhausted; c++)
            splice(g, &edges_of(&in)[p], &edges_of(&out)[c], &fresh);
    add_edges(g, &fresh);
    buf_free(&in);
    buf_free(&out);
    buf_free(&fresh);
}

void mv_borrow_rename(struct mv_borrow_graph *g, const uint32_t *names, uint32_t count) {
    struct mv_borrow *edges = mv_borrow_edges(g);
    uint32_t n = mv_borrow_count(g);
    for (uint32_t i = 0; i < n; i++) {
        if (edges[i].from < count) edges[i].from = names[edges[i].from];
        if (edges[i].to < count) edges[i].to = names[edges[i].to];
    }
    if (n) qsort(edges, n, sizeof *edges, compare_edges);
}

bool mv_borrow_exists(const struct mv_borrow_graph *g, uint32_t node, uint32_t label,
                      const bool *mutable) {
    const struct mv_borrow *edges = mv_borrow_edges(g);
    for (uint32_t i = lower_bound(g, node, 0); i < mv_borrow_count(g); i++) {
        if (edges[i].from != node) break;
        if (label && edges[i].path_count && edges[i].path[0] != label) continue;
        if (!mutable || mutable[edges[i].to]) return true;
    }
    return false;
}

bool mv_borrow_full(const struct mv_borrow_graph *g, uint32_t node) {
    const struct mv_borrow *edges = mv_borrow_edges(g);
    for (uint32_t i = lower_bound(g, node, 0); i < mv_borrow_count(g); i++) {
        if (edges[i].from != node) break;
        if (!edges[i].path_count) return true;
    }
    return false;
}

static bool covers(const struct mv_borrow_graph *g, const struct mv_borrow *e) {
    const struct mv_borrow *edges = mv_borrow_edges(g);
    for (uint32_t i = lower_bound(g, e->from, e->to); i < mv_borrow_count(g); i++) {
        if (compare_nodes(&edges[i], e->from, e->to) != 0) break;
        if (edges[i].strong ? compare_edges(&edges[i], e) == 0 : path_is_prefix(&edges[i], e))
            return true;
    }
    return false;
}

bool mv_borrow_join(struct mv_borrow_graph *g, const struct mv_borrow_graph *other) {
    const struct mv_borrow *edges = mv_borrow_edges(other);
    struct buf missing = {0};
    for (uint32_t i = 0; i < mv_borrow_count(other); i++)
        if (!covers(g, &edges[i])) buf_put(&missing, &edges[i], sizeof edges[i]);
    bool any = missing.n != 0;
    add_edges(g, &missing);
    buf_free(&missing);
    return any;
}
