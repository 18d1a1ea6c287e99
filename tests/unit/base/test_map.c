/* The map against an array that is searched from its beginning. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { KEYS = 3000 };

struct table {
    struct map map;
    bool present[KEYS];
    uint64_t hash[KEYS];
};

static uint64_t rehash(const void *ctx, uint32_t index) {
    return ((const struct table *)ctx)->hash[index];
}

static uint64_t rnd(void) {
    static uint64_t seed = 5;
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static bool find(const struct table *t, uint32_t key) {
    struct map_probe it = map_begin(&t->map, t->hash[key]);
    bool found = false;
    for (uint32_t i; map_next(&t->map, &it, &i);) {
        assert_true(i < KEYS && t->present[i]);
        if (i == key) {
            assert_false(found); /* once only */
            found = true;
        }
    }
    return found;
}

static void check_all(const struct table *t) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        count += t->present[i];
        assert_int_equal(find(t, i), t->present[i]);
    }
    assert_int_equal(t->map.count, count);
}

/* `hash_bits` bits of the hash differ, so that a small number means chains of collisions that wrap
 * around the end of the table, with equal tags or without. */
static void run(unsigned hash_bits, unsigned shift) {
    struct table *t = xcalloc(1, sizeof *t);
    for (uint32_t i = 0; i < KEYS; i++) {
        const uint64_t low = hash_bits < 64 ? rnd() & (((uint64_t)1 << hash_bits) - 1) : rnd();
        t->hash[i] = (low - 3) << shift; /* below zero: homes at the table's end */
    }
    map_init(&t->map, rehash, t);
    check_all(t);
    const uint32_t keys = hash_bits < 8 ? 300 : KEYS;
    for (int step = 0; step < 20000; step++) {
        const uint32_t key = (uint32_t)(rnd() % keys);
        assert_int_equal(find(t, key), t->present[key]);
        if (t->present[key])
            map_remove(&t->map, t->hash[key], key);
        else
            map_insert(&t->map, t->hash[key], key);
        t->present[key] = !t->present[key];
        if (step % 4000 == 0) check_all(t);
    }
    check_all(t);
    map_clear(&t->map);
    memset(t->present, 0, sizeof t->present);
    check_all(t);
    map_insert(&t->map, t->hash[1], 1);
    t->present[1] = true;
    check_all(t);
    map_free(&t->map);
    free(t);
}

static void test_random_operations_match_model(void **state) {
    (void)state;
    run(64, 0);
}

static void test_colliding_hashes_match_model(void **state) {
    (void)state;
    run(3, 0);
    run(1, 32);
    run(6, 30);
    run(0, 0);
}

static void test_hash_depends_on_every_byte_and_length(void **state) {
    (void)state;
    uint8_t raw[80] = {0};
    for (size_t n = 0; n < sizeof raw; n++) {
        const uint64_t h = map_hash(raw, n);
        assert_true(h == map_hash(raw, n));
        if (n > 0) assert_true(h != map_hash(raw, n - 1));
        for (size_t i = 0; i < n; i++) {
            raw[i] ^= 1;
            assert_true(map_hash(raw, n) != h);
            raw[i] ^= 1;
        }
    }
    const uint64_t a = map_hash20(raw), b = map_hash32(raw, 0);
    assert_true(map_hash32(raw, 1) != b);
    for (size_t i = 0; i < 32; i++) {
        raw[i] ^= 0x80;
        if (i < 20) assert_true(map_hash20(raw) != a);
        assert_true(map_hash32(raw, 0) != b);
        raw[i] ^= 0x80;
    }
}

/* Keys that differ in a counter only must spread: the longest run of filled cells stays short. */
static void test_hash_spreads_counters(void **state) {
    (void)state;
    enum { CELLS = 1 << 16 };
    uint8_t *used = xcalloc(1, CELLS);
    unsigned filled = 0;
    for (uint32_t i = 0; i < CELLS / 2; i++) {
        uint8_t key[32] = {0};
        store_be32(key + 28, i);
        used[map_hash32(key, 0) % CELLS]++;
    }
    for (int i = 0; i < CELLS; i++) {
        filled += used[i] > 0;
        assert_true(used[i] < 16);
    }
    assert_in_range(filled, CELLS * 36 / 100, CELLS * 43 / 100); /* 1 - e^-0.5 = 39.3 % */
    free(used);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_operations_match_model),
        cmocka_unit_test(test_colliding_hashes_match_model),
        cmocka_unit_test(test_hash_depends_on_every_byte_and_length),
        cmocka_unit_test(test_hash_spreads_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
