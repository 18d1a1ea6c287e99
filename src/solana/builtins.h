/* Private to solana/: the built-in programs. */
#ifndef TERN_SOLANA_BUILTINS_H
#define TERN_SOLANA_BUILTINS_H

#include "solana/invoke.h"

struct sol_fail sol_run_system(struct sol_context *ctx);
struct sol_fail sol_run_loader_upgradeable(struct sol_context *ctx);
struct sol_fail sol_run_lookup_table(struct sol_context *ctx);

/* The runtime's own programs, whose accounts belong to the native loader. */
struct sol_own_builtin {
    uint8_t id; /* enum sol_id */
    const char *name;
    sol_builtin_fn *run;
};
const struct sol_own_builtin *sol_own_builtins(size_t *count);

/* Programs that mainnet has as bytecode, as functions of the node. Their accounts belong to the
 * loader that they have there; where the bytecode would be, the account's data has their name. An
 * account with other data is bytecode, and runs as such. */
struct sol_fail sol_run_token(struct sol_context *ctx);
struct sol_fail sol_run_associated_token(struct sol_context *ctx);
struct sol_fail sol_run_memo(struct sol_context *ctx);
struct sol_fail sol_run_memo_v1(struct sol_context *ctx);
struct sol_fail sol_run_config(struct sol_context *ctx);

/* Takes compute units as bytecode does: without enough of them the program is not completed. */
struct sol_fail sol_charge_stand_in(struct sol_context *ctx, uint64_t units);

struct sol_stand_in {
    uint8_t id, loader; /* enum sol_id */
    const char *name;
    sol_builtin_fn *run;
};
/* All of them. */
const struct sol_stand_in *sol_stand_ins(size_t *count);
/* The function that runs instead of the bytecode that the account does not have; NULL: it has. */
sol_builtin_fn *sol_stand_in_for(const struct sol_account *program);

/* System's errors. */
enum sol_system_error {
    SOL_SYSTEM_ACCOUNT_ALREADY_IN_USE,
    SOL_SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS,
    SOL_SYSTEM_INVALID_PROGRAM_ID,
    SOL_SYSTEM_INVALID_ACCOUNT_DATA_LENGTH,
    SOL_SYSTEM_MAX_SEED_LENGTH_EXCEEDED,
    SOL_SYSTEM_ADDRESS_WITH_SEED_MISMATCH,
    SOL_SYSTEM_NONCE_NO_RECENT_BLOCKHASHES,
    SOL_SYSTEM_NONCE_BLOCKHASH_NOT_EXPIRED,
    SOL_SYSTEM_NONCE_UNEXPECTED_BLOCKHASH_VALUE,
};

/* Checks that the account at a place is this sysvar, and that there is one. */
struct sol_fail sol_need_sysvar(const struct sol_context *ctx, size_t place, enum sol_id sysvar,
                                struct bytes data);

/* Invokes the System program: CreateAccount of `to`, which `seeds` of the current program sign for,
 * and Transfer. `extra`, if not NULL, is passed as a writable account too. */
struct sol_fail sol_invoke_create_account(struct sol_context *ctx, const struct b32 *from,
                                          const struct b32 *to, uint64_t lamports, uint64_t bytes,
                                          const struct b32 *owner, bool to_signs,
                                          const struct b32 *extra);
struct sol_fail sol_invoke_transfer(struct sol_context *ctx, const struct b32 *from,
                                    const struct b32 *to, uint64_t lamports);
struct sol_fail sol_invoke_allocate(struct sol_context *ctx, const struct b32 *account,
                                    uint64_t bytes);
struct sol_fail sol_invoke_assign(struct sol_context *ctx, const struct b32 *account,
                                  const struct b32 *owner);

/* ---- Nonce accounts */

enum { SOL_NONCE_BYTES = 80 };

struct sol_nonce {
    bool current, initialized; /* version; state */
    struct b32 authority, nonce;
    uint64_t lamports_per_signature;
};

/* False if the data is no nonce account's. */
bool sol_nonce_read(struct sol_nonce *out, struct bytes data);
size_t sol_nonce_encode(uint8_t out[SOL_NONCE_BYTES], const struct sol_nonce *n);
/* The nonce that follows from a blockhash: sha-256 of "DURABLE_NONCE" and it. */
struct b32 sol_durable_nonce(const struct b32 *blockhash);

struct sol_fail sol_nonce_advance(struct sol_context *ctx);
struct sol_fail sol_nonce_withdraw(struct sol_context *ctx, uint64_t lamports);
struct sol_fail sol_nonce_initialize(struct sol_context *ctx, const struct b32 *authority);
struct sol_fail sol_nonce_authorize(struct sol_context *ctx, const struct b32 *authority);
struct sol_fail sol_nonce_upgrade(struct sol_context *ctx);

#endif
