/* Writing ABI encoding by hand, where what is written is simple and known. */
#include "cross/internal.h"

void xvm_put_word(struct buf *out, uint64_t v) {
    struct u256 n = u256_from_u64(v);
    uint8_t word[32];
    u256_store_be(word, &n);
    buf_put(out, word, sizeof word);
}

void xvm_put_padded(struct buf *out, struct bytes b) {
    static const uint8_t zeros[32];
    xvm_put_word(out, b.n);
    buf_put_bytes(out, b);
    buf_put(out, zeros, (32 - b.n % 32) % 32);
}

void xvm_put_call_failed(struct buf *out, uint8_t vm, enum xvm_failure why, uint64_t code,
                         struct bytes message) {
    static const uint8_t selector[4] = {0x10, 0xf4, 0x0d, 0xb0};
    buf_put(out, selector, sizeof selector);
    xvm_put_word(out, vm);
    xvm_put_word(out, why);
    xvm_put_word(out, code);
    xvm_put_word(out, 4 * 32);
    xvm_put_padded(out, message);
}

struct bytes xvm_error_string(struct arena *arena, struct bytes text) {
    static const uint8_t selector[4] = {0x08, 0xc3, 0x79, 0xa0};
    struct buf out = {0};
    buf_put(&out, selector, sizeof selector);
    xvm_put_word(&out, 32);
    xvm_put_padded(&out, text);
    struct bytes copy = arena_copy(arena, buf_bytes(&out));
    buf_free(&out);
    return copy;
}
