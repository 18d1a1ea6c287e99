/* The tree of calls that an execution makes, with what tracers of calls tell of each. */
#include "codec/codec.h"
#include "evm/opcodes.h"
#include "rpc/trace.h"

/* What a frame takes in the answer beside its data. */
enum { FRAME_ROOM = 768, LOG_ROOM = 640 };

static const uint8_t op_of_kind[] = {
    [EVM_CALL] = OP_CALL,
    [EVM_CALLCODE] = OP_CALLCODE,
    [EVM_DELEGATECALL] = OP_DELEGATECALL,
    [EVM_STATICCALL] = OP_STATICCALL,
    [EVM_CREATE] = OP_CREATE,
    [EVM_CREATE2] = OP_CREATE2,
};

void trace_tree_begin(struct trace_tree *tree, const struct evm_tx *tx) {
    tree->gas_limit = tx ? tx->gas_limit : 0;
}

/* ---- Logs */

static void add_log(struct trace_tree *tree, const struct st_log *log) {
    struct trace *t = tree->trace;
    if (!trace_room(t, LOG_ROOM)) return;
    struct trace_call_log *l = ARENA_NEW(&t->arena, struct trace_call_log);
    *l = (struct trace_call_log){.address = log->address,
                                 .topic_count = log->topic_count,
                                 .data = trace_keep(t, log->data),
                                 .index = t->place.log_first + tree->evm_logs,
                                 .position = tree->now->calls};
    memcpy(l->topics, log->topics, sizeof l->topics);
    if (tree->now->logs)
        tree->now->last_log->next = l;
    else
        tree->now->logs = l;
    tree->now->last_log = l;
}

/* Gives the logs that have been written since the last look to the frame in progress. */
static void sync_logs(struct trace_tree *tree, struct evm_env *env) {
    size_t count;
    const struct st_log *logs = st_logs(env->journal, &count);
    if (!tree->with_log) return;
    if (count < tree->logs_seen) { /* some have been undone */
        tree->logs_seen = (uint32_t)count;
        tree->evm_logs = 0;
        for (size_t i = 0; i < count; i++) tree->evm_logs += logs[i].vm == ST_VM_EVM;
    }
    for (; tree->logs_seen < count; tree->logs_seen++) {
        const struct st_log *log = &logs[tree->logs_seen];
        if (log->vm != ST_VM_EVM) continue;
        if (tree->now && (!tree->only_top || tree->depth == 1)) add_log(tree, log);
        tree->evm_logs++;
    }
}

static void clear_failed_logs(struct trace_frame *f, bool parent_failed) {
    bool failed = f->failed || parent_failed;
    if (failed) f->logs = NULL;
    for (struct trace_frame *child = f->first; child; child = child->next)
        clear_failed_logs(child, failed);
}

/* ---- Frames */

static struct trace_frame *add_frame(struct trace_tree *tree, const struct trace_frame *as) {
    struct trace *t = tree->trace;
    if (!trace_room(t, FRAME_ROOM)) return NULL;
    struct trace_frame *f = ARENA_NEW(&t->arena, struct trace_frame);
    *f = *as;
    /* A leg of the tail is a further call of the root. */
    f->parent = tree->now ? tree->now : tree->root;
    if (!f->parent) {
        tree->root = f;
    } else {
        f->previous = f->parent->last;
        if (f->previous)
            f->previous->next = f;
        else
            f->parent->first = f;
        f->parent->last = f;
        f->parent->calls++;
    }
    return f;
}

void trace_tree_enter(struct trace_tree *tree, struct evm_env *env,
                      const struct evm_call_params *p) {
    bool creates = p->kind == EVM_CREATE || p->kind == EVM_CREATE2;
    sync_logs(tree, env);
    tree->depth++;
    if (tree->only_top && tree->root) return;
    struct trace_frame *f =
        add_frame(tree, &(struct trace_frame){
                            .op = op_of_kind[p->kind],
                            .from = p->kind == EVM_DELEGATECALL ? p->to : p->sender,
                            .to = creates ? p->to : p->code,
                            .has_to = true,
                            .has_value = p->kind != EVM_STATICCALL,
                            .value = p->value,
                            .gas = p->gas,
                            .input = trace_keep(tree->trace, p->input),
                        });
    if (f) tree->now = f;
}

/* Why a frame failed, in words. */
static struct bytes error_text(struct trace_tree *tree, const struct evm_env *env,
                               const struct evm_call_params *p, enum evm_status status) {
    struct buf text = {0};
    const char *known =
        status == EVM_PRECOMPILE_FAILURE ? trace_precompile_error(&p->code, p->input) : NULL;
    if (known)
        buf_puts(&text, known);
    else if (tree->trace->steps.step.depth == p->depth + 1) /* its own newest instruction */
        trace_error_put(&text, tree->trace, env, status);
    else
        buf_puts(&text, evm_status_text(status));
    struct bytes kept = trace_keep(tree->trace, buf_bytes(&text));
    buf_free(&text);
    return kept;
}

void trace_tree_exit(struct trace_tree *tree, struct evm_env *env, const struct evm_call_params *p,
                     const struct evm_result *r) {
    struct trace_frame *f = tree->now;
    bool creates = p->kind == EVM_CREATE || p->kind == EVM_CREATE2;
    sync_logs(tree, env);
    tree->depth--;
    if (tree->only_top && (tree->depth > 0 || !f)) return;
    f->gas_used = p->gas - r->gas_left;
    f->failed = r->status != EVM_SUCCESS;
    f->reverted = r->status == EVM_REVERT;
    if (!f->failed || f->reverted) f->output = trace_keep(tree->trace, r->output);
    if (f->failed) {
        f->error = error_text(tree, env, p, r->status);
        if (creates) f->has_to = false;
    }
    tree->now = tree->depth ? f->parent : NULL;
}

void trace_tree_destruct(struct trace_tree *tree, struct evm_env *env, const struct b20 *from,
                         const struct b20 *to, const struct u256 *value) {
    sync_logs(tree, env);
    if (tree->only_top) return;
    add_frame(tree, &(struct trace_frame){.op = OP_SELFDESTRUCT,
                                          .from = *from,
                                          .to = *to,
                                          .has_to = true,
                                          .has_value = true,
                                          .value = *value});
}

void trace_tree_end(struct trace_tree *tree) {
    if (!tree->root) return;
    if (!tree->own_gas) {
        tree->root->gas_used = tree->trace->gas_used;
        /* A shadow's root says what the whole used: nobody signed a limit for its part here. */
        tree->root->gas = tree->gas_limit ? tree->gas_limit : tree->trace->gas_used;
    }
    clear_failed_logs(tree->root, false);
}

/* ---- Reasons */

/* The meanings of Solidity's panic codes in go-ethereum's words. */
static const char *panic_reason(uint64_t code) {
    switch (code) {
    case 0x00: return "generic panic";
    case 0x01: return "assert(false)";
    case 0x11: return "arithmetic underflow or overflow";
    case 0x12: return "division or modulo by zero";
    case 0x21: return "enum overflow";
    case 0x22: return "invalid encoded storage byte array accessed";
    case 0x31: return "out-of-bounds array access; popping on an empty array";
    case 0x32: return "out-of-bounds access of an array or bytesN";
    case 0x41: return "out of memory";
    case 0x51: return "uninitialized function";
    default: return NULL;
    }
}

static uint64_t word_at(struct bytes args, uint64_t at) {
    struct u256 word;
    if (at > args.n || args.n - at < 32) return UINT64_MAX;
    u256_load_be(&word, args.p + at);
    return u256_sat_u64(&word);
}

bool trace_revert_reason(struct arena *arena, struct bytes output, struct bytes *out) {
    static const uint8_t ERROR[4] = {0x08, 0xc3, 0x79, 0xa0}, PANIC[4] = {0x4e, 0x48, 0x7b, 0x71};
    if (output.n < 36) return false;
    struct bytes args = bytes_sub(output, 4, output.n - 4);
    if (memcmp(output.p, PANIC, 4) == 0) {
        struct u256 code;
        char digits[68];
        u256_load_be(&code, args.p);
        const char *text = u256_fits_u64(&code) ? panic_reason(code.w[0]) : NULL;
        digits[u256_to_hex(digits, &code)] = 0;
        *out = bytes_cstr(text ? text : arena_printf(arena, "unknown panic code: %s", digits));
        return true;
    }
    if (memcmp(output.p, ERROR, 4) != 0) return false;
    uint64_t offset = word_at(args, 0), n = offset == UINT64_MAX ? offset : word_at(args, offset);
    if (n == UINT64_MAX || n > args.n - offset - 32) return false;
    *out = bytes_sub(args, offset + 32, n);
    return true;
}
