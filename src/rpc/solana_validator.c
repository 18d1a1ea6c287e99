/* What one node answers about a cluster: it leads every slot, and nobody votes. */
#include "rpc/solana.h"

static bool get_identity(struct rpc_call *c) {
    struct b32 key = chain_solana_faucet_key(c->node->chain);
    jo_object(c->out);
    jo_key(c->out, "identity");
    solana_put_key(c->out, &key);
    jo_end_object(c->out);
    return true;
}

static bool get_version(struct rpc_call *c) {
    jo_raw(c->out, BYTES_LIT("{\"feature-set\":0,\"solana-core\":\"4.3.0\"}"));
    return true;
}

static bool get_health(struct rpc_call *c) {
    jo_cstring(c->out, "ok");
    return true;
}

static bool put_genesis_hash(struct rpc_call *c, struct chain_reader *r) {
    struct chain_block b;
    if (!chain_block_at(r, 0, &b)) return rpc_fail(c, RPC_INTERNAL_ERROR, "no genesis block");
    solana_put_key(c->out, &b.hash);
    return true;
}

static bool get_genesis_hash(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_genesis_hash);
}

static bool get_slot_leader(struct rpc_call *c) {
    struct b32 key = chain_solana_faucet_key(c->node->chain);
    solana_put_key(c->out, &key);
    return true;
}

static bool get_slot_leaders(struct rpc_call *c) {
    enum { LEADERS_MAX = 5000 };
    struct b32 key = chain_solana_faucet_key(c->node->chain);
    uint64_t from, count;
    if (!solana_u64(c, rpc_param(c, 0), "the first slot", &from) ||
        !solana_u64(c, rpc_param(c, 1), "the limit", &count))
        return false;
    if (!count || count > LEADERS_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid limit; max %u", LEADERS_MAX);
    jo_array(c->out);
    for (uint64_t i = 0; i < count; i++) solana_put_key(c->out, &key);
    jo_end_array(c->out);
    return true;
}

static bool get_cluster_nodes(struct rpc_call *c) {
    struct b32 key = chain_solana_faucet_key(c->node->chain);
    struct json_out *o = c->out;
    static const char *const none[] = {
        "gossip",          "tvu",     "tpu",         "tpuQuic", "tpuForwards",
        "tpuForwardsQuic", "tpuVote", "serveRepair", "rpc",     "pubsub"};
    jo_array(o);
    jo_object(o);
    jo_key(o, "pubkey");
    solana_put_key(o, &key);
    for (size_t i = 0; i < COUNT_OF(none); i++) solana_key_null(o, none[i]);
    jo_key(o, "version");
    jo_cstring(o, "4.3.0");
    solana_key_null(o, "featureSet");
    solana_key_u64(o, "shredVersion", 0);
    jo_end_object(o);
    jo_end_array(o);
    return true;
}

/* ---- Leaders */

/* The indexes of the epoch's slots: all of them are this node's. */
static void put_schedule(struct rpc_call *c, bool wanted) {
    struct b32 key = chain_solana_faucet_key(c->node->chain);
    jo_object(c->out);
    if (wanted) {
        jo_key(c->out, sol_text(&key).s);
        jo_array(c->out);
        for (uint64_t i = 0; i < solana_slots_per_epoch(); i++) jo_number(c->out, i);
        jo_end_array(c->out);
    }
    jo_end_object(c->out);
}

/* Of the epoch of a slot, the newest one's unless it is named; null beyond the next epoch. */
static bool get_leader_schedule(struct rpc_call *c) {
    struct b32 key = chain_solana_faucet_key(c->node->chain), wanted = key;
    struct chain_reader *r;
    json_t *first = rpc_param(c, 0), *config, *identity;
    bool has_slot = first && !json_is_object(first) && !json_is_null(first);
    uint64_t slot = 0;
    if ((has_slot && !solana_u64(c, first, "the slot", &slot)) ||
        !solana_config(c, json_is_object(first) ? 0 : 1, &config) || !solana_reader(c, config, &r))
        return false;
    uint64_t newest = chain_reader_height(r);
    chain_reader_close(r);
    identity = json_object_get(config, "identity");
    if (identity && !json_is_null(identity) && !solana_key(c, identity, &wanted)) return false;
    if (slot / solana_slots_per_epoch() > newest / solana_slots_per_epoch() + 1)
        jo_null(c->out);
    else
        put_schedule(c, b32_eq(&key, &wanted));
    return true;
}

struct production {
    uint64_t first, last;
    bool wanted;
};

static bool read_range(struct rpc_call *c, json_t *range, uint64_t newest, struct production *p) {
    p->first = newest - newest % solana_slots_per_epoch();
    p->last = newest;
    if (!range || json_is_null(range)) return true;
    if (!solana_config_u64(c, range, "firstSlot", p->first, &p->first) ||
        !solana_config_u64(c, range, "lastSlot", newest, &p->last))
        return false;
    if (p->last > newest)
        return rpc_fail(c, RPC_INVALID_PARAMS, "lastSlot, %llu, is too large; max %llu",
                        (unsigned long long)p->last, (unsigned long long)newest);
    if (p->last < p->first)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "lastSlot, %llu, cannot be less than firstSlot, %llu",
                        (unsigned long long)p->last, (unsigned long long)p->first);
    return true;
}

static bool put_production(struct rpc_call *c, struct chain_reader *r) {
    struct b32 key = chain_solana_faucet_key(c->node->chain), wanted = key;
    struct json_out *o = c->out;
    json_t *config = rpc_param(c, 0), *identity = json_object_get(config, "identity");
    struct production p;
    if (!read_range(c, json_object_get(config, "range"), chain_reader_height(r), &p) ||
        (identity && !json_is_null(identity) && !solana_key(c, identity, &wanted)))
        return false;
    solana_begin_context(o, chain_reader_height(r));
    jo_object(o);
    jo_key(o, "byIdentity");
    jo_object(o);
    if (b32_eq(&key, &wanted)) { /* so many slots to lead, so many blocks made */
        jo_key(o, sol_text(&key).s);
        jo_array(o);
        for (int i = 0; i < 2; i++) jo_number(o, p.last - p.first + 1);
        jo_end_array(o);
    }
    jo_end_object(o);
    jo_key(o, "range");
    jo_object(o);
    solana_key_u64(o, "firstSlot", p.first);
    solana_key_u64(o, "lastSlot", p.last);
    jo_end_object(o);
    jo_end_object(o);
    solana_end_context(o);
    return true;
}

static bool get_block_production(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_production);
}

/* ---- Votes, stakes, inflation */

/* Nobody votes and nothing is inflated: one node seals the blocks. */
static bool get_vote_accounts(struct rpc_call *c) {
    jo_raw(c->out, BYTES_LIT("{\"current\":[],\"delinquent\":[]}"));
    return true;
}

static bool get_inflation_governor(struct rpc_call *c) {
    jo_raw(c->out, BYTES_LIT("{\"foundation\":0.0,\"foundationTerm\":0.0,\"initial\":0.0,"
                             "\"taper\":0.0,\"terminal\":0.0}"));
    return true;
}

static bool put_inflation_rate(struct rpc_call *c, struct chain_reader *r) {
    struct json_out *o = c->out;
    static const char *const none[] = {"foundation", "total", "validator"};
    jo_object(o);
    solana_key_u64(o, "epoch", chain_reader_height(r) / solana_slots_per_epoch());
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        jo_key(o, none[i]);
        solana_put_double(o, 0);
    }
    jo_end_object(o);
    return true;
}

static bool get_inflation_rate(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_inflation_rate);
}

static bool get_inflation_reward(struct rpc_call *c) {
    json_t *keys = rpc_param(c, 0);
    struct b32 key;
    if (!json_is_array(keys))
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: an array of keys is expected.");
    for (size_t i = 0; i < json_array_size(keys); i++)
        if (!solana_key(c, json_array_get(keys, i), &key)) return false;
    jo_array(c->out);
    for (size_t i = 0; i < json_array_size(keys); i++) jo_null(c->out);
    jo_end_array(c->out);
    return true;
}

static bool put_stake_minimum(struct rpc_call *c, struct chain_reader *r) {
    solana_begin_context(c->out, chain_reader_height(r));
    jo_number(c->out, 1);
    solana_end_context(c->out);
    return true;
}

static bool get_stake_minimum(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_stake_minimum);
}

static bool get_block_commitment(struct rpc_call *c) {
    uint64_t slot;
    if (!solana_u64(c, rpc_param(c, 0), "the slot", &slot)) return false;
    jo_raw(c->out, BYTES_LIT("{\"commitment\":null,\"totalStake\":0}"));
    return true;
}

static bool get_snapshot_slot(struct rpc_call *c) {
    return rpc_fail(c, SOLANA_NO_SNAPSHOT, "No snapshot");
}

static bool not_found(struct rpc_call *c) {
    return rpc_fail(c, RPC_METHOD_NOT_FOUND, "Method not found");
}

const struct rpc_method_row solana_other_methods[] = {{"*", not_found}, {NULL, NULL}};

const struct rpc_method_row solana_validator_methods[] = {
    {"getIdentity", get_identity},
    {"getVersion", get_version},
    {"getHealth", get_health},
    {"getGenesisHash", get_genesis_hash},
    {"getSlotLeader", get_slot_leader},
    {"getSlotLeaders", get_slot_leaders},
    {"getLeaderSchedule", get_leader_schedule},
    {"getBlockProduction", get_block_production},
    {"getClusterNodes", get_cluster_nodes},
    {"getVoteAccounts", get_vote_accounts},
    {"getInflationGovernor", get_inflation_governor},
    {"getInflationRate", get_inflation_rate},
    {"getInflationReward", get_inflation_reward},
    {"getStakeMinimumDelegation", get_stake_minimum},
    {"getBlockCommitment", get_block_commitment},
    {"getHighestSnapshotSlot", get_snapshot_slot},
    {NULL, NULL},
};
