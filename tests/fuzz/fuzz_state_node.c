/* The input is a stored root node of a Merkle-Patricia trie: whatever it is, an update ends with a
 * root or says that the store is corrupt. */
#include "state/store_impl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct st_store *open_once(void) {
    static struct st_store *s;
    if (!s && err_is(st_store_open(&s, &(struct st_store_options){.map_bytes = 16 << 20}))) abort();
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct st_store *s = open_once();
    struct st_trie_owner owner = st_trie_owner(NULL);
    struct arena arena;
    MDB_txn *txn;
    if (!size || size > 4096) return 0;
    if (mdb_txn_begin(s->env, NULL, 0, &txn)) abort();
    arena_init(&arena, 0);
    MDB_val k = {owner.size, owner.bytes}, v = {size, (void *)(uintptr_t)data};
    if (mdb_put(txn, s->dbi[ST_DB_NODE], &k, &v, 0)) abort();
    struct st_trie_change changes[4] = {{{{0x12, 0x34}}, BYTES_LIT("\x05")},
                                        {{{0x12, 0x35}}, BYTES_LIT("\x06")},
                                        {{{0xff}}, BYTES_LIT("\x07")},
                                        {{{0x12, 0x34, 1}}, {0}}};
    struct b32 root;
    int rc = st_trie_update(txn, s->dbi[ST_DB_NODE], owner, changes, 4, &arena, &root);
    if (rc && rc != MDB_CORRUPTED) abort();
    arena_free(&arena);
    mdb_txn_abort(txn);
    return 0;
}
