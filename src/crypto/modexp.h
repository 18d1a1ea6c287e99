/* Modular exponentiation of big-endian byte strings of any length (EIP-198). A face over GMP, which
 * must never see a zero modulus (it divides by it) nor a size that it would abort on. */
#ifndef TERN_CRYPTO_MODEXP_H
#define TERN_CRYPTO_MODEXP_H

#include "base/bytes.h"

/* The longest operand that is computed. Gas keeps real inputs far below it (EIP-7823: 1,024 bytes
 * since Osaka). */
enum { MODEXP_OPERAND_MAX_BYTES = 1 << 26 };

/* out = base ^ exponent mod modulus, as exactly modulus.n big-endian bytes. An empty operand is 0;
 * 0 ^ 0 is 1; a modulus of 0 gives 0; modulus 1 gives 0. An empty modulus writes nothing. False,
 * and nothing computed, if modulus.n > 0 and an operand is longer than MODEXP_OPERAND_MAX_BYTES.
 * Time grows with exponent bits × modulus.n², and is the caller's to bound. */
bool modexp(uint8_t *out, struct bytes base, struct bytes exponent, struct bytes modulus);

#endif
