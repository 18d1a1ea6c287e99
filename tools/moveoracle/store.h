/* The oracle's world: a key-value store in memory, behind the callbacks that libmovevm calls. */
#ifndef MOVEORACLE_STORE_H
#define MOVEORACLE_STORE_H

#include "base/base.h"
#include "peer.h"

struct store_entry {
    struct bytes key, value; /* owned; value.p is NULL once removed */
};

struct store {
    const struct peer *peer;
    struct store_entry *entries;
    uint32_t count, capacity;
    struct map index;
};

void store_init(struct store *s, const struct peer *peer);
void store_free(struct store *s);

/* Copies both. Replaces what was there. */
void store_put(struct store *s, struct bytes key, struct bytes value);

/* The store as the library wants it. Valid while `s` is. */
struct peer_db store_db(struct store *s);

#endif
