/* Merkle-Patricia proofs (EIP-1186): the nodes on the way to a key, from the stored trie. */
#include "crypto/keccak.h"
#include "state/store_impl.h"

/* The RLP of the node at `path`; false if none is stored there. */
static bool node_at(const struct st_snapshot *snap, const struct st_trie_owner *owner,
                    const uint8_t *path, size_t depth, struct bytes *rlp) {
    uint8_t key[ST_TRIE_KEY_MAX_BYTES];
    size_t n = st_trie_node_key(key, owner, path, depth);
    return st_db_get(snap->txn, snap->store->dbi[ST_DB_NODE], bytes_make(key, n), rlp);
}

/* Walks down inside the node `rlp` from `depth`; returns the depth of the next stored node on the
 * way to `path`, or 0 where the way ends. Inline nodes are walked through. */
static size_t step(struct bytes rlp, const uint8_t path[64], size_t depth) {
    for (;;) {
        struct bytes items, hp;
        struct rlp_item item = {0};
        if (!st_rlp_take(&rlp, true, &items)) return 0;
        struct bytes rest = items;
        int count = 0;
        while (rest.n && !err_is(rlp_next(&rest, &item))) count++;
        if (count == 17) {
            if (depth >= 64) return 0;
            for (int i = 0; i <= path[depth]; i++)
                if (err_is(rlp_next(&items, &item))) return 0;
            depth++;
        } else {
            if (!st_rlp_take(&items, false, &hp) || !hp.n || hp.p[0] & 0x20) return 0;
            for (size_t i = hp.p[0] & 0x10 ? 1 : 2; i < hp.n * 2; i++, depth++)
                if (depth >= 64 || st_nibble(hp.p, i) != path[depth]) return 0;
            if (err_is(rlp_next(&items, &item))) return 0;
        }
        if (!item.is_list) return item.payload.n == 32 ? depth : 0;
        rlp = item.whole; /* an inline child */
    }
}

static struct err prove(const struct st_snapshot *snap, struct st_trie_owner owner,
                        struct bytes key, struct arena *arena, struct st_proof *proof) {
    struct b32 hash;
    uint8_t path[64];
    keccak256(&hash, key);
    for (size_t i = 0; i < 64; i++) path[i] = st_nibble(hash.b, i);
    *proof = (struct st_proof){ARENA_ARRAY(arena, struct bytes, 65), 0};
    struct bytes rlp;
    if (!node_at(snap, &owner, path, 0, &rlp)) return ERR_NONE; /* the empty trie */
    for (size_t depth = 0;;) {
        proof->nodes[proof->count++] = arena_copy(arena, rlp);
        size_t next = step(rlp, path, depth);
        if (!next) return ERR_NONE;
        bool further = next > depth;
        depth = next;
        if (!further || !node_at(snap, &owner, path, depth, &rlp))
            return err_at(ST_ERR_IO, "a node of the trie is missing or leads nowhere", depth);
    }
}

static struct err check_newest(const struct st_snapshot *snap) {
    if (snap->height == snap->head) return ERR_NONE;
    return err_at(ST_ERR_PRUNED, "proofs are given at the newest block only", snap->height);
}

struct err st_account_proof(const struct st_snapshot *snap, const struct b20 *address,
                            struct arena *arena, struct st_proof *proof, struct b32 *storage_root) {
    struct err e = check_newest(snap);
    if (err_is(e)) return e;
    struct st_stored_account a;
    *storage_root = st_snapshot_account(snap, address, &a) ? a.storage_root : ST_EMPTY_TRIE_ROOT;
    return prove(snap, st_trie_owner(NULL), BYTES_OF(*address), arena, proof);
}

struct err st_slot_proof(const struct st_snapshot *snap, const struct b20 *address,
                         const struct u256 *key, struct arena *arena, struct st_proof *proof) {
    struct err e = check_newest(snap);
    if (err_is(e)) return e;
    uint8_t be[32];
    u256_store_be(be, key);
    return prove(snap, st_trie_owner(address), BYTES_OF(be), arena, proof);
}
