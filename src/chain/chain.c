/* The chain's life and the sequencer's thread. */
#include "chain/internal.h"

#include "crypto/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Every leg runs on this stack: eight crossings of the deepest machine, with room to spare. */
enum { SEQUENCER_STACK_BYTES = 16 << 20 };
/* In instant mode a block takes what arrives while it is built, but no longer than this. */
enum { INSTANT_BLOCK_MS = 20 };

static uint64_t wall_clock_us(void) {
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
    if (tx->vm == ST_VM_MOVE) return chain_move_sequence_number(c->journal, &tx->sender);
    struct b20 address;
    memcpy(address.b, tx->sender.b, 20);
    return st_account(c->journal, &address)->nonce;
}

static bool execute(struct chain_exec *x, struct mempool_tx *tx, struct chain_tx *out,
                    struct chain_refusal *refusal) {
    if (tx->vm == ST_VM_EVM)
        return chain_execute_evm(x, tx->decoded, tx->raw, &tx->hash, 0, out, refusal);
    return chain_execute_move(x, tx->decoded, tx->raw, &tx->hash, false, out, refusal);
}

/* Runs a taken transaction; true if it is in the block now. */
static bool run_one(struct chain *c, struct chain_exec *x, struct chain_open_block *b,
                    struct mempool_tx *tx) {
    struct chain_tx *out = ARENA_NEW(&b->arena, struct chain_tx);
    struct chain_refusal refusal = {0};
    bool done = execute(x, tx, out, &refusal);
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

static void announce(struct chain *c, uint64_t height) {
    pthread_mutex_lock(&c->sealed_lock);
    c->sealed_height = height;
    pthread_cond_broadcast(&c->sealed_news);
    pthread_mutex_unlock(&c->sealed_lock);
    for (uint32_t i = 0; i < c->listener_count; i++)
        c->listeners[i].sealed(c->listeners[i].ctx, height);
}

static bool newest_block(struct chain *c, struct chain_block *out) {
    struct st_snapshot *snap;
    uint64_t height;
    if (!st_store_height(c->store, &height) || err_is(st_snapshot_open(c->store, ST_LATEST, &snap)))
        return false;
    bool ok = chain_load_block(snap, height, out);
    st_snapshot_close(snap);
    return ok;
}

static bool sequencer_block_hash(void *ctx, uint64_t number, struct b32 *out) {
    struct chain *c = ctx;
    struct st_snapshot *snap;
    struct chain_block block;
    if (err_is(st_snapshot_open(c->store, ST_LATEST, &snap))) return false;
    bool ok = chain_load_block(snap, number, &block);
    st_snapshot_close(snap);
    if (ok) *out = block.hash;
    return ok;
}

/* Has the block room for all the gas that the transaction may use? The first one always fits: no
 * limit of a transaction is above a block's, and a Move transaction is bounded by it when it runs.
 */
static bool fits(const struct chain_open_block *b, const struct mempool_tx *tx) {
    uint64_t room = b->head.gas_limit - b->head.gas_used;
    if (b->head.root_count == 0) return true;
    if (tx->vm == ST_VM_EVM) return ((const struct evm_tx *)tx->decoded)->gas_limit <= room;
    /* Clients sign the default of 2,000,000 units, thousands of times what they use: a Move
     * transaction is let in while half of the block is free. */
    return room >= b->head.gas_limit / 2;
}

/* Fills the block from the mempool until nothing is ready, the gas is used up, or its time is over.
 */
static void fill(struct chain *c, struct chain_exec *x, struct chain_open_block *b) {
    uint64_t stop_at =
        steady_ms() + (c->options.block_time_ms ? c->options.block_time_ms : INSTANT_BLOCK_MS);
    while (b->head.root_count < CHAIN_BLOCK_TXS_MAX && b->head.gas_used < b->head.gas_limit) {
        struct mempool_tx *tx = mempool_take(c->mempool);
        if (!tx) break;
        if (!fits(b, tx)) {
            mempool_put_back(c->mempool, tx, nonce_now(c, tx));
            break;
        }
        run_one(c, x, b, tx);
        if (steady_ms() >= stop_at) break;
    }
}

/* Builds and seals one block; in instant mode none if nothing was valid. Returns false if the store
 * failed. */
static bool make_block(struct chain *c) {
    struct chain_block parent;
    struct chain_open_block b;
    if (!newest_block(c, &parent)) return false;
    chain_block_open(c, &b, &parent, max_u64(wall_clock_us(), parent.timestamp_us + 1));
    struct evm_host host = {.ctx = c, .block_hash = sequencer_block_hash};
    struct chain_exec x = {.options = &c->options,
                           .cross = &c->cross,
                           .journal = c->journal,
                           .machine = c->machine,
                           .move_vm = c->move_vm,
                           .head = &b.head,
                           .arena = &b.arena,
                           .host = &host};
    fill(c, &x, &b);
    struct err e = ERR_NONE;
    if (b.head.root_count || c->options.block_time_ms) {
        e = chain_block_seal(c, &b);
        if (err_is(e))
            log_line(LOG_ERROR, "block %llu: %s", (unsigned long long)b.head.height, e.text);
        mempool_sealed(c->mempool, err_is(e) ? "the block could not be written" : NULL);
        if (!err_is(e)) announce(c, b.head.height);
    }
    chain_block_close(&b);
    return !err_is(e);
}

/* Interval mode: sleeps until `due_ms` on the steady clock. False when the chain is stopping. */
static bool sleep_until(struct chain *c, uint64_t due_ms) {
    struct timespec until = {.tv_sec = (time_t)(due_ms / 1000),
                             .tv_nsec = (long)(due_ms % 1000) * 1000000};
    pthread_mutex_lock(&c->sealed_lock);
    while (!c->stopping && pthread_cond_timedwait(&c->sealed_news, &c->sealed_lock, &until) == 0) {
    }
    bool go_on = !c->stopping;
    pthread_mutex_unlock(&c->sealed_lock);
    return go_on;
}

static void *sequencer_main(void *arg) {
    struct chain *c = arg;
    uint64_t interval = c->options.block_time_ms, due = steady_ms() + interval;
    while (interval ? sleep_until(c, due) : mempool_wait(c->mempool, UINT64_MAX)) {
        due = max_u64(due + interval, steady_ms());
        if (make_block(c)) continue;
        /* Nothing shown as included is lost: the block is not in the store, and no receipt was
         * given. */
        log_line(LOG_ERROR, "the sequencer stops: the store cannot be written");
        mempool_stop(c->mempool);
        break;
    }
    return NULL;
}

/* ---- Life */

static void fill_defaults(struct chain_options *o) {
    if (!o->chain_id) o->chain_id = 31337;
    if (!o->move_chain_id) o->move_chain_id = 4;
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
    c->machine = evm_machine_new();
    uint64_t height;
    if (!st_store_height(c->store, &height)) {
        e = chain_genesis(c);
        if (err_is(e)) return e;
        st_store_height(c->store, &height);
    }
    c->sealed_height = height;
    return ERR_NONE;
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
    pthread_mutex_init(&c->faucet_lock, NULL);
    pthread_cond_init(&c->sealed_news, &attr);
    pthread_condattr_destroy(&attr);
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

void chain_close(struct chain *c) {
    if (!c) return;
    pthread_mutex_lock(&c->sealed_lock);
    c->stopping = true;
    pthread_cond_broadcast(&c->sealed_news);
    pthread_mutex_unlock(&c->sealed_lock);
    mempool_stop(c->mempool);
    if (c->sequencer_runs) pthread_join(c->sequencer, NULL);
    mempool_free(c->mempool);
    if (c->journal) st_journal_free(c->journal);
    if (c->machine) evm_machine_free(c->machine);
    if (c->move_vm) mv_vm_free(c->move_vm);
    if (c->store) st_store_close(c->store);
    pthread_mutex_destroy(&c->sealed_lock);
    pthread_mutex_destroy(&c->faucet_lock);
    pthread_cond_destroy(&c->sealed_news);
    free(c);
}

const struct chain_options *chain_get_options(const struct chain *c) {
    return &c->options;
}
struct st_store *chain_store(struct chain *c) {
    return c->store;
}
struct mv_vm *chain_move_vm(struct chain *c) {
    return c->move_vm;
}

void chain_listen(struct chain *c, void (*sealed)(void *ctx, uint64_t height), void *ctx) {
    if (c->listener_count == CHAIN_LISTENERS_MAX) return;
    c->listeners[c->listener_count].sealed = sealed;
    c->listeners[c->listener_count].ctx = ctx;
    c->listener_count++;
}

uint64_t chain_wait_block(struct chain *c, uint64_t height, uint64_t timeout_ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&c->sealed_lock);
    while (!c->stopping && c->sealed_height <= height &&
           pthread_cond_timedwait(&c->sealed_news, &c->sealed_lock, &until) == 0) {
    }
    uint64_t newest = c->sealed_height;
    pthread_mutex_unlock(&c->sealed_lock);
    return newest;
}
