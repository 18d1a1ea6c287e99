#include "chain/clock.h"
#include "chain/mempool_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* How often expired transactions are looked for. */
enum { SWEEP_S = 60 };

/* One octa a unit of Move gas ranks as one gwei a unit of EVM gas. */
enum { MOVE_TIP_SCALE = 1000000000 };

static uint64_t hash_of_tx(const void *ctx, uint32_t index) {
    const struct mempool *p = ctx;
    return map_hash32(p->txs[index]->hash.b, 0);
}

static uint64_t hash_of_executed(const void *ctx, uint32_t index) {
    const struct mempool *p = ctx;
    return map_hash32(p->executed[index]->hash.b, 0);
}

static uint64_t hash_of_address(const struct b32 *address, uint8_t vm) {
    return map_hash32(address->b, vm);
}

static uint64_t hash_of_sender(const void *ctx, uint32_t index) {
    const struct mempool *p = ctx;
    return hash_of_address(&p->senders[index]->address, p->senders[index]->vm);
}

uint64_t mempool_now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec;
}

struct mempool *mempool_new(void) {
    struct mempool *p = xcalloc(1, sizeof *p);
    pthread_condattr_t attr;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->work, &attr);
    pthread_cond_init(&p->news, &attr);
    pthread_condattr_destroy(&attr);
    map_init(&p->by_hash, hash_of_tx, p);
    map_init(&p->by_sender, hash_of_sender, p);
    map_init(&p->executed_by_hash, hash_of_executed, p);
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++)
        p->free_tx[i] = p->free_sender[i] = MEMPOOL_MAX - 1 - i;
    p->free_tx_count = p->free_sender_count = MEMPOOL_MAX;
    return p;
}

struct mempool_tx *mempool_tx_new(void) {
    struct mempool_tx *tx = xcalloc(1, sizeof *tx);
    arena_init(&tx->arena, 0);
    return tx;
}

void mempool_tx_free(struct mempool_tx *tx) {
    arena_free(&tx->arena);
    free(tx);
}

struct mempool_tx *mempool_find_tx(const struct mempool *p, const struct b32 *hash) {
    struct map_probe it = map_begin(&p->by_hash, map_hash32(hash->b, 0));
    for (uint32_t i; map_next(&p->by_hash, &it, &i);)
        if (b32_eq(&p->txs[i]->hash, hash)) return p->txs[i];
    return NULL;
}

struct mempool_tx *mempool_find_executed(const struct mempool *p, const struct b32 *hash) {
    struct map_probe it = map_begin(&p->executed_by_hash, map_hash32(hash->b, 0));
    for (uint32_t i; map_next(&p->executed_by_hash, &it, &i);)
        if (b32_eq(&p->executed[i]->hash, hash)) return p->executed[i];
    return NULL;
}

struct mempool_sender *mempool_find_sender(const struct mempool *p, uint8_t vm,
                                           const struct b32 *address) {
    struct map_probe it = map_begin(&p->by_sender, hash_of_address(address, vm));
    for (uint32_t i; map_next(&p->by_sender, &it, &i);)
        if (p->senders[i]->vm == vm && b32_eq(&p->senders[i]->address, address))
            return p->senders[i];
    return NULL;
}

static struct mempool_sender *add_sender(struct mempool *p, uint8_t vm, const struct b32 *address,
                                         uint64_t nonce) {
    struct mempool_sender *s = xcalloc(1, sizeof *s);
    s->address = *address;
    s->vm = vm;
    s->nonce = nonce;
    s->unsure = true;
    s->slot = p->free_sender[--p->free_sender_count];
    p->senders[s->slot] = s;
    if (s->slot >= p->senders_end) p->senders_end = s->slot + 1;
    map_insert(&p->by_sender, hash_of_address(address, vm), s->slot);
    return s;
}

void mempool_drop_sender_if_idle(struct mempool *p, struct mempool_sender *s) {
    if (s->count || s->taken || s->held) return;
    map_remove(&p->by_sender, hash_of_address(&s->address, s->vm), s->slot);
    p->senders[s->slot] = NULL;
    while (p->senders_end && !p->senders[p->senders_end - 1]) p->senders_end--;
    p->free_sender[p->free_sender_count++] = s->slot;
    free(s);
}

/* Takes a transaction out of the hash index; the list of its sender is the caller's business. */
static void unindex(struct mempool *p, struct mempool_tx *tx) {
    map_remove(&p->by_hash, map_hash32(tx->hash.b, 0), tx->slot);
    p->txs[tx->slot] = NULL;
    p->free_tx[p->free_tx_count++] = tx->slot;
    p->bytes -= tx->raw.n;
}

static void index_tx(struct mempool *p, struct mempool_tx *tx) {
    tx->slot = p->free_tx[--p->free_tx_count];
    p->txs[tx->slot] = tx;
    p->bytes += tx->raw.n;
    map_insert(&p->by_hash, map_hash32(tx->hash.b, 0), tx->slot);
}

/* ---- What ran in the open block */

static void keep_executed(struct mempool *p, struct mempool_tx *tx) {
    if (p->executed_count == p->executed_cap) {
        p->executed_cap = p->executed_cap ? 2 * p->executed_cap : 64;
        p->executed = xrealloc(p->executed, p->executed_cap * sizeof *p->executed);
    }
    tx->owner = NULL;
    p->executed[p->executed_count] = tx;
    map_insert(&p->executed_by_hash, map_hash32(tx->hash.b, 0), (uint32_t)p->executed_count++);
}

static void forget_executed(struct mempool *p) {
    map_clear(&p->executed_by_hash);
    while (p->executed_count) mempool_tx_free(p->executed[--p->executed_count]);
}

/* ---- Waiters */

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void start_time(struct mempool *p, struct mempool_waiter *w) {
    w->timed = true;
    w->earlier = p->last_timed;
    *(p->last_timed ? &p->last_timed->later : &p->first_timed) = w;
    p->last_timed = w;
}

static void stop_time(struct mempool *p, struct mempool_waiter *w) {
    if (!w->timed) return;
    *(w->earlier ? &w->earlier->later : &p->first_timed) = w->later;
    *(w->later ? &w->later->earlier : &p->last_timed) = w->earlier;
    w->timed = false;
}

/* Lets go of a waiter whose transaction waits, or ran and is not sealed. */
static void detach(struct mempool *p, struct mempool_waiter *w) {
    stop_time(p, w);
    if (w->tx) {
        w->tx->waiter = NULL;
        return;
    }
    struct mempool_waiter **at = &p->unsealed;
    while (*at && *at != w) at = &(*at)->next_unsealed;
    if (*at) *at = w->next_unsealed;
}

static void tell(struct mempool *p, struct mempool_tx *tx, const struct mempool_outcome *what) {
    struct mempool_waiter *w = tx->waiter;
    if (!w) return;
    detach(p, w);
    w->outcome = *what;
    w->told(w);
}

/* Tells those whose time is over (all with `everybody`); it is their own affair now. */
static void release(struct mempool *p, bool everybody) {
    uint64_t now = now_ms();
    for (struct mempool_waiter *w; (w = p->first_timed) && (everybody || w->until_ms <= now);) {
        detach(p, w);
        w->told(w);
    }
}

void mempool_release_waiters(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    p->none_waits = true;
    release(p, true);
    pthread_mutex_unlock(&p->lock);
}

void mempool_free(struct mempool *p) {
    if (!p) return;
    mempool_release_waiters(p);
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++) {
        if (p->txs[i]) mempool_tx_free(p->txs[i]);
        free(p->senders[i]);
    }
    forget_executed(p);
    free(p->executed);
    map_free(&p->executed_by_hash);
    map_free(&p->by_hash);
    map_free(&p->by_sender);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->news);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void mempool_evict(struct mempool *p, struct mempool_tx *tx, const char *reason) {
    struct mempool_outcome what = {.refused = true};
    struct mempool_sender *s = tx->owner;
    snprintf(what.text, sizeof what.text, "%s", reason);
    struct mempool_tx **at = &s->first;
    while (*at != tx) at = &(*at)->next;
    *at = tx->next;
    s->count--;
    unindex(p, tx);
    tell(p, tx, &what);
    mempool_tx_free(tx);
    mempool_update_ready(p, s);
}

/* ---- The ready heap */

static bool before(const struct mempool_sender *a, const struct mempool_sender *b) {
    return a->tip != b->tip ? a->tip > b->tip : a->turn < b->turn;
}

static void put_at(struct mempool *p, uint32_t i, struct mempool_sender *s) {
    p->ready[i] = s;
    s->place = i + 1;
}

/* Brings the sender at place i to where it belongs, all others being in order. */
static void sift(struct mempool *p, uint32_t i) {
    struct mempool_sender *s = p->ready[i];
    for (; i && before(s, p->ready[(i - 1) / 2]); i = (i - 1) / 2)
        put_at(p, i, p->ready[(i - 1) / 2]);
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= p->ready_count) break;
        if (child + 1 < p->ready_count && before(p->ready[child + 1], p->ready[child])) child++;
        if (!before(p->ready[child], s)) break;
        put_at(p, i, p->ready[child]);
        i = child;
    }
    put_at(p, i, s);
}

static void leave_heap(struct mempool *p, struct mempool_sender *s) {
    uint32_t i = s->place - 1;
    s->place = 0;
    struct mempool_sender *last = p->ready[--p->ready_count];
    if (last == s) return;
    put_at(p, i, last);
    sift(p, i);
}

bool mempool_tip(const struct mempool *p, const struct mempool_tx *tx, uint64_t *tip) {
    struct u256 room, scale = u256_from_u64(MOVE_TIP_SCALE);
    if (tx->vm != ST_VM_EVM) { /* a price of 64 bits: the product does not overflow */
        u256_mul(&room, &tx->price, &scale);
        *tip = u256_sat_u64(&room);
        return true;
    }
    if (u256_lt(&tx->price, &p->base_fee)) return false;
    u256_sub(&room, &tx->price, &p->base_fee);
    *tip = min_u64(u256_sat_u64(&room), u256_sat_u64(&tx->tip));
    return true;
}

/* Nothing of this sender can run before something else happens: nobody waits for it any longer. */
static void release_all_of(struct mempool *p, struct mempool_sender *s) {
    static const struct mempool_outcome nothing_known;
    for (struct mempool_tx *tx = s->first; tx; tx = tx->next) tell(p, tx, &nothing_known);
}

void mempool_update_ready(struct mempool *p, struct mempool_sender *s) {
    const struct mempool_tx *tx = s->first;
    uint64_t tip = 0;
    bool ready =
        tx && !s->taken && (s->unsure || tx->nonce <= s->nonce) && mempool_tip(p, tx, &tip);
    if (!ready) {
        if (s->place) leave_heap(p, s);
        if (!s->taken) release_all_of(p, s);
        return;
    }
    if (!s->place) {
        s->turn = p->turns++;
        s->tip = tip;
        put_at(p, p->ready_count++, s);
        sift(p, s->place - 1);
        pthread_cond_signal(&p->work);
    } else if (tip != s->tip) {
        s->tip = tip;
        sift(p, s->place - 1);
    }
}

/* ---- Inserting */

/* a >= b + 10 %, rounded down as geth does, and more than b. */
static bool is_bumped(const struct u256 *a, const struct u256 *b) {
    struct u256 least, percent = u256_from_u64(100 + MEMPOOL_BUMP_PERCENT),
                       hundred = u256_from_u64(100);
    if (!u256_lt(b, a) || u256_bit_length(b) > 240) return false;
    u256_mul(&least, b, &percent);
    u256_divmod(&least, NULL, &least, &hundred);
    return !u256_lt(a, &least);
}

static bool replaces(const struct mempool_tx *tx, const struct mempool_tx *old) {
    return is_bumped(&tx->price, &old->price) && is_bumped(&tx->tip, &old->tip);
}

/* The transaction of that nonce, or where it would stand. */
static struct mempool_tx **find_place(struct mempool_sender *s, uint64_t nonce) {
    struct mempool_tx **at = &s->first;
    while (*at && (*at)->nonce < nonce) at = &(*at)->next;
    return at;
}

static void link_tx(struct mempool *p, struct mempool_sender *s, struct mempool_tx *tx) {
    struct mempool_tx **at = find_place(s, tx->nonce);
    tx->next = *at;
    *at = tx;
    tx->owner = s;
    tx->arrived_s = mempool_now_s();
    s->count++;
    index_tx(p, tx);
}

/* Stands in for `old` at once, so that the sender keeps its turn. */
static void replace(struct mempool *p, struct mempool_tx *old, struct mempool_tx *tx) {
    struct mempool_sender *s = old->owner;
    struct mempool_outcome what = {
        .refused = true,
        .text = "replaced by a transaction with the same nonce and a higher price"};
    struct mempool_tx **at = find_place(s, old->nonce);
    *at = old->next;
    s->count--;
    unindex(p, old);
    tell(p, old, &what);
    mempool_tx_free(old);
    link_tx(p, s, tx);
    mempool_update_ready(p, s);
}

static bool has_room(const struct mempool *p, const struct mempool_tx *tx) {
    return p->free_tx_count && tx->raw.n <= MEMPOOL_MAX_BYTES - p->bytes;
}

uint64_t mempool_gapless_from(const struct mempool_sender *s, uint64_t account_nonce) {
    uint64_t nonce = max_u64(s->nonce + s->taken, account_nonce);
    for (const struct mempool_tx *tx = s->first; tx && tx->nonce <= nonce; tx = tx->next)
        if (tx->nonce == nonce) nonce++;
    return nonce;
}

uint64_t mempool_gapless_end(const struct mempool_sender *s) {
    return mempool_gapless_from(s, 0);
}

/* A sender who may not have more waiting can still send what the others wait for: the one with the
 * highest nonce goes. */
static bool make_way(struct mempool *p, struct mempool_sender *s, const struct mempool_tx *tx) {
    struct mempool_tx *last = s->first;
    while (last->next) last = last->next;
    if (tx->nonce > mempool_gapless_end(s) || tx->nonce > last->nonce) return false;
    mempool_evict(p, last, "the sender has sent one with a lower nonce, and may not have more");
    return true;
}

static enum mempool_err place(struct mempool *p, struct mempool_tx *tx, uint64_t account_nonce) {
    if (p->stopped) return MEMPOOL_ERR_STOPPED;
    if (mempool_find_tx(p, &tx->hash) || mempool_find_executed(p, &tx->hash))
        return MEMPOOL_ERR_KNOWN;
    struct mempool_sender *s = mempool_find_sender(p, tx->vm, &tx->sender);
    struct mempool_tx *old = s ? *find_place(s, tx->nonce) : NULL;
    if (old && old->nonce == tx->nonce) {
        if (!replaces(tx, old)) return MEMPOOL_ERR_UNDERPRICED;
        if (tx->raw.n > MEMPOOL_MAX_BYTES - p->bytes + old->raw.n) return MEMPOOL_ERR_FULL;
        replace(p, old, tx);
        return MEMPOOL_ERR_NONE;
    }
    if (mempool_now_s() - p->swept_s >= SWEEP_S || !has_room(p, tx)) mempool_expire(p);
    s = mempool_find_sender(p, tx->vm, &tx->sender);
    if (s && s->count >= MEMPOOL_SENDER_MAX && !make_way(p, s, tx)) return MEMPOOL_ERR_SENDER_FULL;
    bool has_gap = !has_room(p, tx) && tx->nonce > (s ? mempool_gapless_end(s) : account_nonce);
    while (!has_room(p, tx)) {
        enum mempool_err e = mempool_make_room(p, tx, has_gap);
        if (e) return e;
        s = mempool_find_sender(p, tx->vm, &tx->sender);
    }
    if (!s && !p->free_sender_count) return MEMPOOL_ERR_FULL;
    if (!s) s = add_sender(p, tx->vm, &tx->sender, account_nonce);
    if (!s->taken && account_nonce > s->nonce) s->nonce = account_nonce;
    link_tx(p, s, tx);
    mempool_update_ready(p, s);
    return MEMPOOL_ERR_NONE;
}

/* Places the transaction, and lets `waiter` wait for it if it can run without waiting for others.
 * Locked. */
static enum mempool_err insert(struct mempool *p, struct mempool_tx *tx, uint64_t account_nonce,
                               struct mempool_waiter *waiter, bool *waits) {
    uint64_t tip;
    *waits = false;
    enum mempool_err e = place(p, tx, account_nonce);
    if (e) {
        mempool_tx_free(tx);
        return e;
    }
    if (p->arrived) p->arrived(p->arrived_ctx, tx->vm, &tx->hash);
    /* Where it is not sure what the sender's nonce is, the sequencer finds out, and tells. */
    bool can_run = tx->owner->unsure || tx->nonce < mempool_gapless_end(tx->owner);
    *waits = waiter && can_run && mempool_tip(p, tx, &tip);
    if (*waits) {
        waiter->tx = tx;
        tx->waiter = waiter;
    }
    return MEMPOOL_ERR_NONE;
}

/* A submitter that blocks; lives on its stack. */
struct blocked {
    struct mempool_waiter waiter; /* first */
    struct mempool *pool;
    bool over;
};

static void unblock(struct mempool_waiter *w) {
    struct blocked *b = (struct blocked *)w;
    b->over = true;
    pthread_cond_broadcast(&b->pool->news);
}

enum mempool_err mempool_insert(struct mempool *p, struct mempool_tx *tx, uint64_t account_nonce,
                                uint64_t wait_ms, struct mempool_outcome *outcome) {
    struct blocked b = {.waiter = {.told = unblock}, .pool = p};
    struct timespec until = chain_deadline(wait_ms);
    bool waits;
    pthread_mutex_lock(&p->lock);
    enum mempool_err e = insert(p, tx, account_nonce, wait_ms ? &b.waiter : NULL, &waits);
    if (waits) {
        while (!b.over && pthread_cond_timedwait(&p->news, &p->lock, &until) == 0) {
        }
        if (!b.over) detach(p, &b.waiter); /* nobody may write to this stack any more */
    }
    pthread_mutex_unlock(&p->lock);
    *outcome = b.waiter.outcome;
    return e;
}

enum mempool_err mempool_insert_waiting(struct mempool *p, struct mempool_tx *tx,
                                        uint64_t account_nonce, uint64_t wait_ms,
                                        struct mempool_waiter *waiter, bool *waits) {
    pthread_mutex_lock(&p->lock);
    bool may_wait = wait_ms && !p->none_waits;
    waiter->until_ms = now_ms() + wait_ms;
    enum mempool_err e = insert(p, tx, account_nonce, may_wait ? waiter : NULL, waits);
    if (*waits) start_time(p, waiter);
    pthread_mutex_unlock(&p->lock);
    return e;
}

void mempool_watch(struct mempool *p,
                   void (*arrived)(void *ctx, uint8_t vm, const struct b32 *hash), void *ctx) {
    pthread_mutex_lock(&p->lock);
    p->arrived = arrived;
    p->arrived_ctx = ctx;
    pthread_mutex_unlock(&p->lock);
}

/* ---- The sequencer */

struct mempool_tx *mempool_take(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    struct mempool_tx *tx = NULL;
    if (p->ready_count) {
        struct mempool_sender *s = p->ready[0];
        leave_heap(p, s);
        tx = s->first;
        s->first = tx->next;
        s->count--;
        tx->taken = true;
        s->taken++;
    }
    pthread_mutex_unlock(&p->lock);
    return tx;
}

bool mempool_wait(struct mempool *p, uint64_t timeout_ms, bool for_ready) {
    pthread_mutex_lock(&p->lock);
    uint64_t now = now_ms(), end = timeout_ms < UINT64_MAX - now ? now + timeout_ms : UINT64_MAX;
    release(p, false);
    while (!p->stopped && !p->woken && !(for_ready && p->ready_count)) {
        now = now_ms();
        if (now >= end) break;
        uint64_t until = p->first_timed ? min_u64(end, p->first_timed->until_ms) : end;
        if (until == UINT64_MAX) {
            pthread_cond_wait(&p->work, &p->lock);
        } else {
            struct timespec t = chain_deadline(until > now ? until - now : 0);
            pthread_cond_timedwait(&p->work, &p->lock, &t);
        }
        release(p, false);
    }
    p->woken = false;
    bool go_on = !p->stopped;
    pthread_mutex_unlock(&p->lock);
    return go_on;
}

bool mempool_has_ready(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    bool ready = p->ready_count;
    pthread_mutex_unlock(&p->lock);
    return ready;
}

bool mempool_wait_ready(struct mempool *p, uint64_t timeout_us) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + timeout_us * 1000;
    until.tv_sec += (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&p->lock);
    int rc = 0;
    while (!p->stopped && !p->woken && !p->ready_count && rc == 0)
        rc = pthread_cond_timedwait(&p->work, &p->lock, &until);
    bool ready = p->ready_count;
    pthread_mutex_unlock(&p->lock);
    return ready;
}

void mempool_wake(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    p->woken = true;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
}

void mempool_done(struct mempool *p, struct mempool_tx *tx, uint64_t next_nonce,
                  const struct mempool_outcome *refusal) {
    pthread_mutex_lock(&p->lock);
    struct mempool_sender *s = tx->owner;
    unindex(p, tx);
    if (refusal) {
        tell(p, tx, refusal);
    } else if (tx->waiter) {
        tx->waiter->tx = NULL;
        tx->waiter->next_unsealed = p->unsealed;
        p->unsealed = tx->waiter;
    }
    s->taken--;
    s->nonce = next_nonce;
    s->unsure = false;
    if (!refusal && !s->held) {
        s->held = true;
        s->next_held = p->held;
        p->held = s;
    }
    mempool_update_ready(p, s);
    mempool_drop_sender_if_idle(p, s);
    if (!refusal) keep_executed(p, tx);
    pthread_mutex_unlock(&p->lock);
    if (refusal) mempool_tx_free(tx);
}

void mempool_put_back(struct mempool *p, struct mempool_tx *tx, uint64_t next_nonce) {
    pthread_mutex_lock(&p->lock);
    struct mempool_sender *s = tx->owner;
    struct mempool_tx **at = find_place(s, tx->nonce);
    tx->next = *at;
    *at = tx;
    s->count++;
    tx->taken = false;
    s->taken--;
    s->nonce = next_nonce;
    s->unsure = false;
    mempool_update_ready(p, s);
    pthread_mutex_unlock(&p->lock);
}

void mempool_sealed(struct mempool *p, const char *error) {
    pthread_mutex_lock(&p->lock);
    for (struct mempool_waiter *w; (w = p->unsealed);) {
        p->unsealed = w->next_unsealed;
        stop_time(p, w);
        w->outcome.sealed = !error;
        w->outcome.refused = error != NULL;
        if (error) snprintf(w->outcome.text, sizeof w->outcome.text, "%s", error);
        w->told(w);
    }
    while (p->held) {
        struct mempool_sender *s = p->held;
        p->held = s->next_held;
        s->held = false;
        mempool_drop_sender_if_idle(p, s);
    }
    forget_executed(p);
    pthread_mutex_unlock(&p->lock);
}

void mempool_set_base_fee(struct mempool *p, const struct u256 *fee) {
    pthread_mutex_lock(&p->lock);
    if (!u256_eq(&p->base_fee, fee)) {
        p->base_fee = *fee;
        for (uint32_t i = 0; i < p->senders_end; i++)
            if (p->senders[i]) mempool_update_ready(p, p->senders[i]);
    }
    pthread_mutex_unlock(&p->lock);
}

/* The sender's nonce is known to be this one. Locked. */
static void set_nonce(struct mempool *p, struct mempool_sender *s, uint64_t nonce) {
    s->nonce = nonce;
    s->unsure = false;
    while (s->first && s->first->nonce < nonce) mempool_evict(p, s->first, "nonce too low");
    mempool_update_ready(p, s);
    mempool_drop_sender_if_idle(p, s);
}

void mempool_catch_up(struct mempool *p, uint8_t vm, const struct mempool_nonce *list,
                      size_t count) {
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < count; i++) {
        struct mempool_sender *s = mempool_find_sender(p, vm, &list[i].sender);
        if (s && s->nonce != list[i].nonce) set_nonce(p, s, list[i].nonce);
    }
    pthread_mutex_unlock(&p->lock);
}

void mempool_refresh(struct mempool *p,
                     uint64_t (*nonce)(void *ctx, uint8_t vm, const struct b32 *sender),
                     void *ctx) {
    pthread_mutex_lock(&p->lock);
    for (uint32_t i = p->senders_end; i-- > 0;) {
        struct mempool_sender *s = p->senders[i];
        if (s) set_nonce(p, s, nonce(ctx, s->vm, &s->address));
    }
    pthread_mutex_unlock(&p->lock);
}

void mempool_stop(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    p->stopped = true;
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++)
        if (p->txs[i] && !p->txs[i]->taken && p->txs[i]->waiter)
            tell(p, p->txs[i],
                 &(struct mempool_outcome){.refused = true, .text = "the node is stopping"});
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
}
