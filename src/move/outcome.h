/* What a module's metadata says about it. */
#ifndef TERN_MOVE_OUTCOME_H
#define TERN_MOVE_OUTCOME_H

#include "move/move.h"

/* Name and description of an abort code in the module's error map; false if it has none. */
bool mv_abort_info(struct mv_session *s, const struct mv_outcome *o, struct bytes *name,
                   struct bytes *description);

#endif
