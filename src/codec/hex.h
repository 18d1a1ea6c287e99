/* Hexadecimal text as the Ethereum JSON-RPC defines it (execution-apis, "Hex value encoding"):
 * data is "0x" and two digits a byte; a quantity is "0x" and the fewest digits, so "0x0" but never
 * "0x" or "0x00". Upper and lower case digits are read, lower case is written. */
#ifndef TERN_CODEC_HEX_H
#define TERN_CODEC_HEX_H

#include "base/base.h"

enum hex_error {
    HEX_OK,
    HEX_NO_PREFIX,
    HEX_BAD_DIGIT,
    HEX_ODD_LENGTH,
    HEX_WRONG_LENGTH,
    HEX_NO_DIGITS,
    HEX_LEADING_ZERO,
    HEX_TOO_LARGE,
    HEX_NO_MEMORY, /* the arena's limit */
};

/* 0 to 15, or -1. */
int hex_digit(uint8_t c);

/* Two digits a byte, no prefix; writes digits.n / 2 bytes. False, with some of `out` written, if
 * the number of digits is odd or one is none. */
bool hex_decode_digits(uint8_t *out, struct bytes digits);

/* "0x" and exactly 2 * n digits. */
struct err hex_read_fixed(uint8_t *out, size_t n, struct bytes text);

/* "0x" and any even number of digits; the bytes live in the arena. */
struct err hex_read_data(struct arena *a, struct bytes text, struct bytes *out);

/* A quantity. */
struct err hex_read_u64(struct bytes text, uint64_t *out);
struct err hex_read_u256(struct bytes text, struct u256 *out);

/* A number as people write it: "0x" and any number of digits, leading zeros included, or decimal.
 * False if it is neither, or above 256 bits. */
bool hex_or_dec_u256(struct bytes text, struct u256 *out);

/* 2 * in.n digits to `out`, without prefix and without a closing zero byte. */
void hex_encode(char *out, struct bytes in);

/* The same appended, bare or behind "0x". */
void hex_put_digits(struct buf *b, struct bytes in);
void hex_put(struct buf *b, struct bytes in);

/* A quantity appended. */
void hex_put_u64(struct buf *b, uint64_t v);
void hex_put_u256(struct buf *b, const struct u256 *v);

#endif
