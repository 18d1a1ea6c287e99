/* A whole server, fed with raw bytes through a socket: if the first byte is odd the rest goes
 * behind a WebSocket handshake, otherwise it is HTTP from the first line. Holds: the server answers
 * the next, good request. */
#include "rpc/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rpc_server *server;

static void on_request(void *ctx, struct http_request *req) {
    struct buf out = {0};
    (void)ctx;
    http_query(req, "q", &out);
    buf_put_bytes(&out, req->path);
    buf_put_bytes(&out, req->body);
    http_respond(req, 200, "text/plain", NULL, 0, &out);
}

static void on_message(void *ctx, uint64_t ws, struct bytes text) {
    (void)ctx;
    ws_send(server, ws, text);
}

static const struct ws_handler ws_handler = {.on_message = on_message};

static void start(void) {
    struct rpc_listener l = {
        .methods = HTTP_GET | HTTP_POST, .on_request = on_request, .ws = &ws_handler, .cors = true};
    struct rpc_limits limits = {.body_bytes = 2000, .ws_message_bytes = 2000, .idle_ms = 2000};
    struct err e = rpc_server_start(&server, &l, 1, &limits);
    if (!err_is(e)) return;
    fprintf(stderr, "%s\n", e.text);
    abort();
}

/* Reading waits for at most `patience_us`. */
static int connect_to_server(suseconds_t patience_us) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(rpc_server_port(server, 0))};
    struct timeval patience = {patience_us / 1000000, patience_us % 1000000};
    /* A reset at the end, so that thousands of runs do not use up the ports. */
    struct linger reset = {1, 0};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0) abort();
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return fd;
}

static void say(int fd, const void *p, size_t n) {
    ssize_t sent = send(fd, p, n, MSG_NOSIGNAL); /* may fail: the server is free to close early */
    (void)sent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char handshake[] =
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    static const char good[] = "GET /fine HTTP/1.1\r\nHost: h\r\n\r\n";
    char answer[65536];
    if (!server) start();
    if (!size) return 0;
    int fd = connect_to_server(4000); /* the connection may rightly stay open, waiting for more */
    if (data[0] % 2) say(fd, handshake, sizeof handshake - 1);
    say(fd, data + 1, size - 1);
    while (recv(fd, answer, sizeof answer, 0) > 0) {
    }
    close(fd);
    fd = connect_to_server(5000000);
    say(fd, good, sizeof good - 1);
    size_t n = 0;
    for (ssize_t got; n < 12 && (got = recv(fd, answer + n, sizeof answer - n, 0)) > 0;)
        n += (size_t)got;
    if (n < 12 || memcmp(answer, "HTTP/1.1 200", 12) != 0) abort();
    close(fd);
    return 0;
}
