/* What both curves have in common. */
#include "crypto/algebra_impl.h"

/* r and q of each curve, least significant byte first. */
static const uint8_t bls12_r[32] = {
    0x01, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x5b, 0xfe, 0xff, 0x02, 0xa4, 0xbd, 0x53,
    0x05, 0xd8, 0xa1, 0x09, 0x08, 0xd8, 0x39, 0x33, 0x48, 0x7d, 0x9d, 0x29, 0x53, 0xa7, 0xed, 0x73};
static const uint8_t bls12_q[48] = {
    0xab, 0xaa, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xb9, 0xff, 0xff, 0x53, 0xb1, 0xfe, 0xff, 0xab, 0x1e,
    0x24, 0xf6, 0xb0, 0xf6, 0xa0, 0xd2, 0x30, 0x67, 0xbf, 0x12, 0x85, 0xf3, 0x84, 0x4b, 0x77, 0x64,
    0xd7, 0xac, 0x4b, 0x43, 0xb6, 0xa7, 0x1b, 0x4b, 0x9a, 0xe6, 0x7f, 0x39, 0xea, 0x11, 0x01, 0x1a};
static const uint8_t bn254_r[32] = {
    0x01, 0x00, 0x00, 0xf0, 0x93, 0xf5, 0xe1, 0x43, 0x91, 0x70, 0xb9, 0x79, 0x48, 0xe8, 0x33, 0x28,
    0x5d, 0x58, 0x81, 0x81, 0xb6, 0x45, 0x50, 0xb8, 0x29, 0xa0, 0x31, 0xe1, 0x72, 0x4e, 0x64, 0x30};
static const uint8_t bn254_q[32] = {
    0x47, 0xfd, 0x7c, 0xd8, 0x16, 0x8c, 0x20, 0x3c, 0x8d, 0xca, 0x71, 0x68, 0x91, 0x6a, 0x81, 0x97,
    0x5d, 0x58, 0x81, 0x81, 0xb6, 0x45, 0x50, 0xb8, 0x29, 0xa0, 0x31, 0xe1, 0x72, 0x4e, 0x64, 0x30};

const struct algebra_ops *algebra_ops(enum algebra_structure s) {
    return s < ALGEBRA_BN254_FR ? &algebra_bls12_ops[s] : &algebra_bn254_ops[s - ALGEBRA_BN254_FR];
}

/* out = out × factor, for an `out` of n bytes that has room for both. */
static void multiply(uint8_t *out, size_t n, const uint8_t *factor, size_t factor_bytes) {
    uint8_t product[ALGEBRA_SIZE_MAX] = {0};
    for (size_t i = 0; i < n; i++) {
        unsigned carry = 0;
        for (size_t k = 0; k < factor_bytes; k++) {
            carry += (unsigned)out[i] * factor[k] + product[i + k];
            product[i + k] = (uint8_t)carry;
            carry >>= 8;
        }
        product[i + factor_bytes] = (uint8_t)carry;
    }
    memcpy(out, product, n + factor_bytes);
}

static size_t twelfth_power(uint8_t *out, const uint8_t *q, size_t n) {
    memcpy(out, q, n);
    for (size_t i = 1; i < 12; i++) multiply(out, i * n, q, n);
    size_t length = 12 * n;
    while (!out[length - 1]) length--;
    return length;
}

size_t algebra_order(enum algebra_structure s, uint8_t out[ALGEBRA_SIZE_MAX]) {
    switch (s) {
    case ALGEBRA_BLS12_FQ12: return twelfth_power(out, bls12_q, sizeof bls12_q);
    case ALGEBRA_BN254_FQ12: return twelfth_power(out, bn254_q, sizeof bn254_q);
    case ALGEBRA_BN254_FQ: memcpy(out, bn254_q, sizeof bn254_q); return sizeof bn254_q;
    default: memcpy(out, s < ALGEBRA_BN254_FR ? bls12_r : bn254_r, sizeof bls12_r);
    }
    return sizeof bls12_r;
}

bool algebra_in_gt(enum algebra_curve c, const void *fq12) {
    return c == ALGEBRA_BLS12 ? algebra_bls12_in_gt(fq12) : algebra_bn254_in_gt(fq12);
}

void algebra_sum(enum algebra_structure s, void *r, const void *const *points,
                 const uint8_t (*k)[ALGEBRA_SCALAR_BYTES], size_t count, struct arena *scratch) {
    if (s < ALGEBRA_BN254_FR) {
        algebra_bls12_sum(s, r, points, k, count, scratch);
        return;
    }
    const struct algebra_ops *ops = algebra_ops(s);
    uint64_t sum[ALGEBRA_SIZE_MAX / 8], term[ALGEBRA_SIZE_MAX / 8];
    ops->zero(sum);
    for (size_t i = 0; i < count; i++) {
        ops->scale(term, points[i], k[i]);
        ops->add(sum, sum, term);
    }
    memcpy(r, sum, ops->size);
}

void algebra_pairing(enum algebra_curve c, void *r, const void *const *g1, const void *const *g2,
                     size_t count, struct arena *scratch) {
    if (c == ALGEBRA_BLS12)
        algebra_bls12_pairing(r, g1, g2, count, scratch);
    else
        algebra_bn254_pairing(r, g1, g2, count, scratch);
}
