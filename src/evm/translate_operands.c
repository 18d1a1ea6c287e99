/* Translation to the operand form; see code.h and virtual_stack.h. */
#include "evm/gas.h"
#include "evm/translate.h"
#include "evm/virtual_stack.h"

/* How an instruction gets its operands. */
enum shape {
    SHAPE_STACK, /* on the stack itself, which is settled first */
    SHAPE_PUSH,
    SHAPE_DUP,
    SHAPE_SWAP,
    SHAPE_POP,
    SHAPE_SOURCE, /* 0 → 1 */
    SHAPE_UNARY,  /* 1 → 1 */
    SHAPE_BINARY,
    SHAPE_TERNARY,
    SHAPE_SINK, /* 2 → 0, then goes on */
    SHAPE_HALT, /* 2 → 0, then the frame ends; the rest of the stack is dead */
    SHAPE_STOP,
    SHAPE_JUMP,
    SHAPE_JUMPI,
    SHAPE_PC,
};

static enum shape shape_of(uint8_t op) {
    static const uint8_t shapes[OP_COUNT] = {
        [OP_ADD... OP_SMOD] = SHAPE_BINARY,
        [OP_ADDMOD... OP_MULMOD] = SHAPE_TERNARY,
        [OP_EXP... OP_SIGNEXTEND] = SHAPE_BINARY,
        [OP_LT... OP_EQ] = SHAPE_BINARY,
        [OP_ISZERO] = SHAPE_UNARY,
        [OP_AND... OP_XOR] = SHAPE_BINARY,
        [OP_NOT] = SHAPE_UNARY,
        [OP_BYTE... OP_SAR] = SHAPE_BINARY,
        [OP_CLZ] = SHAPE_UNARY,
        [OP_KECCAK256] = SHAPE_BINARY,
        [OP_ADDRESS] = SHAPE_SOURCE,
        [OP_BALANCE] = SHAPE_UNARY,
        [OP_ORIGIN... OP_CALLVALUE] = SHAPE_SOURCE,
        [OP_CALLDATALOAD] = SHAPE_UNARY,
        [OP_CALLDATASIZE] = SHAPE_SOURCE,
        [OP_CODESIZE] = SHAPE_SOURCE,
        [OP_GASPRICE] = SHAPE_SOURCE,
        [OP_EXTCODESIZE] = SHAPE_UNARY,
        [OP_RETURNDATASIZE] = SHAPE_SOURCE,
        [OP_EXTCODEHASH... OP_BLOCKHASH] = SHAPE_UNARY,
        [OP_COINBASE... OP_BASEFEE] = SHAPE_SOURCE,
        [OP_BLOBHASH] = SHAPE_UNARY,
        [OP_BLOBBASEFEE] = SHAPE_SOURCE,
        [OP_POP] = SHAPE_POP,
        [OP_MLOAD] = SHAPE_UNARY,
        [OP_MSTORE... OP_MSTORE8] = SHAPE_SINK,
        [OP_SLOAD] = SHAPE_UNARY,
        [OP_JUMP] = SHAPE_JUMP,
        [OP_JUMPI] = SHAPE_JUMPI,
        [OP_PC] = SHAPE_PC,
        [OP_MSIZE] = SHAPE_SOURCE,
        [OP_TLOAD] = SHAPE_UNARY,
        [OP_PUSH0... OP_PUSH32] = SHAPE_PUSH,
        [OP_DUP1... OP_DUP16] = SHAPE_DUP,
        [OP_SWAP1... OP_SWAP16] = SHAPE_SWAP,
        [OP_RETURN] = SHAPE_HALT,
        [OP_REVERT] = SHAPE_HALT,
        [OP_STOP] = SHAPE_STOP,
    };
    return (enum shape)shapes[op];
}

/* ---- The virtual stack ---- */

void virtual_stack_free(struct virtual_stack *s) {
    free(s);
}

void vs_reset(struct virtual_stack *s) {
    for (int32_t p = s->lowest; p <= s->highest; p++) *vs_users(s, p) = 0;
    s->top = s->highest = 0;
    s->lowest = 1;
    for (size_t i = 0; i < COUNT_OF(s->last); i++) s->last[i].end = 0;
}

void operands_begin(struct translation *x) {
    if (!x->t->stack) {
        x->t->stack = xcalloc(1, sizeof *x->t->stack);
        x->t->stack->lowest = 1;
    }
    vs_reset(x->t->stack);
}

/* ---- Cells ---- */

enum { ITEM_BYTES = 32 };

static evm_cell places(int32_t a, int32_t b, int32_t c, int32_t d) {
    return (uint64_t)(uint16_t)(a * ITEM_BYTES) | (uint64_t)(uint16_t)(b * ITEM_BYTES) << 16 |
           (uint64_t)(uint16_t)(c * ITEM_BYTES) << 32 | (uint64_t)(uint16_t)(d * ITEM_BYTES) << 48;
}

/* Joins the SET64 right before, if there is one. Nothing takes a SET64 back. */
static bool emit_set2(struct translation *x, int32_t to, uint64_t v) {
    struct evm_translator *t = x->t;
    if (t->last_set == SIZE_MAX || t->last_set + 3 != t->count) return false;
    evm_cell *first = &t->cells[t->last_set];
    first[0] = (evm_cell)(uintptr_t)x->labels[LABEL_SET2];
    first[1] |= places(0, to, 0, 0);
    emit(x, v);
    t->last_set = SIZE_MAX;
    return true;
}

static void emit_set(struct translation *x, int32_t to, const struct u256 *v) {
    bool small = u256_fits_u64(v);
    if (small && emit_set2(x, to, v->w[0])) return;
    x->t->last_set = small ? x->t->count : SIZE_MAX;
    emit_label(x, small ? LABEL_SET64 : LABEL_SET256);
    emit(x, places(to, 0, 0, 0));
    if (small)
        emit(x, v->w[0]);
    else
        emit_constant(x, v);
}

/* Gives a constant a place. */
static void place_constant(struct translation *x, struct vs_value *v) {
    if (!v->is_constant) return;
    int32_t to = vs_take(x->t->stack);
    emit_set(x, to, &v->constant);
    v->is_constant = false;
    v->place = to;
}

static void remember(struct translation *x, size_t begin, uint8_t op, int32_t to,
                     const struct vs_value *a, const struct vs_value *b) {
    struct virtual_stack *s = x->t->stack;
    s->last[2] = s->last[1];
    s->last[1] = s->last[0];
    s->last[0] = (struct vs_step){.begin = begin, .end = x->t->count, .op = op, .to = to, .a = *a};
    if (b) s->last[0].b = *b;
}

/* ---- Settling: every value to where it belongs ---- */

/* Moves come out in pairs. */
struct mover {
    struct translation *x;
    bool half;
    int32_t to, from;
};

static void move(struct mover *m, int32_t to, int32_t from) {
    if (m->half) {
        emit_label(m->x, LABEL_MOVE2);
        emit(m->x, places(m->to, m->from, to, from));
    } else {
        m->to = to;
        m->from = from;
    }
    m->half = !m->half;
}

static void finish_moves(struct mover *m) {
    if (!m->half) return;
    emit_label(m->x, LABEL_MOVE);
    emit(m->x, places(m->to, m->from, 0, 0));
    m->half = false;
}

static bool is_home(const struct vs_value *v, int32_t position) {
    return !v->is_constant && v->place == position;
}

/* Above everything that is used or will be. */
static int32_t spare_place(const struct virtual_stack *s) {
    return (s->highest > s->top ? s->highest : s->top) + 1;
}

/* Values that left the stack but are needed behind the moves go out of their way. */
static void rescue(struct virtual_stack *s, struct mover *m, struct vs_value *keep) {
    if (keep->is_constant || keep->place > s->top || keep->place < s->lowest ||
        is_home(vs_at(s, keep->place), keep->place))
        return;
    int32_t to = spare_place(s);
    move(m, to, keep->place);
    s->highest = to;
    keep->place = to;
}

/* The parallel move. A place may be written once nobody has to read it any more; what remains when
 * no such place is left are cycles, each broken by way of a spare place. */
static void make_moves(struct virtual_stack *s, struct mover *m) {
    uint16_t *readers = s->readers + VS_ORIGIN;
    int32_t head = 0, tail = 0, spare = spare_place(s);
    for (int32_t p = s->lowest; p <= s->top; p++)
        if (!vs_at(s, p)->is_constant && !is_home(vs_at(s, p), p)) readers[vs_at(s, p)->place]++;
    for (int32_t p = s->lowest; p <= s->top; p++)
        if (!vs_at(s, p)->is_constant && !is_home(vs_at(s, p), p) && !readers[p])
            s->queue[tail++] = p;
    for (int32_t p = s->lowest; p <= s->top + 1; p++) {
        while (head < tail) {
            int32_t to = s->queue[head++];
            struct vs_value *v = vs_at(s, to);
            int32_t from = v->place;
            move(m, to, from);
            v->place = to;
            /* Emptied, and itself waiting for a value? */
            if (--readers[from] == 0 && from >= s->lowest && from <= s->top &&
                !vs_at(s, from)->is_constant && !is_home(vs_at(s, from), from))
                s->queue[tail++] = from;
        }
        if (p > s->top || vs_at(s, p)->is_constant || is_home(vs_at(s, p), p)) continue;
        /* p is in a cycle: its content waits in the spare place. */
        move(m, spare, p);
        for (int32_t q = p;;) { /* the one reader of p */
            int32_t from = vs_at(s, q)->place;
            if (from == p) {
                vs_at(s, q)->place = spare;
                break;
            }
            q = from;
        }
        readers[spare] = 1;
        readers[p] = 0;
        s->queue[tail++] = p;
    }
}

/* Puts values home, without moving the stack pointer; `keep` may be NULL. Returns how far the stack
 * pointer has to move. */
static int32_t send_home(struct translation *x, struct vs_value *keep, struct vs_value *keep2) {
    struct virtual_stack *s = x->t->stack;
    struct mover m = {.x = x};
    if (keep) rescue(s, &m, keep);
    if (keep2) rescue(s, &m, keep2);
    make_moves(s, &m);
    finish_moves(&m);
    for (int32_t p = s->lowest; p <= s->top; p++) {
        struct vs_value *v = vs_at(s, p);
        if (!v->is_constant) continue;
        emit_set(x, p, &v->constant);
        v->is_constant = false;
        v->place = p;
    }
    return s->top;
}

void operands_settle(struct translation *x) {
    struct virtual_stack *s = x->t->stack;
    int32_t delta = send_home(x, NULL, NULL);
    if (delta) {
        emit_label(x, LABEL_ADJUST);
        emit(x, places(delta, 0, 0, 0));
    }
    vs_reset(s);
}

/* Keeps distances within their bounds. */
static void begin_operation(struct translation *x) {
    const struct virtual_stack *s = x->t->stack;
    if (s->top > VS_HIGHEST || s->top < VS_LOWEST || s->highest - s->top > VS_SPARE)
        operands_settle(x);
}

/* ---- Instructions ---- */

/* Constants known now are computed now. */
static bool fold(uint8_t op, const struct u256 *a, const struct u256 *b, struct u256 *out) {
    switch (op) {
    case OP_ADD: u256_add(out, a, b); return true;
    case OP_SUB: u256_sub(out, a, b); return true;
    case OP_MUL: u256_mul(out, a, b); return true;
    case OP_DIV: u256_divmod(out, NULL, a, b); return true;
    case OP_SHL: u256_shl(out, b, u256_sat_u64(a)); return true;
    case OP_SHR: u256_shr(out, b, u256_sat_u64(a)); return true;
    case OP_EQ: *out = u256_from_u64(u256_eq(a, b)); return true;
    case OP_AND:
        for (int i = 0; i < 4; i++) out->w[i] = a->w[i] & b->w[i];
        return true;
    case OP_OR:
        for (int i = 0; i < 4; i++) out->w[i] = a->w[i] | b->w[i];
        return true;
    default: return false;
    }
}

/* The same instruction with its operands exchanged; 0: there is none. */
static uint8_t mirrored(uint8_t op) {
    switch (op) {
    case OP_ADD:
    case OP_MUL:
    case OP_EQ:
    case OP_AND:
    case OP_OR:
    case OP_XOR: return op;
    case OP_LT: return OP_GT;
    case OP_GT: return OP_LT;
    case OP_SLT: return OP_SGT;
    case OP_SGT: return OP_SLT;
    default: return 0;
    }
}

/* The exponent of a power of two; false if it is none. */
static bool power_of_two(const struct u256 *v, unsigned *exponent) {
    *exponent = u256_bit_length(v) - 1;
    struct u256 one_bit;
    u256_shl(&one_bit, &U256_ONE, *exponent);
    return !u256_is_zero(v) && u256_eq(v, &one_bit);
}

static struct vs_value constant_of(uint64_t v) {
    return (struct vs_value){.is_constant = true, .constant = u256_from_u64(v)};
}

/* Multiplication, division and remainder by powers of two are shifts and masks. Sums with large
 * constants are differences with small ones. The constant is b. */
static uint8_t cheaper(uint8_t op, struct vs_value *a, struct vs_value *b) {
    unsigned k;
    struct u256 minus;
    u256_sub(&minus, &U256_ZERO, &b->constant);
    switch (op) {
    case OP_MUL:
    case OP_DIV:
        if (!power_of_two(&b->constant, &k)) return op;
        *b = *a;
        *a = constant_of(k);
        return op == OP_MUL ? OP_SHL : OP_SHR;
    case OP_MOD:
        if (power_of_two(&b->constant, &k)) {
            u256_sub(&b->constant, &b->constant, &U256_ONE);
            return OP_AND;
        }
        return op;
    case OP_ADD:
    case OP_SUB:
        if (u256_fits_u64(&b->constant) || !u256_fits_u64(&minus)) return op;
        b->constant = minus;
        return op == OP_ADD ? OP_SUB : OP_ADD;
    default: return op;
    }
}

/* An instruction whose constant says the result already: it is the other operand, or a constant.
 * SIGNEXTEND and BYTE keep only constants below 32. */
static bool settled_by_constant(uint8_t op, const struct vs_value *a, const struct vs_value *b,
                                struct vs_value *out) {
    const struct vs_value *c = a->is_constant ? a : b, *other = a->is_constant ? b : a;
    bool zero = u256_is_zero(&c->constant);
    uint64_t v = u256_sat_u64(&c->constant);
    switch (op) {
    case OP_ADD:
    case OP_OR:
    case OP_XOR: *out = *other; return zero;
    case OP_AND:
    case OP_MUL: *out = constant_of(0); return zero;
    case OP_SUB: *out = *a; return zero && c == b;
    case OP_DIV:
    case OP_MOD: *out = constant_of(0); return zero && c == b;
    case OP_SHL:
    case OP_SHR:
        if (c != a) return false;
        *out = zero ? *b : constant_of(0);
        return zero || v >= 256;
    case OP_SAR: *out = *b; return zero && c == a;
    case OP_BYTE: *out = constant_of(0); return c == a && v >= 32;
    case OP_SIGNEXTEND: *out = *b; return c == a && v >= 31;
    default: return false;
    }
}

static bool is_shift(uint8_t op) {
    return op == OP_SHL || op == OP_SHR || op == OP_SAR;
}

/* a shifts by a constant, at most 255 but for SAR, where 255 does for more. */
static void emit_shift(struct translation *x, uint8_t op, int32_t to, uint64_t n, int32_t from) {
    if (n > 255) n = 255;
    unsigned label = op == OP_SHL ? LABEL_SHL : op == OP_SHR ? LABEL_SHR : LABEL_SAR;
    emit_label(x, label + (unsigned)n / 64);
    emit(x, places(to, from, 0, 0));
    emit(x, n % 64);
}

/* How a constant goes into an instruction. */
enum form { FORM_PLACES, FORM_IMM, FORM_SHIFT, FORM_CONST_A, FORM_CONST_B };

/* a or b may be constants, not both unless the instruction cannot take either. */
static enum form form_of(const struct translation *x, uint8_t op, const struct vs_value *a,
                         const struct vs_value *b) {
    const struct vs_value *c = a->is_constant ? a : b;
    bool first = op == OP_BYTE || op == OP_SIGNEXTEND; /* whose constant operand is the first */
    if (!c->is_constant) return FORM_PLACES;
    if (c == a && is_shift(op)) return FORM_SHIFT;
    if (u256_fits_u64(&c->constant) && x->labels[LABEL_IMM + op] && first == (c == a))
        return FORM_IMM;
    if (c == a && x->labels[LABEL_CONST_A + op]) return FORM_CONST_A;
    if (b->is_constant && x->labels[LABEL_CONST_B + op]) return FORM_CONST_B;
    return FORM_PLACES;
}

static void emit_binary(struct translation *x, uint8_t op, enum form form, int32_t to,
                        const struct vs_value *a, const struct vs_value *b) {
    switch (form) {
    case FORM_PLACES:
        emit_label(x, LABEL_PLACES + op);
        emit(x, places(to, a->place, b->place, 0));
        break;
    case FORM_IMM:
        emit_label(x, LABEL_IMM + op);
        emit(x, places(to, a->is_constant ? b->place : a->place, 0, 0));
        emit(x, a->is_constant ? a->constant.w[0] : b->constant.w[0]);
        break;
    case FORM_SHIFT: emit_shift(x, op, to, u256_sat_u64(&a->constant), b->place); break;
    case FORM_CONST_A:
        emit_label(x, LABEL_CONST_A + op);
        emit(x, places(to, 0, b->place, 0));
        emit_constant(x, &a->constant);
        break;
    case FORM_CONST_B:
        emit_label(x, LABEL_CONST_B + op);
        emit(x, places(to, a->place, 0, 0));
        emit_constant(x, &b->constant);
        break;
    }
}

/* The value goes on top of the stack with the use that it has. */
static void push_value_again(struct virtual_stack *s, const struct vs_value *v) {
    if (v->is_constant)
        vs_push_constant(s, &v->constant);
    else
        vs_push_place(s, v->place);
}

static void put_binary(struct translation *x, uint8_t op) {
    struct virtual_stack *s = x->t->stack;
    struct vs_value a = vs_pop(s), b = vs_pop(s), known;
    struct u256 folded;
    if (a.is_constant && b.is_constant && fold(op, &a.constant, &b.constant, &folded)) {
        vs_push_constant(s, &folded);
        return;
    }
    if (a.is_constant && !b.is_constant && mirrored(op)) {
        struct vs_value t = a;
        a = b;
        b = t;
        op = mirrored(op);
    }
    if (b.is_constant && !a.is_constant) op = cheaper(op, &a, &b);
    if ((a.is_constant || b.is_constant) && settled_by_constant(op, &a, &b, &known)) {
        if (known.is_constant) vs_release(s, a.is_constant ? &b : &a);
        push_value_again(s, &known);
        return;
    }
    enum form form = form_of(x, op, &a, &b);
    bool keep_a = form == FORM_CONST_A || form == FORM_SHIFT || (form == FORM_IMM && a.is_constant);
    bool keep_b = form == FORM_CONST_B || (form == FORM_IMM && !a.is_constant);
    if (!keep_a) place_constant(x, &a);
    if (!keep_b) place_constant(x, &b);
    vs_release(s, &a);
    vs_release(s, &b);
    int32_t to = vs_take(s);
    size_t begin = x->t->count;
    emit_binary(x, op, form, to, &a, &b);
    remember(x, begin, op, to, &a, &b);
    vs_push_place(s, to);
}

/* A constant that an instruction on memory or input takes as its first operand. */
static bool takes_offset(const struct translation *x, uint8_t op, const struct vs_value *a) {
    return a->is_constant && u256_sat_u64(&a->constant) <= UINT32_MAX && x->labels[LABEL_IMM + op];
}

static void put_unary(struct translation *x, uint8_t op) {
    struct virtual_stack *s = x->t->stack;
    struct vs_value a = vs_pop(s);
    if (a.is_constant && (op == OP_ISZERO || op == OP_NOT)) {
        struct u256 v = u256_from_u64(u256_is_zero(&a.constant));
        for (int i = 0; i < 4 && op == OP_NOT; i++) v.w[i] = ~a.constant.w[i];
        vs_push_constant(s, &v);
        return;
    }
    bool constant = takes_offset(x, op, &a);
    if (!constant) place_constant(x, &a);
    vs_release(s, &a);
    int32_t to = vs_take(s);
    size_t begin = x->t->count;
    emit_label(x, (constant ? LABEL_IMM : LABEL_PLACES) + op);
    emit(x, places(to, constant ? 0 : a.place, 0, 0));
    if (constant) emit(x, a.constant.w[0]);
    remember(x, begin, op, to, &a, NULL);
    vs_push_place(s, to);
}

static void put_ternary(struct translation *x, uint8_t op) {
    struct virtual_stack *s = x->t->stack;
    struct vs_value v[3];
    for (int i = 0; i < 3; i++) v[i] = vs_pop(s);
    for (int i = 0; i < 3; i++) place_constant(x, &v[i]);
    for (int i = 0; i < 3; i++) vs_release(s, &v[i]);
    int32_t to = vs_take(s);
    emit_label(x, LABEL_PLACES + op);
    emit(x, places(to, v[0].place, v[1].place, v[2].place));
    vs_push_place(s, to);
}

static void put_source(struct translation *x, uint8_t op) {
    int32_t to = vs_take(x->t->stack);
    emit_label(x, LABEL_PLACES + op);
    emit(x, places(to, 0, 0, 0));
    vs_push_place(x->t->stack, to);
}

/* MSTORE of a small constant. */
static void put_store(struct translation *x, struct vs_value *a, uint64_t v) {
    if (takes_offset(x, OP_MSTORE, a)) {
        emit_label(x, LABEL_STORE_AT);
        emit(x, a->constant.w[0]);
    } else {
        place_constant(x, a);
        vs_release(x->t->stack, a);
        emit_label(x, LABEL_STORE);
        emit(x, places(a->place, 0, 0, 0));
    }
    emit(x, v);
}

/* MSTORE, MSTORE8, RETURN, REVERT. */
static void put_sink(struct translation *x, uint8_t op) {
    struct virtual_stack *s = x->t->stack;
    struct vs_value a = vs_pop(s), b = vs_pop(s);
    if (op == OP_MSTORE && b.is_constant && u256_fits_u64(&b.constant)) {
        put_store(x, &a, b.constant.w[0]);
        return;
    }
    bool constant = takes_offset(x, op, &a);
    if (!constant) place_constant(x, &a);
    place_constant(x, &b);
    vs_release(s, &a);
    vs_release(s, &b);
    emit_label(x, (constant ? LABEL_IMM : LABEL_PLACES) + op);
    emit(x, constant ? places(0, b.place, 0, 0) : places(0, a.place, b.place, 0));
    if (constant) emit(x, a.constant.w[0]);
}

static void put_on_stack(struct translation *x, uint8_t op) {
    operands_settle(x);
    emit_label(x, LABEL_STACK + op);
    if (op_has_trailing_block(op)) {
        close_block(x);
        open_block(x);
    } else if (op_ends_block(op)) {
        close_block(x);
    }
}

/* ---- Jumps ---- */

static bool is_comparison(uint8_t op) {
    return (op >= OP_LT && op <= OP_EQ) || op == OP_ISZERO;
}

/* What a conditional jump tests: whether a comparison of a and b holds (ISZERO: of a), or not. */
struct condition {
    uint8_t op;
    bool negated;
    struct vs_value a, b;
};

/* If the condition was computed by the last instruction and only for this, takes that one back and
 * lets the jump do its work; the same again behind ISZERO. `c` has left the stack but is not
 * released. */
static struct condition take_condition(struct translation *x, const struct vs_value *c) {
    struct virtual_stack *s = x->t->stack;
    struct condition out = {.op = OP_ISZERO, .negated = true, .a = *c};
    for (size_t i = 0; i < COUNT_OF(s->last) && out.op == OP_ISZERO; i++) {
        const struct vs_step *l = &s->last[i];
        uint16_t own = out.a.place == c->place; /* the condition's use of its place */
        if (out.a.is_constant || !is_comparison(l->op) || l->end != x->t->count ||
            l->to != out.a.place || *vs_users(s, l->to) != own)
            break;
        x->t->count = l->begin;
        out = (struct condition){.op = l->op, .negated = !out.negated, .a = l->a, .b = l->b};
    }
    return out;
}

static uint32_t target_of(const struct translation *x, const struct u256 *v) {
    bool in_code = u256_fits_u64(v) && v->w[0] < x->code.n && x->code.p[v->w[0]] == OP_JUMPDEST;
    return in_code ? (uint32_t)v->w[0] : BAD_TARGET;
}

static void put_jump_to(struct translation *x, uint32_t target) {
    int32_t delta = send_home(x, NULL, NULL);
    emit_label(x, LABEL_JUMP_TO);
    emit(x, places(0, delta, 0, 0));
    emit_target(x, target);
    close_block(x);
}

static void put_jump(struct translation *x) {
    struct vs_value to = vs_pop(x->t->stack);
    if (to.is_constant) {
        put_jump_to(x, target_of(x, &to.constant));
        return;
    }
    int32_t delta = send_home(x, &to, NULL);
    emit_label(x, LABEL_PLACES + OP_JUMP);
    emit(x, places(0, delta, to.place, 0));
    close_block(x);
}

static void put_jumpi(struct translation *x) {
    struct virtual_stack *s = x->t->stack;
    vs_reach(s, s->top);
    if (!vs_at(s, s->top)->is_constant) {
        put_on_stack(x, OP_JUMPI);
        return;
    }
    struct vs_value to = vs_pop(s), c = vs_pop(s);
    uint32_t target = target_of(x, &to.constant);
    if (c.is_constant) {
        if (!u256_is_zero(&c.constant)) put_jump_to(x, target);
        return;
    }
    struct condition t = take_condition(x, &c);
    bool unary = t.op == OP_ISZERO, constant = !unary && t.b.is_constant;
    int32_t delta = send_home(x, &t.a, unary || constant ? NULL : &t.b);
    bool small = constant && u256_fits_u64(&t.b.constant);
    unsigned label = t.negated ? LABEL_JUMPI_NOT : LABEL_JUMPI_IF;
    if (small)
        label += LABEL_JUMPI_IF_IMM - LABEL_JUMPI_IF;
    else if (constant)
        label += LABEL_JUMPI_IF_CONST - LABEL_JUMPI_IF;
    emit_label(x, label + t.op);
    emit(x, places(0, delta, t.a.place, unary || constant ? 0 : t.b.place));
    if (small)
        emit(x, t.b.constant.w[0]);
    else if (constant)
        emit_constant(x, &t.b.constant);
    emit_target(x, target);
    close_block(x);
    open_block(x);
}

/* ---- All of them ---- */

uint32_t operands_put(struct translation *x, uint32_t pc) {
    struct virtual_stack *s = x->t->stack;
    uint8_t op = x->code.p[pc];
    begin_operation(x);
    switch (shape_of(op)) {
    case SHAPE_PUSH: {
        struct u256 v = push_value(x, pc, op - OP_PUSH0);
        vs_push_constant(s, &v);
        return pc + 1 + (op - OP_PUSH0);
    }
    case SHAPE_PC: {
        struct u256 v = u256_from_u64(pc);
        vs_push_constant(s, &v);
        break;
    }
    case SHAPE_DUP: {
        int32_t from = s->top - (op - OP_DUP1);
        vs_reach(s, from);
        struct vs_value v = *vs_at(s, from);
        vs_reach(s, s->top + 1);
        *vs_at(s, ++s->top) = v;
        if (!v.is_constant) ++*vs_users(s, v.place);
        break;
    }
    case SHAPE_SWAP: {
        int32_t with = s->top - 1 - (op - OP_SWAP1);
        vs_reach(s, with);
        struct vs_value v = *vs_at(s, with);
        *vs_at(s, with) = *vs_at(s, s->top);
        *vs_at(s, s->top) = v;
        break;
    }
    case SHAPE_POP: {
        struct vs_value v = vs_pop(s);
        vs_release(s, &v);
        break;
    }
    case SHAPE_SOURCE: put_source(x, op); break;
    case SHAPE_UNARY: put_unary(x, op); break;
    case SHAPE_BINARY: put_binary(x, op); break;
    case SHAPE_TERNARY: put_ternary(x, op); break;
    case SHAPE_SINK: put_sink(x, op); break;
    case SHAPE_HALT:
        put_sink(x, op);
        close_block(x);
        break;
    case SHAPE_STOP:
        emit_label(x, LABEL_STACK + OP_STOP);
        close_block(x);
        break;
    case SHAPE_JUMP: put_jump(x); break;
    case SHAPE_JUMPI: put_jumpi(x); break;
    case SHAPE_STACK: put_on_stack(x, op); break;
    }
    return pc + 1;
}
