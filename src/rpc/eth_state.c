/* Methods that read accounts and say what the chain is. */
#include "rpc/eth.h"

#include "crypto/crypto.h"

/* [address, block]: the account, and its reader to close; NULL after rpc_fail. */
static struct st_account *account_at(struct rpc_call *c, struct chain_reader **r) {
    struct b20 address;
    if (!eth_count_args(c, 1, 2) || !eth_arg_address(c, ETH_ARG(0), rpc_param(c, 0), &address) ||
        !eth_reader_at(c, rpc_param(c, 1), r))
        return NULL;
    return st_account(chain_reader_journal(*r), &address);
}

static bool get_balance(struct rpc_call *c) {
    struct chain_reader *r;
    struct st_account *a = account_at(c, &r);
    if (!a) return false;
    jo_quantity_u256(c->out, &a->balance);
    chain_reader_close(r);
    return true;
}

static bool get_nonce(struct rpc_call *c) {
    struct chain_reader *r;
    struct st_account *a = account_at(c, &r);
    if (!a) return false;
    const char *tag = json_string_value(rpc_param(c, 1));
    jo_quantity(c->out, tag && !strcmp(tag, "pending")
                            ? chain_pending_nonce(c->node->chain, &a->address)
                            : a->nonce);
    chain_reader_close(r);
    return true;
}

static bool get_code(struct rpc_call *c) {
    struct chain_reader *r;
    struct st_account *a = account_at(c, &r);
    if (!a) return false;
    const struct st_code *code = st_account_code(chain_reader_journal(r), a);
    jo_hex(c->out, bytes_make(code->bytes, code->size));
    chain_reader_close(r);
    return true;
}

static void put_slot(struct json_out *o, struct st_journal *j, const struct b20 *address,
                     const struct u256 *key) {
    uint8_t word[32];
    u256_store_be(word, &st_slot(j, st_account(j, address), key)->current);
    jo_hex(o, BYTES_OF(word));
}

static bool get_storage(struct rpc_call *c) {
    struct chain_reader *r;
    struct b20 address;
    struct u256 key;
    size_t size;
    if (!eth_count_args(c, 2, 3) || !eth_arg_address(c, ETH_ARG(0), rpc_param(c, 0), &address) ||
        !eth_arg_slot(c, ETH_ARG(1), rpc_param(c, 1), &key, &size) ||
        !eth_reader_at(c, rpc_param(c, 2), &r))
        return false;
    struct st_journal *j = chain_reader_journal(r);
    st_begin_tx(j);
    put_slot(c->out, j, &address, &key);
    st_end_tx(j, false);
    chain_reader_close(r);
    return true;
}

/* How many slots an object of addresses and lists of slots names; false after rpc_fail. */
static bool count_slots(struct rpc_call *c, json_t *requests) {
    enum { SLOTS_MAX = 1024 };
    const char *address;
    json_t *keys, *key;
    size_t total = 0, i;
    struct b20 a;
    struct b32 k;
    json_object_foreach(requests, address, keys) {
        if (!eth_key_bytes(c, ETH_ARG(0), address, a.b, sizeof a, "common.Address") ||
            !eth_arg_array(c, ETH_ARG(0), keys, "[]common.Hash"))
            return false;
        total += json_array_size(keys);
        if (total > SLOTS_MAX)
            return rpc_fail(c, RPC_CLIENT_LIMIT_EXCEEDED, "too many slots (max %d)", SLOTS_MAX);
        json_array_foreach(keys, i, key) if (!eth_arg_hash(c, ETH_ARG(0), key, &k)) return false;
    }
    return total || rpc_fail(c, RPC_INVALID_PARAMS, "empty request");
}

static bool get_storage_values(struct rpc_call *c) {
    struct chain_reader *r;
    json_t *requests = json_array_get(c->params, 0), *keys, *key;
    const char *name;
    size_t i;
    if (!eth_count_args(c, 1, 2) ||
        !eth_arg_object(c, ETH_ARG(0), requests, "map[common.Address][]common.Hash") ||
        !count_slots(c, requests) || !eth_reader_at(c, rpc_param(c, 1), &r))
        return false;
    struct st_journal *j = chain_reader_journal(r);
    st_begin_tx(j);
    jo_object(c->out);
    json_object_foreach(requests, name, keys) {
        struct b20 address;
        struct b32 k;
        struct u256 slot;
        eth_key_bytes(c, ETH_ARG(0), name, address.b, sizeof address, "common.Address");
        eth_put_address_key(c->out, &address);
        jo_array(c->out);
        json_array_foreach(keys, i, key) {
            eth_arg_hash(c, ETH_ARG(0), key, &k);
            u256_load_be(&slot, k.b);
            put_slot(c->out, j, &address, &slot);
        }
        jo_end_array(c->out);
    }
    jo_end_object(c->out);
    st_end_tx(j, false);
    chain_reader_close(r);
    return true;
}

/* ---- The chain */

static bool chain_id(struct rpc_call *c) {
    jo_quantity(c->out, chain_get_options(c->node->chain)->chain_id);
    return true;
}

static bool net_version(struct rpc_call *c) {
    jo_decimal(c->out, chain_get_options(c->node->chain)->chain_id);
    return true;
}

static bool is_true(struct rpc_call *c) {
    jo_bool(c->out, true);
    return true;
}

static bool is_false(struct rpc_call *c) {
    jo_bool(c->out, false);
    return true;
}

static bool zero(struct rpc_call *c) {
    jo_quantity(c->out, 0);
    return true;
}

const char *eth_client_version(const struct rpc_call *c) {
    return chain_get_options(c->node->chain)->no_dev ? "tern/0.1.0/linux-amd64/c17"
                                                     : "anvil/tern-0.1.0/linux-amd64/c17";
}

static bool client_version(struct rpc_call *c) {
    jo_cstring(c->out, eth_client_version(c));
    return true;
}

static bool web3_sha3(struct rpc_call *c) {
    struct bytes data;
    struct b32 hash;
    if (!eth_count_args(c, 1, 1) || !eth_arg_bytes(c, ETH_ARG(0), rpc_param(c, 0), &data))
        return false;
    keccak256(&hash, data);
    jo_hex(c->out, BYTES_OF(hash));
    return true;
}

static bool accounts(struct rpc_call *c) {
    jo_array(c->out); /* keys stay with the clients */
    jo_end_array(c->out);
    return true;
}

const struct rpc_method_row eth_state_methods[] = {
    {"eth_getBalance", get_balance},
    {"eth_getTransactionCount", get_nonce},
    {"eth_getCode", get_code},
    {"eth_getStorageAt", get_storage},
    {"eth_getStorageValues", get_storage_values},
    {"eth_chainId", chain_id},
    {"eth_syncing", is_false},
    {"eth_mining", is_true},
    {"eth_hashrate", zero},
    {"eth_accounts", accounts},
    {"net_version", net_version},
    {"net_listening", is_true},
    {"net_peerCount", zero},
    {"web3_clientVersion", client_version},
    {"web3_sha3", web3_sha3},
    {NULL, NULL},
};
