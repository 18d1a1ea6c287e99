/* Stored messages: what decodes encodes to the same bytes, and nothing else decodes. The same for
 * the event that 0x1::evm writes: what it names lies inside the input. */
#include "cross/internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct bytes part, struct bytes whole) {
    if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct xvm_message m = {0};
    struct b32 sender;
    struct bytes in = bytes_make(data, size);
    struct buf again = {0};
    arena_init(&arena, 0);
    if (!err_is(xvm_message_decode(in, &arena, &m))) {
        xvm_message_encode(&again, &m);
        if (!bytes_eq(buf_bytes(&again), in)) abort();
    }
    for (int has_options = 0; has_options < 2; has_options++) {
        if (!xvm_event_decode(in, has_options, &m, &sender)) continue;
        check_inside(m.fn_abi, in);
        check_inside(m.call_data, in);
        check_inside(m.to, in);
    }
    xvm_revert_text(&arena, in);
    buf_free(&again);
    arena_free(&arena);
    return 0;
}
