/* The transition itself: what geth's t8n adds to a block's rules is that transactions which cannot
 * be are left out and reported, and that what the environment does not say is computed. */
#include "chain/chain.h"
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "node/t8n.h"

struct apply {
    struct t8n_input *in;
    struct t8n_output *out;
    struct arena *arena;
    struct eth_rules rules;
    struct evm_host host;
    struct b20 *created;
    const char *missing_hash; /* BLOCKHASH asked for one that was not given */
};

static struct err config_error(const char *text) {
    return err_at(T8N_ERR_CONFIG, text, 0);
}

/* ---- The environment ---- */

static struct err complete_difficulty(struct apply *a) {
    struct t8n_env *env = &a->in->env;
    struct eth_header parent = {.difficulty = env->parent_difficulty,
                                .timestamp = env->parent_timestamp,
                                .ommers_hash = env->parent_ommers_hash};
    if (a->rules.merged) {
        if (!env->has_random)
            return config_error("post-merge requires currentRandom to be defined in env");
        if (!u256_is_zero(&env->difficulty))
            return config_error("post-merge difficulty must be zero (or omitted) in env");
        env->has_difficulty = false;
        return ERR_NONE;
    }
    if (env->has_difficulty) return ERR_NONE;
    if (!env->has_parent_difficulty)
        return config_error("currentDifficulty was not provided, and cannot be calculated due to "
                            "missing parentDifficulty");
    if (env->number == 0)
        return config_error("currentDifficulty needs to be provided for block number 0");
    if (env->timestamp <= env->parent_timestamp)
        return config_error("currentDifficulty cannot be calculated: currentTimestamp needs to be "
                            "after parentTimestamp");
    env->difficulty = eth_difficulty(&a->rules, &parent, env->number, env->timestamp);
    env->has_difficulty = true;
    return ERR_NONE;
}

static struct err complete_base_fee(struct apply *a) {
    struct t8n_env *env = &a->in->env;
    struct eth_header parent = {.fields = ETH_FIELDS_LONDON,
                                .base_fee = env->parent_base_fee,
                                .gas_used = env->parent_gas_used,
                                .gas_limit = env->parent_gas_limit};
    if (a->rules.fork < EVM_LONDON || env->has_base_fee) return ERR_NONE;
    if (!env->has_parent_base_fee || env->number == 0)
        return config_error("EIP-1559 config but missing 'parentBaseFee' in env section");
    if (env->parent_gas_limit < 2)
        return config_error("EIP-1559 config but 'parentGasLimit' in env section is too small");
    env->base_fee = eth_next_base_fee(&parent);
    env->has_base_fee = true;
    return ERR_NONE;
}

static void complete_blob_gas(struct apply *a) {
    struct t8n_env *env = &a->in->env;
    struct eth_header parent = {.fields = ETH_FIELDS_CANCUN,
                                .base_fee = env->parent_base_fee,
                                .excess_blob_gas = env->parent_excess,
                                .blob_gas_used = env->parent_blob_gas};
    if (a->rules.fork < EVM_CANCUN) return;
    a->out->has_blob_fee = env->has_excess || (env->has_parent_excess && env->has_parent_blob_gas);
    a->out->excess_blob_gas = env->has_excess        ? env->excess
                              : a->out->has_blob_fee ? eth_next_excess_blob_gas(&a->rules, &parent)
                                                     : 0;
}

static struct err complete(struct apply *a) {
    struct t8n_env *env = &a->in->env;
    a->rules = eth_rules_at(&a->in->schedule, env->number, env->timestamp, &U256_ZERO);
    struct err e = complete_base_fee(a);
    if (!err_is(e) && a->rules.fork >= EVM_SHANGHAI && !env->has_withdrawals)
        e = config_error("Shanghai config but missing 'withdrawals' in env section");
    if (!err_is(e)) e = complete_difficulty(a);
    if (!err_is(e) && a->rules.fork >= EVM_CANCUN && !env->has_beacon_root)
        e = config_error("post-cancun env requires parentBeaconBlockRoot to be set");
    complete_blob_gas(a);
    return e;
}

static const struct t8n_hash *find_hash(const struct t8n_env *env, uint64_t number) {
    for (size_t i = 0; i < env->hash_count; i++)
        if (env->hashes[i].number == number) return &env->hashes[i];
    return NULL;
}

static bool block_hash(void *ctx, uint64_t number, struct b32 *out) {
    struct apply *a = ctx;
    const struct t8n_hash *h = find_hash(&a->in->env, number);
    if (h) {
        *out = h->hash;
        return true;
    }
    a->missing_hash =
        arena_printf(a->arena,
                     a->in->env.has_hashes ? "getHash(%llu) invoked, blockhash for that block not "
                                             "provided"
                                           : "getHash(%llu) invoked, no blockhashes provided",
                     (unsigned long long)number);
    return false;
}

static struct eth_header header_of(const struct apply *a) {
    const struct t8n_env *env = &a->in->env;
    const struct t8n_hash *parent = env->number ? find_hash(env, env->number - 1) : NULL;
    struct eth_header h = {.coinbase = env->coinbase,
                           .number = env->number,
                           .timestamp = env->timestamp,
                           .gas_limit = env->gas_limit,
                           .base_fee = a->rules.fork < EVM_LONDON ? U256_ZERO : env->base_fee,
                           .difficulty = env->difficulty,
                           .mix_hash = env->random,
                           .excess_blob_gas = a->out->excess_blob_gas,
                           .parent_beacon_root = env->beacon_root};
    if (parent) h.parent_hash = parent->hash;
    return h;
}

/* ---- Transactions ---- */

static bool state_root(void *ctx, struct st_journal *j, struct b32 *out) {
    (void)ctx;
    *out = st_evm_root(j);
    return true;
}

static void after_tx(void *ctx, struct eth_run *run, const struct eth_tx *tx,
                     const struct evm_tx_plan *plan, const struct evm_result *result,
                     const struct evm_receipt *receipt) {
    struct apply *a = ctx;
    (void)plan;
    (void)receipt;
    if (tx->tx.is_create)
        a->created[run->receipt_count - 1] = evm_create_address(&tx->tx.sender, tx->tx.nonce);
    (void)result;
}

static void reject(struct apply *a, size_t index, const char *text) {
    a->out->rejected[a->out->rejected_count++] = (struct t8n_rejected){index, text};
}

/* Why it cannot be in the block, in geth's words; NULL: it is in. */
static const char *try_tx(struct apply *a, size_t index, const struct t8n_tracing *tracing) {
    struct t8n_tx *t = &a->in->txs[index];
    struct evm_tx *tx = &t->tx.tx;
    struct eth_run *run = &a->out->run;
    struct eth_refusal why;
    if (t->defect) return t->defect;
    if (tx->type == EVM_TX_BLOB && !a->out->has_blob_fee)
        return "blob tx used but field env.ExcessBlobGas missing";
    enum evm_tx_err e = evm_tx_sender(tx, a->rules.fork, &tx->sender);
    if (e) return evm_tx_err_text(e);
    if (tracing) a->out->context.tracer = tracing->begin(tracing->ctx, index, &t->tx.hash);
    bool ok = eth_run_tx(run, &t->tx, &why);
    if (tracing) tracing->end(tracing->ctx);
    if (ok) {
        a->out->included[run->receipt_count - 1] = &t->tx;
        return NULL;
    }
    if (why.blob_limit)
        return arena_printf(
            a->arena, "blob gas (%llu) would exceed maximum allowance %llu",
            (unsigned long long)(run->blob_gas_used + tx->blob_hash_count * EVM_GAS_PER_BLOB),
            (unsigned long long)a->rules.blobs.max * EVM_GAS_PER_BLOB);
    return arena_printf(a->arena, "%s", chain_evm_reason(&run->env, tx, why.tx, a->arena));
}

static struct err run_txs(struct apply *a, const struct t8n_tracing *tracing) {
    for (size_t i = 0; i < a->in->tx_count; i++) {
        const char *text = try_tx(a, i, tracing);
        if (text) reject(a, i, text);
        if (a->missing_hash) return err_at(T8N_ERR_BLOCK_HASH, a->missing_hash, i);
    }
    return ERR_NONE;
}

/* ---- After them ---- */

static void add_balance(struct st_journal *j, const struct b20 *address, const struct u256 *sum) {
    struct st_account *a = st_account(j, address);
    struct u256 balance;
    u256_add(&balance, &a->balance, sum);
    st_set_balance(j, a, &balance);
}

/* The reward is the caller's: 0 still touches the coinbase. */
static void pay_rewards(struct apply *a) {
    const struct t8n_env *env = &a->in->env;
    struct st_journal *j = a->out->journal;
    if (a->in->reward < 0) return;
    struct u256 reward = u256_from_u64((uint64_t)a->in->reward), miner = reward, part, n;
    st_begin_tx(j);
    for (size_t i = 0; i < env->ommer_count; i++) {
        u256_shr(&part, &reward, 5);
        u256_add(&miner, &miner, &part);
        n = u256_from_u64(8 - env->ommers[i].delta);
        u256_mul(&part, &reward, &n);
        u256_shr(&part, &part, 3);
        add_balance(j, &env->ommers[i].address, &part);
    }
    add_balance(j, &env->coinbase, &miner);
    st_end_tx(j, a->rules.fork >= EVM_EIP158);
}

static struct b32 hash_logs(const struct eth_run *run) {
    struct buf b = {0};
    struct b32 hash;
    size_t list = rlp_list_begin(&b);
    for (size_t i = 0; i < run->receipt_count; i++)
        eth_logs_encode(&b, run->receipts[i].logs, run->receipts[i].log_count);
    rlp_list_end(&b, list);
    keccak256(&hash, buf_bytes(&b));
    buf_free(&b);
    return hash;
}

static struct err finish(struct apply *a) {
    struct eth_refusal why;
    struct eth_block content = {.has_withdrawals = a->in->env.has_withdrawals,
                                .withdrawals = a->in->env.withdrawals,
                                .withdrawal_count = a->in->env.withdrawal_count};
    pay_rewards(a);
    a->out->run.rules.merged = true; /* no reward but that one */
    bool ok = eth_run_end(&a->out->run, &content, &why);
    a->out->run.rules.merged = a->rules.merged;
    if (!ok)
        return err_at(T8N_ERR_EVM,
                      arena_printf(a->arena, "failed to process post-execution: %s", why.text), 0);
    a->out->state_root = st_evm_root(a->out->journal);
    a->out->logs_hash = hash_logs(&a->out->run);
    return ERR_NONE;
}

struct err t8n_apply(struct t8n_input *in, const struct t8n_tracing *tracing, struct arena *arena,
                     struct t8n_output *out) {
    struct apply a = {.in = in, .out = out, .arena = arena};
    *out = (struct t8n_output){.journal = st_journal_new(NULL)};
    struct err e = complete(&a);
    if (err_is(e)) return e;
    struct evm_machine *machine = evm_machine_new();
    a.host = (struct evm_host){.ctx = &a, .block_hash = block_hash};
    out->context = (struct eth_context){.chain_id = in->schedule.chain_id,
                                        .journal = out->journal,
                                        .machine = machine,
                                        .host = &a.host,
                                        .arena = arena,
                                        .ctx = &a,
                                        .state_root = state_root,
                                        .after_tx = after_tx};
    out->included = ARENA_ARRAY(arena, const struct eth_tx *, in->tx_count);
    out->rejected = ARENA_ARRAY(arena, struct t8n_rejected, in->tx_count);
    out->created = a.created = ARENA_ARRAY(arena, struct b20, in->tx_count);
    eth_genesis_fill(out->journal, in->accounts, in->account_count);
    struct eth_header h = header_of(&a);
    eth_run_begin(&out->run, &out->context, &a.rules, &h);
    e = run_txs(&a, tracing);
    if (!err_is(e)) e = finish(&a);
    evm_machine_free(machine);
    return e;
}
