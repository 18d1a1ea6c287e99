/* What the chain is and what the node can serve: eth_config (EIP-7910), eth_capabilities. */
#include "rpc/eth.h"

/* ---- Fork ids */

/* CRC-32 of IEEE 802.3, as EIP-2124 uses it. */
static uint32_t crc32_of(uint32_t crc, struct bytes data) {
    crc = ~crc;
    for (size_t i = 0; i < data.n; i++) {
        crc ^= data.p[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static uint32_t crc32_number(uint32_t crc, uint64_t n) {
    uint8_t be[8];
    store_be64(be, n);
    return crc32_of(crc, BYTES_OF(be));
}

/* EIP-2124: the genesis hash, then each fork's block or time up to `time`, ascending, each once.
 * Those of genesis itself do not count. */
static uint32_t fork_id(const struct eth_schedule *s, const struct chain_block *genesis,
                        uint64_t time) {
    uint32_t crc = crc32_of(0, BYTES_OF(genesis->hash));
    uint64_t last = 0;
    for (int i = 0; i < ETH_SHANGHAI; i++) {
        if (s->at[i] == ETH_NEVER || s->at[i] <= last) continue;
        last = s->at[i];
        crc = crc32_number(crc, last);
    }
    last = genesis->timestamp_us / 1000000;
    for (int i = ETH_SHANGHAI; i < ETH_STEP_COUNT; i++) {
        if (s->at[i] == ETH_NEVER || s->at[i] <= last || s->at[i] > time) continue;
        last = s->at[i];
        crc = crc32_number(crc, last);
    }
    return crc;
}

/* ---- eth_config */

struct named_address {
    const char *name;
    struct b20 address;
    enum evm_fork since;
};

/* EIP-7910's names. */
static const struct named_address precompiles[] = {
    {"ECREC", {{[19] = 0x01}}, EVM_FRONTIER},
    {"SHA256", {{[19] = 0x02}}, EVM_FRONTIER},
    {"RIPEMD160", {{[19] = 0x03}}, EVM_FRONTIER},
    {"ID", {{[19] = 0x04}}, EVM_FRONTIER},
    {"MODEXP", {{[19] = 0x05}}, EVM_BYZANTIUM},
    {"BN254_ADD", {{[19] = 0x06}}, EVM_BYZANTIUM},
    {"BN254_MUL", {{[19] = 0x07}}, EVM_BYZANTIUM},
    {"BN254_PAIRING", {{[19] = 0x08}}, EVM_BYZANTIUM},
    {"BLAKE2F", {{[19] = 0x09}}, EVM_ISTANBUL},
    {"KZG_POINT_EVALUATION", {{[19] = 0x0a}}, EVM_CANCUN},
    {"BLS12_G1ADD", {{[19] = 0x0b}}, EVM_PRAGUE},
    {"BLS12_G1MSM", {{[19] = 0x0c}}, EVM_PRAGUE},
    {"BLS12_G2ADD", {{[19] = 0x0d}}, EVM_PRAGUE},
    {"BLS12_G2MSM", {{[19] = 0x0e}}, EVM_PRAGUE},
    {"BLS12_PAIRING_CHECK", {{[19] = 0x0f}}, EVM_PRAGUE},
    {"BLS12_MAP_FP_TO_G1", {{[19] = 0x10}}, EVM_PRAGUE},
    {"BLS12_MAP_FP2_TO_G2", {{[19] = 0x11}}, EVM_PRAGUE},
    {"P256VERIFY", {{[18] = 0x01}}, EVM_OSAKA},
};

static const struct named_address system_contracts[] = {
    {"BEACON_ROOTS_ADDRESS", /* EIP-4788 */
     {{0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
       0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02}},
     EVM_CANCUN},
    {"CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS", /* EIP-7251 */
     {{0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48, 0x86, 0x42, 0xfb,
       0x57, 0x9f, 0x8b, 0x00, 0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51}},
     EVM_PRAGUE},
    {"HISTORY_STORAGE_ADDRESS", /* EIP-2935 */
     {{0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
       0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}},
     EVM_PRAGUE},
    {"WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS", /* EIP-7002 */
     {{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e, 0xb5, 0x5e, 0x80,
       0xd1, 0x9a, 0xd8, 0x35, 0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}},
     EVM_PRAGUE},
};

static void put_addresses(struct json_out *o, const struct named_address *list, size_t count,
                          enum evm_fork fork) {
    for (size_t i = 0; i < count; i++)
        if (list[i].since <= fork) JO_KEY_HEX(o, list[i].name, list[i].address);
}

static void put_blob_schedule(struct json_out *o, const struct eth_rules *rules) {
    jo_key(o, "blobSchedule");
    if (rules->fork < EVM_CANCUN) {
        jo_null(o);
        return;
    }
    jo_object(o);
    jo_key(o, "target");
    jo_number(o, rules->blobs.target);
    jo_key(o, "max");
    jo_number(o, rules->blobs.max);
    jo_key(o, "baseFeeUpdateFraction");
    jo_number(o, rules->blobs.update_fraction);
    jo_end_object(o);
}

/* What holds from the step at `time` on. */
static void put_config(struct json_out *o, const struct eth_schedule *s,
                       const struct chain_block *genesis, uint64_t time) {
    uint8_t id[4];
    struct eth_rules rules =
        eth_rules_at(s, INT64_MAX, time, &s->terminal_total_difficulty); /* after the merge */
    store_be32(id, fork_id(s, genesis, time));
    jo_object(o);
    jo_key(o, "activationTime");
    jo_number(o, time <= genesis->timestamp_us / 1000000 ? 0 : time);
    put_blob_schedule(o, &rules);
    jo_key(o, "chainId");
    jo_quantity(o, s->chain_id);
    JO_KEY_HEX(o, "forkId", id);
    jo_key(o, "precompiles");
    jo_object(o);
    put_addresses(o, precompiles, COUNT_OF(precompiles), rules.fork);
    jo_end_object(o);
    jo_key(o, "systemContracts");
    jo_object(o);
    put_addresses(o, system_contracts, COUNT_OF(system_contracts), rules.fork);
    if (rules.fork >= EVM_PRAGUE)
        JO_KEY_HEX(o, "DEPOSIT_CONTRACT_ADDRESS", rules.deposit_contract); /* EIP-6110 */
    jo_end_object(o);
    jo_end_object(o);
}

/* ETH_NEVER: null. */
static void put_config_or_null(struct json_out *o, const char *key, const struct eth_schedule *s,
                               const struct chain_block *genesis, uint64_t time) {
    jo_key(o, key);
    if (time == ETH_NEVER)
        jo_null(o);
    else
        put_config(o, s, genesis, time);
}

bool eth_config(struct rpc_call *c) {
    const struct eth_schedule *s = chain_schedule(c->node->chain);
    struct chain_reader *r;
    struct chain_block genesis, newest;
    uint64_t current = ETH_NEVER, next = ETH_NEVER, last = ETH_NEVER;
    if (!eth_count_args(c, 0, 0) || !eth_reader(c, &r)) return false;
    chain_block_at(r, 0, &genesis);
    chain_block_at(r, chain_reader_height(r), &newest);
    chain_reader_close(r);
    for (int i = ETH_SHANGHAI; i < ETH_STEP_COUNT; i++) {
        if (s->at[i] == ETH_NEVER) continue;
        if (s->at[i] <= newest.timestamp_us / 1000000)
            current = s->at[i];
        else if (next == ETH_NEVER)
            next = s->at[i];
        if (next != ETH_NEVER) last = s->at[i];
    }
    jo_object(c->out);
    put_config_or_null(c->out, "current", s, &genesis, current);
    put_config_or_null(c->out, "next", s, &genesis, next);
    put_config_or_null(c->out, "last", s, &genesis, last);
    jo_end_object(c->out);
    return true;
}

/* ---- eth_capabilities */

static void put_resource(struct json_out *o, const char *key, uint64_t oldest, uint64_t window) {
    jo_key(o, key);
    jo_object(o);
    jo_key(o, "disabled");
    jo_bool(o, false);
    jo_key(o, "oldestBlock");
    jo_quantity(o, oldest);
    if (window != UINT64_MAX) {
        jo_key(o, "deleteStrategy");
        jo_object(o);
        jo_key(o, "type");
        jo_cstring(o, "window");
        jo_key(o, "retentionBlocks");
        jo_quantity(o, window);
        jo_end_object(o);
    }
    jo_end_object(o);
}

bool eth_capabilities(struct rpc_call *c) {
    struct chain_reader *r;
    struct chain_block newest;
    uint64_t kept = chain_get_options(c->node->chain)->history_blocks;
    if (!eth_count_args(c, 0, 0) || !eth_reader(c, &r)) return false;
    chain_block_at(r, chain_reader_height(r), &newest);
    chain_reader_close(r);
    uint64_t oldest = newest.height > kept ? newest.height - kept : 0;
    uint64_t window = kept == UINT64_MAX ? UINT64_MAX : kept + 1; /* the newest counts too */
    jo_object(c->out);
    jo_key(c->out, "head");
    jo_object(c->out);
    jo_key(c->out, "number");
    jo_quantity(c->out, newest.height);
    JO_KEY_HEX(c->out, "hash", newest.hash);
    jo_end_object(c->out);
    put_resource(c->out, "state", oldest, window);
    put_resource(c->out, "tx", 0, UINT64_MAX);
    put_resource(c->out, "logs", 0, UINT64_MAX);
    put_resource(c->out, "receipts", 0, UINT64_MAX);
    put_resource(c->out, "blocks", 0, UINT64_MAX);
    put_resource(c->out, "stateproofs", oldest, window);
    jo_end_object(c->out);
    return true;
}
