#include "codec/hex.h"

/* The digit's value, or 255. */
static uint8_t digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 255;
}

bool hex_decode_digits(uint8_t *out, struct bytes digits) {
    if (digits.n % 2) return false;
    for (size_t i = 0; i < digits.n; i += 2) {
        uint8_t high = digit(digits.p[i]), low = digit(digits.p[i + 1]);
        if (high > 15 || low > 15) return false;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void hex_encode_digits(char *out, struct bytes data) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < data.n; i++) {
        out[2 * i] = digits[data.p[i] >> 4];
        out[2 * i + 1] = digits[data.p[i] & 15];
    }
}

void hex_encode_0x(char *out, struct bytes data) {
    out[0] = '0';
    out[1] = 'x';
    hex_encode_digits(out + 2, data);
    out[2 + 2 * data.n] = 0;
}
