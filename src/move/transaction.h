/* Transactions of the Aptos chain format: decoding, hashes, signatures (aptos-core
 * types/src/transaction; BCS).
 *
 * RawTransaction: sender ‖ sequence number ‖ payload ‖ max gas ‖ gas price ‖ expiration ‖ chain id.
 * A SignedTransaction is a RawTransaction and a TransactionAuthenticator behind it. The signer
 * signs sha3-256("APTOS::RawTransaction") ‖ BCS(RawTransaction); the transaction's hash is
 * sha3-256(sha3-256("APTOS::Transaction") ‖ 0 ‖ BCS(SignedTransaction)).
 */
#ifndef TERN_MOVE_TRANSACTION_H
#define TERN_MOVE_TRANSACTION_H

#include "base/base.h"

enum mv_payload_kind {
    MV_PAYLOAD_SCRIPT = 0,
    MV_PAYLOAD_ENTRY_FUNCTION = 2,
};

/* How a transaction is authenticated. Others than ed25519 are refused by name when decoding. */
enum mv_authenticator_kind {
    MV_AUTH_ED25519 = 0, /* TransactionAuthenticator::Ed25519 */
    MV_AUTH_SINGLE_SENDER =
        4,            /* SingleSender with an ed25519 account authenticator or single key */
    MV_AUTH_NONE = 5, /* SingleSender without authenticator: simulation only */
};

enum {
    MV_TX_MAX_BYTES = 64 << 10,
    MV_TX_ARGS_MAX = 128,
};

/* A decoded transaction. Slices are borrowed from the bytes that it was decoded from; arrays live
 * in the arena. */
struct mv_signed_tx {
    struct b32 sender;
    uint64_t sequence_number;
    uint8_t payload; /* enum mv_payload_kind */
    struct b32 module_address;
    struct bytes module_name, function_name;
    struct bytes code;             /* script */
    const struct bytes *type_args; /* BCS type tags */
    const struct bytes
        *args; /* entry function: BCS values; script: BCS values, their tags taken off */
    uint32_t type_arg_count, arg_count;
    uint64_t max_gas_amount, gas_unit_price; /* external units, octas */
    uint64_t expiration_timestamp_secs;
    uint8_t chain_id;

    struct bytes raw;      /* BCS of the RawTransaction */
    uint8_t authenticator; /* enum mv_authenticator_kind */
    bool single_key;       /* the authentication key is that of a SingleKey (scheme 2) */
    struct b32 public_key;
    uint8_t signature[64];
};

/* Strict: every byte is used, lengths are canonical. The error's text names the field; `at` is its
 * offset. */
struct err mv_signed_tx_decode(struct bytes bytes, struct arena *arena, struct mv_signed_tx *tx);

struct b32 mv_signed_tx_hash(struct bytes bytes);

/* Is the signature over the raw transaction valid for the public key? Strict ed25519. */
bool mv_signed_tx_verify(const struct mv_signed_tx *tx);

/* The authentication key that the transaction's public key has: an account's address at its
 * creation. */
struct b32 mv_signed_tx_auth_key(const struct mv_signed_tx *tx);

/* sha3-256(public key ‖ 0). */
struct b32 mv_ed25519_auth_key(const struct b32 *public_key);

/* Writes the BCS of a transaction with an entry function payload, signed with the key made from
 * `seed`. Uses sender, sequence number, names, arguments, gas, expiration and chain id of `tx`. */
void mv_signed_tx_build(struct buf *out, const struct mv_signed_tx *tx, const struct b32 *seed);

#endif
