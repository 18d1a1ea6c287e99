#include "codec/hex.h"

/* Digit values plus one, so that all other characters are 0. */
static const uint8_t value_plus_1[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

int hex_digit(uint8_t c) {
    return value_plus_1[c] - 1;
}

bool hex_decode_digits(uint8_t *out, struct bytes digits) {
    if (digits.n % 2) return false;
    for (size_t i = 0; i < digits.n; i += 2) {
        const int high = hex_digit(digits.p[i]), low = hex_digit(digits.p[i + 1]);
        if ((high | low) < 0) return false;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool strip_prefix(struct bytes *text) {
    if (text->n < 2 || text->p[0] != '0' || text->p[1] != 'x') return false;
    *text = bytes_sub(*text, 2, text->n - 2);
    return true;
}

static struct err no_prefix(void) {
    return err_at(HEX_NO_PREFIX, "hex text must begin with 0x", 0);
}

/* Where the first character that is no digit stands; `text` had its prefix stripped. */
static struct err bad_digit(struct bytes text) {
    size_t i = 0;
    while (i < text.n && hex_digit(text.p[i]) >= 0) i++;
    return err_at(HEX_BAD_DIGIT, "not a hexadecimal digit", i + 2);
}

struct err hex_read_fixed(uint8_t *out, size_t n, struct bytes text) {
    if (!strip_prefix(&text)) return no_prefix();
    if (text.n / 2 != n || text.n % 2)
        return err_at(HEX_WRONG_LENGTH, "hex text has the wrong number of digits", text.n + 2);
    return hex_decode_digits(out, text) ? ERR_NONE : bad_digit(text);
}

struct err hex_read_data(struct arena *a, struct bytes text, struct bytes *out) {
    if (!strip_prefix(&text)) return no_prefix();
    if (text.n % 2)
        return err_at(HEX_ODD_LENGTH, "hex data has an odd number of digits", text.n + 2);
    uint8_t *p = arena_alloc(a, text.n / 2, 1);
    if (!p) return err_at(HEX_NO_MEMORY, "hex data is larger than what is allowed here", 0);
    if (!hex_decode_digits(p, text)) return bad_digit(text);
    *out = bytes_make(p, text.n / 2);
    return ERR_NONE;
}

struct err hex_read_u256(struct bytes text, struct u256 *out) {
    if (!strip_prefix(&text)) return no_prefix();
    if (text.n == 0) return err_at(HEX_NO_DIGITS, "a quantity needs at least one digit", 2);
    if (text.n > 1 && text.p[0] == '0')
        return err_at(HEX_LEADING_ZERO, "a quantity has no leading zeros", 2);
    if (text.n > 64) return err_at(HEX_TOO_LARGE, "quantity above 256 bits", 2);
    struct u256 v = U256_ZERO;
    for (size_t i = 0; i < text.n; i++) {
        const int digit = hex_digit(text.p[text.n - 1 - i]);
        if (digit < 0) return bad_digit(text);
        v.w[i / 16] |= (uint64_t)digit << i % 16 * 4;
    }
    *out = v;
    return ERR_NONE;
}

struct err hex_read_u64(struct bytes text, uint64_t *out) {
    struct u256 v;
    const struct err e = hex_read_u256(text, &v);
    if (err_is(e)) return e;
    if (!u256_fits_u64(&v)) return err_at(HEX_TOO_LARGE, "quantity above 64 bits", 2);
    *out = v.w[0];
    return ERR_NONE;
}

bool hex_or_dec_u256(struct bytes text, struct u256 *out) {
    bool hex = text.n >= 2 && text.p[0] == '0' && (text.p[1] == 'x' || text.p[1] == 'X');
    *out = U256_ZERO;
    if (!hex) return u256_from_dec(out, text);
    for (size_t i = 2; i < text.n; i++) {
        int digit = hex_digit(text.p[i]);
        if (digit < 0 || out->w[3] >> 60) return false;
        u256_shl(out, out, 4);
        out->w[0] |= (uint64_t)digit;
    }
    return true;
}

void hex_encode(char *out, struct bytes in) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.n; i++) {
        out[2 * i] = digits[in.p[i] >> 4];
        out[2 * i + 1] = digits[in.p[i] & 15];
    }
}

void hex_put_digits(struct buf *b, struct bytes in) {
    uint64_t n;
    if (!mul_u64(in.n, 2, &n)) n = SIZE_MAX; /* buf_room will refuse */
    hex_encode((char *)buf_room(b, n), in);
    b->n += n;
}

void hex_put(struct buf *b, struct bytes in) {
    buf_puts(b, "0x");
    hex_put_digits(b, in);
}

void hex_put_u256(struct buf *b, const struct u256 *v) {
    char text[67];
    buf_put(b, text, u256_to_hex(text, v));
}

void hex_put_u64(struct buf *b, uint64_t v) {
    const struct u256 wide = u256_from_u64(v);
    hex_put_u256(b, &wide);
}
