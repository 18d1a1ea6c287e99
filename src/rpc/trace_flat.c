/* A tree of calls as Parity's list of traces: each with its place in the tree. */
#include "evm/opcodes.h"
#include "rpc/trace.h"

/* Where a frame is: the numbers of the calls on the way to it. */
struct path {
    const struct path *parent;
    uint32_t number;
};

void trace_tree_drop_last(struct trace_tree *tree) {
    struct trace_frame *parent = tree->now;
    if (!parent || !parent->last) return;
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

static void put_path(struct json_out *o, const struct path *p) {
    if (!p->parent) return;
    put_path(o, p->parent);
    jo_number(o, p->number);
}

static void put_place(struct json_out *o, const struct trace_place *p) {
    jo_key(o, "blockHash");
    if (p->known)
        jo_hex(o, BYTES_OF(p->block_hash));
    else
        jo_null(o);
    jo_key(o, "blockNumber");
    jo_number(o, p->height);
}

static void put_one(struct json_out *o, const struct trace_frame *f, const struct path *path,
                    const struct trace_place *place, bool parity_errors) {
    jo_object(o);
    put_action(o, f);
    put_place(o, place);
    if (f->failed) {
        jo_key(o, "error");
        jo_string(o, parity_errors ? parity_error(f->error) : f->error);
    }
    if (f->op != OP_SELFDESTRUCT && (!f->failed || f->reverted)) put_result(o, f);
    jo_key(o, "subtraces");
    jo_number(o, f->calls);
    jo_key(o, "traceAddress");
    jo_array(o);
    put_path(o, path);
    jo_end_array(o);
    jo_key(o, "transactionHash");
    if (place->known)
        jo_hex(o, BYTES_OF(place->tx_hash));
    else
        jo_null(o);
    jo_key(o, "transactionPosition");
    jo_number(o, place->index);
    jo_key(o, "type");
    jo_cstring(o, f->op == OP_SELFDESTRUCT ? "suicide" : is_create(f) ? "create" : "call");
    jo_end_object(o);
}

/* Paths are as long as the tree is deep: their digits are not in the frames' room. */
static void put_flat(struct trace_tree *tree, const struct trace_frame *f, const struct path *path,
                     bool parity_errors, struct json_out *o) {
    size_t start = o->buf->n;
    put_one(o, f, path, &tree->trace->place, parity_errors);
    size_t length = o->buf->n - start, known = 2 * (f->input.n + f->output.n);
    if (length > known && !trace_room(tree->trace, length - known)) return;
    struct path below = {.parent = path};
    for (const struct trace_frame *child = f->first; child; child = child->next) {
        put_flat(tree, child, &below, parity_errors, o);
        below.number++;
        if (tree->trace->state != TRACE_RUNS) return;
    }
}

void trace_tree_put_flat(struct trace_tree *tree, bool parity_errors, struct json_out *o) {
    struct path root = {NULL, 0};
    put_flat(tree, tree->root, &root, parity_errors, o);
}
