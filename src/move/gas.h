/* The gas schedule of Move instructions, in internal units (aptos-gas-schedule instr.rs). Whatever
 * does not depend on the size of a value is summed up for each basic block when a function is
 * translated, and charged when the block is entered; if the block ends early, what was charged for
 * its unexecuted rest is given back. */
#ifndef TERN_MOVE_GAS_H
#define TERN_MOVE_GAS_H

enum {
#define GAS(name, amount) MV_GAS_##name = amount,
#include "move/gas.def"
#undef GAS
};

#endif
