/* RLP: what rlp_check accepts encodes again to the same bytes, and a reader survives any input. */
#include "codec/codec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void copy_item(struct buf *b, struct bytes *in) {
    struct rlp_item item;
    if (err_is(rlp_next(in, &item))) abort();
    if (!item.is_list) {
        rlp_put_bytes(b, item.payload);
        return;
    }
    const size_t list = rlp_list_begin(b);
    while (item.payload.n) copy_item(b, &item.payload);
    rlp_list_end(b, list);
}

/* The fields of a legacy transaction and an access list, as the node reads them. */
static void read_fields(struct bytes in, struct arena *arena) {
    struct rlp_reader r = rlp_reader(in, arena);
    uint8_t word[32];
    rlp_open(&r, "tx");
    rlp_u64(&r, "nonce");
    rlp_u256(&r, "value");
    rlp_fixed_or_empty(&r, "to", word, 20);
    rlp_bytes(&r, "data");
    rlp_open(&r, "accessList");
    while (rlp_more(&r)) {
        rlp_open(&r, "entry");
        rlp_fixed(&r, "address", word, 20);
        rlp_open(&r, "storageKeys");
        while (rlp_more(&r)) rlp_fixed(&r, "key", word, 32);
        rlp_close(&r);
        rlp_close(&r);
    }
    rlp_close(&r);
    rlp_close(&r);
    const struct err e = rlp_finish(&r);
    if (err_is(e) != (e.text != NULL) || (err_is(e) && e.at > in.n)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct bytes in = bytes_make(data, size);
    struct arena arena;
    arena_init(&arena, 1 << 16);
    read_fields(in, &arena);
    const struct err e = rlp_check(in);
    if (!err_is(e)) {
        struct buf b = {0};
        struct bytes left = in;
        copy_item(&b, &left);
        if (left.n || !bytes_eq(buf_bytes(&b), in)) abort();
        buf_free(&b);
    }
    arena_free(&arena);
    return 0;
}
