#include "codec/uleb.h"

size_t uleb_get(struct bytes in, uint64_t max, uint64_t *out) {
    uint64_t v = 0;
    for (size_t i = 0; i < in.n && i < ULEB_MAX_BYTES; i++) {
        uint64_t part = in.p[i] & 0x7f;
        if (i == 9 && part > 1) return 0; /* beyond 64 bits */
        v |= part << (7 * i);
        if (in.p[i] & 0x80) continue;
        if ((i > 0 && part == 0) || v > max) return 0;
        *out = v;
        return i + 1;
    }
    return 0;
}

void uleb_put(struct buf *out, uint64_t v) {
    for (; v >= 0x80; v >>= 7) buf_put_u8(out, (uint8_t)(v | 0x80));
    buf_put_u8(out, (uint8_t)v);
}
