/* BLAKE3 (O'Connor, Aumasson, Neves, Wilcox-O'Hearn 2020) with its default output of 32 bytes.
 * Portable code: for a syscall that few programs use. */
#ifndef TERN_CRYPTO_BLAKE3_H
#define TERN_CRYPTO_BLAKE3_H

#include "base/bytes.h"

void blake3(struct b32 *out, struct bytes in);

#endif
