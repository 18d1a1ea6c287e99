#include "differential/chain/model.h"

#include <stdlib.h>

#include "codec/codec.h"

enum { RENT_MINIMUM = 890880 };
enum { CROSSINGS_MAX = 8, HEIGHT_MAX = 5, GENERATIONS_MAX = 8, MESSAGES_MAX = 64 };
/* Abort codes and errors of the messengers. */
enum {
    MOVE_CALL_FAILED = 0x70008,
    MOVE_OTHER_RESULT = 0x30009,
    MOVE_LACKS = 0x10004,
    SVM_CALL_FAILED = 256,
    SVM_READ_ONLY = 5,
    MALFORMED = 0xbad
};

/* How a frame ends. Of one that failed: `reason` and `code` as a caller in another machine is told
 * them, and if it was the EVM's what it reverted with. */
struct outcome {
    bool ok;
    uint8_t reason; /* enum xvm_failure */
    uint64_t code;
    size_t bytes, error_bytes;
    uint8_t result[CM_RESULT_MAX], error[CM_ERROR_MAX];
};

/* A synchronous call under way. */
struct crossing {
    uint32_t owner; /* actor */
    struct xvm_actor alias;
    bool home;
};

/* Instructions on the SVM's stack: of the leg that runs, and of those that wait below. */
struct instruction {
    const struct ct_node *call;
    const struct frame *frame;
    const struct instruction *below;
    bool outermost;            /* of its leg */
    const struct ct_node *out; /* the call that it waits for, by which it opens accounts; or NULL */
};

struct frame {
    uint8_t vm, number;
    struct xvm_actor caller; /* as the interpreter sees it */
    bool caller_signed;
    uint32_t actor; /* who calls other machines */
    bool view;
    uint16_t leg;
    uint8_t generation; /* of what is started here */
    uint32_t crossings;
    const struct crossing *crossing; /* the innermost; NULL: none */
    uint32_t programs, modules;      /* on the stacks of all that wait, and on this one: bits */
    uint32_t locked;                 /* modules of those that wait */
    uint32_t height;                 /* instructions on the SVM's stacks */
    struct instruction *instruction; /* the newest of them */
    const struct ct_node *call;      /* whose tree it runs: its metas are the accounts */
    uint32_t slots[CT_SLOTS];        /* of an interpreter in the SVM, at the start */
    const uint32_t *session;         /* those of Move, when the leg began there */
    bool ok;                         /* of the last call */
    struct bytes last;
};

struct run {
    struct cm_model *m;
    struct cm_world *w;
};

static void run_list(struct run *r, struct frame *f, const struct ct_node *list,
                     struct outcome *out, bool *ended);

/* ---- The world, copied */

static struct cm_world *copy_world(const struct cm_world *w) {
    size_t used = offsetof(struct cm_world, logs) + w->log_bytes;
    struct cm_world *copy = xmalloc(sizeof *copy);
    memcpy(copy, w, used);
    return copy;
}

/* Back to the copy: what had stood since leg `first` began does not. */
static void restore(struct run *r, struct cm_world *copy, uint32_t first) {
    memcpy(r->w, copy, offsetof(struct cm_world, logs) + copy->log_bytes);
    for (uint32_t i = first; i < r->m->leg_count; i++)
        if (r->m->legs[i].kind == XVM_LEG_CALL && r->m->legs[i].ok) r->m->legs[i].undone = true;
    r->m->coverage->restores++;
}

/* ---- Ends */

static void succeed(struct outcome *out, struct bytes result) {
    out->ok = true;
    out->bytes = min_u64(result.n, CM_RESULT_MAX);
    if (out->bytes) memcpy(out->result, result.p, out->bytes);
}

static void fail(struct outcome *out, enum xvm_failure reason, uint64_t code) {
    out->ok = false;
    out->reason = (uint8_t)reason;
    out->code = code;
    out->error_bytes = 0;
}

static void put_word(uint8_t *p, uint64_t v) {
    memset(p, 0, 24);
    store_be64(p + 24, v);
}

/* What ITern reverts with and answers: CallFailed(uint8 vm, uint8 reason, uint64 code, string). */
static void call_failed(struct outcome *out, uint8_t vm) {
    static const uint8_t selector[4] = {0x10, 0xf4, 0x0d, 0xb0};
    memcpy(out->error, selector, 4);
    put_word(out->error + 4, vm);
    memset(out->error + 4 + 31, vm, 1);
    put_word(out->error + 36, out->reason);
    put_word(out->error + 68, out->code);
    out->error_bytes = CM_ERROR_MAX;
}

static void revert(struct outcome *out, const uint8_t *data, size_t n) {
    fail(out, XVM_FAIL_REVERTED, 0);
    out->error_bytes = n;
    if (n) memcpy(out->error, data, n);
}

/* ---- Logs */

static void put_log(struct run *r, const struct frame *f, uint8_t kind, const uint8_t *data,
                    size_t n) {
    struct cm_log log = {f->vm, f->number, kind, f->leg, (uint16_t)n};
    if (r->w->log_bytes + sizeof log + n > CM_LOG_BYTES) abort();
    memcpy(r->w->logs + r->w->log_bytes, &log, sizeof log);
    if (n) memcpy(r->w->logs + r->w->log_bytes + sizeof log, data, n);
    r->w->log_bytes += (uint32_t)(sizeof log + n);
    r->w->log_count++;
}

/* In a view the EVM stops at a write or a log, Move and the SVM at theirs. False: *out has failed.
 */
static bool may_log(const struct frame *f, struct outcome *out) {
    if (!f->view || f->vm == ST_VM_SVM) return true;
    fail(out, f->vm == ST_VM_EVM ? XVM_FAIL_REVERTED : XVM_FAIL_READ_ONLY, 0);
    return false;
}

/* An account that is named more than once has the rights of all its places; 0xff: it is not named.
 */
static uint8_t meta_flags(const struct ct_node *call, const struct b32 *key) {
    uint8_t flags = 0;
    bool found = false;
    for (uint32_t i = 0; i < call->meta_count; i++) {
        if (!b32_eq(&call->metas[i].key, key)) continue;
        flags |= call->metas[i].flags;
        found = true;
    }
    return found ? flags : 0xff;
}

/* What has been changed where it must not be is found when the program ends, or invokes another
 * with the account; in Move when the leg ends or calls another machine. What is as it was is not
 * found. */
static bool has_kept(const struct run *r, const struct frame *f, struct outcome *out) {
    const struct cm_world *w = r->w;
    if (f->vm == ST_VM_MOVE) {
        if (!f->view || !memcmp(f->session, w->slots[ST_VM_MOVE], sizeof w->slots[ST_VM_MOVE]))
            return true;
        fail(out, XVM_FAIL_READ_ONLY, 0);
        return false;
    }
    if (f->vm != ST_VM_SVM || meta_flags(f->call, &f->call->metas[0].key) & XVM_META_WRITABLE ||
        !memcmp(f->slots, w->slots[ST_VM_SVM][f->number], sizeof f->slots))
        return true;
    fail(out, XVM_FAIL_REVERTED, 0);
    return false;
}

/* ---- Small nodes */

static void show(struct run *r, const struct frame *f, uint8_t slot) {
    uint8_t data[5] = {slot};
    store_be32(data + 1, r->w->slots[f->vm][f->number][slot]);
    put_log(r, f, CT_SHOW, data, sizeof data);
}

static void who(struct run *r, const struct frame *f) {
    uint8_t data[33] = {0};
    size_t n = f->vm == ST_VM_EVM ? 20 : 32;
    memcpy(data, f->caller.bytes, n);
    if (f->vm == ST_VM_SVM) data[n++] = f->caller_signed;
    put_log(r, f, CT_WHO, data, n);
}

static void peek(struct run *r, const struct frame *f, const struct ct_node *n) {
    uint8_t data[6] = {n->number, n->slot}, number = n->number;
    if (f->vm == ST_VM_SVM) number = f->call->metas[n->number].key.b[31];
    store_be32(data + 2, r->w->slots[f->vm][number][n->slot]);
    put_log(r, f, CT_PEEK, data, sizeof data);
}

static void fail_with(const struct frame *f, uint32_t code, struct outcome *out) {
    uint8_t data[4];
    store_be32(data, code);
    if (f->vm == ST_VM_EVM)
        revert(out, data, sizeof data);
    else
        fail(out, XVM_FAIL_REVERTED, code);
}

/* ---- Value */

/* Whose value a frame spends. */
static uint32_t purse(const struct run *r, const struct frame *f) {
    uint32_t actor = f->actor;
    if (f->vm != ST_VM_MOVE) actor = (f->vm == ST_VM_EVM ? CT_EVM : CT_SVM) + f->number;
    return r->m->actors->holder[actor][f->vm];
}

/* An account of the SVM that is there has at least its rent-exempt minimum. */
static bool may_have(const struct run *r, uint32_t holder, uint64_t balance) {
    return r->m->actors->holders[holder].vm != ST_VM_SVM || balance == 0 || balance >= RENT_MINIMUM;
}

static bool may_leave(const struct run *r, uint32_t from, uint64_t value) {
    const uint64_t *b = r->w->balances;
    return b[from] >= value && may_have(r, from, b[from] - value);
}

static bool pay(struct run *r, uint32_t from, uint32_t to, uint64_t value) {
    uint64_t *b = r->w->balances;
    if (!may_leave(r, from, value)) return false;
    b[from] -= value;
    b[to] += value;
    r->m->coverage->paid++;
    return may_have(r, to, b[to]);
}

static void show_balance(struct run *r, const struct frame *f) {
    uint8_t data[8];
    store_be64(data, r->w->balances[purse(r, f)]);
    put_log(r, f, CT_BALANCE, data, sizeof data);
}

/* ---- What a frame becomes */

static void run_frame(struct run *r, struct frame *f, struct outcome *out) {
    bool ended = false;
    f->ok = true;
    f->last = (struct bytes){NULL, 0};
    r->m->coverage->frames++;
    succeed(out, f->last);
    memcpy(f->slots, r->w->slots[f->vm][f->number], sizeof f->slots);
    run_list(r, f, f->call->first, out, &ended);
    if (out->ok && f->vm == ST_VM_SVM) has_kept(r, f, out);
}

/* The same, as an instruction on the SVM's stack. */
static void run_instruction(struct run *r, struct frame *f, bool outermost, struct outcome *out) {
    struct instruction i = {
        .call = f->call, .frame = f, .below = f->instruction, .outermost = outermost};
    f->instruction = &i;
    run_frame(r, f, out);
}

static struct frame callee(const struct frame *f, const struct ct_node *n) {
    struct frame g = *f;
    g.vm = n->vm;
    g.number = n->number;
    g.call = n;
    return g;
}

/* ---- Calls within a machine */

static uint32_t evm_holder(const struct run *r, uint8_t number) {
    const struct ct_actors *a = r->m->actors;
    return number < CT_INTERPRETERS ? a->holder[CT_EVM + number][ST_VM_EVM] : a->nobody;
}

static void call_evm(struct run *r, const struct frame *f, const struct ct_node *n,
                     struct outcome *out) {
    struct frame g = callee(f, n);
    g.view = f->view || n->flags & CT_VIEW;
    g.caller = r->m->actors->list[CT_EVM + f->number].self;
    g.actor = CT_EVM + n->number % CT_INTERPRETERS;
    struct cm_world *before = copy_world(r->w);
    uint32_t legs = r->m->leg_count;
    bool paid = pay(r, purse(r, f), evm_holder(r, n->number), n->value);
    if (!paid)
        revert(out, NULL, 0);
    else if (n->number >= CT_INTERPRETERS)
        succeed(out, (struct bytes){NULL, 0});
    else
        run_frame(r, &g, out);
    if (!out->ok) restore(r, before, legs);
    free(before);
}

/* A function of this module or of one behind it. */
static void call_move(struct run *r, const struct frame *f, const struct ct_node *n,
                      struct outcome *out) {
    struct frame g = callee(f, n);
    if (f->locked >> n->number & 1) {
        fail(out, XVM_FAIL_REENTRY, 0);
        return;
    }
    g.modules |= 1u << n->number;
    run_frame(r, &g, out);
}

/* What the runtime checks before an instruction by CPI: accounts that are there, no more rights. */
static bool may_invoke(const struct frame *f, const struct ct_node *n, const struct b32 *self) {
    struct b32 program = ct_program(n->number);
    if (meta_flags(f->call, &program) == 0xff) return false;
    for (uint32_t i = 0; i < n->meta_count; i++) {
        uint8_t own = meta_flags(f->call, &n->metas[i].key), wanted = n->metas[i].flags;
        if (own == 0xff) return false;
        if (wanted & XVM_META_WRITABLE && !(own & XVM_META_WRITABLE)) return false;
        if (wanted & XVM_META_SIGNER && !(own & XVM_META_SIGNER) && !b32_eq(&n->metas[i].key, self))
            return false;
    }
    return n->number < CT_INTERPRETERS;
}

/* Is there a leg of the SVM that waits below this one? */
static bool waits_below(const struct instruction *i) {
    while (!i->outermost) i = i->below;
    return i->below != NULL;
}

static void call_svm(struct run *r, const struct frame *f, const struct ct_node *n,
                     struct outcome *out) {
    struct b32 self = ct_self_key(r->m->actors, f->number);
    struct frame g = callee(f, n);
    bool again = n->number != f->number && f->programs >> n->number & 1;
    if (meta_flags(n, &f->call->metas[0].key) != 0xff && !has_kept(r, f, out)) return;
    bool may = may_invoke(f, n, &self);
    if (!may || again || f->height >= HEIGHT_MAX) {
        fail(out,
             may && again && waits_below(f->instruction) ? XVM_FAIL_REENTRY : XVM_FAIL_REVERTED, 0);
        return;
    }
    g.programs |= 1u << n->number;
    g.height++;
    g.actor = CT_SVM + n->number;
    g.caller = xvm_wide_actor(ST_VM_SVM, &n->metas[3].key);
    g.caller_signed = meta_flags(n, &n->metas[3].key) & XVM_META_SIGNER;
    run_instruction(r, &g, false, out);
}

/* ---- A leg in another machine */

/* Who speaks: inside a call with home authority its alias speaks, at home, as its owner. */
static uint32_t speaker(const struct run *r, const struct frame *f, uint8_t to_vm) {
    const struct crossing *c = f->crossing;
    if (c && c->home && r->m->actors->list[c->owner].self.vm == to_vm &&
        xvm_actor_eq(&c->alias, &r->m->actors->list[f->actor].self))
        return c->owner;
    return f->actor;
}

static void enter_move(struct run *r, struct frame *g, struct outcome *out) {
    uint32_t who = ct_actor_find(r->m->actors, &g->caller);
    g->actor = who;
    if (g->number >= CT_INTERPRETERS) {
        fail(out, XVM_FAIL_TARGET, 0);
        return;
    }
    if (who < CT_ACTORS_MAX && !r->w->move_accounts[who]) {
        if (g->view) {
            fail(out, XVM_FAIL_READ_ONLY, 0);
            return;
        }
        r->w->move_accounts[who] = true;
    }
    if (g->locked >> g->number & 1) {
        fail(out, XVM_FAIL_REENTRY, 0);
        return;
    }
    g->modules |= 1u << g->number;
    uint32_t slots[CT_INTERPRETERS][CT_SLOTS];
    memcpy(slots, r->w->slots[ST_VM_MOVE], sizeof slots);
    g->session = slots[0];
    run_frame(r, g, out);
    if (out->ok) has_kept(r, g, out);
}

static void enter_evm(struct run *r, struct frame *g, struct outcome *out) {
    g->actor = CT_EVM + g->number % CT_INTERPRETERS;
    if (g->number >= CT_INTERPRETERS)
        succeed(out, (struct bytes){NULL, 0});
    else
        run_frame(r, g, out);
}

/* Does a leg that waits hold the account: name it, and not open it for the call that it waits for?
 */
static bool is_held(const struct instruction *i, const struct b32 *key) {
    while (i) {
        bool named = false;
        /* Who pays lets the messenger take it. */
        bool opened = i->out && i->out->value && b32_eq(&i->call->metas[1].key, key);
        for (uint32_t k = 0; i->out && k < 8; k++)
            if (i->out->open >> k & 1 && b32_eq(&i->call->metas[4 + k].key, key)) opened = true;
        do {
            named |= meta_flags(i->call, key) != 0xff;
            bool last = i->outermost;
            i = i->below;
            if (last) break;
        } while (i);
        if (named && !opened) return true;
    }
    return false;
}

/* The same for an account that this leg itself lets go. */
static bool is_held_below(const struct instruction *i, const struct b32 *key) {
    while (!i->outermost) i = i->below;
    return is_held(i->below, key);
}

static void enter_svm(struct run *r, struct frame *g, struct outcome *out) {
    struct b32 alias = xvm_actor_b32(&g->caller);
    for (uint32_t i = 0; i < g->call->meta_count; i++)
        if (g->call->metas[i].flags & XVM_META_SIGNER && !b32_eq(&g->call->metas[i].key, &alias)) {
            fail(out, XVM_FAIL_MALFORMED, 0);
            return;
        }
    if (g->number >= CT_INTERPRETERS) {
        fail(out, XVM_FAIL_TARGET, 0);
        return;
    }
    for (uint32_t i = 0; i < g->call->meta_count; i++) {
        const struct ct_meta *meta = &g->call->metas[i];
        if (!(meta->flags & XVM_META_WRITABLE)) continue;
        if (!g->view && !is_held(g->instruction, &meta->key)) continue;
        fail(out, g->view ? XVM_FAIL_READ_ONLY : XVM_FAIL_REENTRY, 0);
        return;
    }
    if (g->programs >> g->number & 1) {
        fail(out, XVM_FAIL_REENTRY, 0);
        return;
    }
    if (g->height >= HEIGHT_MAX) {
        fail(out, XVM_FAIL_REVERTED, 0);
        return;
    }
    g->actor = CT_SVM + g->number;
    g->programs |= 1u << g->number;
    g->height++;
    g->caller = xvm_wide_actor(ST_VM_SVM, &g->call->metas[3].key);
    g->caller_signed = b32_eq(&g->call->metas[3].key, &alias);
    run_instruction(r, g, true, out);
}

/* Does a leg that waits count on what the account has? */
static bool holds_back(const struct run *r, const struct frame *g, uint32_t holder) {
    const struct xvm_actor *at = &r->m->actors->holders[holder];
    if (at->vm != ST_VM_SVM) return false;
    struct b32 key = xvm_actor_b32(at);
    return is_held(g->instruction, &key);
}

/* The value, to the alias in whose name the leg runs; in the EVM on to whom it calls. */
static enum xvm_failure bring(struct run *r, const struct frame *g, uint32_t sender,
                              uint32_t payer) {
    const struct ct_actors *a = r->m->actors;
    uint32_t to = a->holder[sender][g->vm];
    uint64_t value = g->call->value;
    if (holds_back(r, g, payer)) return XVM_FAIL_REENTRY;
    if (!may_leave(r, payer, value)) return XVM_FAIL_VALUE;
    if (holds_back(r, g, to)) return XVM_FAIL_REENTRY;
    if (!pay(r, payer, to, value)) return XVM_FAIL_VALUE;
    if (g->vm == ST_VM_MOVE) {
        uint32_t who = ct_actor_find(a, &a->holders[to]);
        if (who < CT_ACTORS_MAX) r->w->move_accounts[who] = true;
    }
    bool on = g->vm == ST_VM_EVM;
    return !on || pay(r, to, evm_holder(r, g->number), value) ? XVM_OK : XVM_FAIL_VALUE;
}

/* Under a copy of the world that the caller has made. */
static void enter(struct run *r, struct frame *g, uint32_t sender, uint32_t payer,
                  struct outcome *out) {
    const struct ct_actor *a = &r->m->actors->list[sender];
    if (a->self.vm != g->vm) r->w->registered[sender][g->vm] = true;
    g->caller = a->aliases[g->vm];
    enum xvm_failure why = XVM_OK;
    if (g->call->value) why = bring(r, g, sender, payer);
    if (why) {
        fail(out, why, 0);
        return;
    }
    if (g->vm == ST_VM_EVM)
        enter_evm(r, g, out);
    else if (g->vm == ST_VM_MOVE)
        enter_move(r, g, out);
    else
        enter_svm(r, g, out);
}

static uint16_t open_leg(struct run *r, uint8_t kind, uint8_t vm, uint16_t parent) {
    if (r->m->leg_count == CM_LEGS_MAX) abort();
    r->m->legs[r->m->leg_count] = (struct cm_leg){.kind = kind, .vm = vm, .parent = parent};
    return (uint16_t)r->m->leg_count++;
}

static void close_leg(struct run *r, uint16_t leg, const struct outcome *out) {
    r->m->legs[leg].ok = out->ok;
    r->m->legs[leg].failure = out->ok ? XVM_OK : out->reason;
}

static void count_crossing(struct cm_coverage *c, uint8_t from, uint8_t to,
                           const struct outcome *out, uint32_t depth) {
    c->crossings[from][to]++;
    c->failed[from][to] += !out->ok;
    c->depths[min_u64(depth, 15)]++;
    if (!out->ok) c->reasons[out->reason & 15]++;
}

static void cross(struct run *r, const struct frame *f, const struct ct_node *n,
                  struct outcome *out) {
    struct frame g = callee(f, n);
    uint32_t sender = speaker(r, f, n->vm);
    uint16_t leg = open_leg(r, XVM_LEG_CALL, n->vm, f->leg);
    struct crossing c = {.owner = sender,
                         .alias = r->m->actors->list[sender].aliases[n->vm],
                         .home = n->flags & CT_HOME};
    g.view = f->view || n->flags & CT_VIEW;
    g.crossings++;
    g.crossing = &c;
    g.locked = f->modules;
    g.leg = leg;
    r->m->legs[leg].home = c.home;
    r->m->legs[leg].view = g.view;
    if (f->crossings >= CROSSINGS_MAX) {
        fail(out, XVM_FAIL_LIMIT, 0);
    } else if (g.view && n->value) {
        fail(out, XVM_FAIL_READ_ONLY, 0);
    } else {
        struct cm_world *before = copy_world(r->w);
        enter(r, &g, sender, purse(r, f), out);
        if (!out->ok) restore(r, before, leg);
        /* A view leaves nothing, its sender's alias neither. */
        if (g.view) memcpy(r->w->registered, before->registered, sizeof before->registered);
        free(before);
    }
    close_leg(r, leg, out);
    count_crossing(r->m->coverage, f->vm, n->vm, out, g.crossings);
}

/* What the leg's programs have written is looked at before others can see it. */
static bool all_have_kept(const struct run *r, const struct instruction *i, struct outcome *out) {
    for (;; i = i->below) {
        if (!has_kept(r, i->frame, out)) return false;
        if (i->outermost) return true;
    }
}

/* By way of the messenger, which is an instruction too. False: that cannot be, and the frame ends
 * as *out says. */
static bool cross_from_svm(struct run *r, struct frame *f, const struct ct_node *n,
                           struct outcome *out) {
    if (!all_have_kept(r, f->instruction, out)) return false;
    fail(out, XVM_FAIL_REVERTED, 0);
    if (f->height >= HEIGHT_MAX) return false;
    if (n->value && !(meta_flags(f->call, &f->call->metas[1].key) & XVM_META_WRITABLE))
        return false;
    for (uint32_t k = 0; k < 8; k++) {
        if (!(n->open >> k & 1)) continue;
        if (4 + k >= f->call->meta_count) return false;
        if (!(meta_flags(f->call, &f->call->metas[4 + k].key) & XVM_META_WRITABLE)) return false;
    }
    if (n->value && (f->view || n->flags & CT_VIEW)) {
        out->code = SVM_READ_ONLY;
        return false;
    }
    f->height++;
    f->instruction->out = n;
    cross(r, f, n, out);
    f->instruction->out = NULL;
    f->height--;
    return true;
}

/* ---- CALL */

static void put_failure(const struct frame *f, const struct ct_node *n, const struct outcome *o,
                        uint8_t *data, size_t *bytes) {
    if (f->vm != ST_VM_EVM) data[(*bytes)++] = o->reason;
    if (f->vm == ST_VM_SVM) {
        store_le64(data + *bytes, o->code);
        *bytes += 8;
    }
    if (f->vm == ST_VM_EVM || (n->vm == ST_VM_EVM && o->reason == XVM_FAIL_REVERTED)) {
        memcpy(data + *bytes, o->error, o->error_bytes);
        *bytes += o->error_bytes;
    }
}

static void log_call(struct run *r, const struct frame *f, const struct ct_node *n,
                     const struct outcome *o) {
    uint8_t data[1 + CM_RESULT_MAX + 16] = {o->ok};
    size_t bytes = 1;
    if (o->ok) {
        memcpy(data + bytes, o->result, o->bytes);
        bytes += o->bytes;
    } else {
        put_failure(f, n, o, data, &bytes);
    }
    put_log(r, f, CT_CALL, data, bytes);
}

/* The failure of a call that must not fail, as the caller's own. */
static void pass_on(const struct frame *f, const struct ct_node *n, struct outcome *o) {
    if (f->vm == n->vm) return; /* as it is */
    if (f->vm == ST_VM_EVM)
        revert(o, o->error, o->error_bytes);
    else
        fail(o, XVM_FAIL_REVERTED,
             f->vm == ST_VM_MOVE ? MOVE_CALL_FAILED : SVM_CALL_FAILED + o->reason);
}

/* A call that fails and takes its caller with it: one that must not, and in Move and the SVM any
 * within the machine. */
static bool takes_caller(const struct frame *f, const struct ct_node *n) {
    return n->flags & CT_MUST || (f->vm == n->vm && f->vm != ST_VM_EVM);
}

/* 0x1::evm::call, the plain form, takes no empty answer for a vector<u8>. */
static bool is_no_result(const struct frame *f, const struct ct_node *n) {
    return f->vm == ST_VM_MOVE && n->vm == ST_VM_EVM && n->number >= CT_INTERPRETERS &&
           n->flags & CT_MUST && !(n->flags & CT_HOME);
}

static bool call(struct run *r, struct frame *f, const struct ct_node *n, struct outcome *out) {
    struct outcome o = {0};
    bool lacks = false;
    uint32_t held = r->w->slots[f->vm][f->number][0];
    if (n->vm != f->vm && f->vm == ST_VM_SVM) {
        if (!cross_from_svm(r, f, n, &o)) {
            *out = o;
            return false;
        }
    } else if (f->vm == ST_VM_EVM && n->value && f->view) {
        revert(out, NULL, 0); /* the EVM moves no value in a view */
        return false;
    } else if (f->vm == ST_VM_EVM && n->vm != f->vm && r->w->balances[purse(r, f)] < n->value)
        lacks = true;
    else if (n->vm != f->vm && f->vm == ST_VM_MOVE && !has_kept(r, f, out))
        return false;
    else if (n->vm != f->vm)
        cross(r, f, n, &o);
    else if (f->vm == ST_VM_EVM)
        call_evm(r, f, n, &o);
    else if (f->vm == ST_VM_MOVE)
        call_move(r, f, n, &o);
    else
        call_svm(r, f, n, &o);
    /* Then the EVM does not even call ITern. */
    if (lacks) revert(&o, NULL, 0);
    if (!o.ok && !lacks && f->vm == ST_VM_EVM && n->vm != ST_VM_EVM) call_failed(&o, n->vm);
    if (!o.ok && takes_caller(f, n)) {
        pass_on(f, n, &o);
        *out = o;
        return false;
    }
    if (n->flags & CT_HOLD && f->vm == ST_VM_MOVE) {
        if (!may_log(f, out)) return false;
        r->w->slots[f->vm][f->number][0] = held + 1;
    }
    if (o.ok && is_no_result(f, n)) {
        fail(out, XVM_FAIL_REVERTED, MOVE_OTHER_RESULT);
        return false;
    }
    f->ok = o.ok;
    f->last =
        o.ok ? arena_copy(r->m->arena, bytes_make(o.result, o.bytes)) : (struct bytes){NULL, 0};
    if (n->flags & CT_QUIET) return true;
    if (!may_log(f, out)) return false;
    log_call(r, f, n, &o);
    return true;
}

/* ---- SEND */

/* NodeNotAvailable(): in a static call TernQueue does not get to ask the node. */
static const uint8_t NOT_HERE[4] = {0xe6, 0x7f, 0xc3, 0x6d};

/* What is sent along waits in the queue's account. */
static bool pay_escrow(struct run *r, const struct frame *f, uint64_t value) {
    if (f->vm == ST_VM_SVM) {
        struct b32 key = xvm_actor_b32(&r->m->actors->holders[purse(r, f)]);
        if (!(meta_flags(f->call, &key) & XVM_META_WRITABLE)) return false;
        if (is_held_below(f->instruction, &key)) return false;
    }
    return pay(r, purse(r, f), r->m->actors->escrow[f->vm], value);
}

/* Can the program's own address be written? */
static bool may_pay(const struct frame *f) {
    return meta_flags(f->call, &f->call->metas[1].key) & XVM_META_WRITABLE;
}

static bool lacks(const struct run *r, const struct frame *f, const struct ct_node *n) {
    return r->w->balances[purse(r, f)] < n->value;
}

static bool send_value(struct run *r, const struct frame *f, const struct ct_node *n,
                       struct outcome *out) {
    bool is_lack = f->vm == ST_VM_MOVE && lacks(r, f, n);
    if (!n->value || pay_escrow(r, f, n->value)) return true;
    fail(out, XVM_FAIL_REVERTED, is_lack ? MOVE_LACKS : 0);
    return false;
}

static bool send(struct run *r, const struct frame *f, const struct ct_node *n,
                 struct outcome *out) {
    if (f->vm == ST_VM_SVM && (f->view || f->height >= HEIGHT_MAX)) {
        /* A payer that cannot be written is found before that. */
        bool begins = f->height < HEIGHT_MAX && !(n->value && !may_pay(f));
        fail(out, XVM_FAIL_REVERTED, begins ? SVM_READ_ONLY : 0);
        return false;
    }
    if (!may_log(f, out)) {
        if (f->vm == ST_VM_EVM && !(n->flags & CT_SIMPLE) && !n->value)
            revert(out, NOT_HERE, sizeof NOT_HERE);
        if (f->vm == ST_VM_MOVE && lacks(r, f, n)) fail(out, XVM_FAIL_REVERTED, MOVE_LACKS);
        return false;
    }
    if (!send_value(r, f, n, out)) return false;
    put_log(r, f, CM_STARTED, NULL, 0);
    uint32_t index = r->w->message_count++;
    if (index == CM_MESSAGES_MAX) abort();
    r->w->messages[index] = (struct cm_message){
        .from_vm = f->vm,
        .to_vm = n->vm,
        .number = n->number,
        .on_fail = n->flags & CT_REFUND ? XVM_REFUND
                   : n->flags & CT_DROP ? XVM_DROP
                                        : XVM_KEEP,
        .open_retry = n->flags & CT_OPEN ? 1 : 0,
        .generation = f->generation,
        .sender = f->actor,
        .parent = f->leg,
        .node = n,
        .index = index,
    };
    return true;
}

/* ---- The loop */

/* False: the frame has ended, as *out says. */
static bool step(struct run *r, struct frame *f, const struct ct_node *n, struct outcome *out,
                 bool *ended) {
    uint32_t *slot = &r->w->slots[f->vm][f->number][n->slot];
    switch (n->op) {
    case CT_WRITE:
    case CT_ADD:
        if (f->vm == ST_VM_EVM && !may_log(f, out)) return false;
        *slot = n->op == CT_ADD ? *slot + n->value : n->value;
        return true;
    case CT_LOG:
        if (!may_log(f, out)) return false;
        put_log(r, f, CT_LOG, n->data.p, n->data.n);
        return true;
    case CT_SHOW:
        if (!may_log(f, out)) return false;
        show(r, f, n->slot);
        return true;
    case CT_WHO:
        if (!may_log(f, out)) return false;
        who(r, f);
        return true;
    case CT_PEEK:
        if (!may_log(f, out)) return false;
        peek(r, f, n);
        return true;
    case CT_BALANCE:
        if (!may_log(f, out)) return false;
        show_balance(r, f);
        return true;
    case CT_CALL: return call(r, f, n, out);
    case CT_SEND: return send(r, f, n, out);
    case CT_FAIL: fail_with(f, n->value, out); return false;
    case CT_RETURN: succeed(out, n->data); return false;
    case CT_GIVE: succeed(out, f->last); return false;
    case CT_IF_OK:
    case CT_IF_FAILED:
        if (f->ok == (n->op == CT_IF_OK)) run_list(r, f, n->first, out, ended);
        return !*ended;
    default: return true;
    }
}

static void run_list(struct run *r, struct frame *f, const struct ct_node *list,
                     struct outcome *out, bool *ended) {
    for (const struct ct_node *n = list; n && !*ended; n = n->next)
        if (!step(r, f, n, out, ended)) *ended = true;
}

/* ---- A transaction */

static void run_root(struct run *r, const struct ct_node *root, struct outcome *out) {
    struct frame g = {.generation = 1};
    g.vm = root->vm;
    g.number = root->number;
    g.call = root;
    g.leg = open_leg(r, XVM_LEG_ROOT, root->vm, 0);
    g.caller = r->m->actors->list[CT_WALLET + root->vm].self;
    struct cm_world *before = copy_world(r->w);
    if (root->vm == ST_VM_EVM && !pay(r, r->m->actors->holder[CT_WALLET][ST_VM_EVM],
                                      evm_holder(r, root->number), root->value))
        abort();
    if (root->vm == ST_VM_EVM)
        enter_evm(r, &g, out);
    else if (root->vm == ST_VM_MOVE)
        enter_move(r, &g, out);
    else
        enter_svm(r, &g, out);
    if (!out->ok) restore(r, before, g.leg);
    free(before);
    close_leg(r, g.leg, out);
}

/* What a message keeps of its result: the EVM's is ABI-encoded, Move's in BCS. */
static struct bytes kept_result(struct run *r, const struct cm_message *m,
                                const struct outcome *o) {
    struct buf b = {0};
    struct bytes result = bytes_make(o->result, o->bytes);
    if (m->to_vm == ST_VM_EVM && m->number < CT_INTERPRETERS) {
        uint8_t words[64], zeros[32] = {0};
        put_word(words, 32);
        put_word(words + 32, result.n);
        buf_put(&b, words, sizeof words);
        buf_put_bytes(&b, result);
        buf_put(&b, zeros, (32 - result.n % 32) % 32);
    } else {
        if (m->to_vm == ST_VM_MOVE) uleb_put(&b, result.n);
        buf_put_bytes(&b, result);
    }
    result = arena_copy(r->m->arena, buf_bytes(&b));
    buf_free(&b);
    return result;
}

static enum xvm_failure refused(const struct cm_message *m) {
    return m->index >= MESSAGES_MAX || m->generation > GENERATIONS_MAX ? XVM_FAIL_LIMIT : XVM_OK;
}

static void run_message(struct run *r, uint32_t index) {
    struct cm_message m = r->w->messages[index];
    struct frame g = {.vm = m.to_vm, .number = m.number, .generation = (uint8_t)(m.generation + 1)};
    struct outcome out = {0};
    g.call = m.node;
    g.leg = open_leg(r, XVM_LEG_MESSAGE, m.to_vm, m.parent);
    r->m->legs[g.leg].message = index;
    struct cm_world *before = copy_world(r->w);
    if (refused(&m))
        fail(&out, refused(&m), 0);
    else
        enter(r, &g, m.sender, r->m->actors->escrow[m.from_vm], &out);
    if (!out.ok) restore(r, before, g.leg);
    free(before);
    close_leg(r, g.leg, &out);
    struct cm_message *done = &r->w->messages[index];
    done->status = out.ok                    ? XVM_EXECUTED
                   : m.on_fail == XVM_DROP   ? XVM_DROPPED
                   : m.on_fail == XVM_REFUND ? XVM_REFUNDED
                                             : XVM_PENDING;
    /* Whatever ends a message gives its value back. */
    if (!out.ok && done->status != XVM_PENDING)
        pay(r, r->m->actors->escrow[m.from_vm], r->m->actors->holder[m.sender][m.from_vm],
            m.node->value);
    done->failure = out.ok ? XVM_OK : out.reason;
    if (out.ok) done->result = kept_result(r, &m, &out);
    r->m->coverage->messages[m.from_vm][m.to_vm]++;
    r->m->coverage->messages_failed[m.from_vm][m.to_vm] += !out.ok;
}

void cm_reset(struct cm_model *m) {
    memset(m->world, 0, sizeof *m->world);
    memcpy(m->world->balances, m->balances, sizeof m->balances);
    for (uint32_t i = 0; i < m->actors->count; i++)
        if (m->actors->list[i].self.vm == ST_VM_MOVE)
            m->world->move_accounts[i] = m->balances[m->actors->holder[i][ST_VM_MOVE]] > 0;
}

void cm_run(struct cm_model *m, const struct ct_node *root) {
    struct run r = {m, m->world};
    struct outcome out = {0};
    m->leg_count = 0;
    m->world->message_count = m->world->log_bytes = m->world->log_count = 0;
    run_root(&r, root, &out);
    m->root_ok = out.ok;
    for (uint32_t i = 0; i < m->world->message_count; i++) run_message(&r, i);
}
