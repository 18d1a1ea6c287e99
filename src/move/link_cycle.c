#include "move/link.h"

#include <stdlib.h>

/* A walk over modules that are reachable from one by a relation. */
struct walk {
    const struct mv_module *from;
    const struct mv_resolver *resolver;
    const struct mv_module **seen;
    uint32_t count, capacity;
    struct map index;
    bool cycle;
};

static uint64_t hash_id(const struct b32 *address, struct bytes name) {
    return map_hash32(address->b, map_hash(name.p, name.n));
}

static uint64_t hash_seen(const void *w, uint32_t i) {
    const struct mv_module *m = ((const struct walk *)w)->seen[i];
    return hash_id(mv_self_address(m), mv_self_name(m));
}

static void visit(struct walk *w, const struct b32 *address, struct bytes name) {
    if (b32_eq(address, mv_self_address(w->from)) && bytes_eq(name, mv_self_name(w->from))) {
        w->cycle = true;
        return;
    }
    struct map_probe it = map_begin(&w->index, hash_id(address, name));
    for (uint32_t i; map_next(&w->index, &it, &i);)
        if (b32_eq(address, mv_self_address(w->seen[i])) &&
            bytes_eq(name, mv_self_name(w->seen[i])))
            return;
    const struct mv_module *m = w->resolver->find(w->resolver->ctx, address, name);
    if (!m) return; /* a friend need not exist; a missing dependency is linking's to report */
    if (w->count == w->capacity) {
        w->capacity = w->capacity ? 2 * w->capacity : 64;
        w->seen = xrealloc(w->seen, w->capacity * sizeof *w->seen);
    }
    w->seen[w->count++] = m;
    map_insert(&w->index, hash_id(address, name), w->count - 1);
}

static void visit_dependencies(struct walk *w, const struct mv_module *m) {
    for (uint32_t i = 0; i < m->module_handles_count && !w->cycle; i++)
        if (i != m->self) visit(w, mv_handle_address(m, i), mv_handle_name(m, i));
}

static void visit_friends(struct walk *w, const struct mv_module *m) {
    for (uint32_t i = 0; i < m->friends_count && !w->cycle; i++)
        visit(w, &m->addresses[m->friends[i].address], m->identifiers[m->friends[i].name]);
}

static bool leads_back(const struct mv_module *m, const struct mv_resolver *resolver,
                       void (*next)(struct walk *w, const struct mv_module *m)) {
    struct walk w = {.from = m, .resolver = resolver};
    map_init(&w.index, hash_seen, &w);
    next(&w, m);
    for (uint32_t i = 0; i < w.count && !w.cycle; i++) next(&w, w.seen[i]);
    map_free(&w.index);
    free(w.seen);
    return w.cycle;
}

struct mv_err mv_check_cycles(const struct mv_module *m, const struct mv_resolver *resolver) {
    if (leads_back(m, resolver, visit_dependencies))
        return mv_err_plain(MV_CYCLIC_MODULE_DEPENDENCY, "module depends on itself through others");
    if (leads_back(m, resolver, visit_friends))
        return mv_err_plain(MV_CYCLIC_MODULE_FRIENDSHIP, "module is a friend of its friends");
    return MV_ERR_NONE;
}
