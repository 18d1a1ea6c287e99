#include "move/translate.h"

#include <assert.h>

#include "move/tr.h"

/* What one function may make the machine know of types, and one session (session.c). */
enum { TYPE_WORK_MAX = 1 << 16 };

/* ---- Types in context */

bool tr_meet(struct tr *t, const struct mv_type *type) {
    struct mv_type *mine = (struct mv_type *)(uintptr_t)type;
    if (mine->seen_by == t->stamp) return true;
    mine->seen_by = t->stamp;
    t->type_work += type->layout_nodes;
    return t->type_work <= TYPE_WORK_MAX ||
           tr_fail(t, MV_PROGRAM_TOO_COMPLEX, "the function uses too many types");
}

static const struct mv_type *met(struct tr *t, const struct mv_type *type, enum mv_status_code why,
                                 const char *text) {
    if (type) return tr_meet(t, type) ? type : NULL;
    tr_fail(t, why, text);
    return NULL;
}

const struct mv_type *tr_type(struct tr *t, const struct mv_token *token) {
    enum mv_status_code why = MV_OK;
    const struct mv_type *type =
        mv_type_of_token(t->c, t->fn->module, token, t->fn->type_args, &why);
    return met(t, type, why, "a type that cannot be made");
}

const struct mv_type *tr_ref_to(struct tr *t, const struct mv_type *type, bool mut) {
    enum mv_status_code why = MV_OK;
    const struct mv_type *r = mv_type_of_elem(t->c, mut ? MV_T_MUT_REF : MV_T_REF, type, &why);
    return met(t, r, why, "a reference to this cannot be made");
}

static const struct mv_type *struct_type(struct tr *t, unsigned def, struct mv_type_list args) {
    enum mv_status_code why = MV_OK;
    const struct mv_type *type = mv_type_struct(t->c, t->fn->module, def, args, &why);
    return met(t, type, why, "a struct type that cannot be made");
}

const struct mv_type *tr_struct(struct tr *t, unsigned def) {
    return struct_type(t, def, (struct mv_type_list){0});
}

const struct mv_type *tr_struct_inst(struct tr *t, const struct mv_inst *table, uint32_t index,
                                     unsigned def) {
    const struct mv_signature *sig = &t->m->signatures[table[index].types];
    const struct mv_type *args[256];
    for (unsigned i = 0; i < sig->count && i < COUNT_OF(args); i++)
        if (!(args[i] = tr_type(t, mv_sig_type(sig, i)))) return NULL;
    return struct_type(t, def, (struct mv_type_list){args, sig->count});
}

/* ---- Blocks */

static bool is_jump(uint8_t op) {
    return op == MV_OP_BRANCH || op == MV_OP_BR_TRUE || op == MV_OP_BR_FALSE;
}

static bool ends_block(uint8_t op) {
    return is_jump(op) || op == MV_OP_RET || op == MV_OP_ABORT || op == MV_OP_ABORT_MSG;
}

static bool falls_through(uint8_t op) {
    return op != MV_OP_BRANCH && op != MV_OP_RET && op != MV_OP_ABORT && op != MV_OP_ABORT_MSG;
}

static bool find_blocks(struct tr *t) {
    const struct mv_code *code = t->fn->code;
    bool *leader = ARENA_ARRAY(t->tmp, bool, code->count + 1);
    leader[0] = true;
    for (uint32_t i = 0; i < code->count; i++) {
        if (!ends_block(code->instrs[i].op)) continue;
        leader[i + 1] = true;
        if (is_jump(code->instrs[i].op)) leader[code->instrs[i].index] = true;
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < code->count; i++) n += leader[i];
    t->blocks = ARENA_ARRAY(t->tmp, struct tr_block, n + 1);
    t->block_of = ARENA_ARRAY(t->tmp, uint32_t, code->count + 1);
    for (uint32_t i = 0; i < code->count; i++) {
        if (!leader[i]) continue;
        if (t->block_count) t->blocks[t->block_count - 1].end = i;
        t->block_of[i] = t->block_count;
        t->blocks[t->block_count++].first = i;
    }
    t->blocks[t->block_count - 1].end = code->count;
    if (falls_through(code->instrs[code->count - 1].op)) {
        t->pc = code->count - 1;
        return tr_fail(t, MV_INVALID_FALL_THROUGH, "the last instruction falls through");
    }
    return true;
}

/* ---- Availability of locals */

static void run_block(const struct tr *t, const struct tr_block *b, struct tr_bits *sure,
                      struct tr_bits *maybe) {
    for (uint32_t i = b->first; i < b->end; i++) {
        const struct mv_instr *in = &t->fn->code->instrs[i];
        if (in->op != MV_OP_MOVE_LOC && in->op != MV_OP_ST_LOC) continue;
        if (in->index >= t->local_count) continue;
        tr_set_bit(sure, in->index, in->op == MV_OP_ST_LOC);
        tr_set_bit(maybe, in->index, in->op == MV_OP_ST_LOC);
    }
}

/* Joins a predecessor's state into block `to`; true if that changed it. */
static bool join(struct tr_block *to, const struct tr_bits *sure, const struct tr_bits *maybe) {
    bool changed = !to->reached;
    for (int k = 0; k < 4; k++) {
        uint64_t s = to->reached ? to->sure.w[k] & sure->w[k] : sure->w[k];
        uint64_t m = to->maybe.w[k] | maybe->w[k];
        changed |= s != to->sure.w[k] || m != to->maybe.w[k];
        to->sure.w[k] = s;
        to->maybe.w[k] = m;
    }
    to->reached = true;
    return changed;
}

/* Each bit of each block changes at most once in its direction, so this ends. */
static void find_availability(struct tr *t) {
    uint32_t *work = ARENA_ARRAY(t->tmp, uint32_t, t->block_count);
    bool *queued = ARENA_ARRAY(t->tmp, bool, t->block_count);
    struct tr_bits start = {{0}};
    for (unsigned i = 0; i < t->fn->param_count; i++) tr_set_bit(&start, i, true);
    uint32_t count = 0;
    join(&t->blocks[0], &start, &start);
    work[count++] = 0;
    queued[0] = true;
    while (count) {
        uint32_t at = work[--count];
        queued[at] = false;
        const struct tr_block *b = &t->blocks[at];
        struct tr_bits sure = b->sure, maybe = b->maybe;
        run_block(t, b, &sure, &maybe);
        const struct mv_instr *last = &t->fn->code->instrs[b->end - 1];
        uint32_t next[2], n = 0;
        if (is_jump(last->op)) next[n++] = t->block_of[last->index];
        if (falls_through(last->op)) next[n++] = at + 1;
        for (uint32_t k = 0; k < n; k++) {
            if (!join(&t->blocks[next[k]], &sure, &maybe) || queued[next[k]]) continue;
            queued[next[k]] = true;
            work[count++] = next[k];
        }
    }
}

/* ---- Code */

static void add_fixup(struct tr *t, uint32_t block, uint32_t gas) {
    if (t->fixup_count == t->fixup_capacity) {
        uint32_t n = t->fixup_capacity ? 2 * t->fixup_capacity : 64;
        struct tr_fixup *f = ARENA_ARRAY(t->tmp, struct tr_fixup, n);
        if (t->fixup_count) memcpy(f, t->fixups, t->fixup_count * sizeof *f);
        t->fixups = f;
        t->fixup_capacity = n;
    }
    t->fixups[t->fixup_count++] = (struct tr_fixup){t->ins_count - 1, block, gas};
}

void tr_jump(struct tr *t, enum mv_ins_op op, uint32_t a, uint32_t b, uint32_t target) {
    tr_emit(t, op, a, b);
    add_fixup(t, t->block_of[target], 0);
}

/* The jump that is taken when `i` is not; MV_I_COUNT if `i` is no conditional jump. */
static enum mv_ins_op opposite(struct mv_ins *i) {
    uint16_t a = i->a;
    switch (i->go) {
    case MV_I_JT: return MV_I_JF;
    case MV_I_JF: return MV_I_JT;
    case MV_I_JLT:
    case MV_I_JLE:
        i->a = i->b;
        i->b = a;
        return i->go == MV_I_JLT ? MV_I_JLE : MV_I_JLT;
    case MV_I_JEQ: return MV_I_JNE;
    case MV_I_JNE: return MV_I_JEQ;
    case MV_I_JLTI: return MV_I_JGEI;
    case MV_I_JGEI: return MV_I_JLTI;
    case MV_I_JLEI: return MV_I_JGTI;
    case MV_I_JGTI: return MV_I_JLEI;
    case MV_I_JEQI: return MV_I_JNEI;
    case MV_I_JNEI: return MV_I_JEQI;
    default: return MV_I_COUNT;
    }
}

/* Back to a loop's head that is one conditional jump out of the loop: that jump is made here the
 * other way round, so that an iteration jumps once. Both ways charge the head too. */
static bool repeat_head(struct tr *t, uint32_t head) {
    const struct tr_block *b = &t->blocks[head];
    uint32_t at = b->ins + 1;
    if (!b->reached || at >= t->ins_count || b->first > t->pc || at + 1 != b[1].ins) return false;
    struct mv_ins i = t->ins[at];
    enum mv_ins_op op = opposite(&i);
    uint32_t k = 0;
    while (k < t->fixup_count && t->fixups[k].ins != at) k++;
    if (op == MV_I_COUNT || k == t->fixup_count) return false;
    tr_emit(t, op, i.a, i.b);
    add_fixup(t, head + 1, b->gas);
    tr_emit(t, MV_I_JMP, 0, 0);
    add_fixup(t, t->fixups[k].block, b->gas);
    return true;
}

void tr_go(struct tr *t, uint32_t target) {
    if (!repeat_head(t, t->block_of[target])) tr_jump(t, MV_I_JMP, 0, 0, target);
}

static bool translate_instr(struct tr *t, const struct mv_instr *i) {
    switch (i->op) {
    case MV_OP_NOP: tr_gas(t, MV_GAS_NOP); return true;
    case MV_OP_LD_CONST:
    case MV_OP_CALL:
    case MV_OP_CALL_GENERIC:
    case MV_OP_RET:
    case MV_OP_ABORT:
    case MV_OP_ABORT_MSG:
    case MV_OP_EXISTS:
    case MV_OP_EXISTS_GENERIC:
    case MV_OP_MUT_BORROW_GLOBAL:
    case MV_OP_MUT_BORROW_GLOBAL_GENERIC:
    case MV_OP_IMM_BORROW_GLOBAL:
    case MV_OP_IMM_BORROW_GLOBAL_GENERIC:
    case MV_OP_MOVE_FROM:
    case MV_OP_MOVE_FROM_GENERIC:
    case MV_OP_MOVE_TO:
    case MV_OP_MOVE_TO_GENERIC:
    case MV_OP_PACK_CLOSURE:
    case MV_OP_PACK_CLOSURE_GENERIC:
    case MV_OP_CALL_CLOSURE: return tr_call(t, i);
    case MV_OP_BR_TRUE:
    case MV_OP_BR_FALSE:
    case MV_OP_BRANCH:
    case MV_OP_LD_TRUE:
    case MV_OP_LD_FALSE:
    case MV_OP_LD_U8:
    case MV_OP_LD_U16:
    case MV_OP_LD_U32:
    case MV_OP_LD_U64:
    case MV_OP_LD_U128:
    case MV_OP_LD_U256: return tr_arith(t, i);
    default:
        if ((i->op >= MV_OP_ADD && i->op <= MV_OP_GE) || i->op == MV_OP_SHL || i->op == MV_OP_SHR ||
            (i->op >= MV_OP_CAST_U8 && i->op <= MV_OP_CAST_U128) ||
            (i->op >= MV_OP_CAST_U16 && i->op <= MV_OP_CAST_U256) ||
            (i->op >= MV_OP_LD_I8 && i->op <= MV_OP_NEGATE))
            return tr_arith(t, i);
        return tr_data(t, i);
    }
}

static bool translate_block(struct tr *t, struct tr_block *b) {
    t->pc = b->first;
    t->sure = b->sure;
    t->maybe = b->maybe;
    t->sp = 0;
    t->top_slot = t->local_slots;
    b->ins = t->ins_count;
    tr_emit(t, MV_I_GAS, 0, 0);
    t->barrier = (int32_t)t->ins_count;
    uint64_t sum = 0;
    for (; t->pc < b->end; t->pc++) {
        t->gas = 0;
        if (!translate_instr(t, &t->fn->code->instrs[t->pc])) return false;
        t->pc_gas[t->pc] = t->gas;
        sum += t->gas;
        if (t->ins_count > INT32_MAX / 64)
            return tr_fail(t, MV_PROGRAM_TOO_COMPLEX, "the function is too large");
    }
    t->pc = b->end - 1;
    if (t->sp) return tr_fail(t, MV_POSITIVE_STACK_SIZE_AT_BLOCK_END, "operands left at block end");
    if (sum > INT32_MAX) return tr_fail(t, MV_PROGRAM_TOO_COMPLEX, "a block of too much gas");
    b->gas = (uint32_t)sum;
    t->ins[b->ins].u = b->gas;
    /* From here on pc_gas is what the block charges for later instructions. */
    uint32_t behind = 0;
    for (uint32_t i = b->end; i-- > b->first;) {
        uint32_t own = t->pc_gas[i];
        t->pc_gas[i] = behind;
        behind += own;
    }
    return true;
}

static bool prepare_locals(struct tr *t) {
    const struct mv_signature *sig = &t->m->signatures[t->fn->code->locals];
    t->local_count = t->fn->param_count + sig->count;
    if (t->local_count > 255) return tr_fail(t, MV_TOO_MANY_LOCALS, "more than 255 locals");
    t->locals = ARENA_ARRAY(t->tmp, const struct mv_type *, t->local_count + 1);
    t->local_slot = ARENA_ARRAY(t->tmp, uint16_t, t->local_count + 1);
    t->lent = ARENA_ARRAY(t->tmp, bool, t->local_count + 1);
    for (uint32_t i = 0; i < t->local_count; i++) {
        t->locals[i] = i < t->fn->param_count
                           ? t->fn->params[i]
                           : tr_type(t, mv_sig_type(sig, i - t->fn->param_count));
        if (!t->locals[i]) return false;
        t->local_slot[i] = (uint16_t)t->local_slots;
        t->local_slots += mv_slots(t->locals[i]);
        if (t->local_slots > UINT16_MAX - 1024)
            return tr_fail(t, MV_VM_MAX_TYPE_NODES_REACHED, "locals of more than 64 Ki slots");
    }
    for (uint32_t i = 0; i < t->fn->code->count; i++) {
        const struct mv_instr *in = &t->fn->code->instrs[i];
        if (in->op == MV_OP_MUT_BORROW_LOC && in->index < t->local_count) t->lent[in->index] = true;
    }
    return true;
}

/* A jump lands behind the target's GAS and charges it itself. */
static void resolve_jumps(struct tr *t) {
    for (uint32_t i = 0; i < t->fixup_count; i++) {
        const struct tr_block *b = &t->blocks[t->fixups[i].block];
        struct mv_ins *in = &t->ins[t->fixups[i].ins];
        in->u = (uint32_t)((int32_t)(b->ins + 1) - (int32_t)(t->fixups[i].ins + 1));
        in->w = b->gas + t->fixups[i].gas;
    }
}

static const struct mv_body *finish(struct tr *t) {
    struct arena *a = &t->c->arena;
    const int32_t *labels = mv_interp_labels();
    struct mv_body *body = ARENA_NEW(a, struct mv_body);
    struct mv_ins *ins = ARENA_ARRAY(a, struct mv_ins, t->ins_count);
    uint16_t *where = ARENA_ARRAY(a, uint16_t, t->ins_count);
    uint32_t *behind = ARENA_ARRAY(a, uint32_t, t->fn->code->count);
    memcpy(ins, t->ins, t->ins_count * sizeof *ins);
    memcpy(where, t->where, t->ins_count * sizeof *where);
    memcpy(behind, t->pc_gas, t->fn->code->count * sizeof *behind);
    for (uint32_t i = 0; i < t->ins_count; i++)
        ins[i].go = ins[i].go == MV_I_COUNT ? 0 : labels[ins[i].go];
    uint32_t slots = t->max_slot > t->fn->return_slots ? t->max_slot : t->fn->return_slots;
    *body = (struct mv_body){
        .ins = ins,
        .count = t->ins_count,
        .entry = t->blocks[0].ins + 1,
        .entry_gas = t->blocks[0].gas,
        .frame_slots = slots,
        .stack_max = t->max_sp,
        .type_work = t->type_work,
        .where = where,
        .gas_behind = behind,
    };
    return body;
}

static bool translate(struct tr *t) {
    const struct mv_code *code = t->fn->code;
    if (code->count == 0) return tr_fail(t, MV_EMPTY_CODE_UNIT, "a function without code");
    if (!prepare_locals(t) || !find_blocks(t)) return false;
    find_availability(t);
    t->max_slot = t->local_slots;
    t->stack = ARENA_ARRAY(t->tmp, struct tr_val, 1024);
    t->pc_gas = ARENA_ARRAY(t->tmp, uint32_t, code->count);
    for (uint32_t i = 0; i < t->block_count; i++)
        if (t->blocks[i].reached && !translate_block(t, &t->blocks[i])) return false;
    resolve_jumps(t);
    return true;
}

const struct mv_body *mv_translate(struct mv_cache *c, const struct mv_fn *f, struct mv_err *why) {
    struct arena tmp;
    arena_init(&tmp, 0);
    struct tr t = {.c = c, .fn = f, .m = f->module->m, .tmp = &tmp, .why = why};
    t.stamp = ++c->translations;
    const struct mv_body *body = translate(&t) ? finish(&t) : NULL;
    arena_free(&tmp);
    return body;
}
