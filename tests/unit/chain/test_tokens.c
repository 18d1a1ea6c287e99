/* Tokens that are more than their escrow: a block with one is not sealed. Ids and addresses were
 * computed by tests/e2e/lib/gateway.mjs, with ethers and @solana/web3.js. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chain/internal.h"
#include "cross/tokens.h"

#include "../codec/helpers.h"

/* Of what is at home at 5 in Move. */
#define ID_OF_MOVE    "a767f7365284fa0298781a4267246b718204c67f8b1ed8dd5377d8eb557c0b2c"
#define ERC20_OF_MOVE "ebab9bd9c966a754667a9eb09ba8440b20823810"

static const struct b32 HOME = {{[31] = 5}}, SOMEBODY = {{0x5e, [31] = 1}};
static const struct b32 ACCOUNT = {{0xac, [31] = 1}};

struct world {
    struct chain *chain;
    int told; /* by the chain, that it has stopped */
};

static void tell(void *ctx) {
    struct world *w = ctx;
    w->told++;
}

static int setup(void **state) {
    struct world *w = xcalloc(1, sizeof *w);
    *state = w;
    struct chain_options options = {.unbalanced = tell, .unbalanced_ctx = w};
    return err_is(chain_open(&w->chain, &options)) ? -1 : 0;
}

static int teardown(void **state) {
    struct world *w = *state;
    chain_close(w->chain);
    free(w);
    return 0;
}

/* ---- What a block does, between transactions */

struct deed {
    uint8_t home, vm;      /* the token's; where it is moved, or made from nothing */
    uint64_t moved, there; /* by the books; what the machine then says */
};

static void depart_and_arrive(struct st_journal *j, const struct b32 *id, const struct deed *d) {
    struct xvm_departure out = {.from = d->home, .to = d->vm, .units = d->moved};
    assert_null(xvm_token_depart(j, id, &out));
    assert_null(xvm_token_arrive(j, id, (enum st_vm)d->vm, d->moved));
}

static void set_erc20_supply(struct st_journal *j, uint64_t units) {
    struct b20 at;
    struct u256 slot = U256_ZERO, v = u256_from_u64(units);
    memcpy(&at, unhex(ERC20_OF_MOVE).p, 20);
    struct st_account *a = st_account(j, &at);
    st_set_nonce(j, a, 1);
    st_set_slot(j, st_slot(j, a, &slot), &v);
}

/* With a lamport, which is money that somebody has to have issued. */
static void put_spl(struct st_journal *j, struct bytes data) {
    struct u256 wei = u256_from_u64(CHAIN_WEI_PER_UNIT);
    st_issue(j, &wei);
    struct st_svm_account a = {
        .lamports = 1, .rent_epoch = UINT64_MAX, .owner = *sol_id(SOL_ID_TOKEN), .data = data};
    st_set_svm_account(j, &ACCOUNT, &a);
}

static void set_mint_supply(struct st_journal *j, const struct b32 *id, uint64_t units) {
    uint8_t mint[SOL_MINT_BYTES] = {[SOL_MINT_DECIMALS] = 6, [SOL_MINT_INITIALIZED] = 1};
    store_le64(mint + SOL_MINT_SUPPLY, units);
    xvm_token_enter_mint(j, &ACCOUNT, id);
    put_spl(j, BYTES_OF(mint));
}

static void set_escrow(struct st_journal *j, const struct b32 *id, uint64_t units) {
    uint8_t account[SOL_TOKEN_BYTES] = {[SOL_TOKEN_STATE] = SOL_TOKEN_INITIALIZED};
    store_le64(account + SOL_TOKEN_AMOUNT, units);
    xvm_token_enter_escrow(j, &ACCOUNT, id);
    put_spl(j, BYTES_OF(account));
}

static void call_gateway(struct chain *c, const char *name, const struct bytes *args,
                         uint32_t count) {
    struct xvm_tx tx = {.journal = c->journal};
    struct mv_outcome out;
    struct mv_session *s = mv_session_new(&(struct mv_session_params){
        .vm = c->move_vm,
        .journal = c->journal,
        .block = {.chain_id = 4},
        .host = xvm_move_host(&tx),
        .gas_limit = UINT64_MAX / 2,
    });
    struct mv_call call = {.module_address = {{[31] = 1}},
                           .module_name = BYTES_LIT("tern_gateway"),
                           .function_name = bytes_cstr(name),
                           .args = args,
                           .arg_count = count};
    bool ok = count == 1 ? mv_run_entry(s, &call, &out) : mv_run_system(s, &call, &out);
    if (!ok) {
        struct bytes text = mv_status_text(s, &out);
        fail_msg("%s: %.*s", name, (int)text.n, (const char *)text.p);
    }
    mv_session_free(s);
}

/* Its private function that mints, which asks no books. */
static void mint_in_move(struct chain *c, const struct b32 *id, uint64_t units) {
    struct bytes args[] = {BYTES_OF(*id), BYTES_OF(SOMEBODY), BYTES_OF(units)};
    call_gateway(c, "create", args, 1);
    call_gateway(c, "give", args, COUNT_OF(args));
}

static struct err run_deed(struct chain *c, void *arg) {
    const struct deed *d = arg;
    struct st_journal *j = c->journal;
    struct b32 id;
    st_begin_tx(j);
    assert_null(xvm_token_register(j, (enum st_vm)d->home, &HOME, 6, BYTES_LIT("Name"),
                                   BYTES_LIT("SYM"), &id));
    if (d->home == ST_VM_MOVE) assert_bytes_equal(BYTES_OF(id), unhex(ID_OF_MOVE));
    depart_and_arrive(j, &id, d);
    if (d->home == ST_VM_SVM)
        set_escrow(j, &id, d->there);
    else if (d->vm == ST_VM_EVM)
        set_erc20_supply(j, d->there);
    else if (d->vm == ST_VM_SVM)
        set_mint_supply(j, &id, d->there);
    else
        mint_in_move(c, &id, d->there);
    st_end_tx(j, true);
    return ERR_NONE;
}

static bool seals(struct world *w) {
    uint64_t height;
    return !err_is(chain_mine(w->chain, &(struct chain_mine){.count = 1}, &height));
}

static void play(const struct deed *deed, bool in_order) {
    void *state = NULL;
    struct deed d = *deed;
    assert_int_equal(setup(&state), 0);
    struct world *w = state;
    assert_int_equal(chain_order(w->chain, run_deed, &d).code, 0);
    assert_int_equal(seals(w), in_order);
    if (!in_order) {
        pthread_join(w->chain->sequencer, NULL);
        w->chain->sequencer_runs = false;
        assert_int_equal(w->told, 1);
    }
    teardown(&state);
}

static void test_stand_ins_within_the_books_are_sealed(void **state) {
    (void)state;
    play(&(struct deed){ST_VM_MOVE, ST_VM_EVM, 7, 7}, true);
    play(&(struct deed){ST_VM_EVM, ST_VM_MOVE, 7, 7}, true);
    play(&(struct deed){ST_VM_EVM, ST_VM_SVM, 7, 7}, true);
    play(&(struct deed){ST_VM_SVM, ST_VM_MOVE, 7, 7}, true); /* in escrow */
    /* Who holds some of an SPL token may burn it; anybody may put more into escrow. */
    play(&(struct deed){ST_VM_EVM, ST_VM_SVM, 7, 6}, true);
    play(&(struct deed){ST_VM_SVM, ST_VM_MOVE, 7, 8}, true);
}

static void test_a_stand_in_made_from_nothing_stops_the_chain(void **state) {
    (void)state;
    play(&(struct deed){ST_VM_MOVE, ST_VM_EVM, 7, 8}, false);
    play(&(struct deed){ST_VM_EVM, ST_VM_MOVE, 7, 8}, false);
    play(&(struct deed){ST_VM_EVM, ST_VM_SVM, 7, 8}, false);
}

static void test_an_escrow_that_is_less_than_what_is_outside_stops_the_chain(void **state) {
    (void)state;
    play(&(struct deed){ST_VM_SVM, ST_VM_MOVE, 7, 6}, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stand_ins_within_the_books_are_sealed, setup_arena,
                                        teardown_arena),
        cmocka_unit_test_setup_teardown(test_a_stand_in_made_from_nothing_stops_the_chain,
                                        setup_arena, teardown_arena),
        cmocka_unit_test_setup_teardown(
            test_an_escrow_that_is_less_than_what_is_outside_stops_the_chain, setup_arena,
            teardown_arena),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
