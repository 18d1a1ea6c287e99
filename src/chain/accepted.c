/* Transactions whose submitters were answered at once although blocks are made at once: whoever
 * asks for anything afterwards waits for their block instead (chain_wait_accepted), and so sees the
 * same. In between submissions, execution and sealing overlap. */
#include "chain/internal.h"

#include <stdlib.h>

struct chain_accepted {
    struct mempool_waiter waiter; /* first */
    struct chain_acceptance *list;
    uint64_t turn;
    struct chain_accepted *earlier, *later;
};

void chain_acceptance_init(struct chain_acceptance *a) {
    pthread_condattr_t attr;
    pthread_mutex_init(&a->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&a->news, &attr);
    pthread_condattr_destroy(&attr);
}

void chain_acceptance_free(struct chain_acceptance *a) {
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->news);
}

static void end(struct chain_accepted *x) {
    struct chain_acceptance *a = x->list;
    pthread_mutex_lock(&a->lock);
    *(x->earlier ? &x->earlier->later : &a->first) = x->later;
    *(x->later ? &x->later->earlier : &a->last) = x->earlier;
    atomic_fetch_sub(&a->count, 1);
    if (a->sleepers && !x->earlier) pthread_cond_broadcast(&a->news);
    pthread_mutex_unlock(&a->lock);
    free(x);
}

/* It is in a block, was refused, or its time is over. Under the pool's lock. */
static void told(struct mempool_waiter *w) {
    end((struct chain_accepted *)w);
}

struct mempool_waiter *chain_accept(struct chain_acceptance *a) {
    struct chain_accepted *x = xcalloc(1, sizeof *x);
    x->waiter.told = told;
    x->list = a;
    pthread_mutex_lock(&a->lock);
    x->turn = a->turns++;
    x->earlier = a->last;
    *(a->last ? &a->last->later : &a->first) = x;
    a->last = x;
    atomic_fetch_add(&a->count, 1);
    pthread_mutex_unlock(&a->lock);
    return &x->waiter;
}

void chain_accept_not(struct mempool_waiter *w) {
    end((struct chain_accepted *)w);
}

void chain_wait_accepted(struct chain *c, uint64_t wait_ms) {
    struct chain_acceptance *a = &c->acceptance;
    if (!atomic_load(&a->count)) return;
    struct timespec until = chain_deadline(wait_ms);
    pthread_mutex_lock(&a->lock);
    uint64_t turn = a->turns;
    a->sleepers++;
    while (a->first && a->first->turn < turn &&
           pthread_cond_timedwait(&a->news, &a->lock, &until) == 0) {
    }
    a->sleepers--;
    pthread_mutex_unlock(&a->lock);
}
