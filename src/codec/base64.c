#include "codec/base64.h"

void base64_put(struct buf *b, struct bytes in) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < in.n; i += 3) {
        const size_t left = in.n - i;
        const uint32_t v = (uint32_t)in.p[i] << 16 | (left > 1 ? (uint32_t)in.p[i + 1] << 8 : 0) |
                           (left > 2 ? in.p[i + 2] : 0);
        uint8_t *p = buf_room(b, 4);
        p[0] = (uint8_t)digits[v >> 18];
        p[1] = (uint8_t)digits[v >> 12 & 63];
        p[2] = left > 1 ? (uint8_t)digits[v >> 6 & 63] : '=';
        p[3] = left > 2 ? (uint8_t)digits[v & 63] : '=';
        b->n += 4;
    }
}

static int digit(uint8_t c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The four characters at `p`, of which the last `pad` are '='. Returns the error's offset in them
 * or -1. */
static int read_group(struct buf *b, const uint8_t *p, int pad) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        const int d = i < 4 - pad ? digit(p[i]) : 0;
        if (d < 0) return i;
        v = v << 6 | (uint32_t)d;
    }
    const uint8_t out[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    for (int i = 3 - pad; i < 3; i++)
        if (out[i]) return 3 - pad;
    buf_put(b, out, 3 - (size_t)pad);
    return -1;
}

struct err base64_read(struct buf *b, struct bytes text) {
    if (text.n % 4)
        return err_at(BASE64_BAD_LENGTH, "base64 text comes in groups of four characters", text.n);
    const size_t before = b->n;
    for (size_t i = 0; i < text.n; i += 4) {
        const uint8_t *p = text.p + i;
        const int pad = i + 4 < text.n || p[3] != '=' ? 0 : p[2] != '=' ? 1 : 2;
        const int bad = read_group(b, p, pad);
        if (bad < 0) continue;
        b->n = before;
        if (digit(p[bad]) < 0)
            return err_at(BASE64_BAD_CHARACTER, "not a base64 character", i + (size_t)bad);
        return err_at(BASE64_DIRTY_END, "the last base64 digit has bits that carry nothing",
                      i + (size_t)bad);
    }
    return ERR_NONE;
}
