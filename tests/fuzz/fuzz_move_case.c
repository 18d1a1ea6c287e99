/* The input chooses a well-typed program (tests/differential/move). The verifier must accept it,
 * and it must come to the same end in the interpreter and in paranoid mode. `./x fuzz move-diff`
 * asks another Move machine about the same programs. */
#include <assert.h>

#include "differential/move/generate.h"
#include "move/assembly.h"
#include "move_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CASES_PER_WORLD = 100 };

static struct fuzz_world world;
static unsigned cases;

static const struct b32 address = {{[31] = 0x42}}, sender = {{[31] = 0x77}};

static bool run(const char *function, const struct bytes *args, uint32_t count, bool is_entry,
                bool paranoid, struct mv_session **s, struct mv_outcome *out) {
    struct mv_call call = {.module_address = address,
                           .module_name = BYTES_LIT("m"),
                           .function_name = bytes_cstr(function),
                           .args = args,
                           .arg_count = count,
                           .signers = &sender,
                           .signer_count = is_entry};
    *s = mv_session_new(&(struct mv_session_params){.vm = world.vm,
                                                    .journal = world.journal,
                                                    .gas_limit = 30000000,
                                                    .paranoid = paranoid,
                                                    .tx = {.is_user = true, .sender = sender}});
    st_mark mark = st_savepoint(world.journal);
    bool ok = is_entry ? mv_run_entry(*s, &call, out) : mv_run_function(*s, &call, out);
    if (!ok) st_revert(world.journal, mark);
    return ok;
}

static void run_both(const char *function, const struct bytes *args, uint32_t count,
                     bool is_entry) {
    struct mv_session *p, *f;
    struct mv_outcome paranoid, fast;
    st_mark mark = st_savepoint(world.journal);
    run(function, args, count, is_entry, true, &p, &paranoid);
    uint64_t print = st_fingerprint(world.journal);
    st_revert(world.journal, mark);
    run(function, args, count, is_entry, false, &f, &fast);
    bool ran_out = fast.code == MV_OUT_OF_GAS && paranoid.code == MV_OUT_OF_GAS;
    bool same = fast.code == paranoid.code && fast.abort_code == paranoid.abort_code &&
                fast.sub_status == paranoid.sub_status && fast.gas_used == paranoid.gas_used &&
                (ran_out || fast.code_offset == paranoid.code_offset) &&
                fast.result_count == paranoid.result_count &&
                print == st_fingerprint(world.journal);
    for (uint32_t i = 0; same && i < fast.result_count; i++)
        same = bytes_eq(fast.results[i], paranoid.results[i]);
    if (!same)
        fprintf(stderr, "%s: %s, paranoid %s: %.*s\n", function, mv_status_name(fast.code),
                mv_status_name(paranoid.code), (int)paranoid.message.n,
                (const char *)paranoid.message.p);
    assert(same);
    assert(fast.code >= 4000);
    mv_session_free(p);
    mv_session_free(f);
}

static void verify(struct bytes code, const struct buf *text) {
    struct mv_module *m;
    struct mv_err e = mv_module_read(&m, code, MV_VERSION_MAX);
    if (!mv_failed(e)) e = mv_verify_module(m, NULL, MV_PASS_ALL);
    if (mv_failed(e))
        fprintf(stderr, "%.*s\n%s: %s in function %u at %u\n", (int)text->n, (const char *)text->p,
                mv_status_name(e.code), e.text, e.function, e.offset);
    assert(!mv_failed(e));
    mv_module_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct md_choices choices = md_choices_of_bytes(bytes_make(data, size));
    struct buf text = {0}, code = {0};
    if (cases++ % CASES_PER_WORLD == 0) new_world(&world);
    md_generate(&text, &choices, "m", 6 + (unsigned)md_below(&choices, 2));
    struct mv_asm_error e = mv_assemble(&code, buf_bytes(&text));
    if (e.text)
        fprintf(stderr, "%.*s\nline %u: %s: %.*s\n", (int)text.n, (const char *)text.p, e.line,
                e.text, (int)e.near.n, (const char *)e.near.p);
    assert(!e.text);
    verify(buf_bytes(&code), &text);
    st_mark mark = st_savepoint(world.journal);
    put_module(&world, &address, BYTES_LIT("m"), buf_bytes(&code));
    uint64_t a = md_below(&choices, 10), b = md_below(&choices, 256) << md_below(&choices, 57);
    struct bytes args[2] = {BYTES_OF(a), BYTES_OF(b)};
    run_both("run", args, 2, false);
    run_both("set", args + 1, 1, true);
    run_both("set", args, 1, true);
    run_both("get", NULL, 0, false);
    if (a % 2) run_both("take", NULL, 0, true);
    run_both("get", NULL, 0, false);
    st_revert(world.journal, mark);
    buf_free(&text);
    buf_free(&code);
    return 0;
}
