/* Stored messages: what decodes encodes to the same bytes, and nothing else decodes. The same for
 * the events that 0x1::evm and 0x1::svm write: what they name lies inside the input; and for lists
 * of accounts in ABI encoding. */
#include "cross/internal.h"
#include "cross/messenger.h"

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
    xvm_options_from_bcs(in, &m);
    for (size_t at = 0; at < 4; at++) xvm_options_from_abi(in, at, &m);
    struct xvm_callback callback;
    if (xvm_callback_function(in, &callback)) check_inside(callback.function, in);
    if (xvm_callback_instruction(in, &callback)) check_inside(callback.metas, in);
    for (int form = 0; form < 4; form++) {
        m = (struct xvm_message){.to_vm = form & 2 ? ST_VM_SVM : ST_VM_EVM};
        if (!xvm_event_decode(in, form & 1, &arena, &m, &sender)) continue;
        check_inside(m.fn_abi, in);
        check_inside(m.call_data, in);
        check_inside(m.to, in);
        check_inside(m.program, in);
        if (m.metas.n % XVM_META_BYTES || m.metas.n > in.n) abort();
    }
    for (size_t at = 0; at < in.n && at < 64; at++)
        if (xvm_metas_from_abi(in, at, &arena, &m.metas) && m.metas.n > in.n) abort();
    xvm_revert_text(&arena, in);
    buf_free(&again);
    arena_free(&arena);
    return 0;
}
