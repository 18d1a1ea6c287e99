#include "chain/mempool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* One sender with waiting transactions, or with one that the sequencer has taken. */
struct mempool_sender {
    struct b32 address;
    uint8_t vm;
    bool ready;     /* in the ready queue */
    bool held;      /* kept until the block is sealed: readers do not see its nonce before */
    uint64_t nonce; /* the account's, as far as the pool knows */
    uint32_t count;
    uint32_t taken; /* of this sender, with the sequencer */
    struct mempool_tx *first;
    struct mempool_sender *next_ready, *next_held;
    uint32_t slot;
};

/* A submitter that waits; lives on its stack. */
struct mempool_waiter {
    struct mempool_outcome *outcome;
    bool over;
    struct mempool_waiter
        *next; /* in the list of those whose transaction ran but is not sealed yet */
};

struct mempool {
    pthread_mutex_t lock;
    pthread_cond_t work; /* for the sequencer */
    pthread_cond_t news; /* for submitters */
    bool stopped;
    struct map by_hash, by_sender;
    struct mempool_tx *txs[MEMPOOL_MAX];
    uint32_t free_tx[MEMPOOL_MAX], free_tx_count;
    struct mempool_sender *senders[MEMPOOL_MAX];
    uint32_t free_sender[MEMPOOL_MAX], free_sender_count;
    struct mempool_sender *ready_first, *ready_last;
    struct mempool_waiter *unsealed;
    struct mempool_sender *held;
    uint32_t taken; /* by the sequencer and not done */
};

static uint64_t hash_of_tx(const void *ctx, uint32_t index) {
    const struct mempool *p = ctx;
    return map_hash32(p->txs[index]->hash.b, 0);
}

static uint64_t hash_of_address(const struct b32 *address, uint8_t vm) {
    return map_hash32(address->b, vm);
}

static uint64_t hash_of_sender(const void *ctx, uint32_t index) {
    const struct mempool *p = ctx;
    return hash_of_address(&p->senders[index]->address, p->senders[index]->vm);
}

static uint64_t now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec;
}

static struct timespec deadline(uint64_t ms) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
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
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++)
        p->free_tx[i] = p->free_sender[i] = MEMPOOL_MAX - 1 - i;
    p->free_tx_count = p->free_sender_count = MEMPOOL_MAX;
    return p;
}

void mempool_free(struct mempool *p) {
    if (!p) return;
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++) {
        if (p->txs[i]) mempool_tx_free(p->txs[i]);
        free(p->senders[i]);
    }
    map_free(&p->by_hash);
    map_free(&p->by_sender);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->news);
    pthread_mutex_destroy(&p->lock);
    free(p);
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

static struct mempool_tx *find_tx(const struct mempool *p, const struct b32 *hash) {
    struct map_probe it = map_begin(&p->by_hash, map_hash32(hash->b, 0));
    for (uint32_t i; map_next(&p->by_hash, &it, &i);)
        if (b32_eq(&p->txs[i]->hash, hash)) return p->txs[i];
    return NULL;
}

static struct mempool_sender *find_sender(const struct mempool *p, uint8_t vm,
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
    s->slot = p->free_sender[--p->free_sender_count];
    p->senders[s->slot] = s;
    map_insert(&p->by_sender, hash_of_address(address, vm), s->slot);
    return s;
}

static void drop_sender_if_idle(struct mempool *p, struct mempool_sender *s) {
    if (s->count || s->taken || s->ready || s->held) return;
    map_remove(&p->by_sender, hash_of_address(&s->address, s->vm), s->slot);
    p->senders[s->slot] = NULL;
    p->free_sender[p->free_sender_count++] = s->slot;
    free(s);
}

/* Takes a transaction out of the hash index; the list of its sender is the caller's business. */
static void unindex(struct mempool *p, struct mempool_tx *tx) {
    map_remove(&p->by_hash, map_hash32(tx->hash.b, 0), tx->slot);
    p->txs[tx->slot] = NULL;
    p->free_tx[p->free_tx_count++] = tx->slot;
}

static void index_tx(struct mempool *p, struct mempool_tx *tx) {
    tx->slot = p->free_tx[--p->free_tx_count];
    p->txs[tx->slot] = tx;
    map_insert(&p->by_hash, map_hash32(tx->hash.b, 0), tx->slot);
}

static void tell(struct mempool *p, struct mempool_tx *tx, const struct mempool_outcome *what) {
    if (!tx->waiter) return;
    *tx->waiter->outcome = *what;
    tx->waiter->over = true;
    tx->waiter = NULL;
    pthread_cond_broadcast(&p->news);
}

/* Removes a waiting transaction with a reason. */
static void evict(struct mempool *p, struct mempool_tx *tx, const char *reason) {
    struct mempool_outcome what = {.refused = true};
    snprintf(what.text, sizeof what.text, "%s", reason);
    struct mempool_tx **at = &tx->owner->first;
    while (*at != tx) at = &(*at)->next;
    *at = tx->next;
    tx->owner->count--;
    unindex(p, tx);
    tell(p, tx, &what);
    mempool_tx_free(tx);
}

static void make_ready(struct mempool *p, struct mempool_sender *s) {
    s->ready = true;
    s->next_ready = NULL;
    if (p->ready_last)
        p->ready_last->next_ready = s;
    else
        p->ready_first = s;
    p->ready_last = s;
    pthread_cond_signal(&p->work);
}

static void update_ready(struct mempool *p, struct mempool_sender *s) {
    if (!s->ready && !s->taken && s->first && s->first->nonce <= s->nonce) make_ready(p, s);
}

/* Frees the room of transactions that have waited too long. Called when the pool is full. */
static void expire(struct mempool *p) {
    uint64_t now = now_s();
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++) {
        struct mempool_tx *tx = p->txs[i];
        if (!tx || tx->taken || now - tx->arrived_s < MEMPOOL_EXPIRY_S) continue;
        struct mempool_sender *s = tx->owner;
        evict(p, tx, "the transaction waited too long for the nonces before it");
        drop_sender_if_idle(p, s);
    }
}

/* price of `tx` >= price of `old` * 1.1, without rounding down. */
static bool pays_bump(const struct mempool_tx *tx, const struct mempool_tx *old) {
    struct u256 hundred = u256_from_u64(100), bump = u256_from_u64(100 + MEMPOOL_BUMP_PERCENT), a,
                b;
    if (u256_bit_length(&tx->price) > 240 || u256_bit_length(&old->price) > 240) return false;
    u256_mul(&a, &tx->price, &hundred);
    u256_mul(&b, &old->price, &bump);
    return !u256_lt(&a, &b);
}

static enum mempool_err place(struct mempool *p, struct mempool_tx *tx, uint64_t account_nonce) {
    if (p->stopped) return MEMPOOL_ERR_STOPPED;
    if (find_tx(p, &tx->hash)) return MEMPOOL_ERR_KNOWN;
    struct mempool_sender *s = find_sender(p, tx->vm, &tx->sender);
    if (s) {
        struct mempool_tx **at = &s->first;
        while (*at && (*at)->nonce < tx->nonce) at = &(*at)->next;
        if (*at && (*at)->nonce == tx->nonce) {
            if (!pays_bump(tx, *at)) return MEMPOOL_ERR_UNDERPRICED;
            evict(p, *at, "replaced by a transaction with the same nonce and a higher price");
        }
    }
    if (!p->free_tx_count) expire(p);
    s = find_sender(p, tx->vm, &tx->sender);
    if (!p->free_tx_count || (!s && !p->free_sender_count)) return MEMPOOL_ERR_FULL;
    bool is_new = !s;
    if (is_new) s = add_sender(p, tx->vm, &tx->sender, account_nonce);
    if (s->count >= MEMPOOL_SENDER_MAX) return MEMPOOL_ERR_SENDER_FULL;
    if (!s->taken && account_nonce > s->nonce) s->nonce = account_nonce;
    struct mempool_tx **at = &s->first;
    while (*at && (*at)->nonce < tx->nonce) at = &(*at)->next;
    tx->next = *at;
    *at = tx;
    tx->owner = s;
    tx->arrived_s = now_s();
    s->count++;
    index_tx(p, tx);
    /* The nonce of a new sender was read from a sealed block, and may be behind: the sequencer
     * knows better, and puts back what cannot run yet. */
    if (is_new)
        make_ready(p, s);
    else
        update_ready(p, s);
    return MEMPOOL_ERR_NONE;
}

/* The nonce that follows everything of this sender that can run now. */
static uint64_t gapless_end(const struct mempool_sender *s) {
    uint64_t nonce = s->nonce + s->taken;
    for (const struct mempool_tx *tx = s->first; tx && tx->nonce <= nonce; tx = tx->next)
        if (tx->nonce == nonce) nonce++;
    return nonce;
}

enum mempool_err mempool_insert(struct mempool *p, struct mempool_tx *tx, uint64_t account_nonce,
                                uint64_t wait_ms, struct mempool_outcome *outcome) {
    struct mempool_waiter waiter = {.outcome = outcome};
    struct b32 hash = tx->hash;
    *outcome = (struct mempool_outcome){0};
    pthread_mutex_lock(&p->lock);
    enum mempool_err e = place(p, tx, account_nonce);
    if (e) {
        pthread_mutex_unlock(&p->lock);
        mempool_tx_free(tx);
        return e;
    }
    if (wait_ms && tx->nonce < gapless_end(tx->owner)) {
        struct timespec until = deadline(wait_ms);
        tx->waiter = &waiter;
        while (!waiter.over && pthread_cond_timedwait(&p->news, &p->lock, &until) == 0) {
        }
        if (!waiter.over) { /* give up waiting: nobody may write to this stack any more */
            struct mempool_tx *still = find_tx(p, &hash);
            if (still && still->waiter == &waiter) still->waiter = NULL;
            for (struct mempool_waiter **at = &p->unsealed; *at; at = &(*at)->next)
                if (*at == &waiter) {
                    *at = waiter.next;
                    break;
                }
        }
    }
    pthread_mutex_unlock(&p->lock);
    return MEMPOOL_ERR_NONE;
}

struct mempool_tx *mempool_take(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    struct mempool_tx *tx = NULL;
    while (p->ready_first && !tx) {
        struct mempool_sender *s = p->ready_first;
        p->ready_first = s->next_ready;
        if (!p->ready_first) p->ready_last = NULL;
        s->ready = false;
        tx = s->first;
        if (!tx) { /* all it had was replaced or expired meanwhile */
            drop_sender_if_idle(p, s);
            continue;
        }
        s->first = tx->next;
        s->count--;
        tx->taken = true;
        s->taken++;
        p->taken++;
    }
    pthread_mutex_unlock(&p->lock);
    return tx;
}

bool mempool_wait(struct mempool *p, uint64_t timeout_ms) {
    pthread_mutex_lock(&p->lock);
    struct timespec until = deadline(timeout_ms == UINT64_MAX ? 0 : timeout_ms);
    int rc = 0;
    while (!p->stopped && !p->ready_first && rc == 0)
        rc = timeout_ms == UINT64_MAX ? pthread_cond_wait(&p->work, &p->lock)
                                      : pthread_cond_timedwait(&p->work, &p->lock, &until);
    bool go_on = !p->stopped;
    pthread_mutex_unlock(&p->lock);
    return go_on;
}

void mempool_done(struct mempool *p, struct mempool_tx *tx, uint64_t next_nonce,
                  const struct mempool_outcome *refusal) {
    pthread_mutex_lock(&p->lock);
    struct mempool_sender *s = tx->owner;
    unindex(p, tx);
    if (refusal) {
        tell(p, tx, refusal);
    } else if (tx->waiter) {
        tx->waiter->next = p->unsealed;
        p->unsealed = tx->waiter;
    }
    s->taken--;
    p->taken--;
    s->nonce = next_nonce;
    if (!refusal && !s->held) {
        s->held = true;
        s->next_held = p->held;
        p->held = s;
    }
    update_ready(p, s);
    drop_sender_if_idle(p, s);
    pthread_mutex_unlock(&p->lock);
    mempool_tx_free(tx);
}

void mempool_put_back(struct mempool *p, struct mempool_tx *tx, uint64_t next_nonce) {
    pthread_mutex_lock(&p->lock);
    struct mempool_sender *s = tx->owner;
    struct mempool_tx **at = &s->first;
    while (*at && (*at)->nonce < tx->nonce) at = &(*at)->next;
    tx->next = *at;
    *at = tx;
    s->count++;
    tx->taken = false;
    s->taken--;
    p->taken--;
    s->nonce = next_nonce;
    update_ready(p, s);
    pthread_mutex_unlock(&p->lock);
}

void mempool_sealed(struct mempool *p, const char *error) {
    pthread_mutex_lock(&p->lock);
    for (struct mempool_waiter *w = p->unsealed; w; w = w->next) {
        w->over = true;
        w->outcome->sealed = !error;
        w->outcome->refused = error != NULL;
        if (error) snprintf(w->outcome->text, sizeof w->outcome->text, "%s", error);
    }
    p->unsealed = NULL;
    while (p->held) {
        struct mempool_sender *s = p->held;
        p->held = s->next_held;
        s->held = false;
        drop_sender_if_idle(p, s);
    }
    pthread_cond_broadcast(&p->news);
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

bool mempool_find(struct mempool *p, const struct b32 *hash, struct arena *arena, uint8_t *vm,
                  struct bytes *raw) {
    pthread_mutex_lock(&p->lock);
    struct mempool_tx *tx = find_tx(p, hash);
    if (tx) {
        *vm = tx->vm;
        *raw = arena_copy(arena, tx->raw);
    }
    pthread_mutex_unlock(&p->lock);
    return tx != NULL;
}

uint64_t mempool_next_nonce(struct mempool *p, uint8_t vm, const struct b32 *sender,
                            uint64_t account_nonce) {
    pthread_mutex_lock(&p->lock);
    struct mempool_sender *s = find_sender(p, vm, sender);
    uint64_t nonce = s ? max_u64(gapless_end(s), account_nonce) : account_nonce;
    pthread_mutex_unlock(&p->lock);
    return nonce;
}

size_t mempool_count(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    size_t n = MEMPOOL_MAX - p->free_tx_count;
    pthread_mutex_unlock(&p->lock);
    return n;
}
