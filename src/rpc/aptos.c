/* The REST API's routes, parameters, headers and errors. */
#include "rpc/aptos.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "codec/codec.h"
#include "rpc/http_target.h"

const char *const APTOS_EXPOSED_HEADERS =
    "X-Aptos-Chain-Id, X-Aptos-Ledger-Version, X-Aptos-Ledger-Oldest-Version, "
    "X-Aptos-Ledger-TimestampUsec, "
    "X-Aptos-Epoch, X-Aptos-Block-Height, X-Aptos-Oldest-Block-Height, X-Aptos-Cursor, "
    "X-Aptos-Gas-Used";

/* ---- Errors */

void aptos_put_error(struct json_out *o, const char *message, const char *code, uint32_t vm_code) {
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
    aptos_put_error(&o, text,
                    status == 503                                     ? "rate_limited"
                    : status == 404 || status == 405 || status == 413 ? "web_framework_error"
                    : status < 500                                    ? "invalid_input"
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
    c->content_type = NULL;
    aptos_put_error(c->out, text, code, vm_code);
    return false;
}

struct mv_session *aptos_session(struct aptos_call *c) {
    return chain_reader_move_session(c->reader, APTOS_VIEW_GAS);
}

/* ---- Forms of bodies and answers */

void aptos_bcs(struct aptos_call *c, struct bytes bcs) {
    buf_clear(c->out->buf);
    buf_put_bytes(c->out->buf, bcs);
    c->content_type = "application/x-bcs";
}

bool aptos_json_only(struct aptos_call *c, const char *what) {
    return !c->wants_bcs || aptos_fail(c, 400, "bcs_not_supported", 0,
                                       "%s: this node answers it as application/json only", what);
}

/* Does a header begin with this media type? */
static bool has_type(struct bytes header, const char *type) {
    size_t n = strlen(type);
    return header.n >= n && strncasecmp((const char *)header.p, type, n) == 0;
}

bool aptos_body_is_bcs(struct aptos_call *c, const char *bcs_type, bool *is_bcs) {
    *is_bcs = has_type(c->body_type, bcs_type);
    if (*is_bcs || has_type(c->body_type, "application/json") || !c->body_type.n) return true;
    return aptos_fail(c, 415, "web_framework_error", 0,
                      "the Content-Type %.*s is not supported: application/json or %s is expected",
                      (int)min_u64(c->body_type.n, 100), (const char *)c->body_type.p, bcs_type);
}

bool aptos_body_json(struct aptos_call *c, json_t **root) {
    struct err e = rpc_parse_json(c->arena, c->req->body, root);
    return !err_is(e) ||
           aptos_fail(c, 400, "web_framework_error", 0, "failed to parse the body: %s", e.text);
}

/* ---- Parameters */

static bool parse_u64(struct bytes text, uint64_t *out) {
    struct u256 n;
    if (!u256_from_dec(&n, text) || !u256_fits_u64(&n)) return false;
    *out = n.w[0];
    return true;
}

bool aptos_query(struct aptos_call *c, const char *name, struct buf *out) {
    return http_query_value(c->req->query, name, out);
}

bool aptos_query_u64(struct aptos_call *c, const char *name, uint64_t otherwise, uint64_t *out) {
    struct buf text = {0};
    bool ok = true;
    *out = otherwise;
    if (aptos_query(c, name, &text) && !parse_u64(buf_bytes(&text), out))
        ok = aptos_fail(c, 400, "web_framework_error", 0,
                        "failed to parse query parameter `%s`: a decimal number is expected", name);
    buf_free(&text);
    return ok;
}

bool aptos_query_bool(struct aptos_call *c, const char *name, bool *out) {
    struct buf text = {0};
    bool ok = true;
    *out = false;
    if (aptos_query(c, name, &text)) {
        *out = bytes_eq(buf_bytes(&text), BYTES_LIT("true"));
        if (!*out && !bytes_eq(buf_bytes(&text), BYTES_LIT("false")))
            ok =
                aptos_fail(c, 400, "web_framework_error", 0,
                           "failed to parse query parameter `%s`: true or false is expected", name);
    }
    buf_free(&text);
    return ok;
}

bool aptos_query_page(struct aptos_call *c, uint64_t limit_default, uint64_t limit_max,
                      bool *has_start, uint64_t *start, uint64_t *limit) {
    struct buf text = {0};
    *has_start = aptos_query(c, "start", &text);
    buf_free(&text);
    if (!aptos_query_u64(c, "start", 0, start) ||
        !aptos_query_u64(c, "limit", limit_default, limit))
        return false;
    if (*limit == 0 || *limit > UINT16_MAX)
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Given limit value (%llu) must be from 1 to 65535",
                          (unsigned long long)*limit);
    *limit = min_u64(*limit, limit_max);
    return true;
}

bool aptos_path_u64(struct aptos_call *c, struct bytes text, const char *what, uint64_t *out) {
    return parse_u64(text, out) ||
           aptos_fail(c, 400, "web_framework_error", 0,
                      "failed to parse path `%s`: a decimal number is expected", what);
}

bool aptos_path_address(struct aptos_call *c, struct bytes text, struct b32 *out) {
    return aptos_read_address(text, out) ||
           aptos_fail(c, 400, "invalid_input", 0,
                      "failed to parse path `address`: %.*s is no account address",
                      (int)min_u64(text.n, 80), (const char *)text.p);
}

/* ---- Routing */

const struct aptos_row aptos_rows[] = {
    {HTTP_GET, "", aptos_ledger_info, "", "", "Ledger information"},
    {HTTP_GET, "-/healthy", aptos_healthy, "", "duration_secs", "Is the node well?"},
    {HTTP_GET, "info", aptos_info, "", "", "What the node is"},
    {HTTP_GET, "spec", aptos_spec, "", "", "This list as a page"},
    {HTTP_GET, "spec.json", aptos_spec_json, "", "", "This list as an OpenAPI document"},
    {HTTP_GET, "spec.yaml", aptos_spec_json, "", "",
     "The same: a JSON document is a YAML document too"},
    {HTTP_GET, "estimate_gas_price", aptos_gas_price, "", "", "What a unit of gas costs"},
    {HTTP_POST, "graphql", aptos_graphql, "", "", "Some of an indexer's answers"},
    {HTTP_GET, "accounts/*", aptos_account, "address", "ledger_version",
     "Sequence number and authentication key"},
    {HTTP_GET, "accounts/*/resources", aptos_resources, "address", "ledger_version start limit",
     "Resources of an account, in pages"},
    {HTTP_GET, "accounts/*/resource/*", aptos_resource, "address resource_type", "ledger_version",
     "One resource"},
    {HTTP_GET, "accounts/*/modules", aptos_modules, "address", "ledger_version start limit",
     "Modules of an account with their ABIs, in pages"},
    {HTTP_GET, "accounts/*/module/*", aptos_module, "address module_name", "ledger_version",
     "One module with its ABI"},
    {HTTP_GET, "accounts/*/balance/*", aptos_balance, "address asset_type", "ledger_version",
     "What an account has of a coin type or of a fungible asset"},
    {HTTP_GET, "accounts/*/transactions", aptos_account_transactions, "address", "start limit",
     "Transactions that an account sent, by sequence number"},
    {HTTP_GET, "accounts/*/transaction_summaries", aptos_account_summaries, "address",
     "start_version end_version limit", "Transactions that an account sent, by version"},
    {HTTP_GET, "accounts/*/events/*", aptos_account_events, "address creation_number",
     "start limit", "Events of the handle with that creation number"},
    {HTTP_GET, "accounts/*/events/*/*", aptos_account_events, "address event_handle field_name",
     "start limit", "Events of the handle in a field of a resource"},
    {HTTP_POST, "tables/*/item", aptos_table_item, "table_handle", "ledger_version",
     "An item of a table"},
    {HTTP_POST, "tables/*/raw_item", aptos_table_raw_item, "table_handle", "ledger_version",
     "An item of a table as BCS"},
    {HTTP_POST, "experimental/state_values/raw", aptos_raw_state_value, "", "ledger_version",
     "Whatever is stored under a state key, as BCS"},
    {HTTP_POST, "view", aptos_view, "", "ledger_version", "Runs a view function"},
    {HTTP_GET, "transactions", aptos_list, "", "start limit", "Transactions by version"},
    {HTTP_POST, "transactions", aptos_submit, "", "", "Submits a transaction"},
    {HTTP_POST, "transactions/batch", aptos_submit_batch, "", "", "Submits several transactions"},
    {HTTP_POST, "transactions/simulate", aptos_simulate, "",
     "estimate_max_gas_amount estimate_gas_unit_price estimate_prioritized_gas_unit_price",
     "Runs a transaction without keeping what it does"},
    {HTTP_POST, "transactions/encode_submission", aptos_encode_submission, "", "",
     "What has to be signed for a transaction"},
    {HTTP_GET, "transactions/by_hash/*", aptos_by_hash, "txn_hash", "",
     "A transaction, in a block or waiting"},
    {HTTP_GET, "transactions/wait_by_hash/*", aptos_wait_by_hash, "txn_hash", "",
     "The same; a waiting one is waited for a second"},
    {HTTP_GET, "transactions/by_version/*", aptos_by_version, "txn_version", "",
     "The transaction with a version"},
    {HTTP_GET, "blocks/by_height/*", aptos_block_by_height, "block_height", "with_transactions",
     "A block"},
    {HTTP_GET, "blocks/by_version/*", aptos_block_by_version, "version", "with_transactions",
     "The block that holds a version"},
};
const size_t aptos_row_count = COUNT_OF(aptos_rows);

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
        for (size_t i = 0; i < aptos_row_count; i++) {
            if (!matches(aptos_rows[i].pattern, &path)) continue;
            known = true;
            if (aptos_rows[i].method != c->req->method) continue;
            aptos_rows[i].run(c, &path);
            return;
        }
    }
    if (known)
        aptos_fail(c, 405, "web_framework_error", 0, "method not allowed");
    else
        aptos_fail(c, 404, "web_framework_error", 0, "not found");
}

/* ---- Answering */

size_t aptos_make_headers(struct aptos_call *c, struct arena *arena,
                          struct http_header out[APTOS_HEADERS_MAX]) {
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
            numbers[i].name, arena_printf(arena, "%llu", (unsigned long long)numbers[i].value)};
    if (c->cursor) out[n++] = (struct http_header){"X-Aptos-Cursor", c->cursor};
    if (c->has_gas)
        out[n++] = (struct http_header){
            "X-Aptos-Gas-Used", arena_printf(arena, "%llu", (unsigned long long)c->gas_used)};
    return n;
}

/* Opens the reader at ?ledger_version=…, which names the state after the block that holds it. */
static bool open_reader(struct aptos_call *c) {
    uint64_t version;
    struct chain_version v;
    struct chain_reader *old;
    struct err e = chain_reader_open(c->node->chain, ST_LATEST, &c->reader);
    if (err_is(e)) return aptos_fail(c, 500, "internal_error", 0, "%s", e.text);
    chain_block_at(c->reader, chain_reader_height(c->reader), &c->newest);
    if (!aptos_query_u64(c, "ledger_version", c->newest.last_version, &version)) return false;
    if (version == c->newest.last_version) return true;
    if (version > c->newest.last_version || !chain_version_at(c->reader, version, &v))
        return aptos_fail(c, 404, "version_not_found", 0,
                          "Ledger version(%llu) is not there: the newest is %llu",
                          (unsigned long long)version, (unsigned long long)c->newest.last_version);
    e = chain_reader_open(c->node->chain, v.height, &old);
    if (err_is(e))
        return aptos_fail(c, 410, "version_pruned", 0, "Ledger version(%llu) has been pruned",
                          (unsigned long long)version);
    chain_reader_close(c->reader);
    c->reader = old;
    return true;
}

void aptos_run(struct aptos_call *c) {
    c->status = 200;
    c->wants_bcs = has_type(c->accept, "application/x-bcs");
    if (open_reader(c)) route(c);
}

void aptos_handle(struct rpc_node *node, struct http_request *req) {
    struct buf body = {0};
    struct json_out out = {.buf = &body};
    struct arena arena;
    arena_init(&arena, 0);
    chain_wait_accepted(node->chain, RPC_SEAL_WAIT_MS);
    struct aptos_call c = {.node = node,
                           .req = req,
                           .body_type = http_header(req, "content-type"),
                           .accept = http_header(req, "accept"),
                           .out = &out,
                           .arena = &arena};
    aptos_run(&c);
    struct http_header headers[APTOS_HEADERS_MAX];
    size_t n = c.reader && !c.is_later ? aptos_make_headers(&c, &arena, headers) : 0;
    if (c.reader) chain_reader_close(c.reader);
    if (!c.is_later)
        http_respond(req, c.status, c.content_type ? c.content_type : "application/json", headers,
                     n, &body);
    buf_free(&body);
    arena_free(&arena);
}
