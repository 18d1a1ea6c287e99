/* Constants, globals, calls, closures, returns. */
#include <assert.h>

#include "move/memory.h"
#include "move/tr.h"

/* ---- Constants */

/* A ULEB128 length at the front of `b`; 0 if there is none. */
static size_t read_length(struct bytes b, uint64_t *out) {
    uint64_t v = 0;
    for (size_t i = 0; i < b.n && i < 5; i++) {
        v |= (uint64_t)(b.p[i] & 0x7f) << (7 * i);
        if (!(b.p[i] & 0x80)) {
            *out = v;
            return i + 1;
        }
    }
    return 0;
}

static bool all_bools(const uint8_t *p, uint64_t n) {
    for (uint64_t i = 0; i < n; i++)
        if (p[i] > 1) return false;
    return true;
}

static bool ld_const(struct tr *t, const struct mv_constant *k) {
    const struct mv_type *type = tr_type(t, k->type);
    if (!type) return false;
    tr_gas(t, MV_GAS_LD_CONST + MV_GAS_LD_CONST_PER_BYTE * (uint32_t)k->data.n);
    uint32_t home = tr_next_home(t);
    if (type->kind < MV_T_SIGNER) {
        if (k->data.n != type->size || (type->kind == MV_T_BOOL && !all_bools(k->data.p, 1)))
            return tr_fail(t, MV_MALFORMED_CONSTANT_DATA, "a constant of another length");
        if (type->size <= 8) {
            struct tr_val v = {.type = type, .where = AT_IMM, .local = NO_LOCAL, .made = NO_INS};
            memcpy(&v.imm, k->data.p, type->size);
            return tr_push_val(t, v);
        }
        tr_emit(t, type->size == 16 ? MV_I_LDW : MV_I_LDY, home, 0)->p = k->data.p;
        return tr_push(t, type, true);
    }
    if (type->kind != MV_T_VECTOR)
        return tr_fail(t, MV_INVALID_CONSTANT_TYPE, "not a type for constants");
    if (type->elem->kind < MV_T_SIGNER) {
        uint64_t n;
        size_t used = read_length(k->data, &n);
        if (!used || n * type->elem->size != k->data.n - used ||
            (type->elem->kind == MV_T_BOOL && !all_bools(k->data.p + used, n)))
            return tr_fail(t, MV_MALFORMED_CONSTANT_DATA, "a constant vector of another length");
        struct mv_ins *i = tr_emit(t, MV_I_LDVEC, home, 0);
        i->u = (uint32_t)n;
        i->w = type->elem->size;
        tr_word(t, k->data.p + used);
        return tr_push(t, type, false);
    }
    tr_emit(t, MV_I_LDCONST, home, 0)->p = k;
    tr_word(t, type);
    return tr_push(t, type, false);
}

/* ---- Globals */

static bool is_generic(uint8_t op) {
    return op >= MV_OP_EXISTS_GENERIC && op <= MV_OP_MOVE_TO_GENERIC;
}

static bool global_op(struct tr *t, const struct mv_instr *i) {
    const struct mv_type *type = is_generic(i->op)
                                     ? tr_struct_inst(t, t->m->struct_def_insts, i->index,
                                                      t->m->struct_def_insts[i->index].of)
                                     : tr_struct(t, i->index);
    if (!type) return false;
    if (!(type->abilities & MV_KEY))
        return tr_fail(t, MV_BORROWGLOBAL_WITHOUT_KEY_ABILITY, "a type without key");
    const struct mv_type *address = mv_type_basic(t->c, MV_T_ADDRESS);
    struct tr_val v, s;
    if (i->op == MV_OP_MOVE_TO || i->op == MV_OP_MOVE_TO_GENERIC) {
        tr_gas(t, MV_GAS_MOVE_TO);
        const struct mv_type *signer = tr_ref_to(t, mv_type_basic(t->c, MV_T_SIGNER), false);
        if (!tr_pop_type(t, &v, type, MV_MOVETO_TYPE_MISMATCH_ERROR) ||
            !tr_pop_type(t, &s, signer, MV_MOVETO_TYPE_MISMATCH_ERROR))
            return false;
        uint32_t a = tr_slot(t, &s), b = tr_slot(t, &v);
        tr_emit(t, MV_I_MOVETO, a, b)->p = type;
        return true;
    }
    if (!tr_pop_type(t, &v, address, MV_BORROWGLOBAL_TYPE_MISMATCH_ERROR)) return false;
    uint32_t b = tr_slot(t, &v), a = tr_next_home(t);
    switch (i->op) {
    case MV_OP_EXISTS:
    case MV_OP_EXISTS_GENERIC:
        tr_gas(t, MV_GAS_EXISTS);
        tr_emit(t, MV_I_EXISTS, a, b)->p = type;
        return tr_push(t, mv_type_basic(t->c, MV_T_BOOL), true);
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC:
        tr_gas(t, MV_GAS_MOVE_FROM);
        tr_emit(t, MV_I_MOVEFROM, a, b)->p = type;
        return tr_push(t, type, true);
    default: {
        bool mut = i->op == MV_OP_MUT_BORROW_GLOBAL || i->op == MV_OP_MUT_BORROW_GLOBAL_GENERIC;
        tr_gas(t, MV_GAS_BORROW_GLOBAL);
        tr_emit(t, mut ? MV_I_BORROWM : MV_I_BORROW, a, b)->p = type;
        const struct mv_type *ref = tr_ref_to(t, type, mut);
        return ref && tr_push(t, ref, true);
    }
    }
}

/* ---- Calls */

/* The instance that a function handle (or an instantiation of one) leads to. */
static struct mv_fn *callee(struct tr *t, unsigned index, bool generic) {
    const struct mv_inst *inst = generic ? &t->m->function_insts[index] : NULL;
    struct mv_link l = t->fn->module->functions[generic ? inst->of : index];
    if (!l.owner) {
        tr_fail(t, MV_LOOKUP_FAILED, "calls a function that is not there or not visible");
        return NULL;
    }
    const struct mv_type *args[256];
    struct mv_type_list list = {args, 0};
    if (generic) {
        const struct mv_signature *sig = &t->m->signatures[inst->types];
        uint32_t nodes = 0;
        for (; list.count < sig->count; list.count++) {
            args[list.count] = tr_type(t, mv_sig_type(sig, list.count));
            if (!args[list.count]) return NULL;
            nodes += args[list.count]->type_nodes;
        }
        tr_gas(t, MV_GAS_CALL_PER_TYPE_ARG * list.count + MV_GAS_SUBST_PER_NODE * nodes);
    }
    enum mv_status_code why = MV_OK;
    struct mv_fn *f = mv_fn_get(t->c, l.owner, l.def, list, &why);
    if (!f) tr_fail(t, why, "calls a function with types that do not fit");
    for (unsigned i = 0; f && i < f->param_count; i++)
        if (!tr_meet(t, f->params[i])) return NULL;
    for (unsigned i = 0; f && i < f->return_count; i++)
        if (!tr_meet(t, f->returns[i])) return NULL;
    return f;
}

/* Pops `count` arguments and brings them to consecutive slots; the first begins at the next home.
 */
static bool pop_args(struct tr *t, const struct mv_type *const *types, unsigned count) {
    for (unsigned k = count; k-- > 0;) {
        struct tr_val v;
        if (!tr_pop_type(t, &v, types[k], MV_CALL_TYPE_MISMATCH_ERROR)) return false;
        tr_home(t, &v);
    }
    return true;
}

static bool push_results(struct tr *t, const struct mv_type *const *types, unsigned count) {
    for (unsigned k = 0; k < count; k++)
        if (!tr_push(t, types[k], false)) return false;
    return true;
}

static bool call(struct tr *t, const struct mv_instr *i, bool generic) {
    struct mv_fn *f = callee(t, i->index, generic);
    if (!f) return false;
    tr_gas(t, f->call_gas);
    if (!pop_args(t, f->params, f->param_count)) return false;
    struct mv_ins *in = tr_emit(t, f->native ? MV_I_CALLN : MV_I_CALL, tr_next_home(t), t->sp);
    in->p = f;
    return push_results(t, f->returns, f->return_count);
}

/* ---- Function values */

const struct mv_type *mv_closure_type(struct mv_cache *c, const struct mv_fn *f, uint64_t mask,
                                      enum mv_status_code *why) {
    const struct mv_type *all[512];
    uint32_t params = 0;
    uint8_t abilities =
        f->attributes & MV_ATTR_PERSISTENT ? MV_ABILITIES_PRIMITIVE : MV_COPY | MV_DROP;
    for (unsigned k = 0; k < f->param_count; k++) {
        bool captured = k < 64 && (mask >> k & 1);
        if (captured && mv_is_ref(f->params[k])) {
            *why = MV_INVALID_SIGNATURE_TOKEN;
            return NULL;
        }
        if (captured)
            abilities &= f->params[k]->abilities;
        else
            all[params++] = f->params[k];
    }
    if (f->param_count < 64 && mask >> f->param_count) {
        *why = MV_NUMBER_OF_ARGUMENTS_MISMATCH;
        return NULL;
    }
    for (unsigned k = 0; k < f->return_count; k++) all[params + k] = f->returns[k];
    return mv_type_function(c, (struct mv_type_list){all, params + f->return_count}, params,
                            abilities, why);
}

static bool pack_closure(struct tr *t, const struct mv_instr *i, bool generic) {
    struct mv_fn *f = callee(t, i->index, generic);
    if (!f) return false;
    enum mv_status_code why = MV_OK;
    const struct mv_type *type = mv_closure_type(t->c, f, i->imm, &why);
    if (!type) return tr_fail(t, why, "captures what cannot be captured");
    struct mv_closure_form *form = ARENA_NEW(&t->c->arena, struct mv_closure_form);
    *form = (struct mv_closure_form){.fn = f, .mask = i->imm, .type = type};
    for (unsigned k = f->param_count; k-- > 0;) {
        struct tr_val v;
        if (k >= 64 || !(i->imm >> k & 1)) continue;
        if (!tr_pop_type(t, &v, f->params[k], MV_PACK_TYPE_MISMATCH_ERROR)) return false;
        tr_home(t, &v);
        form->captured_count++;
    }
    tr_gas(t, MV_GAS_PACK_CLOSURE + MV_GAS_PACK_CLOSURE_PER_CAPTURE * form->captured_count);
    tr_emit(t, MV_I_CLOSURE, tr_next_home(t), 0)->p = form;
    return tr_push(t, type, false);
}

static bool call_closure(struct tr *t, const struct mv_instr *i) {
    const struct mv_signature *sig = &t->m->signatures[i->index];
    if (sig->count != 1) return tr_fail(t, MV_CLOSURE_CALL_REQUIRES_FUNCTION, "one function type");
    const struct mv_type *type = tr_type(t, mv_sig_type(sig, 0));
    if (!type) return false;
    if (type->kind != MV_T_FUNCTION)
        return tr_fail(t, MV_CLOSURE_CALL_REQUIRES_FUNCTION, "not a function type");
    struct tr_val v;
    if (!tr_pop_type(t, &v, type, MV_CALL_TYPE_MISMATCH_ERROR)) return false;
    uint32_t b = tr_slot(t, &v);
    for (unsigned k = 0; k < type->arg_count; k++)
        if (!mv_type_lay(t->c, type->args[k], &t->why->code))
            return tr_fail(t, t->why->code, "a type that cannot be made");
    tr_gas(t, MV_GAS_CALL + MV_GAS_CALL_PER_ARG * type->param_count);
    if (!pop_args(t, type->args, type->param_count)) return false;
    struct mv_ins *in = tr_emit(t, MV_I_CALLC, tr_next_home(t), b);
    in->p = type;
    return push_results(t, type->args + type->param_count, type->arg_count - type->param_count);
}

/* ---- Returns and aborts */

/* What the frame leaves behind must be droppable; what is known to be there is given back. */
static bool drop_locals(struct tr *t) {
    for (uint32_t x = 0; x < t->local_count; x++) {
        if (!tr_bit(&t->maybe, x)) continue;
        if (!(t->locals[x]->abilities & MV_DROP))
            return tr_fail(t, MV_UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP,
                           "returns with a local that cannot be dropped");
        if (!tr_bit(&t->sure, x) || t->locals[x]->plain) continue;
        tr_emit(t, MV_I_DROP, t->local_slot[x], 0);
        tr_word(t, t->locals[x]);
    }
    return true;
}

static bool ret(struct tr *t) {
    const struct mv_fn *f = t->fn;
    tr_gas(t, MV_GAS_RET);
    if (t->sp != f->return_count)
        return tr_fail(t,
                       t->sp < f->return_count ? MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK
                                               : MV_POSITIVE_STACK_SIZE_AT_BLOCK_END,
                       "returns another number of values");
    if (!drop_locals(t)) return false;
    struct tr_val v = {0};
    for (unsigned k = f->return_count; k-- > 0;) {
        if (!tr_pop_type(t, &v, f->returns[k], MV_RET_TYPE_MISMATCH_ERROR)) return false;
        if (f->return_count > 1) tr_home(t, &v);
        if (mv_is_ref(v.type)) tr_emit(t, MV_I_CHKREF, tr_slot(t, &v), 0);
    }
    if (f->return_count == 0) {
        tr_emit(t, MV_I_RET0, 0, 0);
    } else if (f->return_slots == 1) {
        uint32_t a = tr_slot(t, &v);
        tr_emit(t, MV_I_RET1, a, 0);
    } else {
        uint32_t a = tr_slot(t, &v);
        tr_emit(t, MV_I_RETN, a, 0)->u = f->return_slots;
    }
    return true;
}

static bool abort_op(struct tr *t, bool message) {
    struct tr_val code, text = {0};
    tr_gas(t, MV_GAS_ABORT);
    if (message) {
        enum mv_status_code why = MV_OK;
        const struct mv_type *bytes =
            mv_type_of_elem(t->c, MV_T_VECTOR, mv_type_basic(t->c, MV_T_U8), &why);
        if (!tr_pop_type(t, &text, bytes, MV_ABORT_TYPE_MISMATCH_ERROR)) return false;
    }
    if (!tr_pop_type(t, &code, mv_type_basic(t->c, MV_T_U64), MV_ABORT_TYPE_MISMATCH_ERROR))
        return false;
    uint32_t a = tr_slot(t, &code);
    tr_emit(t, message ? MV_I_ABORTMSG : MV_I_ABORT, a, message ? tr_slot(t, &text) : 0);
    return true;
}

bool tr_call(struct tr *t, const struct mv_instr *i) {
    switch (i->op) {
    case MV_OP_LD_CONST: return ld_const(t, &t->m->constants[i->index]);
    case MV_OP_CALL: return call(t, i, false);
    case MV_OP_CALL_GENERIC: return call(t, i, true);
    case MV_OP_RET: return ret(t);
    case MV_OP_ABORT: return abort_op(t, false);
    case MV_OP_ABORT_MSG: return abort_op(t, true);
    case MV_OP_PACK_CLOSURE: return pack_closure(t, i, false);
    case MV_OP_PACK_CLOSURE_GENERIC: return pack_closure(t, i, true);
    case MV_OP_CALL_CLOSURE: return call_closure(t, i);
    default: return global_op(t, i);
    }
}
