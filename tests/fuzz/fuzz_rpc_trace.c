/* Traces: the options of debug_trace… up to the first zero byte, then code that runs under the
 * tracer that they ask for. Whatever comes, there is an error or one JSON value, and memory stays
 * within the bounds. */
#include <stdlib.h>

#include "rpc/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { GAS = 100000 };

static const struct b20 SENDER = {{0x11}}, TARGET = {{0x22}}, OTHER = {{0x33}};

static void check_json(const struct buf *b) {
    json_t *v = json_loadb((const char *)b->p, b->n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!v) abort();
    json_decref(v);
}

/* Runs `code` as a call of a contract that holds it, and as init code when it says so. */
static void run(struct trace *t, struct bytes code) {
    struct st_journal *j = st_journal_new(NULL);
    struct evm_machine *m = evm_machine_new();
    struct evm_host host = {.tracer = t->observer.evm};
    struct evm_env env = {.fork = EVM_OSAKA,
                          .chain_id = 1,
                          .block = {.number = 9, .timestamp = 1, .gas_limit = GAS},
                          .host = &host,
                          .journal = j,
                          .machine = m,
                          .origin = SENDER};
    struct u256 wealth = u256_from_u64(1000);
    st_begin_tx(j);
    st_set_balance(j, st_account(j, &SENDER), &wealth);
    st_set_code(j, st_account(j, &TARGET), st_code_new(code));
    st_set_code(j, st_account(j, &OTHER), st_code_new(code));
    st_end_tx(j, false);
    st_begin_tx(j);
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .gas_limit = GAS,
                        .is_create = code.n % 2,
                        .to = TARGET,
                        .sender = SENDER,
                        .data = code};
    struct evm_call_params c = {.kind = tx.is_create ? EVM_CREATE : EVM_CALL,
                                .gas = GAS,
                                .sender = SENDER,
                                .to = TARGET,
                                .code = TARGET,
                                .input = code};
    struct evm_result r;
    t->observer.begin(t->observer.ctx, &env, &tx);
    evm_call(&env, &c, &r);
    t->observer.end(t->observer.ctx, &env, GAS - r.gas_left, r.status == EVM_SUCCESS);
    st_end_tx(j, true);
    st_journal_free(j);
    evm_machine_free(m);
}

static void trace_code(struct rpc_call *c, const struct trace_options *options, struct bytes code) {
    struct trace_budget budget = {0};
    struct trace t;
    if (!trace_begin(&t, c, options, &budget, NULL)) return;
    run(&t, code);
    if (trace_put(&t, c)) check_json(c->out->buf);
    if (budget.used > 2u * TRACE_ANSWER_MAX_BYTES) abort();
    trace_end(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t n = zero ? (size_t)(zero - data) : size;
    struct buf out = {0};
    struct json_out o = {.buf = &out};
    struct arena arena;
    struct trace_options options;
    json_t *json = NULL;
    arena_init(&arena, 0);
    struct rpc_call c = {.method = "f", .out = &o, .arena = &arena};
    if (!err_is(rpc_parse_json(&arena, bytes_make(data, n), &json))) {
        if (trace_options_parse(&c, json, &options))
            trace_code(&c, &options, bytes_make(data + n, size - n));
        else if (!c.error || !c.message)
            abort();
        json_decref(json);
    }
    arena_free(&arena);
    buf_free(&out);
    return 0;
}
