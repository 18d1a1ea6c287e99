/* Private to cross/: what the gateway program has others do with SPL tokens. Accounts are named by
 * their places in its instruction; the programs that are called are among them. */
#ifndef TERN_CROSS_GATEWAY_SPL_H
#define TERN_CROSS_GATEWAY_SPL_H

#include "cross/cross.h"
#include "solana/invoke.h"
#include "solana/token.h"

enum { XVM_SPL_BUMP_UNITS = 1500 }; /* for each bump that is tried, as Agave's syscall costs */

/* ---- Addresses */

const struct b32 *xvm_spl_authority(void);
struct b32 xvm_spl_mint_of(const struct b32 *id);
struct b32 xvm_spl_associated_of(const struct b32 *wallet, const struct b32 *mint);
/* The same, paid for. */
struct sol_fail xvm_spl_associated(struct sol_context *ctx, const struct b32 *wallet,
                                   const struct b32 *mint, struct b32 *out);
/* An EVM address behind twelve zeros stands for its alias. */
struct b32 xvm_spl_recipient(const struct b32 *to);

/* ---- Accounts */

/* Is it an account of SPL Token for this mint? */
bool xvm_spl_is_account(struct sol_context *ctx, size_t place, const struct b32 *mint);
bool xvm_spl_is_account_of(struct st_journal *j, const struct b32 *key, const struct b32 *mint);

/* Makes the associated account of `wallet` for `mint`. */
struct sol_fail xvm_spl_make_account(struct sol_context *ctx, size_t payer, size_t account,
                                     size_t wallet, size_t mint);
/* Makes a stand-in's mint, and enters it. */
struct sol_fail xvm_spl_make_mint(struct sol_context *ctx, struct st_journal *j,
                                  const struct b32 *id, uint8_t decimals, size_t payer,
                                  size_t mint);
/* Checks that the account is the stand-in's mint, and makes it if it is not there and `may_pay`. */
struct sol_fail xvm_spl_need_mint(struct sol_context *ctx, struct st_journal *j,
                                  const struct b32 *id, uint8_t decimals, size_t payer, size_t mint,
                                  bool may_pay);

/* ---- Amounts. `by_gateway`: the authority signs. */

struct sol_fail xvm_spl_transfer(struct sol_context *ctx, size_t from, size_t mint, size_t to,
                                 size_t owner, uint64_t amount, bool by_gateway);
struct sol_fail xvm_spl_mint(struct sol_context *ctx, size_t mint, size_t account, size_t authority,
                             uint64_t amount);
struct sol_fail xvm_spl_burn(struct sol_context *ctx, size_t account, size_t mint, size_t owner,
                             uint64_t amount);
/* Lamports of an account of System. */
struct sol_fail xvm_spl_pay(struct sol_context *ctx, size_t from, size_t to, uint64_t lamports);

/* ---- Messages (gateway_message.c) */

/* What a gateway of another machine is told. */
struct xvm_arrival {
    uint8_t machine;
    bool now; /* by a call, not by a message */
    struct b32 id, to, sender;
    uint64_t units;
    struct bytes data; /* for a contract of the EVM */
};

/* The messenger's instruction for it. False if there is no such machine or recipient. */
bool xvm_arrival_message(struct st_journal *j, const struct xvm_arrival *a, struct buf *out);

#endif
