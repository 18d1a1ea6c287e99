/* Private to the reference pass: the borrow graph (move-borrow-graph).
 *
 * Nodes are references, by number, and the frame's root. An edge from a to b says that b borrows
 * from a; its path says where: a list of labels, each a local, a resource type, or a field. A
 * strong edge means exactly that place, a weak one anything at or below it. */
#ifndef TERN_MOVE_VERIFY_BORROW_H
#define TERN_MOVE_VERIFY_BORROW_H

#include "move/verify_internal.h"

/* A label: its kind above, its number below. */
enum {
    MV_LABEL_LOCAL = 1 << 16,
    MV_LABEL_GLOBAL = 2 << 16,
    MV_LABEL_FIELD = 3 << 16,
    MV_LABEL_ANY = 0, /* in questions: any field, or none */
};

struct mv_borrow {
    uint32_t from, to;
    uint32_t path_count;
    bool strong;
    const uint32_t *path;
};

/* Edges are sorted by from, to, strength and path, and unique. */
struct mv_borrow_graph {
    struct buf edges;
    struct mv_verifier *v; /* paths live in its arena; work is charged to its meter */
    bool exhausted;        /* the meter has run out: nothing is reliable any more */
};

static inline uint32_t mv_borrow_count(const struct mv_borrow_graph *g) {
    return (uint32_t)(g->edges.n / sizeof(struct mv_borrow));
}
static inline struct mv_borrow *mv_borrow_edges(const struct mv_borrow_graph *g) {
    return (struct mv_borrow *)(void *)g->edges.p;
}

void mv_borrow_copy(struct mv_borrow_graph *to, const struct mv_borrow_graph *from);

/* `child` borrows all of `parent`, or (with label) its part `label`. Strong: what others borrow
 * there, they borrow from `child` from now on, which is new. */
void mv_borrow_strong(struct mv_borrow_graph *g, uint32_t parent, uint32_t label, uint32_t child);
void mv_borrow_weak(struct mv_borrow_graph *g, uint32_t parent, uint32_t label, uint32_t child);

/* Takes a node out; what borrowed from it then borrows from what it borrowed from. */
void mv_borrow_release(struct mv_borrow_graph *g, uint32_t node);

/* Renames the nodes by `names` (of nodes below `count`). */
void mv_borrow_rename(struct mv_borrow_graph *g, const uint32_t *names, uint32_t count);

/* Whether something borrows from `node` (mutably, if `mutable` is given: by node): all of it, or at
 * `label`; MV_LABEL_ANY is anywhere. */
bool mv_borrow_exists(const struct mv_borrow_graph *g, uint32_t node, uint32_t label,
                      const bool *mutable);
/* Whether something borrows all of `node`. */
bool mv_borrow_full(const struct mv_borrow_graph *g, uint32_t node);

/* Adds the edges of `other` that no edge of `g` covers. True if there were any. */
bool mv_borrow_join(struct mv_borrow_graph *g, const struct mv_borrow_graph *other);

#endif
