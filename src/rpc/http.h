/* http: the one HTTP/1.1 and WebSocket server of the node, and nothing of what is said over it.
 *
 * Words
 *   listener   an address and port with a handler of its own (Ethereum, Aptos, faucet, …)
 *   request    one HTTP request with its whole body; answered exactly once, at once or later, from
 * any thread ws         one WebSocket connection, named by a number that is never used again
 *
 * Threads. Each listener has a thread of libmicrohttpd, or several, that read requests and write
 * answers; all WebSockets of a server share one more. Handlers run on these threads, so they only
 * look at the request and either answer it, if that takes little time, or hand it on (pool.h,
 * http_dispatch). While a request is unanswered
 * its connection reads nothing more, so pipelined requests are answered in their order and a client
 * cannot queue work by sending faster than it is answered.
 *
 * What is bounded: connections, header bytes, body bytes of one request and of all together, idle
 * time, the length of a WebSocket message, and the bytes waiting for a slow WebSocket client. Each
 * bound has a field in rpc_limits.
 *
 * Life: rpc_server_start → … → rpc_server_stop → rpc_server_free. docs/http-server.md says why it
 * is built on these libraries. */
#ifndef TERN_RPC_HTTP_H
#define TERN_RPC_HTTP_H

#include "base/base.h"
#include "rpc/pool.h"

struct rpc_server;

enum http_method {
    HTTP_GET = 1, /* HEAD too: the handler answers as for GET and the body is left out */
    HTTP_POST = 2,
    HTTP_PUT = 4,
    HTTP_DELETE = 8,
};

/* One request. Valid, with all that it points to, until it is answered. Read-only for the handler.
 */
struct http_request {
    enum http_method method;
    bool is_head;
    struct bytes path;  /* starts with '/', percent-decoded once, without the query; may hold any
                           byte but 0 */
    struct bytes query; /* what follows '?', as sent; http_query reads it */
    struct bytes body;
    void *ctx; /* the listener's */
};

struct http_header {
    const char *name, *value; /* no control characters */
};

/* The callbacks of a listener that accepts WebSockets; all on one thread per server, for one ws in
 * this order. */
struct ws_handler {
    void (*on_open)(void *ctx, uint64_t ws); /* may be NULL */
    void (*on_message)(void *ctx, uint64_t ws,
                       struct bytes text);    /* borrows text during the call */
    void (*on_close)(void *ctx, uint64_t ws); /* ws_send fails from here on; may be NULL */
};

struct rpc_listener {
    const char *host; /* a numeric IPv4 or IPv6 address or "localhost"; NULL: 127.0.0.1 */
    uint16_t port;    /* 0: the system picks one, see rpc_server_port */
    unsigned methods; /* enum http_method, or-ed; others are answered 405 */
    void (*on_request)(void *ctx, struct http_request *req);
    /* Writes the body of an answer that the server gives by itself (405, 413, 503, …), as JSON;
     * NULL: a JSON-RPC error object with a null id. `text` is plain ASCII without quotes. Called on
     * any thread. */
    void (*error_body)(void *ctx, int status, const char *text, struct buf *out);
    const struct ws_handler *ws; /* NULL: upgrades are refused. Must outlive the server */
    unsigned threads;            /* that read requests and write answers; 0: one */
    bool cors;                   /* let pages of any origin call, and answer their preflights */
    const char
        *cors_expose; /* with cors: the answer's headers that such a page may read; NULL: none */
    void *ctx;
};

/* Zero means the default in brackets. */
struct rpc_limits {
    size_t body_bytes;       /* one request's body [8 MiB]; more is 413 */
    size_t bodies_bytes;     /* bodies of all unanswered requests together [256 MiB]; more is 503 */
    size_t ws_message_bytes; /* one WebSocket message, over all its fragments [8 MiB]; more closes
                                with 1009 */
    size_t ws_queue_bytes;   /* unsent bytes for one WebSocket [16 MiB]; more closes it */
    uint32_t connections;    /* per listener, WebSockets included [16384] */
    uint32_t idle_ms;   /* an HTTP connection on which nothing moves while no request runs [60 s] */
    uint32_t upload_ms; /* from a request's header to the end of its body [60 s] */
    uint32_t ws_ping_ms;   /* a ping after this silence, closing after twice as much more [20 s] */
    uint32_t header_bytes; /* memory per connection: request line and headers must fit [16 KiB] */
};

/* Opens every port, or none: on error code is errno's (EINVAL for a bad address), `at` the
 * listener's index. The array and its strings are copied; `limits` may be NULL. */
struct err rpc_server_start(struct rpc_server **out, const struct rpc_listener *listeners,
                            size_t count, const struct rpc_limits *limits);

/* The port that listener `index` really has. */
uint16_t rpc_server_port(const struct rpc_server *s, size_t index);

/* Closes the ports, lets requests in flight finish for at most `grace_ms`, answers the rest 503,
 * closes WebSockets with code 1001 and joins the threads. Requests still held by a handler stay
 * valid; answering them later is allowed and has no effect, nor has ws_send. Once. */
void rpc_server_stop(struct rpc_server *s, uint32_t grace_ms);

/* After rpc_server_stop, and after the last thread that might call ws_send has ended (a pool:
 * rpc_pool_stop). */
void rpc_server_free(struct rpc_server *s);

/* The value of the first header of that name (any case), p NULL if there is none. */
struct bytes http_header(const struct http_request *req, const char *name);

/* Appends the decoded value of the first query parameter of that name; false if there is none or
 * its percent-encoding is broken, then `out` is as it was. */
bool http_query(const struct http_request *req, const char *name, struct buf *out);

/* What is said with 503 when no worker has room. */
#define HTTP_BUSY "too many requests are waiting; try again"

/* Answers; the request is gone for the caller. Takes `body` (leaves an empty buf; NULL: no body)
 * and copies the rest. `content_type` may be NULL. Any thread. */
void http_respond(struct http_request *req, int status, const char *content_type,
                  const struct http_header *headers, size_t header_count, struct buf *body);

/* Answers with the listener's error body. Any thread. */
void http_respond_error(struct http_request *req, int status, const char *text);

/* Runs `run(req, worker)` on a worker of the pool, or answers 503 if the pool has no room. */
void http_dispatch(struct http_request *req, struct rpc_pool *pool,
                   void (*run)(struct http_request *req, unsigned worker));

/* Queues a text message (copies). False if the ws is gone, or has just been given up because its
 * queue is full. The order of calls is the order on the wire. Any thread, also from within the
 * callbacks. */
bool ws_send(struct rpc_server *s, uint64_t ws, struct bytes text);

/* Starts closing with a code of RFC 6455 §7.4 after what is queued; on_close follows. No effect if
 * it is gone. */
void ws_close(struct rpc_server *s, uint64_t ws, uint16_t code);

/* What an operator may ask; a momentary picture. */
struct rpc_server_stats {
    uint32_t ws_open, requests_running;
    uint64_t bodies_bytes;
};
void rpc_server_stats(struct rpc_server *s, struct rpc_server_stats *out);

#endif
