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

/* Runs it with `gas`: status and gas_left of the result; the output is in `out`, empty after a
 * failure, and not yet in the result. */
void evm_precompile_run(const struct evm_precompile *p, enum evm_fork fork, struct bytes input,
                        uint64_t gas, struct buf *out, struct arena *scratch, struct evm_result *r);

/* The rows of precompiles.def that have files of their own. */
#define PRECOMPILE_PAIR(name)                                                                      \
    uint64_t evm_##name##_gas(enum evm_fork fork, struct bytes input);                             \
    bool evm_##name##_run(enum evm_fork fork, struct bytes input, struct buf *out,                 \
                          struct arena *scratch);
PRECOMPILE_PAIR(modexp) /* the price by fork: EIP-198, EIP-2565, EIP-7883 */
PRECOMPILE_PAIR(kzg)
PRECOMPILE_PAIR(bls12_g1_add)
PRECOMPILE_PAIR(bls12_g1_msm)
PRECOMPILE_PAIR(bls12_g2_add)
PRECOMPILE_PAIR(bls12_g2_msm)
PRECOMPILE_PAIR(bls12_pairing)
PRECOMPILE_PAIR(bls12_map_to_g1)
PRECOMPILE_PAIR(bls12_map_to_g2)
#undef PRECOMPILE_PAIR

#endif
