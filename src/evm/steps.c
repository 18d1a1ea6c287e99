#include "evm/steps.h"

#include "evm/opcodes.h"

/* go-ethereum grants refunds while it computes the cost. */
static void finish(struct evm_steps *s, struct evm_env *env, const struct evm_step_end *end) {
    if (!s->pending) return;
    s->pending = false;
    bool grants = s->step.op == OP_SSTORE || s->step.op == OP_SELFDESTRUCT;
    if (grants && (end->status == EVM_SUCCESS || end->ran))
        s->step.refund = (uint64_t)st_refund(env->journal);
    s->after(s->ctx, env, &s->step, end);
}

void evm_steps_step(struct evm_steps *s, struct evm_env *env, const struct evm_step *step) {
    finish(s, env, &(struct evm_step_end){.cost = s->step.gas - step->gas});
    s->step = *step;
    s->pending = true;
    evm_operands_take(&s->operands, env, step);
    if (s->before) s->before(s->ctx, env, step);
}

void evm_steps_enter(struct evm_steps *s, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas) {
    /* A creation takes the gas that it forwards only after its line. */
    uint64_t later = params->kind == EVM_CREATE || params->kind == EVM_CREATE2 ? params->gas : 0;
    finish(s, env, &(struct evm_step_end){.cost = s->step.gas - caller_gas - later});
    if (params->depth == 0) s->step = (struct evm_step){0};
}

/* Does an instruction fail with this status while it runs? What has it taken off the stack then? */
static bool fails_while_running(enum evm_status status, uint8_t op, uint32_t *popped) {
    *popped = 0;
    switch (status) {
    case EVM_REVERT: *popped = 2; return true;
    case EVM_INVALID_JUMP: *popped = op == OP_JUMPI ? 2 : 1; return true;
    case EVM_RETURN_DATA_BOUNDS: *popped = 3; return true;
    case EVM_WRITE_PROTECTION: *popped = op == OP_CALL ? 7 : 0; return true;
    case EVM_INVALID_OPCODE: return true;
    default: return false;
    }
}

void evm_steps_stop(struct evm_steps *s, struct evm_env *env, enum evm_status status,
                    uint64_t gas) {
    status = evm_status_told(&s->operands, env, &s->step, status);
    struct evm_step_end end = {.cost = s->step.gas - gas, .status = status};
    if (status != EVM_SUCCESS && status != EVM_REVERT)
        end.cost = evm_failed_cost(&s->operands, env, &s->step, status);
    end.ran = status == EVM_SUCCESS || fails_while_running(status, s->step.op, &end.popped);
    finish(s, env, &end);
}

void evm_op_name_put(struct buf *out, uint8_t op) {
    if (evm_ops[op].name)
        buf_puts(out, evm_ops[op].name);
    else if (op == 0xfe)
        buf_puts(out, "INVALID");
    else
        buf_printf(out, "opcode 0x%x not defined", op);
}

void evm_error_put(struct buf *out, enum evm_status status, uint8_t op, uint32_t stack_count) {
    buf_puts(out, evm_status_text(status));
    if (status == EVM_STACK_UNDERFLOW) {
        buf_printf(out, " (%u <=> %u)", stack_count, evm_ops[op].in);
    } else if (status == EVM_STACK_OVERFLOW) {
        buf_printf(out, " (%d)", 1024 - (evm_ops[op].out - evm_ops[op].in));
    } else if (status == EVM_INVALID_OPCODE) {
        buf_puts(out, ": ");
        evm_op_name_put(out, op);
    }
}
