/* Token accounts and mints: SPL Token and Token-2022. */
#include "rpc/solana.h"

/* ---- Methods */

/* A mint that somebody names; false after rpc_fail. */
static bool read_mint(struct rpc_call *c, struct chain_reader *r, const struct b32 *key,
                      struct solana_scale *scale) {
    struct st_svm_account a;
    struct sol_mint m;
    if (!solana_account(r, key, &a))
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: could not find mint");
    if (!sol_mint_read(&a, &m))
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: Token mint could not be unpacked");
    *scale = solana_scale_of(r, &a, m.decimals);
    return true;
}

static bool scale_of(struct chain_reader *r, const struct b32 *mint, struct solana_scale *out) {
    struct st_svm_account a;
    struct sol_mint m;
    if (!solana_account(r, mint, &a) || !sol_mint_read(&a, &m)) return false;
    *out = solana_scale_of(r, &a, m.decimals);
    return true;
}

static bool begin(struct rpc_call *c, const char *what, struct b32 *key, struct chain_reader **r) {
    json_t *config;
    return solana_key_param(c, 0, what, key) && solana_config(c, 1, &config) &&
           solana_reader(c, config, r);
}

static bool get_token_account_balance(struct rpc_call *c) {
    struct chain_reader *r;
    struct st_svm_account a;
    struct sol_token t;
    struct solana_scale scale;
    struct b32 key;
    if (!begin(c, "a token account", &key, &r)) return false;
    bool found = solana_account(r, &key, &a);
    bool ok = found && sol_token_read(&a, &t) && scale_of(r, &t.mint, &scale);
    if (ok) {
        solana_begin_context(c->out, chain_reader_height(r));
        solana_put_token_amount(c->out, t.amount, &scale);
        solana_end_context(c->out);
    }
    chain_reader_close(r);
    return ok || rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: %s",
                          found ? "not a Token account" : "could not find account");
}

static bool get_token_supply(struct rpc_call *c) {
    struct chain_reader *r;
    struct st_svm_account a;
    struct sol_mint m;
    struct b32 key;
    if (!begin(c, "a mint", &key, &r)) return false;
    bool found = solana_account(r, &key, &a), is_token = sol_is_token_program(&a.owner);
    bool ok = found && sol_mint_read(&a, &m);
    if (ok) {
        solana_begin_context(c->out, chain_reader_height(r));
        struct solana_scale scale = solana_scale_of(r, &a, m.decimals);
        solana_put_token_amount(c->out, m.supply, &scale);
        solana_end_context(c->out);
    }
    chain_reader_close(r);
    return ok || rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: %s",
                          !found      ? "could not find account"
                          : !is_token ? "not a Token mint"
                                      : "mint could not be unpacked");
}

struct largest_scan {
    struct chain_reader *reader;
    struct b32 mint;
    struct solana_largest largest;
};

static bool visit_holder(void *ctx, const struct b32 *key, const struct st_svm_account *head) {
    struct largest_scan *s = ctx;
    struct st_svm_account a;
    struct sol_token t;
    if (!sol_is_token_program(&head->owner) || !solana_account(s->reader, key, &a)) return true;
    if (!sol_token_read(&a, &t) || !b32_eq(&t.mint, &s->mint)) return true;
    solana_largest_add(&s->largest, key, t.amount);
    return true;
}

/* An amount with its account in front. */
static void put_holder(struct json_out *o, const struct b32 *key, uint64_t held,
                       const struct solana_scale *scale) {
    struct buf amount = {0};
    struct json_out inner = {.buf = &amount};
    solana_put_token_amount(&inner, held, scale);
    struct bytes fields = bytes_sub(buf_bytes(&amount), 1, amount.n - 1); /* without its brace */
    struct buf whole = {0};
    buf_printf(&whole, "{\"address\":\"%s\",", sol_text(key).s);
    buf_put_bytes(&whole, fields);
    jo_raw(o, buf_bytes(&whole));
    buf_free(&whole);
    buf_free(&amount);
}

static bool get_token_largest_accounts(struct rpc_call *c) {
    struct largest_scan s = {0};
    struct solana_scale scale;
    if (!begin(c, "a mint", &s.mint, &s.reader)) return false;
    bool ok = read_mint(c, s.reader, &s.mint, &scale);
    if (ok) {
        st_snapshot_each_svm_account(chain_reader_snapshot(s.reader), visit_holder, &s);
        solana_begin_context(c->out, chain_reader_height(s.reader));
        jo_array(c->out);
        for (size_t i = 0; i < s.largest.count; i++)
            put_holder(c->out, &s.largest.list[i].key, s.largest.list[i].amount, &scale);
        jo_end_array(c->out);
        solana_end_context(c->out);
    }
    chain_reader_close(s.reader);
    return ok;
}

struct owner_scan {
    struct rpc_call *call;
    struct chain_reader *reader;
    struct b32 owner, mint, program;
    bool by_mint, by_delegate, ok;
    struct solana_data_options data;
};

static bool visit_owned(void *ctx, const struct b32 *key, const struct st_svm_account *head) {
    struct owner_scan *s = ctx;
    struct json_out *o = s->call->out;
    struct st_svm_account a;
    struct sol_token t;
    if (!sol_is_token_program(&head->owner) || !solana_account(s->reader, key, &a)) return true;
    if (!sol_token_read(&a, &t)) return true;
    if (s->by_mint ? !b32_eq(&t.mint, &s->mint) : !b32_eq(&a.owner, &s->program)) return true;
    if (s->by_delegate ? !t.has_delegate || !b32_eq(&t.delegate, &s->owner)
                       : !b32_eq(&t.owner, &s->owner))
        return true;
    jo_object(o);
    jo_key(o, "pubkey");
    solana_put_key(o, key);
    jo_key(o, "account");
    s->ok = solana_put_account(s->call, s->reader, o, key, &a, &s->data);
    jo_end_object(o);
    return s->ok;
}

static bool read_owner_filter(struct rpc_call *c, struct owner_scan *s) {
    json_t *filter = rpc_param(c, 1);
    json_t *mint = json_object_get(filter, "mint"), *program = json_object_get(filter, "programId");
    s->by_mint = mint != NULL;
    if (mint) return solana_key(c, mint, &s->mint);
    if (!program)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "Invalid params: {\"mint\"} or {\"programId\"} is expected.");
    if (!solana_key(c, program, &s->program)) return false;
    return sol_is_token_program(&s->program) ||
           rpc_fail(c, RPC_INVALID_PARAMS, "Invalid param: unrecognized Token program id");
}

static bool token_accounts(struct rpc_call *c, bool by_delegate) {
    struct owner_scan s = {.call = c, .by_delegate = by_delegate, .ok = true};
    json_t *config;
    if (!solana_key_param(c, 0, "an owner", &s.owner) || !read_owner_filter(c, &s) ||
        !solana_config(c, 2, &config) || !solana_data_options(c, config, SOLANA_BINARY, &s.data) ||
        !solana_reader(c, config, &s.reader))
        return false;
    struct solana_scale ignored;
    s.ok = !s.by_mint || read_mint(c, s.reader, &s.mint, &ignored);
    if (s.ok) {
        solana_begin_context(c->out, chain_reader_height(s.reader));
        jo_array(c->out);
        st_snapshot_each_svm_account(chain_reader_snapshot(s.reader), visit_owned, &s);
        jo_end_array(c->out);
        solana_end_context(c->out);
    }
    chain_reader_close(s.reader);
    return s.ok;
}

static bool get_token_accounts_by_owner(struct rpc_call *c) {
    return token_accounts(c, false);
}

static bool get_token_accounts_by_delegate(struct rpc_call *c) {
    return token_accounts(c, true);
}

const struct rpc_method_row solana_token_methods[] = {
    {"getTokenAccountBalance", get_token_account_balance},
    {"getTokenSupply", get_token_supply},
    {"getTokenLargestAccounts", get_token_largest_accounts},
    {"getTokenAccountsByOwner", get_token_accounts_by_owner},
    {"getTokenAccountsByDelegate", get_token_accounts_by_delegate},
    {NULL, NULL},
};
