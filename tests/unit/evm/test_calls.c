/* What the public header promises around execution: legs, natives, tracers, phases, depth. */
#include <pthread.h>

#include "codec/rlp.h"
#include "crypto/crypto.h"
#include "world.h"

static const struct b20 native_address = {.b = {0x7e, [19] = 3}};

/* ---- Natives ---- */

struct native_probe {
    unsigned runs;
    struct evm_call_params last;
    enum evm_status status;
    struct b20 calls; /* if not zero: runs a leg there first */
};

static void native_run(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                       struct evm_result *result) {
    struct native_probe *p = ctx;
    static const struct b20 nobody;
    p->runs++;
    p->last = *params;
    result->status = p->status;
    result->gas_left = params->gas - 100;
    result->output = BYTES_LIT("native");
    if (b20_eq(&p->calls, &nobody)) return;
    struct evm_call_params c = {.kind = EVM_CALL,
                                .depth = params->depth + 1,
                                .gas = params->gas / 2,
                                .sender = params->to,
                                .to = p->calls,
                                .code = p->calls};
    evm_call(env, &c, result);
    result->gas_left += params->gas - c.gas;
}

/* Calls the native with 50,000 gas and 5 wei, then returns all of the return data. */
static const char call_native[] =
    "5f5f5f5f6005737e0000000000000000000000000000000000000361c350f1503d5f5f3e3d5ff3";

static void open_with_native(struct world *w, struct native_probe *p, struct evm_native *n) {
    world_open(w, EVM_OSAKA);
    *n = (struct evm_native){.address = native_address, .ctx = p, .run = native_run};
    w->host.natives = n;
    w->host.native_count = 1;
    put_code(w, at(1), call_native);
    put_balance(w, at(1), 100);
    st_begin_tx(w->j);
}

static void test_native_is_called_with_value_and_its_output_returned(void **state) {
    (void)state;
    struct world w;
    struct evm_native n;
    struct native_probe p = {0};
    open_with_native(&w, &p, &n);
    struct evm_result r = call(&w, at(1), (struct bytes){0}, 200000);
    assert_int_equal(r.status, EVM_SUCCESS);
    assert_int_equal(p.runs, 1);
    assert_bytes(r.output, BYTES_LIT("native"));
    assert_int_equal(p.last.depth, 1);
    assert_int_equal(p.last.gas, 50000 + 2300);
    assert_true(b20_eq(&p.last.sender, &(struct b20){{[0] = 0xaa, [19] = 1}}));
    assert_int_equal(p.last.value.w[0], 5);
    assert_int_equal(st_account(w.j, &native_address)->balance.w[0], 5);
    world_close(&w);
}

static void test_native_that_fails_leaves_nothing_and_takes_its_gas(void **state) {
    (void)state;
    struct world w;
    struct evm_native n;
    struct native_probe p = {.status = EVM_NATIVE_FAILURE};
    open_with_native(&w, &p, &n);
    struct evm_result r = call(&w, at(1), (struct bytes){0}, 200000);
    assert_int_equal(r.status, EVM_SUCCESS); /* the caller goes on */
    assert_int_equal(st_account(w.j, &native_address)->balance.w[0], 0);
    assert_int_equal(st_account(w.j, &w.env.block.coinbase)->balance.w[0], 0);
    assert_true(r.gas_left < 200000 - 50000);
    world_close(&w);
}

static void test_native_may_run_a_leg_that_calls_it_again(void **state) {
    (void)state;
    struct world w;
    struct evm_native n;
    struct native_probe p = {.calls = at(2)};
    open_with_native(&w, &p, &n);
    put_code(&w, at(2), "602a5f5260205ff3"); /* returns 42 */
    struct evm_result r = call(&w, at(1), (struct bytes){0}, 200000);
    assert_int_equal(r.status, EVM_SUCCESS);
    assert_int_equal(r.output.n, 32);
    assert_int_equal(r.output.p[31], 42);
    /* The native calls its own caller: it ends when the gas or the depth does. */
    p.calls = at(1);
    r = call(&w, at(1), (struct bytes){0}, 10000000);
    assert_int_equal(r.status, EVM_SUCCESS);
    assert_true(p.runs > 2);
    world_close(&w);
}

/* ---- Depth ---- */

/* Calls itself with nearly all gas; returns how deep it came: 1 + what the callee returned. */
static const char recurse[] = "60206000600060006000306127105a03f16000516001018060005260206000f3";

static void *deepest(void *arg) {
    uint64_t *depth = arg;
    struct world w;
    /* Before EIP-150 a call may forward everything, so that depth is the only limit. */
    world_open(&w, EVM_HOMESTEAD);
    put_code(&w, at(1), recurse);
    st_begin_tx(w.j);
    struct evm_result r = call(&w, at(1), (struct bytes){0}, 100000000000);
    assert_int_equal(r.status, EVM_SUCCESS);
    *depth = load_be64(r.output.p + 24);
    world_close(&w);
    return NULL;
}

/* 1,025 frames on a C stack of 256 KiB: frames do not live there. */
static void test_depth_ends_at_1024_on_a_small_stack(void **state) {
    (void)state;
    pthread_attr_t attr;
    pthread_t thread;
    uint64_t depth = 0;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 << 10);
    assert_int_equal(pthread_create(&thread, &attr, deepest, &depth), 0);
    pthread_join(thread, NULL);
    assert_int_equal(depth, 1025);
}

/* A frame's memory and stack are its own: what a callee did is invisible. */
static void test_frames_have_zeroed_memory_of_their_own(void **state) {
    (void)state;
    struct world w;
    world_open(&w, EVM_CANCUN);
    /* Fills 4 KiB with ones, returns nothing. */
    put_code(&w, at(2), "5f19610fe0525f195f52");
    /* Writes 7 at 0, calls, grows to 4 KiB, returns the word at 0 and the one at 0xfe0. */
    put_code(&w, at(1),
             "60075f525f5f5f5f5f73aa0000000000000000000000000000000000000261ffff"
             "f150610fe0515f5160205260205160405260605ff3");
    st_begin_tx(w.j);
    struct evm_result r = call(&w, at(1), (struct bytes){0}, 200000);
    assert_int_equal(r.status, EVM_SUCCESS);
    assert_int_equal(r.output.n, 0x60);
    assert_int_equal(r.output.p[31], 7);
    assert_int_equal(r.output.p[63], 7);
    r = call(&w, at(2), (struct bytes){0}, 200000);
    put_code(&w, at(3), "610fe0515f5260205ff3");
    r = call(&w, at(3), (struct bytes){0}, 200000);
    for (int i = 0; i < 32; i++) assert_int_equal(r.output.p[i], 0);
    world_close(&w);
}

/* ---- Calls without a transaction ---- */

static void test_call_that_fails_leaves_no_trace(void **state) {
    (void)state;
    struct world w;
    world_open(&w, EVM_OSAKA);
    put_code(&w, at(1),
             "60016001555f5f5f5f5f73bb0000000000000000000000000000000000000061fffff1"
             "5f5fa05f5ffd");
    put_balance(&w, at(0xff), 10);
    st_begin_tx(w.j);
    struct evm_call_params c = {.kind = EVM_CALL,
                                .gas = 200000,
                                .sender = at(0xff),
                                .to = at(1),
                                .code = at(1),
                                .value = U256_ONE};
    struct evm_result r;
    size_t logs;
    uint64_t before = st_fingerprint(w.j);
    evm_call(&w.env, &c, &r);
    assert_int_equal(r.status, EVM_REVERT);
    assert_true(r.gas_left > 0);
    st_logs(w.j, &logs);
    assert_int_equal(logs, 0);
    assert_int_equal(st_fingerprint(w.j), before);
    world_close(&w);
}

static void test_static_call_writes_nothing(void **state) {
    (void)state;
    static const char *const writers[] = {
        "60016001555b",       /* SSTORE */
        "600160015d",         /* TSTORE */
        "5f5fa0",             /* LOG0 */
        "5f5f5ff0",           /* CREATE */
        "5f5f5f5ff5",         /* CREATE2 */
        "30ff",               /* SELFDESTRUCT */
        "5f5f5f5f6001305af1", /* CALL with value */
    };
    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        struct world w;
        world_open(&w, EVM_OSAKA);
        put_code(&w, at(1), writers[i]);
        put_balance(&w, at(1), 5);
        st_begin_tx(w.j);
        struct evm_call_params c = {
            .kind = EVM_STATICCALL, .gas = 200000, .sender = at(9), .to = at(1), .code = at(1)};
        struct evm_result r;
        evm_call(&w.env, &c, &r);
        assert_int_equal(r.status, EVM_WRITE_PROTECTION);
        world_close(&w);
    }
}

static void test_create_call_makes_the_address_of_the_nonce(void **state) {
    (void)state;
    struct world w;
    world_open(&w, EVM_OSAKA);
    put_balance(&w, at(9), 10);
    st_set_nonce(w.j, st_account(w.j, &(struct b20){{[0] = 0xaa, [19] = 9}}), 5);
    st_begin_tx(w.j);
    /* Init code that returns one byte, 0x00. */
    struct evm_call_params c = {.kind = EVM_CREATE,
                                .gas = 200000,
                                .sender = at(9),
                                .input = unhex(&w.arena, "60015ff3"),
                                .value = U256_ONE};
    struct evm_result r;
    evm_call(&w.env, &c, &r);
    assert_int_equal(r.status, EVM_SUCCESS);
    struct b20 sender = at(9), want = evm_create_address(&sender, 5);
    assert_true(r.is_create && b20_eq(&r.created, &want));
    struct st_account *made = st_account(w.j, &want);
    assert_int_equal(st_account_code(w.j, made)->size, 1);
    assert_int_equal(made->nonce, 1);
    assert_int_equal(made->balance.w[0], 1);
    assert_int_equal(st_account(w.j, &sender)->nonce, 6);
    world_close(&w);
}

/* Addresses from EIP-1014's table and from Ethereum's own history (the first two contracts of
 * 0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0). */
static void test_new_addresses_match_known_ones(void **state) {
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct b20 sender, made;
    memcpy(sender.b, unhex(&a, "6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0").p, 20);
    made = evm_create_address(&sender, 0);
    assert_bytes(BYTES_OF(made), unhex(&a, "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"));
    made = evm_create_address(&sender, 1);
    assert_bytes(BYTES_OF(made), unhex(&a, "343c43a37d37dff08ae8c4a11544c718abb4fcf8"));
    struct b20 zero = {{0}};
    struct b32 salt = {{0}}, hash;
    /* keccak-256 of the one byte 0x00 */
    memcpy(hash.b, unhex(&a, "bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a").p,
           32);
    made = evm_create2_address(&zero, &salt, &hash);
    assert_bytes(BYTES_OF(made), unhex(&a, "4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38"));
    arena_free(&a);
}

/* ---- Tracing ---- */

struct trace_probe {
    unsigned steps, enters, exits, stops;
    uint64_t gas[64];
    uint8_t ops[64];
};

static void probe_step(void *ctx, struct evm_env *env, const struct evm_step *s) {
    struct trace_probe *p = ctx;
    (void)env;
    if (p->steps < 64) p->gas[p->steps] = s->gas, p->ops[p->steps] = s->op;
    p->steps++;
}
static void probe_enter(void *ctx, struct evm_env *env, const struct evm_call_params *c,
                        uint64_t caller_gas) {
    (void)env, (void)c, (void)caller_gas;
    ((struct trace_probe *)ctx)->enters++;
}
static void probe_exit(void *ctx, struct evm_env *env, const struct evm_call_params *c,
                       const struct evm_result *r) {
    (void)env, (void)c, (void)r;
    ((struct trace_probe *)ctx)->exits++;
}
static void probe_stop(void *ctx, struct evm_env *env, enum evm_status s, uint64_t gas) {
    (void)env, (void)s, (void)gas;
    ((struct trace_probe *)ctx)->stops++;
}

static void test_tracer_sees_every_instruction_with_exact_gas(void **state) {
    (void)state;
    struct trace_probe p = {0};
    struct evm_tracer t = {&p, probe_step, probe_enter, probe_exit, probe_stop, NULL};
    struct world w;
    world_open(&w, EVM_OSAKA);
    /* PUSH1 2 PUSH1 3 ADD PUSH1 8 JUMP 00 JUMPDEST JUMPDEST STOP */
    put_code(&w, at(1), "6002600301600956005b5b00");
    put_code(&w, at(2), "600260030160095600"); /* jumps nowhere */
    st_begin_tx(w.j);
    struct evm_result plain = call(&w, at(1), (struct bytes){0}, 1000);
    w.host.tracer = &t;
    struct evm_result traced = call(&w, at(1), (struct bytes){0}, 1000);
    static const uint64_t gas[] = {1000, 997, 994, 991, 988, 980, 979, 978};
    static const uint8_t ops[] = {0x60, 0x60, 0x01, 0x60, 0x56, 0x5b, 0x5b, 0x00};
    assert_int_equal(p.steps, COUNT_OF(gas));
    for (size_t i = 0; i < COUNT_OF(gas); i++) {
        assert_int_equal(p.gas[i], gas[i]);
        assert_int_equal(p.ops[i], ops[i]);
    }
    assert_int_equal(traced.gas_left, plain.gas_left);
    assert_int_equal(p.enters, 1);
    assert_int_equal(p.exits, 1);
    assert_int_equal(p.stops, 1);
    assert_int_equal(call(&w, at(2), (struct bytes){0}, 1000).status, EVM_INVALID_JUMP);
    world_close(&w);
}

/* ---- The phases of a transaction ---- */

/* A signed tuple of EIP-7702: keccak-256 of 0x05 and the RLP of [chain id, address, nonce]. */
static struct evm_authorization authorize(const struct b32 *secret, struct b20 target,
                                          struct b20 *authority) {
    struct evm_authorization a = {.chain_id = U256_ONE, .address = target};
    struct buf b = {0};
    struct b32 hash;
    struct secp_signature sig;
    struct secp_public key;
    buf_put_u8(&b, 5);
    size_t list = rlp_list_begin(&b);
    rlp_put_u256(&b, &a.chain_id);
    rlp_put_bytes(&b, BYTES_OF(target));
    rlp_put_u64(&b, 0);
    rlp_list_end(&b, list);
    keccak256(&hash, buf_bytes(&b));
    buf_free(&b);
    assert_true(secp_sign(&sig, &hash, secret) && secp_public_from_secret(&key, secret));
    secp_address(authority, &key);
    a.y_parity = sig.recid;
    u256_load_be(&a.r, sig.r.b);
    u256_load_be(&a.s, sig.s.b);
    return a;
}

static void test_failing_transaction_keeps_fee_nonce_and_delegations(void **state) {
    (void)state;
    static const struct b32 secret = {.b = {[31] = 1}}, authority_secret = {.b = {[31] = 2}};
    struct world w;
    world_open(&w, EVM_OSAKA);
    w.env.block.base_fee = u256_from_u64(7);
    w.env.block.coinbase = at(0xcc);
    put_code(&w, at(1), "fe");
    struct b20 authority, delegate = at(1), target;
    struct evm_authorization tuples[2] = {
        {.chain_id = u256_from_u64(99), .address = at(1)}, /* void, and passed over */
        authorize(&authority_secret, delegate, &authority),
    };
    struct evm_tx tx = {.type = EVM_TX_SET_CODE,
                        .has_chain_id = true,
                        .chain_id = 1,
                        .gas_limit = 100000,
                        .max_fee = u256_from_u64(10),
                        .max_priority_fee = u256_from_u64(2),
                        .to = authority,
                        .value = u256_from_u64(3),
                        .authorizations = tuples,
                        .authorization_count = 2};
    assert_true(evm_tx_sign(&tx, &secret));
    put_balance(&w, tx.sender, 10000000);
    struct evm_tx_plan plan;
    struct evm_result result;
    struct evm_receipt receipt;
    st_begin_tx(w.j);
    assert_int_equal(evm_tx_check(&w.env, &tx, 0, &plan), EVM_TX_OK);
    evm_tx_begin(&w.env, &tx, &plan);
    evm_tx_run(&w.env, &tx, &plan, &result);
    assert_int_equal(result.status, EVM_INVALID_OPCODE);
    assert_int_equal(result.gas_left, 0);
    evm_tx_end(&w.env, &tx, &plan, result.gas_left, &receipt);
    st_end_tx(w.j, true);
    assert_int_equal(receipt.gas_used, 100000);
    assert_int_equal(st_account(w.j, &tx.sender)->nonce, 1);
    assert_int_equal(st_account(w.j, &tx.sender)->balance.w[0], 10000000 - 9 * 100000);
    assert_int_equal(st_account(w.j, &w.env.block.coinbase)->balance.w[0], 2 * 100000);
    struct st_account *a = st_account(w.j, &authority);
    assert_int_equal(a->nonce, 1);
    assert_int_equal(a->balance.w[0], 0);
    assert_true(evm_delegation_target(st_account_code(w.j, a), &target));
    assert_true(b20_eq(&target, &delegate));
    world_close(&w);
}

static void test_gas_used_by_a_tail_is_charged(void **state) {
    (void)state;
    static const struct b32 secret = {.b = {[31] = 1}};
    struct world w;
    world_open(&w, EVM_OSAKA);
    struct evm_tx tx = {
        .gas_limit = 100000, .max_fee = U256_ONE, .max_priority_fee = U256_ONE, .to = at(1)};
    assert_true(evm_tx_sign(&tx, &secret));
    put_balance(&w, tx.sender, 1000000);
    struct evm_tx_plan plan;
    struct evm_result result;
    struct evm_receipt receipt;
    st_begin_tx(w.j);
    assert_int_equal(evm_tx_check(&w.env, &tx, 0, &plan), EVM_TX_OK);
    evm_tx_begin(&w.env, &tx, &plan);
    evm_tx_run(&w.env, &tx, &plan, &result);
    assert_int_equal(result.gas_left, 79000);
    evm_tx_end(&w.env, &tx, &plan, result.gas_left - 30000, &receipt);
    st_end_tx(w.j, true);
    assert_int_equal(receipt.gas_used, 51000);
    assert_int_equal(st_account(w.j, &tx.sender)->balance.w[0], 1000000 - 51000);
    world_close(&w);
}

/* In Frontier a creation that cannot pay for its code leaves a contract without code (Yellow Paper
 * before EIP-2), and what it returned is not that contract's code. */
static void test_frontier_creation_without_gas_for_its_code_has_no_output(void **state) {
    (void)state;
    struct world w;
    world_open(&w, EVM_FRONTIER);
    put_balance(&w, at(0xff), 1);
    st_begin_tx(w.j);
    struct evm_call_params c = {.kind = EVM_CREATE,
                                .gas = 1000, /* 32 bytes of code cost 6,400 */
                                .sender = at(0xff),
                                .input = unhex(&w.arena, "60206000f3")};
    struct evm_result r;
    evm_call(&w.env, &c, &r);
    assert_int_equal(r.status, EVM_SUCCESS);
    assert_int_equal(r.gas_left, 1000 - 9);
    assert_int_equal(r.output.n, 0);
    struct st_account *made = st_account(w.j, &r.created);
    assert_true(made->exists);
    assert_int_equal(st_account_code(w.j, made)->size, 0);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_native_is_called_with_value_and_its_output_returned),
        cmocka_unit_test(test_native_that_fails_leaves_nothing_and_takes_its_gas),
        cmocka_unit_test(test_native_may_run_a_leg_that_calls_it_again),
        cmocka_unit_test(test_depth_ends_at_1024_on_a_small_stack),
        cmocka_unit_test(test_frames_have_zeroed_memory_of_their_own),
        cmocka_unit_test(test_call_that_fails_leaves_no_trace),
        cmocka_unit_test(test_static_call_writes_nothing),
        cmocka_unit_test(test_create_call_makes_the_address_of_the_nonce),
        cmocka_unit_test(test_new_addresses_match_known_ones),
        cmocka_unit_test(test_tracer_sees_every_instruction_with_exact_gas),
        cmocka_unit_test(test_failing_transaction_keeps_fee_nonce_and_delegations),
        cmocka_unit_test(test_gas_used_by_a_tail_is_charged),
        cmocka_unit_test(test_frontier_creation_without_gas_for_its_code_has_no_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
