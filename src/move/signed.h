/* Signed integers (bytecode v9): rare, so one routine for all widths, by way of 256 bits. */
#ifndef TERN_MOVE_SIGNED_H
#define TERN_MOVE_SIGNED_H

#include "move/types.h"

/* The value at `out`, of kind `to`, becomes the operation `op` (enum mv_opcode; any cast is
 * MV_OP_CAST_U64) of those at `a` and `b`, of kind `from`. False on overflow and division by zero.
 */
bool mv_signed_op(uint64_t *out, const uint64_t *a, const uint64_t *b, enum mv_type_kind from,
                  enum mv_type_kind to, unsigned op);

#endif
