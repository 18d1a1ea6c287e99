/* A tree of calls as Parity's list of traces: each with its place in the tree. */
#include "evm/opcodes.h"
#include "rpc/trace.h"

void trace_tree_drop_precompile(struct trace_tree *tree, const struct evm_env *env,
                                const struct evm_call_params *params) {
    struct trace_frame *parent = tree->now;
    bool calls = params->kind == EVM_CALL || params->kind == EVM_STATICCALL;
    if (!params->depth || !calls || !parent || !parent->last ||
        !evm_is_precompile(env->fork, &params->code))
        return;
    parent->last = parent->last->previous;
    if (parent->last)
        parent->last->next = NULL;
    else
        parent->first = NULL;
    parent->calls--;
}

static bool begins(struct bytes text, const char *with) {
    size_t n = strlen(with);
    return text.n >= n && memcmp(text.p, with, n) == 0;
}

/* Parity's word for a failure. */
static struct bytes parity_error(struct bytes error) {
    static const struct {
        const char *geth, *parity;
    } words[] = {{"contract creation code storage out of gas", "Out of gas"},
                 {"out of gas", "Out of gas"},
                 {"gas uint64 overflow", "Out of gas"},
                 {"max code size exceeded", "Out of gas"},
                 {"invalid jump destination", "Bad jump destination"},
                 {"execution reverted", "Reverted"},
                 {"return data out of bounds", "Out of bounds"},
                 {"stack limit reached 1024 (1023)", "Out of stack"},
                 {"precompile failed", "Built-in failed"},
                 {"invalid input length", "Built-in failed"},
                 {"invalid opcode:", "Bad instruction"},
                 {"stack underflow", "Stack underflow"}};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (begins(error, words[i].geth)) return bytes_cstr(words[i].parity);
    return error;
}

static bool is_create(const struct trace_frame *f) {
    return f->op == OP_CREATE || f->op == OP_CREATE2;
}

static const char *call_type(uint8_t op) {
    switch (op) {
    case OP_CALLCODE: return "callcode";
    case OP_DELEGATECALL: return "delegatecall";
    case OP_STATICCALL: return "staticcall";
    case OP_CREATE: return "create";
    case OP_CREATE2: return "create2";
    default: return "call";
    }
}

static void put_action(struct json_out *o, const struct trace_frame *f) {
    jo_key(o, "action");
    jo_object(o);
    if (f->op == OP_SELFDESTRUCT) {
        JO_KEY_HEX(o, "address", f->from);
        jo_key(o, "balance");
        jo_quantity_u256(o, &f->value);
        JO_KEY_HEX(o, "refundAddress", f->to);
    } else {
        jo_key(o, is_create(f) ? "creationMethod" : "callType");
        jo_cstring(o, call_type(f->op));
        JO_KEY_HEX(o, "from", f->from);
        jo_key(o, "gas");
        jo_quantity(o, f->gas);
        jo_key(o, is_create(f) ? "init" : "input");
        jo_hex(o, f->input);
        if (!is_create(f)) JO_KEY_HEX(o, "to", f->to);
        jo_key(o, "value");
        jo_quantity_u256(o, &f->value);
    }
    jo_end_object(o);
}

static void put_result(struct json_out *o, const struct trace_frame *f) {
    jo_key(o, "result");
    jo_object(o);
    if (is_create(f) && f->has_to) JO_KEY_HEX(o, "address", f->to);
    if (is_create(f)) {
        jo_key(o, "code");
        jo_hex(o, f->output);
    }
    jo_key(o, "gasUsed");
    jo_quantity(o, f->gas_used);
    if (!is_create(f)) {
        jo_key(o, "output");
        jo_hex(o, f->output);
    }
    jo_end_object(o);
}

static void put_path(struct json_out *o, const struct trace_path *p) {
    if (!p->parent) return;
    put_path(o, p->parent);
    jo_number(o, p->number);
}

static void put_hash_or_null(struct json_out *o, const char *key, bool known,
                             const struct b32 *hash) {
    jo_key(o, key);
    if (known)
        jo_hex(o, BYTES_OF(*hash));
    else
        jo_null(o);
}

static void put_outcome(struct json_out *o, const struct trace_frame *f,
                        const struct trace_flat_form *form) {
    bool has_result = f->op != OP_SELFDESTRUCT && (!f->failed || f->reverted);
    if (f->failed) {
        jo_key(o, "error");
        jo_string(o, form->parity_words ? parity_error(f->error) : f->error);
    }
    if (has_result) {
        put_result(o, f);
    } else if (form->null_result) {
        jo_key(o, "result");
        jo_null(o);
    }
}

static void put_one(struct json_out *o, const struct trace_frame *f, const struct trace_path *path,
                    const struct trace_place *place, const struct trace_flat_form *form) {
    jo_object(o);
    put_action(o, f);
    if (form->placed) {
        put_hash_or_null(o, "blockHash", place->known, &place->block_hash);
        jo_key(o, "blockNumber");
        jo_number(o, place->height);
    }
    put_outcome(o, f, form);
    jo_key(o, "subtraces");
    jo_number(o, f->calls);
    jo_key(o, "traceAddress");
    jo_array(o);
    put_path(o, path);
    jo_end_array(o);
    if (form->placed) {
        put_hash_or_null(o, "transactionHash", place->known, &place->tx_hash);
        jo_key(o, "transactionPosition");
        jo_number(o, place->index);
    }
    jo_key(o, "type");
    jo_cstring(o, f->op == OP_SELFDESTRUCT ? "suicide" : is_create(f) ? "create" : "call");
    jo_end_object(o);
}

/* Paths are as long as the tree is deep: their digits are not in the frames' room. */
void trace_flat_put_one(struct trace_tree *tree, const struct trace_frame *f,
                        const struct trace_path *path, const struct trace_flat_form *form,
                        struct json_out *o) {
    size_t start = o->buf->n;
    put_one(o, f, path, &tree->trace->place, form);
    size_t length = o->buf->n - start, known = 2 * (f->input.n + f->output.n);
    if (length > known) trace_room(tree->trace, length - known);
}

static void put_flat(struct trace_tree *tree, const struct trace_frame *f,
                     const struct trace_path *path, const struct trace_flat_form *form,
                     struct json_out *o) {
    if (!form->take || form->take(form->ctx, f)) trace_flat_put_one(tree, f, path, form, o);
    struct trace_path below = {.parent = path};
    for (const struct trace_frame *child = f->first; child; child = child->next) {
        if (tree->trace->state != TRACE_RUNS) return;
        put_flat(tree, child, &below, form, o);
        below.number++;
    }
}

void trace_tree_put_flat(struct trace_tree *tree, const struct trace_flat_form *form,
                         struct json_out *o) {
    struct trace_path root = {NULL, 0};
    put_flat(tree, tree->root, &root, form, o);
}
