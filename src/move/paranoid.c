/* Paranoid mode's loop, its calls and its operand stack: see paranoid.h. */
#include "move/paranoid.h"

#include <stdlib.h>

#include "move/natives.h"

#ifdef TERN_MOVE_PARANOID

/* ---- How a run ends */

static bool end(struct pn *p, enum mv_status_code code, const char *text) {
    struct mv_session *s = p->s;
    mv_fault_at(s, code, p->f->fn, p->f->pc);
    s->fault.abort_code = p->abort_code;
    s->fault.sub_status = p->sub_status;
    if (text) s->fault.message = bytes_cstr(text);
    if (p->message.p) s->fault.message = arena_copy(&s->arena, p->message);
    return false;
}

bool pn_breach(struct pn *p, const char *text) {
    p->sub_status = 1;
    return end(p, MV_UNKNOWN_INVARIANT_VIOLATION_ERROR, text);
}

bool pn_fail(struct pn *p, enum mv_status_code code) {
    if (code == MV_OUT_OF_GAS) p->s->gas = -1;
    return end(p, code, NULL);
}

bool pn_gas(struct pn *p, uint64_t amount) {
    return mv_charge(p->s, amount) || pn_fail(p, MV_OUT_OF_GAS);
}

/* ---- The operand stack */

/* Where the next operand goes: behind the newest, or behind the locals. */
static uint64_t *top(const struct pn *p) {
    if (p->count > p->f->base) {
        const struct pn_value *v = &p->stack[p->count - 1];
        return v->at + mv_slots(v->type);
    }
    if (!p->f->local_count) return p->f->slots;
    const struct pn_value *l = &p->f->locals[p->f->local_count - 1];
    return l->at + mv_slots(l->type);
}

struct pn_value *pn_push(struct pn *p, const struct mv_type *type) {
    uint64_t *at = top(p);
    if (p->count == p->values_max) {
        pn_breach(p, "too many operands");
        return NULL;
    }
    if (at + mv_slots(type) > p->f->slots + p->f->body->frame_slots) {
        pn_breach(p, "operands need more room than was counted");
        return NULL;
    }
    memset(at, 0, 8 * (size_t)mv_slots(type));
    p->stack[p->count] = (struct pn_value){.type = type, .at = at};
    return &p->stack[p->count++];
}

/* A bool is 0 or 1, and what is narrower than its slot has zeros above. */
static bool well_formed(const struct pn_value *v) {
    if (!mv_is_word(v->type)) return true;
    if (v->type->kind == MV_T_BOOL) return v->at[0] <= 1;
    return v->type->size == 8 || v->at[0] >> (8 * v->type->size) == 0;
}

bool pn_pop(struct pn *p, struct pn_value *v) {
    if (p->count == p->f->base) return pn_breach(p, "an operand is missing");
    *v = p->stack[--p->count];
    return well_formed(v) || pn_breach(p, "an operand has bits that its type has not");
}

bool pn_pop_type(struct pn *p, struct pn_value *v, const struct mv_type *type) {
    if (!pn_pop(p, v)) return false;
    return v->type == type || pn_breach(p, "an operand of another type");
}

/* ---- Types */

const struct mv_type *pn_basic(struct pn *p, enum mv_type_kind kind) {
    return mv_type_basic(p->s->cache, kind);
}

static const struct mv_type *made(struct pn *p, const struct mv_type *t) {
    mv_cache_unlock(p->s->cache);
    if (!t) pn_breach(p, "a type that cannot be made");
    return t;
}

const struct mv_type *pn_type(struct pn *p, const struct mv_token *token) {
    enum mv_status_code why = MV_OK;
    const struct mv_fn *f = p->f->fn;
    mv_cache_lock(p->s->cache);
    return made(p, mv_type_of_token(p->s->cache, f->module, token, f->type_args, &why));
}

const struct mv_type *pn_elem_type(struct pn *p, enum mv_type_kind kind,
                                   const struct mv_type *elem) {
    enum mv_status_code why = MV_OK;
    mv_cache_lock(p->s->cache);
    return made(p, mv_type_of_elem(p->s->cache, kind, elem, &why));
}

/* The types of a signature in the running function; false with a breach. */
static bool types_of(struct pn *p, const struct mv_signature *sig, const struct mv_type **types) {
    for (unsigned i = 0; sig && i < sig->count; i++)
        if (!(types[i] = pn_type(p, mv_sig_type(sig, i)))) return false;
    return true;
}

const struct mv_type *pn_struct(struct pn *p, unsigned def, const struct mv_signature *args) {
    const struct mv_type *types[256];
    enum mv_status_code why = MV_OK;
    if (!types_of(p, args, types)) return NULL;
    struct mv_type_list list = {types, args ? args->count : 0};
    mv_cache_lock(p->s->cache);
    return made(p, mv_type_struct(p->s->cache, p->f->fn->module, def, list, &why));
}

/* ---- Calls */

static struct mv_fn *instance(struct pn *p, struct mv_link l, const struct mv_signature *args) {
    const struct mv_type *types[256];
    enum mv_status_code why = MV_OK;
    uint64_t gas = 0;
    if (!l.owner) return pn_breach(p, "a function that is not there"), NULL;
    if (!types_of(p, args, types)) return NULL;
    for (unsigned i = 0; args && i < args->count; i++)
        gas += MV_GAS_CALL_PER_TYPE_ARG + (uint64_t)MV_GAS_SUBST_PER_NODE * types[i]->type_nodes;
    if (!pn_gas(p, gas)) return NULL;
    struct mv_type_list list = {types, args ? args->count : 0};
    mv_cache_lock(p->s->cache);
    struct mv_fn *f = mv_fn_get(p->s->cache, l.owner, l.def, list, &why);
    mv_cache_unlock(p->s->cache);
    if (!f) pn_breach(p, "a function that does not take these types");
    return f;
}

static struct mv_fn *callee_of(struct pn *p, const struct mv_instr *i, bool generic) {
    const struct mv_module *m = p->f->fn->module->m;
    const struct mv_inst *inst = generic ? &m->function_insts[i->index] : NULL;
    return instance(p, p->f->fn->module->functions[inst ? inst->of : i->index],
                    inst ? &m->signatures[inst->types] : NULL);
}

/* Takes the arguments off the stack; they stay where they are, from *first on. */
static bool pop_arguments(struct pn *p, const struct mv_type *const *types, unsigned count,
                          struct pn_value *args) {
    for (unsigned k = count; k-- > 0;) {
        if (!pn_pop(p, &args[k])) return false;
        args[k].to = mv_is_ref(args[k].type) ? args[k].at[0] : 0;
        if (!mv_assignable(types[k], args[k].type))
            return pn_breach(p, "an argument of another type");
        args[k].type = types[k];
    }
    return true;
}

/* Lays out a frame's locals from `slots` on, the first of which `args` are. */
static bool open_frame(struct pn *p, const struct mv_fn *fn, const struct mv_body *body,
                       uint64_t *slots, const struct pn_value *args) {
    struct pn_frame *f = p->f ? p->f + 1 : p->frames;
    const struct mv_signature *sig = &fn->module->m->signatures[fn->code->locals];
    *f = (struct pn_frame){.fn = fn, .body = body, .slots = slots, .base = p->count};
    f->local_count = fn->param_count + sig->count;
    f->locals = ARENA_ARRAY(&p->arena, struct pn_value, f->local_count + 1u);
    p->f = f;
    for (uint32_t i = 0; i < f->local_count; i++) {
        bool is_param = i < fn->param_count;
        const struct mv_type *t =
            is_param ? fn->params[i] : pn_type(p, mv_sig_type(sig, i - fn->param_count));
        if (!t) return false;
        f->locals[i] = (struct pn_value){.type = t, .at = slots, .set = is_param};
        if (is_param) f->locals[i].ref = args[i].ref;
        if (!is_param) memset(slots, 0, 8 * (size_t)mv_slots(t));
        slots += mv_slots(t);
    }
    return true;
}

/* References that a native returns are borrowed from the ones that it was given. */
static bool push_native_results(struct pn *p, const struct mv_fn *f, const struct pn_value *args) {
    for (unsigned k = 0; k < f->return_count; k++) {
        const struct mv_type *t = f->returns[k];
        if (p->count == p->values_max) return pn_breach(p, "too many operands");
        struct pn_value v = {.type = t, .at = top(p)};
        for (unsigned i = 0; mv_is_ref(t) && i < f->param_count && !v.ref; i++)
            if (mv_is_ref(args[i].type) &&
                (t->kind == MV_T_REF || args[i].type->kind == MV_T_MUT_REF))
                v.ref = pn_ref_make(p, args[i].ref, MV_NOWHERE, t->kind == MV_T_MUT_REF);
        if (mv_is_ref(t) && !v.ref) return pn_breach(p, "a reference from nowhere");
        p->stack[p->count++] = v;
        if (!well_formed(&v)) return pn_breach(p, "a native's result has bits too many");
    }
    return true;
}

/* *next: the function to be called in its place, or NULL. */
static bool call_native(struct pn *p, const struct mv_fn *f, uint64_t *slots,
                        const struct pn_value *args, const struct mv_fn **next) {
    for (unsigned k = 0; k < f->param_count; k++)
        if (mv_is_ref(args[k].type) &&
            !pn_ref_use(p, args[k].ref, args[k].type->kind == MV_T_MUT_REF))
            return false;
    if (mv_run_native(p->s, f, slots, next)) return false;
    if (*next) return true;
    if (!push_native_results(p, f, args)) return false;
    for (unsigned k = 0; k < f->param_count; k++)
        if (mv_is_ref(args[k].type)) pn_ref_drop(p, args[k].ref);
    return true;
}

/* Enters a function whose arguments lie from `slots` on. */
static bool enter(struct pn *p, const struct mv_fn *f, uint64_t *slots, const struct pn_value *args,
                  uint8_t flags, bool counts) {
    struct mv_session *s = p->s;
    struct pn_frame *caller = p->f;
    const struct mv_body *body = mv_session_ready(s, f);
    if (!body) return false; /* with the fault set */
    if (s->depth >= s->depth_max) return pn_fail(p, MV_CALL_STACK_OVERFLOW);
    uint32_t held = caller->held + (counts ? p->count - caller->base : 0);
    if (held + body->stack_max > MV_OPERANDS_MAX ||
        body->frame_slots > (size_t)(s->slots_end - slots))
        return pn_fail(p, MV_EXECUTION_STACK_OVERFLOW);
    s->frames[s->depth++] = (struct mv_frame){
        .fn = caller->fn, .body = caller->body, .flags = flags, .pc = (uint16_t)caller->pc};
    if (!open_frame(p, f, body, slots, args)) return false;
    p->f->held = held;
    p->f->flags = flags;
    return true;
}

/* Enters the function that a native has named; what it was given is laid out for that one. A
 * reference among it is one of the native's own. */
static bool dispatch(struct pn *p, const struct mv_fn *native, const struct mv_fn *f,
                     const struct pn_value *given) {
    struct pn_value args[256];
    uint8_t flags = 0;
    uint64_t *at = top(p);
    for (unsigned k = 0; k < f->param_count; k++) {
        args[k] = (struct pn_value){.type = f->params[k], .at = at};
        for (unsigned i = 0; mv_is_ref(f->params[k]) && i < native->param_count; i++)
            if (given[i].type == f->params[k] && given[i].to == at[0]) args[k].ref = given[i].ref;
        if (mv_is_ref(f->params[k]) && !args[k].ref)
            return pn_breach(p, "a reference from nowhere");
        at += mv_slots(f->params[k]);
    }
    enum mv_status_code e = mv_enter_dispatched(p->s, p->f->fn, f, &flags);
    if (e) return pn_fail(p, e);
    return enter(p, f, top(p), args, flags, false);
}

static bool call(struct pn *p, const struct mv_instr *i, bool generic) {
    struct pn_value args[256];
    uint8_t flags = 0;
    struct mv_fn *f = callee_of(p, i, generic);
    if (!f || !pn_gas(p, f->call_gas) || !pop_arguments(p, f->params, f->param_count, args))
        return false;
    if (f->native) {
        const struct mv_fn *next;
        return call_native(p, f, top(p), args, &next) && (!next || dispatch(p, f, next, args));
    }
    enum mv_status_code e = mv_enter(p->s, p->f->fn, f, false, &flags);
    if (e) return pn_fail(p, e);
    return enter(p, f, top(p), args, flags, true);
}

/* ---- Function values */

static bool pack_closure(struct pn *p, const struct mv_instr *i, bool generic) {
    enum mv_status_code why = MV_OK;
    struct mv_fn *f = callee_of(p, i, generic);
    if (!f) return false;
    mv_cache_lock(p->s->cache);
    const struct mv_type *t = made(p, mv_closure_type(p->s->cache, f, i->imm, &why));
    if (!t) return false;
    struct mv_closure_form *form = ARENA_NEW(&p->s->arena, struct mv_closure_form);
    *form = (struct mv_closure_form){.fn = f, .mask = i->imm, .type = t};
    struct pn_value captured[64];
    uint64_t slots = 0, got;
    for (unsigned k = f->param_count < 64 ? f->param_count : 64; k-- > 0;) {
        if (!(i->imm >> k & 1)) continue;
        if (!pn_pop(p, &captured[k])) return false;
        if (!mv_assignable(f->params[k], captured[k].type))
            return pn_breach(p, "a captured value of another type");
        slots += mv_slots(f->params[k]);
        form->captured_count++;
    }
    if (!pn_gas(p, MV_GAS_PACK_CLOSURE +
                       (uint64_t)MV_GAS_PACK_CLOSURE_PER_CAPTURE * form->captured_count))
        return false;
    struct mv_closure *c = mv_heap_take(&p->s->heap, sizeof *c + 8 * slots, MV_KIND_ONCE, &got);
    if (!c) return pn_fail(p, MV_MEMORY_LIMIT_EXCEEDED);
    c->form = form;
    uint64_t *to = c->captured;
    for (unsigned k = 0; k < f->param_count && k < 64; k++) {
        if (!(i->imm >> k & 1)) continue;
        memcpy(to, captured[k].at, 8 * (size_t)mv_slots(f->params[k]));
        to += mv_slots(f->params[k]);
    }
    enum mv_status_code e = mv_closure_measure(c);
    if (e) return pn_fail(p, e);
    struct pn_value *v = pn_push(p, t);
    if (v) v->at[0] = (uint64_t)(uintptr_t)c;
    return v;
}

/* The parameters of the function behind a closure, from the arguments and copies of what it
 * captured; built aside and then laid out from `slots` on. */
static bool spread(struct pn *p, const struct mv_closure *c, const struct pn_value *given,
                   uint64_t *slots, struct pn_value *args) {
    const struct mv_fn *f = c->form->fn;
    const uint64_t *captured = c->captured;
    if (slots + f->param_slots + 64 > p->s->slots_end)
        return pn_fail(p, MV_EXECUTION_STACK_OVERFLOW);
    struct arena_mark mark = arena_mark(&p->arena);
    uint64_t *aside = ARENA_ARRAY(&p->arena, uint64_t, f->param_slots + 1u), *at = aside;
    for (unsigned k = 0; k < f->param_count; k++) {
        const struct mv_type *t = f->params[k];
        bool is_captured = k < 64 && (c->form->mask >> k & 1);
        args[k] = is_captured ? (struct pn_value){.type = t} : *given++;
        if (is_captured) {
            uint64_t gas = t->fixed_abs ? 0 : MV_GAS_COPY_PER_UNIT * mv_value_units(t, captured);
            if (!pn_gas(p, gas)) return false;
            if (!mv_value_copy(&p->s->heap, t, at, captured))
                return pn_fail(p, MV_MEMORY_LIMIT_EXCEEDED);
            captured += mv_slots(t);
        } else {
            if (!mv_assignable(t, args[k].type)) return pn_breach(p, "an argument of another type");
            memcpy(at, args[k].at, 8 * (size_t)mv_slots(t));
        }
        args[k].type = t;
        at += mv_slots(t);
    }
    memcpy(slots, aside, 8 * (size_t)f->param_slots);
    arena_release(&p->arena, mark);
    return true;
}

static bool call_closure(struct pn *p, const struct mv_instr *i) {
    const struct mv_signature *sig = &p->f->fn->module->m->signatures[i->index];
    struct pn_value v, given[256], args[256];
    uint8_t flags = 0;
    if (sig->count != 1) return pn_breach(p, "a call of several types");
    const struct mv_type *t = pn_type(p, mv_sig_type(sig, 0));
    if (!t) return false;
    if (t->kind != MV_T_FUNCTION) return pn_breach(p, "a call of no function");
    if (!pn_pop(p, &v)) return false;
    if (!mv_assignable(t, v.type)) return pn_breach(p, "a call of another type of function");
    const struct mv_closure *c = (const struct mv_closure *)(uintptr_t)v.at[0];
    if (!pn_gas(p, MV_GAS_CALL + (uint64_t)MV_GAS_CALL_PER_ARG * t->param_count) ||
        !pop_arguments(p, t->args, t->param_count, given))
        return false;
    if (!c) return pn_fail(p, MV_FUNCTION_RESOLUTION_FAILURE);
    const struct mv_fn *f = c->form->fn;
    uint64_t *slots = top(p);
    if (!spread(p, c, given, slots, args)) return false;
    enum mv_status_code e = mv_enter(p->s, p->f->fn, f, true, &flags);
    if (e) return pn_fail(p, e);
    if (!f->native) return enter(p, f, slots, args, flags, false);
    const struct mv_fn *next;
    bool ok = call_native(p, f, slots, args, &next);
    mv_leave(p->s, flags);
    return ok && next ? pn_fail(p, MV_RUNTIME_DISPATCH_ERROR) : ok;
}

/* ---- Returns and aborts */

static bool drop_locals(struct pn *p) {
    for (uint32_t i = 0; i < p->f->local_count; i++) {
        struct pn_value *l = &p->f->locals[i];
        pn_root_gone(p, l->at, false);
        if (!l->set) continue;
        if (!(l->type->abilities & MV_DROP))
            return pn_breach(p, "a function returns with a local that has no drop");
        if (mv_is_ref(l->type))
            pn_ref_drop(p, l->ref);
        else
            mv_value_drop(&p->s->heap, l->type, l->at);
    }
    return true;
}

/* The results go where the frame began; false at the end of the run, without a fault if the
 * outermost function has returned. */
static bool ret(struct pn *p, bool *done) {
    struct pn_value results[256];
    const struct mv_fn *f = p->f->fn;
    if (!pn_gas(p, MV_GAS_RET)) return false;
    if (!pop_arguments(p, f->returns, f->return_count, results)) return false;
    if (p->count != p->f->base) return pn_breach(p, "operands are left at a return");
    uint64_t *slots = p->f->slots, *at = slots;
    uint64_t *aside = ARENA_ARRAY(&p->arena, uint64_t, f->return_slots + 1u), *to = aside;
    for (unsigned k = 0; k < f->return_count; k++) {
        memcpy(to, results[k].at, 8 * (size_t)mv_slots(results[k].type));
        to += mv_slots(results[k].type);
    }
    if (!drop_locals(p)) return false;
    for (unsigned k = 0; k < f->return_count; k++)
        if (mv_is_ref(results[k].type) && !pn_ref_use(p, results[k].ref, false)) return false;
    memcpy(slots, aside, 8 * (size_t)f->return_slots);
    *done = p->f == p->frames;
    if (*done) return true;
    mv_leave(p->s, p->f->flags);
    p->s->depth--;
    p->f--;
    p->f->pc++;
    for (unsigned k = 0; k < f->return_count; k++) {
        if (p->count == p->values_max) return pn_breach(p, "too many operands");
        results[k].at = at;
        at += mv_slots(results[k].type);
        p->stack[p->count++] = results[k];
    }
    return true;
}

static bool abort_op(struct pn *p, bool with_message) {
    struct pn_value code, text;
    if (!pn_gas(p, MV_GAS_ABORT)) return false;
    if (with_message) {
        const struct mv_type *t = pn_elem_type(p, MV_T_VECTOR, pn_basic(p, MV_T_U8));
        if (!t || !pn_pop_type(p, &text, t)) return false;
        p->message = mv_vec_bytes((const struct mv_vec *)text.at);
    }
    if (!pn_pop_type(p, &code, pn_basic(p, MV_T_U64))) return false;
    p->abort_code = code.at[0];
    return pn_fail(p, MV_ABORTED);
}

/* ---- The loop */

static bool load_constant(struct pn *p, const struct mv_constant *k) {
    const struct mv_type *t = pn_type(p, k->type);
    struct mv_decoder d = {.heap = &p->s->heap, .session = NULL};
    if (!t || !pn_gas(p, MV_GAS_LD_CONST + (uint64_t)MV_GAS_LD_CONST_PER_BYTE * k->data.n))
        return false;
    struct pn_value *v = pn_push(p, t);
    if (!v) return false;
    enum mv_status_code e = mv_value_decode(&d, t, k->data, v->at);
    if (e == MV_VALUE_DESERIALIZATION_ERROR) return pn_breach(p, "a constant of another type");
    return e ? pn_fail(p, e) : true;
}

static bool block_ends(struct pn *p) {
    return p->count == p->f->base || pn_breach(p, "operands are left at the end of a block");
}

static bool jump(struct pn *p, const struct mv_instr *i, bool *jumped) {
    struct pn_value v;
    *jumped = true;
    if (!pn_gas(p, i->op == MV_OP_BRANCH ? MV_GAS_BRANCH : MV_GAS_BR_COND)) return false;
    if (i->op != MV_OP_BRANCH) {
        if (!pn_pop_type(p, &v, pn_basic(p, MV_T_BOOL))) return false;
        *jumped = v.at[0] == (i->op == MV_OP_BR_TRUE);
    }
    if (!block_ends(p)) return false;
    if (*jumped) p->f->pc = i->index;
    return true;
}

static bool is_global_op(uint8_t op) {
    return (op >= MV_OP_EXISTS && op <= MV_OP_MOVE_TO) ||
           (op >= MV_OP_EXISTS_GENERIC && op <= MV_OP_MOVE_TO_GENERIC);
}

static bool is_int_op(uint8_t op) {
    return (op >= MV_OP_ADD && op <= MV_OP_GE) || op == MV_OP_SHL || op == MV_OP_SHR ||
           op == MV_OP_LD_U64 || op == MV_OP_LD_TRUE || op == MV_OP_LD_FALSE ||
           (op >= MV_OP_LD_U8 && op <= MV_OP_CAST_U128) ||
           (op >= MV_OP_LD_U16 && op <= MV_OP_CAST_U256) ||
           (op >= MV_OP_LD_I8 && op <= MV_OP_NEGATE);
}

/* One instruction. *moved: it has set the place of the next one. */
static bool step(struct pn *p, const struct mv_instr *i, bool *moved, bool *done) {
    struct pn_frame *f = p->f;
    bool ok = true;
    switch (i->op) {
    case MV_OP_NOP: return pn_gas(p, MV_GAS_NOP);
    case MV_OP_BR_TRUE:
    case MV_OP_BR_FALSE:
    case MV_OP_BRANCH: return jump(p, i, moved);
    case MV_OP_LD_CONST: return load_constant(p, &f->fn->module->m->constants[i->index]);
    case MV_OP_RET: *moved = true; return ret(p, done);
    case MV_OP_ABORT: return abort_op(p, false);
    case MV_OP_ABORT_MSG: return abort_op(p, true);
    case MV_OP_CALL: ok = call(p, i, false); break;
    case MV_OP_CALL_GENERIC: ok = call(p, i, true); break;
    case MV_OP_CALL_CLOSURE: ok = call_closure(p, i); break;
    case MV_OP_PACK_CLOSURE: return pack_closure(p, i, false);
    case MV_OP_PACK_CLOSURE_GENERIC: return pack_closure(p, i, true);
    default:
        if (is_global_op(i->op)) return pn_global_op(p, i);
        if (is_int_op(i->op)) return pn_int_op(p, i);
        if (i->op >= MV_OP_VEC_PACK && i->op <= MV_OP_VEC_SWAP) return pn_vector_op(p, i);
        return pn_data_op(p, i);
    }
    *moved = p->f != f; /* into the callee */
    return ok;
}

static bool loop(struct pn *p) {
    for (bool done = false; !done;) {
        bool moved = false;
        const struct mv_code *code = p->f->fn->code;
        if (p->f->pc >= code->count) return pn_breach(p, "the code ends without a return");
        pn_refs_tidy(p);
        if (!step(p, &code->instrs[p->f->pc], &moved, &done)) return false;
        if (!moved) p->f->pc++;
    }
    return true;
}

/* References that come from outside lead to what the session has put there. */
static void give_roots(struct pn *p, const struct mv_fn *f, struct pn_value *args) {
    uint64_t *at = p->s->top;
    for (unsigned k = 0; k < f->param_count; k++) {
        args[k] = (struct pn_value){.type = f->params[k], .at = at};
        if (mv_is_ref(f->params[k]))
            args[k].ref = pn_ref_root(p, (void *)(uintptr_t)at[0], PN_NO_REF,
                                      f->params[k]->kind == MV_T_MUT_REF);
        at += mv_slots(f->params[k]);
    }
}

enum mv_status_code mv_interpret_paranoid(struct mv_session *s, const struct mv_fn *f) {
    struct pn p = {.s = s, .values_max = 2 * MV_OPERANDS_MAX, .refs_max = 256};
    struct pn_value args[256];
    uint8_t flags = 0;
    struct pn_ref none = {0};
    uint32_t bottom = s->depth;
    mv_enter(s, NULL, f, false, &flags);
    const struct mv_body *body = mv_session_ready(s, f);
    enum mv_status_code e = s->fault.code;
    if (body && body->frame_slots > (size_t)(s->slots_end - s->top)) {
        e = mv_fault_at(s, MV_EXECUTION_STACK_OVERFLOW, f, 0);
    } else if (body) {
        p.frames = xcalloc(MV_CALL_DEPTH_MAX + 2, sizeof *p.frames);
        p.stack = xcalloc(p.values_max, sizeof *p.stack);
        arena_init(&p.arena, 0);
        buf_put(&p.refs, &none, sizeof none);
        give_roots(&p, f, args);
        e = open_frame(&p, f, body, s->top, args) && loop(&p) ? MV_EXECUTED : s->fault.code;
        arena_free(&p.arena);
        buf_free(&p.refs);
        free(p.frames);
        free(p.stack);
    }
    s->depth = bottom;
    mv_leave(s, flags);
    s->closure_depth = s->lock_depth = 0;
    s->epoch = s->own_epoch;
    return e;
}

#endif
