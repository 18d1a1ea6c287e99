/* Hexadecimal text. */
#ifndef TERN_CODEC_HEX_H
#define TERN_CODEC_HEX_H

#include "base/base.h"

/* Decodes an even number of digits of either case, without 0x, into digits.n / 2 bytes. False on
 * anything else; `out` may then hold part of it. */
bool hex_decode_digits(uint8_t *out, struct bytes digits);

/* Writes 2 * data.n lower-case digits, without 0x and without a terminating zero. */
void hex_encode_digits(char *out, struct bytes data);

/* "0x…" with a terminating zero: `out` has room for 2 * data.n + 3. */
void hex_encode_0x(char *out, struct bytes data);

#endif
