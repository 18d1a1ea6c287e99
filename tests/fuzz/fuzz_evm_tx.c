/* Transactions: what decodes encodes to the same bytes, and the checks and the sender's recovery
 * survive whatever was decoded. */
#include "evm/evm.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct evm_tx tx;
    arena_init(&arena, 0);
    struct err e = evm_tx_decode(bytes_make(data, size), &arena, &tx);
    if (err_is(e)) {
        if (!e.text || e.at > size) abort();
    } else {
        struct buf again = {0};
        evm_tx_encode(&tx, &again);
        if (!bytes_eq(buf_bytes(&again), bytes_make(data, size))) abort();
        buf_free(&again);
        for (int fork = 0; fork < EVM_FORK_COUNT; fork++) {
            struct evm_env env = {.fork = (enum evm_fork)fork,
                                  .chain_id = tx.chain_id,
                                  .block = {.gas_limit = UINT64_MAX}};
            uint64_t intrinsic, floor;
            enum evm_tx_err refusal = evm_tx_check_static(&env, &tx);
            bool fits = evm_tx_intrinsic_gas(&tx, env.fork, &intrinsic, &floor);
            if (!refusal && (!fits || intrinsic > tx.gas_limit)) abort();
        }
        struct b20 sender;
        evm_tx_sender(&tx, EVM_OSAKA, &sender);
    }
    arena_free(&arena);
    return 0;
}
