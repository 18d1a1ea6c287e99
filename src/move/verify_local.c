/* Locals (locals_safety): a local is read, moved or borrowed only when it has a value on every way
 * that leads here, and a value without drop is never overwritten or forgotten. */
#include "move/verify_flow.h"

enum local_state { UNAVAILABLE, MAYBE_AVAILABLE, AVAILABLE };

enum { STEP_COST = 15, RET_PER_LOCAL_COST = 30, JOIN_COST = 10, JOIN_PER_LOCAL_COST = 5 };

struct locals {
    const struct mv_view *f;
    unsigned count;
    uint8_t *droppable; /* by local */
    uint8_t *entry;     /* enum local_state, by block and local */
    uint8_t *now;
};

static struct mv_err need_available(const struct locals *l, uint32_t at,
                                    const struct mv_instr *in) {
    if (l->now[in->index] == AVAILABLE) return MV_ERR_NONE;
    switch (in->op) {
    case MV_OP_COPY_LOC:
        return mv_view_err(l->f, MV_COPYLOC_UNAVAILABLE_ERROR, at, "copied local has no value");
    case MV_OP_MOVE_LOC:
        return mv_view_err(l->f, MV_MOVELOC_UNAVAILABLE_ERROR, at, "moved local has no value");
    default:
        return mv_view_err(l->f, MV_BORROWLOC_UNAVAILABLE_ERROR, at, "borrowed local has no value");
    }
}

static struct mv_err check_ret(const struct locals *l, uint32_t at) {
    if (!mv_meter(l->f->v, (uint64_t)RET_PER_LOCAL_COST * l->count))
        return mv_too_complex(l->f->index);
    for (unsigned i = 0; i < l->count; i++)
        if (l->now[i] != UNAVAILABLE && !l->droppable[i])
            return mv_view_err(l->f, MV_UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP, at,
                               "local without drop still has a value");
    return MV_ERR_NONE;
}

static struct mv_err step(struct locals *l, uint32_t at) {
    const struct mv_instr *in = &l->f->code->instrs[at];
    struct mv_err e = MV_ERR_NONE;
    if (!mv_meter(l->f->v, STEP_COST)) return mv_too_complex(l->f->index);
    switch (in->op) {
    case MV_OP_ST_LOC:
        if (l->now[in->index] != UNAVAILABLE && !l->droppable[in->index])
            return mv_view_err(l->f, MV_STLOC_UNSAFE_TO_DESTROY_ERROR, at,
                               "overwritten local has no drop ability");
        l->now[in->index] = AVAILABLE;
        break;
    case MV_OP_MOVE_LOC:
        e = need_available(l, at, in);
        l->now[in->index] = UNAVAILABLE;
        break;
    case MV_OP_COPY_LOC:
    case MV_OP_MUT_BORROW_LOC:
    case MV_OP_IMM_BORROW_LOC: e = need_available(l, at, in); break;
    case MV_OP_RET: e = check_ret(l, at); break;
    default: break;
    }
    return e;
}

static struct mv_err run(void *ctx, uint32_t block) {
    struct locals *l = ctx;
    struct mv_err e = MV_ERR_NONE;
    const struct mv_block *b = &l->f->cfg.blocks[block];
    if (l->count) memcpy(l->now, l->entry + (size_t)block * l->count, l->count);
    for (uint32_t i = b->start; i <= b->end && !mv_failed(e); i++) e = step(l, i);
    return e;
}

static struct mv_err join(void *ctx, uint32_t block, bool first, bool *changed) {
    struct locals *l = ctx;
    uint8_t *entry = l->entry + (size_t)block * l->count;
    if (!mv_meter(l->f->v, JOIN_COST + (uint64_t)JOIN_PER_LOCAL_COST * l->count))
        return mv_too_complex(l->f->index);
    for (unsigned i = 0; i < l->count; i++) {
        uint8_t joined = first || entry[i] == l->now[i] ? l->now[i] : MAYBE_AVAILABLE;
        if (joined != entry[i]) *changed = true;
        entry[i] = joined;
    }
    return MV_ERR_NONE;
}

struct mv_err mv_verify_locals(const struct mv_view *f) {
    struct arena *a = &f->v->arena;
    struct arena_mark mark = arena_mark(a);
    struct locals l = {.f = f, .count = mv_local_count(f)};
    l.droppable = ARENA_ARRAY(a, uint8_t, l.count + 1u);
    l.now = ARENA_ARRAY(a, uint8_t, l.count + 1u);
    l.entry = ARENA_ARRAY(a, uint8_t, (size_t)f->cfg.count * l.count + 1);
    for (unsigned i = 0; i < l.count; i++) {
        l.droppable[i] = mv_type_abilities(f->m, mv_local_type(f, i), f->type_params) & MV_DROP;
        l.entry[i] = i < f->params->count ? AVAILABLE : UNAVAILABLE;
    }
    struct mv_flow flow = {.f = f, .ctx = &l, .run = run, .join = join};
    struct mv_err e = mv_flow_run(&flow);
    arena_release(a, mark);
    return e;
}
