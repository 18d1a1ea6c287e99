/* Single questions to a module's metadata (metadata.h). */
#ifndef TERN_MOVE_ATTRIBUTES_H
#define TERN_MOVE_ATTRIBUTES_H

#include "move/metadata.h"
#include "move/move.h"

/* Whether the function of that name has the attribute. */
bool mv_function_has(const struct mv_module *m, struct bytes function,
                     enum mv_attribute_meaning kind);
bool mv_is_view(const struct mv_module *m, struct bytes function);

/* Name and description of the outcome's abort code in its module's error map, copied to the
 * session's arena; false if it has none. */
bool mv_abort_info(struct mv_session *s, const struct mv_outcome *o, struct bytes *name,
                   struct bytes *description);

#endif
