#include "solana/address.h"

#include "crypto/curve25519.h"
#include "crypto/hash.h"

static const struct bytes marker = {(const uint8_t *)"ProgramDerivedAddress", 21};

/* Seeds, bump, program and marker end to end. */
enum { PREIMAGE_MAX_BYTES = (SOL_SEEDS_MAX + 1) * SOL_SEED_MAX_BYTES + 32 + 21 };

const char *sol_address_error_text(enum sol_address_error e) {
    static const char *const texts[] = {
        "success",
        "Length of the seed is too long for address generation",
        "Provided seeds do not result in a valid address",
        "Provided owner is not allowed",
    };
    return texts[e];
}

/* The hash of the preimage's first `n` bytes with program and marker behind them; false if it is on
 * the curve. */
static bool derive(struct b32 *out, uint8_t *preimage, size_t n, const struct b32 *program) {
    memcpy(preimage + n, program, sizeof *program);
    memcpy(preimage + n + 32, marker.p, marker.n);
    sha2_256(out, bytes_make(preimage, n + 32 + marker.n));
    return !curve25519_valid(CURVE25519_EDWARDS, out);
}

/* Puts the seeds end to end; false if there are too many or one is too long. */
static bool join(uint8_t *preimage, size_t *n, const struct bytes *seeds, size_t count,
                 size_t count_max) {
    if (count > count_max) return false;
    *n = 0;
    for (size_t i = 0; i < count; i++) {
        if (seeds[i].n > SOL_SEED_MAX_BYTES) return false;
        if (seeds[i].n) memcpy(preimage + *n, seeds[i].p, seeds[i].n);
        *n += seeds[i].n;
    }
    return true;
}

enum sol_address_error sol_create_program_address(struct b32 *out, const struct bytes *seeds,
                                                  size_t count, const struct b32 *program) {
    uint8_t preimage[PREIMAGE_MAX_BYTES];
    struct b32 address;
    size_t n;
    if (!join(preimage, &n, seeds, count, SOL_SEEDS_MAX))
        return SOL_ADDRESS_MAX_SEED_LENGTH_EXCEEDED;
    if (!derive(&address, preimage, n, program)) return SOL_ADDRESS_INVALID_SEEDS;
    *out = address;
    return SOL_ADDRESS_OK;
}

bool sol_find_program_address(struct b32 *out, uint8_t *bump, const struct bytes *seeds,
                              size_t count, const struct b32 *program) {
    uint8_t preimage[PREIMAGE_MAX_BYTES];
    struct b32 address;
    size_t n;
    if (!join(preimage, &n, seeds, count, SOL_SEEDS_MAX - 1)) return false;
    for (unsigned b = 255; b > 0; b--) {
        preimage[n] = (uint8_t)b;
        if (!derive(&address, preimage, n + 1, program)) continue;
        *out = address;
        *bump = (uint8_t)b;
        return true;
    }
    return false;
}

enum sol_address_error sol_create_with_seed(struct b32 *out, const struct b32 *base,
                                            struct bytes seed, const struct b32 *owner) {
    uint8_t preimage[32 + SOL_SEED_MAX_BYTES + 32];
    if (seed.n > SOL_SEED_MAX_BYTES) return SOL_ADDRESS_MAX_SEED_LENGTH_EXCEEDED;
    if (!memcmp(owner->b + sizeof *owner - marker.n, marker.p, marker.n))
        return SOL_ADDRESS_ILLEGAL_OWNER;
    memcpy(preimage, base, 32);
    if (seed.n) memcpy(preimage + 32, seed.p, seed.n);
    memcpy(preimage + 32 + seed.n, owner, 32);
    sha2_256(out, bytes_make(preimage, 64 + seed.n));
    return SOL_ADDRESS_OK;
}
