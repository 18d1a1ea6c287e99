/* Contract code by hash, shared by all journals of a store, so that a call on a worker thread finds
 * the code that the sequencer has analysed. The clock algorithm keeps it below a size, in which
 * what was derived from the code counts: translations are some forty times as large as the bytes.
 */
#include "state/store_impl.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { CODES_MAX = 4096 };

struct cached {
    struct st_code *code; /* owned reference; NULL: free */
    size_t bytes;         /* of it, as counted in the whole */
    bool used;            /* since the hand passed */
};

struct st_code_cache {
    pthread_mutex_t mutex;
    struct map map;
    struct cached entry[CODES_MAX];
    uint32_t count, hand;
    size_t bytes;
};

static uint64_t code_hash(const struct b32 *hash) {
    return map_hash32(hash->b, 0);
}

static uint64_t rehash(const void *ctx, uint32_t index) {
    return code_hash(&((const struct st_code_cache *)ctx)->entry[index].code->hash);
}

struct st_code_cache *st_code_cache_new(void) {
    struct st_code_cache *c = xcalloc(1, sizeof *c);
    pthread_mutex_init(&c->mutex, NULL);
    map_init(&c->map, rehash, c);
    return c;
}

void st_code_cache_free(struct st_code_cache *c) {
    if (!c) return;
    for (uint32_t i = 0; i < CODES_MAX; i++) st_code_unref(c->entry[i].code);
    map_free(&c->map);
    pthread_mutex_destroy(&c->mutex);
    free(c);
}

static struct cached *find(struct st_code_cache *c, const struct b32 *hash) {
    struct map_probe it = map_begin(&c->map, code_hash(hash));
    for (uint32_t i; map_next(&c->map, &it, &i);)
        if (b32_eq(&c->entry[i].code->hash, hash)) return &c->entry[i];
    return NULL;
}

/* Frees the entry that the hand finds unused first, and returns its place. */
static uint32_t evict(struct st_code_cache *c) {
    for (;; c->hand = (c->hand + 1) % CODES_MAX) {
        struct cached *e = &c->entry[c->hand];
        if (!e->code) continue;
        if (e->used) {
            e->used = false;
            continue;
        }
        map_remove(&c->map, code_hash(&e->code->hash), c->hand);
        c->bytes -= e->bytes;
        c->count--;
        st_code_unref(e->code);
        e->code = NULL;
        return c->hand;
    }
}

static uint32_t free_place(struct st_code_cache *c) {
    if (c->count == CODES_MAX) return evict(c);
    uint32_t i = c->count;
    while (c->entry[i % CODES_MAX].code) i++;
    return i % CODES_MAX;
}

/* Counts what the entry takes now. It only grows while it is here. */
static void count_bytes(struct st_code_cache *c, struct cached *e) {
    size_t now =
        e->code->size + atomic_load_explicit(&e->code->analysis_bytes, memory_order_relaxed);
    c->bytes += now - e->bytes;
    e->bytes = now;
}

static void keep_bound(struct st_code_cache *c) {
    while (c->count && c->bytes > ST_CODE_CACHE_BYTES_MAX) evict(c);
}

void st_code_cache_add(struct st_code_cache *c, struct st_code *code) {
    pthread_mutex_lock(&c->mutex);
    if (!find(c, &code->hash)) {
        uint32_t i = free_place(c);
        st_code_ref(code);
        c->entry[i] = (struct cached){.code = code, .used = true};
        c->count++;
        map_insert(&c->map, code_hash(&code->hash), i);
        count_bytes(c, &c->entry[i]);
        keep_bound(c);
    }
    pthread_mutex_unlock(&c->mutex);
}

size_t st_code_cache_bytes(struct st_code_cache *c) {
    pthread_mutex_lock(&c->mutex);
    size_t bytes = c->bytes;
    pthread_mutex_unlock(&c->mutex);
    return bytes;
}

/* Whoever adds the code afterwards sees the new size; if it is here already, it is counted anew. */
void st_code_grew(struct st_journal *j, struct st_code *code, size_t bytes) {
    atomic_fetch_add_explicit(&code->analysis_bytes, bytes, memory_order_relaxed);
    if (!j->snapshot) return;
    struct st_code_cache *c = j->snapshot->store->codes;
    pthread_mutex_lock(&c->mutex);
    struct cached *e = find(c, &code->hash);
    if (e && e->code == code) {
        count_bytes(c, e);
        keep_bound(c);
    }
    pthread_mutex_unlock(&c->mutex);
}

struct st_code *st_code_load(const struct st_snapshot *snap, const struct b32 *hash) {
    struct st_code_cache *c = snap->store->codes;
    pthread_mutex_lock(&c->mutex);
    struct cached *e = find(c, hash);
    if (e) {
        e->used = true;
        st_code_ref(e->code);
    }
    struct st_code *code = e ? e->code : NULL;
    pthread_mutex_unlock(&c->mutex);
    if (code) return code;
    struct bytes bytes;
    if (!st_db_get(snap->txn, snap->store->dbi[ST_DB_CODE], BYTES_OF(*hash), &bytes))
        st_read_failed(MDB_CORRUPTED); /* an account names it: it was written before */
    code = st_code_new(bytes);
    st_code_cache_add(c, code);
    return code;
}
