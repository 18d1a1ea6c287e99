#include "move/signed.h"

static unsigned bits_of(enum mv_type_kind k) {
    static const uint16_t bits[] = {
        [MV_T_U8] = 8,     [MV_T_U16] = 16,   [MV_T_U32] = 32,   [MV_T_U64] = 64,
        [MV_T_U128] = 128, [MV_T_U256] = 256, [MV_T_I8] = 8,     [MV_T_I16] = 16,
        [MV_T_I32] = 32,   [MV_T_I64] = 64,   [MV_T_I128] = 128, [MV_T_I256] = 256};
    return bits[k];
}

static bool is_signed(enum mv_type_kind k) {
    return k >= MV_T_I8 && k <= MV_T_I256;
}

/* A number as sign and magnitude. */
struct number {
    bool negative; /* never with magnitude 0 */
    struct u256 magnitude;
};

static struct u256 negated(const struct u256 *v) {
    struct u256 zero = U256_ZERO, r;
    u256_sub(&r, &zero, v);
    return r;
}

static struct number load(const uint64_t *p, enum mv_type_kind k) {
    unsigned bits = bits_of(k), words = bits <= 64 ? 1 : bits / 64;
    struct number n = {0};
    memcpy(n.magnitude.w, p, words * 8);
    if (!is_signed(k)) return n;
    struct u256 top;
    u256_shr(&top, &n.magnitude, bits - 1);
    if (!(top.w[0] & 1)) return n;
    n.negative = true;
    u256_shl(&n.magnitude, &n.magnitude, 256 - bits);
    u256_sar(&n.magnitude, &n.magnitude, 256 - bits);
    n.magnitude = negated(&n.magnitude);
    return n;
}

/* False if it does not fit. */
static bool store(uint64_t *p, enum mv_type_kind k, struct number n) {
    unsigned bits = bits_of(k), words = bits <= 64 ? 1 : bits / 64;
    if (u256_is_zero(&n.magnitude)) n.negative = false;
    if (n.negative && !is_signed(k)) return false;
    /* Largest magnitude: 2^bits - 1, or 2^(bits-1) - 1, one more if negative. */
    struct u256 one = U256_ONE, limit;
    if (is_signed(k)) {
        u256_shl(&limit, &one, bits - 1);
        if (!n.negative) u256_sub(&limit, &limit, &one);
    } else {
        u256_shl(&limit, &one, bits);
        u256_sub(&limit, &limit, &one); /* 2^256 is 0 here, less one is all ones */
    }
    if (u256_lt(&limit, &n.magnitude)) return false;
    struct u256 v = n.negative ? negated(&n.magnitude) : n.magnitude;
    if (bits < 64) v.w[0] &= (1ull << bits) - 1;
    memcpy(p, v.w, words * 8);
    return true;
}

static int order(const struct number *a, const struct number *b) {
    if (a->negative != b->negative) return a->negative ? -1 : 1;
    int c = u256_cmp(&a->magnitude, &b->magnitude);
    return a->negative ? -c : c;
}

/* a + b; false if the magnitude passes 256 bits. */
static bool add(struct number *out, struct number a, struct number b) {
    if (a.negative == b.negative) {
        out->negative = a.negative;
        return !u256_add(&out->magnitude, &a.magnitude, &b.magnitude);
    }
    bool swap = u256_lt(&a.magnitude, &b.magnitude);
    out->negative = swap ? b.negative : a.negative;
    if (swap)
        u256_sub(&out->magnitude, &b.magnitude, &a.magnitude);
    else
        u256_sub(&out->magnitude, &a.magnitude, &b.magnitude);
    return true;
}

static bool multiply(struct number *out, const struct number *a, const struct number *b) {
    uint64_t wide[8];
    u256_mul_wide(wide, &a->magnitude, &b->magnitude);
    memcpy(out->magnitude.w, wide, 32);
    out->negative = a->negative != b->negative;
    return !(wide[4] | wide[5] | wide[6] | wide[7]);
}

static bool calculate(struct number *r, struct number a, struct number b, unsigned op) {
    switch (op) {
    case MV_OP_CAST_U64: *r = a; return true;
    case MV_OP_NEGATE:
        *r = a;
        r->negative = !a.negative;
        return true;
    case MV_OP_SUB: b.negative = !b.negative; __attribute__((fallthrough));
    case MV_OP_ADD: return add(r, a, b);
    case MV_OP_MUL: return multiply(r, &a, &b);
    case MV_OP_DIV: /* towards zero; the remainder has the dividend's sign */
    case MV_OP_MOD:
        if (u256_is_zero(&b.magnitude)) return false;
        r->negative = op == MV_OP_DIV ? a.negative != b.negative : a.negative;
        u256_divmod(op == MV_OP_DIV ? &r->magnitude : NULL, op == MV_OP_MOD ? &r->magnitude : NULL,
                    &a.magnitude, &b.magnitude);
        return true;
    default: return false;
    }
}

bool mv_signed_op(uint64_t *out, const uint64_t *a, const uint64_t *b, enum mv_type_kind from,
                  enum mv_type_kind to, unsigned op) {
    struct number x = load(a, from), y = load(b, from), r = {0};
    if (op >= MV_OP_LT && op <= MV_OP_GE) {
        int c = order(&x, &y);
        *out = op == MV_OP_LT ? c < 0 : op == MV_OP_GT ? c > 0 : op == MV_OP_LE ? c <= 0 : c >= 0;
        return true;
    }
    /* MIN % -1 overflows as MIN / -1 does: the remainder comes with the quotient. */
    uint64_t quotient[4];
    if (op == MV_OP_MOD && !(calculate(&r, x, y, MV_OP_DIV) && store(quotient, to, r)))
        return false;
    return calculate(&r, x, y, op) && store(out, to, r);
}
