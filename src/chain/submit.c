/* Submitting: everything that can be done on the caller's thread is done here, before the sequencer
 * sees it. */
#include "chain/internal.h"

#include "crypto/crypto.h"

#include <stdio.h>
#include <stdlib.h>

static struct err refused(struct chain_submitted *out, enum chain_err code, const char *text) {
    snprintf(out->text, sizeof out->text, "%s", text);
    return err_at((int32_t)code, out->text, 0);
}

static struct err pool_error(struct chain_submitted *out, enum mempool_err e) {
    switch (e) {
    case MEMPOOL_ERR_KNOWN: return refused(out, CHAIN_ERR_KNOWN, "already known");
    case MEMPOOL_ERR_UNDERPRICED:
        return refused(out, CHAIN_ERR_INVALID, "replacement transaction underpriced");
    case MEMPOOL_ERR_SENDER_FULL: return refused(out, CHAIN_ERR_FULL, "account limit exceeded");
    case MEMPOOL_ERR_CHEAP: return refused(out, CHAIN_ERR_FULL, "transaction underpriced");
    case MEMPOOL_ERR_FULL: return refused(out, CHAIN_ERR_FULL, "txpool is full");
    case MEMPOOL_ERR_STOPPED: return refused(out, CHAIN_ERR_STOPPING, "the node is stopping");
    case MEMPOOL_ERR_NONE: break;
    }
    return ERR_NONE;
}

uint64_t chain_submission_wait(struct chain *c, uint64_t wait_ms) {
    return chain_get_mining(c).automine ? wait_ms : 0;
}

static struct err hand_over(struct chain *c, struct mempool_tx *tx, uint64_t account_nonce,
                            uint64_t wait_ms, struct chain_submitted *out) {
    struct mempool_outcome outcome;
    enum mempool_err pe =
        mempool_insert(c->mempool, tx, account_nonce, chain_submission_wait(c, wait_ms), &outcome);
    if (pe) return pool_error(out, pe);
    out->sealed = outcome.sealed;
    out->vm_code = outcome.vm_code;
    if (outcome.refused) return refused(out, CHAIN_ERR_INVALID, outcome.text);
    return ERR_NONE;
}

/* A submission whose answer comes later. */
struct later {
    struct mempool_waiter waiter; /* first */
    void (*told)(void *ctx, const struct chain_submitted *done, struct err e);
    void *ctx;
    struct chain_submitted done;
};

static void tell_later(struct mempool_waiter *w) {
    struct later *l = (struct later *)w;
    struct err e = ERR_NONE;
    l->done.sealed = w->outcome.sealed;
    l->done.vm_code = w->outcome.vm_code;
    if (w->outcome.refused) e = refused(&l->done, CHAIN_ERR_INVALID, w->outcome.text);
    l->told(l->ctx, &l->done, e);
    free(l);
}

static struct later *
new_later(void (*told)(void *ctx, const struct chain_submitted *done, struct err e), void *ctx) {
    struct later *l = xcalloc(1, sizeof *l);
    *l = (struct later){.waiter = {.told = tell_later}, .told = told, .ctx = ctx};
    return l;
}

/* As hand_over, but `l` (taken) is told the end if there is something to wait for. */
static struct err hand_over_later(struct chain *c, struct mempool_tx *tx, uint64_t account_nonce,
                                  uint64_t wait_ms, struct later *l, struct chain_submitted *out,
                                  bool *later) {
    l->done = *out;
    enum mempool_err pe = mempool_insert_waiting(
        c->mempool, tx, account_nonce, chain_submission_wait(c, wait_ms), &l->waiter, later);
    if (!*later) free(l);
    return pe ? pool_error(out, pe) : ERR_NONE;
}

/* As hand_over, but those who read wait, not the submitter. */
static struct err hand_over_at_once(struct chain *c, struct mempool_tx *tx, uint64_t account_nonce,
                                    uint64_t wait_ms, struct chain_submitted *out) {
    bool waits;
    struct mempool_waiter *w = chain_accept(&c->acceptance);
    enum mempool_err pe = mempool_insert_waiting(c->mempool, tx, account_nonce,
                                                 chain_submission_wait(c, wait_ms), w, &waits);
    if (!waits) chain_accept_not(w);
    return pe ? pool_error(out, pe) : ERR_NONE;
}

void chain_release_waiters(struct chain *c) {
    chain_set_stopping(c);
    mempool_release_waiters(c->mempool);
}

/* Is it in a block already? */
static bool is_known(struct chain_reader *r, const struct b32 *hash) {
    struct bytes place;
    return st_record_get(chain_reader_snapshot(r), ST_TABLE_TX, BYTES_OF(*hash), &place);
}

/* ---- EVM */

/* The block that will come, as far as a transaction's validity depends on it. Nothing runs: there
 * is no machine and no journal, which would be dear to make for every submission. */
static void env_of_next(struct chain *c, struct chain_reader *r, struct evm_env *env) {
    struct chain_block head;
    struct chain_exec x = {.options = &c->options, .head = &head};
    chain_block_at(r, chain_reader_height(r), &head);
    chain_exec_env(&x, env);
    env->block.base_fee = chain_pending_base_fee(c);
    pthread_mutex_lock(&c->ahead_lock);
    env->block.gas_limit = c->ahead.gas_limit;
    pthread_mutex_unlock(&c->ahead_lock);
}

/* Does it bear the mark of chain_submit_unsigned? */
static bool is_marked(const struct evm_tx *tx) {
    return u256_eq(&tx->s, &U256_ONE) && u256_bit_length(&tx->r) <= 160;
}

/* What needs neither state nor sequencer: the type, and who signed. A signature that looks like the
 * mark is a valid one of some other account, but would show as the marked sender's. */
static struct err check_signed(struct evm_tx *tx, struct chain_submitted *out) {
    if (tx->type == EVM_TX_BLOB)
        return refused(out, CHAIN_ERR_INVALID,
                       "blob transactions are not accepted: this chain has no blobs");
    enum evm_tx_err te = evm_tx_sender(tx, EVM_OSAKA, &tx->sender);
    if (!te && is_marked(tx)) te = EVM_TX_INVALID_SIGNATURE;
    if (te) return refused(out, CHAIN_ERR_INVALID, evm_tx_err_text(te));
    if (!tx->has_chain_id)
        return refused(out, CHAIN_ERR_INVALID,
                       "only replay-protected (EIP-155) transactions allowed over RPC");
    return ERR_NONE;
}

/* Most senders have no code, and most transactions are good: a look at the account is enough then.
 * True if this is such a one. */
static bool is_plainly_good(struct chain_reader *r, const struct evm_env *env,
                            const struct evm_tx *tx, uint64_t *nonce) {
    struct st_stored_account sender;
    if (!st_snapshot_account(chain_reader_snapshot(r), &tx->sender, &sender) ||
        !b32_eq(&sender.code_hash, &ST_EMPTY_CODE_HASH))
        return false;
    *nonce = sender.nonce;
    enum evm_tx_err te = evm_tx_check_plain(env, tx, sender.nonce, &sender.balance);
    return te == EVM_TX_OK || te == EVM_TX_NONCE_TOO_HIGH;
}

static struct err check_in_full(struct chain_reader *r, struct evm_env *env,
                                const struct evm_tx *tx, unsigned skip, uint64_t *nonce,
                                struct chain_submitted *out) {
    struct evm_tx_plan plan;
    struct err e = ERR_NONE;
    env->journal = chain_reader_journal(r);
    st_begin_tx(env->journal);
    enum evm_tx_err te = evm_tx_check(env, tx, skip, &plan);
    *nonce = st_account(env->journal, &tx->sender)->nonce;
    st_end_tx(env->journal, true);
    if (te && te != EVM_TX_NONCE_TOO_HIGH) {
        struct chain_refusal why;
        chain_evm_refusal(env, tx, te, &why);
        e = refused(out, CHAIN_ERR_INVALID, why.text);
    }
    return e;
}

/* The checks that do not need the sequencer: form, signature, fees, and the state as far as it is
 * known. */
static struct err check_evm(struct chain *c, const struct b32 *hash, struct evm_tx *tx,
                            unsigned skip, uint64_t *nonce, struct chain_submitted *out) {
    struct chain_reader *r;
    struct evm_env env;
    struct err e = chain_reader_open(c, ST_LATEST, &r);
    if (err_is(e)) return refused(out, CHAIN_ERR_STORE, e.text);
    env_of_next(c, r, &env);
    if (is_known(r, hash))
        e = refused(out, CHAIN_ERR_KNOWN, "already known");
    else if (skip || !is_plainly_good(r, &env, tx, nonce))
        e = check_in_full(r, &env, tx, skip, nonce, out);
    chain_reader_close(r);
    return e;
}

static struct mempool_tx *decode_evm(struct bytes raw, struct chain_submitted *out, struct err *e) {
    struct mempool_tx *tx = mempool_tx_new();
    struct evm_tx *decoded = ARENA_NEW(&tx->arena, struct evm_tx);
    tx->raw = arena_copy(&tx->arena, raw);
    *e = evm_tx_decode(tx->raw, &tx->arena, decoded);
    if (err_is(*e)) {
        *e = refused(out, CHAIN_ERR_DECODE, e->text);
        mempool_tx_free(tx);
        return NULL;
    }
    keccak256(&tx->hash, raw);
    out->hash = tx->hash;
    tx->vm = ST_VM_EVM;
    tx->nonce = decoded->nonce;
    tx->price = decoded->max_fee;
    tx->tip = decoded->max_priority_fee;
    tx->decoded = decoded;
    return tx;
}

static void set_sender(struct mempool_tx *tx, const struct b20 *sender) {
    ((struct evm_tx *)tx->decoded)->sender = *sender;
    memcpy(tx->sender.b, sender->b, 20);
}

/* As check_evm; a transaction that fails is freed. */
static struct err check_or_free(struct chain *c, struct mempool_tx *tx, unsigned skip,
                                uint64_t *nonce, struct chain_submitted *out) {
    struct err e = check_evm(c, &tx->hash, tx->decoded, skip, nonce, out);
    if (err_is(e)) mempool_tx_free(tx);
    return e;
}

static struct err check_and_hand_over(struct chain *c, struct mempool_tx *tx, unsigned skip,
                                      uint64_t wait_ms, struct chain_submitted *out) {
    uint64_t nonce = 0;
    struct err e = check_or_free(c, tx, skip, &nonce, out);
    return err_is(e) ? e : hand_over(c, tx, nonce, wait_ms, out);
}

static struct err
check_and_hand_over_later(struct chain *c, struct mempool_tx *tx, unsigned skip, uint64_t wait_ms,
                          void (*told)(void *ctx, const struct chain_submitted *done, struct err e),
                          void *ctx, struct chain_submitted *out, bool *later) {
    uint64_t nonce = 0;
    struct err e = check_or_free(c, tx, skip, &nonce, out);
    return err_is(e) ? e : hand_over_later(c, tx, nonce, wait_ms, new_later(told, ctx), out, later);
}

/* Everything before the state is looked at; NULL with the error in *e. */
static struct mempool_tx *read_signed_evm(struct bytes raw, struct chain_submitted *out,
                                          struct err *e) {
    enum { RAW_MAX_BYTES = 128 << 10 }; /* geth's limit of a transaction in its pool */
    *out = (struct chain_submitted){0};
    if (raw.n > RAW_MAX_BYTES) {
        *e = refused(out, CHAIN_ERR_INVALID, "oversized data: transaction size above 128 KiB");
        return NULL;
    }
    struct mempool_tx *tx = decode_evm(raw, out, e);
    if (!tx) return NULL;
    *e = check_signed(tx->decoded, out);
    if (err_is(*e)) {
        mempool_tx_free(tx);
        return NULL;
    }
    set_sender(tx, &((struct evm_tx *)tx->decoded)->sender);
    return tx;
}

struct err chain_submit_evm(struct chain *c, struct bytes raw, uint64_t wait_ms,
                            struct chain_submitted *out) {
    struct err e;
    struct mempool_tx *tx = read_signed_evm(raw, out, &e);
    return tx ? check_and_hand_over(c, tx, 0, wait_ms, out) : e;
}

struct err chain_submit_evm_later(struct chain *c, struct bytes raw, uint64_t wait_ms,
                                  void (*told)(void *ctx, const struct chain_submitted *done,
                                               struct err e),
                                  void *ctx, struct chain_submitted *out, bool *later) {
    struct err e;
    *later = false;
    struct mempool_tx *tx = read_signed_evm(raw, out, &e);
    return tx ? check_and_hand_over_later(c, tx, 0, wait_ms, told, ctx, out, later) : e;
}

struct err chain_submit_evm_at_once(struct chain *c, struct bytes raw, uint64_t wait_ms,
                                    struct chain_submitted *out) {
    struct err e;
    struct mempool_tx *tx = read_signed_evm(raw, out, &e);
    if (!tx) return e;
    uint64_t nonce = 0;
    e = check_or_free(c, tx, 0, &nonce, out);
    return err_is(e) ? e : hand_over_at_once(c, tx, nonce, wait_ms, out);
}

/* ---- Move */

struct b32 chain_move_queue(const struct mv_signed_tx *tx) {
    struct b32 queue;
    struct keccak k;
    if (!tx->orderless) return tx->sender;
    sha3_256_init(&k);
    keccak_update(&k, BYTES_LIT("TERN::orderless"));
    keccak_update(&k, BYTES_OF(tx->sender));
    keccak_update(&k, BYTES_OF(tx->nonce));
    keccak_final(&k, queue.b);
    return queue;
}

static struct mempool_tx *decode_move(struct bytes raw, struct chain_submitted *out,
                                      struct err *e) {
    struct mempool_tx *tx = mempool_tx_new();
    struct mv_signed_tx *decoded = ARENA_NEW(&tx->arena, struct mv_signed_tx);
    tx->raw = arena_copy(&tx->arena, raw);
    *e = mv_signed_tx_decode(tx->raw, &tx->arena, decoded);
    if (err_is(*e)) {
        *e = refused(out, CHAIN_ERR_DECODE, e->text);
        mempool_tx_free(tx);
        return NULL;
    }
    tx->hash = mv_signed_tx_hash(tx->raw);
    out->hash = tx->hash;
    tx->vm = ST_VM_MOVE;
    tx->sender = chain_move_queue(decoded);
    tx->nonce = decoded->orderless ? 0 : decoded->sequence_number;
    tx->price = tx->tip = u256_from_u64(decoded->gas_unit_price);
    tx->decoded = decoded;
    return tx;
}

/* The rules that do not need the sequencer. Where blocks come by the clock the framework's own are
 * tried too, for the answer does not wait for the block. */
static bool is_valid_move(struct chain *c, struct chain_reader *r, const struct b32 *hash,
                          const struct mv_signed_tx *tx, struct chain_refusal *why) {
    struct chain_block head;
    struct chain_exec x;
    chain_block_at(r, chain_reader_height(r), &head);
    if (!chain_move_check(&c->options, chain_reader_journal(r), &head, tx, false, why))
        return why->nonce_too_high;
    if (chain_get_mining(c).automine) return true;
    chain_reader_exec(r, &head, &x);
    return chain_move_try_prologue(&x, tx, hash, why);
}

static struct err check_move(struct chain *c, const struct b32 *hash, const struct mv_signed_tx *tx,
                             uint64_t *nonce, struct chain_submitted *out) {
    struct chain_refusal why = {0};
    struct chain_reader *r;
    struct err e = chain_reader_open(c, ST_LATEST, &r);
    if (err_is(e)) return refused(out, CHAIN_ERR_STORE, e.text);
    if (is_known(r, hash)) {
        e = refused(out, CHAIN_ERR_KNOWN, "already known");
    } else {
        *nonce =
            tx->orderless ? 0 : chain_move_sequence_number(chain_reader_journal(r), &tx->sender);
        if (!is_valid_move(c, r, hash, tx, &why)) {
            out->vm_code = why.vm_code;
            e = refused(out, CHAIN_ERR_INVALID, why.text);
        }
    }
    chain_reader_close(r);
    return e;
}

/* Everything before the pool; NULL with the error in *e. */
static struct mempool_tx *read_move(struct chain *c, struct bytes raw, uint64_t *nonce,
                                    struct chain_submitted *out, struct err *e) {
    *out = (struct chain_submitted){0};
    if (c->is_ethereum) {
        *e = refused(out, CHAIN_ERR_INVALID,
                     "this chain began with an Ethereum genesis: it has no Move transactions");
        return NULL;
    }
    struct mempool_tx *tx = decode_move(raw, out, e);
    if (!tx) return NULL;
    *e = check_move(c, &tx->hash, tx->decoded, nonce, out);
    if (!err_is(*e)) return tx;
    mempool_tx_free(tx);
    return NULL;
}

struct err chain_submit_move(struct chain *c, struct bytes raw, uint64_t wait_ms,
                             struct chain_submitted *out) {
    struct err e;
    uint64_t nonce = 0;
    struct mempool_tx *tx = read_move(c, raw, &nonce, out, &e);
    return tx ? hand_over(c, tx, nonce, wait_ms, out) : e;
}

struct err chain_submit_move_later(struct chain *c, struct bytes raw, uint64_t wait_ms,
                                   void (*told)(void *ctx, const struct chain_submitted *done,
                                                struct err e),
                                   void *ctx, struct chain_submitted *out, bool *later) {
    struct err e;
    uint64_t nonce = 0;
    *later = false;
    struct mempool_tx *tx = read_move(c, raw, &nonce, out, &e);
    if (!tx) return e;
    return hand_over_later(c, tx, nonce, wait_ms, new_later(told, ctx), out, later);
}

/* ---- Transactions that nobody signed */

/* NULL with the error in *e. */
static struct mempool_tx *mark_unsigned(const struct evm_tx *unsigned_tx,
                                        struct chain_submitted *out, struct err *e) {
    struct evm_tx marked = *unsigned_tx;
    struct buf raw = {0};
    *out = (struct chain_submitted){0};
    marked.y_parity = 0;
    u256_from_be(&marked.r, BYTES_OF(marked.sender));
    marked.s = U256_ONE;
    evm_tx_encode(&marked, &raw);
    struct mempool_tx *tx = decode_evm(buf_bytes(&raw), out, e);
    buf_free(&raw);
    if (tx) set_sender(tx, &marked.sender);
    return tx;
}

struct err chain_submit_unsigned(struct chain *c, const struct evm_tx *unsigned_tx,
                                 uint64_t wait_ms, struct chain_submitted *out) {
    struct err e;
    struct mempool_tx *tx = mark_unsigned(unsigned_tx, out, &e);
    return tx ? check_and_hand_over(c, tx, chain_evm_skips(tx->decoded), wait_ms, out) : e;
}

struct err chain_submit_unsigned_later(struct chain *c, const struct evm_tx *unsigned_tx,
                                       uint64_t wait_ms,
                                       void (*told)(void *ctx, const struct chain_submitted *done,
                                                    struct err e),
                                       void *ctx, struct chain_submitted *out, bool *later) {
    struct err e;
    *later = false;
    struct mempool_tx *tx = mark_unsigned(unsigned_tx, out, &e);
    return tx ? check_and_hand_over_later(c, tx, chain_evm_skips(tx->decoded), wait_ms, told, ctx,
                                          out, later)
              : e;
}

unsigned chain_evm_skips(const struct evm_tx *tx) {
    return is_marked(tx) ? EVM_SKIP_SENDER_CODE : 0;
}

bool chain_evm_sender(const struct evm_tx *tx, struct b20 *sender) {
    uint8_t r[32];
    if (!is_marked(tx)) return evm_tx_sender(tx, EVM_OSAKA, sender) == EVM_TX_OK;
    u256_store_be(r, &tx->r);
    memcpy(sender->b, r + 12, 20);
    return true;
}

void chain_resubmit(struct chain *c, const struct mempool_view *v, uint64_t account_nonce) {
    struct chain_submitted ignored = {0};
    struct mempool_outcome outcome;
    struct mempool_tx *tx;
    struct err e = ERR_NONE;
    if (v->vm == ST_VM_EVM) {
        struct b20 sender;
        memcpy(sender.b, v->sender.b, 20);
        tx = decode_evm(v->raw, &ignored, &e);
        if (tx) set_sender(tx, &sender);
    } else if (v->vm == ST_VM_SVM) {
        chain_resubmit_solana(c, v->raw);
        return;
    } else {
        tx = decode_move(v->raw, &ignored, &e);
    }
    if (!tx) return;
    mempool_insert(c->mempool, tx, account_nonce, 0, &outcome);
}

/* ---- The mempool, seen from outside */

bool chain_pending(struct chain *c, const struct b32 *hash, struct arena *arena, uint8_t *vm,
                   struct bytes *raw) {
    return mempool_find(c->mempool, hash, arena, vm, raw);
}

size_t chain_pending_count(struct chain *c) {
    return mempool_count(c->mempool);
}

/* The newest block that everybody has been told of. */
static uint64_t sealed_height(struct chain *c) {
    pthread_mutex_lock(&c->sealed_lock);
    uint64_t height = c->sealed_height;
    pthread_mutex_unlock(&c->sealed_lock);
    return height;
}

/* If a block was sealed between the two looks, the pool has forgotten what the reader did not see
 * yet: both look again. */
uint64_t chain_pending_nonce(struct chain *c, const struct b20 *sender) {
    enum { TRIES = 100 };
    struct chain_reader *r;
    struct b32 key = {0};
    uint64_t nonce = 0;
    memcpy(key.b, sender->b, 20);
    for (int i = 0; i < TRIES; i++) {
        if (err_is(chain_reader_open(c, ST_LATEST, &r))) return 0;
        uint64_t height = chain_reader_height(r);
        uint64_t sealed_nonce = st_account(chain_reader_journal(r), sender)->nonce;
        chain_reader_close(r);
        nonce = mempool_next_nonce(c->mempool, ST_VM_EVM, &key, sealed_nonce);
        if (sealed_height(c) == height) break;
    }
    return nonce;
}
