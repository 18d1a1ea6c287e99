/* Paranoid mode: a second interpreter that runs bytecode as it stands and believes nothing.
 *
 * Before each instruction it checks what the bytecode verifier has promised: that every operand has
 * the type that the instruction wants, that nothing is copied, dropped, overwritten or stored
 * without the ability for it, that locals are set when they are read, that the operand stack is
 * empty between basic blocks, and that references are used as the borrow rules allow. A breach ends
 * the run with UNKNOWN_INVARIANT_VIOLATION_ERROR, as in the reference (runtime_type_checks.rs,
 * runtime_ref_checks.rs). Values, gas and statuses are those of interp.c and are computed in the
 * plainest way, so that comparing the two judges the translator as well.
 *
 * In builds with TERN_MOVE_PARANOID, for sessions that ask for it (mv_session_params.paranoid).
 *
 * References. Each one that exists has a record: where it leads (a root, and a path of fields and
 * elements from there), and which reference it was made from. Using a reference spoils every other
 * one that overlaps it and is not above it: writing spoils all of those, reading the mutable ones.
 * Above it is what it was made from, and also a mutable reference to the same or more that was
 * borrowed later: the borrow graph puts older borrows under the newer one. A local that is moved,
 * overwritten or returned from, and a global that is moved, spoil what leads there. Whoever uses a
 * spoiled reference has broken a rule; in code that the verifier accepts spoiled ones are dead. */
#ifndef TERN_MOVE_PARANOID_H
#define TERN_MOVE_PARANOID_H

#include "move/session.h"

#ifdef TERN_MOVE_PARANOID

enum { PN_NO_REF = 0, PN_VALUES_MAX = 1 << 18 };

/* A value on the operand stack or in a local. */
struct pn_value {
    const struct mv_type *type;
    uint64_t *at;
    uint64_t to;  /* of a reference taken off the stack as an argument: where it leads */
    uint32_t ref; /* the record of a reference; PN_NO_REF for other values */
    bool set;     /* of a local */
};

struct pn_ref {
    uint32_t parent; /* what it was made from; PN_NO_REF: nothing */
    uint64_t root;   /* address of the local's slot, the global's value, or what a native gave */
    uint64_t order;  /* of being borrowed; what is made from an immutable one has that one's */
    bool mut, dead, spoiled, kept;
    uint16_t length;
    const uint32_t *path;
};

struct pn_frame {
    const struct mv_fn *fn;
    const struct mv_body *body;
    struct pn_value *locals;
    uint64_t *slots;
    uint32_t local_count, pc, held;
    uint32_t base; /* values of the frames below */
    uint8_t flags; /* of its call */
};

struct pn {
    struct mv_session *s;
    struct arena arena;
    struct pn_frame *frames, *f; /* f: the innermost */
    struct pn_value *stack;
    uint32_t count, values_max;
    struct buf refs;   /* struct pn_ref; [0] is unused */
    uint32_t refs_max; /* dead ones are cleared away beyond this number */
    uint64_t order;    /* of the newest borrow */
    uint64_t abort_code, sub_status;
    struct bytes message;
};

/* What the reference promises; sets the fault. Always false. */
bool pn_breach(struct pn *p, const char *text);
/* Ends the run with a status that bytecode may bring about. Always false. */
bool pn_fail(struct pn *p, enum mv_status_code code);
bool pn_gas(struct pn *p, uint64_t amount);

/* ---- The operand stack; room is at its top until the next push */

struct pn_value *pn_push(struct pn *p, const struct mv_type *type);
bool pn_pop(struct pn *p, struct pn_value *v);
bool pn_pop_type(struct pn *p, struct pn_value *v, const struct mv_type *type);
const struct mv_type *pn_basic(struct pn *p, enum mv_type_kind kind);
/* The type that a token means in the running function; NULL with a breach. */
const struct mv_type *pn_type(struct pn *p, const struct mv_token *token);
const struct mv_type *pn_elem_type(struct pn *p, enum mv_type_kind kind,
                                   const struct mv_type *elem);
const struct mv_type *pn_struct(struct pn *p, unsigned def, const struct mv_signature *args);

/* ---- paranoid_ref.c */

/* A record made from `parent` with one label more; label MV_NOWHERE: the same place. */
uint32_t pn_ref_make(struct pn *p, uint32_t parent, uint32_t label, bool mut);
uint32_t pn_ref_root(struct pn *p, const void *root, uint32_t parent, bool mut);
void pn_ref_drop(struct pn *p, uint32_t ref);
/* Between instructions: clears away records that no value has. Renumbers the others. */
void pn_refs_tidy(struct pn *p);
bool pn_ref_use(struct pn *p, uint32_t ref, bool write);
/* What leads to the root is spoiled. */
void pn_root_gone(struct pn *p, const void *root, bool only_mutable);

/* ---- paranoid_int.c, paranoid_data.c: one instruction; false at the end of the run */
bool pn_int_op(struct pn *p, const struct mv_instr *i);
bool pn_data_op(struct pn *p, const struct mv_instr *i);
bool pn_vector_op(struct pn *p, const struct mv_instr *i);
bool pn_global_op(struct pn *p, const struct mv_instr *i);

/* As mv_interpret. */
enum mv_status_code mv_interpret_paranoid(struct mv_session *s, const struct mv_fn *f);

#endif
#endif
