/* Comparing our refusals with the exceptions that test files name. */
#include <stdio.h>

#include "node/blocktest.h"

static const struct {
    enum eth_err code;
    const char *name;
} block_names[] = {
#define BLOCK(refusal, name) {ETH_##refusal, name},
#define TX(refusal, name)
#include "node/exceptions.def"
#undef BLOCK
#undef TX
};

static const struct {
    enum evm_tx_err code;
    const char *name;
} tx_names[] = {
#define BLOCK(refusal, name)
#define TX(refusal, name) {EVM_TX_##refusal, name},
#include "node/exceptions.def"
#undef BLOCK
#undef TX
};

static bool is_block(struct bytes name, const struct eth_refusal *why) {
    if (bytes_eq(name, bytes_cstr(eth_err_name(why->code)))) return true;
    for (size_t i = 0; i < COUNT_OF(block_names); i++)
        if (block_names[i].code == why->code && bytes_eq(name, bytes_cstr(block_names[i].name)))
            return true;
    return false;
}

static bool is_tx(struct bytes name, const struct eth_refusal *why) {
    /* Types 3 and 4 have no encoding without `to`, so decoding refuses it. */
    if (why->code == ETH_RLP_STRUCTURES_ENCODING && strstr(why->text, " to: "))
        return bytes_eq(name, BYTES_LIT("TYPE_3_TX_CONTRACT_CREATION")) ||
               bytes_eq(name, BYTES_LIT("TYPE_4_TX_CONTRACT_CREATION"));
    if (why->code != ETH_TRANSACTION) return false;
    if (why->blob_limit)
        return bytes_eq(name, BYTES_LIT("TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"));
    for (size_t i = 0; i < COUNT_OF(tx_names); i++)
        if (tx_names[i].code == why->tx && bytes_eq(name, bytes_cstr(tx_names[i].name)))
            return true;
    return false;
}

bool exception_matches(const char *expected, const struct eth_refusal *why) {
    static const char block[] = "BlockException.", tx[] = "TransactionException.";
    for (const char *at = expected; *at;) {
        size_t n = strcspn(at, "|");
        struct bytes name = bytes_make(at, n);
        if (!strncmp(at, block, sizeof block - 1)) {
            if (is_block(bytes_sub(name, sizeof block - 1, n - (sizeof block - 1)), why))
                return true;
        } else if (!strncmp(at, tx, sizeof tx - 1)) {
            if (is_tx(bytes_sub(name, sizeof tx - 1, n - (sizeof tx - 1)), why)) return true;
        }
        at += n + (at[n] == '|');
    }
    return false;
}
