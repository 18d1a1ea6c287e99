/* The accounts of SPL Token and Token-2022, as others read them (crates spl-token-interface and
 * spl-token-2022-interface). Token-2022 adds a byte that says what the account is, then extensions,
 * which are not looked at. */
#ifndef TERN_SOLANA_TOKEN_H
#define TERN_SOLANA_TOKEN_H

#include "solana/error.h"
#include "solana/ids.h"
#include "solana/message.h"
#include "state/state.h"

/* Where the fields are. An optional one is a tag of four bytes, 0 or 1, then the value in any case.
 */
enum {
    SOL_TOKEN_MINT = 0,
    SOL_TOKEN_OWNER = 32,
    SOL_TOKEN_AMOUNT = 64,
    SOL_TOKEN_DELEGATE = 72, /* optional */
    SOL_TOKEN_STATE = 108,   /* one byte */
    SOL_TOKEN_NATIVE = 109,  /* the tag of the next */
    SOL_TOKEN_RESERVE = 113, /* lamports that a native account keeps beside its amount */
    SOL_TOKEN_DELEGATED = 121,
    SOL_TOKEN_CLOSE_AUTHORITY = 129, /* optional */
    SOL_TOKEN_BYTES = 165,

    SOL_MINT_AUTHORITY = 0, /* optional */
    SOL_MINT_SUPPLY = 36,
    SOL_MINT_DECIMALS = 44,
    SOL_MINT_INITIALIZED = 45,
    SOL_MINT_FREEZE_AUTHORITY = 46, /* optional */
    SOL_MINT_BYTES = 82,

    SOL_MULTISIG_M = 0, /* how many must sign */
    SOL_MULTISIG_N = 1, /* of how many */
    SOL_MULTISIG_INITIALIZED = 2,
    SOL_MULTISIG_SIGNERS = 3,
    SOL_MULTISIG_SIGNERS_MAX = 11,
    SOL_MULTISIG_BYTES = 355,
};
enum { SOL_TOKEN_UNINITIALIZED, SOL_TOKEN_INITIALIZED, SOL_TOKEN_FROZEN };

/* Is it SPL Token or Token-2022? */
bool sol_is_token_program(const struct b32 *key);

struct sol_token {
    struct b32 mint, owner, delegate, close_authority;
    uint64_t amount, delegated, native_reserve;
    uint8_t state; /* SOL_TOKEN_INITIALIZED, SOL_TOKEN_FROZEN */
    bool has_delegate, is_native, has_close_authority;
};
struct sol_mint {
    struct b32 mint_authority, freeze_authority;
    uint64_t supply;
    uint8_t decimals;
    bool has_mint_authority, has_freeze_authority;
};

/* False if the account is no initialized one of that kind. */
bool sol_token_read(const struct st_svm_account *a, struct sol_token *out);
bool sol_mint_read(const struct st_svm_account *a, struct sol_mint *out);

/* What a token account of a message's holds. */
struct sol_token_balance {
    uint8_t key; /* index of the account among the message's keys */
    uint8_t decimals;
    uint64_t amount;
    struct b32 mint, owner, program;
};

/* Those of all keys that are token accounts with a mint that is there, as the journal has them;
 * returns how many. */
uint32_t sol_token_balances(struct st_journal *j, const struct sol_key *keys, size_t count,
                            struct arena *arena, const struct sol_token_balance **out);

/* The data of a token account and a mint as Token-2022's own code reads it, whoever owns it:
 * INVALID_ACCOUNT_DATA for what is malformed, UNINITIALIZED_ACCOUNT. The extensions are not looked
 * at. */
struct sol_fail sol_token_unpack(struct bytes data, struct sol_token *out);
struct sol_fail sol_mint_unpack(struct bytes data, struct sol_mint *out);

#endif
