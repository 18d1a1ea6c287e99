/* An Ethereum chain: the genesis and the blocks of ethereum/execution-apis, one chain through every
 * fork from Homestead to BPO2, made by geth. What it is afterwards is compared with what that
 * project says of it: head, state, and the blocks' bytes. */
#include "../codec/helpers.h"
#include "chain/chain.h"
#include "crypto/crypto.h"

#define VECTORS TERN_SOURCE_DIR "/build/vectors/execution-apis/"

static struct bytes read_file(const char *name) {
    FILE *f = fopen(arena_printf(&arena, VECTORS "%s", name), "rb");
    if (!f) fail_msg("cannot read %s", name);
    uint8_t *p = arena_alloc(&arena, 4 << 20, 1);
    size_t n = fread(p, 1, 4 << 20, f);
    fclose(f);
    assert_true(n > 0 && n < 4 << 20);
    return bytes_make(p, n);
}

static void need_vectors(void) {
    if (system("bash " TERN_SOURCE_DIR "/tests/conformance/unpack.sh execution-apis >/dev/null")) {
        print_message("skipped: ../shared/vectors has no execution-apis\n");
        skip();
    }
    log_set_level(LOG_ERROR);
}

static struct chain *open_chain(struct bytes genesis, struct bytes import, const char *dir,
                                struct err *e) {
    struct chain *c = NULL;
    *e = chain_open(&c, &(struct chain_options){.genesis = genesis,
                                                .import = import,
                                                .data_dir = dir,
                                                .history_blocks = UINT64_MAX});
    return err_is(*e) ? NULL : c;
}

static struct chain *open_whole(void) {
    struct err e;
    need_vectors();
    struct chain *c =
        open_chain(read_file("tests/genesis.json"), read_file("tests/chain.rlp"), NULL, &e);
    assert_ok(e);
    return c;
}

static const char *text_at(const json_t *o, const char *a, const char *b) {
    const char *s = json_string_value(json_object_get(b ? json_object_get(o, a) : o, b ? b : a));
    assert_non_null(s);
    return s;
}

static void test_head_after_import_is_the_one_named(void **state) {
    (void)state;
    struct chain *c = open_whole();
    struct chain_reader *r;
    struct chain_block head;
    assert_ok(chain_reader_open(c, ST_LATEST, &r));
    assert_true(chain_block_at(r, chain_reader_height(r), &head));
    json_t *fcu = load_json("build/vectors/execution-apis/tests/headfcu.json");
    const json_t *params = json_array_get(json_object_get(fcu, "params"), 0);
    assert_bytes_equal(BYTES_OF(head.hash), unhex(text_at(params, "headBlockHash", NULL)));
    assert_int_equal(head.height, 54);
    assert_int_equal(head.fork, EVM_OSAKA);
    assert_int_equal(head.blobs_max, 21); /* BPO2 in the genesis file */
    assert_true(chain_is_ethereum(c));
    struct u256 ttd = u256_from_u64(4732352);
    assert_true(!u256_lt(&head.total_difficulty, &ttd));
    json_decref(fcu);
    chain_reader_close(r);
    chain_close(c);
}

static void check_account(struct st_journal *j, const char *address, const json_t *want) {
    struct b20 a;
    struct u256 balance;
    memcpy(a.b, unhex(address).p, 20);
    struct st_account *account = st_account(j, &a);
    assert_true(u256_from_dec(&balance, bytes_cstr(text_at(want, "balance", NULL))));
    assert_true(u256_eq(&account->balance, &balance));
    assert_int_equal(account->nonce, json_integer_value(json_object_get(want, "nonce")));
    assert_bytes_equal(BYTES_OF(account->code_hash), unhex(text_at(want, "codeHash", NULL)));
}

static void test_state_at_the_head_is_the_one_given(void **state) {
    (void)state;
    struct chain *c = open_whole();
    struct chain_reader *r;
    struct chain_block head;
    const char *address;
    json_t *account, *file = load_json("build/vectors/execution-apis/headstate.json");
    size_t count = 0;
    assert_ok(chain_reader_open(c, ST_LATEST, &r));
    assert_true(chain_block_at(r, chain_reader_height(r), &head));
    assert_bytes_equal(BYTES_OF(head.roots.evm), unhex(text_at(file, "root", NULL)));
    json_object_foreach(json_object_get(file, "accounts"), address, account) {
        check_account(chain_reader_journal(r), address, account);
        count++;
    }
    assert_true(count > 20);
    json_decref(file);
    chain_reader_close(r);
    chain_close(c);
}

/* Each block encodes to the bytes that it was imported from, and its receipts to the root that its
 * header has; every fork's header form occurs. */
static void test_blocks_read_back_byte_for_byte(void **state) {
    (void)state;
    struct chain *c = open_whole();
    struct chain_reader *r;
    struct bytes rest = read_file("tests/chain.rlp");
    struct rlp_item item;
    bool fields[ETH_FIELDS_PRAGUE + 1] = {false};
    size_t ommers = 0, withdrawals = 0, requests = 0;
    assert_ok(chain_reader_open(c, ST_LATEST, &r));
    for (uint64_t height = 1; rest.n; height++) {
        struct buf again = {0};
        struct chain_block b;
        struct chain_body body;
        assert_ok(rlp_next(&rest, &item));
        assert_true(chain_block_rlp(r, height, &again));
        assert_bytes_equal(buf_bytes(&again), item.whole);
        assert_true(chain_block_at(r, height, &b) && chain_body_at(r, height, &body));
        assert_int_equal(b.encoded_bytes, item.whole.n);
        fields[b.header_fields] = true;
        ommers += body.ommer_count;
        withdrawals += body.withdrawal_count;
        requests += body.requests.count;
        buf_free(&again);
    }
    assert_true(fields[ETH_FIELDS_FRONTIER] && fields[ETH_FIELDS_LONDON] &&
                fields[ETH_FIELDS_SHANGHAI] && fields[ETH_FIELDS_CANCUN] &&
                fields[ETH_FIELDS_PRAGUE]);
    print_message("%zu ommers, %zu withdrawals, %zu requests\n", ommers, withdrawals, requests);
    assert_true(withdrawals > 0);
    chain_reader_close(r);
    chain_close(c);
}

/* Run again for a trace, every transaction ends as it did when it was imported. */
static void test_blocks_run_again_as_they_were(void **state) {
    (void)state;
    struct chain *c = open_whole();
    unsigned transactions = 0;
    for (uint64_t height = 1; height <= 54; height++) {
        struct chain_reader *r;
        struct chain_tx tx;
        assert_ok(chain_replay_open(c, height, &r));
        for (; chain_replay_peek(r, &tx); transactions++) assert_ok(chain_replay_next(r));
        chain_reader_close(r);
    }
    print_message("%u transactions\n", transactions);
    assert_true(transactions > 50);
    chain_close(c);
}

/* A changed byte anywhere in a block must not get in. */
static void test_changed_block_is_refused(void **state) {
    (void)state;
    need_vectors();
    struct bytes genesis = read_file("tests/genesis.json"), whole = read_file("tests/chain.rlp");
    struct bytes rest = whole;
    struct rlp_item item;
    size_t ends[54], blocks = 0;
    for (; rest.n && blocks < COUNT_OF(ends); blocks++) {
        assert_ok(rlp_next(&rest, &item));
        ends[blocks] = (size_t)(item.whole.p + item.whole.n - whole.p);
    }
    for (size_t tries = 0; tries < 12; tries++) {
        size_t which = rnd() % blocks, from = which ? ends[which - 1] : 0;
        size_t at = from + rnd() % (ends[which] - from);
        uint8_t *bytes = arena_alloc(&arena, ends[which], 1);
        struct err e;
        memcpy(bytes, whole.p, ends[which]);
        bytes[at] ^= (uint8_t)(1u << rnd() % 8);
        struct chain *c = open_chain(genesis, bytes_make(bytes, ends[which]), NULL, &e);
        /* A seal (mix hash, nonce) before the merge may be anything: then the hash differs. */
        if (!c) continue;
        struct chain_reader *r;
        struct chain_block b;
        assert_ok(chain_reader_open(c, ST_LATEST, &r));
        assert_true(chain_block_at(r, chain_reader_height(r), &b));
        assert_true(u256_lt(&U256_ZERO, &b.difficulty));
        chain_reader_close(r);
        chain_close(c);
    }
}

static void test_store_opens_again_with_its_schedule(void **state) {
    (void)state;
    need_vectors();
    char dir[] = "/tmp/tern-import-XXXXXX";
    struct err e;
    struct bytes none = {NULL, 0}, genesis = read_file("tests/genesis.json"),
                 chain = read_file("tests/chain.rlp");
    assert_non_null(mkdtemp(dir));
    struct rlp_item first;
    struct bytes rest = chain;
    assert_ok(rlp_next(&rest, &first));
    struct chain *c = open_chain(genesis, first.whole, dir, &e);
    assert_ok(e);
    chain_close(c);
    /* The rest on top: the first block is passed over. */
    c = open_chain(none, chain, dir, &e);
    assert_ok(e);
    assert_true(chain_is_ethereum(c));
    assert_int_equal(chain_get_options(c)->chain_id, 3503995874084926);
    assert_int_equal(chain_schedule(c)->at[ETH_BPO2], 540);
    chain_close(c);
    /* Another genesis is refused. */
    c = open_chain(BYTES_LIT("{\"config\":{\"chainId\":7},\"alloc\":{}}"), none, dir, &e);
    assert_null(c);
    assert_int_equal(e.code, CHAIN_ERR_INVALID);
    c = open_chain(genesis, none, dir, &e);
    assert_ok(e);
    chain_close(c);
    assert_int_equal(system(arena_printf(&arena, "rm -rf %s", dir)), 0);
}

/* The first transfer of the chain's first funded account, signed anew, is put into a block that
 * follows the schedule: its header passes the rules of its fork. */
static void test_block_on_top_follows_the_schedule(void **state) {
    (void)state;
    struct chain *c = open_whole();
    struct chain_reader *r;
    struct chain_block parent, b;
    struct eth_refusal why;
    const char *address;
    json_t *o, *file = load_json("build/vectors/execution-apis/accounts.json");
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET, .has_chain_id = true, .gas_limit = 30000};
    struct b32 secret = {{0}};
    tx.chain_id = chain_get_options(c)->chain_id;
    tx.max_fee = u256_from_u64(100000000000);
    assert_ok(chain_reader_open(c, ST_LATEST, &r));
    assert_true(chain_block_at(r, chain_reader_height(r), &parent));
    json_object_foreach(file, address, o) {
        struct b20 a;
        memcpy(a.b, unhex(address).p, 20);
        tx.nonce = st_account(chain_reader_journal(r), &a)->nonce;
        memcpy(secret.b, unhex(text_at(o, "key", NULL)).p, 32);
        break;
    }
    chain_reader_close(r);
    assert_true(evm_tx_sign(&tx, &secret));
    struct buf raw = {0};
    struct chain_submitted submitted;
    evm_tx_encode(&tx, &raw);
    struct err e = chain_submit_evm(c, buf_bytes(&raw), 10000, &submitted);
    if (err_is(e)) fail_msg("%s", submitted.text);
    assert_true(submitted.sealed);
    assert_ok(chain_reader_open(c, ST_LATEST, &r));
    assert_true(chain_block_at(r, parent.height + 1, &b));
    assert_int_equal(b.evm_count, 1);
    struct eth_header header = chain_block_header(&b), before = chain_block_header(&parent);
    struct eth_rules rules = chain_rules_after(c, &parent, header.timestamp);
    assert_int_equal(rules.step, ETH_BPO2);
    if (!eth_check_header(&rules, &header, &before, &why)) fail_msg("%s", why.text);
    /* The block that was built is one that can be imported: every rule and root again. */
    struct buf block = {0}, all = {0};
    assert_true(chain_block_rlp(r, b.height, &block));
    buf_put_bytes(&all, read_file("tests/chain.rlp"));
    buf_put_bytes(&all, buf_bytes(&block));
    struct chain *again = open_chain(read_file("tests/genesis.json"), buf_bytes(&all), NULL, &e);
    assert_ok(e);
    chain_close(again);
    buf_free(&all);
    buf_free(&block);
    buf_free(&raw);
    json_decref(file);
    chain_reader_close(r);
    chain_close(c);
}

static bool stops_at_zero(void *left) {
    return (*(unsigned *)left)-- == 0;
}

/* An import that is told to stop keeps what it has, and goes on from there the next time. */
static void test_import_stops_between_blocks_and_goes_on(void **state) {
    (void)state;
    need_vectors();
    char dir[] = "/tmp/tern-import-XXXXXX";
    assert_non_null(mkdtemp(dir));
    unsigned left = 5;
    struct chain_options o = {.genesis = read_file("tests/genesis.json"),
                              .import = read_file("tests/chain.rlp"),
                              .data_dir = dir,
                              .history_blocks = UINT64_MAX,
                              .import_stops = stops_at_zero,
                              .import_stops_ctx = &left};
    struct chain *c = NULL;
    struct chain_reader *r;
    struct err e = chain_open(&c, &o);
    assert_int_equal(e.code, CHAIN_ERR_STOPPING);
    assert_int_equal(e.at, 5);
    struct bytes none = {NULL, 0};
    for (int whole = 0; whole < 2; whole++) {
        c = open_chain(none, whole ? o.import : none, dir, &e);
        assert_ok(e);
        assert_ok(chain_reader_open(c, ST_LATEST, &r));
        assert_int_equal(chain_reader_height(r), whole ? 54 : 5);
        chain_reader_close(r);
        chain_close(c);
    }
    assert_int_equal(system(arena_printf(&arena, "rm -rf %s", dir)), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head_after_import_is_the_one_named),
        cmocka_unit_test(test_state_at_the_head_is_the_one_given),
        cmocka_unit_test(test_blocks_read_back_byte_for_byte),
        cmocka_unit_test(test_blocks_run_again_as_they_were),
        cmocka_unit_test(test_changed_block_is_refused),
        cmocka_unit_test(test_store_opens_again_with_its_schedule),
        cmocka_unit_test(test_import_stops_between_blocks_and_goes_on),
        cmocka_unit_test(test_block_on_top_follows_the_schedule),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
