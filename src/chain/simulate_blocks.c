/* eth_simulateV1's blocks. The order of things is go-ethereum's (internal/ethapi/simulate.go):
 * numbers and times first, gaps filled; then each block: overrides, system calls, calls,
 * withdrawals and requests, roots. */
#include "chain/internal.h"
#include "chain/simulation_logs.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

struct sim {
    struct chain_reader *reader;
    struct arena *arena;
    const struct chain_sim_options *options;
    struct chain_sim_refusal *why;
    struct chain_exec exec; /* its head is the block in hand */
    struct evm_host host;
    struct evm_tracer tracer;
    struct sim_logs logs;
    struct st_trie_view *view;
    struct chain_block base;
    struct chain_sim_block *done; /* the blocks so far: the first is the base's child */
    size_t done_count;
    uint64_t gas_left; /* of options.call_gas_max, which all calls share */
};

static bool refuse(struct sim *s, enum chain_sim_err code, const char *text) {
    *s->why = (struct chain_sim_refusal){.code = code, .text = text};
    return false;
}

/* ---- Which blocks */

static bool check_number(struct sim *s, const struct chain_block_overrides *o, uint64_t last) {
    if (o->number <= last)
        return refuse(s, CHAIN_SIM_BLOCK_NUMBER,
                      arena_printf(s->arena, "block numbers must be in order: %llu <= %llu",
                                   (unsigned long long)o->number, (unsigned long long)last));
    if (o->number - s->base.height > CHAIN_SIM_BLOCKS_MAX)
        return refuse(s, CHAIN_SIM_TOO_MANY_BLOCKS, "too many blocks");
    return true;
}

static bool check_time(struct sim *s, const struct chain_block_overrides *o, uint64_t last) {
    if (o->time <= last)
        return refuse(s, CHAIN_SIM_BLOCK_TIMESTAMP,
                      arena_printf(s->arena, "block timestamps must be in order: %llu <= %llu",
                                   (unsigned long long)o->time, (unsigned long long)last));
    if (o->time > UINT64_MAX / 2000000)
        return refuse(s, CHAIN_SIM_BLOCK_TIMESTAMP, "block timestamp is too far in the future");
    return true;
}

/* The requests with number and time filled in, and empty ones for the blocks between them. */
static bool fill_gaps(struct sim *s, const struct chain_sim_request *requests, size_t count,
                      struct chain_sim_request **out, size_t *out_count) {
    struct chain_sim_request *all =
        ARENA_ARRAY(s->arena, struct chain_sim_request, CHAIN_SIM_BLOCKS_MAX);
    uint64_t number = s->base.height, time = s->base.timestamp_us / 1000000;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct chain_sim_request next = requests[i];
        struct chain_block_overrides *o = &next.overrides.block;
        if (!o->has_number) o->number = number + 1;
        if (!check_number(s, o, number)) return false;
        while (number + 1 < o->number) {
            time += CHAIN_SIM_SECONDS;
            all[n] = (struct chain_sim_request){0};
            all[n].overrides.block.number = ++number;
            all[n++].overrides.block.time = time;
        }
        if (!o->has_time) o->time = time + CHAIN_SIM_SECONDS;
        if (!check_time(s, o, time)) return false;
        number = o->number;
        time = o->time;
        all[n++] = next;
    }
    *out = all;
    *out_count = n;
    return true;
}

/* ---- One call */

/* The transaction that stands for the call: of the type that its fields ask for. */
static struct evm_tx make_tx(struct sim *s, const struct evm_env *env,
                             const struct chain_evm_call *call, uint64_t gas) {
    struct evm_tx tx = chain_call_tx(s->exec.journal, &s->exec, call, gas);
    bool legacy = !call->fee_market || env->fork < EVM_LONDON;
    if (legacy) {
        tx.type = EVM_TX_LEGACY;
        tx.has_chain_id = false;
    } else {
        tx.type = call->authorization_count ? EVM_TX_SET_CODE
                  : call->blob_hash_count   ? EVM_TX_BLOB
                                            : EVM_TX_FEE_MARKET;
    }
    return tx;
}

/* A legacy transaction without a signature has zeros in its place. */
static struct eth_tx encode_tx(struct sim *s, const struct evm_tx *tx) {
    struct eth_tx out = {.tx = *tx};
    struct buf raw = {0};
    if (tx->type == EVM_TX_LEGACY) {
        size_t list = rlp_list_begin(&raw);
        rlp_put_u64(&raw, tx->nonce);
        rlp_put_u256(&raw, &tx->max_fee);
        rlp_put_u64(&raw, tx->gas_limit);
        rlp_put_bytes(&raw, tx->is_create ? (struct bytes){NULL, 0} : BYTES_OF(tx->to));
        rlp_put_u256(&raw, &tx->value);
        rlp_put_bytes(&raw, tx->data);
        for (int i = 0; i < 3; i++) rlp_put_u64(&raw, 0);
        rlp_list_end(&raw, list);
    } else {
        evm_tx_encode(tx, &raw);
    }
    keccak256(&out.hash, buf_bytes(&raw));
    out.raw = arena_copy(s->arena, buf_bytes(&raw));
    buf_free(&raw);
    return out;
}

static bool refuse_tx(struct sim *s, struct evm_env *env, const struct evm_tx *tx,
                      enum evm_tx_err e) {
    const char *reason = chain_evm_reason(env, tx, e, s->arena);
    *s->why =
        (struct chain_sim_refusal){.code = CHAIN_SIM_TX,
                                   .tx = e,
                                   .text = arena_printf(s->arena, "err: %s (supplied gas %llu)",
                                                        reason, (unsigned long long)tx->gas_limit)};
    return false;
}

/* What of a transaction's rules does not bind a call. */
static bool check_call(struct sim *s, struct evm_env *env, const struct evm_tx *tx,
                       struct evm_tx_plan *plan) {
    struct evm_tx checked = *tx;
    unsigned skip = EVM_SKIP_SENDER_CODE | EVM_SKIP_GAS_CAP;
    if (!s->options->validate) {
        skip |= EVM_SKIP_NONCE;
        checked.nonce = 0; /* not even its greatest value is refused */
        if (u256_is_zero(&tx->max_fee) && u256_is_zero(&tx->max_priority_fee))
            skip |= EVM_SKIP_BASE_FEE;
        if (u256_is_zero(&tx->max_blob_fee)) checked.max_blob_fee = env->block.blob_base_fee;
    }
    enum evm_tx_err e = chain_check_call(env, &checked, skip, plan);
    return !e || refuse_tx(s, env, tx, e);
}

/* The receipt, for the block's receipts and requests. */
static void add_receipt(struct eth_run *run, const struct evm_tx *tx,
                        const struct chain_evm_result *result) {
    struct eth_receipt *r = &run->receipts[run->receipt_count++];
    *r = (struct eth_receipt){.type = tx->type,
                              .ok = result->ok,
                              .gas_used = result->gas_used,
                              .cumulative_gas = run->gas_used,
                              .logs = result->logs,
                              .log_count = result->log_count};
    for (size_t i = 0; i < r->log_count; i++)
        if (r->logs[i].vm == ST_VM_EVM) eth_bloom_add(r->bloom, &r->logs[i]);
    for (size_t i = 0; i < sizeof run->bloom; i++) run->bloom[i] |= r->bloom[i];
}

static bool end_call(struct sim *s, struct eth_run *run, const struct chain_sim_call *call) {
    run->gas_used += call->result.gas_used;
    run->blob_gas_used += call->tx.tx.blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB;
    add_receipt(run, &call->tx.tx, &call->result);
    if (call->result.gas_used > s->gas_left)
        return refuse(s, CHAIN_SIM_INVALID, "RPC gas cap exhausted");
    s->gas_left -= call->result.gas_used;
    if (run->rules.fork >= EVM_BYZANTIUM) return true;
    struct eth_receipt *receipt = &run->receipts[run->receipt_count - 1];
    receipt->has_root = true;
    struct err e = st_trie_view_update(s->view, s->exec.journal, &receipt->root);
    return !err_is(e) || refuse(s, CHAIN_SIM_INVALID, e.text);
}

static bool run_call(struct sim *s, struct eth_run *run, const struct chain_evm_call *call,
                     struct chain_sim_call *out) {
    struct st_journal *j = s->exec.journal;
    struct evm_tx_plan plan;
    uint64_t room = run->gas_limit - run->gas_used, gas = call->has_gas ? call->gas : room;
    if (gas > room)
        return refuse(s, CHAIN_SIM_GAS_LIMIT,
                      arena_printf(s->arena,
                                   "block gas limit reached: remaining: %llu, required: %llu",
                                   (unsigned long long)room, (unsigned long long)gas));
    out->gas_was_capped = gas > s->gas_left;
    struct evm_tx tx = make_tx(s, &run->env, call, min_u64(gas, s->gas_left));
    out->tx = encode_tx(s, &tx);
    st_begin_tx(j);
    if (!check_call(s, &run->env, &tx, &plan)) {
        st_end_tx(j, false);
        return false;
    }
    sim_logs_begin(&s->logs, j);
    chain_run_call(&s->exec, &run->env, call, &tx, &plan, &out->result);
    out->logs = sim_logs_end(&s->logs, s->arena, &out->log_count);
    st_end_tx(j, run->rules.fork >= EVM_EIP158);
    return end_call(s, run, out);
}

/* ---- One block */

static bool block_hash(void *ctx, uint64_t number, struct b32 *out) {
    struct sim *s = ctx;
    struct chain_block b;
    if (number > s->base.height) {
        uint64_t i = number - s->base.height - 1;
        if (i >= s->done_count) return false;
        *out = s->done[i].block.hash;
        return true;
    }
    if (!chain_block_at(s->reader, number, &b)) return false;
    *out = b.hash;
    return true;
}

static struct eth_header make_header(struct sim *s, const struct chain_block *parent,
                                     const struct eth_rules *rules,
                                     const struct chain_block_overrides *o) {
    struct eth_header before = chain_block_header(parent);
    struct eth_header h = {
        .parent_hash = parent->hash,
        .ommers_hash = ETH_EMPTY_OMMERS,
        .coinbase = o->has_coinbase ? o->coinbase : parent->coinbase,
        .number = o->number,
        .timestamp = o->time,
        .gas_limit = o->has_gas_limit ? o->gas_limit : parent->gas_limit,
        .fields = eth_header_fields(rules->fork),
    };
    if (!rules->merged) h.difficulty = o->has_difficulty ? o->difficulty : parent->difficulty;
    if (o->has_prev_randao) h.mix_hash = o->prev_randao;
    if (rules->fork >= EVM_LONDON && o->has_base_fee)
        h.base_fee = o->base_fee;
    else if (rules->fork >= EVM_LONDON && s->options->validate)
        h.base_fee = eth_next_base_fee(&before);
    if (rules->fork >= EVM_CANCUN) {
        h.excess_blob_gas =
            before.fields >= ETH_FIELDS_CANCUN ? eth_next_excess_blob_gas(rules, &before) : 0;
        if (o->has_beacon_root) h.parent_beacon_root = o->beacon_root;
    }
    return h;
}

/* Withdrawals and, on an Ethereum chain, rewards and requests: Tern's own chains have no consensus
 * layer to ask. */
static bool end_block(struct sim *s, struct eth_run *run, const struct eth_block *content) {
    struct eth_refusal refusal = {0};
    enum evm_fork fork = run->rules.fork;
    if (!s->exec.crosses || fork < EVM_PRAGUE) {
        if (eth_run_end(run, content, &refusal)) return true;
        return refuse(s, CHAIN_SIM_INVALID, arena_printf(s->arena, "%s", refusal.text));
    }
    run->rules.fork = EVM_CANCUN; /* the last fork whose blocks end without requests */
    eth_run_end(run, content, &refusal);
    run->rules.fork = fork;
    return true;
}

static bool close_block(struct sim *s, struct eth_run *run, struct eth_block *content,
                        struct chain_sim_block *out) {
    struct eth_header *h = &content->header;
    struct buf rlp = {0};
    if (!end_block(s, run, content)) return false;
    h->gas_used = run->gas_used;
    memcpy(h->logs_bloom, run->bloom, sizeof h->logs_bloom);
    h->transactions_root = eth_transactions_root(content->transactions, content->transaction_count);
    h->receipts_root = eth_run_receipts_root(run);
    if (h->fields >= ETH_FIELDS_SHANGHAI)
        h->withdrawals_root = eth_withdrawals_root(content->withdrawals, content->withdrawal_count);
    if (h->fields >= ETH_FIELDS_CANCUN) h->blob_gas_used = run->blob_gas_used;
    if (h->fields >= ETH_FIELDS_PRAGUE) h->requests_hash = eth_requests_hash(&run->requests);
    struct err e = st_trie_view_update(s->view, s->exec.journal, &h->state_root);
    if (err_is(e)) return refuse(s, CHAIN_SIM_INVALID, e.text);
    eth_block_encode(&rlp, content);
    chain_block_take_header(&out->block, h);
    out->block.gas_used = h->gas_used;
    memcpy(out->block.logs_bloom, h->logs_bloom, sizeof h->logs_bloom);
    out->block.hash = eth_header_hash(h);
    out->block.encoded_bytes = rlp.n;
    out->block.evm_count = (uint32_t)content->transaction_count;
    buf_free(&rlp);
    return true;
}

static bool apply_overrides(struct sim *s, const struct eth_rules *rules,
                            const struct chain_overrides *o) {
    struct evm_precompile_move *moves;
    struct err e = chain_apply_overrides(s->exec.journal, rules->fork, o->accounts,
                                         o->account_count, s->arena, &moves, &s->host.move_count);
    s->host.moves = moves;
    return !err_is(e) || refuse(s, CHAIN_SIM_INVALID, e.text);
}

static bool run_block(struct sim *s, const struct chain_sim_request *q,
                      const struct chain_block *parent, struct chain_sim_block *out) {
    const struct chain_block_overrides *o = &q->overrides.block;
    struct eth_rules rules = chain_rules_after(s->reader->chain, parent, o->time);
    struct eth_block content = {.header = make_header(s, parent, &rules, o)};
    struct eth_context context = {.chain_id = s->exec.options->chain_id,
                                  .journal = s->exec.journal,
                                  .machine = s->exec.machine,
                                  .host = &s->host,
                                  .arena = s->arena};
    struct eth_run run;
    out->block.fork = rules.fork;
    chain_block_take_header(&out->block, &content.header);
    u256_add(&out->block.total_difficulty, &parent->total_difficulty, &content.header.difficulty);
    s->exec.head = &out->block;
    s->exec.is_sealed = false;
    s->exec.bank = NULL; /* each block has its own */
    s->host.tracer = NULL;
    if (!apply_overrides(s, &rules, &q->overrides)) return false;
    eth_run_begin(&run, &context, &rules, &content.header);
    if (o->has_blob_base_fee) run.env.block.blob_base_fee = o->blob_base_fee;
    run.receipts = ARENA_ARRAY(s->arena, struct eth_receipt, q->call_count);
    run.receipt_room = q->call_count;
    out->calls = ARENA_ARRAY(s->arena, struct chain_sim_call, q->call_count);
    out->call_count = content.transaction_count = q->call_count;
    content.transactions = ARENA_ARRAY(s->arena, struct eth_tx, q->call_count);
    s->host.tracer = &s->tracer;
    s->logs.next_index = 0;
    for (size_t i = 0; i < q->call_count; i++) {
        if (!run_call(s, &run, &q->calls[i], &out->calls[i])) return false;
        content.transactions[i] = out->calls[i].tx;
    }
    s->host.tracer = NULL;
    content.has_withdrawals = rules.fork >= EVM_SHANGHAI;
    if (content.has_withdrawals) {
        content.withdrawals = out->withdrawals = o->withdrawals;
        content.withdrawal_count = out->withdrawal_count = o->withdrawal_count;
    }
    return close_block(s, &run, &content, out);
}

static bool run_blocks(struct sim *s, const struct chain_sim_request *all, size_t count) {
    s->done = ARENA_ARRAY(s->arena, struct chain_sim_block, count);
    for (size_t i = 0; i < count; i++) {
        const struct chain_block *parent = i ? &s->done[i - 1].block : &s->base;
        if (!run_block(s, &all[i], parent, &s->done[i])) return false;
        s->done_count++;
    }
    return true;
}

bool chain_simulate_blocks(struct chain_reader *r, const struct chain_sim_options *options,
                           const struct chain_sim_request *requests, size_t count,
                           struct chain_sim_block **out, size_t *out_count,
                           struct chain_sim_refusal *why) {
    struct sim s = {.reader = r,
                    .arena = chain_reader_arena(r),
                    .options = options,
                    .why = why,
                    .gas_left = r->chain->options.call_gas_max};
    struct chain_sim_request *all;
    size_t all_count;
    s.logs.transfers = options->trace_transfers;
    s.tracer = sim_logs_tracer(&s.logs);
    chain_reader_exec(r, &s.base, &s.exec);
    s.host = (struct evm_host){.ctx = &s, .block_hash = block_hash};
    s.exec.host = &s.host;
    if (!fill_gaps(&s, requests, count, &all, &all_count)) return false;
    struct err e = st_trie_view_open(chain_reader_snapshot(r), &s.view);
    bool ok = err_is(e) ? refuse(&s, CHAIN_SIM_INVALID, e.text) : run_blocks(&s, all, all_count);
    st_trie_view_close(s.view);
    sim_logs_free(&s.logs);
    *out = s.done;
    *out_count = s.done_count;
    return ok;
}
