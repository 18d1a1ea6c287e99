/* Transactions and calls that come as JSON. */
#include "rpc/aptos.h"

#include "codec/codec.h"
#include "move/type_tag.h"

static bool bad(struct aptos_call *c, const char *what) {
    return aptos_fail(c, 400, "invalid_input", 0, "%s", what);
}

static struct bytes text_of(json_t *v) {
    return json_is_string(v) ? bytes_make(json_string_value(v), json_string_length(v))
                             : (struct bytes){NULL, 0};
}

/* ---- Functions with their arguments */

/* The first "::" in `text`; its length if there is none. */
static size_t find_colons(struct bytes text) {
    for (size_t i = 0; i + 1 < text.n; i++)
        if (text.p[i] == ':' && text.p[i + 1] == ':') return i;
    return text.n;
}

/* Splits "0x1::coin::balance". */
static bool split_function(struct aptos_call *c, struct bytes text, struct mv_call *call) {
    text = arena_copy(c->arena, text);
    size_t a = find_colons(text);
    struct bytes rest = a < text.n ? bytes_sub(text, a + 2, text.n - a - 2) : text;
    size_t b = find_colons(rest);
    if (a == text.n || b == rest.n ||
        !aptos_read_address(bytes_sub(text, 0, a), &call->module_address))
        return false;
    call->module_name = bytes_sub(rest, 0, b);
    call->function_name = bytes_sub(rest, b + 2, rest.n - b - 2);
    return mv_is_identifier(call->module_name) && mv_is_identifier(call->function_name);
}

static bool read_type_args(struct aptos_call *c, json_t *list, const struct bytes **out,
                           uint32_t *count) {
    size_t n = json_array_size(list);
    if (list && !json_is_array(list)) return bad(c, "type_arguments: an array is expected");
    if (n > MV_TX_ARGS_MAX) return bad(c, "type_arguments: there are more than 128");
    struct bytes *tags = ARENA_ARRAY(c->arena, struct bytes, n);
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_array_get(list, i);
        struct err e = json_is_string(v) ? mv_type_tag_parse(text_of(v), c->arena, &tags[i])
                                         : err_at(1, "the text of a type is expected", 0);
        if (err_is(e))
            return aptos_fail(c, 400, "invalid_input", 0, "type_arguments[%zu]: %s", i, e.text);
    }
    *out = tags;
    *count = (uint32_t)n;
    return true;
}

/* One argument by the layout of its parameter. */
static bool read_arg(struct aptos_call *c, json_t *v, size_t at, const struct mv_layout *layout,
                     struct bytes *out) {
    char why[160];
    struct buf bcs = {0};
    bool ok = aptos_read_value(v, layout, &bcs, why);
    *out = arena_copy(c->arena, buf_bytes(&bcs));
    buf_free(&bcs);
    return ok || aptos_fail(c, 400, "invalid_input", 0, "arguments[%zu]: %s", at, why);
}

static bool read_args(struct aptos_call *c, json_t *list, struct mv_call *call) {
    struct mv_outcome out;
    struct mv_function_info info;
    size_t n = json_array_size(list);
    if (!json_is_array(list)) return bad(c, "arguments: an array is expected");
    if (!mv_function_info(aptos_session(c), call, &info, &out)) {
        struct bytes text = mv_status_text(aptos_session(c), &out);
        return aptos_fail(
            c, 400, "invalid_input", out.code, "function %.*s::%.*s cannot be called: %.*s",
            (int)call->module_name.n, (const char *)call->module_name.p, (int)call->function_name.n,
            (const char *)call->function_name.p, (int)min_u64(text.n, 300), (const char *)text.p);
    }
    if (n != info.param_count - info.signer_count)
        return aptos_fail(c, 400, "invalid_input", 0, "arguments: %u are expected, %zu are given",
                          info.param_count - info.signer_count, n);
    struct bytes *args = ARENA_ARRAY(c->arena, struct bytes, n);
    for (size_t i = 0; i < n; i++)
        if (!read_arg(c, json_array_get(list, i), i, info.params[info.signer_count + i].layout,
                      &args[i]))
            return false;
    call->args = args;
    call->arg_count = (uint32_t)n;
    return true;
}

bool aptos_read_call(struct aptos_call *c, json_t *v, struct mv_call *call) {
    if (!split_function(c, text_of(json_object_get(v, "function")), call))
        return bad(c, "function: address::module::function is expected");
    return read_type_args(c, json_object_get(v, "type_arguments"), &call->type_args,
                          &call->type_arg_count) &&
           read_args(c, json_object_get(v, "arguments"), call);
}

/* ---- Scripts */

/* The kind of a script's argument and its layout, by the type of the parameter; false for types
 * that a script does not take as arguments in JSON. */
static bool script_param(const struct mv_token *t, uint8_t *kind, struct mv_layout *layout) {
    static const struct mv_layout byte = {.kind = MV_LAYOUT_U8};
    static const struct {
        uint8_t token, kind, layout;
    } rows[] = {
        {MV_TOKEN_BOOL, MV_ARG_BOOL, MV_LAYOUT_BOOL},
        {MV_TOKEN_U8, MV_ARG_U8, MV_LAYOUT_U8},
        {MV_TOKEN_U16, MV_ARG_U16, MV_LAYOUT_U16},
        {MV_TOKEN_U32, MV_ARG_U32, MV_LAYOUT_U32},
        {MV_TOKEN_U64, MV_ARG_U64, MV_LAYOUT_U64},
        {MV_TOKEN_U128, MV_ARG_U128, MV_LAYOUT_U128},
        {MV_TOKEN_U256, MV_ARG_U256, MV_LAYOUT_U256},
        {MV_TOKEN_ADDRESS, MV_ARG_ADDRESS, MV_LAYOUT_ADDRESS},
        {MV_TOKEN_VECTOR, MV_ARG_BYTES, MV_LAYOUT_VECTOR},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].token != t->kind) continue;
        *kind = rows[i].kind;
        *layout = (struct mv_layout){.kind = rows[i].layout, .element = &byte};
        return t->kind != MV_TOKEN_VECTOR || t[1].kind == MV_TOKEN_U8;
    }
    return false;
}

static bool is_signer(const struct mv_token *t) {
    return t->kind == MV_TOKEN_SIGNER ||
           (t->kind == MV_TOKEN_REFERENCE && t[1].kind == MV_TOKEN_SIGNER);
}

static bool read_script_args(struct aptos_call *c, json_t *list, const struct mv_module *script,
                             struct mv_signed_tx *tx) {
    const struct mv_signature *params = &script->signatures[script->main.params];
    unsigned at = 0;
    size_t n = json_array_size(list);
    while (at < params->count && is_signer(mv_sig_type(params, at))) at++;
    if (!json_is_array(list) || n != params->count - at)
        return aptos_fail(c, 400, "invalid_input", 0, "arguments: an array of %u is expected",
                          params->count - at);
    struct bytes *args = ARENA_ARRAY(c->arena, struct bytes, n);
    uint8_t *kinds = arena_alloc(c->arena, n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        struct mv_layout layout;
        if (!script_param(mv_sig_type(params, at + (unsigned)i), &kinds[i], &layout))
            return aptos_fail(c, 400, "invalid_input", 0,
                              "arguments[%zu]: an argument of this type cannot be given as JSON",
                              i);
        if (!read_arg(c, json_array_get(list, i), i, &layout, &args[i])) return false;
    }
    tx->args = args;
    tx->arg_kinds = kinds;
    tx->arg_count = (uint32_t)n;
    return true;
}

static bool read_script(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx) {
    struct mv_module *script;
    json_t *code = json_object_get(json_object_get(v, "code"), "bytecode");
    tx->payload = MV_PAYLOAD_SCRIPT;
    if (!aptos_read_hex(code, c->arena, &tx->code))
        return bad(c, "code: {\"bytecode\"} in hexadecimal is expected");
    if (mv_failed(mv_script_read(&script, tx->code, MV_VERSION_MAX)))
        return bad(c, "code: the bytecode is no script");
    bool ok = read_type_args(c, json_object_get(v, "type_arguments"), &tx->type_args,
                             &tx->type_arg_count) &&
              read_script_args(c, json_object_get(v, "arguments"), script, tx);
    mv_module_free(script);
    return ok;
}

/* ---- Transactions */

static bool read_entry_function(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx) {
    struct mv_call call = {0};
    if (!aptos_read_call(c, v, &call)) return false;
    tx->payload = MV_PAYLOAD_ENTRY_FUNCTION;
    tx->module_address = call.module_address;
    tx->module_name = call.module_name;
    tx->function_name = call.function_name;
    tx->type_args = call.type_args;
    tx->type_arg_count = call.type_arg_count;
    tx->args = call.args;
    tx->arg_count = call.arg_count;
    return true;
}

static bool read_multisig(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx) {
    json_t *payload = json_object_get(v, "transaction_payload");
    const char *type = json_string_value(json_object_get(payload, "type"));
    tx->is_multisig = true;
    tx->payload = MV_PAYLOAD_EMPTY;
    if (!aptos_read_address(text_of(json_object_get(v, "multisig_address")), &tx->multisig_address))
        return bad(c, "payload: multisig_address: an account address is expected");
    if (!payload || json_is_null(payload)) return true;
    if (type && strcmp(type, "entry_function_payload") == 0)
        return read_entry_function(c, payload, tx);
    if (type && strcmp(type, "script_payload") == 0) return read_script(c, payload, tx);
    return bad(c, "payload: transaction_payload: an entry_function_payload or a script_payload is "
                  "expected");
}

static bool read_payload(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx) {
    const char *type = json_string_value(json_object_get(v, "type"));
    if (!type) return bad(c, "payload: an object with a type is expected");
    if (strcmp(type, "entry_function_payload") == 0) return read_entry_function(c, v, tx);
    if (strcmp(type, "script_payload") == 0) return read_script(c, v, tx);
    if (strcmp(type, "multisig_payload") == 0) return read_multisig(c, v, tx);
    return aptos_fail(c, 400, "invalid_input", 0,
                      "payload: the type %.60s is not supported: entry_function_payload, "
                      "script_payload and multisig_payload are",
                      type);
}

static bool read_number(struct aptos_call *c, json_t *v, const char *name, uint64_t *out) {
    return aptos_read_u64(json_object_get(v, name), out) ||
           aptos_fail(c, 400, "invalid_input", 0, "%s: a number of 64 bits in a string is expected",
                      name);
}

bool aptos_read_raw_tx(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx) {
    struct buf raw = {0};
    *tx = (struct mv_signed_tx){.authenticator.kind = MV_AUTH_NONE, .signers = MV_SIGNERS_SINGLE};
    tx->chain_id = chain_get_options(c->node->chain)->move_chain_id;
    tx->sequence_number = UINT64_MAX;
    json_t *nonce = json_object_get(v, "replay_protection_nonce");
    tx->orderless = nonce && !json_is_null(nonce);
    if (!aptos_read_address(text_of(json_object_get(v, "sender")), &tx->sender))
        return bad(c, "sender: an account address is expected");
    if (tx->orderless ? !read_number(c, v, "replay_protection_nonce", &tx->nonce)
                      : !read_number(c, v, "sequence_number", &tx->sequence_number))
        return false;
    if (!read_number(c, v, "max_gas_amount", &tx->max_gas_amount) ||
        !read_number(c, v, "gas_unit_price", &tx->gas_unit_price) ||
        !read_number(c, v, "expiration_timestamp_secs", &tx->expiration_timestamp_secs) ||
        !read_payload(c, json_object_get(v, "payload"), tx))
        return false;
    mv_raw_tx_encode(&raw, tx);
    tx->raw = arena_copy(c->arena, buf_bytes(&raw));
    buf_free(&raw);
    return true;
}

struct bytes aptos_encode_signed_tx(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct buf out = {0};
    mv_raw_tx_encode(&out, tx);
    mv_signers_encode(&out, tx);
    struct bytes bcs = arena_copy(c->arena, buf_bytes(&out));
    buf_free(&out);
    return bcs;
}

bool aptos_read_signed_tx(struct aptos_call *c, json_t *v, struct bytes *raw) {
    struct mv_signed_tx tx;
    if (!aptos_read_raw_tx(c, v, &tx) ||
        !aptos_read_signature(c, json_object_get(v, "signature"), &tx))
        return false;
    *raw = aptos_encode_signed_tx(c, &tx);
    return true;
}
