/* References (reference_safety): they die before what they point to, a mutable one is the only way
 * to its target while it is used, and global storage is not taken apart while it is borrowed.
 *
 * The state is a borrow graph over the references in locals and on the operand stack. At the ends
 * of blocks only locals hold references, and each is renamed to its local's number, so that states
 * of different ways can be compared. */
#include "move/verify_borrow.h"
#include "move/verify_flow.h"

#include <assert.h>

enum {
    STEP_COST = 10,
    STEP_PER_LOCAL_COST = 20,
    STEP_PER_ITEM_COST = 50,
    JOIN_COST = 100,
    JOIN_PER_LOCAL_COST = 10,
    JOIN_PER_ITEM_COST = 50,
    CALL_PER_ACQUIRE_COST = 100,
    CALL_PER_EDGE_COST = 100,
};

#define NO_REFERENCE UINT32_MAX /* a value that is no reference */

/* The state at a block's entry. */
struct entry {
    bool *is_reference; /* by local */
    struct mv_borrow_graph graph;
};

struct refs {
    const struct mv_view *f;
    unsigned local_count;
    uint32_t root;    /* the node of the frame: local_count */
    uint32_t next_id; /* numbers of new references */
    uint32_t alive;   /* nodes, for the meter */
    bool *mutable;    /* by node */
    uint32_t *names;  /* scratch for renaming */
    uint32_t *locals; /* node by local, or NO_REFERENCE */
    struct mv_borrow_graph graph;
    struct mv_borrow_graph other; /* scratch for joining */
    uint32_t *stack;
    uint32_t depth;
    struct entry *entries; /* by block */
    uint32_t at;
    struct mv_err err;
};

static bool ok(const struct refs *r) {
    return r->err.code == MV_OK;
}

static void fail(struct refs *r, enum mv_status_code code, const char *text) {
    if (ok(r)) r->err = mv_view_err(r->f, code, r->at, text);
}

static void need(struct refs *r, bool holds, enum mv_status_code code, const char *text) {
    if (!holds) fail(r, code, text);
}

static void charge(struct refs *r, uint64_t units) {
    if (!mv_meter(r->f->v, units) && ok(r)) r->err = mv_too_complex(r->f->index);
}

/* ---- References */

static uint32_t new_ref(struct refs *r, bool is_mutable) {
    r->mutable[r->next_id] = is_mutable;
    r->alive++;
    return r->next_id++;
}

static void release(struct refs *r, uint32_t ref) {
    if (ref == NO_REFERENCE) return;
    mv_borrow_release(&r->graph, ref);
    r->alive--;
}

static uint32_t pop(struct refs *r) {
    assert(r->depth);
    return r->stack[--r->depth];
}
static void push(struct refs *r, uint32_t ref) {
    assert(r->depth < MV_STACK_MAX);
    r->stack[r->depth++] = ref;
}
static void pop_values(struct refs *r, unsigned count) {
    while (count--) release(r, pop(r));
}

static bool is_writable(const struct refs *r, uint32_t ref) {
    return !mv_borrow_exists(&r->graph, ref, MV_LABEL_ANY, NULL);
}
static bool is_freezable(const struct refs *r, uint32_t ref, uint32_t label) {
    return !mv_borrow_exists(&r->graph, ref, label, r->mutable);
}
static bool is_readable(const struct refs *r, uint32_t ref, uint32_t label) {
    return !r->mutable[ref] || is_freezable(r, ref, label);
}
static bool is_borrowed(const struct refs *r, uint32_t label) {
    return mv_borrow_exists(&r->graph, r->root, label, NULL);
}
static bool is_mutably_borrowed(const struct refs *r, uint32_t label) {
    return mv_borrow_exists(&r->graph, r->root, label, r->mutable);
}

/* ---- Instructions */

static void copy_loc(struct refs *r, unsigned local) {
    uint32_t ref = r->locals[local];
    if (ref == NO_REFERENCE) {
        need(r, !is_mutably_borrowed(r, MV_LABEL_LOCAL | local), MV_COPYLOC_EXISTS_BORROW_ERROR,
             "copied local is mutably borrowed");
        push(r, NO_REFERENCE);
        return;
    }
    uint32_t copy = new_ref(r, r->mutable[ref]);
    mv_borrow_strong(&r->graph, ref, MV_LABEL_ANY, copy);
    push(r, copy);
}

static void move_loc(struct refs *r, unsigned local) {
    uint32_t ref = r->locals[local];
    if (ref == NO_REFERENCE)
        need(r, !is_borrowed(r, MV_LABEL_LOCAL | local), MV_MOVELOC_EXISTS_BORROW_ERROR,
             "moved local is borrowed");
    r->locals[local] = NO_REFERENCE;
    push(r, ref);
}

static void st_loc(struct refs *r, unsigned local) {
    uint32_t old = r->locals[local];
    r->locals[local] = pop(r);
    if (old == NO_REFERENCE)
        need(r, !is_borrowed(r, MV_LABEL_LOCAL | local), MV_STLOC_UNSAFE_TO_DESTROY_ERROR,
             "overwritten local is borrowed");
    release(r, old);
}

static void borrow_loc(struct refs *r, unsigned local, bool is_mutable) {
    /* A mutable borrow beside others is allowed: it just cannot be used. */
    if (!is_mutable)
        need(r, !is_mutably_borrowed(r, MV_LABEL_LOCAL | local), MV_BORROWLOC_EXISTS_BORROW_ERROR,
             "borrowed local is mutably borrowed");
    uint32_t ref = new_ref(r, is_mutable);
    mv_borrow_strong(&r->graph, r->root, MV_LABEL_LOCAL | local, ref);
    push(r, ref);
}

static void borrow_field(struct refs *r, unsigned field, bool is_mutable) {
    uint32_t from = pop(r), label = MV_LABEL_FIELD | field;
    bool free = is_mutable ? !mv_borrow_full(&r->graph, from) : is_readable(r, from, label);
    need(r, free, MV_BORROWFIELD_EXISTS_MUTABLE_BORROW_ERROR, "borrowed field is borrowed already");
    uint32_t ref = new_ref(r, is_mutable);
    mv_borrow_strong(&r->graph, from, label, ref);
    release(r, from);
    push(r, ref);
}

static void borrow_global(struct refs *r, unsigned def, bool is_mutable) {
    uint32_t label = MV_LABEL_GLOBAL | def;
    pop_values(r, 1);
    need(r, is_mutable ? !is_borrowed(r, label) : !is_mutably_borrowed(r, label),
         MV_GLOBAL_REFERENCE_ERROR, "resource is borrowed already");
    uint32_t ref = new_ref(r, is_mutable);
    mv_borrow_weak(&r->graph, r->root, label, ref);
    push(r, ref);
}

static void move_from(struct refs *r, unsigned def) {
    pop_values(r, 1);
    need(r, !is_borrowed(r, MV_LABEL_GLOBAL | def), MV_GLOBAL_REFERENCE_ERROR,
         "moved resource is borrowed");
    push(r, NO_REFERENCE);
}

static void freeze_ref(struct refs *r) {
    uint32_t from = pop(r);
    need(r, is_freezable(r, from, MV_LABEL_ANY), MV_FREEZEREF_EXISTS_MUTABLE_BORROW_ERROR,
         "frozen reference is mutably borrowed");
    uint32_t ref = new_ref(r, false);
    mv_borrow_strong(&r->graph, from, MV_LABEL_ANY, ref);
    release(r, from);
    push(r, ref);
}

static void read_ref(struct refs *r) {
    uint32_t ref = pop(r);
    need(r, is_readable(r, ref, MV_LABEL_ANY), MV_READREF_EXISTS_MUTABLE_BORROW_ERROR,
         "reference read is mutably borrowed");
    release(r, ref);
    push(r, NO_REFERENCE);
}

static void write_ref(struct refs *r) {
    uint32_t ref = pop(r);
    pop_values(r, 1);
    need(r, is_writable(r, ref), MV_WRITEREF_EXISTS_BORROW_ERROR, "reference written is borrowed");
    release(r, ref);
}

static void compare(struct refs *r) {
    uint32_t b = pop(r), a = pop(r);
    if (a != NO_REFERENCE)
        need(r, is_readable(r, a, MV_LABEL_ANY) && is_readable(r, b, MV_LABEL_ANY),
             MV_READREF_EXISTS_MUTABLE_BORROW_ERROR, "compared reference is mutably borrowed");
    release(r, a);
    release(r, b);
    push(r, NO_REFERENCE);
}

/* Vector operations that need `values` operands above the reference. */
static void vector_op(struct refs *r, unsigned values, bool is_mutable, bool result) {
    pop_values(r, values);
    uint32_t ref = pop(r);
    if (is_mutable)
        need(r, is_writable(r, ref), MV_VEC_UPDATE_EXISTS_MUTABLE_BORROW_ERROR,
             "changed vector is borrowed");
    release(r, ref);
    if (result) push(r, NO_REFERENCE);
}

static void borrow_element(struct refs *r, bool is_mutable) {
    pop_values(r, 1);
    uint32_t from = pop(r);
    if (is_mutable)
        need(r, is_writable(r, from), MV_VEC_BORROW_ELEMENT_EXISTS_MUTABLE_BORROW_ERROR,
             "vector of a borrowed element is borrowed");
    uint32_t ref = new_ref(r, is_mutable);
    mv_borrow_weak(&r->graph, from, MV_LABEL_ANY, ref);
    release(r, from);
    push(r, ref);
}

/* ---- Calls */

/* What a returned reference may point into: any of the arguments', mutable ones only if it is
 * mutable itself. */
static uint32_t returned(struct refs *r, const uint32_t *args, unsigned count,
                         const struct mv_token *type) {
    if (!mv_type_is_reference(type)) return NO_REFERENCE;
    bool is_mutable = type->kind == MV_TOKEN_MUTABLE_REFERENCE;
    uint32_t ref = new_ref(r, is_mutable);
    for (unsigned i = 0; i < count; i++) {
        if (args[i] == NO_REFERENCE || (is_mutable && !r->mutable[args[i]])) continue;
        mv_borrow_weak(&r->graph, args[i], MV_LABEL_ANY, ref);
    }
    return ref;
}

/* Each reference returned may hold each one passed, and what comes of that grows fast: so does the
 * price (abstract_state.rs), which allows about thirty such pairs. */
static void charge_edges(struct refs *r, const uint32_t *args, unsigned arg_count,
                         const struct mv_token *results, unsigned result_count) {
    unsigned in = 0, out = 0;
    uint64_t cost = CALL_PER_EDGE_COST;
    for (unsigned i = 0; i < arg_count; i++) in += args[i] != NO_REFERENCE;
    for (unsigned i = 0; i < result_count; i++, results += results->size)
        out += mv_type_is_reference(results);
    for (unsigned i = 0; i < in * out && ok(r); i++) {
        charge(r, cost);
        cost += cost / 2;
    }
}

static void call(struct refs *r, unsigned arg_count, const struct mv_token *results,
                 unsigned result_count) {
    uint32_t args[2 * UINT8_MAX], values[2 * UINT8_MAX];
    assert(arg_count <= COUNT_OF(args) && result_count <= COUNT_OF(values));
    for (unsigned i = arg_count; i-- > 0;) args[i] = pop(r);
    charge_edges(r, args, arg_count, results, result_count);
    if (!ok(r)) return;
    for (unsigned i = 0; i < arg_count; i++)
        if (args[i] != NO_REFERENCE && r->mutable[args[i]])
            need(r, is_writable(r, args[i]), MV_CALL_BORROWED_MUTABLE_REFERENCE_ERROR,
                 "mutable reference passed is borrowed");
    for (unsigned i = 0; i < result_count; i++, results += results->size)
        values[i] = returned(r, args, arg_count, results);
    for (unsigned i = 0; i < arg_count; i++) release(r, args[i]);
    for (unsigned i = 0; i < result_count; i++) push(r, values[i]);
}

/* Somebody wants to know where a call is made with a resource borrowed (mv_find_held). */
static void tell_held(const struct refs *r) {
    const struct mv_verifier *v = r->f->v;
    const struct mv_borrow *edges = mv_borrow_edges(&r->graph);
    for (uint32_t i = 0; v->on_held && i < mv_borrow_count(&r->graph); i++) {
        const struct mv_borrow *e = &edges[i];
        if (e->from != r->root || !e->path_count || e->path[0] >> 16 != MV_LABEL_GLOBAL >> 16)
            continue;
        v->on_held(v->on_held_ctx, r->f->index, r->at);
        return;
    }
}

static void call_function(struct refs *r, const struct mv_instr *in) {
    const struct mv_module *m = r->f->m;
    const struct mv_signature *types;
    unsigned handle = mv_operand_function(m, in, &types);
    const struct mv_function_handle *h = &m->function_handles[handle];
    uint32_t def = r->f->v->def_of_handle[handle];
    if (def != MV_NOWHERE) {
        const struct mv_function_def *d = &m->function_defs[def];
        charge(r, (uint64_t)CALL_PER_ACQUIRE_COST * d->acquire_count);
        for (unsigned i = 0; i < d->acquire_count; i++)
            need(r, !is_borrowed(r, MV_LABEL_GLOBAL | d->acquires[i]), MV_GLOBAL_REFERENCE_ERROR,
                 "called function acquires a borrowed resource");
    }
    const struct mv_signature *returns = &m->signatures[h->returns];
    call(r, m->signatures[h->params].count, returns->tokens, returns->count);
}

/* A closure may reach any module, but what it re-enters cannot touch its resources: that is checked
 * when it runs. */
static void call_closure(struct refs *r, const struct mv_instr *in) {
    const struct mv_token *type = r->f->m->signatures[in->index].tokens;
    const struct mv_token *result = type + 1;
    unsigned params = type->arity - type->results;
    for (unsigned i = 0; i < params; i++) result += result->size;
    pop_values(r, 1);
    call(r, params, result, type->results);
}

static void ret(struct refs *r) {
    uint32_t values[UINT8_MAX];
    unsigned count = r->f->returns->count;
    for (unsigned i = count; i-- > 0;) values[i] = pop(r);
    for (unsigned i = 0; i < r->local_count; i++) {
        release(r, r->locals[i]);
        r->locals[i] = NO_REFERENCE;
    }
    need(r, is_writable(r, r->root), MV_UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED,
         "a local or resource is still borrowed at the return");
    for (unsigned i = 0; i < count; i++)
        if (values[i] != NO_REFERENCE && r->mutable[values[i]])
            need(r, is_writable(r, values[i]), MV_RET_BORROWED_MUTABLE_REFERENCE_ERROR,
                 "mutable reference returned is borrowed");
}

/* ---- The pass */

static void any_other(struct refs *r, const struct mv_instr *in) {
    uint64_t pops, pushes;
    mv_stack_effect(r->f, in, &pops, &pushes);
    pop_values(r, (unsigned)pops);
    while (pushes--) push(r, NO_REFERENCE);
}

static void step(struct refs *r, const struct mv_instr *in) {
    const struct mv_module *m = r->f->m;
    const struct mv_signature *types;
    switch (in->op) {
    case MV_OP_COPY_LOC: copy_loc(r, in->index); break;
    case MV_OP_MOVE_LOC: move_loc(r, in->index); break;
    case MV_OP_ST_LOC: st_loc(r, in->index); break;
    case MV_OP_MUT_BORROW_LOC: borrow_loc(r, in->index, true); break;
    case MV_OP_IMM_BORROW_LOC: borrow_loc(r, in->index, false); break;
    case MV_OP_MUT_BORROW_FIELD:
    case MV_OP_MUT_BORROW_FIELD_GENERIC:
        borrow_field(r, mv_operand_field(m, in, &types)->field, true);
        break;
    case MV_OP_IMM_BORROW_FIELD:
    case MV_OP_IMM_BORROW_FIELD_GENERIC:
        borrow_field(r, mv_operand_field(m, in, &types)->field, false);
        break;
    case MV_OP_MUT_BORROW_VARIANT_FIELD:
    case MV_OP_MUT_BORROW_VARIANT_FIELD_GENERIC:
        borrow_field(r, mv_operand_variant_field(m, in, &types)->field, true);
        break;
    case MV_OP_IMM_BORROW_VARIANT_FIELD:
    case MV_OP_IMM_BORROW_VARIANT_FIELD_GENERIC:
        borrow_field(r, mv_operand_variant_field(m, in, &types)->field, false);
        break;
    case MV_OP_MUT_BORROW_GLOBAL:
    case MV_OP_MUT_BORROW_GLOBAL_GENERIC:
        borrow_global(r, mv_operand_struct(m, in, &types), true);
        break;
    case MV_OP_IMM_BORROW_GLOBAL:
    case MV_OP_IMM_BORROW_GLOBAL_GENERIC:
        borrow_global(r, mv_operand_struct(m, in, &types), false);
        break;
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC: move_from(r, mv_operand_struct(m, in, &types)); break;
    case MV_OP_FREEZE_REF: freeze_ref(r); break;
    case MV_OP_READ_REF:
    case MV_OP_TEST_VARIANT:
    case MV_OP_TEST_VARIANT_GENERIC: read_ref(r); break;
    case MV_OP_WRITE_REF: write_ref(r); break;
    case MV_OP_EQ:
    case MV_OP_NEQ: compare(r); break;
    case MV_OP_CALL:
    case MV_OP_CALL_GENERIC:
        tell_held(r);
        call_function(r, in);
        break;
    case MV_OP_CALL_CLOSURE:
        tell_held(r);
        call_closure(r, in);
        break;
    case MV_OP_RET: ret(r); break;
    case MV_OP_VEC_LEN: vector_op(r, 0, false, true); break;
    case MV_OP_VEC_IMM_BORROW: borrow_element(r, false); break;
    case MV_OP_VEC_MUT_BORROW: borrow_element(r, true); break;
    case MV_OP_VEC_PUSH_BACK: vector_op(r, 1, true, false); break;
    case MV_OP_VEC_POP_BACK: vector_op(r, 0, true, true); break;
    case MV_OP_VEC_SWAP: vector_op(r, 2, true, false); break;
    default: any_other(r, in);
    }
}

/* Renames the references in locals to their locals' numbers. */
static void make_canonical(struct refs *r) {
    bool is_mutable[UINT8_MAX];
    for (uint32_t i = 0; i < r->next_id; i++) r->names[i] = i;
    for (unsigned i = 0; i < r->local_count; i++)
        if (r->locals[i] != NO_REFERENCE) {
            is_mutable[i] = r->mutable[r->locals[i]];
            r->names[r->locals[i]] = i;
        }
    mv_borrow_rename(&r->graph, r->names, r->next_id);
    for (unsigned i = 0; i < r->local_count; i++)
        if (r->locals[i] != NO_REFERENCE) {
            r->mutable[i] = is_mutable[i];
            r->locals[i] = i;
        }
}

static void enter_block(struct refs *r, const struct entry *e) {
    mv_borrow_copy(&r->graph, &e->graph);
    r->alive = 1;
    r->depth = 0;
    r->next_id = r->root + 1;
    for (unsigned i = 0; i < r->local_count; i++) {
        r->locals[i] = e->is_reference[i] ? i : NO_REFERENCE;
        r->alive += e->is_reference[i];
        /* Its type says so: what is stored in a local has exactly the local's type. */
        r->mutable[i] = mv_local_type(r->f, i)->kind == MV_TOKEN_MUTABLE_REFERENCE;
    }
}

static struct mv_err run(void *ctx, uint32_t block) {
    struct refs *r = ctx;
    const struct mv_block *b = &r->f->cfg.blocks[block];
    enter_block(r, &r->entries[block]);
    for (uint32_t i = b->start; i <= b->end && ok(r); i++) {
        r->at = i;
        charge(r, STEP_COST + (uint64_t)STEP_PER_LOCAL_COST * r->local_count +
                      (uint64_t)STEP_PER_ITEM_COST * (r->alive + mv_borrow_count(&r->graph)));
        if (ok(r)) step(r, &r->f->code->instrs[i]);
        if (r->graph.exhausted && ok(r)) r->err = mv_too_complex(r->f->index);
    }
    if (ok(r) && b->successor_count) make_canonical(r);
    return r->err;
}

/* A local that is a reference on one way only is none behind the meeting: that way releases it. */
static bool join_locals(struct refs *r, struct entry *e) {
    bool changed = false;
    for (unsigned i = 0; i < r->local_count; i++) {
        bool now = r->locals[i] != NO_REFERENCE;
        if (now && !e->is_reference[i]) mv_borrow_release(&r->other, i);
        if (!now && e->is_reference[i]) {
            mv_borrow_release(&e->graph, i);
            e->is_reference[i] = false;
            changed = true;
        }
    }
    return changed;
}

static struct mv_err join(void *ctx, uint32_t block, bool first, bool *changed) {
    struct refs *r = ctx;
    struct entry *e = &r->entries[block];
    if (first) {
        e->is_reference = ARENA_ARRAY(&r->f->v->arena, bool, r->local_count + 1u);
        e->graph.v = r->f->v;
        for (unsigned i = 0; i < r->local_count; i++)
            e->is_reference[i] = r->locals[i] != NO_REFERENCE;
        mv_borrow_copy(&e->graph, &r->graph);
        return MV_ERR_NONE;
    }
    charge(r, JOIN_COST + (uint64_t)JOIN_PER_LOCAL_COST * r->local_count +
                  (uint64_t)JOIN_PER_ITEM_COST * (mv_borrow_count(&e->graph) + r->local_count));
    if (!ok(r)) return r->err;
    mv_borrow_copy(&r->other, &r->graph);
    *changed = join_locals(r, e);
    if (mv_borrow_join(&e->graph, &r->other)) *changed = true;
    if (r->other.exhausted || e->graph.exhausted) r->err = mv_too_complex(r->f->index);
    return r->err;
}

static void enter_function(struct refs *r) {
    struct entry *e = &r->entries[0];
    e->graph.v = r->f->v;
    e->is_reference = ARENA_ARRAY(&r->f->v->arena, bool, r->local_count + 1u);
    for (unsigned i = 0; i < r->f->params->count; i++)
        e->is_reference[i] = mv_type_is_reference(mv_sig_type(r->f->params, i));
}

struct mv_err mv_verify_references(const struct mv_view *f) {
    struct arena *a = &f->v->arena;
    struct arena_mark mark = arena_mark(a);
    struct refs r = {.f = f, .local_count = mv_local_count(f), .err = MV_ERR_NONE};
    /* Every reference of a block is pushed when it is made, and pushes are limited. */
    uint32_t nodes = r.local_count + 1 + MV_PUSHES_MAX;
    r.root = r.local_count;
    r.mutable = ARENA_ARRAY(a, bool, nodes);
    r.names = ARENA_ARRAY(a, uint32_t, nodes);
    r.locals = ARENA_ARRAY(a, uint32_t, r.local_count + 1u);
    r.stack = ARENA_ARRAY(a, uint32_t, MV_STACK_MAX);
    r.entries = ARENA_ARRAY(a, struct entry, f->cfg.count);
    r.graph.v = r.other.v = f->v;
    enter_function(&r);
    struct mv_flow flow = {.f = f, .ctx = &r, .run = run, .join = join};
    struct mv_err e = mv_flow_run(&flow);
    for (uint32_t b = 0; b < f->cfg.count; b++) buf_free(&r.entries[b].graph.edges);
    buf_free(&r.graph.edges);
    buf_free(&r.other.edges);
    arena_release(a, mark);
    return e;
}
