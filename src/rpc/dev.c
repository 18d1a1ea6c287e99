/* evm_, anvil_ and hardhat_: the state, blocks, time, snapshots. */
#include "rpc/dev.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Parameters and failures */

bool dev_number_u256(struct rpc_call *c, json_t *v, const char *what, struct u256 *out) {
    const char *text = json_string_value(v);
    if (!text || !strncmp(text, "0x", 2) || !strncmp(text, "0X", 2))
        return rpc_quantity_u256(c, v, what, out);
    if (u256_from_dec(out, bytes_make(text, json_string_length(v)))) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: '%.80s' is not a number", what,
                    text);
}

bool dev_number(struct rpc_call *c, json_t *v, const char *what, uint64_t *out) {
    struct u256 wide;
    if (!dev_number_u256(c, v, what, &wide)) return false;
    if (!u256_fits_u64(&wide))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: number > 64 bits", what);
    *out = wide.w[0];
    return true;
}

bool dev_fail(struct rpc_call *c, struct err e) {
    return rpc_fail(c, e.code == CHAIN_ERR_INVALID ? RPC_INVALID_PARAMS : RPC_INTERNAL_ERROR, "%s",
                    e.text);
}

static bool answer_null(struct rpc_call *c) {
    jo_null(c->out);
    return true;
}

static bool answer_true(struct rpc_call *c) {
    jo_bool(c->out, true);
    return true;
}

static bool bool_param(struct rpc_call *c, size_t i, const char *what, bool *out) {
    json_t *v = rpc_param(c, i);
    if (!json_is_boolean(v))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: true or false is expected",
                        what);
    *out = json_is_true(v);
    return true;
}

static void put_signed(struct json_out *o, int64_t v) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)v);
    jo_raw(o, bytes_cstr(text));
}

/* ---- The newest state */

static bool amend(struct rpc_call *c, const struct chain_amendment *a) {
    struct err e = chain_amend(c->node->chain, a, 1);
    return err_is(e) ? dev_fail(c, e) : answer_null(c);
}

static bool set_balance(struct rpc_call *c) {
    struct chain_amendment a = {.kind = CHAIN_AMEND_BALANCE};
    return rpc_address(c, rpc_param(c, 0), "address", &a.address) &&
           dev_number_u256(c, rpc_param(c, 1), "balance", &a.value) && amend(c, &a);
}

static bool add_balance(struct rpc_call *c) {
    struct chain_amendment a = {.kind = CHAIN_AMEND_ADD_BALANCE};
    return rpc_address(c, rpc_param(c, 0), "address", &a.address) &&
           dev_number_u256(c, rpc_param(c, 1), "balance", &a.value) && amend(c, &a);
}

static bool set_nonce(struct rpc_call *c) {
    struct chain_amendment a = {.kind = CHAIN_AMEND_NONCE};
    return rpc_address(c, rpc_param(c, 0), "address", &a.address) &&
           dev_number(c, rpc_param(c, 1), "nonce", &a.nonce) && amend(c, &a);
}

static bool set_code(struct rpc_call *c) {
    struct chain_amendment a = {.kind = CHAIN_AMEND_CODE};
    return rpc_address(c, rpc_param(c, 0), "address", &a.address) &&
           rpc_data(c, rpc_param(c, 1), "code", &a.data) && amend(c, &a);
}

static bool set_storage(struct rpc_call *c) {
    struct chain_amendment a = {.kind = CHAIN_AMEND_SLOT};
    if (!rpc_address(c, rpc_param(c, 0), "address", &a.address) ||
        !dev_number_u256(c, rpc_param(c, 1), "slot", &a.key) ||
        !dev_number_u256(c, rpc_param(c, 2), "value", &a.value))
        return false;
    struct err e = chain_amend(c->node->chain, &a, 1);
    return err_is(e) ? dev_fail(c, e) : answer_true(c);
}

/* ---- Snapshots */

static bool snapshot(struct rpc_call *c) {
    uint32_t id;
    struct err e = chain_snapshot(c->node->chain, &id);
    if (err_is(e)) return dev_fail(c, e);
    jo_quantity(c->out, id);
    return true;
}

static bool revert(struct rpc_call *c) {
    struct u256 id;
    bool found = false;
    if (!dev_number_u256(c, rpc_param(c, 0), "snapshot id", &id)) return false;
    if (u256_fits_u64(&id) && id.w[0] <= UINT32_MAX) {
        struct err e = chain_revert(c->node->chain, (uint32_t)id.w[0], &found);
        if (err_is(e)) return dev_fail(c, e);
    }
    jo_bool(c->out, found);
    return true;
}

static bool reset(struct rpc_call *c) {
    json_t *forking = json_object_get(rpc_param(c, 0), "forking");
    if (json_is_object(forking) && json_object_get(forking, "jsonRpcUrl"))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "this node cannot fork another chain: reset takes no jsonRpcUrl");
    struct err e = chain_reset(c->node->chain);
    return err_is(e) ? dev_fail(c, e) : answer_null(c);
}

/* ---- Making blocks */

/* [], [timestamp] or [{timestamp, blocks}]. */
static bool mine_options(struct rpc_call *c, struct chain_mine *how) {
    json_t *v = rpc_param(c, 0), *timestamp = v;
    *how = (struct chain_mine){.count = 1};
    if (!v) return true;
    if (json_is_object(v)) {
        json_t *blocks = json_object_get(v, "blocks");
        timestamp = json_object_get(v, "timestamp");
        if (blocks && !json_is_null(blocks) && !dev_number(c, blocks, "blocks", &how->count))
            return false;
    }
    how->has_timestamp = timestamp && !json_is_null(timestamp);
    return !how->has_timestamp || dev_number(c, timestamp, "timestamp", &how->timestamp_s);
}

static bool fail_mine(struct rpc_call *c, const struct chain_mine *how, struct err e) {
    if (how->has_timestamp && e.code == CHAIN_ERR_INVALID && e.at == how->timestamp_s)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Timestamp error: %llu %s",
                        (unsigned long long)how->timestamp_s, e.text);
    return dev_fail(c, e);
}

static bool evm_mine(struct rpc_call *c) {
    struct chain_mine how;
    uint64_t height;
    if (!mine_options(c, &how)) return false;
    struct err e = chain_mine(c->node->chain, &how, &height);
    if (err_is(e)) return fail_mine(c, &how, e);
    jo_cstring(c->out, "0x0");
    return true;
}

static bool mine_detailed(struct rpc_call *c) {
    enum { DETAILED_MAX = 1000 };
    struct chain_mine how;
    struct chain_reader *r;
    struct chain_block b;
    uint64_t height;
    if (!mine_options(c, &how)) return false;
    if (how.count > DETAILED_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument blocks: at most %d are shown",
                        DETAILED_MAX);
    struct err e = chain_mine(c->node->chain, &how, &height);
    if (err_is(e)) return fail_mine(c, &how, e);
    if (!eth_reader(c, &r)) return false;
    jo_array(c->out);
    for (uint64_t h = height - how.count + 1; h <= height; h++)
        if (chain_block_at(r, h, &b)) eth_put_block(c->out, r, &b, true);
    jo_end_array(c->out);
    chain_reader_close(r);
    return true;
}

static bool mine_many(struct rpc_call *c) {
    struct chain_mine how = {.count = 1};
    uint64_t height;
    if (rpc_param(c, 0) && !dev_number(c, rpc_param(c, 0), "blocks", &how.count)) return false;
    if (rpc_param(c, 1) && !dev_number(c, rpc_param(c, 1), "interval", &how.interval_s))
        return false;
    struct err e = chain_mine(c->node->chain, &how, &height);
    return err_is(e) ? dev_fail(c, e) : answer_null(c);
}

static bool get_automine(struct rpc_call *c) {
    jo_bool(c->out, chain_get_mining(c->node->chain).automine);
    return true;
}

/* Turning it on ends the interval, turning it off while it is on leaves neither, as anvil does. */
static bool set_automine(struct rpc_call *c) {
    struct chain_mining m = chain_get_mining(c->node->chain);
    bool on = false;
    if (!bool_param(c, 0, "automine", &on)) return false;
    if (m.automine != on) chain_set_mining(c->node->chain, &(struct chain_mining){.automine = on});
    return answer_null(c);
}

/* Seconds, as anvil has it; Hardhat's form of two bounds is in milliseconds, of which the lower is
 * taken. 0: no blocks but on demand. */
static bool set_interval(struct rpc_call *c) {
    struct chain_mining m = {0};
    json_t *v = rpc_param(c, 0);
    bool bounds = json_is_array(v);
    if (!dev_number(c, bounds ? json_array_get(v, 0) : v, "interval", &m.interval_ms)) return false;
    if (!bounds && !mul_u64(m.interval_ms, 1000, &m.interval_ms)) m.interval_ms = UINT64_MAX;
    enum { YEAR_S = 365 * 86400 };
    if (m.interval_ms > (uint64_t)YEAR_S * 1000)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument interval: more than a year");
    chain_set_mining(c->node->chain, &m);
    return answer_null(c);
}

static bool get_interval(struct rpc_call *c) {
    struct chain_mining m = chain_get_mining(c->node->chain);
    if (m.interval_ms)
        jo_number(c->out, m.interval_ms / 1000);
    else
        jo_null(c->out);
    return true;
}

/* ---- Time */

static bool increase_time(struct rpc_call *c) {
    uint64_t seconds = 0;
    int64_t offset;
    if (!dev_number(c, rpc_param(c, 0), "seconds", &seconds)) return false;
    struct err e = chain_increase_time(c->node->chain, seconds, &offset);
    if (err_is(e)) return dev_fail(c, e);
    put_signed(c->out, offset);
    return true;
}

/* Numbers that can only be milliseconds are taken as such, as anvil does. */
static bool set_time(struct rpc_call *c) {
    uint64_t timestamp = 0, ahead;
    if (!dev_number(c, rpc_param(c, 0), "timestamp", &timestamp)) return false;
    if (timestamp > 1000000000000u) timestamp /= 1000;
    struct err e = chain_set_time(c->node->chain, timestamp, &ahead);
    if (err_is(e)) return dev_fail(c, e);
    jo_number(c->out, ahead);
    return true;
}

static bool set_next_timestamp(struct rpc_call *c) {
    struct chain_mine named = {.has_timestamp = true};
    if (!dev_number(c, rpc_param(c, 0), "timestamp", &named.timestamp_s)) return false;
    struct err e = chain_set_next_timestamp(c->node->chain, named.timestamp_s);
    return err_is(e) ? fail_mine(c, &named, e) : answer_null(c);
}

static bool set_timestamp_step(struct rpc_call *c) {
    uint64_t seconds = 0;
    if (!dev_number(c, rpc_param(c, 0), "interval", &seconds)) return false;
    chain_set_timestamp_step(c->node->chain, seconds);
    return answer_null(c);
}

static bool clear_timestamp_step(struct rpc_call *c) {
    jo_bool(c->out, chain_clear_timestamp_step(c->node->chain));
    return true;
}

/* ---- Headers */

static bool set_base_fee(struct rpc_call *c) {
    struct u256 fee;
    if (!dev_number_u256(c, rpc_param(c, 0), "base fee", &fee)) return false;
    if (u256_bit_length(&fee) > 128)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument base fee: number > 128 bits");
    chain_set_next_base_fee(c->node->chain, &fee);
    return answer_null(c);
}

static bool set_gas_limit(struct rpc_call *c) {
    enum { LEAST = 5000 }; /* Yellow Paper, 4.3.4 */
    uint64_t limit = 0;
    if (!dev_number(c, rpc_param(c, 0), "gas limit", &limit)) return false;
    if (limit < LEAST || limit > INT64_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument gas limit: %llu",
                        (unsigned long long)limit);
    chain_set_gas_limit(c->node->chain, limit);
    return answer_true(c);
}

static bool set_coinbase(struct rpc_call *c) {
    struct b20 address;
    if (!rpc_address(c, rpc_param(c, 0), "address", &address)) return false;
    chain_set_coinbase(c->node->chain, &address);
    return answer_null(c);
}

static bool set_randao(struct rpc_call *c) {
    struct u256 value;
    struct b32 randao;
    if (!dev_number_u256(c, rpc_param(c, 0), "prevRandao", &value)) return false;
    u256_store_be(randao.b, &value);
    chain_set_next_randao(c->node->chain, &randao);
    return answer_null(c);
}

static bool set_min_gas_price(struct rpc_call *c) {
    return rpc_fail(c, RPC_INVALID_PARAMS, "%s is not supported when EIP-1559 is active",
                    c->method);
}

/* ---- What this node is not */

static bool set_rpc_url(struct rpc_call *c) {
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "this node forks no other chain: there is no RPC URL to set");
}

static bool set_chain_id(struct rpc_call *c) {
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "the chain id cannot change while the node runs: start it with --chain-id");
}

/* ---- Impersonation */

static bool impersonate(struct rpc_call *c) {
    struct b20 address;
    if (!rpc_address(c, rpc_param(c, 0), "address", &address)) return false;
    chain_impersonate(c->node->chain, &address, true);
    return answer_null(c);
}

static bool stop_impersonating(struct rpc_call *c) {
    struct b20 address;
    if (!rpc_address(c, rpc_param(c, 0), "address", &address)) return false;
    chain_impersonate(c->node->chain, &address, false);
    return answer_null(c);
}

static bool auto_impersonate(struct rpc_call *c) {
    bool on = false;
    if (!bool_param(c, 0, "enabled", &on)) return false;
    chain_impersonate_all(c->node->chain, on);
    return answer_null(c);
}

/* ---- The mempool */

static bool drop_transaction(struct rpc_call *c) {
    struct b32 hash;
    if (!rpc_hash(c, rpc_param(c, 0), "transaction hash", &hash)) return false;
    if (chain_pool_drop(c->node->chain, &hash))
        jo_hex(c->out, BYTES_OF(hash));
    else
        jo_null(c->out);
    return true;
}

static bool drop_all(struct rpc_call *c) {
    chain_pool_clear(c->node->chain);
    return answer_null(c);
}

static bool drop_sender(struct rpc_call *c) {
    struct b20 address;
    if (!rpc_address(c, rpc_param(c, 0), "address", &address)) return false;
    chain_pool_drop_sender(c->node->chain, &address);
    return answer_null(c);
}

/* ---- About the node */

static bool newest_block(struct rpc_call *c, struct chain_block *b) {
    struct chain_reader *r;
    if (!eth_reader(c, &r)) return false;
    chain_block_at(r, chain_reader_height(r), b);
    chain_reader_close(r);
    return true;
}

static bool node_info(struct rpc_call *c) {
    enum { SUGGESTED_TIP = 1000000000 };
    struct chain_block b;
    struct json_out *o = c->out;
    if (!newest_block(c, &b)) return false;
    struct u256 fee = chain_pending_base_fee(c->node->chain), price,
                tip = u256_from_u64(SUGGESTED_TIP);
    u256_add(&price, &fee, &tip);
    jo_object(o);
    jo_key(o, "currentBlockNumber");
    jo_quantity(o, b.height);
    jo_key(o, "currentBlockTimestamp");
    jo_number(o, b.timestamp_us / 1000000);
    JO_KEY_HEX(o, "currentBlockHash", b.hash);
    jo_key(o, "hardFork");
    jo_cstring(o, "Osaka");
    jo_key(o, "transactionOrder");
    jo_cstring(o, "fees");
    jo_key(o, "environment");
    jo_object(o);
    jo_key(o, "baseFee");
    jo_quantity_u256(o, &fee);
    jo_key(o, "chainId");
    jo_number(o, chain_get_options(c->node->chain)->chain_id);
    jo_key(o, "gasLimit");
    jo_quantity(o, b.gas_limit);
    jo_key(o, "gasPrice");
    jo_quantity_u256(o, &price);
    jo_end_object(o);
    jo_key(o, "forkConfig");
    jo_raw(o, BYTES_LIT("{\"forkUrl\":null,\"forkBlockNumber\":null,\"forkRetryBackoff\":null}"));
    jo_end_object(o);
    return true;
}

/* Snapshots by id, each with the block that it would go back to. */
static void put_snapshots(struct json_out *o, const struct chain_snapshot_info *list, size_t n) {
    jo_object(o);
    for (size_t i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof id, "0x%x", list[i].id);
        jo_key(o, id);
        jo_array(o);
        jo_number(o, list[i].height);
        jo_hex(o, BYTES_OF(list[i].hash));
        jo_end_array(o);
    }
    jo_end_object(o);
}

static bool metadata(struct rpc_call *c) {
    size_t n;
    struct chain_block b;
    struct json_out *o = c->out;
    struct chain_snapshot_info *list = chain_snapshots(c->node->chain, c->arena, &n);
    if (!newest_block(c, &b)) return false;
    jo_object(o);
    jo_key(o, "clientVersion");
    jo_cstring(o, eth_client_version(c));
    jo_key(o, "chainId");
    jo_number(o, chain_get_options(c->node->chain)->chain_id);
    struct b32 instance = chain_instance(c->node->chain);
    JO_KEY_HEX(o, "instanceId", instance);
    jo_key(o, "latestBlockNumber");
    jo_number(o, b.height);
    JO_KEY_HEX(o, "latestBlockHash", b.hash);
    jo_key(o, "forkedNetwork");
    jo_null(o);
    jo_key(o, "snapshots");
    put_snapshots(o, list, n);
    jo_end_object(o);
    return true;
}

const struct rpc_method_row dev_methods[] = {
    {"anvil_setBalance", set_balance},
    {"hardhat_setBalance", set_balance},
    {"tenderly_setBalance", set_balance},
    {"anvil_addBalance", add_balance},
    {"hardhat_addBalance", add_balance},
    {"tenderly_addBalance", add_balance},
    {"anvil_setNonce", set_nonce},
    {"hardhat_setNonce", set_nonce},
    {"evm_setAccountNonce", set_nonce},
    {"anvil_setCode", set_code},
    {"hardhat_setCode", set_code},
    {"evm_setAccountCode", set_code},
    {"evm_setAccountBalance", set_balance},
    {"evm_setAccountStorageAt", set_storage},
    {"anvil_setStorageAt", set_storage},
    {"hardhat_setStorageAt", set_storage},
    {"evm_snapshot", snapshot},
    {"anvil_snapshot", snapshot},
    {"evm_revert", revert},
    {"anvil_revert", revert},
    {"anvil_reset", reset},
    {"hardhat_reset", reset},
    {"evm_mine", evm_mine},
    {"evm_mine_detailed", mine_detailed},
    {"anvil_mine_detailed", mine_detailed},
    {"anvil_mine", mine_many},
    {"hardhat_mine", mine_many},
    {"anvil_getAutomine", get_automine},
    {"hardhat_getAutomine", get_automine},
    {"evm_setAutomine", set_automine},
    {"anvil_setAutomine", set_automine},
    {"evm_setIntervalMining", set_interval},
    {"anvil_setIntervalMining", set_interval},
    {"anvil_getIntervalMining", get_interval},
    {"evm_increaseTime", increase_time},
    {"anvil_increaseTime", increase_time},
    {"evm_setTime", set_time},
    {"anvil_setTime", set_time},
    {"evm_setNextBlockTimestamp", set_next_timestamp},
    {"anvil_setNextBlockTimestamp", set_next_timestamp},
    {"anvil_setBlockTimestampInterval", set_timestamp_step},
    {"evm_setBlockTimestampInterval", set_timestamp_step},
    {"anvil_removeBlockTimestampInterval", clear_timestamp_step},
    {"evm_removeBlockTimestampInterval", clear_timestamp_step},
    {"anvil_setNextBlockBaseFeePerGas", set_base_fee},
    {"hardhat_setNextBlockBaseFeePerGas", set_base_fee},
    {"evm_setBlockGasLimit", set_gas_limit},
    {"anvil_setBlockGasLimit", set_gas_limit},
    {"anvil_setCoinbase", set_coinbase},
    {"hardhat_setCoinbase", set_coinbase},
    {"anvil_setNextBlockPrevRandao", set_randao},
    {"hardhat_setPrevRandao", set_randao},
    {"anvil_setPrevRandao", set_randao},
    {"anvil_setMinGasPrice", set_min_gas_price},
    {"hardhat_setMinGasPrice", set_min_gas_price},
    {"anvil_setRpcUrl", set_rpc_url},
    {"anvil_setChainId", set_chain_id},
    {"anvil_setLoggingEnabled", answer_null},
    {"hardhat_setLoggingEnabled", answer_null},
    {"anvil_enableTraces", answer_null},
    {"anvil_impersonateAccount", impersonate},
    {"hardhat_impersonateAccount", impersonate},
    {"anvil_stopImpersonatingAccount", stop_impersonating},
    {"hardhat_stopImpersonatingAccount", stop_impersonating},
    {"anvil_autoImpersonateAccount", auto_impersonate},
    {"hardhat_autoImpersonateAccount", auto_impersonate},
    {"anvil_dropTransaction", drop_transaction},
    {"hardhat_dropTransaction", drop_transaction},
    {"anvil_dropAllTransactions", drop_all},
    {"hardhat_dropAllTransactions", drop_all},
    {"anvil_removePoolTransactions", drop_sender},
    {"anvil_nodeInfo", node_info},
    {"anvil_metadata", metadata},
    {"hardhat_metadata", metadata},
    {NULL, NULL},
};
