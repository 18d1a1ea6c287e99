/* Filters of accounts, for getProgramAccounts and programSubscribe. */
#include "codec/codec.h"
#include "rpc/solana.h"

static bool read_bytes(struct rpc_call *c, json_t *v, struct bytes *out) {
    const char *s = json_string_value(json_object_get(v, "bytes"));
    const char *encoding = json_string_value(json_object_get(v, "encoding"));
    struct buf data = {0};
    if (!s)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: memcmp.bytes must be a string.");
    bool base64 = encoding && !strcmp(encoding, "base64");
    struct bytes text = bytes_cstr(s);
    struct err e = base64 ? base64_read(&data, text) : base58_read(&data, text);
    *out = arena_copy(c->arena, buf_bytes(&data));
    buf_free(&data);
    return !err_is(e) || rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: memcmp.bytes: %s", e.text);
}

static bool read_memcmp(struct rpc_call *c, json_t *v, struct solana_filter *f) {
    struct bytes bytes;
    if (!solana_u64(c, json_object_get(v, "offset"), "memcmp.offset", &f->offset) ||
        !read_bytes(c, v, &bytes))
        return false;
    if (bytes.n > sizeof f->bytes)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: memcmp.bytes: more than %zu bytes",
                        sizeof f->bytes);
    f->kind = SOLANA_FILTER_MEMCMP;
    f->length = (uint8_t)bytes.n;
    if (bytes.n) memcpy(f->bytes, bytes.p, bytes.n);
    return true;
}

static bool read_filter(struct rpc_call *c, json_t *v, struct solana_filter *f) {
    json_t *size = json_object_get(v, "dataSize"), *memory = json_object_get(v, "memcmp");
    const char *word = json_string_value(v);
    *f = (struct solana_filter){.kind = SOLANA_FILTER_SIZE};
    if (size) return solana_u64(c, size, "dataSize", &f->size);
    if (memory) return read_memcmp(c, memory, f);
    f->kind = SOLANA_FILTER_TOKEN;
    return (word && !strcmp(word, "tokenAccountState")) ||
           json_object_get(v, "tokenAccountState") ||
           rpc_fail(c, RPC_INVALID_PARAMS,
                    "Invalid params: a filter is `dataSize`, `memcmp` or `tokenAccountState`.");
}

bool solana_filters_read(struct rpc_call *c, json_t *config, struct solana_filters *out) {
    json_t *list = json_object_get(config, "filters");
    out->count = json_array_size(list);
    if (list && !json_is_null(list) && !json_is_array(list))
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: filters must be a list.");
    if (out->count > COUNT_OF(out->list))
        return rpc_fail(c, RPC_INVALID_PARAMS, "Too many filters provided; max %zu",
                        COUNT_OF(out->list));
    for (size_t i = 0; i < out->count; i++)
        if (!read_filter(c, json_array_get(list, i), &out->list[i])) return false;
    return true;
}

static bool passes(const struct solana_filter *f, const struct st_svm_account *a) {
    struct sol_token token;
    switch (f->kind) {
    case SOLANA_FILTER_SIZE: return a->data.n == f->size;
    case SOLANA_FILTER_TOKEN: return sol_token_read(a, &token);
    default:
        return f->offset <= a->data.n && f->length <= a->data.n - f->offset &&
               bytes_eq(bytes_sub(a->data, f->offset, f->length), bytes_make(f->bytes, f->length));
    }
}

bool solana_filters_pass(const struct solana_filters *f, const struct st_svm_account *a) {
    for (size_t i = 0; i < f->count; i++)
        if (!passes(&f->list[i], a)) return false;
    return true;
}
