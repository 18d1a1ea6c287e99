/* JSON-RPC 2.0: one request or a batch, over HTTP or a WebSocket, dispatched to a table of methods.
 */
#ifndef TERN_RPC_JSONRPC_H
#define TERN_RPC_JSONRPC_H

#include <jansson.h>

#include "base/base.h"
#include "rpc/json_out.h"

struct rpc_node;
struct http_request;

/* Codes of the specification, and those that Ethereum's clients know. */
enum {
    RPC_PARSE_ERROR = -32700,
    RPC_INVALID_REQUEST = -32600,
    RPC_METHOD_NOT_FOUND = -32601,
    RPC_INVALID_PARAMS = -32602,
    RPC_INTERNAL_ERROR = -32603,
    RPC_SERVER_ERROR = -32000,
    RPC_RESPONSE_TOO_LARGE = -32003,
    RPC_LIMIT_EXCEEDED = -32005,
    RPC_CLIENT_LIMIT_EXCEEDED = -38026,
    RPC_EXECUTION_REVERTED = 3,
};

enum { RPC_BATCH_MAX = 1000, RPC_NO_SOCKET = 0 };

/* One call in hand. A method either writes its result to `out` and returns true, or returns
 * rpc_fail(…). */
struct rpc_call {
    struct rpc_node *node;
    const char *method;
    json_t *params; /* an array; borrowed */
    struct json_out *out;
    struct arena *arena; /* the request's */
    uint64_t ws;         /* the WebSocket it came over, or RPC_NO_SOCKET */
    /* For answers that come later (later.h): NULL in a batch. */
    struct http_request *req; /* NULL over a WebSocket */
    json_t *id;               /* NULL in a notification */
    bool is_notification;     /* nobody gets the answer */
    bool is_later;            /* set by the method: it is answered elsewhere */
    int error;                /* set by rpc_fail */
    const char *message;
    struct bytes error_data; /* shown as hex in the error's data; p NULL: none */
    struct bytes error_json; /* the error's data as it is, instead of that */
};

typedef bool rpc_method(struct rpc_call *c);

/* A row named "*" takes every name: it stands last. */
struct rpc_method_row {
    const char *name;
    rpc_method *run;
};

/* Fails the call; the text is copied into its arena. Returns false. */
bool rpc_fail(struct rpc_call *c, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Handles one body; appends the answer, or nothing if all of it were notifications. */
void rpc_handle(struct rpc_node *node, const struct rpc_method_row *const *tables,
                struct bytes body, uint64_t ws, struct buf *answer);

/* Is this body one call, with an id, of a method in those tables? */
bool rpc_is_call_of(const struct rpc_method_row *const *tables, json_t *root);

/* The same for an HTTP request, whose parsed body is `root` (taken; NULL: it is parsed here). False
 * if the request is answered later, by somebody else: it may be gone already. */
bool rpc_handle_http(struct rpc_node *node, const struct rpc_method_row *const *tables,
                     struct http_request *req, json_t *root, struct buf *answer);

/* An id as it came: a string, a number, or null. */
void rpc_put_id_value(struct json_out *o, json_t *id);

/* Parses a body: an object or an array, nested at most 64 deep. *out is a new reference, NULL on an
 * error, whose text lives in `arena`. */
struct err rpc_parse_json(struct arena *arena, struct bytes text, json_t **out);

/* ---- Reading parameters: each returns false after rpc_fail, naming the parameter. */

json_t *rpc_param(struct rpc_call *c, size_t index); /* NULL if missing or null */
bool rpc_hash(struct rpc_call *c, json_t *v, const char *what, struct b32 *out);
bool rpc_address(struct rpc_call *c, json_t *v, const char *what, struct b20 *out);
bool rpc_quantity(struct rpc_call *c, json_t *v, const char *what, uint64_t *out);
bool rpc_quantity_u256(struct rpc_call *c, json_t *v, const char *what, struct u256 *out);
/* Any even number of hexadecimal digits behind 0x; the bytes live in the call's arena. */
bool rpc_data(struct rpc_call *c, json_t *v, const char *what, struct bytes *out);

#endif
