/* The tables of opcodes.def and gas.def. */
#include "evm/opcodes.h"
#include "evm/gas.h"

const struct evm_op_info evm_ops[OP_COUNT] = {
#define OP(name, byte, in, out, gas, since) [byte] = {#name, in, out, GAS_CLASS_##gas, EVM_##since},
#include "evm/opcodes.def"
#undef OP
};

/* A row of a later fork overrides the part of an earlier row: that is what SINCE means. */
#pragma GCC diagnostic push
#if defined(__clang__)
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
const uint16_t evm_static_gas[GAS_CLASS_COUNT][EVM_FORK_COUNT] = {
#define SINCE(fork, gas) [EVM_##fork... EVM_FORK_COUNT - 1] = gas,
#define GAS(name, ...)   [GAS_CLASS_##name] = {__VA_ARGS__},
#include "evm/gas.def"
#undef GAS
#undef SINCE
};

const struct evm_sstore_gas evm_sstore_gas[EVM_FORK_COUNT] = {
    [EVM_FRONTIER... EVM_FORK_COUNT - 1] = {false, 5000, 20000, 5000, 15000},
    [EVM_CONSTANTINOPLE] = {true, 200, 20000, 5000, 15000},              /* EIP-1283 */
    [EVM_ISTANBUL] = {true, 800, 20000, 5000, 15000},                    /* EIP-2200 */
    [EVM_BERLIN] = {true, 100, 20000, 2900, 15000},                      /* EIP-2929 */
    [EVM_LONDON... EVM_FORK_COUNT - 1] = {true, 100, 20000, 2900, 4800}, /* EIP-3529 */
};
#pragma GCC diagnostic pop
