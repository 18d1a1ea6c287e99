/* trace: watching an execution and saying in JSON what it did, in the forms of go-ethereum's debug_
 * namespace.
 *
 * A struct trace watches one transaction or call, as an observer of the chain's execution, and
 * shows it to one tracer, which keeps what it needs and writes the result in the end:
 *
 *     trace_options_parse(c, json, &options)
 *     trace_begin(&t, c, &options, &budget, &place)
 *     chain_observe(reader, &t.observer); … run …; chain_observe(reader, NULL)
 *     trace_put(&t, c)
 *     trace_end(&t)
 *
 * A transaction with a cross-VM tail has further legs in the EVM behind its root, each of which
 * begins with a call of depth 0. What a shadow shows as a transaction is its first leg in the EVM.
 *
 * What tracers keep and write is bounded: for each answer, and for all answers in the making
 * together. When a bound is reached the execution goes on (its gas limits it), but nothing is
 * recorded any more, and the answer is an error. */
#ifndef TERN_RPC_TRACE_H
#define TERN_RPC_TRACE_H

#include <stdatomic.h>

#include "evm/steps.h"
#include "rpc/eth.h"

enum {
    TRACE_ANSWER_MAX_BYTES = 128 << 20,
    TRACE_ALL_MAX_BYTES = 512 << 20,
    TRACE_TIMEOUT_MS = 5000, /* of one transaction, unless the client says otherwise */
    TRACE_TIMEOUT_MAX_MS = 300000,
    TRACE_TRACERS_MAX = 16, /* in one trace, through muxTracer */
};

/* Bytes that one answer may still take, out of what all share. */
struct trace_budget {
    _Atomic size_t *pool; /* taken from it by all answers; NULL: nobody else takes anything */
    size_t used, reserved;
};
void trace_budget_end(struct trace_budget *b);

/* Where the traced transaction is; `known` is false for calls. */
struct trace_place {
    bool known;
    struct b32 block_hash, tx_hash;
    uint64_t height;
    uint32_t index;     /* in the EVM list */
    uint32_t log_first; /* index of its first log in the block */
};

enum trace_state { TRACE_RUNS, TRACE_TOO_LARGE, TRACE_BUSY, TRACE_TIMEOUT };

struct tracer_type;

/* What all tracers begin with. */
struct tracer {
    const struct tracer_type *type;
    struct trace *trace;
};

struct trace_options {
    const struct tracer_type *type;
    json_t *config; /* of the tracer; NULL: none. Borrowed from the parameters */
    uint64_t timeout_ms;
};

struct trace {
    struct chain_observer observer;
    struct tracer *tracer;
    struct trace_budget *budget;
    struct trace_place place;
    struct arena arena; /* of the tracer; limited by the budget only through trace_room */
    enum trace_state state;
    uint64_t deadline_ms;
    uint32_t ticks;

    /* known when it has run */
    uint64_t gas_used;
    bool ok;

    /* private */
    struct evm_tracer evm;
    struct evm_steps steps;
    uint32_t depth;   /* calls in progress */
    uint32_t tracers; /* inside muxTracers */
};

/* A kind of tracer. Members that are NULL are not called; tracers without `before`, `after` and
 * need of error texts set `steps` to false, and code runs in its fast form. */
struct tracer_type {
    const char *name;
    bool steps;
    /* A new tracer in the trace's arena; NULL after rpc_fail for a wrong `config` (may be NULL). */
    struct tracer *(*make)(struct rpc_call *c, struct trace *t, json_t *config);
    void (*begin)(struct tracer *self, struct evm_env *env, const struct evm_tx *tx);
    void (*before)(struct tracer *self, struct evm_env *env, const struct evm_step *step);
    void (*after)(struct tracer *self, struct evm_env *env, const struct evm_step *step,
                  const struct evm_step_end *end);
    void (*enter)(struct tracer *self, struct evm_env *env, const struct evm_call_params *params);
    void (*exit)(struct tracer *self, struct evm_env *env, const struct evm_call_params *params,
                 const struct evm_result *result);
    void (*destruct)(struct tracer *self, struct evm_env *env, const struct b20 *from,
                     const struct b20 *to, const struct u256 *value);
    void (*end)(struct tracer *self, struct evm_env *env);
    void (*put)(struct tracer *self, struct json_out *o);
    void (*free)(struct tracer *self); /* what is not in the arena */
};

extern const struct tracer_type trace_struct_logger, trace_call_tracer, trace_flat_call_tracer,
    trace_prestate_tracer, trace_4byte_tracer, trace_noop_tracer, trace_mux_tracer,
    trace_parity_tracer, trace_erc7562_tracer;

/* By its name in the `tracer` option; NULL after rpc_fail. */
const struct tracer_type *trace_find(struct rpc_call *c, const char *name);

/* Reads the options object (NULL: the defaults). False after rpc_fail. */
bool trace_options_parse(struct rpc_call *c, json_t *options, struct trace_options *out);

bool trace_begin(struct trace *t, struct rpc_call *c, const struct trace_options *options,
                 struct trace_budget *budget, const struct trace_place *place);
/* Writes the result; false after rpc_fail, if there is none. */
bool trace_put(struct trace *t, struct rpc_call *c);
/* False after rpc_fail if not everything could be recorded. */
bool trace_check(struct trace *t, struct rpc_call *c);
void trace_end(struct trace *t);

/* The steady clock. */
uint64_t trace_now_ms(void);

/* ---- For tracers */

/* Asks for `n` more bytes to keep or to write. False: record nothing (any more). */
bool trace_room(struct trace *t, size_t n);
/* Copies into the trace's arena; empty if there is no room. */
struct bytes trace_keep(struct trace *t, struct bytes b);
/* The memory that two operands name, with zeros where there is none yet, into `room`. False where
 * go-ethereum's tracers give up: more than 1 MiB of it is not there. */
bool trace_memory(const struct evm_step *step, const struct u256 *offset, const struct u256 *size,
                  struct buf *room);
/* Did the instruction fail before it ran, in go-ethereum's order of checks? */
bool trace_failed_before(const struct evm_step *step, const struct evm_step_end *end);
/* Why a frame failed, or its newest instruction, in go-ethereum's words. */
void trace_error_put(struct buf *out, const struct trace *t, const struct evm_env *env,
                     enum evm_status status);
/* What go-ethereum says of a failing precompile, NULL where it is not known. */
const char *trace_precompile_error(const struct b20 *address, struct bytes input);
/* True if a boolean option is set; false after rpc_fail if it is no boolean. */
bool trace_config_bool(struct rpc_call *c, json_t *config, const char *name, bool *out);

/* ---- Call trees (callTracer, flatCallTracer, trace_*) */

struct trace_call_log {
    struct b20 address;
    uint32_t topic_count;
    struct b32 topics[ST_TOPICS_MAX];
    struct bytes data;
    uint32_t index;    /* in the block */
    uint32_t position; /* how many calls the frame had made before it */
    struct trace_call_log *next;
};

struct trace_frame {
    uint8_t op; /* CALL, …, CREATE, SELFDESTRUCT */
    bool has_to, has_value, failed, reverted;
    struct b20 from, to;
    struct u256 value;
    uint64_t gas, gas_used;
    struct bytes input, output;
    struct bytes error; /* text */
    struct trace_frame *parent, *first, *last, *next, *previous;
    uint32_t calls;
    struct trace_call_log *logs, *last_log;
    void *extra; /* the tracer's own */
};

struct trace_tree {
    struct trace *trace;
    bool only_top, with_log;
    bool
        own_gas; /* the root keeps the gas of its frame, without what the transaction cost before */
    struct trace_frame *root, *now;
    uint32_t depth;     /* frames in progress */
    uint32_t logs_seen; /* of the journal's */
    uint32_t evm_logs;  /* of those */
    uint64_t gas_limit; /* of the transaction; 0: a shadow's */
};

void trace_tree_begin(struct trace_tree *tree, const struct evm_tx *tx);
void trace_tree_enter(struct trace_tree *tree, struct evm_env *env,
                      const struct evm_call_params *params);
void trace_tree_exit(struct trace_tree *tree, struct evm_env *env,
                     const struct evm_call_params *params, const struct evm_result *result);
void trace_tree_destruct(struct trace_tree *tree, struct evm_env *env, const struct b20 *from,
                         const struct b20 *to, const struct u256 *value);
/* The root gets the receipt's gas; logs of failed frames go. */
void trace_tree_end(struct trace_tree *tree);
/* After trace_tree_exit: takes the call out again if it was one of a precompile, which Parity's
 * lists do not have. */
void trace_tree_drop_precompile(struct trace_tree *tree, const struct evm_env *env,
                                const struct evm_call_params *params);

/* Parity's list of a tree. */
struct trace_flat_form {
    bool parity_words; /* for failures, in place of go-ethereum's */
    bool null_result;  /* where there is none: Parity; otherwise it is left out, as flatCallTracer
                          does */
    bool placed;       /* with block and transaction */
    bool (*take)(void *ctx, const struct trace_frame *f); /* NULL: all */
    void *ctx;
};
/* Where a frame is: the numbers of the calls on the way to it; the root's path has no parent. */
struct trace_path {
    const struct trace_path *parent;
    uint32_t number;
};
/* Writes it into an open array. */
void trace_tree_put_flat(struct trace_tree *tree, const struct trace_flat_form *form,
                         struct json_out *o);
void trace_flat_put_one(struct trace_tree *tree, const struct trace_frame *f,
                        const struct trace_path *path, const struct trace_flat_form *form,
                        struct json_out *o);

/* Writes a frame and its calls as callTracer does; `more` (NULL: nothing) adds to each. */
void trace_put_call(struct json_out *o, const struct trace_frame *f, struct arena *arena,
                    void (*more)(void *ctx, struct json_out *o, const struct trace_frame *f),
                    void *ctx);

/* What Solidity's Error(string) or Panic(uint256) says, as go-ethereum decodes it; false if it is
 * neither. */
bool trace_revert_reason(struct arena *arena, struct bytes output, struct bytes *out);

#endif
