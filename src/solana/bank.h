/* The bank: what transactions run on beside the accounts. One for each slot; the chain makes it. */
#ifndef TERN_SOLANA_BANK_H
#define TERN_SOLANA_BANK_H

#include "solana/features.h"
#include "solana/programs.h"
#include "solana/sysvar.h"

enum {
    SOL_LAMPORTS_PER_SIGNATURE = 5000,
    SOL_BLOCKHASHES_MAX = 151, /* a blockhash is valid up to the age of 150 */
};

struct sol_context;

/* A program that is a function of the node. It charges its cost itself (sol_charge); one that
 * succeeds without a charge is an error. */
typedef struct sol_fail sol_builtin_fn(struct sol_context *ctx);

struct sol_builtin {
    struct b32 id;
    const char *name; /* the data of its account */
    sol_builtin_fn *run;
    void *ctx; /* what it finds with sol_builtin_ctx() */
    /* Does such an instruction let others see and change accounts in its middle? Then it finds
     * there whatever the programs below it have written. NULL: none does. */
    bool (*leaves)(struct bytes data);
};

struct sol_bank {
    uint64_t slot;
    struct b32 blockhash; /* of the block before: durable nonces advance to a hash of it */
    uint64_t lamports_per_signature;
    const struct b32 *blockhashes; /* that a transaction may name, newest first; borrowed */
    size_t blockhash_count;
    /* Asked instead of that list, if not NULL. */
    bool (*is_recent)(void *host, const struct b32 *blockhash);
    struct sol_features features;
    struct sol_sysvars sysvars;
    struct sol_programs *programs;      /* the cache of loaded programs; borrowed */
    const struct sol_builtin *builtins; /* the chain's own, beside the runtime's; borrowed */
    size_t builtin_count;
    /* Stake of a vote account in this epoch, or the total for NULL; NULL: there is no stake. */
    uint64_t (*epoch_stake)(void *host, const struct b32 *vote);
    void *host; /* the chain's, for its built-in programs and the calls above */
};

/* The built-in program with this id, the bank's first; NULL if there is none. */
sol_builtin_fn *sol_builtin_find(const struct sol_bank *bank, const struct b32 *id);
/* Is it one of the bank's, and does it leave the machine with this data? */
bool sol_builtin_leaves(const struct sol_bank *bank, const struct b32 *id, struct bytes data);

/* Writes the accounts that announce the built-in programs, the bank's and the runtime's, and the
 * precompiles, and the mint of wrapped SOL: for a genesis. */
void sol_genesis_accounts(struct st_journal *j, const struct sol_bank *bank);

/* Writes a program as if it had been deployed in `slot` for good: it can be called from the next
 * slot on. It belongs to the upgradeable loader, without an authority; in the place of one of SPL's
 * programs to the loader that this has on mainnet. The caller has checked `elf`
 * (sol_programs_try). */
enum sol_placed {
    SOL_PLACED,
    SOL_PLACED_BEFORE, /* it was there already, to the byte */
    SOL_PLACED_TAKEN,  /* the key is a sysvar's or that of a program that only the node can be */
};
enum sol_placed sol_place_program(struct st_journal *j, const struct b32 *id, struct bytes elf,
                                  uint64_t slot);

#endif
