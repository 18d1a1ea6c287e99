/* Every precompile on any bytes in every fork. First byte: which one; second: the fork and, for the
 * point evaluation, whether the versioned hash is made right first. Whatever comes: no crash, no
 * more gas than given, nothing left after a failure, the same answer twice. */
#include <stdlib.h>

#include "crypto/hash.h"
#include "evm/evm.h"

enum { INPUT_MAX = 1 << 12 };
static const uint64_t GAS = 300000; /* keeps modexp and blake2f short */

static void check(bool holds) {
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    uint8_t in[INPUT_MAX];
    size_t n = size - 2 < INPUT_MAX ? size - 2 : INPUT_MAX;
    memcpy(in, data + 2, n);
    unsigned number = data[0] % 18 + 1; /* 0x12 stands for 0x100 */
    struct b20 address = {
        .b = {[18] = number == 0x12, [19] = number == 0x12 ? 0 : (uint8_t)number}};
    if (number == 0x0a && data[1] & 0x80 && n >= 144) {
        struct b32 hash;
        sha2_256(&hash, bytes_make(in + 96, 48));
        memcpy(in, hash.b, 32);
        in[0] = 1;
    }
    enum evm_fork fork = (enum evm_fork)(data[1] % EVM_FORK_COUNT);
    struct arena arena;
    struct evm_result first, second;
    arena_init(&arena, 0);
    if (evm_precompile_call(fork, &address, bytes_make(in, n), GAS, &arena, &first)) {
        check(first.gas_left <= GAS);
        check(first.status == EVM_SUCCESS || (first.gas_left == 0 && first.output.n == 0));
        check(evm_precompile_call(fork, &address, bytes_make(in, n), GAS, &arena, &second));
        check(first.status == second.status && first.gas_left == second.gas_left);
        check(bytes_eq(first.output, second.output));
        if (first.status == EVM_SUCCESS && first.gas_left < GAS) { /* with exactly its price too */
            check(evm_precompile_call(fork, &address, bytes_make(in, n), GAS - first.gas_left,
                                      &arena, &second));
            check(second.status == EVM_SUCCESS && second.gas_left == 0);
        }
    }
    arena_free(&arena);
    return 0;
}
