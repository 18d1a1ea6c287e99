/* One running message as its programs see it: the stack of instructions, their accounts, the meter,
 * the log. Built-in programs are written against this header; bytecode sees it through syscalls.
 *
 * Functions that take an account take its place in the current instruction. Programs may name a
 * place that the instruction does not have: sol_at then returns NULL, and setters fail with
 * MISSING_ACCOUNT. */
#ifndef TERN_SOLANA_INVOKE_H
#define TERN_SOLANA_INVOKE_H

#include "solana/account.h"
#include "solana/process.h"

enum {
    SOL_RETURN_DATA_MAX_BYTES = 1024,
    SOL_LOG_MAX_BYTES = 10000,
    SOL_CPI_DATA_MAX_BYTES = 10 << 10,
    SOL_IX_ACCOUNTS_MAX = 255,
    SOL_STACK_MAX = 9, /* 5 without SIMD-0268 */
    SOL_NO_PLACE = 0xffff,
};

/* An account of an instruction. */
struct sol_meta {
    uint16_t account; /* of the message */
    bool signer, writable;
};

/* An instruction of the message or of a CPI. */
struct sol_frame {
    uint16_t program; /* account of the message */
    uint16_t caller;  /* its place in the trace; SOL_NO_PLACE at the top */
    uint8_t height;   /* 1 at the top; 0: not started yet */
    uint8_t outer;    /* the message's instruction that it belongs to */
    struct sol_meta *metas;
    size_t meta_count;
    uint16_t *place; /* first place of each account of the message, or SOL_NO_PLACE */
    struct bytes data;
};

struct sol_bpf;   /* a running program's serialised accounts; bpf.c */
struct sol_found; /* a program that has run; bpf.c */

struct sol_context {
    const struct sol_bank *bank;
    struct st_journal *journal;
    struct arena *arena;   /* of the transaction */
    struct arena *written; /* of the message: accounts' data that was written, which is large */
    const struct sol_message *message;
    const struct sol_context
        *waiting;   /* the message below this one, in the middle of which it runs */
    bool read_only; /* nothing may be changed, in any machine */

    struct sol_account *accounts;
    size_t account_count;
    int64_t growth;          /* bytes of data that accounts have grown by, in all */
    __int128 lamports_delta; /* what the accounts have gained; 0 at the end of every instruction */

    struct sol_frame *trace; /* the message's instructions, then those by CPI in order of start */
    size_t trace_count, top_count, top_started;
    uint16_t stack[SOL_STACK_MAX]; /* places in the trace */
    size_t height, height_below;   /* instructions on the stack; on those of all that wait below */
    struct sol_bpf *bpf;           /* of the innermost bytecode program */
    struct sol_found *found; /* bytecode that this message has run, each held by a reference */
    struct buf *why;         /* what the log says of the current instruction's failure; empty: the
                              * error's own text */

    uint64_t meter;    /* compute units left */
    bool lacked_units; /* something wanted more: the message fails of it */
    uint32_t heap_bytes;

    struct bytes *logs;
    size_t log_count, log_room, log_bytes;
    bool log_truncated;

    struct b32 return_program;
    struct bytes return_data;
};

/* ---- For programs */

static inline const struct sol_frame *sol_frame(const struct sol_context *ctx) {
    return &ctx->trace[ctx->stack[ctx->height - 1]];
}
static inline const struct b32 *sol_program_id(const struct sol_context *ctx) {
    return &ctx->accounts[sol_frame(ctx)->program].key;
}
static inline struct bytes sol_data(const struct sol_context *ctx) {
    return sol_frame(ctx)->data;
}

/* The context that the chain has given to its built-in program that runs now; NULL if none. */
void *sol_builtin_ctx(const struct sol_context *ctx);

/* Takes compute units; COMPUTATIONAL_BUDGET_EXCEEDED if there are not enough. */
struct sol_fail sol_charge(struct sol_context *ctx, uint64_t units);

/* NOT_ENOUGH… in Agave's words: MISSING_ACCOUNT if the instruction has fewer accounts. */
struct sol_fail sol_need_accounts(const struct sol_context *ctx, size_t count);

/* The account at a place; NULL if there is none. */
const struct sol_account *sol_at(const struct sol_context *ctx, size_t place);
/* False where there is no such account. */
bool sol_is_signer(const struct sol_context *ctx, size_t place);
bool sol_is_writable(const struct sol_context *ctx, size_t place);
/* Has any account of the instruction with this key signed? */
bool sol_has_signed(const struct sol_context *ctx, const struct b32 *key);
/* Are both places the same account? */
bool sol_same_account(const struct sol_context *ctx, size_t a, size_t b);

/* Each applies the rules about owners, writability and size, and fails with Agave's error. */
struct sol_fail sol_set_lamports(struct sol_context *ctx, size_t place, uint64_t lamports);
struct sol_fail sol_add_lamports(struct sol_context *ctx, size_t place, uint64_t lamports);
struct sol_fail sol_sub_lamports(struct sol_context *ctx, size_t place, uint64_t lamports);
struct sol_fail sol_set_owner(struct sol_context *ctx, size_t place, const struct b32 *owner);
struct sol_fail sol_set_executable(struct sol_context *ctx, size_t place, bool executable);
/* New bytes are zero. */
struct sol_fail sol_set_data_bytes(struct sol_context *ctx, size_t place, size_t bytes);
struct sol_fail sol_set_data(struct sol_context *ctx, size_t place, struct bytes data);
/* The data to be written to, data_bytes of it. */
struct sol_fail sol_data_for_write(struct sol_context *ctx, size_t place, uint8_t **data);
struct sol_fail sol_can_change_data(const struct sol_context *ctx, size_t place);
struct sol_fail sol_can_resize_data(const struct sol_context *ctx, size_t place, size_t bytes);

/* Adds a line to the log, up to SOL_LOG_MAX_BYTES in all. */
void sol_log(struct sol_context *ctx, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sol_log_bytes(struct sol_context *ctx, struct bytes line);
/* "Program log: " and the text. */
void sol_log_program(struct sol_context *ctx, struct bytes text);

/* "Program KEY invoke [HEIGHT]", "Program KEY success". */
void sol_log_invoke(struct sol_context *ctx, const struct b32 *program);
void sol_log_success(struct sol_context *ctx, const struct b32 *program);
/* How bytecode ends: "Program KEY consumed USED of HAD compute units", then "Program return: KEY
 * BASE64" if there is return data. */
void sol_log_consumed(struct sol_context *ctx, uint64_t used, uint64_t had);

/* Appends Rust's text for a byte string that is not UTF-8: why, and the bytes. */
void sol_utf8_text(struct buf *out, struct bytes text);

/* Copies. */
void sol_set_return_data(struct sol_context *ctx, const struct b32 *program, struct bytes data);

/* An instruction to be started: a program's view, by keys. */
struct sol_invocation {
    struct b32 program;
    const struct sol_key *accounts;
    size_t account_count;
    struct bytes data; /* must live as long as the transaction */
};

/* Runs an instruction as the current program. `signers` are addresses derived from the current
 * program's id that sign beside its own signers. */
struct sol_fail sol_invoke(struct sol_context *ctx, const struct sol_invocation *i,
                           const struct b32 *signers, size_t signer_count);

/* ---- Leaving the machine in the middle of a message
 *
 * A built-in program may have another machine run something, which may come back here: with a
 * message of its own, whose sol_budget.waiting is the context that waits. Before, what has changed
 * is written to the journal; after it, whatever became of it, all accounts are read anew. Lamports
 * that the accounts have gained or lost meanwhile are no imbalance of this message.
 *
 * Programs of bytecode on the stack hold their accounts serialised, and what changes below them
 * would be overwritten, or be an error at their end. CPI tells them only about accounts that its
 * callee could write. So messages above may write those that are writable in the current
 * instruction, and those that no instruction of the stack has; the others are held. A program on
 * the stack cannot be run by a message above, but for the current one, which made the crossing. */

/* How many bytes of data sol_accounts_out would write. */
uint64_t sol_bytes_out(const struct sol_context *ctx);
void sol_accounts_out(struct sol_context *ctx);
void sol_accounts_in(struct sol_context *ctx);
/* Does `waiting`, or a message below it, hold the account? NULL: nothing does. */
bool sol_is_held(const struct sol_context *waiting, const struct b32 *key);
/* How high the stack is, with all that wait below. */
static inline size_t sol_height(const struct sol_context *ctx) {
    return ctx->height_below + ctx->height;
}

/* ---- Private to solana/ */

/* Prepares and runs the message's instructions one after the other (invoke.c). */
struct sol_error sol_run_instructions(struct sol_context *ctx);

/* Puts an instruction of CPI at the end of the trace after checking privileges; runs it. */
struct sol_fail sol_prepare_cpi(struct sol_context *ctx, const struct sol_invocation *i,
                                const struct b32 *signers, size_t signer_count);
struct sol_fail sol_run_prepared(struct sol_context *ctx);

/* Runs bytecode: the current instruction's program (bpf.c). */
struct sol_fail sol_run_bpf(struct sol_context *ctx, const struct b32 *loader);
/* Lets go of what was found for the message; once, at its end. */
void sol_forget_found(struct sol_context *ctx);

/* Precompiles: programs whose instructions are checked against others of the message. */
bool sol_is_precompile(const struct b32 *id);
struct sol_fail sol_run_precompile(const struct b32 *id, struct bytes data,
                                   const struct sol_message *m);
/* How many signatures an instruction of a precompile verifies: for the fee. */
size_t sol_precompile_signatures(const struct b32 *id, struct bytes data);

#endif
