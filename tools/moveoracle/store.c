#include "store.h"

#include <stdlib.h>

static uint64_t rehash(const void *ctx, uint32_t index) {
    const struct store *s = ctx;
    return map_hash(s->entries[index].key.p, s->entries[index].key.n);
}

void store_init(struct store *s, const struct peer *peer) {
    *s = (struct store){.peer = peer};
    map_init(&s->index, rehash, s);
}

void store_free(struct store *s) {
    for (uint32_t i = 0; i < s->count; i++) {
        free((void *)s->entries[i].key.p);
        free((void *)s->entries[i].value.p);
    }
    free(s->entries);
    map_free(&s->index);
}

static struct bytes copy(struct bytes b) {
    uint8_t *p = malloc(b.n ? b.n : 1);
    if (!p) abort();
    if (b.n) memcpy(p, b.p, b.n);
    return bytes_make(p, b.n);
}

static struct store_entry *find(const struct store *s, struct bytes key) {
    struct map_probe it = map_begin(&s->index, map_hash(key.p, key.n));
    for (uint32_t i; map_next(&s->index, &it, &i);)
        if (bytes_eq(s->entries[i].key, key)) return &s->entries[i];
    return NULL;
}

void store_put(struct store *s, struct bytes key, struct bytes value) {
    struct store_entry *e = find(s, key);
    if (!e) {
        if (s->count == s->capacity) {
            s->capacity = s->capacity ? s->capacity * 2 : 64;
            s->entries = realloc(s->entries, s->capacity * sizeof *s->entries);
            if (!s->entries) abort();
        }
        e = &s->entries[s->count];
        *e = (struct store_entry){.key = copy(key)};
        map_insert(&s->index, map_hash(key.p, key.n), s->count++);
    }
    free((void *)e->value.p);
    e->value = copy(value);
}

static int32_t read_db(void *state, struct peer_view key, struct peer_vec *value,
                       struct peer_vec *error) {
    struct store *s = state;
    (void)error;
    const struct store_entry *e = find(s, bytes_make(key.ptr, key.len));
    bool missing = !e || !e->value.p;
    *value = s->peer->new_unmanaged_vector(missing, missing ? NULL : e->value.p,
                                           missing ? 0 : e->value.n);
    return 0;
}

static int32_t write_db(void *state, struct peer_view key, struct peer_view value,
                        struct peer_vec *error) {
    (void)error;
    store_put(state, bytes_make(key.ptr, key.len), bytes_make(value.ptr, value.len));
    return 0;
}

static int32_t remove_db(void *state, struct peer_view key, struct peer_vec *error) {
    (void)error;
    struct store_entry *e = find(state, bytes_make(key.ptr, key.len));
    if (e) {
        free((void *)e->value.p);
        e->value = bytes_make(NULL, 0);
    }
    return 0;
}

/* Only its table natives scan; GoError_Unimplemented. */
static int32_t scan_db(void *state, struct peer_view prefix, struct peer_view start,
                       struct peer_view end, int32_t order, void *iterator,
                       struct peer_vec *error) {
    (void)state, (void)prefix, (void)start, (void)end, (void)order, (void)iterator, (void)error;
    return 5;
}

struct peer_db store_db(struct store *s) {
    return (struct peer_db){.state = s, .vtable = {read_db, write_db, remove_db, scan_db}};
}
