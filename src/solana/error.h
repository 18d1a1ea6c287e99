/* What can go wrong with an instruction and with a transaction: Solana's own error values, numbered
 * and named as on the wire. */
#ifndef TERN_SOLANA_ERROR_H
#define TERN_SOLANA_ERROR_H

#include "base/base.h"

/* The number on the wire is the value minus one. */
enum sol_ix_error {
    SOL_IX_OK = 0,
#define INSTRUCTION_ERROR(name, json, text) SOL_IX_##name,
#include "solana/instruction_errors.def"
#undef INSTRUCTION_ERROR
};

enum sol_tx_error {
    SOL_TX_OK = 0,
#define TRANSACTION_ERROR(name, json, text) SOL_TX_##name,
#include "solana/transaction_errors.def"
#undef TRANSACTION_ERROR
};

/* The end of an instruction; code 0 is success. */
struct sol_fail {
    enum sol_ix_error code;
    uint32_t custom; /* with SOL_IX_CUSTOM */
};

#define SOL_OK ((struct sol_fail){SOL_IX_OK, 0})

static inline struct sol_fail sol_fail(enum sol_ix_error code) {
    return (struct sol_fail){code, 0};
}
static inline struct sol_fail sol_custom(uint32_t number) {
    return (struct sol_fail){SOL_IX_CUSTOM, number};
}

/* The end of a transaction; code 0 is success. */
struct sol_error {
    enum sol_tx_error code;
    uint8_t index;        /* of the instruction or account that the code speaks of */
    struct sol_fail fail; /* with SOL_TX_INSTRUCTION_ERROR */
};

static inline struct sol_error sol_error(enum sol_tx_error code) {
    return (struct sol_error){.code = code};
}
static inline struct sol_error sol_error_at(enum sol_tx_error code, size_t index) {
    return (struct sol_error){.code = code, .index = (uint8_t)index};
}

/* The name in JSON: "InvalidArgument", "BlockhashNotFound". */
const char *sol_ix_error_name(enum sol_ix_error e);
const char *sol_tx_error_name(enum sol_tx_error e);

/* Appends the text that logs have: "custom program error: 0x1". */
void sol_fail_text(struct buf *out, struct sol_fail f);
/* Appends the text of a transaction's error: "Error processing Instruction 0: …". */
void sol_error_text(struct buf *out, const struct sol_error *e);
/* Appends the value that JSON-RPC has for it: "\"BlockhashNotFound\"",
 * {"InstructionError":[0,{"Custom":1}]}. */
void sol_error_json(struct buf *out, const struct sol_error *e);

/* What a program's return value r0, not 0, means (crate solana-program-error). */
struct sol_fail sol_fail_of_status(uint64_t r0);

#endif
