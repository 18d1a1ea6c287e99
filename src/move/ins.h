/* Translated code: what the translator writes and the interpreter runs. */
#ifndef TERN_MOVE_INS_H
#define TERN_MOVE_INS_H

#include "move/loader.h"

enum mv_ins_op {
#define INS(name, writes) MV_I_##name,
#include "move/ins.def"
#undef INS
    MV_I_COUNT
};

struct mv_ins {
    int32_t go; /* where the interpreter continues, relative to its first label */
    uint16_t a, b;
    union {
        struct {
            union {
                struct {
                    uint16_t c, d;
                };
                uint32_t u;
            };
            uint32_t w;
        };
        uint64_t q;
        const void *p;
    };
};
_Static_assert(sizeof(struct mv_ins) == 16, "an instruction is two words");

/* Flags of EQX. */
enum {
    EQX_REFS = 1, /* b and c hold references; otherwise the values, which are then dropped */
    EQX_NEGATE = 2,
};

/* Division by a constant d > 1 by multiplication (Granlund and Montgomery 1994; the round-up method
 * with a 65-bit multiplier): q = mulhi(m, n); quotient = (((n - q) >> 1) + q) >> shift. */
struct mv_divisor {
    uint64_t d, m;
    uint32_t shift;
};

struct mv_body {
    const struct mv_ins *ins;
    uint32_t count;
    uint32_t entry;             /* the first instruction, behind its GAS */
    uint32_t entry_gas;         /* of the first block */
    uint32_t frame_slots;       /* parameters, locals, operands */
    uint32_t stack_max;         /* values on the operand stack at once */
    uint32_t type_work;         /* layout nodes of the types it uses */
    const uint16_t *where;      /* by instruction: the bytecode offset */
    const uint32_t *gas_behind; /* by bytecode offset: what its block has charged for later ones */
};

/* A closure value's static part. */
struct mv_closure_form {
    const struct mv_fn *fn;
    uint64_t mask; /* which parameters are captured */
    uint32_t captured_count;
    const struct mv_type *type;
};

/* The type of a closure over `f` that captures the parameters in `mask`. Needs the lock. */
const struct mv_type *mv_closure_type(struct mv_cache *c, const struct mv_fn *f, uint64_t mask,
                                      enum mv_status_code *why);

/* By operation; what mv_ins.go must be. */
const int32_t *mv_interp_labels(void);

#endif
