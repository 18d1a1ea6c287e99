/* The mempool: order, gaps, replacement, limits, submitters that wait. */
#include "mempool_helpers.h"

#include <pthread.h>

static enum mempool_err insert(struct mempool_tx *tx, uint64_t account_nonce) {
    struct mempool_outcome outcome;
    return mempool_insert(pool, tx, account_nonce, 0, &outcome);
}

static enum mempool_err add(uint32_t who, uint64_t nonce) {
    return insert(make(who, nonce, 100), 0);
}

/* Takes a transaction, checks whose it is, and ends it as having run. */
static void run_next(uint32_t who, uint64_t nonce) {
    struct mempool_tx *tx = mempool_take(pool);
    assert_non_null(tx);
    assert_int_equal(load_be32(tx->sender.b), who);
    assert_int_equal(tx->nonce, nonce);
    mempool_done(pool, tx, nonce + 1, NULL);
}

/* Nothing can run: what is taken has a gap before it and goes back. */
static void assert_nothing_runs(uint64_t next_nonce) {
    struct mempool_tx *tx;
    while ((tx = mempool_take(pool))) {
        assert_true(tx->nonce > next_nonce);
        mempool_put_back(pool, tx, next_nonce);
    }
}

/* ---- Order */

static void test_senders_take_turns_and_nonces_ascend(void **state) {
    (void)state;
    static const uint32_t in[][2] = {{1, 1}, {2, 0}, {1, 0}, {3, 0}, {1, 2}, {2, 1}};
    static const uint32_t out[][2] = {{1, 0}, {2, 0}, {3, 0}, {1, 1}, {2, 1}, {1, 2}};
    for (size_t i = 0; i < COUNT_OF(in); i++) assert_int_equal(add(in[i][0], in[i][1]), 0);
    assert_int_equal(mempool_count(pool), COUNT_OF(in));
    for (size_t i = 0; i < COUNT_OF(out); i++) run_next(out[i][0], out[i][1]);
    assert_null(mempool_take(pool));
    assert_int_equal(mempool_count(pool), 0);
}

static void test_one_transaction_of_a_sender_is_taken_at_a_time(void **state) {
    (void)state;
    add(1, 0);
    add(1, 1);
    struct mempool_tx *tx = mempool_take(pool);
    assert_null(mempool_take(pool));
    assert_int_equal(mempool_count(pool), 2); /* what is taken is still known */
    assert_int_equal(add(1, 0), MEMPOOL_ERR_KNOWN);
    mempool_done(pool, tx, 1, NULL);
    run_next(1, 1);
}

static void test_gap_waits_until_it_is_filled(void **state) {
    (void)state;
    add(1, 0);
    add(1, 2);
    run_next(1, 0);
    assert_nothing_runs(1);
    assert_int_equal(mempool_count(pool), 1);
    add(1, 1);
    run_next(1, 1);
    run_next(1, 2);
}

static void test_gap_of_a_new_sender_goes_back_and_waits(void **state) {
    (void)state;
    add(1, 3);
    assert_nothing_runs(0);
    assert_null(mempool_take(pool)); /* and is not offered again and again */
    for (uint64_t n = 0; n < 3; n++) add(1, n);
    for (uint64_t n = 0; n < 4; n++) run_next(1, n);
}

static void test_refused_transaction_leaves_the_next_one_waiting(void **state) {
    (void)state;
    struct mempool_outcome refusal = {.refused = true};
    add(1, 0);
    add(1, 1);
    mempool_done(pool, mempool_take(pool), 0, &refusal); /* the nonce stays 0 */
    assert_nothing_runs(0);
    add(1, 0);
    run_next(1, 0);
    run_next(1, 1);
}

static void test_machines_have_senders_of_their_own(void **state) {
    (void)state;
    struct mempool_tx *move = make(1, 0, 100);
    move->vm = ST_VM_MOVE;
    move->hash.b[31] = 1;
    add(1, 0);
    assert_int_equal(insert(move, 0), 0); /* no replacement: another machine */
    assert_int_equal(mempool_count(pool), 2);
}

static void test_random_order_runs_in_nonce_order(void **state) {
    (void)state;
    enum { SENDERS = 7, NONCES = 40 };
    uint32_t left[SENDERS * NONCES], n = SENDERS * NONCES;
    uint64_t next[SENDERS] = {0};
    for (uint32_t i = 0; i < n; i++) left[i] = i;
    while (n || mempool_count(pool)) {
        if (n && rnd() % 2) {
            uint32_t k = rnd() % n, what = left[k];
            left[k] = left[--n];
            assert_int_equal(insert(make(what % SENDERS, what / SENDERS, 1), next[what % SENDERS]),
                             0);
        }
        struct mempool_tx *tx = mempool_take(pool);
        if (!tx) continue;
        uint32_t who = load_be32(tx->sender.b);
        if (tx->nonce == next[who]) {
            mempool_done(pool, tx, ++next[who], NULL);
        } else {
            assert_true(tx->nonce > next[who]);
            mempool_put_back(pool, tx, next[who]);
        }
        if (rnd() % 8 == 0) mempool_sealed(pool, NULL);
    }
    for (uint32_t i = 0; i < SENDERS; i++) assert_int_equal(next[i], NONCES);
}

/* ---- Replacement */

static void test_replacement_pays_ten_percent_more(void **state) {
    (void)state;
    insert(make(1, 0, 101), 0);
    assert_int_equal(insert(make(1, 0, 101), 0), MEMPOOL_ERR_KNOWN);
    assert_int_equal(insert(make(1, 0, 90), 0), MEMPOOL_ERR_UNDERPRICED);
    assert_int_equal(insert(make(1, 0, 110), 0), MEMPOOL_ERR_UNDERPRICED);
    assert_int_equal(insert(make(1, 0, 111), 0), 0); /* 111.1, rounded down as geth does */
    assert_int_equal(mempool_count(pool), 1);
    struct mempool_tx *tx = mempool_take(pool);
    assert_int_equal(tx->price.w[0], 111);
    mempool_done(pool, tx, 1, NULL);
    assert_null(mempool_take(pool));
}

static void test_replacement_at_exactly_ten_percent_is_taken(void **state) {
    (void)state;
    insert(make(1, 0, 100), 0);
    assert_int_equal(insert(make(1, 0, 109), 0), MEMPOOL_ERR_UNDERPRICED);
    assert_int_equal(insert(make(1, 0, 110), 0), 0);
}

/* Both fees must rise: else a tip of nothing could push out a good one. */
static void test_replacement_raises_the_tip_as_well(void **state) {
    (void)state;
    insert(make(1, 0, 100), 0);
    struct mempool_tx *same_tip = make(1, 0, 200), *same_cap = make(1, 0, 201);
    same_tip->tip = u256_from_u64(100);
    same_cap->price = u256_from_u64(100);
    assert_int_equal(insert(same_tip, 0), MEMPOOL_ERR_UNDERPRICED);
    assert_int_equal(insert(same_cap, 0), MEMPOOL_ERR_UNDERPRICED);
    assert_int_equal(insert(make(1, 0, 202), 0), 0);
}

static void test_replacement_of_nothing_pays_something(void **state) {
    (void)state;
    insert(make(1, 0, 0), 0);
    struct mempool_tx *also_free = make(1, 0, 0);
    also_free->hash.b[31] = 1;
    assert_int_equal(insert(also_free, 0), MEMPOOL_ERR_UNDERPRICED);
    assert_int_equal(insert(make(1, 0, 1), 0), 0);
}

static void test_replacement_at_absurd_prices_does_not_overflow(void **state) {
    (void)state;
    struct mempool_tx *tx = make(1, 0, 1), *other = make(1, 0, 2);
    memset(&tx->price, 0xff, sizeof tx->price);
    memset(&other->price, 0xff, sizeof other->price);
    insert(tx, 0);
    assert_int_equal(insert(other, 0), MEMPOOL_ERR_UNDERPRICED);
}

/* The only transaction of a sender that is about to run is replaced: the sender stays in its place,
 * and what is taken is the replacement. */
static void test_replacement_of_the_only_ready_transaction_keeps_its_turn(void **state) {
    (void)state;
    add(1, 0);
    add(2, 0);
    assert_int_equal(insert(make(1, 0, 200), 0), 0);
    struct mempool_tx *tx = mempool_take(pool);
    assert_int_equal(tx->price.w[0], 200);
    mempool_done(pool, tx, 1, NULL);
    run_next(2, 0);
    assert_null(mempool_take(pool));
}

/* ---- Limits */

static void test_sender_has_a_limit(void **state) {
    (void)state;
    for (uint64_t n = 0; n < MEMPOOL_SENDER_MAX; n++) assert_int_equal(add(1, n), 0);
    assert_int_equal(add(1, MEMPOOL_SENDER_MAX), MEMPOOL_ERR_SENDER_FULL);
    assert_int_equal(insert(make(1, 5, 200), 0), 0); /* a replacement takes no room */
    assert_int_equal(add(2, 0), 0);
    assert_int_equal(mempool_count(pool), MEMPOOL_SENDER_MAX + 1);
}

static void test_sender_with_all_behind_a_gap_can_still_fill_it(void **state) {
    (void)state;
    for (uint64_t n = 0; n < MEMPOOL_SENDER_MAX; n++) assert_int_equal(add(1, 2 + n), 0);
    assert_int_equal(add(1, MEMPOOL_SENDER_MAX + 2), MEMPOOL_ERR_SENDER_FULL);
    assert_int_equal(add(1, 1), MEMPOOL_ERR_SENDER_FULL); /* it would have to wait, too */
    assert_int_equal(add(1, 0), 0);
    assert_int_equal(mempool_count(pool), MEMPOOL_SENDER_MAX);
    run_next(1, 0);
    assert_int_equal(add(1, 1), 0);
    for (uint64_t n = 1; n < MEMPOOL_SENDER_MAX + 1; n++) run_next(1, n);
    assert_int_equal(mempool_count(pool), 0);
}

static void fill(void) {
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++) assert_int_equal(add(1 + i / 16, i % 16), 0);
}

static void test_pool_has_a_limit(void **state) {
    (void)state;
    fill();
    assert_int_equal(add(99999, 0), MEMPOOL_ERR_CHEAP);
    assert_int_equal(add(1, 16), MEMPOOL_ERR_CHEAP);
    assert_int_equal(insert(make(1, 3, 200), 0), 0); /* a replacement takes no room */
    run_next(1, 0);
    assert_int_equal(add(99999, 0), 0);
}

static void test_full_pool_lets_a_better_one_in_for_the_cheapest(void **state) {
    (void)state;
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++)
        assert_int_equal(insert(make(1 + i / 16, i % 16, 100 + i / 16), 0), 0);
    assert_int_equal(insert(make(99999, 0, 100), 0), MEMPOOL_ERR_CHEAP);
    assert_int_equal(insert(make(99999, 0, 101), 0), 0); /* dearer than sender 1's */
    struct b32 poor = {{0, 0, 0, 1}}, next = {{0, 0, 0, 2}};
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &poor, 0), 0);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &next, 0), 16);
    /* A gap pushes out nobody who can run. */
    while (mempool_count(pool) < MEMPOOL_MAX) {
        static uint32_t who = 200000;
        assert_int_equal(insert(make(who++, 0, 500), 0), 0);
    }
    assert_int_equal(insert(make(77777, 5, 100000), 0), MEMPOOL_ERR_CHEAP);
}

/* Raw bytes of nobody in particular, shared by those that are large. */
static struct mempool_tx *make_large(uint32_t who, uint64_t nonce, uint64_t price) {
    static const uint8_t room[128 << 10];
    struct mempool_tx *tx = make(who, nonce, price);
    tx->raw = BYTES_OF(room);
    return tx;
}

static void test_pool_has_a_limit_of_bytes(void **state) {
    (void)state;
    enum { FIT = MEMPOOL_MAX_BYTES / (128 << 10) };
    for (uint32_t i = 0; i < FIT; i++)
        assert_int_equal(insert(make_large(1 + i / 16, i % 16, 100), 0), 0);
    assert_int_equal(add(99999, 0), MEMPOOL_ERR_CHEAP);
    assert_int_equal(insert(make_large(1, 3, 200), 0), 0); /* a replacement takes no room */
    assert_int_equal(mempool_count(pool), FIT);
    assert_int_equal(insert(make_large(99999, 0, 101), 0), 0);
    assert_true(mempool_count(pool) < FIT);
    /* A replacement may not grow beyond the limit either. */
    assert_int_equal(insert(make(88888, 0, 300), 0), 0);
    assert_int_equal(insert(make(88889, 0, 300), 0), 0);
    uint32_t who = 200000;
    while (insert(make_large(who, 0, 300), 0) == 0 && who < 200000 + FIT) who++;
    assert_true(who > 200000 && who < 200000 + FIT);
    assert_int_equal(insert(make_large(88888, 0, 400), 0), MEMPOOL_ERR_FULL);
    assert_int_equal(insert(make(88888, 0, 400), 0), 0);
}

static void test_full_pool_drops_queued_ones_first(void **state) {
    (void)state;
    for (uint32_t i = 0; i < MEMPOOL_MAX; i++) {
        bool gap = i / 16 == 500; /* of one sender in the middle, which pays most */
        assert_int_equal(insert(make(1 + i / 16, i % 16 + gap, gap ? 900 : 100), 0), 0);
    }
    size_t pending, queued;
    mempool_counts(pool, ST_VM_EVM, &pending, &queued);
    assert_int_equal(pending, MEMPOOL_MAX - 16);
    assert_int_equal(queued, 16);
    assert_int_equal(add(99999, 0), 0);
    mempool_counts(pool, ST_VM_EVM, &pending, &queued);
    assert_int_equal(pending, MEMPOOL_MAX - 16 + 1);
    assert_int_equal(queued, 0);
}

/* ---- Fees */

static void test_better_tips_go_first(void **state) {
    (void)state;
    static const uint64_t tips[] = {5, 9, 7, 9, 1, 3, 9, 2};
    static const uint32_t order[] = {2, 4, 7, 3, 1, 6, 8, 5}; /* equal ones as they came */
    for (uint32_t i = 0; i < COUNT_OF(tips); i++) insert(make(1 + i, 0, tips[i]), 0);
    for (uint32_t i = 0; i < COUNT_OF(order); i++) run_next(order[i], 0);
}

static void test_random_tips_leave_in_order(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        uint64_t last = UINT64_MAX;
        uint32_t n = 1 + rnd() % 300;
        for (uint32_t i = 0; i < n; i++) insert(make(1 + i, 0, rnd() % 50), 0);
        for (uint32_t k = rnd() % n; k > 0; k--) { /* some are replaced, some removed */
            uint32_t who = 1 + rnd() % n;
            if (rnd() % 2) {
                insert(make(who, 0, 60 + rnd() % 100), 0);
            } else {
                struct b32 sender = {{0}};
                store_be32(sender.b, who);
                mempool_remove_sender(pool, ST_VM_EVM, &sender, "gone");
            }
        }
        for (struct mempool_tx *tx; (tx = mempool_take(pool));) {
            assert_true(tx->price.w[0] <= last);
            last = tx->price.w[0];
            mempool_done(pool, tx, 1, NULL);
        }
        mempool_sealed(pool, NULL);
        assert_int_equal(mempool_count(pool), 0);
    }
}

static void test_who_does_not_pay_the_base_fee_waits(void **state) {
    (void)state;
    struct u256 fee = u256_from_u64(50), low = u256_from_u64(20);
    insert(make(1, 0, 40), 0);
    struct mempool_tx *modest = make(2, 0, 100);
    modest->tip = u256_from_u64(3);
    insert(modest, 0);
    struct mempool_tx *move = make(3, 0, 1); /* Move has no base fee: ranks as 1 gwei */
    move->vm = ST_VM_MOVE;
    insert(move, 0);
    mempool_set_base_fee(pool, &fee);
    run_next(3, 0);
    run_next(2, 0);
    assert_null(mempool_take(pool));
    assert_true(mempool_wait(pool, 0, true)); /* and nobody is woken for it */
    assert_int_equal(mempool_count(pool), 1);
    insert(make(4, 0, 21), 0);
    mempool_set_base_fee(pool, &low);
    run_next(1, 0); /* 20 above the fee */
    run_next(4, 0); /* 1 */
}

/* ---- Removing */

static void test_removed_transactions_leave_a_gap(void **state) {
    (void)state;
    struct mempool_tx *middle = make(1, 1, 100);
    struct b32 hash = middle->hash, who = {{0, 0, 0, 1}};
    add(1, 0);
    insert(middle, 0);
    add(1, 2);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 0), 3);
    assert_true(mempool_remove(pool, &hash, "dropped"));
    assert_false(mempool_remove(pool, &hash, "dropped"));
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 0), 1);
    run_next(1, 0);
    assert_null(mempool_take(pool));
    mempool_clear(pool, "dropped");
    assert_int_equal(mempool_count(pool), 0);
}

static void test_taken_transactions_cannot_be_removed(void **state) {
    (void)state;
    struct b32 who = {{0, 0, 0, 1}};
    add(1, 0);
    add(1, 1);
    struct mempool_tx *tx = mempool_take(pool);
    assert_false(mempool_remove(pool, &tx->hash, "dropped"));
    mempool_remove_sender(pool, ST_VM_EVM, &who, "dropped");
    assert_int_equal(mempool_count(pool), 1);
    mempool_done(pool, tx, 1, NULL);
    assert_null(mempool_take(pool));
}

static uint64_t nonce_of(void *ctx, uint8_t vm, const struct b32 *sender) {
    assert_int_equal(vm, ST_VM_EVM);
    return ((uint64_t *)ctx)[load_be32(sender->b)];
}

static void test_refresh_follows_the_state(void **state) {
    (void)state;
    uint64_t nonces[] = {0, 2, 0, 5};
    for (uint64_t n = 0; n < 4; n++) add(1, n);
    for (uint64_t n = 0; n < 3; n++) insert(make(2, n + 1, 100), 1); /* its account had nonce 1 */
    for (uint64_t n = 0; n < 2; n++) add(3, n);
    mempool_refresh(pool, nonce_of, nonces);
    assert_int_equal(mempool_count(pool), 2 + 3);
    run_next(1, 2); /* what is below the nonce is gone */
    run_next(1, 3);
    assert_null(mempool_take(pool)); /* sender 2 went back to 0: a gap */
    add(2, 0);
    for (uint64_t n = 0; n < 4; n++) run_next(2, n);
}

static void test_catching_up_moves_only_those_named(void **state) {
    (void)state;
    struct mempool_nonce list[3] = {{.nonce = 2}, {.nonce = 1}, {.nonce = 9}};
    for (uint32_t i = 0; i < 3; i++) store_be32(list[i].sender.b, i + 1);
    for (uint64_t n = 1; n < 4; n++) add(1, n);
    add(2, 1);
    add(4, 1); /* sender 3 has nothing here, sender 4 is not named */
    assert_nothing_runs(0);
    mempool_catch_up(pool, ST_VM_MOVE, list, 3); /* another machine's */
    assert_nothing_runs(0);
    assert_int_equal(mempool_count(pool), 5);
    mempool_catch_up(pool, ST_VM_EVM, list, 3);
    assert_int_equal(mempool_count(pool), 4);
    run_next(1, 2);
    run_next(2, 1);
    run_next(1, 3);
    assert_null(mempool_take(pool));
    assert_int_equal(mempool_count(pool), 1);
}

static void test_list_says_what_is_pending(void **state) {
    (void)state;
    size_t n;
    add(2, 0);
    add(2, 2);
    add(1, 1);
    struct mempool_view *list = mempool_list(pool, &arena, &n);
    assert_int_equal(n, 3);
    static const uint32_t want[][3] = {{1, 1, 0}, {2, 0, 1}, {2, 2, 0}};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(load_be32(list[i].sender.b), want[i][0]);
        assert_int_equal(list[i].nonce, want[i][1]);
        assert_int_equal(list[i].pending, want[i][2]);
        assert_bytes_equal(list[i].raw, BYTES_LIT("raw bytes"));
    }
}

/* Only waiting transactions expire. The clock is not moved: they are made to have arrived earlier.
 */
static void test_expired_transactions_make_room_but_not_those_taken(void **state) {
    (void)state;
    fill();
    struct mempool_tx *first = mempool_take(pool), *second = mempool_take(pool);
    for (struct mempool_tx *tx = second->next; tx; tx = tx->next)
        tx->arrived_s -= MEMPOOL_EXPIRY_S + 1;
    first->arrived_s -= MEMPOOL_EXPIRY_S + 1;
    assert_int_equal(add(99999, 0), 0);
    assert_int_equal(mempool_count(pool), MEMPOOL_MAX - 15 + 1);
    mempool_done(pool, first, 1, NULL);
    mempool_done(pool, second, 1, NULL);
    assert_int_equal(mempool_count(pool), MEMPOOL_MAX - 15 - 1);
}

/* A sender in the ready queue whose transactions have all expired is passed over. */
static void test_expired_sender_in_the_ready_queue_is_passed_over(void **state) {
    (void)state;
    fill();
    struct mempool_tx *tx = mempool_take(pool); /* of sender 1 */
    struct mempool_sender *owner = tx->owner;
    for (struct mempool_tx *t = tx->next; t; t = t->next) {
        assert_ptr_equal(t->owner, owner);
        t->arrived_s -= MEMPOOL_EXPIRY_S + 1;
    }
    mempool_put_back(pool, tx, 0);
    tx->arrived_s -= MEMPOOL_EXPIRY_S + 1; /* it is ready again, behind all others */
    assert_int_equal(add(99999, 0), 0);
    uint32_t taken = 0;
    while ((tx = mempool_take(pool))) {
        assert_int_not_equal(load_be32(tx->sender.b), 1);
        mempool_done(pool, tx, tx->nonce + 1, NULL);
        taken++;
    }
    assert_int_equal(taken, MEMPOOL_MAX - 16 + 1);
    assert_int_equal(mempool_count(pool), 0);
}

/* ---- Asking */

static void test_find_copies_the_bytes(void **state) {
    (void)state;
    struct mempool_tx *tx = make(1, 0, 100);
    struct b32 hash = tx->hash, other = {{9}};
    struct bytes raw;
    uint8_t vm = 9;
    insert(tx, 0);
    assert_true(mempool_find(pool, &hash, &arena, &vm, &raw));
    assert_int_equal(vm, ST_VM_EVM);
    assert_bytes_equal(raw, BYTES_LIT("raw bytes"));
    assert_false(mempool_find(pool, &other, &arena, &vm, &raw));
    struct mempool_tx *taken = mempool_take(pool);
    assert_true(mempool_find(pool, &hash, &arena, &vm, &raw));
    mempool_done(pool, taken, 1, NULL);
    assert_int_equal(mempool_count(pool), 0);
    /* It is in no block yet: found all the same, and known. */
    assert_true(mempool_find(pool, &hash, &arena, &vm, &raw));
    assert_bytes_equal(raw, BYTES_LIT("raw bytes"));
    assert_int_equal(insert(make(1, 0, 100), 0), MEMPOOL_ERR_KNOWN);
    mempool_sealed(pool, NULL);
    assert_false(mempool_find(pool, &hash, &arena, &vm, &raw));
}

static void test_what_ran_takes_no_room(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < MEMPOOL_MAX; i++) assert_int_equal(add(i, round), 0);
        for (struct mempool_tx *tx; (tx = mempool_take(pool));)
            mempool_done(pool, tx, round + 1, NULL);
    }
    mempool_sealed(pool, NULL);
    assert_int_equal(mempool_count(pool), 0);
}

/* The submitter had seen an older state than who asks for the next nonce. */
static void test_next_nonce_of_a_sender_with_an_old_one(void **state) {
    (void)state;
    struct b32 who = {{0, 0, 0, 1}};
    assert_int_equal(insert(make(1, 8, 1), 7), 0);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 8), 9);
}

static void test_next_nonce_counts_up_to_the_first_gap(void **state) {
    (void)state;
    struct b32 who = {{0, 0, 0, 1}}, other = {{0, 0, 0, 2}};
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 5), 5);
    for (uint64_t n = 5; n < 9; n++) insert(make(1, n == 7 ? 20 : n, 1), 5);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 5), 7);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &other, 3), 3);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_MOVE, &who, 3), 3);
    struct mempool_tx *tx = mempool_take(pool);
    assert_int_equal(tx->nonce, 5);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 5), 7); /* taken counts */
    mempool_done(pool, tx, 6, NULL);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 5), 7); /* not sealed yet */
    mempool_sealed(pool, NULL);
}

/* Between its run and the seal of the block, a client asks for the nonce with the old state. */
static void test_next_nonce_between_run_and_seal_is_the_new_one(void **state) {
    (void)state;
    struct b32 who = {{0, 0, 0, 1}};
    add(1, 0);
    run_next(1, 0);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 0), 1);
    mempool_sealed(pool, NULL);
    assert_int_equal(mempool_next_nonce(pool, ST_VM_EVM, &who, 1), 1);
}

/* ---- Waiting */

struct submitter {
    pthread_t thread;
    struct mempool_tx *tx;
    uint64_t wait_ms;
    enum mempool_err err;
    struct mempool_outcome outcome;
};

static void *submit(void *ctx) {
    struct submitter *s = ctx;
    s->err = mempool_insert(pool, s->tx, 0, s->wait_ms, &s->outcome);
    return NULL;
}

static void start(struct submitter *s, struct mempool_tx *tx, uint64_t wait_ms) {
    *s = (struct submitter){.tx = tx, .wait_ms = wait_ms};
    assert_int_equal(pthread_create(&s->thread, NULL, submit, s), 0);
}

static struct mempool_tx *take_when_there(void) {
    assert_true(mempool_wait(pool, 10000, true));
    struct mempool_tx *tx = mempool_take(pool);
    assert_non_null(tx);
    return tx;
}

static void test_submitter_learns_success_with_the_seal(void **state) {
    (void)state;
    struct submitter s;
    start(&s, make(1, 0, 1), 20000);
    mempool_done(pool, take_when_there(), 1, NULL);
    mempool_sealed(pool, NULL);
    pthread_join(s.thread, NULL);
    assert_int_equal(s.err, 0);
    assert_true(s.outcome.sealed);
    assert_false(s.outcome.refused);
}

static void test_submitter_learns_that_the_seal_failed(void **state) {
    (void)state;
    struct submitter s;
    start(&s, make(1, 0, 1), 20000);
    mempool_done(pool, take_when_there(), 1, NULL);
    mempool_sealed(pool, "the disk is full");
    pthread_join(s.thread, NULL);
    assert_false(s.outcome.sealed);
    assert_true(s.outcome.refused);
    assert_string_equal(s.outcome.text, "the disk is full");
}

static void test_submitter_learns_a_refusal_at_once(void **state) {
    (void)state;
    struct submitter s;
    struct mempool_outcome refusal = {.refused = true, .vm_code = 3, .text = "nonce too low"};
    start(&s, make(1, 0, 1), 20000);
    mempool_done(pool, take_when_there(), 0, &refusal);
    pthread_join(s.thread, NULL);
    assert_true(s.outcome.refused);
    assert_int_equal(s.outcome.vm_code, 3);
    assert_string_equal(s.outcome.text, "nonce too low");
}

static void test_submitter_of_a_replaced_transaction_is_told(void **state) {
    (void)state;
    struct submitter s;
    start(&s, make(1, 0, 100), 20000);
    assert_true(mempool_wait(pool, 10000, true));
    assert_int_equal(insert(make(1, 0, 200), 0), 0);
    pthread_join(s.thread, NULL);
    assert_true(s.outcome.refused);
    assert_non_null(strstr(s.outcome.text, "replaced"));
}

/* Nobody may write to a submitter's stack after it has given up: the sanitizer watches. */
static void test_submitter_gives_up_in_every_state(void **state) {
    (void)state;
    struct submitter s;
    start(&s, make(1, 0, 1), 20); /* waiting */
    pthread_join(s.thread, NULL);
    assert_false(s.outcome.sealed || s.outcome.refused);
    mempool_done(pool, take_when_there(), 1, NULL);
    start(&s, make(2, 0, 1), 150); /* taken */
    struct mempool_tx *tx = take_when_there();
    pthread_join(s.thread, NULL);
    mempool_done(pool, tx, 1, NULL);
    start(&s, make(3, 0, 1), 150); /* done and not sealed */
    mempool_done(pool, take_when_there(), 1, NULL);
    pthread_join(s.thread, NULL);
    assert_false(s.outcome.sealed);
    mempool_sealed(pool, NULL);
}

static void test_submitter_with_a_gap_does_not_wait(void **state) {
    (void)state;
    struct mempool_outcome outcome;
    assert_int_equal(mempool_insert(pool, make(1, 5, 1), 0, 0, &outcome), 0);
    mempool_put_back(pool, mempool_take(pool), 0); /* the sender's nonce is sure now */
    assert_int_equal(mempool_insert(pool, make(1, 6, 1), 0, 600000, &outcome), 0);
    assert_false(outcome.sealed || outcome.refused);
}

static void test_many_submitters_all_learn_their_outcome(void **state) {
    (void)state;
    enum { COUNT = 24 };
    struct submitter s[COUNT];
    uint32_t done = 0;
    for (uint32_t i = 0; i < COUNT; i++) start(&s[i], make(i, 0, 1), 60000);
    while (done < COUNT) {
        struct mempool_tx *tx;
        assert_true(mempool_wait(pool, 10000, true));
        for (; (tx = mempool_take(pool)); done++) mempool_done(pool, tx, 1, NULL);
        mempool_sealed(pool, NULL);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        pthread_join(s[i].thread, NULL);
        assert_true(s[i].outcome.sealed);
    }
}

/* ---- Stopping */

static void test_stop_ends_all_waiting(void **state) {
    (void)state;
    struct submitter s;
    start(&s, make(1, 0, 1), 60000);
    assert_true(mempool_wait(pool, 10000, true));
    mempool_stop(pool);
    pthread_join(s.thread, NULL);
    assert_true(s.outcome.refused);
    assert_string_equal(s.outcome.text, "the node is stopping");
    assert_false(mempool_wait(pool, UINT64_MAX, true));
    assert_int_equal(add(2, 0), MEMPOOL_ERR_STOPPED);
}

static void test_stop_lets_the_block_in_hand_finish(void **state) {
    (void)state;
    struct submitter s;
    start(&s, make(1, 0, 1), 60000);
    struct mempool_tx *tx = take_when_there();
    mempool_stop(pool);
    mempool_done(pool, tx, 1, NULL);
    mempool_sealed(pool, NULL);
    pthread_join(s.thread, NULL);
    assert_true(s.outcome.sealed);
}

static void test_wait_without_work_ends_after_its_time(void **state) {
    (void)state;
    assert_true(mempool_wait(pool, 5, true));
    assert_null(mempool_take(pool));
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_senders_take_turns_and_nonces_ascend),
        T(test_one_transaction_of_a_sender_is_taken_at_a_time),
        T(test_gap_waits_until_it_is_filled),
        T(test_gap_of_a_new_sender_goes_back_and_waits),
        T(test_refused_transaction_leaves_the_next_one_waiting),
        T(test_machines_have_senders_of_their_own),
        T(test_random_order_runs_in_nonce_order),
        T(test_replacement_pays_ten_percent_more),
        T(test_replacement_at_exactly_ten_percent_is_taken),
        T(test_replacement_raises_the_tip_as_well),
        T(test_replacement_of_nothing_pays_something),
        T(test_replacement_at_absurd_prices_does_not_overflow),
        T(test_replacement_of_the_only_ready_transaction_keeps_its_turn),
        T(test_sender_has_a_limit),
        T(test_sender_with_all_behind_a_gap_can_still_fill_it),
        T(test_pool_has_a_limit),
        T(test_pool_has_a_limit_of_bytes),
        T(test_full_pool_lets_a_better_one_in_for_the_cheapest),
        T(test_full_pool_drops_queued_ones_first),
        T(test_better_tips_go_first),
        T(test_random_tips_leave_in_order),
        T(test_who_does_not_pay_the_base_fee_waits),
        T(test_removed_transactions_leave_a_gap),
        T(test_taken_transactions_cannot_be_removed),
        T(test_refresh_follows_the_state),
        T(test_catching_up_moves_only_those_named),
        T(test_list_says_what_is_pending),
        T(test_expired_transactions_make_room_but_not_those_taken),
        T(test_expired_sender_in_the_ready_queue_is_passed_over),
        T(test_find_copies_the_bytes),
        T(test_what_ran_takes_no_room),
        T(test_next_nonce_counts_up_to_the_first_gap),
        T(test_next_nonce_of_a_sender_with_an_old_one),
        T(test_next_nonce_between_run_and_seal_is_the_new_one),
        T(test_submitter_learns_success_with_the_seal),
        T(test_submitter_learns_that_the_seal_failed),
        T(test_submitter_learns_a_refusal_at_once),
        T(test_submitter_of_a_replaced_transaction_is_told),
        T(test_submitter_gives_up_in_every_state),
        T(test_submitter_with_a_gap_does_not_wait),
        T(test_many_submitters_all_learn_their_outcome),
        T(test_stop_ends_all_waiting),
        T(test_stop_lets_the_block_in_hand_finish),
        T(test_wait_without_work_ends_after_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
