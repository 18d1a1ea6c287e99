/* Messages ready to run: every key known, with what the message may do to it. */
#ifndef TERN_SOLANA_MESSAGE_H
#define TERN_SOLANA_MESSAGE_H

#include "solana/bank.h"
#include "solana/tx.h"

struct sol_key {
    struct b32 key;
    bool signer, writable;
};

struct sol_message {
    struct sol_key *keys;
    size_t key_count;
    const struct sol_instruction *instructions;
    size_t instruction_count;
    size_t lookup_count;    /* tables that were read */
    struct b32 blockhash;   /* of a transaction's message, else zeros */
    size_t signature_count; /* that are paid for, without those in precompiles' instructions */
    size_t static_count, loaded_writable_count; /* how `keys` is made up: static keys, writable ones
                                                   from tables, read-only ones from tables */
};

/* Reads the lookup tables of `tx` from the journal and works out what is writable: keys that the
 * runtime reserves are not, nor are programs that the message calls unless the upgradeable loader
 * is among its keys. Then the rules about all keys: no key twice (ACCOUNT_LOADED_TWICE), no more
 * than the lock limit (TOO_MANY_ACCOUNT_LOCKS). Arrays lie in `arena`; instructions are the
 * transaction's. */
struct sol_error sol_tx_resolve(struct sol_message *out, const struct sol_tx *tx,
                                const struct sol_bank *bank, struct st_journal *j,
                                struct arena *arena);

/* Makes a message of one instruction for a leg: `metas` are its accounts in order, at most
 * SOL_IX_ACCOUNTS_MAX. As Agave's SDK compiles one, but without a payer: every key once with all
 * the rights of its places, writable signers first, then other signers, writable keys and the rest,
 * each kind in the order of the keys. What is writable and how many keys there may be follows the
 * rules of sol_tx_resolve (TOO_MANY_ACCOUNT_LOCKS). Arrays lie in `arena`; `data` is borrowed. */
struct sol_error sol_message_compile(struct sol_message *out, const struct b32 *program,
                                     const struct sol_key *metas, size_t count, struct bytes data,
                                     const struct sol_bank *bank, struct arena *arena);
/* The same with one key more (unless NULL), which the message has and its instruction has not; left
 * out if there is no room for it. */
struct sol_error sol_message_compile_beside(struct sol_message *out, const struct sol_key *beside,
                                            const struct b32 *program, const struct sol_key *metas,
                                            size_t count, struct bytes data,
                                            const struct sol_bank *bank, struct arena *arena);

/* The most compute units and bytes of accounts that a message may have, and the heap that it has
 * if it does not ask for more. */
enum {
    SOL_UNITS_MAX = 1400000,
    SOL_HEAP_DEFAULT_BYTES = 32 << 10,
    SOL_LOADED_MAX_BYTES = 64 << 20,
};

struct sol_context; /* invoke.h */

/* What the ComputeBudget instructions of a message ask for. */
struct sol_budget {
    uint32_t units; /* compute units that the message may use */
    uint32_t heap_bytes;
    uint64_t unit_price; /* micro-lamports */
    uint32_t loaded_bytes_max;
    /* Of a leg only. */
    const struct sol_context *waiting; /* the innermost message that waits for it; NULL: none */
    bool read_only;                    /* it was made from keys none of which is writable */
};
struct sol_error sol_budget_of(struct sol_budget *out, const struct sol_message *m);

/* How many signatures are verified for the message, or are said to be: the transaction's own, and
 * those in precompiles' instructions, for which no compute units are taken. */
size_t sol_message_signatures(const struct sol_message *m);

/* Lamports: 5,000 for each of those signatures, and the prioritisation fee. */
uint64_t sol_fee_of(const struct sol_message *m, const struct sol_budget *b,
                    const struct sol_bank *bank);

/* Index of a key; key_count if it is not there. */
size_t sol_message_find(const struct sol_message *m, const struct b32 *key);

#endif
