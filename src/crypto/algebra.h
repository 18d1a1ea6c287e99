/* The algebraic structures of two pairing-friendly curves, BLS12-381 (over blst) and bn254, behind
 * one interface: what generic cryptography is written in (0x1::crypto_algebra).
 *
 *   Fr      the field of scalars; its size r is the order of the groups
 *   Fq      the field of coordinates
 *   Fq12    its extension of degree 12, Fq2[v, w] with v³ = ξ, w² = v
 *   G1, G2  the groups of points of order r, on the curve and on its twist
 *   Gt      the elements of Fq12 whose power r is 1: what a pairing gives
 * Groups are written additively: in Gt, zero is 1 and a sum is a product.
 *
 * Elements are plain data of algebra_ops.size bytes, aligned to 8; bytes that are no element are
 * not accepted anywhere, they come from algebra_ops.read. Formats are those of arkworks 0.5. A
 * result may be one of the operands. Variable time: for public data only. */
#ifndef TERN_CRYPTO_ALGEBRA_H
#define TERN_CRYPTO_ALGEBRA_H

#include "base/arena.h"

enum algebra_structure {
    ALGEBRA_BLS12_FR,
    ALGEBRA_BLS12_FQ12,
    ALGEBRA_BLS12_G1,
    ALGEBRA_BLS12_G2,
    ALGEBRA_BLS12_GT,
    ALGEBRA_BN254_FR,
    ALGEBRA_BN254_FQ,
    ALGEBRA_BN254_FQ12,
    ALGEBRA_BN254_G1,
    ALGEBRA_BN254_G2,
    ALGEBRA_BN254_GT,
    ALGEBRA_COUNT
};

enum algebra_curve { ALGEBRA_BLS12, ALGEBRA_BN254 };

enum {
    ALGEBRA_SIZE_MAX = 576, /* of an element, and of its bytes */
    ALGEBRA_SCALAR_BYTES = 32,
};

/* Two ways to write an element. Numbers: least significant byte first, or last; one of Fq12 is its
 * coefficients from the constant one up, each in the first way, and has no second way. Points:
 * uncompressed, or compressed; on BLS12-381 as Zcash has it, on bn254 with the flags on top of the
 * last byte. */
enum algebra_format { ALGEBRA_FIRST, ALGEBRA_SECOND };

/* What a structure can do; NULL for what it cannot. */
struct algebra_ops {
    size_t size;
    size_t bytes[2]; /* by format; 0 if it has not that format */
    void (*zero)(void *r);
    void (*one)(void *r); /* a group's: its generator; Gt's is the pairing of the others' */
    bool (*eq)(const void *a, const void *b);
    void (*add)(void *r, const void *a, const void *b);
    void (*sub)(void *r, const void *a, const void *b);
    void (*neg)(void *r, const void *a);
    bool (*read)(void *r, enum algebra_format f, const uint8_t *in);
    void (*write)(uint8_t *out, enum algebra_format f, const void *a);
    /* fields */
    void (*from_u64)(void *r, uint64_t value);
    void (*mul)(void *r, const void *a, const void *b);
    void (*inv)(void *r, const void *a); /* of what is not zero */
    /* groups; a scalar is an element of Fr in its first format */
    void (*twice)(void *r, const void *a);
    void (*scale)(void *r, const void *a, const uint8_t k[ALGEBRA_SCALAR_BYTES]);
};

const struct algebra_ops *algebra_ops(enum algebra_structure s);

/* How many elements it has, as a number: least significant byte first, no zeros behind the last.
 * Returns its length. */
size_t algebra_order(enum algebra_structure s, uint8_t out[ALGEBRA_SIZE_MAX]);

/* Is an element of Fq12 one of Gt? */
bool algebra_in_gt(enum algebra_curve c, const void *fq12);

/* r = the sum of [k_i]P_i in G1 or G2; zero if there are none. Works in `scratch`. */
void algebra_sum(enum algebra_structure s, void *r, const void *const *points,
                 const uint8_t (*k)[ALGEBRA_SCALAR_BYTES], size_t count, struct arena *scratch);

/* r = the sum in Gt of e(P_i, Q_i). */
void algebra_pairing(enum algebra_curve c, void *r, const void *const *g1, const void *const *g2,
                     size_t count, struct arena *scratch);

/* RFC 9380, BLS12381G1_XMD:SHA-256_SSWU_RO_ and the same of G2. */
void algebra_hash_to_bls12(enum algebra_structure s, void *r, struct bytes tag,
                           struct bytes message);

#endif
