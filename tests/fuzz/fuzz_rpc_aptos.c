/* Requests to the Aptos API: a line "METHOD type accept path?query", then the body. Whatever comes,
 * the answer is JSON (unless BCS was asked for, or it is the page of the specification), a refusal
 * has the three fields, and the chain, a temporary one, goes on. */
#include <stdlib.h>

#include "rpc/aptos.h"
#include "rpc/http_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rpc_node node;

static void start(void) {
    struct chain_options options = {0};
    if (!node.chain && err_is(chain_open(&node.chain, &options))) abort();
}

/* The next word of the line; what follows the last one is empty. */
static struct bytes word(struct bytes *line) {
    size_t n = 0;
    while (n < line->n && line->p[n] != ' ') n++;
    struct bytes w = bytes_sub(*line, 0, n);
    *line = bytes_sub(*line, n + (n < line->n), line->n - n - (n < line->n));
    return w;
}

static struct bytes media_type(struct bytes letter) {
    if (!letter.n) return (struct bytes){NULL, 0};
    switch (letter.p[0]) {
    case 't': return BYTES_LIT("application/x.aptos.signed_transaction+bcs");
    case 'v': return BYTES_LIT("application/x.aptos.view_function+bcs");
    case 'b': return BYTES_LIT("application/x-bcs");
    case 'j': return BYTES_LIT("application/json");
    default: return letter;
    }
}

static void check_answer(const struct aptos_call *c, const struct buf *body) {
    if (c->is_later || c->status < 200 || c->status > 599) abort();
    if (c->content_type) return;
    json_t *v = json_loadb((const char *)body->p, body->n,
                           JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (!v) abort();
    if (c->status >= 400 &&
        !(json_is_string(json_object_get(v, "message")) &&
          json_is_string(json_object_get(v, "error_code")) && json_object_get(v, "vm_error_code")))
        abort();
    json_decref(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    if (!end) return 0;
    struct bytes line = bytes_make(data, (size_t)(end - data));
    struct buf path = {0}, body = {0};
    struct json_out out = {.buf = &body};
    struct arena arena;
    struct http_header headers[APTOS_HEADERS_MAX];
    start();
    arena_init(&arena, 0);
    bool is_post = bytes_eq(word(&line), BYTES_LIT("POST"));
    struct http_request req = {.method = is_post ? HTTP_POST : HTTP_GET,
                               .body = bytes_make(end + 1, (size_t)(data + size - end - 1))};
    struct aptos_call c = {
        .node = &node, .req = &req, .at_once = true, .out = &out, .arena = &arena};
    c.body_type = media_type(word(&line));
    c.accept = media_type(word(&line));
    if (http_target_split(line, &path, &req.query)) {
        req.path = buf_bytes(&path);
        aptos_run(&c);
        check_answer(&c, &body);
        if (!c.reader) abort();
        aptos_make_headers(&c, &arena, headers);
        chain_reader_close(c.reader);
    }
    buf_free(&path);
    buf_free(&body);
    arena_free(&arena);
    return 0;
}
