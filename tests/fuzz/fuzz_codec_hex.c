/* hex, decimal, base58, base64 and UTF-8: what is accepted is written again as the same text (hex
 * digits in lower case). */
#include "codec/codec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct err e, struct bytes text) {
    if (err_is(e) && (!e.text || e.at > text.n + 2)) abort();
}

/* As `text`, but for the case of letters. */
static void check_same(struct buf *b, struct bytes text) {
    if (b->n != text.n) abort();
    for (size_t i = 0; i < text.n; i++) {
        const uint8_t c = text.p[i];
        if (b->p[i] != (c >= 'A' && c <= 'F' ? c + 32 : c)) abort();
    }
    buf_clear(b);
}

static void hex(struct arena *a, struct buf *b, struct bytes text) {
    struct bytes out;
    struct u256 wide;
    uint64_t small;
    uint8_t word[32];
    struct err e = hex_read_data(a, text, &out);
    check(e, text);
    if (!err_is(e)) hex_put(b, out), check_same(b, text);
    e = hex_read_u256(text, &wide);
    check(e, text);
    if (!err_is(e)) hex_put_u256(b, &wide), check_same(b, text);
    e = hex_read_u64(text, &small);
    check(e, text);
    if (!err_is(e)) hex_put_u64(b, small), check_same(b, text);
    e = hex_read_fixed(word, 32, text);
    check(e, text);
    if (!err_is(e)) hex_put(b, BYTES_OF(word)), check_same(b, text);
}

static void others(struct buf *b, struct bytes text) {
    struct buf again = {0};
    struct u256 v;
    check(base58_read(b, text), text);
    if (b->n) {
        base58_put(&again, buf_bytes(b));
        if (!bytes_eq(buf_bytes(&again), text)) abort();
    }
    buf_clear(b), buf_clear(&again);
    check(base64_read(b, text), text);
    if (b->n) {
        base64_put(&again, buf_bytes(b));
        if (!bytes_eq(buf_bytes(&again), text)) abort();
    }
    buf_free(&again);
    if (u256_from_dec(&v, text) && text.p[0] != '0') {
        char dec[79];
        if (!bytes_eq(bytes_make(dec, u256_to_dec(dec, &v)), text)) abort();
    }
    if (utf8_prefix(text) > text.n) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct buf b = {0};
    arena_init(&arena, 1 << 20);
    hex(&arena, &b, bytes_make(data, size));
    others(&b, bytes_make(data, size));
    buf_free(&b);
    arena_free(&arena);
    return 0;
}
