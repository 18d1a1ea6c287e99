/* A session in the middle of a call to another machine, and sessions above it.
 *
 * Whoever is called may call back into Move, in a session of its own above the one that waits. The
 * module that waits could be in the middle of a change, and holds references into its resources. So
 * modules with a frame on a waiting stack are locked for all sessions above, however they are
 * reached. Only a module's own code can change its resources; as long as it cannot run, references
 * to them stay good.
 *
 * A publisher may say in metadata that a module is *reentrant*. It can be entered again wherever it
 * waits without a reference to a resource: where the verifier's borrow graph has none. Not while a
 * function with module_lock, or one that a native has dispatched to, is on the stack: that locks
 * the modules there for calls in the session itself.
 *
 * A session keeps the modules that it has loaded for its whole life, and looks for others in the
 * journal: one that was published meanwhile is found, an upgrade of one that runs here is not. */
#include "move/metadata.h"
#include "move/session.h"
#include "move/verify.h"

/* ---- References at calls */

/* A bit for each instruction of a module: a call at which the function holds a reference to a
 * resource. Found when it is first asked, by the verifier, which has let the code through when it
 * was published; code that it would not let through holds one everywhere. */
struct mv_held {
    bool anywhere;
    uint32_t *first; /* bit of each function's first instruction */
    uint64_t *bits;
};

static void note_held(void *ctx, uint32_t function, uint32_t offset) {
    struct mv_held *h = ctx;
    uint32_t i = h->first[function] + offset;
    h->bits[i / 64] |= 1ull << (i % 64);
}

static struct mv_held *find_held(struct mv_cache *c, const struct mv_module *m) {
    struct mv_held *h = ARENA_NEW(&c->arena, struct mv_held);
    uint32_t count = 0;
    h->first = ARENA_ARRAY(&c->arena, uint32_t, m->function_defs_count + 1u);
    for (uint32_t i = 0; i < m->function_defs_count; i++) {
        h->first[i] = count;
        count += m->function_defs[i].code.count;
    }
    h->bits = ARENA_ARRAY(&c->arena, uint64_t, count / 64 + 1u);
    h->anywhere = mv_failed(mv_find_held(m, note_held, h));
    return h;
}

static bool holds_reference(struct mv_cache *c, struct mv_loaded *m, uint32_t function,
                            uint32_t offset) {
    mv_cache_lock(c);
    if (!m->held) m->held = find_held(c, m->m);
    const struct mv_held *h = m->held;
    mv_cache_unlock(c);
    uint32_t i = h->first[function] + offset;
    return h->anywhere || (h->bits[i / 64] >> (i % 64) & 1);
}

/* ---- Locks */

static uint32_t call_offset(const struct mv_frame *f) {
    return f->at ? f->body->where[f->at - f->body->ins] : f->pc;
}

/* The innermost function is that of 0x1::evm or 0x1::svm which has called the native, and not among
 * the frames. */
bool mv_session_locks(const struct mv_session *s, const struct b32 *address, struct bytes module) {
    const struct mv_loaded *last = NULL;
    for (uint32_t i = 0; i < s->depth; i++) {
        const struct mv_frame *f = &s->frames[i];
        struct mv_loaded *m = f->fn->module;
        if (m == last && !m->reentrant) continue;
        last = m;
        if (!b32_eq(&m->address, address) || !bytes_eq(m->name, module)) continue;
        if (!m->reentrant || s->lock_depth ||
            holds_reference(s->cache, m, f->fn->def, call_offset(f)))
            return true;
    }
    return false;
}

bool mv_module_open(struct mv_session *s, const struct mv_fn *f) {
    const struct mv_loaded *m = f->module;
    const struct mv_host *h = &s->p.host;
    uint8_t unmarked = 0;
    uint8_t *mark = m->index < s->module_mark_count ? &s->module_marks[m->index] : &unmarked;
    if (!h->is_locked || *mark & MV_MODULE_OPEN) return true;
    if (h->is_locked(h->ctx, &m->address, m->name)) {
        mv_fault_at(s, MV_RUNTIME_DISPATCH_ERROR, f, 0);
        s->fault.message = BYTES_LIT("the module waits for a call to another machine and cannot be "
                                     "entered until that has ended");
        return false;
    }
    *mark |= MV_MODULE_OPEN;
    return true;
}

/* ---- What is left */

uint32_t mv_session_depth(const struct mv_session *s) {
    return s->p.depth_base + s->depth + 1;
}

size_t mv_session_memory_left(const struct mv_session *s) {
    return s->heap.limit_bytes - min_u64(s->heap.used_bytes, s->heap.limit_bytes);
}
