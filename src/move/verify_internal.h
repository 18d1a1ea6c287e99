/* Private to the verifier: what its passes share. */
#ifndef TERN_MOVE_VERIFY_INTERNAL_H
#define TERN_MOVE_VERIFY_INTERNAL_H

#include "move/verify.h"

/* One verification. */
struct mv_verifier {
    const struct mv_module *m;
    const struct mv_resolver *resolver; /* may be NULL */
    struct arena arena;                 /* for all of it; passes take marks */
    uint64_t module_units;              /* what is left of the meter */
    uint64_t function_units;
    uint32_t *def_of_handle; /* function definition by function handle, or MV_NOWHERE */
    mv_visit_call on_held;   /* may be NULL: called for each call at which a resource is borrowed */
    void *on_held_ctx;
};

/* A basic block: instructions start … end, both included. */
struct mv_block {
    uint32_t start, end;
    uint32_t successors[2]; /* blocks, in code order */
    uint8_t successor_count;
    uint32_t place; /* in mv_cfg.order, or MV_NOWHERE if it cannot be reached */
};

struct mv_cfg {
    struct mv_block *blocks; /* in code order; the first is the entry */
    uint32_t count;
    uint32_t *order; /* reachable blocks, reverse post-order */
    uint32_t order_count;
};

/* A function under verification, or a script's main. */
struct mv_view {
    struct mv_verifier *v;
    const struct mv_module *m;
    uint32_t index; /* function definition; MV_NOWHERE for a script */
    const struct mv_code *code;
    const struct mv_signature *params, *locals, *returns;
    const uint8_t *type_params; /* abilities */
    unsigned type_param_count;
    const uint16_t *acquires;
    unsigned acquire_count;
    struct mv_cfg cfg; /* from control flow on */
};

static inline unsigned mv_local_count(const struct mv_view *f) {
    return (unsigned)f->params->count + f->locals->count;
}
static inline const struct mv_token *mv_local_type(const struct mv_view *f, unsigned i) {
    return i < f->params->count ? mv_sig_type(f->params, i)
                                : mv_sig_type(f->locals, i - f->params->count);
}
static inline struct mv_err mv_view_err(const struct mv_view *f, enum mv_status_code code,
                                        uint32_t offset, const char *text) {
    return mv_err_code(code, f->index, offset, text);
}

/* Takes `units` from the function's and the module's meter. False when it is used up. */
static inline bool mv_meter(struct mv_verifier *v, uint64_t units) {
    if (units > v->function_units || units > v->module_units) {
        v->function_units = v->module_units = 0;
        return false;
    }
    v->function_units -= units;
    v->module_units -= units;
    return true;
}
static inline struct mv_err mv_too_complex(uint32_t function) {
    return mv_err_code(MV_PROGRAM_TOO_COMPLEX, function, MV_NOWHERE,
                       "verification would take too long");
}

/* ---- Types */

/* Types are equal if and only if their tokens are: tokens have no padding, and no two struct
 * handles of a module name one struct. */
static inline bool mv_type_eq(const struct mv_token *a, const struct mv_token *b) {
    return a->size == b->size && memcmp(a, b, a->size * sizeof *a) == 0;
}
static inline bool mv_type_is_reference(const struct mv_token *t) {
    return t->kind == MV_TOKEN_REFERENCE || t->kind == MV_TOKEN_MUTABLE_REFERENCE;
}
static inline bool mv_type_is_integer(const struct mv_token *t) {
    return t->kind == MV_TOKEN_U8 || t->kind == MV_TOKEN_U16 || t->kind == MV_TOKEN_U32 ||
           t->kind == MV_TOKEN_U64 || t->kind == MV_TOKEN_U128 || t->kind == MV_TOKEN_U256 ||
           t->kind >= MV_TOKEN_I8;
}
static inline bool mv_type_is_signed(const struct mv_token *t) {
    return t->kind >= MV_TOKEN_I8;
}

/* What a type argument needs so that the whole has `set`: key needs store, the others themselves.
 */
static inline unsigned mv_abilities_required(unsigned set) {
    return (set & (MV_COPY | MV_DROP | MV_STORE)) | (set & MV_KEY ? MV_STORE : 0);
}

/* The abilities of a type whose type parameters have these. */
unsigned mv_type_abilities(const struct mv_module *m, const struct mv_token *t,
                           const uint8_t *type_params);

/* ---- Operands */
/* What an instruction refers to, whether generic or not; *types is NULL if it is not. */
unsigned mv_operand_function(const struct mv_module *m, const struct mv_instr *in,
                             const struct mv_signature **types); /* function handle */
unsigned mv_operand_struct(const struct mv_module *m, const struct mv_instr *in,
                           const struct mv_signature **types); /* struct definition */
/* Variant of an enum: its definition is ->owner. */
const struct mv_variant_handle *mv_operand_variant(const struct mv_module *m,
                                                   const struct mv_instr *in,
                                                   const struct mv_signature **types);
const struct mv_field_handle *mv_operand_field(const struct mv_module *m, const struct mv_instr *in,
                                               const struct mv_signature **types);
const struct mv_variant_field_handle *mv_operand_variant_field(const struct mv_module *m,
                                                               const struct mv_instr *in,
                                                               const struct mv_signature **types);

static inline bool mv_op_is_branch(unsigned op) {
    return op == MV_OP_BRANCH || op == MV_OP_BR_TRUE || op == MV_OP_BR_FALSE;
}
/* Control does not go on to the next instruction. */
static inline bool mv_op_is_end(unsigned op) {
    return op == MV_OP_BRANCH || op == MV_OP_RET || op == MV_OP_ABORT || op == MV_OP_ABORT_MSG;
}

/* How many values an instruction takes from and puts on the operand stack. */
void mv_stack_effect(const struct mv_view *f, const struct mv_instr *in, uint64_t *pops,
                     uint64_t *pushes);

/* ---- Passes */
/* Of the whole module or script. */
struct mv_err mv_verify_limits(struct mv_verifier *v);
struct mv_err mv_verify_duplication(struct mv_verifier *v);
struct mv_err mv_verify_signatures(struct mv_verifier *v);
struct mv_err mv_verify_constants(struct mv_verifier *v);
struct mv_err mv_verify_friends(struct mv_verifier *v);
struct mv_err mv_verify_structs(struct mv_verifier *v);
struct mv_err mv_verify_instantiations(struct mv_verifier *v);
struct mv_err mv_verify_extras(struct mv_verifier *v);
struct mv_err mv_link(const struct mv_module *m, const struct mv_resolver *resolver);
struct mv_err mv_check_attributes_kept(const struct mv_module *older,
                                       const struct mv_module *newer);

/* Of one function. Control flow builds f->cfg in the verifier's arena. */
struct mv_err mv_verify_instructions(const struct mv_view *f);
struct mv_err mv_verify_control(struct mv_view *f);
struct mv_err mv_verify_stack(const struct mv_view *f);
struct mv_err mv_verify_types(const struct mv_view *f);
struct mv_err mv_verify_locals(const struct mv_view *f);
struct mv_err mv_verify_references(const struct mv_view *f);
struct mv_err mv_verify_acquires(const struct mv_view *f);

/* Calls `pass` for every function with code, or for the script's main. */
struct mv_err mv_each_function(struct mv_verifier *v,
                               struct mv_err (*pass)(struct mv_view *f, void *ctx), void *ctx);

#endif
