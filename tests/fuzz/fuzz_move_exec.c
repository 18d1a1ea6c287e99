/* The input is a module. It is put into a world beside the framework without being verified, and
 * every function of it is called, with u64 for each type parameter, zeros for arguments and little
 * gas. Nothing may crash: the translator alone must keep bytecode from harming memory. What the
 * verifier lets through must also translate. */
#include <stdio.h>
#include <stdlib.h>

#include "move/move.h"
#include "move/verify.h"
#include "state/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { GAS = 3000000, INPUTS_PER_WORLD = 200, FUNCTIONS_MAX = 64, ARGS_MAX = 16, DISTURBED = 8 };

static struct mv_vm *vm;
static struct st_journal *journal;
static unsigned inputs;

static void put_module(const struct b32 *address, struct bytes name, struct bytes code) {
    uint8_t key[32 + 256];
    if (name.n > 255) return;
    memcpy(key, address, 32);
    memcpy(key + 32, name.p, name.n);
    st_put(journal, ST_MOVE_MODULE, bytes_make(key, 32 + name.n), code);
}

/* The blobs that modules of the corpus use lie in the source tree. */
static void put_framework(void) {
    static const char *const names[] = {"vector", "option", "error",        "signer",
                                        "string", "bcs",    "fixed_point32"};
    static const struct b32 one = {{[31] = 1}};
    static uint8_t code[1 << 16];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[1024];
        const char *slash = strrchr(__FILE__, '/');
        snprintf(path, sizeof path, "%.*s/../../framework/blobs/%s.mv",
                 (int)(slash ? slash - __FILE__ : 0), __FILE__, names[i]);
        FILE *f = fopen(path, "rb");
        if (!f) continue;
        size_t n = fread(code, 1, sizeof code, f);
        fclose(f);
        put_module(&one, bytes_cstr(names[i]), bytes_make(code, n));
    }
}

static void new_world(void) {
    if (journal) {
        st_end_tx(journal, false);
        st_journal_free(journal);
        mv_vm_free(vm);
    }
    journal = st_journal_new(NULL);
    st_begin_tx(journal);
    vm = mv_vm_new(&(struct mv_vm_options){.max_version = MV_VERSION_MAX});
    put_framework();
}

/* The BCS of a value of zeros and empty vectors. False if there is none. */
static bool put_zeros(const struct mv_layout *l, struct buf *out, unsigned depth) {
    static const uint8_t sizes[] = {
        [MV_LAYOUT_BOOL] = 1,  [MV_LAYOUT_U8] = 1,      [MV_LAYOUT_U16] = 2,
        [MV_LAYOUT_U32] = 4,   [MV_LAYOUT_U64] = 8,     [MV_LAYOUT_U128] = 16,
        [MV_LAYOUT_U256] = 32, [MV_LAYOUT_I8] = 1,      [MV_LAYOUT_I16] = 2,
        [MV_LAYOUT_I32] = 4,   [MV_LAYOUT_I64] = 8,     [MV_LAYOUT_I128] = 16,
        [MV_LAYOUT_I256] = 32, [MV_LAYOUT_ADDRESS] = 32};
    static const uint8_t zeros[32];
    if (depth > 64 || out->n > 4096 || l->kind == MV_LAYOUT_SIGNER || l->kind == MV_LAYOUT_FUNCTION)
        return false;
    if (l->kind == MV_LAYOUT_VECTOR) {
        buf_put_u8(out, 0);
        return true;
    }
    if (l->kind < COUNT_OF(sizes) && sizes[l->kind]) {
        buf_put(out, zeros, sizes[l->kind]);
        return true;
    }
    const struct mv_layout_field *f = l->fields;
    uint32_t count = l->field_count;
    if (l->kind == MV_LAYOUT_ENUM) {
        if (!l->variant_count) return false;
        buf_put_u8(out, 0);
        f = l->variants[0].fields;
        count = l->variants[0].field_count;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!put_zeros(f[i].layout, out, depth + 1)) return false;
    return true;
}

static void call_function(const struct mv_module *m, const struct mv_function_def *d) {
    static const uint8_t tag_u64 = 2;
    static const struct b32 signers[ARGS_MAX] = {{{[31] = 7}}};
    const struct mv_function_handle *h = &m->function_handles[d->handle];
    struct bytes types[256], args[ARGS_MAX];
    struct buf bytes[ARGS_MAX] = {{0}};
    for (unsigned i = 0; i < h->type_param_count; i++) types[i] = BYTES_OF(tag_u64);
    struct mv_call call = {.module_address = *mv_self_address(m),
                           .module_name = mv_self_name(m),
                           .function_name = mv_identifier(m, h->name),
                           .type_args = types,
                           .type_arg_count = h->type_param_count,
                           .signers = signers,
                           .args = args};
    struct mv_session *s = mv_session_new(&(struct mv_session_params){.vm = vm,
                                                                      .journal = journal,
                                                                      .gas_limit = GAS,
                                                                      .memory_limit_bytes = 1 << 20,
                                                                      .tx = {.is_user = true}});
    struct mv_function_info info;
    struct mv_outcome out;
    if (mv_function_info(s, &call, &info, &out) && info.param_count <= ARGS_MAX) {
        bool ok = true;
        for (uint32_t i = 0; i < info.param_count && ok; i++) {
            if (info.params[i].kind == MV_PARAM_SIGNER) {
                call.signer_count++;
                continue;
            }
            ok = put_zeros(info.params[i].layout, &bytes[call.arg_count], 0);
            args[call.arg_count] = buf_bytes(&bytes[call.arg_count]);
            call.arg_count++;
        }
        if (ok) mv_run_system(s, &call, &out);
        mv_status_text(s, &out);
    }
    mv_session_free(s);
    for (unsigned i = 0; i < ARGS_MAX; i++) buf_free(&bytes[i]);
}

static void run_module(const struct mv_module *m, struct bytes code) {
    st_mark mark = st_savepoint(journal);
    put_module(mv_self_address(m), mv_self_name(m), code);
    for (uint32_t i = 0; i < m->function_defs_count && i < FUNCTIONS_MAX; i++)
        call_function(m, &m->function_defs[i]);
    st_revert(journal, mark);
}

static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return z ^ (z >> 27);
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
    if (inputs++ % INPUTS_PER_WORLD == 0) new_world();
    if (mv_failed(mv_module_read(&m, code, MV_VERSION_MAX))) return 0;
    if (!mv_failed(mv_check_bounds(m))) {
        run_module(m, code);
        uint64_t random = size;
        for (size_t i = 0; i < size; i++) random = random * 0x100000001b3u ^ data[i];
        for (int i = 0; i < DISTURBED; i++) run_disturbed(code, &random);
    }
    mv_module_free(m);
    return 0;
}
