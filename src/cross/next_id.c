/* The id of the message that starts next: the messages of this transaction that have been
 * collected, and those that the running leg has started and not undone. */
#include "cross/internal.h"

#include "crypto/crypto.h"

enum { NEXT_ID_GAS = 100 };

struct b32 xvm_next_id(const struct xvm_tx *tx) {
    uint32_t started = st_logs_counted(tx->journal) - tx->logs_read_counted;
    return xvm_message_id(tx->params.chain_id, &tx->root_hash, tx->message_count + started);
}

static void answer(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                   struct evm_result *result) {
    struct xvm_tx *tx = ctx;
    if (params->gas < NEXT_ID_GAS) {
        *result = (struct evm_result){.status = EVM_OUT_OF_GAS};
        return;
    }
    struct b32 id = xvm_next_id(tx);
    result->status = EVM_SUCCESS;
    result->gas_left = params->gas - NEXT_ID_GAS;
    result->output = arena_copy(st_tx_arena(env->journal), BYTES_OF(id));
}

struct evm_native xvm_next_id_native(struct xvm_tx *tx) {
    return (struct evm_native){.address = XVM_NEXT_ID_ADDRESS, .ctx = tx, .run = answer};
}
