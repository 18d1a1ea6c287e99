/* What the metadata of a module says about its functions and structs. */
#ifndef TERN_MOVE_ATTRIBUTES_H
#define TERN_MOVE_ATTRIBUTES_H

#include "move/file_format.h"

bool mv_is_view(const struct mv_module *m, struct bytes function);
bool mv_has_randomness(const struct mv_module *m, struct bytes function);
bool mv_is_event(const struct mv_module *m, struct bytes type);

#endif
