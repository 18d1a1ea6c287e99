/* The mempool as others see it: looking for, listing and removing what waits. */
#include "chain/mempool_impl.h"

#include <stdlib.h>

bool mempool_find(struct mempool *p, const struct b32 *hash, struct arena *arena, uint8_t *vm,
                  struct bytes *raw) {
    pthread_mutex_lock(&p->lock);
    struct mempool_tx *tx = mempool_find_tx(p, hash);
    if (!tx) tx = mempool_find_executed(p, hash);
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
    struct mempool_sender *s = mempool_find_sender(p, vm, sender);
    uint64_t nonce = s ? mempool_gapless_from(s, account_nonce) : account_nonce;
    pthread_mutex_unlock(&p->lock);
    return nonce;
}

size_t mempool_count(struct mempool *p) {
    pthread_mutex_lock(&p->lock);
    size_t n = MEMPOOL_MAX - p->free_tx_count;
    pthread_mutex_unlock(&p->lock);
    return n;
}

static bool is_pending(const struct mempool_tx *tx) {
    return tx->taken || tx->nonce < mempool_gapless_end(tx->owner);
}

static int by_sender(const void *x, const void *y) {
    const struct mempool_view *a = x, *b = y;
    int c = a->vm != b->vm ? a->vm - b->vm : memcmp(&a->sender, &b->sender, sizeof a->sender);
    return c ? c : a->nonce < b->nonce ? -1 : a->nonce > b->nonce;
}

struct mempool_view *mempool_list(struct mempool *p, struct arena *arena, size_t *count) {
    pthread_mutex_lock(&p->lock);
    size_t n = 0, room = MEMPOOL_MAX - p->free_tx_count;
    struct mempool_view *list = ARENA_ARRAY(arena, struct mempool_view, room);
    for (uint32_t i = 0; i < MEMPOOL_MAX && n < room; i++) {
        const struct mempool_tx *tx = p->txs[i];
        if (!tx) continue;
        list[n++] = (struct mempool_view){.hash = tx->hash,
                                          .sender = tx->sender,
                                          .vm = tx->vm,
                                          .pending = is_pending(tx),
                                          .nonce = tx->nonce,
                                          .raw = arena_copy(arena, tx->raw)};
    }
    pthread_mutex_unlock(&p->lock);
    if (n) qsort(list, n, sizeof *list, by_sender);
    *count = n;
    return list;
}

void mempool_counts(struct mempool *p, uint8_t vm, size_t *pending, size_t *queued) {
    *pending = *queued = 0;
    pthread_mutex_lock(&p->lock);
    for (uint32_t i = 0; i < p->senders_end; i++) {
        const struct mempool_sender *s = p->senders[i];
        if (!s || s->vm != vm) continue;
        uint64_t end = mempool_gapless_end(s);
        *pending += s->taken;
        for (const struct mempool_tx *tx = s->first; tx; tx = tx->next)
            ++*(tx->nonce < end ? pending : queued);
    }
    pthread_mutex_unlock(&p->lock);
}

/* ---- Removing */

/* The last one first: so each is told the reason, and none that it has a gap before it now. */
static void remove_all(struct mempool *p, struct mempool_sender *s, const char *reason) {
    while (s->first) {
        struct mempool_tx *last = s->first;
        while (last->next) last = last->next;
        mempool_evict(p, last, reason);
    }
    mempool_drop_sender_if_idle(p, s);
}

bool mempool_remove(struct mempool *p, const struct b32 *hash, const char *reason) {
    pthread_mutex_lock(&p->lock);
    struct mempool_tx *tx = mempool_find_tx(p, hash);
    bool waits = tx && !tx->taken;
    if (waits) {
        struct mempool_sender *s = tx->owner;
        mempool_evict(p, tx, reason);
        mempool_drop_sender_if_idle(p, s);
    }
    pthread_mutex_unlock(&p->lock);
    return waits;
}

void mempool_remove_sender(struct mempool *p, uint8_t vm, const struct b32 *sender,
                           const char *reason) {
    pthread_mutex_lock(&p->lock);
    struct mempool_sender *s = mempool_find_sender(p, vm, sender);
    if (s) remove_all(p, s, reason);
    pthread_mutex_unlock(&p->lock);
}

void mempool_clear(struct mempool *p, const char *reason) {
    pthread_mutex_lock(&p->lock);
    for (uint32_t i = p->senders_end; i-- > 0;)
        if (p->senders[i]) remove_all(p, p->senders[i], reason);
    pthread_mutex_unlock(&p->lock);
}
