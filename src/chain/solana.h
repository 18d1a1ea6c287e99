/* Solana's side of the chain: slots, blockhashes, what a Solana root transaction did.
 *
 *   slot        a block's height: every block is a slot, none is skipped, and what is sealed is
 *               confirmed and final at once
 *   blockhash   a block's hash. A transaction may name one for 150 slots or for a minute, whichever
 * is longer: blocks may follow each other within milliseconds here signature   a transaction's
 * first one is its name; its hash in the chain's tables is that of its message, so that the same
 * message is not processed twice under two signatures
 *
 * The sysvar accounts are written when the first Solana transaction of a block runs; SlotHashes and
 * RecentBlockhashes have the blocks before such blocks. */
#ifndef TERN_CHAIN_SOLANA_H
#define TERN_CHAIN_SOLANA_H

#include "chain/chain.h"
#include "solana/solana.h"

enum { CHAIN_SOLANA_BLOCKHASH_SLOTS = 150 };

/* What a Solana root did, beside struct chain_tx. Slices and arrays live in the arena that it was
 * decoded into or in the record. */
struct chain_solana {
    struct sol_error error;
    uint64_t fee, units;      /* lamports; compute units */
    const struct b32 *loaded; /* keys from lookup tables: writable ones first */
    uint32_t loaded_count, loaded_writable_count;
    const uint64_t *lamports_before, *lamports_after; /* of every key, those from tables last */
    uint32_t key_count;                               /* of those two; 0 if nothing was loaded */
    const struct bytes *logs;                         /* UTF-8 */
    uint32_t log_count;
    const struct sol_inner *inner;
    uint32_t inner_count;
    struct b32 return_program; /* with return_data.n > 0 */
    struct bytes return_data;
    const struct sol_token_balance *tokens_before, *tokens_after;
    uint32_t tokens_before_count, tokens_after_count;
};

void chain_solana_encode(struct buf *out, const struct chain_solana *s);
bool chain_solana_decode(struct bytes in, struct arena *arena, struct chain_solana *out);

/* What a message's leg did in the SVM; in the record of its root. NULL if it is damaged. Slices lie
 * in `in`, arrays in the arena. */
void chain_svm_leg_encode(struct buf *out, const struct xvm_svm_leg *l);
const struct xvm_svm_leg *chain_svm_leg_decode(struct bytes in, struct arena *arena);

/* ---- What Solana's list shows (solana_shadow.c): roots of its own, and shadows of those of other
 * machines that had legs in the SVM */

struct chain_solana_view {
    bool is_shadow;
    struct sol_tx tx;
    struct bytes raw; /* its wire form */
    struct chain_solana record;
    /* The keys that it names, and those of the legs of its tail, each once; `writable`: it may have
     * changed that account. */
    const struct sol_key *keys;
    size_t key_count;
};

/* Is the root in the list? */
bool chain_in_solana(const struct chain_tx *tx);
/* False if it is not, or if its record is damaged. Arrays lie in `arena`. */
bool chain_solana_view(const struct chain_tx *tx, struct arena *arena,
                       struct chain_solana_view *out);
/* The first signature, of one that is in the list. */
void chain_solana_signature(const struct chain_tx *tx, uint8_t out[SOL_SIGNATURE_BYTES]);

/* ---- Submitting (any thread) */

/* What the message of a transaction is known by; its first signature leads to it as well. */
struct b32 chain_solana_hash(struct bytes message);
struct b32 chain_solana_signature_key(const uint8_t signature[SOL_SIGNATURE_BYTES]);

/* Why a transaction was refused: beside the text, the error in Solana's terms, if it has one. */
struct chain_solana_submitted {
    struct chain_submitted common;
    uint8_t signature[SOL_SIGNATURE_BYTES];
    struct sol_error error; /* code 0: `common.text` says it */
};

/* As chain_submit_evm. Checked here: form, signatures, blockhash, fee payer. */
struct err chain_submit_solana(struct chain *c, struct bytes raw, uint64_t wait_ms,
                               struct chain_solana_submitted *out);

/* The same in two steps, for those who want the reader in between, to simulate it. First what can
 * be checked on a reader of the newest block: *tx is the caller's then, to be given back to one of
 * the other two; NULL with an error. */
struct mempool_tx;
struct err chain_prepare_solana(struct chain_reader *r, struct bytes raw, struct mempool_tx **tx,
                                struct chain_solana_submitted *out);
const struct sol_tx *chain_prepared_solana(const struct mempool_tx *tx);
void chain_discard_solana(struct mempool_tx *tx);
/* Takes it. `out` is what chain_prepare_solana has filled. */
struct err chain_enter_solana(struct chain *c, struct mempool_tx *tx, uint64_t wait_ms,
                              struct chain_solana_submitted *out);

/* The development faucet: a transfer signed by the chain's own faucet account, which genesis has
 * filled. */
struct err chain_faucet_solana(struct chain *c, const struct b32 *to, uint64_t lamports,
                               uint64_t wait_ms, struct chain_solana_submitted *out);

/* The faucet's key, which also stands for the node where clients ask for a validator's. */
struct b32 chain_solana_faucet_key(const struct chain *c);

/* ---- Reading */

/* May a transaction in the next slot name this blockhash? *last_slot: the last slot in which it
 * surely may. */
bool chain_solana_blockhash(struct chain_reader *r, const struct b32 *hash, uint64_t *last_slot);

/* The root with this first signature, its own or its shadow's. */
bool chain_solana_by_signature(struct chain_reader *r, const uint8_t signature[SOL_SIGNATURE_BYTES],
                               struct chain_tx *out);

/* Transactions that name a key, the newest first, until `visit` returns false; only those before
 * the place (height, index). */
void chain_scan_solana(struct chain_reader *r, const struct b32 *key, uint64_t height,
                       uint32_t index, bool (*visit)(void *ctx, uint64_t height, uint32_t index),
                       void *ctx);

/* What the runtime sees at the reader's block, its sysvar accounts brought up to it in the reader's
 * journal. Lives as long as the reader. */
const struct sol_bank *chain_solana_bank(struct chain_reader *r);

/* A simulated transaction, one for a reader: nothing of it stays, but the reader's journal shows
 * its end until the reader is closed. */
struct chain_solana_simulated {
    struct sol_message
        message; /* nothing in it if it could not be resolved: result.error says why */
    struct sol_result result;
    struct chain_solana record; /* as a receipt would have it */
    bool is_run;                /* it would be in a block */
    struct chain_tx tx;         /* then: what would be kept of it, but for `raw` */
};
void chain_simulate_solana(struct chain_reader *r, const struct sol_tx *tx, bool any_blockhash,
                           struct chain_solana_simulated *out);

#endif
