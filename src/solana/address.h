/* Derived addresses: keys that nobody has the secret of. */
#ifndef TERN_SOLANA_ADDRESS_H
#define TERN_SOLANA_ADDRESS_H

#include "base/base.h"

enum { SOL_SEEDS_MAX = 16, SOL_SEED_MAX_BYTES = 32 };

/* In the order of solana-address' AddressError. */
enum sol_address_error {
    SOL_ADDRESS_OK = 0,
    SOL_ADDRESS_MAX_SEED_LENGTH_EXCEEDED,
    SOL_ADDRESS_INVALID_SEEDS,
    SOL_ADDRESS_ILLEGAL_OWNER,
};

const char *sol_address_error_text(enum sol_address_error e);

/* The address that `program` has for these seeds, the bump among them: sha-256 of the seeds, the
 * program and "ProgramDerivedAddress". INVALID_SEEDS if that is a point of the curve. */
enum sol_address_error sol_create_program_address(struct b32 *out, const struct bytes *seeds,
                                                  size_t count, const struct b32 *program);

/* The same with the highest bump of 255 … 1 appended that gives an address; false if none does or
 * the seeds are too long or too many. */
bool sol_find_program_address(struct b32 *out, uint8_t *bump, const struct bytes *seeds,
                              size_t count, const struct b32 *program);

/* sha-256 of base, seed and owner: an address that `base` can sign for in the System program. */
enum sol_address_error sol_create_with_seed(struct b32 *out, const struct b32 *base,
                                            struct bytes seed, const struct b32 *owner);

#endif
