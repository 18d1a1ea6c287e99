/* A client that is not the bottleneck: ERC-20 transfers by many senders, signed beforehand and sent
 * as eth_sendRawTransaction over keep-alive connections. Measures the time until the node says that
 * the last one is in a block. bench/rpc.mjs drives it against Tern and against anvil.
 *
 *   bench_rpc_load --addresses N          prints the senders' addresses
 *   bench_rpc_load --port P --token ADDRESS --senders N --nonce FIRST --each COUNT
 *                  --chain-id C --connections K --depth D
 *
 * `depth` requests are under way on each connection (1: the next one is sent when the answer is
 * there). Prints "TRANSFERS SECONDS_UNTIL_ANSWERED SECONDS_UNTIL_SEALED
 * SECONDS_OF_ITS_OWN_PROCESSOR_TIME". */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "evm/evm.h"

enum { CONNECTIONS_MAX = 256, ANSWER_MAX = 1 << 16 };

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void die(const char *what, const char *why) {
    fprintf(stderr, "bench_rpc_load: %s: %s\n", what, why);
    exit(1);
}

/* ---- Senders and what they sign */

static struct b32 secret_of(uint64_t i) {
    uint8_t in[16] = "TERN::b";
    struct b32 out;
    store_be64(in + 8, i);
    keccak256(&out, BYTES_OF(in));
    return out;
}

static struct b20 address_of(uint64_t i) {
    struct b32 secret = secret_of(i);
    struct evm_tx tx = {.type = EVM_TX_LEGACY};
    if (!evm_tx_sign(&tx, &secret)) die("a key", "is not valid");
    return tx.sender;
}

struct load {
    uint16_t port;
    struct b20 token;
    uint64_t senders, nonce, each, chain_id, connections, depth;
};

static void put_http(struct buf *out, struct bytes body) {
    buf_printf(out,
               "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "Content-Length: %zu\r\n\r\n",
               body.n);
    buf_put_bytes(out, body);
}

/* transfer(address,uint256): one unit to the next sender. */
static void put_request(struct buf *out, const struct load *l, uint64_t sender, uint64_t nonce,
                        const struct b20 *to) {
    uint8_t data[68] = {0xa9, 0x05, 0x9c, 0xbb, [67] = 1};
    memcpy(data + 16, to->b, 20);
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = l->chain_id,
                        .nonce = nonce,
                        .max_priority_fee = U256_ONE,
                        .max_fee = u256_from_u64(100000000000u),
                        .gas_limit = 65000,
                        .to = l->token,
                        .data = BYTES_OF(data)};
    struct b32 secret = secret_of(sender);
    struct buf raw = {0}, body = {0};
    if (!evm_tx_sign(&tx, &secret)) die("a transfer", "cannot be signed");
    evm_tx_encode(&tx, &raw);
    buf_puts(&body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_sendRawTransaction\","
                    "\"params\":[\"");
    hex_put(&body, buf_bytes(&raw));
    buf_puts(&body, "\"]}");
    put_http(out, buf_bytes(&body));
    buf_free(&raw);
    buf_free(&body);
}

/* ---- Connections */

struct connection {
    int fd;
    struct buf requests;
    size_t *ends; /* of each request in `requests` */
    size_t count, sent, answered;
    size_t at; /* bytes of `requests` written */
    char answer[ANSWER_MAX];
    size_t answer_n;
};

static int dial(uint16_t port) {
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        die("connecting", strerror(errno));
    return fd;
}

/* The bytes of the first whole answer in the buffer, 0 if there is none; checks that it is no
 * error. */
static size_t whole_answer(const char *p, size_t n, bool must_succeed) {
    const char *end = memmem(p, n, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - p) + 4, body = SIZE_MAX;
    for (const char *at = p; at < end; at++)
        if (strncasecmp(at, "\r\ncontent-length:", 17) == 0) body = strtoul(at + 17, NULL, 10);
    if (body == SIZE_MAX) die("an answer", "has no Content-Length");
    if (n - head < body) return 0;
    if (must_succeed && !memmem(p + head, body, "\"result\"", 8)) {
        fprintf(stderr, "bench_rpc_load: refused: %.*s\n", (int)body, p + head);
        exit(1);
    }
    return head + body;
}

static void read_answers(struct connection *c) {
    ssize_t got = read(c->fd, c->answer + c->answer_n, sizeof c->answer - c->answer_n);
    if (got <= 0) die("reading", got ? strerror(errno) : "the server closed the connection");
    c->answer_n += (size_t)got;
    size_t at = 0, n;
    while ((n = whole_answer(c->answer + at, c->answer_n - at, true))) {
        at += n;
        c->answered++;
    }
    memmove(c->answer, c->answer + at, c->answer_n - at);
    c->answer_n -= at;
}

/* Writes what the depth allows; small enough for the socket's buffer. */
static void write_requests(struct connection *c, uint64_t depth) {
    while (c->sent < c->count && c->sent - c->answered < depth) c->sent++;
    size_t until = c->sent ? c->ends[c->sent - 1] : 0;
    while (c->at < until) {
        ssize_t put = write(c->fd, c->requests.p + c->at, until - c->at);
        if (put <= 0) die("writing", strerror(errno));
        c->at += (size_t)put;
    }
}

static void run(struct connection *all, const struct load *l) {
    struct pollfd fds[CONNECTIONS_MAX];
    for (uint64_t i = 0; i < l->connections; i++) {
        fds[i] = (struct pollfd){.fd = all[i].fd, .events = POLLIN};
        write_requests(&all[i], l->depth);
        if (all[i].count == 0) fds[i].fd = -1;
    }
    for (uint64_t open = l->connections; open;) {
        if (poll(fds, (nfds_t)l->connections, 30000) <= 0) die("waiting", "no answer in 30 s");
        open = 0;
        for (uint64_t i = 0; i < l->connections; i++) {
            if (fds[i].fd >= 0 && fds[i].revents) {
                read_answers(&all[i]);
                write_requests(&all[i], l->depth);
                if (all[i].answered == all[i].count) fds[i].fd = -1;
            }
            open += fds[i].fd >= 0;
        }
    }
}

/* ---- Until the last one is in a block */

/* One call; the answer's text is valid until the next one. */
static const char *call(int fd, const char *method, const char *params) {
    static char answer[ANSWER_MAX];
    struct buf body = {0}, request = {0};
    size_t n = 0;
    buf_printf(&body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}", method,
               params);
    put_http(&request, buf_bytes(&body));
    if (write(fd, request.p, request.n) != (ssize_t)request.n) die("writing", strerror(errno));
    while (!whole_answer(answer, n, false)) {
        ssize_t got = read(fd, answer + n, sizeof answer - 1 - n);
        if (got <= 0) die("reading", "the server closed the connection");
        n += (size_t)got;
    }
    answer[n] = 0;
    buf_free(&body);
    buf_free(&request);
    return answer;
}

static uint64_t nonce_of(int fd, const struct b20 *address) {
    struct buf params = {0};
    buf_puts(&params, "\"");
    hex_put(&params, BYTES_OF(*address));
    buf_puts(&params, "\",\"latest\"");
    const char *result =
        strstr(call(fd, "eth_getTransactionCount", buf_cstr(&params)), "\"result\":\"0x");
    buf_free(&params);
    if (!result) die("eth_getTransactionCount", "no result");
    return strtoull(result + 12, NULL, 16);
}

/* anvil forgets waiting transactions at times when many come at once: its notices to the miner are
 * dropped. It is reminded then, so that it too comes to an end. */
static void wait_sealed(const struct load *l, const struct b20 *addresses) {
    const double patience_s = 0.25, despair_s = 30;
    int fd = dial(l->port);
    for (uint64_t i = l->senders; i-- > 0;) {
        double since = now_s(), reminded = since;
        for (uint64_t before = 0, n; (n = nonce_of(fd, &addresses[i])) < l->nonce + l->each;) {
            if (n != before) since = now_s();
            before = n;
            if (now_s() - since > despair_s) die("a transfer", "is not in a block after 30 s");
            if (now_s() - reminded > patience_s) {
                call(fd, "evm_mine", "");
                reminded = now_s();
            }
            usleep(2000);
        }
    }
    close(fd);
}

/* Processor time of this process so far. */
static double cpu_s(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void measure(const struct load *l) {
    struct connection *all = xcalloc(l->connections, sizeof *all);
    struct b20 *addresses = xcalloc(l->senders, sizeof *addresses);
    for (uint64_t i = 0; i < l->senders; i++) addresses[i] = address_of(i);
    for (uint64_t k = 0; k < l->each; k++) {
        for (uint64_t i = 0; i < l->senders; i++) {
            struct connection *c = &all[i % l->connections];
            if (!c->ends) c->ends = xcalloc((l->senders / l->connections + 1) * l->each, 8);
            put_request(&c->requests, l, i, l->nonce + k, &addresses[(i + 1) % l->senders]);
            c->ends[c->count++] = c->requests.n;
        }
    }
    for (uint64_t i = 0; i < l->connections; i++) all[i].fd = dial(l->port);
    double start = now_s(), cpu = cpu_s();
    run(all, l);
    double answered = now_s() - start;
    wait_sealed(l, addresses);
    printf("%llu %.4f %.4f %.4f\n", (unsigned long long)(l->senders * l->each), answered,
           now_s() - start, cpu_s() - cpu);
    for (uint64_t i = 0; i < l->connections; i++) {
        close(all[i].fd);
        buf_free(&all[i].requests);
        free(all[i].ends);
    }
    free(all);
    free(addresses);
}

static uint64_t number(const char *name, const char *text) {
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (errno || *end || end == text) die(name, "a number is expected");
    return v;
}

int main(int argc, char **argv) {
    struct load l = {.senders = 1, .each = 1, .chain_id = 31337, .connections = 1, .depth = 1};
    const struct {
        const char *name;
        uint64_t *at;
    } numbers[] = {{"--senders", &l.senders},
                   {"--nonce", &l.nonce},
                   {"--each", &l.each},
                   {"--chain-id", &l.chain_id},
                   {"--connections", &l.connections},
                   {"--depth", &l.depth}};
    for (int i = 1; i + 1 < argc; i += 2) {
        bool known = true;
        if (strcmp(argv[i], "--addresses") == 0) {
            for (uint64_t k = 0, n = number(argv[i], argv[i + 1]); k < n; k++) {
                struct b20 a = address_of(k);
                struct buf text = {0};
                hex_put(&text, BYTES_OF(a));
                puts(buf_cstr(&text));
                buf_free(&text);
            }
            return 0;
        } else if (strcmp(argv[i], "--port") == 0) {
            l.port = (uint16_t)number(argv[i], argv[i + 1]);
        } else if (strcmp(argv[i], "--token") == 0) {
            if (err_is(hex_read_fixed(l.token.b, 20, bytes_cstr(argv[i + 1]))))
                die(argv[i], "an address is expected");
        } else {
            known = false;
            for (size_t k = 0; k < COUNT_OF(numbers); k++) {
                if (strcmp(argv[i], numbers[k].name) != 0) continue;
                *numbers[k].at = number(argv[i], argv[i + 1]);
                known = true;
            }
        }
        if (!known) die(argv[i], "no such option");
    }
    if (!l.port || !l.senders || !l.depth || !l.connections || l.connections > CONNECTIONS_MAX)
        die("usage", "see the top of bench/bench_rpc_load.c; bench/rpc.mjs calls it");
    measure(&l);
    return 0;
}
