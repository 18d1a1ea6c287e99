/* Private to evm/: code in the form in which it runs.
 *
 * Bytes are translated once into a run of 64-bit cells ("direct threaded code"): the address of an
 * instruction's place in the interpreter loop, then its immediate operands, already in machine
 * form. A basic block is entered through an info cell, which says what the whole block costs and
 * what stack it needs; entering checks both, and no instruction in between checks anything static.
 * That gives the same results as checking at each instruction: running out of gas or stack inside
 * a block undoes the frame and takes all its gas, wherever it happens. Instructions that observe
 * the gas counter (GAS, SSTORE, the calls and creations) end a block, so that what they see is
 * exact.
 *
 * Some runs of instructions become one (PUSH and JUMP, for instance); dead code is left out.
 * Depends on the fork; a code object keeps a list of translations, in practice of one. */
#ifndef TERN_EVM_CODE_H
#define TERN_EVM_CODE_H

#include "evm/evm.h"

typedef uint64_t evm_cell;

/* The places in the interpreter beyond the 256 of the opcodes. */
enum evm_label {
    LABEL_BLOCK = 256, /* info */
    LABEL_INVALID,
    LABEL_BAD_JUMP,
    LABEL_TRACE,     /* pc */
    LABEL_PUSH64,    /* value */
    LABEL_PUSH256,   /* four limbs */
    LABEL_JUMP_TO,   /* address of the target's info cell */
    LABEL_JUMPI_TO,  /* address, info of what follows */
    LABEL_JUMPI_BAD, /* info of what follows */
    LABEL_GOTO,      /* address of a cell: continues there, charges nothing */
    LABEL_NOP,
    LABEL_COUNT
};

/* An info cell: gas in the low 32 bits; then the stack needed on entry, and how much higher than
 * that it may be, both in bytes of stack. */
static inline evm_cell block_info(uint32_t gas, uint16_t need_bytes, uint16_t span_bytes) {
    return gas | (uint64_t)need_bytes << 32 | (uint64_t)span_bytes << 48;
}

struct evm_code {
    struct evm_code *next; /* the same bytes translated for another fork */
    uint8_t fork;
    bool traced;
    uint32_t size;         /* bytes of code */
    const uint8_t *bytes;  /* borrowed */
    const evm_cell *start; /* the first block's info cell */
    const uint32_t *jump;  /* by byte of code: index of the target's info cell, 0: no target */
    const evm_cell *cells;
};

/* Working memory of the translation, kept by the machine. */
struct evm_translator {
    evm_cell *cells;
    size_t count, room;
    struct jumpdest_run *runs;
    size_t run_count, run_room;
    size_t *fixups; /* cells that hold a program counter until the end */
    size_t fixup_count, fixup_room;
};

void evm_translator_free(struct evm_translator *t);

/* The translation of a contract's code, made on first use and kept with it. Any thread. */
const struct evm_code *evm_code_of(struct evm_machine *m, const struct st_code *code,
                                   enum evm_fork fork, bool traced);

/* The translation of init code, in `arena`. */
const struct evm_code *evm_code_translate(struct evm_machine *m, struct bytes bytes,
                                          enum evm_fork fork, bool traced, struct arena *arena);

/* Addresses of the interpreter's labels, by opcode and enum evm_label. */
const void *const *evm_labels(void);

#endif
