#include "node/http_client.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { TIMEOUT_S = 60 };

/* "http://host[:port][/prefix]" */
struct place {
    char host[256], port[8];
    const char *prefix;
    int prefix_bytes; /* without slashes at its end */
};

static bool read_url(const char *url, struct place *p, struct buf *why) {
    static const char scheme[] = "http://";
    const char *host = url + sizeof scheme - 1;
    size_t n = strncmp(url, scheme, sizeof scheme - 1) ? 0 : strcspn(host, ":/");
    size_t digits = n && host[n] == ':' ? strcspn(host + n + 1, "/") : 0;
    if (!n || n >= sizeof p->host || digits >= sizeof p->port) {
        buf_printf(why, "%s: expected http://host[:port][/path]", url);
        return false;
    }
    snprintf(p->host, sizeof p->host, "%.*s", (int)n, host);
    snprintf(p->port, sizeof p->port, "%.*s", digits ? (int)digits : 2,
             digits ? host + n + 1 : "80");
    p->prefix = host + n + (digits ? digits + 1 : 0);
    p->prefix_bytes = (int)strlen(p->prefix);
    while (p->prefix_bytes && p->prefix[p->prefix_bytes - 1] == '/') p->prefix_bytes--;
    return true;
}

static int connect_to(const struct place *p, struct buf *why) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int e = getaddrinfo(p->host, p->port, &hints, &list), fd = -1;
    for (const struct addrinfo *a = e ? NULL : list; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            int keep = errno;
            close(fd);
            errno = keep;
            fd = -1;
        }
    }
    if (fd < 0)
        buf_printf(why, "%s:%s: %s", p->host, p->port, e ? gai_strerror(e) : strerror(errno));
    if (!e) freeaddrinfo(list);
    struct timeval t = {.tv_sec = TIMEOUT_S};
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
    }
    return fd;
}

static bool send_all(int fd, struct bytes b) {
    while (b.n) {
        ssize_t n = send(fd, b.p, b.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        b = bytes_sub(b, (size_t)n, b.n - (size_t)n);
    }
    return true;
}

/* The server closes the connection behind its answer. */
static bool receive_all(int fd, struct buf *out) {
    for (;;) {
        ssize_t n = recv(fd, buf_room(out, 1 << 16), 1 << 16, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n == 0;
        out->n += (size_t)n;
        if (out->n > HTTP_ANSWER_MAX_BYTES) return false;
    }
}

/* Chunks (RFC 9112 §7.1) put together. */
static bool join_chunks(const char *at, const char *end, struct buf *out) {
    for (;;) {
        char *digits_end;
        unsigned long n = strtoul(at, &digits_end, 16);
        const char *line = digits_end == at ? NULL : strstr(digits_end, "\r\n");
        if (!line || (size_t)(end - line) < 2 || n > (size_t)(end - line) - 2) return false;
        if (!n) return true;
        buf_put(out, line + 2, n);
        at = line + 2 + n;
        if (end - at < 2) return false;
        at += 2;
    }
}

/* Whether the header's lines have `name: … value`. */
static bool header_says(const char *header, const char *end, const char *name, const char *value) {
    for (const char *at = header; (at = strstr(at, "\r\n")) && at < end;) {
        at += 2;
        size_t n = strlen(name);
        if (strncasecmp(at, name, n) || at[n] != ':') continue;
        const char *found = strcasestr(at + n, value), *stop = strstr(at, "\r\n");
        return found && stop && found < stop;
    }
    return false;
}

static bool read_answer(struct buf *raw, int *status, struct buf *answer) {
    const char *text = buf_cstr(raw), *end = text + raw->n;
    const char *body = strstr(text, "\r\n\r\n");
    if (!body || sscanf(text, "HTTP/1.%*1d %d", status) != 1) return false;
    bool chunked = header_says(text, body, "transfer-encoding", "chunked");
    body += 4;
    if (chunked) return join_chunks(body, end, answer);
    buf_put(answer, body, (size_t)(end - body));
    return true;
}

bool http_request(const char *url, const char *path, const char *type, struct bytes body,
                  int *status, struct buf *answer, struct buf *why) {
    struct place p;
    buf_clear(answer);
    if (!read_url(url, &p, why)) return false;
    int fd = connect_to(&p, why);
    if (fd < 0) return false;
    struct buf out = {0}, raw = {0};
    buf_printf(&out, "%s %.*s%s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n",
               type ? "POST" : "GET", p.prefix_bytes, p.prefix, path, p.host, p.port);
    if (type) buf_printf(&out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, body.n);
    buf_puts(&out, "\r\n");
    buf_put_bytes(&out, body);
    errno = 0;
    bool ok = send_all(fd, buf_bytes(&out)) && receive_all(fd, &raw);
    if (!ok)
        buf_printf(why, "%s: %s", url, errno ? strerror(errno) : "the answer is too long");
    else if (!(ok = read_answer(&raw, status, answer)))
        buf_printf(why, "%s%s: no HTTP answer", url, path);
    close(fd);
    buf_free(&out);
    buf_free(&raw);
    return ok;
}
