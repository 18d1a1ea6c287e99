/* Private to evm/: the instruction table in memory. */
#ifndef TERN_EVM_OPCODES_H
#define TERN_EVM_OPCODES_H

#include "evm/evm.h"

enum evm_opcode {
#define OP(name, byte, in, out, gas, since) OP_##name = byte,
#include "evm/opcodes.def"
#undef OP
    OP_COUNT = 256,
};

struct evm_op_info {
    const char *name; /* NULL: no fork defines it */
    uint8_t in, out;
    uint8_t gas_class;
    uint8_t since; /* enum evm_fork */
};

extern const struct evm_op_info evm_ops[OP_COUNT];

enum evm_gas_class {
#define GAS(name, ...) GAS_CLASS_##name,
#include "evm/gas.def"
#undef GAS
    GAS_CLASS_COUNT
};

extern const uint16_t evm_static_gas[GAS_CLASS_COUNT][EVM_FORK_COUNT];

/* Defined in this fork? 0xfe is defined as invalid for ever (EIP-141). */
static inline bool evm_op_defined(uint8_t op, enum evm_fork fork) {
    return evm_ops[op].name && evm_ops[op].since <= fork;
}

#endif
