/* The logs of one simulated call, moves of value among them: what a tracer sees, less what failed.
 * Private to chain/. */
#ifndef TERN_CHAIN_SIMULATION_LOGS_H
#define TERN_CHAIN_SIMULATION_LOGS_H

#include "chain/simulation.h"

struct sim_logs {
    struct st_journal *journal;
    bool transfers;
    uint32_t next_index; /* of the block's next log; grows over its calls */

    struct chain_sim_log *items; /* of this call so far */
    size_t count, capacity;
    size_t *frames; /* where each open frame's logs begin */
    size_t depth, depth_capacity;
    size_t seen; /* of the journal's logs */
};

void sim_logs_begin(struct sim_logs *l, struct st_journal *j);
/* The logs that stay, in `arena`. */
const struct chain_sim_log *sim_logs_end(struct sim_logs *l, struct arena *arena, size_t *count);
void sim_logs_free(struct sim_logs *l);
struct evm_tracer sim_logs_tracer(struct sim_logs *l);

#endif
