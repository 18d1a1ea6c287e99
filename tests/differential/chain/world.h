/* A chain with the interpreters in place, and cases run on it as roots of its own execution:
 * nothing of them is kept, each begins at the same block. */
#ifndef TERN_TESTS_CHAIN_WORLD_H
#define TERN_TESTS_CHAIN_WORLD_H

#include "chain/internal.h"
#include "differential/chain/model.h"

struct ct_world {
    struct chain *chain;
    struct chain_reader *reader; /* at the block where every case begins */
    struct evm_machine *machine;
    struct ct_actors actors;
    struct chain_program programs[CT_INTERPRETERS];
    struct arena arena; /* the interpreters' code */
};

/* `folder`: the project's. False: a text has been printed. */
bool ct_world_open(struct ct_world *w, const char *folder);
void ct_world_close(struct ct_world *w);

/* One transaction of a case as the chain ran it. Slices live in the arena of the run. */
struct ct_run {
    struct st_journal *journal; /* as it is after it */
    struct chain_exec exec;
    struct chain_block head;
    struct arena *arena;
    struct b32 hash;
    struct chain_tx tx;
    bool refused;
    char why[256];
};

/* A journal at the beginning; then one transaction after another. */
void ct_run_open(struct ct_run *run, const struct ct_world *w, struct arena *arena);
void ct_run_tx(struct ct_run *run, const struct ct_world *w, const struct ct_node *root,
               uint32_t index);
void ct_run_close(struct ct_run *run);

/* So many units of 10^9 wei. */
struct u256 ct_wei(uint64_t units);
/* What is at an address of any machine, in wei. */
struct u256 ct_balance(struct st_journal *j, const struct xvm_actor *at);

enum ct_verdict {
    CT_AGREE,
    CT_DIFFER,
    CT_LACKED_GAS, /* some leg ran out of gas: what it came to is not compared */
};

/* Runs the case here and in the model. *text: the first difference, in `arena`. `gas`: of a root.
 */
enum ct_verdict ct_compare(const struct ct_world *w, struct cm_model *m, const struct ct_case *c,
                           struct arena *arena, const char **text);

#endif
