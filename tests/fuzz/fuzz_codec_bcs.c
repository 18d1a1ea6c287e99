/* BCS and ULEB128: the input's first half tells the types to read, the second half is read so, and
 * what was read is written again: it must be the same bytes. */
#include "codec/codec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads one value of the type that `kind` stands for and writes it again. */
static void copy_value(struct bcs_reader *r, struct buf *b, uint8_t kind) {
    struct u256 wide;
    uint8_t fixed[16];
    switch (kind % 12) {
    case 0: bcs_put_u8(b, bcs_u8(r, "u8")); return;
    case 1: bcs_put_u16(b, bcs_u16(r, "u16")); return;
    case 2: bcs_put_u32(b, bcs_u32(r, "u32")); return;
    case 3: bcs_put_u64(b, bcs_u64(r, "u64")); return;
    case 4:
        wide = bcs_u128(r, "u128");
        bcs_put_u128(b, &wide);
        return;
    case 5:
        wide = bcs_u256(r, "u256");
        bcs_put_u256(b, &wide);
        return;
    case 6: bcs_put_bool(b, bcs_bool(r, "bool")); return;
    case 7: bcs_put_bytes(b, bcs_bytes(r, "bytes")); return;
    case 8: bcs_put_bytes(b, bcs_string(r, "string")); return;
    case 9: uleb_put(b, bcs_variant(r, "variant", 300)); return;
    case 10:
        bcs_fixed(r, "fixed", fixed, sizeof fixed);
        buf_put(b, fixed, sizeof fixed);
        return;
    default: {
        const uint64_t n = bcs_count(r, "words", 8);
        uleb_put(b, n);
        for (uint64_t i = 0; i < n; i++) bcs_put_u64(b, bcs_u64(r, "word"));
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const size_t half = size / 2;
    const struct bytes in = bytes_make(data + half, size - half);
    struct arena arena;
    struct buf b = {0};
    arena_init(&arena, 1 << 16);
    struct bcs_reader r = bcs_reader(in, &arena);
    for (size_t i = 0; i < half && !err_is(r.err); i++) copy_value(&r, &b, data[i]);
    const size_t read = r.at;
    const struct err e = bcs_finish(&r);
    if (err_is(e) && (!e.text || e.at > in.n)) abort();
    if (!err_is(e) || e.code == BCS_TRAILING)
        if (!bytes_eq(buf_bytes(&b), bytes_sub(in, 0, read))) abort();
    uint64_t v;
    const size_t used = uleb_get(in, UINT64_MAX, &v);
    if (used) {
        buf_clear(&b);
        uleb_put(&b, v);
        if (!bytes_eq(buf_bytes(&b), bytes_sub(in, 0, used))) abort();
    }
    buf_free(&b);
    arena_free(&arena);
    return 0;
}
