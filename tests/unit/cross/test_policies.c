/* What becomes of a message's value, gas and callbacks, by policy, outcome and direction: every
 * combination. Value is kept in a ledger of this file, in the journal, so that it is undone with
 * everything else. */
#include "sends.h"

/* ---- The ledger */

static struct bytes ledger_key(uint8_t key[40], const struct xvm_actor *who) {
    memset(key, 0, 40);
    memcpy(key, "bal", 3);
    key[3] = who->vm;
    memcpy(key + 4, who->bytes, 32);
    return bytes_make(key, 40);
}

static uint64_t units_of(const struct xvm_actor *who) {
    uint8_t key[40];
    struct bytes value;
    return st_get(journal, ST_CHAIN_PARAM, ledger_key(key, who), &value) ? load_le64(value.p) : 0;
}

static void set_units(const struct xvm_actor *who, uint64_t units) {
    uint8_t key[40];
    st_put(journal, ST_CHAIN_PARAM, ledger_key(key, who), BYTES_OF(units));
}

static struct xvm_actor closed; /* nothing can arrive there */
static bool is_closed;

bool xvm_value_move(struct xvm_tx *t, const struct xvm_actor *from, const struct xvm_actor *to,
                    const struct u256 *value, struct xvm_run *run) {
    struct u256 unit = u256_from_u64(1000000000), quotient, rest;
    assert_ptr_equal(t, &tx);
    u256_divmod(&quotient, &rest, value, &unit);
    assert_true(u256_is_zero(&rest));
    uint64_t units = u256_sat_u64(&quotient);
    if (units_of(from) < units || (is_closed && xvm_actor_eq(to, &closed))) {
        run->failure = XVM_FAIL_VALUE;
        run->error = BYTES_LIT("it cannot move");
        return false;
    }
    set_units(from, units_of(from) - units);
    set_units(to, units_of(to) + units);
    return true;
}

uint64_t xvm_value_gas(struct xvm_tx *t, const struct xvm_actor *to, const struct u256 *value) {
    (void)t, (void)to, (void)value;
    return 0;
}

/* ---- Directions */

enum { PURSE = 1000, UNITS = 70 };

struct direction {
    const char *name;
    uint8_t from, to;
};

static const struct direction directions[] = {
    {"EVM to Move", ST_VM_EVM, ST_VM_MOVE}, {"EVM to SVM", ST_VM_EVM, ST_VM_SVM},
    {"Move to EVM", ST_VM_MOVE, ST_VM_EVM}, {"Move to SVM", ST_VM_MOVE, ST_VM_SVM},
    {"SVM to EVM", ST_VM_SVM, ST_VM_EVM},   {"SVM to Move", ST_VM_SVM, ST_VM_MOVE},
};

static struct xvm_actor sender_of(const struct direction *d) {
    struct xvm_actor a = {.vm = d->from};
    switch (d->from) {
    case ST_VM_EVM: a.bytes[19] = 0xaa; break;
    case ST_VM_MOVE: a.bytes[0] = 0x22; break;
    default: memset(a.bytes, 0x44, 32);
    }
    return a;
}

/* What the messenger of the sender's machine does: takes the value, writes the log. */
static struct b32 send(const struct direction *d, const char *function, struct options o) {
    struct xvm_actor sender = sender_of(d), escrow = xvm_escrow(d->from);
    struct xvm_run run = {0};
    struct u256 value = wei(o.units);
    assert_true(xvm_value_move(&tx, &sender, &escrow, &value, &run));
    if (d->from == ST_VM_EVM)
        return d->to == ST_VM_MOVE ? send_move(A, function, o) : send_solana(A, function, o);
    if (d->from == ST_VM_MOVE)
        return put_move_send(d->to == ST_VM_EVM ? &XVM_MOVE_SENDER : &XVM_MOVE_SVM_SENDER, function,
                             o, 0);
    return send_from_svm(d->to == ST_VM_MOVE, function, o);
}

static struct xvm_actor refund_actor(uint8_t vm, uint8_t byte) {
    struct xvm_actor a = {.vm = vm};
    memset(a.bytes, byte, xvm_address_bytes(vm));
    return a;
}

/* ---- One message */

enum { GAS = 10000000 };

struct play {
    const struct direction *d;
    struct options o;
    const char *function;
    uint64_t pool; /* what the root leg leaves, reserved gas taken out */
    /* what came of it */
    struct b32 id;
    uint64_t left;
    bool stands;
};

static void run_play(struct play *p) {
    struct xvm_actor sender = sender_of(p->d);
    begin(1);
    env.block.timestamp = 1000;
    set_units(&sender, PURSE);
    xvm_start(&tx);
    if (p->o.on_fail == XVM_REVERT_TX) assert_true(xvm_make_atomic(&tx, 0));
    p->id = send(p->d, p->function, p->o);
    p->left = (p->pool ? p->pool : GAS) - p->o.gas - p->o.callback_gas;
    xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
    p->stands = xvm_drain(&tx, &p->left);
}

static bool is_called_back(const struct play *p, bool ok) {
    return ok ? p->o.on_success : p->o.on_fail == XVM_CALLBACK;
}

static enum xvm_status want_status(const struct play *p, bool ok) {
    static const enum xvm_status failed[] = {XVM_PENDING, XVM_DROPPED, XVM_REFUNDED,
                                             XVM_CALLED_BACK};
    return ok ? XVM_EXECUTED : failed[p->o.on_fail];
}

/* Nothing is made or lost, and it is where the policy says. */
static void assert_value(const struct play *p, bool ok) {
    struct xvm_actor sender = sender_of(p->d), escrow = xvm_escrow(p->d->from),
                     alias = xvm_alias_of(&sender, p->d->to, NULL),
                     back = p->o.refund_to ? refund_actor(p->d->from, p->o.refund_to) : sender;
    bool is_undone = !ok && p->o.on_fail == XVM_REVERT_TX;
    bool is_held = !ok && p->o.on_fail == XVM_KEEP, is_back = !ok && !is_held && !is_undone;
    uint64_t spent = is_undone ? 0 : UNITS;
    assert_int_equal(units_of(&alias), ok ? UNITS : 0);
    assert_int_equal(units_of(&escrow), is_held ? UNITS : 0);
    if (p->o.refund_to) {
        assert_int_equal(units_of(&back), is_back ? UNITS : 0);
        assert_int_equal(units_of(&sender), PURSE - spent);
    } else {
        assert_int_equal(units_of(&sender), PURSE - spent + (is_back ? UNITS : 0));
    }
}

/* The last run is the callback, in the sender's machine, and says what has become of which message.
 * The expectation is written out by the page of docs/cross-vm.md that describes it. */
static void assert_callback(const struct play *p, bool ok) {
    struct xvm_message c = message(&tx.messages[1]), m = message(&p->id);
    struct buf want = {0};
    uint8_t failure = ok ? 0 : XVM_FAIL_REVERTED;
    uint64_t code = 0;
    uint32_t zero = 0, n = (uint32_t)m.error.n;
    assert_int_equal(tx.message_count, 2);
    assert_int_equal(run_count, 2);
    assert_int_equal(runs[1].vm, p->d->from);
    assert_true(b32_eq(&c.callback_of, &p->id));
    assert_int_equal(c.status, XVM_EXECUTED);
    assert_int_equal(c.generation, 2);
    if (p->d->from == ST_VM_EVM) {
        assert_bytes_equal(c.to, unhex(A));
        assert_bytes_equal(c.sender_alias, BYTES_OF(XVM_QUEUE_ADDRESS));
        buf_put(&want, SELECTOR, 4);
        buf_put_bytes(&want, BYTES_OF(p->id));
        xvm_put_word(&want, ok);
        xvm_put_word(&want, 96);
        struct buf failed = {0};
        if (!ok) xvm_put_call_failed(&failed, p->d->to, XVM_FAIL_REVERTED, 0, m.error);
        xvm_put_padded(&want, buf_bytes(&failed));
        buf_free(&failed);
    } else if (p->d->from == ST_VM_MOVE) {
        assert_bytes_equal(c.module_address, BYTES_LIT("0xca"));
        assert_bytes_equal(c.module_name, BYTES_LIT("ledger"));
        assert_bytes_equal(c.function_name, BYTES_LIT("told"));
        uint32_t head[] = {1, 33 + 1 + 8 + 1 + 1 + n}; /* a list of one; all lengths fit a byte */
        assert_in_range(n, 0, 127);
        buf_put(&want, head, sizeof head);
        uleb_put(&want, 32);
        buf_put_bytes(&want, BYTES_OF(p->id));
        buf_put_u8(&want, failure);
        buf_put(&want, &code, 8);
        uleb_put(&want, 0);
        uleb_put(&want, n);
        buf_put_bytes(&want, m.error);
    } else {
        assert_int_equal(c.metas.n, 2 * XVM_META_BYTES);
        assert_bytes_equal(bytes_sub(c.metas, 0, 32), c.sender_alias);
        assert_int_equal(c.metas.p[32], XVM_META_SIGNER);
        assert_int_equal(c.metas.p[XVM_META_BYTES + 32], XVM_META_WRITABLE);
        buf_puts(&want, "hi");
        buf_put_bytes(&want, BYTES_OF(p->id));
        buf_put_u8(&want, failure);
        buf_put(&want, &code, 8);
        buf_put(&want, &zero, 4);
        buf_put(&want, &zero, 4);
        buf_put(&want, &n, 4);
        buf_put_bytes(&want, m.error);
    }
    assert_bytes_equal(c.call_data, buf_bytes(&want));
    buf_free(&want);
}

static void assert_play(struct play *p, bool ok) {
    run_play(p);
    bool is_undone = !ok && p->o.on_fail == XVM_REVERT_TX, calls = is_called_back(p, ok);
    assert_int_equal(p->stands, !is_undone);
    assert_value(p, ok);
    assert_int_equal(p->left, GAS - (uint64_t)(calls ? 2 : 1) * (GAS_OF_A_RUN + 10000));
    if (is_undone) {
        struct xvm_message m;
        assert_int_equal(tx.message_count, 0);
        assert_false(xvm_message_get(journal, &p->id, &arena, &m));
        assert_false(tx.legs[0].ok);
        assert_true(tx.legs[1].undone);
        assert_non_null(strstr((const char *)tx.legs[0].error.p, "it says no"));
        size_t logs;
        st_logs(journal, &logs);
        assert_int_equal(logs, 0);
    } else {
        struct xvm_message m = message(&p->id);
        assert_int_equal(m.status, want_status(p, ok));
        assert_int_equal(m.gas_used, GAS_OF_A_RUN + 10000);
        assert_int_equal(tx.legs[1].gas_used, GAS_OF_A_RUN + 10000);
        struct u256 value = wei(UNITS);
        assert_true(u256_eq(&m.value, &value));
        assert_true(u256_eq(&tx.legs[1].value, &value));
        if (calls) assert_callback(p, ok);
    }
    end();
}

/* ---- The table */

static void fresh(void **state) {
    st_journal_free(journal);
    journal = st_journal_new(NULL);
    (void)state;
}

static void test_every_policy_outcome_and_direction(void **state) {
    for (size_t d = 0; d < COUNT_OF(directions); d++)
        for (uint64_t on_fail = XVM_KEEP; on_fail <= XVM_REVERT_TX; on_fail++)
            for (unsigned way = 0; way < 16; way++) {
                bool ok = way & 1, on_success = way & 2, has_gas = way & 4, elsewhere = way & 8;
                bool calls = on_success || on_fail == XVM_CALLBACK;
                struct play p = {.d = &directions[d],
                                 .function = ok ? "f" : "revert",
                                 .o = {.on_fail = on_fail,
                                       .on_success = on_success,
                                       .units = UNITS,
                                       .calls = calls,
                                       .gas = has_gas ? 50000 : 0,
                                       .callback_gas = has_gas && calls ? 40000 : 0,
                                       .refund_to = elsewhere ? 0x66 : 0}};
                fresh(state);
                assert_play(&p, ok);
                if (!has_gas) continue;
                if (!(!ok && on_fail == XVM_REVERT_TX)) assert_int_equal(runs[0].gas, 40000);
                if (is_called_back(&p, ok)) assert_int_equal(runs[1].gas, 30000);
            }
}

/* The reserve is there when everything else is used up, and only as much as it is. */
static void test_reserved_gas_is_the_messages_own(void **state) {
    struct play p = {
        .d = &directions[0],
        .function = "f",
        .pool = 50000 + 40000,
        .o = {.gas = 50000, .callback_gas = 40000, .calls = true, .on_success = 1, .units = UNITS}};
    fresh(state);
    run_play(&p);
    assert_int_equal(run_count, 2);
    assert_int_equal(p.left, 50000 + 40000 - 2 * (GAS_OF_A_RUN + 10000));
    assert_int_equal(tx.tail_gas_peak, 0);
    end();
}

/* What a reverted frame had reserved goes back, whatever became of the root leg. */
static void test_gas_of_reverted_frames_goes_back(void **state) {
    uint64_t left;
    for (int root_ok = 0; root_ok < 2; root_ok++) {
        fresh(state);
        begin(1);
        xvm_start(&tx);
        st_mark mark = st_savepoint(journal);
        send_move(A, "lost", (struct options){.gas = 30000});
        st_revert(journal, mark);
        send_move(A, "f", (struct options){.gas = 20000});
        if (!root_ok) st_revert(journal, tx.start);
        left = GAS - 30000 - 20000;
        xvm_root_done(&tx, &(struct xvm_leg){.ok = root_ok, .gas_used = 60000});
        assert_true(xvm_drain(&tx, &left));
        assert_int_equal(left, root_ok ? GAS - GAS_OF_A_RUN - 10000 : GAS);
        assert_int_equal(tx.legs[0].gas_used, 60000 - 30000 - 20000);
        assert_int_equal(run_count, root_ok);
        end();
    }
}

/* A message whose gas does not reach is one that lacked gas: anybody may retry it. */
static void test_message_with_too_little_gas_of_its_own_is_kept_for_anybody(void **state) {
    struct play p = {.d = &directions[0], .function = "gas", .o = {.gas = 10000, .units = UNITS}};
    fresh(state);
    run_play(&p);
    assert_int_equal(runs[0].gas, 0);
    end();
    begin(2);
    request(RETRY, B, &p.id);
    finish_root(true);
    assert_int_equal(run_count, 1);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_GAS);
    end();
}

/* ---- Kept messages: retry, cancel, expiry */

/* Who may speak for the sender in the queue's requests: itself, or its alias in the EVM. */
static void request_by_sender(const struct play *p, const char *what) {
    struct xvm_actor sender = sender_of(p->d), alias = xvm_alias_of(&sender, ST_VM_EVM, NULL);
    if (p->d->from != ST_VM_EVM)
        assert_ok(p->d->to == ST_VM_EVM ? ERR_NONE
                                        : xvm_alias_register(journal, &sender, ST_VM_EVM, &alias));
    struct buf hex = {0};
    hex_put_digits(&hex, bytes_make(alias.bytes, 20));
    request(what, buf_cstr(&hex), &p->id);
    buf_free(&hex);
}

static void test_cancel_and_expiry_give_the_value_back_once(void **state) {
    for (size_t d = 0; d < COUNT_OF(directions); d++)
        for (int expires = 0; expires < 2; expires++) {
            struct play p = {.d = &directions[d],
                             .function = "revert",
                             .o = {.units = UNITS, .deadline = 1500, .refund_to = 0x66}};
            struct xvm_actor back = refund_actor(p.d->from, 0x66), escrow = xvm_escrow(p.d->from);
            fresh(state);
            run_play(&p);
            if (p.d->from != ST_VM_EVM && p.d->to == ST_VM_EVM) {
                struct xvm_actor sender = sender_of(p.d), alias; /* its leg was undone */
                assert_ok(xvm_alias_register(journal, &sender, ST_VM_EVM, &alias));
            }
            end();
            begin(2);
            env.block.timestamp = expires ? 1501 : 1500;
            if (expires)
                request(RETRY, B, &p.id); /* anybody */
            else
                request_by_sender(&p, CANCEL);
            request_by_sender(&p, CANCEL);
            request_by_sender(&p, RETRY);
            finish_root(true);
            assert_int_equal(run_count, 0);
            assert_int_equal(tx.legs[1].failure, expires ? XVM_FAIL_EXPIRED : XVM_OK);
            assert_int_equal(tx.legs[2].failure, XVM_FAIL_AUTHORITY);
            assert_int_equal(message(&p.id).status, expires ? XVM_EXPIRED : XVM_CANCELLED);
            assert_int_equal(units_of(&back), UNITS);
            assert_int_equal(units_of(&escrow), 0);
            end();
        }
}

static void test_retry_brings_the_value_and_calls_back(void **state) {
    for (size_t d = 0; d < COUNT_OF(directions); d++) {
        struct play p = {.d = &directions[d],
                         .function = "f",
                         .pool = 1,
                         .o = {.units = UNITS, .calls = true, .on_success = 1}};
        struct xvm_actor sender = sender_of(p.d), alias = xvm_alias_of(&sender, p.d->to, NULL);
        fresh(state);
        run_play(&p);
        assert_int_equal(message(&p.id).failure, XVM_FAIL_GAS);
        end();
        begin(2);
        request(RETRY, B, &p.id);
        finish_root(true);
        assert_int_equal(run_count, 2);
        assert_int_equal(message(&p.id).status, XVM_EXECUTED);
        assert_int_equal(units_of(&alias), UNITS);
        assert_int_equal(runs[1].vm, p.d->from);
        end();
    }
}

/* A callback that failed is its receiver's to retry. */
static void test_callback_that_fails_is_kept_for_its_receiver(void **state) {
    struct play p = {.d = &directions[0],
                     .function = "f",
                     .pool = GAS_OF_A_RUN + 10000,
                     .o = {.units = UNITS, .calls = true, .on_success = 1}};
    fresh(state);
    run_play(&p);
    struct b32 callback = tx.messages[1];
    assert_int_equal(message(&callback).failure, XVM_FAIL_GAS);
    end();
    begin(2);
    request(CANCEL, B, &callback);
    request(RETRY, A, &callback);
    finish_root(true);
    assert_int_equal(tx.legs[1].failure, XVM_FAIL_AUTHORITY);
    assert_int_equal(run_count, 1);
    assert_int_equal(message(&callback).status, XVM_EXECUTED);
    end();
}

/* Value goes to the sender if it cannot go where it was to; if it cannot go there either, the
 * message waits. */
static void test_value_that_cannot_go_back_is_held(void **state) {
    struct xvm_actor sender = sender_of(&directions[0]), escrow = xvm_escrow(ST_VM_EVM);
    for (int both = 0; both < 2; both++) {
        struct play p = {
            .d = &directions[0],
            .function = "revert",
            .o = {.on_fail = XVM_REFUND, .units = UNITS, .refund_to = both ? 0 : 0x66}};
        fresh(state);
        is_closed = true;
        closed = both ? sender : refund_actor(ST_VM_EVM, 0x66);
        run_play(&p);
        assert_int_equal(units_of(&sender), both ? PURSE - UNITS : PURSE);
        assert_int_equal(units_of(&escrow), both ? UNITS : 0);
        assert_int_equal(message(&p.id).status, both ? XVM_PENDING : XVM_REFUNDED);
        end();
        begin(2);
        request(CANCEL, A, &p.id);
        finish_root(true);
        assert_int_equal(tx.legs[1].failure, both ? XVM_FAIL_VALUE : XVM_FAIL_AUTHORITY);
        end();
        is_closed = false;
        if (!both) continue;
        begin(3);
        request(CANCEL, A, &p.id);
        finish_root(true);
        assert_int_equal(units_of(&sender), PURSE);
        end();
    }
}

/* ---- Limits */

/* A message beyond a limit pays for being kept; who has no gas for that is not kept. */
static void test_message_beyond_a_limit_pays_for_what_is_stored(void **state) {
    enum { MAX = 64 };
    struct xvm_actor sender = sender_of(&directions[0]);
    for (int pays = 0; pays < 2; pays++) {
        fresh(state);
        begin(1);
        set_units(&sender, PURSE);
        for (int i = 0; i < MAX; i++) start_move(A, "f");
        struct b32 id = send(&directions[0], "beyond", (struct options){.units = UNITS});
        uint64_t ran = MAX * (uint64_t)(GAS_OF_A_RUN + 10000), names = strlen("0x1mbeyond");
        uint64_t left = ran + (pays ? 10000 + 16 * names : 9999);
        xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
        assert_true(xvm_drain(&tx, &left));
        assert_int_equal(left, 0);
        struct xvm_message m = message(&id);
        assert_int_equal(m.failure, XVM_FAIL_LIMIT);
        assert_int_equal(m.status, pays ? XVM_PENDING : XVM_DROPPED);
        assert_int_equal(m.function_name.n, pays ? strlen("beyond") : 0);
        assert_int_equal(units_of(&sender), pays ? PURSE - UNITS : PURSE);
        end();
    }
}

/* ---- The atomic tail */

static void test_only_a_root_leg_that_can_be_undone_makes_its_tail_atomic(void **state) {
    fresh(state);
    begin(1);
    assert_false(xvm_make_atomic(&tx, 0));
    xvm_start(&tx);
    st_mark mark = st_savepoint(journal);
    assert_true(xvm_make_atomic(&tx, 3));
    assert_true(xvm_is_atomic(&tx));
    assert_int_equal(xvm_atomic_place(&tx), 3);
    st_revert(journal, mark);
    assert_false(xvm_is_atomic(&tx));
    tx.current_leg = 1;
    assert_false(xvm_make_atomic(&tx, 0));
    end();
    begin(2);
    assert_false(xvm_is_atomic(&tx));
    end();
}

/* What stood before xvm_start() stays, what messages before the failing one did does not, and those
 * behind it do not run; their gas goes back. */
static void test_atomic_tail_undoes_everything_but_what_was_before(void **state) {
    struct bytes value;
    fresh(state);
    begin(1);
    st_put(journal, ST_CHAIN_PARAM, BYTES_LIT("nonce"), BYTES_LIT("1"));
    xvm_start(&tx);
    st_put(journal, ST_CHAIN_PARAM, BYTES_LIT("root"), BYTES_LIT("1"));
    assert_true(xvm_make_atomic(&tx, 0));
    struct b32 first = send_move(A, "f", (struct options){0});
    send_move(A, "revert", (struct options){.on_fail = XVM_REVERT_TX, .gas = 20000});
    send_move(
        A, "never",
        (struct options){.gas = 30000, .calls = true, .on_success = 1, .callback_gas = 10000});
    uint64_t left = GAS - 20000 - 30000 - 10000;
    xvm_root_done(&tx, &(struct xvm_leg){.ok = true, .log_count = 3});
    assert_false(xvm_drain(&tx, &left));
    assert_int_equal(left, GAS - 2 * (GAS_OF_A_RUN + 10000));
    assert_int_equal(run_count, 2);
    assert_true(st_get(journal, ST_CHAIN_PARAM, BYTES_LIT("nonce"), &value));
    assert_false(st_get(journal, ST_CHAIN_PARAM, BYTES_LIT("root"), &value));
    assert_false(st_get(journal, ST_CHAIN_PARAM, BYTES_OF(first), &value));
    assert_int_equal(tx.leg_count, 3);
    assert_int_equal(tx.legs[0].log_count, 0);
    assert_false(xvm_leg_stands(&tx.legs[1]));
    assert_int_equal(tx.legs[0].failure, XVM_FAIL_REVERTED);
    end();
}

/* A message of a message may ask for it too: the tail is atomic as a whole. */
static void test_failure_for_gas_undoes_an_atomic_tail(void **state) {
    fresh(state);
    begin(1);
    xvm_start(&tx);
    assert_true(xvm_make_atomic(&tx, 0));
    send_move(A, "f", (struct options){0});
    send_move(A, "f", (struct options){.on_fail = XVM_REVERT_TX});
    uint64_t left = GAS_OF_A_RUN + 10000 + 5;
    xvm_root_done(&tx, &(struct xvm_leg){.ok = true});
    assert_false(xvm_drain(&tx, &left));
    assert_int_equal(left, 0);
    end();
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_every_policy_outcome_and_direction),
        T(test_reserved_gas_is_the_messages_own),
        T(test_gas_of_reverted_frames_goes_back),
        T(test_message_with_too_little_gas_of_its_own_is_kept_for_anybody),
        T(test_cancel_and_expiry_give_the_value_back_once),
        T(test_retry_brings_the_value_and_calls_back),
        T(test_callback_that_fails_is_kept_for_its_receiver),
        T(test_value_that_cannot_go_back_is_held),
        T(test_message_beyond_a_limit_pays_for_what_is_stored),
        T(test_only_a_root_leg_that_can_be_undone_makes_its_tail_atomic),
        T(test_atomic_tail_undoes_everything_but_what_was_before),
        T(test_failure_for_gas_undoes_an_atomic_tail),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
