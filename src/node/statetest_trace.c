/* EIP-3155 lines, as go-ethereum's `evm --json` writes them. What an instruction cost is known when
 * the next thing happens, so a line is written one event late. */
#include <stdlib.h>

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

static void put_name(FILE *out, uint8_t op) {
    if (evm_ops[op].name)
        fputs(evm_ops[op].name, out);
    else if (op == 0xfe)
        fputs("INVALID", out);
    else
        fprintf(out, "opcode 0x%x not defined", op);
}

/* Writes the pending line with its cost. */
static void flush(struct statetest_trace *t, uint64_t cost, const char *error) {
    if (!t->pending) return;
    const struct evm_step *s = &t->step;
    fprintf(t->out,
            "{\"pc\":%u,\"op\":%u,\"gas\":\"0x%llx\",\"gasCost\":\"0x%llx\",\"memSize\":%llu,"
            "\"stack\":%s,\"depth\":%u,\"refund\":%llu,\"opName\":\"",
            s->pc, s->op, (unsigned long long)s->gas, (unsigned long long)cost,
            (unsigned long long)s->memory_size, t->stack_text, s->depth,
            (unsigned long long)s->refund);
    put_name(t->out, s->op);
    fprintf(t->out, error ? "\",\"error\":\"%s\"}\n" : "\"}\n", error);
    t->pending = false;
}

static void on_step(void *ctx, struct evm_env *env, const struct evm_step *step) {
    (void)env;
    struct statetest_trace *t = ctx;
    flush(t, t->step.gas - step->gas, NULL);
    t->step = *step;
    struct buf b = {0};
    put_stack(&b, step->stack, step->stack_count);
    free(t->stack_text);
    t->stack_text = (char *)(uintptr_t)buf_cstr(&b);
    t->pending = true;
}

static void on_enter(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas) {
    (void)env;
    struct statetest_trace *t = ctx;
    /* A creation takes the gas that it forwards only after its line. */
    uint64_t later = params->kind == EVM_CREATE || params->kind == EVM_CREATE2 ? params->gas : 0;
    flush(t, t->step.gas - caller_gas - later, NULL);
}

static void on_stop(void *ctx, struct evm_env *env, enum evm_status status, uint64_t gas) {
    struct statetest_trace *t = ctx;
    bool failed = status != EVM_SUCCESS && status != EVM_REVERT;
    const struct evm_op_info *op = &evm_ops[t->step.op];
    uint64_t base = op->name ? evm_static_gas[op->gas_class][env->fork] : 0;
    flush(t, failed ? base : t->step.gas - gas, failed ? evm_status_text(status) : NULL);
}

void statetest_trace_begin(struct statetest_trace *t, FILE *out) {
    *t = (struct statetest_trace){.out = out};
    t->tracer = (struct evm_tracer){.ctx = t, .step = on_step, .enter = on_enter, .stop = on_stop};
}

void statetest_trace_end(struct statetest_trace *t, const struct evm_result *result,
                         uint64_t gas_used) {
    struct buf output = {0};
    hex_put_digits(&output, result->output);
    fprintf(t->out, "{\"output\":\"%s\",\"gasUsed\":\"0x%llx\"", buf_cstr(&output),
            (unsigned long long)gas_used);
    if (result->status != EVM_SUCCESS)
        fprintf(t->out, ",\"error\":\"%s\"", evm_status_text(result->status));
    fputs("}\n", t->out);
    buf_free(&output);
    free(t->stack_text);
    t->stack_text = NULL;
}
