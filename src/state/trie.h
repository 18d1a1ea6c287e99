/* Tries and roots: the Merkle-Patricia trie of Ethereum (Yellow Paper, appendix D), over memory for
 * conformance runners and over the store for the chain. */
#ifndef TERN_STATE_TRIE_H
#define TERN_STATE_TRIE_H

#include "base/base.h"
#include "state/journal.h"

struct st_snapshot;

/* One key-value pair of a trie built in memory. Empty values must have been left out by the caller.
 */
struct st_trie_pair {
    struct bytes key, value;
};

/* Root of the trie over `pairs`, which are sorted by key in place; keys are distinct. For
 * transaction, receipt and withdrawal roots (keys are RLP of the index) and TrieTests. */
struct b32 st_trie_root(struct st_trie_pair *pairs, size_t count);

/* The state root of a journal over a NULL snapshot: the secure trie over all existing accounts. */
struct b32 st_evm_root(struct st_journal *j);

/* EIP-1186: the proof nodes (RLP each, root first) of an account and of a storage slot at the
 * newest sealed block. Results live in `arena`. */
struct st_proof {
    struct bytes *nodes;
    size_t count;
};
struct err st_account_proof(const struct st_snapshot *snap, const struct b20 *address,
                            struct arena *arena, struct st_proof *proof, struct b32 *storage_root);
struct err st_slot_proof(const struct st_snapshot *snap, const struct b20 *address,
                         const struct u256 *key, struct arena *arena, struct st_proof *proof);

#endif
