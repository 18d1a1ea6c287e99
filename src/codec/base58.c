/* The number is kept in limbs of base 58^5 on the way out and 2^32 on the way in, least significant
 * first, so that a step takes five digits or four bytes at a time. */
#include "codec/base58.h"

#include <assert.h>

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

enum { DIGITS_PER_LIMB = 5, LIMB_BASE = 656356768 /* 58^5 */, BITS_PER_LIMB = 29 };

static size_t leading(struct bytes s, uint8_t c) {
    size_t n = 0;
    while (n < s.n && s.p[n] == c) n++;
    return n;
}

void base58_put(struct buf *b, struct bytes in) {
    uint32_t limb[BASE58_WRITTEN_MAX * 8 / BITS_PER_LIMB + 2];
    size_t limbs = 0;
    assert(in.n <= BASE58_WRITTEN_MAX);
    const size_t zeros = leading(in, 0);
    for (size_t i = zeros; i < in.n;) {
        /* Four bytes at a time; first what is left over. */
        size_t step = (in.n - i) % 4 ? (in.n - i) % 4 : 4;
        uint64_t carry = 0;
        for (size_t end = i + step; i < end; i++) carry = carry << 8 | in.p[i];
        for (size_t k = 0; k < limbs; k++) {
            carry += (uint64_t)limb[k] << 8 * step;
            limb[k] = (uint32_t)(carry % LIMB_BASE);
            carry /= LIMB_BASE;
        }
        for (; carry; carry /= LIMB_BASE) limb[limbs++] = (uint32_t)(carry % LIMB_BASE);
    }
    for (size_t i = 0; i < zeros; i++) buf_put_u8(b, '1');
    for (size_t k = limbs; k-- > 0;) {
        char text[DIGITS_PER_LIMB];
        uint32_t v = limb[k];
        int from = DIGITS_PER_LIMB;
        /* All digits of a limb, but no leading zeros of the first. */
        while (from > 0 && (v || k + 1 < limbs)) {
            text[--from] = alphabet[v % 58];
            v /= 58;
        }
        buf_put(b, text + from, DIGITS_PER_LIMB - (size_t)from);
    }
}

static int digit(uint8_t c) {
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

struct err base58_read(struct buf *b, struct bytes text) {
    uint32_t limb[BASE58_BYTES_MAX / 4 + 1];
    size_t limbs = 0;
    if (text.n > BASE58_TEXT_MAX) return err_at(BASE58_TOO_LONG, "base58 text too long", text.n);
    const size_t zeros = leading(text, '1');
    for (size_t i = zeros; i < text.n; i++) {
        const int d = digit(text.p[i]);
        if (d < 0) return err_at(BASE58_BAD_CHARACTER, "not a base58 character", i);
        uint64_t carry = (uint64_t)d;
        for (size_t k = 0; k < limbs; k++) {
            carry += (uint64_t)limb[k] * 58;
            limb[k] = (uint32_t)carry;
            carry >>= 32;
        }
        if (!carry) continue;
        if (limbs == COUNT_OF(limb)) return err_at(BASE58_TOO_LONG, "base58 text too long", i);
        limb[limbs++] = (uint32_t)carry;
    }
    const size_t before = b->n;
    for (size_t i = 0; i < zeros; i++) buf_put_u8(b, 0);
    bool started = false;
    for (size_t i = limbs * 4; i-- > 0;) {
        const uint8_t byte = (uint8_t)(limb[i / 4] >> i % 4 * 8);
        started |= byte != 0;
        if (started) buf_put_u8(b, byte);
    }
    if (b->n - before > BASE58_BYTES_MAX) {
        b->n = before;
        return err_at(BASE58_TOO_LONG, "base58 text too long", text.n);
    }
    return ERR_NONE;
}

struct err base58_read_fixed(uint8_t *out, size_t n, struct bytes text) {
    struct buf b = {0};
    assert(n <= 64);
    /* 64 bytes have at most 88 characters: anything longer need not be looked at. */
    if (text.n > 88) return err_at(BASE58_WRONG_LENGTH, "base58 text of another length", text.n);
    struct err e = base58_read(&b, text);
    if (!err_is(e) && b.n != n)
        e = err_at(BASE58_WRONG_LENGTH, "base58 text of another length", text.n);
    if (!err_is(e)) memcpy(out, b.p, n);
    buf_free(&b);
    return e;
}
