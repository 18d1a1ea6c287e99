/* Development verbs: amending the state, making blocks, time, headers, senders without keys. */
#include "chain/internal.h"

#include <stdlib.h>

enum { SECOND_US = 1000000 };

/* ---- The newest state */

static void amend_account(struct st_journal *j, const struct chain_amendment *a) {
    struct st_account *account = st_account(j, &a->address);
    struct u256 sum;
    switch (a->kind) {
    case CHAIN_AMEND_BALANCE: st_set_balance(j, account, &a->value); break;
    case CHAIN_AMEND_ADD_BALANCE:
        if (u256_add(&sum, &account->balance, &a->value)) memset(&sum, 0xff, sizeof sum);
        st_set_balance(j, account, &sum);
        break;
    case CHAIN_AMEND_NONCE: st_set_nonce(j, account, a->nonce); break;
    case CHAIN_AMEND_CODE: st_set_code(j, account, st_code_new(a->data)); break;
    case CHAIN_AMEND_SLOT:
        st_touch(j, account, true); /* storage belongs to accounts that exist */
        st_set_slot(j, st_slot(j, account, &a->key), &a->value);
        break;
    case CHAIN_AMEND_ITEM: break;
    }
}

struct amend_order {
    const struct chain_amendment *list;
    size_t count;
};

static uint64_t pool_nonce(void *ctx, uint8_t vm, const struct b32 *sender) {
    struct chain *c = ctx;
    if (vm == ST_VM_SVM) return 0;
    if (vm == ST_VM_MOVE) return chain_move_sequence_number(c->journal, sender);
    struct b20 address;
    memcpy(address.b, sender->b, 20);
    return st_account(c->journal, &address)->nonce;
}

void chain_refresh_pool(struct chain *c) {
    mempool_refresh(c->mempool, pool_nonce, c);
}

/* Each amendment is a transaction of its own: what an account is left with decides whether it goes,
 * but one with slots alone is kept. */
static struct err run_amend(struct chain *c, void *arg) {
    const struct amend_order *o = arg;
    for (size_t i = 0; i < o->count; i++) {
        const struct chain_amendment *a = &o->list[i];
        st_begin_tx(c->journal);
        if (a->kind != CHAIN_AMEND_ITEM)
            amend_account(c->journal, a);
        else if (a->data.p)
            st_put(c->journal, a->domain, a->item_key, a->data);
        else
            st_delete(c->journal, a->domain, a->item_key);
        st_end_tx(c->journal, a->kind != CHAIN_AMEND_SLOT);
    }
    struct err e = chain_seal_amended(c);
    if (err_is(e))
        c->failed = true; /* the journal holds what the store does not */
    else
        chain_refresh_pool(c);
    return e;
}

struct err chain_amend(struct chain *c, const struct chain_amendment *list, size_t count) {
    return chain_order(c, run_amend, &(struct amend_order){list, count});
}

/* ---- Making blocks */

struct mine_order {
    const struct chain_mine *how;
    uint64_t height;
};

static struct err run_mine(struct chain *c, void *arg) {
    enum { FILL_MS = 4000 };
    struct mine_order *o = arg;
    struct err e = ERR_NONE;
    for (uint64_t i = 0; i < o->how->count && !err_is(e); i++) {
        if (chain_is_stopping(c)) {
            e = err_at(CHAIN_ERR_STOPPING, "the node is stopping", i);
            break;
        }
        if (o->how->interval_s) {
            int64_t ignored;
            e = chain_increase_time(c, o->how->interval_s, &ignored);
        }
        if (!err_is(e)) e = chain_make_block(c, true, FILL_MS);
    }
    st_store_height(c->store, &o->height);
    return e;
}

struct err chain_mine(struct chain *c, const struct chain_mine *how, uint64_t *height) {
    if (how->count > CHAIN_MINE_MAX)
        return err_at(CHAIN_ERR_INVALID, "more than 1,000,000 blocks are asked for at once",
                      how->count);
    if (how->has_timestamp) {
        struct err e = chain_set_next_timestamp(c, how->timestamp_s);
        if (err_is(e)) return e;
    }
    struct mine_order o = {.how = how};
    struct err e = chain_order(c, run_mine, &o);
    *height = o.height;
    return e;
}

struct chain_mining chain_get_mining(struct chain *c) {
    pthread_mutex_lock(&c->ahead_lock);
    struct chain_mining m = c->ahead.mining;
    pthread_mutex_unlock(&c->ahead_lock);
    return m;
}

void chain_set_mining(struct chain *c, const struct chain_mining *m) {
    pthread_mutex_lock(&c->ahead_lock);
    c->ahead.mining = *m;
    c->mining_changed = true;
    pthread_mutex_unlock(&c->ahead_lock);
    mempool_wake(c->mempool);
}

/* ---- Time */

struct err chain_increase_time(struct chain *c, uint64_t seconds, int64_t *offset_s) {
    pthread_mutex_lock(&c->ahead_lock);
    bool ok = chain_clock_increase(&c->ahead.clock, seconds);
    *offset_s = c->ahead.clock.offset_us / SECOND_US;
    pthread_mutex_unlock(&c->ahead_lock);
    return ok ? ERR_NONE
              : err_at(CHAIN_ERR_INVALID, "the time would be too far in the future", seconds);
}

struct err chain_set_time(struct chain *c, uint64_t timestamp_s, uint64_t *ahead_s) {
    if (timestamp_s > CHAIN_TIME_MAX_S)
        return err_at(CHAIN_ERR_INVALID, "the time is too far in the future", timestamp_s);
    uint64_t now_us = chain_wall_clock_us();
    pthread_mutex_lock(&c->ahead_lock);
    uint64_t before_s =
        chain_clock_next_us(&c->ahead.clock, c->ahead.newest_us, now_us) / SECOND_US;
    chain_clock_set(&c->ahead.clock, timestamp_s * SECOND_US, now_us);
    pthread_mutex_unlock(&c->ahead_lock);
    *ahead_s = timestamp_s > before_s ? timestamp_s - before_s : 0;
    return ERR_NONE;
}

struct err chain_set_next_timestamp(struct chain *c, uint64_t timestamp_s) {
    struct err e = ERR_NONE;
    if (timestamp_s > CHAIN_TIME_MAX_S)
        return err_at(CHAIN_ERR_INVALID, "the time is too far in the future", timestamp_s);
    pthread_mutex_lock(&c->ahead_lock);
    if (timestamp_s < c->ahead.newest_us / SECOND_US) {
        e = err_at(CHAIN_ERR_INVALID, "is lower than previous block's timestamp", timestamp_s);
    } else {
        c->ahead.clock.has_next = true;
        c->ahead.clock.next_s = timestamp_s;
    }
    pthread_mutex_unlock(&c->ahead_lock);
    return e;
}

void chain_set_timestamp_step(struct chain *c, uint64_t seconds) {
    pthread_mutex_lock(&c->ahead_lock);
    c->ahead.clock.has_step = true;
    c->ahead.clock.step_s = min_u64(seconds, CHAIN_TIME_MAX_S);
    pthread_mutex_unlock(&c->ahead_lock);
}

bool chain_clear_timestamp_step(struct chain *c) {
    pthread_mutex_lock(&c->ahead_lock);
    bool had = c->ahead.clock.has_step;
    c->ahead.clock.has_step = false;
    pthread_mutex_unlock(&c->ahead_lock);
    return had;
}

uint64_t chain_next_timestamp(struct chain *c) {
    uint64_t now_us = chain_wall_clock_us();
    pthread_mutex_lock(&c->ahead_lock);
    uint64_t us = chain_clock_next_us(&c->ahead.clock, c->ahead.newest_us, now_us);
    pthread_mutex_unlock(&c->ahead_lock);
    return us / SECOND_US;
}

/* ---- Headers */

static const struct u256 *pending_base_fee(const struct chain_ahead *a) {
    return a->has_base_fee ? &a->base_fee : &a->computed_base_fee;
}

struct u256 chain_pending_base_fee(struct chain *c) {
    pthread_mutex_lock(&c->ahead_lock);
    struct u256 fee = *pending_base_fee(&c->ahead);
    pthread_mutex_unlock(&c->ahead_lock);
    return fee;
}

void chain_tell_base_fee(struct chain *c) {
    mempool_set_base_fee(c->mempool, pending_base_fee(&c->ahead));
}

void chain_set_next_base_fee(struct chain *c, const struct u256 *fee) {
    pthread_mutex_lock(&c->ahead_lock);
    c->ahead.has_base_fee = true;
    c->ahead.base_fee = *fee;
    chain_tell_base_fee(c);
    pthread_mutex_unlock(&c->ahead_lock);
}

void chain_set_next_randao(struct chain *c, const struct b32 *randao) {
    pthread_mutex_lock(&c->ahead_lock);
    c->ahead.has_randao = true;
    c->ahead.randao = *randao;
    pthread_mutex_unlock(&c->ahead_lock);
}

void chain_set_coinbase(struct chain *c, const struct b20 *coinbase) {
    pthread_mutex_lock(&c->ahead_lock);
    c->ahead.coinbase = *coinbase;
    pthread_mutex_unlock(&c->ahead_lock);
}

void chain_set_gas_limit(struct chain *c, uint64_t gas_limit) {
    pthread_mutex_lock(&c->ahead_lock);
    c->ahead.gas_limit = gas_limit;
    pthread_mutex_unlock(&c->ahead_lock);
}

/* ---- Senders without keys */

static size_t find_impersonated(const struct chain *c, const struct b20 *address) {
    size_t i = 0;
    while (i < c->impersonated_count && !b20_eq(&c->impersonated[i], address)) i++;
    return i;
}

void chain_impersonate(struct chain *c, const struct b20 *address, bool on) {
    pthread_mutex_lock(&c->ahead_lock);
    size_t i = find_impersonated(c, address);
    if (on && i == c->impersonated_count) {
        if (c->impersonated_count == c->impersonated_cap) {
            c->impersonated_cap = c->impersonated_cap ? 2 * c->impersonated_cap : 16;
            c->impersonated =
                xrealloc(c->impersonated, c->impersonated_cap * sizeof *c->impersonated);
        }
        c->impersonated[c->impersonated_count++] = *address;
    } else if (!on && i < c->impersonated_count) {
        c->impersonated[i] = c->impersonated[--c->impersonated_count];
    }
    pthread_mutex_unlock(&c->ahead_lock);
}

void chain_impersonate_all(struct chain *c, bool on) {
    pthread_mutex_lock(&c->ahead_lock);
    c->impersonate_all = on;
    pthread_mutex_unlock(&c->ahead_lock);
}

bool chain_is_impersonated(struct chain *c, const struct b20 *address) {
    pthread_mutex_lock(&c->ahead_lock);
    bool yes = c->impersonate_all || find_impersonated(c, address) < c->impersonated_count;
    pthread_mutex_unlock(&c->ahead_lock);
    return yes;
}

/* ---- The mempool */

struct mempool_view *chain_pool_list(struct chain *c, struct arena *arena, size_t *count) {
    return mempool_list(c->mempool, arena, count);
}

void chain_pool_counts(struct chain *c, uint8_t vm, size_t *pending, size_t *queued) {
    mempool_counts(c->mempool, vm, pending, queued);
}

bool chain_pool_drop(struct chain *c, const struct b32 *hash) {
    return mempool_remove(c->mempool, hash, "dropped on demand");
}

void chain_pool_drop_sender(struct chain *c, const struct b20 *sender) {
    struct b32 key = {0};
    memcpy(key.b, sender->b, 20);
    mempool_remove_sender(c->mempool, ST_VM_EVM, &key, "dropped on demand");
}

void chain_pool_clear(struct chain *c) {
    mempool_clear(c->mempool, "dropped on demand");
}
