/* Random trees. What a node of the SVM needs in accounts is gathered from below: whoever calls a
 * program names the accounts that it and its CPIs use. */
#include "differential/chain/tree.h"

/* ---- Choices */

struct choices {
    uint64_t state;
};

static uint64_t draw(struct choices *r) {
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(struct choices *r, uint32_t n) {
    return (uint32_t)(draw(r) % n);
}

static bool once_in(struct choices *r, uint32_t n) {
    return below(r, n) == 0;
}

/* ---- The frame that a list of nodes runs in */

struct frame {
    struct choices *r;
    const struct ct_mix *mix;
    const struct ct_actors *actors;
    struct arena *arena;
    uint32_t *budget; /* nodes that may still be made */
    uint8_t vm, number;
    uint32_t actor; /* who calls other machines from here */
    bool view;
    uint32_t depth;
    uint32_t running; /* programs below: a bit each */
    uint32_t waiting; /* … Move modules */
    struct ct_meta needs[CT_METAS_MAX];
    uint32_t need_count;
};

static void need(struct frame *f, const struct b32 *key, uint8_t flags) {
    for (uint32_t i = 0; i < f->need_count; i++)
        if (b32_eq(&f->needs[i].key, key)) {
            f->needs[i].flags |= flags;
            return;
        }
    if (f->need_count < CT_METAS_MAX) f->needs[f->need_count++] = (struct ct_meta){*key, flags};
}

static struct ct_node *make(struct frame *f, uint8_t op) {
    struct ct_node *n = ARENA_NEW(f->arena, struct ct_node);
    *n = (struct ct_node){.op = op};
    return n;
}

static struct bytes some_bytes(struct frame *f) {
    size_t n = once_in(f->r, 8) ? below(f->r, 200) : below(f->r, 12);
    uint8_t *p = arena_alloc(f->arena, n + 1, 1);
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)draw(f->r);
    return bytes_make(p, n);
}

static struct ct_node *list(struct frame *f);

/* ---- Calls */

static uint8_t some_number(struct frame *f) {
    return (uint8_t)(once_in(f->r, 40) ? 3 : below(f->r, CT_INTERPRETERS));
}

static uint32_t some_value(struct frame *f) {
    if (once_in(f->r, 4)) return below(f->r, 1000000);
    if (once_in(f->r, 20)) return UINT32_MAX;
    return 1000000 + below(f->r, 500000000);
}

static bool may_call(const struct frame *f, uint8_t vm) {
    return f->vm == vm || f->mix->sync[f->vm][vm];
}

/* A Move module calls itself and those behind it directly; and, for the most part, not what would
 * be refused as re-entry. */
static uint8_t number_of_target(struct frame *f, uint8_t vm) {
    if (vm == ST_VM_MOVE && f->vm == ST_VM_MOVE)
        return (uint8_t)(f->number + below(f->r, CT_INTERPRETERS - f->number));
    uint8_t number = some_number(f);
    uint32_t taken = vm == ST_VM_MOVE ? f->waiting : vm == ST_VM_SVM ? f->running : 0;
    if (vm == ST_VM_SVM && f->vm == ST_VM_SVM)
        for (int i = 0; i < 4 && number != f->number && (number >= 3 || taken >> number & 1); i++)
            number = (uint8_t)below(f->r, CT_INTERPRETERS);
    else
        for (int i = 0; i < 4 && taken >> number & 1; i++) number = some_number(f);
    return number;
}

static struct frame inner_frame(const struct frame *f, const struct ct_node *n, bool queued) {
    struct frame g = *f;
    g.vm = n->vm;
    g.number = n->number;
    g.need_count = 0;
    g.depth = f->depth + 1;
    if (queued) g.running = g.waiting = 0;
    g.view = !queued && (f->view || n->flags & CT_VIEW);
    if (n->vm == ST_VM_EVM) {
        g.actor = CT_EVM + n->number % CT_INTERPRETERS;
    } else if (n->vm == ST_VM_SVM) {
        g.actor = CT_SVM + n->number % CT_INTERPRETERS;
        g.running |= 1u << n->number;
    } else if (f->vm != ST_VM_MOVE) {
        g.actor = ct_actor_find(f->actors, &f->actors->list[f->actor].aliases[ST_VM_MOVE]);
    }
    if (n->vm == ST_VM_MOVE) g.waiting |= 1u << n->number;
    return g;
}

/* The accounts of a program: its own four first. `signer` speaks. */
static void put_metas(struct frame *g, struct ct_node *n, const struct b32 *signer,
                      uint8_t signer_flags) {
    struct b32 state = ct_state_key(n->number), self = ct_self_key(g->actors, n->number);
    n->metas = ARENA_ARRAY(g->arena, struct ct_meta, 4 + CT_METAS_MAX);
    uint8_t writable = g->view && !once_in(g->r, 20) ? 0 : XVM_META_WRITABLE;
    if (once_in(g->r, 60)) writable ^= XVM_META_WRITABLE;
    n->metas[0] = (struct ct_meta){state, writable};
    bool pays = g->mix->value && !g->view && once_in(g->r, 2);
    n->metas[1] = (struct ct_meta){self, pays ? XVM_META_WRITABLE : 0};
    n->metas[2] = (struct ct_meta){XVM_MESSENGER_ID, 0};
    n->metas[3] = (struct ct_meta){*signer, signer_flags};
    n->meta_count = 4;
    for (uint32_t i = 0; i < g->need_count; i++) n->metas[n->meta_count++] = g->needs[i];
}

/* Slots of other interpreters, to be looked at or to be changed by them while a call is out. */
static void need_others(struct frame *g) {
    for (uint8_t i = 0; i < CT_INTERPRETERS; i++) {
        struct b32 state = ct_state_key(i);
        if (i != g->number && once_in(g->r, 4))
            need(g, &state, g->view || once_in(g->r, 3) ? 0 : XVM_META_WRITABLE);
    }
}

static void put_target(struct frame *f, struct ct_node *n, bool queued) {
    struct frame g = inner_frame(f, n, queued);
    if (n->vm == ST_VM_SVM && n->number < CT_INTERPRETERS) need_others(&g);
    /* Where nobody is, nothing runs. */
    if (n->number < CT_INTERPRETERS) n->first = list(&g);
    if (n->vm != ST_VM_SVM) return;
    bool cpi = f->vm == ST_VM_SVM && !queued;
    const struct xvm_actor *signer =
        cpi ? &f->actors->list[f->actor].self : &f->actors->list[f->actor].aliases[ST_VM_SVM];
    struct b32 key = xvm_actor_b32(signer);
    put_metas(&g, n, &key, once_in(f->r, 3) && !cpi ? 0 : XVM_META_SIGNER);
    if (!cpi) return;
    struct b32 program = ct_program(n->number);
    need(f, &program, 0);
    for (uint32_t i = 0; i < n->meta_count; i++)
        need(f, &n->metas[i].key, n->metas[i].flags & XVM_META_WRITABLE);
}

static struct ct_node *call(struct frame *f) {
    uint8_t vms[3], count = 0;
    for (uint8_t vm = 0; vm < 3; vm++)
        if (may_call(f, vm)) vms[count++] = vm;
    struct ct_node *n = make(f, CT_CALL);
    n->vm = vms[below(f->r, count)];
    if (n->vm == f->vm && count > 1 && once_in(f->r, 2)) n->vm = vms[below(f->r, count)];
    n->number = number_of_target(f, n->vm);
    n->flags = once_in(f->r, 3) ? CT_MUST : 0;
    if (f->view || once_in(f->r, 12)) n->flags |= CT_QUIET;
    bool crosses = n->vm != f->vm;
    /* Mostly accounts that can be written, for the program may not grant what it lacks. */
    for (uint32_t i = 0; crosses && f->vm == ST_VM_SVM && i < f->need_count && i < 8; i++)
        if ((f->needs[i].flags & XVM_META_WRITABLE && once_in(f->r, 2)) || once_in(f->r, 60))
            n->open |= (uint8_t)(1u << i);
    if (crosses && once_in(f->r, 6)) n->flags |= CT_HOME;
    if (f->mix->views[f->vm] && (crosses || f->vm == ST_VM_EVM) && once_in(f->r, 10))
        n->flags |= CT_VIEW;
    if (f->vm == ST_VM_EVM) {
        if (n->vm == ST_VM_MOVE && once_in(f->r, 4)) n->flags |= CT_RAW;
    } else if (f->vm == ST_VM_SVM) {
        if (n->vm == ST_VM_MOVE && once_in(f->r, 4)) n->flags |= CT_RAW;
    } else if (f->vm == ST_VM_MOVE && crosses && !f->view && once_in(f->r, 4)) {
        n->flags |= CT_HOLD;
    }
    bool pays = f->mix->value && once_in(f->r, f->view ? 30 : 5);
    if (pays && (crosses || f->vm == ST_VM_EVM) && !(f->vm == ST_VM_EVM && n->flags & CT_VIEW))
        n->value = some_value(f);
    put_target(f, n, false);
    return n;
}

static struct ct_node *send(struct frame *f) {
    struct ct_node *n = make(f, CT_SEND);
    n->vm = (uint8_t)((f->vm + 1 + below(f->r, 2)) % 3);
    n->number = some_number(f);
    n->flags = (uint8_t)below(f->r, 16);
    if (n->flags & CT_SIMPLE) n->flags = CT_SIMPLE;
    if (f->mix->value && n->flags != CT_SIMPLE && once_in(f->r, 4)) n->value = some_value(f);
    put_target(f, n, true);
    return n;
}

/* ---- Other nodes */

static struct ct_node *small(struct frame *f) {
    static const uint8_t ops[] = {CT_WRITE, CT_WRITE, CT_ADD,  CT_ADD,
                                  CT_LOG,   CT_SHOW,  CT_SHOW, CT_WHO},
                         view_ops[] = {CT_BURN, CT_BURN, CT_BURN, CT_SHOW};
    bool quiet = f->view && !once_in(f->r, 30);
    if (!quiet && f->mix->value && once_in(f->r, 8)) return make(f, CT_BALANCE);
    struct ct_node *n = make(f, quiet ? view_ops[below(f->r, 3)] : ops[below(f->r, COUNT_OF(ops))]);
    n->slot = (uint8_t)below(f->r, CT_SLOTS);
    n->value = (uint32_t)draw(f->r);
    if (n->op == CT_BURN) n->value = below(f->r, 40);
    if (n->op == CT_LOG) n->data = some_bytes(f);
    return n;
}

static struct ct_node *branch(struct frame *f) {
    struct ct_node *n = make(f, once_in(f->r, 2) ? CT_IF_OK : CT_IF_FAILED);
    f->depth++;
    n->first = list(f);
    f->depth--;
    return n;
}

static bool can_peek(const struct frame *f) {
    return f->vm == ST_VM_EVM ? !f->view : f->vm == ST_VM_SVM && f->need_count;
}

/* Of an interpreter of the EVM; in the SVM of an account. */
static struct ct_node *peek(struct frame *f) {
    struct ct_node *n = make(f, CT_PEEK);
    n->slot = (uint8_t)below(f->r, CT_SLOTS);
    n->number = (uint8_t)below(f->r, CT_INTERPRETERS);
    if (f->vm != ST_VM_SVM) return n;
    uint32_t i = below(f->r, f->need_count);
    n->number = f->needs[i].key.b[0] == 0x18 ? (uint8_t)(4 + i) : 0;
    return n;
}

static struct ct_node *node(struct frame *f) {
    uint32_t k = below(f->r, 100);
    bool deep = f->depth >= 12;
    if (k < 38 && !deep) return call(f);
    if (k < 48 && !deep && (!f->view || once_in(f->r, 20))) return send(f);
    if (k < 54 && !deep) return branch(f);
    if (k < 58 && can_peek(f)) return peek(f);
    return small(f);
}

/* How a list may end: by falling off it, or with a result, or badly. */
static struct ct_node *ending(struct frame *f) {
    uint32_t k = below(f->r, 20);
    struct ct_node *n = NULL;
    if (k < 6) {
        n = make(f, CT_RETURN);
        n->data = some_bytes(f);
    } else if (k < 10) {
        n = make(f, CT_GIVE);
    } else if (k < 13) {
        n = make(f, CT_FAIL);
        n->value = 1 + below(f->r, 1u << 30);
    }
    return n;
}

static struct ct_node *list(struct frame *f) {
    struct ct_node *first = NULL, **end = &first;
    uint32_t length = 1 + below(f->r, 4);
    for (uint32_t i = 0; i < length && *f->budget; i++) {
        --*f->budget;
        *end = node(f);
        end = &(*end)->next;
    }
    *end = ending(f);
    return first;
}

/* ---- Cases */

static void root(struct frame *f, struct ct_case *out) {
    uint8_t vms[3], count = 0;
    for (uint8_t vm = 0; vm < 3; vm++)
        if (f->mix->roots[vm]) vms[count++] = vm;
    struct ct_node *n = make(f, CT_CALL);
    n->vm = f->vm = vms[below(f->r, count)];
    n->number = (uint8_t)below(f->r, CT_INTERPRETERS);
    f->actor = CT_WALLET + n->vm;
    if (f->mix->value && n->vm == ST_VM_EVM && once_in(f->r, 3)) n->value = some_value(f);
    struct frame g = inner_frame(f, n, false);
    if (n->vm == ST_VM_SVM) need_others(&g);
    n->first = list(&g);
    if (n->vm == ST_VM_SVM) {
        struct b32 key = xvm_actor_b32(&f->actors->list[f->actor].self);
        put_metas(&g, n, &key, XVM_META_SIGNER);
        n->metas[0].flags = XVM_META_WRITABLE;
    }
    out->roots[out->tx_count++] = n;
}

void ct_generate(uint64_t seed, const struct ct_mix *mix, const struct ct_actors *actors,
                 struct arena *arena, struct ct_case *out) {
    struct choices r = {seed * 0x2545f4914f6cdd1du + 1};
    *out = (struct ct_case){0};
    uint32_t txs = once_in(&r, 4) ? 1 + below(&r, CT_TXS_MAX) : 1;
    for (uint32_t i = 0; i < txs; i++) {
        uint32_t budget = 3 + below(&r, once_in(&r, 4) ? 60 : 20);
        struct frame f = {.r = &r, .mix = mix, .actors = actors, .arena = arena, .budget = &budget};
        root(&f, out);
    }
}
