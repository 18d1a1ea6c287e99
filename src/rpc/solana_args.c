#include "codec/codec.h"
#include "rpc/solana.h"

#define API_VERSION "4.3.0"

/* ---- Parameters */

bool solana_config(struct rpc_call *c, size_t index, json_t **out) {
    *out = rpc_param(c, index);
    if (!*out || json_is_object(*out)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "Invalid params: invalid type: parameter %zu must be an object.", index + 1);
}

bool solana_key(struct rpc_call *c, json_t *v, struct b32 *out) {
    const char *s = json_string_value(v);
    if (!s) return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: a base58 string is expected.");
    struct err e = base58_read_fixed(out->b, sizeof *out, bytes_make(s, json_string_length(v)));
    if (!err_is(e)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: %s",
                    e.code == BASE58_BAD_CHARACTER ? "Invalid" : "WrongSize");
}

bool solana_key_param(struct rpc_call *c, size_t index, const char *what, struct b32 *out) {
    json_t *v = rpc_param(c, index);
    if (v) return solana_key(c, v, out);
    return rpc_fail(c, RPC_INVALID_PARAMS, "`params` should have at least %zu argument(s): %s",
                    index + 1, what);
}

bool solana_signature(struct rpc_call *c, json_t *v, uint8_t out[SOL_SIGNATURE_BYTES]) {
    const char *s = json_string_value(v);
    if (!s)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "`params` should have at least 1 argument(s): a signature");
    struct err e =
        base58_read_fixed(out, SOL_SIGNATURE_BYTES, bytes_make(s, json_string_length(v)));
    if (!err_is(e)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: %s",
                    e.code == BASE58_BAD_CHARACTER ? "Invalid" : "WrongSize");
}

bool solana_u64(struct rpc_call *c, json_t *v, const char *what, uint64_t *out) {
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "Invalid params: %s must be an integer that is not negative.", what);
    *out = (uint64_t)json_integer_value(v);
    return true;
}

bool solana_config_u64(struct rpc_call *c, json_t *config, const char *name, uint64_t fallback,
                       uint64_t *out) {
    json_t *v = json_object_get(config, name);
    *out = fallback;
    return !v || json_is_null(v) || solana_u64(c, v, name, out);
}

bool solana_config_bool(struct rpc_call *c, json_t *config, const char *name, bool fallback,
                        bool *out) {
    json_t *v = json_object_get(config, name);
    *out = v && !json_is_null(v) ? json_is_true(v) : fallback;
    if (!v || json_is_null(v) || json_is_boolean(v)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: %s must be a boolean.", name);
}

bool solana_commitment(struct rpc_call *c, json_t *config) {
    static const char *const levels[] = {"processed", "confirmed", "finalized",    "recent",
                                         "max",       "single",    "singleGossip", "root"};
    json_t *v = json_object_get(config, "commitment");
    const char *s = json_string_value(v);
    if (!v || json_is_null(v)) return true;
    for (size_t i = 0; s && i < COUNT_OF(levels); i++)
        if (!strcmp(s, levels[i])) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "Invalid params: unknown commitment, expected `processed`, `confirmed` or "
                    "`finalized`.");
}

bool solana_at_least_confirmed(struct rpc_call *c, json_t *config) {
    const char *s = json_string_value(json_object_get(config, "commitment"));
    return !s || strcmp(s, "processed") != 0 ||
           rpc_fail(c, RPC_INVALID_PARAMS, "Method does not support commitment below `confirmed`");
}

bool solana_reader(struct rpc_call *c, json_t *config, struct chain_reader **out) {
    uint64_t least;
    if (!solana_commitment(c, config) || !solana_config_u64(c, config, "minContextSlot", 0, &least))
        return false;
    struct err e = chain_reader_open(c->node->chain, ST_LATEST, out);
    if (err_is(e)) return rpc_fail(c, RPC_INTERNAL_ERROR, "%s", e.text);
    if (chain_reader_height(*out) >= least) return true;
    uint64_t slot = chain_reader_height(*out);
    chain_reader_close(*out);
    c->error_json =
        bytes_cstr(arena_printf(c->arena, "{\"contextSlot\":%llu}", (unsigned long long)slot));
    return rpc_fail(c, SOLANA_MIN_CONTEXT_SLOT, "Minimum context slot has not been reached");
}

static bool read_encoding(struct rpc_call *c, json_t *v, struct solana_data_options *out) {
    static const struct {
        const char *name;
        enum solana_encoding encoding;
    } known[] = {{"base58", SOLANA_BASE58},
                 {"base64", SOLANA_BASE64},
                 {"base64+zstd", SOLANA_BASE64_ZSTD},
                 {"jsonParsed", SOLANA_PARSED},
                 {"binary", SOLANA_BINARY}};
    const char *s = json_string_value(v);
    if (!v || json_is_null(v)) return true;
    for (size_t i = 0; s && i < COUNT_OF(known); i++)
        if (!strcmp(s, known[i].name)) {
            out->encoding = known[i].encoding;
            return true;
        }
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "Invalid params: unknown encoding, expected `base58`, `base64`, "
                    "`base64+zstd` or `jsonParsed`.");
}

bool solana_data_options(struct rpc_call *c, json_t *config, enum solana_encoding fallback,
                         struct solana_data_options *out) {
    json_t *slice = json_object_get(config, "dataSlice");
    *out = (struct solana_data_options){.encoding = fallback};
    if (!read_encoding(c, json_object_get(config, "encoding"), out)) return false;
    if (!slice || json_is_null(slice)) return true;
    out->sliced = true;
    return solana_u64(c, json_object_get(slice, "offset"), "dataSlice.offset", &out->offset) &&
           solana_u64(c, json_object_get(slice, "length"), "dataSlice.length", &out->length);
}

/* ---- Writing */

void solana_put_base58(struct json_out *o, struct bytes data) {
    struct buf text = {0};
    base58_put(&text, data);
    jo_string(o, buf_bytes(&text));
    buf_free(&text);
}

void solana_put_base64(struct json_out *o, struct bytes data) {
    struct buf text = {0};
    base64_put(&text, data);
    jo_string(o, buf_bytes(&text));
    buf_free(&text);
}

void solana_put_key(struct json_out *o, const struct b32 *key) {
    jo_cstring(o, sol_text(key).s);
}

void solana_put_signature(struct json_out *o, const uint8_t signature[SOL_SIGNATURE_BYTES]) {
    solana_put_base58(o, bytes_make(signature, SOL_SIGNATURE_BYTES));
}

void solana_put_error(struct json_out *o, const struct sol_error *e) {
    struct buf text = {0};
    if (e->code)
        sol_error_json(&text, e);
    else
        buf_puts(&text, "null");
    jo_raw(o, buf_bytes(&text));
    buf_free(&text);
}

void solana_key_u64(struct json_out *o, const char *name, uint64_t v) {
    jo_key(o, name);
    jo_number(o, v);
}

void solana_key_null(struct json_out *o, const char *name) {
    jo_key(o, name);
    jo_null(o);
}

void solana_begin_context(struct json_out *o, uint64_t slot) {
    jo_object(o);
    jo_key(o, "context");
    jo_object(o);
    jo_key(o, "apiVersion");
    jo_cstring(o, API_VERSION);
    solana_key_u64(o, "slot", slot);
    jo_end_object(o);
    jo_key(o, "value");
}

void solana_end_context(struct json_out *o) {
    jo_end_object(o);
}
