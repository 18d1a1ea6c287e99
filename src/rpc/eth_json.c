#include "rpc/eth_json.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

static const struct b20 ZERO20;

/* The type of a shadow, see chain/block.c. */
enum { SHADOW_TX_TYPE = 0x7e };

void eth_put_header(struct json_out *o, const struct chain_block *b) {
    jo_key(o, "number");
    jo_quantity(o, b->height);
    JO_KEY_HEX(o, "hash", b->hash);
    JO_KEY_HEX(o, "parentHash", b->parent_hash);
    JO_KEY_HEX(o, "nonce", b->nonce);
    JO_KEY_HEX(o, "sha3Uncles", b->ommers_hash);
    JO_KEY_HEX(o, "logsBloom", b->logs_bloom);
    JO_KEY_HEX(o, "transactionsRoot", b->transactions_root);
    JO_KEY_HEX(o, "stateRoot", b->roots.evm);
    JO_KEY_HEX(o, "receiptsRoot", b->receipts_root);
    JO_KEY_HEX(o, "miner", b->coinbase);
    jo_key(o, "difficulty");
    jo_quantity_u256(o, &b->difficulty);
    jo_key(o, "extraData");
    jo_hex(o, bytes_make(b->extra, b->extra_bytes));
    jo_key(o, "gasLimit");
    jo_quantity(o, b->gas_limit);
    jo_key(o, "gasUsed");
    jo_quantity(o, b->gas_used);
    jo_key(o, "timestamp");
    jo_quantity(o, b->timestamp_us / 1000000);
    JO_KEY_HEX(o, "mixHash", b->prev_randao);
    if (b->header_fields >= ETH_FIELDS_LONDON) {
        jo_key(o, "baseFeePerGas");
        jo_quantity_u256(o, &b->base_fee);
    }
    if (b->header_fields >= ETH_FIELDS_SHANGHAI)
        JO_KEY_HEX(o, "withdrawalsRoot", b->withdrawals_root);
    if (b->header_fields >= ETH_FIELDS_CANCUN) {
        jo_key(o, "blobGasUsed");
        jo_quantity(o, b->blob_gas_used);
        jo_key(o, "excessBlobGas");
        jo_quantity(o, b->excess_blob_gas);
        JO_KEY_HEX(o, "parentBeaconBlockRoot", b->parent_beacon_root);
    }
    if (b->header_fields >= ETH_FIELDS_PRAGUE) JO_KEY_HEX(o, "requestsHash", b->requests_hash);
}

void eth_put_withdrawals(struct json_out *o, const struct eth_withdrawal *list, size_t count) {
    jo_key(o, "withdrawals");
    jo_array(o);
    for (size_t i = 0; i < count; i++) {
        const struct eth_withdrawal *w = &list[i];
        jo_object(o);
        jo_key(o, "index");
        jo_quantity(o, w->index);
        jo_key(o, "validatorIndex");
        jo_quantity(o, w->validator);
        JO_KEY_HEX(o, "address", w->address);
        jo_key(o, "amount");
        jo_quantity(o, w->amount);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_body(struct json_out *o, struct chain_reader *r, const struct chain_block *b) {
    struct chain_body body;
    chain_body_at(r, b->height, &body);
    jo_key(o, "uncles");
    jo_array(o);
    for (size_t i = 0; i < body.ommer_count; i++) {
        struct b32 hash = eth_header_hash(&body.ommers[i]);
        jo_hex(o, BYTES_OF(hash));
    }
    jo_end_array(o);
    if (!body.has_withdrawals) return;
    eth_put_withdrawals(o, body.withdrawals, body.withdrawal_count);
}

void eth_put_block(struct json_out *o, struct chain_reader *r, const struct chain_block *b,
                   bool full) {
    jo_object(o);
    eth_put_header(o, b);
    jo_key(o, "size");
    jo_quantity(o, b->encoded_bytes);
    put_body(o, r, b);
    jo_key(o, "transactions");
    jo_array(o);
    for (uint32_t i = 0; i < b->root_count; i++) {
        struct chain_tx tx;
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        if (chain_tx_at(r, b->height, i, &tx) && tx.evm_index != UINT32_MAX) {
            if (full)
                eth_put_transaction(o, &tx, b, chain_reader_arena(r));
            else
                jo_hex(o, BYTES_OF(tx.evm_hash));
        }
        arena_release(chain_reader_arena(r), mark);
    }
    jo_end_array(o);
    jo_end_object(o);
}

/* ---- Transactions */

void eth_put_address_key(struct json_out *o, const struct b20 *address) {
    char text[43] = "0x";
    hex_encode(text + 2, BYTES_OF(*address));
    text[42] = 0;
    jo_key(o, text);
}

void eth_put_access_list(struct json_out *o, const struct evm_access *list, size_t count) {
    jo_key(o, "accessList");
    jo_array(o);
    for (size_t i = 0; i < count; i++) {
        jo_object(o);
        JO_KEY_HEX(o, "address", list[i].address);
        jo_key(o, "storageKeys");
        jo_array(o);
        for (size_t k = 0; k < list[i].key_count; k++) jo_hex(o, BYTES_OF(list[i].keys[k]));
        jo_end_array(o);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_authorizations(struct json_out *o, const struct evm_tx *tx) {
    jo_key(o, "authorizationList");
    jo_array(o);
    for (size_t i = 0; i < tx->authorization_count; i++) {
        const struct evm_authorization *a = &tx->authorizations[i];
        jo_object(o);
        jo_key(o, "chainId");
        jo_quantity_u256(o, &a->chain_id);
        JO_KEY_HEX(o, "address", a->address);
        jo_key(o, "nonce");
        jo_quantity(o, a->nonce);
        jo_key(o, "yParity");
        jo_quantity(o, a->y_parity);
        jo_key(o, "r");
        jo_quantity_u256(o, &a->r);
        jo_key(o, "s");
        jo_quantity_u256(o, &a->s);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_blob_fields(struct json_out *o, const struct evm_tx *tx) {
    jo_key(o, "maxFeePerBlobGas");
    jo_quantity_u256(o, &tx->max_blob_fee);
    jo_key(o, "blobVersionedHashes");
    jo_array(o);
    for (size_t i = 0; i < tx->blob_hash_count; i++) jo_hex(o, BYTES_OF(tx->blob_hashes[i]));
    jo_end_array(o);
}

static void put_signature(struct json_out *o, const struct evm_tx *tx) {
    uint64_t v = tx->y_parity;
    bool is_signed = !u256_is_zero(&tx->r) || !u256_is_zero(&tx->s);
    if (tx->type == EVM_TX_LEGACY && is_signed) v += tx->has_chain_id ? 35 + 2 * tx->chain_id : 27;
    jo_key(o, "v");
    jo_quantity(o, v);
    jo_key(o, "r");
    jo_quantity_u256(o, &tx->r);
    jo_key(o, "s");
    jo_quantity_u256(o, &tx->s);
    if (tx->type != EVM_TX_LEGACY) {
        jo_key(o, "yParity");
        jo_quantity(o, tx->y_parity);
    }
}

static void put_tx_fields(struct json_out *o, const struct evm_tx *tx, const struct b32 *hash,
                          const struct u256 *gas_price) {
    jo_key(o, "type");
    jo_quantity(o, tx->type);
    JO_KEY_HEX(o, "hash", *hash);
    JO_KEY_HEX(o, "from", tx->sender);
    jo_key(o, "to");
    if (tx->is_create)
        jo_null(o);
    else
        jo_hex(o, BYTES_OF(tx->to));
    jo_key(o, "nonce");
    jo_quantity(o, tx->nonce);
    jo_key(o, "gas");
    jo_quantity(o, tx->gas_limit);
    jo_key(o, "value");
    jo_quantity_u256(o, &tx->value);
    jo_key(o, "input");
    jo_hex(o, tx->data);
    jo_key(o, "gasPrice");
    jo_quantity_u256(o, gas_price);
    if (tx->type >= EVM_TX_FEE_MARKET) {
        jo_key(o, "maxFeePerGas");
        jo_quantity_u256(o, &tx->max_fee);
        jo_key(o, "maxPriorityFeePerGas");
        jo_quantity_u256(o, &tx->max_priority_fee);
    }
    if (tx->has_chain_id) {
        jo_key(o, "chainId");
        jo_quantity(o, tx->chain_id);
    }
    if (tx->type != EVM_TX_LEGACY) eth_put_access_list(o, tx->access, tx->access_count);
    if (tx->type == EVM_TX_BLOB) put_blob_fields(o, tx);
    if (tx->type == EVM_TX_SET_CODE) put_authorizations(o, tx);
    put_signature(o, tx);
}

static const struct xvm_leg *first_evm_leg(const struct chain_tx *tx) {
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (tx->legs[i].vm == ST_VM_EVM && xvm_leg_stands(&tx->legs[i])) return &tx->legs[i];
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
    jo_key(o, "type");
    jo_quantity(o, SHADOW_TX_TYPE);
    JO_KEY_HEX(o, "hash", tx->evm_hash);
    JO_KEY_HEX(o, "from", from);
    JO_KEY_HEX(o, "to", to);
    jo_key(o, "nonce");
    jo_quantity(o, 0);
    jo_key(o, "gas");
    jo_quantity(o, tx->common_gas_used);
    jo_key(o, "value");
    jo_quantity(o, 0);
    jo_key(o, "input");
    jo_hex(o, leg ? leg->input : (struct bytes){NULL, 0});
    jo_key(o, "gasPrice");
    jo_quantity_u256(o, &b->base_fee);
    jo_key(o, "v");
    jo_quantity(o, 0);
    jo_key(o, "r");
    jo_quantity(o, 0);
    jo_key(o, "s");
    jo_quantity(o, 0);
    JO_KEY_HEX(o, "ternRootHash", tx->hash);
}

static void put_place(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b) {
    JO_KEY_HEX(o, "blockHash", b->hash);
    jo_key(o, "blockNumber");
    jo_quantity(o, b->height);
    jo_key(o, "transactionIndex");
    jo_quantity(o, tx->evm_index);
}

void eth_put_transaction(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                         struct arena *arena) {
    struct evm_tx decoded;
    jo_object(o);
    if (tx->vm == ST_VM_EVM && !err_is(evm_tx_decode(tx->raw, arena, &decoded))) {
        decoded.sender = tx->evm_sender;
        put_tx_fields(o, &decoded, &tx->hash, &tx->effective_gas_price);
    } else {
        put_shadow_fields(o, tx, b);
    }
    put_place(o, tx, b);
    jo_key(o, "blockTimestamp");
    jo_quantity(o, b->timestamp_us / 1000000);
    jo_end_object(o);
}

void eth_put_unsigned(struct json_out *o, const struct eth_tx *tx, uint32_t index,
                      const struct chain_block *b) {
    struct u256 price = tx->tx.max_fee, with_tip;
    if (tx->tx.type >= EVM_TX_FEE_MARKET &&
        !u256_add(&with_tip, &b->base_fee, &tx->tx.max_priority_fee) && u256_lt(&with_tip, &price))
        price = with_tip;
    jo_object(o);
    put_tx_fields(o, &tx->tx, &tx->hash, &price);
    put_place(o, &(struct chain_tx){.evm_index = index}, b);
    jo_key(o, "blockTimestamp");
    jo_quantity(o, b->timestamp_us / 1000000);
    jo_end_object(o);
}

void eth_put_pending(struct json_out *o, struct bytes raw, struct arena *arena) {
    struct evm_tx tx;
    struct b32 hash;
    if (err_is(evm_tx_decode(raw, arena, &tx)) || !chain_evm_sender(&tx, &tx.sender)) {
        jo_null(o);
        return;
    }
    keccak256(&hash, raw);
    jo_object(o);
    put_tx_fields(o, &tx, &hash, &tx.max_fee);
    jo_key(o, "blockHash");
    jo_null(o);
    jo_key(o, "blockNumber");
    jo_null(o);
    jo_key(o, "transactionIndex");
    jo_null(o);
    jo_end_object(o);
}

static bool put_sealed(struct json_out *o, struct chain_reader *r, const struct b32 *hash) {
    struct chain_tx tx;
    struct chain_block b;
    uint8_t vm;
    if (!chain_tx_by_hash(r, hash, &vm, &tx) || vm != ST_VM_EVM ||
        !chain_block_at(r, tx.height, &b))
        return false;
    eth_put_transaction(o, &tx, &b, chain_reader_arena(r));
    return true;
}

/* As put_sealed, by a reader of its own. */
static bool put_newly_sealed(struct json_out *o, struct chain *chain, const struct b32 *hash) {
    struct chain_reader *r;
    if (err_is(chain_reader_open(chain, ST_LATEST, &r))) return false;
    bool found = put_sealed(o, r, hash);
    chain_reader_close(r);
    return found;
}

/* A transaction that has left the pool is in a block, which may be newer than `r`, or it is gone.
 */
void eth_put_arrival(struct json_out *o, struct chain *chain, struct chain_reader *r,
                     const struct b32 *hash) {
    struct bytes raw;
    uint8_t vm;
    struct arena *arena = chain_reader_arena(r);
    struct arena_mark mark = arena_mark(arena);
    if (chain_pending(chain, hash, arena, &vm, &raw) && vm == ST_VM_EVM)
        eth_put_pending(o, raw, arena);
    else if (!put_sealed(o, r, hash) && !put_newly_sealed(o, chain, hash))
        jo_hex(o, BYTES_OF(*hash));
    arena_release(arena, mark);
}

/* ---- Receipts and logs */

void eth_put_log(struct json_out *o, const struct st_log *log, const struct chain_tx *tx,
                 const struct chain_block *b, uint32_t log_index) {
    jo_object(o);
    JO_KEY_HEX(o, "address", log->address);
    jo_key(o, "topics");
    jo_array(o);
    for (uint32_t i = 0; i < log->topic_count; i++) jo_hex(o, BYTES_OF(log->topics[i]));
    jo_end_array(o);
    jo_key(o, "data");
    jo_hex(o, log->data);
    JO_KEY_HEX(o, "transactionHash", tx->evm_hash);
    put_place(o, tx, b);
    jo_key(o, "blockTimestamp");
    jo_quantity(o, b->timestamp_us / 1000000);
    jo_key(o, "logIndex");
    jo_quantity(o, log_index);
    jo_key(o, "removed");
    jo_bool(o, false);
    jo_end_object(o);
}

static void put_logs(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                     uint8_t bloom[256]) {
    uint32_t index = tx->evm_log_first;
    jo_key(o, "logs");
    jo_array(o);
    for (uint32_t i = 0; i < tx->log_count; i++) {
        if (tx->logs[i].vm != ST_VM_EVM) continue;
        eth_put_log(o, &tx->logs[i], tx, b, index++);
        chain_bloom_add(bloom, &tx->logs[i]);
    }
    jo_end_array(o);
}

static void put_hashes(struct json_out *o, const char *key, const struct b32 *hashes,
                       uint32_t count) {
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++) jo_hex(o, BYTES_OF(hashes[i]));
    jo_end_array(o);
}

/* What an Ethereum transaction says of itself, or a shadow of its first leg. */
static void put_parties(struct json_out *o, const struct chain_tx *tx, const struct evm_tx *own) {
    static const struct bytes nobody = {NULL, 0};
    const struct xvm_leg *leg = first_evm_leg(tx);
    struct b20 from = own ? tx->evm_sender : address_of(leg ? leg->from : nobody);
    struct b20 to = own ? own->to : address_of(leg ? leg->to : nobody);
    JO_KEY_HEX(o, "from", from);
    jo_key(o, "to");
    if (own && own->is_create)
        jo_null(o);
    else
        jo_hex(o, BYTES_OF(to));
    jo_key(o, "contractAddress");
    if (own && own->is_create) { /* also of a creation that failed, as go-ethereum has it */
        struct b20 contract = evm_create_address(&tx->evm_sender, own->nonce);
        jo_hex(o, BYTES_OF(contract));
    } else {
        jo_null(o);
    }
}

static void put_outcome(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                        const struct evm_tx *own) {
    if (tx->has_state_root) { /* before EIP-658 */
        JO_KEY_HEX(o, "root", tx->state_root);
    } else {
        jo_key(o, "status");
        jo_quantity(o, chain_evm_ok(tx));
    }
    jo_key(o, "cumulativeGasUsed");
    jo_quantity(o, tx->evm_cumulative_gas);
    jo_key(o, "gasUsed");
    jo_quantity(o, tx->common_gas_used);
    jo_key(o, "effectiveGasPrice");
    jo_quantity_u256(o, own ? &tx->effective_gas_price : &b->base_fee);
    if (!own || own->type != EVM_TX_BLOB) return;
    jo_key(o, "blobGasUsed");
    jo_quantity(o, own->blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB);
    jo_key(o, "blobGasPrice");
    jo_quantity_u256(o, &b->blob_base_fee);
}

void eth_put_receipt(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                     struct chain_reader *r) {
    struct evm_tx decoded, *own = NULL;
    uint8_t bloom[256] = {0};
    if (tx->vm == ST_VM_EVM && !err_is(evm_tx_decode(tx->raw, chain_reader_arena(r), &decoded)))
        own = &decoded;
    jo_object(o);
    JO_KEY_HEX(o, "transactionHash", tx->evm_hash);
    put_place(o, tx, b);
    jo_key(o, "type");
    jo_quantity(o, own ? own->type : SHADOW_TX_TYPE);
    put_parties(o, tx, own);
    put_outcome(o, tx, b, own);
    put_logs(o, tx, b, bloom);
    JO_KEY_HEX(o, "logsBloom", bloom);
    if (!chain_is_ethereum(chain_reader_chain(r))) {
        JO_KEY_HEX(o, "ternRootHash", tx->hash);
        put_hashes(o, "ternMessages", tx->messages, tx->message_count);
    }
    jo_end_object(o);
}
