/* Signed transactions: decoding reads only its input, and what it accepts is what it says: the raw
 * transaction is the front of the input, every slice lies inside it, and a cut one is refused. */
#include "move/transaction.h"

#include <stdlib.h>

#include "move/type_tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct bytes part, struct bytes whole) {
    if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n)) abort();
}

/* The newer payload form without a nonce says the same as the old one, which is written. */
static bool is_inner_without_nonce(const struct mv_signed_tx *tx) {
    return tx->raw.p[40] == 4 && !tx->orderless;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct mv_signed_tx tx, cut;
    struct bytes in = bytes_make(data, size);
    arena_init(&arena, 0);
    if (!err_is(mv_signed_tx_decode(in, &arena, &tx))) {
        if (tx.raw.p != in.p || tx.raw.n > in.n) abort();
        check_inside(tx.module_name, in);
        check_inside(tx.function_name, in);
        check_inside(tx.code, in);
        for (uint32_t i = 0; i < tx.arg_count; i++) check_inside(tx.args[i], in);
        for (uint32_t i = 0; i < tx.type_arg_count; i++) {
            check_inside(tx.type_args[i], in);
            if (mv_type_tag_length(tx.type_args[i]) != tx.type_args[i].n) abort();
        }
        mv_signed_tx_verify(&tx);
        mv_authenticator_key(&tx.authenticator);
        struct buf again = {0};
        mv_raw_tx_encode(&again, &tx);
        mv_signers_encode(&again, &tx);
        if (!is_inner_without_nonce(&tx) && !bytes_eq(buf_bytes(&again), in)) abort();
        buf_free(&again);
        if (!err_is(mv_signed_tx_decode(bytes_make(data, size - 1), &arena, &cut))) abort();
    }
    if (!err_is(mv_multisig_payload_decode(in, &arena, &tx))) {
        struct buf again = {0};
        mv_multisig_payload_encode(&again, &tx);
        if (!bytes_eq(buf_bytes(&again), in)) abort();
        buf_free(&again);
    }
    arena_free(&arena);
    return 0;
}
