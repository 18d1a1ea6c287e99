/* What the tests of the mempool share: a pool for each test, and transactions to put in. */
#ifndef TERN_TESTS_CHAIN_MEMPOOL_HELPERS_H
#define TERN_TESTS_CHAIN_MEMPOOL_HELPERS_H

#include "../codec/helpers.h"
#include "chain/mempool.h"
#include "state/state.h"

static struct mempool *pool;

static int setup(void **state) {
    setup_arena(state);
    pool = mempool_new();
    return 0;
}

static int teardown(void **state) {
    mempool_free(pool);
    return teardown_arena(state);
}

/* A transaction of sender `who`; its hash says who, which nonce and at what price. */
static struct mempool_tx *make(uint32_t who, uint64_t nonce, uint64_t price) {
    struct mempool_tx *tx = mempool_tx_new();
    store_be32(tx->hash.b, who);
    store_be64(tx->hash.b + 4, nonce);
    store_be64(tx->hash.b + 12, price);
    store_be32(tx->sender.b, who);
    tx->vm = ST_VM_EVM;
    tx->nonce = nonce;
    tx->price = tx->tip = u256_from_u64(price);
    tx->raw = arena_copy(&tx->arena, BYTES_LIT("raw bytes"));
    return tx;
}

#endif
