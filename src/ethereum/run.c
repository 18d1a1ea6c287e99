/* Executing a block. */
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "ethereum/internal.h"

/* ---- Receipts */

void eth_bloom_add(uint8_t bloom[256], const struct st_log *log) {
    for (uint32_t i = 0; i <= log->topic_count; i++) {
        struct b32 h;
        keccak256(&h, i ? BYTES_OF(log->topics[i - 1]) : BYTES_OF(log->address));
        for (int k = 0; k < 6; k += 2) {
            unsigned bit = ((unsigned)h.b[k] << 8 | h.b[k + 1]) & 2047;
            bloom[255 - bit / 8] |= (uint8_t)(1u << (bit % 8));
        }
    }
}

static void put_log(struct buf *out, const struct st_log *log) {
    size_t list = rlp_list_begin(out);
    rlp_put_bytes(out, BYTES_OF(log->address));
    size_t topics = rlp_list_begin(out);
    for (uint32_t i = 0; i < log->topic_count; i++) rlp_put_bytes(out, BYTES_OF(log->topics[i]));
    rlp_list_end(out, topics);
    rlp_put_bytes(out, log->data);
    rlp_list_end(out, list);
}

void eth_logs_encode(struct buf *out, const struct st_log *logs, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (logs[i].vm == ST_VM_EVM) put_log(out, &logs[i]);
}

void eth_receipt_encode(struct buf *out, const struct eth_receipt *r) {
    if (r->type) buf_put_u8(out, r->type);
    size_t list = rlp_list_begin(out);
    if (r->has_root)
        rlp_put_bytes(out, BYTES_OF(r->root));
    else
        rlp_put_u64(out, r->ok);
    rlp_put_u64(out, r->cumulative_gas);
    rlp_put_bytes(out, BYTES_OF(r->bloom));
    size_t logs = rlp_list_begin(out);
    eth_logs_encode(out, r->logs, r->log_count);
    rlp_list_end(out, logs);
    rlp_list_end(out, list);
}

struct b32 eth_run_receipts_root(struct eth_run *r) {
    struct arena *arena = r->context->arena;
    struct bytes *items = ARENA_ARRAY(arena, struct bytes, r->receipt_count);
    struct buf b = {0};
    for (size_t i = 0; i < r->receipt_count; i++) {
        buf_clear(&b);
        eth_receipt_encode(&b, &r->receipts[i]);
        items[i] = arena_copy(arena, buf_bytes(&b));
    }
    buf_free(&b);
    return eth_list_root(items, r->receipt_count);
}

/* ---- Before the transactions */

void eth_run_begin(struct eth_run *r, const struct eth_context *context,
                   const struct eth_rules *rules, const struct eth_header *h) {
    *r = (struct eth_run){.context = context, .rules = *rules, .gas_limit = h->gas_limit};
    r->env = (struct evm_env){
        .fork = rules->fork,
        .chain_id = context->chain_id,
        .block = {.number = h->number,
                  .timestamp = h->timestamp,
                  .gas_limit = h->gas_limit,
                  .coinbase = h->coinbase,
                  .base_fee = h->base_fee,
                  .difficulty = h->difficulty,
                  .prev_randao = h->mix_hash,
                  .blob_base_fee = eth_blob_base_fee(rules, h),
                  .blobs_max = rules->blobs.max},
        .host = context->host,
        .journal = context->journal,
        .machine = context->machine,
    };
    if (rules->dao_fork) eth_move_dao_balances(context->journal);
    evm_block_begin(&r->env, &h->parent_hash, &h->parent_beacon_root);
}

/* ---- One transaction */

static bool refuse_tx(struct eth_refusal *why, size_t index, enum evm_tx_err e, const char *text) {
    eth_refuse(why, ETH_TRANSACTION, "%zu: %s", index, text);
    why->tx = e;
    why->tx_index = (uint32_t)index;
    return false;
}

/* What is left in the block of gas and of blob gas. */
static bool check_room(const struct eth_run *r, const struct evm_tx *tx, struct eth_refusal *why) {
    uint64_t blob_gas = tx->blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB;
    uint64_t blob_room = (uint64_t)r->rules.blobs.max * EVM_GAS_PER_BLOB - r->blob_gas_used;
    if (tx->gas_limit > r->gas_limit - r->gas_used)
        return refuse_tx(why, r->receipt_count, EVM_TX_GAS_LIMIT_REACHED,
                         evm_tx_err_text(EVM_TX_GAS_LIMIT_REACHED));
    if (r->rules.fork < EVM_CANCUN || blob_gas <= blob_room) return true;
    refuse_tx(why, r->receipt_count, EVM_TX_OK, "blob gas limit reached");
    why->blob_limit = true;
    return false;
}

static struct eth_receipt *new_receipt(struct eth_run *r) {
    if (r->receipt_count == r->receipt_room) {
        size_t room = r->receipt_room ? 2 * r->receipt_room : 16;
        struct eth_receipt *list = ARENA_ARRAY(r->context->arena, struct eth_receipt, room);
        if (r->receipt_count) memcpy(list, r->receipts, r->receipt_count * sizeof *list);
        r->receipts = list;
        r->receipt_room = room;
    }
    return &r->receipts[r->receipt_count++];
}

static void keep_logs(struct eth_run *r, struct eth_receipt *receipt) {
    struct arena *arena = r->context->arena;
    const struct st_log *logs = st_logs(r->context->journal, &receipt->log_count);
    struct st_log *copy = ARENA_ARRAY(arena, struct st_log, receipt->log_count);
    for (size_t i = 0; i < receipt->log_count; i++) {
        copy[i] = logs[i];
        if (logs[i].data.n) copy[i].data = arena_copy(arena, logs[i].data);
        eth_bloom_add(receipt->bloom, &logs[i]);
    }
    for (size_t i = 0; i < sizeof r->bloom; i++) r->bloom[i] |= receipt->bloom[i];
    receipt->logs = copy;
}

bool eth_run_tx(struct eth_run *r, const struct eth_tx *t, struct eth_refusal *why) {
    const struct eth_context *x = r->context;
    struct st_journal *j = x->journal;
    struct evm_tx_plan plan;
    struct evm_result result;
    struct evm_receipt settled;
    if (!check_room(r, &t->tx, why)) return false;
    st_begin_tx(j);
    enum evm_tx_err e = evm_tx_check(&r->env, &t->tx, r->skip, &plan);
    if (e) {
        st_end_tx(j, r->rules.fork >= EVM_EIP158);
        return refuse_tx(why, r->receipt_count, e, evm_tx_err_text(e));
    }
    struct evm_host traced = {0};
    if (x->host) traced = *x->host;
    traced.tracer = x->tracer;
    if (x->tracer) r->env.host = &traced;
    evm_tx_execute(&r->env, &t->tx, &plan, &result, &settled);
    r->env.host = x->host;
    struct eth_receipt *receipt = new_receipt(r);
    r->gas_used += settled.gas_used;
    r->blob_gas_used += plan.blob_gas;
    *receipt = (struct eth_receipt){.type = t->tx.type,
                                    .ok = result.status == EVM_SUCCESS,
                                    .gas_used = settled.gas_used,
                                    .cumulative_gas = r->gas_used};
    keep_logs(r, receipt);
    if (x->after_tx) x->after_tx(x->ctx, r, t, &plan, &result, &settled);
    st_end_tx(j, r->rules.fork >= EVM_EIP158);
    if (r->rules.fork >= EVM_BYZANTIUM) return true;
    receipt->has_root = true; /* EIP-658 put the status in its place */
    return x->state_root(x->ctx, j, &receipt->root) ||
           eth_refuse(why, ETH_INVALID_STATE_ROOT, "the store failed");
}

/* ---- After the transactions */

static void add_balance(struct st_journal *j, const struct b20 *address, const struct u256 *sum) {
    struct st_account *a = st_account(j, address);
    struct u256 balance;
    u256_add(&balance, &a->balance, sum);
    st_set_balance(j, a, &balance);
}

/* Yellow Paper, 11.3; EIP-649 and EIP-1234 lowered it. */
static struct u256 block_reward(enum evm_fork fork) {
    uint64_t ether = fork >= EVM_CONSTANTINOPLE ? 2 : fork >= EVM_BYZANTIUM ? 3 : 5;
    struct u256 out, wei = u256_from_u64(1000000000000000000u), n = u256_from_u64(ether);
    u256_mul(&out, &wei, &n);
    return out;
}

static void pay_rewards(struct eth_run *r, const struct eth_block *b) {
    struct st_journal *j = r->context->journal;
    struct u256 reward = block_reward(r->rules.fork), total = reward, part, n;
    struct u256 eighth = u256_from_u64(8), nephew = u256_from_u64(32);
    for (size_t i = 0; i < b->ommer_count; i++) {
        /* Its distance is 1 to 6: eth_check_ommers() found its parent among the ancestors. */
        n = u256_from_u64(b->ommers[i].number + 8 - r->env.block.number);
        u256_mul(&part, &reward, &n);
        u256_divmod(&part, NULL, &part, &eighth);
        add_balance(j, &b->ommers[i].coinbase, &part);
        u256_divmod(&part, NULL, &reward, &nephew);
        u256_add(&total, &total, &part);
    }
    add_balance(j, &r->env.block.coinbase, &total);
}

static void pay_withdrawals(struct eth_run *r, const struct eth_block *b) {
    struct u256 wei, gwei = u256_from_u64(1000000000);
    for (size_t i = 0; i < b->withdrawal_count; i++) {
        wei = u256_from_u64(b->withdrawals[i].amount);
        u256_mul(&wei, &wei, &gwei);
        add_balance(r->context->journal, &b->withdrawals[i].address, &wei);
    }
}

bool eth_run_end(struct eth_run *r, const struct eth_block *b, struct eth_refusal *why) {
    struct st_journal *j = r->context->journal;
    st_begin_tx(j);
    if (!r->rules.merged) pay_rewards(r, b);
    pay_withdrawals(r, b);
    st_end_tx(j, r->rules.fork >= EVM_EIP158);
    return r->rules.fork < EVM_PRAGUE || eth_collect_requests(r, why);
}

bool eth_check_outcome(struct eth_run *r, const struct eth_header *h, struct eth_refusal *why) {
    if (r->gas_used != h->gas_used)
        return eth_refuse(why, ETH_INVALID_GAS_USED, "header %llu, executed %llu", ULL(h->gas_used),
                          ULL(r->gas_used));
    if (memcmp(r->bloom, h->logs_bloom, sizeof r->bloom) != 0)
        return eth_refuse(why, ETH_INVALID_LOG_BLOOM, NULL);
    struct b32 root = eth_run_receipts_root(r);
    if (!b32_eq(&root, &h->receipts_root)) return eth_refuse(why, ETH_INVALID_RECEIPTS_ROOT, NULL);
    if (r->rules.fork < EVM_PRAGUE) return true;
    struct b32 hash = eth_requests_hash(&r->requests);
    return b32_eq(&hash, &h->requests_hash) || eth_refuse(why, ETH_INVALID_REQUESTS, NULL);
}

bool eth_check_state_root(const struct eth_header *h, const struct b32 *root,
                          struct eth_refusal *why) {
    char have[65], want[65];
    if (b32_eq(root, &h->state_root)) return true;
    hex_encode(have, BYTES_OF(h->state_root));
    hex_encode(want, BYTES_OF(*root));
    have[64] = want[64] = 0;
    return eth_refuse(why, ETH_INVALID_STATE_ROOT, "header %s, executed %s", have, want);
}

bool eth_apply(const struct eth_schedule *s, const struct eth_context *context, struct eth_block *b,
               const struct eth_ancestor *ancestors, size_t ancestor_count, struct eth_run *run,
               struct eth_refusal *why) {
    struct eth_rules rules;
    if (!eth_check(s, b, ancestors, ancestor_count, &rules, why)) return false;
    eth_run_begin(run, context, &rules, &b->header);
    for (size_t i = 0; i < b->transaction_count; i++)
        if (!eth_run_tx(run, &b->transactions[i], why)) return false;
    return eth_run_end(run, b, why) && eth_check_outcome(run, &b->header, why);
}
