/* Orders: what other threads ask of the sequencer's. */
#include "chain/internal.h"

void chain_orders_init(struct chain *c) {
    pthread_mutex_init(&c->order_lock, NULL);
    pthread_cond_init(&c->order_news, NULL);
    c->orders_end = &c->orders;
}

void chain_orders_free(struct chain *c) {
    pthread_mutex_destroy(&c->order_lock);
    pthread_cond_destroy(&c->order_news);
}

struct err chain_order(struct chain *c, struct err (*run)(struct chain *c, void *arg), void *arg) {
    struct chain_order o = {.run = run, .arg = arg};
    pthread_mutex_lock(&c->order_lock);
    if (c->orders_closed) {
        pthread_mutex_unlock(&c->order_lock);
        return err_at(CHAIN_ERR_STOPPING, "the node is stopping", 0);
    }
    *c->orders_end = &o;
    c->orders_end = &o.next;
    mempool_wake(c->mempool);
    while (!o.done) pthread_cond_wait(&c->order_news, &c->order_lock);
    pthread_mutex_unlock(&c->order_lock);
    return o.err;
}

static struct chain_order *take(struct chain *c, bool close) {
    pthread_mutex_lock(&c->order_lock);
    struct chain_order *first = c->orders;
    c->orders = NULL;
    c->orders_end = &c->orders;
    c->orders_closed |= close;
    pthread_mutex_unlock(&c->order_lock);
    return first;
}

static void answer(struct chain *c, struct chain_order *o, struct err e) {
    pthread_mutex_lock(&c->order_lock);
    o->err = e;
    o->done = true;
    pthread_cond_broadcast(&c->order_news);
    pthread_mutex_unlock(&c->order_lock);
}

void chain_run_orders(struct chain *c) {
    for (struct chain_order *o = take(c, false), *next; o; o = next) {
        next = o->next; /* it is gone once it is answered */
        answer(c, o, o->run(c, o->arg));
    }
}

void chain_close_orders(struct chain *c) {
    for (struct chain_order *o = take(c, true), *next; o; o = next) {
        next = o->next;
        answer(c, o, err_at(CHAIN_ERR_STOPPING, "the node is stopping", 0));
    }
}
