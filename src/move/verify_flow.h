/* Private to the verifier: abstract interpretation over the basic blocks (absint.rs). A pass has a
 * state for the entry of each block; running a block turns it into the state at its end, which is
 * joined into the entry states of its successors until nothing changes. */
#ifndef TERN_MOVE_VERIFY_FLOW_H
#define TERN_MOVE_VERIFY_FLOW_H

#include "move/verify_internal.h"

struct mv_flow {
    const struct mv_view *f;
    void *ctx;
    /* Runs a block from its entry state; leaves the end state with the pass. */
    struct mv_err (*run)(void *ctx, uint32_t block);
    /* Joins the end state of the block run last into the entry state of `block`, or makes it that
     * if `first`. Sets *changed if the entry state is another than before. */
    struct mv_err (*join)(void *ctx, uint32_t block, bool first, bool *changed);
};

/* The entry state of block 0 is set up by the caller. */
struct mv_err mv_flow_run(const struct mv_flow *flow);

#endif
