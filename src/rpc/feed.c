#include "rpc/feed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "rpc/eth_json.h"
#include "rpc/feed_send.h"
#include "rpc/node.h"
#include "rpc/solana_feed.h"

enum {
    FILTERS_MAX = 4096,
    SUBSCRIPTIONS_MAX = 16384,
    SUBSCRIPTIONS_OF_ONE_MAX = 256,
    CRITERIA_MAX_BYTES = 64 << 20,
    FILTER_LIFE_S = 300, /* go-ethereum's default */
    ARRIVALS = 16384,
};

struct entry {
    struct feed_interest in;
    char id[FEED_ID_TEXT];
    uint64_t ws;
    bool silent;       /* a subscription whose id has not been told yet */
    uint64_t used_s;   /* a filter */
    uint64_t sequence; /* never used again */
};

struct rpc_feed {
    struct rpc_node *node;
    struct chain_listener listener;
    pthread_t thread;

    pthread_mutex_t lock; /* for all below; held for moments only */
    pthread_cond_t news;
    struct entry *entries;
    size_t count, capacity;
    size_t filters, subscriptions, criteria_bytes;
    uint64_t sequence;
    uint64_t newest, rewinds; /* how often the chain has gone back */
    struct b32 *arrivals;     /* a ring of ARRIVALS */
    uint64_t arrival_count;
    bool stopping, woken;
};

static uint64_t now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec;
}

/* ---- Criteria */

struct feed_criteria *feed_criteria_new(const struct chain_log_filter *filter) {
    size_t bytes = sizeof(struct feed_criteria) + filter->address_count * sizeof(struct b20);
    for (int i = 0; i < ST_TOPICS_MAX; i++) bytes += filter->topic_counts[i] * sizeof(struct b32);
    struct feed_criteria *c = xcalloc(1, bytes);
    uint8_t *at = (uint8_t *)(c + 1);
    *c = (struct feed_criteria){.references = 1, .bytes = bytes, .filter = *filter};
    for (int i = 0; i < ST_TOPICS_MAX; i++) {
        size_t n = filter->topic_counts[i] * sizeof(struct b32);
        if (n) memcpy(at, filter->topics[i], n);
        c->filter.topics[i] = (const struct b32 *)(const void *)at;
        at += n;
    }
    if (filter->address_count)
        memcpy(at, filter->addresses, filter->address_count * sizeof(struct b20));
    c->filter.addresses = (const struct b20 *)(const void *)at;
    return c;
}

/* With the lock. */
static void unref(struct rpc_feed *f, struct feed_criteria *c) {
    if (!c || --c->references) return;
    f->criteria_bytes -= c->bytes;
    free(c);
}

void feed_criteria_unref(struct rpc_feed *f, struct feed_criteria *c) {
    pthread_mutex_lock(&f->lock);
    unref(f, c);
    pthread_mutex_unlock(&f->lock);
}

/* ---- News (on the chain's threads) */

/* Filters ask for themselves: without subscriptions there is nobody to wake the thread for. */
static void wake(struct rpc_feed *f) {
    if (!f->subscriptions) return;
    f->woken = true;
    pthread_cond_signal(&f->news);
}

static void on_sealed(void *ctx, uint64_t height) {
    struct rpc_feed *f = ctx;
    pthread_mutex_lock(&f->lock);
    if (height <= f->newest) {
        /* The chain has gone back: what comes at these heights is new again. */
        f->rewinds++;
        for (size_t i = 0; i < f->count; i++)
            if (f->entries[i].in.kind != FEED_ARRIVALS)
                f->entries[i].in.next = min_u64(f->entries[i].in.next, height + 1);
    }
    f->newest = height;
    wake(f);
    pthread_mutex_unlock(&f->lock);
    if (f->node->solana_feed) solana_feed_sealed(f->node->solana_feed, height);
}

static void on_arrived(void *ctx, uint8_t vm, const struct b32 *hash) {
    struct rpc_feed *f = ctx;
    if (vm != ST_VM_EVM) return;
    pthread_mutex_lock(&f->lock);
    f->arrivals[f->arrival_count++ % ARRIVALS] = *hash;
    wake(f);
    pthread_mutex_unlock(&f->lock);
}

size_t feed_arrivals(struct rpc_feed *f, uint64_t *next, struct b32 *out, size_t max) {
    pthread_mutex_lock(&f->lock);
    if (f->arrival_count > ARRIVALS) *next = max_u64(*next, f->arrival_count - ARRIVALS);
    size_t n = (size_t)min_u64(max, f->arrival_count - *next);
    for (size_t i = 0; i < n; i++) out[i] = f->arrivals[(*next + i) % ARRIVALS];
    *next += n;
    pthread_mutex_unlock(&f->lock);
    return n;
}

/* ---- Interests; all static calls with the lock */

static void remove_at(struct rpc_feed *f, size_t i) {
    struct entry *e = &f->entries[i];
    unref(f, e->in.criteria);
    if (e->ws)
        f->subscriptions--;
    else
        f->filters--;
    *e = f->entries[--f->count];
}

static void expire(struct rpc_feed *f) {
    uint64_t now = now_s();
    for (size_t i = f->count; i-- > 0;)
        if (!f->entries[i].ws && now - f->entries[i].used_s > FILTER_LIFE_S) remove_at(f, i);
}

static struct entry *find(struct rpc_feed *f, const char *id, uint64_t ws) {
    for (size_t i = 0; i < f->count; i++)
        if (f->entries[i].ws == ws && strcmp(f->entries[i].id, id) == 0) return &f->entries[i];
    return NULL;
}

static bool has_room(struct rpc_feed *f, const struct feed_interest *in, uint64_t ws) {
    size_t own = 0;
    for (size_t i = 0; ws && i < f->count; i++) own += f->entries[i].ws == ws;
    if (in->criteria && f->criteria_bytes + in->criteria->bytes > CRITERIA_MAX_BYTES) return false;
    return ws ? f->subscriptions < SUBSCRIPTIONS_MAX && own < SUBSCRIPTIONS_OF_ONE_MAX
              : f->filters < FILTERS_MAX;
}

/* Nobody can guess it: whoever knows it may read and remove the filter. */
static void make_id(char id[FEED_ID_TEXT]) {
    uint64_t r[2] = {0};
    while (!r[0])
        if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r) r[0] = 0;
    snprintf(id, FEED_ID_TEXT, "0x%llx%016llx", (unsigned long long)r[0], (unsigned long long)r[1]);
}

enum feed_result feed_add(struct rpc_feed *f, const struct feed_interest *in, uint64_t ws,
                          char id[FEED_ID_TEXT]) {
    pthread_mutex_lock(&f->lock);
    if (!has_room(f, in, ws)) expire(f);
    if (!has_room(f, in, ws)) {
        if (in->criteria) f->criteria_bytes += in->criteria->bytes; /* unref takes it off */
        unref(f, in->criteria);
        pthread_mutex_unlock(&f->lock);
        return FEED_FULL;
    }
    if (f->count == f->capacity) {
        f->capacity = f->capacity ? f->capacity * 2 : 16;
        f->entries = xrealloc(f->entries, f->capacity * sizeof *f->entries);
    }
    struct entry *e = &f->entries[f->count++];
    *e = (struct entry){
        .in = *in, .ws = ws, .silent = ws != 0, .used_s = now_s(), .sequence = ++f->sequence};
    e->in.next = in->kind == FEED_ARRIVALS ? f->arrival_count : f->newest + 1;
    if (in->criteria) f->criteria_bytes += in->criteria->bytes;
    if (ws)
        f->subscriptions++;
    else
        f->filters++;
    make_id(e->id);
    memcpy(id, e->id, FEED_ID_TEXT);
    pthread_mutex_unlock(&f->lock);
    return FEED_OK;
}

enum feed_result feed_remove(struct rpc_feed *f, const char *id, uint64_t ws) {
    pthread_mutex_lock(&f->lock);
    struct entry *e = find(f, id, ws);
    if (e) remove_at(f, (size_t)(e - f->entries));
    pthread_mutex_unlock(&f->lock);
    return e ? FEED_OK : FEED_UNKNOWN;
}

void feed_answered(struct rpc_feed *f, uint64_t ws) {
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->count; i++)
        if (f->entries[i].ws == ws && f->entries[i].silent) {
            f->entries[i].silent = false;
            wake(f);
        }
    pthread_mutex_unlock(&f->lock);
}

void feed_closed(struct rpc_feed *f, uint64_t ws) {
    pthread_mutex_lock(&f->lock);
    for (size_t i = f->count; i-- > 0;)
        if (f->entries[i].ws == ws) remove_at(f, i);
    pthread_mutex_unlock(&f->lock);
}

enum feed_result feed_look(struct rpc_feed *f, const char *id, struct feed_interest *out) {
    pthread_mutex_lock(&f->lock);
    expire(f);
    struct entry *e = find(f, id, 0);
    if (e) {
        e->used_s = now_s();
        *out = e->in;
        out->rewinds = f->rewinds;
        if (out->criteria) out->criteria->references++;
    }
    pthread_mutex_unlock(&f->lock);
    return e ? FEED_OK : FEED_UNKNOWN;
}

void feed_told(struct rpc_feed *f, const char *id, const struct feed_interest *seen,
               uint64_t next) {
    pthread_mutex_lock(&f->lock);
    struct entry *e = find(f, id, 0);
    /* If the chain has gone back meanwhile, the heights that were told may come again as others. */
    bool same_chain = seen->kind == FEED_ARRIVALS || f->rewinds == seen->rewinds;
    if (e && e->in.next == seen->next && same_chain) e->in.next = next;
    pthread_mutex_unlock(&f->lock);
}

/* ---- The thread that sends to subscribers */

/* The subscriptions as they are now, to be served without the lock. */
static struct feed_target *take_targets(struct rpc_feed *f, size_t *count, uint64_t *rewinds) {
    struct feed_target *out = xcalloc(f->subscriptions + 1, sizeof *out);
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++) {
        struct entry *e = &f->entries[i];
        bool behind = e->in.next < (e->in.kind == FEED_ARRIVALS ? f->arrival_count : f->newest + 1);
        if (!e->ws || e->silent || !behind) continue;
        out[n] = (struct feed_target){.in = e->in, .ws = e->ws, .sequence = e->sequence};
        memcpy(out[n].id, e->id, sizeof out[n].id);
        if (e->in.criteria) e->in.criteria->references++;
        n++;
    }
    *count = n;
    *rewinds = f->rewinds;
    return out;
}

static void give_back(struct rpc_feed *f, struct feed_target *targets, size_t n, uint64_t rewinds) {
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < f->count && rewinds == f->rewinds; k++)
            if (f->entries[k].sequence == targets[i].sequence)
                f->entries[k].in.next = targets[i].in.next;
        unref(f, targets[i].in.criteria);
    }
    free(targets);
}

static void *serve(void *arg) {
    enum { SWEEP_S = 60 };
    struct rpc_feed *f = arg;
    pthread_mutex_lock(&f->lock);
    while (!f->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += SWEEP_S;
        while (!f->woken && !f->stopping &&
               pthread_cond_timedwait(&f->news, &f->lock, &until) == 0) {
        }
        f->woken = false;
        expire(f);
        size_t n;
        uint64_t rewinds, newest = f->newest;
        struct feed_target *targets = take_targets(f, &n, &rewinds);
        pthread_mutex_unlock(&f->lock);
        if (n) feed_send(f, f->node, targets, n, newest);
        pthread_mutex_lock(&f->lock);
        give_back(f, targets, n, rewinds);
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

/* ---- Life */

struct rpc_feed *feed_start(struct rpc_node *node) {
    struct rpc_feed *f = xcalloc(1, sizeof *f);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->news, &attr);
    pthread_condattr_destroy(&attr);
    f->node = node;
    f->arrivals = xcalloc(ARRIVALS, sizeof *f->arrivals);
    f->listener = (struct chain_listener){f, on_sealed, on_arrived};
    st_store_height(chain_store(node->chain), &f->newest);
    if (pthread_create(&f->thread, NULL, serve, f) != 0) {
        free(f->arrivals);
        free(f);
        return NULL;
    }
    chain_listen(node->chain, &f->listener);
    return f;
}

void feed_stop(struct rpc_feed *f) {
    if (!f) return;
    chain_listen(f->node->chain, NULL);
    pthread_mutex_lock(&f->lock);
    f->stopping = true;
    pthread_cond_signal(&f->news);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    while (f->count) remove_at(f, f->count - 1);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->news);
    free(f->entries);
    free(f->arrivals);
    free(f);
}
