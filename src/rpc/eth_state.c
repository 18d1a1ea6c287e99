/* Methods that read accounts, say what the chain is, and suggest fees. */
#include "rpc/eth.h"

#include <stdio.h>

#include "crypto/crypto.h"

static struct st_account *account_at(struct rpc_call *c, struct chain_reader **r) {
    struct b20 address;
    if (!rpc_address(c, rpc_param(c, 0), "address", &address) ||
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

static bool get_storage(struct rpc_call *c) {
    struct chain_reader *r;
    struct b20 address;
    struct u256 key;
    uint8_t word[32];
    if (!rpc_address(c, rpc_param(c, 0), "address", &address) ||
        !rpc_quantity_u256(c, rpc_param(c, 1), "storage slot", &key) ||
        !eth_reader_at(c, rpc_param(c, 2), &r))
        return false;
    struct st_journal *j = chain_reader_journal(r);
    st_begin_tx(j);
    u256_store_be(word, &st_slot(j, st_account(j, &address), &key)->current);
    st_end_tx(j, false);
    jo_hex(c->out, BYTES_OF(word));
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

static bool client_version(struct rpc_call *c) {
    jo_cstring(c->out, "tern/0.1.0/linux-amd64/c17");
    return true;
}

static bool web3_sha3(struct rpc_call *c) {
    struct bytes data;
    struct b32 hash;
    if (!rpc_data(c, rpc_param(c, 0), "data", &data)) return false;
    keccak256(&hash, data);
    jo_hex(c->out, BYTES_OF(hash));
    return true;
}

static bool accounts(struct rpc_call *c) {
    jo_array(c->out); /* keys stay with the clients */
    jo_end_array(c->out);
    return true;
}

/* ---- Fees */

enum { SUGGESTED_TIP = 1000000000 };

static bool newest_block(struct rpc_call *c, struct chain_block *b) {
    struct chain_reader *r;
    if (!eth_reader(c, &r)) return false;
    chain_block_at(r, chain_reader_height(r), b);
    chain_reader_close(r);
    return true;
}

static bool gas_price(struct rpc_call *c) {
    struct chain_block b;
    if (!newest_block(c, &b)) return false;
    struct u256 price = chain_next_base_fee(&b), tip = u256_from_u64(SUGGESTED_TIP);
    u256_add(&price, &price, &tip);
    jo_quantity_u256(c->out, &price);
    return true;
}

static bool priority_fee(struct rpc_call *c) {
    jo_quantity(c->out, SUGGESTED_TIP);
    return true;
}

static bool blob_base_fee(struct rpc_call *c) {
    jo_quantity(c->out, 1);
    return true;
}

/* The tips of a block's transactions at given percentiles of its gas: all transactions here pay
 * what they offer, so the effective price less the base fee. */
static void put_rewards(struct json_out *o, struct chain_reader *r, const struct chain_block *b,
                        json_t *percentiles) {
    size_t i;
    json_t *p;
    jo_array(o);
    json_array_foreach(percentiles, i, p) {
        double want = json_number_value(p) / 100.0 * (double)b->gas_used;
        struct u256 tip = U256_ZERO;
        uint64_t passed = 0;
        for (uint32_t k = 0; k < b->root_count; k++) {
            struct chain_tx tx;
            struct arena_mark mark = arena_mark(chain_reader_arena(r));
            if (chain_tx_at(r, b->height, k, &tx) && tx.vm == ST_VM_EVM) {
                u256_sub(&tip, &tx.effective_gas_price, &b->base_fee);
                passed += tx.gas_used;
            }
            arena_release(chain_reader_arena(r), mark);
            if ((double)passed >= want) break;
        }
        jo_quantity_u256(o, &tip);
    }
    jo_end_array(o);
}

static void put_base_fees(struct json_out *o, struct chain_reader *r, uint64_t first,
                          uint64_t count) {
    struct chain_block b = {0};
    jo_key(o, "baseFeePerGas");
    jo_array(o);
    for (uint64_t i = 0; i < count; i++)
        if (chain_block_at(r, first + i, &b)) jo_quantity_u256(o, &b.base_fee);
    struct u256 next = chain_next_base_fee(&b);
    jo_quantity_u256(o, &next);
    jo_end_array(o);
}

static void put_history(struct json_out *o, struct chain_reader *r, uint64_t first, uint64_t count,
                        json_t *percentiles) {
    struct chain_block b;
    jo_object(o);
    jo_key(o, "oldestBlock");
    jo_quantity(o, first);
    put_base_fees(o, r, first, count);
    jo_key(o, "gasUsedRatio");
    jo_array(o);
    for (uint64_t i = 0; i < count; i++) {
        char text[32];
        chain_block_at(r, first + i, &b);
        snprintf(text, sizeof text, "%.6g", (double)b.gas_used / (double)b.gas_limit);
        jo_raw(o, bytes_cstr(text));
    }
    jo_end_array(o);
    if (json_array_size(percentiles)) {
        jo_key(o, "reward");
        jo_array(o);
        for (uint64_t i = 0; i < count; i++) {
            chain_block_at(r, first + i, &b);
            put_rewards(o, r, &b, percentiles);
        }
        jo_end_array(o);
    }
    jo_end_object(o);
}

static bool fee_history(struct rpc_call *c) {
    enum { BLOCKS_MAX = 1024, PERCENTILES_MAX = 100 };
    struct chain_reader *r;
    uint64_t count, last;
    json_t *percentiles = rpc_param(c, 2);
    if (!rpc_quantity(c, rpc_param(c, 0), "block count", &count)) return false;
    if (percentiles &&
        (!json_is_array(percentiles) || json_array_size(percentiles) > PERCENTILES_MAX))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 2: at most %d reward percentiles",
                        PERCENTILES_MAX);
    if (!eth_reader(c, &r)) return false;
    bool ok = eth_height(c, rpc_param(c, 1), chain_reader_height(r), &last);
    if (ok && last > chain_reader_height(r))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "request beyond head block: requested %llu, head %llu",
                      (unsigned long long)last, (unsigned long long)chain_reader_height(r));
    if (ok) {
        count = min_u64(min_u64(count, BLOCKS_MAX), last + 1);
        put_history(c->out, r, last + 1 - count, count, percentiles);
    }
    chain_reader_close(r);
    return ok;
}

const struct rpc_method_row eth_state_methods[] = {
    {"eth_getBalance", get_balance},
    {"eth_getTransactionCount", get_nonce},
    {"eth_getCode", get_code},
    {"eth_getStorageAt", get_storage},
    {"eth_chainId", chain_id},
    {"eth_syncing", is_false},
    {"eth_mining", is_true},
    {"eth_hashrate", zero},
    {"eth_accounts", accounts},
    {"eth_gasPrice", gas_price},
    {"eth_maxPriorityFeePerGas", priority_fee},
    {"eth_blobBaseFee", blob_base_fee},
    {"eth_feeHistory", fee_history},
    {"net_version", net_version},
    {"net_listening", is_true},
    {"net_peerCount", zero},
    {"web3_clientVersion", client_version},
    {"web3_sha3", web3_sha3},
    {NULL, NULL},
};
