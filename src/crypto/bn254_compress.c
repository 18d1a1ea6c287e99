/* Points of bn254 by one coordinate: x, and in the first byte's top bit which y, as arkworks has
 * it. y is "negative" if it is the larger of the two, in Fp2 by the imaginary part first. */
#include "crypto/bn254.h"
#include "crypto/bn254_g1.h"
#include "crypto/bn254_g2.h"

enum { NEGATIVE = 0x80, INFINITE = 0x40, FLAGS = 0xc0 };

/* (p + 1) / 4 */
static const uint64_t sqrt_exponent[4] = {0x4f082305b61f3f52, 0x65e05aa45a1c72a3,
                                          0x6e14116da0605617, 0x0c19139cb84c680a};

/* r = √a; false if a is no square. p is 3 mod 4. */
static bool fp_sqrt(struct fp *r, const struct fp *a) {
    struct fp root = FP_ONE, check;
    for (int i = 255; i >= 0; i--) {
        fp_sqr(&root, &root);
        if (sqrt_exponent[i / 64] >> (i % 64) & 1) fp_mul(&root, &root, a);
    }
    fp_sqr(&check, &root);
    if (!fp_eq(&check, a)) return false;
    *r = root;
    return true;
}

static void fp_halve(struct fp *r, const struct fp *a) {
    struct fp two, half;
    const struct fp one = FP_ONE;
    fp_double(&two, &one);
    fp_inv(&half, &two);
    fp_mul(r, a, &half);
}

/* A real number is the square of a real or of an imaginary one. */
static bool real_sqrt(struct fp2 *r, const struct fp *a) {
    struct fp minus;
    *r = FP2_ZERO;
    if (fp_sqrt(&r->c0, a)) return true;
    fp_neg(&minus, a);
    return fp_sqrt(&r->c1, &minus);
}

/* The complex method: (x0 + x1 i)² = a with x0² = (a0 ± |a|) / 2 and x1 = a1 / 2 x0. */
static bool fp2_sqrt(struct fp2 *r, const struct fp2 *a) {
    struct fp norm, t, x0, x1;
    if (fp_is_zero(&a->c1)) return real_sqrt(r, &a->c0);
    fp_sqr(&norm, &a->c0);
    fp_sqr(&t, &a->c1);
    fp_add(&norm, &norm, &t);
    if (!fp_sqrt(&norm, &norm)) return false;
    fp_add(&t, &a->c0, &norm);
    fp_halve(&t, &t);
    if (!fp_sqrt(&x0, &t)) {
        fp_sub(&t, &a->c0, &norm);
        fp_halve(&t, &t);
        if (!fp_sqrt(&x0, &t)) return false;
    }
    fp_double(&t, &x0);
    fp_inv(&t, &t);
    fp_mul(&x1, &a->c1, &t);
    *r = (struct fp2){x0, x1};
    struct fp2 check;
    fp2_sqr(&check, r);
    return fp2_eq(&check, a);
}

static bool fp_is_larger(const struct fp *a) {
    struct fp minus;
    uint8_t x[32], y[32];
    fp_neg(&minus, a);
    fp_to_be(x, a);
    fp_to_be(y, &minus);
    return memcmp(x, y, sizeof x) > 0;
}

static bool fp2_is_larger(const struct fp2 *a) {
    return fp_is_zero(&a->c1) ? fp_is_larger(&a->c0) : fp_is_larger(&a->c1);
}

/* Takes the flags off the first byte. False if both are set. */
static bool take_flags(uint8_t *x, bool *negative, bool *infinite) {
    *negative = x[0] & NEGATIVE;
    *infinite = x[0] & INFINITE;
    x[0] &= (uint8_t)~FLAGS;
    return !(*negative && *infinite);
}

bool bn254_g1_compress(uint8_t out[32], const uint8_t in[64]) {
    struct fp x, y;
    if (!fp_from_be(&x, in) || !fp_from_be(&y, in + 32)) return false;
    memcpy(out, in, 32);
    if (fp_is_larger(&y)) out[0] |= NEGATIVE;
    return true;
}

bool bn254_g1_decompress(uint8_t out[64], const uint8_t in[32]) {
    static const struct fp one = FP_ONE;
    uint8_t be[32];
    bool negative, infinite;
    struct fp x, y, three, t;
    memcpy(be, in, sizeof be);
    if (!take_flags(be, &negative, &infinite) || !fp_from_be(&x, be)) return false;
    memset(out, 0, 64);
    if (infinite) return true;
    fp_double(&three, &one);
    fp_add(&three, &three, &one);
    fp_sqr(&t, &x);
    fp_mul(&t, &t, &x);
    fp_add(&t, &t, &three);
    if (!fp_sqrt(&y, &t)) return false;
    if (fp_is_larger(&y) != negative) fp_neg(&y, &y);
    fp_to_be(out, &x);
    fp_to_be(out + 32, &y);
    return true;
}

bool bn254_g2_compress(uint8_t out[64], const uint8_t in[128]) {
    struct fp2 x, y;
    if (!fp2_from_be(&x, in) || !fp2_from_be(&y, in + 64)) return false;
    memcpy(out, in, 64);
    if (fp2_is_larger(&y)) out[0] |= NEGATIVE;
    return true;
}

bool bn254_g2_decompress(uint8_t out[128], const uint8_t in[64]) {
    uint8_t be[64];
    bool negative, infinite;
    struct fp2 x, y, t;
    memcpy(be, in, sizeof be);
    if (!take_flags(be, &negative, &infinite) || !fp2_from_be(&x, be)) return false;
    memset(out, 0, 128);
    if (infinite) return true;
    g2_equation(&t, &x);
    if (!fp2_sqrt(&y, &t)) return false;
    if (fp2_is_larger(&y) != negative) fp2_neg(&y, &y);
    fp2_to_be(out, &x);
    fp2_to_be(out + 64, &y);
    return true;
}

bool bn254_g1_take_flags(uint8_t point[64]) {
    bool negative, infinite;
    struct fp x, y;
    if (!take_flags(point + 32, &negative, &infinite) || !fp_from_be(&x, point) ||
        !fp_from_be(&y, point + 32))
        return false;
    if (infinite) memset(point, 0, 64);
    return true;
}

bool bn254_g2_take_flags(uint8_t point[128]) {
    bool negative, infinite;
    struct fp2 x, y;
    if (!take_flags(point + 64, &negative, &infinite) || !fp2_from_be(&x, point) ||
        !fp2_from_be(&y, point + 64))
        return false;
    if (infinite) memset(point, 0, 128);
    return true;
}
