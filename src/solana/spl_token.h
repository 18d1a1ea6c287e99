/* Private to solana/: SPL Token as a function of the node, as mainnet's bytecode of 2026 behaves
 * ("p-token", solana-program/token, pinocchio/).
 *
 * That program works on its accounts as on memory, whoever owns them and whether or not they may be
 * written; the runtime looks at what has changed when the program has ended, account by account. So
 * an instruction that is wrong in both ways fails with the program's error, and one that writes
 * what was there before is no failure at all. Here an account that may be written is written where
 * it lies; any other gets a shadow, which the end holds against the rules (tok_end). */
#ifndef TERN_SOLANA_SPL_TOKEN_H
#define TERN_SOLANA_SPL_TOKEN_H

#include "solana/invoke.h"
#include "solana/token.h"

/* TokenError. */
enum tok_error {
    TOK_NOT_RENT_EXEMPT,
    TOK_INSUFFICIENT_FUNDS,
    TOK_INVALID_MINT,
    TOK_MINT_MISMATCH,
    TOK_OWNER_MISMATCH,
    TOK_FIXED_SUPPLY,
    TOK_ALREADY_IN_USE,
    TOK_INVALID_NUMBER_OF_PROVIDED_SIGNERS,
    TOK_INVALID_NUMBER_OF_REQUIRED_SIGNERS,
    TOK_UNINITIALIZED_STATE,
    TOK_NATIVE_NOT_SUPPORTED,
    TOK_NON_NATIVE_HAS_BALANCE,
    TOK_INVALID_INSTRUCTION,
    TOK_INVALID_STATE,
    TOK_OVERFLOW,
    TOK_AUTHORITY_TYPE_NOT_SUPPORTED,
    TOK_MINT_CANNOT_FREEZE,
    TOK_ACCOUNT_FROZEN,
    TOK_MINT_DECIMALS_MISMATCH,
    TOK_NON_NATIVE_NOT_SUPPORTED,
    TOK_ERRORS
};

static inline struct sol_fail tok_fail(enum tok_error e) {
    return sol_custom(e);
}

/* What an account that may not be written has become. */
struct tok_shadow {
    struct tok_shadow *next;
    uint16_t account; /* of the message */
    bool has_lamports, closed;
    uint64_t lamports;
    uint8_t *data; /* NULL: as the account's */
};

/* A running instruction, at the top or in a batch. Accounts are named by their place in it. */
struct tok {
    struct sol_context *ctx;
    size_t first, count; /* its accounts among the places of the context's instruction */
    struct bytes data;   /* behind the tag */
    struct tok_shadow **shadows;
};

typedef struct sol_fail tok_fn(struct tok *t);
#define TOKEN_INSTRUCTION(tag, units, accounts, function) tok_fn function;
#include "solana/spl_token.def"
#undef TOKEN_INSTRUCTION

/* ---- Accounts (spl_token_state.c). Places are below t->count. */

const struct b32 *tok_key(const struct tok *t, size_t i);
bool tok_is_signer(const struct tok *t, size_t i);
bool tok_same(const struct tok *t, size_t i, size_t k);
/* INCORRECT_PROGRAM_ID if the account does not belong to SPL Token. */
struct sol_fail tok_check_owner(const struct tok *t, size_t i);

/* The data as it is now. A pointer to it is good until the account is written. */
struct bytes tok_data(const struct tok *t, size_t i);
/* The data, to be written. */
uint8_t *tok_write(struct tok *t, size_t i);
uint64_t tok_lamports(const struct tok *t, size_t i);
void tok_set_lamports(struct tok *t, size_t i, uint64_t lamports);
/* `lamports` of account `from` go to account `to`, which may be the same. */
void tok_move_lamports(struct tok *t, size_t from, size_t to, uint64_t lamports);
/* The account is the System program's, without lamports and data. */
void tok_close(struct tok *t, size_t i);

/* The account's data, if it is as long as a token account's, mint's or multisig's. */
struct sol_fail tok_load_raw(const struct tok *t, size_t i, size_t bytes, const uint8_t **out);
/* The same, if it is initialized. */
struct sol_fail tok_load_account(const struct tok *t, size_t i, const uint8_t **out);
struct sol_fail tok_load_mint(const struct tok *t, size_t i, const uint8_t **out);
/* A mint of SPL Token's; whatever is wrong with its data is INVALID_MINT. */
struct sol_fail tok_need_mint(const struct tok *t, size_t i, const uint8_t **out);

/* Has `expected` signed, which account i must be? A multisig signs by the accounts behind it. */
struct sol_fail tok_check_authority(const struct tok *t, const struct b32 *expected, size_t i);

/* Lamports that an account with so much data needs; with `place` below t->count the account there
 * must be the rent sysvar. */
struct sol_fail tok_rent(const struct tok *t, size_t place, size_t bytes, uint64_t *out);
enum { TOK_NO_PLACE = SIZE_MAX };

/* Everything that the instruction has done in shadows, against the rules. */
struct sol_fail tok_end(struct sol_context *ctx, const struct tok_shadow *shadows);

/* ---- Fields */

static inline const struct b32 *tok_key_in(const uint8_t *data, size_t at) {
    return (const struct b32 *)(const void *)(data + at);
}
/* A key that may be there: a tag of four bytes, of which this program reads and writes the first.
 * NULL: it is not. */
static inline const struct b32 *tok_optional_key(const uint8_t *data, size_t at) {
    return data[at] == 1 ? tok_key_in(data, at + 4) : NULL;
}
static inline void tok_put_key(uint8_t *data, size_t at, const struct b32 *key) {
    memcpy(data + at, key, sizeof *key);
}
static inline void tok_put_optional_key(uint8_t *data, size_t at, const struct b32 *key) {
    data[at] = key != NULL;
    if (key) tok_put_key(data, at + 4, key);
}
static inline bool tok_is_native(const uint8_t *account) {
    return account[SOL_TOKEN_NATIVE] == 1;
}
static inline bool tok_is_frozen(const uint8_t *account) {
    return account[SOL_TOKEN_STATE] == SOL_TOKEN_FROZEN;
}

#endif
