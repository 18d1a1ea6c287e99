#include "move/transaction.h"

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/type_tag.h"

/* ---- Payload */

/* A number of things that there are at most 128 of, each at least a byte. */
static uint32_t take_count(struct bcs_reader *r, const char *name) {
    uint64_t n = bcs_count(r, name, 1);
    if (n > MV_TX_ARGS_MAX) bcs_refuse(r, BCS_TOO_LONG, name, "there are more than 128");
    return err_is(r->err) ? 0 : (uint32_t)n;
}

static void take_type_args(struct bcs_reader *r, struct mv_signed_tx *tx) {
    static const char *const name = "payload: type arguments";
    uint32_t n = take_count(r, name);
    struct bytes *out = ARENA_ARRAY(r->arena, struct bytes, n);
    for (uint32_t i = 0; i < n; i++) {
        size_t used = mv_type_tag_length(bytes_sub(r->in, r->at, r->in.n - r->at));
        if (!used) bcs_refuse(r, BCS_BAD_VARIANT, name, "one is malformed");
        out[i] = bcs_take(r, name, used);
    }
    tx->type_args = out;
    tx->type_arg_count = n;
}

static void take_entry_function(struct bcs_reader *r, struct mv_signed_tx *tx) {
    tx->payload = MV_PAYLOAD_ENTRY_FUNCTION;
    bcs_fixed(r, "payload: module address", tx->module_address.b, 32);
    tx->module_name = bcs_bytes(r, "payload: module name");
    tx->function_name = bcs_bytes(r, "payload: function name");
    take_type_args(r, tx);
    uint32_t n = take_count(r, "payload: arguments");
    struct bytes *args = ARENA_ARRAY(r->arena, struct bytes, n);
    for (uint32_t i = 0; i < n; i++) args[i] = bcs_bytes(r, "payload: argument");
    tx->args = args;
    tx->arg_count = n;
}

/* A script's arguments carry a tag each; what follows it is the value's BCS. */
static struct bytes take_script_arg(struct bcs_reader *r, uint8_t *kind) {
    static const uint8_t sizes[] = {1, 8, 16, 32, 0, 1, 2, 4, 32};
    static const char *const name = "payload: script argument";
    *kind = (uint8_t)bcs_variant(r, name, MV_ARG_SERIALIZED + 1);
    if (*kind == MV_ARG_SERIALIZED) return bcs_bytes(r, name);
    if (*kind != MV_ARG_BYTES) return bcs_take(r, name, sizes[*kind]);
    size_t start = r->at;
    bcs_bytes(r, name);
    return bytes_sub(r->in, start, r->at - start);
}

static void take_script(struct bcs_reader *r, struct mv_signed_tx *tx) {
    tx->payload = MV_PAYLOAD_SCRIPT;
    tx->code = bcs_bytes(r, "payload: script code");
    take_type_args(r, tx);
    uint32_t n = take_count(r, "payload: arguments");
    struct bytes *args = ARENA_ARRAY(r->arena, struct bytes, n);
    uint8_t *kinds = arena_alloc(r->arena, n + 1, 1);
    for (uint32_t i = 0; i < n; i++) args[i] = take_script_arg(r, &kinds[i]);
    tx->args = args;
    tx->arg_kinds = kinds;
    tx->arg_count = n;
}

static void refuse_payload(struct bcs_reader *r, const char *defect) {
    bcs_refuse(r, BCS_BAD_VARIANT, "payload", defect);
}

static void take_multisig_payload(struct bcs_reader *r, struct mv_signed_tx *tx) {
    if (bcs_variant(r, "payload: kind of the multisig payload", 2))
        take_script(r, tx);
    else
        take_entry_function(r, tx);
}

static void take_multisig(struct bcs_reader *r, struct mv_signed_tx *tx) {
    tx->is_multisig = true;
    tx->payload = MV_PAYLOAD_EMPTY;
    bcs_fixed(r, "payload: multisig address", tx->multisig_address.b, 32);
    if (bcs_variant(r, "payload: multisig payload", 2)) take_multisig_payload(r, tx);
}

/* TransactionInnerPayload: an executable, and what goes with it. */
static void take_inner(struct bcs_reader *r, struct mv_signed_tx *tx) {
    bcs_variant(r, "payload: version", 1);
    switch (bcs_variant(r, "payload: executable", 4)) {
    case 0: take_script(r, tx); break;
    case 1: take_entry_function(r, tx); break;
    case 2: tx->payload = MV_PAYLOAD_EMPTY; break;
    default: refuse_payload(r, "encrypted payloads are not supported by this node");
    }
    bcs_variant(r, "payload: version of the extra configuration", 1);
    tx->is_multisig = bcs_variant(r, "payload: multisig address", 2);
    if (tx->is_multisig) bcs_fixed(r, "payload: multisig address", tx->multisig_address.b, 32);
    if (!tx->is_multisig && tx->payload == MV_PAYLOAD_EMPTY)
        refuse_payload(r, "an empty executable is for multisig accounts only");
    tx->orderless = bcs_variant(r, "payload: replay protection nonce", 2);
    if (tx->orderless) tx->nonce = bcs_u64(r, "payload: replay protection nonce");
}

static void take_payload(struct bcs_reader *r, struct mv_signed_tx *tx) {
    switch (bcs_variant(r, "payload: kind", 6)) {
    case 0: take_script(r, tx); return;
    case 1: refuse_payload(r, "module bundles are no longer a payload"); return;
    case 2: take_entry_function(r, tx); return;
    case 3: take_multisig(r, tx); return;
    case 4: take_inner(r, tx); return;
    default: refuse_payload(r, "encrypted payloads are not supported by this node");
    }
}

struct err mv_multisig_payload_decode(struct bytes bytes, struct arena *arena,
                                      struct mv_signed_tx *tx) {
    struct bcs_reader r = bcs_reader(bytes, arena);
    *tx = (struct mv_signed_tx){.authenticator.kind = MV_AUTH_NONE};
    take_multisig_payload(&r, tx);
    return bcs_finish(&r);
}

/* ---- Who signs */

static void take_secondary(struct bcs_reader *r, struct mv_signed_tx *tx) {
    static const char *const addresses = "authenticator: secondary signer addresses",
                             *const authenticators = "authenticator: secondary signers";
    uint64_t n = bcs_count(r, addresses, 32);
    if (n > MV_TX_SIGNERS_MAX) bcs_refuse(r, BCS_TOO_LONG, addresses, "there are more than 32");
    if (err_is(r->err)) n = 0;
    struct b32 *list = ARENA_ARRAY(r->arena, struct b32, n);
    for (uint64_t i = 0; i < n; i++) bcs_fixed(r, addresses, list[i].b, 32);
    uint64_t m = bcs_count(r, authenticators, 1);
    if (m > MV_TX_SIGNERS_MAX)
        bcs_refuse(r, BCS_TOO_LONG, authenticators, "there are more than 32");
    if (err_is(r->err)) m = 0;
    struct mv_authenticator *by = ARENA_ARRAY(r->arena, struct mv_authenticator, m);
    for (uint64_t i = 0; i < m; i++) mv_authenticator_read(r, &by[i]);
    tx->secondary_signers = list;
    tx->secondary_authenticators = by;
    tx->secondary_signer_count = (uint32_t)n;
    tx->secondary_authenticator_count = (uint32_t)m;
}

static void take_signers(struct bcs_reader *r, struct mv_signed_tx *tx) {
    tx->signers = (uint8_t)bcs_variant(r, "authenticator: kind", MV_SIGNERS_SINGLE + 1);
    switch (tx->signers) {
    case MV_SIGNERS_ED25519:
        mv_authenticator_read_as(r, MV_AUTH_ED25519, &tx->authenticator);
        return;
    case MV_SIGNERS_MULTI_ED25519:
        mv_authenticator_read_as(r, MV_AUTH_MULTI_ED25519, &tx->authenticator);
        return;
    case MV_SIGNERS_SINGLE: mv_authenticator_read(r, &tx->authenticator); return;
    default: break;
    }
    mv_authenticator_read(r, &tx->authenticator);
    take_secondary(r, tx);
    if (tx->signers != MV_SIGNERS_FEE_PAYER) return;
    bcs_fixed(r, "authenticator: fee payer address", tx->fee_payer.b, 32);
    mv_authenticator_read(r, &tx->fee_payer_authenticator);
}

/* ---- The whole */

static void take_raw(struct bcs_reader *r, struct mv_signed_tx *tx) {
    bcs_fixed(r, "sender", tx->sender.b, 32);
    tx->sequence_number = bcs_u64(r, "sequence_number");
    take_payload(r, tx);
    tx->max_gas_amount = bcs_u64(r, "max_gas_amount");
    tx->gas_unit_price = bcs_u64(r, "gas_unit_price");
    tx->expiration_timestamp_secs = bcs_u64(r, "expiration_timestamp_secs");
    tx->chain_id = bcs_u8(r, "chain_id");
    tx->raw = bytes_sub(r->in, 0, r->at);
}

struct err mv_signed_tx_decode_front(struct bytes bytes, struct arena *arena,
                                     struct mv_signed_tx *tx, size_t *used) {
    struct bcs_reader r = bcs_reader(bytes, arena);
    *tx = (struct mv_signed_tx){.authenticator.kind = MV_AUTH_NONE};
    take_raw(&r, tx);
    take_signers(&r, tx);
    *used = r.at;
    if (r.at > MV_TX_MAX_BYTES)
        bcs_refuse(&r, BCS_TOO_LONG, "transaction", "it is longer than 64 KiB");
    return r.err;
}

struct err mv_signed_tx_decode(struct bytes bytes, struct arena *arena, struct mv_signed_tx *tx) {
    size_t used;
    if (bytes.n > MV_TX_MAX_BYTES)
        return err_at(BCS_TOO_LONG, "the transaction is longer than 64 KiB", 0);
    struct err e = mv_signed_tx_decode_front(bytes, arena, tx, &used);
    if (!err_is(e) && used < bytes.n)
        e = err_at(BCS_TRAILING, "bytes are left behind the transaction", used);
    return e;
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

/* Appends what a sender alone signs. */
static void signing_message(struct buf *out, struct bytes raw) {
    struct b32 salt;
    sha3_256(&salt, BYTES_LIT("APTOS::RawTransaction"));
    buf_put(out, salt.b, 32);
    buf_put_bytes(out, raw);
}

void mv_signed_tx_message(const struct mv_signed_tx *tx, const struct b32 *fee_payer,
                          struct buf *out) {
    struct b32 salt;
    bool pays = tx->signers == MV_SIGNERS_FEE_PAYER;
    if (!pays && tx->signers != MV_SIGNERS_MULTI_AGENT) {
        signing_message(out, tx->raw);
        return;
    }
    sha3_256(&salt, BYTES_LIT("APTOS::RawTransactionWithData"));
    buf_put(out, salt.b, 32);
    uleb_put(out, pays ? 1 : 0);
    buf_put_bytes(out, tx->raw);
    uleb_put(out, tx->secondary_signer_count);
    for (uint32_t i = 0; i < tx->secondary_signer_count; i++)
        buf_put(out, tx->secondary_signers[i].b, 32);
    if (pays) buf_put(out, fee_payer->b, 32);
}

/* Sender and secondary signers may each have signed for this payer or for none. */
static bool verify_for_payer(const struct mv_signed_tx *tx, struct bytes message) {
    static const struct b32 nobody;
    struct buf open = {0};
    mv_signed_tx_message(tx, &nobody, &open);
    bool ok = mv_authenticator_verify(&tx->fee_payer_authenticator, message) &&
              (mv_authenticator_verify(&tx->authenticator, message) ||
               mv_authenticator_verify(&tx->authenticator, buf_bytes(&open)));
    for (uint32_t i = 0; ok && i < tx->secondary_authenticator_count; i++)
        ok = mv_authenticator_verify(&tx->secondary_authenticators[i], message) ||
             mv_authenticator_verify(&tx->secondary_authenticators[i], buf_bytes(&open));
    buf_free(&open);
    return ok;
}

bool mv_signed_tx_verify(const struct mv_signed_tx *tx) {
    struct buf message = {0};
    bool ok;
    mv_signed_tx_message(tx, &tx->fee_payer, &message);
    if (tx->signers == MV_SIGNERS_FEE_PAYER) {
        ok = verify_for_payer(tx, buf_bytes(&message));
    } else {
        ok = mv_authenticator_verify(&tx->authenticator, buf_bytes(&message));
        for (uint32_t i = 0; ok && i < tx->secondary_authenticator_count; i++)
            ok = mv_authenticator_verify(&tx->secondary_authenticators[i], buf_bytes(&message));
    }
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
