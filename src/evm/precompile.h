/* Private to evm/: the contracts at low addresses that the protocol defines. */
#ifndef TERN_EVM_PRECOMPILE_H
#define TERN_EVM_PRECOMPILE_H

#include "evm/machine.h"

struct evm_precompile {
    uint16_t number; /* the address */
    uint8_t since;   /* enum evm_fork */
    /* The price of a call; UINT64_MAX if no gas could pay for it. */
    uint64_t (*gas)(enum evm_fork fork, struct bytes input);
    /* Appends the output to `out`; false is a failure that takes all gas. */
    bool (*run)(enum evm_fork fork, struct bytes input, struct buf *out, struct arena *scratch);
};

/* The precompile at this address in this fork, or NULL. */
const struct evm_precompile *evm_precompile_at(enum evm_fork fork, const struct b20 *address);

/* The price of modexp by fork: EIP-198, EIP-2565, EIP-7883. */
uint64_t evm_modexp_gas(enum evm_fork fork, struct bytes input);
bool evm_modexp_run(enum evm_fork fork, struct bytes input, struct buf *out, struct arena *scratch);

#endif
