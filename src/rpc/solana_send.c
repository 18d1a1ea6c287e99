/* Sending, simulating, airdrops. */
#include "codec/codec.h"
#include "rpc/solana.h"
#include "solana/account.h"

/* As Agave's errors call a transaction. */
#define TYPE_NAME "solana_transaction::versioned::VersionedTransaction"

enum { SIMULATED_ACCOUNTS_MAX = 64 };

/* ---- Reading transactions */

/* base58 unless the configuration says base64. */
static bool read_encoding(struct rpc_call *c, json_t *config, bool *base64) {
    const char *encoding = json_string_value(json_object_get(config, "encoding"));
    *base64 = encoding && !strcmp(encoding, "base64");
    return !encoding || *base64 || !strcmp(encoding, "base58") ||
           rpc_fail(c, RPC_INVALID_PARAMS,
                    "unsupported encoding: %.32s. Supported encodings: base58, base64", encoding);
}

static bool fail_wire(struct rpc_call *c, bool base64, struct err e) {
    const char *name = base64 ? "base64" : "base58";
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid %s encoding: %s", name, e.text);
}

static bool check_text(struct rpc_call *c, bool base64, size_t bytes) {
    enum { BASE58_MAX = 1683, BASE64_MAX = 1644 }; /* of a transaction's most bytes */
    size_t max = base64 ? BASE64_MAX : BASE58_MAX;
    return bytes <= max ||
           rpc_fail(c, RPC_INVALID_PARAMS,
                    "%s encoded " TYPE_NAME " too large: %zu bytes (max: encoded/raw %zu/%u)",
                    base64 ? "base64" : "base58", bytes, max, SOL_TX_MAX_BYTES);
}

static bool read_wire(struct rpc_call *c, json_t *config, struct bytes *out) {
    json_t *v = rpc_param(c, 0);
    const char *s = json_string_value(v);
    struct buf wire = {0};
    bool base64;
    if (!s)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "`params` should have at least 1 argument(s): a transaction");
    struct bytes text = bytes_make(s, json_string_length(v));
    if (!read_encoding(c, config, &base64) || !check_text(c, base64, text.n)) return false;
    struct err e = base64 ? base64_read(&wire, text) : base58_read(&wire, text);
    *out = arena_copy(c->arena, buf_bytes(&wire));
    buf_free(&wire);
    if (err_is(e)) return fail_wire(c, base64, e);
    return out->n <= SOL_TX_MAX_BYTES ||
           rpc_fail(c, RPC_INVALID_PARAMS,
                    "decoded " TYPE_NAME " too large: %zu bytes (max: %u bytes)", out->n,
                    SOL_TX_MAX_BYTES);
}

static bool fail_deserialize(struct rpc_call *c, struct err e) {
    return rpc_fail(c, RPC_INVALID_PARAMS, "failed to deserialize " TYPE_NAME ": %s", e.text);
}

static bool read_tx(struct rpc_call *c, struct bytes wire, struct sol_tx *tx) {
    struct err e = sol_tx_decode(tx, wire, c->arena);
    return !err_is(e) || fail_deserialize(c, e);
}

/* ---- What a simulation answers */

static void put_units_and_logs(struct json_out *o, const struct chain_solana_simulated *s) {
    jo_key(o, "err");
    solana_put_error(o, &s->record.error);
    jo_key(o, "logs");
    solana_put_logs(o, &s->record);
    jo_key(o, "returnData");
    if (s->record.return_data.n)
        solana_put_return_data(o, &s->record);
    else
        jo_null(o);
    solana_key_u64(o, "unitsConsumed", s->record.units);
    solana_key_u64(o, "loadedAccountsDataSize", s->result.loaded_bytes);
}

/* The data of a preflight's error. */
static struct bytes failure_data(struct rpc_call *c, const struct chain_solana_simulated *s) {
    static const char *const none[] = {
        "accounts",       "innerInstructions", "replacementBlockhash", "fee",
        "preBalances",    "postBalances",      "preTokenBalances",     "postTokenBalances",
        "loadedAddresses"};
    struct buf text = {0};
    struct json_out o = {.buf = &text};
    jo_object(&o);
    for (size_t i = 0; i < COUNT_OF(none); i++) solana_key_null(&o, none[i]);
    put_units_and_logs(&o, s);
    jo_end_object(&o);
    struct bytes out = arena_copy(c->arena, buf_bytes(&text));
    buf_free(&text);
    return out;
}

static bool fail_preflight(struct rpc_call *c, const struct chain_solana_simulated *s) {
    struct buf text = {0};
    sol_error_text(&text, &s->record.error);
    c->error_json = failure_data(c, s);
    rpc_fail(c, SOLANA_PREFLIGHT_FAILURE, "Transaction simulation failed: %s", buf_cstr(&text));
    buf_free(&text);
    return false;
}

static bool fail_signatures(struct rpc_call *c) {
    return rpc_fail(c, SOLANA_SIGNATURE_FAILURE, "Transaction signature verification failure");
}

/* ---- Sending */

static bool preflight(struct rpc_call *c, struct chain_reader *r, const struct sol_tx *tx) {
    struct chain_solana_simulated s;
    chain_simulate_solana(r, tx, false, &s);
    return !s.record.error.code || fail_preflight(c, &s);
}

static bool refuse(struct rpc_call *c, const struct chain_solana_submitted *done, struct err e) {
    struct chain_solana_simulated s = {.record = {.error = done->error}};
    if (done->error.code == SOL_TX_ALREADY_PROCESSED) return fail_preflight(c, &s);
    if (done->error.code == SOL_TX_SIGNATURE_FAILURE) return fail_signatures(c);
    if (done->error.code && e.code == CHAIN_ERR_INVALID) return fail_preflight(c, &s);
    if (e.code == CHAIN_ERR_DECODE) return fail_deserialize(c, e);
    return rpc_fail(c, RPC_INTERNAL_ERROR, "%s", e.text);
}

struct sending {
    struct bytes wire;
    bool skip;             /* no preflight */
    struct mempool_tx *tx; /* prepared; NULL if there is nothing to be done */
    struct chain_solana_submitted done;
};

/* One that is in the chain already counts as sent, if nothing was to be tried first. */
static bool counts_as_sent(const struct sending *s) {
    return s->skip && s->done.error.code == SOL_TX_ALREADY_PROCESSED;
}

/* Checks it and, unless that is to be skipped, tries it, both on one reader. */
static bool prepare(struct rpc_call *c, json_t *config, struct sending *s) {
    struct chain_reader *r;
    if (!solana_reader(c, config, &r)) return false;
    struct err e = chain_prepare_solana(r, s->wire, &s->tx, &s->done);
    bool ok = err_is(e) ? counts_as_sent(s) || refuse(c, &s->done, e)
                        : s->skip || preflight(c, r, chain_prepared_solana(s->tx));
    chain_reader_close(r);
    if (!ok && s->tx) chain_discard_solana(s->tx);
    return ok;
}

static bool enter(struct rpc_call *c, struct sending *s) {
    struct err e = chain_enter_solana(c->node->chain, s->tx, RPC_SEAL_WAIT_MS, &s->done);
    return !err_is(e) || counts_as_sent(s) || refuse(c, &s->done, e);
}

static bool send_transaction(struct rpc_call *c) {
    struct sending s = {.tx = NULL};
    json_t *config;
    if (!solana_config(c, 1, &config) || !read_wire(c, config, &s.wire) ||
        !solana_config_bool(c, config, "skipPreflight", false, &s.skip) ||
        !prepare(c, config, &s) || (s.tx && !enter(c, &s)))
        return false;
    solana_put_signature(c->out, s.done.signature);
    return true;
}

/* ---- Simulating */

struct simulation {
    bool verify, replace, inner;
    struct b32 accounts[SIMULATED_ACCOUNTS_MAX];
    size_t account_count;
    bool has_accounts;
    struct solana_data_options data;
};

static bool read_accounts(struct rpc_call *c, json_t *v, struct simulation *s) {
    json_t *list = json_object_get(v, "addresses");
    s->has_accounts = v && !json_is_null(v);
    s->account_count = json_array_size(list);
    if (s->account_count > SIMULATED_ACCOUNTS_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Too many accounts provided; max %u",
                        SIMULATED_ACCOUNTS_MAX);
    for (size_t i = 0; i < s->account_count; i++)
        if (!solana_key(c, json_array_get(list, i), &s->accounts[i])) return false;
    return solana_data_options(c, v, SOLANA_BASE64, &s->data) &&
           ((s->data.encoding != SOLANA_BASE58 && s->data.encoding != SOLANA_BINARY) ||
            rpc_fail(c, RPC_INVALID_PARAMS, "base58 encoding not supported"));
}

static bool read_simulation(struct rpc_call *c, json_t *config, struct simulation *s) {
    *s = (struct simulation){0};
    if (!solana_config_bool(c, config, "sigVerify", false, &s->verify) ||
        !solana_config_bool(c, config, "replaceRecentBlockhash", false, &s->replace) ||
        !solana_config_bool(c, config, "innerInstructions", false, &s->inner) ||
        !read_accounts(c, json_object_get(config, "accounts"), s))
        return false;
    if (!s->verify || !s->replace) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "sigVerify may not be used with replaceRecentBlockhash");
}

/* The accounts as the transaction would leave them. */
static bool put_accounts(struct rpc_call *c, struct chain_reader *r, const struct simulation *s) {
    struct st_svm_account a;
    bool ok = true;
    jo_key(c->out, "accounts");
    if (!s->has_accounts) {
        jo_null(c->out);
        return true;
    }
    jo_array(c->out);
    for (size_t i = 0; i < s->account_count && ok; i++) {
        bool present = st_svm_account(chain_reader_journal(r), &s->accounts[i], &a);
        ok = solana_put_account(c, r, c->out, &s->accounts[i], present ? &a : NULL, &s->data);
    }
    jo_end_array(c->out);
    return ok;
}

static void put_replacement(struct rpc_call *c, struct chain_reader *r,
                            const struct simulation *s) {
    struct chain_block head;
    jo_key(c->out, "replacementBlockhash");
    if (!s->replace || !chain_block_at(r, chain_reader_height(r), &head)) {
        jo_null(c->out);
        return;
    }
    jo_object(c->out);
    jo_key(c->out, "blockhash");
    solana_put_key(c->out, &head.hash);
    solana_key_u64(c->out, "lastValidBlockHeight", head.height + CHAIN_SOLANA_BLOCKHASH_SLOTS);
    jo_end_object(c->out);
}

static bool put_simulated(struct rpc_call *c, struct chain_reader *r, const struct sol_tx *tx,
                          const struct simulation *s) {
    struct json_out *o = c->out;
    struct chain_solana_simulated done;
    chain_simulate_solana(r, tx, s->replace, &done);
    solana_begin_context(o, chain_reader_height(r));
    jo_object(o);
    if (!put_accounts(c, r, s)) return false;
    put_units_and_logs(o, &done);
    if (done.result.error.code && !done.record.key_count)
        solana_key_null(o, "fee");
    else
        solana_key_u64(o, "fee", done.record.fee);
    solana_put_balances(o, &done.record);
    solana_put_loaded(o, &done.record);
    put_replacement(c, r, s);
    jo_key(o, "innerInstructions");
    if (s->inner)
        solana_put_inner(o, tx, &done.record, true);
    else
        jo_null(o);
    jo_end_object(o);
    solana_end_context(o);
    return true;
}

static bool simulate_transaction(struct rpc_call *c) {
    struct chain_reader *r;
    struct simulation s;
    struct bytes wire;
    struct sol_tx tx;
    json_t *config;
    if (!solana_config(c, 1, &config) || !read_wire(c, config, &wire) || !read_tx(c, wire, &tx) ||
        !read_simulation(c, config, &s))
        return false;
    if (s.verify && !sol_tx_verify(&tx)) return fail_signatures(c);
    if (!solana_reader(c, config, &r)) return false;
    bool ok = put_simulated(c, r, &tx, &s);
    chain_reader_close(r);
    return ok;
}

/* ---- Airdrops */

static bool request_airdrop(struct rpc_call *c) {
    struct chain_solana_submitted done;
    struct b32 key;
    uint64_t lamports;
    if (!solana_key_param(c, 0, "a key", &key) ||
        !solana_u64(c, rpc_param(c, 1), "lamports", &lamports))
        return false;
    if (chain_get_options(c->node->chain)->no_dev)
        return rpc_fail(c, RPC_METHOD_NOT_FOUND,
                        "there is no faucet here: the node runs with "
                        "--no-dev");
    struct err e = chain_faucet_solana(c->node->chain, &key, lamports, RPC_SEAL_WAIT_MS, &done);
    if (err_is(e)) return refuse(c, &done, e);
    solana_put_signature(c->out, done.signature);
    return true;
}

const struct rpc_method_row solana_send_methods[] = {
    {"sendTransaction", send_transaction},
    {"simulateTransaction", simulate_transaction},
    {"requestAirdrop", request_airdrop},
    {NULL, NULL},
};
