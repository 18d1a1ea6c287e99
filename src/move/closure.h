/* Function values in storage: BCS of a sequence (move-core-types function.rs): format 1, module,
 * function name, type arguments, mask, then the layout and the value of everything captured. */
#ifndef TERN_MOVE_CLOSURE_H
#define TERN_MOVE_CLOSURE_H

#include "move/value.h"

/* `p` is the slot of the function value. False if its type may not be stored. */
bool mv_closure_encode(const void *p, struct buf *out, size_t limit);

enum mv_status_code mv_closure_decode(const struct mv_decoder *d, const struct mv_type *t,
                                      struct bytes *in, void *to);

/* A value at the front of *in, which moves on; for the captured values. */
enum mv_status_code mv_value_decode_part(const struct mv_decoder *d, const struct mv_type *t,
                                         struct bytes *in, void *to);

#endif
