/* EIP-3155 lines, as go-ethereum's `evm --json` writes them. */
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

/* Why it failed, with go-ethereum's escapes. */
static void put_error(struct buf *b, enum evm_status status, const struct evm_step *s) {
    struct buf text = {0};
    evm_error_put(&text, status, s->op, s->stack_count);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '<' || text.p[i] == '>')
            buf_printf(b, "\\u%04x", text.p[i]);
        else
            buf_put_u8(b, text.p[i]);
    }
    buf_free(&text);
}

/* A field of bytes, left out if there are none. */
static void put_bytes(struct buf *b, const char *before_it, const struct buf *data,
                      const char *behind) {
    if (!data->n) return;
    buf_puts(b, before_it);
    hex_put(b, buf_bytes(data));
    buf_puts(b, behind);
}

/* One line for an instruction. */
static void put_line(struct statetest_trace *t, const struct evm_step *s,
                     const struct evm_step_end *end, uint32_t popped, enum evm_status status) {
    struct buf b = {0};
    buf_printf(&b, "{\"pc\":%u,\"op\":%u,\"gas\":\"0x%llx\",\"gasCost\":\"0x%llx\",", s->pc, s->op,
               (unsigned long long)s->gas, (unsigned long long)end->cost);
    if (t->form.memory) put_bytes(&b, "\"memory\":\"", &t->step_memory, "\",");
    buf_printf(&b, "\"memSize\":%llu,\"stack\":", (unsigned long long)s->memory_size);
    if (t->form.no_stack)
        buf_puts(&b, "null");
    else
        put_stack(&b, t->stack, s->stack_count > popped ? s->stack_count - popped : 0);
    if (t->form.return_data) put_bytes(&b, ",\"returnData\":\"", &t->step_return, "\"");
    buf_printf(&b, ",\"depth\":%u,\"refund\":%llu,\"opName\":\"", s->depth,
               (unsigned long long)s->refund);
    evm_op_name_put(&b, s->op);
    if (status != EVM_SUCCESS) {
        buf_puts(&b, "\",\"error\":\"");
        put_error(&b, status, s);
    }
    buf_puts(&b, "\"}\n");
    fwrite(b.p, 1, b.n, t->form.out);
    buf_free(&b);
}

static void before(void *ctx, struct evm_env *env, const struct evm_step *step) {
    (void)env;
    struct statetest_trace *t = ctx;
    memcpy(t->stack, step->stack, step->stack_count * sizeof *step->stack);
    buf_clear(&t->step_memory);
    buf_clear(&t->step_return);
    if (t->form.memory) buf_put_bytes(&t->step_memory, bytes_make(step->memory, step->memory_size));
    if (t->form.return_data) buf_put_bytes(&t->step_return, step->return_data);
}

/* One that fails while it runs has a line of its own and one for the failure. */
static void after(void *ctx, struct evm_env *env, const struct evm_step *step,
                  const struct evm_step_end *end) {
    (void)env;
    struct statetest_trace *t = ctx;
    if (end->status == EVM_SUCCESS || end->ran) put_line(t, step, end, 0, EVM_SUCCESS);
    if (end->ran) buf_clear(&t->step_return); /* geth does not know it any more */
    if (end->status != EVM_SUCCESS) put_line(t, step, end, end->popped, end->status);
}

static void on_step(void *ctx, struct evm_env *env, const struct evm_step *step) {
    evm_steps_step(&((struct statetest_trace *)ctx)->steps, env, step);
}

static void on_enter(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas) {
    evm_steps_enter(&((struct statetest_trace *)ctx)->steps, env, params, caller_gas);
}

static void on_stop(void *ctx, struct evm_env *env, enum evm_status status, uint64_t gas) {
    struct statetest_trace *t = ctx;
    evm_steps_stop(&t->steps, env, status, gas);
    if (status == EVM_SUCCESS && t->steps.step.op == OP_SELFDESTRUCT) /* as a call of its own */
        fputs("{\"output\":\"\",\"gasUsed\":\"0x0\"}\n", t->form.out);
}

static void on_leave(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     const struct evm_result *result) {
    (void)env;
    struct statetest_trace *t = ctx;
    struct buf output = {0};
    hex_put_digits(&output, result->output);
    fprintf(t->form.out, "{\"output\":\"%s\",\"gasUsed\":\"0x%llx\"", buf_cstr(&output),
            (unsigned long long)(params->gas - result->gas_left));
    if (result->status != EVM_SUCCESS) {
        struct buf error = {0};
        put_error(&error, result->status, &t->steps.step);
        fprintf(t->form.out, ",\"error\":\"%s\"", buf_cstr(&error));
        buf_free(&error);
    }
    fputs("}\n", t->form.out);
    buf_free(&output);
}

void statetest_trace_begin(struct statetest_trace *t, const struct trace_form *form) {
    *t = (struct statetest_trace){.form = *form};
    t->steps = (struct evm_steps){.ctx = t, .before = before, .after = after};
    t->tracer = (struct evm_tracer){
        .ctx = t, .step = on_step, .enter = on_enter, .exit = on_leave, .stop = on_stop};
}

void statetest_trace_end(struct statetest_trace *t) {
    buf_free(&t->step_memory);
    buf_free(&t->step_return);
}
