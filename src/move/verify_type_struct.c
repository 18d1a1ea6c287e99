/* The type pass on structs, enums, fields, global storage and closures. */
#include "move/verify_type.h"

static const struct mv_struct_def *def_at(const struct mv_typer *t, unsigned def) {
    return &t->m->struct_defs[def];
}

/* ---- Packing */

/* The fields that an opcode packs or unpacks; false if it is for structs and this is an enum. */
static bool fields_of(struct mv_typer *t, const struct mv_struct_def *d, bool enum_op,
                      unsigned variant, const struct mv_field_def **fields, unsigned *count) {
    if (d->kind != (enum_op ? MV_STRUCT_VARIANTS : MV_STRUCT_DECLARED)) {
        mv_type_fail(t, MV_PACK_TYPE_MISMATCH_ERROR, "opcode is for the other form of struct");
        return false;
    }
    *fields = mv_struct_fields(d, variant, count);
    return true;
}

static void pack(struct mv_typer *t, unsigned def, bool enum_op, unsigned variant,
                 const struct mv_signature *args) {
    const struct mv_struct_def *d = def_at(t, def);
    const struct mv_field_def *fields;
    unsigned count;
    if (!fields_of(t, d, enum_op, variant, &fields, &count)) return;
    for (unsigned i = count; i-- > 0;) {
        struct mv_operand_type o = mv_type_pop(t);
        const struct mv_token *type = mv_type_instantiate(t, fields[i].type, args);
        if (!mv_type_ok(t)) return;
        if (!mv_operand_fits(o, type))
            mv_type_fail(t, MV_PACK_TYPE_MISMATCH_ERROR, "field has the wrong type");
    }
    const struct mv_token *type = mv_type_of_struct(t, d->handle, args);
    if (mv_type_ok(t)) mv_type_push(t, 0, type);
}

static void unpack(struct mv_typer *t, unsigned def, bool enum_op, unsigned variant,
                   const struct mv_signature *args) {
    const struct mv_struct_def *d = def_at(t, def);
    const struct mv_field_def *fields;
    unsigned count;
    struct mv_operand_type o = mv_type_pop(t);
    const struct mv_token *type = mv_type_of_struct(t, d->handle, args);
    if (!mv_type_ok(t)) return;
    if (!mv_operand_eq(o, type))
        mv_type_fail(t, MV_UNPACK_TYPE_MISMATCH_ERROR, "unpacked value has the wrong type");
    if (!fields_of(t, d, enum_op, variant, &fields, &count)) return;
    for (unsigned i = 0; i < count && mv_type_ok(t); i++) {
        const struct mv_token *field = mv_type_instantiate(t, fields[i].type, args);
        if (mv_type_ok(t)) mv_type_push(t, 0, field);
    }
}

static void test_variant(struct mv_typer *t, unsigned def, const struct mv_signature *args) {
    struct mv_operand_type o = mv_type_pop(t);
    const struct mv_token *type = mv_type_of_struct(t, def_at(t, def)->handle, args);
    if (!mv_type_ok(t)) return;
    if (!o.reference || !mv_type_eq(o.type, type))
        mv_type_fail(t, MV_TEST_VARIANT_TYPE_MISMATCH_ERROR,
                     "variant test of what is no reference to the enum");
    mv_type_push(t, 0, mv_type_scalar(MV_TOKEN_BOOL));
}

/* ---- Fields */

/* The reference to the owner that a field is borrowed from. */
static void need_owner(struct mv_typer *t, unsigned def, uint8_t reference,
                       const struct mv_signature *args) {
    struct mv_operand_type o = mv_type_pop(t);
    const struct mv_token *type = mv_type_of_struct(t, def_at(t, def)->handle, args);
    if (!mv_type_ok(t)) return;
    bool enough =
        reference == MV_TOKEN_MUTABLE_REFERENCE ? o.reference == reference : o.reference != 0;
    if (!enough || !mv_type_eq(o.type, type))
        mv_type_fail(t, MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
                     "field borrowed from what is no such reference");
}

static void borrow_field(struct mv_typer *t, const struct mv_instr *in, uint8_t reference) {
    const struct mv_signature *args;
    const struct mv_field_handle *h = mv_operand_field(t->m, in, &args);
    need_owner(t, h->owner, reference, args);
    if (!mv_type_ok(t)) return;
    const struct mv_token *type =
        mv_type_instantiate(t, def_at(t, h->owner)->fields[h->field].type, args);
    if (mv_type_ok(t)) mv_type_push(t, reference, type);
}

static void borrow_variant_field(struct mv_typer *t, const struct mv_instr *in, uint8_t reference) {
    const struct mv_signature *args;
    const struct mv_variant_field_handle *h = mv_operand_variant_field(t->m, in, &args);
    need_owner(t, h->owner, reference, args);
    if (!h->variant_count) mv_type_fail(t, MV_ZERO_VARIANTS_ERROR, "field of no variant");
    if (!mv_type_ok(t)) return;
    const struct mv_token *type = NULL;
    for (unsigned i = 0; i < h->variant_count; i++) {
        unsigned count;
        const struct mv_field_def *fields =
            mv_struct_fields(def_at(t, h->owner), h->variants[i], &count);
        const struct mv_token *field = mv_type_instantiate(t, fields[h->field].type, args);
        if (!mv_type_ok(t)) return;
        if (!type) type = field;
        if (!mv_type_eq(type, field))
            mv_type_fail(t, MV_BORROWFIELD_TYPE_MISMATCH_ERROR,
                         "field has different types in the variants");
    }
    mv_type_push(t, reference, type);
}

/* ---- Global storage */

struct global_codes {
    enum mv_status_code key, type;
};

/* The resource's type, which must have key. NULL after an error. */
static const struct mv_token *resource(struct mv_typer *t, unsigned def,
                                       const struct mv_signature *args,
                                       enum mv_status_code without_key) {
    const struct mv_token *type = mv_type_of_struct(t, def_at(t, def)->handle, args);
    if (!mv_type_ok(t)) return NULL;
    if (mv_type_abilities(t->m, type, t->f->type_params) & MV_KEY) return type;
    mv_type_fail(t, without_key, "struct in global storage has no key ability");
    return NULL;
}

/* Pops the address; the resource's type, or NULL after an error. */
static const struct mv_token *resource_at(struct mv_typer *t, const struct mv_instr *in,
                                          struct global_codes codes) {
    const struct mv_signature *args;
    unsigned def = mv_operand_struct(t->m, in, &args);
    struct mv_operand_type address = mv_type_pop(t);
    const struct mv_token *type = resource(t, def, args, codes.key);
    if (type && !mv_operand_is(address, MV_TOKEN_ADDRESS)) {
        mv_type_fail(t, codes.type, "global storage needs an address");
        return NULL;
    }
    return type;
}

static void borrow_global(struct mv_typer *t, const struct mv_instr *in, uint8_t reference) {
    const struct mv_token *type =
        resource_at(t, in,
                    (struct global_codes){MV_BORROWGLOBAL_WITHOUT_KEY_ABILITY,
                                          MV_BORROWGLOBAL_TYPE_MISMATCH_ERROR});
    if (type) mv_type_push(t, reference, type);
}

static void exists(struct mv_typer *t, const struct mv_instr *in) {
    if (resource_at(t, in,
                    (struct global_codes){MV_EXISTS_WITHOUT_KEY_ABILITY_OR_BAD_ARGUMENT,
                                          MV_EXISTS_WITHOUT_KEY_ABILITY_OR_BAD_ARGUMENT}))
        mv_type_push(t, 0, mv_type_scalar(MV_TOKEN_BOOL));
}

static void move_from(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_token *type = resource_at(
        t, in,
        (struct global_codes){MV_MOVEFROM_WITHOUT_KEY_ABILITY, MV_MOVEFROM_TYPE_MISMATCH_ERROR});
    if (type) mv_type_push(t, 0, type);
}

static void move_to(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_signature *args;
    unsigned def = mv_operand_struct(t->m, in, &args);
    struct mv_operand_type value = mv_type_pop(t), signer = mv_type_pop(t);
    const struct mv_token *type = resource(t, def, args, MV_MOVETO_WITHOUT_KEY_ABILITY);
    if (!type) return;
    if (!mv_operand_eq(value, type))
        mv_type_fail(t, MV_MOVETO_TYPE_MISMATCH_ERROR, "moved value has the wrong type");
    if (signer.reference != MV_TOKEN_REFERENCE || signer.type->kind != MV_TOKEN_SIGNER)
        mv_type_fail(t, MV_MOVETO_TYPE_MISMATCH_ERROR, "move to storage needs a &signer");
}

/* ---- Closures */

/* The captured arguments; returns the abilities that they leave the closure. */
static unsigned pop_captured(struct mv_typer *t, const struct mv_signature *params, uint64_t mask,
                             const struct mv_signature *args, unsigned abilities) {
    for (unsigned i = params->count; i-- > 0 && mv_type_ok(t);) {
        if (i >= 64 || !(mask >> i & 1)) continue;
        struct mv_operand_type o = mv_type_pop(t);
        abilities &= mv_operand_abilities(t, o);
        const struct mv_token *type = mv_type_instantiate(t, mv_sig_type(params, i), args);
        if (!mv_type_ok(t)) return 0;
        if (!mv_operand_fits(o, type))
            mv_type_fail(t, MV_PACK_TYPE_MISMATCH_ERROR, "captured argument has the wrong type");
        if (o.reference)
            mv_type_fail(t, MV_PACK_TYPE_MISMATCH_ERROR, "captured argument is a reference");
    }
    return abilities;
}

static void put_type(struct buf *out, struct mv_typer *t, const struct mv_token *type,
                     const struct mv_signature *args) {
    type = mv_type_instantiate(t, type, args);
    if (mv_type_ok(t)) buf_put(out, type, type->size * sizeof *type);
}

/* A closure of a function that must stay callable in every later version of its module may be
 * stored; of any other, not. */
static void pack_closure(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_signature *args;
    const struct mv_function_handle *h =
        &t->m->function_handles[mv_operand_function(t->m, in, &args)];
    const struct mv_signature *params = &t->m->signatures[h->params];
    const struct mv_signature *returns = &t->m->signatures[h->returns];
    unsigned abilities = MV_COPY | MV_DROP;
    if (h->attribute_set & MV_ATTR_PERSISTENT) abilities |= MV_STORE;
    abilities = pop_captured(t, params, in->imm, args, abilities);
    struct mv_token head = {.kind = MV_TOKEN_FUNCTION,
                            .abilities = (uint8_t)abilities,
                            .arity = returns->count,
                            .results = returns->count};
    struct buf tokens = {0};
    buf_put(&tokens, &head, sizeof head);
    for (unsigned i = 0; i < params->count; i++) {
        if (i < 64 && in->imm >> i & 1) continue;
        head.arity++;
        put_type(&tokens, t, mv_sig_type(params, i), args);
    }
    for (unsigned i = 0; i < returns->count; i++)
        put_type(&tokens, t, mv_sig_type(returns, i), args);
    if (mv_type_ok(t)) {
        head.size = (uint32_t)(tokens.n / sizeof head);
        memcpy(tokens.p, &head, sizeof head);
        struct bytes kept = arena_copy(&t->f->v->arena, buf_bytes(&tokens));
        mv_type_push(t, 0, (const struct mv_token *)(const void *)kept.p);
    }
    buf_free(&tokens);
}

static void call_closure(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_token *type = t->m->signatures[in->index].tokens;
    const struct mv_token *children[2 * UINT8_MAX];
    const struct mv_token *child = type + 1;
    unsigned params = type->arity - type->results;
    for (unsigned i = 0; i < type->arity; i++, child += child->size) children[i] = child;
    if (!mv_operand_fits(mv_type_pop(t), type))
        mv_type_fail(t, MV_CALL_TYPE_MISMATCH_ERROR, "called closure has another type");
    for (unsigned i = params; i-- > 0;)
        if (!mv_operand_fits(mv_type_pop(t), children[i]))
            mv_type_fail(t, MV_CALL_TYPE_MISMATCH_ERROR, "argument has the wrong type");
    for (unsigned i = params; i < type->arity; i++) mv_type_push_type(t, children[i]);
}

/* ---- Dispatch */

static void struct_op(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_signature *args;
    unsigned def = mv_operand_struct(t->m, in, &args);
    if (in->op == MV_OP_PACK || in->op == MV_OP_PACK_GENERIC)
        pack(t, def, false, 0, args);
    else
        unpack(t, def, false, 0, args);
}

static void variant_op(struct mv_typer *t, const struct mv_instr *in) {
    const struct mv_signature *args;
    const struct mv_variant_handle *h = mv_operand_variant(t->m, in, &args);
    if (in->op == MV_OP_PACK_VARIANT || in->op == MV_OP_PACK_VARIANT_GENERIC)
        pack(t, h->owner, true, h->variant, args);
    else if (in->op == MV_OP_UNPACK_VARIANT || in->op == MV_OP_UNPACK_VARIANT_GENERIC)
        unpack(t, h->owner, true, h->variant, args);
    else
        test_variant(t, h->owner, args);
}

void mv_type_struct_op(struct mv_typer *t, const struct mv_instr *in) {
    switch (in->op) {
    case MV_OP_MUT_BORROW_FIELD:
    case MV_OP_MUT_BORROW_FIELD_GENERIC: borrow_field(t, in, MV_TOKEN_MUTABLE_REFERENCE); break;
    case MV_OP_IMM_BORROW_FIELD:
    case MV_OP_IMM_BORROW_FIELD_GENERIC: borrow_field(t, in, MV_TOKEN_REFERENCE); break;
    case MV_OP_MUT_BORROW_VARIANT_FIELD:
    case MV_OP_MUT_BORROW_VARIANT_FIELD_GENERIC:
        borrow_variant_field(t, in, MV_TOKEN_MUTABLE_REFERENCE);
        break;
    case MV_OP_IMM_BORROW_VARIANT_FIELD:
    case MV_OP_IMM_BORROW_VARIANT_FIELD_GENERIC:
        borrow_variant_field(t, in, MV_TOKEN_REFERENCE);
        break;
    case MV_OP_EXISTS:
    case MV_OP_EXISTS_GENERIC: exists(t, in); break;
    case MV_OP_MUT_BORROW_GLOBAL:
    case MV_OP_MUT_BORROW_GLOBAL_GENERIC: borrow_global(t, in, MV_TOKEN_MUTABLE_REFERENCE); break;
    case MV_OP_IMM_BORROW_GLOBAL:
    case MV_OP_IMM_BORROW_GLOBAL_GENERIC: borrow_global(t, in, MV_TOKEN_REFERENCE); break;
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC: move_from(t, in); break;
    case MV_OP_MOVE_TO:
    case MV_OP_MOVE_TO_GENERIC: move_to(t, in); break;
    case MV_OP_PACK_CLOSURE:
    case MV_OP_PACK_CLOSURE_GENERIC: pack_closure(t, in); break;
    case MV_OP_CALL_CLOSURE: call_closure(t, in); break;
    case MV_OP_PACK:
    case MV_OP_PACK_GENERIC:
    case MV_OP_UNPACK:
    case MV_OP_UNPACK_GENERIC: struct_op(t, in); break;
    default: variant_op(t, in);
    }
}
