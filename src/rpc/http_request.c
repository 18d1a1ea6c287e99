/* One request: libmicrohttpd calls request_on_target with its first line, then request_on_access
 * once with the headers, once for every piece of body, once at the end (and again when a suspended
 * connection resumes), and request_on_completed when the answer has left or the connection is gone.
 */
#include "rpc/http_request.h"

#include "rpc/http_target.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

/* How much more than the limit is read and thrown away so that the client gets to see its 413. */
enum { DISCARD_FACTOR = 4 };

static int64_t clock_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void unref(struct request *r) {
    if (atomic_fetch_sub(&r->refs, 1) != 1) return;
    buf_free(&r->head);
    buf_free(&r->body);
    free(r);
}

/* Answers. */

static void default_error_body(int status, const char *text, struct buf *out) {
    /* JSON-RPC 2.0 §5.1; -32005 is "limit exceeded" of EIP-1474. */
    int code = status == 503 || status == 413 ? -32005 : status < 500 ? -32600 : -32603;
    buf_printf(out, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,\"message\":\"%s\"}}",
               code, text);
}

static struct MHD_Response *make_response(const struct listener *l, const char *content_type,
                                          const struct http_header *headers, size_t header_count,
                                          struct buf *body) {
    struct buf none = {0};
    if (!body) body = &none;
    struct MHD_Response *m =
        MHD_create_response_from_buffer_with_free_callback(body->n, body->p, free);
    if (!m) {
        buf_free(body);
        return NULL;
    }
    *body = none;
    if (content_type) MHD_add_response_header(m, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    for (size_t i = 0; i < header_count; i++)
        MHD_add_response_header(m, headers[i].name, headers[i].value);
    if (l->conf.cors) {
        MHD_add_response_header(m, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        if (l->conf.cors_expose)
            MHD_add_response_header(m, MHD_HTTP_HEADER_ACCESS_CONTROL_EXPOSE_HEADERS,
                                    l->conf.cors_expose);
    }
    return m;
}

static struct MHD_Response *make_error(const struct listener *l, int status, const char *text,
                                       const struct http_header *headers, size_t header_count) {
    struct buf body = {0};
    if (l->conf.error_body)
        l->conf.error_body(l->conf.ctx, status, text, &body);
    else
        default_error_body(status, text, &body);
    return make_response(l, "application/json", headers, header_count, &body);
}

/* Gives an answer to the connection. On its thread only. */
static enum MHD_Result queue(struct MHD_Connection *conn, int status, struct MHD_Response *m) {
    if (!m) return MHD_NO;
    enum MHD_Result result = MHD_queue_response(conn, (unsigned)status, m);
    MHD_destroy_response(m);
    return result;
}

static enum MHD_Result queue_answer(struct request *r) {
    struct MHD_Response *m = r->response;
    r->response = NULL;
    return queue(r->conn, r->status, m);
}

/* An error after which the connection is closed, since what follows on it cannot be trusted. */
static enum MHD_Result refuse_and_close(struct request *r, int status, const char *text) {
    struct http_header close = {"Connection", "close"};
    return queue(r->conn, status, make_error(r->listener, status, text, &close, 1));
}

/* Counting what runs, so that stopping can wait for it. */

static bool track(struct request *r, bool has_owner) {
    struct listener *l = r->listener;
    pthread_mutex_lock(&l->lock);
    bool allowed = !l->stopping;
    if (allowed) {
        r->is_running = true;
        r->next = l->running;
        if (r->next) r->next->previous = r;
        l->running = r;
        l->conns++;
        if (has_owner) {
            l->owners++;
            atomic_fetch_add(&r->refs, 1);
        }
    }
    pthread_mutex_unlock(&l->lock);
    return allowed;
}

static void untrack(struct request *r) {
    struct listener *l = r->listener;
    pthread_mutex_lock(&l->lock);
    if (r->is_running) {
        r->is_running = false;
        if (r->next) r->next->previous = r->previous;
        if (r->previous)
            r->previous->next = r->next;
        else
            l->running = r->next;
        l->conns--;
        pthread_cond_signal(&l->settled);
    }
    pthread_mutex_unlock(&l->lock);
}

static void owner_done(struct listener *l) {
    pthread_mutex_lock(&l->lock);
    l->owners--;
    pthread_cond_signal(&l->settled);
    pthread_mutex_unlock(&l->lock);
}

/* Hands the response to the connection's thread. Whoever calls has claimed the request and still
 * counts in owners, so that the listener outlives the call to MHD_resume_connection. */
static void publish(struct request *r, int status, struct MHD_Response *m) {
    r->status = status;
    r->response = m;
    if (atomic_exchange(&r->state, REQUEST_ANSWERED) == REQUEST_SUSPENDED)
        MHD_resume_connection(r->conn);
}

void http_respond(struct http_request *pub, int status, const char *content_type,
                  const struct http_header *headers, size_t header_count, struct buf *body) {
    struct request *r = (struct request *)pub;
    if (atomic_exchange(&r->claimed, true)) { /* the server has stopped: the listener may be gone */
        if (body) buf_free(body);
        unref(r);
        return;
    }
    struct listener *l = r->listener;
    publish(r, status, make_response(l, content_type, headers, header_count, body));
    owner_done(l);
    unref(r);
}

void http_respond_error(struct http_request *pub, int status, const char *text) {
    struct request *r = (struct request *)pub;
    if (atomic_exchange(&r->claimed, true)) {
        unref(r);
        return;
    }
    struct listener *l = r->listener;
    publish(r, status, make_error(l, status, text, NULL, 0));
    owner_done(l);
    unref(r);
}

void request_abandon_all(struct listener *l) {
    pthread_mutex_lock(&l->lock);
    struct request **claimed = xcalloc(l->conns, sizeof *claimed);
    size_t n = 0;
    for (struct request *r = l->running; r; r = r->next) {
        if (r->wants_ws || atomic_exchange(&r->claimed, true)) continue;
        atomic_fetch_add(&r->refs, 1);
        claimed[n++] = r;
    }
    pthread_mutex_unlock(&l->lock);
    /* Without the lock: libmicrohttpd has one of its own, under which it may call
     * request_on_completed. */
    for (size_t i = 0; i < n; i++) {
        publish(claimed[i], 503, make_error(l, 503, "the node is stopping", NULL, 0));
        owner_done(l);
        unref(claimed[i]);
    }
    free(claimed);
}

struct job {
    struct http_request *req;
    void (*run)(struct http_request *req, unsigned worker);
};

static void run_job(void *arg, unsigned worker) {
    struct job job = *(struct job *)arg;
    free(arg);
    job.run(job.req, worker);
}

void http_dispatch(struct http_request *req, struct rpc_pool *pool,
                   void (*run)(struct http_request *req, unsigned worker)) {
    struct job *job = xmalloc(sizeof *job);
    *job = (struct job){req, run};
    if (rpc_pool_submit(pool, run_job, job)) return;
    free(job);
    http_respond_error(req, 503, HTTP_BUSY);
}

/* Reading the request. */

void *request_on_target(void *cls, const char *target, struct MHD_Connection *conn) {
    struct request *r = xcalloc(1, sizeof *r);
    r->listener = cls;
    r->conn = conn;
    r->refs = 1;
    r->target_bytes = strlen(target);
    buf_room(&r->head, r->target_bytes + 512); /* for path and headers too, as a rule; never NULL */
    buf_put(&r->head, target, r->target_bytes);
    return r;
}

struct bytes http_header(const struct http_request *pub, const char *name) {
    const struct request *r = (const struct request *)pub;
    size_t at = r->target_bytes + r->path_bytes;
    while (at < r->head.n) {
        const char *key = (const char *)r->head.p + at;
        const char *value = key + strlen(key) + 1;
        if (strcasecmp(key, name) == 0) return bytes_cstr(value);
        at += (size_t)(value - key) + strlen(value) + 1;
    }
    return (struct bytes){0};
}

bool http_query(const struct http_request *req, const char *name, struct buf *out) {
    return http_query_value(req->query, name, out);
}

/* What the headers say about the framing of the body, as far as libmicrohttpd is more lenient than
 * RFC 9112 §6.3: where two readers could disagree on where a request ends, it is refused. */
struct head_check {
    struct request *r;
    uint32_t lengths, encodings;
    bool bad_name, bad_encoding;
};

static enum MHD_Result copy_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    struct head_check *check = cls;
    (void)kind;
    if (!value) value = "";
    if (!*name || strpbrk(name, " \t")) check->bad_name = true;
    if (strcasecmp(name, "content-length") == 0) check->lengths++;
    if (strcasecmp(name, "transfer-encoding") == 0) {
        check->encodings++;
        check->bad_encoding = strcasecmp(value, "chunked") != 0;
    }
    buf_put(&check->r->head, name, strlen(name) + 1);
    buf_put(&check->r->head, value, strlen(value) + 1);
    return MHD_YES;
}

static bool has_token(struct bytes list, const char *token) {
    size_t n = strlen(token);
    for (size_t i = 0; i + n <= list.n; i++) {
        bool starts = i == 0 || strchr(", \t", list.p[i - 1]);
        bool ends = i + n == list.n || strchr(", \t", list.p[i + n]);
        if (starts && ends && strncasecmp((const char *)list.p + i, token, n) == 0) return true;
    }
    return false;
}

static unsigned method_bit(const char *method) {
    static const struct {
        const char *name;
        unsigned bit;
    } methods[] = {{"GET", HTTP_GET},
                   {"HEAD", HTTP_GET},
                   {"POST", HTTP_POST},
                   {"PUT", HTTP_PUT},
                   {"DELETE", HTTP_DELETE}};
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        if (strcmp(method, methods[i].name) == 0) return methods[i].bit;
    return 0;
}

static void allowed_methods(unsigned methods, char out[64]) {
    struct buf text = {0};
    buf_printf(&text, "%s%s%s%sOPTIONS", methods & HTTP_GET ? "GET, HEAD, " : "",
               methods & HTTP_POST ? "POST, " : "", methods & HTTP_PUT ? "PUT, " : "",
               methods & HTTP_DELETE ? "DELETE, " : "");
    assert(text.n < 64);
    memcpy(out, buf_cstr(&text), text.n + 1);
    buf_free(&text);
}

static void refuse_later(struct request *r, int status, const char *text) {
    if (r->refusal) return;
    r->refusal = status;
    r->refusal_text = text;
}

static bool is_upgrade(const struct request *r) {
    return has_token(http_header(&r->pub, "upgrade"), "websocket") &&
           has_token(http_header(&r->pub, "connection"), "upgrade");
}

/* The headers are here, the body is not. Either answers (only when the connection has to be closed)
 * or leaves the rest to finish_request. */
static enum MHD_Result begin(struct request *r, const char *method) {
    struct listener *l = r->listener;
    const struct rpc_limits *limits = &l->server->limits;
    struct bytes query;
    r->begun = true;
    r->begun_ms = clock_ms();
    struct buf path = {0};
    bool good_target = http_target_split(bytes_make(r->head.p, r->target_bytes), &path, &query);
    size_t query_at = query.p ? (size_t)(query.p - r->head.p) : 0; /* before head moves */
    r->path_bytes = path.n;
    buf_put_bytes(&r->head, buf_bytes(&path));
    buf_free(&path);
    struct head_check check = {.r = r};
    MHD_get_connection_values(r->conn, MHD_HEADER_KIND, copy_header, &check);
    if (check.bad_name) return refuse_and_close(r, 400, "a header name contains a space");
    if (check.lengths > 1) return refuse_and_close(r, 400, "more than one Content-Length");
    if (check.lengths && check.encodings)
        return refuse_and_close(r, 400, "both Content-Length and Transfer-Encoding");
    if (check.encodings > 1 || check.bad_encoding)
        return refuse_and_close(r, 501, "the only Transfer-Encoding understood is chunked");

    r->pub.ctx = l->conf.ctx;
    r->pub.method = method_bit(method);
    r->pub.is_head = strcmp(method, "HEAD") == 0;
    r->pub.path = bytes_make(r->head.p + r->target_bytes, r->path_bytes);
    r->pub.query = bytes_make(r->head.p + query_at, query.n);
    if (strcmp(method, "OPTIONS") == 0)
        refuse_later(r, 204, "");
    else if (!(r->pub.method & l->conf.methods) &&
             !(l->conf.ws && r->pub.method == HTTP_GET && is_upgrade(r)))
        refuse_later(r, 405, "this method is not served here");
    else if (!good_target)
        refuse_later(r, 400, "the request target is not a valid path");
    struct bytes coding = http_header(&r->pub, "content-encoding");
    if (coding.n && !has_token(coding, "identity"))
        refuse_later(r, 415, "compressed bodies are not understood");

    uint64_t announced =
        check.lengths ? strtoull((const char *)http_header(&r->pub, "content-length").p, NULL, 10)
                      : 0;
    if (announced <= limits->body_bytes) return MHD_YES;
    if (announced / DISCARD_FACTOR > limits->body_bytes)
        return refuse_and_close(r, 413, "the request body is too large");
    refuse_later(r, 413, "the request body is too large");
    return MHD_YES;
}

/* A piece of body. MHD_NO closes the connection without an answer: the rules of HTTP leave no place
 * for one here. */
static enum MHD_Result take_body(struct request *r, const char *p, size_t n) {
    struct rpc_server *s = r->listener->server;
    if (clock_ms() - r->begun_ms > s->limits.upload_ms) return MHD_NO;
    if (n > s->limits.body_bytes - r->body.n)
        refuse_later(r, 413, "the request body is too large");
    else if (!r->refusal && atomic_load(&s->bodies_bytes) + n > s->limits.bodies_bytes)
        refuse_later(r, 503, "too many request bodies are waiting; try again");
    if (r->refusal) {
        atomic_fetch_sub(&s->bodies_bytes, r->body.n);
        buf_free(&r->body);
        r->discarded_bytes += n;
        return r->discarded_bytes / DISCARD_FACTOR > s->limits.body_bytes ? MHD_NO : MHD_YES;
    }
    buf_put(&r->body, p, n);
    atomic_fetch_add(&s->bodies_bytes, n);
    return MHD_YES;
}

/* Answering a whole request. */

/* A preflight (Fetch standard, "CORS-preflight request"), or a plain OPTIONS. */
static enum MHD_Result answer_options(struct request *r) {
    const struct listener *l = r->listener;
    char methods[64];
    allowed_methods(l->conf.methods, methods);
    struct bytes asked = http_header(&r->pub, "access-control-request-headers");
    struct http_header headers[5] = {{"Allow", methods}};
    size_t n = 1;
    if (l->conf.cors) {
        headers[n++] = (struct http_header){"Access-Control-Allow-Methods", methods};
        headers[n++] = (struct http_header){"Access-Control-Allow-Headers",
                                            asked.n ? (const char *)asked.p : "*"};
        headers[n++] = (struct http_header){"Access-Control-Max-Age", "86400"};
        headers[n++] = (struct http_header){"Vary", "Access-Control-Request-Headers"};
    }
    return queue(r->conn, 204, make_response(l, NULL, headers, n, NULL));
}

static enum MHD_Result answer_refusal(struct request *r) {
    char methods[64];
    allowed_methods(r->listener->conf.methods, methods);
    struct http_header allow = {"Allow", methods};
    return queue(r->conn, r->refusal,
                 make_error(r->listener, r->refusal, r->refusal_text, &allow, r->refusal == 405));
}

static void on_upgraded(void *cls, struct MHD_Connection *conn, void *slot, const char *early,
                        size_t early_bytes, MHD_socket fd,
                        struct MHD_UpgradeResponseHandle *upgrade) {
    struct listener *l = cls;
    struct request *r = slot;
    (void)conn;
    ws_loop_adopt(l->server->ws, l->conf.ws, l->conf.ctx, fd, upgrade,
                  bytes_make(early, early_bytes));
    untrack(r);
    buf_free(&r->head); /* the request itself lives until the connection ends */
}

static enum MHD_Result answer_upgrade(struct request *r) {
    struct listener *l = r->listener;
    char accept[29];
    if (!l->conf.ws)
        return queue(r->conn, 400, make_error(l, 400, "no WebSocket is served here", NULL, 0));
    if (!bytes_eq(http_header(&r->pub, "sec-websocket-version"), BYTES_LIT("13"))) {
        struct http_header version = {"Sec-WebSocket-Version", "13"};
        return queue(r->conn, 426,
                     make_error(l, 426, "the only WebSocket version is 13", &version, 1));
    }
    if (!ws_accept_key(http_header(&r->pub, "sec-websocket-key"), accept))
        return queue(
            r->conn, 400,
            make_error(l, 400, "Sec-WebSocket-Key is not the base64 of 16 bytes", NULL, 0));
    r->wants_ws = true;
    if (!track(r, false)) return refuse_and_close(r, 503, "the node is stopping");
    struct MHD_Response *m = MHD_create_response_for_upgrade(on_upgraded, l);
    if (!m) return MHD_NO;
    MHD_add_response_header(m, "Upgrade", "websocket");
    MHD_add_response_header(m, "Sec-WebSocket-Accept", accept);
    return queue(r->conn, 101, m);
}

static enum MHD_Result finish_request(struct request *r) {
    if (r->refusal == 204) return answer_options(r);
    if (r->refusal) return answer_refusal(r);
    if (r->pub.method == HTTP_GET && is_upgrade(r)) return answer_upgrade(r);
    r->pub.body = buf_bytes(&r->body);
    if (!track(r, true)) return refuse_and_close(r, 503, "the node is stopping");
    struct listener *l = r->listener;
    l->conf.on_request(l->conf.ctx, &r->pub);
    if (atomic_load(&r->state) == REQUEST_ANSWERED) return queue_answer(r);
    MHD_suspend_connection(r->conn);
    int running = REQUEST_RUNNING;
    if (!atomic_compare_exchange_strong(&r->state, &running, REQUEST_SUSPENDED))
        MHD_resume_connection(r->conn);
    return MHD_YES;
}

enum MHD_Result request_on_access(void *cls, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **slot) {
    struct request *r = *slot;
    (void)cls, (void)conn, (void)url, (void)version;
    if (!r->begun) return begin(r, method);
    if (*upload_bytes) {
        size_t n = *upload_bytes;
        *upload_bytes = 0;
        return take_body(r, upload, n);
    }
    return atomic_load(&r->state) == REQUEST_ANSWERED ? queue_answer(r) : finish_request(r);
}

void request_on_completed(void *cls, struct MHD_Connection *conn, void **slot,
                          enum MHD_RequestTerminationCode why) {
    struct request *r = *slot;
    (void)cls, (void)conn, (void)why;
    if (!r) return;
    *slot = NULL;
    atomic_fetch_sub(&r->listener->server->bodies_bytes, r->body.n);
    if (r->response) MHD_destroy_response(r->response);
    r->response = NULL;
    untrack(r);
    unref(r);
}
