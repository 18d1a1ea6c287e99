/* Fp and Fp2 of bn254: what is not inlined. */
#include "crypto/bn254_fp.h"

#include <gmp.h>

typedef unsigned __int128 u128;

const struct fp fp_modulus = FP_MODULUS;
/* 2^512 and 2^768 mod p: a Montgomery product with them enters Montgomery form once and twice. */
static const struct fp r_squared = {
    {0xf32cfc5b538afa89, 0xb5e71911d44501fb, 0x47ab1eff0a417ff6, 0x06d89f71cab8351f}};
static const struct fp r_cubed = {
    {0xb1cd6dafda1530df, 0x62f210e6a7283db6, 0xef7f0b0c0ada0afb, 0x20fd6e902d592544}};

#define NEGATED_INVERSE 0x87d20782e4866389u /* -1/p mod 2^64 */

/* Montgomery's product row by row (CIOS): t = t + a b[i], then t = (t + m p) / 2^64 with m chosen
 * so that the division is exact. With a, b < 2p the result is below (4p / 2^256 + 1) p < 2p. */
void fp_mul_portable(struct fp *r, const struct fp *a, const struct fp *b) {
    uint64_t t[5] = {0};
    for (int i = 0; i < 4; i++) {
        u128 c = 0;
        for (int j = 0; j < 4; j++) {
            c += (u128)a->w[j] * b->w[i] + t[j];
            t[j] = (uint64_t)c;
            c >>= 64;
        }
        t[4] = (uint64_t)c;
        uint64_t m = t[0] * NEGATED_INVERSE;
        c = ((u128)m * fp_modulus.w[0] + t[0]) >> 64;
        for (int j = 1; j < 4; j++) {
            c += (u128)m * fp_modulus.w[j] + t[j];
            t[j - 1] = (uint64_t)c;
            c >>= 64;
        }
        t[3] = (uint64_t)(c + t[4]);
    }
    const struct fp full = {{t[0], t[1], t[2], t[3]}};
    fp_reduce_once(r, &full);
}

/* Karatsuba: three products. The sums are < 2p, which fp_mul takes. */
void fp2_mul_portable(struct fp2 *r, const struct fp2 *a, const struct fp2 *b) {
    struct fp t0, t1, sum_a, sum_b;
    fp_add_lazy(&sum_a, &a->c0, &a->c1);
    fp_add_lazy(&sum_b, &b->c0, &b->c1);
    fp_mul_portable(&t0, &a->c0, &b->c0);
    fp_mul_portable(&t1, &a->c1, &b->c1);
    fp_mul_portable(&sum_a, &sum_a, &sum_b);
    fp_sub(&sum_a, &sum_a, &t0);
    fp_sub(&r->c1, &sum_a, &t1);
    fp_sub(&r->c0, &t0, &t1);
}

bool fp_from_be(struct fp *r, const uint8_t be[32]) {
    struct fp raw, t;
    for (int i = 0; i < 4; i++) raw.w[3 - i] = load_be64(be + 8 * i);
    if (!fp_sub_raw(&t, &raw, &fp_modulus)) return false;
    fp_mul(r, &raw, &r_squared);
    return true;
}

void fp_to_be(uint8_t be[32], const struct fp *a) {
    const struct fp one = {{1, 0, 0, 0}};
    struct fp raw;
    fp_mul(&raw, a, &one);
    for (int i = 0; i < 4; i++) store_be64(be + 8 * i, raw.w[3 - i]);
}

_Static_assert(sizeof(mp_limb_t) == 8, "GMP's limbs are ours");

void fp_inv(struct fp *r, const struct fp *a) {
    if (fp_is_zero(a)) {
        *r = FP_ZERO;
        return;
    }
    /* GMP wants the first operand no shorter than the second: a + p is as long as p and has the
     * same inverse. */
    mp_limb_t u[5], v[5], gcd[5], s[6];
    mp_size_t s_n;
    struct fp shifted;
    fp_add_lazy(&shifted, a, &fp_modulus);
    memcpy(u, shifted.w, sizeof shifted.w);
    memcpy(v, fp_modulus.w, sizeof fp_modulus.w);
    mpn_gcdext(gcd, s, &s_n, u, 4, v, 4);
    struct fp raw = FP_ZERO;
    memcpy(raw.w, s, (size_t)(s_n < 0 ? -s_n : s_n) * 8);
    if (s_n < 0) fp_neg(&raw, &raw);
    fp_mul(r, &raw, &r_cubed);
}

/* 1 / (a0 + a1 i) = (a0 - a1 i) / (a0² + a1²) */
void fp2_inv(struct fp2 *r, const struct fp2 *a) {
    struct fp norm, t;
    fp_sqr(&norm, &a->c0);
    fp_sqr(&t, &a->c1);
    fp_add(&norm, &norm, &t);
    fp_inv(&norm, &norm);
    fp_mul(&r->c0, &a->c0, &norm);
    fp_mul(&t, &a->c1, &norm);
    fp_neg(&r->c1, &t);
}
