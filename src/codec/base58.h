/* Base58 with Bitcoin's alphabet, without checksum: the text form of Solana's keys (32 bytes) and
 * signatures (64). Leading zero bytes are leading '1's. Time grows with the square of the length,
 * so both directions are limited. */
#ifndef TERN_CODEC_BASE58_H
#define TERN_CODEC_BASE58_H

#include "base/base.h"

enum {
    BASE58_BYTES_MAX = 2048,    /* to be read: a Solana transaction has at most 1,232 */
    BASE58_TEXT_MAX = 2800,     /* characters for those */
    BASE58_WRITTEN_MAX = 10240, /* bytes to be written: what an instruction by CPI may have */
};

enum base58_error { BASE58_OK, BASE58_BAD_CHARACTER, BASE58_TOO_LONG, BASE58_WRONG_LENGTH };

/* Appends the text of at most BASE58_WRITTEN_MAX bytes. */
void base58_put(struct buf *b, struct bytes in);

/* Appends the bytes; on an error `b` has its old length and err.at is the character's offset. */
struct err base58_read(struct buf *b, struct bytes text);

/* Text of exactly n <= 64 bytes. */
struct err base58_read_fixed(uint8_t *out, size_t n, struct bytes text);

#endif
