#include "rpc/pool.h"

#include "base/base.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    _Atomic unsigned entered;
};

static void wait_at_gate(void *arg, unsigned worker) {
    struct gate *g = arg;
    (void)worker;
    pthread_mutex_lock(&g->lock);
    g->entered++;
    pthread_cond_broadcast(&g->changed);
    while (!g->open) pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void await_entered(struct gate *g, unsigned count) {
    pthread_mutex_lock(&g->lock);
    while (g->entered != count) pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void open_gate(struct gate *g) {
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

#define GATE                                                                                       \
    { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 }

static void test_submit_full_queue_is_refused(void **state) {
    (void)state;
    struct gate g = GATE;
    struct rpc_pool *p = rpc_pool_start(2, 3, 0);
    assert_non_null(p);
    for (unsigned i = 0; i < 2; i++) assert_true(rpc_pool_submit(p, wait_at_gate, &g));
    await_entered(&g, 2); /* both workers are busy: what follows has to wait */
    for (unsigned i = 0; i < 3; i++) assert_true(rpc_pool_submit(p, wait_at_gate, &g));
    assert_false(rpc_pool_submit(p, wait_at_gate, &g));
    open_gate(&g);
    rpc_pool_stop(p);
    assert_int_equal(g.entered, 5);
}

struct order {
    unsigned seen[100], count;
};

struct step {
    struct order *order;
    unsigned number;
};

static void note(void *arg, unsigned worker) {
    struct step *s = arg;
    assert_int_equal(worker, 0);
    s->order->seen[s->order->count++] = s->number;
}

static void test_one_worker_runs_jobs_in_order(void **state) {
    (void)state;
    static struct order order;
    struct step steps[100];
    struct rpc_pool *p = rpc_pool_start(1, 100, 256 << 10);
    for (unsigned i = 0; i < 100; i++) {
        steps[i] = (struct step){&order, i};
        assert_true(rpc_pool_submit(p, note, &steps[i]));
    }
    rpc_pool_stop(p); /* runs what is queued */
    assert_int_equal(order.count, 100);
    for (unsigned i = 0; i < 100; i++) assert_int_equal(order.seen[i], i);
}

static void test_start_impossible_stack_gives_null(void **state) {
    (void)state;
    assert_null(rpc_pool_start(2, 1, 1)); /* below PTHREAD_STACK_MIN */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_submit_full_queue_is_refused),
        cmocka_unit_test(test_one_worker_runs_jobs_in_order),
        cmocka_unit_test(test_start_impossible_stack_gives_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
