/* Parameters of Ethereum's reading methods: a line with a method's name, then what stands between
 * the brackets of "params". A line that is no method's name picks one by its first byte. Whatever
 * comes, the answer is one JSON value and the chain, a temporary one, goes on. */
#include <stdlib.h>

#include "rpc/feed.h"
#include "rpc/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rpc_method_row *const tables[] = {eth_chain_methods, eth_state_methods,
                                                      eth_call_methods,  eth_fee_methods,
                                                      eth_proof_methods, eth_simulate_methods,
                                                      eth_log_methods,   eth_subscribe_methods,
                                                      tern_methods,      NULL};

static struct rpc_node node;

static void start(void) {
    struct chain_options options = {0};
    if (node.chain) return;
    if (err_is(chain_open(&node.chain, &options))) abort();
    node.feed = feed_start(&node);
    if (!node.feed) abort();
}

static const char *method_at(uint8_t which) {
    size_t n = 0;
    for (size_t t = 0; tables[t]; t++)
        for (const struct rpc_method_row *row = tables[t]; row->name; row++) n++;
    size_t wanted = which % n;
    for (size_t t = 0;; t++)
        for (const struct rpc_method_row *row = tables[t]; row->name; row++)
            if (wanted-- == 0) return row->name;
}

static bool is_method(struct bytes name) {
    for (size_t t = 0; tables[t]; t++)
        for (const struct rpc_method_row *row = tables[t]; row->name; row++)
            if (bytes_eq(bytes_cstr(row->name), name)) return true;
    return false;
}

static void check_answer(const struct buf *b) {
    json_t *v = json_loadb((const char *)b->p, b->n, JSON_ALLOW_NUL, NULL);
    if (!json_is_object(v)) abort();
    bool one = (json_object_get(v, "result") != NULL) != (json_object_get(v, "error") != NULL);
    if (!one) abort();
    json_decref(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf body = {0}, out = {0};
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    if (!end) return 0;
    struct bytes name = bytes_make(data, (size_t)(end - data));
    if (!is_method(name)) name = bytes_cstr(method_at(data[0]));
    start();
    buf_puts(&body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"");
    buf_put_bytes(&body, name);
    buf_puts(&body, "\",\"params\":[");
    buf_put(&body, end + 1, (size_t)(data + size - end - 1));
    buf_puts(&body, "]}");
    rpc_handle(&node, tables, buf_bytes(&body), size & 1 ? 7 : RPC_NO_SOCKET, &out);
    check_answer(&out);
    feed_closed(node.feed, 7);
    buf_free(&body);
    buf_free(&out);
    return 0;
}
