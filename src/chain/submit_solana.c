/* Submitting Solana transactions, and the development faucet. */
#include "chain/internal.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

#include <stdio.h>

struct b32 chain_solana_hash(struct bytes message) {
    struct keccak k;
    struct b32 out;
    sha3_256_init(&k);
    keccak_update(&k, BYTES_LIT("TERN::solana message"));
    keccak_update(&k, message);
    keccak_final(&k, out.b);
    return out;
}

struct b32 chain_solana_signature_key(const uint8_t signature[SOL_SIGNATURE_BYTES]) {
    struct keccak k;
    struct b32 out;
    sha3_256_init(&k);
    keccak_update(&k, BYTES_LIT("TERN::solana signature"));
    keccak_update(&k, bytes_make(signature, SOL_SIGNATURE_BYTES));
    keccak_final(&k, out.b);
    return out;
}

static struct err refused(struct chain_solana_submitted *out, enum chain_err code,
                          const char *text) {
    snprintf(out->common.text, sizeof out->common.text, "%s", text);
    return err_at((int32_t)code, out->common.text, 0);
}

static struct err refused_for(struct chain_solana_submitted *out, struct sol_error e) {
    struct buf text = {0};
    enum chain_err code = e.code == SOL_TX_ALREADY_PROCESSED ? CHAIN_ERR_KNOWN : CHAIN_ERR_INVALID;
    sol_error_text(&text, &e);
    struct err err = refused(out, code, buf_cstr(&text));
    buf_free(&text);
    out->error = e;
    return err;
}

/* NULL with the error in *e. */
static struct mempool_tx *decode(struct bytes raw, struct chain_solana_submitted *out,
                                 struct err *e) {
    struct mempool_tx *tx = mempool_tx_new();
    struct chain_solana_tx *decoded = ARENA_NEW(&tx->arena, struct chain_solana_tx);
    tx->raw = arena_copy(&tx->arena, raw);
    *e = sol_tx_decode(&decoded->tx, tx->raw, &tx->arena);
    if (err_is(*e)) {
        out->error = sol_error((enum sol_tx_error)e->code);
        *e = refused(out, CHAIN_ERR_DECODE, e->text);
        mempool_tx_free(tx);
        return NULL;
    }
    memcpy(out->signature, decoded->tx.signatures[0], sizeof out->signature);
    tx->hash = out->common.hash = chain_solana_hash(decoded->tx.message);
    tx->vm = ST_VM_SVM;
    tx->sender = tx->hash; /* a queue of its own: it waits for no other */
    tx->decoded = decoded;
    return tx;
}

/* What it pays above the ordinary, as a price beside the others': a lamport a compute unit is a
 * gwei a unit of gas. */
static void set_price(struct mempool_tx *tx, const struct sol_budget *b) {
    enum { MICRO = 1000000 };
    tx->price = tx->tip = u256_from_u64(1 + b->unit_price / MICRO);
}

/* The rules that do not need the sequencer, and its limits. */
static struct sol_error check(struct chain_reader *r, struct mempool_tx *tx) {
    struct chain_solana_tx *decoded = tx->decoded;
    const struct sol_bank *bank = chain_solana_bank(r);
    struct st_journal *j = chain_reader_journal(r);
    struct sol_message m;
    struct sol_budget budget;
    struct bytes place;
    if (st_record_get(chain_reader_snapshot(r), ST_TABLE_TX, BYTES_OF(tx->hash), &place))
        return sol_error(SOL_TX_ALREADY_PROCESSED);
    if (!sol_tx_verify(&decoded->tx)) return sol_error(SOL_TX_SIGNATURE_FAILURE);
    st_begin_tx(j);
    struct sol_error e = sol_tx_resolve(&m, &decoded->tx, bank, j, st_tx_arena(j));
    if (!e.code) e = sol_check(bank, j, &m);
    if (!e.code) e = sol_budget_of(&budget, &m);
    st_end_tx(j, true);
    if (e.code) return e;
    decoded->gas_max = chain_solana_gas(&r->chain->cross, budget.units, sol_message_signatures(&m));
    set_price(tx, &budget);
    return e;
}

struct err chain_prepare_solana(struct chain_reader *r, struct bytes raw, struct mempool_tx **tx,
                                struct chain_solana_submitted *out) {
    struct err e = ERR_NONE;
    *out = (struct chain_solana_submitted){0};
    *tx = NULL;
    if (r->chain->is_ethereum)
        return refused(out, CHAIN_ERR_INVALID,
                       "this chain began with an Ethereum genesis: it has no Solana transactions");
    *tx = decode(raw, out, &e);
    if (!*tx) return e;
    struct sol_error why = check(r, *tx);
    if (!why.code) return ERR_NONE;
    chain_discard_solana(*tx);
    *tx = NULL;
    return refused_for(out, why);
}

const struct sol_tx *chain_prepared_solana(const struct mempool_tx *tx) {
    const struct chain_solana_tx *decoded = tx->decoded;
    return &decoded->tx;
}

void chain_discard_solana(struct mempool_tx *tx) {
    mempool_tx_free(tx);
}

static struct err pool_error(struct chain_solana_submitted *out, enum mempool_err e) {
    switch (e) {
    case MEMPOOL_ERR_KNOWN: return refused_for(out, sol_error(SOL_TX_ALREADY_PROCESSED));
    case MEMPOOL_ERR_STOPPED: return refused(out, CHAIN_ERR_STOPPING, "the node is stopping");
    case MEMPOOL_ERR_NONE: return ERR_NONE;
    default: return refused(out, CHAIN_ERR_FULL, "too many transactions wait");
    }
}

struct err chain_enter_solana(struct chain *c, struct mempool_tx *tx, uint64_t wait_ms,
                              struct chain_solana_submitted *out) {
    struct mempool_outcome outcome;
    enum mempool_err pe =
        mempool_insert(c->mempool, tx, 0, chain_submission_wait(c, wait_ms), &outcome);
    if (pe) return pool_error(out, pe);
    out->common.sealed = outcome.sealed;
    if (!outcome.refused) return ERR_NONE;
    out->error = sol_error((enum sol_tx_error)outcome.vm_code);
    return refused(out, CHAIN_ERR_INVALID, outcome.text);
}

struct err chain_submit_solana(struct chain *c, struct bytes raw, uint64_t wait_ms,
                               struct chain_solana_submitted *out) {
    struct chain_reader *r;
    struct mempool_tx *tx;
    *out = (struct chain_solana_submitted){0};
    struct err e = chain_reader_open(c, ST_LATEST, &r);
    if (err_is(e)) return refused(out, CHAIN_ERR_STORE, e.text);
    e = chain_prepare_solana(r, raw, &tx, out);
    chain_reader_close(r);
    return err_is(e) ? e : chain_enter_solana(c, tx, wait_ms, out);
}

void chain_resubmit_solana(struct chain *c, struct bytes raw) {
    struct chain_solana_submitted ignored;
    chain_submit_solana(c, raw, 0, &ignored);
}

/* ---- The faucet */

struct b32 chain_solana_faucet_key(const struct chain *c) {
    struct b32 key;
    ed25519_public_from_seed(&key, &c->faucet_seed);
    return key;
}

enum { FAUCET_UNITS = 1000, AIRDROP_BYTES = 4 + 8, BUDGET_BYTES = 1 + 4 };

/* The message of an airdrop: a transfer, and a compute unit limit that tells it from its like. */
static void airdrop_message(struct buf *out, const struct b32 *from, const struct b32 *to,
                            uint64_t lamports, const struct b32 *blockhash, uint32_t number) {
    enum { FROM, TO, SYSTEM, BUDGET, KEYS };
    const struct b32 *keys[KEYS] = {from, to, sol_id(SOL_ID_SYSTEM_PROGRAM),
                                    sol_id(SOL_ID_COMPUTE_BUDGET)};
    uint8_t transfer[AIRDROP_BYTES] = {2}, limit[BUDGET_BYTES] = {2};
    store_le64(transfer + 4, lamports);
    store_le32(limit + 1, FAUCET_UNITS + number);
    buf_put(out, (const uint8_t[]){1, 0, 2, KEYS}, 4); /* one signer, two read-only programs */
    for (int i = 0; i < KEYS; i++) buf_put_bytes(out, BYTES_OF(*keys[i]));
    buf_put_bytes(out, BYTES_OF(*blockhash));
    buf_put(out, (const uint8_t[]){2, BUDGET, 0, BUDGET_BYTES}, 4);
    buf_put_bytes(out, BYTES_OF(limit));
    buf_put(out, (const uint8_t[]){SYSTEM, 2, FROM, TO, AIRDROP_BYTES}, 5);
    buf_put_bytes(out, BYTES_OF(transfer));
}

static bool newest_blockhash(struct chain *c, struct b32 *out) {
    struct chain_block head;
    bool ok = chain_newest_block(c, &head);
    if (ok) *out = head.hash;
    return ok;
}

struct err chain_faucet_solana(struct chain *c, const struct b32 *to, uint64_t lamports,
                               uint64_t wait_ms, struct chain_solana_submitted *out) {
    enum { NUMBERS = 100000 };
    struct b32 faucet = chain_solana_faucet_key(c), blockhash;
    struct buf message = {0}, raw = {0};
    uint8_t signature[SOL_SIGNATURE_BYTES];
    *out = (struct chain_solana_submitted){0};
    if (!newest_blockhash(c, &blockhash))
        return refused(out, CHAIN_ERR_STORE, "the newest block cannot be read");
    uint32_t number = atomic_fetch_add(&c->airdrops, 1) % NUMBERS;
    airdrop_message(&message, &faucet, to, lamports, &blockhash, number);
    ed25519_sign(signature, buf_bytes(&message), &c->faucet_seed);
    buf_put_u8(&raw, 1);
    buf_put_bytes(&raw, BYTES_OF(signature));
    buf_put_bytes(&raw, buf_bytes(&message));
    struct err e = chain_submit_solana(c, buf_bytes(&raw), wait_ms, out);
    buf_free(&message);
    buf_free(&raw);
    return e;
}

/* ---- Finding */

bool chain_solana_by_signature(struct chain_reader *r, const uint8_t signature[SOL_SIGNATURE_BYTES],
                               struct chain_tx *out) {
    struct b32 key = chain_solana_signature_key(signature);
    uint8_t vm;
    return chain_tx_by_hash(r, &key, &vm, out) && vm == ST_VM_SVM;
}

struct scan {
    bool (*visit)(void *ctx, uint64_t height, uint32_t index);
    void *ctx;
    uint64_t newest;
};

static bool visit_place(void *ctx, struct bytes key, struct bytes value) {
    const struct scan *s = ctx;
    uint64_t height = load_be64(key.p + 32);
    (void)value;
    return height > s->newest || s->visit(s->ctx, height, load_be32(key.p + 40));
}

void chain_scan_solana(struct chain_reader *r, const struct b32 *key, uint64_t height,
                       uint32_t index, bool (*visit)(void *ctx, uint64_t height, uint32_t index),
                       void *ctx) {
    struct scan s = {visit, ctx, chain_reader_height(r)};
    uint8_t from[32], to[44];
    memcpy(from, key, 32);
    memcpy(to, key, 32);
    store_be64(to + 32, height);
    store_be32(to + 40, index);
    st_record_scan(chain_reader_snapshot(r), ST_TABLE_SOLANA_KEY, BYTES_OF(from), BYTES_OF(to),
                   true, visit_place, &s);
}
