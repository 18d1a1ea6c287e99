#include "rpc/http_request.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LISTEN_BACKLOG = 1024,
    LAST_ANSWERS_MS = 1000,
    CLOSING_MAX = 64, /* libmicrohttpd says that a connection has gone before it counts it out */
};

static struct rpc_limits complete(const struct rpc_limits *given) {
    static const struct rpc_limits defaults = {
        .body_bytes = 8 << 20,
        .bodies_bytes = 256 << 20,
        .ws_message_bytes = 8 << 20,
        .ws_queue_bytes = 16 << 20,
        .connections = 16384,
        .idle_ms = 60000,
        .upload_ms = 60000,
        .ws_ping_ms = 20000,
        .header_bytes = 16 << 10,
    };
    struct rpc_limits l = given ? *given : defaults;
    if (!l.body_bytes) l.body_bytes = defaults.body_bytes;
    if (!l.bodies_bytes) l.bodies_bytes = defaults.bodies_bytes;
    if (!l.ws_message_bytes) l.ws_message_bytes = defaults.ws_message_bytes;
    if (!l.ws_queue_bytes) l.ws_queue_bytes = defaults.ws_queue_bytes;
    if (!l.connections) l.connections = defaults.connections;
    if (!l.idle_ms) l.idle_ms = defaults.idle_ms;
    if (!l.upload_ms) l.upload_ms = defaults.upload_ms;
    if (!l.ws_ping_ms) l.ws_ping_ms = defaults.ws_ping_ms;
    if (!l.header_bytes) l.header_bytes = defaults.header_bytes;
    return l;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_address(const char *host, uint16_t port, union address *out, socklen_t *n) {
    *out = (union address){0};
    if (!host || strcmp(host, "localhost") == 0) host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(port);
        *n = sizeof out->v4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(port);
        *n = sizeof out->v6;
        return true;
    }
    return false;
}

static const char *listen_error(int code) {
    switch (code) {
    case EADDRINUSE: return "the port is in use by another program";
    case EACCES: return "the system does not permit this port";
    case EADDRNOTAVAIL: return "this machine does not have that address";
    case EMFILE: return "too many files are open";
    default: return "cannot listen on the address";
    }
}

/* Sets l->fd and l->port. */
static struct err open_port(struct listener *l, uint64_t index) {
    union address a;
    socklen_t n;
    int one = 1;
    if (!parse_address(l->conf.host, l->conf.port, &a, &n))
        return err_at(EINVAL, "the listening address is not a numeric IP address", index);
    l->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool open = l->fd >= 0 && setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                bind(l->fd, &a.any, n) == 0 && listen(l->fd, LISTEN_BACKLOG) == 0 &&
                getsockname(l->fd, &a.any, &n) == 0;
    if (!open) return err_at(errno, listen_error(errno), index);
    l->port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    return ERR_NONE;
}

/* The size of libmicrohttpd's own pool; it knows none of one thread. */
static unsigned pool_size(const struct rpc_listener *conf) {
    return conf->threads > 1 ? conf->threads : 0;
}

static void on_connection(void *cls, struct MHD_Connection *conn, void **slot,
                          enum MHD_ConnectionNotificationCode what) {
    struct listener *l = cls;
    (void)conn, (void)slot;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) acceptor_gone(l->server->acceptor, l);
}

static struct err open_listener(struct rpc_server *s, struct listener *l,
                                const struct rpc_listener *conf, uint64_t index) {
    assert(conf->on_request && conf->methods);
    l->server = s;
    l->conf = *conf;
    l->fd = -1;
    l->conf.cors_expose = conf->cors_expose ? strdup(conf->cors_expose) : NULL;
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&l->settled, &attr);
    pthread_condattr_destroy(&attr);
    struct err e = open_port(l, index);
    if (err_is(e)) return e;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_NO_LISTEN_SOCKET;
    l->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, request_on_access, l, MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
        MHD_OPTION_URI_LOG_CALLBACK, request_on_target, l, MHD_OPTION_NOTIFY_COMPLETED,
        request_on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)s->limits.connections + CLOSING_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)s->limits.header_bytes, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)div_ceil_u64(s->limits.idle_ms, 1000), MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_THREAD_POOL_SIZE, pool_size(conf), MHD_OPTION_END);
    return l->daemon
               ? ERR_NONE
               : err_at(errno ? errno : ENOMEM, "cannot start the HTTP server's thread", index);
}

struct err rpc_server_start(struct rpc_server **out, const struct rpc_listener *listeners,
                            size_t count, const struct rpc_limits *limits) {
    struct rpc_server *s = xcalloc(1, sizeof *s);
    s->limits = complete(limits);
    s->listeners = xcalloc(count, sizeof *s->listeners);
    s->ws = ws_loop_start(&s->limits);
    struct err e = s->ws ? ERR_NONE : err_at(errno, "cannot start the WebSocket thread", 0);
    for (size_t i = 0; i < count && !err_is(e); i++) {
        s->listener_count++;
        e = open_listener(s, &s->listeners[i], &listeners[i], i);
    }
    if (!err_is(e)) {
        s->acceptor = acceptor_start(s->listeners, count, (uint32_t)s->limits.connections);
        if (!s->acceptor) e = err_at(errno, "cannot start the thread that accepts connections", 0);
    }
    if (err_is(e)) {
        if (s->ws) rpc_server_stop(s, 0);
        rpc_server_free(s);
        s = NULL;
    }
    *out = s;
    return e;
}

uint16_t rpc_server_port(const struct rpc_server *s, size_t index) {
    assert(index < s->listener_count);
    return s->listeners[index].port;
}

static struct timespec after_ms(uint32_t ms) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t ns = (uint64_t)t.tv_nsec + (uint64_t)(ms % 1000) * 1000000;
    t.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    t.tv_nsec = (long)(ns % 1000000000);
    return t;
}

/* Waits until a counter of the listener is zero; false if the time (NULL: none) is over first. */
static bool wait_zero(struct listener *l, const uint32_t *counter, const struct timespec *until) {
    int failed = 0;
    pthread_mutex_lock(&l->lock);
    while (*counter && !failed)
        failed = until ? pthread_cond_timedwait(&l->settled, &l->lock, until)
                       : pthread_cond_wait(&l->settled, &l->lock);
    bool zero = *counter == 0;
    pthread_mutex_unlock(&l->lock);
    return zero;
}

static void stop_accepting(struct listener *l) {
    if (l->fd >= 0) close(l->fd);
    l->fd = -1;
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    pthread_mutex_unlock(&l->lock);
}

void rpc_server_stop(struct rpc_server *s, uint32_t grace_ms) {
    struct timespec until = after_ms(grace_ms);
    if (s->acceptor) acceptor_stop(s->acceptor);
    for (size_t i = 0; i < s->listener_count; i++) stop_accepting(&s->listeners[i]);
    for (size_t i = 0; i < s->listener_count; i++)
        if (!wait_zero(&s->listeners[i], &s->listeners[i].conns, &until))
            request_abandon_all(&s->listeners[i]);
    until = after_ms(LAST_ANSWERS_MS);
    for (size_t i = 0; i < s->listener_count; i++) {
        wait_zero(&s->listeners[i], &s->listeners[i].owners,
                  NULL); /* those that are just answering */
        wait_zero(&s->listeners[i], &s->listeners[i].conns, &until);
    }
    ws_loop_stop(s->ws); /* before the daemons: they insist on having all sockets back */
    for (size_t i = 0; i < s->listener_count; i++) {
        if (s->listeners[i].daemon) MHD_stop_daemon(s->listeners[i].daemon);
        s->listeners[i].daemon = NULL;
    }
}

void rpc_server_free(struct rpc_server *s) {
    for (size_t i = 0; i < s->listener_count; i++) {
        struct listener *l = &s->listeners[i];
        assert(!l->daemon && !l->conns && !l->owners);
        pthread_cond_destroy(&l->settled);
        pthread_mutex_destroy(&l->lock);
        free((char *)l->conf.cors_expose);
    }
    if (s->acceptor) acceptor_free(s->acceptor);
    if (s->ws) ws_loop_free(s->ws);
    free(s->listeners);
    free(s);
}

bool ws_send(struct rpc_server *s, uint64_t ws, struct bytes text) {
    return ws_loop_send(s->ws, ws, text);
}

void ws_close(struct rpc_server *s, uint64_t ws, uint16_t code) {
    ws_loop_close(s->ws, ws, code);
}

void rpc_server_stats(struct rpc_server *s, struct rpc_server_stats *out) {
    *out = (struct rpc_server_stats){.ws_open = ws_loop_count(s->ws),
                                     .bodies_bytes = atomic_load(&s->bodies_bytes)};
    for (size_t i = 0; i < s->listener_count; i++) {
        struct listener *l = &s->listeners[i];
        pthread_mutex_lock(&l->lock);
        out->requests_running += l->conns;
        pthread_mutex_unlock(&l->lock);
    }
}
