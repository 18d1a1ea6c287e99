/* eth_createAccessList: the call runs under a tracer that notes what it touches, with the list of
 * the run before, until the list stays the same. */
#include "chain/internal.h"

#include <stdlib.h>

/* An address, or one of its slots, that a run touched. */
struct mark {
    struct b20 address;
    bool has_key;
    struct b32 key;
};

struct touched {
    struct arena *arena;
    struct b20 excluded[2]; /* warm anyway, as precompiles are: only their slots count */
    enum evm_fork fork;
    struct mark *marks;
    size_t count, capacity;
    struct map map;
};

enum { MARKS_MAX = 100000, ROUNDS_MAX = 8 };

static uint64_t mark_hash(const struct mark *m) {
    return map_hash32(m->key.b, map_hash20(m->address.b) ^ m->has_key);
}

static uint64_t rehash(const void *ctx, uint32_t index) {
    return mark_hash(&((const struct touched *)ctx)->marks[index]);
}

static void add_mark(struct touched *t, const struct mark *m) {
    uint64_t hash = mark_hash(m);
    struct map_probe it = map_begin(&t->map, hash);
    for (uint32_t i; map_next(&t->map, &it, &i);)
        if (b20_eq(&t->marks[i].address, &m->address) && t->marks[i].has_key == m->has_key &&
            b32_eq(&t->marks[i].key, &m->key))
            return;
    if (t->count == MARKS_MAX) return;
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 16;
        t->marks = xrealloc(t->marks, t->capacity * sizeof *t->marks);
    }
    t->marks[t->count++] = *m;
    map_insert(&t->map, hash, (uint32_t)t->count - 1);
}

static void touch_address(struct touched *t, const struct b20 *address) {
    if (evm_is_precompile(t->fork, address) || b20_eq(&t->excluded[0], address) ||
        b20_eq(&t->excluded[1], address))
        return;
    add_mark(t, &(struct mark){.address = *address});
}

static void touch_slot(struct touched *t, const struct b20 *address, const struct b32 *key) {
    add_mark(t, &(struct mark){*address, true, *key});
}

static void forget(struct touched *t) {
    t->count = 0;
    map_clear(&t->map);
}

enum {
    OP_BALANCE = 0x31,
    OP_EXTCODESIZE = 0x3b,
    OP_EXTCODECOPY = 0x3c,
    OP_EXTCODEHASH = 0x3f,
    OP_SLOAD = 0x54,
    OP_SSTORE = 0x55,
    OP_CALL = 0xf1,
    OP_CALLCODE = 0xf2,
    OP_DELEGATECALL = 0xf4,
    OP_STATICCALL = 0xfa,
    OP_SELFDESTRUCT = 0xff,
};

static void on_step(void *ctx, struct evm_env *env, const struct evm_step *s) {
    struct touched *t = ctx;
    uint8_t be[32];
    struct b20 address;
    (void)env;
    bool is_call = s->op == OP_CALL || s->op == OP_CALLCODE || s->op == OP_DELEGATECALL ||
                   s->op == OP_STATICCALL;
    if (s->stack_count < (is_call ? 5 : 1)) return;
    u256_store_be(be, &s->stack[s->stack_count - (is_call ? 2 : 1)]);
    memcpy(address.b, be + 12, 20);
    switch (s->op) {
    case OP_SLOAD:
    case OP_SSTORE: {
        struct b32 key;
        memcpy(key.b, be, 32);
        touch_slot(t, s->address, &key);
        break;
    }
    case OP_BALANCE:
    case OP_EXTCODESIZE:
    case OP_EXTCODECOPY:
    case OP_EXTCODEHASH:
    case OP_SELFDESTRUCT:
    case OP_CALL:
    case OP_CALLCODE:
    case OP_DELEGATECALL:
    case OP_STATICCALL: touch_address(t, &address); break;
    default: break;
    }
}

static int compare(const void *x, const void *y) {
    const struct mark *a = x, *b = y;
    int c = memcmp(&a->address, &b->address, sizeof a->address);
    if (!c) c = (int)a->has_key - (int)b->has_key;
    return c ? c : memcmp(&a->key, &b->key, sizeof a->key);
}

static bool same_list(const struct evm_access *a, size_t a_count, const struct evm_access *b,
                      size_t b_count) {
    if (a_count != b_count) return false;
    for (size_t i = 0; i < a_count; i++)
        if (!b20_eq(&a[i].address, &b[i].address) || a[i].key_count != b[i].key_count ||
            (a[i].key_count && memcmp(a[i].keys, b[i].keys, a[i].key_count * sizeof(struct b32))))
            return false;
    return true;
}

/* The list in the order of addresses and keys. Afterwards the marks are forgotten. */
static size_t settle(struct touched *t, struct evm_access **list) {
    struct evm_access *out = ARENA_ARRAY(t->arena, struct evm_access, t->count);
    struct b32 *keys = ARENA_ARRAY(t->arena, struct b32, t->count);
    size_t n = 0;
    if (t->count) qsort(t->marks, t->count, sizeof *t->marks, compare);
    for (size_t i = 0; i < t->count; i++) {
        const struct mark *m = &t->marks[i];
        if (!n || !b20_eq(&out[n - 1].address, &m->address))
            out[n++] = (struct evm_access){.address = m->address, .keys = keys + i};
        if (!m->has_key) {
            out[n - 1].keys = keys + i + 1; /* addresses come before their keys */
            continue;
        }
        keys[i] = m->key;
        out[n - 1].key_count++;
    }
    forget(t);
    *list = out;
    return n;
}

/* What the client named already stays in the list whether it is touched or not, excluded addresses
 * apart that have no slots. */
static void start_with(struct touched *t, const struct evm_access *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        touch_address(t, &list[i].address);
        for (size_t k = 0; k < list[i].key_count; k++)
            touch_slot(t, &list[i].address, &list[i].keys[k]);
    }
}

struct err chain_access_list(struct chain_reader *r, const struct chain_evm_call *call,
                             const struct evm_access **list, size_t *count,
                             struct chain_evm_result *used) {
    struct arena *arena = chain_reader_arena(r);
    struct chain_evm_call with = *call;
    struct evm_env env;
    struct err e = ERR_NONE;
    struct evm_access *settled;
    chain_evm_env(r, &env);
    struct touched t = {.arena = arena, .excluded = {call->from, call->to}, .fork = env.fork};
    const struct evm_tracer tracer = {.ctx = &t, .step = on_step};
    const struct chain_observer observer = {.evm = &tracer};
    if (!call->has_to)
        t.excluded[1] =
            evm_create_address(&call->from, st_account(env.journal, &call->from)->nonce);
    map_init(&t.map, rehash, &t);
    start_with(&t, call->access, call->access_count);
    with.access_count = settle(&t, &settled);
    with.access = settled;
    with.gas = chain_call_gas(r, call);
    bool same = false;
    for (int round = 0; !same && round < ROUNDS_MAX && !err_is(e); round++) {
        start_with(&t, with.access, with.access_count);
        chain_observe(r, &observer);
        e = chain_try_call(r, &with, with.gas, used);
        chain_observe(r, NULL);
        size_t n = settle(&t, &settled);
        same = same_list(settled, n, with.access, with.access_count);
        if (same) break;
        with.access = settled;
        with.access_count = n;
    }
    map_free(&t.map);
    free(t.marks);
    *list = with.access;
    *count = with.access_count;
    return e;
}
