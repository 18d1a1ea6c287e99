/* Finding EVM logs through the index of addresses and topics. */
#include "chain/internal.h"

#include <stdlib.h>

/* The index: for each address, and for each topic at its position, one entry a block.
 *
 *   LOG_ADDRESS  address (20) ‖ height (8, big-endian) → roots
 *   LOG_TOPIC    position (1) ‖ topic (32) ‖ height (8, big-endian) → roots
 *
 * with the roots whose logs have it, ascending, 4 bytes each, big-endian. */
enum { ADDRESS_KEY_BYTES = 20 + 8, TOPIC_KEY_BYTES = 1 + 32 + 8 };

/* ---- Writing */

struct mention {
    uint8_t key[TOPIC_KEY_BYTES];
    uint8_t key_bytes;
    uint32_t root;
};

static int compare_keys(const struct mention *a, const struct mention *b) {
    return a->key_bytes != b->key_bytes ? a->key_bytes - b->key_bytes
                                        : memcmp(a->key, b->key, a->key_bytes);
}

static int compare_mentions(const void *x, const void *y) {
    const struct mention *a = x, *b = y;
    int c = compare_keys(a, b);
    return c ? c : (a->root > b->root) - (a->root < b->root);
}

static size_t mention(struct mention *out, const struct st_log *log, uint64_t height,
                      uint32_t root) {
    struct mention *m = out;
    *m = (struct mention){.key_bytes = ADDRESS_KEY_BYTES, .root = root};
    memcpy(m->key, log->address.b, 20);
    store_be64(m->key + 20, height);
    for (uint32_t i = 0; i < log->topic_count; i++) {
        *++m = (struct mention){.key = {(uint8_t)i}, .key_bytes = TOPIC_KEY_BYTES, .root = root};
        memcpy(m->key + 1, log->topics[i].b, 32);
        store_be64(m->key + 33, height);
    }
    return (size_t)(m + 1 - out);
}

/* All of the block, sorted. */
static struct mention *mentions(const struct chain_open_block *b, size_t *count) {
    size_t room = 0, n = 0;
    for (uint32_t i = 0; i < b->head.root_count; i++)
        room += (size_t)b->txs[i]->log_count * (1 + ST_TOPICS_MAX);
    struct mention *all = xcalloc(room, sizeof *all);
    for (uint32_t i = 0; i < b->head.root_count; i++)
        for (uint32_t k = 0; k < b->txs[i]->log_count; k++)
            if (b->txs[i]->logs[k].vm == ST_VM_EVM)
                n += mention(&all[n], &b->txs[i]->logs[k], b->head.height, i);
    if (n) qsort(all, n, sizeof *all, compare_mentions);
    *count = n;
    return all;
}

struct err chain_index_logs(struct st_store *store, const struct chain_open_block *b) {
    size_t count;
    struct mention *all = mentions(b, &count);
    struct buf roots = {0};
    struct err e = ERR_NONE;
    for (size_t i = 0, next; i < count && !err_is(e); i = next) {
        buf_clear(&roots);
        for (next = i; next < count && compare_keys(&all[next], &all[i]) == 0; next++)
            if (next == i || all[next].root != all[next - 1].root)
                store_be32(buf_room(&roots, 4), all[next].root), roots.n += 4;
        e = st_seal_put(store,
                        all[i].key_bytes == ADDRESS_KEY_BYTES ? ST_TABLE_LOG_ADDRESS
                                                              : ST_TABLE_LOG_TOPIC,
                        bytes_make(all[i].key, all[i].key_bytes), buf_bytes(&roots));
    }
    buf_free(&roots);
    free(all);
    return e;
}

/* ---- Reading */

/* A root transaction that may hold a match. */
struct place {
    uint64_t height;
    uint32_t index;
};

/* What one query may look at. */
enum { PLACES_MAX = 200000, BLOCKS_MAX = 100000 };

struct places {
    struct place *items;
    size_t count, capacity;
    size_t key_bytes; /* where the height stands in an index key */
};

static bool add_places(void *ctx, struct bytes key, struct bytes roots) {
    struct places *p = ctx;
    if (key.n != p->key_bytes + 8) return true;
    for (size_t at = 0; at + 4 <= roots.n; at += 4) {
        if (p->count == PLACES_MAX) return false;
        if (p->count == p->capacity) {
            p->capacity = p->capacity ? p->capacity * 2 : 64;
            p->items = xrealloc(p->items, p->capacity * sizeof *p->items);
        }
        p->items[p->count++] =
            (struct place){load_be64(key.p + p->key_bytes), load_be32(roots.p + at)};
    }
    return true;
}

static void scan_prefix(struct chain_reader *r, enum st_table table, struct bytes prefix,
                        uint64_t from, uint64_t to, struct places *out) {
    uint8_t first[64], last[64];
    memcpy(first, prefix.p, prefix.n);
    memcpy(last, prefix.p, prefix.n);
    store_be64(first + prefix.n, from);
    store_be64(last + prefix.n, to + 1);
    out->key_bytes = prefix.n;
    st_record_scan(chain_reader_snapshot(r), table, bytes_make(first, prefix.n + 8),
                   bytes_make(last, prefix.n + 8), false, add_places, out);
}

static int compare_places(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->height != y->height) return x->height < y->height ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void sort_unique(struct places *p) {
    size_t n = 0;
    if (p->count) qsort(p->items, p->count, sizeof *p->items, compare_places);
    for (size_t i = 0; i < p->count; i++)
        if (!n || compare_places(&p->items[n - 1], &p->items[i]) != 0) p->items[n++] = p->items[i];
    p->count = n;
}

static bool has_b20(const struct b20 *list, uint32_t n, const struct b20 *x) {
    for (uint32_t i = 0; i < n; i++)
        if (b20_eq(&list[i], x)) return true;
    return false;
}

static bool has_b32(const struct b32 *list, uint32_t n, const struct b32 *x) {
    for (uint32_t i = 0; i < n; i++)
        if (b32_eq(&list[i], x)) return true;
    return false;
}

bool chain_log_matches(const struct chain_log_filter *f, const struct st_log *log) {
    if (log->vm != ST_VM_EVM) return false;
    if (f->address_count && !has_b20(f->addresses, f->address_count, &log->address)) return false;
    for (uint32_t i = 0; i < ST_TOPICS_MAX; i++) {
        if (!f->topic_counts[i]) continue;
        if (i >= log->topic_count || !has_b32(f->topics[i], f->topic_counts[i], &log->topics[i]))
            return false;
    }
    return true;
}

/* Visits the matching logs of one transaction; false to stop. */
static bool visit_tx(struct chain_reader *r, const struct chain_log_filter *f,
                     const struct place *p, bool (*visit)(void *ctx, const struct chain_log *log),
                     void *ctx) {
    struct chain_tx tx;
    struct chain_block block;
    struct arena_mark mark = arena_mark(chain_reader_arena(r));
    bool go_on = true;
    if (chain_tx_at(r, p->height, p->index, &tx) && tx.evm_index != UINT32_MAX &&
        chain_block_at(r, p->height, &block)) {
        uint32_t index = tx.evm_log_first;
        for (uint32_t i = 0; go_on && i < tx.log_count; i++) {
            if (tx.logs[i].vm != ST_VM_EVM) continue;
            if (chain_log_matches(f, &tx.logs[i]))
                go_on = visit(ctx, &(struct chain_log){&tx.logs[i], &tx, &block, index});
            index++;
        }
    }
    arena_release(chain_reader_arena(r), mark);
    return go_on;
}

/* Without an address or topic every transaction of the range may match. */
static void visit_all(struct chain_reader *r, const struct chain_log_filter *f, uint64_t to,
                      bool (*visit)(void *ctx, const struct chain_log *log), void *ctx) {
    for (uint64_t h = f->from; h <= to; h++) {
        struct chain_block block;
        static const uint8_t no_logs[sizeof block.logs_bloom];
        if (!chain_block_at(r, h, &block)) return;
        if (memcmp(block.logs_bloom, no_logs, sizeof no_logs) == 0) continue;
        for (uint32_t i = 0; i < block.root_count; i++)
            if (!visit_tx(r, f, &(struct place){h, i}, visit, ctx)) return;
    }
}

bool chain_scan_logs(struct chain_reader *r, const struct chain_log_filter *f,
                     bool (*visit)(void *ctx, const struct chain_log *log), void *ctx) {
    struct places places = {0};
    uint64_t to = min_u64(f->to, chain_reader_height(r));
    uint32_t position = 0;
    if (f->from > to) return true;
    while (position < ST_TOPICS_MAX && !f->topic_counts[position]) position++;
    if (f->address_count) {
        for (uint32_t i = 0; i < f->address_count; i++)
            scan_prefix(r, ST_TABLE_LOG_ADDRESS, BYTES_OF(f->addresses[i]), f->from, to, &places);
    } else if (position < ST_TOPICS_MAX) {
        for (uint32_t i = 0; i < f->topic_counts[position]; i++) {
            uint8_t prefix[33] = {(uint8_t)position};
            memcpy(prefix + 1, f->topics[position][i].b, 32);
            scan_prefix(r, ST_TABLE_LOG_TOPIC, BYTES_OF(prefix), f->from, to, &places);
        }
    } else {
        if (to - f->from >= BLOCKS_MAX) return false;
        visit_all(r, f, to, visit, ctx);
        return true;
    }
    bool complete = places.count < PLACES_MAX;
    sort_unique(&places);
    for (size_t i = 0; complete && i < places.count; i++)
        if (!visit_tx(r, f, &places.items[i], visit, ctx)) break;
    free(places.items);
    return complete;
}
