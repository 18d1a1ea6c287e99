/* callTracer: the tree of calls; flatCallTracer: the same as Parity's list of traces. */
#include "evm/opcodes.h"
#include "rpc/trace.h"

struct call_tracer {
    struct tracer base;
    struct trace_tree tree;
    bool parity_errors, precompiles; /* flatCallTracer */
};

static void begin(struct tracer *self, struct evm_env *env, const struct evm_tx *tx) {
    (void)env;
    trace_tree_begin(&((struct call_tracer *)self)->tree, tx);
}
static void enter(struct tracer *self, struct evm_env *env, const struct evm_call_params *params) {
    trace_tree_enter(&((struct call_tracer *)self)->tree, env, params);
}
static void leave(struct tracer *self, struct evm_env *env, const struct evm_call_params *params,
                  const struct evm_result *result) {
    trace_tree_exit(&((struct call_tracer *)self)->tree, env, params, result);
}
static void destruct(struct tracer *self, struct evm_env *env, const struct b20 *from,
                     const struct b20 *to, const struct u256 *value) {
    trace_tree_destruct(&((struct call_tracer *)self)->tree, env, from, to, value);
}
static void end(struct tracer *self, struct evm_env *env) {
    (void)env;
    trace_tree_end(&((struct call_tracer *)self)->tree);
}

/* ---- callTracer */

static struct tracer *make_call(struct rpc_call *c, struct trace *t, json_t *config) {
    struct call_tracer *ct = ARENA_NEW(&t->arena, struct call_tracer);
    ct->base = (struct tracer){&trace_call_tracer, t};
    ct->tree.trace = t;
    if (!trace_config_bool(c, config, "onlyTopCall", &ct->tree.only_top) ||
        !trace_config_bool(c, config, "withLog", &ct->tree.with_log))
        return NULL;
    return &ct->base;
}

static void put_logs(struct json_out *o, const struct trace_call_log *l) {
    jo_key(o, "logs");
    jo_array(o);
    for (; l; l = l->next) {
        jo_object(o);
        JO_KEY_HEX(o, "address", l->address);
        jo_key(o, "topics");
        jo_array(o);
        for (uint32_t i = 0; i < l->topic_count; i++) jo_hex(o, BYTES_OF(l->topics[i]));
        jo_end_array(o);
        jo_key(o, "data");
        jo_hex(o, l->data);
        jo_key(o, "index");
        jo_quantity(o, l->index);
        jo_key(o, "position");
        jo_quantity(o, l->position);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_outcome(struct json_out *o, const struct trace_frame *f, struct arena *arena) {
    struct bytes reason;
    if (f->output.n) {
        jo_key(o, "output");
        jo_hex(o, f->output);
    }
    if (f->failed) {
        jo_key(o, "error");
        jo_string(o, f->error);
    }
    if (f->reverted && trace_revert_reason(arena, f->output, &reason) && reason.n) {
        jo_key(o, "revertReason");
        jo_string(o, reason);
    }
}

/* Frames nest 1,025 deep at most (and one leg below another). */
void trace_put_call(struct json_out *o, const struct trace_frame *f, struct arena *arena,
                    void (*more)(void *ctx, struct json_out *o, const struct trace_frame *f),
                    void *ctx) {
    jo_object(o);
    JO_KEY_HEX(o, "from", f->from);
    jo_key(o, "gas");
    jo_quantity(o, f->gas);
    jo_key(o, "gasUsed");
    jo_quantity(o, f->gas_used);
    if (f->has_to) JO_KEY_HEX(o, "to", f->to);
    jo_key(o, "input");
    jo_hex(o, f->input);
    put_outcome(o, f, arena);
    if (f->first) {
        jo_key(o, "calls");
        jo_array(o);
        for (const struct trace_frame *child = f->first; child; child = child->next)
            trace_put_call(o, child, arena, more, ctx);
        jo_end_array(o);
    }
    if (f->logs) put_logs(o, f->logs);
    if (more) more(ctx, o, f);
    if (f->has_value) {
        jo_key(o, "value");
        jo_quantity_u256(o, &f->value);
    }
    jo_key(o, "type");
    jo_cstring(o, evm_ops[f->op].name);
    jo_end_object(o);
}

static void put_call(struct tracer *self, struct json_out *o) {
    struct call_tracer *ct = (struct call_tracer *)self;
    if (ct->tree.root)
        trace_put_call(o, ct->tree.root, &self->trace->arena, NULL, NULL);
    else
        jo_null(o);
}

const struct tracer_type trace_call_tracer = {.name = "callTracer",
                                              .steps = true,
                                              .make = make_call,
                                              .begin = begin,
                                              .enter = enter,
                                              .exit = leave,
                                              .destruct = destruct,
                                              .end = end,
                                              .put = put_call};

/* ---- flatCallTracer */

static struct tracer *make_flat(struct rpc_call *c, struct trace *t, json_t *config) {
    struct call_tracer *ct = ARENA_NEW(&t->arena, struct call_tracer);
    ct->base = (struct tracer){&trace_flat_call_tracer, t};
    ct->tree.trace = t;
    if (!trace_config_bool(c, config, "convertParityErrors", &ct->parity_errors) ||
        !trace_config_bool(c, config, "includePrecompiles", &ct->precompiles))
        return NULL;
    return &ct->base;
}

static void leave_flat(struct tracer *self, struct evm_env *env,
                       const struct evm_call_params *params, const struct evm_result *result) {
    struct call_tracer *ct = (struct call_tracer *)self;
    trace_tree_exit(&ct->tree, env, params, result);
    if (!ct->precompiles) trace_tree_drop_precompile(&ct->tree, env, params);
}

static void put_flat(struct tracer *self, struct json_out *o) {
    struct call_tracer *ct = (struct call_tracer *)self;
    jo_array(o);
    struct trace_flat_form form = {.parity_words = ct->parity_errors, .placed = true};
    if (ct->tree.root) trace_tree_put_flat(&ct->tree, &form, o);
    jo_end_array(o);
}

const struct tracer_type trace_flat_call_tracer = {.name = "flatCallTracer",
                                                   .steps = true,
                                                   .make = make_flat,
                                                   .begin = begin,
                                                   .enter = enter,
                                                   .exit = leave_flat,
                                                   .destruct = destruct,
                                                   .end = end,
                                                   .put = put_flat};
