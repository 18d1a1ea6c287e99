/* A plain blocking client for the tests of the HTTP server: it sends the very bytes that it is told
 * to. */
#ifndef TERN_TESTS_HTTP_CLIENT_H
#define TERN_TESTS_HTTP_CLIENT_H

#include "rpc/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct client {
    int fd;
    struct buf in; /* received and not yet looked at */
};

struct reply {
    int status; /* 0: the connection ended instead */
    struct buf head, body;
};

static inline void sleep_ms(unsigned ms) {
    struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

static inline struct client client_open(uint16_t port) {
    struct client c = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = 10};
    int one = 1;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(c.fd >= 0);
    assert_int_equal(connect(c.fd, (struct sockaddr *)&a, sizeof a), 0);
    setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return c;
}

static inline void client_close(struct client *c) {
    close(c->fd);
    buf_free(&c->in);
}

/* False when the server has closed the connection. */
static inline bool client_send(struct client *c, const void *p, size_t n) {
    while (n) {
        ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);
        if (sent < 0) return false;
        p = (const char *)p + sent;
        n -= (size_t)sent;
    }
    return true;
}

static inline void client_say(struct client *c, const char *text) {
    client_send(c, text, strlen(text));
}

static inline void client_say_bytewise(struct client *c, const char *text) {
    for (; *text; text++) {
        assert_true(client_send(c, text, 1));
        if ((uintptr_t)text % 8 == 0) sleep_ms(1);
    }
}

/* Reads something more; false at the end of the connection. Fails the test after the patience
 * above. */
static inline bool client_more(struct client *c) {
    ssize_t n = recv(c->fd, buf_room(&c->in, 65536), 65536, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) fail_msg("no answer in time");
    if (n <= 0) return false;
    c->in.n += (size_t)n;
    return true;
}

static inline void client_drop(struct client *c, size_t n) {
    memmove(c->in.p, c->in.p + n, c->in.n - n);
    c->in.n -= n;
}

static inline bool client_at_end(struct client *c) {
    return c->in.n == 0 && !client_more(c);
}

/* A header's value inside a reply's head, or "". The text is overwritten by the next call. */
static inline const char *reply_header(const struct reply *r, const char *name) {
    static char value[512];
    size_t n = strlen(name);
    value[0] = 0;
    for (const char *line = (const char *)r->head.p; line && *line; line = strstr(line, "\r\n")) {
        if (line[0] == '\r') line += 2;
        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line + n + 2, "\r"), line + n + 2);
            break;
        }
    }
    return value;
}

static inline void reply_free(struct reply *r) {
    buf_free(&r->head);
    buf_free(&r->body);
    *r = (struct reply){0};
}

/* One answer. `no_body` for the answer to HEAD. */
static inline void client_read(struct client *c, struct reply *r, bool no_body) {
    reply_free(r);
    void *end;
    while (!(end = c->in.n ? memmem(c->in.p, c->in.n, "\r\n\r\n", 4) : NULL))
        if (!client_more(c)) return;
    size_t head = (size_t)((uint8_t *)end - c->in.p) + 4;
    buf_put(&r->head, c->in.p, head);
    buf_cstr(&r->head);
    client_drop(c, head);
    r->status = atoi((const char *)r->head.p + 9);
    size_t length = no_body ? 0 : strtoul(reply_header(r, "content-length"), NULL, 10);
    while (c->in.n < length)
        if (!client_more(c)) fail_msg("the answer's body is incomplete");
    buf_put(&r->body, c->in.p, length);
    buf_cstr(&r->body);
    client_drop(c, length);
}

static inline int client_status(struct client *c) {
    struct reply r = {0};
    client_read(c, &r, false);
    int status = r.status;
    reply_free(&r);
    return status;
}

static inline void assert_body(const struct reply *r, const char *text) {
    assert_string_equal(r->body.p ? (const char *)r->body.p : "", text);
}

/* Waits until a number that other threads change has the value; fails the test if it never does. */
static inline void await(_Atomic unsigned *number, unsigned value) {
    for (int i = 0; *number != value; i++) {
        if (i > 5000) fail_msg("waited for %u, have %u", value, *number);
        sleep_ms(1);
    }
}

#endif
