/* Private to evm/: what the two halves of the translation share. */
#ifndef TERN_EVM_TRANSLATE_H
#define TERN_EVM_TRANSLATE_H

#include <stdlib.h>

#include "evm/code.h"
#include "evm/opcodes.h"

struct translation {
    struct evm_translator *t;
    const void *const *labels;
    struct bytes code;
    enum evm_fork fork;
    bool traced;
    uint32_t *jump;

    /* The open block; info is 0 if there is none. */
    size_t info;
    uint64_t gas;
    int64_t height, need, top; /* items, relative to entry */
};

/* The program counter of a jump that can only fail. */
#define BAD_TARGET UINT32_MAX

void *translator_grow(void *p, size_t *room, size_t item);

static inline size_t emit(struct translation *x, evm_cell cell) {
    struct evm_translator *t = x->t;
    if (t->count == t->room) t->cells = translator_grow(t->cells, &t->room, sizeof *t->cells);
    t->cells[t->count] = cell;
    return t->count++;
}

static inline void emit_label(struct translation *x, unsigned label) {
    emit(x, (evm_cell)(uintptr_t)x->labels[label]);
}

static inline void emit_constant(struct translation *x, const struct u256 *v) {
    for (int i = 0; i < 4; i++) emit(x, v->w[i]);
}

/* A cell that will hold the address of the info cell of the target at `pc`. */
void emit_target(struct translation *x, uint32_t pc);

/* Blocks: opening one reserves its info cell here, closing it fills that in. */
void open_block(struct translation *x);
void close_block(struct translation *x);
/* Adds an instruction's gas and stack to the open block. */
void account(struct translation *x, uint8_t op);

/* The value pushed at `pc` by a PUSH of `n` bytes; bytes beyond the end are zero. */
struct u256 push_value(const struct translation *x, uint32_t pc, uint32_t n);

/* What follows an instruction in its block: nothing (it ends the frame or jumps), a block of its
 * own whose info the loop reads right behind it, or the next instruction. */
bool op_ends_block(uint8_t op);
bool op_has_trailing_block(uint8_t op);

/* ---- The operand form, translate_operands.c ---- */

/* Puts a virtual stack in order for a new block. */
void operands_begin(struct translation *x);

/* Translates the defined instruction at `pc` (never a JUMPDEST), already accounted for. Returns the
 * next program counter. The block is closed when nothing falls through. */
uint32_t operands_put(struct translation *x, uint32_t pc);

/* Puts every value where it belongs and the stack pointer with it: before a block that this one
 * falls into. */
void operands_settle(struct translation *x);

void virtual_stack_free(struct virtual_stack *s);

#endif
