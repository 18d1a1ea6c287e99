#include "solana/error.h"

static const struct {
    const char *name, *text;
} ix_errors[] = {
    {"Ok", "success"},
#define INSTRUCTION_ERROR(constant, name, text) {name, text},
#include "solana/instruction_errors.def"
#undef INSTRUCTION_ERROR
};

static const struct {
    const char *name, *text;
} tx_errors[] = {
    {"Ok", "success"},
#define TRANSACTION_ERROR(constant, name, text) {name, text},
#include "solana/transaction_errors.def"
#undef TRANSACTION_ERROR
};

const char *sol_ix_error_name(enum sol_ix_error e) {
    return (size_t)e < COUNT_OF(ix_errors) ? ix_errors[e].name : "InvalidError";
}

const char *sol_tx_error_name(enum sol_tx_error e) {
    return (size_t)e < COUNT_OF(tx_errors) ? tx_errors[e].name : "SanitizeFailure";
}

void sol_fail_text(struct buf *out, struct sol_fail f) {
    if ((size_t)f.code >= COUNT_OF(ix_errors)) return;
    buf_puts(out, ix_errors[f.code].text);
    if (f.code == SOL_IX_CUSTOM) buf_printf(out, ": 0x%x", f.custom);
}

void sol_error_text(struct buf *out, const struct sol_error *e) {
    const char *text = (size_t)e->code < COUNT_OF(tx_errors) ? tx_errors[e->code].text : "";
    for (const char *p = text; *p; p++) {
        if (p[0] == '%' && p[1] == 'u') {
            buf_printf(out, "%u", e->index);
            p++;
        } else {
            buf_put_u8(out, (uint8_t)*p);
        }
    }
    if (e->code == SOL_TX_INSTRUCTION_ERROR) {
        buf_puts(out, ": ");
        sol_fail_text(out, e->fail);
    }
}

void sol_error_json(struct buf *out, const struct sol_error *e) {
    const char *name = sol_tx_error_name(e->code);
    switch (e->code) {
    case SOL_TX_INSTRUCTION_ERROR:
        buf_printf(out, "{\"%s\":[%u,", name, e->index);
        if (e->fail.code == SOL_IX_CUSTOM)
            buf_printf(out, "{\"Custom\":%u}", e->fail.custom);
        else
            buf_printf(out, "\"%s\"", sol_ix_error_name(e->fail.code));
        buf_puts(out, "]}");
        break;
    case SOL_TX_DUPLICATE_INSTRUCTION: buf_printf(out, "{\"%s\":%u}", name, e->index); break;
    case SOL_TX_INSUFFICIENT_FUNDS_FOR_RENT:
    case SOL_TX_PROGRAM_EXECUTION_TEMPORARILY_RESTRICTED:
        buf_printf(out, "{\"%s\":{\"account_index\":%u}}", name, e->index);
        break;
    default: buf_printf(out, "\"%s\"", name); break;
    }
}

struct sol_fail sol_fail_of_status(uint64_t r0) {
    static const uint8_t builtin[] = {
        [1] = SOL_IX_CUSTOM,
        [2] = SOL_IX_INVALID_ARGUMENT,
        [3] = SOL_IX_INVALID_INSTRUCTION_DATA,
        [4] = SOL_IX_INVALID_ACCOUNT_DATA,
        [5] = SOL_IX_ACCOUNT_DATA_TOO_SMALL,
        [6] = SOL_IX_INSUFFICIENT_FUNDS,
        [7] = SOL_IX_INCORRECT_PROGRAM_ID,
        [8] = SOL_IX_MISSING_REQUIRED_SIGNATURE,
        [9] = SOL_IX_ACCOUNT_ALREADY_INITIALIZED,
        [10] = SOL_IX_UNINITIALIZED_ACCOUNT,
        [11] = SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS,
        [12] = SOL_IX_ACCOUNT_BORROW_FAILED,
        [13] = SOL_IX_MAX_SEED_LENGTH_EXCEEDED,
        [14] = SOL_IX_INVALID_SEEDS,
        [15] = SOL_IX_BORSH_IO_ERROR,
        [16] = SOL_IX_ACCOUNT_NOT_RENT_EXEMPT,
        [17] = SOL_IX_UNSUPPORTED_SYSVAR,
        [18] = SOL_IX_ILLEGAL_OWNER,
        [19] = SOL_IX_MAX_ACCOUNTS_DATA_ALLOCATIONS_EXCEEDED,
        [20] = SOL_IX_INVALID_REALLOC,
        [21] = SOL_IX_MAX_INSTRUCTION_TRACE_LENGTH_EXCEEDED,
        [22] = SOL_IX_BUILTIN_PROGRAMS_MUST_CONSUME_COMPUTE_UNITS,
        [23] = SOL_IX_INVALID_ACCOUNT_OWNER,
        [24] = SOL_IX_ARITHMETIC_OVERFLOW,
        [25] = SOL_IX_IMMUTABLE,
        [26] = SOL_IX_INCORRECT_AUTHORITY,
    };
    uint64_t high = r0 >> 32;
    if ((uint32_t)r0 == 0 && high && high < COUNT_OF(builtin)) return sol_fail(builtin[high]);
    return high ? sol_fail(SOL_IX_INVALID_ERROR) : sol_custom((uint32_t)r0);
}
