/* Translation of code; see code.h for the form. */
#include "evm/code.h"
#include "evm/gas.h"
#include "evm/machine.h"
#include "evm/opcodes.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Consecutive JUMPDESTs are one block; the later ones get an entry of their own at the end, which
 * charges only what lies behind them. */
struct jumpdest_run {
    uint32_t pc;    /* of the first */
    uint32_t count; /* at least 2 */
    size_t info;    /* of the block */
};

struct translation {
    struct evm_translator *t;
    const void *const *labels;
    struct bytes code;
    enum evm_fork fork;
    bool traced;
    uint32_t *jump;

    /* The open block; info is 0 if there is none. */
    size_t info;
    uint64_t gas;
    int64_t height, need, top; /* items, relative to entry */
};

enum {
    BLOCK_GAS_MAX = 1 << 30, /* a longer block is cut, so that the sum fits the info cell */
    STACK_ITEM_BYTES = 32,
};

static void *grow(void *p, size_t *room, size_t item) {
    *room = *room ? *room * 2 : 256;
    return xrealloc(p, *room * item);
}

void evm_translator_free(struct evm_translator *t) {
    free(t->cells);
    free(t->runs);
    free(t->fixups);
    *t = (struct evm_translator){0};
}

static inline size_t emit(struct translation *x, evm_cell cell) {
    struct evm_translator *t = x->t;
    if (t->count == t->room) t->cells = grow(t->cells, &t->room, sizeof *t->cells);
    t->cells[t->count] = cell;
    return t->count++;
}

static inline void emit_label(struct translation *x, unsigned label) {
    emit(x, (evm_cell)(uintptr_t)x->labels[label]);
}

/* A cell that will hold the address of the info cell of the target at `pc`. */
static void emit_target(struct translation *x, uint32_t pc) {
    struct evm_translator *t = x->t;
    if (t->fixup_count == t->fixup_room)
        t->fixups = grow(t->fixups, &t->fixup_room, sizeof *t->fixups);
    t->fixups[t->fixup_count++] = emit(x, pc);
}

static void open_block(struct translation *x) {
    x->info = emit(x, 0);
    x->gas = 0;
    x->height = x->need = x->top = 0;
}

static void close_block(struct translation *x) {
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

/* Adds an instruction to the open block. */
static void account(struct translation *x, uint8_t op) {
    const struct evm_op_info *o = &evm_ops[op];
    if (!evm_op_defined(op, x->fork)) return;
    x->gas += evm_static_gas[o->gas_class][x->fork];
    if (o->in - x->height > x->need) x->need = o->in - x->height;
    x->height += o->out - o->in;
    if (x->height > x->top) x->top = x->height;
}

/* The block that follows an instruction which reads its info cell itself. When every instruction is
 * traced this one is empty, and the next instruction brings its own. */
static void trailing_block(struct translation *x) {
    close_block(x);
    open_block(x);
    if (x->traced) close_block(x);
}

/* Traced code has one block for each instruction, after the report. */
static void begin_instruction(struct translation *x, uint32_t pc) {
    if (x->traced) {
        emit_label(x, LABEL_TRACE);
        emit(x, pc);
        emit_label(x, LABEL_BLOCK);
        open_block(x);
    } else if (x->gas > BLOCK_GAS_MAX) {
        close_block(x);
        emit_label(x, LABEL_BLOCK);
        open_block(x);
    }
    account(x, x->code.p[pc]);
}

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
    close_block(x);
    emit_label(x, LABEL_BLOCK);
    open_block(x);
    x->jump[pc] = (uint32_t)x->info;
    if (x->traced) {
        close_block(x);
        begin_instruction(x, pc);
        close_block(x);
        return 1;
    }
    x->gas = n;
    if (n > 1) {
        if (t->run_count == t->run_room) t->runs = grow(t->runs, &t->run_room, sizeof *t->runs);
        t->runs[t->run_count++] = (struct jumpdest_run){pc, n, x->info};
    }
    return n;
}

/* The value pushed at `pc` by a PUSH of `n` bytes; bytes beyond the end are zero. */
static struct u256 push_value(const struct translation *x, uint32_t pc, uint32_t n) {
    uint8_t be[32] = {0};
    size_t have = x->code.n - pc - 1 < n ? x->code.n - pc - 1 : n;
    memcpy(be + 32 - n, x->code.p + pc + 1, have);
    struct u256 v;
    u256_load_be(&v, be);
    return v;
}

/* PUSH, and JUMP or JUMPI behind it. Returns the number of bytes taken. */
static uint32_t put_push(struct translation *x, uint32_t pc) {
    uint32_t n = x->code.p[pc] - OP_PUSH0, next = pc + 1 + n;
    struct u256 v = push_value(x, pc, n);
    uint8_t follower = next < x->code.n && !x->traced ? x->code.p[next] : OP_STOP;
    bool in_code = u256_fits_u64(&v) && v.w[0] < x->code.n && x->code.p[v.w[0]] == OP_JUMPDEST;

    if (follower == OP_JUMP || follower == OP_JUMPI) {
        /* Whether a 0x5b in the code is a JUMPDEST or data is known only at the end: patch_targets
         * sees to that. */
        account(x, follower);
        if (follower == OP_JUMP) {
            emit_label(x, in_code ? LABEL_JUMP_TO : LABEL_BAD_JUMP);
            if (in_code) emit_target(x, (uint32_t)v.w[0]);
            close_block(x);
        } else {
            emit_label(x, in_code ? LABEL_JUMPI_TO : LABEL_JUMPI_BAD);
            if (in_code) emit_target(x, (uint32_t)v.w[0]);
            trailing_block(x);
        }
        return n + 2;
    }
    if (u256_is_zero(&v)) {
        emit_label(x, OP_PUSH0);
    } else if (u256_fits_u64(&v)) {
        emit_label(x, LABEL_PUSH64);
        emit(x, v.w[0]);
    } else {
        emit_label(x, LABEL_PUSH256);
        for (int i = 0; i < 4; i++) emit(x, v.w[i]);
    }
    return n + 1;
}

static bool ends_block(uint8_t op) {
    return op == OP_STOP || op == OP_JUMP || op == OP_RETURN || op == OP_REVERT ||
           op == OP_SELFDESTRUCT;
}

/* Instructions that see the gas counter, or leave the frame, or branch: the loop enters the next
 * block itself after them. */
static bool has_trailing_block(uint8_t op) {
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
        pc += op >= OP_PUSH1 && op <= OP_PUSH32 ? op - OP_PUSH0 + 1u : 1u;
    }
    return pc;
}

/* One instruction, or a few that become one. Returns the next program counter. */
static uint32_t put_instruction(struct translation *x, uint32_t pc) {
    uint8_t op = x->code.p[pc];
    if (op == OP_JUMPDEST) return pc + put_jumpdest(x, pc);
    begin_instruction(x, pc);
    if (!evm_op_defined(op, x->fork)) {
        emit_label(x, LABEL_INVALID);
        close_block(x);
        return x->traced ? pc + 1 : skip_dead_code(x, pc + 1);
    }
    uint32_t next = pc + 1;
    if (op >= OP_PUSH1 && op <= OP_PUSH32) {
        next = pc + put_push(x, pc);
        if (!x->info && !x->traced) return skip_dead_code(x, next);
    } else if (op == OP_PC) {
        emit_label(x, LABEL_PUSH64);
        emit(x, pc);
    } else {
        emit_label(x, op);
        if (has_trailing_block(op)) trailing_block(x);
    }
    if (x->traced) close_block(x);
    if (!ends_block(op)) return next;
    close_block(x);
    return x->traced ? next : skip_dead_code(x, next);
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

/* Turns indices of cells into addresses, now that the cells are where they stay. */
static void patch_targets(const struct translation *x, evm_cell *cells) {
    const struct evm_translator *t = x->t;
    for (size_t i = 0; i < t->fixup_count; i++) {
        evm_cell *c = &cells[t->fixups[i]];
        uint32_t target = x->jump[*c];
        if (target) {
            *c = (evm_cell)(uintptr_t)&cells[target];
        } else { /* the 0x5b was data */
            bool conditional = c[-1] == (evm_cell)(uintptr_t)x->labels[LABEL_JUMPI_TO];
            /* JUMPI_BAD expects its info right behind, so it moves into the target's cell. */
            c[0] = conditional ? (evm_cell)(uintptr_t)x->labels[LABEL_JUMPI_BAD] : 0;
            c[-1] = (evm_cell)(uintptr_t)x->labels[conditional ? LABEL_NOP : LABEL_BAD_JUMP];
        }
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

/* Fills the translator's cells; cell 0 stays unused, so that 0 can mean "no target". */
static void translate(struct translation *x) {
    x->t->count = x->t->run_count = x->t->fixup_count = 0;
    emit(x, 0);
    open_block(x);
    if (x->traced) close_block(x);
    uint32_t pc = 0;
    while (pc < x->code.n) pc = put_instruction(x, pc);
    if (x->traced) { /* running off the end is a STOP */
        emit_label(x, LABEL_TRACE);
        emit(x, pc);
    }
    emit_label(x, OP_STOP);
    close_block(x);
    put_run_entries(x);
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

static void finish(const struct translation *x, struct evm_code *out, evm_cell *cells) {
    memcpy(cells, x->t->cells, x->t->count * sizeof *cells);
    patch_targets(x, cells);
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
    translate(&x);
    struct evm_code *out = ARENA_NEW(arena, struct evm_code);
    finish(&x, out, arena_alloc(arena, m->translator.count * sizeof(evm_cell), 8));
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

const struct evm_code *evm_code_of(struct evm_machine *m, const struct st_code *code,
                                   enum evm_fork fork, bool traced) {
    /* The derived form is the one part of a code object that changes, by compare-and-swap. */
    struct st_code *keeper = (struct st_code *)(uintptr_t)code;
    void *head = atomic_load_explicit(&keeper->analysis, memory_order_acquire);
    const struct evm_code *known = find(head, fork, traced);
    if (known) return known;

    struct bytes bytes = {code->bytes, code->size};
    uint32_t *jump = xcalloc(bytes.n + 1, sizeof *jump);
    struct translation x = translation_of(m, bytes, fork, traced, jump);
    translate(&x);
    struct evm_code *made = xmalloc(sizeof *made);
    finish(&x, made, xmalloc(m->translator.count * sizeof(evm_cell)));
    atomic_store_explicit(&keeper->analysis_free, free_all, memory_order_relaxed);
    for (;;) {
        made->next = head;
        if (atomic_compare_exchange_weak_explicit(&keeper->analysis, &head, made,
                                                  memory_order_acq_rel, memory_order_acquire))
            return made;
        known = find(head, fork, traced); /* another thread was faster */
        if (known) {
            free_one(made);
            return known;
        }
    }
}
