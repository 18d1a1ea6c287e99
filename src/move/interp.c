/* The interpreter: one loop over translated code, with computed jumps. ins.def says what each
 * instruction does; the macros just above the loop are all the control flow that is not C. Two long
 * parts of the loop are files of their own: interp_int.inc, integers; interp_data.inc, references
 * and vectors. */
#include <assert.h>

#include "move/natives.h"
#include "move/paranoid.h"
#include "move/session.h"
#include "move/signed.h"

typedef unsigned __int128 u128;

/* ---- Small parts */

static inline u128 wide(const uint64_t *p) {
    return (u128)p[1] << 64 | p[0];
}
static inline void set_wide(uint64_t *p, u128 v) {
    p[0] = (uint64_t)v;
    p[1] = (uint64_t)(v >> 64);
}
static inline struct u256 *big(uint64_t *p) {
    return (struct u256 *)p;
}
static inline uint64_t low_bits(uint64_t v, unsigned n) {
    return n == 64 ? v : v & ((1ull << n) - 1);
}
static inline uint64_t quotient(const struct mv_divisor *k, uint64_t n) {
    uint64_t q = (uint64_t)((u128)k->m * n >> 64);
    return (((n - q) >> 1) + q) >> k->shift;
}
static inline uint8_t *ptr(uint64_t slot) {
    return (uint8_t *)(uintptr_t)slot;
}
static inline uint64_t load_n(const void *p, unsigned n) {
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

/* Division without the processor's slow path for small numbers. */
static inline u128 div128(u128 a, u128 b, u128 *rest) {
    if (!(uint64_t)(a >> 64) && !(uint64_t)(b >> 64)) {
        *rest = (uint64_t)a % (uint64_t)b;
        return (uint64_t)a / (uint64_t)b;
    }
    *rest = a % b;
    return a / b;
}

static bool mul256(struct u256 *out, const struct u256 *a, const struct u256 *b) {
    uint64_t w[8];
    if (!(a->w[2] | a->w[3] | b->w[2] | b->w[3])) { /* 128 bits each: four products, no overflow */
        u128 low = (u128)a->w[0] * b->w[0], high = (u128)a->w[1] * b->w[1];
        u128 x = (u128)a->w[0] * b->w[1], y = (u128)a->w[1] * b->w[0];
        u128 middle = (low >> 64) + (uint64_t)x + (uint64_t)y;
        high += (x >> 64) + (y >> 64) + (middle >> 64);
        *out = (struct u256){
            {(uint64_t)low, (uint64_t)middle, (uint64_t)high, (uint64_t)(high >> 64)}};
        return true;
    }
    u256_mul_wide(w, a, b);
    memcpy(out->w, w, sizeof out->w);
    return !(w[4] | w[5] | w[6] | w[7]);
}

/* ---- Instructions that call out */

static enum mv_status_code copy_value(struct mv_session *s, const struct mv_type *t, void *to,
                                      const void *from) {
    if (!t->fixed_abs && !mv_charge(s, MV_GAS_COPY_PER_UNIT * mv_value_units(t, from)))
        return MV_OUT_OF_GAS;
    return mv_value_copy(&s->heap, t, to, from) ? MV_OK : MV_MEMORY_LIMIT_EXCEEDED;
}

static enum mv_status_code equal_values(struct mv_session *s, const struct mv_ins *ip,
                                        uint64_t *r) {
    const struct mv_type *t = ip[1].p;
    bool refs = ip->d & EQX_REFS;
    void *x = refs ? ptr(r[ip->b]) : (void *)&r[ip->b];
    void *y = refs ? ptr(r[ip->c]) : (void *)&r[ip->c];
    if (!t->fixed_abs &&
        !mv_charge(s, MV_GAS_EQ_PER_UNIT * (mv_value_units(t, x) + mv_value_units(t, y))))
        return MV_OUT_OF_GAS;
    bool equal = mv_value_eq(t, x, y);
    if (!refs) {
        mv_value_drop(&s->heap, t, x);
        mv_value_drop(&s->heap, t, y);
    }
    r[ip->a] = equal != !!(ip->d & EQX_NEGATE);
    return MV_OK;
}

static enum mv_status_code load_constant(struct mv_session *s, const struct mv_ins *ip,
                                         uint64_t *r) {
    const struct mv_constant *k = ip->p;
    struct mv_decoder d = {.heap = &s->heap, .session = NULL};
    enum mv_status_code e = mv_value_decode(&d, ip[1].p, k->data, &r[ip->a]);
    return e == MV_VALUE_DESERIALIZATION_ERROR ? MV_MALFORMED_CONSTANT_DATA : e;
}

static bool load_vector(struct mv_session *s, const struct mv_ins *ip, uint64_t *r) {
    struct mv_vec *v = (struct mv_vec *)&r[ip->a];
    if (!mv_vec_make(&s->heap, v, ip->u, ip->w, MV_KIND_PLAIN)) return false;
    if (ip->u) memcpy(v->p, ip[1].p, (size_t)ip->u * ip->w);
    return true;
}

static bool pack_vector(struct mv_session *s, const struct mv_ins *ip, uint64_t *r) {
    const struct mv_type *t = ip[1].p;
    const uint64_t *from = &r[ip->a];
    struct mv_vec v;
    if (!mv_vec_make(&s->heap, &v, ip->u, t->size, mv_kind_of(t))) return false;
    for (uint32_t i = 0, slots = mv_slots(t); i < ip->u; i++, from += slots)
        memcpy(v.p + (size_t)i * t->size, from, t->size);
    memcpy(&r[ip->a], &v, sizeof v);
    return true;
}

static bool unpack_vector(struct mv_session *s, const struct mv_ins *ip, uint64_t *r) {
    const struct mv_type *t = ip[1].p;
    struct mv_vec v;
    memcpy(&v, &r[ip->b], sizeof v);
    if (v.len != ip->u) return false;
    uint64_t *to = &r[ip->a];
    for (uint32_t i = 0, slots = mv_slots(t); i < v.len; i++, to += slots) {
        to[slots - 1] = 0; /* a narrow word fills its slot */
        memcpy(to, v.p + (size_t)i * t->size, t->size);
    }
    if (v.p) mv_heap_give(&s->heap, v.p, (uint64_t)v.cap * t->size, mv_kind_of(t));
    return true;
}

static bool push_back(struct mv_session *s, struct mv_vec *v, const uint64_t *value,
                      const struct mv_type *t) {
    if (v->len == v->cap &&
        !mv_vec_reserve(&s->heap, v, (uint64_t)v->len + 1, t->size, mv_kind_of(t)))
        return false;
    memcpy(v->p + (size_t)v->len * t->size, value, t->size);
    v->len++;
    return true;
}

static void swap_bytes(uint8_t *x, uint8_t *y, uint32_t n) {
    uint8_t t[64];
    for (uint32_t k; n; n -= k, x += k, y += k) {
        k = n < sizeof t ? n : sizeof t;
        memcpy(t, x, k);
        memmove(x, y, k);
        memcpy(y, t, k);
    }
}

static enum mv_status_code make_closure(struct mv_session *s, const struct mv_ins *ip,
                                        uint64_t *r) {
    const struct mv_closure_form *form = ip->p;
    uint64_t slots = 0, got;
    for (unsigned k = 0; k < form->fn->param_count && k < 64; k++)
        if (form->mask >> k & 1) slots += mv_slots(form->fn->params[k]);
    struct mv_closure *c = mv_heap_take(&s->heap, sizeof *c + 8 * slots, MV_KIND_ONCE, &got);
    if (!c) return MV_MEMORY_LIMIT_EXCEEDED;
    c->form = form;
    memcpy(c->captured, &r[ip->a], 8 * slots);
    enum mv_status_code e = mv_closure_measure(c);
    if (e) return e;
    r[ip->a] = (uint64_t)(uintptr_t)c;
    return MV_OK;
}

/* Lays out the parameters of a call through a function value at slot a: the captured values, copied
 * as the closure stays, between the arguments that stand there. */
static enum mv_status_code spread_arguments(struct mv_session *s, const struct mv_closure *c,
                                            uint64_t *args) {
    const struct mv_fn *f = c->form->fn;
    if (args + f->param_slots + 64 > s->slots_end) return MV_EXECUTION_STACK_OVERFLOW;
    struct arena_mark mark = arena_mark(&s->arena);
    uint64_t *given = arena_array(&s->arena, 8, f->param_slots + 1, 8);
    uint32_t given_slots = 0, captured = 0, at = 0;
    for (unsigned k = 0; k < f->param_count; k++)
        if (k >= 64 || !(c->form->mask >> k & 1)) given_slots += mv_slots(f->params[k]);
    memcpy(given, args, 8 * given_slots);
    enum mv_status_code e = MV_OK;
    for (unsigned k = 0; k < f->param_count && !e; k++) {
        const struct mv_type *t = f->params[k];
        uint32_t slots = mv_slots(t);
        if (k < 64 && (c->form->mask >> k & 1)) {
            args[slots - 1] = 0;
            e = copy_value(s, t, args, &c->captured[captured]);
            captured += slots;
        } else {
            memcpy(args, given + at, 8 * slots);
            at += slots;
        }
        args += slots;
    }
    arena_release(&s->arena, mark);
    return e;
}

enum mv_status_code mv_run_native(struct mv_session *s, const struct mv_fn *f, uint64_t *slots,
                                  const struct mv_fn **next) {
    *next = NULL;
    if (!mv_charge(s, f->native->gas)) return mv_fault(s, MV_OUT_OF_GAS, NULL);
    struct mv_native_call n = {.s = s, .fn = f, .slots = slots};
    uint64_t *top = s->top;
    s->top = slots + (f->param_slots > f->return_slots ? f->param_slots : f->return_slots);
    enum mv_status_code e = f->native->run(&n);
    s->top = top;
    *next = n.dispatch;
    if (!e) return MV_OK;
    mv_fault_at(s, e, f, 0);
    s->fault.abort_code = n.abort_code;
    s->fault.sub_status = n.sub_status;
    if (n.message) s->fault.message = arena_copy(&s->arena, bytes_cstr(n.message));
    return e;
}

/* One that nothing else can take the place of. */
static enum mv_status_code run_plain_native(struct mv_session *s, const struct mv_fn *f,
                                            uint64_t *slots) {
    const struct mv_fn *next;
    enum mv_status_code e = mv_run_native(s, f, slots, &next);
    return e || !next ? e : mv_fault_at(s, MV_RUNTIME_DISPATCH_ERROR, f, 0);
}

/* What every frame's block has charged for instructions that will not run is given back. */
static void give_back(struct mv_session *s, const struct mv_body *body, const struct mv_ins *at) {
    uint64_t unused = body->gas_behind[body->where[at - body->ins]];
    if (s->gas >= 0) s->gas += (int64_t)unused;
}

/* ---- The loop */

#define NEXT                                                                                       \
    do {                                                                                           \
        ip++;                                                                                      \
        goto *(base + ip->go);                                                                     \
    } while (0)
#define NEXT_E /* over the operand word */                                                         \
    do {                                                                                           \
        ip += 2;                                                                                   \
        goto *(base + ip->go);                                                                     \
    } while (0)
#define FAIL(status)                                                                               \
    do {                                                                                           \
        code = (status);                                                                           \
        goto fail;                                                                                 \
    } while (0)
#define FAIL_IF(condition, status)                                                                 \
    do {                                                                                           \
        if (__builtin_expect(!!(condition), 0)) FAIL(status);                                      \
    } while (0)
#define JUMP_IF(condition)                                                                         \
    do {                                                                                           \
        if (condition) goto jump;                                                                  \
        NEXT;                                                                                      \
    } while (0)
#define CALL_OUT(expression) /* with the meter where the callee can use it */                      \
    do {                                                                                           \
        s->gas = gas;                                                                              \
        code = (expression);                                                                       \
        gas = s->gas;                                                                              \
        if (__builtin_expect(code != MV_OK, 0)) goto fail;                                         \
    } while (0)

#define A         r[ip->a]
#define B         r[ip->b]
#define C         r[ip->c]
#define BITS      ip->w
#define BYTE(n)   ((uint8_t *)r + (n))

#define VEC_REF   ((struct mv_vec *)(ptr(B) + ip->w))
#define VEC_LOCAL ((struct mv_vec *)&B)
#define ELEMENT(header, stride)                                                                    \
    const struct mv_vec *v = header;                                                               \
    uint64_t i = C;                                                                                \
    if (__builtin_expect(i >= v->len, 0)) {                                                        \
        sub_status = 1;                                                                            \
        FAIL(MV_VECTOR_OPERATION_ERROR);                                                           \
    }                                                                                              \
    uint8_t *e = v->p + i * (stride)
#define GET_WORD(name, header, n)                                                                  \
    L_##name : {                                                                                   \
        ELEMENT(header, n);                                                                        \
        A = load_n(e, n);                                                                          \
        NEXT;                                                                                      \
    }
#define GET_WIDE(name, header, n)                                                                  \
    L_##name : {                                                                                   \
        ELEMENT(header, n);                                                                        \
        memcpy(&A, e, n);                                                                          \
        NEXT;                                                                                      \
    }
#define SET(name, header, n)                                                                       \
    L_##name : {                                                                                   \
        ELEMENT(header, n);                                                                        \
        memcpy(e, &A, n);                                                                          \
        NEXT;                                                                                      \
    }

/* With s == NULL only *labels is set. */
__attribute__((noinline)) static enum mv_status_code run(struct mv_session *s,
                                                         const struct mv_fn *fn,
                                                         const struct mv_body *body,
                                                         const int32_t **labels) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
    static const int32_t table[] = {
#define INS(name, writes) (int32_t)((const char *)&&L_##name - (const char *)&&L_MOV),
#include "move/ins.def"
#undef INS
    };
    if (!s) {
        *labels = table;
        return MV_OK;
    }
    const char *const base = &&L_MOV;
    const struct mv_ins *ip = body->ins + body->entry;
    uint64_t *r = s->top;
    int64_t gas = s->gas;
    uint32_t held = 0;
    const uint32_t bottom = s->depth;
    enum mv_status_code code = MV_OK;
    uint64_t abort_code = 0, sub_status = 0;
    const struct mv_vec *message = NULL;
    uint8_t flags = 0;
    const struct mv_fn *callee;
    uint64_t *window;

    gas -= body->entry_gas;
    if (gas < 0) goto out_of_gas;
    goto *(base + ip->go);

jump:
    gas -= ip->w;
    ip += 1 + (int32_t)ip->u;
    if (__builtin_expect(gas < 0, 0)) goto out_of_gas;
    goto *(base + ip->go);

    /* Moving and constants. */
L_MOV:
    A = B;
    NEXT;
L_MOV2 : {
    u128 v = wide(&B);
    set_wide(&A, v);
    NEXT;
}
L_MOV4 : {
    struct u256 v = *big(&B);
    *big(&A) = v;
    NEXT;
}
L_MOVN:
    memmove(&A, &B, 8 * (size_t)ip->u);
    NEXT;
L_MOVB:
    memmove(BYTE(ip->u), BYTE(ip->w), ip->a);
    NEXT;
L_ZERO:
    memset(&A, 0, 8 * (size_t)ip->u);
    NEXT;
L_LDI:
    A = ip->q;
    NEXT;
L_LDW:
    memcpy(&A, ip->p, 16);
    NEXT;
L_LDY:
    memcpy(&A, ip->p, 32);
    NEXT;
L_LDVEC:
    FAIL_IF(!load_vector(s, ip, r), MV_MEMORY_LIMIT_EXCEEDED);
    NEXT_E;
L_LDCONST:
    CALL_OUT(load_constant(s, ip, r));
    NEXT_E;
L_COPY:
    CALL_OUT(copy_value(s, ip[1].p, &A, &B));
    NEXT_E;
L_DROP:
    mv_value_drop(&s->heap, ip[1].p, &A);
    NEXT_E;
L_STL1:
    memcpy(BYTE(ip->u), &A, 1);
    NEXT;
L_STL2:
    memcpy(BYTE(ip->u), &A, 2);
    NEXT;
L_STL4:
    memcpy(BYTE(ip->u), &A, 4);
    NEXT;
L_LDL1:
    A = load_n(BYTE(ip->u), 1);
    NEXT;
L_LDL2:
    A = load_n(BYTE(ip->u), 2);
    NEXT;
L_LDL4:
    A = load_n(BYTE(ip->u), 4);
    NEXT;

#include "move/interp_int.inc"

    /* Jumps. */
L_GAS:
    gas -= ip->u;
    if (__builtin_expect(gas < 0, 0)) goto out_of_gas;
    NEXT;
L_JMP:
    goto jump;
L_JT:
    JUMP_IF(A);
L_JF:
    JUMP_IF(!A);
L_JLT:
    JUMP_IF(A < B);
L_JLE:
    JUMP_IF(A <= B);
L_JEQ:
    JUMP_IF(A == B);
L_JNE:
    JUMP_IF(A != B);
L_JLTI:
    JUMP_IF(A < ip->b);
L_JLEI:
    JUMP_IF(A <= ip->b);
L_JGTI:
    JUMP_IF(A > ip->b);
L_JGEI:
    JUMP_IF(A >= ip->b);
L_JEQI:
    JUMP_IF(A == ip->b);
L_JNEI:
    JUMP_IF(A != ip->b);

#include "move/interp_data.inc"

    /* Globals. */
#define TOUCH                                                                                      \
    FAIL_IF(s->closure_depth && !mv_may_touch(s, fn, ((const struct mv_type *)ip->p)->module),     \
            MV_RUNTIME_DISPATCH_ERROR)
L_EXISTS : {
    bool found;
    TOUCH;
    CALL_OUT(mv_global_exists(s, (const struct b32 *)&B, ip->p, &found));
    A = found;
    NEXT;
}
L_BORROW:
L_BORROWM : {
    void *p;
    TOUCH;
    CALL_OUT(mv_global_borrow(s, (const struct b32 *)&B, ip->p, ip->go == table[MV_I_BORROWM], &p));
    A = (uint64_t)(uintptr_t)p;
    NEXT;
}
L_MOVEFROM:
    TOUCH;
    CALL_OUT(mv_global_move_from(s, (const struct b32 *)&B, ip->p, &A));
    NEXT;
L_MOVETO:
    TOUCH;
    CALL_OUT(mv_global_move_to(s, (const struct b32 *)ptr(A), ip->p, &B));
    NEXT;

    /* Calls. */
L_CALL:
    callee = ip->p;
    window = &A;
    flags = 0;
    if (__builtin_expect(callee->id >= s->ready_count || s->ready[callee->id] != s->epoch, 0)) {
        CALL_OUT(mv_enter(s, fn, callee, false, &flags));
        s->gas = gas;
        const struct mv_body *ready = mv_session_ready(s, callee);
        gas = s->gas;
        if (!ready) goto placed;
    }
    held += ip->b;
enter : {
    const struct mv_body *next = atomic_load_explicit(&callee->body, memory_order_relaxed);
    FAIL_IF(s->depth >= s->depth_max, MV_CALL_STACK_OVERFLOW);
    FAIL_IF(held + next->stack_max > MV_OPERANDS_MAX ||
                next->frame_slots > (size_t)(s->slots_end - window),
            MV_EXECUTION_STACK_OVERFLOW);
    s->frames[s->depth++] = (struct mv_frame){fn, body, ip, r, held, flags, 0};
    fn = callee;
    body = next;
    r = window;
    ip = body->ins + body->entry;
    gas -= body->entry_gas;
    if (__builtin_expect(gas < 0, 0)) goto out_of_gas;
    goto *(base + ip->go);
}
L_CALLN:
    window = &A;
    s->gas = gas;
    code = mv_run_native(s, ip->p, window, &callee);
    gas = s->gas;
    if (__builtin_expect(code != MV_OK, 0)) goto placed;
    if (__builtin_expect(!callee, 1)) NEXT;
    CALL_OUT(mv_enter_dispatched(s, fn, callee, &flags));
    s->gas = gas;
    if (!mv_session_ready(s, callee)) code = s->fault.code;
    gas = s->gas;
    if (__builtin_expect(code != MV_OK, 0)) goto placed;
    goto enter;
L_CLOSURE:
    CALL_OUT(make_closure(s, ip, r));
    NEXT;
L_CALLC : {
    const struct mv_closure *c = (const struct mv_closure *)(uintptr_t)B;
    FAIL_IF(!c, MV_FUNCTION_RESOLUTION_FAILURE);
    callee = c->form->fn;
    window = &A;
    CALL_OUT(spread_arguments(s, c, window));
    CALL_OUT(mv_enter(s, fn, callee, true, &flags));
    s->gas = gas;
    if (callee->native) {
        code = run_plain_native(s, callee, window);
        mv_leave(s, flags);
    } else if (!mv_session_ready(s, callee)) {
        code = s->fault.code;
    }
    gas = s->gas;
    if (__builtin_expect(code != MV_OK, 0)) goto placed;
    if (callee->native) NEXT;
    goto enter;
}
L_RETN:
    memmove(r, &A, 8 * (size_t)ip->u);
    goto leave;
L_RET1:
    r[0] = A;
L_RET0:
leave : {
    if (s->depth == bottom) {
        s->gas = gas;
        return MV_EXECUTED;
    }
    const struct mv_frame *f = &s->frames[--s->depth];
    ip = f->at;
    r = f->slots;
    fn = f->fn;
    body = f->body;
    held = f->held;
    if (__builtin_expect(f->flags != 0, 0)) mv_leave(s, f->flags);
    if (ip->go == table[MV_I_CALL]) held -= ip->b;
    NEXT;
}
L_ABORTMSG:
    message = VEC_LOCAL;
L_ABORT:
    abort_code = A;
    FAIL(MV_ABORTED);
#pragma GCC diagnostic pop

out_of_gas:
    s->gas = -1;
    s->depth = bottom;
    return mv_fault_at(s, MV_OUT_OF_GAS, fn, body->where[ip - body->ins]);

fail:
    s->gas = code == MV_OUT_OF_GAS ? -1 : gas;
    mv_fault_at(s, code, fn, body->where[ip - body->ins]);
    s->fault.abort_code = abort_code;
    s->fault.sub_status = sub_status;
    if (message) s->fault.message = arena_copy(&s->arena, mv_vec_bytes(message));
placed:
    code = s->fault.code;
    give_back(s, body, ip);
    while (s->depth > bottom) {
        s->depth--;
        give_back(s, s->frames[s->depth].body, s->frames[s->depth].at);
    }
    return code;
}

const int32_t *mv_interp_labels(void) {
    const int32_t *labels;
    run(NULL, NULL, NULL, &labels);
    return labels;
}

enum mv_status_code mv_interpret(struct mv_session *s, const struct mv_fn *f) {
    if (s->p.depth_base > MV_CALL_DEPTH_MAX) return mv_fault_at(s, MV_CALL_STACK_OVERFLOW, f, 0);
    if (f->native) return run_plain_native(s, f, s->top) ? s->fault.code : MV_EXECUTED;
#ifdef TERN_MOVE_PARANOID
    if (s->p.paranoid) return mv_interpret_paranoid(s, f);
#endif
    uint8_t flags = 0;
    mv_enter(s, NULL, f, false, &flags);
    const struct mv_body *body = mv_session_ready(s, f);
    enum mv_status_code e = s->fault.code;
    if (body && body->frame_slots > (size_t)(s->slots_end - s->top))
        e = mv_fault_at(s, MV_EXECUTION_STACK_OVERFLOW, f, 0);
    else if (body)
        e = run(s, f, body, NULL);
    mv_leave(s, flags);
    s->closure_depth = s->lock_depth = 0;
    s->epoch = s->own_epoch;
    return e;
}
