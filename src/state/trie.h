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
/* The storage root of one of its accounts. */
struct b32 st_storage_root(struct st_journal *j, const struct st_account *a);

/* The proof nodes of EIP-1186 (RLP each, root first) of an account or a slot, present or absent. */
struct st_proof {
    struct bytes *nodes;
    size_t count;
};

/* The tries as they were after a snapshot's block, and from there on with the changes of a journal:
 * for proofs at any block whose state is kept, and for the roots of blocks that are only simulated.
 * Nothing is written. The stored tries are those of the newest block, so a view of an earlier one
 * takes back every change since: more than 2^18 of them are refused (ST_ERR_PRUNED), and
 * so are too many views of much at once (ST_ERR_BUSY). Results
 * live as long as the view, a view no longer than its snapshot. */
struct st_trie_view;
struct err st_trie_view_open(const struct st_snapshot *snap, struct st_trie_view **out);
void st_trie_view_close(struct st_trie_view *v);

/* Brings in what the journal has changed since the last call (or since its beginning). The journal
 * is over the view's snapshot, between transactions, and never sealed: its changes so far become
 * the ground that it stands on. */
struct err st_trie_view_update(struct st_trie_view *v, struct st_journal *j, struct b32 *root);

struct err st_trie_view_account(struct st_trie_view *v, const struct b20 *address,
                                struct st_proof *proof, struct b32 *storage_root);
struct err st_trie_view_slot(struct st_trie_view *v, const struct b20 *address,
                             const struct u256 *key, struct st_proof *proof);

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
