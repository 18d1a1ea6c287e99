#include "rpc/pool.h"

#include "base/base.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct job {
    void (*run)(void *arg, unsigned worker);
    void *arg;
};

struct worker {
    struct rpc_pool *pool;
    unsigned index;
    pthread_t thread;
};

struct rpc_pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct job *ring; /* queue_max of them */
    size_t queue_max, first, waiting;
    unsigned idle; /* workers that sleep */
    bool waking;   /* one of them has been called and is on its way */
    bool stopping;
    unsigned thread_count;
    struct worker workers[];
};

/* Calls a worker if there is work that nobody is coming for. One at a time: whoever comes calls the
 * next one if there is still work then. On busy processors those that are awake have mostly done it
 * by that time, and waking a worker for each job would cost more than many jobs do. */
static void call_one(struct rpc_pool *p) {
    if (!p->waiting || !p->idle || p->waking) return;
    p->waking = true;
    pthread_cond_signal(&p->work);
}

static void *work(void *arg) {
    struct worker *self = arg;
    struct rpc_pool *p = self->pool;
    pthread_setname_np(pthread_self(), "tern-worker");
    for (;;) {
        pthread_mutex_lock(&p->lock);
        while (p->waiting == 0 && !p->stopping) {
            p->idle++;
            pthread_cond_wait(&p->work, &p->lock);
            p->idle--;
            p->waking = false;
        }
        if (p->waiting == 0) {
            pthread_mutex_unlock(&p->lock);
            return NULL;
        }
        struct job job = p->ring[p->first];
        p->first = (p->first + 1) % p->queue_max;
        p->waiting--;
        call_one(p);
        pthread_mutex_unlock(&p->lock);
        job.run(job.arg, self->index);
    }
}

struct rpc_pool *rpc_pool_start(unsigned threads, size_t queue_max, size_t stack_bytes) {
    assert(threads >= 1 && queue_max >= 1);
    struct rpc_pool *p = xcalloc(1, sizeof *p + threads * sizeof p->workers[0]);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    p->ring = xcalloc(queue_max, sizeof *p->ring);
    p->queue_max = queue_max;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    int failed = stack_bytes ? pthread_attr_setstacksize(&attr, stack_bytes) : 0;
    while (!failed && p->thread_count < threads) {
        struct worker *w = &p->workers[p->thread_count];
        *w = (struct worker){.pool = p, .index = p->thread_count};
        failed = pthread_create(&w->thread, &attr, work, w);
        if (!failed) p->thread_count++;
    }
    pthread_attr_destroy(&attr);
    if (!failed) return p;
    rpc_pool_stop(p);
    return NULL;
}

bool rpc_pool_submit(struct rpc_pool *p, void (*run)(void *arg, unsigned worker), void *arg) {
    pthread_mutex_lock(&p->lock);
    bool room = !p->stopping && p->waiting < p->queue_max;
    if (room) {
        p->ring[(p->first + p->waiting) % p->queue_max] = (struct job){run, arg};
        p->waiting++;
        call_one(p);
    }
    pthread_mutex_unlock(&p->lock);
    return room;
}

void rpc_pool_stop(struct rpc_pool *p) {
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->thread_count; i++) pthread_join(p->workers[i].thread, NULL);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p->ring);
    free(p);
}
