/* Locals, references, structs, enums, vectors and globals in paranoid mode. */
#include "move/paranoid.h"

#ifdef TERN_MOVE_PARANOID

static bool has(struct pn *p, const struct mv_type *t, unsigned ability, const char *text) {
    return (t->abilities & ability) == ability || pn_breach(p, text);
}

static uint64_t units(const struct mv_type *t, const void *v) {
    return MV_GAS_COPY_PER_UNIT * mv_value_units(t, v);
}

/* Where a reference leads. */
static void *target(const struct pn_value *v) {
    return (void *)(uintptr_t)v->at[0];
}

/* Copies the value at `from` into a new operand. */
static bool push_copy(struct pn *p, const struct mv_type *t, const void *from) {
    struct pn_value *v = pn_push(p, t);
    if (!v) return false;
    return mv_value_copy(&p->s->heap, t, v->at, from) || pn_fail(p, MV_MEMORY_LIMIT_EXCEEDED);
}

/* Moves the bytes of a value into a new operand. */
static bool push_bytes(struct pn *p, const struct mv_type *t, const void *from) {
    struct pn_value *v = pn_push(p, t);
    if (v) memcpy(v->at, from, t->size);
    return v;
}

static bool push_ref(struct pn *p, const struct mv_type *elem, bool mut, void *to, uint32_t ref) {
    const struct mv_type *t = pn_elem_type(p, mut ? MV_T_MUT_REF : MV_T_REF, elem);
    struct pn_value *v = t ? pn_push(p, t) : NULL;
    if (!v) return false;
    v->at[0] = (uint64_t)(uintptr_t)to;
    v->ref = ref;
    return true;
}

/* A reference to `elem` that is good for what follows; `write`: it is written through now. */
static bool pop_ref(struct pn *p, struct pn_value *v, const struct mv_type *elem, bool mut) {
    if (!pn_pop(p, v)) return false;
    if (!mv_is_ref(v->type) || (elem && v->type->elem != elem))
        return pn_breach(p, "not a reference to the type that is wanted");
    if (mut && v->type->kind != MV_T_MUT_REF) return pn_breach(p, "not a mutable reference");
    return true;
}

static bool use_up(struct pn *p, const struct pn_value *v, bool write) {
    if (!pn_ref_use(p, v->ref, write)) return false;
    pn_ref_drop(p, v->ref);
    return true;
}

/* ---- Locals */

static bool local_op(struct pn *p, const struct mv_instr *i) {
    struct pn_frame *f = p->f;
    if (i->index >= f->local_count) return pn_breach(p, "no such local");
    struct pn_value *l = &f->locals[i->index], v;
    if (i->op != MV_OP_ST_LOC && !l->set) return pn_breach(p, "a local that is not set is read");
    bool is_ref = mv_is_ref(l->type);
    switch (i->op) {
    case MV_OP_COPY_LOC:
        if (!has(p, l->type, MV_COPY, "a local without copy is copied") ||
            !pn_gas(p, MV_GAS_COPY_LOC + units(l->type, l->at)))
            return false;
        if (!is_ref) {
            pn_root_gone(p, l->at, true);
            return push_copy(p, l->type, l->at);
        }
        if (!push_bytes(p, l->type, l->at)) return false;
        p->stack[p->count - 1].ref =
            pn_ref_make(p, l->ref, MV_NOWHERE, l->type->kind == MV_T_MUT_REF);
        return true;
    case MV_OP_MOVE_LOC:
        l->set = false;
        pn_root_gone(p, l->at, false);
        if (!pn_gas(p, MV_GAS_MOVE_LOC) || !push_bytes(p, l->type, l->at)) return false;
        p->stack[p->count - 1].ref = l->ref;
        return true;
    case MV_OP_ST_LOC:
        if (!pn_gas(p, MV_GAS_ST_LOC) || !pn_pop(p, &v)) return false;
        if (!mv_assignable(l->type, v.type)) return pn_breach(p, "a local gets another type");
        if (l->set && !has(p, l->type, MV_DROP, "a local without drop is overwritten"))
            return false;
        pn_root_gone(p, l->at, false);
        if (l->set && is_ref) pn_ref_drop(p, l->ref);
        if (l->set && !is_ref) mv_value_drop(&p->s->heap, l->type, l->at);
        memmove(l->at, v.at, 8 * (size_t)mv_slots(l->type));
        l->ref = v.ref;
        l->set = true;
        return true;
    default:
        if (is_ref) return pn_breach(p, "a reference to a reference");
        bool mut = i->op == MV_OP_MUT_BORROW_LOC;
        return pn_gas(p, MV_GAS_BORROW_LOC) &&
               push_ref(p, l->type, mut, l->at, pn_ref_root(p, l->at, PN_NO_REF, mut));
    }
}

static bool pop(struct pn *p) {
    struct pn_value v;
    if (!pn_gas(p, MV_GAS_POP) || !pn_pop(p, &v) ||
        !has(p, v.type, MV_DROP, "a value without drop is dropped"))
        return false;
    if (mv_is_ref(v.type))
        pn_ref_drop(p, v.ref);
    else
        mv_value_drop(&p->s->heap, v.type, v.at);
    return true;
}

/* ---- References */

static bool read_ref(struct pn *p) {
    struct pn_value r;
    if (!pop_ref(p, &r, NULL, false) || !use_up(p, &r, false) ||
        !has(p, r.type->elem, MV_COPY, "a value without copy is read"))
        return false;
    const void *from = target(&r);
    return pn_gas(p, MV_GAS_READ_REF + units(r.type->elem, from)) &&
           push_copy(p, r.type->elem, from);
}

static bool write_ref(struct pn *p) {
    struct pn_value r, v;
    if (!pn_gas(p, MV_GAS_WRITE_REF) || !pop_ref(p, &r, NULL, true) || !pn_pop(p, &v)) return false;
    const struct mv_type *t = r.type->elem;
    if (!mv_assignable(t, v.type)) return pn_breach(p, "another type is written");
    if (!has(p, t, MV_DROP, "a value without drop is overwritten") || !use_up(p, &r, true))
        return false;
    mv_value_drop(&p->s->heap, t, target(&r));
    memcpy(target(&r), v.at, t->size);
    return true;
}

static bool freeze_ref(struct pn *p) {
    struct pn_value r;
    if (!pn_gas(p, MV_GAS_FREEZE_REF) || !pop_ref(p, &r, NULL, true)) return false;
    uint32_t ref = pn_ref_make(p, r.ref, MV_NOWHERE, false);
    pn_ref_drop(p, r.ref);
    return push_ref(p, r.type->elem, false, target(&r), ref);
}

/* The reference becomes one to a part of what it leads to. */
static bool push_part(struct pn *p, const struct pn_value *r, const struct mv_type *t, void *part,
                      uint32_t label, bool mut) {
    uint32_t ref = pn_ref_make(p, r->ref, label, mut);
    pn_ref_drop(p, r->ref);
    return push_ref(p, t, mut, part, ref);
}

static const struct mv_signature *types_of(struct pn *p, const struct mv_inst *inst) {
    return inst ? &p->f->fn->module->m->signatures[inst->types] : NULL;
}

static bool borrow_field(struct pn *p, const struct mv_instr *i, bool mut, bool generic) {
    const struct mv_module *m = p->f->fn->module->m;
    const struct mv_inst *inst = generic ? &m->field_insts[i->index] : NULL;
    const struct mv_field_handle *h = &m->field_handles[inst ? inst->of : i->index];
    const struct mv_type *t = pn_struct(p, h->owner, types_of(p, inst));
    struct pn_value r;
    if (!t || !pn_gas(p, MV_GAS_BORROW_FIELD) || !pop_ref(p, &r, t, mut)) return false;
    if (t->kind != MV_T_STRUCT || h->field >= t->field_count) return pn_breach(p, "no such field");
    const struct mv_type_field *f = &t->fields[h->field];
    return push_part(p, &r, f->type, (uint8_t *)target(&r) + f->offset, h->field, mut);
}

static uint32_t variant_number(const void *value) {
    return load_le32(value);
}

static bool borrow_variant_field(struct pn *p, const struct mv_instr *i, bool mut, bool generic) {
    const struct mv_module *m = p->f->fn->module->m;
    const struct mv_inst *inst = generic ? &m->variant_field_insts[i->index] : NULL;
    const struct mv_variant_field_handle *h = &m->variant_field_handles[inst ? inst->of : i->index];
    const struct mv_type *t = pn_struct(p, h->owner, types_of(p, inst));
    struct pn_value r;
    if (!t || !pn_gas(p, MV_GAS_BORROW_VARIANT_FIELD) || !pop_ref(p, &r, t, mut)) return false;
    if (t->kind != MV_T_ENUM) return pn_breach(p, "a variant's field of no enum");
    uint32_t v = variant_number(target(&r));
    if (v >= t->variant_count) return pn_breach(p, "an enum of no variant");
    for (unsigned k = 0; k < h->variant_count; k++) {
        if (h->variants[k] != v) continue;
        if (h->field >= t->variants[v].field_count) return pn_breach(p, "no such field");
        const struct mv_type_field *f = &t->variants[v].fields[h->field];
        return push_part(p, &r, f->type, (uint8_t *)target(&r) + f->offset, v << 16 | h->field,
                         mut);
    }
    return pn_fail(p, MV_STRUCT_VARIANT_MISMATCH);
}

/* ---- Structs and enums */

static bool pack(struct pn *p, const struct mv_type *t, const struct mv_type_field *fields,
                 unsigned count, uint32_t variant) {
    struct arena_mark mark = arena_mark(&p->arena);
    uint8_t *value = arena_zalloc(&p->arena, 8 * (size_t)mv_slots(t) + 8, 8);
    if (!pn_gas(p, MV_GAS_PACK + (uint64_t)MV_GAS_PACK_PER_FIELD * count)) return false;
    for (unsigned k = count; k-- > 0;) {
        struct pn_value v;
        if (!pn_pop(p, &v)) return false;
        if (!mv_assignable(fields[k].type, v.type)) return pn_breach(p, "a field of another type");
        memcpy(value + fields[k].offset, v.at, fields[k].type->size);
    }
    if (t->kind == MV_T_ENUM) memcpy(value, &variant, 4);
    bool ok = push_bytes(p, t, value);
    arena_release(&p->arena, mark);
    return ok;
}

static bool unpack(struct pn *p, const struct mv_type *t, const struct mv_type_field *fields,
                   unsigned count, uint32_t variant) {
    struct pn_value v;
    if (!pn_gas(p, MV_GAS_PACK + (uint64_t)MV_GAS_PACK_PER_FIELD * count) || !pn_pop_type(p, &v, t))
        return false;
    if (t->kind == MV_T_ENUM && variant_number(v.at) != variant)
        return pn_fail(p, MV_STRUCT_VARIANT_MISMATCH);
    struct arena_mark mark = arena_mark(&p->arena);
    uint8_t *value = arena_alloc(&p->arena, t->size + 1u, 8);
    bool ok = true;
    memcpy(value, v.at, t->size);
    for (unsigned k = 0; k < count && ok; k++)
        ok = push_bytes(p, fields[k].type, value + fields[k].offset);
    arena_release(&p->arena, mark);
    return ok;
}

static bool struct_op(struct pn *p, const struct mv_instr *i, bool generic, bool packs) {
    const struct mv_module *m = p->f->fn->module->m;
    const struct mv_inst *inst = generic ? &m->struct_def_insts[i->index] : NULL;
    const struct mv_type *t = pn_struct(p, inst ? inst->of : i->index, types_of(p, inst));
    if (!t) return false;
    if (t->kind != MV_T_STRUCT) return pn_breach(p, "a struct's instruction on another type");
    return packs ? pack(p, t, t->fields, t->field_count, 0)
                 : unpack(p, t, t->fields, t->field_count, 0);
}

static bool variant_op(struct pn *p, const struct mv_instr *i, unsigned plain) {
    const struct mv_module *m = p->f->fn->module->m;
    const struct mv_inst *inst = i->op != plain ? &m->variant_insts[i->index] : NULL;
    const struct mv_variant_handle *h = &m->variant_handles[inst ? inst->of : i->index];
    const struct mv_type *t = pn_struct(p, h->owner, types_of(p, inst));
    if (!t) return false;
    if (t->kind != MV_T_ENUM || h->variant >= t->variant_count)
        return pn_breach(p, "an enum's instruction on another type");
    const struct mv_type_variant *v = &t->variants[h->variant];
    if (plain == MV_OP_PACK_VARIANT) return pack(p, t, v->fields, v->field_count, h->variant);
    if (plain == MV_OP_UNPACK_VARIANT) return unpack(p, t, v->fields, v->field_count, h->variant);
    struct pn_value r;
    if (!pn_gas(p, MV_GAS_TEST_VARIANT) || !pop_ref(p, &r, t, false) || !use_up(p, &r, false))
        return false;
    bool is = variant_number(target(&r)) == h->variant;
    struct pn_value *out = pn_push(p, pn_basic(p, MV_T_BOOL));
    if (out) out->at[0] = is;
    return out;
}

bool pn_data_op(struct pn *p, const struct mv_instr *i) {
    switch (i->op) {
    case MV_OP_POP: return pop(p);
    case MV_OP_READ_REF: return read_ref(p);
    case MV_OP_WRITE_REF: return write_ref(p);
    case MV_OP_FREEZE_REF: return freeze_ref(p);
    case MV_OP_MUT_BORROW_FIELD: return borrow_field(p, i, true, false);
    case MV_OP_IMM_BORROW_FIELD: return borrow_field(p, i, false, false);
    case MV_OP_MUT_BORROW_FIELD_GENERIC: return borrow_field(p, i, true, true);
    case MV_OP_IMM_BORROW_FIELD_GENERIC: return borrow_field(p, i, false, true);
    case MV_OP_MUT_BORROW_VARIANT_FIELD: return borrow_variant_field(p, i, true, false);
    case MV_OP_IMM_BORROW_VARIANT_FIELD: return borrow_variant_field(p, i, false, false);
    case MV_OP_MUT_BORROW_VARIANT_FIELD_GENERIC: return borrow_variant_field(p, i, true, true);
    case MV_OP_IMM_BORROW_VARIANT_FIELD_GENERIC: return borrow_variant_field(p, i, false, true);
    case MV_OP_PACK:
    case MV_OP_PACK_GENERIC: return struct_op(p, i, i->op == MV_OP_PACK_GENERIC, true);
    case MV_OP_UNPACK:
    case MV_OP_UNPACK_GENERIC: return struct_op(p, i, i->op == MV_OP_UNPACK_GENERIC, false);
    case MV_OP_PACK_VARIANT:
    case MV_OP_PACK_VARIANT_GENERIC: return variant_op(p, i, MV_OP_PACK_VARIANT);
    case MV_OP_UNPACK_VARIANT:
    case MV_OP_UNPACK_VARIANT_GENERIC: return variant_op(p, i, MV_OP_UNPACK_VARIANT);
    case MV_OP_TEST_VARIANT:
    case MV_OP_TEST_VARIANT_GENERIC: return variant_op(p, i, MV_OP_TEST_VARIANT);
    default: return local_op(p, i);
    }
}

/* ---- Vectors */

static bool vector_fails(struct pn *p, uint64_t sub_status) {
    p->sub_status = sub_status;
    return pn_fail(p, MV_VECTOR_OPERATION_ERROR);
}

static bool pop_index(struct pn *p, uint64_t *i) {
    struct pn_value v;
    if (!pn_pop_type(p, &v, pn_basic(p, MV_T_U64))) return false;
    *i = v.at[0];
    return true;
}

static bool vec_pack(struct pn *p, const struct mv_type *elem, const struct mv_type *t,
                     uint64_t n) {
    struct mv_vec vec;
    if (n > p->count - p->f->base) return pn_breach(p, "operands are missing");
    if (!pn_gas(p, MV_GAS_VEC_PACK + MV_GAS_VEC_PACK_PER_ELEM * n)) return false;
    if (!mv_vec_make(&p->s->heap, &vec, n, elem->size, mv_kind_of(elem)))
        return pn_fail(p, MV_MEMORY_LIMIT_EXCEEDED);
    for (uint64_t k = n; k-- > 0;) {
        struct pn_value v;
        if (!pn_pop(p, &v)) return false;
        if (v.type != elem) return pn_breach(p, "an element of another type");
        memcpy(vec.p + k * elem->size, v.at, elem->size);
    }
    return push_bytes(p, t, &vec);
}

static bool vec_unpack(struct pn *p, const struct mv_type *elem, const struct mv_type *t,
                       uint64_t n) {
    struct pn_value v;
    struct mv_vec vec;
    if (!pn_pop_type(p, &v, t) || !pn_gas(p, MV_GAS_VEC_UNPACK + MV_GAS_VEC_UNPACK_PER_ELEM * n))
        return false;
    memcpy(&vec, v.at, sizeof vec);
    if (vec.len != n) return vector_fails(p, 3);
    for (uint64_t k = 0; k < n; k++)
        if (!push_bytes(p, elem, vec.p + k * elem->size)) return false;
    if (vec.p) mv_heap_give(&p->s->heap, vec.p, (uint64_t)vec.cap * elem->size, mv_kind_of(elem));
    return true;
}

static bool vec_borrow(struct pn *p, const struct mv_type *elem, const struct mv_type *t,
                       bool mut) {
    struct pn_value r;
    uint64_t i;
    if (!pn_gas(p, MV_GAS_VEC_BORROW) || !pop_index(p, &i) || !pop_ref(p, &r, t, mut)) return false;
    /* Finding an element reads the vector. */
    if (!pn_ref_use(p, r.ref, false)) return false;
    const struct mv_vec *vec = target(&r);
    if (i >= vec->len) return vector_fails(p, 1);
    return push_part(p, &r, elem, vec->p + i * elem->size, (uint32_t)i, mut);
}

static bool vec_change(struct pn *p, unsigned op, const struct mv_type *elem,
                       const struct mv_type *t) {
    struct pn_value r, v;
    uint64_t x = 0, y = 0;
    unsigned gas = op == MV_OP_VEC_PUSH_BACK  ? MV_GAS_VEC_PUSH
                   : op == MV_OP_VEC_POP_BACK ? MV_GAS_VEC_POP
                                              : MV_GAS_VEC_SWAP;
    if (!pn_gas(p, gas)) return false;
    if (op == MV_OP_VEC_PUSH_BACK) {
        if (!pn_pop(p, &v)) return false;
        if (v.type != elem) return pn_breach(p, "an element of another type");
    }
    if (op == MV_OP_VEC_SWAP && (!pop_index(p, &y) || !pop_index(p, &x))) return false;
    if (!pop_ref(p, &r, t, true) || !use_up(p, &r, true)) return false;
    struct mv_vec *vec = target(&r);
    if (op == MV_OP_VEC_PUSH_BACK) {
        if (vec->len == vec->cap &&
            !mv_vec_reserve(&p->s->heap, vec, (uint64_t)vec->len + 1, elem->size, mv_kind_of(elem)))
            return pn_fail(p, MV_MEMORY_LIMIT_EXCEEDED);
        memcpy(vec->p + (size_t)vec->len++ * elem->size, v.at, elem->size);
        return true;
    }
    if (op == MV_OP_VEC_POP_BACK) {
        if (!vec->len) return vector_fails(p, 2);
        vec->len--;
        return push_bytes(p, elem, vec->p + (size_t)vec->len * elem->size);
    }
    if (x >= vec->len || y >= vec->len) return vector_fails(p, 1);
    for (uint32_t k = 0; x != y && k < elem->size; k++) {
        uint8_t *a = vec->p + x * elem->size + k, *b = vec->p + y * elem->size + k, c = *a;
        *a = *b;
        *b = c;
    }
    return true;
}

bool pn_vector_op(struct pn *p, const struct mv_instr *i) {
    const struct mv_signature *sig = &p->f->fn->module->m->signatures[i->index];
    if (sig->count != 1) return pn_breach(p, "a vector of several types");
    const struct mv_type *elem = pn_type(p, mv_sig_type(sig, 0));
    const struct mv_type *t = elem ? pn_elem_type(p, MV_T_VECTOR, elem) : NULL;
    struct pn_value r, *out;
    uint64_t n;
    if (!t) return false;
    switch (i->op) {
    case MV_OP_VEC_PACK: return vec_pack(p, elem, t, i->imm);
    case MV_OP_VEC_UNPACK: return vec_unpack(p, elem, t, i->imm);
    case MV_OP_VEC_IMM_BORROW: return vec_borrow(p, elem, t, false);
    case MV_OP_VEC_MUT_BORROW: return vec_borrow(p, elem, t, true);
    case MV_OP_VEC_LEN:
        if (!pn_gas(p, MV_GAS_VEC_LEN) || !pop_ref(p, &r, t, false) || !use_up(p, &r, false))
            return false;
        n = ((const struct mv_vec *)target(&r))->len;
        out = pn_push(p, pn_basic(p, MV_T_U64));
        if (out) out->at[0] = n;
        return out;
    default: return vec_change(p, i->op, elem, t);
    }
}

/* ---- Globals */

static bool stops(struct pn *p, enum mv_status_code e) {
    return e ? pn_fail(p, e) : true;
}

static bool borrow_global(struct pn *p, const struct mv_type *t, const struct b32 *a, bool mut) {
    void *at;
    if (!stops(p, mv_global_borrow(p->s, a, t, mut, &at))) return false;
    return push_ref(p, t, mut, at, pn_ref_root(p, at, PN_NO_REF, mut));
}

static bool move_from(struct pn *p, const struct mv_type *t, const struct b32 *a) {
    void *at;
    struct pn_value *v = pn_push(p, t);
    if (!v || !stops(p, mv_global_borrow(p->s, a, t, true, &at))) return false;
    pn_root_gone(p, at, false);
    return stops(p, mv_global_move_from(p->s, a, t, v->at));
}

static bool move_to(struct pn *p, const struct mv_type *t) {
    struct pn_value v, signer;
    if (!pn_pop_type(p, &v, t) || !pop_ref(p, &signer, pn_basic(p, MV_T_SIGNER), false) ||
        !use_up(p, &signer, false))
        return false;
    if (signer.type->kind != MV_T_REF) return pn_breach(p, "a mutable reference to a signer");
    return stops(p, mv_global_move_to(p->s, target(&signer), t, v.at));
}

static unsigned global_gas(uint8_t op) {
    switch (op) {
    case MV_OP_EXISTS:
    case MV_OP_EXISTS_GENERIC: return MV_GAS_EXISTS;
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC: return MV_GAS_MOVE_FROM;
    case MV_OP_MOVE_TO:
    case MV_OP_MOVE_TO_GENERIC: return MV_GAS_MOVE_TO;
    default: return MV_GAS_BORROW_GLOBAL;
    }
}

bool pn_global_op(struct pn *p, const struct mv_instr *i) {
    bool generic = i->op >= MV_OP_EXISTS_GENERIC && i->op <= MV_OP_MOVE_TO_GENERIC;
    const struct mv_module *m = p->f->fn->module->m;
    const struct mv_inst *inst = generic ? &m->struct_def_insts[i->index] : NULL;
    const struct mv_type *t = pn_struct(p, inst ? inst->of : i->index, types_of(p, inst));
    struct pn_value v, *out;
    if (!t || !has(p, t, MV_KEY, "a global of a type without key")) return false;
    if (!pn_gas(p, global_gas(i->op))) return false;
    if (!mv_may_touch(p->s, p->f->fn, t->module)) return pn_fail(p, MV_RUNTIME_DISPATCH_ERROR);
    if (i->op == MV_OP_MOVE_TO || i->op == MV_OP_MOVE_TO_GENERIC) return move_to(p, t);
    if (!pn_pop_type(p, &v, pn_basic(p, MV_T_ADDRESS))) return false;
    struct b32 a;
    memcpy(&a, v.at, sizeof a);
    switch (i->op) {
    case MV_OP_EXISTS:
    case MV_OP_EXISTS_GENERIC: {
        bool found = false;
        if (!stops(p, mv_global_exists(p->s, &a, t, &found))) return false;
        out = pn_push(p, pn_basic(p, MV_T_BOOL));
        if (out) out->at[0] = found;
        return out;
    }
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC: return move_from(p, t, &a);
    default:
        return borrow_global(
            p, t, &a, i->op == MV_OP_MUT_BORROW_GLOBAL || i->op == MV_OP_MUT_BORROW_GLOBAL_GENERIC);
    }
}

#endif
