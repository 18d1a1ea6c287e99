/* Blobs of states to load: what they may cost. */
#include "../codec/helpers.h"
#include "rpc/node.h"

#include <zlib.h>

static struct rpc_node node;

static int setup(void **state) {
    setup_arena(state);
    node = (struct rpc_node){0};
    assert_ok(chain_open(&node.chain, &(struct chain_options){0}));
    return 0;
}

static int teardown(void **state) {
    chain_close(node.chain);
    return teardown_arena(state);
}

/* The error's code and text, or 0 and NULL. */
static int load(struct bytes blob, const char **message) {
    struct buf hex = {0}, answer = {0};
    struct json_out o = {.buf = &answer};
    struct rpc_call c = {.node = &node, .out = &o, .arena = &arena};
    const struct rpc_method_row *row = dev_state_methods;
    while (strcmp(row->name, "anvil_loadState") != 0) row++;
    hex_put(&hex, blob);
    c.params = json_pack("[s]", buf_cstr(&hex));
    bool ok = row->run(&c);
    assert_int_equal(ok, !c.error);
    if (ok) assert_bytes_equal(buf_bytes(&answer), BYTES_LIT("true"));
    json_decref(c.params);
    buf_free(&hex);
    buf_free(&answer);
    *message = c.message;
    return c.error;
}

static struct buf gzip(struct bytes text) {
    enum { GZIP_WINDOW = 15 + 16, MEMORY = 8 };
    struct buf out = {0};
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text.p, .avail_in = (uInt)text.n};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY),
                     Z_OK);
    size_t room = deflateBound(&z, (uLong)text.n);
    z.next_out = buf_room(&out, room);
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.n = room - z.avail_out;
    deflateEnd(&z);
    return out;
}

/* {"accounts": {}, "blocks": [item, item, …]}, gzipped; blocks are passed over. */
static int load_many(const char *item, size_t count, const char **message) {
    struct buf text = {0};
    buf_put_bytes(&text, BYTES_LIT("{\"accounts\":{},\"blocks\":["));
    for (size_t i = 0; i < count; i++) {
        if (i) buf_put_u8(&text, ',');
        buf_put_bytes(&text, bytes_cstr(item));
    }
    buf_put_bytes(&text, BYTES_LIT("]}"));
    struct buf blob = gzip(buf_bytes(&text));
    int code = load(buf_bytes(&blob), message);
    buf_free(&text);
    buf_free(&blob);
    return code;
}

static void test_values_are_counted_before_they_are_parsed(void **state) {
    (void)state;
    enum { VALUES_MAX = 1 << 20 };
    static const struct {
        const char *item;
        size_t count;
        bool fits;
    } cases[] = {
        {"0", 1000, true},
        {"0", VALUES_MAX - 3, true}, /* and four: the whole, accounts, blocks, and their comma */
        {"0", VALUES_MAX - 2, false},
        {"[]", VALUES_MAX / 2 - 2, true},
        {"[]", VALUES_MAX / 2, false},
        {"{\"a\":[0,0]}", VALUES_MAX / 4, false},
        {"\",,[{\\\",,[{\"", VALUES_MAX / 4, true}, /* what is in strings does not count */
        {"0", 32 << 20, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *message;
        int code = load_many(cases[i].item, cases[i].count, &message);
        assert_int_equal(code, cases[i].fits ? 0 : RPC_INVALID_PARAMS);
        if (!cases[i].fits) assert_non_null(strstr(message, "more than 1048576 values"));
    }
}

static void test_one_is_loaded_at_a_time(void **state) {
    (void)state;
    const char *message;
    struct bytes blob = BYTES_LIT("{\"accounts\":{}}");
    node.is_loading = true; /* elsewhere */
    assert_int_equal(load(blob, &message), RPC_LIMIT_EXCEEDED);
    assert_non_null(strstr(message, "another state is being loaded"));
    assert_true(node.is_loading);
    node.is_loading = false;
    assert_int_equal(load(blob, &message), 0);
    assert_int_equal(load(BYTES_LIT("{"), &message), RPC_INVALID_PARAMS);
    assert_int_equal(load(blob, &message), 0); /* after a failure too */
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_values_are_counted_before_they_are_parsed),
        T(test_one_is_loaded_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
