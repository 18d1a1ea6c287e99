/* The hash Poseidon over the scalar field of bn254, with the parameters of circom: S-box x^5, one
 * element of capacity, which starts at zero and ends as the digest
 * (https://eprint.iacr.org/2019/458). */
#ifndef TERN_CRYPTO_POSEIDON_H
#define TERN_CRYPTO_POSEIDON_H

#include "base/bytes.h"

enum { POSEIDON_INPUTS_MAX = 12 };

/* Hashes 1 to POSEIDON_INPUTS_MAX elements, big-endian; false for another count, and if one is not
 * below the field's modulus. */
bool poseidon(struct b32 *out, const struct b32 *in, size_t count);

#endif
