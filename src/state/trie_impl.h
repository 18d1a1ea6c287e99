/* What the tries share inside state/. */
#ifndef TERN_STATE_TRIE_IMPL_H
#define TERN_STATE_TRIE_IMPL_H

#include "state/state.h"
#include "state/trie_rlp.h"

struct st_slot_value {
    struct u256 key, value;
};

/* Root of an account's storage trie from scratch; the values are not zero. Scratch in `arena`. */
struct b32 st_slots_root(struct arena *arena, const struct st_slot_value *slots, size_t count);

/* The leaf value of an account (Yellow Paper, 4.1). Returns its size. */
size_t st_account_rlp(uint8_t out[ST_ACCOUNT_RLP_MAX_BYTES], uint64_t nonce,
                      const struct u256 *balance, const struct b32 *storage_root,
                      const struct b32 *code_hash);

#endif
