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

/* EIP-1186: the proof nodes (RLP each, root first) of an account and of a storage slot, present or
 * absent. Results live in `arena`. Proofs are given at the newest block only: a snapshot of an
 * earlier one (or of one that was the newest when another was already there) gets ST_ERR_PRUNED. */
struct st_proof {
    struct bytes *nodes;
    size_t count;
};
struct err st_account_proof(const struct st_snapshot *snap, const struct b20 *address,
                            struct arena *arena, struct st_proof *proof, struct b32 *storage_root);
struct err st_slot_proof(const struct st_snapshot *snap, const struct b20 *address,
                         const struct u256 *key, struct arena *arena, struct st_proof *proof);

/* An item's proof in the sparse Merkle tree of its domain (see sparse.c for the hashes): the hashes
 * of the siblings from the root down to where the key's way ends, and the leaf that hangs there, if
 * any: the item's own, or another one, which proves that the item is absent. */
struct st_item_proof {
    struct b32 key; /* sha3-256(domain ‖ item key) */
    struct b32 *siblings;
    size_t count;
    bool has_leaf;
    struct b32 leaf_key, leaf_value_hash;
};
struct err st_item_proof(const struct st_snapshot *snap, enum st_domain domain, struct bytes key,
                         struct arena *arena, struct st_item_proof *out);

/* True if the proof shows that the tree of that root holds `value` under the item (NULL: that it
 * holds none). */
bool st_item_proof_check(const struct st_item_proof *p, const struct b32 *root,
                         enum st_domain domain, struct bytes key, const struct bytes *value);

#endif
