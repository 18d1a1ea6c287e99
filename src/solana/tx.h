/* Transactions on the wire: signatures, then a message, legacy or version 0.
 *
 *   transaction  compact-u16 n ‖ n × 64 signatures ‖ message
 *   message      [0x80 | version] ‖ 3 counts ‖ keys ‖ blockhash ‖ instructions ‖ [lookups]
 *
 * The signers sign the message, the version's byte included. The first signature names the
 * transaction. */
#ifndef TERN_SOLANA_TX_H
#define TERN_SOLANA_TX_H

#include "solana/error.h"

enum {
    SOL_TX_MAX_BYTES = 1232,
    SOL_SIGNATURE_BYTES = 64,
    SOL_INSTRUCTIONS_MAX = 64, /* of one transaction, those started by CPI included */
    SOL_KEYS_MAX = 256,
};

/* One instruction of a message; slices are borrowed from the message. */
struct sol_instruction {
    uint8_t program;       /* index of a key */
    struct bytes accounts; /* indexes of keys */
    struct bytes data;
};

/* Keys to be read from a lookup table. */
struct sol_lookup {
    const struct b32 *table;
    struct bytes writable, readonly; /* indexes of the table's addresses */
};

/* A decoded transaction. Arrays lie in the arena, slices in the bytes that it was decoded from. */
struct sol_tx {
    const uint8_t (*signatures)[SOL_SIGNATURE_BYTES];
    size_t signature_count;
    struct bytes message; /* what is signed */
    int version;          /* -1: legacy; 0 */
    uint8_t required_signatures, readonly_signed, readonly_unsigned;
    const struct b32 *keys; /* static ones */
    size_t key_count;
    const struct b32 *blockhash;
    struct sol_instruction *instructions;
    size_t instruction_count;
    struct sol_lookup *lookups; /* version 0 */
    size_t lookup_count;
};

/* Decodes a transaction and applies every rule that does not need an account (sanitisation). Error
 * codes are enum sol_tx_error: SANITIZE_FAILURE, UNSUPPORTED_VERSION; the text names what is wrong,
 * at the byte `at`. Transactions longer than SOL_TX_MAX_BYTES are refused. */
struct err sol_tx_decode(struct sol_tx *out, struct bytes wire, struct arena *arena);

/* The same for a message alone: no signatures. */
struct err sol_message_decode(struct sol_tx *out, struct bytes message, struct arena *arena);

/* Every signature is that of its key over the message (Ed25519, strict as Agave's). */
bool sol_tx_verify(const struct sol_tx *tx);

/* Reads a compact-u16: one to three bytes, seven bits each, the shortest form only. Returns how
 * many bytes it took; 0 if it is malformed. */
size_t sol_compact_u16_get(struct bytes in, uint16_t *value);
void sol_compact_u16_put(struct buf *out, uint16_t value);

#endif
