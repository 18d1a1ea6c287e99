/* bn254's field and tower: Fp against GMP, both multiplications against each other, the tower by
 * its laws. */
#include <gmp.h>

#include "crypto/bn254_tower.h"
#include "vectors.h"

static const char modulus_hex[] =
    "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47";

struct field {
    struct random rng;
    mpz_t p, r; /* the modulus and 2^256 */
};

static int setup(void **state) {
    static struct field f;
    f.rng.state = 8;
    mpz_init_set_str(f.p, modulus_hex, 16);
    mpz_init(f.r);
    mpz_ui_pow_ui(f.r, 2, 256);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    struct field *f = *state;
    mpz_clears(f->p, f->r, NULL);
    return 0;
}

/* A number below p, often next to a border: 0, 1, p - 1, limbs of all ones or zeros. */
static struct fp random_fp(struct field *f) {
    struct fp a;
    for (int i = 0; i < 4; i++) {
        uint64_t kind = random_u64(&f->rng) % 8;
        a.w[i] = kind == 0 ? 0 : kind == 1 ? UINT64_MAX : random_u64(&f->rng);
    }
    if (random_u64(&f->rng) % 64 == 0) {
        a = FP_MODULUS;
        a.w[0] -= 1 + random_u64(&f->rng) % 3;
    }
    a.w[3] %= fp_modulus.w[3] + (random_u64(&f->rng) % 2);
    struct fp t;
    if (!fp_sub_raw(&t, &a, &fp_modulus)) a = t;
    return a;
}

static struct fp2 random_fp2(struct field *f) {
    return (struct fp2){random_fp(f), random_fp(f)};
}

static struct fp12 random_fp12(struct field *f) {
    struct fp12 a;
    struct fp2 *part = &a.c0.c0;
    for (int i = 0; i < 6; i++) part[i] = random_fp2(f);
    return a;
}

static void to_mpz(mpz_t z, const struct fp *a) {
    mpz_import(z, 4, -1, 8, 0, 0, a->w);
}

static void assert_fp_is(const struct fp *a, const mpz_t expected) {
    mpz_t z;
    mpz_init(z);
    to_mpz(z, a);
    assert_int_equal(mpz_cmp(z, expected), 0);
    mpz_clear(z);
}

static void test_fp_arithmetic_random_equals_gmp(void **state) {
    struct field *f = *state;
    mpz_t a, b, t, inverse;
    mpz_inits(a, b, t, inverse, NULL);
    mpz_invert(inverse, f->r, f->p);
    for (int i = 0; i < 20000; i++) {
        struct fp x = random_fp(f), y = random_fp(f), z;
        to_mpz(a, &x);
        to_mpz(b, &y);
        fp_add(&z, &x, &y);
        mpz_add(t, a, b);
        mpz_mod(t, t, f->p);
        assert_fp_is(&z, t);
        fp_sub(&z, &x, &y);
        mpz_sub(t, a, b);
        mpz_mod(t, t, f->p);
        assert_fp_is(&z, t);
        fp_neg(&z, &x);
        mpz_neg(t, a);
        mpz_mod(t, t, f->p);
        assert_fp_is(&z, t);
        fp_mul(&z, &x, &y);
        mpz_mul(t, a, b);
        mpz_mul(t, t, inverse);
        mpz_mod(t, t, f->p);
        assert_fp_is(&z, t);
        struct fp lazy_x, lazy_y; /* operands up to 2p */
        fp_add_lazy(&lazy_x, &x, &y);
        fp_add_lazy(&lazy_y, &x, &x);
        fp_mul(&z, &lazy_x, &lazy_y);
        mpz_add(b, a, b);
        mpz_mul(t, a, b);
        mpz_mul_2exp(t, t, 1);
        mpz_mul(t, t, inverse);
        mpz_mod(t, t, f->p);
        assert_fp_is(&z, t);
    }
    mpz_clears(a, b, t, inverse, NULL);
}

static void test_fp_inv_random_equals_gmp(void **state) {
    struct field *f = *state;
    mpz_t a, r2;
    mpz_inits(a, r2, NULL);
    mpz_mul(r2, f->r, f->r);
    for (int i = 0; i < 3000; i++) {
        struct fp x = random_fp(f), z;
        if (i < 8) x = (struct fp){{(uint64_t)i, 0, 0, 0}}; /* far shorter than p */
        fp_inv(&z, &x);
        to_mpz(a, &x);
        if (mpz_invert(a, a, f->p)) { /* (a R)^-1 R² = a^-1 R */
            mpz_mul(a, a, r2);
            mpz_mod(a, a, f->p);
        }
        assert_fp_is(&z, a);
    }
    mpz_clears(a, r2, NULL);
}

static void test_fp_bytes_round_trip_and_refuse_p(void **state) {
    struct field *f = *state;
    uint8_t be[32], back[32];
    struct fp a;
    unhex_into(be, 32, modulus_hex);
    assert_false(fp_from_be(&a, be));
    be[31]--;
    assert_true(fp_from_be(&a, be));
    memset(be, 0xff, 32);
    assert_false(fp_from_be(&a, be));
    for (int i = 0; i < 1000; i++) {
        random_bytes(&f->rng, be, 32);
        be[0] &= 0x1f;
        assert_true(fp_from_be(&a, be));
        fp_to_be(back, &a);
        assert_memory_equal(back, be, 32);
    }
}

static void test_mul_bmi2_equals_portable(void **state) {
    struct field *f = *state;
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("bmi2")) {
        print_message("skipped: this processor has no BMI2\n");
        skip();
    }
    for (int i = 0; i < 50000; i++) {
        struct fp2 a = random_fp2(f), b = random_fp2(f), c, d;
        fp2_mul_bmi2(&c, &a, &b);
        fp2_mul_portable(&d, &a, &b);
        assert_true(fp2_eq(&c, &d));
        fp_mul_bmi2(&c.c0, &a.c0, &b.c0);
        fp_mul_portable(&d.c0, &a.c0, &b.c0);
        assert_true(fp_eq(&c.c0, &d.c0));
        fp2_mul(&a, &a, &b); /* aliasing */
        fp2_mul_portable(&d, &d, &d);
    }
#else
    (void)f;
    skip();
#endif
}

static void test_fp2_laws_hold(void **state) {
    struct field *f = *state;
    const struct fp2 i_unit = {FP_ZERO, FP_ONE}, one = FP2_ONE;
    struct fp2 nine_plus_i = {FP_ZERO, FP_ONE};
    for (int k = 0; k < 9; k++) fp_add(&nine_plus_i.c0, &nine_plus_i.c0, &one.c0);
    struct fp2 minus_one, t, u;
    fp2_neg(&minus_one, &one);
    fp2_sqr(&t, &i_unit);
    assert_true(fp2_eq(&t, &minus_one));
    for (int i = 0; i < 2000; i++) {
        struct fp2 a = random_fp2(f);
        fp2_sqr(&t, &a);
        fp2_mul(&u, &a, &a);
        assert_true(fp2_eq(&t, &u));
        fp2_mul_xi(&t, &a);
        fp2_mul(&u, &a, &nine_plus_i);
        assert_true(fp2_eq(&t, &u));
        fp2_inv(&t, &a);
        fp2_mul(&t, &t, &a);
        assert_true(fp2_is_zero(&a) || fp2_eq(&t, &one));
    }
}

static bool fp12_eq(const struct fp12 *a, const struct fp12 *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static void fp12_add(struct fp12 *r, const struct fp12 *a, const struct fp12 *b) {
    const struct fp2 *x = &a->c0.c0, *y = &b->c0.c0;
    struct fp2 *z = &r->c0.c0;
    for (int i = 0; i < 6; i++) fp2_add(&z[i], &x[i], &y[i]);
}

static void test_fp12_ring_laws_hold(void **state) {
    struct field *f = *state;
    for (int i = 0; i < 300; i++) {
        struct fp12 a = random_fp12(f), b = random_fp12(f), c = random_fp12(f), t, u, v;
        fp12_mul(&t, &a, &b);
        fp12_mul(&t, &t, &c);
        fp12_mul(&u, &b, &c);
        fp12_mul(&u, &a, &u);
        assert_true(fp12_eq(&t, &u)); /* associative */
        fp12_mul(&t, &a, &b);
        fp12_mul(&u, &b, &a);
        assert_true(fp12_eq(&t, &u)); /* commutative */
        fp12_add(&t, &b, &c);
        fp12_mul(&t, &a, &t);
        fp12_mul(&v, &a, &c);
        fp12_add(&u, &u, &v);
        assert_true(fp12_eq(&t, &u)); /* distributive */
        fp12_sqr(&t, &a);
        fp12_mul(&u, &a, &a);
        assert_true(fp12_eq(&t, &u));
        fp12_inv(&t, &a);
        fp12_mul(&t, &t, &a);
        assert_true(fp12_is_one(&t));
    }
}

static void test_fp12_mul_line_equals_full_product(void **state) {
    struct field *f = *state;
    for (int i = 0; i < 300; i++) {
        struct fp12 a = random_fp12(f), t, u, full;
        struct fp12_line line = {random_fp2(f), random_fp2(f), random_fp2(f)};
        memset(&full, 0, sizeof full);
        full.c0.c0 = line.a;
        full.c1.c0 = line.b;
        full.c1.c1 = line.c;
        fp12_mul(&t, &a, &full);
        fp12_mul_line(&u, &a, &line);
        assert_true(fp12_eq(&t, &u));
    }
}

/* r = a^p by square and multiply. */
static void pow_p(struct fp12 *r, const struct fp12 *base) {
    const struct fp12 a = *base;
    fp12_one(r);
    for (int bit = 253; bit >= 0; bit--) {
        fp12_sqr(r, r);
        if (fp_modulus.w[bit / 64] >> (bit % 64) & 1) fp12_mul(r, r, &a);
    }
}

static void test_fp12_frobenius_is_the_power_p(void **state) {
    struct field *f = *state;
    for (int i = 0; i < 5; i++) {
        struct fp12 a = random_fp12(f), t, u;
        pow_p(&t, &a);
        fp12_frobenius(&u, &a);
        assert_true(fp12_eq(&t, &u));
        pow_p(&t, &t);
        fp12_frobenius2(&u, &a);
        assert_true(fp12_eq(&t, &u));
        t = a;
        for (int k = 0; k < 6; k++) fp12_frobenius(&t, &t);
        fp12_conj(&u, &a);
        assert_true(fp12_eq(&t, &u));
    }
}

static void test_fp12_cyclotomic_square_in_its_subgroup_is_the_square(void **state) {
    struct field *f = *state;
    for (int i = 0; i < 50; i++) {
        /* a^((p^6 - 1)(p² + 1)) lies in the subgroup. */
        struct fp12 a = random_fp12(f), t, u;
        fp12_inv(&t, &a);
        fp12_conj(&a, &a);
        fp12_mul(&a, &a, &t);
        fp12_frobenius2(&t, &a);
        fp12_mul(&a, &a, &t);
        fp12_sqr_cyclotomic(&t, &a);
        fp12_sqr(&u, &a);
        assert_true(fp12_eq(&t, &u));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fp_arithmetic_random_equals_gmp),
        cmocka_unit_test(test_fp_inv_random_equals_gmp),
        cmocka_unit_test(test_fp_bytes_round_trip_and_refuse_p),
        cmocka_unit_test(test_mul_bmi2_equals_portable),
        cmocka_unit_test(test_fp2_laws_hold),
        cmocka_unit_test(test_fp12_ring_laws_hold),
        cmocka_unit_test(test_fp12_mul_line_equals_full_product),
        cmocka_unit_test(test_fp12_frobenius_is_the_power_p),
        cmocka_unit_test(test_fp12_cyclotomic_square_in_its_subgroup_is_the_square),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
