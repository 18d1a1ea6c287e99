/* Private to node/: a world in this process for Move unit tests: the modules of a compiled package
 * and its dependencies, nothing else. As in Aptos' own unit tests there has been no genesis, and no
 * init_module has run: a test sets up what it needs. */
#ifndef TERN_NODE_MOVE_WORLD_H
#define TERN_NODE_MOVE_WORLD_H

#include "move/move.h"

struct move_world {
    struct mv_vm *vm;
    struct st_journal *journal;
    struct mv_module **modules; /* owned */
    bool *is_dependency;        /* of each */
    uint32_t count, capacity;
    st_mark start; /* the world as every test finds it */
};

/* Loads and verifies every module below `folder` (files *.mv). False with a reason that names the
 * module; move_world_close in any case. */
bool move_world_open(struct move_world *w, const char *folder, struct buf *why);
void move_world_close(struct move_world *w);

/* A session for one test; move_world_end frees it and undoes all that it did. `number` tells the
 * sessions of a world apart. */
struct mv_session *move_world_begin(struct move_world *w, uint64_t gas_limit, uint64_t number);
void move_world_end(struct move_world *w, struct mv_session *s);

const struct mv_module *move_world_module(const struct move_world *w, const struct b32 *address,
                                          struct bytes name);

/* "0x42": an address without leading zeros. */
void put_move_address(struct buf *b, const struct b32 *address);

#endif
