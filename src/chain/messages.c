/* Finding messages through their index, and the attempts at one. */
#include "chain/internal.h"

#include <assert.h>
#include <stdlib.h>

/* A message has a *place*: height (8) ‖ index of its root in the block (4) ‖ its own index in the
 * root (4), big-endian. ST_TABLE_MESSAGE has the ids of all under their places; ST_TABLE_MESSAGE_BY
 * has
 *
 *   SENDER   machine (1) ‖ address (32, an EVM address in front of zeros) ‖ place → id
 *   ROUTE    from (1) ‖ to (1) ‖ place → id
 *   STATUS   status as stored (1) ‖ place → id; not of executed ones, which most are
 *   BLOCK    height (8) ‖ root's index (4) ‖ 0 (4) → nothing: roots with legs that ran messages
 *   ATTEMPT  id (32) ‖ height (8) ‖ root's index (4) ‖ leg (4) → nothing: every retry and cancel
 *
 * The first byte of a key is which of these it is. */
enum { PLACE_BYTES = sizeof(struct chain_message_place), KEY_MAX_BYTES = 1 + 1 + 32 + PLACE_BYTES };
enum index { BY_SENDER = 's', BY_ROUTE = 'r', BY_STATUS = 't', BY_BLOCK = 'b', BY_ATTEMPT = 'a' };

struct key {
    uint8_t bytes[KEY_MAX_BYTES];
    size_t n;
};

static struct bytes key_bytes(const struct key *k) {
    return bytes_make(k->bytes, k->n);
}

static void add(struct key *k, struct bytes b) {
    assert(k->n + b.n <= sizeof k->bytes);
    memcpy(k->bytes + k->n, b.p, b.n);
    k->n += b.n;
}

static struct key sender_key(const struct xvm_actor *sender) {
    struct key k = {{BY_SENDER, sender->vm}, 2};
    add(&k, BYTES_OF(sender->bytes));
    return k;
}

static struct key route_key(uint8_t from, uint8_t to) {
    return (struct key){{BY_ROUTE, from, to}, 3};
}

static struct key status_key(uint8_t status) {
    return (struct key){{BY_STATUS, status}, 2};
}

static struct key block_key(void) {
    return (struct key){{BY_BLOCK}, 1};
}

static struct key attempt_key(const struct b32 *id) {
    struct key k = {{BY_ATTEMPT}, 1};
    add(&k, BYTES_OF(*id));
    return k;
}

static struct chain_message_place make_place(uint64_t height, uint32_t root, uint32_t index) {
    struct chain_message_place p;
    store_be64(p.b, height);
    store_be32(p.b + 8, root);
    store_be32(p.b + 12, index);
    return p;
}

/* ---- Writing, while the block is sealed */

struct indexing {
    struct chain *chain;
    struct arena *arena;
    struct err err;
};

static void put_row(struct indexing *w, struct key k, const struct chain_message_place *place,
                    const struct b32 *id) {
    add(&k, BYTES_OF(*place));
    if (!err_is(w->err))
        w->err = st_seal_put(w->chain->store, ST_TABLE_MESSAGE_BY, key_bytes(&k),
                             id ? BYTES_OF(*id) : (struct bytes){NULL, 0});
}

static void put_new(struct indexing *w, const struct chain_message_place *place,
                    const struct b32 *id) {
    struct xvm_message m;
    struct xvm_actor sender = {0};
    if (!err_is(w->err))
        w->err = st_seal_put(w->chain->store, ST_TABLE_MESSAGE, BYTES_OF(*place), BYTES_OF(*id));
    if (!xvm_message_get(w->chain->journal, id, w->arena, &m)) return;
    put_row(w, route_key(m.from_vm, m.to_vm), place, id);
    if (m.status != XVM_EXECUTED) put_row(w, status_key(m.status), place, id);
    if (m.sender.n > sizeof sender.bytes) return; /* a malformed event names none */
    sender.vm = m.from_vm;
    if (m.sender.n) memcpy(sender.bytes, m.sender.p, m.sender.n);
    put_row(w, sender_key(&sender), place, id);
}

/* Where a message of an earlier block is. */
static bool find_place(struct indexing *w, const struct xvm_message *m,
                       struct chain_message_place *out) {
    struct bytes root;
    if (!st_seal_get(w->chain->store, ST_TABLE_TX, BYTES_OF(m->root_hash), &root) || root.n != 13)
        return false;
    *out = make_place(load_be64(root.p), load_be32(root.p + 8), m->index);
    return true;
}

/* Only what is pending can become something else. */
static void put_changed(struct indexing *w, const struct xvm_message *m) {
    struct chain_message_place place;
    if (m->status == XVM_PENDING || !find_place(w, m, &place)) return;
    struct key was = status_key(XVM_PENDING);
    add(&was, BYTES_OF(place));
    if (!err_is(w->err))
        w->err = st_seal_delete(w->chain->store, ST_TABLE_MESSAGE_BY, key_bytes(&was));
    if (m->status != XVM_EXECUTED) put_row(w, status_key(m->status), &place, &m->id);
}

static void put_tx(struct indexing *w, const struct chain_tx *tx) {
    struct chain_message_place root = make_place(tx->height, tx->index, 0);
    put_row(w, block_key(), &root, NULL);
    for (uint32_t i = 0; i < tx->message_count; i++) {
        struct chain_message_place place = make_place(tx->height, tx->index, i);
        put_new(w, &place, &tx->messages[i]);
    }
    for (uint32_t i = 0; i < tx->leg_count; i++) {
        const struct xvm_leg *l = &tx->legs[i];
        struct xvm_message m;
        if (l->undone || (l->kind != XVM_LEG_RETRY && l->kind != XVM_LEG_CANCEL)) continue;
        if (!xvm_message_get(w->chain->journal, &l->message, w->arena, &m)) continue;
        struct chain_message_place place = make_place(tx->height, tx->index, i);
        put_row(w, attempt_key(&l->message), &place, NULL);
        /* One of this block has its row from how it stands at the block's end. */
        if (m.created_height != tx->height) put_changed(w, &m);
    }
}

struct err chain_index_messages(struct chain *c, struct chain_open_block *b) {
    struct indexing w = {.chain = c, .arena = &b->arena};
    for (uint32_t i = 0; i < b->head.root_count && !err_is(w.err); i++) {
        if (b->txs[i]->leg_count < 2 && !b->txs[i]->message_count) continue;
        struct arena_mark mark = arena_mark(&b->arena);
        put_tx(&w, b->txs[i]);
        arena_release(&b->arena, mark);
    }
    return w.err;
}

/* ---- Reading */

/* A stretch of an index: the keys that begin with `prefix`. */
struct range {
    enum st_table table;
    struct key prefix;
};

enum {
    RANGES_MAX = 4,
    CHUNK = 512,       /* taken from a range at once */
    LOOK_MAX = 20000,  /* messages that one scan looks at */
    ATTEMPTS_MAX = 256 /* of one message that are shown */
};

/* A message that may match. */
struct candidate {
    struct chain_message_place place;
    struct b32 id;
};

struct scan {
    struct chain_reader *reader;
    const struct chain_message_filter *filter;
    struct range ranges[RANGES_MAX];
    size_t range_count;
    struct chain_message_place low, high; /* low <= place < high is still to be looked at */
    struct candidate *found;
    size_t count, in_range;
};

static int compare_places(const struct chain_message_place *a,
                          const struct chain_message_place *b) {
    return memcmp(a, b, sizeof *a);
}

static int ascending(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    return compare_places(&x->place, &y->place);
}

static int descending(const void *a, const void *b) {
    return ascending(b, a);
}

static void add_range(struct scan *s, enum st_table table, const struct key *prefix) {
    assert(s->range_count < RANGES_MAX);
    s->ranges[s->range_count++] = (struct range){table, prefix ? *prefix : (struct key){.n = 0}};
}

static void add_routes(struct scan *s, int from_vm, int to_vm) {
    for (int from = ST_VM_EVM; from <= ST_VM_SVM; from++)
        for (int to = ST_VM_EVM; to <= ST_VM_SVM; to++) {
            struct key k = route_key((uint8_t)from, (uint8_t)to);
            if ((from_vm < 0 || from == from_vm) && (to_vm < 0 || to == to_vm))
                add_range(s, ST_TABLE_MESSAGE_BY, &k);
        }
}

/* The index that has the fewest messages that do not match. */
static void choose_ranges(struct scan *s) {
    const struct chain_message_filter *f = s->filter;
    if (f->sender_count) {
        for (size_t i = 0; i < f->sender_count; i++) {
            struct key k = sender_key(&f->senders[i]);
            add_range(s, ST_TABLE_MESSAGE_BY, &k);
        }
    } else if (f->status && f->status != XVM_EXECUTED) {
        struct key k = status_key((uint8_t)f->status), pending = status_key(XVM_PENDING);
        add_range(s, ST_TABLE_MESSAGE_BY, &k);
        /* Nobody has asked for it since its deadline passed. */
        if (f->status == XVM_EXPIRED) add_range(s, ST_TABLE_MESSAGE_BY, &pending);
    } else if (f->has_from_vm || f->has_to_vm) {
        add_routes(s, f->has_from_vm ? f->from_vm : -1, f->has_to_vm ? f->to_vm : -1);
    } else {
        add_range(s, ST_TABLE_MESSAGE, NULL);
    }
}

/* The place behind. */
static struct chain_message_place after(struct chain_message_place p) {
    for (size_t i = sizeof p.b; i-- > 0 && ++p.b[i] == 0;) {
    }
    return p;
}

/* False: there is none of that root. */
static bool choose_bounds(struct scan *s) {
    const struct chain_message_filter *f = s->filter;
    uint64_t to = min_u64(f->to, s->reader->height);
    if (f->from > to) return false;
    s->low = make_place(f->from, 0, 0);
    s->high = make_place(to + 1, 0, 0);
    if (f->has_root) {
        struct chain_tx tx;
        uint8_t vm;
        struct arena_mark mark = arena_mark(&s->reader->arena);
        bool there = chain_tx_by_hash(s->reader, &f->root, &vm, &tx) && tx.height >= f->from &&
                     tx.height <= to;
        arena_release(&s->reader->arena, mark);
        if (!there) return false;
        s->low = make_place(tx.height, tx.index, 0);
        s->high = make_place(tx.height, tx.index + 1, 0);
    }
    if (f->has_after && f->reverse && compare_places(&f->after, &s->high) < 0) s->high = f->after;
    if (f->has_after && !f->reverse && compare_places(&f->after, &s->low) >= 0)
        s->low = after(f->after);
    return compare_places(&s->low, &s->high) < 0;
}

static bool take_candidate(void *ctx, struct bytes key, struct bytes id) {
    struct scan *s = ctx;
    if (key.n < PLACE_BYTES || id.n != 32) return true;
    struct candidate *c = &s->found[s->count++];
    memcpy(&c->place, key.p + key.n - PLACE_BYTES, PLACE_BYTES);
    memcpy(&c->id, id.p, 32);
    return ++s->in_range < CHUNK;
}

/* The next candidates of all ranges, in order. False: these are the last. What lies behind the end
 * of a range's chunk, in the others, is left for the next time. */
static bool take_chunk(struct scan *s) {
    bool reverse = s->filter->reverse, more = false;
    struct chain_message_place horizon = reverse ? s->low : s->high;
    s->count = 0;
    for (size_t i = 0; i < s->range_count; i++) {
        struct key from = s->ranges[i].prefix, to = from;
        add(&from, BYTES_OF(s->low));
        add(&to, BYTES_OF(s->high));
        s->in_range = 0;
        st_record_scan(s->reader->snapshot, s->ranges[i].table, key_bytes(&from), key_bytes(&to),
                       reverse, take_candidate, s);
        if (s->in_range < CHUNK) continue;
        struct chain_message_place end = s->found[s->count - 1].place;
        if (!reverse) end = after(end);
        if (!more || (compare_places(&end, &horizon) < 0) != reverse) horizon = end;
        more = true;
    }
    if (s->count) qsort(s->found, s->count, sizeof *s->found, reverse ? descending : ascending);
    size_t n = 0;
    while (n < s->count && (compare_places(&s->found[n].place, &horizon) < 0) != reverse) n++;
    s->count = n;
    if (reverse)
        s->high = horizon;
    else
        s->low = horizon;
    return more;
}

bool chain_message_matches(const struct chain_message_filter *f, const struct xvm_message *m) {
    bool by_sender = f->sender_count == 0;
    for (size_t i = 0; i < f->sender_count && !by_sender; i++)
        by_sender =
            f->senders[i].vm == m->from_vm && bytes_eq(xvm_actor_bytes(&f->senders[i]), m->sender);
    return by_sender && (!f->has_from_vm || f->from_vm == m->from_vm) &&
           (!f->has_to_vm || f->to_vm == m->to_vm);
}

static bool matches(const struct chain_message_filter *f, const struct xvm_message *m) {
    return chain_message_matches(f, m) &&
           (!f->status || xvm_message_status(m, f->now) == f->status);
}

/* Shows what is stored under the id, if it matches. */
static bool show(struct chain_reader *r, const struct chain_message_filter *f,
                 const struct candidate *c, chain_message_visitor *visit, void *ctx) {
    struct xvm_message m;
    struct bytes stored;
    bool go_on = true;
    struct arena_mark mark = arena_mark(&r->arena);
    if (st_snapshot_get(r->snapshot, ST_CROSS_MESSAGE, BYTES_OF(c->id), &stored) &&
        !err_is(xvm_message_decode(stored, &r->arena, &m)) && matches(f, &m))
        go_on = visit(ctx, &m, &c->place);
    arena_release(&r->arena, mark);
    return go_on;
}

bool chain_scan_messages(struct chain_reader *r, const struct chain_message_filter *filter,
                         chain_message_visitor *visit, void *ctx,
                         struct chain_message_place *reached) {
    struct scan s = {.reader = r, .filter = filter};
    bool more = choose_bounds(&s), stopped = false;
    if (!more) return true;
    choose_ranges(&s);
    s.found = xcalloc(s.range_count * CHUNK, sizeof *s.found);
    for (size_t looked = 0; more && !stopped && looked < LOOK_MAX; looked += s.count) {
        more = take_chunk(&s);
        for (size_t i = 0; i < s.count && !stopped; i++) {
            *reached = s.found[i].place;
            stopped = !show(r, filter, &s.found[i], visit, ctx);
        }
    }
    free(s.found);
    return !more && !stopped;
}

struct crossings {
    bool (*visit)(void *ctx, uint64_t height, uint32_t root);
    void *ctx;
};

static bool take_crossing(void *ctx, struct bytes key, struct bytes value) {
    const struct crossings *c = ctx;
    const uint8_t *place = key.p + key.n - PLACE_BYTES;
    (void)value;
    return c->visit(c->ctx, load_be64(place), load_be32(place + 8));
}

void chain_scan_crossings(struct chain_reader *r, uint64_t from, uint64_t to,
                          bool (*visit)(void *ctx, uint64_t height, uint32_t root), void *ctx) {
    struct crossings c = {visit, ctx};
    struct key low = block_key(), high = block_key();
    struct chain_message_place first = make_place(from, 0, 0),
                               end = make_place(min_u64(to, r->height) + 1, 0, 0);
    add(&low, BYTES_OF(first));
    add(&high, BYTES_OF(end));
    st_record_scan(r->snapshot, ST_TABLE_MESSAGE_BY, key_bytes(&low), key_bytes(&high), false,
                   take_crossing, &c);
}

struct attempts {
    struct chain_attempt *list;
    size_t count;
};

static bool take_attempt(void *ctx, struct bytes key, struct bytes value) {
    struct attempts *a = ctx;
    const uint8_t *place = key.p + key.n - PLACE_BYTES;
    (void)value;
    a->list[a->count++] =
        (struct chain_attempt){load_be64(place), load_be32(place + 8), load_be32(place + 12)};
    return a->count < ATTEMPTS_MAX;
}

size_t chain_message_attempts(struct chain_reader *r, const struct b32 *id,
                              const struct chain_attempt **out) {
    struct attempts a = {.list = ARENA_ARRAY(&r->arena, struct chain_attempt, ATTEMPTS_MAX)};
    struct key from = attempt_key(id), to = from;
    struct chain_message_place end = make_place(r->height + 1, 0, 0);
    add(&to, BYTES_OF(end));
    st_record_scan(r->snapshot, ST_TABLE_MESSAGE_BY, key_bytes(&from), key_bytes(&to), false,
                   take_attempt, &a);
    *out = a.list;
    return a.count;
}
