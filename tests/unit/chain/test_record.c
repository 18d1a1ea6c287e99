/* What the store keeps of blocks and transactions: round trips and damage. */
#include "../codec/helpers.h"
#include "chain/internal.h"

static void fill(void *p, size_t n) {
    for (size_t i = 0; i < n; i++) ((uint8_t *)p)[i] = (uint8_t)rnd();
}

static struct bytes random_bytes(void) {
    size_t n = rnd() % 4 ? rnd() % 60 : 0;
    uint8_t *p = arena_alloc(&arena, n + 1, 1);
    fill(p, n);
    return bytes_make(p, n);
}

static struct chain_block random_block(void) {
    struct chain_block b;
    memset(&b, 0, sizeof b);
    b.height = rnd();
    b.timestamp_us = rnd();
    fill(&b.hash, 32);
    fill(&b.parent_hash, 32);
    fill(&b.roots, sizeof b.roots);
    fill(&b.transactions_root, 32);
    fill(&b.receipts_root, 32);
    fill(b.logs_bloom, 256);
    b.gas_limit = rnd();
    b.gas_used = rnd();
    fill(&b.base_fee, 32);
    fill(&b.coinbase, 20);
    fill(&b.prev_randao, 32);
    b.root_count = (uint32_t)rnd();
    b.evm_count = (uint32_t)rnd();
    b.first_version = rnd();
    b.last_version = rnd();
    b.encoded_bytes = rnd();
    b.header_fields = (uint8_t)(ETH_FIELDS_FRONTIER + rnd() % 7);
    b.fork = (enum evm_fork)(rnd() % EVM_FORK_COUNT);
    fill(&b.ommers_hash, 32);
    fill(&b.difficulty, 32);
    fill(&b.total_difficulty, 32);
    fill(b.extra, sizeof b.extra);
    b.extra_bytes = (uint8_t)(rnd() % (sizeof b.extra + 1));
    fill(b.nonce, sizeof b.nonce);
    fill(&b.withdrawals_root, 32);
    b.blob_gas_used = rnd();
    b.excess_blob_gas = rnd();
    fill(&b.parent_beacon_root, 32);
    fill(&b.requests_hash, 32);
    fill(&b.blob_base_fee, 32);
    b.blobs_max = (uint32_t)rnd();
    return b;
}

/* Indexes of keys. */
static struct bytes random_places(size_t key_count) {
    size_t n = rnd() % 5;
    uint8_t *p = arena_alloc(&arena, n + 1, 1);
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(rnd() % key_count);
    return bytes_make(p, n);
}

static const struct xvm_svm_leg *random_svm_leg(void) {
    struct xvm_svm_leg *l = ARENA_NEW(&arena, struct xvm_svm_leg);
    struct sol_message *m = &l->message;
    struct sol_result *r = &l->result;
    struct sol_instruction *in = ARENA_NEW(&arena, struct sol_instruction);
    m->key_count = 1 + rnd() % 6;
    m->keys = ARENA_ARRAY(&arena, struct sol_key, m->key_count);
    for (size_t i = 0; i < m->key_count; i++) {
        fill(&m->keys[i].key, 32);
        m->keys[i].signer = rnd() % 2;
        m->keys[i].writable = rnd() % 2;
    }
    *in = (struct sol_instruction){.program = (uint8_t)(rnd() % m->key_count),
                                   .accounts = random_places(m->key_count),
                                   .data = random_bytes()};
    m->instructions = in;
    m->instruction_count = 1;
    r->error = (struct sol_error){SOL_TX_INSTRUCTION_ERROR, 0, sol_custom((uint32_t)rnd())};
    r->units = rnd();
    r->log_count = rnd() % 4;
    r->logs = ARENA_ARRAY(&arena, struct bytes, r->log_count);
    for (size_t i = 0; i < r->log_count; i++) r->logs[i] = random_bytes();
    r->inner_count = rnd() % 3;
    r->inner = ARENA_ARRAY(&arena, struct sol_inner, r->inner_count);
    for (size_t i = 0; i < r->inner_count; i++)
        r->inner[i] = (struct sol_inner){.height = (uint8_t)rnd(),
                                         .program = (uint8_t)(rnd() % m->key_count),
                                         .accounts = random_places(m->key_count),
                                         .data = random_bytes()};
    fill(&r->return_program, 32);
    r->return_data = random_bytes();
    if (rnd() % 2) { /* else nothing was loaded */
        r->lamports_before = ARENA_ARRAY(&arena, uint64_t, m->key_count);
        r->lamports_after = ARENA_ARRAY(&arena, uint64_t, m->key_count);
        fill(r->lamports_before, 8 * m->key_count);
        fill(r->lamports_after, 8 * m->key_count);
    }
    struct sol_token_balance *tokens = ARENA_ARRAY(&arena, struct sol_token_balance, 2);
    tokens[0] = (struct sol_token_balance){.key = (uint8_t)rnd(), .amount = rnd()};
    fill(&tokens[1].mint, 32);
    l->tokens_before = l->tokens_after = tokens;
    l->tokens_before_count = rnd() % 3;
    l->tokens_after_count = rnd() % 3;
    return l;
}

static void random_lists(struct chain_tx *t) {
    t->leg_count = rnd() % 4;
    t->message_count = rnd() % 4;
    t->log_count = rnd() % 4;
    t->change_count = rnd() % 4;
    struct xvm_leg *legs = ARENA_ARRAY(&arena, struct xvm_leg, t->leg_count);
    struct b32 *messages = ARENA_ARRAY(&arena, struct b32, t->message_count);
    struct st_log *logs = ARENA_ARRAY(&arena, struct st_log, t->log_count);
    struct chain_change *changes = ARENA_ARRAY(&arena, struct chain_change, t->change_count);
    for (uint32_t i = 0; i < t->leg_count; i++) {
        legs[i] = (struct xvm_leg){.kind = rnd() % 4,
                                   .vm = rnd() % 2,
                                   .ok = rnd() % 2,
                                   .failure = rnd() % 8,
                                   .parent = (uint32_t)rnd(),
                                   .gas_used = rnd(),
                                   .vm_gas_used = rnd(),
                                   .from = random_bytes(),
                                   .to = random_bytes(),
                                   .function = random_bytes(),
                                   .input = random_bytes(),
                                   .output = random_bytes(),
                                   .error = random_bytes(),
                                   .log_first = (uint32_t)rnd(),
                                   .log_count = (uint32_t)rnd(),
                                   .svm = rnd() % 2 ? random_svm_leg() : NULL};
        fill(&legs[i].message, 32);
    }
    fill(messages, 32 * t->message_count);
    for (uint32_t i = 0; i < t->log_count; i++) {
        logs[i] = (struct st_log){.vm = rnd() % 2,
                                  .leg = (uint32_t)rnd(),
                                  .topic_count = rnd() % 5,
                                  .data = random_bytes(),
                                  .type_tag = random_bytes(),
                                  .guid_creation_number = rnd(),
                                  .sequence_number = rnd()};
        fill(&logs[i].address, 20);
        fill(logs[i].topics, 32 * logs[i].topic_count);
        fill(&logs[i].guid_address, 32);
    }
    for (uint32_t i = 0; i < t->change_count; i++)
        changes[i] = (struct chain_change){(uint8_t)rnd(), random_bytes(),
                                           rnd() % 2 ? random_bytes() : (struct bytes){NULL, 0}};
    t->legs = legs;
    t->messages = messages;
    t->logs = logs;
    t->changes = changes;
}

static struct chain_tx random_tx(void) {
    struct chain_tx t = {.vm = rnd() % 2,
                         .genesis = rnd() % 2,
                         .raw = random_bytes(),
                         .height = rnd(),
                         .index = (uint32_t)rnd(),
                         .ok = rnd() % 2,
                         .gas_used = rnd(),
                         .common_gas_used = rnd(),
                         .move_sequence_number = rnd(),
                         .created = rnd() % 2,
                         .move_status = random_bytes(),
                         .evm_index = (uint32_t)rnd(),
                         .evm_cumulative_gas = rnd(),
                         .evm_log_first = (uint32_t)rnd(),
                         .version = rnd()};
    fill(&t.hash, 32);
    fill(&t.effective_gas_price, 32);
    fill(&t.evm_sender, 20);
    fill(&t.move_sender, 32);
    fill(&t.contract, 20);
    fill(&t.evm_hash, 32);
    fill(&t.move_hash, 32);
    random_lists(&t);
    return t;
}

#define SAME(field)       assert_int_equal(a->field, b->field)
#define SAME_FIXED(field) assert_memory_equal(&a->field, &b->field, sizeof a->field)
#define SAME_BYTES(field) assert_bytes_equal(a->field, b->field)

static void assert_same_tokens(const struct sol_token_balance *a, const struct sol_token_balance *b,
                               uint32_t count) {
    for (uint32_t i = 0; i < count; i++, a++, b++) {
        SAME(key);
        SAME(decimals);
        SAME(amount);
        SAME_FIXED(mint);
        SAME_FIXED(owner);
        SAME_FIXED(program);
    }
}

static void assert_same_inner(const struct sol_inner *a, const struct sol_inner *b) {
    SAME(outer);
    SAME(height);
    SAME(program);
    SAME_BYTES(accounts);
    SAME_BYTES(data);
}

static void assert_same_svm_leg(const struct xvm_svm_leg *a, const struct xvm_svm_leg *b) {
    assert_int_equal(a == NULL, b == NULL);
    if (!a) return;
    SAME(message.key_count);
    for (size_t i = 0; i < a->message.key_count; i++) {
        SAME_FIXED(message.keys[i].key);
        SAME(message.keys[i].signer);
        SAME(message.keys[i].writable);
    }
    SAME(message.instructions[0].program);
    SAME_BYTES(message.instructions[0].accounts);
    SAME_BYTES(message.instructions[0].data);
    SAME(result.error.code);
    SAME(result.error.fail.custom);
    SAME(result.units);
    SAME(result.log_count);
    for (size_t i = 0; i < a->result.log_count; i++) SAME_BYTES(result.logs[i]);
    SAME(result.inner_count);
    for (size_t i = 0; i < a->result.inner_count; i++)
        assert_same_inner(&a->result.inner[i], &b->result.inner[i]);
    SAME_FIXED(result.return_program);
    SAME_BYTES(result.return_data);
    assert_int_equal(a->result.lamports_before == NULL, b->result.lamports_before == NULL);
    for (size_t i = 0; a->result.lamports_before && i < a->message.key_count; i++) {
        SAME(result.lamports_before[i]);
        SAME(result.lamports_after[i]);
    }
    SAME(tokens_before_count);
    SAME(tokens_after_count);
    assert_same_tokens(a->tokens_before, b->tokens_before, a->tokens_before_count);
    assert_same_tokens(a->tokens_after, b->tokens_after, a->tokens_after_count);
}

static void assert_same_leg(const struct xvm_leg *a, const struct xvm_leg *b) {
    SAME(kind);
    SAME(vm);
    SAME(ok);
    SAME(failure);
    SAME(parent);
    SAME_FIXED(message);
    SAME(gas_used);
    SAME(vm_gas_used);
    SAME_BYTES(from);
    SAME_BYTES(to);
    SAME_BYTES(function);
    SAME_BYTES(input);
    SAME_BYTES(output);
    SAME_BYTES(error);
    SAME(log_first);
    SAME(log_count);
    assert_same_svm_leg(a->svm, b->svm);
}

static void assert_same_log(const struct st_log *a, const struct st_log *b) {
    SAME(vm);
    SAME(leg);
    SAME_FIXED(address);
    SAME(topic_count);
    SAME_FIXED(topics);
    SAME_BYTES(data);
    SAME_BYTES(type_tag);
    SAME_FIXED(guid_address);
    SAME(guid_creation_number);
    SAME(sequence_number);
}

static void assert_same_tx(const struct chain_tx *a, const struct chain_tx *b) {
    SAME(vm);
    SAME(genesis);
    SAME_FIXED(hash);
    SAME_BYTES(raw);
    SAME(height);
    SAME(index);
    SAME(ok);
    SAME(gas_used);
    SAME(common_gas_used);
    SAME_FIXED(effective_gas_price);
    SAME_FIXED(evm_sender);
    SAME_FIXED(move_sender);
    SAME(move_sequence_number);
    SAME(created);
    SAME_FIXED(contract);
    SAME_BYTES(move_status);
    SAME(evm_index);
    SAME(evm_cumulative_gas);
    SAME(evm_log_first);
    SAME(version);
    SAME_FIXED(evm_hash);
    SAME_FIXED(move_hash);
    SAME(leg_count);
    SAME(message_count);
    SAME(log_count);
    SAME(change_count);
    for (uint32_t i = 0; i < a->leg_count; i++) assert_same_leg(&a->legs[i], &b->legs[i]);
    for (uint32_t i = 0; i < a->log_count; i++) assert_same_log(&a->logs[i], &b->logs[i]);
    if (a->message_count) assert_memory_equal(a->messages, b->messages, 32 * a->message_count);
    for (uint32_t i = 0; i < a->change_count; i++) {
        assert_int_equal(a->changes[i].domain, b->changes[i].domain);
        assert_bytes_equal(a->changes[i].key, b->changes[i].key);
        assert_int_equal(a->changes[i].value.p == NULL, b->changes[i].value.p == NULL);
        assert_bytes_equal(a->changes[i].value, b->changes[i].value);
    }
}

static void test_block_survives_encode_and_decode(void **state) {
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct chain_block want = random_block(), got;
        struct buf b = {0};
        memset(&got, 0, sizeof got);
        chain_block_encode(&b, &want);
        assert_true(chain_block_decode(buf_bytes(&b), &got));
        struct buf again = {0};
        chain_block_encode(&again, &got);
        assert_bytes_equal(buf_bytes(&again), buf_bytes(&b));
        assert_int_equal(got.height, want.height);
        assert_memory_equal(got.logs_bloom, want.logs_bloom, 256);
        assert_int_equal(got.last_version, want.last_version);
        assert_memory_equal(&got.base_fee, &want.base_fee, 32);
        buf_free(&b);
        buf_free(&again);
    }
}

static void test_cut_or_longer_block_is_refused(void **state) {
    (void)state;
    struct chain_block block = random_block(), got;
    struct buf b = {0};
    chain_block_encode(&b, &block);
    for (size_t n = 0; n < b.n; n++) {
        struct bytes cut = exact_copy(bytes_make(b.p, n));
        assert_false(chain_block_decode(cut, &got));
        free((void *)cut.p);
    }
    buf_put_u8(&b, 0);
    assert_false(chain_block_decode(buf_bytes(&b), &got));
    b.p[0] ^= 0x80;
    assert_false(chain_block_decode(bytes_make(b.p, b.n - 1), &got));
    buf_free(&b);
}

static void test_transaction_survives_encode_and_decode(void **state) {
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct chain_tx want = random_tx(), got;
        struct buf b = {0};
        chain_tx_encode(&b, &want);
        assert_true(chain_tx_decode(buf_bytes(&b), &arena, &got));
        assert_same_tx(&got, &want);
        buf_free(&b);
        arena_release(&arena, mark);
    }
}

static void test_cut_transaction_is_refused_at_every_byte(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct chain_tx tx = random_tx(), got;
        struct buf b = {0};
        chain_tx_encode(&b, &tx);
        for (size_t n = 0; n < b.n; n++) {
            struct arena_mark mark = arena_mark(&arena);
            struct bytes cut = exact_copy(bytes_make(b.p, n));
            assert_false(chain_tx_decode(cut, &arena, &got));
            free((void *)cut.p);
            arena_release(&arena, mark);
        }
        buf_put_u8(&b, 0);
        assert_false(chain_tx_decode(buf_bytes(&b), &arena, &got));
        buf_free(&b);
    }
}

/* Whatever bytes are changed, the reader ends, stays inside, and asks for memory in proportion. */
static void test_damaged_transaction_does_no_harm(void **state) {
    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct arena limited;
        struct chain_tx tx = random_tx(), got;
        struct buf b = {0};
        chain_tx_encode(&b, &tx);
        for (unsigned k = 1 + rnd() % 4; k; k--)
            b.p[rnd() % b.n] = rnd() % 2 ? 0xff : (uint8_t)rnd();
        struct bytes damaged = exact_copy(buf_bytes(&b));
        arena_init(&limited, 16 * b.n + 65536);
        chain_tx_decode(damaged, &limited, &got);
        arena_free(&limited);
        free((void *)damaged.p);
        buf_free(&b);
        arena_release(&arena, mark);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_survives_encode_and_decode),
        cmocka_unit_test(test_cut_or_longer_block_is_refused),
        cmocka_unit_test(test_transaction_survives_encode_and_decode),
        cmocka_unit_test(test_cut_transaction_is_refused_at_every_byte),
        cmocka_unit_test(test_damaged_transaction_does_no_harm),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
