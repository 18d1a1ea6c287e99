/* Integers, booleans, comparisons, casts, jumps. */
#include "move/tr.h"

#include <assert.h>

static const struct mv_type *basic(struct tr *t, enum mv_type_kind kind) {
    return mv_type_basic(t->c, kind);
}

static bool fits_u32(const struct tr_val *v) {
    return v->where == AT_IMM && v->imm <= UINT32_MAX;
}

/* ---- Constants */

static bool push_imm(struct tr *t, enum mv_type_kind kind, uint64_t imm) {
    const struct mv_type *type = basic(t, kind);
    if (type->bits && type->bits < 64) imm &= (1ull << type->bits) - 1;
    tr_gas(t, MV_GAS_LD_SMALL);
    return tr_push_val(
        t, (struct tr_val){
               .type = type, .where = AT_IMM, .local = NO_LOCAL, .made = NO_INS, .imm = imm});
}

static bool push_wide(struct tr *t, enum mv_type_kind kind, uint64_t index) {
    const struct mv_type *type = basic(t, kind);
    tr_gas(t, MV_GAS_LD_WIDE);
    tr_emit(t, type->size == 16 ? MV_I_LDW : MV_I_LDY, tr_next_home(t), 0)->p = &t->m->wide[index];
    return tr_push(t, type, true);
}

/* ---- Two operands */

static bool pop_two(struct tr *t, struct tr_val *x, struct tr_val *y, enum mv_status_code code) {
    if (!tr_pop(t, y, code) || !tr_pop(t, x, code)) return false;
    return x->type == y->type || tr_fail(t, code, "operands of different types");
}

/* R(home) = op; the result is of `type`. */
static bool emit_op(struct tr *t, enum mv_ins_op op, uint32_t b, uint32_t u, uint32_t w,
                    const struct mv_type *type) {
    struct mv_ins *i = tr_emit(t, op, tr_next_home(t), b);
    i->u = u;
    i->w = w;
    return tr_push(t, type, true);
}

/* The word operation of a bytecode: for 64 bits, for less, and their forms with an immediate. */
struct word_op {
    uint16_t wide, narrow, wide_imm, narrow_imm;
    bool commutes, any_width;
};

static const struct word_op *word_op(uint8_t op) {
    static const struct word_op ops[] = {
        {MV_I_ADD64, MV_I_ADDN, MV_I_ADD64I, MV_I_ADDNI, true, false},
        {MV_I_SUB, MV_I_SUB, MV_I_SUBI, MV_I_SUBI, false, true},
        {MV_I_MUL64, MV_I_MULN, MV_I_MUL64I, MV_I_MULNI, true, false},
        {MV_I_MOD, MV_I_MOD, MV_I_MODI, MV_I_MODI, false, true},
        {MV_I_DIV, MV_I_DIV, MV_I_DIVI, MV_I_DIVI, false, true},
        {MV_I_OR, MV_I_OR, MV_I_ORI, MV_I_ORI, true, true},
        {MV_I_AND, MV_I_AND, MV_I_ANDI, MV_I_ANDI, true, true},
        {MV_I_XOR, MV_I_XOR, MV_I_XORI, MV_I_XORI, true, true},
    };
    assert(op >= MV_OP_ADD && op <= MV_OP_XOR);
    return &ops[op - MV_OP_ADD];
}

static const struct mv_divisor *divisor(struct tr *t, uint64_t d) {
    struct mv_divisor *k = ARENA_NEW(&t->c->arena, struct mv_divisor);
    uint32_t l = 64 - (uint32_t)__builtin_clzll(d - 1);
    uint64_t rest = (l == 64 ? 0 : 1ull << l) - d;
    *k = (struct mv_divisor){d, (uint64_t)(((__uint128_t)rest << 64) / d + 1), l - 1};
    return k;
}

/* Division and remainder by a constant above one. */
static bool divide_imm(struct tr *t, uint8_t op, struct tr_val *x, uint64_t d) {
    const struct mv_type *type = x->type;
    uint32_t b = tr_slot(t, x);
    bool mod = op == MV_OP_MOD;
    if ((d & (d - 1)) == 0 && d - 1 <= UINT32_MAX)
        return emit_op(t, mod ? MV_I_ANDI : MV_I_SHRI, b,
                       mod ? (uint32_t)(d - 1) : (uint32_t)__builtin_ctzll(d), 0, type);
    tr_emit(t, mod ? MV_I_MODK : MV_I_DIVK, tr_next_home(t), b)->p = divisor(t, d);
    return tr_push(t, type, true);
}

static bool word_arith(struct tr *t, uint8_t op, struct tr_val *x, struct tr_val *y) {
    const struct word_op *w = word_op(op);
    const struct mv_type *type = x->type;
    bool narrow = type->bits < 64;
    if (w->commutes && x->where == AT_IMM && y->where != AT_IMM) {
        struct tr_val s = *x;
        *x = *y;
        *y = s;
    }
    if (y->where == AT_IMM && (op == MV_OP_DIV || op == MV_OP_MOD) && y->imm > 1)
        return divide_imm(t, op, x, y->imm);
    bool imm = fits_u32(y) && !((op == MV_OP_DIV || op == MV_OP_MOD) && y->imm == 0);
    uint32_t b = tr_slot(t, x), bits = type->bits;
    if (imm) {
        return emit_op(t, narrow ? w->narrow_imm : w->wide_imm, b, (uint32_t)y->imm, bits, type);
    }
    uint32_t c = tr_slot(t, y);
    return emit_op(t, narrow ? w->narrow : w->wide, b, c, bits, type);
}

static enum mv_ins_op wide_op(uint8_t op, bool is_256) {
    static const uint16_t ops[][2] = {
        {MV_I_ADD128, MV_I_ADD256}, {MV_I_SUB128, MV_I_SUB256}, {MV_I_MUL128, MV_I_MUL256},
        {MV_I_MOD128, MV_I_MOD256}, {MV_I_DIV128, MV_I_DIV256}, {MV_I_OR128, MV_I_OR256},
        {MV_I_AND128, MV_I_AND256}, {MV_I_XOR128, MV_I_XOR256},
    };
    return ops[op - MV_OP_ADD][is_256];
}

static bool signed_op(struct tr *t, uint8_t op, struct tr_val *x, struct tr_val *y,
                      const struct mv_type *result) {
    uint32_t b = tr_slot(t, x), c = y ? tr_slot(t, y) : b;
    struct mv_ins *i = tr_emit(t, MV_I_SIGNED, tr_next_home(t), b);
    i->c = (uint16_t)c;
    i->d = (uint16_t)(x->type->kind << 8 | result->kind);
    i->w = op;
    return tr_push(t, result, true);
}

static bool arithmetic(struct tr *t, uint8_t op) {
    struct tr_val x, y;
    tr_gas(t, MV_GAS_ARITHMETIC);
    if (!pop_two(t, &x, &y, MV_INTEGER_OP_TYPE_MISMATCH_ERROR)) return false;
    const struct mv_type *type = x.type;
    if (!mv_is_int(type)) return tr_fail(t, MV_INTEGER_OP_TYPE_MISMATCH_ERROR, "not an integer");
    if (type->is_signed) {
        if (op == MV_OP_BIT_AND || op == MV_OP_BIT_OR || op == MV_OP_XOR)
            return tr_fail(t, MV_INTEGER_OP_TYPE_MISMATCH_ERROR, "bit operation on a signed type");
        return signed_op(t, op, &x, &y, type);
    }
    if (mv_is_word(type)) return word_arith(t, op, &x, &y);
    uint32_t b = tr_slot(t, &x), c = tr_slot(t, &y);
    return emit_op(t, wide_op(op, type->kind == MV_T_U256), b, c, 0, type);
}

static bool shift(struct tr *t, uint8_t op) {
    struct tr_val x, n;
    tr_gas(t, MV_GAS_ARITHMETIC);
    if (!tr_pop_type(t, &n, basic(t, MV_T_U8), MV_INTEGER_OP_TYPE_MISMATCH_ERROR) ||
        !tr_pop(t, &x, MV_INTEGER_OP_TYPE_MISMATCH_ERROR))
        return false;
    const struct mv_type *type = x.type;
    if (!mv_is_int(type) || type->is_signed)
        return tr_fail(t, MV_INTEGER_OP_TYPE_MISMATCH_ERROR, "not an unsigned integer");
    bool left = op == MV_OP_SHL;
    uint32_t b = tr_slot(t, &x);
    if (!mv_is_word(type)) {
        bool is_256 = type->kind == MV_T_U256;
        enum mv_ins_op o =
            left ? (is_256 ? MV_I_SHL256 : MV_I_SHL128) : (is_256 ? MV_I_SHR256 : MV_I_SHR128);
        return emit_op(t, o, b, tr_slot(t, &n), 0, type);
    }
    if (n.where == AT_IMM && n.imm < type->bits)
        return emit_op(t, left ? MV_I_SHLI : MV_I_SHRI, b, (uint32_t)n.imm, type->bits, type);
    return emit_op(t, left ? MV_I_SHL : MV_I_SHR, b, tr_slot(t, &n), type->bits, type);
}

static bool logic(struct tr *t, uint8_t op) {
    struct tr_val x, y;
    tr_gas(t, MV_GAS_ARITHMETIC);
    const struct mv_type *type = basic(t, MV_T_BOOL);
    if (!tr_pop_type(t, &y, type, MV_BOOLEAN_OP_TYPE_MISMATCH_ERROR) ||
        !tr_pop_type(t, &x, type, MV_BOOLEAN_OP_TYPE_MISMATCH_ERROR))
        return false;
    uint32_t b = tr_slot(t, &x), c = tr_slot(t, &y);
    return emit_op(t, op == MV_OP_OR ? MV_I_OR : MV_I_AND, b, c, 0, type);
}

/* ---- Comparisons */

static bool compare_word(struct tr *t, uint8_t op, struct tr_val *x, struct tr_val *y) {
    const struct mv_type *type = basic(t, MV_T_BOOL);
    static const uint16_t imm_ops[] = {MV_I_LTI, MV_I_GTI, MV_I_LEI, MV_I_GEI};
    static const uint8_t mirrored[] = {1, 0, 3, 2};
    unsigned k = op - MV_OP_LT;
    if (fits_u32(y)) return emit_op(t, imm_ops[k], tr_slot(t, x), (uint32_t)y->imm, 0, type);
    if (fits_u32(x))
        return emit_op(t, imm_ops[mirrored[k]], tr_slot(t, y), (uint32_t)x->imm, 0, type);
    uint32_t b = tr_slot(t, x), c = tr_slot(t, y);
    bool swap = op == MV_OP_GT || op == MV_OP_GE;
    return emit_op(t, op == MV_OP_LT || op == MV_OP_GT ? MV_I_LT : MV_I_LE, swap ? c : b,
                   swap ? b : c, 0, type);
}

static bool compare(struct tr *t, uint8_t op) {
    struct tr_val x, y;
    tr_gas(t, MV_GAS_ARITHMETIC);
    if (!pop_two(t, &x, &y, MV_INTEGER_OP_TYPE_MISMATCH_ERROR)) return false;
    if (!mv_is_int(x.type)) return tr_fail(t, MV_INTEGER_OP_TYPE_MISMATCH_ERROR, "not an integer");
    if (x.type->is_signed) return signed_op(t, op, &x, &y, basic(t, MV_T_BOOL));
    if (mv_is_word(x.type)) return compare_word(t, op, &x, &y);
    bool is_256 = x.type->kind == MV_T_U256, swap = op == MV_OP_GT || op == MV_OP_GE;
    bool strict = op == MV_OP_LT || op == MV_OP_GT;
    uint32_t b = tr_slot(t, &x), c = tr_slot(t, &y);
    enum mv_ins_op o =
        strict ? (is_256 ? MV_I_LT256 : MV_I_LT128) : (is_256 ? MV_I_LE256 : MV_I_LE128);
    return emit_op(t, o, swap ? c : b, swap ? b : c, 0, basic(t, MV_T_BOOL));
}

static void charge_eq(struct tr *t, const struct mv_type *type) {
    uint64_t units = type->fixed_abs ? 2 * type->abs_units : 0; /* else EQX charges */
    tr_gas(t, MV_GAS_EQ + (uint32_t)min_u64(MV_GAS_EQ_PER_UNIT * units, INT32_MAX));
}

/* Brings the word behind a reference home. */
static uint32_t load_word(struct tr *t, struct tr_val *ref, const struct mv_type *type) {
    if (ref->where == AT_FRAME && (ref->off % 8 == 0 && type->size == 8)) {
        tr_copy_slots(t, ref->home, ref->off / 8, 1);
        return ref->home;
    }
    uint32_t off, b = tr_base(t, ref, &off);
    enum mv_ins_op op = type->size == 1   ? MV_I_LD1
                        : type->size == 2 ? MV_I_LD2
                        : type->size == 4 ? MV_I_LD4
                                          : MV_I_LD8;
    tr_emit(t, op, ref->home, b)->u = off;
    return ref->home;
}

static bool equality(struct tr *t, uint8_t op) {
    struct tr_val x, y;
    if (!tr_pop(t, &y, MV_EQUALITY_OP_TYPE_MISMATCH_ERROR) ||
        !tr_pop(t, &x, MV_EQUALITY_OP_TYPE_MISMATCH_ERROR))
        return false;
    bool refs = mv_is_ref(x.type), negate = op == MV_OP_NEQ;
    const struct mv_type *type = refs ? x.type->elem : x.type, *result = basic(t, MV_T_BOOL);
    if (x.type != y.type) return tr_fail(t, MV_EQUALITY_OP_TYPE_MISMATCH_ERROR, "different types");
    if (!(x.type->abilities & MV_DROP))
        return tr_fail(t, MV_EQUALITY_OP_TYPE_MISMATCH_ERROR, "a type without drop");
    charge_eq(t, type);
    if (mv_is_word(type)) {
        if (!refs && x.where == AT_IMM) {
            struct tr_val s = x;
            x = y;
            y = s;
        }
        if (!refs && fits_u32(&y))
            return emit_op(t, negate ? MV_I_NEI : MV_I_EQI, tr_slot(t, &x), (uint32_t)y.imm, 0,
                           result);
        uint32_t b = refs ? load_word(t, &x, type) : tr_slot(t, &x);
        uint32_t c = refs ? load_word(t, &y, type) : tr_slot(t, &y);
        return emit_op(t, negate ? MV_I_NE : MV_I_EQ, b, c, 0, result);
    }
    if (!refs && type->flat_eq && (type->size == 16 || type->size == 32)) {
        uint32_t b = tr_slot(t, &x), c = tr_slot(t, &y);
        enum mv_ins_op o = type->size == 16 ? (negate ? MV_I_NE128 : MV_I_EQ128)
                                            : (negate ? MV_I_NE256 : MV_I_EQ256);
        return emit_op(t, o, b, c, 0, result);
    }
    uint32_t b = tr_slot(t, &x), c = tr_slot(t, &y);
    struct mv_ins *i = tr_emit(t, MV_I_EQX, tr_next_home(t), b);
    i->c = (uint16_t)c;
    i->d = (uint16_t)((refs ? EQX_REFS : 0) | (negate ? EQX_NEGATE : 0));
    tr_word(t, type);
    return tr_push(t, result, false);
}

/* The comparison that is true when `i` is false, in place. */
static bool invert(struct mv_ins *i) {
    uint16_t c = i->c;
    switch (i->go) {
    case MV_I_LT:
    case MV_I_LE:
        i->go = i->go == MV_I_LT ? MV_I_LE : MV_I_LT;
        i->c = i->b;
        i->b = c;
        return true;
    case MV_I_EQ: i->go = MV_I_NE; return true;
    case MV_I_NE: i->go = MV_I_EQ; return true;
    case MV_I_LTI: i->go = MV_I_GEI; return true;
    case MV_I_GEI: i->go = MV_I_LTI; return true;
    case MV_I_LEI: i->go = MV_I_GTI; return true;
    case MV_I_GTI: i->go = MV_I_LEI; return true;
    case MV_I_EQI: i->go = MV_I_NEI; return true;
    case MV_I_NEI: i->go = MV_I_EQI; return true;
    default: return false;
    }
}

static bool not(struct tr * t) {
    struct tr_val x;
    tr_gas(t, MV_GAS_ARITHMETIC);
    const struct mv_type *type = basic(t, MV_T_BOOL);
    if (!tr_pop_type(t, &x, type, MV_BOOLEAN_OP_TYPE_MISMATCH_ERROR)) return false;
    struct mv_ins *maker = tr_maker(t, &x);
    if (x.where == AT_HOME && maker && maker->a == x.home && invert(maker))
        return tr_push(t, type, true);
    return emit_op(t, MV_I_NOT, tr_slot(t, &x), 0, 0, type);
}

/* ---- Casts */

static bool cast(struct tr *t, enum mv_type_kind kind) {
    struct tr_val x;
    tr_gas(t, MV_GAS_CAST);
    if (!tr_pop(t, &x, MV_INTEGER_OP_TYPE_MISMATCH_ERROR)) return false;
    const struct mv_type *to = basic(t, kind), *from = x.type;
    if (!mv_is_int(from)) return tr_fail(t, MV_INTEGER_OP_TYPE_MISMATCH_ERROR, "not an integer");
    if (from->is_signed || to->is_signed) return signed_op(t, MV_OP_CAST_U64, &x, NULL, to);
    bool word_from = mv_is_word(from), word_to = mv_is_word(to);
    if (word_from && word_to) {
        if (to->bits >= from->bits || (x.where == AT_IMM && x.imm >> to->bits == 0)) {
            x.type = to;
            return tr_push_val(t, x);
        }
        return emit_op(t, MV_I_CHECK, tr_slot(t, &x), to->bits, 0, to);
    }
    if (from == to) return tr_push_val(t, x);
    uint32_t b = tr_slot(t, &x);
    if (word_from) return emit_op(t, to->size == 16 ? MV_I_EXT128 : MV_I_EXT256, b, 0, 0, to);
    if (word_to)
        return emit_op(t, from->size == 16 ? MV_I_CUT128 : MV_I_CUT256, b, to->bits, 0, to);
    return emit_op(t, to->size == 32 ? MV_I_EXT128_256 : MV_I_CUT256_128, b, 0, 0, to);
}

/* ---- Jumps */

/* The jump that does what comparison `i` and a branch on its truth do; MV_I_COUNT if there is none.
 */
static enum mv_ins_op fused(const struct mv_ins *i) {
    switch (i->go) {
    case MV_I_LT: return MV_I_JLT;
    case MV_I_LE: return MV_I_JLE;
    case MV_I_EQ: return MV_I_JEQ;
    case MV_I_NE: return MV_I_JNE;
    default: break;
    }
    if (i->u > UINT16_MAX) return MV_I_COUNT;
    switch (i->go) {
    case MV_I_LTI: return MV_I_JLTI;
    case MV_I_LEI: return MV_I_JLEI;
    case MV_I_GTI: return MV_I_JGTI;
    case MV_I_GEI: return MV_I_JGEI;
    case MV_I_EQI: return MV_I_JEQI;
    case MV_I_NEI: return MV_I_JNEI;
    default: return MV_I_COUNT;
    }
}

static bool branch_on(struct tr *t, bool wanted, uint32_t target) {
    struct tr_val x;
    tr_gas(t, MV_GAS_BR_COND);
    if (!tr_pop_type(t, &x, basic(t, MV_T_BOOL), MV_BR_TYPE_MISMATCH_ERROR)) return false;
    if (t->sp) return tr_fail(t, MV_POSITIVE_STACK_SIZE_AT_BLOCK_END, "operands left at a branch");
    struct mv_ins *maker = tr_maker(t, &x);
    if (x.where == AT_HOME && maker && maker->a == x.home && fused(maker) != MV_I_COUNT) {
        struct mv_ins i = *maker;
        if (!wanted) invert(&i);
        enum mv_ins_op op = fused(&i);
        t->ins_count--;
        tr_jump(t, op, i.b, op >= MV_I_JLTI ? i.u : i.c, target);
        return true;
    }
    if (x.where == AT_IMM) {
        if ((x.imm != 0) == wanted) tr_jump(t, MV_I_JMP, 0, 0, target);
        return true;
    }
    tr_jump(t, wanted ? MV_I_JT : MV_I_JF, tr_slot(t, &x), 0, target);
    return true;
}

/* ------------------------------------------------------------------------------------------ */

bool tr_arith(struct tr *t, const struct mv_instr *i) {
    switch (i->op) {
    case MV_OP_LD_TRUE: return push_imm(t, MV_T_BOOL, 1);
    case MV_OP_LD_FALSE: return push_imm(t, MV_T_BOOL, 0);
    case MV_OP_LD_U8: return push_imm(t, MV_T_U8, i->imm);
    case MV_OP_LD_U16: return push_imm(t, MV_T_U16, i->imm);
    case MV_OP_LD_U32: return push_imm(t, MV_T_U32, i->imm);
    case MV_OP_LD_U64: return push_imm(t, MV_T_U64, i->imm);
    case MV_OP_LD_U128: return push_wide(t, MV_T_U128, i->imm);
    case MV_OP_LD_U256: return push_wide(t, MV_T_U256, i->imm);
    case MV_OP_LD_I8: return push_imm(t, MV_T_I8, i->imm);
    case MV_OP_LD_I16: return push_imm(t, MV_T_I16, i->imm);
    case MV_OP_LD_I32: return push_imm(t, MV_T_I32, i->imm);
    case MV_OP_LD_I64: return push_imm(t, MV_T_I64, i->imm);
    case MV_OP_LD_I128: return push_wide(t, MV_T_I128, i->imm);
    case MV_OP_LD_I256: return push_wide(t, MV_T_I256, i->imm);
    case MV_OP_SHL:
    case MV_OP_SHR: return shift(t, i->op);
    case MV_OP_OR:
    case MV_OP_AND: return logic(t, i->op);
    case MV_OP_NOT: return not(t);
    case MV_OP_EQ:
    case MV_OP_NEQ: return equality(t, i->op);
    case MV_OP_LT:
    case MV_OP_GT:
    case MV_OP_LE:
    case MV_OP_GE: return compare(t, i->op);
    case MV_OP_CAST_U8: return cast(t, MV_T_U8);
    case MV_OP_CAST_U16: return cast(t, MV_T_U16);
    case MV_OP_CAST_U32: return cast(t, MV_T_U32);
    case MV_OP_CAST_U64: return cast(t, MV_T_U64);
    case MV_OP_CAST_U128: return cast(t, MV_T_U128);
    case MV_OP_CAST_U256: return cast(t, MV_T_U256);
    case MV_OP_CAST_I8: return cast(t, MV_T_I8);
    case MV_OP_CAST_I16: return cast(t, MV_T_I16);
    case MV_OP_CAST_I32: return cast(t, MV_T_I32);
    case MV_OP_CAST_I64: return cast(t, MV_T_I64);
    case MV_OP_CAST_I128: return cast(t, MV_T_I128);
    case MV_OP_CAST_I256: return cast(t, MV_T_I256);
    case MV_OP_NEGATE: {
        struct tr_val x;
        tr_gas(t, MV_GAS_ARITHMETIC);
        if (!tr_pop(t, &x, MV_INTEGER_OP_TYPE_MISMATCH_ERROR)) return false;
        if (!x.type->is_signed)
            return tr_fail(t, MV_INTEGER_OP_TYPE_MISMATCH_ERROR, "not a signed integer");
        return signed_op(t, MV_OP_NEGATE, &x, NULL, x.type);
    }
    case MV_OP_BR_TRUE: return branch_on(t, true, i->index);
    case MV_OP_BR_FALSE: return branch_on(t, false, i->index);
    case MV_OP_BRANCH:
        tr_gas(t, MV_GAS_BRANCH);
        if (t->sp)
            return tr_fail(t, MV_POSITIVE_STACK_SIZE_AT_BLOCK_END, "operands left at a branch");
        tr_go(t, i->index);
        return true;
    default: return arithmetic(t, i->op);
    }
}
