/* Private to crypto/: the rounds of BLAKE2b's compression function on its work vector, in two forms
 * that compute the same; visible for the test that compares them. */
#ifndef TERN_CRYPTO_BLAKE2B_H
#define TERN_CRYPTO_BLAKE2B_H

#include "base/bytes.h"

void blake2b_rounds_portable(uint64_t v[16], const uint64_t m[16], uint32_t rounds);

/* Only where the processor has AVX2. */
void blake2b_rounds_avx2(uint64_t v[16], const uint64_t m[16], uint32_t rounds);

#endif
