/* sol_poseidon (SIMD-0359 for the length of the inputs; crate solana-poseidon). */
#include "crypto/poseidon.h"

#include "solana/syscalls.h"

static uint64_t cost(uint64_t count) {
    return 61 * count * count + 542;
}

static void put(struct b32 *to, const uint8_t *from, bool little) {
    for (size_t i = 0; i < 32; i++) to->b[i] = from[little ? 31 - i : i];
}

bool sol_sys_poseidon(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t curve = args[0], order = args[1], count = args[3];
    struct b32 in[POSEIDON_INPUTS_MAX], digest;
    if (curve != 0) return sol_syscall_fail_text(vm, "Invalid parameters.");
    if (order > 1) return sol_syscall_fail_text(vm, "Invalid endianness.");
    if (count > POSEIDON_INPUTS_MAX) {
        sol_log(sol_context_of(vm), "Poseidon hashing %llu sequences is not supported",
                (unsigned long long)count);
        return sol_syscall_fail_text(vm, "InvalidLength");
    }
    if (!sol_syscall_charge(vm, cost(count))) return false;
    uint8_t *out = sol_store(vm, args[4], sizeof digest, 1);
    if (!out) return false;
    const uint8_t *slices = sol_load_array(vm, args[2], count, sizeof(struct sol_slice), 8);
    if (!slices) return false;
    bool ok = true;
    for (uint64_t i = 0; i < count; i++) {
        struct sol_slice s = sol_slice_at(slices, i);
        const uint8_t *p = sol_load_array(vm, s.address, s.bytes, 1, 1);
        if (!p) return false;
        ok = ok && s.bytes == sizeof *in;
        if (ok) put(&in[i], p, order == 1);
    }
    *result = !(ok && poseidon(&digest, in, count));
    if (*result == 0) put((struct b32 *)out, digest.b, order == 1);
    return true;
}
