/* Translation of code; see code.h for the form. */
#include <stdatomic.h>

#include "evm/gas.h"
#include "evm/machine.h"
#include "evm/translate.h"

/* Consecutive JUMPDESTs are one block; the later ones get an entry of their own at the end, which
 * charges only what lies behind them. */
struct jumpdest_run {
    uint32_t pc;    /* of the first */
    uint32_t count; /* at least 2 */
    size_t info;    /* of the block */
};

enum {
    BLOCK_GAS_MAX = 1 << 30, /* a longer block is cut, so that the sum fits the info cell */
    STACK_ITEM_BYTES = 32,
};

void *translator_grow(void *p, size_t *room, size_t item) {
    *room = *room ? *room * 2 : 256;
    return xrealloc(p, *room * item);
}

void evm_translator_free(struct evm_translator *t) {
    free(t->cells);
    free(t->runs);
    free(t->fixups);
    virtual_stack_free(t->stack);
    *t = (struct evm_translator){0};
}

void emit_target(struct translation *x, uint32_t pc) {
    struct evm_translator *t = x->t;
    if (t->fixup_count == t->fixup_room)
        t->fixups = translator_grow(t->fixups, &t->fixup_room, sizeof *t->fixups);
    t->fixups[t->fixup_count++] = emit(x, pc);
}

void open_block(struct translation *x) {
    x->info = emit(x, 0);
    x->gas = 0;
    x->height = x->need = x->top = 0;
    if (!x->traced) operands_begin(x);
}

void close_block(struct translation *x) {
    if (!x->info) return;
    /* A block that can never be entered needs an odd number of bytes: no stack has exactly that
     * many or, with a span of 0, more. */
    int64_t need = x->need <= STACK_LIMIT ? x->need : STACK_LIMIT + 1;
    int64_t span = STACK_LIMIT - x->top - need;
    bool possible = span >= 0;
    x->t->cells[x->info] =
        block_info((uint32_t)x->gas, (uint16_t)(need * STACK_ITEM_BYTES + !possible),
                   (uint16_t)(possible ? span * STACK_ITEM_BYTES : 0));
    x->info = 0;
}

void account(struct translation *x, uint8_t op) {
    const struct evm_op_info *o = &evm_ops[op];
    if (!evm_op_defined(op, x->fork)) return;
    x->gas += evm_static_gas[o->gas_class][x->fork];
    if (o->in - x->height > x->need) x->need = o->in - x->height;
    x->height += o->out - o->in;
    if (x->height > x->top) x->top = x->height;
}

/* Leaves the open block for one that begins here. */
static void fall_into_block(struct translation *x) {
    if (x->info && !x->traced) operands_settle(x);
    close_block(x);
    emit_label(x, LABEL_BLOCK);
    open_block(x);
}

/* ---- Stack form ---- */

static void put_push(struct translation *x, uint32_t pc) {
    struct u256 v = push_value(x, pc, x->code.p[pc] - OP_PUSH0);
    if (u256_fits_u64(&v)) {
        emit_label(x, LABEL_PUSH64);
        emit(x, v.w[0]);
    } else {
        emit_label(x, LABEL_PUSH256);
        emit_constant(x, &v);
    }
}

static bool is_push(uint8_t op) {
    return op >= OP_PUSH0 && op <= OP_PUSH32;
}

/* One instruction in a block of its own, behind its report. Blocks that the loop enters behind an
 * instruction are empty here. Returns the next program counter. */
static uint32_t put_traced(struct translation *x, uint32_t pc) {
    uint8_t op = x->code.p[pc];
    emit_label(x, LABEL_TRACE);
    emit(x, pc);
    emit_label(x, LABEL_BLOCK);
    open_block(x);
    account(x, op);
    close_block(x);
    if (!evm_op_defined(op, x->fork)) {
        emit_label(x, LABEL_INVALID);
    } else if (is_push(op)) {
        put_push(x, pc);
        return pc + 1 + (op - OP_PUSH0);
    } else if (op == OP_PC) {
        emit_label(x, LABEL_PUSH64);
        emit(x, pc);
    } else if (op != OP_JUMPDEST) {
        emit_label(x, LABEL_STACK + op);
        if (op_has_trailing_block(op)) {
            open_block(x);
            close_block(x);
        }
    }
    return pc + 1;
}

/* ---- Blocks ---- */

static uint32_t jumpdest_run(const struct translation *x, uint32_t pc) {
    uint32_t n = 1;
    if (x->traced) return n;
    while (pc + n < x->code.n && x->code.p[pc + n] == OP_JUMPDEST) n++;
    return n;
}

/* Returns the number of bytes taken. */
static uint32_t put_jumpdest(struct translation *x, uint32_t pc) {
    struct evm_translator *t = x->t;
    uint32_t n = jumpdest_run(x, pc);
    fall_into_block(x);
    x->jump[pc] = (uint32_t)x->info;
    if (x->traced) {
        close_block(x); /* free: what the instruction costs comes behind its report */
        put_traced(x, pc);
        return 1;
    }
    x->gas = n;
    if (n > 1) {
        if (t->run_count == t->run_room)
            t->runs = translator_grow(t->runs, &t->run_room, sizeof *t->runs);
        t->runs[t->run_count++] = (struct jumpdest_run){pc, n, x->info};
    }
    return n;
}

struct u256 push_value(const struct translation *x, uint32_t pc, uint32_t n) {
    uint8_t be[32] = {0};
    size_t have = x->code.n - pc - 1 < n ? x->code.n - pc - 1 : n;
    memcpy(be + 32 - n, x->code.p + pc + 1, have);
    struct u256 v;
    u256_load_be(&v, be);
    return v;
}

bool op_ends_block(uint8_t op) {
    return op == OP_STOP || op == OP_JUMP || op == OP_RETURN || op == OP_REVERT ||
           op == OP_SELFDESTRUCT;
}

/* Instructions that see the gas counter, or leave the frame, or branch. */
bool op_has_trailing_block(uint8_t op) {
    switch (op) {
    case OP_GAS:
    case OP_SSTORE:
    case OP_JUMPI:
    case OP_CALL:
    case OP_CALLCODE:
    case OP_DELEGATECALL:
    case OP_STATICCALL:
    case OP_CREATE:
    case OP_CREATE2: return true;
    default: return false;
    }
}

/* From the byte after an instruction that never falls through, to the next JUMPDEST. */
static uint32_t skip_dead_code(const struct translation *x, uint32_t pc) {
    while (pc < x->code.n && x->code.p[pc] != OP_JUMPDEST) {
        uint8_t op = x->code.p[pc];
        pc += is_push(op) ? op - OP_PUSH0 + 1u : 1u;
    }
    return pc;
}

/* One instruction, or a run of JUMPDESTs. Returns the next program counter. */
static uint32_t put_instruction(struct translation *x, uint32_t pc) {
    uint8_t op = x->code.p[pc];
    if (op == OP_JUMPDEST) return pc + put_jumpdest(x, pc);
    if (x->traced) return put_traced(x, pc);
    if (x->gas > BLOCK_GAS_MAX) fall_into_block(x);
    account(x, op);
    if (!evm_op_defined(op, x->fork)) {
        emit_label(x, LABEL_INVALID);
        close_block(x);
        return skip_dead_code(x, pc + 1);
    }
    pc = operands_put(x, pc);
    return x->info ? pc : skip_dead_code(x, pc);
}

static void put_run_entries(struct translation *x) {
    for (size_t i = 0; i < x->t->run_count; i++) {
        struct jumpdest_run r = x->t->runs[i];
        for (uint32_t k = 1; k < r.count; k++) {
            x->jump[r.pc + k] = (uint32_t)emit(x, x->t->cells[r.info] - k);
            emit_label(x, LABEL_GOTO);
            emit(x, r.info + 1);
        }
    }
}

/* Turns program counters into addresses, now that the cells are where they stay. Whether a 0x5b is
 * a JUMPDEST or data is known only now. */
static void patch_targets(const struct translation *x, evm_cell *cells, size_t bad_block) {
    const struct evm_translator *t = x->t;
    for (size_t i = 0; i < t->fixup_count; i++) {
        evm_cell *c = &cells[t->fixups[i]];
        size_t target = *c < x->code.n && x->jump[*c] ? x->jump[*c] : bad_block;
        *c = (evm_cell)(uintptr_t)&cells[target];
    }
}

static void patch_run_entries(const struct translation *x, evm_cell *cells) {
    for (size_t i = 0; i < x->t->run_count; i++) {
        struct jumpdest_run r = x->t->runs[i];
        for (uint32_t k = 1; k < r.count; k++) {
            evm_cell *c = &cells[x->jump[r.pc + k] + 2];
            *c = (evm_cell)(uintptr_t)&cells[*c];
        }
    }
}

/* Fills the translator's cells; cell 0 stays unused, so that 0 can mean "no target". Returns the
 * place of the block that jumps to nowhere go to. */
static size_t translate(struct translation *x) {
    x->t->count = x->t->run_count = x->t->fixup_count = 0;
    x->t->last_set = SIZE_MAX;
    emit(x, 0);
    open_block(x);
    if (x->traced) close_block(x);
    uint32_t pc = 0;
    while (pc < x->code.n) pc = put_instruction(x, pc);
    if (x->traced) { /* running off the end is a STOP */
        emit_label(x, LABEL_TRACE);
        emit(x, pc);
    }
    emit_label(x, LABEL_STACK + OP_STOP);
    close_block(x);
    put_run_entries(x);
    /* Where jumps to nowhere go: a block that fails. */
    size_t bad_block = emit(x, block_info(0, 0, STACK_LIMIT * STACK_ITEM_BYTES));
    emit_label(x, LABEL_BAD_JUMP);
    return bad_block;
}

static struct translation translation_of(struct evm_machine *m, struct bytes code,
                                         enum evm_fork fork, bool traced, uint32_t *jump) {
    return (struct translation){.t = &m->translator,
                                .labels = evm_labels(),
                                .code = code,
                                .fork = fork,
                                .traced = traced,
                                .jump = jump};
}

static void finish(const struct translation *x, struct evm_code *out, evm_cell *cells,
                   size_t bad_block) {
    memcpy(cells, x->t->cells, x->t->count * sizeof *cells);
    patch_targets(x, cells, bad_block);
    patch_run_entries(x, cells);
    *out = (struct evm_code){.fork = (uint8_t)x->fork,
                             .traced = x->traced,
                             .size = (uint32_t)x->code.n,
                             .bytes = x->code.p,
                             .start = cells + 1,
                             .jump = x->jump,
                             .cells = cells};
}

const struct evm_code *evm_code_translate(struct evm_machine *m, struct bytes bytes,
                                          enum evm_fork fork, bool traced, struct arena *arena) {
    uint32_t *jump = arena_zalloc(arena, (bytes.n + 1) * sizeof *jump, 8);
    struct translation x = translation_of(m, bytes, fork, traced, jump);
    size_t bad_block = translate(&x);
    struct evm_code *out = ARENA_NEW(arena, struct evm_code);
    finish(&x, out, arena_alloc(arena, m->translator.count * sizeof(evm_cell), 8), bad_block);
    return out;
}

/* ---- Kept translations */

static void free_one(struct evm_code *c) {
    free((void *)(uintptr_t)c->cells);
    free((void *)(uintptr_t)c->jump);
    free(c);
}

static void free_all(void *list) {
    for (struct evm_code *c = list, *next; c; c = next) {
        next = c->next;
        free_one(c);
    }
}

static const struct evm_code *find(const struct evm_code *c, enum evm_fork fork, bool traced) {
    while (c && (c->fork != fork || c->traced != traced)) c = c->next;
    return c;
}

const struct evm_code *evm_code_of(struct evm_machine *m, struct st_journal *j,
                                   const struct st_code *code, enum evm_fork fork, bool traced) {
    /* The derived form is the one part of a code object that changes, by compare-and-swap. */
    struct st_code *keeper = (struct st_code *)(uintptr_t)code;
    void *head = atomic_load_explicit(&keeper->analysis, memory_order_acquire);
    const struct evm_code *known = find(head, fork, traced);
    if (known) return known;

    struct bytes bytes = {code->bytes, code->size};
    uint32_t *jump = xcalloc(bytes.n + 1, sizeof *jump);
    struct translation x = translation_of(m, bytes, fork, traced, jump);
    size_t bad_block = translate(&x);
    struct evm_code *made = xmalloc(sizeof *made);
    size_t cell_bytes = m->translator.count * sizeof(evm_cell);
    finish(&x, made, xmalloc(cell_bytes), bad_block);
    atomic_store_explicit(&keeper->analysis_free, free_all, memory_order_relaxed);
    for (;;) {
        made->next = head;
        if (atomic_compare_exchange_weak_explicit(&keeper->analysis, &head, made,
                                                  memory_order_acq_rel, memory_order_acquire)) {
            st_code_grew(j, keeper, sizeof *made + (bytes.n + 1) * sizeof *jump + cell_bytes);
            return made;
        }
        known = find(head, fork, traced); /* another thread was faster */
        if (known) {
            free_one(made);
            return known;
        }
    }
}
