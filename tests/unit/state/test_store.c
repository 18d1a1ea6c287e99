/* The store through its own calls: the model over sealed blocks, earlier blocks, reopening,
 * killing, failing writes, readers beside the writer. */
#include "model.h"
#include "state/store_impl.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MODEL_HISTORY = 12 };

static void make_dir(char dir[64]) {
    strcpy(dir, "/tmp/tern-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
}

static void remove_dir(const char *dir) {
    static const char *const files[] = {"data.mdb", "lock.mdb", "tern.lock"};
    char path[128];
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
}

static struct st_store *open_store(const char *dir, uint64_t history_blocks) {
    struct st_store *s = NULL;
    struct err e =
        st_store_open(&s, &(struct st_store_options){.dir = dir, .history_blocks = history_blocks});
    if (err_is(e)) fail_msg("%s", e.text);
    return s;
}

static void end_seal(struct st_store *s, struct st_journal *j, uint64_t height,
                     const struct st_roots *roots) {
    uint8_t key[8];
    store_be64(key, height);
    assert_false(err_is(st_seal_put(s, ST_TABLE_BLOCK, BYTES_OF(key), BYTES_OF(*roots))));
    assert_false(err_is(st_seal_end(s, j)));
}

static void seal(struct st_store *s, struct st_journal *j, uint64_t height,
                 struct st_roots *roots) {
    assert_false(err_is(st_seal_begin(s, j, height, roots)));
    end_seal(s, j, height, roots);
}

/* ---- The model over blocks */

struct sealed {
    struct m_world world;
    struct st_roots roots;
};

/* A point to go back to: the newest block as it was then. */
struct point {
    uint32_t id;
    uint64_t count;
    struct sealed newest;
};

enum { POINTS_MAX = 4 };

struct chain {
    struct drive d;
    struct st_store *store;
    struct sealed *blocks; /* by height */
    uint64_t count;
    struct point points[POINTS_MAX];
    uint32_t point_count;
    uint64_t amended, restored, watched;
    const struct m_world *before; /* what a seal replaces; NULL: nothing */
};

/* ---- What a seal tells of what it changes */

static uint64_t balances(const struct m_world *w) {
    uint64_t sum = 0;
    for (uint32_t i = 0; w && i < M_ACCOUNTS; i++)
        if (w->account[i].exists) sum += w->account[i].balance;
    return sum;
}

/* The accounts hold more, or less, by just what the model's do. */
static void check_money(const struct chain *c) {
    struct st_money m = st_seal_money(c->store);
    struct u256 now = u256_from_u64(balances(&c->d.now)),
                before = u256_from_u64(balances(c->before));
    u256_sub(&now, &now, &before);
    assert_true(u256_eq(&m.wei, &now));
}

static struct bytes model_item(const struct m_world *w, uint32_t domain, uint32_t k) {
    const struct m_item *m = w ? &w->item[domain][k] : NULL;
    return m && m->present ? bytes_make(m->value, m->size) : (struct bytes){NULL, 0};
}

static void check_watched(void *ctx, enum st_domain domain, struct bytes key, struct bytes old,
                          struct bytes now) {
    struct chain *c = ctx;
    uint32_t d = 0, k = 0;
    uint8_t room[700];
    while (d < M_ITEM_DOMAINS && m_domain(d) != domain) d++;
    while (k < M_ITEM_KEYS && !bytes_eq(m_item_key(k, room), key)) k++;
    assert_true(d < M_ITEM_DOMAINS && k < M_ITEM_KEYS);
    assert_true(bytes_eq(old, model_item(c->before, d, k)));
    assert_true(bytes_eq(now, model_item(&c->d.now, d, k)));
    c->watched++;
}

/* The EVM's root of the model alone, by the trie in memory. */
static struct b32 model_evm_root(const struct m_world *w) {
    struct st_journal *j = st_journal_new(NULL);
    for (uint32_t i = 0; i < M_ACCOUNTS; i++) {
        const struct m_account *m = &w->account[i];
        if (!m->exists) continue;
        struct b20 address = m_address(i);
        struct st_account *a = st_account(j, &address);
        struct u256 balance = u256_from_u64(m->balance);
        uint8_t room[40];
        st_set_balance(j, a, &balance);
        st_set_nonce(j, a, m->nonce);
        st_set_code(j, a, st_code_new(m_code_bytes(m->code, room)));
        for (uint32_t k = 0; k < M_KEYS; k++) {
            struct u256 key = m_key(k), value = u256_from_u64(m->current[k]);
            st_set_slot(j, st_slot(j, a, &key), &value);
        }
    }
    struct b32 root = st_evm_root(j);
    st_journal_free(j);
    return root;
}

struct scan_check {
    struct m_item (*items)[M_ITEM_KEYS];
    uint32_t domain, seen;
    uint8_t last[700];
    size_t last_size;
};

static bool check_scanned(void *ctx, struct bytes key, struct bytes value) {
    struct scan_check *c = ctx;
    uint32_t k = 0;
    uint8_t room[700];
    while (k < M_ITEM_KEYS && !bytes_eq(m_item_key(k, room), key)) k++;
    assert_true(k < M_ITEM_KEYS);
    const struct m_item *m = &c->items[c->domain][k];
    assert_true(m->present && bytes_eq(value, bytes_make(m->value, m->size)));
    if (c->seen && key.n < 600) assert_true(bytes_cmp(bytes_make(c->last, c->last_size), key) < 0);
    memcpy(c->last, key.p, key.n);
    c->last_size = key.n;
    c->seen++;
    return true;
}

static void check_scans(const struct st_snapshot *snap, struct m_world *w) {
    for (uint32_t domain = 0; domain < M_ITEM_DOMAINS; domain++) {
        for (uint32_t from = 0; from < M_ITEM_KEYS; from++) {
            uint8_t room[700];
            struct bytes prefix = m_item_key(from, room);
            uint32_t want = 0;
            for (uint32_t k = 0; k < M_ITEM_KEYS; k++) {
                uint8_t other[700];
                want += w->item[domain][k].present && st_begins_with(m_item_key(k, other), prefix);
            }
            struct scan_check c = {.items = w->item, .domain = domain};
            st_snapshot_scan(snap, m_domain(domain), prefix, (struct bytes){0}, check_scanned, &c);
            assert_int_equal(c.seen, want);
            if (prefix.n >= 600) continue; /* in the order of hashes */
            want = 0;
            for (uint32_t k = 0; k < M_ITEM_KEYS; k++) {
                uint8_t other[700];
                want += w->item[domain][k].present && bytes_cmp(m_item_key(k, other), prefix) >= 0;
            }
            c.seen = 0;
            st_snapshot_scan(snap, m_domain(domain), (struct bytes){0}, prefix, check_scanned, &c);
            assert_int_equal(c.seen, want);
        }
    }
}

/* Everything at one height, newest or not: values through a journal, scans, roots. */
static void check_height(struct chain *c, uint64_t height) {
    struct st_snapshot *snap;
    struct err e = st_snapshot_open(c->store, height, &snap);
    if (height + MODEL_HISTORY < c->count - 1) {
        assert_int_equal(e.code, ST_ERR_PRUNED);
        return;
    }
    assert_false(err_is(e));
    struct sealed *b = &c->blocks[height];
    struct st_roots roots;
    assert_true(st_snapshot_roots(snap, &roots));
    assert_memory_equal(&roots, &b->roots, sizeof roots);
    st_snapshot_audit_roots(snap, &roots);
    assert_memory_equal(&roots, &b->roots, sizeof roots);
    struct b32 evm = model_evm_root(&b->world);
    assert_true(b32_eq(&evm, &roots.evm));
    check_scans(snap, &b->world);
    struct drive *d = calloc(1, sizeof *d);
    d->j = st_journal_new(snap);
    d->now = b->world;
    d->r = c->d.r;
    d->with_fingerprints = true;
    if (rand_below(&c->d.r, 2)) m_check_world(d);
    /* A simulation on top of it, thrown away. */
    for (int i = 0; i < 60; i++) drive_step(d);
    m_check_world(d);
    st_journal_free(d->j);
    free(d);
    st_snapshot_close(snap);
}

/* Changes the newest block's state without a block. */
static void amend(struct chain *c) {
    struct sealed *b = &c->blocks[c->count - 1];
    for (int i = 0; i < 20; i++) drive_step(&c->d);
    if (c->d.in_tx) m_end_tx(&c->d, true);
    c->before = &b->world;
    assert_false(err_is(st_amend_begin(c->store, c->d.j, &b->roots)));
    check_money(c);
    assert_false(err_is(st_seal_end(c->store, c->d.j)));
    b->world = c->d.now;
    c->amended++;
}

static void set_point(struct chain *c) {
    if (c->point_count == POINTS_MAX) return;
    struct point *p = &c->points[c->point_count++];
    *p = (struct point){st_point_set(c->store), c->count, c->blocks[c->count - 1]};
    if (c->point_count > 1) assert_true(p->id > p[-1].id);
}

static void restore_point(struct chain *c) {
    if (!c->point_count) return;
    uint32_t which = rand_below(&c->d.r, c->point_count);
    struct point *p = &c->points[which];
    assert_false(err_is(st_point_restore(c->store, c->d.j, p->id)));
    assert_int_equal(st_point_restore(c->store, c->d.j, p->id).code, ST_ERR_NO_POINT);
    uint64_t height = 0;
    assert_true(st_store_height(c->store, &height) && height == p->count - 1);
    c->count = p->count;
    c->blocks[c->count - 1] = p->newest;
    c->d.now = p->newest.world;
    c->point_count = which;
    c->restored++;
    for (uint64_t h = c->count > MODEL_HISTORY ? c->count - MODEL_HISTORY : 0; h < c->count; h++)
        check_height(c, h);
    /* Records went back as well. */
    struct st_snapshot *snap;
    struct bytes record;
    uint8_t key[8];
    assert_false(err_is(st_snapshot_open(c->store, ST_LATEST, &snap)));
    store_be64(key, height);
    assert_true(st_record_get(snap, ST_TABLE_BLOCK, BYTES_OF(key), &record));
    store_be64(key, height + 1);
    assert_false(st_record_get(snap, ST_TABLE_BLOCK, BYTES_OF(key), &record));
    st_snapshot_close(snap);
}

static void run_chain(struct chain *c, const char *dir, uint64_t blocks) {
    c->store = open_store(dir, MODEL_HISTORY);
    c->d.j = st_sequencer_journal(c->store);
    st_seal_watch(c->store, check_watched, c);
    c->blocks = calloc(blocks, sizeof *c->blocks);
    struct rand_source *r = &c->d.r;
    while (c->count < blocks) {
        uint32_t steps = 1 + rand_below(r, 120);
        for (uint32_t i = 0; i < steps; i++) drive_step(&c->d);
        if (c->d.in_tx) m_end_tx(&c->d, true);
        struct sealed *b = &c->blocks[c->count];
        if (!rand_below(r, 8)) { /* given up, and sealed again with more */
            c->before = c->count ? &b[-1].world : NULL;
            assert_false(err_is(st_seal_begin(c->store, c->d.j, c->count, &b->roots)));
            check_money(c);
            st_seal_abort(c->store, c->d.j);
            for (uint32_t i = 0; i < 20; i++) drive_step(&c->d);
            if (c->d.in_tx) m_end_tx(&c->d, true);
        }
        c->before = c->count ? &b[-1].world : NULL;
        assert_false(err_is(st_seal_begin(c->store, c->d.j, c->count, &b->roots)));
        check_money(c);
        end_seal(c->store, c->d.j, c->count, &b->roots);
        b->world = c->d.now;
        c->count++;
        if (!rand_below(r, 4)) amend(c);
        if (!rand_below(r, 6)) set_point(c);
        if (!rand_below(r, 16)) amend(c);
        if (!rand_below(r, 12)) restore_point(c);
        if (!rand_below(r, 6)) st_journal_drop_cache(c->d.j);
        if (!rand_below(r, 4)) check_height(c, c->count - 1);
        if (!rand_below(r, 4)) check_height(c, rand_below(r, (uint32_t)c->count));
        if (dir && !rand_below(r, 10)) {
            uint64_t height = 0;
            st_journal_free(c->d.j);
            st_store_close(c->store);
            c->store = open_store(dir, MODEL_HISTORY);
            assert_true(st_store_height(c->store, &height) && height == c->count - 1);
            c->d.j = st_sequencer_journal(c->store);
            if (c->point_count)
                assert_int_equal(st_point_restore(c->store, c->d.j, c->points[0].id).code,
                                 ST_ERR_NO_POINT);
            c->point_count = 0;
        }
    }
    for (uint64_t h = 0; h < c->count; h++) check_height(c, h);
    st_journal_free(c->d.j);
    st_store_close(c->store);
    free(c->blocks);
}

static void run_chains(uint64_t seeds, bool durable, uint64_t blocks) {
    uint64_t operations = 0, amended = 0, restored = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        char dir[64];
        if (durable) make_dir(dir);
        struct chain *c = calloc(1, sizeof *c);
        c->d.r.state = seed * 65537 + durable;
        c->d.with_fingerprints = seed % 2;
        run_chain(c, durable ? dir : NULL, blocks);
        operations += c->d.operations;
        amended += c->amended;
        restored += c->restored;
        assert_true(c->watched);
        free(c);
        if (durable) remove_dir(dir);
    }
    printf("store: %llu operations in %llu blocks, %llu times amended, %llu times gone back, equal "
           "to the model\n",
           (unsigned long long)operations, (unsigned long long)(seeds * blocks),
           (unsigned long long)amended, (unsigned long long)restored);
    assert_true(amended && restored);
}

static void test_store_random_blocks_equal_model_at_every_height(void **state) {
    (void)state;
    run_chains(12, false, 60);
}

static void test_store_reopened_between_blocks_equal_model(void **state) {
    (void)state;
    run_chains(3, true, 40);
}

/* ---- Starting anew */

static void test_store_sealed_anew_is_as_a_new_one(void **state) {
    (void)state;
    struct st_store *s = open_store(NULL, MODEL_HISTORY), *fresh = open_store(NULL, MODEL_HISTORY);
    struct drive *d = calloc(1, sizeof *d);
    struct st_roots roots, want;
    d->r.state = 77;
    d->j = st_sequencer_journal(s);
    for (uint64_t h = 0; h < 20; h++) {
        for (int i = 0; i < 40; i++) drive_step(d);
        if (d->in_tx) m_end_tx(d, true);
        seal(s, d->j, h, &roots);
        if (h == 10) st_point_set(s);
    }
    struct st_store *stores[] = {fresh, s};
    struct st_journal *journals[2];
    for (int i = 0; i < 2; i++) {
        struct st_journal *j = journals[i] = st_journal_new(NULL);
        st_begin_tx(j);
        struct b20 address = m_address(3);
        st_set_balance(j, st_account(j, &address), &U256_ONE);
        st_put(j, ST_MOVE_RESOURCE, BYTES_LIT("key"), BYTES_LIT("value"));
        st_end_tx(j, true);
        if (i) st_seal_anew(s, true);
        seal(stores[i], j, 0, i ? &roots : &want);
    }
    st_journal_free(d->j);
    free(d);
    assert_memory_equal(&roots, &want, sizeof roots);
    uint64_t height = 9;
    assert_true(st_store_height(s, &height) && height == 0);
    assert_int_equal(st_point_restore(s, journals[1], 0).code, ST_ERR_NO_POINT);
    struct st_snapshot *snap;
    assert_int_equal(st_snapshot_open(s, 1, &snap).code, ST_ERR_NO_BLOCK);
    assert_false(err_is(st_snapshot_open(s, 0, &snap)));
    st_snapshot_audit_roots(snap, &roots);
    assert_memory_equal(&roots, &want, sizeof roots);
    st_snapshot_close(snap);
    for (int i = 0; i < 2; i++) st_journal_free(journals[i]), st_store_close(stores[i]);
}

/* ---- Genesis */

static void test_seal_first_block_from_journal_in_memory_goes_on(void **state) {
    (void)state;
    struct st_store *s = open_store(NULL, 0);
    struct st_journal *j = st_journal_new(NULL);
    struct b20 address = m_address(1);
    struct st_roots roots;
    uint64_t height;
    assert_false(st_store_height(s, &height));
    struct st_snapshot *snap;
    assert_int_equal(st_snapshot_open(s, ST_LATEST, &snap).code, ST_ERR_NO_BLOCK);
    st_begin_tx(j);
    st_set_balance(j, st_account(j, &address), &U256_ONE);
    st_end_tx(j, true);
    struct b32 want = st_evm_root(j);
    seal(s, j, 0, &roots);
    assert_true(b32_eq(&roots.evm, &want));
    st_begin_tx(j);
    st_set_nonce(j, st_account(j, &address), 5);
    st_end_tx(j, true);
    assert_int_equal(st_seal_begin(s, j, 2, &roots).code, ST_ERR_NO_BLOCK);
    seal(s, j, 1, &roots);
    assert_false(err_is(st_snapshot_open(s, 0, &snap)));
    struct st_journal *then = st_journal_new(snap);
    assert_int_equal(st_account(then, &address)->nonce, 0);
    assert_true(u256_eq(&st_account(then, &address)->balance, &U256_ONE));
    st_journal_free(then);
    st_snapshot_close(snap);
    assert_int_equal(st_snapshot_open(s, 2, &snap).code, ST_ERR_NO_BLOCK);
    st_journal_free(j);
    st_store_close(s);
}

/* ---- Records */

struct record_scan {
    uint32_t keys[64], count, limit;
};

static bool take_record(void *ctx, struct bytes key, struct bytes value) {
    struct record_scan *c = ctx;
    assert_int_equal(value.n, 4);
    c->keys[c->count++] = load_be32(key.p);
    return c->count < c->limit;
}

static struct record_scan scan(const struct st_snapshot *snap, uint32_t from, uint32_t to,
                               bool reverse, uint32_t limit) {
    uint8_t a[4], b[4];
    store_be32(a, from);
    store_be32(b, to);
    struct record_scan c = {.limit = limit};
    st_record_scan(snap, ST_TABLE_META, BYTES_OF(a), to ? (struct bytes){b, 4} : (struct bytes){0},
                   reverse, take_record, &c);
    return c;
}

static void test_record_scan_both_ways_keeps_bounds(void **state) {
    (void)state;
    struct st_store *s = open_store(NULL, 0);
    struct st_journal *j = st_sequencer_journal(s);
    struct st_roots roots;
    assert_false(err_is(st_seal_begin(s, j, 0, &roots)));
    for (uint32_t i = 10; i < 40; i += 2) {
        uint8_t key[4];
        store_be32(key, i);
        assert_false(err_is(st_seal_put(s, ST_TABLE_META, BYTES_OF(key), BYTES_OF(key))));
    }
    assert_true(err_is(st_seal_put(s, ST_TABLE_META, (struct bytes){0}, (struct bytes){0})));
    assert_false(err_is(st_seal_end(s, j)));
    struct st_snapshot *snap;
    assert_false(err_is(st_snapshot_open(s, ST_LATEST, &snap)));
    struct record_scan c = scan(snap, 15, 21, false, 99);
    assert_int_equal(c.count, 3);
    assert_int_equal(c.keys[0], 16);
    c = scan(snap, 15, 22, true, 99);
    assert_int_equal(c.count, 3);
    assert_int_equal(c.keys[0], 20);
    assert_int_equal(c.keys[2], 16);
    c = scan(snap, 0, 0, true, 2);
    assert_int_equal(c.count, 2);
    assert_int_equal(c.keys[0], 38);
    c = scan(snap, 30, 0, false, 99);
    assert_int_equal(c.count, 5);
    c = scan(snap, 0, 99, true, 99);
    assert_int_equal(c.count, 15);
    c = scan(snap, 50, 99, true, 99);
    assert_int_equal(c.count, 0);
    c = scan(snap, 0, 5, true, 99);
    assert_int_equal(c.count, 0);
    struct bytes value;
    assert_true(st_record_get(snap, ST_TABLE_META, BYTES_LIT("\0\0\0\x0a"), &value));
    assert_false(st_record_get(snap, ST_TABLE_META, BYTES_LIT("\0\0\0\x0b"), &value));
    assert_false(st_record_get(snap, ST_TABLE_BLOCK, BYTES_LIT("\0\0\0\x0a"), &value));
    st_snapshot_close(snap);
    st_journal_free(j);
    st_store_close(s);
}

/* ---- Death and failure */

/* What block `height` writes: a few accounts with slots, some of them wiped, and items. */
static void make_block(struct st_journal *j, uint64_t height) {
    struct rand_source r = {.state = height};
    st_begin_tx(j);
    for (int i = 0; i < 20; i++) {
        struct b20 address = m_address(rand_below(&r, 30));
        struct st_account *a = st_account(j, &address);
        struct u256 key = u256_from_u64(rand_below(&r, 50));
        struct u256 value = u256_from_u64(rand_below(&r, 3));
        st_set_nonce(j, a, height + 1);
        st_set_slot(j, st_slot(j, a, &key), &value);
        if (!rand_below(&r, 15)) st_mark_destructed(j, a);
        uint8_t name[4];
        store_be32(name, rand_below(&r, 100));
        if (rand_below(&r, 4))
            st_put(j, ST_MOVE_RESOURCE, BYTES_OF(name), BYTES_OF(height));
        else
            st_delete(j, ST_MOVE_RESOURCE, BYTES_OF(name));
    }
    st_end_tx(j, true);
}

/* Seals for ever; says each height that is on disk. */
static _Noreturn void seal_until_killed(const char *dir, int fd) {
    struct st_store *s = NULL;
    if (err_is(st_store_open(&s, &(struct st_store_options){.dir = dir}))) _exit(1);
    struct st_journal *j = st_sequencer_journal(s);
    uint64_t last, height = st_store_height(s, &last) ? last + 1 : 0;
    for (;; height++) {
        struct st_roots roots;
        uint8_t key[8];
        make_block(j, height);
        store_be64(key, height);
        if (err_is(st_seal_begin(s, j, height, &roots)) ||
            err_is(st_seal_put(s, ST_TABLE_BLOCK, BYTES_OF(key), BYTES_OF(roots))) ||
            err_is(st_seal_end(s, j)) || write(fd, &height, 8) != 8)
            _exit(2);
    }
}

/* Returns the newest height, whose state must be what all blocks up to it make. */
static uint64_t check_reopened(const char *dir, uint64_t shown) {
    struct st_store *s = open_store(dir, 0);
    uint64_t height;
    assert_true(st_store_height(s, &height));
    assert_true(height == shown || height == shown + 1);
    struct st_snapshot *snap;
    assert_false(err_is(st_snapshot_open(s, ST_LATEST, &snap)));
    struct st_roots stored, anew;
    assert_true(st_snapshot_roots(snap, &stored));
    st_snapshot_audit_roots(snap, &anew);
    assert_memory_equal(&stored, &anew, sizeof stored);
    struct bytes record;
    uint8_t key[8];
    for (uint64_t h = 0; h <= height + 1; h++) {
        store_be64(key, h);
        bool there = st_record_get(snap, ST_TABLE_BLOCK, BYTES_OF(key), &record);
        assert_int_equal(there, h <= height);
    }
    st_snapshot_close(snap);
    struct st_journal *j = st_journal_new(NULL);
    for (uint64_t h = 0; h <= height; h++) make_block(j, h);
    struct b32 evm = st_evm_root(j);
    assert_true(b32_eq(&evm, &stored.evm));
    st_journal_free(j);
    st_store_close(s);
    return height;
}

static void test_store_killed_while_sealing_reopens_at_last_block(void **state) {
    (void)state;
    char dir[64];
    make_dir(dir);
    struct rand_source r = {.state = 42};
    uint64_t height = 0;
    for (int round = 0; round < 12; round++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) seal_until_killed(dir, fds[1]);
        close(fds[1]);
        uint64_t shown;
        assert_int_equal(read(fds[0], &shown, 8), 8); /* it runs */
        usleep(1000 + rand_below(&r, 40000));
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        for (uint64_t more; read(fds[0], &more, 8) == 8;) shown = more;
        close(fds[0]);
        height = check_reopened(dir, shown);
    }
    printf("store: killed 12 times, %llu blocks whole\n", (unsigned long long)height + 1);
    remove_dir(dir);
}

static void test_seal_map_full_is_error_and_nothing_is_written(void **state) {
    (void)state;
    struct st_store *s;
    struct st_store_options o = {.map_bytes = 1 << 20};
    assert_false(err_is(st_store_open(&s, &o)));
    struct st_journal *j = st_sequencer_journal(s);
    struct st_roots roots;
    seal(s, j, 0, &roots);
    uint8_t *large = calloc(1, 4 << 20);
    struct b20 address = m_address(3);
    st_begin_tx(j);
    st_set_nonce(j, st_account(j, &address), 7);
    st_put(j, ST_MOVE_RESOURCE, BYTES_LIT("large"), bytes_make(large, 4 << 20));
    st_end_tx(j, true);
    assert_int_equal(st_seal_begin(s, j, 1, &roots).code, ST_ERR_IO);
    uint64_t height = 9;
    assert_true(st_store_height(s, &height) && height == 0);
    st_begin_tx(j); /* the journal holds the changes still */
    assert_int_equal(st_account(j, &address)->nonce, 7);
    st_delete(j, ST_MOVE_RESOURCE, BYTES_LIT("large"));
    st_end_tx(j, true);
    assert_false(err_is(st_seal_begin(s, j, 1, &roots)));
    assert_int_equal(st_seal_put(s, ST_TABLE_META, BYTES_LIT("x"), bytes_make(large, 4 << 20)).code,
                     ST_ERR_IO);
    st_seal_abort(s, j);
    seal(s, j, 1, &roots);
    struct st_snapshot *snap;
    assert_false(err_is(st_snapshot_open(s, ST_LATEST, &snap)));
    struct st_roots anew;
    st_snapshot_audit_roots(snap, &anew);
    assert_memory_equal(&roots, &anew, sizeof roots);
    st_snapshot_close(snap);
    free(large);
    st_journal_free(j);
    st_store_close(s);
}

static void test_store_open_refusals_name_the_reason(void **state) {
    (void)state;
    char dir[64], path[128];
    make_dir(dir);
    struct st_store *s = open_store(dir, 0), *second = NULL;
    struct st_store_options o = {.dir = dir};
    struct err e = st_store_open(&second, &o);
    assert_int_equal(e.code, ST_ERR_OPEN);
    assert_non_null(strstr(e.text, "another process"));
    st_store_close(s);
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    char junk[8192];
    memset(junk, 'j', sizeof junk);
    assert_int_equal(fwrite(junk, 1, sizeof junk, f), sizeof junk);
    fclose(f);
    assert_int_equal(st_store_open(&second, &o).code, ST_ERR_OPEN);
    o.dir = path; /* a file */
    assert_int_equal(st_store_open(&second, &o).code, ST_ERR_OPEN);
    o.dir = "/proc/none/such";
    assert_int_equal(st_store_open(&second, &o).code, ST_ERR_OPEN);
    remove_dir(dir);
}

/* ---- Readers beside the writer */

struct reader {
    pthread_t thread;
    struct st_store *store;
    atomic_bool *stop;
    _Atomic uint64_t reads;
    bool failed;
};

static void *read_all(void *arg) {
    struct reader *r = arg;
    while (!atomic_load(r->stop)) {
        struct st_snapshot *snap;
        uint64_t height = 0;
        st_store_height(r->store, &height);
        uint64_t back = r->reads % 20;
        if (err_is(st_snapshot_open(r->store, height > back ? height - back : 0, &snap))) {
            r->failed = true;
            return NULL;
        }
        struct st_roots stored, anew;
        st_snapshot_audit_roots(snap, &anew);
        if (!st_snapshot_roots(snap, &stored) || memcmp(&stored, &anew, sizeof stored) != 0)
            r->failed = true;
        st_snapshot_close(snap);
        r->reads++;
    }
    return NULL;
}

static void test_snapshots_on_threads_while_sealing_are_consistent(void **state) {
    (void)state;
    struct st_store *s = open_store(NULL, 100);
    struct st_journal *j = st_sequencer_journal(s);
    struct st_roots roots;
    make_block(j, 0);
    seal(s, j, 0, &roots);
    atomic_bool stop = false;
    struct reader readers[3] = {
        {.store = s, .stop = &stop}, {.store = s, .stop = &stop}, {.store = s, .stop = &stop}};
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_all, &readers[i]), 0);
    for (uint64_t h = 1; h < 200; h++) {
        make_block(j, h);
        seal(s, j, h, &roots);
    }
    while (readers[0].reads < 3) usleep(1000);
    atomic_store(&stop, true);
    uint64_t reads = 0;
    for (int i = 0; i < 3; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_false(readers[i].failed);
        reads += readers[i].reads;
    }
    printf("store: %llu snapshots audited while 199 blocks were sealed\n",
           (unsigned long long)reads);
    st_journal_free(j);
    st_store_close(s);
}

/* Code set in one journal is found by hash in another, and by a later process. */
static void test_code_sealed_is_shared_and_survives(void **state) {
    (void)state;
    char dir[64];
    make_dir(dir);
    struct st_store *s = open_store(dir, 0);
    struct st_journal *j = st_sequencer_journal(s);
    struct b20 address = m_address(2);
    struct st_roots roots;
    st_begin_tx(j);
    st_set_code(j, st_account(j, &address), st_code_new(BYTES_LIT("\x60\x01\x60\x02")));
    st_end_tx(j, true);
    seal(s, j, 0, &roots);
    const struct st_code *mine = st_account_code(j, st_account(j, &address));
    struct st_snapshot *snap;
    assert_false(err_is(st_snapshot_open(s, ST_LATEST, &snap)));
    struct st_journal *other = st_journal_new(snap);
    assert_ptr_equal(st_account_code(other, st_account(other, &address)), mine);
    st_journal_free(other);
    st_snapshot_close(snap);
    st_journal_free(j);
    st_store_close(s);
    s = open_store(dir, 0);
    j = st_sequencer_journal(s);
    const struct st_code *again = st_account_code(j, st_account(j, &address));
    assert_int_equal(again->size, 4);
    assert_memory_equal(again->bytes, "\x60\x01\x60\x02\0\0\0", 7);
    st_journal_free(j);
    st_store_close(s);
    remove_dir(dir);
}

static struct st_code *sealed_code(struct st_journal *j, uint8_t n) {
    struct b20 address = {{[19] = n}};
    return (struct st_code *)(uintptr_t)st_account_code(j, st_account(j, &address));
}

/* What is derived from code counts: the cache lets other code go, then even that one. */
static void test_code_cache_keeps_its_bound_with_what_is_derived(void **state) {
    (void)state;
    enum { CODES = 8, STEP = ST_CODE_CACHE_BYTES_MAX / 4 };
    char dir[64];
    make_dir(dir);
    struct st_store *s = open_store(dir, 0);
    struct st_journal *j = st_sequencer_journal(s);
    struct st_roots roots;
    st_begin_tx(j);
    for (uint8_t n = 0; n < CODES; n++) {
        uint8_t bytes[] = {0x60, n};
        struct b20 address = {{[19] = n}};
        st_set_code(j, st_account(j, &address), st_code_new(BYTES_OF(bytes)));
    }
    st_end_tx(j, true);
    st_code_grew(j, sealed_code(j, 0), STEP); /* before it is in the cache */
    seal(s, j, 0, &roots);
    assert_int_equal(st_code_cache_bytes(s->codes), STEP + 2 * CODES);
    for (uint8_t n = 1; n < CODES; n++) {
        st_code_grew(j, sealed_code(j, n), STEP);
        size_t bytes = st_code_cache_bytes(s->codes);
        assert_true(bytes > ST_CODE_CACHE_BYTES_MAX / 2 - STEP / 2);
        assert_true(bytes <= ST_CODE_CACHE_BYTES_MAX);
    }
    for (uint8_t n = 0; n < CODES; n++) st_code_grew(j, sealed_code(j, n), ST_CODE_CACHE_BYTES_MAX);
    assert_int_equal(st_code_cache_bytes(s->codes), 0);
    st_journal_free(j);
    /* What it let go is read again, and counted anew. */
    j = st_sequencer_journal(s);
    assert_memory_equal(sealed_code(j, 5)->bytes, "\x60\x05", 3);
    assert_int_equal(st_code_cache_bytes(s->codes), 2);
    st_journal_free(j);
    st_store_close(s);
    remove_dir(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_random_blocks_equal_model_at_every_height),
        cmocka_unit_test(test_store_reopened_between_blocks_equal_model),
        cmocka_unit_test(test_store_sealed_anew_is_as_a_new_one),
        cmocka_unit_test(test_seal_first_block_from_journal_in_memory_goes_on),
        cmocka_unit_test(test_record_scan_both_ways_keeps_bounds),
        cmocka_unit_test(test_store_killed_while_sealing_reopens_at_last_block),
        cmocka_unit_test(test_seal_map_full_is_error_and_nothing_is_written),
        cmocka_unit_test(test_store_open_refusals_name_the_reason),
        cmocka_unit_test(test_snapshots_on_threads_while_sealing_are_consistent),
        cmocka_unit_test(test_code_sealed_is_shared_and_survives),
        cmocka_unit_test(test_code_cache_keeps_its_bound_with_what_is_derived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
