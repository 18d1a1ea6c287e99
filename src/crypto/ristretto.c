/* ristretto255 over libsodium. Its products fail for infinity, which is a fine result here. */
#include "crypto/ristretto.h"

#include <assert.h>
#include <sodium.h>

bool ristretto_valid(const struct b32 *p) {
    return crypto_core_ristretto255_is_valid_point(p->b) == 1;
}

void ristretto_add(struct b32 *out, const struct b32 *p, const struct b32 *q) {
    int failed = crypto_core_ristretto255_add(out->b, p->b, q->b);
    assert(!failed);
    (void)failed;
}

void ristretto_sub(struct b32 *out, const struct b32 *p, const struct b32 *q) {
    int failed = crypto_core_ristretto255_sub(out->b, p->b, q->b);
    assert(!failed);
    (void)failed;
}

void ristretto_mul(struct b32 *out, const struct b32 *p, const struct b32 *k) {
    struct b32 reduced, product = {{0}};
    ristretto_scalar_add(&reduced, k, &(struct b32){{0}});
    if (crypto_scalarmult_ristretto255(product.b, reduced.b, p->b) != 0)
        product = (struct b32){{0}};
    *out = product;
}

void ristretto_mul_base(struct b32 *out, const struct b32 *k) {
    struct b32 reduced, product = {{0}};
    ristretto_scalar_add(&reduced, k, &(struct b32){{0}});
    if (crypto_scalarmult_ristretto255_base(product.b, reduced.b) != 0) product = (struct b32){{0}};
    *out = product;
}

void ristretto_from_uniform(struct b32 *out, const uint8_t in[64]) {
    crypto_core_ristretto255_from_hash(out->b, in);
}

bool ristretto_scalar_canonical(const struct b32 *k) {
    static const struct b32 order = {{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c,
                                      0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10}};
    for (size_t i = sizeof order.b; i-- > 0;)
        if (k->b[i] != order.b[i]) return k->b[i] < order.b[i];
    return false;
}

void ristretto_scalar_reduce(struct b32 *out, const uint8_t in[64]) {
    crypto_core_ristretto255_scalar_reduce(out->b, in);
}

/* Both inputs need not be reduced: libsodium adds 256-bit numbers in 512 bits. */
void ristretto_scalar_add(struct b32 *out, const struct b32 *a, const struct b32 *b) {
    crypto_core_ristretto255_scalar_add(out->b, a->b, b->b);
}

void ristretto_scalar_sub(struct b32 *out, const struct b32 *a, const struct b32 *b) {
    crypto_core_ristretto255_scalar_sub(out->b, a->b, b->b);
}

void ristretto_scalar_mul(struct b32 *out, const struct b32 *a, const struct b32 *b) {
    crypto_core_ristretto255_scalar_mul(out->b, a->b, b->b);
}

void ristretto_scalar_neg(struct b32 *out, const struct b32 *a) {
    crypto_core_ristretto255_scalar_negate(out->b, a->b);
}

void ristretto_scalar_invert(struct b32 *out, const struct b32 *a) {
    struct b32 inverse = {{0}};
    if (crypto_core_ristretto255_scalar_invert(inverse.b, a->b) != 0) inverse = (struct b32){{0}};
    *out = inverse;
}
