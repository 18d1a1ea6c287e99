/* From bytecode to the internal form that the interpreter runs (ins.h). One function instance at a
 * time; types are known, so that every offset and size is a number in the code.
 *
 * The translator keeps an abstract operand stack for each basic block, as the bytecode verifier
 * does, and rejects what is ill-typed: too few operands, wrong types, missing abilities, locals
 * that may not be set. It does not check borrows; memory.h says why it need not. */
#ifndef TERN_MOVE_TRANSLATE_H
#define TERN_MOVE_TRANSLATE_H

#include "move/loader.h"

/* Needs the lock. NULL with *why, whose function and offset say where. */
const struct mv_body *mv_translate(struct mv_cache *c, const struct mv_fn *f, struct mv_err *why);

#endif
