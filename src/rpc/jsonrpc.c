#include "rpc/jsonrpc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "rpc/http.h"
#include "rpc/node.h"

bool rpc_fail(struct rpc_call *c, int code, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->error = code;
    c->message = arena_printf(c->arena, "%s", text);
    return false;
}

enum { BATCH_ANSWER_MAX_BYTES = 32 << 20 };

struct err rpc_parse_json(struct arena *arena, struct bytes text, json_t **out) {
    enum { DEPTH_MAX = 64 };
    *out = NULL;
    return json_read(arena, text, SIZE_MAX, DEPTH_MAX, out);
}

/* ---- Parameters */

json_t *rpc_param(struct rpc_call *c, size_t index) {
    json_t *v = json_array_get(c->params, index);
    return json_is_null(v) ? NULL : v;
}

/* The digits behind 0x; false if it is no string of that form. */
static bool hex_text(json_t *v, struct bytes *digits) {
    const char *s = json_string_value(v);
    size_t n = s ? json_string_length(v) : 0;
    if (n < 2 || s[0] != '0' || (s[1] != 'x' && s[1] != 'X')) return false;
    *digits = bytes_make(s + 2, n - 2);
    return true;
}

static bool fixed_hex(struct rpc_call *c, json_t *v, const char *what, uint8_t *out, size_t size) {
    struct bytes digits;
    if (!v) return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument: %s", what);
    if (!hex_text(v, &digits))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: hex string without 0x prefix",
                        what);
    if (digits.n != 2 * size)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument %s: hex string has length %zu, want %zu", what, digits.n,
                        2 * size);
    if (!hex_decode_digits(out, digits))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: invalid hex string", what);
    return true;
}

bool rpc_hash(struct rpc_call *c, json_t *v, const char *what, struct b32 *out) {
    return fixed_hex(c, v, what, out->b, sizeof out->b);
}

bool rpc_address(struct rpc_call *c, json_t *v, const char *what, struct b20 *out) {
    return fixed_hex(c, v, what, out->b, sizeof out->b);
}

bool rpc_quantity_u256(struct rpc_call *c, json_t *v, const char *what, struct u256 *out) {
    struct bytes digits;
    uint8_t text[64], be[32];
    if (!v) return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument: %s", what);
    if (json_is_integer(v) &&
        json_integer_value(v) >= 0) { /* many clients send small numbers as numbers */
        *out = u256_from_u64((uint64_t)json_integer_value(v));
        return true;
    }
    if (!hex_text(v, &digits) || digits.n == 0)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument %s: cannot unmarshal into a hex quantity", what);
    while (digits.n > 1 && digits.p[0] == '0') digits = bytes_sub(digits, 1, digits.n - 1);
    if (digits.n > 64)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: hex number > 256 bits", what);
    memset(text, '0', sizeof text);
    memcpy(text + 64 - digits.n, digits.p, digits.n);
    if (!hex_decode_digits(be, BYTES_OF(text)))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: invalid hex string", what);
    u256_load_be(out, be);
    return true;
}

bool rpc_quantity(struct rpc_call *c, json_t *v, const char *what, uint64_t *out) {
    struct u256 wide;
    if (!rpc_quantity_u256(c, v, what, &wide)) return false;
    if (!u256_fits_u64(&wide))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: hex number > 64 bits", what);
    *out = wide.w[0];
    return true;
}

bool rpc_data(struct rpc_call *c, json_t *v, const char *what, struct bytes *out) {
    struct bytes digits;
    if (!v) return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument: %s", what);
    if (!hex_text(v, &digits))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: hex string without 0x prefix",
                        what);
    if (digits.n % 2)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: hex string of odd length",
                        what);
    uint8_t *p = arena_alloc(c->arena, digits.n / 2, 1);
    if (!hex_decode_digits(p, digits))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: invalid hex string", what);
    *out = bytes_make(p, digits.n / 2);
    return true;
}

/* ---- Requests */

static const struct rpc_method_row *find_method(const struct rpc_method_row *const *tables,
                                                const char *name) {
    for (; *tables; tables++)
        for (const struct rpc_method_row *row = *tables; row->name; row++)
            if (!strcmp(row->name, name) || !strcmp(row->name, "*")) return row;
    return NULL;
}

/* Does it read the chain? Then what was submitted before is to be in a block first. */
static bool reads(const struct rpc_method_row *row) {
    for (const struct rpc_method_row *r = eth_send_methods; r->name; r++)
        if (r == row) return false;
    return true;
}

/* Tables may stand alone, without a node. */
static bool run_method(const struct rpc_method_row *row, struct rpc_call *c) {
    if (c->node && reads(row)) chain_wait_accepted(c->node->chain, RPC_SEAL_WAIT_MS);
    return row->run(c);
}

bool rpc_is_call_of(const struct rpc_method_row *const *tables, json_t *root) {
    const char *name = json_string_value(json_object_get(root, "method"));
    return name && json_object_get(root, "id") && find_method(tables, name);
}

void rpc_put_id_value(struct json_out *o, json_t *id) {
    if (json_is_string(id)) {
        jo_string(o, bytes_make(json_string_value(id), json_string_length(id)));
    } else if (json_is_number(id)) {
        char *text = json_dumps(id, JSON_ENCODE_ANY);
        jo_raw(o, text ? bytes_cstr(text) : BYTES_LIT("null"));
        free(text);
    } else {
        jo_null(o);
    }
}

static void put_id(struct json_out *o, json_t *id) {
    jo_key(o, "id");
    rpc_put_id_value(o, id);
}

static void put_error_with(struct json_out *o, json_t *id, int code, const char *message,
                           struct bytes data, struct bytes json) {
    char number[16];
    snprintf(number, sizeof number, "%d", code);
    jo_object(o);
    jo_key(o, "jsonrpc");
    jo_cstring(o, "2.0");
    put_id(o, id);
    jo_key(o, "error");
    jo_object(o);
    jo_key(o, "code");
    jo_raw(o, bytes_cstr(number));
    jo_key(o, "message");
    jo_cstring(o, message);
    if (data.p || json.p) jo_key(o, "data");
    if (json.p)
        jo_raw(o, json);
    else if (data.p)
        jo_hex(o, data);
    jo_end_object(o);
    jo_end_object(o);
}

static void put_error(struct json_out *o, json_t *id, int code, const char *message,
                      struct bytes data) {
    put_error_with(o, id, code, message, data, (struct bytes){NULL, 0});
}

/* Where requests come from. */
struct origin {
    struct rpc_node *node;
    const struct rpc_method_row *const *tables;
    uint64_t ws;
    struct http_request *req; /* with it, or over a WebSocket, one that stands alone may be … */
    bool may_be_later;        /* … answered later */
};

/* Runs one request object; its answer goes to `o` unless it is a notification. False if it is
 * answered later: its origin may be gone. */
static bool handle_one(const struct origin *from, json_t *request, struct json_out *o) {
    json_t *id = json_object_get(request, "id"), *params = json_object_get(request, "params");
    const char *name = json_string_value(json_object_get(request, "method"));
    static const struct bytes no_data = {NULL, 0};
    if (!json_is_object(request) || !name) {
        put_error(o, id, RPC_INVALID_REQUEST,
                  "invalid request: an object with a method is expected", no_data);
        return true;
    }
    if (params && !json_is_array(params) && !json_is_null(params)) {
        put_error(o, id, RPC_INVALID_PARAMS, "non-array args", no_data);
        return true;
    }
    const struct rpc_method_row *row = find_method(from->tables, name);
    struct buf result = {0};
    struct json_out ro = {.buf = &result};
    struct arena arena;
    arena_init(&arena, 0);
    json_t *none = params && !json_is_null(params) ? NULL : json_array();
    struct rpc_call call = {.node = from->node,
                            .method = name,
                            .params = none ? none : params,
                            .out = &ro,
                            .arena = &arena,
                            .ws = from->ws,
                            .req = from->may_be_later ? from->req : NULL,
                            .id = from->may_be_later ? id : NULL,
                            .is_notification = !id};
    bool ok = row ? run_method(row, &call)
                  : rpc_fail(&call, RPC_METHOD_NOT_FOUND,
                             "the method %.200s does not exist/is not available", name);
    if (id && !call.is_later) {
        if (ok) {
            jo_object(o);
            jo_key(o, "jsonrpc");
            jo_cstring(o, "2.0");
            put_id(o, id);
            jo_key(o, "result");
            jo_raw(o, buf_bytes(&result));
            jo_end_object(o);
        } else {
            put_error_with(o, id, call.error, call.message, call.error_data, call.error_json);
        }
    }
    if (none) json_decref(none);
    arena_free(&arena);
    buf_free(&result);
    return !call.is_later;
}

static void handle_batch(struct origin *from, json_t *batch, struct json_out *o) {
    size_t i, start = o->buf->n;
    json_t *request;
    from->may_be_later = false;
    jo_array(o);
    json_array_foreach(batch, i, request) {
        if (o->buf->n - start > BATCH_ANSWER_MAX_BYTES)
            put_error(o, json_object_get(request, "id"), RPC_RESPONSE_TOO_LARGE,
                      "response too large", (struct bytes){NULL, 0});
        else
            handle_one(from, request, o);
    }
    jo_end_array(o);
    if (o->buf->n == start + 2) o->buf->n = start; /* only notifications: no answer at all */
}

/* Handles a parsed body, which it takes. */
static bool handle_parsed(struct origin *from, json_t *root, struct buf *answer) {
    struct json_out o = {.buf = answer};
    bool answered = true;
    if (!json_is_array(root))
        answered = handle_one(from, root, &o);
    else if (json_array_size(root) == 0)
        put_error(&o, NULL, RPC_INVALID_REQUEST, "empty batch", (struct bytes){NULL, 0});
    else if (json_array_size(root) > RPC_BATCH_MAX)
        put_error(&o, NULL, RPC_INVALID_REQUEST, "batch too large", (struct bytes){NULL, 0});
    else
        handle_batch(from, root, &o);
    json_decref(root);
    return answered;
}

static bool handle(struct origin *from, struct bytes body, struct buf *answer) {
    struct json_out o = {.buf = answer};
    json_t *root;
    struct arena arena;
    arena_init(&arena, 0);
    struct err e = rpc_parse_json(&arena, body, &root);
    if (err_is(e)) put_error(&o, NULL, RPC_PARSE_ERROR, e.text, (struct bytes){NULL, 0});
    arena_free(&arena);
    return err_is(e) || handle_parsed(from, root, answer);
}

void rpc_handle(struct rpc_node *node, const struct rpc_method_row *const *tables,
                struct bytes body, uint64_t ws, struct buf *answer) {
    /* Over a WebSocket an answer that comes later finds its way by the number. */
    struct origin from = {.node = node, .tables = tables, .ws = ws, .may_be_later = true};
    handle(&from, body, answer);
}

bool rpc_handle_http(struct rpc_node *node, const struct rpc_method_row *const *tables,
                     struct http_request *req, json_t *root, struct buf *answer) {
    struct origin from = {.node = node, .tables = tables, .req = req, .may_be_later = true};
    return root ? handle_parsed(&from, root, answer) : handle(&from, req->body, answer);
}
