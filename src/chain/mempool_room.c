/* The mempool's limits: what has waited too long, and who goes when it is full. */
#include "chain/mempool_impl.h"

/* How many go at once when the pool is full: looking through it is not for one place only. */
enum { EVICTED_AT_ONCE = 16 };

void mempool_expire(struct mempool *p) {
    uint64_t now = mempool_now_s();
    p->swept_s = now;
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++) {
        struct mempool_tx *tx = p->txs[i];
        if (!tx || tx->taken || now - tx->arrived_s < MEMPOOL_EXPIRY_S) continue;
        struct mempool_sender *s = tx->owner;
        mempool_evict(p, tx, "the transaction waited too long for its turn");
        mempool_drop_sender_if_idle(p, s);
    }
}

/* How dear a waiting transaction is: queued ones least, then by tip. */
struct worth {
    bool pending;
    uint64_t tip;
    struct mempool_tx *tx;
};

static bool less(const struct worth *a, const struct worth *b) {
    if (a->pending != b->pending) return !a->pending;
    if (a->tip != b->tip) return a->tip < b->tip;
    /* Of equals the one with most of its sender's before it, then the last that came. */
    return a->tx->nonce != b->tx->nonce ? a->tx->nonce > b->tx->nonce
                                        : a->tx->arrived_s > b->tx->arrived_s;
}

/* Puts `w` among the `*count` least ones, in ascending order. */
static void keep_least(struct worth *list, size_t *count, struct worth w) {
    if (*count == EVICTED_AT_ONCE && !less(&w, &list[*count - 1])) return;
    size_t i = *count < EVICTED_AT_ONCE ? (*count)++ : *count - 1;
    for (; i && less(&w, &list[i - 1]); i--) list[i] = list[i - 1];
    list[i] = w;
}

/* What of a sender may go: everything queued, and of the pending ones those below `tip`. */
static void consider(const struct mempool *p, const struct mempool_sender *s, uint64_t tip,
                     struct worth *least, size_t *count) {
    uint64_t end = mempool_gapless_end(s);
    for (struct mempool_tx *tx = s->first; tx; tx = tx->next) {
        struct worth w = {.tx = tx, .pending = tx->nonce < end};
        if (!mempool_tip(p, tx, &w.tip)) w.tip = 0;
        if (!w.pending || w.tip < tip) keep_least(least, count, w);
    }
}

enum mempool_err mempool_make_room(struct mempool *p, const struct mempool_tx *better,
                                   bool has_gap) {
    struct worth least[EVICTED_AT_ONCE];
    uint64_t tip = 0;
    size_t count = 0;
    /* A queued one pushes out no pending one, and no queued one that pays as much. */
    if (!mempool_tip(p, better, &tip)) tip = 0;
    for (uint32_t i = 0; i < p->senders_end; i++)
        if (p->senders[i]) consider(p, p->senders[i], has_gap ? 0 : tip, least, &count);
    if (has_gap)
        while (count && least[count - 1].tip >= tip) count--;
    for (size_t i = 0; i < count; i++) {
        struct mempool_sender *s = least[i].tx->owner;
        mempool_evict(p, least[i].tx, "dropped: the pool is full and others pay more");
        mempool_drop_sender_if_idle(p, s);
    }
    return count ? MEMPOOL_ERR_NONE : MEMPOOL_ERR_CHEAP;
}
