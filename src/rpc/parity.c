/* trace_…: Parity's interface to the same. Its lists of traces come from trace_flat.c, its
 * stateDiff from what the prestate tracer saw. */
#include "rpc/debug.h"
#include "rpc/trace_prestate.h"

enum {
    BLOCKS_MAX = 300, /* of one trace_filter */
    FILTER_MAX_MS = 60000,
};

/* ---- The tracer behind it: a tree of calls, and with stateDiff what changed */

struct parity {
    struct tracer base;
    struct trace_tree tree;
    struct tracer *prestate; /* NULL: no stateDiff is asked for */
};

static struct tracer *make(struct rpc_call *c, struct trace *t, json_t *config) {
    struct parity *p = ARENA_NEW(&t->arena, struct parity);
    bool diff = false;
    p->base = (struct tracer){&trace_parity_tracer, t};
    p->tree.trace = t;
    p->tree.own_gas = true;
    if (!trace_config_bool(c, config, "stateDiff", &diff)) return NULL;
    if (diff) p->prestate = trace_prestate_diff(c, t);
    return &p->base;
}

static void begin(struct tracer *self, struct evm_env *env, const struct evm_tx *tx) {
    struct parity *p = (struct parity *)self;
    trace_tree_begin(&p->tree, tx);
    if (p->prestate) trace_prestate_tracer.begin(p->prestate, env, tx);
}
static void before(struct tracer *self, struct evm_env *env, const struct evm_step *step) {
    struct parity *p = (struct parity *)self;
    if (p->prestate) trace_prestate_tracer.before(p->prestate, env, step);
}
static void after(struct tracer *self, struct evm_env *env, const struct evm_step *step,
                  const struct evm_step_end *end) {
    struct parity *p = (struct parity *)self;
    if (p->prestate) trace_prestate_tracer.after(p->prestate, env, step, end);
}
static void enter(struct tracer *self, struct evm_env *env, const struct evm_call_params *params) {
    struct parity *p = (struct parity *)self;
    trace_tree_enter(&p->tree, env, params);
    if (p->prestate) trace_prestate_tracer.enter(p->prestate, env, params);
}
static void leave(struct tracer *self, struct evm_env *env, const struct evm_call_params *params,
                  const struct evm_result *result) {
    struct parity *p = (struct parity *)self;
    trace_tree_exit(&p->tree, env, params, result);
    /* Parity tells of calls of precompiles if they carry value. */
    if (u256_is_zero(&params->value)) trace_tree_drop_precompile(&p->tree, env, params);
}
static void destruct(struct tracer *self, struct evm_env *env, const struct b20 *from,
                     const struct b20 *to, const struct u256 *value) {
    trace_tree_destruct(&((struct parity *)self)->tree, env, from, to, value);
}
static void end(struct tracer *self, struct evm_env *env) {
    struct parity *p = (struct parity *)self;
    trace_tree_end(&p->tree);
    if (p->prestate) trace_prestate_tracer.end(p->prestate, env);
}
static void free_parity(struct tracer *self) {
    struct parity *p = (struct parity *)self;
    if (p->prestate) trace_prestate_tracer.free(p->prestate);
}

const struct tracer_type trace_parity_tracer = {.name = "parity",
                                                .steps = true,
                                                .make = make,
                                                .begin = begin,
                                                .before = before,
                                                .after = after,
                                                .enter = enter,
                                                .exit = leave,
                                                .destruct = destruct,
                                                .end = end,
                                                .free = free_parity};

/* ---- Running */

/* What a method does with a trace that is complete. */
typedef bool use_trace(struct rpc_call *c, struct trace *t, void *ctx);

/* Runs the next root under the tracer. */
static bool trace_next(struct rpc_call *c, struct chain_reader *r, const struct chain_tx *tx,
                       json_t *config, struct trace_budget *budget, use_trace *use, void *ctx) {
    struct trace t;
    struct trace_place place = debug_place(r, tx);
    struct trace_options options = {&trace_parity_tracer, config, TRACE_TIMEOUT_MS};
    if (!trace_begin(&t, c, &options, budget, &place)) return false;
    chain_observe(r, &t.observer);
    bool ok = debug_replay_next(c, r);
    chain_observe(r, NULL);
    ok = ok && trace_check(&t, c) && use(c, &t, ctx) && trace_check(&t, c);
    trace_end(&t);
    budget->used = c->out->buf->n;
    return ok;
}

/* All roots of a block. */
static bool trace_block_at(struct rpc_call *c, uint64_t height, json_t *config,
                           struct trace_budget *budget, use_trace *use, void *ctx) {
    struct chain_reader *r;
    struct chain_tx tx;
    if (!debug_replay_open(c, height, &r)) return false;
    bool ok = true;
    while (ok && chain_replay_peek(r, &tx))
        ok = tx.evm_index == UINT32_MAX ? debug_replay_next(c, r)
                                        : trace_next(c, r, &tx, config, budget, use, ctx);
    chain_reader_close(r);
    return ok;
}

/* One transaction; *found is false if there is none with the hash. */
static bool trace_hash(struct rpc_call *c, json_t *config, use_trace *use, void *ctx, bool *found) {
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    struct chain_reader *r;
    struct chain_tx tx;
    struct b32 hash;
    if (!eth_arg_hash(c, ETH_ARG(0), rpc_param(c, 0), &hash) ||
        !debug_find_tx(c, &hash, &tx, found))
        return false;
    if (!*found) return true;
    if (!debug_replay_open(c, tx.height, &r)) return false;
    bool ok = debug_replay_until(c, r, tx.index);
    if (ok && !chain_replay_peek(r, &tx))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "transaction not found");
    ok = ok && trace_next(c, r, &tx, config, &budget, use, ctx);
    chain_reader_close(r);
    trace_budget_end(&budget);
    return ok;
}

/* The height that the first parameter names; *found is false if there is no such block yet. */
static bool block_param(struct rpc_call *c, uint64_t *height, bool *found) {
    uint64_t newest = 0;
    st_store_height(chain_store(c->node->chain), &newest);
    if (!eth_height_at(c, rpc_param(c, 0), newest, height)) return false;
    *found = *height <= newest;
    return true;
}

/* ---- Lists of traces */

static struct trace_tree *tree_of(struct trace *t) {
    return &((struct parity *)t->tracer)->tree;
}

static const struct trace_flat_form LISTED = {
    .parity_words = true, .null_result = true, .placed = true};
static const struct trace_flat_form AD_HOC = {.parity_words = true, .null_result = true};

static bool put_list(struct rpc_call *c, struct trace *t, void *ctx) {
    (void)ctx;
    if (tree_of(t)->root) trace_tree_put_flat(tree_of(t), &LISTED, c->out);
    return true;
}

bool parity_transaction(struct rpc_call *c) {
    bool found;
    if (!eth_count_args(c, 1, 1)) return false;
    jo_array(c->out);
    bool ok = trace_hash(c, NULL, put_list, NULL, &found);
    jo_end_array(c->out);
    return ok;
}

bool parity_block(struct rpc_call *c) {
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    uint64_t height;
    bool found;
    if (!eth_count_args(c, 1, 1) || !block_param(c, &height, &found)) return false;
    jo_array(c->out);
    bool ok = !found || height == 0 || trace_block_at(c, height, NULL, &budget, put_list, NULL);
    jo_end_array(c->out);
    trace_budget_end(&budget);
    return ok;
}

/* trace_get: the one trace at a path of numbers. */
static bool put_one(struct rpc_call *c, struct trace *t, void *ctx) {
    size_t i;
    json_t *number;
    const struct trace_frame *f = tree_of(t)->root;
    struct trace_path *path = NULL, *last = ARENA_NEW(&t->arena, struct trace_path);
    json_array_foreach((json_t *)ctx, i, number) {
        uint64_t n;
        if (!eth_arg_u64(c, (struct eth_at){1, "index"}, number, &n)) return false;
        const struct trace_frame *child = f ? f->first : NULL;
        for (uint64_t k = 0; child && k < n; k++) child = child->next;
        f = child;
        path = ARENA_NEW(&t->arena, struct trace_path);
        *path = (struct trace_path){.parent = last, .number = (uint32_t)n};
        last = path;
    }
    if (f)
        trace_flat_put_one(tree_of(t), f, last, &LISTED, c->out);
    else
        jo_null(c->out);
    return true;
}

bool parity_get(struct rpc_call *c) {
    json_t *path = rpc_param(c, 1);
    bool found;
    if (!eth_count_args(c, 2, 2) || !eth_arg_array(c, ETH_ARG(1), path, "[]uint")) return false;
    if (!trace_hash(c, NULL, put_one, path, &found)) return false;
    if (!found) jo_null(c->out);
    return true;
}

/* ---- Replays */

struct wanted {
    bool trace, state_diff;
    json_t *config;
    bool with_hash;
};

/* The second parameter: ["trace", "stateDiff"]. */
static bool parse_types(struct rpc_call *c, json_t *types, unsigned arg, struct wanted *out) {
    size_t i;
    json_t *type;
    *out = (struct wanted){0};
    if (!eth_arg_array(c, ETH_ARG(arg), types, "[]string")) return false;
    json_array_foreach(types, i, type) {
        const char *text = json_string_value(type);
        if (text && strcmp(text, "trace") == 0)
            out->trace = true;
        else if (text && strcmp(text, "stateDiff") == 0)
            out->state_diff = true;
        else
            return rpc_fail(c, RPC_INVALID_PARAMS,
                            "invalid argument %u: trace types are \"trace\" and \"stateDiff\"%s",
                            arg,
                            text && strcmp(text, "vmTrace") == 0
                                ? "; for single instructions there is debug_traceTransaction"
                                : "");
    }
    out->config = json_pack("{s:b}", "stateDiff", out->state_diff);
    return true;
}

static bool put_replay(struct rpc_call *c, struct trace *t, void *ctx) {
    const struct wanted *wanted = ctx;
    struct parity *p = (struct parity *)t->tracer;
    struct json_out *o = c->out;
    jo_object(o);
    jo_key(o, "output");
    jo_hex(o, p->tree.root ? p->tree.root->output : (struct bytes){NULL, 0});
    jo_key(o, "stateDiff");
    if (p->prestate)
        trace_prestate_put_diff(p->prestate, o);
    else
        jo_null(o);
    jo_key(o, "trace");
    jo_array(o);
    if (wanted->trace && p->tree.root) trace_tree_put_flat(&p->tree, &AD_HOC, o);
    jo_end_array(o);
    jo_key(o, "vmTrace");
    jo_null(o);
    if (wanted->with_hash) JO_KEY_HEX(o, "transactionHash", t->place.tx_hash);
    jo_end_object(o);
    return true;
}

bool parity_replay_transaction(struct rpc_call *c) {
    struct wanted wanted;
    bool found;
    if (!eth_count_args(c, 2, 2) || !parse_types(c, rpc_param(c, 1), 1, &wanted)) return false;
    bool ok = trace_hash(c, wanted.config, put_replay, &wanted, &found);
    if (ok && !found) ok = rpc_fail(c, RPC_SERVER_ERROR, "transaction not found");
    json_decref(wanted.config);
    return ok;
}

bool parity_replay_block(struct rpc_call *c) {
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    struct wanted wanted;
    uint64_t height;
    bool found;
    if (!eth_count_args(c, 2, 2) || !block_param(c, &height, &found) ||
        !parse_types(c, rpc_param(c, 1), 1, &wanted))
        return false;
    wanted.with_hash = true;
    jo_array(c->out);
    bool ok =
        found
            ? height == 0 || trace_block_at(c, height, wanted.config, &budget, put_replay, &wanted)
            : rpc_fail(c, RPC_SERVER_ERROR, "block #%llu not found", (unsigned long long)height);
    jo_end_array(c->out);
    json_decref(wanted.config);
    trace_budget_end(&budget);
    return ok;
}

static bool call_on(struct rpc_call *c, struct chain_reader *r, const struct chain_evm_call *call,
                    struct wanted *wanted) {
    struct trace t;
    struct chain_evm_result result;
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    struct trace_options options = {&trace_parity_tracer, wanted->config, TRACE_TIMEOUT_MS};
    if (!trace_begin(&t, c, &options, &budget, NULL)) return false;
    chain_observe(r, &t.observer);
    struct err e = chain_simulate_evm(r, call, &result);
    chain_observe(r, NULL);
    bool ok = err_is(e) ? rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text)
                        : trace_check(&t, c) && put_replay(c, &t, wanted) && trace_check(&t, c);
    trace_end(&t);
    trace_budget_end(&budget);
    return ok;
}

bool parity_call(struct rpc_call *c) {
    struct eth_call_args args;
    struct chain_reader *r;
    struct wanted wanted;
    if (!eth_count_args(c, 2, 3) ||
        !eth_parse_call(c, ETH_ARG(0), json_array_get(c->params, 0), &args) ||
        !eth_check_call(c, &args) || !parse_types(c, rpc_param(c, 1), 1, &wanted))
        return false;
    bool ok = eth_reader_at(c, rpc_param(c, 2), &r);
    if (ok) {
        ok = call_on(c, r, &args.call, &wanted);
        chain_reader_close(r);
    }
    json_decref(wanted.config);
    return ok;
}

/* A signed transaction as if it came next; its nonce is not looked at. */
static struct chain_evm_call call_of_tx(const struct evm_tx *tx) {
    return (struct chain_evm_call){.from = tx->sender,
                                   .has_to = !tx->is_create,
                                   .to = tx->to,
                                   .value = tx->value,
                                   .gas = tx->gas_limit,
                                   .gas_price = tx->max_fee,
                                   .fee_market = tx->type >= EVM_TX_FEE_MARKET,
                                   .max_priority_fee = tx->max_priority_fee,
                                   .data = tx->data,
                                   .access = tx->access,
                                   .access_count = tx->access_count,
                                   .authorizations = tx->authorizations,
                                   .authorization_count = tx->authorization_count};
}

bool parity_raw_transaction(struct rpc_call *c) {
    struct evm_tx tx;
    struct bytes raw;
    struct chain_reader *r;
    struct wanted wanted;
    struct evm_env env;
    if (!eth_count_args(c, 2, 3) || !eth_arg_bytes(c, ETH_ARG(0), rpc_param(c, 0), &raw) ||
        !parse_types(c, rpc_param(c, 1), 1, &wanted))
        return false;
    struct err e = evm_tx_decode(raw, c->arena, &tx);
    bool ok = err_is(e) ? rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text)
                        : eth_reader_at(c, rpc_param(c, 2), &r);
    if (ok) {
        chain_evm_env(r, &env);
        enum evm_tx_err te = evm_tx_sender(&tx, env.fork, &tx.sender);
        struct chain_evm_call call = call_of_tx(&tx);
        ok = te ? rpc_fail(c, RPC_SERVER_ERROR, "%s", evm_tx_err_text(te))
                : call_on(c, r, &call, &wanted);
        chain_reader_close(r);
    }
    json_decref(wanted.config);
    return ok;
}

/* ---- trace_filter */

struct filter {
    uint64_t from, to, skip, count;
    struct b20 *senders, *targets;
    size_t sender_count, target_count;
    bool either; /* mode "union" */
    bool done;
};

static bool parse_addresses(struct rpc_call *c, json_t *o, const char *key, struct b20 **out,
                            size_t *count) {
    enum { ADDRESSES_MAX = 1000 };
    json_t *list = json_object_get(o, key), *v;
    struct eth_at at = {0, key};
    size_t i;
    *count = 0;
    if (!eth_given(list)) return true;
    if (!eth_arg_array(c, at, list, "[]common.Address")) return false;
    if (json_array_size(list) > ADDRESSES_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 0: at most %d addresses in %s",
                        ADDRESSES_MAX, key);
    *out = ARENA_ARRAY(c->arena, struct b20, json_array_size(list));
    json_array_foreach(list, i, v) if (!eth_arg_address(c, at, v, &(*out)[i])) return false;
    *count = json_array_size(list);
    return true;
}

static bool parse_filter(struct rpc_call *c, json_t *o, struct filter *f) {
    uint64_t newest = 0;
    json_t *v;
    *f = (struct filter){.count = UINT64_MAX};
    st_store_height(chain_store(c->node->chain), &newest);
    f->to = newest;
    if (!eth_arg_object(c, ETH_ARG(0), o, "TraceFilter") ||
        (eth_given(v = json_object_get(o, "fromBlock")) && !eth_height(c, v, newest, &f->from)) ||
        (eth_given(v = json_object_get(o, "toBlock")) && !eth_height(c, v, newest, &f->to)) ||
        (eth_given(v = json_object_get(o, "after")) && !rpc_quantity(c, v, "after", &f->skip)) ||
        (eth_given(v = json_object_get(o, "count")) && !rpc_quantity(c, v, "count", &f->count)) ||
        !parse_addresses(c, o, "fromAddress", &f->senders, &f->sender_count) ||
        !parse_addresses(c, o, "toAddress", &f->targets, &f->target_count))
        return false;
    const char *mode = json_string_value(json_object_get(o, "mode"));
    f->either = mode && strcmp(mode, "union") == 0;
    f->from = max_u64(f->from, 1); /* there is nothing in block 0 */
    f->to = min_u64(f->to, newest);
    if (f->from <= f->to && f->to - f->from >= BLOCKS_MAX)
        return rpc_fail(c, RPC_LIMIT_EXCEEDED, "at most %d blocks can be looked through at once",
                        BLOCKS_MAX);
    return true;
}

static bool is_among(const struct b20 *list, size_t n, const struct b20 *a) {
    for (size_t i = 0; i < n; i++)
        if (b20_eq(&list[i], a)) return true;
    return false;
}

static bool matches(const struct filter *f, const struct trace_frame *frame) {
    bool from = is_among(f->senders, f->sender_count, &frame->from);
    bool to = frame->has_to && is_among(f->targets, f->target_count, &frame->to);
    if (f->either && f->sender_count && f->target_count) return from || to;
    return (from || !f->sender_count) && (to || !f->target_count);
}

static bool take(void *ctx, const struct trace_frame *frame) {
    struct filter *f = ctx;
    if (f->done || !matches(f, frame)) return false;
    if (f->skip) {
        f->skip--;
        return false;
    }
    f->done = f->count == 0 || --f->count == 0;
    return true;
}

static bool put_matching(struct rpc_call *c, struct trace *t, void *ctx) {
    struct trace_flat_form form = LISTED;
    struct filter *f = ctx;
    if (f->done || !tree_of(t)->root) return true;
    form.take = take;
    form.ctx = f;
    trace_tree_put_flat(tree_of(t), &form, c->out);
    return true;
}

bool parity_filter(struct rpc_call *c) {
    struct trace_budget budget = {.pool = &c->node->trace_bytes};
    struct filter f;
    bool ok = true;
    uint64_t deadline_ms = trace_now_ms() + FILTER_MAX_MS;
    if (!eth_count_args(c, 1, 1) || !parse_filter(c, rpc_param(c, 0), &f)) return false;
    f.done = f.count == 0;
    jo_array(c->out);
    for (uint64_t h = f.from; ok && !f.done && h <= f.to; h++) {
        ok = trace_block_at(c, h, NULL, &budget, put_matching, &f);
        if (ok && trace_now_ms() > deadline_ms)
            ok = rpc_fail(c, RPC_LIMIT_EXCEEDED, "execution timeout: ask for fewer blocks");
    }
    jo_end_array(c->out);
    trace_budget_end(&budget);
    return ok;
}
