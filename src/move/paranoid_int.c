/* Integers, booleans and comparisons in paranoid mode: every integer is a sign and a magnitude, and
 * every result is checked against the range of its type. */
#include "move/paranoid.h"

#ifdef TERN_MOVE_PARANOID

struct number {
    bool minus;
    struct u256 size;
};

static struct u256 negated(const struct u256 *v) {
    struct u256 zero = U256_ZERO, out;
    u256_sub(&out, &zero, v);
    return out;
}

static struct u256 power(unsigned bits) {
    struct u256 one = u256_from_u64(1);
    u256_shl(&one, &one, bits);
    return one;
}

static unsigned width(const struct mv_type *t) {
    return t->size * 8;
}

static struct number load(const struct pn_value *v) {
    struct number n = {false, U256_ZERO};
    unsigned top = width(v->type) - 1;
    memcpy(n.size.w, v->at, v->type->size);
    if (!v->type->is_signed || !(n.size.w[top / 64] >> top % 64 & 1)) return n;
    n.minus = true;
    struct u256 modulus = power(top + 1); /* 2^256 is 0, which does as well */
    u256_sub(&n.size, &modulus, &n.size);
    return n;
}

static bool fits(const struct mv_type *t, const struct number *n) {
    if (n->minus && !u256_is_zero(&n->size) && !t->is_signed) return false;
    if (!t->is_signed) return u256_bit_length(&n->size) <= width(t);
    struct u256 limit = power(width(t) - 1);
    return n->minus ? u256_cmp(&n->size, &limit) <= 0 : u256_cmp(&n->size, &limit) < 0;
}

static bool push(struct pn *p, const struct mv_type *t, struct number n) {
    if (!fits(t, &n)) return pn_fail(p, MV_ARITHMETIC_ERROR);
    struct pn_value *v = pn_push(p, t);
    if (!v) return false;
    struct u256 bits = n.minus ? negated(&n.size) : n.size;
    memcpy(v->at, bits.w, t->size);
    return true;
}

static bool push_bool(struct pn *p, bool b) {
    struct pn_value *v = pn_push(p, pn_basic(p, MV_T_BOOL));
    if (v) v->at[0] = b;
    return v;
}

static struct number plus(struct number a, struct number b, bool *over) {
    struct number r = {a.minus, U256_ZERO};
    if (a.minus == b.minus) {
        *over = u256_add(&r.size, &a.size, &b.size);
    } else if (u256_cmp(&a.size, &b.size) >= 0) {
        u256_sub(&r.size, &a.size, &b.size);
    } else {
        r.minus = b.minus;
        u256_sub(&r.size, &b.size, &a.size);
    }
    return r;
}

static struct number times(struct number a, struct number b, bool *over) {
    uint64_t w[8];
    struct number r = {a.minus != b.minus, U256_ZERO};
    u256_mul_wide(w, &a.size, &b.size);
    memcpy(r.size.w, w, sizeof r.size.w);
    *over = w[4] | w[5] | w[6] | w[7];
    return r;
}

/* Rounds towards zero; the remainder has the dividend's sign. */
static struct number over(struct number a, struct number b, bool remainder) {
    struct number q = {a.minus != b.minus, U256_ZERO}, m = {a.minus, U256_ZERO};
    u256_divmod(&q.size, &m.size, &a.size, &b.size);
    return remainder ? m : q;
}

static struct number bitwise(unsigned op, struct number a, struct number b) {
    for (int i = 0; i < 4; i++)
        a.size.w[i] = op == MV_OP_BIT_OR    ? a.size.w[i] | b.size.w[i]
                      : op == MV_OP_BIT_AND ? a.size.w[i] & b.size.w[i]
                                            : a.size.w[i] ^ b.size.w[i];
    return a;
}

static bool pop_pair(struct pn *p, struct pn_value *x, struct pn_value *y) {
    if (!pn_pop(p, y) || !pn_pop(p, x)) return false;
    if (x->type != y->type || !mv_is_int(x->type))
        return pn_breach(p, "operands of an integer instruction are not integers of one type");
    return true;
}

static bool arithmetic(struct pn *p, unsigned op) {
    struct pn_value x, y;
    struct number r;
    bool overflow = false;
    if (!pn_gas(p, MV_GAS_ARITHMETIC) || !pop_pair(p, &x, &y)) return false;
    struct number a = load(&x), b = load(&y);
    switch (op) {
    case MV_OP_SUB:
        b.minus = !b.minus;
        r = plus(a, b, &overflow);
        break;
    case MV_OP_ADD: r = plus(a, b, &overflow); break;
    case MV_OP_MUL: r = times(a, b, &overflow); break;
    case MV_OP_MOD:
    case MV_OP_DIV:
        if (u256_is_zero(&b.size)) return pn_fail(p, MV_ARITHMETIC_ERROR);
        r = over(a, b, op == MV_OP_MOD);
        /* MIN % -1 overflows as MIN / -1 does. */
        if (x.type->is_signed && op == MV_OP_MOD) {
            struct number q = over(a, b, false);
            overflow = !fits(x.type, &q);
        }
        break;
    default:
        if (x.type->is_signed) return pn_breach(p, "bits of a signed integer");
        r = bitwise(op, a, b);
    }
    if (overflow) return pn_fail(p, MV_ARITHMETIC_ERROR);
    return push(p, x.type, r);
}

static bool shift(struct pn *p, bool left) {
    struct pn_value x, by;
    if (!pn_gas(p, MV_GAS_ARITHMETIC) || !pn_pop_type(p, &by, pn_basic(p, MV_T_U8)) ||
        !pn_pop(p, &x))
        return false;
    if (!mv_is_int(x.type) || x.type->is_signed)
        return pn_breach(p, "a shift of no unsigned integer");
    unsigned n = (unsigned)by.at[0], bits = width(x.type);
    if (n >= bits) return pn_fail(p, MV_ARITHMETIC_ERROR);
    struct number a = load(&x);
    if (left)
        u256_shl(&a.size, &a.size, n);
    else
        u256_shr(&a.size, &a.size, n);
    if (left && bits < 256) {
        u256_shl(&a.size, &a.size, 256 - bits);
        u256_shr(&a.size, &a.size, 256 - bits);
    }
    return push(p, x.type, a);
}

static int order(struct number a, struct number b) {
    bool below = a.minus && !u256_is_zero(&a.size), under = b.minus && !u256_is_zero(&b.size);
    if (below != under) return below ? -1 : 1;
    int c = u256_cmp(&a.size, &b.size);
    return below ? -c : c;
}

static bool comparison(struct pn *p, unsigned op) {
    struct pn_value x, y;
    if (!pn_gas(p, MV_GAS_ARITHMETIC) || !pop_pair(p, &x, &y)) return false;
    int c = order(load(&x), load(&y));
    return push_bool(p, op == MV_OP_LT   ? c < 0
                        : op == MV_OP_GT ? c > 0
                        : op == MV_OP_LE ? c <= 0
                                         : c >= 0);
}

static bool logic(struct pn *p, unsigned op) {
    struct pn_value x, y;
    const struct mv_type *type = pn_basic(p, MV_T_BOOL);
    if (!pn_gas(p, MV_GAS_ARITHMETIC) || !pn_pop_type(p, &y, type)) return false;
    if (op == MV_OP_NOT) return push_bool(p, !y.at[0]);
    if (!pn_pop_type(p, &x, type)) return false;
    return push_bool(p, op == MV_OP_OR ? x.at[0] | y.at[0] : x.at[0] & y.at[0]);
}

static bool cast(struct pn *p, enum mv_type_kind to) {
    struct pn_value x;
    if (!pn_gas(p, MV_GAS_CAST) || !pn_pop(p, &x)) return false;
    if (!mv_is_int(x.type)) return pn_breach(p, "a cast of no integer");
    return push(p, pn_basic(p, to), load(&x));
}

static bool negate(struct pn *p) {
    struct pn_value x;
    if (!pn_gas(p, MV_GAS_ARITHMETIC) || !pn_pop(p, &x)) return false;
    if (!x.type->is_signed) return pn_breach(p, "negation of no signed integer");
    struct number a = load(&x);
    a.minus = !a.minus;
    return push(p, x.type, a);
}

static bool constant(struct pn *p, const struct mv_instr *i, enum mv_type_kind kind) {
    const struct mv_type *t = pn_basic(p, kind);
    bool wide = t->size > 8;
    if (!pn_gas(p, wide ? MV_GAS_LD_WIDE : MV_GAS_LD_SMALL)) return false;
    struct pn_value *v = pn_push(p, t);
    if (!v) return false;
    if (wide)
        memcpy(v->at, p->f->fn->module->m->wide[i->imm].w, t->size);
    else
        memcpy(v->at, &i->imm, t->size);
    return true;
}

static bool equality(struct pn *p, bool wanted) {
    struct pn_value x, y;
    if (!pn_pop(p, &y) || !pn_pop(p, &x)) return false;
    if (x.type != y.type) return pn_breach(p, "a comparison of different types");
    if (!(x.type->abilities & MV_DROP)) return pn_breach(p, "a comparison drops what has no drop");
    bool refs = mv_is_ref(x.type);
    const struct mv_type *t = refs ? x.type->elem : x.type;
    void *a = refs ? (void *)(uintptr_t)x.at[0] : x.at,
         *b = refs ? (void *)(uintptr_t)y.at[0] : y.at;
    if (refs && (!pn_ref_use(p, x.ref, false) || !pn_ref_use(p, y.ref, false))) return false;
    if (!pn_gas(p, MV_GAS_EQ) ||
        !pn_gas(p, MV_GAS_EQ_PER_UNIT * (mv_value_units(t, a) + mv_value_units(t, b))))
        return false;
    bool equal = mv_value_eq(t, a, b);
    if (refs) {
        pn_ref_drop(p, x.ref);
        pn_ref_drop(p, y.ref);
    } else {
        mv_value_drop(&p->s->heap, t, a);
        mv_value_drop(&p->s->heap, t, b);
    }
    return push_bool(p, equal == wanted);
}

bool pn_int_op(struct pn *p, const struct mv_instr *i) {
    switch (i->op) {
    case MV_OP_LD_TRUE:
    case MV_OP_LD_FALSE: return pn_gas(p, MV_GAS_LD_SMALL) && push_bool(p, i->op == MV_OP_LD_TRUE);
    case MV_OP_LD_U8: return constant(p, i, MV_T_U8);
    case MV_OP_LD_U16: return constant(p, i, MV_T_U16);
    case MV_OP_LD_U32: return constant(p, i, MV_T_U32);
    case MV_OP_LD_U64: return constant(p, i, MV_T_U64);
    case MV_OP_LD_U128: return constant(p, i, MV_T_U128);
    case MV_OP_LD_U256: return constant(p, i, MV_T_U256);
    case MV_OP_LD_I8: return constant(p, i, MV_T_I8);
    case MV_OP_LD_I16: return constant(p, i, MV_T_I16);
    case MV_OP_LD_I32: return constant(p, i, MV_T_I32);
    case MV_OP_LD_I64: return constant(p, i, MV_T_I64);
    case MV_OP_LD_I128: return constant(p, i, MV_T_I128);
    case MV_OP_LD_I256: return constant(p, i, MV_T_I256);
    case MV_OP_CAST_U8: return cast(p, MV_T_U8);
    case MV_OP_CAST_U16: return cast(p, MV_T_U16);
    case MV_OP_CAST_U32: return cast(p, MV_T_U32);
    case MV_OP_CAST_U64: return cast(p, MV_T_U64);
    case MV_OP_CAST_U128: return cast(p, MV_T_U128);
    case MV_OP_CAST_U256: return cast(p, MV_T_U256);
    case MV_OP_CAST_I8: return cast(p, MV_T_I8);
    case MV_OP_CAST_I16: return cast(p, MV_T_I16);
    case MV_OP_CAST_I32: return cast(p, MV_T_I32);
    case MV_OP_CAST_I64: return cast(p, MV_T_I64);
    case MV_OP_CAST_I128: return cast(p, MV_T_I128);
    case MV_OP_CAST_I256: return cast(p, MV_T_I256);
    case MV_OP_SHL:
    case MV_OP_SHR: return shift(p, i->op == MV_OP_SHL);
    case MV_OP_OR:
    case MV_OP_AND:
    case MV_OP_NOT: return logic(p, i->op);
    case MV_OP_EQ:
    case MV_OP_NEQ: return equality(p, i->op == MV_OP_EQ);
    case MV_OP_LT:
    case MV_OP_GT:
    case MV_OP_LE:
    case MV_OP_GE: return comparison(p, i->op);
    case MV_OP_NEGATE: return negate(p);
    default: return arithmetic(p, i->op);
    }
}

#endif
