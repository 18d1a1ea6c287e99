/* The accounts of the upgradeable loader: buffer, program, program data. */
#ifndef TERN_SOLANA_LOADER_H
#define TERN_SOLANA_LOADER_H

#include "base/base.h"

enum sol_loader_kind {
    SOL_LOADER_UNINITIALIZED,
    SOL_LOADER_BUFFER,
    SOL_LOADER_PROGRAM,
    SOL_LOADER_PROGRAM_DATA,
};

enum {
    SOL_LOADER_UNINITIALIZED_BYTES = 4,
    SOL_LOADER_BUFFER_BYTES = 37, /* then the ELF file */
    SOL_LOADER_PROGRAM_BYTES = 36,
    SOL_LOADER_PROGRAM_DATA_BYTES = 45 /* then the ELF file, whether there is an authority or not */
};

/* bincode: tag (4) ‖ fields; an option is 0, or 1 ‖ value. */
struct sol_loader_state {
    enum sol_loader_kind kind;
    uint64_t slot;      /* PROGRAM_DATA: of the last deployment */
    bool has_authority; /* BUFFER, PROGRAM_DATA */
    struct b32 authority;
    struct b32 address; /* PROGRAM: its program data */
};

/* False if the data does not begin with a state. */
bool sol_loader_state(struct sol_loader_state *out, struct bytes data);
/* Writes the state at the beginning of `data`; false if it does not fit. */
bool sol_loader_state_put(uint8_t *data, size_t bytes, const struct sol_loader_state *s);

#endif
