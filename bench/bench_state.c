/* The journal's and the store's hot paths: nanoseconds a call in the best of several rounds, and
 * the time of sealing blocks and what is kept. */
#include "state/state.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "state/store_impl.h"

enum { ROUNDS = 7, ACCOUNTS = 10000, SLOTS = 10000 };

static uint64_t rnd(void) {
    static uint64_t seed = 1;
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

struct world {
    struct st_journal *j;
    struct b20 address[ACCOUNTS];
    struct u256 key[SLOTS];
    struct st_account *contract;
    uint64_t sink;
};

typedef size_t run_fn(struct world *w); /* returns how many calls it made */

static size_t account_get(struct world *w) {
    for (size_t i = 0; i < ACCOUNTS; i++) w->sink += st_account(w->j, &w->address[i])->nonce;
    return ACCOUNTS;
}

/* The same few accounts again and again, as in a loop of calls. */
static size_t account_get_hot(struct world *w) {
    for (size_t i = 0; i < ACCOUNTS; i++) w->sink += st_account(w->j, &w->address[i % 8])->nonce;
    return ACCOUNTS;
}

static size_t balance_set(struct world *w) {
    struct st_account *a = st_account(w->j, &w->address[0]);
    for (uint64_t i = 0; i < ACCOUNTS; i++) {
        struct u256 v = u256_from_u64(i);
        st_set_balance(w->j, a, &v);
    }
    return ACCOUNTS;
}

static size_t account_warm(struct world *w) {
    for (size_t i = 0; i < ACCOUNTS; i++)
        w->sink += st_warm_account(w->j, st_account(w->j, &w->address[i]));
    return ACCOUNTS;
}

static size_t slot_get(struct world *w) {
    for (size_t i = 0; i < SLOTS; i++)
        w->sink += st_slot(w->j, w->contract, &w->key[i])->current.w[0];
    return SLOTS;
}

static size_t slot_get_hot(struct world *w) {
    for (size_t i = 0; i < SLOTS; i++)
        w->sink += st_slot(w->j, w->contract, &w->key[i % 8])->current.w[0];
    return SLOTS;
}

static size_t slot_set(struct world *w) {
    for (size_t i = 0; i < SLOTS; i++) {
        struct u256 v = u256_from_u64(++w->sink);
        st_set_slot(w->j, st_slot(w->j, w->contract, &w->key[i]), &v);
    }
    return SLOTS;
}

static size_t transient_set_get(struct world *w) {
    for (size_t i = 0; i < SLOTS; i++) {
        struct u256 v = u256_from_u64(++w->sink);
        st_set_transient(w->j, w->contract, &w->key[i % 64], &v);
        v = st_transient(w->j, w->contract, &w->key[i % 64]);
        w->sink += v.w[0];
    }
    return SLOTS;
}

static size_t savepoint_revert_empty(struct world *w) {
    for (size_t i = 0; i < SLOTS; i++) {
        st_revert(w->j, st_savepoint(w->j));
        __asm__ volatile("" : : : "memory");
    }
    return SLOTS;
}

/* A call that fails: eight slots written, then undone. */
static size_t savepoint_8_slots_revert(struct world *w) {
    for (size_t i = 0; i < SLOTS / 8; i++) {
        st_mark m = st_savepoint(w->j);
        for (size_t k = 0; k < 8; k++) {
            struct u256 v = u256_from_u64(++w->sink);
            st_set_slot(w->j, st_slot(w->j, w->contract, &w->key[k]), &v);
        }
        st_revert(w->j, m);
    }
    return SLOTS / 8;
}

static size_t item_put_get(struct world *w) {
    uint8_t value[64] = {0};
    for (size_t i = 0; i < ACCOUNTS; i++) {
        struct bytes key = bytes_make(&w->key[i % 512], 32), out;
        store_le64(value, ++w->sink);
        st_put(w->j, ST_MOVE_RESOURCE, key, BYTES_OF(value));
        st_get(w->j, ST_MOVE_RESOURCE, key, &out);
        w->sink += out.n;
    }
    return ACCOUNTS;
}

static size_t transaction_empty(struct world *w) {
    for (size_t i = 0; i < SLOTS; i++) {
        st_begin_tx(w->j);
        st_end_tx(w->j, true);
    }
    st_begin_tx(w->j);
    return SLOTS;
}

static void measure(struct world *w, const char *name, run_fn *run) {
    double best = 1e30;
    for (int i = 0; i < ROUNDS; i++) {
        st_begin_tx(w->j);
        double start = now_ns();
        size_t n = run(w);
        double each = (now_ns() - start) / (double)n;
        if (each < best) best = each;
        st_end_tx(w->j, true);
    }
    printf("%-34s %8.1f ns %8.1f M/s\n", name, best, 1e3 / best);
}

static struct u256 random_key(void) {
    return (struct u256){{rnd(), rnd(), rnd(), rnd()}};
}

static void measure_journal(void) {
    struct world *w = xcalloc(1, sizeof *w);
    w->j = st_journal_new(NULL);
    for (size_t i = 0; i < ACCOUNTS; i++) {
        store_le64(w->address[i].b, rnd());
        store_le64(w->address[i].b + 8, rnd());
        st_set_nonce(w->j, st_account(w->j, &w->address[i]), 1);
    }
    w->contract = st_account(w->j, &w->address[0]);
    for (size_t i = 0; i < SLOTS; i++) {
        w->key[i] = random_key();
        st_set_slot(w->j, st_slot(w->j, w->contract, &w->key[i]), &U256_ONE);
    }
    measure(w, "account get, 10,000 in turn", account_get);
    measure(w, "account get, 8 in turn", account_get_hot);
    measure(w, "balance set", balance_set);
    measure(w, "account get and warm", account_warm);
    measure(w, "slot get, 10,000 in turn", slot_get);
    measure(w, "slot get, 8 in turn", slot_get_hot);
    measure(w, "slot get and set, 10,000 in turn", slot_set);
    measure(w, "transient set and get", transient_set_get);
    measure(w, "savepoint and revert, empty", savepoint_revert_empty);
    measure(w, "savepoint, 8 slot sets, revert", savepoint_8_slots_revert);
    measure(w, "item put and get", item_put_get);
    measure(w, "transaction begin and end", transaction_empty);
    if (w->sink == 42) puts("");
    st_journal_free(w->j);
    free(w);
}

/* ---- Sealing */

static void fail(struct err e) {
    fprintf(stderr, "bench_state: %s\n", e.text);
    exit(1);
}

static double seal(struct st_store *s, struct st_journal *j, uint64_t height) {
    struct st_roots roots;
    double start = now_ns();
    struct err e = st_seal_begin(s, j, height, &roots);
    if (!err_is(e)) e = st_seal_end(s, j);
    if (err_is(e)) fail(e);
    return now_ns() - start;
}

/* Blocks that each change `slots` slots of one contract, of which `known` are there already, or
 * `accounts` balances. */
static void measure_seal(const char *dir, const char *name, uint32_t slots, uint32_t accounts,
                         uint32_t known, int blocks) {
    struct st_store *s;
    struct st_store_options o = {.dir = dir};
    struct err e = st_store_open(&s, &o);
    if (err_is(e)) fail(e);
    struct st_journal *j = st_sequencer_journal(s);
    struct b20 address = {{1}};
    double total = 0, best = 1e30;
    for (int b = 0; b <= blocks; b++) {
        uint32_t n = b ? slots : known, m = b ? accounts : known;
        st_begin_tx(j);
        struct st_account *a = st_account(j, &address);
        st_set_nonce(j, a, (uint64_t)b + 1);
        for (uint32_t i = 0; i < n && slots; i++) {
            struct u256 key = u256_from_u64(b ? rnd() % known : i), value = u256_from_u64(rnd());
            st_set_slot(j, st_slot(j, a, &key), &value);
        }
        for (uint32_t i = 0; i < m && accounts; i++) {
            struct b20 other = {{2}};
            store_be32(other.b + 16, (uint32_t)(b ? rnd() % known : i));
            struct u256 value = u256_from_u64(rnd());
            st_set_balance(j, st_account(j, &other), &value);
        }
        st_end_tx(j, true);
        double t = seal(s, j, (uint64_t)b);
        if (!b) continue;
        total += t;
        if (t < best) best = t;
    }
    double changes = (double)(slots + accounts);
    printf("%-44s best %9.3f ms, mean %9.3f ms, %6.2f us a change\n", name, best / 1e6,
           total / blocks / 1e6, total / blocks / 1e3 / changes);
    st_journal_free(j);
    st_store_close(s);
}

static void measure_evm_root(void) {
    struct st_journal *j = st_journal_new(NULL);
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        struct b20 address = {{3}};
        store_be32(address.b + 16, i);
        st_set_nonce(j, st_account(j, &address), 1);
    }
    double start = now_ns();
    struct b32 root = st_evm_root(j);
    double t = now_ns() - start;
    printf("%-44s      %9.3f ms (%02x…)\n", "root of 10,000 accounts from nothing", t / 1e6,
           root.b[0]);
    st_journal_free(j);
}

/* The heap's and the store's bytes now. */
struct footprint {
    size_t heap, store;
};

static struct footprint footprint(const struct st_store *s) {
    MDB_envinfo info;
    MDB_stat stat;
    struct mallinfo2 m = mallinfo2();
    mdb_env_info(s->env, &info);
    mdb_env_stat(s->env, &stat);
    return (struct footprint){m.uordblks + m.hblkhd, (info.me_last_pgno + 1) * stat.ms_psize};
}

/* What an account or a slot takes: in the sequencer's cache of decoded state, and in the store with
 * its part of the trie. Written in blocks, so that the store is as it is after some life. */
static void measure_memory(const char *name, bool slots) {
    enum { BLOCKS = 50, EACH = 10000 };
    struct st_store *s;
    struct st_store_options o = {0};
    struct err e = st_store_open(&s, &o);
    if (err_is(e)) fail(e);
    struct st_journal *j = st_sequencer_journal(s);
    struct footprint before = footprint(s);
    for (uint32_t b = 0; b < BLOCKS; b++) {
        st_begin_tx(j);
        for (uint32_t i = 0; i < EACH; i++) {
            struct b20 address = {{4}};
            struct u256 key = {{rnd(), rnd(), rnd(), rnd()}}, value = u256_from_u64(rnd());
            if (!slots) store_be32(address.b + 16, b * EACH + i);
            struct st_account *a = st_account(j, &address);
            st_set_nonce(j, a, 1 + b);
            if (slots)
                st_set_slot(j, st_slot(j, a, &key), &value);
            else
                st_set_balance(j, a, &value);
        }
        st_end_tx(j, true);
        seal(s, j, b);
    }
    struct footprint after = footprint(s);
    double n = (double)BLOCKS * EACH;
    printf("%-44s %8.0f bytes in the cache, %6.0f bytes in the store\n", name,
           (double)(after.heap - before.heap) / n, (double)(after.store - before.store) / n);
    st_journal_free(j);
    st_store_close(s);
}

int main(int argc, char **argv) {
    measure_journal();
    measure_evm_root();
    measure_seal(NULL, "seal, 1 account of 1,000", 0, 1, 1000, 200);
    measure_seal(NULL, "seal, 100 accounts of 100,000", 0, 100, 100000, 50);
    measure_seal(NULL, "seal, 10,000 slots of 10,000", 10000, 0, 10000, 10);
    measure_seal(NULL, "seal, 10,000 slots of 500,000", 10000, 0, 500000, 10);
    measure_memory("memory of an account, of 500,000", false);
    measure_memory("memory of a slot, of 500,000", true);
    /* With a folder, the same with fsync at every block. */
    if (argc > 1) measure_seal(argv[1], "durable seal, 100 accounts of 1,000", 0, 100, 1000, 50);
    return 0;
}
