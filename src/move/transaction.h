/* Transactions of the Aptos chain format: decoding, hashes, signatures (aptos-core
 * types/src/transaction; BCS).
 *
 * RawTransaction: sender ‖ sequence number ‖ payload ‖ max gas ‖ gas price ‖ expiration ‖ chain id.
 * A SignedTransaction is a RawTransaction and a TransactionAuthenticator behind it. A sender alone
 * signs sha3-256("APTOS::RawTransaction") ‖ BCS(RawTransaction). With further signers all sign
 * sha3-256("APTOS::RawTransactionWithData") ‖ variant ‖ BCS(RawTransaction) ‖ their addresses,
 * and behind that the fee payer's if there is one. Whoever signs before the payer is known puts
 * zeros there. The transaction's hash is
 * sha3-256(sha3-256("APTOS::Transaction") ‖ 0 ‖ BCS(SignedTransaction)).
 *
 * Payloads are scripts and entry functions, each in the old form or inside a
 * TransactionInnerPayload, whose nonce makes a transaction orderless: it has no sequence number,
 * and runs once within the short time until it expires.
 *
 * With a multisig address the payload is run as that account, if enough of its owners have approved
 * it (0x1::multisig_account). What they approve is a MultisigTransactionPayload: a variant, 0 or 1,
 * and the entry function or script. The transaction may leave it out if it lies on the chain.
 */
#ifndef TERN_MOVE_TRANSACTION_H
#define TERN_MOVE_TRANSACTION_H

#include "move/authenticator.h"

enum mv_payload_kind {
    MV_PAYLOAD_SCRIPT = 0,
    MV_PAYLOAD_ENTRY_FUNCTION = 2,
    MV_PAYLOAD_EMPTY = 3, /* with a multisig address only */
};

/* The variants of TransactionAuthenticator: who signs a transaction. */
enum mv_signers {
    MV_SIGNERS_ED25519 = 0,
    MV_SIGNERS_MULTI_ED25519 = 1,
    MV_SIGNERS_MULTI_AGENT = 2, /* the sender and further accounts */
    MV_SIGNERS_FEE_PAYER = 3,   /* those, and an account that pays the fee */
    MV_SIGNERS_SINGLE = 4,
};

/* The kinds of a script's arguments (TransactionArgument). */
enum mv_script_arg {
    MV_ARG_U8 = 0,
    MV_ARG_U64 = 1,
    MV_ARG_U128 = 2,
    MV_ARG_ADDRESS = 3,
    MV_ARG_BYTES = 4,
    MV_ARG_BOOL = 5,
    MV_ARG_U16 = 6,
    MV_ARG_U32 = 7,
    MV_ARG_U256 = 8,
    MV_ARG_SERIALIZED = 9, /* BCS of a value of any type */
};

enum {
    MV_TX_MAX_BYTES = 64 << 10,
    MV_TX_ARGS_MAX = 128,
    MV_TX_SIGNERS_MAX = 32,
};

/* A decoded transaction. Slices are borrowed from the bytes that it was decoded from; arrays live
 * in the arena. */
struct mv_signed_tx {
    struct b32 sender;
    uint64_t sequence_number; /* UINT64_MAX if orderless */
    bool orderless;           /* a nonce protects it from being run twice */
    uint64_t nonce;
    bool is_multisig; /* the payload is run as the account below */
    struct b32 multisig_address;
    uint8_t payload; /* enum mv_payload_kind */
    struct b32 module_address;
    struct bytes module_name, function_name;
    struct bytes code;             /* script */
    const struct bytes *type_args; /* BCS type tags */
    const struct bytes
        *args; /* entry function: BCS values; script: BCS values, their tags taken off */
    const uint8_t *arg_kinds; /* script: enum mv_script_arg */
    uint32_t type_arg_count, arg_count;
    uint64_t max_gas_amount, gas_unit_price; /* external units, octas */
    uint64_t expiration_timestamp_secs;
    uint8_t chain_id;

    struct bytes raw; /* BCS of the RawTransaction */
    uint8_t signers;  /* enum mv_signers */
    struct mv_authenticator authenticator;
    /* With MULTI_AGENT and FEE_PAYER. A well-formed transaction has as many of one as of the other.
     */
    const struct b32 *secondary_signers;
    const struct mv_authenticator *secondary_authenticators;
    uint32_t secondary_signer_count, secondary_authenticator_count;
    struct b32 fee_payer; /* with FEE_PAYER */
    struct mv_authenticator fee_payer_authenticator;
};

/* Who pays the fee: the fee payer, or the sender. */
static inline const struct b32 *mv_signed_tx_payer(const struct mv_signed_tx *tx) {
    return tx->signers == MV_SIGNERS_FEE_PAYER ? &tx->fee_payer : &tx->sender;
}

/* Strict: every byte is used, lengths are canonical. The error's text names the field; `at` is its
 * offset. */
struct err mv_signed_tx_decode(struct bytes bytes, struct arena *arena, struct mv_signed_tx *tx);
/* The same at the front of `bytes`: *used of them. */
struct err mv_signed_tx_decode_front(struct bytes bytes, struct arena *arena,
                                     struct mv_signed_tx *tx, size_t *used);

/* A MultisigTransactionPayload: of `tx` only the payload is set. */
struct err mv_multisig_payload_decode(struct bytes bytes, struct arena *arena,
                                      struct mv_signed_tx *tx);

struct b32 mv_signed_tx_hash(struct bytes bytes);

/* Has every account that must sign signed validly? */
bool mv_signed_tx_verify(const struct mv_signed_tx *tx);

/* Appends what the accounts sign: of the raw transaction, the secondary signers and, with
 * FEE_PAYER, `fee_payer`. */
void mv_signed_tx_message(const struct mv_signed_tx *tx, const struct b32 *fee_payer,
                          struct buf *out);

/* sha3-256(public key ‖ 0). */
struct b32 mv_ed25519_auth_key(const struct b32 *public_key);

/* ---- transaction_encode.c */

/* Writes the BCS of the RawTransaction, and of the TransactionAuthenticator: together a
 * SignedTransaction. All but `raw` is used; `hashed` of an authenticator stands for its keys. */
void mv_raw_tx_encode(struct buf *out, const struct mv_signed_tx *tx);
void mv_signers_encode(struct buf *out, const struct mv_signed_tx *tx);

/* Writes what `tx` runs as a MultisigTransactionPayload. */
void mv_multisig_payload_encode(struct buf *out, const struct mv_signed_tx *tx);

/* Writes a SignedTransaction of a sender alone, signed with the ed25519 key made from `seed`. */
void mv_signed_tx_build(struct buf *out, const struct mv_signed_tx *tx, const struct b32 *seed);

#endif
