/* Types of operands (type_safety.rs): every instruction finds the types that it needs on the
 * operand stack. Each basic block is checked for itself, since the stack is empty between blocks;
 * that it is never popped when empty has been checked before. */
#include "move/verify_type.h"

#include <assert.h>

enum { COST_PER_TYPE_NODE = 30 };

/* ---- Operands */

void mv_type_fail(struct mv_typer *t, enum mv_status_code code, const char *text) {
    if (mv_type_ok(t)) t->err = mv_view_err(t->f, code, t->at, text);
}

struct mv_operand_type mv_type_pop(struct mv_typer *t) {
    assert(t->depth);
    return t->stack[--t->depth];
}

void mv_type_push(struct mv_typer *t, uint8_t reference, const struct mv_token *type) {
    if (!mv_type_ok(t)) return;
    if (!mv_meter(t->f->v, (uint64_t)COST_PER_TYPE_NODE * (type->size + (reference != 0)))) {
        t->err = mv_too_complex(t->f->index);
        return;
    }
    assert(t->depth < MV_STACK_MAX);
    t->stack[t->depth++] = (struct mv_operand_type){reference, type};
}

void mv_type_push_type(struct mv_typer *t, const struct mv_token *type) {
    if (!mv_type_ok(t)) return;
    if (mv_type_is_reference(type))
        mv_type_push(t, type->kind, type + 1);
    else
        mv_type_push(t, 0, type);
}

const struct mv_token *mv_type_scalar(unsigned kind) {
#define SCALAR(k) [k] = {.kind = k, .size = 1 }
    static const struct mv_token scalars[] = {
        SCALAR(MV_TOKEN_BOOL), SCALAR(MV_TOKEN_U8),      SCALAR(MV_TOKEN_U16),
        SCALAR(MV_TOKEN_U32),  SCALAR(MV_TOKEN_U64),     SCALAR(MV_TOKEN_U128),
        SCALAR(MV_TOKEN_U256), SCALAR(MV_TOKEN_ADDRESS), SCALAR(MV_TOKEN_SIGNER),
        SCALAR(MV_TOKEN_I8),   SCALAR(MV_TOKEN_I16),     SCALAR(MV_TOKEN_I32),
        SCALAR(MV_TOKEN_I64),  SCALAR(MV_TOKEN_I128),    SCALAR(MV_TOKEN_I256),
    };
#undef SCALAR
    assert(kind < COUNT_OF(scalars) && scalars[kind].size);
    return &scalars[kind];
}

bool mv_operand_is(struct mv_operand_type o, unsigned kind) {
    return !o.reference && o.type->kind == kind;
}

bool mv_operand_eq(struct mv_operand_type o, const struct mv_token *type) {
    if (!mv_type_is_reference(type)) return !o.reference && mv_type_eq(o.type, type);
    return o.reference == type->kind && mv_type_eq(o.type, type + 1);
}

bool mv_operand_fits(struct mv_operand_type o, const struct mv_token *type) {
    if (o.reference || type->kind != MV_TOKEN_FUNCTION || o.type->kind != MV_TOKEN_FUNCTION)
        return mv_operand_eq(o, type);
    if (type->abilities & ~(unsigned)o.type->abilities) return false;
    return o.type->size == type->size && o.type->arity == type->arity &&
           o.type->results == type->results &&
           memcmp(o.type + 1, type + 1, (type->size - 1) * sizeof *type) == 0;
}

unsigned mv_operand_abilities(const struct mv_typer *t, struct mv_operand_type o) {
    if (o.reference) return MV_ABILITIES_REFERENCE;
    return mv_type_abilities(t->m, o.type, t->f->type_params);
}

static bool same_type(struct mv_operand_type a, struct mv_operand_type b) {
    return a.reference == b.reference && mv_type_eq(a.type, b.type);
}

static bool is_integer(struct mv_operand_type o) {
    return !o.reference && mv_type_is_integer(o.type);
}

/* ---- Building types */

static uint64_t instantiated_size(const struct mv_token *type, const struct mv_signature *args) {
    uint64_t size = type->size;
    for (uint32_t i = 0; i < type->size; i++)
        if (type[i].kind == MV_TOKEN_TYPE_PARAM) size += mv_sig_type(args, type[i].index)->size - 1;
    return size;
}

/* Copies `type`, argument by argument; returns the end of what it wrote. The sizes of the tokens
 * around a type parameter grow with what replaces it. */
static struct mv_token *substitute(struct mv_token *out, const struct mv_token *type,
                                   const struct mv_signature *args) {
    if (type->kind == MV_TOKEN_TYPE_PARAM) {
        const struct mv_token *arg = mv_sig_type(args, type->index);
        memcpy(out, arg, arg->size * sizeof *arg);
        return out + arg->size;
    }
    struct mv_token *head = out;
    *out++ = *type;
    const struct mv_token *child = type + 1;
    for (unsigned i = 0; i < type->arity; i++, child += child->size)
        out = substitute(out, child, args);
    head->size = (uint32_t)(out - head);
    return out;
}

static struct mv_token *new_tokens(struct mv_typer *t, uint64_t count) {
    if (!mv_meter(t->f->v, count)) {
        t->err = mv_too_complex(t->f->index);
        return NULL;
    }
    return ARENA_ARRAY(&t->f->v->arena, struct mv_token, count);
}

const struct mv_token *mv_type_instantiate(struct mv_typer *t, const struct mv_token *type,
                                           const struct mv_signature *args) {
    if (!args || !mv_type_ok(t)) return type;
    struct mv_token *out = new_tokens(t, instantiated_size(type, args));
    if (out) substitute(out, type, args);
    return out;
}

const struct mv_token *mv_type_of_struct(struct mv_typer *t, unsigned handle,
                                         const struct mv_signature *args) {
    uint32_t size = 1 + (args ? args->token_count : 0);
    struct mv_token *out = new_tokens(t, size);
    if (!out) return NULL;
    *out = (struct mv_token){
        .kind = args ? MV_TOKEN_STRUCT_INST : MV_TOKEN_STRUCT,
        .index = (uint16_t)handle,
        .arity = args ? args->count : 0,
        .size = size,
    };
    if (args) memcpy(out + 1, args->tokens, args->token_count * sizeof *out);
    return out;
}

/* ---- Instructions */

static void need(struct mv_typer *t, bool holds, enum mv_status_code code, const char *text) {
    if (!holds) mv_type_fail(t, code, text);
}

static void copy_loc(struct mv_typer *t, const struct mv_token *type) {
    unsigned has = mv_type_abilities(t->m, type, t->f->type_params);
    need(t, has & MV_COPY, MV_COPYLOC_WITHOUT_COPY_ABILITY, "copied local has no copy ability");
    mv_type_push_type(t, type);
}

static void borrow_loc(struct mv_typer *t, const struct mv_token *type, uint8_t reference) {
    need(t, !mv_type_is_reference(type), MV_BORROWLOC_REFERENCE_ERROR,
         "borrowed local is a reference");
    mv_type_push(t, reference, type);
}

static void ret(struct mv_typer *t) {
    const struct mv_signature *returns = t->f->returns;
    for (unsigned i = returns->count; i-- > 0;)
        need(t, mv_operand_fits(mv_type_pop(t), mv_sig_type(returns, i)),
             MV_RET_TYPE_MISMATCH_ERROR, "returned value has the wrong type");
}

static void call(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_signature *args;
    const struct mv_function_handle *h =
        &t->m->function_handles[mv_operand_function(t->m, in, &args)];
    const struct mv_signature *params = &t->m->signatures[h->params];
    const struct mv_signature *returns = &t->m->signatures[h->returns];
    for (unsigned i = params->count; i-- > 0 && mv_type_ok(t);) {
        struct mv_operand_type arg = mv_type_pop(t);
        const struct mv_token *param = mv_type_instantiate(t, mv_sig_type(params, i), args);
        if (mv_type_ok(t))
            need(t, mv_operand_fits(arg, param), MV_CALL_TYPE_MISMATCH_ERROR,
                 "argument has the wrong type");
    }
    for (unsigned i = 0; i < returns->count && mv_type_ok(t); i++) {
        const struct mv_token *type = mv_type_instantiate(t, mv_sig_type(returns, i), args);
        if (mv_type_ok(t)) mv_type_push_type(t, type);
    }
}

static void read_ref(struct mv_typer *t) {
    struct mv_operand_type o = mv_type_pop(t);
    need(t, o.reference, MV_READREF_TYPE_MISMATCH_ERROR, "read through what is no reference");
    if (!mv_type_ok(t)) return;
    need(t, mv_type_abilities(t->m, o.type, t->f->type_params) & MV_COPY,
         MV_READREF_WITHOUT_COPY_ABILITY, "value read has no copy ability");
    mv_type_push(t, 0, o.type);
}

static void write_ref(struct mv_typer *t) {
    struct mv_operand_type to = mv_type_pop(t), value = mv_type_pop(t);
    need(t, to.reference == MV_TOKEN_MUTABLE_REFERENCE, MV_WRITEREF_NO_MUTABLE_REFERENCE_ERROR,
         "write through what is no mutable reference");
    if (!mv_type_ok(t)) return;
    need(t, mv_type_abilities(t->m, to.type, t->f->type_params) & MV_DROP,
         MV_WRITEREF_WITHOUT_DROP_ABILITY, "overwritten value has no drop ability");
    need(t, mv_operand_eq(value, to.type), MV_WRITEREF_TYPE_MISMATCH_ERROR,
         "written value has the wrong type");
}

static void binary(struct mv_typer *t, bool comparison) {
    struct mv_operand_type b = mv_type_pop(t), a = mv_type_pop(t);
    need(t, is_integer(a) && same_type(a, b), MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         "operands are not integers of one type");
    mv_type_push(t, 0, comparison ? mv_type_scalar(MV_TOKEN_BOOL) : b.type);
}

static void bitwise(struct mv_typer *t) {
    /* Signed integers have no bitwise operations. */
    need(t, !mv_type_is_signed(t->stack[t->depth - 1].type), MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         "bitwise operation on signed integers");
    binary(t, false);
}

static void shift(struct mv_typer *t) {
    struct mv_operand_type by = mv_type_pop(t), value = mv_type_pop(t);
    need(t, is_integer(value) && !mv_type_is_signed(value.type) && mv_operand_is(by, MV_TOKEN_U8),
         MV_INTEGER_OP_TYPE_MISMATCH_ERROR, "shift needs an unsigned integer and a u8");
    mv_type_push(t, 0, value.type);
}

static void logic(struct mv_typer *t, unsigned operands) {
    while (operands--)
        need(t, mv_operand_is(mv_type_pop(t), MV_TOKEN_BOOL), MV_BOOLEAN_OP_TYPE_MISMATCH_ERROR,
             "operand is not a bool");
    mv_type_push(t, 0, mv_type_scalar(MV_TOKEN_BOOL));
}

static void equality(struct mv_typer *t) {
    struct mv_operand_type b = mv_type_pop(t), a = mv_type_pop(t);
    need(t, same_type(a, b) && mv_operand_abilities(t, b) & MV_DROP,
         MV_EQUALITY_OP_TYPE_MISMATCH_ERROR, "operands are not of one type with drop");
    mv_type_push(t, 0, mv_type_scalar(MV_TOKEN_BOOL));
}

static void cast(struct mv_typer *t, unsigned kind) {
    need(t, is_integer(mv_type_pop(t)), MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         "cast of what is no integer");
    mv_type_push(t, 0, mv_type_scalar(kind));
}

static void negate(struct mv_typer *t) {
    struct mv_operand_type o = mv_type_pop(t);
    need(t, is_integer(o) && mv_type_is_signed(o.type), MV_INTEGER_OP_TYPE_MISMATCH_ERROR,
         "negation needs a signed integer");
    mv_type_push(t, 0, o.type);
}

static void freeze_ref(struct mv_typer *t) {
    struct mv_operand_type o = mv_type_pop(t);
    need(t, o.reference == MV_TOKEN_MUTABLE_REFERENCE, MV_FREEZEREF_TYPE_MISMATCH_ERROR,
         "freeze of what is no mutable reference");
    mv_type_push(t, MV_TOKEN_REFERENCE, o.type);
}

static void abort_msg(struct mv_typer *t) {
    struct mv_operand_type message = mv_type_pop(t), code = mv_type_pop(t);
    bool bytes = !message.reference && message.type->kind == MV_TOKEN_VECTOR &&
                 message.type[1].kind == MV_TOKEN_U8;
    need(t, bytes && mv_operand_is(code, MV_TOKEN_U64), MV_ABORT_TYPE_MISMATCH_ERROR,
         "abort needs a u64 and a vector<u8>");
}

/* ---- Vectors */

static void need_vector(struct mv_typer *t, struct mv_operand_type o, const struct mv_token *elem,
                        bool mutable) {
    bool reference = mutable ? o.reference == MV_TOKEN_MUTABLE_REFERENCE : o.reference != 0;
    need(t, reference && o.type->kind == MV_TOKEN_VECTOR && mv_type_eq(o.type + 1, elem),
         MV_TYPE_MISMATCH, "operand is not a reference to a vector of the declared type");
}

static void need_index(struct mv_typer *t) {
    need(t, mv_operand_is(mv_type_pop(t), MV_TOKEN_U64), MV_TYPE_MISMATCH,
         "vector index is not a u64");
}

static void vec_pack(struct mv_typer *t, const struct mv_token *elem, uint64_t count) {
    for (; count && mv_type_ok(t); count--)
        need(t, mv_operand_eq(mv_type_pop(t), elem), MV_TYPE_MISMATCH,
             "element has the wrong type");
    struct mv_token *type = mv_type_ok(t) ? new_tokens(t, elem->size + 1u) : NULL;
    if (!type) return;
    *type = (struct mv_token){.kind = MV_TOKEN_VECTOR, .arity = 1, .size = elem->size + 1};
    memcpy(type + 1, elem, elem->size * sizeof *elem);
    mv_type_push(t, 0, type);
}

static void vec_unpack(struct mv_typer *t, const struct mv_token *elem, uint64_t count) {
    struct mv_operand_type o = mv_type_pop(t);
    need(t, !o.reference && o.type->kind == MV_TOKEN_VECTOR && mv_type_eq(o.type + 1, elem),
         MV_TYPE_MISMATCH, "operand is not a vector of the declared type");
    for (; count && mv_type_ok(t); count--) mv_type_push(t, 0, elem);
}

static void vec_op(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_token *elem = t->m->signatures[in->index].tokens;
    switch (in->op) {
    case MV_OP_VEC_PACK: vec_pack(t, elem, in->imm); break;
    case MV_OP_VEC_UNPACK: vec_unpack(t, elem, in->imm); break;
    case MV_OP_VEC_LEN:
        need_vector(t, mv_type_pop(t), elem, false);
        mv_type_push(t, 0, mv_type_scalar(MV_TOKEN_U64));
        break;
    case MV_OP_VEC_IMM_BORROW:
    case MV_OP_VEC_MUT_BORROW: {
        bool mutable = in->op == MV_OP_VEC_MUT_BORROW;
        need_index(t);
        need_vector(t, mv_type_pop(t), elem, mutable);
        mv_type_push(t, mutable ? MV_TOKEN_MUTABLE_REFERENCE : MV_TOKEN_REFERENCE, elem);
        break;
    }
    case MV_OP_VEC_PUSH_BACK:
        need(t, mv_operand_eq(mv_type_pop(t), elem), MV_TYPE_MISMATCH,
             "element has the wrong type");
        need_vector(t, mv_type_pop(t), elem, true);
        break;
    case MV_OP_VEC_POP_BACK:
        need_vector(t, mv_type_pop(t), elem, true);
        mv_type_push(t, 0, elem);
        break;
    default: /* VecSwap */
        need_index(t);
        need_index(t);
        need_vector(t, mv_type_pop(t), elem, true);
    }
}

/* ---- The pass */

static void local_op(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_token *type = mv_local_type(t->f, in->index);
    switch (in->op) {
    case MV_OP_COPY_LOC: copy_loc(t, type); break;
    case MV_OP_MOVE_LOC: mv_type_push_type(t, type); break;
    case MV_OP_ST_LOC:
        need(t, mv_operand_fits(mv_type_pop(t), type), MV_STLOC_TYPE_MISMATCH_ERROR,
             "stored value has the wrong type");
        break;
    case MV_OP_MUT_BORROW_LOC: borrow_loc(t, type, MV_TOKEN_MUTABLE_REFERENCE); break;
    default: borrow_loc(t, type, MV_TOKEN_REFERENCE);
    }
}

/* The kind of scalar that a load or cast makes; 0 for any other opcode. */
static unsigned made_scalar(unsigned op) {
    switch (op) {
    case MV_OP_LD_TRUE:
    case MV_OP_LD_FALSE: return MV_TOKEN_BOOL;
    case MV_OP_LD_U8:
    case MV_OP_CAST_U8: return MV_TOKEN_U8;
    case MV_OP_LD_U16:
    case MV_OP_CAST_U16: return MV_TOKEN_U16;
    case MV_OP_LD_U32:
    case MV_OP_CAST_U32: return MV_TOKEN_U32;
    case MV_OP_LD_U64:
    case MV_OP_CAST_U64: return MV_TOKEN_U64;
    case MV_OP_LD_U128:
    case MV_OP_CAST_U128: return MV_TOKEN_U128;
    case MV_OP_LD_U256:
    case MV_OP_CAST_U256: return MV_TOKEN_U256;
    case MV_OP_LD_I8:
    case MV_OP_CAST_I8: return MV_TOKEN_I8;
    case MV_OP_LD_I16:
    case MV_OP_CAST_I16: return MV_TOKEN_I16;
    case MV_OP_LD_I32:
    case MV_OP_CAST_I32: return MV_TOKEN_I32;
    case MV_OP_LD_I64:
    case MV_OP_CAST_I64: return MV_TOKEN_I64;
    case MV_OP_LD_I128:
    case MV_OP_CAST_I128: return MV_TOKEN_I128;
    case MV_OP_LD_I256:
    case MV_OP_CAST_I256: return MV_TOKEN_I256;
    default: return 0;
    }
}

static void check_instr(struct mv_typer *t, const struct mv_instr *in) {
    unsigned kind = made_scalar(in->op);
    if (kind) {
        bool is_cast = mv_op_info[in->op].operand == MV_OPERAND_NONE && kind != MV_TOKEN_BOOL;
        if (is_cast)
            cast(t, kind);
        else
            mv_type_push(t, 0, mv_type_scalar(kind));
        return;
    }
    switch ((enum mv_opcode)in->op) {
    case MV_OP_POP:
        need(t, mv_operand_abilities(t, mv_type_pop(t)) & MV_DROP, MV_POP_WITHOUT_DROP_ABILITY,
             "popped value has no drop ability");
        break;
    case MV_OP_BR_TRUE:
    case MV_OP_BR_FALSE:
        need(t, mv_operand_is(mv_type_pop(t), MV_TOKEN_BOOL), MV_BR_TYPE_MISMATCH_ERROR,
             "condition is not a bool");
        break;
    case MV_OP_ABORT:
        need(t, mv_operand_is(mv_type_pop(t), MV_TOKEN_U64), MV_ABORT_TYPE_MISMATCH_ERROR,
             "abort code is not a u64");
        break;
    case MV_OP_ABORT_MSG: abort_msg(t); break;
    case MV_OP_RET: ret(t); break;
    case MV_OP_BRANCH:
    case MV_OP_NOP: break;
    case MV_OP_FREEZE_REF: freeze_ref(t); break;
    case MV_OP_READ_REF: read_ref(t); break;
    case MV_OP_WRITE_REF: write_ref(t); break;
    case MV_OP_LD_CONST: mv_type_push_type(t, t->m->constants[in->index].type); break;
    case MV_OP_COPY_LOC:
    case MV_OP_MOVE_LOC:
    case MV_OP_ST_LOC:
    case MV_OP_MUT_BORROW_LOC:
    case MV_OP_IMM_BORROW_LOC: local_op(t, in); break;
    case MV_OP_CALL:
    case MV_OP_CALL_GENERIC: call(t, in); break;
    case MV_OP_ADD:
    case MV_OP_SUB:
    case MV_OP_MUL:
    case MV_OP_MOD:
    case MV_OP_DIV: binary(t, false); break;
    case MV_OP_BIT_OR:
    case MV_OP_BIT_AND:
    case MV_OP_XOR: bitwise(t); break;
    case MV_OP_LT:
    case MV_OP_GT:
    case MV_OP_LE:
    case MV_OP_GE: binary(t, true); break;
    case MV_OP_SHL:
    case MV_OP_SHR: shift(t); break;
    case MV_OP_OR:
    case MV_OP_AND: logic(t, 2); break;
    case MV_OP_NOT: logic(t, 1); break;
    case MV_OP_NEGATE: negate(t); break;
    case MV_OP_EQ:
    case MV_OP_NEQ: equality(t); break;
    case MV_OP_VEC_PACK:
    case MV_OP_VEC_LEN:
    case MV_OP_VEC_IMM_BORROW:
    case MV_OP_VEC_MUT_BORROW:
    case MV_OP_VEC_PUSH_BACK:
    case MV_OP_VEC_POP_BACK:
    case MV_OP_VEC_UNPACK:
    case MV_OP_VEC_SWAP: vec_op(t, in); break;
    default: mv_type_struct_op(t, in);
    }
}

struct mv_err mv_verify_types(const struct mv_view *f) {
    struct arena *a = &f->v->arena;
    struct arena_mark mark = arena_mark(a);
    struct mv_typer t = {.f = f, .m = f->m, .err = MV_ERR_NONE};
    t.stack = ARENA_ARRAY(a, struct mv_operand_type, MV_STACK_MAX);
    for (uint32_t b = 0; b < f->cfg.count && mv_type_ok(&t); b++) {
        struct arena_mark block = arena_mark(a);
        t.depth = 0;
        for (uint32_t i = f->cfg.blocks[b].start; i <= f->cfg.blocks[b].end && mv_type_ok(&t);
             i++) {
            t.at = i;
            check_instr(&t, &f->code->instrs[i]);
        }
        arena_release(a, block);
    }
    arena_release(a, mark);
    return t.err;
}
