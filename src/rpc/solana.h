/* rpc's own: what the files of Solana's JSON-RPC share. Shapes and error codes are those of
 * anza-xyz/agave (rpc/, rpc-client-types/, transaction-status/, account-decoder/).
 *
 *   solana_args.c      parameters: keys, signatures, the configuration object
 *   solana_cluster.c   slots, epochs, blockhashes, fees
 *   solana_recent.c    what the newest blocks say: priority fees, transactions a minute
 *   solana_validator.c what one node answers about a cluster
 *   solana_account.c   accounts, programs' accounts, balances, supply
 *   solana_filter.c    which accounts are wanted
 *   solana_token.c     token accounts and mints
 *   solana_parsed.c    account data as jsonParsed; solana_accounts.def: its tables
 *   solana_instruction.c   instructions as jsonParsed; solana_instructions.def: their table
 *   solana_fields.c    what the rows of both tables are made of
 *   solana_amount.c    amounts of tokens, and numbers as text
 *   solana_tx.c        transactions, blocks, signatures
 *   solana_send.c      sending, simulating, airdrops
 *   solana_feed.c      subscriptions
 *
 * "Processed", "confirmed" and "finalized" are the same here: sealed. */
#ifndef TERN_RPC_SOLANA_H
#define TERN_RPC_SOLANA_H

#include "chain/solana.h"
#include "rpc/jsonrpc.h"
#include "rpc/node.h"

/* Codes of Agave's custom errors (rpc-client-api, custom_error.rs). */
enum {
    SOLANA_BLOCK_CLEANED_UP = -32001,
    SOLANA_PREFLIGHT_FAILURE = -32002,
    SOLANA_SIGNATURE_FAILURE = -32003,
    SOLANA_BLOCK_NOT_AVAILABLE = -32004,
    SOLANA_SLOT_SKIPPED = -32007,
    SOLANA_NO_SNAPSHOT = -32008,
    SOLANA_KEY_EXCLUDED = -32010,
    SOLANA_UNSUPPORTED_VERSION = -32015,
    SOLANA_MIN_CONTEXT_SLOT = -32016,
};

/* ---- solana_args.c: each returns false after rpc_fail. */

/* The parameter at `index`, which must be an object if it is there; NULL if it is not. */
bool solana_config(struct rpc_call *c, size_t index, json_t **out);
bool solana_key(struct rpc_call *c, json_t *v, struct b32 *out);
bool solana_key_param(struct rpc_call *c, size_t index, const char *what, struct b32 *out);
bool solana_signature(struct rpc_call *c, json_t *v, uint8_t out[SOL_SIGNATURE_BYTES]);
/* A non-negative integer. */
bool solana_u64(struct rpc_call *c, json_t *v, const char *what, uint64_t *out);
/* The same from a configuration; `fallback` if it is not there. */
bool solana_config_u64(struct rpc_call *c, json_t *config, const char *name, uint64_t fallback,
                       uint64_t *out);
bool solana_config_bool(struct rpc_call *c, json_t *config, const char *name, bool fallback,
                        bool *out);
/* The configuration's commitment, which must be a known word. */
bool solana_commitment(struct rpc_call *c, json_t *config);
/* For methods that know no block that is only processed. */
bool solana_at_least_confirmed(struct rpc_call *c, json_t *config);
/* A reader of the newest block, once commitment and minContextSlot of the configuration are
 * checked; the caller closes it. */
bool solana_reader(struct rpc_call *c, json_t *config, struct chain_reader **out);

/* Runs `answer` on a reader of the newest block; the configuration is the parameter at `at`. */
bool solana_with_reader(struct rpc_call *c, size_t at,
                        bool (*answer)(struct rpc_call *c, struct chain_reader *r));
static inline uint64_t solana_slots_per_epoch(void) {
    return sol_default_epoch_schedule.slots_per_epoch;
}

enum solana_encoding {
    SOLANA_BINARY, /* base58 as a bare string: the default of old */
    SOLANA_BASE58,
    SOLANA_BASE64,
    SOLANA_BASE64_ZSTD,
    SOLANA_PARSED,
};

struct solana_data_options {
    enum solana_encoding encoding;
    bool sliced;
    uint64_t offset, length;
};
bool solana_data_options(struct rpc_call *c, json_t *config, enum solana_encoding fallback,
                         struct solana_data_options *out);

/* ---- Writing */

void solana_put_key(struct json_out *o, const struct b32 *key);
void solana_put_base58(struct json_out *o, struct bytes data);
void solana_put_base64(struct json_out *o, struct bytes data);
void solana_put_signature(struct json_out *o, const uint8_t signature[SOL_SIGNATURE_BYTES]);
void solana_put_error(struct json_out *o, const struct sol_error *e);
void solana_key_u64(struct json_out *o, const char *name, uint64_t v);
void solana_key_null(struct json_out *o, const char *name);
/* {"context":{"slot":…,"apiVersion":…},"value": … and the end of it. */
void solana_begin_context(struct json_out *o, uint64_t slot);
void solana_end_context(struct json_out *o);

/* ---- Accounts */

/* The account at the reader's block as the API shows it: sysvars of the slot that comes. */
bool solana_account(struct chain_reader *r, const struct b32 *key, struct st_svm_account *out);
/* An account object; null if a is NULL. False after rpc_fail: base58 of too much data. With c NULL,
 * for a notification, that is said in the data's place. */
bool solana_put_account(struct rpc_call *c, struct chain_reader *r, struct json_out *o,
                        const struct b32 *key, const struct st_svm_account *a,
                        const struct solana_data_options *d);
/* Writes {"program","parsed","space"} if the data is known; else false, nothing written. */
bool solana_put_parsed(struct json_out *o, struct chain_reader *r, const struct b32 *key,
                       const struct st_svm_account *a);

/* Which of a program's accounts are wanted: all filters must hold (solana_filter.c). */
struct solana_filter {
    enum { SOLANA_FILTER_SIZE, SOLANA_FILTER_MEMCMP, SOLANA_FILTER_TOKEN } kind;
    uint64_t size, offset;
    uint8_t length; /* of bytes, which must stand at the offset */
    uint8_t bytes[128];
};
struct solana_filters {
    size_t count;
    struct solana_filter list[4];
};
bool solana_filters_read(struct rpc_call *c, json_t *config, struct solana_filters *out);
bool solana_filters_pass(const struct solana_filters *f, const struct st_svm_account *a);

/* The accounts with the most of something, the most first. */
enum { SOLANA_LARGEST = 20 };
struct solana_largest {
    struct {
        struct b32 key;
        uint64_t amount;
    } list[SOLANA_LARGEST];
    size_t count;
};
/* Equal amounts stay in the order in which they come. */
void solana_largest_add(struct solana_largest *l, const struct b32 *key, uint64_t amount);

/* ---- Amounts and numbers (solana_amount.c) */

/* What stands between an amount and what a user interface shows: a mint's decimals, and its
 * extension for interest or for a multiplier. */
struct solana_scale {
    uint8_t decimals;
    enum { SOLANA_SCALE_PLAIN, SOLANA_SCALE_INTEREST, SOLANA_SCALE_MULTIPLIED } kind;
    double factor;
};
struct solana_scale solana_scale_of(struct chain_reader *r, const struct st_svm_account *mint,
                                    uint8_t decimals);
/* {"amount","decimals","uiAmount","uiAmountString"}. */
void solana_put_token_amount(struct json_out *o, uint64_t amount, const struct solana_scale *s);
/* The data of an extension of a Token-2022 account or mint. */
bool solana_extension(struct bytes account, uint16_t type, struct bytes *out);

void solana_put_signed(struct json_out *o, int64_t v);
/* The shortest number that reads as v; the same as a string, without an exponent. */
void solana_put_double(struct json_out *o, double v);
void solana_put_double_text(struct json_out *o, double v);

/* ---- Transactions */

/* An instruction of a message, or one by CPI. `s` may be NULL. */
struct solana_instruction {
    const struct sol_tx *tx;
    const struct chain_solana *s;
    uint8_t program, height;
    struct bytes accounts, data;
};
/* As jsonParsed has it. */
void solana_put_parsed_instruction(struct json_out *o, const struct solana_instruction *i);

enum solana_tx_form { SOLANA_TX_JSON, SOLANA_TX_PARSED, SOLANA_TX_BASE58, SOLANA_TX_BASE64 };

/* Is it one of the programs for memos? */
bool solana_is_memo(const struct b32 *program);

/* The value of "meta", and parts of it. */
void solana_put_meta(struct json_out *o, const struct sol_tx *tx, const struct chain_solana *s,
                     enum solana_tx_form form);
void solana_put_loaded(struct json_out *o, const struct chain_solana *s);
void solana_put_balances(struct json_out *o, const struct chain_solana *s);
void solana_put_logs(struct json_out *o, const struct chain_solana *s);
void solana_put_return_data(struct json_out *o, const struct chain_solana *s);
void solana_put_inner(struct json_out *o, const struct sol_tx *tx, const struct chain_solana *s,
                      bool parsed);
/* The key at an index: static ones, then those from tables. `s` may be NULL. */
const struct b32 *solana_key_at(const struct sol_tx *tx, const struct chain_solana *s, size_t i);
/* May the message write the key at this index, those from tables last? `s` may be NULL. */
bool solana_is_writable(const struct sol_tx *tx, const struct chain_solana *s, size_t i);
/* The value of "transaction". */
void solana_put_tx(struct json_out *o, const struct sol_tx *tx, struct bytes raw,
                   const struct chain_solana *s, enum solana_tx_form form);
extern const struct rpc_method_row solana_cluster_methods[], solana_validator_methods[],
    solana_recent_methods[], solana_account_methods[], solana_token_methods[], solana_tx_methods[],
    solana_send_methods[], solana_feed_methods[],
    solana_other_methods[]; /* the last: what is not there */

#endif
