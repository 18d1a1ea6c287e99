/* Private to the type pass. */
#ifndef TERN_MOVE_VERIFY_TYPE_H
#define TERN_MOVE_VERIFY_TYPE_H

#include "move/verify_internal.h"

/* The type of an operand. References only ever stand on the outside, so that they are kept apart
 * and a reference to a local needs no new tokens. */
struct mv_operand_type {
    uint8_t reference; /* 0, MV_TOKEN_REFERENCE or MV_TOKEN_MUTABLE_REFERENCE */
    const struct mv_token *type;
};

struct mv_typer {
    const struct mv_view *f;
    const struct mv_module *m;
    uint32_t at; /* the instruction */
    struct mv_err err;
    struct mv_operand_type *stack;
    uint32_t depth;
};

/* The pass on struct, field, variant, global and closure opcodes (verify_type_struct.c). */
void mv_type_struct_op(struct mv_typer *t, const struct mv_instr *in);

void mv_type_fail(struct mv_typer *t, enum mv_status_code code, const char *text);
static inline bool mv_type_ok(const struct mv_typer *t) {
    return t->err.code == MV_OK;
}

struct mv_operand_type mv_type_pop(struct mv_typer *t);

/* Pushes a value or reference of `type`, which must outlive the block. */
void mv_type_push(struct mv_typer *t, uint8_t reference, const struct mv_token *type);
/* Pushes what a whole type says, reference or not. */
void mv_type_push_type(struct mv_typer *t, const struct mv_token *type);

/* A scalar type of the given kind. */
const struct mv_token *mv_type_scalar(unsigned kind);

/* `type` with `args` in place of its type parameters; `type` itself if args is NULL. In the
 * verifier's arena, paid for from the meter; NULL (and the error set) when that is used up. */
const struct mv_token *mv_type_instantiate(struct mv_typer *t, const struct mv_token *type,
                                           const struct mv_signature *args);

/* The struct of a handle, with type arguments or (NULL) without. */
const struct mv_token *mv_type_of_struct(struct mv_typer *t, unsigned handle,
                                         const struct mv_signature *args);

bool mv_operand_is(struct mv_operand_type o, unsigned kind); /* a scalar value of that kind */
bool mv_operand_eq(struct mv_operand_type o, const struct mv_token *type);

/* Whether an operand may go where `type` is wanted: equal, or function types that differ only in
 * that the operand has more abilities. */
bool mv_operand_fits(struct mv_operand_type o, const struct mv_token *type);

unsigned mv_operand_abilities(const struct mv_typer *t, struct mv_operand_type o);

#endif
