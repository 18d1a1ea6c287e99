#include "move/transaction.h"

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/type_tag.h"

enum { TX_ERR_MALFORMED = 1, TX_ERR_UNSUPPORTED = 2 };

/* A reader that remembers its first failure. */
struct in {
    struct bytes all;
    size_t at;
    struct err err;
};

static bool fail(struct in *in, int32_t code, const char *text) {
    if (!err_is(in->err)) in->err = err_at(code, text, in->at);
    return false;
}

static bool take(struct in *in, size_t n, struct bytes *out, const char *what) {
    if (err_is(in->err)) return false;
    if (n > in->all.n - in->at) return fail(in, TX_ERR_MALFORMED, what);
    *out = bytes_sub(in->all, in->at, n);
    in->at += n;
    return true;
}

static bool take_uleb(struct in *in, uint64_t max, uint64_t *out, const char *what) {
    if (err_is(in->err)) return false;
    size_t used = uleb_get(bytes_sub(in->all, in->at, in->all.n - in->at), max, out);
    if (!used) return fail(in, TX_ERR_MALFORMED, what);
    in->at += used;
    return true;
}

static bool take_u64(struct in *in, uint64_t *out, const char *what) {
    struct bytes b;
    if (!take(in, 8, &b, what)) return false;
    *out = load_le64(b.p);
    return true;
}

static bool take_b32(struct in *in, struct b32 *out, const char *what) {
    struct bytes b;
    if (!take(in, 32, &b, what)) return false;
    memcpy(out->b, b.p, 32);
    return true;
}

static bool take_vector(struct in *in, struct bytes *out, const char *what) {
    uint64_t n;
    return take_uleb(in, UINT32_MAX, &n, what) && take(in, n, out, what);
}

/* ---- Payload */

static bool take_type_args(struct in *in, struct arena *arena, struct mv_signed_tx *tx) {
    uint64_t n;
    if (!take_uleb(in, MV_TX_ARGS_MAX, &n,
                   "payload: the number of type arguments is malformed or too large"))
        return false;
    struct bytes *out = ARENA_ARRAY(arena, struct bytes, n);
    for (uint64_t i = 0; i < n; i++) {
        size_t used = mv_type_tag_length(bytes_sub(in->all, in->at, in->all.n - in->at));
        if (!used) return fail(in, TX_ERR_MALFORMED, "payload: a type argument is malformed");
        take(in, used, &out[i], "payload: a type argument is cut");
    }
    tx->type_args = out;
    tx->type_arg_count = (uint32_t)n;
    return true;
}

static bool take_entry_function(struct in *in, struct arena *arena, struct mv_signed_tx *tx) {
    uint64_t n;
    if (!take_b32(in, &tx->module_address, "payload: the module address is cut") ||
        !take_vector(in, &tx->module_name, "payload: the module name is malformed") ||
        !take_vector(in, &tx->function_name, "payload: the function name is malformed") ||
        !take_type_args(in, arena, tx) ||
        !take_uleb(in, MV_TX_ARGS_MAX, &n,
                   "payload: the number of arguments is malformed or too large"))
        return false;
    struct bytes *args = ARENA_ARRAY(arena, struct bytes, n);
    for (uint64_t i = 0; i < n; i++)
        if (!take_vector(in, &args[i], "payload: an argument is malformed")) return false;
    tx->args = args;
    tx->arg_count = (uint32_t)n;
    return true;
}

/* A script's arguments carry a tag each; what follows it is the value's BCS. */
static bool take_script_arg(struct in *in, struct bytes *out) {
    static const uint8_t sizes[] = {1, 8, 16, 32, 0, 1, 2, 4, 32};
    uint64_t tag;
    if (!take_uleb(in, 9, &tag, "payload: a script argument has an unknown kind")) return false;
    if (tag == 9) return take_vector(in, out, "payload: a serialised script argument is malformed");
    if (tag != 4) return take(in, sizes[tag], out, "payload: a script argument is cut");
    struct bytes data;
    size_t start = in->at;
    if (!take_vector(in, &data, "payload: a script argument is malformed")) return false;
    *out = bytes_sub(in->all, start, in->at - start);
    return true;
}

static bool take_script(struct in *in, struct arena *arena, struct mv_signed_tx *tx) {
    uint64_t n;
    if (!take_vector(in, &tx->code, "payload: the script's code is malformed") ||
        !take_type_args(in, arena, tx) ||
        !take_uleb(in, MV_TX_ARGS_MAX, &n,
                   "payload: the number of arguments is malformed or too large"))
        return false;
    struct bytes *args = ARENA_ARRAY(arena, struct bytes, n);
    for (uint64_t i = 0; i < n; i++)
        if (!take_script_arg(in, &args[i])) return false;
    tx->args = args;
    tx->arg_count = (uint32_t)n;
    return true;
}

static bool take_payload(struct in *in, struct arena *arena, struct mv_signed_tx *tx) {
    uint64_t kind;
    if (!take_uleb(in, UINT32_MAX, &kind, "payload: the kind is malformed")) return false;
    tx->payload = (uint8_t)kind;
    switch (kind) {
    case MV_PAYLOAD_SCRIPT: return take_script(in, arena, tx);
    case MV_PAYLOAD_ENTRY_FUNCTION: return take_entry_function(in, arena, tx);
    case 1: return fail(in, TX_ERR_UNSUPPORTED, "payload: module bundles are no longer a payload");
    case 3:
        return fail(in, TX_ERR_UNSUPPORTED,
                    "payload: multisig payloads are not supported by this node");
    case 4:
        return fail(in, TX_ERR_UNSUPPORTED,
                    "payload: orderless payloads are not supported by this node");
    default: return fail(in, TX_ERR_MALFORMED, "payload: unknown kind");
    }
}

/* ---- Authenticator */

static bool take_key_and_signature(struct in *in, struct mv_signed_tx *tx) {
    struct bytes key, signature;
    if (!take_vector(in, &key, "authenticator: the public key is malformed")) return false;
    if (key.n != 32)
        return fail(in, TX_ERR_MALFORMED, "authenticator: an ed25519 public key has 32 bytes");
    if (!take_vector(in, &signature, "authenticator: the signature is malformed")) return false;
    if (signature.n != 64)
        return fail(in, TX_ERR_MALFORMED, "authenticator: an ed25519 signature has 64 bytes");
    memcpy(tx->public_key.b, key.p, 32);
    memcpy(tx->signature, signature.p, 64);
    return true;
}

/* SingleKey { AnyPublicKey, AnySignature }. */
static bool take_single_key(struct in *in, struct mv_signed_tx *tx) {
    uint64_t kind;
    struct bytes key, signature;
    if (!take_uleb(in, UINT32_MAX, &kind, "authenticator: the key's kind is malformed"))
        return false;
    if (kind != 0)
        return fail(in, TX_ERR_UNSUPPORTED,
                    "authenticator: only ed25519 keys are supported by this node");
    if (!take_vector(in, &key, "authenticator: the public key is malformed")) return false;
    if (key.n != 32)
        return fail(in, TX_ERR_MALFORMED, "authenticator: an ed25519 public key has 32 bytes");
    if (!take_uleb(in, UINT32_MAX, &kind, "authenticator: the signature's kind is malformed"))
        return false;
    if (kind != 0)
        return fail(in, TX_ERR_MALFORMED, "authenticator: the signature is not of the key's kind");
    if (!take_vector(in, &signature, "authenticator: the signature is malformed")) return false;
    if (signature.n != 64)
        return fail(in, TX_ERR_MALFORMED, "authenticator: an ed25519 signature has 64 bytes");
    memcpy(tx->public_key.b, key.p, 32);
    memcpy(tx->signature, signature.p, 64);
    tx->single_key = true;
    return true;
}

static bool take_account_authenticator(struct in *in, struct mv_signed_tx *tx) {
    uint64_t kind;
    if (!take_uleb(in, UINT32_MAX, &kind, "authenticator: the kind is malformed")) return false;
    switch (kind) {
    case 0: return take_key_and_signature(in, tx);
    case 2: return take_single_key(in, tx);
    case 4: tx->authenticator = MV_AUTH_NONE; return true;
    case 1:
    case 3:
    case 5:
        return fail(
            in, TX_ERR_UNSUPPORTED,
            "authenticator: multi-key and abstracted accounts are not supported by this node");
    default: return fail(in, TX_ERR_MALFORMED, "authenticator: unknown kind");
    }
}

static bool take_authenticator(struct in *in, struct mv_signed_tx *tx) {
    uint64_t kind;
    if (!take_uleb(in, UINT32_MAX, &kind, "authenticator: the kind is malformed")) return false;
    tx->authenticator = (uint8_t)kind;
    switch (kind) {
    case MV_AUTH_ED25519: return take_key_and_signature(in, tx);
    case MV_AUTH_SINGLE_SENDER: return take_account_authenticator(in, tx);
    case 1:
        return fail(in, TX_ERR_UNSUPPORTED,
                    "authenticator: MultiEd25519 is not supported by this node");
    case 2:
        return fail(in, TX_ERR_UNSUPPORTED,
                    "authenticator: multi-agent transactions are not supported by this node");
    case 3:
        return fail(in, TX_ERR_UNSUPPORTED,
                    "authenticator: fee-payer transactions are not supported by this node");
    default: return fail(in, TX_ERR_MALFORMED, "authenticator: unknown kind");
    }
}

struct err mv_signed_tx_decode(struct bytes bytes, struct arena *arena, struct mv_signed_tx *tx) {
    struct in in = {.all = bytes};
    struct bytes chain_id;
    *tx = (struct mv_signed_tx){0};
    if (bytes.n > MV_TX_MAX_BYTES)
        return err_at(TX_ERR_MALFORMED, "the transaction is longer than 64 KiB", 0);
    bool ok = take_b32(&in, &tx->sender, "sender is cut") &&
              take_u64(&in, &tx->sequence_number, "sequence_number is cut") &&
              take_payload(&in, arena, tx) &&
              take_u64(&in, &tx->max_gas_amount, "max_gas_amount is cut") &&
              take_u64(&in, &tx->gas_unit_price, "gas_unit_price is cut") &&
              take_u64(&in, &tx->expiration_timestamp_secs, "expiration_timestamp_secs is cut") &&
              take(&in, 1, &chain_id, "chain_id is cut");
    if (!ok) return in.err;
    tx->chain_id = chain_id.p[0];
    tx->raw = bytes_sub(bytes, 0, in.at);
    if (!take_authenticator(&in, tx)) return in.err;
    if (in.at != bytes.n)
        return err_at(TX_ERR_MALFORMED, "bytes are left behind the transaction", in.at);
    return ERR_NONE;
}

/* ---- Hashes and signatures */

static void prefixed_hash(struct b32 *out, const char *prefix, struct bytes middle,
                          struct bytes rest) {
    struct b32 salt;
    struct keccak k;
    sha3_256(&salt, bytes_cstr(prefix));
    sha3_256_init(&k);
    keccak_update(&k, BYTES_OF(salt));
    keccak_update(&k, middle);
    keccak_update(&k, rest);
    keccak_final(&k, out->b);
}

struct b32 mv_signed_tx_hash(struct bytes bytes) {
    struct b32 hash;
    static const uint8_t user_transaction = 0;
    prefixed_hash(&hash, "APTOS::Transaction", BYTES_OF(user_transaction), bytes);
    return hash;
}

/* Appends what the sender signs. */
static void signing_message(struct buf *out, struct bytes raw) {
    struct b32 salt;
    sha3_256(&salt, BYTES_LIT("APTOS::RawTransaction"));
    buf_put(out, salt.b, 32);
    buf_put_bytes(out, raw);
}

bool mv_signed_tx_verify(const struct mv_signed_tx *tx) {
    struct buf message = {0};
    if (tx->authenticator == MV_AUTH_NONE) return false;
    signing_message(&message, tx->raw);
    bool ok = ed25519_verify_strict(buf_bytes(&message), tx->signature, &tx->public_key);
    buf_free(&message);
    return ok;
}

struct b32 mv_ed25519_auth_key(const struct b32 *public_key) {
    uint8_t in[33] = {0};
    struct b32 out;
    memcpy(in, public_key->b, 32);
    sha3_256(&out, BYTES_OF(in));
    return out;
}

struct b32 mv_signed_tx_auth_key(const struct mv_signed_tx *tx) {
    if (!tx->single_key) return mv_ed25519_auth_key(&tx->public_key);
    uint8_t in[35] = {0, 32}; /* AnyPublicKey::Ed25519, length, key, scheme 2 */
    struct b32 out;
    memcpy(in + 2, tx->public_key.b, 32);
    in[34] = 2;
    sha3_256(&out, BYTES_OF(in));
    return out;
}

static void put_vector(struct buf *out, struct bytes v) {
    uleb_put(out, v.n);
    buf_put_bytes(out, v);
}

void mv_signed_tx_build(struct buf *out, const struct mv_signed_tx *tx, const struct b32 *seed) {
    struct buf message = {0};
    struct b32 public_key;
    uint8_t signature[64];
    size_t start = out->n;
    buf_put(out, tx->sender.b, 32);
    buf_put(out, &tx->sequence_number, 8);
    uleb_put(out, MV_PAYLOAD_ENTRY_FUNCTION);
    buf_put(out, tx->module_address.b, 32);
    put_vector(out, tx->module_name);
    put_vector(out, tx->function_name);
    uleb_put(out, tx->type_arg_count);
    for (uint32_t i = 0; i < tx->type_arg_count; i++) buf_put_bytes(out, tx->type_args[i]);
    uleb_put(out, tx->arg_count);
    for (uint32_t i = 0; i < tx->arg_count; i++) put_vector(out, tx->args[i]);
    buf_put(out, &tx->max_gas_amount, 8);
    buf_put(out, &tx->gas_unit_price, 8);
    buf_put(out, &tx->expiration_timestamp_secs, 8);
    buf_put_u8(out, tx->chain_id);
    signing_message(&message, bytes_sub(buf_bytes(out), start, out->n - start));
    ed25519_public_from_seed(&public_key, seed);
    ed25519_sign(signature, buf_bytes(&message), seed);
    buf_free(&message);
    uleb_put(out, MV_AUTH_ED25519);
    put_vector(out, BYTES_OF(public_key));
    put_vector(out, BYTES_OF(signature));
}
