/* Private to evm/: code in the form in which it runs.
 *
 * Bytes are translated once into a run of 64-bit cells ("direct threaded code"): the address of an
 * instruction's place in the interpreter loop, then its operands, already in machine form. A basic
 * block is entered through an info cell, which says what the whole block costs and what stack it
 * needs; entering checks both, and no instruction in between checks anything static. That gives the
 * same results as checking at each instruction: running out of gas or stack inside a block undoes
 * the frame and takes all its gas, wherever it happens. Instructions that observe the gas counter
 * (GAS, SSTORE, the calls and creations) end a block, so that what they see is exact.
 *
 * There are two forms of the same code.
 *   stack form    one cell run for each EVM instruction, working on the stack as the Yellow Paper
 *                 has it, each in a block of its own behind a report. For tracers.
 *   operand form  within a block, instructions name the places of their operands and of their
 *                 result as distances from the stack pointer, or carry constants. PUSH, DUP, SWAP
 *                 and POP then need no instruction at all: the translation only remembers where the
 *                 values are (translate_operands.c) and moves them to where they belong at the
 *                 block's end. Comparisons join the jump that they are for.
 * A fuzz target holds the two against each other.
 *
 * The translation depends on the fork; a code object keeps a list of them, in practice of one. */
#ifndef TERN_EVM_CODE_H
#define TERN_EVM_CODE_H

#include "evm/evm.h"

typedef uint64_t evm_cell;

/* Places in the interpreter loop. An instruction has several, by how it gets its operands. The
 * cells behind the label: `places` is one cell with up to four distances in bytes of stack, 16 bits
 * each, the result's first; `constant` is four cells, `value` a constant that fits one. */
enum evm_label {
    LABEL_STACK = 0,             /* + opcode: on the stack, no operands */
    LABEL_PLACES = 256,          /* + opcode: places */
    LABEL_CONST_B = 512,         /* + opcode: places, constant instead of the second operand */
    LABEL_CONST_A = 768,         /* + opcode: places, constant instead of the first */
    LABEL_JUMPI_IF = 1024,       /* + comparison: places (0, delta, a, b), target, info */
    LABEL_JUMPI_NOT = 1280,      /* the same if it is false */
    LABEL_JUMPI_IF_CONST = 1536, /* places (0, delta, a), constant b, target, info */
    LABEL_JUMPI_NOT_CONST = 1792,
    LABEL_IMM = 2048, /* + opcode: places, value instead of the operand that is a constant */
    LABEL_JUMPI_IF_IMM = 2304, /* places (0, delta, a), value b, target, info */
    LABEL_JUMPI_NOT_IMM = 2560,
    LABEL_SHL = 2816, /* + whole limbs (0 to 3): places (to, a), the other bits (below 64) */
    LABEL_SHR = LABEL_SHL + 4,
    LABEL_SAR = LABEL_SHR + 4,
    LABEL_BLOCK = LABEL_SAR + 4, /* info */
    LABEL_INVALID,
    LABEL_BAD_JUMP,
    LABEL_TRACE,    /* pc */
    LABEL_PUSH64,   /* value; stack form */
    LABEL_PUSH256,  /* constant; stack form */
    LABEL_SET64,    /* places (to), value */
    LABEL_SET256,   /* places (to), constant */
    LABEL_SET2,     /* places (to, to), value, value */
    LABEL_MOVE,     /* places (to, from) */
    LABEL_MOVE2,    /* places (to, from, to, from), one after the other */
    LABEL_ADJUST,   /* places (delta): moves the stack pointer */
    LABEL_JUMP_TO,  /* places (0, delta), address of the target's info cell */
    LABEL_STORE,    /* MSTORE of a constant: places (offset), value */
    LABEL_STORE_AT, /* offset, value */
    LABEL_GOTO,     /* address of a cell: continues there, charges nothing */
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
    size_t last_set; /* the cells of the newest SET64 or SIZE_MAX */
    struct virtual_stack *stack;
};

void evm_translator_free(struct evm_translator *t);

/* The translation of a contract's code, made on first use and kept with it. Any thread. */
const struct evm_code *evm_code_of(struct evm_machine *m, struct st_journal *j,
                                   const struct st_code *code, enum evm_fork fork, bool traced);

/* The translation of init code, in `arena`. */
const struct evm_code *evm_code_translate(struct evm_machine *m, struct bytes bytes,
                                          enum evm_fork fork, bool traced, struct arena *arena);

/* Addresses of the interpreter's labels, by enum evm_label; NULL where there is none. */
const void *const *evm_labels(void);

#endif
