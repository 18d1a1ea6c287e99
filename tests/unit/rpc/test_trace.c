/* Options of traces, their bounds, and what go-ethereum makes of revert data. */
#include "rpc/trace.h"

#include "../evm/world.h"

#include "codec/codec.h"

static struct arena arena;
static struct buf out;
static struct json_out json;

static struct rpc_call fresh_call(void) {
    buf_clear(&out);
    json = (struct json_out){.buf = &out};
    return (struct rpc_call){.method = "test", .out = &json, .arena = &arena};
}

static json_t *parse(const char *text) {
    json_t *v = NULL;
    struct err e = rpc_parse_json(&arena, bytes_cstr(text), &v);
    if (err_is(e)) fail_msg("%s: %s", text, e.text);
    return v;
}

static int setup(void **state) {
    (void)state;
    arena_init(&arena, 0);
    return 0;
}
static int teardown(void **state) {
    (void)state;
    arena_free(&arena);
    buf_free(&out);
    return 0;
}

/* ---- Options */

static void assert_refused(const char *text, int code, const char *word) {
    struct rpc_call c = fresh_call();
    struct trace_options options;
    struct trace_budget budget = {0};
    struct trace t;
    json_t *v = parse(text);
    if (trace_options_parse(&c, v, &options) && trace_begin(&t, &c, &options, &budget, NULL))
        fail_msg("%s is accepted", text);
    assert_int_equal(c.error, code);
    if (!strstr(c.message, word)) fail_msg("%s: '%s' does not say %s", text, c.message, word);
    json_decref(v);
}

static void test_wrong_options_are_named(void **state) {
    (void)state;
    assert_refused("{\"tracer\":5}", RPC_INVALID_PARAMS, "tracer");
    assert_refused("{\"tracer\":\"callTracer\",\"tracerConfig\":[]}", RPC_INVALID_PARAMS,
                   "tracerConfig");
    assert_refused("{\"tracer\":\"callTracer\",\"tracerConfig\":{\"withLog\":1}}",
                   RPC_INVALID_PARAMS, "withLog");
    assert_refused("{\"tracer\":\"call\"}", RPC_SERVER_ERROR, "no tracer 'call'");
    assert_refused("{\"tracer\":\"{result: function() {}}\"}", RPC_SERVER_ERROR, "JavaScript");
    assert_refused("{\"tracer\":\"function() { return 1 }\"}", RPC_SERVER_ERROR, "JavaScript");
    assert_refused("{\"disableStack\":\"yes\"}", RPC_INVALID_PARAMS, "disableStack");
    assert_refused("{\"limit\":-1}", RPC_INVALID_PARAMS, "limit");
    assert_refused("{\"limit\":\"0x5\"}", RPC_INVALID_PARAMS, "limit");
    assert_refused("{\"overrides\":{\"cancunTime\":0}}", RPC_INVALID_PARAMS, "overrides");
    assert_refused("{\"tracer\":\"muxTracer\",\"tracerConfig\":{\"callTracer\":{},\"x\":{}}}",
                   RPC_SERVER_ERROR, "no tracer 'x'");
    assert_refused("{\"tracer\":\"muxTracer\",\"tracerConfig\":{\"callTracer\":5}}",
                   RPC_INVALID_PARAMS, "callTracer");
    assert_refused("{\"tracer\":\"prestateTracer\",\"tracerConfig\":{\"diffMode\":true,"
                   "\"includeEmpty\":true}}",
                   RPC_SERVER_ERROR, "cannot use diffMode with includeEmpty");
    assert_refused("{\"tracer\":\"muxTracer\",\"tracerConfig\":{\"callTracer\":{},"
                   "\"4byteTracer\":{},\"noopTracer\":{},\"flatCallTracer\":{},\"muxTracer\":{"
                   "\"callTracer\":{},\"4byteTracer\":{},\"noopTracer\":{},\"flatCallTracer\":{},"
                   "\"muxTracer\":{\"callTracer\":{},\"4byteTracer\":{},\"noopTracer\":{},"
                   "\"flatCallTracer\":{},\"prestateTracer\":{},\"erc7562Tracer\":{},"
                   "\"muxTracer\":{}}}}}",
                   RPC_INVALID_PARAMS, "more than 16");
    assert_refused("{\"tracer\":\"erc7562Tracer\",\"tracerConfig\":{\"ignoredOpcodes\":7}}",
                   RPC_INVALID_PARAMS, "ignoredOpcodes");
}

static void test_durations_are_those_of_go(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t ms; /* UINT64_MAX: refused */
    } cases[] = {{"5s", 5000},
                 {"1m30s", 90000},
                 {"1.5s", 1500},
                 {"300ms", 300},
                 {"2us", 0},
                 {"1500us", 1},
                 {"0", 0},
                 {"0.1h", 300000},
                 {"9999h", 300000},
                 {"+2s", 2000},
                 {".5s", 500},
                 {"5", UINT64_MAX},
                 {"", UINT64_MAX},
                 {"-1s", UINT64_MAX},
                 {"s", UINT64_MAX},
                 {"1x", UINT64_MAX},
                 {"5 s", UINT64_MAX},
                 {"1s ", UINT64_MAX},
                 {"1.2.3s", UINT64_MAX}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rpc_call c = fresh_call();
        struct trace_options options;
        json_t *v = json_pack("{s:s}", "timeout", cases[i].text);
        bool ok = trace_options_parse(&c, v, &options);
        if (ok != (cases[i].ms != UINT64_MAX)) fail_msg("'%s'", cases[i].text);
        if (ok && options.timeout_ms != cases[i].ms)
            fail_msg("'%s' is %llu ms", cases[i].text, (unsigned long long)options.timeout_ms);
        json_decref(v);
    }
}

static void test_defaults_and_what_means_nothing(void **state) {
    (void)state;
    struct rpc_call c = fresh_call();
    struct trace_options options;
    assert_true(trace_options_parse(&c, NULL, &options));
    assert_ptr_equal(options.type, &trace_struct_logger);
    assert_int_equal(options.timeout_ms, TRACE_TIMEOUT_MS);
    json_t *v = parse("{\"reexec\":128,\"tracer\":null,\"tracerConfig\":null,\"timeout\":null,"
                      "\"disableMemory\":true,\"unknown\":{}}");
    assert_true(trace_options_parse(&c, v, &options));
    assert_ptr_equal(options.type, &trace_struct_logger);
    json_decref(v);
}

/* ---- Bounds */

/* PUSH1 1; PUSH1 2; ADD; PUSH0; SSTORE; 32 bytes returned. */
static const char CODE[] = "600160020160005560206000f3";

/* Traces a call of `code` with a budget of which `used` is gone. */
static bool trace(struct rpc_call *c, const char *options_text, const char *code, size_t used,
                  _Atomic size_t *pool) {
    struct world w;
    struct trace_options options;
    struct trace_budget budget = {.pool = pool, .used = used};
    struct trace t;
    json_t *v = parse(options_text);
    world_open(&w, EVM_OSAKA);
    st_begin_tx(w.j);
    put_code(&w, at(1), code);
    st_end_tx(w.j, false);
    st_begin_tx(w.j);
    assert_true(trace_options_parse(c, v, &options));
    assert_true(trace_begin(&t, c, &options, &budget, NULL));
    w.host.tracer = t.observer.evm;
    struct evm_tx tx = {.gas_limit = 100000, .to = at(1), .sender = at(2)};
    t.observer.begin(t.observer.ctx, &w.env, &tx);
    struct evm_result r = call(&w, at(1), (struct bytes){NULL, 0}, 100000);
    t.observer.end(t.observer.ctx, &w.env, 100000 - r.gas_left, r.status == EVM_SUCCESS);
    bool ok = trace_put(&t, c);
    trace_end(&t);
    trace_budget_end(&budget);
    st_end_tx(w.j, true);
    world_close(&w);
    json_decref(v);
    return ok;
}

static void test_struct_logger_says_what_ran(void **state) {
    (void)state;
    struct rpc_call c = fresh_call();
    assert_true(trace(&c, "{\"disableStorage\":true}", CODE, 0, NULL));
    assert_string_equal(
        buf_cstr(&out),
        "{\"gas\":22121,\"failed\":false,\"returnValue\":\"0x"
        "0000000000000000000000000000000000000000000000000000000000000000\",\"structLogs\":["
        "{\"pc\":0,\"op\":\"PUSH1\",\"gas\":100000,\"gasCost\":3,\"depth\":1,\"stack\":[]},"
        "{\"pc\":2,\"op\":\"PUSH1\",\"gas\":99997,\"gasCost\":3,\"depth\":1,\"stack\":[\"0x1\"]},"
        "{\"pc\":4,\"op\":\"ADD\",\"gas\":99994,\"gasCost\":3,\"depth\":1,"
        "\"stack\":[\"0x1\",\"0x2\"]},"
        "{\"pc\":5,\"op\":\"PUSH1\",\"gas\":99991,\"gasCost\":3,\"depth\":1,\"stack\":[\"0x3\"]},"
        "{\"pc\":7,\"op\":\"SSTORE\",\"gas\":99988,\"gasCost\":22100,\"depth\":1,"
        "\"stack\":[\"0x3\",\"0x0\"]},"
        "{\"pc\":8,\"op\":\"PUSH1\",\"gas\":77888,\"gasCost\":3,\"depth\":1,\"stack\":[]},"
        "{\"pc\":10,\"op\":\"PUSH1\",\"gas\":77885,\"gasCost\":3,\"depth\":1,\"stack\":[\"0x20\"]},"
        "{\"pc\":12,\"op\":\"RETURN\",\"gas\":77882,\"gasCost\":3,\"depth\":1,"
        "\"stack\":[\"0x20\",\"0x0\"]}]}");
}

/* 18 slots read, number 3 written, number 3 of a contract in creation read, number 5 read again:
 * each entry shows what was seen of its own contract, as it is by then. */
static void test_struct_logger_shows_the_slots_seen_of_a_contract(void **state) {
    (void)state;
    static const char code[] = "5f5b80545060010180601211600157" /* SLOAD 0 to 17 */
                               "6007600355"                     /* SSTORE */
                               "626003545f526003601d5ff0"       /* CREATE */
                               "60055400";
    struct rpc_call c = fresh_call();
    assert_true(trace(&c, "{}", code, 0, NULL));
    json_t *v = json_loadb((const char *)out.p, out.n, 0, NULL), *entry;
    assert_non_null(v);
    size_t i, shown = 0, inner = 0;
    json_array_foreach(json_object_get(v, "structLogs"), i, entry) {
        json_t *value, *storage = json_object_get(entry, "storage");
        const char *key;
        uint64_t slot = 0;
        if (!storage) continue;
        if (json_integer_value(json_object_get(entry, "depth")) == 2) {
            inner++;
            assert_int_equal(json_object_size(storage), 1);
            continue;
        }
        shown++;
        assert_int_equal(json_object_size(storage), shown < 18 ? shown : 18);
        json_object_foreach(storage, key, value) {
            assert_int_equal(strlen(key), 66);
            assert_int_equal(strtoull(key + 2 + 48, NULL, 16), slot);
            assert_int_equal(strtoull(json_string_value(value) + 2 + 48, NULL, 16),
                             slot == 3 && shown > 18 ? 7 : 0);
            slot++;
        }
    }
    assert_int_equal(shown, 20);
    assert_int_equal(inner, 1);
    json_decref(v);
}

static void test_answer_beyond_the_bound_is_refused(void **state) {
    (void)state;
    static const char *const options[] = {
        "{}", "{\"tracer\":\"callTracer\"}", "{\"tracer\":\"flatCallTracer\"}",
        "{\"tracer\":\"prestateTracer\"}", "{\"tracer\":\"erc7562Tracer\"}"};
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        struct rpc_call c = fresh_call();
        if (trace(&c, options[i], CODE, TRACE_ANSWER_MAX_BYTES, NULL)) fail_msg("%s", options[i]);
        assert_int_equal(c.error, RPC_RESPONSE_TOO_LARGE);
        assert_non_null(strstr(c.message, "128 MiB"));
    }
}

static void test_pool_that_others_use_up_is_busy_and_given_back(void **state) {
    (void)state;
    _Atomic size_t pool = TRACE_ALL_MAX_BYTES;
    struct rpc_call c = fresh_call();
    assert_false(trace(&c, "{}", CODE, 0, &pool));
    assert_int_equal(c.error, RPC_LIMIT_EXCEEDED);
    assert_int_equal(pool, TRACE_ALL_MAX_BYTES);
    pool = 0;
    c = fresh_call();
    assert_true(trace(&c, "{}", CODE, 0, &pool));
    assert_int_equal(pool, 0);
}

static void test_time_that_is_over_is_an_error(void **state) {
    (void)state;
    struct rpc_call c = fresh_call();
    /* Some 25,000 instructions, looked at every few thousand. */
    assert_false(trace(&c, "{\"timeout\":\"0\",\"disableStack\":true}", "5b600056", 0, NULL));
    assert_string_equal(c.message, "execution timeout");
}

static void test_failures_in_go_ethereums_words(void **state) {
    (void)state;
    static const struct {
        const char *code, *error;
    } cases[] = {
        {"01", "stack underflow (0 <=> 2)"},
        {"fe", "invalid opcode: INVALID"},
        {"0c", "invalid opcode: opcode 0xc not defined"},
        {"600356", "invalid jump destination"},
        {"60ff5f5f3e", "return data out of bounds"},
        {"5f5ffd", "execution reverted"},
        {"5b600056", "out of gas"},
        {"60017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff52",
         "gas uint64 overflow"},
        {"600167ffffffffffffff0052", "out of gas: gas uint64 overflow"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rpc_call c = fresh_call();
        assert_true(trace(&c, "{\"tracer\":\"callTracer\"}", cases[i].code, 0, NULL));
        json_t *v = json_loadb((const char *)out.p, out.n, 0, NULL);
        assert_non_null(v);
        const char *error = json_string_value(json_object_get(v, "error"));
        if (!error || strcmp(error, cases[i].error) != 0)
            fail_msg("%s: %s", cases[i].code, error ? error : "no error");
        json_decref(v);
    }
}

/* ---- Reasons */

static void test_revert_reasons(void **state) {
    (void)state;
    static const struct {
        const char *data, *reason; /* NULL: none */
    } cases[] = {
        {"08c379a0"
         "0000000000000000000000000000000000000000000000000000000000000020"
         "0000000000000000000000000000000000000000000000000000000000000003"
         "6e6f210000000000000000000000000000000000000000000000000000000000",
         "no!"},
        /* Not padded, and the text elsewhere: decoders take it. */
        {"08c379a0"
         "0000000000000000000000000000000000000000000000000000000000000040"
         "00000000000000000000000000000000000000000000000000000000000000ff"
         "0000000000000000000000000000000000000000000000000000000000000002"
         "6f6b",
         "ok"},
        {"08c379a0"
         "0000000000000000000000000000000000000000000000000000000000000020"
         "0000000000000000000000000000000000000000000000000000000000000021"
         "6e6f210000000000000000000000000000000000000000000000000000000000",
         NULL},
        {"08c379a0"
         "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         NULL},
        {"08c379a0"
         "000000000000000000000000000000000000000000000000fffffffffffffff0"
         "0000000000000000000000000000000000000000000000000000000000000020",
         NULL},
        {"4e487b710000000000000000000000000000000000000000000000000000000000000011",
         "arithmetic underflow or overflow"},
        {"4e487b710000000000000000000000000000000000000000000000000000000000000099",
         "unknown panic code: 0x99"},
        {"4e487b71ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         "unknown panic code: "
         "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
        {"4e487b71", NULL},
        {"08c379a0", NULL},
        {"12345678", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes reason;
        bool has = trace_revert_reason(&arena, unhex(&arena, cases[i].data), &reason);
        if (has != (cases[i].reason != NULL)) fail_msg("%s", cases[i].data);
        if (has) assert_bytes(reason, bytes_cstr(cases[i].reason));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_options_are_named),
        cmocka_unit_test(test_durations_are_those_of_go),
        cmocka_unit_test(test_defaults_and_what_means_nothing),
        cmocka_unit_test(test_struct_logger_says_what_ran),
        cmocka_unit_test(test_struct_logger_shows_the_slots_seen_of_a_contract),
        cmocka_unit_test(test_answer_beyond_the_bound_is_refused),
        cmocka_unit_test(test_pool_that_others_use_up_is_busy_and_given_back),
        cmocka_unit_test(test_time_that_is_over_is_an_error),
        cmocka_unit_test(test_failures_in_go_ethereums_words),
        cmocka_unit_test(test_revert_reasons),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
