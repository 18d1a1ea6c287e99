#include "rpc/eth_json.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

static const uint8_t ZERO_NONCE[8];
static const struct b32 ZERO32;
static const struct b20 ZERO20;

/* The type of a shadow, see chain/block.c. */
enum { SHADOW_TX_TYPE = 0x7e };

void eth_put_header(struct json_out *o, const struct chain_block *b) {
    static const uint8_t empty_ommers[32] = {0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a,
                                             0xab, 0x85, 0xb5, 0x67, 0xb6, 0xcc, 0xd4, 0x1a,
                                             0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a, 0x74, 0x13,
                                             0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47};
    struct b32 no_requests;
    sha2_256(&no_requests, (struct bytes){NULL, 0});
    json_key(o, "number");
    json_quantity(o, b->height);
    JSON_KEY_HEX(o, "hash", b->hash);
    JSON_KEY_HEX(o, "parentHash", b->parent_hash);
    JSON_KEY_HEX(o, "nonce", ZERO_NONCE);
    JSON_KEY_HEX(o, "sha3Uncles", empty_ommers);
    JSON_KEY_HEX(o, "logsBloom", b->logs_bloom);
    JSON_KEY_HEX(o, "transactionsRoot", b->transactions_root);
    JSON_KEY_HEX(o, "stateRoot", b->roots.evm);
    JSON_KEY_HEX(o, "receiptsRoot", b->receipts_root);
    JSON_KEY_HEX(o, "miner", b->coinbase);
    json_key(o, "difficulty");
    json_quantity(o, 0);
    JSON_KEY_HEX(o, "extraData", b->roots.world);
    json_key(o, "gasLimit");
    json_quantity(o, b->gas_limit);
    json_key(o, "gasUsed");
    json_quantity(o, b->gas_used);
    json_key(o, "timestamp");
    json_quantity(o, b->timestamp_us / 1000000);
    JSON_KEY_HEX(o, "mixHash", b->prev_randao);
    json_key(o, "baseFeePerGas");
    json_quantity_u256(o, &b->base_fee);
    JSON_KEY_HEX(o, "withdrawalsRoot", ST_EMPTY_TRIE_ROOT);
    json_key(o, "blobGasUsed");
    json_quantity(o, 0);
    json_key(o, "excessBlobGas");
    json_quantity(o, 0);
    JSON_KEY_HEX(o, "parentBeaconBlockRoot", ZERO32);
    JSON_KEY_HEX(o, "requestsHash", no_requests);
}

void eth_put_block(struct json_out *o, struct chain_reader *r, const struct chain_block *b,
                   bool full) {
    json_object(o);
    eth_put_header(o, b);
    json_key(o, "size");
    json_quantity(o, b->encoded_bytes);
    json_key(o, "uncles");
    json_array(o);
    json_end_array(o);
    json_key(o, "withdrawals");
    json_array(o);
    json_end_array(o);
    json_key(o, "transactions");
    json_array(o);
    for (uint32_t i = 0; i < b->root_count; i++) {
        struct chain_tx tx;
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        if (chain_tx_at(r, b->height, i, &tx) && tx.evm_index != UINT32_MAX) {
            if (full)
                eth_put_transaction(o, &tx, b, chain_reader_arena(r));
            else
                json_hex(o, BYTES_OF(tx.evm_hash));
        }
        arena_release(chain_reader_arena(r), mark);
    }
    json_end_array(o);
    json_end_object(o);
}

/* ---- Transactions
 * ---------------------------------------------------------------------------------------------------
 */

static void put_access_list(struct json_out *o, const struct evm_tx *tx) {
    json_key(o, "accessList");
    json_array(o);
    for (size_t i = 0; i < tx->access_count; i++) {
        json_object(o);
        JSON_KEY_HEX(o, "address", tx->access[i].address);
        json_key(o, "storageKeys");
        json_array(o);
        for (size_t k = 0; k < tx->access[i].key_count; k++)
            json_hex(o, BYTES_OF(tx->access[i].keys[k]));
        json_end_array(o);
        json_end_object(o);
    }
    json_end_array(o);
}

static void put_authorizations(struct json_out *o, const struct evm_tx *tx) {
    json_key(o, "authorizationList");
    json_array(o);
    for (size_t i = 0; i < tx->authorization_count; i++) {
        const struct evm_authorization *a = &tx->authorizations[i];
        json_object(o);
        json_key(o, "chainId");
        json_quantity_u256(o, &a->chain_id);
        JSON_KEY_HEX(o, "address", a->address);
        json_key(o, "nonce");
        json_quantity(o, a->nonce);
        json_key(o, "yParity");
        json_quantity(o, a->y_parity);
        json_key(o, "r");
        json_quantity_u256(o, &a->r);
        json_key(o, "s");
        json_quantity_u256(o, &a->s);
        json_end_object(o);
    }
    json_end_array(o);
}

static void put_signature(struct json_out *o, const struct evm_tx *tx) {
    uint64_t v = tx->y_parity;
    if (tx->type == EVM_TX_LEGACY) v += tx->has_chain_id ? 35 + 2 * tx->chain_id : 27;
    json_key(o, "v");
    json_quantity(o, v);
    json_key(o, "r");
    json_quantity_u256(o, &tx->r);
    json_key(o, "s");
    json_quantity_u256(o, &tx->s);
    if (tx->type != EVM_TX_LEGACY) {
        json_key(o, "yParity");
        json_quantity(o, tx->y_parity);
    }
}

static void put_tx_fields(struct json_out *o, const struct evm_tx *tx, const struct b32 *hash,
                          const struct u256 *gas_price) {
    json_key(o, "type");
    json_quantity(o, tx->type);
    JSON_KEY_HEX(o, "hash", *hash);
    JSON_KEY_HEX(o, "from", tx->sender);
    json_key(o, "to");
    if (tx->is_create)
        json_null(o);
    else
        json_hex(o, BYTES_OF(tx->to));
    json_key(o, "nonce");
    json_quantity(o, tx->nonce);
    json_key(o, "gas");
    json_quantity(o, tx->gas_limit);
    json_key(o, "value");
    json_quantity_u256(o, &tx->value);
    json_key(o, "input");
    json_hex(o, tx->data);
    json_key(o, "gasPrice");
    json_quantity_u256(o, gas_price);
    if (tx->type >= EVM_TX_FEE_MARKET) {
        json_key(o, "maxFeePerGas");
        json_quantity_u256(o, &tx->max_fee);
        json_key(o, "maxPriorityFeePerGas");
        json_quantity_u256(o, &tx->max_priority_fee);
    }
    if (tx->has_chain_id) {
        json_key(o, "chainId");
        json_quantity(o, tx->chain_id);
    }
    if (tx->type != EVM_TX_LEGACY) put_access_list(o, tx);
    if (tx->type == EVM_TX_SET_CODE) put_authorizations(o, tx);
    put_signature(o, tx);
}

static const struct xvm_leg *first_evm_leg(const struct chain_tx *tx) {
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (tx->legs[i].vm == ST_VM_EVM) return &tx->legs[i];
    return NULL;
}

static struct b20 address_of(struct bytes b) {
    struct b20 a = ZERO20;
    if (b.n == 20) memcpy(a.b, b.p, 20);
    return a;
}

/* A shadow shows the first leg that the root had in the EVM. Nobody signed it: r and s are zero. */
static void put_shadow_fields(struct json_out *o, const struct chain_tx *tx,
                              const struct chain_block *b) {
    const struct xvm_leg *leg = first_evm_leg(tx);
    struct b20 from = address_of(leg ? leg->from : (struct bytes){NULL, 0});
    struct b20 to = address_of(leg ? leg->to : (struct bytes){NULL, 0});
    json_key(o, "type");
    json_quantity(o, SHADOW_TX_TYPE);
    JSON_KEY_HEX(o, "hash", tx->evm_hash);
    JSON_KEY_HEX(o, "from", from);
    JSON_KEY_HEX(o, "to", to);
    json_key(o, "nonce");
    json_quantity(o, 0);
    json_key(o, "gas");
    json_quantity(o, tx->common_gas_used);
    json_key(o, "value");
    json_quantity(o, 0);
    json_key(o, "input");
    json_hex(o, leg ? leg->input : (struct bytes){NULL, 0});
    json_key(o, "gasPrice");
    json_quantity_u256(o, &b->base_fee);
    json_key(o, "v");
    json_quantity(o, 0);
    json_key(o, "r");
    json_quantity(o, 0);
    json_key(o, "s");
    json_quantity(o, 0);
    JSON_KEY_HEX(o, "ternRootHash", tx->hash);
}

static void put_place(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b) {
    JSON_KEY_HEX(o, "blockHash", b->hash);
    json_key(o, "blockNumber");
    json_quantity(o, b->height);
    json_key(o, "transactionIndex");
    json_quantity(o, tx->evm_index);
}

void eth_put_transaction(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                         struct arena *arena) {
    struct evm_tx decoded;
    json_object(o);
    if (tx->vm == ST_VM_EVM && !err_is(evm_tx_decode(tx->raw, arena, &decoded))) {
        decoded.sender = tx->evm_sender;
        put_tx_fields(o, &decoded, &tx->hash, &tx->effective_gas_price);
    } else {
        put_shadow_fields(o, tx, b);
    }
    put_place(o, tx, b);
    json_key(o, "blockTimestamp");
    json_quantity(o, b->timestamp_us / 1000000);
    json_end_object(o);
}

void eth_put_pending(struct json_out *o, struct bytes raw, struct arena *arena) {
    struct evm_tx tx;
    struct b32 hash;
    if (err_is(evm_tx_decode(raw, arena, &tx)) || evm_tx_sender(&tx, EVM_OSAKA, &tx.sender)) {
        json_null(o);
        return;
    }
    keccak256(&hash, raw);
    json_object(o);
    put_tx_fields(o, &tx, &hash, &tx.max_fee);
    json_key(o, "blockHash");
    json_null(o);
    json_key(o, "blockNumber");
    json_null(o);
    json_key(o, "transactionIndex");
    json_null(o);
    json_end_object(o);
}

/* ---- Receipts and logs
 * -----------------------------------------------------------------------------------------------
 */

void eth_put_log(struct json_out *o, const struct st_log *log, const struct chain_tx *tx,
                 const struct chain_block *b, uint32_t log_index) {
    json_object(o);
    JSON_KEY_HEX(o, "address", log->address);
    json_key(o, "topics");
    json_array(o);
    for (uint32_t i = 0; i < log->topic_count; i++) json_hex(o, BYTES_OF(log->topics[i]));
    json_end_array(o);
    json_key(o, "data");
    json_hex(o, log->data);
    JSON_KEY_HEX(o, "transactionHash", tx->evm_hash);
    put_place(o, tx, b);
    json_key(o, "blockTimestamp");
    json_quantity(o, b->timestamp_us / 1000000);
    json_key(o, "logIndex");
    json_quantity(o, log_index);
    json_key(o, "removed");
    json_bool(o, false);
    json_end_object(o);
}

static void put_logs(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                     uint8_t bloom[256]) {
    uint32_t index = tx->evm_log_first;
    json_key(o, "logs");
    json_array(o);
    for (uint32_t i = 0; i < tx->log_count; i++) {
        if (tx->logs[i].vm != ST_VM_EVM) continue;
        eth_put_log(o, &tx->logs[i], tx, b, index++);
        chain_bloom_add(bloom, &tx->logs[i]);
    }
    json_end_array(o);
}

static void put_hashes(struct json_out *o, const char *key, const struct b32 *hashes,
                       uint32_t count) {
    json_key(o, key);
    json_array(o);
    for (uint32_t i = 0; i < count; i++) json_hex(o, BYTES_OF(hashes[i]));
    json_end_array(o);
}

void eth_put_receipt(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                     struct arena *arena) {
    struct evm_tx decoded;
    uint8_t bloom[256] = {0};
    const struct xvm_leg *leg = first_evm_leg(tx);
    bool own = tx->vm == ST_VM_EVM && !err_is(evm_tx_decode(tx->raw, arena, &decoded));
    struct b20 from = own ? tx->evm_sender : address_of(leg ? leg->from : (struct bytes){NULL, 0});
    struct b20 to = own ? decoded.to : address_of(leg ? leg->to : (struct bytes){NULL, 0});
    json_object(o);
    JSON_KEY_HEX(o, "transactionHash", tx->evm_hash);
    put_place(o, tx, b);
    json_key(o, "type");
    json_quantity(o, own ? decoded.type : SHADOW_TX_TYPE);
    json_key(o, "status");
    json_quantity(o, tx->ok);
    JSON_KEY_HEX(o, "from", from);
    json_key(o, "to");
    if (own && decoded.is_create)
        json_null(o);
    else
        json_hex(o, BYTES_OF(to));
    json_key(o, "contractAddress");
    if (tx->created)
        json_hex(o, BYTES_OF(tx->contract));
    else
        json_null(o);
    json_key(o, "cumulativeGasUsed");
    json_quantity(o, tx->evm_cumulative_gas);
    json_key(o, "gasUsed");
    json_quantity(o, tx->common_gas_used);
    json_key(o, "effectiveGasPrice");
    json_quantity_u256(o, own ? &tx->effective_gas_price : &b->base_fee);
    put_logs(o, tx, b, bloom);
    JSON_KEY_HEX(o, "logsBloom", bloom);
    JSON_KEY_HEX(o, "ternRootHash", tx->hash);
    put_hashes(o, "ternMessages", tx->messages, tx->message_count);
    json_end_object(o);
}
