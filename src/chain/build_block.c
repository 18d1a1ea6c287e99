/* A block built to be looked at (testing_buildBlockV1): real transactions on the newest state of an
 * Ethereum chain, by its rules, without being kept. */
#include "chain/internal.h"
#include "chain/simulation.h"

#include <stdlib.h>

struct building {
    struct chain_reader *reader;
    struct arena *arena;
    struct chain_exec exec;
    struct eth_run run;
    struct st_trie_view *view;
    struct chain_built *out;
    size_t room; /* of out->txs */
};

static bool state_root(void *ctx, struct st_journal *j, struct b32 *out) {
    struct building *b = ctx;
    return !err_is(st_trie_view_update(b->view, j, out));
}

static void after_tx(void *ctx, struct eth_run *run, const struct eth_tx *tx,
                     const struct evm_tx_plan *plan, const struct evm_result *result,
                     const struct evm_receipt *receipt) {
    struct building *b = ctx;
    struct u256 tip = plan->tip, gas = u256_from_u64(receipt->gas_used);
    (void)run, (void)tx, (void)result;
    u256_mul(&tip, &tip, &gas);
    u256_add(&b->out->value, &b->out->value, &tip);
}

static struct err refused(struct building *b, const char *format, const char *text) {
    return err_at(CHAIN_ERR_INVALID, arena_printf(b->arena, format, text), 0);
}

static struct eth_header make_header(const struct chain_block *parent,
                                     const struct eth_rules *rules,
                                     const struct chain_build_request *q, uint64_t desired_gas) {
    struct eth_header before = chain_block_header(parent);
    struct eth_header h = {
        .parent_hash = parent->hash,
        .ommers_hash = ETH_EMPTY_OMMERS,
        .coinbase = q->coinbase,
        .difficulty = eth_difficulty(rules, &before, parent->height + 1, q->time),
        .number = parent->height + 1,
        .timestamp = q->time,
        .gas_limit = eth_next_gas_limit(rules, &before, desired_gas),
        .extra = q->extra,
        .mix_hash = q->prev_randao,
        .fields = eth_header_fields(rules->fork),
    };
    if (rules->fork >= EVM_LONDON) h.base_fee = eth_next_base_fee(&before);
    if (rules->fork >= EVM_CANCUN) {
        h.excess_blob_gas = eth_next_excess_blob_gas(rules, &before);
        h.parent_beacon_root = q->beacon_root;
    }
    return h;
}

/* Runs one transaction; on a refusal nothing has changed and *why is in go-ethereum's words. */
static bool add(struct building *b, struct bytes raw, const char **why) {
    struct eth_refusal refusal = {0};
    struct eth_tx *tx = &b->out->txs[b->out->tx_count];
    *tx = (struct eth_tx){.raw = arena_copy(b->arena, raw)};
    struct err e = evm_tx_decode(tx->raw, b->arena, &tx->tx);
    if (err_is(e)) {
        *why = e.text;
        return false;
    }
    tx->hash = evm_tx_hash(&tx->tx);
    enum evm_tx_err te = evm_tx_sender(&tx->tx, b->run.rules.fork, &tx->tx.sender);
    if (!te && eth_run_tx(&b->run, tx, &refusal)) {
        b->out->tx_count++;
        return true;
    }
    *why = refusal.code && !refusal.tx
               ? arena_printf(b->arena, "%s", refusal.text)
               : chain_evm_reason(&b->run.env, &tx->tx, te ? te : refusal.tx, b->arena);
    return false;
}

/* ---- From the mempool */

/* One sender's transactions, of which `next` is whose turn it is. */
struct queue {
    const struct mempool_view *next, *end;
};

static struct u256 tip_of(const struct building *b, struct bytes raw) {
    struct evm_tx tx;
    struct u256 room = U256_ZERO;
    struct arena_mark mark = arena_mark(b->arena);
    if (!err_is(evm_tx_decode(raw, b->arena, &tx)) &&
        !u256_lt(&tx.max_fee, &b->run.env.block.base_fee)) {
        u256_sub(&room, &tx.max_fee, &b->run.env.block.base_fee);
        if (u256_lt(&tx.max_priority_fee, &room)) room = tx.max_priority_fee;
    }
    arena_release(b->arena, mark);
    return room;
}

static size_t make_queues(struct building *b, struct queue **out, size_t *tx_count) {
    size_t n, queues = 0;
    struct mempool_view *all = mempool_list(b->reader->chain->mempool, b->arena, &n);
    *out = ARENA_ARRAY(b->arena, struct queue, n);
    for (size_t i = 0; i < n; i++) {
        const struct mempool_view *v = &all[i];
        if (v->vm != ST_VM_EVM || !v->pending) continue;
        bool same = queues && b32_eq(&(*out)[queues - 1].next->sender, &v->sender);
        if (!same) (*out)[queues++].next = v;
        (*out)[queues - 1].end = v + 1;
    }
    *tx_count = n;
    return queues;
}

/* The best tips first, each sender's in order; a sender whose transaction cannot be in this block
 * is passed over with all that follow. */
static void add_waiting(struct building *b) {
    struct queue *queues;
    size_t txs, count = make_queues(b, &queues, &txs);
    b->out->txs = ARENA_ARRAY(b->arena, struct eth_tx, txs);
    for (;;) {
        struct queue *best = NULL;
        struct u256 best_tip = U256_ZERO;
        for (size_t i = 0; i < count; i++) {
            if (queues[i].next == queues[i].end) continue;
            struct u256 tip = tip_of(b, queues[i].next->raw);
            if (best && !u256_lt(&best_tip, &tip)) continue;
            best = &queues[i];
            best_tip = tip;
        }
        if (!best) return;
        const char *why;
        if (add(b, best->next->raw, &why))
            best->next++;
        else
            best->next = best->end;
    }
}

static struct err add_given(struct building *b, const struct chain_build_request *q) {
    const char *why;
    b->out->txs = ARENA_ARRAY(b->arena, struct eth_tx, q->tx_count);
    for (size_t i = 0; i < q->tx_count; i++)
        if (!add(b, q->txs[i], &why)) return refused(b, "%s", why);
    return ERR_NONE;
}

/* ---- The block */

static struct err finish(struct building *b, const struct chain_build_request *q,
                         struct eth_header *h) {
    struct eth_refusal why = {0};
    struct chain_built *out = b->out;
    struct eth_block content = {.header = *h,
                                .transactions = out->txs,
                                .transaction_count = out->tx_count,
                                .has_withdrawals = b->run.rules.fork >= EVM_SHANGHAI};
    if (content.has_withdrawals) {
        content.withdrawals = q->withdrawals;
        content.withdrawal_count = q->withdrawal_count;
    }
    if (!eth_run_end(&b->run, &content, &why)) return refused(b, "%s", why.text);
    h->gas_used = b->run.gas_used;
    memcpy(h->logs_bloom, b->run.bloom, sizeof h->logs_bloom);
    h->transactions_root = eth_transactions_root(out->txs, out->tx_count);
    h->receipts_root = eth_run_receipts_root(&b->run);
    if (h->fields >= ETH_FIELDS_SHANGHAI)
        h->withdrawals_root = eth_withdrawals_root(content.withdrawals, content.withdrawal_count);
    if (h->fields >= ETH_FIELDS_CANCUN) h->blob_gas_used = b->run.blob_gas_used;
    if (h->fields >= ETH_FIELDS_PRAGUE) h->requests_hash = eth_requests_hash(&b->run.requests);
    struct err e = st_trie_view_update(b->view, b->exec.journal, &h->state_root);
    if (err_is(e)) return e;
    chain_block_take_header(&out->block, h);
    out->block.gas_used = h->gas_used;
    memcpy(out->block.logs_bloom, h->logs_bloom, sizeof h->logs_bloom);
    out->block.hash = eth_header_hash(h);
    out->requests = b->run.requests;
    return ERR_NONE;
}

static struct err build(struct building *b, const struct chain_build_request *q,
                        const struct chain_block *parent) {
    struct chain *c = b->reader->chain;
    struct eth_rules rules = chain_rules_after(c, parent, q->time);
    struct eth_header h = make_header(parent, &rules, q, c->options.gas_limit);
    struct eth_context context = {.chain_id = c->schedule.chain_id,
                                  .journal = b->exec.journal,
                                  .machine = b->exec.machine,
                                  .host = b->exec.host,
                                  .arena = b->arena,
                                  .ctx = b,
                                  .state_root = state_root,
                                  .after_tx = after_tx};
    struct err e = ERR_NONE;
    eth_run_begin(&b->run, &context, &rules, &h);
    if (q->from_mempool)
        add_waiting(b);
    else
        e = add_given(b, q);
    return err_is(e) ? e : finish(b, q, &h);
}

struct err chain_build_block(struct chain_reader *r, const struct chain_build_request *q,
                             struct chain_built *out) {
    struct building b = {.reader = r, .arena = chain_reader_arena(r), .out = out};
    struct chain_block parent;
    *out = (struct chain_built){0};
    if (!r->chain->is_ethereum)
        return refused(&b, "%s",
                       "this chain's blocks hold other machines too: only a chain with "
                       "an Ethereum genesis builds them from Ethereum's rules alone");
    chain_reader_exec(r, &parent, &b.exec);
    if (q->time <= parent.timestamp_us / 1000000)
        return err_at(CHAIN_ERR_INVALID,
                      arena_printf(b.arena, "invalid timestamp, %llu <= %llu",
                                   (unsigned long long)q->time,
                                   (unsigned long long)(parent.timestamp_us / 1000000)),
                      0);
    if (q->extra.n > ETH_EXTRA_MAX_BYTES)
        return refused(&b, "extra data too long: more than %s bytes", "32");
    struct err e = st_trie_view_open(r->snapshot, &b.view);
    if (err_is(e)) return e;
    e = build(&b, q, &parent);
    st_trie_view_close(b.view);
    return e;
}
