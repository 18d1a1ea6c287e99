/* SPL Token: finding the instruction, batches, the log of errors. */
#include "solana/spl_token.h"

#include "solana/builtins.h"

enum { BATCH = 255, BATCH_UNITS = 60, BATCH_HEADER_BYTES = 2, UNKNOWN_UNITS = 28 };

struct instruction {
    uint16_t units;
    uint8_t owned; /* accounts that must be the program's own in a batch: bit 0 the first */
    tok_fn *run;
};

static const struct instruction instructions[] = {
#define TOKEN_INSTRUCTION(tag, units, accounts, function) [tag] = {units, accounts, function},
#include "solana/spl_token.def"
#undef TOKEN_INSTRUCTION
};

/* NULL: there is none. */
static const struct instruction *find_instruction(uint8_t tag) {
    if (tag >= COUNT_OF(instructions) || !instructions[tag].run) return NULL;
    return &instructions[tag];
}

/* `t->data` with its tag, of at least one byte. */
static struct sol_fail run(struct tok *t, const struct instruction *in) {
    struct sol_fail f = sol_charge_stand_in(t->ctx, in ? in->units : UNKNOWN_UNITS);
    if (f.code) return f;
    if (!in) return tok_fail(TOK_INVALID_INSTRUCTION);
    t->data = bytes_sub(t->data, 1, t->data.n - 1);
    return in->run(t);
}

/* ---- Batches: instructions one after the other, each as
 * number of accounts (1) ‖ length of the data (1) ‖ data */

static struct sol_fail check_owned(const struct tok *t, const struct instruction *in) {
    struct sol_fail f = SOL_OK;
    size_t count = 0;
    for (unsigned bits = in->owned; bits; bits >>= 1) count++;
    if (t->count < count) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    for (size_t i = 0; i < count && !f.code; i++)
        if (in->owned >> i & 1) f = tok_check_owner(t, i);
    return f;
}

/* Takes the first instruction off `all`. */
static struct sol_fail take_instruction(struct tok *all, struct tok *out) {
    struct bytes d = all->data;
    if (d.n < BATCH_HEADER_BYTES || d.p[1] == 0 || d.n - BATCH_HEADER_BYTES < d.p[1])
        return tok_fail(TOK_INVALID_INSTRUCTION);
    if (all->count < d.p[0]) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    *out = *all;
    out->count = d.p[0];
    out->data = bytes_sub(d, BATCH_HEADER_BYTES, d.p[1]);
    size_t taken = BATCH_HEADER_BYTES + (size_t)d.p[1];
    all->first += d.p[0];
    all->count -= d.p[0];
    all->data = bytes_sub(d, taken, d.n - taken);
    return SOL_OK;
}

static struct sol_fail run_batch(struct tok *all) {
    struct tok t;
    struct sol_fail f = sol_charge_stand_in(all->ctx, BATCH_UNITS);
    if (f.code) return f;
    all->data = bytes_sub(all->data, 1, all->data.n - 1);
    do {
        f = take_instruction(all, &t);
        if (f.code) return f;
        const struct instruction *in = find_instruction(t.data.p[0]);
        if (in) f = check_owned(&t, in);
        if (!f.code) f = run(&t, in);
    } while (!f.code && all->data.n);
    return f;
}

/* ---- The program */

static const char *const texts[TOK_ERRORS] = {
    [TOK_NOT_RENT_EXEMPT] = "Lamport balance below rent-exempt threshold",
    [TOK_INSUFFICIENT_FUNDS] = "insufficient funds",
    [TOK_INVALID_MINT] = "Invalid Mint",
    [TOK_MINT_MISMATCH] = "Account not associated with this Mint",
    [TOK_OWNER_MISMATCH] = "owner does not match",
    [TOK_FIXED_SUPPLY] = "the total supply of this token is fixed",
    [TOK_ALREADY_IN_USE] = "account or token already in use",
    [TOK_INVALID_NUMBER_OF_PROVIDED_SIGNERS] = "Invalid number of provided signers",
    [TOK_INVALID_NUMBER_OF_REQUIRED_SIGNERS] = "Invalid number of required signers",
    [TOK_UNINITIALIZED_STATE] = "State is uninitialized",
    [TOK_NATIVE_NOT_SUPPORTED] = "Instruction does not support native tokens",
    [TOK_NON_NATIVE_HAS_BALANCE] = "Non-native account can only be closed if its balance is zero",
    [TOK_INVALID_INSTRUCTION] = "Invalid instruction",
    [TOK_INVALID_STATE] = "Invalid account state for operation",
    [TOK_OVERFLOW] = "Operation overflowed",
    [TOK_AUTHORITY_TYPE_NOT_SUPPORTED] = "Account does not support specified authority type",
    [TOK_MINT_CANNOT_FREEZE] = "This token mint cannot freeze accounts",
    [TOK_ACCOUNT_FROZEN] = "Account is frozen",
    [TOK_MINT_DECIMALS_MISMATCH] = "decimals different from the Mint decimals",
    [TOK_NON_NATIVE_NOT_SUPPORTED] = "Instruction does not support non-native tokens",
};

/* The program's own errors are logged; where it panics or lacks units it cannot. */
static void log_error(struct sol_context *ctx, struct sol_fail f) {
    if (f.code == SOL_IX_CUSTOM)
        sol_log(ctx, "Program log: Error: %s", texts[f.custom]);
    else if (f.code != SOL_IX_PROGRAM_FAILED_TO_COMPLETE)
        sol_log(ctx, "Program log: Error: %s", sol_ix_error_name(f.code));
}

struct sol_fail sol_run_token(struct sol_context *ctx) {
    struct tok_shadow *shadows = NULL;
    struct tok t = {.ctx = ctx,
                    .count = sol_frame(ctx)->meta_count,
                    .data = sol_data(ctx),
                    .shadows = &shadows};
    if (t.data.n == 0) {
        struct sol_fail f = sol_charge_stand_in(ctx, UNKNOWN_UNITS);
        return f.code ? f : tok_fail(TOK_INVALID_INSTRUCTION);
    }
    uint8_t tag = t.data.p[0];
    struct sol_fail f = tag == BATCH ? run_batch(&t) : run(&t, find_instruction(tag));
    if (f.code) {
        log_error(ctx, f);
        return f;
    }
    return tok_end(ctx, shadows);
}
