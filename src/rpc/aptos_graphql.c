/* What can be answered in place of an indexer. */
#include "rpc/aptos.h"

#include "codec/codec.h"

/* How far the indexer is: what the SDK asks after funding an account. There is none; the chain
 * itself is up to date. */
static void processor_status(struct aptos_call *c, json_t *variables) {
    struct json_out *o = c->out;
    json_t *condition = json_object_get(variables, "where_condition");
    const char *processor =
        json_string_value(json_object_get(json_object_get(condition, "processor"), "_eq"));
    jo_array(o);
    jo_object(o);
    jo_key(o, "last_success_version");
    jo_number(o, c->newest.last_version);
    jo_key(o, "processor");
    jo_cstring(o, processor ? processor : "default_processor");
    jo_key(o, "last_updated");
    jo_cstring(o, "2026-01-01T00:00:00");
    jo_end_object(o);
    jo_end_array(o);
}

static bool run(struct aptos_call *c, json_t *body) {
    const char *query = json_string_value(json_object_get(body, "query"));
    if (!query) return aptos_fail(c, 400, "invalid_input", 0, "query: a text is expected");
    jo_object(c->out);
    if (strstr(query, "processor_status")) {
        jo_key(c->out, "data");
        jo_object(c->out);
        jo_key(c->out, "processor_status");
        processor_status(c, json_object_get(body, "variables"));
        jo_end_object(c->out);
    } else {
        jo_key(c->out, "errors");
        jo_raw(c->out,
               BYTES_LIT("[{\"message\":\"this node has no indexer: only processor_status "
                         "is answered here; the REST API under /v1 has accounts, resources, "
                         "transactions and events\"}]"));
    }
    jo_end_object(c->out);
    return true;
}

bool aptos_graphql(struct aptos_call *c, const struct aptos_path *p) {
    json_t *body = NULL;
    (void)p;
    bool ok = aptos_body_json(c, &body) && run(c, body);
    json_decref(body);
    return ok;
}
