#include "codec/uleb.h"

size_t uleb_get(struct bytes in, uint64_t max, uint64_t *value) {
    uint64_t v = 0;
    for (size_t i = 0; i < in.n && i < ULEB_BYTES_MAX; i++) {
        const uint64_t part = in.p[i] & 0x7f;
        const unsigned shift = 7 * (unsigned)i;
        if (part << shift >> shift != part) return 0; /* above 64 bits */
        v |= part << shift;
        if (in.p[i] & 0x80) continue;
        if ((i > 0 && part == 0) || v > max) return 0;
        *value = v;
        return i + 1;
    }
    return 0;
}

void uleb_put(struct buf *b, uint64_t value) {
    uint8_t *p = buf_room(b, ULEB_BYTES_MAX);
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) p[n++] = (uint8_t)(value | 0x80);
    p[n++] = (uint8_t)value;
    b->n += n;
}

size_t uleb_size(uint64_t value) {
    size_t n = 1;
    while (value >>= 7) n++;
    return n;
}
