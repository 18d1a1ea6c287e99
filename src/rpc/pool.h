/* pool: a fixed number of threads that run jobs from one bounded queue, first in, first out. */
#ifndef TERN_RPC_POOL_H
#define TERN_RPC_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct rpc_pool;

/* `threads` ≥ 1 workers with `stack_bytes` of stack each (0: the system's default), room for
 * `queue_max` ≥ 1 waiting jobs. NULL if the system gives no threads. */
struct rpc_pool *rpc_pool_start(unsigned threads, size_t queue_max, size_t stack_bytes);

/* Queues run(arg, worker), worker being 0 … threads-1. False when the queue is full or the pool is
 * stopping: then nothing happens. Any thread. */
bool rpc_pool_submit(struct rpc_pool *pool, void (*run)(void *arg, unsigned worker), void *arg);

/* Runs what is queued, ends the threads, frees the pool. Not from a worker. */
void rpc_pool_stop(struct rpc_pool *pool);

#endif
