/* Writing Aptos transactions: what transaction.c and authenticator.c read. */
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/transaction.h"

/* ---- The raw transaction */

static void put_type_args(struct buf *out, const struct mv_signed_tx *tx) {
    uleb_put(out, tx->type_arg_count);
    for (uint32_t i = 0; i < tx->type_arg_count; i++) buf_put_bytes(out, tx->type_args[i]);
}

static void put_entry_function(struct buf *out, const struct mv_signed_tx *tx) {
    buf_put(out, tx->module_address.b, 32);
    bcs_put_bytes(out, tx->module_name);
    bcs_put_bytes(out, tx->function_name);
    put_type_args(out, tx);
    uleb_put(out, tx->arg_count);
    for (uint32_t i = 0; i < tx->arg_count; i++) bcs_put_bytes(out, tx->args[i]);
}

static void put_script(struct buf *out, const struct mv_signed_tx *tx) {
    bcs_put_bytes(out, tx->code);
    put_type_args(out, tx);
    uleb_put(out, tx->arg_count);
    for (uint32_t i = 0; i < tx->arg_count; i++) {
        uleb_put(out, tx->arg_kinds[i]);
        if (tx->arg_kinds[i] == MV_ARG_SERIALIZED)
            bcs_put_bytes(out, tx->args[i]);
        else
            buf_put_bytes(out, tx->args[i]);
    }
}

static void put_executable(struct buf *out, const struct mv_signed_tx *tx) {
    if (tx->payload == MV_PAYLOAD_SCRIPT) put_script(out, tx);
    if (tx->payload == MV_PAYLOAD_ENTRY_FUNCTION) put_entry_function(out, tx);
}

void mv_multisig_payload_encode(struct buf *out, const struct mv_signed_tx *tx) {
    uleb_put(out, tx->payload == MV_PAYLOAD_SCRIPT);
    put_executable(out, tx);
}

/* TransactionInnerPayload::V1 { executable, extra configuration V1 } */
static void put_inner(struct buf *out, const struct mv_signed_tx *tx) {
    static const uint8_t executables[] = {
        [MV_PAYLOAD_SCRIPT] = 0, [MV_PAYLOAD_ENTRY_FUNCTION] = 1, [MV_PAYLOAD_EMPTY] = 2};
    uleb_put(out, 4);
    uleb_put(out, 0);
    uleb_put(out, executables[tx->payload]);
    put_executable(out, tx);
    uleb_put(out, 0);
    uleb_put(out, tx->is_multisig);
    if (tx->is_multisig) buf_put(out, tx->multisig_address.b, 32);
    uleb_put(out, 1);
    bcs_put_u64(out, tx->nonce);
}

static void put_multisig(struct buf *out, const struct mv_signed_tx *tx) {
    uleb_put(out, 3);
    buf_put(out, tx->multisig_address.b, 32);
    uleb_put(out, tx->payload != MV_PAYLOAD_EMPTY);
    if (tx->payload != MV_PAYLOAD_EMPTY) mv_multisig_payload_encode(out, tx);
}

static void put_payload(struct buf *out, const struct mv_signed_tx *tx) {
    if (tx->orderless) {
        put_inner(out, tx);
    } else if (tx->is_multisig) {
        put_multisig(out, tx);
    } else {
        uleb_put(out, tx->payload);
        put_executable(out, tx);
    }
}

void mv_raw_tx_encode(struct buf *out, const struct mv_signed_tx *tx) {
    buf_put(out, tx->sender.b, 32);
    bcs_put_u64(out, tx->sequence_number);
    put_payload(out, tx);
    bcs_put_u64(out, tx->max_gas_amount);
    bcs_put_u64(out, tx->gas_unit_price);
    bcs_put_u64(out, tx->expiration_timestamp_secs);
    bcs_put_u8(out, tx->chain_id);
}

/* ---- Who signs */

/* What follows the variant. */
static void put_authenticator_fields(struct buf *out, const struct mv_authenticator *a) {
    struct buf signatures = {0};
    switch (a->kind) {
    case MV_AUTH_ED25519:
        bcs_put_bytes(out, a->keys[0].bytes);
        bcs_put_bytes(out, a->signatures[0].raw);
        return;
    case MV_AUTH_MULTI_ED25519:
        bcs_put_bytes(out, a->hashed);
        for (size_t i = 0; i < a->signature_count; i++)
            buf_put_bytes(&signatures, a->signatures[i].raw);
        buf_put_bytes(&signatures, a->bitmap);
        bcs_put_bytes(out, buf_bytes(&signatures));
        buf_free(&signatures);
        return;
    case MV_AUTH_SINGLE_KEY:
    case MV_AUTH_MULTI_KEY:
        buf_put_bytes(out, a->hashed);
        if (a->kind == MV_AUTH_MULTI_KEY) uleb_put(out, a->signature_count);
        for (size_t i = 0; i < a->signature_count; i++) {
            uleb_put(out, a->signatures[i].kind);
            bcs_put_bytes(out, a->signatures[i].raw);
        }
        if (a->kind == MV_AUTH_MULTI_KEY) bcs_put_bytes(out, a->bitmap);
        return;
    default: return;
    }
}

static void put_authenticator(struct buf *out, const struct mv_authenticator *a) {
    uleb_put(out, a->kind);
    put_authenticator_fields(out, a);
}

void mv_signers_encode(struct buf *out, const struct mv_signed_tx *tx) {
    uleb_put(out, tx->signers);
    if (tx->signers == MV_SIGNERS_ED25519 || tx->signers == MV_SIGNERS_MULTI_ED25519) {
        put_authenticator_fields(out, &tx->authenticator);
        return;
    }
    put_authenticator(out, &tx->authenticator);
    if (tx->signers == MV_SIGNERS_SINGLE) return;
    uleb_put(out, tx->secondary_signer_count);
    for (uint32_t i = 0; i < tx->secondary_signer_count; i++)
        buf_put(out, tx->secondary_signers[i].b, 32);
    uleb_put(out, tx->secondary_authenticator_count);
    for (uint32_t i = 0; i < tx->secondary_authenticator_count; i++)
        put_authenticator(out, &tx->secondary_authenticators[i]);
    if (tx->signers != MV_SIGNERS_FEE_PAYER) return;
    buf_put(out, tx->fee_payer.b, 32);
    put_authenticator(out, &tx->fee_payer_authenticator);
}

void mv_signed_tx_build(struct buf *out, const struct mv_signed_tx *tx, const struct b32 *seed) {
    struct buf message = {0};
    struct b32 public_key;
    uint8_t signature[64];
    struct mv_signed_tx alone = *tx;
    size_t start = out->n;
    mv_raw_tx_encode(out, tx);
    alone.signers = MV_SIGNERS_ED25519;
    alone.raw = bytes_sub(buf_bytes(out), start, out->n - start);
    mv_signed_tx_message(&alone, NULL, &message);
    ed25519_public_from_seed(&public_key, seed);
    ed25519_sign(signature, buf_bytes(&message), seed);
    buf_free(&message);
    uleb_put(out, MV_SIGNERS_ED25519);
    bcs_put_bytes(out, BYTES_OF(public_key));
    bcs_put_bytes(out, BYTES_OF(signature));
}
