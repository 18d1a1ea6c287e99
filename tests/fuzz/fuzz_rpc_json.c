/* JSON-RPC bodies: whatever comes, the answer is nothing or one JSON value, and every text that
 * goes into it comes out as valid UTF-8. */
#include <stdlib.h>

#include "rpc/jsonrpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool echo(struct rpc_call *c) {
    char *text = json_dumps(c->params, JSON_COMPACT);
    jo_raw(c->out, bytes_cstr(text));
    free(text);
    return true;
}

/* Reads the first parameter as everything that one can be. */
static bool read_all(struct rpc_call *c) {
    struct b20 address;
    struct b32 hash;
    struct u256 wide;
    struct bytes bytes;
    json_t *v = rpc_param(c, 0);
    if (rpc_address(c, v, "a", &address)) return jo_hex(c->out, BYTES_OF(address)), true;
    if (rpc_hash(c, v, "h", &hash)) return jo_hex(c->out, BYTES_OF(hash)), true;
    if (rpc_quantity_u256(c, v, "q", &wide)) return jo_quantity_u256(c->out, &wide), true;
    if (rpc_data(c, v, "d", &bytes)) return jo_hex(c->out, bytes), true;
    return false;
}

static const struct rpc_method_row rows[] = {{"e", echo}, {"r", read_all}, {NULL, NULL}};
static const struct rpc_method_row *const tables[] = {rows, NULL};

static void check_json(const struct buf *b) {
    json_t *v = json_loadb((const char *)b->p, b->n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!v) abort();
    json_decref(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf out = {0};
    struct json_out o = {.buf = &out};
    rpc_handle(NULL, tables, bytes_make(data, size), RPC_NO_SOCKET, &out);
    if (out.n) check_json(&out);
    buf_clear(&out);
    jo_string(&o, bytes_make(data, size));
    check_json(&out);
    buf_free(&out);
    return 0;
}
