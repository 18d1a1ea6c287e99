/* Accounts and balances. */
#include <assert.h>
#include <zstd.h>

#include "codec/codec.h"
#include "rpc/solana.h"
#include "solana/account.h"

enum {
    KEYS_MAX = 100, /* of getMultipleAccounts */
    BASE58_DATA_MAX = 128,
    ANSWER_MAX_BYTES = 256 << 20,
};

/* ---- One account */

/* The sysvars that every slot changes are written when a Solana transaction runs: the API shows
 * them as the next one would see them. */
static struct bytes fresh_sysvar(struct chain_reader *r, const struct b32 *key) {
    const struct sol_sysvars *s = &chain_solana_bank(r)->sysvars;
    if (sol_is(key, SOL_ID_SYSVAR_CLOCK)) return s->clock_data;
    if (sol_is(key, SOL_ID_SYSVAR_SLOT_HASHES)) return s->slot_hashes_data;
    if (sol_is(key, SOL_ID_SYSVAR_RECENT_BLOCKHASHES)) return s->recent_blockhashes_data;
    return (struct bytes){NULL, 0};
}

bool solana_account(struct chain_reader *r, const struct b32 *key, struct st_svm_account *out) {
    if (!st_snapshot_svm_account(chain_reader_snapshot(r), key, out)) return false;
    if (!sol_is(&out->owner, SOL_ID_SYSVAR)) return true;
    struct bytes fresh = fresh_sysvar(r, key);
    if (fresh.p) out->data = fresh;
    return true;
}

static struct bytes slice(struct bytes data, const struct solana_data_options *d) {
    if (!d->sliced) return data;
    uint64_t from = min_u64(d->offset, data.n);
    return bytes_sub(data, from, min_u64(d->length, data.n - from));
}

static void put_zstd(struct json_out *o, struct bytes data) {
    size_t room = ZSTD_compressBound(data.n);
    struct buf packed = {0};
    size_t n = ZSTD_compress(buf_room(&packed, room), room, data.p, data.n, ZSTD_CLEVEL_DEFAULT);
    assert(!ZSTD_isError(n)); /* the bound is enough */
    solana_put_base64(o, bytes_make(packed.p, n));
    buf_free(&packed);
}

/* As Agave writes what does not fit where there is nobody to refuse it to. */
static void put_base58(struct json_out *o, struct bytes data) {
    if (data.n <= BASE58_DATA_MAX)
        solana_put_base58(o, data);
    else
        jo_cstring(o, "error: data too large for bs58 encoding");
}

/* The data, and how it is written. */
static void put_pair(struct json_out *o, struct bytes data, enum solana_encoding encoding) {
    jo_array(o);
    switch (encoding) {
    case SOLANA_BASE58:
        put_base58(o, data);
        jo_cstring(o, "base58");
        break;
    case SOLANA_BASE64_ZSTD:
        put_zstd(o, data);
        jo_cstring(o, "base64+zstd");
        break;
    default:
        solana_put_base64(o, data);
        jo_cstring(o, "base64");
        break;
    }
    jo_end_array(o);
}

static bool put_data(struct rpc_call *c, struct chain_reader *r, struct json_out *o,
                     const struct b32 *key, const struct st_svm_account *a,
                     const struct solana_data_options *d) {
    struct bytes data = slice(a->data, d);
    bool base58 = d->encoding == SOLANA_BASE58 || d->encoding == SOLANA_BINARY;
    if (c && base58 && data.n > BASE58_DATA_MAX)
        return rpc_fail(c, RPC_INVALID_REQUEST,
                        "Encoded binary (base 58) data should be less than %u bytes, please use "
                        "Base64 encoding.",
                        BASE58_DATA_MAX);
    if (d->encoding == SOLANA_PARSED && solana_put_parsed(o, r, key, a)) return true;
    if (d->encoding == SOLANA_BINARY)
        put_base58(o, data);
    else
        put_pair(o, data, d->encoding);
    return true;
}

bool solana_put_account(struct rpc_call *c, struct chain_reader *r, struct json_out *o,
                        const struct b32 *key, const struct st_svm_account *a,
                        const struct solana_data_options *d) {
    if (!a) {
        jo_null(o);
        return true;
    }
    jo_object(o);
    jo_key(o, "data");
    if (!put_data(c, r, o, key, a, d)) return false;
    jo_key(o, "executable");
    jo_bool(o, a->executable);
    solana_key_u64(o, "lamports", a->lamports);
    jo_key(o, "owner");
    solana_put_key(o, &a->owner);
    solana_key_u64(o, "rentEpoch", a->rent_epoch);
    solana_key_u64(o, "space", a->data.n);
    jo_end_object(o);
    return true;
}

static bool get_account_info(struct rpc_call *c) {
    struct chain_reader *r;
    struct solana_data_options d;
    struct st_svm_account a;
    struct b32 key;
    json_t *config;
    if (!solana_key_param(c, 0, "a key", &key) || !solana_config(c, 1, &config) ||
        !solana_data_options(c, config, SOLANA_BINARY, &d) || !solana_reader(c, config, &r))
        return false;
    bool present = solana_account(r, &key, &a);
    solana_begin_context(c->out, chain_reader_height(r));
    bool ok = solana_put_account(c, r, c->out, &key, present ? &a : NULL, &d);
    solana_end_context(c->out);
    chain_reader_close(r);
    return ok;
}

static bool put_list(struct rpc_call *c, struct chain_reader *r, const struct b32 *keys, size_t n,
                     const struct solana_data_options *d) {
    struct st_svm_account a;
    bool ok = true;
    jo_array(c->out);
    for (size_t i = 0; i < n && ok; i++) {
        bool present = solana_account(r, &keys[i], &a);
        ok = solana_put_account(c, r, c->out, &keys[i], present ? &a : NULL, d);
    }
    jo_end_array(c->out);
    return ok;
}

static bool get_multiple_accounts(struct rpc_call *c) {
    struct chain_reader *r;
    struct solana_data_options d;
    struct b32 keys[KEYS_MAX];
    json_t *config, *list = rpc_param(c, 0);
    size_t n = json_array_size(list);
    if (!json_is_array(list))
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: an array of keys is expected.");
    if (n > KEYS_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Too many inputs provided; max %u", KEYS_MAX);
    for (size_t i = 0; i < n; i++)
        if (!solana_key(c, json_array_get(list, i), &keys[i])) return false;
    if (!solana_config(c, 1, &config) || !solana_data_options(c, config, SOLANA_BASE64, &d) ||
        !solana_reader(c, config, &r))
        return false;
    solana_begin_context(c->out, chain_reader_height(r));
    bool ok = put_list(c, r, keys, n, &d);
    solana_end_context(c->out);
    chain_reader_close(r);
    return ok;
}

static bool get_balance(struct rpc_call *c) {
    struct chain_reader *r;
    struct st_svm_account a;
    struct b32 key;
    json_t *config;
    if (!solana_key_param(c, 0, "a key", &key) || !solana_config(c, 1, &config) ||
        !solana_reader(c, config, &r))
        return false;
    solana_account(r, &key, &a);
    solana_begin_context(c->out, chain_reader_height(r));
    jo_number(c->out, a.lamports);
    solana_end_context(c->out);
    chain_reader_close(r);
    return true;
}

/* ---- Accounts of a program */

struct program_scan {
    struct rpc_call *call;
    struct chain_reader *reader;
    struct b32 program;
    struct solana_filters filters;
    struct solana_data_options data;
    bool ok;
};

static bool visit_program_account(void *ctx, const struct b32 *key,
                                  const struct st_svm_account *head) {
    struct program_scan *s = ctx;
    struct json_out *o = s->call->out;
    struct st_svm_account a;
    if (!b32_eq(&head->owner, &s->program)) return true;
    if (!solana_account(s->reader, key, &a)) return true;
    if (!solana_filters_pass(&s->filters, &a)) return true;
    jo_object(o);
    jo_key(o, "pubkey");
    solana_put_key(o, key);
    jo_key(o, "account");
    s->ok = solana_put_account(s->call, s->reader, o, key, &a, &s->data);
    jo_end_object(o);
    if (s->ok && o->buf->n > ANSWER_MAX_BYTES)
        s->ok = rpc_fail(s->call, RPC_RESPONSE_TOO_LARGE,
                         "the answer is too large: use filters or dataSlice");
    return s->ok;
}

static bool get_program_accounts(struct rpc_call *c) {
    struct program_scan s = {.call = c, .ok = true};
    json_t *config;
    bool with_context;
    if (!solana_key_param(c, 0, "a program", &s.program) || !solana_config(c, 1, &config) ||
        !solana_data_options(c, config, SOLANA_BINARY, &s.data) ||
        !solana_filters_read(c, config, &s.filters) ||
        !solana_config_bool(c, config, "withContext", false, &with_context) ||
        !solana_reader(c, config, &s.reader))
        return false;
    if (with_context) solana_begin_context(c->out, chain_reader_height(s.reader));
    jo_array(c->out);
    st_snapshot_each_svm_account(chain_reader_snapshot(s.reader), visit_program_account, &s);
    jo_end_array(c->out);
    if (with_context) solana_end_context(c->out);
    chain_reader_close(s.reader);
    return s.ok;
}

/* ---- Supply */

struct supply_scan {
    __uint128_t total;
    struct solana_largest largest;
};

void solana_largest_add(struct solana_largest *l, const struct b32 *key, uint64_t amount) {
    size_t i = l->count < SOLANA_LARGEST ? l->count++ : SOLANA_LARGEST;
    for (; i > 0 && l->list[i - 1].amount < amount; i--)
        if (i < SOLANA_LARGEST) l->list[i] = l->list[i - 1];
    if (i == SOLANA_LARGEST) return;
    l->list[i].key = *key;
    l->list[i].amount = amount;
}

static bool visit_supply(void *ctx, const struct b32 *key, const struct st_svm_account *a) {
    struct supply_scan *s = ctx;
    s->total += a->lamports;
    solana_largest_add(&s->largest, key, a->lamports);
    return true;
}

static void put_supply(struct rpc_call *c, const struct supply_scan *s) {
    struct json_out *o = c->out;
    uint64_t total = s->total > UINT64_MAX ? UINT64_MAX : (uint64_t)s->total;
    jo_object(o);
    solana_key_u64(o, "circulating", total);
    solana_key_u64(o, "nonCirculating", 0);
    jo_key(o, "nonCirculatingAccounts");
    jo_array(o);
    jo_end_array(o);
    solana_key_u64(o, "total", total);
    jo_end_object(o);
}

static void put_largest(struct rpc_call *c, const struct supply_scan *s) {
    struct json_out *o = c->out;
    jo_array(o);
    for (size_t i = 0; i < s->largest.count; i++) {
        jo_object(o);
        jo_key(o, "address");
        solana_put_key(o, &s->largest.list[i].key);
        solana_key_u64(o, "lamports", s->largest.list[i].amount);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static bool with_supply(struct rpc_call *c,
                        void (*answer)(struct rpc_call *c, const struct supply_scan *s)) {
    struct supply_scan s = {0};
    struct chain_reader *r;
    json_t *config;
    if (!solana_config(c, 0, &config) || !solana_reader(c, config, &r)) return false;
    st_snapshot_each_svm_account(chain_reader_snapshot(r), visit_supply, &s);
    solana_begin_context(c->out, chain_reader_height(r));
    answer(c, &s);
    solana_end_context(c->out);
    chain_reader_close(r);
    return true;
}

static bool get_supply(struct rpc_call *c) {
    return with_supply(c, put_supply);
}

static void put_none(struct rpc_call *c, const struct supply_scan *s) {
    (void)s;
    jo_array(c->out);
    jo_end_array(c->out);
}

/* All accounts circulate. */
static bool get_largest_accounts(struct rpc_call *c) {
    json_t *filter = json_object_get(rpc_param(c, 0), "filter");
    const char *word = json_string_value(filter);
    bool none = word && !strcmp(word, "nonCirculating");
    if (filter && !json_is_null(filter) && !none && !(word && !strcmp(word, "circulating")))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "Invalid params: unknown filter, expected `circulating` or "
                        "`nonCirculating`.");
    return with_supply(c, none ? put_none : put_largest);
}

const struct rpc_method_row solana_account_methods[] = {
    {"getAccountInfo", get_account_info},
    {"getMultipleAccounts", get_multiple_accounts},
    {"getBalance", get_balance},
    {"getProgramAccounts", get_program_accounts},
    {"getSupply", get_supply},
    {"getLargestAccounts", get_largest_accounts},
    {NULL, NULL},
};
