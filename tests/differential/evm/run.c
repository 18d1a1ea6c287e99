/* Cases as bytes, and their execution by Tern. */
#include "crypto/crypto.h"
#include "differential/evm/case.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Encoding ---- */

static void put_u32(struct buf *b, size_t v) {
    store_le32(buf_room(b, 4), (uint32_t)v);
    b->n += 4;
}

static void put_u64(struct buf *b, uint64_t v) {
    store_le64(buf_room(b, 8), v);
    b->n += 8;
}

static void put_word(struct buf *b, const struct u256 *v) {
    u256_store_be(buf_room(b, 32), v);
    b->n += 32;
}

static void put_b20(struct buf *b, const struct b20 *v) {
    buf_put(b, v->b, 20);
}

static void put_b32(struct buf *b, const struct b32 *v) {
    buf_put(b, v->b, 32);
}

static void put_counted(struct buf *b, struct bytes v) {
    put_u32(b, v.n);
    buf_put_bytes(b, v);
}

static void put_hashes(struct buf *b, const struct b32 *hashes, size_t count) {
    put_u32(b, count);
    for (size_t i = 0; i < count; i++) put_b32(b, &hashes[i]);
}

static void encode_account(const struct ed_account *a, struct buf *out) {
    put_b20(out, &a->address);
    put_u64(out, a->nonce);
    put_word(out, &a->balance);
    put_counted(out, a->code);
    put_u32(out, a->slot_count);
    for (size_t i = 0; i < a->slot_count; i++) {
        put_word(out, &a->slots[i].key);
        put_word(out, &a->slots[i].value);
    }
}

static void encode_authorization(const struct evm_authorization *a, struct buf *out) {
    put_word(out, &a->chain_id);
    put_b20(out, &a->address);
    put_u64(out, a->nonce);
    buf_put_u8(out, a->y_parity);
    put_word(out, &a->r);
    put_word(out, &a->s);
}

static void encode_tx(const struct evm_tx *t, struct buf *out) {
    buf_put_u8(out, t->type);
    buf_put_u8(out, (uint8_t)(t->has_chain_id | t->is_create << 1));
    put_u64(out, t->chain_id);
    put_u64(out, t->nonce);
    put_u64(out, t->gas_limit);
    put_b20(out, &t->sender);
    put_b20(out, &t->to);
    put_word(out, &t->value);
    put_word(out, &t->max_fee);
    put_word(out, &t->max_priority_fee);
    put_word(out, &t->max_blob_fee);
    put_counted(out, t->data);
    put_u32(out, t->access_count);
    for (size_t i = 0; i < t->access_count; i++) {
        put_b20(out, &t->access[i].address);
        put_hashes(out, t->access[i].keys, t->access[i].key_count);
    }
    put_hashes(out, t->blob_hashes, t->blob_hash_count);
    put_u32(out, t->authorization_count);
    for (size_t i = 0; i < t->authorization_count; i++)
        encode_authorization(&t->authorizations[i], out);
}

void ed_encode(const struct ed_case *c, struct buf *out) {
    buf_put_u8(out, (uint8_t)c->fork);
    put_u64(out, c->chain_id);
    put_u64(out, c->block.number);
    put_u64(out, c->block.timestamp);
    put_u64(out, c->block.gas_limit);
    put_b20(out, &c->block.coinbase);
    put_u64(out, c->block.base_fee.w[0]);
    put_word(out, &c->block.difficulty);
    put_b32(out, &c->block.prev_randao);
    put_u64(out, c->excess_blob_gas);
    put_u32(out, c->account_count);
    for (size_t i = 0; i < c->account_count; i++) encode_account(&c->accounts[i], out);
    put_u32(out, c->tx_count);
    for (size_t i = 0; i < c->tx_count; i++) encode_tx(&c->txs[i], out);
}

/* ---- The world ---- */

static void fill_account(struct st_journal *j, const struct ed_account *from) {
    struct st_account *a = st_account(j, &from->address);
    st_touch(j, a, true);
    if (from->nonce) st_set_nonce(j, a, from->nonce);
    if (!u256_is_zero(&from->balance)) st_set_balance(j, a, &from->balance);
    if (from->code.n) st_set_code(j, a, st_code_new(from->code));
    for (size_t i = 0; i < from->slot_count; i++)
        st_set_slot(j, st_slot(j, a, &from->slots[i].key), &from->slots[i].value);
}

struct dump {
    struct st_account **accounts;
    size_t account_count, account_room;
    struct ed_slot *slots;
    size_t slot_count, slot_room;
};

static void collect_account(void *ctx, struct st_account *a) {
    struct dump *d = ctx;
    if (d->account_count == d->account_room) {
        d->account_room = d->account_room ? 2 * d->account_room : 64;
        d->accounts = xrealloc(d->accounts, d->account_room * sizeof *d->accounts);
    }
    d->accounts[d->account_count++] = a;
}

static void collect_slot(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct dump *d = ctx;
    if (d->slot_count == d->slot_room) {
        d->slot_room = d->slot_room ? 2 * d->slot_room : 64;
        d->slots = xrealloc(d->slots, d->slot_room * sizeof *d->slots);
    }
    d->slots[d->slot_count++] = (struct ed_slot){*key, *value};
}

static int by_address(const void *x, const void *y) {
    struct st_account *const *a = x, *const *b = y;
    return memcmp((*a)->address.b, (*b)->address.b, 20);
}

static int by_key(const void *x, const void *y) {
    const struct ed_slot *a = x, *b = y;
    return u256_cmp(&a->key, &b->key);
}

static void put_world(struct st_journal *j, struct buf *out) {
    struct dump d = {0};
    st_each_account(j, collect_account, &d);
    if (d.account_count) qsort(d.accounts, d.account_count, sizeof *d.accounts, by_address);
    put_u32(out, d.account_count);
    for (size_t i = 0; i < d.account_count; i++) {
        const struct st_account *a = d.accounts[i];
        put_b20(out, &a->address);
        put_u64(out, a->nonce);
        put_word(out, &a->balance);
        put_b32(out, &a->code_hash);
        d.slot_count = 0;
        st_each_slot(j, a, collect_slot, &d);
        if (d.slot_count) qsort(d.slots, d.slot_count, sizeof *d.slots, by_key);
        put_u32(out, d.slot_count);
        for (size_t k = 0; k < d.slot_count; k++) {
            put_word(out, &d.slots[k].key);
            put_word(out, &d.slots[k].value);
        }
    }
    free(d.accounts);
    free(d.slots);
}

/* ---- Execution ---- */

/* As in state tests: the hash of block n is keccak-256 of n in decimal. */
static bool block_hash(void *ctx, uint64_t number, struct b32 *out) {
    (void)ctx;
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    keccak256(out, bytes_make(text, (size_t)n));
    return true;
}

static uint64_t hash_stack(const struct evm_step *s) {
    uint64_t h = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < s->stack_count; i++)
        for (int k = 0; k < 4; k++) h = (h ^ s->stack[i].w[k]) * 0x100000001b3u;
    return h;
}

struct steps {
    bool wanted;
    size_t count;
    struct buf records;
};

/* Checks what holds at every step, whatever the code, and writes it down if that is wanted. */
static void on_step(void *ctx, struct evm_env *env, const struct evm_step *s) {
    struct steps *all = ctx;
    (void)env;
    if (s->stack_count > 1024 || s->memory_size % 32 != 0 || s->depth > 1025) abort();
    if (!all->wanted) return;
    all->count++;
    put_u32(&all->records, s->pc);
    buf_put_u8(&all->records, s->op);
    put_u32(&all->records, s->depth);
    put_u64(&all->records, s->gas);
    put_u64(&all->records, s->memory_size);
    put_u32(&all->records, s->stack_count);
    put_u64(&all->records, hash_stack(s));
}

static void put_outcome(struct st_journal *j, const struct evm_result *r,
                        const struct evm_receipt *receipt, struct buf *out) {
    bool success = r->status == EVM_SUCCESS;
    buf_put_u8(out, success ? 1 : r->status == EVM_REVERT ? 2 : 3);
    put_u64(out, receipt->gas_used);
    put_u64(out, receipt->gas_refunded);
    put_counted(out, success || r->status == EVM_REVERT ? r->output : (struct bytes){NULL, 0});
    put_b20(out, success && r->is_create ? &r->created : &(struct b20){{0}});
    size_t n;
    const struct st_log *logs = st_logs(j, &n);
    put_u32(out, n);
    for (size_t i = 0; i < n; i++) {
        put_b20(out, &logs[i].address);
        put_hashes(out, logs[i].topics, logs[i].topic_count);
        put_counted(out, logs[i].data);
    }
}

static void put_steps(struct steps *s, struct buf *out) {
    put_u32(out, s->count);
    buf_put_bytes(out, buf_bytes(&s->records));
    s->count = 0;
    buf_clear(&s->records);
}

static void run_tx(struct evm_env *env, const struct evm_tx *tx, bool roots, struct steps *steps,
                   struct buf *out) {
    struct st_journal *j = env->journal;
    struct evm_tx_plan plan;
    struct evm_result result;
    struct evm_receipt receipt;
    st_begin_tx(j);
    bool refused = evm_tx_check(env, tx, 0, &plan) != EVM_TX_OK;
    if (!refused) evm_tx_execute(env, tx, &plan, &result, &receipt);
    if (steps->wanted) put_steps(steps, out);
    if (refused) {
        buf_put_u8(out, 0);
    } else {
        if (roots) receipt.gas_refunded = 0;
        put_outcome(j, &result, &receipt, out);
    }
    st_end_tx(j, env->fork >= EVM_EIP158);
    if (roots) {
        struct b32 root = st_evm_root(j);
        put_b32(out, &root);
    } else {
        put_world(j, out);
    }
}

void ed_run(struct evm_machine *m, const struct ed_case *c, unsigned flags, struct buf *result) {
    struct st_journal *j = st_journal_new(NULL);
    struct steps steps = {.wanted = flags & ED_STEPS};
    struct evm_tracer tracer = {.ctx = &steps, .step = on_step};
    struct evm_host host = {.block_hash = block_hash, .tracer = flags & ED_TRACED ? &tracer : NULL};
    struct evm_env env = {.fork = c->fork,
                          .chain_id = c->chain_id,
                          .block = c->block,
                          .host = &host,
                          .journal = j,
                          .machine = m};
    if (c->fork >= EVM_CANCUN)
        env.block.blob_base_fee =
            evm_blob_base_fee(c->excess_blob_gas, evm_blob_update_fraction(c->fork));
    for (size_t i = 0; i < c->account_count; i++) fill_account(j, &c->accounts[i]);
    for (size_t i = 0; i < c->tx_count; i++)
        run_tx(&env, &c->txs[i], flags & ED_ROOTS, &steps, result);
    buf_free(&steps.records);
    st_journal_free(j);
}
