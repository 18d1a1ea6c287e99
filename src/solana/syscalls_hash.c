/* Syscalls that hash, and the recovery of secp256k1 keys. */
#include "crypto/blake3.h"
#include "crypto/hash.h"
#include "crypto/keccak.h"
#include "crypto/secp.h"
#include "solana/syscalls.h"

enum {
    HASH_UNITS = 85,
    SLICE_UNITS_MIN = 10,
    SLICES_MAX = 20000,
    SECP256K1_RECOVER_UNITS = 25000,
};

struct hash {
    const char *name; /* in the log */
    size_t bytes;
    void (*of)(uint8_t *out, struct bytes in);
};

/* Puts the slices that the program names end to end, each paid for. */
static bool collect(struct svm_vm *vm, uint64_t address, uint64_t count, struct buf *out) {
    const uint8_t *slices = sol_load_array(vm, address, count, sizeof(struct sol_slice), 8);
    for (uint64_t i = 0; slices && i < count; i++) {
        struct sol_slice s = sol_slice_at(slices, i);
        const void *p = sol_load_array(vm, s.address, s.bytes, 1, 1);
        if (!p || !sol_syscall_charge(vm, max_u64(SLICE_UNITS_MIN, s.bytes / 2))) return false;
        buf_put(out, p, s.bytes);
    }
    return slices != NULL;
}

static bool hash(struct svm_vm *vm, const uint64_t args[5], uint64_t *result,
                 const struct hash *h) {
    uint64_t count = args[1];
    struct buf in = {0};
    *result = 0;
    if (count > SLICES_MAX) {
        sol_log(sol_context_of(vm), "%s Hashing %llu sequences in one syscall is over the limit %u",
                h->name, (unsigned long long)count, SLICES_MAX);
        return sol_syscall_fail_text(vm, "Hashing too many sequences");
    }
    if (!sol_syscall_charge(vm, HASH_UNITS)) return false;
    uint8_t *out = sol_store(vm, args[2], h->bytes, 1);
    bool ok = out && collect(vm, args[0], count, &in);
    if (ok) h->of(out, buf_bytes(&in));
    buf_free(&in);
    return ok;
}

static void of_sha256(uint8_t *out, struct bytes in) {
    struct b32 h;
    sha2_256(&h, in);
    memcpy(out, &h, sizeof h);
}

static void of_keccak256(uint8_t *out, struct bytes in) {
    struct b32 h;
    keccak256(&h, in);
    memcpy(out, &h, sizeof h);
}

static void of_blake3(uint8_t *out, struct bytes in) {
    struct b32 h;
    blake3(&h, in);
    memcpy(out, &h, sizeof h);
}

bool sol_sys_sha256(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    return hash(vm, args, result, &(struct hash){"Sha256", 32, of_sha256});
}

bool sol_sys_keccak256(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    return hash(vm, args, result, &(struct hash){"Keccak256", 32, of_keccak256});
}

bool sol_sys_blake3(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    return hash(vm, args, result, &(struct hash){"Blake3", 32, of_blake3});
}

bool sol_sys_sha512(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    return hash(vm, args, result, &(struct hash){"Sha512", 64, sha2_512});
}

bool sol_sys_secp256k1_recover(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    enum { INVALID_RECOVERY_ID = 2, INVALID_SIGNATURE = 3 };
    struct secp_signature signature;
    struct secp_public key;
    struct b32 h;
    if (!sol_syscall_charge(vm, SECP256K1_RECOVER_UNITS)) return false;
    uint8_t *out = sol_store(vm, args[3], sizeof key, 1);
    const uint8_t *hash = out ? sol_load(vm, args[0], sizeof h, 1) : NULL;
    const uint8_t *rs = hash ? sol_load(vm, args[2], 64, 1) : NULL;
    if (!rs) return false;
    memcpy(&h, hash, sizeof h);
    memcpy(&signature.r, rs, 32);
    memcpy(&signature.s, rs + 32, 32);
    *result = INVALID_RECOVERY_ID;
    if (args[1] > 3) return true;
    signature.recid = (uint8_t)args[1];
    *result = INVALID_SIGNATURE;
    if (!secp_recover(&key, &h, &signature)) return true;
    memcpy(out, &key, sizeof key);
    *result = 0;
    return true;
}
