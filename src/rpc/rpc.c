#include "rpc/rpc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "rpc/feed.h"
#include "rpc/later.h"
#include "rpc/node.h"
#include "rpc/solana.h"
#include "rpc/solana_feed.h"

enum { WORKER_QUEUE = 4096, WORKER_STACK_BYTES = 16 << 20, STOP_GRACE_MS = 2000 };

/* The first table that has a method serves it; the first DEV_TABLES only on a development chain. */
enum { DEV_TABLES = 5 };
static const struct rpc_method_row *const eth_tables[] = {
    dev_methods,         dev_sign_methods,      dev_send_methods,  dev_state_methods,
    dev_erc20_methods,   eth_chain_methods,     eth_state_methods, eth_send_methods,
    eth_call_methods,    eth_fee_methods,       eth_proof_methods, eth_simulate_methods,
    eth_log_methods,     eth_subscribe_methods, tern_methods,      supply_methods,
    debug_trace_methods, debug_raw_methods,     txpool_methods,    NULL};

static const struct rpc_method_row *const solana_tables[] = {
    solana_cluster_methods, solana_validator_methods, solana_recent_methods,
    solana_account_methods, solana_token_methods,     solana_tx_methods,
    solana_send_methods,    solana_other_methods,     NULL};

/* Methods that take little time whatever their parameters are, and wait for nobody when they may
 * answer later. */
static const struct rpc_method_row *const quick_tables[] = {eth_send_methods, NULL};

/* ---- Ethereum */

static const struct rpc_method_row *const *tables_of(const struct rpc_node *node) {
    return chain_get_options(node->chain)->no_dev ? eth_tables + DEV_TABLES : eth_tables;
}

static void answer_eth(struct http_request *req, json_t *root) {
    struct rpc_node *node = req->ctx;
    struct buf answer = {0};
    if (rpc_handle_http(node, tables_of(node), req, root, &answer))
        http_respond(req, 200, "application/json", NULL, 0, &answer);
}

/* A request on its way to a worker. */
struct eth_job {
    struct http_request *req;
    json_t *root; /* its body; NULL: not parsed yet */
};

static void eth_work(void *arg, unsigned worker) {
    struct eth_job job = *(struct eth_job *)arg;
    (void)worker;
    free(arg);
    answer_eth(job.req, job.root);
}

/* A body that is parsed by the thread that reads requests. */
enum { PARSED_AT_ONCE_MAX_BYTES = 16 << 10 };

/* A quick method is answered here: handing a request to a worker and its answer back costs more
 * than such a method does. */
static void on_eth(void *ctx, struct http_request *req) {
    struct rpc_node *node = ctx;
    json_t *root = NULL;
    struct arena arena;
    arena_init(&arena, 0);
    /* Where it is no JSON, the worker finds that too, and says so. */
    if (req->body.n <= PARSED_AT_ONCE_MAX_BYTES) rpc_parse_json(&arena, req->body, &root);
    arena_free(&arena);
    if (root && rpc_is_call_of(quick_tables, root)) {
        answer_eth(req, root);
        return;
    }
    struct eth_job *job = xmalloc(sizeof *job);
    *job = (struct eth_job){req, root};
    if (rpc_pool_submit(node->pool, eth_work, job)) return;
    json_decref(root);
    free(job);
    http_respond_error(req, 503, HTTP_BUSY);
}

/* ---- WebSockets */

/* What is said over the WebSockets of a port. */
struct ws_port {
    const struct rpc_method_row *const *(*tables)(const struct rpc_node *node);
    /* An answer has been sent; the socket is gone. */
    void (*answered)(struct rpc_node *node, uint64_t ws);
    void (*closed)(struct rpc_node *node, uint64_t ws);
};

/* A message on its way to a worker. All of them together are bounded. */
struct ws_job {
    struct rpc_node *node;
    const struct ws_port *port;
    uint64_t ws;
    struct buf text;
};

enum { WS_JOBS_MAX_BYTES = 64 << 20 };

static void free_job(struct ws_job *job) {
    atomic_fetch_sub(&job->node->ws_bytes, job->text.n);
    buf_free(&job->text);
    free(job);
}

static void ws_work(void *arg, unsigned worker) {
    struct ws_job *job = arg;
    struct buf answer = {0};
    (void)worker;
    rpc_handle(job->node, job->port->tables(job->node), buf_bytes(&job->text), job->ws, &answer);
    bool sent = !answer.n || ws_send(job->node->server, job->ws, buf_bytes(&answer));
    if (sent)
        job->port->answered(job->node, job->ws);
    else
        job->port->closed(job->node, job->ws);
    buf_free(&answer);
    free_job(job);
}

static void take_message(struct rpc_node *node, const struct ws_port *port, uint64_t ws,
                         struct bytes text) {
    struct ws_job *job = xcalloc(1, sizeof *job);
    *job = (struct ws_job){.node = node, .port = port, .ws = ws};
    buf_put_bytes(&job->text, text);
    bool room = atomic_fetch_add(&node->ws_bytes, text.n) + text.n <= WS_JOBS_MAX_BYTES;
    if (room && rpc_pool_submit(node->pool, ws_work, job)) return;
    ws_send(node->server, ws,
            BYTES_LIT("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32005,\"message\":"
                      "\"the node is busy\"}}"));
    free_job(job);
}

static void eth_answered(struct rpc_node *node, uint64_t ws) {
    feed_answered(node->feed, ws);
}

static void eth_closed(struct rpc_node *node, uint64_t ws) {
    feed_closed(node->feed, ws);
}

static const struct ws_port eth_port = {tables_of, eth_answered, eth_closed};

static void on_eth_message(void *ctx, uint64_t ws, struct bytes text) {
    take_message(ctx, &eth_port, ws, text);
}

static void on_eth_close(void *ctx, uint64_t ws) {
    eth_closed(ctx, ws);
}

static const struct ws_handler eth_ws = {.on_message = on_eth_message, .on_close = on_eth_close};

static const struct rpc_method_row *const *solana_ws_tables(const struct rpc_node *node) {
    static const struct rpc_method_row *const tables[] = {solana_feed_methods, solana_other_methods,
                                                          NULL};
    (void)node;
    return tables;
}

static void solana_answered(struct rpc_node *node, uint64_t ws) {
    solana_feed_answered(node->solana_feed, ws);
}

static void solana_closed(struct rpc_node *node, uint64_t ws) {
    solana_feed_closed(node->solana_feed, ws);
}

static const struct ws_port solana_port = {solana_ws_tables, solana_answered, solana_closed};

static void on_solana_message(void *ctx, uint64_t ws, struct bytes text) {
    take_message(ctx, &solana_port, ws, text);
}

static void on_solana_close(void *ctx, uint64_t ws) {
    solana_closed(ctx, ws);
}

static const struct ws_handler solana_ws = {.on_message = on_solana_message,
                                            .on_close = on_solana_close};

/* ---- Solana */

static void solana_work(struct http_request *req, unsigned worker) {
    struct rpc_node *node = req->ctx;
    struct buf answer = {0};
    (void)worker;
    if (rpc_handle_http(node, solana_tables, req, NULL, &answer))
        http_respond(req, 200, "application/json", NULL, 0, &answer);
}

/* Load balancers and `solana-test-validator`'s users ask for GET /health. */
static void on_solana(void *ctx, struct http_request *req) {
    struct rpc_node *node = ctx;
    struct buf ok = {0};
    if (req->method != HTTP_GET) {
        http_dispatch(req, node->pool, solana_work);
    } else if (bytes_eq(req->path, BYTES_LIT("/health"))) {
        buf_puts(&ok, "ok");
        http_respond(req, 200, "text/plain", NULL, 0, &ok);
    } else {
        http_respond_error(req, 404, "not found: JSON-RPC is POST on any path, GET /health");
    }
}

/* The port of WebSockets speaks nothing else. */
static void on_solana_ws(void *ctx, struct http_request *req) {
    (void)ctx;
    http_respond_error(req, 405, "this port takes WebSockets: JSON-RPC is on the port before");
}

/* ---- Aptos and faucet */

static void aptos_work(struct http_request *req, unsigned worker) {
    (void)worker;
    aptos_handle(req->ctx, req);
}

static void on_aptos(void *ctx, struct http_request *req) {
    struct rpc_node *node = ctx;
    http_dispatch(req, node->pool, aptos_work);
}

static void faucet_work(struct http_request *req, unsigned worker) {
    (void)worker;
    faucet_handle(req->ctx, req);
}

static void on_faucet(void *ctx, struct http_request *req) {
    struct rpc_node *node = ctx;
    http_dispatch(req, node->pool, faucet_work);
}

/* ---- Life */

static uint16_t port_or(int wanted, uint16_t otherwise) {
    return wanted < 0 ? otherwise : (uint16_t)wanted;
}

/* Workers may wait for a block (submissions, wait_by_hash), so there are more than processors. */
static unsigned worker_count(const struct rpc_options *o) {
    enum { WORKERS_MIN = 32 };
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return o->threads ? o->threads : n < WORKERS_MIN / 2 ? WORKERS_MIN : 2 * (unsigned)n;
}

/* They also do what is quick. */
static unsigned reader_count(void) {
    enum { READERS_MAX = 4 };
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n < READERS_MAX ? (unsigned)n : READERS_MAX;
}

struct err rpc_start(struct rpc_node **out, struct chain *chain,
                     const struct rpc_options *options) {
    struct rpc_node *node = xcalloc(1, sizeof *node);
    node->chain = chain;
    rpc_laters_init(node);
    pthread_mutex_init(&node->unlocked_lock, NULL);
    node->pool = rpc_pool_start(worker_count(options), WORKER_QUEUE, WORKER_STACK_BYTES);
    node->solana_feed = node->pool ? solana_feed_start(node) : NULL;
    node->feed = node->solana_feed ? feed_start(node) : NULL;
    if (!node->feed) {
        solana_feed_stop(node->solana_feed);
        if (node->pool) rpc_pool_stop(node->pool);
        free(node);
        return err_at(1, "the worker threads cannot be started", 0);
    }
    struct rpc_listener listeners[RPC_PORT_COUNT] = {
        [RPC_PORT_ETH] = {.host = options->host,
                          .port = port_or(options->eth_port, 8545),
                          .methods = HTTP_POST,
                          .on_request = on_eth,
                          .ws = &eth_ws,
                          .threads = reader_count(),
                          .cors = true,
                          .ctx = node},
        [RPC_PORT_APTOS] = {.host = options->host,
                            .port = port_or(options->aptos_port, 8080),
                            .methods = HTTP_GET | HTTP_POST,
                            .on_request = on_aptos,
                            .error_body = aptos_error_body,
                            .cors = true,
                            .cors_expose = APTOS_EXPOSED_HEADERS,
                            .ctx = node},
        [RPC_PORT_FAUCET] = {.host = options->host,
                             .port = port_or(options->faucet_port, 8081),
                             .methods = HTTP_GET | HTTP_POST,
                             .on_request = on_faucet,
                             .error_body = aptos_error_body,
                             .cors = true,
                             .ctx = node},
        [RPC_PORT_SOLANA] = {.host = options->host,
                             .port = port_or(options->solana_port, 8899),
                             .methods = HTTP_GET | HTTP_POST,
                             .on_request = on_solana,
                             .cors = true,
                             .ctx = node},
        [RPC_PORT_SOLANA_WS] = {.host = options->host,
                                .port = port_or(options->solana_ws_port, 8900),
                                .methods = HTTP_GET | HTTP_POST,
                                .on_request = on_solana_ws,
                                .ws = &solana_ws,
                                .ctx = node},
    };
    struct err e = rpc_server_start(&node->server, listeners, RPC_PORT_COUNT, NULL);
    if (err_is(e)) {
        feed_stop(node->feed);
        solana_feed_stop(node->solana_feed);
        rpc_pool_stop(node->pool);
        free(node);
        return e;
    }
    *out = node;
    return ERR_NONE;
}

void rpc_stop(struct rpc_node *node) {
    if (!node) return;
    rpc_server_stop(node->server, STOP_GRACE_MS);
    chain_release_waiters(node->chain);
    rpc_pool_stop(node->pool);
    rpc_laters_free(node);
    pthread_mutex_destroy(&node->unlocked_lock);
    feed_stop(node->feed);
    solana_feed_stop(node->solana_feed);
    rpc_server_free(node->server);
    free(node);
}

uint16_t rpc_port(const struct rpc_node *node, enum rpc_port which) {
    return rpc_server_port(node->server, (size_t)which);
}
