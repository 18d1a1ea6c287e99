/* One trace: from the chain's and the machine's hooks to a tracer, within the bounds. */
#include "rpc/trace.h"

#include <time.h>

enum { RESERVE_BYTES = 1 << 20, TICKS_PER_LOOK = 4096 };

uint64_t trace_now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- Bounds */

/* Takes from the pool in steps, so that its counter is seldom touched. */
static enum trace_state reserve(struct trace_budget *b) {
    if (b->used > TRACE_ANSWER_MAX_BYTES) return TRACE_TOO_LARGE;
    while (b->pool && b->reserved < b->used) {
        if (atomic_fetch_add(b->pool, RESERVE_BYTES) + RESERVE_BYTES > TRACE_ALL_MAX_BYTES) {
            atomic_fetch_sub(b->pool, RESERVE_BYTES);
            return TRACE_BUSY;
        }
        b->reserved += RESERVE_BYTES;
    }
    return TRACE_RUNS;
}

void trace_budget_end(struct trace_budget *b) {
    if (b->pool) atomic_fetch_sub(b->pool, b->reserved);
    b->reserved = 0;
}

bool trace_room(struct trace *t, size_t n) {
    if (t->state != TRACE_RUNS) return false;
    t->budget->used += n;
    if (t->budget->used > t->budget->reserved) t->state = reserve(t->budget);
    return t->state == TRACE_RUNS;
}

struct bytes trace_keep(struct trace *t, struct bytes b) {
    /* In the answer each byte is two digits. */
    if (b.n == 0 || !trace_room(t, 3 * b.n)) return (struct bytes){NULL, 0};
    return arena_copy(&t->arena, b);
}

bool trace_memory(const struct evm_step *step, const struct u256 *offset, const struct u256 *size,
                  struct buf *room) {
    enum { MISSING_MAX = 1 << 20 };
    uint64_t at = offset->w[0], n = size->w[0], have = step->memory_size;
    if (at > INT64_MAX || n > INT64_MAX || at + n > have + MISSING_MAX) return false;
    uint8_t *p = buf_room(room, n + 1);
    memset(p, 0, n);
    if (at < have) memcpy(p, step->memory + at, min_u64(n, have - at));
    room->n = n;
    return true;
}

/* Is the recording still wanted? */
static bool runs(struct trace *t) {
    if (t->state == TRACE_RUNS && ++t->ticks % TICKS_PER_LOOK == 0 &&
        trace_now_ms() > t->deadline_ms)
        t->state = TRACE_TIMEOUT;
    return t->state == TRACE_RUNS;
}

/* ---- Hooks */

static void on_before(void *ctx, struct evm_env *env, const struct evm_step *step) {
    struct trace *t = ctx;
    if (runs(t) && t->tracer->type->before) t->tracer->type->before(t->tracer, env, step);
}

static void on_after(void *ctx, struct evm_env *env, const struct evm_step *step,
                     const struct evm_step_end *end) {
    struct trace *t = ctx;
    if (t->state == TRACE_RUNS && t->tracer->type->after)
        t->tracer->type->after(t->tracer, env, step, end);
}

static void on_step(void *ctx, struct evm_env *env, const struct evm_step *step) {
    evm_steps_step(&((struct trace *)ctx)->steps, env, step);
}

static void on_stop(void *ctx, struct evm_env *env, enum evm_status status, uint64_t gas) {
    evm_steps_stop(&((struct trace *)ctx)->steps, env, status, gas);
}

static void on_enter(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas) {
    struct trace *t = ctx;
    evm_steps_enter(&t->steps, env, params, caller_gas);
    t->depth++;
    if (runs(t) && t->tracer->type->enter) t->tracer->type->enter(t->tracer, env, params);
}

static void on_leave(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     const struct evm_result *result) {
    struct trace *t = ctx;
    t->depth--;
    if (t->state == TRACE_RUNS && t->tracer->type->exit)
        t->tracer->type->exit(t->tracer, env, params, result);
}

static void on_destruct(void *ctx, struct evm_env *env, const struct b20 *from,
                        const struct b20 *to, const struct u256 *value) {
    struct trace *t = ctx;
    if (t->state == TRACE_RUNS && t->tracer->type->destruct)
        t->tracer->type->destruct(t->tracer, env, from, to, value);
}

static void on_begin(void *ctx, struct evm_env *env, const struct evm_tx *tx) {
    struct trace *t = ctx;
    if (t->tracer->type->begin) t->tracer->type->begin(t->tracer, env, tx);
}

static void on_end(void *ctx, struct evm_env *env, uint64_t gas_used, bool ok) {
    struct trace *t = ctx;
    t->gas_used = gas_used;
    t->ok = ok;
    if (t->state == TRACE_RUNS && t->tracer->type->end) t->tracer->type->end(t->tracer, env);
}

/* ---- Life */

bool trace_begin(struct trace *t, struct rpc_call *c, const struct trace_options *options,
                 struct trace_budget *budget, const struct trace_place *place) {
    *t = (struct trace){.budget = budget, .deadline_ms = trace_now_ms() + options->timeout_ms};
    if (place) t->place = *place;
    arena_init(&t->arena, 0);
    t->steps = (struct evm_steps){.ctx = t, .before = on_before, .after = on_after};
    t->evm = (struct evm_tracer){.ctx = t,
                                 .step = options->type->steps ? on_step : NULL,
                                 .stop = on_stop,
                                 .enter = on_enter,
                                 .exit = on_leave,
                                 .destruct = on_destruct};
    t->observer =
        (struct chain_observer){.ctx = t, .evm = &t->evm, .begin = on_begin, .end = on_end};
    t->tracer = options->type->make(c, t, options->config);
    if (t->tracer) return true;
    arena_free(&t->arena);
    return false;
}

bool trace_check(struct trace *t, struct rpc_call *c) {
    switch (t->state) {
    case TRACE_RUNS: return true;
    case TRACE_TIMEOUT: return rpc_fail(c, RPC_SERVER_ERROR, "execution timeout");
    case TRACE_BUSY:
        return rpc_fail(c, RPC_LIMIT_EXCEEDED,
                        "other traces use up the memory that this node has for them: try again");
    default:
        return rpc_fail(c, RPC_RESPONSE_TOO_LARGE,
                        "the trace is larger than %d MiB: leave out parts (disableStack, "
                        "disableStorage, limit, onlyTopCall, …), or trace single transactions",
                        TRACE_ANSWER_MAX_BYTES >> 20);
    }
}

bool trace_put(struct trace *t, struct rpc_call *c) {
    if (t->state == TRACE_RUNS) t->tracer->type->put(t->tracer, c->out);
    return trace_check(t, c);
}

void trace_end(struct trace *t) {
    if (t->tracer && t->tracer->type->free) t->tracer->type->free(t->tracer);
    arena_free(&t->arena);
}
