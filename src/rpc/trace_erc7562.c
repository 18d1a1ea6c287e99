/* erc7562Tracer: the tree of calls with what the validation rules of account abstraction (ERC-7562)
 * ask of each frame: slots, opcodes, contracts looked at, and the preimages of all hashes. */
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "evm/opcodes.h"
#include "rpc/eth_json.h"
#include "rpc/trace_prestate.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENTRY_ROOM = 256, FRAME_ROOM = 4096 };

/* What is noted. Of each frame, the preimages of the whole. */
enum kind { READ, WRITE, TRANSIENT_READ, TRANSIENT_WRITE, CONTRACT, PREIMAGE, KIND_COUNT };

struct note {
    const struct trace_frame *frame; /* NULL: of the whole */
    enum kind kind;
    struct u256 key;   /* a slot, an address, a preimage's hash */
    struct u256 value; /* READ: what it held */
    uint64_t count;    /* WRITE and transient: how often; CONTRACT: size of its code */
    uint8_t op;        /* CONTRACT: which instruction named it first */
    struct bytes data; /* PREIMAGE */
    uint32_t next;     /* + 1: the next of the same frame and kind */
};

/* What a frame has beside its call. */
struct facts {
    uint32_t used[OP_COUNT];
    uint32_t first[KIND_COUNT], last[KIND_COUNT]; /* notes, + 1 */
    struct looked {
        struct b20 address;
        struct looked *next;
    } * looked, *last_looked; /* EXTCODE… */
    bool out_of_gas;
};

struct erc7562 {
    struct tracer base;
    struct trace_tree tree;
    bool ignored[OP_COUNT];
    struct note *notes;
    uint32_t count, capacity;
    struct map map;
    uint32_t preimages; /* first, + 1 */
    int last_op;        /* -1: none, or forgotten */
    struct u256 last_top;
};

static uint64_t note_hash(const struct trace_frame *frame, enum kind kind, const struct u256 *key) {
    uint8_t word[32];
    u256_store_be(word, key);
    return map_hash32(word, ((uint64_t)(uintptr_t)frame << 3) + kind);
}

static uint64_t rehash(const void *ctx, uint32_t i) {
    const struct note *n = &((const struct erc7562 *)ctx)->notes[i];
    return note_hash(n->frame, n->kind, &n->key);
}

/* ---- Options */

/* What says nothing about a contract's behaviour. */
static void ignore_usual(bool ignored[OP_COUNT]) {
    static const uint8_t ops[] = {OP_POP, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_EQ, OP_LT,  OP_GT,
                                  OP_SLT, OP_SGT, OP_SHL, OP_SHR, OP_AND, OP_OR, OP_NOT, OP_ISZERO};
    for (int op = OP_PUSH0; op <= OP_SWAP16; op++) ignored[op] = true;
    for (size_t i = 0; i < COUNT_OF(ops); i++) ignored[ops[i]] = true;
}

static bool parse_ignored(struct rpc_call *c, json_t *list, bool ignored[OP_COUNT]) {
    size_t i;
    json_t *v;
    if (!json_is_array(list))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid trace option ignoredOpcodes: an array is expected");
    json_array_foreach(list, i, v) {
        uint64_t op;
        if (!rpc_quantity(c, v, "ignoredOpcodes", &op)) return false;
        if (op < OP_COUNT) ignored[op] = true;
    }
    return true;
}

static struct tracer *make(struct rpc_call *c, struct trace *t, json_t *config) {
    struct erc7562 *e = ARENA_NEW(&t->arena, struct erc7562);
    json_t *ignored = json_object_get(config, "ignoredOpcodes");
    e->base = (struct tracer){&trace_erc7562_tracer, t};
    e->tree.trace = t;
    e->last_op = -1;
    map_init(&e->map, rehash, e);
    if (!trace_config_bool(c, config, "withLog", &e->tree.with_log)) return NULL;
    if (!ignored || json_is_null(ignored))
        ignore_usual(e->ignored);
    else if (!parse_ignored(c, ignored, e->ignored))
        return NULL;
    return &e->base;
}

/* ---- Notes */

static struct facts *facts_of(const struct erc7562 *e) {
    return e->tree.now ? e->tree.now->extra : NULL;
}

/* The note under this key; a new one if there was none, NULL if there is no room. */
static struct note *note_at(struct erc7562 *e, struct trace_frame *frame, enum kind kind,
                            const struct u256 *key, bool *is_new) {
    uint64_t hash = note_hash(frame, kind, key);
    struct map_probe it = map_begin(&e->map, hash);
    *is_new = false;
    for (uint32_t i; map_next(&e->map, &it, &i);) {
        struct note *n = &e->notes[i];
        if (n->frame == frame && n->kind == kind && u256_eq(&n->key, key)) return n;
    }
    if (!trace_room(e->base.trace, ENTRY_ROOM)) return NULL;
    if (e->count == e->capacity) {
        e->capacity = e->capacity ? 2 * e->capacity : 16;
        e->notes = xrealloc(e->notes, e->capacity * sizeof *e->notes);
    }
    struct note *n = &e->notes[e->count];
    *n = (struct note){.frame = frame, .kind = kind, .key = *key};
    map_insert(&e->map, hash, e->count++);
    if (frame) {
        struct facts *f = frame->extra;
        if (f->last[kind])
            e->notes[f->last[kind] - 1].next = e->count;
        else
            f->first[kind] = e->count;
        f->last[kind] = e->count;
    } else {
        n->next = e->preimages;
        e->preimages = e->count;
    }
    *is_new = true;
    return n;
}

static bool is_noted(const struct erc7562 *e, const struct trace_frame *frame, enum kind kind,
                     const struct u256 *key) {
    struct map_probe it = map_begin(&e->map, note_hash(frame, kind, key));
    for (uint32_t i; map_next(&e->map, &it, &i);) {
        const struct note *n = &e->notes[i];
        if (n->frame == frame && n->kind == kind && u256_eq(&n->key, key)) return true;
    }
    return false;
}

static bool is_ext(int op) {
    return op == OP_EXTCODEHASH || op == OP_EXTCODESIZE || op == OP_EXTCODECOPY;
}
static bool is_call(int op) {
    return op == OP_CALL || op == OP_CALLCODE || op == OP_DELEGATECALL || op == OP_STATICCALL;
}

static struct b20 address_of(const struct u256 *word) {
    uint8_t be[32];
    struct b20 out;
    u256_store_be(be, word);
    memcpy(out.b, be + 12, 20);
    return out;
}

/* A contract's code was looked at, unless only to see whether there is any (OP-051). */
static void look(struct erc7562 *e, struct facts *f, uint8_t op) {
    if (!is_ext(e->last_op) || (e->last_op == OP_EXTCODESIZE && op == OP_ISZERO)) return;
    if (!trace_room(e->base.trace, 64)) return;
    struct looked *l = ARENA_NEW(&e->base.trace->arena, struct looked);
    l->address = address_of(&e->last_top);
    if (f->looked)
        f->last_looked->next = l;
    else
        f->looked = l;
    f->last_looked = l;
}

/* OP-041 */
static void note_contract(struct erc7562 *e, struct evm_env *env, const struct evm_step *s) {
    uint32_t place = is_call(s->op) ? 1 : 0;
    bool is_new;
    if ((!is_ext(s->op) && !is_call(s->op)) || s->stack_count <= place) return;
    struct b20 address = address_of(&s->stack[s->stack_count - 1 - place]);
    struct u256 key;
    u256_from_be(&key, BYTES_OF(address));
    struct note *n = note_at(e, e->tree.now, CONTRACT, &key, &is_new);
    if (!n || !is_new) return;
    n->op = s->op;
    n->count = st_account_code(env->journal, st_account(env->journal, &address))->size;
}

static void note_slot(struct erc7562 *e, struct evm_env *env, const struct evm_step *s) {
    struct trace_frame *frame = e->tree.now;
    bool is_new;
    if (s->stack_count < 1) return;
    const struct u256 *key = &s->stack[s->stack_count - 1];
    enum kind kind;
    switch (s->op) {
    case OP_SLOAD: /* what it held before this frame wrote to it */
        if (is_noted(e, frame, WRITE, key)) return;
        kind = READ;
        break;
    case OP_SSTORE: kind = WRITE; break;
    case OP_TLOAD: kind = TRANSIENT_READ; break;
    case OP_TSTORE: kind = TRANSIENT_WRITE; break;
    default: return;
    }
    struct note *n = note_at(e, frame, kind, key, &is_new);
    if (!n) return;
    n->count++;
    if (kind == READ && is_new) n->value = st_slot(env->journal, s->account, key)->current;
}

static void note_preimage(struct erc7562 *e, const struct evm_step *s) {
    if (s->op != OP_KECCAK256 || s->stack_count < 2) return;
    struct buf room = {0};
    struct b32 hash;
    struct u256 key;
    bool is_new;
    const struct u256 *top = &s->stack[s->stack_count - 1];
    if (!trace_memory(s, top, top - 1, &room)) return;
    keccak256(&hash, buf_bytes(&room));
    u256_load_be(&key, hash.b);
    struct note *n = note_at(e, NULL, PREIMAGE, &key, &is_new);
    if (n && is_new) n->data = trace_keep(e->base.trace, buf_bytes(&room));
    buf_free(&room);
}

/* ---- Hooks */

static void begin(struct tracer *self, struct evm_env *env, const struct evm_tx *tx) {
    (void)env;
    trace_tree_begin(&((struct erc7562 *)self)->tree, tx);
}

static void give_facts(struct erc7562 *e, struct trace_frame *f) {
    if (f && !f->extra && trace_room(e->base.trace, FRAME_ROOM))
        f->extra = ARENA_NEW(&e->base.trace->arena, struct facts);
}

static void enter(struct tracer *self, struct evm_env *env, const struct evm_call_params *params) {
    struct erc7562 *e = (struct erc7562 *)self;
    trace_tree_enter(&e->tree, env, params);
    give_facts(e, e->tree.now);
}

static void before(struct tracer *self, struct evm_env *env, const struct evm_step *s) {
    struct erc7562 *e = (struct erc7562 *)self;
    struct facts *f = facts_of(e);
    if (!f) return;
    if (s->op == OP_RETURN || s->op == OP_REVERT) e->last_op = -1;
    look(e, f, s->op);
    note_contract(e, env, s);
    if (e->last_op == OP_GAS && !is_call(s->op)) f->used[OP_GAS]++; /* OP-012 */
    if (s->op != OP_GAS && !e->ignored[s->op]) f->used[s->op]++;
    note_slot(e, env, s);
    note_preimage(e, s);
    e->last_op = s->op;
    e->last_top = s->stack_count ? s->stack[s->stack_count - 1] : U256_ZERO;
}

static void leave(struct tracer *self, struct evm_env *env, const struct evm_call_params *params,
                  const struct evm_result *result) {
    struct erc7562 *e = (struct erc7562 *)self;
    struct trace_frame *frame = e->tree.now;
    trace_tree_exit(&e->tree, env, params, result);
    if (!frame || !frame->extra || !params->depth) return;
    struct facts *f = frame->extra;
    f->out_of_gas =
        frame->failed && ((frame->error.n >= 10 && memcmp(frame->error.p, "out of gas", 10) == 0) ||
                          result->status == EVM_CODE_STORE_OUT_OF_GAS);
}

static void destruct(struct tracer *self, struct evm_env *env, const struct b20 *from,
                     const struct b20 *to, const struct u256 *value) {
    struct erc7562 *e = (struct erc7562 *)self;
    trace_tree_destruct(&e->tree, env, from, to, value);
    if (e->tree.now) give_facts(e, e->tree.now->last);
}

static void end(struct tracer *self, struct evm_env *env) {
    (void)env;
    trace_tree_end(&((struct erc7562 *)self)->tree);
}

/* ---- JSON */

static void put_word(struct json_out *o, const struct u256 *v) {
    uint8_t word[32];
    u256_store_be(word, v);
    jo_hex(o, BYTES_OF(word));
}

static void put_slots(struct json_out *o, const struct erc7562 *e, const struct facts *f,
                      enum kind kind, const char *name) {
    jo_key(o, name);
    jo_object(o);
    for (uint32_t i = f->first[kind]; i; i = e->notes[i - 1].next) {
        const struct note *n = &e->notes[i - 1];
        put_word(o, &n->key);
        buf_put_u8(o->buf, ':');
        o->comma = false;
        if (kind == READ) {
            jo_array(o);
            put_word(o, &n->value);
            jo_end_array(o);
        } else {
            jo_number(o, n->count);
        }
    }
    jo_end_object(o);
}

static void put_contracts(struct json_out *o, const struct erc7562 *e, const struct facts *f) {
    jo_key(o, "contractSize");
    jo_object(o);
    for (uint32_t i = f->first[CONTRACT]; i; i = e->notes[i - 1].next) {
        const struct note *n = &e->notes[i - 1];
        struct b20 address = address_of(&n->key);
        eth_put_address_key(o, &address);
        jo_object(o);
        jo_key(o, "contractSize");
        jo_number(o, n->count);
        jo_key(o, "opcode");
        jo_number(o, n->op);
        jo_end_object(o);
    }
    jo_end_object(o);
}

static void put_used(struct json_out *o, const struct facts *f) {
    jo_key(o, "usedOpcodes");
    jo_object(o);
    for (unsigned op = 0; op < OP_COUNT; op++) {
        char key[8];
        if (!f->used[op]) continue;
        snprintf(key, sizeof key, "0x%x", op);
        jo_key(o, key);
        jo_number(o, f->used[op]);
    }
    jo_end_object(o);
}

static int by_data(const void *x, const void *y) {
    const struct note *const *a = x, *const *b = y;
    return bytes_cmp((*a)->data, (*b)->data);
}

static void put_preimages(struct json_out *o, const struct erc7562 *e) {
    size_t n = 0;
    for (uint32_t i = e->preimages; i; i = e->notes[i - 1].next) n++;
    if (!n) return;
    const struct note **list = ARENA_ARRAY(&e->base.trace->arena, const struct note *, n);
    n = 0;
    for (uint32_t i = e->preimages; i; i = e->notes[i - 1].next) list[n++] = &e->notes[i - 1];
    qsort(list, n, sizeof *list, by_data);
    jo_key(o, "keccak");
    jo_array(o);
    for (size_t i = 0; i < n; i++) jo_hex(o, list[i]->data);
    jo_end_array(o);
}

static void put_facts(void *ctx, struct json_out *o, const struct trace_frame *frame) {
    const struct erc7562 *e = ctx;
    static const struct facts none;
    const struct facts *f = frame->extra ? frame->extra : &none;
    jo_key(o, "accessedSlots");
    jo_object(o);
    put_slots(o, e, f, READ, "reads");
    put_slots(o, e, f, WRITE, "writes");
    put_slots(o, e, f, TRANSIENT_READ, "transientReads");
    put_slots(o, e, f, TRANSIENT_WRITE, "transientWrites");
    jo_end_object(o);
    jo_key(o, "extCodeAccessInfo");
    jo_array(o);
    for (const struct looked *l = f->looked; l; l = l->next) jo_hex(o, BYTES_OF(l->address));
    jo_end_array(o);
    put_used(o, f);
    put_contracts(o, e, f);
    jo_key(o, "outOfGas");
    jo_bool(o, f->out_of_gas);
    if (!frame->parent) put_preimages(o, e);
}

static void put(struct tracer *self, struct json_out *o) {
    struct erc7562 *e = (struct erc7562 *)self;
    if (e->tree.root)
        trace_put_call(o, e->tree.root, &self->trace->arena, put_facts, e);
    else
        jo_null(o);
}

static void free_notes(struct tracer *self) {
    struct erc7562 *e = (struct erc7562 *)self;
    free(e->notes);
    map_free(&e->map);
}

const struct tracer_type trace_erc7562_tracer = {.name = "erc7562Tracer",
                                                 .steps = true,
                                                 .make = make,
                                                 .begin = begin,
                                                 .before = before,
                                                 .enter = enter,
                                                 .exit = leave,
                                                 .destruct = destruct,
                                                 .end = end,
                                                 .put = put,
                                                 .free = free_notes};
