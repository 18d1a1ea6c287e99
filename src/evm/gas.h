/* Private to evm/: gas that depends on operands, and limits. Static gas is in gas.def. */
#ifndef TERN_EVM_GAS_H
#define TERN_EVM_GAS_H

#include "evm/evm.h"

enum {
    STACK_LIMIT = 1024,
    CALL_DEPTH_LIMIT = 1024,
    MAX_CODE_SIZE = 24576,                 /* EIP-170 */
    MAX_INITCODE_SIZE = 2 * MAX_CODE_SIZE, /* EIP-3860 */

    GAS_COPY_WORD = 3,
    GAS_MEMORY_WORD = 3,
    GAS_MEMORY_QUADRATIC_DIVISOR = 512,
    GAS_KECCAK_WORD = 6,
    GAS_INITCODE_WORD = 2, /* EIP-3860 */
    GAS_LOG_BYTE = 8,
    GAS_CODE_BYTE = 200,
    GAS_CALL_VALUE = 9000,
    GAS_CALL_STIPEND = 2300,
    GAS_NEW_ACCOUNT = 25000,
    GAS_COLD_ACCOUNT_EXTRA = 2500, /* EIP-2929: 2,600 less the warm 100 */
    GAS_COLD_ACCOUNT = 2600,
    GAS_COLD_SLOAD_EXTRA = 2000,
    GAS_COLD_SLOAD = 2100,
    GAS_WARM = 100,
    REFUND_SELFDESTRUCT = 24000, /* until EIP-3529 */
};

/* SSTORE by fork: EIP-1283, EIP-2200, EIP-2929, EIP-3529. */
struct evm_sstore_gas {
    bool net;       /* metering looks at the original value */
    uint16_t dirty; /* nothing changes, or the slot was changed before in this transaction */
    uint16_t set;   /* zero to non-zero */
    uint16_t reset; /* any other first change */
    uint16_t clear_refund;
};

extern const struct evm_sstore_gas evm_sstore_gas[EVM_FORK_COUNT];

static inline uint64_t words_of(uint64_t bytes) {
    return bytes / 32 + (bytes % 32 != 0);
}

#endif
