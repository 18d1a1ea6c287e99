/* Locals, references, structs, enums, vectors. */
#include "move/tr.h"

#include <assert.h>

/* Gas of copying: known now, or charged by the copy itself. */
static void charge_copy(struct tr *t, uint32_t base, const struct mv_type *type) {
    uint64_t units = type->fixed_abs ? type->abs_units : 0;
    tr_gas(t, base + (uint32_t)min_u64(MV_GAS_COPY_PER_UNIT * units, INT32_MAX));
}

static void emit_drop(struct tr *t, const struct mv_type *type, uint32_t slot) {
    if (type->plain) return;
    tr_emit(t, MV_I_DROP, slot, 0);
    tr_word(t, type);
}

/* ---- Locals */

static bool pop(struct tr *t) {
    struct tr_val v;
    tr_gas(t, MV_GAS_POP);
    if (!tr_pop(t, &v, MV_POP_WITHOUT_DROP_ABILITY)) return false;
    if (!(v.type->abilities & MV_DROP))
        return tr_fail(t, MV_POP_WITHOUT_DROP_ABILITY, "a value that cannot be dropped");
    if (!v.type->plain) emit_drop(t, v.type, tr_slot(t, &v));
    return true;
}

/* A local's value where it lies. */
static struct tr_val local_val(const struct tr *t, uint32_t x) {
    struct tr_val v = {.type = t->locals[x],
                       .where = mv_is_ref(t->locals[x]) ? AT_REF : AT_LOCAL,
                       .slot = t->local_slot[x],
                       .local = (int16_t)x,
                       .made = NO_INS};
    return v;
}

static bool copy_loc(struct tr *t, uint32_t x) {
    const struct mv_type *type = t->locals[x];
    charge_copy(t, MV_GAS_COPY_LOC, type);
    if (!tr_bit(&t->sure, x))
        return tr_fail(t, MV_COPYLOC_UNAVAILABLE_ERROR, "the local may not be set");
    if (!(type->abilities & MV_COPY))
        return tr_fail(t, MV_COPYLOC_WITHOUT_COPY_ABILITY, "a value that cannot be copied");
    if (type->plain && type->fixed_abs && !t->lent[x]) return tr_push_val(t, local_val(t, x));
    if (type->plain && type->fixed_abs) {
        tr_copy_slots(t, tr_next_home(t), t->local_slot[x], mv_slots(type));
        return tr_push(t, type, true);
    }
    tr_emit(t, MV_I_COPY, tr_next_home(t), t->local_slot[x]);
    tr_word(t, type);
    return tr_push(t, type, false);
}

static bool move_loc(struct tr *t, uint32_t x) {
    tr_gas(t, MV_GAS_MOVE_LOC);
    if (!tr_bit(&t->sure, x))
        return tr_fail(t, MV_MOVELOC_UNAVAILABLE_ERROR, "the local may not be set");
    tr_set_bit(&t->sure, x, false);
    tr_set_bit(&t->maybe, x, false);
    return tr_push_val(t, local_val(t, x));
}

static bool st_loc(struct tr *t, uint32_t x) {
    struct tr_val v;
    const struct mv_type *type = t->locals[x];
    tr_gas(t, MV_GAS_ST_LOC);
    if (!tr_pop_type(t, &v, type, MV_STLOC_TYPE_MISMATCH_ERROR)) return false;
    if (tr_bit(&t->maybe, x) && !(type->abilities & MV_DROP))
        return tr_fail(t, MV_STLOC_UNSAFE_TO_DESTROY_ERROR, "overwrites what cannot be dropped");
    tr_release_local(t, x);
    if (tr_bit(&t->sure, x)) emit_drop(t, type, t->local_slot[x]);
    tr_set_local(t, &v, x);
    tr_set_bit(&t->sure, x, true);
    tr_set_bit(&t->maybe, x, true);
    return true;
}

static bool borrow_loc(struct tr *t, uint32_t x, bool mut) {
    tr_gas(t, MV_GAS_BORROW_LOC);
    if (mv_is_ref(t->locals[x]))
        return tr_fail(t, MV_BORROWLOC_REFERENCE_ERROR, "a reference to a reference");
    if (!tr_bit(&t->sure, x))
        return tr_fail(t, MV_BORROWLOC_UNAVAILABLE_ERROR, "the local may not be set");
    const struct mv_type *type = tr_ref_to(t, t->locals[x], mut);
    if (!type) return false;
    return tr_push_val(t, (struct tr_val){.type = type,
                                          .where = AT_FRAME,
                                          .local = NO_LOCAL,
                                          .made = NO_INS,
                                          .off = t->local_slot[x] * 8u});
}

/* ---- References */

static enum mv_ins_op by_size(uint32_t size, enum mv_ins_op one) {
    /* The six sized forms follow each other: 1, 2, 4, 8, 16, 32. */
    switch (size) {
    case 1: return one;
    case 2: return one + 1;
    case 4: return one + 2;
    case 8: return one + 3;
    case 16: return one + 4;
    case 32: return one + 5;
    default: return MV_I_COUNT;
    }
}

/* The VREF that made a reference and nothing else has used; NULL if it is not one. */
static struct mv_ins *element_maker(struct tr *t, const struct tr_val *ref) {
    if (ref->where != AT_REF || ref->off || ref->slot != ref->home) return NULL;
    struct mv_ins *i = tr_maker(t, ref);
    if (!i || i->a != ref->home || (i->go != MV_I_VREF && i->go != MV_I_VREFL)) return NULL;
    return i;
}

static bool read_ref(struct tr *t) {
    struct tr_val r;
    if (!tr_pop_ref(t, &r, MV_READREF_TYPE_MISMATCH_ERROR)) return false;
    const struct mv_type *type = r.type->elem;
    charge_copy(t, MV_GAS_READ_REF, type);
    if (!(type->abilities & MV_COPY))
        return tr_fail(t, MV_READREF_WITHOUT_COPY_ABILITY, "a value that cannot be copied");
    if (!type->plain || !type->fixed_abs) {
        if (!tr_need_slots(t, r.home, mv_slots(type))) return false;
        uint32_t off, b = tr_base(t, &r, &off);
        tr_emit(t, MV_I_COPYR, tr_next_home(t), b)->u = off;
        tr_word(t, type);
        return tr_push(t, type, false);
    }
    enum mv_ins_op op = by_size(type->size, MV_I_LD1);
    struct mv_ins *vref = element_maker(t, &r);
    if (vref && op != MV_I_COUNT && !(type->size < 8 && !mv_is_word(type))) {
        vref->go = (int32_t)by_size(type->size, vref->go == MV_I_VREF ? MV_I_VGET1 : MV_I_VGETL1);
        return tr_push(t, type, true);
    }
    if (r.where == AT_FRAME) {
        uint32_t before = t->ins_count;
        tr_get_bytes(t, type, r.off, tr_next_home(t));
        return tr_push(t, type, t->ins_count > before);
    }
    uint32_t off, b = tr_base(t, &r, &off);
    if (op == MV_I_COUNT) op = MV_I_LDN;
    struct mv_ins *i = tr_emit(t, op, tr_next_home(t), b);
    i->u = off;
    i->w = type->size;
    return tr_push(t, type, true);
}

static bool write_ref(struct tr *t) {
    struct tr_val r, v;
    tr_gas(t, MV_GAS_WRITE_REF);
    if (!tr_pop_mut(t, &r, MV_WRITEREF_NO_MUTABLE_REFERENCE_ERROR)) return false;
    const struct mv_type *type = r.type->elem;
    if (!tr_pop_type(t, &v, type, MV_WRITEREF_TYPE_MISMATCH_ERROR)) return false;
    if (!(type->abilities & MV_DROP))
        return tr_fail(t, MV_WRITEREF_WITHOUT_DROP_ABILITY, "overwrites what cannot be dropped");
    enum mv_ins_op op = by_size(type->size, MV_I_ST1);
    struct mv_ins *vref = element_maker(t, &r);
    if (type->plain && vref && op != MV_I_COUNT && v.where != AT_IMM) {
        vref->go = (int32_t)by_size(type->size, vref->go == MV_I_VREF ? MV_I_VSET1 : MV_I_VSETL1);
        vref->a = (uint16_t)tr_slot(t, &v);
        return true;
    }
    if (type->plain && r.where == AT_FRAME) {
        tr_put_bytes(t, &v, r.off);
        return true;
    }
    uint32_t off, b = tr_base(t, &r, &off), a = tr_slot(t, &v);
    if (!type->plain) {
        tr_emit(t, MV_I_WRITER, a, b)->u = off;
        tr_word(t, type);
        return true;
    }
    struct mv_ins *i = tr_emit(t, op == MV_I_COUNT ? MV_I_STN : op, a, b);
    i->u = off;
    i->w = type->size;
    return true;
}

static bool freeze_ref(struct tr *t) {
    struct tr_val r;
    tr_gas(t, MV_GAS_FREEZE_REF);
    if (!tr_pop_mut(t, &r, MV_FREEZEREF_TYPE_MISMATCH_ERROR)) return false;
    r.type = tr_ref_to(t, r.type->elem, false);
    return r.type && tr_push_val(t, r);
}

/* Pops a reference to `type`, mutable if `mut`. */
static bool pop_ref_to(struct tr *t, struct tr_val *r, const struct mv_type *type, bool mut,
                       enum mv_status_code code) {
    if (!tr_pop_ref(t, r, code)) return false;
    if (r->type->elem != type) return tr_fail(t, code, "a reference to another type");
    if (mut && r->type->kind != MV_T_MUT_REF)
        return tr_fail(t, code, "a mutable reference is wanted");
    return true;
}

static bool push_field_ref(struct tr *t, struct tr_val *r, const struct mv_type_field *f,
                           bool mut) {
    r->type = tr_ref_to(t, f->type, mut);
    if (!r->type) return false;
    r->off += f->offset;
    r->made = NO_INS;
    return tr_push_val(t, *r);
}

static bool borrow_field(struct tr *t, const struct mv_instr *i, bool mut, bool generic) {
    uint32_t handle = generic ? t->m->field_insts[i->index].of : i->index;
    const struct mv_field_handle *h = &t->m->field_handles[handle];
    const struct mv_type *type =
        generic ? tr_struct_inst(t, t->m->field_insts, i->index, h->owner) : tr_struct(t, h->owner);
    struct tr_val r;
    tr_gas(t, MV_GAS_BORROW_FIELD);
    if (!type || !pop_ref_to(t, &r, type, mut, MV_BORROWFIELD_TYPE_MISMATCH_ERROR)) return false;
    if (type->kind != MV_T_STRUCT || h->field >= type->field_count)
        return tr_fail(t, MV_BORROWFIELD_BAD_FIELD_ERROR, "no such field");
    return push_field_ref(t, &r, &type->fields[h->field], mut);
}

static bool borrow_variant_field(struct tr *t, const struct mv_instr *i, bool mut, bool generic) {
    uint32_t handle = generic ? t->m->variant_field_insts[i->index].of : i->index;
    const struct mv_variant_field_handle *h = &t->m->variant_field_handles[handle];
    const struct mv_type *type =
        generic ? tr_struct_inst(t, t->m->variant_field_insts, i->index, h->owner)
                : tr_struct(t, h->owner);
    struct tr_val r;
    tr_gas(t, MV_GAS_BORROW_VARIANT_FIELD);
    if (!type || !pop_ref_to(t, &r, type, mut, MV_BORROWFIELD_TYPE_MISMATCH_ERROR)) return false;
    if (type->kind != MV_T_ENUM || h->variant_count == 0)
        return tr_fail(t, MV_BORROWFIELD_BAD_FIELD_ERROR, "not an enum's field");
    const struct mv_type_field *field = NULL;
    uint32_t *offsets = ARENA_ARRAY(&t->c->arena, uint32_t, MV_VARIANTS_MAX);
    for (unsigned k = 0; k < h->variant_count; k++) {
        unsigned v = h->variants[k];
        if (v >= type->variant_count || v >= MV_VARIANTS_MAX ||
            h->field >= type->variants[v].field_count)
            return tr_fail(t, MV_BORROWFIELD_BAD_FIELD_ERROR, "no such variant or field");
        const struct mv_type_field *f = &type->variants[v].fields[h->field];
        if (field && field->type != f->type)
            return tr_fail(t, MV_BORROWFIELD_TYPE_MISMATCH_ERROR, "variants disagree on the type");
        field = f;
        offsets[v] = f->offset;
    }
    tr_emit(t, MV_I_VARFIELD, tr_next_home(t), tr_slot(t, &r));
    tr_word(t, offsets);
    const struct mv_type *ref = tr_ref_to(t, field->type, mut);
    return ref && tr_push(t, ref, false);
}

/* ---- Structs and enums */

/* Pops `count` field values into vals, first field first. */
static bool pop_fields(struct tr *t, const struct mv_type_field *fields, unsigned count,
                       struct tr_val *vals) {
    for (unsigned k = count; k-- > 0;)
        if (!tr_pop_type(t, &vals[k], fields[k].type, MV_PACK_TYPE_MISMATCH_ERROR)) return false;
    return true;
}

static bool pack(struct tr *t, const struct mv_type *type) {
    struct tr_val *vals = ARENA_ARRAY(t->tmp, struct tr_val, type->field_count + 1);
    tr_gas(t, MV_GAS_PACK + MV_GAS_PACK_PER_FIELD * type->field_count);
    if (type->kind != MV_T_STRUCT) return tr_fail(t, MV_PACK_TYPE_MISMATCH_ERROR, "not a struct");
    if (!pop_fields(t, type->fields, type->field_count, vals)) return false;
    /* A field never lies behind its operand, so that going upwards overwrites nothing unread. */
    uint32_t at = tr_next_home(t) * 8;
    for (unsigned k = 0; k < type->field_count; k++)
        tr_put_bytes(t, &vals[k], at + type->fields[k].offset);
    return tr_push(t, type, type->field_count == 1);
}

static bool pack_variant(struct tr *t, const struct mv_type *type, unsigned variant) {
    if (type->kind != MV_T_ENUM || variant >= type->variant_count)
        return tr_fail(t, MV_PACK_TYPE_MISMATCH_ERROR, "no such variant");
    const struct mv_type_variant *v = &type->variants[variant];
    struct tr_val *vals = ARENA_ARRAY(t->tmp, struct tr_val, v->field_count + 1);
    tr_gas(t, MV_GAS_PACK + MV_GAS_PACK_PER_FIELD * v->field_count);
    /* Built above the operands, because fields may lie anywhere; zeroed, because room that this
     * variant does not use must still hold valid values (memory.h). */
    uint32_t room = tr_next_home(t), slots = mv_slots(type), to = t->top_slot;
    if (!tr_need_slots(t, room, slots + 1) || !pop_fields(t, v->fields, v->field_count, vals))
        return false;
    to = tr_next_home(t);
    tr_emit(t, MV_I_ZERO, room, 0)->u = slots;
    for (unsigned k = 0; k < v->field_count; k++)
        tr_put_bytes(t, &vals[k], room * 8 + v->fields[k].offset);
    tr_emit(t, MV_I_LDI, room + slots, 0)->q = variant;
    tr_emit(t, MV_I_STL4, room + slots, 0)->u = room * 8;
    if (to != room) tr_copy_slots(t, to, room, slots);
    return tr_push(t, type, to != room);
}

/* Pushes the fields of a value whose bytes begin at frame byte `at`; `local` owns them. Field k's
 * operand slot is never below the field when the value is at home in a struct, so that going
 * downwards overwrites nothing unread. */
static bool push_fields(struct tr *t, const struct mv_type_field *fields, unsigned count,
                        uint32_t at, int local) {
    uint32_t *homes = ARENA_ARRAY(t->tmp, uint32_t, count + 1);
    uint64_t slot = tr_next_home(t);
    for (unsigned k = 0; k < count; k++) {
        homes[k] = (uint32_t)slot;
        slot += mv_slots(fields[k].type);
    }
    if (!tr_need_slots(t, tr_next_home(t), slot - tr_next_home(t))) return false;
    for (unsigned k = count; k-- > 0;) {
        uint32_t from = at + fields[k].offset;
        bool whole = from % 8 == 0 && fields[k].type->size % 8 == 0;
        if (local == NO_LOCAL || !whole) tr_get_bytes(t, fields[k].type, from, homes[k]);
    }
    for (unsigned k = 0; k < count; k++) {
        uint32_t from = at + fields[k].offset;
        bool whole = from % 8 == 0 && fields[k].type->size % 8 == 0;
        struct tr_val v = {.type = fields[k].type, .made = NO_INS, .local = NO_LOCAL};
        if (local != NO_LOCAL && whole) {
            v.where = AT_LOCAL;
            v.slot = (uint16_t)(from / 8);
            v.local = (int16_t)local;
        }
        if (!tr_push_val(t, v)) return false;
    }
    return true;
}

static bool unpack(struct tr *t, const struct mv_type *type) {
    struct tr_val v;
    tr_gas(t, MV_GAS_PACK + MV_GAS_PACK_PER_FIELD * type->field_count);
    if (type->kind != MV_T_STRUCT) return tr_fail(t, MV_UNPACK_TYPE_MISMATCH_ERROR, "no struct");
    if (!tr_pop_type(t, &v, type, MV_UNPACK_TYPE_MISMATCH_ERROR)) return false;
    if (v.where == AT_LOCAL)
        return push_fields(t, type->fields, type->field_count, v.slot * 8u, v.local);
    return push_fields(t, type->fields, type->field_count, v.home * 8u, NO_LOCAL);
}

static bool unpack_variant(struct tr *t, const struct mv_type *type, unsigned variant) {
    struct tr_val v;
    if (type->kind != MV_T_ENUM || variant >= type->variant_count)
        return tr_fail(t, MV_UNPACK_TYPE_MISMATCH_ERROR, "no such variant");
    const struct mv_type_variant *tv = &type->variants[variant];
    tr_gas(t, MV_GAS_PACK + MV_GAS_PACK_PER_FIELD * tv->field_count);
    if (!tr_pop_type(t, &v, type, MV_UNPACK_TYPE_MISMATCH_ERROR)) return false;
    uint32_t slot = tr_slot(t, &v), slots = mv_slots(type), room = slot;
    tr_emit(t, MV_I_CHKTAG, slot, 0)->u = variant;
    if (v.where == AT_LOCAL) return push_fields(t, tv->fields, tv->field_count, slot * 8, v.local);
    /* Out of the way of the operands that the fields become. */
    uint64_t above = tr_next_home(t);
    for (unsigned k = 0; k < tv->field_count; k++) above += mv_slots(tv->fields[k].type);
    if (above < slot + slots) above = slot + slots;
    if (!tr_need_slots(t, above, slots)) return false;
    room = (uint32_t)above;
    tr_copy_slots(t, room, slot, slots);
    return push_fields(t, tv->fields, tv->field_count, room * 8, NO_LOCAL);
}

static bool test_variant(struct tr *t, const struct mv_type *type, unsigned variant) {
    struct tr_val r;
    tr_gas(t, MV_GAS_TEST_VARIANT);
    if (type->kind != MV_T_ENUM || variant >= type->variant_count)
        return tr_fail(t, MV_TEST_VARIANT_TYPE_MISMATCH_ERROR, "no such variant");
    if (!pop_ref_to(t, &r, type, false, MV_TEST_VARIANT_TYPE_MISMATCH_ERROR)) return false;
    uint32_t off, b = tr_base(t, &r, &off);
    struct mv_ins *i = tr_emit(t, MV_I_TESTTAG, tr_next_home(t), b);
    i->u = variant;
    i->w = off;
    return tr_push(t, mv_type_basic(t->c, MV_T_BOOL), true);
}

static const struct mv_type *struct_operand(struct tr *t, const struct mv_instr *i, bool generic) {
    if (!generic) return tr_struct(t, i->index);
    return tr_struct_inst(t, t->m->struct_def_insts, i->index, t->m->struct_def_insts[i->index].of);
}

static const struct mv_type *variant_operand(struct tr *t, const struct mv_instr *i, bool generic,
                                             unsigned *variant) {
    uint32_t handle = generic ? t->m->variant_insts[i->index].of : i->index;
    const struct mv_variant_handle *h = &t->m->variant_handles[handle];
    *variant = h->variant;
    if (!generic) return tr_struct(t, h->owner);
    return tr_struct_inst(t, t->m->variant_insts, i->index, h->owner);
}

/* ---- Vectors */

/* The element type that a vector instruction names. */
static const struct mv_type *element(struct tr *t, unsigned signature) {
    const struct mv_signature *sig = &t->m->signatures[signature];
    if (sig->count != 1) {
        tr_fail(t, MV_NUMBER_OF_TYPE_ARGUMENTS_MISMATCH, "a vector has one element type");
        return NULL;
    }
    const struct mv_type *type = tr_type(t, mv_sig_type(sig, 0));
    if (type && mv_is_ref(type)) {
        tr_fail(t, MV_INVALID_SIGNATURE_TOKEN, "a vector of references");
        return NULL;
    }
    return type;
}

static const struct mv_type *vector_of(struct tr *t, const struct mv_type *elem) {
    enum mv_status_code why = MV_OK;
    const struct mv_type *v = mv_type_of_elem(t->c, MV_T_VECTOR, elem, &why);
    if (!v) tr_fail(t, why, "a vector of this cannot be made");
    return v;
}

/* Pops the reference to the vector. */
static bool pop_vector(struct tr *t, struct tr_val *r, const struct mv_type *elem, bool mut) {
    const struct mv_type *v = vector_of(t, elem);
    return v && pop_ref_to(t, r, v, mut, MV_TYPE_MISMATCH);
}

static bool pop_index(struct tr *t, struct tr_val *i) {
    return tr_pop_type(t, i, mv_type_basic(t->c, MV_T_U64), MV_TYPE_MISMATCH);
}

/* Emits the form for a header in the frame, or at a reference. `b` is where that goes. */
static struct mv_ins *emit_vec(struct tr *t, enum mv_ins_op at_ref, enum mv_ins_op local,
                               uint32_t a, struct tr_val *ref) {
    if (ref->where == AT_FRAME) return tr_emit(t, local, a, ref->off / 8);
    uint32_t off, b = tr_base(t, ref, &off);
    struct mv_ins *i = tr_emit(t, at_ref, a, b);
    i->w = off;
    return i;
}

static bool vec_len(struct tr *t, const struct mv_type *elem) {
    struct tr_val r;
    tr_gas(t, MV_GAS_VEC_LEN);
    if (!pop_vector(t, &r, elem, false)) return false;
    emit_vec(t, MV_I_VLEN, MV_I_VLENL, tr_next_home(t), &r);
    return tr_push(t, mv_type_basic(t->c, MV_T_U64), true);
}

static bool vec_borrow(struct tr *t, const struct mv_type *elem, bool mut) {
    struct tr_val r, n;
    tr_gas(t, MV_GAS_VEC_BORROW);
    if (!pop_index(t, &n) || !pop_vector(t, &r, elem, mut)) return false;
    uint32_t c = tr_slot(t, &n);
    struct mv_ins *i = emit_vec(t, MV_I_VREF, MV_I_VREFL, tr_next_home(t), &r);
    i->c = (uint16_t)c;
    i->d = (uint16_t)elem->size;
    const struct mv_type *ref = tr_ref_to(t, elem, mut);
    return ref && tr_push(t, ref, true);
}

static bool vec_push(struct tr *t, const struct mv_type *elem) {
    struct tr_val r, v;
    tr_gas(t, MV_GAS_VEC_PUSH);
    if (!tr_pop_type(t, &v, elem, MV_TYPE_MISMATCH) || !pop_vector(t, &r, elem, true)) return false;
    uint32_t a = tr_slot(t, &v);
    emit_vec(t, MV_I_VPUSH, MV_I_VPUSHL, a, &r);
    tr_word(t, elem);
    return true;
}

static bool vec_pop(struct tr *t, const struct mv_type *elem) {
    struct tr_val r;
    tr_gas(t, MV_GAS_VEC_POP);
    if (!pop_vector(t, &r, elem, true)) return false;
    emit_vec(t, MV_I_VPOP, MV_I_VPOPL, tr_next_home(t), &r)->d = (uint16_t)elem->size;
    return tr_push(t, elem, true);
}

static bool vec_swap(struct tr *t, const struct mv_type *elem) {
    struct tr_val r, x, y;
    tr_gas(t, MV_GAS_VEC_SWAP);
    if (!pop_index(t, &y) || !pop_index(t, &x) || !pop_vector(t, &r, elem, true)) return false;
    uint32_t a = tr_slot(t, &x), c = tr_slot(t, &y);
    struct mv_ins *i = emit_vec(t, MV_I_VSWAP, MV_I_VSWAPL, a, &r);
    i->c = (uint16_t)c;
    i->d = (uint16_t)elem->size;
    return true;
}

static bool vec_pack(struct tr *t, const struct mv_type *elem, uint64_t n) {
    const struct mv_type *type = vector_of(t, elem);
    if (!type) return false;
    if (n > t->sp) return tr_fail(t, MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK, "an operand is missing");
    tr_gas(t, MV_GAS_VEC_PACK + MV_GAS_VEC_PACK_PER_ELEM * (uint32_t)n);
    for (uint64_t k = 0; k < n; k++) {
        struct tr_val v;
        if (!tr_pop_type(t, &v, elem, MV_TYPE_MISMATCH)) return false;
        tr_home(t, &v);
    }
    if (!tr_need_slots(t, tr_next_home(t), mv_slots(type))) return false;
    tr_emit(t, MV_I_VPACK, tr_next_home(t), 0)->u = (uint32_t)n;
    tr_word(t, elem);
    return tr_push(t, type, false);
}

static bool vec_unpack(struct tr *t, const struct mv_type *elem, uint64_t n) {
    const struct mv_type *type = vector_of(t, elem);
    struct tr_val v;
    if (!type || !tr_pop_type(t, &v, type, MV_TYPE_MISMATCH)) return false;
    if (n > 1024) return tr_fail(t, MV_VALUE_STACK_OVERFLOW, "more than 1024 operands");
    tr_gas(t, MV_GAS_VEC_UNPACK + MV_GAS_VEC_UNPACK_PER_ELEM * (uint32_t)n);
    uint32_t b = tr_slot(t, &v);
    tr_emit(t, MV_I_VUNPACK, tr_next_home(t), b)->u = (uint32_t)n;
    tr_word(t, elem);
    for (uint64_t k = 0; k < n; k++)
        if (!tr_push(t, elem, false)) return false;
    return true;
}

static bool vector_op(struct tr *t, const struct mv_instr *i) {
    const struct mv_type *elem = element(t, i->index);
    if (!elem) return false;
    switch (i->op) {
    case MV_OP_VEC_PACK: return vec_pack(t, elem, i->imm);
    case MV_OP_VEC_LEN: return vec_len(t, elem);
    case MV_OP_VEC_IMM_BORROW: return vec_borrow(t, elem, false);
    case MV_OP_VEC_MUT_BORROW: return vec_borrow(t, elem, true);
    case MV_OP_VEC_PUSH_BACK: return vec_push(t, elem);
    case MV_OP_VEC_POP_BACK: return vec_pop(t, elem);
    case MV_OP_VEC_UNPACK: return vec_unpack(t, elem, i->imm);
    default: return vec_swap(t, elem);
    }
}

/* ------------------------------------------------------------------------------------------ */

static bool local_op(struct tr *t, const struct mv_instr *i) {
    if (i->index >= t->local_count) return tr_fail(t, MV_INDEX_OUT_OF_BOUNDS, "no such local");
    switch (i->op) {
    case MV_OP_COPY_LOC: return copy_loc(t, i->index);
    case MV_OP_MOVE_LOC: return move_loc(t, i->index);
    case MV_OP_ST_LOC: return st_loc(t, i->index);
    default: return borrow_loc(t, i->index, i->op == MV_OP_MUT_BORROW_LOC);
    }
}

bool tr_data(struct tr *t, const struct mv_instr *i) {
    const struct mv_type *type;
    unsigned variant;
    bool generic = false;
    switch (i->op) {
    case MV_OP_POP: return pop(t);
    case MV_OP_COPY_LOC:
    case MV_OP_MOVE_LOC:
    case MV_OP_ST_LOC:
    case MV_OP_MUT_BORROW_LOC:
    case MV_OP_IMM_BORROW_LOC: return local_op(t, i);
    case MV_OP_READ_REF: return read_ref(t);
    case MV_OP_WRITE_REF: return write_ref(t);
    case MV_OP_FREEZE_REF: return freeze_ref(t);
    case MV_OP_MUT_BORROW_FIELD: return borrow_field(t, i, true, false);
    case MV_OP_IMM_BORROW_FIELD: return borrow_field(t, i, false, false);
    case MV_OP_MUT_BORROW_FIELD_GENERIC: return borrow_field(t, i, true, true);
    case MV_OP_IMM_BORROW_FIELD_GENERIC: return borrow_field(t, i, false, true);
    case MV_OP_MUT_BORROW_VARIANT_FIELD: return borrow_variant_field(t, i, true, false);
    case MV_OP_IMM_BORROW_VARIANT_FIELD: return borrow_variant_field(t, i, false, false);
    case MV_OP_MUT_BORROW_VARIANT_FIELD_GENERIC: return borrow_variant_field(t, i, true, true);
    case MV_OP_IMM_BORROW_VARIANT_FIELD_GENERIC: return borrow_variant_field(t, i, false, true);
    case MV_OP_PACK_GENERIC: generic = true; __attribute__((fallthrough));
    case MV_OP_PACK: return (type = struct_operand(t, i, generic)) && pack(t, type);
    case MV_OP_UNPACK_GENERIC: generic = true; __attribute__((fallthrough));
    case MV_OP_UNPACK: return (type = struct_operand(t, i, generic)) && unpack(t, type);
    case MV_OP_PACK_VARIANT_GENERIC: generic = true; __attribute__((fallthrough));
    case MV_OP_PACK_VARIANT:
        return (type = variant_operand(t, i, generic, &variant)) && pack_variant(t, type, variant);
    case MV_OP_UNPACK_VARIANT_GENERIC: generic = true; __attribute__((fallthrough));
    case MV_OP_UNPACK_VARIANT:
        return (type = variant_operand(t, i, generic, &variant)) &&
               unpack_variant(t, type, variant);
    case MV_OP_TEST_VARIANT_GENERIC: generic = true; __attribute__((fallthrough));
    case MV_OP_TEST_VARIANT:
        return (type = variant_operand(t, i, generic, &variant)) && test_variant(t, type, variant);
    default:
        if (i->op >= MV_OP_VEC_PACK && i->op <= MV_OP_VEC_SWAP) return vector_op(t, i);
        return tr_fail(t, MV_UNKNOWN_OPCODE, "an unknown instruction");
    }
}
