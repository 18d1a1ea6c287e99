/* The inside of a request and of a listener, shared by http_server.c (listeners, their life) and
 * http_request.c (one request from its first line to its answer). */
#ifndef TERN_RPC_HTTP_REQUEST_H
#define TERN_RPC_HTTP_REQUEST_H

#include "rpc/http.h"
#include "rpc/http_accept.h"
#include "rpc/http_ws.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

struct rpc_server {
    struct rpc_limits limits;
    struct ws_loop *ws;
    struct acceptor *acceptor;
    _Atomic uint64_t bodies_bytes;
    size_t listener_count;
    struct listener *listeners;
};

struct listener {
    struct rpc_server *server;
    struct rpc_listener conf; /* cors_expose is a copy */
    int fd;
    uint16_t port;
    struct MHD_Daemon *daemon;
    _Atomic uint32_t open; /* connections */

    pthread_mutex_t lock;   /* for what follows */
    pthread_cond_t settled; /* owners or conns went down */
    struct request
        *running; /* given to a handler or being upgraded, and not yet finished by its connection */
    uint32_t owners; /* requests that a handler has yet to answer */
    uint32_t conns;  /* running requests */
    bool stopping;
};

/* Who answers: whoever sets `claimed` first, the owner (http_respond) or the server when it stops.
 * How the answer reaches the connection's thread: `state`. */
enum request_state {
    REQUEST_RUNNING,   /* the connection's thread is still inside the handler */
    REQUEST_SUSPENDED, /* libmicrohttpd was told to leave the connection alone until
                          MHD_resume_connection */
    REQUEST_ANSWERED,  /* status and response are set */
};

struct request {
    struct http_request pub; /* first: handlers hold a pointer to it */
    struct listener *listener;
    struct MHD_Connection *conn;
    _Atomic int refs; /* the connection's and the owner's */
    _Atomic bool claimed;
    _Atomic int state;
    int status;
    struct MHD_Response *response;

    struct buf head; /* target, decoded path, then name, 0, value, 0 of each header */
    size_t target_bytes, path_bytes;
    struct buf body;
    uint64_t discarded_bytes;
    int64_t begun_ms;
    bool begun;
    bool wants_ws;
    int refusal; /* status with which the request is answered once its body has passed; 0 none */
    const char *refusal_text;
    struct request *next, *previous; /* in running, under the listener's lock */
    bool is_running;
};

/* libmicrohttpd's callbacks; `cls` is the listener, `slot` holds the request. */
void *request_on_target(void *cls, const char *target, struct MHD_Connection *conn);
enum MHD_Result request_on_access(void *cls, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **slot);
void request_on_completed(void *cls, struct MHD_Connection *conn, void **slot,
                          enum MHD_RequestTerminationCode why);

/* The server's own answer to whatever is running and unclaimed. */
void request_abandon_all(struct listener *l);

#endif
