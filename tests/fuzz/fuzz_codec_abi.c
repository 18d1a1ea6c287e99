/* ABI: the input is a signature, a zero byte and calldata. What parses prints as text that parses
 * to the same; what decodes encodes to the same bytes, and the memory taken is bounded by the
 * input. */
#include "codec/codec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_values(struct arena *a, const struct abi_type *t, struct bytes data) {
    struct abi_value v;
    const struct err e = abi_decode(a, t, data, &v);
    if (err_is(e)) {
        if (!e.text || e.at > data.n) abort();
        return;
    }
    struct buf b = {0};
    if (err_is(abi_encode(&b, a, &v)) || !bytes_eq(buf_bytes(&b), data)) abort();
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t n = 0;
    while (n < size && data[n]) n++;
    const struct bytes text = bytes_make(data, n);
    const struct bytes rest = n < size ? bytes_make(data + n + 1, size - n - 1) : (struct bytes){0};
    struct abi_function f, again;
    struct arena arena;
    arena_init(&arena, (4 << 20) + 16 * size);
    const struct err e = abi_parse_function(&arena, text, &f);
    if (err_is(e)) {
        if (!e.text || (e.at > n && e.code != ABI_LIMIT)) abort();
    } else {
        if (err_is(abi_parse_function(&arena, f.signature, &again))) abort();
        if (!abi_type_eq(f.inputs, again.inputs)) abort();
        if (!bytes_eq(f.signature, again.signature)) abort();
        check_values(&arena, f.inputs, rest);
    }
    arena_free(&arena);
    return 0;
}
