#include "codec/utf8.h"

/* Length of the sequence at p, of which `left` bytes are there; 0 if it is ill-formed. The second
 * byte's range depends on the first, which rules out over-long forms, surrogates and values above
 * U+10FFFF. */
static size_t sequence(const uint8_t *p, size_t left) {
    const uint8_t first = p[0];
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    const size_t n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (left < n) return 0;
    const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    return n;
}

size_t utf8_prefix(struct bytes text) {
    size_t at = 0;
    while (at < text.n) {
        if (text.n - at >= 8 && !(load_le64(text.p + at) & 0x8080808080808080u)) {
            at += 8;
            continue;
        }
        const size_t n = sequence(text.p + at, text.n - at);
        if (!n) break;
        at += n;
    }
    return at;
}
