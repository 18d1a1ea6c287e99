/* Stored blocks and transactions, Solana's own records too. What decodes encodes to bytes that
 * decode to the same; slices lie inside the input. */
#include "chain/internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct bytes part, struct bytes whole) {
    if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n)) abort();
}

static void check_slices(const struct chain_tx *t, struct bytes in) {
    check_inside(t->raw, in);
    check_inside(t->move_status, in);
    check_inside(t->solana, in);
    for (uint32_t i = 0; i < t->leg_count; i++) {
        check_inside(t->legs[i].from, in);
        check_inside(t->legs[i].error, in);
    }
    for (uint32_t i = 0; i < t->log_count; i++) {
        if (t->logs[i].topic_count > ST_TOPICS_MAX) abort();
        check_inside(t->logs[i].data, in);
    }
    for (uint32_t i = 0; i < t->change_count; i++) check_inside(t->changes[i].key, in);
}

/* A shadow in Solana's list is a transaction that a client can read. */
static void check_shadow(const struct chain_tx *tx, struct arena *arena) {
    struct chain_solana_view view;
    struct sol_tx again;
    if (!chain_solana_view(tx, arena, &view) || !view.is_shadow) return;
    if (view.raw.n <= SOL_TX_MAX_BYTES && err_is(sol_tx_decode(&again, view.raw, arena))) abort();
}

static void check_tx(struct bytes in, struct arena *arena) {
    struct chain_tx tx, again;
    struct buf first = {0}, second = {0};
    if (!chain_tx_decode(in, arena, &tx)) return;
    check_slices(&tx, in);
    chain_tx_encode(&first, &tx);
    if (first.n > in.n || !chain_tx_decode(buf_bytes(&first), arena, &again)) abort();
    chain_tx_encode(&second, &again);
    if (!bytes_eq(buf_bytes(&first), buf_bytes(&second))) abort();
    check_shadow(&tx, arena);
    buf_free(&first);
    buf_free(&second);
}

static void check_solana(struct bytes in, struct arena *arena) {
    struct chain_solana s, again;
    struct buf first = {0}, second = {0};
    if (!chain_solana_decode(in, arena, &s)) return;
    for (uint32_t i = 0; i < s.log_count; i++) check_inside(s.logs[i], in);
    for (uint32_t i = 0; i < s.inner_count; i++) check_inside(s.inner[i].data, in);
    chain_solana_encode(&first, &s);
    if (!chain_solana_decode(buf_bytes(&first), arena, &again)) abort();
    chain_solana_encode(&second, &again);
    if (!bytes_eq(buf_bytes(&first), buf_bytes(&second))) abort();
    buf_free(&first);
    buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct chain_block block;
    struct bytes in = bytes_make(data, size);
    struct buf again = {0};
    arena_init(&arena, 0);
    check_tx(in, &arena);
    check_solana(in, &arena);
    if (chain_block_decode(in, &block)) {
        chain_block_encode(&again, &block);
        if (!bytes_eq(buf_bytes(&again), in)) abort();
    }
    buf_free(&again);
    arena_free(&arena);
    return 0;
}
