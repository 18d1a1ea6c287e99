/* Re-entrancy (aptos-core, reentrancy_checker.rs). A module is entered by a call from another
 * module, and by any call through a function value. A module entered more than once may compute but
 * not touch its resources; while a function with the attribute module_lock, or one that a native
 * has dispatched to, is on the stack, no active module may be entered again at all.
 *
 * Static calls alone cannot come back into a module, because dependencies have no cycles. So
 * nothing is counted in ordinary calls: how often a module is entered is read off the frames when
 * it matters. */
#include "move/session.h"

static const struct mv_fn *frame_callee(const struct mv_session *s, const struct mv_fn *current,
                                        uint32_t i) {
    return i + 1 < s->depth ? s->frames[i + 1].fn : current;
}

/* How often `module` has been entered by the frames up to `current`. */
static uint32_t entries(const struct mv_session *s, const struct mv_fn *current,
                        const struct mv_loaded *module) {
    const struct mv_fn *outermost = s->depth ? s->frames[0].fn : current;
    uint32_t n = outermost && outermost->module == module;
    for (uint32_t i = 0; i < s->depth; i++) {
        const struct mv_fn *callee = frame_callee(s, current, i);
        if (callee->module != module) continue;
        n += s->frames[i].fn->module != module || (s->frames[i].flags & MV_CALL_BY_CLOSURE);
    }
    return n;
}

static void lock(struct mv_session *s, uint8_t *flags) {
    *flags |= MV_CALL_LOCKS;
    s->lock_depth++;
    s->epoch = (uint32_t)MV_EPOCH_LOCKED;
}

static enum mv_status_code check(const struct mv_session *s, const struct mv_fn *caller,
                                 const struct mv_fn *callee) {
    if (s->lock_depth && caller && caller->module != callee->module &&
        entries(s, caller, callee->module) > 0)
        return MV_RUNTIME_DISPATCH_ERROR;
    return MV_OK;
}

enum mv_status_code mv_enter(struct mv_session *s, const struct mv_fn *caller,
                             const struct mv_fn *callee, bool by_closure, uint8_t *flags) {
    *flags = by_closure ? MV_CALL_BY_CLOSURE : 0;
    if (callee->attributes & MV_ATTR_MODULE_LOCK) lock(s, flags);
    if (by_closure) s->closure_depth++;
    return check(s, caller, callee);
}

enum mv_status_code mv_enter_dispatched(struct mv_session *s, const struct mv_fn *caller,
                                        const struct mv_fn *callee, uint8_t *flags) {
    *flags = 0;
    lock(s, flags);
    return check(s, caller, callee);
}

void mv_leave(struct mv_session *s, uint8_t flags) {
    if (flags & MV_CALL_BY_CLOSURE) s->closure_depth--;
    if ((flags & MV_CALL_LOCKS) && --s->lock_depth == 0) s->epoch = s->own_epoch;
}

bool mv_may_touch(const struct mv_session *s, const struct mv_fn *current,
                  const struct mv_loaded *module) {
    return s->closure_depth == 0 || entries(s, current, module) <= 1;
}
