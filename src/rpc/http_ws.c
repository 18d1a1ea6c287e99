/* Life of a connection: arrivals → open → closing (our close frame is queued) → draining
 * (everything is sent, our side is shut, what the client still sends is thrown away so that it
 * reads our close frame instead of a reset) → gone. The loop's thread alone touches a connection,
 * except for the fields marked as shared, which need the loop's lock. */
#include "rpc/http_ws.h"

#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <wslay/wslay.h>

enum {
    RECEIVE_BYTES = 64 << 10, /* read from one socket in one turn */
    OUT_BYTES = 64 << 10,     /* encoded frames made ahead of the socket */
    KEEP_BYTES = 64 << 10,    /* a message buffer larger than this is given back */
    MESSAGE_COST = 64,        /* bookkeeping per queued message, counted like payload */
    CLOSE_FLUSH_MS = 5000,    /* for our close frame to leave */
    DRAIN_MS = 2000,          /* for the client to close after it */
    STOP_MS = 500,            /* for all clients, when the server stops */
    EVENTS = 64,
};

enum ws_phase { WS_OPEN, WS_CLOSING, WS_DRAINING };

struct ws_conn {
    struct ws_loop *loop;
    const struct ws_handler *handler;
    void *ctx;
    int fd;
    struct MHD_UpgradeResponseHandle *upgrade;
    wslay_event_context_ptr frames;
    uint64_t id; /* generation << 32 | slot; 0 before it is open */
    enum ws_phase phase;
    bool close_queued;     /* for close_code */
    uint32_t events;       /* what epoll watches */
    struct bytes received; /* not yet read by wslay; points into the loop's buffer */
    struct buf early;
    struct buf message; /* the data message being received */
    bool in_data_frame; /* rather than in a control frame between fragments */
    struct buf out;     /* encoded frames from out_sent on */
    size_t out_sent;
    int64_t heard_ms;     /* the client last sent something, or took something that had waited */
    bool pinged;          /* since then */
    int64_t deadline_ms;  /* of the closing and draining phases */
    struct buf handed;    /* was `pending`, being given to wslay */
    struct ws_conn *next; /* in arrivals */

    /* Shared. */
    struct buf pending;  /* messages from ws_send: length (8 bytes), text */
    size_t unsent;       /* as pending, but already with wslay or in `out` */
    uint16_t close_code; /* of ws_close; 0 none */
    bool gave_up;        /* the queue was full */
    bool is_dirty;       /* in the dirty list */
    struct ws_conn *next_dirty;
};

struct ws_slot {
    struct ws_conn *conn;
    uint32_t generation;
};

struct ws_loop {
    const struct rpc_limits *limits;
    pthread_t thread;
    int epoll, wake;
    uint8_t *receive_buffer;
    int64_t now_ms, swept_ms;

    pthread_mutex_t lock; /* for what follows */
    struct ws_slot *slots;
    uint32_t slot_count, open_count;
    struct ws_conn *arrivals, *dirty;
    bool awake, stopping, stopped;
    pthread_t self; /* the loop's own, once it runs */
};

static int64_t clock_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool ws_accept_key(struct bytes key, char out[29]) {
    static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t raw[24], text[24 + sizeof magic - 1], digest[20];
    if (key.n != 24 || key.p[22] != '=' || key.p[23] != '=') return false;
    for (size_t i = 0; i < 22; i++)
        if (key.p[i] == '=') return false;
    if (EVP_DecodeBlock(raw, key.p, 24) != 18) return false; /* counts the two '=' */
    memcpy(text, key.p, 24);
    memcpy(text + 24, magic, sizeof magic - 1);
    if (!EVP_Digest(text, sizeof text, digest, NULL, EVP_sha1(), NULL)) return false;
    EVP_EncodeBlock((uint8_t *)out, digest, sizeof digest);
    return true;
}

/* Called with the lock. One write per wake-up however many messages; none from the loop itself,
 * which looks for work at the end of every turn. */
static void wake(struct ws_loop *loop) {
    if (loop->awake || pthread_equal(loop->self, pthread_self())) return;
    loop->awake = true;
    uint64_t one = 1;
    ssize_t n = write(loop->wake, &one, sizeof one);
    (void)n; /* a full counter wakes as well */
}

/* Called with the lock. */
static struct ws_conn *find_conn(struct ws_loop *loop, uint64_t id) {
    uint32_t slot = (uint32_t)id;
    if (slot >= loop->slot_count) return NULL;
    struct ws_conn *c = loop->slots[slot].conn;
    return c && c->id == id ? c : NULL;
}

/* Called with the lock. */
static void mark_dirty(struct ws_conn *c) {
    if (!c->is_dirty) {
        c->is_dirty = true;
        c->next_dirty = c->loop->dirty;
        c->loop->dirty = c;
    }
    wake(c->loop);
}

bool ws_loop_send(struct ws_loop *loop, uint64_t id, struct bytes text) {
    pthread_mutex_lock(&loop->lock);
    struct ws_conn *c = find_conn(loop, id);
    bool queued = c && !c->gave_up && !c->close_code;
    if (queued) {
        size_t limit = loop->limits->ws_queue_bytes, waiting = c->pending.n + c->unsent;
        c->gave_up = waiting >= limit || text.n > limit - waiting;
        if (c->gave_up) {
            queued = false;
        } else {
            uint64_t n = text.n;
            buf_put(&c->pending, &n, sizeof n);
            buf_put_bytes(&c->pending, text);
        }
        mark_dirty(c);
    }
    pthread_mutex_unlock(&loop->lock);
    return queued;
}

void ws_loop_close(struct ws_loop *loop, uint64_t id, uint16_t code) {
    pthread_mutex_lock(&loop->lock);
    struct ws_conn *c = find_conn(loop, id);
    if (c && !c->close_code) {
        c->close_code = code;
        mark_dirty(c);
    }
    pthread_mutex_unlock(&loop->lock);
}

uint32_t ws_loop_count(struct ws_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    uint32_t n = loop->open_count;
    pthread_mutex_unlock(&loop->lock);
    return n;
}

/* What wslay asks for and tells. */

static ssize_t on_receive(wslay_event_context_ptr frames, uint8_t *to, size_t n, int flags,
                          void *arg) {
    struct ws_conn *c = arg;
    (void)flags;
    if (!c->received.n) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    n = n < c->received.n ? n : c->received.n;
    memcpy(to, c->received.p, n);
    c->received = bytes_sub(c->received, n, c->received.n - n);
    return (ssize_t)n;
}

static ssize_t on_transmit(wslay_event_context_ptr frames, const uint8_t *from, size_t n, int flags,
                           void *arg) {
    struct ws_conn *c = arg;
    (void)flags;
    size_t room = OUT_BYTES - (c->out.n < OUT_BYTES ? c->out.n : OUT_BYTES);
    if (!room) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    n = n < room ? n : room;
    buf_put(&c->out, from, n);
    return (ssize_t)n;
}

/* wslay limits a frame by itself; over fragments the sum is ours to limit, since wslay does not
 * buffer for us (its own buffering would spend a heap block on every fragment, however small). */
static void on_frame_start(wslay_event_context_ptr frames,
                           const struct wslay_event_on_frame_recv_start_arg *frame, void *arg) {
    struct ws_conn *c = arg;
    c->in_data_frame = !wslay_is_ctrl_frame(frame->opcode);
    if (!c->in_data_frame) return;
    if (frame->opcode != WSLAY_CONTINUATION_FRAME) buf_clear(&c->message);
    if (frame->payload_length > c->loop->limits->ws_message_bytes - c->message.n) {
        c->in_data_frame = false;
        wslay_event_queue_close(frames, WSLAY_CODE_MESSAGE_TOO_BIG, NULL, 0);
        wslay_event_shutdown_read(frames);
    }
}

static void on_frame_chunk(wslay_event_context_ptr frames,
                           const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *arg) {
    struct ws_conn *c = arg;
    (void)frames;
    if (c->in_data_frame) buf_put(&c->message, chunk->data, chunk->data_length);
}

static void on_message(wslay_event_context_ptr frames,
                       const struct wslay_event_on_msg_recv_arg *message, void *arg) {
    struct ws_conn *c = arg;
    if (wslay_is_ctrl_frame(message->opcode) || !wslay_event_get_read_enabled(frames)) return;
    c->handler->on_message(c->ctx, c->id, buf_bytes(&c->message));
    if (c->message.cap > KEEP_BYTES) buf_free(&c->message);
    buf_clear(&c->message);
}

/* The end of a connection. */

static void leave_slot(struct ws_conn *c) {
    struct ws_loop *loop = c->loop;
    pthread_mutex_lock(&loop->lock);
    struct ws_slot *slot = &loop->slots[(uint32_t)c->id];
    assert(slot->conn == c);
    slot->conn = NULL;
    loop->open_count--;
    for (struct ws_conn **at = &loop->dirty; c->is_dirty && *at; at = &(*at)->next_dirty)
        if (*at == c) {
            *at = c->next_dirty;
            break;
        }
    pthread_mutex_unlock(&loop->lock);
}

static void finish(struct ws_conn *c) {
    if (c->id) {
        leave_slot(c);
        if (c->handler->on_close) c->handler->on_close(c->ctx, c->id);
        epoll_ctl(c->loop->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    }
    wslay_event_context_free(c->frames);
    MHD_upgrade_action(c->upgrade, MHD_UPGRADE_ACTION_CLOSE);
    buf_free(&c->early);
    buf_free(&c->message);
    buf_free(&c->out);
    buf_free(&c->handed);
    buf_free(&c->pending);
    free(c);
}

/* Moves what ws_send left to wslay. */
static void take_pending(struct ws_conn *c) {
    pthread_mutex_lock(&c->loop->lock);
    struct buf empty = c->handed;
    c->handed = c->pending;
    c->pending = empty;
    c->unsent += c->handed.n;
    pthread_mutex_unlock(&c->loop->lock);
    for (size_t at = 0; at < c->handed.n;) {
        uint64_t n = load_le64(c->handed.p + at);
        struct wslay_event_msg m = {WSLAY_TEXT_FRAME, c->handed.p + at + 8, n};
        wslay_event_queue_msg(c->frames, &m); /* refuses only when closing */
        at += 8 + n;
    }
    buf_clear(&c->handed);
    if (c->handed.cap > KEEP_BYTES) buf_free(&c->handed);
}

static bool all_is_sent(const struct ws_conn *c) {
    return c->out_sent == c->out.n && !wslay_event_want_write(c->frames);
}

/* Encodes and sends until the socket is full or nothing is left. False: the connection is broken.
 */
static bool flush(struct ws_conn *c) {
    while (!all_is_sent(c)) {
        if (c->out_sent == c->out.n) {
            buf_clear(&c->out);
            c->out_sent = 0;
            if (wslay_event_send(c->frames) != 0) return false;
            if (!c->out.n) break;
        }
        ssize_t n = send(c->fd, c->out.p + c->out_sent, c->out.n - c->out_sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        c->out_sent += (size_t)n;
    }
    return true;
}

static void watch(struct ws_conn *c, uint32_t events) {
    if (events == c->events) return;
    c->events = events;
    struct epoll_event e = {.events = events, .data.ptr = c};
    epoll_ctl(c->loop->epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void enter(struct ws_conn *c, enum ws_phase phase, int64_t for_ms) {
    c->phase = phase;
    c->deadline_ms = c->loop->now_ms + for_ms;
}

/* Advances a connection as far as it goes without waiting; may finish it. */
static void pump(struct ws_conn *c) {
    pthread_mutex_lock(&c->loop->lock);
    bool gave_up = c->gave_up;
    uint16_t close_code = c->close_code;
    pthread_mutex_unlock(&c->loop->lock);
    if (gave_up) return finish(c);
    take_pending(c);
    if (!flush(c)) return finish(c);
    /* wslay sends control frames first: the close must wait for the messages before it. */
    if (close_code && !c->close_queued && all_is_sent(c)) {
        c->close_queued = true;
        wslay_event_queue_close(c->frames, close_code, NULL, 0);
        if (!flush(c)) return finish(c);
    }
    bool reading = wslay_event_want_read(c->frames);
    if (c->phase == WS_OPEN && (close_code || !reading)) enter(c, WS_CLOSING, CLOSE_FLUSH_MS);
    if (c->phase == WS_CLOSING && all_is_sent(c) && wslay_event_get_close_sent(c->frames)) {
        if (wslay_event_get_close_received(c->frames)) return finish(c);
        shutdown(c->fd, SHUT_WR);
        enter(c, WS_DRAINING, DRAIN_MS);
    }
    size_t unsent = wslay_event_get_queued_msg_length(c->frames) + c->out.n - c->out_sent +
                    wslay_event_get_queued_msg_count(c->frames) * MESSAGE_COST;
    pthread_mutex_lock(&c->loop->lock);
    c->unsent = unsent;
    pthread_mutex_unlock(&c->loop->lock);
    /* A client that does not read its answers is not read from either. */
    bool listen =
        c->phase == WS_DRAINING || (reading && unsent <= c->loop->limits->ws_queue_bytes / 4);
    watch(c, (listen ? EPOLLIN : 0) | (c->out_sent < c->out.n ? EPOLLOUT : 0));
}

static bool feed(struct ws_conn *c, struct bytes data) {
    c->heard_ms = c->loop->now_ms;
    c->pinged = false;
    c->received = data;
    bool good = wslay_event_recv(c->frames) == 0;
    c->received = (struct bytes){0};
    return good;
}

static void on_socket(struct ws_conn *c, uint32_t events) {
    if (events & EPOLLOUT) c->heard_ms = c->loop->now_ms;
    if (events & EPOLLIN) {
        ssize_t n = recv(c->fd, c->loop->receive_buffer, RECEIVE_BYTES, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return finish(c);
        if (n > 0 && c->phase != WS_DRAINING &&
            !feed(c, bytes_make(c->loop->receive_buffer, (size_t)n)))
            return finish(c);
    } else if (events & (EPOLLHUP | EPOLLERR)) {
        return finish(c);
    }
    pump(c);
}

/* The number of a new connection. Called with the lock. */
static uint64_t take_slot(struct ws_loop *loop, struct ws_conn *c) {
    uint32_t i = 0;
    while (i < loop->slot_count && loop->slots[i].conn) i++;
    if (i == loop->slot_count) {
        uint32_t more = loop->slot_count ? loop->slot_count * 2 : 64;
        loop->slots = xrealloc(loop->slots, more * sizeof *loop->slots);
        memset(loop->slots + loop->slot_count, 0, (more - loop->slot_count) * sizeof *loop->slots);
        loop->slot_count = more;
    }
    loop->slots[i].conn = c;
    loop->slots[i].generation++;
    loop->open_count++;
    return (uint64_t)loop->slots[i].generation << 32 | i;
}

static void open_conn(struct ws_conn *c) {
    struct ws_loop *loop = c->loop;
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->events = EPOLLIN;
    struct epoll_event e = {.events = c->events, .data.ptr = c};
    int flags = fcntl(c->fd, F_GETFL);
    if (flags < 0 || fcntl(c->fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
        epoll_ctl(loop->epoll, EPOLL_CTL_ADD, c->fd, &e) < 0)
        return finish(c);
    pthread_mutex_lock(&loop->lock);
    c->id = take_slot(loop, c);
    pthread_mutex_unlock(&loop->lock);
    if (c->handler->on_open) c->handler->on_open(c->ctx, c->id);
    bool good = feed(c, buf_bytes(&c->early));
    buf_free(&c->early);
    if (!good) return finish(c);
    pump(c);
}

void ws_loop_adopt(struct ws_loop *loop, const struct ws_handler *handler, void *ctx, int fd,
                   struct MHD_UpgradeResponseHandle *upgrade, struct bytes early) {
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_receive,
        .send_callback = on_transmit,
        .on_frame_recv_start_callback = on_frame_start,
        .on_frame_recv_chunk_callback = on_frame_chunk,
        .on_msg_recv_callback = on_message,
    };
    struct ws_conn *c = xcalloc(1, sizeof *c);
    *c = (struct ws_conn){
        .loop = loop, .handler = handler, .ctx = ctx, .fd = fd, .upgrade = upgrade};
    bool ready = wslay_event_context_server_init(&c->frames, &callbacks, c) == 0;
    if (ready) {
        wslay_event_config_set_no_buffering(c->frames, 1);
        wslay_event_config_set_max_recv_msg_length(c->frames, loop->limits->ws_message_bytes);
        buf_put_bytes(&c->early, early);
    } else {
        c->frames = NULL;
    }
    pthread_mutex_lock(&loop->lock);
    ready = ready && !loop->stopping;
    if (ready) {
        c->next = loop->arrivals;
        loop->arrivals = c;
        wake(loop);
    }
    pthread_mutex_unlock(&loop->lock);
    if (!ready) finish(c);
}

static struct ws_conn *take_arrivals(struct ws_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    struct ws_conn *c = loop->arrivals;
    loop->arrivals = NULL;
    pthread_mutex_unlock(&loop->lock);
    return c;
}

static struct ws_conn *take_dirty(struct ws_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    struct ws_conn *c = loop->dirty;
    if (c) {
        loop->dirty = c->next_dirty;
        c->is_dirty = false;
    }
    pthread_mutex_unlock(&loop->lock);
    return c;
}

/* What other threads, or callbacks in this turn, left: new connections and those with something to
 * send. */
static void take_work(struct ws_loop *loop) {
    for (struct ws_conn *c = take_arrivals(loop), *next; c; c = next) {
        next = c->next;
        open_conn(c);
    }
    for (struct ws_conn *c; (c = take_dirty(loop));) pump(c);
}

static void clear_wakeup(struct ws_loop *loop) {
    uint64_t count;
    ssize_t n = read(loop->wake, &count, sizeof count);
    (void)n; /* nothing to read is fine */
    pthread_mutex_lock(&loop->lock);
    loop->awake = false;
    pthread_mutex_unlock(&loop->lock);
}

static void sweep_one(struct ws_conn *c) {
    int64_t now = c->loop->now_ms, silent = now - c->heard_ms, ping = c->loop->limits->ws_ping_ms;
    if (c->phase != WS_OPEN) {
        if (now >= c->deadline_ms) finish(c);
    } else if (silent >= 3 * ping) {
        finish(c);
    } else if (silent >= ping && !c->pinged) {
        struct wslay_event_msg m = {WSLAY_PING, NULL, 0};
        wslay_event_queue_msg(c->frames, &m);
        c->pinged = true;
        pump(c);
    }
}

/* Calls `visit` for every open connection; it may finish that one. */
static void each_conn(struct ws_loop *loop, void (*visit)(struct ws_conn *)) {
    for (uint32_t i = 0; i < loop->slot_count; i++) /* only this thread changes slots */
        if (loop->slots[i].conn) visit(loop->slots[i].conn);
}

static void say_goodbye(struct ws_conn *c) {
    ws_loop_close(c->loop, c->id, WSLAY_CODE_GOING_AWAY);
}

/* One turn: wait, serve sockets, then what others asked for (only then, since that may finish
 * connections other than the one that an event is for), then the timers. */
static void turn(struct ws_loop *loop, int wait_ms, int period_ms) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(loop->epoll, events, EVENTS, wait_ms);
    loop->now_ms = clock_ms();
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr)
            on_socket(events[i].data.ptr, events[i].events);
        else
            clear_wakeup(loop);
    }
    take_work(loop);
    if (loop->now_ms - loop->swept_ms < period_ms) return;
    loop->swept_ms = loop->now_ms;
    each_conn(loop, sweep_one);
}

static void *run(void *arg) {
    struct ws_loop *loop = arg;
    uint32_t half = loop->limits->ws_ping_ms / 2 + 1;
    int period = half < 1000 ? (int)half : 1000;
    int64_t stop_ms = 0;
    pthread_mutex_lock(&loop->lock);
    loop->self = pthread_self();
    pthread_mutex_unlock(&loop->lock);
    for (;;) {
        turn(loop, stop_ms ? 20 : period, period);
        pthread_mutex_lock(&loop->lock);
        bool stopping = loop->stopping, empty = !loop->open_count && !loop->arrivals;
        pthread_mutex_unlock(&loop->lock);
        if (!stopping) continue;
        if (empty || (stop_ms && loop->now_ms >= stop_ms)) break;
        if (!stop_ms) {
            stop_ms = loop->now_ms + STOP_MS;
            each_conn(loop, say_goodbye);
            take_work(loop);
        }
    }
    take_work(loop);
    each_conn(loop, finish);
    return NULL;
}

struct ws_loop *ws_loop_start(const struct rpc_limits *limits) {
    struct ws_loop *loop = xcalloc(1, sizeof *loop);
    loop->limits = limits;
    loop->receive_buffer = xmalloc(RECEIVE_BYTES);
    loop->now_ms = loop->swept_ms = clock_ms();
    pthread_mutex_init(&loop->lock, NULL);
    loop->stopped = true;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    int failed = loop->epoll < 0 || loop->wake < 0 ||
                         epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake, &e) < 0
                     ? errno
                     : pthread_create(&loop->thread, NULL, run, loop);
    if (!failed) {
        loop->stopped = false;
        return loop;
    }
    ws_loop_free(loop);
    errno = failed;
    return NULL;
}

void ws_loop_stop(struct ws_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    loop->stopping = true;
    wake(loop);
    pthread_mutex_unlock(&loop->lock);
    pthread_join(loop->thread, NULL);
    loop->stopped = true;
}

void ws_loop_free(struct ws_loop *loop) {
    assert(loop->stopped && !loop->open_count && !loop->arrivals);
    if (loop->epoll >= 0) close(loop->epoll);
    if (loop->wake >= 0) close(loop->wake);
    pthread_mutex_destroy(&loop->lock);
    free(loop->slots);
    free(loop->receive_buffer);
    free(loop);
}
