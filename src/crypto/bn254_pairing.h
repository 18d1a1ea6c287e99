/* Private to bn254: the pairing's value. */
#ifndef TERN_CRYPTO_BN254_PAIRING_H
#define TERN_CRYPTO_BN254_PAIRING_H

#include "crypto/bn254_g1.h"
#include "crypto/bn254_g2.h"
#include "crypto/bn254_tower.h"

/* r = the product of e(P_i, Q_i), for points of G1 and G2; 1 if there are none. The final
 * exponentiation is that of Fuentes-Castañeda, Knapp and Rodríguez-Henríquez, as in arkworks: its
 * values are a power, prime to r, of those by definition. */
void bn254_pairing_value(struct fp12 *r, const struct g1 *const *p, const struct g2_point *const *q,
                         size_t count);

#endif
