#include "http_client.h"

#include <fcntl.h>
#include <stdatomic.h>

/* RFC 6455 §5.2. */
enum {
    OP_CONTINUE = 0,
    OP_TEXT = 1,
    OP_BINARY = 2,
    OP_CLOSE = 8,
    OP_PING = 9,
    OP_PONG = 10,
    FIN = 0x80
};

static const char handshake[] =
    "GET /any HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/* What the server told the test about its connections. */
struct world {
    struct rpc_server *server;
    _Atomic unsigned opened, closed, messages;
    _Atomic uint64_t last;
};

static void on_open(void *ctx, uint64_t ws) {
    struct world *w = ctx;
    w->last = ws;
    w->opened++;
}

static void on_echo(void *ctx, uint64_t ws, struct bytes text) {
    struct world *w = ctx;
    w->messages++;
    ws_send(w->server, ws, text);
}

static void on_close(void *ctx, uint64_t ws) {
    struct world *w = ctx;
    assert_false(ws_send(w->server, ws, BYTES_LIT("too late")));
    w->closed++;
}

static const struct ws_handler echoes = {on_open, on_echo, on_close};

static void no_request(void *ctx, struct http_request *req) {
    (void)ctx;
    http_respond_error(req, 404, "only WebSockets here");
}

static void start(struct world *w, const struct rpc_limits *limits) {
    struct rpc_listener l[2] = {
        {.methods = HTTP_POST, .on_request = no_request, .ws = &echoes, .ctx = w},
        {.methods = HTTP_POST | HTTP_GET, .on_request = no_request}};
    *w = (struct world){0};
    struct err e = rpc_server_start(&w->server, l, 2, limits);
    if (err_is(e)) fail_msg("%s", e.text);
}

static void stop(struct world *w) {
    rpc_server_stop(w->server, 100);
    rpc_server_free(w->server);
    assert_int_equal(w->opened, w->closed);
}

static struct client ws_connect(struct world *w) {
    struct client c = client_open(rpc_server_port(w->server, 0));
    struct reply r = {0};
    client_say(&c, handshake);
    client_read(&c, &r, false);
    assert_int_equal(r.status, 101);
    reply_free(&r);
    return c;
}

static void put_frame(struct buf *b, unsigned first, struct bytes payload, bool masked) {
    static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
    buf_put_u8(b, (uint8_t)first);
    unsigned bit = masked ? 0x80 : 0;
    if (payload.n < 126) {
        buf_put_u8(b, (uint8_t)(bit | payload.n));
    } else if (payload.n < 65536) {
        buf_put_u8(b, (uint8_t)(bit | 126));
        buf_put_u8(b, (uint8_t)(payload.n >> 8));
        buf_put_u8(b, (uint8_t)payload.n);
    } else {
        buf_put_u8(b, (uint8_t)(bit | 127));
        for (int i = 7; i >= 0; i--) buf_put_u8(b, (uint8_t)(payload.n >> (8 * i)));
    }
    if (masked) buf_put(b, mask, 4);
    for (size_t i = 0; i < payload.n; i++) buf_put_u8(b, payload.p[i] ^ (masked ? mask[i % 4] : 0));
}

static void ws_say(struct client *c, unsigned first, struct bytes payload) {
    struct buf b = {0};
    put_frame(&b, first, payload, true);
    client_send(c, b.p, b.n);
    buf_free(&b);
}

static void ws_text(struct client *c, const char *text) {
    ws_say(c, FIN | OP_TEXT, bytes_cstr(text));
}

static void need(struct client *c, size_t n) {
    while (c->in.n < n)
        if (!client_more(c)) fail_msg("the connection ended inside a frame");
}

/* One frame from the server: the first byte, and the payload in `out`. 0: the connection ended. */
static unsigned ws_read(struct client *c, struct buf *out) {
    buf_clear(out);
    if (c->in.n == 0 && !client_more(c)) return 0;
    need(c, 2);
    unsigned first = c->in.p[0];
    assert_false(c->in.p[1] & 0x80); /* a server does not mask */
    size_t n = c->in.p[1], head = n == 126 ? 4 : n == 127 ? 10 : 2;
    need(c, head);
    if (head > 2) n = 0;
    for (size_t i = 2; i < head; i++) n = n << 8 | c->in.p[i];
    need(c, head + n);
    buf_put(out, c->in.p + head, n);
    buf_cstr(out);
    client_drop(c, head + n);
    return first;
}

static void expect_text(struct client *c, const char *text) {
    struct buf b = {0};
    assert_int_equal(ws_read(c, &b), FIN | OP_TEXT);
    assert_string_equal((char *)b.p, text);
    buf_free(&b);
}

/* Reads up to a close frame and the end behind it. */
static void expect_close(struct client *c, unsigned code) {
    struct buf b = {0};
    assert_int_equal(ws_read(c, &b), FIN | OP_CLOSE);
    assert_true(b.n >= 2);
    assert_int_equal(b.p[0] << 8 | b.p[1], code);
    assert_true(client_at_end(c));
    buf_free(&b);
}

static void test_handshake_of_the_rfc_is_accepted(void **state) {
    (void)state;
    struct world w;
    struct reply r = {0};
    start(&w, NULL);
    struct client c = client_open(rpc_server_port(w.server, 0));
    client_say_bytewise(&c, handshake);
    client_read(&c, &r, false);
    assert_int_equal(r.status, 101);
    assert_string_equal(reply_header(&r, "sec-websocket-accept"),
                        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); /* §1.3 */
    assert_string_equal(reply_header(&r, "upgrade"), "websocket");
    await(&w.opened, 1);
    reply_free(&r);
    client_close(&c);
    await(&w.closed, 1);
    stop(&w);
}

static void test_bad_handshake_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *key, *version;
        int listener, status;
    } cases[] = {
        {"dGhlIHNhbXBsZSBub25jZQ==", "8", 0, 426},  {"dGhlIHNhbXBsZSBub25jZQ=", "13", 0, 400},
        {"dGhlIHNhbXBsZSBub25jZQ!=", "13", 0, 400}, {"dGhlIHNhbXBsZSBub25j!Q==", "13", 0, 400},
        {"=GhlIHNhbXBsZSBub25jZQ==", "13", 0, 400}, {"", "13", 0, 400},
        {"dGhlIHNhbXBsZSBub25jZQ==", "13", 1, 400},
    };
    struct world w;
    char text[512];
    start(&w, NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct client c = client_open(rpc_server_port(w.server, (size_t)cases[i].listener));
        snprintf(text, sizeof text,
                 "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
                 "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: %s\r\n\r\n",
                 cases[i].key, cases[i].version);
        client_say(&c, text);
        assert_int_equal(client_status(&c), cases[i].status);
        client_say(&c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"); /* still HTTP */
        assert_int_equal(client_status(&c), 404);
        client_close(&c);
    }
    assert_int_equal(w.opened, 0);
    stop(&w);
}

static void test_http_and_websocket_share_the_port(void **state) {
    (void)state;
    struct world w;
    start(&w, NULL);
    struct client c = client_open(rpc_server_port(w.server, 0));
    client_say(&c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(client_status(&c), 404);
    client_say(&c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); /* no upgrade, and only POST is served */
    assert_int_equal(client_status(&c), 405);
    client_say(&c, handshake);
    assert_int_equal(client_status(&c), 101);
    ws_text(&c, "hello");
    expect_text(&c, "hello");
    client_close(&c);
    stop(&w);
}

static void test_messages_in_any_segmentation_arrive(void **state) {
    (void)state;
    struct world w;
    struct buf b = {0};
    start(&w, NULL);
    struct client c = client_open(rpc_server_port(w.server, 0));
    buf_puts(&b, handshake); /* frames right behind the handshake, in one segment */
    put_frame(&b, FIN | OP_TEXT, BYTES_LIT("early"), true);
    put_frame(&b, FIN | OP_BINARY, BYTES_LIT("second"), true);
    client_send(&c, b.p, b.n);
    assert_int_equal(client_status(&c), 101);
    expect_text(&c, "early");
    expect_text(&c, "second");
    buf_clear(&b);
    put_frame(&b, FIN | OP_TEXT, BYTES_LIT("byte by byte"), true);
    for (size_t i = 0; i < b.n; i++) {
        client_send(&c, b.p + i, 1);
        sleep_ms(1);
    }
    expect_text(&c, "byte by byte");
    buf_clear(&b);
    for (int i = 0; i < 200; i++)
        put_frame(&b, FIN | OP_TEXT, bytes_make("0123456789", (size_t)i % 10 + 1), true);
    client_send(&c, b.p, b.n);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(ws_read(&c, &b), FIN | OP_TEXT);
        assert_int_equal(b.n, i % 10 + 1);
    }
    buf_free(&b);
    client_close(&c);
    stop(&w);
}

static void test_every_length_form_is_echoed(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 125, 126, 65535, 65536, 1000000};
    struct world w;
    struct buf big = {0}, b = {0};
    start(&w, NULL);
    struct client c = ws_connect(&w);
    for (size_t i = 0; i < 1000000; i++) buf_put_u8(&big, (uint8_t)('a' + i % 26));
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        ws_say(&c, FIN | OP_TEXT, bytes_make(big.p, sizes[i]));
        assert_int_equal(ws_read(&c, &b), FIN | OP_TEXT);
        assert_int_equal(b.n, sizes[i]);
        assert_memory_equal(b.p, big.p, sizes[i]);
    }
    buf_free(&big);
    buf_free(&b);
    client_close(&c);
    stop(&w);
}

static void test_fragments_with_a_ping_between_make_one_message(void **state) {
    (void)state;
    struct world w;
    struct buf b = {0};
    start(&w, NULL);
    struct client c = ws_connect(&w);
    ws_say(&c, OP_TEXT, BYTES_LIT("one, "));
    ws_say(&c, OP_CONTINUE, BYTES_LIT(""));
    ws_say(&c, FIN | OP_PING, BYTES_LIT("are you there"));
    assert_int_equal(ws_read(&c, &b), FIN | OP_PONG);
    assert_string_equal((char *)b.p, "are you there");
    ws_say(&c, OP_CONTINUE, BYTES_LIT("two, "));
    ws_say(&c, FIN | OP_PONG, BYTES_LIT("unasked"));
    ws_say(&c, FIN | OP_CONTINUE, BYTES_LIT("three"));
    expect_text(&c, "one, two, three");
    for (int i = 0; i < 5000; i++) ws_say(&c, i ? OP_CONTINUE : OP_TEXT, BYTES_LIT("x"));
    ws_say(&c, FIN | OP_CONTINUE, BYTES_LIT("!"));
    assert_int_equal(ws_read(&c, &b), FIN | OP_TEXT);
    assert_int_equal(b.n, 5001);
    assert_int_equal(w.messages, 2);
    buf_free(&b);
    client_close(&c);
    stop(&w);
}

/* What breaks RFC 6455 closes with the code that it names. */
static void test_bad_frame_closes_with_its_code(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        unsigned code;
    } cases[] = {
        {"\x81\x02hi", 4, 1002},                        /* not masked, §5.1 */
        {"\xc1\x80\0\0\0\0", 6, 1002},                  /* reserved bit, §5.2 */
        {"\x83\x80\0\0\0\0", 6, 1002},                  /* unknown opcode */
        {"\x80\x80\0\0\0\0", 6, 1002},                  /* continuation of nothing, §5.4 */
        {"\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 12, 1002}, /* a second message within one */
        {"\x81\x81\0\0\0\0\xff", 7, 1007},              /* not UTF-8, §8.1 */
        {"\x81\x82\0\0\0\0\xc3(", 8, 1007},             /* broken UTF-8 sequence */
        {"\x88\x82\0\0\0\0\x03\xed", 8, 1002},          /* close with code 1005, §7.4.1 */
    };
    struct world w;
    start(&w, NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct client c = ws_connect(&w);
        client_send(&c, cases[i].bytes, cases[i].n);
        expect_close(&c, cases[i].code);
        client_close(&c);
    }
    assert_int_equal(w.messages, 0);
    stop(&w);
}

static void test_malformed_control_frame_ends_the_connection(void **state) {
    (void)state;
    struct world w;
    struct buf b = {0};
    start(&w, NULL);
    struct client c = ws_connect(&w);
    client_send(&c, "\x09\x80\0\0\0\0", 6); /* a ping in fragments, §5.5 */
    while (ws_read(&c, &b)) {
    }
    client_close(&c);
    c = ws_connect(&w);
    client_send(&c, "\x89\xfe\0\x7e\0\0\0\0", 8); /* a ping of 126 bytes */
    while (ws_read(&c, &b)) {
    }
    client_close(&c);
    c = ws_connect(&w);
    client_send(&c, "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
                14); /* a length with its top bit, §5.2 */
    while (ws_read(&c, &b)) {
    }
    client_close(&c);
    buf_free(&b);
    stop(&w);
}

static void test_message_over_the_limit_closes_with_1009(void **state) {
    (void)state;
    struct world w;
    static uint8_t big[2000];
    memset(big, 'x', sizeof big);
    start(&w, &(struct rpc_limits){.ws_message_bytes = 1000});
    struct client c = ws_connect(&w);
    ws_say(&c, FIN | OP_TEXT, bytes_make(big, 1000));
    struct buf b = {0};
    assert_int_equal(ws_read(&c, &b), FIN | OP_TEXT);
    ws_say(&c, FIN | OP_TEXT, bytes_make(big, 1001));
    expect_close(&c, 1009);
    client_close(&c);
    c = ws_connect(&w);
    for (int i = 0; i < 4; i++) ws_say(&c, i ? OP_CONTINUE : OP_TEXT, bytes_make(big, 300));
    expect_close(&c, 1009);
    client_close(&c);
    c = ws_connect(&w);
    client_send(&c, "\x81\xff\0\0\0\x10\0\0\0\0\0\0\0\0x", 15); /* 64 GiB announced */
    expect_close(&c, 1009);
    client_close(&c);
    assert_int_equal(w.messages, 1);
    buf_free(&b);
    stop(&w);
}

static void test_close_from_the_client_is_echoed(void **state) {
    (void)state;
    struct world w;
    start(&w, NULL);
    struct client c = ws_connect(&w);
    ws_text(&c, "last");
    expect_text(&c, "last");
    ws_say(&c, FIN | OP_CLOSE,
           BYTES_LIT("\x03\xe8"
                     "bye"));
    expect_close(&c, 1000);
    await(&w.closed, 1);
    client_close(&c);
    stop(&w);
}

static void test_close_from_the_server_follows_what_is_queued(void **state) {
    (void)state;
    struct world w;
    start(&w, NULL);
    struct client c = ws_connect(&w);
    await(&w.opened, 1);
    assert_true(ws_send(w.server, w.last, BYTES_LIT("one")));
    assert_true(ws_send(w.server, w.last, BYTES_LIT("two")));
    ws_close(w.server, w.last, 1013);
    assert_false(ws_send(w.server, w.last, BYTES_LIT("three")));
    expect_text(&c, "one");
    expect_text(&c, "two");
    expect_close(&c, 1013);
    client_close(&c);
    await(&w.closed, 1);
    stop(&w);
}

static void test_send_to_unknown_connection_is_false(void **state) {
    (void)state;
    struct world w;
    start(&w, NULL);
    assert_false(ws_send(w.server, 0, BYTES_LIT("x")));
    assert_false(ws_send(w.server, UINT64_MAX, BYTES_LIT("x")));
    struct client c = ws_connect(&w);
    await(&w.opened, 1);
    uint64_t first = w.last;
    client_close(&c);
    await(&w.closed, 1);
    c = ws_connect(&w); /* takes the place of the first, not its number */
    await(&w.opened, 2);
    assert_int_not_equal(w.last, first);
    assert_false(ws_send(w.server, first, BYTES_LIT("x")));
    assert_true(ws_send(w.server, w.last, BYTES_LIT("y")));
    ws_close(w.server, first, 1000);
    expect_text(&c, "y");
    client_close(&c);
    stop(&w);
}

struct sender {
    struct world *w;
    uint64_t ws;
    unsigned number, sent;
};

static void *send_many(void *arg) {
    struct sender *s = arg;
    char text[32];
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "%u %u", s->number, i);
        s->sent += ws_send(s->w->server, s->ws, bytes_cstr(text));
    }
    return NULL;
}

static void test_messages_of_many_threads_keep_each_threads_order(void **state) {
    (void)state;
    struct world w;
    struct sender s[4];
    pthread_t t[4];
    unsigned next[4] = {0};
    struct buf b = {0};
    start(&w, NULL);
    struct client c = ws_connect(&w);
    await(&w.opened, 1);
    for (unsigned i = 0; i < 4; i++) {
        s[i] = (struct sender){&w, w.last, i, 0};
        pthread_create(&t[i], NULL, send_many, &s[i]);
    }
    for (int i = 0; i < 8000; i++) {
        unsigned number, place;
        assert_int_equal(ws_read(&c, &b), FIN | OP_TEXT);
        assert_int_equal(sscanf((char *)b.p, "%u %u", &number, &place), 2);
        assert_int_equal(place, next[number]++);
    }
    for (unsigned i = 0; i < 4; i++) pthread_join(t[i], NULL);
    buf_free(&b);
    client_close(&c);
    stop(&w);
}

static void test_client_vanishing_under_fire_is_harmless(void **state) {
    (void)state;
    struct world w;
    start(&w, NULL);
    for (unsigned round = 0; round < 10; round++) {
        struct sender s[2];
        pthread_t t[2];
        struct client c = ws_connect(&w);
        await(&w.opened, round + 1);
        for (unsigned i = 0; i < 2; i++) {
            s[i] = (struct sender){&w, w.last, i, 0};
            pthread_create(&t[i], NULL, send_many, &s[i]);
        }
        sleep_ms(round);
        client_close(&c);
        for (unsigned i = 0; i < 2; i++) pthread_join(t[i], NULL);
        await(&w.closed, round + 1);
    }
    stop(&w);
}

static void test_slow_client_is_given_up_at_the_queue_limit(void **state) {
    (void)state;
    struct world w;
    static uint8_t news[10000];
    memset(news, 'n', sizeof news);
    start(&w, &(struct rpc_limits){.ws_queue_bytes = 1 << 20});
    struct client slow = ws_connect(&w);
    await(&w.opened, 1);
    uint64_t slow_ws = w.last;
    struct client good = ws_connect(&w);
    await(&w.opened, 2);
    uint64_t good_ws = w.last;
    struct buf b = {0};
    unsigned sent = 0;
    while (ws_send(w.server, slow_ws, bytes_make(news, sizeof news)) && sent < 10000) {
        sent++;
        assert_true(ws_send(w.server, good_ws, BYTES_LIT("tick")));
        assert_int_equal(ws_read(&good, &b), FIN | OP_TEXT); /* the other one is served on */
    }
    assert_in_range(sent, 104, 2000); /* the limit, and what the system's buffers hold */
    await(&w.closed, 1);
    unsigned read = 0; /* what was sent before is whole */
    while (slow.in.n < 10004 ? client_more(&slow) : true)
        if (slow.in.n >= 10004) {
            assert_int_equal(ws_read(&slow, &b), FIN | OP_TEXT);
            read++;
        }
    assert_true(read <= sent);
    buf_free(&b);
    client_close(&slow);
    client_close(&good);
    stop(&w);
}

static void test_client_that_does_not_read_its_answers_is_not_read_from(void **state) {
    (void)state;
    struct world w;
    static uint8_t text[10000];
    memset(text, 'q', sizeof text);
    start(&w, &(struct rpc_limits){.ws_queue_bytes = 1 << 20});
    struct client c = ws_connect(&w);
    struct buf frame = {0}, b = {0};
    put_frame(&frame, FIN | OP_TEXT, bytes_make(text, sizeof text), true);
    unsigned whole = 0;
    size_t at = 0;
    /* Until nothing has moved for a while: the server has stopped reading, since its answers are
     * not read. */
    for (int still = 0; still < 300 && whole < 10000;) {
        ssize_t n = send(c.fd, frame.p + at, frame.n - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n <= 0) {
            still++;
            sleep_ms(1);
            continue;
        }
        still = 0;
        at += (size_t)n;
        if (at == frame.n) whole++, at = 0;
    }
    assert_true(whole < 10000);
    assert_int_equal(w.closed, 0);
    unsigned answered = 0;
    for (; answered < whole; answered++) {
        assert_int_equal(ws_read(&c, &b), FIN | OP_TEXT);
        assert_int_equal(b.n, sizeof text);
    }
    client_send(&c, frame.p + at, frame.n - at);
    assert_int_equal(ws_read(&c, &b), FIN | OP_TEXT);
    buf_free(&frame);
    buf_free(&b);
    client_close(&c);
    stop(&w);
}

static void test_silent_client_is_pinged_and_then_dropped(void **state) {
    (void)state;
    struct world w;
    struct buf b = {0};
    start(&w, &(struct rpc_limits){.ws_ping_ms = 100});
    struct client alive = ws_connect(&w), dead = ws_connect(&w);
    for (int i = 0; i < 6; i++) { /* far longer than the dead one has */
        assert_int_equal(ws_read(&alive, &b), FIN | OP_PING);
        ws_say(&alive, FIN | OP_PONG, buf_bytes(&b));
    }
    assert_int_equal(ws_read(&dead, &b), FIN | OP_PING);
    assert_true(client_at_end(&dead));
    ws_text(&alive, "here");
    do assert_int_not_equal(ws_read(&alive, &b), 0);
    while (strcmp((char *)b.p, "here") != 0);
    buf_free(&b);
    client_close(&alive);
    client_close(&dead);
    stop(&w);
}

static void test_stop_closes_all_with_1001(void **state) {
    (void)state;
    struct world w;
    struct client c[50];
    start(&w, NULL);
    for (int i = 0; i < 50; i++) {
        c[i] = ws_connect(&w);
        await(&w.opened, i + 1); /* so that the last to open is the last to connect */
    }
    assert_true(ws_send(w.server, w.last, BYTES_LIT("news")));
    rpc_server_stop(w.server, 100);
    assert_int_equal(w.closed, 50);
    assert_false(ws_send(w.server, w.last, BYTES_LIT("late")));
    rpc_server_free(w.server);
    int told = 0; /* the last that was opened need not be the last that connected */
    for (int i = 0; i < 50; i++) {
        struct buf b = {0};
        if (ws_read(&c[i], &b) == (FIN | OP_TEXT)) {
            assert_string_equal((char *)b.p, "news");
            told++;
            expect_close(&c[i], 1001);
        } else {
            assert_int_equal(b.p[0] << 8 | b.p[1], 1001);
        }
        buf_free(&b);
        client_close(&c[i]);
    }
    assert_int_equal(told, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handshake_of_the_rfc_is_accepted),
        cmocka_unit_test(test_bad_handshake_is_refused),
        cmocka_unit_test(test_http_and_websocket_share_the_port),
        cmocka_unit_test(test_messages_in_any_segmentation_arrive),
        cmocka_unit_test(test_every_length_form_is_echoed),
        cmocka_unit_test(test_fragments_with_a_ping_between_make_one_message),
        cmocka_unit_test(test_bad_frame_closes_with_its_code),
        cmocka_unit_test(test_malformed_control_frame_ends_the_connection),
        cmocka_unit_test(test_message_over_the_limit_closes_with_1009),
        cmocka_unit_test(test_close_from_the_client_is_echoed),
        cmocka_unit_test(test_close_from_the_server_follows_what_is_queued),
        cmocka_unit_test(test_send_to_unknown_connection_is_false),
        cmocka_unit_test(test_messages_of_many_threads_keep_each_threads_order),
        cmocka_unit_test(test_client_vanishing_under_fire_is_harmless),
        cmocka_unit_test(test_slow_client_is_given_up_at_the_queue_limit),
        cmocka_unit_test(test_client_that_does_not_read_its_answers_is_not_read_from),
        cmocka_unit_test(test_silent_client_is_pinged_and_then_dropped),
        cmocka_unit_test(test_stop_closes_all_with_1001),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
