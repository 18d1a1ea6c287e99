/* JSON-RPC 2.0: requests, batches, notifications, ids, errors, parameters; with methods of its own.
 * The expected codes are those of the specification (jsonrpc.org/specification, 5.1). */
#include "rpc/jsonrpc.h"

#include "../codec/helpers.h"

static unsigned calls;

static bool echo(struct rpc_call *c) {
    char *text = json_dumps(c->params, JSON_COMPACT);
    jo_raw(c->out, bytes_cstr(text));
    free(text);
    calls++;
    return true;
}

static bool socket_of(struct rpc_call *c) {
    jo_number(c->out, c->ws);
    return true;
}

static bool revert(struct rpc_call *c) {
    jo_array(c->out); /* what a failing method has written already is not shown */
    c->error_data = BYTES_LIT("\x08\xc3\x79\xa0");
    return rpc_fail(c, RPC_EXECUTION_REVERTED, "execution reverted: %s", "it says \"no\"");
}

static bool big(struct rpc_call *c) {
    jo_hex(c->out, bytes_make(arena_zalloc(c->arena, 1 << 20, 1), 1 << 20));
    return true;
}

/* Each returns the parameter as it was read. */
static bool hash(struct rpc_call *c) {
    struct b32 v;
    return rpc_hash(c, rpc_param(c, 0), "h", &v) && (jo_hex(c->out, BYTES_OF(v)), true);
}
static bool address(struct rpc_call *c) {
    struct b20 v;
    return rpc_address(c, rpc_param(c, 0), "a", &v) && (jo_hex(c->out, BYTES_OF(v)), true);
}
static bool quantity(struct rpc_call *c) {
    uint64_t v;
    return rpc_quantity(c, rpc_param(c, 0), "q", &v) && (jo_quantity(c->out, v), true);
}
static bool quantity_u256(struct rpc_call *c) {
    struct u256 v;
    return rpc_quantity_u256(c, rpc_param(c, 0), "q", &v) && (jo_quantity_u256(c->out, &v), true);
}
static bool data(struct rpc_call *c) {
    struct bytes v;
    return rpc_data(c, rpc_param(c, 0), "d", &v) && (jo_hex(c->out, v), true);
}

static const struct rpc_method_row first[] = {{"echo", echo}, {"socket", socket_of}, {NULL, NULL}};
static const struct rpc_method_row second[] = {
    {"revert", revert},     {"big", big},
    {"hash", hash},         {"address", address},
    {"quantity", quantity}, {"quantity_u256", quantity_u256},
    {"data", data},         {NULL, NULL}};
static const struct rpc_method_row *const tables[] = {first, second, NULL};

static json_t *answer;

static int teardown(void **state) {
    json_decref(answer);
    answer = NULL;
    return teardown_arena(state);
}

/* Handles a body; the answer as JSON, or NULL if there is none. */
static json_t *ask_bytes(struct bytes body) {
    struct buf out = {0};
    struct bytes exact = exact_copy(body);
    json_decref(answer);
    answer = NULL;
    calls = 0;
    rpc_handle(NULL, tables, exact, 7, &out);
    free((void *)exact.p);
    if (out.n) {
        json_error_t e;
        answer = json_loadb((const char *)out.p, out.n, JSON_REJECT_DUPLICATES, &e);
        if (!answer) fail_msg("%s: %s", e.text, buf_cstr(&out));
    }
    buf_free(&out);
    return answer;
}

static json_t *ask(const char *body) {
    return ask_bytes(bytes_cstr(body));
}

static void assert_json(const json_t *got, const char *want) {
    json_t *w = json_loads(want, JSON_DECODE_ANY, NULL);
    assert_non_null(w);
    if (!json_equal(got, w)) {
        char *text = json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT);
        fail_msg("%s\nshould be\n%s", text, want);
    }
    json_decref(w);
}

static int code_of(const json_t *one) {
    assert_string_equal(json_string_value(json_object_get(one, "jsonrpc")), "2.0");
    assert_null(json_object_get(one, "result"));
    assert_non_null(json_object_get(one, "id"));
    return (int)json_integer_value(json_object_get(json_object_get(one, "error"), "code"));
}

static const char *message_of(const json_t *one) {
    const char *m = json_string_value(json_object_get(json_object_get(one, "error"), "message"));
    assert_non_null(m);
    return m;
}

static void test_request_is_answered(void **state) {
    (void)state;
    assert_json(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[1,\"a\",{}]}"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[1,\"a\",{}]}");
    assert_json(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}");
    assert_json(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":null}"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}");
    assert_json(ask(" {\"id\":1,\"method\":\"socket\"} \n"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}");
}

static void test_id_comes_back_as_it_was(void **state) {
    (void)state;
    static const char *const ids[] = {"0",
                                      "1",
                                      "-1",
                                      "9223372036854775807",
                                      "1.5",
                                      "\"\"",
                                      "\"abc\"",
                                      "\"a\\\"b\\\\c\\n\"",
                                      "\"\\u00fc\\ud83d\\ude00\"",
                                      "null"};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        json_t *a = ask(arena_printf(&arena, "{\"id\":%s,\"method\":\"echo\"}", ids[i]));
        assert_json(json_object_get(a, "id"), ids[i]);
        assert_non_null(json_object_get(a, "result"));
        a = ask(arena_printf(&arena, "{\"id\":%s,\"method\":\"nope\"}", ids[i]));
        assert_json(json_object_get(a, "id"), ids[i]);
    }
    /* Not of a kind that an id may have: answered with null. */
    static const char *const odd[] = {"[]", "{}", "true"};
    for (size_t i = 0; i < COUNT_OF(odd); i++)
        assert_json(json_object_get(
                        ask(arena_printf(&arena, "{\"id\":%s,\"method\":\"echo\"}", odd[i])), "id"),
                    "null");
}

static void test_notification_is_run_and_not_answered(void **state) {
    (void)state;
    assert_null(ask("{\"jsonrpc\":\"2.0\",\"method\":\"echo\"}"));
    assert_int_equal(calls, 1);
    assert_null(ask("{\"jsonrpc\":\"2.0\",\"method\":\"nope\"}"));
    assert_null(ask("{\"jsonrpc\":\"2.0\",\"method\":\"revert\"}"));
}

static void test_errors_of_methods_have_code_message_and_data(void **state) {
    (void)state;
    assert_json(ask("{\"id\":1,\"method\":\"revert\"}"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":3,\"message\":\"execution "
                "reverted: it says \\\"no\\\"\",\"data\":\"0x08c379a0\"}}");
    json_t *a = ask("{\"id\":1,\"method\":\"nope\"}");
    assert_int_equal(code_of(a), RPC_METHOD_NOT_FOUND);
    assert_string_equal(message_of(a), "the method nope does not exist/is not available");
    assert_null(json_object_get(json_object_get(a, "error"), "data"));
}

static void test_long_method_name_is_cut_to_valid_text(void **state) {
    (void)state;
    struct buf b = {0};
    buf_puts(&b, "{\"id\":1,\"method\":\"");
    for (int i = 0; i < 1000; i++) buf_puts(&b, "\xf0\x9f\x98\x80");
    buf_puts(&b, "a\"}");
    assert_int_equal(code_of(ask_bytes(buf_bytes(&b))), RPC_METHOD_NOT_FOUND);
    assert_true(strlen(message_of(answer)) < 400);
    buf_free(&b);
}

static void test_body_that_is_no_json_is_a_parse_error(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "[",
                                      "}",
                                      "nonsense",
                                      "1",
                                      "\"text\"",
                                      "null",
                                      "{\"id\":1,\"method\":\"echo\"",
                                      "{\"id\":1,\"method\":\"echo\"}}",
                                      "{\"id\":1,\"id\":2,\"method\":\"echo\"}",
                                      "{'id':1}",
                                      "{\"id\":1,\"method\":\"\xff\"}",
                                      "{\"id\":1,\"method\":\"e\\u0000\"}",
                                      "{\"id\":1,\"method\":\"\\ud800\"}",
                                      "[{\"id\":1,\"method\":\"echo\"},]"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        json_t *a = ask(bad[i]);
        if (code_of(a) != RPC_PARSE_ERROR) fail_msg("%s", bad[i]);
        assert_true(json_is_null(json_object_get(a, "id")));
        assert_int_equal(calls, 0);
    }
    assert_int_equal(code_of(ask_bytes((struct bytes){NULL, 0})), RPC_PARSE_ERROR);
}

static void test_deep_body_is_a_parse_error(void **state) {
    (void)state;
    for (unsigned depth = 62; depth <= 70; depth++) {
        struct buf b = {0};
        buf_puts(&b, "{\"id\":1,\"method\":\"echo\",\"params\":");
        for (unsigned i = 1; i < depth; i++) buf_puts(&b, "[");
        for (unsigned i = 1; i < depth; i++) buf_puts(&b, "]");
        buf_puts(&b, "}");
        json_t *a = ask_bytes(buf_bytes(&b));
        if (depth <= 64)
            assert_non_null(json_object_get(a, "result"));
        else
            assert_int_equal(code_of(a), RPC_PARSE_ERROR);
        buf_free(&b);
    }
    struct buf b = {0};
    for (unsigned i = 0; i < 1000000; i++) buf_puts(&b, "[");
    assert_int_equal(code_of(ask_bytes(buf_bytes(&b))), RPC_PARSE_ERROR);
    buf_free(&b);
}

static void test_request_of_another_shape_is_invalid(void **state) {
    (void)state;
    static const char *const bad[] = {"{}", "{\"id\":1}", "{\"id\":1,\"method\":1}",
                                      "{\"id\":1,\"method\":null}", "{\"id\":1,\"method\":[]}"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(code_of(ask(bad[i])), RPC_INVALID_REQUEST);
    static const char *const params[] = {"{}", "1", "\"a\"", "true"};
    for (size_t i = 0; i < COUNT_OF(params); i++)
        assert_int_equal(code_of(ask(arena_printf(
                             &arena, "{\"id\":1,\"method\":\"echo\",\"params\":%s}", params[i]))),
                         RPC_INVALID_PARAMS);
}

/* The examples of the specification, section 7. */
static void test_batches_of_the_specification_are_answered(void **state) {
    (void)state;
    assert_int_equal(code_of(ask("[]")), RPC_INVALID_REQUEST);
    json_t *a = ask("[1]");
    assert_int_equal(json_array_size(a), 1);
    assert_int_equal(code_of(json_array_get(a, 0)), RPC_INVALID_REQUEST);
    a = ask("[1,2,3]");
    assert_int_equal(json_array_size(a), 3);
    a = ask("[{\"method\":\"echo\",\"params\":[1],\"id\":\"1\"},"
            "{\"method\":\"echo\",\"params\":[7]},"
            "{\"method\":\"echo\",\"params\":[42,23],\"id\":\"2\"},"
            "{\"foo\":\"boo\"},"
            "{\"method\":\"foo.get\",\"id\":\"5\"},"
            "{\"method\":\"echo\",\"id\":9}]");
    assert_int_equal(calls, 4);
    assert_int_equal(json_array_size(a), 5);
    assert_json(json_array_get(a, 0), "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":[1]}");
    assert_json(json_array_get(a, 1), "{\"jsonrpc\":\"2.0\",\"id\":\"2\",\"result\":[42,23]}");
    assert_int_equal(code_of(json_array_get(a, 2)), RPC_INVALID_REQUEST);
    assert_int_equal(code_of(json_array_get(a, 3)), RPC_METHOD_NOT_FOUND);
    assert_json(json_array_get(a, 4), "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":[]}");
    assert_null(ask("[{\"method\":\"echo\"},{\"method\":\"nope\"}]"));
    assert_int_equal(calls, 1);
}

static void put_batch(struct buf *b, const char *method, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        buf_printf(b, "%c{\"id\":%u,\"method\":\"%s\"}", i ? ',' : '[', i, method);
    buf_puts(b, "]");
}

static void test_batch_has_a_limit(void **state) {
    (void)state;
    struct buf b = {0};
    put_batch(&b, "echo", RPC_BATCH_MAX);
    assert_int_equal(json_array_size(ask_bytes(buf_bytes(&b))), RPC_BATCH_MAX);
    buf_clear(&b);
    put_batch(&b, "echo", RPC_BATCH_MAX + 1);
    assert_int_equal(code_of(ask_bytes(buf_bytes(&b))), RPC_INVALID_REQUEST);
    assert_int_equal(calls, 0);
    buf_free(&b);
}

static void test_batch_answer_has_a_limit(void **state) {
    (void)state;
    struct buf b = {0};
    put_batch(&b, "big", 40); /* 2 MiB of text each */
    json_t *a = ask_bytes(buf_bytes(&b));
    assert_int_equal(json_array_size(a), 40);
    assert_non_null(json_object_get(json_array_get(a, 15), "result"));
    assert_int_equal(code_of(json_array_get(a, 39)), RPC_RESPONSE_TOO_LARGE);
    assert_json(json_object_get(json_array_get(a, 39), "id"), "39");
    buf_free(&b);
}

/* ---- Parameters */

#define B20 "0x00112233445566778899aabbccddeeff00112233"
#define B32 "0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct {
    const char *method, *param, *result; /* NULL: refused with … */
    const char *why;
} params[] = {
    {"hash", "\"" B32 "\"", "\"" B32 "\"", NULL},
    {"hash", "\"" B20 "\"", NULL, "has length 40, want 64"},
    {"hash", "1", NULL, "without 0x prefix"},
    {"address", "\"" B20 "\"", "\"" B20 "\"", NULL},
    {"address", "\"0X00112233445566778899AABBCCDDEEFF00112233\"", "\"" B20 "\"", NULL},
    {"address", "\"00112233445566778899aabbccddeeff00112233\"", NULL, "without 0x prefix"},
    {"address", "\"0x0g112233445566778899aabbccddeeff00112233\"", NULL, "invalid hex"},
    {"address", "null", NULL, "missing value for required argument: a"},
    {"address", "\"\"", NULL, "without 0x prefix"},
    {"quantity", "\"0x0\"", "\"0x0\"", NULL},
    {"quantity", "\"0x01\"", "\"0x1\"", NULL},
    {"quantity", "\"0xffffffffffffffff\"", "\"0xffffffffffffffff\"", NULL},
    {"quantity", "\"0x10000000000000000\"", NULL, "> 64 bits"},
    {"quantity", "17", "\"0x11\"", NULL},
    {"quantity", "-1", NULL, "invalid argument q"},
    {"quantity", "1.5", NULL, "invalid argument q"},
    {"quantity", "\"17\"", NULL, "invalid argument q"},
    {"quantity", "\"0x\"", NULL, "invalid argument q"},
    {"quantity", "\"0x1 \"", NULL, "invalid hex"},
    {"quantity", "\"0x-1\"", NULL, "invalid hex"},
    {"quantity", "true", NULL, "invalid argument q"},
    {"quantity", "[]", NULL, "invalid argument q"},
    {"quantity_u256", "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"",
     "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"", NULL},
    {"quantity_u256", "\"0x10000000000000000000000000000000000000000000000000000000000000000\"",
     NULL, "> 256 bits"},
    {"data", "\"0x\"", "\"0x\"", NULL},
    {"data", "\"0xAbCd\"", "\"0xabcd\"", NULL},
    {"data", "\"0xabc\"", NULL, "odd length"},
    {"data", "\"0xzz\"", NULL, "invalid hex"},
    {"data", "\"abcd\"", NULL, "without 0x prefix"},
    {"data", "{}", NULL, "without 0x prefix"},
};

static void test_parameters_are_read_or_refused_by_name(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(params); i++) {
        json_t *a = ask(arena_printf(&arena, "{\"id\":1,\"method\":\"%s\",\"params\":[%s]}",
                                     params[i].method, params[i].param));
        if (params[i].result) {
            assert_json(json_object_get(a, "result"), params[i].result);
        } else {
            if (code_of(a) != RPC_INVALID_PARAMS || !strstr(message_of(a), params[i].why))
                fail_msg("%s %s: %s", params[i].method, params[i].param, message_of(a));
        }
    }
    assert_int_equal(code_of(ask("{\"id\":1,\"method\":\"hash\",\"params\":[]}")),
                     RPC_INVALID_PARAMS);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup_arena, teardown)
    const struct CMUnitTest tests[] = {
        T(test_request_is_answered),
        T(test_id_comes_back_as_it_was),
        T(test_notification_is_run_and_not_answered),
        T(test_errors_of_methods_have_code_message_and_data),
        T(test_long_method_name_is_cut_to_valid_text),
        T(test_body_that_is_no_json_is_a_parse_error),
        T(test_deep_body_is_a_parse_error),
        T(test_request_of_another_shape_is_invalid),
        T(test_batches_of_the_specification_are_answered),
        T(test_batch_has_a_limit),
        T(test_batch_answer_has_a_limit),
        T(test_parameters_are_read_or_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
