/* Range proofs over ristretto255: that Pedersen commitments v B + r B' are to numbers v of at most
 * so many bits (Bünz, Bootle, Boneh, Poelstra, Wuille, Maxwell: Bulletproofs, 2018). The proofs,
 * generators and transcripts are those of the Rust crate bulletproofs 4, which Aptos uses.
 *
 * A proof is 32-byte pieces: the points A, S, T1, T2, the scalars t, its blinding and that of the
 * vectors; a pair of points L, R for each halving; and the two scalars that are left, a and b.
 *
 * Variable time: for public data only. */
#ifndef TERN_CRYPTO_BULLETPROOF_H
#define TERN_CRYPTO_BULLETPROOF_H

#include "base/arena.h"

enum { BULLETPROOF_BITS_MAX = 64, BULLETPROOF_VALUES_MAX = 16 };

struct bulletproof {
    struct b32 a, s, t1, t2;              /* points */
    struct b32 t, t_blinding, e_blinding; /* scalars */
    struct b32 left_a, left_b;            /* what the halvings leave of the vectors */
    const uint8_t *halvings;              /* L ‖ R of each; borrowed */
    unsigned halving_count;               /* below 32 */
};

/* False if `in` has not the form of a proof or a scalar is not reduced; points are not looked at.
 */
bool bulletproof_read(struct bulletproof *out, struct bytes in);

/* What is claimed: each of `count` committed numbers is below 2^bits. */
struct bulletproof_claim {
    const struct b32 *commitments;
    size_t count;  /* 1, 2, 4, 8 or 16 */
    unsigned bits; /* 8, 16, 32 or 64 */
    struct b32 value_base, blinding_base;
    struct bytes domain; /* what the transcript is for */
};

/* The points that one number's bits are committed to. They follow from labels, in some 2 ms:
 * whoever verifies keeps them. */
struct bulletproof_generators {
    struct b32 g[BULLETPROOF_BITS_MAX], h[BULLETPROOF_BITS_MAX];
};
void bulletproof_generators_make(struct bulletproof_generators *out, uint32_t number);

/* `generators` are those of the numbers 0 … count - 1. Works in `scratch`: 4 KiB for each bit of
 * each number. */
bool bulletproof_verify(const struct bulletproof *p, const struct bulletproof_claim *claim,
                        const struct bulletproof_generators *generators, struct arena *scratch);

#endif
