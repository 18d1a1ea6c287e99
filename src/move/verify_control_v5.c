/* Control flow of format version 5 (control_flow_v5.rs). A loop is what lies between the target of
 * a backward jump, its head, and the last such jump to it, its last continue. Backward jumps go to
 * the innermost loop's head; forward jumps out of a loop go to the instruction behind its last
 * continue; forward jumps do not lead into a loop; loops are not nested too deeply. */
#include "move/verify_control.h"

struct code_v5 {
    const struct mv_view *f;
    uint32_t *last_continue; /* by instruction: of the loop that begins there, + 1; 0: none */
    uint32_t *depth;         /* by instruction: loops around it */
    uint32_t *stack;         /* heads of the loops around the instruction being checked */
    uint32_t stack_count;
};

typedef struct mv_err rule(const struct code_v5 *c, uint32_t at, const struct mv_instr *in);

static uint32_t inner_end(const struct code_v5 *c) {
    return c->last_continue[c->stack[c->stack_count - 1]] - 1;
}

static struct mv_err check_continue(const struct code_v5 *c, uint32_t at,
                                    const struct mv_instr *in) {
    if (in->index > at) return MV_ERR_NONE;
    if (c->stack_count && in->index == c->stack[c->stack_count - 1]) return MV_ERR_NONE;
    return mv_view_err(c->f, MV_INVALID_LOOP_CONTINUE, at, "jump back out of the innermost loop");
}

static struct mv_err check_break(const struct code_v5 *c, uint32_t at, const struct mv_instr *in) {
    if (in->index <= at || !c->stack_count) return MV_ERR_NONE;
    uint32_t end = inner_end(c);
    if (in->index <= end || in->index == end + 1) return MV_ERR_NONE;
    return mv_view_err(c->f, MV_INVALID_LOOP_BREAK, at, "jump out of a loop not to its end");
}

static struct mv_err check_split(const struct code_v5 *c, uint32_t at, const struct mv_instr *in) {
    uint32_t to = in->index;
    if (to <= at || (c->stack_count && to > inner_end(c))) return MV_ERR_NONE;
    uint32_t depth = c->depth[to] - (c->last_continue[to] != 0);
    if (depth == c->depth[at]) return MV_ERR_NONE;
    return mv_view_err(c->f, MV_INVALID_LOOP_SPLIT, at, "jump into the middle of a loop");
}

/* Applies `check` to every branch with the stack of loops around it. */
static struct mv_err each_branch(struct code_v5 *c, rule *check) {
    const struct mv_code *code = c->f->code;
    c->stack_count = 0;
    for (uint32_t i = 0; i < code->count; i++) {
        if (c->last_continue[i]) c->stack[c->stack_count++] = i;
        const struct mv_instr *in = &code->instrs[i];
        if (!mv_op_is_branch(in->op)) continue;
        struct mv_err e = check(c, i, in);
        if (mv_failed(e)) return e;
        if (in->index <= i && c->stack_count && inner_end(c) == i) c->stack_count--;
    }
    return MV_ERR_NONE;
}

/* Needs well-nested loops, so comes after the rule of continues. */
static void count_depth(struct code_v5 *c) {
    const struct mv_code *code = c->f->code;
    bool *ends = ARENA_ARRAY(&c->f->v->arena, bool, code->count);
    for (uint32_t i = 0; i < code->count; i++)
        if (c->last_continue[i]) ends[c->last_continue[i] - 1] = true;
    uint32_t depth = 0;
    for (uint32_t i = 0; i < code->count; i++) {
        if (c->last_continue[i]) depth++;
        c->depth[i] = depth;
        if (ends[i]) depth--;
    }
}

struct mv_err mv_verify_control_v5(const struct mv_view *f) {
    const struct mv_code *code = f->code;
    struct arena *a = &f->v->arena;
    struct code_v5 c = {.f = f};
    c.last_continue = ARENA_ARRAY(a, uint32_t, code->count);
    c.depth = ARENA_ARRAY(a, uint32_t, code->count);
    c.stack = ARENA_ARRAY(a, uint32_t, code->count);
    for (uint32_t i = 0; i < code->count; i++)
        if (mv_op_is_branch(code->instrs[i].op) && code->instrs[i].index <= i)
            c.last_continue[code->instrs[i].index] = i + 1;
    struct mv_err e = each_branch(&c, check_continue);
    if (!mv_failed(e)) e = each_branch(&c, check_break);
    if (mv_failed(e)) return e;
    count_depth(&c);
    e = each_branch(&c, check_split);
    for (uint32_t i = 0; i < code->count && !mv_failed(e); i++)
        if (c.depth[i] > MV_LOOP_DEPTH_MAX)
            e = mv_view_err(f, MV_LOOP_MAX_DEPTH_REACHED, i, "loops are nested too deeply");
    return e;
}
