/* Bodies: what they hold must be what the header commits to, and who may be an ommer. */
#include "ethereum/internal.h"

enum {
    OMMERS_MAX = 2,
    BLOCK_MAX_BYTES = (10 << 20) - (2 << 20), /* EIP-7934: 10 MiB less the beacon block's share */
};

static bool check_withdrawals(const struct eth_rules *rules, const struct eth_block *b,
                              struct eth_refusal *why) {
    bool due = rules->fork >= EVM_SHANGHAI;
    if (b->has_withdrawals != due)
        return eth_refuse(why, ETH_RLP_STRUCTURES_ENCODING,
                          due ? "the body has no list of withdrawals"
                              : "withdrawals in a body before Shanghai");
    if (!due) return true;
    struct b32 root = eth_withdrawals_root(b->withdrawals, b->withdrawal_count);
    return b32_eq(&root, &b->header.withdrawals_root) ||
           eth_refuse(why, ETH_INVALID_WITHDRAWALS_ROOT, NULL);
}

static bool check_blob_gas(const struct eth_rules *rules, const struct eth_block *b,
                           struct eth_refusal *why) {
    uint64_t gas = 0;
    if (rules->fork < EVM_CANCUN) return true; /* a blob transaction is refused by itself */
    for (size_t i = 0; i < b->transaction_count; i++)
        gas += b->transactions[i].tx.blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB;
    return gas == b->header.blob_gas_used ||
           eth_refuse(why, ETH_INCORRECT_BLOB_GAS_USED, "header %llu, transactions %llu",
                      ULL(b->header.blob_gas_used), ULL(gas));
}

bool eth_check_body(const struct eth_rules *rules, const struct eth_block *b,
                    struct eth_refusal *why) {
    if (rules->fork >= EVM_OSAKA && b->size > BLOCK_MAX_BYTES)
        return eth_refuse(why, ETH_RLP_BLOCK_LIMIT_EXCEEDED, "%zu bytes", b->size);
    struct b32 ommers = eth_ommers_hash(b->ommers, b->ommer_count);
    if (!b32_eq(&ommers, &b->header.ommers_hash))
        return eth_refuse(
            why, rules->merged ? ETH_IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS : ETH_INVALID_UNCLES_HASH,
            NULL);
    struct b32 root = eth_transactions_root(b->transactions, b->transaction_count);
    if (!b32_eq(&root, &b->header.transactions_root))
        return eth_refuse(why, ETH_INVALID_TRANSACTIONS_ROOT, NULL);
    return check_withdrawals(rules, b, why) && check_blob_gas(rules, b, why);
}

/* ---- Ommers (Yellow Paper, 11.1) */

static bool was_ommer(const struct eth_block *b, size_t index, const struct b32 *hash,
                      const struct eth_ancestor *ancestors, size_t count) {
    for (size_t i = 0; i < index; i++) {
        struct b32 other = eth_header_hash(&b->ommers[i]);
        if (b32_eq(&other, hash)) return true;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < ancestors[i].ommer_count; k++) {
            struct b32 other = eth_header_hash(&ancestors[i].ommers[k]);
            if (b32_eq(&other, hash)) return true;
        }
    }
    return false;
}

static bool check_ommer(const struct eth_schedule *s, const struct eth_block *b, size_t index,
                        const struct eth_ancestor *ancestors, size_t count,
                        struct eth_refusal *why) {
    const struct eth_header *ommer = &b->ommers[index];
    struct b32 hash = eth_header_hash(ommer);
    const struct eth_ancestor *parent = NULL;
    if (b32_eq(&hash, &b->hash) || was_ommer(b, index, &hash, ancestors, count))
        return eth_refuse(why, ETH_UNCLE_IN_CHAIN, "uncle %zu", index);
    for (size_t i = 0; i < count; i++) {
        if (b32_eq(&hash, &ancestors[i].hash))
            return eth_refuse(why, ETH_UNCLE_IS_ANCESTOR, "uncle %zu", index);
        if (i && b32_eq(&ommer->parent_hash, &ancestors[i].hash)) parent = &ancestors[i];
    }
    if (!parent) return eth_refuse(why, ETH_UNCLE_UNKNOWN_PARENT, "uncle %zu", index);
    struct u256 td;
    u256_add(&td, &parent->parent_td, &parent->header.difficulty);
    struct eth_rules rules = eth_rules_at(s, ommer->number, ommer->timestamp, &td);
    struct eth_refusal inner;
    return eth_check_header(&rules, ommer, &parent->header, &inner) ||
           eth_refuse(why, ETH_UNCLE_INVALID, "uncle %zu: %s", index, inner.text);
}

bool eth_check_ommers(const struct eth_schedule *s, const struct eth_rules *rules,
                      const struct eth_block *b, const struct eth_ancestor *ancestors, size_t count,
                      struct eth_refusal *why) {
    if (rules->merged && b->ommer_count)
        return eth_refuse(why, ETH_IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS, NULL);
    if (b->ommer_count > OMMERS_MAX)
        return eth_refuse(why, ETH_TOO_MANY_UNCLES, "%zu", b->ommer_count);
    for (size_t i = 0; i < b->ommer_count; i++)
        if (!check_ommer(s, b, i, ancestors, count, why)) return false;
    return true;
}

bool eth_recover_senders(const struct eth_rules *rules, struct eth_block *b,
                         struct eth_refusal *why) {
    for (size_t i = 0; i < b->transaction_count; i++) {
        struct evm_tx *tx = &b->transactions[i].tx;
        enum evm_tx_err e = evm_tx_sender(tx, rules->fork, &tx->sender);
        if (!e) continue;
        eth_refuse(why, ETH_TRANSACTION, "%zu: %s", i, evm_tx_err_text(e));
        why->tx = e;
        why->tx_index = (uint32_t)i;
        return false;
    }
    return true;
}

bool eth_check(const struct eth_schedule *s, struct eth_block *b,
               const struct eth_ancestor *ancestors, size_t ancestor_count, struct eth_rules *rules,
               struct eth_refusal *why) {
    const struct eth_ancestor *parent = &ancestors[0];
    struct u256 td;
    u256_add(&td, &parent->parent_td, &parent->header.difficulty);
    *rules = eth_rules_at(s, b->header.number, b->header.timestamp, &td);
    return eth_check_header(rules, &b->header, &parent->header, why) &&
           eth_check_body(rules, b, why) &&
           eth_check_ommers(s, rules, b, ancestors, ancestor_count, why) &&
           eth_recover_senders(rules, b, why);
}
