/* The translator's own state, shared by its files:
 *   translate.c  blocks, locals' availability, the walk over the bytecode
 *   tr_stack.c   the abstract operand stack: where operands are and how they get where they must be
 *   tr_arith.c   integers, booleans, comparisons, casts, jumps
 *   tr_data.c    locals, references, structs, enums, vectors
 *   tr_call.c    constants, globals, calls, closures, returns
 */
#ifndef TERN_MOVE_TR_H
#define TERN_MOVE_TR_H

#include "move/gas.h"
#include "move/ins.h"

/* Where an operand is. Operands that are not at home cost nothing until they are used. */
enum tr_where {
    AT_HOME,  /* in its own slots of the operand area */
    AT_LOCAL, /* still in the slots of a local, or of a part of it */
    AT_IMM,   /* a word known now */
    AT_FRAME, /* a reference: the address of byte `off` of the frame */
    AT_REF,   /* a reference: the one in slot `slot`, plus `off` */
};

enum { NO_LOCAL = -1, NO_INS = -1 };

struct tr_val {
    const struct mv_type *type;
    uint8_t where; /* enum tr_where */
    uint16_t home; /* its first slot in the operand area */
    uint16_t slot;
    int16_t local; /* whose slots it reads; NO_LOCAL if none */
    int32_t made;  /* the instruction that computed it, if it is at home; NO_INS if unknown */
    uint32_t off;
    uint64_t imm;
};

struct tr_bits {
    uint64_t w[4];
};

struct tr_block {
    uint32_t first, end;        /* bytecode offsets */
    uint32_t ins;               /* its first instruction (its GAS) */
    uint32_t gas;               /* charged on entry */
    struct tr_bits sure, maybe; /* locals that are / may be set on entry */
    bool reached;
};

struct tr_fixup {
    uint32_t ins, block;
    uint32_t gas; /* charged beside the block's own */
};

struct tr {
    struct mv_cache *c;
    const struct mv_fn *fn;
    const struct mv_module *m;
    struct arena *tmp; /* for the translation only */
    struct mv_err *why;

    const struct mv_type **locals;
    uint16_t *local_slot;
    bool *lent; /* some instruction takes &mut of it */
    uint32_t local_count, local_slots;

    struct tr_block *blocks;
    uint32_t block_count;
    uint32_t *block_of; /* by bytecode offset of a first instruction */

    struct tr_bits sure, maybe; /* at the current place */
    uint32_t pc;
    uint32_t stamp, type_work; /* layout nodes of the types met, each counted once */
    uint32_t gas;              /* of the current instruction, beyond what was charged at once */
    uint32_t *pc_gas;

    struct tr_val *stack;
    uint32_t sp, top_slot; /* values; the first free slot of the operand area */
    uint32_t max_slot, max_sp;

    struct mv_ins *ins;
    uint16_t *where;
    uint32_t ins_count, ins_capacity;
    int32_t barrier; /* instructions before this one belong to other blocks */
    struct tr_fixup *fixups;
    uint32_t fixup_count, fixup_capacity;
};

/* What can go wrong is reported like this: false, with t->why set. */
bool tr_fail(struct tr *t, enum mv_status_code code, const char *text);

static inline void tr_gas(struct tr *t, uint32_t amount) {
    t->gas += amount;
}

/* ---- tr_stack.c */

/* Appends an instruction and returns it; valid until the next. */
struct mv_ins *tr_emit(struct tr *t, enum mv_ins_op op, uint32_t a, uint32_t b);
/* The operand word of an E instruction. */
void tr_word(struct tr *t, const void *p);

/* The instruction that made the value, if it is the newest one; NULL otherwise. */
struct mv_ins *tr_maker(struct tr *t, const struct tr_val *v);

/* Pushes a value that is at home (the newest instruction made it, if `made`). */
bool tr_push(struct tr *t, const struct mv_type *type, bool made);
/* Pushes a value elsewhere; *v without home. */
bool tr_push_val(struct tr *t, struct tr_val v);
/* The home that the next value pushed will have. */
static inline uint32_t tr_next_home(const struct tr *t) {
    return t->top_slot;
}
/* Pops the top into *v; false with `code` if there is none. */
bool tr_pop(struct tr *t, struct tr_val *v, enum mv_status_code code);
bool tr_pop_type(struct tr *t, struct tr_val *v, const struct mv_type *type,
                 enum mv_status_code code);
bool tr_pop_ref(struct tr *t, struct tr_val *v, enum mv_status_code code); /* any reference */
bool tr_pop_mut(struct tr *t, struct tr_val *v, enum mv_status_code code); /* &mut */
/* Counts slots at `from` as used, beyond what pushes count. */
bool tr_need_slots(struct tr *t, uint64_t from, uint64_t count);

/* A slot where the value can be read: brings immediates and addresses home, nothing else. */
uint32_t tr_slot(struct tr *t, struct tr_val *v);
/* Brings it to its home slots. */
void tr_home(struct tr *t, struct tr_val *v);
/* Brings the value to `slot`. */
void tr_move_to(struct tr *t, struct tr_val *v, uint32_t slot);
/* Copies `n` slots. */
void tr_copy_slots(struct tr *t, uint32_t to, uint32_t from, uint32_t n);
/* Puts the value at byte `at` of the frame; it may be narrower than a slot. */
void tr_put_bytes(struct tr *t, struct tr_val *v, uint32_t at);
/* Brings the value at frame byte `at`, of type `type`, to `slot`. */
void tr_get_bytes(struct tr *t, const struct mv_type *type, uint32_t at, uint32_t slot);
/* Brings home what still reads the slots of this local. */
void tr_release_local(struct tr *t, uint32_t local);
/* The value becomes that of local `x`, whose slots nothing reads any more. */
void tr_set_local(struct tr *t, struct tr_val *v, uint32_t x);
/* An address: slot that holds the base, and offset; for AT_FRAME brings it home. */
uint32_t tr_base(struct tr *t, struct tr_val *ref, uint32_t *off);

/* ---- Families: each handles the current instruction. */
bool tr_arith(struct tr *t, const struct mv_instr *i);
bool tr_data(struct tr *t, const struct mv_instr *i);
bool tr_call(struct tr *t, const struct mv_instr *i);

/* A jump to bytecode offset `target`; sets u later. */
void tr_jump(struct tr *t, enum mv_ins_op op, uint32_t a, uint32_t b, uint32_t target);
/* The unconditional one. */
void tr_go(struct tr *t, uint32_t target);

/* Counts a type towards the function's type work; false if that is too much. */
bool tr_meet(struct tr *t, const struct mv_type *type);

/* Resolves types in the function's context. NULL with an error. */
const struct mv_type *tr_type(struct tr *t, const struct mv_token *token);
const struct mv_type *tr_ref_to(struct tr *t, const struct mv_type *type, bool mut);
/* The struct type that a definition or its instantiation means. */
const struct mv_type *tr_struct(struct tr *t, unsigned def);
const struct mv_type *tr_struct_inst(struct tr *t, const struct mv_inst *table, uint32_t index,
                                     unsigned def);

static inline bool tr_bit(const struct tr_bits *b, unsigned i) {
    return b->w[i / 64] >> (i % 64) & 1;
}
static inline void tr_set_bit(struct tr_bits *b, unsigned i, bool on) {
    uint64_t m = 1ull << (i % 64);
    b->w[i / 64] = on ? b->w[i / 64] | m : b->w[i / 64] & ~m;
}

#endif
