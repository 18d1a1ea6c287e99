/* The package tests/move-packages/semantics against what another implementation of the Move machine
 * answered (expected.json, written by tests/move-packages/expect.mjs with tools/moveoracle). */
#include <jansson.h>

#include "codec/hex.h"
#include "vm_world.h"

enum { PACKAGE = 0x5e };

static struct bytes unhex(struct arena *a, const char *text) {
    size_t n = strlen(text);
    uint8_t *p = arena_alloc(a, n / 2 + 1, 1);
    assert_true(hex_decode_digits(p, bytes_make(text, n)));
    return bytes_make(p, n / 2);
}

/* Aptos refuses a String argument that is no UTF-8 before it runs anything
 * (transaction_arg_validation.rs, the shortcut for the utf8 constructor); the peer, Initia's fork,
 * runs the constructor, which aborts. */
static bool is_known_difference(const struct world *w, json_t *item) {
    return strcmp(json_string_value(json_object_get(item, "function")), "strings::echo_string") ==
               0 &&
           w->out.code == MV_FAILED_TO_DESERIALIZE_ARGUMENT && json_object_get(item, "abort");
}

static bool matches(struct world *w, struct arena *a, json_t *item, bool ok) {
    const char *status = json_string_value(json_object_get(item, "status"));
    json_t *abort = json_object_get(item, "abort"), *returns = json_object_get(item, "returns");
    if (status) {
        const char *name = mv_status_name(w->out.code);
        return !ok && name && strcmp(name, status) == 0;
    }
    if (abort) {
        const char *code = json_string_value(json_object_get(abort, "code"));
        const char *module = json_string_value(json_object_get(abort, "module"));
        struct bytes name = bytes_cstr(strstr(module, "::") + 2);
        return !ok && w->out.code == MV_ABORTED && w->out.abort_code == strtoull(code, NULL, 10) &&
               bytes_eq(w->out.module_name, name);
    }
    if (!ok || w->out.result_count != json_array_size(returns)) return false;
    for (uint32_t i = 0; i < w->out.result_count; i++)
        if (!bytes_eq(w->out.results[i], unhex(a, json_string_value(json_array_get(returns, i)))))
            return false;
    return true;
}

static bool run_item(struct world *w, struct arena *a, json_t *item) {
    const char *name = json_string_value(json_object_get(item, "function"));
    bool entry = strcmp(json_string_value(json_object_get(item, "run")), "entry") == 0;
    const char *sender = json_string_value(json_object_get(item, "sender"));
    struct b32 who = world_address(sender ? (uint8_t)strtoul(sender, NULL, 16) : 0);
    struct mv_call call = world_call(PACKAGE, name);
    struct bytes args[16];
    json_t *list = json_object_get(item, "args");
    for (; call.arg_count < json_array_size(list); call.arg_count++)
        args[call.arg_count] = unhex(a, json_string_value(json_array_get(list, call.arg_count)));
    call.args = args;
    call.signers = &who;
    call.signer_count = entry;
    st_mark mark = st_savepoint(w->journal);
    world_session(w, who);
    bool ok = entry ? mv_run_entry(w->s, &call, &w->out) : mv_run_function(w->s, &call, &w->out);
    if (!ok || !entry) st_revert(w->journal, mark);
    if (matches(w, a, item, ok) || is_known_difference(w, item)) return true;
    struct bytes text = mv_status_text(w->s, &w->out);
    print_message("%s: %.*s %.*s\n", name, (int)text.n, (const char *)text.p, (int)w->out.message.n,
                  (const char *)w->out.message.p);
    for (uint32_t i = 0; i < w->out.result_count; i++) {
        for (size_t k = 0; k < w->out.results[i].n; k++)
            print_message("%02x", w->out.results[i].p[k]);
        print_message("\n");
    }
    return false;
}

static void test_semantics_package_answers_as_peer(void **state) {
    (void)state;
    struct world w;
    struct arena a;
    arena_init(&a, 0);
    world_open(&w);
    world_publish_dir(&w, PACKAGE_DIR "semantics/compiled", PACKAGE, 0);
    w.gas_limit = 5000000000;
    json_error_t error;
    json_t *all = json_load_file(PACKAGE_DIR "semantics/expected.json", 0, &error);
    assert_non_null(all);
    size_t wrong = 0, i;
    json_t *item;
    json_array_foreach(all, i, item) wrong += !run_item(&w, &a, item);
    print_message("%zu requests, %zu answered differently\n", json_array_size(all), wrong);
    assert_int_equal(wrong, 0);
    json_decref(all);
    world_close(&w);
    arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_semantics_package_answers_as_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
