/* View functions: the request and the answer in JSON or in BCS. */
#include "rpc/aptos.h"

#include "codec/codec.h"
#include "move/type_tag.h"

static const char VIEW_FUNCTION[] = "application/x.aptos.view_function+bcs";

/* ViewFunction: module id, function name, type tags, arguments. */
static bool read_bcs(struct aptos_call *c, struct mv_call *call) {
    struct bcs_reader r = bcs_reader(arena_copy(c->arena, c->req->body), c->arena);
    bcs_fixed(&r, "module address", call->module_address.b, 32);
    call->module_name = bcs_bytes(&r, "module name");
    call->function_name = bcs_bytes(&r, "function name");
    call->type_arg_count = (uint32_t)bcs_count(&r, "type arguments", 1);
    struct bytes *types = ARENA_ARRAY(c->arena, struct bytes, call->type_arg_count);
    for (uint32_t i = 0; i < call->type_arg_count && !err_is(r.err); i++) {
        size_t n = mv_type_tag_length(bytes_sub(r.in, r.at, r.in.n - r.at));
        if (!n) bcs_refuse(&r, BCS_BAD_VARIANT, "type arguments", "one is malformed");
        types[i] = bcs_take(&r, "type argument", n);
    }
    call->arg_count = (uint32_t)bcs_count(&r, "arguments", 1);
    struct bytes *args = ARENA_ARRAY(c->arena, struct bytes, call->arg_count);
    for (uint32_t i = 0; i < call->arg_count; i++) args[i] = bcs_bytes(&r, "argument");
    call->type_args = types;
    call->args = args;
    struct err e = bcs_finish(&r);
    return !err_is(e) || aptos_fail(c, 400, "invalid_input", 0,
                                    "Failed to deserialize input into ViewRequest: %s", e.text);
}

static bool read_json(struct aptos_call *c, struct mv_call *call) {
    json_t *body = NULL;
    bool ok = aptos_body_json(c, &body) && aptos_read_call(c, body, call);
    json_decref(body);
    return ok;
}

static void put_bcs(struct aptos_call *c, const struct mv_outcome *out) {
    struct buf b = {0};
    uleb_put(&b, out->result_count);
    for (uint32_t i = 0; i < out->result_count; i++) bcs_put_bytes(&b, out->results[i]);
    aptos_bcs(c, buf_bytes(&b));
    buf_free(&b);
}

bool aptos_view(struct aptos_call *c, const struct aptos_path *p) {
    struct mv_call call = {0};
    struct mv_outcome out;
    struct mv_function_info info;
    struct mv_session *s = aptos_session(c);
    bool is_bcs;
    (void)p;
    if (!aptos_body_is_bcs(c, VIEW_FUNCTION, &is_bcs) ||
        !(is_bcs ? read_bcs(c, &call) : read_json(c, &call)))
        return false;
    bool ok = mv_function_info(s, &call, &info, &out) && mv_run_view(s, &call, &out);
    c->has_gas = true;
    c->gas_used = div_ceil_u64(mv_session_gas_used(s), MV_GAS_SCALING);
    if (!ok) {
        struct bytes text = mv_status_text(s, &out);
        return aptos_fail(c, 400, "invalid_input", out.code, "%.*s", (int)min_u64(text.n, 500),
                          (const char *)text.p);
    }
    if (c->wants_bcs) {
        put_bcs(c, &out);
        return true;
    }
    jo_array(c->out);
    for (uint32_t i = 0; i < out.result_count; i++)
        if (!aptos_put_value(c->out, info.returns[i].layout, out.results[i]))
            return aptos_fail(c, 500, "internal_error", 0,
                              "the function's result cannot be shown as JSON");
    jo_end_array(c->out);
    return true;
}
