/* References in paranoid mode: see paranoid.h. */
#include "move/paranoid.h"

#include <stdlib.h>

#ifdef TERN_MOVE_PARANOID

static struct pn_ref *ref_at(const struct pn *p, uint32_t i) {
    return (struct pn_ref *)(void *)p->refs.p + i;
}

static uint32_t ref_count(const struct pn *p) {
    return (uint32_t)(p->refs.n / sizeof(struct pn_ref));
}

/* ---- Clearing away: dead records that no other stems from */

static void keep(struct pn *p, uint32_t i) {
    for (; i != PN_NO_REF && !ref_at(p, i)->kept; i = ref_at(p, i)->parent)
        ref_at(p, i)->kept = true;
}

static void each_value(struct pn *p, void (*use)(struct pn *p, struct pn_value *v, uint32_t *to),
                       uint32_t *to) {
    for (uint32_t i = 0; i < p->count; i++) use(p, &p->stack[i], to);
    for (struct pn_frame *f = p->frames; p->f && f <= p->f; f++)
        for (uint32_t i = 0; i < f->local_count; i++) use(p, &f->locals[i], to);
}

static void keep_value(struct pn *p, struct pn_value *v, uint32_t *to) {
    (void)to;
    if (v->ref != PN_NO_REF) keep(p, v->ref);
}

static void renumber(struct pn *p, struct pn_value *v, uint32_t *to) {
    (void)p;
    v->ref = to[v->ref];
}

static void clear_away(struct pn *p) {
    uint32_t n = ref_count(p), out = 1, *to = xcalloc(n, sizeof *to);
    each_value(p, keep_value, NULL);
    for (uint32_t i = 1; i < n; i++) {
        struct pn_ref *r = ref_at(p, i);
        if (!r->kept) continue;
        r->kept = false;
        r->parent = to[r->parent];
        to[i] = out;
        *ref_at(p, out++) = *r;
    }
    p->refs.n = out * sizeof(struct pn_ref);
    each_value(p, renumber, to);
    free(to);
    p->refs_max = 2 * out + 256;
}

static uint32_t add(struct pn *p, const struct pn_ref *r) {
    buf_put(&p->refs, r, sizeof *r);
    return ref_count(p) - 1;
}

void pn_refs_tidy(struct pn *p) {
    if (ref_count(p) > p->refs_max) clear_away(p);
}

uint32_t pn_ref_make(struct pn *p, uint32_t parent, uint32_t label, bool mut) {
    struct pn_ref r = *ref_at(p, parent);
    if (r.mut) r.order = ++p->order;
    r.parent = parent;
    r.mut = mut;
    r.dead = false;
    if (label != MV_NOWHERE) {
        uint32_t *path = ARENA_ARRAY(&p->arena, uint32_t, r.length + 1u);
        if (r.length) memcpy(path, r.path, r.length * sizeof *path);
        path[r.length++] = label;
        r.path = path;
    }
    return add(p, &r);
}

uint32_t pn_ref_root(struct pn *p, const void *root, uint32_t parent, bool mut) {
    struct pn_ref r = {.parent = parent, .root = (uint64_t)(uintptr_t)root, .mut = mut};
    r.order = ++p->order;
    return add(p, &r);
}

void pn_ref_drop(struct pn *p, uint32_t ref) {
    ref_at(p, ref)->dead = true;
}

static bool overlap(const struct pn_ref *a, const struct pn_ref *b) {
    unsigned n = a->length < b->length ? a->length : b->length;
    return a->root == b->root && (!n || memcmp(a->path, b->path, n * sizeof *a->path) == 0);
}

static bool stems_from(const struct pn *p, uint32_t ref, uint32_t from) {
    while (ref != PN_NO_REF && ref != from) ref = ref_at(p, ref)->parent;
    return ref == from;
}

/* Of two that overlap: above a reference is what is above any that it stems from. */
static bool is_above(const struct pn *p, uint32_t above, uint32_t ref) {
    const struct pn_ref *o = ref_at(p, above);
    for (; ref != PN_NO_REF; ref = ref_at(p, ref)->parent) {
        const struct pn_ref *r = ref_at(p, ref);
        if (ref == above) return true;
        if (o->mut && o->order > r->order && o->length <= r->length && !stems_from(p, above, ref))
            return true;
    }
    return false;
}

bool pn_ref_use(struct pn *p, uint32_t ref, bool write) {
    const struct pn_ref *r = ref_at(p, ref);
    if (r->dead) return pn_breach(p, "a reference that has been given away is used");
    if (r->spoiled) return pn_breach(p, "a reference is used after what it leads to was changed");
    if (write && !r->mut) return pn_breach(p, "a write through an immutable reference");
    for (uint32_t i = 1, n = ref_count(p); i < n; i++) {
        struct pn_ref *o = ref_at(p, i);
        if (i == ref || o->dead || o->spoiled || !(write || o->mut)) continue;
        if (overlap(r, o) && !is_above(p, i, ref)) o->spoiled = true;
    }
    return true;
}

void pn_root_gone(struct pn *p, const void *root, bool only_mutable) {
    for (uint32_t i = 1, n = ref_count(p); i < n; i++) {
        struct pn_ref *o = ref_at(p, i);
        if (!o->dead && o->root == (uint64_t)(uintptr_t)root && (o->mut || !only_mutable))
            o->spoiled = true;
    }
}

#endif
