/* Fuzzing the methods of a JSON-RPC port: an input is a line with a method's name, then what stands
 * between the brackets of "params". A line that is no method's name picks one by its first byte.
 * Whatever comes, the answer is one JSON value. */
#ifndef TERN_FUZZ_RPC_METHODS_H
#define TERN_FUZZ_RPC_METHODS_H

#include <stdlib.h>

#include "rpc/jsonrpc.h"

static const char *method_at(const struct rpc_method_row *const *tables, uint8_t which) {
    size_t n = 0;
    for (size_t t = 0; tables[t]; t++)
        for (const struct rpc_method_row *row = tables[t]; row->name; row++) n++;
    size_t wanted = which % n;
    for (size_t t = 0;; t++)
        for (const struct rpc_method_row *row = tables[t]; row->name; row++)
            if (wanted-- == 0) return row->name;
}

static bool is_method(const struct rpc_method_row *const *tables, struct bytes name) {
    for (size_t t = 0; tables[t]; t++)
        for (const struct rpc_method_row *row = tables[t]; row->name; row++)
            if (bytes_eq(bytes_cstr(row->name), name)) return true;
    return false;
}

static void check_answer(const struct buf *b) {
    /* Solana has numbers of 64 bits without a sign. */
    json_t *v =
        json_loadb((const char *)b->p, b->n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    if (!json_is_object(v)) abort();
    bool one = (json_object_get(v, "result") != NULL) != (json_object_get(v, "error") != NULL);
    if (!one) abort();
    json_decref(v);
}

static void fuzz_method(struct rpc_node *node, const struct rpc_method_row *const *tables,
                        uint64_t ws, struct bytes in) {
    struct buf body = {0}, out = {0};
    const uint8_t *end = in.n ? memchr(in.p, '\n', in.n) : NULL;
    if (!end) return;
    struct bytes name = bytes_make(in.p, (size_t)(end - in.p));
    if (!is_method(tables, name)) name = bytes_cstr(method_at(tables, in.p[0]));
    buf_puts(&body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"");
    buf_put_bytes(&body, name);
    buf_puts(&body, "\",\"params\":[");
    buf_put(&body, end + 1, (size_t)(in.p + in.n - end - 1));
    buf_puts(&body, "]}");
    rpc_handle(node, tables, buf_bytes(&body), ws, &out);
    check_answer(&out);
    buf_free(&body);
    buf_free(&out);
}

#endif
