/* Reading what a state transition starts from. Numbers are JSON integers, decimal or hexadecimal
 * texts, as geth takes them. */
#include <jansson.h>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "node/t8n.h"

struct in {
    struct arena *arena;
    const char *what; /* the object in hand, for errors */
    struct err err;   /* the first */
};

static void refuse(struct in *in, const char *field, const char *defect) {
    if (!err_is(in->err))
        in->err =
            err_at(T8N_ERR_JSON, arena_printf(in->arena, "%s: %s %s", in->what, field, defect), 0);
}

static bool is_there(const json_t *o, const char *field) {
    const json_t *v = json_object_get(o, field);
    return v && !json_is_null(v);
}

static struct u256 number(struct in *in, const json_t *v, const char *field) {
    struct u256 n = U256_ZERO;
    if (json_is_integer(v) && json_integer_value(v) >= 0)
        return u256_from_u64((uint64_t)json_integer_value(v));
    if (!json_is_string(v) || !hex_or_dec_u256(bytes_cstr(json_string_value(v)), &n))
        refuse(in, field, "is missing or no number of at most 256 bits");
    return n;
}

static struct u256 get_u256(struct in *in, const json_t *o, const char *field) {
    return is_there(o, field) ? number(in, json_object_get(o, field), field) : U256_ZERO;
}

static uint64_t get_u64(struct in *in, const json_t *o, const char *field) {
    struct u256 n = get_u256(in, o, field);
    if (!u256_fits_u64(&n)) refuse(in, field, "is longer than 64 bits");
    return n.w[0];
}

static void need(struct in *in, const json_t *o, const char *field) {
    if (!is_there(o, field)) refuse(in, field, "is missing");
}

/* Exactly n bytes, with or without "0x". */
static bool fixed_text(const char *text, uint8_t *out, size_t n) {
    struct bytes digits = bytes_cstr(text);
    if (digits.n >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        digits = bytes_sub(digits, 2, digits.n - 2);
    return digits.n == 2 * n && hex_decode_digits(out, digits);
}

static bool get_fixed(struct in *in, const json_t *o, const char *field, uint8_t *out, size_t n) {
    const char *text = json_string_value(json_object_get(o, field));
    if (!is_there(o, field)) return false;
    if (!text || !fixed_text(text, out, n)) refuse(in, field, "has not the length of its kind");
    return true;
}

static struct bytes get_data(struct in *in, const json_t *o, const char *field) {
    struct bytes out = {NULL, 0};
    const char *text = json_string_value(json_object_get(o, field));
    if (is_there(o, field) && (!text || err_is(hex_read_data(in->arena, bytes_cstr(text), &out))))
        refuse(in, field, "is not hexadecimal data");
    return out;
}

/* ---- The environment ---- */

static void read_hashes(struct in *in, const json_t *o, struct t8n_env *env) {
    const char *key;
    json_t *v, *map = json_object_get(o, "blockHashes");
    env->has_hashes = json_is_object(map);
    struct t8n_hash *list = ARENA_ARRAY(in->arena, struct t8n_hash, json_object_size(map));
    json_object_foreach(map, key, v) {
        struct t8n_hash *h = &list[env->hash_count++];
        struct u256 n;
        if (!hex_or_dec_u256(bytes_cstr(key), &n) || !u256_fits_u64(&n) || !json_is_string(v) ||
            !fixed_text(json_string_value(v), h->hash.b, 32))
            refuse(in, "blockHashes", "has a key that is no number or a value that is no hash");
        else
            h->number = n.w[0];
    }
    env->hashes = list;
}

static void read_ommers(struct in *in, const json_t *o, struct t8n_env *env) {
    const json_t *array = json_object_get(o, "ommers");
    struct t8n_ommer *list = ARENA_ARRAY(in->arena, struct t8n_ommer, json_array_size(array));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        list[i].delta = get_u64(in, item, "delta");
        if (list[i].delta < 1 || list[i].delta > 8) refuse(in, "ommers: delta", "is not 1 to 8");
        if (!get_fixed(in, item, "address", list[i].address.b, 20)) need(in, item, "address");
    }
    env->ommers = list;
    env->ommer_count = json_array_size(array);
}

static void read_withdrawals(struct in *in, const json_t *o, struct t8n_env *env) {
    const json_t *array = json_object_get(o, "withdrawals");
    env->has_withdrawals = json_is_array(array);
    struct eth_withdrawal *list =
        ARENA_ARRAY(in->arena, struct eth_withdrawal, json_array_size(array));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        list[i].index = get_u64(in, item, "index");
        list[i].validator = get_u64(in, item, "validatorIndex");
        list[i].amount = get_u64(in, item, "amount");
        if (!get_fixed(in, item, "address", list[i].address.b, 20)) need(in, item, "address");
    }
    env->withdrawals = list;
    env->withdrawal_count = json_array_size(array);
}

static void read_parent(struct in *in, const json_t *o, struct t8n_env *env) {
    env->has_parent_difficulty = is_there(o, "parentDifficulty");
    env->has_parent_base_fee = is_there(o, "parentBaseFee");
    env->has_parent_excess = is_there(o, "parentExcessBlobGas");
    env->has_parent_blob_gas = is_there(o, "parentBlobGasUsed");
    env->parent_difficulty = get_u256(in, o, "parentDifficulty");
    env->parent_base_fee = get_u256(in, o, "parentBaseFee");
    env->parent_gas_used = get_u64(in, o, "parentGasUsed");
    env->parent_gas_limit = get_u64(in, o, "parentGasLimit");
    env->parent_timestamp = get_u64(in, o, "parentTimestamp");
    env->parent_excess = get_u64(in, o, "parentExcessBlobGas");
    env->parent_blob_gas = get_u64(in, o, "parentBlobGasUsed");
    if (!get_fixed(in, o, "parentUncleHash", env->parent_ommers_hash.b, 32) ||
        b32_is_zero(&env->parent_ommers_hash))
        env->parent_ommers_hash = ETH_EMPTY_OMMERS;
}

struct err t8n_read_env(const json_t *o, struct arena *arena, struct t8n_env *env) {
    static const char *const required[] = {"currentCoinbase", "currentGasLimit", "currentNumber",
                                           "currentTimestamp"};
    struct in in = {.arena = arena, .what = "env"};
    *env = (struct t8n_env){0};
    if (!json_is_object(o)) refuse(&in, "it", "is missing or no object");
    for (size_t i = 0; i < COUNT_OF(required); i++) need(&in, o, required[i]);
    get_fixed(&in, o, "currentCoinbase", env->coinbase.b, 20);
    env->gas_limit = get_u64(&in, o, "currentGasLimit");
    env->number = get_u64(&in, o, "currentNumber");
    env->timestamp = get_u64(&in, o, "currentTimestamp");
    env->has_difficulty = is_there(o, "currentDifficulty");
    env->difficulty = get_u256(&in, o, "currentDifficulty");
    env->has_random = is_there(o, "currentRandom");
    struct u256 random = get_u256(&in, o, "currentRandom");
    u256_store_be(env->random.b, &random);
    env->has_base_fee = is_there(o, "currentBaseFee");
    env->base_fee = get_u256(&in, o, "currentBaseFee");
    env->has_excess = is_there(o, "currentExcessBlobGas");
    env->excess = get_u64(&in, o, "currentExcessBlobGas");
    env->has_beacon_root = get_fixed(&in, o, "parentBeaconBlockRoot", env->beacon_root.b, 32);
    read_parent(&in, o, env);
    read_hashes(&in, o, env);
    read_ommers(&in, o, env);
    read_withdrawals(&in, o, env);
    return in.err;
}

/* ---- Transactions ---- */

static void read_access_list(struct in *in, const json_t *o, struct evm_tx *tx) {
    const json_t *array = json_object_get(o, "accessList");
    size_t n = json_array_size(array);
    struct evm_access *list = ARENA_ARRAY(in->arena, struct evm_access, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(array, i), *keys = json_object_get(item, "storageKeys");
        struct b32 *hashes = ARENA_ARRAY(in->arena, struct b32, json_array_size(keys));
        if (!get_fixed(in, item, "address", list[i].address.b, 20)) need(in, item, "address");
        for (size_t k = 0; k < json_array_size(keys); k++) {
            const char *text = json_string_value(json_array_get(keys, k));
            if (!text || !fixed_text(text, hashes[k].b, 32))
                refuse(in, "accessList", "has a storage key that is no 32 bytes");
        }
        list[i].keys = hashes;
        list[i].key_count = json_array_size(keys);
    }
    tx->access = list;
    tx->access_count = n;
}

static void read_blob_hashes(struct in *in, const json_t *o, struct evm_tx *tx) {
    const json_t *array = json_object_get(o, "blobVersionedHashes");
    struct b32 *list = ARENA_ARRAY(in->arena, struct b32, json_array_size(array));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (!text || !fixed_text(text, list[i].b, 32))
            refuse(in, "blobVersionedHashes", "has an item that is no 32 bytes");
    }
    tx->blob_hashes = list;
    tx->blob_hash_count = json_array_size(array);
}

static void read_authorizations(struct in *in, const json_t *o, struct evm_tx *tx) {
    const json_t *array = json_object_get(o, "authorizationList");
    struct evm_authorization *list =
        ARENA_ARRAY(in->arena, struct evm_authorization, json_array_size(array));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        uint64_t parity = get_u64(in, item, is_there(item, "yParity") ? "yParity" : "v");
        list[i].chain_id = get_u256(in, item, "chainId");
        list[i].nonce = get_u64(in, item, "nonce");
        list[i].y_parity = parity > UINT8_MAX ? UINT8_MAX : (uint8_t)parity;
        list[i].r = get_u256(in, item, "r");
        list[i].s = get_u256(in, item, "s");
        if (!get_fixed(in, item, "address", list[i].address.b, 20)) need(in, item, "address");
    }
    tx->authorizations = list;
    tx->authorization_count = json_array_size(array);
}

static void read_fees(struct in *in, const json_t *o, struct evm_tx *tx) {
    if (tx->type < EVM_TX_FEE_MARKET) {
        tx->max_fee = tx->max_priority_fee = get_u256(in, o, "gasPrice");
        return;
    }
    tx->max_fee = get_u256(in, o, "maxFeePerGas");
    tx->max_priority_fee = get_u256(in, o, "maxPriorityFeePerGas");
    tx->max_blob_fee = get_u256(in, o, "maxFeePerBlobGas");
}

/* EIP-155's v, or the parity of typed transactions. */
static void read_signature(struct in *in, const json_t *o, struct evm_tx *tx) {
    uint64_t v = is_there(o, "v") ? get_u64(in, o, "v") : get_u64(in, o, "yParity");
    tx->r = get_u256(in, o, "r");
    tx->s = get_u256(in, o, "s");
    if (tx->type != EVM_TX_LEGACY) {
        tx->has_chain_id = true;
        tx->y_parity = (uint8_t)min_u64(v, UINT8_MAX);
    } else if (v >= 35) {
        tx->has_chain_id = true;
        tx->chain_id = (v - 35) / 2;
        tx->y_parity = (uint8_t)((v - 35) % 2);
    } else {
        tx->y_parity = v == 27 || v == 28 ? (uint8_t)(v - 27) : UINT8_MAX;
    }
}

static void read_fields(struct in *in, const json_t *o, struct evm_tx *tx) {
    uint64_t type = get_u64(in, o, "type");
    if (type > EVM_TX_SET_CODE) refuse(in, "type", "is not 0 to 4");
    *tx = (struct evm_tx){.type = (uint8_t)min_u64(type, EVM_TX_SET_CODE)};
    tx->chain_id = get_u64(in, o, "chainId");
    tx->nonce = get_u64(in, o, "nonce");
    tx->gas_limit = get_u64(in, o, is_there(o, "gas") ? "gas" : "gasLimit");
    const char *to = json_string_value(json_object_get(o, "to"));
    tx->is_create = !to || !*to;
    if (!tx->is_create) get_fixed(in, o, "to", tx->to.b, 20);
    tx->value = get_u256(in, o, "value");
    tx->data = get_data(in, o, is_there(o, "input") ? "input" : "data");
    read_fees(in, o, tx);
    read_access_list(in, o, tx);
    if (tx->type == EVM_TX_BLOB) read_blob_hashes(in, o, tx);
    if (tx->type == EVM_TX_SET_CODE) read_authorizations(in, o, tx);
    read_signature(in, o, tx);
}

static void seal_tx(struct in *in, struct eth_tx *t) {
    struct buf raw = {0};
    evm_tx_encode(&t->tx, &raw);
    t->raw = arena_copy(in->arena, buf_bytes(&raw));
    keccak256(&t->hash, t->raw);
    buf_free(&raw);
}

static void read_tx(struct in *in, const json_t *o, const struct eth_schedule *s,
                    struct t8n_tx *out) {
    struct evm_tx *tx = &out->tx.tx;
    struct b32 secret;
    read_fields(in, o, tx);
    bool unsigned_tx = u256_is_zero(&tx->r) && u256_is_zero(&tx->s);
    if (unsigned_tx && get_fixed(in, o, "secretKey", secret.b, 32)) {
        const json_t *protected = json_object_get(o, "protected");
        tx->has_chain_id = tx->type != EVM_TX_LEGACY || !json_is_false(protected);
        if (tx->type == EVM_TX_LEGACY || !tx->chain_id) tx->chain_id = s->chain_id;
        if (!tx->has_chain_id) tx->chain_id = 0;
        if (!evm_tx_sign(tx, &secret)) refuse(in, "secretKey", "is no secret key");
    }
    seal_tx(in, &out->tx);
}

struct err t8n_read_txs(const json_t *array, const struct eth_schedule *s, struct arena *arena,
                        struct t8n_tx **txs, size_t *count) {
    struct in in = {.arena = arena, .what = "txs"};
    *count = 0;
    if (!json_is_array(array) && array && !json_is_null(array)) {
        refuse(&in, "it", "is no array");
        return in.err;
    }
    *txs = ARENA_ARRAY(arena, struct t8n_tx, json_array_size(array));
    for (size_t i = 0; i < json_array_size(array) && !err_is(in.err); i++) {
        in.what = arena_printf(arena, "txs[%zu]", i);
        read_tx(&in, json_array_get(array, i), s, &(*txs)[(*count)++]);
    }
    return in.err;
}

/* Why bytes are no transaction. The one reason that test frameworks look for by its text is given
 * in go-ethereum's words: a type that has no form without `to`. */
static const char *defect_of(struct arena *arena, struct bytes raw, const char *text) {
    uint8_t type = raw.n ? raw.p[0] : 0;
    if ((type == EVM_TX_BLOB || type == EVM_TX_SET_CODE) && strstr(text, ".to: "))
        return arena_printf(arena,
                            "rlp: input string too short for common.Address, decoding into "
                            "(types.Transaction)(types.%s).To",
                            type == EVM_TX_BLOB ? "BlobTx" : "SetCodeTx");
    return arena_printf(arena, "rlp: %s", text);
}

/* What cannot be decoded is rejected, not the whole list: only the list itself must be one. */
struct err t8n_read_rlp(struct bytes rlp, struct arena *arena, struct t8n_tx **txs, size_t *count) {
    struct rlp_item list, item;
    struct bytes rest = rlp;
    *count = 0;
    struct err e = rlp_next(&rest, &list);
    if (err_is(e) || !list.is_list) return err_at(T8N_ERR_RLP, "txs: not the RLP of a list", 0);
    for (rest = list.payload; rest.n; (*count)++)
        if (err_is(rlp_next(&rest, &item)))
            return err_at(T8N_ERR_RLP, "txs: a malformed item in the list", *count);
    *txs = ARENA_ARRAY(arena, struct t8n_tx, *count);
    rest = list.payload;
    for (size_t i = 0; i < *count; i++) {
        struct t8n_tx *t = &(*txs)[i];
        rlp_next(&rest, &item);
        t->tx.raw = item.is_list ? item.whole : item.payload;
        e = evm_tx_decode(t->tx.raw, arena, &t->tx.tx);
        if (err_is(e)) t->defect = defect_of(arena, t->tx.raw, e.text);
        keccak256(&t->tx.hash, t->tx.raw);
    }
    return ERR_NONE;
}
