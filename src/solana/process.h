/* Running messages: checks, fee, instructions, the rules at the end. */
#ifndef TERN_SOLANA_PROCESS_H
#define TERN_SOLANA_PROCESS_H

#include "solana/message.h"

/* An instruction that was started by CPI. */
struct sol_inner {
    uint8_t outer;         /* the message's instruction that it belongs to */
    uint8_t height;        /* 2: started by that instruction itself */
    uint8_t program;       /* index of a key */
    struct bytes accounts; /* indexes of keys */
    struct bytes data;
};

/* What a message did. Arrays and slices lie in the journal's transaction arena. */
struct sol_result {
    struct sol_error error; /* code 0: success */
    bool included;     /* the transaction belongs in a block: its fee is paid, whatever the error */
    uint64_t fee;      /* lamports, paid by key 0 */
    uint64_t units;    /* compute units used */
    bool lacked_units; /* it failed because it wanted more than it had */
    uint32_t loaded_bytes;
    struct bytes *logs; /* UTF-8 */
    size_t log_count;
    struct b32 return_program; /* with return_data.n > 0 */
    struct bytes return_data;
    struct sol_inner *inner;
    size_t inner_count;
    uint64_t *lamports_before, *lamports_after; /* of each key; NULL if nothing was loaded */
};

/* Would the transaction pay its fee and belong in a block? Its blockhash is recent or a durable
 * nonce's (BLOCKHASH_NOT_FOUND), its budget makes sense, its payer can pay. Whether it has been
 * processed before is the chain's to know (ALREADY_PROCESSED). Reads only. */
struct sol_error sol_check(const struct sol_bank *bank, struct st_journal *j,
                           const struct sol_message *m);

struct sol_options {
    bool any_blockhash;              /* do not look at its age: for simulations */
    const struct sol_budget *budget; /* instead of the message's own; NULL */
};

/* Runs a transaction between st_begin_tx and st_end_tx. The checks of sol_check come first: if they
 * fail nothing is written and out->included is false. The fee is taken before the first savepoint;
 * what the instructions do is undone if the transaction fails, and a durable nonce advances all the
 * same. */
void sol_process(const struct sol_bank *bank, struct st_journal *j, const struct sol_message *m,
                 const struct sol_options *options, struct sol_result *out);

/* What sol_process does of a transaction that has failed: its fee is paid, a durable nonce
 * advances. For one that has been included, and that the caller has then undone as a whole. */
void sol_process_fee(const struct sol_bank *bank, struct st_journal *j, const struct sol_message *m,
                     const struct sol_options *options);

/* The size of the account that holds the bytecode of the program `a`, one of the message's
 * accounts: 0 if it is none of the upgradeable loader's, or if the message names that account
 * itself. */
uint64_t sol_program_data_bytes(struct st_journal *j, const struct sol_message *m,
                                const struct st_svm_account *a);

/* Lamports that go to another machine, or come from one: a balance changes outside of any message,
 * by the rules of a transfer. They leave an account of the System program without data, and arrive
 * in any that a transaction may write to; neither may end below its rent-exempt minimum, if it does
 * not end empty. NULL, or why nothing has changed. */
const char *sol_lamports_leave(const struct sol_bank *bank, struct st_journal *j,
                               const struct b32 *key, uint64_t lamports);
const char *sol_lamports_arrive(const struct sol_bank *bank, struct st_journal *j,
                                const struct b32 *key, uint64_t lamports);

/* Runs a message that no signature stands behind and that pays no fee: a leg. Key flags are
 * believed. If it fails, the caller reverts to its own savepoint. */
void sol_run_message(const struct sol_bank *bank, struct st_journal *j, const struct sol_message *m,
                     const struct sol_budget *budget, struct sol_result *out);

#endif
