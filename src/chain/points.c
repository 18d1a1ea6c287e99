/* Snapshots to go back to, and starting anew. The store goes back by itself (state/store.h); what
 * waits in the mempool and what is set for the next blocks is remembered here. */
#include "chain/internal.h"

#include <stdlib.h>

struct chain_point {
    uint32_t id;
    uint64_t height;
    struct b32 hash;
    struct chain_ahead ahead;
    struct arena arena;
    struct mempool_view *waiting;
    size_t waiting_count;
    struct chain_point *older;
};

static void free_newest(struct chain *c) {
    struct chain_point *p = c->points;
    c->points = p->older;
    arena_free(&p->arena);
    free(p);
}

void chain_points_free(struct chain *c) {
    while (c->points) free_newest(c);
}

/* ---- Setting */

/* What waits is copied into each snapshot; all copies together have at most so many bytes. */
enum { POINTS_MAX_BYTES = 512 << 20 };

static size_t waiting_bytes(const struct chain_point *p) {
    size_t n = p->waiting_count * sizeof *p->waiting;
    for (size_t i = 0; i < p->waiting_count; i++) n += p->waiting[i].raw.n;
    return n;
}

static struct err run_snapshot(struct chain *c, void *arg) {
    uint32_t *id = arg;
    struct chain_block head;
    size_t bytes = 0;
    if (!chain_newest_block(c, &head))
        return err_at(CHAIN_ERR_STORE, "the newest block cannot be read", 0);
    for (struct chain_point *q = c->points; q; q = q->older) bytes += waiting_bytes(q);
    if (bytes > POINTS_MAX_BYTES)
        return err_at(CHAIN_ERR_FULL,
                      "the snapshots hold too many waiting transactions: go back to an earlier one",
                      bytes);
    struct chain_point *p = xcalloc(1, sizeof *p);
    arena_init(&p->arena, 0);
    p->height = head.height;
    p->hash = head.hash;
    pthread_mutex_lock(&c->ahead_lock);
    p->ahead = c->ahead;
    pthread_mutex_unlock(&c->ahead_lock);
    p->waiting = mempool_list(c->mempool, &p->arena, &p->waiting_count);
    p->older = c->points;
    c->points = p;
    *id = p->id = st_point_set(c->store);
    return ERR_NONE;
}

struct err chain_snapshot(struct chain *c, uint32_t *id) {
    return chain_order(c, run_snapshot, id);
}

struct list_order {
    struct arena *arena;
    struct chain_snapshot_info *list;
    size_t count;
};

static struct err run_list(struct chain *c, void *arg) {
    struct list_order *o = arg;
    for (struct chain_point *p = c->points; p; p = p->older) o->count++;
    o->list = ARENA_ARRAY(o->arena, struct chain_snapshot_info, o->count);
    size_t i = o->count;
    for (struct chain_point *p = c->points; p; p = p->older)
        o->list[--i] = (struct chain_snapshot_info){p->id, p->height, p->hash};
    return ERR_NONE;
}

struct chain_snapshot_info *chain_snapshots(struct chain *c, struct arena *arena, size_t *count) {
    struct list_order o = {.arena = arena};
    struct err e = chain_order(c, run_list, &o);
    *count = err_is(e) ? 0 : o.count;
    return o.list;
}

/* ---- Going back */

/* What waited then waits again, what has come since is gone. */
static void restore_pool(struct chain *c, const struct chain_point *p) {
    mempool_clear(c->mempool, "dropped: the chain went back to a snapshot");
    for (size_t i = 0; i < p->waiting_count; i++) {
        const struct mempool_view *v = &p->waiting[i];
        struct b20 address;
        memcpy(address.b, v->sender.b, 20);
        chain_resubmit(c, v,
                       v->vm == ST_VM_MOVE ? chain_move_sequence_number(c->journal, &v->sender)
                                           : st_account(c->journal, &address)->nonce);
    }
}

/* Time goes on from the block that is the newest again; how blocks are made stays as it is. */
static void restore_ahead(struct chain *c, const struct chain_point *p, uint64_t head_us) {
    pthread_mutex_lock(&c->ahead_lock);
    struct chain_ahead *a = &c->ahead;
    a->gas_limit = p->ahead.gas_limit;
    a->coinbase = p->ahead.coinbase;
    a->has_base_fee = p->ahead.has_base_fee;
    a->base_fee = p->ahead.base_fee;
    a->has_randao = false;
    chain_clock_set(&a->clock, head_us, chain_wall_clock_us());
    pthread_mutex_unlock(&c->ahead_lock);
}

/* The store is another one already, and cannot be read: there is no way on. */
static struct err unreadable(struct chain *c) {
    c->failed = true;
    return err_at(CHAIN_ERR_STORE, "the newest block cannot be read", 0);
}

struct revert_order {
    uint32_t id;
    bool found;
};

static struct err run_revert(struct chain *c, void *arg) {
    struct revert_order *o = arg;
    struct chain_point *p = c->points;
    while (p && p->id != o->id) p = p->older;
    if (!p) return ERR_NONE;
    struct err e = st_point_restore(c->store, c->journal, p->id);
    if (err_is(e)) return e; /* the store is where it was */
    struct chain_block head;
    if (!chain_newest_block(c, &head) || err_is(chain_supply_load(c))) return unreadable(c);
    while (c->points != p) free_newest(c);
    restore_ahead(c, p, head.timestamp_us);
    restore_pool(c, p);
    free_newest(c);
    chain_head_changed(c, &head);
    o->found = true;
    return ERR_NONE;
}

struct err chain_revert(struct chain *c, uint32_t id, bool *found) {
    struct revert_order o = {.id = id};
    struct err e = chain_order(c, run_revert, &o);
    *found = o.found;
    return e;
}

/* ---- Starting anew */

struct b32 chain_instance(struct chain *c) {
    pthread_mutex_lock(&c->ahead_lock);
    struct b32 instance = c->instance;
    pthread_mutex_unlock(&c->ahead_lock);
    return instance;
}

static struct err run_reset(struct chain *c, void *arg) {
    (void)arg;
    if (c->is_ethereum)
        return err_at(CHAIN_ERR_INVALID,
                      "a chain with an Ethereum genesis cannot start anew while it runs", 0);
    struct st_journal *before = c->journal;
    c->journal = st_journal_new(NULL);
    st_seal_anew(c->store, true);
    struct err e = chain_genesis(c);
    if (err_is(e)) {
        st_seal_anew(c->store, false);
        st_journal_free(c->journal);
        c->journal = before;
        return e;
    }
    st_journal_free(before);
    chain_points_free(c);
    mempool_clear(c->mempool, "dropped: the chain was reset");
    pthread_mutex_lock(&c->ahead_lock);
    chain_ahead_init(c);
    pthread_mutex_unlock(&c->ahead_lock);
    struct chain_block head;
    if (!chain_newest_block(c, &head)) return unreadable(c);
    chain_head_changed(c, &head);
    return ERR_NONE;
}

struct err chain_reset(struct chain *c) {
    return chain_order(c, run_reset, NULL);
}
