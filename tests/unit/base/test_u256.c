/* u256 against GMP on random operands whose limbs favour the edges (0, 1, 2^63, 2^64 - 1), where
 * carries and quotient estimates go wrong. */
#include "base/base.h"

#include <gmp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 400000 };

static uint64_t seed = 0x7465726e;

static uint64_t rnd(void) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t random_limb(void) {
    switch (rnd() % 8) {
    case 0: return 0;
    case 1: return UINT64_MAX;
    case 2: return (uint64_t)1 << rnd() % 64;
    case 3: return ((uint64_t)1 << rnd() % 64) - 1;
    case 4: return UINT64_MAX - rnd() % 4;
    case 5: return rnd() % 4;
    default: return rnd();
    }
}

/* Up to four limbs, so that all pairs of lengths meet. */
static struct u256 random_u256(void) {
    struct u256 r = U256_ZERO;
    const unsigned limbs = (unsigned)(rnd() % 5);
    for (unsigned i = 0; i < limbs; i++) r.w[i] = random_limb();
    if (rnd() % 8 == 0) u256_sub(&r, &U256_ZERO, &r);
    return r;
}

struct model {
    mpz_t a, b, m, r, q, two256;
};

static int setup(void **state) {
    struct model *g = calloc(1, sizeof *g);
    mpz_inits(g->a, g->b, g->m, g->r, g->q, g->two256, NULL);
    mpz_ui_pow_ui(g->two256, 2, 256);
    *state = g;
    return 0;
}

static int teardown(void **state) {
    struct model *g = *state;
    mpz_clears(g->a, g->b, g->m, g->r, g->q, g->two256, NULL);
    free(g);
    return 0;
}

static void to_mpz(mpz_t out, const struct u256 *a) {
    mpz_import(out, 4, -1, 8, 0, 0, a->w);
}

/* The same as two's complement. */
static void to_mpz_signed(struct model *g, mpz_t out, const struct u256 *a) {
    to_mpz(out, a);
    if (a->w[3] >> 63) mpz_sub(out, out, g->two256);
}

static struct u256 from_mpz(struct model *g, mpz_t v) {
    struct u256 r = U256_ZERO;
    mpz_fdiv_r_2exp(v, v, 256);
    (void)g;
    mpz_export(r.w, NULL, -1, 8, 0, 0, v);
    return r;
}

static void expect(struct model *g, const char *what, const struct u256 *got, mpz_t want_mpz,
                   const struct u256 *a, const struct u256 *b) {
    const struct u256 want = from_mpz(g, want_mpz);
    if (u256_eq(got, &want)) return;
    char t[4][67];
    u256_to_hex(t[0], a);
    u256_to_hex(t[1], b);
    u256_to_hex(t[2], got);
    u256_to_hex(t[3], &want);
    fail_msg("%s of %s and %s is %s, should be %s", what, t[0], t[1], t[2], t[3]);
}

static void test_add_sub_mul_compare_random_match_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS; i++) {
        const struct u256 a = random_u256(), b = rnd() % 16 ? random_u256() : a;
        struct u256 r;
        to_mpz(g->a, &a);
        to_mpz(g->b, &b);
        const int order = mpz_cmp(g->a, g->b);
        mpz_add(g->r, g->a, g->b);
        assert_int_equal(u256_add(&r, &a, &b), mpz_cmp(g->r, g->two256) >= 0);
        expect(g, "sum", &r, g->r, &a, &b);
        mpz_sub(g->r, g->a, g->b);
        assert_int_equal(u256_sub(&r, &a, &b), mpz_sgn(g->r) < 0);
        expect(g, "difference", &r, g->r, &a, &b);
        mpz_mul(g->r, g->a, g->b);
        uint64_t wide[8], want_wide[8] = {0};
        u256_mul_wide(wide, &a, &b);
        mpz_export(want_wide, NULL, -1, 8, 0, 0, g->r);
        assert_memory_equal(wide, want_wide, sizeof wide);
        u256_mul(&r, &a, &b);
        expect(g, "product", &r, g->r, &a, &b);
        assert_int_equal(u256_cmp(&a, &b), (order > 0) - (order < 0));
        assert_int_equal(u256_lt(&a, &b), order < 0);
        assert_int_equal(u256_eq(&a, &b), order == 0);
        assert_int_equal(u256_bit_length(&a), mpz_sgn(g->a) ? mpz_sizeinbase(g->a, 2) : 0);
        to_mpz_signed(g, g->a, &a);
        to_mpz_signed(g, g->b, &b);
        assert_int_equal(u256_slt(&a, &b), mpz_cmp(g->a, g->b) < 0);
    }
}

static void test_division_random_matches_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS * 2; i++) {
        const struct u256 a = random_u256();
        struct u256 b = random_u256(), q, r;
        if (rnd() % 8 == 0) { /* top limbs equal: the quotient digit's estimate is at its limit */
            b = a;
            u256_shr(&b, &b, rnd() % 4 * 64);
            b.w[0] = random_limb();
        }
        to_mpz(g->a, &a);
        to_mpz(g->b, &b);
        u256_divmod(&q, &r, &a, &b);
        if (u256_is_zero(&b)) {
            assert_true(u256_is_zero(&q) && u256_is_zero(&r));
            continue;
        }
        mpz_tdiv_qr(g->q, g->r, g->a, g->b);
        expect(g, "quotient", &q, g->q, &a, &b);
        expect(g, "remainder", &r, g->r, &a, &b);
        to_mpz_signed(g, g->a, &a);
        to_mpz_signed(g, g->b, &b);
        mpz_tdiv_qr(g->q, g->r, g->a, g->b);
        u256_sdiv(&q, &a, &b);
        u256_smod(&r, &a, &b);
        expect(g, "signed quotient", &q, g->q, &a, &b);
        expect(g, "signed remainder", &r, g->r, &a, &b);
    }
}

/* A dividend whose top limbs equal the divisor's, step after step: the largest quotient digit. */
static void test_division_largest_digits_match_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS / 4; i++) {
        struct u256 m = {{rnd(), rnd(), random_limb(), rnd() | (uint64_t)1 << 63}}, a, b, r;
        if (i % 2) m = (struct u256){{random_limb(), rnd(), rnd() | (uint64_t)1 << 63, 0}};
        const struct u256 less = {{1 + rnd() % 3, i % 2 ? 0 : rnd() % 2, 0, 0}};
        u256_sub(&a, &m, &less); /* (m - less) * 2^64 */
        u256_shl(&b, &U256_ONE, 64 * (1 + rnd() % 2));
        to_mpz(g->a, &a);
        to_mpz(g->b, &b);
        to_mpz(g->m, &m);
        mpz_mul(g->r, g->a, g->b);
        mpz_mod(g->r, g->r, g->m);
        u256_mulmod(&r, &a, &b, &m);
        expect(g, "mulmod", &r, g->r, &a, &b);
    }
}

static void test_addmod_mulmod_random_match_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS * 2; i++) {
        struct u256 a = random_u256(), b = random_u256(), r;
        const struct u256 m = random_u256();
        if (!u256_is_zero(&m) && rnd() % 2) { /* reduced operands, the usual case */
            u256_divmod(NULL, &a, &a, &m);
            u256_divmod(NULL, &b, &b, &m);
        }
        to_mpz(g->a, &a);
        to_mpz(g->b, &b);
        to_mpz(g->m, &m);
        if (u256_is_zero(&m)) {
            u256_addmod(&r, &a, &b, &m);
            assert_true(u256_is_zero(&r));
            u256_mulmod(&r, &a, &b, &m);
            assert_true(u256_is_zero(&r));
            continue;
        }
        mpz_add(g->r, g->a, g->b);
        mpz_mod(g->r, g->r, g->m);
        u256_addmod(&r, &a, &b, &m);
        expect(g, "addmod", &r, g->r, &a, &b);
        mpz_mul(g->r, g->a, g->b);
        mpz_mod(g->r, g->r, g->m);
        u256_mulmod(&r, &a, &b, &m);
        expect(g, "mulmod", &r, g->r, &a, &b);
    }
}

/* The same modulus again and again, small ones and unreduced operands in between. */
static void test_mulmod_by_known_modulus_matches_gmp(void **state) {
    struct model *g = *state;
    struct u256_modulus known = {0};
    struct u256 m = random_u256();
    for (int i = 0; i < ROUNDS * 2; i++) {
        if (rnd() % 16 == 0) m = random_u256();
        if (rnd() % 16 == 0) m.w[3] |= (uint64_t)1 << rnd() % 64;
        struct u256 a = random_u256(), b = random_u256(), r;
        if (!u256_is_zero(&m) && rnd() % 4) u256_divmod(NULL, &a, &a, &m);
        if (!u256_is_zero(&m) && rnd() % 4) u256_divmod(NULL, &b, &b, &m);
        if (rnd() % 16 == 0) u256_sub(&a, &m, &U256_ONE);
        if (rnd() % 16 == 0) b = a;
        to_mpz(g->a, &a);
        to_mpz(g->b, &b);
        to_mpz(g->m, &m);
        r = m; /* over an operand, as the EVM calls it */
        u256_mulmod_by(&known, &r, &a, &b, &r);
        if (u256_is_zero(&m)) {
            assert_true(u256_is_zero(&r));
            continue;
        }
        mpz_mul(g->r, g->a, g->b);
        mpz_mod(g->r, g->r, g->m);
        expect(g, "mulmod by", &r, g->r, &a, &b);
    }
}

static void test_exp_random_matches_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS / 16; i++) {
        struct u256 a = random_u256(), e = random_u256(), r;
        if (rnd() % 2) e = u256_from_u64(rnd() % 300);
        if (rnd() % 4 == 0) u256_shl(&a, &U256_ONE, rnd() % 256);
        if (rnd() % 4 == 0) a = u256_from_u64(rnd() % 20);
        to_mpz(g->a, &a);
        to_mpz(g->b, &e);
        mpz_powm(g->r, g->a, g->b, g->two256);
        u256_exp(&r, &a, &e);
        expect(g, "power", &r, g->r, &a, &e);
    }
}

static void test_shifts_random_match_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS; i++) {
        const struct u256 a = random_u256();
        const uint64_t n = rnd() % 4 ? rnd() % 260 : random_limb();
        const struct u256 amount = u256_from_u64(n);
        const unsigned long by = n > 300 ? 300 : (unsigned long)n;
        struct u256 r;
        to_mpz(g->a, &a);
        mpz_mul_2exp(g->r, g->a, by);
        u256_shl(&r, &a, n);
        expect(g, "shl", &r, g->r, &a, &amount);
        mpz_fdiv_q_2exp(g->r, g->a, by);
        u256_shr(&r, &a, n);
        expect(g, "shr", &r, g->r, &a, &amount);
        to_mpz_signed(g, g->a, &a);
        mpz_fdiv_q_2exp(g->r, g->a, by);
        u256_sar(&r, &a, n);
        expect(g, "sar", &r, g->r, &a, &amount);
    }
}

static void test_signextend_random_matches_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS; i++) {
        const struct u256 a = random_u256();
        const struct u256 k = rnd() % 8 ? u256_from_u64(rnd() % 34) : random_u256();
        struct u256 r;
        to_mpz(g->a, &a);
        if (u256_fits_u64(&k) && k.w[0] < 31) {
            const unsigned long bits = 8 * k.w[0] + 8;
            const bool negative = mpz_tstbit(g->a, bits - 1);
            mpz_fdiv_r_2exp(g->a, g->a, bits);
            mpz_set_ui(g->b, 0);
            mpz_setbit(g->b, bits);
            if (negative) mpz_sub(g->a, g->a, g->b);
        }
        u256_signextend(&r, &k, &a);
        expect(g, "signextend", &r, g->a, &k, &a);
    }
}

static void test_text_random_matches_gmp(void **state) {
    struct model *g = *state;
    for (int i = 0; i < ROUNDS / 8; i++) {
        const struct u256 a = random_u256();
        char got[80], want[80];
        struct u256 back;
        to_mpz(g->a, &a);
        assert_int_equal(u256_to_hex(got, &a), gmp_snprintf(want, sizeof want, "0x%Zx", g->a));
        assert_string_equal(got, want);
        assert_int_equal(u256_to_dec(got, &a), gmp_snprintf(want, sizeof want, "%Zd", g->a));
        assert_string_equal(got, want);
        assert_true(u256_from_dec(&back, bytes_cstr(got)));
        assert_true(u256_eq(&a, &back));
        uint8_t be[32];
        u256_store_be(be, &a);
        const size_t n = u256_byte_length(&a);
        u256_from_be(&back, bytes_make(be + 32 - n, n));
        assert_true(u256_eq(&a, &back));
        u256_load_be(&back, be);
        assert_true(u256_eq(&a, &back));
    }
}

static void test_from_dec_bad_text_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "0x10", "12a", "1.0",
        /* 2^256 */
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "999999999999999999999999999999999999999999999999999999999999999999999999999999999999"};
    struct u256 r;
    for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(u256_from_dec(&r, bytes_cstr(bad[i])));
    assert_true(u256_from_dec(
        &r, BYTES_LIT(
                "115792089237316195423570985008687907853269984665640564039457584007913129639935")));
    assert_true((r.w[0] & r.w[1] & r.w[2] & r.w[3]) == UINT64_MAX);
    assert_true(
        u256_from_dec(&r, BYTES_LIT("0000000000000000000000000000000000000000000000000000000"
                                    "000000000000000000000000000000000000000000000000007")));
    assert_true(u256_fits_u64(&r) && r.w[0] == 7);
}

/* The EVM calls these in place, with the result over an operand. */
static void test_operations_aliased_give_same_result(void **state) {
    (void)state;
    typedef void (*op2)(struct u256 *, const struct u256 *, const struct u256 *);
    typedef void (*op3)(struct u256 *, const struct u256 *, const struct u256 *,
                        const struct u256 *);
    static const op2 two[] = {u256_mul, u256_sdiv, u256_smod, u256_exp, u256_signextend};
    static const op3 three[] = {u256_addmod, u256_mulmod};
    for (int i = 0; i < 20000; i++) {
        const struct u256 a = random_u256(), b = random_u256(), m = random_u256();
        struct u256 want, x;
        for (size_t k = 0; k < COUNT_OF(two); k++) {
            two[k](&want, &a, &b);
            x = a, two[k](&x, &x, &b);
            assert_true(u256_eq(&x, &want));
            x = b, two[k](&x, &a, &x);
            assert_true(u256_eq(&x, &want));
        }
        for (size_t k = 0; k < COUNT_OF(three); k++) {
            three[k](&want, &a, &b, &m);
            x = a, three[k](&x, &x, &b, &m);
            assert_true(u256_eq(&x, &want));
            x = m, three[k](&x, &a, &b, &x);
            assert_true(u256_eq(&x, &want));
        }
        struct u256 q, r;
        u256_divmod(&q, &r, &a, &b);
        struct u256 y = a, z = b;
        u256_divmod(&y, &z, &y, &z);
        assert_true(u256_eq(&y, &q) && u256_eq(&z, &r));
        const uint64_t n = rnd() % 300;
        u256_shl(&want, &a, n);
        x = a, u256_shl(&x, &x, n);
        assert_true(u256_eq(&x, &want));
        u256_shr(&want, &a, n);
        x = a, u256_shr(&x, &x, n);
        assert_true(u256_eq(&x, &want));
        u256_sar(&want, &a, n);
        x = a, u256_sar(&x, &x, n);
        assert_true(u256_eq(&x, &want));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_sub_mul_compare_random_match_gmp),
        cmocka_unit_test(test_division_random_matches_gmp),
        cmocka_unit_test(test_division_largest_digits_match_gmp),
        cmocka_unit_test(test_addmod_mulmod_random_match_gmp),
        cmocka_unit_test(test_mulmod_by_known_modulus_matches_gmp),
        cmocka_unit_test(test_exp_random_matches_gmp),
        cmocka_unit_test(test_shifts_random_match_gmp),
        cmocka_unit_test(test_signextend_random_matches_gmp),
        cmocka_unit_test(test_text_random_matches_gmp),
        cmocka_unit_test(test_from_dec_bad_text_refused),
        cmocka_unit_test(test_operations_aliased_give_same_result),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
