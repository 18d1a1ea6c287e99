#include "move/verify_flow.h"

/* Blocks run in reverse post-order, always the first whose entry state has changed, so that a loop
 * is settled before what follows it. */
struct mv_err mv_flow_run(const struct mv_flow *flow) {
    const struct mv_cfg *g = &flow->f->cfg;
    struct arena *a = &flow->f->v->arena;
    bool *entered = ARENA_ARRAY(a, bool, g->count); /* by block */
    bool *due = ARENA_ARRAY(a, bool, g->order_count);
    struct mv_err e = MV_ERR_NONE;
    entered[0] = due[0] = true;
    for (uint32_t at = 0; at < g->order_count;) {
        if (!due[at]) {
            at++;
            continue;
        }
        due[at] = false;
        uint32_t b = g->order[at];
        e = flow->run(flow->ctx, b);
        for (unsigned i = 0; i < g->blocks[b].successor_count && !mv_failed(e); i++) {
            uint32_t next = g->blocks[b].successors[i], place = g->blocks[next].place;
            bool changed = false;
            e = flow->join(flow->ctx, next, !entered[next], &changed);
            if (changed || !entered[next]) {
                due[place] = true;
                if (place < at) at = place;
            }
            entered[next] = true;
        }
        if (mv_failed(e)) return e;
    }
    return e;
}
