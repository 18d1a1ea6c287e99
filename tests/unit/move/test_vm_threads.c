/* One machine, several threads with a world each: the cache is filled by all of them at once. */
#include <pthread.h>

#include "vm_world.h"

enum { PACKAGE = 0x5e, THREADS = 4, ROUNDS = 3 };

struct worker {
    pthread_t thread;
    struct world w;
    uint64_t sum;
};

static const char *const functions[] = {
    "control::test_while",        "control::test_recursion", "integers::test_add_all_widths",
    "control::test_many_results", "control::test_for",       "control::test_loop_with_labels",
};

static void *work(void *arg) {
    struct worker *k = arg;
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < COUNT_OF(functions); i++) {
            if (!world_run(&k->w, WORLD_FUNCTION, 0, PACKAGE, functions[i], NULL, 0)) return NULL;
            k->sum = k->sum * 31 + load_le64(k->w.out.results[0].p);
        }
    return NULL;
}

static void test_threads_fill_one_cache(void **state) {
    (void)state;
    static struct worker workers[THREADS];
    struct mv_vm *vm = mv_vm_new(NULL);
    for (int i = 0; i < THREADS; i++) {
        world_open(&workers[i].w);
        world_publish_dir(&workers[i].w, PACKAGE_DIR "semantics/compiled", PACKAGE, 0);
        mv_session_free(workers[i].w.s);
        mv_vm_free(workers[i].w.vm);
        workers[i].w.s = NULL;
        workers[i].w.vm = vm; /* empty: the worlds were made with machines of their own */
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    for (int i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++) {
        assert_int_not_equal(workers[i].sum, 0);
        assert_int_equal(workers[i].sum, workers[0].sum);
        mv_session_free(workers[i].w.s);
        st_end_tx(workers[i].w.journal, false);
        st_journal_free(workers[i].w.journal);
    }
    mv_vm_free(vm);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_fill_one_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
