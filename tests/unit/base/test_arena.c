#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t rnd(void) {
    static uint64_t seed = 3;
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Blocks that live, in the order of their allocation, each filled with a byte of its own: whoever
 * overlaps another is seen. */
enum { LIVE_MAX = 2000 };
struct block {
    uint8_t *p;
    size_t n;
    uint8_t fill;
};

static void check(const struct block *b) {
    for (size_t i = 0; i < b->n; i++)
        if (b->p[i] != b->fill) fail_msg("a block was overwritten");
}

static void test_random_marks_and_releases_keep_live_blocks(void **state) {
    (void)state;
    static struct block live[LIVE_MAX];
    struct {
        struct arena_mark mark;
        size_t count;
    } marks[50];
    size_t count = 0, mark_count = 0;
    struct arena a;
    arena_init(&a, 0);
    for (int step = 0; step < 60000; step++) {
        const unsigned what = (unsigned)(rnd() % 100);
        if (what < 80 && count < LIVE_MAX) {
            const size_t align = (size_t)1 << rnd() % 7;
            const size_t n = rnd() % 200 ? rnd() % 100 : rnd() % 100000;
            struct block *b = &live[count++];
            *b = (struct block){arena_alloc(&a, n, align), n, (uint8_t)rnd()};
            assert_int_equal((uintptr_t)b->p % align, 0);
            memset(b->p, b->fill, n);
        } else if (what < 90 && mark_count < COUNT_OF(marks)) {
            marks[mark_count].mark = arena_mark(&a);
            marks[mark_count++].count = count;
        } else if (mark_count > 0) {
            mark_count -= 1 + rnd() % mark_count;
            arena_release(&a, marks[mark_count].mark);
            count = marks[mark_count].count;
            for (size_t i = 0; i < count; i++) check(&live[i]);
        } else if (rnd() % 50 == 0) {
            arena_reset(&a);
            count = 0;
        }
    }
    for (size_t i = 0; i < count; i++) check(&live[i]);
    arena_free(&a);
    assert_non_null(arena_alloc(&a, 10, 8)); /* usable again */
    arena_free(&a);
}

static void test_limit_is_never_passed(void **state) {
    (void)state;
    for (int round = 0; round < 300; round++) {
        const size_t limit = 1 + rnd() % 200000;
        struct arena a;
        size_t total = 0;
        arena_init(&a, limit);
        for (int i = 0; i < 400; i++) {
            const size_t n = rnd() % 20 ? rnd() % 100 : rnd() % 60000;
            if (arena_alloc(&a, n, 1)) total += n;
            assert_true(total <= limit);
        }
        assert_null(arena_alloc(&a, limit + 1, 1));
        assert_null(arena_alloc(&a, SIZE_MAX, 1));
        arena_reset(&a);
        assert_non_null(arena_alloc(&a, 1, 1));
        arena_free(&a);
        assert_non_null(arena_alloc(&a, limit, 1)); /* all of it at once */
        assert_null(arena_alloc(&a, 1, 1));
        arena_free(&a);
    }
}

static void test_array_overflowing_size_refused(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    assert_null(arena_array(&a, 16, SIZE_MAX / 8, 8));
    const uint64_t *p = ARENA_ARRAY(&a, uint64_t, 100);
    for (int i = 0; i < 100; i++) assert_int_equal(p[i], 0);
    arena_free(&a);
}

static void test_zeroed_memory_after_reuse(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    for (int i = 0; i < 3; i++) {
        uint8_t *p = arena_zalloc(&a, 1000, 1);
        for (int k = 0; k < 1000; k++) assert_int_equal(p[k], 0);
        memset(p, 0xff, 1000);
        arena_reset(&a);
    }
    arena_free(&a);
}

static void test_copy_and_printf(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, 64);
    const struct bytes copy = arena_copy(&a, BYTES_LIT("abc"));
    assert_true(bytes_eq(copy, BYTES_LIT("abc")));
    assert_string_equal(arena_printf(&a, "%s-%d", "x", 42), "x-42");
    assert_null(arena_printf(&a, "%100d", 1));
    const struct bytes none = arena_copy(&a, bytes_make("", 0));
    assert_int_equal(none.n, 0);
    static const uint8_t large[100];
    assert_null(arena_copy(&a, bytes_make(large, sizeof large)).p);
    arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_marks_and_releases_keep_live_blocks),
        cmocka_unit_test(test_limit_is_never_passed),
        cmocka_unit_test(test_array_overflowing_size_refused),
        cmocka_unit_test(test_zeroed_memory_after_reuse),
        cmocka_unit_test(test_copy_and_printf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
