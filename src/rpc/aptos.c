/* The REST API's routes, headers and errors; and the one GraphQL question that the SDK asks of an
 * indexer. */
#include "rpc/aptos.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/codec.h"

const char *const APTOS_EXPOSED_HEADERS =
    "X-Aptos-Chain-Id, X-Aptos-Ledger-Version, X-Aptos-Ledger-Oldest-Version, "
    "X-Aptos-Ledger-TimestampUsec, "
    "X-Aptos-Epoch, X-Aptos-Block-Height, X-Aptos-Oldest-Block-Height, X-Aptos-Cursor, "
    "X-Aptos-Gas-Used";

static void put_error(struct json_out *o, const char *message, const char *code, uint32_t vm_code) {
    jo_object(o);
    jo_key(o, "message");
    jo_cstring(o, message);
    jo_key(o, "error_code");
    jo_cstring(o, code);
    jo_key(o, "vm_error_code");
    if (vm_code)
        jo_number(o, vm_code);
    else
        jo_null(o);
    jo_end_object(o);
}

void aptos_error_body(void *ctx, int status, const char *text, struct buf *out) {
    struct json_out o = {.buf = out};
    (void)ctx;
    put_error(&o, text,
              status == 503  ? "rate_limited"
              : status < 500 ? "invalid_input"
                             : "internal_error",
              0);
}

bool aptos_fail(struct aptos_call *c, int status, const char *code, uint32_t vm_code,
                const char *format, ...) {
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_clear(c->out->buf);
    c->out->comma = false;
    c->status = status;
    put_error(c->out, text, code, vm_code);
    return false;
}

struct mv_session *aptos_session(struct aptos_call *c) {
    return chain_reader_move_session(c->reader, APTOS_VIEW_GAS);
}

/* ---- Parameters */

static bool parse_u64(struct bytes text, uint64_t *out) {
    struct u256 n;
    if (!u256_from_dec(&n, text) || !u256_fits_u64(&n)) return false;
    *out = n.w[0];
    return true;
}

bool aptos_query_u64(struct aptos_call *c, const char *name, uint64_t otherwise, uint64_t *out) {
    struct buf text = {0};
    bool ok = true;
    *out = otherwise;
    if (http_query(c->req, name, &text) && !parse_u64(buf_bytes(&text), out))
        ok = aptos_fail(c, 400, "invalid_input", 0,
                        "parse query parameter %s: a decimal number is expected", name);
    buf_free(&text);
    return ok;
}

bool aptos_path_u64(struct aptos_call *c, struct bytes text, const char *what, uint64_t *out) {
    return parse_u64(text, out) ||
           aptos_fail(c, 400, "invalid_input", 0,
                      "parse path parameter %s: a decimal number is expected", what);
}

bool aptos_path_address(struct aptos_call *c, struct bytes text, struct b32 *out) {
    return aptos_read_address(text, out) ||
           aptos_fail(c, 400, "invalid_input", 0,
                      "parse path parameter address: %.*s is no account address",
                      (int)min_u64(text.n, 80), (const char *)text.p);
}

/* ---- Small answers */

static bool ledger_info(struct aptos_call *c, const struct aptos_path *p) {
    const struct chain_options *options = chain_get_options(c->node->chain);
    struct json_out *o = c->out;
    (void)p;
    jo_object(o);
    jo_key(o, "chain_id");
    jo_number(o, options->move_chain_id);
    jo_key(o, "epoch");
    jo_cstring(o, "1");
    jo_key(o, "ledger_version");
    jo_decimal(o, c->newest.last_version);
    jo_key(o, "oldest_ledger_version");
    jo_cstring(o, "0");
    jo_key(o, "ledger_timestamp");
    jo_decimal(o, c->newest.timestamp_us);
    jo_key(o, "node_role");
    jo_cstring(o, "full_node");
    jo_key(o, "oldest_block_height");
    jo_cstring(o, "0");
    jo_key(o, "block_height");
    jo_decimal(o, c->newest.height);
    jo_key(o, "git_hash");
    jo_cstring(o, "tern-0.1.0");
    jo_end_object(o);
    return true;
}

static bool healthy(struct aptos_call *c, const struct aptos_path *p) {
    (void)p;
    jo_object(c->out);
    jo_key(c->out, "message");
    jo_cstring(c->out, "aptos-node:ok");
    jo_end_object(c->out);
    return true;
}

/* One octa a unit: a script that funds one coin can pay for the SDK's default of 2,000,000 units.
 */
static bool gas_price(struct aptos_call *c, const struct aptos_path *p) {
    (void)p;
    jo_raw(c->out, BYTES_LIT("{\"deprioritized_gas_estimate\":1,\"gas_estimate\":1,\"prioritized_"
                             "gas_estimate\":1}"));
    return true;
}

/* What the SDK asks after funding an account: how far the indexer is. There is none; the chain
 * itself is up to date. */
static bool graphql(struct aptos_call *c, const struct aptos_path *p) {
    json_t *body;
    (void)p;
    struct err e = rpc_parse_json(c->arena, c->req->body, &body);
    if (err_is(e)) return aptos_fail(c, 400, "invalid_input", 0, "%s", e.text);
    const char *query = json_string_value(json_object_get(body, "query"));
    json_t *condition = json_object_get(json_object_get(body, "variables"), "where_condition");
    const char *processor =
        json_string_value(json_object_get(json_object_get(condition, "processor"), "_eq"));
    if (query && strstr(query, "processor_status")) {
        jo_raw(c->out, BYTES_LIT("{\"data\":{\"processor_status\":"));
        c->out->comma = false;
        jo_array(c->out);
        jo_object(c->out);
        jo_key(c->out, "last_success_version");
        jo_number(c->out, c->newest.last_version);
        jo_key(c->out, "processor");
        jo_cstring(c->out, processor ? processor : "default_processor");
        jo_key(c->out, "last_updated");
        jo_cstring(c->out, "2026-01-01T00:00:00");
        jo_end_object(c->out);
        jo_end_array(c->out);
        buf_puts(c->out->buf, "}}");
    } else {
        jo_raw(
            c->out,
            BYTES_LIT(
                "{\"errors\":[{\"message\":\"this node has no indexer: only processor_status is "
                "answered here; the REST API under /v1 has accounts, resources, transactions and "
                "events\"}]}"));
    }
    json_decref(body);
    return true;
}

/* ---- Routing */

/* "*" takes any part. */
static const struct {
    unsigned method;
    const char *pattern;
    aptos_route *run;
} routes[] = {
    {HTTP_GET, "", ledger_info},
    {HTTP_GET, "-/healthy", healthy},
    {HTTP_GET, "estimate_gas_price", gas_price},
    {HTTP_POST, "graphql", graphql},
    {HTTP_GET, "accounts/*", aptos_account},
    {HTTP_GET, "accounts/*/resources", aptos_resources},
    {HTTP_GET, "accounts/*/resource/*", aptos_resource},
    {HTTP_GET, "accounts/*/modules", aptos_modules},
    {HTTP_GET, "accounts/*/module/*", aptos_module},
    {HTTP_GET, "accounts/*/balance/*", aptos_balance},
    {HTTP_GET, "accounts/*/transactions", aptos_account_transactions},
    {HTTP_GET, "accounts/*/events/*", aptos_account_events},
    {HTTP_GET, "accounts/*/events/*/*", aptos_account_events},
    {HTTP_POST, "tables/*/item", aptos_table_item},
    {HTTP_POST, "view", aptos_view},
    {HTTP_GET, "transactions", aptos_list},
    {HTTP_POST, "transactions", aptos_submit},
    {HTTP_POST, "transactions/simulate", aptos_simulate},
    {HTTP_GET, "transactions/by_hash/*", aptos_by_hash},
    {HTTP_GET, "transactions/wait_by_hash/*", aptos_wait_by_hash},
    {HTTP_GET, "transactions/by_version/*", aptos_by_version},
    {HTTP_GET, "blocks/by_height/*", aptos_block_by_height},
    {HTTP_GET, "blocks/by_version/*", aptos_block_by_version},
};

/* Splits the path behind /v1 at its slashes. */
static bool split_path(struct bytes path, struct aptos_path *out) {
    *out = (struct aptos_path){0};
    if (path.n < 3 || memcmp(path.p, "/v1", 3) != 0 || (path.n > 3 && path.p[3] != '/'))
        return false;
    size_t at = 4;
    while (at < path.n) {
        size_t end = at;
        while (end < path.n && path.p[end] != '/') end++;
        if (out->count == COUNT_OF(out->part)) return false;
        out->part[out->count++] = bytes_sub(path, at, end - at);
        at = end + 1;
    }
    return true;
}

static bool matches(const char *pattern, const struct aptos_path *p) {
    for (size_t i = 0; i < p->count; i++) {
        size_t n = strcspn(pattern, "/");
        if (n == 0) return false;
        if (!(n == 1 && pattern[0] == '*') && !bytes_eq(p->part[i], bytes_make(pattern, n)))
            return false;
        pattern += n;
        if (*pattern == '/') pattern++;
    }
    return *pattern == 0;
}

static void route(struct aptos_call *c) {
    struct aptos_path path;
    bool known = false;
    if (split_path(c->req->path, &path)) {
        for (size_t i = 0; i < COUNT_OF(routes); i++) {
            if (!matches(routes[i].pattern, &path)) continue;
            known = true;
            if (routes[i].method != c->req->method) continue;
            routes[i].run(c, &path);
            return;
        }
    }
    if (known)
        aptos_fail(c, 405, "web_framework_error", 0, "method not allowed");
    else
        aptos_fail(c, 404, "web_framework_error", 0, "not found");
}

/* ---- Answering */

enum { HEADERS_MAX = 10 };

static size_t make_headers(struct aptos_call *c, struct http_header out[HEADERS_MAX]) {
    const struct chain_options *options = chain_get_options(c->node->chain);
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"X-Aptos-Chain-Id", options->move_chain_id},
        {"X-Aptos-Ledger-Version", c->newest.last_version},
        {"X-Aptos-Ledger-Oldest-Version", 0},
        {"X-Aptos-Ledger-TimestampUsec", c->newest.timestamp_us},
        {"X-Aptos-Epoch", 1},
        {"X-Aptos-Block-Height", c->newest.height},
        {"X-Aptos-Oldest-Block-Height", 0},
    };
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        out[n++] = (struct http_header){
            numbers[i].name, arena_printf(c->arena, "%llu", (unsigned long long)numbers[i].value)};
    if (c->cursor) out[n++] = (struct http_header){"X-Aptos-Cursor", c->cursor};
    if (c->has_gas)
        out[n++] = (struct http_header){
            "X-Aptos-Gas-Used", arena_printf(c->arena, "%llu", (unsigned long long)c->gas_used)};
    return n;
}

/* Opens the reader at ?ledger_version=…, which names the state after the block that holds it. */
static bool open_reader(struct aptos_call *c, struct arena *scratch) {
    uint64_t version;
    struct chain_version v;
    struct err e = chain_reader_open(c->node->chain, ST_LATEST, &c->reader);
    if (err_is(e)) return aptos_fail(c, 500, "internal_error", 0, "%s", e.text);
    chain_block_at(c->reader, chain_reader_height(c->reader), &c->newest);
    c->arena = scratch;
    if (!aptos_query_u64(c, "ledger_version", UINT64_MAX, &version)) return false;
    if (version == UINT64_MAX || version >= c->newest.last_version) {
        if (version != UINT64_MAX && version > c->newest.last_version)
            return aptos_fail(c, 404, "version_not_found", 0,
                              "Ledger version(%llu) is too new: the newest is %llu",
                              (unsigned long long)version,
                              (unsigned long long)c->newest.last_version);
        return true;
    }
    if (!chain_version_at(c->reader, version, &v))
        return aptos_fail(c, 404, "version_not_found", 0, "no such version");
    struct chain_reader *old;
    e = chain_reader_open(c->node->chain, v.height, &old);
    if (err_is(e))
        return aptos_fail(c, 410, "version_pruned", 0, "Ledger version(%llu) has been pruned",
                          (unsigned long long)version);
    chain_reader_close(c->reader);
    c->reader = old;
    return true;
}

void aptos_handle(struct rpc_node *node, struct http_request *req) {
    struct buf body = {0};
    struct json_out out = {.buf = &body};
    struct arena arena;
    arena_init(&arena, 0);
    struct aptos_call c = {.node = node, .req = req, .out = &out, .status = 200, .arena = &arena};
    if (open_reader(&c, &arena)) route(&c);
    struct http_header headers[HEADERS_MAX];
    size_t n = c.reader ? make_headers(&c, headers) : 0;
    if (c.reader) chain_reader_close(c.reader);
    http_respond(req, c.status, "application/json", headers, n, &body);
    arena_free(&arena);
}
