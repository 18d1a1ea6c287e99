#include "http_client.h"

#include <stdatomic.h>
#include <sys/resource.h>

/* Answers with what it understood of the request. */
static void echo(void *ctx, struct http_request *req) {
    struct buf out = {0};
    struct bytes tag = http_header(req, "x-tag");
    const char *method = req->method == HTTP_POST ? "POST" : req->is_head ? "HEAD" : "GET";
    buf_printf(&out, "%s%s %.*s", ctx ? (const char *)ctx : "", method, (int)req->path.n,
               (const char *)req->path.p);
    if (req->query.n) buf_printf(&out, "?%.*s", (int)req->query.n, (const char *)req->query.p);
    if (tag.n) buf_printf(&out, " [%.*s]", (int)tag.n, (const char *)tag.p);
    if (req->body.n)
        buf_printf(&out, " %zu:%.*s", req->body.n, req->body.n > 40 ? 40 : (int)req->body.n,
                   req->body.p);
    struct http_header extra[] = {{"X-Aptos-Chain-Id", "4"}, {"X-Aptos-Epoch", "1"}};
    http_respond(req, 200, "text/plain", extra, COUNT_OF(extra), &out);
}

static struct rpc_server *start(void (*handler)(void *, struct http_request *), void *ctx,
                                const struct rpc_limits *limits) {
    struct rpc_listener l = {.methods = HTTP_GET | HTTP_POST,
                             .on_request = handler,
                             .ctx = ctx,
                             .cors = true,
                             .cors_expose = "X-Aptos-Chain-Id, X-Aptos-Epoch"};
    struct rpc_server *s;
    struct err e = rpc_server_start(&s, &l, 1, limits);
    if (err_is(e)) fail_msg("%s", e.text);
    assert_int_not_equal(rpc_server_port(s, 0), 0);
    return s;
}

static void stop(struct rpc_server *s) {
    rpc_server_stop(s, 1000);
    rpc_server_free(s);
}

static void test_request_parts_reach_the_handler(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    struct reply r = {0};
    client_say(&c, "GET /v1/0x1%3A%3Acoin?limit=2&x HTTP/1.1\r\nHost: h\r\nX-TAG: blue\r\n\r\n");
    client_read(&c, &r, false);
    assert_int_equal(r.status, 200);
    assert_body(&r, "GET /v1/0x1::coin?limit=2&x [blue]");
    assert_string_equal(reply_header(&r, "content-type"), "text/plain");
    client_say(&c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    client_read(&c, &r, false);
    assert_body(&r, "POST / 5:hello");
    reply_free(&r);
    client_close(&c);
    stop(s);
}

static void test_request_in_single_bytes_is_understood(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    struct reply r = {0};
    client_say_bytewise(&c, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    client_read(&c, &r, false);
    assert_body(&r, "POST /a 3:abc");
    client_say_bytewise(&c, "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n");
    client_read(&c, &r, false);
    assert_body(&r, "POST /b 3:abc");
    reply_free(&r);
    client_close(&c);
    stop(s);
}

static void test_pipelined_requests_are_answered_in_order(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    struct reply r = {0};
    struct buf all = {0};
    for (int i = 0; i < 50; i++) {
        if (i % 2)
            buf_printf(&all, "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i);
        else
            buf_printf(&all,
                       "POST /%d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
                       i);
    }
    client_send(&c, all.p, all.n);
    for (int i = 0; i < 50; i++) {
        char want[32];
        snprintf(want, sizeof want, i % 2 ? "GET /%d" : "POST /%d 1:x", i);
        client_read(&c, &r, false);
        assert_body(&r, want);
    }
    buf_free(&all);
    reply_free(&r);
    client_close(&c);
    stop(s);
}

static void post_sized(struct client *c, size_t n) {
    struct buf b = {0};
    buf_printf(&b, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", n);
    memset(buf_room(&b, n), 'x', n);
    b.n += n;
    client_send(c, b.p, b.n);
    buf_free(&b);
}

static void test_body_at_the_limit_passes_and_over_it_is_413(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, &(struct rpc_limits){.body_bytes = 100000});
    struct client c = client_open(rpc_server_port(s, 0));
    struct reply r = {0};
    post_sized(&c, 100000);
    assert_int_equal(client_status(&c), 200);
    post_sized(&c, 100001);
    client_read(&c, &r, false);
    assert_int_equal(r.status, 413);
    assert_body(&r, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32005,\"message\":"
                    "\"the request body is too large\"}}");
    post_sized(&c, 10); /* the connection is still good */
    assert_int_equal(client_status(&c), 200);
    client_say(&c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\nx");
    assert_int_equal(client_status(&c), 413);
    assert_true(client_at_end(&c));
    reply_free(&r);
    client_close(&c);
    stop(s);
}

static void test_chunked_body_over_the_limit_is_413_or_cut(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, &(struct rpc_limits){.body_bytes = 1000});
    struct client c = client_open(rpc_server_port(s, 0));
    client_say(&c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 11; i++)
        client_say(&c, "64\r\n"
                       "0123456789012345678901234567890123456789012345678901234567890123456789"
                       "012345678901234567890123456789\r\n");
    client_say(&c, "0\r\n\r\n");
    assert_int_equal(client_status(&c), 413);
    client_close(&c);
    c = client_open(rpc_server_port(s, 0));
    client_say(&c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    bool open = true; /* a client that never ends is cut off */
    for (int i = 0; i < 3000 && open; i++) {
        open = client_send(&c, "4\r\nabcd\r\n", 9);
        sleep_ms(1);
    }
    assert_false(open);
    client_close(&c);
    struct rpc_server_stats now;
    rpc_server_stats(s, &now);
    assert_int_equal(now.bodies_bytes, 0);
    stop(s);
}

static void test_bodies_together_over_their_limit_are_503(void **state) {
    (void)state;
    struct rpc_server *s =
        start(echo, NULL, &(struct rpc_limits){.body_bytes = 1000, .bodies_bytes = 1500});
    struct client a = client_open(rpc_server_port(s, 0)), b = client_open(rpc_server_port(s, 0));
    struct rpc_server_stats now = {0};
    client_say(&a, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 901\r\n\r\n");
    for (int i = 0; i < 9; i++)
        client_say(&a, "0123456789012345678901234567890123456789012345678901234567890123456789"
                       "012345678901234567890123456789");
    for (int i = 0; i < 2000 && now.bodies_bytes < 900; i++, sleep_ms(1)) rpc_server_stats(s, &now);
    assert_int_equal(now.bodies_bytes, 900);
    post_sized(&b, 700);
    assert_int_equal(client_status(&b), 503);
    client_say(&a, "x");
    assert_int_equal(client_status(&a), 200);
    post_sized(&b, 700);
    assert_int_equal(client_status(&b), 200);
    client_close(&a);
    client_close(&b);
    stop(s);
}

/* Each is refused with the status, and the connection does not survive it if `closes`. */
static void test_bad_request_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *request;
        int status;
        bool closes;
    } cases[] = {
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400,
         true},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400,
         true},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         400, true},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501,
         true},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", 501, true},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1x\r\n\r\na", 400, true},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\na", 400, true},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\na", 413, true},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\na", 400, true},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, true},
        {"POST / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400, true},
        {"GET / HTTP/1.1\r\n\r\n", 400, true},
        {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400, false},
        {"GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400, false},
        {"GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400, false},
        {"GET  HTTP/1.0\r\n\r\n", 400, true},
        {"DELETE / HTTP/1.1\r\nHost: h\r\n\r\n", 405, false},
        {"BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 405, false},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", 415,
         false},
    };
    struct rpc_server *s = start(echo, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct client c = client_open(rpc_server_port(s, 0));
        client_say(&c, cases[i].request);
        int status = client_status(&c);
        if (status != cases[i].status) fail_msg("case %zu: %d", i, status);
        if (!cases[i].closes) {
            client_say(&c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            assert_int_equal(client_status(&c), 200);
        } else {
            while (client_more(&c)) {
            }
        }
        client_close(&c);
    }
    stop(s);
}

static void test_header_over_the_limit_is_431(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    client_say(&c, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
    for (int i = 0; i < 3000; i++) client_say(&c, "0123456789");
    client_say(&c, "\r\n\r\n");
    assert_int_equal(client_status(&c), 431);
    client_close(&c);
    stop(s);
}

static void test_head_is_answered_without_body(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    struct reply r = {0};
    client_say(&c, "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n");
    client_read(&c, &r, true);
    assert_int_equal(r.status, 200);
    assert_string_equal(reply_header(&r, "content-length"), "7"); /* of "HEAD /x" */
    client_read(&c, &r, false);
    assert_body(&r, "GET /y");
    reply_free(&r);
    client_close(&c);
    stop(s);
}

static void test_preflight_is_answered_and_headers_exposed(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    struct reply r = {0};
    client_say(&c, "OPTIONS /v1 HTTP/1.1\r\nHost: h\r\nOrigin: "
                   "http://page\r\nAccess-Control-Request-Method: POST\r\n"
                   "Access-Control-Request-Headers: content-type,x-aptos-client\r\n\r\n");
    client_read(&c, &r, false);
    assert_int_equal(r.status, 204);
    assert_string_equal(reply_header(&r, "access-control-allow-origin"), "*");
    assert_string_equal(reply_header(&r, "access-control-allow-methods"),
                        "GET, HEAD, POST, OPTIONS");
    assert_string_equal(reply_header(&r, "access-control-allow-headers"),
                        "content-type,x-aptos-client");
    client_say(&c, "GET / HTTP/1.1\r\nHost: h\r\nOrigin: http://page\r\n\r\n");
    client_read(&c, &r, false);
    assert_string_equal(reply_header(&r, "access-control-allow-origin"), "*");
    assert_string_equal(reply_header(&r, "access-control-expose-headers"),
                        "X-Aptos-Chain-Id, X-Aptos-Epoch");
    assert_string_equal(reply_header(&r, "x-aptos-chain-id"), "4");
    client_say(&c, "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n");
    client_read(&c, &r, false);
    assert_string_equal(reply_header(&r, "allow"), "GET, HEAD, POST, OPTIONS");
    assert_string_equal(reply_header(&r, "access-control-allow-origin"), "*");
    reply_free(&r);
    client_close(&c);
    stop(s);
}

static void test_connection_close_and_http_1_0_end_the_connection(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    client_say(&c, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_int_equal(client_status(&c), 200);
    assert_true(client_at_end(&c));
    client_close(&c);
    c = client_open(rpc_server_port(s, 0));
    client_say(&c, "GET / HTTP/1.0\r\n\r\n");
    assert_int_equal(client_status(&c), 200);
    assert_true(client_at_end(&c));
    client_close(&c);
    stop(s);
}

static void test_expect_continue_is_answered_before_the_body(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    client_say(&c,
               "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(client_status(&c), 100);
    client_say(&c, "hi");
    assert_int_equal(client_status(&c), 200);
    client_close(&c);
    stop(s);
}

/* Requests that wait in the test's hands. */
struct hold {
    pthread_mutex_t lock;
    struct http_request *held[64];
    _Atomic unsigned count;
};

static void hold(void *ctx, struct http_request *req) {
    struct hold *h = ctx;
    pthread_mutex_lock(&h->lock);
    h->held[h->count] = req;
    h->count++; /* after the request is there for who awaits the count */
    pthread_mutex_unlock(&h->lock);
}

static void answer_held(struct http_request *req) {
    struct buf out = {0};
    buf_put_bytes(&out, req->path);
    http_respond(req, 200, "text/plain", NULL, 0, &out);
}

static void test_answers_from_other_threads_in_any_order_find_their_request(void **state) {
    (void)state;
    struct hold h = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct rpc_server *s = start(hold, &h, NULL);
    struct client c[20];
    struct reply r = {0};
    char text[64];
    for (int i = 0; i < 20; i++) {
        c[i] = client_open(rpc_server_port(s, 0));
        snprintf(text, sizeof text, "GET /%d HTTP/1.1\r\nHost: h\r\n\r\nGET /",
                 i); /* the next one has begun */
        client_say(&c[i], text);
    }
    await(&h.count, 20);
    for (int i = 19; i >= 0; i--) answer_held(h.held[i]);
    for (int i = 0; i < 20; i++) {
        client_read(&c[i], &r, false);
        snprintf(text, sizeof text, "/%d", i);
        assert_body(&r, text);
        client_close(&c[i]);
    }
    reply_free(&r);
    stop(s);
}

static void test_pipelined_requests_wait_for_the_answer_before_them(void **state) {
    (void)state;
    struct hold h = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct rpc_server *s = start(hold, &h, NULL);
    struct client c = client_open(rpc_server_port(s, 0));
    struct reply r = {0};
    client_say(&c, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    await(&h.count, 1);
    sleep_ms(50);
    assert_int_equal(h.count, 1);
    answer_held(h.held[0]);
    await(&h.count, 2);
    answer_held(h.held[1]);
    client_read(&c, &r, false);
    assert_body(&r, "/1");
    client_read(&c, &r, false);
    assert_body(&r, "/2");
    reply_free(&r);
    client_close(&c);
    stop(s);
}

static void test_client_gone_before_the_answer_is_harmless(void **state) {
    (void)state;
    struct hold h = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct rpc_server *s = start(hold, &h, NULL);
    for (unsigned i = 0; i < 20; i++) {
        struct client c = client_open(rpc_server_port(s, 0));
        client_say(&c, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
        await(&h.count, i + 1);
        struct linger reset = {1, 0};
        if (i % 2) setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        client_close(&c);
    }
    for (unsigned i = 0; i < 20; i++) {
        assert_true(bytes_eq(h.held[i]->body, BYTES_LIT("abc"))); /* still the handler's */
        answer_held(h.held[i]);
    }
    stop(s);
}

struct office {
    struct rpc_pool *pool;
    struct rpc_server *server;
};

static void slow_echo(struct http_request *req, unsigned worker) {
    (void)worker;
    sleep_ms(req->path.n % 7);
    struct buf out = {0};
    buf_put_bytes(&out, req->path);
    http_respond(req, 200, "text/plain", NULL, 0, &out);
}

static void to_pool(void *ctx, struct http_request *req) {
    struct office *o = ctx;
    http_dispatch(req, o->pool, slow_echo);
}

static void test_workers_answer_pipelined_requests_in_order(void **state) {
    (void)state;
    struct office o = {.pool = rpc_pool_start(4, 100, 0)};
    struct rpc_server *s = start(to_pool, &o, NULL);
    struct client c[4];
    struct reply r = {0};
    char path[32], text[96];
    for (int i = 0; i < 4; i++) c[i] = client_open(rpc_server_port(s, 0));
    for (int k = 0; k < 25; k++)
        for (int i = 0; i < 4; i++) {
            snprintf(text, sizeof text, "GET /%d/%.*s HTTP/1.1\r\nHost: h\r\n\r\n", k, k % 7,
                     "xxxxxxx");
            client_say(&c[i], text);
        }
    for (int k = 0; k < 25; k++)
        for (int i = 0; i < 4; i++) {
            client_read(&c[i], &r, false);
            snprintf(path, sizeof path, "/%d/%.*s", k, k % 7, "xxxxxxx");
            assert_body(&r, path);
        }
    for (int i = 0; i < 4; i++) client_close(&c[i]);
    reply_free(&r);
    rpc_server_stop(s, 1000);
    rpc_pool_stop(o.pool);
    rpc_server_free(s);
}

static _Atomic bool released;

static void wait_released(struct http_request *req, unsigned worker) {
    (void)worker;
    while (!released) sleep_ms(1);
    http_respond(req, 200, NULL, NULL, 0, NULL);
}

static void to_waiting_pool(void *ctx, struct http_request *req) {
    http_dispatch(req, ctx, wait_released);
}

static void test_full_pool_is_503_with_a_json_body(void **state) {
    (void)state;
    struct rpc_pool *pool = rpc_pool_start(1, 1, 0);
    struct rpc_server *s = start(to_waiting_pool, pool, NULL);
    struct client c[4];
    struct reply r = {0};
    int good = 0, full = 0;
    released = false;
    for (int i = 0; i < 4; i++) {
        c[i] = client_open(rpc_server_port(s, 0));
        client_say(&c[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        sleep_ms(30);
    }
    for (int i = 2; i < 4; i++) { /* one runs, one waits, these found no room */
        client_read(&c[i], &r, false);
        full += r.status == 503;
        assert_string_equal(reply_header(&r, "content-type"), "application/json");
        assert_non_null(strstr((char *)r.body.p, "too many requests"));
    }
    released = true;
    for (int i = 0; i < 2; i++) good += client_status(&c[i]) == 200;
    assert_int_equal(good, 2);
    assert_int_equal(full, 2);
    for (int i = 0; i < 4; i++) client_close(&c[i]);
    reply_free(&r);
    rpc_server_stop(s, 1000);
    rpc_pool_stop(pool);
    rpc_server_free(s);
}

static void huge(void *ctx, struct http_request *req) {
    (void)ctx;
    size_t n = req->path.n > 1 ? 20 << 20 : 1;
    struct buf out = {0};
    memset(buf_room(&out, n), 'z', n);
    out.n = n;
    http_respond(req, 200, "text/plain", NULL, 0, &out);
}

static void test_slow_reader_of_a_large_answer_delays_nobody(void **state) {
    (void)state;
    struct rpc_server *s = start(huge, NULL, NULL);
    struct client slow = client_open(rpc_server_port(s, 0)),
                  quick = client_open(rpc_server_port(s, 0));
    client_say(&slow, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 200; i++) {
        client_say(&quick, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(client_status(&quick), 200);
    }
    struct reply r = {0};
    client_read(&slow, &r, false);
    assert_int_equal(r.body.n, 20 << 20);
    reply_free(&r);
    client_close(&slow);
    client_close(&quick);
    stop(s);
}

static void test_client_that_never_reads_its_answer_is_dropped(void **state) {
    (void)state;
    struct rpc_server *s = start(huge, NULL, &(struct rpc_limits){.idle_ms = 1000});
    struct client c = client_open(rpc_server_port(s, 0));
    struct rpc_server_stats now = {.requests_running = 1};
    client_say(&c, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(client_more(&c)); /* it has begun */
    for (int i = 0; i < 5000 && now.requests_running; i++, sleep_ms(1)) rpc_server_stats(s, &now);
    assert_int_equal(now.requests_running, 0);
    client_close(&c);
    stop(s);
}

static void test_many_idle_connections_leave_room_for_work(void **state) {
    (void)state;
    enum { IDLE = 2000 };
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 2 * IDLE + 100) {
        print_message("SKIP: %lu files may be open, %d are needed\n", (unsigned long)files.rlim_cur,
                      2 * IDLE + 100);
        return;
    }
    struct rpc_server *s = start(echo, NULL, NULL);
    static struct client c[IDLE];
    for (int i = 0; i < IDLE; i++) {
        c[i] = client_open(rpc_server_port(s, 0));
        if (i % 2) client_say(&c[i], "GET /"); /* half of them have begun a request */
    }
    for (int i = 0; i < 100; i++) {
        struct client busy = client_open(rpc_server_port(s, 0));
        client_say(&busy, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(client_status(&busy), 200);
        client_close(&busy);
    }
    for (int i = 1; i < IDLE; i += 2) client_say(&c[i], " HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 1; i < IDLE; i += 2) assert_int_equal(client_status(&c[i]), 200);
    for (int i = 0; i < IDLE; i++) client_close(&c[i]);
    stop(s);
}

static void test_connections_over_the_limit_wait_and_are_served_later(void **state) {
    (void)state;
    struct rpc_server *s = start(echo, NULL, &(struct rpc_limits){.connections = 5});
    struct client c[6];
    for (int i = 0; i < 6; i++) {
        c[i] = client_open(rpc_server_port(s, 0));
        client_say(&c[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        if (i < 5) assert_int_equal(client_status(&c[i]), 200);
    }
    client_close(&c[0]);
    assert_int_equal(client_status(&c[5]), 200);
    for (int i = 1; i < 6; i++) client_close(&c[i]);
    stop(s);
}

static void test_idle_connection_and_slow_upload_are_closed(void **state) {
    (void)state;
    struct rpc_server *s =
        start(echo, NULL, &(struct rpc_limits){.idle_ms = 1000, .upload_ms = 300});
    struct client idle = client_open(rpc_server_port(s, 0)),
                  slow = client_open(rpc_server_port(s, 0));
    client_say(&slow, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    bool open = true;
    for (int i = 0; i < 100 && open; i++) {
        open = client_send(&slow, "x", 1);
        sleep_ms(10);
    }
    assert_false(open);
    assert_true(client_at_end(&idle));
    client_close(&idle);
    client_close(&slow);
    stop(s);
}

static void test_listeners_have_their_own_handlers_and_errors(void **state) {
    (void)state;
    struct rpc_listener l[2] = {
        {.methods = HTTP_GET, .on_request = echo, .ctx = (char *)"first "},
        {.methods = HTTP_POST, .on_request = echo, .ctx = (char *)"second ", .host = "localhost"}};
    struct rpc_server *s, *other;
    assert_false(err_is(rpc_server_start(&s, l, 2, NULL)));
    struct client a = client_open(rpc_server_port(s, 0)), b = client_open(rpc_server_port(s, 1));
    struct reply r = {0};
    client_say(&a, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    client_say(&b, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    client_read(&a, &r, false);
    assert_body(&r, "first GET /");
    assert_string_equal(reply_header(&r, "access-control-allow-origin"), "");
    client_read(&b, &r, false);
    assert_body(&r, "second POST /");
    reply_free(&r);
    client_close(&a);
    client_close(&b);
    struct rpc_listener clash[2] = {l[0], l[1]};
    clash[1].port = rpc_server_port(s, 0);
    struct err e = rpc_server_start(&other, clash, 2, NULL);
    assert_int_equal(e.code, EADDRINUSE);
    assert_int_equal(e.at, 1);
    assert_null(other);
    clash[1].host = "example.org";
    e = rpc_server_start(&other, clash, 2, NULL);
    assert_int_equal(e.code, EINVAL);
    assert_int_equal(e.at, 1);
    stop(s);
}

static void *answer_soon(void *arg) {
    sleep_ms(100);
    answer_held(arg);
    return NULL;
}

static void test_stop_lets_running_requests_finish(void **state) {
    (void)state;
    struct hold h = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct rpc_server *s = start(hold, &h, NULL);
    uint16_t port = rpc_server_port(s, 0);
    struct client c = client_open(port);
    client_say(&c, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    await(&h.count, 1);
    pthread_t t;
    pthread_create(&t, NULL, answer_soon, h.held[0]);
    rpc_server_stop(s, 5000);
    pthread_join(t, NULL);
    assert_int_equal(client_status(&c), 200);
    assert_true(client_at_end(&c));
    rpc_server_free(s);
    client_close(&c);
}

static void test_stop_answers_stuck_requests_503_and_late_answers_are_ignored(void **state) {
    (void)state;
    struct hold h = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct rpc_server *s = start(hold, &h, NULL);
    struct client c[10];
    for (int i = 0; i < 10; i++) {
        c[i] = client_open(rpc_server_port(s, 0));
        client_say(&c[i], "POST /stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    }
    struct client half = client_open(rpc_server_port(s, 0));
    client_say(&half, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nb");
    await(&h.count, 10);
    rpc_server_stop(s, 50);
    rpc_server_free(s);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(client_status(&c[i]), 503);
        assert_true(bytes_eq(h.held[i]->body, BYTES_LIT("body")));
        if (i % 2)
            answer_held(h.held[i]);
        else
            http_respond_error(h.held[i], 500, "late");
        client_close(&c[i]);
    }
    assert_int_equal(client_status(&half), 0);
    client_close(&half);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_parts_reach_the_handler),
        cmocka_unit_test(test_request_in_single_bytes_is_understood),
        cmocka_unit_test(test_pipelined_requests_are_answered_in_order),
        cmocka_unit_test(test_body_at_the_limit_passes_and_over_it_is_413),
        cmocka_unit_test(test_chunked_body_over_the_limit_is_413_or_cut),
        cmocka_unit_test(test_bodies_together_over_their_limit_are_503),
        cmocka_unit_test(test_bad_request_is_refused),
        cmocka_unit_test(test_header_over_the_limit_is_431),
        cmocka_unit_test(test_head_is_answered_without_body),
        cmocka_unit_test(test_preflight_is_answered_and_headers_exposed),
        cmocka_unit_test(test_connection_close_and_http_1_0_end_the_connection),
        cmocka_unit_test(test_expect_continue_is_answered_before_the_body),
        cmocka_unit_test(test_answers_from_other_threads_in_any_order_find_their_request),
        cmocka_unit_test(test_pipelined_requests_wait_for_the_answer_before_them),
        cmocka_unit_test(test_client_gone_before_the_answer_is_harmless),
        cmocka_unit_test(test_workers_answer_pipelined_requests_in_order),
        cmocka_unit_test(test_full_pool_is_503_with_a_json_body),
        cmocka_unit_test(test_slow_reader_of_a_large_answer_delays_nobody),
        cmocka_unit_test(test_client_that_never_reads_its_answer_is_dropped),
        cmocka_unit_test(test_many_idle_connections_leave_room_for_work),
        cmocka_unit_test(test_connections_over_the_limit_wait_and_are_served_later),
        cmocka_unit_test(test_idle_connection_and_slow_upload_are_closed),
        cmocka_unit_test(test_listeners_have_their_own_handlers_and_errors),
        cmocka_unit_test(test_stop_lets_running_requests_finish),
        cmocka_unit_test(test_stop_answers_stuck_requests_503_and_late_answers_are_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
