/* The input is a module. It is put into a world beside the framework without being verified, and
 * every function of it is called, with u64 for each type parameter, zeros for arguments and little
 * gas. Nothing may crash: the translator alone must keep bytecode from harming memory. */
#include "move_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_PER_WORLD = 200, DISTURBED = 8 };

static struct fuzz_world world;
static unsigned inputs;

static void call_function(const struct mv_module *m, const struct mv_function_def *d) {
    struct fuzz_call c;
    struct mv_outcome out;
    if (make_call(&world, m, d, NULL, &c)) {
        struct mv_session *s = fuzz_session(&world, false);
        mv_run_system(s, &c.call, &out);
        mv_status_text(s, &out);
        mv_session_free(s);
    }
    fuzz_call_free(&c);
}

static void run_module(const struct mv_module *m, struct bytes code) {
    st_mark mark = st_savepoint(world.journal);
    put_module(&world, mv_self_address(m), mv_self_name(m), code);
    for (uint32_t i = 0; i < m->function_defs_count && i < WORLD_FUNCTIONS_MAX; i++)
        call_function(m, &m->function_defs[i]);
    st_revert(world.journal, mark);
}

/* Changes a few instructions: opcode, index or order. Most stay well formed, many ill typed. */
static void disturb(struct mv_module *m, uint64_t *random) {
    for (unsigned n = 1 + next_random(random) % 4; n > 0; n--) {
        const struct mv_function_def *d =
            &m->function_defs[next_random(random) % m->function_defs_count];
        if (d->code.count == 0) continue;
        struct mv_instr *code = (struct mv_instr *)(uintptr_t)d->code.instrs;
        struct mv_instr *at = &code[next_random(random) % d->code.count];
        struct mv_instr other = code[next_random(random) % d->code.count];
        switch (next_random(random) % 5) {
        case 0: *at = other; break;
        case 1: at->index = other.index; break;
        case 2: at->index = (uint16_t)(next_random(random) % 8); break;
        case 3:
            /* The others' is an index into the wide immediates. */
            if (mv_op_info[at->op].operand <= MV_OPERAND_U64)
                at->imm = next_random(random) >> (next_random(random) % 64);
            break;
        default: {
            uint8_t op = (uint8_t)(1 + next_random(random) % (MV_OP_LIMIT - 1));
            if (mv_op_info[op].text && mv_op_info[op].operand == mv_op_info[at->op].operand)
                at->op = op;
        }
        }
    }
}

static void run_disturbed(struct bytes code, uint64_t *random) {
    struct mv_module *m, *again;
    if (mv_failed(mv_module_read(&m, code, MV_VERSION_MAX))) return;
    struct buf b = {0};
    if (!mv_failed(mv_check_bounds(m)) && m->function_defs_count) {
        disturb(m, random);
        mv_module_write(&b, m);
        if (!mv_failed(mv_module_read(&again, buf_bytes(&b), MV_VERSION_MAX))) {
            if (!mv_failed(mv_check_bounds(again))) run_module(again, buf_bytes(&b));
            mv_module_free(again);
        }
    }
    buf_free(&b);
    mv_module_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mv_module *m;
    struct bytes code = bytes_make(data, size);
    if (inputs++ % INPUTS_PER_WORLD == 0) new_world(&world);
    if (mv_failed(mv_module_read(&m, code, MV_VERSION_MAX))) return 0;
    if (!mv_failed(mv_check_bounds(m))) {
        run_module(m, code);
        uint64_t random = hash_of(data, size);
        for (int i = 0; i < DISTURBED; i++) run_disturbed(code, &random);
    }
    mv_module_free(m);
    return 0;
}
