/* The node itself: ledger information, health, the gas price, the specification. */
#include "rpc/aptos.h"

#include <assert.h>

#include "codec/codec.h"

enum { ROLE_FULL_NODE = 1 };

/* BCS of what the JSON says; for the role the variant of RoleType. */
static bool ledger_info_bcs(struct aptos_call *c) {
    struct buf b = {0};
    bcs_put_u8(&b, chain_get_options(c->node->chain)->move_chain_id);
    bcs_put_u64(&b, 1); /* epoch */
    bcs_put_u64(&b, c->newest.last_version);
    bcs_put_u64(&b, 0);
    bcs_put_u64(&b, c->newest.timestamp_us);
    uleb_put(&b, ROLE_FULL_NODE);
    bcs_put_u64(&b, 0);
    bcs_put_u64(&b, c->newest.height);
    aptos_bcs(c, buf_bytes(&b));
    buf_free(&b);
    return true;
}

bool aptos_ledger_info(struct aptos_call *c, const struct aptos_path *p) {
    struct json_out *o = c->out;
    (void)p;
    if (c->wants_bcs) return ledger_info_bcs(c);
    jo_object(o);
    jo_key(o, "chain_id");
    jo_number(o, chain_get_options(c->node->chain)->move_chain_id);
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

/* With duration_secs the newest block must not be older than that; a node that seals on demand has
 * no block to show while nobody asks for one, and is well. */
bool aptos_healthy(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t ignored;
    (void)p;
    if (!aptos_query_u64(c, "duration_secs", 0, &ignored)) return false;
    jo_object(c->out);
    jo_key(c->out, "message");
    jo_cstring(c->out, "aptos-node:ok");
    jo_end_object(c->out);
    return true;
}

bool aptos_info(struct aptos_call *c, const struct aptos_path *p) {
    struct json_out *o = c->out;
    const struct chain_options *options = chain_get_options(c->node->chain);
    (void)p;
    jo_object(o);
    jo_key(o, "chain_id");
    jo_number(o, options->move_chain_id);
    jo_key(o, "evm_chain_id");
    jo_number(o, options->chain_id);
    jo_key(o, "node_type");
    jo_cstring(o, "full_node");
    jo_key(o, "version");
    jo_cstring(o, "tern-0.1.0");
    jo_end_object(o);
    return true;
}

/* One octa a unit: a script that funds one coin can pay for the SDK's default of 2,000,000 units.
 */
bool aptos_gas_price(struct aptos_call *c, const struct aptos_path *p) {
    struct buf b = {0};
    (void)p;
    if (!c->wants_bcs) {
        jo_raw(c->out, BYTES_LIT("{\"deprioritized_gas_estimate\":1,\"gas_estimate\":1,"
                                 "\"prioritized_gas_estimate\":1}"));
        return true;
    }
    for (int i = 0; i < 3; i++) { /* deprioritized and prioritized are optional */
        if (i != 1) uleb_put(&b, 1);
        bcs_put_u64(&b, 1);
    }
    aptos_bcs(c, buf_bytes(&b));
    buf_free(&b);
    return true;
}

/* ---- Specification, made of the routes */

/* The next word of a list; false at its end. */
static bool next_word(const char **list, struct bytes *word) {
    *list += strspn(*list, " ");
    size_t n = strcspn(*list, " ");
    *word = bytes_make(*list, n);
    *list += n;
    return n > 0;
}

/* "/accounts/{address}": the pattern with the names of its parts. */
static void put_path(struct buf *b, const struct aptos_row *row) {
    const char *names = row->names;
    struct bytes name;
    buf_puts(b, "/");
    for (const char *at = row->pattern; *at; at++) {
        if (*at == '*' && next_word(&names, &name)) {
            buf_puts(b, "{");
            buf_put_bytes(b, name);
            buf_puts(b, "}");
        } else {
            buf_put_u8(b, (uint8_t)*at);
        }
    }
}

static void put_parameters(struct json_out *o, const char *list, const char *where) {
    struct bytes name;
    while (next_word(&list, &name)) {
        jo_object(o);
        jo_key(o, "name");
        jo_string(o, name);
        jo_key(o, "in");
        jo_cstring(o, where);
        jo_key(o, "required");
        jo_bool(o, where[0] == 'p');
        jo_key(o, "schema");
        jo_raw(o, BYTES_LIT("{\"type\":\"string\"}"));
        jo_end_object(o);
    }
}

static void put_operation(struct json_out *o, const struct aptos_row *row) {
    jo_key(o, row->method == HTTP_GET ? "get" : "post");
    jo_object(o);
    jo_key(o, "summary");
    jo_cstring(o, row->summary);
    jo_key(o, "parameters");
    jo_array(o);
    put_parameters(o, row->names, "path");
    put_parameters(o, row->query, "query");
    jo_end_array(o);
    if (row->method == HTTP_POST) {
        jo_key(o, "requestBody");
        jo_raw(o, BYTES_LIT("{\"required\":true,\"content\":{\"application/json\":{}}}"));
    }
    jo_key(o, "responses");
    jo_raw(o, BYTES_LIT("{\"default\":{\"description\":\"the answer, or {message, error_code, "
                        "vm_error_code}\"}}"));
    jo_end_object(o);
}

static bool is_same_path(const struct aptos_row *a, const struct aptos_row *b) {
    return strcmp(a->pattern, b->pattern) == 0;
}

bool aptos_spec_json(struct aptos_call *c, const struct aptos_path *p) {
    struct json_out *o = c->out;
    bool done[64] = {false};
    (void)p;
    assert(aptos_row_count <= COUNT_OF(done));
    jo_object(o);
    jo_key(o, "openapi");
    jo_cstring(o, "3.0.3");
    jo_key(o, "info");
    jo_raw(o, BYTES_LIT("{\"title\":\"Aptos REST API, as Tern serves it\",\"version\":\"0.1.0\"}"));
    jo_key(o, "servers");
    jo_raw(o, BYTES_LIT("[{\"url\":\"/v1\"}]"));
    jo_key(o, "paths");
    jo_object(o);
    for (size_t i = 0; i < aptos_row_count; i++) {
        struct buf path = {0};
        if (done[i]) continue;
        put_path(&path, &aptos_rows[i]);
        jo_key(o, buf_cstr(&path));
        buf_free(&path);
        jo_object(o);
        for (size_t k = i; k < aptos_row_count; k++) {
            if (!is_same_path(&aptos_rows[i], &aptos_rows[k])) continue;
            done[k] = true;
            put_operation(o, &aptos_rows[k]);
        }
        jo_end_object(o);
    }
    jo_end_object(o);
    jo_end_object(o);
    return true;
}

bool aptos_spec(struct aptos_call *c, const struct aptos_path *p) {
    struct buf *b = c->out->buf;
    (void)p;
    c->content_type = "text/html; charset=utf-8";
    buf_puts(b, "<!doctype html><title>Aptos REST API</title><h1>Aptos REST API, as Tern serves it"
                "</h1><p><a href=\"/v1/spec.json\">OpenAPI</a></p><table>");
    for (size_t i = 0; i < aptos_row_count; i++) {
        const struct aptos_row *row = &aptos_rows[i];
        buf_printf(b, "<tr><td>%s<td><code>/v1", row->method == HTTP_GET ? "GET" : "POST");
        put_path(b, row);
        buf_printf(b, "</code><td>%s<td>%s", row->query, row->summary);
    }
    buf_puts(b, "</table>");
    return true;
}
