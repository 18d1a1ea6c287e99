/* Submitting, simulating and encoding transactions.
 *
 * A submission whose block comes at once is answered when it is in the block, so that a client that
 * asks next finds it; no worker waits for that. Everything that the answer needs is made before the
 * transaction is handed over, for then the chain must not be asked any more. */
#include <stdlib.h>

#include "codec/codec.h"
#include "rpc/aptos.h"
#include "rpc/later.h"

static const char SIGNED_TX[] = "application/x.aptos.signed_transaction+bcs";

/* Aptos' own limit. */
enum { BATCH_MAX = 10 };

/* ---- What a submission is answered */

struct refusal {
    int status;
    const char *code;
    const char *before; /* goes before the chain's text */
};

static struct refusal refusal_of(int32_t chain_err) {
    switch (chain_err) {
    case CHAIN_ERR_DECODE:
        return (struct refusal){400, "invalid_input",
                                "Failed to deserialize input into SignedTransaction: "};
    case CHAIN_ERR_FULL: return (struct refusal){507, "mempool_is_full", ""};
    case CHAIN_ERR_INVALID: return (struct refusal){400, "vm_error", ""};
    case CHAIN_ERR_STOPPING: return (struct refusal){503, "internal_error", ""};
    default: return (struct refusal){500, "internal_error", ""};
    }
}

/* Replacing a waiting transaction for too little is an update, not a fault of the transaction. */
static struct refusal refine(struct refusal r, const struct chain_submitted *done) {
    if (!done->vm_code && strcmp(r.code, "vm_error") == 0) r.code = "invalid_transaction_update";
    return r;
}

static bool is_refused(struct err e) {
    return err_is(e) && e.code != CHAIN_ERR_KNOWN; /* sent twice: the same answer twice */
}

static void put_refusal(struct json_out *o, struct err e, const struct chain_submitted *done,
                        int *status) {
    char text[sizeof done->text + 80];
    struct refusal r = refine(refusal_of(e.code), done);
    snprintf(text, sizeof text, "%s%s", r.before, done->text);
    *status = r.status;
    aptos_put_error(o, text, r.code, done->vm_code);
}

/* A submission that waits for its block. */
struct waiting {
    struct rpc_deferred deferred; /* first */
    struct rpc_node *node;
    struct http_request *req;
    struct arena arena; /* holds the headers */
    struct http_header headers[APTOS_HEADERS_MAX];
    size_t header_count;
    struct buf body; /* of the answer if all goes well */
    const char *content_type;
    struct chain_submitted done;
    struct err err;
};

static void free_waiting(struct waiting *w) {
    buf_free(&w->body);
    arena_free(&w->arena);
    free(w);
}

static void answer(struct rpc_deferred *d) {
    struct waiting *w = (struct waiting *)d;
    int status = 202;
    if (is_refused(w->err)) {
        struct json_out o = {.buf = &w->body};
        buf_clear(&w->body);
        w->content_type = "application/json";
        put_refusal(&o, w->err, &w->done, &status);
    }
    http_respond(w->req, status, w->content_type, w->headers, w->header_count, &w->body);
    free_waiting(w);
}

/* On any thread, under the pool's lock. */
static void told(void *ctx, const struct chain_submitted *done, struct err e) {
    struct waiting *w = ctx;
    w->done = *done;
    w->err = e;
    w->deferred.run = answer;
    rpc_defer(w->node, &w->deferred);
}

static bool submit(struct aptos_call *c, struct bytes raw) {
    if (chain_is_ethereum(c->node->chain))
        return aptos_fail(c, 403, "api_disabled", 0,
                          "this chain began with an Ethereum genesis: it has no Move transactions");
    struct waiting *w = xcalloc(1, sizeof *w);
    struct json_out *keep = c->out, o = {.buf = &w->body};
    struct chain_submitted done;
    *w = (struct waiting){.node = c->node, .req = c->req};
    arena_init(&w->arena, 0);
    w->header_count = aptos_make_headers(c, &w->arena, w->headers);
    w->content_type = c->wants_bcs ? "application/x-bcs" : "application/json";
    c->out = &o;
    if (!c->wants_bcs) aptos_put_pending(c, raw); /* as BCS the answer is empty */
    c->out = keep;
    struct err e = c->at_once ? chain_submit_move(c->node->chain, raw, RPC_SEAL_WAIT_MS, &done)
                              : chain_submit_move_later(c->node->chain, raw, RPC_SEAL_WAIT_MS, told,
                                                        w, &done, &c->is_later);
    if (c->is_later) return true;
    c->status = 202;
    c->content_type = w->content_type;
    if (!is_refused(e)) {
        buf_put_bytes(c->out->buf, buf_bytes(&w->body));
    } else {
        c->content_type = NULL;
        put_refusal(c->out, e, &done, &c->status);
    }
    free_waiting(w);
    return !is_refused(e);
}

/* The body's transaction as BCS, in the call's arena. */
static bool read_body(struct aptos_call *c, struct bytes *raw) {
    bool is_bcs;
    json_t *root = NULL;
    if (!aptos_body_is_bcs(c, SIGNED_TX, &is_bcs)) return false;
    if (is_bcs) {
        *raw = arena_copy(c->arena, c->req->body);
        return true;
    }
    bool ok = aptos_body_json(c, &root) && aptos_read_signed_tx(c, root, raw);
    json_decref(root);
    return ok;
}

bool aptos_submit(struct aptos_call *c, const struct aptos_path *p) {
    struct bytes raw;
    (void)p;
    return read_body(c, &raw) && submit(c, raw);
}

/* ---- Several */

struct batch {
    struct bytes raw[BATCH_MAX];
    size_t count;
};

static bool is_few(struct aptos_call *c, size_t n) {
    return n <= BATCH_MAX ||
           aptos_fail(c, 400, "invalid_input", 0,
                      "Submitted too many transactions: %zu, while limit is %d", n, BATCH_MAX);
}

static bool read_batch_bcs(struct aptos_call *c, struct batch *b) {
    struct bytes in = arena_copy(c->arena, c->req->body);
    struct bcs_reader r = bcs_reader(in, c->arena);
    size_t n = bcs_count(&r, "transactions", 1);
    if (!is_few(c, n)) return false;
    while (!err_is(r.err) && b->count < n) {
        size_t used;
        struct mv_signed_tx tx;
        struct err e =
            mv_signed_tx_decode_front(bytes_sub(in, r.at, in.n - r.at), c->arena, &tx, &used);
        if (err_is(e))
            return aptos_fail(c, 400, "invalid_input", 0,
                              "Failed to deserialize input into SignedTransaction: %zu: %s",
                              b->count, e.text);
        b->raw[b->count++] = bcs_take(&r, "transaction", used);
    }
    struct err e = bcs_finish(&r);
    return !err_is(e) ||
           aptos_fail(c, 400, "invalid_input", 0,
                      "Failed to deserialize input into SignedTransaction: %s", e.text);
}

static bool read_batch_json(struct aptos_call *c, struct batch *b) {
    json_t *root = NULL;
    if (!aptos_body_json(c, &root)) return false;
    bool ok = json_is_array(root) ||
              aptos_fail(c, 400, "invalid_input", 0, "an array of transactions is expected");
    ok = ok && is_few(c, json_array_size(root));
    for (size_t i = 0; ok && i < json_array_size(root); i++)
        ok = aptos_read_signed_tx(c, json_array_get(root, i), &b->raw[b->count++]);
    json_decref(root);
    return ok;
}

static void put_failure(struct json_out *o, size_t index, struct err e,
                        const struct chain_submitted *done) {
    int ignored;
    jo_object(o);
    jo_key(o, "error");
    put_refusal(o, e, done, &ignored);
    jo_key(o, "transaction_index");
    jo_number(o, index);
    jo_end_object(o);
}

bool aptos_submit_batch(struct aptos_call *c, const struct aptos_path *p) {
    struct batch b = {.count = 0};
    size_t failed = 0;
    bool is_bcs;
    (void)p;
    if (!aptos_json_only(c, "a batch's failures") || !aptos_body_is_bcs(c, SIGNED_TX, &is_bcs) ||
        !(is_bcs ? read_batch_bcs(c, &b) : read_batch_json(c, &b)))
        return false;
    jo_object(c->out);
    jo_key(c->out, "transaction_failures");
    jo_array(c->out);
    for (size_t i = 0; i < b.count; i++) {
        struct chain_submitted done;
        struct err e = chain_submit_move(c->node->chain, b.raw[i], RPC_SEAL_WAIT_MS, &done);
        if (!is_refused(e)) continue;
        failed++;
        put_failure(c->out, i, e, &done);
    }
    jo_end_array(c->out);
    jo_end_object(c->out);
    if (b.count && failed == b.count)
        return aptos_fail(c, 400, "invalid_input", 0, "All transactions submitted were invalid.");
    c->status = failed ? 206 : 202;
    return true;
}

/* ---- Simulating */

enum { MAX_GAS_UNITS = 2000000, MIN_GAS_UNITS = 3 };

/* What the client asks to be chosen for it: the price, and the most gas that the payer can buy. */
static bool choose_gas(struct aptos_call *c, struct mv_signed_tx *tx, bool *changed) {
    bool price, best_price, amount;
    uint64_t balance;
    if (!aptos_query_bool(c, "estimate_gas_unit_price", &price) ||
        !aptos_query_bool(c, "estimate_prioritized_gas_unit_price", &best_price) ||
        !aptos_query_bool(c, "estimate_max_gas_amount", &amount))
        return false;
    *changed = price || best_price || amount;
    if (price || best_price) tx->gas_unit_price = 1;
    if (!amount) return true;
    if (!aptos_coin_balance(c, mv_signed_tx_payer(tx), BYTES_LIT("0x1::aptos_coin::AptosCoin"),
                            &balance))
        return false;
    uint64_t units = tx->gas_unit_price ? balance / tx->gas_unit_price : balance;
    tx->max_gas_amount = max_u64(MIN_GAS_UNITS, min_u64(units, MAX_GAS_UNITS));
    return true;
}

/* A refused transaction as the API shows one that was simulated: it failed, and did nothing. */
static void refused_tx(struct aptos_call *c, const struct mv_signed_tx *tx,
                       const struct chain_submitted *why, struct chain_tx *out) {
    *out = (struct chain_tx){.vm = ST_VM_MOVE,
                             .hash = why->hash,
                             .move_hash = why->hash,
                             .move_sender = tx->sender,
                             .move_sequence_number = tx->sequence_number};
    const char *name = mv_status_name((enum mv_status_code)why->vm_code);
    out->move_status =
        why->vm_code && name ? bytes_cstr(name) : arena_copy(c->arena, bytes_cstr(why->text));
}

/* Hashes of a state that is not kept are zeros. */
static void forget_roots(struct chain_block *b) {
    memset(&b->roots, 0, sizeof b->roots);
}

static bool simulate(struct aptos_call *c, const struct mv_signed_tx *tx, struct bytes raw) {
    struct chain_tx out;
    struct chain_block b;
    struct chain_submitted why;
    struct chain_reader *r; /* of its own: layouts are read in the call's */
    struct b32 hash = mv_signed_tx_hash(raw);
    struct err e = chain_reader_open(c->node->chain, ST_LATEST, &r);
    if (err_is(e)) return aptos_fail(c, 500, "internal_error", 0, "%s", e.text);
    if (err_is(chain_simulate_move(r, tx, &hash, &out, &why))) refused_tx(c, tx, &why, &out);
    chain_block_at(r, chain_reader_height(r), &b);
    forget_roots(&b);
    out.raw = raw;
    out.version = c->newest.last_version;
    c->has_gas = true;
    c->gas_used = out.gas_used;
    if (c->wants_bcs) {
        struct buf bcs = {0};
        aptos_bcs_user(c, &bcs, &out, &b); /* one, and not a list of it */
        aptos_bcs(c, buf_bytes(&bcs));
        buf_free(&bcs);
    } else {
        jo_array(c->out);
        aptos_put_user(c, &out, &b);
        jo_end_array(c->out);
    }
    chain_reader_close(r);
    return true;
}

bool aptos_simulate(struct aptos_call *c, const struct aptos_path *p) {
    struct mv_signed_tx tx;
    struct bytes raw;
    bool changed;
    (void)p;
    if (!read_body(c, &raw)) return false;
    struct err e = mv_signed_tx_decode(raw, c->arena, &tx);
    if (err_is(e))
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Failed to deserialize input into SignedTransaction: %s", e.text);
    if (mv_signed_tx_verify(&tx))
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Simulated transactions must not have a valid signature");
    if (!choose_gas(c, &tx, &changed)) return false;
    if (changed) {
        raw = aptos_encode_signed_tx(c, &tx);
        e = mv_signed_tx_decode(raw, c->arena, &tx);
        if (err_is(e)) return aptos_fail(c, 500, "internal_error", 0, "%s", e.text);
    }
    return simulate(c, &tx, raw);
}

/* ---- Encoding */

static bool encode(struct aptos_call *c, json_t *root) {
    struct mv_signed_tx tx;
    struct buf message = {0};
    json_t *list = json_object_get(root, "secondary_signers");
    size_t n = json_array_size(list);
    if (!aptos_read_raw_tx(c, root, &tx)) return false;
    if (list && !json_is_null(list)) {
        struct b32 *secondary = ARENA_ARRAY(c->arena, struct b32, n);
        if (!json_is_array(list) || n > MV_TX_SIGNERS_MAX)
            return aptos_fail(c, 400, "invalid_input", 0,
                              "secondary_signers: an array of at most 32 is expected");
        for (size_t i = 0; i < n; i++) {
            json_t *v = json_array_get(list, i);
            if (!json_is_string(v) ||
                !aptos_read_address(bytes_make(json_string_value(v), json_string_length(v)),
                                    &secondary[i]))
                return aptos_fail(c, 400, "invalid_input", 0,
                                  "secondary_signers[%zu]: an account address is expected", i);
        }
        tx.signers = MV_SIGNERS_MULTI_AGENT;
        tx.secondary_signers = secondary;
        tx.secondary_signer_count = (uint32_t)n;
    }
    mv_signed_tx_message(&tx, NULL, &message);
    jo_hex(c->out, buf_bytes(&message));
    buf_free(&message);
    return true;
}

bool aptos_encode_submission(struct aptos_call *c, const struct aptos_path *p) {
    json_t *root = NULL;
    (void)p;
    if (!aptos_json_only(c, "encode_submission") || !aptos_body_json(c, &root)) return false;
    bool ok = encode(c, root);
    json_decref(root);
    return ok;
}
