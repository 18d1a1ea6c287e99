/* The bytes of transactions: EIP-155, EIP-2718, EIP-2930, EIP-1559, EIP-4844, EIP-7702. */
#include "codec/rlp.h"
#include "crypto/crypto.h"
#include "evm/evm.h"

/* What evm_tx_decode() refuses beyond RLP itself; codes behind those of enum rlp_error. */
enum {
    TX_DECODE_EMPTY = 100,
    TX_DECODE_TYPE,
    TX_DECODE_V,
    TX_DECODE_Y_PARITY,
};

/* ---- Decoding ---- */

/* A list may have as many entries as its bytes allow: the arrays are sized by a first walk. */
static size_t count_items(const struct rlp_reader *r) {
    struct bytes rest = bytes_sub(r->in, r->at, r->end[r->depth] - r->at);
    struct rlp_item item;
    size_t n = 0;
    while (!err_is(r->err) && rest.n && !err_is(rlp_next(&rest, &item))) n++;
    return n;
}

static const struct b32 *decode_hashes(struct rlp_reader *r, const char *list, const char *field,
                                       struct arena *arena, size_t *count) {
    rlp_open(r, list);
    size_t n = count_items(r);
    struct b32 *out = ARENA_ARRAY(arena, struct b32, n);
    for (size_t i = 0; i < n; i++) rlp_fixed(r, field, out[i].b, 32);
    rlp_close(r);
    *count = n;
    return out;
}

static void decode_access_list(struct rlp_reader *r, struct arena *arena, struct evm_tx *tx) {
    rlp_open(r, "accessList");
    size_t n = count_items(r);
    struct evm_access *out = ARENA_ARRAY(arena, struct evm_access, n);
    for (size_t i = 0; i < n; i++) {
        rlp_open(r, "accessList entry");
        rlp_fixed(r, "accessList address", out[i].address.b, 20);
        out[i].keys = decode_hashes(r, "storageKeys", "storage key", arena, &out[i].key_count);
        rlp_close(r);
    }
    rlp_close(r);
    tx->access = out;
    tx->access_count = n;
}

static uint8_t decode_y_parity(struct rlp_reader *r, uint8_t max) {
    uint64_t v = rlp_u64(r, "yParity");
    if (v > max) rlp_refuse(r, TX_DECODE_Y_PARITY, "yParity", "is out of range");
    return (uint8_t)v;
}

static void decode_authorizations(struct rlp_reader *r, struct arena *arena, struct evm_tx *tx) {
    rlp_open(r, "authorizationList");
    size_t n = count_items(r);
    struct evm_authorization *out = ARENA_ARRAY(arena, struct evm_authorization, n);
    for (size_t i = 0; i < n; i++) {
        rlp_open(r, "authorization");
        out[i].chain_id = rlp_u256(r, "authorization chainId");
        rlp_fixed(r, "authorization address", out[i].address.b, 20);
        out[i].nonce = rlp_u64(r, "authorization nonce");
        out[i].y_parity = decode_y_parity(r, UINT8_MAX); /* a wrong one voids the tuple only */
        out[i].r = rlp_u256(r, "authorization r");
        out[i].s = rlp_u256(r, "authorization s");
        rlp_close(r);
    }
    rlp_close(r);
    tx->authorizations = out;
    tx->authorization_count = n;
}

static void decode_to(struct rlp_reader *r, struct evm_tx *tx) {
    tx->is_create = !rlp_fixed_or_empty(r, "to", tx->to.b, 20);
}

static void decode_legacy(struct rlp_reader *r, struct evm_tx *tx) {
    rlp_open(r, "transaction");
    tx->nonce = rlp_u64(r, "nonce");
    tx->max_fee = tx->max_priority_fee = rlp_u256(r, "gasPrice");
    tx->gas_limit = rlp_u64(r, "gas");
    decode_to(r, tx);
    tx->value = rlp_u256(r, "value");
    tx->data = rlp_bytes(r, "input");
    uint64_t v = rlp_u64(r, "v");
    tx->r = rlp_u256(r, "r");
    tx->s = rlp_u256(r, "s");
    rlp_close(r);
    if (v >= 35) { /* EIP-155 */
        tx->has_chain_id = true;
        tx->chain_id = (v - 35) / 2;
        tx->y_parity = (v - 35) % 2;
    } else if (v == 27 || v == 28) {
        tx->y_parity = (uint8_t)(v - 27);
    } else {
        rlp_refuse(r, TX_DECODE_V, "v", "is neither 27, 28 nor of EIP-155");
    }
}

static void decode_typed(struct rlp_reader *r, struct arena *arena, struct evm_tx *tx) {
    rlp_open(r, "transaction");
    tx->has_chain_id = true;
    tx->chain_id = rlp_u64(r, "chainId");
    tx->nonce = rlp_u64(r, "nonce");
    if (tx->type == EVM_TX_ACCESS_LIST) {
        tx->max_fee = tx->max_priority_fee = rlp_u256(r, "gasPrice");
    } else {
        tx->max_priority_fee = rlp_u256(r, "maxPriorityFeePerGas");
        tx->max_fee = rlp_u256(r, "maxFeePerGas");
    }
    tx->gas_limit = rlp_u64(r, "gas");
    if (tx->type == EVM_TX_BLOB || tx->type == EVM_TX_SET_CODE)
        rlp_fixed(r, "to", tx->to.b, 20);
    else
        decode_to(r, tx);
    tx->value = rlp_u256(r, "value");
    tx->data = rlp_bytes(r, "input");
    decode_access_list(r, arena, tx);
    if (tx->type == EVM_TX_BLOB) {
        tx->max_blob_fee = rlp_u256(r, "maxFeePerBlobGas");
        tx->blob_hashes =
            decode_hashes(r, "blobVersionedHashes", "blob hash", arena, &tx->blob_hash_count);
    }
    if (tx->type == EVM_TX_SET_CODE) decode_authorizations(r, arena, tx);
    tx->y_parity = decode_y_parity(r, 1);
    tx->r = rlp_u256(r, "r");
    tx->s = rlp_u256(r, "s");
    rlp_close(r);
}

struct err evm_tx_decode(struct bytes raw, struct arena *arena, struct evm_tx *tx) {
    *tx = (struct evm_tx){0};
    if (raw.n == 0) return err_at(TX_DECODE_EMPTY, "transaction: no bytes", 0);
    uint8_t first = raw.p[0];
    bool typed = first < 0x80;
    if (typed && (first == 0 || first > EVM_TX_SET_CODE))
        return err_at(TX_DECODE_TYPE, "type: unknown transaction type", 0);
    struct rlp_reader r = rlp_reader(typed ? bytes_sub(raw, 1, raw.n - 1) : raw, arena);
    if (typed) {
        tx->type = first;
        decode_typed(&r, arena, tx);
    } else {
        decode_legacy(&r, tx);
    }
    struct err e = rlp_finish(&r);
    if (err_is(e)) e.at += typed;
    return e;
}

/* ---- Encoding ---- */

static void put_to(struct buf *b, const struct evm_tx *tx) {
    rlp_put_bytes(b, tx->is_create ? (struct bytes){NULL, 0} : BYTES_OF(tx->to));
}

static void put_hashes(struct buf *b, const struct b32 *hashes, size_t n) {
    size_t list = rlp_list_begin(b);
    for (size_t i = 0; i < n; i++) rlp_put_bytes(b, BYTES_OF(hashes[i]));
    rlp_list_end(b, list);
}

static void put_access_list(struct buf *b, const struct evm_tx *tx) {
    size_t list = rlp_list_begin(b);
    for (size_t i = 0; i < tx->access_count; i++) {
        size_t entry = rlp_list_begin(b);
        rlp_put_bytes(b, BYTES_OF(tx->access[i].address));
        put_hashes(b, tx->access[i].keys, tx->access[i].key_count);
        rlp_list_end(b, entry);
    }
    rlp_list_end(b, list);
}

static void put_authorizations(struct buf *b, const struct evm_tx *tx) {
    size_t list = rlp_list_begin(b);
    for (size_t i = 0; i < tx->authorization_count; i++) {
        const struct evm_authorization *a = &tx->authorizations[i];
        size_t entry = rlp_list_begin(b);
        rlp_put_u256(b, &a->chain_id);
        rlp_put_bytes(b, BYTES_OF(a->address));
        rlp_put_u64(b, a->nonce);
        rlp_put_u64(b, a->y_parity);
        rlp_put_u256(b, &a->r);
        rlp_put_u256(b, &a->s);
        rlp_list_end(b, entry);
    }
    rlp_list_end(b, list);
}

static void put_signature(struct buf *b, const struct evm_tx *tx, uint64_t v) {
    rlp_put_u64(b, v);
    rlp_put_u256(b, &tx->r);
    rlp_put_u256(b, &tx->s);
}

static void encode_legacy(const struct evm_tx *tx, struct buf *b, bool signed_form) {
    size_t list = rlp_list_begin(b);
    rlp_put_u64(b, tx->nonce);
    rlp_put_u256(b, &tx->max_fee);
    rlp_put_u64(b, tx->gas_limit);
    put_to(b, tx);
    rlp_put_u256(b, &tx->value);
    rlp_put_bytes(b, tx->data);
    if (signed_form) {
        put_signature(b, tx, tx->y_parity + (tx->has_chain_id ? 35 + 2 * tx->chain_id : 27));
    } else if (tx->has_chain_id) {
        rlp_put_u64(b, tx->chain_id);
        rlp_put_u64(b, 0);
        rlp_put_u64(b, 0);
    }
    rlp_list_end(b, list);
}

static void encode_typed(const struct evm_tx *tx, struct buf *b, bool signed_form) {
    buf_put_u8(b, tx->type);
    size_t list = rlp_list_begin(b);
    rlp_put_u64(b, tx->chain_id);
    rlp_put_u64(b, tx->nonce);
    if (tx->type != EVM_TX_ACCESS_LIST) rlp_put_u256(b, &tx->max_priority_fee);
    rlp_put_u256(b, &tx->max_fee);
    rlp_put_u64(b, tx->gas_limit);
    put_to(b, tx);
    rlp_put_u256(b, &tx->value);
    rlp_put_bytes(b, tx->data);
    put_access_list(b, tx);
    if (tx->type == EVM_TX_BLOB) {
        rlp_put_u256(b, &tx->max_blob_fee);
        put_hashes(b, tx->blob_hashes, tx->blob_hash_count);
    }
    if (tx->type == EVM_TX_SET_CODE) put_authorizations(b, tx);
    if (signed_form) put_signature(b, tx, tx->y_parity);
    rlp_list_end(b, list);
}

static void encode(const struct evm_tx *tx, struct buf *b, bool signed_form) {
    if (tx->type == EVM_TX_LEGACY)
        encode_legacy(tx, b, signed_form);
    else
        encode_typed(tx, b, signed_form);
}

void evm_tx_encode(const struct evm_tx *tx, struct buf *out) {
    encode(tx, out, true);
}

static struct b32 hash_of(const struct evm_tx *tx, bool signed_form) {
    struct buf b = {0};
    struct b32 hash;
    encode(tx, &b, signed_form);
    keccak256(&hash, buf_bytes(&b));
    buf_free(&b);
    return hash;
}

struct b32 evm_tx_hash(const struct evm_tx *tx) {
    return hash_of(tx, true);
}

struct b32 evm_tx_signing_hash(const struct evm_tx *tx) {
    return hash_of(tx, false);
}

/* ---- Signatures ---- */

enum evm_tx_err evm_tx_sender(const struct evm_tx *tx, enum evm_fork fork, struct b20 *sender) {
    struct secp_signature sig = {.recid = tx->y_parity};
    u256_store_be(sig.r.b, &tx->r);
    u256_store_be(sig.s.b, &tx->s);
    if (tx->y_parity > 1) return EVM_TX_INVALID_SIGNATURE;
    if (fork >= EVM_HOMESTEAD && !secp_s_is_low(&sig.s))
        return EVM_TX_INVALID_SIGNATURE; /* EIP-2 */
    struct b32 hash = evm_tx_signing_hash(tx);
    return secp_recover_address(sender, &hash, &sig) ? EVM_TX_OK : EVM_TX_INVALID_SIGNATURE;
}

bool evm_tx_sign(struct evm_tx *tx, const struct b32 *secret) {
    struct secp_public key;
    struct secp_signature sig;
    struct b32 hash = evm_tx_signing_hash(tx);
    if (!secp_public_from_secret(&key, secret) || !secp_sign(&sig, &hash, secret)) return false;
    secp_address(&tx->sender, &key);
    u256_load_be(&tx->r, sig.r.b);
    u256_load_be(&tx->s, sig.s.b);
    tx->y_parity = sig.recid & 1;
    return true;
}
