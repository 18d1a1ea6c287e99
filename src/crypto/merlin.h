/* Merlin transcripts, version 1.0 (merlin.cool): what a prover and a verifier have said so far, in
 * the sponge of STROBE-128 (strobe.sourceforge.io, 1.0.2) over keccak-f[1600], from which both draw
 * the same challenges. */
#ifndef TERN_CRYPTO_MERLIN_H
#define TERN_CRYPTO_MERLIN_H

#include "base/bytes.h"

/* Plain data: copying the struct forks the transcript. */
struct merlin {
    union {
        uint64_t lanes[25];
        uint8_t bytes[200];
    } sponge;
    uint8_t at;    /* where the next byte goes, below the rate */
    uint8_t begin; /* where the current operation began, from 1 */
};

void merlin_init(struct merlin *t, struct bytes label);
void merlin_append(struct merlin *t, const char *label, struct bytes message);
void merlin_append_u64(struct merlin *t, const char *label, uint64_t value);
/* Draws `n` bytes. */
void merlin_challenge(struct merlin *t, const char *label, uint8_t *out, size_t n);

#endif
