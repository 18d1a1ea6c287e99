/* steps: instructions together with what they cost. A tracer is shown an instruction before it is
 * paid; what it cost is known when the next thing happens. This puts both together, in the way that
 * go-ethereum's tracers report them: the gas that a call forwards belongs to its cost, what a
 * creation forwards does not; refunds of SSTORE and SELFDESTRUCT are there already.
 *
 * Call the three functions from the tracer's members of the same name. */
#ifndef TERN_EVM_STEPS_H
#define TERN_EVM_STEPS_H

#include "evm/evm.h"

/* What became of an instruction. */
struct evm_step_end {
    uint64_t cost;          /* of one that failed: what go-ethereum had computed by then */
    enum evm_status status; /* EVM_SUCCESS unless it ended its frame otherwise */
    bool ran;               /* it failed while it ran: its cost had been paid. False: before */
    uint32_t popped;        /* what a failing one had taken off the stack by then */
};

/* What an instruction is about to work on. */
struct evm_operands {
    uint32_t count;
    struct u256 top[7];  /* the top of the stack first */
    bool cold;           /* EIP-2929: the account or slot that it names */
    bool fills;          /* SELFDESTRUCT: the balance goes to an account that is not there */
    uint64_t sstore_gas; /* what SSTORE costs, from Berlin on */
};

struct evm_steps {
    void *ctx;
    /* Before the instruction; may be NULL. */
    void (*before)(void *ctx, struct evm_env *env, const struct evm_step *step);
    /* After it, before anything else is reported. The slices of `step` are not valid any more. */
    void (*after)(void *ctx, struct evm_env *env, const struct evm_step *step,
                  const struct evm_step_end *end);
    /* private */
    bool pending;
    struct evm_step step;
    struct evm_operands operands; /* of that step */
};

void evm_steps_step(struct evm_steps *s, struct evm_env *env, const struct evm_step *step);
void evm_steps_enter(struct evm_steps *s, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas);
void evm_steps_stop(struct evm_steps *s, struct evm_env *env, enum evm_status status, uint64_t gas);

/* How much memory the instruction needs; false if that passes 64 bits. */
bool evm_memory_need(const struct evm_operands *o, uint8_t op, uint64_t *need);
/* go-ethereum has no price for more memory than this. */
#define EVM_MEMORY_PRICED_BYTES 0x1fffffffe0u
/* Does a call, or a SELFDESTRUCT, end inside the computation of its cost, which go-ethereum gives
 * up early to spare accesses to the state? */
bool evm_cost_ends_early(const struct evm_operands *o, const struct evm_env *env,
                         const struct evm_step *step);
/* Which failure go-ethereum, in its order of checks, finds where `status` was found here: it looks
 * at the stack before the gas, and at the gas before it runs the instruction. */
enum evm_status evm_status_told(const struct evm_operands *o, const struct evm_env *env,
                                const struct evm_step *step, enum evm_status status);
/* private to evm/ */
void evm_operands_take(struct evm_operands *o, struct evm_env *env, const struct evm_step *step);
uint64_t evm_failed_cost(const struct evm_operands *o, const struct evm_env *env,
                         const struct evm_step *step, enum evm_status status);

/* An instruction's name as go-ethereum prints it. */
void evm_op_name_put(struct buf *out, uint8_t op);

/* Why a frame failed at the instruction `op` with `stack_count` items, in go-ethereum's words,
 * which name operands. */
void evm_error_put(struct buf *out, enum evm_status status, uint8_t op, uint32_t stack_count);

#endif
