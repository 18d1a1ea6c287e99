/* Sessions that wait for another machine, and sessions above them: what is written and read anew
 * around a call, which modules are locked, depth, gas, read-only. The other machine is played: it
 * does what the call's bytes say. */
#include "move/metadata.h"
#include "vm_world.h"

enum { AT = 0x3a, WAITING_MAX = 16 };

/* "ledger::add 10": runs that function of the package with these numbers, in a session above.
 * "ledger::add 10!": and fails then. "caller::call|ledger::add 10": what follows the bar is the one
 * argument, as bytes. */
static struct player {
    struct world *w;
    struct mv_session *waiting[WAITING_MAX];
    unsigned depth, calls, deepest;
    struct mv_sync_call last;
    uint64_t gas_used;       /* that each call says it has used */
    struct mv_outcome inner; /* of the innermost function that failed */
    char why[400];
    bool paranoid;
    struct bytes publish; /* a module that the next call publishes first */
} player;

static bool is_locked(void *ctx, const struct b32 *address, struct bytes module) {
    const struct player *p = ctx;
    if (b32_eq(address, &world_one) && bytes_eq(module, BYTES_LIT("evm"))) return false;
    for (unsigned i = 0; i < p->depth; i++)
        if (mv_session_locks(p->waiting[i], address, module)) return true;
    return false;
}

static struct mv_session *open_above(struct player *p, const struct mv_sync_call *call) {
    struct mv_session_params params = {
        .vm = p->w->vm,
        .journal = p->w->journal,
        .block = {.height = 7, .timestamp_us = 1700000000000000, .chain_id = 4},
        .tx = {.sender = call->sender, .session_hash = {{0xcc, (uint8_t)++p->w->session_count}}},
        .host = p->w->host,
        .gas_limit = p->w->gas_limit,
        .read_only = call->read_only,
        .paranoid = p->paranoid,
        .depth_base = mv_session_depth(call->session),
        .memory_limit_bytes = mv_session_memory_left(call->session),
    };
    return mv_session_new(&params);
}

/* The function's name, up to its arguments. */
static struct bytes take_name(struct bytes *play) {
    size_t n = 0;
    while (n < play->n && !strchr(" !|", play->p[n])) n++;
    struct bytes name = bytes_sub(*play, 0, n);
    *play = bytes_sub(*play, n, play->n - n);
    return name;
}

static uint32_t take_arguments(struct arena *a, struct bytes *play, struct bytes *args) {
    uint32_t count = 0;
    while (play->n && play->p[0] == ' ') {
        uint64_t *v = ARENA_NEW(a, uint64_t);
        size_t n = 1;
        for (; n < play->n && play->p[n] >= '0' && play->p[n] <= '9'; n++)
            *v = *v * 10 + (uint64_t)(play->p[n] - '0');
        args[count++] = bytes_make(v, 8);
        *play = bytes_sub(*play, n, play->n - n);
    }
    if (!play->n || play->p[0] != '|') return count;
    struct buf b = {0};
    buf_put_u8(&b, (uint8_t)(play->n - 1));
    buf_put(&b, play->p + 1, play->n - 1);
    args[count++] = arena_copy(a, buf_bytes(&b));
    buf_free(&b);
    *play = (struct bytes){NULL, 0};
    return count;
}

static void sync_call(void *ctx, const struct mv_sync_call *call, struct mv_sync_result *result) {
    struct player *p = ctx;
    struct arena *a = st_tx_arena(p->w->journal);
    /* BCS of a vector<u8> to the EVM, the bytes themselves to the SVM. */
    struct bytes play =
        call->to_vm == ST_VM_SVM ? call->data : bytes_sub(call->value, 1, call->value.n - 1);
    struct mv_call f = {.module_address = world_address(AT), .signers = &call->sender};
    struct bytes args[4];
    struct mv_outcome out;
    p->last = *call;
    p->calls++;
    result->gas_used = p->gas_used;
    if (!play.n) return;
    struct bytes name = take_name(&play);
    const uint8_t *sep = memchr(name.p, ':', name.n);
    f.module_name = bytes_make(name.p, (size_t)(sep - name.p));
    f.function_name = bytes_make(sep + 2, name.n - f.module_name.n - 2);
    f.arg_count = take_arguments(a, &play, args);
    f.args = args;
    f.signer_count = 1;
    assert_true(p->depth < WAITING_MAX);
    p->waiting[p->depth++] = call->session;
    if (p->depth > p->deepest) p->deepest = p->depth;
    st_mark mark = st_savepoint(p->w->journal);
    struct mv_session *s = open_above(p, call);
    if (p->publish.n) {
        struct b32 owner = world_address(AT);
        assert_true(mv_publish(s, &owner, &p->publish, 1, 0, &out));
        p->publish = (struct bytes){NULL, 0};
    }
    bool ok = mv_run_function(s, &f, &out);
    if (!ok) {
        struct bytes text = mv_status_text(s, &out);
        if (!p->inner.code) p->inner = out;
        if (p->inner.code == out.code)
            snprintf(p->why, sizeof p->why, "%.*s", (int)out.message.n,
                     (const char *)out.message.p);
        result->status = 2;
        result->text = result->data = arena_copy(a, text);
    } else if (play.n) { /* "!" */
        ok = false;
        result->status = 2;
        result->data = BYTES_LIT("\xab\xcd");
        result->text = BYTES_LIT("it says no");
    } else if (out.result_count) {
        result->data = arena_copy(a, out.results[0]);
    }
    mv_session_free(s);
    if (!ok) st_revert(p->w->journal, mark);
    p->depth--;
}

/* ---- The world */

static struct bytes reentrant(const char *path) {
    struct mv_module *m;
    struct buf out = {0};
    struct bytes code = world_read(path);
    assert_int_equal(mv_module_read(&m, code, MV_VERSION_MAX).code, MV_OK);
    mv_module_set_flags(m, MV_MODULE_REENTRANT);
    mv_module_write(&out, m);
    mv_module_free(m);
    free((void *)(uintptr_t)code.p);
    return buf_bytes(&out);
}

static void open_world(struct world *w, bool paranoid) {
    world_open(w);
    world_publish_dir(w, PACKAGE_DIR "waiting/compiled", AT, 0);
    struct bytes pool = reentrant(PACKAGE_DIR "waiting/compiled/pool.mv");
    bool ok = world_publish(w, world_address(AT), &pool, 1, 0);
    free((void *)(uintptr_t)pool.p);
    if (!ok) world_show(w);
    assert_true(ok);
    w->trusting = true;
    w->paranoid = paranoid;
    player = (struct player){.w = w, .paranoid = paranoid};
    w->host = (struct mv_host){.ctx = &player, .sync_call = sync_call, .is_locked = is_locked};
    static const char *const open[] = {"ledger::open", "vault::open", "pool::open"};
    for (size_t i = 0; i < COUNT_OF(open); i++)
        assert_true(world_run(w, WORLD_ENTRY, AT, AT, open[i], NULL, 0));
}

/* Runs a function with numbers and the play as its arguments, by the account at 0x<AT>. */
static bool run(struct world *w, const char *name, const uint64_t *numbers, uint32_t count,
                const char *play) {
    struct bytes args[4];
    uint8_t text[256];
    for (uint32_t i = 0; i < count; i++) args[i] = bytes_make(&numbers[i], 8);
    if (play) {
        size_t n = strlen(play);
        assert_true(n < 128);
        text[0] = (uint8_t)n;
        memcpy(text + 1, play, n);
        args[count++] = bytes_make(text, n + 1);
    }
    return world_run(w, WORLD_FUNCTION, AT, AT, name, args, count);
}

static void assert_runs(struct world *w, const char *name, const char *play) {
    bool ok = run(w, name, NULL, 0, play);
    if (!ok) world_show(w);
    assert_true(ok);
}

/* The result is a vector<u64> of these. */
static void assert_seen(const struct world *w, const uint64_t *want, size_t count) {
    struct bytes got = w->out.results[0];
    assert_int_equal(got.n, 1 + 8 * count);
    for (size_t i = 0; i < count; i++) assert_int_equal(load_le64(got.p + 1 + 8 * i), want[i]);
}
#define ASSERT_SEEN(w, ...)                                                                        \
    do {                                                                                           \
        const uint64_t want_[] = {__VA_ARGS__};                                                    \
        assert_seen((w), want_, COUNT_OF(want_));                                                  \
    } while (0)

static uint64_t number(const struct world *w, uint32_t result) {
    assert_true(result < w->out.result_count && w->out.results[result].n == 8);
    return load_le64(w->out.results[result].p);
}

static uint8_t status(const struct world *w, uint32_t result) {
    assert_true(result < w->out.result_count && w->out.results[result].n == 1);
    return w->out.results[result].p[0];
}

static uint64_t ask(struct world *w, const char *name) {
    assert_runs(w, name, NULL);
    return number(w, 0);
}

/* In builds that have it, paranoid mode does the same. */
#ifdef TERN_MOVE_PARANOID
enum { MODES = 2 };
#else
enum { MODES = 1 };
#endif
#define IN_EACH_MODE(w)                                                                            \
    for (unsigned mode_ = 0; mode_ < MODES && (open_world((w), mode_ == 1), true);                 \
         world_close(w), mode_++)

/* ---- Written before, read anew after */

static void test_both_sides_see_what_the_other_has_changed(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::add_around", "ledger::add 10");
        ASSERT_SEEN(&w, 1, 11, 16);
        assert_runs(&w, "ledger::entries", NULL);
        ASSERT_SEEN(&w, 1, 10, 5);
    }
}

static void test_a_failed_call_leaves_nothing(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::add_around", "ledger::add 10!");
        ASSERT_SEEN(&w, 1, 1, 6);
        assert_runs(&w, "ledger::entries", NULL);
        ASSERT_SEEN(&w, 1, 5);
    }
}

/* Two calls inside one another: the inner one stands or falls with the outer one. */
static void test_calls_inside_calls_are_undone_with_them(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::add_around", "indirect::add_to_pool 1");
        ASSERT_SEEN(&w, 1, 1, 6);
        assert_int_equal(ask(&w, "pool::amount"), 101);
        assert_runs(&w, "vault::add_and_call", "caller::call|ledger::add 10");
        assert_int_equal(status(&w, 1), 0);
        assert_int_equal(player.deepest, 2);
        assert_int_equal(ask(&w, "ledger::total"), 16);
        assert_runs(&w, "vault::add_and_call", "caller::call|ledger::add 10!");
        assert_int_equal(status(&w, 1), 2); /* the inner call() aborts its caller */
        assert_int_equal(ask(&w, "ledger::total"), 16);
        assert_int_equal(ask(&w, "vault::amount"), 102);
    }
}

static void test_table_items_are_read_anew(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::look_around", "ledger::put 1");
        ASSERT_SEEN(&w, 1, 1, 2, 2, 1, 2, 1, 3);
        assert_runs(&w, "caller::look_around", "ledger::clear 0");
        ASSERT_SEEN(&w, 4, 1, 2, 0, 1, 2, 1, 1);
        assert_runs(&w, "caller::look_around", "ledger::clear 0!");
        ASSERT_SEEN(&w, 2, 1, 2, 2, 1, 2, 1, 3);
    }
}

static void test_members_of_groups_and_removed_resources_are_read_anew(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::look_around", "ledger::set_left 33");
        ASSERT_SEEN(&w, 1, 1, 2, 1, 33, 2, 1, 2);
        assert_runs(&w, "caller::look_around", "ledger::tear_off 0!");
        ASSERT_SEEN(&w, 3, 33, 2, 3, 33, 2, 1, 4);
        assert_runs(&w, "caller::look_around", "ledger::tear_off 0");
        ASSERT_SEEN(&w, 5, 33, 2, 5, 33, 2, 0, 6);
    }
}

/* What is borrowed keeps its memory and is written once more at the end, though it was written for
 * the call. */
static void test_references_live_through_a_call(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "vault::hold_and_call", "ledger::add 10");
        assert_int_equal(number(&w, 0), 112);
        assert_int_equal(status(&w, 1), 0);
        assert_runs(&w, "vault::parts", NULL);
        ASSERT_SEEN(&w, 1, 112, 3);
        assert_runs(&w, "vault::lend_and_call", "ledger::add 10");
        assert_int_equal(number(&w, 0), 101);
        assert_int_equal(ask(&w, "vault::amount"), 101);
    }
}

/* A module that was published meanwhile is found by the session that has waited. */
static void test_a_module_published_meanwhile_is_seen(void **state) {
    (void)state;
    struct world w;
    struct bytes code = world_read(PACKAGE_DIR "waiting/compiled/indirect.mv");
    IN_EACH_MODE(&w) {
        uint8_t key[40];
        struct b32 at = world_address(AT);
        memcpy(key, at.b, 32);
        memcpy(key + 32, "indirect", 8);
        st_delete(w.journal, ST_MOVE_MODULE, BYTES_OF(key));
        player.publish = code;
        assert_runs(&w, "caller::try_call", "ledger::add 1");
        struct mv_call late = world_call(AT, "indirect::add_to_pool");
        uint64_t n = 5;
        struct bytes arg = BYTES_OF(n);
        late.args = &arg;
        late.arg_count = 1;
        assert_true(mv_run_function(w.s, &late, &w.out));
        assert_int_equal(number(&w, 0), 105);
    }
    free((void *)(uintptr_t)code.p);
}

/* ---- Locks */

static void assert_locked(void) {
    assert_int_equal(player.inner.code, MV_RUNTIME_DISPATCH_ERROR);
    assert_non_null(strstr(player.why, "waits for a call"));
    player.inner = (struct mv_outcome){0};
}

static void test_a_module_that_waits_is_locked(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        static const char *const plays[] = {"vault::add 5", "vault::amount",
                                            "indirect::add_to_vault 5",
                                            "caller::call|vault::add 5"};
        for (size_t i = 0; i < COUNT_OF(plays); i++) {
            assert_runs(&w, "vault::add_and_call", plays[i]);
            assert_int_equal(number(&w, 0), 101 + i);
            assert_int_equal(status(&w, 1), 2);
            assert_locked();
        }
        /* One that does not wait can be entered, and so can this one when the call is over. */
        assert_runs(&w, "caller::call", "vault::add 5");
        assert_int_equal(ask(&w, "vault::amount"), 109);
        assert_runs(&w, "vault::add_and_call", "indirect::add_to_pool 5");
        assert_int_equal(status(&w, 1), 0);
    }
}

/* Every frame of every waiting session counts, not only the innermost. */
static void test_a_lock_holds_through_sessions(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "vault::add_and_call", "pool::add_and_call|caller::call|vault::add 1");
        assert_locked();
        assert_int_equal(player.deepest, 3);
        assert_runs(&w, "vault::add_and_call", "pool::add_and_call|caller::call|ledger::add 1");
        assert_int_equal(status(&w, 1), 0);
        assert_int_equal(ask(&w, "ledger::total"), 1);
    }
}

static void test_a_reentrant_module_is_entered_where_it_holds_nothing(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "pool::add_and_call", "pool::add 5");
        assert_int_equal(number(&w, 0), 106);
        assert_int_equal(status(&w, 1), 0);
        assert_runs(&w, "pool::local_and_call", "indirect::add_to_pool 4");
        assert_int_equal(number(&w, 0), 107);
        assert_int_equal(status(&w, 1), 0);
        assert_int_equal(ask(&w, "pool::amount"), 110);
        assert_runs(&w, "pool::add_and_call", "pool::add_and_call|pool::add 5");
        assert_int_equal(number(&w, 0), 117);
        assert_int_equal(status(&w, 1), 0);
        assert_runs(&w, "pool::add_and_call", "pool::add 5!");
        assert_int_equal(number(&w, 0), 118);
    }
}

static void test_a_reentrant_module_is_locked_where_it_holds_a_reference(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        static const char *const holders[] = {"pool::hold_and_call", "pool::look_and_call",
                                              "pool::lend_and_call"};
        for (size_t i = 0; i < COUNT_OF(holders); i++) {
            assert_runs(&w, holders[i], "pool::add 5");
            assert_int_equal(status(&w, 1), 2);
            assert_locked();
        }
        assert_int_equal(ask(&w, "pool::amount"), 101);
        /* The outer of two frames holds one. */
        assert_runs(&w, "pool::add_and_call", "pool::hold_and_call|pool::add 5");
        assert_int_equal(status(&w, 1), 0);
        assert_locked();
    }
}

/* ---- Depth, gas, memory */

/* A function may run in the frame of number 1,025: how far that is in the session above depends on
 * the one that waits. */
static void test_call_depth_goes_on_through_a_call(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        /* deep_call's frames, those of evm::try_call, and deep's. */
        const uint64_t below = 1000;
        char play[40];
        uint64_t most = 1025 - below - 1;
        snprintf(play, sizeof play, "ledger::deep %llu", (unsigned long long)most);
        assert_true(run(&w, "caller::deep_call", &below, 1, play));
        assert_int_equal(status(&w, 0), 0);
        snprintf(play, sizeof play, "ledger::deep %llu", (unsigned long long)most + 1);
        assert_true(run(&w, "caller::deep_call", &below, 1, play));
        assert_int_equal(status(&w, 0), 2);
        assert_int_equal(player.inner.code, MV_CALL_STACK_OVERFLOW);
        const uint64_t all = 1023; /* evm::try_call itself calls signer::address_of */
        assert_true(run(&w, "caller::deep_call", &all, 1, "ledger::deep 1"));
        assert_int_equal(status(&w, 0), 0);
        player.inner = (struct mv_outcome){0};
        assert_true(run(&w, "caller::deep_call", &all, 1, "ledger::deep 2"));
        assert_int_equal(status(&w, 0), 2);
        assert_int_equal(player.inner.code, MV_CALL_STACK_OVERFLOW);
    }
}

static void test_a_64th_of_the_gas_stays_and_what_is_used_is_paid(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::try_call", "");
        uint64_t nothing = w.out.gas_used, left = player.last.gas;
        player.gas_used = 123457;
        assert_runs(&w, "caller::try_call", "");
        assert_int_equal(w.out.gas_used, nothing + 123457);
        assert_int_equal(player.last.gas, left);
        w.gas_limit += 64000;
        assert_runs(&w, "caller::try_call", "");
        assert_int_equal(player.last.gas, left + 63000);
        /* Everything that was given is used: a 64th is left, and the caller goes on. */
        w.gas_limit = 64000000;
        player.gas_used = 0;
        assert_runs(&w, "caller::try_call", "");
        uint64_t given = player.last.gas;
        player.gas_used = given;
        assert_runs(&w, "caller::try_call", "");
        assert_int_equal(w.out.gas_used, nothing + given);
        assert_true(w.gas_limit - w.out.gas_used < 1000000);
        assert_int_equal(player.last.to_vm, ST_VM_EVM);
    }
}

static void test_memory_is_shared_with_sessions_above(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::try_call", "");
        size_t left = mv_session_memory_left(w.s);
        assert_true(left > 0 && left <= 64 << 20);
    }
}

/* ---- What the native tells, and what comes back */

static void test_the_call_is_told_as_it_is(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        const uint64_t octas = 77;
        assert_true(run(&w, "caller::pay", &octas, 1, ""));
        assert_int_equal(player.last.octas, 77);
        assert_int_equal(player.last.sender.b[31], AT);
        assert_int_equal(player.last.target.b[31], 0xe1);
        assert_int_equal(player.last.flags, 0);
        assert_false(player.last.read_only);
        assert_runs(&w, "caller::call_both", "ledger::add 3");
        assert_int_equal(player.last.to_vm, ST_VM_SVM);
        assert_int_equal(player.last.target.b[31], 0x51);
        assert_int_equal(player.last.metas.n, 1 + 34);
        assert_int_equal(ask(&w, "ledger::total"), 3);
    }
}

static void test_failures_abort_or_are_answered(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_runs(&w, "caller::try_call", "ledger::add 3!");
        assert_int_equal(status(&w, 0), 2);
        assert_int_equal(w.out.results[1].n, 3);
        assert_memory_equal(w.out.results[1].p, "\x02\xab\xcd", 3);
        assert_false(run(&w, "caller::call", NULL, 0, "ledger::add 3!"));
        assert_int_equal(w.out.abort_code, 0x70008);
        assert_status_text(&w, "Move abort in 0x1::evm: ECALL_FAILED(0x70008): it says no");
        assert_false(run(&w, "caller::call_both", NULL, 0, "ledger::add 3!"));
        assert_status_text(&w, "Move abort in 0x1::svm: ECALL_FAILED(0x70008): it says no");
        /* Without a host there is no other machine. */
        w.host.sync_call = NULL;
        assert_false(run(&w, "caller::try_call", NULL, 0, ""));
        assert_int_equal(w.out.abort_code, 0xc0000);
    }
}

static void test_flags_that_there_are_not_are_refused(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        uint8_t none[1] = {0}, flag = 1;
        struct bytes args[2] = {BYTES_OF(none), bytes_make(&flag, 1)};
        assert_true(world_run(&w, WORLD_FUNCTION, AT, AT, "caller::call_with", args, 2));
        assert_int_equal(player.last.flags, 1);
        flag = 2;
        assert_false(world_run(&w, WORLD_FUNCTION, AT, AT, "caller::call_with", args, 2));
        assert_int_equal(w.out.abort_code, 0x1000a);
    }
}

/* ---- Read-only */

static bool run_read_only(struct world *w, const char *name, const char *play) {
    struct b32 who = world_address(AT);
    struct mv_call call = world_call(AT, name);
    uint8_t text[128] = {(uint8_t)strlen(play)};
    memcpy(text + 1, play, strlen(play));
    struct bytes arg = bytes_make(text, strlen(play) + 1);
    call.args = &arg;
    call.arg_count = call.signer_count = 1;
    call.signers = &who;
    mv_session_free(w->s);
    w->s = mv_session_new(&(struct mv_session_params){.vm = w->vm,
                                                      .journal = w->journal,
                                                      .host = w->host,
                                                      .gas_limit = w->gas_limit,
                                                      .read_only = true,
                                                      .paranoid = w->paranoid});
    return mv_run_function(w->s, &call, &w->out);
}

static void test_a_read_only_session_makes_read_only_calls(void **state) {
    (void)state;
    struct world w;
    IN_EACH_MODE(&w) {
        assert_true(run_read_only(&w, "caller::try_call", "ledger::total"));
        assert_true(player.last.read_only);
        assert_int_equal(status(&w, 0), 0);
        assert_true(run_read_only(&w, "caller::try_call", "ledger::add 1"));
        assert_int_equal(status(&w, 0), 2);
        assert_int_equal(player.inner.code, MV_ACCESS_DENIED);
        assert_true(run_read_only(&w, "caller::try_call", "caller::call|ledger::add 1"));
        assert_int_equal(status(&w, 0), 2);
        /* What has been changed cannot be shown to the callee. */
        assert_false(run_read_only(&w, "caller::add_around", "ledger::total"));
        assert_int_equal(w.out.code, MV_ACCESS_DENIED);
        assert_int_equal(ask(&w, "ledger::total"), 0);
    }
}

/* ---- What sessions of one transaction share */

static uint16_t draw(struct world *w, uint16_t *counter) {
    struct mv_call call = world_call(1, "transaction_context::monotonically_increasing_counter");
    mv_session_free(w->s);
    w->s = mv_session_new(&(struct mv_session_params){
        .vm = w->vm, .journal = w->journal, .gas_limit = w->gas_limit, .counter = counter});
    assert_true(mv_run_system(w->s, &call, &w->out));
    assert_int_equal(w->out.results[0].n, 16);
    return (uint16_t)load_le64(w->out.results[0].p);
}

static void test_the_increasing_counter_goes_on_in_the_next_session(void **state) {
    (void)state;
    struct world w;
    uint16_t counter = 0;
    world_open(&w);
    assert_int_equal(draw(&w, &counter), 1);
    assert_int_equal(draw(&w, &counter), 2);
    assert_int_equal(counter, 2);
    assert_int_equal(draw(&w, NULL), 1);
    counter = UINT16_MAX - 1;
    assert_int_equal(draw(&w, &counter), UINT16_MAX);
    world_close(&w);
}

/* ---- Metadata */

static void test_flags_in_metadata_are_read_and_checked(void **state) {
    (void)state;
    struct world w;
    world_open(&w);
    world_publish_dir(&w, PACKAGE_DIR "waiting/compiled", AT, 0);
    struct bytes code = world_read(PACKAGE_DIR "waiting/compiled/vault.mv");
    for (unsigned flags = 0; flags < 256; flags++) {
        struct mv_module *m;
        struct buf out = {0};
        assert_int_equal(mv_module_read(&m, code, MV_VERSION_MAX).code, MV_OK);
        assert_int_equal(mv_module_flags(m), 0);
        mv_module_set_flags(m, 0xff);
        mv_module_set_flags(m, (uint8_t)flags);
        assert_int_equal(mv_module_flags(m), flags);
        mv_module_write(&out, m);
        mv_module_free(m);
        struct bytes changed = buf_bytes(&out);
        assert_int_equal(world_publish(&w, world_address(AT), &changed, 1, 0), flags < 2);
        if (flags >= 2) assert_int_equal(w.out.code, MV_EVENT_METADATA_VALIDATION_ERROR);
        buf_free(&out);
    }
    free((void *)(uintptr_t)code.p);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides_see_what_the_other_has_changed),
        cmocka_unit_test(test_a_failed_call_leaves_nothing),
        cmocka_unit_test(test_calls_inside_calls_are_undone_with_them),
        cmocka_unit_test(test_table_items_are_read_anew),
        cmocka_unit_test(test_members_of_groups_and_removed_resources_are_read_anew),
        cmocka_unit_test(test_references_live_through_a_call),
        cmocka_unit_test(test_a_module_published_meanwhile_is_seen),
        cmocka_unit_test(test_a_module_that_waits_is_locked),
        cmocka_unit_test(test_a_lock_holds_through_sessions),
        cmocka_unit_test(test_a_reentrant_module_is_entered_where_it_holds_nothing),
        cmocka_unit_test(test_a_reentrant_module_is_locked_where_it_holds_a_reference),
        cmocka_unit_test(test_call_depth_goes_on_through_a_call),
        cmocka_unit_test(test_a_64th_of_the_gas_stays_and_what_is_used_is_paid),
        cmocka_unit_test(test_memory_is_shared_with_sessions_above),
        cmocka_unit_test(test_the_call_is_told_as_it_is),
        cmocka_unit_test(test_failures_abort_or_are_answered),
        cmocka_unit_test(test_flags_that_there_are_not_are_refused),
        cmocka_unit_test(test_a_read_only_session_makes_read_only_calls),
        cmocka_unit_test(test_the_increasing_counter_goes_on_in_the_next_session),
        cmocka_unit_test(test_flags_in_metadata_are_read_and_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
