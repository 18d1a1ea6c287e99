/* Submitting, simulating, finding transactions; view functions; blocks. */
#include <stdio.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "move/type_tag.h"
#include "rpc/aptos.h"

enum { PAGE = 25, PAGE_MAX = 100, LONG_POLL_MS = 1000, BLOCK_TXS_MAX = 100 };

static bool is_bcs(const struct aptos_call *c, const char *type) {
    struct bytes have = http_header(c->req, "content-type");
    size_t n = strlen(type);
    return have.n >= n && memcmp(have.p, type, n) == 0;
}

/* ---- Submitting */

static const char SIGNED_TX[] = "application/x.aptos.signed_transaction+bcs";

static bool want_bcs(struct aptos_call *c) {
    return is_bcs(c, SIGNED_TX) ||
           aptos_fail(c, 415, "invalid_input", 0,
                      "content type %s is expected: this node takes signed transactions as BCS",
                      SIGNED_TX);
}

bool aptos_submit(struct aptos_call *c, const struct aptos_path *p) {
    struct chain_submitted done;
    (void)p;
    if (!want_bcs(c)) return false;
    struct bytes raw = arena_copy(c->arena, c->req->body);
    struct err e = chain_submit_move(c->node->chain, raw, RPC_SEAL_WAIT_MS, &done);
    if (e.code == CHAIN_ERR_DECODE)
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Failed to deserialize input into SignedTransaction: %s", done.text);
    if (e.code == CHAIN_ERR_FULL) return aptos_fail(c, 507, "mempool_is_full", 0, "%s", done.text);
    if (e.code == CHAIN_ERR_INVALID)
        return aptos_fail(c, 400,
                          done.vm_code == MV_SEQUENCE_NUMBER_TOO_OLD ? "sequence_number_too_old"
                                                                     : "vm_error",
                          done.vm_code, "%s", done.text);
    /* Sent twice: the same answer twice. */
    if (err_is(e) && e.code != CHAIN_ERR_KNOWN)
        return aptos_fail(c, 503, "internal_error", 0, "%s", done.text);
    c->status = 202;
    aptos_put_pending(c, raw);
    return true;
}

bool aptos_simulate(struct aptos_call *c, const struct aptos_path *p) {
    struct mv_signed_tx tx;
    struct chain_tx out;
    struct chain_block b;
    struct chain_submitted why;
    (void)p;
    if (!want_bcs(c)) return false;
    struct bytes raw = arena_copy(c->arena, c->req->body);
    struct err e = mv_signed_tx_decode(raw, c->arena, &tx);
    if (err_is(e))
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Failed to deserialize input into SignedTransaction: %s", e.text);
    if (tx.authenticator != MV_AUTH_NONE && mv_signed_tx_verify(&tx))
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Simulated transactions must not have a valid signature");
    /* A reader of its own: layouts are read in the call's. */
    struct chain_reader *r;
    e = chain_reader_open(c->node->chain, ST_LATEST, &r);
    if (err_is(e)) return aptos_fail(c, 500, "internal_error", 0, "%s", e.text);
    e = chain_simulate_move(r, &tx, &out, &why);
    bool ok = true;
    if (err_is(e)) {
        ok = aptos_fail(c, 400, "vm_error", why.vm_code, "%s", why.text);
    } else {
        chain_block_at(r, chain_reader_height(r), &b);
        out.raw = raw;
        out.version = c->newest.last_version;
        c->has_gas = true;
        c->gas_used = out.gas_used;
        jo_array(c->out);
        aptos_put_user(c, &out, &b);
        jo_end_array(c->out);
    }
    chain_reader_close(r);
    return ok;
}

/* ---- Finding */

static bool path_hash(struct aptos_call *c, struct bytes text, struct b32 *hash) {
    if (text.n > 2 && text.p[0] == '0' && text.p[1] == 'x') text = bytes_sub(text, 2, text.n - 2);
    if (text.n == 64 && hex_decode_digits(hash->b, text)) return true;
    return aptos_fail(c, 400, "invalid_input", 0,
                      "parse path parameter txn_hash: 32 bytes of hexadecimal are expected");
}

/* Writes the sealed or waiting transaction; false if it is neither. */
static bool put_by_hash(struct aptos_call *c, const struct b32 *hash) {
    struct chain_tx tx;
    struct chain_block b;
    struct bytes raw;
    uint8_t vm;
    if (chain_tx_by_hash(c->reader, hash, &vm, &tx) && vm == ST_VM_MOVE &&
        chain_block_at(c->reader, tx.height, &b)) {
        if (tx.genesis) return aptos_put_version(c, 0);
        aptos_put_user(c, &tx, &b);
        return true;
    }
    if (chain_pending(c->node->chain, hash, c->arena, &vm, &raw) && vm == ST_VM_MOVE) {
        aptos_put_pending(c, raw);
        return true;
    }
    return false;
}

static bool not_found(struct aptos_call *c, struct bytes hash) {
    return aptos_fail(c, 404, "transaction_not_found", 0,
                      "Transaction not found by Transaction hash(%.*s)", (int)hash.n,
                      (const char *)hash.p);
}

bool aptos_by_hash(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 hash;
    if (!path_hash(c, p->part[2], &hash)) return false;
    return put_by_hash(c, &hash) || not_found(c, p->part[2]);
}

/* Waits while the transaction is not sealed, at most about a second. */
bool aptos_wait_by_hash(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 hash;
    uint8_t vm;
    struct chain_tx tx;
    if (!path_hash(c, p->part[2], &hash)) return false;
    struct bytes raw;
    for (int turn = 0; turn < 10 && !chain_tx_by_hash(c->reader, &hash, &vm, &tx); turn++) {
        /* An unknown hash may be one that is just being sealed: it is given one turn. */
        if (turn && !chain_pending(c->node->chain, &hash, c->arena, &vm, &raw)) break;
        uint64_t height = chain_reader_height(c->reader);
        chain_wait_block(c->node->chain, height, LONG_POLL_MS / 10);
        chain_reader_close(c->reader);
        c->reader = NULL;
        struct err e = chain_reader_open(c->node->chain, ST_LATEST, &c->reader);
        if (err_is(e)) return aptos_fail(c, 500, "internal_error", 0, "%s", e.text);
        chain_block_at(c->reader, chain_reader_height(c->reader), &c->newest);
    }
    return put_by_hash(c, &hash) || not_found(c, p->part[2]);
}

bool aptos_by_version(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t version;
    if (!aptos_path_u64(c, p->part[2], "txn_version", &version)) return false;
    return aptos_put_version(c, version) ||
           aptos_fail(c, 404, "transaction_not_found", 0,
                      "Transaction not found by Transaction version(%llu)",
                      (unsigned long long)version);
}

bool aptos_list(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t start, limit, newest = c->newest.last_version;
    (void)p;
    if (!aptos_query_u64(c, "limit", PAGE, &limit)) return false;
    limit = max_u64(1, min_u64(limit, PAGE_MAX));
    if (!aptos_query_u64(c, "start", newest + 1 > limit ? newest + 1 - limit : 0, &start))
        return false;
    jo_array(c->out);
    for (uint64_t v = start; v <= newest && v - start < limit; v++) aptos_put_version(c, v);
    jo_end_array(c->out);
    return true;
}

struct version_page {
    struct aptos_call *c;
    uint64_t limit;
};

static bool visit_version(void *ctx, struct bytes key, struct bytes version) {
    struct version_page *page = ctx;
    (void)key;
    if (page->limit-- == 0) return false;
    if (version.n == 8) aptos_put_version(page->c, load_be64(version.p));
    return true;
}

bool aptos_account_transactions(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct version_page page = {.c = c};
    uint64_t start;
    uint8_t from[40], to[40];
    if (!aptos_path_address(c, p->part[1], &address) || !aptos_query_u64(c, "start", 0, &start) ||
        !aptos_query_u64(c, "limit", PAGE, &page.limit))
        return false;
    page.limit = min_u64(page.limit, PAGE_MAX);
    memcpy(from, address.b, 32);
    memcpy(to, address.b, 32);
    store_be64(from + 32, start);
    store_be64(to + 32, UINT64_MAX);
    jo_array(c->out);
    st_record_scan(chain_reader_snapshot(c->reader), ST_TABLE_ACCOUNT_TX, BYTES_OF(from),
                   BYTES_OF(to), false, visit_version, &page);
    jo_end_array(c->out);
    return true;
}

/* ---- Blocks */

static bool put_block(struct aptos_call *c, uint64_t height) {
    struct chain_block b;
    struct buf flag = {0};
    struct json_out *o = c->out;
    if (!chain_block_at(c->reader, height, &b))
        return aptos_fail(c, 404, "block_not_found", 0, "Block not found by Block height(%llu)",
                          (unsigned long long)height);
    bool full = http_query(c->req, "with_transactions", &flag) &&
                bytes_eq(buf_bytes(&flag), BYTES_LIT("true"));
    buf_free(&flag);
    jo_object(o);
    jo_key(o, "block_height");
    jo_decimal(o, b.height);
    JO_KEY_HEX(o, "block_hash", b.hash);
    jo_key(o, "block_timestamp");
    jo_decimal(o, b.timestamp_us);
    jo_key(o, "first_version");
    jo_decimal(o, b.first_version);
    jo_key(o, "last_version");
    jo_decimal(o, b.last_version);
    jo_key(o, "transactions");
    if (full) {
        jo_array(o);
        for (uint64_t v = b.first_version;
             v <= b.last_version && v - b.first_version < BLOCK_TXS_MAX; v++)
            aptos_put_version(c, v);
        jo_end_array(o);
    } else {
        jo_null(o);
    }
    jo_end_object(o);
    return true;
}

bool aptos_block_by_height(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t height;
    return aptos_path_u64(c, p->part[2], "block_height", &height) && put_block(c, height);
}

bool aptos_block_by_version(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t version;
    struct chain_version v;
    if (!aptos_path_u64(c, p->part[2], "version", &version)) return false;
    if (!chain_version_at(c->reader, version, &v))
        return aptos_fail(c, 404, "version_not_found", 0, "no such version");
    return put_block(c, v.height);
}

/* ---- Views */

/* A view request in either form. */
struct view {
    struct mv_call call;
    struct bytes *type_args, *args;
};

static bool take_bytes(struct bytes *in, struct bytes *out) {
    uint64_t n;
    size_t used = uleb_get(*in, UINT32_MAX, &n);
    if (!used || n > in->n - used) return false;
    *out = bytes_sub(*in, used, n);
    *in = bytes_sub(*in, used + n, in->n - used - n);
    return true;
}

static bool take_count(struct bytes *in, uint32_t *out) {
    uint64_t n;
    size_t used = uleb_get(*in, UINT32_MAX, &n);
    if (!used || n > in->n - used) return false;
    *in = bytes_sub(*in, used, in->n - used);
    *out = (uint32_t)n;
    return true;
}

/* BCS: module id, function name, type tags, arguments. */
static bool read_view_bcs(struct aptos_call *c, struct view *v) {
    struct bytes in = arena_copy(c->arena, c->req->body);
    bool ok = in.n >= 32;
    if (ok) {
        memcpy(v->call.module_address.b, in.p, 32);
        in = bytes_sub(in, 32, in.n - 32);
        ok = take_bytes(&in, &v->call.module_name) && take_bytes(&in, &v->call.function_name) &&
             take_count(&in, &v->call.type_arg_count);
    }
    if (ok) v->type_args = ARENA_ARRAY(c->arena, struct bytes, v->call.type_arg_count);
    for (uint32_t i = 0; ok && i < v->call.type_arg_count; i++) {
        size_t n = mv_type_tag_length(in);
        ok = n > 0;
        v->type_args[i] = bytes_sub(in, 0, n);
        in = bytes_sub(in, n, in.n - n);
    }
    ok = ok && take_count(&in, &v->call.arg_count);
    if (ok) v->args = ARENA_ARRAY(c->arena, struct bytes, v->call.arg_count);
    for (uint32_t i = 0; ok && i < v->call.arg_count; i++) ok = take_bytes(&in, &v->args[i]);
    v->call.type_args = v->type_args;
    v->call.args = v->args;
    return (ok && in.n == 0) ||
           aptos_fail(c, 400, "invalid_input", 0, "Failed to deserialize input into ViewRequest");
}

/* Splits "0x1::coin::balance". */
static bool split_function(const char *text, struct mv_call *call) {
    const char *a = text ? strstr(text, "::") : NULL, *b = a ? strstr(a + 2, "::") : NULL;
    if (!b || !aptos_read_address(bytes_make(text, (size_t)(a - text)), &call->module_address))
        return false;
    call->module_name = bytes_make(a + 2, (size_t)(b - a - 2));
    call->function_name = bytes_cstr(b + 2);
    return true;
}

static bool read_view_args(struct aptos_call *c, struct view *v, json_t *args) {
    struct mv_outcome out;
    struct mv_function_info info;
    char why[160];
    if (!mv_function_info(aptos_session(c), &v->call, &info, &out)) {
        struct bytes text = mv_status_text(aptos_session(c), &out);
        return aptos_fail(c, 400, "invalid_input", out.code, "%.*s", (int)text.n,
                          (const char *)text.p);
    }
    uint32_t n = (uint32_t)json_array_size(args);
    if (n != info.param_count)
        return aptos_fail(c, 400, "invalid_input", 0, "expected %u arguments [%u given]",
                          info.param_count, n);
    v->args = ARENA_ARRAY(c->arena, struct bytes, n);
    for (uint32_t i = 0; i < n; i++) {
        struct buf bcs = {0};
        bool ok = aptos_read_value(json_array_get(args, i), info.params[i].layout, &bcs, why);
        v->args[i] = arena_copy(c->arena, buf_bytes(&bcs));
        buf_free(&bcs);
        if (!ok) return aptos_fail(c, 400, "invalid_input", 0, "argument %u: %s", i, why);
    }
    v->call.args = v->args;
    v->call.arg_count = n;
    return true;
}

static bool read_view_json(struct aptos_call *c, struct view *v, json_t *body) {
    json_t *types = json_object_get(body, "type_arguments"), *text;
    size_t i;
    if (!split_function(json_string_value(json_object_get(body, "function")), &v->call))
        return aptos_fail(c, 400, "invalid_input", 0,
                          "function: address::module::function is expected");
    v->type_args = ARENA_ARRAY(c->arena, struct bytes, json_array_size(types));
    json_array_foreach(types, i, text) {
        struct err e =
            json_is_string(text)
                ? mv_type_tag_parse(bytes_make(json_string_value(text), json_string_length(text)),
                                    c->arena, &v->type_args[i])
                : err_at(1, "a string is expected", 0);
        if (err_is(e)) return aptos_fail(c, 400, "invalid_input", 0, "type_arguments: %s", e.text);
    }
    v->call.type_args = v->type_args;
    v->call.type_arg_count = (uint32_t)json_array_size(types);
    return read_view_args(c, v, json_object_get(body, "arguments"));
}

static bool run_view(struct aptos_call *c, struct view *v) {
    struct mv_outcome out;
    struct mv_function_info info;
    struct mv_session *s = aptos_session(c);
    bool ok = mv_function_info(s, &v->call, &info, &out) && mv_run_view(s, &v->call, &out);
    c->has_gas = true;
    c->gas_used = div_ceil_u64(mv_session_gas_used(s), MV_GAS_SCALING);
    if (!ok) {
        struct bytes text = mv_status_text(s, &out);
        return aptos_fail(c, 400, "invalid_input", out.code, "%.*s", (int)min_u64(text.n, 500),
                          (const char *)text.p);
    }
    jo_array(c->out);
    for (uint32_t i = 0; i < out.result_count; i++)
        if (!aptos_put_value(c->out, info.returns[i].layout, out.results[i]))
            return aptos_fail(c, 500, "internal_error", 0,
                              "the function's result cannot be shown as JSON");
    jo_end_array(c->out);
    return true;
}

bool aptos_view(struct aptos_call *c, const struct aptos_path *p) {
    struct view v = {0};
    json_t *body = NULL;
    (void)p;
    if (is_bcs(c, "application/x.aptos.view_function+bcs"))
        return read_view_bcs(c, &v) && run_view(c, &v);
    struct err e = rpc_parse_json(c->arena, c->req->body, &body);
    if (err_is(e)) return aptos_fail(c, 400, "invalid_input", 0, "%s", e.text);
    bool ok = read_view_json(c, &v, body) && run_view(c, &v);
    json_decref(body);
    return ok;
}
