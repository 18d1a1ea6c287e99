/* Precompiles 0x0a to 0x11, over BLS12-381: KZG point evaluation (EIP-4844) and the curve
 * operations (EIP-2537). */
#include "crypto/crypto.h"
#include "evm/precompile.h"

/* ---- 0x0a point evaluation: versioned hash ‖ z ‖ y ‖ commitment ‖ proof */

enum { KZG_INPUT_BYTES = 192 };

uint64_t evm_kzg_gas(enum evm_fork fork, struct bytes in) {
    (void)fork, (void)in;
    return 50000;
}

bool evm_kzg_run(enum evm_fork fork, struct bytes in, struct buf *out, struct arena *scratch) {
    (void)fork, (void)scratch;
    /* FIELD_ELEMENTS_PER_BLOB and BLS_MODULUS, "for extensibility and ease of use" */
    static const uint8_t result[64] = {
        [30] = 0x10, [32] = 0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d, 0x48, 0x33, 0x39,
        0xd8,        0x08,        0x09, 0xa1, 0xd8, 0x05, 0x53, 0xbd, 0xa4, 0x02, 0xff,
        0xfe,        0x5b,        0xfe, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01};
    if (in.n != KZG_INPUT_BYTES) return false;
    struct b32 hash, z, y;
    sha2_256(&hash, bytes_sub(in, 96, 48));
    hash.b[0] = 0x01; /* VERSIONED_HASH_VERSION_KZG */
    if (memcmp(hash.b, in.p, sizeof hash) != 0) return false;
    memcpy(z.b, in.p + 32, sizeof z);
    memcpy(y.b, in.p + 64, sizeof y);
    if (!kzg_verify(in.p + 96, &z, &y, in.p + 144)) return false;
    buf_put(out, result, sizeof result);
    return true;
}

/* ---- 0x0b, 0x0d: addition */

uint64_t evm_bls12_g1_add_gas(enum evm_fork fork, struct bytes in) {
    (void)fork, (void)in;
    return 375;
}

bool evm_bls12_g1_add_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork, (void)scratch;
    uint8_t point[BLS12_G1_BYTES];
    if (!bls12_g1_add(point, in)) return false;
    buf_put(out, point, sizeof point);
    return true;
}

uint64_t evm_bls12_g2_add_gas(enum evm_fork fork, struct bytes in) {
    (void)fork, (void)in;
    return 600;
}

bool evm_bls12_g2_add_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork, (void)scratch;
    uint8_t point[BLS12_G2_BYTES];
    if (!bls12_g2_add(point, in)) return false;
    buf_put(out, point, sizeof point);
    return true;
}

/* ---- 0x0c, 0x0e: multi-scalar multiplication */

enum { DISCOUNTS = 128, G1_MUL_GAS = 12000, G2_MUL_GAS = 22500 };

#define G1_DISCOUNTS(...) static const uint16_t g1_discounts[DISCOUNTS] = {__VA_ARGS__};
#define G2_DISCOUNTS(...) static const uint16_t g2_discounts[DISCOUNTS] = {__VA_ARGS__};
#include "evm/bls12_discounts.def"
#undef G1_DISCOUNTS
#undef G2_DISCOUNTS

/* k is at most 2^56, so that nothing overflows. */
static uint64_t msm_gas(uint64_t k, uint64_t each, const uint16_t discounts[DISCOUNTS]) {
    if (k == 0) return 0;
    unsigned __int128 gas =
        (unsigned __int128)k * each * discounts[k < DISCOUNTS ? k - 1 : DISCOUNTS - 1] / 1000;
    return gas >> 64 ? UINT64_MAX : (uint64_t)gas;
}

uint64_t evm_bls12_g1_msm_gas(enum evm_fork fork, struct bytes in) {
    (void)fork;
    return msm_gas(in.n / BLS12_G1_TERM_BYTES, G1_MUL_GAS, g1_discounts);
}

bool evm_bls12_g1_msm_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork;
    uint8_t point[BLS12_G1_BYTES];
    if (!bls12_g1_msm(point, in, scratch)) return false;
    buf_put(out, point, sizeof point);
    return true;
}

uint64_t evm_bls12_g2_msm_gas(enum evm_fork fork, struct bytes in) {
    (void)fork;
    return msm_gas(in.n / BLS12_G2_TERM_BYTES, G2_MUL_GAS, g2_discounts);
}

bool evm_bls12_g2_msm_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork;
    uint8_t point[BLS12_G2_BYTES];
    if (!bls12_g2_msm(point, in, scratch)) return false;
    buf_put(out, point, sizeof point);
    return true;
}

/* ---- 0x0f: pairing */

uint64_t evm_bls12_pairing_gas(enum evm_fork fork, struct bytes in) {
    (void)fork;
    return 37700 + 32600 * (uint64_t)(in.n / BLS12_PAIR_BYTES);
}

bool evm_bls12_pairing_run(enum evm_fork fork, struct bytes in, struct buf *out,
                           struct arena *scratch) {
    (void)fork;
    bool one;
    if (!bls12_pairing(in, &one, scratch)) return false;
    uint8_t word[32] = {[31] = one};
    buf_put(out, word, sizeof word);
    return true;
}

/* ---- 0x10, 0x11: maps */

uint64_t evm_bls12_map_to_g1_gas(enum evm_fork fork, struct bytes in) {
    (void)fork, (void)in;
    return 5500;
}

bool evm_bls12_map_to_g1_run(enum evm_fork fork, struct bytes in, struct buf *out,
                             struct arena *scratch) {
    (void)fork, (void)scratch;
    uint8_t point[BLS12_G1_BYTES];
    if (!bls12_map_to_g1(point, in)) return false;
    buf_put(out, point, sizeof point);
    return true;
}

uint64_t evm_bls12_map_to_g2_gas(enum evm_fork fork, struct bytes in) {
    (void)fork, (void)in;
    return 23800;
}

bool evm_bls12_map_to_g2_run(enum evm_fork fork, struct bytes in, struct buf *out,
                             struct arena *scratch) {
    (void)fork, (void)scratch;
    uint8_t point[BLS12_G2_BYTES];
    if (!bls12_map_to_g2(point, in)) return false;
    buf_put(out, point, sizeof point);
    return true;
}
