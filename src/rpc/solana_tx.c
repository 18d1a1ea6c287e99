/* Transactions, blocks and signatures. */
#include "codec/codec.h"
#include "rpc/solana.h"

enum { STATUSES_MAX = 256, SIGNATURES_MAX = 1000, BLOCK_MAX_BYTES = 128 << 20 };

/* ---- One transaction */

const struct b32 *solana_key_at(const struct sol_tx *tx, const struct chain_solana *s, size_t i) {
    static const struct b32 none;
    if (i < tx->key_count) return &tx->keys[i];
    i -= tx->key_count;
    return s && i < s->loaded_count ? &s->loaded[i] : &none;
}

static void put_indexes(struct json_out *o, struct bytes accounts) {
    jo_array(o);
    for (size_t i = 0; i < accounts.n; i++) jo_number(o, accounts.p[i]);
    jo_end_array(o);
}

static void put_instruction(struct json_out *o, bool parsed, const struct solana_instruction *i) {
    if (parsed) {
        solana_put_parsed_instruction(o, i);
        return;
    }
    jo_object(o);
    jo_key(o, "accounts");
    put_indexes(o, i->accounts);
    jo_key(o, "data");
    solana_put_base58(o, i->data);
    solana_key_u64(o, "programIdIndex", i->program);
    solana_key_u64(o, "stackHeight", i->height);
    jo_end_object(o);
}

bool solana_is_writable(const struct sol_tx *tx, const struct chain_solana *s, size_t i) {
    if (i < tx->required_signatures)
        return i < (size_t)tx->required_signatures - tx->readonly_signed;
    if (i < tx->key_count) return i < tx->key_count - tx->readonly_unsigned;
    return s && i - tx->key_count < s->loaded_writable_count;
}

static void put_parsed_keys(struct json_out *o, const struct sol_tx *tx,
                            const struct chain_solana *s) {
    size_t count = tx->key_count + (s ? s->loaded_count : 0);
    jo_array(o);
    for (size_t i = 0; i < count; i++) {
        jo_object(o);
        jo_key(o, "pubkey");
        solana_put_key(o, solana_key_at(tx, s, i));
        jo_key(o, "signer");
        jo_bool(o, i < tx->required_signatures);
        jo_key(o, "source");
        jo_cstring(o, i < tx->key_count ? "transaction" : "lookupTable");
        jo_key(o, "writable");
        jo_bool(o, solana_is_writable(tx, s, i));
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_lookups(struct json_out *o, const struct sol_tx *tx) {
    jo_key(o, "addressTableLookups");
    jo_array(o);
    for (size_t i = 0; i < tx->lookup_count; i++) {
        jo_object(o);
        jo_key(o, "accountKey");
        solana_put_key(o, tx->lookups[i].table);
        jo_key(o, "readonlyIndexes");
        put_indexes(o, tx->lookups[i].readonly);
        jo_key(o, "writableIndexes");
        put_indexes(o, tx->lookups[i].writable);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_message(struct json_out *o, const struct sol_tx *tx, const struct chain_solana *s,
                        bool parsed) {
    jo_object(o);
    jo_key(o, "accountKeys");
    if (parsed) {
        put_parsed_keys(o, tx, s);
    } else {
        jo_array(o);
        for (size_t i = 0; i < tx->key_count; i++) solana_put_key(o, &tx->keys[i]);
        jo_end_array(o);
        jo_key(o, "header");
        jo_object(o);
        solana_key_u64(o, "numReadonlySignedAccounts", tx->readonly_signed);
        solana_key_u64(o, "numReadonlyUnsignedAccounts", tx->readonly_unsigned);
        solana_key_u64(o, "numRequiredSignatures", tx->required_signatures);
        jo_end_object(o);
    }
    if (tx->version >= 0) put_lookups(o, tx);
    jo_key(o, "instructions");
    jo_array(o);
    for (size_t i = 0; i < tx->instruction_count; i++) {
        const struct sol_instruction *in = &tx->instructions[i];
        put_instruction(
            o, parsed, &(struct solana_instruction){tx, s, in->program, 1, in->accounts, in->data});
    }
    jo_end_array(o);
    jo_key(o, "recentBlockhash");
    solana_put_key(o, tx->blockhash);
    jo_end_object(o);
}

void solana_put_tx(struct json_out *o, const struct sol_tx *tx, struct bytes raw,
                   const struct chain_solana *s, enum solana_tx_form form) {
    if (form == SOLANA_TX_BASE58 || form == SOLANA_TX_BASE64) {
        /* A shadow may be longer than any transaction of a wallet: then base64, and it says so. */
        if (raw.n > BASE58_WRITTEN_MAX) form = SOLANA_TX_BASE64;
        jo_array(o);
        if (form == SOLANA_TX_BASE58)
            solana_put_base58(o, raw);
        else
            solana_put_base64(o, raw);
        jo_cstring(o, form == SOLANA_TX_BASE58 ? "base58" : "base64");
        jo_end_array(o);
        return;
    }
    jo_object(o);
    jo_key(o, "message");
    put_message(o, tx, s, form == SOLANA_TX_PARSED);
    jo_key(o, "signatures");
    jo_array(o);
    for (size_t i = 0; i < tx->signature_count; i++) solana_put_signature(o, tx->signatures[i]);
    jo_end_array(o);
    jo_end_object(o);
}

/* ---- Meta */

static void put_u64s(struct json_out *o, const char *name, const uint64_t *list, size_t count) {
    jo_key(o, name);
    jo_array(o);
    for (size_t i = 0; i < count; i++) jo_number(o, list[i]);
    jo_end_array(o);
}

static void put_tokens(struct json_out *o, const char *name, const struct sol_token_balance *list,
                       uint32_t count) {
    jo_key(o, name);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++) {
        jo_object(o);
        solana_key_u64(o, "accountIndex", list[i].key);
        jo_key(o, "mint");
        solana_put_key(o, &list[i].mint);
        jo_key(o, "owner");
        solana_put_key(o, &list[i].owner);
        jo_key(o, "programId");
        solana_put_key(o, &list[i].program);
        jo_key(o, "uiTokenAmount");
        solana_put_token_amount(o, list[i].amount,
                                &(struct solana_scale){.decimals = list[i].decimals});
        jo_end_object(o);
    }
    jo_end_array(o);
}

/* Instructions by CPI, those of each of the message's together. */
void solana_put_inner(struct json_out *o, const struct sol_tx *tx, const struct chain_solana *s,
                      bool parsed) {
    jo_array(o);
    for (uint32_t i = 0; i < s->inner_count;) {
        uint8_t outer = s->inner[i].outer;
        jo_object(o);
        solana_key_u64(o, "index", outer);
        jo_key(o, "instructions");
        jo_array(o);
        for (; i < s->inner_count && s->inner[i].outer == outer; i++) {
            const struct sol_inner *in = &s->inner[i];
            put_instruction(o, parsed,
                            &(struct solana_instruction){tx, s, in->program, in->height,
                                                         in->accounts, in->data});
        }
        jo_end_array(o);
        jo_end_object(o);
    }
    jo_end_array(o);
}

void solana_put_loaded(struct json_out *o, const struct chain_solana *s) {
    jo_key(o, "loadedAddresses");
    jo_object(o);
    jo_key(o, "readonly");
    jo_array(o);
    for (uint32_t i = s->loaded_writable_count; i < s->loaded_count; i++)
        solana_put_key(o, &s->loaded[i]);
    jo_end_array(o);
    jo_key(o, "writable");
    jo_array(o);
    for (uint32_t i = 0; i < s->loaded_writable_count; i++) solana_put_key(o, &s->loaded[i]);
    jo_end_array(o);
    jo_end_object(o);
}

void solana_put_balances(struct json_out *o, const struct chain_solana *s) {
    put_u64s(o, "postBalances", s->lamports_after, s->key_count);
    put_tokens(o, "postTokenBalances", s->tokens_after, s->tokens_after_count);
    put_u64s(o, "preBalances", s->lamports_before, s->key_count);
    put_tokens(o, "preTokenBalances", s->tokens_before, s->tokens_before_count);
}

void solana_put_logs(struct json_out *o, const struct chain_solana *s) {
    jo_array(o);
    for (uint32_t i = 0; i < s->log_count; i++) jo_string(o, s->logs[i]);
    jo_end_array(o);
}

void solana_put_return_data(struct json_out *o, const struct chain_solana *s) {
    jo_object(o);
    jo_key(o, "data");
    jo_array(o);
    solana_put_base64(o, s->return_data);
    jo_cstring(o, "base64");
    jo_end_array(o);
    jo_key(o, "programId");
    solana_put_key(o, &s->return_program);
    jo_end_object(o);
}

static void put_ok_or_err(struct json_out *o, const struct sol_error *e) {
    jo_object(o);
    jo_key(o, e->code ? "Err" : "Ok");
    solana_put_error(o, e);
    jo_end_object(o);
}

void solana_put_meta(struct json_out *o, const struct sol_tx *tx, const struct chain_solana *s,
                     enum solana_tx_form form) {
    jo_object(o);
    solana_key_u64(o, "computeUnitsConsumed", s->units);
    jo_key(o, "err");
    solana_put_error(o, &s->error);
    solana_key_u64(o, "fee", s->fee);
    jo_key(o, "innerInstructions");
    solana_put_inner(o, tx, s, form == SOLANA_TX_PARSED);
    if (form != SOLANA_TX_PARSED) solana_put_loaded(o, s); /* there they are among the keys */
    jo_key(o, "logMessages");
    solana_put_logs(o, s);
    solana_put_balances(o, s);
    if (s->return_data.n) {
        jo_key(o, "returnData");
        solana_put_return_data(o, s);
    }
    jo_key(o, "rewards");
    jo_array(o);
    jo_end_array(o);
    jo_key(o, "status");
    put_ok_or_err(o, &s->error);
    jo_end_object(o);
}

/* ---- What a request may ask for */

struct tx_options {
    enum solana_tx_form form;
    bool has_version; /* maxSupportedTransactionVersion is given */
    uint64_t version;
    bool rewards; /* of getBlock: the list, which is empty, is shown */
};

static bool read_form(struct rpc_call *c, json_t *v, enum solana_tx_form *out) {
    static const struct {
        const char *name;
        enum solana_tx_form form;
    } known[] = {{"json", SOLANA_TX_JSON},
                 {"jsonParsed", SOLANA_TX_PARSED},
                 {"base58", SOLANA_TX_BASE58},
                 {"base64", SOLANA_TX_BASE64}};
    const char *s = json_string_value(v);
    *out = SOLANA_TX_JSON;
    if (!v || json_is_null(v)) return true;
    for (size_t i = 0; s && i < COUNT_OF(known); i++)
        if (!strcmp(s, known[i].name)) {
            *out = known[i].form;
            return true;
        }
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "Invalid params: unknown encoding, expected `json`, `jsonParsed`, `base58` or "
                    "`base64`.");
}

/* The second parameter: an object, or an encoding alone as in old versions. */
static bool read_options(struct rpc_call *c, json_t **config, struct tx_options *out) {
    json_t *v = rpc_param(c, 1);
    *out = (struct tx_options){.rewards = true};
    *config = NULL;
    if (json_is_string(v)) return read_form(c, v, &out->form);
    if (!solana_config(c, 1, config)) return false;
    json_t *version = json_object_get(*config, "maxSupportedTransactionVersion");
    out->has_version = version && !json_is_null(version);
    return solana_at_least_confirmed(c, *config) &&
           read_form(c, json_object_get(*config, "encoding"), &out->form) &&
           solana_config_u64(c, *config, "maxSupportedTransactionVersion", 0, &out->version) &&
           solana_config_bool(c, *config, "rewards", true, &out->rewards);
}

static bool check_version(struct rpc_call *c, const struct sol_tx *tx,
                          const struct tx_options *options) {
    return tx->version < 0 || options->has_version ||
           rpc_fail(c, SOLANA_UNSUPPORTED_VERSION,
                    "Transaction version (%d) is not supported by the requesting client. Please "
                    "try the request again with the following configuration parameter: "
                    "\"maxSupportedTransactionVersion\": %d",
                    tx->version, tx->version);
}

static void put_version(struct json_out *o, const struct sol_tx *tx,
                        const struct tx_options *options) {
    if (!options->has_version) return;
    jo_key(o, "version");
    if (tx->version < 0)
        jo_cstring(o, "legacy");
    else
        jo_number(o, (uint64_t)tx->version);
}

/* "transaction", "meta" and "version". */
static bool put_whole(struct rpc_call *c, struct chain_reader *r, struct json_out *o,
                      const struct chain_tx *t, const struct tx_options *options) {
    struct chain_solana_view v;
    if (!chain_solana_view(t, chain_reader_arena(r), &v))
        return rpc_fail(c, RPC_INTERNAL_ERROR, "the transaction's record cannot be read");
    if (!check_version(c, &v.tx, options)) return false;
    jo_key(o, "meta");
    solana_put_meta(o, &v.tx, &v.record, options->form);
    jo_key(o, "transaction");
    solana_put_tx(o, &v.tx, v.raw, &v.record, options->form);
    put_version(o, &v.tx, options);
    return true;
}

static bool put_transaction(struct rpc_call *c, struct chain_reader *r, const struct chain_tx *t,
                            const struct tx_options *options) {
    struct json_out *o = c->out;
    struct chain_block b;
    if (!chain_block_at(r, t->height, &b))
        return rpc_fail(c, RPC_INTERNAL_ERROR, "the block cannot be read");
    jo_object(o);
    solana_key_u64(o, "blockTime", b.timestamp_us / 1000000);
    solana_key_u64(o, "slot", t->height);
    bool ok = put_whole(c, r, o, t, options);
    jo_end_object(o);
    return ok;
}

static bool get_transaction(struct rpc_call *c) {
    uint8_t signature[SOL_SIGNATURE_BYTES];
    struct chain_reader *r;
    struct tx_options options;
    struct chain_tx t;
    json_t *config;
    if (!solana_signature(c, rpc_param(c, 0), signature) || !read_options(c, &config, &options) ||
        !solana_reader(c, config, &r))
        return false;
    bool ok = true;
    if (chain_solana_by_signature(r, signature, &t))
        ok = put_transaction(c, r, &t, &options);
    else
        jo_null(c->out);
    chain_reader_close(r);
    return ok;
}

/* ---- Blocks */

enum block_details { DETAILS_FULL, DETAILS_ACCOUNTS, DETAILS_SIGNATURES, DETAILS_NONE };

static bool read_details(struct rpc_call *c, json_t *v, enum block_details *out) {
    static const char *const names[] = {"full", "accounts", "signatures", "none"};
    const char *s = json_string_value(v);
    *out = DETAILS_FULL;
    if (!v || json_is_null(v)) return true;
    for (int i = DETAILS_FULL; s && i <= DETAILS_NONE; i++)
        if (!strcmp(s, names[i])) {
            *out = (enum block_details)i;
            return true;
        }
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "Invalid params: unknown transactionDetails, expected `full`, `accounts`, "
                    "`signatures` or `none`.");
}

static void put_first_signature(struct json_out *o, const struct chain_tx *t) {
    uint8_t signature[SOL_SIGNATURE_BYTES];
    chain_solana_signature(t, signature);
    solana_put_signature(o, signature);
}

static bool put_accounts_only(struct rpc_call *c, struct chain_reader *r, struct json_out *o,
                              const struct chain_tx *t, const struct tx_options *options) {
    struct chain_solana_view v;
    const struct chain_solana *s = &v.record;
    if (!chain_solana_view(t, chain_reader_arena(r), &v))
        return rpc_fail(c, RPC_INTERNAL_ERROR, "the transaction's record cannot be read");
    if (!check_version(c, &v.tx, options)) return false;
    jo_key(o, "meta");
    jo_object(o);
    jo_key(o, "err");
    solana_put_error(o, &s->error);
    solana_key_u64(o, "fee", s->fee);
    solana_put_balances(o, s);
    jo_key(o, "status");
    put_ok_or_err(o, &s->error);
    jo_end_object(o);
    jo_key(o, "transaction");
    jo_object(o);
    jo_key(o, "accountKeys");
    put_parsed_keys(o, &v.tx, s);
    jo_key(o, "signatures");
    jo_array(o);
    for (size_t i = 0; i < v.tx.signature_count; i++) solana_put_signature(o, v.tx.signatures[i]);
    jo_end_array(o);
    jo_end_object(o);
    put_version(o, &v.tx, options);
    return true;
}

/* One of the block's Solana transactions. */
static bool put_block_tx(struct rpc_call *c, struct chain_reader *r, const struct chain_tx *t,
                         enum block_details details, const struct tx_options *options) {
    struct json_out *o = c->out;
    if (details == DETAILS_SIGNATURES) {
        put_first_signature(o, t);
        return true;
    }
    jo_object(o);
    bool ok = details == DETAILS_FULL ? put_whole(c, r, o, t, options)
                                      : put_accounts_only(c, r, o, t, options);
    jo_end_object(o);
    if (ok && o->buf->n > BLOCK_MAX_BYTES)
        return rpc_fail(c, RPC_RESPONSE_TOO_LARGE,
                        "the block is too large: ask for transactionDetails \"signatures\"");
    return ok;
}

static bool put_block_txs(struct rpc_call *c, struct chain_reader *r, const struct chain_block *b,
                          enum block_details details, const struct tx_options *options) {
    struct chain_tx t;
    bool ok = true;
    if (details == DETAILS_NONE) return true;
    jo_key(c->out, details == DETAILS_SIGNATURES ? "signatures" : "transactions");
    jo_array(c->out);
    for (uint32_t i = 0; i < b->root_count && ok; i++) {
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        if (chain_tx_at(r, b->height, i, &t) && chain_in_solana(&t))
            ok = put_block_tx(c, r, &t, details, options);
        arena_release(chain_reader_arena(r), mark);
    }
    jo_end_array(c->out);
    return ok;
}

static bool put_block(struct rpc_call *c, struct chain_reader *r, uint64_t slot,
                      enum block_details details, const struct tx_options *options) {
    struct json_out *o = c->out;
    struct chain_block b;
    if (!chain_block_at(r, slot, &b))
        return rpc_fail(c, SOLANA_BLOCK_NOT_AVAILABLE, "Block not available for slot %llu",
                        (unsigned long long)slot);
    jo_object(o);
    solana_key_u64(o, "blockHeight", slot);
    solana_key_u64(o, "blockTime", b.timestamp_us / 1000000);
    jo_key(o, "blockhash");
    solana_put_key(o, &b.hash);
    solana_key_u64(o, "parentSlot", slot ? slot - 1 : 0);
    jo_key(o, "previousBlockhash");
    solana_put_key(o, &b.parent_hash);
    if (options->rewards) {
        jo_key(o, "rewards");
        jo_array(o);
        jo_end_array(o);
    }
    bool ok = put_block_txs(c, r, &b, details, options);
    jo_end_object(o);
    return ok;
}

static bool get_block(struct rpc_call *c) {
    struct chain_reader *r;
    struct tx_options options;
    enum block_details details;
    json_t *config;
    uint64_t slot;
    if (!solana_u64(c, rpc_param(c, 0), "the slot", &slot) || !read_options(c, &config, &options) ||
        !read_details(c, json_object_get(config, "transactionDetails"), &details) ||
        !solana_reader(c, config, &r))
        return false;
    bool ok = put_block(c, r, slot, details, &options);
    chain_reader_close(r);
    return ok;
}

/* ---- Signatures */

static void put_status(struct json_out *o, const struct chain_tx *t, const struct chain_solana *s) {
    jo_object(o);
    jo_key(o, "confirmationStatus");
    jo_cstring(o, "finalized");
    solana_key_null(o, "confirmations");
    jo_key(o, "err");
    solana_put_error(o, &s->error);
    solana_key_u64(o, "slot", t->height);
    jo_key(o, "status");
    put_ok_or_err(o, &s->error);
    jo_end_object(o);
}

static bool get_signature_statuses(struct rpc_call *c) {
    uint8_t signatures[STATUSES_MAX][SOL_SIGNATURE_BYTES];
    struct chain_reader *r;
    struct chain_solana_view v;
    struct chain_tx t;
    json_t *list = rpc_param(c, 0);
    size_t n = json_array_size(list);
    if (!json_is_array(list))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "Invalid params: an array of signatures is expected.");
    if (n > STATUSES_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Too many inputs provided; max %u", STATUSES_MAX);
    for (size_t i = 0; i < n; i++)
        if (!solana_signature(c, json_array_get(list, i), signatures[i])) return false;
    if (!solana_reader(c, NULL, &r)) return false;
    solana_begin_context(c->out, chain_reader_height(r));
    jo_array(c->out);
    for (size_t i = 0; i < n; i++) {
        if (chain_solana_by_signature(r, signatures[i], &t) &&
            chain_solana_view(&t, chain_reader_arena(r), &v))
            put_status(c->out, &t, &v.record);
        else
            jo_null(c->out);
    }
    jo_end_array(c->out);
    solana_end_context(c->out);
    chain_reader_close(r);
    return true;
}

struct address_scan {
    struct rpc_call *call;
    struct chain_reader *reader;
    uint64_t until_height; /* (height, index) of `until`; 0: none */
    uint32_t until_index;
    uint64_t left;
};

/* The memos of the message's instructions, "[bytes] text", or null. */
static void put_memos(struct json_out *o, const struct sol_tx *tx) {
    struct buf text = {0};
    for (size_t i = 0; i < tx->instruction_count; i++) {
        const struct sol_instruction *in = &tx->instructions[i];
        if (!solana_is_memo(&tx->keys[in->program])) continue;
        buf_printf(&text, "%s[%zu] ", text.n ? "; " : "", in->data.n);
        buf_put_bytes(&text, utf8_valid(in->data) ? in->data : BYTES_LIT("(unparseable)"));
    }
    jo_key(o, "memo");
    if (text.n)
        jo_string(o, buf_bytes(&text));
    else
        jo_null(o);
    buf_free(&text);
}

static void put_signature_row(struct json_out *o, struct chain_reader *r,
                              const struct chain_tx *t) {
    struct chain_block b;
    struct chain_solana_view v;
    if (!chain_block_at(r, t->height, &b) || !chain_solana_view(t, chain_reader_arena(r), &v))
        return;
    jo_object(o);
    solana_key_u64(o, "blockTime", b.timestamp_us / 1000000);
    jo_key(o, "confirmationStatus");
    jo_cstring(o, "finalized");
    jo_key(o, "err");
    solana_put_error(o, &v.record.error);
    put_memos(o, &v.tx);
    jo_key(o, "signature");
    put_first_signature(o, t);
    solana_key_u64(o, "slot", t->height);
    jo_end_object(o);
}

static bool visit_signature(void *ctx, uint64_t height, uint32_t index) {
    struct address_scan *s = ctx;
    struct chain_tx t;
    if (s->until_height &&
        (height < s->until_height || (height == s->until_height && index <= s->until_index)))
        return false;
    struct arena_mark mark = arena_mark(chain_reader_arena(s->reader));
    if (chain_tx_at(s->reader, height, index, &t)) put_signature_row(s->call->out, s->reader, &t);
    arena_release(chain_reader_arena(s->reader), mark);
    return --s->left > 0;
}

/* Where a named signature stands; false after rpc_fail. One that is not known changes nothing, but
 * *found. */
static bool read_place(struct rpc_call *c, struct chain_reader *r, json_t *v, uint64_t *height,
                       uint32_t *index, bool *found) {
    uint8_t signature[SOL_SIGNATURE_BYTES];
    struct chain_tx t;
    *found = true;
    if (!v || json_is_null(v)) return true;
    if (!solana_signature(c, v, signature)) return false;
    *found = chain_solana_by_signature(r, signature, &t);
    if (!*found) return true;
    *height = t.height;
    *index = t.index;
    return true;
}

static bool get_signatures_for_address(struct rpc_call *c) {
    struct address_scan s = {.call = c};
    struct b32 key;
    json_t *config;
    uint64_t before = UINT64_MAX;
    uint32_t before_index = UINT32_MAX;
    if (!solana_key_param(c, 0, "a key", &key) || !solana_config(c, 1, &config) ||
        !solana_at_least_confirmed(c, config) ||
        !solana_config_u64(c, config, "limit", SIGNATURES_MAX, &s.left))
        return false;
    if (s.left == 0 || s.left > SIGNATURES_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid limit; max %u", SIGNATURES_MAX);
    if (!solana_reader(c, config, &s.reader)) return false;
    json_t *from = json_object_get(config, "before"), *to = json_object_get(config, "until");
    bool has_before, has_until;
    bool ok = read_place(c, s.reader, from, &before, &before_index, &has_before) &&
              read_place(c, s.reader, to, &s.until_height, &s.until_index, &has_until);
    if (ok) {
        jo_array(c->out);
        /* Nothing is before what nobody knows. */
        if (has_before)
            chain_scan_solana(s.reader, &key, before, before_index, visit_signature, &s);
        jo_end_array(c->out);
    }
    chain_reader_close(s.reader);
    return ok;
}

const struct rpc_method_row solana_tx_methods[] = {
    {"getTransaction", get_transaction},
    {"getBlock", get_block},
    {"getSignatureStatuses", get_signature_statuses},
    {"getSignaturesForAddress", get_signatures_for_address},
    {NULL, NULL},
};
