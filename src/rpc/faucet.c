/* The Aptos faucet: POST /fund {"address", "amount"}, and the older POST /mint?address=…&amount=….
 */
#include <stdio.h>

#include "codec/codec.h"
#include "rpc/aptos.h"

#define FAUCET_MAX_OCTAS 1000000000000000u

static void answer_error(struct http_request *req, int status, const char *text) {
    struct buf body = {0};
    aptos_error_body(NULL, status, text, &body);
    http_respond(req, status, "application/json", NULL, 0, &body);
}

/* Reads address and amount from the body or the query. */
static bool read_wish(struct http_request *req, struct arena *arena, struct b32 *address,
                      uint64_t *amount) {
    struct buf text = {0};
    struct u256 n;
    json_t *root = NULL;
    bool ok = false;
    if (req->body.n && !err_is(rpc_parse_json(arena, req->body, &root))) {
        json_t *a = json_object_get(root, "address"), *m = json_object_get(root, "amount");
        ok = json_is_string(a) &&
             aptos_read_address(bytes_make(json_string_value(a), json_string_length(a)), address) &&
             json_is_integer(m) && json_integer_value(m) >= 0;
        if (ok) *amount = (uint64_t)json_integer_value(m);
        json_decref(root);
        return ok;
    }
    if (http_query(req, "address", &text) && aptos_read_address(buf_bytes(&text), address)) {
        buf_clear(&text);
        ok = http_query(req, "amount", &text) && u256_from_dec(&n, buf_bytes(&text)) &&
             u256_fits_u64(&n);
        if (ok) *amount = n.w[0];
    }
    buf_free(&text);
    return ok;
}

void faucet_handle(struct rpc_node *node, struct http_request *req) {
    struct b32 address;
    uint64_t amount;
    struct chain_submitted done;
    struct buf body = {0};
    struct json_out o = {.buf = &body};
    bool mint = bytes_eq(req->path, BYTES_LIT("/mint"));
    if (req->method == HTTP_GET) {
        buf_puts(&body, "tap:ok");
        http_respond(req, 200, "text/plain", NULL, 0, &body);
        return;
    }
    if (!mint && !bytes_eq(req->path, BYTES_LIT("/fund"))) {
        answer_error(req, 404, "not found: POST /fund or POST /mint");
        return;
    }
    struct arena arena;
    arena_init(&arena, 0);
    bool understood = read_wish(req, &arena, &address, &amount);
    arena_free(&arena);
    if (understood && amount > FAUCET_MAX_OCTAS) {
        answer_error(req, 400, "the faucet gives at most 1,000,000 ETH (10^15 octas) at a time");
        return;
    }
    if (!understood) {
        answer_error(req, 400, "an address and an amount in octas are expected");
        return;
    }
    struct err e = chain_faucet_move(node->chain, &address, amount, RPC_SEAL_WAIT_MS, &done);
    if (err_is(e)) {
        answer_error(req, 500, e.text);
        return;
    }
    if (!mint) {
        jo_object(&o);
        jo_key(&o, "txn_hashes");
    }
    jo_array(&o);
    char hash[65];
    for (int i = 0; i < 32; i++) snprintf(hash + 2 * i, 3, "%02x", done.hash.b[i]);
    jo_cstring(&o, hash);
    jo_end_array(&o);
    if (!mint) jo_end_object(&o);
    http_respond(req, 200, "application/json", NULL, 0, &body);
}
