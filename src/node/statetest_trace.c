/* EIP-3155 lines, as go-ethereum's `evm --json` writes them. What an instruction cost is known when
 * the next thing happens, so a line is written one event late. */
#include "codec/codec.h"
#include "evm/opcodes.h"
#include "node/statetest.h"

static void put_stack(struct buf *b, const struct u256 *stack, uint32_t count) {
    buf_puts(b, "[");
    for (uint32_t i = 0; i < count; i++) {
        buf_puts(b, i ? ",\"" : "\"");
        hex_put_u256(b, &stack[i]);
        buf_puts(b, "\"");
    }
    buf_puts(b, "]");
}

static void put_name(struct buf *b, uint8_t op) {
    if (evm_ops[op].name)
        buf_puts(b, evm_ops[op].name);
    else if (op == 0xfe)
        buf_puts(b, "INVALID");
    else
        buf_printf(b, "opcode 0x%x not defined", op);
}

/* Why it failed, in go-ethereum's words, which name operands, and with its escapes. */
static void put_error(struct buf *b, enum evm_status status, const struct evm_step *s) {
    buf_puts(b, evm_status_text(status));
    if (status == EVM_STACK_UNDERFLOW) {
        buf_printf(b, " (%u \\u003c=\\u003e %u)", s->stack_count, evm_ops[s->op].in);
    } else if (status == EVM_STACK_OVERFLOW) {
        buf_printf(b, " (%d)", 1024 - (evm_ops[s->op].out - evm_ops[s->op].in));
    } else if (status == EVM_INVALID_OPCODE) {
        buf_puts(b, ": ");
        put_name(b, s->op);
    }
}

/* One line for the pending step. */
static void put_line(struct statetest_trace *t, uint64_t cost, uint32_t popped,
                     enum evm_status status) {
    const struct evm_step *s = &t->step;
    struct buf b = {0};
    buf_printf(&b,
               "{\"pc\":%u,\"op\":%u,\"gas\":\"0x%llx\",\"gasCost\":\"0x%llx\",\"memSize\":%llu,"
               "\"stack\":",
               s->pc, s->op, (unsigned long long)s->gas, (unsigned long long)cost,
               (unsigned long long)s->memory_size);
    put_stack(&b, t->stack, s->stack_count > popped ? s->stack_count - popped : 0);
    buf_printf(&b, ",\"depth\":%u,\"refund\":%llu,\"opName\":\"", s->depth,
               (unsigned long long)s->refund);
    put_name(&b, s->op);
    if (status != EVM_SUCCESS) {
        buf_puts(&b, "\",\"error\":\"");
        put_error(&b, status, s);
    }
    buf_puts(&b, "\"}\n");
    fwrite(b.p, 1, b.n, t->out);
    buf_free(&b);
}

/* Writes the pending line with its cost. go-ethereum grants refunds while it computes the cost. */
static void flush(struct statetest_trace *t, struct evm_env *env, uint64_t cost) {
    if (!t->pending) return;
    t->pending = false;
    if (t->step.op == OP_SSTORE || t->step.op == OP_SELFDESTRUCT)
        t->step.refund = (uint64_t)st_refund(env->journal);
    put_line(t, cost, 0, EVM_SUCCESS);
}

static void on_step(void *ctx, struct evm_env *env, const struct evm_step *step) {
    struct statetest_trace *t = ctx;
    flush(t, env, t->step.gas - step->gas);
    t->step = *step;
    memcpy(t->stack, step->stack, step->stack_count * sizeof *step->stack);
    t->pending = true;
}

static void on_enter(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas) {
    struct statetest_trace *t = ctx;
    /* A creation takes the gas that it forwards only after its line. */
    uint64_t later = params->kind == EVM_CREATE || params->kind == EVM_CREATE2 ? params->gas : 0;
    flush(t, env, t->step.gas - caller_gas - later);
}

/* What an instruction that fails while it runs, not before, has taken off the stack by then. */
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

static void on_stop(void *ctx, struct evm_env *env, enum evm_status status, uint64_t gas) {
    struct statetest_trace *t = ctx;
    const struct evm_op_info *op = &evm_ops[t->step.op];
    bool failed = status != EVM_SUCCESS && status != EVM_REVERT, twice;
    uint64_t cost = t->step.gas - gas;
    uint32_t popped;
    if (failed)
        cost = evm_op_defined(t->step.op, env->fork) ? evm_static_gas[op->gas_class][env->fork] : 0;
    twice = fails_while_running(status, t->step.op, &popped);
    if (status == EVM_SUCCESS || twice) flush(t, env, cost);
    if (status == EVM_SUCCESS && t->step.op == OP_SELFDESTRUCT) /* shown as a call of its own */
        fputs("{\"output\":\"\",\"gasUsed\":\"0x0\"}\n", t->out);
    if (status != EVM_SUCCESS) put_line(t, cost, popped, status);
    t->pending = false;
}

static void on_leave(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     const struct evm_result *result) {
    (void)env;
    struct statetest_trace *t = ctx;
    struct buf output = {0};
    hex_put_digits(&output, result->output);
    fprintf(t->out, "{\"output\":\"%s\",\"gasUsed\":\"0x%llx\"", buf_cstr(&output),
            (unsigned long long)(params->gas - result->gas_left));
    if (result->status != EVM_SUCCESS) {
        struct buf error = {0};
        put_error(&error, result->status, &t->step);
        fprintf(t->out, ",\"error\":\"%s\"", buf_cstr(&error));
        buf_free(&error);
    }
    fputs("}\n", t->out);
    buf_free(&output);
}

void statetest_trace_begin(struct statetest_trace *t, FILE *out) {
    *t = (struct statetest_trace){.out = out};
    t->tracer = (struct evm_tracer){
        .ctx = t, .step = on_step, .enter = on_enter, .exit = on_leave, .stop = on_stop};
}
