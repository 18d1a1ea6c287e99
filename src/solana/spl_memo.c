/* SPL Memo: text for the log. Version 2 is mainnet's of 2026 ("p-memo"): accounts must sign, and
 * the log has them and the text; version 1 checks that the text is one, and writes nothing. */
#include "codec/utf8.h"
#include "solana/builtins.h"

/* What mainnet's bytecode uses, nearly (docs/solana.md). */
enum {
    UNITS = 287,
    SIGNERS_UNITS = 111,   /* with any account */
    ACCOUNT_UNITS = 115,   /* each */
    FREE_TEXT_BYTES = 100, /* from there on a unit for each byte */
    V1_UNITS = 500,
};

static struct sol_fail charge(struct sol_context *ctx) {
    size_t accounts = sol_frame(ctx)->meta_count, bytes = sol_data(ctx).n;
    uint64_t units = UNITS + (accounts ? SIGNERS_UNITS : 0) + ACCOUNT_UNITS * accounts;
    if (bytes > FREE_TEXT_BYTES) units += bytes - FREE_TEXT_BYTES;
    return sol_charge_stand_in(ctx, units);
}

/* Logs who has signed. An account that is named twice counts once. */
static bool all_signed(struct sol_context *ctx) {
    const struct sol_frame *f = sol_frame(ctx);
    bool all = true;
    if (f->meta_count) sol_log(ctx, "Program log: Signed by:");
    for (size_t i = 0; i < f->meta_count; i++) {
        if (f->place[f->metas[i].account] != i) continue;
        if (f->metas[i].signer)
            sol_log(ctx, "Program log: %s", sol_text(&sol_at(ctx, i)->key).s);
        else
            all = false;
    }
    return all;
}

struct sol_fail sol_run_memo(struct sol_context *ctx) {
    struct bytes text = sol_data(ctx);
    struct sol_fail f = charge(ctx);
    if (f.code) return f;
    if (!all_signed(ctx)) return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    sol_log(ctx, "Program log: Memo (len %zu)", text.n);
    if (!utf8_valid(text)) {
        sol_utf8_text(ctx->why, text);
        return sol_fail(SOL_IX_PROGRAM_FAILED_TO_COMPLETE);
    }
    sol_log_program(ctx, text);
    return SOL_OK;
}

struct sol_fail sol_run_memo_v1(struct sol_context *ctx) {
    struct sol_fail f = sol_charge_stand_in(ctx, V1_UNITS);
    if (f.code) return f;
    return sol_fail(utf8_valid(sol_data(ctx)) ? SOL_IX_OK : SOL_IX_INVALID_INSTRUCTION_DATA);
}
