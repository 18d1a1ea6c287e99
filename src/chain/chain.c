/* The chain's life and the sequencer's thread. */
#include "chain/internal.h"

#include "crypto/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* Every leg runs on this stack: eight crossings of the deepest machine, with room to spare. */
enum { SEQUENCER_STACK_BYTES = 16 << 20 };
/* In instant mode a block takes what arrives while it is built, but no longer than this. If the
 * block before had several transactions, clients are busy, and it also waits for stragglers, as
 * long as one comes within the pause: sealing costs more than running a few transactions. A client
 * that is alone never waits. */
enum { INSTANT_BLOCK_MS = 20, STRAGGLERS_MS = 5, STRAGGLER_PAUSE_US = 200 };

uint64_t chain_wall_clock_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t steady_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- One transaction */

/* The sender's nonce or sequence number in the sequencer's state. */
static uint64_t nonce_now(struct chain *c, const struct mempool_tx *tx) {
    if (tx->vm == ST_VM_SVM) return 0; /* there is no order among a payer's transactions */
    if (tx->vm == ST_VM_MOVE) /* an orderless one has a queue of its own, that is no account */
        return chain_move_sequence_number(c->journal, &tx->sender);
    struct b20 address;
    memcpy(address.b, tx->sender.b, 20);
    return st_account(c->journal, &address)->nonce;
}

static bool execute(struct chain_exec *x, struct mempool_tx *tx, struct chain_tx *out,
                    struct chain_refusal *refusal) {
    if (tx->vm == ST_VM_EVM)
        return chain_execute_evm(x, tx->decoded, tx->raw, &tx->hash, chain_evm_skips(tx->decoded),
                                 out, refusal);
    if (tx->vm == ST_VM_SVM) {
        const struct chain_solana_tx *solana = tx->decoded;
        return chain_execute_solana(x, &solana->tx, tx->raw, &tx->hash, out, refusal);
    }
    return chain_execute_move(x, tx->decoded, tx->raw, &tx->hash, false, out, refusal);
}

/* The same on an Ethereum chain. */
static bool execute_eth(struct chain_eth_build *e, struct mempool_tx *tx, struct chain_tx *out,
                        struct chain_refusal *refusal) {
    const struct eth_tx t = {.raw = tx->raw, .hash = tx->hash, .tx = *(struct evm_tx *)tx->decoded};
    struct eth_refusal why;
    e->run.skip = chain_evm_skips(&t.tx);
    if (chain_eth_tx(e, &t, out, &why)) return true;
    chain_evm_refusal(&e->run.env, &t.tx, why.tx, refusal);
    return false;
}

/* Runs a taken transaction; true if it is in the block now. `e`: on an Ethereum chain. */
static bool run_one(struct chain *c, struct chain_exec *x, struct chain_eth_build *e,
                    struct chain_open_block *b, struct mempool_tx *tx) {
    struct chain_tx *out = ARENA_NEW(&b->arena, struct chain_tx);
    struct chain_refusal refusal = {0};
    bool done = e ? execute_eth(e, tx, out, &refusal) : execute(x, tx, out, &refusal);
    uint64_t next = nonce_now(c, tx);
    if (done) {
        chain_block_add(b, out);
        mempool_done(c->mempool, tx, next, NULL);
    } else if (refusal.nonce_too_high) {
        mempool_put_back(c->mempool, tx, next);
    } else {
        struct mempool_outcome why = {.refused = true, .vm_code = refusal.vm_code};
        memcpy(why.text, refusal.text, sizeof why.text);
        mempool_done(c->mempool, tx, next, &why);
    }
    return done;
}

/* ---- One block */

static void remember_hash(struct chain *c, uint64_t height, const struct b32 *hash) {
    c->recent[height % CHAIN_RECENT_HASHES] = (struct chain_recent_hash){true, height, *hash};
}

void chain_head_changed(struct chain *c, const struct chain_block *head) {
    /* Unless it is one more, nothing that was remembered is sure to be of this chain. */
    if (head->height != c->recent_newest + 1) memset(c->recent, 0, sizeof c->recent);
    c->recent_newest = head->height;
    remember_hash(c, head->height, &head->hash);
    pthread_mutex_lock(&c->ahead_lock);
    c->ahead.computed_base_fee = chain_next_base_fee(head);
    c->ahead.newest_us = head->timestamp_us;
    chain_tell_base_fee(c);
    pthread_mutex_unlock(&c->ahead_lock);
    pthread_mutex_lock(&c->sealed_lock);
    c->sealed_height = head->height;
    pthread_cond_broadcast(&c->sealed_news);
    pthread_mutex_unlock(&c->sealed_lock);
    pthread_mutex_lock(&c->listener_lock);
    if (c->listener) c->listener->sealed(c->listener->ctx, head->height);
    pthread_mutex_unlock(&c->listener_lock);
}

bool chain_newest_block(struct chain *c, struct chain_block *out) {
    struct st_snapshot *snap;
    uint64_t height;
    if (!st_store_height(c->store, &height) || err_is(st_snapshot_open(c->store, ST_LATEST, &snap)))
        return false;
    bool ok = chain_load_block(snap, height, out);
    st_snapshot_close(snap);
    return ok;
}

bool chain_block_hash(void *ctx, uint64_t number, struct b32 *out) {
    struct chain *c = ctx;
    struct st_snapshot *snap;
    struct chain_block block;
    const struct chain_recent_hash *known = &c->recent[number % CHAIN_RECENT_HASHES];
    if (known->is_known && known->height == number) {
        *out = known->hash;
        return true;
    }
    if (err_is(st_snapshot_open(c->store, ST_LATEST, &snap))) return false;
    bool ok = chain_load_block(snap, number, &block);
    st_snapshot_close(snap);
    if (!ok) return false;
    remember_hash(c, number, &block.hash);
    *out = block.hash;
    return true;
}

/* A block of the sealed past, by its hash. */
static bool newest_block_by_hash(void *ctx, const struct b32 *hash, struct chain_block *out) {
    struct chain *c = ctx;
    struct st_snapshot *snap;
    struct bytes height;
    if (err_is(st_snapshot_open(c->store, ST_LATEST, &snap))) return false;
    bool ok = st_record_get(snap, ST_TABLE_BLOCK_HASH, BYTES_OF(*hash), &height) && height.n == 8 &&
              chain_load_block(snap, load_be64(height.p), out);
    st_snapshot_close(snap);
    return ok;
}

/* Has the block room for all the gas that the transaction may use? The first one always fits: no
 * limit of a transaction is above a block's, and a Move transaction is bounded by it when it runs.
 */
static bool fits(const struct chain_open_block *b, const struct mempool_tx *tx) {
    uint64_t room = b->head.gas_limit - b->head.gas_used;
    if (b->head.root_count == 0) return true;
    if (tx->vm == ST_VM_EVM) return ((const struct evm_tx *)tx->decoded)->gas_limit <= room;
    if (tx->vm == ST_VM_SVM) return ((const struct chain_solana_tx *)tx->decoded)->gas_max <= room;
    /* Clients sign the default of 2,000,000 units, thousands of times what they use: a Move
     * transaction is let in while half of the block is free. */
    return room >= b->head.gas_limit / 2;
}

/* Fills the block from the mempool until nothing is ready, the gas is used up, or its time is over.
 */
static void fill(struct chain *c, struct chain_exec *x, struct chain_eth_build *e,
                 struct chain_open_block *b, uint64_t fill_ms) {
    uint64_t start = steady_ms(), stop_at = start + fill_ms,
             stragglers_until = start + STRAGGLERS_MS;
    bool wait_for_stragglers = fill_ms == INSTANT_BLOCK_MS && c->is_busy;
    while (b->head.root_count < CHAIN_BLOCK_TXS_MAX && b->head.gas_used < b->head.gas_limit) {
        struct mempool_tx *tx = mempool_take(c->mempool);
        if (!tx && wait_for_stragglers && steady_ms() < stragglers_until &&
            mempool_wait_ready(c->mempool, STRAGGLER_PAUSE_US))
            continue;
        if (!tx) break;
        if (!fits(b, tx)) {
            mempool_put_back(c->mempool, tx, nonce_now(c, tx));
            break;
        }
        run_one(c, x, e, b, tx);
        if (steady_ms() >= stop_at) break;
    }
    c->is_busy = b->head.root_count > 1;
}

/* Opens the block that comes next, as it has been asked for. */
static void open_next(struct chain *c, struct chain_open_block *b, const struct chain_block *parent,
                      uint64_t now_us, struct chain_ahead *ahead) {
    pthread_mutex_lock(&c->ahead_lock);
    *ahead = c->ahead;
    pthread_mutex_unlock(&c->ahead_lock);
    uint64_t time_us = chain_clock_next_us(&ahead->clock, parent->timestamp_us, now_us);
    if (c->is_ethereum) /* another second than the parent's */
        time_us = max_u64(time_us, parent->timestamp_us + 1000000) / 1000000 * 1000000;
    chain_block_open(c, b, parent, time_us);
    b->head.gas_limit = chain_next_gas_limit(c, parent, time_us / 1000000, ahead->gas_limit);
    b->head.coinbase = ahead->coinbase;
    if (ahead->has_base_fee) b->head.base_fee = ahead->base_fee;
    if (ahead->has_randao) b->head.prev_randao = ahead->randao;
}

/* What was set for that block only is used up, unless it has been set again meanwhile. */
static void use_up(struct chain *c, const struct chain_ahead *used, uint64_t made_us,
                   uint64_t now_us) {
    pthread_mutex_lock(&c->ahead_lock);
    struct chain_ahead *a = &c->ahead;
    if (used->clock.has_next && a->clock.has_next && a->clock.next_s == used->clock.next_s)
        chain_clock_made(&a->clock, made_us, now_us);
    if (used->has_base_fee && u256_eq(&a->base_fee, &used->base_fee)) a->has_base_fee = false;
    if (used->has_randao && b32_eq(&a->randao, &used->randao)) a->has_randao = false;
    pthread_mutex_unlock(&c->ahead_lock);
}

/* Runs what is in the mempool. False if the block cannot be: its transactions are then lost. */
static bool fill_block(struct chain *c, struct chain_open_block *b,
                       const struct chain_block *parent, uint64_t fill_ms,
                       struct eth_refusal *why) {
    struct evm_host host = {.ctx = c, .block_hash = chain_block_hash};
    struct chain_exec x = {.options = &c->options,
                           .cross = &c->cross,
                           .journal = c->journal,
                           .machine = c->machine,
                           .move_vm = c->move_vm,
                           .head = &b->head,
                           .arena = &b->arena,
                           .host = &host,
                           .crosses = !c->is_ethereum,
                           .solana_programs = c->solana_programs,
                           .block_by_hash = newest_block_by_hash,
                           .block_ctx = c};
    if (!c->is_ethereum) {
        fill(c, &x, NULL, b, fill_ms);
        return true;
    }
    struct chain_eth_build e;
    struct eth_block content = {0};
    struct eth_rules rules = chain_rules_after(c, parent, b->head.timestamp_us / 1000000);
    chain_eth_begin(&e, c, b, &rules, &host);
    fill(c, &x, &e, b, fill_ms);
    return chain_eth_end(&e, &content, why);
}

/* The EVM accounts that a block has changed, with their nonces. */
struct changed_nonces {
    struct mempool_nonce *list;
    size_t count, cap;
};

static void note_nonce(void *ctx, const struct st_account *a) {
    struct changed_nonces *n = ctx;
    if (!a->nonce) return; /* it cannot have risen */
    if (n->count == n->cap) {
        n->cap = n->cap ? 2 * n->cap : 64;
        n->list = xrealloc(n->list, n->cap * sizeof *n->list);
    }
    struct mempool_nonce *to = &n->list[n->count++];
    *to = (struct mempool_nonce){.nonce = a->nonce};
    memcpy(to->sender.b, a->address.b, 20);
}

/* Seals a filled block and says so. */
static struct err seal_next(struct chain *c, struct chain_open_block *b,
                            const struct chain_ahead *ahead, uint64_t now_us) {
    struct changed_nonces nonces = {0};
    st_each_changed_account(c->journal, note_nonce, &nonces);
    struct err e = chain_block_seal(c, b, NULL, NULL);
    if (err_is(e)) {
        log_line(LOG_ERROR, "block %llu: %s", (unsigned long long)b->head.height, e.text);
        c->failed = true;
        c->unbalanced = e.code == CHAIN_ERR_SUPPLY;
    } else {
        mempool_catch_up(c->mempool, ST_VM_EVM, nonces.list, nonces.count);
        use_up(c, ahead, b->head.timestamp_us, now_us);
        chain_head_changed(c, &b->head);
    }
    free(nonces.list);
    mempool_sealed(c->mempool, !err_is(e)      ? NULL
                               : c->unbalanced ? e.text
                                               : "the block could not be written");
    return e;
}

struct err chain_make_block(struct chain *c, bool even_empty, uint64_t fill_ms) {
    struct chain_block parent;
    struct chain_open_block b;
    struct chain_ahead ahead;
    struct eth_refusal why;
    uint64_t now_us = chain_wall_clock_us();
    if (!chain_newest_block(c, &parent)) {
        c->failed = true;
        return err_at(CHAIN_ERR_STORE, "the newest block cannot be read", 0);
    }
    open_next(c, &b, &parent, now_us, &ahead);
    struct err e = ERR_NONE;
    if (!fill_block(c, &b, &parent, fill_ms, &why)) {
        log_line(LOG_ERROR, "block %llu: %s", (unsigned long long)b.head.height, why.text);
        e = err_at(CHAIN_ERR_INVALID, eth_err_text(why.code), b.head.height);
        chain_reset_journal(c);
        mempool_sealed(c->mempool, why.text);
    } else if (b.head.root_count || even_empty) {
        e = seal_next(c, &b, &ahead, now_us);
    } else if (c->is_ethereum) {
        chain_reset_journal(c); /* what a block begins and ends with was done to it */
    }
    chain_block_close(&b);
    return e;
}

/* ---- The thread */

/* When blocks come by the clock, when the next one is due on the steady clock. */
static struct chain_mining mining_now(struct chain *c, uint64_t *due_ms) {
    pthread_mutex_lock(&c->ahead_lock);
    struct chain_mining m = c->ahead.mining;
    if (c->mining_changed) *due_ms = steady_ms() + m.interval_ms;
    c->mining_changed = false;
    pthread_mutex_unlock(&c->ahead_lock);
    return m;
}

static void *sequencer_main(void *arg) {
    struct chain *c = arg;
    uint64_t due = 0;
    pthread_setname_np(pthread_self(), "tern-sequencer");
    while (!c->failed) {
        struct chain_mining m = mining_now(c, &due);
        uint64_t now = steady_ms();
        uint64_t timeout = !m.interval_ms ? UINT64_MAX : due > now ? due - now : 0;
        if (!mempool_wait(c->mempool, timeout, m.automine)) break;
        chain_run_orders(c);
        if (c->failed) break;
        m = mining_now(c, &due);
        now = steady_ms();
        if (m.interval_ms && now >= due) {
            due = max_u64(due + m.interval_ms, now);
            chain_make_block(c, true, m.interval_ms);
        } else if (m.automine && mempool_has_ready(c->mempool)) {
            chain_make_block(c, false, INSTANT_BLOCK_MS);
        }
    }
    /* Nothing shown as included is lost: the block is not in the store, and no receipt was given.
     */
    if (c->failed) {
        log_line(LOG_ERROR, "the sequencer stops: %s",
                 c->unbalanced ? "money has been made or lost" : "the store cannot be written");
        mempool_stop(c->mempool);
    }
    chain_close_orders(c);
    if (c->unbalanced && c->options.unbalanced) c->options.unbalanced(c->options.unbalanced_ctx);
    return NULL;
}

/* ---- Life */

enum { CALL_GAS = 50000000 }; /* as go-ethereum's --rpc.gascap */

static void fill_defaults(struct chain_options *o) {
    if (!o->chain_id) o->chain_id = 31337;
    if (!o->move_chain_id) o->move_chain_id = 4;
    if (!o->call_gas_max) o->call_gas_max = max_u64(o->gas_limit, CALL_GAS);
    if (!o->gas_limit) o->gas_limit = 60000000;
    if (!o->history_blocks) o->history_blocks = 256;
}

/* The faucet's key is derived from a public text: it guards nothing but development coins. */
static void make_faucet_key(struct chain *c) {
    sha3_256(&c->faucet_seed, BYTES_LIT("TERN::development faucet"));
    c->faucet_address = chain_ed25519_address(&c->faucet_seed);
}

static struct err open_state(struct chain *c) {
    struct st_store_options so = {.dir = c->options.data_dir,
                                  .history_blocks = c->options.history_blocks};
    struct err e = st_store_open(&c->store, &so);
    if (err_is(e)) return e;
    c->journal = st_sequencer_journal(c->store);
    c->move_vm = mv_vm_new(NULL);
    c->solana_programs = sol_programs_new(0, &sol_mainnet_features);
    c->machine = evm_machine_new();
    uint64_t height;
    eth_schedule_fork(&c->schedule, EVM_OSAKA);
    c->schedule.chain_id = c->options.chain_id;
    if (st_store_height(c->store, &height))
        e = chain_eth_reopen(c);
    else
        e = c->options.genesis.n ? chain_eth_genesis(c) : chain_genesis(c);
    if (!err_is(e)) e = chain_supply_load(c);
    if (!err_is(e)) e = chain_amend_programs(c); /* a new chain has them from genesis on */
    if (!err_is(e) && c->options.import.n) e = chain_eth_import(c);
    c->options.genesis = c->options.import = (struct bytes){NULL, 0}; /* were borrowed */
    if (err_is(e)) return e;
    c->cross.chain_id = c->options.chain_id;
    struct chain_block head;
    if (!chain_newest_block(c, &head))
        return err_at(CHAIN_ERR_STORE, "the newest block cannot be read", 0);
    chain_head_changed(c, &head);
    return ERR_NONE;
}

/* What a chain begins with, before any verb of dev.h. */
void chain_ahead_init(struct chain *c) {
    c->ahead = (struct chain_ahead){
        .gas_limit = c->options.gas_limit,
        .mining = {.automine = !c->options.block_time_ms, .interval_ms = c->options.block_time_ms}};
    c->mining_changed = true;
    if (getrandom(&c->instance, sizeof c->instance, 0) != sizeof c->instance)
        store_le64(c->instance.b, chain_wall_clock_us());
}

struct err chain_open(struct chain **out, const struct chain_options *options) {
    struct chain *c = xcalloc(1, sizeof *c);
    c->options = *options;
    fill_defaults(&c->options);
    c->cross = xvm_params_default;
    c->cross.chain_id = c->options.chain_id;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&c->sealed_lock, NULL);
    pthread_mutex_init(&c->listener_lock, NULL);
    pthread_mutex_init(&c->faucet_lock, NULL);
    pthread_cond_init(&c->sealed_news, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&c->ahead_lock, NULL);
    chain_orders_init(c);
    chain_acceptance_init(&c->acceptance);
    chain_ahead_init(c);
    c->mempool = mempool_new();
    make_faucet_key(c);
    struct err e = open_state(c);
    if (err_is(e)) {
        chain_close(c);
        return e;
    }
    pthread_attr_t thread;
    pthread_attr_init(&thread);
    pthread_attr_setstacksize(&thread, SEQUENCER_STACK_BYTES);
    c->sequencer_runs = pthread_create(&c->sequencer, &thread, sequencer_main, c) == 0;
    pthread_attr_destroy(&thread);
    if (!c->sequencer_runs) {
        chain_close(c);
        return err_at(CHAIN_ERR_STORE, "the sequencer's thread cannot be started", 0);
    }
    *out = c;
    return ERR_NONE;
}

void chain_set_stopping(struct chain *c) {
    pthread_mutex_lock(&c->sealed_lock);
    c->stopping = true;
    pthread_cond_broadcast(&c->sealed_news);
    pthread_mutex_unlock(&c->sealed_lock);
}

bool chain_is_stopping(struct chain *c) {
    pthread_mutex_lock(&c->sealed_lock);
    bool stopping = c->stopping;
    pthread_mutex_unlock(&c->sealed_lock);
    return stopping;
}

void chain_close(struct chain *c) {
    if (!c) return;
    chain_set_stopping(c);
    mempool_stop(c->mempool);
    if (c->sequencer_runs) pthread_join(c->sequencer, NULL);
    mempool_free(c->mempool);
    chain_acceptance_free(&c->acceptance);
    chain_points_free(c);
    chain_orders_free(c);
    free(c->impersonated);
    buf_free(&c->tokens_touched);
    if (c->journal) st_journal_free(c->journal);
    if (c->machine) evm_machine_free(c->machine);
    if (c->move_vm) mv_vm_free(c->move_vm);
    sol_programs_free(c->solana_programs);
    if (c->store) st_store_close(c->store);
    pthread_mutex_destroy(&c->sealed_lock);
    pthread_mutex_destroy(&c->listener_lock);
    pthread_mutex_destroy(&c->faucet_lock);
    pthread_mutex_destroy(&c->ahead_lock);
    pthread_cond_destroy(&c->sealed_news);
    free(c);
}

const struct chain_options *chain_get_options(const struct chain *c) {
    return &c->options;
}
struct st_store *chain_store(struct chain *c) {
    return c->store;
}
const struct eth_schedule *chain_schedule(const struct chain *c) {
    return &c->schedule;
}
bool chain_is_ethereum(const struct chain *c) {
    return c->is_ethereum;
}
struct mv_vm *chain_move_vm(struct chain *c) {
    return c->move_vm;
}

void chain_listen(struct chain *c, const struct chain_listener *l) {
    pthread_mutex_lock(&c->listener_lock);
    c->listener = l;
    pthread_mutex_unlock(&c->listener_lock);
    mempool_watch(c->mempool, l ? l->arrived : NULL, l ? l->ctx : NULL);
}

uint64_t chain_wait_block(struct chain *c, uint64_t height, uint64_t timeout_ms) {
    struct timespec until = chain_deadline(timeout_ms);
    pthread_mutex_lock(&c->sealed_lock);
    while (!c->stopping && c->sealed_height <= height &&
           pthread_cond_timedwait(&c->sealed_news, &c->sealed_lock, &until) == 0) {
    }
    uint64_t newest = c->sealed_height;
    pthread_mutex_unlock(&c->sealed_lock);
    return newest;
}
