/* Development verbs on a whole chain: amending, going back, starting anew, being killed. A model of
 * plain numbers says what every account must hold at every block; roots are computed anew from
 * every account, slot and item. */
#include "../codec/helpers.h"
#include "../state/rand.h"
#include "chain/dev.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

enum { WAIT_MS = 20000, ACCOUNTS = 5, BLOCKS_MAX = 400, SNAPSHOTS_MAX = 6 };

static struct chain *chain;

static struct chain *open_chain(const char *dir) {
    struct chain *c = NULL;
    assert_ok(chain_open(&c, &(struct chain_options){.data_dir = dir}));
    return c;
}

static int setup(void **state) {
    setup_arena(state);
    chain = open_chain(NULL);
    return 0;
}

static int teardown(void **state) {
    chain_close(chain);
    return teardown_arena(state);
}

static struct chain_reader *newest(void) {
    struct chain_reader *r;
    assert_ok(chain_reader_open(chain, ST_LATEST, &r));
    return r;
}

/* ---- The model */

struct account {
    uint64_t balance, nonce, slot;
};

struct block {
    struct account account[ACCOUNTS];
    struct b32 hash;
    struct st_roots roots;
};

struct snapshot {
    uint32_t id;
    uint64_t height;
    struct block newest;
    struct st_roots roots;
    uint64_t faucet;
};

struct world {
    struct rand_source r;
    struct block blocks[BLOCKS_MAX];
    uint64_t height;
    uint64_t faucet; /* how often the Move faucet was used */
    struct snapshot snapshots[SNAPSHOTS_MAX];
    uint32_t snapshot_count;
    uint64_t amended, reverted, sent;
};

/* Far from each other and from the development accounts. */
static struct b20 address_of(uint32_t i) {
    struct b20 a = {{0xc0, (uint8_t)(i * 71), 0x11}};
    a.b[19] = (uint8_t)(0x40 + i);
    return a;
}

static struct account *now(struct world *w) {
    return w->blocks[w->height].account;
}

static struct st_roots roots_now(void) {
    struct st_roots roots, anew;
    struct chain_reader *r = newest();
    assert_true(st_snapshot_roots(chain_reader_snapshot(r), &roots));
    st_snapshot_audit_roots(chain_reader_snapshot(r), &anew);
    assert_memory_equal(&roots, &anew, sizeof roots);
    chain_reader_close(r);
    return roots;
}

static void check_height(struct world *w, uint64_t height) {
    struct chain_reader *r;
    struct chain_block b;
    assert_ok(chain_reader_open(chain, height == w->height ? ST_LATEST : height, &r));
    struct st_journal *j = chain_reader_journal(r);
    assert_int_equal(chain_reader_height(r), height);
    assert_true(chain_block_at(r, height, &b));
    assert_memory_equal(&b.hash, &w->blocks[height].hash, 32);
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        struct b20 address = address_of(i);
        struct account *want = &w->blocks[height].account[i];
        struct st_account *a = st_account(j, &address);
        struct u256 key = u256_from_u64(i), balance = u256_from_u64(want->balance);
        assert_true(u256_eq(&a->balance, &balance));
        assert_int_equal(a->nonce, want->nonce);
        assert_int_equal(st_slot(j, a, &key)->current.w[0], want->slot);
    }
    chain_reader_close(r);
}

/* The chain has made a block: the model follows. */
static void next_block(struct world *w) {
    struct chain_reader *r = newest();
    assert_int_equal(chain_reader_height(r), w->height + 1);
    assert_true(w->height + 1 < BLOCKS_MAX);
    struct chain_block b;
    assert_true(chain_block_at(r, w->height + 1, &b));
    chain_reader_close(r);
    memcpy(w->blocks[w->height + 1].account, now(w), sizeof w->blocks[0].account);
    w->height++;
    w->blocks[w->height].hash = b.hash;
    w->blocks[w->height].roots = b.roots;
}

/* ---- Random verbs */

static void random_amend(struct world *w) {
    struct chain_amendment list[3] = {0};
    size_t n = 1 + rand_below(&w->r, 3);
    for (size_t i = 0; i < n; i++) {
        uint32_t who = rand_below(&w->r, ACCOUNTS);
        struct account *a = &now(w)[who];
        struct chain_amendment *m = &list[i];
        m->address = address_of(who);
        switch (rand_below(&w->r, 4)) {
        case 0:
            m->kind = CHAIN_AMEND_BALANCE;
            a->balance = rand_below(&w->r, 100000);
            m->value = u256_from_u64(a->balance);
            break;
        case 1:
            m->kind = CHAIN_AMEND_ADD_BALANCE;
            m->value = u256_from_u64(rand_below(&w->r, 1000) + 1);
            a->balance += m->value.w[0];
            break;
        case 2:
            m->kind = CHAIN_AMEND_NONCE;
            m->nonce = a->nonce = 1 + rand_below(&w->r, 50);
            break;
        default:
            m->kind = CHAIN_AMEND_SLOT;
            m->key = u256_from_u64(who);
            a->slot = rand_below(&w->r, 4);
            m->value = u256_from_u64(a->slot);
        }
    }
    assert_ok(chain_amend(chain, list, n));
    w->amended++;
}

static void random_transfer(struct world *w) {
    uint32_t from = rand_below(&w->r, ACCOUNTS), to = rand_below(&w->r, ACCOUNTS);
    struct account *a = now(w);
    uint64_t value = rand_below(&w->r, (uint32_t)min_u64(a[from].balance, 1000) + 1);
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = a[from].nonce,
                        .gas_limit = 21000,
                        .to = address_of(to),
                        .value = u256_from_u64(value),
                        .sender = address_of(from)};
    struct chain_submitted done;
    assert_ok(chain_submit_unsigned(chain, &tx, WAIT_MS, &done));
    assert_true(done.sealed);
    next_block(w);
    a = now(w);
    a[from].balance -= value;
    a[from].nonce++;
    a[to].balance += value;
    w->sent++;
}

static uint64_t faucet_uses(void) {
    struct chain_reader *r = newest();
    struct chain_tx tx;
    uint64_t count = 0;
    struct chain_block b;
    for (uint64_t h = 1; h <= chain_reader_height(r); h++) {
        assert_true(chain_block_at(r, h, &b));
        for (uint32_t i = 0; i < b.root_count; i++) {
            assert_true(chain_tx_at(r, h, i, &tx));
            count += tx.vm == ST_VM_MOVE && tx.ok;
        }
    }
    chain_reader_close(r);
    return count;
}

static void use_faucet(struct world *w) {
    struct b32 to = {{0xaa, 0xbb}};
    struct chain_submitted done;
    to.b[31] = (uint8_t)(1 + rand_below(&w->r, 5));
    assert_ok(chain_faucet_move(chain, &to, 1000, WAIT_MS, &done));
    assert_true(done.sealed);
    w->faucet++;
    next_block(w);
}

static void mine(struct world *w) {
    uint64_t height;
    uint64_t count = 1 + rand_below(&w->r, 3);
    for (uint64_t i = 0; i < count; i++) {
        assert_ok(chain_mine(chain, &(struct chain_mine){.count = 1}, &height));
        assert_int_equal(height, w->height + 1);
        next_block(w);
    }
}

static void take_snapshot(struct world *w) {
    if (w->snapshot_count == SNAPSHOTS_MAX) return;
    struct snapshot *s = &w->snapshots[w->snapshot_count++];
    assert_ok(chain_snapshot(chain, &s->id));
    s->height = w->height;
    s->newest = w->blocks[w->height];
    s->roots = roots_now();
    s->faucet = w->faucet;
}

static void go_back(struct world *w) {
    if (!w->snapshot_count) return;
    uint32_t which = rand_below(&w->r, w->snapshot_count);
    struct snapshot *s = &w->snapshots[which];
    bool found;
    uint64_t was = w->height;
    assert_ok(chain_revert(chain, s->id, &found));
    assert_true(found);
    assert_ok(chain_revert(chain, s->id, &found));
    assert_false(found); /* used up */
    w->height = s->height;
    w->blocks[w->height] = s->newest;
    w->faucet = s->faucet;
    w->snapshot_count = which;
    struct st_roots roots = roots_now();
    assert_memory_equal(&roots, &s->roots, sizeof roots);
    struct chain_reader *r = newest();
    struct chain_block b;
    assert_int_equal(chain_reader_height(r), s->height);
    for (uint64_t h = s->height + 1; h <= was; h++) {
        assert_false(chain_block_at(r, h, &b));
        assert_false(chain_block_by_hash(r, &w->blocks[h].hash, &b));
    }
    chain_reader_close(r);
    w->reverted++;
}

static void test_random_verbs_equal_the_model_and_roots_come_back(void **state) {
    (void)state;
    struct world *w = calloc(1, sizeof *w);
    struct chain_reader *r = newest();
    struct chain_block b;
    w->r.state = 2024;
    assert_true(chain_block_at(r, 0, &b));
    w->blocks[0].hash = b.hash;
    chain_reader_close(r);
    /* Gas is free, so that balances are what the model says. */
    chain_set_next_base_fee(chain, &U256_ZERO);
    for (int step = 0; step < 260 && w->height + 8 < BLOCKS_MAX; step++) {
        switch (rand_below(&w->r, 12)) {
        case 0:
        case 1:
        case 2: random_amend(w); break;
        case 3:
        case 4:
        case 5: random_transfer(w); break;
        case 6: use_faucet(w); break;
        case 7: mine(w); break;
        case 8:
        case 9: take_snapshot(w); break;
        case 10: go_back(w); break;
        default:
            for (uint64_t h = w->height > 6 ? w->height - 6 : 0; h <= w->height; h++)
                check_height(w, h);
        }
    }
    for (uint64_t h = 0; h <= w->height; h++) check_height(w, h);
    assert_int_equal(faucet_uses(), w->faucet);
    roots_now();
    printf("dev: %llu times amended, %llu times gone back, %llu sent, equal to the model\n",
           (unsigned long long)w->amended, (unsigned long long)w->reverted,
           (unsigned long long)w->sent);
    assert_true(w->amended > 20 && w->reverted > 5 && w->sent > 20);
    free(w);
}

/* ---- The mempool goes back too */

static struct chain_submitted send_free(uint32_t from, uint64_t nonce) {
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = nonce,
                        .gas_limit = 21000,
                        .to = address_of(4),
                        .sender = address_of(from)};
    struct chain_submitted done;
    assert_ok(chain_submit_unsigned(chain, &tx, 0, &done));
    return done;
}

static void test_going_back_restores_what_waited(void **state) {
    (void)state;
    uint32_t id;
    uint64_t height;
    size_t pending, queued;
    bool found;
    chain_set_mining(chain, &(struct chain_mining){0});
    chain_set_next_base_fee(chain, &U256_ZERO);
    struct chain_submitted first = send_free(0, 0);
    send_free(0, 1);
    send_free(1, 3); /* a gap */
    assert_ok(chain_snapshot(chain, &id));
    assert_ok(chain_mine(chain, &(struct chain_mine){.count = 1}, &height));
    send_free(2, 0);
    chain_pool_counts(chain, ST_VM_EVM, &pending, &queued);
    assert_int_equal(pending, 1);
    assert_int_equal(queued, 1);
    assert_ok(chain_revert(chain, id, &found));
    chain_pool_counts(chain, ST_VM_EVM, &pending, &queued);
    assert_int_equal(pending, 2);
    assert_int_equal(queued, 1);
    struct chain_reader *r = newest();
    struct chain_tx tx;
    uint8_t vm;
    assert_int_equal(chain_reader_height(r), 0);
    assert_false(chain_tx_by_hash(r, &first.hash, &vm, &tx));
    chain_reader_close(r);
    chain_set_next_base_fee(chain, &U256_ZERO);
    assert_ok(chain_mine(chain, &(struct chain_mine){.count = 1}, &height));
    r = newest();
    assert_true(chain_tx_by_hash(r, &first.hash, &vm, &tx) && tx.height == 1 && tx.ok);
    struct b20 sender = address_of(0);
    assert_true(b20_eq(&tx.evm_sender, &sender));
    chain_reader_close(r);
}

static void send_of(const struct b20 *sender, uint64_t nonce) {
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = nonce,
                        .gas_limit = 21000,
                        .to = address_of(4),
                        .sender = *sender};
    struct chain_submitted done;
    assert_ok(chain_submit_unsigned(chain, &tx, 0, &done));
}

/* An authorization (EIP-7702) takes its signer's nonce 0, and what it delegates to creates, which
 * takes 1: of what waits with the nonces 1 and 2, the one is void and the other runs, although the
 * signer itself sent nothing. */
static void test_nonces_raised_by_others_move_what_waits(void **state) {
    (void)state;
    static const uint8_t creates[] = {0x60, 0, 0x60, 0, 0x60, 0, 0xf0, 0x00};
    struct evm_authorization a = {
        .address = address_of(3), .r = U256_ONE, .s = u256_from_u64(2)}; /* somebody signed it */
    struct chain_amendment code = {
        .kind = CHAIN_AMEND_CODE, .address = a.address, .data = BYTES_OF(creates)};
    struct b20 authority;
    struct chain_submitted done;
    struct chain_block b;
    uint64_t height;
    size_t pending, queued;
    assert_true(evm_authority(&a, &authority));
    chain_set_mining(chain, &(struct chain_mining){0});
    chain_set_next_base_fee(chain, &U256_ZERO);
    assert_ok(chain_amend(chain, &code, 1));
    send_of(&authority, 1);
    send_of(&authority, 2);
    struct evm_tx tx = {.type = EVM_TX_SET_CODE,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .gas_limit = 200000,
                        .to = authority,
                        .authorizations = &a,
                        .authorization_count = 1,
                        .sender = address_of(0)};
    assert_ok(chain_submit_unsigned(chain, &tx, 0, &done));
    chain_pool_counts(chain, ST_VM_EVM, &pending, &queued);
    assert_int_equal(pending, 1);
    assert_int_equal(queued, 2);
    assert_ok(chain_mine(chain, &(struct chain_mine){.count = 1}, &height));
    chain_pool_counts(chain, ST_VM_EVM, &pending, &queued);
    assert_int_equal(pending, 1);
    assert_int_equal(queued, 0);
    chain_set_next_base_fee(chain, &U256_ZERO);
    assert_ok(chain_mine(chain, &(struct chain_mine){.count = 1}, &height));
    struct chain_reader *r = newest();
    assert_true(chain_block_at(r, height, &b));
    assert_int_equal(b.root_count, 1);
    assert_int_equal(st_account(chain_reader_journal(r), &authority)->nonce, 3);
    chain_reader_close(r);
}

static void test_amended_nonce_moves_what_waits(void **state) {
    (void)state;
    size_t pending, queued;
    chain_set_mining(chain, &(struct chain_mining){0});
    chain_set_next_base_fee(chain, &U256_ZERO);
    for (uint64_t n = 0; n < 4; n++) send_free(0, n);
    send_free(1, 2);
    struct chain_amendment list[] = {
        {.kind = CHAIN_AMEND_NONCE, .address = address_of(0), .nonce = 3},
        {.kind = CHAIN_AMEND_NONCE, .address = address_of(1), .nonce = 2},
    };
    assert_ok(chain_amend(chain, list, 2));
    chain_pool_counts(chain, ST_VM_EVM, &pending, &queued);
    assert_int_equal(pending, 2);
    assert_int_equal(queued, 0);
}

/* ---- Starting anew */

static void test_reset_is_genesis_again(void **state) {
    (void)state;
    struct st_roots before = roots_now();
    struct chain_reader *r = newest();
    struct chain_block genesis, b;
    assert_true(chain_block_at(r, 0, &genesis));
    chain_reader_close(r);
    uint32_t id;
    uint64_t height;
    bool found;
    struct b32 to = {{7}};
    struct chain_submitted done;
    assert_ok(chain_snapshot(chain, &id));
    assert_ok(chain_faucet_move(chain, &to, 1000, WAIT_MS, &done));
    assert_ok(chain_mine(chain, &(struct chain_mine){.count = 5}, &height));
    assert_ok(chain_reset(chain));
    struct st_roots after = roots_now();
    assert_memory_equal(&before, &after, sizeof before);
    r = newest();
    assert_int_equal(chain_reader_height(r), 0);
    assert_true(chain_block_at(r, 0, &b));
    assert_memory_equal(&b.hash, &genesis.hash, 32);
    chain_reader_close(r);
    assert_ok(chain_revert(chain, id, &found));
    assert_false(found);
    assert_ok(chain_faucet_move(chain, &to, 1000, WAIT_MS, &done)); /* it works as before */
    assert_true(done.sealed);
}

/* ---- Blocks as they were asked for */

static void test_headers_are_as_set(void **state) {
    (void)state;
    struct u256 fee = u256_from_u64(12345);
    struct b32 randao = {{1, 2, 3}};
    struct b20 coinbase = address_of(1);
    uint64_t height;
    chain_set_next_base_fee(chain, &fee);
    chain_set_next_randao(chain, &randao);
    chain_set_coinbase(chain, &coinbase);
    chain_set_gas_limit(chain, 777777);
    struct chain_mine how = {
        .count = 3, .has_timestamp = true, .timestamp_s = 4000000000u, .interval_s = 0};
    assert_ok(chain_mine(chain, &how, &height));
    assert_int_equal(height, 3);
    struct chain_reader *r = newest();
    struct chain_block b[4];
    for (uint64_t h = 1; h <= 3; h++) {
        assert_true(chain_block_at(r, h, &b[h]));
        assert_memory_equal(&b[h].coinbase, &coinbase, 20);
        assert_int_equal(b[h].gas_limit, 777777);
        assert_int_equal(b[h].timestamp_us / 1000000, 4000000000u);
        if (h > 1) assert_true(b[h].timestamp_us > b[h - 1].timestamp_us);
    }
    assert_true(u256_eq(&b[1].base_fee, &fee));
    struct u256 next = chain_next_base_fee(&b[1]);
    assert_true(u256_eq(&b[2].base_fee, &next));
    assert_memory_equal(&b[1].prev_randao, &randao, 32);
    assert_memory_not_equal(&b[2].prev_randao, &randao, 32);
    chain_reader_close(r);
    assert_int_equal(chain_set_next_timestamp(chain, 3999999999u).code, CHAIN_ERR_INVALID);
    assert_ok(chain_set_next_timestamp(chain, 4000000000u));
}

static void test_code_and_items_are_amended(void **state) {
    (void)state;
    struct b20 who = address_of(2);
    struct chain_amendment list[] = {
        {.kind = CHAIN_AMEND_CODE, .address = who, .data = BYTES_LIT("\x60\x01")},
        {.kind = CHAIN_AMEND_ITEM,
         .domain = ST_MOVE_TABLE_ITEM,
         .item_key = BYTES_LIT("0123456789abcdef0123456789abcdef-key"),
         .data = BYTES_LIT("value")},
    };
    assert_ok(chain_amend(chain, list, 2));
    struct chain_reader *r = newest();
    struct st_journal *j = chain_reader_journal(r);
    const struct st_code *code = st_account_code(j, st_account(j, &who));
    struct bytes value;
    assert_bytes_equal(bytes_make(code->bytes, code->size), BYTES_LIT("\x60\x01"));
    assert_true(st_get(j, ST_MOVE_TABLE_ITEM, list[1].item_key, &value));
    assert_bytes_equal(value, BYTES_LIT("value"));
    chain_reader_close(r);
    roots_now();
    list[0].data = BYTES_LIT("");
    list[1].data = (struct bytes){NULL, 0};
    assert_ok(chain_amend(chain, list, 2));
    r = newest();
    j = chain_reader_journal(r);
    assert_false(st_account(j, &who)->exists);
    assert_false(st_get(j, ST_MOVE_TABLE_ITEM, list[1].item_key, &value));
    chain_reader_close(r);
    roots_now();
}

/* ---- Being killed */

/* Amends, makes blocks and goes back for ever; says what the balance is on disk. */
static _Noreturn void amend_until_killed(const char *dir, int fd) {
    struct chain *c;
    if (chain_open(&c, &(struct chain_options){.data_dir = dir}).code) _exit(1);
    for (uint64_t n = 1;; n++) {
        uint64_t height;
        uint32_t id;
        bool found;
        struct chain_amendment a = {
            .kind = CHAIN_AMEND_BALANCE, .address = address_of(0), .value = u256_from_u64(n)};
        struct chain_mine once = {.count = 1};
        if (err_is(chain_amend(c, &a, 1)) || write(fd, &n, 8) != 8) _exit(2);
        if (err_is(chain_snapshot(c, &id)) || err_is(chain_mine(c, &once, &height))) _exit(3);
        if (n % 3 == 0 && (err_is(chain_revert(c, id, &found)) || !found)) _exit(4);
        if (n % 40 == 0 && err_is(chain_reset(c))) _exit(5);
    }
}

static void test_killed_chain_is_whole(void **state) {
    (void)state;
    char dir[] = "/tmp/tern-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    for (uint32_t round = 0; round < 6; round++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) amend_until_killed(dir, fds[1]);
        close(fds[1]);
        uint64_t shown = 0;
        assert_int_equal(read(fds[0], &shown, 8), 8);
        usleep(2000 + (useconds_t)(rnd() % 60000));
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        for (uint64_t more; read(fds[0], &more, 8) == 8;) shown = more;
        close(fds[0]);
        chain = open_chain(dir);
        roots_now();
        struct chain_reader *r = newest();
        struct b20 who = address_of(0);
        uint64_t balance = st_account(chain_reader_journal(r), &who)->balance.w[0];
        /* What was answered is there, or the next one that was not; a reset forgets both. */
        if (balance || shown % 40) assert_true(balance == shown || balance == shown + 1);
        chain_reader_close(r);
        chain_close(chain);
    }
    chain = open_chain(NULL);
    static const char *const files[] = {"data.mdb", "lock.mdb", "tern.lock"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
}

/* No chain is open here: a forked process would have only half of its threads. */
static int setup_closed(void **state) {
    return setup_arena(state);
}

/* ---- The end */

static void *mine_for_long(void *arg) {
    uint64_t *height = arg;
    struct err *e = malloc(sizeof *e);
    *e = chain_mine(chain, &(struct chain_mine){.count = CHAIN_MINE_MAX}, height);
    return e;
}

/* A node that is told to stop does not first make a million blocks. */
static void test_mining_ends_with_the_node(void **state) {
    (void)state;
    pthread_t miner;
    uint64_t height = 0;
    void *result;
    assert_int_equal(pthread_create(&miner, NULL, mine_for_long, &height), 0);
    while (chain_wait_block(chain, 3, 1000) <= 3) {
    }
    chain_release_waiters(chain);
    assert_int_equal(pthread_join(miner, &result), 0);
    assert_int_equal(((struct err *)result)->code, CHAIN_ERR_STOPPING);
    free(result);
    assert_true(height > 3 && height < CHAIN_MINE_MAX);
}

/* ---- Marks */

/* r = 1 and s = 1 are a valid signature by somebody of whatever it is under; but the same stands
 * for "sent by 0x00…01, signed by nobody". */
static void test_nobody_can_sign_a_mark(void **state) {
    (void)state;
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .gas_limit = 21000,
                        .max_fee = u256_from_u64(2000000000),
                        .r = U256_ONE,
                        .s = U256_ONE};
    struct buf raw = {0};
    struct chain_amendment rich = {.kind = CHAIN_AMEND_BALANCE, .value = u256_from_u64(UINT64_MAX)};
    struct chain_submitted done;
    assert_int_equal(evm_tx_sender(&tx, EVM_OSAKA, &rich.address), EVM_TX_OK);
    assert_ok(chain_amend(chain, &rich, 1));
    evm_tx_encode(&tx, &raw);
    assert_int_equal(chain_submit_evm(chain, buf_bytes(&raw), WAIT_MS, &done).code,
                     CHAIN_ERR_INVALID);
    assert_string_equal(done.text, evm_tx_err_text(EVM_TX_INVALID_SIGNATURE));
    buf_clear(&raw);
    tx.s = u256_from_u64(2); /* no mark: the same sort of signature is taken */
    assert_int_equal(evm_tx_sender(&tx, EVM_OSAKA, &rich.address), EVM_TX_OK);
    assert_ok(chain_amend(chain, &rich, 1));
    evm_tx_encode(&tx, &raw);
    assert_ok(chain_submit_evm(chain, buf_bytes(&raw), WAIT_MS, &done));
    buf_free(&raw);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_killed_chain_is_whole, setup_closed, teardown),
        T(test_random_verbs_equal_the_model_and_roots_come_back),
        T(test_going_back_restores_what_waited),
        T(test_nonces_raised_by_others_move_what_waits),
        T(test_amended_nonce_moves_what_waits),
        T(test_reset_is_genesis_again),
        T(test_headers_are_as_set),
        T(test_code_and_items_are_amended),
        T(test_mining_ends_with_the_node),
        T(test_nobody_can_sign_a_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
