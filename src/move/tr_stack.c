#include "move/tr.h"

#include <assert.h>

bool tr_fail(struct tr *t, enum mv_status_code code, const char *text) {
    *t->why = mv_err_code(code, t->fn->def, t->pc, text);
    return false;
}

/* ---- Instructions */

struct mv_ins *tr_emit(struct tr *t, enum mv_ins_op op, uint32_t a, uint32_t b) {
    if (t->ins_count == t->ins_capacity) {
        uint32_t n = t->ins_capacity ? 2 * t->ins_capacity : 256;
        struct mv_ins *ins = ARENA_ARRAY(t->tmp, struct mv_ins, n);
        uint16_t *where = ARENA_ARRAY(t->tmp, uint16_t, n);
        if (t->ins_count) {
            memcpy(ins, t->ins, t->ins_count * sizeof *ins);
            memcpy(where, t->where, t->ins_count * sizeof *where);
        }
        t->ins = ins;
        t->where = where;
        t->ins_capacity = n;
    }
    t->where[t->ins_count] = (uint16_t)t->pc;
    struct mv_ins *i = &t->ins[t->ins_count++];
    *i = (struct mv_ins){.go = (int32_t)op, .a = (uint16_t)a, .b = (uint16_t)b};
    return i;
}

void tr_word(struct tr *t, const void *p) {
    tr_emit(t, MV_I_COUNT, 0, 0)->p = p;
}

struct mv_ins *tr_maker(struct tr *t, const struct tr_val *v) {
    if (v->made == NO_INS || v->made < t->barrier || (uint32_t)v->made + 1 != t->ins_count)
        return NULL;
    return &t->ins[v->made];
}

/* ---- The stack */

bool tr_need_slots(struct tr *t, uint64_t from, uint64_t count) {
    if (from + count > t->max_slot) t->max_slot = (uint32_t)min_u64(from + count, UINT32_MAX);
    if (from + count <= UINT16_MAX - 8) return true;
    return tr_fail(t, MV_VALUE_STACK_OVERFLOW, "a frame of more than 64 Ki slots");
}

bool tr_push_val(struct tr *t, struct tr_val v) {
    if (t->sp >= 1024) return tr_fail(t, MV_VALUE_STACK_OVERFLOW, "more than 1024 operands");
    uint32_t slots = mv_slots(v.type);
    if (!tr_need_slots(t, t->top_slot, slots)) return false;
    v.home = (uint16_t)t->top_slot;
    t->stack[t->sp++] = v;
    t->top_slot += slots;
    if (t->sp > t->max_sp) t->max_sp = t->sp;
    return true;
}

bool tr_push(struct tr *t, const struct mv_type *type, bool made) {
    struct tr_val v = {.type = type, .where = AT_HOME, .local = NO_LOCAL};
    v.made = made ? (int32_t)t->ins_count - 1 : NO_INS;
    if (mv_is_ref(type)) {
        v.where = AT_REF;
        v.slot = (uint16_t)t->top_slot;
    }
    return tr_push_val(t, v);
}

bool tr_pop(struct tr *t, struct tr_val *v, enum mv_status_code code) {
    (void)code;
    if (t->sp == 0) return tr_fail(t, MV_NEGATIVE_STACK_SIZE_WITHIN_BLOCK, "an operand is missing");
    *v = t->stack[--t->sp];
    t->top_slot = v->home;
    return true;
}

bool tr_pop_type(struct tr *t, struct tr_val *v, const struct mv_type *type,
                 enum mv_status_code code) {
    if (!tr_pop(t, v, code)) return false;
    return mv_assignable(type, v->type) || tr_fail(t, code, "an operand of another type");
}

bool tr_pop_ref(struct tr *t, struct tr_val *v, enum mv_status_code code) {
    if (!tr_pop(t, v, code)) return false;
    return mv_is_ref(v->type) || tr_fail(t, code, "not a reference");
}

bool tr_pop_mut(struct tr *t, struct tr_val *v, enum mv_status_code code) {
    if (!tr_pop(t, v, code)) return false;
    return v->type->kind == MV_T_MUT_REF || tr_fail(t, code, "not a mutable reference");
}

/* ---- Where values are */

void tr_copy_slots(struct tr *t, uint32_t to, uint32_t from, uint32_t n) {
    if (to == from || n == 0) return;
    enum mv_ins_op op = n == 1 ? MV_I_MOV : n == 2 ? MV_I_MOV2 : n == 4 ? MV_I_MOV4 : MV_I_MOVN;
    tr_emit(t, op, to, from)->u = n;
}

void tr_move_to(struct tr *t, struct tr_val *v, uint32_t slot) {
    switch (v->where) {
    case AT_HOME: tr_copy_slots(t, slot, v->home, mv_slots(v->type)); break;
    case AT_LOCAL: tr_copy_slots(t, slot, v->slot, mv_slots(v->type)); break;
    case AT_IMM: tr_emit(t, MV_I_LDI, slot, 0)->q = v->imm; break;
    case AT_FRAME: tr_emit(t, MV_I_LEA, slot, 0)->u = v->off; break;
    case AT_REF:
        if (v->off)
            tr_emit(t, MV_I_ADDP, slot, v->slot)->u = v->off;
        else
            tr_copy_slots(t, slot, v->slot, 1);
        break;
    }
}

void tr_home(struct tr *t, struct tr_val *v) {
    tr_move_to(t, v, v->home);
    v->local = NO_LOCAL;
    v->off = 0;
    v->made = NO_INS;
    v->slot = v->home;
    v->where = mv_is_ref(v->type) ? AT_REF : AT_HOME;
}

uint32_t tr_slot(struct tr *t, struct tr_val *v) {
    if (v->where == AT_HOME) return v->home;
    if (v->where == AT_LOCAL || (v->where == AT_REF && v->off == 0)) return v->slot;
    tr_home(t, v);
    return v->home;
}

uint32_t tr_base(struct tr *t, struct tr_val *ref, uint32_t *off) {
    if (ref->where == AT_REF) {
        *off = ref->off;
        return ref->slot;
    }
    *off = 0;
    return tr_slot(t, ref);
}

void tr_put_bytes(struct tr *t, struct tr_val *v, uint32_t at) {
    uint32_t size = v->type->size;
    if (at % 8 == 0 && size % 8 == 0) {
        tr_move_to(t, v, at / 8);
        return;
    }
    uint32_t slot = tr_slot(t, v);
    if (slot * 8 == at) return;
    enum mv_ins_op op = size == 1   ? MV_I_STL1
                        : size == 2 ? MV_I_STL2
                        : size == 4 ? MV_I_STL4
                                    : MV_I_MOVB;
    struct mv_ins *i = tr_emit(t, op, op == MV_I_MOVB ? size : slot, 0);
    i->u = at;
    i->w = slot * 8;
}

void tr_get_bytes(struct tr *t, const struct mv_type *type, uint32_t at, uint32_t slot) {
    uint32_t size = type->size;
    if (at % 8 == 0 && size % 8 == 0) {
        tr_copy_slots(t, slot, at / 8, size / 8);
        return;
    }
    enum mv_ins_op op = size == 1   ? MV_I_LDL1
                        : size == 2 ? MV_I_LDL2
                        : size == 4 ? MV_I_LDL4
                                    : MV_I_MOVB;
    struct mv_ins *i = tr_emit(t, op, op == MV_I_MOVB ? size : slot, 0);
    i->u = op == MV_I_MOVB ? slot * 8 : at;
    i->w = at;
}

void tr_release_local(struct tr *t, uint32_t local) {
    for (uint32_t i = 0; i < t->sp; i++)
        if (t->stack[i].local == (int)local) tr_home(t, &t->stack[i]);
}

static bool writes_a_only(int32_t op) {
    static const char kind[] = {
#define INS(name, writes) #writes[0],
#include "move/ins.def"
#undef INS
        'N'};
    return kind[op] == 'D';
}

void tr_set_local(struct tr *t, struct tr_val *v, uint32_t x) {
    uint32_t slot = t->local_slot[x];
    struct mv_ins *maker = tr_maker(t, v);
    bool at_home = v->where == AT_HOME || (v->where == AT_REF && v->slot == v->home && v->off == 0);
    if (maker && at_home && writes_a_only(maker->go) && maker->a == v->home) {
        maker->a = (uint16_t)slot;
        return;
    }
    tr_move_to(t, v, slot);
}
