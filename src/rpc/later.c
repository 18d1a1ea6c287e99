#include "rpc/later.h"

#include <stdio.h>
#include <stdlib.h>

struct rpc_later {
    struct rpc_deferred deferred; /* first */
    struct rpc_node *node;
    struct http_request *req; /* NULL: it came over the WebSocket */
    uint64_t ws;
    struct buf id; /* as JSON */
    struct b32 hash;
    bool failed;
    char error[256];
};

void rpc_laters_init(struct rpc_node *node) {
    pthread_mutex_init(&node->later_lock, NULL);
    node->later_end = &node->later_first;
}

void rpc_laters_free(struct rpc_node *node) {
    pthread_mutex_destroy(&node->later_lock);
}

struct rpc_later *rpc_later_new(struct rpc_call *c) {
    if (!c->id || !(c->req || c->ws)) return NULL;
    struct rpc_later *l = xcalloc(1, sizeof *l);
    *l = (struct rpc_later){.node = c->node, .req = c->req, .ws = c->ws};
    struct json_out o = {.buf = &l->id};
    rpc_put_id_value(&o, c->id);
    return l;
}

void rpc_later_free(struct rpc_later *l) {
    if (!l) return;
    buf_free(&l->id);
    free(l);
}

static void answer(struct rpc_deferred *d) {
    struct rpc_later *l = (struct rpc_later *)d;
    struct buf text = {0};
    struct json_out o = {.buf = &text};
    jo_object(&o);
    jo_key(&o, "jsonrpc");
    jo_cstring(&o, "2.0");
    jo_key(&o, "id");
    jo_raw(&o, buf_bytes(&l->id));
    if (l->failed) {
        jo_key(&o, "error");
        jo_object(&o);
        jo_key(&o, "code");
        jo_raw(&o, BYTES_LIT("-32000")); /* RPC_SERVER_ERROR */
        jo_key(&o, "message");
        jo_cstring(&o, l->error);
        jo_end_object(&o);
    } else {
        jo_key(&o, "result");
        jo_hex(&o, BYTES_OF(l->hash));
    }
    jo_end_object(&o);
    if (l->req)
        http_respond(l->req, 200, "application/json", NULL, 0, &text);
    else
        ws_send(l->node->server, l->ws, buf_bytes(&text));
    buf_free(&text);
    rpc_later_free(l);
}

/* On a worker: everything that has come together. */
static void run_all(void *arg, unsigned worker) {
    struct rpc_node *node = arg;
    (void)worker;
    pthread_mutex_lock(&node->later_lock);
    struct rpc_deferred *d = node->later_first;
    node->later_first = NULL;
    node->later_end = &node->later_first;
    pthread_mutex_unlock(&node->later_lock);
    while (d) {
        struct rpc_deferred *next = d->next;
        d->run(d);
        d = next;
    }
}

void rpc_defer(struct rpc_node *node, struct rpc_deferred *d) {
    pthread_mutex_lock(&node->later_lock);
    bool first = !node->later_first;
    *node->later_end = d;
    node->later_end = &d->next;
    pthread_mutex_unlock(&node->later_lock);
    /* The first of a list calls a worker for all of it; without room for that it does it itself. */
    if (first && !rpc_pool_submit(node->pool, run_all, node)) run_all(node, 0);
}

void rpc_later_done(struct rpc_later *l, const struct b32 *hash, const char *error) {
    l->failed = error;
    if (error) snprintf(l->error, sizeof l->error, "%s", error);
    if (hash) l->hash = *hash;
    l->deferred.run = answer;
    rpc_defer(l->node, &l->deferred);
}

void rpc_later_told(void *ctx, const struct chain_submitted *done, struct err e) {
    rpc_later_done(ctx, &done->hash, err_is(e) ? done->text : NULL);
}

bool rpc_later_submitted(struct rpc_call *c, struct rpc_later *l, struct err e,
                         const struct chain_submitted *done) {
    if (c->is_later) return true;
    rpc_later_free(l);
    if (err_is(e)) return rpc_fail(c, RPC_SERVER_ERROR, "%s", done->text);
    jo_hex(c->out, BYTES_OF(done->hash));
    return true;
}
