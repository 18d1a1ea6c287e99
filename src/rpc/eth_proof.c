/* eth_getProof (EIP-1186), at any block whose state is kept. */
#include "rpc/eth.h"

enum { KEYS_MAX = 1024 };

struct wanted_slot {
    struct u256 key;
    size_t size; /* bytes that the client gave */
};

static bool parse_slots(struct rpc_call *c, json_t *list, struct wanted_slot *out) {
    size_t i;
    json_t *key;
    json_array_foreach(list, i, key) if (!eth_arg_slot(c, ETH_ARG(1), key, &out[i].key,
                                                       &out[i].size)) return false;
    return true;
}

static void put_nodes(struct json_out *o, const char *key, const struct st_proof *proof) {
    jo_key(o, key);
    jo_array(o);
    for (size_t i = 0; i < proof->count; i++) jo_hex(o, proof->nodes[i]);
    jo_end_array(o);
}

/* A key of 32 bytes comes back as it was, a shorter one as a quantity: what older clients expect.
 */
static void put_slot(struct json_out *o, const struct wanted_slot *want, const struct u256 *value,
                     const struct st_proof *proof) {
    uint8_t be[32];
    u256_store_be(be, &want->key);
    jo_object(o);
    jo_key(o, "key");
    if (want->size == sizeof be)
        jo_hex(o, BYTES_OF(be));
    else
        jo_quantity_u256(o, &want->key);
    jo_key(o, "value");
    jo_quantity_u256(o, value);
    put_nodes(o, "proof", proof);
    jo_end_object(o);
}

static struct err put_slots(struct json_out *o, struct st_trie_view *view, struct st_journal *j,
                            struct st_account *a, const struct wanted_slot *slots, size_t count) {
    struct err e = ERR_NONE;
    jo_key(o, "storageProof");
    jo_array(o);
    for (size_t i = 0; i < count && !err_is(e); i++) {
        struct st_proof proof;
        e = st_trie_view_slot(view, &a->address, &slots[i].key, &proof);
        if (!err_is(e)) put_slot(o, &slots[i], &st_slot(j, a, &slots[i].key)->current, &proof);
    }
    jo_end_array(o);
    return e;
}

static struct err put_account(struct json_out *o, struct st_trie_view *view, struct st_journal *j,
                              struct st_account *a, const struct wanted_slot *slots, size_t count) {
    static const struct b32 zero;
    struct st_proof proof;
    struct b32 storage_root;
    struct err e = st_trie_view_account(view, &a->address, &proof, &storage_root);
    if (err_is(e)) return e;
    jo_object(o);
    JO_KEY_HEX(o, "address", a->address);
    put_nodes(o, "accountProof", &proof);
    jo_key(o, "balance");
    jo_quantity_u256(o, &a->balance);
    /* Of an account that is not there go-ethereum shows zeros. */
    jo_key(o, "codeHash");
    jo_hex(o, a->exists ? BYTES_OF(a->code_hash) : BYTES_OF(zero));
    jo_key(o, "nonce");
    jo_quantity(o, a->nonce);
    jo_key(o, "storageHash");
    jo_hex(o, a->exists ? BYTES_OF(storage_root) : BYTES_OF(zero));
    e = put_slots(o, view, j, a, slots, count);
    jo_end_object(o);
    return e;
}

static bool get_proof(struct rpc_call *c) {
    struct b20 address;
    struct chain_reader *r;
    struct st_trie_view *view;
    json_t *keys = rpc_param(c, 1);
    size_t count = json_array_size(keys);
    if (!eth_count_args(c, 2, 3) || !eth_arg_address(c, ETH_ARG(0), rpc_param(c, 0), &address) ||
        !eth_arg_array(c, ETH_ARG(1), keys, "[]string"))
        return false;
    if (count > KEYS_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "too many storage keys requested (max %d, got %zu)",
                        KEYS_MAX, count);
    struct wanted_slot *slots = ARENA_ARRAY(c->arena, struct wanted_slot, count);
    if (!parse_slots(c, keys, slots) || !eth_reader_at(c, rpc_param(c, 2), &r)) return false;
    struct st_journal *j = chain_reader_journal(r);
    struct err e = st_trie_view_open(chain_reader_snapshot(r), &view);
    if (!err_is(e)) {
        st_begin_tx(j);
        e = put_account(c->out, view, j, st_account(j, &address), slots, count);
        st_end_tx(j, false);
        st_trie_view_close(view);
    }
    chain_reader_close(r);
    return !err_is(e) || rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
}

const struct rpc_method_row eth_proof_methods[] = {
    {"eth_getProof", get_proof},
    {NULL, NULL},
};
